//! Why a run failed: what became of its frames, and what in the network's settings did that to them.
//!
//! The frames come first: the requests of the client, the answers of the server and, where one of the two sent none, its
//! questions for a neighbor's MAC address. So what is said here never contradicts the packets that are shown. Where frames
//! simply went nowhere (no switch had a port for them), the check of cables and VLANs knows the port that kept them back.
//!
//! The page and the command line print the same sentence.

mod trail;

use crate::check::{Check, Unusable, with_check};
use crate::{Scenario, problem::Kind};
use netlab::history::{DropReason, Refusal};
use netlab::run::{Failure, Outcome, RunId, RunKind, RunSpec, Target};
use netlab::topology::{LinkId, NodeId, NodeKind};
use netlab::{History, Instant, World};
use smoltcp::wire::{IpAddress, IpCidr};
use std::rc::Rc;
use texts::t;
use trail::{Asked, End, Trail};
use wire::impair::LossReason;
use wire::sorted::sort_by_key;

/// Why a run failed.
#[derive(Clone, Debug, PartialEq)]
pub struct Why {
    /// A sentence, without its capital letter and full stop.
    pub text: Rc<str>,
    /// Where that happened.
    pub at: Option<Spot>,
}

/// A place in the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spot {
    /// A node.
    Node(NodeId),
    /// A link.
    Link(LinkId),
}

/// Why a run of this world failed; `None`: it has not failed by `at`, or its frames do not say.
///
/// `scenario` is the world's document: the ids of its nodes are used, in its [whole](Scenario::whole).
pub fn why(scenario: &Scenario, world: &World, run: RunId, at: Instant) -> Option<Why> {
    let history = world.history();
    let log = history.runs().get(run.0 as usize)?;
    let Some(Outcome::Failed(failure)) = log.outcome_at(at) else { return None };
    let end = log.entries_by(at).last().map_or(at, |entry| entry.at);
    // The network as it is by now, with the ids of the document.
    let whole = scenario.whole();
    let topology = world.topology().clone();
    let named = topology.nodes.iter().enumerate();
    let ids = named.map(|(number, node)| whole.ids.get(number).unwrap_or(&node.name).clone()).collect();
    let network = Scenario { at: vec![None; topology.nodes.len()], topology, ids, ..Scenario::default() };
    let (begin, failure, spec) = (log.start, *failure, &log.spec);
    with_check(&network, &Unusable::default(), |check| {
        Reason { check, network: &network, history, spec, failure, begin, end }.find()
    })
}

/// A run that failed, and when.
struct Reason<'h, 'c> {
    check: &'h Check<'c>,
    network: &'h Scenario,
    history: &'h History,
    spec: &'h RunSpec,
    failure: Failure,
    begin: Instant,
    end: Instant,
}

impl Reason<'_, '_> {
    fn find(&self) -> Option<Why> {
        match (self.failure, &self.spec.kind) {
            (Failure::NoAddress, _) | (_, RunKind::Multicast(_)) => None,
            (Failure::NoRoute, _) => self.no_route(),
            (
                Failure::NoAnswer | Failure::Refused | Failure::Broken | Failure::Unreachable(_),
                RunKind::Ping(_)
                | RunKind::Echo(_)
                | RunKind::Iperf(_)
                | RunKind::Connect(_)
                | RunKind::Traceroute(_)
                | RunKind::PathMtu(_),
            ) => self.along_the_frames(),
        }
    }

    fn name(&self, node: NodeId) -> String {
        crate::quantity::quoted(self.network.id(node))
    }

    fn at_node(&self, node: NodeId, text: String) -> Option<Why> {
        Some(Why { text: text.into(), at: Some(Spot::Node(node)) })
    }

    fn no_route(&self) -> Option<Why> {
        let (from, id) = (self.spec.from, self.name(self.spec.from));
        let to = match self.spec.to {
            Target::Address(address) => address.to_string(),
            Target::Node(node, _) => self.name(node),
        };
        self.at_node(from, t!("{id} has no gateway, and {to} is in none of its networks: nothing was sent"))
    }

    fn along_the_frames(&self) -> Option<Why> {
        let trail = Trail {
            history: self.history,
            topology: &self.network.topology,
            begin: self.begin,
            end: self.end,
        };
        let what = requests_of(&self.spec.kind);
        let requests = trail.requests(self.spec);
        let Some(sent) = requests.last() else {
            return self.unresolved(&trail, self.spec.from, None);
        };
        let destination = sent.destination;
        let targets = self.owners(destination);
        let ends = trail.ends(&requests, |node| targets.contains(&node));
        // A traceroute's probes expire on the way, and are meant to.
        let is_meant = |end: &End| {
            matches!(end, End::Refused { why: Refusal::Router(router::Refusal::Expired), .. })
                && matches!(self.spec.kind, RunKind::Traceroute(_))
        };
        let ends: Vec<_> = match ends.iter().any(|(end, _)| !is_meant(end)) {
            true => ends.into_iter().filter(|(end, _)| !is_meant(end)).collect(),
            false => ends,
        };
        let (end, count) = *ends.first()?;
        let all = total(&ends);
        match end {
            End::Arrived(server, packet) => self.answered(&trail, server, packet),
            end => self.ended(&trail, end, &what.counted(count, all), self.spec.from, destination),
        }
    }

