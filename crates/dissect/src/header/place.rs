//! What follows what, in front of the transport headers: link headers, tags, labels, tunnels.
//!
//! The quick walk ([`content`](super::content)) and the one that makes a tree share it, so that they find the same packet.

use std::ops::Range;

use smoltcp::wire::IpVersion;

use super::ethernet::{ETHERTYPE_MIN, TAG_LEN, TAGS};
use crate::captured::Link;
use crate::number::number;

/// What begins somewhere in a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Header {
    Ethernet,
    /// A VLAN tag behind this type.
    Tag(u16),
    /// IEEE 802.2.
    Llc,
    /// What an LLC header with the service 0xaa announces: an organization and its type.
    Snap,
    Null,
    Loop,
    /// PPP from address and control on, which may be left out.
    Ppp,
    /// PPP behind a byte that gives the direction.
    PppWithDirection,
    Pppoe,
    CiscoHdlc,
    FrameRelay,
    Cooked,
    Cooked2,
    Mpls,
    Gre,
    Vxlan,
    Ip(IpVersion),
    // What no header follows.
    /// ARP, or with `true` RARP (RFC 903).
    Arp(bool),
    Stp,
    Cdp,
    Lldp,
    /// Something in LLC or SNAP.
    LlcData,
    /// An EtherType that is not read here.
    Ethertype(u16),
    /// A protocol of PPP that is not read here.
    PppProtocol(u16),
    /// A link type that is not read here.
    Unread(u16),
}

/// A header and what belongs to it: its range goes to the end of what it carries.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub header: Header,
    pub range: Range<usize>,
}

impl Place {
    /// The beginning of a packet of this link type.
    pub fn first(link: Link, bytes: &[u8]) -> Place {
        let header = match link {
            Link::Ethernet => Header::Ethernet,
            Link::Null => Header::Null,
            Link::Loop => Header::Loop,
            Link::Ip => match bytes.first() {
                Some(first) if first >> 4 == 6 => Header::Ip(IpVersion::Ipv6),
                _ => Header::Ip(IpVersion::Ipv4),
            },
            Link::Ppp => Header::Ppp,
            Link::PppWithDirection => Header::PppWithDirection,
            Link::Pppoe => Header::Pppoe,
            Link::CiscoHdlc => Header::CiscoHdlc,
            Link::FrameRelay => Header::FrameRelay,
            Link::Cooked => Header::Cooked,
            Link::Cooked2 => Header::Cooked2,
            Link::Unread(number) => Header::Unread(number),
        };
        Place { header, range: 0..bytes.len() }
    }

    /// What follows this header, if another header can and this one is not cut. IP packets are read elsewhere.
    pub fn next(&self, bytes: &[u8]) -> Option<Place> {
        let Range { start, end } = self.range;
        let here = &bytes[self.range.clone()];
        let short = |at: usize| Some(u16::from_be_bytes(*here.get(at..)?.first_chunk()?));
        match self.header {
            Header::Ethernet => Some(typed(short(12)?, start + 14..end)),
            Header::Tag(_) => Some(typed(short(2)?, start + TAG_LEN..end)),
            Header::Llc => llc(here, start..end),
            Header::Snap => snap(here, start..end),
            Header::Null => family(null_family(here)?, start + 4..end),
            Header::Loop => family(u32::from_be_bytes(*here.first_chunk()?), start + 4..end),
            Header::PppWithDirection => {
                (end > start).then_some(Place { header: Header::Ppp, range: start + 1..end })
            }
            Header::Ppp => {
                let (protocol, length) = ppp_protocol(here)?;
                Some(in_ppp(protocol, start + length..end))
            }
            Header::Pppoe => {
                let end = end.min(start + 6 + usize::from(short(4)?));
                let (protocol, length) = ppp_protocol(here.get(6..)?)?;
                (start + 6 + length <= end).then(|| in_ppp(protocol, start + 6 + length..end))
            }
            Header::CiscoHdlc => Some(typed_only(short(2)?, start + 4..end)),
            Header::FrameRelay => frame_relay(here, start..end),
            Header::Cooked => match short(14)? {
                // IEEE 802.2 behind IEEE 802.3.
                4 => Some(Place { header: Header::Llc, range: start + 16..end }),
                number => Some(typed_only(number, start + 16..end)),
            },
            Header::Cooked2 => {
                here.get(..20)?;
                match short(0)? {
                    4 => Some(Place { header: Header::Llc, range: start + 20..end }),
                    number => Some(typed_only(number, start + 20..end)),
                }
            }
            Header::Mpls => mpls(here, start..end),
            Header::Gre => {
                let (protocol, length) = gre(here)?;
                Some(typed_only(protocol, start + length..end))
            }
            Header::Vxlan => here.get(..8).map(|_| Place { header: Header::Ethernet, range: start + 8..end }),
            Header::Ip(_)
            | Header::Arp(_)
            | Header::Stp
            | Header::Cdp
            | Header::Lldp
            | Header::LlcData
            | Header::Ethertype(_)
            | Header::PppProtocol(_)
            | Header::Unread(_) => None,
        }
    }
}

