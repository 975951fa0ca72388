//! Where a packet goes next: to a group, to a neighbor, or to a router; and what routers say about better ways.
//!
//! A router that sends a packet back onto the network that it came from tells the sender with a redirect, which a host has to follow (RFC
//! 1122, 3.2.2.2; RFC 4861, 8.3). It is believed only from the router that the host uses for that destination, and forgotten when
//! the new router does not answer.

use crate::event::Event;
use crate::ndp;
use crate::neighbor::Neighbors;
use crate::slaac::Slaac;
use smoltcp::wire::{EthernetAddress, IpAddress, IpCidr, Ipv4Address};
use wire::header::{Icmp, Ip};
use wire::sorted::SortedMap;

/// Destinations for which a better router is known; beyond that the one with the least address goes.
const REDIRECTS_MAX: usize = 64;
/// ICMPv4's redirect (RFC 792).
const REDIRECT_V4: u8 = 5;

/// The next hop of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Several stations, with this MAC address.
    Group(EthernetAddress),
    /// The neighbor with this address.
    Via(IpAddress),
    /// There is none.
    Nowhere,
}

/// A host's routes beyond its networks.
#[derive(Debug)]
pub(crate) struct Routes {
    gateways: Vec<IpAddress>,
    redirects: SortedMap<IpAddress, IpAddress>,
}

/// A router's advice: packets to `to` go to `via`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Redirect {
    pub to: IpAddress,
    pub via: IpAddress,
    /// The MAC address of the new router, if the old one said it.
    pub mac: Option<EthernetAddress>,
}

impl Routes {
    pub fn new(gateways: Vec<IpAddress>) -> Self {
        Self { gateways, redirects: SortedMap::new() }
    }

    /// The configured or leased default gateways.
    pub fn gateways(&self) -> &[IpAddress] {
        &self.gateways
    }

    /// Replaces the default gateway of this IP version; returns what has changed.
    pub fn set_gateway(&mut self, is_v6: bool, gateway: Option<IpAddress>) -> Vec<Event> {
        let its = |known: &IpAddress| matches!(known, IpAddress::Ipv6(_)) == is_v6;
        let gateway = gateway.filter(its);
        if self.gateways.iter().find(|known| its(known)).copied() == gateway {
            return Vec::new();
        }
        let gone = self.gateways.extract_if(.., |known| its(known));
        let mut events: Vec<_> = gone.map(|router| Event::DefaultRouterGone { router }).collect();
        self.gateways.extend(gateway);
        events.extend(gateway.map(|router| Event::DefaultRouter { router }));
        events
    }

    /// The next hop to `to` for a host with these addresses.
    pub fn way(&self, to: &IpAddress, own: &[IpCidr], slaac: Option<&Slaac>, neighbors: &Neighbors) -> Way {
        if let Some(group) = group_address(to, own) {
            return Way::Group(group);
        }
        if let Some(via) = self.redirects.get(to) {
            return Way::Via(*via);
        }
        let on_link = own.iter().any(|cidr| cidr.contains_addr(to));
        if on_link || slaac.is_some_and(|slaac| slaac.is_on_link(to)) {
            return Way::Via(*to);
        }
        let configured = self.gateways.iter().find(|gateway| gateway.version() == to.version());
        let advertised = || match to {
            IpAddress::Ipv4(_) => None,
            IpAddress::Ipv6(_) => slaac.and_then(|slaac| slaac.router(neighbors)),
        };
        configured.copied().or_else(advertised).map_or(Way::Nowhere, Way::Via)
    }

    /// Follows a redirect; returns whether that changes anything.
    pub fn follow(&mut self, redirect: &Redirect) -> bool {
        if self.redirects.get(&redirect.to) == Some(&redirect.via) {
            return false;
        }
        let full = self.redirects.len() >= REDIRECTS_MAX;
        let first = self.redirects.keys().next().copied().filter(|_| full);
        first.map(|first| self.redirects.remove(&first));
        self.redirects.insert(redirect.to, redirect.via);
        true
    }

    /// The neighbor does not answer: packets no longer go there because of a redirect. Returns the destinations.
    pub fn abandon(&mut self, via: &IpAddress) -> Vec<IpAddress> {
        let mut gone = Vec::new();
        self.redirects.retain(|to, through| {
            if through == via {
                gone.push(*to);
            }
            through != via
        });
        gone
    }
}

/// The MAC address of a group of stations, or of all; `None`: the address is that of one station.
fn group_address(to: &IpAddress, own: &[IpCidr]) -> Option<EthernetAddress> {
    match to {
        IpAddress::Ipv4(group) if group.is_multicast() => {
            let [_, b, c, d] = group.octets();
            Some(EthernetAddress([0x01, 0x00, 0x5e, b & 0x7f, c, d]))
        }
        IpAddress::Ipv6(group) if group.is_multicast() => {
            let octets = group.octets();
            Some(EthernetAddress([0x33, 0x33, octets[12], octets[13], octets[14], octets[15]]))
        }
        IpAddress::Ipv4(to) => is_broadcast(*to, own).then_some(EthernetAddress::BROADCAST),
        IpAddress::Ipv6(_) => None,
    }
}

/// Whether packets to this address are for all stations of a network of the host (RFC 1122, 3.2.1.3).
pub(crate) fn is_broadcast(to: Ipv4Address, own: &[IpCidr]) -> bool {
    to.is_broadcast()
        || own.iter().any(|cidr| match cidr {
            IpCidr::Ipv4(cidr) => cidr.broadcast() == Some(to),
            IpCidr::Ipv6(_) => false,
        })
}

/// Reads a redirect, whose checksum is right. `from_next_hop` returns whether its sender is the router that the host uses for a
/// destination.
pub(crate) fn redirect(
    ip: &Ip<'_>,
    icmp: &Icmp,
    own: &[IpCidr],
    from_next_hop: impl Fn(&IpAddress) -> bool,
) -> Option<Redirect> {
    let is_own = |ip: &IpAddress| own.iter().any(|cidr| cidr.address() == *ip);
    let redirect = match ip.source {
        IpAddress::Ipv4(_) if icmp.kind == REDIRECT_V4 => {
            let quoted = Ip::read_start(ip.payload().get(Icmp::BYTES..)?)?;
            let via = IpAddress::Ipv4(Ipv4Address::from(icmp.rest));
            let on_link = own.iter().any(|cidr| cidr.contains_addr(&via));
            let is_valid = is_own(&quoted.source) && on_link && via.is_unicast();
            is_valid.then_some(Redirect { to: quoted.destination, via, mac: None })?
        }
        IpAddress::Ipv6(from) if icmp.kind == ndp::REDIRECT => {
            let message = ip.payload();
            let (via, to) = (ndp::address_at(message, 8)?, ndp::address_at(message, 24)?);
            let mac = ndp::find_address(message.get(40..)?, ndp::TARGET_ADDRESS)?;
            let is_valid = ndp::is_valid(ip)
                && from.is_unicast_link_local()
                && !to.is_multicast()
                && (via.is_unicast_link_local() || via == to);
            is_valid.then_some(Redirect { to: to.into(), via: via.into(), mac })?
        }
        IpAddress::Ipv4(_) | IpAddress::Ipv6(_) => return None,
    };
    let believed = from_next_hop(&redirect.to) && !is_own(&redirect.via);
    believed.then_some(redirect)
}

#[cfg(test)]
mod tests;
