//! Runs in a network: which host starts one, for which target, and the lines of its history. What runs are and measure is
//! the hosts' ([`host::run`]).

use crate::topology::NodeId;
use smoltcp::wire::IpAddress;
use wire::Instant;

pub use host::run::*;

/// A run: its client, its target and its kind.
#[derive(Clone, Debug, PartialEq)]
pub struct RunSpec {
    /// The client: the host that starts it.
    pub from: NodeId,
    /// The target, where the server is.
    pub to: Target,
    /// What is done.
    pub kind: RunKind,
}

/// The target of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A host, at the first of its addresses that both sides can use; of this IP version if one is asked for.
    Node(NodeId, Option<IpVersion>),
    /// An address, whether or not a host has it.
    Address(IpAddress),
}

/// The version of the Internet Protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IpVersion {
    /// RFC 791.
    V4,
    /// RFC 8200.
    V6,
}

/// One line of a run's history.
#[derive(Clone, Debug, PartialEq)]
pub struct RunEntry {
    /// When.
    pub at: Instant,
    /// What.
    pub event: RunEvent,
    /// All that was measured up to and with this event.
    pub totals: Totals,
}

impl IpVersion {
    /// Whether the address is of this version.
    pub const fn is_of(self, address: &IpAddress) -> bool {
        matches!((self, address), (Self::V4, IpAddress::Ipv4(_)) | (Self::V6, IpAddress::Ipv6(_)))
    }
}
