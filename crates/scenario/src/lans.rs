//! LANs: the nodes that receive each other's broadcasts. Cables, hubs and switches join nodes to one LAN, VLANs divide one
//! switch into several, and routers are where a LAN ends.
//!
//! A graph of places, joined by cables: a host is one place, a switch one for each VLAN, a hub (and a switch without
//! VLANs) one for each tag that frames may carry, a router one for each of its networks. Two that are joined are on one LAN.

use bridge::config::{Membership, Vlan};
use netlab::topology::{End, Link, LinkId, NodeId, NodeKind, Port, Topology};
use smoltcp::wire::IpCidr;
use std::collections::VecDeque;
use wire::sorted::{SortedMap, SortedSet};

/// If there are more places or joints than this, VLANs are ignored: no lesson needs that many, and a hostile document must not take
/// minutes.
const PLACES_MAX: usize = 1 << 20;

/// The LANs of a network.
pub(crate) struct Lans<'t> {
    topology: &'t Topology,
    /// Which places are joined.
    joined: Sets,
    /// The first place of each node.
    first: Vec<usize>,
    /// The tags of frames, in order: none, or a VLAN's number.
    tags: Vec<Option<u16>>,
    /// Which switches have VLANs configured.
    aware: Vec<bool>,
    /// For each link and end the place of a router's port, from the node's first.
    offsets: Vec<[usize; 2]>,
    /// The networks of routers, in the order of links.
    pub interfaces: Vec<Interface<'t>>,
    /// The indices of the networks on each LAN.
    routers: SortedMap<usize, Vec<usize>>,
    /// The indices of each router's networks.
    owned: SortedMap<NodeId, Vec<usize>>,
    /// Whether VLANs count; if not, everything that is connected is one LAN.
    pub exact: bool,
}

/// A network of a router: a port's untagged frames, or a VLAN's on it.
pub(crate) struct Interface<'t> {
    pub node: NodeId,
    pub link: LinkId,
    pub end: End,
    pub vlan: Option<u16>,
    pub addresses: &'t [IpCidr],
    /// The settings of the port.
    pub port: Option<&'t router::Port>,
    /// Its LAN, as [`Lans::of`] numbers them.
    pub lan: usize,
}

impl<'t> Lans<'t> {
    pub fn new(topology: &'t Topology) -> Self {
        let mut tags = SortedSet::from([None]);
        let mut aware = vec![false; topology.nodes.len()];
        for link in known(topology) {
            for (node, port) in link.ends.iter().zip(&link.ports) {
                match port {
                    Port::Plain => {}
                    Port::Switch(port) => {
                        aware[node.index()] |= port.vlan != DEFAULT;
                        match &port.vlan {
                            Membership::Access(vlan) => tags.extend([Some(vlan.get())]),
                            Membership::Trunk { native, allowed } => {
                                let all = native.iter().chain(allowed.iter().flatten());
                                tags.extend(all.map(|vlan| Some(vlan.get())));
                            }
                        }
                    }
                    Port::Router(port) => tags.extend(port.vlans.iter().map(|(vlan, _)| Some(*vlan))),
                }
            }
        }
        if aware.contains(&true) {
            tags.insert(Some(Vlan::DEFAULT.get()));
        }
        let most = topology.nodes.len().max(topology.links.len()).saturating_mul(tags.len());
        let exact = most <= PLACES_MAX;
        if !exact {
            tags = SortedSet::from([None]);
            aware.fill(false);
        }
        let mut lans = Self {
            topology,
            joined: Sets::new(0),
            first: Vec::new(),
            tags: tags.into_iter().collect(),
            aware,
            offsets: vec![[0; 2]; topology.links.len()],
            interfaces: Vec::new(),
            routers: SortedMap::new(),
            owned: SortedMap::new(),
            exact,
        };
        lans.count();
        for number in 0..topology.links.len() {
            for [a, b] in lans.joints(LinkId(number as u32)) {
                lans.joined.join(a, b);
            }
        }
        lans.joined.flatten();
        lans.enter();
        lans
    }

