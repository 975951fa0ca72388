//! A scenario being executed: one machine that moves from moment to moment.
//!
//! At each moment: deliver what is due, poll the hosts concerned in order of their ids, hand over what they send, and go
//! on to the next moment. A moment is never cut, so slicing a run into animation frames changes nothing. Nothing is ever
//! polled because a slice ended.

mod command;
mod dirty;
mod fates;
mod machine;
mod media;
mod outside;
mod programs;
mod under_way;

pub use command::{Command, CommandError};
pub use host::program::Activity;

use crate::history::{
    DropReason, Fate, FrameId, Handed, History, HostEvent, Limits, NodeEvent, Refusal, TransitId,
};
use crate::queue::{Event, Queue};
use crate::run::{Iperf, Outcome, RunId, RunKind};
use crate::topology::{Direction, End, Link, LinkId, Node, NodeId, Topology, TopologyError};
use dirty::Dirty;
use fates::{FATES_AFTER, Fates};
use host::{Host, Memory, Meter, Output, Runs};
pub use machine::{Agents, Kinds};
use machine::{List, Machine, Next, PluggedIn};
use media::Media;
pub use programs::{LINE_MAX, PROGRAMS_MAX, Services, Shell, Turn};
use std::collections::VecDeque;
use std::mem;
use under_way::{OnItsWay, Put, UnderWay};
use wire::node::{Action, Actions, Tag};
use wire::passage::{Marks, Passage, Wire};
use wire::rng::Stream;
use wire::{Duration, Frame, Instant, PortId};

/// Whether [`World::run_until`] got to the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Everything up to the asked moment has happened.
    Reached,
    /// The budget was spent first; call again.
    Paused,
}

/// How [`World::run_until_quiet`] ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quiet {
    /// The world is quiet, and [`World::now`] is the moment at which it became so.
    Reached,
    /// It is not quiet, but nothing more happens up to the bound.
    StillBusy,
    /// The budget was spent first; call again.
    Paused,
}

/// A network in virtual time.
pub struct World {
    seed: u64,
    topology: Topology,
    kinds: Kinds,
    nodes: Vec<Running>,
    /// For each node the directions it sends into by now; the place in the list is the port's number.
    ports: Vec<Vec<Direction>>,
    /// For each direction that is plugged in the port that it ends at.
    ends_at: Vec<(NodeId, PortId)>,
    /// For each direction its line and its impairments.
    ways: Vec<Wire>,
    /// For each link whether both its ends can tell that it is connected.
    carriers: Vec<bool>,
    queue: Queue,
    under_way: UnderWay,
    media: Media,
    fates: Fates,
    /// Each with the number of the run or program that it is to start.
    commands: Vec<Option<(Command, Option<u32>)>>,
    commands_open: usize,
    runs_open: usize,
    /// Hosts on which programs have something to do by themselves.
    hosts_busy: usize,
    /// What the sockets of all hosts take.
    memory: Memory,
    /// What the runs that have begun and not ended have measured.
    runs: Runs,
    /// For each run that has begun the hosts that take part: its client first, then its servers.
    participants: Vec<Vec<NodeId>>,
    dirty: Dirty,
    next_frame: u64,
    /// What comes from outside at the first open moment.
    injected: VecDeque<Frame>,
    /// Everything up to and with this moment has happened.
    done: Option<Instant>,
    history: History,
}

/// A node, and the one timer event of it that is in the queue.
struct Running {
    machine: Box<dyn Machine>,
    armed: Option<Instant>,
    /// Programs on it have something to do by themselves.
    busy: bool,
}

/// A frame that a node hands to a link.
struct Handover {
    /// `None`: the node made it; it gets its number when it is sent first.
    id: Option<FrameId>,
    frame: Frame,
    /// It was on no wire before.
    first: bool,
    /// Its bytes were on no wire before.
    new_bytes: bool,
}

