//! `nc`: a connection to a port, or at one, joined to what is typed and printed. It answers as OpenBSD's netcat does.

use crate::arguments::{Arguments, Word, Wrong, unknown};
use crate::table::Hosts;
use crate::text::tcp_failure;
use host::program::{Poll, Program};
use host::system::{SocketId, System, TcpState};
use smoltcp::wire::{IpAddress, IpEndpoint};
use wire::{Duration, Instant};

/// Bytes read at once.
const READ_BYTES: usize = 16 << 10;

struct Settings {
    is_udp: bool,
    verbose: bool,
    scan: bool,
    keep: bool,
    timeout: Option<Duration>,
}

pub(super) fn make(words: &[String], hosts: &mut Hosts) -> Result<Box<dyn Program>, Wrong> {
    let mut settings = Settings { is_udp: false, verbose: false, scan: false, keep: false, timeout: None };
    let (mut arguments, mut listen, mut operands, mut version) =
        (Arguments::new(words), false, Vec::new(), None);
    while let Some(word) = arguments.next()? {
        match word {
            Word::Short('4') => version = Some(4),
            Word::Short('6') => version = Some(6),
            Word::Short('n' | 'N') => {}
            Word::Short('l') => listen = true,
            Word::Short('k') => settings.keep = true,
            Word::Short('u') => settings.is_udp = true,
            Word::Short('v') => settings.verbose = true,
            Word::Short('z') => settings.scan = true,
            Word::Short('w') => settings.timeout = Some(arguments.seconds()?),
            Word::Short('p') => operands.push(arguments.text()?),
            Word::Operand(text) => operands.push(text),
            other => return Err(unknown(&other)),
        }
    }
    match (listen, &operands[..]) {
        (true, [port]) => {
            let (port, _) =
                ports(port).filter(|(first, last)| first == last).ok_or_else(|| bad_port(port))?;
            Ok(Box::new(Listen {
                settings,
                port,
                listener: None,
                talk: Talk::default(),
                peer: None,
                sender: None,
            }))
        }
        (true, _) => Err("nc -l takes one port".into()),
        (false, [host, range]) => {
            let (first, last) = ports(range).ok_or_else(|| bad_port(range))?;
            let (destination, range) = (hosts.find(host, version)?, first..=last);
            let (now, socket, until) = (first, None, None);
            Ok(Box::new(Connect {
                settings,
                shown: destination.to_string(),
                to: destination.address,
                range,
                now,
                socket,
                until,
                failed: 0,
                talk: Talk::default(),
            }))
        }
        (false, _) => Err("nc takes an address and a port".into()),
    }
}

fn bad_port(text: &str) -> Wrong {
    format!("port number invalid: {text}; it is a number from 1 to 65535, or two such as 20-25")
}

/// A port, or the first and last of several.
fn ports(text: &str) -> Option<(u16, u16)> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (first.parse().ok()?, last.parse().ok()?);
    (1 <= first && first <= last).then_some((first, last))
}

/// A TCP connection between the keyboard and the other side.
#[derive(Default)]
struct Talk {
    /// What was typed and is not sent yet.
    unsent: Vec<u8>,
    finished: bool,
}

impl Talk {
    /// Sends and prints what can be; returns whether the conversation is over, and how.
    fn go_on(&mut self, socket: SocketId, system: &mut System<'_>) -> Option<u8> {
        while self.unsent.len() < READ_BYTES
            && let Some(line) = system.read_line()
        {
            self.unsent.extend(line.as_bytes());
            self.unsent.push(b'\n');
        }
        let sent = system.tcp_send(socket, &self.unsent);
        self.unsent.drain(..sent);
        if system.input_ended() && self.unsent.is_empty() && !self.finished {
            self.finished = true;
            system.tcp_finish(socket);
        }
        loop {
            let received = system.tcp_receive(socket, READ_BYTES);
            if received.is_empty() {
                break;
            }
            system.print(&String::from_utf8_lossy(&received));
        }
        match system.tcp_state(socket) {
            TcpState::Connecting | TcpState::Open => None,
            TcpState::PeerFinished | TcpState::Closed => Some(0),
            TcpState::Failed(failure) => {
                system.print(&format!("nc: {}\n", tcp_failure(failure)));
                Some(1)
            }
        }
    }
}

