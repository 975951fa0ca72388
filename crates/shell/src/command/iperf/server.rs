//! The side that receives.

use super::report::{self, Heading, Intervals, Losses, RULE, Transfer};
use host::program::{Poll, Program};
use host::system::{Datagram, SocketId, System, TcpState};
use smoltcp::wire::IpEndpoint;
use wire::{Duration, Instant};

/// Bytes read at once.
const READ_BYTES: usize = 64 << 10;
/// Senders that are remembered; the oldest is forgotten.
const PEERS_MAX: usize = 64;
/// Where a report stands in a datagram: behind number and time.
const REPORT_AT: usize = 16;
const REPORT_WORDS: usize = 10;
/// The version of a report.
const REPORT_FLAGS: u32 = 1 << 31;

pub(super) struct Server {
    port: u16,
    is_udp: bool,
    /// The time from one report to the next.
    every: Option<Duration>,
    heading: Heading,
    socket: Option<SocketId>,
    connections: Vec<Connection>,
    peers: Vec<Peer>,
    count: usize,
}

struct Connection {
    number: usize,
    socket: SocketId,
    since: Instant,
    received: u64,
    intervals: Intervals,
}

/// A sender of datagrams.
struct Peer {
    number: usize,
    at: IpEndpoint,
    since: Instant,
    /// When the last datagram came.
    until: Instant,
    received: u64,
    /// The number that is expected next.
    expected: i64,
    datagrams: u64,
    losses: Losses,
    intervals: Intervals,
    /// The losses by the end of the last interval.
    noted: Losses,
    transit: Option<i64>,
    /// The answer to the last datagram, which may be repeated.
    report: Option<Vec<u8>>,
}

impl Server {
    pub fn new(port: u16, is_udp: bool, every: Option<Duration>) -> Self {
        let heading = Heading::default();
        Self {
            port,
            is_udp,
            every,
            heading,
            socket: None,
            connections: Vec::new(),
            peers: Vec::new(),
            count: 0,
        }
    }

    fn open(&mut self, system: &mut System<'_>) -> Option<SocketId> {
        if self.socket.is_none() {
            let (config, port) = (system.config().tcp, self.port);
            let (opened, name, size) = match self.is_udp {
                true => (system.udp_bind(Some(port)), "UDP", String::new()),
                false => {
                    let size = report::buffer("TCP window", config.rx_buffer);
                    (system.tcp_listen(port, config), "TCP", size)
                }
            };
            match opened {
                Ok(socket) => {
                    self.socket = Some(socket);
                    system.print(&format!("{RULE}Server listening on {name} port {port}\n{size}{RULE}"));
                }
                Err(error) => system.print(&format!("listener bind failed: {error}\n")),
            }
        }
        self.socket
    }

    fn step_tcp(&mut self, listener: SocketId, system: &mut System<'_>) {
        while let Some((socket, _)) = system.tcp_accept(listener) {
            self.count += 1;
            if let Some((local, remote)) = system.tcp_endpoints(socket) {
                system.print(&report::connected(self.count, local, remote));
                self.heading.begin();
            }
            let (number, since, intervals) = (self.count, system.now(), Intervals::default());
            self.connections.push(Connection { number, socket, since, received: 0, intervals });
        }
        self.connections.retain_mut(|connection| {
            loop {
                match system.tcp_receive(connection.socket, READ_BYTES).len() {
                    0 => break,
                    bytes => connection.received += bytes as u64,
                }
            }
            let goes_on =
                matches!(system.tcp_state(connection.socket), TcpState::Connecting | TcpState::Open);
            if !goes_on {
                let time = system.now() - connection.since;
                let transfer = Transfer { bytes: connection.received, from: Duration::ZERO, time };
                system.print(&self.heading.above(&report::one(connection.number, &transfer), false));
                system.close(connection.socket);
            }
            goes_on
        });
    }

    fn step_udp(&mut self, socket: SocketId, system: &mut System<'_>) {
        while let Some(datagram) = system.udp_receive(socket) {
            let Some((number, sent)) = read(&datagram) else { continue };
            let place = match self.peers.iter().position(|peer| peer.at == datagram.from) {
                // A new test from the same port begins with number 0.
                Some(place) if number < 0 || self.peers[place].report.is_none() => place,
                Some(place) => {
                    self.peers.remove(place);
                    self.begin(&datagram, system)
                }
                None if number < 0 => continue,
                None => self.begin(&datagram, system),
            };
            let peer = &mut self.peers[place];
            if number >= 0 {
                peer.count(number, sent, datagram.payload.len(), system.now());
                continue;
            }
            let answer = match &peer.report {
                Some(report) => report.clone(),
                None => {
                    let time = peer.until - peer.since;
                    let transfer = Transfer { bytes: peer.received, from: Duration::ZERO, time };
                    peer.losses.total = peer.datagrams + peer.losses.lost;
                    let line = report::with_losses(peer.number, &transfer, &peer.losses);
                    system.print(&self.heading.above(&line, true));
                    peer.report.insert(write_report(&datagram.payload, &transfer, &peer.losses)).clone()
                }
            };
            let _ = system.udp_send(socket, Some(datagram.to), datagram.from, &answer);
        }
    }

