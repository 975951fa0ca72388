//! Runs, commands and tables, as they were at a moment.

use super::status::{Proof, Status};
use super::watch::{Moment, Watch};
use crate::goal::{CommandGoal, Meaning, Party, Row, RunGoal, Station, TableGoal};
use crate::measure::Measure;
use crate::parties::{has_address, is_station, neighbor_at, ports_of};
use netlab::congestion::{Shadowing, Side};
use netlab::history::{NodeView, ProgramId, ProgramLog, RunLog, SocketState, TransitId};
use netlab::run::{Outcome, RunEvent, RunId, RunKind, Target, Totals};
use netlab::topology::{NodeId, NodeKind};
use netlab::{Duration, History, Instant, World};
use smoltcp::socket::tcp;
use smoltcp::wire::{IpAddress, IpCidr};
use trace::services::{self, Lease, Name};

/// When the next thing happened to a run.
pub(super) fn next_of_runs(history: &History, done: Option<Instant>) -> Option<Instant> {
    let next = |run: &RunLog| {
        let behind = run.entries.partition_point(|entry| Some(entry.at) <= done);
        run.entries.get(behind).map(|entry| entry.at)
    };
    history.runs().iter().filter_map(next).min()
}

/// When the next thing that happened to a run is no longer recent.
pub(super) fn next_old_of_runs(
    history: &History,
    recent: Duration,
    done: Option<Instant>,
) -> Option<Instant> {
    let next = |run: &RunLog| {
        let behind = run.entries.partition_point(|entry| Some(entry.at + recent) <= done);
        run.entries.get(behind).map(|entry| entry.at + recent)
    };
    history.runs().iter().filter_map(next).min()
}

/// When the next program is one that did not begin recently.
pub(super) fn next_old_of_programs(
    history: &History,
    recent: Duration,
    done: Option<Instant>,
) -> Option<Instant> {
    let ends = history.programs().iter().map(|program| program.start + recent + Duration::from_nanos(1));
    ends.filter(|end| Some(*end) > done).min()
}

/// When the next thing happened to a program.
pub(super) fn next_of_programs(history: &History, done: Option<Instant>) -> Option<Instant> {
    let next = |program: &ProgramLog| {
        let entries = program.entries();
        entries.get(entries.partition_point(|entry| Some(entry.at) <= done)).map(|entry| entry.at)
    };
    history.programs().iter().filter_map(next).min()
}

/// When the next thing happened to the tables of a node.
pub(super) fn next_of_node(history: &History, node: NodeId, done: Option<Instant>) -> Option<Instant> {
    let entries = history.node(node);
    entries.get(entries.partition_point(|entry| Some(entry.at) <= done)).map(|entry| entry.at)
}

/// So much time ago.
fn ago(at: Instant, time: Duration) -> Instant {
    Instant::from_nanos(at.nanos().saturating_sub(time.nanos()))
}

/// What is so at this moment, but may be otherwise later.
fn now_or_not(holds: bool, at: Instant, proof: Option<Proof>) -> Status {
    match holds {
        true => Status { settled: false, ..Status::held(at, proof) },
        false => Status { proof, ..Status::default() },
    }
}

// ---- runs ----

pub(super) fn run(
    goal: &RunGoal,
    moment: &Moment<'_>,
    is_new: bool,
    before: Status,
    found: &mut u64,
) -> Status {
    let (world, at) = (moment.world, moment.at);
    let touched = is_new || next_of_runs(world.history(), moment.since).is_some_and(|next| next <= at);
    if !touched && goal.recent.is_none() {
        return before;
    }
    let runs = world.history().runs().iter().enumerate();
    let fitting = runs.filter(|(number, run)| run.start <= at && is_meant(goal, world, *number, run));
    let proof = |number: usize| Some(Proof::Run(RunId(number as u32)));
    if goal.last {
        let ended = fitting.filter(|(_, run)| run.outcome_at(at).is_some());
        let last = ended.max_by_key(|(number, run)| (run.start, *number));
        *found = last.is_some().into();
        return match last {
            Some((number, run)) => now_or_not(run_fits(goal, run, at), at, proof(number)),
            None => Status::default(),
        };
    }
    let mut others = 0;
    let mut over = None;
    for (number, run) in fitting {
        others += 1;
        if run_fits(goal, run, at) {
            *found = others;
            return match goal.recent {
                Some(_) => now_or_not(true, at, proof(number)),
                None => Status::held(at, proof(number)),
            };
        }
        if goal.number.is_some() && run.outcome_at(at).is_some() {
            over = Some(number);
        }
    }
    *found = others;
    match over {
        Some(number) => Status::failed(proof(number)),
        None => Status::default(),
    }
}

