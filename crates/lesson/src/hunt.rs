//! Hunts: faults that are hidden in a healthy network. Which, and where, a seed decides; the goals say whether all works again.
//!
//! | module | what it is |
//! |---|---|
//! | `faults` | what can be wrong, where, and how it is made so |
//! | `generate` | endless hunts: a network of a level, with traffic and goals |

mod faults;
mod generate;

pub use faults::{Fault, Kind, hide};
pub use generate::{LEVELS, generate};
