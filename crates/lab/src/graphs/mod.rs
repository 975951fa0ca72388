//! What is counted and measured over time, as graphs and tables: connections, links, switches, and all packets together.
//!
//! | module | what it is |
//! |---|---|
//! | [`series`] | numbers over time |
//! | [`chart`] | some of them as a drawing, in as many points as the screen can show |
//! | [`connections`] | the hosts and ports of a TCP connection in the network |
//! | [`flow`] | one of them, as its sender's port sees it |
//! | [`states`] | where its ends are in TCP's state machine |
//! | [`links`] | what a link carried, queued and dropped |
//! | [`tables`] | tables of all packets, made of the trace's [census](trace::census) |
//! | [`sheet`] | a table, to be shown, read aloud and saved |
//!
//! None of it is a part of the lab: it is read from the lab's history and packets while a graph is open, a little more each time.
//! What was read stays valid until the world is another one ([`Lab::revision`](super::Lab::revision)); going back in time only
//! moves the line up to which it is shown.

pub mod chart;
pub mod connections;
pub mod flow;
pub mod links;
pub mod series;
pub mod sheet;
pub mod states;
pub mod tables;

#[cfg(test)]
mod tests;
