//! Bytes in; a typed message, explained layers, filters and an analysis of conversations out.
//!
//! Three depths, by what they cost:
//!
//! - [`meaning`]: the meaning of the frame as a value: a [`Message`] such as "ARP request for 10.0.0.2", with the addresses around
//!   it. It allocates nothing, so that it can be asked for every frame on the stage. [`protocol`] and [`label`] are shorter
//!   ways to two things that are derived from it.
//! - [`summary`]: the row of a packet list, in the familiar style of the analyzers, derived from the message.
//! - [`layers`]: everything. Each [`Layer`] and each [`Field`] has the bytes of the frame that it is made of, and each
//!   field has a sentence for those who meet it for the first time.
//!
//! And two for lists of frames:
//!
//! - [`analysis`]: what frames seen one after the other at one place mean for each other.
//! - [`filter`]: which of them to show, in Wireshark's language.
//!
//! ```
//! use dissect::message::{ArpMessage, Message};
//! use smoltcp::wire::*;
//!
//! // An ARP request, as a smoltcp host writes it.
//! let arp = ArpRepr::EthernetIpv4 {
//!     operation: ArpOperation::Request,
//!     source_hardware_addr: EthernetAddress([2, 0x50, 0, 0, 0, 1]),
//!     source_protocol_addr: Ipv4Address::new(10, 0, 0, 1),
//!     target_hardware_addr: EthernetAddress([0; 6]),
//!     target_protocol_addr: Ipv4Address::new(10, 0, 0, 2),
//! };
//! let ethernet = EthernetRepr {
//!     src_addr: EthernetAddress([2, 0x50, 0, 0, 0, 1]),
//!     dst_addr: EthernetAddress::BROADCAST,
//!     ethertype: EthernetProtocol::Arp,
//! };
//! let mut frame = [0; 42];
//! ethernet.emit(&mut EthernetFrame::new_unchecked(&mut frame));
//! arp.emit(&mut ArpPacket::new_unchecked(&mut frame[14..]));
//!
//! let meaning = dissect::meaning(&frame);
//! let (sender, target) = (Ipv4Address::new(10, 0, 0, 1), Ipv4Address::new(10, 0, 0, 2));
//! assert_eq!(meaning.message, Message::Arp(ArpMessage::Request { sender, target }));
//! assert_eq!(dissect::label(&frame).as_str(), "ARP who-has");
//! assert_eq!(dissect::summary(&frame).info, "Who has 10.0.0.2? Tell 10.0.0.1");
//!
//! let dissection = dissect::layers(&frame);
//! let arp = dissection.layer("ARP").unwrap();
//! assert_eq!(arp.range, 14..42);
//! let target = arp.field("arp.dst.proto_ipv4").unwrap();
//! assert_eq!(target.value, "10.0.0.2");
//! assert_eq!(target.range, 38..42);
//! assert_eq!(dissection.faults().count(), 0);
//!
//! // Cut in the middle, it is still explained as far as it goes, and what is wrong is marked.
//! let cut = dissect::layers(&frame[..30]);
//! assert_eq!(cut.faults().next(), Some("Cut short: 28 bytes belong here, the frame has 16."));
//! ```
//!
//! # Map
//!
//! From the ground up; no file needs one that stands later:
//!
//! | | |
//! |---|---|
//! | `number`, `text` | numbers read from bytes that may be cut; values written as text |
//! | `captured` | a packet as it was captured, and what its bytes begin with |
//! | `header` | the headers of links, tags, tunnels, IPv4 and IPv6 read at once, and the walk down through them |
//! | `protocol`, `label` | which protocol a frame is about, and the short text on it |
//! | [`message`] | the typed message, a file for each protocol, with its label and its line of a packet list |
//! | `summary` | the row of a packet list |
//! | `tree` | what dissections are made of: layers and fields |
//! | `layers` | the dissection: a file for each protocol adds that protocol's layer, and one walk knows what follows what |
//! | [`analysis`], [`filter`] | lists of frames |
//!
//! # Why so
//!
//! - **There is no error.** A frame that breaks the rules is what a learner most wants to look at, so any bytes give a
//!   [`Dissection`], as far as they make sense, with a `fault` at the layer or field that is wrong. Nothing panics.
//! - **Layers tile the frame**: they follow each other, without gap or overlap, from its first byte to its last. A
//!   header is its own layer and does not contain what it carries, so a byte belongs to exactly one layer.
//! - **Texts are derived from the typed message**, never the other way round: no reader of a frame has to match words.
//! - **No state.** A frame is explained by its own bytes alone. So sequence numbers are absolute and windows unscaled:
//!   what needs the conversation (relative numbers, retransmissions) is in the `analysis`, which is fed all of it.
//! - **smoltcp reads the values** of the protocols that its stacks speak, so the inspector agrees with them. Where a header is
//!   cut, its bytes are completed with zeros before smoltcp reads them, and fields that are not wholly there are left out. The
//!   other protocols are read here.

#[cfg(all(test, target_arch = "wasm32"))]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

pub mod analysis;
mod captured;
pub mod filter;
mod header;
mod label;
mod layers;
pub mod message;
mod number;
mod protocol;
mod summary;
mod text;
mod tree;

#[cfg(test)]
mod robustness;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod snapshots;

pub use captured::{Captured, Link};
pub use label::Label;
pub use layers::layers;
pub use message::{Meaning, Message, meaning};
pub use protocol::Protocol;
pub use summary::{Summary, label, protocol, summary};
pub use tree::{Dissection, Field, Layer};
