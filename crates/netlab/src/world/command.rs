//! Commands: what they are, what is checked when they are scheduled, and what happens when their moment
//! has come.
//!
//! A network grows while it runs. What is added gets its id, and its place in the topology and the history, at once when
//! it is scheduled, so that whatever refers to it can be scheduled too and every id is an index everywhere. It is only
//! plugged in at its moment: nothing happens to a node that no cable leads to and no run begins at, and no cable leads
//! anywhere before it is plugged in at both ends.

use super::World;
use crate::queue::Event;
use crate::run::{
    Failure, IpVersion, Iperf, IperfTransport, Outcome, RunEvent, RunId, RunKind, RunSpec, Target, Transport,
};
use crate::topology::{
    Direction, End, Link, LinkId, Node, NodeId, NodeKind, Port, RouterConfig, TopologyError, Way,
};
use host::program::ProgramId;
use host::{Host, Meter};
use smoltcp::wire::{IpAddress, IpCidr};
use std::{fmt, mem};
use texts::t;
use wire::Instant;

/// A change to a running world, or the start or end of a run.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Start a run.
    Start(RunSpec),
    /// Stop a run; what it measured stays.
    Stop(RunId),
    /// Change the settings of the port at one end of a link.
    SetPort(LinkId, End, Port),
    /// Change a switch's or router's settings, or the services of a host.
    SetNode(NodeId, NodeKind),
    /// Let a switch or router forget what it has learned.
    Clear(NodeId),
    /// Change both directions of a link, for frames handed to it from now on.
    SetLink(LinkId, [Way; 2]),
    /// Add a node; its id is the next free one: [`Topology::nodes`](crate::topology::Topology::nodes)' length before.
    AddNode(Node),
    /// Add a cable, for frames sent from now on; its id is the next free one, and so is its port at each end.
    AddLink(Link),
    /// Start the program that a command line asks for; its id is the next free one.
    Launch {
        /// The host.
        on: NodeId,
        /// The command line.
        line: String,
    },
    /// Type a line, which a program reads. One that has ended ignores it.
    Type(ProgramId, String),
    /// Type no more (Ctrl-D).
    EndInput(ProgramId),
    /// Interrupt a program (Ctrl-C).
    Interrupt(ProgramId),
}

/// Why a command cannot be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommandError {
    /// Only switches and routers have settings that can change while they run, and hosts services.
    NotChangeable,
    /// A run needs hosts at both ends.
    NotAHost,
    /// Only hosts run programs.
    NoPrograms,
    /// The owner of the world has given it no programs.
    NoShell,
    /// A run from a host to itself would never reach a wire.
    SameHost,
    /// No such run, program, link or node.
    NoSuchThing,
    /// A node or link that is only to be added later.
    NotYet {
        /// What was asked for.
        at: Instant,
        /// When it is added.
        born: Instant,
    },
    /// An addition before one that is already planned: ids and port numbers count in the order of time.
    OutOfOrder {
        /// What was asked for.
        at: Instant,
        /// The last addition so far.
        last: Instant,
    },
    /// With this addition it would be no topology that a world can be made from.
    Topology(TopologyError),
    /// A number out of its bounds.
    OutOfBounds(&'static str),
    /// The moment is past: the world has already got further.
    Past {
        /// What was asked for.
        at: Instant,
        /// The first moment that is still open.
        frontier: Instant,
    },
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotChangeable => {
                t!("only a switch's or router's settings and a host's services can be changed while it runs")
            }
            Self::NotAHost => t!("a run goes from a host to a host or an address; this node is not a host"),
            Self::NoPrograms => t!("commands are started on hosts; this node is not a host"),
            Self::NoShell => t!("no command can be started here: the program was made without them"),
            Self::SameHost => t!("a run needs two different hosts"),
            Self::NoSuchThing => t!("there is no such run, program, link or node"),
            Self::NotYet { at, born } => {
                return f.write_str(&t!(
                    "{at} is too early: this node or link is added at {born}; choose that moment or a later one"
                ));
            }
            Self::OutOfOrder { at, last } => {
                return f.write_str(&t!(
                    "{at} is too early: something is added at {last}, and additions go in order of time; add this then or later"
                ));
            }
            Self::Topology(why) => return why.fmt(f),
            Self::OutOfBounds(what) => what,
            Self::Past { at, frontier } => {
                return f.write_str(&t!(
                    "{at} is past: the world has already run to {frontier}"
                ));
            }
        })
    }
}

