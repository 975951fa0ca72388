//! The layout of a part of a ladder, for the page and for files.
//!
//! Texts never overlap. Where there is no room for all of them, frames with priority come first, then the
//! earlier ones; the text beside a label is left out before the label is.

use super::axis::Axis;
use super::lanes::Lanes;
use super::side::Side;
use super::{Arrow, Ladder};
use crate::format;
use crate::inspect::drop_reason;
use netlab::history::FrameId;
use std::ops::Range;
use wire::decimal;
use wire::sorted::sort_by_key;

/// What is drawn.
pub struct Sheet {
    /// The arrows, in order of time.
    pub strokes: Vec<Stroke>,
    /// The times beside the lifelines: height and text.
    pub ticks: Vec<(f64, String)>,
    /// The gaps: stretches of time that are drawn shortened.
    pub gaps: Vec<(Range<f64>, String)>,
    /// The number of all arrows, if not all of them are drawn.
    pub of: Option<usize>,
}

/// An arrow with its position.
pub struct Stroke {
    /// The arrow.
    pub arrow: Arrow,
    /// Its place on the ladder.
    pub place: usize,
    /// Its beginning and its end.
    pub line: [(f64, f64); 2],
    /// The corners of its head; none if the frame was lost.
    pub head: Option<[(f64, f64); 3]>,
    /// Its text, if there is room.
    pub text: Option<Text>,
    /// Whether the branch that this one is compared with has the same; `None` if there is none.
    pub in_both: Option<bool>,
    /// The drop reason and its position; the flag says whether the text begins there (otherwise it ends there).
    pub reason: Option<(&'static str, (f64, f64), bool)>,
}

/// The text of an arrow.
pub struct Text {
    /// The left end and the middle line of the text.
    pub at: (f64, f64),
    /// The text in the capsule: the label, or one or two letters where the label is too long.
    pub label: String,
    /// The width of the capsule.
    pub capsule: f64,
    /// The right end of the text.
    pub right: f64,
    /// The text beside the capsule.
    pub detail: String,
    /// The left end of that text.
    pub detail_x: f64,
    /// The analysis mark and its left end.
    pub remark: Option<(&'static str, f64)>,
}

impl Text {
    /// The width of the text beside the capsule; it hides the line behind it.
    pub fn beside(&self) -> Option<f64> {
        let width = self.right - self.at.0 - self.capsule;
        (width > 0.0).then_some(width)
    }
}

/// The parameters of the layout.
#[derive(Clone, Copy)]
pub struct Measure {
    /// The height of ordinary text.
    pub rem: f64,
    /// More arrows than this are not drawn at once.
    pub arrows_max: usize,
    /// The arrow whose text is always shown.
    pub selected: Option<FrameId>,
}

/// Lengths in text heights.
pub const TEXT: f64 = 0.75;
/// The height of a capsule.
pub const CAPSULE: f64 = 1.15;
const CAPSULE_PAD: f64 = 0.4;
/// The width of bold letters, relative to regular ones.
const BOLD: f64 = 1.07;
const BESIDE: f64 = 0.4;
const CLEARANCE: f64 = 0.1;
const HEAD: f64 = 0.55;
/// Half of the cross where a frame was lost.
pub const CROSS: f64 = 0.35;
/// The limits of a lost frame's position: it is visibly under way and visibly not arrived.
const LOST_AT: Range<f64> = 0.12..0.88;
/// The greatest length of a label, relative to its arrow.
const OVER: f64 = 1.15;
const TICK: f64 = 1.3;
/// Where a text may stand on its arrow.
const ALONG: [f64; 5] = [0.5, 0.36, 0.64, 0.24, 0.76];

impl Sheet {
    /// Lays out the part between two heights.
    pub fn new(ladder: &Ladder, side: Side<'_>, lanes: &Lanes, y: Range<f64>, measure: Measure) -> Self {
        Self::on(ladder.axis(), ladder, side, lanes, y, measure)
    }

