//! DHCP on a host.

use super::shared::{Shared, Wish};
use super::{cannot_open, earliest};
use crate::dhcp::client::{self, Client};
use crate::dhcp::server::{self, LeaseState, Server};
use crate::dhcp::{CLIENT_PORT, SERVER_PORT};
use host::config::ResolverConfig;
use host::program::{Poll, Program};
use host::system::{Fragments, SocketId, System};
use smoltcp::wire::{IpAddress, IpEndpoint, Ipv4Address};
use wire::rng::Stream;
use wire::{Duration, Instant};

/// A DHCP server. It probes addresses by ICMP before it offers them (RFC 2131, 2.2); an answer to the ARP request that goes before
/// is enough.
pub struct DhcpServer {
    server: Server,
    sockets: Option<(SocketId, SocketId)>,
    /// Addresses that are being probed.
    probed: Vec<Ipv4Address>,
}

impl DhcpServer {
    /// A server with these settings.
    pub fn new(config: server::Config) -> Self {
        Self { server: Server::new(config), sockets: None, probed: Vec::new() }
    }

    fn carry_out(&mut self, system: &mut System<'_>, socket: SocketId, out: Vec<server::Output>) {
        for output in out {
            match output {
                server::Output::Send { to, port, mac, bytes } => {
                    if let Some(mac) = mac {
                        system.set_neighbor(to.into(), mac);
                    }
                    let from = Some(self.server.address().into());
                    // What cannot be sent is lost, and asked for again.
                    let _ = system.udp_send(socket, from, IpEndpoint::new(to.into(), port), &bytes);
                }
                server::Output::Probe(address) => {
                    if let Some((_, echo)) = self.sockets {
                        let _ = system.echo_send(echo, address.into(), 1, 48, (None, Fragments::AsUsual));
                        self.probed.push(address);
                    }
                }
                server::Output::Lease(address, lease) => {
                    let state = match lease.state {
                        LeaseState::Probed | LeaseState::Past => continue,
                        LeaseState::Offered => "offered to",
                        LeaseState::Bound => "leased to",
                        LeaseState::Conflict => "in use by another host, declined by",
                    };
                    let name =
                        lease.name.map(|name| format!(" ({})", name.escape_debug())).unwrap_or_default();
                    let mac = lease.mac.0.map(|byte| format!("{byte:02x}")).join(":");
                    system.print(&format!("{address} {state} {mac}{name}\n"));
                }
                server::Output::Free(address) => system.print(&format!("{address} free\n")),
            }
        }
    }

    /// The probed addresses that turned out to be in use.
    fn conflicts(&mut self, system: &mut System<'_>, echo: SocketId) -> Vec<Ipv4Address> {
        let mut answered: Vec<IpAddress> =
            std::iter::from_fn(|| system.echo_receive(echo)).map(|reply| reply.from).collect();
        answered.extend(system.neighbors().filter(|(_, mac, _)| mac.is_some()).map(|(ip, ..)| ip));
        let its = |address: &mut Ipv4Address| answered.contains(&(*address).into());
        self.probed.extract_if(.., its).collect()
    }
}

impl Program for DhcpServer {
    fn poll(&mut self, system: &mut System<'_>) -> Poll {
        let (socket, echo) = match self.sockets {
            Some(sockets) => sockets,
            None => {
                let opened =
                    system.udp_bind(Some(SERVER_PORT)).and_then(|socket| Ok((socket, system.echo_open()?)));
                match opened {
                    Ok(sockets) => *self.sockets.insert(sockets),
                    Err(error) => return cannot_open(system, "dhcpd", error),
                }
            }
        };
        let mut out = Vec::new();
        for address in self.conflicts(system, echo) {
            self.server.conflict(system.now(), address, &mut out);
        }
        while let Some(datagram) = system.udp_receive(socket) {
            self.server.receive(system.now(), &datagram.payload, &mut out);
        }
        self.server.poll(system.now(), &mut out);
        self.carry_out(system, socket, out);
        let probed = |address: Ipv4Address, server: &Server| {
            server.leases().any(|(its, lease)| *its == address && lease.state == LeaseState::Probed)
        };
        self.probed.retain(|address| probed(*address, &self.server));
        Poll::Idle(self.server.poll_at())
    }
}

/// From one ARP probe to the next, and from the last to using the address. RFC 5227, 1.1 has one to two seconds; dhclient and
/// udhcpc have less, and so has a learner's patience.
const PROBE_INTERVAL: Duration = Duration::from_millis(500);
const PROBES: u8 = 2;
/// How long a client that runs for as long as its host waits for its first lease before it says that there is no server (dhclient: a
/// minute). It goes on asking.
const PATIENCE: Duration = Duration::from_secs(60);

/// A DHCP client: gives its host address, router and DNS servers, and takes them away again.
pub struct DhcpClient {
    client: Option<Client>,
    socket: Option<SocketId>,
    /// Probes that were sent, and when the next one is due.
    probing: Option<(Ipv4Address, u8, Instant)>,
    /// It ends once it has a lease, or has waited for so long.
    once: Option<Duration>,
    /// Until when it waits for its first lease.
    until: Option<Instant>,
}

impl DhcpClient {
    /// A client that runs for as long as its host. `once`: it ends as soon as it has a lease, or without one after this time.
    pub fn new(once: Option<Duration>) -> Self {
        Self { client: None, socket: None, probing: None, once, until: None }
    }

    /// What another program of this host wants.
    fn fulfil(&mut self, system: &mut System<'_>, client: &mut Client, out: &mut Vec<client::Output>) {
        match system.kept::<Shared>().dhcp.wish.take() {
            Some(Wish::Renew) => {
                self.until = Some(system.now() + PATIENCE);
                client.start(system.now(), out);
            }
            Some(Wish::Release) => {
                self.until = None;
                client.release(system.now(), out);
            }
            None => {}
        }
    }

