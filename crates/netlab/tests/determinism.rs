//! The same topology, seed and commands give the same history, however the run is sliced and whenever the commands come.

#[cfg(all(test, target_arch = "wasm32"))]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

mod common;

use common::*;
use netlab::history::{Fate, Limits};
use netlab::run::*;
use netlab::topology::*;
use netlab::world::Command;
use netlab::{BitsPerSec, Duration, Instant, Ratio, World};
use proptest::prelude::*;
use wire::impair::Impairment;

/// Five hosts, a switch beside a hub, every impairment somewhere, every kind of run.
fn busy(seed: u64) -> World {
    let mut nodes: Vec<_> = (1..=5).map(host).collect();
    nodes.extend([switch(), hub()]);
    let mut links: Vec<_> = [(0, 5), (1, 5), (5, 6), (2, 6), (3, 6), (4, 6)].map(|(a, b)| cable(a, b)).into();
    links[0].ways[0].impairments = vec![Impairment::Loss(Ratio::percent(2)), Impairment::TrailingBytes(9)];
    links[3].ways[1].impairments =
        vec![Impairment::LossOfSmall { probability: Ratio::percent(10), bytes_max: 100 }];
    links[4].ways[0].impairments =
        vec![Impairment::SilenceOnce { after_bytes: 10_000, lasts: Duration::from_millis(200) }];
    links[2].ways = [way(10, 300, 8_000), way(20, 100, 16_000)];
    World::new(Topology { nodes, links }, seed, Limits::default()).unwrap()
}

fn commands() -> Vec<(Instant, Command)> {
    let at = |ms: u64| Instant::ZERO + Duration::from_millis(ms);
    let start = |from: u32, to: u32, version, kind| {
        let to = Target::Node(NodeId(to), Some(version));
        Command::Start(RunSpec { from: NodeId(from), to, kind })
    };
    let rate = BitsPerSec::new(2_000_000).unwrap();
    let udp = Iperf {
        amount: Amount::Time(Duration::from_millis(300)),
        transport: IperfTransport::Udp { rate, datagram_bytes: 700 },
        ..Iperf::default()
    };
    let quick = Ping { interval: Duration::from_millis(50), ..Ping::default() };
    let small = Iperf { amount: Amount::Bytes(150_000), ..Iperf::default() };
    vec![
        (at(0), start(0, 2, IpVersion::V4, RunKind::Ping(quick.clone()))),
        (at(0), start(3, 1, IpVersion::V6, RunKind::Ping(quick))),
        (at(5), start(0, 3, IpVersion::V4, RunKind::Iperf(small))),
        (at(10), start(4, 1, IpVersion::V6, RunKind::Iperf(udp))),
        (at(40), start(2, 1, IpVersion::V4, RunKind::Echo(Echo { count: 5, ..Echo::default() }))),
        (at(77), Command::SetLink(LinkId(2), [way(5, 900, 8_000), way(5, 100, 8_000)])),
        (at(90), start(1, 4, IpVersion::V6, RunKind::Connect(Connect::default()))),
    ]
}

/// The same, and a host at the hub, a second switch with another host, and what they do; a cable is pulled and put back.
fn growing() -> Vec<(Instant, Command)> {
    let at = |ms: u64| Instant::ZERO + Duration::from_millis(ms);
    let start = |from: u32, to: u32, kind| {
        Command::Start(RunSpec { from: NodeId(from), to: Target::Node(NodeId(to), None), kind })
    };
    let quick = |count| Ping { count, interval: Duration::from_millis(20), ..Ping::default() };
    let mut lossy = cable(7, 6);
    lossy.ways[0].impairments = vec![Impairment::Loss(Ratio::percent(10))];
    let pulled = Way { impairments: vec![Impairment::Down], ..way(100, 100, 8_000) };
    let small = Iperf { amount: Amount::Bytes(60_000), ..Iperf::default() };
    let mut commands = commands();
    commands.extend([
        (at(20), Command::AddNode(host(6))),
        (at(20), Command::AddLink(lossy)),
        (at(20), start(7, 0, RunKind::Ping(quick(30)))),
        (at(60), Command::AddNode(switch())),
        (at(80), Command::AddNode(host(7))),
        (at(80), Command::AddLink(cable(8, 9))),
        (at(85), Command::AddLink(Link { ways: [way(10, 300, 8_000), way(20, 100, 8_000)], ..cable(5, 8) })),
        (at(90), start(9, 7, RunKind::Iperf(small))),
        (at(90), start(3, 9, RunKind::Ping(quick(10)))),
        (at(200), Command::SetLink(LinkId(6), [pulled.clone(), pulled])),
        (at(300), Command::SetLink(LinkId(6), [way(100, 100, 8_000), way(100, 100, 8_000)])),
    ]);
    commands.sort_by_key(|&(at, _)| at);
    commands
}

