//! Whether a run's packets get there, and the answers back, as far as that is certain: along networks, gateways and routes that
//! somebody wrote down. Where RIP, address translation or a change of settings has a say, nothing is said.

use super::{Check, is_link_local};
use crate::problem::Kind;
use crate::quantity::quoted;
use crate::{Change, version_of};
use netlab::run::RunSpec;
use netlab::topology::{HostConfig, NodeId, NodeKind};
use smoltcp::wire::{IpAddress, IpCidr};

/// More routers than a packet passes.
const HOPS_MAX: usize = 64;

/// What a surprise is, and a sentence about it.
type Surprise = (Kind, String);

impl<'s> Check<'s> {
    /// What will happen but perhaps nobody wanted.
    pub(super) fn surprise(
        &self,
        spec: &RunSpec,
        client: &HostConfig,
        address: IpAddress,
    ) -> Option<Surprise> {
        if is_link_local(&address) {
            return None;
        }
        if let Some(surprise) = self.from_host(spec.from, client, address) {
            return surprise;
        }
        // It gets there. The answer goes to the address of the client's that is nearest.
        let (owner, _) = *self.owners.get(&address)?;
        let back = self.source(client, address)?;
        let answer = match self.scenario.topology.host(owner) {
            Some(server) => self.from_host(owner, server, back),
            None => self.from_router(owner, back),
        };
        let (kind, why) = answer??;
        Some((kind, format!("it gets there, but the answer gets lost: {why}")))
    }

    /// The address that a client takes for this target.
    fn source(&self, client: &HostConfig, target: IpAddress) -> Option<IpAddress> {
        let version = version_of(target);
        let own = || client.addresses.iter().filter(|cidr| version.is_of(&cidr.address()));
        let near = own().find(|cidr| cidr.contains_addr(&target));
        let gateway = client.gateways.iter().find(|gateway| version.is_of(gateway));
        let near = near.or_else(|| own().find(|cidr| gateway.is_some_and(|of| cidr.contains_addr(of))));
        near.or_else(|| own().next()).map(IpCidr::address)
    }

    /// `None` if it gets there; nothing inside where that is not certain.
    fn from_host(&self, from: NodeId, host: &HostConfig, address: IpAddress) -> Option<Option<Surprise>> {
        let id = quoted(self.scenario.id(from));
        let known = self.all_known();
        let lan = self.lans.of(from);
        if host.addresses.iter().any(|cidr| cidr.contains_addr(&address)) {
            return self.on_lan(&id, from, lan, address);
        }
        let version = version_of(address);
        let Some(gateway) = host.gateways.iter().find(|gateway| version.is_of(gateway)) else {
            // It may learn one from a router.
            let learns = host.slaac && matches!(address, IpAddress::Ipv6(_));
            return Some((!learns).then(|| {
                let surprise = format!(
                    "{address} is in none of the networks of {id}, which has no gateway: the run will find no route"
                );
                (Kind::NoRoute, surprise)
            }));
        };
        let no_route = |why: &str| {
            let surprise = format!(
                "{address} is in none of the networks of {id}, and {why} of its gateway, {gateway}: the run will get no answer"
            );
            Some(Some((Kind::NoRoute, surprise)))
        };
        match self.owners.get(gateway) {
            None if known && !is_link_local(gateway) => no_route("nobody here has the address"),
            None => Some(None),
            Some(_) if !self.is_settled() => Some(None),
            Some((_, at)) if *at != lan => no_route("another LAN is that"),
            Some((router, _)) => match self.scenario.topology.host(*router) {
                Some(_) => no_route("a host, which forwards nothing, has the address"),
                None => self.from_router(*router, address),
            },
        }
    }

    /// From router to router.
    fn from_router(&self, first: NodeId, address: IpAddress) -> Option<Option<Surprise>> {
        if !self.is_settled() {
            return Some(None);
        }
        let target = self.owners.get(&address);
        let mut router = first;
        for _ in 0..HOPS_MAX {
            if target.is_some_and(|(owner, _)| *owner == router) {
                return None;
            }
            let NodeKind::Router(config) = &self.scenario.topology.node(router).kind else {
                return Some(None);
            };
            if config.nat.is_some() || config.rip.is_some() || !self.readable(router) {
                return Some(None);
            }
            let id = quoted(self.scenario.id(router));
            let interfaces = || self.lans.interfaces.iter().filter(|of| of.node == router);
            let at = |next: &IpAddress| {
                let networks =
                    interfaces().flat_map(|of| of.addresses.iter().map(move |cidr| (cidr, of.lan)));
                networks
                    .filter(|(cidr, _)| cidr.contains_addr(next))
                    .max_by_key(|(cidr, _)| cidr.prefix_len())
            };
            let direct = at(&address);
            let version = version_of(address);
            let fits = |to: &IpCidr| version.is_of(&to.address()) && to.contains_addr(&address);
            let routes = config.routes.iter().filter(|route| fits(&route.to) && at(&route.via).is_some());
            let best = routes.rev().max_by_key(|route| (route.to.prefix_len(), u8::MAX - route.metric));
            let next = match (direct, best) {
                (Some((cidr, lan)), best)
                    if best.is_none_or(|best| best.to.prefix_len() <= cidr.prefix_len()) =>
                {
                    return self.on_lan(&id, router, lan, address);
                }
                (_, None) => {
                    let why = format!("{id} knows no route to {address}: the run will get no answer");
                    return Some(Some((Kind::NoRoute, why)));
                }
                (_, Some(best)) => best.via,
            };
            let (_, lan) = at(&next)?;
            match self.owners.get(&next) {
                Some((owner, on)) if *on == lan && self.scenario.topology.host(*owner).is_none() => {
                    router = *owner
                }
                _ if is_link_local(&next) => return Some(None),
                _ => {
                    let why = format!(
                        "{id} sends what is for {address} to {next}, which is no router on that LAN: the run will get no answer"
                    );
                    return Some(Some((Kind::NoRoute, why)));
                }
            }
        }
        let why =
            format!("the routes send what is for {address} round in a circle: the run will get no answer");
        Some(Some((Kind::NoRoute, why)))
    }

    /// The last step: its owner is asked for on this LAN.
    fn on_lan(&self, id: &str, from: NodeId, lan: usize, address: IpAddress) -> Option<Option<Surprise>> {
        let known = self.all_known();
        match self.owners.get(&address) {
            None => Some(known.then(|| {
                let surprise = format!("nobody here has the address {address}: the run will get no answer");
                (Kind::AddressOfNobody, surprise)
            })),
            Some((_, at)) if *at == lan => None,
            Some((owner, _)) if self.connected.same(owner.index(), from.index()) => {
                Some((known && self.is_settled()).then(|| {
                    let surprise = format!(
                        "{id} takes {address} for a neighbor, but a router or a VLAN stands between: the run will get no answer"
                    );
                    (Kind::NoPath, surprise)
                }))
            }
            Some(_) => Some(known.then(|| {
                (Kind::NoPath, format!("no cable leads there from {id}: add links"))
            })),
        }
    }

    /// Whether VLANs, networks and routes are, and stay, as the document says at the start.
    pub(super) fn is_settled(&self) -> bool {
        let changes =
            |(_, change): &(netlab::Instant, Change)| matches!(change, Change::Port(..) | Change::Set(..));
        self.lans.exact && self.all_known() && !self.changes.iter().any(changes)
    }
}
