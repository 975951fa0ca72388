//! How many tests passed and failed, read from what the runners print.
//!
//! The standard harness and wasm-bindgen's end each binary with `test result: …`, Playwright ends with a line for each outcome.
//! Their machine-readable forms are unstable (the first) or none at all (the second).

use std::ops::AddAssign;

/// Tests that ran.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub passed: u64,
    pub failed: u64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl Tally {
    /// Reads a line of `cargo test`, for the native target or under wasm-bindgen's runner.
    pub fn of_cargo(line: &str) -> Option<Self> {
        let counts = line.trim_start().strip_prefix("test result: ")?.split_once(". ")?.1;
        let count = |what: &str| {
            counts.split(';').find_map(|part| part.trim().strip_suffix(what)?.trim().parse::<u64>().ok())
        };
        Some(Self { passed: count("passed")?, failed: count("failed")? })
    }

    /// Reads a line of Playwright's list reporter. A test that passed at a second attempt is not one that passed.
    pub fn of_playwright(line: &str) -> Option<Self> {
        let mut words = line.split_whitespace();
        let count = words.next()?.parse().ok()?;
        let outcome = words.next()?;
        let rest: Vec<&str> = words.collect();
        match (outcome, rest.as_slice()) {
            ("passed", [time]) if time.starts_with('(') => Some(Self { passed: count, failed: 0 }),
            ("failed" | "flaky" | "interrupted", []) | ("did", ["not", "run"]) => {
                Some(Self { passed: 0, failed: count })
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(passed: u64, failed: u64) -> Option<Tally> {
        Some(Tally { passed, failed })
    }

    #[test]
    fn the_standard_harness_and_the_one_for_wasm_are_counted() {
        let native =
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.01s";
        let wasm = "test result: FAILED. 6 passed; 1 failed; 1 ignored; 0 filtered out; finished in 0.10s";
        assert_eq!(Tally::of_cargo(native), tally(12, 0));
        assert_eq!(Tally::of_cargo(wasm), tally(6, 1));
        assert_eq!(Tally::of_cargo("test tests::result ... ok"), None);
    }

    #[test]
    fn playwrights_summary_is_counted_and_flaky_is_failed() {
        assert_eq!(Tally::of_playwright("  31 passed (1.2m)"), tally(31, 0));
        assert_eq!(Tally::of_playwright("  2 failed"), tally(0, 2));
        assert_eq!(Tally::of_playwright("  1 flaky"), tally(0, 1));
        assert_eq!(Tally::of_playwright("  4 did not run"), tally(0, 4));
        assert_eq!(Tally::of_playwright("  3 skipped"), None);
        assert_eq!(Tally::of_playwright("  ✓  1 [desktop] › page.spec.ts:3:1 › opens (1.0s)"), None);
        assert_eq!(Tally::of_playwright("Running 12 tests using 2 workers"), None);
    }

    #[test]
    fn tallies_add_up() {
        let mut sum = Tally { passed: 1, failed: 0 };
        sum += Tally { passed: 2, failed: 3 };
        assert_eq!(sum, Tally { passed: 3, failed: 3 });
    }
}
