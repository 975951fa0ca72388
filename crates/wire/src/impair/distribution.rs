//! The distributions of a varying delay: from a uniform draw to a number of standard deviations from the mean, in integers
//! with 16 bits of fraction.
//!
//! Not netem's tables of 4096 values: a table of equal steps has no place for the rare long delays that matter most. The normal
//! distribution is stored in eighths of octaves of the tail, 514 bytes that reach to 6.3 standard deviations, and in between it is
//! linear; Pareto's needs a cube root and no table.

use super::Distribution;
use crate::time::Duration;

/// The deviation from the mean in nanoseconds for a uniform draw; it grows with the draw.
pub(super) fn shift_ns(distribution: Distribution, spread: Duration, draw: u32) -> i64 {
    let spread = i128::from(spread.nanos());
    let shift = match distribution {
        Distribution::Uniform => (((2 * spread + 1) * i128::from(draw)) >> 32) - spread,
        Distribution::Normal => (spread * i128::from(normal(draw))) >> 16,
        Distribution::Pareto => (spread * i128::from(pareto(draw))) >> 16,
        Distribution::ParetoNormal => (spread * i128::from(pareto_normal(draw))) >> 16,
    };
    shift.clamp(i64::MIN.into(), i64::MAX.into()) as i64
}

/// The inverse of the normal distribution at `(draw + 1/2) / 2^32`.
fn normal(draw: u32) -> i64 {
    // The tail that is farther out, in halves of draws: odd, so never on a boundary of octaves but for the last.
    let tail = 2 * u64::from(draw.min(!draw)) + 1;
    let octave = tail.ilog2();
    // How far it is into its octave, which is 8 steps long, with 16 bits of fraction.
    let into = (((2u64 << octave) - tail) << (3 + 16)) >> octave;
    let at = (31 - octave as usize) * 8 + (into >> 16) as usize;
    let near = i64::from(TAIL[at]);
    let far = TAIL.get(at + 1).map_or(near, |&far| far.into());
    let quantile = (near << 3) + (((far - near) * (into & 0xffff) as i64) >> 13);
    if draw >> 31 == 0 { -quantile } else { quantile }
}

/// The inverse of Pareto's distribution of shape 3, `x = t^(-1/3)` for a tail t, cut at 4.5 as netem's table is, and
/// brought to mean 0 and standard deviation 1.
fn pareto(draw: u32) -> i64 {
    /// `1 + (1 - 4.5^-2) / 2`.
    const MEAN: i64 = 96_686;
    /// The inverse of the root of `1 + 2 (1 - 1/4.5) - mean^2`.
    const SCALE: i64 = 106_451;
    /// `2^32 / 4.5^3`, rounded up.
    const TAIL_MIN: u64 = 47_132_686;
    let tail = ((1 << 32) - u64::from(draw)).max(TAIL_MIN);
    let x = cube_root(((1 << 63) / tail) << 17) as i64;
    ((x - MEAN) * SCALE) >> 16
}

/// A quarter normal and three quarters Pareto at the same draw, as netem mixes them, with standard deviation 1.
fn pareto_normal(draw: u32) -> i64 {
    /// The inverse of 0.96768: the two are correlated by 0.83.
    const SCALE: i64 = 67_725;
    ((normal(draw) + 3 * pareto(draw)) * SCALE) >> 18
}

/// The largest number whose cube is at most this one, which is below 2^57.
fn cube_root(cube: u64) -> u64 {
    let mut root = 0u64;
    for bit in (0..19).rev() {
        let more = root | 1 << bit;
        if more * more * more <= cube {
            root = more;
        }
    }
    root
}