/// Sends each typed line as a datagram, and prints those that come.
fn datagrams(socket: SocketId, peer: &mut Option<IpEndpoint>, system: &mut System<'_>) {
    while let Some(datagram) = system.udp_receive(socket) {
        peer.get_or_insert(datagram.from);
        if *peer == Some(datagram.from) {
            system.print(&String::from_utf8_lossy(&datagram.payload));
        }
    }
    while let Some(peer) = *peer
        && let Some(line) = system.read_line()
    {
        if let Err(error) = system.udp_send(socket, None, peer, (line + "\n").as_bytes()) {
            system.print(&format!("nc: write failed: {error}\n"));
        }
    }
}

struct Connect {
    settings: Settings,
    /// The destination as messages name it.
    shown: String,
    to: IpAddress,
    range: std::ops::RangeInclusive<u16>,
    /// The port that is tried.
    now: u16,
    socket: Option<SocketId>,
    until: Option<Instant>,
    failed: u32,
    talk: Talk,
}

/// How a port was found.
enum Found {
    Open,
    Not(String),
}

impl Program for Connect {
    fn poll(&mut self, system: &mut System<'_>) -> Poll {
        if self.settings.is_udp {
            return self.poll_udp(system);
        }
        loop {
            if let (None, Some(socket)) = (self.until, self.socket) {
                return self.talk.go_on(socket, system).map_or(Poll::Wait(None), Poll::Exit);
            }
            let Some(found) = self.try_port(system) else { return Poll::Wait(self.until) };
            let port = self.now;
            let is_open = matches!(found, Found::Open);
            self.report(port, found, system);
            if is_open && !self.settings.scan {
                self.until = None;
                continue;
            }
            if let Some(socket) = self.socket.take() {
                system.close(socket);
            }
            self.until = None;
            self.failed += u32::from(!is_open);
            if port == *self.range.end() {
                return Poll::Exit(u8::from(self.failed > u32::from(port - self.range.start())));
            }
            self.now += 1;
        }
    }
}

/// A connection attempt that has no time limit of its own ends by TCP's.
const NO_LIMIT: Duration = Duration::from_secs(3_600);

impl Connect {
    /// Tries a port; `None`: it is not known yet.
    fn try_port(&mut self, system: &mut System<'_>) -> Option<Found> {
        let socket = match self.socket {
            Some(socket) => socket,
            None => {
                let config = system.config().tcp;
                match system.tcp_connect(IpEndpoint::new(self.to, self.now), config) {
                    Ok(socket) => {
                        self.until = Some(system.now() + self.settings.timeout.unwrap_or(NO_LIMIT));
                        *self.socket.insert(socket)
                    }
                    Err(error) => return Some(Found::Not(error.to_string())),
                }
            }
        };
        match system.tcp_state(socket) {
            TcpState::Connecting if self.until.is_some_and(|until| system.now() >= until) => {
                Some(Found::Not("Operation timed out".into()))
            }
            TcpState::Connecting => None,
            TcpState::Open | TcpState::PeerFinished | TcpState::Closed => Some(Found::Open),
            TcpState::Failed(failure) => Some(Found::Not(tcp_failure(failure).into())),
        }
    }

    fn report(&self, port: u16, found: Found, system: &mut System<'_>) {
        let (to, protocol) = (&self.shown, if self.settings.is_udp { "udp" } else { "tcp" });
        let text = match found {
            Found::Open if self.settings.verbose || self.settings.scan => {
                format!("Connection to {to} {port} port [{protocol}/*] succeeded!\n")
            }
            Found::Not(why) if self.settings.verbose || !self.settings.scan => {
                format!("nc: connect to {to} port {port} ({protocol}) failed: {why}\n")
            }
            Found::Open | Found::Not(_) => return,
        };
        system.print(&text);
    }

