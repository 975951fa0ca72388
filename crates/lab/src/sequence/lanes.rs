//! The horizontal positions of the nodes' lifelines, in the nodes' order on the stage.

use super::Ladder;
use super::side::Side;
use netlab::topology::NodeId;
use wire::decimal;
use wire::sorted::sort_by;

/// A lifeline.
#[derive(Clone, Debug, PartialEq)]
pub struct Lane {
    /// Its node.
    pub node: NodeId,
    /// The node's name.
    pub name: String,
    /// Its horizontal position.
    pub x: f64,
}

/// All lifelines.
#[derive(Clone, Debug, PartialEq)]
pub struct Lanes {
    /// The lifelines, from left to right.
    pub lanes: Vec<Lane>,
    /// The distance between two lifelines.
    pub pitch: f64,
    /// The width of all lifelines together.
    pub width: f64,
    /// For each node the position where its arrows begin and end: its lifeline, or between two lifelines if it has none.
    places: Vec<f64>,
}

impl Lanes {
    /// The lifelines of a ladder, at least `pitch_min` apart, as far apart as `width` allows.
    pub fn new(ladder: &Ladder, side: Side<'_>, width: f64, pitch_min: f64) -> Self {
        Self::shared(&[(ladder, side)], width, pitch_min)
    }

    /// The lifelines that ladders share: a node that any of them shows has one in all.
    pub fn shared(ladders: &[(&Ladder, Side<'_>)], width: f64, pitch_min: f64) -> Self {
        if let Some(recorded) = ladders.iter().find_map(|(ladder, _)| ladder.recorded()) {
            return Self::of_names(recorded.names(), width, pitch_min);
        }
        let having = |node: NodeId| ladders.iter().map(|(_, side)| side).find(move |side| side.has(node));
        let place = |node: NodeId| {
            let positions = having(node).map(|side| side.positions);
            positions.and_then(|positions| positions.get(node.index()).copied()).unwrap_or_default()
        };
        let count = ladders.iter().map(|(_, side)| side.topology.nodes.len()).max().unwrap_or_default();
        let mut nodes: Vec<NodeId> = (0..count as u32).map(NodeId).collect();
        let spread = |along: fn((f64, f64)) -> f64| {
            let all = || nodes.iter().map(|&node| along(place(node)));
            all().fold(f64::MIN, f64::max) - all().fold(f64::MAX, f64::min)
        };
        // A network that stands upright on the stage is read from its top.
        let upright = spread(|(_, y)| y) > 2.0 * spread(|(x, _)| x);
        let key = |node: NodeId| match (place(node), upright) {
            ((x, y), false) => (x, y),
            ((x, y), true) => (y, x),
        };
        sort_by(&mut nodes, |&a, &b| {
            let ((a, a2), (b, b2)) = (key(a), key(b));
            a.total_cmp(&b).then(a2.total_cmp(&b2))
        });
        let is_shown = |&node: &NodeId| ladders.iter().any(|(ladder, side)| ladder.shows(*side, node));
        let shown: Vec<bool> = nodes.iter().map(is_shown).collect();
        let count = shown.iter().filter(|&&shown| shown).count().max(1) as f64;
        let pitch = (width / count).max(pitch_min);
        let width = pitch * count;
        let mut lanes: Vec<Lane> = Vec::new();
        let mut places = vec![0.0; nodes.len()];
        for (node, shown) in nodes.into_iter().zip(shown) {
            let boundary = lanes.len() as f64 * pitch;
            let x = if shown {
                boundary + pitch / 2.0
            } else {
                decimal::clamp(boundary, pitch / 8.0, width - pitch / 8.0)
            };
            places[node.index()] = x;
            if shown {
                lanes.push(Lane { node, name: name(ladders, node), x });
            }
        }
        Self { lanes, pitch, width, places }
    }

    /// A lifeline for each name, in their order.
    fn of_names(names: &[String], width: f64, pitch_min: f64) -> Self {
        let count = names.len().max(1) as f64;
        let pitch = (width / count).max(pitch_min);
        let places: Vec<f64> = (0..names.len()).map(|number| (number as f64 + 0.5) * pitch).collect();
        let lanes = names.iter().zip(&places).enumerate();
        let lanes =
            lanes.map(|(number, (name, &x))| Lane { node: NodeId(number as u32), name: name.clone(), x });
        Self { lanes: lanes.collect(), pitch, width: pitch * count, places }
    }

    /// The position where this node's arrows begin and end.
    pub fn x(&self, node: NodeId) -> f64 {
        self.places.get(node.index()).copied().unwrap_or_default()
    }
}

/// A node's name; of two, if the ladders have different nodes of this number.
fn name(ladders: &[(&Ladder, Side<'_>)], node: NodeId) -> String {
    let mut names: Vec<&str> = Vec::new();
    for (_, side) in ladders.iter().filter(|(_, side)| side.has(node)) {
        let name = side.topology.node(node).name.as_str();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.join(" / ")
}
