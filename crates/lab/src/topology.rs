//! Which nodes and links there are: the document's topology is that of the start, the history's is another one.
//!
//! A document can add nodes and links while the network runs (`changes`). Its own topology ends before them, so that a
//! history's `NodeId` or `LinkId` may lie behind its end. Everything that looks up ids of a history therefore takes a
//! [`LiveTopology`], which is made of a world or of the whole document and never of the topology at the start.

use netlab::history::History;
use netlab::topology::{LinkId, Node, NodeId, Topology};
use netlab::{Instant, World};
use scenario::Scenario;
use std::ops::Deref;

/// The nodes and links that a history's ids refer to, those included that are added while the network runs.
///
/// `&Topology`, which may as well be that of the start, is not accepted in its place:
///
/// ```compile_fail
/// let scenario = scenario::examples()[0].scenario();
/// lab::speed::Speed::watchable(&scenario.topology);
/// ```
///
/// ```
/// let scenario = scenario::examples()[0].scenario();
/// let world = scenario.world(netlab::history::Limits::default()).unwrap();
/// lab::speed::Speed::watchable(lab::topology::LiveTopology::of(&world));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct LiveTopology<'a>(&'a Topology);

impl<'a> LiveTopology<'a> {
    /// All nodes and links of a world, those included whose moment is still to come; links as they are at the live edge.
    pub fn of(world: &'a World) -> Self {
        Self(world.topology())
    }

    /// A network of a test, to which nothing is ever added.
    #[cfg(test)]
    pub fn fixed(topology: &'a Topology) -> Self {
        Self(topology)
    }

    /// The node of this id, borrowed for as long as the topology is.
    pub fn node(self, id: NodeId) -> &'a Node {
        self.0.node(id)
    }

    /// As a plain topology.
    pub fn get(self) -> &'a Topology {
        self.0
    }
}

impl Deref for LiveTopology<'_> {
    type Target = Topology;

    fn deref(&self) -> &Topology {
        self.0
    }
}

/// The two live topologies of a lab: everything that is ever there, and what is there at the playhead.
pub(crate) struct Network {
    whole: Topology,
    scene: Topology,
    scene_of: Option<SceneOf>,
}

/// What a scene was made of: it is made again only when one of these changes.
#[derive(Clone, Copy, PartialEq, Eq)]
struct SceneOf {
    nodes: usize,
    links: usize,
    /// The number of changes of links and nodes so far.
    changes: usize,
    revision: usize,
}

impl Network {
    /// Of a document, before anything is shown.
    pub fn new(scenario: &Scenario, world: &World) -> Self {
        Self { whole: whole(scenario, world), scene: Topology::default(), scene_of: None }
    }

    /// The document has changed, but not its world: names may be others.
    pub fn update(&mut self, scenario: &Scenario, world: &World) {
        self.whole = whole(scenario, world);
    }

    /// Other names, for a test.
    #[cfg(test)]
    pub fn set_whole(&mut self, whole: Topology) {
        self.whole = whole;
    }

    /// All nodes and links that are ever there, with their names of now, in the page's language.
    pub fn whole(&self) -> LiveTopology<'_> {
        LiveTopology(&self.whole)
    }

    /// The nodes and links that are there at the playhead, with their settings of then.
    pub fn scene(&self) -> LiveTopology<'_> {
        LiveTopology(&self.scene)
    }

    /// Makes the scene that of this moment. What is added later stands behind the rest in the topology.
    pub fn show(&mut self, history: &History, at: Instant, revision: usize) {
        let whole = &self.whole;
        let nodes = whole.node_ids().filter(|&node| history.born_node(node) <= at).count();
        let all_links = (0..whole.links.len() as u32).map(LinkId);
        let links = all_links.filter(|&link| history.born_link(link) <= at).count();
        let link_ids = (0..links as u32).map(LinkId);
        let changed = |link| history.link_changes(link).partition_point(|(changed, _)| *changed <= at);
        let changed_kind = |node| history.kind_changes(node).partition_point(|(changed, _)| *changed <= at);
        let kinds = (0..nodes as u32).map(NodeId);
        let changes = link_ids.clone().map(changed).chain(kinds.map(changed_kind)).sum();
        let scene_of = SceneOf { nodes, links, changes, revision };
        if self.scene_of == Some(scene_of) {
            return;
        }
        self.scene_of = Some(scene_of);
        let node = |(number, node): (usize, &Node)| {
            let kind = history.kind_at(NodeId(number as u32), at).clone();
            Node { name: node.name.clone(), kind }
        };
        self.scene = Topology {
            nodes: whole.nodes[..nodes].iter().enumerate().map(node).collect(),
            links: link_ids.map(|id| history.link_at(id, at).clone()).collect(),
        };
    }
}

/// All nodes and links of the document that its world has too. A network that is wrong does not run: what its document adds
/// later is in no history.
fn whole(scenario: &Scenario, world: &World) -> Topology {
    let mut whole = scenario.whole().into_owned().topology;
    whole.nodes.truncate(world.topology().nodes.len());
    whole.links.truncate(world.topology().links.len());
    whole
}