impl std::error::Error for CommandError {}

impl From<TopologyError> for CommandError {
    fn from(why: TopologyError) -> Self {
        Self::Topology(why)
    }
}

impl World {
    /// Does this command at the first open moment; returns that moment, and the run's id if one was started. Scheduling
    /// the same command for that moment in another world gives the same history.
    pub fn apply(&mut self, command: Command) -> Result<(Instant, Option<RunId>), CommandError> {
        let at = self.frontier();
        Ok((at, self.schedule(at, command)?))
    }

    /// Does this command at a moment to come; returns the run's id if it is to start one. Commands of one moment are done
    /// in the order in which they were scheduled, and all of them see what is added at that moment.
    ///
    /// Additions have to be scheduled in order of time: ids and ports are given here, and stay.
    pub fn schedule(&mut self, at: Instant, command: Command) -> Result<Option<RunId>, CommandError> {
        let frontier = self.frontier();
        if at < frontier {
            return Err(CommandError::Past { at, frontier });
        }
        self.check(at, &command)?;
        let (mut run, mut program) = (None, None);
        match &command {
            Command::Start(spec) => {
                self.runs_open += 1;
                run = Some(self.history.add_run(at, spec.clone()));
            }
            Command::Launch { on, line } => program = Some(self.history.add_program(at, *on, line.clone())),
            Command::AddNode(node) => self.add_node(at, node.clone()),
            Command::AddLink(link) => self.add_link(at, link.clone()),
            Command::Type(..)
            | Command::EndInput(_)
            | Command::Interrupt(_)
            | Command::Stop(_)
            | Command::SetLink(..)
            | Command::SetPort(..)
            | Command::SetNode(..)
            | Command::Clear(_) => {}
        }
        self.queue.push(at, Event::Command(self.commands.len() as u32));
        let number = run.map(|RunId(run)| run).or(program.map(|ProgramId(program)| program));
        self.commands.push(Some((command, number)));
        self.commands_open += 1;
        Ok(run)
    }

    fn check(&self, at: Instant, command: &Command) -> Result<(), CommandError> {
        match command {
            Command::Start(spec) => self.check_run(at, spec),
            Command::Stop(run) if run.0 as usize >= self.history.runs().len() => {
                Err(CommandError::NoSuchThing)
            }
            Command::Stop(_) => Ok(()),
            Command::SetLink(link, ways) => {
                let known = link.index() < self.topology.links.len();
                is_there(at, known.then(|| self.history.born_link(*link)))?;
                if ways.iter().any(Way::takes_no_time) {
                    return Err(CommandError::OutOfBounds("a link needs a rate or a delay"));
                }
                Ok(())
            }
            Command::SetPort(id, end, port) => {
                let known = id.index() < self.topology.links.len();
                is_there(at, known.then(|| self.history.born_link(*id)))?;
                let kind = &self.topology.node(self.topology.link(*id).ends[end.index()]).kind;
                if !port.is_for(kind) {
                    return Err(TopologyError::WrongPort(*id).into());
                }
                if port.fits() { Ok(()) } else { Err(TopologyError::BadPort(*id).into()) }
            }
            Command::SetNode(node, kind) => {
                self.check_known(at, *node)?;
                if !self.topology.node(*node).kind.can_become(kind) {
                    return Err(CommandError::NotChangeable);
                }
                if matches!(kind, NodeKind::Host(_)) && self.kinds.services.is_none() {
                    return Err(CommandError::NoShell);
                }
                Ok(kind.check(*node)?)
            }
            Command::Clear(node) => self.check_known(at, *node),
            Command::Launch { on, line } => self.check_launch(at, *on, line),
            Command::Type(program, line) => self.check_program(at, *program, line),
            Command::EndInput(program) | Command::Interrupt(program) => self.check_program(at, *program, ""),
            Command::AddNode(node) => {
                self.check_order(at)?;
                Ok(self.topology.check_node(node)?)
            }
            Command::AddLink(link) => {
                self.check_order(at)?;
                Ok(self.topology.check_link(link)?)
            }
        }
    }

