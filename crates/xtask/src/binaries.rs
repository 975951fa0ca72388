//! Test programs: compiled by one call of cargo, then run side by side.
//!
//! `cargo test` runs one program after the other. Many end with a single long test, and under Node each runs in one thread, so
//! that most of a machine waits. Here as many programs run at once as there are processors, and the output of each is printed
//! when it ends: a line if all its tests passed, everything otherwise.

use crate::report::Step;
use crate::runner::all_passed;
use crate::tally::Tally;
use crate::{process, project, seed};
use anyhow::{Result, bail, ensure};
use serde_json::Value;
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Instant;

/// A compiled program with tests in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binary {
    /// The name of its crate.
    pub package: String,
    pub kind: Kind,
    /// The name of the library, program or file of tests.
    pub target: String,
    pub executable: PathBuf,
    /// The crate's folder, in which its tests run.
    pub folder: PathBuf,
}

/// Where the tests of a program stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Beside the code of a library.
    Library,
    /// Beside the code of a program.
    Program,
    /// In a file below `tests/`.
    Integration,
}

impl Binary {
    /// `netlab`, or `netlab tests/golden`.
    pub fn name(&self) -> String {
        match self.kind {
            Kind::Library => self.package.clone(),
            Kind::Program if self.target == self.package => self.package.clone(),
            Kind::Program => format!("{} {}", self.package, self.target),
            Kind::Integration => format!("{} tests/{}", self.package, self.target),
        }
    }

    /// Reads a message of `cargo test --no-run --message-format=json`; `None` if it is about something else.
    fn of_message(line: &str) -> Option<Self> {
        let message: Value = serde_json::from_str(line).ok()?;
        if message["reason"] != "compiler-artifact" || message["profile"]["test"] != true {
            return None;
        }
        let kind = match message["target"]["kind"][0].as_str()? {
            "test" => Kind::Integration,
            "bin" => Kind::Program,
            _ => Kind::Library,
        };
        let folder = Path::new(message["manifest_path"].as_str()?).parent()?.to_owned();
        Some(Self {
            package: package(message["package_id"].as_str()?)?.to_owned(),
            kind,
            target: message["target"]["name"].as_str()?.to_owned(),
            executable: message["executable"].as_str()?.into(),
            folder,
        })
    }
}

/// The name in cargo's identifier of a package: `path+file:///x/crates/cli#packetarium@0.1.0`, or `path+file:///x/web#0.1.0`.
fn package(id: &str) -> Option<&str> {
    let (path, rest) = id.rsplit_once('#')?;
    match rest.split_once('@') {
        Some((name, _)) => Some(name),
        None => path.rsplit('/').next(),
    }
}

/// Compiles with a command such as `cargo test --workspace --no-run`.
///
/// # Errors
/// Fails if something does not compile or contains no tests at all.
pub fn build(step: &Step, command: &mut Command) -> Result<Vec<Binary>> {
    command.args(["--no-run", "--message-format=json-render-diagnostics"]);
    let mut binaries = Vec::new();
    step.console.cargo_messages(command, |line| binaries.extend(Binary::of_message(line)))?;
    ensure!(!binaries.is_empty(), "`{}` compiled no tests", process::shown(command));
    step.console.print(&format!("{} test programs are compiled", binaries.len()));
    Ok(binaries)
}

/// Runs all, each by the command that `launch` makes for it, and counts their tests.
///
/// # Errors
/// Fails if a test failed, a program ended otherwise than by its tests, or a library has no tests where it is launched.
pub fn run(step: &Step, binaries: Vec<Binary>, launch: impl Fn(&Binary) -> Command + Sync) -> Result<()> {
    let count = binaries.len();
    let waiting = Mutex::new(VecDeque::from(binaries));
    let faults = Mutex::new(Vec::new());
    let done = Mutex::new(0);
    let take = || waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(binary) = take() {
                    let outcome = run_one(step, &binary, launch(&binary));
                    // Held while printing, so that a program's lines stand together.
                    let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
                    *done += 1;
                    if let Some(fault) = outcome.show(step, &binary, *done, count) {
                        faults.lock().unwrap_or_else(PoisonError::into_inner).push(fault);
                    }
                }
            });
        }
    });
    let faults = faults.into_inner().unwrap_or_else(PoisonError::into_inner);
    if !faults.is_empty() {
        bail!("{}", faults.join("; "));
    }
    all_passed(&step.tally())
}

/// What one program did.
struct Outcome {
    tally: Tally,
    lines: Vec<String>,
    /// Why it failed, in a test or otherwise.
    fault: Option<String>,
    seconds: f32,
}

