//! Packets for tests, with right checksums.

use crate::checksum::{add, finish, finish_udp, pseudo_v4, pseudo_v6, sum};
use crate::flow::{ICMP, ICMPV6, Packet, TCP, UDP};
use proptest::prelude::*;
use smoltcp::wire::IpAddress;

type End = (IpAddress, u16);

pub(crate) fn udp(from: End, to: End, data: &[u8]) -> Vec<u8> {
    let length = (8 + data.len()) as u16;
    let ports = [from.1, to.1, length, 0].map(u16::to_be_bytes).concat();
    packet(from.0, to.0, UDP, &[ports.as_slice(), data].concat())
}

pub(crate) fn tcp(from: End, to: End, flags: u8, data: &[u8]) -> Vec<u8> {
    let ports = [from.1, to.1].map(u16::to_be_bytes).concat();
    let rest = [0, 0, 1, 2, 0, 0, 3, 4, 0x50, flags, 0x20, 0, 0, 0, 0, 0];
    packet(from.0, to.0, TCP, &[ports.as_slice(), &rest, data].concat())
}

pub(crate) fn echo(from: IpAddress, to: IpAddress, reply: bool, identifier: u16) -> Vec<u8> {
    let (protocol, kind) = match (from, reply) {
        (IpAddress::Ipv4(_), false) => (ICMP, 8),
        (IpAddress::Ipv4(_), true) => (ICMP, 0),
        (IpAddress::Ipv6(_), false) => (ICMPV6, 128),
        (IpAddress::Ipv6(_), true) => (ICMPV6, 129),
    };
    let [a, b] = identifier.to_be_bytes();
    packet(from, to, protocol, &[kind, 0, 0, 0, a, b, 0, 1, b'p', b'i', b'n', b'g'])
}

/// "Destination unreachable" from `from` about `about`, of which it carries the IP header and `more` bytes.
pub(crate) fn error(from: IpAddress, about: &[u8], more: usize) -> Vec<u8> {
    let packet_about = Packet::read(about).unwrap();
    let (protocol, kind) = match from {
        IpAddress::Ipv4(_) => (ICMP, [3, 3]),
        IpAddress::Ipv6(_) => (ICMPV6, [1, 4]),
    };
    let embedded = &about[..about.len().min(packet_about.upper + more)];
    packet(from, packet_about.source, protocol, &[&kind, [0; 6].as_slice(), embedded].concat())
}

/// An IP packet around `body`, whose checksum it computes.
pub(crate) fn packet(from: IpAddress, to: IpAddress, protocol: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    match (from, to) {
        (IpAddress::Ipv4(from), IpAddress::Ipv4(to)) => {
            let [a, b] = (20 + body.len() as u16).to_be_bytes();
            bytes.extend([0x45, 0, a, b, 0x12, 0x34, 0, 0, 64, protocol, 0, 0]);
            bytes.extend([from.octets(), to.octets()].concat());
        }
        (IpAddress::Ipv6(from), IpAddress::Ipv6(to)) => {
            let [a, b] = (body.len() as u16).to_be_bytes();
            bytes.extend([0x60, 0, 0, 0, a, b, protocol, 64]);
            bytes.extend([from.octets(), to.octets()].concat());
        }
        _ => panic!("one family only"),
    }
    bytes.extend(body);
    refresh(&mut bytes);
    bytes
}

/// Two fragments of an IPv4 packet, the first with `first` bytes after the IP header.
pub(crate) fn fragments(whole: &[u8], first: usize) -> [Vec<u8>; 2] {
    let (header, body) = whole.split_at(20);
    [(0x2000, &body[..first]), ((first / 8) as u16, &body[first..])].map(|(place, body)| {
        let mut bytes = [header, body].concat();
        let length = bytes.len() as u16;
        bytes[2..4].copy_from_slice(&length.to_be_bytes());
        bytes[6..8].copy_from_slice(&u16::to_be_bytes(place));
        refresh_header(&mut bytes);
        bytes
    })
}

/// The whole packet of two such fragments.
pub(crate) fn joined([first, later]: [&[u8]; 2]) -> Vec<u8> {
    let mut bytes = [first, &later[20..]].concat();
    let length = bytes.len() as u16;
    bytes[2..4].copy_from_slice(&length.to_be_bytes());
    bytes[6..8].fill(0);
    refresh_header(&mut bytes);
    bytes
}