/// Behind a type or, below [`ETHERTYPE_MIN`], a length.
fn typed(number: u16, range: Range<usize>) -> Place {
    if number < ETHERTYPE_MIN {
        let end = range.end.min(range.start + usize::from(number));
        return Place { header: Header::Llc, range: range.start..end };
    }
    typed_only(number, range)
}

/// Behind a number that is always a type.
fn typed_only(number: u16, range: Range<usize>) -> Place {
    let header = match number {
        0x0800 => Header::Ip(IpVersion::Ipv4),
        0x86dd => Header::Ip(IpVersion::Ipv6),
        0x0806 => Header::Arp(false),
        0x8035 => Header::Arp(true),
        0x8847 | 0x8848 => Header::Mpls,
        0x8864 => Header::Pppoe,
        0x88cc => Header::Lldp,
        // Cisco HDLC and GRE have SNAP's number for it.
        0x2000 => Header::Cdp,
        0x6558 => Header::Ethernet,
        0x880b => Header::Ppp,
        tag if TAGS.contains(&tag) => Header::Tag(tag),
        other => Header::Ethertype(other),
    };
    Place { header, range }
}

/// The length of an LLC header: unnumbered frames, the only ones in common use, have one byte of control, the others two.
pub(crate) fn llc_len(header: &[u8]) -> usize {
    if number(header, 2..3) & 0b11 == 0b11 { 3 } else { 4 }
}

fn llc(here: &[u8], range: Range<usize>) -> Option<Place> {
    let length = llc_len(here);
    here.get(..length)?;
    let header = match here {
        [0x42, 0x42, 0x03, ..] => Header::Stp,
        [0xaa, 0xaa, 0x03, ..] => Header::Snap,
        [0x06, 0x06, 0x03, ..] => Header::Ip(IpVersion::Ipv4),
        _ => Header::LlcData,
    };
    Some(Place { header, range: range.start + length..range.end })
}

fn snap(here: &[u8], range: Range<usize>) -> Option<Place> {
    const LENGTH: usize = 5;
    let &[a, b, c, d, e] = here.first_chunk::<LENGTH>()?;
    let range = range.start + LENGTH..range.end;
    let header = match ([a, b, c], u16::from_be_bytes([d, e])) {
        ([0, 0, 0] | [0, 0, 0xf8], number) => return Some(typed_only(number, range)),
        ([0, 0, 0x0c], 0x2000) => Header::Cdp,
        // Cisco's spanning tree for each VLAN (PVST+), and the standard one behind a SNAP header.
        ([0, 0, 0x0c], 0x010b) | ([0, 0x80, 0xc2], 0x000e) => Header::Stp,
        ([0, 0x80, 0xc2], 0x0001 | 0x0007) => Header::Ethernet,
        _ => Header::LlcData,
    };
    Some(Place { header, range })
}

/// The address family in front of a packet of a BSD's loopback. Families are below 2¹⁶, which shows the byte order.
pub(crate) fn null_family(here: &[u8]) -> Option<u32> {
    let family = u32::from_le_bytes(*here.first_chunk()?);
    Some(if family > 0xffff { family.swap_bytes() } else { family })
}

