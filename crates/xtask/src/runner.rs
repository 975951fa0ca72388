//! Runs a program that runs tests, and counts them.

use crate::process;
use crate::report::Step;
use crate::tally::Tally;
use anyhow::{Result, bail, ensure};
use std::process::Command;

/// Runs a test runner, shows what it prints and adds up what `read` finds in its lines.
///
/// # Errors
/// Fails if a test fails, if the runner fails otherwise, and if it runs no tests.
pub fn count(step: &Step, command: &mut Command, read: impl Fn(&str) -> Option<Tally>) -> Result<()> {
    let status = step.console.stream(command, |line| {
        step.console.print(line);
        if let Some(tally) = read(line) {
            step.count(tally);
        }
    })?;
    all_passed(&step.tally())?;
    ensure!(status.success(), "`{}` failed ({status})", process::shown(command));
    ensure!(step.tally().passed > 0, "`{}` ran no tests", process::shown(command));
    Ok(())
}

/// # Errors
/// Fails if a test failed.
pub fn all_passed(tally: &Tally) -> Result<()> {
    if tally.failed > 0 {
        bail!("{} of {} tests failed", tally.failed, tally.passed + tally.failed);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Report;

    /// The summary of a step that runs a script.
    fn summary_of(script: &str) -> (Option<()>, Tally) {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        let mut tally = Tally::default();
        let outcome = Report::new().step("test", |step| {
            let outcome = count(step, &mut command, Tally::of_cargo);
            tally = step.tally();
            outcome
        });
        (outcome, tally)
    }

    #[test]
    fn the_binaries_of_one_run_are_added_up() {
        let (outcome, tally) = summary_of(
            "echo 'test result: ok. 2 passed; 0 failed; 0 ignored'; echo 'test result: ok. 3 passed; 0 failed; 0 ignored'",
        );
        assert_eq!((outcome, tally), (Some(()), Tally::counts(5, 0)));
    }

    #[test]
    fn a_run_without_tests_with_failed_tests_or_with_a_broken_build_fails() {
        assert_eq!(summary_of("exit 0").0, None);
        assert_eq!(summary_of("echo 'error: could not compile'; exit 101").0, None);
        let (outcome, tally) =
            summary_of("echo 'test result: FAILED. 1 passed; 2 failed; 0 ignored'; exit 101");
        assert_eq!((outcome, tally.failed), (None, 2));
    }
}
