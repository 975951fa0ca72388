//! A scenario being executed: one machine that moves from moment to moment.
//!
//! At each moment: deliver what is due, poll the hosts concerned in order of their ids, hand over what they send, and go
//! on to the next moment. A moment is never cut, so slicing a run into animation frames changes nothing. Nothing is ever
//! polled because a slice ended or somebody looked.

use crate::book::{Active, Book};
use crate::history::{DropReason, Fate, FrameId, Handed, History, Limits, NodeEvent};
use crate::host::Host;
use crate::queue::{Event, Queue};
use crate::run::{
    Amount, Failure, IpVersion, Iperf, IperfTransport, Outcome, RunEvent, RunId, RunKind, RunSpec, Target,
};
use crate::topology::{
    Direction, End, LinkId, NodeId, NodeKind, TCP_BUFFER_MAX, TCP_BUFFER_MIN, Topology, TopologyError, Way,
};
use smoltcp::wire::IpAddress;
use std::collections::BTreeSet;
use vnetif::impair::{LossReason, Pipeline, Verdict};
use vnetif::line::Line;
use vnetif::mac_table::{self, Egress, MacTable};
use vnetif::rng::Stream;
use vnetif::{Duration, Frame, Instant, PortId};

/// Something that a person does to a world.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Start a run.
    Start(RunSpec),
    /// Stop a run; what it measured stays.
    Stop(RunId),
    /// Change both directions of a link, for frames handed to it from now on.
    SetLink(LinkId, [Way; 2]),
}

/// Why a command cannot be done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// A run needs hosts at both ends.
    #[error("a run goes from a host to a host or an address; this node is not a host")]
    NotAHost,
    /// A run from a host to itself would never reach a wire.
    #[error("a run needs two different hosts")]
    SameHost,
    /// No such run, link or node.
    #[error("there is no such run, link or node")]
    NoSuchThing,
    /// A number out of its bounds.
    #[error("{0}")]
    OutOfBounds(&'static str),
    /// The moment is past: the world has already got further.
    #[error("{at} is past: the world has already run to {frontier}")]
    Past {
        /// What was asked for.
        at: Instant,
        /// The first moment that is still open.
        frontier: Instant,
    },
}

/// Whether [`World::run_until`] got to the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Everything up to the asked moment has happened.
    Reached,
    /// The budget was spent first; call again.
    Paused,
}

/// A network in virtual time.
pub struct World {
    topology: Topology,
    machines: Vec<Machine>,
    /// For each node the directions it sends into; the place in the list is the port's number.
    ports: Vec<Vec<Direction>>,
    /// For each direction the port that it ends at.
    ends_at: Vec<(NodeId, PortId)>,
    /// For each direction its line and its impairments.
    ways: Vec<(Line, Pipeline)>,
    queue: Queue,
    under_way: Slots,
    commands: Vec<Option<(Command, Option<RunId>)>>,
    commands_open: usize,
    runs_open: usize,
    active: Vec<Active>,
    dirty: BTreeSet<NodeId>,
    next_frame: u64,
    /// Everything up to and with this moment has happened.
    done: Option<Instant>,
    history: History,
}

/// What a node is while the world runs.
enum Machine {
    Host(Box<Host>),
    Hub,
    Switch { table: MacTable, ageing_armed: bool },
}

/// More frames than this are never on their way in one world: half a second of 1 Gbit/s, and less memory than a browser tab
/// has. A storm in a loop of links without a rate doubles with every round, and would take all there is.
pub const FRAMES_UNDER_WAY_MAX: usize = 1 << 16;

/// Frames on their way.
#[derive(Default)]
struct Slots {
    slots: Vec<Option<(Direction, FrameId, Frame)>>,
    free: Vec<u32>,
}

impl Slots {
    fn put(&mut self, frame: (Direction, FrameId, Frame)) -> u32 {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            self.slots.len() as u32 - 1
        });
        self.slots[slot as usize] = Some(frame);
        slot
    }

    fn take(&mut self, slot: u32) -> (Direction, FrameId, Frame) {
        self.free.push(slot);
        self.slots[slot as usize].take().expect("a frame arrives once")
    }

    fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The first numbers of the paths that name random streams.
const STREAM_OF_WAYS: u64 = 1;
const STREAM_OF_HOSTS: u64 = 2;

