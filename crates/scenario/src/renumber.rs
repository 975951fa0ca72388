//! Adding and removing nodes, links and runs, while all references stay right.
//!
//! Runs and changes refer to nodes, links and runs by number, and what a change adds is numbered behind what is there from the
//! start. So one node more or less at the start renumbers many. A filter's rules, and routes, refer to a router's ports by their number
//! among its own: while anything is renumbered, they refer to the link instead.

use crate::chapters::{Chapter, Event, Moment};
use crate::{Change, Scenario};
use netlab::Instant;
use netlab::history::ProgramId;
use netlab::run::{RunId, RunKind, RunSpec, Target};
use netlab::topology::{Link, LinkId, Node, NodeId, NodeKind, RouterConfig};

/// The new number of each node, link and run; none for what is removed.
struct Numbers {
    nodes: Vec<Option<u32>>,
    links: Vec<Option<u32>>,
    runs: Vec<Option<u32>>,
    commands: Vec<Option<u32>>,
}

/// Consecutive numbers for those that stay.
fn closed_up(stays: impl Iterator<Item = bool>) -> Vec<Option<u32>> {
    let mut next = 0..;
    stays.map(|stays| if stays { next.next() } else { None }).collect()
}

/// Numbers that leave this one free for one more.
fn opened_up(count: usize, at: usize) -> Vec<Option<u32>> {
    (0..count).map(|number| Some(number as u32 + u32::from(number >= at))).collect()
}

fn new(numbers: &[Option<u32>], old: usize) -> Option<u32> {
    numbers.get(old).copied().flatten()
}

impl Scenario {
    /// This scenario without these nodes and links, there from the start or added, and without what depends on them: cables,
    /// runs, and changes of these.
    pub fn without(&self, nodes: &[NodeId], links: &[LinkId]) -> Self {
        let mut numbers = self.numbers();
        numbers.nodes =
            closed_up((0..numbers.nodes.len() as u32).map(|number| !nodes.contains(&NodeId(number))));
        let there = |node: NodeId| new(&numbers.nodes, node.index()).is_some();
        let all = self.topology.links.iter().chain(self.cables()).zip(0..);
        numbers.links = closed_up(
            all.map(|(link, number)| link.ends.into_iter().all(there) && !links.contains(&LinkId(number))),
        );
        let heard = |run: &RunSpec| match &run.kind {
            RunKind::Multicast(run) => run.receivers.iter().any(|receiver| there(*receiver)),
            _ => true,
        };
        numbers.runs = closed_up(self.runs.iter().map(|(_, run)| {
            there(run.from) && heard(run) && !matches!(run.to, Target::Node(node, _) if !there(node))
        }));
        numbers.commands = closed_up(self.commands.iter().map(|(_, command)| there(command.on)));
        let mut left = self.clone();
        let named = left.name_cables();
        numbers.give(&mut left);
        left.number_cables(named);
        left
    }

    /// This scenario without a planned run, and without the changes that stop it.
    pub fn without_run(&self, run: RunId) -> Self {
        let mut numbers = self.numbers();
        numbers.runs = closed_up((0..self.runs.len() as u32).map(|number| number != run.0));
        let mut left = self.clone();
        numbers.give(&mut left);
        left
    }

    /// Adds a node that is there from the start; returns its number.
    pub fn add_node(&mut self, id: String, node: Node, at: Option<(f64, f64)>) -> NodeId {
        let number = self.topology.nodes.len();
        self.make_room(Some(number), None);
        self.topology.nodes.push(node);
        self.ids.push(id);
        self.at.push(at);
        NodeId(number as u32)
    }

    /// Adds a cable that is there as soon as both its ends are; returns its number.
    pub fn add_link(&mut self, link: Link) -> LinkId {
        let started = self.topology.nodes.len();
        let later = link.ends.into_iter().filter_map(|end| end.index().checked_sub(started)).max();
        let place = later.map(|later| {
            let is_node = |place: &usize| matches!(self.changes[*place].1, Change::Node { .. });
            (0..self.changes.len()).filter(is_node).nth(later).expect("an end is a node") + 1
        });
        let number = self.topology.links.len() + place.map_or(0, |place| self.added_before(place)[1]);
        let named = self.name_cables();
        self.make_room(None, Some(number));
        match place {
            None => self.topology.links.push(link),
            Some(place) => self.changes.insert(place, (self.changes[place - 1].0, Change::Cable(link))),
        }
        self.number_cables(named);
        LinkId(number as u32)
    }

