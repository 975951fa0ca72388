//! What the services of hosts and routers are set to, as it is read from a document.

use netlab::Duration;
use services::dhcp::server::Scope;
use services::dns::message::Record;
use services::dns::name::Name;
use services::dns::resolver::Upstream;
use services::http::server::Site;
use services::small::Small;
use smoltcp::wire::{EthernetAddress, IpCidr, Ipv4Address, Ipv4Cidr};

/// The services of a host or router.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    pub dhcp: Option<Dhcp>,
    pub dns: Option<Dns>,
    pub http: Option<Http>,
    pub small: Vec<(&'static str, Small)>,
    #[cfg_attr(
        not(test),
        allow(dead_code, reason = "it has no settings: whether it begins stands in `begun`")
    )]
    pub ntp: bool,
    /// The DHCP servers to which a router relays.
    pub relay: Vec<Ipv4Address>,
}

/// A DHCP server.
#[derive(Debug)]
pub(crate) struct Dhcp {
    pub pools: Vec<Pool>,
    pub reservations: Vec<(EthernetAddress, Ipv4Address)>,
}

/// The addresses that it lends in one network.
#[derive(Debug)]
pub(crate) struct Pool {
    /// `None`: the one of the host's networks that the pool is in.
    pub network: Option<Ipv4Cidr>,
    pub first: Ipv4Address,
    pub last: Ipv4Address,
    pub lease: Duration,
    pub routers: Vec<Ipv4Address>,
    pub dns: Vec<Ipv4Address>,
    pub domain: Option<String>,
}

/// A DNS server.
#[derive(Debug)]
pub(crate) struct Dns {
    pub origin: Option<Name>,
    pub records: Vec<Record>,
    pub upstream: Option<Upstream>,
}

/// A web server.
#[derive(Debug)]
pub(crate) struct Http {
    pub site: Site,
    pub port: u16,
}

impl Pool {
    /// The network that it is in, for a server with these addresses.
    pub fn network(&self, own: &[IpCidr]) -> Option<Ipv4Cidr> {
        self.network.or_else(|| ipv4(own).find(|cidr| cidr.contains_addr(&self.first)))
    }

    /// What a server with these addresses lends; `None`: it is in none of its networks.
    pub fn scope(&self, own: &[IpCidr]) -> Option<Scope> {
        let network = self.network(own)?;
        let Self { first, last, lease, routers, dns, domain, .. } = self;
        Some(Scope {
            network,
            first: *first,
            last: *last,
            lease: *lease,
            routers: routers.clone(),
            dns: dns.clone(),
            domain: domain.clone(),
        })
    }
}

/// The IPv4 addresses among these.
pub(crate) fn ipv4(own: &[IpCidr]) -> impl Iterator<Item = Ipv4Cidr> {
    own.iter().filter_map(|cidr| match cidr {
        IpCidr::Ipv4(cidr) => Some(*cidr),
        IpCidr::Ipv6(_) => None,
    })
}
