//! Puts a [`Layout`] and its [`Traffic`] on a canvas. The only part of the stage that draws.
//!
//! Two layers stand still: the backdrop (ground, cables, captions) and above it the front (nodes, ports, plates). Each is
//! painted on a canvas of its own when the view or the network is another one, and copied otherwise. What moves is painted between them,
//! so that frames come out of a node and go into one. But not those that are labelled: who steps from event to event
//! sees each just when it leaves or arrives, and has to be able to read it. These are painted above the front.
//!
//! Of a crowd, the colors of the wires' loads are some hundred lines that change seldom: they are painted upon a copy of the backdrop.
//!
//! Copies within one canvas and not several canvases in the page: with software rendering a second canvas of this size that is
//! cleared and composed in every animation frame was measured to cost more than a copy of an opaque one (1.7 and 1.5 ms), and a
//! recording (`film`) takes one canvas.

mod addresses;
mod backdrop;
pub mod devices;
mod frames;
mod ghosts;
mod hand;
mod loaded;
mod marks;
mod nodes;
pub mod pen;
pub mod picture;
mod ports;
pub mod surface;
mod touched;
pub mod vector;

use super::camera::View;
use super::error::StageError;
use super::hand::Hand;
use super::looks::Measure;
use super::silhouette::Kind;
use crate::stage::palette::Palette;
use crate::stage::palette::Theme;
use backdrop::Backdrop;
use frames::{Frames, SpriteKey};
use kurbo::{Rect, Size, Vec2};
use loaded::Loaded;
use netlab::topology::{LinkId, NodeId};
use nodes::Emphasis;
use pen::Pen;
use picture::Picture;
use ports::Ports;
use surface::{Atlas, Surface};
use touched::{Parts, touched};
use trace::selection::Selection;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

/// The canvases.
pub struct Painter {
    stage: Surface,
    backdrop: Surface,
    /// The backdrop with the loads of a crowd.
    loaded: Loaded,
    front: Surface,
    /// The part of the front that has something on it, in device pixels.
    front_extent: Rect,
    /// The part of the canvas in which frames move in this view, and that in which anything ever does, in device pixels.
    lively: [Rect; 2],
    frames: Atlas<SpriteKey>,
    nodes: Atlas<NodeKey>,
    size: Size,
    density: f64,
    /// What the layers and the atlases were painted for.
    painted: Option<Stamp>,
    /// What the picture painted last has painted upon.
    touched: Parts,
    /// How often the layers were painted.
    layers_painted: u32,
}