impl World {
    /// A world at time zero, with nothing happening yet.
    pub fn new(topology: Topology, seed: u64, limits: Limits) -> Result<Self, Vec<TopologyError>> {
        topology.check()?;
        let ports = topology.ports();
        let mut ends_at = vec![(NodeId(0), PortId(0)); topology.links.len() * 2];
        for (node, directions) in topology.node_ids().zip(&ports) {
            for (port, direction) in directions.iter().enumerate() {
                ends_at[direction.reverse().index()] = (node, PortId(port as u32));
            }
        }
        let ways = topology
            .links
            .iter()
            .flat_map(|link| &link.ways)
            .enumerate()
            .map(|(direction, way)| {
                let path = [STREAM_OF_WAYS, direction as u64];
                (Line::new(way.line), Pipeline::new(&way.impairments, seed, &path))
            })
            .collect();
        let machines = topology
            .node_ids()
            .map(|id| match &topology.node(id).kind {
                NodeKind::Host(config) => {
                    let random = Stream::new(seed, &[STREAM_OF_HOSTS, u64::from(id.0)]).draw_u64();
                    Machine::Host(Box::new(Host::new(id, config.clone(), random)))
                }
                NodeKind::Hub => Machine::Hub,
                NodeKind::Switch(config) => {
                    Machine::Switch { table: MacTable::new(config.ageing), ageing_armed: false }
                }
            })
            .collect();
        let history = History::new(&topology, limits);
        Ok(Self {
            topology,
            machines,
            ports,
            ends_at,
            ways,
            queue: Queue::default(),
            under_way: Slots::default(),
            commands: Vec::new(),
            commands_open: 0,
            runs_open: 0,
            active: Vec::new(),
            dirty: BTreeSet::new(),
            next_frame: 0,
            done: None,
            history,
        })
    }

    /// What it was made from, with the changes made since.
    pub fn topology(&self) -> &Topology {
        &self.topology
    }

    /// What has happened.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// The live edge: everything up to and with this moment has happened.
    pub fn now(&self) -> Instant {
        self.done.unwrap_or_default()
    }

    /// The first moment that is still open for commands.
    pub fn frontier(&self) -> Instant {
        self.done.map_or(Instant::ZERO, |done| done + Duration::from_nanos(1))
    }

    /// Does this command at the first open moment; returns that moment, and the run's id if one was started. Scheduling
    /// the same command for that moment in another world gives the same history.
    pub fn apply(&mut self, command: Command) -> Result<(Instant, Option<RunId>), CommandError> {
        let at = self.frontier();
        Ok((at, self.schedule(at, command)?))
    }

    /// Does this command at a moment to come; returns the run's id if it is to start one.
    pub fn schedule(&mut self, at: Instant, command: Command) -> Result<Option<RunId>, CommandError> {
        let frontier = self.frontier();
        if at < frontier {
            return Err(CommandError::Past { at, frontier });
        }
        let run = match &command {
            Command::Start(spec) => {
                self.check_run(spec)?;
                self.runs_open += 1;
                Some(self.history.add_run(at, spec.clone()))
            }
            Command::Stop(run) if run.0 as usize >= self.history.runs().len() => {
                return Err(CommandError::NoSuchThing);
            }
            Command::SetLink(link, _) if link.index() >= self.topology.links.len() => {
                return Err(CommandError::NoSuchThing);
            }
            Command::SetLink(_, ways) if ways.iter().any(Way::takes_no_time) => {
                return Err(CommandError::OutOfBounds("a link needs a rate or a delay"));
            }
            Command::Stop(_) | Command::SetLink(..) => None,
        };
        self.queue.push(at, Event::Command(self.commands.len() as u32));
        self.commands.push(Some((command, run)));
        self.commands_open += 1;
        Ok(run)
    }

    fn check_run(&self, spec: &RunSpec) -> Result<(), CommandError> {
        spec.kind.check().map_err(CommandError::OutOfBounds)?;
        if spec.from.index() >= self.machines.len() {
            return Err(CommandError::NoSuchThing);
        }
        if self.topology.host(spec.from).is_none() {
            return Err(CommandError::NotAHost);
        }
        match spec.to {
            Target::Node(node, _) if node.index() >= self.machines.len() => Err(CommandError::NoSuchThing),
            Target::Node(node, _) if node == spec.from => Err(CommandError::SameHost),
            Target::Node(node, _) if self.topology.host(node).is_none() => Err(CommandError::NotAHost),
            Target::Address(ip) if self.owner(ip) == Some(spec.from) => Err(CommandError::SameHost),
            _ => Ok(()),
        }
    }

