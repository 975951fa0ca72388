//! ICMP errors (RFC 792, RFC 4443): their contents, how much they quote, and when none may be sent.

use crate::interface::is_host;
use crate::packet::Received;
use smoltcp::wire::{Icmpv4Packet, Icmpv6Packet, IpProtocol, Ipv4Packet, Ipv6Packet};
use std::net::{Ipv4Addr, Ipv6Addr};
use wire::header::{IPV4_HEADER_BYTES, IPV6_HEADER_BYTES, Ip};

/// The errors that a router reports to a packet's sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IcmpError {
    /// There is no route to the destination.
    NoRoute,
    /// The next hop does not answer ARP or NDP.
    NoNeighbor,
    /// The filter rejects the packet.
    Prohibited,
    /// The source is link-local and the destination beyond its link (IPv6).
    BeyondScope,
    /// The router has no service on this UDP port.
    PortUnreachable,
    /// The router does not implement the payload's protocol. The number is its offset in the packet, for IPv6.
    UnknownProtocol(u32),
    /// A field of the header, or of an option, is wrong. The number is its offset in the packet.
    BadHeader(u32),
    /// An IPv6 option is unknown, and its type demands that this is reported (RFC 8200, 4.2).
    UnknownOption {
        /// The offset of its type in the packet.
        at: u32,
        /// It is reported even about a packet to a group.
        even_of_group: bool,
    },
    /// The packet's source route is not followed (IPv4).
    SourceRouteFailed,
    /// The packet is longer than the next link's MTU, which is this.
    TooBig(u32),
    /// The time to live, or hop limit, reached zero.
    Expired,
    /// Not all fragments arrived in time.
    ReassemblyExpired,
}

/// An ICMPv4 message's type, code, and second word.
type Head = (u8, u8, [u8; 4]);

impl IcmpError {
    /// RFC 792; RFC 1191, 4; RFC 1812, 5.2.7.1.
    const fn ipv4(self) -> Head {
        match self {
            Self::NoRoute => (3, 0, [0; 4]),
            Self::NoNeighbor => (3, 1, [0; 4]),
            Self::UnknownProtocol(_) => (3, 2, [0; 4]),
            Self::PortUnreachable => (3, 3, [0; 4]),
            Self::TooBig(mtu) => {
                let mtu = if mtu > 0xffff { 0xffff } else { mtu };
                (3, 4, mtu.to_be_bytes())
            }
            Self::SourceRouteFailed => (3, 5, [0; 4]),
            Self::Prohibited | Self::BeyondScope => (3, 13, [0; 4]),
            Self::Expired => (11, 0, [0; 4]),
            Self::ReassemblyExpired => (11, 1, [0; 4]),
            Self::BadHeader(at) | Self::UnknownOption { at, .. } => (12, 0, [at as u8, 0, 0, 0]),
        }
    }

    /// RFC 4443, 3.
    const fn ipv6(self) -> Head {
        match self {
            Self::NoRoute => (1, 0, [0; 4]),
            Self::Prohibited | Self::SourceRouteFailed => (1, 1, [0; 4]),
            Self::BeyondScope => (1, 2, [0; 4]),
            Self::NoNeighbor => (1, 3, [0; 4]),
            Self::PortUnreachable => (1, 4, [0; 4]),
            Self::TooBig(mtu) => (2, 0, mtu.to_be_bytes()),
            Self::Expired => (3, 0, [0; 4]),
            Self::ReassemblyExpired => (3, 1, [0; 4]),
            Self::BadHeader(at) => (4, 0, at.to_be_bytes()),
            Self::UnknownProtocol(at) => (4, 1, at.to_be_bytes()),
            Self::UnknownOption { at, .. } => (4, 2, at.to_be_bytes()),
        }
    }

    /// The ICMPv4 message about this packet.
    pub fn message_ipv4(self, about: &[u8]) -> Vec<u8> {
        error_ipv4(self.ipv4(), about)
    }

    /// The ICMPv6 message about this packet, from here to there.
    pub fn message_ipv6(self, from: Ipv6Addr, to: Ipv6Addr, about: &[u8]) -> Vec<u8> {
        // RFC 4443, 2.4 (c): as much as fits the least MTU.
        let quoted = &about[..about.len().min(1_280 - IPV6_HEADER_BYTES - 8)];
        let (kind, code, second) = self.ipv6();
        icmpv6(from, to, &[&[kind, code, 0, 0], &second, quoted])
    }
}

/// A redirect for one destination host to this next hop (RFC 792, code 1).
pub fn redirect_ipv4(via: Ipv4Addr, about: &[u8]) -> Vec<u8> {
    error_ipv4((5, 1, via.octets()), about)
}

fn error_ipv4((kind, code, second): Head, about: &[u8]) -> Vec<u8> {
    // RFC 1812, 4.3.2.3: as much as fits into 576 bytes.
    let quoted = &about[..about.len().min(576 - IPV4_HEADER_BYTES - 8)];
    icmpv4(&[&[kind, code, 0, 0], &second, quoted])
}

/// An ICMPv4 message of these pieces, with its checksum.
pub fn icmpv4(pieces: &[&[u8]]) -> Vec<u8> {
    let mut bytes = pieces.concat();
    Icmpv4Packet::new_unchecked(&mut bytes[..]).fill_checksum();
    bytes
}

/// An ICMPv6 message of these pieces, with its checksum.
pub fn icmpv6(from: Ipv6Addr, to: Ipv6Addr, pieces: &[&[u8]]) -> Vec<u8> {
    let mut bytes = pieces.concat();
    Icmpv6Packet::new_unchecked(&mut bytes[..]).fill_checksum(&from, &to);
    bytes
}