    /// Gives each node its places.
    fn count(&mut self) {
        let topology = self.topology;
        // A router is a place of its own, joined to nothing, before those of its ports.
        let mut counts: Vec<_> = topology
            .nodes
            .iter()
            .map(|node| match node.kind {
                NodeKind::Host(_) | NodeKind::Router(_) => 1,
                NodeKind::Hub | NodeKind::Switch(_) => self.tags.len(),
            })
            .collect();
        for (link, offsets) in topology.links.iter().zip(&mut self.offsets) {
            for end in End::BOTH.map(End::index) {
                let node = link.ends[end].index();
                if let Some(NodeKind::Router(_)) = topology.nodes.get(node).map(|node| &node.kind) {
                    offsets[end] = counts[node];
                    counts[node] += 1 + vlans(&link.ports[end], self.exact).len();
                }
            }
        }
        let mut next = 0;
        self.first = counts
            .into_iter()
            .map(|count| {
                next += count;
                next - count
            })
            .collect();
        self.joined = Sets::new(next);
    }

    fn enter(&mut self) {
        let topology = self.topology;
        for (number, link) in topology.links.iter().enumerate().filter(|(_, link)| is_known(topology, link)) {
            for end in End::BOTH {
                let node = link.ends[end.index()];
                if !matches!(topology.node(node).kind, NodeKind::Router(_)) {
                    continue;
                }
                let port = match &link.ports[end.index()] {
                    Port::Router(port) => Some(port),
                    Port::Plain | Port::Switch(_) => None,
                };
                let untagged = (None, port.map_or(&[][..], |port| &port.addresses));
                let vlans = port.into_iter().flat_map(|port| &port.vlans);
                let networks =
                    std::iter::once(untagged).chain(vlans.map(|(vlan, list)| (Some(*vlan), &list[..])));
                for (place, (vlan, addresses)) in networks.enumerate() {
                    let place = if self.exact { place } else { 0 };
                    let place = self.first[node.index()] + self.offsets[number][end.index()] + place;
                    let (link, lan) = (LinkId(number as u32), self.joined.find(place));
                    self.routers.entry(lan).or_default().push(self.interfaces.len());
                    self.owned.entry(node).or_default().push(self.interfaces.len());
                    self.interfaces.push(Interface { node, link, end, vlan, addresses, port, lan });
                }
            }
        }
    }

    /// The places that a cable joins.
    pub fn joints(&self, id: LinkId) -> Vec<[usize; 2]> {
        let link = self.topology.link(id);
        if !is_known(self.topology, link) {
            return Vec::new();
        }
        let ends = |tag: &Option<u16>| {
            let [a, b] = End::BOTH.map(|end| self.place(id, end, *tag));
            Some([a?, b?])
        };
        self.tags.iter().filter_map(ends).collect()
    }

    /// The numbers of the LANs that pass a cable.
    pub fn passing(&self, id: LinkId) -> Vec<usize> {
        let lans: SortedSet<_> = self.joints(id).into_iter().map(|[a, _]| self.joined.find(a)).collect();
        lans.iter().copied().collect()
    }

