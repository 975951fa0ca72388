//! A host: one network card, a smoltcp stack, and the programs on it.
//!
//! A poll is one pass: what arrived goes in, programs do what they can, what is to be sent comes out. It happens when a
//! frame came or a timer is due, never because somebody looked or a slice of the run ended.

use crate::app::bulk::{Payload, TcpSender, UdpSender};
use crate::app::echo::{TcpEcho, UdpEcho};
use crate::app::ping::{self, PingClient};
use crate::app::server::{Server, Service};
use crate::app::{Client, Connection, Stack, tcp_socket, udp_socket};
use crate::book::Book;
use crate::history::NodeEvent;
use crate::neighbor::{self, Arrival};
use crate::run::{ECHO_PORT, Failure, IPERF_PORT, IperfTransport, Ping, RunId, RunKind, Transport};
use crate::sockets::Sockets;
use crate::topology::{HostConfig, NodeId, TcpConfig};
use crate::watch::Watch;
use smoltcp::iface::{Config, Interface, PollIngressSingleResult, PollResult, SocketHandle};
use smoltcp::wire::{EthernetAddress, HardwareAddress, IpAddress, IpEndpoint};
use std::collections::BTreeMap;
use vnetif::nic::Nic;
use vnetif::{Frame, Instant};

/// Client ports and ICMP identifiers are taken from the dynamic range (RFC 6335, 6), one after the other.
const FIRST_CLIENT_PORT: u16 = 49_152;

pub(crate) struct Host {
    id: NodeId,
    config: HostConfig,
    mac: EthernetAddress,
    iface: Interface,
    nic: Nic,
    sockets: Sockets,
    clients: Vec<Box<dyn Client>>,
    servers: Vec<Server>,
    watches: Vec<Watch>,
    /// TCP sockets of clients that are done: they still have to close.
    closing: Vec<SocketHandle>,
    next_port: u16,
    neighbors: BTreeMap<IpAddress, EthernetAddress>,
    /// When the stack or a program has something to do by itself.
    deadline: Option<Instant>,
    /// The one timer event that is in the world's queue.
    pub armed: Option<Instant>,
}

/// What a client on one host needs of the server's host.
pub(crate) struct ServerNeeds {
    pub run: RunId,
    pub transport: Transport,
    pub port: u16,
    pub service: Service,
    /// Where the client's packets will come from.
    pub client: IpEndpoint,
    /// The receiver's buffer, if the run asks for one.
    pub rx_buffer: Option<usize>,
}

impl Host {
    pub fn new(id: NodeId, config: HostConfig, random_seed: u64) -> Self {
        let mac = config.mac(id);
        let mut settings = Config::new(HardwareAddress::Ethernet(mac));
        settings.random_seed = random_seed;
        // The queue is drained after every poll, and socket buffers bound what one poll can send.
        let mut nic = Nic::new(config.ip_mtu, usize::MAX);
        let mut iface = Interface::new(settings, &mut nic, Instant::ZERO.into());
        iface.update_ip_addrs(|addresses| {
            for cidr in config.addresses_of_stack(id) {
                addresses.push(cidr).expect("the topology was checked");
            }
        });
        for gateway in &config.gateways {
            let routes = iface.routes_mut();
            match gateway {
                IpAddress::Ipv4(gateway) => drop(routes.add_default_ipv4_route(*gateway)),
                IpAddress::Ipv6(gateway) => drop(routes.add_default_ipv6_route(*gateway)),
            }
        }
        Self {
            id,
            config,
            mac,
            iface,
            nic,
            sockets: Sockets::new(),
            clients: Vec::new(),
            servers: Vec::new(),
            watches: Vec::new(),
            closing: Vec::new(),
            next_port: FIRST_CLIENT_PORT,
            neighbors: BTreeMap::new(),
            deadline: None,
            armed: None,
        }
    }

    /// A frame reached the card. Returns whether the host has to be polled for it.
    pub fn receive(&mut self, frame: Frame, book: &mut Book<'_>) -> bool {
        let iface = &self.iface;
        match neighbor::look(&frame, self.mac, |ip| iface.has_ip_addr(ip)) {
            Arrival::NotForUs => return false,
            Arrival::ForUs => {}
            Arrival::Teaches(ip, mac) => {
                if self.neighbors.insert(ip, mac) != Some(mac) {
                    book.history.node_event(book.now, self.id, NodeEvent::Neighbor { ip, mac });
                }
            }
        }
        self.nic.rx.push_back(frame);
        true
    }

