//! One direction of a cable, whole: its impairments and its line. A frame is handed over, and all that becomes of it is
//! settled there and then.
//!
//! The order in which everything combines is fixed: the impairments judge the frame first ([`crate::impair`] has their own
//! order); then it waits and is sent ([`mod@crate::line`]: queue, discipline, rate); then it travels (delay, jitter). A frame
//! that is lost on the way still takes its place in the queue and on the wire; it dies halfway.

use crate::frame::Frame;
use crate::impair::{Impairment, LossReason, Pipeline, Verdict};
use crate::line::{Journey, Line, LineConfig, QueueDrop};
use crate::time::{Duration, Instant};

/// One direction of a cable.
#[derive(Clone, Debug)]
pub struct Wire {
    line: Line,
    pipeline: Pipeline,
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Marks {
    /// Bits are wrong.
    pub corrupted: bool,
    /// It is the second of two.
    pub duplicate: bool,
    /// It goes ahead of those before it.
    pub reordered: bool,
}

impl Wire {
    /// An idle wire. `path` names the place (link, direction) that its random streams belong to.
    pub fn new(line: LineConfig, impairments: &[Impairment], seed: u64, path: &[u64]) -> Self {
        Self { line: Line::new(line), pipeline: Pipeline::new(impairments, seed, path) }
    }

    /// Changes what it is like, for frames that are handed over from now on.
    pub fn set(&mut self, line: LineConfig, impairments: &[Impairment]) {
        self.line.reconfigure(line);
        self.pipeline.set(impairments);
    }

    /// Takes a frame and settles what becomes of it, and of its duplicate if the wire makes one. `now` must not go back.
    pub fn send(&mut self, now: Instant, frame: Frame) -> (Passage, Option<Passage>) {
        let (frame, lost) = match self.pipeline.judge(now, frame.clone()) {
            Verdict::Pass(passed) => (passed, None),
            Verdict::Drop(reason) => (frame, Some(reason)),
        };
        let at_once = |why| (Journey { start: now, end: now, arrival: now }, Fate::Lost { why, at: now });
        let (journey, fate) = match lost {
            // These never get onto the wire.
            Some(reason @ (LossReason::TooBig | LossReason::LinkDown | LossReason::Outage)) => {
                at_once(Loss::Impaired(reason))
            }
            _ => match self.line.send(now, frame.len()) {
                Err(drop) => at_once(Loss::Queue(drop)),
                Ok(journey) => match lost {
                    None => (journey, Fate::Arrives),
                    Some(reason) => {
                        let half = Duration::from_nanos((journey.arrival - journey.start).nanos() / 2);
                        (journey, Fate::Lost { why: Loss::Impaired(reason), at: journey.start + half })
                    }
                },
            },
        };
        (Passage { frame, journey, fate, marks: Marks::default() }, None)
    }
}
