//! Kinds of frames as the page distinguishes them, derived from what a frame means and never from its label.
//!
//! Without colors: those belong to the stage. The name, the shape and the cue distinguish the kinds for people who do not
//! see the colors, too.

use crate::shape::Shape;
use dissect::Protocol;
use dissect::message::{
    ApplicationMessage, ArpMessage, DhcpKind, DnsKind, IcmpMessage, Message, NdpKind, SegmentKind,
};
use texts::t;

/// The kind of a frame, as a legend distinguishes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Swatch {
    /// The MAC addresses of IPv4 addresses.
    Arp,
    /// Neighbor and router discovery of IPv6.
    Ndp,
    /// Echo and errors, of both IP versions.
    Icmp,
    /// TCP segments that open, close or refuse a connection.
    TcpControl,
    /// TCP segments with data.
    TcpData,
    /// TCP segments that only acknowledge.
    TcpAck,
    /// A datagram.
    Udp,
    /// Names and addresses for hosts: DNS and DHCP.
    Service,
    /// Routes between routers, and the members of groups: RIP and IGMP.
    Routing,
    /// The spanning tree, between switches.
    Bridging,
    /// Anything else.
    Other,
}

impl Swatch {
    /// All of them, in the order of a legend.
    pub const ALL: [Self; 11] = [
        Self::Arp,
        Self::Ndp,
        Self::Icmp,
        Self::TcpControl,
        Self::TcpData,
        Self::TcpAck,
        Self::Udp,
        Self::Service,
        Self::Routing,
        Self::Bridging,
        Self::Other,
    ];

    /// The swatch of a frame.
    pub fn of_message(message: &Message<'_>) -> Self {
        match message {
            // The pieces of a packet look like what they are pieces of.
            Message::Fragment(fragment) => Self::of(fragment.protocol, None),
            _ => Self::of(message.protocol(), message.segment()),
        }
    }

    /// The swatch of a frame of this protocol and, if it is a TCP segment, of this kind.
    pub fn of(protocol: Protocol, segment: Option<SegmentKind>) -> Self {
        match protocol {
            Protocol::Arp => Self::Arp,
            Protocol::Ndp => Self::Ndp,
            Protocol::Icmp | Protocol::Icmpv6 => Self::Icmp,
            Protocol::Http | Protocol::Tls => Self::TcpData,
            Protocol::Tcp => match segment {
                Some(SegmentKind::Data | SegmentKind::DataFin) => Self::TcpData,
                Some(SegmentKind::Ack) => Self::TcpAck,
                Some(
                    SegmentKind::Syn
                    | SegmentKind::SynAck
                    | SegmentKind::Fin
                    | SegmentKind::Rst
                    | SegmentKind::Other,
                )
                | None => Self::TcpControl,
            },
            Protocol::Udp => Self::Udp,
            Protocol::Dns | Protocol::Mdns | Protocol::Ntp | Protocol::Dhcp => Self::Service,
            Protocol::Rip | Protocol::Igmp => Self::Routing,
            Protocol::Stp | Protocol::Lldp | Protocol::Cdp => Self::Bridging,
            Protocol::Ipv4Other | Protocol::Ipv6Other | Protocol::Llc | Protocol::Other => Self::Other,
        }
    }