    /// Runs until everything up to and with `until` has happened, or until `go_on`, asked after each moment, says no.
    /// How a run is sliced never changes what happens.
    pub fn run_until(&mut self, until: Instant, mut go_on: impl FnMut() -> bool) -> Progress {
        while let Some(moment) = self.queue.next_at().filter(|&at| at <= until) {
            self.happen(moment);
            self.done = Some(moment);
            if !go_on() {
                return Progress::Paused;
            }
        }
        self.done = self.done.max(Some(until));
        Progress::Reached
    }

    /// When something will next happen; `None`: never again, unless a command comes.
    pub fn next_event_at(&self) -> Option<Instant> {
        self.queue.next_at()
    }

    /// Whether no run is active or to come, no command is to come and no frame is under way. Timers may still tick
    /// (ageing, TIME-WAIT).
    pub fn is_quiet(&self) -> bool {
        self.under_way.is_empty() && self.commands_open == 0 && self.runs_open == 0
    }

    // ---- one moment ----

    fn happen(&mut self, now: Instant) {
        while let Some(event) = self.queue.pop_due(now) {
            match event {
                Event::Command(number) => self.command(now, number),
                Event::Arrival(slot) => self.arrival(now, slot),
                Event::HostTimer(node) => self.host_timer(now, node),
                Event::Ageing(node) => self.age(now, node),
                Event::Interval(run) => self.interval(now, run),
            }
        }
        while let Some(node) = self.dirty.pop_first() {
            self.poll(now, node);
        }
    }

