//! What the router reads of a packet, and the headers that it writes.
//!
//! Reading is smoltcp's, with the checks that it leaves to its callers. A received packet is kept as it came until its fate is
//! known, since an ICMP error quotes it so (RFC 1812, 4.3.2.3), whatever translation has made of it meanwhile.

use crate::checksum;
use crate::interface::Link;
use smoltcp::wire::{EthernetAddress, IpAddress, IpProtocol, Ipv4Packet, Ipv6Packet};
use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;
use wire::Frame;
use wire::node::Tag;

/// A packet as it was received.
#[derive(Clone, Debug)]
pub struct Received {
    /// The frame that it came in.
    pub frame: Frame,
    /// Where in the frame the packet is, without what pads it.
    pub packet: Range<usize>,
    /// How the owner knows it.
    pub tag: Tag,
    /// The interface that it came in at.
    pub from: Link,
    /// The frame was for many stations.
    pub to_group: bool,
}

impl Received {
    /// The packet's bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.frame[self.packet.clone()]
    }

    /// The same, if it had been this packet.
    pub fn with_packet(self, packet: &[u8]) -> Self {
        Self { frame: Frame::copy_from(packet), packet: 0..packet.len(), ..self }
    }
}

/// A packet on its way out.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// Its bytes.
    pub packet: Frame,
    /// What it was when it came; `None`: the router made it.
    pub of: Option<Received>,
}

/// The Ethernet type of IPv4.
pub const ETHERTYPE_IPV4: u16 = 0x0800;
/// The Ethernet type of ARP.
pub const ETHERTYPE_ARP: u16 = 0x0806;
/// The Ethernet type of a VLAN tag (IEEE 802.1Q-2022, table 9-1).
pub const ETHERTYPE_VLAN: u16 = 0x8100;
/// The Ethernet type of IPv6.
pub const ETHERTYPE_IPV6: u16 = 0x86dd;

/// Where an Ethernet frame's payload begins, of which VLAN it is, and what it is; `None`: it is too short.
pub fn ethernet(frame: &[u8]) -> Option<(EthernetAddress, EthernetAddress, Option<u16>, u16, usize)> {
    let address = |at: usize| Some(EthernetAddress::from_bytes(frame.get(at..at + 6)?));
    let (to, from) = (address(0)?, address(6)?);
    match u16_at(frame, 12)? {
        // A tag of VLAN 0 says only how urgent the frame is (IEEE 802.1Q-2022, 9.6).
        ETHERTYPE_VLAN => {
            let vlan = u16_at(frame, 14)? & 0x0fff;
            Some((to, from, (vlan != 0).then_some(vlan), u16_at(frame, 16)?, 18))
        }
        kind => Some((to, from, None, kind, 14)),
    }
}

/// The bytes before a frame's payload.
pub fn ethernet_header(
    to: EthernetAddress,
    from: EthernetAddress,
    vlan: Option<u16>,
    kind: u16,
) -> ([u8; 18], usize) {
    let mut header = [0; 18];
    header[..6].copy_from_slice(&to.0);
    header[6..12].copy_from_slice(&from.0);
    let mut end = 12;
    for word in vlan.map(|vlan| [ETHERTYPE_VLAN, vlan]).into_iter().flatten().chain([kind]) {
        header[end..end + 2].copy_from_slice(&word.to_be_bytes());
        end += 2;
    }
    (header, end)
}

/// Two bytes as a number.
pub fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

/// A whole IPv4 packet that begins here (RFC 1812, 5.2.2), without what pads it; `None`: it is none.
pub fn ipv4(bytes: &[u8]) -> Option<Ipv4Packet<&[u8]>> {
    let packet = Ipv4Packet::new_checked(bytes).ok()?;
    let whole = packet.version() == 4 && packet.verify_checksum();
    whole.then(|| Ipv4Packet::new_unchecked(&bytes[..usize::from(packet.total_len())]))
}

/// A whole IPv6 packet that begins here; `None`: it is none.
pub fn ipv6(bytes: &[u8]) -> Option<Ipv6Packet<&[u8]>> {
    let packet = Ipv6Packet::new_checked(bytes).ok()?;
    (packet.version() == 6).then(|| Ipv6Packet::new_unchecked(&bytes[..packet.total_len()]))
}

