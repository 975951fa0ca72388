//! Changes: of each, the settings that differ from those before.

use super::{Everything, commands, links, nodes};
use crate::changes::Cables;
use crate::quantity::show_time;
use crate::tree::{Fields, Json};
use crate::{Change, Scenario};
use netlab::Instant;
use netlab::topology::{LinkId, NodeId, NodeKind, Port, Way};

/// The network as the changes up to now have made it.
struct Sofar<'a> {
    cables: Cables,
    ways: Vec<&'a [Way; 2]>,
    ports: Vec<[&'a Port; 2]>,
    kinds: Vec<&'a NodeKind>,
    /// Runs, behind which commands are written.
    runs: usize,
}

pub(super) fn changes<'a>(scenario: &'a Scenario, all: &Everything<'a>) -> Vec<Json<'a>> {
    if scenario.changes.is_empty() {
        return Vec::new();
    }
    let topology = &scenario.topology;
    let mut sofar = Sofar {
        cables: Cables::of(topology),
        ways: topology.links.iter().map(|link| &link.ways).collect(),
        ports: topology.links.iter().map(|link| link.ports.each_ref()).collect(),
        kinds: topology.nodes.iter().map(|node| &node.kind).collect(),
        runs: scenario.runs.len(),
    };
    scenario.changes.iter().map(|(at, change)| sofar.change(all, *at, change)).collect()
}

impl<'a> Sofar<'a> {
    fn change(&mut self, all: &Everything<'a>, at: Instant, change: &'a Change) -> Json<'a> {
        let mut written = Fields::default();
        written.put("at", show_time(at.since(Instant::ZERO)));
        match change {
            Change::Link(id, ways) => {
                let mut fields = self.cable(all, *id);
                links::settings(&mut fields, all, self.cables.ends(*id), ways, self.ways[id.index()]);
                self.ways[id.index()] = ways;
                written.put("link", fields);
            }
            Change::Port(id, end, port) => {
                let mut fields = self.cable(all, *id);
                fields.put("of", all.id(self.cables.ends(*id)[end.index()]));
                let before = std::mem::replace(&mut self.ports[id.index()][end.index()], port);
                links::port(&mut fields, port, before);
                written.put("port", fields);
            }
            Change::Node { id, at, node } => {
                let number = NodeId(self.kinds.len() as u32);
                self.kinds.push(&node.kind);
                written.put("node", nodes::node(all, number, id, *at, node));
            }
            Change::Set(node, kind) => {
                let mut fields = Fields::default();
                fields.put("node", all.id(*node));
                let before = std::mem::replace(&mut self.kinds[node.index()], kind);
                match (kind, before) {
                    (NodeKind::Switch(now), NodeKind::Switch(before)) => {
                        nodes::switch(&mut fields, now, before);
                    }
                    (NodeKind::Router(now), NodeKind::Router(before)) => {
                        nodes::router(&mut fields, all, *node, now, before);
                        nodes::changed_services(&mut fields, &now.services, &before.services);
                    }
                    (NodeKind::Host(now), NodeKind::Host(before)) => {
                        if now.dhcp != before.dhcp {
                            nodes::host_addresses(&mut fields, now);
                        }
                        nodes::changed_services(&mut fields, &now.services, &before.services);
                    }
                    (NodeKind::Host(_) | NodeKind::Hub | NodeKind::Switch(_) | NodeKind::Router(_), _) => {}
                }
                written.put("set", fields);
            }
            Change::Clear(node) => {
                written.put("clear", all.id(*node));
            }
            Change::Cable(added) => {
                self.cables.add(added.ends);
                self.ways.push(&added.ways);
                self.ports.push(added.ports.each_ref());
                written.put("cable", links::link(all, added));
            }
            Change::Stop(run) => {
                written.put("stop", run.0);
            }
            Change::Key(program, key) => {
                commands::key(&mut written, self.runs + program.0 as usize, key);
            }
        }
        written.into()
    }

    /// The fields that identify a cable.
    fn cable(&self, all: &Everything<'a>, id: LinkId) -> Fields<'a> {
        let mut fields = Fields::default();
        let ends = self.cables.ends(id);
        links::ends(&mut fields, all, ends);
        fields.maybe("which", self.cables.which(id));
        fields
    }
}
