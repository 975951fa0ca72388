//! A door to the outside: a host of the world is somebody else's machine, such as a real kernel behind a TAP device. What
//! comes in from there is in the history like everything else, but in no document: such a world cannot be run again.

use super::{Machine, World};
use crate::queue::Event;
use crate::topology::NodeId;
use wire::{Frame, Instant};

impl World {
    /// From now on somebody outside is this host: frames that reach it wait in [`take_arrived`](Self::take_arrived), and it
    /// sends only what [`inject`](Self::inject) gives it. Returns false, and does nothing, if the node is no host.
    pub fn open(&mut self, node: NodeId) -> bool {
        match self.machines.get_mut(node.index()) {
            Some(machine @ Machine::Host(_)) => {
                *machine = Machine::Outside(Vec::new());
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
            let id = self.new_frame();
            self.hand_over(now, direction, id, frame, (true, true));
        }
    }

    /// The frames that have reached this node since it was asked last, and when; for one that is [open](Self::open).
    pub fn take_arrived(&mut self, node: NodeId) -> Vec<(Instant, Frame)> {
        match &mut self.machines[node.index()] {
            Machine::Outside(arrived) => std::mem::take(arrived),
            _ => Vec::new(),
        }
    }
}
