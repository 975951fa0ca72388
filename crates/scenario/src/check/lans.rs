//! What is allowed, but probably not meant: hosts on one LAN whose addresses do not match.

use super::Check;
use crate::addresses::NETWORKS_MAX;
use crate::fault::{Level, Place};
use crate::ip::{is_link_local, network, version_of};
use crate::problem::Kind;
use crate::quantity::quoted;
use netlab::topology::{NodeId, NodeKind};
use smoltcp::wire::{IpAddress, IpCidr};
use texts::t;
use wire::sorted::sort_by;

/// A network and its hosts.
type Members = (IpCidr, Vec<(NodeId, IpCidr)>);

impl<'s> Check<'s> {
    pub(super) fn lans(&mut self) {
        self.vlans();
        self.split_vlans();
        self.ports_off();
        self.mtus();
        self.too_far();
        self.swapped_sides();
        let topology = &self.scenario.topology;
        let mut hosts = vec![Vec::new(); self.lans.count_max()];
        for id in topology.node_ids().filter(|id| topology.host(*id).is_some()) {
            hosts[self.lans.of(id)].push(id);
        }
        for (lan, hosts) in hosts.iter().enumerate().filter(|(_, hosts)| !hosts.is_empty()) {
            match hosts[..] {
                [alone] if self.is_alone(alone, lan) => {
                    let message = t!(
                        "no other host is in the part of the network where {} is: connect it with one",
                        self.name(alone)
                    );
                    self.problem(Kind::Alone, Level::Warning, self.node_place(alone.index()), message);
                }
                _ => {}
            }
            self.unknown_gateways(lan, hosts);
            self.networks(lan, hosts);
            self.without_advertiser(lan, hosts);
            #[cfg(feature = "services")]
            self.dhcp_servers(lan, hosts);
        }
        self.unknown_next_hops();
        #[cfg(feature = "services")]
        self.names();
    }

    /// Whether a host has a cable, but nothing on its LAN, and no problem names yet what cuts it off.
    fn is_alone(&self, host: NodeId, lan: usize) -> bool {
        let cut_off = self.found.iter().any(|problem| match problem.kind {
            Kind::TrunkList { vlan } => self.vlan_of(host) == Some(vlan),
            Kind::VlanMismatch => problem.nodes.contains(&host),
            _ => false,
        });
        !self.ports[host.index()].is_empty() && self.lans.routers(lan).next().is_none() && !cut_off
    }

    pub(super) fn name(&self, node: NodeId) -> String {
        quoted(self.scenario.id(node))
    }

    fn unknown_gateways(&mut self, lan: usize, hosts: &[NodeId]) {
        for &id in hosts {
            for gateway in self.addresses_and_gateways(id, lan).1 {
                if !self.is_near(id, lan, *gateway) || is_link_local(gateway) {
                    continue;
                }
                let message = match self.owners.all(*gateway) {
                    [] => t!(
                        "no node here has the address of the gateway, {gateway}: packets for other networks are lost"
                    ),
                    [first, ..] if self.owners.on(*gateway, lan).next().is_none() && self.is_settled() => {
                        t!(
                            "the gateway, {gateway}, is {} on another LAN: packets for other networks are lost",
                            self.name(first.node)
                        )
                    }
                    _ => continue,
                };
                let place = self.node_place(id.index()).field("gateway");
                self.problem(Kind::UnknownGateway, Level::Warning, place, message);
            }
        }
    }

