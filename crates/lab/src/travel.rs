//! Going back and forth in the time that has been.
//!
//! The world is not touched: whatever the page shows, it reads from the history at the playhead, so going back is no more
//! than looking at an earlier moment. From there time passes again as it did, until the live edge.

use super::Lab;
use super::ahead::{Next, next_visible};
use netlab::Instant;
use netlab::history::Stride;
use netlab::topology::Direction;
use trace::selection::Selection;

/// What a step goes to, as a person chooses it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Steps {
    /// Anything visible.
    #[default]
    Events,
    /// A new frame leaves.
    Frames,
    /// A frame is dropped.
    Drops,
    /// Something happens to what is selected.
    Selected,
}

/// How long a step's glide takes.
const STEP_GLIDE_MS: f64 = 220.0;

/// Where the playhead goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Travel {
    /// This moment, or the live edge if it is later than that.
    To(Instant),
    /// A step forward; the world runs as far as it needs to.
    Forward,
    /// A step back.
    Back,
    /// The beginning.
    Start,
    /// The live edge, and on with it.
    Live,
}

impl Lab {
    /// Goes there. Time stands still, except at the live edge.
    pub(super) fn travel(&mut self, travel: Travel) {
        self.playhead.finish_glide();
        self.steps_to = None;
        match travel {
            Travel::Live => {
                self.playhead.jump(self.edge());
                self.rewound = false;
                return self.play();
            }
            Travel::To(moment) if moment > self.edge() => {
                self.rewound = false;
                self.pause();
                // Between the last that happened and the playhead there is nothing to run to.
                if moment <= self.playhead.at() {
                    return self.playhead.jump(moment);
                }
                return self.catch_up_to(moment);
            }
            Travel::To(moment) => self.look_at(moment),
            Travel::Start => self.look_at(Instant::ZERO),
            Travel::Back => {
                let stride = self.stride();
                let before = self.world.history().step_before(self.playhead.at(), stride, &|d| self.ends(d));
                // A step by one thing goes only where that thing is; any step can go to the beginning.
                if let Some(moment) = before.or((stride == Stride::Event).then_some(Instant::ZERO)) {
                    self.look_at(moment);
                }
            }
            Travel::Forward => self.steps_to = Some(self.stride()),
        }
        self.pause();
    }

    fn stride(&self) -> Stride {
        match (self.steps, self.selection) {
            (Steps::Frames, _) => Stride::Frame,
            (Steps::Drops, _) => Stride::Drop,
            (Steps::Selected, Some(Selection::Node(node))) => Stride::Node(node),
            (Steps::Selected, Some(Selection::Link(link))) => Stride::Link(link),
            (Steps::Selected, Some(Selection::Frame(id))) => self
                .world
                .history()
                .transit(id)
                .map_or(Stride::Event, |transit| Stride::One(transit.frame_id)),
            (Steps::Events, _) | (Steps::Selected, None) => Stride::Event,
        }
    }

    /// How far the playhead can go without anything new happening.
    pub fn edge(&self) -> Instant {
        let rest = self.rest_at.unwrap_or_default();
        self.world.now().max(rest)
    }

    /// Opens at this moment: time stands still there.
    pub fn show_moment(&mut self, at: Instant) {
        self.catch_up_to(at);
        self.stay();
    }

    /// Whether the playhead was taken back, and has not come to the live edge again.
    pub fn is_rewound(&self) -> bool {
        self.rewound
    }

    pub(super) fn look_at(&mut self, moment: Instant) {
        let edge = self.edge();
        self.playhead.jump(moment.min(edge));
        self.rewound = moment < edge;
    }

    fn ends(&self, direction: Direction) -> [netlab::topology::NodeId; 2] {
        let topology = self.world.topology();
        [topology.sender(direction), topology.receiver(direction)]
    }

    /// Goes on looking for the moment that a step is to go to.
    pub(super) fn step(&mut self, stride: Stride, now_ms: f64, calm: bool, go_on: &mut dyn FnMut() -> bool) {
        let at = self.playhead.at();
        let known = self.world.history().step_after(at, stride, &|d| self.ends(d));
        if let Some(known) = known.filter(|&known| known <= self.world.now()) {
            return self.arrive(known, stride, now_ms, calm);
        }
        let mut upto = self.step_from.unwrap_or(at).max(at);
        loop {
            match next_visible(&mut self.world, &mut self.hold, upto, go_on) {
                Next::NotYet => return self.step_from = Some(upto),
                Next::Never => break,
                Next::At(next) => {
                    // Only what is sure: nothing of that moment or before it can still come.
                    self.world.run_until(next, || true);
                    let found = self.world.history().step_after(at, stride, &|d| self.ends(d));
                    if let Some(found) = found.filter(|&found| found <= next) {
                        return self.arrive(found, stride, now_ms, calm);
                    }
                    upto = next;
                    if !go_on() {
                        return self.step_from = Some(upto);
                    }
                }
            }
        }
        (self.steps_to, self.step_from) = (None, None);
    }

    fn arrive(&mut self, at: Instant, stride: Stride, now_ms: f64, calm: bool) {
        let glide_ms = if calm || stride != Stride::Event { 0.0 } else { STEP_GLIDE_MS };
        self.playhead.glide_to(at, now_ms, glide_ms);
        self.rewound = at < self.world.now();
        (self.steps_to, self.step_from) = (None, None);
    }
}
