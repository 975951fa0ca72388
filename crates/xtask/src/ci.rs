//! `cargo xtask ci`: what has to hold before a change is taken.

use crate::report::Report;
use crate::setup::Toolbox;
use crate::{process, project, test};
use anyhow::Result;
use std::process::Command;

/// The crates of the page: linted for the target they are written for, where a clippy for it is to be had. Their tests
/// are native, and so are the lints of those.
const PAGE: [&str; 2] = ["web", "wasm"];

/// Formatting, lints, then every test.
pub fn run() -> Result<()> {
    let mut report = Report::new();
    report.step("formatting", |_| process::run(&mut cargo(&["fmt", "--all", "--check"])));
    report.step("lints", |_| {
        process::run(&mut cargo(&["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"]))
    });
    if let Some(toolbox) = test::all(&mut report).filter(Toolbox::lints_wasm) {
        report.step("lints of the page for wasm", |_| {
            let mut clippy = toolbox.wasm_command("cargo");
            clippy.args(["clippy", "--target=wasm32-unknown-unknown"]);
            clippy.args(PAGE.iter().flat_map(|name| ["--package", name])).args(["--", "--deny", "warnings"]);
            process::run(&mut clippy)
        });
    }
    report.end()
}

fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.args(arguments).current_dir(project::root());
    command
}
