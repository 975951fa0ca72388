//! One router on a packet's path: its routes, its address translation and its filter, in the order in which a router does it
//! (translation of the destination, route, filter, translation of the source).

use super::Check;
use super::distances::INFINITY;
use super::owners::Attachment;
use super::paths::{Fate, Loss, Packet, Walk};
use crate::ip::{is_link_local, network, version_of};
use crate::lans::Interface;
use crate::problem::Kind;
use netlab::Instant;
use netlab::run::IpVersion;
use netlab::topology::{NodeId, NodeKind, RouterConfig};
use router::config::{Protocol, Rule, StaticRoute, Transport, Verdict};
use smoltcp::wire::{IpAddress, IpCidr};
use std::collections::VecDeque;
use texts::t;
use wire::sorted::SortedSet;

/// Where a router sends a packet.
enum Egress {
    /// To its destination, on this network of the router.
    Network(Attachment),
    /// To the next hop on this network of the router.
    NextHop(Attachment, IpAddress),
    /// Nowhere.
    None(Loss),
    /// That depends on more than the document says.
    Open,
}

/// What a router did to the destination.
enum Inbound {
    Unchanged,
    Translated,
    /// The packet is for the router itself.
    Own,
    Open,
}

impl<'s> Check<'s> {
    /// Whether a network of a router is in use at the start.
    pub(super) fn is_up(&self, interface: &Interface<'_>) -> bool {
        let link = self.scenario.topology.link(interface.link);
        link.has_carrier(Instant::ZERO)
            || (link.ports.iter().all(|port| port.is_up()) && self.is_replugged(interface.link))
    }

    /// The network of a router that this address is in, if it is in use: the longest prefix, the first of equal ones.
    fn network_of(&self, router: NodeId, address: IpAddress) -> Option<(IpCidr, &'s Interface<'s>)> {
        let interfaces = self.lans.interfaces_of(router);
        self.patience.set(self.patience.get().saturating_sub(1 + interfaces.clone().count()));
        let all = interfaces
            .filter(|of| self.is_up(of))
            .flat_map(|of| of.addresses.iter().map(move |cidr| (*cidr, of)));
        let near = all.filter(|(cidr, _)| cidr.contains_addr(&address));
        near.fold(None, |best: Option<(IpCidr, _)>, next| match best {
            Some(best) if best.0.prefix_len() >= next.0.prefix_len() => Some(best),
            _ => Some(next),
        })
    }

