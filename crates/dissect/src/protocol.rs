//! Which protocol a frame is about.

use std::fmt;

use smoltcp::wire::IpVersion;

/// What a frame is about: the innermost protocol that is known here. The page has a colour for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// Who has that IPv4 address?
    Arp,
    /// Echo and errors of IPv4.
    Icmp,
    /// Echo and errors of IPv6.
    Icmpv6,
    /// Neighbor discovery: who has that IPv6 address, and where are the routers?
    Ndp,
    /// Which hosts want the packets to which IPv4 groups?
    Igmp,
    /// A connection.
    Tcp,
    /// A page, please: a message that begins in a segment of a connection.
    Http,
    /// A datagram.
    Udp,
    /// Which address has that name?
    Dns,
    /// An address for me, please.
    Dhcp,
    /// How far is it to that network? Of IPv6 (RIPng), too.
    Rip,
    /// IPv4 with something else inside, or malformed.
    Ipv4Other,
    /// IPv6 with something else inside, or malformed.
    Ipv6Other,
    /// Which cables to leave unused: the spanning tree protocol.
    Stp,
    /// An IEEE 802.3 frame with a length instead of a type, and not a spanning tree message.
    Llc,
    /// An Ethernet frame with something unknown inside, or too short to tell.
    Other,
}

impl Protocol {
    /// All of them, in the order of a legend.
    pub const ALL: [Protocol; 16] = [
        Protocol::Arp,
        Protocol::Icmp,
        Protocol::Icmpv6,
        Protocol::Ndp,
        Protocol::Igmp,
        Protocol::Tcp,
        Protocol::Http,
        Protocol::Udp,
        Protocol::Dns,
        Protocol::Dhcp,
        Protocol::Rip,
        Protocol::Ipv4Other,
        Protocol::Ipv6Other,
        Protocol::Stp,
        Protocol::Llc,
        Protocol::Other,
    ];

    /// That of a packet whose content is not known here.
    pub(crate) fn other_ip(version: IpVersion) -> Protocol {
        match version {
            IpVersion::Ipv4 => Protocol::Ipv4Other,
            IpVersion::Ipv6 => Protocol::Ipv6Other,
        }
    }

    /// Its name, as a packet list shows it.
    pub const fn name(self) -> &'static str {
        match self {
            Protocol::Arp => "ARP",
            Protocol::Icmp => "ICMP",
            Protocol::Icmpv6 => "ICMPv6",
            Protocol::Ndp => "NDP",
            Protocol::Igmp => "IGMP",
            Protocol::Tcp => "TCP",
            Protocol::Http => "HTTP",
            Protocol::Udp => "UDP",
            Protocol::Dns => "DNS",
            Protocol::Dhcp => "DHCP",
            Protocol::Rip => "RIP",
            Protocol::Ipv4Other => "IPv4",
            Protocol::Ipv6Other => "IPv6",
            Protocol::Stp => "STP",
            Protocol::Llc => "LLC",
            Protocol::Other => "Ethernet",
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