/// The length of an IPv4 header, with options.
pub const IPV4_HEADER_LEN: usize = 20;
/// The length of an IPv6 header.
pub const IPV6_HEADER_LEN: usize = 40;

/// What an IPv6 packet carries behind its extension headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Upper {
    /// What it is.
    pub protocol: IpProtocol,
    /// Where it begins.
    pub at: usize,
    /// Where the number of the protocol is.
    pub named_at: usize,
    /// It is not the packet's first fragment, so there is only some of the payload.
    pub later_fragment: bool,
    /// It is a fragment, and this is its header.
    pub fragment: Option<FragmentHeader>,
}

/// An IPv6 packet's fragment header (RFC 8200, 4.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FragmentHeader {
    /// Where it begins.
    pub at: usize,
    /// Where the header before it names it.
    pub named_at: usize,
    /// Where the fragment belongs, in bytes.
    pub offset: usize,
    /// Others are behind it.
    pub more: bool,
    /// The number that all have.
    pub ident: u32,
}

/// Follows an IPv6 packet's extension headers (RFC 8200, 4); `None`: they go beyond its end.
pub fn upper(packet: &[u8]) -> Option<Upper> {
    let number = |at: usize| packet.get(at).copied();
    let mut upper = Upper {
        protocol: IpProtocol::from(number(6)?),
        at: IPV6_HEADER_LEN,
        named_at: 6,
        later_fragment: false,
        fragment: None,
    };
    loop {
        let len = match upper.protocol {
            IpProtocol::HopByHop | IpProtocol::Ipv6Route | IpProtocol::Ipv6Opts => {
                8 + 8 * usize::from(number(upper.at + 1)?)
            }
            IpProtocol::Ipv6Frag => {
                let word = u16_at(packet, upper.at + 2)?;
                let ident = packet.get(upper.at + 4..upper.at + 8)?.try_into().ok()?;
                let header = FragmentHeader {
                    at: upper.at,
                    named_at: upper.named_at,
                    offset: usize::from(word & 0xfff8),
                    more: word & 1 != 0,
                    ident: u32::from_be_bytes(ident),
                };
                upper.later_fragment |= header.offset != 0;
                upper.fragment.get_or_insert(header);
                8
            }
            _ => return (upper.at <= packet.len()).then_some(upper),
        };
        if upper.at + len > packet.len() {
            return None;
        }
        upper.named_at = upper.at;
        upper.protocol = IpProtocol::from(number(upper.at)?);
        upper.at += len;
        if upper.later_fragment {
            return Some(upper);
        }
    }
}

/// What the router says of itself in an IPv4 header.
#[derive(Clone, Copy, Debug)]
pub struct Ipv4Header {
    /// From whom.
    pub from: Ipv4Addr,
    /// To whom.
    pub to: Ipv4Addr,
    /// What it carries.
    pub protocol: IpProtocol,
    /// Its time to live.
    pub ttl: u8,
    /// The type of service.
    pub tos: u8,
    /// The number that its fragments share.
    pub ident: u16,
}

