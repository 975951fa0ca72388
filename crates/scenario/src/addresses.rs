//! Suggested addresses: those that fit what is usual on a host's LAN.

use crate::ip::{is_link_local, network, unusable_address};
use crate::lans::{Lans, neighbors};
use netlab::run::IpVersion;
use netlab::topology::{HostConfig, LinkId, NodeId, NodeKind, Port, Topology};
use smoltcp::wire::{IpAddress, IpCidr};
use std::collections::VecDeque;

/// More networks of one LAN are not compared with each other: people have two or three, and comparing costs.
pub(crate) const NETWORKS_MAX: usize = 64;

/// The addresses that a host at this place should have: one of each IP version that is usual on the LAN of node `at` (a host
/// that was just connected, or the switch that it will be connected to), IPv4 where nothing is. `at: None`, or a node with
/// without other nodes on its LAN, is a host without a cable: it gets what is usual in the whole topology. Empty if no address is left.
pub fn free_addresses(topology: &Topology, at: Option<NodeId>) -> Vec<IpCidr> {
    let around = around(topology, at);
    let has = |version| usual_network(&around, version).is_some();
    let versions =
        [(IpVersion::V4, has(IpVersion::V4) || !has(IpVersion::V6)), (IpVersion::V6, has(IpVersion::V6))];
    let wanted = versions.into_iter().filter(|(_, wanted)| *wanted);
    wanted.filter_map(|(version, _)| free_address(topology, at, version)).collect()
}

/// The first free address of the network that is usual around node `at` (see [`free_addresses`]): not an address of any host,
/// nor a gateway of any. Where no network is usual, 10.0.0.1/24 or fd00::1/64, or the next. `None` if the network is full.
pub fn free_address(topology: &Topology, at: Option<NodeId>, version: IpVersion) -> Option<IpCidr> {
    if let Some(usual) = usual_network(&around(topology, at), version) {
        return free_in(topology, usual);
    }
    let nets: u8 = 255;
    (0..=nets).find_map(|net| {
        free_in(
            topology,
            match version {
                IpVersion::V4 => IpCidr::new(IpAddress::v4(10, 0, net, 0), 24),
                IpVersion::V6 => IpCidr::new(IpAddress::v6(0xfd00, 0, 0, u16::from(net), 0, 0, 0, 0), 64),
            },
        )
    })
}

/// The gateways that are usual on the LAN of node `at`, at most one for each IP version.
pub fn usual_gateways(topology: &Topology, at: Option<NodeId>) -> Vec<IpAddress> {
    let around = around(topology, at);
    let usual = |version: IpVersion| {
        let usual = usual_network(&around, version);
        let mut routers = around.networks.iter().filter(|cidr| Some(network(**cidr)) == usual);
        if let Some(router) = routers.next() {
            return Some(*router);
        }
        let all =
            around.hosts.iter().flat_map(|host| &host.gateways).filter(|gateway| version.is_of(gateway));
        most_common(&mut all.map(|gateway| IpCidr::new(*gateway, 1)))
    };
    [IpVersion::V4, IpVersion::V6].into_iter().filter_map(usual).map(|cidr| cidr.address()).collect()
}

/// The first address of this network that no node has and a host can have.
pub(crate) fn free_in(topology: &Topology, of: IpCidr) -> Option<IpCidr> {
    let base = network(of).address();
    let width = if matches!(base, IpAddress::Ipv4(_)) { 32 } else { 128 };
    // Numbers of 32 bits are more than enough, in whatever network.
    let last = match width - of.prefix_len() {
        0 => return None,
        host_bits => u32::MAX >> (32 - host_bits.min(32)),
    };
    // The first and the last of an IPv4 network are not for hosts, nor is the first of an IPv6 network.
    let [first, last] = match (width, last) {
        (32, 1) => [0, 1],
        (32, _) => [1, last - 1],
        _ => [1, last],
    };
    // One of the first is free, if they are one more than all that are taken.
    let hosts = || {
        topology.nodes.iter().filter_map(|node| match &node.kind {
            NodeKind::Host(host) => Some(host),
            NodeKind::Hub | NodeKind::Switch(_) | NodeKind::Router(_) => None,
        })
    };
    let hosts = || {
        hosts()
            .flat_map(|host| host.addresses.iter().map(IpCidr::address).chain(host.gateways.iter().copied()))
    };
    let ports = || {
        topology.links.iter().flat_map(|link| &link.ports).filter_map(|port| match port {
            Port::Router(port) => Some(port),
            Port::Plain | Port::Switch(_) => None,
        })
    };
    let routers = || {
        ports().flat_map(|port| port.vlans.iter().map(|(_, list)| list).chain([&port.addresses]).flatten())
    };
    let all = || hosts().chain(routers().map(IpCidr::address));
    let mut taken = vec![false; all().count() + 1];
    for other in all() {
        let number = low(other).wrapping_sub(low(base));
        if with_low(base, low(other)) == other
            && let Some(taken) = taken.get_mut(number.wrapping_sub(first) as usize)
        {
            *taken = true;
        }
    }
    let number = first + taken.iter().position(|taken| !taken)? as u32;
    let free = IpCidr::new(with_low(base, low(base).wrapping_add(number)), of.prefix_len());
    (number <= last && unusable_address(free).is_none()).then_some(free)
}

