//! What a new cable at a router brings along: an address for the port, on the network that is there; a network of its own for
//! a LAN that has the same numbers as another one; and for the hosts there the router as their gateway. Who
//! draws two LANs and puts a router between them has a network in which packets get through, and can read off it why.

use netlab::topology::{End, LinkId, NodeId, NodeKind, Port, Topology};
use smoltcp::wire::{IpAddress, IpCidr};
use wire::sorted::SortedSet;

/// A network, as numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Net {
    v4: bool,
    base: u128,
    prefix_len: u8,
}

impl Net {
    fn of(cidr: IpCidr) -> Self {
        let (v4, number) = match cidr.address() {
            IpAddress::Ipv4(address) => (true, u128::from(address.to_bits())),
            IpAddress::Ipv6(address) => (false, address.to_bits()),
        };
        let net = Self { v4, base: 0, prefix_len: cidr.prefix_len() };
        Self { base: number & !net.host_mask(), ..net }
    }

    /// `10.0.number.0/24` or `fd00:0:0:number::/64`.
    fn numbered(v4: bool, number: u8) -> Self {
        match v4 {
            true => Self { v4, base: (10 << 24) | u128::from(number) << 8, prefix_len: 24 },
            false => Self { v4, base: (0xfd00 << 112) | u128::from(number) << 64, prefix_len: 64 },
        }
    }

    fn host_mask(self) -> u128 {
        let width = if self.v4 { 32 } else { 128 };
        let bits = u32::from(width - self.prefix_len);
        if bits >= 128 { u128::MAX } else { (1 << bits) - 1 }
    }

    fn has(self, address: IpAddress) -> bool {
        Self::of(IpCidr::new(address, self.prefix_len)) == self
    }

    /// The address of this number in it.
    fn at(self, number: u128) -> IpCidr {
        let bits = self.base | (number & self.host_mask());
        let address = match self.v4 {
            true => IpAddress::Ipv4((bits as u32).into()),
            false => IpAddress::Ipv6(bits.into()),
        };
        IpCidr::new(address, self.prefix_len)
    }

    /// The address with the same number as this one.
    fn like(self, other: IpAddress) -> IpCidr {
        match other {
            IpAddress::Ipv4(address) => self.at(u128::from(address.to_bits())),
            IpAddress::Ipv6(address) => self.at(address.to_bits()),
        }
    }

    /// Routers' addresses are at the end, as people like to have it: 254, or the last before that which is free.
    fn free_for_a_router(self, taken: &SortedSet<IpAddress>) -> Option<IpCidr> {
        let last = self.host_mask().saturating_sub(u128::from(self.v4)).min(254);
        (1..=last).rev().map(|number| self.at(number)).find(|cidr| !taken.contains(&cidr.address()))
    }

    fn free_for_a_host(self, taken: &SortedSet<IpAddress>) -> Option<IpCidr> {
        let last = self.host_mask().saturating_sub(u128::from(self.v4)).min(4_094);
        (1..=last).map(|number| self.at(number)).find(|cidr| !taken.contains(&cidr.address()))
    }
}

/// Gives the new link's ports and the hosts that it brings together what they need.
pub fn settle(topology: &mut Topology, link: LinkId) {
    let ends = topology.link(link).ends;
    let routers = ends.map(|node| matches!(topology.node(node).kind, NodeKind::Router(_)));
    match routers {
        [true, true] => between_routers(topology, link),
        [true, false] => at_router(topology, link, End::First),
        [false, true] => at_router(topology, link, End::Second),
        [false, false] => {
            for node in ends {
                if topology.host(node).is_some() {
                    join(topology, node);
                }
            }
        }
    }
}

/// A cable from router to router is a network by itself.
fn between_routers(topology: &mut Topology, link: LinkId) {
    let Some(net) = fresh(topology, true) else { return };
    for (port, number) in topology.links[link.index()].ports.iter_mut().zip([1, 2]) {
        *port = Port::Router(router::Port { addresses: vec![net.at(number)], ..port.of_router() });
    }
}