    /// Next hops that are in a network here, but are no node's address.
    fn unknown_next_hops(&mut self) {
        let scenario = self.scenario;
        for id in scenario.topology.node_ids() {
            let NodeKind::Router(config) = &scenario.topology.node(id).kind else { continue };
            for (number, route) in config.routes.iter().enumerate() {
                let near = |cidr: &IpCidr| cidr.contains_addr(&route.via);
                let networks = self.lans.interfaces_of(id).filter(|of| of.addresses.iter().any(near));
                let mut lans = networks.map(|of| of.lan).peekable();
                let owners = self.owners.all(route.via);
                let there = lans.peek().is_none() || lans.any(|lan| owners.iter().any(|of| of.lan == lan));
                if !there && (owners.is_empty() || self.is_settled()) && !is_link_local(&route.via) {
                    let message = match owners {
                        [] => t!(
                            "no node here has the address of the next router, {}: packets on this route are lost",
                            route.via
                        ),
                        [first, ..] => t!(
                            "the next router, {}, is {} on another LAN: packets on this route are lost",
                            route.via,
                            self.name(first.node)
                        ),
                    };
                    let place = self.node_place(id.index()).field("routes").index(number).field("via");
                    self.problem(Kind::UnknownGateway, Level::Warning, place, message);
                }
            }
        }
    }

    /// Hosts that wait for a router to advertise a network from which they can form an address: one of 64 bits (RFC 4862, 5.5.3).
    fn without_advertiser(&mut self, lan: usize, hosts: &[NodeId]) {
        let all = self.lans.routers(lan).filter(|of| of.port.is_some_and(|port| port.advertise));
        let networks = all.flat_map(|of| of.addresses.iter().copied());
        let networks: Vec<_> = networks
            .filter(|cidr| matches!(cidr, IpCidr::Ipv6(_)) && !is_link_local(&cidr.address()))
            .take(NETWORKS_MAX)
            .collect();
        if networks.iter().any(|cidr| cidr.prefix_len() == 64) {
            return;
        }
        for &id in hosts {
            if self.scenario.topology.host(id).is_some_and(|host| host.slaac) {
                let message = match networks.first() {
                    None => t!(
                        "{} waits for a router to advertise an IPv6 network, but none on its LAN does: give a router's port there an \
                         IPv6 address",
                        self.name(id)
                    ),
                    Some(cidr) => t!(
                        "{} forms no address from {}, which the router advertises: hosts form addresses from networks of 64 bits \
                         only (RFC 4862, 5.5.3); take a /64",
                        self.name(id),
                        network(*cidr)
                    ),
                };
                let place = self.node_place(id.index()).field("slaac");
                self.problem(Kind::NoAdvertiser, Level::Warning, place, message);
            }
        }
    }

    /// The gateways of a host; a router has none.
    fn addresses_and_gateways(&self, id: NodeId, lan: usize) -> (Vec<IpCidr>, &'s [IpAddress]) {
        match self.scenario.topology.host(id) {
            Some(host) => (host.addresses.clone(), &host.gateways),
            None => {
                let here = self.lans.routers(lan).filter(|interface| interface.node == id);
                (here.flat_map(|interface| interface.addresses).take(NETWORKS_MAX).copied().collect(), &[])
            }
        }
    }

    /// Whether a machine regards an address as one of its LAN.
    fn is_near(&self, id: NodeId, lan: usize, address: IpAddress) -> bool {
        self.addresses_and_gateways(id, lan).0.iter().any(|cidr| cidr.contains_addr(&address))
    }

    fn networks(&mut self, lan: usize, hosts: &[NodeId]) {
        let mut members: Vec<Members> = Vec::new();
        let mut routers: Vec<_> = self.lans.routers(lan).map(|interface| interface.node).collect();
        sort_by(&mut routers, Ord::cmp);
        routers.dedup();
        let mut routed: Vec<IpCidr> = Vec::new();
        for &id in routers.iter().chain(hosts) {
            for cidr in self.addresses_and_gateways(id, lan).0 {
                let network = network(cidr);
                match members.iter().position(|(known, _)| *known == network) {
                    Some(at) => members[at].1.push((id, cidr)),
                    None if members.len() < NETWORKS_MAX && !is_link_local(&cidr.address()) => {
                        members.push((network, vec![(id, cidr)]));
                        routed.extend(routers.contains(&id).then_some(network));
                    }
                    None => {}
                }
            }
        }
        for wide in &members {
            for narrow in &members {
                self.prefixes(lan, wide, narrow);
            }
            // Each is compared with the largest only, or with a router's, so that each exception is reported once.
            let same_version = members
                .iter()
                .filter(|(other, _)| version_of(other.address()) == version_of(wide.0.address()));
            let main = same_version.rev().max_by_key(|(of, members)| (routed.contains(of), members.len()));
            if let Some(main) = main.filter(|main| main.0 != wide.0) {
                self.apart(lan, main, wide);
            }
        }
    }

