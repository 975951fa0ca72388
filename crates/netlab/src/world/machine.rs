//! What a node is while the world runs: one shape for all kinds.
//!
//! Each kind is a sans-IO state machine that knows nothing of the world. Here each gets the same face, [`Machine`]. Which kind a
//! node is matters only when it is made ([`machine`]), when its [list of actions](List) is carried out, and to runs, which begin
//! and end at hosts.

use super::programs::{Services, Shell};
use crate::topology::{Node, NodeId, NodeKind, Port, RouterConfig};
use bridge::Bridge;
use host::program::{Activity, ProgramId};
use host::{Host, Memory, Meter, Runs};
use router::Router;
use router::agent::Agent;
use std::convert::Infallible;
use std::mem;
use wire::node::{Actions, Tag};
use wire::{BitsPerSec, Frame, Instant, PortId};

/// A node's actions, as its kind lists them: the world carries out each list without copying it into another.
pub(super) enum List {
    Host(host::Actions),
    Switch(bridge::Actions),
    Router(router::Actions),
    /// Of a hub, which only sends.
    Frames(Frames),
}

/// The actions of a hub.
pub(super) type Frames = Actions<Infallible, Infallible>;

/// A port of a node, and the cable at it.
pub(super) struct PluggedIn<'a> {
    pub node: NodeId,
    pub number: PortId,
    pub settings: &'a Port,
    pub rate: Option<BitsPerSec>,
    pub carrier: bool,
}

/// What is to be done with a node that has received a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Nothing: it ignores the frame.
    Nothing,
    /// Its actions are carried out, and its timer is armed anew.
    Act,
    /// Its actions are carried out, and it is polled at the end of this moment, after all else that arrives.
    Poll,
}

/// A node that runs. What has a default does not concern all kinds: a host, for example, has no notion of a carrier.
pub(super) trait Machine {
    /// Adds the next port. Returns whether the node has to be polled for it.
    fn add_port(&mut self, now: Instant, port: &PluggedIn<'_>) -> bool;
    /// A port's cable gets or loses its carrier, or has another rate. Returns whether the node has to be polled for it.
    fn set_carrier(
        &mut self,
        _now: Instant,
        _port: PortId,
        _carrier: bool,
        _rate: Option<BitsPerSec>,
    ) -> bool {
        false
    }
    /// Whether its card is switched on, if it is a host.
    fn is_card_on(&self) -> bool {
        true
    }
    /// Changes a port's settings.
    fn set_port(&mut self, _now: Instant, _port: PortId, _settings: &Port) {}
    /// Changes the node's settings.
    fn set_config(&mut self, _now: Instant, _kind: &NodeKind) {}
    /// Clears what the node has learned.
    fn clear(&mut self, _now: Instant) {}
    /// A frame has arrived at a port.
    fn receive(&mut self, now: Instant, port: PortId, frame: Frame, tag: Tag, runs: &mut Runs) -> Next;
    /// Does what is due.
    fn poll(&mut self, _now: Instant, _runs: &mut Runs) {}
    /// When the node next has something to do by itself.
    fn next_timer(&self) -> Option<Instant> {
        None
    }
    /// Whether it sends received frames on without changing their bytes.
    fn sends_on_same_bytes(&self) -> bool {
        false
    }
    /// Takes its actions out, to be carried out in order.
    fn take_actions(&mut self) -> List;
    /// Gives it back the list that was taken out, now empty, so that its memory is used again.
    fn reuse(&mut self, empty: List);
    /// Whether actions wait to be taken.
    fn has_actions(&self) -> bool;
    /// Whether programs on it have something to do by themselves.
    fn is_busy(&self) -> bool {
        false
    }
    /// What a program on it is doing; `None`: it does not run here.
    fn activity(&self, _: ProgramId) -> Option<Activity> {
        None
    }
    /// The host, and its list of actions, if it is one.
    fn as_host(&mut self) -> Option<(&mut Host, &mut host::Actions)> {
        None
    }
    /// The addresses that a host has at this moment; `None` if it is no host, or one outside of the world.
    fn host_addresses(&self) -> Option<&[smoltcp::wire::IpCidr]> {
        None
    }
    /// The frames that have arrived at a host [outside](Outside) of the world.
    fn arrived(&mut self) -> Option<&mut Vec<(Instant, Frame)>> {
        None
    }
}

/// The kinds of nodes that a world can run. Without routers their code, a third of all, is left out of a program that does
/// not mention [`Kinds::ALL`]: the page loads it later.
#[derive(Clone, Copy)]
pub struct Kinds {
    router: Option<MakeRouter>,
    /// What makes programs of command lines; without it no command can be started.
    pub(super) shell: Option<Shell>,
    /// What gives routers their services; without it they have none.
    agents: Option<Agents>,
    /// What a change of a host's services ends and starts; without it they do not change.
    pub(super) services: Option<Services>,
}

/// Makes the services of a router of its settings, and a number of its own drawn from the seed; `None`: it has none.
pub type Agents = fn(&RouterConfig, u64) -> Option<Box<dyn Agent>>;

/// Makes a router run, with a number of its own drawn from the seed.
type MakeRouter = fn(&RouterConfig, u64, Option<Agents>) -> Box<dyn Machine>;

impl Kinds {
    /// Every kind, without a shell.
    pub const ALL: Self = Self { router: Some(routing), shell: None, agents: None, services: None };
    /// Every kind but routers. A topology with one is not to be run in such a world.
    pub const WITHOUT_ROUTERS: Self = Self { router: None, shell: None, agents: None, services: None };

