//! A DNS server: answers from its zones, and asks others if clients want that and it is configured to (RFC 1034, 4.3).

use super::Transport;
use super::message::{Message, Question, UDP_SIZE, UDP_SIZE_WITHOUT_EDNS, flag, rcode};
use super::resolver::{self, Answer, Resolver};
use super::zone::Zone;
use smoltcp::wire::IpAddress;
use wire::Instant;
use wire::sorted::SortedMap;

/// Clients that wait for an answer from elsewhere; further ones get an error.
const CLIENTS_MAX: usize = 256;

/// What a server wants done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// An answer is to be sent to a client.
    Reply {
        /// The number that came with the query.
        client: u64,
        /// The answer; over TCP without its length.
        bytes: Vec<u8>,
    },
    /// Another server is to be asked, at port 53.
    Ask {
        /// The server.
        to: IpAddress,
        /// How.
        over: Transport,
        /// The query; over TCP without its length.
        bytes: Vec<u8>,
    },
}

/// A DNS server.
#[derive(Clone, Debug)]
pub struct Server {
    zones: Vec<Zone>,
    resolver: Option<Resolver>,
    waiting: SortedMap<u64, Waiting>,
    next: u64,
}

/// A client that waits for an answer from elsewhere.
#[derive(Clone, Debug)]
struct Waiting {
    client: u64,
    over: Transport,
    query: Message,
    /// What was found in a zone before an alias led out of it.
    answer: Message,
}

impl Server {
    /// A server of these zones, with a resolver if it answers for others.
    pub fn new(zones: Vec<Zone>, resolver: Option<Resolver>) -> Self {
        Self { zones, resolver, waiting: SortedMap::new(), next: 0 }
    }

    /// Its zones.
    pub fn zones(&self) -> &[Zone] {
        &self.zones
    }

    /// Its resolver.
    pub fn resolver(&self) -> Option<&Resolver> {
        self.resolver.as_ref()
    }

    /// Handles a query of a client, which is any number that tells clients apart.
    pub fn query(&mut self, now: Instant, client: u64, over: Transport, bytes: &[u8], out: &mut Vec<Output>) {
        let [a, b, c, d, ..] = *bytes else { return };
        let (id, flags) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
        if flags & flag::RESPONSE != 0 {
            return;
        }
        let reply = |answer: Message, out: &mut Vec<Output>| {
            out.push(Output::Reply { client, bytes: write(&answer, &answer, over) });
        };
        let nothing =
            |flags, code| Message { id, flags: flags | flag::RESPONSE | code, ..Message::default() };
        let kept = flags & (flag::OPCODE | flag::RECURSION_DESIRED);
        if flags & flag::OPCODE != 0 {
            return reply(nothing(kept, rcode::NOT_IMPLEMENTED), out);
        }
        let Ok(query) = Message::read(bytes) else {
            return reply(nothing(kept, rcode::FORMAT_ERROR), out);
        };
        let recursion = self.resolver.is_some();
        let mut answer = query.answer(if recursion { flag::RECURSION_AVAILABLE } else { 0 });
        if answer.edns.is_some_and(|edns| edns.bad_version) {
            // The answer says so already.
        } else if let Some(question) = query.question.clone() {
            let elsewhere = self.look_up(&question, &mut answer);
            if let Some(question) = elsewhere {
                if recursion && query.has(flag::RECURSION_DESIRED) {
                    return self.resolve(now, &question, Waiting { client, over, query, answer }, out);
                }
                if answer.answers.is_empty() {
                    answer.flags |= rcode::REFUSED;
                }
            }
        } else {
            // Without a question, or about another class than the Internet's.
            let empty = bytes.get(4..6) == Some(&[0, 0]);
            answer.flags |= if empty { rcode::FORMAT_ERROR } else { rcode::REFUSED };
        }
        out.push(Output::Reply { client, bytes: write(&answer, &query, over) });
    }

    /// Answers from the zones; returns what has to be asked elsewhere.
    fn look_up(&self, question: &Question, answer: &mut Message) -> Option<Question> {
        let zone = self.zones.iter().filter(|zone| question.name.is_within(zone.origin()));
        match zone.max_by_key(|zone| zone.origin().labels().count()) {
            Some(zone) => {
                let target = zone.answer(question, answer)?;
                Some(Question { name: target, kind: question.kind })
            }
            None => Some(question.clone()),
        }
    }

    fn resolve(&mut self, now: Instant, question: &Question, waiting: Waiting, out: &mut Vec<Output>) {
        let Some(resolver) = &mut self.resolver else { return };
        if self.waiting.len() >= CLIENTS_MAX {
            let mut answer = waiting.answer;
            answer.flags |= rcode::SERVER_FAILURE;
            out.push(Output::Reply {
                client: waiting.client,
                bytes: write(&answer, &waiting.query, waiting.over),
            });
            return;
        }
        let token = self.next;
        self.next += 1;
        self.waiting.insert(token, waiting);
        let mut found = Vec::new();
        resolver.resolve(now, question, token, &mut found);
        self.pass_on(found, out);
    }

    /// Handles an answer from another server.
    pub fn receive(&mut self, now: Instant, from: IpAddress, bytes: &[u8], out: &mut Vec<Output>) {
        self.with_resolver(out, |resolver, found| resolver.receive(now, from, bytes, found));
    }

    /// Another server cannot be reached.
    pub fn unreachable(&mut self, now: Instant, server: IpAddress, out: &mut Vec<Output>) {
        self.with_resolver(out, |resolver, found| resolver.unreachable(now, server, found));
    }

    /// Does what is due.
    pub fn poll(&mut self, now: Instant, out: &mut Vec<Output>) {
        self.with_resolver(out, |resolver, found| resolver.poll(now, found));
    }

    /// When [`Server::poll`] next has something to do.
    pub fn poll_at(&self) -> Option<Instant> {
        self.resolver.as_ref()?.poll_at()
    }

    fn with_resolver(
        &mut self,
        out: &mut Vec<Output>,
        act: impl FnOnce(&mut Resolver, &mut Vec<resolver::Output>),
    ) {
        let Some(resolver) = &mut self.resolver else { return };
        let mut found = Vec::new();
        act(resolver, &mut found);
        self.pass_on(found, out);
    }

    fn pass_on(&mut self, found: Vec<resolver::Output>, out: &mut Vec<Output>) {
        for output in found {
            match output {
                resolver::Output::Ask { to, over, bytes } => out.push(Output::Ask { to, over, bytes }),
                resolver::Output::Done { token, answer: Answer { rcode, answers, authority } } => {
                    let Some(waiting) = self.waiting.remove(&token) else { continue };
                    let Waiting { client, over, query, mut answer } = waiting;
                    // What comes from elsewhere is not this server's word.
                    if answer.answers.is_empty() {
                        answer.flags &= !flag::AUTHORITATIVE;
                    }
                    answer.flags |= rcode;
                    answer.answers.extend(answers);
                    answer.authority.extend(authority);
                    out.push(Output::Reply { client, bytes: write(&answer, &query, over) });
                }
            }
        }
    }
}

/// The bytes of an answer, as many as its client takes.
fn write(answer: &Message, query: &Message, over: Transport) -> Vec<u8> {
    answer.write(match (over, query.edns) {
        (Transport::Tcp, _) => usize::from(u16::MAX),
        (Transport::Udp, None) => usize::from(UDP_SIZE_WITHOUT_EDNS),
        (Transport::Udp, Some(edns)) => usize::from(edns.udp_size.clamp(UDP_SIZE_WITHOUT_EDNS, UDP_SIZE)),
    })
}
