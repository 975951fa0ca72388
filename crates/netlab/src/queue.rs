//! The world's event queue: what will happen, ordered by `(time, sequence)`.
//!
//! A binary heap of small keys: measured, it beats calendar queues and pairing heaps at the few hundred events that a
//! lab has. Commands come before everything else of the same moment, so that it makes no difference whether one was
//! planned from the start or given while the world was running.

use crate::run::RunId;
use crate::topology::{LinkId, NodeId};
use std::cmp::Ordering;
use std::collections::BinaryHeap;
use wire::Instant;

/// Something that will happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// The command at this place in the world's list.
    Command(u32),
    /// The first frame on its way in the direction of this index reaches the far end.
    Arrival(u32),
    /// A frame that overtakes others, by its slot, reaches the far end.
    Overtaking(u32),
    /// A node's timer fires: it may have something to do by itself.
    Timer(NodeId),
    /// An outage of a link may begin or end.
    Carrier(LinkId),
    /// A frame comes in from outside of the world.
    Injection(NodeId),
    /// A run's interval is over.
    Interval(RunId),
    /// The stations of the shared medium of this number contend.
    Medium(u32),
    /// It may be known what has become of all datagrams of a run.
    Fates(RunId),
}

#[derive(Debug, Default)]
pub(crate) struct Queue {
    /// Of each wire that is in use the next arrival. Apart from all else: every frame moves one of these, and it should not have to pass the
    /// timers of all nodes that do nothing.
    arrivals: BinaryHeap<Entry>,
    others: BinaryHeap<Entry>,
    sequence: u64,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    at: Instant,
    sequence: u64,
    event: Event,
}

impl Queue {
    /// The number of the next event other than a command: of one moment's events the lowest comes first.
    pub fn sequence(&mut self) -> u64 {
        self.sequence += 1;
        OTHERS | (self.sequence - 1)
    }

    pub fn push(&mut self, at: Instant, event: Event) {
        let sequence = match event {
            Event::Command(_) => self.sequence() & !OTHERS,
            _ => self.sequence(),
        };
        self.push_as(at, sequence, event);
    }

    /// Adds an event that has its sequence number already.
    pub fn push_as(&mut self, at: Instant, sequence: u64, event: Event) {
        let heap = match event {
            Event::Arrival(_) => &mut self.arrivals,
            _ => &mut self.others,
        };
        heap.push(Entry { at, sequence, event });
    }

    #[inline]
    fn first(&self) -> Option<&Entry> {
        // Of heaps the greatest entry is the first.
        self.arrivals.peek().max(self.others.peek())
    }

    pub fn next_at(&self) -> Option<Instant> {
        self.first().map(|entry| entry.at)
    }

    /// The next event, if it is due at `now`. To be followed by [`pop`](Self::pop) or [`repeat`](Self::repeat).
    #[inline]
    pub fn due(&self, now: Instant) -> Option<Event> {
        self.first().filter(|entry| entry.at <= now).map(|entry| entry.event)
    }

    /// Takes the next event out.
    pub fn pop(&mut self) {
        match self.first().map(|first| first.event) {
            Some(Event::Arrival(_)) => drop(self.arrivals.pop()),
            Some(_) => drop(self.others.pop()),
            None => {}
        }
    }

    /// Puts the next event, which has to be an arrival, to a later place: the same as taking it out and adding it again, at half the price.
    #[inline]
    pub fn repeat(&mut self, at: Instant, sequence: u64) {
        if let Some(mut first) = self.arrivals.peek_mut() {
            (first.at, first.sequence) = (at, sequence);
        }
    }
}

/// Set in the sequence numbers of all events but commands, so that commands come first.
const OTHERS: u64 = 1 << 63;

impl Entry {
    #[inline]
    fn key(&self) -> u128 {
        u128::from(self.at.nanos()) << 64 | u128::from(self.sequence)
    }
}

impl Ord for Entry {
    /// The greatest is the one that comes first, as the heap wants it.
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        other.key().cmp(&self.key())
    }
}

impl PartialOrd for Entry {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }

    // The heap compares by these, a dozen times for each event: made from `partial_cmp` they take three times the instructions.
    #[inline]
    fn le(&self, other: &Self) -> bool {
        other.key() <= self.key()
    }

    #[inline]
    fn ge(&self, other: &Self) -> bool {
        other.key() >= self.key()
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Entry {}

#[cfg(test)]
mod tests {
    use super::*;

    fn all_due(queue: &mut Queue, now: u64) -> Vec<Event> {
        let next = || queue.due(Instant::from_nanos(now)).inspect(|_| queue.pop());
        std::iter::from_fn(next).collect()
    }

    #[test]
    fn events_of_one_moment_come_in_the_order_they_were_asked_for_but_commands_first() {
        let mut queue = Queue::default();
        let at = Instant::from_nanos;
        queue.push(at(2), Event::Overtaking(0));
        queue.push(at(1), Event::Overtaking(2));
        queue.push(at(1), Event::Overtaking(1));
        queue.push(at(1), Event::Command(0));
        assert_eq!(all_due(&mut queue, 1), [Event::Command(0), Event::Overtaking(2), Event::Overtaking(1)]);
        assert_eq!(queue.next_at(), Some(at(2)));
    }

    #[test]
    fn a_repeated_event_keeps_the_place_that_its_number_gives_it() {
        let mut queue = Queue::default();
        let (first, at) = (queue.sequence(), Instant::from_nanos);
        let second = queue.sequence();
        queue.push(at(2), Event::Overtaking(7));
        queue.push_as(at(1), first, Event::Arrival(3));
        assert_eq!(queue.due(at(1)), Some(Event::Arrival(3)));
        queue.repeat(at(2), second);
        assert_eq!(queue.due(at(1)), None);
        assert_eq!(all_due(&mut queue, 2), [Event::Arrival(3), Event::Overtaking(7)]);
    }
}
