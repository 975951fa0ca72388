//! From settings and carriers to interfaces and routes. All state is derived anew whenever something changes, and only
//! differences are reported: the same settings always give the same state.

use crate::config::{Config, ROUTES_MAX, StaticRoute};
use crate::event::{Route, Source};
use crate::interface::{Interface, Link};
use crate::rip::Rip;
use crate::{Actions, Router, STREAM_OF_RIP, advertise, routes};
use smoltcp::wire::IpAddress;
use wire::Instant;
use wire::rng::Stream;
use wire::sorted::SortedMap;

impl Router {
    /// Derives the interfaces after a port or a carrier has changed. `false`: they are the same as before.
    pub(crate) fn refresh(&mut self, now: Instant, out: &mut Actions) -> bool {
        let mut interfaces = SortedMap::new();
        for (number, port) in self.ports.iter().enumerate() {
            if port.settings.up && port.carrier {
                let all = Interface::of_port(wire::PortId(number as u32), &port.settings, port.mac());
                interfaces.extend(all.into_iter().map(|mut interface| {
                    interface.rip &= self.config.rip.is_some();
                    (interface.link, interface)
                }));
            }
        }
        let before = std::mem::replace(&mut self.interfaces, interfaces);
        let changed = before != self.interfaces;
        if changed {
            self.send_final_advertisements(&before, out);
            self.own = self.interfaces.values().flat_map(own_addresses).collect();
            let interfaces = &self.interfaces;
            self.neighbors.retain(|link, ip| {
                interfaces.get(&link).is_some_and(|interface| interface.is_on_link(ip) && !interface.has(ip))
            });
            let connected = routes::connected(self.interfaces.values());
            self.table.replace(Source::Connected, &connected, |event| out.event(event));
            self.advertiser.set_interfaces(now, self.interfaces.values());
            self.memberships.set_interfaces(now, self.interfaces.values());
            self.refresh_routes(now, out);
        }
        changed
    }

    /// Derives the static routes after interfaces or settings have changed.
    fn refresh_routes(&mut self, now: Instant, out: &mut Actions) {
        let written = self.config.routes.iter().take(ROUTES_MAX);
        let fixed: Vec<_> = written.filter_map(|route| self.resolve(route)).collect();
        self.table.replace(Source::Static, &fixed, |event| out.event(event));
        self.update_rip(now, out);
    }

    /// The route for a configured static route, if its next hop is on a network that is up.
    fn resolve(&self, &StaticRoute { to, via, port, metric }: &StaticRoute) -> Option<Route> {
        if std::mem::discriminant(&to.address()) != std::mem::discriminant(&via) {
            return None;
        }
        let candidates = || {
            let named = move |interface: &&Interface| port.is_none_or(|port| interface.link.port.0 == port);
            self.interfaces.values().filter(named)
        };
        let Link { port, vlan } = match via {
            // A link-local next hop is unambiguous only if there is one link (RFC 4007, 6).
            IpAddress::Ipv6(address) if address.is_unicast_link_local() => {
                let mut all = candidates().filter(|interface| interface.link_local.is_some());
                let only = all.next().filter(|only| !only.has(via));
                only.filter(|_| all.next().is_none())?.link
            }
            IpAddress::Ipv4(_) | IpAddress::Ipv6(_) if self.own.contains(&via) => return None,
            IpAddress::Ipv4(_) | IpAddress::Ipv6(_) => {
                let near = candidates().filter_map(|interface| {
                    let networks = interface.addresses.iter().filter(|cidr| cidr.contains_addr(&via));
                    Some((networks.map(|cidr| cidr.prefix_len()).max()?, interface.link))
                });
                near.max_by_key(|(length, link)| (*length, std::cmp::Reverse(*link)))?.1
            }
        };
        Some(Route { to, via: Some(via), port, vlan, metric, source: Source::Static })
    }

    /// Sends a final advertisement with lifetime zero on interfaces that stop advertising (RFC 4861, 6.2.5) and still have a carrier.
    fn send_final_advertisements(&self, before: &SortedMap<Link, Interface>, out: &mut Actions) {
        for (link, interface) in before.iter().filter(|(_, interface)| advertise::advertises(interface)) {
            let goes_on = self.interfaces.get(link).is_some_and(advertise::advertises);
            let carrier = self.ports.get(link.port.0 as usize).is_some_and(|port| port.carrier);
            if carrier && !goes_on {
                advertise::send(interface, false, &[], out);
            }
        }
    }

    /// Applies new settings of the router.
    pub(crate) fn reconfigure(&mut self, now: Instant, config: Config, out: &mut Actions) {
        let before = std::mem::replace(&mut self.config, config);
        match &self.config.nat {
            Some(nat) => self.nat.set_config(nat.clone(), out),
            None => self.nat.clear(out),
        }
        match &self.config.filter {
            Some(filter) if before.filter.as_ref() != Some(filter) => self.tracker.set_filter(filter, out),
            Some(_) => {}
            None => self.tracker.clear(out),
        }
        match (self.config.rip, &mut self.rip) {
            (Some(settings), Some(rip)) => rip.set_config(settings),
            (Some(settings), None) => {
                self.rip = Some(Rip::new(settings, Stream::new(self.random_seed, &[STREAM_OF_RIP])));
            }
            (None, _) => {
                self.rip = None;
                self.table.replace(Source::Rip, &[], |event| out.event(event));
            }
        }
        // An interface is in RIP's groups only while RIP is enabled.
        if !self.refresh(now, out) {
            self.refresh_routes(now, out);
        }
    }
}

/// An interface's addresses that are not link-local.
fn own_addresses(interface: &Interface) -> impl Iterator<Item = IpAddress> + '_ {
    interface.addresses.iter().map(|cidr| cidr.address())
}
