//! A host's sockets, with a number for each that is never used twice, and a report of every change.
//!
//! TCP and UDP sockets are smoltcp's. Echo requests and replies (RFC 792; RFC 4443, 4) are the host's own matter: a socket of
//! theirs is a mailbox, so that a message may have any length and a full queue loses nothing silently. A connection in TIME-WAIT has a
//! number, but no socket of smoltcp any more.

use crate::config::TcpConfig;
use crate::connection::{Phase, Tuple};
use crate::event::{Event, SocketState};
use crate::icmp_error::{Flow, IcmpReport};
use crate::memory::{Memory, NETWORK_MEMORY_MAX};
use crate::meter::Meter;
use crate::run::IcmpError;
use crate::socket::{UDP_SOCKET_BYTES, udp_socket};
use smoltcp::iface::{SocketHandle, SocketSet};
use smoltcp::socket::{tcp, udp};
use smoltcp::wire::{IpAddress, IpEndpoint};
use std::collections::VecDeque;
use wire::{Duration, Instant};

pub(crate) struct Sockets {
    pub set: SocketSet<'static>,
    open: Vec<Open>,
    gone: Vec<u32>,
    next_number: u32,
    memory: Memory,
    /// What of it was counted for this host.
    noted: usize,
}

impl Drop for Sockets {
    fn drop(&mut self) {
        self.memory.note(self.noted, 0);
    }
}

struct Open {
    number: u32,
    place: Place,
    /// The state that was last reported.
    reported: Option<SocketState>,
    /// ICMP errors about its packets, for a program that reads them; `None`: it is a run's, which is called for each.
    errors: Option<VecDeque<SocketError>>,
}

/// A socket of a program: a number that the program never gets twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SocketId(pub(crate) u32);

/// What a program's socket is.
pub(crate) enum Descriptor {
    /// A connection.
    Tcp(Connection),
    /// What accepts connections at this port.
    Listener(u16),
    Udp(SocketHandle),
    /// Echo requests with this identifier.
    Echo(u16),
    /// What sees all frames of the card.
    Capture(u32),
}

/// A program's TCP connection.
pub(crate) struct Connection {
    pub handle: SocketHandle,
    pub began: Instant,
    pub timeout: Option<Duration>,
    pub was_open: bool,
    /// The program has closed its direction.
    pub finished: bool,
    /// Why it failed, once it has.
    pub failure: Option<TcpFailure>,
}

/// How a TCP connection failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TcpFailure {
    /// The other side answered the request with a reset, or that it has no such port.
    Refused,
    /// The other side did not answer for as long as [`TcpConfig::timeout`](crate::config::TcpConfig::timeout).
    TimedOut,
    /// The connection stood, and the other side reset it.
    Reset,
    /// An ICMP error said that it cannot be set up.
    Unreachable(IcmpError),
}

/// An ICMP error about a packet that a socket sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SocketError {
    /// The router or host that reports it.
    pub from: IpAddress,
    /// The error.
    pub what: IcmpError,
    /// Where the packet was to go.
    pub to: IpAddress,
    /// The packet's destination port, or the sequence number of the echo request.
    pub number: u16,
    /// The host itself reports it: the packet never left.
    pub is_local: bool,
}

/// Bytes of the buffers of a host's connections, unless four of them need more.
const TCP_MEMORY_MAX: usize = 32 << 20;

/// ICMP errors that wait for a program to read them; further ones are dropped.
const ERRORS_MAX: usize = 64;

enum Place {
    Tcp(SocketHandle),
    Udp(SocketHandle, u16),
    Echo { ident: u16, replies: VecDeque<EchoReply> },
    TimeWait(Tuple),
}

/// What a client's packets go through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Socket {
    Stack(SocketHandle),
    /// Echo requests with this identifier.
    Echo(u16),
}

/// An echo reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EchoReply {
    /// The station that answered.
    pub from: IpAddress,
    /// The request's sequence number.
    pub sequence: u16,
    /// Bytes after the ICMP header.
    pub payload_bytes: usize,
    /// The reply's time to live, or hop limit, as it arrived.
    pub hop_limit: u8,
}

/// Replies that wait for their program: one from each host of a large network.
const REPLIES_MAX: usize = 8_192;

impl Sockets {
    pub fn new() -> Self {
        Self {
            set: SocketSet::new(Vec::new()),
            open: Vec::new(),
            gone: Vec::new(),
            next_number: 0,
            memory: Memory::default(),
            noted: 0,
        }
    }

    pub fn share_memory(&mut self, memory: &Memory) {
        self.memory = memory.clone();
    }

    /// Counts the buffers anew: a socket has come, got its buffers, or gone.
    pub fn note_memory(&mut self) {
        let taken = self.memory_taken();
        self.memory.note(self.noted, taken);
        self.noted = taken;
    }

