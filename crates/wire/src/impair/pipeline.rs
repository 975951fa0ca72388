//! The impairments of one direction of one link, folded into one verdict per frame.

use super::correlation::Last;
use super::{Impairment, LossReason, distribution, is_out};
use crate::frame::Frame;
use crate::rng::Stream;
use crate::sorted::sort_by_key;
use crate::time::{Duration, Instant};

/// The outcome of one frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The frame's bytes, with bit errors and appended bytes. Those of a lost frame are unchanged.
    pub frame: Frame,
    /// Why it is lost; `None`: it is not.
    pub lost: Option<LossReason>,
    /// A bit was inverted, or one by each stage that inverts one.
    pub corrupted: bool,
    /// It is duplicated. A lost frame never is.
    pub duplicated: bool,
    /// The propagation of the frame and its copy.
    pub travel: Travel,
}

/// The propagation of a frame after it was sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Travel {
    /// With the delay of its line.
    #[default]
    Plain,
    /// With another delay than its line's.
    Shifted {
        /// The difference to the line's delay in nanoseconds.
        shift_ns: i64,
        /// Whether it may overtake frames sent before it.
        overtakes: bool,
    },
    /// Without any delay.
    Ahead,
}

/// The impairments of one direction of one link, with their state.
#[derive(Clone, Debug)]
pub struct Pipeline {
    seed: u64,
    path: Vec<u64>,
    stages: Vec<Stage>,
    /// How many frames were judged since the pipeline was made.
    judged: u64,
}

#[derive(Clone, Debug)]
struct Stage {
    impairment: Impairment,
    stream: Stream,
    memory: Memory,
}

/// A stage's state. Each kind of impairment uses its part.
#[derive(Clone, Copy, Debug, Default)]
struct Memory {
    silence: Silence,
    /// Frames since the last one that an every-nth impairment acted on.
    frames: u64,
    bad: bool,
    last: Last,
}

#[derive(Clone, Copy, Debug)]
enum Silence {
    Counting { passed_bytes: u64 },
    Until(Instant),
}

impl Pipeline {
    /// The pipeline of these impairments; their order does not matter. `path` names the place (link, direction)
    /// that its random streams belong to.
    pub fn new(impairments: &[Impairment], seed: u64, path: &[u64]) -> Self {
        let mut pipeline = Self { seed, path: path.to_vec(), stages: Vec::new(), judged: 0 };
        pipeline.set(impairments);
        pipeline
    }

    /// Changes the impairments. A stage that was there before keeps its stream and its state.
    pub fn set(&mut self, impairments: &[Impairment]) {
        let mut sorted = impairments.to_vec();
        sort_by_key(&mut sorted, Impairment::order);
        let mut before = std::mem::take(&mut self.stages);
        for (at, &impairment) in sorted.iter().enumerate() {
            let rank = impairment.rank();
            let stage = match before.iter().position(|stage| stage.impairment.rank() == rank) {
                Some(same) => Stage { impairment, ..before.remove(same) },
                None => {
                    let twins = sorted[..at].iter().filter(|other| other.rank() == rank).count();
                    let path = [&self.path[..], &[rank, twins as u64]].concat();
                    Stage { impairment, stream: Stream::new(self.seed, &path), memory: Memory::default() }
                }
            };
            self.stages.push(stage);
        }
    }

    /// Whether there are no impairments.
    pub fn is_empty(&self) -> bool {
        self.stages.is_empty()
    }

    /// Counts a frame without looking at it, if there are no impairments: the same as [`judge`](Self::judge), but nearly free on a
    /// good cable.
    #[inline]
    pub(crate) fn waves_through(&mut self) -> bool {
        // Not as one addition of `u64::from(is_empty)`: rustc 1.95 loses that where it is inlined with full optimisation. A
        // browser test picks a frame, since the page is built so.
        if !self.stages.is_empty() {
            return false;
        }
        self.judged += 1;
        true
    }

