//! What keeps a network from doing what was meant, with its kind and what can be done about it: for forms and lists that offer
//! to put it right, where faults are for those who read.
//!
//! A [`Fault`] says all to a person; a problem adds what a program needs to lead there: the kind, the nodes, the link, the run.
//! Everything that [`Scenario::check`] finds is a problem; [`problems`] looks for more, which no document is warned of each
//! time it is read, because a lesson may mean it so.

use crate::addresses::{free_address, free_addresses, free_in, network, usual_gateways};
use crate::check::loops::circle;
use crate::check::{self, is_link_local, unusable_address};
use crate::fault::{Fault, Step};
use crate::lans::Lans;
use crate::{Change, Scenario, defaults, version_of};
use netlab::run::IpVersion;
use netlab::topology::{HostConfig, Link, LinkId, NodeId, NodeKind};
use smoltcp::wire::{IpAddress, IpCidr};

/// Something that will not work, or not as a learner expects.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// What it is.
    pub kind: Kind,
    /// Whether the scenario is refused because of it, its place in the document, and a sentence about it.
    pub fault: Fault,
    /// The nodes concerned: where it is first, then the others.
    pub nodes: Vec<NodeId>,
    /// The link concerned.
    pub link: Option<LinkId>,
    /// The run concerned, by its place in [`Scenario::runs`].
    pub run: Option<usize>,
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A host has no address.
    NoAddress,
    /// A node has no cable.
    NotConnected,
    /// A host has a cable, but there is no other host in its part of the network.
    Alone,
    /// Two hosts have one IP address.
    DuplicateAddress,
    /// Two hosts have one MAC address.
    DuplicateMac,
    /// The network's own address, its broadcast address, or another that no host can have.
    UnusableAddress,
    /// A gateway that is in none of its host's networks.
    GatewayOutside,
    /// A gateway whose address nobody has.
    GatewayOfNobody,
    /// Two hosts on one LAN have networks of which one is a part of the other: only one of them sees the other as a neighbor.
    Prefixes {
        /// The smaller network.
        narrow: IpCidr,
        /// Of the larger network.
        prefix_len: u8,
    },
    /// Two hosts on one LAN are in different networks, and nothing leads from one to the other.
    Apart {
        /// Where fewer are.
        odd: IpCidr,
        /// Where most are.
        main: IpCidr,
    },
    /// Hubs and switches in a circle without a spanning tree: a broadcast goes round for ever.
    Loop,
    /// Two ports of one router have networks of which one is a part of the other.
    Overlap,
    /// A router has a cable at whose end it has no address.
    PortWithoutAddress,
    /// A host waits for a router to advertise a network, and none on its LAN does.
    NoAdvertiser,
    /// The two ends of a cable do not agree on whose VLANs' frames they are.
    VlanMismatch,
    /// No cable leads from one end of a run to the other.
    NoPath,
    /// A run goes to another network, and no gateway leads there.
    NoRoute,
    /// A run goes to an address that nobody has.
    AddressOfNobody,
    /// A value that is refused, by itself or as it stands here.
    Other,
}

/// A problem put right.
#[derive(Clone, Debug, PartialEq)]
pub struct Fix {
    /// What is done, such as `give "b" the address 10.0.0.3/24`.
    pub what: String,
    /// The scenario after it.
    pub scenario: Scenario,
}

/// Everything that keeps this network from doing what was meant: what refuses it first, up to
/// [`FAULTS_MAX`](crate::bounds::FAULTS_MAX).
pub fn problems(scenario: &Scenario) -> Vec<Problem> {
    check::problems(scenario)
}

impl Problem {
    pub(crate) fn new(kind: Kind, fault: Fault) -> Self {
        let mut problem = Self { kind, fault, nodes: Vec::new(), link: None, run: None };
        if let [Step::Field(list), Step::Index(number), ..] = problem.fault.place.steps() {
            let number = *number;
            match &list[..] {
                "nodes" => problem.nodes.push(NodeId(number as u32)),
                "links" => problem.link = Some(LinkId(number as u32)),
                "runs" => problem.run = Some(number),
                _ => {}
            }
        }
        problem
    }

