//! One direction of a cable: a finite queue, a transmitter of some rate, and the way to the far end.
//!
//! The line is first in, first out and its rate is known, so the whole journey of a frame is settled when it is handed
//! over: no event for "the transmitter is free", and whoever draws the frame knows at once where it will be when. Not a
//! callback when it arrives: the caller has an event queue and puts the arrival there.
//!
//! The same holds for a queue that decides when a frame comes to its head ([`Discipline::CoDel`]): that moment is known when
//! the frame comes, and the frames come to the head in the order in which they came. So the decisions are made in that
//! order, each for its own moment.

mod codel;
mod red;

use crate::rng::Stream;
use crate::time::{Duration, Instant};
use crate::units::{BitsPerSec, Ratio};
use std::collections::VecDeque;

/// An Ethernet frame of 1500 bytes of payload.
const FULL_FRAME_BYTES: usize = 1_514;

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

/// Random early detection, in the unit of the queue's limit, each frame alike however long it is. The average is an
/// exponential one of weight `1 / 2^weight_log`, over what waits when each frame comes; the frame that is being sent does
/// not wait. While the line is idle the average falls as if full-sized frames (1514 bytes) had come and found nobody
/// waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Red {
    /// Below this average nobody is dropped.
    pub min: usize,
    /// From this average on all are.
    pub max: usize,
    /// The probability just below `max`.
    pub probability: Ratio,
    /// 9 is the paper's 0.002; 31 and more are all the same.
    pub weight_log: u8,
}

/// Controlled delay. RFC 8289 spares a frame that leaves less than a full-sized one behind in the queue; who will be behind
/// is not known yet when a frame is handed over, so this spares a frame that came when no more than that was waiting before
/// it. At the head of a standing queue the two are about the same. The size is that of the largest frame so far.
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

/// Why a queue drops a frame.
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

/// The queue drops the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{why}, at {at}")]
pub struct Dropped {
    /// Why.
    pub why: QueueDrop,
    /// When: as it came, or, if it was [late](QueueDrop::Late), as it would have been sent. Until then it waits.
    pub at: Instant,
}

/// One direction of a cable.
#[derive(Clone, Debug)]
pub struct Line {
    config: LineConfig,
    free_at: Instant,
    /// When each waiting frame starts, or is dropped instead, and its length.
    waiting: VecDeque<(Instant, usize)>,
    waiting_bytes: usize,
    red: red::Memory,
    codel: codel::Memory,
    stream: Stream,
}

impl Line {
    /// An idle line. If it drops at random, all that are made so draw the same.
    pub fn new(config: LineConfig) -> Self {
        Self::with_stream(config, Stream::new(0, &[]))
    }

    /// An idle line that draws from this stream if it drops at random.
    pub fn with_stream(config: LineConfig, stream: Stream) -> Self {
        Self {
            config,
            free_at: Instant::ZERO,
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            red: red::Memory::default(),
            codel: codel::Memory::default(),
            stream,
        }
    }

    /// What it is like.
    pub fn config(&self) -> LineConfig {
        self.config
    }

    /// Changes what it is like, for frames that come from now on; the journeys of the others are settled. A discipline goes
    /// on with what it knows, one that is new begins afresh.
    pub fn reconfigure(&mut self, config: LineConfig) {
        let [before, after] =
            [self.config, config].map(|config| std::mem::discriminant(&config.queue.discipline));
        if before != after {
            self.red = red::Memory::default();
            self.codel = codel::Memory::default();
        }
        self.config = config;
    }

    /// Takes a frame of this many bytes and settles its journey, or when and why it is dropped. `now` must not go back.
    pub fn send(&mut self, now: Instant, bytes: usize) -> Result<Journey, Dropped> {
        while self.waiting.front().is_some_and(|&(start, _)| start <= now) {
            let (_, bytes) = self.waiting.pop_front().expect("there is a front");
            self.waiting_bytes -= bytes;
        }
        let start = now.max(self.free_at);
        let waits = start > now;
        let early = match self.config.queue.discipline {
            Discipline::DropTail | Discipline::CoDel(_) => false,
            Discipline::Red(red) => {
                let queue = match self.config.queue.limit {
                    QueueLimit::Bytes(_) => self.waiting_bytes,
                    QueueLimit::Frames(_) => self.waiting.len(),
                };
                let idle = (!waits).then(|| self.idle_frames(now));
                self.red.drops(&red, queue, idle, self.stream.draw())
            }
        };
        if early {
            return Err(Dropped { why: QueueDrop::Early, at: now });
        }
        if waits {
            let fits = match self.config.queue.limit {
                QueueLimit::Bytes(max) => self.waiting_bytes + bytes <= max,
                QueueLimit::Frames(max) => self.waiting.len() < max,
            };
            if !fits {
                return Err(Dropped { why: QueueDrop::Full, at: now });
            }
        }
        let late = match self.config.queue.discipline {
            Discipline::DropTail | Discipline::Red(_) => false,
            Discipline::CoDel(codel) => self.codel.drops(
                &codel,
                codel::Head { now: start, waited: start - now, bytes, before: self.waiting_bytes },
            ),
        };
        if waits {
            self.waiting.push_back((start, bytes));
            self.waiting_bytes += bytes;
        }
        if late {
            return Err(Dropped { why: QueueDrop::Late, at: start });
        }
        let end = start + self.config.rate.map_or(Duration::ZERO, |rate| rate.time_for(bytes));
        self.free_at = end;
        Ok(Journey { start, end, arrival: end + self.config.delay })
    }

    /// How many full-sized frames could have been sent while nobody sent any.
    fn idle_frames(&self, now: Instant) -> u64 {
        self.config.rate.map_or(u64::MAX, |rate| {
            (now - self.free_at).nanos() / rate.time_for(FULL_FRAME_BYTES).nanos().max(1)
        })
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
