//! DNS on a host.

use super::shared::Shared;
use super::{CONNECTIONS_MAX, answers_from, cannot_open, earliest};
use crate::dns::framing::{Framing, framed};
use crate::dns::name::Name;
use crate::dns::server::{self, Server};
use crate::dns::stub::{self, Families, LookupError, Stub};
use crate::dns::{PORT, Transport};
use host::program::{Poll, Program};
use host::system::{OpenError, SocketId, System, TcpState};
use smoltcp::wire::{IpAddress, IpEndpoint};
use wire::rng::Stream;
use wire::sorted::SortedMap;
use wire::{Duration, Instant};

/// Connections to other servers at once.
const ASKED_BY_TCP_MAX: usize = 16;
/// How long a client's connection may be idle (RFC 7766, 6.2.3).
const IDLE_MAX: Duration = Duration::from_secs(10);
/// Clients that wait for answers over UDP; the oldest is forgotten.
const CLIENTS_MAX: usize = 512;

/// The way to other servers: one UDP socket, and a connection for each query that needs one.
#[derive(Default)]
pub struct Upstreams {
    udp: Option<SocketId>,
    connections: Vec<Asked>,
}

/// A query over TCP.
struct Asked {
    socket: SocketId,
    server: IpAddress,
    unsent: Vec<u8>,
    framing: Framing,
}

/// What came from another server.
pub enum Came {
    /// A message.
    Answer(IpAddress, Vec<u8>),
    /// It cannot be reached.
    Unreachable(IpAddress),
}

impl Upstreams {
    /// Sends a query; what cannot be sent came back as unreachable.
    pub fn ask(
        &mut self,
        system: &mut System<'_>,
        to: IpAddress,
        over: Transport,
        bytes: &[u8],
    ) -> Option<Came> {
        let sent = match over {
            Transport::Udp => self.send(system, to, bytes),
            Transport::Tcp if self.connections.len() >= ASKED_BY_TCP_MAX => Err(OpenError::TooMany),
            Transport::Tcp => {
                let config = system.config().tcp;
                system.tcp_connect(IpEndpoint::new(to, PORT), config).map(|socket| {
                    let asked =
                        Asked { socket, server: to, unsent: framed(bytes), framing: Framing::default() };
                    self.connections.push(asked);
                })
            }
        };
        sent.err().map(|_| Came::Unreachable(to))
    }

    fn send(&mut self, system: &mut System<'_>, to: IpAddress, bytes: &[u8]) -> Result<(), OpenError> {
        let socket = match self.udp {
            Some(socket) => socket,
            None => *self.udp.insert(system.udp_bind(None)?),
        };
        system.udp_send(socket, None, IpEndpoint::new(to, PORT), bytes).map_err(|_| OpenError::NoRoute)
    }

    /// What has come since the last time.
    pub fn poll(&mut self, system: &mut System<'_>) -> Vec<Came> {
        let mut came = Vec::new();
        if let Some(socket) = self.udp {
            while let Some(datagram) = system.udp_receive(socket) {
                if datagram.from.port == PORT {
                    came.push(Came::Answer(datagram.from.addr, datagram.payload));
                }
            }
            while let Some(error) = system.next_error(socket) {
                came.push(Came::Unreachable(error.to));
            }
        }
        self.connections.retain_mut(|asked| {
            let sent = system.tcp_send(asked.socket, &asked.unsent);
            asked.unsent.drain(..sent);
            asked.framing.push(&system.tcp_receive(asked.socket, asked.framing.room()));
            let answer = asked.framing.next_message();
            let state = system.tcp_state(asked.socket);
            let over = answer.is_some() || !matches!(state, TcpState::Connecting | TcpState::Open);
            if over {
                system.close(asked.socket);
                came.push(match answer {
                    Some(bytes) => Came::Answer(asked.server, bytes),
                    None => Came::Unreachable(asked.server),
                });
            }
            !over
        });
        came
    }
}

/// A DNS server, over UDP and TCP.
pub struct DnsServer {
    server: Server,
    sockets: Option<(SocketId, SocketId)>,
    upstreams: Upstreams,
    clients: SortedMap<u64, Client>,
    connections: Vec<Connection>,
    next: u64,
}

/// Where an answer goes.
enum Client {
    /// To this endpoint, from the address that was asked.
    Udp(IpEndpoint, Option<IpAddress>),
    /// Into this connection.
    Tcp(SocketId),
}

