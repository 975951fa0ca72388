//! A run's history at the playhead, as the results panel shows it.

use super::names;
use super::plot::Plot;
use crate::format;
use crate::topology::LiveTopology;
use netlab::history::RunLog;
use netlab::run::{
    Amount, Hop, HopAnswer, IcmpError, IperfTransport, Outcome, RunEvent, RunId, RunKind, Target, Totals,
    Transport,
};
use netlab::topology::NodeId;
use netlab::{Duration, History, Instant};
use scenario::Why;
use std::collections::VecDeque;
use std::rc::Rc;
use texts::{plural, t};
use wire::sorted::SortedMap;

/// A run, as far as it has got.
#[derive(Clone, Debug, PartialEq)]
pub struct RunView {
    /// Which one.
    pub id: RunId,
    /// What runs.
    pub program: Program,
    /// The client's name.
    pub from: String,
    /// The server's name or address.
    pub to: String,
    /// When it begins.
    pub start: Instant,
    /// When it was over, if it is.
    pub end: Option<Instant>,
    /// How far it has got.
    pub phase: Phase,
    /// How much of it is done, from 0 to 1, where that can be said.
    pub share: Option<f64>,
    /// The totals, in the order in which they are shown; no fact twice.
    pub facts: Vec<(Fact, String)>,
    /// What happened, the oldest first.
    pub lines: Rc<Vec<Line>>,
    /// How many older lines were left out.
    pub lines_left_out: u64,
    /// Throughput over time (iperf).
    pub plot: Option<Rc<Plot>>,
    /// Who received how many datagrams (multicast).
    pub receivers: Vec<(String, u64)>,
    /// Why it failed, as its frames show it.
    pub why: Option<Why>,
}

/// What a run is, with its transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// ICMP echo requests.
    Ping,
    /// A text that comes back over TCP.
    TcpEcho,
    /// A text that comes back in UDP datagrams.
    UdpEcho,
    /// A bulk transfer over TCP.
    IperfTcp,
    /// UDP datagrams at a fixed rate.
    IperfUdp,
    /// A TCP connection that is opened, used once and closed.
    Connect,
    /// The routers on the path, by their time exceeded messages.
    Traceroute,
    /// The longest packet that gets through.
    PathMtu,
    /// Datagrams to a group.
    Multicast,
}

impl Program {
    /// Of a run of this kind.
    pub const fn of(kind: &RunKind) -> Self {
        match kind {
            RunKind::Ping(_) => Self::Ping,
            RunKind::Echo(echo) => match echo.transport {
                Transport::Tcp => Self::TcpEcho,
                Transport::Udp => Self::UdpEcho,
            },
            RunKind::Iperf(iperf) => match iperf.transport {
                IperfTransport::Tcp { .. } => Self::IperfTcp,
                IperfTransport::Udp { .. } => Self::IperfUdp,
            },
            RunKind::Connect(_) => Self::Connect,
            RunKind::Traceroute(_) => Self::Traceroute,
            RunKind::PathMtu(_) => Self::PathMtu,
            RunKind::Multicast(_) => Self::Multicast,
        }
    }

    /// Its name on the page.
    pub fn title(self) -> &'static str {
        match self {
            Self::Ping => t!("Ping"),
            Self::TcpEcho => t!("TCP echo"),
            Self::UdpEcho => t!("UDP echo"),
            Self::IperfTcp => t!("iperf TCP"),
            Self::IperfUdp => t!("iperf UDP"),
            Self::Connect => t!("Connect"),
            Self::Traceroute => t!("Traceroute"),
            Self::PathMtu => t!("Path MTU"),
            Self::Multicast => t!("Multicast"),
        }
    }
}

