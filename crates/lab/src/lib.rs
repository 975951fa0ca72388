//! The lab: a scenario being watched, without a browser. It holds the world, the playhead and the speed, and moves them once
//! for each animation frame.
//!
//! | module | what it is |
//! |---|---|
//! | `lab`, `perform`, `tick` | the [`Lab`] itself, its commands, and its animation frames |
//! | [`speed`] | the scale of speeds, and the choice of one |
//! | [`ahead`] | moving the world no further than it is to be seen |
//! | [`budget`] | how the time of an animation frame is shared out between world, trace, drawing and panels |
//! | `pace` | how time passes: quiet time, rest |
//! | [`director`] | which speed, which chapter and which sentence belong to a moment |
//! | [`playhead`], [`travel`] | the moment being looked at, its glides over skipped or stepped-over time, and going back |
//! | [`results`] | a run's history, in words and numbers |
//! | [`plot`] | throughput over time |
//! | [`editing`], [`problems`] | the scenario being changed, and what is wrong with it |
//! | [`still`] | a telling moment of a scenario, for a small picture |
//! | [`timeline`], `to_come` | all of time at a glance, and what is still to happen to the network |
//! | [`parts`] | what a page may load after it has begun |
//! | [`packets`] | which packets, of which [trace](trace), the instruments look at |
//! | [`command`] | what a person asks of the lab |
//! | [`session`] | what is refused, asked about, announced and saved, for a page that is only a backend |
//! | [`action`], `acting` | what is done to a thing with one button |
//! | [`browser`] | the web browsers of hosts |
//! | [`console`] | the consoles of hosts, switches and routers |
//! | `deed` | applying and recording what a person does to the network |
//! | [`hold`] | where the world has to wait, for a lesson |
//! | [`branches`], [`compare`] | acting in the past, and what was otherwise |
//! | [`sequence`] | them as a ladder of arrows between the nodes |
//! | [`log`] | what happened, in words |
//! | [`graphs`] | what is counted and measured over time |
//! | [`narrate`] | what a frame does, in a sentence |
//! | [`inspect`], [`names`] | what is to be known of a node, a link, a frame; what they are called |
//! | [`topology`] | which nodes and links there are at the playhead, and ever |
//! | [`view`] | the snapshot of all this that the page is rendered from |
//!
//! [`Command`](command::Command)s go in, [`View`]s come out, and the stage draws from [`Lab::look`]. Nothing in here knows of the browser:
//! the time of the animation frame and the budget come in as arguments.

mod acting;
pub mod action;
pub mod ahead;
pub mod branches;
pub mod browser;
pub mod budget;
pub mod command;
pub mod compare;
pub mod console;
mod deed;
pub mod director;
pub mod edit;
pub mod editing;
pub mod format;
pub mod graphs;
pub mod hold;
pub mod in_words;
pub mod inspect;
mod lab;
pub mod log;
pub mod names;
pub mod narrate;
mod pace;
pub mod packets;
pub mod parts;
mod perform;
pub mod playhead;
pub mod plot;
pub mod problems;
pub mod results;
pub mod run_form;
#[cfg(test)]
pub mod samples;
pub mod sequence;
pub mod session;
pub mod sounds;
pub mod speed;
pub mod still;
mod tick;
pub mod timeline;
mod to_come;
pub mod topology;
pub mod travel;
pub mod view;

pub use lab::{Lab, Scene, Skipped, State};

#[cfg(test)]
mod growing;
#[cfg(test)]
mod tests;
