//! HTTP on a host.

use super::dns::Names;
use super::{CONNECTIONS_MAX, cannot_open, earliest};
use crate::dns::stub::LookupError;
use crate::http::client::{Fetch, FetchError, Output, Request, Response};
use crate::http::server::{Answered, Connection, Site};
use crate::http::url::Url;
use host::program::{Poll, Program};
use host::system::{OpenError, SocketId, System, TcpFailure, TcpState};
use smoltcp::wire::{IpAddress, IpEndpoint};
use wire::{Duration, Instant};

/// Bytes that are moved at once.
const PIECE: usize = 16_384;
/// How long a connection that is over waits for its client to see that.
const LINGER: Duration = Duration::from_secs(2);

/// A web server.
pub struct HttpServer {
    site: Site,
    port: u16,
    listener: Option<SocketId>,
    connections: Vec<Client>,
}

/// One client.
struct Client {
    socket: SocketId,
    from: IpEndpoint,
    connection: Connection,
    /// All is sent: it is closed when the client has seen it, or at this moment.
    finished: Option<Instant>,
}

impl HttpServer {
    /// A server of a site at this port.
    pub fn new(site: Site, port: u16) -> Self {
        Self { site, port, listener: None, connections: Vec::new() }
    }
}

impl Client {
    /// Does what can be done; returns whether the connection is needed any longer.
    fn step(&mut self, system: &mut System<'_>, site: &Site) -> bool {
        let now = system.now();
        let mut answered: Vec<Answered> = self.connection.poll(now).into_iter().collect();
        loop {
            let bytes = system.tcp_receive(self.socket, self.connection.room().min(PIECE));
            answered.extend(self.connection.receive(now, &bytes, site));
            let output = self.connection.output();
            let sent = system.tcp_send(self.socket, output);
            output.drain(..sent);
            if bytes.is_empty() && sent == 0 {
                break;
            }
            answered.extend(self.connection.go_on(now, site));
        }
        let state = system.tcp_state(self.socket);
        if state == TcpState::PeerFinished && !self.connection.is_over() {
            answered.extend(self.connection.finish(now, site));
            let output = self.connection.output();
            let sent = system.tcp_send(self.socket, output);
            output.drain(..sent);
        }
        for Answered { request, status } in answered {
            system.print(&format!("{} \"{}\" {status}\n", self.from.addr, request.escape_debug()));
        }
        if self.connection.is_over() && self.finished.is_none() {
            system.tcp_finish(self.socket);
            self.finished = Some(now + LINGER);
        }
        let over = match state {
            TcpState::Connecting | TcpState::Open => false,
            TcpState::PeerFinished => self.finished.is_some(),
            TcpState::Closed | TcpState::Failed(_) => true,
        };
        !over && self.finished.is_none_or(|until| until > now)
    }
}

impl Program for HttpServer {
    fn poll(&mut self, system: &mut System<'_>) -> Poll {
        let listener = match self.listener {
            Some(listener) => listener,
            None => {
                let config = system.config().tcp;
                match system.tcp_listen(self.port, config) {
                    Ok(listener) => *self.listener.insert(listener),
                    Err(error) => return cannot_open(system, "httpd", error),
                }
            }
        };
        while self.connections.len() < CONNECTIONS_MAX
            && let Some((socket, from)) = system.tcp_accept(listener)
        {
            let connection = Connection::new(system.now());
            self.connections.push(Client { socket, from, connection, finished: None });
        }
        self.connections.retain_mut(|client| {
            let stays = client.step(system, &self.site);
            if !stays {
                system.close(client.socket);
            }
            stays
        });
        let moments = self.connections.iter().map(|client| client.finished.or(client.connection.poll_at()));
        Poll::Idle(earliest(moments))
    }
}

/// Why a page could not be fetched.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DownloadError {
    /// The host's name has no address.
    #[error("Could not resolve host: {0}")]
    Name(String, LookupError),
    /// None of its addresses can be reached.
    #[error("Failed to connect to {0}: {1}")]
    Connect(String, String),
    /// The connection broke.
    #[error("Recv failure: Connection reset by peer")]
    Reset,
    /// What came was not right.
    #[error(transparent)]
    Fetch(#[from] FetchError),
}

impl DownloadError {
    /// The exit status of curl.
    pub const fn exit_status(&self) -> u8 {
        match self {
            Self::Name(..) => 6,
            Self::Connect(..) => 7,
            Self::Reset => 56,
            Self::Fetch(error) => error.exit_status(),
        }
    }
}

/// What happens while a page is fetched, in order: what `curl -v` prints, and a browser draws as a waterfall.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A name is looked up.
    Resolving(String),
    /// Its addresses.
    Resolved(Vec<IpAddress>),
    /// A connection is being opened.
    Connecting(IpEndpoint),
    /// It is open.
    Connected(IpEndpoint),
    /// A request was sent, with its content.
    Sent(Vec<u8>),
    /// The head of an answer came.
    Head(Response),
    /// It is over.
    Done(Result<Response, DownloadError>),
}

/// A page on its way, for a program: from the name to the last byte.
pub struct Download {
    fetch: Fetch,
    names: Names,
    url: Url,
    addresses: Vec<IpAddress>,
    socket: Option<(SocketId, IpEndpoint)>,
    is_open: bool,
    unsent: Vec<u8>,
    failure: Option<String>,
    over: bool,
    events: Vec<Event>,
}

