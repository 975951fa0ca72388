//! The nodes' silhouettes: a host is a screen, a switch a flat box with two arrows, a hub a hexagon with rays.

use super::pen::Pen;
use crate::stage::palette::Palette;
use crate::stage::silhouette::Kind;
use crate::stage::sizes::node_half;
use kurbo::{Point, Rect, Vec2};

/// How much a thing is pointed at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Emphasis {
    /// Not.
    Plain,
    /// By the pointer.
    Hovered,
    /// Selected.
    Selected,
}

/// Room that a node's shadow and halo take around it, in pixels at detail 1.
pub const MARGIN: f64 = 14.0;

/// Draws a node around the origin.
pub fn paint(pen: &Pen<'_>, palette: &Palette, (kind, cables): (Kind, usize), detail: f64) {
    let node = Node { pen, palette, d: detail, half: node_half(kind, cables, detail) };
    match kind {
        Kind::Host => node.host(),
        Kind::Hub => node.hub(),
        Kind::Switch => node.switch(),
        Kind::Router => node.router(),
    }
}

/// Draws what a node that is pointed at has around it, below the node.
pub fn paint_halo(
    pen: &Pen<'_>,
    palette: &Palette,
    (kind, cables): (Kind, usize),
    detail: f64,
    emphasis: Emphasis,
) {
    let node = Node { pen, palette, d: detail, half: node_half(kind, cables, detail) };
    match emphasis {
        Emphasis::Plain => {}
        Emphasis::Hovered => node.halo(kind, 2.0, 0.55),
        Emphasis::Selected => {
            node.halo(kind, 9.0, 0.22);
            node.halo(kind, 3.0, 1.0);
        }
    }
}

struct Node<'a> {
    pen: &'a Pen<'a>,
    palette: &'a Palette,
    d: f64,
    half: Vec2,
}

