//! What a person puts on the packets of a list: marks, and the packet from which times count.
//!
//! A packet is remembered by its transit, not by its number: another place of observation numbers the same packets otherwise.

use crate::format;
use netlab::Instant;
use netlab::history::TransitId;

/// The marks of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pins {
    /// In order.
    marked: Vec<TransitId>,
    /// The packet from which times count, and when it was seen.
    reference: Option<(TransitId, Instant)>,
}

impl Pins {
    /// Marks a packet, or takes its mark away.
    pub fn mark(&mut self, packet: TransitId) {
        match self.marked.binary_search(&packet) {
            Ok(place) => _ = self.marked.remove(place),
            Err(place) => self.marked.insert(place, packet),
        }
    }

    /// Whether a packet is marked.
    pub fn is_marked(&self, packet: TransitId) -> bool {
        self.marked.binary_search(&packet).is_ok()
    }

    /// Whether no packet is marked.
    pub fn is_empty(&self) -> bool {
        self.marked.is_empty()
    }

    /// Counts times from this packet, or, if they do already, from the beginning again.
    pub fn count_from(&mut self, packet: TransitId, at: Instant) {
        self.reference = (!self.is_reference(packet)).then_some((packet, at));
    }

    /// Whether times count from this packet.
    pub fn is_reference(&self, packet: TransitId) -> bool {
        self.reference.is_some_and(|(reference, _)| reference == packet)
    }

    /// The time of a packet seen then, in seconds from the reference, or else from `first`; negative before it.
    pub fn time(&self, at: Instant, first: Instant) -> String {
        let from = self.reference.map_or(first, |(_, at)| at);
        let clock = |later: Instant, earlier: Instant| format::clock(Instant::ZERO + (later - earlier));
        if at < from { format!("−{}", clock(from, at)) } else { clock(at, from) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use netlab::Duration;

    #[test]
    fn times_count_from_the_reference_and_are_negative_before_it() {
        let at = |ms: u64| Instant::ZERO + Duration::from_millis(ms);
        let mut pins = Pins::default();
        assert_eq!(pins.time(at(1_500), Instant::ZERO), "1.500\u{a0}000");
        assert_eq!(
            pins.time(at(1_500), at(2_000)),
            "−0.500\u{a0}000",
            "earlier than the first packet of a file"
        );
        pins.count_from(TransitId(7), at(1_000));
        assert_eq!(pins.time(at(1_500), Instant::ZERO), "0.500\u{a0}000");
        assert_eq!(pins.time(at(250), Instant::ZERO), "−0.750\u{a0}000");
        assert!(pins.is_reference(TransitId(7)));
        pins.count_from(TransitId(7), at(1_000));
        assert_eq!(pins.time(at(1_500), Instant::ZERO), "1.500\u{a0}000");
    }

    #[test]
    fn a_second_mark_takes_the_first_away() {
        let mut pins = Pins::default();
        for packet in [9, 3, 5, 3] {
            pins.mark(TransitId(packet));
        }
        assert_eq!([3, 5, 9].map(|packet| pins.is_marked(TransitId(packet))), [false, true, true]);
    }
}
