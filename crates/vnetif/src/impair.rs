//! The ways a link misbehaves.
//!
//! These are mirage-tcpip's seven test behaviours (no impairment at all is the seventh), as data. They combine: every
//! frame passes all of them in a fixed order (refused for size, switched off, silent, lost, lost because small, then
//! lengthened), and the first that drops it names the reason. All stages draw even when an earlier one has dropped the
//! frame, each from a stream of its own, so that adding one leaves the draws of the others alone.

use crate::frame::Frame;
use crate::rng::Stream;
use crate::time::{Duration, Instant};
use crate::units::Ratio;

/// One way of misbehaving.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Impairment {
    /// Frames longer than this many bytes, Ethernet header included, are refused: the *writer* gets the error.
    FrameSizeMax(usize),
    /// From 0 to this many random bytes are appended, uniformly: real Ethernet pads short frames, and stacks must not
    /// take the padding for payload.
    TrailingBytes(u32),
    /// Each frame is lost with this probability.
    Loss(Ratio),
    /// Each frame of at most `bytes_max` bytes is lost with this probability: hits ACKs and handshakes, spares data.
    LossOfSmall {
        /// With this probability.
        probability: Ratio,
        /// Longer frames pass.
        bytes_max: usize,
    },
    /// Once `after_bytes` have passed, everything is lost for `lasts`; then never again.
    SilenceOnce {
        /// Counted over all frames that came to this stage.
        after_bytes: u64,
        /// How long nothing passes.
        lasts: Duration,
    },
    /// Nothing passes: the cable is pulled.
    Down,
    /// Nothing passes for a time: the cable is pulled, and put in again.
    Outage {
        /// From then on.
        at: Instant,
        /// For so long.
        lasts: Duration,
        /// Again and again, from one beginning to the next; `None`: once.
        every: Option<Duration>,
    },
    /// Each frame is lost with this probability, more likely so after one that was (tc-netem's `loss random`: a draw is
    /// `correlation` of the draw before it and the rest of a new one).
    LossCorrelated {
        /// With this probability.
        probability: Ratio,
        /// How much of the draw before.
        correlation: Ratio,
    },
    /// Losses come in bursts: a good and a bad state, each with its own loss (Gilbert 1960, Elliott 1963; tc-netem's
    /// `loss gemodel`). The state may change before each frame.
    GilbertElliott {
        /// From good to bad (p).
        to_bad: Ratio,
        /// From bad to good (r).
        to_good: Ratio,
        /// The loss in the bad state (1 − h).
        bad: Ratio,
        /// The loss in the good state (1 − k).
        good: Ratio,
    },
    /// Each frame of this number is lost: the nth, the 2nth and so on of those that come to this stage.
    LossEvery(u32),
    /// This very frame is lost: counted from 1 over all that were ever handed to this direction.
    LossOfFrame(u64),
    /// Each frame comes twice with this probability.
    Duplicate {
        /// With this probability.
        probability: Ratio,
        /// How much of the draw before.
        correlation: Ratio,
    },
    /// One bit of each frame is wrong with this probability. No Ethernet checksum is simulated: those of IP, TCP and UDP
    /// have to catch it, as with tc-netem.
    Corrupt {
        /// With this probability.
        probability: Ratio,
        /// How much of the draw before.
        correlation: Ratio,
    },
    /// The delay varies around the line's own, and is never less than nothing.
    Jitter {
        /// By so much: the width of a uniform distribution to each side, or the standard deviation of the others.
        spread: Duration,
        /// How it is distributed.
        distribution: Distribution,
        /// How much of the draw before.
        correlation: Ratio,
        /// Whether a frame may arrive before one that was sent before it. If not, it waits for that one.
        overtakes: bool,
    },
    /// A frame goes ahead with this probability: it takes no delay, while the others take the line's (tc-netem's `reorder`).
    Reorder {
        /// With this probability.
        probability: Ratio,
        /// How much of the draw before.
        correlation: Ratio,
        /// Only each frame of this number may; 1: any.
        gap: u32,
    },
}

