//! Programs that look on: each sees all frames which the card sends and receives, as `tcpdump` does.

use std::collections::VecDeque;
use wire::{Frame, Instant};

/// Frames that wait for one program; further ones are counted and dropped.
const FRAMES_MAX: usize = 1_024;
/// Programs that look on at once.
const CAPTURES_MAX: usize = 8;

/// All that look on at one card.
#[derive(Default)]
pub(crate) struct Captures {
    open: Vec<Capture>,
    next: u32,
}

struct Capture {
    number: u32,
    frames: VecDeque<(Instant, Frame)>,
    dropped: u64,
}

impl Captures {
    /// Begins to look on; `None`: too many do.
    pub fn open(&mut self) -> Option<u32> {
        if self.open.len() == CAPTURES_MAX {
            return None;
        }
        let number = self.next;
        self.next += 1;
        self.open.push(Capture { number, frames: VecDeque::new(), dropped: 0 });
        Some(number)
    }

    pub fn close(&mut self, number: u32) {
        self.open.retain(|capture| capture.number != number);
    }

    /// A frame is sent or received; returns whether a program sees it.
    #[inline]
    pub fn see(&mut self, now: Instant, frame: &Frame) -> bool {
        for capture in &mut self.open {
            if capture.frames.len() < FRAMES_MAX {
                capture.frames.push_back((now, frame.clone()));
            } else {
                capture.dropped += 1;
            }
        }
        !self.open.is_empty()
    }

    /// The oldest frame that was not taken.
    pub fn next(&mut self, number: u32) -> Option<(Instant, Frame)> {
        self.find(number)?.frames.pop_front()
    }

    pub fn dropped(&mut self, number: u32) -> u64 {
        self.find(number).map_or(0, |capture| capture.dropped)
    }

    fn find(&mut self, number: u32) -> Option<&mut Capture> {
        self.open.iter_mut().find(|capture| capture.number == number)
    }
}
