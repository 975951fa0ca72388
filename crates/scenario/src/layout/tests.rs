use super::*;
use netlab::topology::{Link, Node, NodeKind};
use proptest::prelude::*;

/// Hubs with these cables.
fn network(count: usize, cables: impl IntoIterator<Item = (usize, usize)>) -> Topology {
    let node = |number: usize| Node { name: format!("n{number}"), kind: NodeKind::Hub };
    let way = crate::defaults::way;
    let link = |(a, b): (usize, usize)| Link::new([NodeId(a as u32), NodeId(b as u32)], [way(), way()]);
    Topology { nodes: (0..count).map(node).collect(), links: cables.into_iter().map(link).collect() }
}

fn path(count: usize) -> Topology {
    network(count, (1..count).map(|node| (node - 1, node)))
}

fn ring(count: usize) -> Topology {
    network(count, (0..count).map(|node| (node, (node + 1) % count)))
}

fn star(count: usize) -> Topology {
    network(count, (1..count).map(|node| (0, node)))
}

fn tree(count: usize, branches: usize) -> Topology {
    network(count, (1..count).map(|node| ((node - 1) / branches, node)))
}

/// Each node with an earlier one or two.
fn mesh(count: usize, seed: usize) -> Topology {
    let earlier = |node: usize, factor: usize| (node * factor + seed) % node;
    network(count, (1..count).flat_map(|node| [(earlier(node, 7919), node), (earlier(node, 104_729), node)]))
}

fn two_stars(count: usize) -> Topology {
    let half = count / 2;
    network(
        count,
        (1..count).filter(|&node| node != half).map(|node| (if node < half { 0 } else { half }, node)),
    )
}

/// A ring of switches with hosts.
fn campus(count: usize) -> Topology {
    let switches = (count / 6).max(1);
    let cables = (0..count).map(|node| match node < switches {
        true => (node, (node + 1) % switches),
        false => (node, node % switches),
    });
    network(count, cables.filter(|(a, b)| a != b))
}

fn any_network(count: usize, shape: usize, more: usize) -> Topology {
    match shape {
        0 => path(count),
        1 => ring(count),
        2 => star(count),
        3 => tree(count, 2 + more % 8),
        4 => mesh(count, more),
        5 => two_stars(count),
        6 => campus(count),
        // A full mesh, as far as that is something that is drawn.
        7 => network(count.min(30), (0..count.min(30)).flat_map(|a| (0..a).map(move |b| (b, a)))),
        _ => network(count, []),
    }
}

/// Whether the drawing has the shape of the stage, no node on another, and nothing far out.
fn check(topology: &Topology) -> Result<(), TestCaseError> {
    let count = topology.nodes.len();
    let places = positions(topology, &vec![None; count]);
    prop_assert_eq!(places.len(), count);
    prop_assert!(places.iter().all(|(x, y)| x.fract() == 0.0 && y.fract() == 0.0), "whole numbers");
    let mut order = places.clone();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (number, a) in order.iter().enumerate() {
        for b in order[number + 1..].iter().take_while(|b| b.0 - a.0 < ROOM.0 - 1.0) {
            prop_assert!((a.1 - b.1).abs() >= ROOM.1 - 1.0, "{a:?} and {b:?} stand on each other");
        }
    }
    let (low, high) = extent(&places);
    let (width, height) = (high.0 - low.0 + CELL.0, high.1 - low.1 + CELL.1);
    if count > 4 {
        let aspect = width / height;
        prop_assert!((1.1..=3.25).contains(&aspect), "{aspect} times as wide as high");
    }
    let cells = width * height / (CELL.0 * CELL.1);
    // Two stars beside each other leave the most room free.
    prop_assert!(cells <= 6.0 * count as f64 + 8.0, "{cells} cells for {count} nodes");
    prop_assert!(
        ((low.0 + high.0) / 2.0 - CENTER.0).abs() <= 1.0 && ((low.1 + high.1) / 2.0 - CENTER.1).abs() <= 1.0
    );
    prop_assert_eq!(positions(topology, &vec![None; count]), places, "every time the same");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(target_family = "wasm") { 8 } else { 96 }))]

    #[test]
    fn every_network_is_drawn_in_the_shape_of_the_stage_and_no_node_on_another(
        count in prop_oneof![4 => 3usize..40, 2 => 40usize..200, 1 => 200usize..=1_000],
        shape in 0usize..9,
        more in 0usize..1_000,
    ) {
        check(&any_network(count, shape, more))?;
    }

    #[test]
    fn nodes_that_have_a_place_stay_there_and_the_others_go_below(
        count in 3usize..40, shape in 0usize..9, placed in prop::collection::vec(any::<Option<(i16, i16)>>(), 40),
    ) {
        let topology = any_network(count, shape, 1);
        let at: Vec<Option<Place>> =
            placed.iter().take(topology.nodes.len()).map(|at| at.map(|(x, y)| (f64::from(x) + 0.25, f64::from(y)))).collect();
        let places = positions(&topology, &at);
        let lowest = at.iter().flatten().map(|(_, y)| *y).fold(f64::NEG_INFINITY, f64::max);
        for (at, place) in at.iter().zip(&places) {
            match at {
                Some(at) => prop_assert_eq!(at, place),
                None => prop_assert!(place.1 > lowest),
            }
        }
    }
}

#[test]
fn the_largest_networks_of_each_shape() {
    for shape in 0..9 {
        check(&any_network(1_000, shape, 5)).unwrap();
    }
}

#[test]
fn three_in_a_row_are_drawn_in_a_row() {
    assert_eq!(positions(&path(3), &[None; 3]), [(290.0, 280.0), (450.0, 280.0), (610.0, 280.0)]);
    assert_eq!(positions(&star(3), &[None; 3])[0], (450.0, 280.0), "the middle is in the middle");
}

/// The same numbers in wasm, where this test runs as well.
#[test]
fn places_are_the_same_on_every_machine() {
    let sums = [tree(100, 3), mesh(200, 1), campus(60), ring(24), star(20)].map(|topology| {
        let places = positions(&topology, &vec![None; topology.nodes.len()]);
        places.iter().enumerate().map(|(at, (x, y))| (at + 1) as f64 * (x * 3.0 + y)).sum::<f64>()
    });
    assert_eq!(sums, [9_294_120.0, 36_605_760.0, 3_171_480.0, 514_920.0, 396_644.0]);
}

#[test]
fn two_nodes_are_drawn_around_the_middle() {
    assert_eq!(positions(&path(2), &[None; 2]), [(370.0, 280.0), (530.0, 280.0)]);
}