fn at_router(topology: &mut Topology, link: LinkId, end: End) {
    let ends = topology.link(link).ends;
    let (router, other) = (ends[end.index()], ends[end.other().index()]);
    let lan = lan(topology, other);
    let elsewhere = networks_of_router(topology, router);
    let mut wanted: Vec<Net> = Vec::new();
    for v4 in [true, false] {
        let Some(usual) = usual(topology, &lan, v4) else { continue };
        // Two ports of one router on one network: the LAN gets another one.
        if elsewhere.contains(&usual) && routers_on(topology, &lan, link).is_empty() {
            let Some(net) = fresh(topology, v4) else { continue };
            for &host in &lan {
                renumber(topology, host, usual, net);
            }
            wanted.push(net);
        } else {
            wanted.push(usual);
        }
    }
    if wanted.is_empty() {
        wanted.extend(fresh(topology, true));
    }
    let taken = taken(topology);
    let gateways: Vec<IpAddress> =
        lan.iter().filter_map(|&host| topology.host(host)).flat_map(|host| host.gateways.clone()).collect();
    let own = wanted.iter().filter_map(|net| {
        // Hosts that expect a router somewhere find it there.
        let expected =
            gateways.iter().copied().find(|gateway| net.has(*gateway) && !owned(topology, *gateway));
        expected.map(|address| net.like(address)).or_else(|| net.free_for_a_router(&taken))
    });
    let addresses: Vec<IpCidr> = own.collect();
    let port = &mut topology.links[link.index()].ports[end.index()];
    *port = Port::Router(router::Port { addresses: addresses.clone(), ..port.of_router() });
    for host in lan {
        point(topology, host, &addresses);
    }
}

/// A host that comes to a LAN with a router gets an address there, if it has none yet, and the router as gateway.
fn join(topology: &mut Topology, host: NodeId) {
    let lan = lan(topology, host);
    let routers = routers_on(topology, &lan, LinkId(u32::MAX));
    for v4 in [true, false] {
        let nets: Vec<Net> = routers.iter().copied().map(Net::of).filter(|net| net.v4 == v4).collect();
        let Some(&net) = nets.first() else { continue };
        let taken = taken(topology);
        let NodeKind::Host(config) = &mut topology.nodes[host.index()].kind else { return };
        let mut of_version =
            config.addresses.iter_mut().filter(|cidr| matches!(cidr.address(), IpAddress::Ipv4(_)) == v4);
        // One address that fits nowhere here is what it was given when it was added.
        if let (Some(address), None) = (of_version.next(), of_version.next())
            && !nets.iter().any(|net| net.has(address.address()))
            && let Some(free) = net.free_for_a_host(&taken)
        {
            *address = free;
            config.gateways.retain(|gateway| matches!(gateway, IpAddress::Ipv4(_)) != v4);
        }
    }
    point(topology, host, &routers);
}

/// The hosts that hear this node's broadcasts, itself among them if it is one, and the hubs and switches between. VLANs are
/// ignored: a link that was just drawn has none.
fn lan(topology: &Topology, from: NodeId) -> Vec<NodeId> {
    let mut found = vec![from];
    let mut seen = vec![false; topology.nodes.len()];
    seen[from.index()] = true;
    let mut next = 0;
    while let Some(&node) = found.get(next) {
        next += 1;
        for link in topology.links.iter().filter(|link| link.ends.contains(&node)) {
            for end in link.ends {
                let passes = !matches!(topology.node(end).kind, NodeKind::Router(_));
                if passes && !std::mem::replace(&mut seen[end.index()], true) {
                    found.push(end);
                }
            }
        }
    }
    found
}

