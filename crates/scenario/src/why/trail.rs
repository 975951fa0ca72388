//! What became of frames: those of a run, its answers, and what was asked about neighbors.

use netlab::History;
use netlab::Instant;
use netlab::history::{DropReason, Fate, FrameId, Refusal, Transit};
use netlab::run::{Probe, RunKind, RunSpec, Target, Transport};
use netlab::topology::{LinkId, NodeId, Topology};
use smoltcp::wire::{IpAddress, IpCidr, IpProtocol};
use wire::header::{EtherType, Ethernet, Ip};
use wire::sorted::SortedMap;
use wire::sorted::sort_by_key;

/// The greatest number of frames of a kind that are followed, the last ones: they are what a run failed with.
const FOLLOWED_MAX: usize = 64;
/// The first port of a traceroute's probes.
const TRACEROUTE_PORT: u16 = 33_434;
/// ARP's operations (RFC 826), and the types of ICMPv6 (RFC 4861, 4.3 and 4.4).
const ARP_REQUEST: u8 = 1;
const SOLICITATION: u8 = 135;
const ADVERTISEMENT: u8 = 136;

/// A time in a history.
pub(super) struct Trail<'h> {
    pub history: &'h History,
    pub topology: &'h Topology,
    pub begin: Instant,
    pub end: Instant,
}

/// A frame as its first sender sent it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sent {
    pub frame: FrameId,
    pub destination: IpAddress,
    pub asked: Option<Asked>,
}

/// A question for the MAC address of a neighbor, or the answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    /// The address that is asked for, or announced.
    pub target: IpAddress,
    is_question: bool,
}

/// Where a frame ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum End {
    /// At a node that it is for, with these addresses: source and destination.
    Arrived(NodeId, (IpAddress, IpAddress)),
    /// A node received and dropped it.
    Refused { node: NodeId, link: LinkId, why: Refusal },
    /// A link dropped it.
    Dropped { link: LinkId, why: DropReason },
    /// At a node that did nothing with it.
    Elsewhere(NodeId),
    /// It was on a wire at the end.
    UnderWay,
}

