//! The world's event queue: what will happen, ordered by `(time, sequence)`.
//!
//! A binary heap of small keys: measured, it beats calendar queues and pairing heaps at the few hundred events that a
//! lab has. Commands come before everything else of the same moment, so that it makes no difference whether one was
//! planned from the start or given while the world was running.

use crate::run::RunId;
use crate::topology::{LinkId, NodeId};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use wire::Instant;

/// Something that will happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Event {
    /// The command at this place in the world's list.
    Command(u32),
    /// The frame in this slot reaches the far end of its link.
    Arrival(u32),
    /// A node's timer fires: it may have something to do by itself.
    Timer(NodeId),
    /// An outage of a link may begin or end.
    Carrier(LinkId),
    /// A frame comes in from outside of the world.
    Injection(NodeId),
    /// A run's interval is over.
    Interval(RunId),
}

#[derive(Debug, Default)]
pub(crate) struct Queue {
    heap: BinaryHeap<Reverse<(Instant, u64, Event)>>,
    sequence: u64,
}

impl Queue {
    pub fn push(&mut self, at: Instant, event: Event) {
        let class = match event {
            Event::Command(_) => 0,
            _ => 1 << 63,
        };
        self.heap.push(Reverse((at, class | self.sequence, event)));
        self.sequence += 1;
    }

    pub fn next_at(&self) -> Option<Instant> {
        self.heap.peek().map(|Reverse((at, ..))| *at)
    }

    /// Takes the next event if it is due at `now`.
    pub fn pop_due(&mut self, now: Instant) -> Option<Event> {
        if self.next_at()? > now {
            return None;
        }
        self.heap.pop().map(|Reverse((.., event))| event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_of_one_moment_come_in_the_order_they_were_asked_for_but_commands_first() {
        let mut queue = Queue::default();
        let at = Instant::from_nanos;
        queue.push(at(2), Event::Arrival(0));
        queue.push(at(1), Event::Arrival(2));
        queue.push(at(1), Event::Arrival(1));
        queue.push(at(1), Event::Command(0));
        let due: Vec<_> = std::iter::from_fn(|| queue.pop_due(at(1))).collect();
        assert_eq!(due, [Event::Command(0), Event::Arrival(2), Event::Arrival(1)]);
        assert_eq!(queue.next_at(), Some(at(2)));
    }
}
