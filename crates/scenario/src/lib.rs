//! The document: a network and the traffic planned in it, as a file and as a link. The only crate that knows the format,
//! and it reads everything ever written: a version is never dropped.
//!
//! ```
//! let text = r#"{
//!   "packetarium": 1,
//!   "nodes": [
//!     {"id": "a", "kind": "host", "addresses": ["10.0.0.1/24"]},
//!     {"id": "b", "kind": "host", "addresses": ["10.0.0.2/24"]}
//!   ],
//!   "links": [{"ends": ["a", "b"], "delay": "5ms"}],
//!   "runs": [{"at": "0s", "ping": {"from": "a", "to": "b", "count": 3}}]
//! }"#;
//! let scenario = scenario::Scenario::parse(text).expect("it has no faults");
//! let link = scenario::link::encode(&scenario);
//! assert_eq!(scenario::link::decode(&link).unwrap(), scenario);
//!
//! let faults = scenario::Scenario::parse(&text.replace("5ms", "5")).unwrap_err();
//! assert_eq!(
//!     faults[0].to_string(),
//!     r#"links[0].delay (line 7, column 43): "5" has no unit: write something like "1ms""#
//! );
//! ```
//!
//! A map, in the order in which a document passes through:
//!
//! | module | what it is |
//! |---|---|
//! | [`source`] | what a text is: a document, a link, or the path of a file |
//! | [`link`] | the document in the fragment of a URL |
//! | `commands` | commands that are started on hosts |
//! | [`chapters`] | how the document directs the eye of its reader |
//! | `changes` | what happens to the network while it runs |
//! | `renumber` | adding and removing nodes and links; ids and numbers elsewhere follow |
//! | [`json`] | JSON values with their places and their exact text |
//! | [`quantity`] | `1.203s`, `100Mbps`, `64KiB`: exact, in integers |
//! | `read` | text → scenario, with every fault, not only the first |
//! | `lans` | the nodes that receive each other's broadcasts |
//! | `check` | faults that no single field shows: an address that two hosts have, a run that cannot reach its target |
//! | `write` | scenario → text, with everything left out that has its default |
//! | [`problem`] | what is wrong, with its kind and the nodes, link or run concerned |
//! | [`why`](mod@why) | why a run failed: what became of its frames |
//! | `fix` | how a problem is put right, where there is one right answer |
//! | [`addresses`] | the addresses that a new host should have on its LAN |
//! | `ip` | addresses and networks |
//! | `export` | the same network for containerlab, Kathará and Mininet (a cargo feature) |
//! | [`item`] | one node, link or run by itself: what a form reads and writes |
//! | `services` | the services of hosts as programs (a cargo feature) |
//! | `tree` | JSON to be written: fields in their order |
//! | [`fault`], [`bounds`] | what is wrong and where; how large a scenario may be |
//! | [`layout`] | places for nodes that have none |
//! | [`examples`], [`first`](first()) | scenarios to start from |
//! | `device` | the consoles of switches and routers: what they show, and what is changed there (a cargo feature) |
//!
//! The format itself is described by `docs/scenario.schema.json`; tests keep it and `read` in step.

#[cfg(all(test, target_arch = "wasm32"))]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

pub mod addresses;
pub mod bounds;
mod changes;
pub mod chapters;
mod check;
mod commands;
pub mod defaults;
#[cfg(feature = "services")]
pub mod device;
pub mod examples;
#[cfg(feature = "export")]
pub mod export;
pub mod fault;
mod first;
mod fix;
mod icon;
mod ip;
pub mod item;
pub mod json;
mod lans;
pub mod layout;
pub mod link;
pub mod problem;
pub mod quantity;
mod read;
mod renumber;
#[cfg(feature = "services")]
mod services;
pub mod source;
mod tree;
pub mod why;
mod write;

pub use changes::Change;
pub use chapters::Chapter;
pub use check::problems;
pub use commands::{CommandLine, Key};
#[cfg(feature = "services")]
pub use examples::service_examples;
pub use examples::{Example, Group, examples};
pub use fault::{Fault, Level, Place, Position};
pub use first::first;
pub use fix::Fix;
pub use icon::Icon;
pub use link::LinkError;
pub use problem::Problem;
pub use read::{Reading, locate, nearest};
pub use why::{Why, why};