/// More frames than this are never on their way in one world: half a second of 1 Gbit/s, and less memory than a browser tab
/// has. A storm in a loop of links without a rate doubles with every round, and would take all there is.
pub const FRAMES_UNDER_WAY_MAX: usize = 1 << 16;

/// The first numbers of the paths that name random streams.
const STREAM_OF_WAYS: u64 = 1;
const STREAM_OF_HOSTS: u64 = 2;
const STREAM_OF_ROUTERS: u64 = 3;

impl World {
    /// A world at time zero, with nothing happening yet.
    pub fn new(topology: Topology, seed: u64, limits: Limits) -> Result<Self, Vec<TopologyError>> {
        Self::of_kinds(topology, seed, limits, Kinds::ALL)
    }

    /// The same, for a topology that has only nodes of these kinds.
    pub fn of_kinds(
        topology: Topology,
        seed: u64,
        limits: Limits,
        kinds: Kinds,
    ) -> Result<Self, Vec<TopologyError>> {
        topology.check()?;
        let mut world = Self {
            seed,
            topology: Topology::default(),
            kinds,
            nodes: Vec::new(),
            ports: Vec::new(),
            ends_at: Vec::new(),
            ways: Vec::new(),
            carriers: Vec::new(),
            queue: Queue::default(),
            under_way: UnderWay::default(),
            media: Media::default(),
            fates: Fates::default(),
            commands: Vec::new(),
            commands_open: 0,
            runs_open: 0,
            hosts_busy: 0,
            memory: Memory::default(),
            runs: Runs::default(),
            participants: Vec::new(),
            dirty: Dirty::default(),
            next_frame: 0,
            injected: VecDeque::new(),
            done: None,
            history: History::new(limits),
        };
        for node in topology.nodes {
            world.add_node(Instant::ZERO, node);
        }
        for link in topology.links {
            world.add_link(Instant::ZERO, link);
            world.plug(Instant::ZERO);
        }
        // What plugging in made switches and routers want to do happens at the first moment, which nothing else may ask for.
        while let Some(node) = world.dirty.pop_first() {
            world.wake(node);
        }
        Ok(world)
    }

    /// Nodes of these kinds can be added from now on.
    pub fn set_kinds(&mut self, kinds: Kinds) {
        self.kinds = kinds;
    }

    /// Makes the next node, which is there from `born` on. It has no cable.
    fn add_node(&mut self, born: Instant, node: Node) {
        let id = NodeId(self.topology.nodes.len() as u32);
        let random = |stream| Stream::new(self.seed, &[stream, u64::from(id.0)]).draw_u64();
        let machine = machine::machine(self.kinds, id, &node, &self.memory, random);
        self.nodes.push(Running { machine, armed: None, busy: false });
        self.ports.push(Vec::new());
        self.history.add_node(born, node.kind.clone());
        self.topology.nodes.push(node);
    }

    /// Makes the next link, which is there from `born` on. It is not plugged in.
    fn add_link(&mut self, born: Instant, link: Link) {
        for way in &link.ways {
            let path = [STREAM_OF_WAYS, self.ways.len() as u64];
            self.ways.push(Wire::new(way.line, &way.impairments, self.seed, &path));
        }
        self.under_way.add_link();
        self.history.add_link(born, link.clone());
        self.topology.links.push(link);
    }

    /// Plugs in the first link that is not plugged in. Links are added in order of time, so this is the one whose moment has come, and
    /// ports have the numbers that [`Topology::ports`] gives them.
    fn plug(&mut self, now: Instant) {
        let id = LinkId((self.ends_at.len() / 2) as u32);
        for from in End::BOTH {
            let direction = Direction { link: id, from };
            self.ports[self.topology.sender(direction).index()].push(direction);
        }
        for from in End::BOTH {
            let node = self.topology.receiver(Direction { link: id, from });
            self.ends_at.push((node, PortId(self.ports[node.index()].len() as u32 - 1)));
        }
        let off = self.topology.link(id).ends.map(|end| !self.nodes[end.index()].machine.is_card_on());
        if off != [false; 2] {
            self.topology.links[id.index()].off = off;
            self.history.link_changed(now, id, self.topology.link(id).clone());
        }
        let carrier = self.topology.link(id).has_carrier(now);
        self.carriers.push(carrier);
        self.share(now, id);
        for from in End::BOTH {
            let (node, number) = self.ends_at[Direction { link: id, from }.reverse().index()];
            let link = self.topology.link(id);
            let (settings, rate) = (&link.ports[from.index()], link.ways[from.index()].line.rate);
            let port = PluggedIn { node, number, settings, rate, carrier };
            if self.nodes[node.index()].machine.add_port(now, &port) {
                self.dirty.insert(node);
            } else {
                self.arm(now, node);
            }
        }
        self.await_carrier(now, id);
    }

