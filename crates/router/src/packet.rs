//! Packets as they were received, and the headers that the router writes. Headers are read by [`wire::header`].
//!
//! A received packet is kept unchanged until the router has decided about it, since an ICMP error quotes it as it came (RFC 1812,
//! 4.3.2.3), also if address translation has changed it meanwhile.

use crate::checksum;
use crate::interface::Link;
use smoltcp::wire::{EthernetAddress, IpProtocol, IpVersion, Ipv4Packet, Ipv6Packet};
use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;
use wire::Frame;
use wire::header::{EtherType, Extensions, Fragment, IPV4_HEADER_BYTES, IPV6_HEADER_BYTES, Ip};
use wire::node::Tag;

/// A packet as it was received.
#[derive(Clone, Debug)]
pub struct Received {
    /// The frame that it came in.
    pub frame: Frame,
    /// Where in the frame the packet is, without padding.
    pub packet: Range<usize>,
    /// The owner's tag of the frame.
    pub tag: Tag,
    /// The interface at which it was received.
    pub from: Link,
    /// The frame was sent to a group or to all stations.
    pub to_group: bool,
}

impl Received {
    /// The packet's bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.frame[self.packet.clone()]
    }

    /// Replaces the packet, as if this one had been received instead.
    pub fn with_packet(self, packet: &[u8]) -> Self {
        Self { frame: Frame::copy_from(packet), packet: 0..packet.len(), ..self }
    }
}

/// A packet to send.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// Its bytes.
    pub packet: Frame,
    /// The received packet that is forwarded in it; `None`: the router made it.
    pub of: Option<Received>,
}

/// The header of a frame: an array, and how many bytes of it are used.
pub fn ethernet_header(
    to: EthernetAddress,
    from: EthernetAddress,
    vlan: Option<u16>,
    kind: EtherType,
) -> ([u8; 18], usize) {
    let mut header = [0; 18];
    header[..6].copy_from_slice(&to.0);
    header[6..12].copy_from_slice(&from.0);
    let mut end = 12;
    for word in vlan.map(|vlan| [EtherType::VLAN.0, vlan]).into_iter().flatten().chain([kind.0]) {
        header[end..end + 2].copy_from_slice(&word.to_be_bytes());
        end += 2;
    }
    (header, end)
}

/// The length of the whole IP packet of this version that `bytes` begins with: without padding, with a right header checksum if
/// it has one (RFC 1812, 5.2.2). `None`: there is none. Extension headers are not looked at: forwarding needs none (RFC 8200, 4).
pub fn whole_len(bytes: &[u8], version: IpVersion) -> Option<usize> {
    match version {
        IpVersion::Ipv4 => {
            let ip = Ip::read_start(bytes)?;
            let whole = ip.source.version() == version && ip.end == ip.len && ip.verify_checksum();
            whole.then_some(ip.len)
        }
        IpVersion::Ipv6 => {
            let ip = Ipv6Packet::new_checked(bytes).ok()?;
            (ip.version() == 6).then(|| ip.total_len())
        }
    }
}

/// The length of IPv6's fragment header (RFC 8200, 4.5).
pub const FRAGMENT_HEADER_BYTES: usize = 8;

/// The fragment header of an IPv6 packet and where it is, for reassembly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FragmentHeader {
    /// Where it begins, in bytes from the packet's first.
    pub at: usize,
    /// Where the header before it states its number.
    pub named_at: usize,
    /// What it states.
    pub fragment: Fragment,
}

/// The first fragment header of an IPv6 packet; `None`: it has none, or ends before it.
pub fn fragment_header(packet: &[u8]) -> Option<FragmentHeader> {
    let next = IpProtocol::from(*packet.get(6)?);
    let mut chain = Extensions::new(packet, next, 6, IPV6_HEADER_BYTES.min(packet.len())..packet.len());
    chain.find_map(|extension| {
        let (at, named_at) = (extension.range.start, extension.named_at);
        Some(FragmentHeader { at, named_at, fragment: extension.fragment? })
    })
}

