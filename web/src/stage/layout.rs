//! Where everything that stands still is on the canvas, in one view: nodes, captions, cables, badges.
//!
//! A cable has a core, in whose two strands the bits are seen as light, and beside it two lanes, on which the capsules ride:
//! each direction on its right-hand side, so that frames that meet do not collide.

use super::camera::View;
use super::line::Line;
use super::occupancy::Occupancy;
use super::silhouette::Kind;
use super::sizes::{Sizes, node_half};
use super::sketch::{CableSketch, Sketch};
use kurbo::{Point, Rect, Size, Vec2};
use netlab::topology::{Direction, End, LinkId, NodeId};
use wire::decimal;

/// A network on the canvas.
#[derive(Clone, Debug)]
pub struct Layout {
    /// How large things are.
    pub sizes: Sizes,
    /// By node id.
    pub nodes: Vec<NodeShape>,
    /// By link id.
    pub cables: Vec<Cable>,
    /// The plates at the ports for which there is room.
    pub plates: Vec<PlacedPlate>,
    canvas: Rect,
}

/// A node on the canvas.
#[derive(Clone, Copy, Debug)]
pub struct NodeShape {
    /// Its silhouette.
    pub kind: Kind,
    /// Its middle.
    pub center: Point,
    /// Half its width and height.
    pub half: Vec2,
    /// How many cables end here.
    pub cables: usize,
    /// Where its caption is, if there is room for one.
    pub caption: Option<Caption>,
}

/// A node's caption.
#[derive(Clone, Copy, Debug)]
pub struct Caption {
    /// Its box.
    pub rect: Rect,
    /// The number of lines that fit.
    pub lines: usize,
}

/// A cable on the canvas.
#[derive(Clone, Copy, Debug)]
pub struct Cable {
    /// The ports at both ends.
    pub ports: [Point; 2],
    /// The unit vector from the first to the second port.
    pub unit: Vec2,
    /// From port to port.
    pub length: f64,
    /// Half the thickness of the core.
    pub core: f64,
    /// From the middle of the core to the middle of a lane.
    pub lane: f64,
    /// Where the badge is, if there is room for one.
    pub badge: Option<Badge>,
    /// Radius of the lights at both ports: many ports at one node have small ones.
    pub lights: [f64; 2],
    /// Whether a text fits beside the lanes.
    pub roomy: bool,
}

/// A plate at a port.
#[derive(Clone, Copy, Debug)]
pub struct PlacedPlate {
    /// Its place in [`Sketch::plates`].
    pub number: usize,
    /// Its box.
    pub rect: Rect,
}

/// A cable's badge.
#[derive(Clone, Copy, Debug)]
pub struct Badge {
    /// Its box.
    pub rect: Rect,
    /// Whether rate and delay fit besides the warnings.
    pub whole: bool,
    /// The number of warnings that fit.
    pub warnings: usize,
}

/// One direction of a cable on the canvas.
#[derive(Clone, Copy, Debug)]
pub struct Lane {
    /// The sender's port.
    pub origin: Point,
    /// Towards the receiver, of length 1.
    pub unit: Vec2,
    /// To the right of that, of length 1: away from the core.
    pub outward: Vec2,
    /// From port to port.
    pub length: f64,
    /// From the core's middle to the lane's.
    pub offset: f64,
    /// Half the thickness of the core.
    pub core: f64,
}

