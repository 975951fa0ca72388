//! Frames whose kind of message is unknown.

use smoltcp::wire::IpVersion;

use super::tcp_flags::TcpFlags;
use crate::protocol::Protocol;
use crate::text::bytes;

/// The header that is cut or makes no sense, so that the kind of message is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// The frame is shorter than an Ethernet header.
    Ethernet {
        /// Its length in bytes.
        length: usize,
    },
    /// The header of a packet.
    Ip(IpVersion),
    /// The header of a BPDU.
    Stp,
    /// The header of an ICMP message.
    Icmp,
    /// The header of an ICMPv6 message.
    Icmpv6 {
        /// Its type, which is there, is one of neighbor discovery's.
        neighbor_discovery: bool,
    },
    /// The header of an ICMPv6 echo request or reply.
    Icmpv6Echo {
        /// A reply.
        reply: bool,
    },
    /// The header of an IGMP message.
    Igmp,
    /// The header of a segment.
    Tcp {
        /// The sender's and the receiver's, if they are there.
        ports: Option<[u16; 2]>,
    },
    /// A TCP header that is there, but states a length that is less than that of a header (or more than there is).
    TcpLength {
        /// The sender's and the receiver's.
        ports: [u16; 2],
        /// `tcp.flags`
        flags: TcpFlags,
        /// `tcp.window_size_value`
        window: u16,
        /// `tcp.hdr_len`, in bytes
        length: usize,
    },
    /// The header of a datagram.
    Udp,
}

impl Malformed {
    pub(crate) fn protocol(&self) -> Protocol {
        match self {
            Malformed::Ethernet { .. } => Protocol::Other,
            Malformed::Ip(version) => Protocol::other_ip(*version),
            Malformed::Stp => Protocol::Stp,
            Malformed::Icmp => Protocol::Icmp,
            Malformed::Icmpv6 { neighbor_discovery: true } => Protocol::Ndp,
            Malformed::Icmpv6 { neighbor_discovery: false } | Malformed::Icmpv6Echo { .. } => {
                Protocol::Icmpv6
            }
            Malformed::Igmp => Protocol::Igmp,
            Malformed::Tcp { .. } | Malformed::TcpLength { .. } => Protocol::Tcp,
            Malformed::Udp => Protocol::Udp,
        }
    }

    pub(crate) fn info(&self) -> String {
        match self {
            Malformed::Ethernet { length } => format!("{}, less than an Ethernet header", bytes(*length)),
            Malformed::Ip(version) => {
                let version = match version {
                    IpVersion::Ipv4 => "IPv4",
                    IpVersion::Ipv6 => "IPv6",
                };
                format!("{version}, malformed header")
            }
            Malformed::Stp => "STP, cut short".into(),
            Malformed::Icmp => "ICMP, cut short".into(),
            Malformed::Icmpv6 { .. } => "ICMPv6, cut short".into(),
            Malformed::Icmpv6Echo { reply: false } => "Echo (ping) request".into(),
            Malformed::Icmpv6Echo { reply: true } => "Echo (ping) reply".into(),
            Malformed::Igmp => "IGMP, cut short".into(),
            Malformed::Tcp { ports: Some([source, destination]) } => {
                format!("{source} → {destination}")
            }
            Malformed::Tcp { ports: None } => "TCP, cut short".into(),
            Malformed::TcpLength { ports: [source, destination], flags, window, length } => format!(
                "{source} → {destination} [{}] Seq=0 Win={window}, bogus TCP header length ({length}, must be at least 20)",
                flags.names()
            ),
            Malformed::Udp => "UDP, cut short".into(),
        }
    }
}