use netlab::history::Limits;
use netlab::run::{IpVersion, RunSpec, Target};
#[cfg(feature = "services")]
use netlab::topology::NodeKind;
use netlab::topology::{HostConfig, NodeId, Topology};
use netlab::world::{Command, Kinds};
use netlab::{Instant, World};
use wire::sorted::SortedMap;

/// The version of the format that is written. Read are all up to this one.
pub const VERSION: u64 = 1;

/// The kinds of nodes that documents can have, and the commands that hosts know.
#[cfg(not(feature = "services"))]
pub const KINDS: Kinds = Kinds::ALL.with_shell(shell::program);
/// The kinds of nodes that documents can have, and the commands that hosts know.
#[cfg(feature = "services")]
pub const KINDS: Kinds = Kinds::ALL
    .with_shell(|line| ::commands::program(&services::SHELL, line))
    .with_agents(services::of_router)
    .with_services(services::begun::turn);

/// The name of the command that a line asks for, if there is none of that name.
#[cfg(not(feature = "services"))]
pub use shell::unknown as unknown_command;

/// The name of the command that a line asks for, if there is none of that name.
#[cfg(feature = "services")]
pub fn unknown_command(line: &str) -> Option<String> {
    // What stands behind a `|` is no command, but a filter of text.
    let name = shell::first_word(line.split('|').next()?)?;
    (!services::begun::NAMES.contains(&&*name)).then_some(name)
}

/// The names of the commands that hosts know.
#[cfg(feature = "services")]
pub fn command_names() -> &'static [&'static str] {
    &services::begun::NAMES
}

#[cfg(feature = "services")]
pub use services::names::host_names;

/// A network, the traffic planned in it, and how it is drawn: the content of a document.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// One line; may be empty.
    pub title: String,
    /// What to look at, in a few sentences.
    pub description: Option<String>,
    /// The seed of all randomness.
    pub seed: u64,
    /// Nodes and links at the start. A node's name is its id where the document gives none.
    pub topology: Topology,
    /// The id of each of these nodes, in the order of [`Topology::nodes`].
    pub ids: Vec<String>,
    /// Where each node is drawn; `None` if the document has no place for it: [`Scenario::positions`] finds one.
    pub at: Vec<Option<(f64, f64)>>,
    /// What nodes are drawn as, by id: the others as their kind. Nothing in the network depends on it.
    pub icons: SortedMap<String, Icon>,
    /// Planned runs and when they begin, in the order of their [`RunId`](netlab::run::RunId)s.
    pub runs: Vec<(Instant, RunSpec)>,
    /// Commands that are started on hosts and when, in the order of their [`ProgramId`](netlab::history::ProgramId)s, which begin
    /// behind those of the [services](Self::services).
    pub commands: Vec<(Instant, CommandLine)>,
    /// What happens to the network while it runs, in order of time. At one moment, changes come before runs that begin, and
    /// stops after them.
    pub changes: Vec<(Instant, Change)>,
    /// The story that it tells, in order of time. Nothing in the network depends on it.
    pub chapters: Vec<Chapter>,
}

impl Default for Scenario {
    /// An empty one.
    fn default() -> Self {
        Self {
            title: String::new(),
            description: None,
            seed: defaults::SEED,
            topology: Topology::default(),
            ids: Vec::new(),
            at: Vec::new(),
            icons: SortedMap::new(),
            runs: Vec::new(),
            commands: Vec::new(),
            changes: Vec::new(),
            chapters: Vec::new(),
        }
    }
}

impl Scenario {
    /// Reads a document.
    ///
    /// # Errors
    /// Every error, in the order of the text, up to [`bounds::FAULTS_MAX`].
    pub fn parse(text: &str) -> Result<Self, Vec<Fault>> {
        let Reading { scenario, faults, .. } = Self::read(text);
        scenario.ok_or_else(|| faults.into_iter().filter(Fault::is_error).collect())
    }

