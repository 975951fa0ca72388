//! The properties of a LAN.

use crate::backend::IP_MTU;
use wire::mac_table::AGEING;
use wire::time::Duration;

/// When listeners receive what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// Within the write; for a write from inside a listener, within the outermost write.
    Synchronous,
    /// In [`Backend::advance`]: what was written until then, and not what is written meanwhile.
    Asynchronous {
        /// The number of waiting frames (one for each receiver) from which on writes are refused. The last accepted frame may
        /// exceed it by its number of receivers.
        frames_max: usize,
    },
}

/// Which ports a frame leaves by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forwarding {
    /// By all but the one it came from.
    Hub,
    /// By the one behind which its destination was learned; if it is unknown or a group, by all but the one it came from.
    Switch {
        /// An address is removed when no frame from it was received for this long.
        ageing: Duration,
    },
}

/// The properties of a [`Lan`](super::Lan).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LanConfig {
    /// Hub or switch.
    pub forwarding: Forwarding,
    /// When listeners receive what was written.
    pub delivery: Delivery,
    /// The IP MTU that it advises to interfaces, in bytes.
    pub mtu: usize,
}

impl LanConfig {
    /// A hub for packets of up to 1500 bytes, delivering within the write.
    pub const HUB: Self = Self { forwarding: Forwarding::Hub, delivery: Delivery::Synchronous, mtu: IP_MTU };
    /// A switch for packets of up to 1500 bytes, delivering within the write.
    pub const SWITCH: Self = Self { forwarding: Forwarding::Switch { ageing: AGEING }, ..Self::HUB };
}
