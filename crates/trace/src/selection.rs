//! What is selected: a node, a link or a frame. Stage, session and instruments share it.

use netlab::history::TransitId;
use netlab::topology::{LinkId, NodeId};

/// What is selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selection {
    /// A node.
    Node(NodeId),
    /// A cable, both directions.
    Link(LinkId),
    /// A frame on a wire. The stage marks the same frame ([`netlab::history::FrameId`]) on later hops, too.
    Frame(TransitId),
}
