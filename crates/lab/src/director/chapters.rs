//! Going from chapter to chapter. A chapter that waits for an event begins when it happens: the world runs until then.

use crate::Lab;
use crate::ahead::Advance;
use netlab::Instant;
use netlab::topology::NodeId;

/// A chapter, as the page shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct ChapterLine {
    /// Its title.
    pub title: String,
    /// What there is to see.
    pub text: String,
}

/// The end of time, as far as looking for a chapter goes: a day.
const LOOKED_FOR_MAX: Instant = scenario::bounds::AT_MAX;

impl Lab {
    /// The chapter of the playhead's moment.
    pub fn chapter(&self) -> Option<usize> {
        self.story.chapter_at(self.playhead.at())
    }

    /// The nodes that the step of a lesson or else the chapter is about; none: the whole network.
    pub(crate) fn spotlight(&self) -> &[NodeId] {
        if !self.pointed.is_empty() {
            return &self.pointed;
        }
        let shown = self.chapter().and_then(|shown| self.story.chapters().get(shown));
        shown.map_or(&[], |chapter| &chapter.look)
    }

    /// Whether time waits for the reader of a sentence: see [`hold_before_chapter`](Self::hold_before_chapter).
    pub(crate) fn waits_for_reader(&self) -> bool {
        let now_ms = self.last_ms.filter(|_| self.auto_speed && self.playing);
        let waits = now_ms.zip(self.held_before);
        waits.is_some_and(|(now_ms, begins)| {
            self.playhead.at() == before(begins) && self.caption.is_being_read(now_ms)
        })
    }

    /// While the director leads: if a chapter begins now and the sentence before its text is still being read, goes back to just
    /// before, where the picture still is what the sentence says.
    pub(crate) fn hold_before_chapter(&mut self, now_ms: f64) {
        let chapter = self.chapter();
        let begins = chapter.and_then(|chapter| self.story.moments()[chapter]);
        let Some(begins) = begins.filter(|_| self.auto_speed && chapter != self.caption.told_chapter())
        else {
            return;
        };
        if begins > Instant::ZERO && self.caption.is_being_read(now_ms) {
            self.held_before = Some(begins);
            self.playhead.jump(before(begins));
        }
    }

    /// Lets the chapter begin that was held back, unless the playhead has gone elsewhere meanwhile.
    pub(crate) fn let_chapter_begin(&mut self) {
        if let Some(begins) = self.held_before.take().filter(|begins| self.playhead.at() == before(*begins)) {
            self.playhead.jump(begins);
        }
    }

    /// Goes to the chapter of this number. One that waits for an event is looked for in the animation frames to come.
    pub(crate) fn go_to_chapter(&mut self, number: usize) {
        self.playhead.finish_glide();
        self.caption.release();
        (self.steps_to, self.catch_up_to) = (None, None);
        self.chapter_to = (number < self.story.chapters().len()).then_some(number);
        self.look_for_chapter(&mut || false);
    }

    /// Goes on looking for the chapter that was asked for.
    pub(crate) fn look_for_chapter(&mut self, go_on: &mut dyn FnMut() -> bool) {
        let Some(number) = self.chapter_to else { return };
        loop {
            if let Some(at) = self.story.moments()[number].filter(|at| *at <= self.edge()) {
                self.chapter_to = None;
                self.look_at(at);
                return;
            }
            let begun = self.story.next_chapter() > number;
            let known = self.story.moments()[number];
            let next = known.or_else(|| self.world.next_event_at()).filter(|next| *next <= LOOKED_FOR_MAX);
            let Some(next) = next.filter(|_| !begun || known.is_some()) else {
                // It never comes.
                self.chapter_to = None;
                return;
            };
            let advanced = self.advance(next, go_on);
            self.follow_story();
            match advanced {
                // Between the last that happened and a moment that is known, nothing does.
                Advance::Reached if known.is_some() => {
                    self.chapter_to = None;
                    self.playhead.jump(next);
                    self.rewound = next < self.world.now();
                    return;
                }
                Advance::Reached | Advance::Stopped => {}
                Advance::Paused => return,
                // It does not come any more, or not yet.
                Advance::Quiet | Advance::Held => {
                    self.chapter_to = None;
                    let end = self.world.now();
                    return self.look_at(end);
                }
            }
            if !go_on() {
                return;
            }
        }
    }
}

/// The last moment before this one.
pub(crate) fn before(at: Instant) -> Instant {
    Instant::from_nanos(at.nanos().saturating_sub(1))
}
