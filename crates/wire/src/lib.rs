//! The ground that networks stand on: frames, network cards, links with their impairments and queues, time, units and seeded
//! randomness. No module knows a node, a world or a clock: time is an argument, randomness comes from a seed.
//!
//! A *wire* is one direction of a link. A frame is handed to it once, and its whole journey is settled there and then:
//!
//! ```
//! use wire::impair::Impairment;
//! use wire::line::{LineConfig, Queue};
//! use wire::{BitsPerSec, Duration, Frame, Instant, Wire, passage::Fate};
//!
//! let line = LineConfig {
//!     rate: BitsPerSec::new(1_000_000),
//!     delay: Duration::from_millis(10),
//!     queue: Queue::bytes(64_000),
//! };
//! let mut wire = Wire::new(line, &[] as &[Impairment], 7, &[]);
//! let (passage, duplicate) = wire.send(Instant::ZERO, Frame::copy_from(&[0; 125]));
//! assert_eq!(passage.fate, Fate::Arrives);
//! assert_eq!(passage.journey.arrival.nanos(), 11_000_000);
//! assert!(duplicate.is_none());
//! ```
//!
//! A map, from the bottom up:
//!
//! | module | what it is |
//! |---|---|
//! | [`time`], [`units`] | nanoseconds, bit rates, ratios: newtypes, so that a rate is never mistaken for a size |
//! | [`decimal`] | floating-point numbers as decimal texts, in little code |
//! | [`frame`] | the shared bytes of one Ethernet frame; cloning is free, buffers are recycled |
//! | [`sorted`] | a map and a set that are sorted vectors, and a sort, in little code |
//! | [`header`] | the one reader of Ethernet, IPv4 and IPv6 headers |
//! | [`mac`] | the numbers of nodes and ports, and the locally administered addresses made from them |
//! | [`rng`] | one random stream for each purpose, all from one seed |
//! | [`impair`] | the impairments of a link, folded into one verdict per frame |
//! | [`mod@line`] | rate, finite queue and propagation delay of one direction |
//! | [`medium`] | a medium that several stations share: half duplex, with collisions |
//! | [`passage`] | a [`Wire`]: a line with its impairments, and what it does to a frame |
//! | [`preset`] | common links (DSL, Wi-Fi, satellite …) as data |
//! | [`mac_table`] | the addresses that a learning switch has learned |
//! | [`node`] | the actions that a switch, router or host as a state machine asks of the world around it |
//! | [`nic`] | two queues that a smoltcp interface owns as its device, for a world that moves the frames itself |

#[cfg(all(test, target_arch = "wasm32"))]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

pub mod decimal;
pub mod frame;
pub mod header;
pub mod impair;
pub mod line;
pub mod mac;
pub mod mac_table;
pub mod medium;
pub mod nic;
pub mod node;
pub mod passage;
pub mod preset;
pub mod rng;
pub mod sorted;
pub mod time;
pub mod units;

pub use frame::Frame;
pub use mac::{NodeId, PortId};
pub use passage::Wire;
pub use time::{Duration, Instant};
pub use units::{BitsPerSec, Ratio};
