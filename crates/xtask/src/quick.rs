//! `cargo xtask test --quick`: what a change of a few minutes ago can have broken, within two minutes.
//!
//! A crate is known by a digest of its files. What passed last is remembered with its digest below `target/`, so it does not
//! matter what git knows of the change. A crate whose files changed runs all its tests; one that only depends on such a
//! crate runs those beside its code, which are quick; and properties are tried with a few cases. All else is left to the full
//! test, and the summary lists it.

use crate::binaries::{self, Binary, Kind};
use crate::report::{Report, Step};
use crate::workspace::{self, Crate};
use crate::{lints, project};
use anyhow::{Context as _, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

/// How often a property without a number of its own is tried: a sixteenth of proptest's usual number.
const PROPERTY_CASES: &str = "16";

/// Files that tests read from outside their crate's folder.
const OUTSIDE: [(&str, &[&str]); 4] = [
    ("lesson", &["lessons", "docs/lesson.schema.json"]),
    ("packetarium", &["docs/TSHARK.md", "lessons"]),
    ("scenario", &["scenarios", "docs/LINKS.md", "docs/scenario.schema.json"]),
    ("xtask", &["web/sw.js", "crates/wasm/js", "docs/scenario.schema.json"]),
];

/// A crate's files, and those of all workspace crates that it is built from or tested with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Digest {
    own: u64,
    all: u64,
}

/// How many of a crate's tests have passed with a digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Passed {
    All,
    UnitTests,
}

type Digests = BTreeMap<String, Digest>;
type Green = BTreeMap<String, (Digest, Passed)>;

/// What is tested of which crate.
#[derive(Debug, Default, PartialEq, Eq)]
struct Selection {
    /// Their files changed: all tests.
    changed: BTreeSet<String>,
    /// Something that they depend on changed: unit tests.
    affected: BTreeSet<String>,
    /// Nothing changed since their unit tests passed, but their other tests have not run since an earlier change.
    behind: BTreeSet<String>,
}

/// Tests what changed since it last passed.
pub fn run(report: &Report) {
    report.step("structure", |_| lints::structure());
    let Some((crates, digests, selection)) = report.step("changes", find_changes) else {
        return;
    };
    for left_out in left_out(&selection) {
        report.leave_out(&left_out);
    }
    if selection.changed.is_empty() && selection.affected.is_empty() {
        return;
    }
    let Some(compiled) = report.step("build", |step| binaries::build(step, &mut cargo(&crates, &selection)))
    else {
        return;
    };
    let selected = compiled.into_iter().filter(|binary| selection.contains(binary)).collect();
    report.step("tests", |step| {
        binaries::run(step, selected, |binary| {
            let mut command = binaries::native(binary);
            command.env("PROPTEST_CASES", PROPERTY_CASES);
            command
        })?;
        let mut green = read_green();
        green.extend(
            digests
                .iter()
                .filter_map(|(name, digest)| Some((name.clone(), (*digest, selection.passed(name)?)))),
        );
        write_green(&green)
    });
}

/// The files of all crates as they are now.
pub struct State(Digests);

impl State {
    /// To be taken before tests are compiled: files may be edited while they run.
    ///
    /// # Errors
    /// Fails if a file cannot be read.
    pub fn now() -> Result<Self> {
        Ok(Self(digests(&workspace::crates()?)?))
    }

    /// Remembers that all native tests have passed with these files.
    ///
    /// # Errors
    /// Fails if that cannot be written down.
    pub fn remember(self) -> Result<()> {
        write_green(&self.0.into_iter().map(|(name, digest)| (name, (digest, Passed::All))).collect())
    }
}

fn find_changes(step: &Step) -> Result<(Vec<Crate>, Digests, Selection)> {
    let crates = workspace::crates()?;
    let digests = digests(&crates)?;
    let selection = Selection::of(&digests, &read_green());
    for (what, names) in [("changed", &selection.changed), ("depend on them", &selection.affected)] {
        step.console.print(&format!("{what}: {}", listed(names)));
    }
    Ok((crates, digests, selection))
}

