//! Packets that routers pass on.
//!
//! Where each packet is looked at once, where it was sent first, the analysis has to know what became of it behind a router that rewrites
//! addresses: the answer goes to those. A packet is handed on before it can be answered, so it is enough to look at all wires up to that
//! of the packet that is analyzed next.

use capture::Place;
use dissect::analysis::Sides;
use netlab::History;
use netlab::history::TransitId;
use std::collections::VecDeque;

/// The analysis of what is seen at a place.
pub(crate) fn sides(place: Place) -> Sides {
    match place {
        Place::Once => Sides::at_senders(),
        Place::Everywhere | Place::Link(_) | Place::Port(_) => Sides::new(place == Place::Everywhere),
    }
}

/// The wires that were looked at, and where frames were sent first.
#[derive(Default)]
pub(crate) struct Passing {
    /// The first wire that was not yet looked at.
    next: u64,
    /// For each frame from this number on its first wire, as long as the history has it.
    first_frame: u64,
    first_wires: VecDeque<Option<TransitId>>,
}

impl Passing {
    /// Looks at all wires before this one, and says what was passed on.
    pub fn look(&mut self, history: &History, until: TransitId, analysis: &mut Sides) {
        let Some(oldest) = history.transits().next() else { return };
        self.forget(oldest.id);
        for id in self.next.max(oldest.id.0)..until.0 {
            let Some(transit) = history.transit(TransitId(id)) else { continue };
            if self.first_wires.is_empty() {
                self.first_frame = transit.frame_id.0;
            }
            let Some(place) = transit.frame_id.0.checked_sub(self.first_frame) else { continue };
            let place = place as usize;
            match self.first_wires.get(place).copied().flatten().and_then(|first| history.transit(first)) {
                // A switch passes a frame on as it is; only a router is another sender.
                Some(first) if sender(&first.frame) != sender(&transit.frame) => {
                    analysis.passed_on(&first.frame, &transit.frame);
                }
                Some(_) => {}
                None if transit.first => {
                    let known = self.first_wires.len().max(place + 1);
                    self.first_wires.resize(known, None);
                    self.first_wires[place] = Some(transit.id);
                }
                None => {}
            }
        }
        self.next = self.next.max(until.0);
    }

    /// Forgets the first wires that the history has forgotten.
    fn forget(&mut self, oldest: TransitId) {
        while self.first_wires.front().is_some_and(|wire| wire.is_none_or(|wire| wire < oldest)) {
            self.first_wires.pop_front();
            self.first_frame += 1;
        }
    }
}

/// The MAC address of the sender.
fn sender(frame: &[u8]) -> Option<&[u8]> {
    frame.get(6..12)
}
