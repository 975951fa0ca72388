//! A scenario being executed: one machine that moves from moment to moment.
//!
//! At each moment: deliver what is due, poll the hosts concerned in order of their ids, hand over what they send, and go
//! on to the next moment. A moment is never cut, so slicing a run into animation frames changes nothing. Nothing is ever
//! polled because a slice ended or somebody looked.

mod command;
mod dirty;
mod outside;
mod slots;

pub use command::{Command, CommandError};

use crate::book::{Active, Book};
use crate::history::{DropReason, Fate, FrameId, Handed, History, Limits, NodeEvent, Refusal, TransitId};
use crate::host::Host;
use crate::queue::{Event, Queue};
use crate::run::{Iperf, Outcome, RunId, RunKind};
use crate::topology::{Direction, End, Link, LinkId, Node, NodeId, NodeKind, Topology, TopologyError};
use bridge::Bridge;
use dirty::Dirty;
use router::Router;
use slots::Slots;
use std::collections::VecDeque;
use std::mem;
use wire::line::Journey;
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
    machines: Vec<Machine>,
    /// For each node the directions it sends into by now; the place in the list is the port's number.
    ports: Vec<Vec<Direction>>,
    /// For each direction that is plugged in the port that it ends at.
    ends_at: Vec<(NodeId, PortId)>,
    /// For each direction its line and its impairments.
    ways: Vec<Wire>,
    /// For each link whether both its ends can tell that it is connected.
    carriers: Vec<bool>,
    queue: Queue,
    under_way: Slots,
    commands: Vec<Option<(Command, Option<RunId>)>>,
    commands_open: usize,
    runs_open: usize,
    active: Vec<Active>,
    dirty: Dirty,
    next_frame: u64,
    /// What comes from outside at the first open moment.
    injected: VecDeque<Frame>,
    /// Everything up to and with this moment has happened.
    done: Option<Instant>,
    history: History,
}

/// What a node is while the world runs.
enum Machine {
    Host(Box<Host>),
    Hub,
    Switch(Box<Switch>),
    Router(Box<Routing>),
    /// Somebody outside of the world is this host.
    Outside(Vec<(Instant, Frame)>),
}

/// A switch, what it wants done, and the one timer event that is in the queue.
struct Switch {
    bridge: Bridge,
    actions: bridge::Actions,
    armed: Option<Instant>,
}

