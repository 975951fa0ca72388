//! The tests of the JavaScript API, under Node: the package, as others have it, beside the command line's program.

use crate::setup::Toolbox;
use crate::tally::Tally;
use crate::{package, process, project, test};
use anyhow::Result;
use std::env::consts::EXE_EXTENSION;
use std::path::PathBuf;
use std::process::Command;

/// Where the tested package is: below a folder from which it is found by its name.
pub fn package() -> PathBuf {
    project::target().join("javascript/node_modules/packetarium")
}

/// Builds both and lets Node compare them.
pub fn run(toolbox: &Toolbox, tally: &mut Tally) -> Result<()> {
    let mut native = Command::new("cargo");
    native.args(["build", "--package", "packetarium"]).current_dir(project::root());
    process::run(&mut native)?;
    package::make(toolbox, &package())?;

    let mut node = toolbox.command("node");
    node.arg("--test").current_dir(project::root().join("crates/wasm"));
    node.env("PACKETARIUM_PACKAGE", package());
    node.env("PACKETARIUM_TOOLS", project::browser_tests().join("node_modules"));
    node.env("PACKETARIUM", project::target().join("debug/packetarium").with_extension(EXE_EXTENSION));
    test::count(&mut node, Tally::of_node, tally)
}
