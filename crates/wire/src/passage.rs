//! One direction of a cable: its impairments and its line. When a frame is handed over, its whole outcome is computed at once.
//!
//! The order in which everything combines is fixed: the impairments judge the frame first ([`crate::impair`] has their own
//! order); then it waits and is sent ([`mod@crate::line`]: queue, discipline, rate); then it travels (delay, jitter). A frame
//! that is lost on the way still takes its place in the queue and on the wire; it is lost halfway.
//!
//! A varying delay keeps the order: a frame that would arrive before one that was sent earlier arrives right after it, as if it
//! were behind it in a queue, unless it [may overtake](Impairment::Jitter) or [goes ahead](Impairment::Reorder). When the delay
//! is *configured* to be less, later frames may arrive first: it is as if the cable had been replaced.
//!
//! Without a rate, a frame takes at least one nanosecond, even with reordering or jitter: in a loop of wires that take no
//! time, virtual time would never advance.

use crate::frame::Frame;
use crate::impair::{Impairment, LossReason, Pipeline, Travel, Verdict};
use crate::line::{Dropped, Journey, Line, LineConfig, QueueDrop};
use crate::rng::Stream;
use crate::time::{Duration, Instant};

/// The number of the queue's random stream below its wire's. It differs from every impairment's, whose paths have two numbers more.
const QUEUE: u64 = u64::MAX;

/// One direction of a cable.
#[derive(Clone, Debug)]
pub struct Wire {
    line: Line,
    pipeline: Pipeline,
    /// The latest arrival of the frames that were sent so far.
    last_arrival: Instant,
    /// The delay varies, or varied earlier.
    varies: bool,
}

/// The outcome of one frame, or of its duplicate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// Its bytes at the far end: those that were sent, unless an impairment has changed them.
    pub frame: Frame,
    /// When it is sent and when it arrives.
    pub journey: Journey,
    /// Whether it arrives.
    pub fate: Fate,
    /// How the wire has changed it.
    pub marks: Marks,
}

/// Whether a frame arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It arrives at the end of its journey.
    Arrives,
    /// It is lost.
    Lost {
        /// Why.
        why: Loss,
        /// When.
        at: Instant,
    },
}

/// Why a wire loses a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Loss {
    /// The queue dropped it.
    Queue(QueueDrop),
    /// An impairment lost it.
    Impaired(LossReason),
}

/// How a wire has changed a frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Marks {
    /// It has bit errors.
    pub corrupted: bool,
    /// It is the copy that an impairment made.
    pub duplicate: bool,
    /// It overtakes frames that were sent before it, by [reordering](Impairment::Reorder) or [jitter](Impairment::Jitter).
    pub reordered: bool,
}

impl Wire {
    /// An idle wire. `path` names the place (link, direction) that its random streams belong to.
    pub fn new(line: LineConfig, impairments: &[Impairment], seed: u64, path: &[u64]) -> Self {
        let stream = Stream::new(seed, &[path, &[QUEUE]].concat());
        Self {
            line: Line::with_stream(line, stream),
            pipeline: Pipeline::new(impairments, seed, path),
            last_arrival: Instant::ZERO,
            varies: false,
        }
    }

    /// Changes the wire's properties for frames that are sent from now on.
    pub fn set(&mut self, line: LineConfig, impairments: &[Impairment]) {
        self.line.reconfigure(line);
        self.pipeline.set(impairments);
    }

    /// Changes the line alone, for frames that are sent from now on.
    pub fn set_line(&mut self, line: LineConfig) {
        self.line.reconfigure(line);
    }

    /// Sends a frame of this many bytes over a wire without impairments and returns its outcome; `None`: the wire has some, and nothing
    /// was sent. The same as [`send`](Self::send), which would move the frame to and fro.
    #[inline]
    pub fn send_plain(&mut self, now: Instant, bytes: usize) -> Option<(Journey, Fate)> {
        if !self.pipeline.waves_through() {
            return None;
        }
        Some(match self.line.send(now, bytes) {
            Ok(journey) => {
                let (arrival, _) = self.in_order(journey.arrival, Travel::Plain);
                (Journey { arrival, ..journey }, Fate::Arrives)
            }
            Err(Dropped { why, at }) => never_sent(Loss::Queue(why), at),
        })
    }

    /// Sends a frame and returns its outcome, and that of its duplicate if an impairment makes one. `now` must not decrease.
    pub fn send(&mut self, now: Instant, frame: Frame) -> (Passage, Option<Passage>) {
        if let Some((journey, fate)) = self.send_plain(now, frame.len()) {
            return (Passage { frame, journey, fate, marks: Marks::default() }, None);
        }
        let Verdict { frame, lost, corrupted, duplicated, travel } = self.pipeline.judge(now, frame);
        let copy = duplicated.then(|| frame.clone());
        let marks = Marks { corrupted, ..Marks::default() };
        let passage = self.carry(now, frame, lost, travel, marks);
        let marks = Marks { duplicate: true, ..marks };
        (passage, copy.map(|copy| self.carry(now, copy, None, travel, marks)))
    }

    fn carry(
        &mut self,
        now: Instant,
        frame: Frame,
        lost: Option<LossReason>,
        travel: Travel,
        mut marks: Marks,
    ) -> Passage {
        let (journey, fate) = match lost {
            Some(reason) if reason.is_at_once() => never_sent(Loss::Impaired(reason), now),
            _ => match self.line.send(now, frame.len()) {
                Err(Dropped { why, at }) => never_sent(Loss::Queue(why), at),
                Ok(journey) => {
                    let arrival = travelled(journey, travel);
                    match lost {
                        None => {
                            let (arrival, reordered) = self.in_order(arrival, travel);
                            marks.reordered = reordered;
                            (Journey { arrival, ..journey }, Fate::Arrives)
                        }
                        Some(reason) => {
                            let half = Duration::from_nanos((arrival - journey.start).nanos() / 2);
                            let fate = Fate::Lost { why: Loss::Impaired(reason), at: journey.start + half };
                            (Journey { arrival, ..journey }, fate)
                        }
                    }
                }
            },
        };
        Passage { frame, journey, fate, marks }
    }

    /// The arrival of a frame that would arrive at `arrival` if it were alone, and whether it overtakes frames sent before it.
    fn in_order(&mut self, arrival: Instant, travel: Travel) -> (Instant, bool) {
        let may_overtake = match travel {
            Travel::Plain => false,
            Travel::Ahead => true,
            Travel::Shifted { overtakes, .. } => {
                self.varies = true;
                overtakes
            }
        };
        let early = self.varies && arrival < self.last_arrival;
        let waits = early && !may_overtake;
        let arrival = if waits { self.last_arrival } else { arrival };
        self.last_arrival = self.last_arrival.max(arrival);
        (arrival, travel == Travel::Ahead || (early && may_overtake))
    }
}

/// The outcome of a frame that is dropped before it is sent.
fn never_sent(why: Loss, at: Instant) -> (Journey, Fate) {
    (Journey { start: at, end: at, arrival: at }, Fate::Lost { why, at })
}

/// The arrival of a frame with this propagation.
fn travelled(journey: Journey, travel: Travel) -> Instant {
    let Journey { start, end, arrival } = journey;
    let delay = match travel {
        Travel::Plain => return arrival,
        Travel::Shifted { shift_ns, .. } => (arrival - end).nanos().saturating_add_signed(shift_ns),
        Travel::Ahead => 0,
    };
    let least = u64::from(start == end && arrival > end);
    end + Duration::from_nanos(delay.max(least))
}
