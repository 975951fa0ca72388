//! Loops: circles of hubs and switches in which a broadcast goes round for ever.
//!
//! A spanning tree breaks every circle in which all switches have it. So first what is protected is put together: cables between
//! such switches, and between these and hubs. A further cable that closes a circle is then in one with a switch that has no
//! spanning tree, or with hubs alone.

use super::Check;
use crate::bounds::FAULTS_MAX;
use crate::fault::Level;
use crate::lans::{Sets, circle};
use crate::problem::Kind;
use netlab::topology::{LinkId, NodeId, NodeKind};
use texts::t;
use wire::sorted::sort_by;

/// What a node does about loops.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    /// A host or router: loops end there.
    Ends,
    /// A hub.
    Hub,
    /// A switch without a spanning tree.
    Open,
    /// A switch with one.
    Protected,
}

impl<'s> Check<'s> {
    pub(super) fn loops(&mut self) {
        let topology = &self.scenario.topology;
        let part = |node: NodeId| match topology.nodes.get(node.index()).map(|node| &node.kind) {
            Some(NodeKind::Hub) => Part::Hub,
            Some(NodeKind::Switch(switch)) if switch.stp.is_some() => Part::Protected,
            Some(NodeKind::Switch(_)) => Part::Open,
            Some(NodeKind::Host(_) | NodeKind::Router(_)) | None => Part::Ends,
        };
        let protects = topology.node_ids().any(|id| part(id) == Part::Protected);
        let count = self.lans.count_max();
        let (mut joined, mut hubs) = (Sets::new(count), Sets::new(if protects { count } else { 0 }));
        // Which cables close a circle, and whether it is certain to be one of hubs alone.
        let mut closing: Vec<(usize, bool)> = Vec::new();
        // What is protected, and whether that goes for this cable.
        let mut pass = |guarded: bool| {
            for (number, link) in topology.links.iter().enumerate() {
                let parts = link.ends.map(part);
                let bare = parts.contains(&Part::Open) || parts == [Part::Hub, Part::Hub];
                let is_guarded = protects && !parts.contains(&Part::Open);
                if parts.contains(&Part::Ends)
                    || self.unusable.links.contains(&number)
                    || is_guarded != guarded
                {
                    continue;
                }
                let mut closes = false;
                for [a, b] in self.lans.joints(LinkId(number as u32)) {
                    let apart = joined.join(a, b);
                    closes |= match is_guarded {
                        false => !apart,
                        true => bare && !hubs.join(a, b),
                    };
                }
                if closes {
                    closing.push((number, is_guarded));
                }
            }
        };
        if protects {
            pass(true);
        }
        pass(false);
        sort_by(&mut closing, Ord::cmp);
        // No more are reported.
        closing.truncate(FAULTS_MAX + 1);
        for (number, only_hubs) in closing {
            let ends = topology.links[number].ends;
            let has_switches = || ends.map(part).contains(&Part::Open) || self.circle_has_switches(number);
            let remedy = match only_hubs || !has_switches() {
                true => t!("remove one of its links"),
                false => t!("turn on the spanning tree of the switches"),
            };
            let message = t!(
                "this link closes a loop of hubs and switches, in which a broadcast goes round for ever: {remedy}, or keep it to \
                 watch the storm"
            );
            let problem = self.problem(Kind::Loop, Level::Warning, self.link_place(number), message);
            problem.nodes.extend(ends);
        }
    }

    fn circle_has_switches(&self, number: usize) -> bool {
        let topology = &self.scenario.topology;
        let circle = circle(topology, LinkId(number as u32));
        circle.iter().any(|id| matches!(topology.node(*id).kind, NodeKind::Switch(_)))
    }
}