fn family(family: u32, range: Range<usize>) -> Option<Place> {
    let header = match family {
        2 => Header::Ip(IpVersion::Ipv4),
        // Of NetBSD and OpenBSD, FreeBSD, macOS, and Linux.
        24 | 28 | 30 | 10 => Header::Ip(IpVersion::Ipv6),
        other => Header::Ethertype(other as u16),
    };
    Some(Place { header, range })
}

/// The protocol of a PPP frame, and the length of what stands in front of what it carries (RFC 1661 §2, RFC 1662 §3.2).
pub(crate) fn ppp_protocol(here: &[u8]) -> Option<(u16, usize)> {
    let front = if here.starts_with(&[0xff, 0x03]) { 2 } else { 0 };
    match *here.get(front..)? {
        [short, ..] if short & 1 == 1 => Some((short.into(), front + 1)),
        [a, b, ..] => Some((u16::from_be_bytes([a, b]), front + 2)),
        _ => None,
    }
}

fn in_ppp(protocol: u16, range: Range<usize>) -> Place {
    let header = match protocol {
        0x0021 => Header::Ip(IpVersion::Ipv4),
        0x0057 => Header::Ip(IpVersion::Ipv6),
        0x0281 | 0x0283 => Header::Mpls,
        0x0207 => Header::Cdp,
        other => Header::PppProtocol(other),
    };
    Place { header, range }
}

/// The length of a Frame Relay header up to what names its content.
pub(crate) fn frame_relay_address_len(here: &[u8]) -> usize {
    // The lowest bit of its last byte is set.
    here.iter().take(4).position(|byte| byte & 1 == 1).map_or(2, |last| last + 1)
}

fn frame_relay(here: &[u8], range: Range<usize>) -> Option<Place> {
    let address = frame_relay_address_len(here);
    let rest = here.get(address..)?;
    let at = |length: usize| range.start + address + length..range.end;
    Some(match *rest {
        [0x03, 0xcc, ..] => Place { header: Header::Ip(IpVersion::Ipv4), range: at(2) },
        [0x03, 0x8e, ..] => Place { header: Header::Ip(IpVersion::Ipv6), range: at(2) },
        [0x03, 0x00, 0x80, ..] => Place { header: Header::Snap, range: at(3) },
        [0x03, 0x80, ..] => Place { header: Header::Snap, range: at(2) },
        // Cisco's: an EtherType.
        [a, b, ..] if a != 0x03 => typed_only(u16::from_be_bytes([a, b]), at(2)),
        [_, _, ..] => Place { header: Header::LlcData, range: at(1) },
        _ => return None,
    })
}

/// Behind the last label; the packet's version shows what it is (RFC 3032).
fn mpls(here: &[u8], range: Range<usize>) -> Option<Place> {
    let bottom = here.as_chunks::<4>().0.iter().position(|label| label[2] & 1 == 1)?;
    let length = 4 * (bottom + 1);
    let range = range.start + length..range.end;
    let header = match here.get(length)? >> 4 {
        4 => Header::Ip(IpVersion::Ipv4),
        6 => Header::Ip(IpVersion::Ipv6),
        // A control word in front of an Ethernet frame (RFC 4448).
        0 => {
            return Some(Place {
                header: Header::Ethernet,
                range: (range.start + 4).min(range.end)..range.end,
            });
        }
        _ => Header::Ethernet,
    };
    Some(Place { header, range })
}

/// The type of what a GRE packet carries, and the length of its header (RFC 2784, RFC 2890).
pub(crate) fn gre(here: &[u8]) -> Option<(u16, usize)> {
    let &[flags, version, a, b] = here.first_chunk()?;
    let has = |bit: u8| usize::from(flags & bit != 0) * 4;
    let length = 4 + has(0x80) + has(0x20) + has(0x10) + usize::from(version & 0x80 != 0) * 4;
    (here.len() >= length).then_some((u16::from_be_bytes([a, b]), length))
}
