//! Changing a scenario by hand: what can be done to it, as plain functions from one document to the next.
//!
//! | module | what it is |
//! |---|---|
//! | [`naming`], [`room`] | ids and places for what is new |
//! | [`wiring`] | what a cable at a router brings along: addresses and gateways |
//! | [`clip`] | a part of a network, to be put down again |
//! | [`change`] | what a new document means for the world that runs the old one |
//! | [`undo`] | the documents before and after this one |
//! | [`item_form`] | the settings of a node or a link as fields of text |
//!
//! An [`Edit`] is refused only where no network could be made of the result: a second cable at a host, a cable from a node to
//! itself. Everything else that is wrong (a loop, an address that two have) is drawn as it is, and reported as a problem: a
//! network that is being built is wrong most of the time.

pub mod change;
pub mod clip;
pub mod item_form;
pub mod naming;
mod room;
pub mod undo;
mod wiring;

use clip::Clip;
use netlab::run::RunId;
use netlab::topology::{Duplex, Link, LinkId, Node, NodeId, NodeKind, Port, RouterConfig, SwitchConfig, Way};
use scenario::addresses::free_addresses;
use scenario::{Icon, Scenario, bounds, defaults, layout};
use std::fmt;
use texts::t;
use wire::impair::Impairment;

/// A kind of node, without its settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A host.
    Host,
    /// A switch.
    Switch,
    /// A hub.
    Hub,
    /// A router.
    Router,
}

impl Kind {
    /// The kind of a node with these settings.
    pub const fn of(kind: &NodeKind) -> Self {
        match kind {
            NodeKind::Host(_) => Self::Host,
            NodeKind::Switch(_) => Self::Switch,
            NodeKind::Hub => Self::Hub,
            NodeKind::Router(_) => Self::Router,
        }
    }

    /// Its name on the page.
    pub fn name(self) -> &'static str {
        match self {
            Self::Host => t!("Host"),
            Self::Switch => t!("Switch"),
            Self::Hub => t!("Hub"),
            Self::Router => t!("Router"),
        }
    }
}

/// Something done to a scenario.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// Adds a node, at this position or (`None`) at a free one.
    Add(Kind, Option<(f64, f64)>),
    /// Adds a cable between two nodes.
    Connect(NodeId, NodeId),
    /// Moves these nodes by an offset.
    Move(Vec<NodeId>, (f64, f64)),
    /// Deletes these nodes and links, and everything that depends on them.
    Delete(Vec<NodeId>, Vec<LinkId>),
    /// Changes a node's name.
    Rename(NodeId, String),
    /// Changes a node's settings.
    SetNode(NodeId, NodeKind),
    /// Changes what a node is drawn as; `None`: as its kind.
    SetIcon(NodeId, Option<Icon>),
    /// Changes the settings of a link's directions.
    SetLink(LinkId, [Way; 2]),
    /// Changes the settings of the ports at a link's ends.
    SetPorts(LinkId, [Port; 2]),
    /// Changes what the ports at a link's ends can do: a world with such a link begins again.
    SetDuplex(LinkId, [Duplex; 2]),
    /// Pulls the cable (`false`) or plugs it in (`true`).
    Plug(LinkId, bool),
    /// Adds the content of the clipboard.
    Paste(Clip),
    /// Aligns nodes in a row or (`true`) in a column.
    Align(Vec<NodeId>, bool),
    /// Moves all nodes to positions where they do not overlap.
    Tidy,
    /// Changes the title.
    Title(String),
    /// Changes the description.
    Description(String),
    /// Changes the seed.
    Seed(u64),
    /// Removes a planned run.
    RemoveRun(usize),
    /// Replaces the document, with one that was typed or repaired.
    Replace(Box<Scenario>),
}

/// Why something cannot be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EditError {
    /// One card, one cable.
    HostIsConnected(String),
    /// A cable has two ends.
    SameNode,
    /// They are joined already.
    Joined(String, String),
    /// A node or a link that is added later.
    NotYet,
    /// As large as a network may be.
    Full,
}

impl fmt::Display for EditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::HostIsConnected(host) => {
                return f.write_str(&t!(
                    "{host} already has a cable: a host has one network card. Put a switch or a hub between."
                ));
            }
            Self::SameNode => t!("A cable joins two different nodes."),
            Self::Joined(one, other) => return f.write_str(&t!("{one} and {other} are joined already.")),
            Self::NotYet => t!("This is added to the network later. Go to a moment at which it is there."),
            Self::Full => t!("This network is as large as it may be."),
        })
    }
}

