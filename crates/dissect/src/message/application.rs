//! The messages of programs in UDP and TCP, as far as their protocols are known here.
//!
//! The port says which protocol it is, as in the analyzers: nothing else does. Only HTTP and TLS are also known by how they begin, for
//! they run on any port.
//!
//! There is no state here, so a message is explained if it begins with the segment. What continues a message is data, until the
//! [analysis](crate::analysis) has put the segments together.

use super::dhcp::DhcpMessage;
use super::dns::{self, DnsCarrier, DnsMessage};
use super::extent::{Extent, Language, extent};
use super::http::{self, HttpMessage};
use super::ntp::NtpMessage;
use super::rip::RipMessage;
use super::tls::{self, TlsMessage};
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
    /// The time of day.
    Ntp(NtpMessage),
    /// Routes of IPv4 (RIP) or IPv6 (RIPng).
    Rip(RipMessage),
    /// Records of an encrypted connection.
    Tls(TlsMessage<'f>),
}

impl<'f> ApplicationMessage<'f> {
    /// The content of a UDP datagram between these ports, if its protocol is known.
    pub(crate) fn in_datagram(ports: [u16; 2], message: &'f [u8]) -> Option<ApplicationMessage<'f>> {
        ports.into_iter().find_map(|port| match port {
            53 => Some(ApplicationMessage::Dns(DnsMessage::read(message, DnsCarrier::Udp))),
            123 => Some(ApplicationMessage::Ntp(NtpMessage::read(message))),
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
        } else if tls::begins(data) && tls::records(data).next().is_some() {
            Some(ApplicationMessage::Tls(TlsMessage::read(data)))
        } else {
            None
        }
    }

    /// The messages behind the first in a piece of a TCP stream between these ports.
    pub(crate) fn further(ports: [u16; 2], data: &'f [u8]) -> impl Iterator<Item = ApplicationMessage<'f>> {
        let length = move |data: &'f [u8]| match extent(Language::of(ports, data)?, data, false) {
            Extent::Whole(length) => Some(length),
            Extent::Bytes(_) | Extent::More | Extent::ToEnd | Extent::None => None,
        };
        let mut rest = data;
        std::iter::from_fn(move || {
            rest = rest.get(length(rest)?..).filter(|rest| !rest.is_empty())?;
            ApplicationMessage::in_segment(ports, rest)
        })
    }

    /// Its protocol.
    pub fn protocol(&self) -> Protocol {
        match self {
            ApplicationMessage::Dhcp(_) => Protocol::Dhcp,
            ApplicationMessage::Dns(DnsMessage { carrier: DnsCarrier::Multicast, .. }) => Protocol::Mdns,
            ApplicationMessage::Dns(_) => Protocol::Dns,
            ApplicationMessage::Http(_) => Protocol::Http,
            ApplicationMessage::Ntp(_) => Protocol::Ntp,
            ApplicationMessage::Rip(_) => Protocol::Rip,
            ApplicationMessage::Tls(_) => Protocol::Tls,
        }
    }

    pub(crate) fn label(&self) -> Label {
        match self {
            ApplicationMessage::Dhcp(message) => message.label(),
            ApplicationMessage::Dns(message) => message.label(),
            ApplicationMessage::Http(message) => message.label(),
            ApplicationMessage::Ntp(message) => message.label(),
            ApplicationMessage::Rip(message) => message.label(),
            ApplicationMessage::Tls(message) => message.label(),
        }
    }

    pub(crate) fn info(&self) -> String {
        match self {
            ApplicationMessage::Dhcp(message) => message.info(),
            ApplicationMessage::Dns(message) => message.info(),
            ApplicationMessage::Http(message) => message.info(),
            ApplicationMessage::Ntp(message) => message.info(),
            ApplicationMessage::Rip(message) => message.info(),
            ApplicationMessage::Tls(message) => message.info(),
        }
    }

    /// Whether the message ends before what it announces, or makes no sense.
    pub fn is_cut_short(&self) -> bool {
        match self {
            ApplicationMessage::Dhcp(message) => message.is_cut_short(),
            ApplicationMessage::Dns(message) => message.is_cut_short(),
            ApplicationMessage::Ntp(message) => message.cut_short,
            ApplicationMessage::Http(_) | ApplicationMessage::Rip(_) | ApplicationMessage::Tls(_) => false,
        }
    }
}
