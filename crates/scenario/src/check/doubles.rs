//! Addresses that two machines on one LAN have. In different LANs the same address is legal: every home has a 192.168.1.1.

use super::Check;
use super::owners::router_macs;
use crate::fault::{Level, Place};
use crate::problem::Kind;
use crate::quantity::{quoted, show_mac};
use netlab::topology::NodeId;
use smoltcp::wire::{EthernetAddress, IpAddress};
use texts::t;
use wire::sorted::SortedMap;

/// The first that has an address on a LAN, and where the document says so.
type Known<A> = SortedMap<(A, usize), (NodeId, Place)>;

impl<'s> Check<'s> {
    /// Routers come first: where a host has the address of a router, the host is reported.
    pub(super) fn doubles(&mut self) {
        let (scenario, lans) = (self.scenario, self.lans);
        let mut known: Known<IpAddress> = SortedMap::new();
        for interface in &lans.interfaces {
            let place = self.interface_place(interface);
            for (number, cidr) in interface.addresses.iter().enumerate() {
                let here = (interface.node, place.index(number));
                self.double_address(&mut known, (cidr.address(), interface.lan), here);
            }
        }
        for id in scenario.topology.node_ids() {
            let Some(host) = scenario.topology.host(id) else { continue };
            let place = self.node_place(id.index()).field("addresses");
            for (number, cidr) in host.addresses.iter().enumerate() {
                let here = (id, place.index(number));
                self.double_address(&mut known, (cidr.address(), lans.of(id)), here);
            }
        }
        self.double_macs();
    }

    fn double_address(
        &mut self,
        known: &mut Known<IpAddress>,
        key: (IpAddress, usize),
        here: (NodeId, Place),
    ) {
        let first = known.entry(key).or_insert_with(|| here.clone());
        if *first == here {
            return;
        }
        let (node, address) = (first.0, key.0);
        if node == here.0 {
            let message = t!("{address} is already an address of this node here: remove one");
            return self.error(here.1, message);
        }
        let message = t!(
            "{address} is already an address of {} on the same LAN, and both answer for it: {}",
            self.named(node),
            self.each([node, here.0])
        );
        self.double(Kind::DuplicateAddress, here, node, message);
    }

    fn double(&mut self, kind: Kind, (here, place): (NodeId, Place), first: NodeId, message: String) {
        let problem = self.problem(kind, Level::Warning, place, message);
        problem.nodes = vec![here, first];
    }

    /// A node's id and its place, for a message.
    fn named(&self, node: NodeId) -> String {
        format!("{} ({})", quoted(&self.scenario.ids[node.index()]), self.node_place(node.index()))
    }

    fn each(&self, nodes: [NodeId; 2]) -> &'static str {
        let hosts = nodes.into_iter().all(|node| self.scenario.topology.host(node).is_some());
        if hosts { t!("give each host its own") } else { t!("give each its own") }
    }

    fn double_macs(&mut self) {
        let (scenario, lans) = (self.scenario, self.lans);
        let mut known: Known<EthernetAddress> = SortedMap::new();
        let macs: SortedMap<_, _> =
            router_macs(scenario).into_iter().map(|(mac, _, link, end)| ((link, end), mac)).collect();
        for interface in &lans.interfaces {
            let Some(&mac) = macs.get(&(interface.link, interface.end)) else { continue };
            let place = self.port_place(interface.link.index(), interface.end).field("mac");
            self.double_mac(&mut known, (mac, interface.lan), (interface.node, place));
        }
        for id in scenario.topology.node_ids() {
            if let Some(host) = scenario.topology.host(id).filter(|_| self.readable(id)) {
                let place = self.node_place(id.index()).field("mac");
                self.double_mac(&mut known, (host.mac(id), lans.of(id)), (id, place));
            }
        }
    }

    fn double_mac(
        &mut self,
        known: &mut Known<EthernetAddress>,
        key: (EthernetAddress, usize),
        here: (NodeId, Place),
    ) {
        let first = known.entry(key).or_insert_with(|| here.clone());
        // A port has one address in all its VLANs.
        if first.1 == here.1 {
            return;
        }
        let node = first.0;
        let message = t!(
            "{} is already the MAC address of {} on the same LAN, so a switch's table changes with every frame of one of them: {}",
            show_mac(key.0),
            self.named(node),
            self.each([node, here.0])
        );
        // The networks of one port follow one another.
        if self.found.last().is_none_or(|problem| problem.fault.place != here.1) {
            self.double(Kind::DuplicateMac, here, node, message);
        }
    }
}
