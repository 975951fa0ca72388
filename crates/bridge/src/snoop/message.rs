//! What a multicast packet says to a switch that listens: queries, reports and done messages of IGMP (RFC 1112, RFC 2236, RFC 3376)
//! and MLD (RFC 2710, RFC 3810), and the hello of a multicast router (RFC 7761).
//!
//! What is not valid, down to its checksum, is no message: it is an ordinary packet to its group.

use crate::tag;
use smoltcp::wire::{Icmpv6Packet, IgmpPacket, IpAddress, IpProtocol, Ipv4Packet, Ipv6Address, Ipv6Packet};
use wire::Duration;

/// A packet to a group.
pub(super) struct Packet {
    /// To whom it goes, as its IP header says.
    pub destination: IpAddress,
    /// What it says about groups.
    pub heard: Option<Heard>,
}

/// Something about groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// Who wants this group's frames, or, if there is none, any?
    Query { source: IpAddress, group: Option<IpAddress>, response: Duration },
    /// These groups' frames are wanted, or no longer.
    Report(Vec<(IpAddress, Wish)>),
    /// There is a multicast router.
    Router,
}

/// What a host wants of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    Join,
    Leave,
}

/// PIM (RFC 7761, 4.9); its type 0 is a hello.
const PIM: u8 = 103;
/// Hop-by-hop options come first, if they come (RFC 8200, 4.1).
const ICMPV6: u8 = 58;

/// The packet in a frame, tagged or not; `None` if it is no IP packet.
pub(super) fn parse(frame: &[u8]) -> Option<Packet> {
    match tag::inner(frame)? {
        (0x0800, payload) => parse_v4(payload),
        (0x86dd, payload) => parse_v6(payload),
        _ => None,
    }
}

fn parse_v4(payload: &[u8]) -> Option<Packet> {
    let ip = Ipv4Packet::new_checked(payload).ok().filter(|ip| ip.version() == 4)?;
    let whole = ip.verify_checksum() && !ip.more_frags() && ip.frag_offset() == 0;
    let heard = match ip.next_header() {
        IpProtocol::Igmp if whole => igmp(ip.src_addr().into(), ip.payload()),
        IpProtocol::Unknown(PIM) if whole => pim(ip.payload()),
        _ => None,
    };
    Some(Packet { destination: ip.dst_addr().into(), heard })
}

fn parse_v6(payload: &[u8]) -> Option<Packet> {
    let ip = Ipv6Packet::new_checked(payload).ok().filter(|ip| ip.version() == 6)?;
    let (mut next, mut data) = (u8::from(ip.next_header()), ip.payload());
    if next == 0 {
        let &[after, eights, ..] = data else { return None };
        next = after;
        data = data.get(8 * (usize::from(eights) + 1)..)?;
    }
    let heard = match next {
        ICMPV6 => mld(ip.src_addr(), ip.dst_addr(), data),
        PIM => pim(data),
        _ => None,
    };
    Some(Packet { destination: ip.dst_addr().into(), heard })
}

fn pim(data: &[u8]) -> Option<Heard> {
    // Version 2, type hello.
    (data.len() >= 4 && data[0] == 0x20).then_some(Heard::Router)
}

fn igmp(source: IpAddress, data: &[u8]) -> Option<Heard> {
    let packet = IgmpPacket::new_checked(data).ok().filter(|packet| packet.verify_checksum())?;
    let group = IpAddress::from(packet.group_addr());
    match u8::from(packet.msg_type()) {
        0x11 => {
            let group = match packet.group_addr() {
                any if any.is_unspecified() => None,
                group if group.is_multicast() => Some(group.into()),
                _ => return None,
            };
            let response = tenths(data[1]);
            Some(Heard::Query { source, group, response })
        }
        0x12 | 0x16 => group.is_multicast().then(|| Heard::Report(vec![(group, Wish::Join)])),
        0x17 => group.is_multicast().then(|| Heard::Report(vec![(group, Wish::Leave)])),
        0x22 => {
            let count = u16::from_be_bytes([data[6], data[7]]);
            Some(Heard::Report(records(&data[8..], count, 4)))
        }
        _ => None,
    }
}

