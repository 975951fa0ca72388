//! Traces: which frames were seen where, in order of time, with what each means for those before it.
//!
//! The page's packet list, time line, stage and graphs, the command line's packet list and its captures read one implementation.
//!
//! | module | what it is |
//! |---|---|
//! | [`order`] | a history → who saw which frame when, in order of time, while the world runs |
//! | `passing` | what routers have passed on under other addresses |
//! | [`row`] | a packet of a trace, and where its bytes are |
//! | [`mod@trace`] | the packets at one place, as rows that can be searched, with the display filter over them |
//! | [`sieve`] | which packets pass a filter: of rows that are kept, or packet by packet without keeping any |
//! | `earlier` | the same frame on the wire before |
//! | [`ends`] | the addresses and ports of sender and receiver of a frame |
//! | [`connections`] | the TCP connections of a trace |
//! | [`talk`] | what the ends of a connection or conversation said, in order |
//! | [`services`] | leases and names, as frames say |
//! | [`census`] | all packets counted by sender, receiver and protocol |
//! | [`swatch`], [`shape`] | the kinds of frames that a legend distinguishes, and their outlines |
//! | [`selection`] | the node, link or frame that the instruments point at |
//!
//! # Why so
//!
//! - **A row has typed values, no texts and no colors.** What is shown of it is derived from [`Row::protocol`](row::Row::protocol)
//!   and [`Row::segment`](row::Row::segment) or from its frame, where it is shown. A row stays small: there may be 400,000.
//! - **Numbers never change.** Packets count from 0 in their order, also if the oldest are forgotten with their transits.
//! - **Bit by bit.** A trace follows a history a little at a time, so that no animation frame is late for it.
//! - **Kinds have no colors.** [`Swatch`](swatch::Swatch) is derived from the typed message; the page's stage has the palette. The
//!   stage and the session (`lab`) both see [`Selection`](selection::Selection), so that neither depends on the other.
//! - Places, sightings and the names of ports stand in `capture`, because its files have them.

#[cfg(all(test, target_arch = "wasm32"))]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

pub mod census;
pub mod connections;
mod earlier;
pub mod ends;
pub mod order;
mod passing;
pub mod row;
pub mod selection;
pub mod services;
pub mod shape;
pub mod sieve;
pub mod swatch;
pub mod talk;
pub mod trace;

pub use earlier::{HOPS_WITHIN, earlier};
pub use order::Order;
pub use row::{Row, Source, captured};
pub use sieve::{PacketReader, Sifter};
pub use talk::{Stream, Talk, Turn};
pub use trace::{Sequence, Trace};
