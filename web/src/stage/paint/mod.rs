//! Puts a [`Layout`] and its [`Traffic`] on a canvas. The only part of the stage that draws.
//!
//! Three layers: the backdrop (what stands still, painted once for each view and copied), what moves, and the nodes above
//! it, so that frames come out of a node and go into one. But not those that are labelled: who steps from event to event
//! sees each just when it leaves or arrives, and has to be able to read it.

mod backdrop;
mod frames;
mod hand;
mod marks;
mod nodes;
pub mod pen;
pub mod picture;
mod ports;
pub mod surface;

use super::camera::View;
use super::error::StageError;
use super::hand::Hand;
use super::looks::{Measure, Weight};
use super::silhouette::Kind;
use crate::stage::palette::Palette;
use crate::stage::palette::Theme;
use backdrop::Backdrop;
use frames::{Frames, SpriteKey};
use kurbo::{Rect, Size};
use netlab::topology::{LinkId, NodeId};
use nodes::Emphasis;
use pen::Pen;
use picture::Picture;
use ports::{PlateKey, Ports};
use surface::{Atlas, Surface};
use trace::selection::Selection;
use web_sys::HtmlCanvasElement;

/// The canvases.
pub struct Painter {
    stage: Surface,
    backdrop: Surface,
    frames: Atlas<SpriteKey>,
    nodes: Atlas<(Kind, u64, Emphasis)>,
    plates: Atlas<PlateKey>,
    size: Size,
    density: f64,
    /// What the backdrop and the atlases were painted for.
    painted: Option<Stamp>,
}

#[derive(Clone, Copy, PartialEq)]
struct Stamp {
    revision: u64,
    /// Of the spanning tree.
    tree: u64,
    /// Of the labels.
    generation: u64,
    detail: f64,
    view: View,
    theme: Theme,
    size: Size,
    density: f64,
    links: [Option<Selection>; 2],
}

impl Stamp {
    /// The sprites of one are good for the other.
    fn has_sprites_of(&self, other: &Self) -> bool {
        self.generation == other.generation
            && self.detail == other.detail
            && self.theme == other.theme
            && self.density == other.density
    }
}

impl Painter {
    /// A painter for this canvas.
    pub fn new(canvas: HtmlCanvasElement) -> Result<Self, StageError> {
        Ok(Self {
            stage: Surface::opaque(canvas)?,
            backdrop: Surface::offscreen()?,
            frames: Atlas::new()?,
            nodes: Atlas::new()?,
            plates: Atlas::new()?,
            size: Size::ZERO,
            density: 1.0,
            painted: None,
        })
    }

    /// Measures text as it will be painted.
    pub fn measure() -> Result<Measure, StageError> {
        const SIZE: f64 = 100.0;
        let surface = Surface::offscreen()?;
        let measure = move |text: &str, weight| {
            let mut font = String::new();
            pen::font(&mut font, weight, SIZE);
            surface.context.set_font(&font);
            surface.context.measure_text(text).map_or(0.0, |metrics| metrics.width() / SIZE)
        };
        // Makes the browser find the typeface now and not in the first animation frame.
        for weight in [Weight::Normal, Weight::Strong] {
            measure("0", weight);
        }
        Ok(Box::new(measure))
    }

    /// The canvas has this size in CSS pixels now, and this many device pixels for each.
    pub fn resize(&mut self, size: Size, density: f64) {
        (self.size, self.density) = (size, density);
        let [width, height] = [size.width, size.height].map(|length| (length * density).round() as u32);
        self.stage.resize(width, height);
        self.backdrop.resize(width, height);
        // Makes the browser find memory for them now and not in the first animation frame, which has enough to do.
        for surface in [&self.stage, &self.backdrop] {
            surface.context.fill_rect(0.0, 0.0, 1.0, 1.0);
        }
        self.painted = None;
    }

