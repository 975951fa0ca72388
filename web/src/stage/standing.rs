//! What switches and hosts have found out by the playhead, as far as the drawing shows it: the spanning tree's roles and
//! states at the ports, who is its root, the addresses that hosts got from routers.
//!
//! The history's tables cost a search and a copy for each node. So what was read is kept, by how much of the node's history it
//! is of; while time passes only what is new is looked at, and the tables only after a jump.

use bridge::event::{BridgeId, Role, State};
use netlab::History;
use netlab::history::NodeEvent;
use netlab::topology::{NodeId, NodeKind, Topology};
use smoltcp::wire::IpCidr;
use wire::{Instant, PortId};

/// Up to this many new events are read one by one; with more, everything is read again.
const STEPS_MAX: usize = 2_000;

/// What has been found out.
#[derive(Default)]
pub struct Standing {
    nodes: Vec<Found>,
    /// The spanning tree's part of each port: by link and end, `2 × link + end`.
    ends: Vec<Option<(Role, State)>>,
    /// For each node the places of its ports in `ends`.
    places: Vec<Vec<usize>>,
    /// Counts up whenever the tree is another.
    pub revision: u64,
    /// Counts up whenever a host has other addresses from routers.
    pub addresses_revision: u64,
}

#[derive(Default)]
struct Found {
    /// The number of events, and the moment of the last one.
    read: (usize, Instant),
    root: bool,
    ports: Vec<(PortId, Role, State)>,
    addresses: Vec<IpCidr>,
}

impl Standing {
    /// Forgets all: the network is another one.
    pub fn begin(&mut self, topology: &Topology) {
        let places =
            topology.ports().into_iter().map(|ports| ports.iter().map(|port| port.index()).collect());
        *self = Self {
            nodes: topology.nodes.iter().map(|_| Found::default()).collect(),
            ends: vec![None; topology.links.len() * 2],
            places: places.collect(),
            revision: self.revision + 1,
            addresses_revision: self.addresses_revision + 1,
        };
    }

    /// Reads what is new by this moment of the history of this network, which is the one that was begun with.
    pub fn read(&mut self, topology: &Topology, history: &History, at: Instant) {
        for (number, node) in topology.nodes.iter().enumerate() {
            let shown = match &node.kind {
                NodeKind::Host(config) => config.slaac,
                NodeKind::Switch(config) => config.stp.is_some(),
                NodeKind::Hub | NodeKind::Router(_) => false,
            };
            if shown {
                self.read_node(NodeId(number as u32), history, at);
            }
        }
    }

    fn read_node(&mut self, id: NodeId, history: &History, at: Instant) {
        let found = &mut self.nodes[id.index()];
        let entries = history.node(id);
        let count = entries.partition_point(|entry| entry.at <= at);
        let last = |count: usize| count.checked_sub(1).map_or(Instant::ZERO, |last| entries[last].at);
        if found.read == (count, last(count)) {
            return;
        }
        let (before, then) = found.read;
        found.read = (count, last(count));
        let goes_on = before <= count && count - before <= STEPS_MAX && last(before) == then;
        let (mut tree, mut addresses) = (false, false);
        if goes_on && before > 0 {
            for entry in &entries[before..count] {
                match found.note(&entry.event) {
                    Noted::Nothing => {}
                    Noted::Tree => tree = true,
                    Noted::Addresses => addresses = true,
                }
            }
        } else {
            let view = history.node_at(id, at);
            let ports = view.ports.iter().map(|entry| (entry.port, entry.role, entry.state)).collect();
            let root = view.root.is_some_and(|(_, cost, port)| is_root(cost, port));
            let got: Vec<IpCidr> = view.addresses.iter().map(|(cidr, _)| *cidr).collect();
            tree = found.root != root || found.ports != ports;
            addresses = found.addresses != got;
            (found.root, found.ports, found.addresses) = (root, ports, got);
        }
        if tree {
            self.revision += 1;
            for &place in &self.places[id.index()] {
                self.ends[place] = None;
            }
            for &(port, role, state) in &self.nodes[id.index()].ports {
                if let Some(&place) = self.places[id.index()].get(port.0 as usize) {
                    self.ends[place] = Some((role, state));
                }
            }
        }
        if addresses {
            self.addresses_revision += 1;
        }
    }

    /// The addresses that a host has from routers.
    pub fn addresses(&self, node: usize) -> &[IpCidr] {
        self.nodes.get(node).map_or(&[], |found| &found.addresses)
    }

    /// Whether this node takes itself for the root of the tree.
    pub fn is_root(&self, node: usize) -> bool {
        self.nodes.get(node).is_some_and(|found| found.root)
    }

    /// The spanning tree's part of a port, by link and end: `2 × link + end`.
    pub fn tree_at(&self, end: usize) -> Option<(Role, State)> {
        self.ends.get(end).copied().flatten()
    }

    /// Whether a link is kept in reserve: one of its ends is another way to where a better one leads.
    pub fn is_reserve(&self, link: usize) -> bool {
        let spare =
            |end| matches!(self.tree_at(end), Some((Role::Alternate | Role::Backup, State::Discarding)));
        spare(link * 2) || spare(link * 2 + 1)
    }
}

enum Noted {
    Nothing,
    Tree,
    Addresses,
}

impl Found {
    fn note(&mut self, event: &NodeEvent) -> Noted {
        match *event {
            NodeEvent::Switch(bridge::Event::Port { port, role, state, .. }) => {
                match self.ports.iter_mut().find(|(known, ..)| *known == port) {
                    Some(known) => *known = (port, role, state),
                    None => self.ports.push((port, role, state)),
                }
                Noted::Tree
            }
            NodeEvent::Switch(bridge::Event::Root { root: BridgeId { .. }, cost, port }) => {
                self.root = is_root(cost, port);
                Noted::Tree
            }
            NodeEvent::Address { cidr } if !self.addresses.contains(&cidr) => {
                self.addresses.push(cidr);
                Noted::Addresses
            }
            NodeEvent::AddressGone { cidr } => {
                self.addresses.retain(|known| *known != cidr);
                Noted::Addresses
            }
            _ => Noted::Nothing,
        }
    }
}

fn is_root(cost: u32, port: Option<PortId>) -> bool {
    cost == 0 && port.is_none()
}
