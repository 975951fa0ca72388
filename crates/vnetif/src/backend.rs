//! The trait of a network in memory, and its errors.
//!
//! Sans-IO: time is an argument, and no thread is needed. Clones of a backend are cheap handles of one network, so its methods take
//! `&self`. Backends stack: [`Impaired`](crate::Impaired) and [`Delayed`](crate::Delayed) wrap any other.

use crate::inbox::InboxSender;
use smoltcp::wire::EthernetAddress;
use std::fmt;
use wire::frame::Frame;
use wire::mac::PortId;
use wire::time::Instant;

/// The largest IP packet of ordinary Ethernet, in bytes (IEEE 802.3-2022, 3.2.7).
pub const IP_MTU: usize = 1500;

/// A network in memory.
pub trait Backend: Clone {
    /// Registers a new port. Nothing is delivered to it until it listens. Its number is never used again, so that a frame that still
    /// waits for an old port cannot reach a new one.
    ///
    /// # Errors
    /// If all port numbers were used.
    fn register(&self) -> Result<PortId, PortsExhausted>;

    /// Removes a port and drops the frames that wait for it. No effect for a port that does not exist. It may be called from inside
    /// a listener, the port's own included.
    fn unregister(&self, port: PortId);

    /// Removes a port, but first delivers the frames that wait for it. When called from inside the port's own listener, these are
    /// delivered as soon as the listener returns.
    fn unregister_and_flush(&self, port: PortId);

    /// The port's MAC address.
    fn mac(&self, port: PortId) -> EthernetAddress {
        port.mac()
    }

    /// The largest IP packet in bytes that an interface should send here, unless its options set another limit. It is advice and
    /// not enforced: a network that refuses large frames has [`FrameSizeMax`](wire::impair::Impairment::FrameSizeMax).
    fn mtu(&self) -> usize;

    /// Sends a frame. `now` must not decrease.
    ///
    /// # Errors
    /// If the frame is too big, too many frames wait, or there is no such port.
    fn write(&self, now: Instant, from: PortId, frame: Frame) -> Result<(), WriteError>;

    /// Delivers the port's frames to this listener from now on, in place of an earlier one.
    ///
    /// # Errors
    /// If there is no such port.
    fn listen(&self, port: PortId, listener: Listener) -> Result<(), UnknownPort>;

    /// Whether a write would be accepted now. An interface that asks first never gets [`WriteError::QueueFull`].
    fn ready(&self) -> bool {
        true
    }

    /// Delivers what is due by now. Backends that deliver within the write have nothing to do here.
    fn advance(&self, _now: Instant) {}

    /// When [`advance`](Self::advance) will next have something to do; a moment in the past means at once. `None`: nothing waits.
    fn next_due(&self) -> Option<Instant> {
        None
    }
}

/// The receiver of a port's frames.
pub enum Listener {
    /// Frames wait in an inbox until their reader takes them, as a stack needs it.
    Inbox(InboxSender),
    /// A callback is called with each frame at once. It may write, and unregister its own port and others: nothing is borrowed
    /// while it runs.
    Callback(Callback),
}

/// A listener that is called with the moment of delivery and the frame.
pub type Callback = Box<dyn FnMut(Instant, Frame)>;

impl Listener {
    /// A listener that is called with every frame. A callback that owns a handle of its own network keeps that network
    /// alive until its port is unregistered.
    pub fn callback(callback: impl FnMut(Instant, Frame) + 'static) -> Self {
        Self::Callback(Box::new(callback))
    }

    /// Delivers one frame.
    pub fn hand(&mut self, now: Instant, frame: Frame) {
        match self {
            Self::Inbox(inbox) => inbox.push(frame),
            Self::Callback(callback) => callback(now, frame),
        }
    }
}

impl From<InboxSender> for Listener {
    fn from(inbox: InboxSender) -> Self {
        Self::Inbox(inbox)
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Inbox(_) => "Inbox",
            Self::Callback(_) => "Callback",
        })
    }
}

/// Why a frame was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// The network or the interface takes no frame of this size.
    #[error("a frame of {bytes} bytes is too big: at most {bytes_max} fit, Ethernet header included")]
    FrameTooBig {
        /// The frame's length in bytes.
        bytes: usize,
        /// The largest accepted frame in bytes.
        bytes_max: usize,
    },
    /// Too many frames wait for delivery; [`Backend::advance`] makes room.
    #[error("{frames} frames wait for delivery already: advance the backend")]
    QueueFull {
        /// How many frames wait.
        frames: usize,
    },
    /// There is no such port (any more).
    #[error(transparent)]
    UnknownPort(#[from] UnknownPort),
}

/// There is no such port: it was never registered, or has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not registered here, or has left")]
pub struct UnknownPort(pub PortId);

/// All port numbers were used: four billion ports were registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("all port numbers were used")]
pub struct PortsExhausted;
