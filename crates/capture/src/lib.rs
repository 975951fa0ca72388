//! Capture files: the frames of a history written as pcapng, and captures of any origin opened.
//!
//! | module | what it is |
//! |---|---|
//! | [`place`] | where frames are captured: everywhere, at one link, at one port |
//! | [`sighting`] | a frame seen at a place |
//! | [`writer`] | sightings → a pcapng file |
//! | [`read()`] | a file of any origin, pcap, pcapng or snoop, also compressed → a recording |
//! | [`recording`] | what is in an opened file |
//!
//! Nothing here opens a file, reads a clock or a document: bytes go into any [`std::io::Write`] and come from a slice. The order in
//! which frames are seen is found by the crate `trace`, above this one.
//!
//! # Why so
//!
//! - **Written and read by hand.** The formats are a few dozen lines each. pcap-file, which has all of both, costs the page 35 KB of
//!   brotli where the reader here costs 8, most of it blocks and error texts that are not needed here, and gives up where an
//!   analyzer goes on. It is the witness in the tests instead, beside tshark.

#[cfg(all(test, target_arch = "wasm32"))]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

mod block;
mod fields;
mod limits;
pub mod place;
pub mod read;
pub mod recording;
pub mod sighting;
pub mod writer;

pub use place::{Network, Place, PlaceError};
pub use read::{ReadError, read};
pub use recording::Recording;
pub use sighting::Sighting;
pub use writer::{WriteError, Writer};
