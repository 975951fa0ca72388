//! Which protocol a frame is about.

use std::fmt;

use smoltcp::wire::IpVersion;

/// What a frame is about: the innermost protocol that is known here. The page has a color for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// The MAC address of an IPv4 address.
    Arp,
    /// Echo and errors of IPv4.
    Icmp,
    /// Echo and errors of IPv6.
    Icmpv6,
    /// Neighbor discovery: the link address of an IPv6 address, and the routers of a link.
    Ndp,
    /// Which hosts listen to which IPv4 groups.
    Igmp,
    /// A connection.
    Tcp,
    /// A request for a page, or its answer: a message that begins in a segment.
    Http,
    /// An encrypted connection.
    Tls,
    /// A datagram.
    Udp,
    /// Names and their addresses.
    Dns,
    /// The same without a server, among the hosts of a link.
    Mdns,
    /// The time of day.
    Ntp,
    /// An address and settings for a host.
    Dhcp,
    /// Routes from router to router: RIP, and RIPng of IPv6.
    Rip,
    /// IPv4 with something else inside, or malformed.
    Ipv4Other,
    /// IPv6 with something else inside, or malformed.
    Ipv6Other,
    /// The spanning tree protocol: which links stay unused.
    Stp,
    /// Which switch port this is: LLDP.
    Lldp,
    /// The same in Cisco's own protocol.
    Cdp,
    /// An IEEE 802.3 frame with a length instead of a type, and not a spanning tree message.
    Llc,
    /// An Ethernet frame of an unknown type, or shorter than its header.
    Other,
}

impl Protocol {
    /// All of them, in the order of a legend.
    pub const ALL: [Protocol; 21] = [
        Protocol::Arp,
        Protocol::Icmp,
        Protocol::Icmpv6,
        Protocol::Ndp,
        Protocol::Igmp,
        Protocol::Tcp,
        Protocol::Http,
        Protocol::Tls,
        Protocol::Udp,
        Protocol::Dns,
        Protocol::Mdns,
        Protocol::Ntp,
        Protocol::Dhcp,
        Protocol::Rip,
        Protocol::Ipv4Other,
        Protocol::Ipv6Other,
        Protocol::Stp,
        Protocol::Lldp,
        Protocol::Cdp,
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
            Protocol::Tls => "TLS",
            Protocol::Udp => "UDP",
            Protocol::Dns => "DNS",
            Protocol::Mdns => "MDNS",
            Protocol::Ntp => "NTP",
            Protocol::Dhcp => "DHCP",
            Protocol::Rip => "RIP",
            Protocol::Ipv4Other => "IPv4",
            Protocol::Ipv6Other => "IPv6",
            Protocol::Stp => "STP",
            Protocol::Lldp => "LLDP",
            Protocol::Cdp => "CDP",
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