    /// This scenario with one more change, after all others of its moment, such as one that was made by hand. Its numbers are those
    /// of this scenario.
    pub fn with_change(mut self, at: Instant, change: Change) -> Self {
        let place = self.changes.partition_point(|(earlier, _)| *earlier <= at);
        let [nodes, links] = self.added_before(place);
        let named = matches!(change, Change::Cable(_)) && self.name_cables();
        match change {
            Change::Node { .. } => self.make_room(Some(self.topology.nodes.len() + nodes), None),
            Change::Cable(_) => self.make_room(None, Some(self.topology.links.len() + links)),
            Change::Link(..)
            | Change::Port(..)
            | Change::Set(..)
            | Change::Clear(_)
            | Change::Stop(_)
            | Change::Key(..) => {}
        }
        self.changes.insert(place, (at, change));
        self.number_cables(named);
        self
    }

    /// Lets rules and routes refer to links instead of ports; returns whether there are such rules or routes.
    fn name_cables(&mut self) -> bool {
        let cables = self.cables_of_nodes();
        let mut named = false;
        self.each_port(|router, port| {
            named = true;
            let links = cables.get(router);
            *port = links.and_then(|links| links.get(*port as usize)).copied().unwrap_or(NOWHERE);
        });
        named
    }

    /// Lets rules and routes refer to ports again.
    fn number_cables(&mut self, named: bool) {
        if !named {
            return;
        }
        let cables = self.cables_of_nodes();
        self.each_port(|router, port| {
            let links = cables.get(router);
            let place = links.and_then(|links| links.iter().position(|link| link == port));
            *port = place.map_or(NOWHERE, |place| place as u32);
        });
    }

    /// The links of each node, in the order of its ports.
    fn cables_of_nodes(&self) -> Vec<Vec<u32>> {
        let mut cables = vec![Vec::new(); self.topology.nodes.len() + self.added().count()];
        for (link, number) in self.topology.links.iter().chain(self.cables()).zip(0..) {
            for end in link.ends {
                if let Some(cables) = cables.get_mut(end.index()) {
                    cables.push(number);
                }
            }
        }
        cables
    }

    /// Every port that a rule or a route names, with the number of its router.
    fn each_port(&mut self, mut each: impl FnMut(usize, &mut u32)) {
        let mut added = self.topology.nodes.len()..;
        let start = self.topology.nodes.iter_mut().map(|node| &mut node.kind).enumerate();
        let later = self.changes.iter_mut().filter_map(|(_, change)| match change {
            Change::Node { node, .. } => Some((added.next()?, &mut node.kind)),
            Change::Set(node, kind) => Some((node.index(), kind)),
            Change::Link(..)
            | Change::Port(..)
            | Change::Cable(_)
            | Change::Clear(_)
            | Change::Stop(_)
            | Change::Key(..) => None,
        });
        for (router, kind) in start.chain(later) {
            let NodeKind::Router(config) = kind else { continue };
            let rules =
                config.filter.iter_mut().flat_map(|filter| &mut filter.rules).map(|rule| &mut rule.port);
            let routes = config.routes.iter_mut().map(|route| &mut route.port);
            rules.chain(routes).flatten().for_each(|port| each(router, port));
        }
    }

    /// How many nodes and cables these first changes add.
    fn added_before(&self, place: usize) -> [usize; 2] {
        let count =
            |is: fn(&Change) -> bool| self.changes[..place].iter().filter(|(_, change)| is(change)).count();
        [
            count(|change| matches!(change, Change::Node { .. })),
            count(|change| matches!(change, Change::Cable(_))),
        ]
    }

    /// Adds one to the numbers from this node and this link on, so that these are free.
    fn make_room(&mut self, node: Option<usize>, link: Option<usize>) {
        let mut numbers = self.numbers();
        if let Some(at) = node {
            numbers.nodes = opened_up(numbers.nodes.len(), at);
        }
        if let Some(at) = link {
            numbers.links = opened_up(numbers.links.len(), at);
        }
        numbers.give(self);
    }

    /// Numbers that change nothing.
    fn numbers(&self) -> Numbers {
        let same = |count: usize| opened_up(count, count);
        Numbers {
            nodes: same(self.topology.nodes.len() + self.added().count()),
            links: same(self.topology.links.len() + self.cables().count()),
            runs: same(self.runs.len()),
            commands: same(self.commands.len()),
        }
    }
}

