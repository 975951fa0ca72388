//! What a person holds, above everything else.

use super::pen::Pen;
use super::picture::Picture;
use crate::stage::hand::{Hand, handle};
use crate::stage::layout::NodeShape;
use crate::stage::palette::Palette;
use js_sys::Array;
use kurbo::Vec2;
use trace::selection::Selection;

/// Paints it, and the handles of what is pointed at and of what is selected.
pub fn paint(pen: &Pen<'_>, palette: &Palette, picture: &Picture<'_>) {
    let context = pen.context;
    let node = |id: netlab::topology::NodeId| picture.layout.nodes.get(id.index());
    match picture.hand {
        Hand::Empty if !picture.editing => {}
        Hand::Empty => {
            let mut shown: Vec<_> = [picture.hover, picture.selection]
                .into_iter()
                .filter_map(|it| match it {
                    Some(Selection::Node(id)) => Some(id),
                    _ => None,
                })
                .collect();
            shown.dedup();
            for shape in shown.into_iter().filter_map(node) {
                paint_handle(pen, palette, shape);
            }
        }
        Hand::Cable { from, at, to } => {
            let Some(start) = node(from) else { return };
            let end = to.and_then(node).map_or(at, |shape| shape.center);
            dashed(pen, true);
            context.begin_path();
            pen.line(start.center, end);
            pen.stroke_with(palette.accent, 3.0);
            context.stroke();
            dashed(pen, false);
            context.begin_path();
            pen.circle(end, 5.0);
            pen.fill_with(palette.accent);
            context.fill();
        }
        Hand::Lasso(frame) => {
            dashed(pen, true);
            context.begin_path();
            context.rect(frame.x0, frame.y0, frame.width(), frame.height());
            pen.stroke_with(palette.accent, 1.5);
            context.stroke();
            dashed(pen, false);
        }
    }
}

fn paint_handle(pen: &Pen<'_>, palette: &Palette, shape: &NodeShape) {
    let (center, radius) = handle(shape);
    let context = pen.context;
    context.begin_path();
    pen.circle(center, radius);
    pen.fill_with(palette.accent);
    context.fill();
    pen.stroke_with(palette.node, 2.0);
    context.stroke();
    context.begin_path();
    let arm = |across: Vec2| pen.line(center - across, center + across);
    arm(Vec2::new(radius * 0.5, 0.0));
    arm(Vec2::new(0.0, radius * 0.5));
    context.stroke();
}

fn dashed(pen: &Pen<'_>, on: bool) {
    let pattern = if on { Array::of2(&7.0.into(), &5.0.into()) } else { Array::new() };
    // Cannot fail: these are numbers.
    let _ = pen.context.set_line_dash(&pattern);
}
