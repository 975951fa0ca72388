//! Changes: whether the node, link or run of each exists by then. Added nodes and cables are checked with the rest of the network.

use super::{Check, root};
use crate::bounds::*;
use crate::changes::{repeated_of_node, repeated_of_port};
use crate::fault::Place;
use crate::quantity::show_time;
use crate::{Change, defaults};
use netlab::run::RunId;
use netlab::topology::{End, Link, LinkId, Node, NodeId, NodeKind, Port, Way};
use netlab::{Duration, Instant};
use texts::t;

/// How many nodes and links there are by the time of a change.
#[derive(Clone, Copy)]
struct Present {
    nodes: usize,
    links: usize,
}

impl<'s> Check<'s> {
    pub(super) fn changes(&mut self) {
        let mut last = Instant::ZERO;
        let [nodes, links] = self.started;
        let mut present = Present { nodes, links };
        let mut repeated = 0;
        for (number, (at, change)) in self.changes.iter().enumerate() {
            let place = root().field("changes").index(number);
            self.moment(place.field("at"), *at, last);
            last = *at;
            if self.unusable.changes.contains(&number) {
                continue;
            }
            match change {
                Change::Node { .. } => {}
                Change::Cable(link) => self.added_cable(&place, link, present),
                Change::Link(link, ways) => self.changed_link(&place, *link, ways, present),
                Change::Port(link, end, port) => self.changed_port(&place, (*link, *end), port, present),
                Change::Set(node, kind) => self.changed_node(&place, *node, kind, present),
                Change::Clear(node) => self.cleared(place.field("clear"), *node, present),
                Change::Stop(run) => self.stopped(place.field("stop"), *run, *at),
                Change::Key(program, key) => self.key(&place, *program, key, *at),
            }
            match change {
                Change::Node { .. } => present.nodes += 1,
                Change::Cable(_) => present.links += 1,
                Change::Port(_, _, port) => repeated += repeated_of_port(port),
                Change::Set(_, kind) => repeated += repeated_of_node(kind),
                Change::Link(..) | Change::Clear(_) | Change::Stop(_) | Change::Key(..) => {}
            }
        }
        if repeated > REPEATED_MAX {
            let message = t!("the changes repeat too many settings: change fewer, or smaller ones");
            self.error(root().field("changes"), message);
        }
    }

    fn moment(&mut self, place: Place, at: Instant, last: Instant) {
        let bounds = [Duration::ZERO, AT_MAX.since(defaults::AT)];
        self.time_within(place.clone(), at.since(defaults::AT), bounds);
        if at < last {
            let message = t!(
                "{} is before the change in front of it, which comes at {}: put them in order of time",
                show(at),
                show(last)
            );
            self.error(place, message);
        }
    }

    fn added_cable(&mut self, place: &Place, link: &Link, present: Present) {
        let later = present.nodes..self.scenario.ids.len();
        if link.ends.iter().any(|end| later.contains(&end.index())) {
            let place = place.field("cable").field("ends");
            self.error(place, t!("an end of this cable is only added later"));
        }
    }

    fn changed_link(&mut self, place: &Place, link: LinkId, ways: &[Way; 2], present: Present) {
        if link.index() >= present.links {
            return self.error(place.field("link"), t!("there is no such link by then"));
        }
        let link = Link::new(self.scenario.topology.link(link).ends, ways.clone());
        self.lines(&place.field("link"), &link);
    }

    fn changed_port(&mut self, place: &Place, (link, end): (LinkId, End), port: &Port, present: Present) {
        if link.index() >= present.links {
            return self.error(place.field("port"), t!("there is no such link by then"));
        }
        let node = self.scenario.topology.link(link).ends[end.index()];
        match self.scenario.topology.nodes.get(node.index()).map(|node| &node.kind) {
            Some(NodeKind::Switch(_) | NodeKind::Router(_)) => self.port(&place.field("port"), node, port),
            Some(NodeKind::Host(_) | NodeKind::Hub) | None => {
                let message = t!("only ports of switches and routers have settings that can change");
                self.error(place.field("port").field("of"), message);
            }
        }
    }

    fn changed_node(&mut self, place: &Place, node: NodeId, kind: &NodeKind, present: Present) {
        let place = place.field("set");
        let before = self.scenario.topology.nodes.get(node.index()).map(|node| &node.kind);
        match (kind, before) {
            (_, before) if before.is_none() || node.index() >= present.nodes => {
                self.error(place.field("node"), t!("there is no such node by then"));
            }
            (NodeKind::Switch(config), Some(NodeKind::Switch(_))) => self.switch(&place, config),
            (NodeKind::Router(config), Some(NodeKind::Router(_))) => {
                self.router(&place, node, config);
                self.changed_services(&place, node, kind);
            }
            (NodeKind::Host(_), Some(before)) if before.can_become(kind) => {
                self.changed_services(&place, node, kind);
            }
            (NodeKind::Host(_) | NodeKind::Hub | NodeKind::Switch(_) | NodeKind::Router(_), _) => {
                let message = t!(
                    "only settings of switches and routers, and services of hosts, can change while they run"
                );
                self.error(place.field("node"), message);
            }
        }
    }

    fn cleared(&mut self, place: Place, node: NodeId, present: Present) {
        match self.scenario.topology.nodes.get(node.index()) {
            Some(_) if node.index() >= present.nodes => {
                self.error(place, t!("this node is only added later"))
            }
            None => self.error(place, t!("there is no such node")),
            Some(Node { kind: NodeKind::Switch(_) | NodeKind::Router(_), .. }) => {}
            Some(Node { kind: NodeKind::Host(_) | NodeKind::Hub, .. }) => {
                self.error(place, t!("only switches and routers have tables that can be cleared"));
            }
        }
    }

    fn stopped(&mut self, place: Place, run: RunId, at: Instant) {
        match self.scenario.runs.get(run.0 as usize) {
            None => self.error(place, t!("there is no such run: they are counted from 0")),
            Some((begins, _)) if at < *begins => {
                self.error(place, t!("this run only begins at {}: stop it then or later", show(*begins)));
            }
            Some(_) => {}
        }
    }
}

fn show(at: Instant) -> String {
    show_time(at.since(defaults::AT))
}