impl Layout {
    /// The network as it is seen in this view on a canvas of this size.
    pub fn new(sketch: &Sketch, view: View, canvas: Size) -> Self {
        let sizes = sketch.sizes(view);
        let nodes: Vec<NodeShape> = sketch
            .nodes
            .iter()
            .map(|node| {
                let half = node_half(node.kind, node.cables, sizes.detail);
                let center = view.to_screen(node.at);
                NodeShape { kind: node.kind, center, half, cables: node.cables, caption: None }
            })
            .collect();
        let cables = sketch.topology().links.iter().zip(&sketch.cables).map(|(link, sketch)| {
            let [a, b] = link.ends.map(|end| &nodes[end.index()]);
            let across = b.center - a.center;
            let unit = if across.hypot() > 0.0 { across.normalize() } else { Vec2::new(1.0, 0.0) };
            let aside = right_of(unit) * sketch.rank * (2.0 * sizes.lane + 14.0 * sizes.detail);
            let ports = [a.port(unit) + aside, b.port(-unit) + aside];
            // Nodes that touch leave no cable to be seen.
            let length = (ports[1] - ports[0]).dot(unit).max(1.0);
            let core = sketch.core * sizes.detail.max(0.4);
            let lane = core + 1.5 + sizes.lane / 2.0;
            let lights = [a, b].map(|node| node.light(&sizes));
            Cable { ports, unit, length, core, lane, badge: None, lights, roomy: false }
        });
        let mut layout = Self {
            sizes,
            cables: cables.collect(),
            plates: Vec::new(),
            nodes,
            canvas: Rect::from_origin_size((0.0, 0.0), canvas),
        };
        layout.place_texts(sketch);
        layout
    }

    /// Captions before badges: people look for names. In the order of the ids, so that the same ones stay during a zoom.
    fn place_texts(&mut self, sketch: &Sketch) {
        let mut occupancy = Occupancy::new(self.canvas.size());
        for node in &self.nodes {
            occupancy.take(node.body());
        }
        for (node, sketch) in self.nodes.iter_mut().zip(&sketch.nodes) {
            let caption =
                |lines| Caption { rect: sketch.caption_rect(lines, node.center, &self.sizes), lines };
            let mut choices = [sketch.caption.len(), 1].into_iter().map(caption);
            node.caption = choices.find(|caption| {
                let reading_room = Vec2::new(3.0, 1.0);
                caption.rect.overlaps(self.canvas)
                    && occupancy.take_if_free(caption.rect.inflate(reading_room.x, reading_room.y))
            });
        }
        let roads: Vec<usize> =
            (0..self.cables.len()).filter(|&id| self.in_sight(LinkId(id as u32))).collect();
        // This many cables leave no room for badges, and looking for room would take long.
        if roads.len() > BADGED_CABLES_MAX {
            return;
        }
        self.place_plates(sketch);
        for cable in roads.iter().map(|&id| &self.cables[id]) {
            occupancy.take_line(cable.ports[0], cable.ports[1], 2.0 * cable.core);
        }
        for id in roads {
            let cable = &mut self.cables[id];
            cable.badge = cable
                .badges(&sketch.cables[id], &self.sizes)
                .into_iter()
                .find(|badge| occupancy.take_if_free(badge.rect.inflate(2.0, 2.0)));
            // A text beside either lane would be about here.
            cable.roomy = End::BOTH.iter().all(|&from| {
                let lane = cable.lane(from);
                let away = lane.outward * (lane.offset + self.sizes.capsule_height);
                let side = self.sizes.badge_font;
                [0.45, 0.6, 0.75].iter().all(|&place| {
                    occupancy.is_free(Rect::from_center_size(lane.core_at(place) + away, (side, side)))
                        || cable
                            .badge
                            .is_some_and(|b| b.rect.inflate(side, side).contains(lane.core_at(place) + away))
                })
            });
        }
    }

    /// Along the cables, away from the ports, as long as they leave something of the cable to be seen.
    fn place_plates(&mut self, sketch: &Sketch) {
        if !self.sizes.letters {
            return;
        }
        let (font, mut last, mut along) = (self.sizes.plate_font, None, 0.0);
        let mut ends = vec![[false; 2]; self.cables.len()];
        for plate in &sketch.plates {
            ends[plate.end.link.index()][plate.end.from.index()] = true;
        }
        for (number, plate) in sketch.plates.iter().enumerate() {
            let cable = &self.cables[plate.end.link.index()];
            if last != Some(plate.end) {
                last = Some(plate.end);
                along = cable.lights[plate.end.from.index()] * 1.45 + 2.0;
            }
            let height = font * 1.5;
            let width = (plate.line.width_em * font + font * 0.8).max(height);
            let unit = if plate.end.from == End::First { cable.unit } else { -cable.unit };
            let reach = width / 2.0 * unit.x.abs() + height / 2.0 * unit.y.abs();
            // Where the other end has none, there is more room.
            let share = if ends[plate.end.link.index()] == [true; 2] { 0.46 } else { 0.7 };
            if along + 2.0 * reach > cable.length * share {
                continue;
            }
            let center = cable.ports[plate.end.from.index()] + unit * (along + reach);
            let rect = Rect::from_center_size(center, (width, height));
            if rect.overlaps(self.canvas) {
                self.plates.push(PlacedPlate { number, rect });
            }
            along += 2.0 * reach + 1.5;
        }
    }

