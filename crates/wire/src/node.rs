//! The actions that a switch or router returns to its owner.
//!
//! Bridges and routers are sans-IO state machines: time and frames go in, and a list of these actions comes out. So sending calls
//! no code of a receiver, and the same machine runs in a world of virtual time, at a real TAP device and under a fuzzer.

use crate::frame::Frame;
use crate::mac::PortId;

/// The owner's name for a received frame: the node returns it with the frame's outcome, and does not look at it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag {
    /// The frame's identity over all its hops.
    pub frame: u64,
    /// The wire on which it arrived.
    pub hop: u64,
}

/// One thing that a node asks its owner to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action<E, R> {
    /// Send a frame.
    Send {
        /// Through this port.
        port: PortId,
        /// The frame's bytes.
        frame: Frame,
        /// The received frame that is forwarded in this one; `None`: the node made it.
        of: Option<Tag>,
    },
    /// A received frame is dropped.
    Refuse {
        /// The dropped frame.
        tag: Tag,
        /// Why the node dropped it.
        why: R,
    },
    /// Something changed in the node.
    Event(E),
}

/// The actions of a node in their order: filled by the node, emptied by its owner, and used again.
#[derive(Clone, Debug)]
pub struct Actions<E, R>(pub Vec<Action<E, R>>);

impl<E, R> Default for Actions<E, R> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<E, R> Actions<E, R> {
    /// Sends a frame: a forwarded one, or one that the node made.
    pub fn send(&mut self, port: PortId, frame: Frame, of: Option<Tag>) {
        self.0.push(Action::Send { port, frame, of });
    }

    /// Drops a received frame.
    pub fn refuse(&mut self, tag: Tag, why: R) {
        self.0.push(Action::Refuse { tag, why });
    }

    /// Reports a change in the node.
    pub fn event(&mut self, event: E) {
        self.0.push(Action::Event(event));
    }
}
