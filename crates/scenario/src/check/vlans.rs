//! VLANs: whether the two ends of each cable match, and whether a VLAN gets to all its ports.

use super::Check;
use super::barriers::{Barrier, What, carries};
use super::owners::Attachment;
use crate::fault::Level;
use crate::lans::{Sets, membership};
use crate::problem::Kind;
use bridge::config::{Membership, Vlan};
use netlab::topology::{End, Link, LinkId, NodeId, NodeKind, Port};
use texts::t;
use wire::sorted::SortedMap;

impl<'s> Check<'s> {
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
        let [near_port, far] = [end, end.other()].map(|end| &link.ports[end.index()]);
        let message = match (membership(near_port), &topology.node(link.ends[end.other().index()]).kind) {
            (near, NodeKind::Switch(_)) if knows(end.other()) => match (near, membership(far)) {
                (Membership::Access(a), Membership::Access(b)) if a != b => t!(
                    "this cable joins VLAN {} of {here} with VLAN {} of {there}: give both ends the same, or make both trunks",
                    a.get(),
                    b.get()
                ),
                (Membership::Trunk { native: a, .. }, trunk @ Membership::Trunk { native: b, .. })
                    if a != b =>
                {
                    let name = |vlan: &Option<Vlan>| {
                        vlan.map_or(t!("none").to_owned(), |vlan| vlan.get().to_string())
                    };
                    // The VLAN that is native on one side only, and tagged on the other.
                    let untagged = match (a, b) {
                        (Some(a), None) if carries(trunk, a.get()) => Some((a, &here, &there)),
                        (None, Some(b)) if carries(membership(near_port), b.get()) => {
                            Some((b, &there, &here))
                        }
                        _ => None,
                    };
                    if let Some((vlan, native, tagged)) = untagged {
                        let message = t!(
                            "VLAN {} is untagged (native) at {native} and tagged at {tagged}, so its frames get lost from {native} to \
                             {tagged}: give both ends the same native VLAN",
                            vlan.get()
                        );
                        return Some((end, message));
                    }
                    t!(
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
                t!(
                    "{there} has VLANs on this cable, but at {here} it belongs to one VLAN alone, untagged: make that end a trunk"
                )
            }
            (Membership::Trunk { native: None, .. }, NodeKind::Host(_)) => t!(
                "{there} accepts untagged frames only, and {here} sends none on this cable: give the port a VLAN (\"vlan\")"
            ),
            (
                Membership::Access(_) | Membership::Trunk { .. },
                NodeKind::Host(_) | NodeKind::Hub | NodeKind::Switch(_) | NodeKind::Router(_),
            ) => return None,
        };
        Some((end, message))
    }

    /// VLANs that have ports on two sides of a trunk that does not carry them.
    pub(super) fn split_vlans(&mut self) {
        if !self.is_settled() {
            return;
        }
        let parts = self.parts();
        // The LANs of each VLAN in each part of the network, with one machine of each.
        let mut members: SortedMap<(usize, u16), Vec<Attachment>> = SortedMap::new();
        for (vlan, of) in self.members() {
            let known = members.entry((parts.find(of.node.index()), vlan)).or_default();
            if known.iter().all(|other| other.lan != of.lan) {
                known.push(of);
            }
        }
        for ((_, vlan), lans) in members {
            let Some((first, others)) = lans.split_first() else { continue };
            for other in others {
                let Some(barrier) = self.barrier(*first, *other) else { continue };
                self.ends_early(vlan, [*first, *other], barrier);
            }
        }
    }

    fn ends_early(&mut self, vlan: u16, [a, b]: [Attachment; 2], barrier: Barrier) {
        let known = self.found.iter().any(|problem| {
            let kind = match problem.kind {
                Kind::VlanMismatch | Kind::PortOff => true,
                kind => kind == self.kind_of(barrier),
            };
            kind && problem.link == Some(barrier.link)
        });
        // A port that is off, and a cable that is unplugged, have problems of their own.
        if known || matches!(barrier.what, What::PortOff | What::Unplugged) {
            return;
        }
        let link = self.scenario.topology.link(barrier.link);
        let nodes = [barrier.end, barrier.end.other()].map(|end| link.ends[end.index()]);
        let message = t!(
            "{}, so {} and {}, both in VLAN {vlan}, cannot reach each other",
            self.words(barrier),
            self.name(a.node),
            self.name(b.node)
        );
        let kind = self.kind_of(barrier);
        let place = self.port_place(barrier.link.index(), barrier.end);
        let problem = self.problem(kind, Level::Warning, place, message);
        problem.link = Some(barrier.link);
        problem.nodes = nodes.to_vec();
    }

    /// The parts of the network that cables, hubs and switches join; hosts and routers are parts of their own.
    fn parts(&self) -> Sets {
        let topology = &self.scenario.topology;
        let mut parts = Sets::new(topology.nodes.len());
        for link in &topology.links {
            let [a, b] = link.ends;
            let joins = |id: NodeId| {
                let kind = topology.nodes.get(id.index()).map(|node| &node.kind);
                matches!(kind, Some(NodeKind::Hub | NodeKind::Switch(_) | NodeKind::Host(_)))
            };
            if joins(a) && joins(b) {
                parts.join(a.index(), b.index());
            }
        }
        parts.flatten();
        parts
    }

    /// The hosts at access ports of switches with VLANs, and their VLANs.
    fn members(&self) -> Vec<(u16, Attachment)> {
        let topology = &self.scenario.topology;
        let hosts = topology.node_ids().filter_map(|id| self.owners.host(id));
        hosts.filter_map(|host| Some((self.vlan_of(host.node)?, host))).collect()
    }

    /// The VLAN of a host at an access port of a switch with VLANs.
    pub(super) fn vlan_of(&self, host: NodeId) -> Option<u16> {
        let (link, end) = self.owners.host(host)?.cable?;
        let link = self.scenario.topology.link(link);
        let far = end.other().index();
        match membership(&link.ports[far]) {
            Membership::Access(vlan) if self.lans.knows_vlans(link.ends[far]) => Some(vlan.get()),
            Membership::Access(_) | Membership::Trunk { .. } => None,
        }
    }
}

fn mixed(trunk: &str, access: &str) -> String {
    t!(
        "this cable is a trunk at {trunk}, but belongs to one VLAN at {access}: the frames of other VLANs get lost; make both ends \
         trunks"
    )
}
