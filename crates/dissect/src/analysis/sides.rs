//! Packets that were seen at several places.
//!
//! A frame that a switch forwards is no retransmission. So where frames are seen at several interfaces, each interface is
//! analyzed by itself, and the numbers of packets are those of the whole list.

use super::{Analysis, Notes};

/// An analysis for each place at which packets were seen, or one for all.
#[derive(Default)]
pub struct Sides {
    several: bool,
    sides: Vec<Side>,
    /// For each packet its side and its number there. Empty if there is one side only.
    places: Vec<(u32, u32)>,
}

/// What was seen at one place.
#[derive(Default)]
struct Side {
    analysis: Analysis,
    /// Which packets of the list they are. Empty if there is one side only.
    packets: Vec<u32>,
}

impl Sides {
    /// Before the first packet. `several`: the same frame may be seen at more than one place.
    pub fn new(several: bool) -> Self {
        Self { several, ..Self::default() }
    }

    /// The next packet of the list, in order of time; `side` is the number of the place, counted densely. The notes have the
    /// list's numbers.
    pub fn push(&mut self, side: u32, at_ns: u64, frame: &[u8]) -> Notes {
        let side = if self.several { side } else { 0 };
        if self.sides.len() <= side as usize {
            self.sides.resize_with(side as usize + 1, Side::default);
        }
        let Side { analysis, packets } = &mut self.sides[side as usize];
        if !self.several {
            return analysis.push(at_ns, frame);
        }
        packets.push(self.places.len() as u32);
        self.places.push((side, analysis.len()));
        let mut notes = analysis.push(at_ns, frame);
        notes.answers = notes.answers.map(|packet| packets[packet as usize]);
        notes.duplicate_of = packets[notes.duplicate_of as usize];
        notes
    }

    /// The packet that answers the packet of this number, as far as seen, and how many nanoseconds later: see
    /// [`Analysis::answer`].
    pub fn answer(&self, number: u32) -> Option<(u32, u64)> {
        if !self.several {
            return self.sides.first()?.analysis.answer(number);
        }
        let (side, there) = *self.places.get(number as usize)?;
        let Side { analysis, packets } = &self.sides[side as usize];
        analysis.answer(there).map(|(by, after_ns)| (packets[by as usize], after_ns))
    }
}
