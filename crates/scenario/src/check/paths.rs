//! Whether a run's packets get there, and the answers back, as far as that is certain: along networks, gateways, routes, RIP,
//! address translation and filters. Where a change of settings has an influence, nothing is reported.
//!
//! Hosts and LANs are here, what a router does to a packet is in `hops`, what stops a frame between switches in `barriers`.

use super::Check;
use super::owners::Attachment;
use crate::Change;
use crate::fault::Place;
use crate::ip::{broadcast, is_link_local, version_of};
use crate::problem::Kind;
use netlab::Instant;
use netlab::run::{IpVersion, Probe, RunKind, RunSpec, Transport};
use netlab::topology::{HostConfig, LinkId, NodeId};
use router::config::Protocol;
use smoltcp::wire::{IpAddress, IpCidr};
use texts::t;

/// The most routers that a path is followed over.
pub(super) const HOPS_MAX: usize = 64;
/// The port of the first probe of a traceroute.
const TRACEROUTE_PORT: u16 = 33_434;

/// The outcome of a packet's path.
pub(super) enum Fate {
    /// At this node.
    Arrives(NodeId),
    Lost(Box<Loss>),
    /// It cannot be known beforehand.
    Open,
}

/// Why a packet is lost.
#[derive(Clone, Debug)]
pub(super) struct Loss {
    pub kind: Kind,
    /// Where the document has to change; `None`: that may be in several places, so the problem stands at the run.
    pub place: Option<Place>,
    /// The nodes concerned besides the ends of the run.
    pub nodes: Vec<NodeId>,
    pub link: Option<LinkId>,
    /// A sentence, without its end.
    pub why: String,
    /// What follows from it.
    pub ending: &'static str,
    /// The router, the network and its metric, where RIP does not reach.
    pub too_far: Option<(NodeId, IpCidr, usize)>,
}

/// What filters and address translation see of a packet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packet {
    pub source: IpAddress,
    pub destination: IpAddress,
    pub protocol: Option<Protocol>,
    /// The destination port.
    pub port: Option<u16>,
}

/// A packet, and what its path has left behind at routers.
pub(super) struct Walk {
    pub packet: Packet,
    pub is_answer: bool,
    /// The router, the outside address and the inside address.
    pub translations: Vec<(NodeId, IpAddress, IpAddress)>,
    /// The routers whose filters have admitted it.
    pub filters: Vec<NodeId>,
}

impl Fate {
    pub fn lost(loss: Loss) -> Self {
        Self::Lost(Box::new(loss))
    }
}

impl Loss {
    pub fn at_run(kind: Kind, why: String) -> Self {
        let ending = t!("the run will get no answer");
        Self { kind, place: None, nodes: Vec::new(), link: None, why, ending, too_far: None }
    }
}

impl Packet {
    /// `TCP to 10.0.2.1, port 80`.
    pub fn words(&self) -> String {
        let protocol = match self.protocol {
            Some(Protocol::Tcp) => "TCP",
            Some(Protocol::Udp) => "UDP",
            Some(Protocol::Icmp) => "ICMP",
            None => return self.words_of_any(),
        };
        let to = self.destination;
        match self.port {
            Some(port) => t!("{protocol} to {to}, port {port}"),
            None => t!("{protocol} to {to}"),
        }
    }

    fn words_of_any(&self) -> String {
        let to = self.destination;
        match self.port {
            Some(port) => t!("what is to {to}, port {port}"),
            None => t!("what is to {to}"),
        }
    }
}

/// The protocol of a run's packets, and the port that they go to.
fn protocol(kind: &RunKind) -> (Protocol, Option<u16>) {
    match (kind.service(), kind) {
        (Some((Transport::Tcp, port)), _) => (Protocol::Tcp, Some(port)),
        (Some((Transport::Udp, port)), _) => (Protocol::Udp, Some(port)),
        (None, RunKind::Traceroute(trace)) if trace.probe == Probe::Udp => {
            (Protocol::Udp, Some(TRACEROUTE_PORT))
        }
        (None, RunKind::Multicast(run)) => (Protocol::Udp, Some(run.port)),
        (
            None,
            RunKind::Ping(_)
            | RunKind::Traceroute(_)
            | RunKind::PathMtu(_)
            | RunKind::Echo(_)
            | RunKind::Connect(_)
            | RunKind::Iperf(_),
        ) => (Protocol::Icmp, None),
    }
}

