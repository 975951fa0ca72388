//! Where the world has to wait: a lesson asks for a prediction before a decision falls.
//!
//! What watches is asked after every moment of the world, for a frame that is on its way is seen before it arrives. It is
//! given to the lab as a function, so that a page without a lesson has no code of lessons.

use netlab::{Instant, World};

/// Looks at what has happened, and says before which moment the world has to wait, if before any.
pub type Watcher = Box<dyn FnMut(&World) -> Option<Instant>>;

/// What watches, and before which moment the world waits.
#[derive(Default)]
pub struct Hold {
    watcher: Option<Watcher>,
    before: Option<Instant>,
}

impl Hold {
    /// This watches.
    pub fn by(watcher: Watcher) -> Self {
        Self { watcher: Some(watcher), before: None }
    }

    /// Looks at what has happened.
    pub fn watch(&mut self, world: &World) {
        if let Some(watcher) = &mut self.watcher {
            self.before = watcher(world);
        }
    }

    /// Whether the world has to wait before this moment.
    pub fn keeps(&self, at: Instant) -> bool {
        self.before.is_some_and(|before| at >= before)
    }

    /// The last moment to which the world may run.
    pub fn until(&self) -> Instant {
        self.before.map_or(Instant::MAX, |before| Instant::from_nanos(before.nanos().saturating_sub(1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Clock;
    use crate::travel::Travel;
    use crate::{Lab, State};
    use std::cell::Cell;
    use std::rc::Rc;

    /// A lab whose world waits before the first frame arrives for the second time.
    fn held() -> (Lab, Rc<Cell<bool>>) {
        let mut lab = Lab::new(scenario::first());
        let is_free = Rc::new(Cell::new(false));
        let free = is_free.clone();
        lab.set_watcher(Some(Box::new(move |world| {
            let second = world.history().transits().nth(1).map(|transit| transit.arrival);
            second.filter(|_| !free.get())
        })));
        (lab, is_free)
    }

    fn settle(lab: &mut Lab) {
        let mut now_ms = 0.0;
        for _ in 0..400_000 {
            now_ms += 16.7;
            lab.tick(now_ms, true, &mut || true);
            if matches!(lab.state(), State::Quiet | State::Paused) && lab.steps_to.is_none() {
                return;
            }
        }
        panic!("it goes on and on")
    }

    #[test]
    fn the_world_waits_however_time_passes_and_then_ends_as_it_would_have() {
        let mut whole = Lab::new(scenario::first());
        settle(&mut whole);
        let ways: [fn(&mut Lab); 4] = [
            |lab| lab.play(),
            |lab| {
                for _ in 0..50 {
                    lab.perform(Clock::Travel(Travel::Forward)).unwrap();
                    settle(lab);
                }
            },
            |lab| lab.catch_up_to(Instant::from_nanos(3_600_000_000_000)),
            |lab| {
                lab.perform(Clock::SetSpeed(lab.speed().faster().faster().faster())).unwrap();
                lab.play();
            },
        ];
        for way in ways {
            let (mut lab, is_free) = held();
            way(&mut lab);
            settle(&mut lab);
            let second = lab.world.history().transits().nth(1).unwrap().arrival;
            assert!(
                lab.world.now() < second && lab.look().at < second,
                "{} {}",
                lab.world.now(),
                lab.look().at
            );
            assert_eq!(lab.state(), State::Paused);
            is_free.set(true);
            lab.play();
            settle(&mut lab);
            assert_eq!(lab.look().history.hash(), whole.look().history.hash());
        }
    }
}
