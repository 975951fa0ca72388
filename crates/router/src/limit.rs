//! A token bucket, in whole nanoseconds.

use wire::{Duration, Instant};

/// Lets something happen at most so often, with some more at once after a rest.
///
/// A router must not send ICMP errors without limit (RFC 1812, 4.3.2.8; RFC 4443, 2.4 (f)). The bounds of this one are wide: a
/// traceroute sends three probes per hop and never feels them, a flood does.
#[derive(Clone, Copy, Debug)]
pub struct Bucket {
    /// One more from here to there.
    every: Duration,
    /// When it will be full; a bucket that is full has this in the past.
    full_at: Instant,
    /// How long an empty one takes to be full.
    depth: Duration,
}

impl Bucket {
    /// A full one: `burst` at once, and one more after each `every`.
    pub const fn new(every: Duration, burst: u64) -> Self {
        Self { every, full_at: Instant::ZERO, depth: Duration::from_nanos(every.nanos() * burst) }
    }

    /// Takes one out; `false`: it is empty.
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
