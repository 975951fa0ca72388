//! The extension headers of a received IPv6 packet (RFC 8200, 4): what a host does about their options, and the packet without
//! them. smoltcp reads only hop-by-hop options.

use smoltcp::wire::{IpProtocol, Ipv6Packet};
use wire::Frame;
use wire::header::{ETHERNET_HEADER_BYTES, Extension, Extensions, IPV6_HEADER_BYTES, Ip};

/// What becomes of a packet with extension headers.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// It is delivered.
    Delivered,
    /// It is dropped without an ICMP error.
    Dropped,
    /// It is dropped, and the sender gets a Parameter Problem with this code and this pointer (RFC 4443, 3.4).
    Problem(Problem),
}

/// A problem with a header, to be reported with this code at this place of the packet (RFC 4443, 3.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub code: u8,
    pub at: u32,
    /// It is reported even if the packet was sent to a group.
    pub for_groups: bool,
}

const ERRONEOUS_FIELD: u8 = 0;
const UNKNOWN_HEADER: u8 = 1;
const UNKNOWN_OPTION: u8 = 2;

impl Problem {
    /// No program reads the header whose number stands at this place.
    pub const fn unknown_header(at: usize) -> Self {
        Self { code: UNKNOWN_HEADER, at: at as u32, for_groups: false }
    }

    /// The field at this place makes no sense.
    pub const fn erroneous(at: u32) -> Self {
        Self { code: ERRONEOUS_FIELD, at, for_groups: false }
    }
}

/// Judges the extension headers of an IPv6 packet up to its payload, or up to the fragmentable part if it is a fragment.
pub(crate) fn judge(packet: &[u8]) -> Verdict {
    let Some(&next) = packet.get(6) else { return Verdict::Dropped };
    let chain = Extensions::new(packet, next.into(), 6, IPV6_HEADER_BYTES.min(packet.len())..packet.len());
    for extension in chain {
        let verdict = match extension.kind {
            IpProtocol::HopByHop if extension.range.start != IPV6_HEADER_BYTES => {
                Verdict::Problem(Problem::unknown_header(extension.named_at))
            }
            IpProtocol::HopByHop | IpProtocol::Ipv6Opts => options(packet, &extension),
            IpProtocol::Ipv6Route => route(packet, &extension),
            _ if extension.fragment.is_some_and(|fragment| fragment.is_part()) => return Verdict::Delivered,
            _ => Verdict::Delivered,
        };
        if !matches!(verdict, Verdict::Delivered) {
            return verdict;
        }
    }
    Verdict::Delivered
}

/// What the two highest bits of an unknown option's type ask for (RFC 8200, 4.2).
fn options(packet: &[u8], extension: &Extension) -> Verdict {
    const PAD_1: u8 = 0;
    const PAD_N: u8 = 1;
    const ROUTER_ALERT: u8 = 5;
    let (mut at, end) = (extension.range.start + 2, extension.range.end);
    while at < end {
        let kind = packet[at];
        if kind == PAD_1 {
            at += 1;
            continue;
        }
        let Some(&len) = packet.get(at + 1).filter(|_| at + 1 < end) else { return Verdict::Dropped };
        let next = at + 2 + usize::from(len);
        if next > end {
            return Verdict::Dropped;
        }
        let problem = Problem { code: UNKNOWN_OPTION, at: at as u32, for_groups: kind >> 6 == 2 };
        match kind >> 6 {
            _ if matches!(kind, PAD_N | ROUTER_ALERT) => {}
            0 => {}
            1 => return Verdict::Dropped,
            _ => return Verdict::Problem(problem),
        }
        at = next;
    }
    Verdict::Delivered
}

/// A routing header of a kind that is not known is skipped if nothing of the route is left (RFC 8200, 4.4; RFC 5095 for type 0).
fn route(packet: &[u8], extension: &Extension) -> Verdict {
    let (kind_at, left) = (extension.range.start + 2, packet[extension.range.start + 3]);
    if left == 0 { Verdict::Delivered } else { Verdict::Problem(Problem::erroneous(kind_at as u32)) }
}

/// The packet without its extension headers, in a frame of its own.
pub(crate) fn strip(frame: &Frame, ip: &Ip<'_>) -> Frame {
    let headers = &frame[..ETHERNET_HEADER_BYTES + IPV6_HEADER_BYTES];
    let mut stripped = Frame::concat(&[headers, ip.payload()]);
    let packet = &mut stripped.make_mut()[ETHERNET_HEADER_BYTES..];
    let len = packet.len() - IPV6_HEADER_BYTES;
    let mut packet = Ipv6Packet::new_unchecked(packet);
    packet.set_next_header(ip.protocol);
    packet.set_payload_len(len as u16);
    stripped
}

#[cfg(test)]
mod tests;