    /// What became of the answers of a node that got the requests.
    fn answered(
        &self,
        trail: &Trail<'_>,
        server: NodeId,
        (source, destination): (IpAddress, IpAddress),
    ) -> Option<Why> {
        let (id, client) = (self.name(server), self.name(self.spec.from));
        let answers = trail.answers(server, self.spec, source);
        let impostor = match self.spec.to {
            Target::Node(node, _) if node != server && self.owns(server, destination) => Some(t!(
                "{id}, which has the address {destination}, too, got what was meant for {}",
                self.name(node)
            )),
            Target::Node(..) | Target::Address(_) => None,
        };
        let Some(answer) = answers.last() else {
            let why = self.unresolved(trail, server, Some(source))?;
            let got = impostor.unwrap_or_else(|| t!("{id} got what {client} sent"));
            return Some(Why { text: t!("{got}, but its answer was not sent: {}", why.text).into(), ..why });
        };
        let clients = self.owners(answer.destination);
        let ends = trail.ends(&answers, |node| clients.contains(&node));
        let (end, count) = *ends.first()?;
        match (end, self.failure) {
            (End::Arrived(_, _), Failure::Refused) => {
                let port = self.spec.kind.service().map_or(0, |(_, port)| port);
                let text = t!("{id} answered with RST: no program listens at its port {port}");
                self.at_node(server, impostor.map_or(text.clone(), |got| t!("{got}, and {text}")))
            }
            (End::Arrived(_, _), _) => {
                let got = impostor?;
                self.at_node(server, got)
            }
            (end, _) => self.ended(
                trail,
                end,
                &Frames::Answers(&id).counted(count, total(&ends)),
                server,
                answer.destination,
            ),
        }
    }

    /// What stopped frames on the way from this node to that address.
    fn ended(&self, trail: &Trail<'_>, end: End, what: &str, from: NodeId, to: IpAddress) -> Option<Why> {
        match end {
            End::Refused { node, link, why } => {
                let id = self.name(node);
                let detail = self.detail(node, why, from, to);
                let text = match detail {
                    Some(detail) => t!("{id} dropped {what}: {why} ({detail})"),
                    None => t!("{id} dropped {what}: {why}"),
                };
                let at = match why {
                    Refusal::Switch(_) => Spot::Link(link),
                    _ => Spot::Node(node),
                };
                Some(Why { text: text.into(), at: Some(at) })
            }
            End::Dropped { link, why } => {
                let ends = self.network.topology.link(link).ends.map(|end| self.name(end));
                let text = t!("the link between {} and {} lost {what} ({})", ends[0], ends[1], lost(why));
                Some(Why { text: text.into(), at: Some(Spot::Link(link)) })
            }
            End::Elsewhere(node) if node != from && self.waits(trail, node, to) => {
                let why = self.unresolved(trail, node, Some(to))?;
                let text = t!("{what} got no further than {}: {}", self.name(node), why.text);
                Some(Why { text: text.into(), ..why })
            }
            End::Elsewhere(node) => {
                let id = self.name(node);
                match self.kept_back(from, to) {
                    Some((text, at)) => {
                        Some(Why { text: t!("{what} got no further than {id}: {text}").into(), at })
                    }
                    None => self.at_node(node, t!("{what} got no further than {id}, which is not {to}")),
                }
            }
            End::Arrived(..) | End::UnderWay => None,
        }
    }

    /// What a reason alone does not say: the destination without a route, the rule of a filter, the VLAN.
    fn detail(&self, node: NodeId, why: Refusal, from: NodeId, to: IpAddress) -> Option<String> {
        match why {
            Refusal::Router(router::Refusal::NoRoute) => Some(t!("{} has no route to {to}", self.name(node))),
            Refusal::Router(router::Refusal::NoNeighbor) if self.owners(to).is_empty() => {
                Some(t!("no node has the address {to}"))
            }
            Refusal::Router(router::Refusal::Filtered(Some(number))) => {
                let NodeKind::Router(config) = self.history.kind_at(node, self.end) else {
                    return None;
                };
                let rule = config.filter.as_ref().and_then(|filter| filter.rules.get(number as usize));
                rule.map(crate::check::rule_words)
            }
            Refusal::Switch(bridge::Refusal::OtherVlan | bridge::Refusal::PortOff) => {
                self.kept_back(from, to).map(|(text, _)| text)
            }
            _ => None,
        }
    }

