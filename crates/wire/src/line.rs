//! One direction of a cable: a finite queue, a transmitter with a rate, and the propagation delay.
//!
//! The line is first in, first out and its rate is known, so the whole journey of a frame is settled when it is handed
//! over: there is no event for "the transmitter is free", and the frame's position at any time is known at once. There is no
//! callback on arrival: the caller puts the arrival into its own event queue.
//!
//! The same holds for a queue that decides when a frame comes to its head ([`Discipline::CoDel`]): that moment is known when
//! the frame is enqueued, and frames reach the head in the order in which they were enqueued. So the decisions are made in that
//! order, each for its own moment.

pub(crate) mod codel;
pub(crate) mod red;

use crate::rng::Stream;
use crate::time::{Duration, Instant};
use crate::units::{BitsPerSec, Ratio};
use std::collections::VecDeque;

/// An Ethernet frame of 1500 bytes of payload.
const FULL_FRAME_BYTES: usize = 1_514;

/// The properties of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LineConfig {
    /// The bit rate; `None`: transmission takes no time, only propagation does.
    pub rate: Option<BitsPerSec>,
    /// Propagation delay, one way.
    pub delay: Duration,
    /// The queue in front of the transmitter. The frame that is being sent is not in it.
    pub queue: Queue,
}

/// A transmitter's queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Queue {
    /// Its capacity.
    pub limit: QueueLimit,
    /// Which frames it drops.
    pub discipline: Discipline,
}

/// The capacity of a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum QueueLimit {
    /// A number of bytes.
    Bytes(usize),
    /// A number of frames, whatever their length.
    Frames(usize),
}

/// Which frames a queue drops.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Discipline {
    /// Those that arrive while it is full.
    #[default]
    DropTail,
    /// A share of arriving frames that grows with the average queue length (Floyd, Jacobson 1993).
    Red(Red),
    /// Frames at the head, once the waiting time has been above a target for a whole interval (RFC 8289).
    CoDel(CoDel),
}

/// Random early detection, in the unit of the queue's limit, each frame alike however long it is. The average is an
/// exponential one of weight `1 / 2^weight_log`, over the queue length that each arriving frame finds, without the frame
/// that is being sent. While the line is idle the average falls as if full-sized frames (1514 bytes) had arrived at an empty
/// queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Red {
    /// Below this average no frame is dropped.
    pub min: usize,
    /// From this average on every frame is dropped.
    pub max: usize,
    /// The probability just below `max`.
    pub probability: Ratio,
    /// The weight is `1 / 2^weight_log`: 9 is the paper's 0.002; 31 and more have the same effect.
    pub weight_log: u8,
}

/// Controlled delay. RFC 8289 does not drop a frame that leaves less than one full-sized frame behind it in the queue. What will be
/// behind a frame is not known when it is enqueued, so this does not drop a frame that found no more than that in front of it.
/// In a standing queue the two are about the same. The full size is that of the largest frame so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CoDel {
    /// The acceptable waiting time; by default 5 ms.
    pub target: Duration,
    /// How long the waiting time may exceed the target; by default 100 ms.
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

    /// A drop-tail queue of this many bytes.
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
    /// [`Discipline::Red`] drops it before the queue is full.
    #[error("the queue is getting full")]
    Early,
    /// Its waiting time, and that of the frames before it, was too long ([`Discipline::CoDel`]).
    #[error("it has waited too long")]
    Late,
}

/// The queue drops the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{why}, at {at}")]
pub struct Dropped {
    /// Why.
    pub why: QueueDrop,
    /// When: as it arrived, or, if it was [late](QueueDrop::Late), when it reached the head of the queue.
    pub at: Instant,
}

/// One direction of a cable.
#[derive(Clone, Debug)]
pub struct Line {
    config: LineConfig,
    free_at: Instant,
    /// When each waiting frame starts or is dropped, and its length.
    waiting: VecDeque<(Instant, usize)>,
    waiting_bytes: usize,
    red: red::Memory,
    codel: codel::Memory,
    stream: Stream,
}

impl Line {
    /// An idle line. Lines made by this function draw the same random numbers for [`Discipline::Red`].
    pub fn new(config: LineConfig) -> Self {
        Self::with_stream(config, Stream::new(0, &[]))
    }

    /// An idle line that draws from this stream for [`Discipline::Red`].
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

    /// The line's properties.
    pub fn config(&self) -> LineConfig {
        self.config
    }

    /// Changes the properties for frames that are sent from now on. A discipline that stays keeps its state; another one starts
    /// with none.
    pub fn reconfigure(&mut self, config: LineConfig) {
        let [before, after] =
            [self.config, config].map(|config| std::mem::discriminant(&config.queue.discipline));
        if before != after {
            self.red = red::Memory::default();
            self.codel = codel::Memory::default();
        }
        self.config = config;
    }

    /// Enqueues a frame of this many bytes and returns its journey. `now` must not decrease.
    ///
    /// # Errors
    /// If the queue drops the frame: when and why.
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

    /// How many full-sized frames could have been sent while the line was idle.
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
