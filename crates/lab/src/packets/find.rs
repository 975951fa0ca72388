//! Finding a text in the packet list.
//!
//! To know what stands in a line, its packet has to be read: of a long list that takes longer than a frame of the page. So a search goes on
//! from where it stopped as often as it is asked to.

use super::Line;
use crate::Lab;

/// A search that goes through the list once, from the selected packet on and around its end.
#[derive(Clone, Debug)]
pub struct Search {
    needle: String,
    forward: bool,
    next: usize,
    left: usize,
}

/// How far a search has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The number of a packet.
    Found(usize),
    /// There is more to search.
    GoOn,
    /// No line has it.
    Nothing,
}

impl Search {
    /// The next line with this text (or with `forward` unset the one before), in either case of letters.
    pub fn new(lab: &Lab, text: &str, forward: bool) -> Self {
        let trace = lab.packets().trace();
        let listed = trace.listed();
        let next = match lab.selected_packet() {
            Some(number) => step(trace.listed_before(number), forward, listed),
            None if forward => 0,
            None => listed.saturating_sub(1),
        };
        Self { needle: text.trim().to_ascii_lowercase(), forward, next, left: listed }
    }

    /// Looks at this number of lines more.
    pub fn look(&mut self, lab: &Lab, lines: usize) -> Progress {
        let trace = lab.packets().trace();
        for _ in 0..lines {
            // The list may have become shorter.
            if self.left == 0 || self.needle.is_empty() || self.next >= trace.listed() {
                return Progress::Nothing;
            }
            let place = self.next;
            self.left -= 1;
            self.next = step(place, self.forward, trace.listed());
            let Some(number) = trace.listed_at(place) else { continue };
            if lab.line(number).is_some_and(|line| self.is_in(&line)) {
                return Progress::Found(number);
            }
        }
        Progress::GoOn
    }

    fn is_in(&self, line: &Line) -> bool {
        let has = |text: &str| text.to_ascii_lowercase().contains(&self.needle);
        [&*line.info, &*line.source, &*line.destination, &*line.place, &*line.protocol].into_iter().any(has)
    }
}

/// The place after or before this one, around the ends.
fn step(place: usize, forward: bool, listed: usize) -> usize {
    match forward {
        true if place + 1 < listed => place + 1,
        true => 0,
        false => place.checked_sub(1).unwrap_or(listed.saturating_sub(1)),
    }
}
