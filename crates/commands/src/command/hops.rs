//! `tracert` and `tracepath`: the routers on the way to a host, found with echo requests of a growing time to live.

use host::program::{INTERRUPTED, Poll, Program};
use host::run::IcmpError;
use host::system::{Fragments, SendError, SocketId, System};
use shell::arguments::{Arguments, Word, Wrong, unknown};
use shell::text::millis;
use shell::{Destination, Hosts};
use smoltcp::wire::IpAddress;
use wire::{Duration, Instant};

/// Headers of IP and ICMP.
const HEADERS: [usize; 2] = [28, 48];
/// The payload of `tracert`.
const PAYLOAD: usize = 64;
/// Answers that a path may be too narrow before `tracepath` gives up.
const NARROW_MAX: u8 = 16;

#[derive(Clone, Copy, PartialEq)]
enum Style {
    Tracert,
    Tracepath,
}

struct Hops {
    style: Style,
    to: Destination,
    hops_max: u8,
    timeout: Duration,
    socket: Option<SocketId>,
    hop: u8,
    /// The probe of this hop.
    tried: u8,
    sequence: u16,
    sent_at: Option<Instant>,
    /// Who answered the last probe of this hop, or why it could not.
    last: Option<(IpAddress, Option<IcmpError>)>,
    mtu: usize,
    narrow: u8,
    reached: bool,
}

pub(super) fn tracert(words: &[String], hosts: &mut Hosts) -> Result<Box<dyn Program>, Wrong> {
    make(words, hosts, Style::Tracert)
}

pub(super) fn tracepath(words: &[String], hosts: &mut Hosts) -> Result<Box<dyn Program>, Wrong> {
    make(words, hosts, Style::Tracepath)
}

fn make(words: &[String], hosts: &mut Hosts, style: Style) -> Result<Box<dyn Program>, Wrong> {
    let (mut arguments, mut to, mut version) = (Arguments::new(words), None, None);
    let (mut hops_max, mut timeout) = (30, Duration::from_secs(if style == Style::Tracert { 4 } else { 1 }));
    while let Some(word) = arguments.next()? {
        match word {
            Word::Short('4') => version = Some(4),
            Word::Short('6') => version = Some(6),
            Word::Short('d' | 'n' | 'b') => {}
            Word::Short('h' | 'm') => hops_max = arguments.number("number of hops", (1, 255))?,
            Word::Short('w') if style == Style::Tracert => {
                timeout = Duration::from_millis(arguments.number("time in milliseconds", (1, 60_000))?);
            }
            Word::Operand(text) if to.is_none() => to = Some(text),
            other => return Err(unknown(&other)),
        }
    }
    let to = hosts.find(&to.ok_or("a host is missing")?, version)?;
    Ok(Box::new(Hops {
        style,
        to,
        hops_max,
        timeout,
        socket: None,
        hop: 1,
        tried: 0,
        sequence: 0,
        sent_at: None,
        last: None,
        mtu: 0,
        narrow: 0,
        reached: false,
    }))
}

impl Program for Hops {
    fn poll(&mut self, system: &mut System<'_>) -> Poll {
        let socket = match self.socket {
            Some(socket) => socket,
            None => match self.begin(system) {
                Ok(socket) => *self.socket.insert(socket),
                Err(text) => {
                    system.print(&text);
                    return Poll::Exit(1);
                }
            },
        };
        loop {
            let Some(sent_at) = self.sent_at else {
                if let Err(error) = self.probe(socket, system) {
                    let text = match self.style {
                        Style::Tracert => "General failure.\n".to_owned(),
                        Style::Tracepath => format!("     send failed: {error}\n"),
                    };
                    system.print(&text);
                    return Poll::Exit(1);
                }
                continue;
            };
            let until = sent_at + self.timeout;
            let answer = self.answer(socket, system);
            if answer.is_none() && system.now() < until {
                return Poll::Wait(Some(until));
            }
            self.sent_at = None;
            let took = system.now() - sent_at;
            let over = match self.style {
                Style::Tracert => self.tracert(answer, took, system),
                Style::Tracepath => self.tracepath(answer, took, system),
            };
            if let Some(status) = over {
                return Poll::Exit(status);
            }
        }
    }

    fn interrupt(&mut self, system: &mut System<'_>) -> u8 {
        system.print(if self.style == Style::Tracert { "^C\n" } else { "\n" });
        INTERRUPTED
    }
}

/// Who has answered, and with what; `None`: the host that was looked for.
type Answer = (IpAddress, Option<IcmpError>);

