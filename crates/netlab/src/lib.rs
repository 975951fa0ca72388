//! A network in virtual time: hosts with real TCP/IP stacks, hubs and switches, the links between them, the traffic that
//! people start, and the history of all that happened. One deterministic machine: no clock, no thread, no web, no serde.
//!
//! Data flows one way: a [`Topology`](topology::Topology) and a seed make a [`World`]; [`Command`](world::Command)s go in;
//! [`World::run_until`] moves it on; what happened comes out as a [`History`]. Same topology, seed and commands: same
//! history, byte for byte, natively and in wasm.

mod app;
mod book;
pub mod history;
mod host;
mod neighbor;
mod queue;
pub mod run;
mod sockets;
pub mod topology;
mod watch;
pub mod world;

pub use history::History;
pub use vnetif::{BitsPerSec, Duration, Frame, Instant, Ratio};
pub use world::World;
