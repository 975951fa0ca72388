//! A host's settings.

use smoltcp::wire::{EthernetAddress, IpAddress, IpCidr, Ipv6Address, Ipv6Cidr};
use wire::{Duration, NodeId, PortId};

/// The least MTU of a host: what every IPv6 link has to carry (RFC 8200, 5).
pub const IP_MTU_MIN: usize = 1_280;
/// The largest MTU of a host: a jumbo frame's.
pub const IP_MTU_MAX: usize = 9_000;
/// The smallest TCP buffer in bytes.
pub const TCP_BUFFER_MIN: usize = 128;
/// The largest TCP buffer in bytes.
pub const TCP_BUFFER_MAX: usize = 64 << 20;

/// A host's settings.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// The card's MAC address; by default made from the node's number ([`PortId::mac`]).
    pub mac: Option<EthernetAddress>,
    /// Its addresses with their prefixes, IPv4 and IPv6, up to [`ADDRESSES_MAX`]. A host with an IPv6 address has a
    /// link-local one besides (RFC 4291, 2.5.6).
    pub addresses: Vec<IpCidr>,
    /// The default gateways, at most one for each IP version.
    pub gateways: Vec<IpAddress>,
    /// It takes IPv6 addresses and gateways from the advertisements of routers (RFC 4862), and asks for them as soon as its
    /// cable is plugged in.
    pub slaac: bool,
    /// It takes an IPv4 address, a gateway and DNS servers from a DHCP server: a client is started with it.
    pub dhcp: bool,
    /// The DNS servers that it asks, unless a DHCP server names others; up to [`DNS_SERVERS_MAX`].
    pub dns: Vec<IpAddress>,
    /// The settings of the services that are started with it, as JSON without spaces; see the crate `scenario`, which knows the
    /// format. The host only keeps them for the programs that read them, as files in `/etc` do.
    pub services: Option<Box<str>>,
    /// The largest IP packet in bytes.
    pub ip_mtu: usize,
    /// What its TCP sockets start with.
    pub tcp: TcpConfig,
}

/// Where a host looks up names, as `resolv.conf` says it. It changes with a lease.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResolverConfig {
    /// The DNS servers, in the order in which they are asked.
    pub servers: Vec<IpAddress>,
    /// The domain in which names of one label are looked up.
    pub domain: Option<String>,
}

/// TIME-WAIT as Linux has it.
pub const TIME_WAIT: Duration = Duration::from_secs(60);
/// The longest TIME-WAIT: twice the two minutes of RFC 9293, 3.4.2.
pub const TIME_WAIT_MAX: Duration = Duration::from_secs(240);

/// DNS servers of a host: as many as `resolv.conf` has (MAXNS).
pub const DNS_SERVERS_MAX: usize = 3;

/// smoltcp holds eight; one is left for the link-local address.
pub const ADDRESSES_MAX: usize = 7;

impl Default for Config {
    fn default() -> Self {
        Self {
            mac: None,
            addresses: Vec::new(),
            gateways: Vec::new(),
            slaac: false,
            dhcp: false,
            dns: Vec::new(),
            services: None,
            ip_mtu: 1500,
            tcp: TcpConfig::default(),
        }
    }
}

/// What a TCP socket starts with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TcpConfig {
    /// How the sender adapts to loss.
    pub congestion: Congestion,
    /// Bytes; the largest window that can be offered.
    pub rx_buffer: usize,
    /// Bytes that may wait or be in flight.
    pub tx_buffer: usize,
    /// A peer that does not answer for this long is given up; `None`: never.
    pub timeout: Option<Duration>,
    /// How long a connection that this host closed first stays in TIME-WAIT: twice the maximum segment lifetime (RFC 9293, 3.4.2).
    pub time_wait: Duration,
}

/// Long enough for five retransmissions from one second on.
pub const TCP_TIMEOUT: Duration = Duration::from_secs(30);

impl Default for TcpConfig {
    fn default() -> Self {
        Self {
            congestion: Congestion::Cubic,
            rx_buffer: 64 * 1024,
            tx_buffer: 64 * 1024,
            timeout: Some(TCP_TIMEOUT),
            time_wait: TIME_WAIT,
        }
    }
}

/// TCP congestion control.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Congestion {
    /// Only the receiver's window limits the sender.
    None,
    /// RFC 5681.
    Reno,
    /// RFC 9438.
    Cubic,
}

impl Config {
    /// The address of this host's card, if it is node `id`.
    pub fn mac(&self, id: NodeId) -> EthernetAddress {
        // From 1, because 02:50:00:00:00:00 looks like a mistake.
        self.mac.unwrap_or(PortId(id.0 + 1).mac())
    }

    /// Whether other settings differ in nothing but what is started with the host: its services and its DHCP client.
    pub fn is_alike_but_for_services(&self, other: &Self) -> bool {
        let Self { dhcp, services, .. } = other.clone();
        Self { dhcp, services, ..self.clone() } == *other
    }

    /// Whether it gets addresses of IPv6, or else of IPv4, from others.
    pub const fn learns(&self, v6: bool) -> bool {
        if v6 { self.slaac } else { self.dhcp }
    }

    /// All addresses that this host has, if it is node `id`: its own, and the link-local one if it speaks IPv6; not those
    /// that it gets from routers.
    pub fn addresses_of_stack(&self, id: NodeId) -> impl Iterator<Item = IpCidr> {
        let has_v6 = self.slaac || self.addresses.iter().any(|cidr| matches!(cidr, IpCidr::Ipv6(_)));
        let link_local = has_v6.then(|| IpCidr::Ipv6(Ipv6Cidr::new(self.link_local(id), 64)));
        self.addresses.iter().copied().chain(link_local)
    }

    /// The link-local address of this host, if it is node `id` and speaks IPv6 (RFC 4291, 2.5.6 and appendix A).
    pub fn link_local(&self, id: NodeId) -> Ipv6Address {
        let [a, b, c, d, e, f] = self.mac(id).0;
        let interface = u64::from_be_bytes([a ^ 2, b, c, 0xff, 0xfe, d, e, f]);
        Ipv6Address::from((0xfe80_u128 << 112) | u128::from(interface))
    }
}
