//! What the spanning tree promises, on networks drawn at random: whatever cables there are, one tree of them forwards, its root is
//! the least bridge, its ways are the cheapest; soon after the start, after a failure and after a return.

#[cfg(target_arch = "wasm32")]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

mod common;

use bridge::Event;
use bridge::config::{Config, Edge, Port, Stp};
use bridge::event::{BridgeId, Role, State};
use common::{End, Net, frame, rapid};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use smoltcp::wire::EthernetAddress;
use std::collections::BTreeMap;
use wire::{Duration, Frame, PortId};

/// A connected network: for each bridge its priority, and the cables, each with its rate.
#[derive(Clone, Debug)]
struct Drawn {
    priorities: Vec<u16>,
    links: Vec<(usize, usize, u64)>,
}

fn drawn() -> impl Strategy<Value = Drawn> {
    (2usize..=12).prop_flat_map(|bridges| {
        let rate = || prop::sample::select(vec![10_000_000, 100_000_000, 1_000_000_000]);
        // A tree first, so that it is connected; then more, parallel ones too.
        let tree: Vec<_> = (1..bridges).map(|n| (0..n, Just(n), rate())).collect();
        let more = prop::collection::vec((0..bridges, 0..bridges, rate()), 0..=bridges);
        let priorities = prop::collection::vec((0u16..3).prop_map(|n| n * 4_096), bridges);
        (priorities, tree, more).prop_map(|(priorities, mut links, more)| {
            links.extend(more.into_iter().filter(|(a, b, _)| a != b));
            Drawn { priorities, links }
        })
    })
}

struct Built {
    net: Net,
    costs: Vec<u64>,
    cables: usize,
}

fn build(drawn: &Drawn) -> Built {
    let mut net = Net::default();
    for priority in &drawn.priorities {
        net.bridge(rapid(*priority));
    }
    let mut costs = Vec::new();
    for &(a, b, rate) in &drawn.links {
        // By settings, so that it stays when a cable comes back.
        let port = || Port { cost: Some((20_000_000_000_000 / rate) as u32), ..Port::default() };
        net.join_as([(a, port()), (b, port())], rate);
        costs.push(20_000_000_000_000 / rate);
    }
    let cables = net.links.len();
    for bridge in 0..drawn.priorities.len() {
        net.station(bridge, Port::default());
    }
    Built { net, costs, cables }
}

/// So long after the start everything is open. Between bridges it takes milliseconds, or, where so much is said at once that
/// TxHoldCount holds some of it back, a few seconds; ports without a bridge behind them open three seconds after the last change.
const STARTED: Duration = Duration::from_secs(10);

impl Built {
    /// The bridges at the ends of a cable that is there.
    fn cable(&self, link: usize) -> Option<(End, usize, End, usize)> {
        let ([a, b], up) = self.net.links[link];
        let (End::Bridge(m, _), End::Bridge(n, _)) = (a, b) else { return None };
        (up && self.net.bridges[m].alive && self.net.bridges[n].alive).then_some((a, m, b, n))
    }

    /// Each bridge's part of the network, by its least member.
    fn parts(&self, open: impl Fn(usize) -> bool) -> Vec<usize> {
        let mut parts: Vec<_> = (0..self.net.bridges.len()).collect();
        for _ in 0..parts.len() {
            for link in 0..self.cables {
                if let Some((_, m, _, n)) = self.cable(link).filter(|_| open(link)) {
                    let least = parts[m].min(parts[n]);
                    (parts[m], parts[n]) = (least, least);
                }
            }
        }
        parts
    }

    fn forwards(&self, link: usize) -> bool {
        let [a, b] = self.net.links[link].0;
        [a, b].iter().all(|end| self.net.state(*end) == Some(State::Forwarding))
    }

    fn id(&self, drawn: &Drawn, bridge: usize) -> BridgeId {
        BridgeId { priority: drawn.priorities[bridge], mac: self.net.bridges[bridge].mac.0 }
    }

