//! `cargo xtask bench`: the engine measured natively, in Node and in Chromium.
//!
//! The measuring is crates/bench's: a program for the native figures, a `cdylib` with bindings for the other two.

use crate::setup::{self, Needs, Toolbox};
use crate::{process, project};
use anyhow::Result;
use std::path::PathBuf;
use std::process::Command;

#[derive(clap::Args)]
pub struct Options {
    /// What to pass on to the bench program
    #[arg(trailing_var_arg = true)]
    arguments: Vec<String>,
}

/// Runs the native benchmarks and builds those for wasm below `target/bench`.
pub fn run(options: &Options) -> Result<()> {
    let toolbox = setup::prepare(Needs { page: None, browser: true })?;
    let mut native = Command::new("cargo");
    native.args(["run", "--release", "--package", "bench", "--"]).args(&options.arguments);
    process::run(native.current_dir(project::root()))?;
    bindings(&toolbox, "nodejs")?;
    bindings(&toolbox, "web")?;
    Ok(())
}

/// Builds the `cdylib` of crates/bench with bindings for `nodejs` or `web`; returns their folder.
fn bindings(toolbox: &Toolbox, platform: &str) -> Result<PathBuf> {
    let mut build = toolbox.wasm_command("cargo");
    build.args(["build", "--release", "--lib", "--package", "bench", "--target=wasm32-unknown-unknown"]);
    process::run(&mut build)?;
    let module = project::wasm_target().join("wasm32-unknown-unknown/release/bench.wasm");
    let folder = project::target().join("bench").join(platform);
    let mut bind = toolbox.command("wasm-bindgen");
    bind.args(["--no-typescript", "--target", platform, "--out-dir"]).arg(&folder).arg(module);
    process::run(&mut bind)?;
    Ok(folder)
}
