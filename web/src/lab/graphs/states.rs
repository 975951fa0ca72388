//! Where the ends of a connection are in TCP's state machine, and what a switch learned and forgot.

use super::connections::{Connection, host_of};
use super::sheet::{Lead, Line, Sheet};
use crate::format;
use netlab::history::{NodeEvent, SocketState};
use netlab::topology::{NodeId, Topology};
use netlab::{History, Instant};
use smoltcp::socket::tcp::State;
use std::collections::BTreeMap;
use vnetif::PortId;

/// The states of both ends, the one that opened it first; `None`: it has no socket for it, yet or any more.
pub fn states_at(
    topology: &Topology,
    history: &History,
    connection: &Connection,
    at: Instant,
) -> [Option<(State, Instant)>; 2] {
    std::array::from_fn(|side| {
        let (local, remote) = (connection.ends[side], connection.ends[1 - side]);
        let node = host_of(topology, local.addr)?;
        let view = history.node_at(node, at);
        let of = |with_peer: bool| {
            view.sockets.iter().rev().find_map(|(_, state, since)| match *state {
                SocketState::Tcp { state, remote: peer, port, .. }
                    if port == local.port && (peer == Some(remote)) == with_peer =>
                {
                    (with_peer || state == State::Listen).then_some((state, *since))
                }
                _ => None,
            })
        };
        of(true).or_else(|| of(false))
    })
}

/// More rows than this are not shown.
const LINES_MAX: usize = 300;

/// What a switch learned and forgot up to a moment, the latest first.
pub fn mac_changes(topology: &Topology, history: &History, switch: NodeId, at: Instant, all: bool) -> Sheet {
    let mut known: BTreeMap<_, PortId> = BTreeMap::new();
    let ports: Vec<_> = topology
        .links
        .iter()
        .filter_map(|link| {
            let end = link.ends.iter().position(|&end| end == switch)?;
            Some(topology.node(link.ends[1 - end]).name.as_str())
        })
        .collect();
    let port = |port: PortId| {
        let name = ports.get(port.0 as usize).copied().unwrap_or("?");
        format!("{} (to {name})", port.0)
    };
    let mut lines = Vec::new();
    for entry in history.node(switch).iter().take_while(|entry| entry.at <= at) {
        let (what, mac, at_port) = match entry.event {
            NodeEvent::Switch(bridge::Event::Learned { mac, port: now, .. }) => {
                match known.insert(mac, now) {
                    Some(before) if before != now => {
                        ("moved", mac, format!("{} → {}", port(before), port(now)))
                    }
                    _ => ("learned", mac, port(now)),
                }
            }
            NodeEvent::Switch(bridge::Event::Forgotten { mac, .. }) => {
                ("forgotten", mac, known.remove(&mac).map(port).unwrap_or_default())
            }
            _ => continue,
        };
        let cells = vec![format::clock(entry.at), what.into(), mac.to_string(), at_port];
        lines.push(Line { cells, lead: Some(Lead::Moment(entry.at)), depth: 0 });
    }
    lines.reverse();
    let most = if all { usize::MAX } else { LINES_MAX };
    Sheet::new(&["Time in s", "Change", "Address", "Port"], 4, lines, most)
}
