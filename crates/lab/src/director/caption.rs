//! Which sentence is shown, and for how long: what matters most first, and each long enough to be read.

use super::story::{Beat, Rank, What};
use crate::narrate;
use crate::{Lab, State};
use netlab::Instant;
use scenario::Chapter;
use scenario::chapters::Pace;
use std::rc::Rc;
use texts::t;

/// While time passes, a sentence stays at least so long; the text of a chapter as long as it takes to read it.
pub const READ_MS: f64 = 3_000.0;
const READ_CHAR_MS: f64 = 45.0;

/// The sentence that is shown, and what waits to be shown.
#[derive(Default)]
pub(crate) struct Caption {
    text: Rc<str>,
    rank: Rank,
    since_ms: f64,
    /// How long it stands; zero: it was read before.
    stands_ms: f64,
    /// The chapter whose text was shown last.
    told_chapter: Option<usize>,
    /// How many beats have been told, and where the playhead was then.
    told: usize,
    at: Instant,
    /// The most important beat that waits for its turn.
    waiting: Option<Beat>,
    /// The chapter that is shown, and since when.
    chapter: Option<usize>,
    chapter_since_ms: f64,
}

impl Caption {
    /// Whether an important sentence, or the text of a chapter, is still to be read.
    pub fn holds(&self, now_ms: f64) -> bool {
        let sentence = self.rank >= Rank::Change && now_ms - self.since_ms < READ_MS;
        sentence || self.chapter.is_some() && now_ms - self.chapter_since_ms < READ_MS
    }

    /// Whether a sentence is still being read.
    pub fn is_being_read(&self, now_ms: f64) -> bool {
        !self.text.is_empty() && now_ms - self.since_ms < self.stands_ms
    }

    /// The chapter whose text was shown last.
    pub fn told_chapter(&self) -> Option<usize> {
        self.told_chapter
    }

    /// The sentence that is shown need not be read to its end: a person has gone elsewhere.
    pub fn release(&mut self) {
        self.since_ms = f64::MIN;
    }

    /// Notes the chapter that is shown.
    pub fn show_chapter(&mut self, chapter: Option<usize>, now_ms: f64) {
        if self.chapter != chapter {
            (self.chapter, self.chapter_since_ms) = (chapter, now_ms);
        }
    }
}

impl Lab {
    /// What is happening right now, in a sentence.
    pub(crate) fn narrate(&mut self) -> Rc<str> {
        let now_ms = self.last_ms.unwrap_or_default();
        self.collect_beats();
        let state = self.state();
        let least_ms = self.caption.stands_ms.max(READ_MS);
        let stands = now_ms - self.caption.since_ms < least_ms && !self.caption.text.is_empty();
        // What was read before gives way to a new chapter at once.
        let gives_way = self.caption.stands_ms == 0.0 && self.chapter() != self.caption.told_chapter;
        if stands && !gives_way && matches!(state, State::Playing | State::Quiet) {
            return self.caption.text.clone();
        }
        if let Some(text) = self.text_of_new_chapter() {
            let stands_ms = (text.chars().count() as f64 * READ_CHAR_MS).max(READ_MS);
            (self.caption.rank, self.caption.since_ms, self.caption.stands_ms) =
                (Rank::Fault, now_ms, stands_ms);
            self.caption.text = text;
            return self.caption.text.clone();
        }
        let chapter = (state == State::Playing).then(|| self.chapter_that_stays()).flatten();
        // What a headline says is the point, and what passes quickly is not to be followed: only what goes wrong comes between.
        let is_all = |chapter: &&Chapter| chapter.headline || chapter.pace == Pace::Quick;
        let least = chapter.filter(is_all).map_or(Rank::Ordinary, |_| Rank::Timeout);
        let waiting = self.caption.waiting.filter(|beat| beat.rank >= least);
        let of_beat = waiting.and_then(|beat| Some((Rc::from(self.words(&beat)?), beat.rank, READ_MS)));
        let (text, rank, stands_ms) = of_beat.unwrap_or_else(|| match (state, chapter) {
            (State::Quiet, _) => (Rc::default(), Rank::Ordinary, READ_MS),
            (_, Some(chapter)) => (texts::of_document(&chapter.text).into(), Rank::Ordinary, 0.0),
            (_, None) => (self.ordinary().unwrap_or_default().into(), Rank::Ordinary, READ_MS),
        });
        self.caption.waiting = None;
        if text != self.caption.text {
            (self.caption.text, self.caption.rank) = (text, rank);
            (self.caption.since_ms, self.caption.stands_ms) = (now_ms, stands_ms);
        }
        self.caption.text.clone()
    }

