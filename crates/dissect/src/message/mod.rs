//! The meaning of a frame as a value: which kind of message, of which protocol, for which target.
//!
//! Everything that is written about a frame is derived from it: [`Message::protocol`] (its color, its column in a list),
//! [`Message::label`] (the text on the frame), [`Meaning::info`] (its line in a packet list). Code that narrates, counts or colors
//! frames matches on it, exhaustively, and never on those texts.
//!
//! ```
//! # fn narrate(frame: &[u8]) -> Option<String> {
//! use dissect::message::{ArpMessage, ApplicationMessage, Message, SegmentKind};
//!
//! let meaning = dissect::meaning(frame);
//! Some(match meaning.message {
//!     Message::Arp(ArpMessage::Request { target, .. }) => format!("Who has {target}?"),
//!     Message::Tcp(segment) if segment.kind == SegmentKind::Syn => format!("to port {}", segment.destination_port),
//!     _ => match meaning.message.application()? {
//!         ApplicationMessage::Dns(dns) => format!("the name {}", dns.name()?),
//!         _ => return None,
//!     },
//! })
//! # }
//! # assert_eq!(narrate(&[0; 60]), None);
//! ```
//!
//! # Shape
//!
//! [`Message`] has a variant for each protocol that travels in frames or packets; what its variants hold is in a file each
//! (`arp`, `stp`, `icmp`, `ndp`, `igmp`, `mld`, `tcp`, `udp`). A segment or datagram holds the [`ApplicationMessage`] that begins
//! in it (`dhcp`, `dns`, `http`, `rip`), because it stays a segment with its flags: [`Message::application`].
//! [`Meaning`] adds the headers around the message.
//!
//! # Why so
//!
//! - **Two kinds of incomplete.** [`Message::Malformed`] has no readable header, so the kind of message is unknown. Where the kind
//!   is known and the rest is cut, the protocol's own type has a variant for that (`CutShort`, `Unreadable`).
//! - **Nothing is allocated**: frames on the stage are asked sixty times a second. What needs memory, such as a name in
//!   DNS, is read from the borrowed bytes when it is asked for.

mod application;
mod arp;
pub(crate) mod dhcp;
pub(crate) mod dns;
pub(crate) mod dns_records;
pub(crate) mod group_records;
pub(crate) mod http;
pub(crate) mod icmp;
pub(crate) mod igmp;
mod malformed;
pub(crate) mod mld;
pub(crate) mod ndp;
pub(crate) mod rip;
pub(crate) mod stp;
pub(crate) mod tcp;
mod udp;

#[cfg(test)]
mod tests;

pub use application::ApplicationMessage;
pub use arp::ArpMessage;
pub use dhcp::{DhcpKind, DhcpMessage};
pub use dns::{DnsCarrier, DnsKind, DnsMessage};
pub use http::{HttpKind, HttpMessage, HttpMethod};
pub use icmp::{
    Echo, ErrorReason, IcmpError, IcmpMessage, QuotedFlow, QuotedPacket, TimeExceeded, Unreachable,
};
pub use igmp::{IgmpKind, IgmpMessage};
pub use malformed::Malformed;
pub use mld::{MldKind, MldMessage};
pub use ndp::{NdpKind, NdpMessage};
pub use rip::{RipCommand, RipMessage};
pub use stp::{Bpdu, BridgeId, SpanningTree};
pub use tcp::{SegmentKind, TcpFlags, TcpSegment};
pub use udp::UdpDatagram;

use smoltcp::wire::{EthernetAddress, IpAddress, IpProtocol, IpVersion};

use crate::header::content::{Content, content};
use crate::header::ethernet::is_experimental;
use crate::header::ip::{Carried, Packet};
use crate::label::Label;
use crate::protocol::Protocol;
use crate::text::{bytes, protocol_name};

