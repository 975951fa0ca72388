//! Whether a run's packets get there, and the answers back, as far as that is certain: along networks, gateways and routes that
//! are configured. Where RIP, address translation or a change of settings has an influence, nothing is reported.

use super::Check;
use crate::Change;
use crate::ip::{is_link_local, version_of};
use crate::problem::Kind;
use netlab::Instant;
use netlab::run::{IpVersion, RunSpec};
use netlab::topology::{HostConfig, NodeId, NodeKind};
use router::config::StaticRoute;
use smoltcp::wire::{IpAddress, IpCidr};

/// The most routers that a path is followed over.
const HOPS_MAX: usize = 64;

/// The outcome of a packet's path.
enum Fate {
    Arrives,
    /// Why, in a sentence.
    Lost(Kind, String),
    /// It cannot be known beforehand.
    Open,
}

impl<'s> Check<'s> {
    /// What will happen to a run, but was probably not meant.
    pub(super) fn surprise(
        &self,
        spec: &RunSpec,
        client: &HostConfig,
        address: IpAddress,
    ) -> Option<(Kind, String)> {
        if is_link_local(&address) {
            return None;
        }
        match self.leaves_host(spec.from, client, address) {
            Fate::Arrives => {}
            Fate::Lost(kind, why) => return Some((kind, why)),
            Fate::Open => return None,
        }
        // The answer goes to the address that the client has taken.
        let (owner, _) = *self.owners.get(&address)?;
        let back = source(client, address)?;
        let answer = match self.scenario.topology.host(owner) {
            Some(server) => self.leaves_host(owner, server, back),
            None => self.leaves_router(owner, back),
        };
        match answer {
            Fate::Lost(kind, why) => Some((kind, format!("it gets there, but the answer gets lost: {why}"))),
            Fate::Arrives | Fate::Open => None,
        }
    }

    fn leaves_host(&self, from: NodeId, host: &HostConfig, address: IpAddress) -> Fate {
        let id = self.name(from);
        let lan = self.lans.of(from);
        if host.addresses.iter().any(|cidr| cidr.contains_addr(&address)) {
            return self.ends_on_lan(from, lan, address);
        }
        let version = version_of(address);
        let Some(gateway) = host.gateways.iter().find(|gateway| version.is_of(gateway)) else {
            if host.slaac && version == IpVersion::V6 {
                // It may learn one from a router.
                return Fate::Open;
            }
            let why = format!(
                "{address} is in none of the networks of {id}, which has no gateway: the run will find no route"
            );
            return Fate::Lost(Kind::NoRoute, why);
        };
        let lost = |why: &str| {
            let why = format!(
                "{address} is in none of the networks of {id}, and {why} of its gateway, {gateway}: the run will get no \
                 answer"
            );
            Fate::Lost(Kind::NoRoute, why)
        };
        match self.owners.get(gateway) {
            None if self.all_known() && !is_link_local(gateway) => lost("no node here has the address"),
            None => Fate::Open,
            Some(_) if !self.is_settled() => Fate::Open,
            Some((_, at)) if *at != lan => lost("only another LAN has the address"),
            Some((owner, _)) => match self.scenario.topology.host(*owner) {
                Some(_) => lost("a host, which forwards nothing, has the address"),
                None => self.leaves_router(*owner, address),
            },
        }
    }

