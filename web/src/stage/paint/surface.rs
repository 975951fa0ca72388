//! Canvases that are drawn on now and shown later: a picture of what stands still, and atlases of what is drawn often.
//!
//! A capsule costs a rounded path and a text; copied from an atlas it costs one call. Letters also stay sharp and steady
//! that way, since the browser would place them anew, to a whole pixel, in every animation frame.

use crate::stage::error::StageError;
use kurbo::{Point, Rect, Size};
use rustc_hash::FxHashMap;
use std::hash::Hash;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

/// A canvas with its drawing context.
pub struct Surface {
    /// The canvas.
    pub canvas: HtmlCanvasElement,
    /// Its context.
    pub context: CanvasRenderingContext2d,
}

/// Many small pictures on one canvas. Without a canvas each is painted where it is wanted, for a picture in vectors.
pub struct Atlas<K> {
    surface: Option<Surface>,
    /// Device pixels for one CSS pixel.
    density: f64,
    sprites: FxHashMap<K, Sprite>,
    /// Where the next one goes, in device pixels.
    next: Point,
    row_height: f64,
}

/// A small picture in an atlas.
#[derive(Clone, Copy, Debug)]
struct Sprite {
    /// Where it is, in the atlas's device pixels.
    source: Rect,
    /// Its size in CSS pixels.
    size: Size,
}

/// An atlas grows up to this many device pixels in width and height.
const ATLAS_PX_MAX: f64 = 2048.0;
/// Room around a sprite, so that its neighbors do not bleed in when it is copied to a fraction of a pixel.
const GUTTER: f64 = 2.0;

impl Surface {
    /// Through this canvas nothing shines, which saves the browser the blending.
    pub fn opaque(canvas: HtmlCanvasElement) -> Result<Self, StageError> {
        let options = js_sys::Object::new();
        let _ = js_sys::Reflect::set(&options, &"alpha".into(), &false.into());
        Self::of(canvas, &options)
    }

    fn of(canvas: HtmlCanvasElement, options: &js_sys::Object) -> Result<Self, StageError> {
        let context = canvas.get_context_with_context_options("2d", options);
        let context = context.ok().flatten().ok_or(StageError::NoContext)?;
        let context = context.dyn_into().map_err(|_| StageError::NoContext)?;
        Ok(Self { canvas, context })
    }

    /// A canvas that is not in the page.
    pub fn offscreen() -> Result<Self, StageError> {
        Self::of(Self::canvas()?, &js_sys::Object::new())
    }

    /// The same, and nothing shines through it.
    pub fn offscreen_opaque() -> Result<Self, StageError> {
        Self::opaque(Self::canvas()?)
    }

    fn canvas() -> Result<HtmlCanvasElement, StageError> {
        let document = web_sys::window().and_then(|window| window.document()).ok_or(StageError::NoContext)?;
        let canvas = document.create_element("canvas").map_err(|_| StageError::NoContext)?;
        canvas.dyn_into().map_err(|_| StageError::NoContext)
    }

    /// Makes all of it transparent.
    pub fn clear(&self) {
        let [width, height] = [self.canvas.width(), self.canvas.height()].map(f64::from);
        let _ = self.context.set_transform(1.0, 0.0, 0.0, 1.0, 0.0, 0.0);
        self.context.clear_rect(0.0, 0.0, width, height);
    }

    /// Copies a part, in whole device pixels, to the same place of another canvas of this size, whose transform is the identity.
    pub fn copy_to(&self, context: &CanvasRenderingContext2d, part: Rect) {
        let (x, y, width, height) = (part.x0, part.y0, part.width(), part.height());
        if width < 1.0 || height < 1.0 {
            return;
        }
        // Cannot fail: this is a canvas and not empty.
        let _ = context.draw_image_with_html_canvas_element_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
            &self.canvas,
            x,
            y,
            width,
            height,
            x,
            y,
            width,
            height,
        );
    }

    /// All of it, in device pixels.
    pub fn whole(&self) -> Rect {
        Rect::new(0.0, 0.0, f64::from(self.canvas.width()), f64::from(self.canvas.height()))
    }

    /// Sets the size in device pixels, if it is another one; that also clears it.
    pub fn resize(&self, width: u32, height: u32) {
        if self.canvas.width() != width || self.canvas.height() != height {
            self.canvas.set_width(width);
            self.canvas.set_height(height);
        }
    }
}

