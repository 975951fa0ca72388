//! How far networks are from routers over RIP: what each router will have learned once nothing changes any more.
//!
//! A network that a router reaches without RIP has metric 1 there, and one more at each router further on; 16 is unreachable
//! (RFC 2453, 3.2 and 3.4.2; RFC 2080, 2).

use super::Check;
use super::owners::Attachment;
use crate::ip::{is_link_local, network, version_of};
use netlab::run::IpVersion;
use netlab::topology::{NodeId, NodeKind, RouterConfig};
use smoltcp::wire::{IpAddress, IpCidr};
use std::collections::VecDeque;
use texts::t;
use wire::sorted::SortedMap;
use wire::sorted::sort_by_key;

/// A metric of this, or more: unreachable.
pub(super) const INFINITY: usize = 16;

/// The way of a router to a network, as RIP finds it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Distance {
    /// What the metric would be if it had no bound.
    pub metric: usize,
    /// The neighbor that announces it, where the packets arrive.
    pub next: Attachment,
    /// Another neighbor announces it with the same metric.
    pub several: bool,
}

/// What RIP can announce, and between which routers.
#[derive(Default)]
pub(super) struct Rip {
    /// Networks that a router reaches without RIP, with these routers, in the order of networks.
    origins: SortedMap<IpCidr, Vec<NodeId>>,
    /// For each router, the interfaces of the neighbors that hear its announcements, and the IP version.
    neighbors: SortedMap<NodeId, Vec<(Attachment, Attachment, IpVersion)>>,
}

impl Check<'_> {
    fn rip_config(&self, id: NodeId) -> Option<&RouterConfig> {
        match &self.scenario.topology.nodes.get(id.index())?.kind {
            NodeKind::Router(config) if config.rip.is_some() => Some(config),
            NodeKind::Router(_) | NodeKind::Host(_) | NodeKind::Hub | NodeKind::Switch(_) => None,
        }
    }

    /// What RIP knows, made once.
    fn rip(&self) -> &Rip {
        self.rip.get_or_init(|| {
            let mut rip = Rip::default();
            for id in self.scenario.topology.node_ids() {
                let Some(config) = self.rip_config(id) else { continue };
                let interfaces = || self.lans.interfaces_of(id).filter(|of| self.is_up(of));
                let connected = interfaces().flat_map(|of| of.addresses).map(|cidr| network(*cidr));
                let fixed = config.routes.iter().filter(|route| self.egress(id, route).is_some());
                for to in connected.chain(fixed.map(|route| route.to)) {
                    let at = rip.origins.entry(to).or_default();
                    if !is_link_local(&to.address()) && at.last() != Some(&id) {
                        at.push(id);
                    }
                }
                for interface in interfaces().filter(|of| of.port.is_none_or(|port| port.rip)) {
                    let own = Attachment::of(interface);
                    let others = self.lans.routers(interface.lan).filter(|other| {
                        self.patience.set(self.patience.get().saturating_sub(1));
                        other.node != id
                            && self.is_up(other)
                            && other.port.is_none_or(|port| port.rip)
                            && self.rip_config(other.node).is_some()
                    });
                    for other in others {
                        let near = other.addresses.iter().any(|theirs| {
                            let theirs = theirs.address();
                            version_of(theirs) == IpVersion::V4
                                && interface.addresses.iter().any(|own| own.contains_addr(&theirs))
                        });
                        let speaks_v6 = |list: &[IpCidr]| list.iter().any(|of| matches!(of, IpCidr::Ipv6(_)));
                        let six = speaks_v6(interface.addresses) && speaks_v6(other.addresses);
                        for version in [near.then_some(IpVersion::V4), six.then_some(IpVersion::V6)] {
                            let pair = version.map(|version| (own, Attachment::of(other), version));
                            rip.neighbors.entry(id).or_default().extend(pair);
                        }
                    }
                }
            }
            rip
        })
    }

    /// The distance of every router to this network, over RIP; routers that reach it without RIP are not among them.
    fn distances(&self, to: IpCidr) -> SortedMap<NodeId, Distance> {
        let rip = self.rip();
        let mut distances: SortedMap<NodeId, Distance> = SortedMap::new();
        let origins = rip.origins.get(&to).map_or(&[][..], Vec::as_slice);
        let mut queue: VecDeque<(NodeId, usize)> = origins.iter().map(|id| (*id, 1)).collect();
        while let Some((id, metric)) = queue.pop_front() {
            let neighbors = rip.neighbors.get(&id).map_or(&[][..], Vec::as_slice);
            self.patience.set(self.patience.get().saturating_sub(1 + neighbors.len()));
            if self.patience.get() == 0 {
                break;
            }
            for (own, theirs, version) in neighbors {
                if *version != version_of(to.address()) || origins.contains(&theirs.node) {
                    continue;
                }
                match distances.get_mut(&theirs.node) {
                    Some(known) => known.several |= known.metric == metric + 1 && known.next != *own,
                    None => {
                        let new = Distance { metric: metric + 1, next: *own, several: false };
                        distances.insert(theirs.node, new);
                        queue.push_back((theirs.node, metric + 1));
                    }
                }
            }
        }
        distances
    }

    /// The network of this address that a router learns over RIP, the longest first; also if it is too far away.
    pub(super) fn learned(&self, router: NodeId, address: IpAddress) -> Vec<(IpCidr, Distance)> {
        if self.rip_config(router).is_none() {
            return Vec::new();
        }
        let fits =
            |to: &&IpCidr| version_of(to.address()) == version_of(address) && to.contains_addr(&address);
        let mut networks: Vec<_> = self.rip().origins.keys().filter(fits).copied().collect();
        sort_by_key(&mut networks, |to| u8::MAX - to.prefix_len());
        let distance = |to: IpCidr| {
            let mut known = self.rip_distances.borrow_mut();
            let all = known.entry(to).or_insert_with(|| self.distances(to));
            all.get(&router).map(|distance| (to, *distance))
        };
        networks.into_iter().filter_map(distance).collect()
    }

    /// Networks that are too far from a router for RIP: the farthest of each router.
    pub(super) fn too_far(&mut self) {
        if !self.is_settled() {
            return;
        }
        let mut farthest: SortedMap<NodeId, (usize, IpCidr)> = SortedMap::new();
        let networks: Vec<_> = self.rip().origins.keys().copied().collect();
        for to in networks {
            for (id, distance) in self.distances(to).iter() {
                let known = farthest.entry(*id).or_insert((0, to));
                if distance.metric > known.0 {
                    *known = (distance.metric, to);
                }
            }
        }
        for (id, (metric, to)) in farthest {
            if metric >= INFINITY && self.patience.get() > 0 {
                self.too_far_from(id, to, metric);
            }
        }
    }

    /// Reports it, once.
    pub(super) fn too_far_from(&mut self, id: NodeId, to: IpCidr, metric: usize) {
        let message = t!(
            "{to} is {metric} hops from {}, counted as RIP does, and for RIP {INFINITY} is unreachable (RFC 2453, 3.2): take a \
             static route, or shorten the path",
            self.name(id)
        );
        let place = self.node_place(id.index()).field("rip");
        if self.found.iter().all(|problem| problem.fault.place != place) {
            self.problem(crate::problem::Kind::TooFar, crate::Level::Warning, place, message);
        }
    }
}
