//! One connected part of a network as a drawing.
//!
//! Hosts and other nodes with a single neighbor are leaves. The rest, the core, is placed by its distances in hops (pivot
//! multidimensional scaling: Brandes and Pich 2006), and each core node has its leaves around it. Where that is too crowded, too
//! sparse or too long, the nodes go to the cells of a grid of the wanted shape instead, each near to where it would have been.
//!
//! Only additions, multiplications, divisions and square roots: they are exactly rounded everywhere, so that a native program and wasm
//! draw the same.

use super::{CELL, ROOM};
use std::collections::VecDeque;
use wire::sorted::sort_by;

/// A place in the document's units.
pub type Place = (f64, f64);

/// A row this short is drawn as one.
const ROW_MAX: usize = 4;
/// A drawing this many times as long or as high as wanted is not kept.
const ASPECT_OFF_MAX: f64 = 1.6;
/// More cells than this for each node are too many.
const CELLS_PER_NODE_MAX: f64 = 5.0;
/// Distances are counted from this many nodes.
const PIVOTS_MAX: usize = 24;
const POWER_STEPS: usize = 80;

/// The places of all nodes of a connected network, in a drawing that is about `aspect` times as wide as high.
pub fn plan(neighbors: &[Vec<usize>], aspect: f64) -> Vec<Place> {
    let shape = Shape::of(neighbors);
    if let Some(order) = shape.line(neighbors) {
        return line(&order, shape.is_ring(), aspect);
    }
    let core = embed(&shape, neighbors);
    let spread = [1.0, 1.4, 2.0, 2.8, 4.0].into_iter().map(|scale| shape.around(&core, scale));
    let mut shaped = spread.map(|places| in_shape(places, aspect));
    let kept = shaped.find(|places| is_clear(places)).filter(|places| is_compact(places, aspect));
    kept.unwrap_or_else(|| grid(&shape.around(&core, 6.0), aspect))
}

/// Which nodes are leaves of which.
struct Shape {
    /// The nodes that are no leaves.
    core: Vec<usize>,
    /// For each node of `core`.
    leaves: Vec<Vec<usize>>,
    nodes: usize,
    ring: bool,
}

impl Shape {
    fn of(neighbors: &[Vec<usize>]) -> Self {
        let nodes = neighbors.len();
        let mut is_core: Vec<bool> = neighbors.iter().map(|others| others.len() > 1).collect();
        if !is_core.contains(&true) {
            // One node, or two with a cable.
            is_core[0] = true;
        }
        let core: Vec<usize> = (0..nodes).filter(|&node| is_core[node]).collect();
        let of = |node: usize| neighbors[node].iter().copied().filter(|&other| !is_core[other]).collect();
        let leaves = core.iter().map(|&node| of(node)).collect();
        let ring = nodes > 2 && neighbors.iter().all(|others| others.len() == 2);
        Self { core, leaves, nodes, ring }
    }

    fn is_ring(&self) -> bool {
        self.ring
    }

    /// The nodes of a path in their order; of a ring only if it is long: a short one is round.
    fn line(&self, neighbors: &[Vec<usize>]) -> Option<Vec<usize>> {
        let is_path = neighbors.iter().all(|others| others.len() <= 2);
        if !is_path || self.ring && self.nodes <= RING_MAX {
            return None;
        }
        let first = (0..self.nodes).find(|&node| neighbors[node].len() < 2).unwrap_or(0);
        let mut order = vec![first];
        let mut before = first;
        let mut now = neighbors[first].first().copied();
        while let Some(node) = now.filter(|&node| node != first) {
            order.push(node);
            now = neighbors[node].iter().copied().find(|&other| other != before);
            before = node;
        }
        Some(order)
    }

