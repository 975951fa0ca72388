//! A frame seen at a place.

use netlab::Instant;
use netlab::history::{Transit, TransitId};
use netlab::topology::Direction;
use std::cmp::Ordering;

/// A frame seen at a place. Ordered by time; those of one moment as they were queued, sent before received.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sighting {
    /// Sent: its first bit leaves ([`Transit::start`]). Received: its last bit has arrived ([`Transit::arrival`]).
    ///
    /// A frame that was dropped at once (no room in the queue, the cable pulled, too big) never left; a capture at its sender's
    /// port has it all the same, at the moment of its drop.
    pub at: Instant,
    /// The frame on this wire: its bytes are those that the link delivers (an impairment may have changed or appended some).
    pub transit: TransitId,
    /// It was seen at its sender's end of the cable, otherwise where it arrived.
    pub sent: bool,
}

impl Ord for Sighting {
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |sighting: &Self| (sighting.at, sighting.transit, !sighting.sent);
        key(self).cmp(&key(other))
    }
}

impl PartialOrd for Sighting {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Sighting {
    /// The port at which it was seen, as the direction that the port sends into. `transit` is the sighting's.
    pub fn port(&self, transit: &Transit) -> Direction {
        if self.sent { transit.direction } else { transit.direction.reverse() }
    }
}
