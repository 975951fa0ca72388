//! How many tests passed and failed, and which failed, read from what the runners print.
//!
//! The standard harness and wasm-bindgen's end each binary with `test result: …`, Playwright and Node end with a line for each
//! outcome. Their machine-readable forms are unstable (the first) or none at all (the second).

use std::ops::AddAssign;

/// Tests that ran.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub passed: u64,
    pub failed: u64,
    /// The names of failed tests, for a summary that is enough where the rest of the output is lost.
    pub failures: Vec<String>,
    /// The names of tests that failed at first and passed at a second attempt: counted as passed, and named in the summary.
    pub flaky: Vec<String>,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        // Node prints each name twice.
        for name in other.failures {
            if !self.failures.contains(&name) {
                self.failures.push(name);
            }
        }
        self.failures.retain(|name| !other.flaky.contains(name));
        self.flaky.extend(other.flaky);
    }
}

impl Tally {
    /// Reads a line of `cargo test`, for the native target or under wasm-bindgen's runner.
    pub fn of_cargo(line: &str) -> Option<Self> {
        let test = line.strip_prefix("test ").filter(|rest| !rest.starts_with("result: "));
        if let Some(test) = test {
            let name = test.strip_suffix(" ... FAILED").or_else(|| test.strip_suffix(" ... FAIL"))?;
            return Some(Self::failure(name));
        }
        let counts = line.trim_start().strip_prefix("test result: ")?.split_once(". ")?.1;
        let count = |what: &str| {
            counts.split(';').find_map(|part| part.trim().strip_suffix(what)?.trim().parse::<u64>().ok())
        };
        Some(Self::counts(count("passed")?, count("failed")?))
    }

    /// Reads a line of Playwright's list reporter. A browser test depends on when the machine gives its processor to the browser,
    /// so a test gets a second attempt. One that passes then is named by the summary, as a race in it or in the page.
    pub fn of_playwright(line: &str) -> Option<Self> {
        let mut words = line.split_whitespace();
        let first = words.next()?;
        if let Some(rest) = line.trim_start().strip_prefix(['✘', '✓']) {
            // `  12 [desktop] › page.spec.js:3:1 › opens (retry #1) (1.0s)`
            let rest = rest.trim_start().trim_start_matches(char::is_numeric);
            let named = rest.rsplit_once(" (").map_or(rest, |(name, _)| name);
            let (name, again) =
                named.split_once(" (retry #").map_or((named, false), |(name, _)| (name, true));
            return match first {
                "✘" => Some(Self::failure(name)),
                _ if again => Some(Self { flaky: vec![name.trim().to_owned()], ..Self::default() }),
                _ => None,
            };
        }
        let count = first.parse().ok()?;
        let outcome = words.next()?;
        let rest: Vec<&str> = words.collect();
        match (outcome, rest.as_slice()) {
            ("passed", [time]) if time.starts_with('(') => Some(Self::counts(count, 0)),
            ("flaky", []) => Some(Self::counts(count, 0)),
            ("failed" | "interrupted", []) | ("did", ["not", "run"]) => Some(Self::counts(0, count)),
            _ => None,
        }
    }

    /// Reads a line of Node's test runner, in either of its formats (`# pass 3` and `ℹ pass 3`).
    pub fn of_node(line: &str) -> Option<Self> {
        let line = line.trim_start();
        if let Some(name) = line.strip_prefix("✖ ").or_else(|| line.strip_prefix("not ok ")) {
            return Some(Self::failure(name));
        }
        let (outcome, count) = line.trim_start_matches(['#', 'ℹ']).trim().split_once(' ')?;
        let count = count.parse().ok()?;
        match outcome {
            "pass" => Some(Self::counts(count, 0)),
            "fail" | "cancelled" => Some(Self::counts(0, count)),
            _ => None,
        }
    }

    /// Numbers of tests, without names.
    pub fn counts(passed: u64, failed: u64) -> Self {
        Self { passed, failed, ..Self::default() }
    }

