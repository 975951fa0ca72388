//! What IPv4 and IPv6 have in common: a packet's outline, and the way on to what it carries.

use std::ops::Range;

use smoltcp::wire::{Icmpv6Message, IpAddress, IpProtocol, checksum};

use crate::checksum::Verdict;
use crate::layers::{Field, Tree, bytes};
use crate::summary::{Label, Protocol};
use crate::{icmpv4, icmpv6, igmp, payload, tcp, udp};

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
    /// How long the payload is according to the header. More than `payload` if the frame is cut.
    pub payload_len: usize,
    /// It is quoted in an ICMP error, where only its beginning has to be.
    pub quoted: bool,
}

/// A packet's place among the pieces that a bigger one was cut into.
pub(crate) struct Fragment {
    pub offset: usize,
    pub more: bool,
    pub ident: u32,
}

/// What the payload is to be read as.
#[derive(Clone, Copy)]
enum Carried {
    Icmpv4,
    Icmpv6,
    Igmp,
    Tcp,
    Udp,
    Unexplained,
    /// From the middle of something: it has no header to read.
    LaterFragment,
}

impl Packet {
    fn carried(&self) -> Carried {
        if self.fragment.as_ref().is_some_and(|fragment| fragment.offset > 0) {
            return Carried::LaterFragment;
        }
        match (self.carries, self.source) {
            (IpProtocol::Icmp, IpAddress::Ipv4(_)) => Carried::Icmpv4,
            (IpProtocol::Icmpv6, IpAddress::Ipv6(_)) => Carried::Icmpv6,
            (IpProtocol::Igmp, IpAddress::Ipv4(_)) => Carried::Igmp,
            (IpProtocol::Tcp, _) => Carried::Tcp,
            (IpProtocol::Udp, _) => Carried::Udp,
            _ => Carried::Unexplained,
        }
    }

    pub fn is_ipv6(&self) -> bool {
        matches!(self.source, IpAddress::Ipv6(_))
    }

    /// `TCP`, or `Quoted TCP` where the packet is quoted.
    pub fn layer_name(&self, plain: &'static str, quoted: &'static str) -> &'static str {
        if self.quoted { quoted } else { plain }
    }

    /// Why the payload cannot be verified as a whole, if it cannot.
    pub fn incomplete(&self) -> Option<&'static str> {
        if self.quoted {
            Some("not verified: only the beginning is quoted")
        } else if self.fragment.is_some() {
            Some("not verified: the rest is in other fragments")
        } else if self.payload.len() < self.payload_len {
            Some("not verified: the end is missing")
        } else {
            None
        }
    }

    /// Verifies the checksum at `at` of a message that begins the payload, with the pseudo-header of this packet
    /// (RFC 9293 §3.1, RFC 8200 §8.1).
    pub fn verify(&self, message: &[u8], at: usize) -> Verdict {
        if let Some(why) = self.incomplete() {
            return Verdict::Unverified(why);
        }
        if message.len() < at + 2 {
            return Verdict::Unverified("not verified: the end is missing");
        }
        let length = message.len() as u32;
        let pseudo = checksum::pseudo_header(&self.source, &self.destination, self.carries, length);
        crate::checksum::verify(message, at, pseudo)
    }
}

pub(crate) fn protocol(frame: &[u8], packet: &Packet) -> Protocol {
    match (packet.carried(), packet.carries) {
        (Carried::Icmpv4, _) => Protocol::Icmp,
        (Carried::Icmpv6, _) => match frame[packet.payload.clone()].first() {
            Some(&kind) if Icmpv6Message::from(kind).is_ndisc() => Protocol::Ndp,
            _ => Protocol::Icmpv6,
        },
        (Carried::Igmp, _) => Protocol::Igmp,
        (Carried::Tcp, _)
            if let Some((application, _)) = tcp::application(&frame[packet.payload.clone()], packet) =>
        {
            application.protocol()
        }
        (Carried::Udp, _)
            if let Some((application, _)) = udp::application(&frame[packet.payload.clone()], packet) =>
        {
            application.protocol()
        }
        // All pieces of a datagram have its colour.
        (Carried::Tcp, _) | (Carried::LaterFragment, IpProtocol::Tcp) => Protocol::Tcp,
        (Carried::Udp, _) | (Carried::LaterFragment, IpProtocol::Udp) => Protocol::Udp,
        _ if packet.is_ipv6() => Protocol::Ipv6Other,
        _ => Protocol::Ipv4Other,
    }
}

