//! The frames that are on their way, those of each wire in order of their arrivals.
//!
//! Nearly every wire is first in, first out, so only the first frame of each is in the event queue: however many frames are on their
//! way, the queue is no longer than the list of wires. A frame that arrives before one that was sent earlier has an event of its own.

use crate::history::{FrameId, TransitId};
use crate::topology::Direction;
use std::collections::VecDeque;
use wire::{Frame, Instant};

/// A frame on its way.
pub(super) struct OnItsWay {
    pub direction: Direction,
    pub frame_id: FrameId,
    pub transit: TransitId,
    pub frame: Frame,
}

/// When an event happens: the moment, and its [sequence number](crate::queue::Queue::sequence).
pub(super) type Place = (Instant, u64);

/// What the event queue has to contain for a frame that was put on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Put {
    /// An event of its wire, whose first frame it is.
    First,
    /// Nothing yet: others of its wire come before it.
    Behind,
    /// An event of its own, by this number: it overtakes others.
    Overtakes(u32),
}

/// Frames on their way.
#[derive(Default)]
pub(super) struct UnderWay {
    /// For each direction those that arrive in the order in which they were sent.
    wires: Vec<VecDeque<(Place, FrameId, TransitId, Frame)>>,
    overtaking: Vec<Option<OnItsWay>>,
    free: Vec<u32>,
    len: usize,
}

impl UnderWay {
    /// Adds the next link, with its two directions.
    pub fn add_link(&mut self) {
        self.wires.extend([VecDeque::new(), VecDeque::new()]);
    }

    #[inline]
    pub fn put(&mut self, at: Place, on_its_way: OnItsWay) -> Put {
        self.len += 1;
        let wire = &mut self.wires[on_its_way.direction.index()];
        let put = match wire.back() {
            None => Put::First,
            Some((last, ..)) if last.0 <= at.0 => Put::Behind,
            Some(_) => return Put::Overtakes(self.put_apart(on_its_way)),
        };
        let OnItsWay { frame_id, transit, frame, .. } = on_its_way;
        wire.push_back((at, frame_id, transit, frame));
        put
    }

    #[cold]
    fn put_apart(&mut self, on_its_way: OnItsWay) -> u32 {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.overtaking.push(None);
            self.overtaking.len() as u32 - 1
        });
        self.overtaking[slot as usize] = Some(on_its_way);
        slot
    }

    /// Takes the first frame of a wire, and returns when the next one arrives.
    #[inline]
    pub fn take_first(&mut self, direction: Direction) -> (OnItsWay, Option<Place>) {
        self.len -= 1;
        let wire = &mut self.wires[direction.index()];
        let (_, frame_id, transit, frame) = wire.pop_front().expect("a frame arrives once");
        (OnItsWay { direction, frame_id, transit, frame }, wire.front().map(|(at, ..)| *at))
    }

    /// Takes a frame that overtakes others.
    pub fn take_overtaking(&mut self, slot: u32) -> OnItsWay {
        self.len -= 1;
        self.free.push(slot);
        self.overtaking[slot as usize].take().expect("a frame arrives once")
    }

    /// Whether a frame for which `is` is true is on its way.
    pub fn any(&self, mut is: impl FnMut(FrameId) -> bool) -> bool {
        self.wires.iter().flatten().any(|(_, id, ..)| is(*id))
            || self.overtaking.iter().flatten().any(|frame| is(frame.frame_id))
    }

    pub fn len(&self) -> usize {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wire_has_one_event_and_a_frame_that_overtakes_has_its_own() {
        let mut under_way = UnderWay::default();
        under_way.add_link();
        let direction = Direction::from_index(0);
        let mut put = |at, number| {
            let frame = Frame::copy_from(&[number as u8]);
            let on_its_way =
                OnItsWay { direction, frame_id: FrameId(number), transit: TransitId(number), frame };
            under_way.put((Instant::from_nanos(at), number), on_its_way)
        };
        assert_eq!(
            [put(5, 0), put(7, 1), put(6, 2), put(7, 3)],
            [Put::First, Put::Behind, Put::Overtakes(0), Put::Behind]
        );
        assert_eq!(under_way.len(), 4);
        let next = |(frame, next): (OnItsWay, Option<Place>)| {
            (frame.transit.0, next.map(|(at, sequence)| (at.nanos(), sequence)))
        };
        assert_eq!(next(under_way.take_first(direction)), (0, Some((7, 1))));
        assert_eq!(under_way.take_overtaking(0).transit.0, 2);
        assert_eq!(next(under_way.take_first(direction)), (1, Some((7, 3))));
        assert_eq!(next(under_way.take_first(direction)), (3, None));
        assert!(under_way.is_empty());
    }
}
