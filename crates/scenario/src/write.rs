//! Scenario → text. What has its default is left out, so that links are short and documents read like what people write.

mod changes;
mod chapters;
mod commands;
mod layout;
mod links;
mod nodes;
mod runs;

use crate::tree::{Fields, Json};
use crate::{Icon, Scenario, VERSION, defaults};
use layout::OneLineEach;
use netlab::topology::{HostConfig, LinkId, Node, NodeId, NodeKind};
use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter};
use wire::sorted::SortedMap;

pub(crate) fn compact(scenario: &Scenario) -> String {
    write(scenario, CompactFormatter)
}

pub(crate) fn pretty(scenario: &Scenario) -> String {
    write(scenario, OneLineEach::default()) + "\n"
}

fn write(scenario: &Scenario, formatter: impl Formatter) -> String {
    let mut bytes = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, formatter);
    document(scenario).serialize(&mut serializer).expect("memory takes everything, and all names are texts");
    String::from_utf8(bytes).expect("JSON is UTF-8")
}

fn document(scenario: &Scenario) -> Json<'_> {
    let all = Everything::of(scenario);
    let topology = &scenario.topology;
    let nodes = topology.nodes.iter().zip(&scenario.ids).zip(&scenario.at).enumerate();
    let runs = scenario.runs.iter().map(|(at, spec)| runs::run(&all, *at, spec));
    let commands = scenario.commands.iter().map(|(at, command)| commands::command(&all, *at, command));
    let entries = runs.chain(commands).map(Json::from);
    let mut document = Fields::default();
    document
        .put("packetarium", VERSION)
        .maybe("title", unless(&scenario.title[..], ""))
        .maybe("description", scenario.description.as_deref())
        .maybe("seed", unless(scenario.seed, defaults::SEED))
        .list(
            "nodes",
            nodes
                .map(|(number, ((node, id), at))| {
                    nodes::node(&all, NodeId(number as u32), id, *at, node).into()
                })
                .collect(),
        )
        .list("links", topology.links.iter().map(|link| links::link(&all, link).into()).collect())
        .list("runs", entries.collect())
        .list("changes", changes::changes(scenario, &all))
        .list("chapters", chapters::chapters(scenario, &all));
    document.into()
}

/// One node of the start.
pub(crate) fn node(scenario: &Scenario, id: NodeId) -> Fields<'_> {
    let number = id.index();
    let (name, at) = (&scenario.ids[number], scenario.at[number]);
    nodes::node(&Everything::of(scenario), id, name, at, &scenario.topology.nodes[number])
}

/// One link of the start.
pub(crate) fn link(scenario: &Scenario, id: LinkId) -> Fields<'_> {
    links::link(&Everything::of(scenario), &scenario.topology.links[id.index()])
}

/// One planned run.
pub(crate) fn run(scenario: &Scenario, number: usize) -> Fields<'_> {
    let (at, spec) = &scenario.runs[number];
    runs::run(&Everything::of(scenario), *at, spec)
}

/// What is written by its id or settled by its settings, there from the start or added.
struct Everything<'a> {
    ids: Vec<&'a str>,
    nodes: Vec<&'a Node>,
    icons: &'a SortedMap<String, Icon>,
    /// Who is at the far end of each port of each router.
    neighbors: Vec<Vec<NodeId>>,
}

impl<'a> Everything<'a> {
    fn of(scenario: &'a Scenario) -> Self {
        let start = scenario.ids.iter().map(String::as_str).zip(&scenario.topology.nodes);
        let (ids, nodes) = start.chain(scenario.added()).unzip();
        Self { ids, nodes, icons: &scenario.icons, neighbors: scenario.neighbors() }
    }

    fn id(&self, node: NodeId) -> &'a str {
        self.ids[node.index()]
    }

    fn host(&self, node: NodeId) -> Option<&'a HostConfig> {
        match &self.nodes.get(node.index())?.kind {
            NodeKind::Host(config) => Some(config),
            NodeKind::Hub | NodeKind::Switch(_) | NodeKind::Router(_) => None,
        }
    }

    /// A router's port in a rule: the neighbor behind it, if it is the only cable there, or its number.
    fn port(&self, router: NodeId, port: u32) -> Json<'a> {
        let neighbors = &self.neighbors[router.index()];
        let behind = usize::try_from(port).ok().and_then(|port| neighbors.get(port));
        match behind {
            Some(behind) if neighbors.iter().filter(|other| *other == behind).count() == 1 => {
                self.id(*behind).into()
            }
            _ => port.into(),
        }
    }
}

/// Nothing where it is the default.
fn unless<T: PartialEq>(value: T, default: T) -> Option<T> {
    (value != default).then_some(value)
}

fn texts<'a, T: ToString>(all: &[T]) -> Json<'a> {
    Json::List(all.iter().map(|one| one.to_string().into()).collect())
}
