//! What happened at the stations of shared media: collisions, and how many frames wait for the carrier.
//!
//! A frame of a half-duplex port becomes a [`Transit`](super::Transit) when it is sent. Before that it waits for a moment that is not known
//! yet, so the waiting frames are only counted here, with every change.

use super::{History, encoding};
use crate::topology::Direction;
use std::collections::VecDeque;
use wire::Instant;

/// Entries of each kind that are kept for one direction; the oldest go first.
const KEPT_MAX: usize = 100_000;

/// A frame of one station that collided with those of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Collision {
    /// When: both began to send then.
    pub at: Instant,
    /// The end of the jam.
    pub until: Instant,
    /// When the station tries again, if the medium is idle then.
    pub ready: Instant,
    /// The number of collisions of this frame so far.
    pub count: u8,
}

/// The frames that wait for a shared medium at one of its stations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Their number, the one in the transmitter included.
    pub frames: usize,
    /// Their bytes.
    pub bytes: usize,
}

/// The log of one direction.
#[derive(Default)]
pub(super) struct SharedLog {
    all: u64,
    collisions: VecDeque<Collision>,
    backlogs: VecDeque<(Instant, Backlog)>,
}

impl SharedLog {
    pub fn bytes_kept(&self) -> usize {
        self.collisions.len() * size_of::<Collision>() + self.backlogs.len() * size_of::<(Instant, Backlog)>()
    }
}

fn push<T>(list: &mut VecDeque<T>, entry: T) {
    if list.len() == KEPT_MAX {
        list.pop_front();
    }
    list.push_back(entry);
}

impl History {
    /// A frame that the node at this end sends collides.
    pub(crate) fn collide(&mut self, direction: Direction, collision: Collision) {
        let Collision { at, until, ready, count } = collision;
        let words = [direction.index() as u64, until.nanos(), ready.nanos(), count.into()];
        self.fold(encoding::COLLISION, at, words);
        let log = &mut self.shared[direction.index()];
        log.all += 1;
        push(&mut log.collisions, collision);
    }

    /// The number of frames that wait there from now on. Not hashed: it follows from events that are.
    pub(crate) fn set_backlog(&mut self, at: Instant, direction: Direction, backlog: Backlog) {
        let log = &mut self.shared[direction.index()];
        match log.backlogs.back_mut() {
            Some((last, before)) if *last == at => *before = backlog,
            Some((_, before)) if *before == backlog => {}
            None if backlog == Backlog::default() => {}
            _ => push(&mut log.backlogs, (at, backlog)),
        }
    }

    /// The collisions of frames sent in this direction that began in `from..=to`, in order, as far as they are kept.
    pub fn collisions(
        &self,
        direction: Direction,
        from: Instant,
        to: Instant,
    ) -> impl DoubleEndedIterator<Item = &Collision> {
        let log = &self.shared[direction.index()].collisions;
        let first = log.partition_point(|collision| collision.at < from);
        let last = log.partition_point(|collision| collision.at <= to);
        log.range(first..last.max(first))
    }

    /// The number of collisions of frames sent in this direction by this moment.
    pub fn collisions_by(&self, direction: Direction, at: Instant) -> u64 {
        let log = &self.shared[direction.index()];
        let later = log.collisions.len() - log.collisions.partition_point(|collision| collision.at <= at);
        log.all - later as u64
    }

    /// The frames that wait at this moment for the carrier to end, or for their backoff. Other frames that wait are
    /// [transits](History::passing) already.
    pub fn backlog_at(&self, direction: Direction, at: Instant) -> Backlog {
        let log = &self.shared[direction.index()].backlogs;
        let next = log.partition_point(|(since, _)| *since <= at);
        next.checked_sub(1).map(|last| log[last].1).unwrap_or_default()
    }
}
