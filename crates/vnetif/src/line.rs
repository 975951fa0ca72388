//! One direction of a cable: a finite queue, a transmitter of some rate, and the way to the far end.
//!
//! The line is first in, first out and its rate is known, so the whole journey of a frame is settled when it is handed
//! over: no event for "the transmitter is free", and whoever draws the frame knows at once where it will be when. Not a
//! callback when it arrives: the caller has an event queue and puts the arrival there.

use crate::time::{Duration, Instant};
use crate::units::BitsPerSec;
use std::collections::VecDeque;

/// What a line is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LineConfig {
    /// `None`: frames take no time to be sent, only to travel.
    pub rate: Option<BitsPerSec>,
    /// Propagation delay, one way.
    pub delay: Duration,
    /// How many bytes may wait for the transmitter; the frame that is being sent is not waiting.
    pub queue_bytes: usize,
}

/// The times of one frame's journey.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Journey {
    /// Its first bit leaves; before that it waits in the queue.
    pub start: Instant,
    /// Its last bit has left.
    pub end: Instant,
    /// Its last bit has arrived at the far end.
    pub arrival: Instant,
}

/// The queue is full: the frame is lost here (drop-tail).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the queue is full")]
pub struct QueueFull;

/// One direction of a cable.
#[derive(Clone, Debug)]
pub struct Line {
    config: LineConfig,
    free_at: Instant,
    /// When each waiting frame starts, and its length.
    waiting: VecDeque<(Instant, usize)>,
    waiting_bytes: usize,
}

impl Line {
    /// An idle line.
    pub fn new(config: LineConfig) -> Self {
        Self { config, free_at: Instant::ZERO, waiting: VecDeque::new(), waiting_bytes: 0 }
    }

    /// What it is like.
    pub fn config(&self) -> LineConfig {
        self.config
    }

    /// Changes what it is like, for frames that come from now on; the journeys of the others are settled.
    pub fn reconfigure(&mut self, config: LineConfig) {
        self.config = config;
    }

    /// Takes a frame of this many bytes and settles its journey, or refuses it because the queue is full. `now` must
    /// not go back.
    pub fn send(&mut self, now: Instant, bytes: usize) -> Result<Journey, QueueFull> {
        while self.waiting.front().is_some_and(|&(start, _)| start <= now) {
            let (_, bytes) = self.waiting.pop_front().expect("there is a front");
            self.waiting_bytes -= bytes;
        }
        let start = now.max(self.free_at);
        if start > now {
            if self.waiting_bytes + bytes > self.config.queue_bytes {
                return Err(QueueFull);
            }
            self.waiting.push_back((start, bytes));
            self.waiting_bytes += bytes;
        }
        let end = start + self.config.rate.map_or(Duration::ZERO, |rate| rate.time_for(bytes));
        self.free_at = end;
        Ok(Journey { start, end, arrival: end + self.config.delay })
    }

    /// The bytes that wait for the transmitter, as of the last [`send`](Self::send).
    pub fn waiting_bytes(&self) -> usize {
        self.waiting_bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn line(rate: u64, delay_us: u64, queue_bytes: usize) -> Line {
        Line::new(LineConfig {
            rate: BitsPerSec::new(rate),
            delay: Duration::from_micros(delay_us),
            queue_bytes,
        })
    }

    #[test]
    fn a_frame_waits_for_the_one_before_it() {
        // 1 Gbit/s: 1000 bytes take 8 µs.
        let mut line = line(1_000_000_000, 100, 10_000);
        let at = |us: u64| Instant::from_nanos(us * 1_000);
        let first = line.send(at(0), 1000).unwrap();
        assert_eq!(first, Journey { start: at(0), end: at(8), arrival: at(108) });
        let second = line.send(at(3), 1000).unwrap();
        assert_eq!(second, Journey { start: at(8), end: at(16), arrival: at(116) });
        assert_eq!(line.waiting_bytes(), 1000);
    }

    #[test]
    fn a_full_queue_refuses_and_empties_with_time() {
        let mut line = line(8_000, 0, 2_000);
        let sent = |line: &mut Line, s| line.send(Instant::ZERO + Duration::from_secs(s), 1000).is_ok();
        assert_eq!(
            [sent(&mut line, 0), sent(&mut line, 0), sent(&mut line, 0)],
            [true; 3],
            "one sent, two wait"
        );
        assert!(!sent(&mut line, 0));
        assert!(sent(&mut line, 1), "the second is being sent now, so one place is free");
    }

    proptest! {
        #[test]
        fn frames_never_overtake_and_the_queue_is_never_over_its_bound(
            frames in prop::collection::vec((0u64..50_000, 1usize..2_000), 1..200),
            rate in 1_000_000u64..10_000_000_000,
            queue in 0usize..20_000,
        ) {
            let mut line = line(rate, 50, queue);
            let (mut now, mut last) = (Instant::ZERO, Instant::ZERO);
            for (gap, bytes) in frames {
                now += Duration::from_nanos(gap);
                if let Ok(journey) = line.send(now, bytes) {
                    prop_assert!(journey.start >= now.max(last));
                    prop_assert!(journey.end - journey.start == BitsPerSec::new(rate).unwrap().time_for(bytes));
                    last = journey.end;
                }
                prop_assert!(line.waiting_bytes() <= queue);
            }
        }
    }
}
