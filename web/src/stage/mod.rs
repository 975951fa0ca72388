//! The stage: the picture of a network in motion, drawn on a canvas from the history at the playhead.
//!
//! It reads only a [`Scene`]: topology, positions, and the [`History`] at one moment, never the live world. So live, paused and
//! rewound time look the same, and every frame that is drawn was on that wire, at that place.
//!
//! It knows no session: its types are those of `netlab`, `trace`, `wire` and `dissect` (`cargo xtask ci` checks that). So it can
//! be tested with a history alone.
//!
//! Data flows one way, and only the two ends touch the browser:
//!
//! | module | what it is |
//! |---|---|
//! | [`sketch`], [`plates`], [`silhouette`], [`line`](mod@line) | the network's picture at any scale: silhouettes, captions, badges, plates at the ports |
//! | [`standing`] | spanning tree and address checks, as they are at the playhead |
//! | [`camera`] | from where it is seen: pan, zoom, fit |
//! | [`sizes`], [`layout`], [`occupancy`] | the sketch in one view: where nodes, ports, cables, lanes and texts are |
//! | [`journey`] | where one frame is at one moment; the exact mapping from time to place |
//! | [`looks`], [`palette`] | what color a frame has and what is written on it |
//! | [`traffic`] | all frames at one moment as marks: capsules, queues, dropped frames, lights |
//! | [`hit`] | what is at a pixel, among those marks |
//! | [`paint`] | the marks on a canvas |
//! | [`gesture`], [`input`] | pointers, wheel and fingers turned into camera moves, selections and edits |
//! | [`hand`] | what is being dragged while editing: a cable's loose end, a frame around nodes |
//! | [`pointer`], [`error`] | mouse or finger; why there is no stage |
//!
//! # How to read the picture
//!
//! - A **capsule** is a frame. It leaves the sender's port when the first bit leaves, arrives when the last bit arrives, and
//!   moves evenly ([`journey`]). Its color, and its letters or its shape where there is no room for letters, are its
//!   protocol ([`trace::swatch::Swatch`]).
//! - The **light** in the cable's core beside it is where the frame's bits are at this moment, to scale.
//! - The **vessel** beside a port is the link's queue, to scale in bytes: the next frame to leave is nearest to the port.
//! - A frame that is **crossed out** and falls off the cable was dropped there, for the reason that it says.
//! - A capsule with a **number on a color** carries an 802.1Q tag. A **crack** through it: bits are wrong. A **second outline**
//!   behind it: it is a copy. An **arrow** over it: it goes ahead of others.
//! - A **port** is a disc at the cable's end: full where frames pass, half while addresses are learned, and behind a **bar**
//!   where the spanning tree lets nothing pass. A cable that is kept in reserve is dashed, and the tree's root wears a crown.
//! - On demand a **plate** beside a frame says what its headers say; what the node before has rewritten flashes.
//! - A **dashed outline** is a frame of another history, with which this one is compared, that is not under way in this one.
//! - Each direction keeps to its right-hand side of the cable.

mod camera;
mod error;
mod gesture;
mod hand;
mod hit;
pub mod input;
mod journey;
mod layout;
mod line;
mod looks;
mod occupancy;
mod paint;
pub mod palette;
mod plates;
mod pointer;
mod silhouette;
mod sizes;
mod sketch;
mod standing;
mod traffic;

use crate::stage::palette::Theme;
use camera::{Camera, View};
use error::StageError;
use hand::Hand;
use kurbo::{Point, Rect, Size, Vec2};
use layout::Layout;
use looks::Looks;
use netlab::History;
use netlab::history::Transit;
use netlab::topology::{NodeId, Topology};
use paint::Painter;
use paint::picture::Picture;
use paint::vector::{self, Drawing};
use pointer::Pointer;
use sketch::Sketch;
use standing::Standing;
use trace::Trace;
use trace::selection::Selection;
use traffic::marks::Traffic;
use traffic::moment::Moment;
use web_sys::HtmlCanvasElement;
use wire::Instant;

