//! A scenario as a picture that stands still: a moment early in its run at which much is on its way.

use crate::lab::icons;
use crate::parts::{self, Parts};
use netlab::history::Transit;
use netlab::{Duration, Instant, World};
use scenario::Scenario;

/// The world runs this far, and takes this many steps at most: a picture is not worth more.
const RUNS: Duration = Duration::from_secs(20);
const STEPS_MAX: u32 = 2_000;
/// The frames among whose moments one is chosen.
const FRAMES_MAX: usize = 300;

/// A scenario at one moment.
pub struct Still {
    /// Its world, a little later than the moment.
    pub world: World,
    /// The moment.
    pub at: Instant,
    /// Where its nodes are, in the document's units.
    pub positions: Vec<(f64, f64)>,
    /// What they are drawn as in place of their kind.
    pub icons: Vec<Option<&'static str>>,
}

impl Still {
    /// Of a scenario. One that cannot run, or not with these parts, is shown as it is drawn.
    pub fn of(scenario: &Scenario, parts: &Parts) -> Self {
        let mut world = parts::world(scenario, parts.kinds());
        let mut steps = 0;
        world.run_until(Instant::ZERO + RUNS, || {
            steps += 1;
            steps < STEPS_MAX
        });
        let at = busiest(&world);
        Self { world, at, positions: scenario.whole().positions(), icons: icons(scenario) }
    }
}

/// The moment at which most frames are on their way, among the first ones; the middle of the way of one of them.
fn busiest(world: &World) -> Instant {
    let frames: Vec<&Transit> = world.history().transits().take(FRAMES_MAX).collect();
    let middle = |transit: &Transit| {
        transit.start + Duration::from_nanos((transit.arrival - transit.start).nanos() / 2)
    };
    let mut best = (0, Instant::ZERO);
    for at in frames.iter().map(|transit| middle(transit)) {
        let moving = frames.iter().filter(|other| other.start <= at && at < other.arrival).count();
        if moving > best.0 {
            best = (moving, at);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_has_a_moment_with_frames_and_a_place_for_every_node() {
        for example in scenario::examples() {
            let still = Still::of(&example.scenario(), &Parts::ALL);
            let moves = |transit: &Transit| transit.start <= still.at && still.at < transit.arrival;
            assert!(still.world.history().transits().any(moves), "{}", example.name);
            assert!(still.positions.len() >= example.scenario().ids.len(), "{}", example.name);
            assert!(still.world.now() >= still.at);
        }
    }

    #[test]
    fn a_network_that_cannot_run_is_drawn_all_the_same() {
        let mut broken = scenario::first();
        for node in &mut broken.topology.nodes {
            if let netlab::topology::NodeKind::Host(host) = &mut node.kind {
                host.addresses = vec!["10.0.0.1/24".parse().unwrap(); 2];
            }
        }
        let still = Still::of(&broken, &Parts::ALL);
        assert_eq!(still.positions.len(), 4);
        assert!(Still::of(&Scenario::default(), &Parts::ALL).at == Instant::ZERO);
    }
}
