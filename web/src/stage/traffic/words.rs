//! Which texts there is room for.
//!
//! Each direction is arranged by itself. Where frames are dropped in many places at once, as in a storm, all the texts would cover
//! the drawing and each other, and none could be read. So each direction, in the order of the links, has its texts only if they
//! cover no earlier ones, nor each other; otherwise its dropped frames are only counted. A count moves aside where another one is,
//! and what finds no room there either is added to the count before it. The choice does not depend on counts or ages, so that nothing
//! flickers.

use super::marks::{Crash, DroppedFrame, Queue, Tally, Traffic};
use crate::stage::layout::{Layout, NodeShape};
use crate::stage::looks::{Looks, Weight};
use crate::stage::sizes::Sizes;
use kurbo::{Point, Rect, Vec2};
use netlab::topology::{Direction, Topology};
use std::borrow::Cow;

/// How far dropped frames fall, in heights of a capsule.
const FALL: f64 = 1.9;
/// Dropped frames that are only counted stay nearer to where they were dropped.
const FALL_COUNTED: f64 = 0.5;
/// Every count takes the room of this many digits, so that the words after it stay in place when it grows.
const COUNT_EM: f64 = 3.0;

/// The width of the word for a collision, at a font size of 1.
const COLLISION_EM: f64 = 5.0;

/// With more places than this, labels are reduced to a number even where there is room: that many words are not read, and the
/// search for room takes time.
const WORDED_MAX: usize = 240;
/// The same bound for labels of many small marks.
const TALLIES_MAX: usize = 64;

/// A rectangle that may be turned.
#[derive(Clone, Copy, Debug)]
pub struct Turned {
    /// Its middle.
    pub center: Point,
    /// Along its width, of length 1.
    pub along: Vec2,
    /// Half its width and height.
    pub half: Vec2,
}

impl Turned {
    fn upright(rect: Rect) -> Self {
        Self { center: rect.center(), along: Vec2::new(1.0, 0.0), half: rect.size().to_vec2() / 2.0 }
    }

    fn axes(&self) -> [Vec2; 2] {
        [self.along, Vec2::new(-self.along.y, self.along.x)]
    }

    /// Whether they share more than an edge: no axis of either separates them.
    pub fn overlaps(&self, other: &Self) -> bool {
        let off = other.center - self.center;
        if off.hypot() >= self.half.hypot() + other.half.hypot() {
            return false; // As nearly always.
        }
        let reach = |box_: &Self, axis: Vec2| {
            let [along, across] = box_.axes();
            box_.half.x * along.dot(axis).abs() + box_.half.y * across.dot(axis).abs()
        };
        let apart = |axis: Vec2| off.dot(axis).abs() >= reach(self, axis) + reach(other, axis);
        !self.axes().into_iter().chain(other.axes()).any(apart)
    }
}

impl DroppedFrame {
    /// Where it lies after falling all the way, or a part of it.
    pub fn lies(&self, sizes: &Sizes, part: f64) -> Point {
        let fall = if self.whole { FALL } else { FALL_COUNTED };
        self.center + self.outward * (part * fall * sizes.capsule_height)
    }

