//! Changes: whether each has something to change by then. What they add is checked with the rest of the network.

use super::{Check, root};
use crate::bounds::*;
use crate::changes::{repeated_of_node, repeated_of_port};
use crate::quantity::show_time;
use crate::{Change, defaults};
use netlab::topology::{Link, Node, NodeKind};
use netlab::{Duration, Instant};

impl<'s> Check<'s> {
    pub(super) fn changes(&mut self) {
        let mut last = Instant::ZERO;
        // How many nodes and links there are by now.
        let [mut nodes, mut links] = self.started;
        let changes = self.changes;
        let mut repeated = 0;
        for (number, (at, change)) in changes.iter().enumerate() {
            let place = root().field("changes").index(number);
            self.time_within(
                place.field("at"),
                at.since(defaults::AT),
                [Duration::ZERO, AT_MAX.since(defaults::AT)],
            );
            if *at < last {
                let message = format!(
                    "{} is before the change in front of it, which comes at {}: put them in order of time",
                    show(*at),
                    show(last)
                );
                self.error(place.field("at"), message);
            }
            last = *at;
            if self.unusable.changes.contains(&number) {
                continue;
            }
            match change {
                Change::Node { .. } => nodes += 1,
                Change::Cable(link) => {
                    links += 1;
                    let whole = self.scenario.ids.len();
                    if link.ends.iter().any(|end| (nodes..whole).contains(&end.index())) {
                        self.error(
                            place.field("cable").field("ends"),
                            "an end of this cable is only added later",
                        );
                    }
                }
                Change::Link(link, ways) if link.index() < links => {
                    let link = Link::new(self.scenario.topology.link(*link).ends, ways.clone());
                    self.lines(&place.field("link"), &link);
                }
                Change::Port(link, end, port) if link.index() < links => {
                    repeated += repeated_of_port(port);
                    let node = self.scenario.topology.link(*link).ends[end.index()];
                    match self.scenario.topology.nodes.get(node.index()).map(|node| &node.kind) {
                        Some(NodeKind::Switch(_) | NodeKind::Router(_)) => {
                            self.port(&place.field("port"), node, port);
                        }
                        Some(NodeKind::Host(_) | NodeKind::Hub) | None => {
                            let message = "only ports of switches and routers have settings that can change";
                            self.error(place.field("port").field("of"), message);
                        }
                    }
                }
                Change::Port(..) => self.error(place.field("port"), "there is no such link by then"),
                Change::Set(node, kind) => {
                    repeated += repeated_of_node(kind);
                    let place = place.field("set");
                    let before = self.scenario.topology.nodes.get(node.index()).map(|node| &node.kind);
                    match (kind, before) {
                        (_, before) if before.is_none() || node.index() >= nodes => {
                            self.error(place.field("node"), "there is no such node by then");
                        }
                        (NodeKind::Switch(config), Some(NodeKind::Switch(_))) => self.switch(&place, config),
                        (NodeKind::Router(config), Some(NodeKind::Router(_))) => {
                            self.router(&place, *node, config);
                        }
                        (
                            NodeKind::Host(_) | NodeKind::Hub | NodeKind::Switch(_) | NodeKind::Router(_),
                            _,
                        ) => {
                            let message = "only settings of switches and routers can change while they run";
                            self.error(place.field("node"), message);
                        }
                    }
                }
                Change::Clear(node) => match self.scenario.topology.nodes.get(node.index()) {
                    Some(_) if node.index() >= nodes => {
                        self.error(place.field("clear"), "this node is only added later");
                    }
                    None => self.error(place.field("clear"), "there is no such node"),
                    Some(Node { kind: NodeKind::Switch(_) | NodeKind::Router(_), .. }) => {}
                    Some(Node { kind: NodeKind::Host(_) | NodeKind::Hub, .. }) => {
                        let message = "only switches and routers learn anything that could be forgotten";
                        self.error(place.field("clear"), message);
                    }
                },
                Change::Link(..) => self.error(place.field("link"), "there is no such link by then"),
                Change::Stop(run) => match self.scenario.runs.get(run.0 as usize) {
                    None => self.error(place.field("stop"), "there is no such run: they are counted from 0"),
                    Some((begins, _)) if at < begins => {
                        let message =
                            format!("this run only begins at {}: stop it then or later", show(*begins));
                        self.error(place.field("stop"), message);
                    }
                    Some(_) => {}
                },
            }
        }
        if repeated > REPEATED_MAX {
            let message = "the changes repeat too many settings: change fewer, or smaller ones";
            self.error(root().field("changes"), message);
        }
    }
}

fn show(at: Instant) -> String {
    show_time(at.since(defaults::AT))
}
