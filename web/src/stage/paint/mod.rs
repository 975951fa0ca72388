//! Puts a [`Layout`] and its [`Traffic`] on a canvas. The only part of the stage that draws.
//!
//! Three layers: the backdrop (what stands still, painted once for each view and copied), what moves, and the nodes above
//! it, so that frames come out of a node and go into one.

mod backdrop;
mod frames;
mod nodes;
pub mod pen;
pub mod surface;

use super::camera::View;
use super::layout::Layout;
use super::looks::{Looks, Measure};
use super::palette::Palette;
use super::sketch::{Kind, Sketch};
use super::traffic::Traffic;
use super::{Selection, StageError, Theme};
use backdrop::Backdrop;
use frames::{CapsuleKey, Frames};
use kurbo::{Point, Rect, Size};
use netlab::topology::{LinkId, NodeId};
use nodes::Emphasis;
use pen::Pen;
use surface::{Atlas, Surface};
use web_sys::HtmlCanvasElement;

/// What one animation frame is painted from.
pub struct Picture<'a> {
    /// The network without a scale.
    pub sketch: &'a Sketch,
    /// The network on the canvas.
    pub layout: &'a Layout,
    /// What moves.
    pub traffic: &'a Traffic,
    /// The labels.
    pub looks: &'a Looks,
    /// From where it is seen.
    pub view: View,
    /// Light or dark.
    pub theme: Theme,
    /// What is selected.
    pub selection: Option<Selection>,
    /// What the pointer is over.
    pub hover: Option<Selection>,
    /// Nothing moves for decoration only.
    pub reduced_motion: bool,
    /// Counts up whenever the sketch is another one.
    pub revision: u64,
}

/// The canvases.
pub struct Painter {
    stage: Surface,
    backdrop: Surface,
    capsules: Atlas<CapsuleKey>,
    nodes: Atlas<(Kind, Emphasis)>,
    size: Size,
    density: f64,
    /// What the backdrop and the atlases were painted for.
    painted: Option<Stamp>,
}

#[derive(Clone, Copy, PartialEq)]
struct Stamp {
    revision: u64,
    view: View,
    theme: Theme,
    size: Size,
    density: f64,
    links: [Option<Selection>; 2],
}

impl Stamp {
    /// The sprites of one are good for the other.
    fn has_sprites_of(&self, other: &Self) -> bool {
        self.view.detail() == other.view.detail()
            && self.theme == other.theme
            && self.density == other.density
    }
}

impl Painter {
    /// A painter for this canvas.
    pub fn new(canvas: HtmlCanvasElement) -> Result<Self, StageError> {
        Ok(Self {
            stage: Surface::of(canvas)?,
            backdrop: Surface::offscreen()?,
            capsules: Atlas::new()?,
            nodes: Atlas::new()?,
            size: Size::ZERO,
            density: 1.0,
            painted: None,
        })
    }

    /// Measures text as it will be painted.
    pub fn measure() -> Result<Measure, StageError> {
        let surface = Surface::offscreen()?;
        Ok(Box::new(move |text, weight| {
            const SIZE: f64 = 100.0;
            let mut font = String::new();
            pen::font(&mut font, weight, SIZE);
            surface.context.set_font(&font);
            surface.context.measure_text(text).map_or(0.0, |metrics| metrics.width() / SIZE)
        }))
    }

    /// The canvas has this size in CSS pixels now, and this many device pixels for each.
    pub fn resize(&mut self, size: Size, density: f64) {
        (self.size, self.density) = (size, density);
        let [width, height] = [size.width, size.height].map(|length| (length * density).round() as u32);
        self.stage.resize(width, height);
        self.backdrop.resize(width, height);
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
            atlas: &mut self.capsules,
            reduced_motion: picture.reduced_motion,
        };
        frames.paint_below_nodes(picture.traffic);
        pen.upright();
        Self::paint_nodes(&mut self.nodes, &pen, palette, picture, self.size);
        Self::paint_ports(&pen, palette, picture);
        frames.paint_above_nodes(picture.traffic);
    }

    /// Paints the backdrop and empties the atlases if they are for another view.
    fn refresh(&mut self, picture: &Picture<'_>, palette: &Palette) {
        let link = |selection: Option<Selection>| selection.filter(|it| matches!(it, Selection::Link(_)));
        let stamp = Stamp {
            revision: picture.revision,
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
            self.capsules.clear(self.density);
            self.nodes.clear(self.density);
        }
        self.painted = Some(stamp);
        let pen = Pen::new(&self.backdrop.context, self.density);
        let backdrop = Backdrop {
            pen: &pen,
            palette,
            sketch: picture.sketch,
            layout: picture.layout,
            view: picture.view,
            size: self.size,
        };
        backdrop.paint(|id: LinkId| picture.emphasis(Selection::Link(id)));
    }

    fn paint_nodes(
        atlas: &mut Atlas<(Kind, Emphasis)>,
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
            let sprite = atlas.sprite((node.kind, emphasis), size, 1.0, |context| {
                nodes::paint(&Pen::new(context, pen.density), palette, node.kind, detail, emphasis);
            });
            atlas.draw(sprite, pen.context, pen.snapped(node.center));
        }
    }

    /// The ports' lights: dim while nothing passes, hollow where the cable is down.
    fn paint_ports(pen: &Pen<'_>, palette: &Palette, picture: &Picture<'_>) {
        let context = pen.context;
        let radius = picture.layout.sizes.light;
        let ports = || {
            let cables = picture.layout.cables.iter().zip(&picture.sketch.cables).enumerate();
            cables.flat_map(|(id, (cable, sketch))| {
                let glow = [0, 1].map(|end| picture.traffic.glow.get(id * 2 + end).copied().unwrap_or(0.0));
                [0, 1].map(|end| (cable.ports[end], sketch.down, glow[end]))
            })
        };
        let fill_all = |colour: &str, radius: f64, which: &dyn Fn(bool, f64) -> bool| {
            context.begin_path();
            for (at, ..) in ports().filter(|&(_, down, glow)| which(down, glow)) {
                pen.circle(at, radius);
            }
            pen.fill_with(colour);
            context.fill();
        };
        fill_all(palette.line, radius + 1.6, &|_, _| true);
        fill_all(palette.up, radius, &|down, _| !down);
        fill_all(palette.node, radius, &|down, _| down);
        for (at, _, glow) in ports().filter(|&(_, down, glow)| !down && glow > 0.0) {
            context.begin_path();
            pen.circle(at, radius * 2.1);
            pen.fill_with(palette.busy);
            context.set_global_alpha(0.35 * glow);
            context.fill();
            context.begin_path();
            pen.circle(at, radius);
            context.set_global_alpha(glow);
            context.fill();
        }
        context.set_global_alpha(1.0);
        context.begin_path();
        for (at, ..) in ports().filter(|&(_, down, _)| down) {
            let arm = radius * 0.62;
            pen.line(Point::new(at.x - arm, at.y - arm), Point::new(at.x + arm, at.y + arm));
            pen.line(Point::new(at.x - arm, at.y + arm), Point::new(at.x + arm, at.y - arm));
        }
        pen.stroke_with(palette.fault, 1.8);
        context.stroke();
    }
}

impl Picture<'_> {
    fn emphasis(&self, what: Selection) -> Emphasis {
        match Some(what) {
            what if what == self.selection => Emphasis::Selected,
            what if what == self.hover => Emphasis::Hovered,
            _ => Emphasis::Plain,
        }
    }
}