/// The last 32 bits.
fn low(address: IpAddress) -> u32 {
    match address {
        IpAddress::Ipv4(address) => address.to_bits(),
        IpAddress::Ipv6(address) => {
            let [.., a, b] = address.segments();
            u32::from(a) << 16 | u32::from(b)
        }
    }
}

/// The address with other last 32 bits.
fn with_low(address: IpAddress, low: u32) -> IpAddress {
    match address {
        IpAddress::Ipv4(_) => IpAddress::Ipv4(low.into()),
        IpAddress::Ipv6(address) => {
            let [a, b, c, d, e, f, ..] = address.segments();
            IpAddress::v6(a, b, c, d, e, f, (low >> 16) as u16, low as u16)
        }
    }
}

/// The hosts and router ports on a LAN, whose addresses show what is usual there.
struct Around<'t> {
    hosts: Vec<&'t HostConfig>,
    /// The networks of router ports, which come before what hosts have.
    networks: Vec<IpCidr>,
}

/// The other nodes on the LAN of a node; if none of them has an address, all nodes.
fn around(topology: &Topology, at: Option<NodeId>) -> Around<'_> {
    let lans = Lans::new(topology);
    let others = |near: bool| {
        let lan = at.map(|at| lans.of(at));
        let here = |other: usize| !near || lan == Some(other);
        let ids = topology.node_ids().filter(|id| Some(*id) != at && here(lans.of(*id)));
        let hosts = ids.filter_map(|id| topology.host(id)).collect();
        let interfaces = lans.interfaces.iter().filter(|interface| here(interface.lan));
        let networks = interfaces.flat_map(|interface| interface.addresses).copied().collect();
        Around { hosts, networks }
    };
    let near = others(true);
    let known = !near.networks.is_empty() || near.hosts.iter().any(|host| !host.addresses.is_empty());
    if known { near } else { others(false) }
}

fn usual_network(around: &Around<'_>, version: IpVersion) -> Option<IpCidr> {
    let fits = |cidr: &&IpCidr| version.is_of(&cidr.address()) && !is_link_local(&cidr.address());
    let hosts = around.hosts.iter().flat_map(|host| &host.addresses).filter(fits).copied().map(network);
    let usual = most_common(&mut hosts.filter(|usual| {
        let mut routers = around.networks.iter().filter(fits).copied().map(network).peekable();
        routers.peek().is_none() || routers.any(|of| of == *usual)
    }));
    usual.or_else(|| around.networks.iter().find(fits).copied().map(network))
}

/// The address of a router that is nearest to a host: on a network of the host's, else at the cable that leads there, else any;
/// of this IP version if one is asked for, else IPv4 if both have it. `None` if there is none.
pub fn router_address(
    topology: &Topology,
    from: NodeId,
    router: NodeId,
    version: Option<IpVersion>,
) -> Option<IpAddress> {
    let host = topology.host(from)?;
    let lans = Lans::new(topology);
    let all = lans.interfaces_of(router);
    let all: Vec<_> = all.flat_map(|of| of.addresses.iter().map(|cidr| (of.link, cidr.address()))).collect();
    let has = |version: IpVersion| {
        let own = host.addresses.iter().any(|cidr| version.is_of(&cidr.address()));
        own || host.learns(version == IpVersion::V6)
    };
    let wanted = |of: &IpVersion| version.is_none_or(|version| version == *of) && has(*of);
    let arrival = cable_towards(topology, from, router);
    [IpVersion::V4, IpVersion::V6].into_iter().filter(wanted).find_map(|version| {
        let fits = |address: &IpAddress| version.is_of(address) && !is_link_local(address);
        let of: Vec<_> = all.iter().filter(|(_, address)| fits(address)).collect();
        let near = |address| host.addresses.iter().any(|cidr| cidr.contains_addr(address));
        let near = of.iter().find(|(_, address)| near(address));
        let near = near.or_else(|| of.iter().find(|(link, _)| Some(*link) == arrival));
        near.or(of.first()).map(|(_, address)| *address)
    })
}

/// The last cable of a shortest way from here to there.
fn cable_towards(topology: &Topology, from: NodeId, to: NodeId) -> Option<LinkId> {
    let neighbors = neighbors(topology);
    let mut seen = vec![false; topology.nodes.len()];
    let mut queue = VecDeque::from([from]);
    while let Some(node) = queue.pop_front() {
        for &(next, link) in &neighbors[node.index()] {
            if next == to {
                return Some(link);
            }
            if !std::mem::replace(&mut seen[next.index()], true) {
                queue.push_back(next);
            }
        }
    }
    None
}

/// The first, if several are equally common.
fn most_common(all: &mut dyn Iterator<Item = IpCidr>) -> Option<IpCidr> {
    let mut counts: Vec<(IpCidr, usize)> = Vec::new();
    for one in all {
        match counts.iter().position(|(known, _)| *known == one) {
            Some(at) => counts[at].1 += 1,
            None if counts.len() < NETWORKS_MAX => counts.push((one, 1)),
            None => {}
        }
    }
    counts.into_iter().rev().max_by_key(|(_, count)| *count).map(|(one, _)| one)
}