impl std::error::Error for EditError {}

/// Positions are multiples of this.
pub const GRID: f64 = 10.0;

impl Edit {
    /// What it does, as a branch that begins with it is called.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Plug(_, false) => t!("Cable pulled"),
            Self::Plug(_, true) => t!("Cable put back"),
            Self::SetLink(..) | Self::SetPorts(..) | Self::SetDuplex(..) => t!("Link changed"),
            Self::Add(..) | Self::Paste(_) => t!("Nodes added"),
            Self::Connect(..) => t!("Cable added"),
            _ => t!("Changed"),
        }
    }

    /// The scenario after it, and the nodes that are selected then (`None`: as before).
    pub fn apply(self, scenario: &Scenario) -> Result<(Scenario, Option<Vec<NodeId>>), EditError> {
        if !self.is_possible_in(scenario) {
            return Err(EditError::NotYet);
        }
        let mut next = scenario.clone();
        // From now on every node is where it was seen, whatever becomes of the others.
        next.at = scenario.positions().into_iter().map(Some).collect();
        let mut selected = None;
        match self {
            Self::Add(kind, at) => {
                let id = next.add(kind, at)?;
                selected = Some(vec![id]);
            }
            Self::Connect(a, b) => next.connect(a, b)?,
            Self::Move(nodes, by) => next.shift(&nodes, by),
            Self::Delete(nodes, links) => {
                next = next.without(&nodes, &links);
                selected = Some(Vec::new());
            }
            Self::Rename(node, name) => {
                let name = name.trim();
                let id = next.ids[node.index()].clone();
                next.topology.nodes[node.index()].name = if name.is_empty() { id } else { name.to_string() };
            }
            Self::SetNode(node, kind) => next.topology.nodes[node.index()].kind = kind,
            Self::SetIcon(node, icon) => {
                let id = next.ids[node.index()].clone();
                match icon {
                    Some(icon) => _ = next.icons.insert(id, icon),
                    None => _ = next.icons.remove(&id),
                }
            }
            Self::SetLink(link, ways) => next.topology.links[link.index()].ways = ways,
            Self::SetPorts(link, ports) => next.topology.links[link.index()].ports = ports,
            Self::SetDuplex(link, duplex) => next.topology.links[link.index()].duplex = duplex,
            Self::Plug(link, plugged) => {
                for way in &mut next.topology.links[link.index()].ways {
                    way.impairments.retain(|impairment| *impairment != Impairment::Down);
                    if !plugged {
                        way.impairments.push(Impairment::Down);
                    }
                }
            }
            Self::Paste(clip) => selected = Some(clip.put_into(&mut next)?),
            Self::Align(nodes, upright) => next.align(&nodes, upright),
            Self::Tidy => {
                let nowhere = vec![None; next.ids.len()];
                next.at = layout::positions(&next.topology, &nowhere).into_iter().map(Some).collect();
            }
            Self::Title(title) => next.title = title,
            Self::Description(text) => next.description = (!text.trim().is_empty()).then_some(text),
            Self::Seed(seed) => next.seed = seed,
            Self::RemoveRun(number) => {
                next = next.without_run(RunId(number as u32));
            }
            Self::Replace(document) => next = *document,
        }
        Ok((next, selected))
    }
}

impl Edit {
    /// Whether all nodes and links that it is about are there.
    fn is_possible_in(&self, scenario: &Scenario) -> bool {
        let nodes = |nodes: &[NodeId]| nodes.iter().all(|node| node.index() < scenario.topology.nodes.len());
        let links = |links: &[LinkId]| links.iter().all(|link| link.index() < scenario.topology.links.len());
        match self {
            Self::Connect(a, b) => nodes(&[*a, *b]),
            Self::Move(list, _) | Self::Align(list, _) => nodes(list),
            Self::Delete(node_list, link_list) => nodes(node_list) && links(link_list),
            Self::Rename(node, _) | Self::SetNode(node, _) | Self::SetIcon(node, _) => nodes(&[*node]),
            Self::SetLink(link, _)
            | Self::SetPorts(link, _)
            | Self::SetDuplex(link, _)
            | Self::Plug(link, _) => links(&[*link]),
            Self::Add(..)
            | Self::Paste(_)
            | Self::Tidy
            | Self::Title(_)
            | Self::Description(_)
            | Self::Seed(_)
            | Self::RemoveRun(_)
            | Self::Replace(_) => true,
        }
    }
}

