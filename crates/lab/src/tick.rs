//! One animation frame: the lab catches up, steps, plays or glides on, as far as the budget lasts.

use crate::Lab;
use crate::ahead::{Advance, advance_unless};
use crate::topology::LiveTopology;
use netlab::Instant;

/// No animation frame counts for more than this: after a pause of the tab, time goes on where it was.
const FRAME_MS_MAX: f64 = 100.0;

impl Lab {
    /// Pauses once the lab has caught up.
    pub fn stay(&mut self) {
        self.playing = false;
    }

    /// Runs to this moment as fast as the machine can, before anything is shown.
    pub fn catch_up_to(&mut self, at: Instant) {
        self.catch_up_to = (at > self.playhead.at()).then_some(at);
    }

    /// Animation frames come again, after a rest of which no time is to count.
    pub fn wake(&mut self, now_ms: f64) {
        self.last_ms = Some(now_ms);
    }

    /// Moves everything by one animation frame. `go_on` says whether the budget lasts; it is asked after every moment
    /// of the world. `calm`: no glides.
    pub fn tick(&mut self, now_ms: f64, calm: bool, go_on: &mut dyn FnMut() -> bool) {
        // In turn, so that neither keeps the budget from the other.
        self.compares_first = !self.compares_first;
        if self.compares_first {
            self.compare(go_on);
        }
        self.move_on(now_ms, calm, go_on);
        if !self.compares_first {
            self.compare(go_on);
        }
        self.follow_story();
        self.caption.show_chapter(self.chapter(), now_ms);
        self.set_the_scene();
    }

    pub(crate) fn move_on(&mut self, now_ms: f64, calm: bool, go_on: &mut dyn FnMut() -> bool) {
        let elapsed_ms = self.last_ms.map_or(0.0, |last| (now_ms - last).clamp(0.0, FRAME_MS_MAX));
        self.last_ms = Some(now_ms);
        if !self.is_sound() {
            return;
        }
        if let Some(until) = self.catch_up_to {
            return self.catch_up(until, go_on);
        }
        if let Some(until) = self.run_to {
            if self.advance(until, go_on) != Advance::Paused {
                self.run_to = None;
            }
            self.rewound = self.playhead.at() < self.world.now();
        }
        if self.chapter_to.is_some() {
            return self.look_for_chapter(go_on);
        }
        if self.playhead.glide(now_ms) {
            if self.playing {
                self.hold_before_chapter(now_ms);
            }
            return;
        }
        if let Some(stride) = self.steps_to {
            self.step(stride, now_ms, calm, go_on);
        } else if self.playing {
            self.pass(now_ms, elapsed_ms, calm, go_on);
        }
    }

    pub(crate) fn catch_up(&mut self, until: Instant, go_on: &mut dyn FnMut() -> bool) {
        let advanced = self.advance(until, go_on);
        self.playhead.jump(self.world.now().min(until));
        if advanced != Advance::Paused {
            self.catch_up_to = None;
            self.playhead.jump(if advanced == Advance::Held { until.min(self.hold.until()) } else { until });
            // It had come to rest there.
            self.rest_at = (advanced == Advance::Quiet).then_some(until);
        }
    }

    /// Lets happen what is to happen up to and with this moment.
    pub(crate) fn advance(&mut self, until: Instant, go_on: &mut dyn FnMut() -> bool) -> Advance {
        advance_unless(&mut self.world, &mut self.hold, until, go_on, &mut |_| false)
    }

    /// Takes in what has happened; returns whether something of it is to be seen slowly.
    pub(crate) fn follow_story(&mut self) -> bool {
        let now = self.world.now().max(self.playhead.at());
        self.story.follow(LiveTopology::of(&self.world), self.world.history(), now, self.watchable)
    }

    /// Puts on the stage what is there at the playhead.
    pub(crate) fn set_the_scene(&mut self) {
        self.network.show(self.world.history(), self.playhead.at(), self.revision);
    }
}
