//! Places for nodes that have none: a drawing that is about as wide and high as the stage, in which no node stands on another.
//!
//! Not a simulation of springs: 1,000 nodes would take seconds, and the same document must be drawn alike every time. Not a library yet:
//! none was tried; this weighs about 3 KB of the page.
//!
//! [`plan`] draws each connected part; the parts are put beside each other in rows here.

mod plan;

use netlab::topology::{NodeId, Topology};
use plan::{Place, off, plan};
use wire::sorted::{sort_by, sort_by_key};

/// The distance between neighbors, across and down: room for a node and its caption.
const CELL: Place = (160.0, 140.0);
/// Two nodes that are nearer to each other, both across and down, stand on each other or on their captions.
const ROOM: Place = (120.0, 100.0);
/// The free part of the stage is about this many times as wide as high on a desk; on a phone it is nearly square.
const ASPECT: f64 = 2.0;
/// Between nodes that have places and those below that get one.
const DOWN: f64 = 150.0;
/// The middle of the page's stage is at (450, 280).
const CENTER: Place = (450.0, 280.0);

/// Where each node is drawn: where it was put, or where it fits.
pub fn positions(topology: &Topology, at: &[Option<Place>]) -> Vec<Place> {
    if at.iter().all(Option::is_some) {
        return at.iter().copied().flatten().collect();
    }
    let found = draw(&neighbors(topology));
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
    let moved = |found: Place| ((found.0 + shift.0).round(), (found.1 + shift.1).round());
    at.iter().zip(found).map(|(at, found)| at.unwrap_or(moved(found))).collect()
}

/// The neighbors of each node, each once, in order.
fn neighbors(topology: &Topology) -> Vec<Vec<usize>> {
    let mut neighbors = vec![Vec::new(); topology.nodes.len()];
    for link in &topology.links {
        let [a, b] = link.ends.map(NodeId::index);
        if a != b {
            neighbors[a].push(b);
            neighbors[b].push(a);
        }
    }
    for others in &mut neighbors {
        sort_by_key(others, |&other| other);
        others.dedup();
    }
    neighbors
}

/// The least and the greatest coordinates.
fn extent(points: &[Place]) -> (Place, Place) {
    let low = points.iter().copied().reduce(|a, b| (a.0.min(b.0), a.1.min(b.1)));
    let high = points.iter().copied().reduce(|a, b| (a.0.max(b.0), a.1.max(b.1)));
    (low.unwrap_or_default(), high.unwrap_or_default())
}

/// A connected part of the network, its upper left corner at the origin.
struct Part<'a> {
    nodes: &'a [usize],
    places: Vec<Place>,
    /// With a cell around each node.
    size: Place,
}

/// The places of all nodes: the parts in rows, the highest first.
fn draw(neighbors: &[Vec<usize>]) -> Vec<Place> {
    let parts = parts(neighbors);
    // Two parts as wide as the stage make no drawing that is: other shapes are tried as well.
    let shapes = if parts.len() == 1 { &[ASPECT][..] } else { &[ASPECT, ASPECT / 2.0, ASPECT * 1.5] };
    let drawings = shapes.iter().map(|&aspect| {
        let parts = parts.iter().map(|nodes| Part::new(nodes, neighbors, aspect)).collect();
        Drawing::of(parts)
    });
    let best = drawings.min_by(|a, b| a.off.total_cmp(&b.off));
    let mut places = vec![(0.0, 0.0); neighbors.len()];
    for (part, corner) in best.iter().flat_map(|best| best.parts.iter().zip(&best.corners)) {
        for (&node, place) in part.nodes.iter().zip(&part.places) {
            places[node] = (corner.0 + place.0, corner.1 + place.1);
        }
    }
    places
}

/// All parts, in rows.
struct Drawing<'a> {
    parts: Vec<Part<'a>>,
    corners: Vec<Place>,
    /// How far from the wanted shape.
    off: f64,
}

impl<'a> Drawing<'a> {
    /// The rows as wide as leads nearest to the wanted shape.
    fn of(mut parts: Vec<Part<'a>>) -> Self {
        sort_by(&mut parts, |a, b| b.size.1.total_cmp(&a.size.1).then(b.size.0.total_cmp(&a.size.0)));
        let widest = parts.iter().map(|part| part.size.0).fold(0.0, f64::max);
        let area: f64 = parts.iter().map(|part| part.size.0 * part.size.1).sum();
        let ideal = (area * ASPECT).sqrt();
        let widths = (0..=20).map(|step| widest.max(ideal * (0.8 + f64::from(step) * 0.08)));
        let found = widths.map(|width| {
            let (corners, (wide, high)) = rows(&parts, width);
            (corners, off(wide / high, ASPECT))
        });
        let (corners, off) = found.min_by(|a, b| a.1.total_cmp(&b.1)).expect("there are widths");
        Self { parts, corners, off }
    }
}

/// The corners of the parts, in rows of this width, and the size of it all.
fn rows(parts: &[Part<'_>], width: f64) -> (Vec<Place>, Place) {
    let (mut at, mut high, mut wide) = ((0.0, 0.0), 0.0, 0.0f64);
    let corners = parts.iter().map(|part| {
        if at.0 > 0.0 && at.0 + part.size.0 > width {
            at = (0.0, at.1 + high);
            high = 0.0;
        }
        let corner = at;
        at.0 += part.size.0;
        high = part.size.1.max(high);
        wide = wide.max(at.0);
        corner
    });
    let corners = corners.collect();
    (corners, (wide, at.1 + high))
}

/// The connected parts, each in the order of the ids.
fn parts(neighbors: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut seen = vec![false; neighbors.len()];
    let mut parts = Vec::new();
    for first in 0..neighbors.len() {
        if seen[first] {
            continue;
        }
        seen[first] = true;
        let mut part = vec![first];
        let mut next = 0;
        while let Some(&node) = part.get(next) {
            next += 1;
            for &other in &neighbors[node] {
                if !seen[other] {
                    seen[other] = true;
                    part.push(other);
                }
            }
        }
        sort_by_key(&mut part, |&node| node);
        parts.push(part);
    }
    parts
}

impl<'a> Part<'a> {
    fn new(nodes: &'a [usize], neighbors: &[Vec<usize>], aspect: f64) -> Self {
        let within = |node: &usize| nodes.binary_search(node).ok();
        let own: Vec<Vec<usize>> =
            nodes.iter().map(|&node| neighbors[node].iter().filter_map(within).collect()).collect();
        let mut places = plan(&own, aspect);
        let (low, high) = extent(&places);
        for place in &mut places {
            *place = (place.0 - low.0 + CELL.0 / 2.0, place.1 - low.1 + CELL.1 / 2.0);
        }
        Self { nodes, places, size: (high.0 - low.0 + CELL.0, high.1 - low.1 + CELL.1) }
    }
}

#[cfg(test)]
mod tests;
