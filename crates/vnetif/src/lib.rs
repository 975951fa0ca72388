//! Virtual network interfaces, and the hub and switch that join them: stacks talk in memory as if they shared a LAN.
//!
//! It grows from MirageOS's `mirage-vnetif`. There is no clock, no thread and no I/O in here: time comes in as an
//! argument, randomness from a seed, and whoever drives the stacks decides when the others may run.
//!
//! A map, from the bottom up:
//!
//! | module | what it is |
//! |---|---|
//! | [`time`], [`units`] | nanoseconds, bit rates, ratios: newtypes, so that a rate is never taken for a size |
//! | [`frame`] | the shared bytes of one Ethernet frame; cloning is free, buffers are recycled |
//! | [`mac`] | port numbers and the locally administered address made from each |
//! | [`rng`] | one random stream for each purpose, all from one seed |
//! | [`impair`] | the ways a link misbehaves, folded into one verdict per frame |
//! | [`line`] | one direction of a cable: rate, finite queue, propagation delay |
//! | [`mac_table`] | what a learning switch knows |
//! | [`nic`] | two queues that a smoltcp interface can own as its device |

#[cfg(all(test, target_arch = "wasm32"))]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

pub mod backend;
pub mod bulk;
pub mod delayed;
pub mod driver;
pub mod frame;
pub mod impair;
pub mod impaired;
pub mod inbox;
pub mod interface;
pub mod lan;
pub mod line;
pub mod mac;
pub mod mac_table;
pub mod monitor;
pub mod nic;
pub mod rng;
pub mod signal;
pub mod stack;
pub mod time;
pub mod units;

pub use backend::{Backend, Listener, WriteError};
pub use delayed::Delayed;
pub use driver::{Net, Yield};
pub use frame::Frame;
pub use impaired::Impaired;
pub use inbox::Inbox;
pub use interface::{Options, Vnetif};
pub use lan::{Lan, LanConfig};
pub use mac::PortId;
pub use monitor::Monitor;
pub use signal::Signal;
pub use stack::Stack;
pub use time::{Duration, Instant};
pub use units::{BitsPerSec, Ratio};
