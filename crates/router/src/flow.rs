//! Who talks with whom in a packet: what address translation and the filter go by.
//!
//! It reads no more than headers, believes no length that the bytes do not bear out, and checks no checksum: a packet that
//! was damaged is for its receiver to refuse.

use crate::event::Flow;
use smoltcp::wire::{IpAddress, IpEndpoint};
use std::net::{Ipv4Addr, Ipv6Addr};

/// IP protocol numbers.
pub const ICMP: u8 = 1;
/// See [`ICMP`].
pub const TCP: u8 = 6;
/// See [`ICMP`].
pub const UDP: u8 = 17;
/// See [`ICMP`].
pub const ICMPV6: u8 = 58;

/// What the headers of a packet say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet {
    /// The sender.
    pub source: IpAddress,
    /// The receiver.
    pub destination: IpAddress,
    /// The protocol above IP; for IPv6 after its extension headers.
    pub protocol: u8,
    /// Where that protocol's header begins, in bytes from the packet's first.
    pub upper: usize,
    /// Where the packet ends: what comes after it is padding. Of a packet that was cut short, where it is cut.
    pub end: usize,
    /// It is a piece of a longer packet.
    pub fragment: Option<Fragment>,
    /// What the protocol above says.
    pub body: Body,
}

/// Which piece of a longer packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fragment {
    /// The identification that all pieces share.
    pub id: u32,
    /// Where it belongs, in bytes.
    pub offset: u16,
    /// Others follow.
    pub more: bool,
}

/// What the protocol above IP says, as far as a flow needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// TCP.
    Tcp {
        /// Port of the sender.
        source: u16,
        /// Port of the receiver.
        destination: u16,
        /// Its flags; `None`: cut off before them.
        flags: Option<Flags>,
    },
    /// UDP.
    Udp {
        /// Port of the sender.
        source: u16,
        /// Port of the receiver.
        destination: u16,
    },
    /// An ICMP or ICMPv6 question, such as an echo request, or its answer.
    Query {
        /// Its identifier.
        identifier: u16,
        /// It is the answer.
        reply: bool,
    },
    /// An ICMP or ICMPv6 error about a packet whose beginning, an IP header, is at `embedded`, in bytes from the packet's first.
    Error {
        /// Where.
        embedded: usize,
    },
    /// A fragment other than the first: what would tell is in the first.
    LaterFragment,
    /// The header of TCP, UDP or ICMP is cut off before anything can be told.
    Short,
    /// Another protocol, or another kind of ICMP message.
    Other,
}

/// The flags of a TCP segment (RFC 9293, 3.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// It begins a connection.
    pub syn: bool,
    /// It acknowledges.
    pub ack: bool,
    /// Its sender has no more to say.
    pub fin: bool,
    /// It aborts the connection.
    pub rst: bool,
}

impl From<u8> for Flags {
    fn from(bits: u8) -> Self {
        let bit = |mask| bits & mask != 0;
        Self { fin: bit(1), syn: bit(2), rst: bit(4), ack: bit(16) }
    }
}

impl Packet {
    /// Reads a packet, from its IP header on; `None`: it is no IP packet, or shorter than its headers say.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let packet = Self::read_start(bytes)?;
        (packet.length(bytes) == Some(packet.end)).then_some(packet)
    }

    /// Reads the beginning of a packet, as ICMP errors carry it: the headers must be whole, the rest may be missing.
    pub fn read_start(bytes: &[u8]) -> Option<Self> {
        let mut packet = match bytes.first()? >> 4 {
            4 => read_v4(bytes)?,
            6 => read_v6(bytes)?,
            _ => return None,
        };
        packet.body = match packet.fragment {
            Some(Fragment { offset: 1.., .. }) => Body::LaterFragment,
            _ => read_body(packet.protocol, bytes.get(packet.upper..packet.end)?, packet.upper),
        };
        Some(packet)
    }

    /// The packet that an ICMP error in `bytes`, of which `self` was read, is about.
    pub fn embedded(&self, bytes: &[u8]) -> Option<Self> {
        match self.body {
            Body::Error { embedded } => Self::read_start(bytes.get(embedded..self.end)?),
            _ => None,
        }
    }

    /// The flow that it belongs to, in its own direction; ICMP identifiers stand for both ports. `None`: it belongs to none by
    /// itself (an error, a later fragment), or is cut short. What has no ports has 0.
    pub fn flow(&self) -> Option<Flow> {
        let (source, destination) = match self.body {
            Body::Tcp { source, destination, .. } | Body::Udp { source, destination } => {
                (source, destination)
            }
            Body::Query { identifier, .. } => (identifier, identifier),
            Body::Other => (0, 0),
            Body::Error { .. } | Body::LaterFragment | Body::Short => return None,
        };
        Some(Flow {
            protocol: self.protocol,
            from: IpEndpoint::new(self.source, source),
            to: IpEndpoint::new(self.destination, destination),
        })
    }

    /// The whole packet's length, as its header says.
    fn length(&self, bytes: &[u8]) -> Option<usize> {
        let word = |at| Some(usize::from(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?])));
        match self.source {
            IpAddress::Ipv4(_) => word(2),
            IpAddress::Ipv6(_) => Some(40 + word(4)?),
        }
    }
}