    /// The scenario without this problem, if there is one right answer. `scenario` is the one in which it was found.
    pub fn fix(&self, scenario: &Scenario) -> Option<Fix> {
        let mut fixed = scenario.clone();
        let scenario = &*scenario.whole();
        let node = self.nodes.first().copied();
        let what = match self.kind {
            Kind::NoAddress => {
                let addresses = free_addresses(&scenario.topology, node);
                let first = addresses.first().copied()?;
                host(&mut fixed, node?)?.addresses = addresses;
                give(scenario, node?, first)
            }
            Kind::NotConnected => {
                let (node, other) = (node?, self.only_partner(scenario)?);
                fixed.add_link(Link::new([node, other], [defaults::way(), defaults::way()]));
                format!("connect {:?} to {:?}", scenario.id(node), scenario.id(other))
            }
            Kind::DuplicateAddress | Kind::UnusableAddress => {
                let &[.., Step::Index(number)] = self.fault.place.steps() else { return None };
                let before = *scenario.topology.host(node?)?.addresses.get(number)?;
                let near = free_in(&scenario.topology, before);
                let free =
                    near.or_else(|| free_address(&scenario.topology, node, version_of(before.address())))?;
                host(&mut fixed, node?)?.addresses[number] = free;
                give(scenario, node?, free)
            }
            Kind::DuplicateMac => {
                // Who has it only because somebody wrote it; the other has it from its number.
                let written = |id: &&NodeId| {
                    let config = scenario.topology.host(**id);
                    config.is_some_and(|config| {
                        config.mac.is_some() && config.mac != Some(HostConfig::default().mac(**id))
                    })
                };
                let &culprit = self.nodes.iter().find(written)?;
                host(&mut fixed, culprit)?.mac = None;
                format!("let {:?} have a MAC address of its own", scenario.id(culprit))
            }
            Kind::GatewayOutside => {
                let config = host(&mut fixed, node?)?;
                let (far, near): (Vec<_>, Vec<_>) = config
                    .gateways
                    .iter()
                    .partition(|gateway| !config.addresses.iter().any(|cidr| cidr.contains_addr(gateway)));
                let usual = usual_gateways(&scenario.topology, node).into_iter().find(|usual| {
                    let own = |cidr: &IpCidr| cidr.address() == *usual;
                    far.iter().any(|gateway| version_of(*gateway) == version_of(*usual))
                        && config.addresses.iter().any(|cidr| cidr.contains_addr(usual))
                        && !config.addresses.iter().any(own)
                });
                config.gateways = near.into_iter().chain(usual).collect();
                match usual {
                    Some(usual) => {
                        format!("take {usual}, the gateway of the others, for {:?}", scenario.id(node?))
                    }
                    None => format!("remove the gateway of {:?}, which leads nowhere", scenario.id(node?)),
                }
            }
            Kind::Prefixes { narrow, prefix_len } => {
                // The other way round would leave strangers. A router's prefix is not ours to change.
                let lans = Lans::new(&scenario.topology);
                let mut routers = lans.routers(lans.of(node?)).flat_map(|of| of.addresses);
                if routers.any(|cidr| network(*cidr) == narrow) {
                    return None;
                }
                let lan = lans.hosts(node?);
                for &id in &lan {
                    for cidr in &mut host(&mut fixed, id)?.addresses {
                        if network(*cidr) == narrow {
                            *cidr = IpCidr::new(cidr.address(), prefix_len);
                            unusable_address(*cidr).is_none().then_some(())?;
                        }
                    }
                }
                format!("give all of {narrow} the prefix length /{prefix_len}")
            }
            Kind::Apart { odd, main } => {
                // Only if it is clear which of them is the odd one. A router says what the LAN is.
                let lans = Lans::new(&scenario.topology);
                let hosts = lans.hosts(node?);
                let hosts = hosts.iter().filter_map(|id| scenario.topology.host(*id));
                let hosts: Vec<_> = hosts.flat_map(|host| &host.addresses).collect();
                let count = |of| hosts.iter().filter(|cidr| network(***cidr) == of).count();
                let mut routers = lans.routers(lans.of(node?)).flat_map(|of| of.addresses);
                let routed = routers.any(|cidr| network(*cidr) == main);
                if count(odd) != 1 || !(routed || count(main) >= 2) {
                    return None;
                }
                let free = free_in(&scenario.topology, main)?;
                let config = host(&mut fixed, node?)?;
                *config.addresses.iter_mut().find(|cidr| network(**cidr) == odd)? = free;
                config.gateways.retain(|gateway| !odd.contains_addr(gateway));
                give(scenario, node?, free)
            }
            Kind::Loop => {
                let open = |id: &&NodeId| {
                    let kind = &scenario.topology.node(**id).kind;
                    matches!(kind, NodeKind::Switch(switch) if switch.stp.is_none())
                };
                let circle = circle(&scenario.topology, self.link?);
                let open: Vec<_> = circle.iter().filter(open).collect();
                if open.is_empty() {
                    let link = scenario.topology.links.get(self.link?.index())?;
                    fixed = fixed.without(&[], &[self.link?]);
                    let [a, b] = link.ends.map(|end| scenario.id(end));
                    format!("remove the link between {a:?} and {b:?}")
                } else {
                    for id in &open {
                        if let NodeKind::Switch(switch) = node_kind(&mut fixed, **id)? {
                            switch.stp = Some(defaults::STP);
                        }
                    }
                    let names: Vec<_> = open.iter().map(|id| format!("{:?}", scenario.id(**id))).collect();
                    match &names[..] {
                        [one] => format!("turn on the spanning tree of {one}"),
                        [more @ .., last] if more.len() < 4 => {
                            format!("turn on the spanning tree of {} and {last}", more.join(", "))
                        }
                        _ => format!("turn on the spanning tree of {} switches", names.len()),
                    }
                }
            }
            Kind::NoRoute | Kind::GatewayOfNobody => {
                let taken = take_gateways(scenario, &mut fixed, &self.nodes, self.kind);
                if taken.is_empty() || self.is_in(&fixed) {
                    return None;
                }
                format!("take {}", taken.join(", and "))
            }
            Kind::Alone
            | Kind::NoPath
            | Kind::AddressOfNobody
            | Kind::Overlap
            | Kind::PortWithoutAddress
            | Kind::NoAdvertiser
            | Kind::VlanMismatch
            | Kind::Other => return None,
        };
        Some(Fix { what, scenario: fixed })
    }

