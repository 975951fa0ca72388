//! Everything that moves, at one moment: frames on the lanes, light in the cables, queues at the ports, dropped frames, arrivals.
//!
//! Pure: histories and layouts in, marks out; no canvas. The [`Painter`](super::paint) draws what is here and
//! [`hit`](super::hit) finds what is here, so what is seen and what can be pointed at are the same.
//!
//! # How much is shown of a frame
//!
//! By how much room it has between its neighbors, all along its way (see [`Journey::gap_to`]): a capsule with its label, a
//! pill with one or two letters, a mark in its protocol's shape, or a piece of a band. Nothing ever overlaps on a lane, and
//! a frame keeps its form on its whole way unless another one is handed over behind it.
//!
//! Words beside losses, queues and many small marks are drawn where there is room for them: see [`words`].
//!
//! # What it costs
//!
//! Bounded, in every network: at most [`VISITS_MAX`] transits are looked at for one animation frame. On a direction
//! that has more in flight than its share, the lane is sampled instead, one transit every few pixels, each found by a
//! binary search; at that density they are a band anyway.

pub mod addresses;
mod arrange;
mod fates;
mod gather;
mod ghosts;
pub mod lessons;
pub mod marks;
pub mod moment;
mod shared;
#[cfg(test)]
mod tests;
mod trip;
mod words;

use super::layout::Layout;
use super::looks::Looks;
use arrange::Way;
use gather::{Late, gather, sample};
use marks::Traffic;
use moment::{DROPPED_SECS, Moment};
use netlab::History;
use netlab::topology::{Direction, End, LinkId, Topology};
use wire::Instant;

/// Transits looked at for one animation frame, in all.
pub const VISITS_MAX: usize = 12_000;
/// Of those, in one direction at most.
const VISITS_DIRECTION_MAX: usize = 3_000;
/// From this many moving frames without letters on, they are a crowd; with fewer than the second number they no longer are.
const CROWD: [usize; 2] = [500, 350];

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
        self.compose_once(topology, history, layout, looks, moment);
        let crowd = !layout.sizes.letters && self.moving >= CROWD[usize::from(self.crowd)];
        if crowd != self.crowd {
            self.crowd = crowd;
            self.compose_once(topology, history, layout, looks, moment);
        }
        self.make_room(topology, layout, looks);
        self.address(topology, history, layout, looks, moment);
        self.learn(history, layout, moment);
    }

    fn compose_once(
        &mut self,
        topology: &Topology,
        history: &History,
        layout: &Layout,
        looks: &mut Looks,
        moment: &Moment<'_>,
    ) {
        self.begin(topology.links.len());
        let late = Late::find(history, moment);
        let in_sight = (0..topology.links.len() as u32).map(LinkId).filter(|&link| layout.in_sight(link));
        let mut visits_left = VISITS_MAX;
        for link in in_sight {
            for from in End::BOTH {
                let direction = Direction { link, from };
                let lane = layout.lane(direction);
                let queue_bytes = topology.link(link).ways[from.index()].line.queue.bytes_max();
                let way = Way { direction, lane, queue_bytes, layout };
                if topology.is_half_duplex(link) {
                    self.share(history, &way, moment);
                }
                let mut trips = std::mem::take(&mut self.trips);
                let visits_max = visits_left.clamp(64, VISITS_DIRECTION_MAX);
                let crowded =
                    gather(history, direction, moment, (visits_max, self.crowd), &late, looks, &mut trips);
                visits_left = visits_left.saturating_sub(trips.len());
                if !trips.is_empty() {
                    if crowded {
                        sample(history, direction, moment, lane.length, looks, &mut trips);
                    }
                    let dropped = || {
                        let glow = moment.at.saturating_sub(moment.nanos(DROPPED_SECS));
                        let [before, now] = [glow, moment.at].map(Instant::from_nanos);
                        history.dropped_by(direction, now) - history.dropped_by(direction, before)
                    };
                    self.arrange(&way, &trips, looks, moment, crowded, dropped);
                }
                self.trips = trips;
            }
        }
    }
}