/// A client's connection.
struct Connection {
    socket: SocketId,
    framing: Framing,
    unsent: Vec<u8>,
    deadline: Instant,
}

impl DnsServer {
    /// A program for this machine.
    pub fn new(server: Server) -> Self {
        Self {
            server,
            sockets: None,
            upstreams: Upstreams::default(),
            clients: SortedMap::new(),
            connections: Vec::new(),
            next: 0,
        }
    }

    fn query(&mut self, now: Instant, client: Client, bytes: &[u8], out: &mut Vec<server::Output>) {
        let over = match client {
            Client::Udp(..) => Transport::Udp,
            Client::Tcp(_) => Transport::Tcp,
        };
        if self.clients.len() >= CLIENTS_MAX {
            let oldest = self.clients.keys().next().copied();
            oldest.and_then(|oldest| self.clients.remove(&oldest));
        }
        let number = self.next;
        self.next += 1;
        self.clients.insert(number, client);
        self.server.query(now, number, over, bytes, out);
    }

    /// Takes connections, and the queries in them.
    fn read_tcp(&mut self, system: &mut System<'_>, listener: SocketId, out: &mut Vec<server::Output>) {
        while self.connections.len() < CONNECTIONS_MAX
            && let Some((socket, _)) = system.tcp_accept(listener)
        {
            let deadline = system.now() + IDLE_MAX;
            self.connections.push(Connection {
                socket,
                framing: Framing::default(),
                unsent: Vec::new(),
                deadline,
            });
        }
        let mut queries = Vec::new();
        for connection in &mut self.connections {
            // Its next query is read when the answer before is on its way.
            if connection.unsent.is_empty() {
                let bytes = system.tcp_receive(connection.socket, connection.framing.room());
                if !bytes.is_empty() {
                    connection.deadline = system.now() + IDLE_MAX;
                }
                connection.framing.push(&bytes);
                queries.extend(connection.framing.next_message().map(|query| (connection.socket, query)));
            }
        }
        for (socket, query) in queries {
            self.query(system.now(), Client::Tcp(socket), &query, out);
        }
    }

    /// Sends what fits, and closes what is over.
    fn write_tcp(&mut self, system: &mut System<'_>) {
        let (now, clients) = (system.now(), &self.clients);
        self.connections.retain_mut(|connection| {
            let sent = system.tcp_send(connection.socket, &connection.unsent);
            connection.unsent.drain(..sent);
            let is_awaited = clients
                .values()
                .any(|client| matches!(client, Client::Tcp(its) if *its == connection.socket));
            let over = match system.tcp_state(connection.socket) {
                TcpState::Connecting | TcpState::Open => connection.deadline <= now,
                TcpState::PeerFinished => connection.unsent.is_empty() && !is_awaited,
                TcpState::Closed | TcpState::Failed(_) => true,
            };
            if over {
                system.close(connection.socket);
            }
            !over
        });
    }

    fn carry_out(&mut self, system: &mut System<'_>, mut out: Vec<server::Output>) {
        let Some((udp, _)) = self.sockets else { return };
        while !out.is_empty() {
            let mut more = Vec::new();
            for output in out {
                match output {
                    server::Output::Reply { client, bytes } => match self.clients.remove(&client) {
                        Some(Client::Udp(to, from)) => {
                            let _ = system.udp_send(udp, from, to, &bytes);
                        }
                        Some(Client::Tcp(socket)) => {
                            let its = |connection: &&mut Connection| connection.socket == socket;
                            if let Some(connection) = self.connections.iter_mut().find(its) {
                                connection.unsent.extend(framed(&bytes));
                            }
                        }
                        None => {}
                    },
                    server::Output::Ask { to, over, bytes } => {
                        if let Some(Came::Unreachable(server)) = self.upstreams.ask(system, to, over, &bytes)
                        {
                            self.server.unreachable(system.now(), server, &mut more);
                        }
                    }
                }
            }
            out = more;
        }
    }
}