impl Selection {
    fn of(digests: &Digests, green: &Green) -> Self {
        let mut selection = Self::default();
        for (name, digest) in digests {
            let names = match green.get(name) {
                Some((passed, _)) if passed.own != digest.own => &mut selection.changed,
                None => &mut selection.changed,
                Some((passed, _)) if passed.all != digest.all => &mut selection.affected,
                Some((_, Passed::UnitTests)) => &mut selection.behind,
                Some((_, Passed::All)) => continue,
            };
            names.insert(name.clone());
        }
        selection
    }

    fn contains(&self, binary: &Binary) -> bool {
        match self.passed(&binary.package) {
            Some(Passed::All) => true,
            Some(Passed::UnitTests) => binary.kind != Kind::Integration,
            None => false,
        }
    }

    /// What of a crate passes when the selection passes.
    fn passed(&self, name: &str) -> Option<Passed> {
        if self.changed.contains(name) {
            Some(Passed::All)
        } else if self.affected.contains(name) {
            Some(Passed::UnitTests)
        } else {
            None
        }
    }
}

/// What a quick test does not do, as sentences for the summary.
fn left_out(selection: &Selection) -> Vec<String> {
    let mut left_out = Vec::new();
    let behind: BTreeSet<String> = selection.affected.union(&selection.behind).cloned().collect();
    if !behind.is_empty() {
        left_out.push(format!("tests below tests/ of {}, which depend on what changed", listed(&behind)));
    }
    left_out.push(
        "crates whose files, and whose dependencies' files, are as they were when their tests passed"
            .to_owned(),
    );
    left_out
        .push(format!("all but {PROPERTY_CASES} cases of each property that does not set a number itself"));
    left_out.push(
        "lints, examples in docs, wasm, the page and its size, the JavaScript API, browser tests".to_owned(),
    );
    left_out.push("to run everything: cargo xtask test".to_owned());
    left_out
}

fn listed(names: &BTreeSet<String>) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    names.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// Compiles the unit tests of all crates and the other tests of those that changed. With all crates, as the full test does:
/// with others, cargo would choose other features for dependencies and compile them again.
fn cargo(crates: &[Crate], selection: &Selection) -> Command {
    let mut command = Command::new("cargo");
    command.args(["test", "--workspace", "--lib", "--bins"]).current_dir(project::root());
    let changed = crates.iter().filter(|one| selection.changed.contains(&one.name));
    command.args(changed.flat_map(|one| &one.tests).flat_map(|test| ["--test", test]));
    command
}

fn digests(crates: &[Crate]) -> Result<Digests> {
    let mut own = BTreeMap::new();
    for one in crates {
        let mut files = Vec::new();
        collect(&one.folder, &mut files)?;
        let outside = OUTSIDE.iter().filter(|(name, _)| *name == one.name).flat_map(|(_, paths)| *paths);
        for path in outside {
            collect(&project::root().join(path), &mut files)?;
        }
        own.insert(one.name.as_str(), digest_of(files)?);
    }
    // What decides about features, versions and profiles of all.
    let shared = digest_of(["Cargo.toml", "Cargo.lock"].map(|file| project::root().join(file)).to_vec())?;
    let closure = |name| {
        let digests =
            closure(crates, name).into_iter().map(|used| own[used].to_le_bytes()).collect::<Vec<_>>();
        xxh3_64(&[digests.concat(), shared.to_le_bytes().to_vec()].concat())
    };
    Ok(own
        .iter()
        .map(|(name, digest)| ((*name).to_owned(), Digest { own: *digest, all: closure(name) }))
        .collect())
}

/// A crate and all workspace crates that it is built from or tested with.
fn closure<'a>(crates: &'a [Crate], name: &str) -> BTreeSet<&'a str> {
    let find = |name: &str| crates.iter().find(|one| one.name == name);
    let mut found = BTreeSet::new();
    let mut waiting: Vec<&Crate> = find(name).into_iter().collect();
    while let Some(one) = waiting.pop() {
        if found.insert(one.name.as_str()) {
            waiting.extend(one.dependencies.iter().filter_map(|used| find(&used.name)));
        }
    }
    found
}

/// The files below a path, or the file that it is; without what is built or installed there.
fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if path.is_file() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path).with_context(|| format!("{} cannot be read", project::shown(path)))? {
        let path = entry?.path();
        if !path.ends_with("target") && !path.ends_with("node_modules") {
            collect(&path, files)?;
        }
    }
    Ok(())
}

