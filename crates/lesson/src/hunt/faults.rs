//! The faults that a hunt can hide: where each can be, and how it is made. Each is one wrong setting, as a person makes it.

use crate::bounds::FAULTS_MAX;
use crate::read::Reader;
use bridge::config::{Membership, Vlan};
use netlab::topology::{LinkId, Node, NodeId, NodeKind, Port};
use netlab::{Duration, Instant};
use router::config::{Filter, Rule, Verdict};
use scenario::json::{Shape, Value};
use scenario::{CommandLine, Scenario};
use smoltcp::wire::{IpAddress, IpCidr};
use texts::t;
use wire::impair::Impairment;
use wire::rng::Stream;

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident $name:literal,)*) => {
        /// A kind of fault.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Kind {
            $($(#[$doc])* $kind,)*
        }

        impl Kind {
            /// Each with its name in lessons.
            pub const ALL: &'static [(Self, &'static str)] = &[$((Self::$kind, $name),)*];
        }
    };
}

kinds! {
    /// A host's prefix length is another than that of its network.
    Mask "mask",
    /// A host's default gateway is an address that no router has.
    Gateway "gateway",
    /// A switch's port is in another VLAN.
    Vlan "vlan",
    /// A host has the address of another one.
    Duplicate "duplicate",
    /// A cable is pulled.
    Cable "cable",
    /// A router lacks one of its static routes.
    Route "route",
    /// A router's packet filter denies what should pass.
    Filter "filter",
    /// A second DHCP server lends addresses with a wrong router.
    RogueDhcp "rogue-dhcp",
    /// A name leads to a wrong address.
    Dns "dns",
    /// A switch's port is set to an MTU that is too small.
    Mtu "mtu",
    /// Two switches without a spanning tree are joined once more.
    Loop "loop",
}

/// A fault that is hidden.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// What is wrong.
    pub kind: Kind,
    /// The node whose settings are wrong, or one end of the cable.
    pub node: NodeId,
    /// The cable, if it is about one.
    pub link: Option<LinkId>,
}

/// When a person has typed an address that another host has, in place of the right one.
const TYPED: Instant = Instant::from_nanos(500_000_000);

/// The first number of the paths that name random streams; variables have one number each.
const STREAM: [u64; 2] = [0x4855_4e54, 1];

impl<'a> Reader<'a> {
    /// `{"kinds": ["mask", "gateway"], "count": [1, 2]}`
    pub(crate) fn hunt(
        &mut self,
        scenario: &mut Scenario,
        value: &Value<'a>,
        seed: u64,
    ) -> Option<Vec<Fault>> {
        let object = self.object(value, t!("what is hidden"), &["kinds", "count"])?;
        let names: Vec<_> = Kind::ALL.iter().map(|(_, name)| *name).collect();
        let listed = self.list_of(&object, "kinds", names.len());
        let places: Vec<_> =
            listed.iter().filter_map(|kind| self.position(kind, &names, t!("fault"))).collect();
        let kinds: Vec<_> = match places.is_empty() {
            true => Kind::ALL.iter().map(|(kind, _)| *kind).collect(),
            false => places.into_iter().map(|place| Kind::ALL[place].0).collect(),
        };
        let [least, most] = match object.get("count") {
            None => [1, 1],
            Some(count) => {
                let bounds = match count.shape() {
                    Ok(Shape::Array) => self.list(count, 2),
                    _ => vec![count.clone()],
                };
                let bounds: Vec<_> =
                    bounds.iter().filter_map(|bound| self.whole(bound, 1, FAULTS_MAX)).collect();
                [*bounds.first()?, *bounds.last()?]
            }
        };
        let mut stream = Stream::new(seed, &STREAM);
        let count = least + u64::from(stream.up_to(most.saturating_sub(least) as u32));
        let hidden = hide(scenario, &kinds, count as usize, &mut stream);
        if hidden.is_empty() {
            return self.refuse(value, t!("this network has no place for any of these faults"));
        }
        Some(hidden)
    }
}