/// Something that is measured of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// Requests or messages sent.
    Sent,
    /// Requests that were answered.
    Answered,
    /// Further answers to requests.
    Duplicates,
    /// The shortest round trip.
    RttMin,
    /// The mean round trip.
    RttMean,
    /// The longest round trip.
    RttMax,
    /// Probes sent.
    Probes,
    /// How many hops away the target is.
    Hops,
    /// The longest packet that got through.
    LongestPacket,
    /// The router whose ICMP error reported the path MTU.
    ReportedBy,
    /// Bytes or messages received.
    Received,
    /// How many hosts are in the group.
    Receivers,
    /// Bytes that the application on the other side got.
    Delivered,
    /// Bits of payload received each second.
    Throughput,
    /// Segments that were retransmitted.
    Retransmitted,
    /// Datagrams that did not arrive.
    Lost,
    /// Jitter of the interarrival times (RFC 3550, 6.4.1).
    Jitter,
}

impl Fact {
    /// What the page calls it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Sent => t!("Sent"),
            Self::Answered => t!("Answered"),
            Self::Duplicates => t!("Duplicates"),
            Self::RttMin => t!("Fastest"),
            Self::RttMean => t!("Average"),
            Self::RttMax => t!("Slowest"),
            Self::Probes => t!("Probes"),
            Self::Hops => t!("Hops"),
            Self::LongestPacket => t!("Longest packet"),
            Self::ReportedBy => t!("Reported by"),
            Self::Received => t!("Received"),
            Self::Receivers => t!("Receivers"),
            Self::Delivered => t!("Delivered"),
            Self::Throughput => t!("Throughput"),
            Self::Retransmitted => t!("Retransmitted"),
            Self::Lost => t!("Lost"),
            Self::Jitter => t!("Jitter"),
        }
    }
}

/// How far a run has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Its moment is yet to come.
    Planned,
    /// It is under way.
    Active,
    /// It succeeded.
    Succeeded,
    /// It failed.
    Failed(netlab::run::Failure),
    /// It was stopped.
    Stopped,
}

impl Phase {
    /// In a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Planned => t!("to come"),
            Self::Active => t!("under way"),
            Self::Succeeded => t!("done"),
            Self::Failed(_) => t!("failed"),
            Self::Stopped => t!("stopped"),
        }
    }
}

/// Something that happened to a run.
#[derive(Clone, Debug, PartialEq)]
pub enum Line {
    /// A TCP connection stands.
    Connected(Duration),
    /// A text was sent.
    Sent(Rc<str>),
    /// The text came back, or the other side has it.
    Answered {
        /// From 1.
        number: u32,
        /// From the request to the answer.
        rtt: Duration,
        /// What came back; `None` for a ping.
        text: Option<Rc<str>>,
    },
    /// No answer came in time.
    Unanswered {
        /// From 1.
        number: u32,
    },
    /// A further answer to a request.
    Duplicate {
        /// From 1.
        number: u32,
        /// From the request to this answer.
        rtt: Duration,
        /// The sender: name and address.
        from: Rc<str>,
    },
    /// A router on the path, or the target, sent an ICMP error.
    IcmpError {
        /// From 1.
        number: Option<u32>,
        /// The sender of the error: name and address.
        from: Rc<str>,
        /// The error.
        what: IcmpError,
    },
    /// A hop of a traceroute: its number, and the results of its probes, in their order.
    Hop(u8, Vec<Reply>),
    /// The path MTU, and the router that reported it.
    PathMtu {
        /// The longest packet.
        bytes: usize,
        /// A router: name and address.
        from: Option<Rc<str>>,
    },
    /// An iperf interval: since the start, from and to, and what was received in it.
    Interval(Duration, Duration, u64),
}

/// The result of one probe of a traceroute.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// Which of the hop's probes, from 0.
    pub number: u8,
    /// The node that answered (name and address), after how long, and with what; `None`: no answer came.
    pub answer: Option<(Rc<str>, Duration, HopAnswer)>,
}

/// Older lines than this many are left out: the panel is for reading, and the history still has them.
const LINES_MAX: usize = 100;

/// How far the entries of each run have been read: each is read once, however often the panel is rendered.
#[derive(Default)]
pub struct Followers(Vec<Follower>);