/// A digest of the names and contents of files.
fn digest_of(mut files: Vec<PathBuf>) -> Result<u64> {
    files.sort();
    let mut digest = Xxh3::new();
    for file in files {
        let content = fs::read(&file).with_context(|| format!("{} cannot be read", project::shown(&file)))?;
        digest.update(project::shown(&file).as_bytes());
        digest.update(&(content.len() as u64).to_le_bytes());
        digest.update(&content);
    }
    Ok(digest.digest())
}

/// Where it is remembered what has passed: a line for each crate.
fn memory() -> PathBuf {
    project::target().join("tests-passed.txt")
}

/// What has passed; nothing, if that is not known.
fn read_green() -> Green {
    parse_green(&fs::read_to_string(memory()).unwrap_or_default())
}

fn write_green(green: &Green) -> Result<()> {
    fs::write(memory(), print_green(green))
        .with_context(|| format!("{} cannot be written", project::shown(&memory())))
}

fn parse_green(text: &str) -> Green {
    let entry = |line: &str| {
        let [name, own, all, passed] = line.split(' ').collect::<Vec<_>>().try_into().ok()?;
        let digest = |text: &str| u64::from_str_radix(text, 16).ok();
        let passed = if passed == "all" { Passed::All } else { Passed::UnitTests };
        Some((name.to_owned(), (Digest { own: digest(own)?, all: digest(all)? }, passed)))
    };
    text.lines().filter_map(entry).collect()
}

fn print_green(green: &Green) -> String {
    let line = |(name, (digest, passed)): (&String, &(Digest, Passed))| {
        let passed = match passed {
            Passed::All => "all",
            Passed::UnitTests => "unit",
        };
        format!("{name} {:016x} {:016x} {passed}\n", digest.own, digest.all)
    };
    green.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Dependency;

    fn digest(own: u64, all: u64) -> Digest {
        Digest { own, all }
    }

    fn names(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_changed_crate_runs_all_its_tests_and_its_dependents_their_unit_tests() {
        let now = [("new", 1, 1), ("edited", 2, 2), ("user", 3, 4), ("same", 5, 5), ("behind", 6, 6)];
        let now = now.map(|(name, own, all)| (name.to_owned(), digest(own, all))).into();
        let green = [
            ("edited", digest(9, 9), Passed::All),
            ("user", digest(3, 9), Passed::All),
            ("same", digest(5, 5), Passed::All),
            ("behind", digest(6, 6), Passed::UnitTests),
        ];
        let green = green.map(|(name, digest, passed)| (name.to_owned(), (digest, passed))).into();
        let selection = Selection::of(&now, &green);
        let expected = Selection {
            changed: names(&["edited", "new"]),
            affected: names(&["user"]),
            behind: names(&["behind"]),
        };
        assert_eq!(selection, expected);
        assert_eq!(selection.passed("edited"), Some(Passed::All));
        assert_eq!((selection.passed("user"), selection.passed("same")), (Some(Passed::UnitTests), None));
        assert!(left_out(&selection)[0].contains("behind, user"), "{:?}", left_out(&selection));
    }

    #[test]
    fn what_has_passed_is_read_as_it_was_written() {
        let green: Green = [
            ("a".to_owned(), (digest(1, u64::MAX), Passed::All)),
            ("b".to_owned(), (digest(0, 2), Passed::UnitTests)),
        ]
        .into();
        assert_eq!(parse_green(&print_green(&green)), green);
        assert_eq!(parse_green("an older form\na 1\n"), Green::new());
    }

    #[test]
    fn crates_that_test_each_other_are_found_once() {
        let one = |name: &str, used: &str| Crate {
            name: name.to_owned(),
            folder: PathBuf::new(),
            dependencies: vec![Dependency { name: used.to_owned(), dev: true }],
            tests: Vec::new(),
        };
        let crates = [one("a", "b"), one("b", "a"), one("c", "smoltcp")];
        assert_eq!(closure(&crates, "a"), ["a", "b"].into());
        assert_eq!(closure(&crates, "c"), ["c"].into());
    }

    #[test]
    fn the_digests_of_this_checkout_are_of_all_its_crates() {
        let crates = workspace::crates().unwrap();
        let digests = digests(&crates).unwrap();
        assert_eq!(digests.len(), crates.len());
        assert_ne!(digests["scenario"].own, digests["netlab"].own);
    }
}
