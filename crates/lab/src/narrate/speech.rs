//! What a host, router or switch says with a frame of its own, by the frame's typed message.

use crate::topology::LiveTopology;
use dissect::Message;
use dissect::message::{
    ApplicationMessage, ArpMessage, Bpdu, ErrorReason, IcmpMessage, IgmpKind, MldKind, NdpMessage,
    RipCommand, SegmentKind, SpanningTree, TcpSegment, TimeExceeded, UdpDatagram, Unreachable,
};
use netlab::topology::{NodeId, NodeKind};

/// The sentence for a frame that this node sends for itself.
pub fn speech(topology: LiveTopology<'_>, sender: NodeId, frame: &[u8]) -> String {
    let name = &topology.node(sender).name;
    let meaning = dissect::meaning(frame);
    let label = meaning.message.label();
    let to = meaning.ip.map_or_else(|| "its neighbors".into(), |ip| ip.destination.to_string());
    if let Some(ApplicationMessage::Rip(rip)) = meaning.message.application() {
        return match rip.command {
            RipCommand::Request => format!("{name} asks its neighbors what networks they know. (RIP)"),
            RipCommand::Response | RipCommand::Other(_) | RipCommand::CutShort => {
                format!("{name} tells its neighbors what networks it reaches, and how far they are. (RIP)")
            }
        };
    }
    match meaning.message {
        Message::Arp(message) => arp(name, message),
        Message::Stp(bpdu) => spanning_tree(topology, sender, &bpdu),
        Message::Fragment(fragment) => {
            format!("{name} sends a piece of a packet, from its byte {} on. (fragment)", fragment.offset)
        }
        Message::Icmp(message) => icmp(name, &to, message),
        Message::Ndp(message) => ndp(name, message),
        Message::Igmp(message) => match message.kind {
            IgmpKind::Query { .. } => asks_for_groups(name, &label),
            IgmpKind::Report { .. } | IgmpKind::Reports => listens(name, &label),
            IgmpKind::Leave { .. } => listens_no_more(name, &label),
            IgmpKind::Other(_) => format!("{name} sends {label}."),
        },
        Message::Mld(message) => match message.kind {
            MldKind::Query { .. } => asks_for_groups(name, &label),
            MldKind::Report { .. } | MldKind::Reports => listens(name, &label),
            MldKind::Done { .. } => listens_no_more(name, &label),
        },
        Message::Tcp(segment) => tcp(name, &to, &segment),
        Message::Udp(datagram) => udp(name, &to, frame, &datagram),
        Message::Llc { .. }
        | Message::Discovery(_)
        | Message::OtherPpp { .. }
        | Message::Unread(_)
        | Message::OtherEthertype { .. }
        | Message::OtherIp { .. }
        | Message::Malformed(_) => format!("{name} sends {label}."),
    }
}

fn arp(name: &str, message: ArpMessage) -> String {
    match message {
        ArpMessage::Request { target, .. } => format!("{name} asks everybody: who has {target}? (ARP)"),
        ArpMessage::Probe { target } => {
            format!(
                "{name} asks everybody whether {target} is free, before it takes that address. (ARP probe)"
            )
        }
        ArpMessage::Announcement { address, .. } => {
            format!("{name} announces to everybody: {address} is mine from now on. (ARP announcement)")
        }
        ArpMessage::Reply { .. } => {
            format!("{name} answers: that is me, at this Ethernet address. (ARP reply)")
        }
        ArpMessage::GratuitousReply { address, .. } => {
            format!("{name} tells everybody: {address} is at this Ethernet address. (gratuitous ARP reply)")
        }
        ArpMessage::ReverseRequest { .. }
        | ArpMessage::ReverseReply { .. }
        | ArpMessage::InverseRequest { .. }
        | ArpMessage::InverseReply { .. }
        | ArpMessage::Other { .. }
        | ArpMessage::Unreadable => format!("{name} sends an ARP message."),
    }
}

fn ndp(name: &str, message: NdpMessage) -> String {
    match message {
        NdpMessage::NeighborSolicitation { probe: true, .. } => {
            format!("{name} asks whether an address that it wants is in use already. (neighbor solicitation)")
        }
        NdpMessage::NeighborSolicitation { target, .. } => {
            format!("{name} asks: who has {target}? (neighbor solicitation)")
        }
        NdpMessage::NeighborAdvertisement { .. } => {
            format!("{name} answers: that is me, at this Ethernet address. (neighbor advertisement)")
        }
        NdpMessage::RouterSolicitation { .. } => {
            format!("{name} asks whether there is a router here. (router solicitation)")
        }
        NdpMessage::RouterAdvertisement { prefix, .. } => {
            let network = prefix.map(|prefix| format!(", and this network is {prefix}")).unwrap_or_default();
            format!("{name} tells everybody: I am a router{network}. (router advertisement)")
        }
        NdpMessage::Redirect { target, destination } => {
            format!("{name} reports a shorter way to {destination}: through {target}. (redirect)")
        }
        NdpMessage::Malformed(_) => format!("{name} sends a malformed NDP message."),
    }
}