impl<'s> Check<'s> {
    /// What will happen to a run, but was probably not meant.
    pub(super) fn surprise(&self, spec: &RunSpec, client: &HostConfig, address: IpAddress) -> Option<Loss> {
        let from = self.owners.host(spec.from)?;
        if is_link_local(&address) {
            return self.not_on_link(from, address);
        }
        if client.addresses.iter().any(|cidr| broadcast(*cidr) == Some(address)) || !address.is_unicast() {
            return None;
        }
        let (protocol, port) = protocol(&spec.kind);
        let Some(source) = source(client, address) else {
            // A host that gets its address from a router.
            return None;
        };
        let packet = Packet { source, destination: address, protocol: Some(protocol), port };
        let mut walk = Walk { packet, is_answer: false, translations: Vec::new(), filters: Vec::new() };
        let server = match self.leaves_host(from, client, &mut walk) {
            Fate::Arrives(server) => server,
            Fate::Lost(loss) => return Some(*loss),
            Fate::Open => return None,
        };
        // The answer goes to the address that the client has taken, or that a translator has given it.
        walk.packet = Packet {
            source: walk.packet.destination,
            destination: walk.packet.source,
            protocol: Some(protocol),
            port: None,
        };
        walk.is_answer = true;
        let answer = match (self.scenario.topology.host(server), self.owners.host(server)) {
            (Some(host), Some(at)) => self.leaves_host(at, host, &mut walk),
            (Some(_) | None, Some(_) | None) => {
                let at = Attachment { node: server, cable: None, vlan: None, lan: self.lans.of(server) };
                self.through_routers(at, true, &mut walk)
            }
        };
        match answer {
            Fate::Lost(loss) if loss.place.is_some() => Some(*loss),
            Fate::Lost(loss) => {
                Some(Loss { why: t!("it gets there, but the answer gets lost: {}", loss.why), ..*loss })
            }
            Fate::Arrives(_) | Fate::Open => None,
        }
    }

    /// A link-local address is valid on one LAN (RFC 4291, 2.5.6).
    fn not_on_link(&self, from: Attachment, address: IpAddress) -> Option<Loss> {
        if !self.is_settled() {
            return None;
        }
        if let Some(owner) = self.owners.on(address, from.lan).next() {
            return self.barrier(from, owner).map(|barrier| self.lost_at(barrier));
        }
        let id = self.name(from.node);
        let why = match self.owners.all(address).first() {
            Some(owner) => t!(
                "{address} is a link-local address, valid on one LAN only (RFC 4291, 2.5.6), and {}, which has it, is on another \
                 LAN than {id}: take another of its addresses",
                self.name(owner.node)
            ),
            None => t!(
                "{address} is a link-local address, valid on one LAN only (RFC 4291, 2.5.6), and no node on the LAN of {id} has it"
            ),
        };
        Some(Loss::at_run(Kind::OtherLan, why))
    }

    fn leaves_host(&self, from: Attachment, host: &HostConfig, walk: &mut Walk) -> Fate {
        let (id, address) = (self.name(from.node), walk.packet.destination);
        if host.addresses.iter().any(|cidr| cidr.contains_addr(&address)) {
            return match self.ends_on_lan(from, address) {
                Ok(owner) if self.scenario.topology.host(owner.node).is_some() => Fate::Arrives(owner.node),
                Ok(router) => self.through_routers(router, false, walk),
                Err(fate) => fate,
            };
        }
        let version = version_of(address);
        let Some(gateway) = host.gateways.iter().find(|gateway| version.is_of(gateway)) else {
            if host.learns(version == IpVersion::V6) {
                // It may learn one from a router, or by DHCP.
                return Fate::Open;
            }
            let why = t!("{address} is in none of the networks of {id}, which has no gateway");
            let loss = Loss::at_run(Kind::NoRoute, why);
            let ending = if walk.is_answer { loss.ending } else { t!("the run will find no route") };
            return Fate::lost(Loss { ending, ..loss });
        };
        let lost = |why: String| {
            let why = t!("{address} is in none of the networks of {id}, and {why}");
            Fate::lost(Loss::at_run(Kind::NoRoute, why))
        };
        if !self.is_settled() {
            return match self.owners.all(*gateway).is_empty() && self.all_known() && !is_link_local(gateway) {
                true => lost(t!("no node here has the address of its gateway, {gateway}")),
                false => Fate::Open,
            };
        }
        let mut owners = self.owners.on(*gateway, from.lan);
        match (owners.next(), owners.next()) {
            (Some(owner), None) if self.scenario.topology.host(owner.node).is_some() => {
                lost(t!("a host, which forwards nothing, has the address of its gateway, {gateway}"))
            }
            (Some(router), None) => match self.barrier(from, router) {
                Some(barrier) => Fate::lost(self.lost_at(barrier)),
                None => self.through_routers(router, false, walk),
            },
            (Some(_), Some(_)) => Fate::Open,
            (None, _) if self.owners.all(*gateway).is_empty() => {
                lost(t!("no node here has the address of its gateway, {gateway}"))
            }
            (None, _) => match self.behind_barrier(from, *gateway) {
                Some(loss) => Fate::lost(loss),
                None => lost(t!("only another LAN has the address of its gateway, {gateway}")),
            },
        }
    }

