//! The nodes that have to be polled at this moment.
//!
//! There is hardly ever more than one, so a list in order beats a tree by far: a node goes in and out with every frame.

use crate::topology::NodeId;

/// Nodes, each once, in falling order of their ids.
#[derive(Default)]
pub(super) struct Dirty(Vec<NodeId>);

impl Dirty {
    pub fn insert(&mut self, node: NodeId) {
        let place = self.0.partition_point(|other| *other > node);
        if self.0.get(place) != Some(&node) {
            self.0.insert(place, node);
        }
    }

    /// Takes out the one with the lowest id.
    pub fn pop_first(&mut self) -> Option<NodeId> {
        self.0.pop()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_node_comes_out_once_and_the_lowest_first() {
        let mut dirty = Dirty::default();
        for id in [5, 1, 9, 1, 5, 3, 9] {
            dirty.insert(NodeId(id));
        }
        let mut ids = Vec::new();
        while let Some(node) = dirty.pop_first() {
            ids.push(node.0);
            if node.0 == 3 {
                dirty.insert(NodeId(2)); // As when a poll makes work for another.
            }
        }
        assert_eq!(ids, [1, 3, 2, 5, 9]);
    }
}
