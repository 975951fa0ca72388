//! What moves: light in the cables, frames, queues, dropped frames, arrivals, port lights.
//!
//! Everything of which there are many is copied from an atlas. Not many shapes in one path: browsers take longer for one path
//! of a thousand polygons than for a thousand copies.

use super::addresses;
use super::ghosts;
use super::marks;
use super::pen::Pen;
use super::surface::Atlas;
use crate::stage::looks::{Look, Looks, SHAPE_EM, Weight, vlan_em};
use crate::stage::palette::{Palette, vlan_colors};
use crate::stage::sizes::Sizes;
use crate::stage::traffic::lessons::Lesson;
use crate::stage::traffic::marks::{Crash, DroppedFrame, Focus, Form, Mark, Queue, Stretch, Tally, Traffic};
use kurbo::{Point, Rect, Size, Vec2};
use trace::swatch::Swatch;
use wire::passage::Marks;

/// The key of a frame's picture in the atlas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SpriteKey {
    /// With its label.
    Capsule {
        /// The frame's look.
        look: Look,
        /// Letters only, not the whole label.
        pill: bool,
        /// Painted larger, because it will be turned.
        turned: bool,
        /// It goes the way that it is read.
        forward: bool,
    },
    /// A shape of this radius in quarters of a pixel, with the color of its VLAN around it; bits of it may be wrong.
    Dot(Swatch, u16, Option<u16>, bool),
}

/// What the frames are painted with.
pub struct Frames<'a> {
    /// Where to.
    pub pen: &'a Pen<'a>,
    /// In which colors.
    pub palette: &'a Palette,
    /// How large.
    pub sizes: &'a Sizes,
    /// The labels.
    pub looks: &'a Looks,
    /// The pictures painted so far.
    pub atlas: &'a mut Atlas<SpriteKey>,
    /// Nothing moves for decoration only.
    pub reduced_motion: bool,
}

/// Turned capsules are copied from pictures of this many times the density: they are resampled.
const TURNED_OVERSAMPLING: f64 = 2.0;