fn is_meant(goal: &RunGoal, world: &World, number: usize, run: &RunLog) -> bool {
    let RunGoal { number: wanted, from, to, kind, .. } = goal;
    wanted.is_none_or(|wanted| wanted == number)
        && from.is_none_or(|from| from == run.spec.from)
        && kind.is_none_or(|kind| kind == kind_of(&run.spec.kind))
        && to.is_none_or(|to| is_target(world, to, run.spec.to))
}

fn is_target(world: &World, wanted: Party, target: Target) -> bool {
    match (wanted, target) {
        (Party::Node(wanted), Target::Node(node, _)) => wanted == node,
        (Party::Node(wanted), Target::Address(address)) => has_address(world, wanted, address),
        (Party::Address(wanted), Target::Address(address)) => wanted == address,
        (Party::Address(wanted), Target::Node(node, _)) => has_address(world, node, wanted),
    }
}

pub(crate) fn kind_of(kind: &RunKind) -> &'static str {
    match kind {
        RunKind::Ping(_) => "ping",
        RunKind::Echo(_) => "echo",
        RunKind::Iperf(_) => "iperf",
        RunKind::Connect(_) => "connect",
        RunKind::Traceroute(_) => "traceroute",
        RunKind::PathMtu(_) => "pathmtu",
        RunKind::Multicast(_) => "multicast",
    }
}

fn run_fits(goal: &RunGoal, run: &RunLog, at: Instant) -> bool {
    let outcome = run.outcome_at(at);
    if let Some(ok) = goal.ok
        && outcome.map(|outcome| *outcome == Outcome::Succeeded) != Some(ok)
    {
        return false;
    }
    // Only what was measured behind this moment counts.
    let from = goal.recent.and_then(|recent| at.nanos().checked_sub(recent.nanos())).map(Instant::from_nanos);
    if from.is_some_and(|from| run.outcome_at(from).is_some()) {
        return false;
    }
    let totals = match from {
        Some(from) => in_between(run, from, at),
        None => run.totals_at(at),
    };
    goal.measures.iter().all(|(measure, range)| {
        // What may still grow is not yet small enough.
        let is_final = outcome.is_some() || goal.recent.is_some() || (range.max.is_none() && grows(*measure));
        let value = match (measure, goal.recent) {
            (Measure::Lost, Some(_)) => given_up(run, from, at).or_else(|| measure.of(&totals)),
            _ => measure.of(&totals),
        };
        is_final && value.is_some_and(|value| range.contains(value))
    })
}

/// The messages that were given up behind the first of these moments: one that is under way is not lost. `None` of a run that gives up none.
fn given_up(run: &RunLog, from: Option<Instant>, to: Instant) -> Option<u64> {
    match run.spec.kind {
        RunKind::Ping(_) | RunKind::Echo(_) => {
            let entries = run.entries_by(to).iter().rev().take_while(|entry| Some(entry.at) > from);
            let lost = entries.filter(|entry| matches!(entry.event, RunEvent::Unanswered { .. }));
            Some(lost.count() as u64)
        }
        RunKind::Iperf(_)
        | RunKind::Connect(_)
        | RunKind::Traceroute(_)
        | RunKind::PathMtu(_)
        | RunKind::Multicast(_) => None,
    }
}

/// Whether a measure can only become greater.
fn grows(measure: Measure) -> bool {
    match measure {
        Measure::Sent
        | Measure::Received
        | Measure::Duplicates
        | Measure::Bytes
        | Measure::RttMax
        | Measure::Retransmits => true,
        Measure::Lost | Measure::RttMin | Measure::RttMean | Measure::Throughput => false,
    }
}

