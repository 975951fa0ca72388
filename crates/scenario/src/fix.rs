//! How a problem is put right, where there is one right answer.

use crate::addresses::{free_address, free_addresses, free_in, usual_gateways};
use crate::bounds::{IP_MTU_MAX, IP_MTU_MIN};
use crate::check::problems;
use crate::fault::Step;
use crate::ip::{is_link_local, network, unusable_address, version_of};
use crate::lans::{Lans, circle};
use crate::problem::{Kind, Problem};
use crate::{Change, Scenario, defaults};
use bridge::config::{Membership, Vlan};
use netlab::run::IpVersion;
use netlab::topology::{HostConfig, Link, LinkId, NodeId, NodeKind, Port};
use router::config::StaticRoute;
use smoltcp::wire::{IpAddress, IpCidr};
use texts::{plural, t};

/// A problem put right.
#[derive(Clone, Debug, PartialEq)]
pub struct Fix {
    /// What is done, such as `give "b" the address 10.0.0.3/24`.
    pub what: String,
    /// The scenario after it.
    pub scenario: Scenario,
}

impl Problem {
    /// The scenario without this problem, if there is one right answer. `scenario` is the one in which it was found.
    pub fn fix(&self, scenario: &Scenario) -> Option<Fix> {
        let mut fixed = scenario.clone();
        let scenario = &*scenario.whole();
        let what = match self.kind {
            Kind::NoAddress => give_addresses(scenario, &mut fixed, self.node()?),
            Kind::NotConnected => self.connect(scenario, &mut fixed),
            Kind::DuplicateAddress | Kind::UnusableAddress => self.renumber(scenario, &mut fixed),
            Kind::DuplicateMac => self.free_mac(scenario, &mut fixed),
            Kind::GatewayOutside => replace_gateway(scenario, &mut fixed, self.node()?),
            Kind::PrefixMismatch { narrow, prefix_len } => {
                widen(scenario, &mut fixed, self.node()?, narrow, prefix_len)
            }
            Kind::SeparateNetworks { odd, main } => join(scenario, &mut fixed, self.node()?, odd, main),
            Kind::Loop => self.open_loop(scenario, &mut fixed),
            Kind::NoRoute | Kind::UnknownGateway => self.set_gateways(scenario, &mut fixed),
            Kind::PortOff => self.switch_on(scenario, &mut fixed),
            Kind::TrunkList { vlan } => self.allow(scenario, &mut fixed, vlan),
            Kind::UnequalMtu { mtu } => self.set_mtu(scenario, &mut fixed, mtu),
            Kind::SwappedNat { outside } => self.swap_sides(scenario, &mut fixed, outside),
            Kind::MissingRoute { to, via } => {
                self.add_route(scenario, &mut fixed, StaticRoute { to, via: via?, port: None, metric: 1 })
            }
            Kind::Alone
            | Kind::TooFar
            | Kind::BehindNat
            | Kind::Filtered
            | Kind::OtherLan
            | Kind::NoPath
            | Kind::UnknownAddress
            | Kind::Overlap
            | Kind::PortWithoutAddress
            | Kind::NoAdvertiser
            | Kind::NoDhcpServer
            | Kind::TwoDhcpServers
            | Kind::PoolOutside
            | Kind::NoDnsServer
            | Kind::UnknownName
            | Kind::NoServices
            | Kind::VlanMismatch
            | Kind::Other => None,
        }?;
        Some(Fix { what, scenario: fixed })
    }

    /// The node where the problem is.
    fn node(&self) -> Option<NodeId> {
        self.nodes.first().copied()
    }

    fn connect(&self, scenario: &Scenario, fixed: &mut Scenario) -> Option<String> {
        let (node, other) = (self.node()?, self.only_partner(scenario)?);
        fixed.add_link(Link::new([node, other], [defaults::way(), defaults::way()]));
        Some(t!("connect {:?} to {:?}", scenario.id(node), scenario.id(other)))
    }

