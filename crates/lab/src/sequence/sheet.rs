//! A part of a ladder, laid out: what is drawn, wherever it is drawn.
//!
//! Texts never lie on each other. Where there is no room for all, those of frames that stand out have it first, then those of the
//! earlier ones; what is beside a label goes before the label does.

use super::lanes::Lanes;
use super::{Arrow, Ladder};
use crate::Lab;
use crate::format;
use crate::inspect::drop_reason;
use netlab::history::FrameId;
use std::ops::Range;

/// What is drawn.
pub struct Sheet {
    /// In order of time.
    pub strokes: Vec<Stroke>,
    /// The moments beside the lifelines: where, and what it says.
    pub ticks: Vec<(f64, String)>,
    /// Time that is drawn shorter than it was.
    pub gaps: Vec<(Range<f64>, String)>,
    /// The number of arrows there would be, if not all of them are drawn.
    pub of: Option<usize>,
}

/// An arrow where it is drawn.
pub struct Stroke {
    /// What it is.
    pub arrow: Arrow,
    /// Its place on the ladder.
    pub place: usize,
    /// From where to where.
    pub line: [(f64, f64); 2],
    /// The corners of its head; none if it was lost.
    pub head: Option<[(f64, f64); 3]>,
    /// What is written on it, if there is room.
    pub text: Option<Text>,
    /// Why it was lost, and where that is written: its beginning or, if not, its end.
    pub reason: Option<(&'static str, (f64, f64), bool)>,
}

/// What is written on an arrow.
pub struct Text {
    /// The left end and the middle line of it.
    pub at: (f64, f64),
    /// What is in the capsule: the label, or, where that is too long, a letter or two.
    pub label: String,
    /// How wide the capsule is.
    pub capsule: f64,
    /// Where everything ends.
    pub right: f64,
    /// What is beside it.
    pub detail: String,
    /// Where that begins.
    pub detail_x: f64,
    /// What is remarkable, and where that begins.
    pub remark: Option<(&'static str, f64)>,
}

impl Text {
    /// How wide what is beside the capsule is; it hides the line behind it.
    pub fn beside(&self) -> Option<f64> {
        let width = self.right - self.at.0 - self.capsule;
        (width > 0.0).then_some(width)
    }
}

/// How it is laid out.
#[derive(Clone, Copy)]
pub struct Measure {
    /// The height of ordinary text.
    pub rem: f64,
    /// More arrows than this are not drawn at once.
    pub arrows_max: usize,
    /// Its text is always there.
    pub selected: Option<FrameId>,
}

/// All in text heights.
pub const TEXT: f64 = 0.75;
/// The height of a capsule.
pub const CAPSULE: f64 = 1.15;
const CAPSULE_PAD: f64 = 0.4;
/// Bold letters are so much wider.
const BOLD: f64 = 1.07;
const BESIDE: f64 = 0.4;
const CLEARANCE: f64 = 0.1;
const HEAD: f64 = 0.55;
/// Half of the cross where a frame was lost.
pub const CROSS: f64 = 0.35;
/// A lost frame is seen to have been on its way, and not to have arrived.
const LOST_AT: Range<f64> = 0.12..0.88;
/// How much longer than its arrow a label may be.
const OVER: f64 = 1.15;
const TICK: f64 = 1.3;
/// Where a text may stand on its arrow.
const ALONG: [f64; 5] = [0.5, 0.36, 0.64, 0.24, 0.76];

impl Sheet {
    /// Lays out what is between two heights.
    pub fn new(ladder: &Ladder, lab: &Lab, lanes: &Lanes, y: Range<f64>, measure: Measure) -> Self {
        let (axis, history) = (ladder.axis(), lab.world.history());
        let (from, until) = (axis.moment(y.start), axis.moment(y.end));
        let in_view = |place: &usize| {
            ladder.lasts(history, *place).is_some_and(|(start, gone)| start <= until && gone >= from)
        };
        let places: Vec<usize> = ladder.between(from, until).filter(in_view).collect();
        let every = places.len().div_ceil(measure.arrows_max).max(1);
        let arrows =
            places.iter().step_by(every).filter_map(|&place| Some((place, ladder.arrow(lab, place)?)));
        let mut strokes: Vec<Stroke> = arrows
            .map(|(place, arrow)| {
                let [start, end] = [arrow.start, arrow.arrival].map(|at| axis.y(at));
                let ends = [(lanes.x(arrow.from), start), (lanes.x(arrow.to), end)];
                Stroke::new(arrow, place, ends, measure.rem)
            })
            .collect();
        strokes.sort_by_key(|stroke| (stroke.arrow.start, stroke.arrow.transit));
        write_texts(&mut strokes, measure);
        let gaps: Vec<(Range<f64>, String)> = axis
            .gaps(y)
            .map(|gap| (gap.y.0..gap.y.1, format!("≈\u{a0}{}", format::duration(gap.lasts))))
            .collect();
        let ticks = ticks(&strokes, &gaps, measure.rem);
        Self { strokes, ticks, gaps, of: (every > 1).then_some(places.len()) }
    }
}

/// The moments at which arrows begin, as far as there is room beside the gaps.
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
            return Self { arrow, place, line: [from, back], head: Some(head), text: None, reason: None };
        };
        let share = share.clamp(LOST_AT.start, LOST_AT.end);
        let end = (from.0 + whole.0 * share, from.1 + whole.1 * share);
        let (beyond, forwards) = (CROSS * rem + BESIDE * rem, whole.0 >= 0.0);
        let beside = (if forwards { end.0 + beyond } else { end.0 - beyond }, end.1);
        let reason = Some((drop_reason(reason), beside, forwards));
        Self { arrow, place, line: [from, end], head: None, text: None, reason }
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
                true => (x - width / 2.0).clamp(low + inset, high - inset - width),
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

/// Where there is text already, in rows at least as high as a text, so that only near ones are looked at.
struct Taken {
    row: f64,
    rows: std::collections::BTreeMap<i64, Vec<Area>>,
}

impl Taken {
    /// Takes this place if it is free, or in any case.
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

/// About how wide a text is in an ordinary typeface of size 1; rather too much than too little.
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
