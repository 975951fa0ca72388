//! The tree of a frame: the walk from header to header.
//!
//! A file for each protocol adds that protocol's layer to the [`Tree`] and returns where the layer ends and what it announces.
//! Only this walk knows what follows what; so no protocol's file needs another's, although an ICMP error quotes an IP packet.

use std::ops::Range;

use smoltcp::wire::{EthernetProtocol, IpVersion};

use crate::header::content::STP_LLC;
use crate::header::ethernet::{PROVIDER_TAG, TAGS, Type, split};
use crate::header::ip::{Carried, Packet};
use crate::message::{
    ApplicationMessage, TcpSegment, UdpDatagram, icmp, mld as mld_message, ndp as ndp_message,
};
use crate::text::protocol_name;
use crate::tree::{Dissection, Tree, Wanted};

mod arp;
mod checksum;
mod dhcp;
mod dns;
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
mod payload;
mod rip;
mod ripng;
mod rows;
mod stp;
mod tcp;
mod udp;
mod vlan;

/// Explains a frame, from its Ethernet header (without preamble and frame check sequence) to its last byte.
///
/// Any bytes have an answer; see [`Dissection::faults`] for what is wrong with them.
pub fn layers(frame: &[u8]) -> Dissection {
    layers_with(frame, Wanted::All)
}

/// The same walk for a reader of some fields only.
pub(crate) fn layers_with(frame: &[u8], wanted: Wanted<'_>) -> Dissection {
    let mut tree = Tree::of(frame, wanted);
    if let Some((number, start)) = ethernet::add(&mut tree) {
        in_frame(&mut tree, number, start);
    }
    tree.finish()
}

/// Covers the frame behind a header that ends in a type or length.
fn in_frame(tree: &mut Tree<'_>, mut number: u16, mut start: usize) {
    let frame_len = tree.frame.len();
    while TAGS.contains(&number) {
        let Some(inner) = vlan::add(tree, start..frame_len, number == PROVIDER_TAG) else { return };
        (number, start) = inner;
    }
    let (carries, end) = split(number, start, frame_len);
    let range = start..end;
    match carries {
        Type::Llc => {
            let start = llc::add(tree, &range);
            match tree.frame[range].starts_with(&STP_LLC) {
                true => stp::add(tree, start..end),
                false => payload::add(tree, start..end),
            }
            payload::trailer(tree, end..frame_len, "the length that the Ethernet header gives");
        }
        Type::Ethertype(ethertype) => match EthernetProtocol::from(ethertype) {
            EthernetProtocol::Arp => arp::add(tree, range),
            EthernetProtocol::Ipv4 => packet(tree, range, IpVersion::Ipv4, false),
            EthernetProtocol::Ipv6 => packet(tree, range, IpVersion::Ipv6, false),
            EthernetProtocol::Unknown(_) => payload::add(tree, range),
        },
    }
}

/// Covers `range`, at whose beginning there is a packet.
fn packet(tree: &mut Tree<'_>, range: Range<usize>, version: IpVersion, quoted: bool) {
    let (packet, name) = match version {
        IpVersion::Ipv4 => (ipv4::add(tree, &range, quoted), "the IPv4 packet"),
        IpVersion::Ipv6 => (ipv6::add(tree, &range, quoted), "the IPv6 packet"),
    };
    match packet {
        Ok(packet) => {
            in_packet(tree, &packet);
            payload::trailer(tree, packet.payload.end..range.end, name);
        }
        Err(end) => payload::add(tree, end..range.end),
    }
}

/// Covers the payload of a packet.
fn in_packet(tree: &mut Tree<'_>, packet: &Packet) {
    match packet.carried() {
        Carried::Icmpv4 => {
            let (kind, body) = icmpv4::add(tree, packet);
            quoted_or_data(tree, IpVersion::Ipv4, kind, body, packet);
        }
        Carried::Icmpv6 => {
            let (kind, body) = icmpv6::add(tree, packet);
            match kind {
                _ if ndp_message::TYPES.contains(&kind) => ndp::add(tree, kind, body, packet),
                _ if mld_message::is_mld(kind) => mld::add(tree, kind, body, packet),
                _ => quoted_or_data(tree, IpVersion::Ipv6, kind, body, packet),
            }
        }
        Carried::Igmp => igmp::add(tree, packet),
        Carried::Tcp => {
            let start = tcp::add(tree, packet);
            let segment = TcpSegment::read(&tree.frame[packet.payload.clone()], packet);
            let application = segment.ok().and_then(|segment| segment.application);
            application_or_data(tree, application, start..packet.payload.end);
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
fn quoted_or_data(tree: &mut Tree<'_>, version: IpVersion, kind: u8, body: Range<usize>, outer: &Packet) {
    if icmp::quotes(version, kind) && !outer.quoted && !body.is_empty() {
        packet(tree, body, version, true);
    } else {
        payload::add(tree, body);
    }
}

fn application_or_data(tree: &mut Tree<'_>, message: Option<ApplicationMessage<'_>>, range: Range<usize>) {
    match message {
        Some(ApplicationMessage::Dhcp(message)) => dhcp::add(tree, range, &message),
        Some(ApplicationMessage::Dns(message)) => dns::add(tree, range, &message),
        Some(ApplicationMessage::Http(message)) => http::add(tree, range, &message),
        Some(ApplicationMessage::Rip(message)) => match message.ip {
            IpVersion::Ipv4 => rip::add(tree, range, &message),
            IpVersion::Ipv6 => ripng::add(tree, range),
        },
        None => payload::add(tree, range),
    }
}
