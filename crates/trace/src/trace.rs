//! The packets seen at one place, in order, with the display filter over them.
//!
//! A trace follows the history a little at a time. Going back in time changes nothing here: a view shows the rows up to its playhead.

use crate::order::Order;
use crate::passing::{self, Passing};
use crate::row::{Row, Source, captured};
use crate::sieve::Sieve;
use capture::{Place, Recording};
use dissect::analysis::{self, Notes, Reading, Sides};
use dissect::filter::{Filter, Subject};
use dissect::message::SegmentKind;
use dissect::{Captured, Meaning, Protocol};
use netlab::history::{Fate, FrameId, TransitId};
use netlab::{History, Instant};
use rustc_hash::FxHashSet;
use std::borrow::Cow;
use std::collections::VecDeque;
use std::rc::Rc;

/// Other hops of a frame are looked for among this number of packets before and after.
const NEAR: usize = 4_000;

/// The packets at a place.
pub struct Trace {
    order: Order,
    /// The packets of a recording in the order in which they are taken, and the number of those already taken.
    sequence: Vec<u32>,
    taken: usize,
    analysis: Sides,
    /// What routers have passed on, where each packet is seen once.
    passing: Option<Passing>,
    rows: VecDeque<Row>,
    /// The number of packets forgotten with the transits that they were of.
    forgotten: usize,
    /// When the first of all was seen.
    first_at: Option<Instant>,
    sieve: Option<Sieve>,
    /// Counts the filters.
    generation: usize,
    complete: bool,
}

/// The order in which the packets of a recording are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sequence {
    /// As they are in the file, like tshark.
    File,
    /// By their time stamps; those of the same time as they are in the file.
    Time,
}

impl Trace {
    /// Of a network, from the beginning of its world on.
    pub fn new(place: Place) -> Self {
        Self {
            order: Order::new(place),
            sequence: Vec::new(),
            taken: 0,
            analysis: passing::sides(place),
            passing: (place == Place::Once).then(Passing::default),
            rows: VecDeque::new(),
            forgotten: 0,
            first_at: None,
            sieve: None,
            generation: 0,
            complete: true,
        }
    }

    /// Of a recording.
    pub fn of(recording: &Recording, sequence: Sequence) -> Self {
        let mut numbers: Vec<u32> = (0..recording.packets.len() as u32).collect();
        match sequence {
            Sequence::File => {}
            Sequence::Time => {
                wire::sorted::sort_by_key(&mut numbers, |&packet| recording.packets[packet as usize].at_ns)
            }
        }
        let analysis = Sides::new(has_hops(recording));
        Self { sequence: numbers, analysis, ..Self::new(Place::Everywhere) }
    }

    /// The place where its packets are seen.
    pub fn place(&self) -> Place {
        self.order.place()
    }

    /// Takes what is new in its source, and applies the filter, until all is done or `go_on` returns `false`. It is asked after
    /// each packet.
    pub fn follow(&mut self, source: Source<'_>, go_on: &mut dyn FnMut() -> bool) {
        self.complete = true;
        match source {
            Source::World(history, now) => self.follow_world(history, now, go_on),
            Source::Recording(recording) => self.follow_recording(recording, go_on),
        }
        self.first_at = self.first_at.or_else(|| self.rows.front().map(|row| row.at));
        // Of a file, what a packet means can depend on later ones: all of them are taken first.
        if self.complete || matches!(source, Source::World(..)) {
            self.sift_on(source, go_on);
        }
    }

    fn follow_world(&mut self, history: &History, now: Instant, go_on: &mut dyn FnMut() -> bool) {
        let Self { order, rows, forgotten, analysis, complete, passing, .. } = self;
        while rows.front().is_some_and(|row| history.transit(row.transit).is_none()) {
            rows.pop_front();
            *forgotten += 1;
        }
        order.take(history, now, &mut |sighting, transit| {
            if let Some(passing) = passing {
                passing.look(history, transit.id, analysis);
            }
            let side = sighting.port(transit).index() as u32;
            let notes = analysis.push(side, sighting.at.nanos(), &transit.frame);
            let (protocol, segment) = kind(Captured::from(&transit.frame), &notes, analysis);
            rows.push_back(Row {
                at: sighting.at,
                transit: transit.id,
                frame: transit.frame_id,
                length: transit.frame.len() as u32,
                protocol,
                segment,
                sent: sighting.sent,
                dropped: transit.fate != Fate::Delivered,
                notes,
            });
            *complete = go_on();
            *complete
        });
    }

    fn follow_recording(&mut self, recording: &Recording, go_on: &mut dyn FnMut() -> bool) {
        for &number in &self.sequence[self.taken..] {
            let packet = &recording.packets[number as usize];
            let frame = captured(recording, number as usize);
            let notes = self.analysis.push(packet.interface, packet.at_ns, frame);
            let (protocol, segment) = kind(frame, &notes, &self.analysis);
            self.taken += 1;
            self.rows.push_back(Row {
                at: Instant::from_nanos(packet.at_ns),
                transit: TransitId(u64::from(number)),
                frame: FrameId(u64::from(number)),
                length: packet.original_len,
                protocol,
                segment,
                sent: true,
                dropped: false,
                notes,
            });
            self.complete = go_on();
            if !self.complete {
                return;
            }
        }
    }

