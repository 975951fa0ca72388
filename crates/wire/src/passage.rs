//! One direction of a cable, whole: its impairments and its line. A frame is handed over, and all that becomes of it is
//! settled there and then.
//!
//! The order in which everything combines is fixed: the impairments judge the frame first ([`crate::impair`] has their own
//! order); then it waits and is sent ([`mod@crate::line`]: queue, discipline, rate); then it travels (delay, jitter). A frame
//! that is lost on the way still takes its place in the queue and on the wire; it dies halfway.
//!
//! A delay that varies keeps the order: a frame that would arrive before one that was sent earlier waits for it, as behind
//! it in a queue somewhere, unless it [may overtake](Impairment::Jitter) or [goes ahead](Impairment::Reorder). A delay that
//! was only *set* to less does not wait: the cable is another one now.
//!
//! Time passes on a wire that takes time: where there is no rate, no frame takes less than a nanosecond, however early it
//! is. A loop of such wires would otherwise never come to the next moment.

use crate::frame::Frame;
use crate::impair::{Impairment, LossReason, Pipeline, Travel, Verdict};
use crate::line::{Dropped, Journey, Line, LineConfig, QueueDrop};
use crate::rng::Stream;
use crate::time::{Duration, Instant};

/// The name of a queue's random stream below its wire's. No impairment's: those have two numbers more.
const QUEUE: u64 = u64::MAX;

/// One direction of a cable.
#[derive(Clone, Debug)]
pub struct Wire {
    line: Line,
    pipeline: Pipeline,
    /// The last arrival of a frame that was handed over so far.
    last_arrival: Instant,
    /// The delay varies, or has varied.
    varies: bool,
}

/// What becomes of one frame, or of its duplicate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// Its bytes on this wire: those that were handed over, unless the wire has changed them.
    pub frame: Frame,
    /// When it is where.
    pub journey: Journey,
    /// Whether it arrives.
    pub fate: Fate,
    /// What the wire has done to it.
    pub marks: Marks,
}

/// Whether a frame arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// At the end of its journey.
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
    /// Its queue.
    Queue(QueueDrop),
    /// An impairment.
    Impaired(LossReason),
}

/// What a wire has done to a frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Marks {
    /// Bits are wrong.
    pub corrupted: bool,
    /// It is the second of two, the copy.
    pub duplicate: bool,
    /// It goes ahead of those before it: because it [was made to](Impairment::Reorder), or because the delay varies and it
    /// [may overtake](Impairment::Jitter) and does.
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

    /// Changes what it is like, for frames that are handed over from now on.
    pub fn set(&mut self, line: LineConfig, impairments: &[Impairment]) {
        self.line.reconfigure(line);
        self.pipeline.set(impairments);
    }

    /// Takes a frame and settles what becomes of it, and of its duplicate if the wire makes one. `now` must not go back.
    pub fn send(&mut self, now: Instant, frame: Frame) -> (Passage, Option<Passage>) {
        if self.pipeline.waves_through() {
            return (self.carry(now, frame, None, Travel::Plain, Marks::default()), None);
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
        let never_sent = |why, at| (Journey { start: at, end: at, arrival: at }, Fate::Lost { why, at });
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

    /// When a frame arrives that would at this moment, with respect to those before it; and whether it goes ahead of them.
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

/// When a frame arrives that travels so.
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
