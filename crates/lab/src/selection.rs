//! What is selected: a node, a link or a frame.

use netlab::history::TransitId;
use netlab::topology::{LinkId, NodeId};

/// What is selected on the stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selection {
    /// A node.
    Node(NodeId),
    /// A cable, both directions.
    Link(LinkId),
    /// A frame on a cable. Its halo follows the same frame ([`netlab::history::FrameId`]) over later hops.
    Frame(TransitId),
}