/// What is to be drawn: everything that the stage reads, borrowed for one animation frame.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// Nodes and links.
    pub topology: &'a Topology,
    /// Where each node is, in the document's units, by [`NodeId`].
    pub positions: &'a [(f64, f64)],
    /// What nodes are drawn as in place of their kind, by [`NodeId`]: the document's words.
    pub icons: &'a [Option<&'static str>],
    /// What nodes offer to others, by [`NodeId`], in words; empty: nothing.
    pub services: &'a [String],
    /// What happened.
    pub history: &'a History,
    /// Frames of another history that are under way at this moment, and have no equal in this one: drawn as outlines. Those of one
    /// direction follow each other.
    pub ghosts: &'a [&'a Transit],
    /// The playhead.
    pub at: Instant,
    /// Virtual nanoseconds in one second of the viewer's: how long an afterglow lasts on the wire's clock.
    pub rate: f64,
    /// What is selected.
    pub selection: Option<Selection>,
    /// Nodes that are selected together.
    pub group: &'a [NodeId],
    /// Nodes that are spoken of: light falls on them.
    pub spotlight: &'a [NodeId],
    /// Things can be taken hold of.
    pub editing: bool,
    /// Only frames that pass its filter are shown.
    pub sieve: Option<&'a Trace>,
    /// Frames in flight say their addresses, where there is room.
    pub addresses: bool,
    /// What the pointer is over, or what another pane points at.
    pub hover: Option<Selection>,
    /// Light or dark.
    pub theme: Theme,
    /// The viewer asked for less motion: frames still travel, decoration does not move.
    pub reduced_motion: bool,
    /// The animation frame's timestamp, in milliseconds: for the camera's easing only.
    pub now_ms: f64,
}

/// What was drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drawn {
    /// Frames in motion on the cables (the page marks the first one for the benchmark).
    pub frames_moving: usize,
    /// The camera is still easing: draw again even if the playhead stands still.
    pub unsettled: bool,
    /// How often what stands still was painted, since the page began.
    pub layers_painted: u32,
    /// How often the browser was asked for the width of a text, since the page began.
    pub texts_measured: u32,
}

/// The canvas with its camera and caches. All lengths in its methods are CSS pixels from the canvas's top left corner.
pub struct Stage {
    painter: Painter,
    camera: Camera,
    looks: Looks,
    sketch: Sketch,
    standing: Standing,
    spotlight: Vec<NodeId>,
    /// Counts up whenever the sketch is another one.
    revision: u64,
    layout: Layout,
    /// The view and the revision that the layout is for.
    laid_out: Option<(View, Size, u64)>,
    /// How often it was laid out.
    layouts: u32,
    traffic: Traffic,
    hand: Hand,
    next: Next,
}

/// What becomes of the view when the network is another one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Next {
    /// In edit mode it stays; otherwise as [`Follow`](Self::Follow).
    #[default]
    AsIs,
    /// Everything comes into view, unless a person has chosen the view.
    Follow,
    /// Everything comes into view.
    Fit,
}

/// The words of the devices that have a picture.
#[cfg(test)]
pub fn device_words() -> Vec<&'static str> {
    paint::devices::tests::words().into()
}

impl Stage {
    /// A stage on this canvas. Call [`resize`](Self::resize) before the first [`draw`](Self::draw).
    pub fn new(canvas: HtmlCanvasElement) -> Result<Self, StageError> {
        let looks = Looks::new(Painter::measure()?);
        let standing = Standing::default();
        let sketch = Sketch::new(&Topology::default(), &[], &standing, &looks);
        let camera = Camera::new();
        let layout = Layout::new(&sketch, camera.view(), camera.size());
        let painter = Painter::new(canvas)?;
        let traffic = Traffic::default();
        let hand = Hand::Empty;
        Ok(Self {
            painter,
            camera,
            looks,
            sketch,
            standing,
            spotlight: Vec::new(),
            revision: 0,
            layout,
            laid_out: None,
            layouts: 0,
            traffic,
            hand,
            next: Next::default(),
        })
    }

