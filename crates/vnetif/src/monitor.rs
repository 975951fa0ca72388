//! A look at every frame that an interface sends and receives, as a capture on a host has it.

use wire::frame::Frame;
use wire::time::Instant;

/// Which way a frame went, seen from the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Received.
    Rx,
    /// Sent. It is seen before the network can lose it, or refuse it.
    Tx,
}

/// Sees frames. Every closure of this form is one.
pub trait Monitor {
    /// A frame passed the interface. What the monitor itself sends through that interface, it does not see.
    fn saw(&mut self, now: Instant, direction: Direction, frame: &Frame);
}

impl<F: FnMut(Instant, Direction, &Frame)> Monitor for F {
    fn saw(&mut self, now: Instant, direction: Direction, frame: &Frame) {
        self(now, direction, frame);
    }
}
