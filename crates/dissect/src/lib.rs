//! Packetarium: `dissect`.
