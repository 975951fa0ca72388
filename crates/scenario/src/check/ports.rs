//! Ports: the settings of each, and those that are off.

use super::Check;
use crate::Change;
use crate::bounds::*;
use crate::fault::{Level, Place};
use crate::ip::unusable_address;
use crate::problem::Kind;
use crate::quantity::quoted;
use bridge::config::{Membership, Vlan};
use netlab::Instant;
use netlab::topology::{End, Link, LinkId, NodeId, Port};
use smoltcp::wire::IpCidr;
use texts::t;
use wire::sorted::SortedSet;

impl<'s> Check<'s> {
    pub(super) fn ports(&mut self, number: usize, link: &Link) {
        for end in End::BOTH {
            let place = self.port_place(number, end);
            self.port(&place, link.ends[end.index()], &link.ports[end.index()]);
        }
    }

    /// The settings of a port of this node.
    pub(super) fn port(&mut self, place: &Place, node: NodeId, port: &Port) {
        if !port.is_for(&self.scenario.topology.node(node).kind) {
            if self.readable(node) {
                let id = quoted(self.scenario.id(node));
                self.error(place.clone(), t!("{id} has no such ports: remove these settings"));
            }
            return;
        }
        match port {
            Port::Plain => {}
            Port::Switch(port) => self.switch_port(place, port),
            Port::Router(port) => {
                self.mac(place.field("mac"), port.mac);
                self.within(place.field("mtu"), port.mtu, [PORT_MTU_MIN, IP_MTU_MAX], usize::to_string);
                self.port_addresses(&place.field("addresses"), &port.addresses);
                if port.vlans.len() > PORT_VLANS_MAX {
                    let message = t!("there are too many entries: at most {PORT_VLANS_MAX}");
                    self.error(place.field("vlans"), message);
                }
                let mut known = SortedSet::new();
                for (vlan, addresses) in &port.vlans {
                    let place = place.field("vlans").field(&vlan.to_string());
                    if Vlan::new(*vlan).is_none() || !known.insert(*vlan) {
                        self.error(place.clone(), t!("VLANs have the numbers 1 to {VLAN_MAX}, each once"));
                    }
                    self.port_addresses(&place, addresses);
                }
            }
        }
    }

    fn port_addresses(&mut self, place: &Place, addresses: &[IpCidr]) {
        if addresses.len() > PORT_ADDRESSES_MAX {
            self.error(place.clone(), t!("a port holds at most {PORT_ADDRESSES_MAX} addresses"));
        }
        for (number, cidr) in addresses.iter().enumerate() {
            if let Some(why) = unusable_address(*cidr) {
                let message = format!("{} {why}", cidr.address());
                self.problem(Kind::UnusableAddress, Level::Error, place.index(number), message);
            }
        }
    }

    fn switch_port(&mut self, place: &Place, port: &bridge::Port) {
        self.within(place.field("mtu"), port.mtu, [PORT_MTU_MIN, SWITCH_MTU_MAX], usize::to_string);
        if let Some(cost) = port.cost {
            self.within(place.field("cost"), cost, [1, PATH_COST_MAX], u32::to_string);
        }
        if port.priority > PORT_PRIORITY_MAX || !port.priority.is_multiple_of(PORT_PRIORITY_STEP) {
            let message = t!(
                "a port's priority goes from 0 to {PORT_PRIORITY_MAX} in steps of {PORT_PRIORITY_STEP} (IEEE 802.1D-2004, \
                 9.2.7)"
            );
            self.error(place.field("priority"), message);
        }
        if let Membership::Trunk { allowed: Some(allowed), .. } = &port.vlan {
            if allowed.is_empty() {
                let message =
                    t!("a trunk of no VLAN lets nothing pass: write their numbers, or true for all");
                self.error(place.field("trunk"), message);
            }
            if !allowed.is_sorted_by(|a, b| a < b) {
                self.error(place.field("trunk"), t!("the VLANs of a trunk stand in order, each once"));
            }
        }
    }

    /// Ports that are off from beginning to end.
    pub(super) fn ports_off(&mut self) {
        let topology = &self.scenario.topology;
        for (number, link) in topology.links.iter().enumerate() {
            if self.unusable.links.contains(&number) {
                continue;
            }
            for end in End::BOTH.into_iter().filter(|end| !link.ports[end.index()].is_up()) {
                let id = LinkId(number as u32);
                let changes = |(_, change): &(Instant, Change)| matches!(change, Change::Port(link, of, port) if (*link, *of) == (id, end) && port.is_up());
                if self.changes.iter().any(changes) {
                    continue;
                }
                let [here, there] = [end, end.other()].map(|end| link.ends[end.index()]);
                let message = t!(
                    "the port of {} to {} is off (\"up\": false), so this cable carries nothing",
                    self.name(here),
                    self.name(there)
                );
                let place = self.port_place(number, end).field("up");
                let problem = self.problem(Kind::PortOff, Level::Warning, place, message);
                problem.link = Some(id);
                problem.nodes = vec![here, there];
            }
        }
    }
}