#[derive(Default)]
struct Follower {
    read: usize,
    lines: VecDeque<Line>,
    left_out: u64,
    shown: Rc<Vec<Line>>,
    received: SortedMap<NodeId, u64>,
    view: Option<Rc<RunView>>,
}

impl Followers {
    /// All runs at this moment, the latest first. `explain` is asked once why a run failed.
    pub fn views(
        &mut self,
        topology: LiveTopology<'_>,
        history: &History,
        at: Instant,
        explain: &dyn Fn(RunId) -> Option<Why>,
    ) -> Vec<Rc<RunView>> {
        self.0.resize_with(history.runs().len(), Follower::default);
        let runs = history.runs().iter().zip(&mut self.0).enumerate();
        let mut views: Vec<_> = runs
            .map(|(number, (log, follower))| {
                let read_before = follower.read;
                follower.read(topology, log, at);
                if let Some(last) = &follower.view
                    && follower.read == read_before
                    && last.phase != Phase::Active
                {
                    return last.clone();
                }
                let mut view = follower.view(RunId(number as u32), topology, log, at);
                if matches!(view.phase, Phase::Failed(_)) {
                    view.why = explain(view.id);
                }
                // The same pointer for the same content, so that what has not changed is not rendered again.
                match &follower.view {
                    Some(last) if **last == view => last.clone(),
                    _ => follower.view.insert(Rc::new(view)).clone(),
                }
            })
            .collect();
        views.reverse();
        views
    }
}

impl Follower {
    /// Reads what is new.
    fn read(&mut self, topology: LiveTopology<'_>, log: &RunLog, at: Instant) {
        let entries = log.entries_by(at);
        if entries.len() < self.read {
            *self = Self::default();
        }
        if entries.len() == self.read {
            return;
        }
        let text: Option<Rc<str>> = match &log.spec.kind {
            RunKind::Echo(echo) => Some(echo.text.as_str().into()),
            RunKind::Connect(connect) => Some(connect.text.as_str().into()),
            RunKind::Multicast(multicast) => Some(multicast.text.as_str().into()),
            RunKind::Ping(_) | RunKind::Iperf(_) | RunKind::Traceroute(_) | RunKind::PathMtu(_) => None,
        };
        for entry in &entries[self.read..] {
            let line = match &entry.event {
                RunEvent::Connected { after } => Line::Connected(*after),
                RunEvent::Sent { .. } => match &text {
                    Some(text) => Line::Sent(text.clone()),
                    None => continue,
                },
                RunEvent::Answered { number, rtt } => {
                    Line::Answered { number: number + 1, rtt: *rtt, text: text.clone() }
                }
                RunEvent::Unanswered { number } => Line::Unanswered { number: number + 1 },
                RunEvent::Duplicate { number, rtt, from } => Line::Duplicate {
                    number: number + 1,
                    rtt: *rtt,
                    from: names::with_address(topology, *from).into(),
                },
                RunEvent::Interval(interval) => Line::Interval(interval.from, interval.to, interval.bytes),
                RunEvent::IcmpError { number, from, what } => Line::IcmpError {
                    number: number.map(|number| number + 1),
                    from: names::with_address(topology, *from).into(),
                    what: *what,
                },
                RunEvent::Hop(hop) => {
                    self.hop(topology, hop);
                    continue;
                }
                RunEvent::PathMtu { bytes, from } => Line::PathMtu {
                    bytes: *bytes,
                    from: from.map(|from| names::with_address(topology, from).into()),
                },
                RunEvent::Received { by, .. } => {
                    *self.received.entry(*by).or_default() += 1;
                    continue;
                }
                RunEvent::Started | RunEvent::Progress | RunEvent::Finished(_) => continue,
            };
            self.lines.push_back(line);
            if self.lines.len() > LINES_MAX {
                self.lines.pop_front();
                self.left_out += 1;
            }
        }
        self.read = entries.len();
        if !self.lines.iter().eq(self.shown.iter()) {
            self.shown = Rc::new(self.lines.iter().cloned().collect());
        }
    }