/// The meaning of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meaning<'f> {
    /// The Ethernet header; nothing if the frame is shorter.
    pub ethernet: Option<EthernetHeader>,
    /// The IP header, if there is one that makes sense.
    pub ip: Option<IpHeader>,
    /// What is in the packet or, without IP, in the frame.
    pub message: Message<'f>,
}

/// What matters of an Ethernet header and the tags behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EthernetHeader {
    /// The interface that sent the frame.
    pub source: EthernetAddress,
    /// The interface, or group of them, that the frame is for.
    pub destination: EthernetAddress,
    /// The VLAN of the outermost 802.1Q (or 802.1ad) tag, if there is a tag.
    pub vlan: Option<u16>,
}

/// What matters of an IPv4 or IPv6 header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IpHeader {
    /// The host that sent the packet.
    pub source: IpAddress,
    /// The host or group that the packet is for.
    pub destination: IpAddress,
    /// Time to live (IPv4) or hop limit (IPv6): the number of routers that may still forward the packet.
    pub hop_limit: u8,
}

/// A message by its protocol. The documentation of the [module](self) has its shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message<'f> {
    /// Who has that IPv4 address?
    Arp(ArpMessage),
    /// From switch to switch, about the spanning tree.
    Stp(Bpdu),
    /// A frame with a length instead of a type, and not a BPDU.
    Llc {
        /// Bytes behind the header.
        length: usize,
    },
    /// An Ethernet type that is not explained here.
    OtherEthertype {
        /// The type.
        ethertype: u16,
        /// Bytes behind the header.
        length: usize,
    },
    /// A piece of an IP packet that was too long for a link.
    Fragment(IpFragment),
    /// Echo and errors of IPv4 and IPv6.
    Icmp(IcmpMessage),
    /// Neighbor discovery of IPv6.
    Ndp(NdpMessage),
    /// The members of IPv4 groups.
    Igmp(IgmpMessage<'f>),
    /// The members of IPv6 groups.
    Mld(MldMessage<'f>),
    /// A piece of a connection.
    Tcp(TcpSegment<'f>),
    /// A datagram.
    Udp(UdpDatagram<'f>),
    /// A protocol in an IP packet that is not explained here.
    OtherIp {
        /// Of the packet.
        version: IpVersion,
        /// What the packet carries.
        protocol: IpProtocol,
        /// The number of bytes of it, according to the header.
        length: usize,
    },
    /// Its header is cut or makes no sense, so that its kind is unknown.
    Malformed(Malformed),
}

/// A piece of an IP packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IpFragment {
    /// Of the packet.
    pub version: IpVersion,
    /// What the whole packet carries.
    pub carries: IpProtocol,
    /// The place of this piece in the whole payload, in bytes.
    pub offset: usize,
    /// More pieces follow.
    pub more: bool,
    /// The same for all pieces of a packet.
    pub ident: u32,
    /// What the whole packet is about, as far as this piece shows that.
    pub protocol: Protocol,
}

/// Reads a frame, from its Ethernet header (without preamble and frame check sequence) to its last byte. Allocates nothing.
pub fn meaning(frame: &[u8]) -> Meaning<'_> {
    let Some((link, content)) = content(frame) else {
        let message = Message::Malformed(Malformed::Ethernet { length: frame.len() });
        return Meaning { ethernet: None, ip: None, message };
    };
    let ethernet = EthernetHeader { source: link.source, destination: link.destination, vlan: link.vlan };
    let mut ip = None;
    let message = match content {
        Content::Arp(range) => Message::Arp(ArpMessage::read(&frame[range])),
        Content::Ip(packet) => {
            let Packet { source, destination, hop_limit, .. } = packet;
            ip = Some(IpHeader { source, destination, hop_limit });
            in_packet(frame, &packet)
        }
        Content::MalformedIp(version) => Message::Malformed(Malformed::Ip(version)),
        Content::Stp(range) => Bpdu::read(&frame[range]).map_or_else(Message::Malformed, Message::Stp),
        Content::Llc(range) => Message::Llc { length: range.len() },
        Content::Other { ethertype, payload } => Message::OtherEthertype { ethertype, length: payload.len() },
    };
    Meaning { ethernet: Some(ethernet), ip, message }
}

/// The message in a packet.
fn in_packet<'f>(frame: &'f [u8], packet: &Packet) -> Message<'f> {
    let payload = &frame[packet.payload.clone()];
    if let Some(fragment) = &packet.fragment {
        return Message::Fragment(IpFragment {
            version: packet.version(),
            carries: packet.carries,
            offset: fragment.offset,
            more: fragment.more,
            ident: fragment.ident,
            protocol: fragmented(payload, packet),
        });
    }
    match packet.carried() {
        Carried::Icmpv4 => IcmpMessage::read_v4(payload).map(Message::Icmp),
        Carried::Icmpv6 => in_icmpv6(payload, packet),
        Carried::Igmp => IgmpMessage::read(payload).map(Message::Igmp),
        Carried::Tcp => TcpSegment::read(payload, packet).map(Message::Tcp),
        Carried::Udp => UdpDatagram::read(payload, packet).map(Message::Udp),
        Carried::Unexplained | Carried::LaterFragment => Ok(Message::OtherIp {
            version: packet.version(),
            protocol: packet.carries,
            length: packet.payload_len,
        }),
    }
    .unwrap_or_else(Message::Malformed)
}

