//! The side that receives.

use super::report::{self, Losses, RULE, Transfer};
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
    transit: Option<i64>,
    /// The answer to the last datagram, which may be repeated.
    report: Option<Vec<u8>>,
}

impl Server {
    pub fn new(port: u16, is_udp: bool) -> Self {
        Self { port, is_udp, socket: None, connections: Vec::new(), peers: Vec::new(), count: 0 }
    }

    fn open(&mut self, system: &mut System<'_>) -> Option<SocketId> {
        if self.socket.is_none() {
            let (config, port) = (system.config().tcp, self.port);
            let (opened, name) = match self.is_udp {
                true => (system.udp_bind(Some(port)), "UDP"),
                false => (system.tcp_listen(port, config), "TCP"),
            };
            match opened {
                Ok(socket) => {
                    self.socket = Some(socket);
                    system.print(&format!("{RULE}Server listening on {name} port {port}\n{RULE}"));
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
            }
            let (number, since) = (self.count, system.now());
            self.connections.push(Connection { number, socket, since, received: 0 });
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
                let transfer = Transfer { bytes: connection.received, time: system.now() - connection.since };
                system.print(&report::one(connection.number, &transfer));
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
                    let transfer = Transfer { bytes: peer.received, time: peer.until - peer.since };
                    peer.losses.total = peer.datagrams + peer.losses.lost;
                    system.print(&report::with_losses(peer.number, &transfer, &peer.losses));
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
        self.peers.push(Peer {
            number: self.count,
            at: datagram.from,
            since: system.now(),
            until: system.now(),
            received: 0,
            expected: 0,
            datagrams: 0,
            losses: Losses::default(),
            transit: None,
            report: None,
        });
        self.peers.len() - 1
    }
}

impl Program for Server {
    fn poll(&mut self, system: &mut System<'_>) -> Poll {
        let Some(socket) = self.open(system) else { return Poll::Exit(1) };
        if self.is_udp {
            self.step_udp(socket, system);
        } else {
            self.step_tcp(socket, system);
        }
        Poll::Wait(None)
    }
}

impl Peer {
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
    let transfer = Transfer { bytes: at(1)? << 32 | at(2)?, time: micros(3)? };
    Some((transfer, Losses { jitter: micros(8)?, lost: at(5)?, total: at(7)?, out_of_order: at(6)? }))
}
