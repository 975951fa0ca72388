//! Packets that routers pass on.
//!
//! Where each packet is looked at once, where it was sent first, the analysis has to know what became of it behind a router that rewrites
//! addresses: the answer goes to those. A packet is handed on before it can be answered, so it is enough to look at all wires up to that
//! of the packet that is analyzed next.

use dissect::analysis::Sides;
use netlab::History;
use netlab::history::TransitId;
use std::collections::VecDeque;

/// Which wires were looked at.
#[derive(Default)]
pub struct Passing {
    next: u64,
    /// For each frame its first wire, by the frame's number from this one on.
    first_frame: u64,
    first_wires: VecDeque<Option<TransitId>>,
}

impl Passing {
    /// Looks at all wires before this one.
    pub fn look(&mut self, history: &History, until: TransitId, analysis: &mut Sides) {
        self.forget(history);
        for id in self.next..until.0 {
            let Some(transit) = history.transit(TransitId(id)) else { continue };
            let Some(place) = transit.frame_id.0.checked_sub(self.first_frame) else { continue };
            let place = place as usize;
            if self.first_wires.len() <= place {
                self.first_wires.resize(place + 1, None);
            }
            match self.first_wires[place] {
                None => self.first_wires[place] = Some(transit.id),
                Some(first) => {
                    // A switch passes a frame on as it is; only a router is another sender.
                    let first = history.transit(first).filter(|first| sender(&first.frame) != sender(&transit.frame));
                    if let Some(first) = first {
                        analysis.passed_on(&first.frame, &transit.frame);
                    }
                }
            }
        }
        self.next = self.next.max(until.0);
    }

    /// Forgets frames whose first wire the history has forgotten.
    fn forget(&mut self, history: &History) {
        let oldest = history.transits().next().map_or(TransitId(0), |transit| transit.id);
        while self.first_wires.front().is_some_and(|wire| wire.is_some_and(|wire| wire < oldest)) {
            self.first_wires.pop_front();
            self.first_frame += 1;
        }
    }
}

/// The Ethernet address of the sender.
fn sender(frame: &[u8]) -> Option<&[u8]> {
    frame.get(6..12)
}
