//! The analysis of a capture's packets, and which of them a filter matches.
//!
//! A frame that a switch passes on is no retransmission: see [`dissect::analysis::Sides`].

use anyhow::anyhow;
use dissect::analysis::{Answer, Notes};
use dissect::filter::{Filter, FilterError, Subject};

/// The analysis of the packets up to now.
pub struct Sides {
    sides: dissect::analysis::Sides,
    packets: u32,
    first_at_ns: u64,
    previous_at_ns: Option<u64>,
}

/// A packet's notes, and what a filter needs of its neighbors. Packets have their numbers in the capture, from 0.
pub struct Noted {
    pub notes: Notes,
    number: u32,
    at_ns: u64,
    first_at_ns: u64,
    previous_at_ns: Option<u64>,
}

impl Sides {
    /// Before the first packet. `several`: frames are seen at several interfaces.
    pub fn new(several: bool) -> Self {
        let sides = dissect::analysis::Sides::new(several);
        Self { sides, packets: 0, first_at_ns: 0, previous_at_ns: None }
    }

    /// The next packet of the capture.
    pub fn push(&mut self, interface: u32, at_ns: u64, frame: &[u8]) -> Noted {
        let number = self.packets;
        self.packets += 1;
        if number == 0 {
            self.first_at_ns = at_ns;
        }
        let notes = self.sides.push(interface, at_ns, frame);
        let previous_at_ns = self.previous_at_ns.replace(at_ns);
        Noted { notes, number, at_ns, first_at_ns: self.first_at_ns, previous_at_ns }
    }

    /// The packet that answers this one, among those up to now.
    pub fn answer(&self, noted: &Noted) -> Answer {
        self.sides.answer(noted.number).map_or(Answer::Never, |(by, _)| Answer::By(by))
    }
}

impl Noted {
    /// Whether a filter matches it.
    pub fn is_wanted(&self, filter: &Filter, frame: &[u8]) -> bool {
        let Self { ref notes, number, at_ns, first_at_ns, previous_at_ns, .. } = *self;
        filter.matches(&Subject { number, at_ns, first_at_ns, previous_at_ns, frame, notes })
    }
}

/// Reads a display filter. The error points at what is wrong.
pub fn filter(text: &str) -> anyhow::Result<Filter> {
    Filter::parse(text).map_err(|FilterError { at, message }| {
        let width = |text: &str| text.chars().count();
        let before = " ".repeat(width(&text[..at.start]));
        let marks = "^".repeat(width(&text[at]).max(1));
        anyhow!("the filter cannot be read: {message}\n  {text}\n  {before}{marks}")
    })
}
