//! What stands on the stage as elements of the page: cards and marks, each beside the node or the cable that its attribute
//! `data-node` or `data-link` names. They are moved when the drawing is laid out anew, never in between.
//!
//! An element stands where it covers the least: what it is about first, then other cards and the stage's buttons, then nodes. It
//! stays at the spot that it has while no other one is clearly better, so that a growing table does not make it jump.

use crate::stage::Stage;
use netlab::topology::{LinkId, NodeId};
use trace::selection::Selection;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use wire::decimal::fixed;

/// Between an element and the edge of the canvas, and between it and what it is about.
const GAP_PX: f64 = 8.0;
/// Farther away than this, a line leads from a card to its node.
const TETHER_PX: f64 = 24.0;

/// Left, top, right, bottom.
type Rect = [f64; 4];

/// Puts each element of the layer to its place.
pub fn place(layer: &HtmlElement, stage: &Stage) {
    let room = [layer.client_width(), layer.client_height()].map(f64::from);
    let nodes: Vec<Rect> = stage.node_places().collect();
    let mut taken: Vec<Rect> = stage.obstacles().collect();
    // On a phone the tables stand in a row of their own: they have no place beside a node.
    let is_docked = element_in(layer, ".memories").is_some_and(|row| row.offset_width() > 0);
    let Ok(found) = layer.query_selector_all("[data-node], [data-link]") else { return };
    let elements =
        (0..found.length()).filter_map(|number| found.item(number)?.dyn_into::<HtmlElement>().ok());
    for element in elements.filter(|element| !(is_docked && element.matches(".memory").unwrap_or(false))) {
        let number = |name: &str| element.get_attribute(name)?.parse().ok();
        let node = number("data-node").map(|node| Selection::Node(NodeId(node)));
        let Some(about) = node.or_else(|| Some(Selection::Link(LinkId(number("data-link")?)))) else {
            continue;
        };
        let Some(rect) = stage.place_of(about) else { continue };
        let size = [element.offset_width(), element.offset_height()].map(f64::from);
        let had = number("data-spot").map(|spot| spot as usize);
        let (spot, place) = Around { about: rect, size, room, taken: &taken, nodes: &nodes, had }.best();
        taken.push(place);
        let _ = element.set_attribute("data-spot", &spot.to_string());
        // A transform needs no new layout of the page.
        let at = format!("translate({}px, {}px)", place[0] as i32, place[1] as i32);
        let _ = element.style().set_property("transform", &at);
        if let Some(tether) = element_in(&element, ".tether") {
            let _ = tether.style().set_property("transform", &tether_from(place, rect));
        }
    }
}

fn element_in(element: &Element, selector: &str) -> Option<HtmlElement> {
    element.query_selector(selector).ok()??.dyn_into().ok()
}

/// The transform that makes a square of one pixel, at a card's corner, the line from the card to what it is about.
fn tether_from(card: Rect, about: Rect) -> String {
    let nearest = |to: Rect, x: f64, y: f64| [x.max(to[0]).min(to[2]), y.max(to[1]).min(to[3])];
    let middle = [f64::midpoint(about[0], about[2]), f64::midpoint(about[1], about[3])];
    let from = nearest(card, middle[0], middle[1]);
    let to = nearest(about, from[0], from[1]);
    let [x, y] = [to[0] - from[0], to[1] - from[1]];
    let length = x.hypot(y);
    if length < TETHER_PX {
        return "scale(0)".into();
    }
    let numbers = [x, y, -2.0 * y / length, 2.0 * x / length, from[0] - card[0], from[1] - card[1]];
    format!("matrix({})", numbers.map(|number| fixed(number, 2).to_string()).join(","))
}

/// What decides where an element stands.
struct Around<'a> {
    /// What it is about.
    about: Rect,
    /// Its width and height.
    size: [f64; 2],
    /// Those of the canvas.
    room: [f64; 2],
    /// Other cards, and the buttons on the stage.
    taken: &'a [Rect],
    /// The nodes with their captions.
    nodes: &'a [Rect],
    /// The spot at which it stands now.
    had: Option<usize>,
}

