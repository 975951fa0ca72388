//! A part of a network, to be put down again: what copying takes and pasting gives.

use super::{EditError, naming, push};
use netlab::topology::{Link, Node, NodeId, NodeKind};
use scenario::addresses::free_addresses;
use scenario::{Icon, Scenario};

/// Nodes and the links between them.
#[derive(Clone, Debug, PartialEq)]
pub struct Clip {
    nodes: Vec<Copied>,
    /// Their ends are places in `nodes`.
    links: Vec<Link>,
}

/// A node, its id, what it is drawn as, and where it is.
type Copied = (Node, String, Option<Icon>, (f64, f64));

/// A copy is not put exactly onto its original.
const ASIDE: f64 = 40.0;

impl Clip {
    /// These nodes, and the links of which both ends are among them; `None` if there are none.
    pub fn of(scenario: &Scenario, nodes: &[NodeId]) -> Option<Self> {
        let positions = scenario.positions();
        let place = |node: &NodeId| nodes.iter().position(|other| other == node);
        let links = scenario.topology.links.iter().filter_map(|link| {
            let [a, b] = link.ends.each_ref().map(place);
            Some(Link::new([NodeId(a? as u32), NodeId(b? as u32)], link.ways.clone()))
        });
        let copy = |&id: &NodeId| {
            let (node, name) = (scenario.topology.node(id).clone(), scenario.id(id).to_owned());
            let icon = scenario.icons.get(&name).copied();
            (node, name, icon, positions[id.index()])
        };
        (!nodes.is_empty()).then(|| Self { nodes: nodes.iter().map(copy).collect(), links: links.collect() })
    }

    /// Puts it down; says which nodes it has become. Ids, addresses and cards are new, all else is as it was.
    pub fn put_into(self, scenario: &mut Scenario) -> Result<Vec<NodeId>, EditError> {
        let taken = scenario.positions();
        let is_free =
            |aside: f64| self.nodes.iter().all(|(.., (x, y))| !taken.contains(&(x + aside, y + aside)));
        let aside = (1..100).map(|n| f64::from(n) * ASIDE).find(|&aside| is_free(aside)).unwrap_or(ASIDE);
        let mut new = Vec::new();
        for (mut node, id, icon, (x, y)) in self.nodes {
            let stem = id.trim_end_matches(|c: char| c.is_ascii_digit());
            let fresh = naming::fresh_id(scenario, if stem.is_empty() { "n" } else { stem });
            if node.name == id {
                node.name.clone_from(&fresh);
            }
            if let NodeKind::Host(config) = &mut node.kind {
                config.mac = None;
                config.addresses = free_addresses(&scenario.whole().topology, None);
            }
            new.push(push(scenario, fresh.clone(), node, (x + aside, y + aside))?);
            // A node has to be there to have one.
            if let Some(icon) = icon {
                scenario.icons.insert(fresh, icon);
            }
        }
        for link in self.links {
            let ends = link.ends.map(|end| new[end.index()]);
            scenario.add_link(Link { ends, ..link });
        }
        Ok(new)
    }
}