    /// All nodes, if the core has these places, spread so far: each node's leaves around it, on the side that is away from the middle.
    fn around(&self, core: &[Place], scale: f64) -> Vec<Place> {
        let mut places = vec![(0.0, 0.0); self.nodes];
        let unit = if self.core.len() > 1 { nearest(core) } else { 1.0 };
        for ((&node, &(x, y)), leaves) in self.core.iter().zip(core).zip(&self.leaves) {
            let factor = CELL.0 * scale / unit;
            let at = (x * factor, y * factor);
            places[node] = at;
            let far = (x * x + y * y).sqrt();
            let count = leaves.len() as f64;
            // In the middle all around; further out in a fan.
            let middle = far < 0.3 * unit;
            let share = match () {
                () if middle => 1.0,
                () if leaves.len() < 4 => 0.16 * (count - 1.0),
                () => 0.6,
            };
            let out = if middle { (-1.0, 0.0) } else { (x / far, y / far) };
            let steps = if middle { count } else { (count - 1.0).max(1.0) };
            // As far out as the leaves need to be clear of each other.
            let radius = CELL.0.max(CELL.0 * steps / (6.3 * share.max(0.1)));
            for (number, &leaf) in leaves.iter().enumerate() {
                let part = if middle { number as f64 / count } else { (number as f64 / steps - 0.5) * share };
                let part = if leaves.len() == 1 { 0.0 } else { part };
                let (cos, sin) = turn(part);
                let along = (out.0 * cos - out.1 * sin, out.0 * sin + out.1 * cos);
                places[leaf] = (at.0 + along.0 * radius, at.1 + along.1 * radius);
            }
        }
        places
    }
}

/// A longer ring is folded.
const RING_MAX: usize = 24;

/// Cosine and sine of a part of a full turn, from -0.5 to 1, without the platform's own functions.
fn turn(part: f64) -> (f64, f64) {
    let eighths = (part * 8.0).round();
    let x = (part - eighths / 8.0) * std::f64::consts::TAU;
    let square = x * x;
    let sin = x * (1.0 - square / 6.0 * (1.0 - square / 20.0 * (1.0 - square / 42.0)));
    let cos = 1.0 - square / 2.0 * (1.0 - square / 12.0 * (1.0 - square / 30.0 * (1.0 - square / 56.0)));
    let half = std::f64::consts::FRAC_1_SQRT_2;
    let (c, s) = match (eighths as i64).rem_euclid(8) {
        0 => (1.0, 0.0),
        1 => (half, half),
        2 => (0.0, 1.0),
        3 => (-half, half),
        4 => (-1.0, 0.0),
        5 => (-half, -half),
        6 => (0.0, -1.0),
        _ => (half, -half),
    };
    (c * cos - s * sin, s * cos + c * sin)
}

/// A path to and fro in rows, or a ring: its first column leads back.
fn line(order: &[usize], ring: bool, aspect: f64) -> Vec<Place> {
    let count = order.len();
    let mut places = vec![(0.0, 0.0); count];
    if count <= ROW_MAX && !ring {
        for (number, &node) in order.iter().enumerate() {
            places[node] = (number as f64 * CELL.0, 0.0);
        }
        return places;
    }
    let (columns, rows) = cells(count, aspect);
    if !ring {
        for (number, &node) in order.iter().enumerate() {
            let (row, column) = (number / columns, number % columns);
            let column = if row.is_multiple_of(2) { column } else { columns - 1 - column };
            places[node] = (column as f64 * CELL.0, row as f64 * CELL.1);
        }
        return places;
    }
    // An even number of rows, or the last one does not end at the way back.
    let rows = rows + rows % 2;
    let inner = (count.saturating_sub(rows)).div_ceil(rows).max(1);
    let mut cells: Vec<(usize, usize)> = Vec::with_capacity((inner + 1) * rows);
    for row in 0..rows {
        let across = |column| if row.is_multiple_of(2) { column } else { inner + 1 - column };
        cells.extend((1..=inner).map(|column| (across(column), row)));
    }
    cells.extend((0..rows).rev().map(|row| (0, row)));
    // What is too much is left out at the ends of the rows, where two rows meet.
    let mut surplus = cells.len() - count;
    let mut kept = Vec::with_capacity(count);
    for (column, row) in cells {
        if surplus > 0 && column == inner && inner > 1 {
            surplus -= 1;
        } else {
            kept.push((column, row));
        }
    }
    for (number, &node) in order.iter().enumerate() {
        let (column, row) = kept[number.min(kept.len() - 1)];
        places[node] = (column as f64 * CELL.0, row as f64 * CELL.1);
    }
    places
}