/// The addresses of routers' ports on this LAN, but for this link.
fn routers_on(topology: &Topology, lan: &[NodeId], besides: LinkId) -> Vec<IpCidr> {
    let links = topology.links.iter().enumerate().filter(|(number, _)| *number != besides.index());
    let ports = links.flat_map(|(_, link)| {
        let ends = End::BOTH.into_iter().filter(|end| lan.contains(&link.ends[end.other().index()]));
        ends.map(|end| &link.ports[end.index()])
    });
    ports.filter_map(addresses_of).flatten().copied().collect()
}

fn addresses_of(port: &Port) -> Option<&Vec<IpCidr>> {
    match port {
        Port::Router(port) => Some(&port.addresses),
        Port::Plain | Port::Switch(_) => None,
    }
}

fn networks_of_router(topology: &Topology, router: NodeId) -> SortedSet<Net> {
    let ends = topology.links.iter().flat_map(|link| link.ends.iter().zip(&link.ports));
    let own = ends.filter(|(node, _)| **node == router).filter_map(|(_, port)| addresses_of(port));
    own.flatten().copied().map(Net::of).collect()
}

/// The network of most hosts there, or of the router that is there.
fn usual(topology: &Topology, lan: &[NodeId], v4: bool) -> Option<Net> {
    let hosts = lan.iter().filter_map(|&host| topology.host(host)).flat_map(|host| host.addresses.clone());
    let routers = routers_on(topology, lan, LinkId(u32::MAX));
    let nets: Vec<Net> = hosts.chain(routers).map(Net::of).filter(|net| net.v4 == v4).collect();
    let count = |net: &Net| nets.iter().filter(|other| *other == net).count();
    // The first of those that are equally common.
    nets.iter().rev().copied().max_by_key(count)
}

/// A network in which no address is taken.
fn fresh(topology: &Topology, v4: bool) -> Option<Net> {
    let used: SortedSet<Net> = all_addresses(topology).map(Net::of).collect();
    (0..=u8::MAX).map(|number| Net::numbered(v4, number)).find(|net| !used.contains(net))
}

fn all_addresses(topology: &Topology) -> impl Iterator<Item = IpCidr> + '_ {
    let hosts = topology.node_ids().filter_map(|id| topology.host(id)).flat_map(|host| &host.addresses);
    let ports = topology.links.iter().flat_map(|link| &link.ports).filter_map(addresses_of).flatten();
    hosts.chain(ports).copied()
}

fn owned(topology: &Topology, address: IpAddress) -> bool {
    all_addresses(topology).any(|cidr| cidr.address() == address)
}

/// Addresses that are in use: those of all nodes, and those of gateways.
fn taken(topology: &Topology) -> SortedSet<IpAddress> {
    let hosts = topology.node_ids().filter_map(|id| topology.host(id));
    let gateways = hosts.flat_map(|host| host.gateways.iter().copied());
    all_addresses(topology).map(|cidr| cidr.address()).chain(gateways).collect()
}

fn renumber(topology: &mut Topology, host: NodeId, from: Net, to: Net) {
    if let NodeKind::Host(config) = &mut topology.nodes[host.index()].kind {
        for cidr in config.addresses.iter_mut().filter(|cidr| Net::of(**cidr) == from) {
            *cidr = to.like(cidr.address());
        }
        config.gateways.retain(|gateway| !from.has(*gateway));
    }
}

/// Makes the first of these routers that a host can reach its gateway, if it has none.
fn point(topology: &mut Topology, host: NodeId, routers: &[IpCidr]) {
    let NodeKind::Host(config) = &mut topology.nodes[host.index()].kind else { return };
    for v4 in [true, false] {
        let is_of = |address: &IpAddress| matches!(address, IpAddress::Ipv4(_)) == v4;
        if config.gateways.iter().any(is_of) {
            continue;
        }
        let reached = |router: &&IpCidr| {
            is_of(&router.address()) && config.addresses.iter().any(|own| Net::of(*own).has(router.address()))
        };
        if let Some(router) = routers.iter().find(reached) {
            config.gateways.push(router.address());
        }
    }
}
