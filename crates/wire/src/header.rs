//! The one reader of Ethernet, IPv4 and IPv6 headers, for whatever looks at a frame without explaining it.
//!
//! Switches (multicast snooping), routers, hosts and traces all ask the same questions: which VLAN, which addresses, which
//! protocol behind the extension headers, which ports. The answers are views: a few copied numbers, and slices of the bytes
//! that they were read from. Nothing here allocates, nothing panics, whatever the bytes are, and no length is believed that
//! the bytes do not bear out.
//!
//! ```
//! use smoltcp::wire::IpProtocol;
//! use wire::header::{EtherType, Ethernet, Ip};
//!
//! // VLAN 7, IPv4, UDP from port 1000 to port 53.
//! let frame = [
//!     &[2, 0x50, 0, 0, 0, 1, 2, 0x50, 0, 0, 0, 2, 0x81, 0, 0, 7, 8, 0][..],
//!     &[0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2],
//!     &[3, 0xe8, 0, 53, 0, 8, 0, 0],
//! ]
//! .concat();
//!
//! let outer = Ethernet::read(&frame).unwrap();
//! assert_eq!(outer.kind, EtherType::VLAN);
//! let (tag, ethernet) = outer.untag().unwrap();
//! assert_eq!((tag.vlan(), ethernet.kind, ethernet.payload_at), (Some(7), EtherType::IPV4, 18));
//!
//! let ip = Ip::read(ethernet.payload()).unwrap();
//! assert_eq!(ip.protocol, IpProtocol::Udp);
//! assert_eq!(ip.ports(), Some((1000, 53)));
//! assert!(Ip::read(&ethernet.payload()[..27]).is_none(), "a byte is missing");
//! ```

mod ethernet;
mod extension;
mod ip;

pub use ethernet::{ETHERNET_HEADER_BYTES, EtherType, Ethernet, VLAN_TAG_BYTES, VlanTag};
pub use extension::{EXTENSION_UNIT, Extension, Extensions, extension_bytes};
pub use ip::{Fragment, IPV4_HEADER_BYTES, IPV6_HEADER_BYTES, Icmp, Ip};

/// Two bytes of `bytes`, from byte `at` on, as a number in network order; `None`: they are not all there.
pub fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

#[cfg(test)]
mod tests;
