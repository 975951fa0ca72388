//! Series as a drawing: paths in a box of [`WIDTH`] by [`HEIGHT`], and the ticks at its sides.
//!
//! Whatever the number of data, a path has a bounded number of points, and no extreme is lost: in a column of the box a curve is
//! drawn from its first through its least and greatest to its last value, and stretches that touch become one.

use super::series::{Datum, Kind, NO_PACKET, Series, Tone, Unit};
use crate::format;
use crate::timeline::Window;
use netlab::{Duration, Instant};
use std::fmt::Write;
use wire::decimal;

/// The box's width.
pub const WIDTH: u32 = 1_000;
/// The box's height.
pub const HEIGHT: u32 = 600;
/// More vertical strokes or dots than this in one column would fall onto the same pixels.
const IN_COLUMN_MAX: usize = 24;
/// Two dots nearer to each other than this, in units of the box, are drawn as one.
const DOT: i64 = 4;

/// A drawing.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// The window of time on the horizontal axis.
    pub window: Window,
    /// The lowest and highest value of the vertical axis.
    pub range: (u64, u64),
    /// The unit of the values.
    pub unit: Unit,
    /// A path for each series, with its style.
    pub curves: Vec<(Tone, Kind, String)>,
    /// Ticks of the horizontal axis: the position from the left, from 0 to 100, and the text.
    pub below: Vec<(f64, String)>,
    /// Ticks of the vertical axis: the position from the top, from 0 to 100, and the text.
    pub beside: Vec<(f64, String)>,
}

