//! What frames say of services: the addresses that a DHCP server has lent, and the names that a host has learned. The history has no
//! tables of programs.

use dissect::message::{ApplicationMessage, DhcpKind, DhcpMessage, DnsKind, DnsMessage};
use netlab::history::{Fate, Transit};
use netlab::topology::{NodeId, NodeKind, Topology};
use netlab::{Duration, History, Instant};
use smoltcp::wire::{EthernetAddress, IpProtocol};
use std::net::Ipv4Addr;
use wire::header::{Ethernet, Ip};
use wire::sorted::SortedMap;

/// The port of DNS.
const DNS: [u16; 1] = [53];
/// The ports of DHCP's server and client.
const DHCP: [u16; 2] = [67, 68];

/// An address that a DHCP server has lent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The address.
    pub address: Ipv4Addr,
    /// The host that it is lent to.
    pub client: EthernetAddress,
    /// When it was lent, or lent again.
    pub since: Instant,
    /// When it ends; `None`: never.
    pub until: Option<Instant>,
}

/// A record that a host has got in an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The name.
    pub name: String,
    /// The type of the record: `A`.
    pub kind: String,
    /// What the record says.
    pub value: String,
    /// When it came.
    pub since: Instant,
    /// Until when it may be used.
    pub until: Instant,
}

/// The addresses that this server has lent, by address, and that have not come back or run out by this moment.
pub fn leases(history: &History, topology: &Topology, server: NodeId, at: Instant) -> Vec<Lease> {
    let mut leases: SortedMap<Ipv4Addr, Lease> = SortedMap::new();
    for transit in history.transits_by(at).filter(|transit| transit.first) {
        with_message(transit, &DHCP, |message| {
            let ApplicationMessage::Dhcp(message) = message else { return };
            let sent = topology.sender(transit.direction) == server;
            match message.kind {
                DhcpKind::Ack if sent && !message.your_address.is_unspecified() => {
                    let (address, since) = (message.your_address, transit.queued);
                    let until = message.lease_secs().map(|secs| since + Duration::from_secs(secs.into()));
                    leases.insert(address, Lease { address, client: client(message), since, until });
                }
                DhcpKind::Release | DhcpKind::Decline => {
                    leases.retain(|_, lease| lease.client != client(message));
                }
                DhcpKind::Discover
                | DhcpKind::Offer
                | DhcpKind::Request
                | DhcpKind::Ack
                | DhcpKind::Nak
                | DhcpKind::Inform
                | DhcpKind::Further(_)
                | DhcpKind::BootRequest
                | DhcpKind::BootReply
                | DhcpKind::Other(_)
                | DhcpKind::CutShort => {}
            }
        });
    }
    leases.retain(|_, lease| lease.until.is_none_or(|until| until > at));
    leases.into_values().collect()
}

fn client(message: &DhcpMessage<'_>) -> EthernetAddress {
    EthernetAddress(message.client())
}

/// The records that this host has got in answers and that are still good at this moment, by name.
pub fn names(history: &History, topology: &Topology, host: NodeId, at: Instant) -> Vec<Name> {
    let NodeKind::Host(config) = &topology.node(host).kind else { return Vec::new() };
    let own = config.mac(host);
    let mut known: SortedMap<(String, String, String), (Instant, Instant)> = SortedMap::new();
    for transit in history.transits_by(at) {
        let arrives = transit.fate == Fate::Delivered
            && transit.arrival <= at
            && topology.receiver(transit.direction) == host
            && Ethernet::read(&transit.frame).is_some_and(|ethernet| ethernet.destination == own);
        if !arrives {
            continue;
        }
        with_message(transit, &DNS, |message| {
            let ApplicationMessage::Dns(message @ DnsMessage { kind: DnsKind::Answer, .. }) = message else {
                return;
            };
            for record in message.answers() {
                let until = transit.arrival + Duration::from_secs(record.ttl_secs.into());
                known.insert((record.name, record.kind, record.value), (transit.arrival, until));
            }
        });
    }
    known.retain(|_, (_, until)| *until > at);
    let name = |((name, kind, value), (since, until))| Name { name, kind, value, since, until };
    known.into_iter().map(name).collect()
}

/// Whether a frame may change what these functions return: a datagram of DHCP or DNS. Looks at the headers only.
pub fn is_about_services(frame: &[u8]) -> bool {
    is_of_ports(frame, &DNS) || is_of_ports(frame, &DHCP)
}

fn is_of_ports(frame: &[u8], ports: &[u16]) -> bool {
    let ethernet = Ethernet::read(frame);
    let ethernet = ethernet.map(|outer| outer.untag().map_or(outer, |(_, inner)| inner));
    let ip = ethernet.as_ref().and_then(|ethernet| Ip::read(ethernet.payload()));
    let fits =
        ip.filter(|ip| matches!(ip.protocol, IpProtocol::Udp | IpProtocol::Tcp)).and_then(|ip| ip.ports());
    fits.is_some_and(|(from, to)| ports.contains(&from) || ports.contains(&to))
}

/// Reads the message of a datagram from or to one of these ports. Looks at the headers first: this is done for every frame of a history.
fn with_message(transit: &Transit, ports: &[u16], read: impl FnOnce(&ApplicationMessage<'_>)) {
    if is_of_ports(&transit.frame, ports)
        && let Some(message) = dissect::meaning(&transit.frame).message.application()
    {
        read(message);
    }
}