    /// Lends the book of runs to `f`, and tidies up after the runs that it ends.
    fn with_book<R>(&mut self, now: Instant, f: impl FnOnce(&mut [Machine], &mut Book<'_>) -> R) -> R {
        let mut ended = Vec::new();
        let mut book = Book { now, history: &mut self.history, active: &mut self.active, ended: &mut ended };
        let result = f(&mut self.machines, &mut book);
        for (ended, outcome) in ended {
            self.runs_open -= 1;
            for node in [Some(ended.client), ended.server].into_iter().flatten() {
                if let Machine::Host(host) = &mut self.machines[node.index()] {
                    host.end(ended.run, outcome == Outcome::Succeeded);
                    self.dirty.insert(node);
                }
            }
        }
        result
    }

    fn poll(&mut self, now: Instant, node: NodeId) {
        self.with_book(now, |machines, book| {
            if let Machine::Host(host) = &mut machines[node.index()] {
                host.poll(book);
            }
        });
        while let Some(frame) = self.with_book(now, |machines, book| match &mut machines[node.index()] {
            Machine::Host(host) => host.sent(book),
            Machine::Hub | Machine::Switch { .. } => None,
        }) {
            let id = FrameId(self.next_frame);
            self.next_frame += 1;
            match self.ports[node.index()].first() {
                Some(&direction) => self.hand_over(now, direction, id, frame, true),
                None => self.history.node_event(now, node, NodeEvent::NoCable),
            }
        }
        self.arm(now, node);
    }

    /// Sees to it that a host's timer event is in the queue, and that there is only one: only an earlier one is added.
    fn arm(&mut self, now: Instant, node: NodeId) {
        let Machine::Host(host) = &mut self.machines[node.index()] else { return };
        let Some(deadline) = host.deadline() else { return };
        let deadline = deadline.max(now);
        if host.armed.is_none_or(|armed| deadline < armed) {
            host.armed = Some(deadline);
            self.queue.push(deadline, Event::HostTimer(node));
        }
    }

    fn host_timer(&mut self, now: Instant, node: NodeId) {
        let Machine::Host(host) = &mut self.machines[node.index()] else { return };
        if host.armed != Some(now) {
            return; // An earlier one took its place.
        }
        host.armed = None;
        if host.deadline().is_some_and(|deadline| deadline <= now) {
            self.dirty.insert(node);
        } else {
            self.arm(now, node);
        }
    }

    /// Hands a frame to a link, by its first sender or a later one. What becomes of it is settled here.
    fn hand_over(
        &mut self,
        now: Instant,
        direction: Direction,
        frame_id: FrameId,
        frame: Frame,
        first: bool,
    ) {
        let (line, pipeline) = &mut self.ways[direction.index()];
        let (frame, lost, new_bytes) = match pipeline.judge(now, frame.clone()) {
            Verdict::Pass(passed) => {
                let changed = !passed.shares_buffer_with(&frame);
                (passed, None, first || changed)
            }
            Verdict::Drop(reason) => (frame, Some(reason), first),
        };
        let at_once = |reason| {
            let here = vnetif::line::Journey { start: now, end: now, arrival: now };
            (here, Fate::Dropped { reason, at: now })
        };
        let (journey, fate) = match lost {
            // These never get onto the wire.
            Some(reason @ (LossReason::TooBig | LossReason::LinkDown)) => {
                at_once(DropReason::Impaired(reason))
            }
            _ if self.under_way.len() >= FRAMES_UNDER_WAY_MAX => at_once(DropReason::Overload),
            _ => match line.send(now, frame.len()) {
                Err(_full) => at_once(DropReason::QueueFull),
                Ok(journey) => match lost {
                    None => (journey, Fate::Delivered),
                    Some(reason) => {
                        let half = Duration::from_nanos((journey.arrival - journey.start).nanos() / 2);
                        let at = journey.start + half;
                        (journey, Fate::Dropped { reason: DropReason::Impaired(reason), at })
                    }
                },
            },
        };
        if fate == Fate::Delivered {
            let slot = self.under_way.put((direction, frame_id, frame.clone()));
            self.queue.push(journey.arrival, Event::Arrival(slot));
        }
        self.history.hand_over(Handed { frame_id, frame, new_bytes, direction, queued: now, journey, fate });
    }

    fn arrival(&mut self, now: Instant, slot: u32) {
        let (direction, id, frame) = self.under_way.take(slot);
        self.history.arrived(direction);
        let (node, port) = self.ends_at[direction.index()];
        match &mut self.machines[node.index()] {
            Machine::Host(_) => {
                let wanted = self.with_book(now, |machines, book| match &mut machines[node.index()] {
                    Machine::Host(host) => host.receive(frame, book),
                    Machine::Hub | Machine::Switch { .. } => false,
                });
                if wanted {
                    self.dirty.insert(node);
                }
            }
            Machine::Hub => self.flood(now, node, port, id, &frame),
            Machine::Switch { table, ageing_armed } => {
                let lookup = table.look(now, port, &frame);
                if lookup.learned {
                    let (_, mac) = mac_table::addresses(&frame).expect("a runt teaches nothing");
                    self.history.node_event(now, node, NodeEvent::MacLearned { mac, port });
                }
                if let (false, Some(at)) = (*ageing_armed, table.sweep_at()) {
                    *ageing_armed = true;
                    self.queue.push(at.max(now), Event::Ageing(node));
                }
                match lookup.egress {
                    Egress::Port(port) => {
                        let direction = self.ports[node.index()][port.0 as usize];
                        self.hand_over(now, direction, id, frame, false);
                    }
                    Egress::Flood => self.flood(now, node, port, id, &frame),
                    Egress::Filter => {}
                }
            }
        }
    }

    fn flood(&mut self, now: Instant, node: NodeId, ingress: PortId, id: FrameId, frame: &Frame) {
        for port in 0..self.ports[node.index()].len() {
            if port != ingress.0 as usize {
                self.hand_over(now, self.ports[node.index()][port], id, frame.clone(), false);
            }
        }
    }

    fn age(&mut self, now: Instant, node: NodeId) {
        let Machine::Switch { table, ageing_armed } = &mut self.machines[node.index()] else { return };
        for mac in table.sweep(now) {
            self.history.node_event(now, node, NodeEvent::MacForgotten { mac });
        }
        let next = table.sweep_at();
        *ageing_armed = next.is_some();
        if let Some(at) = next {
            self.queue.push(at, Event::Ageing(node));
        }
    }

    fn interval(&mut self, now: Instant, run: RunId) {
        let RunKind::Iperf(Iperf { interval, .. }) = self.history.run(run).spec.kind else { return };
        let goes_on = self.with_book(now, |_, book| {
            book.interval(run);
            book.run(run).is_some()
        });
        if goes_on {
            self.queue.push(now + interval, Event::Interval(run));
        }
    }

    // ---- commands ----

    fn command(&mut self, now: Instant, number: u32) {
        let (command, run) = self.commands[number as usize].take().expect("a command is done once");
        self.commands_open -= 1;
        self.history.command(now, &command);
        match command {
            Command::Start(spec) => self.start(now, run.expect("a start has a run"), &spec),
            Command::Stop(run) => self.with_book(now, |_, book| book.finish(run, Outcome::Stopped)),
            Command::SetLink(link, ways) => {
                for (from, way) in End::BOTH.into_iter().zip(&ways) {
                    let (line, pipeline) = &mut self.ways[Direction { link, from }.index()];
                    line.reconfigure(way.line);
                    pipeline.set(&way.impairments);
                }
                self.topology.links[link.index()].ways = ways;
            }
        }
    }

    fn start(&mut self, now: Instant, run: RunId, spec: &RunSpec) {
        let address = self.address(spec);
        let server = address.and_then(|address| self.owner(address));
        let place = self.active.partition_point(|active| active.run < run);
        self.active.insert(place, Active::new(run, now, spec.from, server));
        let needs = self.with_book(now, |machines, book| {
            book.event(run, RunEvent::Started);
            let Some(address) = address else {
                book.fail(run, Failure::NoAddress);
                return None;
            };
            match &mut machines[spec.from.index()] {
                Machine::Host(host) => host.start(run, &spec.kind, address, book),
                Machine::Hub | Machine::Switch { .. } => None,
            }
        });
        self.dirty.insert(spec.from);
        if let (Some(needs), Some(server)) = (needs, server)
            && let Machine::Host(host) = &mut self.machines[server.index()]
        {
            host.serve(&needs);
            self.dirty.insert(server);
        }
        if let RunKind::Iperf(Iperf { interval, .. }) = spec.kind {
            self.queue.push(now + interval, Event::Interval(run));
        }
    }

    /// The address that a run goes to: of the target's, one on a network of the client's if there is one.
    fn address(&self, spec: &RunSpec) -> Option<IpAddress> {
        let (node, asked) = match spec.to {
            Target::Address(address) => return Some(address),
            Target::Node(node, asked) => (node, asked),
        };
        let (from, to) = (self.topology.host(spec.from)?, self.topology.host(node)?);
        [IpVersion::V4, IpVersion::V6]
            .into_iter()
            .filter(|version| asked.is_none_or(|asked| asked == *version))
            .find_map(|version| {
                let ours = from.addresses.iter().filter(|cidr| version.is_of(&cidr.address()));
                let mut theirs =
                    to.addresses.iter().map(|cidr| cidr.address()).filter(|ip| version.is_of(ip));
                let ours: Vec<_> = ours.collect();
                let near = theirs.clone().find(|ip| ours.iter().any(|cidr| cidr.contains_addr(ip)));
                if ours.is_empty() { None } else { near.or_else(|| theirs.next()) }
            })
    }

    /// The host that has this address.
    fn owner(&self, address: IpAddress) -> Option<NodeId> {
        self.topology.node_ids().find(|&id| {
            let addresses = self.topology.host(id).map(|host| &host.addresses);
            addresses.is_some_and(|addresses| addresses.iter().any(|cidr| cidr.address() == address))
        })
    }
}

impl RunKind {
    /// Bounds that keep a run from eating memory or never ending.
    fn check(&self) -> Result<(), &'static str> {
        let bad = |bad: bool, message| if bad { Err(message) } else { Ok(()) };
        match self {
            Self::Ping(ping) => {
                bad(!(1..=60_000).contains(&ping.count), "a ping sends 1 to 60 000 requests")?;
                bad(ping.payload_bytes > 65_507, "a ping's payload is at most 65 507 bytes")?;
                bad(ping.interval.nanos() < 1_000, "a ping's interval is at least 1 µs")
            }
            Self::Echo(echo) => {
                bad(!(1..=60_000).contains(&echo.count), "an echo sends 1 to 60 000 messages")?;
                bad(!(1..=500).contains(&echo.text.len()), "an echo's text has 1 to 500 bytes")
            }
            Self::Connect(connect) => {
                bad(connect.port == 0, "port 0 is not a port")?;
                bad(connect.text.len() > 65_536, "a message has at most 65 536 bytes")
            }
            Self::Iperf(iperf) => {
                bad(iperf.interval.nanos() < 1_000_000, "an iperf interval is at least 1 ms")?;
                bad(iperf.amount == Amount::Bytes(0), "an iperf run sends at least 1 byte")?;
                match iperf.transport {
                    IperfTransport::Tcp { rx_buffer, tx_buffer, .. } => {
                        let sizes = rx_buffer.into_iter().chain(tx_buffer);
                        let out = sizes
                            .into_iter()
                            .any(|bytes| !(TCP_BUFFER_MIN..=TCP_BUFFER_MAX).contains(&bytes));
                        bad(out, "a TCP buffer has 128 bytes to 64 MiB")
                    }
                    IperfTransport::Udp { datagram_bytes, .. } => {
                        let fits = (12..=65_507).contains(&datagram_bytes);
                        bad(!fits, "an iperf datagram has 12 to 65 507 bytes")
                    }
                }
            }
        }
    }
}

impl IpVersion {
    /// Whether the address is of this version.
    pub const fn is_of(self, address: &IpAddress) -> bool {
        matches!((self, address), (Self::V4, IpAddress::Ipv4(_)) | (Self::V6, IpAddress::Ipv6(_)))
    }
}
