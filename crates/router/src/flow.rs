//! The addresses, ports and identifiers of a packet, by which address translation and the filter recognize its flow.
//!
//! Only headers are read, and no checksum is verified: a damaged packet is dropped by its receiver.

use crate::event::Flow;
use smoltcp::wire::{IpAddress, IpEndpoint, IpProtocol};
use wire::header::{Fragment, Icmp, Ip};

/// IP protocol numbers.
pub const ICMP: u8 = 1;
/// See [`ICMP`].
pub const TCP: u8 = 6;
/// See [`ICMP`].
pub const UDP: u8 = 17;
/// See [`ICMP`].
pub const ICMPV6: u8 = 58;

/// The outline of a packet's headers.
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
    /// Where the packet ends, without padding; of a truncated packet, where its bytes end.
    pub end: usize,
    /// Its place in the longer packet that it is a part of.
    pub fragment: Option<Fragment>,
    /// The fields of the protocol above IP.
    pub body: Body,
}

/// The fields of the protocol above IP that a flow needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// TCP.
    Tcp {
        /// Port of the sender.
        source: u16,
        /// Port of the receiver.
        destination: u16,
        /// Its flags; `None`: the packet is cut before them.
        flags: Option<Flags>,
    },
    /// UDP.
    Udp {
        /// Port of the sender.
        source: u16,
        /// Port of the receiver.
        destination: u16,
    },
    /// An ICMP or ICMPv6 query, such as an echo request, or its reply.
    Query {
        /// Its identifier.
        identifier: u16,
        /// It is the reply.
        reply: bool,
    },
    /// An ICMP or ICMPv6 error about a packet whose beginning, an IP header, is at `embedded`, in bytes from the packet's first.
    Error {
        /// The offset.
        embedded: usize,
    },
    /// A fragment other than the first, which has no header of the protocol above IP.
    LaterFragment,
    /// The header of TCP, UDP or ICMP is cut before the ports or the identifier.
    Short,
    /// Another protocol, or another kind of ICMP message.
    Other,
}

/// The flags of a TCP segment (RFC 9293, 3.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// SYN: opens a connection.
    pub syn: bool,
    /// ACK: the acknowledgment number is valid.
    pub ack: bool,
    /// FIN: its sender sends no more data.
    pub fin: bool,
    /// RST: aborts the connection.
    pub rst: bool,
}

impl From<u8> for Flags {
    fn from(bits: u8) -> Self {
        let bit = |mask| bits & mask != 0;
        Self { fin: bit(1), syn: bit(2), rst: bit(4), ack: bit(16) }
    }
}

impl Packet {
    /// Reads a packet, from its IP header on; `None`: it is no IP packet, or shorter than its headers state.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        Some(Self::of(&Ip::read(bytes)?))
    }

    /// Reads the beginning of a packet, as ICMP errors quote it: the headers must be whole, the rest may be missing.
    pub fn read_start(bytes: &[u8]) -> Option<Self> {
        Some(Self::of(&Ip::read_start(bytes).filter(|ip| !ip.is_chain_cut)?))
    }

    fn of(ip: &Ip<'_>) -> Self {
        Self {
            source: ip.source,
            destination: ip.destination,
            protocol: ip.protocol.into(),
            upper: ip.payload_at,
            end: ip.end,
            fragment: ip.fragment.filter(Fragment::is_part),
            body: Body::of(ip),
        }
    }

    /// The packet that an ICMP error in `bytes`, of which `self` was read, is about.
    pub fn embedded(&self, bytes: &[u8]) -> Option<Self> {
        match self.body {
            Body::Error { embedded } => Self::read_start(bytes.get(embedded..self.end)?),
            _ => None,
        }
    }

    /// Whether it is a fragment other than the first, which has no ports.
    pub fn is_later_fragment(&self) -> bool {
        self.fragment.is_some_and(|fragment| fragment.offset > 0)
    }

    /// The flow of the packet, in its own direction. An ICMP identifier stands for both ports; protocols without ports have 0.
    /// `None`: an error or a later fragment, whose flow its own headers do not name, or a truncated header.
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
}

impl Body {
    fn of(ip: &Ip<'_>) -> Self {
        if ip.is_later_fragment() {
            return Self::LaterFragment;
        }
        match (ip.protocol, ip.source) {
            (IpProtocol::Tcp, _) => match ip.ports() {
                Some((source, destination)) => {
                    let flags = ip.payload().get(13).map(|&bits| Flags::from(bits));
                    Self::Tcp { source, destination, flags }
                }
                None => Self::Short,
            },
            (IpProtocol::Udp, _) => match ip.ports() {
                Some((source, destination)) => Self::Udp { source, destination },
                None => Self::Short,
            },
            (IpProtocol::Icmp, IpAddress::Ipv4(_)) | (IpProtocol::Icmpv6, IpAddress::Ipv6(_)) => {
                let Some(icmp) = ip.icmp() else { return Self::Short };
                let identifier = icmp.ident();
                match (ip.protocol, icmp.kind) {
                    // Echo, timestamp, information, address mask (RFC 792, RFC 950); echo (RFC 4443).
                    (IpProtocol::Icmp, 8 | 13 | 15 | 17) | (IpProtocol::Icmpv6, 128) => {
                        Self::Query { identifier, reply: false }
                    }
                    (IpProtocol::Icmp, 0 | 14 | 16 | 18) | (IpProtocol::Icmpv6, 129) => {
                        Self::Query { identifier, reply: true }
                    }
                    // Unreachable, source quench, time exceeded, parameter problem; all errors of ICMPv6. Redirects are
                    // for neighbors and are not forwarded.
                    (IpProtocol::Icmp, 3 | 4 | 11 | 12) | (IpProtocol::Icmpv6, 1..=127) => {
                        Self::Error { embedded: ip.payload_at + Icmp::BYTES }
                    }
                    _ => Self::Other,
                }
            }
            _ => Self::Other,
        }
    }
}

impl Flow {
    /// The flow in the opposite direction.
    pub fn reversed(self) -> Self {
        Self { protocol: self.protocol, from: self.to, to: self.from }
    }
}

#[cfg(test)]
mod tests;
