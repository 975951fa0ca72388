//! Throughput over time, from a run's history: equal bins of a width that stays while the plot grows, so that what was
//! drawn does not dance.

use crate::format;
use netlab::history::RunLog;
use netlab::run::{RunEntry, RunEvent};
use netlab::{Duration, Instant};

/// Throughput over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Plot {
    /// The width of a bin.
    pub bin: Duration,
    /// Bits a second in each bin, from the start of the run.
    pub bins: Vec<f64>,
    /// What the vertical axis goes to: a round number not below any bin.
    pub top: f64,
    /// What the horizontal axis goes to.
    pub lasts: Duration,
}

/// More points than this fall onto the same pixels of the panel.
const BINS_MAX: u64 = 80;
/// Progress is noted no more often than this.
const BIN_MIN: Duration = Duration::from_millis(1);

impl Plot {
    /// The throughput of a run from its start to `at`; `None` before there is anything to draw.
    pub fn throughput(log: &RunLog, at: Instant) -> Option<Self> {
        let entries = log.entries_by(at);
        let last = entries.last()?;
        let over = matches!(last.event, RunEvent::Finished(_));
        let end = if over { last.at } else { at };
        let lasts = end - log.start;
        let bin = round_up(Duration::from_nanos(lasts.nanos() / BINS_MAX).max(BIN_MIN));
        let whole = lasts.nanos() / bin.nanos();
        let edges = (0..=whole).map(|number| log.start + Duration::from_nanos(number * bin.nanos()));
        let bytes: Vec<_> = edges.map(|edge| bytes_by(entries, edge)).collect();
        let bins: Vec<_> = bytes.windows(2).map(|pair| (pair[1] - pair[0]) * 8.0 / bin.secs_f64()).collect();
        if bins.len() < 2 {
            return None;
        }
        let top = ceiling(bins.iter().copied().fold(0.0, f64::max));
        Some(Self { bin, bins, top, lasts: Duration::from_nanos(whole * bin.nanos()) })
    }

    /// The curve as the `points` of an SVG polyline in a box of this size.
    pub fn points(&self, width: f64, height: f64) -> String {
        let step = width / self.bins.len() as f64;
        let place = |(number, &bits): (usize, &f64)| {
            let x = (number as f64 + 0.5) * step;
            let y = height * (1.0 - bits / self.top);
            format!("{},{}", format::fixed(x, 1), format::fixed(y, 1))
        };
        self.bins.iter().enumerate().map(place).collect::<Vec<_>>().join(" ")
    }
}

/// What had been received by this moment. Between two notes it is taken to have come evenly: otherwise the notes' own
/// rhythm would show in the plot, as rates that the link does not have.
fn bytes_by(entries: &[RunEntry], at: Instant) -> f64 {
    let next = entries.partition_point(|entry| entry.at <= at);
    let Some(last) = next.checked_sub(1).map(|last| &entries[last]) else { return 0.0 };
    let bytes = last.totals.bytes as f64;
    entries.get(next).map_or(bytes, |next| {
        let share = (at - last.at).secs_f64() / (next.at - last.at).secs_f64();
        bytes + (next.totals.bytes as f64 - bytes) * share
    })
}

/// The next of 1, 2, 5 × 10^n nanoseconds.
fn round_up(duration: Duration) -> Duration {
    let power = 10u64.pow(duration.nanos().max(1).ilog10());
    let digit = [1, 2, 5, 10].into_iter().find(|digit| digit * power >= duration.nanos());
    Duration::from_nanos(digit.expect("ten is enough") * power)
}

/// A round number that is not far above this one, and not below it.
pub fn ceiling(value: f64) -> f64 {
    let mut power = 1.0;
    while power * 10.0 <= value {
        power *= 10.0;
    }
    let digits = [1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0];
    digits.into_iter().find(|digit| digit * power >= value).unwrap_or(10.0) * power
}

#[cfg(test)]
mod tests {
    use super::*;
    use netlab::run::{Iperf, RunKind, RunSpec, Target, Totals};
    use netlab::topology::NodeId;
    use proptest::prelude::*;

    /// A transfer at this rate, with a note each millisecond.
    fn steady(bytes_per_ms: u64, ms: u64) -> RunLog {
        let spec = RunSpec {
            from: NodeId(0),
            to: Target::Node(NodeId(1), None),
            kind: RunKind::Iperf(Iperf::default()),
        };
        let entry = |number| RunEntry {
            at: Instant::ZERO + Duration::from_millis(number),
            event: if number == 0 { RunEvent::Started } else { RunEvent::Progress },
            totals: Totals { bytes: number * bytes_per_ms, ..Totals::default() },
        };
        RunLog { spec, start: Instant::ZERO, entries: (0..=ms).map(entry).collect() }
    }

    #[test]
    fn a_steady_flow_is_a_level_line() {
        let at = Instant::ZERO + Duration::from_millis(1_000);
        let plot = Plot::throughput(&steady(12_500, 1_000), at).unwrap();
        assert_eq!(plot.bin, Duration::from_millis(20));
        assert!(plot.bins.iter().all(|bits| (bits - 1e8).abs() < 1.0), "{:?}", plot.bins);
        assert_eq!((plot.bins.len(), plot.lasts), (50, Duration::from_secs(1)));
    }

    #[test]
    fn there_is_no_plot_before_two_bins() {
        assert_eq!(Plot::throughput(&steady(1, 1), Instant::ZERO + Duration::from_millis(1)), None);
    }

    proptest! {
        #[test]
        fn the_plot_is_bounded_and_every_point_is_inside(ms in 2u64..20_000, rate in 0u64..1_000_000) {
            let at = Instant::ZERO + Duration::from_millis(ms);
            let plot = Plot::throughput(&steady(rate, ms), at).unwrap();
            prop_assert!(plot.bins.len() <= BINS_MAX as usize);
            prop_assert!(plot.bins.iter().all(|&bits| bits <= plot.top));
            for point in plot.points(300.0, 100.0).split(' ') {
                let (x, y) = point.split_once(',').unwrap();
                prop_assert!((0.0..=300.0).contains(&x.parse::<f64>().unwrap()));
                prop_assert!((0.0..=100.0).contains(&y.parse::<f64>().unwrap()));
            }
        }

        #[test]
        fn a_ceiling_is_round_and_near(value in 1.0f64..1e12) {
            let top = ceiling(value);
            prop_assert!(top >= value && top <= value * 1.4, "{value} {top}");
        }
    }
}
