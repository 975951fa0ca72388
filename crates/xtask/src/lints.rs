//! What is checked without running anything: formatting, lints, which crate depends on which, and what the stage uses.

use crate::console::Console;
use crate::setup::Toolbox;
use crate::{arrows, dependencies, project, stage, texts, workspace};
use anyhow::{Result, ensure};
use std::process::Command;

/// The crates of the page: linted for the target they are written for, where a clippy for it is to be had. Their tests
/// are native, and so are the lints of those.
const PAGE: [&str; 2] = ["web", "wasm"];

/// Checks that dependencies between crates point downwards, that all declared ones are used, that the stage does not use
/// the session, and that translations fit the texts of the code.
///
/// # Errors
/// Names each dependency that has to go, with the reason.
pub fn structure() -> Result<()> {
    let crates = workspace::crates()?;
    let faults =
        [arrows::faults(&crates), dependencies::faults(&crates)?, stage::faults()?, texts::faults()?]
            .concat();
    ensure!(faults.is_empty(), "\n{}", faults.join("\n"));
    Ok(())
}

/// Checks that every file is as rustfmt would write it.
pub fn formatting(console: &Console) -> Result<()> {
    console.run(&mut cargo(&["fmt", "--all", "--check"]))
}

/// Runs clippy over everything, tests included.
pub fn native(console: &Console) -> Result<()> {
    console.cargo(&mut cargo(&["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"]))
}

/// Runs clippy over the page for wasm.
pub fn page(console: &Console, toolbox: &Toolbox) -> Result<()> {
    let mut clippy = toolbox.wasm_command("cargo");
    clippy.args(["clippy", "--target=wasm32-unknown-unknown"]);
    clippy.args(PAGE.iter().flat_map(|name| ["--package", name])).args(["--", "--deny", "warnings"]);
    console.cargo(&mut clippy)
}

fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.args(arguments).current_dir(project::root());
    command
}