    /// Lets the stack and the programs do all that can be done at this moment. What they send is then in
    /// [`sent`](Self::sent).
    pub fn poll(&mut self, book: &mut Book<'_>) {
        let now = book.now.into();
        self.iface.poll_maintenance(now);
        while !matches!(
            self.iface.poll_ingress_single(now, &mut self.nic, &mut self.sockets.set),
            PollIngressSingleResult::None
        ) {}
        self.step(book);
        while self.egress(now) && self.step(book) {}
        self.tidy();
        self.sockets.show(book.now, self.id, book.history);
        let stack = self.iface.poll_at(now, &self.sockets.set).map(Instant::from);
        // A wake that is not to come has been heeded: the program waits for the stack.
        let wakes = self.clients.iter().filter_map(|client| client.wake());
        let programs = wakes.filter(|&at| at > book.now).min();
        // smoltcp's microseconds may lie just behind our nanoseconds; time has to go on.
        let soonest = book.now + vnetif::Duration::from_micros(1);
        self.deadline = stack.map(|at| at.max(soonest)).into_iter().chain(programs).min();
    }

    fn egress(&mut self, now: smoltcp::time::Instant) -> bool {
        let mut sent = false;
        while self.iface.poll_egress(now, &mut self.nic, &mut self.sockets.set)
            == PollResult::SocketStateChanged
        {
            sent = true;
        }
        sent
    }

    fn step(&mut self, book: &mut Book<'_>) -> bool {
        let mut stack = Stack { iface: &mut self.iface, sockets: &mut self.sockets };
        let mut acted = false;
        for server in &mut self.servers {
            acted |= server.step(&mut stack, book);
        }
        for client in &mut self.clients {
            // Its run may have ended a moment ago, in this very step.
            if book.run(client.run()).is_some() {
                acted |= client.step(&mut stack, book);
            }
        }
        acted
    }

    /// Removes what is closed and no longer needed.
    fn tidy(&mut self) {
        let sockets = &mut self.sockets;
        self.closing.retain(|&handle| {
            let open = sockets.tcp(handle).is_open();
            if !open {
                sockets.remove(handle);
            }
            open
        });
        self.servers.retain(|server| !server.is_gone());
    }

    /// Takes the oldest frame that the host has sent. Retransmissions are counted on the way.
    pub fn sent(&mut self, book: &mut Book<'_>) -> Option<Frame> {
        let frame = self.nic.tx.pop_front()?;
        for watch in &mut self.watches {
            if watch.is_retransmission(&frame)
                && let Some(active) = book.run(watch.run)
            {
                active.totals.retransmits += 1;
            }
        }
        Some(frame)
    }

