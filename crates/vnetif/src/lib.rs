//! Virtual network interfaces, and the hub and switch that join them: TCP/IP stacks of one process talk in memory as if they
//! shared a LAN. It is what MirageOS's `mirage-vnetif` is in OCaml, for smoltcp.
//!
//! Five ideas make up the crate:
//!
//! - A **backend** is a network in memory. [`Lan`] is the basic one: a hub or a learning switch. [`Impaired`] and [`Delayed`] wrap
//!   any other: the first adds loss, corruption and the like to a shared medium, the second gives every port a cable with rate,
//!   queue and delay. The trait [`Backend`] is short, so your own network is easily added.
//! - A **[`Vnetif`]** is one port of a backend, and the device that a smoltcp interface sends and receives through. It counts its
//!   traffic, and its clones are handles: the stack owns one, and the code around it another.
//! - A **[`Monitor`]** sees every frame that an interface sends or receives. A closure is one; `Recorder` writes a pcapng file.
//! - A **driver** steps a network: [`driver::drive`] in slices of real time, [`driver::run_virtual`] in virtual time, where nothing
//!   ever waits. What can be stepped is a [`Net`].
//! - A **[`Yield`]** is awaited after each slice, so that other tasks can run. It comes from outside: the next animation frame in a
//!   browser, the thread's yield in a program, nothing in a test.
//!
//! There is no clock, no thread and no I/O in here: time is an argument, and randomness comes from a seed. Sending a frame never
//! runs the receiver's stack; frames wait in an inbox until that stack is polled. A backend and its interfaces belong to one thread.
//!
//! Two stacks on a switch; one sends a datagram, the other echoes it:
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
//! The same switch behind cables of 10 Mbit/s that lose one frame in a hundred, and a monitor that counts:
//!
//! ```
//! use std::{cell::Cell, rc::Rc};
//! use vnetif::wire::{impair::Impairment, line::{LineConfig, Queue}};
//! use vnetif::{Backend, BitsPerSec, Delayed, Duration, Frame, Instant, Lan, Options, Ratio, Vnetif};
//!
//! let cable = LineConfig {
//!     rate: BitsPerSec::new(10_000_000),
//!     delay: Duration::from_millis(5),
//!     queue: Queue::bytes(64_000),
//! };
//! let network = Delayed::with_impairments(Lan::switch(), cable, &[Impairment::Loss(Ratio::percent(1))], 7);
//! let [a, b] = [(); 2].map(|()| Vnetif::connect(&network, Options::default()).unwrap());
//! b.listen().unwrap();
//! let seen = Rc::new(Cell::new(0));
//! let count = seen.clone();
//! b.set_monitor(Some(Box::new(move |_, _, _: &Frame| count.set(count.get() + 1))));
//!
//! let broadcast = Frame::build(64, |bytes| bytes[..6].fill(0xff));
//! for ms in 0..1_000 {
//!     a.send(Instant::ZERO + Duration::from_millis(ms), broadcast.clone()).unwrap();
//! }
//! while let Some(due) = network.next_due() {
//!     network.advance(due);
//!     while b.receive(due).is_some() {}
//! }
//! assert_eq!(seen.get(), 1_000 - network.dropped());
//! assert!((1..30).contains(&network.dropped()));
//! ```
//!
//! A map, from the bottom up:
//!
//! | module | what it is |
//! |---|---|
//! | [`wire`] | the ground: frames, lines, impairments, header reader, time, units (a crate of its own, re-exported) |
//! | [`signal`], [`inbox`] | what a task can wait for: a signal that is given once, frames for one reader |
//! | [`backend`] | the trait of a network in memory, and its errors |
//! | [`lan`] | the basic backend: a hub or a learning switch, which delivers within the write or later |
//! | [`impaired`], [`delayed`] | backends that wrap another: a medium with impairments, cables |
//! | [`interface`] | [`Vnetif`], one port of a backend as smoltcp's device |
//! | [`monitor`], `recorder` | access to every frame of an interface; a pcapng file of them (feature `pcapng`, on by default) |
//! | [`driver`] | runs a network in slices, with a [`Yield`] after each, or in virtual time |
//! | [`stack`] | an interface with its smoltcp stack and sockets |
//! | [`bulk`], [`raw`] | ready-made traffic: TCP between two stacks, raw frames to many |
//! | [`measured`] | the same for benchmarks, compiled in this crate for speed |

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
