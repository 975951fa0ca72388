//! Where frames are captured, and the names of places.

use netlab::topology::{Direction, End, LinkId, NodeId, Topology};

/// Where frames are captured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// Each frame once, where it is sent first.
    Once,
    /// Every frame at both ends of every cable: where it is sent, and where it arrives if it does.
    Everywhere,
    /// Each frame of both directions of a cable once, as its sender's end sees it.
    Link(LinkId),
    /// The port that sends into this direction: what leaves it, and what arrives there.
    Port(Direction),
}

/// The names in a capture: of a network and its nodes. Not a scenario: the page's network may have grown beyond its document.
#[derive(Clone, Copy, Debug)]
pub struct Network<'a> {
    /// One line about it; may be empty.
    pub title: &'a str,
    /// Its nodes and cables.
    pub topology: &'a Topology,
    /// Short names of the nodes, in the order of [`Topology::nodes`]; one that is missing is called by its number, `n7`.
    pub ids: &'a [String],
}

/// A name of no place, or of several.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    /// No place has this name. Then the names of a cable and of a port, as examples.
    #[error(
        "there is no place {0:?}: write once, everywhere, a cable such as \"{1}\" or a port such as \"{2}\""
    )]
    Unknown(String, String, String),
    /// Several parallel cables have this name. Then the name of a port of the first.
    #[error("{0:?} are several cables: name a port of the one that is meant, such as {1:?}")]
    Ambiguous(String, String),
}

impl Network<'_> {
    /// The short name of a node.
    pub fn id(&self, node: NodeId) -> String {
        self.ids.get(node.index()).cloned().unwrap_or_else(|| format!("n{}", node.0))
    }

    /// The name of the port that sends into this direction: `s1:0`.
    pub fn port_name(&self, direction: Direction) -> String {
        let node = self.topology.sender(direction);
        // Ports count in the order of the cables. No cable joins a node with itself.
        let before = &self.topology.links[..direction.link.index()];
        let number = before.iter().filter(|link| link.ends.contains(&node)).count();
        format!("{}:{number}", self.id(node))
    }

    /// The names of all ports, in the order of nodes and their ports, with the direction that each sends into.
    pub fn ports(&self) -> impl Iterator<Item = (Direction, String)> {
        self.topology.node_ids().zip(self.topology.ports()).flat_map(move |(node, ports)| {
            let name = move |(number, port)| (port, format!("{}:{number}", self.id(node)));
            ports.into_iter().enumerate().map(name)
        })
    }

    /// The name of a place, such as [`place`](Self::place) reads it; that of a cable may be shared by another one.
    pub fn place_name(&self, place: Place) -> String {
        match place {
            Place::Once => "once".into(),
            Place::Everywhere => "everywhere".into(),
            Place::Link(link) => self.topology.link(link).ends.map(|end| self.id(end)).join("-"),
            Place::Port(direction) => self.port_name(direction),
        }
    }

    /// The place of this name: `once`, `everywhere`, a cable by its two nodes (`a-s1`), or a port by its node and its number (`s1:0`).
    ///
    /// # Errors
    /// If no place, or more than one, has this name.
    pub fn place(&self, name: &str) -> Result<Place, PlaceError> {
        match name {
            "once" => return Ok(Place::Once),
            "everywhere" => return Ok(Place::Everywhere),
            _ => {}
        }
        let links = (0..self.topology.links.len() as u32).map(LinkId);
        if let Some((port, _)) = self.ports().find(|(_, port)| port == name) {
            return Ok(Place::Port(port));
        }
        let is_meant = |link: &LinkId| {
            let [a, b] = self.topology.link(*link).ends.map(|end| self.id(end));
            format!("{a}-{b}") == name || format!("{b}-{a}") == name
        };
        let first_port = |link| self.port_name(Direction { link, from: End::First });
        let mut meant = links.clone().filter(is_meant);
        match (meant.next(), meant.next()) {
            (Some(link), None) => Ok(Place::Link(link)),
            (Some(link), Some(_)) => Err(PlaceError::Ambiguous(name.into(), first_port(link))),
            (None, _) => {
                let (link, port) = match links.clone().next() {
                    Some(link) => (self.place_name(Place::Link(link)), first_port(link)),
                    None => ("a-b".into(), "a:0".into()),
                };
                Err(PlaceError::Unknown(name.into(), link, port))
            }
        }
    }
}