    /// The place of a frame with this tag that arrives or leaves here.
    fn place(&self, id: LinkId, end: End, tag: Option<u16>) -> Option<usize> {
        let link = self.topology.link(id);
        let (node, port) = (link.ends[end.index()], &link.ports[end.index()]);
        let slot = |tag| self.tags.binary_search(&tag).ok();
        let offset = match &self.topology.node(node).kind {
            NodeKind::Host(_) => tag.is_none().then_some(0),
            NodeKind::Switch(_) if self.aware[node.index()] => match (membership(port), tag) {
                (Membership::Access(vlan), None) => slot(Some(vlan.get())),
                (Membership::Access(_), Some(_)) => None,
                (Membership::Trunk { native, .. }, None) => slot(Some(native.as_ref()?.get())),
                (Membership::Trunk { native, allowed }, Some(vlan)) => {
                    let passes =
                        |allowed: &Vec<Vlan>| allowed.binary_search_by_key(&vlan, |of| of.get()).is_ok();
                    let is_native = native.is_some_and(|native| native.get() == vlan);
                    let passes = !is_native && allowed.as_ref().is_none_or(passes);
                    if passes { slot(tag) } else { None }
                }
            },
            NodeKind::Hub | NodeKind::Switch(_) => slot(tag),
            NodeKind::Router(_) => {
                let offset = self.offsets[id.index()][end.index()];
                let vlan = |vlan| vlans(port, self.exact).iter().position(|(of, _)| *of == vlan);
                tag.map_or(Some(0), |tag| vlan(tag).map(|place| place + 1)).map(|place| offset + place)
            }
        };
        offset.map(|offset| self.first[node.index()] + offset)
    }

    /// The number of the LAN that a host is on; of a hub or switch, of that where a host would be that is connected to it; a router has
    /// an empty one of its own.
    pub fn of(&self, node: NodeId) -> usize {
        let slot = match self.aware[node.index()] {
            true => self.tags.binary_search(&Some(Vlan::DEFAULT.get())).unwrap_or(0),
            false => 0,
        };
        self.joined.find(self.first[node.index()] + slot)
    }

    /// Numbers of LANs, and of places, are less than this.
    pub fn count_max(&self) -> usize {
        self.joined.parent.len()
    }

    /// Whether a node is a switch with ports in other VLANs than the first.
    pub fn knows_vlans(&self, node: NodeId) -> bool {
        self.aware.get(node.index()) == Some(&true)
    }

    /// Whether two nodes are on one LAN.
    pub fn same(&self, a: NodeId, b: NodeId) -> bool {
        self.of(a) == self.of(b)
    }

    /// The hosts on the LAN of this node.
    pub fn hosts(&self, node: NodeId) -> Vec<NodeId> {
        let topology = self.topology;
        let near = |id: &NodeId| topology.host(*id).is_some() && self.same(*id, node);
        topology.node_ids().filter(near).collect()
    }

    /// The networks of this router, in the order of its ports.
    pub fn interfaces_of(&self, router: NodeId) -> impl Iterator<Item = &Interface<'t>> + Clone {
        self.owned.get(&router).into_iter().flatten().map(|number| &self.interfaces[*number])
    }

    /// The networks of routers on this LAN.
    pub fn routers(&self, lan: usize) -> impl Iterator<Item = &Interface<'t>> {
        self.routers.get(&lan).into_iter().flatten().map(|number| &self.interfaces[*number])
    }
}

/// The neighbor at the far end of each cable of each node, in the order of its ports.
pub(crate) fn neighbors(topology: &Topology) -> Vec<Vec<(NodeId, LinkId)>> {
    let mut neighbors = vec![Vec::new(); topology.nodes.len()];
    for (number, link) in topology.links.iter().enumerate().filter(|(_, link)| is_known(topology, link)) {
        let [a, b] = link.ends;
        neighbors[a.index()].push((b, LinkId(number as u32)));
        neighbors[b.index()].push((a, LinkId(number as u32)));
    }
    neighbors
}

const DEFAULT: Membership = Membership::Access(Vlan::DEFAULT);
static PLAIN: Membership = DEFAULT;

/// The VLANs of a switch's port.
pub(crate) fn membership(port: &Port) -> &Membership {
    match port {
        Port::Switch(port) => &port.vlan,
        Port::Plain | Port::Router(_) => &PLAIN,
    }
}

/// The VLANs on a router's port, if VLANs count.
fn vlans(port: &Port, exact: bool) -> &[(u16, Vec<IpCidr>)] {
    match port {
        Port::Router(port) if exact => &port.vlans,
        Port::Plain | Port::Switch(_) | Port::Router(_) => &[],
    }
}

