//! The tree of a frame: the walk from header to header.
//!
//! A file for each protocol adds that protocol's layer to the [`Tree`] and returns where the layer ends and what it announces.
//! Only this walk knows what follows what; so no protocol's file needs another's, although an ICMP error quotes an IP packet.

use std::ops::Range;

use smoltcp::wire::IpVersion;

use crate::captured::Captured;
use crate::header::content::TUNNELS_MAX;
use crate::header::ip::{Carried, Packet};
use crate::header::place::{Header, Place};
use crate::message::extent::{Extent, Language, extent};
use crate::message::{
    ApplicationMessage, TcpSegment, UdpDatagram, icmp, mld as mld_message, ndp as ndp_message,
};
use crate::text::protocol_name;
use crate::tree::{Dissection, Tree, Wanted};

mod arp;
mod checksum;
mod dhcp;
mod discovery;
mod dns;
mod encapsulation;
mod ethernet;
mod group_records;
mod http;
mod icmpv4;
mod icmpv6;
mod igmp;
mod ip;
mod ipv4;
mod ipv6;
mod ipv6_extension;
mod llc;
mod mld;
mod ndp;
mod ntp;
mod payload;
mod rip;
mod ripng;
mod rows;
mod stp;
mod tcp;
mod tls;
mod udp;
mod vlan;

/// Headers within each other that are explained; what is deeper is payload.
const DEPTH_MAX: usize = 32;

/// Explains a packet, or an Ethernet frame from its header (without preamble and frame check sequence) to its last byte.
///
/// Any bytes have an answer; see [`Dissection::faults`] for what is wrong with them.
pub fn layers<'f>(frame: impl Into<Captured<'f>>) -> Dissection {
    layers_with(frame.into(), Wanted::All)
}

/// The same walk for a reader of some fields only.
pub(crate) fn layers_with(frame: Captured<'_>, wanted: Wanted<'_>) -> Dissection {
    let mut tree = Tree::of(frame.bytes, wanted);
    walk(&mut tree, Place::first(frame.link, frame.bytes), Depth::default());
    tree.finish()
}

/// How many headers and how many tunnels are around what is being covered.
#[derive(Clone, Copy, Default)]
struct Depth {
    headers: usize,
    tunnels: usize,
}

/// Covers a header and what it carries.
fn walk(tree: &mut Tree<'_>, place: Place, depth: Depth) {
    let range = place.range.clone();
    let next = place.next(tree.frame);
    let end = match place.header {
        _ if depth.headers > DEPTH_MAX => return payload::add(tree, range),
        Header::Ethernet => ethernet::add(tree, &range),
        Header::Tag(number) => vlan::add(tree, &range, number),
        Header::Llc => llc::add(tree, &range),
        Header::Ip(version) => return packet(tree, range, version, false, depth),
        Header::Arp(_) => return arp::add(tree, range),
        Header::Stp => return stp::add(tree, range),
        Header::Cdp => return discovery::add(tree, range, false),
        Header::Lldp => return discovery::add(tree, range, true),
        Header::LlcData | Header::Ethertype(_) | Header::PppProtocol(_) | Header::Unread(_) => {
            return payload::add(tree, range);
        }
        Header::Snap
        | Header::Null
        | Header::Loop
        | Header::Ppp
        | Header::PppWithDirection
        | Header::Pppoe
        | Header::CiscoHdlc
        | Header::FrameRelay
        | Header::Cooked
        | Header::Cooked2
        | Header::Mpls
        | Header::Gre
        | Header::Vxlan => encapsulation::add(tree, &place, next.as_ref()),
    };
    match next {
        Some(next) => {
            let inner_end = next.range.end;
            walk(tree, next, Depth { headers: depth.headers + 1, ..depth });
            payload::trailer(tree, inner_end..range.end, "the length in the header");
        }
        None => payload::add(tree, end..range.end),
    }
}

/// Covers `range`, at whose beginning there is a packet.
fn packet(tree: &mut Tree<'_>, range: Range<usize>, version: IpVersion, quoted: bool, depth: Depth) {
    let (packet, name) = match version {
        IpVersion::Ipv4 => (ipv4::add(tree, &range, quoted), "the IPv4 packet"),
        IpVersion::Ipv6 => (ipv6::add(tree, &range, quoted), "the IPv6 packet"),
    };
    match packet {
        Ok(packet) => {
            in_packet(tree, &packet, depth);
            payload::trailer(tree, packet.payload.end..range.end, name);
        }
        Err(end) => payload::add(tree, end..range.end),
    }
}

