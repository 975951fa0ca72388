//! Changes of the running network. They are read in their order, because each goes on from what the ones before have made.

use super::{Object, Reader, fields};
use crate::changes::Cables;
use crate::json::Value;
use crate::{Change, Scenario, defaults};
use netlab::Instant;
use netlab::run::RunId;
use netlab::topology::{LinkId, NodeId, Way};

/// What has been made so far.
struct Sofar {
    nodes: usize,
    cables: Cables,
    ways: Vec<[Way; 2]>,
}

impl<'a> Reader<'a> {
    pub(super) fn changes(&mut self, start: &Scenario, values: &[Value<'a>]) -> Vec<(Instant, Change)> {
        if values.is_empty() {
            return Vec::new();
        }
        let ways = start.topology.links.iter().map(|link| link.ways.clone()).collect();
        let mut sofar = Sofar { nodes: start.ids.len(), cables: Cables::of(&start.topology), ways };
        let mut changes: Vec<(Instant, Change)> = Vec::new();
        for (number, value) in values.iter().enumerate() {
            let last = changes.last().map_or(Instant::ZERO, |(at, _)| *at);
            let (at, change) = self.change(&mut sofar, value);
            if change.is_none() {
                self.unusable.changes.insert(number);
            }
            changes.push((at.unwrap_or(last), change.unwrap_or(Change::Stop(RunId(0)))));
        }
        changes
    }

    fn change(&mut self, sofar: &mut Sofar, value: &Value<'a>) -> (Option<Instant>, Option<Change>) {
        const KINDS: [&str; 4] = ["link", "node", "cable", "stop"];
        let Some(change) = self.object(value, "a change", fields::CHANGE) else { return (None, None) };
        let at = self.required(&change, "at", Self::moment);
        let given: Vec<_> =
            KINDS.into_iter().filter_map(|kind| change.get(kind).map(|value| (kind, value))).collect();
        let &[(kind, value)] = &given[..] else {
            let message = match given.len() {
                0 => "say what changes: add one of link, node, cable, stop",
                _ => "one change does one thing: make an entry of changes for each",
            };
            return (at, self.refuse(&change.value, message));
        };
        let change = match kind {
            "link" => self.changed_link(sofar, value),
            "node" => {
                let (id, at, node) = self.node(sofar.nodes, value);
                sofar.nodes += 1;
                Some(Change::Node { id, at, node })
            }
            "cable" => {
                let link = self.link(sofar.cables.len(), value);
                sofar.cables.add(link.ends);
                sofar.ways.push(link.ways.clone());
                Some(Change::Cable(link))
            }
            _ => {
                let number = self.number(value, 1, "the number of a run, from 0");
                number.map(|number| Change::Stop(RunId(u32::try_from(number).unwrap_or(u32::MAX))))
            }
        };
        (at, change)
    }

    /// What is left out stays as it was.
    fn changed_link(&mut self, sofar: &mut Sofar, value: &Value<'a>) -> Option<Change> {
        let object = self.object(value, "a change of a link", fields::CHANGED_LINK)?;
        let ends = self.required(&object, "ends", Self::ends);
        let link = ends.and_then(|ends| self.which(sofar, &object, ends));
        let Some((ends, link)) = ends.zip(link) else {
            // What else is wrong with it is still told.
            self.ways(&object, ends, &mut [defaults::way(), defaults::way()]);
            return None;
        };
        let ways = &mut sofar.ways[link.index()];
        // Lists of two are in the order of these ends, not of the link's.
        let turned = ends != sofar.cables.ends(link);
        if turned {
            ways.reverse();
        }
        self.ways(&object, Some(ends), ways);
        if turned {
            ways.reverse();
        }
        Some(Change::Link(link, ways.clone()))
    }

    /// The cable between these two, or that of them which is asked for.
    fn which(&mut self, sofar: &Sofar, object: &Object<'a>, ends: [NodeId; 2]) -> Option<LinkId> {
        let between = sofar.cables.between(ends);
        match (object.get("which"), between) {
            (_, []) => {
                let value = object.get("ends").unwrap_or(&object.value);
                self.refuse(value, "there is no cable between these two by then")
            }
            (None, [only]) => Some(*only),
            (None, _) => {
                let last = between.len() - 1;
                let message =
                    format!("several cables join these two by then: say which one, \"which\": 0 to {last}");
                self.refuse(&object.value, message)
            }
            (Some(value), _) => {
                let number = self.whole(value)?;
                let found = usize::try_from(number).ok().and_then(|number| between.get(number).copied());
                found.or_else(|| {
                    let count = between.len();
                    let message = format!(
                        "only {count} of the cables between these two are there by then: count from 0"
                    );
                    self.refuse(value, message)
                })
            }
        }
    }
}
