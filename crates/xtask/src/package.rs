//! `cargo xtask package`: the JavaScript API as a folder that npm, Node and browsers take as it is.
//!
//! One module of wasm with one set of bindings for all; two small entries bring it to life, one for Node, one for browsers
//! and bundlers (crates/wasm/js). The types of results are written by hand, and a test compares them with what comes out;
//! those of documents are made from the documents' schema.

use crate::console::Console;
use crate::setup::{self, Needs, Toolbox};
use crate::{process, project};
use anyhow::{Context as _, Result, ensure};
use std::fs;
use std::path::Path;

/// What the package has as it is in the checkout.
const COPIED: [&str; 7] = [
    "crates/wasm/README.md",
    "crates/wasm/js/browser.js",
    "crates/wasm/js/errors.d.ts",
    "crates/wasm/js/errors.js",
    "crates/wasm/js/index.d.ts",
    "crates/wasm/js/node.js",
    "docs/scenario.schema.json",
];
const LICENSES: [&str; 2] = ["LICENSE-APACHE", "LICENSE-MIT"];

/// Sets up what is missing and makes the package, optimized as the page is.
pub fn run() -> Result<()> {
    let toolbox = setup::prepare(Needs::default())?;
    let folder = project::target().join("package");
    make(&toolbox, &Console::terminal(), &folder)?;
    println!("\nthe package is in {0}; `npm install {0}` takes it", project::shown(&folder));
    Ok(())
}

/// Compiles crates/wasm and makes the package of it. The package that is tested is made by the same steps: a fault of the
/// optimizer would show nowhere else.
pub fn make(toolbox: &Toolbox, console: &Console, folder: &Path) -> Result<()> {
    let mut cargo = toolbox.wasm_command("cargo");
    cargo.args(["build", "--lib", "--package", "wasm", "--target=wasm32-unknown-unknown", "--profile=page"]);
    console.cargo(&mut cargo)?;
    let module = project::wasm_target().join("wasm32-unknown-unknown/page/wasm.wasm");

    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("{} is in the way", project::shown(folder)))?;
    }
    let mut bind = toolbox.command("wasm-bindgen");
    bind.args(["--target", "web", "--out-name", "engine", "--out-dir"]).arg(folder).arg(module);
    console.run(&mut bind)?;
    let types = folder.join("engine.d.ts");
    fs::write(&types, portable(&fs::read_to_string(&types)?)?)?;
    fs::remove_file(folder.join("engine_bg.wasm.d.ts"))?;
    for file in COPIED.into_iter().chain(LICENSES).map(|name| project::root().join(name)) {
        let name = file.file_name().expect("each is a file");
        fs::copy(&file, folder.join(name)).with_context(|| format!("no {}", project::shown(&file)))?;
    }

    let api = project::root().join("crates/wasm");
    let mut types = toolbox.command("node");
    types.arg(api.join("scenario-types.mjs")).arg(project::root().join("docs/scenario.schema.json"));
    let types = process::output(&mut types).context("node cannot make types from the documents' schema")?;
    fs::write(folder.join("scenario.d.ts"), types)?;
    let template = fs::read_to_string(api.join("js/package.json"))?;
    fs::write(folder.join("package.json"), manifest(&template)?)?;
    Ok(())
}

/// The types of the API, without those of its start: these need the types of browsers, and the others no more than ES2022.
fn portable(types: &str) -> Result<String> {
    let (api, _) =
        types.split_once("export type InitInput").context("wasm-bindgen writes other types now")?;
    let lines = api.lines().filter(|line| !line.contains("[Symbol.dispose]"));
    Ok(lines.flat_map(|line| [line, "\n"]).collect::<String>().trim_end().to_owned() + "\n")
}

fn manifest(template: &str) -> Result<String> {
    let text = template
        .replace("{{version}}", env!("CARGO_PKG_VERSION"))
        .replace("{{license}}", &format!("({})", env!("CARGO_PKG_LICENSE")));
    ensure!(!text.contains("{{"), "package.json has a placeholder without a value");
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manifest_has_the_version_of_the_workspace() {
        let text = manifest(include_str!("../../wasm/js/package.json")).unwrap();
        assert!(text.contains(concat!(r#""version": ""#, env!("CARGO_PKG_VERSION"), '"')), "{text}");
        assert!(manifest("{{name}}").is_err());
    }

    #[test]
    fn types_of_how_it_is_started_are_left_out() {
        let types = "class Lab {\n  free(): void;\n  [Symbol.dispose](): void;\n}\n\nexport type InitInput = URL;\nmore";
        assert_eq!(portable(types).unwrap(), "class Lab {\n  free(): void;\n}\n");
        assert!(portable("class Lab {}").is_err());
    }

    #[test]
    fn everything_that_is_copied_is_there() {
        for name in COPIED.into_iter().chain(LICENSES) {
            assert!(project::root().join(name).is_file(), "{name}");
        }
    }
}
