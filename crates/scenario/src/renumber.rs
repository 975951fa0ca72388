//! Taking parts out of a scenario, and putting new ones in, so that what refers to the others still does.
//!
//! Runs and changes name nodes, links and runs by their numbers, and what is added while the network runs is numbered behind
//! what is there from the start. So one node more or less at the start gives others to many.

use crate::{Change, Scenario};
use netlab::Instant;
use netlab::run::{RunId, RunSpec, Target};
use netlab::topology::{Link, LinkId, Node, NodeId};

/// The new number of each node, link and run; none for what goes.
struct Numbers {
    nodes: Vec<Option<u32>>,
    links: Vec<Option<u32>>,
    runs: Vec<Option<u32>>,
}

/// One after the other, for those that stay.
fn closed_up(stays: impl Iterator<Item = bool>) -> Vec<Option<u32>> {
    let mut next = 0..;
    stays.map(|stays| if stays { next.next() } else { None }).collect()
}

/// With room for one more at this number.
fn opened_up(count: usize, at: usize) -> Vec<Option<u32>> {
    (0..count).map(|number| Some(number as u32 + u32::from(number >= at))).collect()
}

fn new(numbers: &[Option<u32>], old: usize) -> Option<u32> {
    numbers.get(old).copied().flatten()
}

impl Scenario {
    /// This scenario without these nodes and links, there from the start or added, and without what cannot be without them:
    /// cables, runs, and changes of these.
    pub fn without(&self, nodes: &[NodeId], links: &[LinkId]) -> Self {
        let mut numbers = self.numbers();
        numbers.nodes =
            closed_up((0..numbers.nodes.len() as u32).map(|number| !nodes.contains(&NodeId(number))));
        let there = |node: NodeId| new(&numbers.nodes, node.index()).is_some();
        let all = self.topology.links.iter().chain(self.cables()).zip(0..);
        numbers.links = closed_up(
            all.map(|(link, number)| link.ends.into_iter().all(there) && !links.contains(&LinkId(number))),
        );
        numbers.runs = closed_up(
            self.runs
                .iter()
                .map(|(_, run)| there(run.from) && !matches!(run.to, Target::Node(node, _) if !there(node))),
        );
        let mut left = self.clone();
        numbers.give(&mut left);
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

    /// Adds a node that is there from the start; says its number.
    pub fn add_node(&mut self, id: String, node: Node, at: Option<(f64, f64)>) -> NodeId {
        let number = self.topology.nodes.len();
        self.make_room(Some(number), None);
        self.topology.nodes.push(node);
        self.ids.push(id);
        self.at.push(at);
        NodeId(number as u32)
    }

    /// Adds a cable that is there as soon as both its ends are; says its number.
    pub fn add_link(&mut self, link: Link) -> LinkId {
        let started = self.topology.nodes.len();
        let later = link.ends.into_iter().filter_map(|end| end.index().checked_sub(started)).max();
        let place = later.map(|later| {
            let is_node = |place: &usize| matches!(self.changes[*place].1, Change::Node { .. });
            (0..self.changes.len()).filter(is_node).nth(later).expect("an end is a node") + 1
        });
        let number = self.topology.links.len() + place.map_or(0, |place| self.added_before(place)[1]);
        self.make_room(None, Some(number));
        match place {
            None => self.topology.links.push(link),
            Some(place) => self.changes.insert(place, (self.changes[place - 1].0, Change::Cable(link))),
        }
        LinkId(number as u32)
    }

    /// This scenario with one more change, after all others of its moment: what a person did by hand becomes part of the
    /// document. Its numbers are those of this scenario.
    pub fn with_change(mut self, at: Instant, change: Change) -> Self {
        let place = self.changes.partition_point(|(earlier, _)| *earlier <= at);
        let [nodes, links] = self.added_before(place);
        match change {
            Change::Node { .. } => self.make_room(Some(self.topology.nodes.len() + nodes), None),
            Change::Cable(_) => self.make_room(None, Some(self.topology.links.len() + links)),
            Change::Link(..) | Change::Port(..) | Change::Set(..) | Change::Clear(_) | Change::Stop(_) => {}
        }
        self.changes.insert(place, (at, change));
        self
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

    /// Counts on by one from this node, and this link, so that its number is free.
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

    /// Everything under the number that it has.
    fn numbers(&self) -> Numbers {
        let same = |count: usize| opened_up(count, count);
        Numbers {
            nodes: same(self.topology.nodes.len() + self.added().count()),
            links: same(self.topology.links.len() + self.cables().count()),
            runs: same(self.runs.len()),
        }
    }
}

impl Numbers {
    /// Takes out what has no number, and gives all that is left its new one.
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
        scenario.changes.retain_mut(|(_, change)| match change {
            Change::Node { .. } => nodes.next().is_some_and(Option::is_some),
            Change::Cable(link) => {
                self.ends(link);
                links.next().is_some_and(Option::is_some)
            }
            Change::Link(link, _) | Change::Port(link, ..) => {
                new(&self.links, link.index()).map(|new| *link = LinkId(new)).is_some()
            }
            Change::Set(node, _) | Change::Clear(node) => {
                new(&self.nodes, node.index()).map(|new| *node = NodeId(new)).is_some()
            }
            Change::Stop(run) => new(&self.runs, run.0 as usize).map(|new| *run = RunId(new)).is_some(),
        });
    }

    fn run(&self, run: &mut RunSpec) {
        self.node(&mut run.from);
        if let Target::Node(node, _) = &mut run.to {
            self.node(node);
        }
    }

    fn ends(&self, link: &mut Link) {
        for end in &mut link.ends {
            self.node(end);
        }
    }

    /// A node that goes keeps its number: what refers to it goes as well.
    fn node(&self, node: &mut NodeId) {
        if let Some(new) = new(&self.nodes, node.index()) {
            *node = NodeId(new);
        }
    }
}

fn keep<T>(list: &mut Vec<T>, numbers: &[Option<u32>]) {
    let mut numbers = numbers.iter();
    list.retain(|_| numbers.next().is_none_or(Option::is_some));
}
