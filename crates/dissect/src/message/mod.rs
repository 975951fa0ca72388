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
//! (`arp`, `stp`, `discovery`, `icmp`, `ndp`, `igmp`, `mld`, `tcp`, `udp`, `carried`). A segment or datagram holds the [`ApplicationMessage`] that begins
//! in it (`dhcp`, `dns`, `http`, `ntp`, `rip`, `tls`), because it stays a segment with its flags: [`Message::application`].
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
pub(crate) mod carried;
pub(crate) mod dhcp;
pub(crate) mod discovery;
pub(crate) mod dns;
pub(crate) mod dns_records;
pub(crate) mod extent;
pub(crate) mod group_records;
pub(crate) mod http;
pub(crate) mod icmp;
pub(crate) mod igmp;
mod malformed;
pub(crate) mod mld;
pub(crate) mod ndp;
pub(crate) mod ntp;
pub(crate) mod rip;
pub(crate) mod stp;
pub(crate) mod tcp;
mod tcp_flags;
pub(crate) mod tls;
mod udp;

#[cfg(test)]
mod tests;

pub use application::ApplicationMessage;
pub use arp::ArpMessage;
pub use dhcp::{DhcpKind, DhcpMessage};
pub use discovery::Discovery;
pub use dns::{DnsCarrier, DnsKind, DnsMessage, DnsRecord};
pub use http::{HttpKind, HttpMessage, HttpMethod};
pub use icmp::{
    Echo, ErrorReason, IcmpError, IcmpMessage, QuotedFlow, QuotedPacket, TimeExceeded, Unreachable,
};
pub use igmp::{IgmpKind, IgmpMessage};
pub use malformed::Malformed;
pub use mld::{MldKind, MldMessage};
pub use ndp::{NdpKind, NdpMessage};
pub use ntp::NtpMessage;
pub use rip::{RipCommand, RipMessage};
pub use stp::{Bpdu, BridgeId, SpanningTree};
pub use tcp::{SegmentKind, TcpSegment};
pub use tcp_flags::TcpFlags;
pub use tls::TlsMessage;
pub use udp::{BadLength, UdpDatagram};

use smoltcp::wire::{EthernetAddress, IpAddress, IpProtocol, IpVersion};

use std::borrow::Cow;

use crate::captured::{Captured, Link};
use crate::header::content::{Content, content};
use crate::header::ethernet::is_experimental;
use crate::header::ip::{Carried, Packet};
use crate::label::Label;
use crate::protocol::Protocol;
use crate::text::{bytes, ethertype_info, name, protocol_short};

/// The meaning of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meaning<'f> {
    /// The Ethernet header; nothing if the frame is shorter.
    pub ethernet: Option<EthernetHeader>,
    /// The IP header, if there is one that makes sense.
    pub ip: Option<IpHeader>,
    /// What is in the packet or, without IP, in the frame.
    pub message: Message<'f>,
    /// The capture has only the beginning of the packet, so what is missing is no fault.
    pub is_cut: bool,
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
    /// Which port of which switch this is.
    Discovery(Discovery<'f>),
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
        /// They.
        payload: &'f [u8],
    },
    /// A protocol of PPP that is not explained here.
    OtherPpp {
        /// Its number.
        protocol: u16,
        /// Bytes behind the header.
        length: usize,
    },
    /// A packet of a link type that is not read here.
    Unread(Link),
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
        /// Those that are there.
        payload: &'f [u8],
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