    fn check_order(&self, at: Instant) -> Result<(), CommandError> {
        let last = self.history.last_addition();
        if at < last { Err(CommandError::OutOfOrder { at, last }) } else { Ok(()) }
    }

    fn check_run(&self, at: Instant, spec: &RunSpec) -> Result<(), CommandError> {
        spec.kind.check().map_err(CommandError::OutOfBounds)?;
        self.check_host(at, spec.from)?;
        if let RunKind::Multicast(multicast) = &spec.kind {
            if !matches!(spec.to, Target::Address(group) if group.is_multicast()) {
                return Err(CommandError::OutOfBounds("a multicast run goes to the address of a group"));
            }
            if multicast.receivers.contains(&spec.from) {
                return Err(CommandError::SameHost);
            }
            multicast.receivers.iter().try_for_each(|receiver| self.check_host(at, *receiver))?;
        }
        match spec.to {
            Target::Node(node, _) if node == spec.from => Err(CommandError::SameHost),
            Target::Node(node, _) => self.check_host(at, node),
            Target::Address(ip) if self.owners(at, ip).any(|owner| owner == spec.from) => {
                Err(CommandError::SameHost)
            }
            Target::Address(_) => Ok(()),
        }
    }

    pub(super) fn check_known(&self, at: Instant, node: NodeId) -> Result<(), CommandError> {
        let known = node.index() < self.topology.nodes.len();
        is_there(at, known.then(|| self.history.born_node(node)))
    }

    fn check_host(&self, at: Instant, node: NodeId) -> Result<(), CommandError> {
        self.check_known(at, node)?;
        if self.topology.host(node).is_none() { Err(CommandError::NotAHost) } else { Ok(()) }
    }

    // ---- when its moment has come ----

    pub(super) fn command(&mut self, now: Instant, number: u32) {
        let (command, number) = self.commands[number as usize].take().expect("a command is done once");
        self.commands_open -= 1;
        self.history.command(now, &command);
        match command {
            Command::Start(spec) => self.start(now, RunId(number.expect("a start has a run")), &spec),
            Command::Stop(run) => {
                let client = self.history.run(run).spec.from;
                self.measure(now, client, |_, meter| meter.finish(run, Outcome::Stopped));
            }
            Command::SetLink(id, ways) => {
                for (from, way) in End::BOTH.into_iter().zip(&ways) {
                    self.ways[Direction { link: id, from }.index()].set(way.line, &way.impairments);
                }
                let link = &mut self.topology.links[id.index()];
                let rates = |ways: &[Way; 2]| [ways[0].line.rate, ways[1].line.rate];
                let other_rate = rates(&link.ways) != rates(&ways);
                link.ways = ways;
                self.share_anew(now, id);
                self.link_changed(now, id, other_rate);
                self.await_carrier(now, id);
            }
            Command::SetPort(id, end, port) => {
                let node = self.topology.link(id).ends[end.index()];
                let (_, number) = self.ends_at[Direction { link: id, from: end.other() }.index()];
                self.nodes[node.index()].machine.set_port(now, number, &port);
                self.dirty.insert(node);
                self.topology.links[id.index()].ports[end.index()] = port;
                self.link_changed(now, id, false);
            }
            Command::SetNode(node, kind) => {
                self.nodes[node.index()].machine.set_config(now, &kind);
                self.dirty.insert(node);
                let before = mem::replace(&mut self.topology.nodes[node.index()].kind, kind.clone());
                self.history.node_changed(now, node, kind.clone());
                if let (NodeKind::Host(before), NodeKind::Host(after)) = (&before, &kind) {
                    self.turn_services(now, node, before, after);
                }
            }
            Command::Clear(node) => {
                self.nodes[node.index()].machine.clear(now);
                self.dirty.insert(node);
            }
            Command::AddNode(_) => {} // It has stood there since it was scheduled: nothing could reach it.
            Command::AddLink(_) => self.plug(now),
            Command::Launch { on, line } => {
                let id = ProgramId(number.expect("a launch has a program"));
                self.launch_now(now, on, id, &line);
            }
            Command::Type(program, line) => {
                self.with_program(now, program, |host, id, meter| host.type_line(id, &line, meter));
            }
            Command::EndInput(program) => self.with_program(now, program, Host::end_input),
            Command::Interrupt(program) => self.with_program(now, program, Host::interrupt),
        }
    }

