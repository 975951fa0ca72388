//! Which packets pass a display filter.
//!
//! [`Sieve`] decides about rows that a trace keeps, a little at a time, and remembers which pass. [`Sifter`] decides packet by
//! packet while they come, and keeps none: for captures that are written while a world runs. [`PacketReader`] has the packets for
//! several filters at once: for goals of lessons.

use crate::passing::{self, Passing};
use capture::{Place, Sighting};
use dissect::analysis::{Notes, Sides};
use dissect::filter::{Filter, Subject};
use netlab::History;
use netlab::history::{FrameId, Transit};
use std::collections::VecDeque;
use std::rc::Rc;

/// The packets of a trace that pass a filter.
pub(crate) struct Sieve {
    filter: Rc<Filter>,
    /// Their numbers, ascending.
    passing: VecDeque<u32>,
    /// For each frame whether it passes: a bit.
    frames: Vec<u64>,
    /// When the last passing packet was seen.
    last_at_ns: Option<u64>,
    /// The first packet that was not yet decided about.
    pub next: usize,
}

impl Sieve {
    /// Decides about packets from number `next` on.
    pub fn new(filter: Rc<Filter>, next: usize) -> Self {
        Self { filter, passing: VecDeque::new(), frames: Vec::new(), last_at_ns: None, next }
    }

    /// Decides about a packet, which carries this frame.
    pub fn push(&mut self, subject: Subject<'_>, frame: FrameId) {
        let subject = Subject { previous_listed_at_ns: self.last_at_ns, ..subject };
        if !self.filter.matches(&subject) {
            return;
        }
        self.last_at_ns = Some(subject.at_ns);
        self.passing.push_back(subject.number);
        let (word, bit) = ((frame.0 / 64) as usize, frame.0 % 64);
        if self.frames.len() <= word {
            self.frames.resize(word + 1, 0);
        }
        self.frames[word] |= 1 << bit;
    }

    /// Forgets the packets before this number.
    pub fn forget_before(&mut self, number: usize) {
        while self.passing.front().is_some_and(|&passing| (passing as usize) < number) {
            self.passing.pop_front();
        }
        self.next = self.next.max(number);
    }

    /// The number of passing packets.
    pub fn len(&self) -> usize {
        self.passing.len()
    }

    /// The number of the passing packet at this place among them.
    pub fn at(&self, place: usize) -> Option<usize> {
        self.passing.get(place).map(|&number| number as usize)
    }

    /// The number of passing packets before this packet.
    pub fn before(&self, number: usize) -> usize {
        self.passing.partition_point(|&passing| (passing as usize) < number)
    }

    /// Whether a packet of this frame passes.
    pub fn passes(&self, frame: FrameId) -> bool {
        let word = self.frames.get((frame.0 / 64) as usize).copied().unwrap_or(0);
        word >> (frame.0 % 64) & 1 == 1
    }
}

/// Reads packets one after the other, as they are seen at a place, each with its analysis, and keeps none.
pub struct PacketReader {
    sides: Sides,
    /// What routers have passed on, where each packet is seen once.
    passing: Option<Passing>,
    packets: u32,
    first_at_ns: u64,
    previous_at_ns: Option<u64>,
}

impl PacketReader {
    /// Before the first packet at this place.
    pub fn new(place: Place) -> Self {
        Self {
            sides: passing::sides(place),
            passing: (place == Place::Once).then(Passing::default),
            packets: 0,
            first_at_ns: 0,
            previous_at_ns: None,
        }
    }

    /// Analyzes the next packet of this history, in order of time, and returns it as filters take it.
    pub fn read<'a>(
        &'a mut self,
        history: &History,
        sighting: Sighting,
        transit: &'a Transit,
        notes: &'a mut Notes,
    ) -> Subject<'a> {
        if let Some(passing) = &mut self.passing {
            passing.look(history, transit.id, &mut self.sides);
        }
        let (number, at_ns) = (self.packets, sighting.at.nanos());
        self.packets += 1;
        if number == 0 {
            self.first_at_ns = at_ns;
        }
        let side = sighting.port(transit).index() as u32;
        *notes = self.sides.push(side, at_ns, &transit.frame);
        let previous_at_ns = self.previous_at_ns.replace(at_ns);
        Subject {
            number,
            at_ns,
            first_at_ns: self.first_at_ns,
            previous_at_ns,
            analysis: Some(&self.sides),
            ..Subject::new(&transit.frame, notes)
        }
    }
}

/// Decides whether packets pass a filter, one after the other, as they are seen.
pub struct Sifter {
    filter: Filter,
    packets: PacketReader,
    previous_listed_at_ns: Option<u64>,
}

impl Sifter {
    /// Before the first packet at this place.
    pub fn new(filter: Filter, place: Place) -> Self {
        Self { filter, packets: PacketReader::new(place), previous_listed_at_ns: None }
    }

    /// Whether the next packet of this history, in order of time, passes.
    pub fn passes(&mut self, history: &History, sighting: Sighting, transit: &Transit) -> bool {
        let mut notes = Notes::default();
        let subject = self.packets.read(history, sighting, transit, &mut notes);
        let passes =
            self.filter.matches(&Subject { previous_listed_at_ns: self.previous_listed_at_ns, ..subject });
        if passes {
            self.previous_listed_at_ns = Some(sighting.at.nanos());
        }
        passes
    }
}
