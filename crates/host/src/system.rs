//! What a program can do: the system calls of a host.
//!
//! Nothing here waits. A call does what can be done at this moment; what is not finished is seen at a later
//! [`poll`](crate::program::Program::poll). A socket is named by its [`SocketId`]; a call with one that is closed already has no
//! effect, and receives nothing.

use crate::client::is_over;
use crate::config::{Config, ResolverConfig, TcpConfig};
use crate::event::Event;
pub use crate::event::SocketState;
use crate::icmp_reply;
use crate::kernel::Kernel;
use crate::listener::Listener;
use crate::loopback;
use crate::meter::Meter;
use crate::packet::{self, HOP_LIMIT, Header};
use crate::process::{Process, SOCKETS_MAX};
use crate::socket::{idle_udp_socket, tcp_socket};
use crate::sockets::{Connection, Descriptor};
use smoltcp::iface::SocketHandle;
use smoltcp::socket::{tcp, udp};
use smoltcp::wire::{EthernetAddress, IpAddress, IpCidr, IpEndpoint, Ipv4Address};
use std::any::Any;
use std::fmt;
use wire::{Frame, Instant};

pub use crate::client::Fragments;
pub use crate::neighbor::NeighborState;
pub use crate::sockets::{EchoReply, SocketError, SocketId, TcpFailure};

/// A program's access to its host during one [`poll`](crate::program::Program::poll).
pub struct System<'a> {
    pub(crate) kernel: &'a mut Kernel,
    pub(crate) meter: Meter<'a>,
    pub(crate) process: &'a mut Process,
    pub(crate) name: &'a str,
}

/// Why a socket cannot be opened, or used for this destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenError {
    /// No route leads to the destination.
    NoRoute,
    /// The host has no address of the destination's IP version.
    NoAddress,
    /// Another socket is bound to this port.
    PortInUse(u16),
    /// The program has as many sockets as it may have, or all ports are taken, or the memory for connections.
    TooMany,
    /// The destination is no address of a single station, or its port is 0.
    BadDestination,
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoRoute => "Network is unreachable",
            Self::NoAddress => "Cannot assign requested address",
            Self::PortInUse(port) => return write!(f, "Address already in use (port {port})"),
            Self::TooMany => "Too many open files",
            Self::BadDestination => "Invalid argument",
        })
    }
}

/// Why a datagram or an echo request is not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendError {
    /// No route leads to the destination.
    NoRoute,
    /// The host has no address of the destination's IP version.
    NoAddress,
    /// It is longer than a datagram can be, or than the socket holds.
    TooLong,
    /// The socket's buffer is full: later there may be room.
    Full,
    /// The socket is closed, or the destination's port is 0.
    BadSocket,
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoRoute => "Network is unreachable",
            Self::NoAddress => "Cannot assign requested address",
            Self::TooLong => "Message too long",
            Self::Full => "No buffer space available",
            Self::BadSocket => "Bad file descriptor",
        })
    }
}

/// How far a TCP connection is, as its program sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TcpState {
    /// The handshake goes on.
    Connecting,
    /// Both sides may send.
    Open,
    /// The other side has finished sending, and all that it sent was read. This side may still send.
    PeerFinished,
    /// Both sides have finished, and the other side has acknowledged it.
    Closed,
    /// It failed.
    Failed(TcpFailure),
}

/// A received UDP datagram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Datagram {
    /// Its sender.
    pub from: IpEndpoint,
    /// The address that it was sent to: this host's, or that of a group or of all stations.
    pub to: IpAddress,
    /// What it carries.
    pub payload: Vec<u8>,
}

