//! The services of a router: a DHCP server or relay, and a DNS server, over the router's own addresses.
//!
//! They are the same machines that hosts have as programs. DNS is answered over UDP: what does not fit is cut, and a client that asks over
//! TCP then is refused, as by many home routers.

use crate::dhcp::message::Message;
use crate::dhcp::relay::{Relayed, relay};
use crate::dhcp::server::{self, Server};
use crate::dhcp::{CLIENT_PORT, SERVER_PORT};
use crate::dns::server as dns;
use crate::dns::{PORT, Transport};
use router::agent::{Agent, Sent};
use router::routing::{Incoming, Interface};
use smoltcp::wire::{EthernetAddress, IpAddress, IpCidr, IpEndpoint, Ipv4Address, Ipv4Cidr};
use wire::Instant;
use wire::sorted::SortedMap;

/// The port from which other DNS servers are asked.
const ASKING_PORT: u16 = 53_053;
/// Clients that wait for answers; the oldest is forgotten.
const CLIENTS_MAX: usize = 512;

/// The settings of a DHCP server on a router with these addresses.
pub type Pools = Box<dyn Fn(&[IpCidr]) -> server::Config>;

/// The services of one router.
pub struct Services {
    /// What a DHCP server is made from at the first message, when the router's addresses are known.
    pools: Option<Pools>,
    dhcp: Option<Server>,
    /// DHCP servers to which messages of clients are relayed.
    relay: Vec<Ipv4Address>,
    dns: Option<dns::Server>,
    /// Clients of the DNS server: where they are, and the address that they asked.
    clients: SortedMap<u64, (IpEndpoint, Ipv4Address)>,
    next: u64,
    ports: Vec<u16>,
}

impl Services {
    /// Services of a router that has these.
    pub fn new(pools: Option<Pools>, relay: Vec<Ipv4Address>, dns: Option<dns::Server>) -> Self {
        let mut ports = Vec::new();
        if pools.is_some() || !relay.is_empty() {
            ports.push(SERVER_PORT);
        }
        if dns.is_some() {
            ports.extend([PORT, ASKING_PORT]);
        }
        Self { pools, dhcp: None, relay, dns, clients: SortedMap::new(), next: 0, ports }
    }

    fn receive_dhcp(
        &mut self,
        now: Instant,
        datagram: &Incoming<'_>,
        interfaces: &[Interface],
        out: &mut Vec<Sent>,
    ) {
        let here = interfaces.iter().find(|interface| interface.id == datagram.interface);
        let Some(here) = here.and_then(|interface| ipv4(interface).next()) else { return };
        let own: Vec<_> = interfaces.iter().flat_map(ipv4).map(|cidr| cidr.address()).collect();
        if let Some(pools) = self.pools.take() {
            let all: Vec<_> = interfaces.iter().flat_map(|interface| &interface.addresses).copied().collect();
            self.dhcp = Some(Server::new(pools(&all)));
        }
        if self.dhcp.is_none() || !self.relay.is_empty() {
            for relayed in relay(datagram.payload, here.address(), &own, &self.relay) {
                out.extend(passed_on(relayed, interfaces));
            }
            return;
        }
        let Some(server) = self.dhcp.take() else { return };
        // Each interface has an address of its own, which is what clients know the server by.
        let address = match datagram.destination {
            IpAddress::Ipv4(to) if own.contains(&to) => to,
            _ => here.address(),
        };
        let relayed =
            Message::read(datagram.payload).is_some_and(|message| !message.relay_ip.is_unspecified());
        let mut server = server.with_address(address);
        let mut outputs = Vec::new();
        server.receive(now, datagram.payload, &mut outputs);
        self.dhcp = Some(server);
        for output in outputs {
            let server::Output::Send { to, port, mac, bytes } = output else { continue };
            let broadcast = to.is_broadcast().then_some(EthernetAddress::BROADCAST);
            let directly = mac.or(broadcast).filter(|_| !relayed).map(|mac| (datagram.interface, mac));
            out.push(Sent {
                directly,
                source: Some(address),
                destination: to,
                source_port: SERVER_PORT,
                destination_port: port,
                payload: bytes,
            });
        }
    }