    fn memory_taken(&self) -> usize {
        let bytes = |open: &Open| match open.place {
            Place::Tcp(handle) => {
                let socket: &tcp::Socket<'static> = self.set.get(handle);
                socket.recv_capacity() + socket.send_capacity()
            }
            Place::Udp(handle, _) => {
                let socket: &udp::Socket<'static> = self.set.get(handle);
                socket.payload_recv_capacity() + socket.payload_send_capacity()
            }
            Place::Echo { .. } | Place::TimeWait(_) => 0,
        };
        self.open.iter().map(bytes).sum()
    }

    /// Whether the network has no room for this number of bytes more.
    fn is_network_full(&self, wanted: usize) -> bool {
        self.memory.taken().saturating_add(wanted) > NETWORK_MEMORY_MAX
    }

    pub fn add_tcp(&mut self, socket: tcp::Socket<'static>) -> SocketHandle {
        let handle = self.set.add(socket);
        self.note(Place::Tcp(handle));
        self.note_memory();
        handle
    }

    /// Adds a UDP socket and binds it.
    pub fn add_udp(&mut self, mut socket: udp::Socket<'static>, port: u16) -> SocketHandle {
        socket.bind(port).expect("a new socket can be bound to a port that is not 0");
        let handle = self.set.add(socket);
        self.note(Place::Udp(handle, port));
        self.note_memory();
        handle
    }

    /// Adds a mailbox for the replies to echo requests with this identifier.
    pub fn add_echo(&mut self, ident: u16) -> Socket {
        self.note(Place::Echo { ident, replies: VecDeque::new() });
        Socket::Echo(ident)
    }

    fn note(&mut self, place: Place) {
        self.open.push(Open { number: self.next_number, place, reported: None, errors: None });
        self.next_number += 1;
    }

    /// The socket that was added last is a program's, which reads ICMP errors.
    pub fn keep_errors(&mut self) {
        if let Some(open) = self.open.last_mut() {
            open.errors = Some(VecDeque::new());
        }
    }

    /// Keeps an ICMP error for the program's socket whose packet it is about.
    pub fn report_error(&mut self, report: &IcmpReport) {
        let to = report.of.to;
        let set = &self.set;
        let its = |open: &Open, flow: &Flow| match (&open.place, *flow) {
            (Place::Echo { ident, .. }, Flow::Echo { ident: its, sequence }) => {
                (*ident == its).then_some(sequence)
            }
            (Place::Udp(_, port), Flow::Udp { from, to }) => (*port == from).then_some(to),
            (Place::Tcp(handle), Flow::Tcp { from, to: port }) => {
                let tuple = tuple_of(set.get(*handle))?;
                ((tuple.local.port, tuple.remote) == (from, IpEndpoint::new(to, port))).then_some(port)
            }
            (Place::Echo { .. } | Place::Udp(..) | Place::Tcp(_) | Place::TimeWait(_), _) => None,
        };
        for open in &mut self.open {
            if open.errors.is_some()
                && let Some(number) = its(open, &report.of.flow)
                && let Some(errors) = &mut open.errors
                && errors.len() < ERRORS_MAX
            {
                let IcmpReport { from, what, is_local, .. } = *report;
                errors.push_back(SocketError { from, what, to, number, is_local });
            }
        }
    }

    /// The oldest ICMP error about a packet of a program's socket.
    pub fn next_error(&mut self, descriptor: &Descriptor) -> Option<SocketError> {
        let its = |open: &&mut Open| match (&open.place, descriptor) {
            (Place::Tcp(handle), Descriptor::Tcp(connection)) => *handle == connection.handle,
            (Place::Udp(handle, _), Descriptor::Udp(its)) => handle == its,
            (Place::Echo { ident, .. }, Descriptor::Echo(its)) => ident == its,
            (Place::Tcp(_) | Place::Udp(..) | Place::Echo { .. } | Place::TimeWait(_), _) => false,
        };
        self.open.iter_mut().find(its)?.errors.as_mut()?.pop_front()
    }

    /// Whether another TCP socket with such buffers would take more memory than a host gives to connections, as Linux' `tcp_mem` bounds it,
    /// or than all hosts together have.
    pub fn is_memory_full(&self, config: &TcpConfig) -> bool {
        let wanted = config.rx_buffer.saturating_add(config.tx_buffer);
        let taken: usize = self.tcps().map(|socket| socket.recv_capacity() + socket.send_capacity()).sum();
        taken.saturating_add(wanted) > TCP_MEMORY_MAX.max(wanted.saturating_mul(4))
            || self.is_network_full(wanted)
    }

