//! The addresses and ports of sender and receiver of a frame.

use dissect::message::{Malformed, Message};
use dissect::{Captured, Meaning};
use smoltcp::wire::{EthernetAddress, IpAddress, IpEndpoint};

/// The addresses and ports of sender and receiver, the sender's first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ends {
    /// MAC addresses; zeros where the link has none.
    pub macs: [EthernetAddress; 2],
    /// IP addresses, if the frame carries an IP packet.
    pub ips: Option<[IpAddress; 2]>,
    /// Ports, if the packet carries TCP or UDP and is no fragment.
    pub ports: Option<(Transport, [u16; 2])>,
}

/// A protocol with ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transport {
    /// RFC 9293.
    Tcp,
    /// RFC 768.
    Udp,
}

impl Ends {
    /// Of a frame; nothing if it has no addresses.
    pub fn of<'f>(frame: impl Into<Captured<'f>>) -> Option<Self> {
        Self::of_meaning(&dissect::meaning(frame))
    }

    /// Of a frame that was read already.
    pub fn of_meaning(meaning: &Meaning<'_>) -> Option<Self> {
        let macs = match (meaning.ethernet, meaning.ip) {
            (Some(ethernet), _) => [ethernet.source, ethernet.destination],
            (None, Some(_)) => [EthernetAddress([0; 6]); 2],
            (None, None) => return None,
        };
        let ports = match &meaning.message {
            Message::Tcp(segment) => Some((Transport::Tcp, [segment.source_port, segment.destination_port])),
            Message::Malformed(Malformed::Tcp { ports }) => ports.map(|ports| (Transport::Tcp, ports)),
            Message::Malformed(Malformed::TcpLength { ports, .. }) => Some((Transport::Tcp, *ports)),
            Message::Udp(datagram) => {
                Some((Transport::Udp, [datagram.source_port, datagram.destination_port]))
            }
            _ => None,
        };
        Some(Self { macs, ips: meaning.ip.map(|ip| [ip.source, ip.destination]), ports })
    }

    /// The ends of a TCP connection, the sender first.
    pub fn tcp(&self) -> Option<[IpEndpoint; 2]> {
        match (self.ips, self.ports) {
            (Some([from, to]), Some((Transport::Tcp, [from_port, to_port]))) => {
                Some([IpEndpoint::new(from, from_port), IpEndpoint::new(to, to_port)])
            }
            _ => None,
        }
    }
}
