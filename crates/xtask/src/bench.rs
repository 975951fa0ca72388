//! `cargo xtask bench`: the engine measured natively, in Node and in Chromium, and the page.
//!
//! crates/bench measures. This module builds what it needs: a program, which also runs all platforms in turn; the same cases for
//! wasm, with bindings for Node and for a browser; and `dist/`.

use crate::console::Console;
use crate::setup::{self, Needs, Toolbox};
use crate::{build, process, project, size};
use anyhow::Result;
use std::path::PathBuf;
use std::process::Command;

#[derive(clap::Args)]
pub struct Options {
    /// How often all cases are measured
    #[arg(long)]
    rounds: Option<usize>,
    /// Only cases whose name begins with this, and neither the page nor the document
    #[arg(long)]
    only: Option<String>,
}

/// Measures everything, prints the tables and puts them into docs/PERFORMANCE.md.
pub fn run(options: &Options) -> Result<()> {
    let everything = options.only.is_none();
    let toolbox = setup::prepare(Needs {
        page: everything,
        optimized: everything,
        pieces: everything,
        browser: true,
        ..Needs::default()
    })?;
    let mut native = Command::new("cargo");
    native.args(["build", "--release", "--bins", "--package", "bench"]).current_dir(project::root());
    process::run(&mut native)?;
    let module = wasm_module(&toolbox)?;

    let program = project::target().join("release/bench").with_extension(std::env::consts::EXE_EXTENSION);
    let mut bench = toolbox.command(&program.to_string_lossy());
    bench.arg("compare").arg("--scripts").arg(project::root().join("crates/bench/js"));
    bench.arg("--node").arg(bindings(&toolbox, &module, "nodejs")?);
    bench.arg("--chromium").arg(bindings(&toolbox, &module, "web")?);
    bench.arg("--playwright").arg(project::browser_tests());
    if let Some(browser) = toolbox.browser() {
        bench.env("CHROMIUM", browser);
    }
    if let Some(rounds) = options.rounds {
        bench.args(["--rounds", &rounds.to_string()]);
    }
    if let Some(only) = &options.only {
        bench.args(["--only", only]);
    }
    if everything {
        build::build(&toolbox, &Console::terminal(), None)?;
        let (raw_bytes, brotli_bytes) = size::of(&project::dist())?.sums();
        bench.arg("--page").arg(project::dist());
        bench.args(["--page-raw-bytes", &raw_bytes.to_string()]);
        bench.args(["--page-brotli-bytes", &brotli_bytes.to_string()]);
        bench.args(["--page-budget-bytes", &size::BUDGET_BYTES.to_string()]);
        bench.arg("--write").arg(project::root().join("docs/PERFORMANCE.md"));
    }
    process::run(&mut bench)
}

/// Builds the `cdylib` of crates/bench as the page is built, but without wasm-opt, which was measured to make it a sixth smaller
/// and not faster. The cases themselves are compiled for speed, as the engine is.
fn wasm_module(toolbox: &Toolbox) -> Result<PathBuf> {
    let mut build = toolbox.wasm_command("cargo");
    build.args(["build", "--profile=page", "--config=profile.page.package.bench.opt-level=3"]);
    build.args(["--lib", "--package", "bench", "--target=wasm32-unknown-unknown"]);
    process::run(&mut build)?;
    Ok(project::wasm_target().join("wasm32-unknown-unknown/page/bench.wasm"))
}

/// Makes bindings for `nodejs` or `web`; returns their folder.
fn bindings(toolbox: &Toolbox, module: &PathBuf, platform: &str) -> Result<PathBuf> {
    let folder = project::target().join("bench").join(platform);
    let mut bind = toolbox.command("wasm-bindgen");
    bind.args(["--no-typescript", "--target", platform, "--out-dir"]).arg(&folder).arg(module);
    process::run(&mut bind)?;
    Ok(folder)
}
