//! Plates with the headers of frames. What the node before has rewritten is marked, and seen for a moment as it was.

use super::pen::Pen;
use crate::stage::looks::Weight;
use crate::stage::palette::Palette;
use crate::stage::sizes::Sizes;
use crate::stage::traffic::addresses::{Field, LINE_EM, Plate, SPACE_EM, line_em};
use kurbo::{Point, Rect, Size};

/// How strongly a rewritten field stays marked when it no longer flashes.
const MARKED: f64 = 0.3;

/// Paints a plate. `still`: nothing flashes, a rewritten field is only marked.
pub fn paint(pen: &Pen<'_>, palette: &Palette, sizes: &Sizes, plate: &Plate, still: bool) {
    let context = pen.context;
    let font = sizes.badge_font;
    pen.turned(plate.center, plate.reading);
    context.begin_path();
    pen.round_rect(Rect::from_center_size(Point::ORIGIN, (plate.half * 2.0).to_size()), font * 0.5);
    context.set_global_alpha(0.92);
    pen.fill_with(palette.node);
    context.fill();
    context.set_global_alpha(1.0);
    pen.stroke_with(palette.of(plate.swatch).mark, 1.2);
    context.stroke();
    pen.font(Weight::Strong, font);
    context.set_text_align("left");
    let lines: Vec<_> = plate.headers.lines(plate.wide).collect();
    let mut y = -(lines.len() as f64 - 1.0) / 2.0 * LINE_EM * font;
    for line in lines {
        let mut x = -line_em(&line) / 2.0 * font;
        for field in line {
            let width = field.width_em * font;
            let body =
                Rect::from_origin_size((x, y - LINE_EM * font / 2.0), Size::new(width, LINE_EM * font));
            write(pen, palette, field, body, (plate.before && !still, if still { 1.0 } else { plate.flash }));
            x += width + SPACE_EM * font;
        }
        y += LINE_EM * font;
    }
    context.set_global_alpha(1.0);
}

/// One field; of a rewritten one what it was before, crossed out, or what it is now.
fn write(pen: &Pen<'_>, palette: &Palette, field: &Field, body: Rect, (before, flash): (bool, f64)) {
    let context = pen.context;
    let font = body.height() / LINE_EM;
    let at = Point::new(body.x0, body.center().y);
    let Some(was) = &field.before else {
        pen.fill_with(palette.ink);
        return pen.centred(&field.text, at, font);
    };
    context.begin_path();
    pen.round_rect(body.inflate(font * 0.15, -1.0), font * 0.3);
    context.set_global_alpha(flash.max(MARKED));
    pen.fill_with(palette.warn);
    context.fill();
    context.set_global_alpha(1.0);
    pen.fill_with(if flash > 0.5 { palette.warn_ink } else { palette.ink });
    if before && !was.is_empty() {
        pen.centred(was, at, font);
        context.begin_path();
        pen.line(at, Point::new(body.x1, at.y));
        pen.stroke_with(palette.fault, 1.4);
        context.stroke();
    } else {
        pen.centred(&field.text, at, font);
    }
}
