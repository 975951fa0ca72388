//! What holds in every network, whatever it looks like.

#[cfg(all(test, target_arch = "wasm32"))]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

mod common;

use common::*;
use netlab::history::Fate;
use netlab::run::*;
use netlab::topology::*;
use netlab::world::Command;
use netlab::{Duration, Instant, Ratio, World};
use proptest::prelude::*;
use vnetif::impair::Impairment;

/// A tree: `middles` hubs and switches, each hung on an earlier one, and hosts hung on them.
fn tree() -> impl Strategy<Value = Topology> {
    let middles = prop::collection::vec((any::<bool>(), any::<prop::sample::Index>()), 1..6);
    let hosts = prop::collection::vec(any::<prop::sample::Index>(), 2..8);
    let lines = prop::collection::vec((1u64..1_000, 1u64..20_000, 3_000usize..100_000), 12);
    (middles, hosts, lines).prop_map(|(middles, hosts, lines)| {
        let mut nodes: Vec<_> = (1..=hosts.len() as u8).map(host).collect();
        let mut links = Vec::new();
        let first = hosts.len() as u32;
        for (number, (is_hub, parent)) in middles.iter().enumerate() {
            nodes.push(if *is_hub { hub() } else { switch() });
            if number > 0 {
                links.push(cable(first + parent.index(number) as u32, first + number as u32));
            }
        }
        for (number, parent) in hosts.iter().enumerate() {
            links.push(cable(number as u32, first + parent.index(middles.len()) as u32));
        }
        for (link, (mbps, delay_us, queue)) in links.iter_mut().zip(lines.into_iter().cycle()) {
            link.ways = [way(mbps, delay_us, queue), way(mbps, delay_us, queue)];
        }
        Topology { nodes, links }
    })
}

fn impairments() -> impl Strategy<Value = Vec<Impairment>> {
    let percent = || (0u32..=30).prop_map(Ratio::percent);
    let one = prop_oneof![
        percent().prop_map(Impairment::Loss),
        percent().prop_map(|probability| Impairment::LossOfSmall { probability, bytes_max: 100 }),
        (0u32..10).prop_map(Impairment::TrailingBytes),
        (600usize..1_514).prop_map(Impairment::FrameSizeMax),
        (0u64..20_000)
            .prop_map(|after_bytes| Impairment::SilenceOnce { after_bytes, lasts: Duration::from_secs(1) }),
        Just(Impairment::Down),
    ];
    prop::collection::vec(one, 0..4)
}

/// The books balance on every wire, and time never runs backwards on any.
fn check_conservation(world: &World) -> Result<(), TestCaseError> {
    let history = world.history();
    for direction in (0..world.topology().links.len() * 2).map(Direction::from_index) {
        let on_it = || history.transits().filter(move |transit| transit.direction == direction);
        let totals = history.totals(direction);
        let under_way = on_it()
            .filter(|transit| transit.fate == Fate::Delivered && transit.arrival > world.now())
            .count();
        let dropped: u64 = totals.dropped.values().sum();
        prop_assert_eq!(totals.sent, totals.delivered + dropped + under_way as u64);
        let mut last_end = Instant::ZERO;
        for transit in on_it().filter(|transit| transit.arrival > transit.queued) {
            prop_assert!(transit.queued <= transit.start && transit.start <= transit.end);
            prop_assert!(transit.end <= transit.arrival);
            prop_assert!(transit.start >= last_end, "two frames at once on one wire");
            last_end = transit.end;
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn in_any_tree_every_host_reaches_every_other(topology in tree()) {
        let hosts: Vec<_> = topology.node_ids().filter(|&id| topology.host(id).is_some()).collect();
        let mut world = world(topology);
        let mut runs = Vec::new();
        for &from in &hosts {
            for &to in hosts.iter().filter(|&&to| to != from) {
                let ping = Ping { count: 2, timeout: Duration::from_secs(60), ..Ping::default() };
                runs.push(start(&mut world, from, to, RunKind::Ping(ping)));
                // smoltcp resolves one neighbor a second.
                let next = world.now() + Duration::from_secs(1);
                world.run_until(next, || true);
            }
        }
        finish(&mut world);
        for run in runs {
            prop_assert_eq!(result(&world, run).1.received, 2);
        }
        check_conservation(&world)?;
    }

    #[test]
    fn whatever_the_links_do_every_run_ends_and_the_books_balance(
        topology in tree(),
        bad in prop::collection::vec(impairments(), 24),
        kinds in prop::collection::vec(0usize..5, 1..4),
    ) {
        let mut topology = topology;
        let ways = topology.links.iter_mut().flat_map(|link| &mut link.ways);
        for (way, impairments) in ways.zip(bad) {
            way.impairments = impairments;
        }
        let mut world = world(topology);
        let mut runs = Vec::new();
        for kind in kinds {
            let iperf = Iperf { amount: Amount::Bytes(30_000), ..Iperf::default() };
            let kind = match kind {
                0 => RunKind::Ping(Ping::default()),
                1 => RunKind::Echo(Echo { count: 3, ..Echo::default() }),
                2 => RunKind::Echo(Echo { transport: Transport::Udp, count: 3, ..Echo::default() }),
                3 => RunKind::Connect(Connect::default()),
                _ => RunKind::Iperf(iperf),
            };
            let spec = RunSpec { from: A, to: Target::Node(B, None), kind };
            runs.push(world.apply(Command::Start(spec)).unwrap().1.unwrap());
        }
        finish(&mut world);
        for run in runs {
            prop_assert!(world.history().run(run).outcome_at(world.now()).is_some());
        }
        check_conservation(&world)?;
    }
}
