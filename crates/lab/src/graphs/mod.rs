//! Graphs and tables of connections, links, nodes and of all packets.
//!
//! | module | what it is |
//! |---|---|
//! | [`series`] | numbers over time |
//! | [`chart`] | series as a drawing, with no more points than the screen can show |
//! | [`connections`] | the hosts and ports of a TCP connection in the network |
//! | [`flow`] | one direction of a connection, as captured at its sender's port |
//! | [`states`] | the TCP states of its ends, and the changes of switches' and routers' tables |
//! | [`links`] | what a link carried, queued and dropped |
//! | [`tables`] | tables of all packets, made of the trace's [census](trace::census) |
//! | [`sheet`] | a table, to be shown, read aloud and saved |
//!
//! Nothing here is part of the lab: while a graph is open, it reads the lab's history and packets, a bounded amount each time.
//! The data stay valid until the lab has another world ([`Lab::revision`](super::Lab::revision)); traveling back in time only
//! moves the line up to which they are shown.

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
