//! What a network of routers comes to.

use super::net::Net;
use crate::config::{Rip, SplitHorizon};
use proptest::prelude::*;

/// Fast enough in all cases: each hop waits at most 5 s for a triggered update.
const CONVERGED: u64 = 120;
/// A silent neighbor is believed for 180 s; what goes round in circles afterwards is counted to infinity.
const RECOVERED: u64 = 600;

fn graphs() -> impl Strategy<Value = (usize, Vec<[usize; 2]>, u64)> {
    let links = |routers: usize| prop::collection::vec((0..routers, 0..routers), 1..routers * 2);
    let graph = move |routers: usize| (Just(routers), links(routers), any::<u64>());
    (2usize..=10).prop_flat_map(graph).prop_map(|(routers, links, seed)| {
        let links = links.into_iter().filter(|(a, b)| a != b).map(|(a, b)| [a, b]);
        (routers, links.collect(), seed)
    })
}

fn check(net: &Net, routers: usize) {
    for router in 0..routers {
        assert_eq!(net.routes(router), net.shortest(router), "router {router}");
    }
    net.check_paths();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn everybody_finds_the_shortest_way_and_again_when_a_link_is_gone(
        (routers, links, seed) in graphs(),
        cut in any::<prop::sample::Index>(),
        silently in any::<bool>(),
    ) {
        let mut net = Net::new(routers, &links, Rip::default(), seed);
        net.run(CONVERGED);
        check(&net, routers);
        if links.is_empty() {
            return Ok(());
        }
        if silently {
            net.silence(cut.index(links.len()));
        } else {
            net.cut(cut.index(links.len()));
        }
        net.run(RECOVERED);
        check(&net, routers);
    }

    #[test]
    fn whatever_the_settings_everybody_finds_the_shortest_way(
        (routers, links, seed) in graphs(),
        split_horizon in prop_oneof![
            Just(SplitHorizon::Off), Just(SplitHorizon::Simple), Just(SplitHorizon::PoisonedReverse),
        ],
        triggered in any::<bool>(),
    ) {
        let mut net = Net::new(routers, &links, Rip { split_horizon, triggered, ..Rip::default() }, seed);
        net.run(400);
        check(&net, routers);
    }
}

#[test]
fn a_chain_of_seventeen_routers_is_too_long() {
    let links: Vec<_> = (0..16).map(|n| [n, n + 1]).collect();
    let mut net = Net::new(17, &links, Rip::default(), 1);
    net.run(200);
    check(&net, 17);
    // Of the 16 others, the last is one hop too far; so is the one before: its own network costs 1 already.
    let far = net.routes(0).into_values().max();
    assert_eq!(far, Some(15));
    assert_eq!(net.past(0, 14), [Some(15)]);
    assert_eq!(net.past(0, 15), []);
}

/// Two routers; the first loses a network just before the second speaks. What the first then believes about it.
fn count(split_horizon: SplitHorizon, triggered: bool) -> Vec<Option<u8>> {
    let mut net = Net::new(2, &[[0, 1]], Rip { split_horizon, triggered, ..Rip::default() }, 3);
    net.run(100);
    net.run_until_sooner(1, 0);
    net.forget_past();
    net.lose_stub(0);
    net.run(900);
    check(&net, 2);
    net.past(0, 0)
}

#[test]
fn two_routers_count_to_infinity_without_split_horizon_and_triggered_updates() {
    let past = count(SplitHorizon::Off, false);
    assert_eq!(past.first(), Some(&Some(3)), "the second router's way leads back");
    assert_eq!(past.last(), Some(&None), "infinity is 16");
    let metrics: Vec<u8> = past.iter().flatten().copied().collect();
    assert!(metrics.len() >= 5 && metrics.is_sorted(), "{past:?}");
}

#[test]
fn two_routers_do_not_count_with_split_horizon() {
    for split_horizon in [SplitHorizon::Simple, SplitHorizon::PoisonedReverse] {
        for triggered in [false, true] {
            assert_eq!(count(split_horizon, triggered), []);
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_history() {
    let links = [[0, 1], [1, 2], [2, 0], [2, 3]];
    let run = |seed| {
        let mut net = Net::new(4, &links, Rip::default(), seed);
        net.run(100);
        net.cut(1);
        net.run(100);
        (0..4).map(|router| (0..4).map(|stub| net.past(router, stub)).collect::<Vec<_>>()).collect::<Vec<_>>()
    };
    assert_eq!(run(5), run(5));
}
