//! Ports: the settings of each, and whether the two of a cable match.

use super::Check;
use crate::bounds::*;
use crate::fault::{Level, Place};
use crate::ip::unusable_address;
use crate::lans::membership;
use crate::problem::Kind;
use crate::quantity::quoted;
use bridge::config::{Membership, Vlan};
use netlab::topology::{End, Link, LinkId, NodeId, NodeKind, Port};
use smoltcp::wire::IpCidr;
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
                self.error(place.clone(), format!("{id} has no such ports: remove these settings"));
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
                    let message = format!("there are too many entries: at most {PORT_VLANS_MAX}");
                    self.error(place.field("vlans"), message);
                }
                let mut known = SortedSet::new();
                for (vlan, addresses) in &port.vlans {
                    let place = place.field("vlans").field(&vlan.to_string());
                    if Vlan::new(*vlan).is_none() || !known.insert(*vlan) {
                        self.error(
                            place.clone(),
                            format!("VLANs have the numbers 1 to {VLAN_MAX}, each once"),
                        );
                    }
                    self.port_addresses(&place, addresses);
                }
            }
        }
    }

    fn port_addresses(&mut self, place: &Place, addresses: &[IpCidr]) {
        if addresses.len() > PORT_ADDRESSES_MAX {
            self.error(place.clone(), format!("a port holds at most {PORT_ADDRESSES_MAX} addresses"));
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
            let message = format!(
                "a port's priority goes from 0 to {PORT_PRIORITY_MAX} in steps of {PORT_PRIORITY_STEP} (IEEE 802.1D-2004, \
                 9.2.7)"
            );
            self.error(place.field("priority"), message);
        }
        if let Membership::Trunk { allowed: Some(allowed), .. } = &port.vlan {
            if allowed.is_empty() {
                let message = "a trunk of no VLAN lets nothing pass: write their numbers, or true for all";
                self.error(place.field("trunk"), message);
            }
            if !allowed.is_sorted_by(|a, b| a < b) {
                self.error(place.field("trunk"), "the VLANs of a trunk stand in order, each once");
            }
        }
    }

    /// Cables whose two ends do not have the same VLANs.
    pub(super) fn vlans(&mut self) {
        let topology = &self.scenario.topology;
        for (number, link) in topology.links.iter().enumerate() {
            let id = LinkId(number as u32);
            let known = link.ends.iter().all(|end| end.index() < topology.nodes.len());
            if !known || !link.ends.iter().any(|end| self.lans.knows_vlans(*end)) {
                continue;
            }
            let Some((end, message)) = self.mismatch(link) else { continue };
            let place = self.port_place(number, end);
            let problem = self.problem(Kind::VlanMismatch, Level::Warning, place, message);
            problem.link = Some(id);
            problem.nodes = vec![link.ends[end.index()], link.ends[end.other().index()]];
        }
    }

    /// What does not fit, reported at the end of a switch with VLANs.
    fn mismatch(&self, link: &Link) -> Option<(End, String)> {
        let topology = &self.scenario.topology;
        let knows = |end: End| self.lans.knows_vlans(link.ends[end.index()]);
        let end = End::BOTH.into_iter().find(|end| knows(*end))?;
        let [here, there] = [end, end.other()].map(|end| self.name(link.ends[end.index()]));
        let far = &link.ports[end.other().index()];
        let message = match (
            membership(&link.ports[end.index()]),
            &topology.node(link.ends[end.other().index()]).kind,
        ) {
            (near, NodeKind::Switch(_)) if knows(end.other()) => match (near, membership(far)) {
                (Membership::Access(a), Membership::Access(b)) if a != b => format!(
                    "this cable joins VLAN {} of {here} with VLAN {} of {there}: give both ends the same, or make both trunks",
                    a.get(),
                    b.get()
                ),
                (Membership::Trunk { native: a, .. }, Membership::Trunk { native: b, .. }) if a != b => {
                    let name =
                        |vlan: &Option<Vlan>| vlan.map_or("none".to_owned(), |vlan| vlan.get().to_string());
                    format!(
                        "the native VLAN is {} at {here} and {} at {there}: untagged frames change their VLAN or get lost on the \
                         way; give both ends the same",
                        name(a),
                        name(b)
                    )
                }
                (Membership::Access(_), Membership::Trunk { .. }) => mixed(&there, &here),
                (Membership::Trunk { .. }, Membership::Access(_)) => mixed(&here, &there),
                (Membership::Access(_), Membership::Access(_))
                | (Membership::Trunk { .. }, Membership::Trunk { .. }) => return None,
            },
            (Membership::Access(_), NodeKind::Router(_)) => {
                let Port::Router(port) = far else { return None };
                if port.vlans.is_empty() {
                    return None;
                }
                format!(
                    "{there} has VLANs on this cable, but at {here} it belongs to one VLAN alone, untagged: make that end a trunk"
                )
            }
            (Membership::Trunk { native: None, .. }, NodeKind::Host(_)) => format!(
                "{there} accepts untagged frames only, and {here} sends none on this cable: give the port a VLAN (\"vlan\")"
            ),
            (
                Membership::Access(_) | Membership::Trunk { .. },
                NodeKind::Host(_) | NodeKind::Hub | NodeKind::Switch(_) | NodeKind::Router(_),
            ) => return None,
        };
        Some((end, message))
    }
}

fn mixed(trunk: &str, access: &str) -> String {
    format!(
        "this cable is a trunk at {trunk}, but belongs to one VLAN at {access}: the frames of other VLANs get lost; make both ends \
         trunks"
    )
}
