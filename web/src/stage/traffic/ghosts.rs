//! Ghosts: frames that are under way in another history at this moment, and not in the one that is shown.
//!
//! They are laid out as frames are, among each other only: where both histories have a frame, it is drawn over the ghost. Which frames are
//! ghosts is not decided here.

use super::arrange::{Way, mark};
use super::marks::{Focus, Mark, Traffic};
use super::moment::Moment;
use super::trip::Trip;
use crate::stage::journey::{Journey, Phase};
use crate::stage::layout::Layout;
use crate::stage::looks::Looks;
use netlab::history::Transit;

impl Traffic {
    /// Lays these out. Those of one direction follow each other, in the order in which they were handed over.
    pub fn compose_ghosts(
        &mut self,
        ghosts: &[&Transit],
        layout: &Layout,
        looks: &mut Looks,
        moment: &Moment<'_>,
    ) {
        self.ghosts.clear();
        let is_drawn = |ghost: &&&Transit| {
            let link = ghost.direction.link;
            link.index() < layout.cables.len() && layout.in_sight(link)
        };
        let mut ghosts = ghosts.iter().filter(is_drawn).peekable();
        let mut before: Option<(Journey, netlab::topology::Direction)> = None;
        while let Some(ghost) = ghosts.next() {
            let (journey, direction) = (Journey::from(*ghost), ghost.direction);
            let ahead =
                before.filter(|(_, last)| *last == direction).map(|(ahead, _)| ahead.gap_to(&journey));
            let next = ghosts.peek().filter(|next| next.direction == direction);
            let behind = next.map(|next| journey.gap_to(&Journey::from(**next)));
            before = Some((journey, direction));
            let Phase::Moving(place) = journey.phase(moment.at) else { continue };
            let lane = layout.lane(direction);
            let way = Way { direction, lane, queue_bytes: 0, layout };
            let gap = [ahead, behind].into_iter().flatten().fold(f64::INFINITY, f64::min) * lane.length;
            let trip = Trip { journey, look: looks.of(ghost) };
            // Its number is another history's: what is pointed at here is never a ghost.
            let nothing = Moment { selected: None, hovered: None, ..*moment };
            self.ghosts.push(Mark { focus: Focus::None, ..mark(&way, &trip, place, gap, looks, &nothing) });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::hit::hit;
    use crate::stage::layout::tests::layout;
    use crate::stage::looks::tests::looks;
    use crate::stage::pointer::Pointer;
    use crate::stage::traffic::marks::Form;
    use netlab::topology::LinkId;
    use netlab::{Duration, Instant};

    #[test]
    fn ghosts_are_on_the_lanes_of_frames_and_cannot_be_pointed_at() {
        let scenario = scenario::first();
        let mut world = scenario.world(netlab::history::Limits::default()).unwrap();
        world.run_until(Instant::ZERO + Duration::from_secs(1), || true);
        let (layout, mut looks) = (layout(), looks());
        let transit = world.history().transits().find(|transit| transit.direction.link == LinkId(0)).unwrap();
        let at = transit.start + Duration::from_nanos((transit.arrival - transit.start).nanos() / 2);
        let moment = Moment {
            at: at.nanos(),
            rate: 1e6,
            selected: Some(transit.frame_id),
            hovered: None,
            sieve: None,
            addresses: false,
        };
        let mut traffic = Traffic::default();
        traffic.compose_ghosts(&[transit], &layout, &mut looks, &moment);
        let [ghost] = traffic.ghosts[..] else { panic!("one ghost") };
        let middle = layout.lane(transit.direction).at(0.5);
        assert!((ghost.center - middle).hypot() < 1.0, "half on its way");
        assert_eq!((ghost.form, ghost.focus), (Form::Capsule, Focus::None));
        assert!(traffic.marks.is_empty() && traffic.moving == 0);
        let found = hit(ghost.center, Pointer::Fine, &layout, &traffic);
        assert!(!matches!(found, Some(trace::selection::Selection::Frame(_))), "{found:?}");
        // What has arrived is nowhere, and neither is what is on a link that is not there.
        traffic.compose_ghosts(
            &[transit],
            &layout,
            &mut looks,
            &Moment { at: transit.arrival.nanos(), ..moment },
        );
        assert!(traffic.ghosts.is_empty());
        let mut elsewhere = transit.clone();
        elsewhere.direction.link = LinkId(99);
        traffic.compose_ghosts(&[&elsewhere], &layout, &mut looks, &moment);
        assert!(traffic.ghosts.is_empty());
    }
}
