//! The packets, in order of time and seen at one place: what the packet list, the time line and the graphs are made of.
//!
//! It follows the history a little at a time, so that no animation frame is late for it. Going back in time changes nothing here:
//! whoever shows it shows the rows up to the playhead.

use crate::palette::Swatch;
use capture::{Order, Place, Recording};
use dissect::analysis::{Mark, Notes, Sides};
use dissect::filter::{Filter, Subject};
use netlab::history::{Fate, FrameId, Transit, TransitId};
use netlab::{History, Instant};
use rustc_hash::FxHashSet;
use std::collections::VecDeque;
use std::rc::Rc;

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

/// Where the packets are from.
#[derive(Clone, Copy)]
pub enum Source<'a> {
    /// This network: what has happened in it up to a moment.
    World(&'a History, Instant),
    /// A capture that somebody made somewhere.
    Recording(&'a Recording),
}

/// The packets at a place.
pub struct Trace {
    order: Order,
    /// How many packets of a recording were taken, and in which order they are: that of time.
    taken: usize,
    by_time: Vec<u32>,
    analysis: Sides,
    rows: VecDeque<Row>,
    /// How many were forgotten with the transits that they were of.
    forgotten: usize,
    /// When the first of all was seen.
    first_at: Option<Instant>,
    sieve: Option<Sieve>,
    /// Counts the filters.
    generation: usize,
    complete: bool,
}

/// The packets that pass a filter.
struct Sieve {
    filter: Rc<Filter>,
    /// Their numbers.
    passing: VecDeque<u32>,
    /// For each frame whether it does: a bit.
    frames: Vec<u64>,
    /// The first packet that was not yet looked at.
    next: usize,
}

impl Trace {
    /// From the beginning of the world on.
    pub fn new(place: Place) -> Self {
        Self {
            order: Order::new(place),
            taken: 0,
            by_time: Vec::new(),
            analysis: Sides::new(place == Place::Everywhere),
            rows: VecDeque::new(),
            forgotten: 0,
            first_at: None,
            sieve: None,
            generation: 0,
            complete: true,
        }
    }

    /// Those of a recording.
    pub fn of(recording: &Recording) -> Self {
        let mut by_time: Vec<u32> = (0..recording.packets.len() as u32).collect();
        by_time.sort_by_key(|&packet| recording.packets[packet as usize].at_ns);
        let analysis = Sides::new(has_hops(recording));
        Self { by_time, analysis, ..Self::new(Place::Everywhere) }
    }

    /// Where it looks.
    pub fn place(&self) -> Place {
        self.order.place()
    }

    /// Takes what there is, and sifts it, as long as it may.
    pub fn follow(&mut self, source: Source<'_>, go_on: &mut dyn FnMut() -> bool) {
        self.complete = true;
        let (rows, analysis, complete) = (&mut self.rows, &mut self.analysis, &mut self.complete);
        match source {
            Source::World(history, now) => {
                while rows.front().is_some_and(|row| history.transit(row.transit).is_none()) {
                    rows.pop_front();
                    self.forgotten += 1;
                }
                self.order.take(history, now, &mut |sighting, transit| {
                    let colour = swatch(&transit.frame);
                    rows.push_back(Row {
                        at: sighting.at,
                        transit: transit.id,
                        frame: transit.frame_id,
                        length: transit.frame.len() as u32,
                        swatch: colour,
                        sent: sighting.sent,
                        dropped: transit.fate != Fate::Delivered,
                        notes: analysis.push(
                            side(sighting.sent, transit),
                            sighting.at.nanos(),
                            &transit.frame,
                        ),
                    });
                    *complete = go_on();
                    *complete
                });
            }
            Source::Recording(recording) => {
                for &number in &self.by_time[self.taken..] {
                    let packet = &recording.packets[number as usize];
                    let frame = recording.frame(number as usize).unwrap_or_default();
                    self.taken += 1;
                    rows.push_back(Row {
                        at: Instant::from_nanos(packet.at_ns),
                        transit: TransitId(u64::from(number)),
                        frame: FrameId(u64::from(number)),
                        length: packet.original_len,
                        swatch: swatch(frame),
                        sent: true,
                        dropped: false,
                        notes: analysis.push(packet.interface, packet.at_ns, frame),
                    });
                    *complete = go_on();
                    if !*complete {
                        break;
                    }
                }
            }
        }
        self.first_at = self.first_at.or_else(|| self.rows.front().map(|row| row.at));
        self.sift_on(source, go_on);
    }

    fn sift_on(&mut self, source: Source<'_>, go_on: &mut dyn FnMut() -> bool) {
        let Some(sieve) = &mut self.sieve else { return };
        while sieve.passing.front().is_some_and(|&number| (number as usize) < self.forgotten) {
            sieve.passing.pop_front();
        }
        sieve.next = sieve.next.max(self.forgotten);
        while let Some(row) = self.rows.get(sieve.next - self.forgotten) {
            let number = sieve.next as u32;
            let before = sieve.next.checked_sub(self.forgotten + 1).and_then(|before| self.rows.get(before));
            sieve.next += 1;
            let Some(frame) = source.bytes(row) else { continue };
            let subject = Subject {
                number,
                at_ns: row.at.nanos(),
                first_at_ns: self.first_at.map_or(0, Instant::nanos),
                previous_at_ns: before.map(|row| row.at.nanos()),
                frame,
                notes: &row.notes,
            };
            if sieve.filter.matches(&subject) {
                sieve.passing.push_back(number);
                let (word, bit) = ((row.frame.0 / 64) as usize, row.frame.0 % 64);
                if sieve.frames.len() <= word {
                    sieve.frames.resize(word + 1, 0);
                }
                sieve.frames[word] |= 1 << bit;
            }
            if !go_on() {
                self.complete = false;
                return;
            }
        }
    }

    /// Only what passes this filter is listed from now on.
    pub fn sift(&mut self, filter: Option<Rc<Filter>>) {
        self.generation += 1;
        self.complete = false;
        self.sieve = filter.map(|filter| Sieve {
            filter,
            passing: VecDeque::new(),
            frames: Vec::new(),
            next: self.forgotten,
        });
    }

    /// Changes whenever other packets are listed.
    pub fn generation(&self) -> usize {
        self.generation
    }

    /// How many packets are listed, as far as they were looked at.
    pub fn listed(&self) -> usize {
        self.sieve.as_ref().map_or(self.rows.len(), |sieve| sieve.passing.len())
    }

    /// The number of the packet at this place of the list.
    pub fn listed_at(&self, place: usize) -> Option<usize> {
        match &self.sieve {
            Some(sieve) => sieve.passing.get(place).map(|&number| number as usize),
            None => (place < self.rows.len()).then_some(self.forgotten + place),
        }
    }

    /// How many of the listed packets have a smaller number.
    pub fn listed_before(&self, number: usize) -> usize {
        match &self.sieve {
            Some(sieve) => sieve.passing.partition_point(|&passing| (passing as usize) < number),
            None => number.clamp(self.forgotten, self.count()) - self.forgotten,
        }
    }

    /// The listed packets from this number on.
    pub fn listed_rows(&self, from: usize) -> impl Iterator<Item = (usize, &Row)> {
        let places = self.listed_before(from)..self.listed();
        places.filter_map(|place| {
            let number = self.listed_at(place)?;
            Some((number, self.row(number)?))
        })
    }

    /// Whether the packet of this number is listed.
    pub fn is_listed(&self, number: usize) -> bool {
        self.sieve.is_none() || self.listed_at(self.listed_before(number)) == Some(number)
    }

    /// Whether this frame passes the filter; `None`: there is none, or it was not looked at yet.
    pub fn passes(&self, frame: FrameId) -> Option<bool> {
        let sieve = self.sieve.as_ref()?;
        let word = sieve.frames.get((frame.0 / 64) as usize).copied().unwrap_or(0);
        Some(word >> (frame.0 % 64) & 1 == 1)
    }

    /// Whether everything that there is is in it, and sifted.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// Who answered the packet of this number, and how many nanoseconds later.
    pub fn answer(&self, number: usize) -> Option<(usize, u64)> {
        self.analysis.answer(number as u32).map(|(by, after)| (by as usize, after))
    }

    /// How many packets there were, with those that are forgotten. They count from 0.
    pub fn count(&self) -> usize {
        self.forgotten + self.rows.len()
    }

    /// The first that is still kept.
    pub fn first(&self) -> usize {
        self.forgotten
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

impl<'a> Source<'a> {
    /// The bytes of a packet, if they are kept.
    pub fn bytes(&self, row: &Row) -> Option<&'a [u8]> {
        match *self {
            Self::World(history, _) => history.transit(row.transit).map(|transit| &*transit.frame),
            Self::Recording(recording) => Some(recording.frame(row.transit.0 as usize).unwrap_or_default()),
        }
    }
}

/// Whether the same frame was recorded at more than one interface, as far as packet ids tell: then each is looked at by itself.
fn has_hops(recording: &Recording) -> bool {
    let mut seen = FxHashSet::default();
    let ids = (0..recording.packets.len()).filter_map(|packet| recording.packet_id(packet));
    recording.interfaces.len() > 1 && ids.into_iter().any(|id| !seen.insert(id))
}

/// The number of the port at which a frame was seen.
fn side(sent: bool, transit: &Transit) -> u32 {
    let port = if sent { transit.direction } else { transit.direction.reverse() };
    port.index() as u32
}

fn swatch(frame: &[u8]) -> Swatch {
    Swatch::of(dissect::protocol(frame), &dissect::label(frame))
}

/// Hops of a frame are looked for among so many packets before and after.
const NEAR: usize = 4_000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Clock;
    use crate::{Lab, State};

    fn run_whole(example: usize) -> Lab {
        let mut lab = Lab::new(scenario::examples()[example].scenario());
        lab.perform(Clock::SkipQuiet(true)).unwrap();
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
            whole.follow(Source::World(history, now), &mut || true);
            let mut pieces = Trace::new(place);
            let mut calls = 0;
            while !pieces.is_complete() || calls == 0 {
                let mut left = 3;
                pieces.follow(Source::World(history, now), &mut || {
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
        trace.follow(Source::World(history, lab.world.now()), &mut || true);
        for transit in history.transits() {
            let number = trace.find(history, transit.id).expect("each frame is in the list");
            assert_eq!(trace.row(number).unwrap().frame, transit.frame_id);
        }
    }
}
