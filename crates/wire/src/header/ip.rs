//! IPv4 headers with options and fragments (RFC 791), IPv6 headers with their extensions (RFC 8200), and the first fields of
//! what they carry.

use super::{Extensions, u16_at};
use smoltcp::wire::{IpAddress, IpProtocol, Ipv4Address, Ipv4Packet, Ipv6Address};

/// The length of an IPv4 header without options.
pub const IPV4_HEADER_BYTES: usize = 20;
/// The length of an IPv6 header without extension headers.
pub const IPV6_HEADER_BYTES: usize = 40;

/// The place of a packet in the longer packet that it is a part of (RFC 791, 3.2; RFC 8200, 4.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fragment {
    /// Where its payload belongs in the whole payload, in bytes.
    pub offset: usize,
    /// Others follow.
    pub more: bool,
    /// The identification that all fragments of the packet share.
    pub ident: u32,
}

impl Fragment {
    /// Whether others are needed to make the packet whole: an IPv6 packet with a fragment header can be whole (RFC 6946).
    pub const fn is_part(&self) -> bool {
        self.more || self.offset > 0
    }
}

/// The headers of an IP packet, up to the payload. Offsets count from the packet's first byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ip<'p> {
    packet: &'p [u8],
    /// The sender's address.
    pub source: IpAddress,
    /// The receiver's address.
    pub destination: IpAddress,
    /// IPv4's time to live, IPv6's hop limit.
    pub hop_limit: u8,
    /// What the payload is: behind IPv6's extension headers.
    pub protocol: IpProtocol,
    /// Where the number of `protocol` stands.
    pub protocol_at: usize,
    /// IPv4's "don't fragment" (RFC 791, 3.1). IPv6 has no such mark, since routers never fragment it.
    pub dont_fragment: bool,
    /// The packet is a fragment, or an IPv6 packet with a fragment header.
    pub fragment: Option<Fragment>,
    /// Where the payload begins: behind options and extension headers.
    pub payload_at: usize,
    /// The packet's length in bytes, as its header states it.
    pub len: usize,
    /// Where its bytes end: `len`, or less if it is cut. What follows is padding.
    pub end: usize,
    /// It is IPv6, and an extension header goes beyond `end`: `protocol` is that header.
    pub is_chain_cut: bool,
}

impl<'p> Ip<'p> {
    /// Reads a whole packet, which may be followed by padding. `None`: it is no IP packet, shorter than its header states, or
    /// its headers make no sense. No checksum is verified.
    #[inline]
    pub fn read(packet: &'p [u8]) -> Option<Self> {
        Self::read_start(packet).filter(|ip| ip.end == ip.len && !ip.is_chain_cut)
    }

    /// Reads the beginning of a packet, as ICMP errors quote it and captures with a snapshot length contain it: the fixed header and IPv4's
    /// options must be there, the rest may be missing. `None`: they are not, or they make no sense.
    #[inline]
    pub fn read_start(packet: &'p [u8]) -> Option<Self> {
        match packet.first()? >> 4 {
            4 => Self::read_v4(packet),
            6 => Self::read_v6(packet),
            _ => None,
        }
    }

    fn read_v4(packet: &'p [u8]) -> Option<Self> {
        let header = packet.first_chunk::<IPV4_HEADER_BYTES>()?;
        let word = |at: usize| u16::from_be_bytes([header[at], header[at + 1]]);
        let header_len = usize::from(header[0] & 0xf) * 4;
        let len = usize::from(word(2));
        if header_len < IPV4_HEADER_BYTES || packet.len() < header_len || len < header_len {
            return None;
        }
        let place = word(6);
        let fragment = Fragment {
            offset: usize::from(place & 0x1fff) * 8,
            more: place & 0x2000 != 0,
            ident: word(4).into(),
        };
        let address =
            |at: usize| Ipv4Address::new(header[at], header[at + 1], header[at + 2], header[at + 3]);
        Some(Self {
            packet,
            source: address(12).into(),
            destination: address(16).into(),
            hop_limit: header[8],
            protocol: header[9].into(),
            protocol_at: 9,
            dont_fragment: place & 0x4000 != 0,
            fragment: fragment.is_part().then_some(fragment),
            payload_at: header_len,
            len,
            end: len.min(packet.len()),
            is_chain_cut: false,
        })
    }