    /// Decides the outcome of this frame at this moment.
    pub fn judge(&mut self, now: Instant, frame: Frame) -> Verdict {
        self.judged += 1;
        let mut verdict =
            Verdict { frame, lost: None, corrupted: false, duplicated: false, travel: Travel::Plain };
        let bytes = verdict.frame.len();
        let mut wrong = None;
        let mut trailing = 0;
        for stage in &mut self.stages {
            match stage.impairment {
                Impairment::Corrupt { .. } => {
                    if let Some(bit) = stage.wrong_bit(bytes) {
                        let frame = wrong.as_ref().unwrap_or(&verdict.frame);
                        wrong = Some(with_wrong_bit(frame, bit));
                    }
                }
                Impairment::Duplicate { probability, correlation } => {
                    let draw = stage.memory.last.repeat(&mut stage.stream, correlation);
                    verdict.duplicated |= probability.hit(draw);
                }
                Impairment::TrailingBytes(max) => trailing += stage.stream.up_to(max) as usize,
                Impairment::Jitter { spread, distribution, correlation, overtakes } => {
                    let draw = stage.memory.last.walk(&mut stage.stream, correlation);
                    let shift_ns = distribution::shift_ns(distribution, spread, draw);
                    verdict.travel = verdict.travel.and(Travel::Shifted { shift_ns, overtakes });
                }
                Impairment::Reorder { .. } => {
                    if stage.goes_ahead() {
                        verdict.travel = Travel::Ahead;
                    }
                }
                Impairment::FrameSizeMax(_)
                | Impairment::Down
                | Impairment::Outage { .. }
                | Impairment::SilenceOnce { .. }
                | Impairment::LossOfFrame(_)
                | Impairment::LossEvery(_)
                | Impairment::Loss(_)
                | Impairment::LossCorrelated { .. }
                | Impairment::GilbertElliott { .. }
                | Impairment::LossOfSmall { .. } => {
                    let reason = stage.loses(now, bytes, self.judged);
                    verdict.lost = verdict.lost.or(reason);
                }
            }
        }
        // Losses that are not random are judged first, so a random loss never hides another reason.
        if verdict.duplicated && verdict.lost.is_some() {
            verdict.duplicated = false;
            verdict.lost = verdict.lost.filter(|reason| !reason.is_chance());
        }
        if verdict.lost.is_some() {
            return verdict;
        }
        if let Some(wrong) = wrong {
            // Two stages may have inverted the same bit.
            verdict.corrupted = wrong != verdict.frame;
            verdict.frame = wrong;
        }
        if trailing > 0 {
            verdict.frame = self.lengthen(&verdict.frame, trailing);
        }
        verdict
    }

    /// Whether a [silence](Impairment::SilenceOnce) has begun by now.
    pub fn silence_fired(&self) -> bool {
        self.stages.iter().any(|stage| matches!(stage.memory.silence, Silence::Until(_)))
    }

    fn lengthen(&mut self, frame: &Frame, trailing: usize) -> Frame {
        let lengthens = |stage: &&mut Stage| matches!(stage.impairment, Impairment::TrailingBytes(_));
        let stage = self.stages.iter_mut().rfind(lengthens).expect("a stage has asked for bytes");
        let mut tail = vec![0; trailing];
        stage.stream.fill(&mut tail);
        Frame::concat(&[frame, &tail])
    }
}

impl Stage {
    /// Why a stage loses this frame, the `number`th of all; `None`: none does.
    fn loses(&mut self, now: Instant, bytes: usize, number: u64) -> Option<LossReason> {
        let Self { impairment, stream, memory } = self;
        let (hit, reason) = match *impairment {
            Impairment::FrameSizeMax(max) => (bytes > max, LossReason::TooBig),
            Impairment::Down => (true, LossReason::LinkDown),
            Impairment::Outage { at, lasts, every } => (is_out(now, at, lasts, every), LossReason::Outage),
            Impairment::SilenceOnce { after_bytes, lasts } => {
                (memory.silence.passes(now, bytes, after_bytes, lasts), LossReason::Silence)
            }
            Impairment::LossOfFrame(picked) => (number == picked, LossReason::Picked),
            Impairment::LossEvery(every) => {
                memory.frames += 1;
                let hit = every > 0 && memory.frames >= every.into();
                if hit {
                    memory.frames = 0;
                }
                (hit, LossReason::Every)
            }
            Impairment::Loss(probability) => (probability.hit(stream.draw()), LossReason::Loss),
            Impairment::LossCorrelated { probability, correlation } => {
                (probability.hit(memory.last.repeat(stream, correlation)), LossReason::LossCorrelated)
            }
            Impairment::GilbertElliott { to_bad, to_good, bad, good } => {
                let changes = if memory.bad { to_good } else { to_bad }.hit(stream.draw());
                memory.bad ^= changes;
                (if memory.bad { bad } else { good }.hit(stream.draw()), LossReason::Burst)
            }
            Impairment::LossOfSmall { probability, bytes_max } => {
                (probability.hit(stream.draw()) && bytes <= bytes_max, LossReason::LossOfSmall)
            }
            Impairment::Corrupt { .. }
            | Impairment::Duplicate { .. }
            | Impairment::TrailingBytes(_)
            | Impairment::Jitter { .. }
            | Impairment::Reorder { .. } => return None,
        };
        hit.then_some(reason)
    }

