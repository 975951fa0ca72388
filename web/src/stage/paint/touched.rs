//! Which parts of the canvas an animation frame changes: where something moves, was a frame ago, or is pointed at.
//!
//! What stands still is copied there only. With software rendering the copies of both layers were two thirds of what the page's thread
//! did while two hosts ping each other (docs/FRAMES.md); where the one frame is, they are a hundredth of the canvas.

use super::nodes;
use super::picture::Picture;
use crate::stage::traffic::marks::{Mark, Traffic};
use kurbo::{Point, Rect};

/// Parts of the canvas that do not overlap, in whole device pixels.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parts(Vec<Rect>);

/// With more parts, what each copy costs by itself is more than what it saves.
const PARTS_MAX: usize = 6;
/// With more moving things, these are all over the canvas.
const MOVING_MAX: usize = 80;
/// Around a capsule, in CSS pixels: the halo of a selected one, its sprite's edge.
const AROUND_PX: f64 = 13.0;

impl Parts {
    /// One part.
    pub fn one(part: Rect) -> Self {
        Self(vec![part])
    }

    /// The parts.
    pub fn iter(&self) -> impl Iterator<Item = Rect> {
        self.0.iter().copied()
    }

    /// Adds a part. What overlaps becomes one.
    pub fn add(&mut self, part: Rect) {
        if part.is_zero_area() {
            return;
        }
        let mut part = part;
        while let Some(place) = self.0.iter().position(|other| other.overlaps(part)) {
            part = part.union(self.0.swap_remove(place));
        }
        self.0.push(part);
        if self.0.len() > PARTS_MAX {
            self.join();
        }
    }

    /// Makes one of the two between which there is the least.
    fn join(&mut self) {
        let pairs = (1..self.0.len()).flat_map(|second| (0..second).map(move |first| (first, second)));
        let wasted = |&(first, second): &(usize, usize)| {
            let (a, b) = (self.0[first], self.0[second]);
            a.union(b).area() - a.area() - b.area()
        };
        if let Some((first, second)) = pairs.min_by(|a, b| wasted(a).total_cmp(&wasted(b))) {
            let removed = self.0.swap_remove(second);
            let union = self.0.swap_remove(first).union(removed);
            self.add(union);
        }
    }
}

/// Where frames and what belongs to them are, in CSS pixels; `None`: there are too many to look at each.
pub fn touched(picture: &Picture<'_>) -> Option<Vec<Rect>> {
    let traffic = picture.traffic;
    let sizes = &picture.layout.sizes;
    let marks = || traffic.marks.iter().chain(&traffic.ghosts);
    let count = marks().count() + traffic.lights.len() + traffic.bands.len() + traffic.pulses.len();
    if traffic.crowd || count > MOVING_MAX {
        return None;
    }
    let mut touched: Vec<Rect> = Vec::new();
    touched.extend(marks().map(|mark| of_mark(mark, sizes.capsule_height)));
    let stretches = traffic.lights.iter().chain(&traffic.bands);
    touched.extend(stretches.map(|stretch| {
        let reach = stretch.width.max(1.5) / 2.0 + 1.0;
        Rect::from_points(stretch.tail, stretch.head).inflate(reach, reach)
    }));
    let square = |center: Point, half: f64| Rect::from_center_size(center, (2.0 * half, 2.0 * half));
    let pulse = sizes.light + 22.0 * sizes.detail + 2.0;
    touched.extend(traffic.pulses.iter().map(|pulsing| square(pulsing.center, pulse)));
    let taught = 23.0 * sizes.detail + 1.0;
    touched.extend(traffic.lessons.iter().map(|lesson| square(lesson.center, lesson.radius + taught)));
    touched.extend(glowing(picture, traffic));
    touched.extend(pointed_at(picture));
    Some(touched)
}

/// A frame, with what it leaves behind it in the water.
fn of_mark(mark: &Mark, height: f64) -> Rect {
    let [along, across] = [mark.half.x, mark.half.y.max(1.1 * height)];
    let [x, y] = [mark.reading.x.abs(), mark.reading.y.abs()];
    let extent = (2.0 * (x * along + y * across), 2.0 * (y * along + x * across));
    let back = if mark.forward { -mark.reading } else { mark.reading };
    let far = mark.come.min(mark.half.x + 5.1 * height).max(mark.half.x);
    let wake = Rect::from_points(mark.center, mark.center + back * far).inflate(height, height);
    Rect::from_center_size(mark.center, extent).union(wake).inflate(AROUND_PX, AROUND_PX)
}

/// The lights of ports.
fn glowing<'a>(picture: &'a Picture<'_>, traffic: &'a Traffic) -> impl Iterator<Item = Rect> + 'a {
    let lit = traffic.glow.iter().enumerate().filter(|(_, glow)| **glow > 0.0);
    lit.filter_map(|(number, _)| {
        let cable = picture.layout.cables.get(number / 2)?;
        let side = 2.0 * (2.1 * cable.lights[number % 2] + 1.0);
        Some(Rect::from_center_size(cable.ports[number % 2], (side, side)))
    })
}

/// Nodes with a halo.
fn pointed_at<'a>(picture: &'a Picture<'_>) -> impl Iterator<Item = Rect> + 'a {
    let around = nodes::MARGIN * picture.layout.sizes.detail + 4.0;
    let nodes = picture.pointed_at().into_iter();
    nodes.filter_map(move |node| Some(picture.layout.nodes.get(node.index())?.body().inflate(around, around)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Many small squares, spread as by a generator of pseudo-random numbers.
    fn squares(count: u64) -> impl Iterator<Item = Rect> {
        (0..count).scan(7_u64, |state, _| {
            let mut next = || {
                *state =
                    state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (*state >> 40) as f64 % 900.0
            };
            Some(Rect::from_origin_size((next(), next()), (8.0, 8.0)))
        })
    }

    #[test]
    fn parts_cover_what_was_added_never_overlap_and_are_few() {
        for count in 0..40 {
            let mut parts = Parts::default();
            squares(count).for_each(|square| parts.add(square));
            let all: Vec<Rect> = parts.iter().collect();
            assert!(all.len() <= PARTS_MAX, "{count}: {all:?}");
            for square in squares(count) {
                assert!(all.iter().any(|part| part.union(square) == *part), "{count}: {square:?}");
            }
            for (number, part) in all.iter().enumerate() {
                let others = all[..number].iter();
                assert!(others.clone().all(|other| !other.overlaps(*part)), "{count}: {all:?}");
            }
        }
    }

    #[test]
    fn what_is_far_apart_stays_apart() {
        let [near, beside, far] = [0.0, 4.0, 500.0].map(|x| Rect::new(x, 0.0, x + 8.0, 8.0));
        let mut parts = Parts::one(near);
        [beside, far, Rect::ZERO].into_iter().for_each(|part| parts.add(part));
        assert_eq!(parts.iter().collect::<Vec<_>>(), [Rect::new(0.0, 0.0, 12.0, 8.0), far]);
    }
}
