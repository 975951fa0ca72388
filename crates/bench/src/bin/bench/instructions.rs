//! Instructions natively, which are the same on every machine of a kind, however busy it is: a measure that repeats to a thousandth.
//!
//! Counted by valgrind's callgrind where it is installed; otherwise there are none to report.

use crate::rounds::Results;
use anyhow::{Context as _, Result, ensure};
use bench::{CASES, Case, Measurement};
use std::path::PathBuf;
use std::process::Command;
use std::{env, fs, process};

/// The cases whose instructions are counted.
const COUNTED: [&str; 10] = [
    "bulk/1500",
    "world/pair",
    "world/tcp",
    "world/udp",
    "world/hosts-10",
    "world/hosts-100",
    "world/hosts-1000",
    "world/hosts-3900",
    "world/idle-2",
    "world/idle-3900",
];
/// The function in which a case does its work, and nothing else.
const WORK: &str = "--toggle-collect=*bench::sample::counted*";

/// The instructions for one operation of a case.
#[derive(Debug)]
pub struct Counted {
    pub case: &'static Case,
    pub per_operation: f64,
}

/// Counts those of the cases that were measured.
pub fn count(results: &Results) -> Result<Vec<Counted>> {
    if Command::new("valgrind").arg("--version").output().is_err() {
        eprintln!("valgrind is not installed: no instructions are counted");
        return Ok(Vec::new());
    }
    let measured = |case: &&Case| COUNTED.contains(&case.name) && results.of(case.name).is_some();
    CASES.iter().filter(measured).map(count_one).collect()
}

fn count_one(case: &'static Case) -> Result<Counted> {
    eprintln!("{}, its instructions", case.name);
    let file = env::temp_dir().join(format!("bench-{}.callgrind", process::id()));
    let counted = run(case, &file);
    let _ = fs::remove_file(&file);
    counted.with_context(|| format!("the instructions of {} cannot be counted", case.name))
}

fn run(case: &'static Case, file: &PathBuf) -> Result<Counted> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--quiet", "--tool=callgrind", WORK]);
    valgrind.arg(format!("--callgrind-out-file={}", file.display()));
    let output = valgrind.arg(env::current_exe()?).args(["once", case.name]).output()?;
    ensure!(output.status.success(), "valgrind failed: {}", String::from_utf8_lossy(&output.stderr));
    let measurement: Measurement = serde_json::from_slice(&output.stdout)?;
    let instructions = total(&fs::read_to_string(file)?).context("callgrind wrote no sum")?;
    ensure!(instructions > 0, "the function of the work was not found");
    Ok(Counted { case, per_operation: instructions as f64 / measurement.sample.operations as f64 })
}

/// The sum in a file of callgrind's.
fn total(file: &str) -> Option<u64> {
    let sum =
        |line: &str| line.strip_prefix("totals: ").or(line.strip_prefix("summary: "))?.trim().parse().ok();
    file.lines().rev().find_map(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_is_read_from_either_line() {
        assert_eq!(total("events: Ir\nfn=(1)\n3 4\ntotals: 12\n"), Some(12));
        assert_eq!(total("events: Ir\nsummary: 7\nfn=(1)\n"), Some(7));
        assert_eq!(total("events: Ir\n"), None);
    }

    #[test]
    fn the_counted_cases_exist() {
        assert!(COUNTED.iter().all(|name| Case::named(name).is_some()));
    }
}
