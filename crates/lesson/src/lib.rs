//! Lessons: a scenario with steps, questions, predictions and goals, and the judge that follows a world and says which of them are
//! fulfilled. No browser, no code in a lesson: a hostile one can do no more than a hostile scenario.
//!
//! | module | what it is |
//! |---|---|
//! | [`lesson`](mod@lesson) | a lesson as it is played |
//! | [`draw`] | other values for each student |
//! | [`hunt`] | faults that are hidden in a network |
//! | [`goal`], `read_goal`, [`measure`] | closed predicates on what has happened, and how they are read |
//! | [`question`], [`prediction`] | what a learner answers |
//! | [`edit`] | what a learner may edit, and what was edited all the same |
//! | [`judge`](mod@judge) | follows a world; verdicts, proofs, what is missing |
//! | [`act`], [`play`] | what is done, and doing it without a page |
//! | [`link`], [`named`], [`result`] | a lesson as a share link; a lesson that the page has, in a link; what a learner hands in, and its grade |
//! | [`check`](mod@check) | what is wrong with a lesson, for its author |
//! | [`workshop`] | a lesson that is being written |
//! | [`prose`], [`markdown`] | its texts, in one language |
//! | `read`, `parties`, [`bounds`] | taking JSON apart; who is who in a world; how large a lesson may be |
//!
//! # Why so
//!
//! - **Goals are judged on what happened and on state**, never on configuration texts: there is more than one way to solve a lesson.
//! - **One text is drawn, then read.** Variables stand in the lesson's JSON; with their values in their places it is read as if an
//!   author had written it for this student.
//! - **There is one judge**, for playing and for grading. What is handed in is a document and answers; grading plays it again.
//! - `scenario` alone knows the document: a lesson hands it the text.

#[cfg(all(test, target_arch = "wasm32"))]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

pub mod act;
pub mod bounds;
pub mod check;
pub mod draw;
pub mod edit;
pub mod goal;
pub mod hunt;
pub mod judge;
pub mod lesson;
pub mod link;
pub mod markdown;
pub mod measure;
pub mod named;
mod parties;
pub mod play;
pub mod prediction;
pub mod prose;
pub mod question;
mod read;
mod read_goal;
pub mod result;
pub mod workshop;

pub use judge::{Judge, Verdict};
pub use lesson::Lesson;
pub use play::Play;
