//! What stands on the stage as elements of the page: cards and marks, each beside the node or the cable that its attribute
//! `data-node` or `data-link` names. They are moved when the drawing is laid out anew, never in between.

use crate::stage::Stage;
use netlab::topology::{LinkId, NodeId};
use trace::selection::Selection;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Between an element and the edge of the canvas, and between it and what it is about.
const GAP_PX: f64 = 8.0;

/// Puts each element of the layer to its place.
pub fn place(layer: &HtmlElement, stage: &Stage) {
    let room = [layer.client_width(), layer.client_height()].map(f64::from);
    let children = layer.children();
    let elements =
        (0..children.length()).filter_map(|number| children.item(number)?.dyn_into::<HtmlElement>().ok());
    for element in elements {
        let number = |name: &str| element.get_attribute(name)?.parse().ok();
        let node = number("data-node").map(|node| Selection::Node(NodeId(node)));
        let Some(about) = node.or_else(|| Some(Selection::Link(LinkId(number("data-link")?)))) else {
            continue;
        };
        let Some(rect) = stage.place_of(about) else { continue };
        let size = [element.offset_width(), element.offset_height()].map(f64::from);
        let [left, top] = beside(rect, size, room);
        // A transform needs no new layout of the page.
        let _ = element
            .style()
            .set_property("transform", &format!("translate({}px, {}px)", left as i32, top as i32));
    }
}

/// The left top corner of something of this size beside a rectangle (left, top, right, bottom): below it, above it, right or left
/// of it, whichever has room first. Without any, where the least of the rectangle is covered.
fn beside([x0, y0, x1, y1]: [f64; 4], size: [f64; 2], room: [f64; 2]) -> [f64; 2] {
    let middle = [f64::midpoint(x0, x1) - size[0] / 2.0, f64::midpoint(y0, y1) - size[1] / 2.0];
    let within = |place: f64, axis: usize| place.min(room[axis] - size[axis] - GAP_PX).max(GAP_PX).round();
    let sides = [
        [middle[0], y1 + GAP_PX],
        [middle[0], y0 - GAP_PX - size[1]],
        [x1 + GAP_PX, middle[1]],
        [x0 - GAP_PX - size[0], middle[1]],
    ];
    let covered = |[left, top]: [f64; 2]| {
        let across = x1.min(left + size[0]) - x0.max(left);
        let down = y1.min(top + size[1]) - y0.max(top);
        across.max(0.0) * down.max(0.0)
    };
    let places = sides.map(|[left, top]| [within(left, 0), within(top, 1)]);
    let mut best = places[0];
    for place in places {
        if covered(place) < covered(best) {
            best = place;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_covers_what_it_is_about_only_where_there_is_no_room_beside_it() {
        let room = [400.0, 300.0];
        assert_eq!(beside([180.0, 20.0, 220.0, 60.0], [100.0, 80.0], room), [150.0, 68.0], "below");
        assert_eq!(beside([180.0, 250.0, 220.0, 290.0], [100.0, 80.0], room), [150.0, 162.0], "above");
        assert_eq!(beside([10.0, 130.0, 50.0, 170.0], [300.0, 200.0], room), [58.0, 50.0], "right of it");
        assert_eq!(beside([350.0, 130.0, 390.0, 170.0], [300.0, 200.0], room), [42.0, 50.0], "left of it");
        let [left, top] = beside([10.0, 10.0, 390.0, 290.0], [100.0, 80.0], room);
        assert!(
            (8.0..=292.0).contains(&left) && (8.0..=212.0).contains(&top),
            "on the canvas whatever happens"
        );
    }
}
