//! The impairments of a link: loss, corruption, duplication, jitter and others.
//!
//! These are mirage-tcpip's seven test behaviors (no impairment at all is the seventh) and those of Linux's `tc-netem`, as
//! data. They combine: every frame passes all of them in a fixed order, whatever the order they are given in
//! ([`Impairment::order`]):
//!
//! 1. drops before the wire: the frame is too big, the link is down, an outage;
//! 2. losses on the wire: a silence, one picked frame, every nth, random loss, correlated loss, bursts, loss of small frames;
//!    the first stage that drops the frame gives the reason;
//! 3. changes: a bit error, a duplicate, appended bytes;
//! 4. then the frame enters the line ([`mod@crate::line`]: queue and rate);
//! 5. then it propagates: jitter, reordering.
//!
//! All stages draw even when an earlier one has dropped the frame, each from a stream of its own, so that adding a stage
//! does not change the draws of the others. There is one exception: [`Impairment::TrailingBytes`] draws the bytes themselves only
//! for a frame that passes, so a loss changes what is appended to later frames.
//!
//! Loss and duplication cancel, as they do in netem: a frame that is lost by chance and also duplicated arrives once. A
//! frame that is lost for any other reason is lost with its copy. The copy has the same bytes as the frame, bit errors and
//! appended bytes included, and the same delay; it draws nothing, so that the draws of later frames stay the same. It enters the
//! queue by itself, right after the frame. There is one copy at most, however many stages duplicate the frame.
//!
//! *Correlation* means what netem's manual says, not what netem's code does: see [`Impairment`].

mod correlation;
mod distribution;
mod pipeline;

pub use pipeline::{Pipeline, Travel, Verdict};

use crate::time::{Duration, Instant};
use crate::units::Ratio;

/// One impairment of a link's direction.
///
/// A `correlation` of ρ means that the outcomes of successive frames have the correlation ρ, while each frame's probability stays
/// the configured one. In netem it does not: a draw there is ρ of the previous one and the rest of a new one, so draws crowd
/// around the middle, and `loss 10% 25%` loses 1.8 % of the frames, `loss 1% 50%` none at all. Here a random outcome (loss,
/// duplicate, bit error, reordering) is with probability ρ that of the previous frame, and drawn anew otherwise. A varying delay
/// walks instead: from the previous draw by a random step, which is shorter for a larger ρ.
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
        /// The probability for each frame.
        probability: Ratio,
        /// Longer frames pass.
        bytes_max: usize,
    },
    /// Once `after_bytes` have passed, everything is lost for `lasts`. It happens once.
    SilenceOnce {
        /// Counted over all frames that reached this stage.
        after_bytes: u64,
        /// How long nothing passes.
        lasts: Duration,
    },
    /// Nothing passes: the cable is pulled.
    Down,
    /// Nothing passes for a time: the cable is pulled and plugged in again.
    Outage {
        /// When it begins.
        at: Instant,
        /// How long it lasts.
        lasts: Duration,
        /// The period from one beginning to the next; `None`: it happens once.
        every: Option<Duration>,
    },
    /// Each frame is lost with this probability, more likely so after one that was (what tc-netem's `loss random` promises).
    LossCorrelated {
        /// The probability for each frame.
        probability: Ratio,
        /// The correlation with the previous frame.
        correlation: Ratio,
    },
    /// Losses come in bursts: a good and a bad state, each with its own loss (Gilbert 1960, Elliott 1963; tc-netem's
    /// `loss gemodel`). The state may change before each frame; it begins good. A burst lasts `1 / to_good` frames on
    /// average, and the share of the bad state is `to_bad / (to_bad + to_good)`.
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
    /// Every nth frame is lost, counted over those that reach this stage; 0: none.
    LossEvery(u32),
    /// The frame of this number is lost, counted from 1 over all frames that were ever sent in this direction.
    LossOfFrame(u64),
    /// Each frame is duplicated with this probability. If one of the two is lost by chance, one arrives: see the module.
    Duplicate {
        /// The probability for each frame.
        probability: Ratio,
        /// The correlation with the previous frame.
        correlation: Ratio,
    },
    /// With this probability one bit of a frame is inverted, which may be one of the header's. No Ethernet checksum is simulated: those of IP, TCP and UDP
    /// have to catch it, as with tc-netem.
    Corrupt {
        /// The probability for each frame.
        probability: Ratio,
        /// The correlation with the previous frame.
        correlation: Ratio,
    },
    /// The delay varies around the line's own, and is never negative.
    Jitter {
        /// Half the width of a uniform distribution, or the standard deviation of the others.
        spread: Duration,
        /// The distribution. Its mean is the line's own delay, except where that leaves no room below it.
        distribution: Distribution,
        /// The correlation with the previous frame.
        correlation: Ratio,
        /// Whether a frame may overtake frames sent before it. If not, it arrives right after them.
        overtakes: bool,
    },
    /// A frame goes ahead with this probability: it takes no delay, not even jitter, while the others take the line's
    /// (tc-netem's `reorder`).
    Reorder {
        /// The probability for each frame.
        probability: Ratio,
        /// The correlation with the previous frame.
        correlation: Ratio,
        /// Only every `gap`th frame after the last reordered one may go ahead; 1: any may. With a probability of one each
        /// `gap`th frame does.
        gap: u32,
    },
}

/// The distribution of a varying delay. All but the uniform one have the line's delay as their mean and the spread as
/// their standard deviation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Distribution {
    /// Uniform.
    Uniform,
    /// Normal (Gaussian).
    Normal,
    /// Pareto: most values are a little below the mean, a few far above, up to 4.9 times the spread (tc-netem's `pareto`: shape 3,
    /// cut at 4.5 times the minimum).
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

impl Impairment {
    /// Its place in the order in which impairments are applied. The random stream is named by another number, which must not
    /// change when new kinds are added.
    pub const fn order(&self) -> u8 {
        match self {
            Self::FrameSizeMax(_) => 0,
            Self::Down => 1,
            Self::Outage { .. } => 2,
            Self::SilenceOnce { .. } => 3,
            Self::LossOfFrame(_) => 4,
            Self::LossEvery(_) => 5,
            Self::Loss(_) => 6,
            Self::LossCorrelated { .. } => 7,
            Self::GilbertElliott { .. } => 8,
            Self::LossOfSmall { .. } => 9,
            Self::Corrupt { .. } => 10,
            Self::Duplicate { .. } => 11,
            Self::TrailingBytes(_) => 12,
            Self::Jitter { .. } => 13,
            Self::Reorder { .. } => 14,
        }
    }

    /// The number of its random stream.
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

impl LossReason {
    /// Whether the loss was random, so that a [duplicate](Impairment::Duplicate) cancels it.
    pub const fn is_chance(self) -> bool {
        match self {
            Self::Loss | Self::LossCorrelated | Self::Burst | Self::LossOfSmall => true,
            Self::TooBig | Self::LinkDown | Self::Silence | Self::Outage | Self::Every | Self::Picked => {
                false
            }
        }
    }

    /// Whether the frame is dropped before the wire, and takes no place in the queue.
    pub const fn is_at_once(self) -> bool {
        match self {
            Self::TooBig | Self::LinkDown | Self::Outage => true,
            Self::Silence
            | Self::Loss
            | Self::LossOfSmall
            | Self::LossCorrelated
            | Self::Burst
            | Self::Every
            | Self::Picked => false,
        }
    }
}

/// Whether an [outage](Impairment::Outage) is in progress at `now`.
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