/// A node's picture: kind, half of its width, device.
type NodeKey = (Kind, u64, Option<&'static str>);

/// How far from nodes and ports something may be painted, across and down: a capsule with its halo; a dropped frame that falls, with
/// its reason, a queue, a number of frames.
const LIVELY_PX: [(f64, f64); 2] = [(110.0, 50.0), (180.0, 110.0)];

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
            backdrop: Surface::offscreen_opaque()?,
            loaded: Loaded::new()?,
            front: Surface::offscreen()?,
            front_extent: Rect::ZERO,
            lively: [Rect::ZERO; 2],
            frames: Atlas::new()?,
            nodes: Atlas::new()?,
            size: Size::ZERO,
            density: 1.0,
            painted: None,
            touched: Parts::default(),
            layers_painted: 0,
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
        Ok(Box::new(measure))
    }

    /// The canvas that it paints on.
    pub fn canvas(&self) -> &HtmlCanvasElement {
        &self.stage.canvas
    }

    /// The canvas has this size in CSS pixels now, and this many device pixels for each.
    pub fn resize(&mut self, size: Size, density: f64) {
        (self.size, self.density) = (size, density);
        let [width, height] = [size.width, size.height].map(|length| (length * density).round() as u32);
        self.stage.resize(width, height);
        self.backdrop.resize(width, height);
        self.front.resize(width, height);
        // Makes the browser find memory for them now and not in the first animation frame, which has enough to do.
        for surface in [&self.stage, &self.backdrop, &self.front] {
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
        let is_new = self.refresh(picture, palette);
        let pen = Pen::new(&self.stage.context, self.density);
        pen.in_device_pixels();
        // The canvas keeps what was painted last: outside of where things move it is as it was.
        let now = self.touched_by(picture, is_new);
        let mut parts = std::mem::replace(&mut self.touched, now.clone());
        now.iter().for_each(|part| parts.add(part));
        let ground = self.loaded.refresh(&self.backdrop, picture.traffic, (palette, self.density), is_new);
        pen.context.save();
        pen.context.begin_path();
        for part in parts.iter() {
            pen.context.rect(part.x0, part.y0, part.width(), part.height());
        }
        pen.context.clip();
        parts.iter().for_each(|part| ground.copy_to(pen.context, part));
        let mut frames = Frames {
            pen: &pen,
            palette,
            sizes: &picture.layout.sizes,
            looks: picture.looks,
            atlas: &mut self.frames,
            reduced_motion: picture.reduced_motion,
        };
        frames.paint_below_nodes(picture.traffic);
        Self::paint_halos(&pen, palette, picture);
        pen.in_device_pixels();
        parts.iter().for_each(|part| self.front.copy_to(pen.context, part.intersect(self.front_extent)));
        pen.upright();
        Ports { pen: &pen, palette, picture, size: self.size }.paint_glow();
        frames.paint_above_nodes(picture.traffic);
        pen.upright();
        hand::paint(&pen, palette, picture);
        pen.context.restore();
    }

    /// The parts of the canvas that a picture paints upon.
    fn touched_by(&self, picture: &Picture<'_>, is_new: bool) -> Parts {
        let traffic = picture.traffic;
        let has_words = !(traffic.dropped_frames.is_empty()
            && traffic.crashes.is_empty()
            && traffic.queues.is_empty()
            && traffic.tallies.is_empty()
            && traffic.plates.is_empty());
        // What a hand holds reaches to the pointer, wherever that is.
        if is_new || picture.editing || !matches!(picture.hand, Hand::Empty) {
            return Parts::one(self.backdrop.whole());
        }
        if has_words {
            return Parts::one(self.lively[1]);
        }
        let Some(touched) = touched(picture) else { return Parts::one(self.lively[0]) };
        let mut parts = Parts::default();
        touched.into_iter().for_each(|rect| parts.add(self.in_device_pixels(rect)));
        parts
    }

    /// Paints it onto another context, as large as the canvas, without what a hand holds.
    pub fn paint_onto(&self, picture: &Picture<'_>, context: &CanvasRenderingContext2d) {
        let palette = picture.theme.palette();
        let pen = Pen::new(context, 1.0);
        let (mut sprites, mut nodes) = (Atlas::none(), Atlas::none());
        self.backdrop(picture, palette, &pen).paint(|id: LinkId| picture.emphasis(Selection::Link(id)));
        loaded::paint(&pen, palette, &picture.traffic.loads);
        let mut frames = Frames {
            pen: &pen,
            palette,
            sizes: &picture.layout.sizes,
            looks: picture.looks,
            atlas: &mut sprites,
            reduced_motion: picture.reduced_motion,
        };
        frames.paint_below_nodes(picture.traffic);
        Self::paint_halos(&pen, palette, picture);
        paint_nodes(&pen, palette, (picture, self.size), &mut nodes);
        let ports = Ports { pen: &pen, palette, picture, size: self.size };
        ports.paint_still();
        pen.upright();
        ports.paint_glow();
        frames.paint_above_nodes(picture.traffic);
    }

    /// The canvas in CSS pixels.
    pub fn size(&self) -> Size {
        self.size
    }

    fn backdrop<'a>(&self, picture: &Picture<'a>, palette: &'a Palette, pen: &'a Pen<'a>) -> Backdrop<'a> {
        Backdrop {
            pen,
            palette,
            sketch: picture.sketch,
            standing: picture.standing,
            spotlight: picture.spotlight,
            layout: picture.layout,
            view: picture.view,
            size: self.size,
        }
    }

    /// The loads of a crowd are still those of a moment ago: to be painted again even if the playhead stands still.
    pub fn is_behind(&self) -> bool {
        self.loaded.is_behind()
    }

    /// How often what stands still was painted since the page began.
    pub fn layers_painted(&self) -> u32 {
        self.layers_painted
    }

    /// Paints the layers and empties the atlases if they are for another view, and returns whether they were.
    fn refresh(&mut self, picture: &Picture<'_>, palette: &Palette) -> bool {
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
            return false;
        }
        if !self.painted.is_some_and(|painted| painted.has_sprites_of(&stamp)) {
            self.frames.clear(self.density);
            self.nodes.clear(self.density);
        }
        self.painted = Some(stamp);
        self.layers_painted += 1;
        let pen = Pen::new(&self.backdrop.context, self.density);
        self.backdrop(picture, palette, &pen).paint(|id: LinkId| picture.emphasis(Selection::Link(id)));
        self.paint_front(picture, palette);
        true
    }

    /// Nodes, ports and plates.
    fn paint_front(&mut self, picture: &Picture<'_>, palette: &Palette) {
        self.front.clear();
        let pen = Pen::new(&self.front.context, self.density);
        let mut extent = paint_nodes(&pen, palette, (picture, self.size), &mut self.nodes);
        let mut reach = |rect: Rect| extent = Some(extent.map_or(rect, |extent| extent.union(rect)));
        for plate in &picture.layout.plates {
            reach(plate.rect.inflate(4.0, 4.0));
        }
        // A port of a parallel cable may be beside its node.
        for at in picture.layout.cables.iter().flat_map(|cable| cable.ports) {
            reach(Rect::from_center_size(at, (24.0, 24.0)));
        }
        let extent = extent.unwrap_or(Rect::ZERO);
        self.front_extent = self.in_device_pixels(extent);
        self.lively = LIVELY_PX.map(|(across, down)| self.in_device_pixels(extent.inflate(across, down)));
        Ports { pen: &pen, palette, picture, size: self.size }.paint_still();
    }

    /// The whole pixels of the canvas that a part of it touches.
    fn in_device_pixels(&self, part: Rect) -> Rect {
        (part.scale_from_origin(self.density)).expand().intersect(self.front.whole())
    }

    /// Around nodes that are pointed at, below them.
    fn paint_halos(pen: &Pen<'_>, palette: &Palette, picture: &Picture<'_>) {
        let detail = picture.layout.sizes.detail;
        for id in picture.pointed_at() {
            let Some(node) = picture.layout.nodes.get(id.index()) else { continue };
            pen.turned(pen.snapped(node.center), Vec2::new(1.0, 0.0));
            let emphasis = picture.emphasis(Selection::Node(id));
            nodes::paint_halo(pen, palette, (node.kind, node.cables), detail, emphasis);
        }
        pen.upright();
    }
}

