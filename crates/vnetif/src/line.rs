//! One direction of a cable: a finite queue, a transmitter of some rate, and the way to the far end.
//!
//! The line is first in, first out and its rate is known, so the whole journey of a frame is settled when it is handed
//! over: no event for "the transmitter is free", and whoever draws the frame knows at once where it will be when. Not a
//! callback when it arrives: the caller has an event queue and puts the arrival there.

use crate::time::{Duration, Instant};
use crate::units::{BitsPerSec, Ratio};
use std::collections::VecDeque;

/// What a line is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LineConfig {
    /// `None`: frames take no time to be sent, only to travel.
    pub rate: Option<BitsPerSec>,
    /// Propagation delay, one way.
    pub delay: Duration,
    /// What waits for the transmitter; the frame that is being sent is not waiting.
    pub queue: Queue,
}

/// A transmitter's queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Queue {
    /// What it holds at most.
    pub limit: QueueLimit,
    /// Whom it drops.
    pub discipline: Discipline,
}

/// What a queue holds at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum QueueLimit {
    /// So many bytes.
    Bytes(usize),
    /// So many frames, whatever their length.
    Frames(usize),
}

/// Whom a queue drops.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Discipline {
    /// Who comes when it is full.
    #[default]
    DropTail,
    /// Ever more of those who come, the longer it has been (Floyd, Jacobson 1993).
    Red(Red),
    /// Who has waited too long for too long (RFC 8289).
    CoDel(CoDel),
}

/// Random early detection, in the unit of the queue's limit. The average is an exponential one of weight `1 / 2^weight_log`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Red {
    /// Below this average nobody is dropped.
    pub min: usize,
    /// From this average on all are.
    pub max: usize,
    /// The probability just below `max`.
    pub probability: Ratio,
    /// 9 is the paper's 0.002.
    pub weight_log: u8,
}

/// Controlled delay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CoDel {
    /// Waiting this long is acceptable; by default 5 ms.
    pub target: Duration,
    /// For so long more than that is, too; by default 100 ms.
    pub interval: Duration,
}

impl Default for CoDel {
    fn default() -> Self {
        Self { target: Duration::from_millis(5), interval: Duration::from_millis(100) }
    }
}

impl Queue {
    /// The bytes that it holds at most, full frames of 1514 bytes where frames are counted.
    pub const fn bytes_max(&self) -> usize {
        match self.limit {
            QueueLimit::Bytes(bytes) => bytes,
            QueueLimit::Frames(frames) => frames.saturating_mul(1_514),
        }
    }

    /// So many bytes, and who comes when it is full is dropped.
    pub const fn bytes(bytes: usize) -> Self {
        Self { limit: QueueLimit::Bytes(bytes), discipline: Discipline::DropTail }
    }
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

/// The queue drops the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum QueueDrop {
    /// There is no room.
    #[error("the queue is full")]
    Full,
    /// There is room, but [`Discipline::Red`] drops it before there is none.
    #[error("the queue is getting full")]
    Early,
    /// It, and those before it, have waited too long ([`Discipline::CoDel`]).
    #[error("it has waited too long")]
    Late,
}

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
    pub fn send(&mut self, now: Instant, bytes: usize) -> Result<Journey, QueueDrop> {
        while self.waiting.front().is_some_and(|&(start, _)| start <= now) {
            let (_, bytes) = self.waiting.pop_front().expect("there is a front");
            self.waiting_bytes -= bytes;
        }
        let start = now.max(self.free_at);
        if start > now {
            let fits = match self.config.queue.limit {
                QueueLimit::Bytes(max) => self.waiting_bytes + bytes <= max,
                QueueLimit::Frames(max) => self.waiting.len() < max,
            };
            if !fits {
                return Err(QueueDrop::Full);
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
            queue: Queue::bytes(queue_bytes),
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
