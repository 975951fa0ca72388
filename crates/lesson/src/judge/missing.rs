//! What is missing for a goal, in one sentence.

use super::Judge;
use super::watch::Watch;
use crate::goal::{CommandGoal, Fate, Frames, Predicate, Row, RunGoal, TableGoal};
use crate::measure::{Measure, Range, Unit};
use netlab::topology::NodeId;
use netlab::{BitsPerSec, Duration, Instant};
use scenario::quantity::{show_rate, show_size, show_time};
use texts::{plural, t};

/// What is missing, or why it cannot be any more. With `filters`, behind what is said of frames stands the display filter that they pass;
/// a learner who has not seen the packet list yet would not know what that is.
pub(super) fn missing(judge: &Judge, predicate: &Predicate, watch: &Watch, filters: bool) -> String {
    let parts = || watch.parts.iter().zip(predicate.parts());
    let inner = |(part, predicate): (&Watch, &Predicate)| missing(judge, predicate, part, filters);
    let failed = watch.status.settled;
    match predicate {
        Predicate::All(_) => {
            // What cannot be any more is said first.
            let failed = parts().find(|(part, _)| part.status.settled && !part.status.holds);
            let open = failed.or_else(|| parts().find(|(part, _)| !part.status.holds));
            open.map(inner).unwrap_or_default()
        }
        Predicate::Then(..) => parts().find(|(part, _)| !part.status.holds).map_or_else(
            || t!("This happened, but too late.").to_owned(),
            |part| match failed && !part.1.is_absence() {
                true => t!("Too late: {}", inner(part)),
                false => inner(part),
            },
        ),
        Predicate::Any(_) => parts().map(inner).next().unwrap_or_default(),
        Predicate::By(_, by) => {
            let by = time(*by);
            match parts().next() {
                Some((part, _)) if part.status.holds => t!("This happened, but not by {by}."),
                Some(part) if !failed => t!("By {by}: {}", inner(part)),
                _ => t!("This did not happen by {by}."),
            }
        }
        Predicate::Not(_) => t!("What must not happen has happened.").to_owned(),
        Predicate::Before(_) => match failed {
            true => t!("The order was the other way round.").to_owned(),
            false => parts().next().map(inner).unwrap_or_default(),
        },
        Predicate::Ran(until) => t!("Let time pass up to {}.", time(*until)),
        Predicate::Answered(question) => match judge.answered(*question) {
            Some(_) => t!("The answer to the question is not right yet.").to_owned(),
            None => t!("The question is not answered yet.").to_owned(),
        },
        Predicate::Predicted(_) if failed => t!("The prediction was not right.").to_owned(),
        Predicate::Predicted(_) => t!("The prediction is not made yet, or has not come out yet.").to_owned(),
        Predicate::Frames(frames) => {
            let sentence = of_frames(judge, frames, watch.seen.count);
            if filters { format!("{sentence}: {}", frames.written) } else { sentence }
        }
        Predicate::Run(goal) => of_run(judge, goal, watch),
        Predicate::Command(goal) => of_command(judge, goal, watch),
        Predicate::Table(goal) => of_table(judge, goal, watch),
    }
}

fn time(at: Instant) -> String {
    show_time(at.since(Instant::ZERO))
}

/// A node as the lesson's network calls it.
fn name(judge: &Judge, node: NodeId) -> String {
    judge.lesson().scenario.topology.nodes.get(node.index()).map(|node| node.name.clone()).unwrap_or_default()
}