/// How a varying delay is distributed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Distribution {
    /// Each value is as likely as the others.
    Uniform,
    /// Gauss's.
    Normal,
    /// Most are a little less than the mean, some very much more (tc-netem's `pareto`).
    Pareto,
    /// A quarter normal, three quarters Pareto, as measured in the Internet (tc-netem's `paretonormal`).
    ParetoNormal,
}

/// Why a link lost a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LossReason {
    /// [`Impairment::FrameSizeMax`].
    TooBig,
    /// [`Impairment::Down`].
    LinkDown,
    /// [`Impairment::SilenceOnce`].
    Silence,
    /// [`Impairment::Loss`].
    Loss,
    /// [`Impairment::LossOfSmall`].
    LossOfSmall,
    /// [`Impairment::Outage`].
    Outage,
    /// [`Impairment::LossCorrelated`].
    LossCorrelated,
    /// [`Impairment::GilbertElliott`].
    Burst,
    /// [`Impairment::LossEvery`].
    Every,
    /// [`Impairment::LossOfFrame`].
    Picked,
}

/// What becomes of one frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It goes on: these bytes, which are longer than those that came if bytes were appended.
    Pass(Frame),
    /// It is lost.
    Drop(LossReason),
}

/// The impairments of one direction of one link, with their memory.
#[derive(Clone, Debug)]
pub struct Pipeline {
    seed: u64,
    path: Vec<u64>,
    stages: Vec<Stage>,
}

#[derive(Clone, Debug)]
struct Stage {
    impairment: Impairment,
    stream: Stream,
    silence: Silence,
}

#[derive(Clone, Copy, Debug)]
enum Silence {
    Counting { passed_bytes: u64 },
    Until(Instant),
}

impl Impairment {
    /// Its place in the fixed order, which is also its name in the seed's tree of streams.
    const fn rank(&self) -> u64 {
        match self {
            Self::FrameSizeMax(_) => 0,
            Self::Down => 1,
            Self::SilenceOnce { .. } => 2,
            Self::Loss(_) => 3,
            Self::LossOfSmall { .. } => 4,
            Self::TrailingBytes(_) => 5,
            // The numbers name random streams: they stay as they are, and new ones follow.
            Self::Outage { .. } => 6,
            Self::LossCorrelated { .. } => 7,
            Self::GilbertElliott { .. } => 8,
            Self::LossEvery(_) => 9,
            Self::LossOfFrame(_) => 10,
            Self::Duplicate { .. } => 11,
            Self::Corrupt { .. } => 12,
            Self::Jitter { .. } => 13,
            Self::Reorder { .. } => 14,
        }
    }
}

impl Pipeline {
    /// The pipeline of these impairments, in whatever order they are given. `path` names the place (link, direction)
    /// that its random streams belong to.
    pub fn new(impairments: &[Impairment], seed: u64, path: &[u64]) -> Self {
        let mut pipeline = Self { seed, path: path.to_vec(), stages: Vec::new() };
        pipeline.set(impairments);
        pipeline
    }

    /// Changes the impairments. A stage that was there before goes on with its stream and its memory.
    pub fn set(&mut self, impairments: &[Impairment]) {
        let mut sorted = impairments.to_vec();
        sorted.sort_by_key(Impairment::rank);
        let mut before = std::mem::take(&mut self.stages);
        for (at, &impairment) in sorted.iter().enumerate() {
            let rank = impairment.rank();
            let stage = match before.iter().position(|stage| stage.impairment.rank() == rank) {
                Some(same) => Stage { impairment, ..before.remove(same) },
                None => {
                    let twins = sorted[..at].iter().filter(|other| other.rank() == rank).count();
                    let path = [&self.path[..], &[rank, twins as u64]].concat();
                    let silence = Silence::Counting { passed_bytes: 0 };
                    Stage { impairment, stream: Stream::new(self.seed, &path), silence }
                }
            };
            self.stages.push(stage);
        }
    }

    /// Whether nothing ever happens here.
    pub fn is_empty(&self) -> bool {
        self.stages.is_empty()
    }