/// Whether ICMPv4 messages of this type are queries or replies, about which an error may be sent.
const fn is_query(kind: u8) -> bool {
    matches!(kind, 0 | 8 | 9 | 10 | 13..=18)
}

/// Whether an error about this packet may be sent (RFC 1122, 3.2.2; RFC 4443, 2.4 (e)): not about packets to a group, which many
/// stations would answer, nor about errors, which would never end.
pub fn may_send_error(received: &Received, trouble: IcmpError) -> bool {
    let bytes = received.bytes();
    match bytes.first().map(|byte| byte >> 4) {
        Some(4) => {
            let packet = Ipv4Packet::new_unchecked(bytes);
            let (from, to) = (packet.src_addr(), packet.dst_addr());
            let about_error = packet.next_header() == IpProtocol::Icmp
                && !packet.payload().first().is_some_and(|&kind| is_query(kind));
            !received.to_group
                && is_host(from)
                && !to.is_multicast()
                && !to.is_broadcast()
                && packet.frag_offset() == 0
                && !about_error
        }
        Some(6) => {
            let packet = Ipv6Packet::new_unchecked(bytes);
            let (from, to) = (packet.src_addr(), packet.dst_addr());
            let about_error = Ip::read(bytes).is_some_and(|ip| {
                // Types below 128 are errors; 137 is a redirect.
                ip.protocol == IpProtocol::Icmpv6
                    && !ip.is_later_fragment()
                    && ip.payload().first().is_none_or(|&kind| kind < 128 || kind == 137)
            });
            let for_many = received.to_group || to.is_multicast();
            let even_then = matches!(
                trouble,
                IcmpError::TooBig(_) | IcmpError::UnknownOption { even_of_group: true, .. }
            );
            (even_then || !for_many) && !from.is_unspecified() && !from.is_multicast() && !about_error
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interface::Link;
    use crate::packet::{Ipv4Header, ipv6_packet};
    use wire::node::Tag;
    use wire::{Frame, PortId};

    fn received(packet: &[u8]) -> Received {
        Received {
            frame: Frame::copy_from(packet),
            packet: 0..packet.len(),
            tag: Tag::default(),
            from: Link { port: PortId(0), vlan: None },
            to_group: false,
        }
    }

    fn ipv4(from: [u8; 4], to: [u8; 4], protocol: IpProtocol, payload: &[u8]) -> Received {
        let header = Ipv4Header { from: from.into(), to: to.into(), protocol, ttl: 64, tos: 0, ident: 0 };
        received(&header.packet(payload))
    }

    const A: [u8; 4] = [10, 0, 0, 1];
    const B: [u8; 4] = [10, 0, 0, 2];

    #[test]
    fn errors_are_sent_about_unicast_packets_and_never_about_errors() {
        let may = |received: &Received| may_send_error(received, IcmpError::NoRoute);
        assert!(may(&ipv4(A, B, IpProtocol::Udp, &[0; 8])));
        assert!(may(&ipv4(A, B, IpProtocol::Icmp, &[8; 8])));
        for kind in [3, 4, 5, 11, 12, 40] {
            assert!(!may(&ipv4(A, B, IpProtocol::Icmp, &[kind; 8])), "{kind}");
        }
        for from in [[0; 4], [127, 0, 0, 1], [224, 0, 0, 1], [255; 4], [0, 1, 2, 3]] {
            assert!(!may(&ipv4(from, B, IpProtocol::Udp, &[0; 8])), "{from:?}");
        }
        for to in [[224, 0, 0, 1], [255; 4]] {
            assert!(!may(&ipv4(A, to, IpProtocol::Udp, &[0; 8])), "{to:?}");
        }
        let group = Received { to_group: true, ..ipv4(A, B, IpProtocol::Udp, &[0; 8]) };
        assert!(!may(&group));
        let mut later = group.bytes().to_vec();
        Ipv4Packet::new_unchecked(&mut later[..]).set_frag_offset(8);
        assert!(!may(&received(&later)));
    }

    #[test]
    fn in_ipv6_packet_too_big_is_sent_even_about_multicast() {
        let [one, group] = ["fd00::1", "ff0e::1"].map(|text| text.parse::<Ipv6Addr>().unwrap());
        let to = |to, kind: u8| received(&ipv6_packet(one, to, IpProtocol::Icmpv6, 64, &[kind, 0, 0, 0]));
        assert!(may_send_error(&to(one, 128), IcmpError::NoRoute));
        assert!(!may_send_error(&to(group, 128), IcmpError::NoRoute));
        assert!(may_send_error(&to(group, 128), IcmpError::TooBig(1_280)));
        for kind in [1, 2, 3, 4, 100, 137] {
            assert!(!may_send_error(&to(one, kind), IcmpError::TooBig(1_280)), "{kind}");
        }
    }

    #[test]
    fn as_much_is_quoted_as_fits_the_minimum_mtu() {
        let about =
            Ipv4Header { from: A.into(), to: B.into(), protocol: IpProtocol::Udp, ttl: 1, tos: 0, ident: 5 }
                .packet(&[7; 1_400]);
        assert_eq!(IcmpError::Expired.message_ipv4(&about).len() + 20, 576);
        let local = Ipv6Addr::LOCALHOST;
        assert_eq!(IcmpError::Expired.message_ipv6(local, local, &about).len() + 40, 1_280);
    }
}
