//! What was measured, as the object that the command line's `--json` prints and JavaScript gets. Others script against it: fields may
//! be added, never changed.
//!
//! A crate of its own, because both of these make it and neither is a library to the other.

#![allow(missing_docs, reason = "many fields are what they are called, here and in JSON")]

use netlab::history::{DirectionTotals, RunLog, SocketState};
use netlab::run::{Iperf, IperfTransport, Outcome, RunEvent, RunKind, Target, Totals, Transport};
use netlab::topology::{Direction, End, LinkId, NodeId, NodeKind};
use netlab::{Duration, Instant, World};
use scenario::Scenario;
use serde::Serialize;
use smoltcp::wire::EthernetAddress;
use std::collections::BTreeMap;

/// Everything.
#[derive(Serialize)]
pub struct Report {
    /// Virtual seconds.
    pub end: f64,
    /// A hash of everything that happened, 16 hexadecimal digits.
    pub history: String,
    /// In the order of the document.
    pub runs: Vec<RunReport>,
    /// In the order of the document.
    pub links: Vec<LinkReport>,
    /// In the order of the document.
    pub nodes: Vec<NodeReport>,
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
    /// Requests, messages or datagrams.
    pub sent: u64,
    /// Those answered, or received (iperf over UDP).
    pub received: u64,
    /// Those neither answered nor received, once it is over.
    pub lost: Option<u64>,
    pub rtt_ms: Option<RttReport>,
    /// Payload that the server received, or that came back.
    pub bytes: u64,
    /// How long that took.
    pub seconds: Option<f64>,
    pub goodput_bps: Option<f64>,
    /// TCP segments sent again.
    pub retransmits: Option<u64>,
    /// RFC 3550, 6.4.1.
    pub jitter_ms: Option<f64>,
    /// iperf's reports.
    pub intervals: Option<Vec<IntervalReport>>,
}

/// Round-trip times.
#[derive(Serialize)]
pub struct RttReport {
    pub min: f64,
    pub avg: f64,
    pub max: f64,
}

/// One line of iperf's.
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
}

/// A node and its tables.
#[derive(Serialize)]
pub struct NodeReport {
    pub id: String,
    pub kind: &'static str,
    /// A switch's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mac_table: Option<Vec<MacReport>>,
    /// A host's, by ARP and NDP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub neighbors: Option<Vec<NeighborReport>>,
    /// A host's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sockets: Option<Vec<SocketReport>>,
}

/// Behind which port an address is.
#[derive(Serialize)]
pub struct MacReport {
    /// Where the switch knows of VLANs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vlan: Option<u16>,
    pub mac: String,
    pub port: u32,
    /// The node at the other end of that port's cable.
    pub link_to: String,
    /// Virtual seconds.
    pub since: f64,
}

/// A neighbor's addresses.
#[derive(Serialize)]
pub struct NeighborReport {
    pub ip: String,
    pub mac: String,
    /// Virtual seconds.
    pub since: f64,
}

/// A socket.
#[derive(Serialize)]
pub struct SocketReport {
    pub kind: &'static str,
    /// A TCP socket's (RFC 9293, 3.3.2).
    pub state: Option<String>,
    /// An address and a port, or only a port, or an ICMP identifier.
    pub local: String,
    pub remote: Option<String>,
    /// In that state since: virtual seconds.
    pub since: f64,
}

impl Report {
    /// Whether every run did what it should.
    pub fn all_succeeded(&self) -> bool {
        self.runs.iter().all(|run| run.outcome == "succeeded")
    }
}

/// What was measured in this world.
pub fn report(scenario: &Scenario, world: &World) -> Report {
    let history = world.history();
    let links = 0..scenario.topology.links.len() as u32;
    Report {
        end: world.now().secs_f64(),
        history: format!("{:016x}", history.hash()),
        runs: history.runs().iter().map(|log| run(scenario, log, world.now())).collect(),
        links: links.map(|number| link(scenario, world, LinkId(number))).collect(),
        nodes: scenario.topology.node_ids().map(|id| node(scenario, world, id)).collect(),
    }
}

fn run(scenario: &Scenario, log: &RunLog, now: Instant) -> RunReport {
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
        sent: totals.sent,
        received: totals.received,
        lost: (measures.loss && over).then(|| totals.sent.saturating_sub(totals.received)),
        rtt_ms: rtt(&totals),
        bytes: totals.bytes,
        seconds: measures.bulk.then(|| totals.transfer_time.secs_f64()),
        goodput_bps: totals.goodput_bps().filter(|_| measures.bulk),
        retransmits: measures.tcp.then_some(totals.retransmits),
        jitter_ms: (measures.bulk && !measures.tcp).then(|| totals.jitter.millis_f64()),
        intervals: measures.bulk.then(|| intervals.collect()),
    }
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
        let counts = FrameCounts::of(world.history().totals(direction));
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
    fn of(totals: &DirectionTotals) -> Self {
        let dropped = totals.dropped.iter().map(|(reason, count)| (reason.name(), *count)).collect();
        Self { sent: totals.sent, delivered: totals.delivered, dropped }
    }

    fn add(&mut self, other: &Self) {
        self.sent += other.sent;
        self.delivered += other.delivered;
        for (reason, count) in &other.dropped {
            *self.dropped.entry(reason).or_default() += count;
        }
    }
}

fn node(scenario: &Scenario, world: &World, id: NodeId) -> NodeReport {
    let view = world.history().node_at(id, world.now());
    let ports = scenario.topology.ports();
    let mut report = NodeReport {
        id: scenario.id(id).to_owned(),
        kind: "hub",
        mac_table: None,
        neighbors: None,
        sockets: None,
    };
    match scenario.topology.node(id).kind {
        NodeKind::Hub => {}
        NodeKind::Switch(_) => {
            report.kind = "switch";
            let entries = view.macs.into_iter().map(|entry| MacReport {
                vlan: entry.vlan.map(Vlan::get),
                mac: mac(entry.mac),
                port: entry.port.0,
                link_to: link_to(entry.port),
                since: entry.since.secs_f64(),
            });
            report.mac_table = Some(entries.collect());
        }
        NodeKind::Host(_) => {
            report.kind = "host";
            let entries = view.neighbors.into_iter().map(|(ip, address, since)| NeighborReport {
                ip: ip.to_string(),
                mac: mac(address),
                since: since.secs_f64(),
            });
            report.neighbors = Some(entries.collect());
            let entries = view.sockets.into_iter().map(|(_, state, since)| socket(state, since));
            report.sockets = Some(entries.collect());
        }
    }
    report
}

fn mac(address: EthernetAddress) -> String {
    address.0.map(|byte| format!("{byte:02x}")).join(":")
}

fn socket(state: SocketState, since: Instant) -> SocketReport {
    let since = since.secs_f64();
    match state {
        SocketState::Tcp { state, local, remote, port } => SocketReport {
            kind: "tcp",
            state: Some(state.to_string()),
            local: local.map_or(port.to_string(), |local| local.to_string()),
            remote: remote.map(|remote| remote.to_string()),
            since,
        },
        SocketState::Udp { port } => {
            SocketReport { kind: "udp", state: None, local: port.to_string(), remote: None, since }
        }
        SocketState::Icmp { ident } => {
            SocketReport { kind: "icmp", state: None, local: ident.to_string(), remote: None, since }
        }
    }
}
