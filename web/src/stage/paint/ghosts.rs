//! Ghosts: outlines of frames that are under way in another history only. Dashed, so that no color has to tell them from frames.

use super::frames::Frames;
use crate::stage::looks::Weight;
use crate::stage::traffic::marks::{Form, Mark};
use kurbo::{Point, Rect};

/// Lengths of a dash and of the gap behind it, in CSS pixels.
const DASH: [f64; 2] = [4.0, 3.0];
const LINE_PX: f64 = 1.5;

/// Paints them below all frames.
pub fn paint(frames: &Frames<'_>, ghosts: &[Mark]) {
    if ghosts.is_empty() {
        return;
    }
    let Frames { pen, palette, sizes, looks, .. } = frames;
    let context = pen.context;
    let dash = DASH.map(Into::into);
    let _ = context.set_line_dash(&js_sys::Array::of2(&dash[0], &dash[1]));
    context.set_line_cap("butt");
    context.set_text_align("center");
    for ghost in ghosts {
        pen.turned(ghost.center, ghost.reading);
        let has_letters = ghost.form >= Form::Pill;
        let half = match has_letters {
            true => ghost.half,
            false => kurbo::Vec2::new(sizes.dot[1], sizes.dot[1]),
        };
        let body = Rect::from_center_size(Point::ORIGIN, (half * 2.0).to_size());
        context.begin_path();
        pen.round_rect(body.inset(-LINE_PX / 2.0), half.y);
        context.set_global_alpha(0.72);
        pen.fill_with(palette.ground);
        context.fill();
        context.set_global_alpha(1.0);
        pen.stroke_with(palette.of(ghost.look.swatch).mark, LINE_PX);
        context.stroke();
        if has_letters {
            let label = &looks.text(ghost.look.text).label;
            let letters = if ghost.form == Form::Capsule { &**label } else { ghost.look.cue };
            pen.font(Weight::Normal, sizes.capsule_font);
            pen.fill_with(palette.ink_soft);
            pen.centred(letters, Point::ORIGIN, sizes.capsule_font);
        }
    }
    let _ = context.set_line_dash(&js_sys::Array::new());
    pen.upright();
}
