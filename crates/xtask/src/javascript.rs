//! The tests of the JavaScript API, under Node: crates/wasm with its bindings beside the command line's program.

use crate::setup::Toolbox;
use crate::tally::Tally;
use crate::{process, project, test};
use anyhow::Result;
use std::env::consts::EXE_EXTENSION;
use std::process::Command;

/// Builds both and lets Node compare them.
pub fn run(toolbox: &Toolbox, tally: &mut Tally) -> Result<()> {
    let mut native = Command::new("cargo");
    native.args(["build", "--package", "packetarium"]).current_dir(project::root());
    process::run(&mut native)?;
    let mut wasm = toolbox.wasm_command("cargo");
    wasm.args(["build", "--lib", "--package", "wasm", "--target=wasm32-unknown-unknown"]);
    // As the core's tests have it, so that nothing is built twice.
    process::run(wasm.env("CARGO_PROFILE_DEV_OPT_LEVEL", test::WASM_OPT_LEVEL))?;

    let bindings = project::target().join("javascript");
    let mut bind = toolbox.command("wasm-bindgen");
    bind.args(["--target", "nodejs", "--out-name", "packetarium", "--out-dir"]).arg(&bindings);
    bind.arg(project::wasm_target().join("wasm32-unknown-unknown/debug/wasm.wasm"));
    process::run(&mut bind)?;

    let mut node = toolbox.command("node");
    node.arg("--test").current_dir(project::root().join("crates/wasm"));
    node.env("PACKETARIUM_WASM", bindings);
    node.env("PACKETARIUM", project::target().join("debug/packetarium").with_extension(EXE_EXTENSION));
    test::count(&mut node, tally_of_node, tally)
}

/// Reads a line of Node's test runner, in either of its formats (`# pass 3` and `ℹ pass 3`).
fn tally_of_node(line: &str) -> Option<Tally> {
    let (outcome, count) = line.trim_start_matches(['#', 'ℹ']).trim().split_once(' ')?;
    let count = count.parse().ok()?;
    match outcome {
        "pass" => Some(Tally { passed: count, failed: 0 }),
        "fail" | "cancelled" => Some(Tally { passed: 0, failed: count }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_summary_is_counted_and_nothing_else() {
        let tally = |passed, failed| Some(Tally { passed, failed });
        assert_eq!(["# pass 11", "ℹ pass 11"].map(tally_of_node), [tally(11, 0); 2]);
        assert_eq!(["# fail 2", "# cancelled 1"].map(tally_of_node), [tally(0, 2), tally(0, 1)]);
        for line in ["# tests 13", "ok 1 - pass 3", "# Subtest: pass 3 of it", "not ok 2 - fail", ""] {
            assert_eq!(tally_of_node(line), None, "{line}");
        }
    }
}