/// The fields of an IPv4 header that the router sets.
#[derive(Clone, Copy, Debug)]
pub struct Ipv4Header {
    /// The source.
    pub from: Ipv4Addr,
    /// The destination.
    pub to: Ipv4Addr,
    /// The payload's protocol.
    pub protocol: IpProtocol,
    /// Its time to live.
    pub ttl: u8,
    /// The type of service.
    pub tos: u8,
    /// The identification.
    pub ident: u16,
}

impl Ipv4Header {
    /// A packet with this header.
    pub fn packet(&self, payload: &[u8]) -> Vec<u8> {
        self.packet_with(&[], payload)
    }

    /// The same with options, of which there are at most 40 bytes: they are filled up to a multiple of four.
    pub fn packet_with(&self, options: &[u8], payload: &[u8]) -> Vec<u8> {
        let header_len = IPV4_HEADER_BYTES + options.len().min(40).next_multiple_of(4);
        let mut bytes = vec![0; header_len];
        bytes[IPV4_HEADER_BYTES..][..options.len().min(40)]
            .copy_from_slice(&options[..options.len().min(40)]);
        let len = (header_len + payload.len()).min(usize::from(u16::MAX));
        bytes.extend_from_slice(&payload[..len - header_len]);
        let mut packet = Ipv4Packet::new_unchecked(&mut bytes[..]);
        packet.set_version(4);
        packet.set_header_len(header_len as u8);
        packet.set_dscp(self.tos >> 2);
        packet.set_ecn(self.tos & 3);
        packet.set_total_len(len as u16);
        packet.set_ident(self.ident);
        packet.set_hop_limit(self.ttl);
        packet.set_next_header(self.protocol);
        packet.set_src_addr(self.from);
        packet.set_dst_addr(self.to);
        packet.fill_checksum();
        bytes
    }
}

/// An IPv6 packet.
pub fn ipv6_packet(
    from: Ipv6Addr,
    to: Ipv6Addr,
    protocol: IpProtocol,
    hop_limit: u8,
    payload: &[u8],
) -> Vec<u8> {
    let mut bytes = vec![0; IPV6_HEADER_BYTES];
    let len = payload.len().min(usize::from(u16::MAX));
    bytes.extend_from_slice(&payload[..len]);
    let mut packet = Ipv6Packet::new_unchecked(&mut bytes[..]);
    packet.set_version(6);
    packet.set_payload_len(len as u16);
    packet.set_next_header(protocol);
    packet.set_hop_limit(hop_limit);
    packet.set_src_addr(from);
    packet.set_dst_addr(to);
    bytes
}

/// The whole packet of this payload whose first fragment is `first`, with the first fragment's headers but without the fragment
/// header of IPv6 (RFC 791, 3.2; RFC 8200, 4.5). `None`: it would be too long.
pub fn whole(first: &[u8], payload: &[u8]) -> Option<Vec<u8>> {
    match first.first()? >> 4 {
        4 => whole_ipv4(first, payload),
        _ => whole_ipv6(first, &fragment_header(first)?, payload),
    }
}

fn whole_ipv4(first: &[u8], payload: &[u8]) -> Option<Vec<u8>> {
    let header_len = usize::from(Ipv4Packet::new_unchecked(first).header_len());
    let mut bytes = [&first[..header_len], payload].concat();
    let len = u16::try_from(bytes.len()).ok()?;
    let mut packet = Ipv4Packet::new_unchecked(&mut bytes[..]);
    packet.set_total_len(len);
    packet.set_more_frags(false);
    packet.fill_checksum();
    Some(bytes)
}

fn whole_ipv6(first: &[u8], header: &FragmentHeader, payload: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = [&first[..header.at], payload].concat();
    bytes[header.named_at] = first[header.at];
    let len = u16::try_from(bytes.len() - IPV6_HEADER_BYTES).ok()?;
    Ipv6Packet::new_unchecked(&mut bytes[..]).set_payload_len(len);
    Some(bytes)
}

