//! Moving the world no further than it is to be seen.
//!
//! The world runs up to the playhead and stops at the very moment at which it becomes quiet, not at the end of whichever
//! animation frame that falls into. So the history that a scenario ends with, and its hash, are the same on every
//! machine and at every speed.

use crate::hold::Hold;
use netlab::world::Progress;
use netlab::{Instant, World};

/// How far [`advance`] got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advance {
    /// Everything up to the asked moment has happened.
    Reached,
    /// The world became quiet first, or was quiet.
    Quiet,
    /// The budget was spent first.
    Paused,
    /// There is something to stop for, at the moment up to which the world has run.
    Stopped,
    /// The world has to wait first.
    Held,
}

/// Lets happen what is to happen up to and with `until`, unless the world becomes quiet first.
pub fn advance(world: &mut World, until: Instant, go_on: &mut dyn FnMut() -> bool) -> Advance {
    advance_unless(world, &mut Hold::default(), until, go_on, &mut |_| false)
}

/// The same, but stops after a moment for which `stop` says so, and before one for which the world has to wait.
pub fn advance_unless(
    world: &mut World,
    hold: &mut Hold,
    until: Instant,
    go_on: &mut dyn FnMut() -> bool,
    stop: &mut dyn FnMut(&World) -> bool,
) -> Advance {
    loop {
        if world.is_quiet() {
            return Advance::Quiet;
        }
        match world.next_event_at() {
            Some(next) if next <= until => {
                hold.watch(world);
                if hold.keeps(next) {
                    return Advance::Held;
                }
                let progress = world.run_until(next, &mut *go_on);
                if stop(world) {
                    return Advance::Stopped;
                }
                if progress == Progress::Paused {
                    return Advance::Paused;
                }
            }
            _ => return Advance::Reached,
        }
    }
}

/// What [`next_visible`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The next visible thing happens then, and the world has run far enough to be sure.
    At(Instant),
    /// Nothing visible will ever happen, unless a command comes, or the world has to wait before it.
    Never,
    /// The budget was spent before one was found.
    NotYet,
}

/// The first moment after `at` when something visible happens. The world runs ahead of `at` as far as it needs to be sure:
/// never past that moment.
pub fn next_visible(
    world: &mut World,
    hold: &mut Hold,
    at: Instant,
    go_on: &mut dyn FnMut() -> bool,
) -> Next {
    next_visible_before(world, hold, at, Instant::MAX, go_on)
}

/// The same, or `limit` if nothing visible happens before that.
pub fn next_visible_before(
    world: &mut World,
    hold: &mut Hold,
    at: Instant,
    limit: Instant,
    go_on: &mut dyn FnMut() -> bool,
) -> Next {
    loop {
        hold.watch(world);
        let event = world.next_event_at();
        let known = world.history().next_after(at).is_some_and(|known| known < limit);
        if !known && limit < Instant::MAX && event.is_none_or(|event| event >= limit) {
            return Next::At(limit);
        }
        if let Some(known) = world.history().next_after(at)
            && event.is_none_or(|event| known <= event)
        {
            return if hold.keeps(known) { Next::Never } else { Next::At(known) };
        }
        let Some(event) = event.filter(|event| !hold.keeps(*event)) else { return Next::Never };
        if world.run_until(event, &mut *go_on) == Progress::Paused {
            return Next::NotYet;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;
    use netlab::Duration;
    use netlab::history::Limits;
    use netlab::run::{Ping, RunKind, RunSpec, Target};
    use netlab::topology::NodeId;
    use netlab::world::Command;
    use proptest::prelude::*;

    fn pinging() -> World {
        let topology = samples::star(2, Duration::from_millis(1), 100_000_000);
        let mut world = World::new(topology, 7, Limits::default()).unwrap();
        let ping = Ping { count: 2, ..Ping::default() };
        let to = Target::Node(NodeId(2), None);
        let start = Command::Start(RunSpec { from: NodeId(1), to, kind: RunKind::Ping(ping) });
        world.schedule(Instant::ZERO, start).unwrap();
        world
    }

    #[test]
    fn a_quiet_world_is_left_alone() {
        let topology = samples::star(2, Duration::from_millis(1), 100_000_000);
        let mut world = World::new(topology, 7, Limits::default()).unwrap();
        assert_eq!(advance(&mut world, Instant::MAX, &mut || true), Advance::Quiet);
        assert_eq!(world.now(), Instant::ZERO);
    }

    #[test]
    fn the_world_stops_where_it_becomes_quiet() {
        let mut world = pinging();
        assert_eq!(advance(&mut world, Instant::MAX, &mut || true), Advance::Quiet);
        let second = Instant::ZERO + Duration::from_secs(1);
        assert!(world.now() > second && world.now() < second + Duration::from_millis(10), "{}", world.now());
    }

    proptest! {
        #[test]
        fn however_it_is_cut_the_history_ends_the_same(
            steps in prop::collection::vec(1u64..400_000_000, 1..40),
            budget in 1usize..20,
        ) {
            let mut whole = pinging();
            advance(&mut whole, Instant::MAX, &mut || true);
            let mut cut = pinging();
            let mut until = Instant::ZERO;
            for step in steps.into_iter().cycle() {
                until += Duration::from_nanos(step);
                let mut left = budget;
                let mut go_on = || { left -= 1; left > 0 };
                if advance(&mut cut, until, &mut go_on) == Advance::Quiet {
                    break;
                }
            }
            prop_assert_eq!(cut.now(), whole.now());
            prop_assert_eq!(cut.history().hash(), whole.history().hash());
        }
    }

    #[test]
    fn every_step_goes_to_the_next_visible_thing_and_misses_none() {
        let mut whole = pinging();
        advance(&mut whole, Instant::MAX, &mut || true);
        let end = whole.now();

        let (mut stepped, mut at, mut seen) = (pinging(), Instant::ZERO, Vec::new());
        while at < end {
            let Next::At(next) = next_visible(&mut stepped, &mut Hold::default(), at, &mut || true) else {
                panic!("not at the end")
            };
            assert!(next > at && stepped.now() <= next);
            at = next;
            seen.push(at);
        }
        let mut all = Vec::new();
        let mut from = Instant::ZERO;
        while let Some(next) = whole.history().next_after(from).filter(|&next| next <= end) {
            all.push(next);
            from = next;
        }
        assert_eq!(seen, all);
    }
}