    /// Probes of one hop stand in one line.
    fn hop(&mut self, topology: LiveTopology<'_>, hop: &Hop) {
        let reply = Reply {
            number: hop.number,
            answer: hop
                .answer
                .map(|(from, rtt, answer)| (names::with_address(topology, from).into(), rtt, answer)),
        };
        let of = |line: &Line| if let Line::Hop(hop, _) = line { *hop } else { 0 };
        let place = self.lines.partition_point(|line| of(line) < hop.hop);
        match self.lines.get_mut(place) {
            Some(Line::Hop(number, replies)) if *number == hop.hop => {
                let place = replies.partition_point(|other| other.number < reply.number);
                replies.insert(place, reply);
            }
            _ => self.lines.insert(place, Line::Hop(hop.hop, vec![reply])),
        }
    }

    fn view(&self, id: RunId, topology: LiveTopology<'_>, log: &RunLog, at: Instant) -> RunView {
        let totals = log.totals_at(at);
        let phase = match log.outcome_at(at) {
            Some(Outcome::Succeeded) => Phase::Succeeded,
            Some(Outcome::Failed(failure)) => Phase::Failed(*failure),
            Some(Outcome::Stopped) => Phase::Stopped,
            None if at < log.start || log.entries_by(at).is_empty() => Phase::Planned,
            None => Phase::Active,
        };
        let plot = matches!(log.spec.kind, RunKind::Iperf(_)).then(|| Plot::throughput(log, at)).flatten();
        RunView {
            id,
            program: Program::of(&log.spec.kind),
            from: topology.node(log.spec.from).name.clone(),
            to: target_name(topology, log.spec.to),
            start: log.start,
            end: log.entries_by(at).last().filter(|_| log.outcome_at(at).is_some()).map(|last| last.at),
            phase,
            share: (phase == Phase::Active).then(|| share(log, &totals, at)).flatten(),
            facts: self.facts(&log.spec.kind, &totals),
            lines: self.shown.clone(),
            lines_left_out: self.left_out,
            plot: plot.map(Rc::new),
            receivers: match &log.spec.kind {
                RunKind::Multicast(run) => {
                    let count = |node: &NodeId| self.received.get(node).copied().unwrap_or(0);
                    run.receivers
                        .iter()
                        .map(|node| (topology.node(*node).name.clone(), count(node)))
                        .collect()
                }
                RunKind::Ping(_)
                | RunKind::Echo(_)
                | RunKind::Iperf(_)
                | RunKind::Connect(_)
                | RunKind::Traceroute(_)
                | RunKind::PathMtu(_) => Vec::new(),
            },
            why: None,
        }
    }

    /// The totals, and what the lines come to.
    fn facts(&self, kind: &RunKind, totals: &Totals) -> Vec<(Fact, String)> {
        let mut facts = facts(kind, totals);
        match kind {
            RunKind::Traceroute(_) => {
                let reached = self.lines.iter().find_map(|line| match line {
                    Line::Hop(hop, replies) => {
                        let is_there =
                            |reply: &Reply| matches!(reply.answer, Some((_, _, HopAnswer::Reached)));
                        replies.iter().any(is_there).then_some(*hop)
                    }
                    _ => None,
                });
                if let Some(hop) = reached {
                    facts.insert(0, (Fact::Hops, hop.to_string()));
                }
            }
            RunKind::PathMtu(_) => {
                let found = self.lines.iter().rev().find_map(|line| match line {
                    Line::PathMtu { bytes, .. } => Some(*bytes),
                    _ => None,
                });
                if let Some(found) = found {
                    let limit = self.lines.iter().rev().find_map(|line| match line {
                        Line::PathMtu { bytes, from: Some(from) } if *bytes == found => Some(from),
                        _ => None,
                    });
                    facts.insert(0, (Fact::LongestPacket, format::buffer(found)));
                    if let Some(from) = limit {
                        facts.insert(1, (Fact::ReportedBy, from.to_string()));
                    }
                }
            }
            RunKind::Ping(_)
            | RunKind::Echo(_)
            | RunKind::Iperf(_)
            | RunKind::Connect(_)
            | RunKind::Multicast(_) => {}
        }
        facts
    }
}

