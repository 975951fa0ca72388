//! The engine's tests in wasm, under Node. They are ordinary `#[test]`s; crates/wasm-test makes them run there.
//! Not on wasm32-wasip1, where the standard harness would run as it is: that is another target with another standard
//! library than the one in the page.

use crate::binaries::{self, Binary};
use crate::report::Step;
use crate::setup::Toolbox;
use crate::workspace;
use anyhow::Result;

/// How wasm is optimized for tests: they push hundreds of megabytes through real stacks.
const OPT_LEVEL: &str = "2";

/// Compiles the tests of every crate that has wasm-test among its dev-dependencies.
pub fn build(step: &Step, toolbox: &Toolbox) -> Result<Vec<Binary>> {
    let mut command = toolbox.wasm_command("cargo");
    command.args(["test", "--target=wasm32-unknown-unknown", "--tests"]);
    let crates = workspace::crates()?;
    let tested = crates.iter().filter(|one| one.dependencies.iter().any(|used| used.name == "wasm-test"));
    command.args(tested.flat_map(|one| ["--package", one.name.as_str()]));
    command.env("CARGO_PROFILE_DEV_OPT_LEVEL", OPT_LEVEL);
    binaries::build(step, &mut command)
}

/// Runs them, each in a Node of its own.
pub fn run(step: &Step, toolbox: &Toolbox, compiled: Vec<Binary>) -> Result<()> {
    binaries::run(step, compiled, |binary| {
        let mut command = toolbox.command("wasm-bindgen-test-runner");
        command.arg(&binary.executable).current_dir(&binary.folder);
        command
    })
}