impl Hops {
    fn begin(&mut self, system: &mut System<'_>) -> Result<SocketId, String> {
        let Destination { name, address } = &self.to;
        if system.next_hop(address).is_none() {
            return Err(match self.style {
                Style::Tracert => "Transmit error: General failure.\n".into(),
                Style::Tracepath => "tracepath: connect: Network is unreachable\n".into(),
            });
        }
        self.mtu = system.config().ip_mtu;
        let socket = system.echo_open().map_err(|error| format!("socket: {error}\n"))?;
        system.print(&match self.style {
            Style::Tracert if name.parse() == Ok(*address) => {
                format!("\nTracing route to {address} over a maximum of {} hops\n\n", self.hops_max)
            }
            Style::Tracert => {
                format!(
                    "\nTracing route to {name} [{address}]\nover a maximum of {} hops:\n\n",
                    self.hops_max
                )
            }
            Style::Tracepath => format!(" 1?: {:38} pmtu {}\n", "[LOCALHOST]", self.mtu),
        });
        Ok(socket)
    }

    fn probe(&mut self, socket: SocketId, system: &mut System<'_>) -> Result<(), SendError> {
        self.sequence = self.sequence.wrapping_add(1);
        let headers = HEADERS[usize::from(matches!(self.to.address, IpAddress::Ipv6(_)))];
        let (payload, fragments) = match self.style {
            Style::Tracert => (PAYLOAD, Fragments::AsUsual),
            Style::Tracepath => (self.mtu.saturating_sub(headers), Fragments::Never),
        };
        system.echo_send(socket, self.to.address, self.sequence, payload, (Some(self.hop), fragments))?;
        self.sent_at = Some(system.now());
        Ok(())
    }

    fn answer(&self, socket: SocketId, system: &mut System<'_>) -> Option<Answer> {
        while let Some(reply) = system.echo_receive(socket) {
            if reply.sequence == self.sequence {
                return Some((reply.from, None));
            }
        }
        while let Some(error) = system.next_error(socket) {
            if error.number == self.sequence {
                return Some((error.from, Some(error.what)));
            }
        }
        None
    }

    /// Shows one of three probes of a hop; returns the exit status at the end.
    fn tracert(&mut self, answer: Option<Answer>, took: Duration, system: &mut System<'_>) -> Option<u8> {
        if self.tried == 0 {
            system.print(&format!("{:3}", self.hop));
            self.last = None;
        }
        self.tried += 1;
        let took = took.nanos() / 1_000_000;
        system.print(&match answer {
            None => "     *   ".into(),
            Some(_) if took == 0 => "    <1 ms".into(),
            Some(_) => format!("  {took:4} ms"),
        });
        self.last = answer.or(self.last);
        if self.tried < 3 {
            return None;
        }
        self.tried = 0;
        let (text, ends) = match self.last {
            None => ("Request timed out.".to_owned(), false),
            Some((from, None)) => (from.to_string(), true),
            Some((from, Some(IcmpError::Expired))) => (from.to_string(), false),
            Some((from, Some(IcmpError::NetUnreachable))) => {
                (format!("{from}  reports: Destination net unreachable."), true)
            }
            Some((from, Some(_))) => (format!("{from}  reports: Destination host unreachable."), true),
        };
        system.print(&format!("  {text}\n"));
        if ends || self.hop == self.hops_max {
            system.print("\nTrace complete.\n");
            return Some(0);
        }
        self.hop += 1;
        None
    }

    /// Shows the probe of a hop; returns the exit status at the end.
    fn tracepath(&mut self, answer: Option<Answer>, took: Duration, system: &mut System<'_>) -> Option<u8> {
        let hop = self.hop;
        let took = millis(took);
        match answer {
            Some((from, Some(IcmpError::TooBig(mtu))))
                if (mtu as usize) < self.mtu && self.narrow < NARROW_MAX =>
            {
                (self.mtu, self.narrow) = (mtu as usize, self.narrow + 1);
                system.print(&format!("{hop:2}:  {:38} {took}ms pmtu {mtu}\n", from.to_string()));
                return None;
            }
            Some((from, None)) => {
                self.reached = true;
                system.print(&format!("{hop:2}:  {:38} {took}ms reached\n", from.to_string()));
            }
            Some((from, Some(IcmpError::Expired))) => {
                system.print(&format!("{hop:2}:  {:38} {took}ms \n", from.to_string()));
            }
            Some((from, Some(_))) => {
                system.print(&format!("{hop:2}:  {:38} {took}ms !H\n", from.to_string()));
                system.print(&format!("     Resume: pmtu {} \n", self.mtu));
                return Some(1);
            }
            None if self.tried < 2 => {
                self.tried += 1;
                return None;
            }
            None => system.print(&format!("{hop:2}:  no reply\n")),
        }
        self.tried = 0;
        if self.reached {
            system.print(&format!("     Resume: pmtu {} hops {hop} back {hop} \n", self.mtu));
            return Some(0);
        }
        if hop == self.hops_max {
            system
                .print(&format!("     Too many hops: pmtu {}\n     Resume: pmtu {} \n", self.mtu, self.mtu));
            return Some(1);
        }
        self.hop += 1;
        None
    }
}
