//! `cargo xtask ci`: what has to hold before a change is accepted.

use crate::lints;
use crate::report::Report;
use crate::test::{self, Extent};

/// Formatting, then every test with the lints beside it.
pub fn run() {
    let report = Report::new();
    report.step("formatting", |step| lints::formatting(&step.console));
    test::everything(&report, Extent::TestsAndLints);
    report.end();
}