    /// The network of a router on which the next hop of a route is: at the port that the route names, else the longest prefix around
    /// it; of a link-local next hop the only port that speaks IPv6.
    pub(super) fn egress(&self, router: NodeId, route: &StaticRoute) -> Option<Attachment> {
        let via = route.via;
        let cable = |of: &Interface<'_>| {
            self.ports[router.index()].iter().position(|port| *port == (of.link, of.end))
        };
        let named = |of: &&Interface<'_>| {
            route.port.is_none_or(|port| cable(of) == Some(port as usize)) && self.is_up(of)
        };
        let speaks_v6 = |of: &&Interface<'_>| of.addresses.iter().any(|cidr| matches!(cidr, IpCidr::Ipv6(_)));
        let mut near = self.lans.interfaces_of(router).filter(named);
        match (is_link_local(&via), route.port) {
            (true, _) => {
                let mut near = near.filter(speaks_v6);
                let first = near.next();
                first.filter(|_| near.next().is_none() || route.port.is_some()).map(Attachment::of)
            }
            (false, Some(_)) => {
                let has = |of: &&Interface<'_>| of.addresses.iter().any(|cidr| cidr.contains_addr(&via));
                near.find(has).map(Attachment::of)
            }
            (false, None) => self.network_of(router, via).map(|(_, interface)| Attachment::of(interface)),
        }
    }

    /// Forwards a packet that arrives here (`None`: the router's own answer) until it is at its destination.
    pub(super) fn through_routers(&self, mut at: Attachment, mut is_own: bool, walk: &mut Walk) -> Fate {
        for _ in 0..super::paths::HOPS_MAX {
            let NodeKind::Router(config) = &self.scenario.topology.node(at.node).kind else {
                return Fate::Open;
            };
            if !self.is_settled() || self.patience.get() == 0 {
                return Fate::Open;
            }
            let inbound = if is_own { Inbound::Unchanged } else { self.translate_in(at, config, walk) };
            let translated = match inbound {
                Inbound::Own => return Fate::Arrives(at.node),
                Inbound::Open => return Fate::Open,
                Inbound::Unchanged => false,
                Inbound::Translated => true,
            };
            let (leaves, next_hop) = match self.route(at.node, config, walk) {
                Egress::Network(leaves) => (leaves, walk.packet.destination),
                Egress::NextHop(leaves, via) => (leaves, via),
                Egress::None(loss) => return Fate::lost(loss),
                Egress::Open => return Fate::Open,
            };
            if !is_own && let Some(fate) = self.judge(at, leaves, config, translated, walk) {
                return fate;
            }
            if !is_own {
                self.translate_out(at, leaves, config, next_hop, walk);
            }
            let direct = next_hop == walk.packet.destination;
            match self.ends_on_lan(leaves, next_hop) {
                Ok(arrives) if self.scenario.topology.host(arrives.node).is_some() => {
                    return if direct {
                        Fate::Arrives(arrives.node)
                    } else {
                        self.no_router(leaves, walk, next_hop)
                    };
                }
                Ok(arrives) => at = arrives,
                // What stops a frame on the way there is reported in its own words.
                Err(Fate::Lost(loss)) if !direct && loss.link.is_none() => {
                    return self.no_router(leaves, walk, next_hop);
                }
                Err(fate) => return fate,
            }
            is_own = false;
        }
        let why = t!("the routes send what is for {} round in a circle", walk.packet.destination);
        Fate::lost(Loss::at_run(Kind::NoRoute, why))
    }

    fn no_router(&self, from: Attachment, walk: &Walk, via: IpAddress) -> Fate {
        let why = t!(
            "{} sends what is for {} to {via}, which is no router on that LAN",
            self.name(from.node),
            walk.packet.destination
        );
        Fate::lost(Loss::at_run(Kind::NoRoute, why))
    }

    fn leads_outside(&self, at: Attachment, config: &RouterConfig) -> bool {
        config.nat.is_some() && self.interface(at).and_then(|of| of.port).is_some_and(|port| port.outside)
    }

    fn interface(&self, at: Attachment) -> Option<&'s Interface<'s>> {
        self.lans.interfaces_of(at.node).find(|of| Attachment::of(of) == at)
    }

    /// Translates the destination of a packet for one of the router's own addresses.
    fn translate_in(&self, at: Attachment, config: &RouterConfig, walk: &mut Walk) -> Inbound {
        let packet = &mut walk.packet;
        if !self.owners.has(at.node, packet.destination) {
            return Inbound::Unchanged;
        }
        let Some(nat) = &config.nat else { return Inbound::Own };
        let is_outside = self.leads_outside(at, config);
        let of_outside = self.lans.interfaces_of(at.node).any(|of| {
            of.port.is_some_and(|port| port.outside)
                && of.addresses.iter().any(|cidr| cidr.address() == packet.destination)
        });
        if !of_outside {
            return Inbound::Own;
        }
        if walk.is_answer {
            let session =
                |of: &&(NodeId, IpAddress, IpAddress)| (of.0, of.1) == (at.node, packet.destination);
            return match walk.translations.iter().rev().find(session) {
                Some((.., inside)) if is_outside => {
                    packet.destination = *inside;
                    Inbound::Translated
                }
                // An answer through a hairpin.
                Some(_) | None => Inbound::Open,
            };
        }
        let wanted = |transport| match transport {
            Transport::Tcp => Protocol::Tcp,
            Transport::Udp => Protocol::Udp,
        };
        let forward = nat
            .forwards
            .iter()
            .find(|of| packet.protocol == Some(wanted(of.transport)) && packet.port == Some(of.port));
        match forward {
            Some(forward) => {
                packet.destination = IpAddress::Ipv4(forward.to);
                packet.port = Some(forward.to_port);
                if is_outside { Inbound::Translated } else { Inbound::Open }
            }
            None => Inbound::Own,
        }
    }

    /// The route of the longest prefix; of one prefix connected networks come first, then static routes, then RIP.
    fn route(&self, router: NodeId, config: &RouterConfig, walk: &Walk) -> Egress {
        let address = walk.packet.destination;
        let connected = self.network_of(router, address);
        let fits =
            |to: &IpCidr| version_of(to.address()) == version_of(address) && to.contains_addr(&address);
        let near = config.routes.iter().filter(|route| fits(&route.to));
        let near = near.filter_map(|route| Some((route, self.egress(router, route)?)));
        let fixed = near.rev().max_by_key(|(route, _)| (route.to.prefix_len(), u8::MAX - route.metric));
        let learned = self.learned(router, address);
        let reached = learned.iter().find(|(_, distance)| distance.metric < INFINITY);
        let longest = |of: Option<u8>| of.map_or(-1, i16::from);
        let lengths = [
            longest(connected.map(|(cidr, _)| cidr.prefix_len())),
            longest(fixed.map(|(route, _)| route.to.prefix_len())),
            longest(reached.map(|(to, _)| to.prefix_len())),
        ];
        let best = lengths.into_iter().max();
        match (connected, fixed, reached) {
            (Some((_, interface)), ..) if best == Some(lengths[0]) => {
                Egress::Network(Attachment::of(interface))
            }
            (_, Some((route, leaves)), _) if best == Some(lengths[1]) => Egress::NextHop(leaves, route.via),
            (.., Some((_, distance))) => self.learned_hop(router, distance),
            (None | Some(_), None | Some(_), None) => self.no_route(router, &learned, walk),
        }
    }

    fn learned_hop(&self, router: NodeId, distance: &super::distances::Distance) -> Egress {
        let next = distance.next;
        let version_four = |cidr: &&IpCidr| matches!(cidr, IpCidr::Ipv4(_));
        let via = self.interface(next).and_then(|of| {
            let mut all = of.addresses.iter();
            all.clone().find(version_four).or_else(|| all.next()).map(IpCidr::address)
        });
        let leaves = self.lans.interfaces_of(router).find(|of| of.lan == next.lan);
        match (via, leaves) {
            (Some(via), Some(leaves)) if !distance.several => Egress::NextHop(Attachment::of(leaves), via),
            (Some(_) | None, Some(_) | None) => Egress::Open,
        }
    }

    /// Why a router has no route, and what would help.
    fn no_route(
        &self,
        router: NodeId,
        learned: &[(IpCidr, super::distances::Distance)],
        walk: &Walk,
    ) -> Egress {
        let (address, id) = (walk.packet.destination, self.name(router));
        if let Some((to, distance)) = learned.first() {
            let why = t!("{to} is too far from {id} for RIP");
            return Egress::None(Loss {
                too_far: Some((router, *to, distance.metric)),
                ..Loss::at_run(Kind::TooFar, why)
            });
        }
        let off = self
            .lans
            .interfaces_of(router)
            .find(|of| !self.is_up(of) && of.addresses.iter().any(|cidr| cidr.contains_addr(&address)));
        if let Some(off) = off {
            let why = t!("the port of {id} that leads to {address} is off, or its cable is unplugged");
            let place = self.port_place(off.link.index(), off.end);
            return Egress::None(Loss {
                place: Some(place),
                link: Some(off.link),
                ..Loss::at_run(Kind::NoPath, why)
            });
        }
        let Some(owner) = self.owners.all(address).first() else {
            if !self.all_known() {
                return Egress::Open;
            }
            let why = t!("no node here has the address {address}, and {id} has no route to it");
            return Egress::None(Loss::at_run(Kind::UnknownAddress, why));
        };
        let to = self.network_at(*owner, address);
        match self.next_hop_to(router, *owner, version_of(address), false) {
            Some(via) => Egress::None(self.missing_route(router, to, Some(via), walk)),
            None if self.next_hop_to(router, *owner, version_of(address), true).is_some() => {
                let why = t!(
                    "{address} is an address inside a network behind address translation, so {id} has no route to it: from \
                     outside, only forwarded ports of the translating router's outside address can be reached"
                );
                Egress::None(Loss::at_run(Kind::BehindNat, why))
            }
            None => Egress::None(self.missing_route(router, to, None, walk)),
        }
    }

    fn missing_route(&self, router: NodeId, to: IpCidr, via: Option<IpAddress>, walk: &Walk) -> Loss {
        let address = walk.packet.destination;
        let owner = self.owners.all(address).first().map(|owner| self.name(owner.node));
        let id = self.name(router);
        let remedy = match via {
            Some(via) => t!("add one via {via}"),
            None => t!("no routers lead there: connect the network").to_owned(),
        };
        let owner = owner.unwrap_or_default();
        let why = match walk.is_answer {
            true => t!(
                "{id} has no route to {to}, the network of {owner} ({address}), so answers for it are dropped there: {remedy}"
            ),
            false => t!(
                "{id} has no route to {to}, the network of {owner} ({address}), so packets for it are dropped there: {remedy}"
            ),
        };
        let mut nodes = vec![router];
        nodes.extend(self.owners.all(address).first().map(|owner| owner.node));
        let place = Some(self.node_place(router.index()).field("routes"));
        Loss { place, nodes, ..Loss::at_run(Kind::MissingRoute { to, via }, why) }
    }

    /// The network that an address is in, as its owner has it.
    fn network_at(&self, owner: Attachment, address: IpAddress) -> IpCidr {
        let of_host = self.scenario.topology.host(owner.node).map(|host| &host.addresses[..]);
        let own = of_host.or_else(|| Some(self.interface(owner)?.addresses)).unwrap_or_default();
        let own = own.iter().find(|cidr| cidr.address() == address);
        let host_bits = if version_of(address) == IpVersion::V4 { 32 } else { 128 };
        own.map_or(IpCidr::new(address, host_bits), |cidr| network(*cidr))
    }

    /// The first hop of a shortest path over routers to the LAN of this owner; through address translation from outside only if
    /// `into_nat`.
    fn next_hop_to(
        &self,
        router: NodeId,
        owner: Attachment,
        version: IpVersion,
        into_nat: bool,
    ) -> Option<IpAddress> {
        let mut seen = SortedSet::from([router]);
        let mut queue = VecDeque::from([(router, None)]);
        while let Some((id, first)) = queue.pop_front() {
            if self.lans.interfaces_of(id).any(|of| of.lan == owner.lan) {
                return first;
            }
            for own in self.lans.interfaces_of(id).filter(|of| self.is_up(of)) {
                for other in self.lans.routers(own.lan).filter(|of| self.is_up(of)) {
                    self.patience.set(self.patience.get().saturating_sub(1));
                    let theirs = other.addresses.iter().map(IpCidr::address).find(|address| {
                        version_of(*address) == version
                            && own.addresses.iter().any(|own| own.contains_addr(address))
                    });
                    let NodeKind::Router(config) = &self.scenario.topology.node(other.node).kind else {
                        continue;
                    };
                    let barred = self.leads_outside(Attachment::of(other), config) && !into_nat;
                    if let Some(via) = theirs.filter(|_| !barred && self.patience.get() > 0)
                        && seen.insert(other.node)
                    {
                        queue.push_back((other.node, first.or(Some(via))));
                    }
                }
            }
        }
        None
    }

    /// What a router refuses between these of its networks.
    fn judge(
        &self,
        from: Attachment,
        to: Attachment,
        config: &RouterConfig,
        translated: bool,
        walk: &mut Walk,
    ) -> Option<Fate> {
        let id = self.name(from.node);
        let [comes_in, goes_out] = [from, to].map(|at| self.leads_outside(at, config));
        if version_of(walk.packet.destination) == IpVersion::V4 && comes_in && !goes_out && !translated {
            let why = t!(
                "{id} translates addresses, and lets nothing in from outside for which it has no translation, such as a packet for {}",
                walk.packet.destination
            );
            return Some(Fate::lost(Loss::at_run(Kind::BehindNat, why)));
        }
        let filter = config.filter.as_ref()?;
        if walk.is_answer {
            // Answers of an admitted connection pass; on another way back the filter sees a new one.
            return (!walk.filters.contains(&from.node)).then_some(Fate::Open);
        }
        walk.filters.push(from.node);
        let ports = &self.ports[from.node.index()];
        let port = from.cable.and_then(|cable| ports.iter().position(|of| *of == cable));
        let matching = filter.rules.iter().enumerate().find(|(_, rule)| fits(rule, port, &walk.packet));
        let verdict = matching.map_or(filter.otherwise, |(_, rule)| rule.verdict);
        let rejects = match verdict {
            Verdict::Allow => return None,
            Verdict::Deny => false,
            Verdict::Reject => true,
        };
        let packet = walk.packet.words();
        let why = match (matching.map(|(number, rule)| (number + 1, rule_words(rule))), rejects) {
            (Some((number, rule)), false) => {
                t!("at {id}, rule {number} of its filter ({rule}) drops {packet}")
            }
            (Some((number, rule)), true) => {
                t!("at {id}, rule {number} of its filter ({rule}) rejects {packet}")
            }
            (None, false) => t!("at {id}, its filter, of whose rules none matches, drops {packet}"),
            (None, true) => t!("at {id}, its filter, of whose rules none matches, rejects {packet}"),
        };
        let nodes = vec![from.node];
        Some(Fate::lost(Loss { nodes, ..Loss::at_run(Kind::Filtered, why) }))
    }

    fn translate_out(
        &self,
        from: Attachment,
        to: Attachment,
        config: &RouterConfig,
        next_hop: IpAddress,
        walk: &mut Walk,
    ) {
        let [comes_in, goes_out] = [from, to].map(|at| self.leads_outside(at, config));
        let four = |cidr: &&IpCidr| matches!(cidr, IpCidr::Ipv4(_));
        let own = self.interface(to).and_then(|of| {
            let near = of.addresses.iter().find(|cidr| four(cidr) && cidr.contains_addr(&next_hop));
            near.or_else(|| of.addresses.iter().find(four)).map(IpCidr::address)
        });
        if let Some(outside) = own.filter(|_| goes_out && !comes_in && !walk.is_answer)
            && matches!(walk.packet.source, IpAddress::Ipv4(_))
        {
            walk.translations.push((from.node, outside, walk.packet.source));
            walk.packet.source = outside;
        }
    }
}

