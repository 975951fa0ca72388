//! The built page while frames move: how busy it keeps its thread, and how evenly the animation frames come.

use crate::gates::FRAME_MS;
use crate::statistics::number;
use crate::worker::Worker;
use anyhow::{Context as _, Result};
use serde::Deserialize;
use std::path::Path;

/// What `js/stage.mjs` measured.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Stage {
    /// Two hosts that ping each other.
    pub two: Playing,
    /// The broadcast storm.
    pub storm: Playing,
    /// 1,000 hosts with 200 flows of UDP.
    pub thousand: Playing,
}

/// A network that plays for some seconds.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Playing {
    /// The number of frames on wires at the end.
    pub moving: f64,
    /// The part of its time that the page's thread works, in percent of a processor.
    pub busy: f64,
    /// From one animation frame to the next, in milliseconds by the browser's timestamps: the median.
    pub interval50: f64,
    /// The same, longer than 95 % of all.
    pub interval95: f64,
    /// The processor time of the page's thread from one animation frame to the next, in milliseconds: the median.
    pub cpu50: f64,
    /// The same, longer than 95 % of all.
    pub cpu95: f64,
}

/// A figure with its limit.
pub struct Bound {
    /// Of what.
    pub what: &'static str,
    /// In the unit that `what` names.
    pub value: f64,
    /// The most that it may be.
    pub limit: f64,
}

impl Stage {
    /// The figures that have limits.
    pub fn bounds(&self) -> [Bound; 4] {
        let bound = |what, value, limit| Bound { what, value, limit };
        [
            bound("two hosts playing: the page's thread is busy, %, Chromium", self.two.busy, 15.0),
            bound("broadcast storm: from frame to frame, p95, ms, Chromium", self.storm.interval95, 17.0),
            // The browser's timestamps of a display of 60 Hz are rounded.
            bound(
                "1,000 hosts: from frame to frame, the median, ms, Chromium",
                self.thousand.interval50,
                FRAME_MS + 0.1,
            ),
            bound("1,000 hosts: from frame to frame, p95, ms, Chromium", self.thousand.interval95, 25.0),
        ]
    }

    /// The rows of a table: what, frames on wires, busy, intervals, processor time.
    pub fn rows(&self) -> [Vec<String>; 3] {
        let all = [
            ("two hosts that ping each other", &self.two),
            ("the broadcast storm", &self.storm),
            ("1,000 hosts, 200 flows of UDP", &self.thousand),
        ];
        all.map(|(what, playing)| {
            vec![
                what.into(),
                number(playing.moving),
                format!("{} %", number(playing.busy)),
                format!("{} / {} ms", number(playing.interval50), number(playing.interval95)),
                format!("{} / {} ms", number(playing.cpu50), number(playing.cpu95)),
            ]
        })
    }
}

/// Plays in the page in a folder.
pub fn measure(folder: &Path, scripts: &Path, playwright: Option<&Path>) -> Result<Stage> {
    eprintln!("the page while frames move");
    let mut browser = Worker::script(&scripts.join("stage.mjs"), playwright.into_iter().chain([folder]))?;
    browser.version()?;
    let line = browser.ask("measure")?;
    serde_json::from_str(&line).with_context(|| format!("not what was to be measured: {line}"))
}
