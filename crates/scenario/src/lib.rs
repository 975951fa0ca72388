//! Packetarium: `scenario`.
