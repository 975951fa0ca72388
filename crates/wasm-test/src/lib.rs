//! Lets a crate's ordinary `#[test]`s run in wasm too.
//!
//! `cargo test --target wasm32-unknown-unknown` builds the standard harness, but that target has neither arguments nor
//! output, so nothing would be run. wasm-bindgen's own harness runs under Node, but only functions marked
//! `#[wasm_bindgen_test]`. A crate whose tests are to run in both worlds keeps writing `#[test]` and says once, at the
//! root of `lib.rs` and of every file in `tests/`:
//!
//! ```ignore
//! #[cfg(all(test, target_arch = "wasm32"))]
//! #[macro_use]
//! extern crate wasm_test as wasm_bindgen_test;
//! ```
//!
//! `#[macro_use]` puts our `test` before the prelude's in every module of the crate, and the rename satisfies the paths
//! the attribute expands to. Not an alias in each test module: one that forgets it has tests which silently never run.
//! Natively this crate is empty.

#[cfg(target_arch = "wasm32")]
pub use wasm_bindgen_test::{wasm_bindgen_test as test, *};
