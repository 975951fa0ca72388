//! The walk down a frame's headers that all quick answers share: it allocates nothing and goes no deeper than the transport
//! header.

use std::ops::Range;

use smoltcp::wire::{EthernetProtocol, IpVersion};

use super::ethernet::{self, Link, Type};
use super::ip;

/// The LLC header in front of a BPDU: destination and source are spanning trees, and the frame is an unnumbered one.
pub(crate) const STP_LLC: [u8; 3] = [0x42, 0x42, 0x03];

/// What is behind a frame's Ethernet header and tags. Ranges are bytes of the frame.
pub(crate) enum Content {
    Arp(Range<usize>),
    Ip(ip::Packet),
    /// Announced as IP, but its header is cut or makes no sense.
    MalformedIp(IpVersion),
    /// Behind the LLC header.
    Stp(Range<usize>),
    Llc(Range<usize>),
    Other {
        ethertype: u16,
        payload: Range<usize>,
    },
}

/// The addresses and the content of a frame, or nothing if it is shorter than an Ethernet header.
pub(crate) fn content(frame: &[u8]) -> Option<(Link, Content)> {
    let link = ethernet::link(frame)?;
    let payload = link.payload.clone();
    let content = match link.carries {
        Type::Llc if frame[payload.clone()].starts_with(&STP_LLC) => {
            Content::Stp(payload.start + STP_LLC.len()..payload.end)
        }
        Type::Llc => Content::Llc(payload),
        Type::Ethertype(ethertype) => match EthernetProtocol::from(ethertype) {
            EthernetProtocol::Arp => Content::Arp(payload),
            EthernetProtocol::Ipv4 => ip::packet(frame, payload, IpVersion::Ipv4)
                .map_or(Content::MalformedIp(IpVersion::Ipv4), Content::Ip),
            EthernetProtocol::Ipv6 => ip::packet(frame, payload, IpVersion::Ipv6)
                .map_or(Content::MalformedIp(IpVersion::Ipv6), Content::Ip),
            EthernetProtocol::Unknown(_) => Content::Other { ethertype, payload },
        },
    };
    Some((link, content))
}
