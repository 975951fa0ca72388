//! What is at a pixel: found among the marks that were drawn last, not in the world.

use super::layout::Layout;
use super::pointer::Pointer;
use super::traffic::marks::{Focus, Form, Mark, Traffic};
use kurbo::{Point, Rect, Vec2};
use netlab::history::TransitId;
use trace::selection::Selection;

/// What is at this pixel. What is painted above wins over what is below; where nothing is painted, the nearest thing within
/// the pointer's target does, a frame before a node before a cable.
pub fn hit(at: Point, pointer: Pointer, layout: &Layout, traffic: &Traffic) -> Option<Selection> {
    let target = pointer.target();
    let focused = |mark: &&Mark| mark.focus != Focus::None;
    let labelled = |mark: &&Mark| mark.form == Form::Capsule;
    let body = || {
        let inside = |node: &super::layout::NodeShape| {
            Rect::from_points(node.center - node.half, node.center + node.half).contains(at)
        };
        layout.nodes.iter().any(inside).then(|| layout.node_at(at, 0.0)).flatten()
    };
    let marks = || traffic.marks.iter();
    nearest(at, 0.0, marks().filter(focused).map(outline))
        .or_else(|| nearest(at, 0.0, marks().filter(labelled).map(outline)))
        .map(Selection::Frame)
        .or_else(|| body().map(Selection::Node))
        .or_else(|| nearest(at, 0.0, all(traffic)).map(Selection::Frame))
        .or_else(|| layout.node_at(at, 0.0).map(Selection::Node))
        .or_else(|| nearest(at, target, all(traffic)).map(Selection::Frame))
        .or_else(|| layout.node_at(at, target).map(Selection::Node))
        .or_else(|| layout.link_at(at, target).map(Selection::Link))
}

/// A frame's outline: its middle, its direction, half its extent along and across.
type Outline = (TransitId, Point, Vec2, Vec2);

fn outline(mark: &Mark) -> Outline {
    // Of a band, only the visible part.
    let half = if mark.form == Form::Band { Vec2::new(mark.half.x.min(4.0), mark.half.y) } else { mark.half };
    (mark.transit, mark.center, mark.reading, half)
}

/// Every frame that is drawn, wherever it is.
fn all(traffic: &Traffic) -> impl Iterator<Item = Outline> {
    let slots = traffic.slots.iter().map(|slot| (slot.transit, slot.center, slot.unit, slot.half));
    let dropped =
        traffic.dropped_frames.iter().map(|lost| (lost.transit, lost.center, lost.reading, lost.half));
    traffic.marks.iter().map(outline).chain(slots).chain(dropped)
}

/// The frame whose outline, widened to a target of at least this extent, is at this pixel and whose middle is nearest.
fn nearest(at: Point, target: f64, outlines: impl Iterator<Item = Outline>) -> Option<TransitId> {
    let distances = outlines.filter_map(|(transit, center, along, half)| {
        let off = at - center;
        let (x, y) = (off.dot(along).abs(), off.cross(along).abs());
        let hit = x <= half.x.max(target / 2.0) && y <= half.y.max(target / 2.0);
        // How far outside its outline, then how far from its middle.
        let outside = (x - half.x).max(0.0).hypot((y - half.y).max(0.0));
        hit.then_some((transit, outside, off.hypot()))
    });
    distances.min_by(|a, b| a.1.total_cmp(&b.1).then(a.2.total_cmp(&b.2))).map(|(transit, ..)| transit)
}
