//! The side that sends.

use super::report::{self, Heading, Intervals, Losses, RULE, Transfer};
use super::{Amount, DATAGRAM_BYTES};
use crate::text::tcp_failure;
use host::program::{INTERRUPTED, Poll, Program};
use host::system::{SendError, SocketId, System, TcpState};
use smoltcp::wire::IpEndpoint;
use wire::{Duration, Instant};

/// Bytes handed over at once. They begin with zeros, where iperf has the header of a test that goes both ways.
static ZEROS: [u8; 16 << 10] = [0; 16 << 10];
/// The last datagram is repeated until the server reports.
const LAST_TRIES: u8 = 10;
const LAST_INTERVAL: Duration = Duration::from_millis(250);
/// When the host's queue is full, sending goes on after this time.
const FULL_WAIT: Duration = Duration::from_micros(500);
/// Datagrams that one poll sends at most: what could not be sent in time is not made up for.
const BURST_MAX: u32 = 64;

pub(super) struct Client {
    to: IpEndpoint,
    amount: Amount,
    /// Bits a second, over UDP; `None`: TCP.
    rate: Option<u64>,
    parallel: u16,
    /// The time from one report to the next.
    every: Option<Duration>,
    heading: Heading,
    streams: Vec<Stream>,
    began: bool,
}

struct Stream {
    socket: SocketId,
    /// When it could begin to send.
    since: Option<Instant>,
    sent: u64,
    /// What it transferred, once it is over.
    result: Option<Transfer>,
    /// A sender of datagrams: when the next one is due, their number, and how often the last one was sent.
    next: Instant,
    datagrams: u32,
    last_tries: u8,
    /// When all was sent.
    until: Option<Instant>,
    intervals: Intervals,
    has_failed: bool,
}

impl Client {
    pub fn new(
        to: IpEndpoint,
        amount: Amount,
        rate: Option<u64>,
        parallel: u16,
        every: Option<Duration>,
    ) -> Self {
        let (heading, streams) = (Heading::default(), Vec::new());
        Self { to, amount, rate, parallel, every, heading, streams, began: false }
    }

    fn begin(&mut self, system: &mut System<'_>) -> Result<(), String> {
        let config = system.config().tcp;
        let (to, name) = (self.to, if self.rate.is_some() { "UDP" } else { "TCP" });
        let window = match self.interval() {
            None => report::buffer("TCP window", config.tx_buffer),
            Some(gap) => {
                let hundredths = (gap.nanos() + 5) / 10;
                format!(
                    "Sending {DATAGRAM_BYTES} byte datagrams, IPG target: {}.{:02} us\n",
                    hundredths / 100,
                    hundredths % 100
                )
            }
        };
        system.print(&format!(
            "{RULE}Client connecting to {}, {name} port {}\n{window}{RULE}",
            to.addr, to.port
        ));
        for _ in 0..self.parallel {
            let socket = match self.rate {
                None => system.tcp_connect(to, config),
                Some(_) => system.udp_bind(None),
            };
            let socket = socket.map_err(|error| error.to_string())?;
            let now = system.now();
            self.streams.push(Stream {
                socket,
                since: None,
                sent: 0,
                result: None,
                next: now,
                datagrams: 0,
                last_tries: 0,
                until: None,
                intervals: Intervals::default(),
                has_failed: false,
            });
        }
        Ok(())
    }

    /// The time from one datagram to the next, if a rate is given.
    fn interval(&self) -> Option<Duration> {
        let nanos = |rate: u64| DATAGRAM_BYTES as u64 * 8 * 1_000_000_000 / rate;
        self.rate.map(|rate| Duration::from_nanos(nanos(rate).max(1_000)))
    }

    /// Reports the intervals that are over; returns when the next one is.
    fn note_intervals(&mut self, system: &mut System<'_>) -> Option<Instant> {
        let (every, now) = (self.every?, system.now());
        let mut wake: Option<Instant> = None;
        for (number, stream) in (1..).zip(&mut self.streams) {
            let Some(since) = stream.since.filter(|_| stream.is_busy()) else { continue };
            while let Some(transfer) = stream.intervals.next(every, now - since, stream.sent) {
                system.print(&self.heading.above(&report::one(number, &transfer), false));
            }
            // What the sender still waits for when all is sent belongs to no interval.
            if !stream.is_all_sent(self.amount, now) {
                wake = wake.into_iter().chain([since + stream.intervals.end(every)]).min();
            }
        }
        wake
    }

