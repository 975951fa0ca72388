//! A resolver: finds the answer to a question at other servers, and keeps it (RFC 1034, 5.3.3).
//!
//! It asks one of the servers that it forwards to, or goes from the root servers to those of the top level and so on to those of the zone. Both
//! are the same task with other servers: ask, keep what comes, and look again at what is known.

use super::Transport;
use super::cache::{Cache, Trust};
use super::message::{Data, EDNS, Kind, Message, Question, Record, flag, rcode};
use super::name::Name;
use smoltcp::wire::IpAddress;
use wire::rng::Stream;
use wire::{Duration, Instant};

/// Questions that are being answered at the same time.
pub const TASKS_MAX: usize = 256;
/// Those that wait for the answer to one question.
const WAITING_MAX: usize = 64;
/// Queries for one question.
const QUERIES_MAX: u32 = 24;
/// Queries to one server for one question.
const TRIES: usize = 2;
/// Aliases of aliases that are followed (RFC 1034, 5.2.2).
const ALIASES_MAX: usize = 8;
/// Questions that have to be answered for another one: the addresses of servers that have names only.
const DEPTH_MAX: u8 = 3;
/// Records of one answer that are kept.
const RECORDS_MAX: usize = 256;

/// Whom a resolver asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Upstream {
    /// These servers, which ask others themselves.
    Forward(Vec<IpAddress>),
    /// The root servers, and those that they refer to.
    Roots(Vec<IpAddress>),
}

/// What a resolver wants done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// A query is to be sent to port 53.
    Ask {
        /// The server.
        to: IpAddress,
        /// How.
        over: Transport,
        /// The query; over TCP without its length.
        bytes: Vec<u8>,
    },
    /// A question is answered.
    Done {
        /// The number that came with the question.
        token: u64,
        /// The answer.
        answer: Answer,
    },
}

/// What a resolver has found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// See [`rcode`].
    pub rcode: u16,
    /// Aliases in their order, and the records asked for.
    pub answers: Vec<Record>,
    /// The start of the zone if there are none.
    pub authority: Vec<Record>,
}

/// A resolver.
#[derive(Clone, Debug)]
pub struct Resolver {
    upstream: Upstream,
    cache: Cache,
    tasks: Vec<Task>,
    next: u32,
    random: Stream,
}

/// A question that is being answered.
#[derive(Clone, Debug)]
struct Task {
    number: u32,
    kind: Kind,
    /// The name asked for, and the one that is looked up now: the target of an alias.
    asked: Name,
    name: Name,
    chain: Vec<Record>,
    waiting: Vec<Waiting>,
    depth: u8,
    queries: u32,
    /// The servers of this zone are being asked, each [`TRIES`] times.
    zone: Name,
    servers: Vec<IpAddress>,
    tried: usize,
    query: Option<Query>,
}

#[derive(Clone, Debug)]
enum Waiting {
    Client(u64),
    Task(u32),
}

/// A query without an answer.
#[derive(Clone, Debug)]
struct Query {
    id: u16,
    to: IpAddress,
    over: Transport,
    deadline: Instant,
}

/// What to do next about a task.
enum Next {
    Done(Answer),
    Ask { zone: Name, servers: Vec<IpAddress> },
    Find(Name),
}

impl Resolver {
    /// A resolver that knows nothing.
    pub fn new(upstream: Upstream, random: Stream) -> Self {
        Self { upstream, cache: Cache::default(), tasks: Vec::new(), next: 0, random }
    }

    /// Whom it asks.
    pub fn upstream(&self) -> &Upstream {
        &self.upstream
    }

    /// Changes whom it asks from now on: the host has another lease, say.
    pub fn set_upstream(&mut self, upstream: Upstream) {
        self.upstream = upstream;
    }

    /// Exchanges what it knows.
    pub fn swap_cache(&mut self, cache: &mut Cache) {
        std::mem::swap(&mut self.cache, cache);
    }

    /// What it knows.
    pub fn cache(&self) -> &Cache {
        &self.cache
    }

    /// Forgets what it knows.
    pub fn clear_cache(&mut self) {
        self.cache.clear();
    }

