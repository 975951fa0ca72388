//! Lessons in the page: opened, followed while the world runs, kept for the next visit.
//!
//! | module | what it is |
//! |---|---|
//! | [`taught`] | the open lesson: its judge beside the lab's world, and what the learner has answered |
//! | [`course`] | the lessons that ship, and fetching them |
//! | [`progress`] | what a learner has done, in this browser and as a file |
//! | [`report`] | what happens in a lesson, for scripts and for the page around an embed |
//! | [`grading`] | what learners have handed in, played again and judged |
//! | [`workshop`] | a lesson that is being written |
//!
//! How they are shown is in `crate::components`: `course`, `lesson_pane`, `prose`, `grades`, `workshop`.

pub mod course;
pub mod grading;
pub mod progress;
pub mod report;
pub mod taught;
pub mod workshop;

use crate::opening::Trouble;
use crate::session::Session;
use crate::state::{Change, Dialog};
use course::Source;
use lesson::link;
use lesson::named::Named;
use std::rc::Rc;
use taught::Taught;
use texts::t;
use wasm_bindgen_futures::spawn_local;

/// Opens a lesson.
pub fn open(session: &Session, source: Source) {
    let session = session.clone();
    spawn_local(async move {
        match Taught::load(source).await {
            Ok(taught) => taught.begin(&session),
            Err(why) => session.say(why),
        }
    });
}

/// Opens the lesson or the result of a link.
pub fn open_link(session: &Session, fragment: &str) {
    if link::find(fragment, link::RESULT).is_some() {
        return session.change(Change::Open(Dialog::Course(Some(fragment.into()))));
    }
    if Named::find(fragment).is_some() {
        return open(session, Source::Link(fragment.into()));
    }
    match Taught::of_link(fragment) {
        Ok(taught) => taught.begin(session),
        Err(error) => {
            session.forget_fragment();
            let trouble = Trouble { title: t!("This lesson cannot be opened"), ..Trouble::new(error) };
            session.change(Change::Open(Dialog::BadLink(trouble)));
        }
    }
}

/// Goes on with the lesson that was open when the page was left, if that was one of this tab.
pub fn resume(session: &Session) {
    if progress::Left::is_workshop() {
        return workshop::resume(session);
    }
    if let Some(left) = progress::Left::load() {
        let session = session.clone();
        spawn_local(async move {
            if let Ok(taught) = Taught::load(left.source()).await {
                taught.at_step(left.step);
                Rc::new(taught).resume(&session);
            }
        });
    }
}
