//! ICMP errors about packets of this host, read from the frames that arrive.
//!
//! smoltcp passes no ICMP errors to TCP and UDP, and to ICMP sockets only those that quote a whole packet. A host accepts only
//! errors that quote a packet of its own (RFC 1122, 3.2.2; RFC 5927, 4).

use crate::path_mtu::{V4_MIN, plateau_below};
use crate::run::IcmpError;
use smoltcp::wire::{Icmpv4Packet, Icmpv6Packet, IpAddress, IpProtocol};
use wire::header::{Icmp, Ip};

/// An ICMP error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct IcmpReport {
    /// The router or host that reports it.
    pub from: IpAddress,
    pub what: IcmpError,
    /// The quoted packet.
    pub of: Quoted,
    /// The host itself reports it: the packet never left.
    pub is_local: bool,
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

/// Reads the ICMP error in a packet, if there is one, it is whole and it is addressed to the host.
pub(crate) fn read(ip: &Ip<'_>, is_ours: impl Fn(IpAddress) -> bool) -> Option<IcmpReport> {
    let icmp = ip.icmp()?;
    let is_part = ip.fragment.is_some_and(|fragment| fragment.is_part());
    if is_part || !is_error(ip, &icmp) || !is_ours(ip.destination) || !verify_checksums(ip) {
        return None;
    }
    let quoted = Ip::read_start(ip.payload().get(Icmp::BYTES..)?)?;
    if quoted.source.version() != ip.source.version() || !is_ours(quoted.source) {
        return None;
    }
    let what = match ip.source {
        IpAddress::Ipv4(_) => v4(&icmp, &quoted)?,
        IpAddress::Ipv6(_) => v6(&icmp),
    };
    let of = Quoted { from: quoted.source, to: quoted.destination, flow: flow(&quoted)? };
    Some(IcmpReport { from: ip.source, what, of, is_local: false })
}

/// The error of a host about a packet of its own, which it cannot send.
pub(crate) fn local(packet: &Ip<'_>, what: IcmpError) -> Option<IcmpReport> {
    let of = Quoted { from: packet.source, to: packet.destination, flow: flow(packet)? };
    Some(IcmpReport { from: packet.source, what, of, is_local: true })
}

/// Whether the message is an error: in ICMPv6 those below 128 (RFC 4443, 2.1).
fn is_error(ip: &Ip<'_>, icmp: &Icmp) -> bool {
    match ip.source {
        IpAddress::Ipv4(_) => matches!(icmp.kind, 3 | 11 | 12),
        IpAddress::Ipv6(_) => (1..128).contains(&icmp.kind),
    }
}

fn verify_checksums(ip: &Ip<'_>) -> bool {
    match (ip.source, ip.destination) {
        (IpAddress::Ipv6(from), IpAddress::Ipv6(to)) => {
            Icmpv6Packet::new_unchecked(ip.payload()).verify_checksum(&from, &to)
        }
        _ => ip.verify_checksum() && Icmpv4Packet::new_unchecked(ip.payload()).verify_checksum(),
    }
}

fn v4(icmp: &Icmp, quoted: &Ip<'_>) -> Option<IcmpError> {
    Some(match (icmp.kind, icmp.code) {
        (3, 0 | 6 | 11) => IcmpError::NetUnreachable,
        (3, 1 | 7 | 12) => IcmpError::HostUnreachable,
        (3, 2) => IcmpError::ProtocolUnreachable,
        (3, 3) => IcmpError::PortUnreachable,
        (3, 4) => IcmpError::TooBig(match icmp.sequence() {
            // A router from before RFC 1191 leaves the next hop's MTU empty (5).
            0 => plateau_below(quoted.len, V4_MIN)? as u32,
            mtu => mtu.into(),
        }),
        (3, 9 | 10 | 13..=15) => IcmpError::Prohibited,
        (11, 0) => IcmpError::Expired,
        (11, 1) => IcmpError::ReassemblyExpired,
        (kind, code) => IcmpError::Other(kind, code),
    })
}

fn v6(icmp: &Icmp) -> IcmpError {
    match (icmp.kind, icmp.code) {
        (1, 0) => IcmpError::NetUnreachable,
        (1, 1 | 5 | 6) => IcmpError::Prohibited,
        (1, 3) => IcmpError::HostUnreachable,
        (1, 4) => IcmpError::PortUnreachable,
        (2, _) => IcmpError::TooBig(u32::from_be_bytes(icmp.rest)),
        (3, 0) => IcmpError::Expired,
        (3, 1) => IcmpError::ReassemblyExpired,
        (4, 1) => IcmpError::ProtocolUnreachable,
        (kind, code) => IcmpError::Other(kind, code),
    }
}

/// What the quoted packet belongs to. `None`: the quotation ends before that.
pub(crate) fn flow(quoted: &Ip<'_>) -> Option<Flow> {
    // Only the first fragment has the header of what it carries.
    if quoted.is_later_fragment() {
        return Some(Flow::Other);
    }
    match quoted.protocol {
        IpProtocol::Tcp => quoted.ports().map(|(from, to)| Flow::Tcp { from, to }),
        IpProtocol::Udp => quoted.ports().map(|(from, to)| Flow::Udp { from, to }),
        IpProtocol::Icmp | IpProtocol::Icmpv6 => {
            let icmp = quoted.icmp()?;
            let is_request = match quoted.source {
                IpAddress::Ipv4(_) => icmp.kind == 8,
                IpAddress::Ipv6(_) => icmp.kind == 128,
            };
            let echo = Flow::Echo { ident: icmp.ident(), sequence: icmp.sequence() };
            Some(if is_request { echo } else { Flow::Other })
        }
        _ => Some(Flow::Other),
    }
}

#[cfg(test)]
mod tests;
