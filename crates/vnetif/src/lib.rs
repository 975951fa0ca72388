//! Packetarium: `vnetif`.
