//! What the page knows of an open lesson before the part for lessons is loaded: that there is one. All else is behind this trait
//! (see [`crate::lesson`]), so that a page without a lesson has no code of lessons.

use crate::session::Session;
use std::rc::Rc;
use yew::Html;

/// An open lesson.
pub trait Tutor {
    /// Judges what has happened since the last call, in each animation frame.
    fn follow(&self, session: &Session);

    /// Whether this step shows a tab or a pane, by its name in ids, or the editor (`editor`).
    fn shows(&self, part: &str) -> bool;

    /// What the learner has just edited and the lesson keeps as it is, in a sentence.
    fn refuses(&self, session: &Session) -> Option<String>;

    /// Whether what is selected is offered in its pane, which then stays open.
    fn points(&self) -> bool {
        false
    }

    /// The Lesson pane.
    fn pane(self: Rc<Self>, session: &Session) -> Html;
}

/// How a link to a lesson begins, and one to a result (`lesson::link`).
const LINKS: [&str; 2] = ["lesson", "result"];

/// Whether the fragment of the address names a lesson, or what a learner has handed in.
pub fn is_lesson_link(fragment: &str) -> bool {
    let follows = |rest: &str| [":", "%3A", "%3a"].iter().any(|colon| rest.starts_with(colon));
    LINKS.iter().any(|word| fragment.strip_prefix(word).is_some_and(follows))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_to_lessons_are_known_by_their_first_word() {
        for link in ["lesson:2:abc", "result%3A2:x", "lesson%3a2:"] {
            assert!(is_lesson_link(link), "{link}");
        }
        for link in ["", "2:abc", "lessons:2", "json:{}", "lesson"] {
            assert!(!is_lesson_link(link), "{link}");
        }
    }
}