    /// As a legend calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Arp => "ARP",
            Self::Ndp => "NDP",
            Self::Icmp => "ICMP",
            Self::TcpControl => t!("TCP open/close"),
            Self::TcpData => t!("TCP data"),
            Self::TcpAck => "TCP ACK",
            Self::Udp => "UDP",
            Self::Service => "DNS, DHCP",
            Self::Routing => "RIP, IGMP",
            Self::Bridging => "STP",
            Self::Other => t!("Other"),
        }
    }

    /// What a legend explains of it.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Arp => t!("asks which MAC address an IPv4 address belongs to"),
            Self::Ndp => t!("asks which MAC address an IPv6 address belongs to"),
            Self::Icmp => t!("echo (ping) and error messages"),
            Self::TcpControl => t!("opens, closes or refuses a connection"),
            Self::TcpData => t!("carries data over a connection"),
            Self::TcpAck => t!("says how much data has come"),
            Self::Udp => t!("a datagram without a connection"),
            Self::Service => t!("finds the address of a name, or one for a host"),
            Self::Routing => t!("tells routers what is where and who wants what"),
            Self::Bridging => t!("lets switches agree which cables to leave unused"),
            Self::Other => t!("anything else"),
        }
    }

    /// As in the names of custom properties.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Arp => "arp",
            Self::Ndp => "ndp",
            Self::Icmp => "icmp",
            Self::TcpControl => "tcp-control",
            Self::TcpData => "tcp-data",
            Self::TcpAck => "tcp-ack",
            Self::Udp => "udp",
            Self::Service => "service",
            Self::Routing => "routing",
            Self::Bridging => "bridging",
            Self::Other => "other",
        }
    }

    /// Its mark where there is no room for letters.
    pub const fn shape(self) -> Shape {
        match self {
            Self::Arp => Shape::Triangle,
            Self::Ndp => Shape::Gable,
            Self::Icmp => Shape::Diamond,
            Self::TcpControl => Shape::Hexagon,
            Self::TcpData => Shape::Square,
            Self::TcpAck => Shape::Bar,
            Self::Udp => Shape::Disc,
            Self::Service => Shape::House,
            Self::Routing => Shape::Star,
            Self::Bridging => Shape::Hourglass,
            Self::Other => Shape::Cross,
        }
    }
}

/// One or two letters for a frame that is drawn too small for its label.
pub fn cue(message: &Message<'_>) -> &'static str {
    match Swatch::of_message(message) {
        Swatch::Arp => match message {
            Message::Arp(
                ArpMessage::Request { .. } | ArpMessage::Probe { .. } | ArpMessage::Announcement { .. },
            ) => "?",
            _ => "!",
        },
        Swatch::Ndp => match message {
            Message::Ndp(message) => match message.kind() {
                NdpKind::NeighborSolicitation => "?",
                NdpKind::NeighborAdvertisement => "!",
                NdpKind::RouterSolicitation | NdpKind::RouterAdvertisement | NdpKind::Redirect => "N",
            },
            _ => "N",
        },
        Swatch::Icmp => match message {
            Message::Icmp(IcmpMessage::EchoRequest(_)) => "E",
            Message::Icmp(IcmpMessage::EchoReply(_)) => "R",
            _ => "I",
        },
        Swatch::TcpControl => match message.segment() {
            Some(SegmentKind::SynAck) => "SA",
            Some(SegmentKind::Syn) => "S",
            Some(SegmentKind::Fin) => "F",
            Some(SegmentKind::Rst) => "X",
            Some(SegmentKind::Data | SegmentKind::DataFin | SegmentKind::Ack | SegmentKind::Other) | None => {
                "T"
            }
        },
        Swatch::TcpData => "D",
        Swatch::TcpAck => "A",
        Swatch::Udp => "U",
        Swatch::Service => match message.application() {
            Some(ApplicationMessage::Dns(dns)) if dns.kind == DnsKind::Query => "?",
            Some(ApplicationMessage::Dhcp(dhcp)) if dhcp.kind == DhcpKind::Discover => "?",
            _ => "!",
        },
        Swatch::Routing => "R",
        Swatch::Bridging => "B",
        Swatch::Other => "·",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_kind_has_a_key_and_a_shape_of_its_own() {
        let keys: BTreeSet<_> = Swatch::ALL.into_iter().map(Swatch::key).collect();
        assert_eq!(keys.len(), Swatch::ALL.len());
        for (place, one) in Swatch::ALL.into_iter().enumerate() {
            assert!(Swatch::ALL[..place].iter().all(|other| other.shape() != one.shape()), "{one:?}");
        }
    }

    #[test]
    fn the_kind_of_a_segment_decides_for_tcp_and_the_protocol_for_all_else() {
        let tcp = |kind| Swatch::of(Protocol::Tcp, Some(kind));
        assert_eq!(tcp(SegmentKind::Syn), Swatch::TcpControl);
        assert_eq!(tcp(SegmentKind::Data), Swatch::TcpData);
        assert_eq!(tcp(SegmentKind::Ack), Swatch::TcpAck);
        assert_eq!(Swatch::of(Protocol::Arp, None), Swatch::Arp);
        assert_eq!(Swatch::of(Protocol::Udp, None), Swatch::Udp);
    }
}