impl System<'_> {
    /// The time.
    pub fn now(&self) -> Instant {
        self.meter.now
    }

    /// The host's name.
    pub fn hostname(&self) -> &str {
        self.name
    }

    // ---- input and output ----

    /// Prints a text; a line ends with `\n`.
    pub fn print(&mut self, text: &str) {
        self.process.printed.push_str(text);
    }

    /// Lets `f` run, and returns what is printed meanwhile instead of printing it: the first half of a pipe.
    pub fn capture<R>(&mut self, f: impl FnOnce(&mut Self) -> R) -> (R, String) {
        let before = std::mem::take(&mut self.process.printed);
        let result = f(self);
        (result, std::mem::replace(&mut self.process.printed, before))
    }

    /// The next line that was typed, without its end; `None`: none was typed yet.
    pub fn read_line(&mut self) -> Option<String> {
        self.process.read_line()
    }

    /// Whether no further line will be typed.
    pub fn input_ended(&self) -> bool {
        self.process.input_ended
    }

    /// 64 random bits, from the world's seed.
    pub fn random(&mut self) -> u64 {
        self.process.random.draw_u64()
    }

    // ---- TCP ----

    /// Begins a connection. `config`: [`Config::tcp`] of [`config`](Self::config), or what the program wants instead.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn tcp_connect(&mut self, to: IpEndpoint, config: TcpConfig) -> Result<SocketId, OpenError> {
        self.check_room()?;
        if to.port == 0 || to.addr.is_unspecified() || self.kernel.is_for_many(to.addr) {
            return Err(OpenError::BadDestination);
        }
        let from = self.source(&to.addr)?;
        if loopback::is_loopback(&to.addr) && !loopback::enable(&mut self.kernel.iface, &to.addr) {
            return Err(OpenError::NoAddress);
        }
        if self.kernel.sockets.is_memory_full(&config) {
            return Err(OpenError::TooMany);
        }
        let port = self.kernel.free_port(false).ok_or(OpenError::TooMany)?;
        let handle = self.kernel.connect(tcp_socket(config), (from, port).into(), to);
        let connection = Connection {
            handle,
            began: self.meter.now,
            timeout: config.timeout,
            was_open: false,
            finished: false,
            failure: None,
        };
        Ok(self.process.open(Descriptor::Tcp(connection)))
    }

    /// Accepts connections at this port from now on.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn tcp_listen(&mut self, port: u16, config: TcpConfig) -> Result<SocketId, OpenError> {
        self.check_room()?;
        if port == 0 {
            return Err(OpenError::BadDestination);
        }
        if self.kernel.sockets.is_listened_at(port) {
            return Err(OpenError::PortInUse(port));
        }
        let listener = Listener::new(port, config, &mut self.kernel.sockets);
        self.kernel.listeners.push(listener);
        Ok(self.process.open(Descriptor::Listener(port)))
    }

    /// The oldest connection that waits at a listening socket: its socket, and the other side.
    pub fn tcp_accept(&mut self, listener: SocketId) -> Option<(SocketId, IpEndpoint)> {
        let Descriptor::Listener(port) = *self.process.descriptor(listener)? else { return None };
        self.check_room().ok()?;
        let Kernel { listeners, sockets, .. } = &mut *self.kernel;
        let handle = listeners.iter_mut().find(|listener| listener.port == port)?.accept(sockets)?;
        let remote = sockets.tcp(handle).remote_endpoint()?;
        let (began, timeout) = (self.meter.now, None);
        let connection =
            Connection { handle, began, timeout, was_open: true, finished: false, failure: None };
        Some((self.process.open(Descriptor::Tcp(connection)), remote))
    }

    /// How far a connection is.
    pub fn tcp_state(&mut self, socket: SocketId) -> TcpState {
        let now = self.meter.now;
        let Some(descriptor @ Descriptor::Tcp(_)) = self.process.descriptor(socket) else {
            return TcpState::Closed;
        };
        let sockets = &mut self.kernel.sockets;
        let errors: Vec<_> = std::iter::from_fn(|| sockets.next_error(descriptor)).collect();
        let Descriptor::Tcp(connection) = descriptor else { return TcpState::Closed };
        errors.iter().for_each(|error| connection.icmp_error(error));
        connection.follow(now, sockets.tcp(connection.handle))
    }

    /// The addresses of a connection: this side's, and the other's.
    pub fn tcp_endpoints(&mut self, socket: SocketId) -> Option<(IpEndpoint, IpEndpoint)> {
        let socket = self.tcp(socket)?;
        Some((socket.local_endpoint()?, socket.remote_endpoint()?))
    }

    /// Hands over bytes to be sent; returns how many of them there was room for.
    pub fn tcp_send(&mut self, socket: SocketId, bytes: &[u8]) -> usize {
        let sent = self.tcp(socket).and_then(|socket| socket.send_slice(bytes).ok()).unwrap_or(0);
        self.process.acted |= sent > 0;
        sent
    }

    /// How many bytes [`tcp_send`](Self::tcp_send) would take now.
    pub fn tcp_room(&mut self, socket: SocketId) -> usize {
        let room = |socket: &mut tcp::Socket<'static>| {
            if socket.may_send() { socket.send_capacity() - socket.send_queue() } else { 0 }
        };
        self.tcp(socket).map_or(0, room)
    }

    /// Takes up to `most` of the bytes that were received; none if none are there.
    pub fn tcp_receive(&mut self, socket: SocketId, most: usize) -> Vec<u8> {
        let mut taken = Vec::new();
        if let Some(socket) = self.tcp(socket) {
            // The buffer is a ring: what is there may be in two pieces.
            while taken.len() < most && socket.can_recv() {
                let piece = socket.recv(|bytes| {
                    let len = bytes.len().min(most - taken.len());
                    (len, bytes[..len].to_vec())
                });
                taken.extend(piece.unwrap_or_default());
            }
        }
        self.process.acted |= !taken.is_empty();
        taken
    }

    /// Finishes sending: the other side reads to the end of what was sent. What it sends can still be received.
    pub fn tcp_finish(&mut self, socket: SocketId) {
        if let Some(Descriptor::Tcp(connection)) = self.process.descriptor(socket) {
            connection.finished = true;
            self.kernel.sockets.tcp(connection.handle).close();
            self.process.acted = true;
        }
    }

    // ---- UDP ----

    /// Opens a UDP socket at this port; `None`: at one that the host chooses.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn udp_bind(&mut self, port: Option<u16>) -> Result<SocketId, OpenError> {
        self.check_room()?;
        let port = match port {
            None => self.kernel.free_port(true).ok_or(OpenError::TooMany)?,
            Some(0) => return Err(OpenError::BadDestination),
            Some(port) if self.kernel.sockets.is_bound(port, true) => return Err(OpenError::PortInUse(port)),
            Some(port) => port,
        };
        let handle = self.kernel.sockets.add_udp(idle_udp_socket(), port);
        self.kernel.sockets.keep_errors();
        Ok(self.process.open(Descriptor::Udp(handle)))
    }

    /// The port of a UDP socket.
    pub fn udp_port(&mut self, socket: SocketId) -> Option<u16> {
        Some(self.udp(socket)?.endpoint().port)
    }

    /// The time to live, or hop limit, of what a UDP socket sends from now on; `None`: the host's own.
    pub fn udp_set_hop_limit(&mut self, socket: SocketId, hop_limit: Option<u8>) {
        if let Some(socket) = self.udp(socket) {
            socket.set_hop_limit(hop_limit.filter(|hops| *hops > 0));
        }
    }

    /// Sends a datagram. `from`: the address that it is sent from; `None`: the one that the host chooses. A host without an address
    /// may send from 0.0.0.0 to 255.255.255.255 (RFC 2131, 4.1).
    ///
    /// # Errors
    /// See [`SendError`]. What happens to it later is seen in [`next_error`](Self::next_error).
    pub fn udp_send(
        &mut self,
        socket: SocketId,
        from: Option<IpAddress>,
        to: IpEndpoint,
        payload: &[u8],
    ) -> Result<(), SendError> {
        let from = match from {
            Some(from) => from,
            None => self.source(&to.addr).map_err(SendError::from)?,
        };
        if loopback::is_loopback(&to.addr) && !loopback::enable(&mut self.kernel.iface, &to.addr) {
            return Err(SendError::NoAddress);
        }
        let Some(&mut Descriptor::Udp(handle)) = self.process.descriptor(socket) else {
            return Err(SendError::BadSocket);
        };
        self.kernel.sockets.prepare_udp(handle);
        let bound = self.kernel.sockets.udp(handle);
        match bound.payload_send_capacity() {
            // The network has no room for its buffers.
            0 => return Err(SendError::Full),
            room if payload.len() > room => return Err(SendError::TooLong),
            _ => {}
        }
        let local_address = Some(from);
        let metadata = udp::UdpMetadata { endpoint: to, local_address, meta: Default::default() };
        let sent = bound.send_slice(payload, metadata);
        self.process.acted |= sent.is_ok();
        sent.map_err(|error| match error {
            udp::SendError::BufferFull => SendError::Full,
            udp::SendError::Unaddressable => SendError::BadSocket,
        })
    }

    /// The oldest datagram that was received.
    pub fn udp_receive(&mut self, socket: SocketId) -> Option<Datagram> {
        let (payload, metadata) = self.udp(socket)?.recv().ok()?;
        let (payload, from) = (payload.to_vec(), metadata.endpoint);
        let to = metadata.local_address.unwrap_or(from.addr);
        self.process.acted = true;
        Some(Datagram { from, to, payload })
    }

    // ---- echo requests ----

    /// Opens a socket for ICMP echo requests and their replies.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn echo_open(&mut self) -> Result<SocketId, OpenError> {
        self.check_room()?;
        let ident = self.kernel.free_port(true).ok_or(OpenError::TooMany)?;
        self.kernel.sockets.add_echo(ident);
        self.kernel.sockets.keep_errors();
        Ok(self.process.open(Descriptor::Echo(ident)))
    }

    /// Sends an echo request. `hop_limit`: its time to live, or hop limit; `None`: the host's own.
    ///
    /// # Errors
    /// See [`SendError`]. What happens to it later is seen in [`next_error`](Self::next_error).
    pub fn echo_send(
        &mut self,
        socket: SocketId,
        to: IpAddress,
        sequence: u16,
        payload_bytes: usize,
        (hop_limit, fragments): (Option<u8>, Fragments),
    ) -> Result<(), SendError> {
        let Some(&mut Descriptor::Echo(ident)) = self.process.descriptor(socket) else {
            return Err(SendError::BadSocket);
        };
        if payload_bytes > crate::run::PING_PAYLOAD_MAX {
            return Err(SendError::TooLong);
        }
        let from = self.source(&to).map_err(SendError::from)?;
        // The alphabet, as the oldest pings fill theirs: recognizable in a hex view.
        let data: Vec<u8> = (b'a'..=b'w').cycle().take(payload_bytes).collect();
        let header = Header { hop_limit: hop_limit.unwrap_or(HOP_LIMIT), ..Header::icmp(from, to) };
        let frame = packet::icmp(&header, &[&icmp_reply::echo_request(&to, ident, sequence), &data]);
        self.kernel.made.push((frame, fragments));
        self.process.acted = true;
        Ok(())
    }

    /// The oldest reply that was received.
    pub fn echo_receive(&mut self, socket: SocketId) -> Option<EchoReply> {
        let Descriptor::Echo(ident) = *self.process.descriptor(socket)? else { return None };
        self.kernel.sockets.reply(ident)
    }

    // ---- looking on ----

    /// Opens a socket that sees all frames which the card sends and receives from now on, also those for other hosts.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn capture_open(&mut self) -> Result<SocketId, OpenError> {
        self.check_room()?;
        let number = self.kernel.captures.open().ok_or(OpenError::TooMany)?;
        Ok(self.process.open(Descriptor::Capture(number)))
    }

    /// The oldest frame that was seen, and when.
    pub fn capture_next(&mut self, socket: SocketId) -> Option<(Instant, Frame)> {
        let Descriptor::Capture(number) = *self.process.descriptor(socket)? else { return None };
        self.kernel.captures.next(number)
    }

    /// The number of frames that were not kept, since the program had not taken those before.
    pub fn capture_dropped(&mut self, socket: SocketId) -> u64 {
        match self.process.descriptor(socket) {
            Some(&mut Descriptor::Capture(number)) => self.kernel.captures.dropped(number),
            _ => 0,
        }
    }

    // ---- all sockets ----

    /// The oldest ICMP error about a packet of this socket.
    pub fn next_error(&mut self, socket: SocketId) -> Option<SocketError> {
        let descriptor = self.process.descriptor(socket)?;
        self.kernel.sockets.next_error(descriptor)
    }

    /// Closes a socket. A TCP connection still sends what it was given, and its end; if what was received was not read, it is reset
    /// (RFC 2525, 2.17).
    pub fn close(&mut self, socket: SocketId) {
        if let Some(descriptor) = self.process.forget(socket) {
            self.kernel.close(descriptor, &mut self.meter);
            self.process.acted = true;
        }
    }

    /// Hands what the sockets have to send to the network now, before the host's addresses change.
    pub fn flush(&mut self) {
        self.kernel.egress(&mut self.meter);
    }

    // ---- the host ----

    /// The host's settings, as they were configured.
    pub fn config(&self) -> &Config {
        &self.kernel.config
    }

    /// The MAC address of the host's card.
    pub fn mac(&self) -> EthernetAddress {
        self.kernel.mac
    }

    /// The addresses that the host has now, advertised and leased ones included.
    pub fn addresses(&self) -> &[IpCidr] {
        self.kernel.addresses()
    }

    /// The router to which packets go that no other route is for; for each IP version the first that is in use.
    pub fn gateways(&self) -> Vec<IpAddress> {
        self.kernel.gateways()
    }

    /// The next hop of packets to this address: the address itself, or a router's. `None`: there is no route.
    pub fn next_hop(&self, to: &IpAddress) -> Option<IpAddress> {
        self.kernel.next_hop(to)
    }

    /// The address from which packets to this one are sent.
    pub fn source_for(&self, to: &IpAddress) -> Option<IpAddress> {
        self.kernel.source_for(to)
    }

    /// The neighbor table, in order of address.
    pub fn neighbors(&self) -> impl Iterator<Item = (IpAddress, Option<EthernetAddress>, NeighborState)> {
        self.kernel.neighbors.states(self.meter.now)
    }

    /// Enters a neighbor's MAC address, as a DHCP server does before it answers a client that has no address yet.
    pub fn set_neighbor(&mut self, ip: IpAddress, mac: EthernetAddress) {
        self.kernel.set_neighbor(ip, mac, &mut self.meter);
    }

    /// Removes a neighbor from the table; what waits for its address is dropped. Returns false if it is not there.
    pub fn remove_neighbor(&mut self, ip: IpAddress) -> bool {
        self.kernel.remove_neighbor(ip, &mut self.meter)
    }

    /// Whether the network card is switched on.
    pub fn is_card_on(&self) -> bool {
        self.kernel.card_is_on
    }

    /// Switches the network card on or off. Off, it has no carrier, and the host forgets its neighbors; its addresses and its gateway stay,
    /// as a network manager keeps them. On, it begins as when its cable is plugged in.
    pub fn set_card(&mut self, on: bool) {
        if self.kernel.card_is_on == on {
            return;
        }
        // What was sent before leaves first.
        self.kernel.egress(&mut self.meter);
        self.kernel.card_is_on = on;
        self.meter.changed(Event::Card { up: on });
        if on {
            self.kernel.plugged(self.meter.now);
        } else {
            for ip in self.neighbors().map(|(ip, ..)| ip).collect::<Vec<_>>() {
                self.kernel.remove_neighbor(ip, &mut self.meter);
            }
        }
        self.process.acted = true;
    }

    /// Gives the host an address besides those that it has. Returns false if it has this address, or as many as it can have.
    pub fn add_address(&mut self, cidr: IpCidr) -> bool {
        self.kernel.add_address(cidr, &mut self.meter)
    }

    /// Takes an address from the host. Returns false if it has no such address.
    pub fn remove_address(&mut self, cidr: IpCidr) -> bool {
        self.kernel.remove_address(cidr, &mut self.meter)
    }

    /// Replaces the default gateway of this IP version; `None` takes it away.
    pub fn set_gateway(&mut self, is_v6: bool, gateway: Option<IpAddress>) {
        for event in self.kernel.routes.set_gateway(is_v6, gateway) {
            self.meter.changed(event);
        }
    }

    /// Asks the network whether another host uses this address, from no address (RFC 5227, 2.1.1). The answer is in
    /// [`arp_probed`](Self::arp_probed) when it comes.
    pub fn arp_probe(&mut self, address: Ipv4Address) {
        let known = self.kernel.probe.is_some_and(|(probed, in_use)| probed == address && in_use);
        self.kernel.probe = Some((address, known));
        let frame = crate::arp::probe(self.kernel.mac, address);
        self.kernel.put_on_cable(frame, &mut self.meter);
    }

    /// Whether another host has shown that it uses the address that was probed last.
    pub fn arp_probed(&self) -> bool {
        self.kernel.probe.is_some_and(|(_, in_use)| in_use)
    }

    /// Ends probing; what was found is forgotten.
    pub fn arp_probe_end(&mut self) {
        self.kernel.probe = None;
    }

    /// The sockets of the host, those of its other programs included: the state of each, and the bytes that were received and
    /// not read, and sent and not acknowledged.
    pub fn sockets(&self) -> impl Iterator<Item = (SocketState, [usize; 2])> {
        self.kernel.sockets.states()
    }

    /// Where names are looked up.
    pub fn resolver(&self) -> &ResolverConfig {
        &self.kernel.resolver
    }

    /// Changes where names are looked up.
    pub fn set_resolver(&mut self, resolver: ResolverConfig) {
        self.kernel.resolver = resolver;
    }

    /// What the programs of this host share, such as a cache of names: one value, empty at first. It is there for as long as the
    /// host, and no part of the history.
    pub fn kept<T: Any + Default>(&mut self) -> &mut T {
        if !self.kernel.kept.as_ref().is_some_and(|kept| kept.is::<T>()) {
            self.kernel.kept = Some(Box::<T>::default());
        }
        let kept = self.kernel.kept.as_mut().and_then(|kept| kept.downcast_mut());
        kept.expect("it was put there")
    }

    // ---- what these have in common ----

    fn check_room(&self) -> Result<(), OpenError> {
        if self.process.sockets.len() < SOCKETS_MAX { Ok(()) } else { Err(OpenError::TooMany) }
    }

    /// The source address of packets to this address, if they can be sent.
    fn source(&self, to: &IpAddress) -> Result<IpAddress, OpenError> {
        if to.is_unspecified() || !(to.is_multicast() || self.kernel.is_reachable(to)) {
            return Err(OpenError::NoRoute);
        }
        self.kernel.source_for(to).ok_or(OpenError::NoAddress)
    }

    fn tcp(&mut self, socket: SocketId) -> Option<&mut tcp::Socket<'static>> {
        match self.process.descriptor(socket)? {
            Descriptor::Tcp(connection) => Some(self.kernel.sockets.tcp(connection.handle)),
            Descriptor::Listener(_) | Descriptor::Udp(_) | Descriptor::Echo(_) | Descriptor::Capture(_) => {
                None
            }
        }
    }

    fn udp(&mut self, socket: SocketId) -> Option<&mut udp::Socket<'static>> {
        match *self.process.descriptor(socket)? {
            Descriptor::Udp(handle) => Some(self.kernel.sockets.udp(handle)),
            Descriptor::Tcp(_) | Descriptor::Listener(_) | Descriptor::Echo(_) | Descriptor::Capture(_) => {
                None
            }
        }
    }
}

