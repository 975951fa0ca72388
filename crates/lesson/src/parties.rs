//! Who is who in a world: the addresses of nodes, and the neighbors at their ports.

use crate::goal::Station;
use netlab::World;
use netlab::topology::{Direction, End, LinkId, NodeId, NodeKind};
use smoltcp::wire::{EthernetAddress, IpAddress};
use wire::PortId;

/// Whether a node has this IP address, configured or got from others.
pub(crate) fn has_address(world: &World, node: NodeId, address: IpAddress) -> bool {
    let topology = world.topology();
    match &topology.node(node).kind {
        NodeKind::Host(config) => {
            config.addresses_of_stack(node).any(|cidr| cidr.address() == address)
                || world
                    .history()
                    .node_at(node, world.now())
                    .addresses
                    .iter()
                    .any(|(cidr, _)| cidr.address() == address)
        }
        NodeKind::Router(_) => ports_of(world, node).any(|(_, direction)| {
            let port = topology.link(direction.link).ports[direction.from.index()].of_router();
            let tagged = port.vlans.iter().flat_map(|(_, addresses)| addresses);
            port.addresses.iter().chain(tagged).any(|cidr| cidr.address() == address)
        }),
        NodeKind::Hub | NodeKind::Switch(_) => false,
    }
}

/// Whether a MAC address is that of a node, or the one that is meant.
pub(crate) fn is_station(world: &World, station: Station, mac: EthernetAddress) -> bool {
    match station {
        Station::Address(address) => address == mac,
        Station::Node(node) => has_mac(world, node, mac),
    }
}

/// Whether a node has this MAC address.
pub(crate) fn has_mac(world: &World, node: NodeId, mac: EthernetAddress) -> bool {
    let topology = world.topology();
    match &topology.node(node).kind {
        NodeKind::Host(config) => config.mac(node) == mac,
        NodeKind::Router(_) => ports_of(world, node).any(|(port, direction)| {
            let settings = topology.link(direction.link).ports[direction.from.index()].of_router();
            settings.mac.unwrap_or(node.router_mac(port)) == mac
        }),
        NodeKind::Switch(config) => config.mac.unwrap_or(node.bridge_mac()) == mac,
        NodeKind::Hub => false,
    }
}

/// The ports of a node, as the directions that they send into.
pub(crate) fn ports_of(world: &World, node: NodeId) -> impl Iterator<Item = (PortId, Direction)> {
    let links = world.topology().links.iter().enumerate();
    let directions = links.filter_map(move |(number, link)| {
        let end = End::BOTH.into_iter().find(|end| link.ends[end.index()] == node)?;
        Some(Direction { link: LinkId(number as u32), from: end })
    });
    directions.enumerate().map(|(number, direction)| (PortId(number as u32), direction))
}

/// The node at the other end of the cable at a port.
pub(crate) fn neighbor_at(world: &World, node: NodeId, port: PortId) -> Option<NodeId> {
    let (_, direction) = ports_of(world, node).find(|(number, _)| *number == port)?;
    Some(world.topology().receiver(direction))
}
