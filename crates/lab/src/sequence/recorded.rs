//! The ladder of an opened capture: a lifeline for each address, and a level arrow for each packet, because a capture knows when a
//! packet passed, and neither when it was sent nor when it arrived.
//!
//! Lifelines have the numbers of nodes and arrows those of transits, so that everything that draws a ladder draws this one, too. The number of
//! an arrow is that of its packet.

use super::axis::Scale;
use super::{Arrow, Rung};
use crate::Lab;
use capture::Recording;
use dissect::Meaning;
use netlab::Instant;
use netlab::history::{FrameId, TransitId};
use netlab::topology::NodeId;
use std::collections::VecDeque;
use std::rc::Rc;
use texts::t;
use trace::swatch::{self, Swatch};

/// The greatest number of lifelines: the addresses beyond share the last one, so that each has room for its name.
pub const LANES_MAX: usize = 24;
/// The height of the usual time between two packets, in heights of a text.
const USUAL_REM: f64 = 2.0;
/// The usual time is taken from this number of packets.
const SAMPLE: usize = 1_000;

/// What a ladder knows of a capture.
pub struct Recorded {
    recording: Rc<Recording>,
    /// The packets that were read.
    read: usize,
    names: Vec<String>,
    /// For each arrow sender and receiver.
    ends: Vec<[u32; 2]>,
}

impl Recorded {
    /// Of the capture that is looked at, nothing read yet.
    pub(super) fn of(lab: &Lab) -> Option<Self> {
        let recording = lab.packets().opened()?.recording.clone();
        Some(Self { recording, read: 0, names: Vec::new(), ends: Vec::new() })
    }

    /// Whether this is the capture that is looked at.
    pub(super) fn is_of(&self, lab: &Lab) -> bool {
        lab.packets().opened().is_some_and(|opened| Rc::ptr_eq(&opened.recording, &self.recording))
    }

    /// The names of the lifelines.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Reads packets as long as it may; returns whether all were read. `happens` gets the moment of each.
    pub(super) fn follow(
        &mut self,
        lab: &Lab,
        rungs: &mut VecDeque<Rung>,
        happens: &mut dyn FnMut(Instant),
        go_on: &mut dyn FnMut() -> bool,
    ) -> bool {
        let (trace, source) = (lab.packets().trace(), lab.source());
        for (number, row) in trace.rows(self.read..trace.count()) {
            self.read = number + 1;
            if trace.is_listed(number)
                && let Some(frame) = source.bytes(row)
            {
                let ends = self.ends_of(&dissect::meaning(frame));
                self.ends.push(ends);
                rungs.push_back(Rung { sent: row.at, transit: TransitId(number as u64) });
                happens(row.at);
            }
            if !go_on() {
                return false;
            }
        }
        trace.is_complete()
    }

    fn ends_of(&mut self, meaning: &Meaning<'_>) -> [u32; 2] {
        let (source, destination) = meaning.addresses();
        [source, destination].map(|name| {
            let place = self.names.iter().position(|known| *known == name);
            let place = place.unwrap_or_else(|| {
                let is_room = self.names.len() + 1 < LANES_MAX;
                if is_room || self.names.len() < LANES_MAX {
                    self.names.push(if is_room { name } else { t!("others").into() });
                }
                self.names.len() - 1
            });
            place as u32
        })
    }

    /// The arrow at this place, of this packet.
    pub(super) fn arrow(&self, lab: &Lab, place: usize, transit: TransitId) -> Option<Arrow> {
        let number = transit.0 as usize;
        let trace = lab.packets().trace();
        let row = trace.row(number)?;
        let message = dissect::meaning(trace.shown(lab.source(), number)?).message;
        let [from, to] = self.ends.get(place)?.map(NodeId);
        Some(Arrow {
            transit,
            frame: FrameId(transit.0),
            from,
            to,
            start: row.at,
            arrival: row.at,
            lost: None,
            label: message.label(),
            cue: swatch::cue(&message),
            swatch: Swatch::of_message(&message),
            notes: row.notes,
        })
    }
}

/// The scale at which the usual time between two packets of the capture can be seen; heights of the others are from `scale`.
pub(super) fn scale(lab: &Lab, scale: Scale, rem: f64) -> Scale {
    let trace = lab.packets().trace();
    let times: Vec<u64> = trace.rows(0..trace.count().min(SAMPLE)).map(|(_, row)| row.at.nanos()).collect();
    let mut between: Vec<u64> = times.windows(2).map(|pair| pair[1].saturating_sub(pair[0]).max(1)).collect();
    wire::sorted::sort_by_key(&mut between, |ns| *ns);
    let usual = between.get(between.len() / 2).copied().unwrap_or(1_000_000);
    Scale { per_ns: USUAL_REM * rem / usual as f64, ..scale }
}