    /// Whether a router asks for the next hop on the way to an address.
    fn waits(&self, trail: &Trail<'_>, node: NodeId, to: IpAddress) -> bool {
        let hops = self.next_hops(node);
        !trail.questions(node, |address| address == to || hops.contains(&address)).is_empty()
    }

    /// The gateways of a host, the next hops of a router's routes.
    fn next_hops(&self, node: NodeId) -> Vec<IpAddress> {
        match &self.network.topology.node(node).kind {
            NodeKind::Host(host) => host.gateways.clone(),
            NodeKind::Router(_) => {
                let routes = self.history.node_at(node, self.end).routes;
                routes.iter().filter_map(|(route, _)| route.via).collect()
            }
            NodeKind::Hub | NodeKind::Switch(_) => Vec::new(),
        }
    }

    /// Why a node sent nothing to an address: it did not find the MAC address of the next hop, or has no next hop.
    fn unresolved(&self, trail: &Trail<'_>, node: NodeId, to: Option<IpAddress>) -> Option<Why> {
        let id = self.name(node);
        let gateways = self.next_hops(node);
        let wanted = |address: IpAddress| match to {
            Some(to) => address == to || gateways.contains(&address),
            None => trail.is_target(self.spec.to, address) || gateways.contains(&address),
        };
        let questions = trail.questions(node, wanted);
        let Some(Asked { target, .. }) = questions.last().map(|question| question.1) else {
            let to = to?;
            let host = self.network.topology.host(node)?;
            let near = host.addresses.iter().any(|cidr| cidr.contains_addr(&to));
            let gateway =
                gateways.iter().any(|gateway| std::mem::discriminant(gateway) == std::mem::discriminant(&to));
            let why = t!("{id} has no gateway, and {to} is in none of its networks");
            return if near || gateway { None } else { self.at_node(node, why) };
        };
        let protocol = if matches!(target, IpAddress::Ipv4(_)) { "ARP" } else { t!("neighbor discovery") };
        let owners = self.owners(target);
        if owners.is_empty() {
            return self.at_node(
                node,
                t!("no node has {target}, so nothing answered the {protocol} requests of {id} for it"),
            );
        }
        let frames: Vec<_> =
            questions.iter().map(|question| question.0).filter(|sent| self.is_for(sent, target)).collect();
        let ends = trail.ends(&frames, |other| owners.contains(&other));
        let (end, count) = *ends.first()?;
        let what = Frames::Questions(protocol, &id, target).counted(count, total(&ends));
        match end {
            End::Arrived(owner, _) => {
                let replies = trail.replies(owner, target);
                let other = self.name(owner);
                let Some(_) = replies.last() else {
                    return self.at_node(
                        owner,
                        t!("{other} got the {protocol} requests of {id} for {target}, and did not answer"),
                    );
                };
                let ends = trail.ends(&replies, |at| at == node);
                let (end, count) = *ends.first()?;
                let what = Frames::Replies(protocol, &other).counted(count, total(&ends));
                self.ended(trail, end, &what, owner, self.first_address(node)?)
            }
            end => self.ended(trail, end, &what, node, target),
        }
    }

    fn is_for(&self, sent: &trail::Sent, target: IpAddress) -> bool {
        sent.asked.is_some_and(|asked| asked.target == target)
    }

    /// The port, cable or VLAN between a node and the owner of an address, as the check of the document finds it.
    fn kept_back(&self, from: NodeId, to: IpAddress) -> Option<(String, Option<Spot>)> {
        let (kind, text, link) = self.check.between(from, to)?;
        let at = match (kind, link) {
            (Kind::PortOff | Kind::TrunkList { .. } | Kind::VlanMismatch, Some(link)) => {
                Some(Spot::Link(link))
            }
            (_, link) => link.map(Spot::Link),
        };
        Some((text, at))
    }

    /// Whether a node has this address: configured, made from its MAC address, or got from a router.
    fn owns(&self, node: NodeId, address: IpAddress) -> bool {
        self.owners(address).contains(&node)
    }

    fn owners(&self, address: IpAddress) -> Vec<NodeId> {
        let topology = &self.network.topology;
        let is = |cidr: &IpCidr| cidr.address() == address;
        let host = |id: &NodeId| {
            let Some(host) = topology.host(*id) else { return false };
            host.addresses_of_stack(*id).any(|cidr| is(&cidr))
                || ((host.slaac || host.dhcp)
                    && self.history.node_at(*id, self.end).addresses.iter().any(|(cidr, _)| is(cidr)))
        };
        let mut owners: Vec<_> = topology.node_ids().filter(host).collect();
        owners.extend(self.check.routers_with(address));
        sort_by_key(&mut owners, |owner| *owner);
        owners.dedup();
        owners
    }