    /// The last step: ARP or NDP for the address on this LAN.
    pub(super) fn ends_on_lan(&self, from: Attachment, address: IpAddress) -> Result<Attachment, Fate> {
        let id = self.name(from.node);
        let lost = |kind, why| Err(Fate::lost(Loss::at_run(kind, why)));
        let mut owners = self.owners.on(address, from.lan);
        let Some(owner) = owners.next() else {
            return match self.owners.all(address) {
                _ if !self.all_known() => Err(Fate::Open),
                [] => lost(Kind::UnknownAddress, t!("no node here has the address {address}")),
                others
                    if others.iter().all(|of| !self.connected.same(of.node.index(), from.node.index())) =>
                {
                    let why = t!("no cable leads there from {id}");
                    Err(Fate::lost(Loss { ending: t!("add links"), ..Loss::at_run(Kind::NoPath, why) }))
                }
                _ if !self.is_settled() => Err(Fate::Open),
                _ => match self.behind_barrier(from, address) {
                    Some(loss) => Err(Fate::lost(loss)),
                    None => Err(Fate::lost(self.behind_router(from.node, address))),
                },
            };
        };
        if owners.any(|other| other.node != owner.node) {
            return Err(Fate::Open);
        }
        match self.is_settled().then(|| self.barrier(from, owner)).flatten() {
            Some(barrier) => Err(Fate::lost(self.lost_at(barrier))),
            None => Ok(owner),
        }
    }

    /// What stands between a machine and the nearest other that has this address, behind cables, hubs and switches.
    fn behind_barrier(&self, from: Attachment, address: IpAddress) -> Option<Loss> {
        let barrier = self.owners.all(address).iter().find_map(|owner| self.barrier(from, *owner));
        barrier.map(|barrier| self.lost_at(barrier))
    }

    /// What stands between a node and an address that it takes for one of its LAN: which kind of problem, in words, and at which
    /// link.
    pub(crate) fn between(&self, from: NodeId, address: IpAddress) -> Option<(Kind, String, Option<LinkId>)> {
        let routers = || self.lans.interfaces_of(from).map(Attachment::of).collect::<Vec<_>>();
        let attachments = self.owners.host(from).map_or_else(routers, |host| vec![host]);
        let behind = attachments.iter().find_map(|from| self.behind_barrier(*from, address));
        let host = attachments.first().filter(|_| is_link_local(&address));
        let elsewhere = || host.and_then(|host| self.not_on_link(*host, address));
        let loss = behind.or_else(elsewhere).or_else(|| {
            let near = attachments.iter().any(|from| self.owners.on(address, from.lan).next().is_some());
            (!near && !self.owners.all(address).is_empty()).then(|| self.behind_router(from, address))
        })?;
        Some((loss.kind, loss.why, loss.link))
    }

    fn behind_router(&self, from: NodeId, address: IpAddress) -> Loss {
        let id = self.name(from);
        let why = t!("{id} takes {address} for a neighbor, but a router stands between");
        Loss::at_run(Kind::NoPath, why)
    }

    /// The routers that have an address.
    pub(crate) fn routers_with(&self, address: IpAddress) -> Vec<NodeId> {
        self.owners.all(address).iter().map(|owner| owner.node).collect()
    }

    fn lost_at(&self, barrier: super::barriers::Barrier) -> Loss {
        let loss = Loss::at_run(self.kind_of(barrier), self.words(barrier));
        Loss { link: Some(barrier.link), ..loss }
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
