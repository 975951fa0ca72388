//! A ladder as an SVG file, for slides. It contains its own colors and refers to no other file, so that any program shows it.
//!
//! The caller chooses the colors, because they are the page's.

use super::lanes::Lanes;
use super::sheet::{CAPSULE, CROSS, Measure, Sheet, Stroke, TEXT, width_em};
use super::side::Side;
use super::{Ladder, Zoom};
use crate::Lab;
use crate::format::decimal;
use std::fmt::{self, Display, Write};
use trace::swatch::Swatch;

/// The greatest number of arrows: a slide cannot show more, and few programs can.
pub const ARROWS_MAX: usize = 2_000;

/// A file, and how many of the arrows it contains.
pub struct File {
    /// SVG 1.1 in UTF-8.
    pub text: String,
    /// Arrows in it.
    pub arrows: usize,
    /// Arrows on the ladder.
    pub of: usize,
}

/// The colors of a file, as `#rrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colors {
    /// Behind everything.
    pub paper: &'static str,
    /// A stretch in which nothing happens.
    pub gap: &'static str,
    /// A lane's line.
    pub lane: &'static str,
    /// The box around the name at a lane's top.
    pub head: &'static str,
    /// Its outline.
    pub head_line: &'static str,
    /// The name in it.
    pub ink: &'static str,
    /// Times, and details beside an arrow.
    pub ink_soft: &'static str,
    /// The end of a lost frame, and remarks about faults.
    pub fault: &'static str,
    /// Arrows, in the order of [`Swatch::ALL`].
    pub arrows: [ArrowColors; Swatch::ALL.len()],
}

/// The colors of one kind of arrow, as `#rrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArrowColors {
    /// Its line and its head.
    pub line: &'static str,
    /// The capsule of its label.
    pub capsule: &'static str,
    /// The letters on the capsule.
    pub letters: &'static str,
}

/// Lengths in the units of the file.
const REM: f64 = 16.0;
const PITCH: f64 = 260.0;
const GUTTER: f64 = 96.0;
const HEADS: f64 = 48.0;
const FOOT: f64 = 32.0;

/// The arrows of the ladder from place `from` on, at most [`ARROWS_MAX`], at this zoom. `height_max` is the greatest height of
/// the ladder on the page, in CSS pixels; its scale there stays as it is.
pub fn file(
    ladder: &mut Ladder,
    lab: &Lab,
    from: usize,
    zoom: Zoom,
    height_max: f64,
    colors: &Colors,
) -> File {
    let of = ladder.transit_count();
    // As much as there may be, even if little follows.
    let from = if of <= ARROWS_MAX { 0 } else { from.min(of - ARROWS_MAX) };
    let seen = ladder.wanted;
    ladder.set_scale(zoom.scale(lab, REM), f64::INFINITY);
    let side = Side::here(lab);
    let lanes = Lanes::new(ladder, side, 0.0, PITCH);
    let history = lab.world.history();
    let mut span = (f64::MAX, 0.0f64);
    for place in from..of.min(from + ARROWS_MAX) {
        if let Some((start, gone)) = ladder.lasts(history, place) {
            span = (span.0.min(ladder.axis().y(start)), span.1.max(ladder.axis().y(gone)));
        }
    }
    let measure = Measure { rem: REM, arrows_max: usize::MAX, selected: None };
    let span = if span.0 > span.1 { 0.0..0.0 } else { span.0..span.1 };
    let mut sheet = Sheet::new(ladder, side, &lanes, span.clone(), measure);
    sheet.strokes.retain(|stroke| (from..from + ARROWS_MAX).contains(&stroke.place));
    sheet.ticks.retain(|(y, _)| span.contains(y));
    // The gap behind the last arrow leads nowhere.
    sheet.gaps.retain(|(gap, _)| gap.start >= span.start && gap.end <= span.end);
    let mut svg = Svg { text: String::new(), colors, shift: HEADS + REM - span.start };
    let height = HEADS + REM + (span.end - span.start) + FOOT;
    // Cannot fail: it is written into memory.
    let _ = svg.write(lab, &lanes, &sheet, height);
    ladder.set_scale(seen, height_max);
    File { text: svg.text, arrows: sheet.strokes.len(), of }
}

struct Svg<'a> {
    text: String,
    colors: &'a Colors,
    /// From the ladder's heights to the file's.
    shift: f64,
}