impl From<OpenError> for SendError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::NoRoute | OpenError::BadDestination => Self::NoRoute,
            OpenError::NoAddress => Self::NoAddress,
            OpenError::PortInUse(_) | OpenError::TooMany => Self::BadSocket,
        }
    }
}

impl Connection {
    /// Port and protocol unreachable end a connection that is being set up, and so does a next hop that does not answer; what routers
    /// report may be temporary (RFC 1122, 4.2.3.9), but explains a timeout.
    fn icmp_error(&mut self, error: &SocketError) {
        use crate::run::IcmpError;
        if self.was_open || self.failure.is_some() {
            return;
        }
        let refused = matches!(error.what, IcmpError::PortUnreachable | IcmpError::ProtocolUnreachable);
        let no_neighbor = error.is_local && error.what == IcmpError::HostUnreachable;
        if refused {
            self.failure = Some(TcpFailure::Refused);
        } else if no_neighbor {
            self.failure = Some(TcpFailure::Unreachable(error.what));
        }
    }

    fn follow(&mut self, now: Instant, socket: &tcp::Socket<'static>) -> TcpState {
        if self.failure.is_none() && socket.state() == tcp::State::Closed && !(self.finished && self.was_open)
        {
            let silent = self.timeout.is_some_and(|timeout| is_over(now - self.began, timeout));
            self.failure = Some(match (self.was_open, silent) {
                (true, _) => TcpFailure::Reset,
                (false, true) => TcpFailure::TimedOut,
                (false, false) => TcpFailure::Refused,
            });
        }
        if let Some(failure) = self.failure {
            return TcpState::Failed(failure);
        }
        match socket.state() {
            tcp::State::SynSent | tcp::State::SynReceived | tcp::State::Listen => TcpState::Connecting,
            tcp::State::Closed | tcp::State::TimeWait => TcpState::Closed,
            tcp::State::Established | tcp::State::FinWait1 | tcp::State::FinWait2 => {
                self.was_open = true;
                TcpState::Open
            }
            tcp::State::CloseWait | tcp::State::Closing | tcp::State::LastAck => {
                self.was_open = true;
                if socket.can_recv() { TcpState::Open } else { TcpState::PeerFinished }
            }
        }
    }
}