/// The columns and rows of a grid with at least `count` cells, about `aspect` times as wide as high.
fn cells(count: usize, aspect: f64) -> (usize, usize) {
    let columns = (count as f64 * aspect * CELL.1 / CELL.0).sqrt().ceil().max(1.0) as usize;
    (columns, count.div_ceil(columns))
}

/// The core by its distances in hops.
fn embed(shape: &Shape, neighbors: &[Vec<usize>]) -> Vec<Place> {
    let core = &shape.core;
    let count = core.len();
    let links: usize = core.iter().map(|&node| neighbors[node].len()).sum::<usize>() / 2;
    let is_ring =
        core.iter().all(|&node| neighbors[node].iter().filter(|&&it| neighbors[it].len() > 1).count() == 2);
    // A few that are nearly all connected with each other have no shape of their own: around the table.
    if count > 2 && count <= RING_MAX && (links * 3 >= count * (count - 1) || is_ring) {
        return circle(&if is_ring { ring_order(core, neighbors) } else { (0..count).collect() });
    }
    let inner: usize =
        core.iter().map(|&node| neighbors[node].iter().filter(|&&it| neighbors[it].len() > 1).count()).sum();
    if count > 2 && inner == 2 * (count - 1) {
        return radial(shape, neighbors);
    }
    let columns = pivots(core, neighbors);
    let axes = principal(&columns, count);
    // The longer axis goes across, and the first node is on the left, at the top.
    let sign = |axis: &[f64]| if axis.first().is_some_and(|first| *first > 0.0) { -1.0 } else { 1.0 };
    let [x, y] = axes;
    let (sx, sy) = (sign(&x), sign(&y));
    x.iter().zip(&y).map(|(x, y)| (x * sx, y * sy)).collect()
}

/// A tree around its middle: each node as far out as it is away, each branch as wide as it has nodes.
fn radial(shape: &Shape, neighbors: &[Vec<usize>]) -> Vec<Place> {
    let core = &shape.core;
    let count = core.len();
    let near = |node: usize| neighbors[core[node]].iter().filter_map(|other| core.binary_search(other).ok());
    // The middle is the node from which the farthest one is nearest: of the longest way, the node in its middle.
    let farthest = |from: usize| {
        let hops = hops(core, neighbors, from);
        (0..count).max_by_key(|&node| (hops[node], std::cmp::Reverse(node))).unwrap_or(from)
    };
    let one = farthest(0);
    let other = farthest(one);
    let ways = [one, other].map(|end| hops(core, neighbors, end));
    let long = ways[0][other];
    let is_middle = |&node: &usize| ways[0][node] + ways[1][node] == long && ways[0][node] == long / 2;
    let root = (0..count).find(is_middle).unwrap_or(0);

    let mut order = vec![root];
    let mut parent = vec![root; count];
    let mut next = 0;
    while let Some(&node) = order.get(next) {
        next += 1;
        let children: Vec<usize> = near(node).filter(|&child| child != parent[node]).collect();
        for child in children {
            parent[child] = node;
            order.push(child);
        }
    }
    let mut weight: Vec<f64> = shape.leaves.iter().map(|leaves| 1.0 + leaves.len() as f64).collect();
    for &node in order[1..].iter().rev() {
        weight[parent[node]] += weight[node];
    }
    // From the root outwards: where each branch begins, as a part of a full turn, and how much of one it is wide.
    let mut spans = vec![(0.0, 1.0); count];
    let mut taken = vec![0.0; count];
    let mut depth = vec![0.0; count];
    let mut places = vec![(0.0, 0.0); count];
    for &node in &order[1..] {
        let above = parent[node];
        let (begin, wide) = spans[above];
        let all: f64 = near(above)
            .filter(|&child| parent[child] == above && child != root)
            .map(|child| weight[child])
            .sum();
        let own = wide * weight[node] / all;
        spans[node] = (begin + taken[above], own);
        taken[above] += own;
        depth[node] = depth[above] + 1.0;
        let (cos, sin) = turn(spans[node].0 + own / 2.0);
        places[node] = (-cos * depth[node], -sin * depth[node]);
    }
    places
}

