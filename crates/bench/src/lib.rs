//! Packetarium: `bench`.