    /// The name of a failed test. Adds nothing to the counts, which the runner prints by itself.
    fn failure(name: &str) -> Self {
        Self { failures: vec![name.trim().to_owned()], ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(passed: u64, failed: u64) -> Option<Tally> {
        Some(Tally::counts(passed, failed))
    }

    fn failure(name: &str) -> Option<Tally> {
        Some(Tally::failure(name))
    }

    #[test]
    fn the_standard_harness_and_the_one_for_wasm_are_counted() {
        let native =
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.01s";
        let wasm = "test result: FAILED. 6 passed; 1 failed; 1 ignored; 0 filtered out; finished in 0.10s";
        assert_eq!(Tally::of_cargo(native), tally(12, 0));
        assert_eq!(Tally::of_cargo(wasm), tally(6, 1));
        assert_eq!(Tally::of_cargo("test tests::result ... ok"), None);
        assert_eq!(Tally::of_cargo("test a::b ... FAILED"), failure("a::b"));
        assert_eq!(Tally::of_cargo("test a::b ... FAIL"), failure("a::b"));
    }

    #[test]
    fn playwrights_summary_is_counted() {
        assert_eq!(Tally::of_playwright("  31 passed (1.2m)"), tally(31, 0));
        assert_eq!(Tally::of_playwright("  2 failed"), tally(0, 2));
        assert_eq!(Tally::of_playwright("  1 flaky"), tally(1, 0));
        assert_eq!(Tally::of_playwright("  4 did not run"), tally(0, 4));
        assert_eq!(Tally::of_playwright("  3 skipped"), None);
        assert_eq!(Tally::of_playwright("  ✓  1 [desktop] › page.spec.ts:3:1 › opens (1.0s)"), None);
        assert_eq!(
            Tally::of_playwright("  ✘  12 [desktop] › page.spec.js:3:1 › opens (1.0s)"),
            failure("[desktop] › page.spec.js:3:1 › opens")
        );
        assert_eq!(Tally::of_playwright("Running 12 tests using 2 workers"), None);
    }

    #[test]
    fn a_browser_test_that_passes_at_its_second_attempt_is_flaky_and_no_failure() {
        let mut sum = Tally::default();
        for line in [
            "  ✘   1 [desktop] › page.spec.js:3:1 › opens (twice) (1.0s)",
            "  ✘   2 [desktop] › page.spec.js:9:1 › closes (1.0s)",
            "  ✓   3 [desktop] › page.spec.js:3:1 › opens (twice) (retry #1) (1.1s)",
            "  ✘   4 [desktop] › page.spec.js:9:1 › closes (retry #1) (1.0s)",
            "  1 failed",
            "  1 flaky",
            "  31 passed (1.2m)",
        ] {
            sum += Tally::of_playwright(line).unwrap_or_default();
        }
        let name = |name: &str| vec![format!("[desktop] › page.spec.js:{name}")];
        assert_eq!((sum.passed, sum.failed), (32, 1));
        assert_eq!((sum.failures, sum.flaky), (name("9:1 › closes"), name("3:1 › opens (twice)")));
    }

    #[test]
    fn nodes_summary_is_counted_and_nothing_else() {
        assert_eq!(["# pass 11", "ℹ pass 11"].map(Tally::of_node), [tally(11, 0), tally(11, 0)]);
        assert_eq!(["# fail 2", "# cancelled 1"].map(Tally::of_node), [tally(0, 2), tally(0, 1)]);
        assert_eq!(Tally::of_node("    ✖ opens (12ms)"), failure("opens (12ms)"));
        for line in ["# tests 13", "ok 1 - pass 3", "# Subtest: pass 3 of it", ""] {
            assert_eq!(Tally::of_node(line), None, "{line}");
        }
    }

    #[test]
    fn tallies_add_up_and_name_each_failure_once() {
        let mut sum = Tally::counts(1, 0);
        sum += Tally::failure("a");
        sum += Tally::failure("a");
        sum += Tally::counts(2, 1);
        assert_eq!(sum, Tally { passed: 3, failed: 1, failures: vec!["a".to_owned()], flaky: Vec::new() });
    }
}