fn less(now: Duration, then: Duration) -> Duration {
    Duration::from_nanos(now.nanos() - then.nanos())
}

/// What was measured behind the first of these moments, up to the second one.
fn in_between(run: &RunLog, from: Instant, to: Instant) -> Totals {
    let (now, then) = (run.totals_at(to), run.totals_at(from));
    let entries = run.entries_by(to).iter().rev().take_while(|entry| entry.at > from);
    let rtts = entries.filter_map(|entry| match entry.event {
        RunEvent::Answered { rtt, .. } => Some(rtt),
        _ => None,
    });
    Totals {
        sent: now.sent - then.sent,
        received: now.received - then.received,
        duplicates: now.duplicates - then.duplicates,
        bytes: now.bytes - then.bytes,
        rtt_count: now.rtt_count - then.rtt_count,
        rtt_sum: less(now.rtt_sum, then.rtt_sum),
        rtt_min: rtts.clone().min().unwrap_or_default(),
        rtt_max: rtts.max().unwrap_or_default(),
        transfer_time: less(now.transfer_time, then.transfer_time),
        retransmits: now.retransmits - then.retransmits,
        jitter: now.jitter,
    }
}

// ---- commands ----

pub(super) fn command(
    goal: &CommandGoal,
    moment: &Moment<'_>,
    is_new: bool,
    before: Status,
    found: &mut u64,
) -> Status {
    let (history, at) = (moment.world.history(), moment.at);
    let touched = is_new || next_of_programs(history, moment.since).is_some_and(|next| next <= at);
    if !touched && goal.recent.is_none() {
        return before;
    }
    let since = goal.recent.map_or(Instant::ZERO, |recent| ago(at, recent));
    let programs = history.programs().iter().enumerate();
    let fitting = programs.filter(|(_, program)| {
        program.start >= since
            && program.start <= at
            && goal.on.is_none_or(|on| on == program.on)
            && has_words(&program.line, &goal.words)
    });
    let proof = |number: usize| Some(Proof::Command(ProgramId(number as u32)));
    if goal.last {
        let ended = fitting.filter(|(_, program)| program.exit_at(at).is_some());
        let last = ended.max_by_key(|(number, program)| (program.start, *number));
        *found = last.is_some().into();
        return match last {
            Some((number, program)) => now_or_not(command_fits(goal, program, at), at, proof(number)),
            None => Status::default(),
        };
    }
    *found = 0;
    for (number, program) in fitting {
        *found += 1;
        if command_fits(goal, program, at) {
            return match goal.recent {
                Some(_) => now_or_not(true, at, proof(number)),
                None => Status::held(at, proof(number)),
            };
        }
    }
    Status::default()
}

/// Whether a command line has these words, in this order; others may stand between them.
fn has_words(line: &str, words: &[String]) -> bool {
    let mut typed = line.split_whitespace();
    words.iter().all(|word| typed.any(|typed| typed == word))
}

fn command_fits(goal: &CommandGoal, program: &ProgramLog, at: Instant) -> bool {
    let exit = program.exit_at(at);
    let has_to_end = goal.exit.is_some() || !goal.lacks.is_empty() || goal.prints.is_empty();
    if has_to_end && exit.is_none() {
        return false;
    }
    if let Some(range) = &goal.exit
        && !exit.is_some_and(|exit| range.contains(exit.into()))
    {
        return false;
    }
    if goal.prints.is_empty() && goal.lacks.is_empty() {
        return true;
    }
    let output = program.output_by(at);
    goal.prints.iter().all(|text| output.contains(text))
        && !goal.lacks.iter().any(|text| output.contains(text))
}

// ---- tables ----

