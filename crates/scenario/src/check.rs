//! Faults that no single field shows: bounds, duplicates, loops, VLANs that do not match, runs that cannot reach their target.
//! The checks look at the scenario, not at its text, so they serve drawn networks as well as written ones.

mod barriers;
mod changes;
mod chapters;
mod commands;
mod distances;
mod doubles;
mod hops;
mod lans;
mod links;
mod loops;
mod mtus;
mod nodes;
mod owners;
mod paths;
mod ports;
mod routers;
mod runs;
mod services;
mod translators;
mod vlans;

use crate::bounds::*;
use crate::fault::{Fault, Level, Place, Step};
use crate::lans::{Lans, Sets};
use crate::problem::{Kind, Problem};
use crate::quantity::{quoted, show_rate, show_size, show_time};
use crate::{Change, Scenario};
use distances::{Distance, Rip};
pub(crate) use hops::rule_words;
use netlab::topology::{End, LinkId, NodeId};
use netlab::{BitsPerSec, Duration, Instant};
use owners::Owners;
use smoltcp::wire::IpCidr;
use std::cell::{Cell, OnceCell, RefCell};
use texts::t;
use wire::sorted::{SortedMap, SortedSet};

/// What could not be read, by its number in the whole network: nothing is reported about the placeholders in its stead.
#[derive(Debug, Default)]
pub(crate) struct Unusable {
    /// Nodes without an id.
    pub ids: SortedSet<usize>,
    /// Nodes with faulty settings.
    pub hosts: SortedSet<usize>,
    /// Links with faulty ends.
    pub links: SortedSet<usize>,
    /// Runs of an unknown kind or with faulty ends.
    pub runs: SortedSet<usize>,
    /// Changes of an unknown kind, or whose link is unknown.
    pub changes: SortedSet<usize>,
    /// Commands on an unknown host.
    pub commands: SortedSet<usize>,
}

impl Unusable {
    /// The same where one entry was read by itself, for a check that has it as its first.
    pub(crate) fn of_one(&self) -> Self {
        let first = |numbers: &SortedSet<usize>| numbers.iter().map(|_| 0).collect();
        Self {
            ids: first(&self.ids),
            hosts: first(&self.hosts),
            links: first(&self.links),
            runs: first(&self.runs),
            changes: first(&self.changes),
            commands: first(&self.commands),
        }
    }
}

/// Everything wrong, list by list.
pub(crate) fn check(scenario: &Scenario, unusable: &Unusable) -> Vec<Fault> {
    let whole = scenario.whole();
    let lans = Lans::new(&whole.topology);
    let check = Check::all(scenario, &whole, unusable, &lans);
    check.found.into_iter().map(|problem| problem.fault).collect()
}

/// Everything that keeps this network from doing what was meant: what refuses the document first, then what is allowed but will
/// surprise a learner; up to [`FAULTS_MAX`](crate::bounds::FAULTS_MAX).
pub fn problems(scenario: &Scenario) -> Vec<Problem> {
    let whole = scenario.whole();
    let (unusable, lans) = (Unusable::default(), Lans::new(&whole.topology));
    let mut check = Check::all(scenario, &whole, &unusable, &lans);
    check.lans();
    let (mut first, then): (Vec<_>, _) =
        check.found.into_iter().partition(|problem| problem.fault.is_error());
    first.extend(then);
    first.truncate(FAULTS_MAX);
    first
}

/// Asks something of the checks of a network.
pub(crate) fn with_check<R>(
    scenario: &Scenario,
    unusable: &Unusable,
    ask: impl FnOnce(&Check<'_>) -> R,
) -> R {
    let whole = scenario.whole();
    let lans = Lans::new(&whole.topology);
    ask(&Check::bare(scenario, &whole, unusable, &lans))
}

/// Added nodes and cables are checked as if they were there from the start. That finds everything that is wrong at any moment,
/// because nothing is ever removed; that something is not connected yet is no fault.
pub(crate) struct Check<'s> {
    /// With everything that is added.
    scenario: &'s Scenario,
    changes: &'s [(Instant, Change)],
    /// Which changes add what comes behind the nodes, and the links, of the start; and how many these are.
    added: [Vec<usize>; 2],
    started: [usize; 2],
    unusable: &'s Unusable,
    lans: &'s Lans<'s>,
    /// Which nodes have a way to each other over cables, whatever stands between.
    connected: Sets,
    /// The ports of each node, in the order of their numbers: which cable, and which end of it.
    ports: Vec<Vec<(LinkId, End)>>,
    owners: Owners,
    /// What RIP announces, and how far each network is from each router; made when it is asked for.
    rip: OnceCell<Rip>,
    rip_distances: RefCell<SortedMap<IpCidr, SortedMap<NodeId, Distance>>>,
    /// Networks and ports that may still be looked at to find the paths of runs: this bounds the time that a hostile document
    /// costs.
    patience: Cell<usize>,
    /// The services of each node; read when they are asked for.
    #[cfg(feature = "services")]
    all_services: OnceCell<std::rc::Rc<[crate::services::settings::Settings]>>,
    /// Those that changes set nodes to.
    #[cfg(feature = "services")]
    later_services: OnceCell<std::rc::Rc<[(NodeId, crate::services::settings::Settings)]>>,
    found: Vec<Problem>,
}