impl Svg<'_> {
    fn arrow(&self, swatch: Swatch) -> ArrowColors {
        self.colors.arrows[swatch as usize]
    }

    fn write(&mut self, lab: &Lab, lanes: &Lanes, sheet: &Sheet, height: f64) -> fmt::Result {
        let colors = self.colors;
        let (width, height) = (N(lanes.width + GUTTER), N(height));
        write!(
            self.text,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
             font-family=\"system-ui, sans-serif\" font-size=\"{}\">\n<title>{}</title>\n\
             <rect width=\"100%\" height=\"100%\" fill=\"{}\"/>\n",
            N(TEXT * REM),
            Plain(&lab.scenario().title),
            colors.paper,
        )?;
        for lane in &lanes.lanes {
            let x = N(GUTTER + lane.x);
            let half = (width_em(&lane.name) * REM / 2.0 + 0.75 * REM).min(lanes.pitch / 2.0 - 4.0);
            writeln!(
                self.text,
                "<path d=\"M{x} {}V{height}\" stroke=\"{}\" stroke-width=\"1.5\"/>\
                 <rect x=\"{}\" y=\"8\" width=\"{}\" height=\"32\" rx=\"6\" fill=\"{}\" stroke=\"{}\"/>\
                 <text x=\"{x}\" y=\"29\" font-size=\"16\" font-weight=\"600\" text-anchor=\"middle\" fill=\"{}\">{}</text>",
                N(HEADS - 8.0),
                colors.lane,
                N(GUTTER + lane.x - half),
                N(2.0 * half),
                colors.head,
                colors.head_line,
                colors.ink,
                Plain(&lane.name),
            )?;
        }
        for (gap, text) in &sheet.gaps {
            let middle = (gap.start + gap.end) / 2.0 + self.shift;
            write!(
                self.text,
                "<rect x=\"0\" y=\"{}\" width=\"{width}\" height=\"{}\" fill=\"{}\"/>",
                N(middle - 0.7 * REM),
                N(1.4 * REM),
                colors.gap,
            )?;
            self.gutter(middle, text)?;
        }
        for (y, text) in &sheet.ticks {
            self.gutter(y + self.shift, text)?;
        }
        sheet.strokes.iter().try_for_each(|stroke| self.line(stroke))?;
        sheet.strokes.iter().try_for_each(|stroke| self.texts(stroke))?;
        self.text += "</svg>\n";
        Ok(())
    }

    fn gutter(&mut self, y: f64, text: &str) -> fmt::Result {
        let (x, fill) = (N(GUTTER - REM / 2.0), self.colors.ink_soft);
        writeln!(
            self.text,
            "<text x=\"{x}\" y=\"{}\" dy=\".35em\" text-anchor=\"end\" fill=\"{fill}\">{text}</text>",
            N(y)
        )
    }

    fn line(&mut self, stroke: &Stroke) -> fmt::Result {
        let color = self.arrow(stroke.arrow.swatch).line;
        let at = |(x, y): (f64, f64)| (N(GUTTER + x), N(y + self.shift));
        let [(x0, y0), (x1, y1)] = stroke.line.map(at);
        write!(self.text, "<path d=\"M{x0} {y0}L{x1} {y1}\" stroke=\"{color}\" stroke-width=\"1.75\"/>")?;
        match stroke.head.map(|head| head.map(at)) {
            Some([(ax, ay), (bx, by), (cx, cy)]) => {
                writeln!(self.text, "<path d=\"M{ax} {ay}L{bx} {by}L{cx} {cy}Z\" fill=\"{color}\"/>")
            }
            None => {
                let (fault, half) = (self.colors.fault, N(CROSS * REM));
                let back = N(-2.0 * CROSS * REM);
                let whole = N(2.0 * CROSS * REM);
                writeln!(
                    self.text,
                    "<path d=\"M{x1} {y1}m-{half} -{half}l{whole} {whole}m0 {back}l{back} {whole}\" stroke=\"{fault}\" \
                     stroke-width=\"2.5\" fill=\"none\"/>"
                )
            }
        }
    }

    fn texts(&mut self, stroke: &Stroke) -> fmt::Result {
        let colors = self.colors;
        let beside = "dy=\".35em\"";
        if let Some((reason, (x, y), forwards)) = stroke.reason {
            let (x, y, anchor) = (N(GUTTER + x), N(y + self.shift), if forwards { "start" } else { "end" });
            let fill = colors.fault;
            writeln!(
                self.text,
                "<text x=\"{x}\" y=\"{y}\" {beside} text-anchor=\"{anchor}\" fill=\"{fill}\">{reason}</text>"
            )?;
        }
        let Some(text) = &stroke.text else { return Ok(()) };
        let arrow = self.arrow(stroke.arrow.swatch);
        let (left, middle) = (text.at.0 + GUTTER, text.at.1 + self.shift);
        let y = N(middle);
        if let Some(width) = text.beside() {
            write!(
                self.text,
                "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\" fill-opacity=\".8\"/>",
                N(left + text.capsule / 2.0),
                N(middle - CAPSULE * REM / 2.0),
                N(text.capsule / 2.0 + width),
                N(CAPSULE * REM),
                colors.paper,
            )?;
        }
        write!(
            self.text,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\" fill=\"{}\"/>\
             <text x=\"{}\" y=\"{y}\" dy=\".35em\" font-weight=\"600\" text-anchor=\"middle\" fill=\"{}\">{}</text>",
            N(left),
            N(middle - CAPSULE * REM / 2.0),
            N(text.capsule),
            N(CAPSULE * REM),
            N(CAPSULE * REM / 2.0),
            arrow.capsule,
            N(left + text.capsule / 2.0),
            arrow.letters,
            Plain(&text.label),
        )?;
        if !text.detail.is_empty() {
            let (x, fill) = (N(GUTTER + text.detail_x), colors.ink_soft);
            write!(self.text, "<text x=\"{x}\" y=\"{y}\" {beside} fill=\"{fill}\">{}</text>", text.detail)?;
        }
        if let Some((remark, x)) = text.remark {
            let (x, fill) = (N(GUTTER + x), colors.fault);
            write!(self.text, "<text x=\"{x}\" y=\"{y}\" {beside} fill=\"{fill}\">{remark}</text>")?;
        }
        self.text.push('\n');
        Ok(())
    }
}

/// A number in SVG notation.
struct N(f64);

impl Display for N {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&decimal(self.0, 1))
    }
}

/// Escapes a text from the document: it never becomes markup, and has no character that XML forbids (XML 1.0, 2.2).
struct Plain<'a>(&'a str);

impl Display for Plain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| match c {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '"' => f.write_str("&quot;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => f.write_char(' '),
            c => f.write_char(c),
        })
    }
}