    fn carry_out(&mut self, system: &mut System<'_>, out: Vec<client::Output>) {
        for output in out {
            match output {
                client::Output::Send { from, to, bytes } => {
                    let to = IpEndpoint::new(to.into(), SERVER_PORT);
                    if let Some(socket) = self.socket {
                        let _ = system.udp_send(socket, Some(from.into()), to, &bytes);
                    }
                }
                client::Output::Probe(address) => {
                    system.arp_probe(address);
                    self.probing = Some((address, 1, system.now() + PROBE_INTERVAL));
                }
                client::Output::Configure(lease) => {
                    let (address, server, now) = (lease.address, lease.server, system.now());
                    system.kept::<Shared>().dhcp.lease = Some((lease.clone(), now));
                    let is_new = system.add_address(address.into());
                    system.set_gateway(false, lease.routers.first().map(|router| (*router).into()));
                    let servers: Vec<IpAddress> = lease.dns.iter().map(|server| (*server).into()).collect();
                    let servers = if servers.is_empty() { system.config().dns.clone() } else { servers };
                    ask_from_now_on(system, ResolverConfig { servers, domain: lease.domain });
                    let what = if is_new { "bound to" } else { "renewed" };
                    let left = (lease.until - system.now()).nanos() / 1_000_000_000;
                    system.print(&format!("{what} {address} from {server} for {left} s\n"));
                }
                client::Output::Deconfigure(address) => {
                    // What was sent from the address, like its return, has to leave while the host has it.
                    system.flush();
                    system.kept::<Shared>().dhcp.lease = None;
                    system.set_gateway(false, None);
                    let servers = system.config().dns.clone();
                    ask_from_now_on(system, ResolverConfig { servers, domain: None });
                    system.remove_address(address.into());
                    system.print(&format!("{address} given up\n"));
                }
                client::Output::State(_) => {}
            }
        }
    }

    /// Sends the next probe, or ends probing (RFC 5227, 2.1.1).
    fn probe(&mut self, system: &mut System<'_>, client: &mut Client, out: &mut Vec<client::Output>) {
        let Some((address, sent, next)) = self.probing else { return };
        let in_use = system.arp_probed();
        if in_use || (next <= system.now() && sent >= PROBES) {
            self.probing = None;
            system.arp_probe_end();
            if in_use {
                system.print(&format!("{address} is in use by another host: declined\n"));
            }
            client.probed(system.now(), in_use, out);
        } else if next <= system.now() {
            system.arp_probe(address);
            self.probing = Some((address, sent + 1, system.now() + PROBE_INTERVAL));
        }
    }

    fn begin(&mut self, system: &mut System<'_>, out: &mut Vec<client::Output>) -> Result<Client, Poll> {
        match system.udp_bind(Some(CLIENT_PORT)) {
            Ok(socket) => self.socket = Some(socket),
            Err(error) => return Err(cannot_open(system, "dhclient", error)),
        }
        self.until = Some(system.now() + self.once.unwrap_or(PATIENCE));
        let random = Stream::new(system.random(), &[]);
        let name = Some(system.hostname().to_owned()).filter(|name| !name.is_empty());
        let mut client = Client::new(system.mac(), name, random);
        client.start(system.now(), out);
        Ok(client)
    }
}

impl Program for DhcpClient {
    fn poll(&mut self, system: &mut System<'_>) -> Poll {
        let mut out = Vec::new();
        let mut client = match self.client.take() {
            Some(client) => client,
            None => match self.begin(system, &mut out) {
                Ok(client) => client,
                Err(end) => return end,
            },
        };
        while let Some(datagram) = self.socket.and_then(|socket| system.udp_receive(socket)) {
            client.receive(system.now(), &datagram.payload, &mut out);
        }
        self.fulfil(system, &mut client, &mut out);
        client.poll(system.now(), &mut out);
        self.carry_out(system, std::mem::take(&mut out));
        self.probe(system, &mut client, &mut out);
        self.carry_out(system, out);
        let (state, bound) = (client.state(), client.state() == client::State::Bound);
        let wake = earliest([client.poll_at(), self.probing.map(|(.., next)| next), self.until]);
        self.client = Some(client);
        if bound {
            self.until = None;
        }
        let too_late = self.until.is_some_and(|until| until <= system.now());
        if too_late {
            self.until = None;
            system.print("No DHCPOFFERS received.\n");
        }
        let over = self.once.is_some() && self.until.is_none();
        system.kept::<Shared>().dhcp.state = Some(state).filter(|_| !over);
        match (self.once, self.until) {
            (Some(_), None) => Poll::Exit(if bound { 0 } else { 2 }),
            (None, None) => Poll::Idle(wake),
            (_, Some(_)) => Poll::Wait(wake),
        }
    }

    /// Returns the lease, as `dhclient -r` does.
    fn interrupt(&mut self, system: &mut System<'_>) -> u8 {
        let mut out = Vec::new();
        if let Some(client) = &mut self.client {
            client.release(system.now(), &mut out);
        }
        self.carry_out(system, out);
        system.kept::<Shared>().dhcp.state = None;
        0
    }
}

/// Changes where names are looked up. What other servers have said is forgotten, as systemd-resolved does: they may have been those of another
/// network, or no right ones.
fn ask_from_now_on(system: &mut System<'_>, resolver: ResolverConfig) {
    if system.resolver().servers != resolver.servers {
        system.kept::<Shared>().names = Default::default();
    }
    system.set_resolver(resolver);
}
