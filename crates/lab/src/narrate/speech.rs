//! What a host, router or switch says with a frame of its own, by the frame's typed message.

use crate::format;
use crate::topology::LiveTopology;
use dissect::Message;
use dissect::message::{
    ApplicationMessage, ArpMessage, Bpdu, ErrorReason, IcmpMessage, IgmpKind, MldKind, NdpMessage,
    RipCommand, SegmentKind, SpanningTree, TcpSegment, TimeExceeded, UdpDatagram, Unreachable,
};
use netlab::topology::{NodeId, NodeKind};
use texts::{plural, t};

/// The sentence for a frame that this node sends for itself.
pub fn speech(topology: LiveTopology<'_>, sender: NodeId, frame: &[u8]) -> String {
    let name = &topology.node(sender).name;
    let meaning = dissect::meaning(frame);
    let label = meaning.message.label();
    let to = meaning.ip.map_or_else(|| t!("its neighbors").into(), |ip| ip.destination.to_string());
    if let Some(ApplicationMessage::Rip(rip)) = meaning.message.application() {
        return match rip.command {
            RipCommand::Request => t!("{name} asks its neighbors what networks they know. (RIP)"),
            RipCommand::Response | RipCommand::Other(_) | RipCommand::CutShort => {
                t!("{name} tells its neighbors what networks it reaches, and how far they are. (RIP)")
            }
        };
    }
    let application = meaning.message.application();
    if let Some(sentence) = application.and_then(|message| super::services::services(name, &to, message)) {
        return sentence;
    }
    match meaning.message {
        Message::Arp(message) => arp(name, message),
        Message::Stp(bpdu) => spanning_tree(topology, sender, &bpdu),
        Message::Fragment(fragment) => {
            t!("{name} sends a piece of a packet, from its byte {} on. (fragment)", fragment.offset)
        }
        Message::Icmp(message) => icmp(name, &to, message),
        Message::Ndp(message) => ndp(name, message),
        Message::Igmp(message) => match message.kind {
            IgmpKind::Query { .. } => asks_for_groups(name, &label),
            IgmpKind::Report { .. } | IgmpKind::Reports => listens(name, &label),
            IgmpKind::Leave { .. } => listens_no_more(name, &label),
            IgmpKind::Other(_) => t!("{name} sends {label}."),
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
        | Message::Malformed(_) => t!("{name} sends {label}."),
    }
}

fn arp(name: &str, message: ArpMessage) -> String {
    match message {
        ArpMessage::Request { target, .. } => t!("{name} asks all hosts: who has {target}? (ARP)"),
        ArpMessage::Probe { target } => {
            t!("{name} asks all hosts whether {target} is free, before it takes that address. (ARP probe)")
        }
        ArpMessage::Announcement { address, .. } => {
            t!("{name} announces to all hosts: {address} is mine from now on. (ARP announcement)")
        }
        ArpMessage::Reply { .. } => {
            t!("{name} answers: that is me, at this MAC address. (ARP reply)")
        }
        ArpMessage::GratuitousReply { address, .. } => {
            t!("{name} tells all hosts: {address} is at this MAC address. (gratuitous ARP reply)")
        }
        ArpMessage::ReverseRequest { .. }
        | ArpMessage::ReverseReply { .. }
        | ArpMessage::InverseRequest { .. }
        | ArpMessage::InverseReply { .. }
        | ArpMessage::Other { .. }
        | ArpMessage::Unreadable => t!("{name} sends an ARP message."),
    }
}

fn ndp(name: &str, message: NdpMessage) -> String {
    match message {
        NdpMessage::NeighborSolicitation { probe: true, .. } => {
            t!("{name} asks whether an address that it wants is in use already. (neighbor solicitation)")
        }
        NdpMessage::NeighborSolicitation { target, .. } => {
            t!("{name} asks: who has {target}? (neighbor solicitation)")
        }
        NdpMessage::NeighborAdvertisement { .. } => {
            t!("{name} answers: that is me, at this MAC address. (neighbor advertisement)")
        }
        NdpMessage::RouterSolicitation { .. } => {
            t!("{name} asks whether there is a router here. (router solicitation)")
        }
        NdpMessage::RouterAdvertisement { prefix, .. } => match prefix {
            Some(prefix) => t!(
                "{name} tells all hosts: I am a router, and this network is {prefix}. (router advertisement)"
            ),
            None => t!("{name} tells all hosts: I am a router. (router advertisement)"),
        },
        NdpMessage::Redirect { target, destination } => {
            t!("{name} reports a shorter way to {destination}: through {target}. (redirect)")
        }
        NdpMessage::Malformed(_) => t!("{name} sends a malformed NDP message."),
    }
}

fn icmp(name: &str, to: &str, message: IcmpMessage) -> String {
    match message {
        IcmpMessage::EchoRequest(echo) => ping(name, to, echo.sequence),
        IcmpMessage::EchoReply(echo) => t!("{name} answers ping {}.", echo.sequence),
        IcmpMessage::Error(error) => icmp_error(name, to, error.reason),
        IcmpMessage::Redirect { gateway, .. } => {
            t!("{name} tells {to}: there is a shorter way, through {gateway}. (ICMP redirect)")
        }
        IcmpMessage::Other { kind, .. } => t!("{name} sends an ICMP message of type {kind}."),
    }
}

fn ping(name: &str, to: &str, sequence: u16) -> String {
    match sequence {
        1 => t!("{name} pings {to}, for the first time."),
        2 => t!("{name} pings {to}, for the second time."),
        3 => t!("{name} pings {to}, for the third time."),
        _ => t!("{name} pings {to}, for the {sequence}{th} time.", th = format::th(sequence.into())),
    }
}

fn icmp_error(name: &str, to: &str, reason: ErrorReason) -> String {
    let (why, called) = match reason {
        ErrorReason::Unreachable(reason) => (unreachable(reason), "unreachable"),
        ErrorReason::PacketTooBig { .. } => {
            (t!("your packet is too long for the next link"), "packet too big")
        }
        ErrorReason::TimeExceeded(TimeExceeded::HopLimit | TimeExceeded::Other) => {
            (t!("your packet has passed as many routers as it may"), "time exceeded")
        }
        ErrorReason::TimeExceeded(TimeExceeded::Reassembly) => {
            (t!("some pieces of your packet did not arrive in time"), "time exceeded")
        }
        ErrorReason::ParameterProblem => {
            (t!("the header of your packet makes no sense"), "parameter problem")
        }
        ErrorReason::SourceQuench => (t!("you are sending too fast"), "source quench"),
    };
    t!("{name} tells {to}: {why}. (ICMP {called})")
}

fn unreachable(reason: Unreachable) -> &'static str {
    match reason {
        Unreachable::NoRoute => t!("no route leads there"),
        Unreachable::Host => t!("that host does not answer"),
        Unreachable::Protocol => t!("that host does not support this protocol"),
        Unreachable::Port => t!("no program listens at this port"),
        Unreachable::FragmentationNeeded { .. } => t!("your packet is too long for the next link"),
        Unreachable::Prohibited => t!("a filter does not let your packet pass"),
        Unreachable::Other => t!("your packet cannot get there"),
    }
}