    /// Reads a document that is being edited: its network may be wrong (an address that two hosts have), as long as it can be
    /// drawn. [`check`](Self::check) returns what is wrong.
    ///
    /// # Errors
    /// The faults of a text that cannot be read, or whose network cannot be drawn.
    pub fn draft(text: &str) -> Result<Self, Vec<Fault>> {
        let Reading { scenario, draft, faults } = Self::read(text);
        scenario.or(draft).ok_or_else(|| faults.into_iter().filter(Fault::is_error).collect())
    }

    /// Reads a document and returns its warnings as well as its errors.
    pub fn read(text: &str) -> Reading {
        read::read(text)
    }

    /// Errors and warnings of a scenario that was not read from a text, such as one that was drawn.
    pub fn check(&self) -> Vec<Fault> {
        check::check(self, &check::Unusable::default())
    }

    /// The document, laid out for people: one line for each node, link and run; what has its default is left out.
    pub fn to_json(&self) -> String {
        write::pretty(self)
    }

    /// The document without any space.
    pub fn to_compact_json(&self) -> String {
        write::compact(self)
    }

    /// The node with this id, there from the start or added.
    pub fn node(&self, id: &str) -> Option<NodeId> {
        let mut all = self.ids.iter().map(String::as_str).chain(self.added().map(|(id, _)| id));
        all.position(|known| known == id).map(|index| NodeId(index as u32))
    }

    /// The id of a node, there from the start or added.
    pub fn id(&self, node: NodeId) -> &str {
        let added = || self.added().nth(node.index() - self.ids.len()).map(|(id, _)| id);
        let id = self.ids.get(node.index()).map(String::as_str);
        id.or_else(added).expect("a node of this scenario")
    }

    /// Where each node of the start is drawn, in logical units (the page's stage is about 900 × 560).
    pub fn positions(&self) -> Vec<(f64, f64)> {
        layout::positions(&self.topology, &self.at)
    }

    /// This scenario with one more planned run, such as one that was started by hand.
    pub fn with_run(mut self, at: Instant, spec: RunSpec) -> Self {
        self.runs.push((at, spec));
        self
    }

    /// This scenario with one more command, such as one that was typed by hand.
    pub fn with_command(mut self, at: Instant, command: CommandLine) -> Self {
        self.commands.push((at, command));
        self
    }

    /// The IP version that a run will use, as the world chooses it: IPv4 if both ends have it and the run does not ask for
    /// IPv6. `None` if they have none in common.
    pub fn ip_version(&self, from: NodeId, to: Target) -> Option<IpVersion> {
        ip_version(|node| self.host(node), from, to)
    }

    /// The programs that are started with hosts, there from the start or added, because of their settings: services, and clients of
    /// DHCP. Their ids come before those of [`commands`](Self::commands); programs that a [change](Change::Set) of services starts have ids
    /// of their own.
    pub fn services(&self) -> u32 {
        #[cfg(feature = "services")]
        {
            let nodes = self.topology.nodes.iter().chain(self.added().map(|(_, node)| node));
            nodes.map(|node| services::begun::lines_of(node).len() as u32).sum()
        }
        #[cfg(not(feature = "services"))]
        0
    }

    /// Whether there is something in it that only runs with the programs of [`KINDS`]: commands, services, addresses by DHCP.
    #[cfg(feature = "services")]
    pub fn needs_programs(&self) -> bool {
        let nodes = self.topology.nodes.iter().chain(self.added().map(|(_, node)| node));
        let set = self.changes.iter().filter_map(|(_, change)| match change {
            Change::Set(_, kind) => Some(kind),
            _ => None,
        });
        !self.commands.is_empty() || nodes.map(|node| &node.kind).chain(set).any(needs_programs)
    }

    /// A world at time zero, with the planned runs and changes scheduled. The same commands given by hand at the same moments, in
    /// the order described at [`changes`](Self::changes), make the same history.
    ///
    /// # Errors
    /// Everything that is wrong with the scenario.
    pub fn world(&self, limits: Limits) -> Result<World, Vec<Fault>> {
        self.world_of(limits, KINDS)
    }

