//! Everything that moves, at one moment: frames on the lanes, light in the cables, queues at the ports, deaths, arrivals.
//!
//! Pure: histories and layouts in, marks out; no canvas. The [`Painter`](super::paint) draws what is here and
//! [`hit`](super::hit) finds what is here, so what is seen and what can be pointed at are the same.
//!
//! # How much is shown of a frame
//!
//! By how much room it has between its neighbours, all along its way (see [`Journey::gap_to`]): a capsule with its label, a
//! pill with one or two letters, a mark in its protocol's shape, or a piece of a band. Nothing ever overlaps on a lane, and
//! a frame keeps its form on its whole way unless another one is handed over behind it.
//!
//! What is said in words besides, of losses, queues and many small marks, is said where there is room for it: see [`words`].
//!
//! # What it costs
//!
//! Bounded, whatever the network does: at most [`VISITS_MAX`] transits are looked at for one animation frame. On a direction
//! that has more in flight than its share, the lane is sampled instead, one transit every few pixels, each found by a
//! binary search; at that density they are a band anyway.

mod arrange;
mod fates;
mod gather;
mod marks;
#[cfg(test)]
mod tests;
mod words;

use super::journey::Journey;
use super::layout::Layout;
use super::looks::{Look, Looks};
use arrange::Way;
use gather::{gather, sample};
pub use marks::{Death, Focus, Form, Mark, Pulse, Queue, Slot, Stretch, Tally};
use netlab::History;
use netlab::history::FrameId;
use netlab::topology::{Direction, End, LinkId, Topology};
use trace::Trace;
use wire::Instant;

/// Transits looked at for one animation frame, in all.
pub const VISITS_MAX: usize = 12_000;
/// Of those, in one direction at most.
const VISITS_DIRECTION_MAX: usize = 3_000;
/// A death is seen for this long, in the viewer's seconds.
pub const DEATH_SECS: f64 = 1.2;
/// An arrival's pulse is seen for this long, in the viewer's seconds.
pub const PULSE_SECS: f64 = 0.45;

/// The moment looked at.
#[derive(Clone, Copy)]
pub struct Moment<'a> {
    /// The playhead in virtual nanoseconds.
    pub at: u64,
    /// Virtual nanoseconds in one of the viewer's seconds.
    pub rate: f64,
    /// The selected frame.
    pub selected: Option<FrameId>,
    /// The frame under the pointer.
    pub hovered: Option<FrameId>,
    /// Only frames that pass its filter are shown.
    pub sieve: Option<&'a Trace>,
}

/// Everything that moves.
#[derive(Default)]
pub struct Traffic {
    /// Frames on lanes.
    pub marks: Vec<Mark>,
    /// Stretches of lanes where frames follow each other too closely to be told apart.
    pub bands: Vec<Stretch>,
    /// Bits in cable cores.
    pub lights: Vec<Stretch>,
    /// Queues that hold something.
    pub queues: Vec<Queue>,
    /// The frames in them.
    pub slots: Vec<Slot>,
    /// Frames that were dropped a moment ago.
    pub deaths: Vec<Death>,
    /// Frames that arrived a moment ago.
    pub pulses: Vec<Pulse>,
    /// How brightly each port's light shines, by link and end: `2 × link + end`.
    pub glow: Vec<f64>,
    /// One label for many small marks.
    pub tallies: Vec<Tally>,
    /// Frames on wires.
    pub moving: usize,
    trips: Vec<Trip>,
}

/// A frame's journey, and what it looks like.
#[derive(Clone, Copy, Debug)]
pub struct Trip {
    /// When it is where.
    pub journey: Journey,
    /// Its look.
    pub look: Look,
}

impl Moment<'_> {
    /// Whether a frame is to be seen.
    fn shows(&self, frame: FrameId) -> bool {
        self.sieve.and_then(|trace| trace.passes(frame)).unwrap_or(true)
    }

    /// The viewer's seconds that a span of virtual nanoseconds lasts.
    fn secs(&self, nanos: u64) -> f64 {
        nanos as f64 / self.rate.max(1e-9)
    }

    /// Virtual nanoseconds that last so many of the viewer's seconds.
    fn nanos(&self, secs: f64) -> u64 {
        (secs * self.rate) as u64
    }

    fn focus(&self, frame: FrameId) -> Focus {
        match Some(frame) {
            frame if frame == self.selected => Focus::Selected,
            frame if frame == self.hovered => Focus::Hovered,
            _ => Focus::None,
        }
    }
}

impl Traffic {
    /// Everything that moves on this network at this moment.
    pub fn compose(
        &mut self,
        topology: &Topology,
        history: &History,
        layout: &Layout,
        looks: &mut Looks,
        moment: &Moment<'_>,
    ) {
        self.begin(topology.links.len());
        let in_sight = (0..topology.links.len() as u32).map(LinkId).filter(|&link| layout.in_sight(link));
        let mut visits_left = VISITS_MAX;
        for link in in_sight {
            for from in End::BOTH {
                let direction = Direction { link, from };
                let mut trips = std::mem::take(&mut self.trips);
                let visits_max = visits_left.clamp(64, VISITS_DIRECTION_MAX);
                let crowded = gather(history, direction, moment, visits_max, looks, &mut trips);
                visits_left = visits_left.saturating_sub(trips.len());
                if !trips.is_empty() {
                    let lane = layout.lane(direction);
                    let queue_bytes = topology.link(link).ways[from.index()].line.queue.bytes_max();
                    if crowded {
                        sample(history, direction, moment, lane.length, looks, &mut trips);
                    }
                    let dropped = || {
                        let glow = moment.at.saturating_sub(moment.nanos(DEATH_SECS));
                        let [before, now] = [glow, moment.at].map(Instant::from_nanos);
                        history.dropped_by(direction, now) - history.dropped_by(direction, before)
                    };
                    let way = Way { direction, lane, queue_bytes, layout };
                    self.arrange(&way, &trips, looks, moment, crowded, dropped);
                }
                self.trips = trips;
            }
        }
        self.make_room(topology, layout, looks);
    }

    fn begin(&mut self, links: usize) {
        self.marks.clear();
        self.bands.clear();
        self.lights.clear();
        self.queues.clear();
        self.slots.clear();
        self.deaths.clear();
        self.pulses.clear();
        self.tallies.clear();
        self.glow.clear();
        self.glow.resize(links * 2, 0.0);
        self.moving = 0;
    }
}