    /// Asks for the records of a name; the answer comes with this token, maybe at once.
    pub fn resolve(&mut self, now: Instant, question: &Question, token: u64, out: &mut Vec<Output>) {
        let same = |task: &&mut Task| task.asked == question.name && task.kind == question.kind;
        if let Some(task) = self.tasks.iter_mut().find(same)
            && task.waiting.len() < WAITING_MAX
        {
            task.waiting.push(Waiting::Client(token));
            return;
        }
        self.begin(now, question.name.clone(), question.kind, (Waiting::Client(token), 0), out);
    }

    /// Handles an answer from this server. For one over TCP its length is taken off before.
    pub fn receive(&mut self, now: Instant, from: IpAddress, bytes: &[u8], out: &mut Vec<Output>) {
        let Ok(message) = Message::read(bytes) else { return };
        let Some(place) = self.place_of(from, message.id) else { return };
        let task = &mut self.tasks[place];
        // RFC 5452, 9.1: what does not answer the question is no answer.
        let its = |question: &Question| question.name == task.name && question.kind == task.kind;
        if !message.has(flag::RESPONSE) || !message.question.as_ref().is_some_and(its) {
            return;
        }
        let over = task.query.take().map(|query| query.over);
        let number = task.number;
        if message.has(flag::TRUNCATED) && over == Some(Transport::Udp) {
            return self.ask(now, place, from, Transport::Tcp, out);
        }
        if self.learn(now, place, &message) {
            let task = &mut self.tasks[place];
            (task.servers, task.tried) = (Vec::new(), 0);
        }
        self.go_on(now, number, out);
    }

    /// The server cannot be reached, as an ICMP error or a refused connection says: the next one is asked at once.
    pub fn unreachable(&mut self, now: Instant, server: IpAddress, out: &mut Vec<Output>) {
        let asks = |task: &&mut Task| task.query.as_ref().is_some_and(|query| query.to == server);
        let numbers: Vec<u32> = self
            .tasks
            .iter_mut()
            .filter(asks)
            .map(|task| {
                task.query = None;
                task.number
            })
            .collect();
        numbers.into_iter().for_each(|number| self.go_on(now, number, out));
    }

    /// Goes on with the next server where none has answered in time.
    pub fn poll(&mut self, now: Instant, out: &mut Vec<Output>) {
        let late = |task: &&mut Task| task.query.as_ref().is_some_and(|query| query.deadline <= now);
        let numbers: Vec<u32> = self
            .tasks
            .iter_mut()
            .filter(late)
            .map(|task| {
                task.query = None;
                task.number
            })
            .collect();
        numbers.into_iter().for_each(|number| self.go_on(now, number, out));
    }

    /// When [`Resolver::poll`] next has something to do.
    pub fn poll_at(&self) -> Option<Instant> {
        self.tasks.iter().filter_map(|task| Some(task.query.as_ref()?.deadline)).min()
    }

    fn place_of(&self, from: IpAddress, id: u16) -> Option<usize> {
        let its = |query: &Query| query.to == from && query.id == id;
        self.tasks.iter().position(|task| task.query.as_ref().is_some_and(its))
    }

    fn begin(
        &mut self,
        now: Instant,
        name: Name,
        kind: Kind,
        (waiting, depth): (Waiting, u8),
        out: &mut Vec<Output>,
    ) {
        let number = self.next;
        self.next = self.next.wrapping_add(1);
        let full = self.tasks.len() >= TASKS_MAX;
        self.tasks.push(Task {
            number,
            kind,
            asked: name.clone(),
            name,
            chain: Vec::new(),
            waiting: vec![waiting],
            depth,
            queries: 0,
            zone: Name::ROOT,
            servers: Vec::new(),
            tried: 0,
            query: None,
        });
        if full {
            return self.finish(
                now,
                number,
                Answer { rcode: rcode::SERVER_FAILURE, ..Answer::default() },
                out,
            );
        }
        self.go_on(now, number, out);
    }

    /// Does what can be done for a task that waits for nothing.
    fn go_on(&mut self, now: Instant, number: u32, out: &mut Vec<Output>) {
        let Some(place) = self.tasks.iter().position(|task| task.number == number) else { return };
        match self.next(now, place) {
            Next::Done(answer) => self.finish(now, number, answer, out),
            Next::Ask { zone, servers } => {
                let task = &mut self.tasks[place];
                if task.servers != servers || task.zone != zone {
                    (task.zone, task.servers, task.tried) = (zone, servers, 0);
                }
                let to = task.servers[task.tried % task.servers.len()];
                task.tried += 1;
                self.ask(now, place, to, Transport::Udp, out);
            }
            Next::Find(server) => {
                let depth = self.tasks[place].depth + 1;
                self.tasks[place].queries += 1;
                self.begin(now, server, Kind::A, (Waiting::Task(number), depth), out);
            }
        }
    }