fn in_icmpv6<'f>(payload: &'f [u8], packet: &Packet) -> Result<Message<'f>, Malformed> {
    match payload.first() {
        Some(kind) if ndp::TYPES.contains(kind) => NdpMessage::read(payload, packet).map(Message::Ndp),
        _ => match MldMessage::read(payload) {
            Some(message) => Ok(Message::Mld(message)),
            None => IcmpMessage::read_v6(payload).map(Message::Icmp),
        },
    }
}

/// What a packet is about of which this is a piece. The pieces of a datagram or segment are all known to belong to it.
fn fragmented(payload: &[u8], packet: &Packet) -> Protocol {
    match (packet.carried(), packet.carries) {
        (Carried::Icmpv4, _) => Protocol::Icmp,
        (Carried::Icmpv6, _) => match payload.first() {
            Some(kind) if ndp::TYPES.contains(kind) => Protocol::Ndp,
            _ => Protocol::Icmpv6,
        },
        (Carried::Igmp, _) => Protocol::Igmp,
        (_, IpProtocol::Tcp) => Protocol::Tcp,
        (_, IpProtocol::Udp) => Protocol::Udp,
        _ => Protocol::other_ip(packet.version()),
    }
}

impl<'f> Message<'f> {
    /// What the frame is about: the innermost protocol that is known here.
    pub fn protocol(&self) -> Protocol {
        match self {
            Message::Arp(_) => Protocol::Arp,
            Message::Stp(_) => Protocol::Stp,
            Message::Llc { .. } => Protocol::Llc,
            Message::OtherEthertype { .. } => Protocol::Other,
            Message::Fragment(fragment) => fragment.protocol,
            Message::Icmp(icmp) => match icmp.version() {
                IpVersion::Ipv4 => Protocol::Icmp,
                IpVersion::Ipv6 => Protocol::Icmpv6,
            },
            Message::Ndp(_) => Protocol::Ndp,
            Message::Igmp(_) => Protocol::Igmp,
            Message::Mld(_) => Protocol::Icmpv6,
            Message::Tcp(segment) => {
                segment.application.as_ref().map_or(Protocol::Tcp, ApplicationMessage::protocol)
            }
            Message::Udp(datagram) => {
                datagram.application.as_ref().map_or(Protocol::Udp, ApplicationMessage::protocol)
            }
            Message::OtherIp { version, .. } => Protocol::other_ip(*version),
            Message::Malformed(malformed) => malformed.protocol(),
        }
    }

