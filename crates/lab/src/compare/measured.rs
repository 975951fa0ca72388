//! What was measured in two branches, beside each other: of the networks, of each run, of each command.

use crate::format;
use crate::results::{self, Phase};
use crate::topology::LiveTopology;
use netlab::history::{ProgramLog, RunLog};
use netlab::run::{IperfTransport, Outcome, RunKind};
use netlab::topology::Direction;
use netlab::{Duration, Instant, World};
use texts::t;

/// No more runs and commands of a branch are compared.
pub const PAIRS_MAX: usize = 200;

/// One of the two branches.
#[derive(Clone, Copy)]
pub struct Branch<'a> {
    /// Its world.
    pub world: &'a World,
    /// All nodes and links.
    pub topology: LiveTopology<'a>,
    /// The programs before this one are services.
    pub first_command: usize,
}

/// What belongs to one name: the network, a run, a command.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// What was measured of it.
    pub rows: Vec<Row>,
}

/// One thing that was measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// What it is.
    pub what: &'static str,
    /// Here and there.
    pub values: [String; 2],
    /// Here less there, in words; empty where there is none.
    pub difference: String,
}

/// A value that can be compared.
#[derive(Clone, Debug, PartialEq)]
enum Value {
    Time(Duration),
    Rate(f64),
    Count(u64),
    Words(String),
}

impl Value {
    fn shown(&self) -> String {
        match self {
            Self::Time(time) => format::duration(*time),
            Self::Rate(rate) => format::bit_rate(*rate),
            Self::Count(count) => format::count(*count),
            Self::Words(words) => words.clone(),
        }
    }

    /// This one less the other.
    fn less(&self, other: &Self) -> String {
        let signed = |is_more: bool, size: String| format!("{}{size}", if is_more { '+' } else { '−' });
        match (self, other) {
            (Self::Words(_), _) | (_, Self::Words(_)) => String::new(),
            // What cannot be seen is no difference.
            (a, b) if a.shown() == b.shown() => t!("same").into(),
            (Self::Time(a), Self::Time(b)) => {
                signed(a > b, format::duration(Duration::from_nanos(a.nanos().abs_diff(b.nanos()))))
            }
            (Self::Rate(a), Self::Rate(b)) => signed(a > b, format::bit_rate((a - b).abs())),
            (Self::Count(a), Self::Count(b)) => signed(a > b, format::count(a.abs_diff(*b))),
            _ => String::new(),
        }
    }
}

