//! What stands still: ground, grid, cables, badges, captions. Painted once for each view and copied in every animation frame.

use super::nodes::Emphasis;
use super::pen::Pen;
use crate::stage::camera::View;
use crate::stage::layout::{Cable, Caption, Layout};
use crate::stage::line::Line;
use crate::stage::looks::Weight;
use crate::stage::palette::Palette;
use crate::stage::sketch::{CableSketch, NodeSketch, Side, Sketch};
use crate::stage::standing::Standing;
use js_sys::Array;
use kurbo::{Point, Rect, Size, Vec2};
use netlab::topology::{LinkId, NodeId};

/// The grid's spacing in the document's units; wider views leave out lines.
const GRID_UNITS: f64 = 40.0;
/// Dots nearer than this would be a grey haze.
const GRID_PX_MIN: f64 = 26.0;

/// What the backdrop is painted from.
pub struct Backdrop<'a> {
    /// Where to.
    pub pen: &'a Pen<'a>,
    /// In which colors.
    pub palette: &'a Palette,
    /// The network without a scale.
    pub sketch: &'a Sketch,
    /// What switches have found out.
    pub standing: &'a Standing,
    /// Nodes on which light falls.
    pub spotlight: &'a [NodeId],
    /// The network on the canvas.
    pub layout: &'a Layout,
    /// From where it is seen.
    pub view: View,
    /// The canvas in CSS pixels.
    pub size: Size,
}

/// What a cable is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Frames pass.
    InUse,
    /// The spanning tree keeps it for a bad day.
    Reserve,
    /// Nothing passes in at least one direction.
    Down,
}

