//! The ICMP messages with which a host answers: echo replies, and errors about packets that it cannot deliver.
//!
//! An error quotes the packet that it is about as it came, so that its sender recognizes it (RFC 792; RFC 1122, 3.2.2; RFC 4443,
//! 2.4 (c)); smoltcp makes up a header. And errors are limited, for each receiver as Linux does it: one each second after a
//! burst of six (RFC 1812, 4.3.2.8; RFC 4443, 2.4 (f)).

use crate::extension::Problem;
use crate::packet;
use smoltcp::wire::{IpAddress, IpProtocol};
use wire::header::{IPV4_HEADER_BYTES, IPV6_HEADER_BYTES, Icmp, Ip};
use wire::sorted::SortedMap;
use wire::{Duration, Instant};

const ECHO_REPLY_V4: u8 = 0;
const ECHO_REQUEST_V4: u8 = 8;
const ECHO_REQUEST_V6: u8 = 128;
const ECHO_REPLY_V6: u8 = 129;

/// What an error reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// No program listens at the UDP port.
    PortUnreachable,
    /// The host does not implement the protocol, whose number stands at this place.
    ProtocolUnreachable(usize),
    /// A header makes no sense.
    Problem(Problem),
    /// A fragment did not come in time.
    ReassemblyExpired,
}

impl Trouble {
    /// Type, code and second word.
    fn head(self, v6: bool) -> Option<[u8; 8]> {
        let (kind, code, word) = match (self, v6) {
            (Self::PortUnreachable, false) => (3, 3, 0),
            (Self::PortUnreachable, true) => (1, 4, 0),
            (Self::ProtocolUnreachable(_), false) => (3, 2, 0),
            (Self::ProtocolUnreachable(at), true) => {
                return Self::Problem(Problem::unknown_header(at)).head(v6);
            }
            (Self::Problem(_), false) => return None,
            (Self::Problem(problem), true) => (4, problem.code, problem.at),
            (Self::ReassemblyExpired, false) => (11, 1, 0),
            (Self::ReassemblyExpired, true) => (3, 1, 0),
        };
        let [a, b, c, d] = word.to_be_bytes();
        Some([kind, code, 0, 0, a, b, c, d])
    }
}

/// The pieces of an error about a packet of `ip.len` bytes; `None`: none may be sent. `to_group`: the frame was sent to several
/// stations.
pub(crate) fn error<'p>(
    trouble: Trouble,
    packet: &'p [u8],
    ip: &Ip<'_>,
    to_group: bool,
) -> Option<([u8; 8], &'p [u8])> {
    let v6 = matches!(ip.source, IpAddress::Ipv6(_));
    let for_groups = matches!(trouble, Trouble::Problem(Problem { for_groups: true, .. }));
    let to_many = to_group || ip.destination.is_multicast() || ip.destination.is_broadcast();
    let may = ip.source.is_unicast()
        && !ip.source.is_unspecified()
        && (!to_many || for_groups)
        && !ip.is_later_fragment()
        && !is_error(ip);
    let header = if v6 { IPV6_HEADER_BYTES } else { IPV4_HEADER_BYTES };
    let most = if v6 { 1_280 } else { 576 } - header - Icmp::BYTES;
    let head = trouble.head(v6).filter(|_| may)?;
    Some((head, &packet[..packet.len().min(ip.len).min(most)]))
}

/// No ICMP error answers an ICMP error or redirect, nor a message that may be one: of an unknown ICMPv4 type, or cut before its type
/// (RFC 1122, 3.2.2; RFC 4443, 2.4 (e)).
fn is_error(ip: &Ip<'_>) -> bool {
    match ip.source {
        IpAddress::Ipv4(_) => {
            let is_query = |kind| matches!(kind, 0 | 8 | 9 | 10 | 13..=18);
            ip.protocol == IpProtocol::Icmp && !ip.payload().first().is_some_and(|&kind| is_query(kind))
        }
        IpAddress::Ipv6(_) => {
            let is_error = |kind: u8| kind < 128 || kind == crate::ndp::REDIRECT;
            ip.protocol == IpProtocol::Icmpv6 && ip.payload().first().is_none_or(|&kind| is_error(kind))
        }
    }
}

/// The reply to an echo request, as a message from `from`; `None`: it is none.
pub(crate) fn echo_reply(ip: &Ip<'_>, from: IpAddress) -> Option<Vec<u8>> {
    let kind = match (ip.source, ip.icmp()?.kind) {
        (IpAddress::Ipv4(_), ECHO_REQUEST_V4) => ECHO_REPLY_V4,
        (IpAddress::Ipv6(_), ECHO_REQUEST_V6) => ECHO_REPLY_V6,
        _ => return None,
    };
    Some(packet::icmp_message(from, ip.source, &[&[kind, 0, 0, 0], &ip.payload()[4..]]))
}

/// The head of an echo request.
pub(crate) fn echo_request(to: &IpAddress, ident: u16, sequence: u16) -> [u8; 8] {
    let kind = match to {
        IpAddress::Ipv4(_) => ECHO_REQUEST_V4,
        IpAddress::Ipv6(_) => ECHO_REQUEST_V6,
    };
    let ([a, b], [c, d]) = (ident.to_be_bytes(), sequence.to_be_bytes());
    [kind, 0, 0, 0, a, b, c, d]
}

/// Whether the message is an echo reply.
pub(crate) fn is_echo_reply(ip: &Ip<'_>, icmp: &Icmp) -> bool {
    match ip.source {
        IpAddress::Ipv4(_) => icmp.kind == ECHO_REPLY_V4,
        IpAddress::Ipv6(_) => icmp.kind == ECHO_REPLY_V6,
    }
}

/// How many errors each receiver gets.
#[derive(Debug, Default)]
pub(crate) struct Limits(SortedMap<IpAddress, Instant>);

/// From one error to the next, and errors that may come at once.
const EVERY: Duration = Duration::from_secs(1);
const BURST: u64 = 6;
/// Receivers that are remembered.
const RECEIVERS_MAX: usize = 256;

impl Limits {
    /// Whether one more error may be sent to this address.
    pub fn allow(&mut self, now: Instant, to: IpAddress) -> bool {
        if self.0.len() >= RECEIVERS_MAX && !self.0.contains_key(&to) {
            self.0.retain(|_, full_at| *full_at > now);
            if self.0.len() >= RECEIVERS_MAX {
                return false;
            }
        }
        let full_at = self.0.entry(to).or_insert(now);
        let next = (*full_at).max(now) + EVERY;
        let allowed = next - now <= Duration::from_nanos(EVERY.nanos() * BURST);
        if allowed {
            *full_at = next;
        }
        allowed
    }
}

#[cfg(test)]
mod tests;