/// Reads a packet, or an Ethernet frame from its header (without preamble and frame check sequence) to its last byte. Allocates
/// nothing.
pub fn meaning<'f>(frame: impl Into<Captured<'f>>) -> Meaning<'f> {
    let captured = frame.into();
    let frame = captured.bytes;
    let is_cut = captured.is_cut();
    let Some((walk, content)) = content(captured) else {
        let message = Message::Malformed(Malformed::Ethernet { length: frame.len() });
        return Meaning { ethernet: None, ip: None, message, is_cut };
    };
    let vlan = walk.vlan;
    let ethernet = walk.macs.map(|[source, destination]| EthernetHeader { source, destination, vlan });
    let mut ip = None;
    let message = match content {
        Content::Arp(range, _) => Message::Arp(ArpMessage::read(&frame[range])),
        Content::Ip(packet) => {
            let Packet { source, destination, hop_limit, .. } = packet;
            ip = Some(IpHeader { source, destination, hop_limit });
            in_packet(frame, &packet)
        }
        Content::MalformedIp(version) => {
            // In a tunnel, the packet around it has addresses.
            let outer = walk.outer.iter().flatten().last();
            ip = outer.map(|&Packet { source, destination, hop_limit, .. }| IpHeader {
                source,
                destination,
                hop_limit,
            });
            Message::Malformed(Malformed::Ip(version))
        }
        Content::Stp(range) => Bpdu::read(&frame[range]).map_or_else(Message::Malformed, Message::Stp),
        Content::Cdp(range) => Message::Discovery(Discovery::Cdp(&frame[range])),
        Content::Lldp(range) => Message::Discovery(Discovery::Lldp(&frame[range])),
        Content::Llc(range) => Message::Llc { length: range.len() },
        Content::Other { ethertype, payload } => {
            Message::OtherEthertype { ethertype, length: payload.len(), payload: &frame[payload] }
        }
        Content::Ppp { protocol, payload } => Message::OtherPpp { protocol, length: payload.len() },
        Content::Unread(number) => Message::Unread(Link::Unread(number)),
    };
    Meaning { ethernet, ip, message, is_cut }
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
            payload,
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
            Message::Discovery(Discovery::Lldp(_)) => Protocol::Lldp,
            Message::Discovery(Discovery::Cdp(_)) => Protocol::Cdp,
            Message::OtherPpp { .. } | Message::Unread(_) => Protocol::Other,
            Message::Llc { .. } => Protocol::Llc,
            Message::OtherEthertype { .. } => Protocol::Other,
            Message::Fragment(fragment) => Protocol::other_ip(fragment.version),
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

    /// Whether it ends before what it announces, or its lengths contradict each other: analyzers end the line of it with
    /// `[Malformed Packet]`, unless the capture has only its beginning.
    pub fn is_cut_short(&self) -> bool {
        match self {
            Message::OtherIp { protocol, payload, .. } => carried::is_cut_short(*protocol, payload),
            Message::Malformed(Malformed::Tcp { ports: Some(_) }) => true,
            _ => self.application().is_some_and(ApplicationMessage::is_cut_short),
        }
    }

    /// What to write on the frame where there is little room.
    pub fn label(&self) -> Label {
        match self {
            Message::Arp(message) => message.label(),
            Message::Stp(message) => message.label(),
            Message::Discovery(message) => message.label(),
            Message::OtherPpp { protocol, .. } => Label::write(format_args!("PPP 0x{protocol:04x}")),
            Message::Unread(_) => Label::of("not read"),
            Message::Llc { .. } => Label::of("LLC"),
            Message::OtherEthertype { ethertype, length, .. } if is_experimental(*ethertype) => {
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
    /// The protocol as the column of a packet list names it: versions and variants have names of their own, such as `TLSv1.2`, `RARP`
    /// or `0x9999`.
    pub fn protocol_name(&self) -> Cow<'static, str> {
        match &self.message {
            Message::Arp(message) => message.protocol_name().into(),
            Message::OtherEthertype { ethertype: LOOPBACK, .. } => "LOOP".into(),
            Message::OtherEthertype { ethertype, .. } => format!("0x{ethertype:04x}").into(),
            Message::OtherPpp { protocol, .. } => name(PPP_PROTOCOLS, (*protocol).into())
                .map_or_else(|| format!("PPP 0x{protocol:04x}").into(), Cow::from),
            Message::Unread(link) => link.name().into(),
            Message::OtherIp { protocol, payload, .. } => match carried::described(*protocol, payload) {
                Some((name, _)) => name.into(),
                None => self.message.protocol().name().into(),
            },
            Message::Tcp(segment) if segment.application.is_none() && segment.is_multipath() => {
                "MPTCP".into()
            }
            message => match message.application() {
                Some(ApplicationMessage::Dhcp(dhcp)) => dhcp.protocol_name().into(),
                Some(ApplicationMessage::Tls(tls)) => {
                    let version = tls.chosen_version().unwrap_or(tls.record_version());
                    name(tls::VERSIONS, version.into()).unwrap_or("TLS").into()
                }
                _ => message.protocol().name().into(),
            },
        }
    }

    /// One line in the style of the analyzers, such as `49152 → 5001 [SYN] Seq=0 Win=65535 Len=0 MSS=1460`. Sequence
    /// numbers are absolute, windows unscaled.
    pub fn info(&self) -> String {
        let mut info = match &self.message {
            Message::Arp(message) => message.info(),
            Message::Stp(message) => message.info(),
            Message::Discovery(message) => message.info(),
            Message::Llc { length } => format!("LLC, {}", bytes(*length)),
            Message::OtherEthertype { ethertype: LOOPBACK, payload, .. } => loopback_info(payload),
            Message::OtherEthertype { ethertype, .. } => ethertype_info(*ethertype).into(),
            Message::OtherPpp { length, .. } => bytes(*length).to_string(),
            Message::Unread(link) => unread_info(*link),
            Message::Fragment(fragment) => fragment.info(),
            Message::Icmp(message) => message.info(self.ip.map_or(0, |ip| ip.hop_limit)),
            Message::Ndp(message) => message.info(),
            Message::Igmp(message) => message.info(),
            Message::Mld(message) => message.info(),
            Message::Tcp(segment) => segment.info(),
            Message::Udp(datagram) => datagram.info(),
            Message::OtherIp { protocol, payload, .. } => match carried::described(*protocol, payload) {
                Some((_, info)) => info,
                None => carried::line(*protocol),
            },
            Message::Malformed(malformed) => malformed.info(),
        };
        info += self.ending();
        if info.is_empty() {
            info.push_str("cut short");
        }
        info
    }

    /// What ends the line of a message that is not all there.
    pub(crate) fn ending(&self) -> &'static str {
        match (self.message.is_cut_short(), self.is_cut) {
            (false, _) => "",
            (true, true) => "[Packet size limited during capture]",
            (true, false) => "[Malformed Packet]",
        }
    }
}

