//! The routing table: candidates from all sources, and of them the routes in use.
//!
//! Of the candidates for one prefix the one from the most trusted [`Source`] is used (connected, then static, then RIP: the order
//! of that enum), then the one of the least metric. Another routing protocol would be another [`Source`]: it adds and removes
//! its own candidates only.
//!
//! The lookup tries each prefix length that is in use, the longest first: a network that a page can show has few. A trie would be
//! faster only with thousands of routes of many lengths, and is more code for every visitor to load.

use crate::event::{Event, Route, Source};
use crate::interface::{Interface, Link};
use crate::prefix::{bits, mask, network};
use smoltcp::wire::{IpAddress, IpCidr};
use wire::sorted::{SortedMap, SortedSet};

/// Candidates that one table holds; further ones are ignored.
pub const CANDIDATES_MAX: usize = 8_192;

impl Route {
    /// The interface through which it leads.
    pub const fn link(&self) -> Link {
        Link { port: self.port, vlan: self.vlan }
    }
}

/// A routing table.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// By prefix; several from one source may be there (static routes with different next hops).
    candidates: SortedMap<IpCidr, Vec<Route>>,
    len: usize,
    /// The routes in use by length, the longest first, and by network.
    ipv4: Vec<(u8, SortedMap<u128, Route>)>,
    ipv6: Vec<(u8, SortedMap<u128, Route>)>,
}

impl Table {
    /// The route in use for this destination: the one of the longest prefix (RFC 1812, 5.2.4.3).
    pub fn lookup(&self, destination: IpAddress) -> Option<&Route> {
        let bits = bits(destination);
        let family = match destination {
            IpAddress::Ipv4(_) => &self.ipv4,
            IpAddress::Ipv6(_) => &self.ipv6,
        };
        family.iter().find_map(|(length, routes)| routes.get(&(bits & mask(*length))))
    }

    /// The routes in use, in the order of their prefixes.
    pub fn in_use(&self) -> impl Iterator<Item = &Route> {
        self.candidates.keys().filter_map(|&to| self.used(to))
    }

    fn used(&self, to: IpCidr) -> Option<&Route> {
        let family = match to {
            IpCidr::Ipv4(_) => &self.ipv4,
            IpCidr::Ipv6(_) => &self.ipv6,
        };
        let place = family.binary_search_by(|(length, _)| to.prefix_len().cmp(length)).ok()?;
        family[place].1.get(&bits(to.address()))
    }

    /// Replaces all candidates from `source`. Calls `changed` for every route in use that changes.
    pub fn replace(&mut self, source: Source, routes: &[Route], changed: impl FnMut(Event)) {
        let mut touched = SortedSet::new();
        let len = &mut self.len;
        self.candidates.retain(|&to, candidates| {
            let before = candidates.len();
            candidates.retain(|route| route.source != source);
            if candidates.len() < before {
                *len -= before - candidates.len();
                touched.insert(to);
            }
            // Prefixes without candidates are removed by `choose_all`.
            true
        });
        for &route in routes {
            touched.extend(self.add(route));
        }
        self.choose_all(touched, changed);
    }

    /// Replaces the candidate from the same source to the same prefix.
    pub fn put(&mut self, route: Route, changed: impl FnMut(Event)) {
        let to = network(route.to);
        self.take_out(to, route.source);
        self.add(route);
        self.choose_all([to], changed);
    }

    /// Removes the candidates from `source` to this prefix.
    pub fn remove(&mut self, to: IpCidr, source: Source, changed: impl FnMut(Event)) {
        let to = network(to);
        self.take_out(to, source);
        self.choose_all([to], changed);
    }

    fn take_out(&mut self, to: IpCidr, source: Source) {
        if let Some(candidates) = self.candidates.get_mut(&to) {
            self.len -= candidates.iter().filter(|route| route.source == source).count();
            candidates.retain(|route| route.source != source);
        }
    }

    fn add(&mut self, mut route: Route) -> Option<IpCidr> {
        if self.len == CANDIDATES_MAX {
            return None;
        }
        route.to = network(route.to);
        self.len += 1;
        self.candidates.entry(route.to).or_default().push(route);
        Some(route.to)
    }

    fn choose_all(&mut self, touched: impl IntoIterator<Item = IpCidr>, mut changed: impl FnMut(Event)) {
        for to in touched {
            // Of equal candidates the first that was added is used: `min_by_key` takes the first.
            let best = self.candidates.get(&to).and_then(|candidates| {
                candidates.iter().min_by_key(|route| (route.source, route.metric)).copied()
            });
            if best.is_none() {
                self.candidates.remove(&to);
            }
            if self.used(to).copied() != best {
                self.install(to, best);
                changed(best.map_or(Event::RouteGone { to }, Event::Route));
            }
        }
    }

    fn install(&mut self, to: IpCidr, route: Option<Route>) {
        let family = match to {
            IpCidr::Ipv4(_) => &mut self.ipv4,
            IpCidr::Ipv6(_) => &mut self.ipv6,
        };
        let place = family.binary_search_by(|(length, _)| to.prefix_len().cmp(length));
        match (place, route) {
            (Ok(place), Some(route)) => {
                family[place].1.insert(bits(to.address()), route);
            }
            (Err(place), Some(route)) => {
                family.insert(place, (to.prefix_len(), SortedMap::from([(bits(to.address()), route)])));
            }
            (Ok(place), None) => {
                family[place].1.remove(&bits(to.address()));
                if family[place].1.is_empty() {
                    family.remove(place);
                }
            }
            (Err(_), None) => {}
        }
    }
}

