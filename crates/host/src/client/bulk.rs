//! Senders: iperf over TCP and UDP, and `connect`, which sends a single message.
//!
//! The TCP sender closes only when all it wrote is acknowledged, so that its FIN goes alone. smoltcp 0.14 forgets a FIN that
//! is lost together with data (three duplicate ACKs clear its timer, and a receiver ignores a FIN on data that it has): a
//! finished transfer would then end in a timeout.

use super::{Client, Connection, ErrorLog, Phase, Stack};
use crate::icmp_error::{Flow, IcmpReport};
use crate::meter::Meter;
use crate::run::{Amount, Failure, IcmpError, Outcome, RunId};
use crate::sockets::Socket;
use smoltcp::iface::SocketHandle;
use smoltcp::socket::{tcp, udp};
use smoltcp::wire::IpEndpoint;
use wire::{BitsPerSec, Duration, Instant};

/// After the last message to a group, those under way are waited for this long.
pub(super) const UDP_GRACE: Duration = Duration::from_secs(1);

/// Sends over one TCP connection, closes it, and is done when the other side has acknowledged the end.
pub(crate) struct TcpSender {
    connection: Connection,
    payload: Payload,
    written: u64,
    /// With an amount of time: when it is over. Known once the connection stands.
    until: Option<Instant>,
    closed: bool,
}

/// What is sent.
pub(crate) enum Payload {
    /// This text, once.
    Text(Vec<u8>),
    /// Digits, as iperf does.
    Digits(Amount),
}

impl TcpSender {
    pub fn new(connection: Connection, payload: Payload) -> Self {
        Self { connection, payload, written: 0, until: None, closed: false }
    }

    fn is_all_written(&self, now: Instant) -> bool {
        match &self.payload {
            Payload::Text(text) => self.written == text.len() as u64,
            Payload::Digits(Amount::Bytes(bytes)) => self.written == *bytes,
            Payload::Digits(Amount::Time(_)) => self.until.is_some_and(|until| now >= until),
        }
    }

    /// All data is acknowledged and the FIN is out: the transfer is done as soon as that is acknowledged too, or given up.
    fn step_closing(&mut self, stack: &mut Stack<'_>, meter: &mut Meter<'_>) -> bool {
        let state = stack.sockets.tcp(self.connection.socket).state();
        if matches!(state, tcp::State::FinWait2 | tcp::State::TimeWait | tcp::State::Closed) {
            meter.finish(self.connection.run, Outcome::Succeeded);
        }
        false
    }
}

/// Fills `buffer` with what follows the first `written` bytes; less than all of it when the payload ends.
fn fill(payload: &Payload, written: u64, buffer: &mut [u8]) -> usize {
    match payload {
        Payload::Text(text) => {
            let rest = &text[written as usize..];
            let len = rest.len().min(buffer.len());
            buffer[..len].copy_from_slice(&rest[..len]);
            len
        }
        Payload::Digits(amount) => {
            let len = match amount {
                Amount::Bytes(bytes) => buffer.len().min((bytes - written).try_into().unwrap_or(usize::MAX)),
                Amount::Time(_) => buffer.len(),
            };
            fill_digits(&mut buffer[..len], (written % 10) as usize);
            len
        }
    }
}

fn fill_digits(buffer: &mut [u8], phase: usize) {
    const DIGITS: [u8; 1010] = {
        let mut digits = [0; 1010];
        let mut at = 0;
        while at < digits.len() {
            digits[at] = b'0' + (at % 10) as u8;
            at += 1;
        }
        digits
    };
    for chunk in buffer.chunks_mut(1_000) {
        chunk.copy_from_slice(&DIGITS[phase..phase + chunk.len()]);
    }
}

impl Client for TcpSender {
    fn step(&mut self, stack: &mut Stack<'_>, meter: &mut Meter<'_>) -> bool {
        if self.closed {
            return self.step_closing(stack, meter);
        }
        if self.connection.follow(stack, meter) != Phase::Open {
            return false;
        }
        if let Payload::Digits(Amount::Time(time)) = self.payload {
            self.until.get_or_insert(meter.now + time);
        }
        let socket = stack.sockets.tcp(self.connection.socket);
        let mut acted = false;
        while socket.can_send() && !self.is_all_written(meter.now) {
            let (payload, written) = (&self.payload, self.written);
            let sent = socket.send(|buffer| {
                let len = fill(payload, written, buffer);
                (len, len)
            });
            self.written += sent.expect("it can send") as u64;
            acted = true;
        }
        if self.is_all_written(meter.now) && socket.send_queue() == 0 {
            if matches!(self.payload, Payload::Text(_)) {
                meter.sent(self.connection.run, 0);
            }
            socket.close();
            self.closed = true;
            acted = true;
        }
        acted
    }

    fn icmp_error(&mut self, error: &IcmpReport, meter: &mut Meter<'_>) {
        self.connection.icmp_error(error, meter);
    }

    fn wake(&self) -> Option<Instant> {
        self.until.filter(|_| !self.closed)
    }

    fn run(&self) -> RunId {
        self.connection.run
    }

    fn socket(&self) -> Socket {
        Socket::Stack(self.connection.socket)
    }
}

