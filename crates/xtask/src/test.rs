//! `cargo xtask test`: every test there is.
//!
//! Two lanes run at the same time, each with a target folder of its own so that neither waits for the other's lock: the native
//! one compiles and runs the tests of all crates; the one for wasm builds the page, the JavaScript package and the engine's
//! tests for wasm. Much of either is a single thread (the page's link-time optimization, a long test), which the other lane
//! fills up. What needs both, and the browser, which is sensitive to a busy machine, comes afterwards.
//!
//! What ships is wasm, so wasm is tested: [`crate::wasm`] decides which of the engine's tests run again there, and
//! why the others need not.

use crate::report::{Report, Step};
use crate::setup::engines::Presence;
use crate::setup::{self, Needs, Toolbox};
use crate::tally::Tally;
use crate::{binaries, build, javascript, lints, project, quick, runner, scorm, wasm};
use anyhow::Result;
use std::process::Command;
use std::thread;

#[derive(clap::Args)]
pub struct Options {
    /// Only what a recent change can have broken, in two minutes: all tests of the crates whose files changed since their tests
    /// passed, and the unit tests of the crates that depend on them; natively, properties with fewer cases. The summary lists
    /// what was left out
    #[arg(long)]
    quick: bool,
}

/// What [`everything`] does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    Tests,
    TestsAndLints,
}

/// Sets up what is missing, runs everything or what `--quick` selects, and ends with a summary.
pub fn run(options: &Options) {
    let report = Report::new();
    if options.quick {
        quick::run(&report);
    } else {
        everything(&report, Extent::Tests);
    }
    report.end();
}

/// Every step of the full test.
pub fn everything(report: &Report, extent: Extent) {
    report.step("structure", |_| lints::structure());
    let needs = Needs { optimized: true, browser: true, engines: true, witnesses: true, ..Needs::default() };
    let toolbox = report.step("set-up", |_| setup::prepare(needs));
    let (native, built) = thread::scope(|scope| {
        let native = scope.spawn(|| native(report, extent, toolbox.as_ref()));
        let built = toolbox.as_ref().map(|toolbox| for_wasm(report, toolbox)).unwrap_or_default();
        (native.join().expect("steps record their faults"), built)
    });
    let Some(toolbox) = toolbox else { return };
    if native && built.package {
        report.step("JavaScript API", |step| javascript::run(&toolbox, step));
    }
    if built.page && built.package {
        report.step("browser tests", |step| in_browser(&toolbox, step));
    }
    if built.page {
        in_engines(report, &toolbox);
    }
}

/// The lane of native programs. Returns whether they were compiled.
fn native(report: &Report, extent: Extent, toolbox: Option<&Toolbox>) -> bool {
    if extent == Extent::TestsAndLints {
        // First those of the page: the other lane, which has more to do, still builds dist/ and leaves their folder free.
        if let Some(toolbox) = toolbox.filter(|toolbox| toolbox.lints_wasm()) {
            report.step("lints for wasm", |step| lints::page(&step.console, toolbox));
        }
        report.step("lints", |step| lints::native(&step.console));
    }
    let workspace = || {
        let mut command = Command::new("cargo");
        command.args(["test", "--workspace", "--no-fail-fast"]).current_dir(project::root());
        command
    };
    let state = quick::State::now();
    let Some(compiled) = report.step("native build", |step| binaries::build(step, &mut workspace())) else {
        return false;
    };
    report.step("native tests", |step| {
        binaries::run(step, compiled, binaries::native)?;
        state?.remember()
    });
    report.step("examples in docs", |step| runner::count(step, workspace().arg("--doc"), Tally::of_cargo));
    true
}

/// What the lane for wasm has built.
#[derive(Default)]
struct Built {
    page: bool,
    package: bool,
}

/// The lane of everything for wasm that needs no browser.
fn for_wasm(report: &Report, toolbox: &Toolbox) -> Built {
    let page = report.step("dist/", |step| build::build(toolbox, &step.console, None)).is_some();
    if page {
        report.step("size of dist/", |step| build::check_size(&step.console));
    }
    // After dist/, of which it shares most crates.
    let package = report.step("JavaScript package", |step| javascript::make(toolbox, step)).is_some();
    if let Some(compiled) = report.step("wasm build", |step| wasm::build(step, toolbox)) {
        report.step("wasm tests", |step| wasm::run(step, toolbox, compiled));
    }
    Built { page, package }
}

fn in_browser(toolbox: &Toolbox, step: &Step) -> Result<()> {
    scorm::for_tests()?;
    let mut command = toolbox.command("npx");
    command.args(["playwright", "test"]).current_dir(project::browser_tests());
    command.env("PACKETARIUM_DIST", project::dist());
    command.env("PACKETARIUM_PACKAGE", javascript::package());
    command.env("PACKETARIUM_SCORM", scorm::folder());
    if let Some(browser) = toolbox.browser() {
        command.env("CHROMIUM", browser);
    }
    runner::count(step, &mut command, Tally::of_playwright)
}

/// The smoke tests in other browsers than Chromium, side by side; the summary names those that are missing.
fn in_engines(report: &Report, toolbox: &Toolbox) {
    let (ready, missing): (Vec<_>, Vec<_>) =
        toolbox.engines().iter().partition(|(_, presence)| *presence == Presence::Ready);
    for (engine, _) in missing {
        report.leave_out(&format!("all tests in {0}: {0} could not be installed (see set-up)", engine.name));
    }
    if ready.is_empty() {
        return;
    }
    let names: Vec<_> = ready.iter().map(|(engine, _)| engine.name).collect();
    report.step(&names.join(" and "), |step| {
        let mut node = toolbox.command("node");
        node.args(["--test"]).args(ready.iter().map(|(engine, _)| engine.tests));
        node.current_dir(project::browser_tests()).env("PACKETARIUM_DIST", project::dist());
        runner::count(step, &mut node, Tally::of_node)
    });
}