impl Numbers {
    /// Removes what has no number, and renumbers the rest.
    fn give(&self, scenario: &mut Scenario) {
        // What is added is numbered behind what is there from the start.
        let mut nodes = self.nodes[scenario.topology.nodes.len()..].iter();
        let mut links = self.links[scenario.topology.links.len()..].iter();
        keep(&mut scenario.topology.nodes, &self.nodes);
        keep(&mut scenario.ids, &self.nodes);
        keep(&mut scenario.at, &self.nodes);
        keep(&mut scenario.topology.links, &self.links);
        scenario.topology.links.iter_mut().for_each(|link| self.ends(link));
        keep(&mut scenario.runs, &self.runs);
        scenario.runs.iter_mut().for_each(|(_, run)| self.run(run));
        keep(&mut scenario.commands, &self.commands);
        scenario.commands.iter_mut().for_each(|(_, command)| self.node(&mut command.on));
        scenario.topology.nodes.iter_mut().for_each(|node| self.ports(&mut node.kind));
        scenario.changes.retain_mut(|(_, change)| match change {
            Change::Node { node, .. } => {
                self.ports(&mut node.kind);
                nodes.next().is_some_and(Option::is_some)
            }
            Change::Cable(link) => {
                self.ends(link);
                links.next().is_some_and(Option::is_some)
            }
            Change::Link(link, _) | Change::Port(link, ..) => {
                new(&self.links, link.index()).map(|new| *link = LinkId(new)).is_some()
            }
            Change::Set(node, kind) => {
                self.ports(kind);
                new(&self.nodes, node.index()).map(|new| *node = NodeId(new)).is_some()
            }
            Change::Clear(node) => new(&self.nodes, node.index()).map(|new| *node = NodeId(new)).is_some(),
            Change::Stop(run) => new(&self.runs, run.0 as usize).map(|new| *run = RunId(new)).is_some(),
            Change::Key(program, _) => {
                new(&self.commands, program.0 as usize).map(|new| *program = ProgramId(new)).is_some()
            }
        });
        // What is gone has no picture.
        let mut icons = std::mem::take(&mut scenario.icons);
        icons.retain(|id, _| scenario.ids.contains(id) || scenario.added().any(|(added, _)| added == id));
        scenario.icons = icons;
        scenario.chapters.retain_mut(|chapter| self.chapter(chapter));
    }

    /// Returns whether what the chapter begins on is still there.
    fn chapter(&self, chapter: &mut Chapter) -> bool {
        chapter.look.retain(|node| new(&self.nodes, node.index()).is_some());
        chapter.look.iter_mut().for_each(|node| self.node(node));
        let Moment::On { event, .. } = &mut chapter.moment else { return true };
        match event {
            Event::Frame(_, None) => true,
            Event::Frame(_, Some(node))
            | Event::Drop(node)
            | Event::Route(node)
            | Event::Tree(node)
            | Event::Address(node) => new(&self.nodes, node.index()).map(|new| *node = NodeId(new)).is_some(),
            Event::Down(link) | Event::Up(link) => {
                new(&self.links, link.index()).map(|new| *link = LinkId(new)).is_some()
            }
            Event::Begins(run) | Event::Ends(run) => {
                new(&self.runs, run.0 as usize).map(|new| *run = RunId(new)).is_some()
            }
        }
    }

    fn run(&self, run: &mut RunSpec) {
        self.node(&mut run.from);
        if let Target::Node(node, _) = &mut run.to {
            self.node(node);
        }
        if let RunKind::Multicast(run) = &mut run.kind {
            run.receivers.retain(|receiver| new(&self.nodes, receiver.index()).is_some());
            run.receivers.iter_mut().for_each(|receiver| self.node(receiver));
        }
    }

    fn ends(&self, link: &mut Link) {
        for end in &mut link.ends {
            self.node(end);
        }
    }

    /// Removes the rules about removed cables, and the routes through them.
    fn ports(&self, kind: &mut NodeKind) {
        let NodeKind::Router(RouterConfig { routes, filter, .. }) = kind else { return };
        let stays = |port: &mut Option<u32>| match port.and_then(|link| self.links.get(link as usize)) {
            None => true,
            Some(new) => {
                *port = *new;
                new.is_some()
            }
        };
        routes.retain_mut(|route| stays(&mut route.port));
        if let Some(filter) = filter {
            filter.rules.retain_mut(|rule| stays(&mut rule.port));
        }
    }

    /// The new number of a node; a removed one keeps its old number, because what refers to it is removed, too.
    fn node(&self, node: &mut NodeId) {
        if let Some(new) = new(&self.nodes, node.index()) {
            *node = NodeId(new);
        }
    }
}

/// The port of a rule or route about a cable that is not there.
const NOWHERE: u32 = u32::MAX;

fn keep<T>(list: &mut Vec<T>, numbers: &[Option<u32>]) {
    let mut numbers = numbers.iter();
    list.retain(|_| numbers.next().is_none_or(Option::is_some));
}
