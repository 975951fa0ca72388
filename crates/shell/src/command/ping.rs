//! `ping`: echo requests, and what comes back (RFC 792; RFC 4443, 4.1). It answers as iputils' ping does.

use crate::arguments::{Arguments, Word, Wrong, unknown};
use crate::table::{Destination, Hosts};
use crate::text::{icmp_error, millis, round_trip};
use host::program::{Poll, Program};
use host::run::{IcmpError, PING_PAYLOAD_MAX};
use host::system::{EchoReply, Fragments, SendError, SocketError, SocketId, System};
use smoltcp::wire::IpAddress;
use std::collections::VecDeque;
use wire::{Duration, Instant};

/// Requests whose replies are still recognized.
const RECENT_MAX: usize = 1_024;
/// What `ping` waits for the first reply after its last request, unless `-W` says otherwise.
const LINGER: Duration = Duration::from_secs(10);

struct Settings {
    count: Option<u32>,
    interval: Duration,
    payload_bytes: usize,
    hop_limit: Option<u8>,
    linger: Duration,
    deadline: Option<Duration>,
    fragments: Fragments,
    quiet: bool,
}

struct Ping {
    /// The destination as it was typed.
    name: String,
    to: IpAddress,
    settings: Settings,
    socket: Option<SocketId>,
    began: Instant,
    next_at: Instant,
    last_at: Instant,
    sent: u32,
    received: u32,
    duplicates: u32,
    errors: u32,
    /// Requests, oldest first: when each was sent, and what has become of it.
    recent: VecDeque<Asked>,
    /// Round-trip times in nanoseconds: least, greatest, sum, sum of squares in microseconds.
    times: (u64, u64, u128, u128),
}

struct Asked {
    number: u32,
    at: Instant,
    is_answered: bool,
    failed: bool,
}

pub(super) fn make(words: &[String], hosts: &mut Hosts) -> Result<Box<dyn Program>, Wrong> {
    let mut settings = Settings {
        count: None,
        interval: Duration::from_secs(1),
        payload_bytes: 56,
        hop_limit: None,
        linger: LINGER,
        deadline: None,
        fragments: Fragments::Allowed,
        quiet: false,
    };
    let (mut arguments, mut to, mut version) = (Arguments::new(words), None, None);
    while let Some(word) = arguments.next()? {
        match word {
            Word::Short('4') => version = Some(4),
            Word::Short('6') => version = Some(6),
            Word::Short('c') => settings.count = Some(arguments.number("count", (1, u32::MAX))?),
            Word::Short('i') => {
                settings.interval = arguments.seconds()?;
                if settings.interval < Duration::from_millis(2) {
                    return Err("cannot flood, minimal interval is 2 ms".into());
                }
            }
            Word::Short('s') => settings.payload_bytes = arguments.number("size", (0, PING_PAYLOAD_MAX))?,
            Word::Short('t') => settings.hop_limit = Some(arguments.number("time to live", (1, 255))?),
            Word::Short('W') => settings.linger = arguments.seconds()?,
            Word::Short('w') => settings.deadline = Some(arguments.seconds()?),
            Word::Short('q') => settings.quiet = true,
            Word::Short('n') => {}
            Word::Short('M') => {
                let text = arguments.text()?;
                settings.fragments = match text.as_str() {
                    "do" => Fragments::Never,
                    "want" | "dont" => Fragments::Allowed,
                    _ => return Err(format!("wrong value for -M: {text}; it is do, want or dont")),
                };
            }
            Word::Operand(text) if to.is_none() => to = Some(text),
            other => return Err(unknown(&other)),
        }
    }
    let to = to.ok_or("usage error: Destination address required")?;
    let Destination { name, address: to } = hosts.find(&to, version)?;
    Ok(Box::new(Ping {
        name,
        to,
        settings,
        socket: None,
        began: Instant::ZERO,
        next_at: Instant::ZERO,
        last_at: Instant::ZERO,
        sent: 0,
        received: 0,
        duplicates: 0,
        errors: 0,
        recent: VecDeque::new(),
        times: (u64::MAX, 0, 0, 0),
    }))
}

impl Program for Ping {
    fn poll(&mut self, system: &mut System<'_>) -> Poll {
        let now = system.now();
        let socket = match self.socket {
            Some(socket) => socket,
            None => match self.begin(system) {
                Ok(socket) => socket,
                Err(text) => {
                    system.print(&format!("ping: {text}\n"));
                    return Poll::Exit(2);
                }
            },
        };
        while let Some(reply) = system.echo_receive(socket) {
            self.reply(&reply, system);
        }
        while let Some(error) = system.next_error(socket) {
            self.error(&error, system);
        }
        let all_sent = || self.settings.count.is_some_and(|count| self.sent >= count);
        if self.next_at <= now && !all_sent() {
            if let Err(error) = self.ask(socket, system) {
                system.print(&format!("ping: sendmsg: {error}\n"));
            }
            return self.poll(system);
        }
        let deadline = self.settings.deadline.map(|deadline| self.began + deadline);
        let wake = if all_sent() { self.last_at + self.linger() } else { self.next_at };
        let wake = deadline.map_or(wake, |deadline| wake.min(deadline));
        let settled = all_sent() && self.recent.iter().all(|asked| asked.is_answered || asked.failed);
        if settled || wake <= now {
            return Poll::Exit(self.summary(system));
        }
        Poll::Wait(Some(wake))
    }

