//! What a network in memory has to offer to the interfaces that join it.
//!
//! Sans-IO: time is an argument, and nobody needs a thread. A backend's handles are cheap clones of one network, so its
//! methods take `&self`. Backends stack: [`Impaired`](crate::Impaired) and [`Delayed`](crate::Delayed) wrap any other.

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
    /// A new port. Nothing is delivered to it until it listens. Its number is never used again, so that no old frame
    /// can be taken for one of a newcomer.
    fn register(&self) -> Result<PortId, PortsExhausted>;

    /// Takes a port off the network and drops what is pending for it. Nothing for a port that is not there. It may be
    /// called from inside a listener, the port's own included.
    fn unregister(&self, port: PortId);

    /// Takes a port off the network, but first delivers what is pending for it. From inside the port's own listener
    /// this cannot be: then the rest is delivered as soon as that returns.
    fn unregister_and_flush(&self, port: PortId);

    /// The port's address.
    fn mac(&self, port: PortId) -> EthernetAddress {
        port.mac()
    }

    /// The largest IP packet in bytes that an interface should send here, unless it was told otherwise. Advice, not a
    /// check: a network that refuses large frames is [`FrameSizeMax`](wire::impair::Impairment::FrameSizeMax).
    fn mtu(&self) -> usize;

    /// Sends a frame. `now` must not go back.
    fn write(&self, now: Instant, from: PortId, frame: Frame) -> Result<(), WriteError>;

    /// From now on delivers to this listener, in place of an earlier one.
    fn listen(&self, port: PortId, listener: Listener) -> Result<(), UnknownPort>;

    /// Whether a write would be taken now. An interface that asks first loses nothing to [`WriteError::QueueFull`].
    fn ready(&self) -> bool {
        true
    }

    /// Delivers what is due by now. Backends that deliver within the write have nothing to do here.
    fn advance(&self, _now: Instant) {}

    /// When [`advance`](Self::advance) will next have something to do; the past means at once.
    fn next_due(&self) -> Option<Instant> {
        None
    }
}

/// Who gets a port's frames.
pub enum Listener {
    /// They wait here until their reader comes for them: what a stack wants.
    Inbox(InboxSender),
    /// They are handed to this at once. It may write, leave, and make others leave: nothing is borrowed while it runs.
    Callback(Callback),
}

/// A listener that is called: with the moment of delivery, and the frame.
pub type Callback = Box<dyn FnMut(Instant, Frame)>;

impl Listener {
    /// A listener that is called with every frame. A callback that owns a handle of its own network keeps that network
    /// alive until its port is unregistered.
    pub fn callback(callback: impl FnMut(Instant, Frame) + 'static) -> Self {
        Self::Callback(Box::new(callback))
    }

    /// Hands over one frame.
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

/// A frame was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// The network or the interface takes no frame of this size.
    #[error("a frame of {bytes} bytes is too big: at most {bytes_max} fit, Ethernet header included")]
    FrameTooBig {
        /// Of the frame.
        bytes: usize,
        /// That would have been taken.
        bytes_max: usize,
    },
    /// Too many frames wait for delivery; [`Backend::advance`] makes room.
    #[error("{frames} frames wait for delivery already: advance the backend")]
    QueueFull {
        /// How many wait.
        frames: usize,
    },
    /// There is no such port, or no longer.
    #[error(transparent)]
    UnknownPort(#[from] UnknownPort),
}

/// There is no such port: it was never registered, or has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not registered here, or has left")]
pub struct UnknownPort(pub PortId);

/// All numbers were used: four billion ports have come and gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("all port numbers were used")]
pub struct PortsExhausted;