/// Whom a run is for: a node's name, or an address with whose it is.
pub fn target_name(topology: LiveTopology<'_>, target: Target) -> String {
    match target {
        Target::Node(node, _) => topology.node(node).name.clone(),
        Target::Address(address) => names::with_address(topology, address),
    }
}

/// What a kind of run is called.
pub fn title(kind: &RunKind) -> &'static str {
    Program::of(kind).title()
}

fn share(log: &RunLog, totals: &Totals, at: Instant) -> Option<f64> {
    let of = |done: f64, all: f64| (all > 0.0).then(|| (done / all).clamp(0.0, 1.0));
    match &log.spec.kind {
        RunKind::Ping(ping) => of(totals.received as f64, f64::from(ping.count)),
        RunKind::Echo(echo) => of(totals.received as f64, f64::from(echo.count)),
        RunKind::Multicast(multicast) => of(totals.sent as f64, f64::from(multicast.count)),
        RunKind::Connect(_) | RunKind::Traceroute(_) | RunKind::PathMtu(_) => None,
        RunKind::Iperf(iperf) => match iperf.amount {
            Amount::Bytes(bytes) => of(totals.bytes as f64, bytes as f64),
            Amount::Time(time) => of((at - log.start).secs_f64(), time.secs_f64()),
        },
    }
}

fn facts(kind: &RunKind, totals: &Totals) -> Vec<(Fact, String)> {
    let mut facts = Vec::new();
    let rtt = |facts: &mut Vec<_>| {
        if let Some(mean) = totals.rtt_mean() {
            facts.push((Fact::RttMin, format::duration(totals.rtt_min)));
            facts.push((Fact::RttMean, format::duration(mean)));
            facts.push((Fact::RttMax, format::duration(totals.rtt_max)));
        }
    };
    let lost = |facts: &mut Vec<_>| {
        let lost = totals.sent.saturating_sub(totals.received);
        let share = if totals.sent > 0 { lost as f64 / totals.sent as f64 } else { 0.0 };
        facts.push((Fact::Lost, format!("{} ({})", format::count(lost), short_share(share))));
    };
    match kind {
        RunKind::Ping(_) | RunKind::Echo(_) => {
            facts.push((Fact::Sent, format::count(totals.sent)));
            facts.push((Fact::Answered, format::count(totals.received)));
            if totals.duplicates > 0 {
                facts.push((Fact::Duplicates, format::count(totals.duplicates)));
            }
            rtt(&mut facts);
        }
        RunKind::Traceroute(_) | RunKind::PathMtu(_) => {
            facts.push((Fact::Probes, format::count(totals.sent)));
            facts.push((Fact::Answered, format::count(totals.received)));
        }
        RunKind::Multicast(multicast) => {
            facts.push((Fact::Sent, format::count(totals.sent)));
            facts.push((Fact::Received, format::count(totals.received)));
            facts.push((Fact::Receivers, format::count(multicast.receivers.len() as u64)));
        }
        RunKind::Connect(_) => facts.push((Fact::Delivered, format::bytes(totals.bytes))),
        RunKind::Iperf(iperf) => {
            facts.push((Fact::Received, format::bytes(totals.bytes)));
            if let Some(rate) = totals.goodput_bps() {
                facts.push((Fact::Throughput, format::bit_rate(rate)));
            }
            match iperf.transport {
                IperfTransport::Tcp { .. } => {
                    facts.push((
                        Fact::Retransmitted,
                        plural!(
                            totals.retransmits,
                            "{count}\u{a0}segment",
                            "{count}\u{a0}segments",
                            count = format::count(totals.retransmits)
                        ),
                    ));
                }
                IperfTransport::Udp { .. } => {
                    lost(&mut facts);
                    facts.push((Fact::Jitter, format::duration(totals.jitter)));
                }
            }
        }
    }
    facts
}