/// Whether both ends are there, and different.
fn is_known(topology: &Topology, link: &Link) -> bool {
    let [a, b] = link.ends;
    a != b && a.index().max(b.index()) < topology.nodes.len()
}

fn known(topology: &Topology) -> impl Iterator<Item = &Link> {
    topology.links.iter().filter(|link| is_known(topology, link))
}

/// Disjoint sets.
pub(crate) struct Sets {
    parent: Vec<usize>,
}

impl Sets {
    pub fn new(count: usize) -> Self {
        Self { parent: (0..count).collect() }
    }

    pub fn find(&self, mut of: usize) -> usize {
        while self.parent[of] != of {
            of = self.parent[of];
        }
        of
    }

    pub fn same(&self, a: usize, b: usize) -> bool {
        self.find(a) == self.find(b)
    }

    /// Joins two sets; returns whether they were apart.
    pub fn join(&mut self, a: usize, b: usize) -> bool {
        let (a, b) = (self.shorten(a), self.shorten(b));
        self.parent[a.max(b)] = a.min(b);
        a != b
    }

    /// Finds the set's root, and halves the path to it.
    fn shorten(&mut self, mut of: usize) -> usize {
        while self.parent[of] != of {
            self.parent[of] = self.parent[self.parent[of]];
            of = self.parent[of];
        }
        of
    }

    /// Makes every path one step long. A parent is never greater than its children.
    pub fn flatten(&mut self) {
        for of in 0..self.parent.len() {
            self.parent[of] = self.parent[self.parent[of]];
        }
    }
}

