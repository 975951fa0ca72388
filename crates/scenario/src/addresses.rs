//! Addresses that a person need not think of: what a host would be called by who built its LAN.

use crate::check::{is_link_local, segments, unusable_address};
use crate::version_of;
use netlab::run::IpVersion;
use netlab::topology::{ADDRESSES_MAX, HostConfig, NodeId, Topology};
use smoltcp::wire::{IpAddress, IpCidr};

/// More networks of one LAN are not compared with each other: people have two or three, and comparing costs.
pub(crate) const NETWORKS_MAX: usize = 64;

/// The addresses that a host at this place should have: one of each IP version that is usual on the LAN of node `at` (a host
/// that was just connected, or the switch that it will be connected to), IPv4 where nothing is. `at: None`, or a node with
/// nobody around it, is a host without a cable: it gets what is usual in the whole topology. Empty if no address is left.
pub fn free_addresses(topology: &Topology, at: Option<NodeId>) -> Vec<IpCidr> {
    let around = around(topology, at);
    let has = |version| usual_network(&around, version).is_some();
    let versions =
        [(IpVersion::V4, has(IpVersion::V4) || !has(IpVersion::V6)), (IpVersion::V6, has(IpVersion::V6))];
    let wanted = versions.into_iter().filter(|(_, wanted)| *wanted);
    wanted.filter_map(|(version, _)| free_address(topology, at, version)).collect()
}

/// The first free address of the network that is usual around node `at` (see [`free_addresses`]): not an address of any host,
/// nor anybody's gateway. Where no network is usual, 10.0.0.1/24 or fd00::1/64, or the next. `None` if the network is full.
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
        let all = around.iter().flat_map(|host| &host.gateways).filter(|gateway| version.is_of(gateway));
        most_common(&mut all.map(|gateway| IpCidr::new(*gateway, 1)))
    };
    [IpVersion::V4, IpVersion::V6].into_iter().filter_map(usual).map(|cidr| cidr.address()).collect()
}

/// The network that an address is in.
pub(crate) fn network(cidr: IpCidr) -> IpCidr {
    let mut kept = cidr.prefix_len();
    let mut mask = |octet: &mut u8| {
        *octet &= !0xffu8.checked_shr(kept.into()).unwrap_or(0);
        kept = kept.saturating_sub(8);
    };
    let address = match cidr.address() {
        IpAddress::Ipv4(address) => {
            let mut octets = address.octets();
            octets.iter_mut().for_each(&mut mask);
            IpAddress::Ipv4(octets.into())
        }
        IpAddress::Ipv6(address) => {
            let mut octets = address.octets();
            octets.iter_mut().for_each(&mut mask);
            IpAddress::Ipv6(octets.into())
        }
    };
    IpCidr::new(address, cidr.prefix_len())
}

/// The first address of this network that nobody has and a host can have.
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
    let mut taken = vec![false; topology.nodes.len() * (ADDRESSES_MAX + 2) + 1];
    for host in topology.node_ids().filter_map(|id| topology.host(id)) {
        for other in host.addresses.iter().map(IpCidr::address).chain(host.gateways.iter().copied()) {
            let number = low(other).wrapping_sub(low(base));
            if with_low(base, low(other)) == other
                && let Some(taken) = taken.get_mut(number.wrapping_sub(first) as usize)
            {
                *taken = true;
            }
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

/// The other hosts on the LAN of a node; all hosts, if none of these has an address.
fn around(topology: &Topology, at: Option<NodeId>) -> Vec<&HostConfig> {
    let segments = segments(topology);
    let others = |near: bool| {
        let ids = topology.node_ids().filter(move |id| Some(*id) != at);
        let segments = &segments;
        let near = ids.filter(move |id| !near || at.is_some_and(|at| segments.same(at.index(), id.index())));
        near.filter_map(|id| topology.host(id)).collect::<Vec<_>>()
    };
    let near = others(true);
    if near.iter().any(|host| !host.addresses.is_empty()) { near } else { others(false) }
}

fn usual_network(hosts: &[&HostConfig], version: IpVersion) -> Option<IpCidr> {
    let all = hosts.iter().flat_map(|host| host.addresses.iter());
    let fitting = all.filter(|cidr| version_of(cidr.address()) == version && !is_link_local(&cidr.address()));
    most_common(&mut fitting.copied().map(network))
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
