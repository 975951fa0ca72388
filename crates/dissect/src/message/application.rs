//! The messages of programs in UDP and TCP, as far as their protocols are known here.
//!
//! The port says which protocol it is, as in the analyzers: nothing else does. Only HTTP is also known by its first line, for
//! it runs on any port.
//!
//! There is no state here, so a message is explained if it begins with the segment. What continues a message is data.

use super::dhcp::DhcpMessage;
use super::dns::{self, DnsCarrier, DnsMessage};
use super::http::{self, HttpMessage};
use super::rip::RipMessage;
use crate::label::Label;
use crate::protocol::Protocol;
use smoltcp::wire::IpVersion;

/// A message of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApplicationMessage<'f> {
    /// A host asks for an address.
    Dhcp(DhcpMessage<'f>),
    /// Names and their addresses.
    Dns(DnsMessage<'f>),
    /// A request for a page, or its answer.
    Http(HttpMessage<'f>),
    /// Routes of IPv4 (RIP) or IPv6 (RIPng).
    Rip(RipMessage),
}

impl<'f> ApplicationMessage<'f> {
    /// The content of a UDP datagram between these ports, if its protocol is known.
    pub(crate) fn in_datagram(ports: [u16; 2], message: &'f [u8]) -> Option<ApplicationMessage<'f>> {
        ports.into_iter().find_map(|port| match port {
            53 => Some(ApplicationMessage::Dns(DnsMessage::read(message, DnsCarrier::Udp))),
            67 | 68 => Some(ApplicationMessage::Dhcp(DhcpMessage::read(message))),
            520 => Some(ApplicationMessage::Rip(RipMessage::read(message, IpVersion::Ipv4))),
            521 => Some(ApplicationMessage::Rip(RipMessage::read(message, IpVersion::Ipv6))),
            5353 => Some(ApplicationMessage::Dns(DnsMessage::read(message, DnsCarrier::Multicast))),
            _ => None,
        })
    }

    /// What begins with this piece of a TCP stream between these ports, if its protocol is known.
    pub(crate) fn in_segment(ports: [u16; 2], data: &'f [u8]) -> Option<ApplicationMessage<'f>> {
        if http::begins(data, ports.iter().any(|port| [80, 8080].contains(port))) {
            Some(ApplicationMessage::Http(HttpMessage::read(data)))
        } else if ports.contains(&53) && dns::begins_in_tcp(data) {
            Some(ApplicationMessage::Dns(DnsMessage::read(data, DnsCarrier::Tcp)))
        } else {
            None
        }
    }

    /// Its protocol.
    pub fn protocol(&self) -> Protocol {
        match self {
            ApplicationMessage::Dhcp(_) => Protocol::Dhcp,
            ApplicationMessage::Dns(_) => Protocol::Dns,
            ApplicationMessage::Http(_) => Protocol::Http,
            ApplicationMessage::Rip(_) => Protocol::Rip,
        }
    }

    pub(crate) fn label(&self) -> Label {
        match self {
            ApplicationMessage::Dhcp(message) => message.label(),
            ApplicationMessage::Dns(message) => message.label(),
            ApplicationMessage::Http(message) => message.label(),
            ApplicationMessage::Rip(message) => message.label(),
        }
    }

    pub(crate) fn info(&self) -> String {
        match self {
            ApplicationMessage::Dhcp(message) => message.info(),
            ApplicationMessage::Dns(message) => message.info(),
            ApplicationMessage::Http(message) => message.info(),
            ApplicationMessage::Rip(message) => message.info(),
        }
    }
}