impl<'h> Trail<'h> {
    fn transits(&self) -> impl Iterator<Item = &'h Transit> {
        let (begin, end) = (self.begin, self.end);
        self.history.transits_by(end).skip_while(move |transit| transit.queued < begin)
    }

    /// Frames that this node made, if `fits`.
    fn made_by(&self, node: NodeId, fits: impl Fn(&Transit) -> Option<Sent>) -> Vec<Sent> {
        let mut all: Vec<_> = self
            .transits()
            .filter(|transit| transit.first && self.topology.sender(transit.direction) == node)
            .filter_map(fits)
            .collect();
        all.drain(..all.len().saturating_sub(FOLLOWED_MAX));
        all
    }

    /// What the client of a run sent to its target.
    pub fn requests(&self, spec: &RunSpec) -> Vec<Sent> {
        self.made_by(spec.from, |transit| {
            let ip = packet(transit)?;
            let to_target = self.is_target(spec.to, ip.destination);
            let sent = Sent { frame: transit.frame_id, destination: ip.destination, asked: None };
            (to_target && is_request(&spec.kind, &ip)).then_some(sent)
        })
    }

    /// What a node that got the requests sent back to this address: answers, and ICMP errors.
    pub fn answers(&self, server: NodeId, spec: &RunSpec, to: IpAddress) -> Vec<Sent> {
        self.made_by(server, |transit| {
            let ip = packet(transit)?;
            let fits = ip.destination == to && is_answer(&spec.kind, &ip);
            fits.then_some(Sent { frame: transit.frame_id, destination: ip.destination, asked: None })
        })
    }

    /// A node's requests for the MAC address of these.
    pub fn questions(&self, node: NodeId, wanted: impl Fn(IpAddress) -> bool) -> Vec<(Sent, Asked)> {
        let all = self.made_by(node, |transit| {
            let asked = asked(transit).filter(|asked| asked.is_question && wanted(asked.target))?;
            Some(Sent { frame: transit.frame_id, destination: asked.target, asked: Some(asked) })
        });
        all.into_iter().filter_map(|sent| Some((sent, sent.asked?))).collect()
    }

    /// A node's answers that announce this address of its own.
    pub fn replies(&self, node: NodeId, own: IpAddress) -> Vec<Sent> {
        self.made_by(node, |transit| {
            let asked = asked(transit).filter(|asked| !asked.is_question && asked.target == own)?;
            Some(Sent { frame: transit.frame_id, destination: own, asked: Some(asked) })
        })
    }

    /// Whether a run with this target goes to this address.
    pub fn is_target(&self, to: Target, address: IpAddress) -> bool {
        match to {
            Target::Address(to) => to == address,
            Target::Node(node, _) => self.has(node, address),
        }
    }

    fn has(&self, node: NodeId, address: IpAddress) -> bool {
        let Some(host) = self.topology.host(node) else { return false };
        let is = |cidr: IpCidr| cidr.address() == address;
        host.addresses_of_stack(node).any(is)
            || (host.slaac || host.dhcp)
                && self.history.node_at(node, self.end).addresses.iter().any(|(cidr, _)| is(*cidr))
    }

    /// Where these frames ended, and how many of them, the most common end first; of equally common ones the latest.
    pub fn ends(&self, sent: &[Sent], is_for: impl Fn(NodeId) -> bool) -> Vec<(End, usize)> {
        let mut ends: SortedMap<FrameId, End> = sent.iter().map(|sent| (sent.frame, End::UnderWay)).collect();
        for transit in self.transits() {
            let Some(known) = ends.get_mut(&transit.frame_id) else { continue };
            let next = self.end_of(transit, &is_for);
            if weight(next) >= weight(*known) {
                *known = next;
            }
        }
        let mut counts: Vec<(End, usize)> = Vec::new();
        for end in ends.values() {
            let alike = |other: &End| match (end, other) {
                (End::Arrived(a, _), End::Arrived(b, _)) => a == b,
                (a, b) => a == b,
            };
            match counts.iter_mut().find(|(other, _)| alike(other)) {
                Some((known, count)) => {
                    *known = *end;
                    *count += 1;
                }
                None => counts.push((*end, 1)),
            }
        }
        // What is still under way says nothing, beside others.
        if counts.iter().any(|(end, _)| *end != End::UnderWay) {
            counts.retain(|(end, _)| *end != End::UnderWay);
        }
        counts.reverse();
        sort_by_key(&mut counts, |(_, count)| std::cmp::Reverse(*count));
        counts
    }

    fn end_of(&self, transit: &Transit, is_for: impl Fn(NodeId) -> bool) -> End {
        let node = self.topology.receiver(transit.direction);
        let link = transit.direction.link;
        match (transit.fate, transit.refused) {
            (Fate::Dropped { reason, at }, _) if at <= self.end => End::Dropped { link, why: reason },
            // A router answers what is for itself, and has no use for it.
            (Fate::Delivered, Some((at, Refusal::Router(router::Refusal::Undeliverable))))
                if at <= self.end && is_for(node) =>
            {
                addresses(transit).map_or(End::Elsewhere(node), |packet| End::Arrived(node, packet))
            }
            (Fate::Delivered, Some((at, why))) if at <= self.end => End::Refused { node, link, why },
            (Fate::Delivered, _) if transit.arrival <= self.end => match addresses(transit) {
                Some(packet) if is_for(node) => End::Arrived(node, packet),
                Some(_) | None => End::Elsewhere(node),
            },
            (Fate::Delivered | Fate::Dropped { .. }, _) => End::UnderWay,
        }
    }
}

/// Of a frame that was copied to several places: what says most about it.
fn weight(end: End) -> u8 {
    match end {
        End::UnderWay => 0,
        End::Elsewhere(_) => 1,
        End::Refused { why: Refusal::Switch(_), .. } => 2,
        End::Dropped { .. } => 3,
        End::Refused { .. } => 4,
        End::Arrived(..) => 5,
    }
}

fn packet(transit: &Transit) -> Option<Ip<'_>> {
    Ethernet::read(&transit.frame)?.innermost().ip()
}

