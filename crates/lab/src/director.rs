//! The director: how fast time passes at each moment of a history, and which chapter it is.
//!
//! The first of a kind passes slowly, repetitions quickly, and what was planned or promised is approached slowly. All this is a
//! function of the history (followed by a [`Story`]), of what is still to come, and of the document's chapters: it knows no browser
//! and no clock, so that a test can measure how long a story takes, and a moment that is played again has the same speed and chapter.
//!
//! | module | what it is |
//! |---|---|
//! | [`story`] | what is new in a history: beats, the stretches that pass slowly, the moments of chapters |
//! | `kinds` | what a frame is about |
//! | `tempo` | the speed at a moment |
//! | `caption` | which sentence is shown, and for how long |
//! | `chapters` | going from chapter to chapter |

mod caption;
mod chapters;
mod kinds;
pub mod story;
mod tempo;
#[cfg(test)]
mod tests;

pub(crate) use caption::Caption;
pub use chapters::ChapterLine;
pub(crate) use chapters::before;
pub use story::{Beat, Rank, Story, What};
