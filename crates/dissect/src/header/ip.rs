//! What IPv4 and IPv6 have in common: a packet as its headers outline it.

use std::ops::Range;

use smoltcp::wire::{IpAddress, IpProtocol, IpVersion};
use wire::header::{Fragment, Ip};

use super::place::{Header, Place};
use crate::number::padded;

/// IPv4 or IPv6 in a packet (RFC 2003, RFC 4213).
const IPV4_IN_IP: IpProtocol = IpProtocol::Unknown(4);
const IPV6_IN_IP: IpProtocol = IpProtocol::Unknown(41);
const GRE: IpProtocol = IpProtocol::Unknown(47);
/// RFC 7348 §5.
pub(crate) const VXLAN_PORT: u16 = 4789;
const UDP_HEADER: usize = 8;

/// A packet as its headers outline it.
pub(crate) struct Packet {
    /// Where its header begins.
    pub at: usize,
    pub source: IpAddress,
    pub destination: IpAddress,
    /// What the payload is: the last of IPv6's chain of headers.
    pub carries: IpProtocol,
    pub hop_limit: u8,
    /// The packet is a piece of a longer one. An IPv6 packet with a fragment header can be whole (RFC 6946): then this is nothing.
    pub fragment: Option<Fragment>,
    /// The bytes of the frame that are payload.
    pub payload: Range<usize>,
    /// The payload's length according to the header, in bytes. More than `payload` if the frame is cut.
    pub payload_len: usize,
    /// It is quoted in an ICMP error, where only its beginning has to be.
    pub quoted: bool,
}

/// The outline of the packet of this version at the beginning of `range`, or nothing if its header is cut or makes no sense.
pub(crate) fn packet(frame: &[u8], range: Range<usize>, version: IpVersion) -> Option<Packet> {
    let here = &frame[range.clone()];
    if version == IpVersion::Ipv4 && here.first_chunk().is_some_and(|&[_, _, a, b]| [a, b] == [0, 0]) {
        return offloaded(here, range);
    }
    let ip = Ip::read_start(here).filter(|ip| ip.source.version() == version)?;
    Some(outline(&ip, range.start, ip.end, ip.len))
}

/// A packet without a length: it was captured before the network card cut it into segments, and is as long as its frame.
fn offloaded(here: &[u8], range: Range<usize>) -> Option<Packet> {
    const HEADER_MAX: usize = 60;
    let mut header = padded::<HEADER_MAX>(here);
    header[2..4].copy_from_slice(&(here.len().min(usize::from(u16::MAX)) as u16).to_be_bytes());
    let ip = Ip::read_start(&header[..here.len().min(HEADER_MAX)])?;
    (ip.source.version() == IpVersion::Ipv4).then(|| outline(&ip, range.start, here.len(), here.len()))
}

fn outline(ip: &Ip<'_>, at: usize, end: usize, len: usize) -> Packet {
    Packet {
        at,
        source: ip.source,
        destination: ip.destination,
        carries: ip.protocol,
        hop_limit: ip.hop_limit,
        fragment: ip.fragment.filter(Fragment::is_part),
        payload: at + ip.payload_at..at + end,
        payload_len: len - ip.payload_at,
        quoted: false,
    }
}

/// What the payload is to be read as.
#[derive(Clone, Copy)]
pub(crate) enum Carried {
    Icmpv4,
    Icmpv6,
    Igmp,
    Tcp,
    Udp,
    Unexplained,
    /// From the middle of a packet: it has no header to read.
    LaterFragment,
}

impl Packet {
    pub fn carried(&self) -> Carried {
        if self.fragment.as_ref().is_some_and(|fragment| fragment.offset > 0) {
            return Carried::LaterFragment;
        }
        match (self.carries, self.version()) {
            (IpProtocol::Icmp, IpVersion::Ipv4) => Carried::Icmpv4,
            (IpProtocol::Icmpv6, IpVersion::Ipv6) => Carried::Icmpv6,
            (IpProtocol::Igmp, IpVersion::Ipv4) => Carried::Igmp,
            (IpProtocol::Tcp, _) => Carried::Tcp,
            (IpProtocol::Udp, _) => Carried::Udp,
            _ => Carried::Unexplained,
        }
    }

    pub fn version(&self) -> IpVersion {
        self.source.version()
    }

    pub fn is_ipv6(&self) -> bool {
        self.version() == IpVersion::Ipv6
    }

    /// The header in its payload, if the packet is a tunnel's.
    pub fn tunnel(&self, frame: &[u8]) -> Option<Place> {
        if !self.is_whole() {
            return None;
        }
        let Range { start, end } = self.payload;
        let header = match self.carries {
            IPV4_IN_IP => Header::Ip(IpVersion::Ipv4),
            IPV6_IN_IP => Header::Ip(IpVersion::Ipv6),
            // A keepalive carries nothing (type 0).
            GRE if frame[start..end].get(2..4).is_some_and(|kind| kind != [0, 0]) => Header::Gre,
            IpProtocol::Udp if frame[start..end].get(2..4) == Some(&VXLAN_PORT.to_be_bytes()) => {
                let start = start + UDP_HEADER;
                return (start + 8 <= end).then_some(Place { header: Header::Vxlan, range: start..end });
            }
            _ => return None,
        };
        (end > start).then_some(Place { header, range: start..end })
    }

    /// Whether the payload is the message from its beginning, not a quotation and not a fragment.
    pub fn is_whole(&self) -> bool {
        self.fragment.is_none() && !self.quoted
    }
}