/// Source and destination: of a packet, or of who asks and what is asked for.
fn addresses(transit: &Transit) -> Option<(IpAddress, IpAddress)> {
    match packet(transit) {
        Some(ip) => Some((ip.source, ip.destination)),
        None => asked(transit).map(|asked| (asked.target, asked.target)),
    }
}

fn is_request(kind: &RunKind, ip: &Ip<'_>) -> bool {
    let echo = || ip.icmp().is_none_or(|icmp| matches!(icmp.kind, 8 | 128)) && is_icmp(ip);
    let port = |transport, wanted: u16| {
        ip.protocol == of_transport(transport) && ip.ports().is_none_or(|(_, port)| port == wanted)
    };
    match (kind, kind.service()) {
        (_, Some((transport, wanted))) => port(transport, wanted),
        (RunKind::Traceroute(trace), None) if trace.probe == Probe::Udp => {
            ip.protocol == IpProtocol::Udp && ip.ports().is_some_and(|(_, port)| port >= TRACEROUTE_PORT)
        }
        (RunKind::Multicast(run), None) => port(Transport::Udp, run.port),
        (
            RunKind::Ping(_)
            | RunKind::Traceroute(_)
            | RunKind::PathMtu(_)
            | RunKind::Echo(_)
            | RunKind::Connect(_)
            | RunKind::Iperf(_),
            None,
        ) => echo(),
    }
}

fn is_answer(kind: &RunKind, ip: &Ip<'_>) -> bool {
    match kind.service() {
        Some((transport, wanted)) => {
            let from_port = ip.protocol == of_transport(transport)
                && ip.ports().is_none_or(|(port, _)| port == wanted || transport == Transport::Tcp);
            from_port || is_icmp_error(ip)
        }
        // Echo replies, and errors.
        None => is_icmp(ip) && ip.icmp().is_none_or(|icmp| matches!(icmp.kind, 0 | 129) || is_icmp_error(ip)),
    }
}

fn of_transport(transport: Transport) -> IpProtocol {
    match transport {
        Transport::Tcp => IpProtocol::Tcp,
        Transport::Udp => IpProtocol::Udp,
    }
}

fn is_icmp(ip: &Ip<'_>) -> bool {
    matches!(ip.protocol, IpProtocol::Icmp | IpProtocol::Icmpv6)
}

fn is_icmp_error(ip: &Ip<'_>) -> bool {
    let is_error = |kind| match ip.protocol {
        IpProtocol::Icmp => matches!(kind, 3 | 11 | 12),
        _ => kind < 128,
    };
    is_icmp(ip) && ip.icmp().is_some_and(|icmp| is_error(icmp.kind))
}

/// An ARP packet for Ethernet and IPv4 (RFC 826), or a neighbor solicitation or advertisement (RFC 4861, 4.3 and 4.4). What a node
/// asks about its own address is none.
fn asked(transit: &Transit) -> Option<Asked> {
    let ethernet = Ethernet::read(&transit.frame)?.innermost();
    if ethernet.kind == EtherType::ARP {
        let bytes: &[u8; 28] = ethernet.payload().first_chunk()?;
        let at = |at: usize| IpAddress::v4(bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]);
        let (sender, target) = (at(14), at(24));
        let is_question = bytes[7] == ARP_REQUEST;
        let is_probe = sender == target || sender == IpAddress::v4(0, 0, 0, 0);
        let target = if is_question { target } else { sender };
        return (!is_question || !is_probe).then_some(Asked { target, is_question });
    }
    let ip = ethernet.ip()?;
    let icmp = ip.icmp()?;
    if ip.protocol != IpProtocol::Icmpv6 || !matches!(icmp.kind, SOLICITATION | ADVERTISEMENT) {
        return None;
    }
    let target: [u8; 16] = *ip.payload().get(8..)?.first_chunk()?;
    let is_probe = matches!(ip.source, IpAddress::Ipv6(source) if source.is_unspecified());
    let target = IpAddress::Ipv6(target.into());
    (!is_probe).then_some(Asked { target, is_question: icmp.kind == SOLICITATION })
}