/// How long hosts may take to answer: a version 1 query has none, and means ten seconds; from 128 on it is a float (RFC 3376, 4.1.1).
fn tenths(code: u8) -> Duration {
    let code = u64::from(code);
    let tenths = match code {
        0 => 100,
        1..128 => code,
        _ => (code & 0xf | 0x10) << ((code >> 4 & 7) + 3),
    };
    Duration::from_millis(tenths * 100)
}

fn mld(source: Ipv6Address, destination: Ipv6Address, data: &[u8]) -> Option<Heard> {
    // Unchecked, because smoltcp knows no version 1 reports; this looks at the sum alone, whatever the length.
    let packet = Icmpv6Packet::new_unchecked(data);
    if data.len() < 8 || !packet.verify_checksum(&source, &destination) {
        return None;
    }
    let group = || {
        let octets: [u8; 16] = *data.get(8..)?.first_chunk()?;
        Some(Ipv6Address::from(octets))
    };
    let one = |wish| {
        let group = group().filter(|group| group.is_multicast())?;
        Some(Heard::Report(vec![(group.into(), wish)]))
    };
    match data[0] {
        130 => {
            let group = match group()? {
                any if any.is_unspecified() => None,
                group if group.is_multicast() => Some(group.into()),
                _ => return None,
            };
            // From 32 768 on it is a float (RFC 3810, 5.1.3).
            let code = u64::from(u16::from_be_bytes([data[4], data[5]]));
            let millis = match code {
                0..32_768 => code,
                _ => (code & 0xfff | 0x1000) << ((code >> 12 & 7) + 3),
            };
            Some(Heard::Query { source: source.into(), group, response: Duration::from_millis(millis) })
        }
        131 => one(Wish::Join),
        132 => one(Wish::Leave),
        143 => {
            let count = u16::from_be_bytes(*data.get(6..)?.first_chunk()?);
            Some(Heard::Report(records(&data[8..], count, 16)))
        }
        _ => None,
    }
}

/// The group records of a version 3 (or, for IPv6, 2) report (RFC 3376, 4.2.12; RFC 3810, 5.2.12): type, length of auxiliary
/// data, number of sources, group, sources, auxiliary data. Which sources are wanted is not looked at (RFC 4541, 2.1.2).
fn records(mut data: &[u8], count: u16, address_bytes: usize) -> Vec<(IpAddress, Wish)> {
    let mut wishes = Vec::new();
    for _ in 0..count {
        let (Some(group), Some(&[kind, auxiliary, a, b])) =
            (data.get(4..4 + address_bytes), data.first_chunk())
        else {
            break;
        };
        let group = match (group.first_chunk::<16>(), group.first_chunk::<4>()) {
            (Some(octets), _) => IpAddress::from(Ipv6Address::from(*octets)),
            (None, Some(octets)) => IpAddress::from(smoltcp::wire::Ipv4Address::from(*octets)),
            (None, None) => break,
        };
        let sources = usize::from(u16::from_be_bytes([a, b]));
        let wish = match (kind, sources) {
            // Is or becomes EXCLUDE: all sources, or all but some.
            (2 | 4, _) => Some(Wish::Join),
            // Is or becomes INCLUDE some sources; allows more.
            (1 | 3 | 5, 1..) => Some(Wish::Join),
            // Becomes INCLUDE none.
            (3, 0) => Some(Wish::Leave),
            _ => None,
        };
        if let Some(wish) = wish.filter(|_| group.is_multicast()) {
            wishes.push((group, wish));
        }
        let len = 4 + address_bytes + sources * address_bytes + 4 * usize::from(auxiliary);
        data = data.get(len..).unwrap_or_default();
    }
    wishes
}
