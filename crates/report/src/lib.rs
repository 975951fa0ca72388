//! The results of a world, as the object that the command line's `--json` prints and JavaScript gets. Scripts depend on it: fields
//! may be added, never changed.
//!
//! It is a crate of its own because the command line and the JavaScript package both need it.

#![allow(missing_docs, reason = "many fields are what they are called, here and in JSON")]

mod node;

pub use node::*;

use netlab::history::{DirectionTotals, ProgramLog, RunLog};
use netlab::run::{
    HopAnswer, Iperf, IperfTransport, Outcome, RunEvent, RunId, RunKind, Target, Totals, Transport,
};
use netlab::topology::{Direction, End, LinkId};
use netlab::{Duration, Instant, World};
use scenario::Scenario;
use serde::Serialize;
use std::collections::BTreeMap;

/// The whole report.
#[derive(Serialize)]
pub struct Report {
    /// Virtual seconds.
    pub end: f64,
    /// A hash of everything that happened, 16 hexadecimal digits.
    pub history: String,
    /// In the order of the document.
    pub runs: Vec<RunReport>,
    /// The commands that were started on hosts, in the order of the document; left out if there were none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub commands: Vec<CommandReport>,
    /// In the order of the document.
    pub links: Vec<LinkReport>,
    /// In the order of the document.
    pub nodes: Vec<NodeReport>,
}

/// A command that was started on a host.
#[derive(Serialize)]
pub struct CommandReport {
    /// The host.
    pub on: String,
    /// What was typed.
    pub line: String,
    /// Virtual seconds.
    pub at: f64,
    /// The exit status, 0 for success; null if it still runs.
    pub exit: Option<u8>,
    /// What it has printed, as far as it is kept.
    pub output: String,
    /// Lines in front of that which are not kept; left out if there are none.
    #[serde(skip_serializing_if = "is_zero")]
    pub forgotten_lines: u64,
}

/// A run. What a kind of run does not measure is null.
#[derive(Serialize)]
pub struct RunReport {
    pub kind: &'static str,
    pub from: String,
    pub to: String,
    /// Virtual seconds.
    pub at: f64,
    /// `succeeded`, `failed`, `stopped`, or `unfinished` if the end came first.
    pub outcome: &'static str,
    /// Why it failed.
    pub reason: Option<String>,
    /// What did that to its frames, in a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Requests, messages or datagrams.
    pub sent: u64,
    /// Those answered, or received (iperf over UDP).
    pub received: u64,
    /// Further answers to requests that were answered already; left out if there were none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duplicates: Option<u64>,
    /// Those neither answered nor received, once it is over.
    pub lost: Option<u64>,
    pub rtt_ms: Option<RttReport>,
    /// Payload that the server received, or that came back.
    pub bytes: u64,
    /// How long that took.
    pub seconds: Option<f64>,
    pub goodput_bps: Option<f64>,
    /// Retransmitted TCP segments.
    pub retransmits: Option<u64>,
    /// RFC 3550, 6.4.1.
    pub jitter_ms: Option<f64>,
    /// iperf's reports.
    pub intervals: Option<Vec<IntervalReport>>,
    /// A traceroute's probes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hops: Option<Vec<HopReport>>,
    /// The longest packet that gets through, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_mtu: Option<PathMtuFound>,
    /// ICMP errors about packets of this run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<IcmpErrorReport>,
    /// How many datagrams each receiver of a multicast run got, by its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receivers: Option<BTreeMap<String, u64>>,
}

/// One probe of a traceroute.
#[derive(Serialize)]
pub struct HopReport {
    pub hop: u8,
    /// Null: there was no answer.
    pub from: Option<String>,
    pub rtt_ms: Option<f64>,
    /// The target answered.
    pub reached: bool,
    /// The ICMP error that ended the probe, if it was another than time exceeded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub told: Option<String>,
}

/// What a path MTU run found.
#[derive(Serialize)]
pub struct PathMtuFound {
    pub bytes: usize,
    /// The last router that reported it.
    pub from: Option<String>,
}

/// An ICMP error about a packet.
#[derive(Serialize)]
pub struct IcmpErrorReport {
    /// Virtual seconds.
    pub at: f64,
    pub from: String,
    pub what: String,
}

/// At most this many entries of `told` of one run.
const TOLD_MAX: usize = 100;

/// Round-trip times.
#[derive(Serialize)]
pub struct RttReport {
    pub min: f64,
    pub avg: f64,
    pub max: f64,
}

/// One interval report of iperf.
#[derive(Serialize)]
pub struct IntervalReport {
    /// Seconds since the run began.
    pub from: f64,
    /// Seconds since the run began.
    pub to: f64,
    pub bytes: u64,
    pub bps: f64,
}

/// A link: both directions together, and each by itself.
#[derive(Serialize)]
pub struct LinkReport {
    pub ends: [String; 2],
    #[serde(flatten)]
    pub total: FrameCounts,
    pub directions: [DirectionReport; 2],
}

