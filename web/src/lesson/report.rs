//! What happens in a lesson, for scripts of the same page and for the page around an embed: docs/LESSONS.md lists the messages.

use super::taught::Taught;
use crate::embed;
use crate::session::Session;
use wasm_bindgen::JsValue;

/// What has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happened {
    /// The lesson is open.
    Opened,
    /// Another step is shown.
    Step,
    /// A question was answered, or a decision predicted.
    Answered,
    /// A goal is fulfilled.
    Goal,
    /// All of it is done.
    Solved,
}

/// Reports it, with how far the lesson is and all that was done of it.
pub fn report(session: &Session, taught: &Taught, happened: Happened) {
    let event = match happened {
        Happened::Opened => "lesson-opened",
        Happened::Step => "lesson-step",
        Happened::Answered => "lesson-answered",
        Happened::Goal => "lesson-goal",
        Happened::Solved => "lesson-solved",
    };
    let lesson = taught.lesson();
    let fulfilled = (0..lesson.goals.len()).filter(|&goal| taught.judge().status(goal).holds).count();
    let hand_in = taught.hand_in(session);
    let number = |number: usize| JsValue::from(number as u32);
    let details = [
        ("lesson", lesson.id.as_str().into()),
        ("step", number(taught.step() + 1)),
        ("steps", number(lesson.steps.len())),
        ("goals", number(fulfilled)),
        ("of", number(lesson.goals.len())),
        ("attempts", number(hand_in.attempts as usize)),
        ("seconds", number(hand_in.seconds as usize)),
        ("code", hand_in.code().into()),
        // Longer than a link may be: it cannot be handed in.
        ("result", hand_in.encode().unwrap_or_default().into()),
    ];
    embed::report(session.query().embed, event, &details);
}
