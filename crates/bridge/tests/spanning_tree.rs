//! What the spanning tree promises, on networks drawn at random: whatever cables there are, one tree of them forwards, its root is
//! the least bridge, its ways are the cheapest; soon after the start, after a failure and after a return.

#[cfg(target_arch = "wasm32")]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

mod common;

use bridge::config::Port;
use bridge::event::{BridgeId, Role, State};
use common::{End, Net, frame, rapid};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use smoltcp::wire::EthernetAddress;
use std::collections::BTreeMap;
use vnetif::Duration;

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