/// The names of protocols in PPP (IANA, PPP Numbers), of those that are no network protocols.
const PPP_PROTOCOLS: crate::text::Names = &[
    (0x8021, "PPP IPCP"),
    (0x8057, "PPP IPV6CP"),
    (0x80fd, "PPP CCP"),
    (0xc021, "PPP LCP"),
    (0xc023, "PPP PAP"),
    (0xc223, "PPP CHAP"),
];

/// The configuration testing protocol, by which Cisco's ports test themselves (Ethernet version 2.0, clause 8).
const LOOPBACK: u16 = 0x9000;

/// Bytes to skip, then a function; both with the least significant byte first.
fn loopback_info(payload: &[u8]) -> String {
    match payload.get(2..4) {
        Some([1, 0]) => "Reply".into(),
        Some([2, 0]) => "Forward data".into(),
        Some(&[low, high]) => format!("Unknown function ({})", u16::from_le_bytes([low, high])),
        _ => String::new(),
    }
}

fn unread_info(link: Link) -> String {
    let number = if let Link::Unread(number) = link { number } else { 0 };
    format!("recorded as {} (link type {number}), which is not read here", link.name())
}

impl IpFragment {
    fn info(&self) -> String {
        let &IpFragment { offset, more, ident, .. } = self;
        let (protocol, number) = (protocol_short(self.carries), u8::from(self.carries));
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
