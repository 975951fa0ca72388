//! The tests of the JavaScript API, under Node: the package as its users have it, beside the command line's program.

use crate::report::Step;
use crate::setup::Toolbox;
use crate::tally::Tally;
use crate::{package, project, runner};
use anyhow::Result;
use std::env::consts::EXE_EXTENSION;
use std::path::PathBuf;

/// Where the tested package is: below a folder from which Node finds it by its name.
pub fn package() -> PathBuf {
    project::target().join("javascript/node_modules/packetarium")
}

/// Makes the package that is tested.
pub fn make(toolbox: &Toolbox, step: &Step) -> Result<()> {
    package::make(toolbox, &step.console, &package())
}

/// Lets Node compare the package with the native program, which the native tests have compiled.
pub fn run(toolbox: &Toolbox, step: &Step) -> Result<()> {
    let mut node = toolbox.command("node");
    node.arg("--test").current_dir(project::root().join("crates/wasm"));
    node.env("PACKETARIUM_PACKAGE", package());
    node.env("PACKETARIUM_TOOLS", project::browser_tests().join("node_modules"));
    node.env("PACKETARIUM", project::target().join("debug/packetarium").with_extension(EXE_EXTENSION));
    runner::count(step, &mut node, Tally::of_node)
}
