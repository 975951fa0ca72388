//! What happens to a network while it runs: changes with their moments, and the network that they make of it.
//!
//! The scenario's own topology is that of the start. An added node or cable has the next free number, in the order of the
//! changes, as in the world. [`Scenario::whole`] is the network with everything that is ever added, [`Scenario::at`] that of one
//! moment.

use crate::Scenario;
use crate::commands::Key;
use bridge::config::Membership;
use netlab::Instant;
use netlab::history::ProgramId;
use netlab::run::RunId;
use netlab::topology::{End, HostConfig, Link, LinkId, Node, NodeId, NodeKind, Port, Topology, Way};
use netlab::world::Command;
use std::borrow::Cow;
use wire::sorted::SortedMap;

/// A change of a running network.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// The link's settings from then on, in both directions.
    Link(LinkId, [Way; 2]),
    /// A node is added. Its number is the next free one.
    Node {
        /// Its id in the document.
        id: String,
        /// Where it is drawn, if the document has a place for it.
        at: Option<(f64, f64)>,
        /// Its name and what it does.
        node: Node,
    },
    /// A cable is added. Its number is the next free one; its ends may be nodes that were added before.
    Cable(Link),
    /// The settings of the port at this end of the link from then on.
    Port(LinkId, End, Port),
    /// The settings of a switch or router, or the services of a host from then on.
    Set(NodeId, NodeKind),
    /// The learned tables of a switch or router are cleared.
    Clear(NodeId),
    /// A run is stopped; what it measured stays.
    Stop(RunId),
    /// Something is typed to a command that runs: the one at this place in [`Scenario::commands`].
    Key(ProgramId, Key),
}

impl Change {
    /// The command to a world. `services`: the [programs](Scenario::services) that its scenario starts before its commands.
    pub fn command(&self, services: u32) -> Command {
        match self {
            Self::Link(link, ways) => Command::SetLink(*link, ways.clone()),
            Self::Node { node, .. } => Command::AddNode(node.clone()),
            Self::Cable(link) => Command::AddLink(link.clone()),
            Self::Port(link, end, port) => Command::SetPort(*link, *end, port.clone()),
            Self::Set(node, kind) => Command::SetNode(*node, kind.clone()),
            Self::Clear(node) => Command::Clear(*node),
            Self::Stop(run) => Command::Stop(*run),
            Self::Key(program, key) => key.command(ProgramId(program.0 + services)),
        }
    }
}

impl Scenario {
    /// This scenario with all added nodes and cables there from the start, under the same numbers. The other changes stay.
    pub fn whole(&self) -> Cow<'_, Self> {
        if self.added().next().is_none() && self.cables().next().is_none() {
            return Cow::Borrowed(self);
        }
        let mut whole = self.clone();
        whole.changes.clear();
        for (at, change) in &self.changes {
            if !whole.add(change) {
                whole.changes.push((*at, change.clone()));
            }
        }
        Cow::Owned(whole)
    }

    /// The scenario as it is at this moment: what has changed up to and with it is in the topology, the ids and the places;
    /// later changes, and all runs, are kept.
    pub fn at(&self, moment: Instant) -> Self {
        let mut then = self.clone();
        let past = self.changes.partition_point(|(at, _)| *at <= moment);
        for (_, change) in then.changes.drain(..past).collect::<Vec<_>>() {
            match change {
                Change::Link(link, ways) => {
                    if let Some(link) = then.topology.links.get_mut(link.index()) {
                        link.ways = ways;
                    }
                }
                Change::Port(link, end, port) => {
                    if let Some(link) = then.topology.links.get_mut(link.index()) {
                        link.ports[end.index()] = port;
                    }
                }
                Change::Set(node, kind) => {
                    if let Some(node) = then.topology.nodes.get_mut(node.index()) {
                        node.kind = kind;
                    }
                }
                Change::Node { .. }
                | Change::Cable(_)
                | Change::Clear(_)
                | Change::Stop(_)
                | Change::Key(..) => {
                    then.add(&change);
                }
            }
        }
        then
    }

    /// Puts an added node or cable into the topology; returns whether the change adds one.
    fn add(&mut self, change: &Change) -> bool {
        match change {
            Change::Node { id, at, node } => {
                self.topology.nodes.push(node.clone());
                self.ids.push(id.clone());
                self.at.push(*at);
            }
            Change::Cable(link) => self.topology.links.push(link.clone()),
            Change::Link(..)
            | Change::Port(..)
            | Change::Set(..)
            | Change::Clear(_)
            | Change::Stop(_)
            | Change::Key(..) => {
                return false;
            }
        }
        true
    }

    /// The nodes that are added, in order: their ids and what they are.
    pub(crate) fn added(&self) -> impl Iterator<Item = (&str, &Node)> {
        self.changes.iter().filter_map(|(_, change)| match change {
            Change::Node { id, node, .. } => Some((&id[..], node)),
            _ => None,
        })
    }

    /// The cables that are added, in order.
    pub(crate) fn cables(&self) -> impl Iterator<Item = &Link> {
        self.changes.iter().filter_map(|(_, change)| match change {
            Change::Cable(link) => Some(link),
            _ => None,
        })
    }

    /// The neighbor at each port of each node, those of added nodes and cables included. A router's filter names its ports so.
    pub(crate) fn neighbors(&self) -> Vec<Vec<NodeId>> {
        let mut neighbors = vec![Vec::new(); self.ids.len() + self.added().count()];
        for link in self.topology.links.iter().chain(self.cables()) {
            for [here, there] in [link.ends, [link.ends[1], link.ends[0]]] {
                // Of a link that could not be read there may be no end.
                if let Some(neighbors) = neighbors.get_mut(here.index()) {
                    neighbors.push(there);
                }
            }
        }
        neighbors
    }

    /// The settings of a host, there from the start or added.
    pub(crate) fn host(&self, node: NodeId) -> Option<&HostConfig> {
        let added = || self.added().nth(node.index() - self.ids.len()).map(|(_, node)| node);
        match &self.topology.nodes.get(node.index()).or_else(added)?.kind {
            NodeKind::Host(config) => Some(config),
            NodeKind::Hub | NodeKind::Switch(_) | NodeKind::Router(_) => None,
        }
    }
}