    /// Looks at what is known: an answer, an alias, or the servers nearest to the name.
    fn next(&mut self, now: Instant, place: usize) -> Next {
        let failed = || Next::Done(Answer { rcode: rcode::SERVER_FAILURE, ..Answer::default() });
        let task = &mut self.tasks[place];
        loop {
            if let Some(entry) = self.cache.get(now, &task.name, task.kind, Trust::Answer) {
                let mut answers = std::mem::take(&mut task.chain);
                answers.extend(entry.answer(now, &task.name));
                let rcode = if entry.no_such_name { rcode::NO_SUCH_NAME } else { rcode::OK };
                return Next::Done(Answer { rcode, answers, authority: entry.authority(now) });
            }
            let Some(entry) = self.cache.get(now, &task.name, Kind::CNAME, Trust::Answer) else { break };
            let Some(Data::Cname(target)) = entry.records.first() else { break };
            task.chain.extend(entry.answer(now, &task.name).into_iter().take(1));
            task.name = target.clone();
            (task.servers, task.tried) = (Vec::new(), 0);
            if task.chain.len() > ALIASES_MAX {
                return failed();
            }
        }
        if task.queries >= QUERIES_MAX
            || (!task.servers.is_empty() && task.tried >= TRIES * task.servers.len())
        {
            return failed();
        }
        if !task.servers.is_empty() {
            return Next::Ask { zone: task.zone.clone(), servers: task.servers.clone() };
        }
        let (roots, found) = match &self.upstream {
            Upstream::Forward(servers) => (servers, None),
            Upstream::Roots(roots) => (roots, nearest(&self.cache, now, task)),
        };
        match found {
            Some(next) => next,
            None if roots.is_empty() => failed(),
            None => Next::Ask { zone: Name::ROOT, servers: roots.clone() },
        }
    }

    fn ask(&mut self, now: Instant, place: usize, to: IpAddress, over: Transport, out: &mut Vec<Output>) {
        let id = self.random.draw() as u16;
        // The times of resolv.conf, and of resolvers that have many servers to ask.
        let (flags, wait) = match self.upstream {
            Upstream::Forward(_) => (flag::RECURSION_DESIRED, 5_000),
            Upstream::Roots(_) => (0, 1_500),
        };
        let wait = if over == Transport::Tcp { 10_000 } else { wait };
        let task = &mut self.tasks[place];
        task.queries += 1;
        task.query = Some(Query { id, to, over, deadline: now + Duration::from_millis(wait) });
        let question = Question { name: task.name.clone(), kind: task.kind };
        let mut query = Message::query(id, question, flags);
        query.edns = Some(EDNS);
        out.push(Output::Ask { to, over, bytes: query.write(usize::from(u16::MAX)) });
    }

    /// Keeps what a server says about names of its zone. Returns false if it says nothing of use: then another one is asked.
    fn learn(&mut self, now: Instant, place: usize, message: &Message) -> bool {
        let Task { name, kind, zone, .. } = &self.tasks[place];
        let is_forwarder = matches!(self.upstream, Upstream::Forward(_));
        if !matches!(message.rcode(), rcode::OK | rcode::NO_SUCH_NAME) {
            return false;
        }
        let mut sets: Vec<(&Name, Vec<Record>)> = Vec::new();
        let mine = |record: &&Record| record.name.is_within(zone);
        for record in message.answers.iter().filter(mine).take(RECORDS_MAX) {
            let same = |(of, set): &&mut (&Name, Vec<Record>)| {
                **of == record.name && set[0].data.kind() == record.data.kind()
            };
            match sets.iter_mut().find(same) {
                Some((_, set)) => set.push(record.clone()),
                None => sets.push((&record.name, vec![record.clone()])),
            }
        }
        // Only the name itself and what its aliases lead to, not what was added unasked.
        let mut target = name.clone();
        let mut aliases = 0;
        for _ in 0..=ALIASES_MAX {
            let set_of = |wanted: Kind| {
                sets.iter()
                    .find(|(of, set)| **of == target && set[0].data.kind() == wanted)
                    .map(|(_, set)| set)
            };
            if let Some(set) = set_of(*kind) {
                self.cache.insert(now, target.clone(), set, Trust::Answer);
                return true;
            }
            let Some(set) = set_of(Kind::CNAME) else { break };
            self.cache.insert(now, target.clone(), set, Trust::Answer);
            let Some(Data::Cname(next)) = set.first().map(|record| &record.data) else { break };
            target = next.clone();
            aliases += 1;
        }
        let soa = message.authority.iter().find(|record| record.data.kind() == Kind::SOA && mine(record));
        if message.rcode() == rcode::NO_SUCH_NAME || soa.is_some() {
            let is_gone = message.rcode() == rcode::NO_SUCH_NAME;
            self.cache.insert_negative(now, target, *kind, is_gone, soa.cloned());
            return true;
        }
        if aliases > 0 || is_forwarder || message.has(flag::AUTHORITATIVE) {
            if aliases == 0 {
                self.cache.insert_negative(now, target, *kind, false, None);
            }
            return true;
        }
        self.refer(now, place, message)
    }

