//! What stops a frame between two machines that cables, hubs and switches join: a port that is off, a cable that is unplugged, a
//! VLAN that ends on the way.
//!
//! A frame is followed from switch to switch with its VLAN. Where nothing lets it pass, the path with the fewest obstacles is
//! taken, and its first obstacle is the one to report.

use super::Check;
use super::owners::Attachment;
use crate::Change;
use crate::lans::membership;
use crate::problem::Kind;
use bridge::config::{Membership, Vlan};
use netlab::topology::{End, LinkId, NodeId, NodeKind};
use std::collections::VecDeque;
use texts::t;
use wire::impair::Impairment;
use wire::sorted::SortedMap;

/// What stops a frame, and at which end of which cable.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Barrier {
    pub link: LinkId,
    /// The end whose settings stop it.
    pub end: End,
    pub what: What,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum What {
    /// The port is switched off.
    PortOff,
    /// The cable carries nothing in this direction.
    Unplugged,
    /// The port is not in this VLAN, in which a frame would leave or arrives.
    NotInVlan(u16),
    /// A frame, of this VLAN where it was sent, arrives untagged, and the port accepts tagged frames only.
    Untagged(Option<u16>),
    /// A frame arrives with this VLAN's tag at a machine that has no such VLAN there.
    Tagged(u16),
    /// A frame arrives untagged at a router that has its network there in this VLAN.
    WithoutTag(u16),
}

/// A frame at a hub or switch: the VLAN in which a switch with VLANs has it, elsewhere the tag that it has.
type State = (NodeId, Option<u16>);

/// Where a frame is after a cable.
enum Next {
    At(State),
    /// At the machine that it is for.
    Target,
    /// At another machine.
    Elsewhere,
}

/// The search: the fewest obstacles on the way to each state, and the first of them.
#[derive(Default)]
struct Search {
    best: SortedMap<State, (usize, Option<Barrier>)>,
    queue: VecDeque<State>,
    arrived: Option<(usize, Option<Barrier>)>,
}

impl Search {
    fn go(&mut self, (count, first): (usize, Option<Barrier>), (barrier, next): (Option<Barrier>, Next)) {
        let now = (count + usize::from(barrier.is_some()), first.or(barrier));
        let better = |known: Option<&(usize, Option<Barrier>)>| known.is_none_or(|known| known.0 > now.0);
        match next {
            Next::At(state) if better(self.best.get(&state)) => {
                self.best.insert(state, now);
                self.queue.push_back(state);
            }
            Next::Target if better(self.arrived.as_ref()) => self.arrived = Some(now),
            Next::At(_) | Next::Target | Next::Elsewhere => {}
        }
    }
}