fn ring_order(core: &[usize], neighbors: &[Vec<usize>]) -> Vec<usize> {
    let place = |node: usize| core.binary_search(&node).ok();
    let mut order = vec![0];
    let mut seen = vec![false; core.len()];
    seen[0] = true;
    let mut now = 0;
    while let Some(next) =
        neighbors[core[now]].iter().filter_map(|&node| place(node)).find(|&next| !seen[next])
    {
        seen[next] = true;
        order.push(next);
        now = next;
    }
    order
}

/// Evenly around the middle, the first one on the left.
fn circle(order: &[usize]) -> Vec<Place> {
    let mut places = vec![(0.0, 0.0); order.len()];
    for (number, &at) in order.iter().enumerate() {
        let (cos, sin) = turn(number as f64 / order.len() as f64);
        places[at] = (-cos, -sin);
    }
    places
}

/// The doubly centered squares of the distances to some nodes, each as far as can be from those before.
fn pivots(core: &[usize], neighbors: &[Vec<usize>]) -> Vec<Vec<f64>> {
    let count = core.len();
    let mut nearest = vec![usize::MAX; count];
    let mut columns: Vec<Vec<f64>> = Vec::new();
    let mut pivot = 0;
    for _ in 0..PIVOTS_MAX.min(count) {
        let hops = hops(core, neighbors, pivot);
        for (nearest, hops) in nearest.iter_mut().zip(&hops) {
            *nearest = (*nearest).min(*hops);
        }
        columns.push(hops.iter().map(|&hops| (hops * hops) as f64).collect());
        let farthest = (0..count).max_by_key(|&node| (nearest[node], std::cmp::Reverse(node)));
        pivot = farthest.unwrap_or(0);
        if nearest.get(pivot) == Some(&0) {
            break;
        }
    }
    let width = columns.len() as f64;
    let rows: Vec<f64> =
        (0..count).map(|node| columns.iter().map(|column| column[node]).sum::<f64>() / width).collect();
    let all = rows.iter().sum::<f64>() / count as f64;
    for column in &mut columns {
        let mean = column.iter().sum::<f64>() / count as f64;
        for (value, row) in column.iter_mut().zip(&rows) {
            *value = -0.5 * (*value - mean - row + all);
        }
    }
    columns
}

fn hops(core: &[usize], neighbors: &[Vec<usize>], from: usize) -> Vec<usize> {
    let mut found = vec![usize::MAX; core.len()];
    found[from] = 0;
    let mut queue = VecDeque::from([from]);
    while let Some(at) = queue.pop_front() {
        for next in neighbors[core[at]].iter().filter_map(|node| core.binary_search(node).ok()) {
            if found[next] == usize::MAX {
                found[next] = found[at] + 1;
                queue.push_back(next);
            }
        }
    }
    found
}

/// The two directions in which the columns vary most, by power iteration.
fn principal(columns: &[Vec<f64>], count: usize) -> [Vec<f64>; 2] {
    let width = columns.len();
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let square: Vec<Vec<f64>> = columns.iter().map(|a| columns.iter().map(|b| dot(a, b)).collect()).collect();
    let mut found: Vec<Vec<f64>> = Vec::new();
    for axis in 0..2 {
        // Nothing special about these numbers but that no network is symmetric to them.
        let mut vector: Vec<f64> = (0..width).map(|at| ((at * 7 + axis * 5 + 3) % 11) as f64 - 4.7).collect();
        for _ in 0..POWER_STEPS {
            let mut next: Vec<f64> = square.iter().map(|row| dot(row, &vector)).collect();
            for before in &found {
                let part = dot(&next, before);
                next.iter_mut().zip(before).for_each(|(next, before)| *next -= part * before);
            }
            let length = dot(&next, &next).sqrt();
            if length < 1e-9 {
                vector = vec![0.0; width];
                break;
            }
            vector = next.into_iter().map(|value| value / length).collect();
        }
        found.push(vector);
    }
    [0, 1].map(|axis| {
        (0..count)
            .map(|node| columns.iter().zip(&found[axis]).map(|(column, part)| column[node] * part).sum())
            .collect()
    })
}

/// The least distance between two, but not less than a small part of the whole.
fn nearest(places: &[Place]) -> f64 {
    let reach = places.iter().map(|(x, y)| (x * x + y * y).sqrt()).fold(0.0, f64::max).max(1e-9);
    let mut least = f64::INFINITY;
    for (number, a) in places.iter().enumerate() {
        for b in &places[..number] {
            let (x, y) = (a.0 - b.0, a.1 - b.1);
            least = least.min(x * x + y * y);
        }
    }
    least.sqrt().max(reach / 40.0).min(reach)
}