    /// The same kinds, with hosts that run the programs of this shell.
    pub const fn with_shell(self, shell: Shell) -> Self {
        Self { shell: Some(shell), ..self }
    }

    /// The same kinds, with routers that have the services that this makes.
    pub const fn with_agents(self, agents: Agents) -> Self {
        Self { agents: Some(agents), ..self }
    }

    /// The same kinds, with hosts whose services change while they run as this says.
    pub const fn with_services(self, services: Services) -> Self {
        Self { services: Some(services), ..self }
    }
}

fn routing(config: &RouterConfig, random: u64, agents: Option<Agents>) -> Box<dyn Machine> {
    let mut router = Router::new(config.clone(), random);
    router.set_agent(agents.and_then(|agents| agents(config, random)));
    let services = config.services.clone();
    Box::new(Routing { router, actions: router::Actions::default(), agents, random, services })
}

/// Makes a node run.
pub(super) fn machine(
    kinds: Kinds,
    id: NodeId,
    node: &Node,
    memory: &Memory,
    random: impl Fn(u64) -> u64,
) -> Box<dyn Machine> {
    match &node.kind {
        NodeKind::Host(config) => {
            let mut host = Host::new(id, config.clone(), random(super::STREAM_OF_HOSTS));
            host.set_name(&node.name);
            host.share_memory(memory);
            Box::new(HostMachine { host, actions: host::Actions::default() })
        }
        NodeKind::Hub => Box::new(Hub::default()),
        NodeKind::Switch(config) => {
            let bridge = Bridge::new(config.clone(), id.bridge_mac());
            Box::new(Switch { bridge, actions: bridge::Actions::default() })
        }
        NodeKind::Router(config) => {
            let make = kinds.router.expect("this world runs routers");
            make(config, random(super::STREAM_OF_ROUTERS), kinds.agents)
        }
    }
}

/// A host outside of the world.
pub(super) fn outside() -> Box<dyn Machine> {
    Box::new(Outside::default())
}

struct HostMachine {
    host: Host,
    actions: host::Actions,
}

impl Machine for HostMachine {
    fn add_port(&mut self, now: Instant, _: &PluggedIn<'_>) -> bool {
        self.host.plugged(now);
        false
    }

