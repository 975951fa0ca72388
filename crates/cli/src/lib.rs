//! Packetarium: `cli`.
