//! Captures: what crossed the wires, taken away as pcapng and opened again, whoever made it.
//!
//! | module | what it is |
//! |---|---|
//! | [`order`] | a history → who saw which frame when, in order of time, while the world runs |
//! | [`place`] | where one looks: everywhere, at one link, at one port |
//! | [`writer`] | sightings → a pcapng file |
//! | [`read()`] | a file of any origin, pcap or pcapng → a recording |
//! | [`recording`] | what is in an opened file |
//!
//! Nothing here knows a file, a clock or a document: bytes go into any [`std::io::Write`] and come from a slice.
//!
//! # Why so
//!
//! - **Written and read by hand.** The formats are a few dozen lines each. pcap-file, which has all of both, costs the page 35 KB of
//!   brotli where the reader here costs 8, most of it blocks and error texts that nobody here asks for, and gives up where an
//!   analyzer goes on. It is the witness in the tests instead, beside tshark.

#[cfg(all(test, target_arch = "wasm32"))]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

mod block;
pub mod order;
pub mod place;
pub mod read;
pub mod recording;
pub mod writer;

pub use order::{Order, Sighting};
pub use place::{Network, Place, PlaceError};
pub use read::{ReadError, read};
pub use recording::Recording;
pub use writer::{WriteError, Writer};