impl Ipv4Header {
    /// A packet with this header.
    pub fn packet(&self, payload: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0; IPV4_HEADER_LEN];
        let len = (IPV4_HEADER_LEN + payload.len()).min(usize::from(u16::MAX));
        bytes.extend_from_slice(&payload[..len - IPV4_HEADER_LEN]);
        let mut packet = Ipv4Packet::new_unchecked(&mut bytes[..]);
        packet.set_version(4);
        packet.set_header_len(IPV4_HEADER_LEN as u8);
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
    let mut bytes = vec![0; IPV6_HEADER_LEN];
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

/// From whom and to whom a packet is that has been checked.
pub fn addresses(packet: &[u8]) -> Option<(IpAddress, IpAddress)> {
    match packet.first()? >> 4 {
        4 if packet.len() >= IPV4_HEADER_LEN => {
            let packet = Ipv4Packet::new_unchecked(packet);
            Some((packet.src_addr().into(), packet.dst_addr().into()))
        }
        6 if packet.len() >= IPV6_HEADER_LEN => {
            let packet = Ipv6Packet::new_unchecked(packet);
            Some((packet.src_addr().into(), packet.dst_addr().into()))
        }
        _ => None,
    }
}

/// The whole IPv4 packet whose first fragment this is.
pub fn whole_ipv4(first: &[u8], payload: &[u8]) -> Option<Vec<u8>> {
    let header_len = usize::from(Ipv4Packet::new_unchecked(first).header_len());
    let mut bytes = [&first[..header_len], payload].concat();
    let len = u16::try_from(bytes.len()).ok()?;
    let mut packet = Ipv4Packet::new_unchecked(&mut bytes[..]);
    packet.set_total_len(len);
    packet.set_more_frags(false);
    packet.fill_checksum();
    Some(bytes)
}

/// The whole IPv6 packet whose first fragment this is, with that fragment header.
pub fn whole_ipv6(first: &[u8], header: &FragmentHeader, payload: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = [&first[..header.at], payload].concat();
    bytes[header.named_at] = first[header.at];
    let len = u16::try_from(bytes.len() - IPV6_HEADER_LEN).ok()?;
    Ipv6Packet::new_unchecked(&mut bytes[..]).set_payload_len(len);
    Some(bytes)
}

/// Puts one hop less into an IPv4 header, and mends its checksum without looking at the rest (RFC 1624, equation 3).
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

    const TO: EthernetAddress = EthernetAddress([2, 0, 0, 0, 0, 1]);
    const FROM: EthernetAddress = EthernetAddress([2, 0, 0, 0, 0, 2]);

    #[test]
    fn an_ethernet_header_is_read_as_it_was_written() {
        for vlan in [None, Some(7), Some(4_094)] {
            let (header, len) = ethernet_header(TO, FROM, vlan, ETHERTYPE_IPV6);
            assert_eq!(ethernet(&header[..len]), Some((TO, FROM, vlan, ETHERTYPE_IPV6, len)));
            assert_eq!(ethernet(&header[..len - 1]), None);
        }
    }

    #[test]
    fn a_priority_tag_is_no_vlan() {
        let (header, len) = ethernet_header(TO, FROM, Some(0xe000), ETHERTYPE_IPV4);
        assert_eq!(ethernet(&header[..len]), Some((TO, FROM, None, ETHERTYPE_IPV4, 18)));
    }

    #[test]
    fn extension_headers_are_followed_to_what_they_are_about() {
        // Hop-by-hop options, then a routing header of 24 bytes, then UDP.
        let mut payload = vec![43, 0, 1, 4, 0, 0, 0, 0, 17, 2];
        payload.resize(8 + 24, 0);
        let packet = ipv6_packet(Ipv6Addr::LOCALHOST, Ipv6Addr::LOCALHOST, IpProtocol::HopByHop, 1, &payload);
        let found = upper(&packet).unwrap();
        assert_eq!((found.protocol, found.at, found.named_at), (IpProtocol::Udp, 72, 48));
        assert_eq!(upper(&packet[..71]), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_mended_checksum_is_the_one_that_is_counted_anew(
            from in any::<u32>(), to in any::<u32>(), ttl in 1u8.., tos in any::<u8>(), ident in any::<u16>(),
            payload in prop::collection::vec(any::<u8>(), 0..40),
        ) {
            let (from, to) = (from.into(), to.into());
            let header = Ipv4Header { from, to, protocol: IpProtocol::Udp, ttl, tos, ident };
            let mut mended = header.packet(&payload);
            decrement_ttl(&mut mended);
            prop_assert_eq!(&mended, &Ipv4Header { ttl: ttl - 1, ..header }.packet(&payload));
            prop_assert!(ipv4(&mended).is_some());
        }

        #[test]
        fn no_bytes_are_too_odd_to_be_looked_at(bytes in prop::collection::vec(any::<u8>(), 0..120)) {
            let _ = (ethernet(&bytes), ipv4(&bytes), ipv6(&bytes), addresses(&bytes));
            if let Some(upper) = upper(&bytes) {
                prop_assert!(upper.at <= bytes.len() && upper.named_at < bytes.len());
            }
        }
    }
}