pub(super) fn table(goal: &TableGoal, moment: &Moment<'_>, watch: &mut Watch) -> Status {
    let (world, at, before, is_new) = (moment.world, moment.at, watch.status, watch.is_new);
    let of_services = goal.row.is_of_services();
    let happened = match of_services {
        true => watch.expires.is_some_and(|expires| expires <= at),
        false => next_of_node(world.history(), goal.on, moment.since).is_some_and(|next| next <= at),
    };
    let mut look = |at: Instant| {
        if of_services {
            (watch.found, watch.expires) = service_rows(goal, world, at);
        } else {
            watch.found = rows(goal, world, &world.history().node_at(goal.on, at), at);
        }
        goal.count.contains(watch.found)
    };
    let proof = |at| Some(Proof::Table(goal.on, at));
    if let Some(when) = goal.at {
        return match when <= at {
            true if look(when) => Status::held(when, proof(when)),
            true => Status::failed(proof(when)),
            false => Status::default(),
        };
    }
    if !is_new && !happened {
        return before;
    }
    match (look(at), goal.holds) {
        (true, false) => Status::held(at, proof(at)),
        (holds, _) => now_or_not(holds, at, proof(at)),
    }
}

/// The number of leases or names that a goal is about, and when the first of them runs out.
fn service_rows(goal: &TableGoal, world: &World, at: Instant) -> (u64, Option<Instant>) {
    let (history, topology) = (world.history(), world.topology());
    let ends: Vec<Option<Instant>> = match &goal.row {
        Row::Lease { to, within } => {
            let fits = |lease: &Lease| {
                to.is_none_or(|station| is_station(world, station, lease.client))
                    && within.is_none_or(|within| is_within(within, lease.address.into()))
            };
            let leases = services::leases(history, topology, goal.on, at).into_iter().filter(fits);
            leases.map(|lease| lease.until).collect()
        }
        Row::Name { name, is } => {
            let fits = |found: &Name| {
                let means = |meaning: &Meaning| match (meaning, found.value.parse::<IpAddress>()) {
                    (Meaning::Party(party), Ok(address)) => is_party(world, *party, address),
                    (Meaning::Party(_), Err(())) => false,
                    (Meaning::Text(text), _) => *text == found.value,
                };
                name.as_ref().is_none_or(|name| name.trim_end_matches('.').eq_ignore_ascii_case(&found.name))
                    && is.as_ref().is_none_or(means)
            };
            let names = services::names(history, topology, goal.on, at).into_iter().filter(fits);
            names.map(|name| Some(name.until)).collect()
        }
        Row::Mac { .. }
        | Row::Neighbor { .. }
        | Row::Route { .. }
        | Row::Nat { .. }
        | Row::Address { .. }
        | Row::Gateway { .. }
        | Row::Stp { .. }
        | Row::Root { .. }
        | Row::Socket { .. } => Vec::new(),
    };
    (ends.len() as u64, ends.into_iter().flatten().min())
}

/// The number of rows of a table that a goal is about.
fn rows(goal: &TableGoal, world: &World, view: &NodeView, at: Instant) -> u64 {
    let on = goal.on;
    let party = |wanted: &Option<Party>, address: IpAddress| {
        wanted.is_none_or(|party| is_party(world, party, address))
    };
    let toward =
        |wanted: &Option<NodeId>, port| wanted.is_none_or(|node| neighbor_at(world, on, port) == Some(node));
    let count = match &goal.row {
        Row::Mac { of, toward: wanted, vlan } => count(&view.macs, |entry| {
            of.is_none_or(|station| is_station(world, station, entry.mac))
                && toward(wanted, entry.port)
                && vlan.is_none_or(|vlan| entry.vlan.is_some_and(|found| found.get() == vlan))
        }),
        Row::Neighbor { ip, is } => count(&view.neighbors, |(address, mac, _)| {
            party(ip, *address) && is.is_none_or(|station: Station| is_station(world, station, *mac))
        }),
        Row::Route { to, via, toward: wanted, source, metric } => count(&view.routes, |(route, _)| {
            to.is_none_or(|to| to == route.to)
                && (via.is_none() || route.via.is_some_and(|address| party(via, address)))
                && toward(wanted, route.port)
                && source.is_none_or(|source| source == route.source)
                && metric.contains(route.metric.into())
        }),
        Row::Nat { inside, outside, remote } => count(&view.translations, |(_, translation, _)| {
            party(inside, translation.inside.addr)
                && party(outside, translation.outside.addr)
                && party(remote, translation.remote.addr)
        }),
        Row::Address { within } => {
            count(&view.addresses, |(cidr, _)| within.is_none_or(|within| is_within(within, cidr.address())))
        }
        Row::Gateway { is } => count(&view.default_routers, |(router, _)| party(is, *router)),
        Row::Stp { toward: wanted, role, state } => count(&view.ports, |entry| {
            toward(wanted, entry.port)
                && role.is_none_or(|role| role == entry.role)
                && state.is_none_or(|state| state == entry.state)
        }),
        Row::Root { is } => {
            usize::from(view.root.is_some_and(|(root, ..)| root.mac == bridge_mac(world, *is, at)))
        }
        // Read off frames, not out of the history's tables.
        Row::Lease { .. } | Row::Name { .. } => 0,
        Row::Socket { state, port, remote } => count(&view.sockets, |(_, socket, _)| {
            let (name, local, other) = socket_of(socket);
            state.is_none_or(|state| state == name)
                && port.is_none_or(|port| Some(port) == local)
                && (remote.is_none() || other.is_some_and(|other| party(remote, other)))
        }),
    };
    count as u64
}