    fn is_card_on(&self) -> bool {
        self.host.is_card_on()
    }

    fn set_config(&mut self, _: Instant, kind: &NodeKind) {
        if let NodeKind::Host(config) = kind {
            self.host.set_services(config.dhcp, config.services.clone());
        }
    }

    fn receive(&mut self, now: Instant, _: PortId, frame: Frame, tag: Tag, runs: &mut Runs) -> Next {
        let mut meter = Meter { now, runs, actions: &mut self.actions };
        if self.host.receive(frame, tag, &mut meter) { Next::Poll } else { Next::Nothing }
    }

    fn poll(&mut self, now: Instant, runs: &mut Runs) {
        self.host.poll(&mut Meter { now, runs, actions: &mut self.actions });
    }

    fn next_timer(&self) -> Option<Instant> {
        self.host.next_timer().map(|(at, _)| at)
    }

    fn take_actions(&mut self) -> List {
        List::Host(mem::take(&mut self.actions))
    }

    fn reuse(&mut self, empty: List) {
        if let List::Host(actions) = empty {
            self.actions = actions;
        }
    }

    fn has_actions(&self) -> bool {
        !self.actions.0.is_empty()
    }

    fn is_busy(&self) -> bool {
        self.host.is_busy()
    }

    fn activity(&self, program: ProgramId) -> Option<Activity> {
        self.host.activity(program)
    }

    fn as_host(&mut self) -> Option<(&mut Host, &mut host::Actions)> {
        Some((&mut self.host, &mut self.actions))
    }

    fn host_addresses(&self) -> Option<&[smoltcp::wire::IpCidr]> {
        Some(self.host.addresses())
    }
}

struct Switch {
    bridge: Bridge,
    actions: bridge::Actions,
}

impl Machine for Switch {
    fn add_port(&mut self, now: Instant, port: &PluggedIn<'_>) -> bool {
        let number = self.bridge.add_port(now, port.settings.of_switch(), port.rate, &mut self.actions);
        if !port.carrier {
            self.bridge.set_carrier(now, number, false, port.rate, &mut self.actions);
        }
        true
    }

    fn set_carrier(&mut self, now: Instant, port: PortId, carrier: bool, rate: Option<BitsPerSec>) -> bool {
        self.bridge.set_carrier(now, port, carrier, rate, &mut self.actions);
        true
    }

    fn set_port(&mut self, now: Instant, port: PortId, settings: &Port) {
        self.bridge.set_port(now, port, settings.of_switch(), &mut self.actions);
    }

    fn set_config(&mut self, now: Instant, kind: &NodeKind) {
        if let NodeKind::Switch(config) = kind {
            self.bridge.set_config(now, config.clone(), &mut self.actions);
        }
    }

    fn clear(&mut self, now: Instant) {
        self.bridge.clear(now, &mut self.actions);
    }

    fn receive(&mut self, now: Instant, port: PortId, frame: Frame, tag: Tag, _: &mut Runs) -> Next {
        self.bridge.receive(now, port, frame, tag, &mut self.actions);
        Next::Act
    }

    fn poll(&mut self, now: Instant, _: &mut Runs) {
        self.bridge.poll(now, &mut self.actions);
    }

    fn next_timer(&self) -> Option<Instant> {
        self.bridge.poll_at()
    }

    fn sends_on_same_bytes(&self) -> bool {
        true
    }

    fn take_actions(&mut self) -> List {
        List::Switch(mem::take(&mut self.actions))
    }

    fn reuse(&mut self, empty: List) {
        if let List::Switch(actions) = empty {
            self.actions = actions;
        }
    }