impl Kernel {
    /// A port, or identifier of echo requests, that no socket is bound to: from the dynamic range (RFC 6335, 6), one after the other.
    fn free_port(&mut self, is_udp: bool) -> Option<u16> {
        for _ in 0..16_384 {
            let port = self.take_port();
            if !self.sockets.is_bound(port, is_udp) {
                return Some(port);
            }
        }
        None
    }

    fn connect(
        &mut self,
        mut socket: tcp::Socket<'static>,
        from: IpEndpoint,
        to: IpEndpoint,
    ) -> SocketHandle {
        socket
            .connect(self.iface.context(), to, from)
            .expect("a new socket can connect to a checked address");
        let handle = self.sockets.add_tcp(socket);
        self.sockets.keep_errors();
        handle
    }

    /// Closes a program's socket.
    pub(crate) fn close(&mut self, descriptor: Descriptor, meter: &mut Meter<'_>) {
        match descriptor {
            Descriptor::Tcp(connection) => {
                let socket = self.sockets.tcp(connection.handle);
                if socket.state() == tcp::State::SynSent {
                    // The other side knows of no connection, so there is nothing to reset (RFC 9293, 3.10.4 and 3.10.5).
                    return self.forget_request(connection.handle);
                }
                if socket.can_recv() || connection.failure.is_some() {
                    socket.abort()
                } else {
                    socket.close()
                }
                self.closing.push(connection.handle);
                self.closing_of_programs.push(connection.handle);
            }
            Descriptor::Listener(port) => {
                if let Some(place) = self.listeners.iter().position(|listener| listener.port == port) {
                    for handle in self.listeners.remove(place).close() {
                        self.sockets.tcp(handle).abort();
                        self.closing.push(handle);
                    }
                }
            }
            Descriptor::Udp(handle) => {
                // What was sent before leaves first.
                self.egress(meter);
                self.sockets.remove(handle);
            }
            Descriptor::Echo(ident) => self.sockets.remove_echo(ident),
            Descriptor::Capture(number) => self.captures.close(number),
        }
    }

    fn add_address(&mut self, cidr: IpCidr, meter: &mut Meter<'_>) -> bool {
        let mut added = false;
        if !self.iface.has_ip_addr(cidr.address()) && cidr.address().is_unicast() {
            self.iface.update_ip_addrs(|addresses| added = addresses.push(cidr).is_ok());
            loopback::put_last(&mut self.iface);
        }
        if added {
            meter.changed(Event::Address { cidr });
            if let IpCidr::Ipv6(cidr) = cidr {
                self.new_address(meter.now, cidr.address());
            }
        }
        added
    }

    fn remove_address(&mut self, cidr: IpCidr, meter: &mut Meter<'_>) -> bool {
        let before = self.iface.ip_addrs().len();
        self.iface.update_ip_addrs(|addresses| addresses.retain(|own| *own != cidr));
        let removed = self.iface.ip_addrs().len() < before;
        if removed {
            meter.changed(Event::AddressGone { cidr });
            if let IpAddress::Ipv6(address) = cidr.address() {
                self.groups.remove_address(meter.now, address);
            }
        }
        removed
    }
}