impl Frames<'_> {
    /// What is below the nodes.
    pub fn paint_below_nodes(&mut self, traffic: &Traffic) {
        self.pen.upright();
        self.stretches(&traffic.lights);
        ghosts::paint(self, &traffic.ghosts);
        if !self.reduced_motion && !traffic.crowd {
            self.lessons(&traffic.lessons);
            self.wakes(&traffic.marks);
        }
        self.pen.context.set_global_alpha(0.75);
        self.stretches(&traffic.bands);
        self.pen.context.set_global_alpha(1.0);
        if traffic.crowd {
            self.particles(&traffic.marks);
        } else {
            for mark in traffic.marks.iter().filter(|mark| mark.form == Form::Dot) {
                self.dot(mark.look, mark.center, mark.half.x);
            }
        }
        for mark in traffic.marks.iter().filter(|mark| mark.form == Form::Pill) {
            self.capsule(mark.look, true, mark.center, mark.reading, mark.forward);
        }
    }

    /// What is above the nodes.
    pub fn paint_above_nodes(&mut self, traffic: &Traffic) {
        if !self.reduced_motion {
            self.pulses(traffic);
        }
        for mark in
            traffic.marks.iter().filter(|mark| mark.focus == Focus::None && mark.form == Form::Capsule)
        {
            self.capsule(mark.look, false, mark.center, mark.reading, mark.forward);
        }
        for plate in &traffic.plates {
            addresses::paint(self.pen, self.palette, self.sizes, plate, self.reduced_motion);
        }
        self.queues(traffic);
        for tally in &traffic.tallies {
            self.tally(tally);
        }
        if traffic.crowd {
            self.losses(&traffic.dropped_frames);
        } else {
            for lost in traffic.dropped_frames.iter().rev() {
                self.lost(lost);
            }
        }
        for crash in &traffic.crashes {
            self.crash(crash);
        }
        let focused = |focus| traffic.marks.iter().filter(move |mark| mark.focus == focus);
        for mark in focused(Focus::Hovered).chain(focused(Focus::Selected)) {
            self.focused(mark);
        }
        self.pen.upright();
    }

    /// What a frame leaves behind it in the water: three strokes, each thinner and fainter than the one before.
    fn wakes(&self, marks: &[Mark]) {
        /// Of the frames that have letters on them; with more, none is followed with the eyes.
        const WAKES_MAX: usize = 60;
        const STROKES: [(f64, f64, f64); 3] = [(0.5, 0.62, 0.2), (1.0, 0.42, 0.13), (1.7, 0.2, 0.08)];
        let context = self.pen.context;
        context.set_line_cap("round");
        let height = self.sizes.capsule_height;
        for mark in marks.iter().filter(|mark| mark.form >= Form::Pill).take(WAKES_MAX) {
            let back = if mark.forward { -mark.reading } else { mark.reading };
            let end = mark.come.min(mark.half.x + 1.7 * 3.0 * height);
            for (reach, width, alpha) in STROKES {
                let far = (mark.half.x + reach * 3.0 * height).min(end);
                context.begin_path();
                self.pen.line(mark.center, mark.center + back * far);
                context.set_global_alpha(alpha);
                self.pen.stroke_with(self.palette.of(mark.look.swatch).mark, width * height);
                context.stroke();
            }
        }
        context.set_global_alpha(1.0);
    }

    /// Light around nodes that have just learned something.
    fn lessons(&self, lessons: &[Lesson]) {
        let context = self.pen.context;
        for lesson in lessons {
            let left = 1.0 - lesson.age;
            for (width, alpha) in [(14.0, 0.16), (4.0, 0.5)] {
                context.begin_path();
                self.pen.circle(lesson.center, lesson.radius + (3.0 + 12.0 * lesson.age) * self.sizes.detail);
                context.set_global_alpha(alpha * left);
                self.pen.stroke_with(self.palette.accent, width * self.sizes.detail);
                context.stroke();
            }
        }
        context.set_global_alpha(1.0);
    }

    /// Stretches of one swatch and width share a path.
    fn stretches(&self, stretches: &[Stretch]) {
        let context = self.pen.context;
        context.set_line_cap("butt");
        for swatch in Swatch::ALL {
            let mut width = 0.0;
            for stretch in stretches.iter().filter(|stretch| stretch.swatch == swatch) {
                if stretch.width != width {
                    if width > 0.0 {
                        context.stroke();
                    }
                    width = stretch.width;
                    self.pen.stroke_with(self.palette.of(swatch).mark, width.max(1.5));
                    context.begin_path();
                }
                self.pen.line(stretch.tail, stretch.head);
            }
            if width > 0.0 {
                context.stroke();
            }
        }
    }

    /// A crowd: squares in the protocols' colors. Shapes would not be seen, and with software rendering a copied shape takes
    /// six times as long as a square, and one at fractions of pixels twice as long.
    fn particles(&self, marks: &[Mark]) {
        let (context, density) = (self.pen.context, self.pen.density);
        self.pen.in_device_pixels();
        for swatch in Swatch::ALL {
            let mut last: Option<Point> = None;
            let alike = |mark: &&Mark| mark.form <= Form::Dot && mark.look.swatch == swatch;
            for mark in marks.iter().filter(alike) {
                // As large as the disc; where there is no room for one, they make up a band.
                let half = if mark.form == Form::Band { mark.half.y } else { mark.half.x };
                let side = (half * 1.77 * density).round().max(1.0);
                let at = (mark.center.to_vec2() * density - Vec2::new(side, side) / 2.0).round().to_point();
                match last {
                    None => self.pen.fill_with(self.palette.of(swatch).mark),
                    // The square before covers about half of this one: the two could not be told apart.
                    Some(last) if last.distance_squared(at) * 4.0 <= side * side => continue,
                    Some(_) => {}
                }
                last = Some(at);
                context.fill_rect(at.x, at.y, side, side);
            }
        }
        self.pen.upright();
    }

    /// A small mark: its protocol's shape.
    fn dot(&mut self, look: Look, center: Point, radius: f64) {
        let Look { swatch, vlan, marks, .. } = look;
        // A few sizes only, so that they fit into the atlas.
        let quarters = (radius * 4.0).round();
        let radius = quarters / 4.0;
        let (palette, density) = (self.palette, self.pen.density);
        let size = Size::new(radius * 2.0 + 6.0, radius * 2.0 + 6.0);
        let key = SpriteKey::Dot(swatch, quarters as u16, vlan, marks.corrupted);
        let onto = (self.pen.context, center);
        self.atlas.stamp(key, (size, 1.0), onto, |context| {
            let pen = Pen::new(context, density);
            context.begin_path();
            let corners = swatch.shape().corners().iter();
            pen.polygon(corners.map(|&(x, y)| Point::new(x * radius, y * radius)));
            pen.fill_with(palette.of(swatch).mark);
            context.fill();
            if let Some(vlan) = vlan {
                context.begin_path();
                pen.circle(Point::ORIGIN, radius + 1.6);
                pen.stroke_with(vlan_colors(vlan).fill, 1.6);
                context.stroke();
            }
            if marks.corrupted {
                context.begin_path();
                pen.line(Point::new(-radius - 1.0, radius + 1.0), Point::new(radius + 1.0, -radius - 1.0));
                pen.stroke_with(palette.fault, 1.6);
                context.stroke();
            }
        });
    }

    /// A capsule or a pill.
    fn capsule(&mut self, look: Look, pill: bool, center: Point, reading: Vec2, forward: bool) {
        let turned = reading.y.abs() > 1e-9;
        let text = self.looks.text(look.text);
        let half =
            if pill { self.sizes.pill_half() } else { self.sizes.capsule_half(self.looks.capsule_em(look)) };
        let marked = look.marks != Marks::default();
        let size =
            Size::new(half * 2.0 + 8.0, self.sizes.capsule_height * if marked { 2.2 } else { 1.0 } + 8.0);
        // Which way it goes makes a difference only where it goes ahead.
        let key = SpriteKey::Capsule { look, pill, turned, forward: forward || !look.marks.reordered };
        let oversampling = if turned { TURNED_OVERSAMPLING } else { 1.0 };
        let (palette, sizes, density) = (self.palette, self.sizes, self.pen.density);
        let letters = if pill { look.cue } else { text.label.as_str() };
        let center = if turned {
            self.pen.turned(center, reading);
            Point::ORIGIN
        } else {
            self.pen.upright();
            self.pen.snapped(center)
        };
        self.atlas.stamp(key, (size, oversampling), (self.pen.context, center), |context| {
            let pen = Pen::new(context, density);
            let colors = palette.of(look.swatch);
            let body = Rect::from_center_size(
                Point::ORIGIN,
                Size::new(half * 2.0 - 1.0, sizes.capsule_height - 1.0),
            );
            let radius = sizes.capsule_height / 2.0;
            if look.marks.duplicate {
                marks::second_outline(&pen, palette, body, colors.mark);
            }
            context.begin_path();
            pen.round_rect(body, radius);
            pen.fill_with(colors.fill);
            context.fill();
            pen.stroke_with(colors.mark, 1.2);
            context.stroke();
            context.set_text_align("center");
            let mut middle = Point::ORIGIN;
            match look.vlan {
                Some(vlan) if !pill => {
                    let width = vlan_em(vlan) * sizes.capsule_font;
                    let plate = Rect::from_origin_size(
                        (body.x0 + 2.0, body.y0 + 2.0),
                        Size::new(width, body.height() - 4.0),
                    );
                    marks::vlan_plate(&pen, vlan, plate, sizes.capsule_font);
                    middle.x = (width + 2.0) / 2.0 - 1.0;
                }
                Some(vlan) => {
                    context.begin_path();
                    pen.round_rect(body.inset(-1.0), radius);
                    pen.stroke_with(vlan_colors(vlan).fill, 2.4);
                    context.stroke();
                }
                None => {}
            }
            pen.fill_with(colors.ink);
            if !pill {
                let (shape, width) = (SHAPE_EM * sizes.capsule_font, text.width_em * sizes.capsule_font);
                let radius = 0.36 * sizes.capsule_font;
                let center = middle - Vec2::new((width + shape) / 2.0 - radius, 0.0);
                context.begin_path();
                let corners = look.swatch.shape().corners().iter();
                pen.polygon(corners.map(|&(x, y)| center + Vec2::new(x, y) * radius));
                context.fill();
                middle.x += shape / 2.0;
            }
            pen.font(Weight::Strong, sizes.capsule_font);
            pen.centred(letters, middle, sizes.capsule_font);
            if look.marks.corrupted {
                marks::crack(&pen, palette, body);
            }
            if look.marks.reordered {
                marks::leap(&pen, palette, body, forward);
            }
        });
    }

    /// A frame that is pointed at: whole, above everything, with a halo.
    fn focused(&mut self, mark: &Mark) {
        let context = self.pen.context;
        self.pen.turned(mark.center, mark.reading);
        let around = Rect::from_center_size(Point::ORIGIN, (mark.half * 2.0).to_size());
        let ring = |grown: f64, width: f64, alpha: f64| {
            context.begin_path();
            self.pen.round_rect(around.inflate(grown, grown), mark.half.y + grown);
            context.set_global_alpha(alpha);
            self.pen.stroke_with(self.palette.accent, width);
            context.stroke();
            context.set_global_alpha(1.0);
        };
        // The ground's color first, so that the halo stands apart from what is below.
        context.begin_path();
        self.pen.round_rect(around.inflate(2.5, 2.5), mark.half.y + 2.5);
        self.pen.fill_with(self.palette.ground);
        context.fill();
        if mark.focus == Focus::Selected {
            ring(7.0, 7.0, 0.25);
            ring(3.0, 2.5, 1.0);
        } else {
            ring(2.5, 1.5, 0.9);
        }
        self.capsule(mark.look, false, mark.center, mark.reading, mark.forward);
    }

    fn pulses(&self, traffic: &Traffic) {
        let context = self.pen.context;
        self.pen.upright();
        for pulse in &traffic.pulses {
            let eased = 1.0 - (1.0 - pulse.age).powi(2);
            context.begin_path();
            self.pen.circle(pulse.center, self.sizes.light + eased * 20.0 * self.sizes.detail);
            context.set_global_alpha(0.7 * (1.0 - pulse.age));
            self.pen.stroke_with(self.palette.of(pulse.swatch).mark, 2.0 * self.sizes.detail.max(0.7));
            context.stroke();
        }
        context.set_global_alpha(1.0);
    }

    fn queues(&self, traffic: &Traffic) {
        let context = self.pen.context;
        for queue in &traffic.queues {
            self.vessel(queue);
        }
        for slot in &traffic.slots {
            self.pen.turned(slot.center, slot.unit);
            let rect = Rect::from_center_size(Point::ORIGIN, (slot.half * 2.0).to_size());
            context.begin_path();
            self.pen.round_rect(rect, 1.5);
            self.pen.fill_with(self.palette.of(slot.swatch).mark);
            context.fill();
            if slot.focus != Focus::None {
                context.begin_path();
                self.pen.round_rect(rect.inflate(2.5, 2.5), 3.0);
                self.pen.stroke_with(self.palette.accent, 2.0);
                context.stroke();
            }
        }
        for queue in traffic.queues.iter().filter(|queue| queue.counted) {
            let text = format!("×{}{}", queue.count, if queue.more { "+" } else { "" });
            let forward = queue.unit.dot(queue.reading) >= 0.0;
            self.pen.turned(queue.origin + queue.unit * (queue.length + 5.0), queue.reading);
            context.set_text_align(if forward { "left" } else { "right" });
            self.text(&text, Point::ORIGIN, self.sizes.badge_font, self.palette.ink);
        }
    }

    fn vessel(&self, queue: &Queue) {
        let context = self.pen.context;
        self.pen.turned(queue.origin, queue.unit);
        let body = Rect::new(0.0, -queue.height / 2.0, queue.length, queue.height / 2.0);
        context.begin_path();
        self.pen.round_rect(body, 3.0);
        context.set_global_alpha(0.85);
        self.pen.fill_with(self.palette.node);
        context.fill();
        context.set_global_alpha(1.0);
        // Nearly full, it says so.
        let edge = if queue.level > 0.9 { self.palette.fault } else { self.palette.cable };
        self.pen.stroke_with(edge, 1.3);
        context.stroke();
    }

    fn tally(&self, tally: &Tally) {
        let label = &self.looks.text(tally.look.text).label;
        let about = if tally.about { "≈ " } else { "" };
        let text = format!("{about}{} × {label}", tally.count);
        self.pen.turned(tally.center, tally.reading);
        self.pen.context.set_text_align("center");
        self.text(&text, Point::ORIGIN, self.sizes.badge_font, self.palette.ink_soft);
    }

    /// A text with the ground's color around it.
    fn text(&self, text: &str, at: Point, size: f64, ink: &str) {
        let context = self.pen.context;
        self.pen.font(Weight::Strong, size);
        context.set_line_join("round");
        self.pen.stroke_with(self.palette.ground, 3.5);
        let _ = context.stroke_text(text, at.x, at.y + size * 0.36);
        self.pen.fill_with(ink);
        self.pen.centred(text, at, size);
    }

    /// Dropped frames of a crowd: squares that fade.
    fn losses(&self, losses: &[DroppedFrame]) {
        let context = self.pen.context;
        self.pen.upright();
        self.pen.fill_with(self.palette.fault);
        let side = self.sizes.dot[1] * 1.8;
        for lost in losses {
            context.set_global_alpha(1.0 - lost.age);
            context.fill_rect(lost.center.x - side / 2.0, lost.center.y - side / 2.0, side, side);
        }
        context.set_global_alpha(1.0);
    }

    /// A frame that falls off the cable and fades, crossed out, and why.
    fn lost(&mut self, lost: &DroppedFrame) {
        let context = self.pen.context;
        let fall = if self.reduced_motion { 0.6 } else { 1.0 - (1.0 - lost.age).powi(3) };
        let lies = lost.lies(self.sizes, fall);
        let fading = |from: f64| (1.0 - (lost.age - from).max(0.0) / (1.0 - from)).clamp(0.0, 1.0);
        if lost.whole {
            context.set_global_alpha(0.85 * fading(0.25));
            self.capsule(lost.look, false, lies, lost.reading, true);
        }
        let words = lost.words();
        context.set_global_alpha(fading(0.5));
        if lost.whole || words.is_none() {
            self.cross(lies, lost.reading);
        }
        if let Some(words) = words {
            self.plate(lost, &words, lies);
        }
        context.set_global_alpha(1.0);
    }

    /// A star where a station's frame collided, and the word for it where there is room.
    fn crash(&self, crash: &Crash) {
        let context = self.pen.context;
        let grown = if self.reduced_motion { 1.0 } else { 0.6 + 0.4 * crash.age.sqrt() };
        let radius = self.sizes.capsule_height * Crash::RADIUS * grown;
        context.set_global_alpha((1.0 - crash.age).clamp(0.0, 1.0));
        self.pen.upright();
        context.begin_path();
        self.pen.polygon(Crash::star(radius).map(|tip| crash.center + tip));
        context.close_path();
        self.pen.stroke_with(self.palette.ground, 5.0);
        context.stroke();
        self.pen.stroke_with(self.palette.fault, 2.5);
        context.stroke();
        if crash.worded {
            let away = crash.outward * (radius + self.sizes.badge_font);
            self.pen.turned(crash.center + away, crash.reading);
            self.text(&crash.words(), Point::ORIGIN, self.sizes.badge_font, self.palette.fault);
        }
        context.set_global_alpha(1.0);
    }

    fn cross(&self, center: Point, reading: Vec2) {
        let context = self.pen.context;
        self.pen.turned(center, reading);
        context.begin_path();
        let arm = self.sizes.capsule_height * 0.34;
        self.pen.line(Point::new(-arm, -arm), Point::new(arm, arm));
        self.pen.line(Point::new(-arm, arm), Point::new(arm, -arm));
        context.set_line_cap("round");
        self.pen.stroke_with(self.palette.ground, 6.0);
        context.stroke();
        self.pen.stroke_with(self.palette.fault, 3.0);
        context.stroke();
    }

    /// The reason of a dropped frame, and how many share it.
    fn plate(&self, lost: &DroppedFrame, words: &str, lies: Point) {
        let context = self.pen.context;
        let font = self.sizes.badge_font;
        let (half, away) = lost.plate(self.sizes, self.looks.measure(words, Weight::Strong));
        self.pen.turned(lies + away, lost.reading);
        context.begin_path();
        self.pen.round_rect(Rect::from_center_size(Point::ORIGIN, (half * 2.0).to_size()), half.y * 0.72);
        self.pen.fill_with(self.palette.fault);
        context.fill();
        self.pen.font(Weight::Strong, font);
        context.set_text_align("center");
        self.pen.fill_with(self.palette.fault_ink);
        self.pen.centred(words, Point::ORIGIN, font);
    }
}