    /// Over UDP a port is open unless an ICMP error says otherwise.
    fn poll_udp(&mut self, system: &mut System<'_>) -> Poll {
        let socket = match self.socket {
            Some(socket) => socket,
            None => match system.udp_bind(None) {
                Ok(socket) => *self.socket.insert(socket),
                Err(error) => {
                    system.print(&format!("nc: {error}\n"));
                    return Poll::Exit(1);
                }
            },
        };
        let to = IpEndpoint::new(self.to, self.now);
        if self.settings.scan {
            return self.scan_udp(socket, to, system);
        }
        datagrams(socket, &mut Some(to), system);
        if let Some(error) = system.next_error(socket) {
            let text = if error.is_local { "No route to host" } else { "Connection refused" };
            if self.settings.verbose {
                system.print(&format!("nc: {text}\n"));
            }
            return Poll::Exit(1);
        }
        self.end_after_input(system)
    }

    /// With no more input it waits for answers as long as `-w` says.
    fn end_after_input(&mut self, system: &mut System<'_>) -> Poll {
        match (system.input_ended(), self.settings.timeout) {
            (true, Some(timeout)) => {
                let until = *self.until.get_or_insert(system.now() + timeout);
                if system.now() >= until { Poll::Exit(0) } else { Poll::Wait(Some(until)) }
            }
            (true, None) | (false, _) => Poll::Wait(None),
        }
    }

    fn scan_udp(&mut self, socket: SocketId, to: IpEndpoint, system: &mut System<'_>) -> Poll {
        const WAIT: Duration = Duration::from_secs(1);
        let until = match self.until {
            Some(until) => until,
            None => {
                if let Err(error) = system.udp_send(socket, None, to, b"X") {
                    self.report(to.port, Found::Not(error.to_string()), system);
                    return Poll::Exit(1);
                }
                *self.until.insert(system.now() + self.settings.timeout.unwrap_or(WAIT))
            }
        };
        let refused = std::iter::from_fn(|| system.next_error(socket)).any(|error| error.number == to.port);
        if !refused && system.now() < until {
            return Poll::Wait(Some(until));
        }
        let found = if refused { Found::Not("Connection refused".into()) } else { Found::Open };
        self.report(to.port, found, system);
        self.failed += u32::from(refused);
        self.until = None;
        if to.port == *self.range.end() {
            return Poll::Exit(u8::from(self.failed > u32::from(to.port - self.range.start())));
        }
        self.now += 1;
        self.poll_udp(system)
    }
}

struct Listen {
    settings: Settings,
    port: u16,
    listener: Option<SocketId>,
    talk: Talk,
    peer: Option<SocketId>,
    /// Over UDP: the first sender, which is the one that is answered.
    sender: Option<IpEndpoint>,
}

impl Program for Listen {
    fn poll(&mut self, system: &mut System<'_>) -> Poll {
        let listener = match self.listener {
            Some(listener) => listener,
            None => {
                let config = system.config().tcp;
                let opened = match self.settings.is_udp {
                    true => system.udp_bind(Some(self.port)),
                    false => system.tcp_listen(self.port, config),
                };
                match opened {
                    Ok(listener) => {
                        if self.settings.verbose {
                            let what = if self.settings.is_udp { "Bound" } else { "Listening" };
                            system.print(&format!("{what} on 0.0.0.0 {}\n", self.port));
                        }
                        *self.listener.insert(listener)
                    }
                    Err(error) => {
                        system.print(&format!("nc: {error}\n"));
                        return Poll::Exit(1);
                    }
                }
            }
        };
        if self.settings.is_udp {
            return self.poll_udp(listener, system);
        }
        loop {
            let Some(peer) = self.peer else {
                let Some((peer, from)) = system.tcp_accept(listener) else { return Poll::Wait(None) };
                if self.settings.verbose {
                    system.print(&format!("Connection received on {} {}\n", from.addr, from.port));
                }
                if !self.settings.keep {
                    system.close(listener);
                }
                (self.peer, self.talk) = (Some(peer), Talk::default());
                continue;
            };
            let Some(status) = self.talk.go_on(peer, system) else { return Poll::Wait(None) };
            if !self.settings.keep {
                return Poll::Exit(status);
            }
            system.close(peer);
            self.peer = None;
        }
    }
}

impl Listen {
    fn poll_udp(&mut self, socket: SocketId, system: &mut System<'_>) -> Poll {
        datagrams(socket, &mut self.sender, system);
        Poll::Wait(None)
    }
}
