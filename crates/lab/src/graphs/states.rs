//! The TCP states of a connection's ends, and the changes of the tables of switches and routers.

use super::connections::host_of;
use super::sheet::{Lead, Line, Sheet};
use crate::format;
use crate::inspect::words;
use crate::names::{self, Ports};
use crate::topology::LiveTopology;
use netlab::history::{NodeEvent, SocketState};
use netlab::topology::NodeId;
use netlab::{History, Instant};
use smoltcp::socket::tcp::State;
use texts::t;
use trace::connections::Connection;
use wire::PortId;
use wire::sorted::SortedMap;

/// The states of both ends, first of the one that opened the connection; `None` for an end without a socket for it.
pub fn states_at(
    topology: LiveTopology<'_>,
    history: &History,
    connection: &Connection,
    at: Instant,
) -> [Option<(State, Instant)>; 2] {
    std::array::from_fn(|side| {
        let [local, remote] = connection.seen_by(side);
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

const fn most(all: bool) -> usize {
    if all { usize::MAX } else { LINES_MAX }
}

/// The latest first, so that new lines appear at the top.
fn latest_first(columns: &[&'static str], mut lines: Vec<Line>, all: bool) -> Sheet {
    lines.reverse();
    Sheet::new(columns, columns.len(), lines, most(all))
}

/// The events of a node up to a moment.
fn events(history: &History, node: NodeId, at: Instant) -> impl Iterator<Item = (Instant, &NodeEvent)> {
    history.node(node).iter().take_while(move |entry| entry.at <= at).map(|entry| (entry.at, &entry.event))
}

fn line(at: Instant, cells: impl IntoIterator<Item = String>) -> Line {
    let cells = [format::clock(at)].into_iter().chain(cells).collect();
    Line { cells, lead: Some(Lead::Moment(at)), depth: 0 }
}

/// The changes of a switch's MAC table up to a moment, the latest first; with a VLAN column if the switch has VLANs.
pub fn mac_changes(
    topology: LiveTopology<'_>,
    history: &History,
    switch: NodeId,
    at: Instant,
    all: bool,
) -> Sheet {
    let mut known: SortedMap<_, PortId> = SortedMap::new();
    let ports = Ports::of(topology, switch);
    let mut knows_vlans = false;
    let mut found = Vec::new();
    for (when, event) in events(history, switch, at) {
        let NodeEvent::Switch(event) = event else { continue };
        match *event {
            bridge::Event::Learned { vlan, mac, port } => {
                let (what, place) = match known.insert((vlan, mac), port) {
                    Some(before) if before != port => {
                        (t!("moved"), format!("{} → {}", ports.short(before), ports.short(port)))
                    }
                    _ => (t!("learned"), ports.short(port)),
                };
                knows_vlans |= vlan.is_some();
                found.push((when, what, vlan, mac, place));
            }
            bridge::Event::Forgotten { vlan, mac } => {
                let place = known.remove(&(vlan, mac)).map(|port| ports.short(port));
                knows_vlans |= vlan.is_some();
                found.push((when, t!("forgotten"), vlan, mac, place.unwrap_or_default()));
            }
            bridge::Event::Port { .. }
            | bridge::Event::Root { .. }
            | bridge::Event::TopologyChange { .. }
            | bridge::Event::Joined { .. }
            | bridge::Event::Left { .. } => {}
        }
    }
    let lines = found.into_iter().map(|(when, what, vlan, mac, place)| {
        let vlan = knows_vlans.then(|| words::vlan(vlan));
        line(when, [what.into(), mac.to_string()].into_iter().chain(vlan).chain([place]))
    });
    let columns: &[_] = match knows_vlans {
        true => &[t!("Time in s"), t!("Change"), t!("Address"), "VLAN", t!("Port")],
        false => &[t!("Time in s"), t!("Change"), t!("Address"), t!("Port")],
    };
    latest_first(columns, lines.collect(), all)
}

/// What changed in a switch's spanning tree up to a moment, the latest first.
pub fn tree_changes(
    topology: LiveTopology<'_>,
    history: &History,
    switch: NodeId,
    at: Instant,
    all: bool,
) -> Sheet {
    let ports = Ports::of(topology, switch);
    let mut lines = Vec::new();
    for (when, event) in events(history, switch, at) {
        let NodeEvent::Switch(event) = event else { continue };
        let (what, place, more) = match *event {
            bridge::Event::Port { port, role, state, edge } => {
                let state = words::state(state);
                (words::role(role), Some(port), if edge { t!("{state}, edge port") } else { state.into() })
            }
            bridge::Event::Root { root, cost, port } => {
                let id = words::bridge_id(root);
                let name = crate::log::root_name(topology, root).map(|name| format!("{name}, {id}"));
                (t!("root of the tree"), port, t!("{}, cost {cost}", name.unwrap_or(id)))
            }
            bridge::Event::TopologyChange { port, detected } => {
                let how = if detected { t!("detected here") } else { t!("reported by a neighbor") };
                (t!("tree has changed"), Some(port), how.to_string())
            }
            bridge::Event::Learned { .. }
            | bridge::Event::Forgotten { .. }
            | bridge::Event::Joined { .. }
            | bridge::Event::Left { .. } => continue,
        };
        let place = place.map_or("–".into(), |port| ports.short(port));
        lines.push(line(when, [what.into(), place, more]));
    }
    latest_first(&[t!("Time in s"), t!("Change"), t!("Port"), t!("Now")], lines, all)
}

/// How a router's routes changed up to a moment, the latest first.
pub fn route_changes(
    topology: LiveTopology<'_>,
    history: &History,
    router: NodeId,
    at: Instant,
    all: bool,
) -> Sheet {
    let ports = Ports::of(topology, router);
    let mut known: SortedMap<String, u8> = SortedMap::new();
    let mut lines = Vec::new();
    for (when, event) in events(history, router, at) {
        let NodeEvent::Router(event) = event else { continue };
        match event {
            router::Event::Route(route) => {
                let before = known.insert(route.to.to_string(), route.metric);
                let what = match before {
                    None => t!("new"),
                    Some(_) if route.metric >= UNREACHABLE => t!("unreachable"),
                    Some(before) if before < route.metric => t!("farther"),
                    Some(before) if before > route.metric => t!("nearer"),
                    Some(_) => t!("otherwise"),
                };
                let via = route.via.map_or(t!("directly").into(), |via| names::with_address(topology, via));
                let cells = [
                    what.to_string(),
                    route.to.to_string(),
                    via,
                    ports.short(route.port),
                    route.metric.to_string(),
                    words::source(route.source).into(),
                ];
                lines.push(line(when, cells));
            }
            router::Event::RouteGone { to } => {
                known.remove(&to.to_string());
                let nothing = || "–".to_string();
                let cells = [t!("gone").into(), to.to_string(), nothing(), nothing(), nothing(), nothing()];
                lines.push(line(when, cells));
            }
            router::Event::Neighbor { .. }
            | router::Event::NeighborGone { .. }
            | router::Event::Translation { .. }
            | router::Event::TranslationGone { .. }
            | router::Event::Connection { .. }
            | router::Event::ConnectionGone { .. } => {}
        }
    }
    latest_first(
        &[t!("Time in s"), t!("Change"), t!("To"), t!("Through"), t!("At port"), t!("Metric"), t!("From")],
        lines,
        all,
    )
}

/// RIP's infinity (RFC 2453, 3.6).
const UNREACHABLE: u8 = 16;
