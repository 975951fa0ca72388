//! Makes a crate's ordinary `#[test]`s run in wasm, too.
//!
//! `cargo test --target wasm32-unknown-unknown` builds the standard harness, but that target has neither arguments nor
//! output, so no test would run. wasm-bindgen's harness runs under Node, but only functions marked `#[wasm_bindgen_test]`. A
//! crate whose tests run on both targets writes `#[test]` as always, and the following once, at the root of `lib.rs` and of
//! every file in `tests/`:
//!
//! ```ignore
//! #[cfg(all(test, target_arch = "wasm32"))]
//! #[macro_use]
//! extern crate wasm_test as wasm_bindgen_test;
//! ```
//!
//! `#[macro_use]` puts this crate's `test` before the prelude's in every module, and the rename satisfies the paths that the
//! attribute expands to. An alias in each test module would be worse: the tests of a module without it would never run, and
//! nothing would show it. Natively this crate is empty.

#[cfg(target_arch = "wasm32")]
pub use wasm_bindgen_test::{wasm_bindgen_test as test, *};
