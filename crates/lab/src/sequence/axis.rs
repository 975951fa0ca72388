//! Maps moments of virtual time to heights on a sheet, and back. Time runs downward.
//!
//! Networks have bursts of microseconds between quiet seconds, so no single scale shows both. Here each stretch between two
//! events has the height of the scale, but never less than its texts need, and never more than that of a gap,
//! which is then marked as one. So the order is always right, a burst looks like one, and a ping fits on one sheet.

use netlab::{Duration, Instant};
use std::collections::VecDeque;
use std::ops::Range;

/// How time is mapped to height. All lengths are in the same unit, which the caller chooses.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// Height of a nanosecond.
    pub per_ns: f64,
    /// The least height before a departure, where the frame's text is.
    pub before_start: f64,
    /// The least height before an arrival or a drop, so that an arrow that takes time slants.
    pub before_end: f64,
    /// The greatest height of a stretch in which nothing is under way: a higher one becomes a gap.
    pub quiet: f64,
    /// The greatest height of a stretch in which a frame is under way.
    pub busy: f64,
}

/// An event on the axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A frame arrives or is dropped.
    End,
    /// A frame leaves.
    Start,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Knot {
    at: Instant,
    what: What,
    /// Whether nothing was under way before it.
    quiet: bool,
    y: f64,
}

/// A stretch of time that is drawn shorter than it was.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gap {
    /// Its duration.
    pub lasts: Duration,
    /// The heights where it begins and ends.
    pub y: (f64, f64),
}

/// The axis of a sheet: between two events it is linear.
#[derive(Clone, Debug)]
pub struct Axis {
    scale: Scale,
    knots: VecDeque<Knot>,
}

impl Scale {
    fn height(&self, lasts: Duration, what: Option<What>, quiet: bool) -> f64 {
        let least = match what {
            Some(What::Start) => self.before_start,
            Some(What::End) => self.before_end,
            None => 0.0,
        };
        (lasts.nanos() as f64 * self.per_ns).min(self.most(quiet)).max(least)
    }

    fn most(&self, quiet: bool) -> f64 {
        if quiet { self.quiet } else { self.busy }
    }

    /// The same scale with all heights multiplied by `factor`.
    pub fn shrunk(self, factor: f64) -> Self {
        Self {
            per_ns: self.per_ns * factor,
            before_start: self.before_start * factor,
            before_end: self.before_end * factor,
            quiet: self.quiet * factor,
            busy: self.busy * factor,
        }
    }
}

impl Axis {
    /// An axis without events.
    pub fn new(scale: Scale) -> Self {
        Self { scale, knots: VecDeque::new() }
    }

    /// The events of two axes on one of this scale: nothing is under way where it is so on both.
    pub fn merged(a: &Self, b: &Self, scale: Scale) -> Self {
        let mut merged = Self::new(scale);
        let (mut a, mut b) = (a.knots.iter().peekable(), b.knots.iter().peekable());
        loop {
            let quiet = a.peek().is_none_or(|knot| knot.quiet) && b.peek().is_none_or(|knot| knot.quiet);
            let next = match (a.peek(), b.peek()) {
                (Some(x), Some(y)) if y.at < x.at => b.next(),
                (Some(_), _) => a.next(),
                (None, _) => b.next(),
            };
            let Some(knot) = next else { return merged };
            merged.push(knot.at, knot.what, quiet);
        }
    }

    /// The number of events, and the moments of the first and the last: an axis to which nothing was added has the same.
    pub fn extent(&self) -> (usize, Option<Instant>, Option<Instant>) {
        let at = |knot: Option<&Knot>| knot.map(|knot| knot.at);
        (self.knots.len(), at(self.knots.front()), at(self.knots.back()))
    }

    /// Its scale.
    #[cfg(test)]
    pub fn scale(&self) -> Scale {
        self.scale
    }

