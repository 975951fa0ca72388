//! Controlled delay, RFC 8289: once all frames have waited longer than the target for a whole interval, one is dropped; then
//! another one interval later, and the nth `interval / sqrt(n)` after the previous one, until the waiting time is below the target
//! again. In integers: the root is exact and rounded down.
//!
//! The RFC's dequeue routine drops frames until it has one to send. Here each frame is judged by itself when it reaches
//! the head: a frame behind a dropped one reaches the head at the same moment, and is judged by the same state.

use super::CoDel;
use crate::time::{Duration, Instant};

/// The discipline's state.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Memory {
    /// When the waiting time will have been too long for an interval; `None`: it is not too long.
    first_above: Option<Instant>,
    dropping: bool,
    /// A frame was dropped, and the time of the next drop is still to be set: if the next frame has waited too long, too.
    dropped: bool,
    drop_next: Instant,
    count: u32,
    last_count: u32,
    /// The longest frame yet.
    bytes_max: usize,
}

/// A frame at the head of the queue.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Head {
    /// When it reaches the head.
    pub(crate) now: Instant,
    /// Its waiting time.
    pub(crate) waited: Duration,
    /// Its length.
    pub(crate) bytes: usize,
    /// The bytes in front of it when it was enqueued.
    pub(crate) before: usize,
}

impl Memory {
    /// Whether this frame is dropped (RFC 8289 section 5.6, `deque`).
    pub(crate) fn drops(&mut self, codel: &CoDel, head: Head) -> bool {
        let now = head.now;
        let may_drop = self.may_drop(codel, head);
        let dropped = std::mem::take(&mut self.dropped);
        if !may_drop {
            self.dropping = false;
            return false;
        }
        if self.dropping {
            if dropped {
                self.drop_next += gap(codel.interval, self.count);
            }
            if now < self.drop_next {
                return false;
            }
            self.count = self.count.saturating_add(1);
            self.dropped = true;
            return true;
        }
        self.dropping = true;
        // Soon after the previous dropping phase: start with the rate at which that one ended.
        let rounds = self.count.saturating_sub(self.last_count);
        let recent = now.since(self.drop_next).nanos() < codel.interval.nanos().saturating_mul(16);
        self.count = if rounds > 1 && recent { rounds } else { 1 };
        self.last_count = self.count;
        self.drop_next = now + gap(codel.interval, self.count);
        true
    }

    /// Whether the waiting time has been too long for an interval (`dodequeue`).
    fn may_drop(&mut self, codel: &CoDel, head: Head) -> bool {
        self.bytes_max = self.bytes_max.max(head.bytes);
        if head.waited < codel.target || head.before <= self.bytes_max {
            self.first_above = None;
            return false;
        }
        let first_above = *self.first_above.get_or_insert(head.now + codel.interval);
        head.now >= first_above
    }
}

/// The time to the next drop after `count` drops: the control law.
fn gap(interval: Duration, count: u32) -> Duration {
    let interval = u128::from(interval.nanos());
    Duration::from_nanos((interval * interval / u128::from(count.max(1))).isqrt() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODEL: CoDel = CoDel { target: Duration::from_millis(5), interval: Duration::from_millis(100) };

    fn at_ms(ms: u64) -> Instant {
        Instant::ZERO + Duration::from_millis(ms)
    }

    /// The milliseconds at which frames are dropped, if one reaches the head every millisecond and each has waited `waited_ms`.
    fn drops(memory: &mut Memory, ms: std::ops::Range<u64>, waited_ms: u64) -> Vec<u64> {
        let head = |ms| Head {
            now: at_ms(ms),
            waited: Duration::from_millis(waited_ms),
            bytes: 1_000,
            before: 10_000,
        };
        ms.filter(|&ms| memory.drops(&CODEL, head(ms))).collect()
    }

    #[test]
    fn the_nth_drop_comes_an_interval_over_the_root_of_n_after_the_one_before() {
        let dropped = drops(&mut Memory::default(), 0..2_000, 20);
        // One interval of grace; then the gaps are those of the control law, each begun where the last one ended.
        let mut expected = vec![100];
        let (mut next, mut count) = (100.0 + 100.0, 1.0);
        while next < 1_999.0 {
            expected.push(f64::ceil(next) as u64);
            count += 1.0;
            next += 100.0 / f64::sqrt(count);
        }
        assert_eq!(dropped, expected);
        assert!(dropped.len() > 50);
    }

    #[test]
    fn frames_that_waited_shortly_or_behind_few_are_not_dropped() {
        assert!(drops(&mut Memory::default(), 0..2_000, 4).is_empty());
        let mut memory = Memory::default();
        let alone = |ms| Head { now: at_ms(ms), waited: Duration::from_secs(1), bytes: 1_000, before: 1_000 };
        assert!((0..2_000).all(|ms| !memory.drops(&CODEL, alone(ms))));
    }

    #[test]
    fn one_short_wait_ends_dropping_and_the_next_phase_starts_at_the_same_rate() {
        let mut memory = Memory::default();
        let first = drops(&mut memory, 0..1_000, 20);
        assert!(drops(&mut memory, 1_000..1_001, 1).is_empty());
        let again = drops(&mut memory, 1_001..1_201, 20);
        // Again an interval of grace. Then fast at once: count - lastcount of the first time are left.
        let rounds = first.len() as f64 - 1.0;
        assert_eq!(again[0], 1_101);
        assert_eq!(again[1], 1_101 + f64::ceil(100.0 / rounds.sqrt()) as u64);
        // After a long time it has forgotten.
        drops(&mut memory, 1_201..1_202, 1);
        let later = drops(&mut memory, 9_000..9_300, 20);
        assert_eq!(later[..2], [9_100, 9_200]);
    }

    #[test]
    fn several_are_dropped_at_one_moment_if_drops_are_overdue() {
        let mut memory = Memory::default();
        drops(&mut memory, 0..150, 20);
        // Nothing came to the head for a while, and now they come all at once.
        let head = Head { now: at_ms(420), waited: Duration::from_millis(300), bytes: 1_000, before: 10_000 };
        let at_once = (0..10).filter(|_| memory.drops(&CODEL, head)).count();
        // Due at 200, 270.7, 328.4, 378.4, but not yet at 423.2.
        assert_eq!(at_once, 4);
    }

    #[test]
    fn the_control_law_is_exact() {
        assert_eq!(gap(CODEL.interval, 0), CODEL.interval);
        assert_eq!(gap(CODEL.interval, 4), Duration::from_millis(50));
        assert_eq!(gap(CODEL.interval, 2), Duration::from_nanos(70_710_678));
        assert_eq!(gap(Duration::from_nanos(u64::MAX), 1), Duration::from_nanos(u64::MAX));
    }
}
