//! How fast the engine is: one library of cases, run natively, in Node and in Chromium.
//!
//! The machines that measure are noisy, so a figure by itself says little. The program of this crate (`src/bin/bench`)
//! therefore goes round: one sample of a case natively, one in Node, one in Chromium, and again, so that each ratio is of
//! samples taken within a second of each other. The clock comes in as an argument, as everywhere.
//!
//! Not criterion: it measures one process by itself, and runs neither in a browser nor turn by turn with another.
//!
//! | module | what it is |
//! |---|---|
//! | [`case`] | the list of cases, and which figures each yields |
//! | [`sample`] | what one execution of a case counted |
//! | [`bulk`], [`frames`], [`switch`], [`world`] | the cases: TCP, raw frames, the switch, virtual time |
//! | [`recorded`] | a history to ask things of |
//! | [`queries`], [`packets`] | the cases: what is asked of a history, what the packet list does with it |
//! | [`memory`] | how much of it a long run takes |
//! | `wasm` | what JavaScript calls |

pub mod bulk;
pub mod case;
pub mod frames;
pub mod memory;
pub mod packets;
pub mod queries;
pub mod recorded;
pub mod sample;
pub mod switch;
#[cfg(target_arch = "wasm32")]
mod wasm;
pub mod world;

pub use case::{ALONE, CASES, Case, Figure};
pub use sample::{Clock, Sample};

use serde::{Deserialize, Serialize};

/// One sample of one case, as it travels from the process that took it to the one that compares.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measurement {
    /// The case's name.
    pub case: String,
    /// What was counted.
    #[serde(flatten)]
    pub sample: Sample,
}

/// Takes one sample of each of these cases. The clock gives milliseconds and never goes back.
pub fn run<'a>(cases: impl IntoIterator<Item = &'a Case>, clock: impl Fn() -> f64) -> Vec<Measurement> {
    let measure = |case: &Case| Measurement { case: case.name.into(), sample: (case.measure)(&clock) };
    cases.into_iter().map(measure).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    /// A clock that is far ahead each time it is read: every sample is over as soon as it can be.
    fn hasty() -> impl Fn() -> f64 {
        let now = Cell::new(0.0);
        move || {
            now.set(now.get() + sample::SAMPLE_MS);
            now.get()
        }
    }

    #[test]
    fn every_case_runs_and_counts_what_its_figures_need() {
        for measurement in run(CASES.iter().chain(&ALONE), hasty()) {
            let case = Case::named(&measurement.case).unwrap();
            for figure in case.figures {
                let value = figure.of(&measurement.sample);
                // Not every system reports the memory of a process.
                let is_told = value > 0.0 || figure == &Figure::Taken;
                assert!(value.is_finite() && is_told, "{}: {figure:?} is {value}", case.name);
            }
        }
    }

    #[test]
    fn the_same_work_leaves_the_same_fingerprint() {
        let fixed = |case: &&Case| case.name.starts_with("world/pair") || case.name == "bulk/lossy";
        let fingerprints = || -> Vec<_> {
            let measurements = run(CASES.iter().filter(fixed), hasty());
            measurements.into_iter().map(|measurement| measurement.sample.fingerprint.unwrap()).collect()
        };
        assert_eq!(fingerprints(), fingerprints());
    }

    #[test]
    fn a_measurement_survives_its_way_to_the_comparing_process() {
        let sample =
            Sample { operations: 3, bytes: 4, ms: 0.5, fingerprint: Some("ff".into()), ..Sample::default() };
        let sent = Measurement { case: "x".into(), sample };
        let received: Measurement = serde_json::from_str(&serde_json::to_string(&sent).unwrap()).unwrap();
        assert_eq!(received, sent);
    }
}
