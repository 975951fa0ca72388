//! What a world is made from: nodes, and the links between them. Plain data, checked when a world is made from it or grows.

use wire::impair::Impairment;
use wire::line::LineConfig;
use wire::sorted::SortedMap;
use wire::{Duration, Instant};

pub use host::config::{
    ADDRESSES_MAX, Congestion, DNS_SERVERS_MAX, IP_MTU_MAX, IP_MTU_MIN, TCP_BUFFER_MAX, TCP_BUFFER_MIN,
    TCP_TIMEOUT, TIME_WAIT, TIME_WAIT_MAX, TcpConfig,
};
pub use wire::NodeId;

/// A link, by its place in [`Topology::links`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkId(pub u32);

/// An end of a link: 0 or 1, as in [`Link::ends`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum End {
    /// The first of [`Link::ends`].
    First,
    /// The second of [`Link::ends`].
    Second,
}

/// One direction of a link: the frames that the node at its `from` end sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Direction {
    /// Which link.
    pub link: LinkId,
    /// Where the frames come from.
    pub from: End,
}

/// Nodes and links.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Topology {
    /// Up to [`NODES_MAX`].
    pub nodes: Vec<Node>,
    /// Up to [`LINKS_MAX`].
    pub links: Vec<Link>,
}

/// More nodes than this are refused.
pub const NODES_MAX: usize = 4_096;
/// More links than this are refused.
pub const LINKS_MAX: usize = 16_384;

/// A node: a name and what it does.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// As people call it.
    pub name: String,
    /// What it does.
    pub kind: NodeKind,
}

/// What a node does.
#[derive(Clone, Debug, PartialEq)]
pub enum NodeKind {
    /// An end system with a TCP/IP stack and one network card.
    Host(HostConfig),
    /// A repeater: what comes in at one port goes out at all others.
    Hub,
    /// A learning switch.
    Switch(SwitchConfig),
    /// A router: it forwards packets from network to network.
    Router(RouterConfig),
}

/// A host's settings.
pub type HostConfig = host::Config;
/// A learning switch's settings.
pub type SwitchConfig = bridge::Config;
/// A router's settings.
pub type RouterConfig = router::Config;

/// A cable between two nodes.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// The nodes it joins.
    pub ends: [NodeId; 2],
    /// Each direction by itself: `ways[0]` carries what `ends[0]` sends.
    pub ways: [Way; 2],
    /// The settings of the port at each end.
    pub ports: [Port; 2],
    /// What the port at each end can do. If one is half duplex, both are: see [`Topology::is_half_duplex`].
    pub duplex: [Duplex; 2],
    /// Whether the card of the host at each end is switched off: by a command, in a network that runs. No document says so.
    pub off: [bool; 2],
}

/// Whether a port sends and receives at the same time (IEEE 802.3-2022, 1.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Duplex {
    /// It does.
    #[default]
    Full,
    /// It does not: it shares its link with the other end, by carrier sense and collisions (CSMA/CD, clause 4).
    Half,
}

/// The settings of a port, at one end of a cable.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Port {
    /// A host's or hub's, which have none; or all of a switch's or router's have their defaults.
    #[default]
    Plain,
    /// A switch's.
    Switch(bridge::Port),
    /// A router's.
    Router(router::Port),
}

/// One direction of a cable.
#[derive(Clone, Debug, PartialEq)]
pub struct Way {
    /// Rate, delay and queue.
    pub line: LineConfig,
    /// How it misbehaves.
    pub impairments: Vec<Impairment>,
}

