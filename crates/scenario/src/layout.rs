//! Places for nodes that have none: each tree of routers, switches and hubs from the top down, its hosts in rows below.
//!
//! Not a simulation of springs: it would be prettier for meshes, but they are small and few, a tree is how people draw a network,
//! and the same document must be drawn alike every time. Of a loop, the cables that would close the tree cross it.

use netlab::topology::{NodeId, Topology};
use std::collections::VecDeque;
use wire::sorted::sort_by_key;

/// Between neighbors of one row.
const ACROSS: f64 = 160.0;
/// Between rows.
const DOWN: f64 = 150.0;
/// More hosts than this at one switch stand in several rows.
const ROW_MAX: usize = 8;
/// The middle of the page's stage is at (450, 280).
const CENTER: (f64, f64) = (450.0, 280.0);

/// Where each node is drawn: where it was put, or where it fits.
pub fn positions(topology: &Topology, at: &[Option<(f64, f64)>]) -> Vec<(f64, f64)> {
    if at.iter().all(Option::is_some) {
        return at.iter().copied().flatten().collect();
    }
    let found = tree(topology);
    // What has no place goes below what has one, so that nothing lies on anything.
    let placed: Vec<_> = at.iter().copied().flatten().collect();
    let missing: Vec<_> =
        at.iter().zip(&found).filter(|(at, _)| at.is_none()).map(|(_, found)| *found).collect();
    let (low, high) = extent(&missing);
    let shift = if placed.is_empty() {
        (CENTER.0 - (low.0 + high.0) / 2.0, CENTER.1 - (low.1 + high.1) / 2.0)
    } else {
        let (placed_low, placed_high) = extent(&placed);
        ((placed_low.0 + placed_high.0 - low.0 - high.0) / 2.0, placed_high.1 + DOWN - low.1)
    };
    let places = at.iter().zip(found);
    places.map(|(at, found)| at.unwrap_or((found.0 + shift.0, found.1 + shift.1))).collect()
}

/// The least and the greatest coordinates.
fn extent(points: &[(f64, f64)]) -> ((f64, f64), (f64, f64)) {
    let low = points.iter().copied().reduce(|a, b| (a.0.min(b.0), a.1.min(b.1)));
    let high = points.iter().copied().reduce(|a, b| (a.0.max(b.0), a.1.max(b.1)));
    (low.unwrap_or_default(), high.unwrap_or_default())
}

/// Every component as a tree, side by side.
fn tree(topology: &Topology) -> Vec<(f64, f64)> {
    let count = topology.nodes.len();
    let mut neighbors = vec![Vec::new(); count];
    for link in &topology.links {
        let [a, b] = link.ends.map(NodeId::index);
        neighbors[a].push(b);
        neighbors[b].push(a);
    }
    let is_host = |node: usize| topology.host(NodeId(node as u32)).is_some();

    // The busiest switch of a component is its root; breadth first, so that the tree is as flat as it can be.
    let mut roots: Vec<_> = (0..count).collect();
    sort_by_key(&mut roots, |&node| (is_host(node), std::cmp::Reverse(neighbors[node].len()), node));
    let mut children = vec![Vec::new(); count];
    let mut seen = vec![false; count];
    let (mut order, mut tops) = (Vec::with_capacity(count), Vec::new());
    for root in roots {
        if seen[root] {
            continue;
        }
        tops.push(root);
        seen[root] = true;
        let mut queue = VecDeque::from([root]);
        while let Some(node) = queue.pop_front() {
            order.push(node);
            for &neighbor in &neighbors[node] {
                if !seen[neighbor] {
                    seen[neighbor] = true;
                    children[node].push(neighbor);
                    queue.push_back(neighbor);
                }
            }
        }
    }

    // From the leaves up: how wide each subtree is. Leaves of one parent share rows.
    let mut width = vec![1.0; count];
    for &node in order.iter().rev() {
        let leaves = children[node].iter().filter(|&&child| children[child].is_empty()).count();
        let branches: f64 = children[node]
            .iter()
            .filter(|&&child| !children[child].is_empty())
            .map(|&child| width[child])
            .sum();
        width[node] = f64::max(1.0, branches + columns(leaves) as f64);
    }

    // From the roots down: where each subtree begins.
    let mut left = vec![0.0; count];
    let mut x = 0.0;
    for top in tops {
        left[top] = x;
        x += width[top];
    }
    let mut places = vec![(0.0, 0.0); count];
    for &node in &order {
        places[node] = ((left[node] + width[node] / 2.0) * ACROSS, places[node].1);
        let below = places[node].1 + DOWN;
        let mut x = left[node];
        let (leaves, branches): (Vec<_>, Vec<_>) =
            children[node].iter().copied().partition(|&child| children[child].is_empty());
        for child in branches {
            left[child] = x;
            places[child].1 = below;
            x += width[child];
        }
        let columns = columns(leaves.len());
        for (number, leaf) in leaves.into_iter().enumerate() {
            left[leaf] = x + (number % columns) as f64;
            places[leaf].1 = below + (number / columns) as f64 * DOWN;
        }
    }
    places
}

fn columns(leaves: usize) -> usize {
    if leaves <= ROW_MAX {
        leaves
    } else {
        ROW_MAX.max((1..).find(|n| n * n * 2 >= leaves).unwrap_or(leaves))
    }
}