/// What was measured of one thing in one branch.
struct Item {
    name: String,
    start: Instant,
    values: Vec<(&'static str, Value)>,
}

impl Group {
    /// The values of two items side by side, in the order in which they stand in the first that has them.
    fn new(pair: [Option<&Item>; 2]) -> Self {
        let mut rows: Vec<Row> = Vec::new();
        for item in pair.into_iter().flatten() {
            for &(what, _) in &item.values {
                if rows.iter().any(|row| row.what == what) {
                    continue;
                }
                let values = pair.map(|item| {
                    let (_, value) = item?.values.iter().find(|(known, _)| *known == what)?;
                    Some(value)
                });
                let difference = match values {
                    [Some(here), Some(there)] => here.less(there),
                    _ => String::new(),
                };
                let values = values.map(|value| value.map_or_else(|| "—".into(), Value::shown));
                rows.push(Row { what, values, difference });
            }
        }
        Self {
            name: pair.into_iter().flatten().next().map(|item| item.name.clone()).unwrap_or_default(),
            rows,
        }
    }
}

/// Everything that was measured: first of the network, then of runs and commands.
pub fn measured(branches: [Branch<'_>; 2]) -> Vec<Group> {
    let mut groups = Vec::new();
    for of in [network, runs, commands] {
        let [here, there] = branches.map(of);
        let group = |[a, b]: [Option<usize>; 2]| Group::new([a.map(|a| &here[a]), b.map(|b| &there[b])]);
        let keys =
            |items: &[Item]| items.iter().map(|item| (item.name.clone(), item.start)).collect::<Vec<_>>();
        groups.extend(pairs(&keys(&here), &keys(&there)).into_iter().map(group));
    }
    groups
}

/// Pairs what has the same name: first what also began at the same time, then in their order. What is left has no partner.
pub fn pairs(here: &[(String, Instant)], there: &[(String, Instant)]) -> Vec<[Option<usize>; 2]> {
    let mut pairs: Vec<[Option<usize>; 2]> = (0..here.len()).map(|number| [Some(number), None]).collect();
    let mut taken = vec![false; there.len()];
    for exactly in [true, false] {
        for ((name, start), [_, partner]) in here.iter().zip(&mut pairs) {
            if partner.is_none() {
                *partner = (0..there.len()).find(|&other| {
                    let (its_name, its_start) = &there[other];
                    !taken[other] && name == its_name && (!exactly || start == its_start)
                });
                if let Some(found) = *partner {
                    taken[found] = true;
                }
            }
        }
    }
    pairs.extend((0..there.len()).filter(|&other| !taken[other]).map(|other| [None, Some(other)]));
    pairs
}

fn network(Branch { world, topology, .. }: Branch<'_>) -> Vec<Item> {
    let end = match world.is_quiet() {
        true => Value::Time(world.now() - Instant::ZERO),
        false => Value::Words(t!("goes on").into()),
    };
    let (mut frames, mut drops) = (0, 0);
    for direction in (0..topology.links.len() * 2).map(Direction::from_index) {
        let totals = world.history().totals(direction);
        frames += totals.sent;
        drops += totals.dropped.values().sum::<u64>();
    }
    let values = vec![
        (t!("Ended at"), end),
        (t!("Frames on wires"), Value::Count(frames)),
        (t!("Dropped"), Value::Count(drops)),
    ];
    vec![Item { name: t!("Network").into(), start: Instant::ZERO, values }]
}

fn runs(Branch { world, topology, .. }: Branch<'_>) -> Vec<Item> {
    let run = |log: &RunLog| {
        let from = &topology.node(log.spec.from).name;
        let to = results::target_name(topology, log.spec.to);
        Item {
            name: format!("{} {from} → {to}", results::title(&log.spec.kind)),
            start: log.start,
            values: of_run(log, world.now()),
        }
    };
    world.history().runs().iter().take(PAIRS_MAX).map(run).collect()
}

fn of_run(log: &RunLog, now: Instant) -> Vec<(&'static str, Value)> {
    let (totals, entries) = (log.totals_at(now), log.entries_by(now));
    let (outcome, mut values) = (log.outcome_at(now), Vec::new());
    if let (Some(_), Some(last)) = (outcome, entries.last()) {
        values.push((t!("Took"), Value::Time(last.at - log.start)));
    }
    let phase = match outcome {
        Some(Outcome::Succeeded) => Phase::Succeeded,
        Some(Outcome::Failed(failure)) => Phase::Failed(*failure),
        Some(Outcome::Stopped) => Phase::Stopped,
        None if entries.is_empty() => Phase::Planned,
        None => Phase::Active,
    };
    values.push((t!("Result"), Value::Words(phase.word().into())));
    if matches!(log.spec.kind, RunKind::Ping(_) | RunKind::Echo(_)) {
        values.push((t!("Answered"), Value::Count(totals.received)));
    }
    if let Some(mean) = totals.rtt_mean() {
        values.push((t!("Round trip on average"), Value::Time(mean)));
    }
    if let RunKind::Iperf(iperf) = &log.spec.kind {
        if let Some(rate) = totals.goodput_bps() {
            values.push((t!("Throughput"), Value::Rate(rate)));
        }
        if matches!(iperf.transport, IperfTransport::Tcp { .. }) {
            values.push((t!("Retransmitted"), Value::Count(totals.retransmits)));
        }
    }
    values
}

fn commands(Branch { world, topology, first_command }: Branch<'_>) -> Vec<Item> {
    let now = world.now();
    let command = |log: &ProgramLog| {
        let (exit, mut values) = (log.exit_at(now), Vec::new());
        if let (Some(_), Some(last)) = (exit, log.entries_by(now).last()) {
            values.push((t!("Took"), Value::Time(last.at - log.start)));
        }
        let status = exit.map_or_else(|| t!("under way").into(), |status| status.to_string());
        values.push((t!("Exit status"), Value::Words(status)));
        Item { name: format!("{}: {}", topology.node(log.on).name, log.line), start: log.start, values }
    };
    let programs = world.history().programs().iter();
    programs.skip(first_command).take(PAIRS_MAX).map(command).collect()
}