    /// Notes that a link is otherwise now, and lets both ends notice what they can.
    pub(super) fn link_changed(&mut self, now: Instant, id: LinkId, other_rate: bool) {
        let link = self.topology.link(id).clone();
        if other_rate || link.has_carrier(now) != self.carriers[id.index()] {
            self.carrier(now, id);
        }
        self.history.link_changed(now, id, link);
    }

    fn start(&mut self, now: Instant, run: RunId, spec: &RunSpec) {
        let address = self.address(spec);
        // Several hosts may have an address, each on a LAN of its own or on one: which of them is reached, the frames decide.
        let servers: Vec<_> = match (&spec.kind, spec.to, address) {
            (RunKind::Multicast(multicast), ..) => multicast.receivers.clone(),
            (_, Target::Node(node, _), Some(_)) => vec![node],
            (_, Target::Address(address), _) => self.owners(now, address).collect(),
            (_, Target::Node(..), None) => Vec::new(),
        };
        // A router may lead a port of its own to a machine behind it.
        let forwarded = address
            .zip(spec.kind.service())
            .filter(|_| {
                servers.iter().all(|server| self.nodes[server.index()].machine.host_addresses().is_none())
            })
            .and_then(|(address, (transport, port))| self.forwarded(now, address, transport, port));
        let (servers, forwarded_port) = match forwarded {
            Some((servers, port)) => (servers, Some(port)),
            None => (servers, None),
        };
        let participants = [spec.from].into_iter().chain(servers.iter().copied()).collect();
        self.participants.resize_with(self.participants.len().max(run.0 as usize + 1), Vec::new);
        self.participants[run.0 as usize] = participants;
        self.runs.begin(run, now);
        let mut needs = self.measure(now, spec.from, |host, meter| {
            meter.event(run, RunEvent::Started);
            let Some(address) = address else {
                meter.fail(run, Failure::NoAddress);
                return None;
            };
            host?.start(run, &spec.kind, address, meter)
        });
        self.dirty.insert(spec.from);
        if let (Some(needs), Some(port)) = (&mut needs, forwarded_port) {
            needs.port = port;
        }
        for server in servers {
            if let Some(needs) = &needs
                && let Some((host, actions)) = self.nodes[server.index()].machine.as_host()
            {
                host.serve(needs, &mut Meter { now, runs: &mut self.runs, actions });
                self.carry_out(now, server, None);
                self.dirty.insert(server);
            }
        }
        if let (RunKind::Iperf(Iperf { transport: IperfTransport::Udp { .. }, .. }), Some(to)) =
            (&spec.kind, address)
        {
            self.fates.begin(run, spec.from, to);
        }
        if let RunKind::Iperf(Iperf { interval, .. }) = spec.kind {
            self.queue.push(now + interval, Event::Interval(run));
        }
    }