    /// The same on another axis than the ladder's own, which has the ladder's moments too.
    pub fn on(
        axis: &Axis,
        ladder: &Ladder,
        side: Side<'_>,
        lanes: &Lanes,
        y: Range<f64>,
        measure: Measure,
    ) -> Self {
        let history = side.history;
        let (from, until) = (axis.moment(y.start), axis.moment(y.end));
        let in_view = |place: &usize| {
            ladder.lasts(history, *place).is_some_and(|(start, gone)| start <= until && gone >= from)
        };
        let places: Vec<usize> = ladder.between(from, until).filter(in_view).collect();
        let every = places.len().div_ceil(measure.arrows_max).max(1);
        let arrows =
            places.iter().step_by(every).filter_map(|&place| Some((place, ladder.arrow(side, place)?)));
        let mut strokes: Vec<Stroke> = arrows
            .map(|(place, arrow)| {
                let [start, end] = [arrow.start, arrow.arrival].map(|at| axis.y(at));
                let ends = [(lanes.x(arrow.from), start), (lanes.x(arrow.to), end)];
                Stroke::new(arrow, place, ends, measure.rem)
            })
            .collect();
        sort_by_key(&mut strokes, |stroke| (stroke.arrow.start, stroke.arrow.transit));
        write_texts(&mut strokes, measure);
        let gaps: Vec<(Range<f64>, String)> = axis
            .gaps(y)
            .map(|gap| (gap.y.0..gap.y.1, format!("≈\u{a0}{}", format::duration(gap.lasts))))
            .collect();
        let ticks = ticks(&strokes, &gaps, measure.rem);
        Self { strokes, ticks, gaps, of: (every > 1).then_some(places.len()) }
    }
}

/// The times beside several sheets of one axis, as far as they do not touch.
pub fn shared_ticks(sheets: &[Sheet], rem: f64) -> Vec<(f64, String)> {
    let mut ticks: Vec<(f64, String)> = Vec::new();
    for tick in sheets.iter().flat_map(|sheet| &sheet.ticks) {
        let place = ticks.partition_point(|(y, _)| *y < tick.0);
        let is_near = |(y, _): &(f64, String)| (y - tick.0).abs() < TICK * rem;
        if !ticks[place.saturating_sub(1)..].iter().take(2).any(is_near) {
            ticks.insert(place, tick.clone());
        }
    }
    ticks
}

/// The times at which arrows begin, where there is room beside the gaps.
fn ticks(strokes: &[Stroke], gaps: &[(Range<f64>, String)], rem: f64) -> Vec<(f64, String)> {
    let mut ticks: Vec<(f64, String)> = Vec::new();
    for stroke in strokes {
        let y = stroke.line[0].1;
        let near = |other: f64| (other - y).abs() < TICK * rem;
        let taken = ticks.last().is_some_and(|(last, _)| near(*last));
        if !taken && !gaps.iter().any(|(gap, _)| near((gap.start + gap.end) / 2.0)) {
            ticks.push((y, format::clock(stroke.arrow.start)));
        }
    }
    ticks
}

impl Stroke {
    fn new(arrow: Arrow, place: usize, [from, to]: [(f64, f64); 2], rem: f64) -> Self {
        let whole = (to.0 - from.0, to.1 - from.1);
        let length = whole.0.hypot(whole.1).max(1.0);
        let Some((reason, share)) = arrow.lost else {
            let (along, across) = (HEAD * rem, HEAD * rem * 0.42);
            let unit = (whole.0 / length, whole.1 / length);
            let back = (to.0 - unit.0 * along, to.1 - unit.1 * along);
            let head = [
                to,
                (back.0 - unit.1 * across, back.1 + unit.0 * across),
                (back.0 + unit.1 * across, back.1 - unit.0 * across),
            ];
            return Self {
                arrow,
                place,
                line: [from, back],
                head: Some(head),
                text: None,
                in_both: None,
                reason: None,
            };
        };
        let share = share.clamp(LOST_AT.start, LOST_AT.end);
        let end = (from.0 + whole.0 * share, from.1 + whole.1 * share);
        let (beyond, forwards) = (CROSS * rem + BESIDE * rem, whole.0 >= 0.0);
        let beside = (if forwards { end.0 + beyond } else { end.0 - beyond }, end.1);
        let reason = Some((drop_reason(reason), beside, forwards));
        Self { arrow, place, line: [from, end], head: None, text: None, in_both: None, reason }
    }