    /// Another address in the place of one that is taken or cannot be.
    fn renumber(&self, scenario: &Scenario, fixed: &mut Scenario) -> Option<String> {
        let &[.., Step::Index(number)] = self.fault.place.steps() else { return None };
        let node = self.node()?;
        let before = *scenario.topology.host(node)?.addresses.get(number)?;
        let near = free_in(&scenario.topology, before);
        let version = version_of(before.address());
        let free = near.or_else(|| free_address(&scenario.topology, Some(node), version))?;
        host(fixed, node)?.addresses[number] = free;
        Some(give(scenario, node, free))
    }

    /// Takes a configured MAC address away. Without one a host has its own, made of its number.
    fn free_mac(&self, scenario: &Scenario, fixed: &mut Scenario) -> Option<String> {
        let is_configured = |id: &&NodeId| {
            let config = scenario.topology.host(**id);
            config.is_some_and(|config| {
                config.mac.is_some() && config.mac != Some(HostConfig::default().mac(**id))
            })
        };
        let &culprit = self.nodes.iter().find(is_configured)?;
        host(fixed, culprit)?.mac = None;
        Some(t!("let {:?} have a MAC address of its own", scenario.id(culprit)))
    }

    /// Turns on the spanning tree of the loop's switches; if it has none, removes the link that closes it.
    fn open_loop(&self, scenario: &Scenario, fixed: &mut Scenario) -> Option<String> {
        let is_open = |id: &&NodeId| {
            let kind = &scenario.topology.node(**id).kind;
            matches!(kind, NodeKind::Switch(switch) if switch.stp.is_none())
        };
        let circle = circle(&scenario.topology, self.link?);
        let open: Vec<_> = circle.iter().filter(is_open).collect();
        if open.is_empty() {
            let link = scenario.topology.links.get(self.link?.index())?;
            *fixed = fixed.without(&[], &[self.link?]);
            let [a, b] = link.ends.map(|end| scenario.id(end));
            return Some(t!("remove the link between {a:?} and {b:?}"));
        }
        for id in &open {
            if let NodeKind::Switch(switch) = node_kind(fixed, **id)? {
                switch.stp = Some(defaults::STP);
            }
        }
        let names: Vec<_> = open.iter().map(|id| format!("{:?}", scenario.id(**id))).collect();
        Some(match &names[..] {
            [one] => t!("turn on the spanning tree of {one}"),
            [more @ .., last] if more.len() < 4 => {
                t!("turn on the spanning tree of {} and {last}", more.join(", "))
            }
            _ => plural!(
                names.len(),
                "turn on the spanning tree of {number} switch",
                "turn on the spanning tree of {number} switches",
                number = names.len()
            ),
        })
    }

    /// Changes the settings of the port of the first node concerned, at the link concerned.
    fn change_port(
        &self,
        scenario: &Scenario,
        fixed: &mut Scenario,
        change: impl FnOnce(&mut Port),
    ) -> Option<String> {
        let (id, node) = (self.link?, self.node()?);
        let end = scenario.topology.links.get(id.index())?.ends.iter().position(|end| *end == node)?;
        let port = &mut link(fixed, id)?.ports[end];
        change(port);
        // What it has left to say may be nothing: then a document says nothing, either.
        *port = match std::mem::replace(port, Port::Plain) {
            Port::Plain => Port::Plain,
            Port::Switch(port) => defaults::port_of_switch(port),
            Port::Router(port) => defaults::port_of_router(port),
        };
        let other = scenario.topology.links[id.index()].ends[1 - end];
        Some(t!("the port of {:?} to {:?}", scenario.id(node), scenario.id(other)))
    }

    fn switch_on(&self, scenario: &Scenario, fixed: &mut Scenario) -> Option<String> {
        let port = self.change_port(scenario, fixed, |port| match port {
            Port::Plain => {}
            Port::Switch(port) => port.up = true,
            Port::Router(port) => port.up = true,
        })?;
        Some(t!("switch on {port}"))
    }

