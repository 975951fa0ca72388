//! The standard library for wasm32.
//!
//! rustup has it ready-made. Some machines have cargo and packages of a distribution but none of rustup's downloads; there,
//! Debian's `rustc-web` comes with the sources of its standard library, and cargo builds it (`build-std`, about a
//! minute on two cores, once per target folder). That is an unstable option of cargo, hence `RUSTC_BOOTSTRAP`.
//! Native builds, clippy and rustfmt stay on the ordinary toolchain either way.
//!
//! Not by a `rust-toolchain.toml` that names the target: where rustup cannot download it, every call of cargo would fail.

use super::version::Version;
use super::{apt, find, missing};
use crate::progress::{Progress, Task};
use crate::{process, project};
use anyhow::{Context as _, Result, ensure};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const TARGET: &str = "wasm32-unknown-unknown";
const WHY: &str = "the standard library that the page's code is compiled against";

/// Where Debian's packages put their toolchain, and which they are.
const DISTRIBUTION: &str = "/usr";
const PACKAGES: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];
/// What rustup calls the distribution's toolchain once linked.
const LINKED: &str = "distro";

/// rustup's download is 20 MB; a network that drops packets must not delay the setup for long.
const DOWNLOAD_LIMIT: Duration = Duration::from_secs(180);

/// How to compile for wasm here.
pub struct WasmStd(Kind);

enum Kind {
    /// The active toolchain has it.
    ReadyMade,
    /// This toolchain (a name for rustup; `None`: the only one) has its sources, and this program links.
    FromSource { toolchain: Option<&'static str>, linker: PathBuf },
}

impl WasmStd {
    /// Whether cargo builds the library from its sources.
    pub fn built_from_source(&self) -> bool {
        matches!(self.0, Kind::FromSource { .. })
    }

    /// A program (cargo, or one that starts it) with what it needs to build for wasm.
    pub fn command(&self, program: &str) -> Command {
        let mut command = super::command(program);
        command.env("CARGO_TARGET_DIR", project::wasm_target());
        // Without debug information the modules are a tenth of the size and link in a fraction of the time.
        command.env("CARGO_PROFILE_DEV_DEBUG", "0");
        if let Kind::FromSource { toolchain, linker } = &self.0 {
            if let Some(toolchain) = toolchain {
                command.env("RUSTUP_TOOLCHAIN", toolchain);
            }
            command.env("RUSTC_BOOTSTRAP", "1");
            command.env("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort");
            command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
            // Set by the cargo that started us, to that toolchain's own.
            command.env_remove("CARGO").env_remove("RUSTC").env_remove("LD_LIBRARY_PATH");
        }
        command
    }
}

/// Finds the library, or gets it.
pub fn ensure(progress: &Progress) -> Result<WasmStd> {
    let sysroot = sysroot("rustc").context("rustc, which came with cargo, does not run")?;
    if is_ready_made(&sysroot) {
        return Ok(WasmStd(Kind::ReadyMade));
    }
    if has_sources(&sysroot)
        && let Ok(linker) = linker(&sysroot)
    {
        return Ok(WasmStd(Kind::FromSource { toolchain: None, linker }));
    }
    if has_sources(Path::new(DISTRIBUTION))
        && let Ok(found) = link_distribution(&sysroot)
    {
        return Ok(found);
    }

    let task = progress.begin("wasm32 library", WHY);
    match install(&task, &sysroot) {
        Ok(found) => {
            let how =
                if found.built_from_source() { "the distribution's, built from source" } else { "rustup's" };
            task.end(how);
            Ok(found)
        }
        Err(cause) => {
            task.fail();
            let fix = format!("`rustup target add {TARGET}`, or on Debian `{}`", apt::shown(&PACKAGES));
            Err(missing("Rust's standard library for wasm32", WHY, &fix, Some(cause)))
        }
    }
}

fn install(task: &Task, sysroot: &Path) -> Result<WasmStd> {
    task.doing("rustup target add");
    let mut add = Command::new("rustup");
    add.args(["target", "add", TARGET]);
    if process::succeeds_within(&mut add, DOWNLOAD_LIMIT) && is_ready_made(sysroot) {
        return Ok(WasmStd(Kind::ReadyMade));
    }
    apt::install(task, &PACKAGES).context("rustup has no download here")?;
    link_distribution(sysroot)
}

/// Makes the distribution's toolchain usable beside rustup's.
fn link_distribution(sysroot: &Path) -> Result<WasmStd> {
    let rustc = Path::new(DISTRIBUTION).join("bin/rustc");
    let printed = process::output(Command::new(&rustc).arg("--version")).unwrap_or_default();
    let oldest = Version::parse(env!("CARGO_PKG_RUST_VERSION"));
    ensure!(
        has_sources(Path::new(DISTRIBUTION)) && Version::find(&printed) >= oldest,
        "the distribution's Rust ({}) is too old or comes without its sources",
        printed.trim()
    );
    let linker = linker(sysroot)?;
    if sysroot == Path::new(DISTRIBUTION) {
        return Ok(WasmStd(Kind::FromSource { toolchain: None, linker }));
    }
    process::output(Command::new("rustup").args(["toolchain", "link", LINKED, DISTRIBUTION]))
        .with_context(|| format!("`rustup toolchain link {LINKED} {DISTRIBUTION}` failed"))?;
    Ok(WasmStd(Kind::FromSource { toolchain: Some(LINKED), linker }))
}

fn sysroot(rustc: &str) -> Option<PathBuf> {
    process::output(Command::new(rustc).args(["--print", "sysroot"])).map(|path| PathBuf::from(path.trim()))
}

fn is_ready_made(sysroot: &Path) -> bool {
    sysroot.join("lib/rustlib").join(TARGET).join("lib").is_dir()
}

fn has_sources(sysroot: &Path) -> bool {
    sysroot.join("lib/rustlib/src/rust/library/std/Cargo.toml").is_file()
}

/// LLVM's linker: the one in rustup's toolchain, or an installed one.
fn linker(sysroot: &Path) -> Result<PathBuf> {
    let host = process::output(Command::new("rustc").arg("-vV"))
        .and_then(|text| text.lines().find_map(|line| line.strip_prefix("host: ").map(str::to_owned)))
        .context("rustc does not print its host")?;
    let bundled = sysroot.join("lib/rustlib").join(host).join("bin/rust-lld");
    if bundled.is_file() {
        return Ok(bundled);
    }
    find("rust-lld").or_else(|| find("wasm-ld")).context("no linker for wasm (rust-lld or wasm-ld)")
}
