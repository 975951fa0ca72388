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
//! | `machine` | the [`Host`]: receive, poll, send |
//! | [`event`] | what changes in a host, and what it asks of its owner |
//! | `neighbor` | which frames the card takes, and the neighbors' addresses in them |
//! | `icmp_error` | ICMP errors about packets of this host |
//! | `slaac`, `multicast` | addresses and routers from advertisements (RFC 4862); groups |
//! | `path_mtu`, `segment` | path MTUs (RFC 1191, RFC 8201), and packets cut to fit them |
//! | `retransmission` | retransmitted TCP segments, recognized on the wire |
//! | `sockets` | smoltcp's sockets, numbered, and their changes |
//! | [`run`] | the kinds of runs, their settings, events and totals |
//! | [`meter`] | what each run has measured so far |
//! | `program` | the programs: ping, echo, iperf, traceroute …, and the servers |

#[cfg(all(test, target_arch = "wasm32"))]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

pub mod config;
pub mod event;
mod icmp_error;
mod machine;
pub mod meter;
mod multicast;
mod neighbor;
mod path_mtu;
mod program;
mod retransmission;
pub mod run;
mod segment;
mod slaac;
mod sockets;

pub use config::Config;
pub use event::{Actions, Event, Output, SocketState};
pub use machine::{Host, ServerNeeds, Timer};
pub use meter::{Meter, Runs};