/// Hides this number of faults of these kinds, each at another node; fewer if the network has too few places for them.
pub fn hide(scenario: &mut Scenario, kinds: &[Kind], count: usize, stream: &mut Stream) -> Vec<Fault> {
    let mut hidden: Vec<Fault> = Vec::new();
    let mut refused: Vec<Fault> = Vec::new();
    while hidden.len() < count {
        let mut places = Vec::new();
        for kind in kinds {
            let fits = |fault: &Fault| {
                hidden.iter().all(|other| other.node != fault.node && other.kind != fault.kind)
            };
            places.push(places_of(scenario, *kind).into_iter().filter(fits).collect::<Vec<_>>());
        }
        // First the kind, so that those with many places are no more frequent.
        places.retain(|faults| !faults.is_empty());
        let Some(last) = places.len().checked_sub(1) else { break };
        let faults = &places[stream.up_to(last as u32) as usize];
        let fault = faults[stream.up_to(faults.len() as u32 - 1) as usize].clone();
        let mut faulty = scenario.clone();
        apply(&mut faulty, &fault);
        // What cannot be run would show its fault, and nothing else.
        if faulty.check().iter().any(scenario::Fault::is_error) {
            refused.push(fault);
            continue;
        }
        *scenario = faulty;
        hidden.push(fault);
    }
    hidden
}

/// Where a fault of this kind can be.
fn places_of(scenario: &Scenario, kind: Kind) -> Vec<Fault> {
    let nodes = scenario.topology.nodes.iter().enumerate();
    let links = || scenario.topology.links.iter().enumerate();
    let at = |number: usize| Fault { kind, node: NodeId(number as u32), link: None };
    match kind {
        Kind::Mask => nodes
            .filter(|(number, _)| wrong_mask(scenario, *number).is_some())
            .map(|(number, _)| at(number))
            .collect(),
        Kind::Gateway => nodes
            .filter(|(number, _)| wrong_gateway(scenario, *number).is_some())
            .map(|(number, _)| at(number))
            .collect(),
        Kind::Duplicate => nodes
            .filter(|(number, _)| doubled(scenario, *number).is_some())
            .map(|(number, _)| at(number))
            .collect(),
        Kind::Route => nodes
            .filter(|(_, node)| matches!(&node.kind, NodeKind::Router(config) if !config.routes.is_empty()))
            .map(|(number, _)| at(number))
            .collect(),
        Kind::Filter => nodes
            .filter(|(_, node)| matches!(node.kind, NodeKind::Router(_)))
            .map(|(number, _)| at(number))
            .collect(),
        Kind::Dns => {
            nodes.filter(|(_, node)| wrong_name(node).is_some()).map(|(number, _)| at(number)).collect()
        }
        Kind::RogueDhcp => {
            rogue_places(scenario).into_iter().map(|node| Fault { kind, node, link: None }).collect()
        }
        Kind::Cable => links()
            .map(|(number, link)| Fault { kind, node: link.ends[0], link: Some(LinkId(number as u32)) })
            .collect(),
        Kind::Vlan | Kind::Mtu => {
            let ports = links().flat_map(|(number, link)| link.ends.map(|node| (number, node, link)));
            let ports = ports.filter(|(_, node, link)| {
                let is_switch = matches!(scenario.topology.node(*node).kind, NodeKind::Switch(_));
                let end = usize::from(link.ends[1] == *node);
                let is_access = matches!(link.ports[end].of_switch().vlan, Membership::Access(_));
                let to_host = scenario.topology.host(link.ends[1 - end]).is_some();
                is_switch && (kind == Kind::Mtu || (is_access && to_host))
            });
            ports.map(|(number, node, _)| Fault { kind, node, link: Some(LinkId(number as u32)) }).collect()
        }
        Kind::Loop => {
            let is_plain = |node: NodeId| matches!(&scenario.topology.node(node).kind, NodeKind::Switch(config) if config.stp.is_none());
            links()
                .filter(|(_, link)| link.ends.iter().all(|end| is_plain(*end)))
                .map(|(number, link)| Fault { kind, node: link.ends[0], link: Some(LinkId(number as u32)) })
                .collect()
        }
    }
}

