//! Monitors see every frame that an interface sends and receives, as a packet capture on a host does.

use wire::frame::Frame;
use wire::time::Instant;

/// The direction of a frame, seen from the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Received.
    Rx,
    /// Sent. The monitor sees it before the network can lose or refuse it.
    Tx,
}

/// Is called with every frame of an interface. Every closure of this form is a monitor.
pub trait Monitor {
    /// A frame was sent or received. The monitor does not see frames that it sends itself through that interface.
    fn saw(&mut self, now: Instant, direction: Direction, frame: &Frame);
}

impl<F: FnMut(Instant, Direction, &Frame)> Monitor for F {
    fn saw(&mut self, now: Instant, direction: Direction, frame: &Frame) {
        self(now, direction, frame);
    }
}
