//! What changes in a switch, and why it keeps a frame.

use crate::config::Vlan;
use smoltcp::wire::{EthernetAddress, IpAddress};
use std::fmt;
use wire::PortId;

/// Something changed in a switch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// It learned where an address is.
    Learned {
        /// In this VLAN; `None` if the switch knows nothing of VLANs.
        vlan: Option<Vlan>,
        /// The address.
        mac: EthernetAddress,
        /// The port behind which it is.
        port: PortId,
    },
    /// It forgot it.
    Forgotten {
        /// In this VLAN.
        vlan: Option<Vlan>,
        /// The address.
        mac: EthernetAddress,
    },
    /// A port's part in the spanning tree.
    Port {
        /// Which port.
        port: PortId,
        /// Its role.
        role: Role,
        /// Its state.
        state: State,
        /// No other switch is behind it (operEdge).
        edge: bool,
    },
    /// Whom it takes for the root of the tree.
    Root {
        /// The root.
        root: BridgeId,
        /// The cost of the way there; 0: it is the root itself.
        cost: u32,
        /// The port that leads there.
        port: Option<PortId>,
    },
    /// The tree has changed: addresses behind the other ports have been forgotten (IEEE 802.1D-2004, 17.11).
    TopologyChange {
        /// Found out here at this port, or told by a neighbor.
        port: PortId,
        /// Found out here.
        detected: bool,
    },
    /// Somebody behind a port wants a group's frames.
    Joined {
        /// In this VLAN.
        vlan: Option<Vlan>,
        /// The group.
        group: IpAddress,
        /// The port.
        port: PortId,
    },
    /// Nobody behind it does any more.
    Left {
        /// In this VLAN.
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
    /// It leads to the root.
    Root,
    /// It leads away from the root.
    Designated,
    /// Another way to the root, kept in reserve.
    Alternate,
    /// Another way to a segment that this very bridge serves already.
    Backup,
    /// Off.
    Disabled,
}

/// A port's state (IEEE 802.1D-2004, 17.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Nothing passes but BPDUs.
    Discarding,
    /// Addresses are learned, but nothing passes yet.
    Learning,
    /// Frames pass.
    Forwarding,
}

/// Why a switch keeps a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refusal {
    /// The port is switched off.
    PortOff,
    /// The spanning tree does not let it in here.
    Blocked,
    /// Its VLAN is not one of this port's.
    OtherVlan,
    /// It is longer than the port on which it should leave allows.
    TooBig,
    /// It is no valid frame: a runt, or a BPDU that is none.
    Malformed,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PortOff => "the port is switched off",
            Self::Blocked => "the spanning tree keeps this port closed",
            Self::OtherVlan => "its VLAN is not one of this port's",
            Self::TooBig => "it is too long for the port on which it should leave",
            Self::Malformed => "it is malformed",
        })
    }
}