    fn sift_on(&mut self, source: Source<'_>, go_on: &mut dyn FnMut() -> bool) {
        let Some(sieve) = &mut self.sieve else { return };
        sieve.forget_before(self.forgotten);
        while let Some(row) = self.rows.get(sieve.next - self.forgotten) {
            let number = sieve.next;
            let before = number.checked_sub(self.forgotten + 1).and_then(|before| self.rows.get(before));
            sieve.next += 1;
            let Some(frame) = source.bytes(row) else { continue };
            let subject = Subject {
                number: number as u32,
                at_ns: row.at.nanos(),
                first_at_ns: self.first_at.map_or(0, Instant::nanos),
                previous_at_ns: before.map(|row| row.at.nanos()),
                start_ns: source.start_ns(),
                analysis: Some(&self.analysis),
                ..Subject::new(frame, &row.notes)
            };
            sieve.push(subject, row.frame);
            if !go_on() {
                self.complete = false;
                return;
            }
        }
    }

    /// Lists only packets that pass this filter from now on; without a filter all.
    pub fn sift(&mut self, filter: Option<Rc<Filter>>) {
        self.generation += 1;
        self.complete = false;
        self.sieve = filter.map(|filter| Sieve::new(filter, self.forgotten));
    }

    /// Changes whenever other packets are listed.
    pub fn generation(&self) -> usize {
        self.generation
    }

    /// The number of listed packets, as far as the filter was applied.
    pub fn listed(&self) -> usize {
        self.sieve.as_ref().map_or(self.rows.len(), Sieve::len)
    }

    /// The number of the packet at this place of the list.
    pub fn listed_at(&self, place: usize) -> Option<usize> {
        match &self.sieve {
            Some(sieve) => sieve.at(place),
            None => (place < self.rows.len()).then_some(self.forgotten + place),
        }
    }

    /// The number of listed packets before the packet of this number.
    pub fn listed_before(&self, number: usize) -> usize {
        match &self.sieve {
            Some(sieve) => sieve.before(number),
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

    /// Whether this frame passes the filter, as far as it was applied; nothing without a filter.
    pub fn passes(&self, frame: FrameId) -> Option<bool> {
        self.sieve.as_ref().map(|sieve| sieve.passes(frame))
    }

    /// Whether all of its source is in it, and the filter was applied to all.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// The number of the packet that answers this one, and how many nanoseconds later it was seen.
    pub fn answer(&self, number: usize) -> Option<(usize, u64)> {
        self.analysis.answer(number as u32).map(|(by, after)| (by as usize, after))
    }

    /// What the line of a packet is about: what it completes together with others, or its own bytes.
    pub fn shown<'s>(&'s self, source: Source<'s>, number: usize) -> Option<Captured<'s>> {
        let row = self.row(number)?;
        match row.notes.reading {
            Reading::Whole => self.analysis.whole(number as u32).or_else(|| source.bytes(row)),
            Reading::Own | Reading::Bare | Reading::Part | Reading::Continuation => source.bytes(row),
        }
    }

    /// The protocol of a packet as the column of a list names it; `meaning` is that of what is [shown](Self::shown) of it.
    pub fn protocol_name(&self, number: usize, meaning: &Meaning<'_>) -> Cow<'static, str> {
        let Some(row) = self.row(number) else { return meaning.protocol_name() };
        let version = self.analysis.tls_version(number as u32, &row.notes);
        analysis::protocol_name(meaning, &row.notes, version)
    }

    /// What the packets mean for each other.
    pub fn analysis(&self) -> &Sides {
        &self.analysis
    }

    /// When the first packet was seen: times of a list count from it.
    pub fn first_at(&self) -> Option<Instant> {
        self.first_at
    }

    /// The number of packets, forgotten ones included. Packets count from 0.
    pub fn count(&self) -> usize {
        self.forgotten + self.rows.len()
    }

    /// The number of the first packet that is still kept.
    pub fn first(&self) -> usize {
        self.forgotten
    }

    /// The packet of this number, if it is still kept.
    pub fn row(&self, number: usize) -> Option<&Row> {
        self.rows.get(number.checked_sub(self.forgotten)?)
    }

    /// The number of packets up to and with this moment.
    pub fn count_at(&self, at: Instant) -> usize {
        self.forgotten + self.rows.partition_point(|row| row.at <= at)
    }

    /// The number of the first packet at this moment or after it.
    pub fn first_from(&self, at: Instant) -> usize {
        self.forgotten + self.rows.partition_point(|row| row.at < at)
    }

    /// The packets with these numbers, as far as they are kept, each with its number.
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

/// What the packet that was analyzed last is about, and what it does to its connection.
fn kind(frame: Captured<'_>, notes: &Notes, analysis: &Sides) -> (Protocol, Option<SegmentKind>) {
    let last = analysis.len().saturating_sub(1);
    let shown = match notes.reading {
        Reading::Whole => analysis.whole(last).unwrap_or(frame),
        Reading::Own | Reading::Bare | Reading::Part | Reading::Continuation => frame,
    };
    let meaning = dissect::meaning(shown);
    (analysis::protocol(&meaning, notes), meaning.message.segment())
}

/// Whether the same frame was recorded at more than one interface, as far as packet ids show that: then each interface is
/// analyzed by itself.
fn has_hops(recording: &Recording) -> bool {
    let mut seen = FxHashSet::default();
    let ids = (0..recording.packets.len()).filter_map(|packet| recording.packet_id(packet));
    recording.interfaces.len() > 1 && ids.into_iter().any(|id| !seen.insert(id))
}
