//! `cargo xtask test`: every test there is.
//!
//! The core's tests run twice, natively and in wasm under Node, since what ships is wasm. They are ordinary `#[test]`s;
//! crates/wasm-test says how they come to run there. Not on wasm32-wasip1, where the standard harness would run as it is:
//! that is another target with another standard library than the one in the page. They are optimised, for
//! they push hundreds of megabytes through real stacks.

use crate::report::Report;
use crate::setup::{self, Needs, Optimised, Toolbox};
use crate::tally::Tally;
use crate::{build, javascript, process, project};
use anyhow::{Result, bail, ensure};
use std::process::Command;

/// The crates that are the engine: they run in the page.
const CORE: [&str; 8] = ["wire", "vnetif", "bridge", "router", "netlab", "scenario", "dissect", "capture"];

/// How wasm is optimised for tests: they push hundreds of megabytes through real stacks.
const WASM_OPT_LEVEL: &str = "2";

#[derive(clap::Args)]
pub struct Options {
    /// Native tests only: neither wasm nor browser
    #[arg(long)]
    quick: bool,
}

/// Sets up what is missing, runs everything, ends with a summary.
pub fn run(options: &Options) -> Result<()> {
    let mut report = Report::new();
    if options.quick {
        native(&mut report);
    } else {
        all(&mut report);
    }
    report.end()
}

/// Every step of the full test.
pub fn all(report: &mut Report) -> Option<Toolbox> {
    let needs = Needs { page: Some(Optimised(true)), browser: true, witnesses: true };
    let toolbox = report.step("set-up", |_| setup::prepare(needs));
    native(report);
    let toolbox = toolbox?;
    report.step("core's tests in wasm", |tally| in_wasm(&toolbox, tally));
    let built = report.step("dist/", |_| build::build(&toolbox)).is_some();
    if built {
        report.step("size of dist/", |_| build::check_size());
    }
    // After dist/, of which it shares most crates, and before what has the package in a browser.
    report.step("JavaScript API", |tally| javascript::run(&toolbox, tally));
    if built {
        report.step("browser tests", |tally| in_browser(&toolbox, tally));
    }
    Some(toolbox)
}

fn native(report: &mut Report) {
    report.step("native tests", |tally| {
        let mut command = Command::new("cargo");
        command.args(["test", "--workspace", "--no-fail-fast"]).current_dir(project::root());
        count(&mut command, Tally::of_cargo, tally)
    });
}

fn in_wasm(toolbox: &Toolbox, tally: &mut Tally) -> Result<()> {
    let mut command = toolbox.wasm_command("cargo");
    command.args(["test", "--target=wasm32-unknown-unknown", "--tests", "--no-fail-fast"]);
    command.args(CORE.iter().flat_map(|name| ["--package", name]));
    command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", "wasm-bindgen-test-runner");
    command.env("CARGO_PROFILE_DEV_OPT_LEVEL", WASM_OPT_LEVEL);

    // A crate that misses its `extern crate wasm_test` has no tests here, and nobody would notice.
    let mut suspect = None;
    let mut silent = Vec::new();
    let outcome = count(
        &mut command,
        |line| {
            if let Some(binary) = line.trim_start().strip_prefix("Running ") {
                suspect = binary.starts_with("unittests").then(|| binary.to_owned());
            } else if line.contains("no tests to run") {
                silent.extend(suspect.take());
            }
            Tally::of_cargo(line)
        },
        tally,
    );
    ensure!(silent.is_empty(), "no test ran in {}: see crates/wasm-test", silent.join(", "));
    outcome
}

fn in_browser(toolbox: &Toolbox, tally: &mut Tally) -> Result<()> {
    let mut command = toolbox.command("npx");
    command.args(["playwright", "test"]).current_dir(project::browser_tests());
    command.env("PACKETARIUM_DIST", project::dist());
    command.env("PACKETARIUM_PACKAGE", javascript::package());
    if let Some(browser) = toolbox.browser() {
        command.env("CHROMIUM", browser);
    }
    count(&mut command, Tally::of_playwright, tally)
}

/// Runs a test runner, shows what it prints and adds up what `read` finds in its lines.
pub fn count(
    command: &mut Command,
    mut read: impl FnMut(&str) -> Option<Tally>,
    sum: &mut Tally,
) -> Result<()> {
    let status = process::stream(command, |line| {
        println!("{line}");
        if let Some(tally) = read(line) {
            *sum += tally;
        }
    })?;
    if sum.failed > 0 {
        bail!("{} of {} tests failed", sum.failed, sum.passed + sum.failed);
    }
    ensure!(status.success(), "`{}` failed ({status})", process::shown(command));
    ensure!(sum.passed > 0, "`{}` ran no tests", process::shown(command));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count_of(script: &str) -> (Result<()>, Tally) {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        let mut tally = Tally::default();
        (count(&mut command, Tally::of_cargo, &mut tally), tally)
    }

    #[test]
    fn the_binaries_of_one_run_are_added_up() {
        let (outcome, tally) = count_of(
            "echo 'test result: ok. 2 passed; 0 failed; 0 ignored'; echo 'test result: ok. 3 passed; 0 failed; 0 ignored'",
        );
        outcome.unwrap();
        assert_eq!(tally, Tally::counts(5, 0));
    }

    #[test]
    fn a_run_without_tests_or_with_a_broken_build_is_a_fault() {
        assert!(count_of("exit 0").0.unwrap_err().to_string().contains("ran no tests"));
        assert!(count_of("echo 'error: could not compile'; exit 101").0.is_err());
        let (outcome, _) = count_of("echo 'test result: FAILED. 1 passed; 2 failed; 0 ignored'; exit 101");
        assert_eq!(outcome.unwrap_err().to_string(), "2 of 3 tests failed");
    }
}
