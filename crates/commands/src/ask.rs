//! One question to a DNS server, asked again when no answer comes.

use host::system::System;
use services::dns::Transport;
use services::dns::message::{EDNS, Kind, Message, Question, flag};
use services::dns::name::Name;
use services::program::dns::{Came, Upstreams};
use smoltcp::wire::IpAddress;
use wire::{Duration, Instant};

/// How long a server may be silent (dig: `+time=5`).
const PATIENCE: Duration = Duration::from_secs(5);
/// Queries to all servers together (dig: `+tries=3`).
const TRIES: usize = 3;

/// An answer.
pub(crate) struct Answer {
    /// The message.
    pub message: Message,
    /// Its bytes, without their number in front over TCP.
    pub len: usize,
    /// Its sender.
    pub from: IpAddress,
    /// How it came.
    pub over: Transport,
    /// How long it took.
    pub took: Duration,
}

/// A question under way.
pub(crate) struct Ask {
    upstreams: Upstreams,
    servers: Vec<IpAddress>,
    query: Message,
    over: Transport,
    tries: usize,
    sent: Option<(IpAddress, Instant)>,
    /// What went wrong up to now, a line for each try.
    pub troubles: String,
}

impl Ask {
    /// Asks these servers. `recursion`: they are to ask others.
    pub fn new(
        system: &mut System<'_>,
        servers: Vec<IpAddress>,
        question: (Name, Kind),
        recursion: bool,
        over: Transport,
    ) -> Self {
        let (name, kind) = question;
        let flags = if recursion { flag::RECURSION_DESIRED } else { 0 };
        let mut query = Message::query(system.random() as u16, Question { name, kind }, flags);
        query.edns = Some(EDNS);
        Self {
            upstreams: Upstreams::default(),
            servers,
            query,
            over,
            tries: 0,
            sent: None,
            troubles: String::new(),
        }
    }

    /// The answer, or `Err` if no server has given one; `None`: not yet.
    pub fn poll(&mut self, system: &mut System<'_>) -> Option<Result<Answer, ()>> {
        for came in self.upstreams.poll(system) {
            if let Some(answer) = self.take(system, came) {
                return Some(Ok(answer));
            }
        }
        loop {
            if let Some((server, at)) = self.sent {
                if system.now() < at + PATIENCE {
                    return None;
                }
                self.troubles += &format!(";; communications error to {server}#53: timed out\n");
                self.sent = None;
            }
            if self.servers.is_empty() || self.tries >= TRIES.max(self.servers.len()) {
                return Some(Err(()));
            }
            let server = self.servers[self.tries % self.servers.len()];
            self.tries += 1;
            self.send(system, server);
        }
    }

    /// When it is to be polled again.
    pub fn poll_at(&self) -> Option<Instant> {
        self.sent.map(|(_, at)| at + PATIENCE)
    }

    fn send(&mut self, system: &mut System<'_>, server: IpAddress) {
        self.sent = Some((server, system.now()));
        let bytes = self.query.write(usize::from(u16::MAX));
        if self.upstreams.ask(system, server, self.over, &bytes).is_some() {
            self.troubles +=
                &format!(";; UDP setup with {server}#53({server}) failed: network unreachable.\n");
            self.sent = None;
        }
    }

    fn take(&mut self, system: &mut System<'_>, came: Came) -> Option<Answer> {
        let (server, at) = self.sent?;
        let (from, bytes) = match came {
            Came::Answer(from, bytes) => (from, bytes),
            Came::Unreachable(it) => {
                if it == server {
                    self.troubles += &format!(";; communications error to {server}#53: connection refused\n");
                    self.sent = None;
                }
                return None;
            }
        };
        let message = Message::read(&bytes)
            .ok()
            .filter(|message| message.id == self.query.id && message.has(flag::RESPONSE) && from == server)?;
        if message.has(flag::TRUNCATED) && self.over == Transport::Udp {
            self.troubles += ";; Truncated, retrying in TCP mode.\n";
            self.over = Transport::Tcp;
            self.send(system, server);
            return None;
        }
        Some(Answer { len: bytes.len(), message, from, over: self.over, took: system.now() - at })
    }
}