    /// The chapter whose text comes back when nothing new is to be said: that of this moment, until a person does something.
    fn chapter_that_stays(&self) -> Option<&Chapter> {
        let (at, number) = (self.playhead.at(), self.chapter()?);
        let begins = self.story.moments()[number]?;
        let chapter = self.story.chapters().get(number).filter(|chapter| !chapter.text.is_empty())?;
        self.story.renewed().is_none_or(|renewed| renewed < begins || at < renewed).then_some(chapter)
    }

    /// The text of this moment's chapter, if it was not shown yet.
    fn text_of_new_chapter(&mut self) -> Option<Rc<str>> {
        let chapter = self.chapter();
        if chapter == self.caption.told_chapter {
            return None;
        }
        self.caption.told_chapter = chapter;
        let text = &self.story.chapters().get(chapter?)?.text;
        (!text.is_empty()).then(|| texts::of_document(text).into())
    }

    /// Takes in what the playhead has passed since the last time.
    fn collect_beats(&mut self) {
        let at = self.playhead.at();
        let beats = self.story.beats();
        if at < self.caption.at {
            self.caption.told = beats.partition_point(|beat| beat.at <= at);
            self.caption.waiting = None;
        }
        self.caption.at = at;
        let news = beats[self.caption.told..].iter().take_while(|beat| beat.at <= at);
        for beat in news {
            self.caption.told += 1;
            // Of frames the latest; of what changes the network the first, which is the reason for what follows.
            let comes_first = |waiting: Beat| match waiting.rank {
                Rank::Ordinary | Rank::First | Rank::Drop => beat.rank >= waiting.rank,
                Rank::Change | Rank::Timeout | Rank::Fault => beat.rank > waiting.rank,
            };
            if self.caption.waiting.is_none_or(comes_first) {
                self.caption.waiting = Some(*beat);
            }
        }
        // A moment that is looked at, and not passed, is told as it is.
        if self.state() == State::Paused && self.caption.waiting.is_some_and(|waiting| waiting.at < at) {
            self.caption.waiting = None;
        }
    }

    fn ordinary(&self) -> Option<String> {
        let topology = self.network.scene();
        narrate::narrate(topology, self.world.history(), self.playhead.at(), self.speed.per_second())
    }

    /// A beat in words; `None` if they are not loaded, or what it is about is forgotten.
    fn words(&self, beat: &Beat) -> Option<String> {
        let (topology, history) = (self.network.whole(), self.world.history());
        match beat.what {
            What::Frame(id) => Some(narrate::of_transit(topology, history, history.transit(id)?)),
            What::Retransmission(id) => Some(narrate::retransmitted(topology, history.transit(id)?)),
            What::Dropped(id) => Some(narrate::dropped(topology, history.transit(id)?)),
            What::Rare(number) => {
                (self.parts.instruments?.rare)(self, &history.milestones().get(number)?.what)
            }
            What::Planned(number) => {
                let (_, change) = self.scenario.changes.get(number)?;
                Some(format!("{}.", self.change_in_words(change)))
            }
            What::Outage(link, true) => Some(t!("{}: the cable is pulled.", self.cable_name(link))),
            What::Outage(link, false) => {
                Some(t!("{}: the cable is plugged in again.", self.cable_name(link)))
            }
        }
    }
}