impl Around<'_> {
    /// The spot where the least is covered, and the rectangle there.
    fn best(&self) -> (usize, Rect) {
        let spots = self.spots();
        let mut best = (0, spots[0]);
        let mut least = f64::INFINITY;
        for (number, spot) in spots.into_iter().enumerate() {
            // Square pixels: to move costs as much as a corner of a node.
            const TO_MOVE: f64 = 1_500.0;
            let moves = self.had.is_some_and(|had| had != number);
            let cost = self.cost(spot) + if moves { TO_MOVE } else { 0.0 };
            if cost < least {
                (least, best) = (cost, (number, spot));
            }
        }
        best
    }

    /// The rectangles that are tried, the best first: beside what it is about, then at the edges of the canvas.
    fn spots(&self) -> [Rect; 16] {
        const SIDES: [(i8, i8); 8] = [(0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (-1, 1), (1, -1), (-1, -1)];
        let at = |[left, top]: [f64; 2]| {
            let within = |place: f64, axis: usize| {
                place.min(self.room[axis] - self.size[axis] - GAP_PX).max(GAP_PX).round()
            };
            let [left, top] = [within(left, 0), within(top, 1)];
            [left, top, left + self.size[0], top + self.size[1]]
        };
        let beside = |side: i8, axis: usize| match side {
            1 => self.about[axis + 2] + GAP_PX,
            0 => f64::midpoint(self.about[axis], self.about[axis + 2]) - self.size[axis] / 2.0,
            _ => self.about[axis] - GAP_PX - self.size[axis],
        };
        let edge = |side: i8, axis: usize| f64::from(side + 1) / 2.0 * (self.room[axis] - self.size[axis]);
        let mut spots = [[0.0; 4]; 16];
        for (number, (across, down)) in SIDES.into_iter().enumerate() {
            spots[number] = at([beside(across, 0), beside(down, 1)]);
            spots[SIDES.len() + number] = at([edge(across, 0), edge(down, 1)]);
        }
        spots
    }

    /// What it would cover, in square pixels, what matters more counted more often; and how far away it would be.
    fn cost(&self, spot: Rect) -> f64 {
        let of = |rects: &[Rect]| rects.iter().map(|rect| covered(*rect, spot)).sum::<f64>();
        let apart = |axis: usize| {
            (self.about[axis] - spot[axis + 2]).max(spot[axis] - self.about[axis + 2]).max(GAP_PX) - GAP_PX
        };
        8.0 * covered(self.about, spot) + 4.0 * of(self.taken) + of(self.nodes) + 30.0 * (apart(0) + apart(1))
    }
}

/// The area that two rectangles share.
fn covered(a: Rect, b: Rect) -> f64 {
    let shared = |axis: usize| (a[axis + 2].min(b[axis + 2]) - a[axis].max(b[axis])).max(0.0);
    shared(0) * shared(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alone(about: Rect, size: [f64; 2]) -> Around<'static> {
        Around { about, size, room: [400.0, 300.0], taken: &[], nodes: &[], had: None }
    }

    #[test]
    fn a_card_covers_what_it_is_about_only_where_there_is_no_room_beside_it() {
        let beside = |about, size| {
            let [left, top, ..] = alone(about, size).best().1;
            [left, top]
        };
        assert_eq!(beside([180.0, 20.0, 220.0, 60.0], [100.0, 80.0]), [150.0, 68.0], "below");
        assert_eq!(beside([180.0, 250.0, 220.0, 290.0], [100.0, 80.0]), [150.0, 162.0], "above");
        assert_eq!(beside([10.0, 130.0, 50.0, 170.0], [300.0, 200.0]), [58.0, 50.0], "right of it");
        assert_eq!(beside([350.0, 130.0, 390.0, 170.0], [300.0, 200.0]), [42.0, 50.0], "left of it");
        let [left, top] = beside([10.0, 10.0, 390.0, 290.0], [100.0, 80.0]);
        assert!(
            (8.0..=292.0).contains(&left) && (8.0..=212.0).contains(&top),
            "on the canvas whatever happens"
        );
    }

    #[test]
    fn cards_keep_clear_of_each_other_of_buttons_and_of_nodes() {
        let about = [180.0, 120.0, 220.0, 160.0];
        let below = [150.0, 168.0, 250.0, 248.0];
        assert_eq!(alone(about, [100.0, 80.0]).best().1, below);
        for (taken, nodes) in [(&[below][..], &[][..]), (&[], &[below, about])] {
            let (_, spot) = Around { taken, nodes, ..alone(about, [100.0, 80.0]) }.best();
            assert_eq!(covered(spot, below), 0.0, "{spot:?}");
            assert_eq!(covered(spot, about), 0.0, "{spot:?}");
        }
    }

    #[test]
    fn a_card_stays_where_it_is_until_another_spot_is_clearly_better() {
        let about = [180.0, 120.0, 220.0, 160.0];
        let stays = Around { had: Some(1), ..alone(about, [100.0, 80.0]) };
        assert_eq!(stays.best().0, 1, "both are free");
        let in_the_way = [150.0, 30.0, 250.0, 112.0];
        assert_eq!(Around { taken: &[in_the_way], ..stays }.best().0, 0);
    }

    #[test]
    fn a_line_leads_to_a_node_that_is_far_away_and_none_to_one_beside_the_card() {
        let card = [0.0, 0.0, 100.0, 80.0];
        assert_eq!(tether_from(card, [108.0, 20.0, 140.0, 60.0]), "scale(0)");
        assert_eq!(
            tether_from(card, [200.0, 20.0, 240.0, 60.0]),
            "matrix(100.00,0.00,0.00,2.00,100.00,40.00)"
        );
    }
}