    fn interrupt(&mut self, system: &mut System<'_>) -> u8 {
        self.summary(system)
    }
}

impl Ping {
    fn begin(&mut self, system: &mut System<'_>) -> Result<SocketId, String> {
        if !self.to.is_multicast() && system.next_hop(&self.to).is_none() {
            return Err(format!("connect: {}", SendError::NoRoute));
        }
        let socket = system.echo_open().map_err(|error| format!("socket: {error}"))?;
        let Settings { payload_bytes, .. } = self.settings;
        let size = match self.to {
            IpAddress::Ipv4(_) => format!("{payload_bytes}({}) bytes of data.", payload_bytes + 28),
            IpAddress::Ipv6(_) => format!("{payload_bytes} data bytes"),
        };
        system.print(&format!("PING {} ({}) {size}\n", self.name, self.to));
        (self.began, self.next_at, self.socket) = (system.now(), system.now(), Some(socket));
        Ok(socket)
    }

    fn ask(&mut self, socket: SocketId, system: &mut System<'_>) -> Result<(), SendError> {
        let (now, number) = (system.now(), self.sent + 1);
        (self.sent, self.last_at, self.next_at) = (number, now, now + self.settings.interval);
        if self.recent.len() == RECENT_MAX {
            self.recent.pop_front();
        }
        self.recent.push_back(Asked { number, at: now, is_answered: false, failed: false });
        let Settings { payload_bytes, hop_limit, fragments, .. } = self.settings;
        system.echo_send(socket, self.to, number as u16, payload_bytes, (hop_limit, fragments))
    }

    /// After the last request: twice the longest round trip, as it is known.
    fn linger(&self) -> Duration {
        match self.received {
            0 => self.settings.linger,
            _ => Duration::from_nanos(self.times.1 * 2).min(self.settings.linger).max(self.settings.interval),
        }
    }

    /// The request with this sequence number, which counts on in 16 bits.
    fn asked(&mut self, sequence: u16) -> Option<&mut Asked> {
        self.recent.iter_mut().rev().find(|asked| asked.number as u16 == sequence)
    }

    fn reply(&mut self, reply: &EchoReply, system: &mut System<'_>) {
        let now = system.now();
        let Some(asked) = self.asked(reply.sequence) else { return };
        let (time, again) = (now - asked.at, std::mem::replace(&mut asked.is_answered, true));
        if again {
            self.duplicates += 1;
        } else {
            self.received += 1;
            let (nanos, micros) = (time.nanos(), u128::from(time.nanos() / 1_000));
            let (least, most, sum, squares) = self.times;
            self.times =
                (least.min(nanos), most.max(nanos), sum + u128::from(nanos), squares + micros * micros);
        }
        if !self.settings.quiet {
            let EchoReply { from, sequence, payload_bytes, hop_limit } = reply;
            let bytes = payload_bytes + 8;
            let again = if again { " (DUP!)" } else { "" };
            let time = round_trip(time);
            let to = Destination { name: self.name.clone(), address: self.to };
            let from = if *from == self.to { to.to_string() } else { from.to_string() };
            system.print(&format!(
                "{bytes} bytes from {from}: icmp_seq={sequence} ttl={hop_limit} time={time} ms{again}\n"
            ));
        }
    }

    fn error(&mut self, error: &SocketError, system: &mut System<'_>) {
        self.errors += 1;
        if let Some(asked) = self.asked(error.number) {
            asked.failed = true;
        }
        if self.settings.quiet {
            return;
        }
        let SocketError { from, what, number, is_local, .. } = error;
        let text = match (is_local, what) {
            (true, IcmpError::TooBig(mtu)) => format!("ping: local error: message too long, mtu={mtu}\n"),
            _ => format!("From {from} icmp_seq={number} {}\n", icmp_error(*what)),
        };
        system.print(&text);
    }

    /// Prints the statistics; returns the exit status: 0 if an answer came.
    fn summary(&mut self, system: &mut System<'_>) -> u8 {
        let Self { sent, received, duplicates, errors, .. } = *self;
        let more = |count: u32, what| if count > 0 { format!("+{count} {what}, ") } else { String::new() };
        let more = more(duplicates, "duplicates") + &more(errors, "errors");
        let lost = u64::from(sent - received) * 100 / u64::from(sent.max(1));
        let took = (system.now() - self.began).nanos() / 1_000_000;
        let mut text = format!(
            "\n--- {} ping statistics ---\n{sent} packets transmitted, {received} received, {more}{lost}% packet loss, \
             time {took}ms\n",
            self.name
        );
        if received > 0 {
            let (least, most, sum, squares) = self.times;
            let count = u128::from(received);
            let micros = sum / count / 1_000;
            let deviation = (squares / count).saturating_sub(micros * micros).isqrt() as u64;
            let nanos = |nanos: u64| millis(Duration::from_nanos(nanos));
            text += &format!(
                "rtt min/avg/max/mdev = {}/{}/{}/{} ms\n",
                nanos(least),
                nanos((sum / count) as u64),
                nanos(most),
                millis(Duration::from_micros(deviation))
            );
        }
        system.print(&text);
        u8::from(received == 0)
    }
}