fn count<T>(rows: &[T], fits: impl Fn(&T) -> bool) -> usize {
    rows.iter().filter(|row| fits(row)).count()
}

fn is_party(world: &World, party: Party, address: IpAddress) -> bool {
    match party {
        Party::Address(wanted) => wanted == address,
        Party::Node(node) => has_address(world, node, address),
    }
}

fn is_within(network: IpCidr, address: IpAddress) -> bool {
    network.address().version() == address.version() && network.contains_addr(&address)
}

/// The address of a switch's bridge.
fn bridge_mac(world: &World, node: NodeId, at: Instant) -> [u8; 6] {
    match world.history().kind_at(node, at) {
        NodeKind::Switch(config) => config.mac.unwrap_or(node.bridge_mac()).0,
        _ => node.bridge_mac().0,
    }
}

/// A socket's state, its local port, and the address of the other end.
pub(crate) fn socket_of(socket: &SocketState) -> (&'static str, Option<u16>, Option<IpAddress>) {
    match *socket {
        SocketState::Tcp { state, local, remote, port } => {
            let name = match state {
                tcp::State::Closed => "closed",
                tcp::State::Listen => "listen",
                tcp::State::SynSent => "syn-sent",
                tcp::State::SynReceived => "syn-received",
                tcp::State::Established => "established",
                tcp::State::FinWait1 => "fin-wait-1",
                tcp::State::FinWait2 => "fin-wait-2",
                tcp::State::CloseWait => "close-wait",
                tcp::State::Closing => "closing",
                tcp::State::LastAck => "last-ack",
                tcp::State::TimeWait => "time-wait",
            };
            (name, Some(local.map_or(port, |local| local.port)), remote.map(|remote| remote.addr))
        }
        SocketState::Udp { port } => ("udp", Some(port), None),
        SocketState::Icmp { .. } => ("icmp", None, None),
    }
}

// ---- congestion ----

/// The congestion window of a host's newest TCP connection, in whole segments.
pub(super) fn congestion_window(world: &World, node: NodeId, at: Instant) -> Option<u64> {
    let config = world.topology().host(node)?;
    let (_, port) = ports_of(world, node).next()?;
    let sockets = world.history().node_at(node, at).sockets;
    let side = sockets.iter().rev().find_map(|(_, socket, _)| match *socket {
        SocketState::Tcp { local: Some(local), remote: Some(remote), .. } => {
            Some(Side { port, local, remote })
        }
        SocketState::Tcp { .. } | SocketState::Udp { .. } | SocketState::Icmp { .. } => None,
    })?;
    let mut shadowing = Shadowing::new(side, config.tcp.congestion, TransitId(0));
    let mut then = None;
    // The world may have run on: a later segment has changed the windows before it ends this.
    shadowing.follow(world.history(), at, &mut |when, windows| {
        let is_by_then = when <= at;
        if is_by_then {
            then = windows;
        }
        is_by_then
    });
    // IP and TCP headers without options (RFC 9293, 3.7.1).
    let headers = match side.local.addr {
        IpAddress::Ipv4(_) => 40,
        IpAddress::Ipv6(_) => 60,
    };
    let window = then?.congestion as u64;
    window.checked_div((config.ip_mtu - headers) as u64)
}