impl Backdrop<'_> {
    /// Paints it all; `emphasis` says which cables are pointed at.
    pub fn paint(&self, emphasis: impl Fn(LinkId) -> Emphasis) {
        let context = self.pen.context;
        self.pen.upright();
        self.pen.fill_with(self.palette.ground);
        context.fill_rect(0.0, 0.0, self.size.width, self.size.height);
        self.grid();
        self.pools();
        let visible: Vec<usize> =
            (0..self.layout.cables.len()).filter(|&id| self.layout.in_sight(LinkId(id as u32))).collect();
        for &id in &visible {
            let state = match () {
                () if self.sketch.cables[id].down || self.standing.is_out(id) => State::Down,
                () if self.standing.is_reserve(id) => State::Reserve,
                () => State::InUse,
            };
            self.cable(&self.layout.cables[id], state, emphasis(LinkId(id as u32)));
        }
        for &id in &visible {
            self.badge(&self.layout.cables[id], &self.sketch.cables[id]);
        }
        for (node, sketch) in self.layout.nodes.iter().zip(&self.sketch.nodes) {
            if let Some(caption) = node.caption {
                self.caption(caption, sketch);
            }
        }
    }

    /// Pools of light under the nodes that are spoken of.
    fn pools(&self) {
        /// Opacities from the middle outwards, in equal steps: a bell without an edge, since the eye sees where a slope begins.
        const BELL: [&str; 6] = ["48", "3f", "2b", "15", "06", "00"];
        let context = self.pen.context;
        let lit = self.spotlight.iter().filter_map(|id| self.layout.nodes.get(id.index()));
        for node in lit {
            let (x, y) = (node.center.x, node.center.y);
            let radius = 2.2 * node.half.x.max(node.half.y) + 16.0;
            let Ok(light) = context.create_radial_gradient(x, y, 0.0, x, y, radius) else { continue };
            for (number, opacity) in BELL.into_iter().enumerate() {
                // Cannot fail: places are from 0 to 1, and these are colors.
                let place = number as f32 / (BELL.len() - 1) as f32;
                let _ = light.add_color_stop(place, &format!("{}{opacity}", self.palette.accent));
            }
            context.set_fill_style_canvas_gradient(&light);
            context.begin_path();
            self.pen.circle(node.center, radius);
            context.fill();
        }
    }

    fn grid(&self) {
        let mut spacing = GRID_UNITS * self.view.scale;
        while spacing < GRID_PX_MIN {
            spacing *= 2.0;
        }
        let context = self.pen.context;
        let dot = 1.6 * (spacing / 60.0).clamp(0.8, 1.4);
        context.begin_path();
        let first = |offset: f64| offset.rem_euclid(spacing);
        let mut y = first(self.view.offset.y);
        while y < self.size.height {
            let mut x = first(self.view.offset.x);
            while x < self.size.width {
                let at = self.pen.snapped(Point::new(x, y));
                context.rect(at.x - dot / 2.0, at.y - dot / 2.0, dot, dot);
                x += spacing;
            }
            y += spacing;
        }
        self.pen.fill_with(self.palette.grid);
        context.fill();
    }

    fn cable(&self, cable: &Cable, state: State, emphasis: Emphasis) {
        let (pen, context) = (self.pen, self.pen.context);
        let [from, to] = cable.ports;
        let inside = cable.unit * 6.0 * self.layout.sizes.detail;
        let stroke = |color: &str, width: f64| {
            pen.stroke_with(color, width);
            context.begin_path();
            // A little into the nodes, which are painted over it.
            pen.line(from - inside, to + inside);
            context.stroke();
        };
        context.set_line_cap("butt");
        let thick = 2.0 * cable.core;
        match emphasis {
            Emphasis::Plain => stroke(self.palette.cable_edge, thick + 5.0),
            Emphasis::Hovered => {
                context.set_global_alpha(0.35);
                stroke(self.palette.accent, thick + 6.0);
                context.set_global_alpha(1.0);
            }
            Emphasis::Selected => {
                context.set_global_alpha(0.18);
                stroke(self.palette.accent, thick + 16.0);
                context.set_global_alpha(1.0);
                stroke(self.palette.accent, thick + 5.0);
            }
        }
        let dashed = |dash: [f64; 2], color: &str, width: f64| {
            let dash = dash.map(|length| (length * self.layout.sizes.detail).into());
            let _ = context.set_line_dash(&Array::of2(&dash[0], &dash[1]));
            stroke(color, width);
            let _ = context.set_line_dash(&Array::new());
        };
        match state {
            State::Down => dashed([7.0, 5.0], self.palette.fault, thick * 0.7),
            // As thick as ever, but with more gap than cable.
            State::Reserve => dashed([4.0, 7.0], self.palette.cable, thick + 1.0),
            State::InUse => stroke(self.palette.cable, thick + 1.0),
        }
    }

    fn badge(&self, cable: &Cable, sketch: &CableSketch) {
        let Some(badge) = cable.badge else { return };
        let (pen, context) = (self.pen, self.pen.context);
        let font = self.layout.sizes.badge_font;
        context.set_text_align("center");
        let mut x = badge.rect.x0;
        let mut part = |line: &Line, weight, fill: Option<&str>, ink: &str| {
            let rect = Rect::new(x, badge.rect.y0, x + line.width_em * font + font, badge.rect.y1);
            if let Some(fill) = fill {
                context.begin_path();
                pen.round_rect(rect, rect.height() * 0.36);
                pen.fill_with(fill);
                context.fill();
            }
            pen.font(weight, font);
            pen.fill_with(ink);
            pen.centred(&line.text, rect.center(), font);
            x = rect.x1 + if fill.is_some() { font * 0.35 } else { 0.0 };
        };
        if badge.whole {
            part(&sketch.about, Weight::Normal, None, self.palette.ink_soft);
        }
        for warning in &sketch.warnings[..badge.warnings] {
            let (fill, ink) = match warning.is_down {
                true => (self.palette.fault, self.palette.fault_ink),
                false => (self.palette.warn, self.palette.warn_ink),
            };
            part(&warning.line, Weight::Strong, Some(fill), ink);
        }
    }

    fn caption(&self, Caption { rect, lines }: Caption, node: &NodeSketch) {
        let (pen, context) = (self.pen, self.pen.context);
        let sizes = &self.layout.sizes;
        let (align, x) = match node.side {
            Side::Below | Side::Above => ("center", rect.center().x),
            Side::Right => ("left", rect.x0),
            Side::Left => ("right", rect.x1),
        };
        context.set_text_align(align);
        context.set_line_join("round");
        let mut y = rect.y0;
        for (number, line) in node.caption[..lines].iter().enumerate() {
            let (weight, size, ink) = match number {
                0 => (Weight::Strong, sizes.name_font, self.palette.ink),
                _ => (Weight::Normal, sizes.address_font, self.palette.ink_soft),
            };
            pen.font(weight, size);
            let at = pen.snapped((Vec2::new(x, y + size)).to_point());
            // The ground's color around the letters, where a cable runs behind them.
            pen.stroke_with(self.palette.ground, 4.0);
            let _ = context.stroke_text(&line.text, at.x, at.y);
            pen.fill_with(ink);
            let _ = context.fill_text(&line.text, at.x, at.y);
            y += size * 1.3;
        }
    }
}
