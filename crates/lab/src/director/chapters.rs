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

    /// The chapter that is shown: that of the playhead's moment, once its text can be shown.
    pub(crate) fn shown_chapter(&self) -> Option<usize> {
        if self.waits_for_reader() { self.caption.told_chapter() } else { self.chapter() }
    }

    /// The nodes that the step of a lesson or else the shown chapter is about; none: the whole network.
    pub(crate) fn spotlight(&self) -> &[NodeId] {
        if !self.pointed.is_empty() {
            return &self.pointed;
        }
        let shown = self.shown_chapter().and_then(|shown| self.story.chapters().get(shown));
        shown.map_or(&[], |chapter| &chapter.look)
    }

    /// Whether, while the director leads, a chapter begins and the sentence before its text is still being read.
    pub(crate) fn waits_for_reader(&self) -> bool {
        let now_ms = self.last_ms.filter(|_| self.auto_speed && self.playing);
        now_ms.is_some_and(|now_ms| self.caption.is_being_read(now_ms, self.chapter()))
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