const END: Instant = Instant::from_nanos(1_000_000_000);

fn planned(seed: u64) -> World {
    replayed(seed, commands())
}

fn replayed(seed: u64, commands: Vec<(Instant, Command)>) -> World {
    let mut world = busy(seed);
    for (at, command) in commands {
        world.schedule(at, command).unwrap();
    }
    world.run_until(END, || true);
    world
}

#[test]
fn the_same_seed_gives_the_same_history_and_another_seed_another() {
    assert_eq!(planned(7).history().hash(), planned(7).history().hash());
    assert_ne!(planned(7).history().hash(), planned(8).history().hash());
}

#[test]
fn the_history_is_what_it_always_was_natively_and_in_wasm() {
    // One number for every platform: shared links replay identically only while it holds.
    assert_eq!(format!("{:016x}", planned(7).history().hash()), "a75e2622631f17df");
    assert_eq!(format!("{:016x}", replayed(7, growing()).history().hash()), "271a2561414f167a");
}

#[test]
fn a_world_that_grows_live_has_the_history_of_one_whose_growth_was_planned() {
    let mut live = busy(7);
    for (at, command) in growing() {
        // As far as it goes without this moment, which is then the first open one.
        if at > live.frontier() {
            live.run_until(Instant::from_nanos(at.nanos() - 1), || true);
        }
        assert_eq!(live.apply(command).unwrap().0, at);
    }
    live.run_until(END, || true);
    let planned = replayed(7, growing());
    assert_eq!(live.history().hash(), planned.history().hash());
    assert_eq!(live.topology(), planned.topology());
    let of_added = live.history().runs().iter().filter(|run| run.spec.from >= NodeId(7));
    let bytes: Vec<_> = of_added.map(|run| run.totals_at(END).bytes).collect();
    assert_eq!(bytes.len(), 2);
    assert!(bytes.iter().all(|&bytes| bytes > 0), "what was added takes part: {bytes:?}");
}

#[test]
fn forgetting_old_frames_leaves_the_hash_alone() {
    let mut small =
        World::new(busy(7).topology().clone(), 7, Limits { frame_bytes: 20_000, transits: 50 }).unwrap();
    for (at, command) in commands() {
        small.schedule(at, command).unwrap();
    }
    small.run_until(END, || true);
    let whole = planned(7);
    assert_eq!(small.history().hash(), whole.history().hash());
    assert!(small.history().transits().len() <= 50);
    assert!(small.history().complete_since() > Instant::ZERO);
    let last = |world: &World| {
        let transit = world.history().transits().next_back().unwrap();
        (transit.id, transit.frame.clone())
    };
    assert_eq!(last(&small), last(&whole));
}

#[test]
fn what_was_sent_was_delivered_or_dropped_or_is_under_way() {
    for end_ms in [20, 60, 100, 160, 1_000] {
        let mut world = busy(7);
        for (at, command) in growing() {
            world.schedule(at, command).unwrap();
        }
        world.run_until(Instant::ZERO + Duration::from_millis(end_ms), || true);
        for index in 0..world.topology().links.len() * 2 {
            let direction = Direction::from_index(index);
            let totals = world.history().totals(direction);
            let dropped: u64 = totals.dropped.values().sum();
            let under_way = world
                .history()
                .transits()
                .filter(|transit| transit.direction == direction && transit.fate == Fate::Delivered)
                .filter(|transit| transit.arrival > world.now())
                .count() as u64;
            assert_eq!(totals.sent, totals.delivered + dropped + under_way);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn slicing_a_run_changes_nothing(
        slices in prop::collection::vec((1u64..40_000_000, 1u32..200), 1..80),
    ) {
        for commands in [commands(), growing()] {
            let mut world = busy(7);
            for (at, command) in commands.clone() {
                world.schedule(at, command).unwrap();
            }
            let mut until = Instant::ZERO;
            for &(length, moments) in slices.iter().cycle() {
                until = (until + Duration::from_nanos(length)).min(END);
                let mut left = moments;
                world.run_until(until, || { left -= 1; left > 0 });
                if world.now() == END {
                    break;
                }
            }
            prop_assert_eq!(world.history().hash(), replayed(7, commands).history().hash());
        }
    }

    #[test]
    fn a_command_given_live_is_the_same_as_one_planned(
        gaps in prop::collection::vec(0u64..30_000_000, 1..20),
    ) {
        let mut live = busy(7);
        let mut journal = Vec::new();
        let mut until = Instant::ZERO;
        for (gap, (_, command)) in gaps.into_iter().zip(growing()) {
            until += Duration::from_nanos(gap);
            live.run_until(until, || true);
            let (at, _) = live.apply(command.clone()).unwrap();
            journal.push((at, command));
        }
        live.run_until(END, || true);
        prop_assert_eq!(live.history().hash(), replayed(7, journal).history().hash());
    }
}
