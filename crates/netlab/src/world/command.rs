//! What people do to a world: the commands, what is checked when they are scheduled, and what happens when their moment
//! has come.
//!
//! A network grows while it runs. What is added gets its id, and its place in the topology and the history, at once when
//! it is scheduled, so that whatever refers to it can be scheduled too and every id is an index everywhere. It is only
//! plugged in at its moment: nothing happens to a node that no cable leads to and no run begins at, and no cable leads
//! anywhere before it is somebody's port.

use super::{Machine, World};
use crate::book::Active;
use crate::queue::Event;
use crate::run::{Failure, IpVersion, Iperf, Outcome, RunEvent, RunId, RunKind, RunSpec, Target};
use crate::topology::{Direction, End, Link, LinkId, Node, NodeId, TopologyError, Way};
use smoltcp::wire::IpAddress;
use vnetif::Instant;

/// Something that a person does to a world.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Start a run.
    Start(RunSpec),
    /// Stop a run; what it measured stays.
    Stop(RunId),
    /// Change both directions of a link, for frames handed to it from now on.
    SetLink(LinkId, [Way; 2]),
    /// Add a node; its id is the next free one: [`Topology::nodes`](crate::topology::Topology::nodes)' length before.
    AddNode(Node),
    /// Add a cable, for frames sent from now on; its id is the next free one, and so is its port at each end.
    AddLink(Link),
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
    /// A node or link that is only to be added later.
    #[error("{at} is too early: this node or link is added at {born}; choose that moment or a later one")]
    NotYet {
        /// What was asked for.
        at: Instant,
        /// When it is added.
        born: Instant,
    },
    /// An addition before one that is already planned: ids and port numbers count in the order of time.
    #[error(
        "{at} is too early: something is added at {last}, and additions go in order of time; add this then or later"
    )]
    OutOfOrder {
        /// What was asked for.
        at: Instant,
        /// The last addition so far.
        last: Instant,
    },
    /// With this addition it would be no topology that a world can be made from.
    #[error(transparent)]
    Topology(#[from] TopologyError),
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
        let mut run = None;
        match &command {
            Command::Start(spec) => {
                self.runs_open += 1;
                run = Some(self.history.add_run(at, spec.clone()));
            }
            Command::AddNode(node) => self.add_node(at, node.clone()),
            Command::AddLink(link) => self.add_link(at, link.clone()),
            Command::Stop(_) | Command::SetLink(..) => {}
        }
        self.queue.push(at, Event::Command(self.commands.len() as u32));
        self.commands.push(Some((command, run)));
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
        match spec.to {
            Target::Node(node, _) if node == spec.from => Err(CommandError::SameHost),
            Target::Node(node, _) => self.check_host(at, node),
            Target::Address(ip) if self.owner(at, ip) == Some(spec.from) => Err(CommandError::SameHost),
            Target::Address(_) => Ok(()),
        }
    }

    fn check_host(&self, at: Instant, node: NodeId) -> Result<(), CommandError> {
        let known = node.index() < self.topology.nodes.len();
        is_there(at, known.then(|| self.history.born_node(node)))?;
        if self.topology.host(node).is_none() { Err(CommandError::NotAHost) } else { Ok(()) }
    }

    // ---- when its moment has come ----

    pub(super) fn command(&mut self, now: Instant, number: u32) {
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
                self.topology.links[link.index()].ways.clone_from(&ways);
                self.history.link_changed(now, link, ways);
            }
            Command::AddNode(_) => {} // It has stood there since it was scheduled: nothing could reach it.
            Command::AddLink(_) => self.plug(),
        }
    }

    fn start(&mut self, now: Instant, run: RunId, spec: &RunSpec) {
        let address = self.address(spec);
        let server = address.and_then(|address| self.owner(now, address));
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

    /// The host that has this address at this moment.
    fn owner(&self, at: Instant, address: IpAddress) -> Option<NodeId> {
        let mut there = self.topology.node_ids().take_while(|&id| self.history.born_node(id) <= at);
        there.find(|&id| {
            let addresses = self.topology.host(id).map(|host| &host.addresses);
            addresses.is_some_and(|addresses| addresses.iter().any(|cidr| cidr.address() == address))
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