    /// Whether a scenario still has it, where nothing was counted anew.
    fn is_in(&self, scenario: &Scenario) -> bool {
        let same = |other: &Problem| {
            (other.kind, &other.fault.place, other.run) == (self.kind, &self.fault.place, self.run)
        };
        problems(scenario).iter().any(same)
    }

    /// Where a node without a cable must mean to go: the only hub or switch; where there is none, the only other host that
    /// still can be reached.
    fn only_partner(&self, scenario: &Scenario) -> Option<NodeId> {
        let topology = &scenario.topology;
        let others = || topology.node_ids().filter(|id| !self.nodes.contains(id));
        let mut switches = others().filter(|id| topology.host(*id).is_none());
        let loose = |id: &NodeId| !topology.links.iter().any(|link| link.ends.contains(id));
        match (switches.next(), switches.next()) {
            (Some(only), None) => Some(only),
            (None, _) => {
                let mut hosts = others().filter(loose);
                hosts.next().filter(|_| hosts.next().is_none())
            }
            _ => None,
        }
    }
}

fn give(scenario: &Scenario, node: NodeId, address: IpCidr) -> String {
    format!("give {:?} the address {address}", scenario.id(node))
}

/// Gives hosts that have no gateway, or one that is nobody's, the address of a router on their LAN; says which.
fn take_gateways(scenario: &Scenario, fixed: &mut Scenario, nodes: &[NodeId], kind: Kind) -> Vec<String> {
    let lans = Lans::new(&scenario.topology);
    let mut taken = Vec::new();
    for &id in nodes {
        let Some(config) = scenario.topology.host(id) else { continue };
        for version in [IpVersion::V4, IpVersion::V6] {
            let here = |address: &IpAddress| {
                let mut all = lans.routers(lans.of(id)).flat_map(|of| of.addresses);
                all.any(|cidr| cidr.address() == *address)
            };
            let old = config.gateways.iter().position(|gateway| version.is_of(gateway));
            let fits = match old {
                Some(old) => here(&config.gateways[old]) || is_link_local(&config.gateways[old]),
                None => kind == Kind::GatewayOfNobody,
            };
            let near = |address: &IpAddress| {
                let own = config.addresses.iter().filter(|cidr| !is_link_local(&cidr.address()));
                version.is_of(address) && own.clone().any(|cidr| cidr.contains_addr(address))
            };
            let routers = lans.routers(lans.of(id));
            let mut routers =
                routers.flat_map(|of| of.addresses.iter().map(|cidr| (of.node, cidr.address())));
            if fits {
                continue;
            }
            if let Some((router, address)) = routers.find(|(_, address)| near(address))
                && let Some(config) = host(fixed, id)
            {
                match old {
                    Some(old) => config.gateways[old] = address,
                    None => config.gateways.push(address),
                }
                let [router, id] = [router, id].map(|id| scenario.id(id));
                taken.push(format!("{address}, the address of {router:?}, as gateway of {id:?}"));
            }
        }
    }
    taken
}

/// What a node is, there from the start or added.
fn node_kind(scenario: &mut Scenario, id: NodeId) -> Option<&mut NodeKind> {
    let Scenario { topology, changes, .. } = scenario;
    let added = changes.iter_mut().filter_map(|(_, change)| match change {
        Change::Node { node, .. } => Some(node),
        _ => None,
    });
    topology.nodes.iter_mut().chain(added).nth(id.index()).map(|node| &mut node.kind)
}

/// The settings of a host, there from the start or added.
fn host(scenario: &mut Scenario, id: NodeId) -> Option<&mut HostConfig> {
    match node_kind(scenario, id)? {
        NodeKind::Host(config) => Some(config),
        NodeKind::Hub | NodeKind::Switch(_) | NodeKind::Router(_) => None,
    }
}