fn short_share(share: f64) -> String {
    format!("{}\u{a0}%", format::shown(format::fixed(share * 100.0, 1)))
}

impl RunView {
    /// `Ping a → b`.
    pub fn name(&self) -> String {
        format!("{} {} → {}", self.program.title(), self.from, self.to)
    }

    /// A fact, if it was measured.
    pub fn fact(&self, fact: Fact) -> Option<&str> {
        self.facts.iter().find(|(other, _)| *other == fact).map(|(_, value)| value.as_str())
    }

    /// What was measured, as a part of a sentence.
    fn measured(&self) -> String {
        let counted = |fact| self.fact(fact).unwrap_or("0");
        match self.program {
            Program::Ping | Program::TcpEcho | Program::UdpEcho => {
                let (answered, sent) = (counted(Fact::Answered), counted(Fact::Sent));
                match self.fact(Fact::RttMean) {
                    Some(average) => t!("{answered} of {sent} answered, round trip {average} on average"),
                    None => t!("{answered} of {sent} answered"),
                }
            }
            Program::Traceroute => match self.fact(Fact::Hops) {
                Some(hops) => {
                    let number: u64 = hops.parse().unwrap_or_default();
                    plural!(number, "reached in {hops} hop", "reached in {hops} hops")
                }
                None => {
                    let (answered, sent) = (counted(Fact::Answered), counted(Fact::Probes));
                    t!("{answered} of {sent} probes answered")
                }
            },
            Program::PathMtu => match self.fact(Fact::LongestPacket) {
                Some(bytes) => t!("packets of {bytes} pass"),
                None => t!("nothing got through").into(),
            },
            Program::Connect => t!("{} delivered", self.fact(Fact::Delivered).unwrap_or(t!("nothing"))),
            Program::IperfTcp | Program::IperfUdp | Program::Multicast => {
                let received = self.fact(Fact::Received).unwrap_or(t!("nothing"));
                match self.fact(Fact::Throughput) {
                    Some(rate) => t!("{received} received at {rate}"),
                    None => t!("{received} received"),
                }
            }
        }
    }