/// Makes a fault.
fn apply(scenario: &mut Scenario, fault: &Fault) {
    let number = fault.node.index();
    match fault.kind {
        Kind::Mask => {
            if let (Some(wrong), Some(address)) =
                (wrong_mask(scenario, number), first_address(scenario, number))
            {
                *address = wrong;
            }
        }
        Kind::Duplicate => {
            // A document in which two hosts have one address is refused. A person may type it all the same.
            if let Some(wrong) = doubled(scenario, number) {
                let own = first_address(scenario, number).map(|own| *own);
                let lines =
                    [Some(format!("ip addr add {wrong}")), own.map(|own| format!("ip addr del {own}"))];
                for (number, line) in (0..).zip(lines.into_iter().flatten()) {
                    let at = TYPED + Duration::from_millis(number);
                    let command = CommandLine { on: fault.node, line };
                    *scenario = std::mem::take(scenario).with_command(at, command);
                }
            }
        }
        Kind::Gateway => {
            if let (Some(wrong), NodeKind::Host(config)) =
                (wrong_gateway(scenario, number), &mut scenario.topology.nodes[number].kind)
            {
                config.gateways[0] = wrong;
            }
        }
        Kind::Route => {
            if let NodeKind::Router(config) = &mut scenario.topology.nodes[number].kind {
                config.routes.pop();
            }
        }
        Kind::Filter => {
            if let NodeKind::Router(config) = &mut scenario.topology.nodes[number].kind {
                let filter = config
                    .filter
                    .get_or_insert_with(|| Filter { rules: Vec::new(), otherwise: Verdict::Allow });
                let rule = Rule {
                    verdict: Verdict::Deny,
                    port: None,
                    from: None,
                    to: None,
                    protocol: None,
                    to_ports: None,
                };
                filter.rules.insert(0, rule);
            }
        }
        Kind::Dns => {
            let wrong = wrong_name(&scenario.topology.nodes[number]);
            match &mut scenario.topology.nodes[number].kind {
                NodeKind::Host(config) => config.services = wrong,
                NodeKind::Router(config) => config.services = wrong,
                NodeKind::Hub | NodeKind::Switch(_) => {}
            }
        }
        Kind::RogueDhcp => add_rogue(scenario, fault.node),
        Kind::Cable | Kind::Vlan | Kind::Mtu | Kind::Loop => apply_to_link(scenario, fault),
    }
}

fn apply_to_link(scenario: &mut Scenario, fault: &Fault) {
    let Some(LinkId(number)) = fault.link else { return };
    let link = &mut scenario.topology.links[number as usize];
    let end = usize::from(link.ends[1] == fault.node);
    match fault.kind {
        Kind::Cable => link.ways.iter_mut().for_each(|way| way.impairments.insert(0, Impairment::Down)),
        Kind::Vlan => {
            let mut port = link.ports[end].of_switch();
            if let Membership::Access(vlan) = port.vlan {
                let other = if vlan.get() > 900 { vlan.get() - 1 } else { vlan.get() + 1 };
                port.vlan = Membership::Access(Vlan::new(other).unwrap_or(vlan));
            }
            link.ports[end] = Port::Switch(port);
        }
        Kind::Mtu => link.ports[end] = Port::Switch(bridge::Port { mtu: 576, ..link.ports[end].of_switch() }),
        Kind::Loop => {
            let again = link.clone();
            scenario.topology.links.push(again);
        }
        Kind::Mask
        | Kind::Gateway
        | Kind::Duplicate
        | Kind::Route
        | Kind::Filter
        | Kind::RogueDhcp
        | Kind::Dns => {}
    }
}

fn first_address(scenario: &mut Scenario, number: usize) -> Option<&mut IpCidr> {
    match &mut scenario.topology.nodes[number].kind {
        NodeKind::Host(config) => config.addresses.first_mut(),
        NodeKind::Hub | NodeKind::Switch(_) | NodeKind::Router(_) => None,
    }
}

/// The IPv4 addresses of all hosts.
fn addresses(scenario: &Scenario) -> impl Iterator<Item = (usize, IpCidr)> {
    scenario.topology.nodes.iter().enumerate().flat_map(|(number, node)| {
        let own = match &node.kind {
            NodeKind::Host(config) => config.addresses.as_slice(),
            NodeKind::Hub | NodeKind::Switch(_) | NodeKind::Router(_) => &[],
        };
        own.iter().filter(|cidr| matches!(cidr, IpCidr::Ipv4(_))).map(move |cidr| (number, *cidr))
    })
}

/// A wrong prefix length that has consequences. With a gateway: a shorter one, so that a host far away seems to be on the own network
/// (a longer one would only make packets to neighbors take the way over the gateway). Without: a longer one that excludes a neighbor.
fn wrong_mask(scenario: &Scenario, number: usize) -> Option<IpCidr> {
    let NodeKind::Host(config) = &scenario.topology.nodes[number].kind else { return None };
    let own = *config.addresses.first().filter(|cidr| matches!(cidr, IpCidr::Ipv4(_)))?;
    let others = || addresses(scenario).filter(|(other, _)| *other != number).map(|(_, cidr)| cidr.address());
    if !config.gateways.is_empty() {
        let far: Vec<_> = others().filter(|address| !own.contains_addr(address)).collect();
        // The lengths that people write first.
        let lengths = [16, 8].into_iter().chain((1..32).rev()).filter(|length| *length < own.prefix_len());
        let mut shorter = lengths.map(|length| IpCidr::new(own.address(), length));
        return shorter.find(|shorter| far.iter().any(|address| shorter.contains_addr(address)));
    }
    let near: Vec<_> = others().filter(|address| own.contains_addr(address)).collect();
    let mut longer = (own.prefix_len() + 1..=30).map(|length| IpCidr::new(own.address(), length));
    longer.find(|longer| {
        let (first, last) = (crate::draw::value::first(*longer), crate::draw::value::last(*longer));
        near.iter().any(|address| !longer.contains_addr(address)) && ![first, last].contains(&own.address())
    })
}

