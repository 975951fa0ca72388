//! Packetarium: `wasm`.