    /// The bit to invert in a frame of `bytes` bytes; `None`: none. Its place is drawn in any case, so that a changed rate does not
    /// change later draws.
    fn wrong_bit(&mut self, bytes: usize) -> Option<usize> {
        let Impairment::Corrupt { probability, correlation } = self.impairment else { return None };
        let hit = probability.hit(self.memory.last.repeat(&mut self.stream, correlation));
        let bit = (u128::from(self.stream.draw_u64()) * (bytes as u128 * 8)) >> 64;
        (hit && bytes > 0).then_some(bit as usize)
    }

    fn goes_ahead(&mut self) -> bool {
        let Impairment::Reorder { probability, correlation, gap } = self.impairment else { return false };
        let hit = probability.hit(self.memory.last.repeat(&mut self.stream, correlation));
        self.memory.frames += 1;
        let ahead = hit && self.memory.frames >= gap.into();
        if ahead {
            self.memory.frames = 0;
        }
        ahead
    }
}

fn with_wrong_bit(frame: &Frame, bit: usize) -> Frame {
    Frame::build(frame.len(), |bytes| {
        bytes.copy_from_slice(frame);
        bytes[bit / 8] ^= 1 << (bit % 8);
    })
}

impl Travel {
    /// Combines two stages: the shifts add up, and a frame may overtake only if both allow it.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Plain, other) | (other, Self::Plain) => other,
            (Self::Ahead, _) | (_, Self::Ahead) => Self::Ahead,
            (
                Self::Shifted { shift_ns: one, overtakes: first },
                Self::Shifted { shift_ns: two, overtakes: second },
            ) => Self::Shifted { shift_ns: one.saturating_add(two), overtakes: first && second },
        }
    }
}

impl Default for Silence {
    fn default() -> Self {
        Self::Counting { passed_bytes: 0 }
    }
}

impl Silence {
    /// Counts this frame; returns whether it passes, outside the silence.
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
    use crate::units::Ratio;

    const SECOND: Duration = Duration::from_secs(1);

    fn frame(len: usize) -> Frame {
        Frame::build(len, |_| ())
    }

    fn lost(pipeline: &mut Pipeline, frames: usize, len: usize) -> Vec<bool> {
        (0..frames).map(|_| pipeline.judge(Instant::ZERO, frame(len)).lost.is_some()).collect()
    }

    #[test]
    fn loss_is_near_the_configured_rate_and_repeats() {
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
            let Verdict { frame: out, lost, .. } =
                pipeline.judge(Instant::ZERO, Frame::copy_from(b"payload"));
            assert_eq!(lost, None);
            assert!(out.starts_with(b"payload"));
            lengths.insert(out.len() - 7);
        }
        assert_eq!(lengths, (0..=9).collect());
    }

    #[test]
    fn a_silence_begins_once_after_a_number_of_bytes_and_ends() {
        let silence = Impairment::SilenceOnce { after_bytes: 1_000, lasts: SECOND };
        let mut pipeline = Pipeline::new(&[silence], 7, &[0]);
        assert!(!lost(&mut pipeline, 10, 100).contains(&true));
        assert!(!pipeline.silence_fired());
        assert_eq!(pipeline.judge(Instant::ZERO, frame(1)).lost, Some(LossReason::Silence));
        assert!(pipeline.silence_fired());
        let almost = Instant::from_nanos(999_999_999);
        assert_eq!(pipeline.judge(almost, frame(1)).lost, Some(LossReason::Silence));
        for second in 1..100 {
            let passed = pipeline.judge(Instant::ZERO + Duration::from_secs(second), frame(100));
            assert_eq!(passed.lost, None);
        }
    }

    #[test]
    fn a_frame_too_big_is_distinguished_from_a_lost_one() {
        let all = [Impairment::Down, Impairment::FrameSizeMax(100)];
        let mut pipeline = Pipeline::new(&all, 7, &[0]);
        assert_eq!(pipeline.judge(Instant::ZERO, frame(101)).lost, Some(LossReason::TooBig));
        assert_eq!(pipeline.judge(Instant::ZERO, frame(100)).lost, Some(LossReason::LinkDown));
    }
}