/// Whether a rule is about this packet, as the router decides it.
fn fits(rule: &Rule, ingress: Option<usize>, packet: &Packet) -> bool {
    rule.protocol.is_none_or(|of| packet.protocol == Some(of))
        && rule.to_ports.as_ref().is_none_or(|ports| packet.port.is_some_and(|port| ports.contains(&port)))
        && rule.port.is_none_or(|port| Some(port as usize) == ingress)
        && rule.from.is_none_or(|net| {
            version_of(net.address()) == version_of(packet.source) && net.contains_addr(&packet.source)
        })
        && rule.to.is_none_or(|net| {
            version_of(net.address()) == version_of(packet.destination)
                && net.contains_addr(&packet.destination)
        })
}

/// A rule as people read it: `deny tcp to 10.0.2.0/24, ports 80 to 90`.
pub(crate) fn rule_words(rule: &Rule) -> String {
    let mut words = match rule.verdict {
        Verdict::Allow => "allow",
        Verdict::Deny => "deny",
        Verdict::Reject => "reject",
    }
    .to_owned();
    words += match rule.protocol {
        None => " all",
        Some(Protocol::Tcp) => " tcp",
        Some(Protocol::Udp) => " udp",
        Some(Protocol::Icmp) => " icmp",
    };
    for (name, of) in [("from", rule.from), ("to", rule.to)] {
        words += &of.map_or_else(String::new, |of| format!(" {name} {of}"));
    }
    match rule.to_ports.as_ref().map(|ports| (*ports.start(), *ports.end())) {
        None => {}
        Some((one, end)) if one == end => words += &format!(" port {one}"),
        Some((start, end)) => words += &format!(" ports {start} to {end}"),
    }
    words
}
