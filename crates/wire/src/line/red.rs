//! Random early detection: S. Floyd, V. Jacobson, "Random Early Detection Gateways for Congestion Avoidance", IEEE/ACM
//! Transactions on Networking, August 1993. In integers with 32 bits of fraction.
//!
//! The paper's figure 2. The probability grows with the frames since the last drop, so that drops come at even distances and
//! not in clusters (its section 7).

use super::Red;

/// The discipline's state.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Memory {
    /// 32 bits of fraction.
    average: i64,
    /// The paper's count: frames since the last drop while the average was between its bounds; `None`: it was not.
    since_drop: Option<u32>,
}

impl Memory {
    /// Takes an arriving frame into account that finds the queue at length `queue`; returns whether it is dropped. `idle`: the line
    /// was idle before, for the time of this many frames.
    pub(crate) fn drops(&mut self, red: &Red, queue: usize, idle: Option<u64>, draw: u32) -> bool {
        let weight_log = red.weight_log.min(31);
        match idle {
            Some(frames) => self.average = faded(self.average, weight_log, frames),
            None => self.average += (fixed(queue) - self.average) >> weight_log,
        }
        let (min, max) = (fixed(red.min), fixed(red.max));
        if self.average < min {
            self.since_drop = None;
            return false;
        }
        if self.average >= max {
            self.since_drop = Some(0);
            return true;
        }
        let count = self.since_drop.map_or(0, |count| count.saturating_add(1));
        // The paper's p_b and 1 - count p_b, in parts per billion with 32 bits of fraction.
        let one = 1_000_000_000u128 << 32;
        let base =
            ((u128::from(red.probability.ppb()) << 32) * (self.average - min) as u128) / (max - min) as u128;
        let rest = one.saturating_sub(u128::from(count) * base);
        // p_a = p_b / (1 - count p_b), against the draw without dividing.
        let hit = base > 0 && u128::from(draw) * rest < base << 32;
        self.since_drop = Some(if hit { 0 } else { count });
        hit
    }
}

fn fixed(number: usize) -> i64 {
    i64::from(i32::try_from(number).unwrap_or(i32::MAX)) << 32
}

/// The average after `frames` frames that found an empty queue: `average * (1 - 2^-weight_log)^frames`, by squaring.
fn faded(average: i64, weight_log: u8, frames: u64) -> i64 {
    const ONE: u128 = 1 << 32;
    let (mut power, mut factor, mut left) = (ONE, ONE - (ONE >> weight_log), frames);
    while left > 0 && power > 0 {
        if left & 1 == 1 {
            power = (power * factor) >> 32;
        }
        factor = (factor * factor) >> 32;
        left >>= 1;
    }
    ((average as u128 * power) >> 32) as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Stream;
    use crate::units::Ratio;

    const RED: Red = Red { min: 5, max: 15, probability: Ratio::percent(10), weight_log: 2 };

    /// How many of 20 000 frames are dropped that find the queue at this length.
    fn dropped(queue: usize) -> usize {
        let (mut memory, mut stream) = (Memory::default(), Stream::new(7, &[queue as u64]));
        for _ in 0..200 {
            memory.drops(&RED, queue, None, stream.draw());
        }
        (0..20_000).filter(|_| memory.drops(&RED, queue, None, stream.draw())).count()
    }

    #[test]
    fn the_share_of_drops_grows_between_the_bounds_and_is_total_beyond() {
        assert_eq!(dropped(4), 0);
        // Here p_b is a hundredth for each frame above the lower bound. With figure 2's count, which is one for the frame
        // after a drop, the distance of drops is longer than n with probability (1 - (n + 1) p_b) / (1 - p_b).
        for queue in 6..15 {
            let base = (queue as f64 - 5.0) / 100.0;
            let longer = |n: u32| ((1.0 - f64::from(n + 1) * base) / (1.0 - base)).max(0.0);
            let mean: f64 = (0..100).map(longer).sum();
            let square: f64 = (0..100).map(|n| f64::from(2 * n + 1) * longer(n)).sum();
            let expected = 20_000.0 / mean;
            let deviation = (20_000.0 * (square - mean * mean) / mean.powi(3)).sqrt();
            let count = dropped(queue) as f64;
            assert!((count - expected).abs() < 5.0 * deviation, "{queue}: {count} {expected} {deviation}");
        }
        assert_eq!(dropped(16), 20_000);
    }

    #[test]
    fn drops_come_at_even_distances() {
        let (mut memory, mut stream, mut since) = (Memory::default(), Stream::new(7, &[]), 0);
        for _ in 0..200 {
            memory.drops(&RED, 10, None, stream.draw());
        }
        for _ in 0..20_000 {
            since = if memory.drops(&RED, 10, None, stream.draw()) { 0 } else { since + 1 };
            assert!(since <= 20, "at the latest after 1/p_b frames");
        }
    }

    #[test]
    fn a_burst_passes_before_the_average_has_risen() {
        let red = Red { weight_log: 9, ..RED };
        let mut memory = Memory::default();
        assert!((0..100).all(|_| !memory.drops(&red, 20, None, 0)));
        assert!((0..400).any(|_| memory.drops(&red, 20, None, 0)));
    }

    #[test]
    fn the_average_falls_while_the_line_is_idle() {
        let mut memory = Memory { average: fixed(100), since_drop: None };
        // (3/4)^4 of 100.
        memory.drops(&RED, 0, Some(4), 0);
        assert!((memory.average - (fixed(100) * 81 / 256)).abs() < 1_000, "{}", memory.average >> 32);
        memory.drops(&RED, 0, Some(u64::MAX), 0);
        assert_eq!(memory.average, 0);
        assert_eq!(faded(fixed(usize::MAX), 9, 0), fixed(usize::MAX));
    }

    #[test]
    fn extreme_bounds_and_weights_do_not_panic() {
        for (min, max) in [(0, 0), (10, 5), (usize::MAX, usize::MAX), (0, usize::MAX)] {
            for weight_log in [0, 9, 31, 255] {
                let red = Red { min, max, probability: Ratio::percent(100), weight_log };
                let mut memory = Memory::default();
                for (queue, idle) in [(usize::MAX, None), (0, Some(3)), (7, None), (0, None)] {
                    memory.drops(&red, queue, idle, u32::MAX);
                    assert!(memory.average >= 0);
                }
            }
        }
    }
}