impl Download {
    /// Begins.
    pub fn new(system: &mut System<'_>, request: Request) -> Self {
        let url = request.url.clone();
        let mut out = Vec::new();
        let mut download = Self {
            fetch: Fetch::new(request, &mut out),
            names: Names::new(system),
            url,
            addresses: Vec::new(),
            socket: None,
            is_open: false,
            unsent: Vec::new(),
            failure: None,
            over: false,
            events: Vec::new(),
        };
        download.carry_out(system, out);
        download
    }

    /// What has happened since the last time; the last is [`Event::Done`].
    pub fn poll(&mut self, system: &mut System<'_>) -> Vec<Event> {
        for (_, result) in self.names.poll(system) {
            match result {
                Ok(mut addresses) => {
                    self.events.push(Event::Resolved(addresses.clone()));
                    addresses.reverse();
                    self.addresses = addresses;
                    self.connect(system);
                }
                Err(error) => self.end(system, Err(DownloadError::Name(self.url.host.clone(), error))),
            }
        }
        let mut out = Vec::new();
        if let Some((socket, to)) = self.socket {
            self.step(system, socket, to, &mut out);
        }
        self.fetch.poll(system.now(), &mut out);
        self.carry_out(system, out);
        std::mem::take(&mut self.events)
    }

    /// When [`Download::poll`] next has something to do by itself.
    pub fn poll_at(&self) -> Option<Instant> {
        earliest([self.names.poll_at(), self.fetch.poll_at()])
    }

    fn step(&mut self, system: &mut System<'_>, socket: SocketId, to: IpEndpoint, out: &mut Vec<Output>) {
        let now = system.now();
        let state = system.tcp_state(socket);
        if !self.is_open {
            match state {
                TcpState::Connecting => return,
                TcpState::Failed(failure) => {
                    self.failure = Some(text_of(failure));
                    system.close(socket);
                    self.socket = None;
                    return self.connect(system);
                }
                TcpState::Open | TcpState::PeerFinished | TcpState::Closed => {
                    self.is_open = true;
                    self.events.push(Event::Connected(to));
                    self.fetch.connected(now, out);
                    self.carry_out(system, std::mem::take(out));
                }
            }
        }
        let sent = system.tcp_send(socket, &self.unsent);
        self.unsent.drain(..sent);
        loop {
            let bytes = system.tcp_receive(socket, PIECE);
            if bytes.is_empty() {
                break;
            }
            self.fetch.receive(now, &bytes, out);
        }
        match system.tcp_state(socket) {
            TcpState::Connecting | TcpState::Open => {}
            TcpState::PeerFinished | TcpState::Closed => self.fetch.closed(now, out),
            TcpState::Failed(_) => self.end(system, Err(DownloadError::Reset)),
        }
    }

    /// Tries the next address.
    fn connect(&mut self, system: &mut System<'_>) {
        while let Some(address) = self.addresses.pop() {
            let to = IpEndpoint::new(address, self.url.port);
            let config = system.config().tcp;
            self.events.push(Event::Connecting(to));
            match system.tcp_connect(to, config) {
                Ok(socket) => {
                    self.socket = Some((socket, to));
                    return;
                }
                Err(error) => self.failure = Some(refusal(error)),
            }
        }
        let why = self.failure.take().unwrap_or_default();
        self.end(
            system,
            Err(DownloadError::Connect(format!("{} port {}", self.url.host, self.url.port), why)),
        );
    }

    fn carry_out(&mut self, system: &mut System<'_>, out: Vec<Output>) {
        for output in out {
            match output {
                Output::Connect(url) => {
                    self.close(system);
                    self.events.push(Event::Resolving(url.host.clone()));
                    self.names.look_up(system, &url.host);
                    self.url = url;
                }
                Output::Send(bytes) => {
                    self.events.push(Event::Sent(bytes.clone()));
                    self.unsent.extend(bytes);
                    if let Some((socket, _)) = self.socket {
                        let sent = system.tcp_send(socket, &self.unsent);
                        self.unsent.drain(..sent);
                    }
                }
                Output::Head(head) => self.events.push(Event::Head(head)),
                Output::Done(result) => self.end(system, result.map_err(DownloadError::Fetch)),
            }
        }
    }

    fn close(&mut self, system: &mut System<'_>) {
        if let Some((socket, _)) = self.socket.take() {
            system.close(socket);
        }
        self.is_open = false;
        self.unsent.clear();
    }

    fn end(&mut self, system: &mut System<'_>, result: Result<Response, DownloadError>) {
        self.close(system);
        if !std::mem::replace(&mut self.over, true) {
            self.events.push(Event::Done(result));
        }
    }
}

fn text_of(failure: TcpFailure) -> String {
    match failure {
        TcpFailure::Refused => "Connection refused".to_owned(),
        TcpFailure::TimedOut => "Connection timed out".to_owned(),
        TcpFailure::Reset => "Connection reset by peer".to_owned(),
        TcpFailure::Unreachable(what) => what.to_string(),
    }
}

fn refusal(error: OpenError) -> String {
    error.to_string()
}