/// Why no world can be made from a topology. The document's own checks find these earlier and name their places.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TopologyError {
    /// More nodes or links than the bounds.
    #[error("{nodes} nodes and {links} links are too many: at most {NODES_MAX} and {LINKS_MAX}")]
    TooLarge {
        /// How many there are.
        nodes: usize,
        /// How many there are.
        links: usize,
    },
    /// A link names a node that does not exist.
    #[error("link {0:?} leads to a node that does not exist; add the node first")]
    NoSuchNode(LinkId),
    /// A link joins a node with itself.
    #[error("link {0:?} joins a node with itself; it needs two different ones")]
    SelfLink(LinkId),
    /// A host has one card.
    #[error("host {0:?} has more than one link but only one network card; put a hub or a switch in between")]
    HostWithManyLinks(NodeId),
    /// A host's MAC address that is a group address.
    #[error("host {0:?} needs a MAC address with an even first byte: an odd one is a group's")]
    BadMac(NodeId),
    /// More addresses than a stack holds, or an unusable one.
    #[error("host {0:?} has too many addresses (at most {ADDRESSES_MAX}) or one that no host can have")]
    BadAddresses(NodeId),
    /// An MTU that no network has.
    #[error("host {0:?} needs an MTU of {IP_MTU_MIN} to {IP_MTU_MAX} bytes")]
    BadMtu(NodeId),
    /// A TCP buffer that is useless or too large.
    #[error("host {0:?} needs TCP buffers of {TCP_BUFFER_MIN} bytes to {TCP_BUFFER_MAX} bytes")]
    BadBuffer(NodeId),
    /// A port whose settings are those of another kind of node.
    #[error("link {0:?} has port settings that are not for the kind of node at that end; remove them")]
    WrongPort(LinkId),
    /// A switch with impossible settings.
    #[error(
        "switch {0:?} needs a MAC address with an even first byte, and spanning tree settings within the standard's bounds"
    )]
    BadSwitch(NodeId),
    /// A router with impossible settings.
    #[error("router {0:?} has too many routes, rules or forwarded ports, or some that make no sense")]
    BadRouter(NodeId),
    /// A port with impossible settings.
    #[error("link {0:?} has a port whose addresses, MTU, VLANs or priority are impossible")]
    BadPort(LinkId),
    /// Time would not pass on this link.
    #[error("link {0:?} needs a rate or a delay: otherwise no time passes while frames go back and forth")]
    NoTimePasses(LinkId),
}

impl Way {
    /// Frames would go back and forth without end in one moment.
    pub(crate) fn takes_no_time(&self) -> bool {
        self.line.rate.is_none() && self.line.delay == Duration::ZERO
    }
}

impl End {
    /// Both, in order.
    pub const BOTH: [Self; 2] = [Self::First, Self::Second];

    /// 0 or 1.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The far end.
    pub const fn other(self) -> Self {
        match self {
            Self::First => Self::Second,
            Self::Second => Self::First,
        }
    }
}

impl Direction {
    /// A dense number: two for each link.
    pub const fn index(self) -> usize {
        self.link.0 as usize * 2 + self.from.index()
    }

    /// The inverse of [`index`](Self::index).
    pub const fn from_index(index: usize) -> Self {
        let from = if index.is_multiple_of(2) { End::First } else { End::Second };
        Self { link: LinkId((index / 2) as u32), from }
    }

    /// The way back.
    pub const fn reverse(self) -> Self {
        Self { link: self.link, from: self.from.other() }
    }
}

impl LinkId {
    /// As an index.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

impl Topology {
    /// The node.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.index()]
    }

    /// The link.
    pub fn link(&self, id: LinkId) -> &Link {
        &self.links[id.index()]
    }

    /// The host settings of a node, if it is a host.
    pub fn host(&self, id: NodeId) -> Option<&HostConfig> {
        match &self.nodes.get(id.index())?.kind {
            NodeKind::Host(config) => Some(config),
            NodeKind::Hub | NodeKind::Switch(_) | NodeKind::Router(_) => None,
        }
    }

    /// Whether only one end of a link sends at a time: it is a hub's link, or one of its ports is half duplex, which the other one
    /// then is, too (IEEE 802.3-2022, 28.2.3.3: the best that both can do).
    pub fn is_half_duplex(&self, link: LinkId) -> bool {
        let link = self.link(link);
        link.duplex.contains(&Duplex::Half)
            || link.ends.iter().any(|&end| self.node(end).kind == NodeKind::Hub)
    }

