//! The workspace as `cargo metadata` describes it: its crates, and what each depends on.

use crate::{process, project};
use anyhow::{Context as _, Result};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A crate of this workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crate {
    pub name: String,
    /// The folder of its Cargo.toml.
    pub folder: PathBuf,
    pub dependencies: Vec<Dependency>,
    /// The files below `tests/`, each a program, without their extension.
    pub tests: Vec<String>,
}

/// An entry of a crate's Cargo.toml.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    pub name: String,
    /// Whether it is only there for tests, examples and benchmarks.
    pub dev: bool,
}

impl Crate {
    /// The names of what the crate's library or program is built from, without what only its tests use.
    pub fn normal_dependencies(&self) -> impl Iterator<Item = &str> {
        self.dependencies
            .iter()
            .filter(|dependency| !dependency.dev)
            .map(|dependency| dependency.name.as_str())
    }
}

/// Asks cargo for the crates of this checkout, in the order of their names.
///
/// # Errors
/// Fails if cargo cannot read the workspace or describes it in an unknown form.
pub fn crates() -> Result<Vec<Crate>> {
    let mut command = Command::new("cargo");
    command.args(["metadata", "--no-deps", "--format-version=1", "--offline"]).current_dir(project::root());
    let text = process::output(&mut command).context("`cargo metadata` cannot read the workspace")?;
    parse(&text)
}

/// Reads the output of `cargo metadata --no-deps`.
pub fn parse(metadata: &str) -> Result<Vec<Crate>> {
    let metadata: Value = serde_json::from_str(metadata).context("`cargo metadata` printed no JSON")?;
    let packages = metadata["packages"].as_array().context("`cargo metadata` printed no packages")?;
    let mut crates = packages
        .iter()
        .map(read_crate)
        .collect::<Option<Vec<Crate>>>()
        .context("`cargo metadata` describes packages in an unknown form")?;
    crates.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(crates)
}

fn read_crate(package: &Value) -> Option<Crate> {
    let manifest = Path::new(package["manifest_path"].as_str()?);
    let tests = package["targets"].as_array()?.iter().filter(|target| target["kind"][0] == "test");
    Some(Crate {
        name: package["name"].as_str()?.to_owned(),
        folder: manifest.parent()?.to_owned(),
        dependencies: package["dependencies"]
            .as_array()?
            .iter()
            .map(read_dependency)
            .collect::<Option<_>>()?,
        tests: tests.map(|target| Some(target["name"].as_str()?.to_owned())).collect::<Option<_>>()?,
    })
}

fn read_dependency(dependency: &Value) -> Option<Dependency> {
    Some(Dependency {
        name: dependency["name"].as_str()?.to_owned(),
        dev: dependency["kind"].as_str() == Some("dev"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crates_and_the_kinds_of_their_dependencies_are_read() {
        let metadata = r#"{"packages": [
            {"name": "router", "manifest_path": "/x/crates/router/Cargo.toml", "targets": [
                {"kind": ["lib"], "name": "router"}, {"kind": ["test"], "name": "hostile"}], "dependencies": [
                {"name": "wire", "kind": null}, {"name": "proptest", "kind": "dev"}, {"name": "cc", "kind": "build"}]},
            {"name": "bridge", "manifest_path": "/x/crates/bridge/Cargo.toml", "targets": [], "dependencies": []}]}"#;
        let crates = parse(metadata).unwrap();
        assert_eq!(crates.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["bridge", "router"]);
        assert_eq!(crates[1].folder, Path::new("/x/crates/router"));
        assert_eq!(crates[1].normal_dependencies().collect::<Vec<_>>(), ["wire", "cc"]);
        assert_eq!(crates[1].tests, ["hostile"]);
        assert!(parse("no JSON").is_err() && parse("{}").is_err());
    }

    #[test]
    fn this_workspace_contains_xtask() {
        let crates = crates().unwrap();
        let xtask = crates.iter().find(|one| one.name == "xtask").unwrap();
        assert!(xtask.folder.ends_with("crates/xtask"), "{}", xtask.folder.display());
    }
}
