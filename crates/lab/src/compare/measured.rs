//! What was measured in two branches, beside each other: of the networks, of each run, of each command.

use crate::format;
use crate::results::{self, Phase};
use crate::topology::LiveTopology;
use netlab::history::{ProgramLog, RunLog};
use netlab::run::{IperfTransport, Outcome, RunKind};
use netlab::topology::Direction;
use netlab::{Duration, History, Instant, World};
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

impl Row {
    /// `None` if neither has it.
    fn new(what: &'static str, values: [Option<Value>; 2]) -> Option<Self> {
        let difference = match &values {
            [None, None] => return None,
            [Some(here), Some(there)] => here.less(there),
            _ => String::new(),
        };
        let values = values.map(|value| value.map_or_else(|| "—".into(), |value| value.shown()));
        Some(Self { what, values, difference })
    }
}

/// Everything that was measured; the network comes first.
pub fn measured(branches: [Branch<'_>; 2]) -> Vec<Group> {
    let mut groups = vec![network(branches)];
    groups.extend(runs(branches));
    groups.extend(commands(branches));
    groups
}

fn network(branches: [Branch<'_>; 2]) -> Group {
    let worlds = branches.map(|branch| branch.world);
    let end = worlds.map(|world| match world.is_quiet() {
        true => Some(Value::Time(world.now() - Instant::ZERO)),
        false => Some(Value::Words(t!("goes on").into())),
    });
    let totals = branches.map(|branch| totals(branch.topology, branch.world.history()));
    let rows = [
        Row::new(t!("Ended at"), end),
        Row::new(t!("Frames on wires"), totals.map(|(frames, _)| Some(Value::Count(frames)))),
        Row::new(t!("Dropped"), totals.map(|(_, drops)| Some(Value::Count(drops)))),
    ];
    Group { name: t!("Network").into(), rows: rows.into_iter().flatten().collect() }
}

fn totals(topology: LiveTopology<'_>, history: &History) -> (u64, u64) {
    let directions = (0..topology.links.len() * 2).map(Direction::from_index);
    directions.fold((0, 0), |(frames, drops), direction| {
        let totals = history.totals(direction);
        (frames + totals.sent, drops + totals.dropped.values().sum::<u64>())
    })
}

/// Pairs what has the same name: first what also began at the same time, then in their order. What is left has no partner.
pub fn pairs(here: &[(String, Instant)], there: &[(String, Instant)]) -> Vec<[Option<usize>; 2]> {
    let mut partners: Vec<Option<usize>> = vec![None; here.len()];
    let mut taken = vec![false; there.len()];
    for exactly in [true, false] {
        for (number, (name, start)) in here.iter().enumerate() {
            if partners[number].is_some() {
                continue;
            }
            let found = there.iter().enumerate().position(|(other, (other_name, other_start))| {
                !taken[other] && name == other_name && (!exactly || start == other_start)
            });
            if let Some(found) = found {
                taken[found] = true;
                partners[number] = Some(found);
            }
        }
    }
    let of_here = partners.into_iter().enumerate().map(|(number, partner)| [Some(number), partner]);
    let alone =
        taken.into_iter().enumerate().filter(|(_, taken)| !taken).map(|(number, _)| [None, Some(number)]);
    of_here.chain(alone).collect()
}

fn runs(branches: [Branch<'_>; 2]) -> Vec<Group> {
    let logs = branches.map(|branch| {
        let runs = branch.world.history().runs();
        &runs[..runs.len().min(PAIRS_MAX)]
    });
    let [here, there] = [0, 1].map(|side: usize| {
        let name = |log: &RunLog| (run_name(branches[side].topology, log), log.start);
        logs[side].iter().map(name).collect::<Vec<_>>()
    });
    let group = |[a, b]: [Option<usize>; 2]| {
        let name = a.map(|a| &here[a]).or(b.map(|b| &there[b])).map(|(name, _)| name.clone());
        let pair = [a.map(|a| &logs[0][a]), b.map(|b| &logs[1][b])];
        let now = branches.map(|branch| branch.world.now());
        Group { name: name.unwrap_or_default(), rows: run_rows(pair, now) }
    };
    pairs(&here, &there).into_iter().map(group).collect()
}

fn run_name(topology: LiveTopology<'_>, log: &RunLog) -> String {
    let from = &topology.node(log.spec.from).name;
    format!("{} {from} → {}", results::title(&log.spec.kind), results::target_name(topology, log.spec.to))
}

fn run_rows(pair: [Option<&RunLog>; 2], now: [Instant; 2]) -> Vec<Row> {
    let each = |value: fn(&RunLog, Instant) -> Option<Value>| {
        [0, 1].map(|side: usize| pair[side].and_then(|log| value(log, now[side])))
    };
    let rows = [
        Row::new(t!("Took"), each(took)),
        Row::new(t!("Result"), each(|log, now| Some(Value::Words(phase(log, now).word().into())))),
        Row::new(
            t!("Answered"),
            each(|log, now| {
                let counts = matches!(log.spec.kind, RunKind::Ping(_) | RunKind::Echo(_));
                counts.then(|| Value::Count(log.totals_at(now).received))
            }),
        ),
        Row::new(
            t!("Round trip on average"),
            each(|log, now| log.totals_at(now).rtt_mean().map(Value::Time)),
        ),
        Row::new(
            t!("Throughput"),
            each(|log, now| {
                let is_iperf = matches!(log.spec.kind, RunKind::Iperf(_));
                log.totals_at(now).goodput_bps().filter(|_| is_iperf).map(Value::Rate)
            }),
        ),
        Row::new(
            t!("Retransmitted"),
            each(|log, now| {
                let is_tcp = matches!(&log.spec.kind, RunKind::Iperf(iperf) if matches!(iperf.transport, IperfTransport::Tcp { .. }));
                is_tcp.then(|| Value::Count(log.totals_at(now).retransmits))
            }),
        ),
    ];
    rows.into_iter().flatten().collect()
}

fn phase(log: &RunLog, now: Instant) -> Phase {
    match log.outcome_at(now) {
        Some(Outcome::Succeeded) => Phase::Succeeded,
        Some(Outcome::Failed(failure)) => Phase::Failed(*failure),
        Some(Outcome::Stopped) => Phase::Stopped,
        None if log.entries_by(now).is_empty() => Phase::Planned,
        None => Phase::Active,
    }
}

/// How long it took, if it has ended.
fn took(log: &RunLog, now: Instant) -> Option<Value> {
    log.outcome_at(now)?;
    let last = log.entries_by(now).last()?;
    Some(Value::Time(last.at - log.start))
}

fn commands(branches: [Branch<'_>; 2]) -> Vec<Group> {
    let logs = branches.map(|branch| {
        let programs = branch.world.history().programs();
        let typed = &programs[branch.first_command.min(programs.len())..];
        &typed[..typed.len().min(PAIRS_MAX)]
    });
    let [here, there] = [0, 1].map(|side: usize| {
        let on = |log: &ProgramLog| &branches[side].topology.node(log.on).name;
        logs[side].iter().map(|log| (format!("{}: {}", on(log), log.line), log.start)).collect::<Vec<_>>()
    });
    let group = |[a, b]: [Option<usize>; 2]| {
        let name = a.map(|a| &here[a]).or(b.map(|b| &there[b])).map(|(name, _)| name.clone());
        let pair = [a.map(|a| &logs[0][a]), b.map(|b| &logs[1][b])];
        let each = |value: fn(&ProgramLog, Instant) -> Option<Value>| {
            [0, 1].map(|side: usize| pair[side].and_then(|log| value(log, branches[side].world.now())))
        };
        let rows = [
            Row::new(
                t!("Took"),
                each(|log, now| {
                    log.exit_at(now)?;
                    Some(Value::Time(log.entries_by(now).last()?.at - log.start))
                }),
            ),
            Row::new(
                t!("Exit status"),
                each(|log, now| {
                    let status =
                        log.exit_at(now).map_or_else(|| t!("under way").into(), |status| status.to_string());
                    Some(Value::Words(status))
                }),
            ),
        ];
        Group { name: name.unwrap_or_default(), rows: rows.into_iter().flatten().collect() }
    };
    pairs(&here, &there).into_iter().map(group).collect()
}
