//! Results as JavaScript sees them. Fields are named as in what `packetarium run --json` prints.

use netlab::World;
use netlab::run::{Outcome, Target};
use scenario::Scenario;
use scenario::export::{Export, File};
use serde::Serialize;

/// A run, and what was measured of it so far.
#[derive(Serialize)]
pub(crate) struct RunObject<'a> {
    kind: &'static str,
    from: &'a str,
    /// A host's id, or an address.
    to: String,
    /// When it begins, in seconds.
    at: f64,
    /// `succeeded`, `failed`, `stopped` or `unfinished`.
    outcome: &'static str,
    /// Why it failed.
    reason: Option<String>,
    sent: u64,
    received: u64,
    bytes: u64,
}

/// A file for another program.
#[derive(Serialize)]
pub(crate) struct FileObject {
    name: String,
    text: String,
}

/// The files of an export.
pub(crate) fn files(export: &Export) -> Vec<FileObject> {
    let file = |file: &File| FileObject { name: file.name.clone(), text: file.text.clone() };
    export.files.iter().map(file).collect()
}

/// All runs, in the order of the document.
pub(crate) fn runs<'a>(scenario: &'a Scenario, world: &World) -> Vec<RunObject<'a>> {
    let run = |log: &netlab::history::RunLog| {
        let totals = log.totals_at(world.now());
        let (outcome, reason) = match log.outcome_at(world.now()) {
            Some(Outcome::Succeeded) => ("succeeded", None),
            Some(Outcome::Failed(failure)) => ("failed", Some(failure.to_string())),
            Some(Outcome::Stopped) => ("stopped", None),
            None => ("unfinished", None),
        };
        RunObject {
            kind: log.spec.kind.name(),
            from: scenario.id(log.spec.from),
            to: match log.spec.to {
                Target::Node(node, _) => scenario.id(node).to_owned(),
                Target::Address(address) => address.to_string(),
            },
            at: log.start.secs_f64(),
            outcome,
            reason,
            sent: totals.sent,
            received: totals.received,
            bytes: totals.bytes,
        }
    };
    world.history().runs().iter().map(run).collect()
}
