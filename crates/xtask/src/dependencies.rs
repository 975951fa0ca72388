//! Checks that what Cargo.toml files declare is used. An unused dependency costs compile time and misleads readers of
//! the list.

use crate::project;
use crate::sources::{self, names};
use crate::workspace::{Crate, Dependency};
use anyhow::{Context as _, Result};
use std::fs;

/// Dependencies that no source names, and why they are declared.
const UNNAMED: [(&str, &str, &str); 1] =
    [("wasm-test", "getrandom", "turns on the feature of getrandom that proptest needs in wasm")];

/// Every declared dependency that can be removed, in the workspace's table and in those of the crates, as a sentence.
///
/// # Errors
/// Fails if a file cannot be read.
pub fn faults(crates: &[Crate]) -> Result<Vec<String>> {
    let manifest = project::root().join("Cargo.toml");
    let manifest = fs::read_to_string(&manifest).context("the workspace's Cargo.toml cannot be read")?;
    let mut faults = unused_in_workspace(&manifest, crates);
    for one in crates {
        let texts: Vec<String> = sources::below(&one.folder)?.into_iter().map(|(_, text)| text).collect();
        faults.extend(unused_in_crate(one, &texts.concat()));
    }
    Ok(faults)
}

/// The keys of `[workspace.dependencies]` that no crate depends on.
fn unused_in_workspace(manifest: &str, crates: &[Crate]) -> Vec<String> {
    let is_used = |name: &str| crates.iter().flat_map(|one| &one.dependencies).any(|used| used.name == name);
    declared(manifest)
        .filter(|name| !is_used(name))
        .map(|name| format!("no crate uses `{name}`: remove it from [workspace.dependencies] in Cargo.toml"))
        .collect()
}

/// The keys of `[workspace.dependencies]`. They begin their lines; what belongs to a value is indented or closes a bracket.
fn declared(manifest: &str) -> impl Iterator<Item = &str> {
    let table = manifest.lines().skip_while(|line| *line != "[workspace.dependencies]").skip(1);
    table.take_while(|line| !line.starts_with('[')).filter_map(|line| {
        let (key, _) = line.split_once(" =")?;
        key.starts_with(|first: char| first.is_ascii_alphanumeric()).then_some(key)
    })
}

/// The dependencies of a crate that its sources do not name.
fn unused_in_crate(one: &Crate, sources: &str) -> Vec<String> {
    let is_excused =
        |used: &Dependency| UNNAMED.iter().any(|(user, name, _)| (*user, *name) == (&one.name, &used.name));
    let unused = one.dependencies.iter().filter(|used| !is_excused(used) && !names(sources, &used.name));
    unused.map(|used| format!("`{}` declares `{}` and does not use it", one.name, used.name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn made_up(name: &str, dependencies: &[&str]) -> Crate {
        let dependency = |name: &&str| Dependency { name: (*name).to_owned(), dev: false };
        Crate {
            name: name.to_owned(),
            folder: PathBuf::new(),
            dependencies: dependencies.iter().map(dependency).collect(),
            tests: Vec::new(),
        }
    }

    #[test]
    fn an_entry_of_the_workspace_that_no_crate_uses_is_named() {
        let manifest = "[workspace]\nmembers = []\n\n[workspace.dependencies]\nanyhow = \"1\"\n# Why.\nsmoltcp = { version = \"0.14\", features = [\n    \"std\",\n] }\nipnet = \"2\"\n\n[workspace.lints.rust]\nunsafe_code = \"forbid\"\n";
        let crates = [made_up("a", &["anyhow"]), made_up("b", &["smoltcp"])];
        let faults = unused_in_workspace(manifest, &crates);
        assert_eq!(faults, ["no crate uses `ipnet`: remove it from [workspace.dependencies] in Cargo.toml"]);
    }

    #[test]
    fn an_entry_of_a_crate_that_its_sources_do_not_name_is_named() {
        let one = made_up("a", &["rand-core", "serde"]);
        assert_eq!(
            unused_in_crate(&one, "use rand_core::RngCore; use serde::Serialize;"),
            Vec::<String>::new()
        );
        assert_eq!(
            unused_in_crate(&one, "use rand_core::RngCore; mod serde_like;"),
            ["`a` declares `serde` and does not use it"]
        );
        assert_eq!(unused_in_crate(&made_up("wasm-test", &["getrandom"]), ""), Vec::<String>::new());
    }
}
