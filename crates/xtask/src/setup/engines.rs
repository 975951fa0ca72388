//! Browsers other than Chromium, each with its WebDriver server: Firefox with geckodriver, and WebKit as WebKitGTK has it. Where one
//! cannot be installed, its tests are left out and the summary reports that; an environment variable turns that into an error.

use super::{apt, find, missing, tools};
use crate::progress::Progress;
use anyhow::Result;
use std::env;

/// Set: a missing browser is an error.
const VARIABLE: &str = "PACKETARIUM_ENGINES";

/// A browser and its WebDriver server.
pub struct Engine {
    pub name: &'static str,
    /// The file of its tests, below tests/browser.
    pub tests: &'static str,
    programs: &'static [&'static str],
    /// The names of Debian's packages.
    packages: &'static [&'static str],
    /// Debian has no geckodriver: it is compiled.
    geckodriver: bool,
}

/// Programs and packages as Debian has them.
pub const ENGINES: [Engine; 2] = [
    Engine {
        name: "Firefox",
        tests: "engines/firefox.test.js",
        programs: &["firefox"],
        packages: &["firefox-esr"],
        geckodriver: true,
    },
    Engine {
        name: "WebKit",
        tests: "engines/webkit.test.js",
        programs: &["WebKitWebDriver", "Xvfb"],
        packages: &["webkit2gtk-driver", "xvfb"],
        geckodriver: false,
    },
];

/// What became of an engine.
pub type Found = (&'static Engine, Presence);

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    Ready,
    /// It could not be installed, which has been reported.
    Missing,
}

/// Finds or installs all engines.
pub fn ensure(progress: &Progress) -> Result<Vec<Found>> {
    ENGINES.iter().map(|engine| Ok((engine, engine.ensure(progress)?))).collect()
}

impl Engine {
    fn ensure(&self, progress: &Progress) -> Result<Presence> {
        let Err(fault) = self.install(progress) else { return Ok(Presence::Ready) };
        if env::var_os(VARIABLE).is_some() {
            return Err(fault);
        }
        progress.warn(&format!("{fault:#}\n  *** going on without: NOTHING IS TESTED in {}", self.name));
        Ok(Presence::Missing)
    }

    fn install(&self, progress: &Progress) -> Result<()> {
        let why = "opens the page: it has to work in more than one browser";
        if !self.programs.iter().all(|program| find(program).is_some()) {
            let task = progress.begin(self.name, why);
            if let Err(cause) = apt::install(&task, self.packages) {
                task.fail();
                return Err(missing(
                    self.name,
                    why,
                    &format!("`{}`", apt::shown(self.packages)),
                    Some(cause),
                ));
            }
            task.end("installed");
        }
        if self.geckodriver { tools::ensure_geckodriver(progress) } else { Ok(()) }
    }
}