/// The address behind the right one, if it is on the same network and no host has it.
fn wrong_gateway(scenario: &Scenario, number: usize) -> Option<IpAddress> {
    let NodeKind::Host(config) = &scenario.topology.nodes[number].kind else { return None };
    let right = *config.gateways.first()?;
    let own = *config.addresses.first()?;
    let (bits, _) = crate::draw::value::bits(right);
    let near = [1i128, -1, 2, -2]
        .into_iter()
        .filter_map(|more| crate::draw::value::with_bits(right, bits.checked_add_signed(more)?));
    let (first, last) = (crate::draw::value::first(own), crate::draw::value::last(own));
    near.into_iter().find(|address| {
        own.contains_addr(address)
            && ![first, last].contains(address)
            && addresses(scenario).all(|(_, cidr)| cidr.address() != *address)
    })
}

/// The address of another host on the same network.
fn doubled(scenario: &Scenario, number: usize) -> Option<IpCidr> {
    let NodeKind::Host(config) = &scenario.topology.nodes[number].kind else { return None };
    let own = *config.addresses.first().filter(|cidr| matches!(cidr, IpCidr::Ipv4(_)))?;
    let others =
        addresses(scenario).filter(|(other, cidr)| *other != number && own.contains_addr(&cidr.address()));
    others.map(|(_, cidr)| cidr).last()
}

/// The services of a node with the first address of a name changed by one.
fn wrong_name(node: &Node) -> Option<Box<str>> {
    let services = match &node.kind {
        NodeKind::Host(config) => config.services.as_deref(),
        NodeKind::Router(config) => config.services.as_deref(),
        NodeKind::Hub | NodeKind::Switch(_) => None,
    }?;
    let zone = services.find("\"zone\"")?;
    let record = zone + services[zone..].find("\"a\"")?;
    let start = record + 3 + services[record + 3..].find(|c: char| c.is_ascii_digit())?;
    let end = start + services[start..].find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let IpAddress::Ipv4(address) = services[start..end].parse().ok()? else { return None };
    let [a, b, c, d] = address.octets();
    let wrong = if d < 200 { d + 31 } else { d - 31 };
    Some(format!("{}{a}.{b}.{c}.{wrong}{}", &services[..start], &services[end..]).into())
}

/// The switches on which hosts ask for addresses by DHCP.
fn rogue_places(scenario: &Scenario) -> Vec<NodeId> {
    let asks = |node: NodeId| scenario.topology.host(node).is_some_and(|config| config.dhcp);
    let is_switch = |node: NodeId| matches!(scenario.topology.node(node).kind, NodeKind::Switch(_));
    let links = scenario.topology.links.iter();
    let switches = links.filter_map(|link| match link.ends {
        [a, b] if asks(a) && is_switch(b) => Some(b),
        [a, b] if asks(b) && is_switch(a) => Some(a),
        _ => None,
    });
    let mut switches: Vec<_> = switches.collect();
    wire::sorted::sort_by_key(&mut switches, |switch| *switch);
    switches.dedup();
    switches
}

/// The id of the host that a rogue DHCP server runs on.
const ROGUE: &str = "media-box";

/// A host whose DHCP server answers sooner than the right one.
fn add_rogue(scenario: &mut Scenario, switch: NodeId) {
    let text = format!(
        r#"{{"packetarium":1,"nodes":[{{"id":"{ROGUE}","kind":"host","addresses":["192.168.77.1/24"],"services":{{"dhcp":{{"pool":"192.168.77.100-192.168.77.199","router":"192.168.77.1"}}}}}}]}}"#
    );
    let Ok(rogue) = Scenario::parse(&text) else { return };
    let node = NodeId(scenario.topology.nodes.len() as u32);
    scenario.topology.nodes.extend(rogue.topology.nodes);
    scenario.ids.push(ROGUE.to_owned());
    scenario.at.push(None);
    let Some(like) = scenario.topology.links.iter().find(|link| link.ends.contains(&switch)).cloned() else {
        return;
    };
    scenario.topology.links.push(netlab::topology::Link::new([node, switch], like.ways));
}
