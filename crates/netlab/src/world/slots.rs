//! The frames that are on their way. An event in the queue names one by its slot, so that it stays small.

use crate::history::{FrameId, TransitId};
use crate::topology::Direction;
use wire::Frame;

/// A frame on its way: over this wire, which frame, which transit, its bytes.
pub(super) type OnItsWay = (Direction, FrameId, TransitId, Frame);

/// Frames on their way.
#[derive(Default)]
pub(super) struct Slots {
    slots: Vec<Option<OnItsWay>>,
    free: Vec<u32>,
}

impl Slots {
    pub fn put(&mut self, frame: OnItsWay) -> u32 {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            self.slots.len() as u32 - 1
        });
        self.slots[slot as usize] = Some(frame);
        slot
    }

    pub fn take(&mut self, slot: u32) -> OnItsWay {
        self.free.push(slot);
        self.slots[slot as usize].take().expect("a frame arrives once")
    }

    pub fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