    /// Notifies both ends of a link that it has got or lost its carrier, or has another rate.
    fn carrier(&mut self, now: Instant, id: LinkId) {
        let carrier = self.topology.link(id).has_carrier(now);
        self.carriers[id.index()] = carrier;
        for from in End::BOTH {
            let direction = Direction { link: id, from };
            let (node, port) = self.ends_at[direction.reverse().index()];
            let rate = self.topology.link(id).ways[from.index()].line.rate;
            if self.nodes[node.index()].machine.set_carrier(now, port, carrier, rate) {
                self.dirty.insert(node);
            }
        }
        self.share_anew(now, id);
    }

    /// Sees to it that the next beginning or end of an outage of this link is noticed.
    fn await_carrier(&mut self, now: Instant, id: LinkId) {
        if let Some(at) = self.topology.link(id).next_outage_edge(now) {
            self.queue.push(at, Event::Carrier(id));
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
        self.nodes[node.index()].machine.as_host().expect("it is a host").0
    }

    /// Bytes that the buffers of all sockets take.
    pub fn socket_bytes(&self) -> usize {
        self.memory.taken()
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

    /// Runs from moment to moment until the world [is quiet](Self::is_quiet), but not beyond `until`, or until `go_on`, asked
    /// after each moment, says no. The world stops at the moment at which it became quiet, so that a report ends there.
    pub fn run_until_quiet(&mut self, until: Instant, mut go_on: impl FnMut() -> bool) -> Quiet {
        while !self.is_quiet() {
            let Some(moment) = self.queue.next_at().filter(|&at| at <= until) else {
                return Quiet::StillBusy;
            };
            self.run_until(moment, || true);
            if !go_on() {
                return Quiet::Paused;
            }
        }
        Quiet::Reached
    }

    /// When something will next happen; `None`: never again, unless a command comes.
    pub fn next_event_at(&self) -> Option<Instant> {
        self.queue.next_at()
    }

    /// Whether no run is active or to come, no command is to come, no frame is under way and no program has something to do by
    /// itself: it may wait for others, or for input. Timers may still tick (ageing, TIME-WAIT).
    pub fn is_quiet(&self) -> bool {
        self.under_way.is_empty()
            && self.media.waiting() == 0
            && self.commands_open == 0
            && self.runs_open == 0
            && self.hosts_busy == 0
    }

    // ---- one moment ----

    fn happen(&mut self, now: Instant) {
        while let Some(event) = self.queue.due(now) {
            // The place of an arrival is taken by the next one on the same wire.
            if !matches!(event, Event::Arrival(_)) {
                self.queue.pop();
            }
            match event {
                Event::Command(number) => self.command(now, number),
                Event::Arrival(index) => {
                    let direction = Direction::from_index(index as usize);
                    let (frame, next) = self.under_way.take_first(direction);
                    match next {
                        Some((at, sequence)) => self.queue.repeat(at, sequence),
                        None => self.queue.pop(),
                    }
                    self.arrival(now, frame);
                }
                Event::Overtaking(slot) => {
                    let frame = self.under_way.take_overtaking(slot);
                    self.arrival(now, frame);
                }
                Event::Timer(node) => self.timer(now, node),
                Event::Carrier(link) => self.outage(now, link),
                Event::Injection(node) => self.injection(now, node),
                Event::Interval(run) => self.interval(now, run),
                Event::Medium(domain) => self.media.touch(domain),
                Event::Fates(run) => self.fates(now, run),
            }
        }
        while let Some(node) = self.dirty.pop_first() {
            self.poll(now, node);
        }
        self.contend(now);
    }

    fn poll(&mut self, now: Instant, node: NodeId) {
        self.nodes[node.index()].machine.poll(now, &mut self.runs);
        self.carry_out(now, node, None);
        self.arm(now, node);
        self.note_busy(node);
    }

    /// Sees to it that a node's timer event is in the queue, and that there is only one: only an earlier one is added.
    fn arm(&mut self, now: Instant, node: NodeId) {
        let running = &mut self.nodes[node.index()];
        let Some(due) = running.machine.next_timer() else { return };
        let due = due.max(now);
        if running.armed.is_none_or(|armed| due < armed) {
            running.armed = Some(due);
            self.queue.push(due, Event::Timer(node));
        }
    }

    fn timer(&mut self, now: Instant, node: NodeId) {
        let running = &mut self.nodes[node.index()];
        if running.armed != Some(now) {
            return; // An earlier one took its place.
        }
        running.armed = None;
        let machine = &running.machine;
        if machine.has_actions() || machine.next_timer().is_some_and(|due| due <= now) {
            self.dirty.insert(node);
        } else {
            self.arm(now, node);
        }
    }

    /// Has a node polled at the first moment, if it has anything to do.
    fn wake(&mut self, node: NodeId) {
        let running = &mut self.nodes[node.index()];
        if running.machine.has_actions() || running.machine.next_timer().is_some() {
            running.armed = Some(Instant::ZERO);
            self.queue.push(Instant::ZERO, Event::Timer(node));
        }
    }

    /// Hands a frame to a link, or lets it wait until the medium that the link is part of is free.
    #[inline]
    fn put_into(&mut self, now: Instant, direction: Direction, handover: Handover) {
        if !self.media.has(direction.link) {
            return self.hand_over(now, direction, handover);
        }
        if let Some(handover) = self.wait_for_medium(now, direction, handover) {
            self.hand_over(now, direction, handover);
        }
    }

    /// Hands a frame to a link, by its first sender or a later one. What becomes of it is settled here.
    #[inline]
    fn hand_over(&mut self, now: Instant, direction: Direction, handover: Handover) {
        if self.under_way.len() + self.media.waiting() >= FRAMES_UNDER_WAY_MAX {
            return self.drop_unsent(now, direction, handover, DropReason::Overload);
        }
        let Handover { id, frame, first, new_bytes } = handover;
        let frame_id = id.unwrap_or_else(|| self.new_frame());
        if first && !self.fates.is_empty() {
            self.fates.sent(self.topology.sender(direction), frame_id, &frame);
        }
        let marks = Marks::default();
        let wire = &mut self.ways[direction.index()];
        if let Some((journey, fate)) = wire.send_plain(now, frame.len()) {
            let passage = Passage { frame, journey, fate, marks };
            return self.settle(now, direction, frame_id, passage, (first, new_bytes));
        }
        let shown = frame.clone();
        let (passage, copy) = wire.send(now, frame);
        let new_bytes = |passage: &Passage| new_bytes || !passage.frame.shares_buffer_with(&shown);
        let how = (first, new_bytes(&passage));
        self.settle(now, direction, frame_id, passage, how);
        if let Some(copy) = copy {
            let how = (false, new_bytes(&copy));
            self.settle(now, direction, frame_id, copy, how);
        }
    }

    /// Puts a frame on its way, if it arrives, and into the history.
    #[inline]
    fn settle(
        &mut self,
        now: Instant,
        direction: Direction,
        frame_id: FrameId,
        passage: Passage,
        (first, new_bytes): (bool, bool),
    ) {
        let Passage { frame, journey, fate, marks } = passage;
        let fate = Fate::from(fate);
        if fate == Fate::Delivered {
            let transit = self.history.next_transit();
            let at = (journey.arrival, self.queue.sequence());
            let event =
                match self.under_way.put(at, OnItsWay { direction, frame_id, transit, frame: frame.clone() })
                {
                    Put::First => Some(Event::Arrival(direction.index() as u32)),
                    Put::Behind => None,
                    Put::Overtakes(slot) => Some(Event::Overtaking(slot)),
                };
            if let Some(event) = event {
                self.queue.push_as(at.0, at.1, event);
            }
        }
        let queued = now;
        let reached_wire = true;
        let handed = Handed {
            frame_id,
            frame,
            new_bytes,
            direction,
            queued,
            journey,
            fate,
            first,
            marks,
            reached_wire,
        };
        self.history.hand_over(handed);
    }

    fn arrival(&mut self, now: Instant, on_its_way: OnItsWay) {
        let OnItsWay { direction, frame_id: id, transit, frame } = on_its_way;
        self.history.arrived(direction);
        let (node, port) = self.ends_at[direction.index()];
        let tag = Tag { frame: id.0, hop: transit.0 };
        let machine = &mut self.nodes[node.index()].machine;
        let received = machine.sends_on_same_bytes().then(|| frame.clone());
        match machine.receive(now, port, frame, tag, &mut self.runs) {
            Next::Nothing => {}
            Next::Act => {
                self.carry_out(now, node, received.as_ref());
                self.arm(now, node);
            }
            Next::Poll => {
                if machine.has_actions() {
                    self.carry_out(now, node, received.as_ref());
                }
                self.dirty.insert(node);
            }
        }
    }

    // ---- what nodes want done ----

    /// Carries out what a node wants done. `received`: the bytes that came in just now, if it may send them on unchanged.
    fn carry_out(&mut self, now: Instant, node: NodeId, received: Option<&Frame>) {
        let mut list = self.nodes[node.index()].machine.take_actions();
        match &mut list {
            List::Host(actions) => {
                let report = |world: &mut Self, output| world.host_output(now, node, output);
                self.act(now, node, received, actions, report, |why| Some(Refusal::Host(why)));
            }
            List::Switch(actions) => {
                let report = |world: &mut Self, event| {
                    world.history.node_event(now, node, NodeEvent::Switch(event));
                };
                self.act(now, node, received, actions, report, |why| Some(Refusal::Switch(why)));
            }
            List::Router(actions) => {
                let report = |world: &mut Self, event| {
                    world.history.node_event(now, node, NodeEvent::Router(event));
                };
                // A frame for another station is no loss.
                let reason = |why| (why != router::Refusal::NotForUs).then_some(Refusal::Router(why));
                self.act(now, node, received, actions, report, reason);
            }
            List::Frames(actions) => {
                self.act(now, node, received, actions, |_, never| match never {}, |never| match never {});
            }
        }
        self.nodes[node.index()].machine.reuse(list);
    }

    /// Carries out a list of actions, and empties it.
    fn act<E, R>(
        &mut self,
        now: Instant,
        node: NodeId,
        received: Option<&Frame>,
        actions: &mut Actions<E, R>,
        report: impl Fn(&mut Self, E),
        reason: impl Fn(R) -> Option<Refusal>,
    ) {
        for action in actions.0.drain(..) {
            match action {
                Action::Send { port, frame, of } => self.send(now, node, port, frame, of, received),
                Action::Refuse { tag, why } => {
                    if let Some(why) = reason(why) {
                        self.history.refuse(now, node, TransitId(tag.hop), why);
                    }
                }
                Action::Event(event) => report(self, event),
            }
        }
    }

    #[inline(always)] // It runs for every frame: not inlined, its many arguments would go through memory.
    fn send(
        &mut self,
        now: Instant,
        node: NodeId,
        port: PortId,
        frame: Frame,
        of: Option<Tag>,
        received: Option<&Frame>,
    ) {
        let new_bytes = !received.is_some_and(|received| received.shares_buffer_with(&frame));
        let id = of.map(|tag| FrameId(tag.frame));
        match self.ports[node.index()].get(port.0 as usize) {
            Some(&direction) => {
                let handover = Handover { id, frame, first: of.is_none(), new_bytes };
                self.put_into(now, direction, handover);
            }
            // Only hosts send before they have a cable; the frame's number stays unused.
            None => {
                self.new_frame();
                self.history.node_event(now, node, NodeEvent::Host(HostEvent::NoCable));
            }
        }
    }

    fn host_output(&mut self, now: Instant, node: NodeId, output: Output) {
        match output {
            Output::Changed(event) => {
                let card = match event {
                    HostEvent::Card { up } => Some(up),
                    _ => None,
                };
                self.history.node_event(now, node, NodeEvent::Host(event));
                if let Some(up) = card {
                    self.switch_card(now, node, up);
                }
            }
            Output::Run { run, event, totals } => self.history.run_event(now, run, event, totals),
            Output::Program { program, event } => self.history.program_event(now, program, event),
            Output::AllSent { run } => self.queue.push(now + FATES_AFTER, Event::Fates(run)),
            Output::RunEnded { run, outcome } => self.end_run(now, run, &outcome),
        }
    }

    /// A host has switched its card: its link gets or loses its carrier.
    fn switch_card(&mut self, now: Instant, node: NodeId, up: bool) {
        for Direction { link, from } in self.ports[node.index()].clone() {
            self.topology.links[link.index()].off[from.index()] = !up;
            self.link_changed(now, link, false);
        }
    }

    /// Ends a run at all hosts that take part in it.
    fn end_run(&mut self, now: Instant, run: RunId, outcome: &Outcome) {
        self.runs_open -= 1;
        self.fates.end(run);
        for node in mem::take(&mut self.participants[run.0 as usize]) {
            if let Some((host, actions)) = self.nodes[node.index()].machine.as_host() {
                host.end(
                    run,
                    *outcome == Outcome::Succeeded,
                    &mut Meter { now, runs: &mut self.runs, actions },
                );
                self.carry_out(now, node, None);
                self.dirty.insert(node);
            }
        }
    }

    /// Lets `f` measure, with the host `node` if it is one of this world, and carries out what follows.
    fn measure<R>(
        &mut self,
        now: Instant,
        node: NodeId,
        f: impl FnOnce(Option<&mut Host>, &mut Meter<'_>) -> R,
    ) -> R {
        let mut own = host::Actions::default();
        let (host, actions) = match self.nodes[node.index()].machine.as_host() {
            Some((host, actions)) => (Some(host), actions),
            None => (None, &mut own),
        };
        let mut meter = Meter { now, runs: &mut self.runs, actions };
        let result = f(host, &mut meter);
        while let Some((run, outcome)) = meter.next_ended() {
            meter.actions.event(Output::RunEnded { run, outcome });
        }
        self.carry_out(now, node, None);
        for action in own.0 {
            if let Action::Event(output) = action {
                self.host_output(now, node, output);
            }
        }
        result
    }

    fn new_frame(&mut self) -> FrameId {
        self.next_frame += 1;
        FrameId(self.next_frame - 1)
    }

    /// An outage of this link may begin or end now.
    fn outage(&mut self, now: Instant, link: LinkId) {
        if self.topology.link(link).has_carrier(now) != self.carriers[link.index()] {
            self.carrier(now, link);
        }
        // Of several such events, which changes of the link have left behind, one goes on.
        if self.topology.link(link).is_outage_edge(now) {
            self.await_carrier(now, link);
        }
    }

    fn interval(&mut self, now: Instant, run: RunId) {
        let RunKind::Iperf(Iperf { interval, .. }) = self.history.run(run).spec.kind else { return };
        let client = self.history.run(run).spec.from;
        let goes_on = self.measure(now, client, |_, meter| {
            meter.interval(run);
            meter.run(run).is_some()
        });
        if goes_on {
            self.queue.push(now + interval, Event::Interval(run));
        }
    }
}
