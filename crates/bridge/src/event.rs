//! The changes that a switch reports, and the reasons for which it drops a frame.

use crate::config::Vlan;
use smoltcp::wire::{EthernetAddress, IpAddress};
use std::fmt;
use texts::t;
use wire::PortId;

/// A change in a switch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// An address was learned.
    Learned {
        /// The VLAN; `None` if the switch is not VLAN-aware.
        vlan: Option<Vlan>,
        /// The address.
        mac: EthernetAddress,
        /// The port behind which it is.
        port: PortId,
    },
    /// An address was removed.
    Forgotten {
        /// The VLAN.
        vlan: Option<Vlan>,
        /// The address.
        mac: EthernetAddress,
    },
    /// The role or state of a port in the spanning tree has changed.
    Port {
        /// The port.
        port: PortId,
        /// Its role.
        role: Role,
        /// Its state.
        state: State,
        /// No other switch is behind it (operEdge).
        edge: bool,
    },
    /// The root of the spanning tree, as the switch sees it, has changed.
    Root {
        /// The root.
        root: BridgeId,
        /// The root path cost; 0: it is the root itself.
        cost: u32,
        /// The root port.
        port: Option<PortId>,
    },
    /// The topology has changed: addresses behind the other ports were removed (IEEE 802.1D-2004, 17.11).
    TopologyChange {
        /// The port at which the change was detected or received.
        port: PortId,
        /// Whether it was detected here; otherwise a neighbor sent it.
        detected: bool,
    },
    /// A group has a member behind a port.
    Joined {
        /// The VLAN.
        vlan: Option<Vlan>,
        /// The group.
        group: IpAddress,
        /// The port.
        port: PortId,
    },
    /// A group has no member behind a port any more.
    Left {
        /// The VLAN.
        vlan: Option<Vlan>,
        /// The group.
        group: IpAddress,
        /// The port.
        port: PortId,
    },
}

/// A bridge identifier (IEEE 802.1D-2004, 9.2.5): the least is the root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BridgeId {
    /// In steps of 4096; its low 12 bits are the system identifier extension.
    pub priority: u16,
    /// The bridge's address.
    pub mac: [u8; 6],
}

/// A port's role (IEEE 802.1D-2004, 17.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// The port that leads to the root.
    Root,
    /// A port that forwards between its segment and the root.
    Designated,
    /// Another path to the root, in reserve.
    Alternate,
    /// Another path to a segment for which this bridge has a designated port.
    Backup,
    /// Disabled.
    Disabled,
}

/// A port's state (IEEE 802.1D-2004, 17.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Only BPDUs are received and sent.
    Discarding,
    /// Addresses are learned, but no frames are forwarded.
    Learning,
    /// Frames are forwarded.
    Forwarding,
}

/// Why a switch drops a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refusal {
    /// The port is switched off.
    PortOff,
    /// The spanning tree blocks the port.
    Blocked,
    /// The port is not in its VLAN.
    OtherVlan,
    /// It is longer than the outgoing port's MTU.
    TooBig,
    /// It is no valid frame: a runt, an invalid BPDU, or a frame with a group's address as its source.
    Malformed,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PortOff => t!("the port is switched off"),
            Self::Blocked => t!("the spanning tree blocks this port"),
            Self::OtherVlan => t!("this port is not in its VLAN"),
            Self::TooBig => t!("it is too long for the outgoing port"),
            Self::Malformed => t!("it is malformed"),
        })
    }
}
