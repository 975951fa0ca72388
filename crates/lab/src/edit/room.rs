//! A place for a new node: hosts in rows below, switches, hubs and routers in a row above, as people draw a network; not on a
//! cable, and nowhere that a cable to it would run through another node.

use super::Kind;
use netlab::topology::NodeId;
use scenario::Scenario;

/// Between neighbors of one row.
const ACROSS: f64 = 160.0;
/// Between rows.
const DOWN: f64 = 150.0;
/// A cable that passes a node's middle nearer than this seems to end there.
const CLEAR: f64 = 50.0;

/// The place for a new node.
pub fn for_a_new(kind: Kind, scenario: &Scenario) -> (f64, f64) {
    let places = scenario.positions();
    let is_host = |number: &usize| scenario.topology.host(NodeId(*number as u32)).is_some();
    let (hosts, middle): (Vec<_>, Vec<_>) = (0..places.len()).partition(is_host);
    let [hosts, middle] =
        [hosts, middle].map(|numbers| numbers.iter().map(|&n| places[n]).collect::<Vec<_>>());
    let (own, other, aside) = match kind {
        Kind::Host => (&hosts, &middle, DOWN),
        Kind::Switch | Kind::Hub | Kind::Router => (&middle, &hosts, -DOWN),
    };
    let mean = |list: &[(f64, f64)]| list.iter().map(|place| place.0).sum::<f64>() / list.len() as f64;
    // The row goes on; or a new one begins beyond the others.
    let start = match (own.last(), other.is_empty()) {
        (Some(&(x, y)), _) => (x + ACROSS, y),
        (None, true) => return (300.0, 280.0),
        (None, false) => {
            let edge = other.iter().map(|place| place.1 * aside.signum()).fold(f64::MIN, f64::max);
            (mean(other), edge * aside.signum() + aside)
        }
    };
    let rows = (0..8).map(|row| start.1 + f64::from(row) * aside);
    let columns = [0.0, 1.0, -1.0, -2.0, 2.0, -3.0, 3.0, -4.0].map(|column| start.0 + column * ACROSS);
    let candidates = || rows.clone().flat_map(|y| columns.map(|x| (x, y)));
    let is_free = |&(x, y): &(f64, f64)| {
        places.iter().all(|&(px, py)| (px - x).abs() >= ACROSS * 0.7 || (py - y).abs() >= DOWN * 0.7)
    };
    let cables = || scenario.topology.links.iter().map(|link| link.ends.map(|end| places[end.index()]));
    let is_clear = |place: &(f64, f64)| {
        cables().all(|[a, b]| distance(*place, a, b) >= CLEAR)
            && other
                .iter()
                .all(|&end| places.iter().all(|&node| node == end || distance(node, *place, end) >= CLEAR))
    };
    candidates()
        .find(|place| is_free(place) && is_clear(place))
        .or_else(|| candidates().find(is_free))
        .unwrap_or(start)
}

/// From a point to the line between two others.
fn distance((x, y): (f64, f64), a: (f64, f64), b: (f64, f64)) -> f64 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let along = ((x - a.0) * dx + (y - a.1) * dy) / (dx * dx + dy * dy).max(1.0);
    let along = along.clamp(0.0, 1.0);
    (x - a.0 - along * dx).hypot(y - a.1 - along * dy)
}