fn refresh_header(bytes: &mut [u8]) {
    bytes[10..12].fill(0);
    let checksum = finish(sum(&bytes[..20]));
    bytes[10..12].copy_from_slice(&checksum.to_be_bytes());
}

/// Computes all checksums afresh.
pub(crate) fn refresh(bytes: &mut [u8]) {
    if bytes[0] == 0x45 {
        refresh_header(bytes);
    }
    let packet = Packet::read(bytes).unwrap();
    let Some(at) = checksum_at(&packet).filter(|at| at + 2 <= packet.end) else { return };
    bytes[at..at + 2].fill(0);
    let total = total(bytes, &packet);
    let checksum = if packet.protocol == UDP { finish_udp(total) } else { finish(total) };
    bytes[at..at + 2].copy_from_slice(&checksum.to_be_bytes());
}

/// Whether all checksums are right, those of the packet in an ICMP error included as far as it is whole.
pub(crate) fn is_right(bytes: &[u8]) -> bool {
    let Some(packet) = Packet::read(bytes) else { return false };
    if bytes[0] >> 4 == 4 && sum(&bytes[..packet.upper]) != 0xffff {
        return false;
    }
    let Some(at) = checksum_at(&packet).filter(|at| at + 2 <= packet.end) else { return true };
    let absent = packet.protocol == UDP && bytes[at..at + 2] == [0, 0];
    let inner = packet.embedded(bytes).is_none_or(|_| {
        let embedded = &bytes[packet.upper + 8..packet.end];
        Packet::read(embedded).is_none() || is_right(embedded)
    });
    inner && (absent || total(bytes, &packet) == 0xffff)
}

fn checksum_at(packet: &Packet) -> Option<usize> {
    Some(
        packet.upper
            + *[(ICMP, 2), (ICMPV6, 2), (UDP, 6), (TCP, 16)]
                .iter()
                .find_map(|(protocol, at)| (*protocol == packet.protocol).then_some(at))?,
    )
}

fn total(bytes: &[u8], packet: &Packet) -> u16 {
    let length = packet.end - packet.upper;
    let pseudo = match (packet.source, packet.destination) {
        _ if packet.protocol == ICMP => 0,
        (IpAddress::Ipv4(from), IpAddress::Ipv4(to)) => pseudo_v4(from, to, packet.protocol, length as u16),
        (IpAddress::Ipv6(from), IpAddress::Ipv6(to)) => pseudo_v6(from, to, packet.protocol, length as u32),
        _ => panic!("one family only"),
    };
    add(pseudo, sum(&bytes[packet.upper..packet.end]))
}

/// Bytes of which some are packets, some nearly and some not at all.
pub(crate) fn nearly_packets() -> impl Strategy<Value = Vec<u8>> {
    let addresses =
        (0u8..4, 0u8..4).prop_map(|(a, b)| (IpAddress::v4(10, 0, 0, a), IpAddress::v4(10, 0, 0, b)));
    let real = (addresses, 0u8..7, 0u16..4, 0u16..4, any::<u8>(), 0usize..90).prop_map(
        |((a, b), kind, from, to, flags, size)| {
            let data = vec![flags; size];
            let udp = udp((a, from), (b, to), &data);
            match kind {
                0 => tcp((a, from), (b, to), flags, &data),
                1 => echo(a, b, flags % 2 == 0, from),
                2 => error(b, &udp, size),
                3 => error(b, &tcp((a, from), (b, to), flags, &data), size),
                4 => error(b, &echo(a, b, flags % 2 == 0, from), size),
                5 => fragments(&udp, size / 8 * 8)[usize::from(flags % 2)].clone(),
                _ => udp,
            }
        },
    );
    let damage = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3);
    let damaged = (real, damage, prop::option::of(any::<prop::sample::Index>())).prop_map(
        |(mut bytes, damage, cut)| {
            for (at, byte) in damage {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            if let Some(cut) = cut {
                bytes.truncate(cut.index(bytes.len()));
            }
            bytes
        },
    );
    prop_oneof![3 => damaged, 1 => prop::collection::vec(any::<u8>(), 0..120)]
}
