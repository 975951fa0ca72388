//! The moment that is drawn.

use super::marks::Focus;
use netlab::history::FrameId;
use trace::Trace;

/// A dropped frame is seen for this long, in the viewer's seconds.
pub const DROPPED_SECS: f64 = 1.2;
/// An arrival's pulse is seen for this long, in the viewer's seconds.
pub const PULSE_SECS: f64 = 0.45;

/// The moment looked at.
#[derive(Clone, Copy)]
pub struct Moment<'a> {
    /// The playhead in virtual nanoseconds.
    pub at: u64,
    /// Virtual nanoseconds in one of the viewer's seconds.
    pub rate: f64,
    /// The selected frame.
    pub selected: Option<FrameId>,
    /// The frame under the pointer.
    pub hovered: Option<FrameId>,
    /// Only frames that pass its filter are shown.
    pub sieve: Option<&'a Trace>,
    /// Frames say their addresses.
    pub addresses: bool,
}

impl Moment<'_> {
    /// Whether a frame is to be seen.
    pub fn shows(&self, frame: FrameId) -> bool {
        self.sieve.and_then(|trace| trace.passes(frame)).unwrap_or(true)
    }

    /// The viewer's seconds that a span of virtual nanoseconds lasts.
    pub fn secs(&self, nanos: u64) -> f64 {
        nanos as f64 / self.rate.max(1e-9)
    }

    /// Virtual nanoseconds that last this many of the viewer's seconds.
    pub fn nanos(&self, secs: f64) -> u64 {
        (secs * self.rate) as u64
    }

    pub fn focus(&self, frame: FrameId) -> Focus {
        match Some(frame) {
            frame if frame == self.selected => Focus::Selected,
            frame if frame == self.hovered => Focus::Hovered,
            _ => Focus::None,
        }
    }
}
