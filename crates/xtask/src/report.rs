//! The steps of `test` and `ci`, some at the same time, each with its outcome and time, and the summary at the end.

use crate::console::Console;
use crate::tally::Tally;
use anyhow::Result;
use std::fmt::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The steps that have ended, in the order of their ends.
pub struct Report {
    outcomes: Mutex<Vec<Outcome>>,
    /// What this command deliberately did not do.
    left_out: Mutex<Vec<String>>,
    started: Instant,
}

struct Outcome {
    name: String,
    tally: Tally,
    /// Why the step failed, in a test or otherwise.
    fault: Option<String>,
    took: Duration,
    processor_time: Duration,
}

/// A step that is being done.
pub struct Step {
    pub console: Console,
    tally: Mutex<Tally>,
}

impl Step {
    /// Counts tests that have ended.
    pub fn count(&self, tally: Tally) {
        *lock(&self.tally) += tally;
    }

    /// The tests that have ended so far.
    pub fn tally(&self) -> Tally {
        lock(&self.tally).clone()
    }
}

impl Report {
    pub fn new() -> Self {
        Self { outcomes: Mutex::default(), left_out: Mutex::default(), started: Instant::now() }
    }

    /// Does a step and prints its begin and end. A fault is printed and recorded; `None` then, and later steps that do not
    /// need its result go on.
    pub fn step<T>(&self, name: &str, work: impl FnOnce(&Step) -> Result<T>) -> Option<T> {
        println!("\n━━ {name}");
        let started = Instant::now();
        let step = Step { console: Console::of_step(name), tally: Mutex::default() };
        let result = work(&step);
        let outcome = Outcome {
            name: name.to_owned(),
            tally: step.tally(),
            fault: result.as_ref().err().map(|error| format!("{error:#}")),
            took: started.elapsed(),
            processor_time: step.console.processor_time(),
        };
        let seconds = outcome.took.as_secs_f32();
        match &outcome.fault {
            Some(fault) => println!("✗ {name} ({seconds:.1} s): {fault}"),
            None => println!("✓ {name} ({seconds:.1} s)"),
        }
        lock(&self.outcomes).push(outcome);
        result.ok()
    }

    /// Records what is deliberately not done, for the summary.
    pub fn leave_out(&self, what: &str) {
        lock(&self.left_out).push(what.to_owned());
    }

    /// Whether no step has failed.
    pub fn is_green(&self) -> bool {
        lock(&self.outcomes).iter().all(|outcome| outcome.fault.is_none())
    }

    /// Prints the summary; its last line is `N passed, N failed`. Ends the process with a failure if a step failed.
    pub fn end(self) {
        print!("\n{}", self.summary());
        if !self.is_green() {
            // Not an error to be printed: the summary's last line is meant to be the last.
            std::process::exit(1);
        }
    }

    fn summary(&self) -> String {
        let mut text = format!("{:32} {:28} {:>9} {:>11}\n", "step", "outcome", "took", "processor");
        let mut row = |name: &str, outcome: &str, took: Duration, processor_time: Duration| {
            let (took, processor_time) = (took.as_secs_f32(), processor_time.as_secs_f32());
            let _ = writeln!(text, "{name:32} {outcome:28} {took:>7.1} s {processor_time:>9.1} s");
        };
        let mut sum = Tally::default();
        let mut processor_time = Duration::ZERO;
        let outcomes = lock(&self.outcomes);
        for step in outcomes.iter() {
            let Tally { passed, failed, .. } = step.tally;
            let outcome = match (&step.fault, passed + failed) {
                (None, 0) => "done".to_owned(),
                (Some(_), 0) => "FAILED".to_owned(),
                (None, _) => format!("{passed} passed"),
                (Some(_), _) => format!("{passed} passed, {failed} FAILED"),
            };
            row(&step.name, &outcome, step.took, step.processor_time);
            sum += Tally::counts(passed, failed);
            // A step that failed outside of a test counts as one, or the last line would report no failure.
            sum.failed += u64::from(step.fault.is_some() && failed == 0);
            processor_time += step.processor_time;
        }
        row("all", "", self.started.elapsed(), processor_time);
        for step in outcomes.iter() {
            for name in &step.tally.failures {
                let _ = writeln!(text, "✗ {}: {name}", step.name);
            }
            for name in &step.tally.flaky {
                let _ = writeln!(text, "passed only at a second attempt: {}: {name}", step.name);
            }
        }
        for what in lock(&self.left_out).iter() {
            let _ = writeln!(text, "left out: {what}");
        }
        let _ = writeln!(text, "{} passed, {} failed", sum.passed, sum.failed);
        text
    }
}

/// A step that panicked has been reported by its panic; what was recorded before stays true.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::bail;

    #[test]
    fn the_last_line_counts_tests_and_failed_steps() {
        let report = Report::new();
        report.step("set-up", |_| Ok(()));
        report.step("native", |step| {
            step.count(Tally::counts(10, 0));
            Ok(())
        });
        report.step::<()>("in wasm", |step| {
            step.count(Tally {
                passed: 4,
                failed: 2,
                failures: vec!["echo::answers".to_owned()],
                ..Tally::default()
            });
            bail!("two tests failed")
        });
        report.step::<()>("the page", |_| bail!("does not build"));
        report.leave_out("browser tests");
        let summary = report.summary();
        assert!(summary.ends_with("\n14 passed, 3 failed\n"), "{summary}");
        assert!(summary.contains("4 passed, 2 FAILED") && summary.contains("10 passed  "), "{summary}");
        assert!(summary.contains("✗ in wasm: echo::answers\n"), "{summary}");
        assert!(summary.contains("left out: browser tests\n"), "{summary}");
        assert!(!report.is_green());
    }

    #[test]
    fn steps_after_a_failed_one_are_done() {
        let report = Report::new();
        assert_eq!(report.step::<()>("first", |_| bail!("no")), None);
        assert_eq!(report.step("second", |_| Ok(7)), Some(7));
    }

    #[test]
    fn steps_may_be_done_at_the_same_time() {
        let report = Report::new();
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    report.step("one of two", |step| {
                        step.count(Tally::counts(1, 0));
                        Ok(())
                    })
                });
            }
        });
        assert!(report.summary().ends_with("\n2 passed, 0 failed\n"));
    }
}
