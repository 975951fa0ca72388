//! Servers: they exist while a run needs them, echo or discard what they receive, and measure it.
//!
//! smoltcp's sockets have no backlog: one that listens becomes the connection. So there is always one spare listener,
//! replaced as soon as it is taken.

use crate::client::{Stack, group};
use crate::config::TcpConfig;
use crate::meter::Meter;
use crate::run::{RunId, Transport};
use crate::socket::{tcp_socket, udp_socket};
use crate::sockets::Sockets;
use smoltcp::iface::SocketHandle;
use smoltcp::socket::tcp;
use smoltcp::wire::IpEndpoint;
use wire::Duration;
use wire::NodeId;

/// Connections to one port whose handshake is not finished: as many as Linux queues at least (`tcp_max_syn_backlog`). A further
/// request is dropped, and comes again if it is meant (RFC 4987, 3.1).
pub(crate) const BACKLOG_MAX: usize = 128;

/// What a server does with what it receives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    /// Sends it back (RFC 862).
    Echo,
    /// Counts it.
    Sink,
}

/// The server of one port.
pub(crate) struct Server {
    pub transport: Transport,
    pub port: u16,
    service: Service,
    tcp: TcpConfig,
    /// The TCP socket that listens, or the one UDP socket. `None` once no run needs the server any more.
    socket: Option<SocketHandle>,
    connections: Vec<SocketHandle>,
    peers: Vec<Peer>,
}

/// What a receiver of a multicast run expects.
#[derive(Clone, Debug)]
pub(crate) struct Audience {
    /// The receiver.
    pub by: NodeId,
    /// The text, and the number of messages.
    pub text: String,
    pub count: u32,
}

/// The client of a run, as the server sees it.
struct Peer {
    endpoint: IpEndpoint,
    /// The source endpoint of its packets: not `endpoint` behind an address translation. `None`: none came yet.
    translated: Option<IpEndpoint>,
    run: RunId,
    /// It sends to a group.
    audience: Option<Audience>,
    /// Sender's time to our time of the last datagram, in ns (RFC 3550, 6.4.1); its offset cancels out.
    transit_ns: Option<i64>,
}

impl Server {
    pub fn new(transport: Transport, port: u16, service: Service, tcp: TcpConfig) -> Self {
        Self { transport, port, service, tcp, socket: None, connections: Vec::new(), peers: Vec::new() }
    }

    /// A run's client will come from this endpoint. The next connection gets these TCP settings.
    pub fn expect(
        &mut self,
        run: RunId,
        (endpoint, audience): (IpEndpoint, Option<Audience>),
        tcp: TcpConfig,
        stack: &mut Stack<'_>,
    ) {
        self.peers.push(Peer { endpoint, translated: None, run, audience, transit_ns: None });
        if self.tcp != tcp && self.transport == Transport::Tcp {
            self.tcp = tcp;
            self.stop_listening(stack);
        }
        if self.socket.is_none() {
            self.socket = Some(self.listen(stack));
        }
    }

    /// The run is over; without any other the server stops listening.
    pub fn release(&mut self, run: RunId, stack: &mut Stack<'_>) {
        self.peers.retain(|peer| peer.run != run);
        if self.peers.is_empty() {
            self.stop_listening(stack);
        }
    }

    /// Whether nothing is left of it.
    pub fn is_gone(&self) -> bool {
        self.socket.is_none() && self.connections.is_empty()
    }

    fn listen(&self, stack: &mut Stack<'_>) -> SocketHandle {
        match self.transport {
            Transport::Tcp => {
                let mut socket = tcp_socket(self.tcp);
                socket.listen(self.port).expect("a new socket can listen on a port that is not 0");
                stack.sockets.add_tcp(socket)
            }
            Transport::Udp => stack.sockets.add_udp(udp_socket(), self.port),
        }
    }

    fn stop_listening(&mut self, stack: &mut Stack<'_>) {
        let Some(socket) = self.socket.take() else { return };
        let taken =
            self.transport == Transport::Tcp && stack.sockets.tcp(socket).state() != tcp::State::Listen;
        if taken {
            self.connections.push(socket);
        } else {
            stack.sockets.remove(socket);
        }
    }

    /// Does what can be done now; returns whether it touched a socket.
    pub fn step(&mut self, stack: &mut Stack<'_>, meter: &mut Meter<'_>) -> bool {
        match self.transport {
            Transport::Tcp => self.step_tcp(stack, meter),
            Transport::Udp => self.step_udp(stack, meter),
        }
    }

    /// Listens with another socket if the one that did has become a connection.
    pub fn listen_again(&mut self, stack: &mut Stack<'_>) {
        if let Some(socket) = self.socket
            && self.transport == Transport::Tcp
            && stack.sockets.tcp(socket).state() != tcp::State::Listen
        {
            self.connections.push(socket);
            self.socket = Some(self.listen(stack));
        }
    }

    /// Gives up the connections that only wait for segments that come late: the host does that without a socket.
    pub fn take_time_wait(&mut self, sockets: &Sockets) -> Vec<SocketHandle> {
        let waits = |handle: &mut SocketHandle| {
            let socket: &tcp::Socket<'static> = sockets.set.get(*handle);
            socket.state() == tcp::State::TimeWait
        };
        self.connections.extract_if(.., waits).collect()
    }