/// What an edit does to a document; a trait, because the document is another crate's.
trait Editable {
    fn add(&mut self, kind: Kind, at: Option<(f64, f64)>) -> Result<NodeId, EditError>;
    fn connect(&mut self, a: NodeId, b: NodeId) -> Result<(), EditError>;
    fn shift(&mut self, nodes: &[NodeId], by: (f64, f64));
    fn align(&mut self, nodes: &[NodeId], upright: bool);
}

impl Editable for Scenario {
    fn add(&mut self, kind: Kind, at: Option<(f64, f64)>) -> Result<NodeId, EditError> {
        let id = naming::fresh_id(self, kind.prefix());
        let node_kind = match kind {
            Kind::Host => NodeKind::Host(netlab::topology::HostConfig {
                addresses: free_addresses(&self.whole().topology, None),
                ..Default::default()
            }),
            Kind::Switch => NodeKind::Switch(SwitchConfig::default()),
            Kind::Hub => NodeKind::Hub,
            Kind::Router => NodeKind::Router(RouterConfig::default()),
        };
        let at = at.unwrap_or_else(|| room::for_a_new(kind, self));
        push(self, id.clone(), Node { name: id, kind: node_kind }, at)
    }

    fn connect(&mut self, a: NodeId, b: NodeId) -> Result<(), EditError> {
        if a == b {
            return Err(EditError::SameNode);
        }
        // Links that are added while the network runs count, too: a host has one network card then as well.
        let whole = self.whole().into_owned();
        let topology = &whole.topology;
        if topology.links.len() >= bounds::LINKS_MAX {
            return Err(EditError::Full);
        }
        let name = |node: NodeId| topology.node(node).name.clone();
        let joins = |link: &Link, node| link.ends.contains(&node);
        if topology.links.iter().any(|link| joins(link, a) && joins(link, b)) {
            return Err(EditError::Joined(name(a), name(b)));
        }
        for node in [a, b] {
            let connected = topology.links.iter().any(|link| joins(link, node));
            if connected && topology.host(node).is_some() {
                return Err(EditError::HostIsConnected(name(node)));
            }
        }
        let link = LinkId(self.topology.links.len() as u32);
        self.add_link(Link::new([a, b], [defaults::way(), defaults::way()]));
        wiring::settle(&mut self.topology, link);
        Ok(())
    }

    fn shift(&mut self, nodes: &[NodeId], (dx, dy): (f64, f64)) {
        for node in nodes {
            if let Some((x, y)) = &mut self.at[node.index()] {
                (*x, *y) = snapped((*x + dx, *y + dy));
            }
        }
    }

    fn align(&mut self, nodes: &[NodeId], upright: bool) {
        let places: Vec<_> = nodes.iter().filter_map(|node| self.at[node.index()]).collect();
        let axis = |(x, y): (f64, f64)| if upright { x } else { y };
        let mean = places.iter().copied().map(axis).sum::<f64>() / places.len().max(1) as f64;
        for node in nodes {
            if let Some((x, y)) = &mut self.at[node.index()] {
                (*x, *y) = snapped(if upright { (mean, *y) } else { (*x, mean) });
            }
        }
    }
}

/// Adds a node with all that a document knows of one.
fn push(scenario: &mut Scenario, id: String, node: Node, at: (f64, f64)) -> Result<NodeId, EditError> {
    if scenario.whole().topology.nodes.len() >= bounds::NODES_MAX {
        return Err(EditError::Full);
    }
    Ok(scenario.add_node(id, node, Some(snapped(at))))
}

/// The place on the grid that is nearest, within the document's bounds.
pub fn snapped((x, y): (f64, f64)) -> (f64, f64) {
    let snap = |v: f64| ((v / GRID).round() * GRID).clamp(-bounds::COORDINATE_MAX, bounds::COORDINATE_MAX);
    (snap(x), snap(y))
}

impl Kind {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Host => "h",
            Self::Switch => "s",
            Self::Hub => "hub",
            Self::Router => "r",
        }
    }
}

#[cfg(test)]
mod tests;
