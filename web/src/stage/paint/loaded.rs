//! The backdrop with the loads of a crowd painted upon it.
//!
//! Of a thousand hosts the loads are some hundred lines, which with software rendering cost the browser milliseconds, and between two
//! animation frames hardly a load changes its level. So all are painted again when one has changed, but not in every such animation frame.

use super::pen::Pen;
use super::surface::Surface;
use crate::stage::error::StageError;
use crate::stage::palette::Palette;
use crate::stage::traffic::marks::{Load, Traffic};
use trace::swatch::Swatch;

/// The least number of animation frames from one painting to the next.
const FRAMES_BETWEEN: u32 = 8;

/// A canvas for them. Without a crowd it is empty.
pub struct Loaded {
    surface: Surface,
    /// What was painted last.
    loads: Vec<Load>,
    /// Animation frames since then.
    age: u32,
    /// The loads are others meanwhile.
    behind: bool,
}

impl Loaded {
    /// An empty one.
    pub fn new() -> Result<Self, StageError> {
        let surface = Surface::offscreen_opaque()?;
        Ok(Self { surface, loads: Vec::new(), age: 0, behind: false })
    }

    /// See [`Painter::is_behind`](super::Painter::is_behind).
    pub fn is_behind(&self) -> bool {
        self.behind
    }

    /// What lies below the frames: the backdrop, of a crowd with its loads. `is_new`: the backdrop is another one.
    pub fn refresh<'a>(
        &'a mut self,
        backdrop: &'a Surface,
        traffic: &Traffic,
        (palette, density): (&Palette, f64),
        is_new: bool,
    ) -> &'a Surface {
        if !traffic.crowd {
            self.surface.resize(0, 0);
            self.behind = false;
            return backdrop;
        }
        let whole = backdrop.whole();
        let is_new = is_new || self.surface.whole() != whole;
        self.age = self.age.saturating_add(1);
        self.behind = self.loads != traffic.loads;
        if !(is_new || self.behind && self.age >= FRAMES_BETWEEN) {
            return &self.surface;
        }
        self.behind = false;
        (self.loads, self.age) = (traffic.loads.clone(), 0);
        self.surface.resize(whole.width() as u32, whole.height() as u32);
        let pen = Pen::new(&self.surface.context, density);
        pen.in_device_pixels();
        backdrop.copy_to(pen.context, whole);
        paint(&pen, palette, &self.loads);
        &self.surface
    }
}

/// How full the wires are: the fuller, the stronger the color.
pub fn paint(pen: &Pen<'_>, palette: &Palette, loads: &[Load]) {
    let context = pen.context;
    pen.upright();
    context.set_line_cap("butt");
    for level in 1..=Load::LEVELS {
        context.set_global_alpha(0.2 + 0.8 * f64::from(level) / f64::from(Load::LEVELS));
        for swatch in Swatch::ALL {
            let mut alike =
                loads.iter().filter(|load| load.level == level && load.swatch == swatch).peekable();
            let Some(first) = alike.peek() else { continue };
            pen.stroke_with(palette.of(swatch).mark, first.width.max(1.5));
            context.begin_path();
            alike.for_each(|load| pen.line(load.from, load.to));
            context.stroke();
        }
    }
    context.set_global_alpha(1.0);
}