fn icmp(name: &str, to: &str, message: IcmpMessage) -> String {
    match message {
        IcmpMessage::EchoRequest(echo) => {
            format!("{name} pings {to}, for the {} time.", ordinal(u64::from(echo.sequence)))
        }
        IcmpMessage::EchoReply(echo) => format!("{name} answers ping {}.", echo.sequence),
        IcmpMessage::Error(error) => icmp_error(name, to, error.reason),
        IcmpMessage::Redirect { gateway, .. } => {
            format!("{name} tells {to}: there is a shorter way, through {gateway}. (ICMP redirect)")
        }
        IcmpMessage::Other { kind, .. } => format!("{name} sends an ICMP message of type {kind}."),
    }
}

fn icmp_error(name: &str, to: &str, reason: ErrorReason) -> String {
    let (why, called) = match reason {
        ErrorReason::Unreachable(reason) => (unreachable(reason), "unreachable"),
        ErrorReason::PacketTooBig { .. } => ("your packet is too long for the next link", "packet too big"),
        ErrorReason::TimeExceeded(TimeExceeded::HopLimit | TimeExceeded::Other) => {
            ("your packet has passed as many routers as it may", "time exceeded")
        }
        ErrorReason::TimeExceeded(TimeExceeded::Reassembly) => {
            ("some pieces of your packet did not arrive in time", "time exceeded")
        }
        ErrorReason::ParameterProblem => ("the header of your packet makes no sense", "parameter problem"),
        ErrorReason::SourceQuench => ("you are sending too fast", "source quench"),
    };
    format!("{name} tells {to}: {why}. (ICMP {called})")
}

const fn unreachable(reason: Unreachable) -> &'static str {
    match reason {
        Unreachable::NoRoute => "no route leads there",
        Unreachable::Host => "that host does not answer",
        Unreachable::Protocol => "that host does not support this protocol",
        Unreachable::Port => "no program listens at this port",
        Unreachable::FragmentationNeeded { .. } => "your packet is too long for the next link",
        Unreachable::Prohibited => "a filter does not let your packet pass",
        Unreachable::Other => "your packet cannot get there",
    }
}

fn tcp(name: &str, to: &str, segment: &TcpSegment<'_>) -> String {
    match segment.kind {
        SegmentKind::Syn => format!("{name} asks {to} to open a connection. (SYN)"),
        SegmentKind::SynAck => format!("{name} agrees to open the connection. (SYN-ACK)"),
        SegmentKind::Data => format!("{name} sends {} bytes of data.", segment.data_len),
        SegmentKind::DataFin => {
            format!("{name} sends {} bytes of data, and has no more after them. (FIN)", segment.data_len)
        }
        SegmentKind::Fin => format!("{name} has no more data to send. (FIN)"),
        SegmentKind::Rst => format!("{name} ends the connection at once. (RST)"),
        SegmentKind::Ack => format!("{name} acknowledges the data that has arrived. (ACK)"),
        SegmentKind::Other => format!("{name} sends a TCP segment without data."),
    }
}

fn udp(name: &str, to: &str, frame: &[u8], datagram: &UdpDatagram<'_>) -> String {
    let bytes = datagram.data_len;
    if super::is_to_a_group(frame) {
        format!("{name} sends a datagram of {bytes} bytes to the group {to}. (UDP multicast)")
    } else {
        format!("{name} sends a datagram of {bytes} bytes. (UDP)")
    }
}

fn asks_for_groups(name: &str, label: &str) -> String {
    format!("{name} asks the hosts which groups they listen to. ({label})")
}

fn listens(name: &str, label: &str) -> String {
    format!("{name} reports the groups that it listens to. ({label})")
}

fn listens_no_more(name: &str, label: &str) -> String {
    format!("{name} leaves a group. ({label})")
}

/// What a switch tells its neighbors about the spanning tree.
fn spanning_tree(topology: LiveTopology<'_>, sender: NodeId, bpdu: &Bpdu) -> String {
    let name = &topology.node(sender).name;
    let Some(&SpanningTree { root, cost, topology_change, .. }) = bpdu.tree() else {
        return format!("{name} reports that the spanning tree has changed. (BPDU)");
    };
    let news = if topology_change { ", and that the tree has changed" } else { "" };
    let is_root = |id: &NodeId| {
        matches!(topology.node(*id).kind, NodeKind::Switch(_)) && id.bridge_mac() == root.address
    };
    match topology.node_ids().find(is_root) {
        Some(id) if id == sender => {
            format!("{name} tells its neighbors that it is the root of the spanning tree{news}. (BPDU)")
        }
        Some(id) => {
            let root = &topology.node(id).name;
            format!(
                "{name} tells its neighbors that {root} is the root of the spanning tree, at a cost of {cost}{news}. (BPDU)"
            )
        }
        None => {
            format!("{name} tells its neighbors which switch is the root of the spanning tree{news}. (BPDU)")
        }
    }
}

fn ordinal(number: u64) -> String {
    match number {
        1 => "first".into(),
        2 => "second".into(),
        3 => "third".into(),
        // The eleventh, twelfth and thirteenth of each hundred are not like the first three of other tens.
        _ => match (number % 100, number % 10) {
            (11..=13, _) => format!("{number}th"),
            (_, 1) => format!("{number}st"),
            (_, 2) => format!("{number}nd"),
            (_, 3) => format!("{number}rd"),
            (_, _) => format!("{number}th"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_counted_as_in_english() {
        let counted = [1, 3, 4, 11, 12, 20, 21, 22, 103, 112].map(ordinal);
        assert_eq!(
            counted,
            ["first", "third", "4th", "11th", "12th", "20th", "21st", "22nd", "103rd", "112th"]
        );
    }
}
