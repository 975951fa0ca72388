//! Medians and their spread.

/// The summary of many samples: medians, because disturbances only make a sample slower, and some of them much slower.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// Half of the samples are above.
    pub median: f64,
    /// Half of the distance between the quartiles, as a part of the median.
    pub spread: f64,
}

impl Summary {
    /// Of at least one sample.
    pub fn of(samples: impl IntoIterator<Item = f64>) -> Self {
        let mut samples: Vec<_> = samples.into_iter().collect();
        samples.sort_by(f64::total_cmp);
        let median = quantile(&samples, 0.5);
        Self { median, spread: (quantile(&samples, 0.75) - quantile(&samples, 0.25)) / 2.0 / median }
    }
}

/// Between two samples, in proportion.
fn quantile(sorted: &[f64], part: f64) -> f64 {
    let place = part * (sorted.len() - 1) as f64;
    let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    below + (above - below) * place.fract()
}

/// A number with three significant digits.
pub fn number(value: f64) -> String {
    let decimals = match value.abs() {
        100.0.. => 0,
        10.0.. => 1,
        1.0.. => 2,
        _ => 3,
    };
    format!("{value:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_disturbed_sample_changes_nothing() {
        let summary = Summary::of([10.0, 9.0, 11.0, 8.0, 1000.0]);
        assert_eq!(summary, Summary { median: 10.0, spread: 0.1 });
    }

    #[test]
    fn an_even_number_has_its_median_in_between() {
        assert_eq!(Summary::of([1.0, 2.0]).median, 1.5);
        assert_eq!(Summary::of([3.0]), Summary { median: 3.0, spread: 0.0 });
    }

    #[test]
    fn numbers_have_three_digits() {
        assert_eq!([1234.5, 45.67, 2.345, 0.4567].map(number), ["1234", "45.7", "2.35", "0.457"]);
    }
}