impl<K: Eq + Hash> Atlas<K> {
    /// An empty atlas, small at first: whenever something is added to a canvas that was copied from, the browser may
    /// duplicate all of it.
    pub fn new() -> Result<Self, StageError> {
        let surface = Surface::offscreen()?;
        surface.resize(512, 256);
        Ok(Self { surface: Some(surface), ..Self::none() })
    }

    /// One without a canvas.
    pub fn none() -> Self {
        let sprites = FxHashMap::default();
        Self { surface: None, density: 1.0, sprites, next: Point::ORIGIN, row_height: 0.0 }
    }

    /// Forgets all sprites; those to come have this density.
    pub fn clear(&mut self, density: f64) {
        if let Some(surface) = &self.surface {
            surface.clear();
        }
        self.sprites.clear();
        (self.next, self.row_height, self.density) = (Point::ORIGIN, 0.0, density);
    }

    /// Puts the sprite for this key onto a context; its middle comes to the context's place `center`. If the sprite is not there yet,
    /// `paint` draws it around the origin, in CSS pixels, within `size`.
    pub fn stamp(
        &mut self,
        key: K,
        (size, oversampling): (Size, f64),
        (context, center): (&CanvasRenderingContext2d, Point),
        paint: impl FnOnce(&CanvasRenderingContext2d),
    ) {
        if self.surface.is_none() {
            context.save();
            // Cannot fail: these are numbers.
            let _ = context.translate(center.x, center.y);
            paint(context);
            return context.restore();
        }
        let sprite = self.sprite(key, size, oversampling, paint);
        self.draw(sprite, context, center);
    }

    fn sprite(
        &mut self,
        key: K,
        size: Size,
        oversampling: f64,
        paint: impl FnOnce(&CanvasRenderingContext2d),
    ) -> Sprite {
        if let Some(sprite) = self.sprites.get(&key) {
            return *sprite;
        }
        let density = self.density * oversampling;
        let taken = (size * density).ceil() + Size::new(2.0 * GUTTER, 2.0 * GUTTER);
        self.make_room(taken);
        let at = self.next;
        self.next.x += taken.width;
        self.row_height = self.row_height.max(taken.height);

        let source = Rect::from_origin_size(at, taken).inset(-GUTTER);
        // A whole number of CSS pixels from the middle to the edge, so that the middle is not on half a device pixel.
        let size = source.size() / density;
        let middle = source.center();
        if let Some(Surface { context, .. }) = &self.surface {
            let _ = context.set_transform(density, 0.0, 0.0, density, middle.x, middle.y);
            paint(context);
        }
        let sprite = Sprite { source, size };
        self.sprites.insert(key, sprite);
        sprite
    }

    /// Begins a new row if need be, or a larger canvas, or in the end an empty one: what is still on the stage is painted
    /// again at once, and the rest was not needed.
    fn make_room(&mut self, taken: Size) {
        let Some(surface) = &self.surface else { return };
        let canvas = &surface.canvas;
        let [width, height] = [canvas.width(), canvas.height()].map(f64::from);
        if self.next.x + taken.width > width {
            self.next = Point::new(0.0, self.next.y + self.row_height);
            self.row_height = 0.0;
        }
        if self.next.y + taken.height > height || taken.width > width {
            let grown =
                |side: f64, needed: f64| (side * 2.0).max(needed).min(ATLAS_PX_MAX.max(needed)).ceil() as u32;
            surface.resize(grown(width, taken.width), grown(height, taken.height));
            self.clear(self.density);
        }
    }

    fn draw(&self, sprite: Sprite, context: &CanvasRenderingContext2d, center: Point) {
        let Sprite { source, size } = sprite;
        let Some(surface) = &self.surface else { return };
        // Cannot fail: the atlas is a canvas and not empty.
        let _ = context.draw_image_with_html_canvas_element_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
            &surface.canvas,
            source.x0,
            source.y0,
            source.width(),
            source.height(),
            center.x - size.width / 2.0,
            center.y - size.height / 2.0,
            size.width,
            size.height,
        );
    }
}