    /// What must be so once the tree has come to rest.
    fn check(&mut self, drawn: &Drawn) -> Result<(), TestCaseError> {
        let (connected, tree) = (self.parts(|_| true), self.parts(|link| self.forwards(link)));
        prop_assert_eq!(&connected, &tree, "the tree joins whatever cables join");
        let mut edges = BTreeMap::<usize, usize>::new();
        let mut members = BTreeMap::<usize, usize>::new();
        for link in (0..self.cables).filter(|link| self.forwards(*link)) {
            if let Some((_, m, ..)) = self.cable(link) {
                *edges.entry(connected[m]).or_default() += 1;
            }
        }
        for (bridge, part) in connected.iter().enumerate() {
            if self.net.bridges[bridge].alive {
                *members.entry(*part).or_default() += 1;
            }
        }
        for (part, members) in &members {
            prop_assert_eq!(edges.get(part).copied().unwrap_or(0) + 1, *members, "it is a tree");
        }
        for bridge in (0..self.net.bridges.len()).filter(|bridge| self.net.bridges[*bridge].alive) {
            let same = (0..connected.len())
                .filter(|other| connected[*other] == connected[bridge] && self.net.bridges[*other].alive);
            let root = same.min_by_key(|other| self.id(drawn, *other)).unwrap();
            let cost = self.cheapest(root)[bridge];
            let (said, said_cost, port) = self.net.bridges[bridge].root.unwrap();
            prop_assert_eq!(said, self.id(drawn, root), "the least is the root");
            prop_assert_eq!(u64::from(said_cost), cost.unwrap(), "the way is the cheapest");
            prop_assert_eq!(port.is_none(), bridge == root);
            for (port, (role, state, _)) in &self.net.bridges[bridge].ports {
                let open = matches!(role, Role::Root | Role::Designated);
                prop_assert_eq!(*state == State::Forwarding, open, "bridge {} {}: {:?}", bridge, port, role);
            }
        }
        self.broadcasts_reach_everybody_once(&connected)
    }

    /// Shortest ways from this bridge, by relaxing every cable as often as there are bridges.
    fn cheapest(&self, from: usize) -> Vec<Option<u64>> {
        let mut costs = vec![None; self.net.bridges.len()];
        costs[from] = Some(0);
        for _ in 0..costs.len() {
            for link in 0..self.cables {
                let Some((_, m, _, n)) = self.cable(link) else { continue };
                for (m, n) in [(m, n), (n, m)] {
                    if let Some(cost) = costs[m].map(|cost| cost + self.costs[link]) {
                        costs[n] = Some(costs[n].map_or(cost, |known: u64| known.min(cost)));
                    }
                }
            }
        }
        costs
    }