    /// The text of its plate, if it has one.
    pub fn words(&self) -> Option<Cow<'static, str>> {
        let reason = self.reason?;
        match (self.whole, self.count) {
            (true, 0 | 1) => Some(reason.text()),
            (true, count) => Some(format!("{} ×{count}", reason.text()).into()),
            (false, 0 | 1) => None,
            (false, count) => Some(format!("×{count}").into()),
        }
    }

    /// Half of the plate for words so wide (at a font size of 1), and how far its middle is from the dropped frame: clear
    /// of the capsule, upright or turned; in its place, if the capsule is not drawn.
    pub fn plate(&self, sizes: &Sizes, width_em: f64) -> (Vec2, Vec2) {
        let font = sizes.badge_font;
        let half = Vec2::new(width_em * font + font, font * 1.7) / 2.0;
        if !self.whole {
            return (half, Vec2::ZERO);
        }
        let up = Vec2::new(-self.reading.y, self.reading.x);
        let side = if up.dot(self.outward) >= 0.0 { up } else { -up };
        (half, side * (sizes.capsule_height / 2.0 + half.y + 3.0))
    }

    /// What it covers when it has fallen: its capsule and its plate, or only its plate or cross.
    fn covers(&self, sizes: &Sizes, looks: &Looks) -> impl Iterator<Item = Turned> {
        let lies = self.lies(sizes, 1.0);
        let turned = |center, half| Turned { center, along: self.reading, half };
        let reason = self.reason.filter(|_| self.whole).map_or(Cow::Borrowed(""), |reason| reason.text());
        let width = looks.measure(&reason, Weight::Strong) + COUNT_EM;
        let (half, away) = self.plate(sizes, width);
        let plate = self.reason.map(|_| turned(lies + away, half));
        self.whole.then(|| turned(lies, self.half)).into_iter().chain(plate)
    }
}

impl Queue {
    fn vessel(&self) -> Turned {
        let half = Vec2::new(self.length, self.height) / 2.0;
        Turned { center: self.origin + self.unit * half.x, along: self.unit, half }
    }

    fn number(&self, sizes: &Sizes) -> Turned {
        let half = Vec2::new(sizes.badge_font * COUNT_EM * 0.3, sizes.badge_font * 0.5);
        let center = self.origin + self.unit * (self.length + 5.0 + half.x);
        Turned { center, along: self.unit, half }
    }
}

impl Tally {
    fn text(&self, sizes: &Sizes, looks: &Looks) -> Turned {
        let half = Vec2::new((looks.width_em(self.look) + 3.5) / 2.0, 0.6) * sizes.badge_font;
        Turned { center: self.center, along: self.reading, half }
    }
}

impl Crash {
    /// Its word, where it stands when the star has grown.
    fn text(&self, sizes: &Sizes) -> Turned {
        let half = Vec2::new(COLLISION_EM + COUNT_EM, 1.2) * sizes.badge_font / 2.0;
        let away = self.outward * (Self::RADIUS * sizes.capsule_height + sizes.badge_font);
        Turned { center: self.center + away, along: self.reading, half }
    }
}

/// Whether two dropped frames of one direction that lie with their words would cover each other. Those of one place, of which
/// only the newest has words, are one heap.
fn hide_each_other(group: &[DroppedFrame], sizes: &Sizes, looks: &Looks) -> bool {
    let worded: Vec<Vec<Turned>> = group
        .iter()
        .filter(|lost| lost.reason.is_some())
        .map(|lost| lost.covers(sizes, looks).collect())
        .collect();
    worded.iter().enumerate().any(|(number, one)| {
        worded[..number].iter().flatten().any(|other| one.iter().any(|cover| cover.overlaps(other)))
    })
}

/// Finds places for the counts of one direction: each where its frames were dropped, or aside; what has none joins the one before.
fn count_apart(group: &mut [DroppedFrame], sizes: &Sizes, looks: &Looks, said: &mut Vec<Turned>) {
    let mut last: Option<usize> = None;
    for number in 0..group.len() {
        let lost = group[number];
        if lost.reason.is_none() {
            continue;
        }
        let covers: Vec<Turned> = lost.covers(sizes, looks).collect();
        let step = lost.reading * covers.iter().map(|cover| 2.0 * cover.half.x + 4.0).fold(0.0, f64::max);
        let moved = |aside: f64| {
            covers.iter().map(move |cover| Turned { center: cover.center + step * aside, ..*cover })
        };
        let free = [0.0, 1.0, -1.0, 2.0, -2.0]
            .into_iter()
            .find(|&aside| !moved(aside).any(|cover| said.iter().any(|other| other.overlaps(&cover))));
        match (free, last) {
            (Some(aside), _) => {
                said.extend(moved(aside));
                group[number].center += step * aside;
                last = Some(number);
            }
            (None, Some(last)) => {
                group[last].count += lost.count;
                group[number].reason = None;
            }
            // The first of a direction is counted in any case.
            (None, None) => last = Some(number),
        }
    }
}

