//! All workers in turn, again and again.

use crate::Selection;
use crate::statistics::Summary;
use crate::worker::Worker;
use anyhow::{Context as _, Result, ensure};
use bench::{ALONE, CASES, Case, Figure, Sample};
use std::fmt;

/// Where a sample was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host {
    /// Native code.
    Native,
    /// Wasm under Node.
    Node,
    /// Wasm in a page.
    Chromium,
}

impl Host {
    pub const ALL: [Self; 3] = [Self::Native, Self::Node, Self::Chromium];
    pub const WASM: [Self; 2] = [Self::Node, Self::Chromium];
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Native => "native",
            Self::Node => "Node",
            Self::Chromium => "Chromium",
        })
    }
}

/// All samples.
pub struct Results {
    /// The hosts, in the order of a round.
    pub hosts: Vec<Host>,
    /// What was measured.
    pub cases: Vec<CaseResults>,
}

/// All samples of one case.
pub struct CaseResults {
    pub case: &'static Case,
    /// For each round one sample of each host.
    rounds: Vec<Vec<Sample>>,
}

impl Results {
    /// The results of a case, if it was measured.
    pub fn of(&self, case: &str) -> Option<&CaseResults> {
        self.cases.iter().find(|results| results.case.name == case)
    }

    /// A figure of a case at one host.
    pub fn figure(&self, results: &CaseResults, host: Host, figure: Figure) -> Option<Summary> {
        let place = self.hosts.iter().position(|&other| other == host)?;
        Some(Summary::of(results.rounds.iter().map(|round| figure.of(&round[place]))))
    }

    /// A figure of a case at one host divided by that of another case: of each round's pair, not of two medians.
    pub fn ratio(
        &self,
        (case, figure): (&str, Figure),
        (floor, floor_figure): (&str, Figure),
        host: Host,
    ) -> Option<Summary> {
        let place = self.hosts.iter().position(|&other| other == host)?;
        let pairs = self.of(case)?.rounds.iter().zip(&self.of(floor)?.rounds);
        Some(Summary::of(
            pairs.map(|(round, floor)| figure.of(&round[place]) / floor_figure.of(&floor[place])),
        ))
    }

    /// How many times as fast as natively: of each round's pair, not of two medians.
    pub fn speed(&self, results: &CaseResults, host: Host, figure: Figure) -> Option<Summary> {
        let place = self.hosts.iter().position(|&other| other == host)?;
        let native = self.hosts.iter().position(|&other| other == Host::Native)?;
        let ratio = |round: &Vec<Sample>| figure.speed(figure.of(&round[place]), figure.of(&round[native]));
        Some(Summary::of(results.rounds.iter().map(ratio)))
    }
}

/// Runs all rounds.
pub fn run(workers: &mut [(Host, Worker)], selection: &Selection) -> Result<Results> {
    ensure!(selection.rounds > 0, "--rounds has to be at least 1");
    let selected = |case: &&Case| case.name.starts_with(&selection.only);
    let mut cases: Vec<_> =
        CASES.iter().filter(selected).map(|case| CaseResults { case, rounds: Vec::new() }).collect();
    ensure!(
        !cases.is_empty() || ALONE.iter().any(|case| selected(&case)),
        "no case's name begins with {}",
        selection.only
    );
    if cases.is_empty() {
        return Ok(Results { hosts: Vec::new(), cases });
    }
    for round in 0..=selection.rounds {
        eprintln!("round {round} of {}{}", selection.rounds, if round == 0 { ", to warm up" } else { "" });
        for results in &mut cases {
            let mut samples = Vec::new();
            for (host, worker) in workers.iter_mut() {
                let sample = worker.sample(results.case)?;
                let known = results.rounds.first().and_then(|samples| samples.first()).or(samples.first());
                same(results.case, *host, &sample, known)?;
                samples.push(sample);
            }
            if round > 0 {
                results.rounds.push(samples);
            }
        }
    }
    Ok(Results { hosts: workers.iter().map(|(host, _)| *host).collect(), cases })
}

/// Takes one sample of each of the cases that need a process of their own. `start` starts one.
pub fn alone(
    hosts: &[Host],
    selection: &Selection,
    start: impl Fn(Host) -> Result<Option<Worker>>,
) -> Result<Results> {
    let mut cases = Vec::new();
    for case in ALONE.iter().filter(|case| case.name.starts_with(&selection.only)) {
        eprintln!("{}, once", case.name);
        let mut samples = Vec::new();
        for &host in hosts {
            let mut worker = start(host)?.with_context(|| format!("{host} took part before"))?;
            worker.version()?;
            let sample = worker.sample(case)?;
            same(case, host, &sample, samples.first())?;
            samples.push(sample);
        }
        cases.push(CaseResults { case, rounds: vec![samples] });
    }
    Ok(Results { hosts: hosts.to_vec(), cases })
}

/// Fixed work has the same outcome everywhere and at any time.
fn same(case: &Case, host: Host, sample: &Sample, known: Option<&Sample>) -> Result<()> {
    let Some(known) = known else { return Ok(()) };
    ensure!(
        sample.fingerprint == known.fingerprint,
        "{} is not what it was: {host} got {:?} where {} got {:?}",
        case.name,
        sample.fingerprint,
        Host::Native,
        known.fingerprint,
    );
    Ok(())
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// One case, with these milliseconds for a thousand operations and a million bytes, round by round.
    pub fn results(case: &str, hosts: &[Host], rounds: &[&[f64]]) -> Results {
        let sample = |&ms: &f64| Sample {
            operations: 1000,
            bytes: 1_000_000,
            ms,
            virtual_ms: ms * 8.0,
            ..Sample::default()
        };
        let rounds = rounds.iter().map(|round| round.iter().map(sample).collect()).collect();
        let case = Case::named(case).unwrap();
        Results { hosts: hosts.to_vec(), cases: vec![CaseResults { case, rounds }] }
    }

    /// Results of the same hosts as one.
    pub fn joined(mut one: Results, other: Results) -> Results {
        one.cases.extend(other.cases);
        one
    }

    #[test]
    fn ratios_are_of_pairs_so_a_slow_round_does_not_matter() {
        // The second round fell into a busy second, for both alike.
        let results =
            results("bulk/1500", &[Host::Native, Host::Node], &[&[1.0, 2.0], &[4.0, 8.0], &[1.0, 2.0]]);
        let speed = results.speed(&results.cases[0], Host::Node, Figure::Rate).unwrap();
        assert_eq!((speed.median, speed.spread), (0.5, 0.0));
        let native = results.figure(&results.cases[0], Host::Native, Figure::NanosPer("frame")).unwrap();
        assert_eq!(native.median, 1000.0);
        assert!(results.figure(&results.cases[0], Host::Chromium, Figure::Rate).is_none());
    }
}