    /// One sentence on its state, for a screen reader.
    pub fn sentence(&self) -> String {
        let (run, measured) = (self.name(), self.measured());
        match self.phase {
            Phase::Planned => t!("{run} is planned."),
            Phase::Active => t!("{run}: {measured} so far."),
            Phase::Succeeded => t!("{run} finished: {measured}."),
            Phase::Failed(failure) => match &self.why {
                Some(why) => {
                    let why = format::sentence(&why.text);
                    t!("{run} failed: {failure}. {why} {measured}.")
                }
                None => t!("{run} failed: {failure}; {measured}."),
            },
            Phase::Stopped => t!("{run} was stopped: {measured}."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ahead::advance;
    use crate::samples;
    use netlab::history::Limits;
    use netlab::run::{Echo, Iperf, Ping, RunSpec};
    use netlab::topology::NodeId;
    use netlab::world::Command;
    use netlab::{BitsPerSec, World};

    fn ran(kind: RunKind) -> World {
        let topology = samples::star(2, Duration::from_millis(1), 100_000_000);
        let mut world = World::new(topology, 7, Limits::default()).unwrap();
        let spec = RunSpec { from: NodeId(1), to: Target::Node(NodeId(2), None), kind };
        world.schedule(Instant::ZERO, Command::Start(spec)).unwrap();
        advance(&mut world, Instant::MAX, &mut || true);
        world
    }

    fn view(kind: RunKind) -> Rc<RunView> {
        let world = ran(kind);
        Followers::default()
            .views(LiveTopology::of(&world), world.history(), world.now(), &|_| None)
            .remove(0)
    }

    #[test]
    fn a_ping_lists_its_round_trips() {
        let view = view(RunKind::Ping(Ping { count: 3, ..Ping::default() }));
        assert_eq!(view.phase, Phase::Succeeded);
        let numbers: Vec<_> = view
            .lines
            .iter()
            .map(|line| match line {
                Line::Answered { number, rtt, text: None } if *rtt > Duration::from_millis(4) => *number,
                line => panic!("{line:?}"),
            })
            .collect();
        assert_eq!(numbers, [1, 2, 3]);
        assert!(view.sentence().starts_with("Ping h1 → h2 finished: 3 of 3 answered"), "{}", view.sentence());
    }

    #[test]
    fn an_echo_is_a_transcript() {
        let view = view(RunKind::Echo(Echo { text: "quack".into(), ..Echo::default() }));
        let shown: Vec<_> = view
            .lines
            .iter()
            .map(|line| match line {
                Line::Connected(_) => "connected".to_string(),
                Line::Sent(text) => format!("→ {text}"),
                Line::Answered { text: Some(text), .. } => format!("← {text}"),
                line => panic!("{line:?}"),
            })
            .collect();
        assert_eq!(shown, ["connected", "→ quack", "← quack"]);
    }

    #[test]
    fn a_tcp_transfer_has_intervals_and_a_plot() {
        let interval = Duration::from_millis(50);
        let view =
            view(RunKind::Iperf(Iperf { amount: Amount::Bytes(2_000_000), interval, ..Iperf::default() }));
        assert_eq!(view.phase, Phase::Succeeded);
        let received: u64 = view
            .lines
            .iter()
            .filter_map(|line| if let Line::Interval(_, _, bytes) = line { Some(bytes) } else { None })
            .sum();
        assert_eq!(received, 2_000_000);
        let plot = view.plot.as_ref().expect("it took long enough");
        assert!(plot.top <= 120_000_000.0 && plot.bins.iter().any(|&bits| bits > 30_000_000.0), "{plot:?}");
    }

    #[test]
    fn a_udp_transfer_reports_loss_and_jitter() {
        let transport =
            IperfTransport::Udp { rate: BitsPerSec::new(1_000_000).unwrap(), datagram_bytes: 1_470 };
        let view = view(RunKind::Iperf(Iperf {
            amount: Amount::Time(Duration::from_secs(1)),
            transport,
            ..Iperf::default()
        }));
        let facts: Vec<_> = view.facts.iter().map(|(fact, _)| *fact).collect();
        assert_eq!(facts, [Fact::Received, Fact::Throughput, Fact::Lost, Fact::Jitter]);
    }

    #[test]
    fn what_has_not_changed_keeps_its_pointer() {
        let world = ran(RunKind::Ping(Ping { count: 1, ..Ping::default() }));
        let mut followers = Followers::default();
        let mut views =
            || followers.views(LiveTopology::of(&world), world.history(), world.now(), &|_| None).remove(0);
        let (first, second) = (views(), views());
        assert!(Rc::ptr_eq(&first, &second));
    }

    #[test]
    fn read_in_pieces_or_at_once_the_lines_are_the_same() {
        let world = ran(RunKind::Ping(Ping { count: 3, ..Ping::default() }));
        let (topology, history) = (LiveTopology::of(&world), world.history());
        let mut followers = Followers::default();
        for ms in 0..3_000 {
            followers.views(topology, history, Instant::ZERO + Duration::from_millis(ms), &|_| None);
        }
        let pieces = followers.views(topology, history, world.now(), &|_| None);
        assert_eq!(pieces, Followers::default().views(topology, history, world.now(), &|_| None));
        let start = &followers.views(topology, history, Instant::ZERO, &|_| None)[0];
        assert_eq!((start.phase, start.lines.len()), (Phase::Active, 0), "and back to the beginning");
    }

    /// The view of a run with these events, a millisecond apart.
    fn view_of(kind: RunKind, to: Target, events: Vec<RunEvent>) -> RunView {
        let spec = RunSpec { from: NodeId(0), to, kind };
        let entries = (0u64..).zip(events).map(|(ms, event)| netlab::run::RunEntry {
            at: Instant::ZERO + Duration::from_millis(ms),
            event,
            totals: Totals::default(),
        });
        let log = RunLog { spec, start: Instant::ZERO, entries: entries.collect() };
        let (topology, mut follower) = (samples::routed(), Follower::default());
        follower.read(LiveTopology::fixed(&topology), &log, Instant::MAX);
        follower.view(RunId(0), LiveTopology::fixed(&topology), &log, Instant::MAX)
    }

    #[test]
    fn the_probes_of_a_hop_stand_in_one_line_in_their_order_and_name_who_answered() {
        use smoltcp::wire::IpAddress;
        let ms = Duration::from_millis;
        let router = IpAddress::v4(10, 0, 1, 254);
        let hop = |hop, number, answer| RunEvent::Hop(Hop { hop, number, answer });
        let view = view_of(
            RunKind::Traceroute(netlab::run::Traceroute::default()),
            Target::Address(IpAddress::v4(10, 0, 2, 1)),
            vec![
                RunEvent::Started,
                hop(2, 0, Some((IpAddress::v4(10, 0, 2, 1), ms(3), HopAnswer::Reached))),
                hop(1, 1, None),
                hop(1, 0, Some((router, ms(1), HopAnswer::OnTheWay))),
                RunEvent::Finished(Outcome::Succeeded),
            ],
        );
        let reply = |number, answer| Reply { number, answer };
        let named = |name: &str, time, what| Some((Rc::from(name), ms(time), what));
        assert_eq!(
            view.lines[..],
            [
                Line::Hop(
                    1,
                    vec![reply(0, named("r (10.0.1.254)", 1, HopAnswer::OnTheWay)), reply(1, None),]
                ),
                Line::Hop(2, vec![reply(0, named("b (10.0.2.1)", 3, HopAnswer::Reached))]),
            ]
        );
        assert_eq!(view.facts[0], (Fact::Hops, "2".into()));
        assert_eq!(view.sentence(), "Traceroute a → b (10.0.2.1) finished: reached in 2 hops.");
    }

    #[test]
    fn the_path_mtu_is_shown_with_the_router_that_limits_it() {
        use smoltcp::wire::IpAddress;
        let view = view_of(
            RunKind::PathMtu(netlab::run::PathMtu::default()),
            Target::Node(NodeId(2), None),
            vec![
                RunEvent::PathMtu { bytes: 1_400, from: Some(IpAddress::v4(10, 0, 1, 254)) },
                RunEvent::PathMtu { bytes: 1_400, from: None },
                RunEvent::Finished(Outcome::Succeeded),
            ],
        );
        assert_eq!(view.facts[1], (Fact::ReportedBy, "r (10.0.1.254)".into()));
        assert!(view.sentence().ends_with("pass."), "{}", view.sentence());
    }

    #[test]
    fn each_receiver_of_a_group_is_counted_even_one_that_hears_nothing() {
        use smoltcp::wire::IpAddress;
        let receivers = vec![NodeId(2), NodeId(0)];
        let received = |number| RunEvent::Received { number, by: NodeId(2) };
        let view = view_of(
            RunKind::Multicast(netlab::run::Multicast { receivers, ..Default::default() }),
            Target::Address(IpAddress::v4(239, 1, 2, 3)),
            vec![RunEvent::Sent { number: 0 }, received(0), RunEvent::Sent { number: 1 }, received(1)],
        );
        assert_eq!(view.receivers, [("b".to_string(), 2), ("a".to_string(), 0)]);
        assert_eq!(view.lines.len(), 2, "what was said stands there, and each hearing does not");
    }
}
