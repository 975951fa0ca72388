//! Pointer, wheel and touch on the canvas, turned into camera moves and [`StageEvent`]s.

use super::{Selection, Stage};
use std::cell::RefCell;
use std::rc::Rc;
use web_sys::HtmlCanvasElement;

/// What a person did on the stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StageEvent {
    /// Clicked or tapped on something, or (`None`) beside everything.
    Select(Option<Selection>),
    /// The pointer is now over this.
    Hover(Option<Selection>),
    /// Moved the camera: draw again, even if the playhead stands still.
    Camera,
}

/// The listeners on the canvas; they are removed when this is dropped.
pub struct Input {}

impl Input {
    /// Listens on the canvas.
    pub fn attach(
        _canvas: &HtmlCanvasElement,
        _stage: Rc<RefCell<Stage>>,
        _on_event: impl Fn(StageEvent) + 'static,
    ) -> Self {
        Self {}
    }
}
