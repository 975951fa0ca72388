//! What one button of the inspector stands for. The sheets that offer it need to know no lab.

use netlab::history::TransitId;
use netlab::topology::{End, LinkId, NodeId};

/// Something done with one button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// A switch or router forgets what it has learned.
    Clear(NodeId),
    /// A switch's spanning tree is switched on or off.
    Tree(NodeId, bool),
    /// The port at this end of a link is switched on or off.
    Port(LinkId, End, bool),
    /// The cable is put in, or pulled out.
    Plug(LinkId, bool),
    /// Run again in a branch in which this frame is lost on this wire.
    Lose(TransitId),
}
