//! The programs that run on hosts: the clients of runs, and the servers that answer them.
//!
//! Each is a small state machine on top of smoltcp's sockets, stepped whenever its host is polled. It never waits: it
//! says when it next wants to be asked.

pub(crate) mod bulk;
pub(crate) mod echo;
pub(crate) mod group;
pub(crate) mod path_mtu;
pub(crate) mod ping;
pub(crate) mod traceroute;

use crate::icmp_error::{Flow, IcmpReport};
use crate::meter::Meter;
use crate::run::{Failure, IcmpError, RunEvent, RunId};
use crate::sockets::{Socket, Sockets};
use smoltcp::iface::{Interface, SocketHandle};
use smoltcp::socket::tcp;
use smoltcp::wire::IpAddress;
use wire::{Duration, Frame, Instant};

/// What a program can reach of its host.
pub(crate) struct Stack<'a> {
    pub iface: &'a mut Interface,
    pub sockets: &'a mut Sockets,
    /// Packets that programs make themselves, to be sent after the step.
    pub made: &'a mut Vec<(Frame, Fragments)>,
}

/// Whether a packet may be fragmented, by its sender or by routers (IPv4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fragments {
    /// Only once it is known that the path asks for it; the host's own MTU is never exceeded.
    AsUsual,
    /// Always.
    Allowed,
    /// Never: path MTU probes.
    Never,
}

/// The client of a run.
pub(crate) trait Client {
    /// Does what can be done now; returns whether it touched a socket.
    fn step(&mut self, stack: &mut Stack<'_>, meter: &mut Meter<'_>) -> bool;
    /// Handles an ICMP error about one of its packets.
    fn icmp_error(&mut self, error: &IcmpReport, meter: &mut Meter<'_>);
    /// The host has dropped one of its packets, since too many wait for the address of the next hop.
    fn discarded(&mut self, error: &IcmpReport, meter: &mut Meter<'_>) {
        self.icmp_error(error, meter);
    }
    /// One of its packets goes onto the wire now: it may have waited for the address of the next hop.
    fn departed(&mut self, _: &Flow, _: &mut Meter<'_>) {}
    /// When it next has something to do, even if no frame comes.
    fn wake(&self) -> Option<Instant>;
    /// Its run.
    fn run(&self) -> RunId;
    /// Its only socket.
    fn socket(&self) -> Socket;
}

/// The phase of a client's TCP connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Connecting,
    Open,
    Over,
}

/// A client's TCP connection: reports when it is established and when it fails.
pub(crate) struct Connection {
    pub run: RunId,
    pub socket: SocketHandle,
    began: Instant,
    timeout: Option<Duration>,
    phase: Phase,
    errors: ErrorLog,
}

impl Connection {
    pub fn new(run: RunId, socket: SocketHandle, began: Instant, timeout: Option<Duration>) -> Self {
        Self { run, socket, began, timeout, phase: Phase::Connecting, errors: ErrorLog::default() }
    }

    /// Port and protocol unreachable end a connection that is being set up, and so does a next hop that does not answer; what routers
    /// report may be temporary (RFC 1122, 4.2.3.9).
    pub fn icmp_error(&mut self, error: &IcmpReport, meter: &mut Meter<'_>) {
        self.errors.note(self.run, error, meter);
        let refused = matches!(error.what, IcmpError::PortUnreachable | IcmpError::ProtocolUnreachable);
        if refused && self.phase == Phase::Connecting {
            meter.fail(self.run, Failure::Refused);
            self.phase = Phase::Over;
        } else if error.is_local
            && error.what == IcmpError::HostUnreachable
            && self.phase == Phase::Connecting
        {
            meter.fail(self.run, Failure::Unreachable(error.what));
            self.phase = Phase::Over;
        }
    }

    /// Reports a change of the connection's state; a failure ends the run.
    pub fn follow(&mut self, stack: &mut Stack<'_>, meter: &mut Meter<'_>) -> Phase {
        let socket = stack.sockets.tcp(self.socket);
        let waited = meter.now - self.began;
        match (self.phase, socket.state()) {
            (Phase::Connecting, tcp::State::Closed) => {
                let silent = self.timeout.is_some_and(|timeout| is_over(waited, timeout));
                meter.fail(self.run, if silent { self.errors.failure() } else { Failure::Refused });
                self.phase = Phase::Over;
            }
            (Phase::Connecting, state) if !matches!(state, tcp::State::SynSent | tcp::State::SynReceived) => {
                meter.event(self.run, RunEvent::Connected { after: waited });
                self.phase = Phase::Open;
            }
            (Phase::Open, tcp::State::Closed) => {
                meter.fail(self.run, Failure::Broken);
                self.phase = Phase::Over;
            }
            _ => {}
        }
        self.phase
    }

    pub fn over(&mut self) {
        self.phase = Phase::Over;
    }
}

/// Whether smoltcp has given up by its timeout after this long: it counts in microseconds, from the one in which it began.
pub(crate) fn is_over(waited: Duration, timeout: Duration) -> bool {
    waited + Duration::from_micros(1) > timeout
}

/// The ICMP errors about the packets of a run. Repetitions of the same error are reported once.
#[derive(Default)]
pub(crate) struct ErrorLog {
    last: Option<(IpAddress, IcmpError)>,
    reported: u32,
}

/// Errors reported for one run at most.
const ERRORS_MAX: u32 = 1_000;

impl ErrorLog {
    /// Reports the error unless it repeats the last one.
    pub fn note(&mut self, run: RunId, error: &IcmpReport, meter: &mut Meter<'_>) {
        if self.last != Some((error.from, error.what)) && self.reported < ERRORS_MAX {
            self.reported += 1;
            meter.event(run, RunEvent::IcmpError { number: None, from: error.from, what: error.what });
        }
        self.last = Some((error.from, error.what));
    }

    /// The failure of a run that got no answer.
    pub fn failure(&self) -> Failure {
        self.last.map_or(Failure::NoAnswer, |(_, what)| Failure::Unreachable(what))
    }
}

/// The text of message `number` of `count`: numbered if there are several, so that a late answer is not taken for
/// another's.
pub(crate) fn numbered(text: &str, number: u32, count: u32) -> String {
    if count == 1 { text.to_owned() } else { format!("{text} #{}", number + 1) }
}
