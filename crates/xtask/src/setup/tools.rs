//! trunk, wasm-bindgen, wasm-opt and geckodriver: found, or installed below `target/tools`.
//!
//! All but wasm-opt are compiled from source where no prebuilt program is available, and that is most of the first start.
//! They are compiled without optimization: their work takes a second either way.

use super::version::{self, Version};
use super::{command, find, missing};
use crate::progress::{self, Progress, Task};
use crate::{process, project};
use anyhow::{Context as _, Result};
use std::fs;

/// The newest release that compiles with our Rust. 0.22 compiles too (a beta; 0.22.1 wants Rust 1.96.1), but brings two
/// JavaScript compilers to minify 30 KB with, and takes a third longer to compile.
const TRUNK: &str = "0.21.14";
/// The oldest that knows what Trunk.toml uses, for machines that have one already.
const TRUNK_OLDEST: &str = "0.21.0";

/// npm's package; the oldest that knows the features we compile with. Debian's is 108.
const BINARYEN: &str = "132";
const BINARYEN_OLDEST: &str = "120";

/// The newest release, and the oldest that computes roles and accessible names.
const GECKODRIVER: &str = "0.37.1";
const GECKODRIVER_OLDEST: &str = "0.32.0";

/// The profile to compile tools with: as little work for the compiler as can be.
/// (Measured on trunk, CPU time: unwinding and 16 units 318 s, this 281 s; 1, 2 or 4 units make no difference.)
const QUICK_PROFILE: [(&str, &str); 7] = [
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0"),
    ("CARGO_PROFILE_RELEASE_LTO", "off"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "2"),
    ("CARGO_PROFILE_RELEASE_BUILD_OVERRIDE_CODEGEN_UNITS", "2"),
    ("CARGO_PROFILE_RELEASE_DEBUG", "0"),
    ("CARGO_PROFILE_RELEASE_STRIP", "none"),
    ("CARGO_PROFILE_RELEASE_PANIC", "abort"),
];

/// trunk, which builds and serves the page.
pub fn ensure_trunk(progress: &Progress) -> Result<()> {
    if is_here("trunk", TRUNK, Some(TRUNK_OLDEST)) {
        return Ok(());
    }
    install_crate(progress, "trunk", TRUNK, "builds the page and serves it")
}

/// wasm-bindgen and its test runner, of exactly the version of the crate: their formats change with each.
pub fn ensure_wasm_bindgen(progress: &Progress) -> Result<()> {
    let lock = fs::read_to_string(project::root().join("Cargo.lock")).context("Cargo.lock cannot be read")?;
    let pinned = version::locked(&lock, "wasm-bindgen")?.to_string();
    if ["wasm-bindgen", "wasm-bindgen-test-runner"].iter().all(|tool| is_here(tool, &pinned, None)) {
        return Ok(());
    }
    let why = "joins wasm and JavaScript; runs the tests in wasm";
    install_crate(progress, "wasm-bindgen-cli", &pinned, why)
}

/// geckodriver, the WebDriver server of Firefox.
pub fn ensure_geckodriver(progress: &Progress) -> Result<()> {
    if is_here("geckodriver", GECKODRIVER, Some(GECKODRIVER_OLDEST)) {
        return Ok(());
    }
    install_crate(progress, "geckodriver", GECKODRIVER, "drives Firefox in the tests")
}

/// wasm-opt, which makes the wasm smaller.
pub fn ensure_wasm_opt(progress: &Progress) -> Result<()> {
    if is_here("wasm-opt", BINARYEN, Some(BINARYEN_OLDEST)) {
        return Ok(());
    }
    let why = "makes the wasm a tenth smaller";
    let task = progress.begin("wasm-opt", why);
    let mut install = command("npm");
    install.args(["install", "--no-audit", "--no-fund", "--loglevel=error", "--prefix"]);
    install.arg(project::tools().join("npm")).arg(format!("binaryen@{BINARYEN}"));
    match process::watch(&mut install, |line| task.doing(line)) {
        Ok(()) => {
            task.end(&format!("binaryen {BINARYEN} from npm"));
            Ok(())
        }
        Err(cause) => {
            task.fail();
            let fix = "install Node.js (it comes with npm) and connect to the network, or install binaryen 120 or newer";
            Err(missing("wasm-opt", why, fix, Some(cause)))
        }
    }
}

/// Whether a tool is installed already. One below `target/tools` must have the pinned version; one of the machine may be newer,
/// or as old as `oldest`, if that is given.
fn is_here(tool: &str, pinned: &str, oldest: Option<&str>) -> bool {
    let Some(path) = find(tool) else { return false };
    let version =
        process::output(command(&path).arg("--version")).and_then(|printed| Version::find(&printed));
    match oldest {
        Some(oldest) if !path.starts_with(project::tools()) => version >= Version::parse(oldest),
        _ => version == Version::parse(pinned),
    }
}

/// Installs a program of crates.io: prebuilt if cargo-binstall is installed and finds one, else from source.
fn install_crate(progress: &Progress, name: &str, version: &str, why: &str) -> Result<()> {
    let task = progress.begin(name, why);
    let outcome = if install_prebuilt(&task, name, version) {
        Ok("prebuilt")
    } else {
        // With its own lock file; where a registry lags behind that, with the newest versions that there are.
        compile(&task, name, version, true)
            .or_else(|_| compile(&task, name, version, false))
            .map(|()| "compiled from source")
    };
    match outcome {
        Ok(how) => {
            task.end(&format!("{version}, {how}"));
            Ok(())
        }
        Err(cause) => {
            task.fail();
            let fix =
                format!("connect to the network, or `cargo install {name} --version {version}` yourself");
            Err(missing(name, why, &fix, Some(cause)))
        }
    }
}

fn install_prebuilt(task: &Task, name: &str, version: &str) -> bool {
    if find("cargo-binstall").is_none() {
        return false;
    }
    let mut install = command("cargo-binstall");
    install.args(["--no-confirm", "--disable-strategies", "compile", "--root"]);
    install.arg(project::tools()).arg(format!("{name}@{version}"));
    task.doing("looking for a prebuilt program");
    process::watch(&mut install, |line| task.doing(line)).is_ok()
}

fn compile(task: &Task, name: &str, version: &str, locked: bool) -> Result<()> {
    let build = project::tools().join("build").join(name);
    let mut install = command("cargo");
    install.args([
        "install",
        name,
        "--version",
        &format!("={version}"),
        "--no-default-features",
        "--force",
        "--root",
    ]);
    install.arg(project::tools()).env("CARGO_TARGET_DIR", &build);
    if locked {
        install.arg("--locked");
    }
    install.envs(QUICK_PROFILE).env_remove("RUSTFLAGS");
    task.doing("compiling from source");
    process::watch(progress::of_cargo(&mut install), |line| task.show_cargo(line))?;
    // A gigabyte that is not needed again.
    let _ = fs::remove_dir_all(build);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pinned_versions_are_versions() {
        assert!(Version::parse(TRUNK) >= Version::parse(TRUNK_OLDEST));
        assert!(Version::parse(BINARYEN) >= Version::parse(BINARYEN_OLDEST));
        assert!(Version::parse(GECKODRIVER) >= Version::parse(GECKODRIVER_OLDEST));
        let oldest = [TRUNK_OLDEST, BINARYEN_OLDEST, GECKODRIVER_OLDEST];
        assert!(oldest.iter().all(|version| Version::parse(version).is_some()));
    }
}
