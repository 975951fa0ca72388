//! The engine for JavaScript, without the page: `run(scenario)`, or `new Lab(scenario)`, run it, ask what happened.
//!
//! Time is in milliseconds of virtual time, as JavaScript has it elsewhere; results are what the command line prints, in
//! seconds. What goes wrong because of what was handed in is an `Error` of a class of its own; that of a document has its
//! `faults`, each with place and message, and not only the first.
//!
//! `cargo xtask package` makes an npm-shaped package of it, for Node and browsers, with types. README.md is that package's.
//!
//! | file | what it is |
//! |---|---|
//! | [`lab`] | the class, and the functions |
//! | `source`, `options` | what is handed in |
//! | `error` | faults as JavaScript sees them |
//! | `js/` | what the package has besides: entries for Node and browsers, error classes, types |

use wasm_bindgen::prelude::*;

mod error;
pub mod lab;
mod options;
mod source;

pub use lab::{Lab, check, run};

/// Types that only TypeScript sees. That they are true is tested: tests/types.test.mjs.
#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("../js/types.d.ts");
