//! The state of switches, hosts and cables at the playhead, as far as the drawing shows it: the spanning tree's port roles and
//! states, its root, the addresses that hosts have from routers and DHCP servers, and the outages of cables.
//!
//! Reading the history's tables costs a search and a copy for each node. So the state is kept. While time passes only new events are
//! read, and the tables only after a jump.

use bridge::event::{BridgeId, Role, State};
use netlab::History;
use netlab::history::{HostEvent, NodeEvent};
use netlab::topology::{Link, NodeId, NodeKind, Topology};
use smoltcp::wire::IpCidr;
use wire::impair::Impairment;
use wire::{Instant, PortId};

/// Up to this many new events are read one by one; with more, everything is read again.
const STEPS_MAX: usize = 2_000;

/// The state of all nodes.
#[derive(Default)]
pub struct Standing {
    nodes: Vec<Found>,
    /// The spanning tree's part of each port: by link and end, `2 × link + end`.
    ends: Vec<Option<(Role, State)>>,
    /// For each node the places of its ports in `ends`.
    places: Vec<Vec<usize>>,
    /// The links that have outages, and whether each is out.
    outages: Vec<(usize, bool)>,
    /// Counts up whenever the tree or an outage is another.
    pub revision: u64,
    /// Counts up whenever a host has other addresses from routers or DHCP servers.
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
    /// Begins again, for another network.
    pub fn begin(&mut self, topology: &Topology) {
        let places =
            topology.ports().into_iter().map(|ports| ports.iter().map(|port| port.index()).collect());
        *self = Self {
            nodes: topology.nodes.iter().map(|_| Found::default()).collect(),
            ends: vec![None; topology.links.len() * 2],
            places: places.collect(),
            outages: (0..topology.links.len())
                .filter(|id| has_outages(&topology.links[*id]))
                .map(|id| (id, false))
                .collect(),
            revision: self.revision + 1,
            addresses_revision: self.addresses_revision + 1,
        };
    }

    /// Reads what is new by this moment of the history of this network, which is the one that was begun with.
    pub fn read(&mut self, topology: &Topology, history: &History, at: Instant) {
        for (number, node) in topology.nodes.iter().enumerate() {
            let shown = match &node.kind {
                NodeKind::Host(_) => true,
                NodeKind::Switch(config) => config.stp.is_some(),
                NodeKind::Hub | NodeKind::Router(_) => false,
            };
            if shown {
                self.read_node(NodeId(number as u32), history, at);
            }
        }
        for (id, out) in &mut self.outages {
            let before = std::mem::replace(out, !topology.links[*id].has_carrier(at));
            self.revision += u64::from(*out != before);
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

    /// Whether a link is out for a while.
    pub fn is_out(&self, link: usize) -> bool {
        self.outages.iter().any(|(id, out)| *id == link && *out)
    }

    /// The addresses that a host has from routers and DHCP servers.
    pub fn addresses(&self, node: usize) -> &[IpCidr] {
        self.nodes.get(node).map_or(&[], |found| &found.addresses)
    }

    /// Whether this node considers itself the root of the spanning tree.
    pub fn is_root(&self, node: usize) -> bool {
        self.nodes.get(node).is_some_and(|found| found.root)
    }

    /// The spanning tree's part of a port, by link and end: `2 × link + end`.
    pub fn tree_at(&self, end: usize) -> Option<(Role, State)> {
        self.ends.get(end).copied().flatten()
    }

    /// Whether a link is in reserve: one of its ends is an alternate or backup port (IEEE 802.1Q, 13.12).
    pub fn is_reserve(&self, link: usize) -> bool {
        let spare =
            |end| matches!(self.tree_at(end), Some((Role::Alternate | Role::Backup, State::Discarding)));
        spare(link * 2) || spare(link * 2 + 1)
    }
}

fn has_outages(link: &Link) -> bool {
    link.ways.iter().flat_map(|way| &way.impairments).any(|one| matches!(one, Impairment::Outage { .. }))
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
            NodeEvent::Host(HostEvent::Address { cidr }) if !self.addresses.contains(&cidr) => {
                self.addresses.push(cidr);
                Noted::Addresses
            }
            NodeEvent::Host(HostEvent::AddressGone { cidr }) => {
                self.addresses.retain(|known| *known != cidr);
                Noted::Addresses
            }
            NodeEvent::Host(HostEvent::DuplicateAddress { address, .. }) => {
                self.addresses.retain(|known| known.address() != address);
                Noted::Addresses
            }
            _ => Noted::Nothing,
        }
    }
}

fn is_root(cost: u32, port: Option<PortId>) -> bool {
    cost == 0 && port.is_none()
}