    /// Changes the scale of the whole axis.
    pub fn set_scale(&mut self, scale: Scale) {
        if self.scale != scale {
            self.scale = scale;
            let mut last: Option<Knot> = None;
            for knot in &mut self.knots {
                knot.y = last.map_or(0.0, |last| {
                    last.y + scale.height(knot.at - last.at, Some(knot.what), knot.quiet)
                });
                last = Some(*knot);
            }
        }
    }

    /// Appends an event, which must not be earlier than the last; `quiet` says whether nothing was under way before it.
    pub fn push(&mut self, at: Instant, what: What, mut quiet: bool) {
        let mut what = what;
        if let Some(last) = self.knots.pop_back_if(|last| last.at == at) {
            quiet = last.quiet;
            if last.what == What::Start {
                what = What::Start;
            }
        }
        let last = self.knots.back();
        let y = last.map_or(0.0, |last| last.y + self.scale.height(at - last.at, Some(what), quiet));
        self.knots.push_back(Knot { at, what, quiet, y });
    }

    /// Removes the events before this moment from the axis.
    pub fn forget_before(&mut self, at: Instant) {
        let gone = self.knots.partition_point(|knot| knot.at < at);
        self.knots.drain(..gone);
        let up = self.knots.front().map_or(0.0, |first| first.y);
        self.knots.iter_mut().for_each(|knot| knot.y -= up);
    }

    /// The height of the last event.
    pub fn height(&self) -> f64 {
        self.knots.back().map_or(0.0, |last| last.y)
    }

    /// The height of a moment.
    pub fn y(&self, at: Instant) -> f64 {
        let after = self.knots.partition_point(|knot| knot.at <= at);
        match (after.checked_sub(1).map(|last| self.knots[last]), self.knots.get(after)) {
            (Some(last), Some(next)) => {
                let share = (at - last.at).nanos() as f64 / (next.at - last.at).nanos() as f64;
                last.y + (next.y - last.y) * share
            }
            (Some(last), None) => last.y + self.scale.height(at - last.at, None, true),
            (None, Some(first)) => first.y - self.scale.height(first.at - at, None, true),
            (None, None) => 0.0,
        }
    }

    /// The moment at a height, limited to the first and the last event.
    pub fn moment(&self, y: f64) -> Instant {
        let after = self.knots.partition_point(|knot| knot.y <= y);
        match (after.checked_sub(1).map(|last| self.knots[last]), self.knots.get(after)) {
            (Some(last), Some(next)) => {
                let share = (y - last.y) / (next.y - last.y);
                last.at + Duration::from_nanos(((next.at - last.at).nanos() as f64 * share) as u64)
            }
            (Some(knot), None) => knot.at,
            (None, first) => first.map_or(Instant::ZERO, |first| first.at),
        }
    }

