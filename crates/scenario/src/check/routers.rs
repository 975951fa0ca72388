//! Routers: the settings of each, and whether its networks overlap.

use super::Check;
use crate::bounds::*;
use crate::fault::{Level, Place, Step};
use crate::ip::{is_link_local, network, version_of};
use crate::lans::Interface;
use crate::problem::Kind;
use crate::quantity::quoted;
use netlab::topology::{NodeId, RouterConfig};
use router::config::{Filter, Nat, Protocol};
use smoltcp::wire::{IpAddress, IpCidr};
use texts::t;
use wire::sorted::{SortedMap, SortedSet};

impl<'s> Check<'s> {
    pub(super) fn router(&mut self, place: &Place, id: NodeId, config: &RouterConfig) {
        let routes = place.field("routes");
        if config.routes.len() > ROUTES_MAX {
            self.error(routes.clone(), t!("a router holds at most {ROUTES_MAX} routes"));
        }
        for (number, route) in config.routes.iter().enumerate() {
            let place = routes.index(number);
            self.network(place.field("to"), route.to);
            if version_of(route.to.address()) != version_of(route.via) {
                let message = t!("where a route leads and the next router there are of one IP version");
                self.error(place.field("via"), message);
            } else if !route.via.is_unicast() {
                self.error(place.field("via"), t!("{} is not the address of one machine", route.via));
            }
            self.within(place.field("metric"), route.metric, [1, u8::MAX], u8::to_string);
            self.named_port(place.field("port"), id, route.port);
        }
        if let Some(rip) = config.rip {
            let place = |name| place.field("rip").field(name);
            for (name, time) in [("update", rip.update), ("timeout", rip.timeout), ("garbage", rip.garbage)] {
                self.time_within(place(name), time, RIP_TIME);
            }
        }
        if let Some(nat) = &config.nat {
            self.nat(&place.field("nat"), nat);
        }
        if let Some(filter) = &config.filter {
            self.filter(&place.field("filter"), id, filter);
        }
    }

    /// The network that a route leads to or a rule matches.
    fn network(&mut self, place: Place, of: IpCidr) {
        if network(of) != of {
            let message =
                t!("{of} is an address in the network {}: write that, or the address alone", network(of));
            self.error(place, message);
        }
    }

    fn nat(&mut self, place: &Place, nat: &Nat) {
        let place = place.field("forwards");
        if nat.forwards.len() > FORWARDS_MAX {
            self.error(place.clone(), t!("a router forwards at most {FORWARDS_MAX} ports"));
        }
        let mut known = SortedSet::new();
        for (number, forward) in nat.forwards.iter().enumerate() {
            let place = place.index(number);
            if forward.port == 0 || forward.to_port == 0 {
                self.error(place.clone(), t!("ports go from 1 to 65535"));
            }
            if !known.insert((forward.transport, forward.port)) {
                self.error(place.clone(), t!("port {} is already forwarded: remove one", forward.port));
            }
            if !IpAddress::Ipv4(forward.to).is_unicast() {
                let message = t!("{} is not the address of one machine", forward.to);
                self.error(place.field("to"), message);
            }
        }
    }

    fn filter(&mut self, place: &Place, id: NodeId, filter: &Filter) {
        if filter.rules.len() > RULES_MAX {
            self.error(place.clone(), t!("a filter has at most {RULES_MAX} rules"));
        }
        for (number, rule) in filter.rules.iter().enumerate() {
            let place = match filter.otherwise {
                crate::defaults::OTHERWISE => place.index(number),
                _ => place.field("rules").index(number),
            };
            for (name, of) in [("from", rule.from), ("to", rule.to)] {
                if let Some(of) = of {
                    self.network(place.field(name), of);
                }
            }
            if let (Some(from), Some(to)) = (rule.from, rule.to)
                && version_of(from.address()) != version_of(to.address())
            {
                self.error(place.field("to"), t!("no packet goes from one IP version to the other"));
            }
            if let Some(ports) = &rule.to_ports {
                let place = place.field("ports");
                if *ports.start() == 0 || ports.start() > ports.end() {
                    self.error(place, t!("ports go from 1 to 65535, the lower one first"));
                } else if rule.protocol == Some(Protocol::Icmp) {
                    self.error(place, t!("ICMP has no ports: remove \"ports\", or write \"tcp\" or \"udp\""));
                }
            }
            self.named_port(place.field("in"), id, rule.port);
        }
    }