    /// All connections together, and the exit status.
    fn end(&self, system: &mut System<'_>) -> Poll {
        let results = || self.streams.iter().filter_map(|stream| stream.result.as_ref());
        if results().count() > 1 {
            let bytes = results().map(|result| result.bytes).sum();
            let time = results().map(|result| result.time).max().unwrap_or_default();
            system.print(&report::sum(&Transfer { bytes, from: Duration::ZERO, time }));
        }
        Poll::Exit(u8::from(self.streams.iter().any(|stream| stream.has_failed)))
    }
}

impl Program for Client {
    fn poll(&mut self, system: &mut System<'_>) -> Poll {
        if !std::mem::replace(&mut self.began, true)
            && let Err(error) = self.begin(system)
        {
            system.print(&format!("connect failed: {error}\n"));
            return Poll::Exit(1);
        }
        self.note_intervals(system);
        let (amount, interval, to) = (self.amount, self.interval(), self.to);
        let mut wake: Option<Instant> = None;
        for (number, stream) in self.streams.iter_mut().enumerate() {
            if stream.is_busy() {
                let at = match interval {
                    None => stream.step_tcp(number + 1, amount, &mut self.heading, system),
                    Some(interval) => {
                        stream.step_udp(number + 1, (to, interval), amount, &mut self.heading, system)
                    }
                };
                wake = wake.into_iter().chain(at).min();
            }
        }
        let wake = wake.into_iter().chain(self.note_intervals(system)).min();
        if self.streams.iter().any(Stream::is_busy) { Poll::Wait(wake) } else { self.end(system) }
    }

    /// What was sent so far is reported.
    fn interrupt(&mut self, system: &mut System<'_>) -> u8 {
        for (number, stream) in self.streams.iter().enumerate().filter(|(_, stream)| stream.result.is_none())
        {
            if let Some(since) = stream.since {
                let time = system.now() - since;
                let transfer = Transfer { bytes: stream.sent, from: Duration::ZERO, time };
                system.print(&self.heading.above(&report::one(number + 1, &transfer), false));
            }
        }
        INTERRUPTED
    }
}

impl Stream {
    fn is_busy(&self) -> bool {
        self.result.is_none() && !self.has_failed
    }

    /// When its time is over; `None`: it sends a number of bytes.
    fn deadline(&self, amount: Amount) -> Option<Instant> {
        match amount {
            Amount::For(time) => self.since.map(|since| since + time),
            Amount::Bytes(_) => None,
        }
    }

    fn is_all_sent(&self, amount: Amount, now: Instant) -> bool {
        match amount {
            Amount::For(_) => self.deadline(amount).is_some_and(|until| now >= until),
            Amount::Bytes(bytes) => self.sent >= bytes,
        }
    }

    fn begins(&mut self, number: usize, system: &mut System<'_>, ends: Option<(IpEndpoint, IpEndpoint)>) {
        self.since = Some(system.now());
        if let Some((local, remote)) = ends {
            system.print(&report::connected(number, local, remote));
        }
    }

    fn end(&mut self, system: &mut System<'_>) -> Transfer {
        let until = self.until.unwrap_or(system.now());
        let time = self.since.map(|since| until - since).unwrap_or_default();
        let transfer = Transfer { bytes: self.sent, from: Duration::ZERO, time };
        self.result = Some(transfer);
        system.close(self.socket);
        transfer
    }

    fn step_tcp(
        &mut self,
        number: usize,
        amount: Amount,
        heading: &mut Heading,
        system: &mut System<'_>,
    ) -> Option<Instant> {
        let state = system.tcp_state(self.socket);
        match state {
            TcpState::Connecting => return None,
            TcpState::Failed(failure) => {
                system.print(&format!("tcp connect failed: {}\n", tcp_failure(failure)));
                self.has_failed = true;
                return None;
            }
            TcpState::Open | TcpState::PeerFinished | TcpState::Closed => {}
        }
        if self.since.is_none() {
            let ends = system.tcp_endpoints(self.socket);
            self.begins(number, system, ends);
        }
        // A server may say something about itself, which is not read here.
        while !system.tcp_receive(self.socket, ZEROS.len()).is_empty() {}
        while state == TcpState::Open && !self.is_all_sent(amount, system.now()) {
            let most = match amount {
                Amount::For(_) => ZEROS.len() as u64,
                Amount::Bytes(bytes) => (bytes - self.sent).min(ZEROS.len() as u64),
            };
            match system.tcp_send(self.socket, &ZEROS[..most as usize]) {
                0 => break,
                sent => self.sent += sent as u64,
            }
        }
        if !self.is_all_sent(amount, system.now()) && state == TcpState::Open {
            return self.deadline(amount);
        }
        // The end goes alone: smoltcp forgets one that is lost together with data.
        let is_acknowledged = system.tcp_room(self.socket) == system.config().tcp.tx_buffer;
        match state {
            TcpState::Open if is_acknowledged => system.tcp_finish(self.socket),
            TcpState::PeerFinished | TcpState::Closed => {
                let transfer = self.end(system);
                system.print(&heading.above(&report::one(number, &transfer), false));
            }
            TcpState::Open | TcpState::Connecting | TcpState::Failed(_) => {}
        }
        None
    }