    fn begin(&mut self, datagram: &Datagram, system: &mut System<'_>) -> usize {
        if self.peers.len() == PEERS_MAX {
            self.peers.remove(0);
        }
        self.count += 1;
        let local = IpEndpoint::new(datagram.to, self.port);
        system.print(&report::connected(self.count, local, datagram.from));
        self.heading.begin();
        self.peers.push(Peer {
            number: self.count,
            at: datagram.from,
            since: system.now(),
            until: system.now(),
            received: 0,
            expected: 0,
            datagrams: 0,
            losses: Losses::default(),
            intervals: Intervals::default(),
            noted: Losses::default(),
            transit: None,
            report: None,
        });
        self.peers.len() - 1
    }

    /// Reports the intervals that are over and in which something came; returns when the next such one is.
    fn note_intervals(&mut self, system: &mut System<'_>) -> Option<Instant> {
        let (every, now) = (self.every?, system.now());
        let mut wake: Option<Instant> = None;
        let mut is_next = |at: Instant| wake = wake.into_iter().chain([at]).min();
        for connection in &mut self.connections {
            let Connection { number, since, received, intervals, .. } = connection;
            while let Some(transfer) = intervals.next(every, now - *since, *received) {
                if transfer.bytes > 0 {
                    system.print(&self.heading.above(&report::one(*number, &transfer), false));
                }
            }
            if intervals.has_some(*received) {
                is_next(*since + intervals.end(every));
            }
        }
        for peer in self.peers.iter_mut().filter(|peer| peer.report.is_none()) {
            while let Some(transfer) = peer.intervals.next(every, now - peer.since, peer.received) {
                if transfer.bytes > 0 {
                    let line = report::with_losses(peer.number, &transfer, &peer.losses_since());
                    system.print(&self.heading.above(&line, true));
                }
            }
            if peer.intervals.has_some(peer.received) {
                is_next(peer.since + peer.intervals.end(every));
            }
        }
        wake
    }
}

impl Program for Server {
    fn poll(&mut self, system: &mut System<'_>) -> Poll {
        let Some(socket) = self.open(system) else { return Poll::Exit(1) };
        self.note_intervals(system);
        if self.is_udp {
            self.step_udp(socket, system);
        } else {
            self.step_tcp(socket, system);
        }
        Poll::Wait(self.note_intervals(system))
    }
}

impl Peer {
    /// What was lost since the last interval.
    fn losses_since(&mut self) -> Losses {
        let now = Losses { total: self.datagrams + self.losses.lost, ..self.losses };
        let before = std::mem::replace(&mut self.noted, now);
        Losses {
            jitter: now.jitter,
            lost: now.lost.saturating_sub(before.lost),
            total: now.total.saturating_sub(before.total),
            out_of_order: now.out_of_order - before.out_of_order,
        }
    }

    /// Counts a datagram. Jitter as in RFC 3550, 6.4.1.
    fn count(&mut self, number: i64, sent_micros: i64, bytes: usize, now: Instant) {
        self.received += bytes as u64;
        (self.datagrams, self.until) = (self.datagrams + 1, now);
        if number < self.expected {
            // It was taken for lost.
            self.losses.out_of_order += 1;
            self.losses.lost = self.losses.lost.saturating_sub(1);
        } else {
            self.losses.lost += (number - self.expected) as u64;
            self.expected = number + 1;
        }
        let transit = ((now - Instant::ZERO).nanos() / 1_000) as i64 - sent_micros;
        if let Some(before) = self.transit.replace(transit) {
            let nanos = transit.saturating_sub(before).unsigned_abs().min(1 << 40) * 1_000;
            let jitter = self.losses.jitter.nanos();
            self.losses.jitter = Duration::from_nanos(jitter + nanos / 16 - jitter / 16);
        }
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// The number of a datagram, and when it was sent, in microseconds.
fn read(datagram: &Datagram) -> Option<(i64, i64)> {
    let bytes = &datagram.payload;
    let number = i64::from(word(bytes, 0)? as i32);
    Some((number, i64::from(word(bytes, 4)?) * 1_000_000 + i64::from(word(bytes, 8)?)))
}

/// The answer to the last datagram: the same with a report in it.
fn write_report(last: &[u8], transfer: &Transfer, losses: &Losses) -> Vec<u8> {
    let mut bytes = last.to_vec();
    bytes.resize(last.len().max(REPORT_AT + 4 * REPORT_WORDS), 0);
    let (stop, jitter) = (transfer.time.nanos() / 1_000, losses.jitter.nanos() / 1_000);
    let words: [u64; REPORT_WORDS] = [
        REPORT_FLAGS.into(),
        transfer.bytes >> 32,
        transfer.bytes & 0xffff_ffff,
        stop / 1_000_000,
        stop % 1_000_000,
        losses.lost,
        losses.out_of_order,
        losses.total,
        jitter / 1_000_000,
        jitter % 1_000_000,
    ];
    for (place, word) in words.iter().enumerate() {
        let at = REPORT_AT + 4 * place;
        bytes[at..at + 4].copy_from_slice(&(*word as u32).to_be_bytes());
    }
    bytes
}

/// The report in a server's answer.
pub(super) fn read_report(bytes: &[u8]) -> Option<(Transfer, Losses)> {
    let at = |place: usize| word(bytes, REPORT_AT + 4 * place).map(u64::from);
    let micros = |place| Some(Duration::from_micros(at(place)?.min(1 << 20) * 1_000_000 + at(place + 1)?));
    if at(0)? & u64::from(REPORT_FLAGS) == 0 {
        return None;
    }
    let transfer = Transfer { bytes: at(1)? << 32 | at(2)?, from: Duration::ZERO, time: micros(3)? };
    Some((transfer, Losses { jitter: micros(8)?, lost: at(5)?, total: at(7)?, out_of_order: at(6)? }))
}
