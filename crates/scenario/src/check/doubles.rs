//! Addresses that two machines have.

use super::Check;
use crate::fault::{Level, Place};
use crate::ip::is_link_local;
use crate::problem::Kind;
use crate::quantity::{quoted, show_mac};
use netlab::topology::{End, NodeId, NodeKind, Port};
use smoltcp::wire::{EthernetAddress, IpAddress};
use wire::PortId;
use wire::sorted::SortedMap;

impl<'s> Check<'s> {
    /// Routers come first: where a host has the address of a router, the host is reported.
    pub(super) fn doubles(&mut self) {
        let (scenario, lans) = (self.scenario, self.lans);
        // The same link-local address may be used on another LAN.
        let key = |address: IpAddress, lan| (address, is_link_local(&address).then_some(lan));
        let mut addresses: SortedMap<(IpAddress, Option<usize>), (NodeId, Place)> = SortedMap::new();
        for interface in &lans.interfaces {
            let place = self.port_place(interface.link.index(), interface.end);
            let place = match interface.vlan {
                None => place.field("addresses"),
                Some(vlan) => place.field("vlans").field(&vlan.to_string()),
            };
            for (number, cidr) in interface.addresses.iter().enumerate() {
                let here = (interface.node, place.index(number));
                self.double_address(&mut addresses, key(cidr.address(), interface.lan), here);
            }
        }
        for id in scenario.topology.node_ids() {
            let Some(host) = scenario.topology.host(id) else { continue };
            let place = self.node_place(id.index()).field("addresses");
            for (number, cidr) in host.addresses.iter().enumerate() {
                let here = (id, place.index(number));
                self.double_address(&mut addresses, key(cidr.address(), lans.of(id)), here);
            }
        }
        self.double_macs();
    }

    fn double_address(
        &mut self,
        known: &mut SortedMap<(IpAddress, Option<usize>), (NodeId, Place)>,
        key: (IpAddress, Option<usize>),
        here: (NodeId, Place),
    ) {
        let first = known.entry(key).or_insert_with(|| here.clone());
        if *first == here {
            return;
        }
        let node = first.0;
        let message =
            format!("{} is already an address of {}: {}", key.0, self.named(node), self.each([node, here.0]));
        let problem = self.problem(Kind::DuplicateAddress, Level::Error, here.1, message);
        if problem.nodes.is_empty() {
            problem.nodes.push(here.0);
        }
        problem.nodes.push(node);
    }

    /// A node's id and its place, for a message.
    fn named(&self, node: NodeId) -> String {
        format!("{} ({})", quoted(&self.scenario.ids[node.index()]), self.node_place(node.index()))
    }

    fn each(&self, nodes: [NodeId; 2]) -> &'static str {
        let hosts = nodes.into_iter().all(|node| self.scenario.topology.host(node).is_some());
        if hosts { "give each host its own" } else { "give each its own" }
    }

    fn double_macs(&mut self) {
        let topology = &self.scenario.topology;
        let mut macs: SortedMap<EthernetAddress, NodeId> = SortedMap::new();
        let mut ports: SortedMap<NodeId, u32> = SortedMap::new();
        for (number, link) in topology.links.iter().enumerate() {
            for end in End::BOTH {
                let id = link.ends[end.index()];
                let Some(NodeKind::Router(_)) = topology.nodes.get(id.index()).map(|node| &node.kind) else {
                    continue;
                };
                let port = ports.entry(id).or_default();
                let own = id.router_mac(PortId(*port));
                *port += 1;
                let mac = match &link.ports[end.index()] {
                    Port::Router(port) => port.mac.unwrap_or(own),
                    Port::Plain | Port::Switch(_) => own,
                };
                let first = macs.insert(mac, id);
                if let Some(first) = first {
                    macs.insert(mac, first);
                    let place = self.port_place(number, end).field("mac");
                    self.double_mac(mac, place, [first, id]);
                }
            }
        }
        for id in topology.node_ids().filter(|id| self.readable(*id)).collect::<Vec<_>>() {
            let Some(host) = topology.host(id) else { continue };
            let mac = host.mac(id);
            if let Some(first) = macs.insert(mac, id) {
                macs.insert(mac, first);
                self.double_mac(mac, self.node_place(id.index()).field("mac"), [first, id]);
            }
        }
    }

    fn double_mac(&mut self, mac: EthernetAddress, place: Place, [first, here]: [NodeId; 2]) {
        let message = format!(
            "{} is already the MAC address of {}: {}",
            show_mac(mac),
            self.named(first),
            self.each([first, here])
        );
        let problem = self.problem(Kind::DuplicateMac, Level::Error, place, message);
        if problem.nodes.is_empty() {
            problem.nodes.push(here);
        }
        problem.nodes.push(first);
    }
}
