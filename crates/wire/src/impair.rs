//! The ways a link misbehaves.
//!
//! These are mirage-tcpip's seven test behaviours (no impairment at all is the seventh) and those of Linux's `tc-netem`, as
//! data. They combine: every frame passes all of them in a fixed order, whatever the order they are given in
//! ([`Impairment::order`]):
//!
//! 1. what never lets it onto the wire: refused for its size, the cable pulled, an outage;
//! 2. what loses it on the way: a silence, this very frame, each nth, by chance, by correlated chance, in bursts, because
//!    it is small; the first that drops it names the reason;
//! 3. what changes it: a wrong bit, a copy, bytes appended;
//! 4. then the line takes it ([`mod@crate::line`]: queue and rate);
//! 5. then it travels: jitter, reordering.
//!
//! All stages draw even when an earlier one has dropped the frame, each from a stream of its own, so that adding one
//! leaves the draws of the others alone. The one exception is as old as its kind: [`Impairment::TrailingBytes`] draws the
//! bytes themselves only for a frame that passes, so a loss changes what is appended to later frames.
//!
//! Loss and duplication cancel, as they do in netem: a frame that is lost by chance and also duplicated arrives once. A
//! frame that is lost for a reason that is not chance is lost with its copy. The copy has the same bytes as the frame,
//! wrong bits and appended ones too, and the same delay; it draws nothing, for the sake of the others' draws. It passes the
//! queue by itself, right after the frame. There is one copy at most, however many stages ask for one.
//!
//! Where netem says *correlation*, we keep its promise and not its code: see [`Impairment`].

mod correlation;
mod distribution;
mod pipeline;

pub use pipeline::{Pipeline, Travel, Verdict};

use crate::time::{Duration, Instant};
use crate::units::Ratio;

/// One way of misbehaving.
///
/// A `correlation` of ρ means that what happens to one frame and what happens to the next are correlated by ρ, while a
/// probability stays what it says. In netem it does not: its draws are ρ of the last one and the rest of a new one, so they
/// crowd around the middle, and `loss 10% 25%` loses 1.8 % of the frames, `loss 1% 50%` none at all. What happens to a
/// frame by chance (loss, a copy, a wrong bit, reordering) is here with probability ρ decided as for the frame before, and
/// drawn anew otherwise. A delay walks instead: from the last draw by a random step, shorter the larger ρ.
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
    /// Each frame is lost with this probability, more likely so after one that was (what tc-netem's `loss random` promises).
    LossCorrelated {
        /// With this probability.
        probability: Ratio,
        /// From one frame to the next.
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
    /// Each frame of this number is lost: the nth, the 2nth and so on of those that come to this stage; 0: none.
    LossEvery(u32),
    /// This very frame is lost: counted from 1 over all that were ever handed to this direction.
    LossOfFrame(u64),
    /// Each frame comes twice with this probability. A frame that is also lost by chance comes once: see the module.
    Duplicate {
        /// With this probability.
        probability: Ratio,
        /// From one frame to the next.
        correlation: Ratio,
    },
    /// One bit of each frame is wrong with this probability, any bit, those of the addresses too. No Ethernet checksum is simulated: those of IP, TCP and UDP
    /// have to catch it, as with tc-netem.
    Corrupt {
        /// With this probability.
        probability: Ratio,
        /// From one frame to the next.
        correlation: Ratio,
    },
    /// The delay varies around the line's own, and is never less than nothing.
    Jitter {
        /// By so much: the width of a uniform distribution to each side, or the standard deviation of the others.
        spread: Duration,
        /// How it is distributed. The mean is the line's own delay, except where that leaves no room below it.
        distribution: Distribution,
        /// From one frame to the next.
        correlation: Ratio,
        /// Whether a frame may arrive before one that was sent before it. If not, it waits for that one.
        overtakes: bool,
    },
    /// A frame goes ahead with this probability: it takes no delay, not even jitter, while the others take the line's
    /// (tc-netem's `reorder`).
    Reorder {
        /// With this probability.
        probability: Ratio,
        /// From one frame to the next.
        correlation: Ratio,
        /// So many frames, this one included, since the last that went ahead; 1: any may. With a probability of one each
        /// frame of this number does.
        gap: u32,
    },
}

/// How a varying delay is distributed. All but the uniform one have the line's delay as their mean and the spread as
/// their standard deviation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Distribution {
    /// Each value is as likely as the others.
    Uniform,
    /// Gauss's.
    Normal,
    /// Most are a little less than the mean, some much more: up to 4.9 times the spread (tc-netem's `pareto`: of shape 3,
    /// cut at four and a half times the least).
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
    /// Its place in the order in which a frame meets the impairments. It is not what names the random stream, which has
    /// to stay what it was when the order had fewer members.
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

    /// Its name in the seed's tree of streams.
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
    /// Whether it was chance, which a [duplicate](Impairment::Duplicate) makes up for.
    pub const fn is_chance(self) -> bool {
        match self {
            Self::Loss | Self::LossCorrelated | Self::Burst | Self::LossOfSmall => true,
            Self::TooBig | Self::LinkDown | Self::Silence | Self::Outage | Self::Every | Self::Picked => {
                false
            }
        }
    }

    /// Whether such a frame never gets onto the wire, and takes no place in the queue.
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