/// Sends datagrams at a fixed rate, whatever becomes of them. It is done when the fate of each is known: a late datagram is not a lost
/// one, however deep a queue is. The owner of the network knows that ([`Output::AllSent`](crate::event::Output::AllSent)). Each begins with iperf 2's header: a sequence number and
/// the sender's time (seconds, microseconds), four bytes each.
pub(crate) struct UdpSender {
    run: RunId,
    socket: SocketHandle,
    to: IpEndpoint,
    datagram_bytes: usize,
    /// From one datagram to the next.
    gap: Duration,
    /// How many in all.
    count: u64,
    /// With an amount of time: when it is over.
    until: Option<Instant>,
    sent: u64,
    next_at: Instant,
    /// All that will be sent was handed to the stack.
    all_sent: bool,
    /// Datagrams that have left the host, and those that it has dropped because the next hop did not answer. The others wait for
    /// the next hop's address.
    gone: u64,
    dropped: u64,
    /// The next hop does not answer.
    unreachable: bool,
    errors: ErrorLog,
}

impl UdpSender {
    pub fn new(
        run: RunId,
        socket: SocketHandle,
        to: IpEndpoint,
        amount: Amount,
        (rate, datagram_bytes): (BitsPerSec, usize),
        now: Instant,
    ) -> Self {
        let gap = rate.time_for(datagram_bytes);
        let count = match amount {
            Amount::Bytes(bytes) => bytes.div_ceil(datagram_bytes as u64),
            Amount::Time(time) => time.nanos().div_ceil(gap.nanos()),
        };
        Self {
            run,
            socket,
            to,
            datagram_bytes,
            gap,
            count,
            until: match amount {
                Amount::Bytes(_) => None,
                Amount::Time(time) => Some(now + time),
            },
            sent: 0,
            next_at: now,
            all_sent: false,
            gone: 0,
            dropped: 0,
            unreachable: false,
            errors: ErrorLog::default(),
        }
    }

    /// Hands over the datagrams that are due; returns whether there were any.
    fn send(&mut self, socket: &mut udp::Socket<'_>, meter: &mut Meter<'_>) -> bool {
        let before = self.sent;
        while self.sent < self.count && self.next_at <= meter.now {
            let number = self.sent as u32;
            let micros = meter.now.nanos() / 1_000;
            let filled = socket.send_with(self.datagram_bytes, self.to, |buffer| {
                let (header, digits) = buffer.split_at_mut(12);
                header[..4].copy_from_slice(&number.to_be_bytes());
                header[4..8].copy_from_slice(&((micros / 1_000_000) as u32).to_be_bytes());
                header[8..].copy_from_slice(&((micros % 1_000_000) as u32).to_be_bytes());
                fill_digits(digits, 0);
                self.datagram_bytes
            });
            if filled.is_err() {
                // Like a program that blocks, try again later.
                self.next_at = meter.now + self.gap;
                break;
            }
            self.sent += 1;
            self.next_at += self.gap;
        }
        self.sent > before
    }

    /// Every datagram has arrived or is lost. Those that never left the host were not sent.
    fn finish(&self, meter: &mut Meter<'_>) {
        let Some(measured) = meter.run(self.run) else { return };
        let totals = measured.totals;
        match (totals.sent, totals.received) {
            (0, _) => meter.fail(self.run, Failure::Unreachable(IcmpError::HostUnreachable)),
            (_, 0) => meter.fail(self.run, self.errors.failure()),
            _ => meter.finish(self.run, Outcome::Succeeded),
        }
    }
}

impl Client for UdpSender {
    fn step(&mut self, stack: &mut Stack<'_>, meter: &mut Meter<'_>) -> bool {
        let socket = stack.sockets.udp(self.socket);
        let over = self.until.is_some_and(|until| meter.now >= until);
        let acted = !self.all_sent && !over && self.send(socket, meter);
        if !self.all_sent && (over || self.sent == self.count || self.unreachable) {
            self.all_sent = true;
            meter.all_sent(self.run);
        }
        if self.all_sent {
            let measured =
                meter.run(self.run).map(|measured| (measured.totals.received, measured.fates_known));
            let (received, fates_known) = measured.unwrap_or_default();
            let waiting = self.sent - self.gone - self.dropped;
            match fates_known {
                _ if received == self.sent => self.finish(meter),
                true if waiting > 0 => meter.all_sent(self.run),
                true => self.finish(meter),
                false => {}
            }
        }
        acted
    }

    fn icmp_error(&mut self, error: &IcmpReport, meter: &mut Meter<'_>) {
        self.errors.note(self.run, error, meter);
        if error.is_local {
            self.dropped += 1;
            self.unreachable = true;
        }
    }

    fn discarded(&mut self, _: &IcmpReport, _: &mut Meter<'_>) {
        self.dropped += 1;
    }

    fn departed(&mut self, _: &Flow, meter: &mut Meter<'_>) {
        self.gone += 1;
        if let Some(measured) = meter.run(self.run) {
            measured.totals.sent += 1;
        }
    }

    fn wake(&self) -> Option<Instant> {
        // From then on the owner of the network says when the fate of every datagram is known.
        (!self.all_sent).then(|| self.until.map_or(self.next_at, |until| until.min(self.next_at)))
    }

    fn run(&self) -> RunId {
        self.run
    }

    fn socket(&self) -> Socket {
        Socket::Stack(self.socket)
    }
}
