//! The built page with 100,000 packets: the time of dragging, scrolling and filtering.

use crate::worker::Worker;
use anyhow::{Context as _, Result};
use serde::Deserialize;
use std::path::Path;

/// What `js/instrument.mjs` measured.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Instrument {
    /// How many packets are in the list.
    pub frames: u64,
    /// The playhead is dragged to another moment: the processor time of the page's thread for the pointer's move and the animation
    /// frame that shows it, in milliseconds; one for each position.
    pub scrub: Vec<f64>,
    /// The same while the list is scrolled.
    pub scroll: Vec<f64>,
    /// Filters being applied.
    pub filters: Vec<Sifted>,
    /// Bytes of the module's memory after all this.
    pub memory: u64,
    /// The same of another page, after a run of ten minutes.
    pub long: u64,
}

/// A filter that was applied to all packets.
#[derive(Clone, Debug, Deserialize)]
pub struct Sifted {
    /// As it was written.
    pub text: String,
    /// It needs the whole tree of each packet.
    pub tree: bool,
    /// From its last letter until all packets were sifted and shown.
    pub ms: f64,
    /// How many it lets pass.
    pub count: u64,
}

/// Uses the page in a folder.
pub fn measure(folder: &Path, scripts: &Path, playwright: Option<&Path>) -> Result<Instrument> {
    eprintln!("the page among many packets");
    let script = scripts.join("instrument.mjs");
    let mut browser = Worker::script(&script, playwright.into_iter().chain([folder]))?;
    browser.version()?;
    let line = browser.ask("measure")?;
    serde_json::from_str(&line).with_context(|| format!("not what was to be measured: {line}"))
}

/// The largest.
pub fn worst(costs: &[f64]) -> f64 {
    costs.iter().copied().fold(0.0, f64::max)
}