    /// Draws one animation frame.
    pub fn draw(&mut self, scene: &Scene<'_>) -> Drawn {
        let same = self.sketch.shows(scene.topology, scene.positions);
        if !same && self.sketch.topology() != scene.topology {
            self.standing.begin(scene.topology);
        }
        self.standing.read(scene.topology, scene.history, scene.at);
        let as_before = self.sketch.icons == scene.icons && self.sketch.offers(scene.services);
        if !same || !as_before || !self.sketch.is_up_to_date(&self.standing) {
            let font_min = self.sketch.font_min;
            self.sketch = Sketch::new(scene.topology, scene.positions, &self.standing, &self.looks);
            self.sketch.font_min = font_min;
            self.sketch.icons = scene.icons.into();
            self.sketch.offer(scene.services, &self.looks);
            self.revision += 1;
        }
        if self.spotlight != scene.spotlight {
            self.spotlight = scene.spotlight.into();
            self.revision += 1;
        }
        if !same {
            match std::mem::take(&mut self.next) {
                Next::Fit => self.camera.fit(&self.sketch),
                // While editing, nothing may move away from under the pointer.
                Next::AsIs if scene.editing => {}
                Next::AsIs | Next::Follow => self.camera.follow(&self.sketch),
            }
        }
        let unsettled = self.camera.advance(scene.now_ms, scene.reduced_motion);
        let view = self.camera.view();
        let wanted = Some((view, self.camera.size(), self.revision));
        if self.laid_out != wanted {
            self.layout = Layout::new(&self.sketch, view, self.camera.size());
            self.laid_out = wanted;
            self.layouts = self.layouts.wrapping_add(1);
        }
        self.looks.make_room();
        let frame = |selection: Option<Selection>| match selection {
            Some(Selection::Frame(id)) => scene.history.transit(id).map(|transit| transit.frame_id),
            _ => None,
        };
        let moment = Moment {
            at: scene.at.nanos(),
            rate: scene.rate,
            selected: frame(scene.selection),
            hovered: frame(scene.hover),
            sieve: scene.sieve,
            addresses: scene.addresses,
        };
        self.traffic.compose(scene.topology, scene.history, &self.layout, &mut self.looks, &moment);
        self.traffic.compose_ghosts(scene.ghosts, &self.layout, &mut self.looks, &moment);
        self.paint(scene, |painter, picture| painter.paint(picture));
        Drawn {
            frames_moving: self.traffic.moving,
            unsettled: unsettled || self.painter.is_behind(),
            layers_painted: self.painter.layers_painted(),
            texts_measured: self.looks.measured(),
        }
    }

    /// What is on the canvas, as a vector graphic (SVG) with this title. The scene is the one that was drawn last.
    pub fn svg(&mut self, scene: &Scene<'_>, title: &str) -> String {
        let drawing = Drawing::new(self.painter.size());
        let context = vector::context(&drawing);
        self.paint(scene, |painter, picture| painter.paint_onto(picture, &context));
        drawing.borrow().svg(title)
    }