/// More than any real network needs.
const PATIENCE: usize = 5_000_000;

fn root() -> Place {
    Place::default()
}

fn has_control(text: &str) -> bool {
    text.chars().any(char::is_control)
}

impl<'s> Check<'s> {
    /// With nothing checked yet.
    fn bare(start: &'s Scenario, whole: &'s Scenario, unusable: &'s Unusable, lans: &'s Lans<'s>) -> Self {
        let changes = start.changes.iter().enumerate();
        let mut added = [Vec::new(), Vec::new()];
        for (number, (_, change)) in changes {
            match change {
                Change::Node { .. } => added[0].push(number),
                Change::Cable(_) => added[1].push(number),
                Change::Link(..)
                | Change::Port(..)
                | Change::Set(..)
                | Change::Clear(_)
                | Change::Stop(_)
                | Change::Key(..) => {}
            }
        }
        let mut connected = Sets::new(whole.ids.len());
        let mut ports = vec![Vec::new(); whole.ids.len()];
        for (number, link) in whole.topology.links.iter().enumerate() {
            let [a, b] = link.ends.map(NodeId::index);
            if a != b && a.max(b) < whole.ids.len() {
                connected.join(a, b);
                ports[a].push((LinkId(number as u32), End::First));
                ports[b].push((LinkId(number as u32), End::Second));
            }
        }
        connected.flatten();
        Self {
            scenario: whole,
            changes: &start.changes,
            added,
            started: [start.topology.nodes.len(), start.topology.links.len()],
            unusable,
            lans,
            connected,
            ports,
            owners: Owners::new(lans, whole),
            rip: OnceCell::new(),
            rip_distances: RefCell::default(),
            patience: Cell::new(PATIENCE),
            #[cfg(feature = "services")]
            all_services: OnceCell::new(),
            #[cfg(feature = "services")]
            later_services: OnceCell::new(),
            found: Vec::new(),
        }
    }

    fn all(start: &'s Scenario, whole: &'s Scenario, unusable: &'s Unusable, lans: &'s Lans<'s>) -> Self {
        let mut check = Self::bare(start, whole, unusable, lans);
        check.document();
        check.ids();
        check.nodes();
        check.doubles();
        check.links();
        check.loops();
        check.routers();
        check.runs();
        check.commands();
        check.changes();
        check.chapters();
        check
    }

    fn error(&mut self, place: Place, message: impl Into<String>) {
        self.problem(Kind::Other, Level::Error, place, message.into());
    }

    /// Returns it, so that the other nodes that it concerns can be added.
    fn problem(&mut self, kind: Kind, level: Level, place: Place, message: String) -> &mut Problem {
        let mut problem = Problem::new(kind, Fault::new(level, place, message));
        if let [Step::Field(list), Step::Index(number), ..] = problem.fault.place.steps()
            && list == "changes"
        {
            let number = *number;
            let behind = |list: usize| {
                let place = self.added[list].binary_search(&number);
                (self.started[list] + place.expect("it adds one")) as u32
            };
            let whole = self.scenario;
            match self.changes.get(number) {
                Some((_, Change::Node { .. })) => problem.nodes.push(NodeId(behind(0))),
                Some((_, Change::Cable(_))) => problem.link = Some(LinkId(behind(1))),
                Some((_, Change::Link(link, _) | Change::Port(link, ..))) => problem.link = Some(*link),
                Some((_, Change::Set(node, _) | Change::Clear(node))) => problem.nodes.push(*node),
                Some((_, Change::Stop(run))) => problem.run = Some(run.0 as usize),
                Some((_, Change::Key(program, _))) => {
                    problem
                        .nodes
                        .extend(whole.commands.get(program.0 as usize).map(|(_, command)| command.on));
                }
                None => {}
            }
        }
        self.found.push(problem);
        self.found.last_mut().expect("it was put there")
    }

    /// Where a node of the whole network stands in the document.
    fn node_place(&self, number: usize) -> Place {
        match number.checked_sub(self.started[0]) {
            None => root().field("nodes").index(number),
            Some(added) => root().field("changes").index(self.added[0][added]).field("node"),
        }
    }

