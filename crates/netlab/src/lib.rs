//! A network in virtual time: hosts with real TCP/IP stacks, hubs and switches, the links between them, the traffic that
//! people start, and the history of all that happened. One deterministic machine: no clock, no thread, no web, no serde.
//!
//! Data flows one way: a [`Topology`](topology::Topology) and a seed make a [`World`]; [`Command`](world::Command)s go in;
//! [`World::run_until`] moves it on; what happened comes out as a [`History`]. Same topology, seed and commands: same
//! history, byte for byte, natively and in wasm.
//!
//! ```
//! use netlab::run::{Ping, RunKind, RunSpec, Target};
//! use netlab::topology::{HostConfig, Link, Node, NodeId, NodeKind, Topology, Way};
//! use netlab::{BitsPerSec, Duration, Instant, World, history::Limits, world::Command};
//! use wire::line::{LineConfig, Queue};
//!
//! let host = |name: &str, address: &str| Node {
//!     name: name.into(),
//!     kind: NodeKind::Host(HostConfig { addresses: vec![address.parse().unwrap()], ..HostConfig::default() }),
//! };
//! let line = LineConfig {
//!     rate: BitsPerSec::new(100_000_000),
//!     delay: Duration::from_millis(1),
//!     queue: Queue::bytes(65_536),
//! };
//! let way = Way { line, impairments: vec![] };
//! let (a, b) = (NodeId(0), NodeId(1));
//! let topology = Topology {
//!     nodes: vec![host("a", "10.0.0.1/24"), host("b", "10.0.0.2/24")],
//!     links: vec![Link::new([a, b], [way.clone(), way])],
//! };
//!
//! let mut world = World::new(topology, 7, Limits::default()).unwrap();
//! let ping = RunKind::Ping(Ping { count: 2, ..Ping::default() });
//! world.apply(Command::Start(RunSpec { from: a, to: Target::Node(b, None), kind: ping })).unwrap();
//! world.run_until(Instant::ZERO + Duration::from_secs(3), || true);
//!
//! let measured = world.history().runs()[0].totals_at(world.now());
//! assert_eq!(measured.received, 2);
//! assert_eq!(measured.rtt_min.to_string(), "2.01568ms");
//! ```
//!
//! A map, in the direction that the data flows:
//!
//! | module | what it is |
//! |---|---|
//! | [`topology`] | nodes and links, as plain data |
//! | [`run`] | what can be started, and what is measured of it |
//! | [`world`] | the machine: moments, events, commands |
//! | `queue` | what will happen, in order |
//! | [`congestion`] | a sender's congestion window, derived from the frames on its wire |
//! | [`history`] | what happened |

#[cfg(all(test, target_arch = "wasm32"))]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

pub mod congestion;
pub mod history;
mod queue;
pub mod run;
pub mod topology;
pub mod world;

pub use history::History;
pub use wire::{BitsPerSec, Duration, Frame, Instant, Ratio};
pub use world::World;