    /// Has the painter paint what was composed last.
    fn paint(&mut self, scene: &Scene<'_>, paint: impl FnOnce(&mut Painter, &Picture<'_>)) {
        let picture = Picture {
            sketch: &self.sketch,
            standing: &self.standing,
            spotlight: &self.spotlight,
            layout: &self.layout,
            traffic: &self.traffic,
            looks: &self.looks,
            view: self.camera.view(),
            theme: scene.theme,
            selection: scene.selection,
            hover: scene.hover,
            group: scene.group,
            hand: self.hand,
            editing: scene.editing,
            reduced_motion: scene.reduced_motion,
            revision: self.revision,
        };
        paint(&mut self.painter, &picture);
    }

    /// The canvas that it draws on.
    pub fn canvas(&self) -> &HtmlCanvasElement {
        self.painter.canvas()
    }

    /// The canvas element's size changed, or it moved to a screen of other density. Keeps everything in view if the
    /// person has not moved the camera.
    pub fn resize(&mut self, width: f64, height: f64, device_pixel_ratio: f64) {
        self.painter.resize(Size::new(width, height), device_pixel_ratio);
        self.camera.resize(Size::new(width, height));
        self.camera.follow(&self.sketch);
    }

    /// These rectangles (left, top, width, height) are behind buttons and the like. A fit keeps clear of them.
    pub fn keep_clear(&mut self, obstacles: &[(f64, f64, f64, f64)]) {
        let rect = |&(x, y, width, height): &_| Rect::from_origin_size((x, y), (width, height));
        self.camera.keep_clear(obstacles.iter().map(rect).collect());
        self.camera.follow(&self.sketch);
    }

    /// No letters are smaller than this, in CSS pixels: for those who sit far away.
    pub fn set_font_min(&mut self, font_min: f64) {
        if self.sketch.font_min != font_min {
            self.sketch.font_min = font_min;
            self.revision += 1;
            self.camera.follow(&self.sketch);
        }
    }

    /// What is drawn at this place: a frame before a node before a cable.
    pub fn hit(&self, x: f64, y: f64, pointer: Pointer) -> Option<Selection> {
        hit::hit(Point::new(x, y), pointer, &self.layout, &self.traffic)
    }

    /// How often the drawing was laid out: places are others when this is another number.
    pub fn layouts(&self) -> u32 {
        self.layouts
    }

    /// Where a node with its caption is, or the middle of a cable with its badge: left, top, right, bottom.
    pub fn place_of(&self, of: Selection) -> Option<[f64; 4]> {
        let rect = match of {
            Selection::Node(node) => {
                let node = self.layout.nodes.get(node.index())?;
                let body = Rect::from_points(node.center - node.half, node.center + node.half);
                node.caption.map_or(body, |caption| body.union(caption.rect))
            }
            Selection::Link(link) => {
                let cable = self.layout.cables.get(link.index())?;
                let middle =
                    Rect::from_center_size(cable.ports[0].midpoint(cable.ports[1]), (8.0, 4.0 * cable.lane));
                cable.badge.map_or(middle, |badge| middle.union(badge.rect))
            }
            Selection::Frame(_) => return None,
        };
        Some([rect.x0, rect.y0, rect.x1, rect.y1])
    }

    /// Where the nodes with their captions are, as [`place_of`](Self::place_of) has it.
    pub fn node_places(&self) -> impl Iterator<Item = [f64; 4]> {
        let nodes = 0..self.layout.nodes.len() as u32;
        nodes.filter_map(|node| self.place_of(Selection::Node(NodeId(node))))
    }

    /// What [`keep_clear`](Self::keep_clear) was given: left, top, right, bottom.
    pub fn obstacles(&self) -> impl Iterator<Item = [f64; 4]> {
        self.camera.obstacles().iter().map(|rect| [rect.x0, rect.y0, rect.x1, rect.y1])
    }

    /// The node whose handle is at this place; only these nodes show theirs.
    fn handle_at(&self, at: Point, pointer: Pointer, shown: &[NodeId]) -> Option<NodeId> {
        shown.iter().copied().find(|&node| hand::on_handle(&self.layout, node, at, pointer))
    }

    /// Whether a node is a host, from which something can be sent.
    fn is_host(&self, node: NodeId) -> bool {
        self.sketch.nodes.get(node.index()).is_some_and(|node| node.kind == silhouette::Kind::Host)
    }

    /// The node at this place.
    fn node_at(&self, at: Point, pointer: Pointer) -> Option<NodeId> {
        self.layout.node_at(at, pointer.target())
    }

    /// Where in the document this pixel is.
    pub fn to_document(&self, x: f64, y: f64) -> (f64, f64) {
        let view = self.camera.view();
        let at = (Vec2::new(x, y) - view.offset) / view.scale;
        (at.x, at.y)
    }

    /// Moves the picture with the pointer, at once.
    pub fn pan_by(&mut self, dx: f64, dy: f64) {
        self.camera.pan_by(Vec2::new(dx, dy), &self.sketch);
    }

    /// Zooms, eased; the place `about` (by default the middle) stays where it is.
    pub fn zoom_by(&mut self, factor: f64, about: Option<(f64, f64)>) {
        self.camera.zoom_by(factor, about.map(Point::from), &self.sketch);
    }

    /// Zooms and moves at once: the middle of two fingers was at `about` and has moved by `by`.
    pub fn pinch(&mut self, factor: f64, about: (f64, f64), by: (f64, f64)) {
        self.camera.pinch(factor, about.into(), by.into(), &self.sketch);
    }

    /// The network has just been changed, and is drawn next: what becomes of the view then.
    pub fn expect_change(&mut self, next: Next) {
        self.next = next;
    }

    /// Brings everything into view, eased, and keeps it so over resizes.
    pub fn fit(&mut self) {
        self.camera.fit(&self.sketch);
    }
}
