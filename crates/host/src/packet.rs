//! The packets and frames that a host makes itself: their headers.
//!
//! A packet is in a frame whose Ethernet header is still empty: see [`card`](crate::card).

use smoltcp::wire::{
    EthernetAddress, Icmpv4Packet, Icmpv6Packet, IpAddress, IpProtocol, Ipv4Address, Ipv4Packet, Ipv6Address,
    Ipv6Packet,
};
use wire::Frame;
use wire::header::{ETHERNET_HEADER_BYTES, EtherType, Ethernet, IPV4_HEADER_BYTES, IPV6_HEADER_BYTES, Ip};

/// The hop limit of what a host sends, unless a program or a router asks for another one (RFC 1700).
pub(crate) const HOP_LIMIT: u8 = 64;

/// The fields of an IP header that differ from packet to packet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Header {
    pub from: IpAddress,
    pub to: IpAddress,
    pub protocol: IpProtocol,
    pub hop_limit: u8,
    /// IPv4's type of service, IPv6's traffic class.
    pub traffic_class: u8,
    /// IPv4's identification, if routers may fragment the packet (RFC 6864, 4.1).
    pub ident: Option<u16>,
}

impl Header {
    /// The header of an ICMP message between these addresses.
    pub fn icmp(from: IpAddress, to: IpAddress) -> Self {
        let protocol = match from {
            IpAddress::Ipv4(_) => IpProtocol::Icmp,
            IpAddress::Ipv6(_) => IpProtocol::Icmpv6,
        };
        Self { from, to, protocol, hop_limit: HOP_LIMIT, traffic_class: 0, ident: None }
    }

    /// A packet with this header and a payload of these pieces.
    ///
    /// # Panics
    /// If it is longer than an IP packet can be, or the addresses are of two IP versions.
    pub fn packet(&self, payload: &[&[u8]]) -> Frame {
        let len: usize = payload.iter().map(|piece| piece.len()).sum();
        let header = match self.from {
            IpAddress::Ipv4(_) => IPV4_HEADER_BYTES,
            IpAddress::Ipv6(_) => IPV6_HEADER_BYTES,
        };
        assert!(len <= usize::from(u16::MAX) - IPV4_HEADER_BYTES, "a packet of {len} bytes of payload");
        Frame::build(ETHERNET_HEADER_BYTES + header + len, |bytes| {
            let mut at = ETHERNET_HEADER_BYTES + header;
            for piece in payload {
                bytes[at..at + piece.len()].copy_from_slice(piece);
                at += piece.len();
            }
            let packet = &mut bytes[ETHERNET_HEADER_BYTES..];
            match (self.from, self.to) {
                (IpAddress::Ipv4(from), IpAddress::Ipv4(to)) => self.emit_v4(from, to, packet),
                (IpAddress::Ipv6(from), IpAddress::Ipv6(to)) => self.emit_v6(from, to, packet),
                _ => panic!("a packet from {} to {}", self.from, self.to),
            }
        })
    }

    fn emit_v4(&self, from: Ipv4Address, to: Ipv4Address, packet: &mut [u8]) {
        let len = packet.len() as u16;
        let mut ip = Ipv4Packet::new_unchecked(packet);
        ip.set_version(4);
        ip.set_header_len(IPV4_HEADER_BYTES as u8);
        ip.set_dscp(self.traffic_class >> 2);
        ip.set_ecn(self.traffic_class & 3);
        ip.set_total_len(len);
        ip.set_ident(self.ident.unwrap_or(0));
        ip.clear_flags();
        ip.set_dont_frag(self.ident.is_none());
        ip.set_hop_limit(self.hop_limit);
        ip.set_next_header(self.protocol);
        ip.set_src_addr(from);
        ip.set_dst_addr(to);
        ip.fill_checksum();
    }

    fn emit_v6(&self, from: Ipv6Address, to: Ipv6Address, packet: &mut [u8]) {
        let len = (packet.len() - IPV6_HEADER_BYTES) as u16;
        let mut ip = Ipv6Packet::new_unchecked(packet);
        ip.set_version(6);
        ip.set_traffic_class(self.traffic_class);
        ip.set_payload_len(len);
        ip.set_next_header(self.protocol);
        ip.set_hop_limit(self.hop_limit);
        ip.set_src_addr(from);
        ip.set_dst_addr(to);
    }
}

/// An ICMP or ICMPv6 message of these pieces, with its checksum.
pub(crate) fn icmp_message(from: IpAddress, to: IpAddress, pieces: &[&[u8]]) -> Vec<u8> {
    let mut message = pieces.concat();
    match (from, to) {
        (IpAddress::Ipv6(from), IpAddress::Ipv6(to)) => {
            Icmpv6Packet::new_unchecked(&mut message[..]).fill_checksum(&from, &to);
        }
        _ => Icmpv4Packet::new_unchecked(&mut message[..]).fill_checksum(),
    }
    message
}

/// A packet with an ICMP or ICMPv6 message of these pieces.
pub(crate) fn icmp(header: &Header, pieces: &[&[u8]]) -> Frame {
    header.packet(&[&icmp_message(header.from, header.to, pieces)])
}

/// Whether an ICMP or ICMPv6 message has the right checksum.
pub(crate) fn verify_icmp(ip: &Ip<'_>) -> bool {
    match (ip.source, ip.destination) {
        (IpAddress::Ipv6(from), IpAddress::Ipv6(to)) => {
            Icmpv6Packet::new_unchecked(ip.payload()).verify_checksum(&from, &to)
        }
        _ => Icmpv4Packet::new_unchecked(ip.payload()).verify_checksum(),
    }
}

/// The IP packet in a frame that the host sends, whose Ethernet header may be empty.
pub(crate) fn read(frame: &[u8]) -> Option<Ip<'_>> {
    Ip::read(frame.get(ETHERNET_HEADER_BYTES..)?)
}

/// The IP packet in a frame that was received.
pub(crate) fn received(frame: &[u8]) -> Option<Ip<'_>> {
    Ethernet::read(frame)?.ip()
}

/// Fills in a frame's Ethernet header. The type is the packet's IP version.
pub(crate) fn write_ethernet(frame: &mut Frame, from: EthernetAddress, to: EthernetAddress) {
    let bytes = frame.make_mut();
    let kind = if bytes[ETHERNET_HEADER_BYTES] >> 4 == 4 { EtherType::IPV4 } else { EtherType::IPV6 };
    bytes[..6].copy_from_slice(&to.0);
    bytes[6..12].copy_from_slice(&from.0);
    bytes[12..ETHERNET_HEADER_BYTES].copy_from_slice(&kind.0.to_be_bytes());
}