    fn link_place(&self, number: usize) -> Place {
        match number.checked_sub(self.started[1]) {
            None => root().field("links").index(number),
            Some(added) => root().field("changes").index(self.added[1][added]).field("cable"),
        }
    }

    /// The port at this end of a link of the whole network.
    fn port_place(&self, number: usize, end: End) -> Place {
        let node = self.scenario.topology.links[number].ends[end.index()];
        self.link_place(number).field("ports").field(self.scenario.id(node))
    }

    /// From when on a node of the whole network is there.
    fn born(&self, node: NodeId) -> Instant {
        let added = node.index().checked_sub(self.started[0]);
        let change = added.and_then(|added| self.added[0].get(added));
        change.map_or(Instant::ZERO, |&change| self.changes[change].0)
    }

    /// A value has to lie in `min..=max`, shown as people write it.
    fn within<T: PartialOrd>(
        &mut self,
        place: Place,
        value: T,
        [min, max]: [T; 2],
        show: impl Fn(&T) -> String,
    ) {
        if value < min {
            self.error(place, t!("{} is too little: at least {}", show(&value), show(&min)));
        } else if value > max {
            self.error(place, t!("too much: at most {}", show(&max)));
        }
    }

    fn size_within(&mut self, place: Place, bytes: usize, bounds: [usize; 2]) {
        self.within(place, bytes, bounds, |&bytes| show_size(bytes as u64));
    }

    fn time_within(&mut self, place: Place, time: Duration, bounds: [Duration; 2]) {
        self.within(place, time, bounds, |&time| show_time(time));
    }

    fn rate_within(&mut self, place: Place, rate: BitsPerSec, max: BitsPerSec) {
        self.within(place, rate, [BitsPerSec::new(1).expect("not zero"), max], |&rate| show_rate(rate));
    }

    fn text_within(&mut self, place: Place, text: &str, chars_max: usize) {
        if text.chars().count() > chars_max {
            self.error(place, t!("this text is too long: at most {chars_max} characters"));
        }
    }

    fn document(&mut self) {
        let scenario = self.scenario;
        self.text_within(root().field("title"), &scenario.title, TITLE_CHARS_MAX);
        if has_control(&scenario.title) {
            self.error(root().field("title"), t!("a title is one line without control characters"));
        }
        if let Some(description) = &scenario.description {
            self.text_within(root().field("description"), description, DESCRIPTION_CHARS_MAX);
        }
        self.within(root().field("seed"), scenario.seed, [0, SEED_MAX], u64::to_string);
        for (list, count, max) in [
            ("nodes", self.started[0], NODES_MAX),
            ("links", self.started[1], LINKS_MAX),
            ("runs", scenario.runs.len() + scenario.commands.len(), RUNS_MAX),
            ("changes", self.changes.len(), CHANGES_MAX),
        ] {
            if count > max {
                self.error(root().field(list), t!("there are more than {max} {list}, which is the limit"));
            }
        }
        for (list, start, all, max) in [
            ("nodes", self.started[0], scenario.topology.nodes.len(), NODES_MAX),
            ("links", self.started[1], scenario.topology.links.len(), LINKS_MAX),
        ] {
            if start <= max && all > max {
                let message = t!("with these there are more than {max} {list}, which is the limit");
                self.error(root().field("changes"), message);
            }
        }
    }

    fn ids(&mut self) {
        let mut first: SortedMap<&str, usize> = SortedMap::new();
        for (number, id) in self.scenario.ids.iter().enumerate() {
            if self.unusable.ids.contains(&number) {
                continue;
            }
            let place = self.node_place(number).field("id");
            let good = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            if id.is_empty() || id.len() > ID_CHARS_MAX || !id.chars().all(good) {
                let message = t!(
                    "{} cannot be an id: take 1 to {ID_CHARS_MAX} of the letters a to z and A to Z, digits, - and _; put what \
                     people shall read into \"name\"",
                    quoted(id)
                );
                self.error(place, message);
            } else if let Some(earlier) = first.insert(id, number) {
                first.insert(id, earlier);
                let message =
                    t!("{} is already the id of {}: give each its own", quoted(id), self.node_place(earlier));
                self.error(place, message);
            }
        }
    }

    fn readable(&self, node: NodeId) -> bool {
        !self.unusable.hosts.contains(&node.index())
    }

    /// Whether everything could be read: if not, what is missing may be there.
    fn all_known(&self) -> bool {
        self.unusable.hosts.is_empty() && self.unusable.links.is_empty()
    }
}
