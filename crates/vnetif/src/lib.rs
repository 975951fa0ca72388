//! Virtual network interfaces, and the hub and switch that join them: stacks talk in memory as if they shared a LAN.
//!
//! It grows from MirageOS's `mirage-vnetif`. There is no clock, no thread and no I/O in here: time comes in as an
//! argument, randomness from a seed, and whoever drives the stacks decides when the others may run.
//!
//! Two stacks and a switch; one asks the other for an echo over UDP:
//!
//! ```
//! use smoltcp::socket::udp::{PacketBuffer, PacketMetadata, Socket};
//! use smoltcp::wire::{IpAddress, IpCidr};
//! use vnetif::{Instant, Lan, Options, Stack};
//!
//! let switch = Lan::switch();
//! let [mut a, mut b] = [1, 2].map(|host| {
//!     let address = IpCidr::new(IpAddress::v4(10, 0, 0, host), 24);
//!     let mut stack = Stack::new(&switch, Options::default(), 7, [address]).unwrap();
//!     let buffer = || PacketBuffer::new(vec![PacketMetadata::EMPTY; 4], vec![0; 4096]);
//!     let mut socket = Socket::new(buffer(), buffer());
//!     socket.bind(7).unwrap();
//!     (stack.sockets.add(socket), stack)
//! });
//! a.1.sockets.get_mut::<Socket>(a.0).send_slice(b"hello", (IpAddress::v4(10, 0, 0, 2), 7)).unwrap();
//!
//! let now = Instant::ZERO;
//! while a.1.poll(now) | b.1.poll(now) {
//!     let echo = b.1.sockets.get_mut::<Socket>(b.0);
//!     if let Ok((data, from)) = echo.recv().map(|(data, from)| (data.to_vec(), from)) {
//!         echo.send_slice(&data, from).unwrap();
//!     }
//! }
//! assert_eq!(a.1.sockets.get_mut::<Socket>(a.0).recv().unwrap().0, b"hello");
//! assert_eq!(switch.mac_table().len(), 2);
//! ```
//!
//! A map, from the bottom up:
//!
//! | module | what it is |
//! |---|---|
//! | [`wire`] | the ground: frames, lines, impairments, time, units (a crate of its own, re-exported) |
//! | [`signal`], [`inbox`] | what can be waited for: something that happens once, frames for one reader |
//! | [`backend`] | what a network in memory offers to those who join it, and what can go wrong |
//! | [`lan`] | the basic backend: a hub or a learning switch, delivering within the write or later |
//! | [`impaired`], [`delayed`] | backends that wrap another: one misbehaves, one has cables |
//! | [`interface`] | [`Vnetif`], one port of a backend as smoltcp's device |
//! | [`monitor`], `recorder` | a look at every frame of an interface; as a pcapng file (feature `pcapng`, on by default) |
//! | [`driver`] | who runs a network: in slices, with a [`Yield`] after each, or in virtual time |
//! | [`stack`] | an interface with its smoltcp stack and sockets |
//! | [`bulk`], [`raw`] | ready-made traffic: TCP between two stacks, raw frames to many |
//! | [`measured`] | the same, ready to measure a machine with, compiled here for speed |

#[cfg(all(test, target_arch = "wasm32"))]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

pub mod backend;
pub mod bulk;
pub mod delayed;
pub mod driver;
pub mod impaired;
pub mod inbox;
pub mod interface;
pub mod lan;
pub mod measured;
pub mod monitor;
pub mod raw;
#[cfg(feature = "pcapng")]
pub mod recorder;
pub mod signal;
pub mod stack;

pub use backend::{Backend, Listener, WriteError};
pub use delayed::Delayed;
pub use driver::{Net, Yield};
pub use impaired::Impaired;
pub use inbox::Inbox;
pub use interface::{Options, Vnetif};
pub use lan::{Lan, LanConfig};
pub use monitor::Monitor;
pub use signal::Signal;
pub use stack::Stack;
pub use wire;
pub use wire::{BitsPerSec, Duration, Frame, Instant, PortId, Ratio};