    /// Decides what becomes of this frame at this moment.
    pub fn judge(&mut self, now: Instant, frame: Frame) -> Verdict {
        let mut lost = None;
        let mut trailing = 0;
        for stage in &mut self.stages {
            let reason = match stage.impairment {
                Impairment::FrameSizeMax(max) => (frame.len() > max).then_some(LossReason::TooBig),
                Impairment::Down => Some(LossReason::LinkDown),
                Impairment::SilenceOnce { after_bytes, lasts } => {
                    let silent = stage.silence.passes(now, frame.len(), after_bytes, lasts);
                    silent.then_some(LossReason::Silence)
                }
                Impairment::Loss(probability) => {
                    probability.hit(stage.stream.draw()).then_some(LossReason::Loss)
                }
                Impairment::LossOfSmall { probability, bytes_max } => {
                    let hit = probability.hit(stage.stream.draw());
                    (hit && frame.len() <= bytes_max).then_some(LossReason::LossOfSmall)
                }
                Impairment::Outage { at, lasts, every } => {
                    is_out(now, at, lasts, every).then_some(LossReason::Outage)
                }
                Impairment::LossCorrelated { .. }
                | Impairment::GilbertElliott { .. }
                | Impairment::LossEvery(_)
                | Impairment::LossOfFrame(_)
                | Impairment::Duplicate { .. }
                | Impairment::Corrupt { .. }
                | Impairment::Jitter { .. }
                | Impairment::Reorder { .. } => None,
                Impairment::TrailingBytes(max) => {
                    trailing += stage.stream.up_to(max) as usize;
                    None
                }
            };
            lost = lost.or(reason);
        }
        match lost {
            Some(reason) => Verdict::Drop(reason),
            None if trailing == 0 => Verdict::Pass(frame),
            None => Verdict::Pass(self.lengthen(&frame, trailing)),
        }
    }

    /// Whether the one silence has begun by now.
    pub fn silence_fired(&self) -> bool {
        self.stages.iter().any(|stage| matches!(stage.silence, Silence::Until(_)))
    }

    fn lengthen(&mut self, frame: &Frame, trailing: usize) -> Frame {
        let stage = self.stages.last_mut().expect("the stage that lengthens is the last");
        let mut tail = vec![0; trailing];
        stage.stream.fill(&mut tail);
        Frame::concat(&[frame, &tail])
    }
}

/// Whether an [outage](Impairment::Outage) holds at this moment.
pub fn is_out(now: Instant, at: Instant, lasts: Duration, every: Option<Duration>) -> bool {
    if now < at {
        return false;
    }
    let since = match every {
        Some(every) if every > Duration::ZERO => (now - at).nanos() % every.nanos(),
        _ => (now - at).nanos(),
    };
    since < lasts.nanos()
}

