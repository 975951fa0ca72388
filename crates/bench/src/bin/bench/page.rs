//! The page's size, the time until the first frame moves, and the speed of the engine in a tab that was just opened.

use crate::instrument::{self, Instrument};
use crate::stage::{self, Stage};
use crate::statistics::Summary;
use crate::worker::Worker;
use anyhow::{Context as _, Result};
use bench::{Case, Figure};
use std::path::{Path, PathBuf};

/// How often it is opened, each time in a fresh browser profile.
const LOADS: usize = 9;
/// How many tabs are opened for a case.
const FRESH_TABS: usize = 5;

/// The built page.
#[derive(clap::Args)]
pub struct Options {
    /// The folder of the built page
    #[arg(long, requires_all = ["playwright", "page_raw_bytes", "page_brotli_bytes", "page_budget_bytes"])]
    page: Option<PathBuf>,
    /// The sum of its files in bytes
    #[arg(long)]
    page_raw_bytes: Option<usize>,
    /// The same, each compressed by brotli
    #[arg(long)]
    page_brotli_bytes: Option<usize>,
    /// How much that may be
    #[arg(long)]
    page_budget_bytes: Option<usize>,
}

/// What was found.
pub struct Page {
    /// The sum of its files.
    pub raw_bytes: usize,
    /// The same, compressed.
    pub brotli_bytes: usize,
    /// How much that may be.
    pub budget_bytes: usize,
    /// From navigation to the page's mark `first-moving-frame`, over loopback, nothing cached.
    pub first_frame_ms: Summary,
    /// How often.
    pub loads: usize,
    /// Among many packets.
    pub instrument: Instrument,
    /// While frames move.
    pub stage: Stage,
}

/// A figure of a case in tabs that were just opened, each in a browser profile of its own: machine code and memory have yet
/// to be made.
pub fn in_fresh_tabs(
    case: &Case,
    figure: Figure,
    scripts: &Path,
    playwright: &Path,
    module: &Path,
) -> Result<Summary> {
    eprintln!("{} in {FRESH_TABS} fresh tabs", case.name);
    let script = scripts.join("chromium.mjs");
    let mut browser = Worker::script(&script, [playwright, module, Path::new("fresh")])?;
    browser.version()?;
    let samples =
        (0..FRESH_TABS).map(|_| Ok(figure.of(&browser.sample(case)?))).collect::<Result<Vec<_>>>()?;
    Ok(Summary::of(samples))
}

/// Opens the page again and again, if there is one.
pub fn measure(options: &Options, scripts: &Path, playwright: Option<&Path>) -> Result<Option<Page>> {
    let Options {
        page: Some(folder),
        page_raw_bytes: Some(raw_bytes),
        page_brotli_bytes: Some(brotli_bytes),
        page_budget_bytes: Some(budget_bytes),
    } = options
    else {
        return Ok(None);
    };
    eprintln!("the page, {LOADS} times");
    let script = scripts.join("first-frame.mjs");
    let mut browser = Worker::script(&script, playwright.into_iter().chain([folder.as_path()]))?;
    browser.version()?;
    // The first only warms up the browser's own files.
    let mut loads = Vec::new();
    for load in 0..=LOADS {
        let line = browser.ask("load")?;
        let ms: f64 = line.parse().with_context(|| format!("not a number of milliseconds: {line}"))?;
        if load > 0 {
            loads.push(ms);
        }
    }
    drop(browser);
    Ok(Some(Page {
        raw_bytes: *raw_bytes,
        brotli_bytes: *brotli_bytes,
        budget_bytes: *budget_bytes,
        first_frame_ms: Summary::of(loads),
        loads: LOADS,
        instrument: instrument::measure(folder, scripts, playwright)?,
        stage: stage::measure(folder, scripts, playwright)?,
    }))
}
