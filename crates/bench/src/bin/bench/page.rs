//! What a visitor downloads and waits for.

use crate::statistics::Summary;
use crate::worker::Worker;
use anyhow::{Context as _, Result};
use std::path::{Path, PathBuf};

/// The built page.
#[derive(clap::Args)]
pub struct Options {
    /// The folder of the built page
    #[arg(long, id = "page")]
    folder: PathBuf,
    /// The sum of its files in bytes
    #[arg(long)]
    page_raw_bytes: usize,
    /// The same, each compressed by brotli
    #[arg(long)]
    page_brotli_bytes: usize,
    /// How often it is opened, each time in a fresh browser profile
    #[arg(long, default_value_t = 9)]
    page_loads: usize,
}

/// What was found.
pub struct Page {
    /// The sum of its files.
    pub raw_bytes: usize,
    /// The same, compressed.
    pub brotli_bytes: usize,
    /// From navigation to the page's mark `first-moving-frame`, over loopback, nothing cached.
    pub first_frame_ms: Summary,
    /// How often.
    pub loads: usize,
}

/// Opens the page again and again.
pub fn measure(options: &Options, scripts: &Path, playwright: &Path) -> Result<Page> {
    eprintln!("the page, {} times", options.page_loads);
    let script = scripts.join("first-frame.mjs");
    let mut browser = Worker::script(&script, [playwright, &options.folder])?;
    browser.version()?;
    // The first only warms up the browser's own files.
    let mut loads = Vec::new();
    for load in 0..=options.page_loads {
        let line = browser.ask("load")?;
        let ms: f64 = line.parse().with_context(|| format!("not a number of milliseconds: {line}"))?;
        if load > 0 {
            loads.push(ms);
        }
    }
    Ok(Page {
        raw_bytes: options.page_raw_bytes,
        brotli_bytes: options.page_brotli_bytes,
        first_frame_ms: Summary::of(loads),
        loads: options.page_loads,
    })
}