/// The routes to the interfaces' own networks.
pub fn connected<'a>(interfaces: impl Iterator<Item = &'a Interface>) -> Vec<Route> {
    let mut routes = Vec::new();
    for Interface { link, addresses, .. } in interfaces {
        routes.extend(addresses.iter().map(|&to| Route {
            to: network(to),
            via: None,
            port: link.port,
            vlan: link.vlan,
            metric: 0,
            source: Source::Connected,
        }));
    }
    routes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use smoltcp::wire::{Ipv4Cidr, Ipv6Cidr};
    use std::net::{Ipv4Addr, Ipv6Addr};
    use wire::PortId;

    fn route(to: &str, port: u32, metric: u8, source: Source) -> Route {
        Route { to: to.parse().unwrap(), via: None, port: PortId(port), vlan: None, metric, source }
    }

    fn port(table: &Table, to: &str) -> Option<u32> {
        table.lookup(to.parse().unwrap()).map(|route| route.port.0)
    }

    #[test]
    fn the_longest_prefix_wins_whatever_its_source() {
        let mut table = Table::default();
        table.put(route("0.0.0.0/0", 0, 1, Source::Static), drop);
        table.put(route("10.0.0.0/8", 1, 0, Source::Connected), drop);
        table.put(route("10.1.0.0/16", 2, 3, Source::Rip), drop);
        table.put(route("10.1.2.3/32", 3, 1, Source::Static), drop);
        table.put(route("::/0", 4, 1, Source::Static), drop);
        assert_eq!(port(&table, "192.0.2.1"), Some(0));
        assert_eq!(port(&table, "10.2.0.1"), Some(1));
        assert_eq!(port(&table, "10.1.9.9"), Some(2));
        assert_eq!(port(&table, "10.1.2.3"), Some(3));
        assert_eq!(port(&table, "fd00::1"), Some(4));
    }

    #[test]
    fn the_more_trusted_source_wins_and_the_other_takes_over_when_it_is_gone() {
        let mut table = Table::default();
        let mut events = Vec::new();
        let [rip, fixed] =
            [route("10.0.0.0/8", 1, 2, Source::Rip), route("10.0.0.0/8", 2, 9, Source::Static)];
        table.put(rip, |event| events.push(event));
        table.put(fixed, |event| events.push(event));
        table.put(Route { metric: 5, ..rip }, |event| events.push(event));
        table.replace(Source::Static, &[], |event| events.push(event));
        table.remove(rip.to, Source::Rip, |event| events.push(event));
        let rip_now = Route { metric: 5, ..rip };
        let gone = Event::RouteGone { to: rip.to };
        assert_eq!(events, [Event::Route(rip), Event::Route(fixed), Event::Route(rip_now), gone]);
        assert_eq!((table.len, table.in_use().count(), table.candidates.len()), (0, 0, 0));
    }

    #[test]
    fn of_two_static_routes_the_one_of_the_lesser_metric_is_used() {
        let mut table = Table::default();
        let routes = [route("10.0.0.0/8", 1, 2, Source::Static), route("10.0.0.0/8", 2, 1, Source::Static)];
        table.replace(Source::Static, &routes, drop);
        assert_eq!(port(&table, "10.0.0.1"), Some(2));
    }

    #[test]
    fn adding_the_same_route_again_changes_nothing() {
        let mut table = Table::default();
        let one = route("10.0.0.0/8", 1, 2, Source::Rip);
        table.put(one, drop);
        table.put(one, |event| panic!("{event:?}"));
        table.replace(Source::Rip, &[one], |event| panic!("{event:?}"));
    }

    #[test]
    fn host_bits_are_ignored() {
        assert_eq!(network("10.1.2.3/9".parse().unwrap()), "10.0.0.0/9".parse().unwrap());
        assert_eq!(network("fd00::1/0".parse().unwrap()), "::/0".parse().unwrap());
        assert_eq!(network("fd00::1/128".parse().unwrap()), "fd00::1/128".parse().unwrap());
    }

    fn prefix() -> impl Strategy<Value = IpCidr> {
        // Few bits vary, so that prefixes nest.
        let four = (0u32..64, 0u8..=32).prop_map(|(low, length)| {
            let address = Ipv4Addr::from_bits(low.reverse_bits() | low);
            IpCidr::Ipv4(Ipv4Cidr::new(address, length))
        });
        let six = (0u128..64, 0u8..=128).prop_map(|(low, length)| {
            let address = Ipv6Addr::from_bits(low.reverse_bits() | low);
            IpCidr::Ipv6(Ipv6Cidr::new(address, length))
        });
        prop_oneof![four, six]
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_lookup_finds_what_a_scan_of_all_candidates_finds(
            steps in prop::collection::vec((prefix(), 0u32..4, 0u8..4, any::<bool>(), any::<bool>()), 0..60),
            asked in prop::collection::vec(prefix(), 1..30),
        ) {
            let mut table = Table::default();
            let mut all: SortedMap<(IpCidr, Source), Route> = SortedMap::new();
            for (to, port, metric, fixed, put) in steps {
                let source = if fixed { Source::Static } else { Source::Rip };
                let to = network(to);
                let route = Route { to, via: None, port: PortId(port), vlan: None, metric, source };
                if put {
                    all.insert((to, source), route);
                    table.put(route, drop);
                } else {
                    all.remove(&(to, source));
                    table.remove(to, source, drop);
                }
            }
            for asked in asked {
                let address = asked.address();
                let scan = all.values().filter(|route| route.to.contains_addr(&address));
                let best = scan.min_by_key(|route| (std::cmp::Reverse(route.to.prefix_len()), route.source));
                prop_assert_eq!(table.lookup(address), best);
            }
        }
    }
}