    /// One direction of a cable.
    pub fn lane(&self, direction: Direction) -> Lane {
        self.cables[direction.link.index()].lane(direction.from)
    }

    /// Whether anything of this cable may be in sight.
    pub fn in_sight(&self, link: LinkId) -> bool {
        let cable = &self.cables[link.index()];
        let reach = cable.lane + self.sizes.lane * 4.0;
        let around = Rect::from_points(cable.ports[0], cable.ports[1]).inflate(reach, reach);
        around.overlaps(self.canvas)
    }

    /// The node at this pixel, or the nearest one whose target of this size is there.
    pub fn node_at(&self, at: Point, target: f64) -> Option<NodeId> {
        let distances = self.nodes.iter().enumerate().filter_map(|(id, node)| {
            let half = Vec2::new(node.half.x.max(target / 2.0), node.half.y.max(target / 2.0));
            let body = Rect::from_points(node.center - half, node.center + half);
            let hit = body.contains(at) || node.caption.is_some_and(|caption| caption.rect.contains(at));
            hit.then(|| (id, node.center.distance_squared(at)))
        });
        let nearest = distances.min_by(|a, b| a.1.total_cmp(&b.1));
        nearest.map(|(id, _)| NodeId(id as u32))
    }

    /// The cable at this pixel.
    pub fn link_at(&self, at: Point, target: f64) -> Option<LinkId> {
        let distances = self.cables.iter().enumerate().filter_map(|(id, cable)| {
            let along = decimal::clamp((at - cable.ports[0]).dot(cable.unit), 0.0, cable.length);
            let distance = at.distance(cable.ports[0] + cable.unit * along);
            let on_badge = cable.badge.is_some_and(|badge| badge.rect.contains(at));
            let reach = (target / 2.0).max(cable.lane);
            (distance <= reach || on_badge).then_some((id, if on_badge { 0.0 } else { distance }))
        });
        let nearest = distances.min_by(|a, b| a.1.total_cmp(&b.1));
        nearest.map(|(id, _)| LinkId(id as u32))
    }
}

/// To the right of where this goes; the canvas's y points down.
fn right_of(unit: Vec2) -> Vec2 {
    Vec2::new(-unit.y, unit.x)
}

/// More cables than this have no badges.
const BADGED_CABLES_MAX: usize = 300;

impl NodeShape {
    /// Its box.
    pub fn body(&self) -> Rect {
        Rect::from_points(self.center - self.half, self.center + self.half)
    }

    /// Radius of the lights at its ports: with many cables they would run into each other.
    fn light(&self, sizes: &Sizes) -> f64 {
        let around = 4.0 * (self.half.x + self.half.y);
        sizes.light.min(around / (self.cables.max(1) as f64 * 3.4)).max(1.0)
    }

    /// Where a cable in this direction leaves the outline: a superellipse, near enough to all silhouettes.
    fn port(&self, unit: Vec2) -> Point {
        let (x, y) = ((unit.x / self.half.x).abs(), (unit.y / self.half.y).abs());
        self.center + unit / (x.powi(4) + y.powi(4)).powf(0.25)
    }
}

impl Cable {
    /// One direction.
    pub fn lane(&self, from: End) -> Lane {
        let unit = if from == End::First { self.unit } else { -self.unit };
        Lane {
            origin: self.ports[from.index()],
            unit,
            outward: right_of(unit),
            length: self.length,
            offset: self.lane,
            core: self.core,
        }
    }