/// What one end of a link sent.
#[derive(Serialize)]
pub struct DirectionReport {
    pub from: String,
    pub to: String,
    #[serde(flatten)]
    pub counts: FrameCounts,
}

/// Frames.
#[derive(Serialize, Default)]
pub struct FrameCounts {
    pub sent: u64,
    pub delivered: u64,
    /// By reason.
    pub dropped: BTreeMap<&'static str, u64>,
    /// Collisions of frames at the ends of a half-duplex link.
    #[serde(skip_serializing_if = "is_zero")]
    pub collisions: u64,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks so; for wasm, the lint is silent")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Report {
    /// Whether every run did what it should, and no command ended with another exit status than 0. A command that still runs, such
    /// as a server, has not failed.
    pub fn all_succeeded(&self) -> bool {
        self.runs.iter().all(|run| run.outcome == "succeeded")
            && self.commands.iter().all(|command| command.exit.unwrap_or(0) == 0)
    }
}

/// What was measured in this world.
pub fn report(scenario: &Scenario, world: &World) -> Report {
    let history = world.history();
    let links = 0..scenario.topology.links.len() as u32;
    Report {
        end: world.now().secs_f64(),
        history: format!("{:016x}", history.hash()),
        runs: (0..).zip(history.runs()).map(|(id, log)| run(scenario, world, RunId(id), log)).collect(),
        commands: history.all_programs().map(|(_, log)| command(scenario, world, log)).collect(),
        links: links.map(|number| link(scenario, world, LinkId(number))).collect(),
        nodes: scenario.topology.node_ids().map(|id| node::node(scenario, world, id)).collect(),
    }
}

fn run(scenario: &Scenario, world: &World, id: RunId, log: &RunLog) -> RunReport {
    let now = world.now();
    let totals = log.totals_at(now);
    let (outcome, reason) = match log.outcome_at(now) {
        Some(Outcome::Succeeded) => ("succeeded", None),
        Some(Outcome::Failed(failure)) => ("failed", Some(failure.to_string())),
        Some(Outcome::Stopped) => ("stopped", None),
        None => ("unfinished", None),
    };
    let over = outcome != "unfinished";
    let measures = Measures::of(&log.spec.kind);
    let intervals = log.entries_by(now).iter().filter_map(|entry| match entry.event {
        RunEvent::Interval(interval) => Some(IntervalReport {
            from: interval.from.secs_f64(),
            to: interval.to.secs_f64(),
            bytes: interval.bytes,
            bps: rate(interval.bytes, interval.to.nanos() - interval.from.nanos()),
        }),
        _ => None,
    });
    RunReport {
        kind: log.spec.kind.name(),
        from: scenario.id(log.spec.from).to_owned(),
        to: target(scenario, log.spec.to),
        at: log.start.secs_f64(),
        outcome,
        reason,
        why: scenario::why(scenario, world, id, now).map(|why| why.text.to_string()),
        sent: totals.sent,
        received: totals.received,
        duplicates: (totals.duplicates > 0).then_some(totals.duplicates),
        lost: (measures.loss && over).then(|| totals.sent.saturating_sub(totals.received)),
        rtt_ms: rtt(&totals),
        bytes: totals.bytes,
        seconds: measures.bulk.then(|| totals.transfer_time.secs_f64()),
        goodput_bps: totals.goodput_bps().filter(|_| measures.bulk),
        retransmits: measures.tcp.then_some(totals.retransmits),
        jitter_ms: (measures.bulk && !measures.tcp).then(|| totals.jitter.millis_f64()),
        intervals: measures.bulk.then(|| intervals.collect()),
        hops: matches!(log.spec.kind, RunKind::Traceroute(_)).then(|| hops(log, now)),
        path_mtu: path_mtu(log, now),
        told: icmp_errors(log, now),
        receivers: receivers(scenario, log, now),
    }
}

fn command(scenario: &Scenario, world: &World, log: &ProgramLog) -> CommandReport {
    let now = world.now();
    CommandReport {
        on: scenario.id(log.on).to_owned(),
        line: log.line.clone(),
        at: log.start.secs_f64(),
        exit: log.exit_at(now),
        output: log.output_by(now),
        forgotten_lines: log.forgotten(),
    }
}

fn hops(log: &RunLog, now: Instant) -> Vec<HopReport> {
    let hops = log.entries_by(now).iter().filter_map(|entry| match entry.event {
        RunEvent::Hop(hop) => Some(HopReport {
            hop: hop.hop,
            from: hop.answer.map(|(from, ..)| from.to_string()),
            rtt_ms: hop.answer.map(|(_, rtt, _)| rtt.millis_f64()),
            reached: matches!(hop.answer, Some((.., HopAnswer::Reached))),
            told: hop.answer.and_then(|(.., answer)| match answer {
                HopAnswer::Unreachable(what) => Some(what.to_string()),
                HopAnswer::OnTheWay | HopAnswer::Reached => None,
            }),
        }),
        _ => None,
    });
    hops.collect()
}

