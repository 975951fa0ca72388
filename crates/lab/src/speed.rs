//! How fast virtual time passes: 19 steps from 1 µs to 1 s of virtual time per second, and the choice of one.
//!
//! Steps and not a continuous slider: "2 ms per second" can be said, remembered and put into a lesson.

use crate::topology::LiveTopology;
use netlab::topology::Link;
use netlab::{BitsPerSec, Duration};
use texts::t;

/// A step of the speed scale, from 0 (1 µs per second) to [`Speed::STEP_MAX`] (1 s per second).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Speed(u8);

/// How long a frame's way over a typical link should last on screen, in seconds: long enough to read its label.
pub(crate) const JOURNEY_ON_SCREEN_SECS: f64 = 0.85;
/// Between a full frame and a bare acknowledgement.
const TYPICAL_FRAME_BYTES: usize = 500;

impl Speed {
    /// The fastest: real time.
    pub const STEP_MAX: u8 = 18;
    /// The step with this number, or the fastest.
    pub fn from_step(step: u8) -> Self {
        Self(step.min(Self::STEP_MAX))
    }

    /// The step whose rate is nearest, by ratio.
    pub fn nearest(ns_per_sec: f64) -> Self {
        let distance = |step: u8| {
            let ratio = Self(step).ns_per_sec() / ns_per_sec.max(1.0);
            ratio.max(ratio.recip())
        };
        let steps = 0..=Self::STEP_MAX;
        Self(steps.min_by(|&a, &b| distance(a).total_cmp(&distance(b))).expect("there are steps"))
    }

    /// Its number.
    pub fn step(self) -> u8 {
        self.0
    }

    /// Virtual nanoseconds per second.
    pub fn ns_per_sec(self) -> f64 {
        self.per_second().nanos() as f64
    }

    /// Virtual time per second.
    pub fn per_second(self) -> Duration {
        let digit = [1, 2, 5][usize::from(self.0 % 3)];
        Duration::from_micros(digit * 10u64.pow(u32::from(self.0 / 3)))
    }

    /// One step faster, if there is one.
    pub fn faster(self) -> Self {
        Self::from_step(self.0 + 1)
    }

    /// One step slower, if there is one.
    pub fn slower(self) -> Self {
        Self(self.0.saturating_sub(1))
    }

    /// As people say it: `1 ms per second`.
    pub fn label(self) -> String {
        t!("{}\u{a0}per\u{a0}second", crate::format::setting(self.per_second()))
    }

    /// The speed at which a frame's way over a typical link of this topology can be followed with the eye.
    pub fn watchable(topology: LiveTopology<'_>) -> Self {
        // The median, so that one slow way out among many fast cables changes nothing; counted by steps, there are few.
        let mut counts = [0; Self::STEP_MAX as usize + 1];
        for link in &topology.links {
            let step = Self::nearest(journey(link).nanos() as f64 / JOURNEY_ON_SCREEN_SECS);
            counts[usize::from(step.0)] += 1;
        }
        let mut left = topology.links.len() / 2;
        for (step, count) in (0..).zip(counts) {
            if left < count {
                return Self(step);
            }
            left -= count;
        }
        Self::nearest(1e6)
    }
}

/// How long a typical frame is under way on a link, the slower direction counted.
fn journey(link: &Link) -> Duration {
    let way = |way: &netlab::topology::Way| {
        let line = way.line;
        line.delay + line.rate.map_or(Duration::ZERO, |rate: BitsPerSec| rate.time_for(TYPICAL_FRAME_BYTES))
    };
    link.ways.iter().map(way).max().expect("a link has two ways")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;
    use proptest::prelude::*;

    #[test]
    fn the_scale_goes_from_a_microsecond_to_a_second_in_steps_of_1_2_5() {
        let label = |step| Speed::from_step(step).label().replace('\u{a0}', " ");
        assert_eq!(label(0), "1 µs per second");
        assert_eq!(label(1), "2 µs per second");
        assert_eq!(label(9), "1 ms per second");
        assert_eq!(label(17), "500 ms per second");
        assert_eq!(label(18), "1 s per second");
        assert_eq!(label(200), "1 s per second");
    }

    #[test]
    fn a_lan_of_a_millisecond_is_shown_at_a_millisecond_per_second() {
        let lan = samples::star(2, Duration::from_millis(1), 100_000_000);
        assert_eq!(Speed::watchable(LiveTopology::fixed(&lan)), Speed::nearest(1e6));
        let slow = samples::star(2, Duration::from_millis(20), 10_000_000);
        assert_eq!(Speed::watchable(LiveTopology::fixed(&slow)), Speed::nearest(20e6));
    }

    #[test]
    fn a_topology_without_links_has_a_speed_too() {
        assert_eq!(
            Speed::watchable(LiveTopology::fixed(&netlab::topology::Topology::default())),
            Speed::nearest(1e6)
        );
    }

    proptest! {
        #[test]
        fn a_watchable_journey_lasts_about_a_second(delay_us in 2u64..600_000) {
            let delay = Duration::from_micros(delay_us);
            let topology = samples::star(2, delay, 10_000_000_000);
            let on_screen = delay.nanos() as f64 / Speed::watchable(LiveTopology::fixed(&topology)).ns_per_sec();
            prop_assert!((0.5..=1.4).contains(&on_screen), "{on_screen} s");
        }

        #[test]
        fn every_step_is_its_own_nearest(step in 0..=Speed::STEP_MAX) {
            let speed = Speed::from_step(step);
            prop_assert_eq!(Speed::nearest(speed.ns_per_sec()), speed);
            prop_assert!(speed.slower() <= speed && speed <= speed.faster());
        }
    }
}
