//! A host as a sans-IO state machine: a smoltcp stack, what smoltcp lacks, and the programs that run on it.
//!
//! Frames and time go in; a list of actions comes out (send this frame, this changed, this was measured). A host knows no world,
//! no history and no cable. Its owner polls it when a frame came or its [timer](Host::next_timer) fires, and carries out what
//! stands in the list.
//!
//! A map, in the direction that a frame takes:
//!
//! | module | what it is |
//! |---|---|
//! | [`config`] | a host's settings |
//! | `machine` | the [`Host`]: its kernel, and the programs on it |
//! | [`program`] | what a program is |
//! | [`system`] | what a program can do |
//! | `process` | what the host keeps for a program |
//! | `kernel` | everything below programs: receive, poll, send |
//! | [`event`] | what changes in a host, and what it asks of its owner |
//! | `card`, `packet` | the card as smoltcp sees it; the packets that the host makes itself |
//! | `arp`, `ndp`, `neighbor` | the neighbors' addresses, asked for and answered (RFC 826, RFC 4861), and their table |
//! | `dad` | duplicate address detection (RFC 4862) |
//! | `reassembly`, `extension` | fragments put together, IPv6's extension headers |
//! | `icmp_error`, `icmp_reply` | ICMP errors about packets of this host; its own answers and errors |
//! | `slaac`, `multicast` | addresses, routers and more from advertisements (RFC 4862); groups |
//! | `connection` | what stands in front of TCP: which segments reach it, TIME-WAIT, challenges (RFC 9293, RFC 5961) |
//! | `route` | the next hop, and redirects |
//! | `path_mtu`, `segment` | path MTUs (RFC 1191, RFC 8201), and packets cut to fit them |
//! | `retransmission` | retransmitted TCP segments, recognized on the wire |
//! | `socket` | smoltcp's sockets as they are made |
//! | `capture` | what sees all frames of the card |
//! | `sockets` | smoltcp's sockets, numbered, and their changes |
//! | [`run`] | the kinds of runs, their settings, events and totals |
//! | [`meter`] | what each run has measured so far |
//! | `client`, `server` | the two ends of runs: ping, echo, iperf, traceroute … |
//! | `listener` | accepting connections for programs |
//! | `memory` | what the sockets of all hosts of a network take together |
//! | `loopback` | what a host sends to itself |

#[cfg(all(test, target_arch = "wasm32"))]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

mod arp;
mod capture;
mod card;
mod client;
pub mod config;
mod connection;
mod dad;
pub mod event;
mod extension;
mod icmp_error;
mod icmp_reply;
mod kernel;
mod listener;
mod loopback;
mod machine;
mod memory;
pub mod meter;
mod multicast;
mod ndp;
mod neighbor;
mod packet;
mod path_mtu;
mod process;
pub mod program;
mod reassembly;
mod retransmission;
mod route;
pub mod run;
mod segment;
mod server;
mod slaac;
mod socket;
mod sockets;
pub mod system;

pub use config::Config;
pub use event::{Actions, Event, Output, Refusal, SocketState};
pub use kernel::{ServerNeeds, Timer};
pub use machine::Host;
pub use memory::{Memory, NETWORK_MEMORY_MAX};
pub use meter::{Meter, Runs};
