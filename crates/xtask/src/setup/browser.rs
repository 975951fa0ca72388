//! A browser, and Playwright to drive it.

use super::{apt, command, find, missing};
use crate::progress::Progress;
use crate::{process, project};
use anyhow::Result;
use std::path::PathBuf;
use std::{env, fs};

const WHY: &str = "opens the page and uses it as a person would";

/// Names under which a Chromium is installed.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// The environment variable that names the browser to test with.
pub const VARIABLE: &str = "CHROMIUM";

/// Finds or installs the browser and Playwright. `None`: the browser is Playwright's own.
pub fn ensure(progress: &Progress) -> Result<Option<PathBuf>> {
    ensure_playwright(progress)?;
    if let Some(browser) = installed() {
        return Ok(Some(browser));
    }
    let task = progress.begin("chromium", WHY);
    let outcome = apt::install(&task, &["chromium"]).or_else(|cause| {
        task.doing("downloading Playwright's own");
        let mut install = command("npx");
        install.args(["playwright", "install", "chromium"]).current_dir(project::browser_tests());
        process::watch(&mut install, |line| task.doing(line)).map_err(|_| cause)
    });
    match outcome {
        Ok(()) => {
            task.end("installed");
            Ok(installed())
        }
        Err(cause) => {
            task.fail();
            let fix = format!("`{}`, or set {VARIABLE} to an installed Chromium", apt::shown(&["chromium"]));
            Err(missing("Chromium", WHY, &fix, Some(cause)))
        }
    }
}

fn installed() -> Option<PathBuf> {
    let chosen = env::var_os(VARIABLE).map(PathBuf::from);
    let mac = PathBuf::from("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome");
    chosen.or_else(|| NAMES.into_iter().find_map(find)).or_else(|| mac.is_file().then_some(mac))
}

/// npm's packages of the browser tests, as their lock file has them.
fn ensure_playwright(progress: &Progress) -> Result<()> {
    let tests = project::browser_tests();
    let modified = |file: &str| fs::metadata(tests.join(file)).and_then(|data| data.modified()).ok();
    // npm writes the second file last, so that it is newer than a lock file that was installed.
    if modified("node_modules/.package-lock.json")
        .is_some_and(|done| Some(done) >= modified("package-lock.json"))
    {
        return Ok(());
    }
    let why = "drives the browser in the tests";
    let task = progress.begin("playwright", why);
    let mut install = command("npm");
    install.args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]).current_dir(&tests);
    // Its own browsers are a large download, wanted only where no Chromium is installed.
    install.env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    match process::watch(&mut install, |line| task.doing(line)) {
        Ok(()) => {
            task.end("installed from npm");
            Ok(())
        }
        Err(cause) => {
            task.fail();
            let fix = "install Node.js (it comes with npm) and connect to the network";
            Err(missing("Playwright", why, fix, Some(cause)))
        }
    }
}