/// How many 8192ths of a standard deviation out the tail of the normal distribution is `2^-k (1 - j / 16)`, at `8 (k - 1) +
/// j`. A test computes them again.
#[rustfmt::skip]
const TAIL: [u16; 257] = [
    0, 642, 1289, 1943, 2610, 3295, 4004, 4744, 5525, 5935, 6360, 6804, 7268, 7756,
    8274, 8827, 9424, 9742, 10_075, 10_426, 10_797, 11_192, 11_615, 12_071, 12_568, 12_834, 13_115, 13_413,
    13_729, 14_068, 14_432, 14_827, 15_259, 15_493, 15_740, 16_002, 16_281, 16_581, 16_904, 17_257, 17_645, 17_854,
    18_076, 18_312, 18_565, 18_836, 19_130, 19_451, 19_805, 19_996, 20_200, 20_416, 20_648, 20_898, 21_168, 21_464,
    21_791, 21_969, 22_157, 22_358, 22_573, 22_806, 23_058, 23_334, 23_639, 23_805, 23_981, 24_170, 24_371, 24_589,
    24_826, 25_085, 25_373, 25_529, 25_695, 25_873, 26_063, 26_269, 26_493, 26_738, 27_011, 27_159, 27_316, 27_485,
    27_666, 27_861, 28_074, 28_307, 28_566, 28_707, 28_858, 29_018, 29_191, 29_377, 29_580, 29_803, 30_051, 30_186,
    30_330, 30_483, 30_648, 30_827, 31_022, 31_236, 31_473, 31_603, 31_741, 31_888, 32_047, 32_218, 32_406, 32_611,
    32_840, 32_965, 33_097, 33_239, 33_392, 33_558, 33_738, 33_937, 34_157, 34_277, 34_406, 34_543, 34_690, 34_850,
    35_025, 35_216, 35_430, 35_546, 35_670, 35_803, 35_946, 36_101, 36_269, 36_455, 36_662, 36_775, 36_895, 37_024,
    37_162, 37_312, 37_476, 37_656, 37_857, 37_967, 38_083, 38_208, 38_343, 38_489, 38_648, 38_823, 39_019, 39_125,
    39_239, 39_360, 39_491, 39_633, 39_788, 39_959, 40_149, 40_252, 40_363, 40_482, 40_609, 40_747, 40_899, 41_065,
    41_250, 41_351, 41_459, 41_575, 41_699, 41_834, 41_981, 42_144, 42_325, 42_423, 42_529, 42_642, 42_763, 42_895,
    43_039, 43_198, 43_374, 43_471, 43_574, 43_684, 43_803, 43_932, 44_073, 44_228, 44_401, 44_495, 44_596, 44_704,
    44_820, 44_946, 45_084, 45_236, 45_405, 45_497, 45_596, 45_702, 45_816, 45_939, 46_074, 46_223, 46_389, 46_479,
    46_576, 46_680, 46_791, 46_913, 47_045, 47_191, 47_353, 47_442, 47_537, 47_639, 47_748, 47_867, 47_997, 48_140,
    48_300, 48_387, 48_480, 48_580, 48_687, 48_804, 48_931, 49_072, 49_229, 49_314, 49_406, 49_504, 49_609, 49_724,
    49_849, 49_987, 50_141, 50_225, 50_315, 50_412, 50_515, 50_628, 50_751, 50_887, 51_038, 51_121, 51_209, 51_304,
    51_406, 51_517, 51_638, 51_772, 51_921,
];

#[cfg(test)]
mod tests {
    use super::*;