impl Silence {
    /// Counts this frame, and says whether it falls into the silence.
    fn passes(&mut self, now: Instant, bytes: usize, after_bytes: u64, lasts: Duration) -> bool {
        match *self {
            Self::Counting { passed_bytes } => {
                let passed_bytes = passed_bytes + bytes as u64;
                let fires = passed_bytes > after_bytes;
                *self = if fires { Self::Until(now + lasts) } else { Self::Counting { passed_bytes } };
                fires
            }
            Self::Until(end) => now < end,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn frame(len: usize) -> Frame {
        Frame::build(len, |_| ())
    }

    fn lost(pipeline: &mut Pipeline, frames: usize, len: usize) -> Vec<bool> {
        (0..frames).map(|_| matches!(pipeline.judge(Instant::ZERO, frame(len)), Verdict::Drop(_))).collect()
    }

    #[test]
    fn loss_is_near_the_asked_rate_and_the_same_every_time() {
        let run = || lost(&mut Pipeline::new(&[Impairment::Loss(Ratio::percent(1))], 7, &[0]), 100_000, 60);
        let count = run().iter().filter(|&&lost| lost).count();
        // Five standard deviations of the binomial (n = 100 000, p = 0.01) around 1 000.
        assert!((843..=1157).contains(&count), "{count}");
        assert_eq!(run(), run());
    }

    #[test]
    fn loss_of_small_frames_spares_large_ones() {
        let small = Impairment::LossOfSmall { probability: Ratio::percent(10), bytes_max: 100 };
        let mut pipeline = Pipeline::new(&[small], 7, &[0]);
        assert!(lost(&mut pipeline, 1_000, 100).contains(&true));
        assert!(!lost(&mut pipeline, 1_000, 101).contains(&true));
    }

    #[test]
    fn adding_one_impairment_leaves_the_draws_of_the_others_alone() {
        let loss = Impairment::Loss(Ratio::percent(20));
        let alone = lost(&mut Pipeline::new(&[loss], 7, &[3, 1]), 1_000, 60);
        let mut both = Pipeline::new(&[Impairment::TrailingBytes(9), loss], 7, &[3, 1]);
        assert_eq!(alone, lost(&mut both, 1_000, 60));
    }

    #[test]
    fn a_changed_rate_goes_on_with_the_same_draws() {
        let half = Impairment::Loss(Ratio::percent(50));
        let mut changed = Pipeline::new(&[Impairment::Loss(Ratio::percent(10))], 7, &[0]);
        let mut constant = Pipeline::new(&[half], 7, &[0]);
        assert_ne!(lost(&mut changed, 100, 60), lost(&mut constant, 100, 60));
        changed.set(&[Impairment::TrailingBytes(3), half]);
        assert_eq!(lost(&mut changed, 100, 60), lost(&mut constant, 100, 60));
    }

    #[test]
    fn two_of_a_kind_draw_independently() {
        let half = Impairment::Loss(Ratio::percent(50));
        let mut pipeline = Pipeline::new(&[half, half], 7, &[0]);
        let count = lost(&mut pipeline, 10_000, 60).iter().filter(|&&lost| lost).count();
        assert!((7_280..=7_720).contains(&count), "three quarters of 10 000, not a half: {count}");
    }

    #[test]
    fn trailing_bytes_are_appended_and_the_frame_itself_is_untouched() {
        let mut pipeline = Pipeline::new(&[Impairment::TrailingBytes(9)], 7, &[0]);
        let mut lengths = std::collections::BTreeSet::new();
        for _ in 0..1_000 {
            let Verdict::Pass(out) = pipeline.judge(Instant::ZERO, Frame::copy_from(b"payload")) else {
                panic!("nothing is lost")
            };
            assert!(out.starts_with(b"payload"));
            lengths.insert(out.len() - 7);
        }
        assert_eq!(lengths, (0..=9).collect());
    }

    #[test]
    fn silence_falls_once_after_so_many_bytes_and_ends() {
        let silence = Impairment::SilenceOnce { after_bytes: 1_000, lasts: SECOND };
        let mut pipeline = Pipeline::new(&[silence], 7, &[0]);
        assert!(!lost(&mut pipeline, 10, 100).contains(&true));
        assert!(!pipeline.silence_fired());
        assert_eq!(pipeline.judge(Instant::ZERO, frame(1)), Verdict::Drop(LossReason::Silence));
        assert!(pipeline.silence_fired());
        let almost = Instant::from_nanos(999_999_999);
        assert_eq!(pipeline.judge(almost, frame(1)), Verdict::Drop(LossReason::Silence));
        for second in 1..100 {
            let passed = pipeline.judge(Instant::ZERO + Duration::from_secs(second), frame(100));
            assert!(matches!(passed, Verdict::Pass(_)));
        }
    }

    #[test]
    fn a_frame_too_big_is_told_apart_from_a_lost_one() {
        let all = [Impairment::Down, Impairment::FrameSizeMax(100)];
        let mut pipeline = Pipeline::new(&all, 7, &[0]);
        assert_eq!(pipeline.judge(Instant::ZERO, frame(101)), Verdict::Drop(LossReason::TooBig));
        assert_eq!(pipeline.judge(Instant::ZERO, frame(100)), Verdict::Drop(LossReason::LinkDown));
    }
}
