//! Drawing in the stage's terms: points, rectangles, turned capsules, text.

use crate::stage::looks::Weight;
use kurbo::{Point, Rect, Vec2};
use std::cell::{Cell, RefCell};
use std::fmt::Write;
use web_sys::CanvasRenderingContext2d;
use wire::decimal::fixed;

/// The system's own typeface: nothing has to be loaded.
const FAMILY: &str = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif";

/// A context, its density, and the font that is set on it.
pub struct Pen<'a> {
    /// The context.
    pub context: &'a CanvasRenderingContext2d,
    /// Device pixels for one CSS pixel.
    pub density: f64,
    font: Cell<Option<(Weight, f64)>>,
    font_text: RefCell<String>,
}

/// The CSS of a font.
pub fn font(text: &mut String, weight: Weight, size: f64) {
    let weight = match weight {
        Weight::Normal => 400,
        Weight::Strong => 600,
    };
    text.clear();
    let _ = write!(text, "{weight} {}px {FAMILY}", fixed(size, 2));
}

impl<'a> Pen<'a> {
    /// A pen for this context.
    pub fn new(context: &'a CanvasRenderingContext2d, density: f64) -> Self {
        Self { context, density, font: Cell::new(None), font_text: RefCell::new(String::new()) }
    }

    /// CSS pixels, not turned.
    pub fn upright(&self) {
        let _ = self.context.set_transform(self.density, 0.0, 0.0, self.density, 0.0, 0.0);
    }

    /// Device pixels.
    pub fn in_device_pixels(&self) {
        let _ = self.context.set_transform(1.0, 0.0, 0.0, 1.0, 0.0, 0.0);
    }

    /// CSS pixels around a place, turned so that x goes along `unit`.
    pub fn turned(&self, at: Point, unit: Vec2) {
        let d = self.density;
        let (cos, sin) = (unit.x * d, unit.y * d);
        let _ = self.context.set_transform(cos, sin, -sin, cos, at.x * d, at.y * d);
    }

    /// The nearest place whose device pixels are whole.
    pub fn snapped(&self, at: Point) -> Point {
        ((at.to_vec2() * self.density).round() / self.density).to_point()
    }

    /// What is filled from now on.
    pub fn fill_with(&self, color: &str) {
        self.context.set_fill_style_str(color);
    }

    /// What is stroked from now on.
    pub fn stroke_with(&self, color: &str, width: f64) {
        self.context.set_stroke_style_str(color);
        self.context.set_line_width(width);
    }

    /// A line, as part of the present path.
    pub fn line(&self, from: Point, to: Point) {
        self.context.move_to(from.x, from.y);
        self.context.line_to(to.x, to.y);
    }

    /// A polygon to be filled, as part of the present path.
    pub fn polygon(&self, corners: impl IntoIterator<Item = Point>) {
        let mut first = true;
        for corner in corners {
            match first {
                true => self.context.move_to(corner.x, corner.y),
                false => self.context.line_to(corner.x, corner.y),
            }
            first = false;
        }
    }

    /// A circle, as part of the present path.
    pub fn circle(&self, center: Point, radius: f64) {
        self.context.move_to(center.x + radius, center.y);
        let _ = self.context.arc(center.x, center.y, radius.max(0.0), 0.0, std::f64::consts::TAU);
    }

    /// A rectangle with round corners, as part of the present path.
    pub fn round_rect(&self, rect: Rect, radius: f64) {
        let radius = radius.min(rect.width() / 2.0).min(rect.height() / 2.0).max(0.0);
        let _ = self.context.round_rect_with_f64(rect.x0, rect.y0, rect.width(), rect.height(), radius);
    }

    /// The font for the texts from now on.
    pub fn font(&self, weight: Weight, size: f64) {
        if self.font.get() != Some((weight, size)) {
            self.font.set(Some((weight, size)));
            let mut text = self.font_text.borrow_mut();
            font(&mut text, weight, size);
            self.context.set_font(&text);
        }
    }

    /// A text whose middle is here, as tall letters see it. `size` is the font's.
    pub fn centred(&self, text: &str, at: Point, size: f64) {
        // Capitals and digits, most of what is written here, are about 0.7 of the size tall: the middle of that.
        let _ = self.context.fill_text(text, at.x, at.y + size * 0.36);
    }
}