/// The hubs and switches of a shortest loop that this link closes; empty if it closes none.
pub(crate) fn circle(topology: &Topology, closing: LinkId) -> Vec<NodeId> {
    let Some(link) = topology.links.get(closing.index()) else { return Vec::new() };
    let [from, to] = link.ends;
    let neighbors = neighbors(topology);
    let mut before: Vec<Option<NodeId>> = vec![None; topology.nodes.len()];
    let mut queue = VecDeque::from([from]);
    before[from.index()] = Some(from);
    while let Some(node) = queue.pop_front() {
        for &(next, link) in &neighbors[node.index()] {
            let passes = matches!(topology.node(next).kind, NodeKind::Hub | NodeKind::Switch(_));
            if passes && link != closing && before[next.index()].is_none() {
                before[next.index()] = Some(node);
                queue.push_back(next);
            }
        }
    }
    let mut circle = Vec::new();
    let mut at = to;
    while let Some(previous) = before[at.index()] {
        circle.push(at);
        if at == from {
            break;
        }
        at = previous;
    }
    circle
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::defaults;
    use netlab::topology::{HostConfig, Node, RouterConfig, SwitchConfig};

    fn access(vlan: u16) -> Port {
        let vlan = Membership::Access(Vlan::new(vlan).unwrap());
        Port::Switch(bridge::Port { vlan, ..bridge::Port::default() })
    }

    fn trunk(native: Option<u16>, allowed: Option<&[u16]>) -> Port {
        let vlan = |number: u16| Vlan::new(number).unwrap();
        let allowed = allowed.map(|allowed| allowed.iter().map(|of| vlan(*of)).collect());
        let vlan = Membership::Trunk { native: native.map(vlan), allowed };
        Port::Switch(bridge::Port { vlan, ..bridge::Port::default() })
    }

    fn stick(vlans: &[u16]) -> Port {
        let vlans = vlans.iter().map(|vlan| (*vlan, vec!["10.0.0.1/24".parse().unwrap()])).collect();
        Port::Router(router::Port { vlans, ..router::Port::default() })
    }

    /// Nodes by the first letter of their names: hosts, switches, hubs (`u`) and routers.
    fn network(names: &[&str], links: &[(usize, Port, usize, Port)]) -> Topology {
        let kind = |name: &str| match &name[..1] {
            "h" => NodeKind::Host(HostConfig::default()),
            "s" => NodeKind::Switch(SwitchConfig::default()),
            "u" => NodeKind::Hub,
            _ => NodeKind::Router(RouterConfig::default()),
        };
        let link = |(a, p, b, q): &(usize, Port, usize, Port)| Link {
            ports: [p.clone(), q.clone()],
            ..Link::new([NodeId(*a as u32), NodeId(*b as u32)], [defaults::way(), defaults::way()])
        };
        Topology {
            nodes: names.iter().map(|name| Node { name: (*name).into(), kind: kind(name) }).collect(),
            links: links.iter().map(link).collect(),
        }
    }

    #[test]
    fn vlans_split_a_switch_and_trunks_join_them_across() {
        let topology = network(
            &["h0", "h1", "h2", "h3", "s4", "s5"],
            &[
                (0, Port::Plain, 4, access(10)),
                (1, Port::Plain, 4, access(20)),
                (2, Port::Plain, 5, access(10)),
                (3, Port::Plain, 5, access(20)),
                (4, trunk(Some(1), Some(&[10, 20])), 5, trunk(Some(1), Some(&[10]))),
            ],
        );
        let lans = Lans::new(&topology);
        assert!(lans.same(NodeId(0), NodeId(2)));
        assert!(!lans.same(NodeId(0), NodeId(1)));
        assert!(!lans.same(NodeId(1), NodeId(3)), "20 does not pass the other end");
    }

    #[test]
    fn a_native_vlan_of_another_number_at_the_far_end_is_the_same_lan() {
        let topology = network(
            &["h0", "h1", "s2", "s3"],
            &[
                (0, Port::Plain, 2, access(10)),
                (1, Port::Plain, 3, access(99)),
                (2, trunk(Some(10), None), 3, trunk(Some(99), None)),
            ],
        );
        assert!(Lans::new(&topology).same(NodeId(0), NodeId(1)));
    }

    #[test]
    fn a_router_ends_a_lan_and_is_on_one_for_each_vlan() {
        let topology = network(
            &["h0", "h1", "s2", "r3", "h4"],
            &[
                (0, Port::Plain, 2, access(10)),
                (1, Port::Plain, 2, access(20)),
                (2, trunk(None, None), 3, stick(&[20, 10])),
                (3, Port::Plain, 4, Port::Plain),
            ],
        );
        let lans = Lans::new(&topology);
        let lan = |vlan| lans.interfaces.iter().find(|of| of.vlan == vlan).unwrap().lan;
        assert_eq!((lan(Some(10)), lan(Some(20))), (lans.of(NodeId(0)), lans.of(NodeId(1))));
        assert!(lans.routers(lans.of(NodeId(4))).any(|of| of.link == LinkId(3)));
        let all: SortedSet<_> = [0, 1, 4, 3].map(|node| lans.of(NodeId(node))).into();
        assert_eq!(all.len(), 4, "nothing joins any of these");
    }

    #[test]
    fn a_switch_that_knows_no_vlans_lets_tagged_frames_pass_as_a_hub_does() {
        let topology = network(
            &["h0", "s1", "s2", "u3", "s4", "h5"],
            &[
                (0, Port::Plain, 1, access(10)),
                (1, trunk(Some(1), None), 2, Port::Plain),
                (2, Port::Plain, 3, Port::Plain),
                (3, Port::Plain, 4, trunk(Some(1), None)),
                (4, access(10), 5, Port::Plain),
            ],
        );
        assert!(Lans::new(&topology).same(NodeId(0), NodeId(5)));
    }

    #[test]
    fn sets_are_flat_in_the_end() {
        let mut sets = Sets::new(1_000);
        (1..1_000).rev().for_each(|of| assert!(sets.join(of, of - 1)));
        sets.flatten();
        assert!(sets.parent.iter().all(|parent| *parent == 0));
        assert!(!sets.join(3, 999));
    }
}
