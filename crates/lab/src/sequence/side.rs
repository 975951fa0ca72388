//! What a ladder is read from: the branch that is shown, or the one that it is compared with.

use crate::Lab;
use crate::topology::LiveTopology;
use netlab::history::FrameId;
use netlab::topology::NodeId;
use netlab::{History, Instant};
use trace::Trace;

/// A history, with what is known about its packets.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    /// The lab, whose capture takes the place of the history if one is open.
    pub lab: &'a Lab,
    /// What happened.
    pub history: &'a History,
    /// All nodes and links.
    pub topology: LiveTopology<'a>,
    /// How far the world has run.
    pub now: Instant,
    /// Where each node is on the stage.
    pub positions: &'a [(f64, f64)],
    /// Each packet once, with its analysis and the display filter.
    pub trace: &'a Trace,
}

impl<'a> Side<'a> {
    /// The branch that is shown.
    pub fn here(lab: &'a Lab) -> Self {
        Self {
            lab,
            history: lab.world.history(),
            topology: lab.whole(),
            now: lab.world.now(),
            positions: &lab.positions,
            trace: lab.trace(),
        }
    }

    /// Whether a filter leaves frames out.
    pub(super) fn is_filtered(&self) -> bool {
        self.trace.passes(FrameId(0)).is_some()
    }

    /// Whether it has this node at all: a branch may have fewer.
    pub(super) fn has(&self, node: NodeId) -> bool {
        node.index() < self.topology.nodes.len()
    }
}
