//! The walk down a frame's headers that all quick answers share: it allocates nothing and goes no deeper than the transport
//! header. Tags, labels and tunnels are walked through, down to the innermost packet.

use std::ops::Range;

use smoltcp::wire::{EthernetAddress, IpVersion};
use wire::header::Ethernet;

use super::ip::{self, Packet};
use super::place::{Header, Place};
use crate::captured::{Captured, Link};
use crate::number::number;

/// Tunnels within each other that are walked through; what is in a deeper one is data.
pub(crate) const TUNNELS_MAX: usize = 2;
/// Headers in front of a packet that are walked through, so that no frame takes long.
const HEADERS_MAX: usize = 32;

/// The headers of a frame.
#[derive(Default)]
pub(crate) struct Walk {
    /// Sender and receiver on the link: those of the innermost Ethernet header.
    pub macs: Option<[EthernetAddress; 2]>,
    /// The VLAN of the outermost tag.
    pub vlan: Option<u16>,
    /// The packets that carry the innermost one, from the outermost on.
    pub outer: [Option<Packet>; TUNNELS_MAX],
}

/// What is behind a frame's link header, tags and tunnels. Ranges are bytes of the frame.
pub(crate) enum Content {
    /// ARP, or with `true` RARP.
    Arp(Range<usize>, bool),
    Ip(Packet),
    /// Announced as IP, but its header is cut or makes no sense.
    MalformedIp(IpVersion),
    /// Behind the LLC header.
    Stp(Range<usize>),
    Cdp(Range<usize>),
    Lldp(Range<usize>),
    /// Behind the LLC header.
    Llc(Range<usize>),
    /// An EtherType that is not read here.
    Other {
        ethertype: u16,
        payload: Range<usize>,
    },
    /// A protocol of PPP that is not read here.
    Ppp {
        protocol: u16,
        payload: Range<usize>,
    },
    /// A link type that is not read here.
    Unread(u16),
}

/// The addresses and the content of a frame, or nothing if it is shorter than its link header.
pub(crate) fn content(frame: Captured<'_>) -> Option<(Walk, Content)> {
    let bytes = frame.bytes;
    let mut walk = Walk::default();
    let mut tunnels = 0;
    let mut place = Place::first(frame.link, bytes);
    if frame.link == Link::Ethernet {
        Ethernet::read(bytes)?;
    }
    for _ in 0..HEADERS_MAX {
        walk.note(&place, bytes);
        let Place { header, range } = place.clone();
        let next = match header {
            Header::Ip(version) => match ip::packet(bytes, range.clone(), version) {
                None => return Some((walk, Content::MalformedIp(version))),
                Some(packet) => match packet.tunnel(bytes) {
                    Some(inner) if tunnels < TUNNELS_MAX => {
                        walk.outer[tunnels] = Some(packet);
                        tunnels += 1;
                        Some(inner)
                    }
                    _ => return Some((walk, Content::Ip(packet))),
                },
            },
            Header::Arp(reverse) => return Some((walk, Content::Arp(range, reverse))),
            Header::Stp => return Some((walk, Content::Stp(range))),
            Header::Cdp => return Some((walk, Content::Cdp(range))),
            Header::Lldp => return Some((walk, Content::Lldp(range))),
            Header::LlcData => return Some((walk, Content::Llc(range))),
            Header::Ethertype(ethertype) => {
                return Some((walk, Content::Other { ethertype, payload: range }));
            }
            Header::PppProtocol(protocol) => return Some((walk, Content::Ppp { protocol, payload: range })),
            Header::Unread(number) => return Some((walk, Content::Unread(number))),
            Header::Ethernet
            | Header::Tag(_)
            | Header::Llc
            | Header::Snap
            | Header::Null
            | Header::Loop
            | Header::Ppp
            | Header::PppWithDirection
            | Header::Pppoe
            | Header::CiscoHdlc
            | Header::FrameRelay
            | Header::Cooked
            | Header::Cooked2
            | Header::Mpls
            | Header::Gre
            | Header::Vxlan => place.next(bytes),
        };
        match next {
            Some(next) => place = next,
            None => return Some((walk, cut(&place, bytes))),
        }
    }
    Some((walk, Content::Llc(place.range)))
}

/// What there is of a frame that ends within one of its headers.
fn cut(place: &Place, bytes: &[u8]) -> Content {
    let range = place.range.clone();
    match place.header {
        Header::Tag(ethertype) => Content::Other { ethertype, payload: range },
        Header::Llc | Header::Snap => Content::Llc(range),
        _ => Content::Other { ethertype: number(bytes, 12..14) as u16, payload: range },
    }
}

impl Walk {
    fn note(&mut self, place: &Place, bytes: &[u8]) {
        let here = &bytes[place.range.clone()];
        match place.header {
            Header::Ethernet => {
                if let Some(ethernet) = Ethernet::read(here) {
                    self.macs = Some([ethernet.source, ethernet.destination]);
                }
            }
            Header::Tag(_) if here.len() >= 4 => {
                self.vlan.get_or_insert(number(here, 0..2) as u16 & 0xfff);
            }
            _ => {}
        }
    }
}