fn body(node: &NodeShape) -> Turned {
    Turned::upright(node.body())
}

impl Traffic {
    /// Removes the texts for which there is no room.
    pub fn make_room(&mut self, topology: &Topology, layout: &Layout, looks: &Looks) {
        let nothing = self.dropped_frames.is_empty() && self.queues.is_empty() && self.tallies.is_empty();
        if nothing && self.crashes.is_empty() {
            return;
        }
        if self.crowd {
            self.crashes.iter_mut().for_each(|crash| crash.worded = false);
            // Marks without words; what is too far away to be read covers nothing.
            self.dropped_frames.retain(|lost| lost.reason.is_some());
            self.dropped_frames.iter_mut().for_each(|lost| lost.whole = false);
            self.tallies.clear();
            self.queues.iter_mut().for_each(|queue| queue.counted = false);
            return;
        }
        let sizes = &layout.sizes;
        let bodies: Vec<Turned> = layout.nodes.iter().map(body).collect();
        let vessels: Vec<(Direction, Turned)> =
            self.queues.iter().map(|queue| (queue.way, queue.vessel())).collect();
        // What a direction may not cover: what belongs to others.
        let in_the_way = |way: Direction, cover: &Turned| {
            let ends = topology.link(way.link).ends;
            let is_end = |number: usize| ends.iter().any(|end| end.index() == number);
            bodies.iter().enumerate().any(|(number, body)| !is_end(number) && body.overlaps(cover))
                || vessels.iter().any(|(of, vessel)| *of != way && vessel.overlaps(cover))
        };
        // The dropped frames of a direction are beside each other in the list.
        let mut said: Vec<Turned> = Vec::new();
        for group in self.dropped_frames.chunk_by_mut(|one, other| one.way == other.way) {
            let covers: Vec<Turned> = group.iter().flat_map(|lost| lost.covers(sizes, looks)).collect();
            let full = said.len() + covers.len() > WORDED_MAX;
            let way = group[0].way;
            let hides =
                |cover: &Turned| said.iter().any(|other| other.overlaps(cover)) || in_the_way(way, cover);
            if full || covers.iter().any(hides) || hide_each_other(group, sizes, looks) {
                for lost in group.iter_mut() {
                    lost.whole = false;
                    lost.half = Vec2::new(sizes.capsule_height, sizes.capsule_height) / 2.0;
                }
                if !full {
                    count_apart(group, sizes, looks, &mut said);
                }
            } else {
                said.extend(covers);
            }
        }
        // Who is only counted leaves no body.
        self.dropped_frames.retain(|lost| lost.whole || lost.reason.is_some());

        let is_free = |said: &[Turned], text: &Turned| !said.iter().any(|other| other.overlaps(text));
        said.extend(vessels.into_iter().map(|(_, vessel)| vessel));
        for queue in &mut self.queues {
            let number = queue.number(sizes);
            queue.counted = is_free(&said, &number);
            if queue.counted {
                said.push(number);
            }
        }
        if self.tallies.is_empty() && self.crashes.is_empty() {
            return;
        }
        said.extend(bodies);
        said.extend(
            layout.nodes.iter().filter_map(|node| node.caption).map(|caption| Turned::upright(caption.rect)),
        );
        said.extend(
            layout.cables.iter().filter_map(|cable| cable.badge).map(|badge| Turned::upright(badge.rect)),
        );
        for crash in &mut self.crashes {
            let text = crash.text(sizes);
            crash.worded = is_free(&said, &text);
            if crash.worded {
                said.push(text);
            }
        }
        self.tallies.truncate(TALLIES_MAX);
        self.tallies.retain(|tally| {
            let text = tally.text(sizes, looks);
            let free = is_free(&said, &text);
            if free {
                said.push(text);
            }
            free
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::layout::tests::layout;
    use crate::stage::looks::tests::{looks, raw};
    use crate::stage::sketch::tests::two_hosts_and_a_switch;
    use crate::stage::traffic::marks::Reason;
    use netlab::history::{DropReason, TransitId};
    use netlab::topology::{End, LinkId};
    use proptest::prelude::*;

    fn turned() -> impl Strategy<Value = Turned> {
        (0.0..300.0, 0.0..300.0, 0.0..std::f64::consts::TAU, 1.0..80.0, 1.0..20.0).prop_map(
            |(x, y, angle, w, h)| Turned {
                center: Point::new(x, y),
                along: Vec2::from_angle(angle),
                half: Vec2::new(w, h),
            },
        )
    }

    proptest! {
        #[test]
        fn turned_rectangles_overlap_just_where_a_point_is_in_both(one in turned(), other in turned()) {
            let inside = |box_: &Turned, at: Point, slack: f64| {
                let [along, across] = box_.axes();
                let off = at - box_.center;
                off.dot(along).abs() < box_.half.x + slack && off.dot(across).abs() < box_.half.y + slack
            };
            let grid = (0..=40).flat_map(|x| (0..=40).map(move |y| (f64::from(x) / 20.0 - 1.0, f64::from(y) / 20.0 - 1.0)));
            let [along, across] = one.axes();
            let points: Vec<Point> =
                grid.map(|(x, y)| one.center + along * (x * one.half.x) + across * (y * one.half.y)).collect();
            let shared = points.iter().any(|&at| inside(&other, at, -1e-6));
            prop_assert!(!shared || one.overlaps(&other), "a point is in both");
            // Between the points of the grid are up to four pixels.
            let near = points.iter().any(|&at| inside(&other, at, 3.0));
            prop_assert!(near || !one.overlaps(&other), "nothing is near");
            prop_assert_eq!(one.overlaps(&other), other.overlaps(&one));
        }
    }

    /// Dropped frames of a direction: where, and how many.
    fn dead(looks: &mut Looks, link: u32, at: (f64, f64), count: u64) -> Vec<DroppedFrame> {
        let lost = DroppedFrame {
            transit: TransitId(0),
            look: looks.explained(TransitId(0), &raw(1_000), Default::default()),
            center: Point::new(at.0, at.1),
            outward: Vec2::new(0.0, 1.0),
            reading: Vec2::new(1.0, 0.0),
            age: 0.1,
            reason: Some(Reason::Lost(DropReason::QueueFull)),
            count,
            half: Vec2::new(40.0, 9.0),
            way: Direction { link: LinkId(link), from: End::First },
            whole: true,
        };
        vec![lost, DroppedFrame { age: 0.5, reason: None, count: 1, ..lost }]
    }

    fn words(dropped_frames: &[DroppedFrame]) -> Vec<String> {
        dropped_frames.iter().filter_map(|lost| lost.words().map(Cow::into_owned)).collect()
    }

    #[test]
    fn of_two_that_would_cover_each_other_the_second_only_counts() {
        let mut looks = looks();
        let [far, near] = [(400.0, 300.0), (110.0, 105.0)].map(|place| {
            let mut dropped_frames = dead(&mut looks, 0, (100.0, 100.0), 17);
            dropped_frames.extend(dead(&mut looks, 1, place, 34));
            let mut traffic = Traffic { dropped_frames, ..Traffic::default() };
            traffic.make_room(&two_hosts_and_a_switch().0, &layout(), &looks);
            (words(&traffic.dropped_frames), traffic.dropped_frames.len())
        });
        assert_eq!(far, (vec!["queue full ×17".to_owned(), "queue full ×34".to_owned()], 4));
        assert_eq!(near, (vec!["queue full ×17".to_owned(), "×34".to_owned()], 3));
    }

    #[test]
    fn counts_of_one_direction_stand_apart_and_none_is_lost() {
        let mut looks = looks();
        let mut dropped_frames = dead(&mut looks, 0, (100.0, 100.0), 17);
        for number in 0..8 {
            dropped_frames.extend(dead(&mut looks, 0, (104.0, 101.0), 10 + number));
        }
        let mut traffic = Traffic { dropped_frames, ..Traffic::default() };
        let layout = layout();
        traffic.make_room(&two_hosts_and_a_switch().0, &layout, &looks);
        let counted: u64 =
            traffic.dropped_frames.iter().filter(|lost| lost.reason.is_some()).map(|lost| lost.count).sum();
        assert_eq!(counted, 17 + (10..18).sum::<u64>());
        let covers: Vec<_> =
            traffic.dropped_frames.iter().flat_map(|lost| lost.covers(&layout.sizes, &looks)).collect();
        for (number, one) in covers.iter().enumerate() {
            assert!(!covers[..number].iter().any(|other| other.overlaps(one)), "{covers:?}");
        }
    }

    #[test]
    fn the_word_for_a_collision_covers_no_name() {
        let layout = layout();
        let name = layout.nodes[0].caption.expect("there is room").rect.center();
        let away = Crash::RADIUS * layout.sizes.capsule_height + layout.sizes.badge_font;
        let crash = |center| Crash {
            center,
            outward: Vec2::new(0.0, 1.0),
            reading: Vec2::new(1.0, 0.0),
            age: 0.1,
            count: 3,
            worded: true,
        };
        let crashes = vec![crash(name - Vec2::new(0.0, away)), crash(Point::new(300.0, 380.0))];
        let mut traffic = Traffic { crashes, ..Traffic::default() };
        traffic.make_room(&two_hosts_and_a_switch().0, &layout, &looks());
        assert_eq!(traffic.crashes.iter().map(|crash| crash.worded).collect::<Vec<_>>(), [false, true]);
    }

    #[test]
    fn what_is_said_does_not_flicker_with_counts_and_ages() {
        let mut looks = looks();
        let mut said = Vec::new();
        for (count, age) in [(1, 0.0), (9, 0.3), (10, 0.7), (99, 0.99)] {
            let mut dropped_frames = dead(&mut looks, 0, (100.0, 100.0), count);
            dropped_frames.extend(dead(&mut looks, 1, (215.0, 100.0), count));
            dropped_frames.iter_mut().for_each(|lost| lost.age = age);
            let mut traffic = Traffic { dropped_frames, ..Traffic::default() };
            traffic.make_room(&two_hosts_and_a_switch().0, &layout(), &looks);
            said.push(traffic.dropped_frames.iter().map(|lost| lost.whole).collect::<Vec<_>>());
        }
        assert!(said.windows(2).all(|pair| pair[0] == pair[1]), "{said:?}");
    }

    #[test]
    fn a_thousand_places_are_looked_at_only_up_to_a_limit() {
        let mut looks = looks();
        let everywhere =
            (0..1_000).map(|link| (link, (f64::from(link % 40) * 200.0, f64::from(link / 40) * 120.0)));
        let dropped_frames: Vec<DroppedFrame> =
            everywhere.flat_map(|(link, at)| dead(&mut looks, link % 2, at, 3)).collect();
        let mut traffic = Traffic { dropped_frames, ..Traffic::default() };
        traffic.make_room(&two_hosts_and_a_switch().0, &layout(), &looks);
        assert!(traffic.dropped_frames.iter().filter(|lost| lost.whole).count() <= WORDED_MAX);
        assert_eq!(words(&traffic.dropped_frames).len(), 1_000, "each has its words all the same");
    }
}
