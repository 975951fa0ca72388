//! A token bucket, in whole nanoseconds.

use wire::{Duration, Instant};

/// A rate limit with a burst.
///
/// A router must not send ICMP errors without limit (RFC 1812, 4.3.2.8; RFC 4443, 2.4 (f)). The limits are wide: a
/// traceroute with three probes per hop stays far below them, a flood does not.
#[derive(Clone, Copy, Debug)]
pub struct Bucket {
    /// The time for one more token.
    every: Duration,
    /// When it will be full; in the past if it is full.
    full_at: Instant,
    /// The time from empty to full.
    depth: Duration,
}

impl Bucket {
    /// A full bucket of `burst` tokens, which gains one after each `every`.
    pub const fn new(every: Duration, burst: u64) -> Self {
        Self { every, full_at: Instant::ZERO, depth: Duration::from_nanos(every.nanos() * burst) }
    }

    /// Takes a token; `false`: there is none.
    pub fn take(&mut self, now: Instant) -> bool {
        let full_at = self.full_at.max(now) + self.every;
        let there_is = full_at.since(now) <= self.depth;
        if there_is {
            self.full_at = full_at;
        }
        there_is
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_then_the_rate() {
        let mut bucket = Bucket::new(Duration::from_millis(10), 5);
        let mut taken =
            |ms| (0..100).filter(|_| bucket.take(Instant::ZERO + Duration::from_millis(ms))).count();
        assert_eq!([taken(0), taken(9), taken(10), taken(35), taken(10_000)], [5, 0, 1, 2, 5]);
    }
}