    /// Carries out what the DNS server wants.
    fn answer(&mut self, now: Instant, mut outputs: Vec<dns::Output>, out: &mut Vec<Sent>) {
        while !outputs.is_empty() {
            let mut more = Vec::new();
            for output in outputs {
                match output {
                    dns::Output::Reply { client, bytes } => {
                        let Some((to, from)) = self.clients.remove(&client) else { continue };
                        let IpAddress::Ipv4(destination) = to.addr else { continue };
                        out.push(Sent {
                            directly: None,
                            source: Some(from),
                            destination,
                            source_port: PORT,
                            destination_port: to.port,
                            payload: bytes,
                        });
                    }
                    dns::Output::Ask { to: IpAddress::Ipv4(destination), over: Transport::Udp, bytes } => {
                        out.push(Sent {
                            directly: None,
                            source: None,
                            destination,
                            source_port: ASKING_PORT,
                            destination_port: PORT,
                            payload: bytes,
                        });
                    }
                    dns::Output::Ask { to, .. } => {
                        if let Some(dns) = &mut self.dns {
                            dns.unreachable(now, to, &mut more);
                        }
                    }
                }
            }
            outputs = more;
        }
    }

    fn receive_dns(&mut self, now: Instant, datagram: &Incoming<'_>, out: &mut Vec<Sent>) {
        let Some(dns) = &mut self.dns else { return };
        let mut outputs = Vec::new();
        match datagram.destination {
            _ if datagram.destination_port == ASKING_PORT => {
                if datagram.source_port == PORT {
                    dns.receive(now, datagram.source, datagram.payload, &mut outputs);
                }
            }
            IpAddress::Ipv4(to) if !to.is_broadcast() && !to.is_multicast() => {
                if self.clients.len() >= CLIENTS_MAX {
                    let oldest = self.clients.keys().next().copied();
                    oldest.and_then(|oldest| self.clients.remove(&oldest));
                }
                let number = self.next;
                self.next += 1;
                self.clients.insert(number, (IpEndpoint::new(datagram.source, datagram.source_port), to));
                dns.query(now, number, Transport::Udp, datagram.payload, &mut outputs);
            }
            IpAddress::Ipv4(_) | IpAddress::Ipv6(_) => {}
        }
        self.answer(now, outputs, out);
    }
}

impl Agent for Services {
    fn ports(&self) -> &[u16] {
        &self.ports
    }

    fn receive(
        &mut self,
        now: Instant,
        datagram: &Incoming<'_>,
        interfaces: &[Interface],
        out: &mut Vec<Sent>,
    ) {
        match datagram.destination_port {
            SERVER_PORT => self.receive_dhcp(now, datagram, interfaces, out),
            _ => self.receive_dns(now, datagram, out),
        }
    }

    fn poll(&mut self, now: Instant, out: &mut Vec<Sent>) {
        if let Some(dhcp) = &mut self.dhcp {
            // Leases that end are not reported to anyone.
            dhcp.poll(now, &mut Vec::new());
        }
        if let Some(dns) = &mut self.dns {
            let mut outputs = Vec::new();
            dns.poll(now, &mut outputs);
            self.answer(now, outputs, out);
        }
    }

    fn poll_at(&self) -> Option<Instant> {
        let dhcp = self.dhcp.as_ref().and_then(Server::poll_at);
        let dns = self.dns.as_ref().and_then(dns::Server::poll_at);
        [dhcp, dns].into_iter().flatten().min()
    }
}

fn ipv4(interface: &Interface) -> impl Iterator<Item = Ipv4Cidr> {
    interface.addresses.iter().filter_map(|cidr| match cidr {
        IpCidr::Ipv4(cidr) => Some(*cidr),
        IpCidr::Ipv6(_) => None,
    })
}

/// A message that was relayed: to a server the routing table knows the way, to a client it goes into the network of its relay's
/// address.
fn passed_on(Relayed { network, to, port, mac, bytes }: Relayed, interfaces: &[Interface]) -> Option<Sent> {
    let directly = match port {
        CLIENT_PORT => {
            let of_network = |interface: &&Interface| ipv4(interface).any(|cidr| cidr.address() == network);
            let interface = interfaces.iter().find(of_network)?;
            let broadcast = to.is_broadcast().then_some(EthernetAddress::BROADCAST);
            mac.or(broadcast).map(|mac| (interface.id, mac))
        }
        _ => None,
    };
    Some(Sent {
        directly,
        source: Some(network),
        destination: to,
        source_port: SERVER_PORT,
        destination_port: port,
        payload: bytes,
    })
}