    /// [`world`](Self::world) with these kinds of nodes: those of a page that has loaded no others yet.
    ///
    /// # Errors
    /// Everything that is wrong with the scenario.
    pub fn world_of(&self, limits: Limits, kinds: Kinds) -> Result<World, Vec<Fault>> {
        let errors: Vec<_> = self.check().into_iter().filter(Fault::is_error).collect();
        if !errors.is_empty() {
            return Err(errors);
        }
        self.unchecked_world(limits, kinds)
    }

    /// [`world`](Self::world) of a scenario that is known to be sound, and has only nodes of these kinds.
    ///
    /// # Errors
    /// What the world refuses.
    pub fn unchecked_world(&self, limits: Limits, kinds: Kinds) -> Result<World, Vec<Fault>> {
        let fault = |place, message: String| Fault::new(Level::Error, place, message);
        let mut world =
            World::of_kinds(self.topology.clone(), self.seed, limits, kinds).map_err(|errors| -> Vec<_> {
                errors.into_iter().map(|error| fault(Place::default(), error.to_string())).collect()
            })?;
        let services = self.services();
        let mut faults = Vec::new();
        let mut schedule = |list: &str, number: usize, at: Instant, command: Command| {
            if let Err(error) = world.schedule(at, command) {
                faults.push(fault(Place::default().field(list).index(number), error.to_string()));
            }
        };
        #[cfg(feature = "services")]
        for (number, node) in self.topology.nodes.iter().enumerate() {
            for line in services::begun::lines_of(node) {
                let on = NodeId(number as u32);
                schedule("nodes", number, Instant::ZERO, Command::Launch { on, line });
            }
        }
        // A stop needs its run's number, a run the nodes between which it goes.
        let (stops, others): (Vec<_>, Vec<_>) =
            self.changes.iter().enumerate().partition(|(_, (_, change))| change.is_about_entry());
        for (number, (at, change)) in others {
            schedule("changes", number, *at, change.command(services));
            #[cfg(feature = "services")]
            if let Change::Node { id, node, .. } = change {
                for line in services::begun::lines_of(node) {
                    let on = self.node(id).expect("it is added");
                    schedule("changes", number, *at, Command::Launch { on, line });
                }
            }
        }
        for (number, (at, spec)) in self.runs.iter().enumerate() {
            schedule("runs", number, *at, Command::Start(spec.clone()));
        }
        for (number, (at, CommandLine { on, line })) in (self.runs.len()..).zip(&self.commands) {
            schedule("runs", number, *at, Command::Launch { on: *on, line: line.clone() });
        }
        for (number, (at, change)) in stops {
            schedule("changes", number, *at, change.command(services));
        }
        if faults.is_empty() { Ok(world) } else { Err(faults) }
    }
}

/// Whether a node with these settings only runs with the programs of [`KINDS`].
#[cfg(feature = "services")]
pub fn needs_programs(kind: &NodeKind) -> bool {
    match kind {
        NodeKind::Host(config) => config.dhcp || config.services.is_some(),
        NodeKind::Router(config) => config.services.is_some(),
        NodeKind::Hub | NodeKind::Switch(_) => false,
    }
}

/// The services that a node offers, as the document names them, in no order that means something.
#[cfg(feature = "services")]
pub fn service_names(kind: &NodeKind) -> Vec<&str> {
    match kind {
        NodeKind::Host(config) => config.services.as_deref(),
        NodeKind::Router(config) => config.services.as_deref(),
        NodeKind::Hub | NodeKind::Switch(_) => None,
    }
    .map(services::begun::on)
    .unwrap_or_default()
}

/// [`Scenario::ip_version`] between hosts with these settings.
pub(crate) fn ip_version<'h>(
    host: impl Fn(NodeId) -> Option<&'h HostConfig>,
    from: NodeId,
    to: Target,
) -> Option<IpVersion> {
    let has = |node, version: IpVersion| {
        host(node).is_some_and(|host| {
            let own = host.addresses.iter().any(|cidr| version.is_of(&cidr.address()));
            own || host.learns(version == IpVersion::V6)
        })
    };
    [IpVersion::V4, IpVersion::V6].into_iter().find(|&version| {
        has(from, version)
            && match to {
                Target::Address(address) => version.is_of(&address),
                Target::Node(node, wanted) => {
                    has(node, version) && wanted.is_none_or(|wanted| wanted == version)
                }
            }
    })
}