impl Flow {
    /// The same in the other direction.
    pub fn reversed(self) -> Self {
        Self { protocol: self.protocol, from: self.to, to: self.from }
    }
}

/// RFC 791, 3.1.
fn read_v4(bytes: &[u8]) -> Option<Packet> {
    let header = bytes.first_chunk::<20>()?;
    let upper = usize::from(header[0] & 0xf) * 4;
    let total = usize::from(u16::from_be_bytes([header[2], header[3]]));
    if upper < 20 || total < upper {
        return None;
    }
    let end = total.min(bytes.len());
    let place = u16::from_be_bytes([header[6], header[7]]);
    let (more, offset) = (place & 0x2000 != 0, (place & 0x1fff) * 8);
    let fragment = (more || offset > 0).then_some(Fragment {
        id: u16::from_be_bytes([header[4], header[5]]).into(),
        offset,
        more,
    });
    let address = |at: usize| Some(IpAddress::Ipv4(Ipv4Addr::from(*bytes.get(at..)?.first_chunk::<4>()?)));
    Some(Packet {
        source: address(12)?,
        destination: address(16)?,
        protocol: header[9],
        upper,
        end,
        fragment,
        body: Body::Other,
    })
}

/// RFC 8200, 3 and 4: extension headers are skipped.
fn read_v6(bytes: &[u8]) -> Option<Packet> {
    const HOP_BY_HOP: u8 = 0;
    const ROUTING: u8 = 43;
    const FRAGMENT: u8 = 44;
    const DESTINATION: u8 = 60;
    let header = bytes.first_chunk::<40>()?;
    let end = (40 + usize::from(u16::from_be_bytes([header[4], header[5]]))).min(bytes.len());
    let (mut protocol, mut upper, mut fragment) = (header[6], 40, None);
    loop {
        match protocol {
            HOP_BY_HOP | ROUTING | DESTINATION => {
                let [next, units] = *bytes.get(upper..end)?.first_chunk::<2>()?;
                (protocol, upper) = (next, upper + 8 + usize::from(units) * 8);
            }
            FRAGMENT => {
                let [next, _, a, b, id @ ..] = *bytes.get(upper..end)?.first_chunk::<8>()?;
                let place = u16::from_be_bytes([a, b]);
                let (offset, more) = (place & 0xfff8, place & 1 != 0);
                (protocol, upper) = (next, upper + 8);
                if offset > 0 || more {
                    fragment = Some(Fragment { id: u32::from_be_bytes(id), offset, more });
                }
                if offset > 0 {
                    break;
                }
            }
            _ => break,
        }
    }
    if upper > end {
        return None;
    }
    let address = |at: usize| Some(IpAddress::Ipv6(Ipv6Addr::from(*bytes.get(at..)?.first_chunk::<16>()?)));
    Some(Packet {
        source: address(8)?,
        destination: address(24)?,
        protocol,
        upper,
        end,
        fragment,
        body: Body::Other,
    })
}

/// The header of the protocol above, which begins `at` bytes into the packet.
fn read_body(protocol: u8, bytes: &[u8], at: usize) -> Body {
    match protocol {
        TCP | UDP => {
            let Some(&[a, b, c, d]) = bytes.first_chunk::<4>() else { return Body::Short };
            let (source, destination) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
            if protocol == UDP {
                return Body::Udp { source, destination };
            }
            Body::Tcp { source, destination, flags: bytes.get(13).map(|&bits| Flags::from(bits)) }
        }
        ICMP | ICMPV6 => {
            let Some(header) = bytes.first_chunk::<8>() else { return Body::Short };
            let identifier = u16::from_be_bytes([header[4], header[5]]);
            match (protocol, header[0]) {
                // Echo, timestamp, information, address mask (RFC 792, RFC 950); echo (RFC 4443).
                (ICMP, 8 | 13 | 15 | 17) | (ICMPV6, 128) => Body::Query { identifier, reply: false },
                (ICMP, 0 | 14 | 16 | 18) | (ICMPV6, 129) => Body::Query { identifier, reply: true },
                // Unreachable, source quench, time exceeded, parameter problem; all errors of ICMPv6. Redirects are for
                // neighbors and are not forwarded.
                (ICMP, 3 | 4 | 11 | 12) | (ICMPV6, 1..=127) => Body::Error { embedded: at + 8 },
                _ => Body::Other,
            }
        }
        _ => Body::Other,
    }
}
