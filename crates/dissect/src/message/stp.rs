//! BPDUs: what switches say about the spanning tree (IEEE 802.1D clause 9, rapid: IEEE 802.1w).

use smoltcp::wire::EthernetAddress;

use super::malformed::Malformed;
use crate::label::Label;
use crate::number::{ethernet, number};
use crate::text::mac;

pub(crate) const CONFIGURATION: u32 = 0x00;
pub(crate) const RAPID: u32 = 0x02;
pub(crate) const TOPOLOGY_CHANGE: u32 = 0x80;
/// Protocol, version and type.
pub(crate) const BASE_LEN: usize = 4;
pub(crate) const FLAGS_AT: usize = 4;
pub(crate) const ROOT_AT: usize = 5;
pub(crate) const COST_AT: usize = 13;
pub(crate) const BRIDGE_AT: usize = 17;
pub(crate) const PORT_AT: usize = 25;
pub(crate) const BRIDGE_ID_LEN: usize = 8;
const MULTIPLE_VERSION: u32 = 3;

/// A message from switch to switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bpdu {
    /// The tree as the sender sees it.
    Configuration(SpanningTree),
    /// The same in the rapid protocol (IEEE 802.1w).
    Rapid(SpanningTree),
    /// The same in the multiple spanning tree protocol: the tree that is common to all VLANs (IEEE 802.1Q clause 14).
    Multiple(SpanningTree),
    /// The tree has changed.
    TopologyChange,
    /// The kind is known, but the message ends before the tree does.
    CutShort {
        /// Of the rapid or the multiple spanning tree protocol.
        rapid: bool,
    },
    /// A type that the standards do not have.
    Unknown(u8),
}

/// What a BPDU says about the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpanningTree {
    /// The switch that the sender takes for the root.
    pub root: BridgeId,
    /// The path cost from the sender to the root.
    pub cost: u32,
    /// The sender.
    pub bridge: BridgeId,
    /// The sending port: its priority and number.
    pub port: u16,
    /// The flag that the tree has just changed.
    pub topology_change: bool,
}

/// By what switches compare themselves; the lowest becomes the root (IEEE 802.1D clause 9.2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BridgeId {
    /// A multiple of 4096.
    pub priority: u16,
    /// The VLAN that the tree is for, or 0 or 1.
    pub extension: u16,
    /// The switch's address.
    pub address: EthernetAddress,
}

impl BridgeId {
    pub(crate) fn read(message: &[u8], at: usize) -> BridgeId {
        let id = number(message, at..at + 2) as u16;
        BridgeId { priority: id & 0xf000, extension: id & 0xfff, address: ethernet(message, at + 2) }
    }

    /// `32768/0/02:50:00:00:00:01`
    pub(crate) fn text(&self, separator: &str) -> String {
        format!("{}{separator}{}{separator}{}", self.priority, self.extension, mac(self.address))
    }
}

/// The length of a message of that type, in bytes.
pub(crate) fn expected_len(kind: u32) -> usize {
    match kind {
        CONFIGURATION => 35,
        RAPID => 36,
        _ => BASE_LEN,
    }
}

impl Bpdu {
    /// Reads the message behind the LLC header.
    pub(crate) fn read(message: &[u8]) -> Result<Bpdu, Malformed> {
        if message.len() < BASE_LEN {
            return Err(Malformed::Stp);
        }
        let kind = number(message, 3..4);
        let cut = message.len() < expected_len(kind);
        Ok(match kind {
            TOPOLOGY_CHANGE => Bpdu::TopologyChange,
            CONFIGURATION if cut => Bpdu::CutShort { rapid: false },
            RAPID if cut => Bpdu::CutShort { rapid: true },
            CONFIGURATION => Bpdu::Configuration(SpanningTree::read(message)),
            RAPID if number(message, 2..3) == MULTIPLE_VERSION => Bpdu::Multiple(SpanningTree::read(message)),
            RAPID => Bpdu::Rapid(SpanningTree::read(message)),
            other => Bpdu::Unknown(other as u8),
        })
    }

    /// The tree, if the message describes one.
    pub fn tree(&self) -> Option<&SpanningTree> {
        match self {
            Bpdu::Configuration(tree) | Bpdu::Rapid(tree) | Bpdu::Multiple(tree) => Some(tree),
            Bpdu::TopologyChange | Bpdu::CutShort { .. } | Bpdu::Unknown(_) => None,
        }
    }

    pub(crate) fn label(&self) -> Label {
        Label::of(match self {
            Bpdu::Configuration(_) | Bpdu::CutShort { rapid: false } => "BPDU",
            Bpdu::Rapid(_) | Bpdu::Multiple(_) | Bpdu::CutShort { rapid: true } => "RST BPDU",
            Bpdu::TopologyChange => "TCN BPDU",
            Bpdu::Unknown(_) => "STP",
        })
    }

    pub(crate) fn info(&self) -> String {
        let (name, tree) = match self {
            Bpdu::Configuration(tree) => ("Conf", tree),
            Bpdu::Rapid(tree) => ("RST", tree),
            Bpdu::Multiple(tree) => ("MST", tree),
            Bpdu::TopologyChange => return "Topology Change Notification".into(),
            Bpdu::CutShort { .. } => return "STP, cut short".into(),
            Bpdu::Unknown(kind) => return format!("BPDU of type 0x{kind:02x}"),
        };
        let change = if tree.topology_change { "TC + " } else { "" };
        let root = tree.root.text("/");
        format!("{name}. {change}Root = {root}  Cost = {}  Port = 0x{:04x}", tree.cost, tree.port)
    }
}

impl SpanningTree {
    fn read(message: &[u8]) -> SpanningTree {
        SpanningTree {
            root: BridgeId::read(message, ROOT_AT),
            cost: number(message, COST_AT..COST_AT + 4),
            bridge: BridgeId::read(message, BRIDGE_AT),
            port: number(message, PORT_AT..PORT_AT + 2) as u16,
            topology_change: message[FLAGS_AT] & 1 != 0,
        }
    }
}