    /// A TCP socket, for tests that compare.
    #[cfg(test)]
    pub fn tcp_socket(&mut self, local_port: u16) -> Option<&smoltcp::socket::tcp::Socket<'static>> {
        self.sockets.by_port(local_port)
    }

    /// When the host next has something to do by itself.
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// Starts the client of a run for `to`; returns what it needs of the other side, unless its own stack answers there
    /// (ping) or it cannot even begin.
    pub fn start(
        &mut self,
        run: RunId,
        kind: &RunKind,
        to: IpAddress,
        book: &mut Book<'_>,
    ) -> Option<ServerNeeds> {
        let on_link = self.iface.ip_addrs().iter().any(|cidr| cidr.contains_addr(&to));
        let gateway = self.config.gateways.iter().any(|gateway| gateway.version() == to.version());
        if !on_link && !gateway {
            book.fail(run, Failure::NoRoute);
            return None;
        }
        let Some(from) = self.iface.get_source_address(&to) else {
            book.fail(run, Failure::NoAddress);
            return None;
        };
        let port = self.next_port;
        self.next_port = self.next_port.checked_add(1).unwrap_or(FIRST_CLIENT_PORT);
        let now = book.now;
        let needs = |transport, server_port, service, rx_buffer| {
            let client = IpEndpoint::new(from, port);
            Some(ServerNeeds { run, transport, port: server_port, service, client, rx_buffer })
        };
        match kind {
            RunKind::Ping(settings) => {
                let payload_bytes = settings.payload_bytes.min(self.payload_max(to));
                let settings = Ping { payload_bytes, ..settings.clone() };
                let socket = self.sockets.add_icmp(ping::socket(payload_bytes), port);
                self.clients.push(Box::new(PingClient::new(run, socket, settings, to, port, now)));
                None
            }
            RunKind::Echo(settings) if settings.transport == Transport::Udp => {
                let socket = self.open_udp(port);
                let to = IpEndpoint::new(to, ECHO_PORT);
                self.clients.push(Box::new(UdpEcho::new(run, socket, to, settings.clone())));
                needs(Transport::Udp, ECHO_PORT, Service::Echo, None)
            }
            RunKind::Echo(settings) => {
                let connection =
                    self.open_tcp(run, IpEndpoint::new(to, ECHO_PORT), port, self.config.tcp, now);
                self.clients.push(Box::new(TcpEcho::new(connection, settings.clone())));
                needs(Transport::Tcp, ECHO_PORT, Service::Echo, None)
            }
            RunKind::Connect(settings) => {
                let server = IpEndpoint::new(to, settings.port);
                let connection = self.open_tcp(run, server, port, self.config.tcp, now);
                let payload = Payload::Text(settings.text.clone().into_bytes());
                self.clients.push(Box::new(TcpSender::new(connection, payload)));
                needs(Transport::Tcp, settings.port, Service::Sink, None)
            }
            RunKind::Traceroute(_) | RunKind::PathMtu(_) | RunKind::Multicast(_) => {
                book.fail(run, Failure::NoAnswer);
                None
            }
            RunKind::Iperf(settings) => match settings.transport {
                IperfTransport::Tcp { congestion, rx_buffer, tx_buffer } => {
                    let own = self.config.tcp;
                    let config = TcpConfig {
                        congestion: congestion.unwrap_or(own.congestion),
                        tx_buffer: tx_buffer.unwrap_or(own.tx_buffer),
                        ..own
                    };
                    let connection = self.open_tcp(run, IpEndpoint::new(to, IPERF_PORT), port, config, now);
                    let payload = Payload::Digits(settings.amount);
                    self.clients.push(Box::new(TcpSender::new(connection, payload)));
                    needs(Transport::Tcp, IPERF_PORT, Service::Sink, rx_buffer)
                }
                IperfTransport::Udp { rate, datagram_bytes } => {
                    let socket = self.open_udp(port);
                    let pace = (rate, datagram_bytes.min(self.payload_max(to)));
                    let to = IpEndpoint::new(to, IPERF_PORT);
                    self.clients.push(Box::new(UdpSender::new(run, socket, to, settings.amount, pace, now)));
                    needs(Transport::Udp, IPERF_PORT, Service::Sink, None)
                }
            },
        }
    }

    /// The most that fits into one packet after an 8-byte header, UDP's or that of an ICMP echo.
    fn payload_max(&self, to: IpAddress) -> usize {
        let header = match to {
            IpAddress::Ipv4(_) => 20,
            IpAddress::Ipv6(_) => 40,
        };
        self.config.ip_mtu - header - 8
    }

    fn open_tcp(
        &mut self,
        run: RunId,
        to: IpEndpoint,
        local_port: u16,
        config: TcpConfig,
        now: Instant,
    ) -> Connection {
        let mut socket = tcp_socket(config);
        socket
            .connect(self.iface.context(), to, local_port)
            .expect("a new socket can connect to a checked address");
        self.watches.push(Watch::new(run, local_port));
        Connection::new(run, self.sockets.add_tcp(socket), now)
    }

    fn open_udp(&mut self, local_port: u16) -> SocketHandle {
        self.sockets.add_udp(udp_socket(), local_port)
    }

    /// Makes sure that a server is there for a run.
    pub fn serve(&mut self, needs: &ServerNeeds) {
        let mut tcp = self.config.tcp;
        tcp.rx_buffer = needs.rx_buffer.unwrap_or(tcp.rx_buffer);
        let same = |server: &Server| (server.transport, server.port) == (needs.transport, needs.port);
        if !self.servers.iter().any(same) {
            self.servers.push(Server::new(needs.transport, needs.port, needs.service, tcp));
        }
        let mut stack = Stack { iface: &mut self.iface, sockets: &mut self.sockets };
        let server = self.servers.iter_mut().find(|server| same(server)).expect("it was just made sure of");
        server.expect(needs.run, needs.client, tcp, &mut stack);
    }

    /// The run is over: its client closes, or breaks off, and its server is needed no more.
    pub fn end(&mut self, run: RunId, gracefully: bool) {
        self.watches.retain(|watch| watch.run != run);
        if let Some(place) = self.clients.iter().position(|client| client.run() == run) {
            let handle = self.clients.remove(place).socket();
            if self.sockets.is_tcp(handle) {
                let socket = self.sockets.tcp(handle);
                if gracefully {
                    socket.close()
                } else {
                    socket.abort()
                }
                self.closing.push(handle);
            } else {
                self.sockets.remove(handle);
            }
        }
        let mut stack = Stack { iface: &mut self.iface, sockets: &mut self.sockets };
        for server in &mut self.servers {
            server.release(run, &mut stack);
        }
    }
}