    fn has_actions(&self) -> bool {
        !self.actions.0.is_empty()
    }
}

struct Routing {
    router: Router,
    actions: router::Actions,
    agents: Option<Agents>,
    random: u64,
    /// What the agent was made from.
    services: Option<Box<str>>,
}

impl Machine for Routing {
    fn add_port(&mut self, now: Instant, port: &PluggedIn<'_>) -> bool {
        let mac = port.node.router_mac(port.number);
        let number = self.router.add_port(now, port.settings.of_router(), mac, &mut self.actions);
        if !port.carrier {
            self.router.set_carrier(now, number, false, &mut self.actions);
        }
        true
    }

    fn set_carrier(&mut self, now: Instant, port: PortId, carrier: bool, _: Option<BitsPerSec>) -> bool {
        self.router.set_carrier(now, port, carrier, &mut self.actions);
        true
    }

    fn set_port(&mut self, now: Instant, port: PortId, settings: &Port) {
        self.router.set_port(now, port, settings.of_router(), &mut self.actions);
    }

    fn set_config(&mut self, now: Instant, kind: &NodeKind) {
        if let NodeKind::Router(config) = kind {
            // Its services begin again, as programs do that read other settings.
            if self.services != config.services {
                self.services.clone_from(&config.services);
                self.router.set_agent(self.agents.and_then(|agents| agents(config, self.random)));
            }
            self.router.set_config(now, config.clone(), &mut self.actions);
        }
    }

    fn clear(&mut self, now: Instant) {
        self.router.clear(now, &mut self.actions);
    }

    fn receive(&mut self, now: Instant, port: PortId, frame: Frame, tag: Tag, _: &mut Runs) -> Next {
        self.router.receive(now, port, frame, tag, &mut self.actions);
        Next::Act
    }

    fn poll(&mut self, now: Instant, _: &mut Runs) {
        self.router.poll(now, &mut self.actions);
    }

    fn next_timer(&self) -> Option<Instant> {
        self.router.poll_at()
    }

    fn take_actions(&mut self) -> List {
        List::Router(mem::take(&mut self.actions))
    }

    fn reuse(&mut self, empty: List) {
        if let List::Router(actions) = empty {
            self.actions = actions;
        }
    }

    fn has_actions(&self) -> bool {
        !self.actions.0.is_empty()
    }
}

/// A repeater: each frame leaves at all other ports.
#[derive(Default)]
struct Hub {
    ports: u32,
    actions: Frames,
}

impl Machine for Hub {
    fn add_port(&mut self, _: Instant, _: &PluggedIn<'_>) -> bool {
        self.ports += 1;
        false
    }

    fn receive(&mut self, _: Instant, port: PortId, frame: Frame, tag: Tag, _: &mut Runs) -> Next {
        let others = (0..self.ports).map(PortId).filter(|other| *other != port);
        for other in others {
            self.actions.send(other, frame.clone(), Some(tag));
        }
        Next::Act
    }

    fn sends_on_same_bytes(&self) -> bool {
        true
    }

    fn take_actions(&mut self) -> List {
        List::Frames(mem::take(&mut self.actions))
    }

    fn reuse(&mut self, empty: List) {
        if let List::Frames(actions) = empty {
            self.actions = actions;
        }
    }

    fn has_actions(&self) -> bool {
        !self.actions.0.is_empty()
    }
}

/// A host whose machine is outside of the world: see [`World::open`](super::World::open).
#[derive(Default)]
struct Outside {
    arrived: Vec<(Instant, Frame)>,
}

impl Machine for Outside {
    fn add_port(&mut self, _: Instant, _: &PluggedIn<'_>) -> bool {
        false
    }

    fn receive(&mut self, now: Instant, _: PortId, frame: Frame, _: Tag, _: &mut Runs) -> Next {
        self.arrived.push((now, frame));
        Next::Nothing
    }

    fn take_actions(&mut self) -> List {
        List::Frames(Frames::default())
    }

    fn reuse(&mut self, _: List) {}

    fn has_actions(&self) -> bool {
        false
    }

    fn arrived(&mut self) -> Option<&mut Vec<(Instant, Frame)>> {
        Some(&mut self.arrived)
    }
}
