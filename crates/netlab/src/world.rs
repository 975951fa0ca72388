//! A scenario being executed: one machine that moves from moment to moment.
//!
//! At each moment: deliver what is due, poll the hosts concerned in order of their ids, hand over what they send, and go
//! on to the next moment. A moment is never cut, so slicing a run into animation frames changes nothing. Nothing is ever
//! polled because a slice ended or somebody looked.

mod command;

pub use command::{Command, CommandError};

use crate::book::{Active, Book};
use crate::history::{DropReason, Fate, FrameId, Handed, History, Limits, NodeEvent};
use crate::host::Host;
use crate::queue::{Event, Queue};
use crate::run::{Iperf, Outcome, RunId, RunKind};
use crate::topology::{Direction, End, Link, LinkId, Node, NodeId, NodeKind, Topology, TopologyError};
use std::collections::BTreeSet;
use vnetif::impair::{LossReason, Pipeline, Verdict};
use vnetif::line::Line;
use vnetif::mac_table::{self, Egress, MacTable};
use vnetif::rng::Stream;
use vnetif::{Duration, Frame, Instant, PortId};

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
    seed: u64,
    topology: Topology,
    machines: Vec<Machine>,
    /// For each node the directions it sends into by now; the place in the list is the port's number.
    ports: Vec<Vec<Direction>>,
    /// For each direction that is plugged in the port that it ends at.
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
        let mut world = Self {
            seed,
            topology: Topology::default(),
            machines: Vec::new(),
            ports: Vec::new(),
            ends_at: Vec::new(),
            ways: Vec::new(),
            queue: Queue::default(),
            under_way: Slots::default(),
            commands: Vec::new(),
            commands_open: 0,
            runs_open: 0,
            active: Vec::new(),
            dirty: BTreeSet::new(),
            next_frame: 0,
            done: None,
            history: History::new(limits),
        };
        for node in topology.nodes {
            world.add_node(Instant::ZERO, node);
        }
        for link in topology.links {
            world.add_link(Instant::ZERO, link);
            world.plug();
        }
        Ok(world)
    }

    /// Makes the next node, which is there from `born` on. It has no cable.
    fn add_node(&mut self, born: Instant, node: Node) {
        let id = NodeId(self.topology.nodes.len() as u32);
        self.machines.push(match &node.kind {
            NodeKind::Host(config) => {
                let random = Stream::new(self.seed, &[STREAM_OF_HOSTS, u64::from(id.0)]).draw_u64();
                Machine::Host(Box::new(Host::new(id, config.clone(), random)))
            }
            NodeKind::Hub => Machine::Hub,
            NodeKind::Switch(config) => {
                Machine::Switch { table: MacTable::new(config.ageing), ageing_armed: false }
            }
        });
        self.ports.push(Vec::new());
        self.history.add_node(born);
        self.topology.nodes.push(node);
    }

    /// Makes the next link, which is there from `born` on. It is not plugged in.
    fn add_link(&mut self, born: Instant, link: Link) {
        for way in &link.ways {
            let path = [STREAM_OF_WAYS, self.ways.len() as u64];
            self.ways.push((Line::new(way.line), Pipeline::new(&way.impairments, self.seed, &path)));
        }
        self.history.add_link(born, link.ways.clone());
        self.topology.links.push(link);
    }

    /// Plugs in the first link that is not. Links are added in order of time, so this is the one whose moment has come, and
    /// ports have the numbers that [`Topology::ports`] gives them.
    fn plug(&mut self) {
        let link = LinkId((self.ends_at.len() / 2) as u32);
        for from in End::BOTH {
            let direction = Direction { link, from };
            self.ports[self.topology.sender(direction).index()].push(direction);
        }
        for from in End::BOTH {
            let node = self.topology.receiver(Direction { link, from });
            self.ends_at.push((node, PortId(self.ports[node.index()].len() as u32 - 1)));
        }
    }

    /// What it was made from, with the changes made since. What is added is here as soon as it is scheduled, since its id is
    /// given then; [`History::born_node`] and [`History::born_link`] say from when on it is there.
    pub fn topology(&self) -> &Topology {
        &self.topology
    }

    /// A host, for tests that compare what is derived with what is.
    #[cfg(test)]
    pub(crate) fn host(&mut self, node: NodeId) -> &mut Host {
        match &mut self.machines[node.index()] {
            Machine::Host(host) => host,
            Machine::Hub | Machine::Switch { .. } => panic!("it is no host"),
        }
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
        self.history.hand_over(Handed {
            frame_id,
            frame,
            new_bytes,
            direction,
            queued: now,
            journey,
            fate,
            first,
        });
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
}