impl Node<'_> {
    fn point(&self, x: f64, y: f64) -> Point {
        Point::new(x * self.d, y * self.d)
    }

    fn rect(&self, x0: f64, y0: f64, x1: f64, y1: f64) -> Rect {
        Rect::new(x0, y0, x1, y1).scale_from_origin(self.d)
    }

    /// The silhouette, as a path.
    fn outline(&self, kind: Kind, grown: f64) {
        let context = self.pen.context;
        context.begin_path();
        match kind {
            Kind::Host => {
                let around = Rect::from_points((-self.half).to_point(), self.half.to_point());
                self.pen.round_rect(around.inflate(grown, grown), 8.0 * self.d + grown);
            }
            Kind::Switch => {
                let around = Rect::from_points((-self.half).to_point(), self.half.to_point());
                self.pen.round_rect(around.inflate(grown, grown), 9.0 * self.d + grown);
            }
            Kind::Router => self.pen.circle(Point::ORIGIN, self.half.x + grown),
            Kind::Hub => {
                self.pen.polygon(self.hexagon(grown));
                context.close_path();
            }
        }
    }

    fn hexagon(&self, grown: f64) -> [Point; 6] {
        let (x, y) = (self.half.x + grown * 1.15, self.half.y + grown);
        let slant = x * 0.52;
        [(x, 0.0), (slant, y), (-slant, y), (-x, 0.0), (-slant, -y), (slant, -y)]
            .map(|(x, y)| Point::new(x, y))
    }

    fn halo(&self, kind: Kind, width: f64, alpha: f64) {
        let context = self.pen.context;
        self.outline(kind, 2.0 * self.d + width / 2.0);
        context.set_global_alpha(alpha);
        self.pen.stroke_with(self.palette.accent, width);
        context.set_line_join("round");
        context.stroke();
        context.set_global_alpha(1.0);
    }

    /// Fills the present path with a soft shadow under it, then draws its edge.
    fn body(&self, fill: &str) {
        let context = self.pen.context;
        context.set_shadow_color(self.palette.shadow);
        // Shadows are measured in device pixels, independent of the transform.
        context.set_shadow_blur(9.0 * self.d * self.pen.density);
        context.set_shadow_offset_y(2.5 * self.d * self.pen.density);
        self.pen.fill_with(fill);
        context.fill();
        context.set_shadow_color("transparent");
        self.pen.stroke_with(self.palette.line, (1.7 * self.d).max(1.1));
        context.set_line_join("round");
        context.stroke();
    }

    fn host(&self) {
        let (pen, context) = (self.pen, self.pen.context);
        // Foot and neck first, so that the screen stands in front of them.
        context.begin_path();
        pen.polygon([(-6.0, 14.0), (6.0, 14.0), (8.0, 23.0), (-8.0, 23.0)].map(|(x, y)| self.point(x, y)));
        pen.fill_with(self.palette.line);
        context.fill();
        context.begin_path();
        pen.round_rect(self.rect(-15.0, 21.5, 15.0, 25.0), 1.8 * self.d);
        context.fill();
        context.begin_path();
        pen.round_rect(self.rect(-30.0, -25.0, 30.0, 16.5), 6.0 * self.d);
        self.body(self.palette.node);
        context.begin_path();
        pen.round_rect(self.rect(-25.0, -20.5, 25.0, 12.0), 2.6 * self.d);
        pen.fill_with(self.palette.screen);
        context.fill();
        // A prompt that waits.
        context.begin_path();
        pen.line(self.point(-18.5, -13.0), self.point(-13.5, -9.0));
        context.line_to(-18.5 * self.d, -5.0 * self.d);
        pen.line(self.point(-10.5, -4.5), self.point(-3.5, -4.5));
        pen.stroke_with(self.palette.line, (1.9 * self.d).max(1.0));
        context.set_line_cap("round");
        context.stroke();
    }

    fn switch(&self) {
        let (pen, context) = (self.pen, self.pen.context);
        self.outline(Kind::Switch, 0.0);
        self.body(self.palette.node);
        // Two arrows that pass each other.
        context.begin_path();
        for (y, to) in [(-8.0, 1.0), (1.0, -1.0)] {
            let head = 19.0 * to;
            pen.line(self.point(-head, y), self.point(head, y));
            pen.line(self.point(head - 5.5 * to, y - 4.6), self.point(head, y));
            context.line_to((head - 5.5 * to) * self.d, (y + 4.6) * self.d);
        }
        pen.stroke_with(self.palette.line, (2.1 * self.d).max(1.1));
        context.set_line_cap("round");
        context.set_line_join("round");
        context.stroke();
        // Its row of ports.
        context.begin_path();
        let bottom = self.half.y / self.d - 6.5;
        let ports = ((self.half.x / self.d - 15.0) / 4.1).floor();
        for number in 0..ports as u32 {
            let x = (f64::from(number) - ports / 2.0) * 8.2 + 1.6;
            pen.round_rect(self.rect(x, bottom - 4.0, x + 5.0, bottom), 1.0 * self.d);
        }
        context.set_global_alpha(0.45);
        pen.fill_with(self.palette.line);
        context.fill();
        context.set_global_alpha(1.0);
    }

    fn router(&self) {
        let (pen, context) = (self.pen, self.pen.context);
        self.outline(Kind::Router, 0.0);
        self.body(self.palette.node);
        // Four arrows: from left and right inwards, up and down outwards, as routers have been drawn for decades.
        context.begin_path();
        let grown = self.half.x / self.d / 30.0;
        for (x, y, inwards) in [(-1.0, 0.0, true), (1.0, 0.0, true), (0.0, -1.0, false), (0.0, 1.0, false)] {
            let [near, far] = [7.0, 21.0].map(|radius| (x * radius * grown, y * radius * grown));
            let (head, sign) = if inwards { (near, 1.0) } else { (far, -1.0) };
            pen.line(self.point(near.0, near.1), self.point(far.0, far.1));
            let wing = |side: f64| {
                let (back, out) = (5.2 * sign, 4.4 * side);
                self.point(head.0 + x * back + y * out, head.1 + y * back + x * out)
            };
            pen.line(wing(1.0), self.point(head.0, head.1));
            let last = wing(-1.0);
            context.line_to(last.x, last.y);
        }
        pen.stroke_with(self.palette.line, (2.1 * self.d).max(1.1));
        context.set_line_cap("round");
        context.set_line_join("round");
        context.stroke();
    }

    fn hub(&self) {
        let (pen, context) = (self.pen, self.pen.context);
        self.outline(Kind::Hub, 0.0);
        self.body(self.palette.node);
        // One comes in, all get it.
        context.begin_path();
        // A hexagon's corners; the sine of 60°, so that the page needs no sines.
        const HIGH: f64 = 0.866_025_403_784_438_6;
        for (x, y) in [(1.0, 0.0), (0.5, HIGH), (-0.5, HIGH), (-1.0, 0.0), (-0.5, -HIGH), (0.5, -HIGH)] {
            let [inner, outer] = [7.5, 15.5].map(|radius| self.point(x * radius, y * radius));
            pen.line(inner, outer);
        }
        pen.stroke_with(self.palette.line, (2.1 * self.d).max(1.1));
        context.set_line_cap("round");
        context.stroke();
        context.begin_path();
        pen.circle(Point::ORIGIN, 3.6 * self.d);
        pen.fill_with(self.palette.line);
        context.fill();
    }
}
