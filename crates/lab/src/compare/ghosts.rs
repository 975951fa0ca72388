//! Ghosts: the frames that are under way in the other branch at the playhead, and not here.

use super::difference::has_same;
use crate::Lab;
use netlab::History;
use netlab::Instant;
use netlab::history::{DropReason, Fate, Transit};
use netlab::topology::{Direction, Topology};
use trace::Trace;

/// The number of ghosts, in all.
pub const GHOSTS_MAX: usize = 200;
/// The number of frames that are looked at in one direction: a long fast link has thousands under way.
const VISITS_MAX: usize = 400;

/// The frames that are on wires in `there` at this moment, that pass the filter, and of which `here` has no equal. A link that leads
/// elsewhere in the other network has none.
pub fn ghosts<'a>(
    (topology, here): (&Topology, &History),
    (their_topology, there): (&Topology, &'a History),
    filter: &Trace,
    at: Instant,
) -> Vec<&'a Transit> {
    let is_on_wire = |transit: &&Transit| {
        let never_left = matches!(
            transit.fate,
            Fate::Dropped { reason: DropReason::QueueFull | DropReason::Early | DropReason::Overload, .. }
        );
        transit.start <= at && at < transit.gone() && !never_left
    };
    let links = topology.links.iter().zip(&their_topology.links).enumerate();
    let directions = links
        .filter(|(_, (link, their))| link.ends == their.ends)
        .flat_map(|(number, _)| [2 * number, 2 * number + 1])
        .map(Direction::from_index);
    directions
        .flat_map(|direction| there.passing(direction, at, at).take(VISITS_MAX).filter(is_on_wire))
        .filter(|transit| filter.passes(transit.frame_id) != Some(false) && !has_same(here, transit))
        .take(GHOSTS_MAX)
        .collect()
}

impl Lab {
    pub(crate) fn ghosts_now(&self) -> Vec<&Transit> {
        let Some(comparison) = self.comparison.as_ref().filter(|it| it.is_ready()) else { return Vec::new() };
        let (world, at) = (&comparison.world, self.playhead.at());
        ghosts(
            (self.world.topology(), self.world.history()),
            (world.topology(), world.history()),
            comparison.packets.once(),
            at,
        )
    }
}