pub(crate) fn label(frame: &[u8], packet: &Packet) -> Label {
    if let Some(fragment) = &packet.fragment {
        return Label::write(format_args!("fragment {}", fragment.offset));
    }
    let message = &frame[packet.payload.clone()];
    match packet.carried() {
        Carried::Icmpv4 => icmpv4::label(message),
        Carried::Icmpv6 => icmpv6::label(message),
        Carried::Igmp => igmp::label(message),
        Carried::Tcp => tcp::label(message, packet),
        Carried::Udp => udp::label(message, packet),
        Carried::Unexplained | Carried::LaterFragment => match packet.carries {
            IpProtocol::Unknown(number) => Label::write(format_args!("protocol {number}")),
            known => Label::write(format_args!("{known}")),
        },
    }
}

pub(crate) fn info(frame: &[u8], packet: &Packet) -> String {
    if let Some(Fragment { offset, more, ident }) = packet.fragment {
        let (protocol, number) = (name(packet.carries), u8::from(packet.carries));
        return if packet.is_ipv6() {
            let more = if more { 'y' } else { 'n' };
            format!("IPv6 fragment (off={offset} more={more} ident=0x{ident:08x} nxt={number})")
        } else {
            format!("Fragmented IP protocol (proto={protocol} {number}, off={offset}, ID={ident:04x})")
        };
    }
    let message = &frame[packet.payload.clone()];
    match packet.carried() {
        Carried::Icmpv4 => icmpv4::info(message, packet),
        Carried::Icmpv6 => icmpv6::info(message, packet),
        Carried::Igmp => igmp::info(message),
        Carried::Tcp => tcp::info(message, packet),
        Carried::Udp => udp::info(message, packet),
        Carried::Unexplained | Carried::LaterFragment => {
            format!("{}, {}", name(packet.carries), bytes(packet.payload_len))
        }
    }
}

/// Explains the payload, and covers it.
pub(crate) fn dissect_payload(tree: &mut Tree<'_>, packet: &Packet) {
    match packet.carried() {
        Carried::Icmpv4 => icmpv4::dissect(tree, packet),
        Carried::Icmpv6 => icmpv6::dissect(tree, packet),
        Carried::Igmp => igmp::dissect(tree, packet),
        Carried::Tcp => tcp::dissect(tree, packet),
        Carried::Udp => udp::dissect(tree, packet),
        Carried::Unexplained => payload::dissect(tree, packet.payload.clone()),
        Carried::LaterFragment => {
            let of_what = format!("from inside of a fragmented {} message", name(packet.carries));
            payload::part(tree, packet.payload.clone(), &of_what);
        }
    }
}

/// `TCP`, or `protocol 253` where it has no name here.
pub(crate) fn name(protocol: IpProtocol) -> String {
    match protocol {
        IpProtocol::Unknown(number) => format!("protocol {number}"),
        known => known.to_string(),
    }
}

/// `6 (TCP)`
pub(crate) fn number_and_name(protocol: IpProtocol) -> String {
    match protocol {
        IpProtocol::Unknown(number) => number.to_string(),
        known => format!("{} ({known})", u8::from(known)),
    }
}

/// The byte of IPv4's type of service and IPv6's traffic class: `class` is its upper six bits (RFC 2474), `ecn` the
/// lower two (RFC 3168). `range` is where it lies.
pub(crate) fn class_parts(keys: [&'static str; 2], range: Range<usize>, class: u8, ecn: u8) -> [Field; 2] {
    let class_name = match class {
        0 => "0 (default)".into(),
        46 => "46 (expedited forwarding)".into(),
        other => other.to_string(),
    };
    let ecn_name = match ecn {
        0b00 => "0 (sender does not take part)",
        0b01 => "1 (sender takes part, ECT 1)",
        0b10 => "2 (sender takes part, ECT 0)",
        _ => "3 (congestion experienced)",
    };
    [
        Field::new(
            keys[0],
            "Differentiated services",
            range.clone(),
            class_name,
            "How the packet wants to be treated where there is a queue, if routers care.",
        ),
        Field::new(
            keys[1],
            "Congestion notification",
            range,
            ecn_name,
            "Lets a busy router mark the packet instead of dropping it, if both ends understand that.",
        ),
    ]
}

/// A port number, with the service that is usual there.
pub(crate) fn port(number: u16) -> String {
    let service = match number {
        7 => "echo",
        53 => "DNS",
        67 => "DHCP server",
        68 => "DHCP client",
        80 | 8080 => "HTTP",
        443 => "HTTPS",
        520 => "RIP",
        521 => "RIPng",
        5001 => "iperf",
        5353 => "mDNS",
        _ => return number.to_string(),
    };
    format!("{number} ({service})")
}