fn run_one(step: &Step, binary: &Binary, mut command: Command) -> Outcome {
    let started = Instant::now();
    let mut tally = Tally::default();
    let mut lines = Vec::new();
    let status = step.console.stream(&mut command, |line| {
        if line.contains("has been running for over") {
            step.console.print(&format!("{}: {line}", binary.name()));
        }
        if let Some(counted) = Tally::of_cargo(line) {
            tally += counted;
        }
        lines.push(line.to_owned());
    });
    let fault = match status {
        Err(error) => Some(format!("{error:#}")),
        Ok(_) if tally.failed > 0 => Some(format!("{} failed", tally.failed)),
        Ok(status) if !status.success() => Some(format!("ended with {status}")),
        // A library whose crate root does not name wasm-test has no tests in wasm, and nothing else would show that.
        Ok(_)
            if binary.kind == Kind::Library && lines.iter().any(|line| line.contains("no tests to run")) =>
        {
            Some("contains no tests: see crates/wasm-test".to_owned())
        }
        Ok(_) => None,
    };
    Outcome { tally, lines, fault, seconds: started.elapsed().as_secs_f32() }
}

impl Outcome {
    /// Counts and prints it; returns its fault with the program's name.
    fn show(mut self, step: &Step, binary: &Binary, done: usize, of: usize) -> Option<String> {
        let name = binary.name();
        for failure in &mut self.tally.failures {
            *failure = format!("{name}: {failure}");
        }
        let passed = self.tally.passed;
        step.count(self.tally);
        let seconds = self.seconds;
        let Some(fault) = self.fault else {
            // What a test prints past the harness is meant to be seen: that nothing could be compared, for example.
            for line in self.lines.iter().filter(|line| line.contains("***") || line.contains("!!!")) {
                step.console.print(line);
            }
            step.console
                .print(&format!("✓ {name}: {passed} passed ({seconds:.1} s), {done} of {of} programs"));
            return None;
        };
        for line in &self.lines {
            step.console.print(line);
        }
        step.console.print(&format!("✗ {name}: {fault} ({seconds:.1} s), {done} of {of} programs"));
        Some(format!("{name} {fault}"))
    }
}

/// How a native program is run: as `cargo test` does.
pub fn native(binary: &Binary) -> Command {
    let mut command = Command::new(&binary.executable);
    command.current_dir(&binary.folder).env("CARGO_MANIFEST_DIR", &binary.folder);
    // insta asks cargo otherwise, once for each program.
    command.env("INSTA_WORKSPACE_ROOT", project::root());
    seed::fix_native(&mut command);
    command
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Report;

    const MESSAGE: &str = r#"{"reason":"compiler-artifact","package_id":"path+file:///x/crates/cli#packetarium@0.1.0",
        "manifest_path":"/x/crates/cli/Cargo.toml","target":{"kind":["test"],"name":"export"},
        "profile":{"test":true},"executable":"/x/target/debug/deps/export-1"}"#;

    fn script(name: &str) -> Binary {
        Binary {
            package: name.to_owned(),
            kind: Kind::Library,
            target: name.to_owned(),
            executable: PathBuf::new(),
            folder: PathBuf::new(),
        }
    }

    #[test]
    fn cargos_messages_about_test_programs_are_read() {
        let binary = Binary::of_message(MESSAGE).unwrap();
        assert_eq!((binary.name(), binary.kind), ("packetarium tests/export".to_owned(), Kind::Integration));
        assert_eq!(
            (binary.folder, binary.executable),
            ("/x/crates/cli".into(), "/x/target/debug/deps/export-1".into())
        );
        let library = MESSAGE
            .replace("\"test\"]", "\"lib\"]")
            .replace("packetarium@", "")
            .replace("crates/cli#", "web#");
        assert_eq!(Binary::of_message(&library).unwrap().name(), "web");
        assert_eq!(Binary::of_message(&MESSAGE.replace("\"test\":true", "\"test\":false")), None);
        assert_eq!(Binary::of_message(r#"{"reason":"build-finished"}"#), None);
    }

    /// Runs programs that are named by the script that they are, and returns what they counted.
    fn run_scripts(scripts: &[&str]) -> (Option<()>, Tally) {
        let mut tally = Tally::default();
        let outcome = Report::new().step("test", |step| {
            let launch = |binary: &Binary| {
                let mut command = Command::new("sh");
                command.args(["-c", &binary.package]);
                command
            };
            let outcome = run(step, scripts.iter().map(|text| script(text)).collect(), launch);
            tally = step.tally();
            outcome
        });
        (outcome, tally)
    }

    #[test]
    fn the_tests_of_all_programs_are_counted_and_failed_ones_are_named_with_their_program() {
        const GOOD: &str = "echo 'test result: ok. 2 passed; 0 failed; 0 ignored'";
        assert_eq!(run_scripts(&[GOOD, GOOD, GOOD]), (Some(()), Tally::counts(6, 0)));
        const BAD: &str =
            "echo 'test a ... FAILED'; echo 'test result: FAILED. 1 passed; 1 failed; 0 ignored'; exit 101";
        let (outcome, tally) = run_scripts(&[GOOD, BAD]);
        assert_eq!((outcome, tally.passed, tally.failed), (None, 3, 1));
        assert!(tally.failures[0].ends_with(": a"), "{:?}", tally.failures);
    }

    #[test]
    fn a_program_that_crashes_or_has_no_tests_fails() {
        assert_eq!(run_scripts(&["exit 134"]).0, None);
        assert_eq!(run_scripts(&["echo 'no tests to run!'"]).0, None);
    }
}