/// Paints the nodes that are in sight; the part of the canvas that they may take.
fn paint_nodes(
    pen: &Pen<'_>,
    palette: &Palette,
    (picture, size): (&Picture<'_>, Size),
    atlas: &mut Atlas<NodeKey>,
) -> Option<Rect> {
    pen.upright();
    let detail = picture.layout.sizes.detail;
    let margin = nodes::MARGIN * detail + 4.0;
    let canvas = Rect::from_origin_size((0.0, 0.0), size);
    let mut extent: Option<Rect> = None;
    for (id, node) in picture.layout.nodes.iter().enumerate() {
        let around = node.body().inflate(margin, margin);
        if !around.overlaps(canvas) {
            continue;
        }
        // Crowns and the lights of the ports reach a little further.
        let reach = around.inflate(40.0, 12.0);
        extent = Some(extent.map_or(reach, |extent| extent.union(reach)));
        let icon = picture.sketch.icons.get(id).copied().flatten();
        let key = (node.kind, node.half.x.to_bits(), icon);
        let onto = (pen.context, pen.snapped(node.center));
        atlas.stamp(key, (around.size(), 1.0), onto, |context| {
            let (pen, shape) = (Pen::new(context, pen.density), (node.kind, node.cables));
            if !icon.is_some_and(|icon| devices::paint(&pen, palette, icon, node.half)) {
                nodes::paint(&pen, palette, shape, detail);
            }
        });
    }
    extent
}

impl Picture<'_> {
    /// The nodes whose [emphasis](Self::emphasis) is not plain, each once, in the order of their numbers.
    fn pointed_at(&self) -> Vec<NodeId> {
        let chosen = [self.selection, self.hover].into_iter().flatten();
        let chosen = chosen.filter_map(|chosen| match chosen {
            Selection::Node(node) => Some(node),
            Selection::Link(_) | Selection::Frame(_) => None,
        });
        let held = match self.hand {
            Hand::Cable { to, .. } => to,
            _ => None,
        };
        let mut nodes: Vec<NodeId> = chosen.chain(held).chain(self.group.iter().copied()).collect();
        wire::sorted::sort_by(&mut nodes, Ord::cmp);
        nodes.dedup();
        nodes
    }

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
