//! The ends of the cables: the ports' lights, what the spanning tree makes of them, and the plates beside them.

use super::pen::Pen;
use super::picture::Picture;
use crate::stage::looks::Weight;
use crate::stage::palette::{Palette, vlan_colors};
use crate::stage::plates::PlateKind;
use bridge::event::{Role, State};
use kurbo::{Point, Rect, Size, Vec2};

/// What the ends of the cables are painted with.
pub struct Ports<'a> {
    /// The canvas to paint on.
    pub pen: &'a Pen<'a>,
    /// The colors.
    pub palette: &'a Palette,
    /// The picture to paint.
    pub picture: &'a Picture<'a>,
    /// The canvas in CSS pixels.
    pub size: Size,
}

/// A port's light.
struct Light {
    at: Point,
    /// Along the cable, away from the node.
    unit: Vec2,
    radius: f64,
    down: bool,
    state: State,
    /// By link and end: `2 × link + end`.
    number: usize,
}

/// A half disc's corners, its flat side upright. Written down, so that the page needs no sines.
const HALF_DISC: [(f64, f64); 7] =
    [(0.0, -1.0), (0.5, -0.87), (0.87, -0.5), (1.0, 0.0), (0.87, 0.5), (0.5, 0.87), (0.0, 1.0)];

impl Ports<'_> {
    /// What stands still: lights, plates and crowns.
    pub fn paint_still(&self) {
        self.lights();
        self.plates();
        self.crowns();
    }

    fn ends(&self) -> impl Iterator<Item = Light> {
        let picture = self.picture;
        let canvas = Rect::from_origin_size((0.0, 0.0), self.size).inflate(8.0, 8.0);
        let cables = picture.layout.cables.iter().zip(&picture.sketch.cables).enumerate();
        let ends = cables.flat_map(|(id, (cable, sketch))| {
            [0, 1].map(|end| Light {
                at: cable.ports[end],
                unit: if end == 0 { cable.unit } else { -cable.unit },
                radius: cable.lights[end],
                down: sketch.down || sketch.off[end],
                state: picture.standing.tree_at(id * 2 + end).map_or(State::Forwarding, |(_, state)| state),
                number: id * 2 + end,
            })
        });
        ends.filter(move |port| canvas.contains(port.at))
    }

    /// Dim while nothing passes, hollow and crossed out where the cable is down; where the spanning tree learns, half; where it
    /// lets nothing pass, hollow behind a bar.
    fn lights(&self) {
        let (pen, palette) = (self.pen, self.palette);
        let context = pen.context;
        let ports: Vec<Light> = self.ends().collect();
        let fill_all = |color: &str, grown: f64, which: &dyn Fn(&Light) -> bool| {
            pen.fill_with(color);
            // Not in one path: browsers take longer for one of a thousand circles than for a thousand of one.
            for port in ports.iter().filter(|port| which(port)) {
                context.begin_path();
                pen.circle(port.at, port.radius * grown);
                context.fill();
            }
        };
        fill_all(palette.line, 1.45, &|_| true);
        fill_all(palette.up, 1.0, &|port| !port.down && port.state == State::Forwarding);
        fill_all(palette.node, 1.0, &|port| port.down || port.state != State::Forwarding);
        // The half towards the cable.
        context.begin_path();
        for port in ports.iter().filter(|port| !port.down && port.state == State::Learning) {
            let place =
                |&(x, y): &(f64, f64)| port.at + (port.unit * x + turned(port.unit) * y) * port.radius;
            pen.polygon(HALF_DISC.iter().map(place));
        }
        pen.fill_with(palette.up);
        context.fill();
        let discards = |port: &&Light| !port.down && port.state == State::Discarding;
        for (color, width) in [(palette.ground, 5.0), (palette.line, 2.6)] {
            context.begin_path();
            for port in ports.iter().filter(discards) {
                let (middle, across) = (port.at + port.unit * (port.radius * 1.45 + 1.5), turned(port.unit));
                pen.line(middle - across * (port.radius * 2.4), middle + across * (port.radius * 2.4));
            }
            pen.stroke_with(color, width);
            context.set_line_cap("butt");
            context.stroke();
        }
        context.begin_path();
        for port in ports.iter().filter(|port| port.down) {
            let arm = Vec2::new(port.radius, port.radius) * 0.62;
            let other = Vec2::new(arm.x, -arm.y);
            pen.line(port.at - arm, port.at + arm);
            pen.line(port.at - other, port.at + other);
        }
        pen.stroke_with(palette.fault, 1.8);
        context.stroke();
    }

    /// The light of ports at which frames leave or arrive.
    pub fn paint_glow(&self) {
        let (pen, picture) = (self.pen, self.picture);
        let context = pen.context;
        let mut glowing = false;
        // Blinking is decoration; that a port is busy is not.
        let halo = if picture.reduced_motion { 0.0 } else { 0.35 };
        let glow_at = |number: usize| picture.traffic.glow.get(number).copied().unwrap_or(0.0);
        if picture.traffic.glow.iter().all(|glow| *glow == 0.0) {
            return;
        }
        for port in self.ends().filter(|port| !port.down) {
            let glow = glow_at(port.number);
            if glow == 0.0 {
                continue;
            }
            if !glowing {
                glowing = true;
                pen.fill_with(self.palette.busy);
            }
            if picture.traffic.crowd {
                // A square of the disc's area takes a third of the work, and at this size it looks the same.
                let side = port.radius * 1.8;
                context.set_global_alpha(glow);
                context.fill_rect(port.at.x - side / 2.0, port.at.y - side / 2.0, side, side);
                continue;
            }
            for (grown, alpha) in [(2.1, halo), (1.0, 1.0)] {
                if alpha > 0.0 {
                    context.begin_path();
                    pen.circle(port.at, port.radius * grown);
                    context.set_global_alpha(alpha * glow);
                    context.fill();
                }
            }
        }
        context.set_global_alpha(1.0);
    }

    fn plates(&self) {
        let (palette, picture) = (self.palette, self.picture);
        let font = picture.layout.sizes.plate_font;
        for placed in &picture.layout.plates {
            let plate = &picture.sketch.plates[placed.number];
            let text = match plate.kind {
                PlateKind::Tree => match picture.standing.tree_at(plate.end.index()) {
                    Some((role, _)) => role_letter(role),
                    None => continue,
                },
                _ => &*plate.line.text,
            };
            let center = self.pen.snapped(placed.rect.center());
            let rect = Rect::from_center_size(center, placed.rect.size());
            paint_plate(self.pen, palette, plate.kind, text, rect, font);
        }
    }

    /// On the root's upper left corner.
    fn crowns(&self) {
        let (palette, picture) = (self.palette, self.picture);
        let sizes = &picture.layout.sizes;
        let (font, named) = (sizes.plate_font, sizes.letters);
        let height = if named { font * 1.7 } else { (12.0 * sizes.detail).max(7.0) };
        let text_width = if named { picture.looks.measure("root", Weight::Strong) * font } else { 0.0 };
        let size = Size::new(height * 1.3 + text_width + if named { 2.0 } else { 0.0 }, height);
        for (id, node) in
            picture.layout.nodes.iter().enumerate().filter(|(id, _)| picture.standing.is_root(*id))
        {
            let center = node.center + Vec2::new(-node.half.x + size.width * 0.2, -node.half.y);
            if !picture.sketch.has_tree(id) {
                continue;
            }
            let rect = Rect::from_center_size(self.pen.snapped(center), size);
            paint_crown(self.pen, palette, rect, named.then_some(font));
        }
    }
}

