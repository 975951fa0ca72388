//! What a multicast packet says to a switch that listens: queries, reports and done messages of IGMP (RFC 1112, RFC 2236, RFC 3376)
//! and MLD (RFC 2710, RFC 3810), and the hello of a multicast router (RFC 7761).
//!
//! What is not valid, down to its checksum, is no message: it is an ordinary packet to its group.

use smoltcp::wire::{Icmpv6Packet, IgmpPacket, IpAddress, IpProtocol, IpVersion, Ipv6Address};
use wire::Duration;
use wire::header::{EtherType, Ethernet, Ip};

/// A packet to a group.
pub(super) struct Packet {
    /// To whom it goes, as its IP header says.
    pub destination: IpAddress,
    /// What it says about groups.
    pub message: Option<Message>,
}

/// Something about groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Message {
    /// Who wants this group's frames, or, if there is none, any?
    Query { source: IpAddress, group: Option<IpAddress>, response: Duration },
    /// These groups' frames are wanted, or no longer.
    Report(Vec<(IpAddress, Change)>),
    /// There is a multicast router.
    Router,
}

/// What a host wants of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Join,
    Leave,
}

/// PIM (RFC 7761, 4.9); its type 0 is a hello.
const PIM: u8 = 103;

/// The IP packet to a group in a frame, behind one VLAN tag or none; `None` if it has none.
pub(super) fn parse(frame: &[u8]) -> Option<Packet> {
    let outer = Ethernet::read(frame)?;
    let ethernet = match outer.kind {
        EtherType::VLAN => outer.untag()?.1,
        _ => outer,
    };
    let version = match ethernet.kind {
        EtherType::IPV4 => IpVersion::Ipv4,
        EtherType::IPV6 => IpVersion::Ipv6,
        _ => return None,
    };
    let ip = Ip::read(ethernet.payload()).filter(|ip| ip.source.version() == version)?;
    let whole = ip.verify_checksum() && ip.fragment.is_none();
    let message = if whole { message(&ip) } else { None };
    Some(Packet { destination: ip.destination, message })
}

fn message(ip: &Ip<'_>) -> Option<Message> {
    match (ip.protocol, ip.source, ip.destination) {
        (IpProtocol::Igmp, IpAddress::Ipv4(_), _) => igmp(ip.source, ip.payload()),
        (IpProtocol::Icmpv6, IpAddress::Ipv6(source), IpAddress::Ipv6(destination)) => {
            mld(source, destination, ip.payload())
        }
        (IpProtocol::Unknown(PIM), ..) => pim(ip.payload()),
        _ => None,
    }
}

fn pim(data: &[u8]) -> Option<Message> {
    // Version 2, type hello.
    (data.len() >= 4 && data[0] == 0x20).then_some(Message::Router)
}

fn igmp(source: IpAddress, data: &[u8]) -> Option<Message> {
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
            Some(Message::Query { source, group, response })
        }
        0x12 | 0x16 => group.is_multicast().then(|| Message::Report(vec![(group, Change::Join)])),
        0x17 => group.is_multicast().then(|| Message::Report(vec![(group, Change::Leave)])),
        0x22 => {
            let count = u16::from_be_bytes([data[6], data[7]]);
            Some(Message::Report(records(&data[8..], count, 4)))
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

fn mld(source: Ipv6Address, destination: Ipv6Address, data: &[u8]) -> Option<Message> {
    // Unchecked, because smoltcp knows no version 1 reports; this looks at the sum alone, whatever the length.
    let packet = Icmpv6Packet::new_unchecked(data);
    if data.len() < 8 || !packet.verify_checksum(&source, &destination) {
        return None;
    }
    let group = || {
        let octets: [u8; 16] = *data.get(8..)?.first_chunk()?;
        Some(Ipv6Address::from(octets))
    };
    let one = |change| {
        let group = group().filter(|group| group.is_multicast())?;
        Some(Message::Report(vec![(group.into(), change)]))
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
            Some(Message::Query { source: source.into(), group, response: Duration::from_millis(millis) })
        }
        131 => one(Change::Join),
        132 => one(Change::Leave),
        143 => {
            let count = u16::from_be_bytes(*data.get(6..)?.first_chunk()?);
            Some(Message::Report(records(&data[8..], count, 16)))
        }
        _ => None,
    }
}

/// The group records of a version 3 (or, for IPv6, 2) report (RFC 3376, 4.2.12; RFC 3810, 5.2.12): type, length of auxiliary
/// data, number of sources, group, sources, auxiliary data. Which sources are wanted is not looked at (RFC 4541, 2.1.2).
fn records(mut data: &[u8], count: u16, address_bytes: usize) -> Vec<(IpAddress, Change)> {
    let mut changes = Vec::new();
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
        let change = match (kind, sources) {
            // Is or becomes EXCLUDE: all sources, or all but some.
            (2 | 4, _) => Some(Change::Join),
            // Is or becomes INCLUDE some sources; allows more.
            (1 | 3 | 5, 1..) => Some(Change::Join),
            // Becomes INCLUDE none.
            (3, 0) => Some(Change::Leave),
            _ => None,
        };
        if let Some(change) = change.filter(|_| group.is_multicast()) {
            changes.push((group, change));
        }
        let len = 4 + address_bytes + sources * address_bytes + 4 * usize::from(auxiliary);
        data = data.get(len..).unwrap_or_default();
    }
    changes
}