    /// Keeps the servers of a zone that is nearer to the name, and their addresses. Returns false if there are none.
    fn refer(&mut self, now: Instant, place: usize, message: &Message) -> bool {
        let Task { name, zone, .. } = &self.tasks[place];
        let nearer = |record: &&Record| {
            let domain = &record.name;
            record.data.kind() == Kind::NS
                && domain != zone
                && domain.is_within(zone)
                && name.is_within(domain)
        };
        let Some(cut) = message.authority.iter().find(nearer).map(|record| record.name.clone()) else {
            return false;
        };
        let servers: Vec<Record> = message.authority.iter().filter(nearer).take(16).cloned().collect();
        for server in &servers {
            let Data::Ns(server) = &server.data else { continue };
            for kind in [Kind::A, Kind::AAAA] {
                let its = |record: &&Record| {
                    record.name == *server && record.data.kind() == kind && record.name.is_within(zone)
                };
                let addresses: Vec<Record> = message.additional.iter().filter(its).take(8).cloned().collect();
                self.cache.insert(now, server.clone(), &addresses, Trust::Referral);
            }
        }
        self.cache.insert(now, cut, &servers, Trust::Referral);
        true
    }

    /// Answers all that wait for a task.
    fn finish(&mut self, now: Instant, number: u32, answer: Answer, out: &mut Vec<Output>) {
        let Some(place) = self.tasks.iter().position(|task| task.number == number) else { return };
        let task = self.tasks.remove(place);
        for waiting in task.waiting {
            match waiting {
                Waiting::Client(token) => out.push(Output::Done { token, answer: answer.clone() }),
                Waiting::Task(number) => {
                    // A server without an address is as if it were not there.
                    let found = answer.answers.iter().any(|record| record.data.kind() == Kind::A);
                    if !found && let Some(task) = self.tasks.iter_mut().find(|task| task.number == number) {
                        task.queries = QUERIES_MAX;
                    }
                    self.go_on(now, number, out);
                }
            }
        }
    }
}

/// The servers of the zone nearest to a task's name; `None`: only the root servers are known.
fn nearest(cache: &Cache, now: Instant, task: &Task) -> Option<Next> {
    for zone in task.name.ancestors() {
        let Some(entry) = cache.get(now, &zone, Kind::NS, Trust::Referral) else { continue };
        let names = || {
            entry.records.iter().filter_map(|data| match data {
                Data::Ns(name) => Some(name),
                _ => None,
            })
        };
        let mut servers = Vec::new();
        for name in names() {
            for kind in [Kind::A, Kind::AAAA] {
                let known = cache.get(now, name, kind, Trust::Referral);
                servers.extend(known.iter().flat_map(|entry| &entry.records).filter_map(address));
            }
        }
        if !servers.is_empty() {
            return Some(Next::Ask { zone, servers });
        }
        // The address of a server in its own zone would have come with the referral.
        let outside = names().find(|name| !name.is_within(&zone) && task.depth < DEPTH_MAX);
        if let Some(name) = outside {
            return Some(Next::Find(name.clone()));
        }
    }
    None
}

/// The address in a record.
pub fn address(data: &Data) -> Option<IpAddress> {
    match data {
        Data::A(address) => Some((*address).into()),
        Data::Aaaa(address) => Some((*address).into()),
        _ => None,
    }
}