/// Made wider or higher until it has about the wanted shape.
fn in_shape(mut places: Vec<Place>, aspect: f64) -> Vec<Place> {
    let (low, high) = super::extent(&places);
    let (width, height) = (high.0 - low.0 + CELL.0, high.1 - low.1 + CELL.1);
    let stretch = (aspect * height / width).clamp(0.6, 1.7);
    for place in &mut places {
        match stretch > 1.0 {
            true => place.0 *= stretch,
            false => place.1 /= stretch,
        }
    }
    places
}

/// Whether no node stands on another or on its caption.
pub fn is_clear(places: &[Place]) -> bool {
    let mut order: Vec<&Place> = places.iter().collect();
    sort_by(&mut order, |a, b| a.0.total_cmp(&b.0));
    order.iter().enumerate().all(|(number, a)| {
        let near = order[number + 1..].iter().take_while(|b| b.0 - a.0 < ROOM.0);
        near.into_iter().all(|b| (b.1 - a.1).abs() >= ROOM.1)
    })
}

/// By which factor one shape is longer than the other.
pub fn off(aspect: f64, wanted: f64) -> f64 {
    (aspect / wanted).max(wanted / aspect.max(1e-9))
}

fn is_compact(places: &[Place], aspect: f64) -> bool {
    let (low, high) = super::extent(places);
    let (width, height) = (high.0 - low.0 + CELL.0, high.1 - low.1 + CELL.1);
    let cells = width * height / (CELL.0 * CELL.1);
    places.len() <= ROW_MAX
        || off(width / height, aspect) <= ASPECT_OFF_MAX
            && cells <= CELLS_PER_NODE_MAX * places.len() as f64 + 8.0
}

/// Each in a cell of its own, near to where it was: the cells are halved across or down, and the nodes with them.
fn grid(places: &[Place], aspect: f64) -> Vec<Place> {
    let (columns, rows) = cells(places.len(), aspect);
    let mut found = vec![(0.0, 0.0); places.len()];
    let mut nodes: Vec<usize> = (0..places.len()).collect();
    divide(places, &mut nodes, (0, columns), (0, rows), &mut found);
    found
}

fn divide(
    places: &[Place],
    nodes: &mut [usize],
    columns: (usize, usize),
    rows: (usize, usize),
    found: &mut [Place],
) {
    let (wide, high) = (columns.1 - columns.0, rows.1 - rows.0);
    if wide * high == 1 || nodes.is_empty() {
        for &node in &*nodes {
            // Every other row is shifted, or cables to far nodes would run over near ones.
            let shift = if rows.0.is_multiple_of(2) { 0.0 } else { 0.5 };
            found[node] = ((columns.0 as f64 + shift) * CELL.0, rows.0 as f64 * CELL.1);
        }
        return;
    }
    let across = wide as f64 * CELL.0 >= high as f64 * CELL.1 && wide > 1 || high == 1;
    let (first, whole) = if across { (wide / 2, wide) } else { (high / 2, high) };
    let (cells, other) = (wide * high, if across { high } else { wide });
    let room = first * other;
    let share = (nodes.len() * first + whole / 2) / whole;
    let share = share.min(room).max(nodes.len().saturating_sub(cells - room));
    let key = |node: usize| {
        if across { (places[node].0, places[node].1) } else { (places[node].1, places[node].0) }
    };
    sort_by(nodes, |&a, &b| {
        let (a_key, b_key) = (key(a), key(b));
        a_key.0.total_cmp(&b_key.0).then(a_key.1.total_cmp(&b_key.1)).then(a.cmp(&b))
    });
    let (before, behind) = nodes.split_at_mut(share);
    if across {
        divide(places, before, (columns.0, columns.0 + first), rows, found);
        divide(places, behind, (columns.0 + first, columns.1), rows, found);
    } else {
        divide(places, before, columns, (rows.0, rows.0 + first), found);
        divide(places, behind, columns, (rows.0 + first, rows.1), found);
    }
}