/// The number of settings that a change of a node repeats.
pub(crate) fn repeated_of_node(kind: &NodeKind) -> usize {
    match kind {
        NodeKind::Hub | NodeKind::Switch(_) => 1,
        NodeKind::Host(host) => 1 + host.addresses.len() + of_services(&host.services),
        NodeKind::Router(router) => {
            let forwards = router.nat.as_ref().map_or(0, |nat| nat.forwards.len());
            let rules = router.filter.as_ref().map_or(0, |filter| filter.rules.len());
            1 + router.routes.len() + forwards + rules + of_services(&router.services)
        }
    }
}

/// The text of services counts as the settings that would take its room.
fn of_services(services: &Option<Box<str>>) -> usize {
    services.as_deref().map_or(0, |text| text.len() / 64)
}

/// The number of settings that a change of a port repeats.
pub(crate) fn repeated_of_port(port: &Port) -> usize {
    match port {
        Port::Plain => 1,
        Port::Switch(port) => match &port.vlan {
            Membership::Trunk { allowed: Some(allowed), .. } => 1 + allowed.len(),
            Membership::Access(_) | Membership::Trunk { allowed: None, .. } => 1,
        },
        Port::Router(port) => {
            let vlans = port.vlans.iter().map(|(_, list)| 1 + list.len()).sum::<usize>();
            1 + port.addresses.len() + vlans
        }
    }
}

/// The cables at the time of a change, found by their ends, as a document names them.
#[derive(Default)]
pub(crate) struct Cables {
    ends: Vec<[NodeId; 2]>,
    /// By their ends, the smaller number first.
    between: SortedMap<[NodeId; 2], Vec<LinkId>>,
}

impl Cables {
    /// The cables of the start.
    pub fn of(topology: &Topology) -> Self {
        let mut cables = Self::default();
        topology.links.iter().for_each(|link| cables.add(link.ends));
        cables
    }

    pub fn add(&mut self, ends: [NodeId; 2]) {
        let id = LinkId(self.ends.len() as u32);
        self.ends.push(ends);
        self.between.entry(sorted(ends)).or_default().push(id);
    }

    /// In the order in which they were added.
    pub fn between(&self, ends: [NodeId; 2]) -> &[LinkId] {
        self.between.get(&sorted(ends)).map_or(&[], Vec::as_slice)
    }

    /// Which of the cables between its ends a cable is, if there are several.
    pub fn which(&self, link: LinkId) -> Option<usize> {
        let between = self.between(self.ends(link));
        between.iter().position(|other| *other == link).filter(|_| between.len() > 1)
    }

    pub fn ends(&self, link: LinkId) -> [NodeId; 2] {
        self.ends[link.index()]
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }
}

fn sorted([a, b]: [NodeId; 2]) -> [NodeId; 2] {
    [a.min(b), a.max(b)]
}