/// Covers the payload of a packet.
fn in_packet(tree: &mut Tree<'_>, packet: &Packet, depth: Depth) {
    if let Some(inner) = packet.tunnel(tree.frame).filter(|_| depth.tunnels < TUNNELS_MAX) {
        if inner.header == Header::Vxlan {
            udp::add(tree, packet);
        }
        return walk(tree, inner, Depth { headers: depth.headers + 1, tunnels: depth.tunnels + 1 });
    }
    match packet.carried() {
        Carried::Icmpv4 => {
            let (kind, body) = icmpv4::add(tree, packet);
            quoted_or_data(tree, IpVersion::Ipv4, kind, body, packet, depth);
        }
        Carried::Icmpv6 => {
            let (kind, body) = icmpv6::add(tree, packet);
            match kind {
                _ if ndp_message::TYPES.contains(&kind) => ndp::add(tree, kind, body, packet),
                _ if mld_message::is_mld(kind) => mld::add(tree, kind, body, packet),
                _ => quoted_or_data(tree, IpVersion::Ipv6, kind, body, packet, depth),
            }
        }
        Carried::Igmp => igmp::add(tree, packet),
        Carried::Tcp => {
            let start = tcp::add(tree, packet);
            let segment = TcpSegment::read(&tree.frame[packet.payload.clone()], packet);
            let ports = segment.as_ref().ok().map(|segment| [segment.source_port, segment.destination_port]);
            let application = segment.ok().and_then(|segment| segment.application);
            match (application, ports) {
                (Some(first), Some(ports)) => messages(tree, first, ports, start..packet.payload.end),
                _ => payload::add(tree, start..packet.payload.end),
            }
        }
        Carried::Udp => {
            let body = udp::add(tree, packet);
            let end = body.end;
            let datagram = UdpDatagram::read(&tree.frame[packet.payload.clone()], packet);
            let application = datagram.ok().and_then(|datagram| datagram.application);
            application_or_data(tree, application, body);
            payload::trailer(tree, end..packet.payload.end, "the UDP datagram");
        }
        Carried::Unexplained => payload::add(tree, packet.payload.clone()),
        Carried::LaterFragment => {
            let of_what = format!("from inside of a fragmented {} message", protocol_name(packet.carries));
            payload::part(tree, packet.payload.clone(), &of_what);
        }
    }
}

/// Covers what is behind the header of an ICMP message. The packet that an error quotes cannot be one that quotes another.
fn quoted_or_data(
    tree: &mut Tree<'_>,
    version: IpVersion,
    kind: u8,
    body: Range<usize>,
    outer: &Packet,
    depth: Depth,
) {
    if icmp::quotes(version, kind) && !outer.quoted && !body.is_empty() {
        packet(tree, body, version, true, depth);
    } else {
        payload::add(tree, body);
    }
}

/// Covers the messages in a piece of a TCP stream, of which the first was read.
fn messages(tree: &mut Tree<'_>, first: ApplicationMessage<'_>, ports: [u16; 2], range: Range<usize>) {
    let frame = tree.frame;
    let (mut message, mut start) = (Some(first), range.start);
    while message.is_some() {
        let data = &frame[start..range.end];
        let length = match Language::of(ports, data).map(|language| extent(language, data, false)) {
            Some(Extent::Whole(length)) => length,
            Some(Extent::Bytes(_) | Extent::More | Extent::ToEnd | Extent::None) | None => data.len(),
        };
        let end = start + length.clamp(1, data.len());
        application_or_data(tree, message, start..end);
        start = end;
        message =
            ApplicationMessage::in_segment(ports, &frame[start..range.end]).filter(|_| start < range.end);
    }
    payload::add(tree, start..range.end);
}

fn application_or_data(tree: &mut Tree<'_>, message: Option<ApplicationMessage<'_>>, range: Range<usize>) {
    match message {
        Some(ApplicationMessage::Dhcp(message)) => dhcp::add(tree, range, &message),
        Some(ApplicationMessage::Dns(message)) => dns::add(tree, range, &message),
        Some(ApplicationMessage::Http(message)) => http::add(tree, range, &message),
        Some(ApplicationMessage::Ntp(message)) => ntp::add(tree, range, &message),
        Some(ApplicationMessage::Tls(message)) => tls::add(tree, range, &message),
        Some(ApplicationMessage::Rip(message)) => match message.ip {
            IpVersion::Ipv4 => rip::add(tree, range, &message),
            IpVersion::Ipv6 => ripng::add(tree, range),
        },
        None => payload::add(tree, range),
    }
}
