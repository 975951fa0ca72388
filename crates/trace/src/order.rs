//! Puts the transits of a history in the order in which they are seen, bit by bit while the world runs.
//!
//! A history has one transit for each frame on each wire, in the order of queueing. A capture is ordered by when frames are
//! seen: when their first bit leaves, which is later if they waited in a queue, and when their last bit arrives. So sightings
//! that an earlier one may still precede wait in a heap: it holds the frames that are queued or under way, not the past.

use capture::{Place, Sighting};
use netlab::Instant;
use netlab::history::{Fate, History, Transit, TransitId};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The sightings at a place, in the order of time.
#[derive(Clone, Debug)]
pub struct Order {
    place: Place,
    /// The first transit that was not yet read.
    next: TransitId,
    /// Frames are numbered in the order in which they are first queued: this one and those after it are new.
    next_frame: u64,
    waiting: BinaryHeap<Reverse<Sighting>>,
    missed: u64,
}

impl Order {
    /// From the beginning of the world on.
    pub fn new(place: Place) -> Self {
        Self { place, next: TransitId(0), next_frame: 0, waiting: BinaryHeap::new(), missed: 0 }
    }

    /// The place.
    pub fn place(&self) -> Place {
        self.place
    }

    /// The number of transits that the history had forgotten before they could be taken, at any place. If there are any,
    /// [`Place::Once`] may have a frame where it was first seen after the gap.
    pub fn missed(&self) -> u64 {
        self.missed
    }

    /// Calls `each` with every sighting that is settled, in order of time: none can come before it any more, since the world has
    /// run to `now` (its [`now()`](netlab::World::now)). If `each` returns `false`, the rest comes with the next call.
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
            // No frame is seen before it is queued. So what is due by then comes first, and the heap stays small.
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