    fn first_address(&self, node: NodeId) -> Option<IpAddress> {
        self.network.topology.host(node)?.addresses.first().map(IpCidr::address)
    }
}

/// Frames of which some, or all, got lost.
#[derive(Clone, Copy)]
enum Frames<'a> {
    EchoRequests,
    Probes,
    Datagrams,
    Segments,
    /// Of this node.
    Answers(&'a str),
    /// Of this protocol, from this node, for this address.
    Questions(&'a str, &'a str, IpAddress),
    /// Of this protocol, from this node.
    Replies(&'a str, &'a str),
}

/// What a run's client sends.
fn requests_of(kind: &RunKind) -> Frames<'static> {
    match kind {
        RunKind::Ping(_) => Frames::EchoRequests,
        RunKind::Traceroute(_) | RunKind::PathMtu(_) => Frames::Probes,
        RunKind::Multicast(_) => Frames::Datagrams,
        RunKind::Echo(_) | RunKind::Iperf(_) | RunKind::Connect(_) => match kind.service() {
            Some((netlab::run::Transport::Udp, _)) => Frames::Datagrams,
            Some((netlab::run::Transport::Tcp, _)) | None => Frames::Segments,
        },
    }
}

impl Frames<'_> {
    /// `the only probe`, `all 4 probes`, `3 of 4 probes`.
    fn counted(self, count: usize, all: usize) -> String {
        match (count, all) {
            (1, 1) => self.only(),
            (count, all) if count == all => self.all(all),
            (count, all) => self.some(count, all),
        }
    }

    fn only(self) -> String {
        match self {
            Self::EchoRequests => t!("the only echo request").into(),
            Self::Probes => t!("the only probe").into(),
            Self::Datagrams => t!("the only datagram").into(),
            Self::Segments => t!("the only TCP segment").into(),
            Self::Answers(id) => t!("the only answer of {id}"),
            Self::Questions(protocol, id, target) => t!("the only {protocol} request of {id} for {target}"),
            Self::Replies(protocol, id) => t!("the only {protocol} reply of {id}"),
        }
    }

    fn all(self, all: usize) -> String {
        match self {
            Self::EchoRequests => t!("all {all} echo requests"),
            Self::Probes => t!("all {all} probes"),
            Self::Datagrams => t!("all {all} datagrams"),
            Self::Segments => t!("all {all} TCP segments"),
            Self::Answers(id) => t!("all {all} answers of {id}"),
            Self::Questions(protocol, id, target) => t!("all {all} {protocol} requests of {id} for {target}"),
            Self::Replies(protocol, id) => t!("all {all} {protocol} replies of {id}"),
        }
    }

    fn some(self, count: usize, all: usize) -> String {
        match self {
            Self::EchoRequests => t!("{count} of {all} echo requests"),
            Self::Probes => t!("{count} of {all} probes"),
            Self::Datagrams => t!("{count} of {all} datagrams"),
            Self::Segments => t!("{count} of {all} TCP segments"),
            Self::Answers(id) => t!("{count} of {all} answers of {id}"),
            Self::Questions(protocol, id, target) => {
                t!("{count} of {all} {protocol} requests of {id} for {target}")
            }
            Self::Replies(protocol, id) => t!("{count} of {all} {protocol} replies of {id}"),
        }
    }
}

/// Why a link lost a frame, in a word or two.
fn lost(why: DropReason) -> &'static str {
    match why {
        DropReason::QueueFull => t!("queue full"),
        DropReason::Overload => t!("overload"),
        DropReason::Impaired(LossReason::TooBig) => t!("too big"),
        DropReason::Impaired(LossReason::LinkDown) => t!("link down"),
        DropReason::Impaired(LossReason::Silence) => t!("silence"),
        DropReason::Impaired(LossReason::Loss) => t!("loss"),
        DropReason::Impaired(LossReason::LossOfSmall) => t!("loss of small"),
        DropReason::Impaired(LossReason::Outage) => t!("outage"),
        DropReason::Impaired(LossReason::LossCorrelated) => t!("loss correlated"),
        DropReason::Impaired(LossReason::Burst) => t!("loss burst"),
        DropReason::Impaired(LossReason::Every) => t!("loss every"),
        DropReason::Impaired(LossReason::Picked) => t!("picked"),
        DropReason::Early => "red",
        DropReason::Late => "codel",
        DropReason::Collisions => t!("excessive collisions"),
    }
}

fn total(ends: &[(End, usize)]) -> usize {
    ends.iter().map(|(_, count)| count).sum()
}
