//! The packets, in order of time and seen at one place: what the packet list, the time line and the graphs are made of.
//!
//! It follows the history a little at a time, so that no animation frame is late for it. Going back in time changes nothing here:
//! whoever shows it shows the rows up to the playhead.

use crate::stage::palette::Swatch;
use capture::{Order, Place};
use dissect::analysis::{Analysis, Mark, Notes};
use netlab::history::{Fate, FrameId, TransitId};
use netlab::{History, Instant};
use std::collections::VecDeque;

/// A packet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// When it was seen.
    pub at: Instant,
    /// The frame on its wire.
    pub transit: TransitId,
    /// Which frame, over all its wires.
    pub frame: FrameId,
    /// Bytes.
    pub length: u32,
    /// Its colour.
    pub swatch: Swatch,
    /// It was seen where it was sent, otherwise where it arrived.
    pub sent: bool,
    /// It was dropped on this wire.
    pub dropped: bool,
    /// What it has to do with those before it.
    pub notes: Notes,
}

impl Row {
    /// Whether it carries what was sent before.
    pub fn is_again(&self) -> bool {
        self.notes.marks.contains(Mark::Retransmission)
    }
}

/// The packets at a place.
pub struct Trace {
    order: Order,
    analysis: Analysis,
    rows: VecDeque<Row>,
    /// How many were forgotten with the transits that they were of.
    forgotten: usize,
    complete: bool,
}

impl Trace {
    /// From the beginning of the world on.
    pub fn new(place: Place) -> Self {
        Self { order: Order::new(place), analysis: Analysis::new(), rows: VecDeque::new(), forgotten: 0, complete: true }
    }

    /// Where it looks.
    pub fn place(&self) -> Place {
        self.order.place()
    }

    /// Takes what has happened up to `now`, as long as it may.
    pub fn follow(&mut self, history: &History, now: Instant, go_on: &mut dyn FnMut() -> bool) {
        while self.rows.front().is_some_and(|row| history.transit(row.transit).is_none()) {
            self.rows.pop_front();
            self.forgotten += 1;
        }
        self.complete = true;
        let (rows, analysis, complete) = (&mut self.rows, &mut self.analysis, &mut self.complete);
        self.order.take(history, now, &mut |sighting, transit| {
            let label = dissect::label(&transit.frame);
            rows.push_back(Row {
                at: sighting.at,
                transit: transit.id,
                frame: transit.frame_id,
                length: transit.frame.len() as u32,
                swatch: Swatch::of(dissect::protocol(&transit.frame), &label),
                sent: sighting.sent,
                dropped: transit.fate != Fate::Delivered,
                notes: analysis.push(sighting.at.nanos(), &transit.frame),
            });
            *complete = go_on();
            *complete
        });
    }

    /// Whether everything that has happened is in it.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// How many packets there were, with those that are forgotten. They count from 0.
    pub fn count(&self) -> usize {
        self.forgotten + self.rows.len()
    }

    /// The first that is still kept.
    pub fn first(&self) -> usize {
        self.forgotten
    }

    /// Who answered the packet of this number, and how many nanoseconds later.
    pub fn answer(&self, number: usize) -> Option<(usize, u64)> {
        self.analysis.answer(number as u32).map(|(by, after)| (by as usize, after))
    }

    /// The packet of this number, if it is still kept.
    pub fn row(&self, number: usize) -> Option<&Row> {
        self.rows.get(number.checked_sub(self.forgotten)?)
    }

    /// How many packets there were up to and with this moment.
    pub fn count_at(&self, at: Instant) -> usize {
        self.forgotten + self.rows.partition_point(|row| row.at <= at)
    }

    /// The number of the first packet at this moment or after it.
    pub fn first_from(&self, at: Instant) -> usize {
        self.forgotten + self.rows.partition_point(|row| row.at < at)
    }

    /// The packets with these numbers, as far as they are kept, with their numbers.
    pub fn rows(&self, numbers: std::ops::Range<usize>) -> impl DoubleEndedIterator<Item = (usize, &Row)> {
        let forgotten = self.forgotten;
        let from = numbers.start.saturating_sub(forgotten).min(self.rows.len());
        let to = numbers.end.saturating_sub(forgotten).clamp(from, self.rows.len());
        self.rows.range(from..to).enumerate().map(move |(index, row)| (forgotten + from + index, row))
    }

    /// The number of the packet that is this transit, seen at this moment; of another hop of its frame if there is none.
    pub fn find(&self, history: &History, transit: TransitId) -> Option<usize> {
        let seen = history.transit(transit)?;
        let exactly = [seen.start, seen.arrival].into_iter().find_map(|at| {
            let first = self.first_from(at);
            let same = self.rows(first..self.count()).take_while(|(_, row)| row.at == at);
            same.into_iter().find(|(_, row)| row.transit == transit).map(|(number, _)| number)
        });
        exactly.or_else(|| {
            // Seen only where it was sent first: its frame left before this wire had it.
            let first = self.first_from(seen.queued);
            let mut near = self.rows(first.saturating_sub(NEAR)..first + NEAR);
            near.find(|(_, row)| row.frame == seen.frame_id).map(|(number, _)| number)
        })
    }
}

/// Hops of a frame are looked for among so many packets before and after.
const NEAR: usize = 4_000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::{Command, Lab, State};

    fn run_whole(example: usize) -> Lab {
        let mut lab = Lab::new(scenario::examples()[example].scenario());
        lab.perform(Command::SkipQuiet(true)).unwrap();
        for frame in 0..100_000 {
            lab.tick(f64::from(frame) * 16.7, true, &mut || true);
            if lab.state() == State::Quiet {
                return lab;
            }
        }
        panic!("it never became quiet")
    }

    #[test]
    fn followed_in_pieces_or_at_once_it_is_the_same_and_in_order_of_time() {
        let lab = run_whole(4);
        let (history, now) = (lab.world.history(), lab.world.now());
        for place in [Place::Once, Place::Everywhere] {
            let mut whole = Trace::new(place);
            whole.follow(history, now, &mut || true);
            let mut pieces = Trace::new(place);
            let mut calls = 0;
            while !pieces.is_complete() || calls == 0 {
                let mut left = 3;
                pieces.follow(history, now, &mut || {
                    left -= 1;
                    left > 0
                });
                calls += 1;
            }
            assert!(calls > 3 && pieces.rows == whole.rows);
            assert!(whole.rows.iter().is_sorted_by_key(|row| row.at));
            for (number, row) in whole.rows(0..whole.count()) {
                let found = whole.find(history, row.transit).unwrap();
                assert_eq!(whole.row(found).unwrap().transit, row.transit);
                assert!(place == Place::Everywhere || found == number);
            }
        }
    }

    #[test]
    fn seen_once_every_frame_has_one_row_and_each_of_its_hops_leads_there() {
        let lab = run_whole(2);
        let history = lab.world.history();
        let mut trace = Trace::new(Place::Once);
        trace.follow(history, lab.world.now(), &mut || true);
        for transit in history.transits() {
            let number = trace.find(history, transit.id).expect("each frame is in the list");
            assert_eq!(trace.row(number).unwrap().frame, transit.frame_id);
        }
    }
}