impl Program for DnsServer {
    fn poll(&mut self, system: &mut System<'_>) -> Poll {
        let (udp, tcp) = match self.sockets {
            Some(sockets) => sockets,
            None => {
                let config = system.config().tcp;
                let opened =
                    system.udp_bind(Some(PORT)).and_then(|udp| Ok((udp, system.tcp_listen(PORT, config)?)));
                match opened {
                    Ok(sockets) => *self.sockets.insert(sockets),
                    Err(error) => return cannot_open(system, "named", error),
                }
            }
        };
        let now = system.now();
        let mut out = Vec::new();
        for came in self.upstreams.poll(system) {
            match came {
                Came::Answer(from, bytes) => self.server.receive(now, from, &bytes, &mut out),
                Came::Unreachable(server) => self.server.unreachable(now, server, &mut out),
            }
        }
        while let Some(datagram) = system.udp_receive(udp) {
            let client = Client::Udp(datagram.from, answers_from(system, datagram.to));
            self.query(now, client, &datagram.payload, &mut out);
        }
        self.read_tcp(system, tcp, &mut out);
        self.server.poll(now, &mut out);
        self.carry_out(system, out);
        self.write_tcp(system);
        let idle = self.connections.iter().map(|connection| Some(connection.deadline));
        Poll::Idle(earliest(idle.chain([self.server.poll_at()])))
    }
}

/// The look-up of names for a program: a stub resolver that asks the servers of the host, with the cache that all its programs share.
pub struct Names {
    stub: Stub,
    upstreams: Upstreams,
    found: Vec<(u64, Result<Vec<IpAddress>, LookupError>)>,
    next: u64,
}

impl Names {
    /// For a program on this host.
    pub fn new(system: &mut System<'_>) -> Self {
        let stub = Stub::new(Vec::new(), None, Stream::new(system.random(), &[]));
        Self { stub, upstreams: Upstreams::default(), found: Vec::new(), next: 0 }
    }

    /// Begins to look up a name; the addresses are for what the host has addresses of itself. Returns the number of the look-up;
    /// its result comes from [`Names::poll`].
    pub fn look_up(&mut self, system: &mut System<'_>, text: &str) -> u64 {
        let resolver = system.resolver();
        let domain = resolver.domain.as_deref().and_then(|domain| Name::parse(domain).ok());
        self.stub.configure(resolver.servers.clone(), domain);
        let own = system.addresses();
        let link_local = |ip: &IpAddress| matches!(ip, IpAddress::Ipv6(ip) if ip.is_unicast_link_local());
        let has = |is_v6: bool| {
            let of = |ip: &IpAddress| matches!(ip, IpAddress::Ipv6(_)) == is_v6 && !link_local(ip);
            own.iter().any(|cidr| of(&cidr.address()))
        };
        // A literal address is tried whatever addresses the host has: the attempt says what is wrong.
        let literal = text.parse::<IpAddress>().is_ok();
        let families = Families { v4: literal || has(false) || !has(true), v6: literal || has(true) };
        let token = self.next;
        self.next += 1;
        self.pending(system, |stub, now, out| stub.look_up(now, text, families, token, out));
        token
    }

    /// The results that have come since the last time, and when to poll again.
    pub fn poll(&mut self, system: &mut System<'_>) -> Vec<(u64, Result<Vec<IpAddress>, LookupError>)> {
        for came in self.upstreams.poll(system) {
            self.pending(system, |stub, now, out| match &came {
                Came::Answer(from, bytes) => stub.receive(now, *from, bytes, out),
                Came::Unreachable(server) => stub.unreachable(now, *server, out),
            });
        }
        self.pending(system, |stub, now, out| stub.poll(now, out));
        std::mem::take(&mut self.found)
    }

    /// When [`Names::poll`] next has something to do by itself.
    pub fn poll_at(&self) -> Option<Instant> {
        if self.found.is_empty() { self.stub.poll_at() } else { Some(Instant::ZERO) }
    }

    fn pending(
        &mut self,
        system: &mut System<'_>,
        act: impl FnOnce(&mut Stub, Instant, &mut Vec<stub::Output>),
    ) {
        let (now, mut out) = (system.now(), Vec::new());
        // All programs of a host share one cache.
        self.stub.swap_cache(&mut system.kept::<Shared>().names);
        act(&mut self.stub, now, &mut out);
        while !out.is_empty() {
            let mut more = Vec::new();
            for output in out {
                match output {
                    stub::Output::Found { token, result } => self.found.push((token, result)),
                    stub::Output::Ask { to, over, bytes } => {
                        if let Some(Came::Unreachable(server)) = self.upstreams.ask(system, to, over, &bytes)
                        {
                            self.stub.unreachable(system.now(), server, &mut more);
                        }
                    }
                }
            }
            out = more;
        }
        self.stub.swap_cache(&mut system.kept::<Shared>().names);
    }
}
