//! A door to the outside: a host of the world stands for a real machine, such as a kernel behind a TAP device. What comes in from
//! there is in the history like everything else, but in no document: such a world cannot be run again.

use super::{Handover, World, machine};
use crate::queue::Event;
use crate::topology::NodeId;
use wire::{Frame, Instant};

impl World {
    /// From now on a machine outside of the world is this host: frames that reach it wait in [`take_arrived`](Self::take_arrived), and it
    /// sends only what [`inject`](Self::inject) gives it. Returns false, and does nothing, if the node is no host.
    pub fn open(&mut self, node: NodeId) -> bool {
        match self.nodes.get_mut(node.index()) {
            Some(running) if running.machine.host_addresses().is_some() => {
                running.machine = machine::outside();
                self.note_busy(node);
                true
            }
            _ => false,
        }
    }

    /// The node's machine outside sends this frame at the first open moment, which is returned.
    pub fn inject(&mut self, node: NodeId, frame: Frame) -> Instant {
        let at = self.frontier();
        self.injected.push_back(frame);
        self.queue.push(at, Event::Injection(node));
        at
    }

    pub(super) fn injection(&mut self, now: Instant, node: NodeId) {
        let frame = self.injected.pop_front().expect("one for each event, in the same order");
        if let Some(&direction) = self.ports[node.index()].first() {
            let handover = Handover { id: None, frame, first: true, new_bytes: true };
            self.put_into(now, direction, handover);
        }
    }

    /// The frames that have reached this node since it was asked last, and when; for one that is [open](Self::open).
    pub fn take_arrived(&mut self, node: NodeId) -> Vec<(Instant, Frame)> {
        self.nodes[node.index()].machine.arrived().map(std::mem::take).unwrap_or_default()
    }
}
