//! Packetarium: `netlab`.