    fn read_v6(packet: &'p [u8]) -> Option<Self> {
        let header = packet.first_chunk::<IPV6_HEADER_BYTES>()?;
        let len = IPV6_HEADER_BYTES + usize::from(u16::from_be_bytes([header[4], header[5]]));
        let end = len.min(packet.len());
        let mut chain = Extensions::new(packet, header[6].into(), 6, IPV6_HEADER_BYTES..end);
        while chain.next().is_some() {}
        Some(Self {
            packet,
            source: ipv6_address(&header[8..24])?.into(),
            destination: ipv6_address(&header[24..])?.into(),
            hop_limit: header[7],
            protocol: chain.next,
            protocol_at: chain.named_at,
            dont_fragment: false,
            fragment: chain.fragment,
            payload_at: chain.rest.start,
            len,
            end,
            is_chain_cut: chain.is_cut(),
        })
    }

    /// The payload, as far as it is there, without padding.
    #[inline]
    pub fn payload(&self) -> &'p [u8] {
        self.packet.get(self.payload_at..self.end).unwrap_or_default()
    }

    /// Whether the packet is a fragment other than the first: its payload begins in the middle of a message.
    pub fn is_later_fragment(&self) -> bool {
        self.fragment.is_some_and(|fragment| fragment.offset > 0)
    }

    /// Verifies the header's checksum, as far as the packet has one: IPv6 has none.
    pub fn verify_checksum(&self) -> bool {
        match self.source {
            IpAddress::Ipv4(_) => Ipv4Packet::new_unchecked(self.packet).verify_checksum(),
            IpAddress::Ipv6(_) => true,
        }
    }

    /// The source and destination port of TCP (RFC 9293, 3.1) or UDP (RFC 768). `None`: the packet carries something else, is a later
    /// fragment, or is cut before them.
    pub fn ports(&self) -> Option<(u16, u16)> {
        let has_ports = matches!(self.protocol, IpProtocol::Tcp | IpProtocol::Udp);
        if !has_ports || self.is_later_fragment() {
            return None;
        }
        let payload = self.payload();
        Some((u16_at(payload, 0)?, u16_at(payload, 2)?))
    }

    /// The header of an ICMP (RFC 792) or ICMPv6 (RFC 4443, 2.1) message. `None`: the packet carries something else (ICMP of the other IP version
    /// included), is a later fragment, or is cut within the header.
    pub fn icmp(&self) -> Option<Icmp> {
        let is_icmp = match self.source {
            IpAddress::Ipv4(_) => self.protocol == IpProtocol::Icmp,
            IpAddress::Ipv6(_) => self.protocol == IpProtocol::Icmpv6,
        };
        if !is_icmp || self.is_later_fragment() {
            return None;
        }
        let &[kind, code, _, _, a, b, c, d] = self.payload().first_chunk()?;
        Some(Icmp { kind, code, rest: [a, b, c, d] })
    }
}

/// The header of an ICMP or ICMPv6 message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Icmp {
    /// The type: for each IP version its own numbers.
    pub kind: u8,
    /// The code, which refines the type.
    pub code: u8,
    /// The four bytes behind the checksum: an echo's identifier and sequence number, an MTU, a pointer, …
    pub rest: [u8; 4],
}

impl Icmp {
    /// The length of the header in bytes; in an error the quoted packet follows.
    pub const BYTES: usize = 8;

    /// The first half of `rest`: the identifier of an echo request or reply.
    pub const fn ident(&self) -> u16 {
        u16::from_be_bytes([self.rest[0], self.rest[1]])
    }

    /// The second half of `rest`: an echo's sequence number, or the next hop's MTU in "fragmentation needed" (RFC 1191, 4).
    pub const fn sequence(&self) -> u16 {
        u16::from_be_bytes([self.rest[2], self.rest[3]])
    }
}

fn ipv6_address(octets: &[u8]) -> Option<Ipv6Address> {
    Some(Ipv6Address::from(*octets.first_chunk::<16>()?))
}
