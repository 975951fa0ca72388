//! Installs what a machine with cargo lacks to build, serve and test the page. Does nothing where nothing is missing.
//!
//! Everything that has to be compiled is compiled at the same time: wasm's standard library and then the page itself,
//! trunk, and wasm-bindgen. On two cores that is what the first start consists of. The tools go below `target/tools` and
//! onto the PATH of what xtask starts, so that nothing changes for the rest of the machine.
//! What cannot be installed is reported once, with the reason it is needed and the command that installs it.

mod apt;
mod browser;
pub mod engines;
mod tools;
pub mod version;
mod wasm_std;
mod witness;

use crate::progress::{self, Progress};
use crate::{process, project};
use anyhow::{Result, anyhow};
use std::env;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::Command;
use std::thread::{self, ScopedJoinHandle};
use wasm_std::WasmStd;

/// What a command of xtask needs beyond wasm's standard library, trunk and wasm-bindgen.
#[derive(Clone, Copy, Default)]
pub struct Needs {
    /// Compile the page while the tools are being compiled.
    pub page: bool,
    /// Optimize the page: it takes longer to compile and needs wasm-opt.
    pub optimized: bool,
    /// The page is going to be cut into pieces.
    pub pieces: bool,
    /// A browser and Playwright.
    pub browser: bool,
    /// Other browsers, and what drives them.
    pub engines: bool,
    /// Programs from elsewhere, to compare with.
    pub witnesses: bool,
}

/// What setup found or installed, and how to start programs with it.
pub struct Toolbox {
    wasm_std: WasmStd,
    browser: Option<PathBuf>,
    engines: Vec<engines::Found>,
}

impl Toolbox {
    /// A program that finds our tools.
    pub fn command(&self, program: &str) -> Command {
        command(program)
    }

    /// A program (cargo, or one that starts it) that builds for wasm.
    pub fn wasm_command(&self, program: &str) -> Command {
        self.wasm_std.command(program)
    }

    /// Whether clippy can check code for wasm: a toolchain from a distribution comes without it.
    pub fn lints_wasm(&self) -> bool {
        !self.wasm_std.built_from_source()
    }

    /// The browser on this machine, unless Playwright brought its own.
    pub fn browser(&self) -> Option<&PathBuf> {
        self.browser.as_ref()
    }

    /// The other browsers, those that could not be installed as well.
    pub fn engines(&self) -> &[engines::Found] {
        &self.engines
    }
}

/// Finds or installs everything in `needs`.
pub fn prepare(needs: Needs) -> Result<Toolbox> {
    let progress = Progress::new();
    thread::scope(|scope| {
        let wasm_std = scope.spawn(|| {
            let wasm_std = wasm_std::ensure(&progress)?;
            if needs.page {
                build_page(&progress, &wasm_std, needs);
            }
            Ok(wasm_std)
        });
        let trunk = scope.spawn(|| tools::ensure_trunk(&progress));
        let wasm_bindgen = scope.spawn(|| tools::ensure_wasm_bindgen(&progress));
        let wasm_opt =
            scope.spawn(|| if needs.optimized { tools::ensure_wasm_opt(&progress) } else { Ok(()) });
        let witnesses = scope.spawn(|| {
            let wanted =
                [witness::TSHARK, witness::KERNEL, witness::SERVICES].into_iter().filter(|_| needs.witnesses);
            wanted.map(|witness| witness::ensure(&progress, &witness)).collect::<Result<Vec<_>>>()
        });
        let browser = scope.spawn(|| if needs.browser { browser::ensure(&progress) } else { Ok(None) });
        let engines = scope.spawn(|| if needs.engines { engines::ensure(&progress) } else { Ok(Vec::new()) });

        let mut faults = Vec::new();
        let wasm_std = outcome(wasm_std, &mut faults);
        outcome(trunk, &mut faults);
        outcome(wasm_bindgen, &mut faults);
        outcome(wasm_opt, &mut faults);
        outcome(witnesses, &mut faults);
        let browser = outcome(browser, &mut faults);
        let engines = outcome(engines, &mut faults);
        match (wasm_std, browser, engines) {
            (Some(wasm_std), Some(browser), Some(engines)) if faults.is_empty() => {
                Ok(Toolbox { wasm_std, browser, engines })
            }
            _ => Err(anyhow!(faults.join("\n\n"))),
        }
    })
}

/// The result of a task; an error goes to `faults`, so that all missing things are reported together.
fn outcome<T>(task: ScopedJoinHandle<'_, Result<T>>, faults: &mut Vec<String>) -> Option<T> {
    match task.join().expect("setup tasks do not panic") {
        Ok(value) => Some(value),
        Err(fault) => {
            faults.push(format!("{fault:#}"));
            None
        }
    }
}

/// Compiles what trunk will compile, so that trunk finds it compiled. An error in the page's own code is left for trunk to
/// show: while serving, that is where a developer looks.
fn build_page(progress: &Progress, wasm_std: &WasmStd, needs: Needs) {
    let mut command = wasm_std.command("cargo");
    command.args(["build", "--target=wasm32-unknown-unknown", "--manifest-path"]);
    command.arg(project::root().join("web/Cargo.toml"));
    if needs.optimized {
        // The profile that index.html names to trunk.
        command.arg("--profile=page");
    }
    if needs.pieces {
        command.arg("--features=split");
    }
    let task = progress.begin("page", "compiling the page and its engine for wasm");
    match process::watch(progress::of_cargo(&mut command), |line| task.show_cargo(line)) {
        Ok(()) => task.end("compiled"),
        Err(_) => task.fail(),
    }
}

/// Where tools are looked for, ours first.
fn search_path() -> Vec<PathBuf> {
    let tools = project::tools();
    let mut folders = vec![tools.join("bin"), tools.join("npm/node_modules/.bin")];
    folders.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    // Where Debian has the tools that configure a network; it is not on every user's PATH.
    folders.extend(["/usr/sbin", "/sbin"].map(PathBuf::from));
    folders
}

/// The first file of that name on the search path.
fn find(program: &str) -> Option<PathBuf> {
    let name = format!("{program}{}", env::consts::EXE_SUFFIX);
    search_path().into_iter().map(|folder| folder.join(&name)).find(|file| file.is_file())
}

/// A program that finds our tools.
fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command
        .env("PATH", env::join_paths(search_path()).expect("PATH was one before"))
        .current_dir(project::root());
    // Trunk would follow every error, such as one in the page's code, with a page of its own stack frames.
    command.env("RUST_BACKTRACE", "0");
    command
}

/// The one message about something that is missing and cannot be installed from here.
fn missing(what: &str, why: &str, fix: &str, cause: Option<anyhow::Error>) -> anyhow::Error {
    let cause = cause.map(|cause| format!("\n  tried: {cause:#}")).unwrap_or_default();
    anyhow!("{what} is missing.\n  needed: {why}\n  fix: {fix}, then start again{cause}")
}