fn turned(unit: Vec2) -> Vec2 {
    Vec2::new(-unit.y, unit.x)
}

/// As IEEE 802.1D calls them.
const fn role_letter(role: Role) -> &'static str {
    match role {
        Role::Root => "R",
        Role::Designated => "D",
        Role::Alternate => "A",
        Role::Backup => "B",
        Role::Disabled => "–",
    }
}

fn paint_plate(pen: &Pen<'_>, palette: &Palette, kind: PlateKind, text: &str, rect: Rect, font: f64) {
    let context = pen.context;
    let (fill, ink, radius) = match kind {
        PlateKind::Tree => (palette.line, palette.node, rect.height() / 2.0),
        PlateKind::Off => (palette.fault, palette.fault_ink, 3.0),
        PlateKind::Vlan(vlan) => (vlan_colors(vlan).fill, vlan_colors(vlan).ink, 3.0),
        PlateKind::Trunk | PlateKind::Address => (palette.node, palette.ink, 3.0),
        PlateKind::Outside => (palette.warn, palette.warn_ink, 3.0),
    };
    context.begin_path();
    pen.round_rect(rect, radius);
    pen.fill_with(fill);
    context.fill();
    if kind == PlateKind::Trunk {
        // Three wires along its edges: more than one network's frames pass.
        context.begin_path();
        for y in [rect.y0 + 1.2, rect.y1 - 1.2] {
            pen.line(Point::new(rect.x0 + 2.0, y), Point::new(rect.x1 - 2.0, y));
        }
        pen.stroke_with(palette.accent, 1.8);
        let dash = [3.0, 2.0].map(Into::into);
        let _ = context.set_line_dash(&js_sys::Array::of2(&dash[0], &dash[1]));
        context.stroke();
        let _ = context.set_line_dash(&js_sys::Array::new());
    }
    if kind != PlateKind::Tree {
        context.begin_path();
        pen.round_rect(rect, radius);
        pen.stroke_with(palette.line, 1.0);
        context.stroke();
    }
    context.set_text_align("center");
    pen.font(Weight::Strong, font);
    pen.fill_with(ink);
    pen.centred(text, rect.center(), font);
}

/// A crown, and the word where there is room for it.
fn paint_crown(pen: &Pen<'_>, palette: &Palette, rect: Rect, font: Option<f64>) {
    let context = pen.context;
    context.begin_path();
    pen.round_rect(rect, rect.height() * 0.36);
    pen.fill_with(palette.warn);
    context.fill();
    pen.stroke_with(palette.warn_ink, 1.2);
    context.stroke();
    let unit = rect.height() * 0.32;
    let middle = Point::new(rect.x0 + rect.height() * 0.65, rect.center().y);
    let points = [(-1.0, 0.8), (-1.1, -0.6), (-0.5, 0.1), (0.0, -0.9), (0.5, 0.1), (1.1, -0.6), (1.0, 0.8)];
    context.begin_path();
    pen.polygon(points.map(|(x, y)| middle + Vec2::new(x, y) * unit));
    pen.fill_with(palette.warn_ink);
    context.fill();
    if let Some(font) = font {
        context.set_text_align("left");
        pen.font(Weight::Strong, font);
        pen.centred("root", Point::new(middle.x + unit * 1.6, rect.center().y), font);
    }
}
