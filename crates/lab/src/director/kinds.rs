//! What a frame is about, by its typed message.

use dissect::Meaning;
use dissect::Message;
use dissect::message::{
    ApplicationMessage, ArpMessage, ErrorReason, IcmpMessage, NdpMessage, SegmentKind, Unreachable,
};
use scenario::chapters::FrameKind;

/// The kind of a frame. A retransmission looks like the segment that it repeats: the story knows it apart.
pub(super) fn kind_of(meaning: &Meaning<'_>) -> FrameKind {
    if let Some(application) = meaning.message.application() {
        match application {
            ApplicationMessage::Dhcp(_) => return FrameKind::Dhcp,
            ApplicationMessage::Dns(_) => return FrameKind::Dns,
            ApplicationMessage::Http(_) => return FrameKind::Http,
            ApplicationMessage::Rip(_) => return FrameKind::Rip,
            ApplicationMessage::Ntp(_) | ApplicationMessage::Tls(_) => {}
        }
    }
    match &meaning.message {
        Message::Arp(
            ArpMessage::Request { .. } | ArpMessage::Probe { .. } | ArpMessage::Announcement { .. },
        ) => FrameKind::ArpRequest,
        Message::Arp(ArpMessage::Reply { .. } | ArpMessage::GratuitousReply { .. }) => FrameKind::ArpReply,
        Message::Ndp(message) => match message {
            NdpMessage::NeighborSolicitation { .. } => FrameKind::NeighborSolicitation,
            NdpMessage::NeighborAdvertisement { .. } => FrameKind::NeighborAdvertisement,
            NdpMessage::RouterSolicitation { .. } => FrameKind::RouterSolicitation,
            NdpMessage::RouterAdvertisement { .. } => FrameKind::RouterAdvertisement,
            NdpMessage::Redirect { .. } => FrameKind::Redirect,
            NdpMessage::Malformed(_) => FrameKind::Other,
        },
        Message::Icmp(message) => match message {
            IcmpMessage::EchoRequest(_) => FrameKind::EchoRequest,
            IcmpMessage::EchoReply(_) => FrameKind::EchoReply,
            IcmpMessage::Redirect { .. } => FrameKind::Redirect,
            IcmpMessage::Error(error) => match error.reason {
                ErrorReason::PacketTooBig { .. }
                | ErrorReason::Unreachable(Unreachable::FragmentationNeeded { .. }) => FrameKind::TooBig,
                ErrorReason::TimeExceeded(_) => FrameKind::TimeExceeded,
                ErrorReason::Unreachable(_) | ErrorReason::ParameterProblem | ErrorReason::SourceQuench => {
                    FrameKind::Unreachable
                }
            },
            IcmpMessage::Other { .. } => FrameKind::Other,
        },
        Message::Fragment(_) => FrameKind::Fragment,
        Message::Tcp(segment) => match segment.kind {
            SegmentKind::Syn => FrameKind::Syn,
            SegmentKind::SynAck => FrameKind::SynAck,
            SegmentKind::Data => FrameKind::Data,
            SegmentKind::DataFin | SegmentKind::Fin => FrameKind::Fin,
            SegmentKind::Rst => FrameKind::Reset,
            SegmentKind::Ack | SegmentKind::Other => FrameKind::Ack,
        },
        Message::Udp(_) => FrameKind::Datagram,
        Message::Stp(_) => FrameKind::Bpdu,
        Message::Igmp(_) | Message::Mld(_) => FrameKind::Group,
        Message::Arp(_)
        | Message::Discovery(_)
        | Message::Llc { .. }
        | Message::OtherEthertype { .. }
        | Message::OtherPpp { .. }
        | Message::Unread(_)
        | Message::OtherIp { .. }
        | Message::Malformed(_) => FrameKind::Other,
    }
}