    fn broadcasts_reach_everybody_once(&mut self, connected: &[usize]) -> Result<(), TestCaseError> {
        for bridge in
            (0..connected.len()).filter(|bridge| self.net.bridges[*bridge].alive).collect::<Vec<_>>()
        {
            self.net.heard.iter_mut().for_each(Vec::clear);
            let from = EthernetAddress([2, 0, 0, 0, 1, bridge as u8]);
            let sent = frame(EthernetAddress::BROADCAST, from, &[7; 50]);
            self.net.send(End::Station(bridge), sent.clone());
            self.net.run(Duration::from_millis(1));
            for (other, heard) in self.net.heard.iter().enumerate() {
                let times = heard.iter().filter(|(_, frame)| *frame == sent).count();
                let reached =
                    other != bridge && connected[other] == connected[bridge] && self.net.bridges[other].alive;
                prop_assert_eq!(times, usize::from(reached), "from {} to {}", bridge, other);
            }
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bridges_agree_on_a_tree_of_the_cheapest_ways(
        drawn in drawn(), cut in any::<prop::sample::Index>(), dies in any::<prop::sample::Index>(), by_link in any::<bool>(),
    ) {
        let mut built = build(&drawn);
        built.net.run(STARTED);
        built.check(&drawn)?;
        if by_link {
            let link = cut.index(built.cables);
            built.net.set_link(link, false);
            built.net.run(RECOVERED);
            built.check(&drawn)?;
            built.net.set_link(link, true);
            built.net.run(RECOVERED);
            built.check(&drawn)?;
        } else {
            built.net.kill(dies.index(drawn.priorities.len()));
            built.net.run(RECOVERED);
            built.check(&drawn)?;
        }
    }
}

/// After a failure old news may go round a loop of bridges, one second older with each, until it is older than its maximum age
/// (20 s); TxHoldCount slows that down to one a second in the end. Nearly always it takes milliseconds.
const RECOVERED: Duration = Duration::from_secs(30);

impl Built {
    /// Sends a number of broadcasts, one each ten milliseconds, from each bridge's station in turn.
    fn talk(&mut self, times: u16, number: &mut u16) {
        for _ in 0..times {
            *number += 1;
            let station = usize::from(*number) % self.net.bridges.len();
            if self.net.bridges[station].alive {
                let from = EthernetAddress([2, 0, 0, 0, 1, station as u8]);
                let sent = frame(EthernetAddress::BROADCAST, from, &number.to_be_bytes());
                self.net.send(End::Station(station), sent);
            }
            self.net.run(Duration::from_millis(10));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    // After a failure this cannot be said of any rapid tree: see `stp`.
    #[test]
    fn while_the_tree_is_built_no_loop_opens(drawn in drawn()) {
        let mut built = build(&drawn);
        built.talk(800, &mut 0);
        for (station, heard) in built.net.heard.iter().enumerate() {
            let mut times = BTreeMap::<&[u8], usize>::new();
            for (_, frame) in heard.iter().filter(|(_, frame)| frame[12] == 0x88) {
                *times.entry(frame).or_default() += 1;
            }
            // Twice: one that was on its way while the way changed.
            prop_assert!(times.values().all(|times| *times <= 2), "station {}: {:?}", station, times.values().max());
        }
    }
}

/// Bridges that meet at hubs: for each bridge its priority, for each cable its bridge and its hub.
fn drawn_with_hubs() -> impl Strategy<Value = (Vec<u16>, usize, Vec<(usize, usize)>)> {
    (2usize..=6, 1usize..=4).prop_flat_map(|(bridges, hubs)| {
        let priorities = prop::collection::vec((0u16..3).prop_map(|n| n * 4_096), bridges);
        let cables = prop::collection::vec((0..bridges, 0..hubs), bridges..=3 * bridges);
        (priorities, Just(hubs), cables)
    })
}

/// Where more than two bridges meet, agreements count for nothing, and a port waits for the maximum age and a hello to open; and
/// that once more behind one that does.
const STARTED_AT_HUBS: Duration = Duration::from_secs(60);

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bridges_that_meet_at_hubs_let_no_frame_go_round((priorities, hubs, cables) in drawn_with_hubs(), talks in any::<bool>()) {
        let mut net = Net::default();
        for priority in &priorities {
            net.bridge(rapid(*priority));
        }
        for _ in 0..hubs {
            net.hub();
        }
        for &(bridge, hub) in &cables {
            net.plug(bridge, Port::default(), 100_000_000, End::Hub(hub));
        }
        for bridge in 0..priorities.len() {
            net.station(bridge, Port::default());
        }
        // If a loop ever opened, the frames of a station that sends all the time would circulate without end.
        while net.now.nanos() < STARTED_AT_HUBS.nanos() {
            if talks {
                let from = EthernetAddress([2, 0, 0, 0, 1, 0]);
                net.send(End::Station(0), frame(EthernetAddress::BROADCAST, from, &[1; 50]));
            }
            net.run(Duration::from_millis(100));
        }
        // What the cables join, by relaxing: bridges first, then hubs.
        let count = priorities.len();
        let mut parts: Vec<_> = (0..count + hubs).collect();
        for _ in 0..parts.len() {
            for &(bridge, hub) in &cables {
                let least = parts[bridge].min(parts[count + hub]);
                (parts[bridge], parts[count + hub]) = (least, least);
            }
        }
        for bridge in 0..count {
            net.heard.iter_mut().for_each(Vec::clear);
            let sent = frame(EthernetAddress::BROADCAST, EthernetAddress([2, 0, 0, 0, 1, bridge as u8]), &[7; 50]);
            net.send(End::Station(bridge), sent.clone());
            net.run(Duration::from_millis(1));
            for other in 0..count {
                let times = net.heard[other].iter().filter(|(_, frame)| *frame == sent).count();
                prop_assert_eq!(times, usize::from(other != bridge && parts[other] == parts[bridge]), "{} to {}", bridge, other);
            }
        }
    }
}

/// Three bridges in a ring: the second's port to the third is closed.
fn ring() -> (Net, [usize; 3]) {
    let mut net = Net::default();
    for priority in [0, 4_096, 8_192] {
        net.bridge(rapid(priority));
    }
    let links = [net.join(0, 1, 1_000_000_000), net.join(0, 2, 1_000_000_000), net.join(1, 2, 1_000_000_000)];
    net.run(STARTED);
    (net, links)
}

fn role(net: &Net, bridge: usize, port: u32) -> (Role, State) {
    let (role, state, _) = net.bridges[bridge].ports[&PortId(port)];
    (role, state)
}

#[test]
fn an_alternate_port_takes_over_in_the_moment_in_which_the_root_port_goes_down() {
    let (mut net, links) = ring();
    assert_eq!(role(&net, 2, 1), (Role::Alternate, State::Discarding));
    let now = net.now;
    net.set_link(links[1], false);
    assert_eq!(role(&net, 2, 1), (Role::Root, State::Forwarding));
    let changed = net.bridges[2].events.iter().any(|(at, event)| {
        *at == now && matches!(event, Event::TopologyChange { port: PortId(1), detected: true })
    });
    assert!(changed, "and says that the topology has changed");
}

#[test]
fn addresses_behind_other_ports_are_forgotten_everywhere_when_the_tree_changes() {
    let (mut net, links) = ring();
    let (station, port) = net.station(2, Port { edge: Edge::Yes, ..Port::default() });
    let a = EthernetAddress([2, 0, 0, 0, 1, 1]);
    net.run(Duration::from_secs(5));
    net.send(End::Station(station), frame(EthernetAddress::BROADCAST, a, &[1; 50]));
    net.run(Duration::from_secs(1));
    assert!(net.bridges[0].addresses.contains(&(None, a, PortId(1))));
    net.set_link(links[1], false);
    net.run(Duration::from_millis(1));
    assert!(!net.bridges[0].addresses.iter().any(|(_, mac, _)| *mac == a), "the way to it is another now");
    assert!(net.bridges[2].addresses.contains(&(None, a, port)), "it is where it was: behind an edge");
}

#[test]
fn costs_and_priorities_can_be_changed_while_it_runs() {
    let (mut net, _) = ring();
    let dear = Port { cost: Some(100_000), ..Port::default() };
    net.with(2, |bridge, now, out| bridge.set_port(now, PortId(0), dear, out));
    net.run(Duration::from_secs(5));
    assert_eq!(role(&net, 2, 1), (Role::Root, State::Forwarding), "over the other is cheaper now");
    assert_eq!(role(&net, 2, 0), (Role::Alternate, State::Discarding));
    let best = Stp { priority: 0, ..Stp::default() };
    let worst = Stp { priority: 61_440, ..Stp::default() };
    net.with(0, |bridge, now, out| {
        bridge.set_config(now, Config { stp: Some(worst), ..Config::default() }, out)
    });
    net.with(2, |bridge, now, out| {
        bridge.set_config(now, Config { stp: Some(best), ..Config::default() }, out)
    });
    net.run(Duration::from_secs(30));
    for bridge in 0..3 {
        assert_eq!(net.bridges[bridge].root.unwrap().0.mac, net.bridges[2].mac.0, "bridge {bridge}");
    }
}

#[test]
fn a_tree_can_be_switched_on_in_a_storm_and_off_again() {
    let mut net = Net::default();
    for _ in 0..3 {
        net.bridge(Config::default());
    }
    for (a, b) in [(0, 1), (0, 2), (1, 2)] {
        net.join(a, b, 1_000_000_000);
    }
    let (station, _) = net.station(0, Port::default());
    net.send(End::Station(station), frame(EthernetAddress::BROADCAST, EthernetAddress([2; 6]), &[1; 50]));
    net.run(Duration::from_millis(10));
    let sent = net.frames;
    assert!(sent > 1_000, "it goes round and round");
    for bridge in 0..3 {
        net.with(bridge, |bridge, now, out| bridge.set_config(now, rapid(0), out));
    }
    net.run(STARTED);
    assert!(net.frames - sent < 100, "what is left are BPDUs: {}", net.frames - sent);
    net.with(2, |bridge, now, out| bridge.set_config(now, Config::default(), out));
    assert!(net.bridges[2].ports.values().all(|(_, state, _)| *state == State::Forwarding));
}

#[test]
fn two_ports_of_one_bridge_at_one_hub_are_designated_and_backup() {
    let mut net = Net::default();
    net.bridge(rapid(0));
    net.hub();
    net.plug(0, Port::default(), 1_000_000_000, End::Hub(0));
    net.plug(0, Port::default(), 1_000_000_000, End::Hub(0));
    net.run(Duration::from_secs(60));
    assert_eq!(role(&net, 0, 0), (Role::Designated, State::Forwarding));
    assert_eq!(role(&net, 0, 1), (Role::Backup, State::Discarding));
    net.set_link(0, false);
    net.run(Duration::from_secs(60));
    assert_eq!(role(&net, 0, 1), (Role::Designated, State::Forwarding), "it takes over");
}

#[test]
fn an_edge_port_opens_at_once_or_after_three_seconds_or_late() {
    let mut net = Net::default();
    net.bridge(rapid(0));
    for edge in [Edge::Yes, Edge::Auto, Edge::No] {
        net.station(0, Port { edge, ..Port::default() });
    }
    net.run(Duration::from_secs(40));
    let opened: Vec<_> = (0..3)
        .map(|port| {
            let events = net.bridges[0].events.iter();
            let mut opened = events.filter(|(_, event)| {
                matches!(event, Event::Port { port: at, state: State::Forwarding, .. } if at.0 == port)
            });
            opened.next().unwrap().0.nanos() / 1_000_000_000
        })
        .collect();
    assert_eq!(opened, [0, 3, 22], "at once; MigrateTime; MaxAge and a hello");
}

#[test]
fn a_bpdu_proves_an_edge_wrong() {
    let mut net = Net::default();
    net.bridge(rapid(0));
    net.bridge(rapid(0));
    let edge = || Port { edge: Edge::Yes, ..Port::default() };
    net.join_as([(0, edge()), (1, edge())], 1_000_000_000);
    net.join_as([(0, edge()), (1, edge())], 1_000_000_000);
    net.run(STARTED);
    assert_eq!(role(&net, 1, 1), (Role::Alternate, State::Discarding));
    assert!(net.bridges.iter().flat_map(|node| node.ports.values()).all(|(_, _, edge)| !edge));
}

/// A bridge of the old spanning tree as the station at a port: says every two seconds who is the root.
fn old_bpdu(root: [u8; 8], cost: u32, bridge: [u8; 8], flags: u8) -> Frame {
    let words = [0x8001u16, 0, 20 << 8, 2 << 8, 15 << 8].map(u16::to_be_bytes).concat();
    let bpdu =
        [&[0x42, 0x42, 3, 0, 0, 0, 0, flags][..], &root, &cost.to_be_bytes(), &bridge, &words].concat();
    Frame::concat(&[&[1, 0x80, 0xc2, 0, 0, 0, 2, 0, 0, 0, 0, 0x77, 0, bpdu.len() as u8], &bpdu])
}

#[test]
fn a_bridge_of_the_old_tree_is_answered_in_its_own_language() {
    let old = [0, 0, 2, 0, 0, 0, 0, 0x77];
    // The old one is the root. The rapid one has a ring with another rapid one, so that something can change.
    let mut net = Net::default();
    net.bridge(rapid(4_096));
    net.bridge(rapid(8_192));
    let (station, port) = net.station(0, Port::default());
    net.join(0, 1, 1_000_000_000);
    for _ in 0..6 {
        net.send(End::Station(station), old_bpdu(old, 0, old, 0));
        net.run(Duration::from_secs(2));
    }
    assert_eq!(role(&net, 0, port.0), (Role::Root, State::Forwarding));
    assert_eq!(net.bridges[1].root.unwrap().0, BridgeId { priority: 0, mac: [2, 0, 0, 0, 0, 0x77] });
    // A change behind: it is notified, by a BPDU that it understands.
    net.heard[station].clear();
    let (_, _) = net.station(1, Port { edge: Edge::No, ..Port::default() });
    for _ in 0..16 {
        net.send(End::Station(station), old_bpdu(old, 0, old, 0));
        net.run(Duration::from_secs(2));
    }
    let versions: Vec<_> = net.heard[station].iter().map(|(_, frame)| (frame[19], frame[20])).collect();
    assert!(versions.iter().all(|kind| *kind == (0, 0x80)), "notifications only: {versions:?}");
    assert!(versions.len() > 1, "until they are acknowledged");
    // Acknowledged.
    net.send(End::Station(station), old_bpdu(old, 0, old, 0x80));
    net.run(Duration::from_millis(10));
    net.heard[station].clear();
    for _ in 0..4 {
        net.send(End::Station(station), old_bpdu(old, 0, old, 0));
        net.run(Duration::from_secs(2));
    }
    assert_eq!(net.heard[station].len(), 0);
}

#[test]
fn towards_an_old_bridge_the_timers_are_the_old_ones_and_it_is_told_of_changes() {
    // The old one is below, and its port to us its root port: it sends nothing but notifications.
    let below = [0xf0, 0, 2, 0, 0, 0, 0, 0x77];
    let mut net = Net::default();
    net.bridge(rapid(0));
    let (station, port) = net.station(0, Port::default());
    // It takes itself for the root first.
    for _ in 0..3 {
        net.send(End::Station(station), old_bpdu(below, 0, below, 0));
        net.run(Duration::from_secs(2));
    }
    net.heard[station].clear();
    net.run(Duration::from_secs(60));
    assert_eq!(role(&net, 0, port.0), (Role::Designated, State::Forwarding));
    assert!(
        net.heard[station].iter().all(|(_, frame)| (frame[19], frame[20]) == (0, 0)),
        "configuration BPDUs"
    );
    net.heard[station].clear();
    let tcn =
        [&[1, 0x80, 0xc2, 0, 0, 0, 2, 0, 0, 0, 0, 0x77, 0, 7][..], &[0x42, 0x42, 3, 0, 0, 0, 0x80]].concat();
    net.send(End::Station(station), Frame::copy_from(&tcn));
    net.run(Duration::from_secs(3));
    let flags: Vec<_> = net.heard[station].iter().map(|(_, frame)| frame[21]).collect();
    assert_eq!(flags[0] & 0x81, 0x81, "acknowledged, and it goes round that the topology changes");
}

#[test]
fn no_port_sends_more_bpdus_than_it_may() {
    let (mut net, _) = ring();
    let (station, _) = net.station(0, Port::default());
    // A bridge whose information changes all the time.
    for n in 0..200u32 {
        let root = [0, 0, 1, 0, 0, 0, 0, 1];
        net.send(End::Station(station), old_bpdu(root, 1_000_000 - n, [0, 1, 2, 0, 0, 0, 0, 0x77], 1));
        net.run(Duration::from_millis(10));
    }
    let per_second = net.heard[station].iter().filter(|(at, _)| at.nanos() >= STARTED.nanos()).count();
    assert!(per_second <= 6 + 2, "{per_second} within two seconds");
}
