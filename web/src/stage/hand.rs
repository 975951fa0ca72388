//! What is being dragged: a cable's loose end or a frame around nodes in edit mode, what a host is going to send otherwise; and the
//! nodes' handles.

use super::layout::{Layout, NodeShape};
use super::pointer::Pointer;
use kurbo::{Point, Rect, Vec2};
use netlab::topology::NodeId;

/// What is being dragged. Places are in pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Hand {
    /// Nothing.
    #[default]
    Empty,
    /// A cable with one loose end, or a line to the host that something is sent to.
    Cable {
        /// The node at its other end.
        from: NodeId,
        /// Where the pointer is.
        at: Point,
        /// The node to which a release here would connect it.
        to: Option<NodeId>,
    },
    /// A frame around what is to be selected.
    Lasso(Rect),
}

/// A node's handle: a cable is pulled out of it.
pub fn handle(node: &NodeShape) -> (Point, f64) {
    let corner = Vec2::new(node.half.x, -node.half.y);
    (node.center + corner + Vec2::new(9.0, -9.0), 10.0)
}

/// Whether the handle of this node is at this pixel.
pub fn on_handle(layout: &Layout, node: NodeId, at: Point, pointer: Pointer) -> bool {
    let Some(shape) = layout.nodes.get(node.index()) else { return false };
    let (center, radius) = handle(shape);
    center.distance(at) <= radius.max(pointer.target() / 2.0)
}

/// The nodes of which the middle is in this frame.
pub fn within(layout: &Layout, frame: Rect) -> Vec<NodeId> {
    let inside = layout.nodes.iter().enumerate().filter(|(_, node)| frame.contains(node.center));
    inside.map(|(id, _)| NodeId(id as u32)).collect()
}