/// A router, likewise.
struct Routing {
    router: Router,
    actions: router::Actions,
    armed: Option<Instant>,
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
        topology.check()?;
        let mut world = Self {
            seed,
            topology: Topology::default(),
            machines: Vec::new(),
            ports: Vec::new(),
            ends_at: Vec::new(),
            ways: Vec::new(),
            carriers: Vec::new(),
            queue: Queue::default(),
            under_way: Slots::default(),
            commands: Vec::new(),
            commands_open: 0,
            runs_open: 0,
            active: Vec::new(),
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
                let bridge = Bridge::new(config.clone(), id.bridge_mac());
                Machine::Switch(Box::new(Switch { bridge, actions: Actions::default(), armed: None }))
            }
            NodeKind::Router(config) => {
                let random = Stream::new(self.seed, &[STREAM_OF_ROUTERS, u64::from(id.0)]).draw_u64();
                let router = Router::new(config.clone(), random);
                Machine::Router(Box::new(Routing { router, actions: Actions::default(), armed: None }))
            }
        });
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
        self.history.add_link(born, link.clone());
        self.topology.links.push(link);
    }

    /// Plugs in the first link that is not. Links are added in order of time, so this is the one whose moment has come, and
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
        let carrier = self.topology.link(id).has_carrier(now);
        self.carriers.push(carrier);
        for end in End::BOTH {
            let link = self.topology.link(id);
            let (node, settings, rate) =
                (link.ends[end.index()], link.ports[end.index()].clone(), link.ways[end.index()].line.rate);
            match &mut self.machines[node.index()] {
                Machine::Host(host) => {
                    host.plugged(now);
                    self.arm(now, node);
                    continue;
                }
                Machine::Hub | Machine::Outside(_) => continue,
                Machine::Switch(switch) => {
                    let port = switch.bridge.add_port(now, settings.of_switch(), rate, &mut switch.actions);
                    if !carrier {
                        switch.bridge.set_carrier(now, port, false, rate, &mut switch.actions);
                    }
                }
                Machine::Router(routing) => {
                    let number = PortId(self.ports[node.index()].len() as u32 - 1);
                    let settings = settings.of_router();
                    let mac = node.router_mac(number);
                    let port = routing.router.add_port(now, settings, mac, &mut routing.actions);
                    if !carrier {
                        routing.router.set_carrier(now, port, false, &mut routing.actions);
                    }
                }
            }
            self.dirty.insert(node);
        }
        self.await_carrier(now, id);
    }

    /// Tells both ends of a link if it has got or lost its carrier, or has another rate.
    fn carrier(&mut self, now: Instant, id: LinkId) {
        let carrier = self.topology.link(id).has_carrier(now);
        self.carriers[id.index()] = carrier;
        for from in End::BOTH {
            let direction = Direction { link: id, from };
            let (node, port) = self.ends_at[direction.reverse().index()];
            let rate = self.topology.link(id).ways[from.index()].line.rate;
            match &mut self.machines[node.index()] {
                Machine::Host(_) | Machine::Hub | Machine::Outside(_) => continue,
                Machine::Switch(switch) => {
                    switch.bridge.set_carrier(now, port, carrier, rate, &mut switch.actions);
                }
                Machine::Router(routing) => {
                    routing.router.set_carrier(now, port, carrier, &mut routing.actions);
                }
            }
            self.dirty.insert(node);
        }
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
        match &mut self.machines[node.index()] {
            Machine::Host(host) => host,
            _ => panic!("it is no host"),
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
                Event::MachineTimer(node) => self.machine_timer(now, node),
                Event::Carrier(link) => self.outage(now, link),
                Event::Injection(node) => self.injection(now, node),
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
            for node in [ended.client].into_iter().chain(ended.servers) {
                if let Machine::Host(host) = &mut self.machines[node.index()] {
                    host.end(ended.run, outcome == Outcome::Succeeded, now, &mut self.history);
                    self.dirty.insert(node);
                }
            }
        }
        result
    }

    fn poll(&mut self, now: Instant, node: NodeId) {
        match &mut self.machines[node.index()] {
            Machine::Host(_) => self.poll_host(now, node),
            Machine::Hub | Machine::Outside(_) => {}
            Machine::Switch(switch) => {
                switch.bridge.poll(now, &mut switch.actions);
                self.carry_out(now, node, None);
            }
            Machine::Router(routing) => {
                routing.router.poll(now, &mut routing.actions);
                self.carry_out(now, node, None);
            }
        }
    }

    fn poll_host(&mut self, now: Instant, node: NodeId) {
        self.with_book(now, |machines, book| {
            if let Machine::Host(host) = &mut machines[node.index()] {
                host.poll(book);
            }
        });
        while let Some(frame) = self.with_book(now, |machines, book| match &mut machines[node.index()] {
            Machine::Host(host) => host.sent(book),
            _ => None,
        }) {
            let id = self.new_frame();
            match self.ports[node.index()].first() {
                Some(&direction) => self.hand_over(now, direction, id, frame, (true, true)),
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

    /// Hands a frame to a link, by its first sender or a later one. What becomes of it is settled here. `new_bytes`: they
    /// were on no wire before.
    fn hand_over(
        &mut self,
        now: Instant,
        direction: Direction,
        frame_id: FrameId,
        frame: Frame,
        (first, new_bytes): (bool, bool),
    ) {
        if self.under_way.len() >= FRAMES_UNDER_WAY_MAX {
            let journey = Journey { start: now, end: now, arrival: now };
            let fate = Fate::Dropped { reason: DropReason::Overload, at: now };
            let marks = Marks::default();
            let queued = now;
            let handed =
                Handed { frame_id, frame, new_bytes, direction, queued, journey, fate, first, marks };
            return self.history.hand_over(handed);
        }
        let shown = frame.clone();
        let (passage, copy) = self.ways[direction.index()].send(now, frame);
        let mut settle = |passage: Passage, first| {
            let Passage { frame, journey, fate, marks } = passage;
            let new_bytes = new_bytes || !frame.shares_buffer_with(&shown);
            let fate = Fate::from(fate);
            if fate == Fate::Delivered {
                let transit = self.history.next_transit();
                let slot = self.under_way.put((direction, frame_id, transit, frame.clone()));
                self.queue.push(journey.arrival, Event::Arrival(slot));
            }
            let queued = now;
            let handed =
                Handed { frame_id, frame, new_bytes, direction, queued, journey, fate, first, marks };
            self.history.hand_over(handed);
        };
        settle(passage, first);
        if let Some(copy) = copy {
            settle(copy, false);
        }
    }

    fn arrival(&mut self, now: Instant, slot: u32) {
        let (direction, id, transit, frame) = self.under_way.take(slot);
        self.history.arrived(direction);
        let (node, port) = self.ends_at[direction.index()];
        let tag = Tag { frame: id.0, hop: transit.0 };
        match &mut self.machines[node.index()] {
            Machine::Host(_) => {
                let wanted = self.with_book(now, |machines, book| match &mut machines[node.index()] {
                    Machine::Host(host) => host.receive(frame, book),
                    _ => false,
                });
                if wanted {
                    self.dirty.insert(node);
                }
            }
            Machine::Hub => self.flood(now, node, port, id, &frame),
            Machine::Switch(switch) => {
                switch.bridge.receive(now, port, frame.clone(), tag, &mut switch.actions);
                self.carry_out(now, node, Some(&frame));
            }
            Machine::Router(routing) => {
                routing.router.receive(now, port, frame, tag, &mut routing.actions);
                self.carry_out(now, node, None);
            }
            Machine::Outside(arrived) => arrived.push((now, frame)),
        }
    }

    fn flood(&mut self, now: Instant, node: NodeId, ingress: PortId, id: FrameId, frame: &Frame) {
        for port in 0..self.ports[node.index()].len() {
            if port != ingress.0 as usize {
                self.hand_over(now, self.ports[node.index()][port], id, frame.clone(), (false, false));
            }
        }
    }

    /// Does what a switch or router wants done. `received`: the bytes that came in just now.
    fn carry_out(&mut self, now: Instant, node: NodeId, received: Option<&Frame>) {
        match &mut self.machines[node.index()] {
            Machine::Switch(switch) => {
                let mut actions = mem::take(&mut switch.actions);
                let refusal = |why| Some(Refusal::Switch(why));
                self.act(now, node, received, &mut actions, NodeEvent::Switch, refusal);
                let Machine::Switch(switch) = &mut self.machines[node.index()] else { return };
                switch.actions = actions; // Its room is used again.
                let deadline = switch.bridge.poll_at();
                arm(&mut self.queue, now, node, deadline, &mut switch.armed);
            }
            Machine::Router(routing) => {
                let mut actions = mem::take(&mut routing.actions);
                let refusal = |why| (why != router::Refusal::NotForUs).then_some(Refusal::Router(why));
                self.act(now, node, received, &mut actions, NodeEvent::Router, refusal);
                let Machine::Router(routing) = &mut self.machines[node.index()] else { return };
                routing.actions = actions;
                let deadline = routing.router.poll_at();
                arm(&mut self.queue, now, node, deadline, &mut routing.armed);
            }
            Machine::Host(_) | Machine::Hub | Machine::Outside(_) => {}
        }
    }

    fn act<E, R>(
        &mut self,
        now: Instant,
        node: NodeId,
        received: Option<&Frame>,
        actions: &mut Actions<E, R>,
        event: impl Fn(E) -> NodeEvent,
        refusal: impl Fn(R) -> Option<Refusal>,
    ) {
        for action in actions.0.drain(..) {
            match action {
                Action::Send { port, frame, of } => self.send_on(now, node, port, frame, of, received),
                Action::Refuse { tag, why } => {
                    if let Some(why) = refusal(why) {
                        self.history.refuse(now, node, TransitId(tag.hop), why);
                    }
                }
                Action::Event(what) => self.history.node_event(now, node, event(what)),
            }
        }
    }

    fn send_on(
        &mut self,
        now: Instant,
        node: NodeId,
        port: PortId,
        frame: Frame,
        of: Option<Tag>,
        received: Option<&Frame>,
    ) {
        let direction = self.ports[node.index()][port.0 as usize];
        let new_bytes = !received.is_some_and(|received| received.shares_buffer_with(&frame));
        let id = match of {
            Some(tag) => FrameId(tag.frame),
            None => self.new_frame(),
        };
        self.hand_over(now, direction, id, frame, (of.is_none(), new_bytes));
    }

    fn new_frame(&mut self) -> FrameId {
        self.next_frame += 1;
        FrameId(self.next_frame - 1)
    }

    /// Has a switch or router polled at the first moment, if it has anything to do.
    fn wake(&mut self, node: NodeId) {
        let (idle, armed) = match &mut self.machines[node.index()] {
            Machine::Switch(switch) => {
                (switch.actions.0.is_empty() && switch.bridge.poll_at().is_none(), &mut switch.armed)
            }
            Machine::Router(routing) => {
                (routing.actions.0.is_empty() && routing.router.poll_at().is_none(), &mut routing.armed)
            }
            Machine::Host(_) | Machine::Hub | Machine::Outside(_) => return,
        };
        if !idle {
            *armed = Some(Instant::ZERO);
            self.queue.push(Instant::ZERO, Event::MachineTimer(node));
        }
    }

    fn machine_timer(&mut self, now: Instant, node: NodeId) {
        let (armed, deadline) = match &mut self.machines[node.index()] {
            Machine::Switch(switch) if !switch.actions.0.is_empty() => (&mut switch.armed, Some(now)),
            Machine::Router(routing) if !routing.actions.0.is_empty() => (&mut routing.armed, Some(now)),
            Machine::Switch(switch) => (&mut switch.armed, switch.bridge.poll_at()),
            Machine::Router(routing) => (&mut routing.armed, routing.router.poll_at()),
            Machine::Host(_) | Machine::Hub | Machine::Outside(_) => return,
        };
        if *armed != Some(now) {
            return; // An earlier one took its place.
        }
        *armed = None;
        if deadline.is_some_and(|deadline| deadline <= now) {
            self.dirty.insert(node);
        } else {
            arm(&mut self.queue, now, node, deadline, armed);
        }
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
        let goes_on = self.with_book(now, |_, book| {
            book.interval(run);
            book.run(run).is_some()
        });
        if goes_on {
            self.queue.push(now + interval, Event::Interval(run));
        }
    }
}

/// Sees to it that a machine's timer event is in the queue: only an earlier one is added.
fn arm(
    queue: &mut Queue,
    now: Instant,
    node: NodeId,
    deadline: Option<Instant>,
    armed: &mut Option<Instant>,
) {
    let Some(deadline) = deadline else { return };
    let deadline = deadline.max(now);
    if armed.is_none_or(|armed| deadline < armed) {
        *armed = Some(deadline);
        queue.push(deadline, Event::MachineTimer(node));
    }
}
