//! One node, link or run, read as an entry of the document that a scenario would be.

use super::{Reader, Sort, capped};
use crate::check::{self, Unusable};
use crate::defaults;
use crate::fault::{Fault, Step};
use crate::json::Value;
use crate::tree::Fields;
use crate::{Change, Scenario};
use netlab::Instant;
use netlab::run::RunSpec;
use netlab::topology::{HostConfig, Link, Node, NodeId, NodeKind, RouterConfig, Topology};

/// A node as a document has it: its id, its place on the stage, and what it is.
pub type PlacedNode = (String, Option<(f64, f64)>, Node);

pub(crate) fn node(scenario: &Scenario, id: NodeId, fields: &Fields<'_>) -> Result<PlacedNode, Vec<Fault>> {
    let whole = scenario.whole();
    let text = fields.to_json();
    let value = Value::entry(&text, "nodes", id.index());
    let mut reader = Reader::within(&text, &whole);
    let (name, at, mut node) = reader.node(id.index(), &value);
    // Which cables there are is not known to the check, so that it says nothing about them.
    let unusable = Unusable { links: [0].into(), ..reader.unusable.of_one() };
    let alone = Scenario { ids: vec![name], at: vec![at], ..of_nodes(vec![node.clone()]) };
    let checked = check::check(&alone, &unusable);
    let ports = reader.pending_ports(&whole.neighbors());
    super::nodes::settle_kind(&mut node.kind, &ports);
    let Scenario { mut ids, .. } = alone;
    reader.finish(&value, checked, (ids.remove(0), at, node))
}

pub(crate) fn link(scenario: &Scenario, fields: &Fields<'_>) -> Result<Link, Vec<Fault>> {
    let whole = scenario.whole();
    let text = fields.to_json();
    let value = Value::entry(&text, "links", scenario.topology.links.len());
    let mut reader = Reader::within(&text, &whole);
    let link = reader.link(0, &value);
    // Checked between its two ends alone, which have nothing but their kind.
    let [a, b] = link.ends;
    let ends = if a == b { vec![a] } else { vec![a, b] };
    let bare = ends.iter().map(|end| Node {
        name: "end".to_owned(),
        kind: match whole.topology.nodes.get(end.index()).map(|node| &node.kind) {
            Some(NodeKind::Host(_)) => NodeKind::Host(HostConfig::default()),
            Some(NodeKind::Switch(_)) => NodeKind::Switch(defaults::switch()),
            Some(NodeKind::Router(_)) => NodeKind::Router(RouterConfig::default()),
            Some(NodeKind::Hub) | None => NodeKind::Hub,
        },
    });
    let mut alone = of_nodes(bare.collect());
    alone.ids = ends.iter().map(|end| whole.ids.get(end.index()).cloned().unwrap_or_default()).collect();
    let between = [NodeId(0), NodeId(u32::from(a != b))];
    alone.topology.links = vec![Link { ends: between, ..link.clone() }];
    let mut checked = check::check(&alone, &reader.unusable);
    checked.retain(|fault| fault.place.steps().first() == value.place.steps().first());
    reader.finish(&value, checked, link)
}

pub(crate) fn run(scenario: &Scenario, fields: &Fields<'_>) -> Result<(Instant, RunSpec), Vec<Fault>> {
    let whole = scenario.whole();
    let text = fields.to_json();
    let value = Value::entry(&text, "runs", scenario.runs.len());
    let mut reader = Reader::within(&text, &whole);
    let run = reader.run(&whole, 0, &value);
    // A change that stops one of the other runs would have none to stop here.
    let is_kept = |change: &Change| !change.is_about_entry();
    let alone = Scenario {
        topology: scenario.topology.clone(),
        ids: scenario.ids.clone(),
        at: scenario.at.clone(),
        runs: vec![run.clone()],
        changes: scenario.changes.iter().filter(|(_, change)| is_kept(change)).cloned().collect(),
        ..Scenario::default()
    };
    let checked = check::check(&alone, &reader.unusable);
    reader.finish(&value, checked, run)
}

fn of_nodes(nodes: Vec<Node>) -> Scenario {
    let count = nodes.len();
    Scenario {
        topology: Topology { nodes, ..Topology::default() },
        ids: vec![String::new(); count],
        at: vec![None; count],
        ..Scenario::default()
    }
}

impl<'a> Reader<'a> {
    /// A reader of a text that is a part of this network's document.
    fn within(text: &'a str, whole: &Scenario) -> Self {
        let ids = whole.ids.iter().cloned().zip((0..).map(NodeId));
        let sorts = whole.topology.nodes.iter().map(|node| Sort::of(&node.kind));
        let mut reader = Self::new(text);
        // The first of several that have one id, as in a document.
        ids.for_each(|(id, node)| _ = reader.ids.entry(id).or_insert(node));
        reader.sorts = sorts.collect();
        reader
    }

    /// What was read, unless there are errors: those of reading, and those found by the check, which knows the entry as the
    /// first of its list.
    fn finish<T>(self, entry: &Value<'a>, checked: Vec<Fault>, read: T) -> Result<T, Vec<Fault>> {
        let mut errors = self.errors;
        let own = entry.place.steps();
        for mut fault in checked.into_iter().filter(Fault::is_error) {
            if let [Step::Field(list), Step::Index(0), rest @ ..] = fault.place.steps()
                && own[0] == Step::Field(list.clone())
            {
                let value = entry.walk(rest);
                fault.position = Some(value.position(self.text));
                fault.place = rest.iter().fold(entry.place.clone(), |place, step| match step {
                    Step::Field(name) => place.field(name),
                    Step::Index(number) => place.index(*number),
                });
            }
            errors.push(fault);
        }
        if errors.is_empty() {
            return Ok(read);
        }
        let mut errors = capped(errors);
        // The text was made of fields, so its lines and columns mean nothing to the caller.
        errors.iter_mut().for_each(|fault| fault.position = None);
        Err(errors)
    }
}