    /// The point at this part of the way.
    fn along(&self, share: f64) -> (f64, f64) {
        let [(x0, y0), (x1, y1)] = self.line;
        (x0 + (x1 - x0) * share, y0 + (y1 - y0) * share)
    }
}

fn write_texts(strokes: &mut [Stroke], Measure { rem, selected, .. }: Measure) {
    let mut taken = Taken { row: 2.0 * rem, rows: Default::default() };
    let is_selected = |stroke: &Stroke| selected == Some(stroke.arrow.frame);
    for stroke in strokes.iter_mut() {
        if let Some((reason, (x, y), forwards)) = stroke.reason {
            let width = width_em(reason) * TEXT * rem;
            let left = if forwards { x } else { x - width };
            if !taken.take(Area::around(left, y, width, rem), is_selected(stroke)) {
                stroke.reason = None;
            }
        }
    }
    for turn in 0..3 {
        for stroke in strokes.iter_mut() {
            let wanted = match (is_selected(stroke), stroke.arrow.stands_out()) {
                (true, _) => 0,
                (false, true) => 1,
                (false, false) => 2,
            };
            if wanted == turn {
                write_text(stroke, &mut taken, rem, turn == 0);
            }
        }
    }
}

fn write_text(stroke: &mut Stroke, taken: &mut Taken, rem: f64, always: bool) {
    let em = TEXT * rem;
    let (arrow, [from, to]) = (&stroke.arrow, stroke.line);
    let (detail, remark) = (arrow.detail(), arrow.remark());
    let beside = |text: &str| if text.is_empty() { 0.0 } else { width_em(text) * em + BESIDE * rem };
    let (low, high) = (from.0.min(to.0), from.0.max(to.0));
    let room = high - low - HEAD * rem;
    let lost = arrow.lost.is_some();
    // What is beside the label has to be on the arrow; a label may reach a little over its ends, and that of a frame which
    // did not come far, further.
    let choices = [
        (&*arrow.label, true, true, room),
        (&*arrow.label, false, true, room),
        (&*arrow.label, true, false, room),
        (&*arrow.label, false, false, if lost { f64::MAX } else { (high - low) * OVER }),
        (arrow.cue, false, false, f64::MAX),
    ];
    for (number, (label, with_detail, with_remark, room)) in choices.into_iter().enumerate() {
        let detail = if with_detail { detail.as_str() } else { "" };
        let remark = remark.filter(|_| with_remark);
        let capsule = width_em(label) * BOLD * em + 2.0 * CAPSULE_PAD * rem;
        let detail_x = capsule + BESIDE * rem;
        let remark_x = detail_x + beside(detail);
        let width = capsule + beside(detail) + remark.map_or(0.0, beside);
        if width > room {
            continue;
        }
        for (attempt, share) in ALONG.into_iter().enumerate() {
            let (x, y) = stroke.along(share);
            let inset = HEAD * rem / 2.0;
            let left = match high - low - 2.0 * inset >= width {
                true => decimal::clamp(x - width / 2.0, low + inset, high - inset - width),
                false => x - width / 2.0,
            };
            let force = always && number + 1 == choices.len() && attempt + 1 == ALONG.len();
            if taken.take(Area::around(left, y, width, rem), force) {
                stroke.text = Some(Text {
                    at: (left, y),
                    label: label.to_owned(),
                    capsule,
                    right: left + width,
                    detail: detail.to_owned(),
                    detail_x: left + detail_x,
                    remark: remark.map(|remark| (remark, left + remark_x)),
                });
                return;
            }
        }
    }
}

/// A rectangle.
#[derive(Clone, Copy, Debug)]
struct Area {
    x: (f64, f64),
    y: (f64, f64),
}

impl Area {
    fn around(left: f64, middle: f64, width: f64, rem: f64) -> Self {
        let half = (CAPSULE / 2.0 + CLEARANCE) * rem;
        let aside = CLEARANCE * rem;
        Self { x: (left - aside, left + width + aside), y: (middle - half, middle + half) }
    }

    fn meets(&self, other: &Self) -> bool {
        let meet = |a: (f64, f64), b: (f64, f64)| a.0 < b.1 && b.0 < a.1;
        meet(self.x, other.x) && meet(self.y, other.y)
    }
}

/// The areas that have text already, by rows at least as high as a text, so that only near ones are compared.
struct Taken {
    row: f64,
    rows: wire::sorted::SortedMap<i64, Vec<Area>>,
}

impl Taken {
    /// Occupies an area if it is free, or regardless of that if `in_any_case` is set.
    fn take(&mut self, area: Area, in_any_case: bool) -> bool {
        let row = (area.y.0 / self.row).floor() as i64;
        let mut near = self.rows.range(row - 1..=row + 1).flat_map(|(_, areas)| areas);
        let free = in_any_case || !near.any(|other| other.meets(&area));
        if free {
            self.rows.entry(row).or_default().push(area);
        }
        free
    }
}

/// The approximate width of a text in an ordinary typeface of size 1, rather too wide than too narrow.
pub fn width_em(text: &str) -> f64 {
    let wide = |c: char| match c {
        'i' | 'l' | 'j' | '.' | ',' | ':' | '\'' | '|' => 0.3,
        ' ' | '\u{a0}' | 't' | 'f' | 'r' | '-' | '(' | ')' => 0.4,
        'm' | 'w' | 'M' | 'W' | '≈' => 0.9,
        'A'..='Z' => 0.7,
        '0'..='9' => 0.64,
        _ => 0.61,
    };
    text.chars().map(wide).sum()
}