fn tcp(name: &str, to: &str, segment: &TcpSegment<'_>) -> String {
    let bytes = segment.data_len;
    match segment.kind {
        SegmentKind::Syn => t!("{name} asks {to} to open a connection. (SYN)"),
        SegmentKind::SynAck => t!("{name} agrees to open the connection. (SYN-ACK)"),
        SegmentKind::Data => {
            plural!(bytes, "{name} sends {bytes} byte of data.", "{name} sends {bytes} bytes of data.")
        }
        SegmentKind::DataFin => plural!(
            bytes,
            "{name} sends {bytes} byte of data, and has no more after it. (FIN)",
            "{name} sends {bytes} bytes of data, and has no more after them. (FIN)"
        ),
        SegmentKind::Fin => t!("{name} has no more data to send. (FIN)"),
        SegmentKind::Rst => t!("{name} ends the connection at once. (RST)"),
        SegmentKind::Ack => t!("{name} acknowledges the data that has arrived. (ACK)"),
        SegmentKind::Other => t!("{name} sends a TCP segment without data."),
    }
}

fn udp(name: &str, to: &str, frame: &[u8], datagram: &UdpDatagram<'_>) -> String {
    let bytes = datagram.data_len;
    if super::is_to_a_group(frame) {
        plural!(
            bytes,
            "{name} sends a datagram of {bytes} byte to the group {to}. (UDP multicast)",
            "{name} sends a datagram of {bytes} bytes to the group {to}. (UDP multicast)"
        )
    } else {
        plural!(
            bytes,
            "{name} sends a datagram of {bytes} byte. (UDP)",
            "{name} sends a datagram of {bytes} bytes. (UDP)"
        )
    }
}

fn asks_for_groups(name: &str, label: &str) -> String {
    t!("{name} asks the hosts which groups they listen to. ({label})")
}

fn listens(name: &str, label: &str) -> String {
    t!("{name} reports the groups that it listens to. ({label})")
}

fn listens_no_more(name: &str, label: &str) -> String {
    t!("{name} leaves a group. ({label})")
}

/// What a switch tells its neighbors about the spanning tree.
fn spanning_tree(topology: LiveTopology<'_>, sender: NodeId, bpdu: &Bpdu) -> String {
    let name = &topology.node(sender).name;
    let Some(&SpanningTree { root, cost, topology_change, .. }) = bpdu.tree() else {
        return t!("{name} reports that the spanning tree has changed. (BPDU)");
    };
    let is_root = |id: &NodeId| {
        matches!(topology.node(*id).kind, NodeKind::Switch(_)) && id.bridge_mac() == root.address
    };
    match topology.node_ids().find(is_root) {
        Some(id) if id == sender => match topology_change {
            true => t!(
                "{name} tells its neighbors that it is the root of the spanning tree, and that the tree has changed. (BPDU)"
            ),
            false => t!("{name} tells its neighbors that it is the root of the spanning tree. (BPDU)"),
        },
        Some(id) => {
            let root = &topology.node(id).name;
            match topology_change {
                true => t!(
                    "{name} tells its neighbors that {root} is the root of the spanning tree, at a cost of {cost}, and that the tree has changed. (BPDU)"
                ),
                false => t!(
                    "{name} tells its neighbors that {root} is the root of the spanning tree, at a cost of {cost}. (BPDU)"
                ),
            }
        }
        None => match topology_change {
            true => t!(
                "{name} tells its neighbors which switch is the root of the spanning tree, and that the tree has changed. (BPDU)"
            ),
            false => t!("{name} tells its neighbors which switch is the root of the spanning tree. (BPDU)"),
        },
    }
}
