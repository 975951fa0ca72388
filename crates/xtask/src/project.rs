//! Where things are. Everything that is installed or built stays below `target/` and `dist/`.

use std::env;
use std::path::{Path, PathBuf};

/// The top of the checkout. xtask is built where it runs, so the compiler knows it.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("crates/xtask is two levels down")
}

/// Where the native builds go.
pub fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |folder| root().join(folder))
}

/// Where everything for wasm is built: apart from the native builds, so that neither waits for the other's lock, and
/// so that a second toolchain (see [`crate::setup::wasm_std`]) does not undo the first one's work.
pub fn wasm_target() -> PathBuf {
    target().join("wasm")
}

/// Where setup installs tools.
pub fn tools() -> PathBuf {
    root().join("target/tools")
}

/// The built page.
pub fn dist() -> PathBuf {
    root().join("dist")
}

/// The browser tests.
pub fn browser_tests() -> PathBuf {
    root().join("tests/browser")
}

/// A path for messages: relative to the checkout where possible.
pub fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}
