//! Steps one after the other, each with its outcome and time, and the summary that ends `test` and `ci`.

use crate::tally::Tally;
use anyhow::{Result, bail};
use std::fmt::Write as _;
use std::time::{Duration, Instant};

/// What was done so far.
pub struct Report {
    steps: Vec<Step>,
    started: Instant,
}

struct Step {
    name: String,
    tally: Tally,
    /// Whether it went wrong, be it in a test or otherwise.
    fault: Option<String>,
    took: Duration,
}

impl Report {
    pub fn new() -> Self {
        Self { steps: Vec::new(), started: Instant::now() }
    }

    /// Does a step, saying so. A fault is told and kept; the steps after it are done all the same, unless they need what
    /// this one returns.
    pub fn step<T>(&mut self, name: &str, work: impl FnOnce(&mut Tally) -> Result<T>) -> Option<T> {
        println!("\n━━ {name}");
        let started = Instant::now();
        let mut tally = Tally::default();
        let outcome = work(&mut tally);
        let took = started.elapsed();
        let fault = outcome.as_ref().err().map(|error| format!("{error:#}"));
        match &fault {
            Some(fault) => println!("✗ {name} ({:.1} s): {fault}", took.as_secs_f32()),
            None => println!("✓ {name} ({:.1} s)", took.as_secs_f32()),
        }
        self.steps.push(Step { name: name.to_owned(), tally, fault, took });
        outcome.ok()
    }

    /// Prints the summary; its last line is `N passed, N failed`. Fails if anything did.
    pub fn end(self) -> Result<()> {
        print!("\n{}", self.summary());
        let faults = self.steps.iter().filter(|step| step.fault.is_some()).count();
        if faults > 0 {
            // Not an error to be printed: the summary has said it, and its last line is meant to be the last.
            std::process::exit(1);
        }
        if self.steps.is_empty() {
            bail!("nothing was done");
        }
        Ok(())
    }

    fn summary(&self) -> String {
        let mut text = String::new();
        let mut sum = Tally::default();
        for step in &self.steps {
            let Tally { passed, failed, ref failures } = step.tally;
            let outcome = match (&step.fault, passed + failed) {
                (None, 0) => "done".to_owned(),
                (Some(_), 0) => "FAILED".to_owned(),
                (None, _) => format!("{passed} passed"),
                (Some(_), _) => format!("{passed} passed, {failed} FAILED"),
            };
            let _ = writeln!(text, "{:32} {outcome:28} {:>7.1} s", step.name, step.took.as_secs_f32());
            for name in failures {
                let _ = writeln!(text, "  ✗ {name}");
            }
            sum += Tally::counts(passed, failed);
            // A step that went wrong outside of a test counts as one, or the last line would say that all is well.
            sum.failed += u64::from(step.fault.is_some() && failed == 0);
        }
        let _ = writeln!(text, "{:32} {:28} {:>7.1} s", "all", "", self.started.elapsed().as_secs_f32());
        let _ = writeln!(text, "{} passed, {} failed", sum.passed, sum.failed);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_counts_tests_and_broken_steps() {
        let mut report = Report::new();
        report.step("set-up", |_| Ok(()));
        report.step("native", |tally| {
            *tally += Tally::counts(10, 0);
            Ok(())
        });
        report.step::<()>("in wasm", |tally| {
            *tally += Tally { passed: 4, failed: 2, failures: vec!["echo::answers".to_owned()] };
            bail!("two tests failed")
        });
        report.step::<()>("the page", |_| bail!("does not build"));
        let summary = report.summary();
        assert!(summary.ends_with("\n14 passed, 3 failed\n"), "{summary}");
        assert!(summary.contains("4 passed, 2 FAILED") && summary.contains("10 passed  "), "{summary}");
        assert!(summary.contains("✗ echo::answers\n"), "{summary}");
    }

    #[test]
    fn a_fault_does_not_keep_later_steps_from_being_done() {
        let mut report = Report::new();
        assert_eq!(report.step::<()>("first", |_| bail!("no")), None);
        assert_eq!(report.step("second", |_| Ok(7)), Some(7));
    }
}