/// Decrements an IPv4 header's time to live, and updates its checksum incrementally (RFC 1624, equation 3).
pub fn decrement_ttl(packet: &mut [u8]) {
    let before = u16::from_be_bytes([packet[8], packet[9]]);
    packet[8] = packet[8].saturating_sub(1);
    let after = u16::from_be_bytes([packet[8], packet[9]]);
    let checksum = u16::from_be_bytes([packet[10], packet[11]]);
    packet[10..12].copy_from_slice(&checksum::update16(checksum, before, after).to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use wire::header::Ethernet;

    const TO: EthernetAddress = EthernetAddress([2, 0, 0, 0, 0, 1]);
    const FROM: EthernetAddress = EthernetAddress([2, 0, 0, 0, 0, 2]);

    #[test]
    fn an_ethernet_header_is_read_as_it_was_written() {
        for vlan in [None, Some(7), Some(4_094)] {
            let (header, len) = ethernet_header(TO, FROM, vlan, EtherType::IPV6);
            let outer = Ethernet::read(&header[..len]).unwrap();
            let (tag, inner) = outer.untag().map_or((None, outer), |(tag, inner)| (tag.vlan(), inner));
            assert_eq!((inner.destination, inner.source, tag), (TO, FROM, vlan));
            assert_eq!((inner.kind, inner.payload_at), (EtherType::IPV6, len));
        }
    }

    #[test]
    fn the_first_fragment_header_is_found_behind_other_extensions() {
        // Hop-by-hop options, then a first fragment of UDP.
        let mut payload = vec![44, 0, 1, 4, 0, 0, 0, 0, 17, 0, 0, 1, 0, 0, 0, 9];
        payload.extend([0; 8]);
        let packet = ipv6_packet(Ipv6Addr::LOCALHOST, Ipv6Addr::LOCALHOST, IpProtocol::HopByHop, 1, &payload);
        let fragment = Fragment { offset: 0, more: true, ident: 9 };
        assert_eq!(fragment_header(&packet), Some(FragmentHeader { at: 48, named_at: 40, fragment }));
        assert_eq!(fragment_header(&packet[..55]), None);
    }

    #[test]
    fn an_ipv6_packet_is_as_long_as_its_header_says_whatever_follows() {
        // The payload is cut in the middle of an extension header, which is none of forwarding's business.
        let mut bytes =
            ipv6_packet(Ipv6Addr::LOCALHOST, Ipv6Addr::LOCALHOST, IpProtocol::HopByHop, 1, &[6, 9, 0]);
        assert_eq!(whole_len(&bytes, IpVersion::Ipv6), Some(43));
        assert_eq!(whole_len(&bytes, IpVersion::Ipv4), None);
        assert_eq!(whole_len(&bytes[..42], IpVersion::Ipv6), None, "a byte is missing");
        bytes.extend([0; 3]);
        assert_eq!(whole_len(&bytes, IpVersion::Ipv6), Some(43), "padding does not count");
        bytes[0] = 0x45;
        assert_eq!(whole_len(&bytes, IpVersion::Ipv6), None, "of another version");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_updated_checksum_equals_the_recomputed_one(
            from in any::<u32>(), to in any::<u32>(), ttl in 1u8.., tos in any::<u8>(), ident in any::<u16>(),
            payload in prop::collection::vec(any::<u8>(), 0..40),
        ) {
            let (from, to) = (from.into(), to.into());
            let header = Ipv4Header { from, to, protocol: IpProtocol::Udp, ttl, tos, ident };
            let mut updated = header.packet(&payload);
            decrement_ttl(&mut updated);
            prop_assert_eq!(&updated, &Ipv4Header { ttl: ttl - 1, ..header }.packet(&payload));
            prop_assert_eq!(whole_len(&updated, IpVersion::Ipv4), Some(updated.len()));
        }

        #[test]
        fn any_bytes_can_be_read(bytes in prop::collection::vec(any::<u8>(), 0..120)) {
            let _ = (whole_len(&bytes, IpVersion::Ipv4), whole_len(&bytes, IpVersion::Ipv6));
            if let Some(header) = fragment_header(&bytes) {
                prop_assert!(header.at + 8 <= bytes.len() && header.named_at < header.at);
            }
        }
    }
}