    /// The address that a run goes to: of the target's, one on a network of the client's if there is one. Link-local ones only
    /// if the two have nothing else in common: they are of use on one network.
    fn address(&self, spec: &RunSpec) -> Option<IpAddress> {
        let (node, asked) = match spec.to {
            Target::Address(address) => return Some(address),
            Target::Node(node, asked) => (node, asked),
        };
        let (from, to) = (self.addresses(spec.from), self.addresses(node));
        let is_local = |ip: &IpAddress| matches!(ip, IpAddress::Ipv6(ip) if ip.is_unicast_link_local());
        [(IpVersion::V4, false), (IpVersion::V6, false), (IpVersion::V6, true)]
            .into_iter()
            .filter(|(version, _)| asked.is_none_or(|asked| asked == *version))
            .find_map(|(version, local)| {
                let fits = |ip: &IpAddress| version.is_of(ip) && is_local(ip) == local;
                let ours: Vec<_> = from.iter().filter(|cidr| fits(&cidr.address())).collect();
                let mut theirs = to.iter().map(IpCidr::address).filter(fits);
                let near = theirs.clone().find(|ip| ours.iter().any(|cidr| cidr.contains_addr(ip)));
                if ours.is_empty() { None } else { near.or_else(|| theirs.next()) }
            })
    }

    /// All addresses that a host has by now, those that it got from routers included.
    fn addresses(&self, node: NodeId) -> Vec<IpCidr> {
        match self.nodes[node.index()].machine.host_addresses() {
            Some(addresses) => addresses.to_vec(),
            None => {
                let host = self.topology.host(node);
                host.into_iter().flat_map(|host| host.addresses_of_stack(node)).collect()
            }
        }
    }

    /// The hosts, and their port, to which a router with this outside address leads this port: all that have the address to which
    /// it leads.
    fn forwarded(
        &self,
        at: Instant,
        address: IpAddress,
        transport: Transport,
        port: u16,
    ) -> Option<(Vec<NodeId>, u16)> {
        let outside = |port: &Port| {
            matches!(port, Port::Router(port)
            if port.outside && port.addresses.iter().any(|cidr| cidr.address() == address))
        };
        let ends = self.topology.links.iter().flat_map(|link| link.ends.iter().zip(&link.ports));
        let router = ends.filter(|(_, port)| outside(port)).map(|(&node, _)| node).next()?;
        let NodeKind::Router(RouterConfig { nat: Some(nat), .. }) = &self.topology.node(router).kind else {
            return None;
        };
        let wanted = match transport {
            Transport::Tcp => router::config::Transport::Tcp,
            Transport::Udp => router::config::Transport::Udp,
        };
        let forward = nat.forwards.iter().find(|known| (known.transport, known.port) == (wanted, port))?;
        let servers: Vec<_> = self.owners(at, IpAddress::Ipv4(forward.to)).collect();
        (!servers.is_empty()).then_some((servers, forward.to_port))
    }

    /// The hosts that have this address at this moment.
    fn owners(&self, at: Instant, address: IpAddress) -> impl Iterator<Item = NodeId> {
        let there = self.topology.node_ids().take_while(move |&id| self.history.born_node(id) <= at);
        let is_it = move |cidr: &IpCidr| cidr.address() == address;
        there.filter(move |&id| match self.nodes[id.index()].machine.host_addresses() {
            Some(addresses) => addresses.iter().any(is_it),
            None => self.addresses(id).iter().any(is_it),
        })
    }
}

/// Whether something exists at this moment, by when it is added.
fn is_there(at: Instant, born: Option<Instant>) -> Result<(), CommandError> {
    match born {
        None => Err(CommandError::NoSuchThing),
        Some(born) if at < born => Err(CommandError::NotYet { at, born }),
        Some(_) => Ok(()),
    }
}
