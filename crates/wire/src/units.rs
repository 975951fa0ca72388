//! Rates and probabilities as newtypes over integers: floats would round differently where we promise identical histories.

use crate::time::Duration;
use std::fmt;

/// A bit rate. Never zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BitsPerSec(std::num::NonZeroU64);

impl BitsPerSec {
    /// `None` for zero: a link that carries nothing is down, which has a setting of its own.
    pub const fn new(bits_per_sec: u64) -> Option<Self> {
        match std::num::NonZeroU64::new(bits_per_sec) {
            Some(rate) => Some(Self(rate)),
            None => None,
        }
    }

    /// Bits a second.
    pub const fn get(self) -> u64 {
        self.0.get()
    }

    /// How long `bytes` take at this rate, rounded up to a whole nanosecond.
    pub const fn time_for(self, bytes: usize) -> Duration {
        // Every frame asks: a division of 128 bits, which no processor has, takes several times as long as one of 64.
        if let Some(bits_ns) = (bytes as u64).checked_mul(8 * 1_000_000_000) {
            return Duration::from_nanos(bits_ns.div_ceil(self.0.get()));
        }
        let bits_ns = bytes as u128 * 8 * 1_000_000_000;
        Duration::from_nanos(bits_ns.div_ceil(self.0.get() as u128) as u64)
    }
}

impl fmt::Display for BitsPerSec {
    /// As written in a scenario: `100Mbps`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rate = self.get();
        for (unit, name) in [(1_000_000_000, "Gbps"), (1_000_000, "Mbps"), (1_000, "kbps")] {
            if rate >= unit && rate.is_multiple_of(unit) {
                return write!(f, "{}{name}", rate / unit);
            }
        }
        write!(f, "{rate}bps")
    }
}

/// A probability in parts per billion, from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ratio(u32);

impl Ratio {
    const ONE: u32 = 1_000_000_000;

    /// `None` above one.
    pub const fn from_ppb(parts_per_billion: u32) -> Option<Self> {
        if parts_per_billion <= Self::ONE { Some(Self(parts_per_billion)) } else { None }
    }

    /// `None` outside 0 to 1. For compile-time constants and parsed documents, never for arithmetic.
    pub fn from_f64(probability: f64) -> Option<Self> {
        (0.0..=1.0).contains(&probability).then(|| Self((probability * f64::from(Self::ONE)).round() as u32))
    }

    /// Whole per cent; panics above 100.
    pub const fn percent(percent: u32) -> Self {
        assert!(percent <= 100, "a probability is at most 100 %");
        Self(percent * (Self::ONE / 100))
    }

    /// Parts per billion.
    pub const fn ppb(self) -> u32 {
        self.0
    }

    /// Between 0 and 1, for display.
    pub fn as_f64(self) -> f64 {
        f64::from(self.0) / f64::from(Self::ONE)
    }

    /// Whether this draw of 32 uniform random bits falls inside.
    pub const fn hit(self, draw: u32) -> bool {
        ((draw as u64 * Self::ONE as u64) >> 32) < self.0 as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_frame_at_100_mbps_lasts_121_microseconds() {
        let rate = BitsPerSec::new(100_000_000).unwrap();
        assert_eq!(rate.time_for(1514), Duration::from_nanos(121_120));
    }

    #[test]
    fn certain_and_impossible_are_exact() {
        for draw in [0, 1, u32::MAX / 2, u32::MAX] {
            assert!(Ratio::percent(100).hit(draw));
            assert!(!Ratio::percent(0).hit(draw));
        }
    }

    #[test]
    fn a_ratio_survives_the_way_through_a_float() {
        for ppb in [0, 1, 10_000_000, 123_456_789, 1_000_000_000] {
            let ratio = Ratio::from_ppb(ppb).unwrap();
            assert_eq!(Ratio::from_f64(ratio.as_f64()), Some(ratio));
        }
        assert_eq!(Ratio::from_f64(1.1), None);
        assert_eq!(Ratio::from_f64(f64::NAN), None);
    }
}
