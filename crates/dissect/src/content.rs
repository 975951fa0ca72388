//! The walk down a frame's headers that label, colour and info share: it allocates nothing and goes no deeper than
//! the transport header.

use std::ops::Range;

use smoltcp::wire::EthernetProtocol;

use crate::ethernet::{self, Link, Type};
use crate::{ip, ipv4, ipv6, stp};

/// What is behind a frame's Ethernet header and tags. Ranges are bytes of the frame.
pub(crate) enum Content {
    Arp(Range<usize>),
    Ip(ip::Packet),
    /// Called IPv4 or IPv6, but its header is cut or makes no sense.
    BadIp(EthernetProtocol),
    /// Behind the LLC header.
    Stp(Range<usize>),
    Llc(Range<usize>),
    Other(u16, Range<usize>),
}

/// The addresses and the content of a frame, or nothing if it is shorter than an Ethernet header.
pub(crate) fn content(frame: &[u8]) -> Option<(Link, Content)> {
    let link = ethernet::link(frame)?;
    let payload = link.payload.clone();
    let content = match link.carries {
        Type::Llc if frame[payload.clone()].starts_with(&stp::LLC) => {
            Content::Stp(payload.start + stp::LLC.len()..payload.end)
        }
        Type::Llc => Content::Llc(payload),
        Type::Ethertype(ethertype) => match EthernetProtocol::from(ethertype) {
            EthernetProtocol::Arp => Content::Arp(payload),
            EthernetProtocol::Ipv4 => {
                ipv4::packet(frame, payload).map_or(Content::BadIp(EthernetProtocol::Ipv4), Content::Ip)
            }
            EthernetProtocol::Ipv6 => {
                ipv6::packet(frame, payload).map_or(Content::BadIp(EthernetProtocol::Ipv6), Content::Ip)
            }
            EthernetProtocol::Unknown(_) => Content::Other(ethertype, payload),
        },
    };
    Some((link, content))
}
