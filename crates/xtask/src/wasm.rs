//! The engine's tests in wasm, under Node. They are ordinary `#[test]`s; crates/wasm-test makes them run there.
//! Not on wasm32-wasip1, where the standard harness would run as it is: that is another target with another standard
//! library than the one in the page.
//!
//! They prove that wasm gives the same results as a native program. What can differ is the size of `usize` (32 bits: lengths
//! that come from outside may overflow it, hash tables are laid out otherwise), the compiler's back end, and the source of
//! randomness. So these run in wasm: the unit tests of every crate up to the documents; everything with golden hashes; whole
//! networks, sliced, growing and random; hostile bytes. [`NATIVE_ONLY`] lists the others. A new file of tests runs in wasm until it
//! is listed there. The crate `lab` is left out: the browser tests run all of it in the wasm that ships.

use crate::binaries::{self, Binary};
use crate::report::Step;
use crate::seed;
use crate::setup::Toolbox;
use crate::workspace::{self, Crate};
use anyhow::{Result, ensure};
use std::process::Command;

/// How wasm is optimized for tests, but for the crates that Cargo.toml names: unoptimized, some overflow the stack of a megabyte that
/// a module has. At 2, compiling takes longer than the tests gain.
const OPT_LEVEL: &str = "1";

/// Files of tests that only run natively: crate, file, and why nothing in them depends on the target.
const NATIVE_ONLY: [(&str, &str, &str); 27] = [
    ("bridge", "forwarding", MACHINE),
    ("bridge", "snooping", MACHINE),
    ("bridge", "spanning_tree", MACHINE),
    ("dissect", "analysis_tshark", WITNESS),
    ("dissect", "filter_tshark", WITNESS),
    ("dissect", "tshark", WITNESS),
    ("lesson", "goals", SERVICES),
    ("lesson", "schema", TEXT),
    ("router", "forwarding", MACHINE),
    ("router", "network", MACHINE),
    ("router", "own", MACHINE),
    ("scenario", "changed_services", SERVICES),
    ("scenario", "consoles", SERVICES),
    ("scenario", "device", SERVICES),
    ("scenario", "document", TEXT),
    ("scenario", "export", TEXT),
    ("scenario", "faults", TEXT),
    ("scenario", "hostile_hosts", SERVICES),
    ("scenario", "idle_services", SERVICES),
    ("scenario", "link_lengths", TEXT),
    ("scenario", "parameters", TEXT),
    ("scenario", "problems", TEXT),
    ("scenario", "router_services", SERVICES),
    ("scenario", "schema", TEXT),
    ("scenario", "service_examples", SERVICES),
    ("scenario", "services", SERVICES),
    ("services", "witness", WITNESS),
];
const MACHINE: &str =
    "the protocol of one state machine, which the golden networks run in wasm with their hashes compared";
const SERVICES: &str = "needs services, without which these tests are compiled: here `without_services` runs; the services' own tests run in wasm";
const WITNESS: &str = "compares with another program, which wasm cannot start";
const TEXT: &str = "texts and messages, without arithmetic; golden, links, networks and roundtrip read and write documents in wasm";

/// Compiles the tests that run in wasm, of every crate that has wasm-test among its dev-dependencies.
///
/// # Errors
/// Fails if they do not compile, or if [`NATIVE_ONLY`] names a file that does not exist.
pub fn build(step: &Step, toolbox: &Toolbox) -> Result<Vec<Binary>> {
    let crates = workspace::crates()?;
    let faults = unknown(&crates);
    ensure!(
        faults.is_empty(),
        "NATIVE_ONLY in crates/xtask/src/wasm.rs names what does not exist: {}",
        faults.join(", ")
    );
    let native_only: Vec<String> =
        NATIVE_ONLY.iter().map(|(package, test, _)| format!("{package} tests/{test}")).collect();
    step.console.print(&format!("only run natively: {}", native_only.join(", ")));
    binaries::build(step, &mut cargo(toolbox, &crates))
}

/// Runs them, each in a Node of its own.
pub fn run(step: &Step, toolbox: &Toolbox, compiled: Vec<Binary>) -> Result<()> {
    binaries::run(step, compiled, |binary| {
        let mut command = toolbox.command("wasm-bindgen-test-runner");
        command.arg(&binary.executable).current_dir(&binary.folder);
        seed::fix_in_node(&mut command);
        command
    })
}

fn cargo(toolbox: &Toolbox, crates: &[Crate]) -> Command {
    let mut command = toolbox.wasm_command("cargo");
    command.args(["test", "--target=wasm32-unknown-unknown", "--lib"]);
    for one in crates.iter().filter(|one| runs_in_wasm(one)) {
        command.args(["--package", &one.name]);
        command.args(tests(one).flat_map(|test| ["--test", test]));
    }
    command.env("CARGO_PROFILE_DEV_OPT_LEVEL", OPT_LEVEL);
    command
}

fn runs_in_wasm(one: &Crate) -> bool {
    one.dependencies.iter().any(|used| used.name == "wasm-test")
}

/// The files of a crate's tests that run in wasm.
fn tests(one: &Crate) -> impl Iterator<Item = &str> {
    let is_native =
        |test: &str| NATIVE_ONLY.iter().any(|(package, file, _)| (*package, *file) == (&one.name, test));
    one.tests.iter().map(String::as_str).filter(move |test| !is_native(test))
}

/// The entries of [`NATIVE_ONLY`] without a file.
fn unknown(crates: &[Crate]) -> Vec<String> {
    let exists = |package: &str, file: &str| {
        crates.iter().any(|one| one.name == package && one.tests.iter().any(|test| test == file))
    };
    let unknown = NATIVE_ONLY.iter().filter(|(package, file, _)| !exists(package, file));
    unknown.map(|(package, file, _)| format!("{package} tests/{file}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    #[test]
    fn a_file_of_tests_runs_in_wasm_unless_it_is_listed() {
        let bridge = Crate {
            name: "bridge".to_owned(),
            folder: PathBuf::new(),
            dependencies: Vec::new(),
            tests: ["hostile", "snooping", "new"].map(str::to_owned).to_vec(),
        };
        assert_eq!(tests(&bridge).collect::<Vec<_>>(), ["hostile", "new"]);
        assert!(!runs_in_wasm(&bridge));
    }

    #[test]
    fn listed_files_exist_in_this_checkout_and_those_with_golden_hashes_are_not_listed() {
        let crates = workspace::crates().unwrap();
        assert_eq!(unknown(&crates), Vec::<String>::new());
        let of = |name: &str| {
            let one = crates.iter().find(|one| one.name == name).unwrap();
            assert!(runs_in_wasm(one), "{name}");
            tests(one).collect::<Vec<_>>()
        };
        assert!(of("scenario").contains(&"golden") && of("netlab").contains(&"determinism"));
        assert!(
            of("wire").contains(&"replays")
                && of("router").contains(&"hostile")
                && !of("router").contains(&"own")
        );
    }
}