    /// This part of the way along the core.
    pub fn core_at(&self, place: f64) -> Point {
        self.ports[0] + self.unit * (self.length * place)
    }

    /// Where a badge may be, and what it may say, the best first: out of the way of both lanes, above the cable, or to the right
    /// of an upright one.
    fn badges(&self, sketch: &CableSketch, sizes: &Sizes) -> Vec<Badge> {
        let font = sizes.badge_font;
        let width = |line: &Line| line.width_em * font + font;
        let warnings = |count: usize| {
            sketch.warnings[..count].iter().map(|warning| width(&warning.line) + font * 0.35).sum::<f64>()
        };
        let all = sketch.warnings.len();
        // Above the cable it may overhang the ports a little.
        let room = self.length + 16.0 * sizes.detail;
        let whole = width(&sketch.about) + warnings(all);
        let mut choices = Vec::new();
        if whole <= room {
            choices.push((true, all, whole));
        }
        // One warning is said wherever a cable can be seen, even if it is wider than that.
        let counts = (1..=all).rev().filter(|_| self.length > 30.0);
        let fits = |&(.., count, width): &(bool, usize, f64)| count == 1 || width <= room;
        choices.extend(counts.map(|count| (false, count, warnings(count) - font * 0.35)).filter(fits));

        let normal = right_of(self.unit);
        let up =
            if normal.y < -0.35 || (normal.y.abs() <= 0.35 && normal.x > 0.0) { normal } else { -normal };
        let clearance = self.lane + sizes.lane * 0.5 + 4.0;
        let place = if sketch.lossy { 0.68 } else { 0.5 };
        let badge = |(whole, warnings, width)| {
            let size = Size::new(width, font * 1.7);
            let reach = size.width / 2.0 * up.x.abs() + size.height / 2.0 * up.y.abs();
            let center = self.core_at(place) + up * (clearance + reach);
            Badge { rect: Rect::from_center_size(center, size), whole, warnings }
        };
        choices.into_iter().map(badge).collect()
    }
}

impl Lane {
    /// The middle of a capsule this part of the way along.
    pub fn at(&self, place: f64) -> Point {
        self.core_at(place) + self.outward * (self.offset - self.strand())
    }

    /// The middle of this direction's strand of the core, this part of the way along.
    pub fn core_at(&self, place: f64) -> Point {
        self.origin + self.unit * (self.length * place) + self.outward * self.strand()
    }

    /// From the middle of the core to the middle of this direction's strand.
    pub fn strand(&self) -> f64 {
        self.core / 2.0
    }