    /// All node ids, in order.
    pub fn node_ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..self.nodes.len() as u32).map(NodeId)
    }

    /// The node that sends into this direction.
    pub fn sender(&self, direction: Direction) -> NodeId {
        self.link(direction.link).ends[direction.from.index()]
    }

    /// The node that receives from this direction.
    pub fn receiver(&self, direction: Direction) -> NodeId {
        self.sender(direction.reverse())
    }

    /// For each node the directions it sends into. A node's port number is the place in its list; cables count in the
    /// order of [`Topology::links`].
    pub fn ports(&self) -> Vec<Vec<Direction>> {
        let mut ports = vec![Vec::new(); self.nodes.len()];
        for (number, link) in self.links.iter().enumerate() {
            for from in End::BOTH {
                ports[link.ends[from.index()].index()].push(Direction { link: LinkId(number as u32), from });
            }
        }
        ports
    }

    /// Everything that keeps a world from being made.
    pub fn check(&self) -> Result<(), Vec<TopologyError>> {
        self.check_size(0, 0).map_err(|error| vec![error])?;
        let mut errors = Vec::new();
        let mut cables: SortedMap<NodeId, u32> = SortedMap::new();
        for (number, link) in self.links.iter().enumerate() {
            errors.extend(link.errors(LinkId(number as u32), &self.nodes));
            for end in link.ends {
                *cables.entry(end).or_default() += 1;
            }
        }
        for id in self.node_ids() {
            let Some(host) = self.host(id) else {
                errors.extend(self.node(id).kind.check(id).err());
                continue;
            };
            if cables.get(&id).is_some_and(|&count| count > 1) {
                errors.push(TopologyError::HostWithManyLinks(id));
            }
            errors.extend(host_errors(host, id));
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }

    /// The first that [`check`](Self::check) would say if this node were added. Looks only at what is new, so that a network
    /// may grow to its bounds one by one.
    pub(crate) fn check_node(&self, node: &Node) -> Result<(), TopologyError> {
        self.check_size(1, 0)?;
        node.kind.check(NodeId(self.nodes.len() as u32))
    }

    /// The first that [`check`](Self::check) would say if this link were added.
    pub(crate) fn check_link(&self, link: &Link) -> Result<(), TopologyError> {
        self.check_size(0, 1)?;
        first(link.errors(LinkId(self.links.len() as u32), &self.nodes))?;
        let is_taken = |end: NodeId| self.links.iter().any(|link| link.ends.contains(&end));
        let taken = link.ends.into_iter().find(|&end| self.host(end).is_some() && is_taken(end));
        taken.map_or(Ok(()), |host| Err(TopologyError::HostWithManyLinks(host)))
    }

    fn check_size(&self, more_nodes: usize, more_links: usize) -> Result<(), TopologyError> {
        let (nodes, links) = (self.nodes.len() + more_nodes, self.links.len() + more_links);
        let fits = nodes <= NODES_MAX && links <= LINKS_MAX;
        if fits { Ok(()) } else { Err(TopologyError::TooLarge { nodes, links }) }
    }
}

fn first(errors: Vec<TopologyError>) -> Result<(), TopologyError> {
    errors.into_iter().next().map_or(Ok(()), Err)
}

impl NodeKind {
    /// Whether a node that runs can get these settings: it stays what it is, and of a host only what is started with it changes.
    pub fn can_become(&self, next: &Self) -> bool {
        match (self, next) {
            (Self::Switch(_), Self::Switch(_)) | (Self::Router(_), Self::Router(_)) => true,
            (Self::Host(before), Self::Host(after)) => before.is_alike_but_for_services(after),
            (Self::Host(_) | Self::Hub | Self::Switch(_) | Self::Router(_), _) => false,
        }
    }