    fn allow(&self, scenario: &Scenario, fixed: &mut Scenario, vlan: u16) -> Option<String> {
        let vlan = Vlan::new(vlan)?;
        let port = self.change_port(scenario, fixed, |port| {
            if let Port::Switch(bridge::Port {
                vlan: Membership::Trunk { allowed: Some(allowed), .. }, ..
            }) = port
                && let Err(place) = allowed.binary_search(&vlan)
            {
                allowed.insert(place, vlan);
            }
        })?;
        Some(t!("add VLAN {} to {port}", vlan.get()))
    }

    fn set_mtu(&self, scenario: &Scenario, fixed: &mut Scenario, mtu: usize) -> Option<String> {
        let node = self.node()?;
        if self.link.is_none() {
            // A port may have an MTU that no host has.
            host(fixed, node)?.ip_mtu = Some(mtu).filter(|mtu| (IP_MTU_MIN..=IP_MTU_MAX).contains(mtu))?;
            return Some(t!("give {:?} the MTU {mtu}", scenario.id(node)));
        }
        let port = self.change_port(scenario, fixed, |port| match port {
            Port::Plain => {}
            Port::Switch(port) => port.mtu = mtu,
            Port::Router(port) => port.mtu = mtu,
        })?;
        Some(t!("give {port} the MTU {mtu}"))
    }

    fn swap_sides(&self, scenario: &Scenario, fixed: &mut Scenario, outside: LinkId) -> Option<String> {
        let node = self.node()?;
        for (number, link_of) in scenario.topology.links.iter().enumerate() {
            let Some(end) = link_of.ends.iter().position(|end| *end == node) else { continue };
            let id = LinkId(number as u32);
            let mut port = link_of.ports[end].of_router();
            port.outside = id == outside;
            link(fixed, id)?.ports[end] = defaults::port_of_router(port);
        }
        let ends = scenario.topology.links.get(outside.index())?.ends;
        let other = ends.into_iter().find(|end| *end != node)?;
        Some(t!("let the port of {:?} to {:?} be the outside", scenario.id(node), scenario.id(other)))
    }

    fn add_route(&self, scenario: &Scenario, fixed: &mut Scenario, route: StaticRoute) -> Option<String> {
        let node = self.node()?;
        let NodeKind::Router(config) = node_kind(fixed, node)? else { return None };
        config.routes.push(route);
        Some(t!("add to {:?} a route to {} via {}", scenario.id(node), route.to, route.via))
    }

    fn set_gateways(&self, scenario: &Scenario, fixed: &mut Scenario) -> Option<String> {
        let taken = take_gateways(scenario, fixed, &self.nodes, self.kind);
        let all = taken.into_iter().reduce(|all, one| t!("{all}, and {one}"))?;
        (!self.is_in(fixed)).then(|| t!("take {all}"))
    }