    /// From router to router.
    fn leaves_router(&self, first: NodeId, address: IpAddress) -> Fate {
        if !self.is_settled() {
            return Fate::Open;
        }
        let mut router = first;
        for _ in 0..HOPS_MAX {
            if self.owners.get(&address).is_some_and(|(owner, _)| *owner == router) {
                return Fate::Arrives;
            }
            let NodeKind::Router(config) = &self.scenario.topology.node(router).kind else {
                return Fate::Open;
            };
            if config.nat.is_some() || config.rip.is_some() {
                return Fate::Open;
            }
            let id = self.name(router);
            let direct = self.network_of(router, address);
            let fits =
                |to: &IpCidr| version_of(to.address()) == version_of(address) && to.contains_addr(&address);
            let near = |route: &&StaticRoute| {
                fits(&route.to) && (is_link_local(&route.via) || self.network_of(router, route.via).is_some())
            };
            let routes = config.routes.iter().filter(near);
            let best = routes.rev().max_by_key(|route| (route.to.prefix_len(), u8::MAX - route.metric));
            if self.patience.get() == 0 {
                return Fate::Open;
            }
            let next = match (direct, best) {
                (Some((prefix_len, lan)), best)
                    if best.is_none_or(|best| best.to.prefix_len() <= prefix_len) =>
                {
                    return self.ends_on_lan(router, lan, address);
                }
                (_, None) => {
                    let why = format!("{id} knows no route to {address}: the run will get no answer");
                    return Fate::Lost(Kind::NoRoute, why);
                }
                (_, Some(best)) => best.via,
            };
            let lan = self.network_of(router, next).map(|(_, lan)| lan);
            match self.owners.get(&next) {
                _ if is_link_local(&next) => return Fate::Open,
                Some((owner, at)) if Some(*at) == lan && self.scenario.topology.host(*owner).is_none() => {
                    router = *owner;
                }
                _ => {
                    let why = format!(
                        "{id} sends what is for {address} to {next}, which is no router on that LAN: the run will get no \
                         answer"
                    );
                    return Fate::Lost(Kind::NoRoute, why);
                }
            }
        }
        let why =
            format!("the routes send what is for {address} round in a circle: the run will get no answer");
        Fate::Lost(Kind::NoRoute, why)
    }

    /// The network of a router that this address is in: the length of its prefix, and the LAN.
    fn network_of(&self, router: NodeId, address: IpAddress) -> Option<(u8, usize)> {
        if self.patience.get() == 0 {
            return None;
        }
        let interfaces = self.lans.interfaces_of(router);
        self.patience.set(self.patience.get().saturating_sub(1 + interfaces.clone().count()));
        let all = interfaces.flat_map(|of| of.addresses.iter().map(move |cidr| (cidr, of.lan)));
        let near = all.filter(|(cidr, _)| cidr.contains_addr(&address));
        near.map(|(cidr, lan)| (cidr.prefix_len(), lan)).max_by_key(|(prefix_len, _)| *prefix_len)
    }

    /// The last step: ARP or NDP for the address on this LAN.
    fn ends_on_lan(&self, from: NodeId, lan: usize, address: IpAddress) -> Fate {
        let id = self.name(from);
        match self.owners.get(&address) {
            Some((_, at)) if *at == lan => Fate::Arrives,
            _ if !self.all_known() => Fate::Open,
            None => {
                let why = format!("no node here has the address {address}: the run will get no answer");
                Fate::Lost(Kind::UnknownAddress, why)
            }
            Some((owner, _)) if !self.connected.same(owner.index(), from.index()) => {
                Fate::Lost(Kind::NoPath, format!("no cable leads there from {id}: add links"))
            }
            Some(_) if !self.is_settled() => Fate::Open,
            Some(_) => {
                let why = format!(
                    "{id} takes {address} for a neighbor, but a router or a VLAN stands between: the run will get no answer"
                );
                Fate::Lost(Kind::NoPath, why)
            }
        }
    }

    /// Whether VLANs, networks and routes stay as they are at the start.
    pub(super) fn is_settled(&self) -> bool {
        let changes = |(_, change): &(Instant, Change)| matches!(change, Change::Port(..) | Change::Set(..));
        self.lans.exact && self.all_known() && !self.changes.iter().any(changes)
    }
}

/// The address that a client takes for this target.
fn source(client: &HostConfig, target: IpAddress) -> Option<IpAddress> {
    let version = version_of(target);
    let own = || client.addresses.iter().filter(|cidr| version.is_of(&cidr.address()));
    let near = own().find(|cidr| cidr.contains_addr(&target));
    let gateway = client.gateways.iter().find(|gateway| version.is_of(gateway));
    let near = near.or_else(|| own().find(|cidr| gateway.is_some_and(|of| cidr.contains_addr(of))));
    near.or_else(|| own().next()).map(IpCidr::address)
}