    /// The first that is wrong with it by itself, as node `id`.
    pub(crate) fn check(&self, id: NodeId) -> Result<(), TopologyError> {
        match self {
            Self::Host(host) => first(host_errors(host, id)),
            Self::Hub => Ok(()),
            Self::Switch(switch) if switch_fits(switch) => Ok(()),
            Self::Switch(_) => Err(TopologyError::BadSwitch(id)),
            Self::Router(router) if router_fits(router) => Ok(()),
            Self::Router(_) => Err(TopologyError::BadRouter(id)),
        }
    }
}

/// The address is one station's; the bounds of IEEE 802.1D-2004, table 17-1, and the relation that 17.14 demands of the times.
fn switch_fits(switch: &SwitchConfig) -> bool {
    let second = 1_000_000_000;
    switch.mac.is_none_or(|mac| mac.is_unicast())
        && switch.stp.is_none_or(|stp| {
            stp.priority.is_multiple_of(4_096)
                && (second..=10 * second).contains(&stp.hello.nanos())
                && (6 * second..=40 * second).contains(&stp.max_age.nanos())
                && (4 * second..=30 * second).contains(&stp.forward_delay.nanos())
                && 2 * (stp.forward_delay.nanos() - second) >= stp.max_age.nanos()
        })
}

impl Link {
    /// A cable whose ports have no settings of their own.
    pub fn new(ends: [NodeId; 2], ways: [Way; 2]) -> Self {
        Self { ends, ways, ports: Default::default(), duplex: Default::default(), off: [false; 2] }
    }

    /// What is wrong with it by itself, as link `id` of a topology with these nodes.
    fn errors(&self, id: LinkId, nodes: &[Node]) -> Vec<TopologyError> {
        let kinds = self.ends.map(|end| nodes.get(end.index()).map(|node| &node.kind));
        let misplaced =
            |(port, kind): (&Port, &Option<&NodeKind>)| kind.is_some_and(|kind| !port.is_for(kind));
        let wrong = [
            (kinds.contains(&None), TopologyError::NoSuchNode(id)),
            (self.ends[0] == self.ends[1], TopologyError::SelfLink(id)),
            (self.ways.iter().any(Way::takes_no_time), TopologyError::NoTimePasses(id)),
            (self.ports.iter().zip(&kinds).any(misplaced), TopologyError::WrongPort(id)),
            (!self.ports.iter().all(Port::fits), TopologyError::BadPort(id)),
        ];
        wrong.into_iter().filter_map(|(wrong, error)| wrong.then_some(error)).collect()
    }
}

/// The outages among a direction's impairments.
fn outages(way: &Way) -> impl Iterator<Item = (Instant, Duration, Option<Duration>)> + '_ {
    way.impairments.iter().filter_map(|impairment| match *impairment {
        Impairment::Outage { at, lasts, every } => Some((at, lasts, every)),
        _ => None,
    })
}

impl Link {
    /// Whether both ends can tell that it is connected: no port or card is switched off, and something passes in one direction at
    /// least. What fails in one direction only is not noticed by hardware.
    pub fn has_carrier(&self, at: Instant) -> bool {
        let down = |way: &Way| {
            let out = |(from, lasts, every)| wire::impair::is_out(at, from, lasts, every);
            way.impairments.contains(&Impairment::Down) || outages(way).any(out)
        };
        self.off == [false; 2] && self.ports.iter().all(Port::is_up) && !self.ways.iter().all(down)
    }

    /// When the next outage begins or ends after `at`.
    pub fn next_outage_edge(&self, at: Instant) -> Option<Instant> {
        let edges = self.ways.iter().flat_map(outages).filter_map(|(from, lasts, every)| {
            let round = match every {
                Some(every) if every > Duration::ZERO && at >= from => {
                    from + Duration::from_nanos((at - from).nanos() / every.nanos() * every.nanos())
                }
                _ => from,
            };
            let next = every.map(|every| round + every);
            [Some(round), Some(round + lasts), next].into_iter().flatten().filter(|&edge| edge > at).min()
        });
        edges.min()
    }

    /// Whether an outage begins or ends now.
    pub(crate) fn is_outage_edge(&self, at: Instant) -> bool {
        let before = Instant::from_nanos(at.nanos().saturating_sub(1));
        self.next_outage_edge(before) == Some(at)
    }
}

