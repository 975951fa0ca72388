//! What IPv4 and IPv6 have in common: a packet as its headers outline it.

use std::ops::Range;

use smoltcp::wire::{IpAddress, IpProtocol, IpVersion};
use wire::header::{Fragment, Ip};

/// A packet as its headers outline it.
pub(crate) struct Packet {
    pub source: IpAddress,
    pub destination: IpAddress,
    /// What the payload is: the last of IPv6's chain of headers.
    pub carries: IpProtocol,
    pub hop_limit: u8,
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
    let ip = Ip::read_start(&frame[range.clone()]).filter(|ip| ip.source.version() == version)?;
    Some(Packet {
        source: ip.source,
        destination: ip.destination,
        carries: ip.protocol,
        hop_limit: ip.hop_limit,
        fragment: ip.fragment,
        payload: range.start + ip.payload_at..range.start + ip.end,
        payload_len: ip.len - ip.payload_at,
        quoted: false,
    })
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

    /// Whether the payload is the message from its beginning, not a quotation and not a fragment.
    pub fn is_whole(&self) -> bool {
        self.fragment.is_none() && !self.quoted
    }
}
