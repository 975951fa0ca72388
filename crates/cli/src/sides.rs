//! What packets say of each other, and which of them a filter wants.
//!
//! A frame that a switch passes on is no retransmission. So where frames are seen at several interfaces, each interface is
//! looked at by itself; otherwise, as tshark does, all packets together.

use anyhow::anyhow;
use dissect::analysis::{Analysis, Answer, Notes};
use dissect::filter::{Filter, FilterError, Subject};
use std::collections::BTreeMap;

/// What was seen so far.
pub struct Sides {
    /// Frames are seen at several interfaces.
    several: bool,
    sides: BTreeMap<u32, Side>,
    packets: u32,
    first_at_ns: u64,
    previous_at_ns: Option<u64>,
}

/// What was seen at one interface, or at all.
#[derive(Default)]
struct Side {
    analysis: Analysis,
    /// Which packets of the capture they are.
    packets: Vec<u32>,
}

/// What is known of a packet; packets have the capture's numbers, from 0.
pub struct Noted {
    pub notes: Notes,
    side: u32,
    number_there: u32,
    number: u32,
    at_ns: u64,
    first_at_ns: u64,
    previous_at_ns: Option<u64>,
}

impl Sides {
    /// Before the first packet.
    pub fn new(several: bool) -> Self {
        Self { several, sides: BTreeMap::new(), packets: 0, first_at_ns: 0, previous_at_ns: None }
    }

    /// The next packet of the capture.
    pub fn push(&mut self, interface: u32, at_ns: u64, frame: &[u8]) -> Noted {
        let number = self.packets;
        self.packets += 1;
        if number == 0 {
            self.first_at_ns = at_ns;
        }
        let side = if self.several { interface } else { 0 };
        let Side { analysis, packets } = self.sides.entry(side).or_default();
        let number_there = analysis.len();
        packets.push(number);
        let mut notes = analysis.push(at_ns, frame);
        notes.answers = notes.answers.map(|packet| packets[packet as usize]);
        notes.duplicate_of = packets[notes.duplicate_of as usize];
        let previous_at_ns = self.previous_at_ns.replace(at_ns);
        Noted { notes, side, number_there, number, at_ns, first_at_ns: self.first_at_ns, previous_at_ns }
    }

    /// Who answers this packet, as far as has been seen.
    pub fn answer(&self, noted: &Noted) -> Answer {
        let Side { analysis, packets } = &self.sides[&noted.side];
        analysis.answer(noted.number_there).map_or(Answer::Never, |(by, _)| Answer::By(packets[by as usize]))
    }
}

impl Noted {
    /// Whether a filter wants it.
    pub fn is_wanted(&self, filter: &Filter, frame: &[u8]) -> bool {
        let Self { ref notes, number, at_ns, first_at_ns, previous_at_ns, .. } = *self;
        filter.matches(&Subject { number, at_ns, first_at_ns, previous_at_ns, frame, notes })
    }
}

/// Reads a filter that somebody has typed; what is wrong with it is pointed at.
pub fn filter(text: &str) -> anyhow::Result<Filter> {
    Filter::parse(text).map_err(|FilterError { at, message }| {
        let width = |text: &str| text.chars().count();
        let before = " ".repeat(width(&text[..at.start]));
        let marks = "^".repeat(width(&text[at]).max(1));
        anyhow!("the filter cannot be read: {message}\n  {text}\n  {before}{marks}")
    })
}