impl Port {
    /// Whether its administrator has switched it on.
    pub fn is_up(&self) -> bool {
        match self {
            Self::Plain => true,
            Self::Switch(port) => port.up,
            Self::Router(port) => port.up,
        }
    }

    /// Whether a node of this kind has such ports.
    pub fn is_for(&self, kind: &NodeKind) -> bool {
        match self {
            Self::Plain => true,
            Self::Switch(_) => matches!(kind, NodeKind::Switch(_)),
            Self::Router(_) => matches!(kind, NodeKind::Router(_)),
        }
    }

    /// Its settings as a switch's.
    pub fn of_switch(&self) -> bridge::Port {
        if let Self::Switch(port) = self { port.clone() } else { bridge::Port::default() }
    }

    /// Its settings as a router's.
    pub fn of_router(&self) -> router::Port {
        if let Self::Router(port) = self { port.clone() } else { router::Port::default() }
    }

    /// Whether its settings are possible.
    pub fn fits(&self) -> bool {
        match self {
            Self::Plain => true,
            Self::Switch(port) => {
                (PORT_MTU_MIN..=bridge::config::MTU).contains(&port.mtu)
                    && port.priority.is_multiple_of(16)
                    && port.cost.is_none_or(|cost| (1..=PATH_COST_MAX).contains(&cost))
            }
            Self::Router(port) => {
                let lists = || port.vlans.iter().map(|(_, list)| list).chain([&port.addresses]);
                let unicast = lists().flatten().all(|cidr| cidr.address().is_unicast());
                let few = lists().all(|list| list.len() <= router::config::ADDRESSES_MAX);
                (PORT_MTU_MIN..=IP_MTU_MAX).contains(&port.mtu)
                    && unicast
                    && few
                    && port.vlans.len() <= router::config::VLANS_MAX
                    && port.vlans.iter().all(|(vlan, _)| (1..=4094).contains(vlan))
                    && port.mac.is_none_or(|mac| mac.is_unicast())
            }
        }
    }
}

/// The least MTU of a switch's or router's port: what every IPv4 network has to carry (RFC 791, 3.2).
pub const PORT_MTU_MIN: usize = 68;
/// The largest path cost (IEEE 802.1D-2004, 17.14).
pub const PATH_COST_MAX: u32 = 200_000_000;

fn router_fits(router: &RouterConfig) -> bool {
    use router::config::{FORWARDS_MAX, ROUTES_MAX, RULES_MAX};
    let forwards = router.nat.as_ref().map_or(0, |nat| nat.forwards.len());
    let rules = router.filter.as_ref().map_or(0, |filter| filter.rules.len());
    router.routes.len() <= ROUTES_MAX
        && router.routes.iter().all(|route| route.to.address().version() == route.via.version())
        && forwards <= FORWARDS_MAX
        && rules <= RULES_MAX
}

/// What is wrong with the settings of a host by themselves, as node `id`.
fn host_errors(host: &HostConfig, id: NodeId) -> Vec<TopologyError> {
    let unicast = host.addresses.iter().all(|cidr| cidr.address().is_unicast());
    let buffers = [host.tcp.rx_buffer, host.tcp.tx_buffer];
    let wrong = [
        (!host.mac(id).is_unicast(), TopologyError::BadMac(id)),
        (
            host.addresses.len() > ADDRESSES_MAX || !unicast || host.dns.len() > DNS_SERVERS_MAX,
            TopologyError::BadAddresses(id),
        ),
        (!(IP_MTU_MIN..=IP_MTU_MAX).contains(&host.ip_mtu), TopologyError::BadMtu(id)),
        (
            buffers.iter().any(|bytes| !(TCP_BUFFER_MIN..=TCP_BUFFER_MAX).contains(bytes)),
            TopologyError::BadBuffer(id),
        ),
    ];
    wrong.into_iter().filter_map(|(wrong, error)| wrong.then_some(error)).collect()
}
