//! `traceroute`: probes with a growing time to live, one after the other, and who answers (RFC 1393 describes the method).

use crate::arguments::{Arguments, Word, Wrong, unknown};
use crate::table::{Destination, Hosts};
use crate::text::millis;
use host::program::{Poll, Program};
use host::run::IcmpError;
use host::system::{Fragments, OpenError, SocketId, System};
use smoltcp::wire::{IpAddress, IpEndpoint};
use wire::{Duration, Instant};

/// The port of the first probe; each further probe goes to the next one.
const FIRST_PORT: u16 = 33_434;
/// Payload of a probe: with its headers 60 bytes in IPv4.
const PAYLOAD: [u8; 32] = *b"@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_";

struct Settings {
    icmp: bool,
    first: u8,
    hops_max: u8,
    tries: u8,
    timeout: Duration,
}

struct Traceroute {
    /// The destination as it was typed.
    name: String,
    to: IpAddress,
    settings: Settings,
    socket: Option<SocketId>,
    hop: u8,
    tried: u8,
    /// Probes sent before the one under way.
    count: u16,
    sent_at: Option<Instant>,
    /// Who answered the last probe of this hop.
    last: Option<IpAddress>,
    /// The target has answered, or said that it cannot be reached.
    is_over: bool,
}

/// The answer to a probe.
struct Answer {
    from: IpAddress,
    /// What stands behind the time, such as `!H`.
    mark: String,
    ends: bool,
}

pub(super) fn make(words: &[String], hosts: &mut Hosts) -> Result<Box<dyn Program>, Wrong> {
    let mut settings =
        Settings { icmp: false, first: 1, hops_max: 30, tries: 3, timeout: Duration::from_secs(5) };
    let (mut arguments, mut to, mut version) = (Arguments::new(words), None, None);
    while let Some(word) = arguments.next()? {
        match word {
            Word::Short('4') => version = Some(4),
            Word::Short('6') => version = Some(6),
            Word::Short('n') => {}
            Word::Short('I') => settings.icmp = true,
            Word::Short('f') => settings.first = arguments.number("first hop", (1, 255))?,
            Word::Short('m') => settings.hops_max = arguments.number("number of hops", (1, 255))?,
            Word::Short('q') => settings.tries = arguments.number("number of probes", (1, 10))?,
            Word::Short('w') => settings.timeout = arguments.seconds()?,
            Word::Operand(text) if to.is_none() => to = Some(text),
            other => return Err(unknown(&other)),
        }
    }
    if settings.first > settings.hops_max {
        return Err("first hop out of range".into());
    }
    let hop = settings.first;
    let to = to.ok_or("Specify \"host\" missing argument.")?;
    let Destination { name, address: to } = hosts.find(&to, version)?;
    let (tried, count, sent_at, last, is_over) = (0, 0, None, None, false);
    Ok(Box::new(Traceroute { name, to, settings, socket: None, hop, tried, count, sent_at, last, is_over }))
}

impl Program for Traceroute {
    fn poll(&mut self, system: &mut System<'_>) -> Poll {
        let socket = match self.socket {
            Some(socket) => socket,
            None => match self.begin(system) {
                Ok(socket) => *self.socket.insert(socket),
                Err(error) => {
                    system.print(&format!("traceroute: {error}\n"));
                    return Poll::Exit(1);
                }
            },
        };
        loop {
            let Some(sent_at) = self.sent_at else {
                if self.tried == 0 {
                    system.print(&format!("{:2} ", self.hop));
                }
                if let Err(text) = self.probe(socket, system) {
                    system.print(&format!("\ntraceroute: {text}\n"));
                    return Poll::Exit(1);
                }
                continue;
            };
            let until = sent_at + self.settings.timeout;
            match self.answer(socket, system) {
                Some(answer) => self.show(&answer, system.now() - sent_at, system),
                None if system.now() >= until => system.print(" *"),
                None => return Poll::Wait(Some(until)),
            }
            self.sent_at = None;
            self.tried += 1;
            self.count = self.count.wrapping_add(1);
            if self.tried == self.settings.tries {
                system.print("\n");
                if self.is_over || self.hop == self.settings.hops_max {
                    return Poll::Exit(0);
                }
                (self.hop, self.tried, self.last) = (self.hop + 1, 0, None);
            }
        }
    }

    fn interrupt(&mut self, system: &mut System<'_>) -> u8 {
        system.print("\n");
        host::program::INTERRUPTED
    }
}

impl Traceroute {
    fn begin(&mut self, system: &mut System<'_>) -> Result<SocketId, OpenError> {
        if system.next_hop(&self.to).is_none() {
            return Err(OpenError::NoRoute);
        }
        let socket = if self.settings.icmp { system.echo_open()? } else { system.udp_bind(None)? };
        let header = if matches!(self.to, IpAddress::Ipv4(_)) { 28 } else { 48 };
        system.print(&format!(
            "traceroute to {} ({}), {} hops max, {} byte packets\n",
            self.name,
            self.to,
            self.settings.hops_max,
            PAYLOAD.len() + header
        ));
        Ok(socket)
    }

    const fn number(&self) -> u16 {
        if self.settings.icmp { self.count.wrapping_add(1) } else { FIRST_PORT.wrapping_add(self.count) }
    }

    fn probe(&mut self, socket: SocketId, system: &mut System<'_>) -> Result<(), String> {
        let number = self.number();
        let sent = match self.settings.icmp {
            true => {
                let how = (Some(self.hop), Fragments::AsUsual);
                system.echo_send(socket, self.to, number, PAYLOAD.len(), how)
            }
            false => {
                system.udp_set_hop_limit(socket, Some(self.hop));
                system.udp_send(socket, None, IpEndpoint::new(self.to, number), &PAYLOAD)
            }
        };
        sent.map_err(|error| format!("send: {error}"))?;
        self.sent_at = Some(system.now());
        Ok(())
    }

    /// What has come of the probe under way. Answers to earlier ones are late, and dropped.
    fn answer(&mut self, socket: SocketId, system: &mut System<'_>) -> Option<Answer> {
        let number = self.number();
        while let Some(reply) = system.echo_receive(socket) {
            if reply.sequence == number {
                return Some(Answer { from: reply.from, mark: String::new(), ends: true });
            }
        }
        while let Some(error) = system.next_error(socket) {
            if error.number != number {
                continue;
            }
            let (mark, ends) = match error.what {
                IcmpError::Expired => (String::new(), false),
                IcmpError::PortUnreachable => (String::new(), true),
                IcmpError::ReassemblyExpired => (" !R".into(), true),
                IcmpError::NetUnreachable => (" !N".into(), true),
                IcmpError::HostUnreachable => (" !H".into(), true),
                IcmpError::ProtocolUnreachable => (" !P".into(), true),
                IcmpError::Prohibited => (" !X".into(), true),
                IcmpError::TooBig(mtu) => (format!(" !F-{mtu}"), true),
                IcmpError::Other(kind, code) => (format!(" !<{kind}-{code}>"), true),
            };
            return Some(Answer { from: error.from, mark, ends });
        }
        None
    }

    fn show(&mut self, answer: &Answer, time: Duration, system: &mut System<'_>) {
        let Answer { from, mark, ends } = answer;
        self.is_over |= ends;
        let sender = match self.last.replace(*from) {
            Some(last) if last == *from => String::new(),
            _ => format!(" {from} ({from}) "),
        };
        system.print(&format!("{sender} {} ms{mark}", millis(time)));
    }
}
