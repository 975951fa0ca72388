//! The stage: the picture of a network in motion, drawn on a canvas from the history at the playhead.

pub mod input;

use netlab::History;
use netlab::history::TransitId;
use netlab::topology::{LinkId, NodeId, Topology};
use vnetif::Instant;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

/// What is to be drawn: everything that the stage knows of the world, borrowed for one animation frame.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// Nodes and links.
    pub topology: &'a Topology,
    /// Where each node is, in the document's units, by [`NodeId`].
    pub positions: &'a [(f64, f64)],
    /// What happened.
    pub history: &'a History,
    /// The playhead.
    pub at: Instant,
    /// Virtual nanoseconds in one second of the viewer's: how long an afterglow lasts on the wire's clock.
    pub rate: f64,
    /// What is selected.
    pub selection: Option<Selection>,
    /// What the pointer is over, or what another pane points at.
    pub hover: Option<Selection>,
    /// Light or dark.
    pub theme: Theme,
    /// The viewer asked for less motion: frames still travel, decoration does not move.
    pub reduced_motion: bool,
    /// The animation frame's timestamp, in milliseconds: for the camera's easing only.
    pub now_ms: f64,
}

/// Something on the stage that can be pointed at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selection {
    /// A node.
    Node(NodeId),
    /// A cable, both directions.
    Link(LinkId),
    /// A frame on a cable. Its halo follows the same frame ([`netlab::history::FrameId`]) over later hops.
    Frame(TransitId),
}

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Theme {
    /// Dark ink on a light ground.
    #[default]
    Light,
    /// Light ink on a dark ground.
    Dark,
}

/// What points: a finger needs larger targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pointer {
    /// A mouse or a pen: targets of at least 24 px (WCAG 2.2, 2.5.8).
    Fine,
    /// A finger: targets of at least 44 px (WCAG 2.2, 2.5.5).
    Coarse,
}

/// What was drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drawn {
    /// Frames in motion on the cables (the page marks the first one for the benchmark).
    pub frames_moving: usize,
    /// The camera is still easing: draw again even if the playhead stands still.
    pub unsettled: bool,
}

/// Why there is no stage.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// The browser gave no drawing context.
    #[error("this browser gave no 2D drawing context for the stage; close other heavy tabs and reload")]
    NoContext,
}

/// The canvas with its camera and caches. All lengths in its methods are CSS pixels from the canvas's top left corner.
pub struct Stage {
    canvas: HtmlCanvasElement,
    context: CanvasRenderingContext2d,
}

impl Stage {
    /// A stage on this canvas. Call [`resize`](Self::resize) before the first [`draw`](Self::draw).
    pub fn new(canvas: HtmlCanvasElement) -> Result<Self, StageError> {
        use wasm_bindgen::JsCast;
        let context = canvas.get_context("2d").ok().flatten().ok_or(StageError::NoContext)?;
        let context = context.dyn_into().map_err(|_| StageError::NoContext)?;
        Ok(Self { canvas, context })
    }

    /// Draws one animation frame.
    pub fn draw(&mut self, _scene: &Scene<'_>) -> Drawn {
        let _ = &self.context;
        Drawn::default()
    }

    /// The canvas element's size changed, or it moved to a screen of other density. Keeps everything in view if the
    /// person has not moved the camera.
    pub fn resize(&mut self, width: f64, height: f64, device_pixel_ratio: f64) {
        self.canvas.set_width((width * device_pixel_ratio).round() as u32);
        self.canvas.set_height((height * device_pixel_ratio).round() as u32);
    }

    /// What is drawn at this place: a frame before a node before a cable.
    pub fn hit(&self, _x: f64, _y: f64, _pointer: Pointer) -> Option<Selection> {
        None
    }

    /// Moves the picture with the pointer, at once.
    pub fn pan_by(&mut self, _dx: f64, _dy: f64) {}

    /// Zooms, eased; the place `about` (by default the middle) stays where it is.
    pub fn zoom_by(&mut self, _factor: f64, _about: Option<(f64, f64)>) {}

    /// Brings everything into view, eased, and keeps it so over resizes.
    pub fn fit(&mut self) {}
}
