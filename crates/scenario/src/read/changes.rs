//! Changes of the running network, read in their order: each starts from the network that those before it have made.

use super::{Object, Reader, Sort, fields};
use crate::bounds::REPEATED_MAX;
use crate::changes::Cables;
use crate::commands::{Entry, Key};
use crate::json::Value;
use crate::{Change, Scenario, defaults};
use netlab::Instant;
use netlab::run::RunId;
use netlab::topology::{End, HostConfig, LinkId, NodeId, NodeKind, Port, RouterConfig, Way};
use texts::t;

/// The network as the changes up to now have made it.
struct Sofar {
    kinds: Vec<NodeKind>,
    cables: Cables,
    ways: Vec<[Way; 2]>,
    ports: Vec<[Port; 2]>,
}

impl<'a> Reader<'a> {
    pub(super) fn changes(&mut self, start: &Scenario, values: &[Value<'a>]) -> Vec<(Instant, Change)> {
        if values.is_empty() {
            return Vec::new();
        }
        let topology = &start.topology;
        let mut sofar = Sofar {
            kinds: topology.nodes.iter().map(|node| node.kind.clone()).collect(),
            cables: Cables::of(topology),
            ways: topology.links.iter().map(|link| link.ways.clone()).collect(),
            ports: topology.links.iter().map(|link| link.ports.clone()).collect(),
        };
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
        let Some(change) = self.object(value, t!("a change"), fields::CHANGE) else { return (None, None) };
        let at = self.required(&change, "at", Self::moment);
        let given = |kind: &&'static str| change.get(kind).map(|value| (*kind, value));
        let given: Vec<_> = fields::CHANGES.iter().filter_map(given).collect();
        let &[(kind, value)] = &given[..] else {
            let message = match given.len() {
                0 => t!("say what changes: add one of {}", fields::CHANGES.join(", ")),
                _ => t!("one change does one thing: make an entry of changes for each").to_owned(),
            };
            return (at, self.refuse(&change.value, message));
        };
        let change = match kind {
            "link" => self.changed_link(sofar, value),
            "port" => self.changed_port(sofar, value),
            "set" => self.changed_node(sofar, value),
            "clear" => self.node_id(value).map(Change::Clear),
            "node" => {
                let (id, at, node) = self.node(sofar.kinds.len(), value);
                sofar.kinds.push(node.kind.clone());
                Some(Change::Node { id, at, node })
            }
            "cable" => {
                let link = self.link(sofar.cables.len(), value);
                sofar.cables.add(link.ends);
                sofar.ways.push(link.ways.clone());
                sofar.ports.push(link.ports.clone());
                Some(Change::Cable(link))
            }
            "type" => self.typed(value),
            _ => self.entry(value).map(|entry| match entry {
                Entry::Run(run) => Change::Stop(run),
                Entry::Command(program) => Change::Key(program, Key::Interrupt),
            }),
        };
        (at, change)
    }

    /// What is left out stays as it was.
    fn changed_link(&mut self, sofar: &mut Sofar, value: &Value<'a>) -> Option<Change> {
        let object = self.object(value, t!("a change of a link"), fields::CHANGED_LINK)?;
        let ends = self.required(&object, "ends", Self::ends);
        let link = ends.and_then(|ends| self.which(&sofar.cables, &object, object.get("ends")?, ends));
        let Some((ends, link)) = ends.zip(link) else {
            // Its other faults are still reported.
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

    /// What is left out stays as it was.
    fn changed_port(&mut self, sofar: &mut Sofar, value: &Value<'a>) -> Option<Change> {
        let mut object = self.bare_object(value, t!("a change of a port"), fields::CHANGED_PORT)?;
        let of = object.get("of").and_then(|value| self.node_id(value));
        let sort = of.map_or(Sort::Unknown, |of| self.sorts[of.index()]);
        object.known = match sort {
            Sort::Switch => fields::CHANGED_SWITCH_PORT,
            Sort::Router => fields::CHANGED_ROUTER_PORT,
            Sort::Host | Sort::Hub | Sort::Unknown => fields::CHANGED_PORT,
        };
        self.refuse_unknown(&object);
        let ends = self.required(&object, "ends", Self::ends);
        let of_value = self.required(&object, "of", |_, value| Some(value.clone()))?;
        let link = ends.and_then(|ends| self.which(&sofar.cables, &object, object.get("ends")?, ends));
        if matches!(sort, Sort::Host | Sort::Hub) {
            return self
                .refuse(&of_value, t!("only ports of switches and routers have settings that can change"));
        }
        let (link, of) = (link?, of?);
        let Some(end) = End::BOTH.into_iter().find(|end| sofar.cables.ends(link)[end.index()] == of) else {
            return self
                .refuse(&of_value, t!("this is not an end of the link: write which of its two ends it is"));
        };
        let before = &sofar.ports[link.index()][end.index()];
        self.repeats(&object.value, crate::changes::repeated_of_port(before))?;
        let port = self.port_of(&object, sort, before);
        sofar.ports[link.index()][end.index()] = port.clone();
        Some(Change::Port(link, end, port))
    }

    /// What is left out stays as it was.
    fn changed_node(&mut self, sofar: &mut Sofar, value: &Value<'a>) -> Option<Change> {
        let mut object = self.bare_object(value, t!("a change of a node"), fields::CHANGED_NODE)?;
        let id = object.get("node").and_then(|value| self.node_id(value));
        let sort = id.map_or(Sort::Unknown, |id| self.sorts[id.index()]);
        (object.what, object.known) = match sort {
            Sort::Switch => (t!("a change of a switch"), fields::CHANGED_SWITCH),
            Sort::Router => (t!("a change of a router"), fields::CHANGED_ROUTER),
            Sort::Host => (t!("a change of a host"), fields::CHANGED_HOST),
            Sort::Hub | Sort::Unknown => (t!("a change of a node"), fields::CHANGED_NODE),
        };
        self.refuse_unknown(&object);
        let node = self.required(&object, "node", |_, value| Some(value.clone()))?;
        let id = id?;
        self.repeats(&object.value, crate::changes::repeated_of_node(&sofar.kinds[id.index()]))?;
        let kind = match &sofar.kinds[id.index()] {
            NodeKind::Switch(before) => NodeKind::Switch(self.switch(&object, before)),
            NodeKind::Router(before) => {
                let services = self.changed_services(&object, &before.services, Sort::Router);
                NodeKind::Router(RouterConfig { services, ..self.router(&object, id, before) })
            }
            NodeKind::Host(before) if sort == Sort::Host => {
                NodeKind::Host(self.changed_host(&object, before)?)
            }
            NodeKind::Host(_) | NodeKind::Hub if sort == Sort::Unknown => return None,
            NodeKind::Host(_) | NodeKind::Hub => {
                return self.refuse(&node, t!("a hub has no settings that can change while it runs"));
            }
        };
        sofar.kinds[id.index()] = kind.clone();
        Some(Change::Set(id, kind))
    }

    /// A host that runs keeps its own addresses: what changes is whether it asks for one by DHCP.
    fn changed_host(&mut self, object: &Object<'a>, before: &HostConfig) -> Option<HostConfig> {
        let max = crate::bounds::ADDRESSES_MAX + 1;
        let same = (before.addresses.clone(), before.dhcp);
        let (addresses, dhcp) =
            self.field(object, "addresses", same, |reader, value| reader.host_addresses(value, max));
        let services = self.changed_services(object, &before.services, Sort::Host);
        if addresses != before.addresses {
            let message = t!(
                "of the addresses of a host that runs, only \"dhcp\" comes and goes: the others change with the command ip addr"
            );
            return self.refuse(object.get("addresses")?, message);
        }
        Some(HostConfig { dhcp, services, ..before.clone() })
    }

    fn changed_services(
        &mut self,
        object: &Object<'a>,
        before: &Option<Box<str>>,
        of: Sort,
    ) -> Option<Box<str>> {
        self.field(object, "services", before.clone(), |reader, value| reader.services(value, of))
    }

    /// Counts what a change repeats of what was before, so that a short text cannot become a large network.
    fn repeats(&mut self, value: &Value<'a>, count: usize) -> Option<()> {
        self.repeated += count;
        if self.repeated <= REPEATED_MAX {
            return Some(());
        }
        self.refuse(
            value,
            t!("the changes up to this one repeat too many settings: change fewer, or smaller ones"),
        )
    }

    /// The cable between these two, or that of them which is asked for.
    pub(super) fn which(
        &mut self,
        cables: &Cables,
        object: &Object<'a>,
        named: &Value<'a>,
        ends: [NodeId; 2],
    ) -> Option<LinkId> {
        let between = cables.between(ends);
        match (object.get("which"), between) {
            (_, []) => self.refuse(named, t!("there is no cable between these two by then")),
            (None, [only]) => Some(*only),
            (None, _) => {
                let last = between.len() - 1;
                let message =
                    t!("several cables join these two by then: say which one, \"which\": 0 to {last}");
                self.refuse(&object.value, message)
            }
            (Some(value), _) => {
                let number = self.whole(value)?;
                let found = usize::try_from(number).ok().and_then(|number| between.get(number).copied());
                found.or_else(|| {
                    let count = between.len();
                    let message =
                        t!("only {count} of the cables between these two are there by then: count from 0");
                    self.refuse(value, message)
                })
            }
        }
    }
}