    /// Whether a connection has something under way: its handshake, data that is not acknowledged, or its end.
    pub fn is_unsettled(&self, handle: SocketHandle) -> bool {
        let socket: &tcp::Socket<'static> = self.set.get(handle);
        match socket.state() {
            tcp::State::Established | tcp::State::CloseWait => socket.send_queue() > 0,
            tcp::State::SynSent
            | tcp::State::SynReceived
            | tcp::State::FinWait1
            | tcp::State::Closing
            | tcp::State::LastAck => true,
            tcp::State::Closed | tcp::State::Listen | tcp::State::FinWait2 | tcp::State::TimeWait => false,
        }
    }

    /// Whether a socket is bound to this port: of UDP, or of TCP.
    pub fn is_bound(&self, port: u16, is_udp: bool) -> bool {
        self.open.iter().any(|open| match &open.place {
            Place::Udp(_, bound) => is_udp && *bound == port,
            Place::Tcp(handle) => {
                let socket: &tcp::Socket<'static> = self.set.get(*handle);
                let bound = socket.local_endpoint().map_or(socket.listen_endpoint().port, |local| local.port);
                !is_udp && bound == port
            }
            Place::Echo { .. } | Place::TimeWait(_) => false,
        })
    }

    /// Whether a program has a TCP port. Connections that their programs have closed do not count, as with `SO_REUSEADDR`: a server can
    /// be started again at once.
    pub fn is_listened_at(&self, port: u16) -> bool {
        let has_it = |socket: &tcp::Socket<'static>| match socket.state() {
            tcp::State::Listen => socket.listen_endpoint().port == port,
            tcp::State::SynSent
            | tcp::State::SynReceived
            | tcp::State::Established
            | tcp::State::CloseWait => socket.local_endpoint().is_some_and(|local| local.port == port),
            tcp::State::Closed
            | tcp::State::FinWait1
            | tcp::State::FinWait2
            | tcp::State::Closing
            | tcp::State::LastAck
            | tcp::State::TimeWait => false,
        };
        self.tcps().any(has_it)
    }

    pub fn tcp(&mut self, handle: SocketHandle) -> &mut tcp::Socket<'static> {
        self.set.get_mut(handle)
    }

    pub fn udp(&mut self, handle: SocketHandle) -> &mut udp::Socket<'static> {
        self.set.get_mut(handle)
    }

    /// A datagram is received or sent: the socket gets its buffers, if it was opened [without](idle_udp_socket) and there is room.
    pub fn prepare_udp(&mut self, handle: SocketHandle) {
        let is_full = self.is_network_full(UDP_SOCKET_BYTES);
        let idle = self.udp(handle);
        if idle.payload_recv_capacity() == 0 && !is_full {
            let (endpoint, hop_limit) = (idle.endpoint(), idle.hop_limit());
            *idle = udp_socket();
            idle.set_hop_limit(hop_limit);
            idle.bind(endpoint).expect("a new socket can be bound to a port that is not 0");
            self.note_memory();
        }
    }

    /// The UDP socket that is bound to this port.
    pub fn udp_at(&self, port: u16) -> Option<SocketHandle> {
        self.open.iter().find_map(|open| match open.place {
            Place::Udp(handle, bound) if bound == port => Some(handle),
            Place::Udp(..) | Place::Tcp(_) | Place::Echo { .. } | Place::TimeWait(_) => None,
        })
    }

    /// Puts an echo reply into the mailbox of its identifier.
    pub fn deliver(&mut self, ident: u16, reply: EchoReply) {
        if let Some(replies) = self.mailbox(ident)
            && replies.len() < REPLIES_MAX
        {
            replies.push_back(reply);
        }
    }

    /// The oldest reply in a mailbox.
    pub fn reply(&mut self, ident: u16) -> Option<EchoReply> {
        self.mailbox(ident)?.pop_front()
    }

    fn mailbox(&mut self, wanted: u16) -> Option<&mut VecDeque<EchoReply>> {
        self.open.iter_mut().find_map(|open| match &mut open.place {
            Place::Echo { ident, replies } if *ident == wanted => Some(replies),
            Place::Echo { .. } | Place::Tcp(_) | Place::Udp(..) | Place::TimeWait(_) => None,
        })
    }

    fn tcps(&self) -> impl Iterator<Item = &tcp::Socket<'static>> {
        self.open.iter().filter_map(|open| match open.place {
            Place::Tcp(handle) => Some(self.set.get(handle)),
            Place::Udp(..) | Place::Echo { .. } | Place::TimeWait(_) => None,
        })
    }

    pub fn by_port(&mut self, local_port: u16) -> Option<&tcp::Socket<'static>> {
        let is_bound = |socket: &&tcp::Socket<'static>| {
            socket.local_endpoint().is_some_and(|local| local.port == local_port)
        };
        self.tcps().find(is_bound)
    }

    /// How far the connection between these endpoints is; `None`: there is none.
    pub fn phase(&self, tuple: &Tuple) -> Option<Phase> {
        let socket = self.tcps().find(|socket| tuple_of(socket) == Some(*tuple))?;
        match socket.state() {
            tcp::State::Closed | tcp::State::Listen => None,
            tcp::State::SynSent => Some(Phase::SynSent),
            tcp::State::SynReceived => Some(Phase::SynReceived),
            tcp::State::Established
            | tcp::State::FinWait1
            | tcp::State::FinWait2
            | tcp::State::CloseWait
            | tcp::State::Closing
            | tcp::State::LastAck
            | tcp::State::TimeWait => Some(Phase::Synchronized),
        }
    }

    /// The number of connections to this port whose handshake is not finished.
    pub fn half_open(&self, port: u16) -> usize {
        let its = |socket: &&tcp::Socket<'static>| {
            socket.state() == tcp::State::SynReceived
                && socket.local_endpoint().is_some_and(|local| local.port == port)
        };
        self.tcps().filter(its).count()
    }

    pub fn remove(&mut self, handle: SocketHandle) {
        self.set.remove(handle);
        self.forget(|place| matches!(place, Place::Tcp(its) | Place::Udp(its, _) if *its == handle));
        self.note_memory();
    }

    /// Removes a mailbox.
    pub fn remove_echo(&mut self, wanted: u16) {
        self.forget(|place| matches!(place, Place::Echo { ident, .. } if *ident == wanted));
    }

    /// Replaces a socket of smoltcp by a connection in TIME-WAIT.
    pub fn wait(&mut self, handle: SocketHandle, tuple: Tuple) {
        self.set.remove(handle);
        let its = |open: &&mut Open| matches!(open.place, Place::Tcp(its) if its == handle);
        if let Some(open) = self.open.iter_mut().find(its) {
            open.place = Place::TimeWait(tuple);
        }
        self.note_memory();
    }

    /// Removes the connections whose TIME-WAIT is over.
    pub fn end_time_wait(&mut self, is_waiting: impl Fn(&Tuple) -> bool) {
        self.forget(|place| matches!(place, Place::TimeWait(tuple) if !is_waiting(tuple)));
    }

    fn forget(&mut self, is_gone: impl Fn(&Place) -> bool) {
        let gone = self.open.extract_if(.., |open| is_gone(&open.place));
        self.gone.extend(gone.filter(|open| open.reported.is_some()).map(|open| open.number));
    }

    /// All sockets with their states, and the bytes that were received and not read, and sent and not acknowledged.
    pub fn states(&self) -> impl Iterator<Item = (SocketState, [usize; 2])> {
        self.open.iter().map(|open| {
            let queues = match open.place {
                Place::Tcp(handle) => {
                    let socket: &tcp::Socket<'static> = self.set.get(handle);
                    [socket.recv_queue(), socket.send_queue()]
                }
                Place::Udp(..) | Place::Echo { .. } | Place::TimeWait(_) => [0, 0],
            };
            (state(&self.set, &open.place), queues)
        })
    }

    /// Reports every change since the last time.
    pub fn report(&mut self, meter: &mut Meter<'_>) {
        for socket in self.gone.drain(..) {
            meter.changed(Event::SocketGone { socket });
        }
        for open in &mut self.open {
            let state = state(&self.set, &open.place);
            if open.reported != Some(state) {
                open.reported = Some(state);
                meter.changed(Event::Socket { socket: open.number, state });
            }
        }
    }
}

/// The endpoints of a connected socket.
pub(crate) fn tuple_of(socket: &tcp::Socket<'static>) -> Option<Tuple> {
    Some(Tuple { local: socket.local_endpoint()?, remote: socket.remote_endpoint()? })
}

fn state(set: &SocketSet<'static>, place: &Place) -> SocketState {
    match place {
        Place::Tcp(handle) => tcp_state(set.get(*handle)),
        Place::Udp(_, port) => SocketState::Udp { port: *port },
        Place::Echo { ident, .. } => SocketState::Icmp { ident: *ident },
        Place::TimeWait(Tuple { local, remote }) => SocketState::Tcp {
            state: tcp::State::TimeWait,
            local: Some(*local),
            remote: Some(*remote),
            port: local.port,
        },
    }
}

fn tcp_state(socket: &tcp::Socket<'static>) -> SocketState {
    let local = socket.local_endpoint();
    SocketState::Tcp {
        state: socket.state(),
        local,
        remote: socket.remote_endpoint(),
        port: local.map_or(socket.listen_endpoint().port, |local| local.port),
    }
}
