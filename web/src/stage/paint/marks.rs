//! What is drawn on a capsule besides its label: the VLAN of its tag, and what the wire has done to it. Each has a form of its
//! own, so that none needs its color.

use super::pen::Pen;
use crate::stage::looks::Weight;
use crate::stage::palette::{Palette, vlan_colors};
use kurbo::{Point, Rect};

/// A VLAN's number on its color.
pub fn vlan_plate(pen: &Pen<'_>, vlan: u16, plate: Rect, font: f64) {
    let colors = vlan_colors(vlan);
    pen.context.begin_path();
    pen.round_rect(plate, plate.height() / 2.0);
    pen.fill_with(colors.fill);
    pen.context.fill();
    pen.font(Weight::Strong, font * 0.9);
    pen.fill_with(colors.ink);
    pen.centred(&vlan.to_string(), plate.center(), font * 0.9);
}

/// Bits are wrong: a crack from edge to edge.
pub fn crack(pen: &Pen<'_>, palette: &Palette, body: Rect) {
    let (x, step) = (body.x1 - body.height() * 0.62, body.height() * 0.17);
    for (color, width) in [(palette.ground, 4.2), (palette.fault, 1.9)] {
        pen.context.begin_path();
        pen.context.move_to(x + step, body.y0 - 1.5);
        for (number, side) in [-1.0, 1.0, -1.0, 1.0].into_iter().enumerate() {
            let y = body.y0 + (body.height() + 1.5) * (number as f64 + 1.0) / 4.0;
            pen.context.line_to(x + step * side, y);
        }
        pen.stroke_with(color, width);
        pen.context.set_line_join("miter");
        pen.context.stroke();
    }
}

/// It is a copy: another outline looks out behind it.
pub fn second_outline(pen: &Pen<'_>, palette: &Palette, body: Rect, edge: &str) {
    let behind = body + kurbo::Vec2::new(3.0, -3.5);
    pen.context.begin_path();
    pen.round_rect(behind, behind.height() / 2.0);
    pen.fill_with(palette.ground);
    pen.context.fill();
    pen.stroke_with(edge, 1.4);
    pen.context.stroke();
}

/// It went ahead of others: an arrow leaps over it.
pub fn leap(pen: &Pen<'_>, palette: &Palette, body: Rect, forward: bool) {
    let way = if forward { 1.0 } else { -1.0 };
    let (h, top) = (body.height(), body.y0 - 1.0);
    let at = |x: f64, y: f64| Point::new(x * way * h, top - y * h);
    let [from, over, to] = [at(-0.75, 0.05), at(0.0, 0.75), at(0.75, 0.05)];
    for (color, width) in [(palette.ground, 4.2), (palette.accent, 1.9)] {
        pen.context.begin_path();
        pen.context.move_to(from.x, from.y);
        pen.context.quadratic_curve_to(over.x, over.y, to.x, to.y);
        pen.line(at(0.36, 0.12), to);
        let wing = at(0.72, 0.45);
        pen.context.line_to(wing.x, wing.y);
        pen.stroke_with(color, width);
        pen.context.set_line_cap("round");
        pen.context.stroke();
    }
}
