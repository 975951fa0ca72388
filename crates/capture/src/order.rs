//! Brings what is in a history into the order of time, bit by bit while the world runs.
//!
//! A history has one transit for each frame on each wire, in the order of handing over. A capture is ordered by when frames are
//! seen: when their first bit leaves, which is later if they waited in a queue, and when their last bit arrives. So those
//! that may still be overtaken wait in a heap, of numbers only: it holds what waits and travels, not what has been.

use crate::place::Place;
use netlab::Instant;
use netlab::history::{Fate, History, Transit, TransitId};
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

/// A frame seen at a place. Ordered by time; those of one moment as they were handed over, sent before received.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sighting {
    /// Sent: its first bit leaves ([`Transit::start`]). Received: its last bit has arrived ([`Transit::arrival`]).
    ///
    /// A frame that was dropped at once (no room in the queue, the cable pulled, too big) never left; whoever captures at its
    /// sender's sees it all the same, at the moment of its drop.
    pub at: Instant,
    /// The frame on this wire: its bytes are those that the link has made of it (some may have been appended).
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

/// What is in a history, in the order of time.
#[derive(Clone, Debug)]
pub struct Order {
    place: Place,
    /// The first transit that was not yet looked at.
    next: TransitId,
    /// Frames are numbered in the order in which they are first handed over: this one and those after it are new.
    next_frame: u64,
    waiting: BinaryHeap<Reverse<Sighting>>,
    missed: u64,
}

impl Order {
    /// From the beginning of the world on.
    pub fn new(place: Place) -> Self {
        Self { place, next: TransitId(0), next_frame: 0, waiting: BinaryHeap::new(), missed: 0 }
    }

    /// Where it looks.
    pub fn place(&self) -> Place {
        self.place
    }

    /// Transits that the history had forgotten before they could be taken, wherever they were. If there are any,
    /// [`Place::Once`] may have a frame where it was first seen after the gap.
    pub fn missed(&self) -> u64 {
        self.missed
    }

    /// Gives `each` everything that is settled, in order of time: nothing earlier can come any more, since the world has run to
    /// `now` (its [`now()`](netlab::World::now)). If `each` says `false`, it has had enough for now; the rest comes with the
    /// next call.
    pub fn take(
        &mut self,
        history: &History,
        now: Instant,
        each: &mut dyn FnMut(Sighting, &Transit) -> bool,
    ) {
        if let Some(oldest) = history.transits().next().filter(|oldest| oldest.id > self.next) {
            self.missed += oldest.id.0 - self.next.0;
            self.next = oldest.id;
        }
        loop {
            let handed_over = history.transit(self.next);
            // Nothing is seen before it is handed over. So what is due by then comes first, and the heap stays small.
            let settled = handed_over.map_or(now, |transit| transit.queued);
            if self.waiting.peek().is_some_and(|Reverse(first)| first.at <= settled) {
                let Some(Reverse(first)) = self.waiting.pop() else { return };
                match history.transit(first.transit) {
                    Some(transit) if !each(first, transit) => return,
                    Some(_) => {}
                    None => self.missed += 1,
                }
            } else if let Some(transit) = handed_over {
                self.look(transit);
            } else {
                return;
            }
        }
    }

    fn look(&mut self, transit: &Transit) {
        let Transit { id, frame_id, direction, start, arrival, fate, .. } = *transit;
        self.next = TransitId(id.0 + 1);
        let is_first = frame_id.0 >= self.next_frame;
        if is_first {
            self.next_frame = frame_id.0 + 1;
        }
        let (sent, received) = match self.place {
            Place::Once => (is_first, false),
            Place::Everywhere => (true, true),
            Place::Link(link) => (direction.link == link, false),
            Place::Port(port) => (direction == port, direction == port.reverse()),
        };
        if sent {
            self.waiting.push(Reverse(Sighting { at: start, transit: id, sent: true }));
        }
        if received && fate == Fate::Delivered {
            self.waiting.push(Reverse(Sighting { at: arrival, transit: id, sent: false }));
        }
    }
}