impl Chart {
    /// Draws series in a window. The vertical axis begins at 0, except for sequence numbers in a window that begins later.
    pub fn draw(series: &[Series<'_>], unit: Unit, window: Window) -> Self {
        let seen: Vec<_> = series.iter().map(|series| seen(series, window)).collect();
        let (mut least, mut most) = (u64::MAX, 0);
        for datum in seen.iter().flat_map(|data| data.iter()) {
            least = least.min(datum.low);
            most = most.max(datum.high);
        }
        let base = if unit == Unit::Sequence && least < most { least } else { 0 };
        let step = step((most.max(base + 1) - base) as f64, 5);
        let base = base / step * step;
        let top = (most.max(base + 1) - base).div_ceil(step) * step + base;
        let pen = Pen { window, base, top };
        let curves = series.iter().zip(&seen).map(|(series, data)| {
            let path = match series.kind {
                Kind::Steps => pen.steps(data),
                Kind::Bars => pen.bars(data),
                Kind::Dots => pen.dots(data),
            };
            (series.tone, series.kind, path)
        });
        let beside = (0..=(top - base) / step).map(|number| {
            let value = base + number * step;
            (100.0 * (top - value) as f64 / (top - base) as f64, unit.text(value))
        });
        Self {
            window,
            range: (base, top),
            unit,
            curves: curves.collect(),
            below: time_ticks(window),
            beside: beside.collect(),
        }
    }

    /// The packet drawn nearest to a position (from 0 to 1, from the left and from the top), if one is near.
    pub fn nearest(&self, series: &[Series<'_>], (x, y): (f64, f64)) -> Option<u64> {
        const NEAR: f64 = 0.025;
        let (base, top) = (self.range.0 as f64, self.range.1 as f64);
        let side = |share: f64| self.window.moment(share.clamp(0.0, 1.0));
        let (from, to) = (side(x - NEAR), side(x + NEAR));
        let height = |value: u64| 1.0 - (value as f64 - base) / (top - base);
        let mut best = (NEAR, None);
        for series in series {
            let first = series.data.partition_point(|datum| datum.at < from);
            for datum in series.data[first..].iter().take_while(|datum| datum.at <= to) {
                if datum.of == NO_PACKET {
                    continue;
                }
                let down = decimal::clamp(y, height(datum.high), height(datum.low)) - y;
                let away = (self.window.share(datum.at) - x).hypot(down);
                if away < best.0 {
                    best = (away, Some(datum.of));
                }
            }
        }
        best.1
    }
}

/// The data of a series in the window, and the last one before it, which still holds when the window begins.
fn seen<'a>(series: &'a Series<'_>, window: Window) -> &'a [Datum] {
    let data = &series.data;
    let first = data.partition_point(|datum| datum.at < window.from);
    let last = data.partition_point(|datum| datum.at <= window.until);
    match series.kind {
        Kind::Steps => &data[first.saturating_sub(1)..last],
        Kind::Bars | Kind::Dots => &data[first..last],
    }
}

/// The smallest step of 1, 2 or 5 × 10^n that divides a range into at most `parts` parts.
fn step(length: f64, parts: u32) -> u64 {
    let wanted = (length / f64::from(parts)).max(1.0);
    let mut power = 1u64;
    while power as f64 * 10.0 <= wanted {
        power *= 10;
    }
    [1, 2, 5, 10].into_iter().map(|digit| digit * power).find(|&step| step as f64 >= wanted).unwrap_or(power)
}

fn time_ticks(window: Window) -> Vec<(f64, String)> {
    let step = step(window.nanos() as f64, 6);
    let first = window.from.nanos().div_ceil(step) * step;
    let ticks = (0..8).map(|number| first + number * step).take_while(|&ns| ns <= window.until.nanos());
    // As many digits as tell one tick from the next, in the unit of the last.
    let (unit, name) = match window.until.nanos() {
        0..1_000_000 => (1_000, "µs"),
        1_000_000..1_000_000_000 => (1_000_000, "ms"),
        _ => (1_000_000_000, "s"),
    };
    let mut places = 0;
    while 10u64.pow(places) * step < unit && places < 9 {
        places += 1;
    }
    let text =
        |ns: u64| format!("{}\u{a0}{name}", format::shown(format::decimal(ns as f64 / unit as f64, places)));
    let share = |ns| 100.0 * window.share(Instant::ZERO + Duration::from_nanos(ns));
    ticks.map(|ns| (share(ns), text(ns))).collect()
}

struct Pen {
    window: Window,
    base: u64,
    top: u64,
}

impl Pen {
    fn x(&self, at: Instant) -> i64 {
        (self.window.share(at) * f64::from(WIDTH)).clamp(0.0, f64::from(WIDTH)) as i64
    }

    fn y(&self, value: u64) -> i64 {
        let share = (value.saturating_sub(self.base)) as f64 / (self.top - self.base) as f64;
        ((1.0 - share.min(1.0)) * f64::from(HEIGHT)) as i64
    }

    fn steps(&self, data: &[Datum]) -> String {
        let mut path = String::new();
        let mut columns = data.chunk_by(|a, b| self.x(a.at) == self.x(b.at));
        let Some(first) = columns.next() else { return path };
        let mut write = |column: &[Datum], begin: bool| {
            let heights = || column.iter().map(|datum| self.y(datum.high));
            let (x, first) = (self.x(column[0].at), self.y(column[0].high));
            let _ = if begin { write!(path, "M{x} {first}") } else { write!(path, "H{x}V{first}") };
            if column.len() > 1 {
                let (least, most) = heights().fold((first, first), |(a, b), y| (a.min(y), b.max(y)));
                let last = self.y(column[column.len() - 1].high);
                let mut at = first;
                for y in [least, most, last] {
                    if y != at {
                        let _ = write!(path, "V{y}");
                        at = y;
                    }
                }
            }
        };
        write(first, true);
        columns.for_each(|column| write(column, false));
        path
    }

    fn bars(&self, data: &[Datum]) -> String {
        let mut path = String::new();
        for column in data.chunk_by(|a, b| self.x(a.at) == self.x(b.at)) {
            let x = self.x(column[0].at);
            let mut stretches: Vec<(i64, i64)> = Vec::new();
            for datum in column {
                // At least as long as it is thick, so that it is seen.
                let (low, high) = (self.y(datum.low), self.y(datum.high));
                let (high, low) = (high.min(low - 2), low);
                let full = stretches.len() == IN_COLUMN_MAX;
                match stretches.iter_mut().rev().find(|(top, bottom)| full || high <= *bottom && *top <= low)
                {
                    Some((top, bottom)) => (*top, *bottom) = ((*top).min(high), (*bottom).max(low)),
                    None => stretches.push((high, low)),
                }
            }
            for (top, bottom) in stretches {
                let _ = write!(path, "M{x} {bottom}V{top}");
            }
        }
        path
    }

    /// Dots are strokes without length: round caps make them round whatever shape the box is stretched to.
    fn dots(&self, data: &[Datum]) -> String {
        let mut path = String::new();
        for column in data.chunk_by(|a, b| self.x(a.at) / DOT == self.x(b.at) / DOT) {
            let x = self.x(column[0].at);
            let mut cells: Vec<i64> = Vec::new();
            for datum in column {
                let y = self.y(datum.high);
                if cells.len() < (HEIGHT as i64 / DOT) as usize && !cells.contains(&(y / DOT)) {
                    cells.push(y / DOT);
                    let _ = write!(path, "M{x} {y}h0");
                }
            }
        }
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn window(until: u64) -> Window {
        Window { from: Instant::ZERO, until: Instant::from_nanos(until) }
    }

    fn data(values: &[(u64, u64)]) -> Vec<Datum> {
        values.iter().map(|&(at, value)| Datum::new(Instant::from_nanos(at), value)).collect()
    }

    #[test]
    fn steps_hold_until_the_next_and_bars_that_touch_are_one() {
        let steps = data(&[(0, 0), (500, 50), (1_000, 100)]);
        let chart =
            Chart::draw(&[Series::of("a", Tone::Main, Kind::Steps, &steps)], Unit::Bytes, window(1_000));
        assert_eq!(chart.curves[0].2, "M0 600H500V300H1000V0");
        let bar = |low, high| Datum { at: Instant::from_nanos(500), low, high, of: 1 };
        let bars = [bar(0, 10), bar(10, 20), bar(60, 100)];
        let chart =
            Chart::draw(&[Series::of("a", Tone::Main, Kind::Bars, &bars)], Unit::Bytes, window(1_000));
        assert_eq!(chart.curves[0].2, "M500 600V480M500 240V0");
        assert_eq!(chart.nearest(&[Series::of("a", Tone::Main, Kind::Bars, &bars)], (0.51, 0.9)), Some(1));
        assert_eq!(chart.nearest(&[Series::of("a", Tone::Main, Kind::Bars, &bars)], (0.51, 0.6)), None);
    }

    #[test]
    fn ticks_are_round_and_say_no_more_digits_than_they_need() {
        let window =
            Window { from: Instant::from_nanos(2_510_000_000), until: Instant::from_nanos(2_560_000_000) };
        let texts: Vec<_> =
            time_ticks(window).into_iter().map(|(_, text)| text.replace('\u{a0}', " ")).collect();
        assert_eq!(texts, ["2.51 s", "2.52 s", "2.53 s", "2.54 s", "2.55 s", "2.56 s"]);
    }

    proptest! {
        #[test]
        fn however_much_there_is_a_path_is_bounded_and_keeps_the_extremes(
            values in prop::collection::vec((0u64..100_000, 0u64..1_000_000), 1..3_000), from in 0u64..50_000,
            kind in prop::sample::select(vec![Kind::Steps, Kind::Bars, Kind::Dots]),
        ) {
            let mut values = values;
            values.sort_unstable();
            let data = data(&values);
            let series = Series::of("a", Tone::Main, kind, &data);
            let window = Window { from: Instant::from_nanos(from), until: Instant::from_nanos(100_000) };
            let chart = Chart::draw(std::slice::from_ref(&series), Unit::Bytes, window);
            let path = &chart.curves[0].2;
            prop_assert!(path.len() <= 400_000);
            let most = values.iter().filter(|(at, _)| *at >= from).map(|(_, value)| *value).max();
            if let Some(most) = most && kind != Kind::Dots {
                let y = Pen { window, base: chart.range.0, top: chart.range.1 }.y(most);
                let top = if kind == Kind::Bars { y.min(y - 2) } else { y };
                prop_assert!(
                    path.contains(&format!("V{top}")) || path.contains(&format!(" {top}")), "{top} {path}"
                );
            }
        }
    }
}