fn of_frames(judge: &Judge, frames: &Frames, seen: u64) -> String {
    let from = frames.from.map(|node| name(judge, node));
    let to = frames.to.map(|node| name(judge, node));
    let place = match (from, to, frames.fate) {
        (Some(from), Some(to), _) => t!(" from {from} to {to}"),
        (Some(from), None, _) => t!(" from {from}"),
        (None, Some(to), Fate::Delivered) => t!(" at {to}"),
        (None, Some(to), Fate::Dropped) => t!(" by {to}"),
        (None, Some(to), Fate::Sent | Fate::Lost) => t!(" to {to}"),
        (None, None, _) => String::new(),
    };
    if frames.count.max.is_some_and(|max| seen > max) {
        return plural!(
            seen,
            "{count} frame like this was seen{place}, and that is too many",
            "{count} frames like this were seen{place}, and that is too many",
            count = seen
        );
    }
    if frames.count.contains(seen) {
        return t!("A frame like this was seen{place}, but it is not as it has to be");
    }
    let wanted = frames.count.min;
    match (frames.fate, wanted) {
        (Fate::Sent, 1) => t!("No frame like this was seen{place} yet"),
        (Fate::Delivered, 1) => t!("No frame like this has arrived{place} yet"),
        (Fate::Lost, 1) => t!("No frame like this was lost{place} yet"),
        (Fate::Dropped, 1) => t!("No frame like this was dropped{place} yet"),
        (Fate::Sent | Fate::Delivered | Fate::Lost | Fate::Dropped, _) => {
            t!("{seen} of {wanted} frames like this up to now{place}")
        }
    }
}

fn of_run(judge: &Judge, goal: &RunGoal, watch: &Watch) -> String {
    let kind = goal.kind.unwrap_or("");
    let from = goal.from.map(|node| name(judge, node));
    let what = match (kind, from) {
        ("", None) => t!("run").to_owned(),
        ("", Some(from)) => t!("run from {from}"),
        (kind, None) => kind.to_owned(),
        (kind, Some(from)) => t!("{kind} from {from}"),
    };
    if watch.found == 0 {
        return t!("Not done yet: {what}.");
    }
    let measures = goal.measures.iter().map(|(measure, range)| bounds(*measure, *range));
    let wanted: Vec<_> = measures.collect();
    match (goal.ok, &wanted[..]) {
        (Some(true), []) => t!("This has not succeeded yet: {what}."),
        (Some(false), []) => t!("This has not failed yet: {what}."),
        _ => t!("Not reached yet: {what} with {}.", wanted.join(", ")),
    }
}

fn bounds(measure: Measure, range: Range) -> String {
    let name = measure.name();
    let show = |value: u64| match measure.unit() {
        Unit::Number => value.to_string(),
        Unit::Size => show_size(value),
        Unit::Time => show_time(Duration::from_nanos(value)),
        Unit::Rate => BitsPerSec::new(value).map(show_rate).unwrap_or_default(),
    };
    match range {
        Range { min, max: Some(max) } if min == max => format!("{name} = {}", show(min)),
        Range { min: 0, max: Some(max) } => format!("{name} ≤ {}", show(max)),
        Range { min, max: Some(max) } => format!("{} ≤ {name} ≤ {}", show(min), show(max)),
        Range { min, max: None } => format!("{name} ≥ {}", show(min)),
    }
}

fn of_command(judge: &Judge, goal: &CommandGoal, watch: &Watch) -> String {
    let words = goal.words.join(" ");
    let what = match goal.on {
        Some(on) => t!("{words} on {}", name(judge, on)),
        None => words,
    };
    match watch.found {
        0 => t!("This command was not run yet: {what}."),
        _ => t!("This command was run, but not with the result that it should have: {what}."),
    }
}

fn of_table(judge: &Judge, goal: &TableGoal, watch: &Watch) -> String {
    let node = name(judge, goal.on);
    let table = match &goal.row {
        Row::Mac { .. } => t!("MAC table"),
        Row::Neighbor { .. } => t!("table of neighbors (ARP, NDP)"),
        Row::Route { .. } => t!("table of routes"),
        Row::Nat { .. } => t!("table of address translations"),
        Row::Address { .. } => t!("list of addresses"),
        Row::Gateway { .. } => t!("list of default routers"),
        Row::Stp { .. } => t!("list of spanning tree ports"),
        Row::Root { .. } => t!("choice of the root bridge"),
        Row::Lease { .. } => t!("list of leases"),
        Row::Name { .. } => t!("list of learned names"),
        Row::Socket { .. } => t!("list of sockets"),
    };
    match (goal.count.contains(0), watch.found) {
        (true, _) | (false, 1..) => {
            t!("There are not as many entries as there should be in {node}'s {table}.")
        }
        (false, 0) => t!("The entry that is needed is not in {node}'s {table} yet."),
    }
}