    /// What the segment does to its connection, if it is one.
    pub fn segment(&self) -> Option<SegmentKind> {
        match self {
            Message::Tcp(segment) => Some(segment.kind),
            _ => None,
        }
    }

    /// The message of a program that begins in this segment or datagram.
    pub fn application(&self) -> Option<&ApplicationMessage<'f>> {
        match self {
            Message::Tcp(segment) => segment.application.as_ref(),
            Message::Udp(datagram) => datagram.application.as_ref(),
            _ => None,
        }
    }

    /// Whether its kind is unknown because its header is cut or makes no sense: its label is `malformed`.
    pub fn is_malformed(&self) -> bool {
        match self {
            Message::Malformed(_) => true,
            _ => matches!(
                self.application(),
                Some(ApplicationMessage::Dns(DnsMessage { kind: DnsKind::CutShort, .. }))
            ),
        }
    }

    /// What to write on the frame where there is little room.
    pub fn label(&self) -> Label {
        match self {
            Message::Arp(message) => message.label(),
            Message::Stp(message) => message.label(),
            Message::Llc { .. } => Label::of("LLC"),
            Message::OtherEthertype { ethertype, length } if is_experimental(*ethertype) => {
                Label::write(format_args!("raw {length}"))
            }
            Message::OtherEthertype { ethertype, .. } => Label::write(format_args!("type 0x{ethertype:04x}")),
            Message::Fragment(fragment) => Label::write(format_args!("fragment {}", fragment.offset)),
            Message::Icmp(message) => message.label(),
            Message::Ndp(message) => message.label(),
            Message::Igmp(message) => message.label(),
            Message::Mld(message) => message.label(),
            Message::Tcp(segment) => segment.label(),
            Message::Udp(datagram) => datagram.label(),
            Message::OtherIp { protocol: IpProtocol::Unknown(number), .. } => {
                Label::write(format_args!("protocol {number}"))
            }
            Message::OtherIp { protocol, .. } => Label::write(format_args!("{protocol}")),
            Message::Malformed(_) => Label::of("malformed"),
        }
    }
}

impl Meaning<'_> {
    /// One line in the style of the analyzers, such as `49152 → 5001 [SYN] Seq=0 Win=65535 Len=0 MSS=1460`. Sequence
    /// numbers are absolute, windows unscaled.
    pub fn info(&self) -> String {
        match &self.message {
            Message::Arp(message) => message.info(),
            Message::Stp(message) => message.info(),
            Message::Llc { length } => format!("LLC, {}", bytes(*length)),
            Message::OtherEthertype { ethertype, length } => {
                format!("Ethernet type 0x{ethertype:04x}, {}", bytes(*length))
            }
            Message::Fragment(fragment) => fragment.info(),
            Message::Icmp(message) => message.info(self.ip.map_or(0, |ip| ip.hop_limit)),
            Message::Ndp(message) => message.info(),
            Message::Igmp(message) => message.info(),
            Message::Mld(message) => message.info(),
            Message::Tcp(segment) => segment.info(),
            Message::Udp(datagram) => datagram.info(),
            Message::OtherIp { protocol, length, .. } => {
                format!("{}, {}", protocol_name(*protocol), bytes(*length))
            }
            Message::Malformed(malformed) => malformed.info(),
        }
    }
}

impl IpFragment {
    fn info(&self) -> String {
        let &IpFragment { offset, more, ident, .. } = self;
        let (protocol, number) = (protocol_name(self.carries), u8::from(self.carries));
        match self.version {
            IpVersion::Ipv4 => {
                format!("Fragmented IP protocol (proto={protocol} {number}, off={offset}, ID={ident:04x})")
            }
            IpVersion::Ipv6 => {
                let more = if more { 'y' } else { 'n' };
                format!("IPv6 fragment (off={offset} more={more} ident=0x{ident:08x} nxt={number})")
            }
        }
    }
}
