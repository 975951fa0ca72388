//! Correlated random numbers: uniform draws of which each is correlated with the previous one.
//!
//! Both kinds of draw are uniform whatever the correlation, and correlated by exactly the configured value; netem's are
//! neither (see [`super::Impairment`]).

use crate::rng::Stream;
use crate::units::Ratio;

/// The last draw of a stage.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Last(Option<u32>);

impl Last {
    /// For events: the previous draw with this probability, and a new one otherwise. So an event of probability p follows another
    /// with probability `correlation + (1 - correlation) p`: events are correlated as the draws are.
    pub(super) fn repeat(&mut self, stream: &mut Stream, correlation: Ratio) -> u32 {
        let drawn = stream.draw_u64();
        let (fresh, whether) = ((drawn >> 32) as u32, drawn as u32);
        let draw = self.0.filter(|_| correlation.hit(whether)).unwrap_or(fresh);
        self.0 = Some(draw);
        draw
    }

    /// For quantities: a walk around a circle, half of which goes up and half of which comes down again, by steps
    /// that are uniform up to half of `w` turns to each side. For this the correlation is `1 - 2 w² + w³`.
    pub(super) fn walk(&mut self, stream: &mut Stream, correlation: Ratio) -> u32 {
        let drawn = stream.draw();
        let place = match self.0 {
            None => drawn,
            Some(place) => {
                let step = ((i64::from(drawn) - (1 << 31)) * stride(correlation) as i64) >> 31;
                place.wrapping_add(step as u32)
            }
        };
        self.0 = Some(place);
        if place >> 31 == 0 { place << 1 } else { !(place << 1) }
    }
}

/// The w of which `1 - 2 w² + w³` is this, in parts of 2^31: by bisection, for it falls from one to zero.
fn stride(correlation: Ratio) -> u64 {
    const ONE: u64 = 1 << 31;
    let wanted = (u64::from(correlation.ppb()) << 31) / 1_000_000_000;
    let (mut low, mut high) = (0, ONE);
    while high - low > 1 {
        let w = (low + high) / 2;
        let square = (w * w) >> 31;
        let is = (ONE + ((square * w) >> 31)).saturating_sub(2 * square);
        if is > wanted { low = w } else { high = w }
    }
    if wanted == ONE { 0 } else { high }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRAWS: usize = 200_000;

    fn draws(correlation: Ratio, walks: bool) -> Vec<f64> {
        let (mut last, mut stream) = (Last::default(), Stream::new(7, &[]));
        let mut draw = || {
            if walks { last.walk(&mut stream, correlation) } else { last.repeat(&mut stream, correlation) }
        };
        (0..DRAWS).map(|_| f64::from(draw()) / 2f64.powi(32)).collect()
    }

    #[test]
    fn draws_are_uniform_and_as_correlated_as_asked() {
        for (percent, walks) in
            [0, 10, 25, 50, 75, 90].into_iter().flat_map(|percent| [(percent, false), (percent, true)])
        {
            let asked = f64::from(percent) / 100.0;
            let draws = draws(Ratio::percent(percent), walks);
            // A sum of correlated draws deviates more: by the root of (1 + rho) / (1 - rho).
            let inflation = ((1.0 + asked) / (1.0 - asked) / DRAWS as f64).sqrt();
            let mean = draws.iter().sum::<f64>() / DRAWS as f64;
            assert!((mean - 0.5).abs() < 5.0 * inflation / 12f64.sqrt(), "{percent} {walks} {mean}");
            for tenth in 0..10 {
                let inside = |draw: &&f64| (**draw * 10.0) as usize == tenth;
                let share = draws.iter().filter(inside).count() as f64 / DRAWS as f64;
                assert!((share - 0.1).abs() < 5.0 * inflation * 0.3, "{percent} {walks} {tenth} {share}");
            }
            let products = draws.windows(2).map(|pair| (pair[0] - 0.5) * (pair[1] - 0.5)).sum::<f64>();
            let correlation = products / DRAWS as f64 * 12.0;
            assert!((correlation - asked).abs() < 5.0 * inflation, "{percent} {walks} {correlation}");
        }
    }

    #[test]
    fn complete_correlation_repeats_the_first_draw() {
        for walks in [false, true] {
            assert!(draws(Ratio::percent(100), walks).windows(2).all(|pair| pair[0] == pair[1]));
        }
    }

    #[test]
    fn the_stride_is_exact_to_a_millionth() {
        for ppb in [0, 1, 1_000, 250_000_000, 500_000_000, 999_999_999, 1_000_000_000] {
            let w = stride(Ratio::from_ppb(ppb).unwrap()) as f64 / 2f64.powi(31);
            assert!((1.0 - 2.0 * w * w + w * w * w - f64::from(ppb) / 1e9).abs() < 1e-6, "{ppb} {w}");
        }
    }
}