    /// The gaps in a part of the sheet.
    pub fn gaps(&self, y: Range<f64>) -> impl Iterator<Item = Gap> {
        let first = self.knots.partition_point(|knot| knot.y < y.start).max(1);
        (first..self.knots.len())
            .map(|next| (self.knots[next - 1], self.knots[next]))
            .take_while(move |(last, _)| last.y < y.end)
            .filter(|(last, next)| {
                (next.at - last.at).nanos() as f64 * self.scale.per_ns > self.scale.most(next.quiet)
            })
            .map(|(last, next)| Gap { lasts: next.at - last.at, y: (last.y, next.y) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SCALE: Scale =
        Scale { per_ns: 0.01, before_start: 20.0, before_end: 4.0, quiet: 60.0, busy: 150.0 };

    fn axis(moments: &[(u64, What, bool)]) -> Axis {
        let mut axis = Axis::new(SCALE);
        moments.iter().for_each(|&(ns, what, quiet)| axis.push(Instant::from_nanos(ns), what, quiet));
        axis
    }

    #[test]
    fn a_burst_is_to_scale_and_silence_is_a_gap_that_says_how_long_it_was() {
        use What::{End, Start};
        let axis = axis(&[
            (0, Start, true),
            (3_000, End, false),
            (3_000, Start, true),
            (13_000, End, false),
            (1_000_000, Start, true),
            (2_000_000, End, false),
        ]);
        let y = |ns| axis.y(Instant::from_nanos(ns));
        assert_eq!([y(0), y(1_500), y(3_000), y(13_000), y(1_000_000)], [0.0, 15.0, 30.0, 130.0, 190.0]);
        let gaps: Vec<Gap> = axis.gaps(0.0..1e9).collect();
        let quiet = Gap { lasts: Duration::from_nanos(987_000), y: (130.0, 190.0) };
        let busy = Gap { lasts: Duration::from_millis(1), y: (190.0, 340.0) };
        assert_eq!(gaps, [quiet, busy], "a long way is one, too, but it has more room");
        assert_eq!(axis.gaps(0.0..129.0).count(), 0);
        assert_eq!(axis.gaps(150.0..160.0).count(), 1, "also from its middle");
    }

    #[test]
    fn on_a_merged_axis_are_the_moments_of_both_and_it_is_quiet_where_both_are() {
        use What::{End, Start};
        let a = axis(&[(0, Start, true), (3_000, End, false), (900_000, Start, true), (903_000, End, false)]);
        let b = axis(&[(0, Start, true), (700_000, End, false), (900_000, End, true)]);
        let merged = Axis::merged(&a, &b, SCALE);
        let moments: Vec<u64> = merged.knots.iter().map(|knot| knot.at.nanos()).collect();
        assert_eq!(moments, [0, 3_000, 700_000, 900_000, 903_000]);
        let quiet: Vec<bool> = merged.knots.iter().map(|knot| knot.quiet).collect();
        assert_eq!(quiet, [true, false, false, true, false], "under way on b until 700 µs");
        assert_eq!(merged.knots[3].what, Start, "a departure needs room for its text");
        assert_eq!(Axis::merged(&a, &Axis::new(SCALE), SCALE).knots, a.knots);
        assert_eq!(Axis::merged(&b, &a, SCALE).knots, merged.knots);
    }

    #[test]
    fn what_leaves_at_once_after_something_else_has_room_for_its_text() {
        use What::{End, Start};
        let axis = axis(
            &[0, 1, 2].map(|ns| (ns, Start, false)).into_iter().chain([(2, End, false)]).collect::<Vec<_>>(),
        );
        let y = |ns| axis.y(Instant::from_nanos(ns));
        assert_eq!([y(1), y(2)], [20.0, 40.0]);
    }

    proptest! {
        #[test]
        fn later_is_lower_and_places_lead_back_to_their_moments(
            steps in prop::collection::vec((0u64..200_000, any::<bool>(), any::<bool>()), 1..200),
            asked in prop::collection::vec(0u64..20_000_000, 2..40),
            forget in 0u64..10_000_000,
        ) {
            let mut axis = Axis::new(SCALE);
            let mut at = 0;
            for (step, start, quiet) in steps {
                at += step;
                axis.push(Instant::from_nanos(at), if start { What::Start } else { What::End }, quiet);
            }
            axis.forget_before(Instant::from_nanos(forget.min(at)));
            let mut asked = asked;
            asked.sort();
            let places: Vec<f64> = asked.iter().map(|&ns| axis.y(Instant::from_nanos(ns))).collect();
            prop_assert!(places.is_sorted());
            for knot in &axis.knots {
                prop_assert_eq!(axis.moment(axis.y(knot.at)), knot.at);
            }
            let once = axis.clone();
            axis.set_scale(Scale { per_ns: 1.0, ..SCALE });
            axis.set_scale(SCALE);
            // Sums in another order may differ in their last digit.
            prop_assert!(axis.knots.iter().zip(&once.knots).all(|(a, b)| (a.y - b.y).abs() < 1e-6));
        }
    }
}