    /// Along the lane, but never upside down: how letters on it are turned.
    pub fn reading(&self) -> Vec2 {
        if self.unit.x < -1e-9 || (self.unit.x.abs() <= 1e-9 && self.unit.y > 0.0) {
            -self.unit
        } else {
            self.unit
        }
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::stage::looks::tests::looks;
    use crate::stage::sketch::tests::two_hosts_and_a_switch;
    use crate::stage::standing::Standing;
    use proptest::prelude::*;
    use wire::impair::Impairment;

    /// Two hosts and a switch, as they are.
    pub fn layout() -> Layout {
        let (topology, positions) = two_hosts_and_a_switch();
        let sketch = Sketch::new(&topology, &positions, &Standing::default(), &looks());
        Layout::new(&sketch, View { scale: 1.0, offset: Vec2::ZERO }, Size::new(600.0, 400.0))
    }

    fn layout_of(positions: [(f64, f64); 3], scale: f64) -> Layout {
        let (topology, _) = two_hosts_and_a_switch();
        let sketch = Sketch::new(&topology, &positions, &Standing::default(), &looks());
        Layout::new(&sketch, View { scale, offset: Vec2::ZERO }, Size::new(600.0, 400.0))
    }

    #[test]
    fn a_cable_says_at_least_one_of_its_troubles() {
        let half = wire::Ratio::percent(50);
        let (mut topology, positions) = two_hosts_and_a_switch();
        let trouble = [
            Impairment::Loss(half),
            Impairment::Corrupt { probability: half, correlation: Default::default() },
            Impairment::Duplicate { probability: half, correlation: Default::default() },
        ];
        topology.links[0].ways.iter_mut().for_each(|way| way.impairments = trouble.into());
        let sketch = Sketch::new(&topology, &positions, &Standing::default(), &looks());
        let said = |scale| {
            let view = View { scale, offset: Vec2::ZERO };
            Layout::new(&sketch, view, Size::new(5_000.0, 3_000.0)).cables[0]
                .badge
                .map(|badge| (badge.whole, badge.warnings))
        };
        assert_eq!(said(9.0), Some((true, 3)));
        let short = said(1.0).expect("there is one");
        assert!(!short.0 && (1..3).contains(&short.1), "{short:?}");
    }

    #[test]
    fn both_directions_keep_to_their_right() {
        let layout = layout();
        let there = layout.cables[0].lane(End::First);
        let back = layout.cables[0].lane(End::Second);
        assert!(there.at(0.5).y > 200.0, "eastbound below");
        assert!(back.at(0.5).y < 200.0, "westbound above");
        assert!(
            there.at(0.5).distance(back.at(0.5)) > layout.sizes.capsule_height,
            "capsules pass each other"
        );
    }

    #[test]
    fn what_is_drawn_is_hit() {
        let layout = layout_of([(60.0, 200.0), (300.0, 200.0), (540.0, 200.0)], 1.0);
        for (id, node) in layout.nodes.iter().enumerate() {
            assert_eq!(layout.node_at(node.center, 24.0), Some(NodeId(id as u32)));
            assert_eq!(layout.node_at(node.caption.unwrap().rect.center(), 24.0), Some(NodeId(id as u32)));
        }
        for (id, cable) in layout.cables.iter().enumerate() {
            assert_eq!(layout.link_at(cable.core_at(0.5), 24.0), Some(LinkId(id as u32)));
            let badge = cable.badge.expect("there is room");
            assert_eq!(layout.link_at(badge.rect.center(), 24.0), Some(LinkId(id as u32)));
        }
        assert_eq!(layout.node_at(Point::new(120.0, 20.0), 44.0), None);
        assert_eq!(layout.link_at(Point::new(300.0, 20.0), 44.0), None);
    }

    #[test]
    fn targets_are_large_enough_for_a_finger_even_when_the_shape_is_small() {
        let layout = layout_of([(120.0, 200.0), (900.0, 200.0), (1800.0, 200.0)], 0.1);
        let center = layout.nodes[0].center;
        assert!(layout.nodes[0].half.x < 22.0);
        assert_eq!(layout.node_at(center + Vec2::new(21.0, -21.0), 44.0), Some(NodeId(0)));
    }

    proptest! {
        #[test]
        fn cables_begin_and_end_at_the_outlines_wherever_nodes_are(
            x in 0.0..600.0, y in 0.0..600.0, u in 0.0..600.0, v in 0.0..600.0, scale in 0.05..8.0,
        ) {
            let layout = layout_of([(x, y), (300.0, 300.0), (u, v)], scale);
            for (cable, ends) in layout.cables.iter().zip([[0, 1], [1, 2]]) {
                prop_assert!(cable.length >= 1.0 && cable.unit.hypot() > 0.999);
                for (port, end) in cable.ports.iter().zip(ends) {
                    let node = &layout.nodes[end];
                    let off = *port - node.center;
                    prop_assert!(off.x.abs() <= node.half.x + 1e-6 && off.y.abs() <= node.half.y + 1e-6);
                }
                for from in End::BOTH {
                    let lane = cable.lane(from);
                    prop_assert!(lane.reading().x >= -1e-9, "never upside down");
                    prop_assert!((lane.core_at(0.0) - lane.origin).hypot() < cable.core + 1e-6);
                }
            }
        }
    }
}