impl Check<'_> {
    /// What stops frames from one to the other, or back; `None`: nothing does, or no cables lead there.
    pub(super) fn barrier(&self, from: Attachment, to: Attachment) -> Option<Barrier> {
        self.one_way(from, to).or_else(|| self.one_way(to, from))
    }

    fn one_way(&self, from: Attachment, to: Attachment) -> Option<Barrier> {
        let mut search = Search::default();
        search.go((0, None), self.cross(from.cable?, (from.vlan, None), from.vlan, to));
        while let Some(state) = search.queue.pop_front() {
            if self.patience.get() == 0 {
                return None;
            }
            let ports = &self.ports[state.0.index()];
            self.patience.set(self.patience.get().saturating_sub(1 + ports.len()));
            let so_far = search.best[&state];
            for &port in ports {
                search.go(so_far, self.cross(port, self.leaves(port, state.1), state.1, to));
            }
        }
        search.arrived?.1
    }

    /// The tag with which a frame leaves a hub or switch by this port, and what stops it there.
    fn leaves(&self, (link, end): (LinkId, End), inside: Option<u16>) -> (Option<u16>, Option<What>) {
        let link = self.scenario.topology.link(link);
        let Some(vlan) = inside.filter(|_| self.lans.knows_vlans(link.ends[end.index()])) else {
            return (inside, None);
        };
        match membership(&link.ports[end.index()]) {
            Membership::Access(own) => (None, (own.get() != vlan).then_some(What::NotInVlan(vlan))),
            trunk @ Membership::Trunk { native, .. } => {
                let tag = (native.map(Vlan::get) != Some(vlan)).then_some(vlan);
                (tag, (!carries(trunk, vlan)).then_some(What::NotInVlan(vlan)))
            }
        }
    }

    /// A frame crosses a cable from this end.
    fn cross(
        &self,
        (id, end): (LinkId, End),
        (tag, stopped): (Option<u16>, Option<What>),
        inside: Option<u16>,
        to: Attachment,
    ) -> (Option<Barrier>, Next) {
        let link = self.scenario.topology.link(id);
        let far = end.other();
        let (arrives, next) = self.arrives((id, far), tag, inside, to);
        let off = [end, far].into_iter().find(|end| !link.ports[end.index()].is_up());
        let cut = link.ways[end.index()].impairments.contains(&Impairment::Down) && !self.is_replugged(id);
        let what = match off {
            Some(off) => Some((off, What::PortOff)),
            None if cut => Some((end, What::Unplugged)),
            None => stopped.map(|what| (end, what)).or(arrives.map(|what| (far, what))),
        };
        (what.map(|(end, what)| Barrier { link: id, end, what }), next)
    }

    fn arrives(
        &self,
        (id, end): (LinkId, End),
        tag: Option<u16>,
        inside: Option<u16>,
        to: Attachment,
    ) -> (Option<What>, Next) {
        let link = self.scenario.topology.link(id);
        let node = link.ends[end.index()];
        match self.scenario.topology.nodes.get(node.index()).map(|node| &node.kind) {
            Some(NodeKind::Hub | NodeKind::Switch(_)) if !self.lans.knows_vlans(node) => {
                (None, Next::At((node, tag)))
            }
            Some(NodeKind::Switch(_)) => {
                let port = membership(&link.ports[end.index()]);
                let at = |vlan| Next::At((node, vlan));
                match (port, tag) {
                    (Membership::Access(own), None) => (None, at(Some(own.get()))),
                    (Membership::Trunk { native: Some(native), .. }, None) => (None, at(Some(native.get()))),
                    (Membership::Trunk { native: None, .. }, None) => {
                        (Some(What::Untagged(inside)), at(inside))
                    }
                    (port, Some(vlan)) => {
                        ((!carries(port, vlan)).then_some(What::NotInVlan(vlan)), at(Some(vlan)))
                    }
                }
            }
            Some(NodeKind::Host(_) | NodeKind::Router(_)) if to.cable == Some((id, end)) => {
                let what = match (tag, to.vlan) {
                    (tag, own) if tag == own => None,
                    (Some(tag), _) => Some(What::Tagged(tag)),
                    (None, own) => own.map(What::WithoutTag),
                };
                (what, Next::Target)
            }
            Some(NodeKind::Hub | NodeKind::Host(_) | NodeKind::Router(_)) | None => (None, Next::Elsewhere),
        }
    }

    /// Whether a change sets this cable's impairments anew: then it may be plugged in later.
    pub(super) fn is_replugged(&self, id: LinkId) -> bool {
        self.changes.iter().any(|(_, change)| matches!(change, Change::Link(link, _) if *link == id))
    }

    /// Which problem it is.
    pub(super) fn kind_of(&self, barrier: Barrier) -> Kind {
        let port = &self.scenario.topology.link(barrier.link).ports[barrier.end.index()];
        match barrier.what {
            What::PortOff => Kind::PortOff,
            What::Unplugged => Kind::NoPath,
            What::NotInVlan(vlan) if matches!(membership(port), Membership::Trunk { .. }) => {
                Kind::TrunkList { vlan }
            }
            What::NotInVlan(_) | What::Untagged(_) | What::Tagged(_) | What::WithoutTag(_) => {
                Kind::VlanMismatch
            }
        }
    }

    /// A part of a sentence about it, which names the port.
    pub(super) fn words(&self, barrier: Barrier) -> String {
        let link = self.scenario.topology.link(barrier.link);
        let [here, there] = [barrier.end, barrier.end.other()].map(|end| self.name(link.ends[end.index()]));
        let port = t!("the port of {here} to {there}");
        match barrier.what {
            What::PortOff => t!("{port} is off"),
            What::Unplugged => t!("the cable between {here} and {there} is unplugged"),
            What::NotInVlan(vlan) => match membership(&link.ports[barrier.end.index()]) {
                Membership::Access(own) => {
                    t!("VLAN {vlan} does not pass {port}, which is in VLAN {} alone", own.get())
                }
                trunk @ Membership::Trunk { .. } => {
                    t!("VLAN {vlan} is not in the trunk list of {port} ({})", list(trunk))
                }
            },
            What::Untagged(vlan) => match vlan {
                Some(vlan) => t!(
                    "frames of VLAN {vlan} arrive untagged at {port}, a trunk that accepts tagged frames only"
                ),
                None => t!("frames arrive untagged at {port}, a trunk that accepts tagged frames only"),
            },
            What::Tagged(vlan) => {
                t!("frames of VLAN {vlan} arrive tagged at {here}, which has no such VLAN there")
            }
            What::WithoutTag(vlan) => {
                t!("frames arrive untagged at {here}, whose network there is in VLAN {vlan}")
            }
        }
    }
}

/// Whether frames of this VLAN pass a port.
pub(super) fn carries(port: &Membership, vlan: u16) -> bool {
    match port {
        Membership::Access(own) => own.get() == vlan,
        Membership::Trunk { native, allowed } => {
            native.is_some_and(|native| native.get() == vlan)
                || allowed.as_ref().is_none_or(|allowed| allowed.iter().any(|of| of.get() == vlan))
        }
    }
}

/// The VLANs of a port, for a message: `10, 20, native 1`.
pub(super) fn list(port: &Membership) -> String {
    match port {
        Membership::Access(own) => own.get().to_string(),
        Membership::Trunk { native, allowed } => {
            let allowed = allowed.iter().flatten().map(|of| of.get().to_string());
            let native = native.map(|native| format!("native {}", native.get()));
            allowed.chain(native).collect::<Vec<_>>().join(", ")
        }
    }
}
