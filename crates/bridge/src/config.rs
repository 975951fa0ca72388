//! A switch's settings, and those of its ports.

use smoltcp::wire::EthernetAddress;
use wire::{Duration, mac_table};

/// A switch's settings.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Config {
    /// Its own MAC address: the lower half of its bridge identifier, so that of equal priorities the lowest becomes the root
    /// (IEEE 802.1D-2004, 9.2.5). `None`: the burned-in one.
    pub mac: Option<EthernetAddress>,
    /// The aging time: an address is removed when no frame from it was received for this long.
    pub ageing: Duration,
    /// The spanning tree; `None`: frames circulate in a loop for ever.
    pub stp: Option<Stp>,
    /// Multicast snooping: frames to a group leave only by ports with members (RFC 4541).
    pub snooping: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self { mac: None, ageing: mac_table::AGEING, stp: None, snooping: false }
    }
}

/// Rapid spanning tree settings (IEEE 802.1D-2004, table 17-1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Stp {
    /// 0 to 61 440 in steps of 4096: the least becomes the root.
    pub priority: u16,
    /// The hello time, between two BPDUs: 1 to 10 s, by default 2.
    pub hello: Duration,
    /// The max age of received information: 6 to 40 s, by default 20.
    pub max_age: Duration,
    /// The forward delay: how long a port discards, and then learns, if it cannot be opened sooner: 4 to 30 s, by default 15.
    pub forward_delay: Duration,
}

impl Default for Stp {
    fn default() -> Self {
        Self {
            priority: 32_768,
            hello: Duration::from_secs(2),
            max_age: Duration::from_secs(20),
            forward_delay: Duration::from_secs(15),
        }
    }
}

/// A port's settings.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Port {
    /// Switched on by its administrator.
    pub up: bool,
    /// The longest payload of a frame in bytes, without VLAN tag.
    pub mtu: usize,
    /// The VLANs of the port.
    pub vlan: Membership,
    /// Whether there is no other switch behind it.
    pub edge: Edge,
    /// Its path cost; `None`: made from its cable's rate (IEEE 802.1D-2004, table 17-3).
    pub cost: Option<u32>,
    /// 0 to 240 in steps of 16; the least is preferred.
    pub priority: u8,
}

/// The default MTU of a port, in bytes: jumbo frames pass.
pub const MTU: usize = 9_216;

impl Default for Port {
    fn default() -> Self {
        Self { up: true, mtu: MTU, vlan: Membership::default(), edge: Edge::Auto, cost: None, priority: 128 }
    }
}

/// A VLAN's number: 1 to 4094 (IEEE 802.1Q-2022, 9.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Vlan(u16);

impl Vlan {
    /// The default VLAN of a port.
    pub const DEFAULT: Self = Self(1);

    /// `None` unless it is 1 to 4094.
    pub const fn new(number: u16) -> Option<Self> {
        if matches!(number, 1..=4094) { Some(Self(number)) } else { None }
    }

    /// The number.
    pub const fn get(self) -> u16 {
        self.0
    }
}

/// The VLANs of a port. A switch whose ports are all access ports of VLAN 1 is not VLAN-aware: it forwards tagged frames
/// unchanged.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Membership {
    /// Untagged frames of one VLAN. A frame received with this VLAN's tag belongs to it, too (IEEE 802.1Q-2022, 6.9).
    Access(Vlan),
    /// Tagged frames of several VLANs.
    Trunk {
        /// The VLAN of untagged frames, whose frames leave untagged; `None`: all are tagged. It is allowed, whether or not it is in
        /// `allowed`.
        native: Option<Vlan>,
        /// The allowed VLANs, in order, each once; `None`: all.
        allowed: Option<Vec<Vlan>>,
    },
}

impl Default for Membership {
    fn default() -> Self {
        Self::Access(Vlan::DEFAULT)
    }
}

/// Whether there is no other switch behind a port, so that it may forward at once (IEEE 802.1D-2004, 17.13.1, 17.13.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Edge {
    /// Detected: no BPDU was received for three seconds.
    #[default]
    Auto,
    /// Configured; a received BPDU overrides it.
    Yes,
    /// Another switch is possible.
    No,
}
