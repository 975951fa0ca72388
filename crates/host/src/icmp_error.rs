//! ICMP errors about packets of this host, read from the frames that arrive.
//!
//! smoltcp passes no ICMP errors to TCP and UDP, and to ICMP sockets only those that quote a whole packet. A host accepts only
//! errors that quote a packet of its own (RFC 1122, 3.2.2; RFC 5927, 4).

use crate::path_mtu::{V4_MIN, plateau_below};
use crate::run::IcmpError;
use smoltcp::wire::{
    EthernetFrame, EthernetProtocol, Icmpv4Packet, Icmpv6Packet, IpAddress, IpProtocol, Ipv4Address,
    Ipv4Packet, Ipv6Address, Ipv6Packet,
};

/// An ICMP error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct IcmpReport {
    /// The router or host that reports it.
    pub from: IpAddress,
    pub what: IcmpError,
    /// The quoted packet.
    pub of: Quoted,
}

/// A packet that an ICMP error is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Quoted {
    pub from: IpAddress,
    pub to: IpAddress,
    pub flow: Flow,
}

/// What a packet belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    /// An echo request.
    Echo {
        ident: u16,
        sequence: u16,
    },
    Udp {
        from: u16,
        to: u16,
    },
    Tcp {
        from: u16,
        to: u16,
    },
    Other,
}

/// Reads the ICMP error in a frame, if there is one, it is whole and it is addressed to the host.
pub(crate) fn read(frame: &[u8], is_ours: impl Fn(IpAddress) -> bool) -> Option<IcmpReport> {
    let ethernet = EthernetFrame::new_checked(frame).ok()?;
    let report = match ethernet.ethertype() {
        EthernetProtocol::Ipv4 => v4(ethernet.payload(), &is_ours)?,
        EthernetProtocol::Ipv6 => v6(ethernet.payload(), &is_ours)?,
        _ => return None,
    };
    is_ours(report.of.from).then_some(report)
}

fn v4(packet: &[u8], is_ours: &impl Fn(IpAddress) -> bool) -> Option<IcmpReport> {
    let ip = Ipv4Packet::new_checked(packet).ok()?;
    if ip.next_header() != IpProtocol::Icmp || ip.more_frags() || ip.frag_offset() != 0 {
        return None;
    }
    let icmp = Icmpv4Packet::new_checked(ip.payload()).ok()?;
    let (kind, code): (u8, u8) = (icmp.msg_type().into(), icmp.msg_code());
    if !matches!(kind, 3 | 11 | 12) || !ip.verify_checksum() || !icmp.verify_checksum() {
        return None;
    }
    if !is_ours(ip.dst_addr().into()) {
        return None;
    }
    let bytes = ip.payload();
    let quoted = bytes.get(8..)?;
    let header_len = usize::from(quoted.first()? & 0x0f) * 4;
    if quoted.first()? >> 4 != 4 || header_len < 20 {
        return None;
    }
    let address = |at: usize| {
        quoted.get(at..at + 4)?.first_chunk::<4>().map(|octets| IpAddress::from(Ipv4Address::from(*octets)))
    };
    // Only the first fragment has the header of what it carries.
    let first = word(quoted, 6)? & 0x1fff == 0;
    let flow = match (first, *quoted.get(9)?) {
        (true, 1) => echo(quoted.get(header_len..)?, 8),
        (true, 6) => ports(quoted.get(header_len..)?).map(|(from, to)| Flow::Tcp { from, to }),
        (true, 17) => ports(quoted.get(header_len..)?).map(|(from, to)| Flow::Udp { from, to }),
        _ => Some(Flow::Other),
    }?;
    let what = match (kind, code) {
        (3, 0 | 6 | 11) => IcmpError::NetUnreachable,
        (3, 1 | 7 | 12) => IcmpError::HostUnreachable,
        (3, 2) => IcmpError::ProtocolUnreachable,
        (3, 3) => IcmpError::PortUnreachable,
        (3, 4) => IcmpError::TooBig(match word(bytes, 6)? {
            // A router from before RFC 1191 does not say how long it may be (5).
            0 => plateau_below(usize::from(word(quoted, 2)?), V4_MIN)? as u32,
            mtu => mtu.into(),
        }),
        (3, 9 | 10 | 13..=15) => IcmpError::Prohibited,
        (11, 0) => IcmpError::Expired,
        (11, 1) => IcmpError::ReassemblyExpired,
        _ => IcmpError::Other(kind, code),
    };
    let of = Quoted { from: address(12)?, to: address(16)?, flow };
    Some(IcmpReport { from: ip.src_addr().into(), what, of })
}

fn v6(packet: &[u8], is_ours: &impl Fn(IpAddress) -> bool) -> Option<IcmpReport> {
    let ip = Ipv6Packet::new_checked(packet).ok()?;
    if ip.next_header() != IpProtocol::Icmpv6 || !is_ours(ip.dst_addr().into()) {
        return None;
    }
    let bytes = ip.payload();
    let (kind, code) = (*bytes.first()?, *bytes.get(1)?);
    // Below 128 are the errors (RFC 4443, 2.1).
    if !(1..128).contains(&kind) {
        return None;
    }
    if !Icmpv6Packet::new_unchecked(bytes.get(..8).map(|_| bytes)?)
        .verify_checksum(&ip.src_addr(), &ip.dst_addr())
    {
        return None;
    }
    let quoted = bytes.get(8..)?;
    if quoted.first()? >> 4 != 6 {
        return None;
    }
    let address = |at: usize| {
        quoted.get(at..at + 16)?.first_chunk::<16>().map(|octets| IpAddress::from(Ipv6Address::from(*octets)))
    };
    let carried = quoted.get(40..)?;
    let flow = match *quoted.get(6)? {
        58 => echo(carried, 128),
        6 => ports(carried).map(|(from, to)| Flow::Tcp { from, to }),
        17 => ports(carried).map(|(from, to)| Flow::Udp { from, to }),
        _ => Some(Flow::Other),
    }?;
    let what = match (kind, code) {
        (1, 0) => IcmpError::NetUnreachable,
        (1, 1 | 5 | 6) => IcmpError::Prohibited,
        (1, 3) => IcmpError::HostUnreachable,
        (1, 4) => IcmpError::PortUnreachable,
        (2, _) => IcmpError::TooBig(u32::from(word(bytes, 4)?) << 16 | u32::from(word(bytes, 6)?)),
        (3, 0) => IcmpError::Expired,
        (3, 1) => IcmpError::ReassemblyExpired,
        (4, 1) => IcmpError::ProtocolUnreachable,
        _ => IcmpError::Other(kind, code),
    };
    let of = Quoted { from: address(8)?, to: address(24)?, flow };
    Some(IcmpReport { from: ip.src_addr().into(), what, of })
}

fn word(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.first_chunk::<2>().map(|word| u16::from_be_bytes(*word))
}

fn echo(icmp: &[u8], request: u8) -> Option<Flow> {
    match *icmp.first()? {
        kind if kind == request => Some(Flow::Echo { ident: word(icmp, 4)?, sequence: word(icmp, 6)? }),
        _ => Some(Flow::Other),
    }
}

fn ports(header: &[u8]) -> Option<(u16, u16)> {
    Some((word(header, 0)?, word(header, 2)?))
}

#[cfg(test)]
mod tests;