    /// The port that a rule or a route names.
    fn named_port(&mut self, place: Place, id: NodeId, port: Option<u32>) {
        let cables = self.ports[id.index()].len();
        if port.is_some_and(|port| port as usize >= cables) && self.unusable.links.is_empty() {
            let message = match (cables, place.steps().last()) {
                (0, Some(Step::Field(name))) => t!("this router has no cable: remove {}", quoted(name)),
                _ => t!(
                    "this router has {cables} cables, counted from 0: the last is {}",
                    cables.saturating_sub(1)
                ),
            };
            self.error(place, message);
        }
    }

    /// The checks that need a router's cables.
    pub(super) fn routers(&mut self) {
        let mut all: SortedMap<NodeId, Vec<&Interface<'s>>> = SortedMap::new();
        for interface in &self.lans.interfaces {
            all.entry(interface.node).or_default().push(interface);
        }
        for (id, interfaces) in all {
            if self.readable(id) {
                self.overlaps(&interfaces);
                self.without_address(&interfaces);
                self.next_hops(id, &interfaces);
            }
        }
    }

    /// No two interfaces of a router have the same network. Nested ones are no fault: the longest prefix decides (RFC 1812, 5.2.4.3).
    fn overlaps(&mut self, interfaces: &[&Interface<'s>]) {
        let mut known: SortedMap<IpCidr, usize> = SortedMap::new();
        for (number, interface) in interfaces.iter().enumerate() {
            for (place, cidr) in interface.addresses.iter().enumerate() {
                let here = network(*cidr);
                if is_link_local(&cidr.address()) {
                    continue;
                }
                let first = *known.entry(here).or_insert(number);
                if first != number {
                    let message = t!(
                        "this router has the network {here} elsewhere, too ({}), and sends packets for it there: take another network",
                        self.interface_place(interfaces[first])
                    );
                    let place = self.interface_place(interface).index(place);
                    self.problem(Kind::Overlap, Level::Error, place, message).nodes.push(interface.node);
                }
            }
        }
    }

    pub(super) fn interface_place(&self, interface: &Interface<'s>) -> Place {
        let place = self.port_place(interface.link.index(), interface.end);
        match interface.vlan {
            None => place.field("addresses"),
            Some(vlan) => place.field("vlans").field(&vlan.to_string()),
        }
    }

    fn without_address(&mut self, interfaces: &[&Interface<'s>]) {
        for interface in interfaces {
            let of_port =
                |other: &&&Interface<'s>| (other.link, other.end) == (interface.link, interface.end);
            let alone = interface.vlan.is_some() || interfaces.iter().filter(of_port).count() == 1;
            if interface.addresses.is_empty() && alone {
                let place = match interface.vlan {
                    None => self.port_place(interface.link.index(), interface.end),
                    Some(_) => self.interface_place(interface),
                };
                let message =
                    t!("this router has no address here: no host on this cable can send anything through it");
                self.problem(Kind::PortWithoutAddress, Level::Warning, place, message.to_owned())
                    .nodes
                    .push(interface.node);
            }
        }
    }

    /// The next hop of a route is in a network of the router.
    fn next_hops(&mut self, id: NodeId, interfaces: &[&Interface<'s>]) {
        let scenario = self.scenario;
        let netlab::topology::NodeKind::Router(config) = &scenario.topology.node(id).kind else { return };
        if !self.all_known() {
            return;
        }
        let networks = || interfaces.iter().flat_map(|interface| interface.addresses);
        let is_ipv6 = |cidr: &IpCidr| matches!(cidr, IpCidr::Ipv6(_));
        let speak_ipv6 =
            interfaces.iter().filter(|interface| interface.addresses.iter().any(is_ipv6)).count();
        for (number, route) in config.routes.iter().enumerate() {
            let near = networks().any(|cidr| cidr.contains_addr(&route.via));
            let own = networks().any(|cidr| cidr.address() == route.via);
            let message = match (near, own) {
                (_, true) => {
                    t!("{} is this router's own address: write that of the next one", route.via)
                }
                (false, _) if !is_link_local(&route.via) => t!(
                    "the next router, {}, is in none of this router's networks, so this route leads nowhere: write its address in \
                     one of them",
                    route.via
                ),
                _ if is_link_local(&route.via) && route.port.is_none() && speak_ipv6 > 1 => t!(
                    "{} may be at each of this router's {speak_ipv6} IPv6 networks, so this route leads nowhere: add the port, such as \
                     \"port\" with the id of the next router",
                    route.via
                ),
                _ => continue,
            };
            let place = self.node_place(id.index()).field("routes").index(number).field("via");
            self.problem(Kind::GatewayOutside, Level::Warning, place, message);
        }
        self.sides(id, config, interfaces);
    }
}
