//! What a new document means for the world that runs the old one.

use netlab::topology::{End, LinkId, Node, NodeId, NodeKind};
use netlab::world::Command;
use scenario::Scenario;

/// What has to be done so that the world is that of the new document.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Nothing, or only how it is drawn and called.
    Looks,
    /// These, from now on.
    Live(Vec<Command>),
    /// Another world, from the beginning.
    Restart,
}

/// What takes the world of one document to that of the other.
pub fn between(old: &Scenario, new: &Scenario) -> Change {
    let (before, after) = (&old.topology, &new.topology);
    // A switch's or router's settings can change while it runs, and a host's services; otherwise a host begins again.
    let same = |(a, b): (&Node, &Node)| a.kind == b.kind || a.kind.can_become(&b.kind);
    let grown = after.nodes.len() >= before.nodes.len()
        && after.links.len() >= before.links.len()
        && before.nodes.iter().zip(&after.nodes).all(same)
        && before.links.iter().zip(&after.links).all(|(a, b)| (a.ends, a.duplex) == (b.ends, b.duplex));
    // What is planned to be added has its number already, and the world counts on behind it.
    let pushes_in = old.whole().topology != *before
        && (before.nodes.len(), before.links.len()) != (after.nodes.len(), after.links.len());
    if !grown
        || pushes_in
        || old.seed != new.seed
        || old.runs != new.runs
        || old.commands != new.commands
        || old.changes != new.changes
    {
        return Change::Restart;
    }
    let mut commands = Vec::new();
    for (number, (a, b)) in before.nodes.iter().zip(&after.nodes).enumerate() {
        if a.kind != b.kind {
            commands.push(Command::SetNode(NodeId(number as u32), b.kind.clone()));
        }
    }
    for (number, (a, b)) in before.links.iter().zip(&after.links).enumerate() {
        if a.ways != b.ways {
            commands.push(Command::SetLink(LinkId(number as u32), b.ways.clone()));
        }
        for end in End::BOTH.into_iter().filter(|end| a.ports[end.index()] != b.ports[end.index()]) {
            commands.push(Command::SetPort(LinkId(number as u32), end, b.ports[end.index()].clone()));
        }
    }
    commands.extend(added_nodes(before.nodes.len(), &after.nodes));
    commands.extend(after.links[before.links.len()..].iter().cloned().map(Command::AddLink));
    if commands.is_empty() { Change::Looks } else { Change::Live(commands) }
}

/// Adds the nodes from `first` on. Programs that begin with a host have numbers in front of those of commands that were typed already, so
/// a host is added without, and then set to what it has.
fn added_nodes(first: usize, nodes: &[Node]) -> Vec<Command> {
    let (mut commands, mut then) = (Vec::new(), Vec::new());
    for (number, node) in nodes.iter().enumerate().skip(first) {
        let mut bare = node.clone();
        if let NodeKind::Host(config) = &mut bare.kind {
            (config.dhcp, config.services) = (false, None);
        }
        if bare != *node {
            then.push(Command::SetNode(NodeId(number as u32), node.kind.clone()));
        }
        commands.push(Command::AddNode(bare));
    }
    commands.append(&mut then);
    commands
}