    /// The inverse of the normal distribution, by halving where its series (Abramowitz, Stegun 26.2.10 and 26.2.12) is
    /// summed to the last bit.
    fn inverse_normal_tail(tail: f64) -> f64 {
        let density = |x: f64| (-x * x / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
        let upper = |x: f64| {
            if x < 3.0 {
                let (mut term, mut sum) = (x, x);
                for n in 1..200 {
                    term *= x * x / f64::from(2 * n + 1);
                    sum += term;
                }
                0.5 - density(x) * sum
            } else {
                // The continued fraction 26.2.14.
                density(x) / (1..300).rev().fold(x, |below, n| x + f64::from(n) / below)
            }
        };
        let (mut low, mut high) = (0.0, 10.0);
        for _ in 0..60 {
            let middle = (low + high) / 2.0;
            if upper(middle) > tail { low = middle } else { high = middle }
        }
        low
    }

    #[test]
    fn the_table_is_the_inverse_of_the_normal_distribution() {
        for (at, &kept) in TAIL.iter().enumerate() {
            let (octave, step) = (at as i32 / 8 + 1, at as f64 % 8.0);
            let tail = 2f64.powi(-octave) * (1.0 - step / 16.0);
            assert_eq!(f64::from(kept), (inverse_normal_tail(tail) * 8192.0).round(), "{at}");
        }
    }

    #[test]
    fn the_quantiles_are_those_of_the_distributions() {
        for share in [1e-9, 1e-6, 1e-3, 0.01, 0.05, 0.2, 0.4, 0.5, 0.6, 0.9, 0.99, 0.995, 0.999_999] {
            let draw = (share * 2f64.powi(32)) as u32;
            let at = (f64::from(draw) + 0.5) / 2f64.powi(32);
            let gauss = if at < 0.5 { -inverse_normal_tail(at) } else { inverse_normal_tail(1.0 - at) };
            let [mean, square] = [1.0 + (1.0 - 4.5f64.powi(-2)) / 2.0, 1.0 + 2.0 * (1.0 - 1.0 / 4.5)];
            let pareto_at = ((1.0 - at).powf(-1.0 / 3.0).min(4.5) - mean) / (square - mean * mean).sqrt();
            let near = |is: i64, expected: f64| {
                let is = is as f64 / 65_536.0;
                assert!((is - expected).abs() < 0.002, "{share}: {is} {expected}");
            };
            near(normal(draw), gauss);
            near(pareto(draw), pareto_at);
            near(pareto_normal(draw), (0.25 * gauss + 0.75 * pareto_at) / 0.967_683_66);
        }
    }

    #[test]
    fn the_mean_is_zero_and_the_standard_deviation_one() {
        for distribution in [Distribution::Normal, Distribution::Pareto, Distribution::ParetoNormal] {
            let (mut sum, mut squares) = (0.0, 0.0);
            for step in 0..1u32 << 16 {
                let shift = shift_ns(distribution, Duration::from_nanos(1_000_000_000), step << 16 | 0x8000)
                    as f64
                    / 1e9;
                sum += shift;
                squares += shift * shift;
            }
            let [mean, square] = [sum, squares].map(|sum| sum / 65_536.0);
            assert!(
                mean.abs() < 0.001 && (square.sqrt() - 1.0).abs() < 0.001,
                "{distribution:?} {mean} {square}"
            );
        }
    }

    #[test]
    fn a_uniform_delay_reaches_both_ends_and_no_farther() {
        let shift = |draw| shift_ns(Distribution::Uniform, Duration::from_micros(3), draw);
        assert_eq!([shift(0), shift(1 << 31), shift(u32::MAX)], [-3_000, 0, 3_000]);
    }

    #[test]
    fn a_larger_draw_never_makes_a_smaller_delay() {
        use Distribution::*;
        let spread = Duration::from_millis(10);
        for distribution in [Uniform, Normal, Pareto, ParetoNormal] {
            let mut last = i64::MIN;
            let near_ends = (0..1_000).map(|low| u32::MAX - low);
            for draw in (0..1_000).chain((1..100_000).map(|n| n * 42_949)).chain(near_ends.rev()) {
                let shift = shift_ns(distribution, spread, draw);
                assert!(shift >= last, "{distribution:?} {draw}");
                last = shift;
            }
            for draw in [0, 1 << 31, u32::MAX] {
                shift_ns(distribution, Duration::from_nanos(u64::MAX), draw);
            }
        }
    }
}