    fn step_udp(
        &mut self,
        number: usize,
        (to, interval): (IpEndpoint, Duration),
        amount: Amount,
        heading: &mut Heading,
        system: &mut System<'_>,
    ) -> Option<Instant> {
        if self.since.is_none() {
            let ends = system.source_for(&to.addr).zip(system.udp_port(self.socket));
            self.begins(number, system, ends.map(|(from, port)| ((from, port).into(), to)));
            (self.next, self.last_tries) = (system.now(), 0);
        }
        if let Some(answer) = system.udp_receive(self.socket).filter(|answer| answer.from == to) {
            self.report(number, super::server::read_report(&answer.payload), heading, system);
            return None;
        }
        if system.next_error(self.socket).is_some() && self.datagrams > 0 {
            system.print("read failed: Connection refused\n");
            self.has_failed = true;
            return None;
        }
        for _ in 0..BURST_MAX {
            let now = system.now();
            if now < self.next {
                break;
            }
            let is_last = self.is_all_sent(amount, now);
            if is_last {
                self.until.get_or_insert(now);
            }
            if is_last && self.last_tries == LAST_TRIES {
                self.report(number, None, heading, system);
                return None;
            }
            match system.udp_send(self.socket, None, to, &self.datagram(is_last, now)) {
                Ok(()) if is_last => {
                    (self.last_tries, self.next) = (self.last_tries + 1, now + LAST_INTERVAL)
                }
                Ok(()) => {
                    self.datagrams += 1;
                    self.sent += DATAGRAM_BYTES as u64;
                    self.next += interval;
                }
                Err(SendError::Full) => self.next = now + FULL_WAIT,
                Err(error) => {
                    system.print(&format!("write failed: {error}\n"));
                    self.has_failed = true;
                    return None;
                }
            }
        }
        // What was late is not made up for.
        self.next = self.next.max(system.now() + Duration::from_nanos(1));
        Some(self.next)
    }

    /// A datagram with its number and time; that of the last is negative.
    fn datagram(&self, is_last: bool, now: Instant) -> [u8; DATAGRAM_BYTES] {
        let number = i64::from(self.datagrams);
        let number = if is_last { -number } else { number };
        let micros = (now - Instant::ZERO).nanos() / 1_000;
        let mut bytes = [0; DATAGRAM_BYTES];
        bytes[..4].copy_from_slice(&(number as i32).to_be_bytes());
        bytes[4..8].copy_from_slice(&((micros / 1_000_000) as u32).to_be_bytes());
        bytes[8..12].copy_from_slice(&((micros % 1_000_000) as u32).to_be_bytes());
        bytes[12..16].copy_from_slice(&((number >> 32) as i32).to_be_bytes());
        bytes
    }

    fn report(
        &mut self,
        number: usize,
        of_server: Option<(Transfer, Losses)>,
        heading: &mut Heading,
        system: &mut System<'_>,
    ) {
        let transfer = self.end(system);
        let mut text = heading.above(&report::one(number, &transfer), false);
        // The last one, which carries nothing, is counted as sent.
        text += &format!("[{number:3}] Sent {} datagrams\n", self.datagrams + 1);
        match of_server {
            Some((transfer, losses)) => {
                let line = report::with_losses(number, &transfer, &losses);
                text += &format!("[{number:3}] Server Report:\n{}", Heading::default().above(&line, true));
            }
            None => {
                text += &format!(
                    "[{number:3}] WARNING: did not receive ack of last datagram after {LAST_TRIES} tries.\n"
                );
                self.has_failed = true;
            }
        }
        system.print(&text);
    }
}
