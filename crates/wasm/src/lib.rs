//! The engine for JavaScript, without the page: `new Lab(document)`, run it, ask what happened.
//!
//! Time is in milliseconds of virtual time, as JavaScript has it elsewhere. What goes wrong because of what was handed in is
//! an `Error`; that of a document has its `faults`, each with place and message, and not only the first.
//!
//! ```js
//! const lab = new Lab(document);
//! lab.runUntilQuiet(60_000);
//! console.log(lab.now, lab.historyHash, lab.runs());
//! ```
//!
//! | module | what it is |
//! |---|---|
//! | [`lab`] | the class |
//! | `error` | faults as JavaScript sees them |
//! | `report` | results as JavaScript sees them |

mod error;
pub mod lab;
mod report;

pub use lab::Lab;