    fn step_tcp(&mut self, stack: &mut Stack<'_>, meter: &mut Meter<'_>) -> bool {
        self.listen_again(stack);
        let mut acted = false;
        let (service, peers) = (self.service, &mut self.peers);
        self.connections.retain(|&handle| {
            let socket = stack.sockets.tcp(handle);
            let peer = socket.remote_endpoint();
            let run = peer.and_then(|peer| recognized(peers, peer)).map(|place| peers[place].run);
            match socket.state() {
                // Over; or a handshake that was reset, after which smoltcp listens again: the spare does that.
                tcp::State::Closed | tcp::State::Listen => {
                    stack.sockets.remove(handle);
                    return false;
                }
                tcp::State::SynReceived => return true,
                _ => {}
            }
            if let Some(run) = run {
                meter.transfer_begins(run);
            }
            acted |= match service {
                Service::Echo => echo(socket),
                Service::Sink => {
                    let mut bytes = 0;
                    while socket.can_recv() {
                        bytes += socket.recv(|data| (data.len(), data.len())).expect("it can receive");
                    }
                    if let Some(run) = run
                        && bytes > 0
                    {
                        meter.server_received(run, bytes);
                    }
                    bytes > 0
                }
            };
            if socket.state() == tcp::State::CloseWait && !socket.can_recv() {
                socket.close();
                acted = true;
            }
            true
        });
        acted
    }

    fn step_udp(&mut self, stack: &mut Stack<'_>, meter: &mut Meter<'_>) -> bool {
        let Some(handle) = self.socket else { return false };
        let socket = stack.sockets.udp(handle);
        let mut acted = false;
        while socket.can_recv() && (self.service == Service::Sink || socket.can_send()) {
            acted = true;
            let (data, from) = socket.recv().expect("it can receive");
            let group =
                self.peers.iter().any(|peer| peer.audience.is_some() && peer.endpoint == from.endpoint);
            let place = match group {
                true => self.peers.iter().position(|peer| peer.endpoint == from.endpoint),
                false => recognized(&mut self.peers, from.endpoint),
            };
            let peer = place.map(|place| &mut self.peers[place]);
            if let Some(Peer { run, audience: Some(Audience { by, text, count }), .. }) = &peer {
                if let Some(number) = group::number_of(data, text, *count) {
                    meter.group_received(*run, *by, number, data.len());
                }
                continue;
            }
            match self.service {
                Service::Echo => {
                    let data = data.to_vec();
                    // Full or not routable: the datagram is lost, as UDP may.
                    let _ = socket.send_slice(&data, from.endpoint);
                }
                Service::Sink => {
                    if let Some(peer) = peer {
                        peer.datagram(data, meter);
                    }
                }
            }
        }
        acted
    }
}

/// The peer with this endpoint. An unexpected endpoint belongs to a client behind an address translation: it is taken for the
/// oldest peer from which nothing came yet, preferably one with the same port, since translations keep ports if they can.
fn recognized(peers: &mut [Peer], from: IpEndpoint) -> Option<usize> {
    let known = |peer: &Peer| peer.endpoint == from || peer.translated == Some(from);
    if let Some(place) = peers.iter().position(known) {
        peers[place].translated = Some(from);
        return Some(place);
    }
    let free = |peer: &Peer| peer.translated.is_none() && peer.audience.is_none();
    let same_port = peers.iter().position(|peer| free(peer) && peer.endpoint.port == from.port);
    let place = same_port.or_else(|| peers.iter().position(free))?;
    peers[place].translated = Some(from);
    Some(place)
}

/// Sends back as much as fits; the rest waits in the receive buffer, so that the sender's window closes.
fn echo(socket: &mut tcp::Socket<'_>) -> bool {
    let mut acted = false;
    while socket.can_recv() && socket.can_send() {
        let room = socket.send_capacity() - socket.send_queue();
        let data = socket.recv(|data| {
            let len = data.len().min(room);
            (len, data[..len].to_vec())
        });
        let data = data.expect("it can receive");
        socket.send_slice(&data).expect("there was room");
        acted = true;
    }
    acted
}

impl Peer {
    fn datagram(&mut self, data: &[u8], meter: &mut Meter<'_>) {
        let word = |at: usize| data.get(at..at + 4).and_then(|word| word.first_chunk::<4>().copied());
        if let (Some(secs), Some(micros)) = (word(4), word(8)) {
            let sent_us =
                u64::from(u32::from_be_bytes(secs)) * 1_000_000 + u64::from(u32::from_be_bytes(micros));
            let transit_ns = (meter.now.nanos() as i64).wrapping_sub((sent_us as i64).wrapping_mul(1_000));
            if let Some(last) = self.transit_ns.replace(transit_ns)
                && let Some(measured) = meter.run(self.run)
            {
                let difference = transit_ns.abs_diff(last);
                let jitter = measured.totals.jitter.nanos();
                // J += (|D| - J) / 16
                let jitter = (jitter * 15).saturating_add(difference) / 16;
                measured.totals.jitter = Duration::from_nanos(jitter);
            }
        }
        if let Some(measured) = meter.run(self.run) {
            measured.totals.received += 1;
        }
        meter.server_received_datagram(self.run, data.len());
    }
}
