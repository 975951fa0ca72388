//! What happened in a node, and what its tables were at any moment.
//!
//! The tables are what the events amount to. Here and there they are kept as they were, so that a moment in a long history
//! costs a look at its neighborhood: at most as many events are played again as the tables have entries, or a few hundred.
//! What is kept is so, over all, no more than the events themselves.

use super::{NodeEntry, NodeEvent, SocketState};
use smoltcp::wire::{EthernetAddress, IpAddress};
use std::collections::BTreeMap;
use vnetif::{Instant, PortId};

/// A table of a node at some moment: everything that its events up to then amount to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NodeView {
    /// A switch's MAC table: address, port, since when; in order of address.
    pub macs: Vec<(EthernetAddress, PortId, Instant)>,
    /// A host's neighbors: IP address, Ethernet address, when last learned; in order of address.
    pub neighbors: Vec<(IpAddress, EthernetAddress, Instant)>,
    /// A host's sockets, in order of opening: number, state, in it since when.
    pub sockets: Vec<(u32, SocketState, Instant)>,
}

/// From one time that the tables are kept to the next are at least as many events.
const EVENTS_MIN: usize = 256;

/// A node's events, and its tables now and then.
#[derive(Default)]
pub(super) struct NodeLog {
    entries: Vec<NodeEntry>,
    /// After all entries.
    now: Tables,
    /// After so many entries.
    kept: Vec<(usize, Tables)>,
}

#[derive(Clone, Debug, Default)]
struct Tables {
    macs: BTreeMap<EthernetAddress, (PortId, Instant)>,
    neighbors: BTreeMap<IpAddress, (EthernetAddress, Instant)>,
    sockets: BTreeMap<u32, (SocketState, Instant)>,
}

impl NodeLog {
    pub fn entries(&self) -> &[NodeEntry] {
        &self.entries
    }

    pub fn push(&mut self, entry: NodeEntry) {
        self.now.note(&entry);
        self.entries.push(entry);
        let since = self.entries.len() - self.kept.last().map_or(0, |(count, _)| *count);
        if since >= EVENTS_MIN.max(self.now.len()) {
            self.kept.push((self.entries.len(), self.now.clone()));
        }
    }

    pub fn at(&self, at: Instant) -> NodeView {
        let count = self.entries.partition_point(|entry| entry.at <= at);
        if count == self.entries.len() {
            return self.now.view();
        }
        let kept = self.kept.partition_point(|(so_many, _)| *so_many <= count);
        let (played, mut tables) = match kept.checked_sub(1).map(|last| &self.kept[last]) {
            Some((so_many, tables)) => (*so_many, tables.clone()),
            None => (0, Tables::default()),
        };
        self.entries[played..count].iter().for_each(|entry| tables.note(entry));
        tables.view()
    }

    pub fn bytes_kept(&self) -> usize {
        let tables: usize = self.kept.iter().map(|(_, tables)| tables.len()).sum();
        self.entries.len() * size_of::<NodeEntry>() + tables * size_of::<(u32, (SocketState, Instant))>()
    }
}

impl Tables {
    fn len(&self) -> usize {
        self.macs.len() + self.neighbors.len() + self.sockets.len()
    }

    fn note(&mut self, NodeEntry { at, event }: &NodeEntry) {
        match *event {
            NodeEvent::MacLearned { mac, port } => {
                self.macs.insert(mac, (port, *at));
            }
            NodeEvent::MacForgotten { mac } => {
                self.macs.remove(&mac);
            }
            NodeEvent::Neighbor { ip, mac } => {
                self.neighbors.insert(ip, (mac, *at));
            }
            NodeEvent::Socket { socket, state } => {
                self.sockets.insert(socket, (state, *at));
            }
            NodeEvent::SocketGone { socket } => {
                self.sockets.remove(&socket);
            }
            NodeEvent::NoCable => {}
        }
    }

    fn view(&self) -> NodeView {
        NodeView {
            macs: self.macs.iter().map(|(mac, (port, at))| (*mac, *port, *at)).collect(),
            neighbors: self.neighbors.iter().map(|(ip, (mac, at))| (*ip, *mac, *at)).collect(),
            sockets: self.sockets.iter().map(|(socket, (state, at))| (*socket, *state, *at)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use vnetif::Duration;

    fn event() -> impl Strategy<Value = NodeEvent> {
        let mac = |number: u16| EthernetAddress([2, 0, 0, 0, (number >> 8) as u8, number as u8]);
        prop_oneof![
            6 => (0u16..600, 0u32..4)
                .prop_map(move |(number, port)| NodeEvent::MacLearned { mac: mac(number), port: PortId(port) }),
            2 => (0u16..600).prop_map(move |number| NodeEvent::MacForgotten { mac: mac(number) }),
            2 => (0u8..200, 0u16..600).prop_map(move |(host, number)| NodeEvent::Neighbor {
                ip: IpAddress::v4(10, 0, 0, host),
                mac: mac(number)
            }),
            2 => (0u32..40, 1u16..9)
                .prop_map(|(socket, port)| NodeEvent::Socket { socket, state: SocketState::Udp { port } }),
            1 => (0u32..40).prop_map(|socket| NodeEvent::SocketGone { socket }),
            1 => Just(NodeEvent::NoCable),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_tables_of_any_moment_are_what_all_events_up_to_it_amount_to(
            events in prop::collection::vec((0u64..3, event()), 0..3_000),
            asked in prop::collection::vec(any::<prop::sample::Index>(), 20),
        ) {
            let (mut log, mut at) = (NodeLog::default(), Instant::ZERO);
            for (later, event) in events {
                at += Duration::from_nanos(later);
                log.push(NodeEntry { at, event });
            }
            for index in asked {
                let moment = Instant::from_nanos(index.index(at.nanos() as usize + 2) as u64);
                let mut tables = Tables::default();
                log.entries().iter().filter(|entry| entry.at <= moment).for_each(|entry| tables.note(entry));
                prop_assert_eq!(log.at(moment), tables.view());
            }
            let kept: usize = log.kept.iter().map(|(_, tables)| tables.len()).sum();
            prop_assert!(kept <= log.entries().len());
            prop_assert!(log.kept.len() <= log.entries().len() / EVENTS_MIN);
        }
    }
}