    /// Paints one animation frame.
    pub fn paint(&mut self, picture: &Picture<'_>) {
        if self.size.width < 1.0 || self.size.height < 1.0 {
            return;
        }
        let palette = picture.theme.palette();
        self.refresh(picture, palette);
        let pen = Pen::new(&self.stage.context, self.density);
        pen.upright();
        // Cannot fail: the backdrop is a canvas and not empty.
        let _ = pen.context.draw_image_with_html_canvas_element_and_dw_and_dh(
            &self.backdrop.canvas,
            0.0,
            0.0,
            f64::from(self.backdrop.canvas.width()) / self.density,
            f64::from(self.backdrop.canvas.height()) / self.density,
        );
        let mut frames = Frames {
            pen: &pen,
            palette,
            sizes: &picture.layout.sizes,
            looks: picture.looks,
            atlas: &mut self.frames,
            reduced_motion: picture.reduced_motion,
        };
        frames.paint_below_nodes(picture.traffic);
        pen.upright();
        Self::paint_nodes(&mut self.nodes, &pen, palette, picture, self.size);
        let mut ports = Ports { pen: &pen, palette, picture, atlas: &mut self.plates, size: self.size };
        ports.paint();
        frames.paint_above_nodes(picture.traffic);
        pen.upright();
        hand::paint(&pen, palette, picture);
    }

    /// Paints the backdrop and empties the atlases if they are for another view.
    fn refresh(&mut self, picture: &Picture<'_>, palette: &Palette) {
        let link = |selection: Option<Selection>| selection.filter(|it| matches!(it, Selection::Link(_)));
        let stamp = Stamp {
            revision: picture.revision,
            tree: picture.standing.revision,
            generation: picture.looks.generation(),
            detail: picture.layout.sizes.detail,
            view: picture.view,
            theme: picture.theme,
            size: self.size,
            density: self.density,
            links: [link(picture.selection), link(picture.hover)],
        };
        if self.painted == Some(stamp) {
            return;
        }
        if !self.painted.is_some_and(|painted| painted.has_sprites_of(&stamp)) {
            self.frames.clear(self.density);
            self.nodes.clear(self.density);
        }
        if !self
            .painted
            .is_some_and(|painted| painted.has_sprites_of(&stamp) && painted.revision == stamp.revision)
        {
            self.plates.clear(self.density);
        }
        self.painted = Some(stamp);
        let pen = Pen::new(&self.backdrop.context, self.density);
        let backdrop = Backdrop {
            pen: &pen,
            palette,
            sketch: picture.sketch,
            standing: picture.standing,
            layout: picture.layout,
            view: picture.view,
            size: self.size,
        };
        backdrop.paint(|id: LinkId| picture.emphasis(Selection::Link(id)));
    }

    fn paint_nodes(
        atlas: &mut Atlas<(Kind, u64, Emphasis)>,
        pen: &Pen<'_>,
        palette: &Palette,
        picture: &Picture<'_>,
        canvas: Size,
    ) {
        let detail = picture.layout.sizes.detail;
        let margin = nodes::MARGIN * detail + 4.0;
        let canvas = Rect::from_origin_size((0.0, 0.0), canvas);
        for (id, node) in picture.layout.nodes.iter().enumerate() {
            let around = Rect::from_points(node.center - node.half, node.center + node.half);
            if !around.inflate(margin, margin).overlaps(canvas) {
                continue;
            }
            let emphasis = picture.emphasis(Selection::Node(NodeId(id as u32)));
            let size = (node.half * 2.0).to_size() + Size::new(margin * 2.0, margin * 2.0);
            let key = (node.kind, node.half.x.to_bits(), emphasis);
            let sprite = atlas.sprite(key, size, 1.0, |context| {
                let shape = (node.kind, node.cables);
                nodes::paint(&Pen::new(context, pen.density), palette, shape, detail, emphasis);
            });
            atlas.draw(sprite, pen.context, pen.snapped(node.center));
        }
    }
}

impl Picture<'_> {
    fn emphasis(&self, what: Selection) -> Emphasis {
        match Some(what) {
            what if what == self.selection => Emphasis::Selected,
            Some(Selection::Node(node)) if self.group.contains(&node) => Emphasis::Selected,
            Some(Selection::Node(node)) if matches!(self.hand, Hand::Cable { to, .. } if to == Some(node)) => {
                Emphasis::Hovered
            }
            what if what == self.hover => Emphasis::Hovered,
            _ => Emphasis::Plain,
        }
    }
}
