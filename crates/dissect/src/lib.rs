//! Bytes in, explained layers out: what an Ethernet frame says, field by field, in words.
//!
//! Three depths, by what they cost:
//!
//! - [`protocol`] and [`label`]: what to colour a frame by and what to write on it. They allocate nothing, so that
//!   they can be asked for every frame on the stage.
//! - [`summary`]: the row of a packet list, in the familiar style of the analysers.
//! - [`layers`]: everything. Each [`Layer`] and each [`Field`] says which bytes of the frame it is made of, and each
//!   field has a sentence for those who meet it for the first time.
//!
//! And two for lists of frames:
//!
//! - [`analysis`]: what frames seen one after the other at one place say of each other.
//! - [`filter`]: which of them to show, in Wireshark's language.
//!
//! ```
//! use smoltcp::phy::ChecksumCapabilities;
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
//! // Cut in the middle, it is still told as far as it goes, and what is wrong is marked.
//! let cut = dissect::layers(&frame[..30]);
//! assert_eq!(cut.faults().next(), Some("Cut short: 28 bytes belong here, the frame has 16."));
//! ```
//!
//! # Map
//!
//! `summary` and `layers` hold the two answers. `content` is the walk down the headers that the quick answers share;
//! each protocol has a file (`ethernet`, `arp`, `stp`, `ip` with `ipv4`, `ipv6` and `ipv6_extension`, `icmpv4`, `icmpv6` with
//! `ndp` and `mld`, `igmp`, `udp`, `tcp`, then by way of `application` `dhcp`, `dns`, `http`, `rip` and `ripng`, and `payload` for the rest)
//! with its one-line info, its label and its layer. `rows` makes fields of tables.
//!
//! # Why so
//!
//! - **There is no error.** A frame that breaks the rules is what a learner most wants to look at, so any bytes give a
//!   [`Dissection`], as far as they make sense, with a `fault` at the layer or field that is wrong. Nothing panics.
//! - **Layers tile the frame**: they follow each other, without gap or overlap, from its first byte to its last. A
//!   header is its own layer and does not contain what it carries, so a byte belongs to exactly one layer.
//! - **No state.** A frame is explained by its own bytes alone. So sequence numbers are absolute and windows unscaled:
//!   what needs the conversation (relative numbers, retransmissions) is told by the `analysis`, which is fed all of it.
//! - **smoltcp reads the values** of what its stacks say, so the inspector agrees with them. Where a header is cut, its bytes
//!   are completed with zeros before smoltcp reads them, and fields that are not wholly there are left out. What the stacks do
//!   not say is read here.

#[cfg(all(test, target_arch = "wasm32"))]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

pub mod analysis;
mod application;
mod arp;
mod checksum;
mod content;
mod dhcp;
mod dns;
mod ethernet;
pub mod filter;
mod group_records;
mod http;
mod icmpv4;
mod icmpv6;
mod igmp;
mod ip;
mod ipv4;
mod ipv6;
mod ipv6_extension;
mod layers;
mod mld;
mod ndp;
mod payload;
mod rip;
mod ripng;
mod rows;
mod stp;
mod summary;
mod tcp;
mod udp;

#[cfg(test)]
mod robustness;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod snapshots;

pub use layers::{Dissection, Field, Layer, layers};
pub use summary::{Label, Protocol, Summary, label, protocol, summary};
