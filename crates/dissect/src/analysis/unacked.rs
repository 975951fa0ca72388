//! What one end of a connection has sent and the other has not acknowledged yet.

use std::collections::VecDeque;

/// Beyond this number, segments are no longer noted: the acknowledgments seem to take another path.
const SEGMENTS_MAX: usize = 10_000;

/// A segment that waits to be acknowledged.
#[derive(Clone, Copy)]
pub(crate) struct Segment {
    /// The number of the packet.
    pub packet: u32,
    /// The first of its sequence numbers that is not acknowledged.
    pub from: u32,
    /// The first sequence number behind it.
    pub to: u32,
    pub at_ns: u64,
}

/// Segments in the order in which they were sent.
#[derive(Default)]
pub(crate) struct Unacked {
    segments: VecDeque<Segment>,
    /// Each begins where or after the one before it ends: then first and last suffice for the frequent questions.
    sorted: bool,
}

/// `a` comes before `b` on the circle of sequence numbers (RFC 9293 §3.4).
pub(crate) fn before(a: u32, b: u32) -> bool {
    (a.wrapping_sub(b) as i32) < 0
}

pub(crate) fn up_to(a: u32, b: u32) -> bool {
    (a.wrapping_sub(b) as i32) <= 0
}

impl Unacked {
    pub fn push(&mut self, segment: Segment) {
        if self.segments.len() >= SEGMENTS_MAX {
            return;
        }
        self.sorted = match self.segments.back() {
            None => true,
            Some(last) => self.sorted && up_to(last.to, segment.from),
        };
        self.segments.push_back(segment);
    }

    /// Removes what `ack` acknowledges and calls `done` with each whole segment. Returns the oldest that ends exactly at `ack`.
    pub fn acknowledge(&mut self, ack: u32, mut done: impl FnMut(&Segment)) -> Option<Segment> {
        let mut exactly = None;
        if self.sorted {
            while let Some(front) = self.segments.front_mut() {
                if up_to(front.to, ack) {
                    done(front);
                    exactly = exactly.or((front.to == ack).then_some(*front));
                    self.segments.pop_front();
                } else {
                    if before(front.from, ack) {
                        front.from = ack;
                    }
                    break;
                }
            }
            return exactly;
        }
        self.segments.retain_mut(|segment| {
            if up_to(segment.to, ack) {
                done(segment);
                exactly = exactly.or((segment.to == ack).then_some(*segment));
                return false;
            }
            if before(segment.from, ack) {
                segment.from = ack;
            }
            true
        });
        let pairs = self.segments.iter().zip(self.segments.iter().skip(1));
        self.sorted = pairs.into_iter().all(|(one, next)| up_to(one.to, next.from));
        exactly
    }

    /// The number of sequence numbers from the first to the last that is not acknowledged; 0 if there is none.
    pub fn span(&self) -> u32 {
        let (Some(front), Some(back)) = (self.segments.front(), self.segments.back()) else { return 0 };
        if self.sorted {
            return back.to.wrapping_sub(front.from);
        }
        let (mut from, mut to) = (front.from, front.to);
        for segment in &self.segments {
            if before(segment.from, from) {
                from = segment.from;
            }
            if before(to, segment.to) {
                to = segment.to;
            }
        }
        to.wrapping_sub(from)
    }
}