fn path_mtu(log: &RunLog, now: Instant) -> Option<PathMtuFound> {
    let mut reporter = None;
    let mut found = None;
    for entry in log.entries_by(now) {
        if let RunEvent::PathMtu { bytes, from } = entry.event {
            reporter = from.or(reporter);
            found = Some(bytes);
        }
    }
    found.map(|bytes| PathMtuFound { bytes, from: reporter.map(|from| from.to_string()) })
}

fn icmp_errors(log: &RunLog, now: Instant) -> Vec<IcmpErrorReport> {
    let errors = log.entries_by(now).iter().filter_map(|entry| match entry.event {
        RunEvent::IcmpError { from, what, .. } => {
            Some(IcmpErrorReport { at: entry.at.secs_f64(), from: from.to_string(), what: what.to_string() })
        }
        _ => None,
    });
    errors.take(TOLD_MAX).collect()
}

fn receivers(scenario: &Scenario, log: &RunLog, now: Instant) -> Option<BTreeMap<String, u64>> {
    let RunKind::Multicast(multicast) = &log.spec.kind else { return None };
    let id = |node| scenario.id(node).to_owned();
    let mut counts: BTreeMap<_, _> = multicast.receivers.iter().map(|&node| (id(node), 0)).collect();
    for entry in log.entries_by(now) {
        if let RunEvent::Received { by, .. } = entry.event {
            *counts.entry(id(by)).or_default() += 1;
        }
    }
    Some(counts)
}

/// What a kind of run measures besides what all do.
struct Measures {
    /// What is sent can be counted, and so can what is lost.
    loss: bool,
    bulk: bool,
    tcp: bool,
}

impl Measures {
    fn of(kind: &RunKind) -> Self {
        match kind {
            RunKind::Ping(_) | RunKind::Traceroute(_) | RunKind::PathMtu(_) => {
                Self { loss: true, bulk: false, tcp: false }
            }
            // One datagram is received as often as there are receivers.
            RunKind::Multicast(_) => Self { loss: false, bulk: false, tcp: false },
            RunKind::Echo(echo) => Self { loss: true, bulk: false, tcp: echo.transport == Transport::Tcp },
            // Its message is received or the run fails; there is no answer.
            RunKind::Connect(_) => Self { loss: false, bulk: false, tcp: true },
            RunKind::Iperf(Iperf { transport: IperfTransport::Tcp { .. }, .. }) => {
                Self { loss: false, bulk: true, tcp: true }
            }
            RunKind::Iperf(Iperf { transport: IperfTransport::Udp { .. }, .. }) => {
                Self { loss: true, bulk: true, tcp: false }
            }
        }
    }
}

fn rate(bytes: u64, nanos: u64) -> f64 {
    if nanos == 0 { 0.0 } else { bytes as f64 * 8e9 / nanos as f64 }
}

fn rtt(totals: &Totals) -> Option<RttReport> {
    let [min, avg, max] = [totals.rtt_min, totals.rtt_mean()?, totals.rtt_max].map(Duration::millis_f64);
    Some(RttReport { min, avg, max })
}

/// The id of the host, or the address, that a run goes to.
pub fn target(scenario: &Scenario, target: Target) -> String {
    match target {
        Target::Node(node, _) => scenario.id(node).to_owned(),
        Target::Address(address) => address.to_string(),
    }
}

fn link(scenario: &Scenario, world: &World, link: LinkId) -> LinkReport {
    let mut total = FrameCounts::default();
    let directions = End::BOTH.map(|from| {
        let direction = Direction { link, from };
        let history = world.history();
        let collisions = history.collisions_by(direction, world.now());
        let counts = FrameCounts::of(history.totals(direction), collisions);
        total.add(&counts);
        DirectionReport {
            from: scenario.id(scenario.topology.sender(direction)).to_owned(),
            to: scenario.id(scenario.topology.receiver(direction)).to_owned(),
            counts,
        }
    });
    LinkReport {
        ends: scenario.topology.link(link).ends.map(|end| scenario.id(end).to_owned()),
        total,
        directions,
    }
}

impl FrameCounts {
    fn of(totals: &DirectionTotals, collisions: u64) -> Self {
        let dropped = totals.dropped.iter().map(|(reason, count)| (reason.name(), *count)).collect();
        Self { sent: totals.sent, delivered: totals.delivered, dropped, collisions }
    }

    fn add(&mut self, other: &Self) {
        self.sent += other.sent;
        self.delivered += other.delivered;
        self.collisions += other.collisions;
        for (reason, count) in &other.dropped {
            *self.dropped.entry(reason).or_default() += count;
        }
    }
}