    /// The place of a machine's addresses on this LAN.
    fn addresses_place(&self, id: NodeId, lan: usize) -> Place {
        let mut routers = self.lans.routers(lan);
        match routers.find(|interface| interface.node == id) {
            Some(interface) => self.interface_place(interface),
            None => self.node_place(id.index()).field("addresses"),
        }
    }

    fn prefixes(&mut self, lan: usize, (wide, wide_members): &Members, (narrow, narrow_members): &Members) {
        if wide.prefix_len() >= narrow.prefix_len() || !wide.contains_subnet(narrow) {
            return;
        }
        let (one, near) = narrow_members[0];
        let own = self.addresses_and_gateways(one, lan).0;
        let is_near = |of: &IpCidr| own.iter().any(|cidr| cidr.contains_addr(&of.address()));
        let stranger = wide_members.iter().find(|(_, cidr)| !is_near(cidr));
        if let Some(&(other, far)) = stranger {
            let gateways = self.addresses_and_gateways(one, lan).1;
            let is_router = self.scenario.topology.host(one).is_none();
            let detour = gateways.iter().find(|gateway| version_of(**gateway) == version_of(far.address()));
            let what = match detour {
                _ if is_router => t!("has to know a route to it").to_owned(),
                Some(gateway) => {
                    t!("sends its packets for it to its gateway, {gateway}, which has to send them back")
                }
                None => t!("has no gateway, so it can send it nothing, not even answers").to_owned(),
            };
            let message = t!(
                "{one} ({near}) does not take {other} ({far}) for a neighbor, but {other} takes {one} for one: {one} {what}; give both \
                 the same prefix length",
                one = self.name(one),
                other = self.name(other)
            );
            let kind = Kind::PrefixMismatch { narrow: *narrow, prefix_len: wide.prefix_len() };
            let problem = self.problem(kind, Level::Warning, self.addresses_place(one, lan), message);
            if problem.nodes.is_empty() {
                problem.nodes.push(one);
            }
            problem.nodes.push(other);
        }
    }

    fn apart(&mut self, lan: usize, (main, main_members): &Members, (odd, odd_members): &Members) {
        if main.contains_subnet(odd) || odd.contains_subnet(main) {
            return;
        }
        let (other, far) = main_members[0];
        let far_addresses = self.addresses_and_gateways(other, lan).0;
        let stranger = odd_members.iter().find(|(one, _)| {
            let [a, b] = [*one, other].map(|id| {
                (self.addresses_and_gateways(id, lan).1, self.scenario.topology.host(id).is_none())
            });
            let version = |gateway: &&IpAddress| version_of(**gateway) == version_of(main.address());
            let knows_way = |(gateways, is_router): (&[IpAddress], bool)| {
                is_router || gateways.iter().any(|gateway| version(&gateway))
            };
            let routed = knows_way(a) && knows_way(b);
            !routed && !far_addresses.iter().any(|cidr| self.is_near(*one, lan, cidr.address()))
        });
        if let Some(&(one, near)) = stranger {
            let message = t!(
                "{one} ({near}) and {other} ({far}) are on one LAN but in different networks, and without gateways they \
                 cannot talk to each other: give them addresses of one network",
                one = self.name(one),
                other = self.name(other)
            );
            let kind = Kind::SeparateNetworks { odd: *odd, main: *main };
            let problem = self.problem(kind, Level::Warning, self.addresses_place(one, lan), message);
            if problem.nodes.is_empty() {
                problem.nodes.push(one);
            }
            problem.nodes.push(other);
        }
    }
}
