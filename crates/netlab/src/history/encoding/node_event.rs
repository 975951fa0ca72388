//! What changes in nodes.

use super::{Encode, Words};
use crate::history::{HostEvent, NodeEvent, SocketState};
use bridge::config::Vlan;
use bridge::event::{BridgeId, Role, State};
use router::event::{Flow, Route, Source, Translation};
use smoltcp::socket::tcp;

impl Encode for NodeEvent {
    fn encode(&self, words: &mut Words) {
        match self {
            Self::Switch(event) => words.variant(0, &[event]),
            Self::Router(event) => words.variant(1, &[event]),
            // Hosts' events have the numbers from 2 on.
            Self::Host(event) => event.encode(words),
        }
    }
}

impl Encode for HostEvent {
    fn encode(&self, words: &mut Words) {
        match self {
            Self::Address { cidr } => words.variant(2, &[cidr]),
            Self::AddressGone { cidr } => words.variant(3, &[cidr]),
            Self::DefaultRouter { router } => words.variant(4, &[router]),
            Self::DefaultRouterGone { router } => words.variant(5, &[router]),
            Self::Joined { group } => words.variant(6, &[group]),
            Self::Left { group } => words.variant(7, &[group]),
            Self::PathMtu { to, mtu } => words.variant(8, &[to, mtu]),
            Self::Neighbor { ip, mac } => words.variant(9, &[ip, mac]),
            Self::Socket { socket, state } => words.variant(10, &[socket, state]),
            Self::SocketGone { socket } => words.variant(11, &[socket]),
            Self::NoCable => words.variant(12, &[]),
            Self::NeighborGone { ip } => words.variant(13, &[ip]),
            Self::DuplicateAddress { address, mac } => words.variant(14, &[address, mac]),
            Self::Redirected { to, via } => words.variant(15, &[to, via]),
            Self::RedirectGone { to } => words.variant(16, &[to]),
            Self::AdvertisedMtu { mtu } => words.variant(17, &[mtu]),
            Self::Card { up } => words.variant(18, &[up]),
        }
    }
}

impl Encode for SocketState {
    fn encode(&self, words: &mut Words) {
        match self {
            Self::Tcp { state, local, remote, port } => words.variant(0, &[state, local, remote, port]),
            Self::Udp { port } => words.variant(1, &[port]),
            Self::Icmp { ident } => words.variant(2, &[ident]),
        }
    }
}

impl Encode for tcp::State {
    fn encode(&self, words: &mut Words) {
        words.push(match self {
            Self::Closed => 0,
            Self::Listen => 1,
            Self::SynSent => 2,
            Self::SynReceived => 3,
            Self::Established => 4,
            Self::FinWait1 => 5,
            Self::FinWait2 => 6,
            Self::CloseWait => 7,
            Self::Closing => 8,
            Self::LastAck => 9,
            Self::TimeWait => 10,
        });
    }
}

impl Encode for bridge::Event {
    fn encode(&self, words: &mut Words) {
        match self {
            Self::Learned { vlan, mac, port } => words.variant(0, &[vlan, mac, port]),
            Self::Forgotten { vlan, mac } => words.variant(1, &[vlan, mac]),
            Self::Port { port, role, state, edge } => words.variant(2, &[port, role, state, edge]),
            Self::Root { root, cost, port } => words.variant(3, &[root, cost, port]),
            Self::TopologyChange { port, detected } => words.variant(4, &[port, detected]),
            Self::Joined { vlan, group, port } => words.variant(5, &[vlan, group, port]),
            Self::Left { vlan, group, port } => words.variant(6, &[vlan, group, port]),
        }
    }
}

impl Encode for Vlan {
    fn encode(&self, words: &mut Words) {
        self.get().encode(words);
    }
}

impl Encode for BridgeId {
    fn encode(&self, words: &mut Words) {
        let Self { priority, mac } = self;
        words.fields(&[priority, &super::mac_word(*mac)]);
    }
}

impl Encode for Role {
    fn encode(&self, words: &mut Words) {
        words.push(match self {
            Self::Root => 0,
            Self::Designated => 1,
            Self::Alternate => 2,
            Self::Backup => 3,
            Self::Disabled => 4,
        });
    }
}

impl Encode for State {
    fn encode(&self, words: &mut Words) {
        words.push(match self {
            Self::Discarding => 0,
            Self::Learning => 1,
            Self::Forwarding => 2,
        });
    }
}

impl Encode for router::Event {
    fn encode(&self, words: &mut Words) {
        match self {
            Self::Route(route) => words.variant(0, &[route]),
            Self::RouteGone { to } => words.variant(1, &[to]),
            Self::Neighbor { port, ip, mac } => words.variant(2, &[port, ip, mac]),
            Self::NeighborGone { port, ip } => words.variant(3, &[port, ip]),
            Self::Translation { entry, flow } => words.variant(4, &[entry, flow]),
            Self::TranslationGone { entry } => words.variant(5, &[entry]),
            Self::Connection { entry, flow, rule } => words.variant(6, &[entry, flow, rule]),
            Self::ConnectionGone { entry } => words.variant(7, &[entry]),
        }
    }
}

impl Encode for Route {
    fn encode(&self, words: &mut Words) {
        let Self { to, via, port, vlan, metric, source } = self;
        words.fields(&[to, via, port, vlan, metric, source]);
    }
}

impl Encode for Source {
    fn encode(&self, words: &mut Words) {
        words.push(match self {
            Self::Connected => 0,
            Self::Static => 1,
            Self::Rip => 2,
        });
    }
}

impl Encode for Flow {
    fn encode(&self, words: &mut Words) {
        let Self { protocol, from, to } = self;
        words.fields(&[protocol, from, to]);
    }
}

impl Encode for Translation {
    fn encode(&self, words: &mut Words) {
        let Self { transport, inside, outside, remote } = self;
        words.fields(&[transport, inside, outside, remote]);
    }
}