    /// Whether a scenario with the same numbers of nodes, links and runs still has this problem.
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

fn give_addresses(scenario: &Scenario, fixed: &mut Scenario, node: NodeId) -> Option<String> {
    let addresses = free_addresses(&scenario.topology, Some(node));
    let first = addresses.first().copied()?;
    host(fixed, node)?.addresses = addresses;
    Some(give(scenario, node, first))
}

/// The usual gateway of the LAN in the place of one in no network of the host.
fn replace_gateway(scenario: &Scenario, fixed: &mut Scenario, node: NodeId) -> Option<String> {
    let config = host(fixed, node)?;
    let (far, near): (Vec<_>, Vec<_>) = config
        .gateways
        .iter()
        .partition(|gateway| !config.addresses.iter().any(|cidr| cidr.contains_addr(gateway)));
    let usual = usual_gateways(&scenario.topology, Some(node)).into_iter().find(|usual| {
        let own = |cidr: &IpCidr| cidr.address() == *usual;
        far.iter().any(|gateway| version_of(*gateway) == version_of(*usual))
            && config.addresses.iter().any(|cidr| cidr.contains_addr(usual))
            && !config.addresses.iter().any(own)
    });
    config.gateways = near.into_iter().chain(usual).collect();
    let id = scenario.id(node);
    Some(match usual {
        Some(usual) => t!("take {usual}, the gateway of the others, for {id:?}"),
        None => t!("remove the gateway of {id:?}, which leads nowhere"),
    })
}

/// Gives every host of the narrow network the prefix length of the wide one. Narrowing the wide network would leave hosts out of
/// it; the prefix of a router stays as it is.
fn widen(
    scenario: &Scenario,
    fixed: &mut Scenario,
    node: NodeId,
    narrow: IpCidr,
    prefix_len: u8,
) -> Option<String> {
    let lans = Lans::new(&scenario.topology);
    let mut routers = lans.routers(lans.of(node)).flat_map(|of| of.addresses);
    if routers.any(|cidr| network(*cidr) == narrow) {
        return None;
    }
    for id in lans.hosts(node) {
        for cidr in &mut host(fixed, id)?.addresses {
            if network(*cidr) == narrow {
                *cidr = IpCidr::new(cidr.address(), prefix_len);
                unusable_address(*cidr).is_none().then_some(())?;
            }
        }
    }
    Some(t!("give all of {narrow} the prefix length /{prefix_len}"))
}

/// Moves a host into the network of the others on its LAN, if it is clear which one is the exception: it is alone in its
/// network, and a router or two other hosts are in theirs.
fn join(
    scenario: &Scenario,
    fixed: &mut Scenario,
    node: NodeId,
    odd: IpCidr,
    main: IpCidr,
) -> Option<String> {
    let lans = Lans::new(&scenario.topology);
    let hosts = lans.hosts(node);
    let hosts = hosts.iter().filter_map(|id| scenario.topology.host(*id));
    let hosts: Vec<_> = hosts.flat_map(|host| &host.addresses).collect();
    let count = |of| hosts.iter().filter(|cidr| network(***cidr) == of).count();
    let mut routers = lans.routers(lans.of(node)).flat_map(|of| of.addresses);
    let routed = routers.any(|cidr| network(*cidr) == main);
    if count(odd) != 1 || !(routed || count(main) >= 2) {
        return None;
    }
    let free = free_in(&scenario.topology, main)?;
    let config = host(fixed, node)?;
    *config.addresses.iter_mut().find(|cidr| network(**cidr) == odd)? = free;
    config.gateways.retain(|gateway| !odd.contains_addr(gateway));
    Some(give(scenario, node, free))
}

fn give(scenario: &Scenario, node: NodeId, address: IpCidr) -> String {
    t!("give {:?} the address {address}", scenario.id(node))
}

/// Gives hosts without a gateway, or with one that no node has, the address of a router on their LAN. Returns what was done.
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
                None => kind == Kind::UnknownGateway,
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
                taken.push(t!("{address}, the address of {router:?}, as gateway of {id:?}"));
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

/// A link, there from the start or added.
fn link(scenario: &mut Scenario, id: LinkId) -> Option<&mut Link> {
    let Scenario { topology, changes, .. } = scenario;
    let added = changes.iter_mut().filter_map(|(_, change)| match change {
        Change::Cable(link) => Some(link),
        _ => None,
    });
    topology.links.iter_mut().chain(added).nth(id.index())
}

/// The settings of a host, there from the start or added.
fn host(scenario: &mut Scenario, id: NodeId) -> Option<&mut HostConfig> {
    match node_kind(scenario, id)? {
        NodeKind::Host(config) => Some(config),
        NodeKind::Hub | NodeKind::Switch(_) | NodeKind::Router(_) => None,
    }
}
