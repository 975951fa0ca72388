//! What a node that is a state machine asks of the world around it.
//!
//! Bridges and routers are sans-IO: time and frames go in, and what comes out is a list of these actions. So nobody is called
//! back from inside somebody else's send, and the same machine runs in a world of virtual time, at a real TAP device and
//! under a fuzzer.

use crate::frame::Frame;
use crate::mac::PortId;

/// A received frame, as its owner knows it: the node hands it back with whatever becomes of the frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag {
    /// The frame's identity over all its hops.
    pub frame: u64,
    /// The wire on which it came.
    pub hop: u64,
}

/// Something that a node wants done, in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action<E, R> {
    /// Send a frame.
    Send {
        /// Through this port.
        port: PortId,
        /// These bytes.
        frame: Frame,
        /// The frame that came in and goes on with this; `None`: the node made it.
        of: Option<Tag>,
    },
    /// A received frame goes no further.
    Refuse {
        /// Which.
        tag: Tag,
        /// Why.
        why: R,
    },
    /// Something changed in the node.
    Event(E),
}

/// What a node wants done: filled by the node, emptied by its owner, and used again.
#[derive(Clone, Debug)]
pub struct Actions<E, R>(pub Vec<Action<E, R>>);

impl<E, R> Default for Actions<E, R> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<E, R> Actions<E, R> {
    /// Sends a frame on, or one that the node made.
    pub fn send(&mut self, port: PortId, frame: Frame, of: Option<Tag>) {
        self.0.push(Action::Send { port, frame, of });
    }

    /// A received frame goes no further.
    pub fn refuse(&mut self, tag: Tag, why: R) {
        self.0.push(Action::Refuse { tag, why });
    }

    /// Notes that something changed.
    pub fn event(&mut self, event: E) {
        self.0.push(Action::Event(event));
    }
}
