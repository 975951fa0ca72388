//! Packets that were seen at several places.
//!
//! A frame that a switch forwards is no retransmission. So where frames are seen at several interfaces, each interface is
//! analyzed by itself, and the numbers of packets are those of the whole list.

use super::{Analysis, Facts, Notes};
use crate::captured::Captured;

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

    /// Before the first packet, of packets that are each seen once: see [`Analysis::at_senders`].
    pub fn at_senders() -> Self {
        let side = Side { analysis: Analysis::at_senders(), packets: Vec::new() };
        Self { sides: vec![side], ..Self::default() }
    }

    /// The next packet of the list, in order of time; `side` is the number of the place, counted densely. The notes have the
    /// list's numbers.
    pub fn push<'f>(&mut self, side: u32, at_ns: u64, frame: impl Into<Captured<'f>>) -> Notes {
        let frame = frame.into();
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

    /// Says that both are the same packet: see [`Analysis::passed_on`]. Where each place is analyzed by itself, it says nothing.
    pub fn passed_on<'f>(&mut self, first: impl Into<Captured<'f>>, later: impl Into<Captured<'f>>) {
        if self.several {
            return;
        }
        if self.sides.is_empty() {
            self.sides.push(Side::default());
        }
        self.sides[0].analysis.passed_on(first, later);
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

    /// The number of packets pushed.
    pub fn len(&self) -> u32 {
        if self.several {
            self.places.len() as u32
        } else {
            self.sides.first().map_or(0, |side| side.analysis.len())
        }
    }

    /// Whether none was pushed.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The analysis of the side where the packet of this number was seen, and its number there.
    fn place(&self, number: u32) -> Option<(&Side, u32)> {
        if !self.several {
            return Some((self.sides.first()?, number));
        }
        let (side, there) = *self.places.get(number as usize)?;
        Some((&self.sides[side as usize], there))
    }

    /// The number in the list of a packet that a question about the packet of this number has as its answer.
    fn ask(&self, number: u32, question: impl Fn(&Analysis, u32) -> Option<u32>) -> Option<u32> {
        let (side, there) = self.place(number)?;
        let packet = question(&side.analysis, there)?;
        if self.several { side.packets.get(packet as usize).copied() } else { Some(packet) }
    }

    /// See [`Analysis::whole`].
    pub fn whole(&self, number: u32) -> Option<Captured<'_>> {
        let (side, there) = self.place(number)?;
        side.analysis.whole(there)
    }

    /// See [`Analysis::completed_by`].
    pub fn completed_by(&self, number: u32) -> Option<u32> {
        self.ask(number, Analysis::completed_by)
    }

    /// See [`Analysis::request_of`].
    pub fn request_of(&self, number: u32) -> Option<u32> {
        self.ask(number, Analysis::request_of)
    }

    /// See [`Analysis::response_to`].
    pub fn response_to(&self, number: u32) -> Option<u32> {
        self.ask(number, Analysis::response_to)
    }

    /// See [`Analysis::previous`].
    pub fn previous(&self, number: u32) -> Option<u32> {
        self.ask(number, Analysis::previous)
    }

    /// See [`Analysis::at_ns`].
    pub fn at_ns(&self, number: u32) -> Option<u64> {
        let (side, there) = self.place(number)?;
        side.analysis.at_ns(there)
    }

    /// What is known of the TCP connection that the packet of this number, with these notes, belongs to.
    pub fn connection(&self, number: u32, notes: &Notes) -> Option<Facts> {
        let (side, _) = self.place(number)?;
        side.analysis.connection(notes.stream?)
    }

    /// The version of TLS of the connection that the packet of this number, with these notes, belongs to.
    pub fn tls_version(&self, number: u32, notes: &Notes) -> Option<u16> {
        let (side, _) = self.place(number)?;
        side.analysis.tls_version(notes.stream?)
    }
}
