//! The stub resolver of a host: finds the addresses of a name for its programs (RFC 1034, 5.3.1), with the search list of `resolv.conf`.

use super::Transport;
use super::cache::Cache;
use super::message::{Kind, Question, rcode};
use super::name::Name;
use super::resolver::{self, Resolver, Upstream, address};
use smoltcp::wire::IpAddress;
use wire::Instant;
use wire::rng::Stream;

/// Look-ups at the same time.
const LOOKUPS_MAX: usize = 64;

/// Why a name has no address. The texts are those of `getaddrinfo`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LookupError {
    /// There is no such name, or it has no address; or the text is no name.
    #[error("Name or service not known")]
    NotFound,
    /// No server is known, none answers, or those that do report a failure.
    #[error("Temporary failure in name resolution")]
    NoAnswer,
}

/// What a stub resolver wants done.
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
    /// A look-up is over.
    Found {
        /// The number that came with it.
        token: u64,
        /// The addresses, or why there are none.
        result: Result<Vec<IpAddress>, LookupError>,
    },
}

/// Which addresses a program can use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Families {
    /// IPv4.
    pub v4: bool,
    /// IPv6.
    pub v6: bool,
}

/// A stub resolver.
#[derive(Clone, Debug)]
pub struct Stub {
    resolver: Resolver,
    domain: Option<Name>,
    lookups: Vec<Lookup>,
}

#[derive(Clone, Debug)]
struct Lookup {
    token: u64,
    families: Families,
    /// The names to try, the next one last.
    names: Vec<Name>,
    /// Questions without an answer.
    open: u8,
    found: Vec<IpAddress>,
    failed: bool,
}

impl Stub {
    /// A resolver that asks these servers; names of one label are first looked up in `domain`.
    pub fn new(servers: Vec<IpAddress>, domain: Option<Name>, random: Stream) -> Self {
        Self { resolver: Resolver::new(Upstream::Forward(servers), random), domain, lookups: Vec::new() }
    }

    /// Changes the servers and the domain, as a lease does.
    pub fn configure(&mut self, servers: Vec<IpAddress>, domain: Option<Name>) {
        self.resolver.set_upstream(Upstream::Forward(servers));
        self.domain = domain;
    }

    /// Its servers.
    pub fn servers(&self) -> &[IpAddress] {
        let (Upstream::Forward(servers) | Upstream::Roots(servers)) = self.resolver.upstream();
        servers
    }

    /// The resolver below, with its cache.
    pub fn resolver(&self) -> &Resolver {
        &self.resolver
    }

    /// Exchanges its cache for another one: all programs of a host share one.
    pub fn swap_cache(&mut self, cache: &mut Cache) {
        self.resolver.swap_cache(cache);
    }

    /// Looks up a name, or reads an address; the result comes with this token, maybe at once.
    pub fn look_up(
        &mut self,
        now: Instant,
        text: &str,
        families: Families,
        token: u64,
        out: &mut Vec<Output>,
    ) {
        let is_wanted = |address: &IpAddress| match address {
            IpAddress::Ipv4(_) => families.v4,
            IpAddress::Ipv6(_) => families.v6,
        };
        let local = ["127.0.0.1", "::1"].into_iter().filter(|_| text.eq_ignore_ascii_case("localhost"));
        let known: Vec<IpAddress> = local.chain([text]).filter_map(|text| text.parse().ok()).collect();
        if !known.is_empty() {
            let known: Vec<_> = known.into_iter().filter(is_wanted).collect();
            let result = if known.is_empty() { Err(LookupError::NotFound) } else { Ok(known) };
            return out.push(Output::Found { token, result });
        }
        let names = self.candidates(text);
        if names.is_empty() || self.lookups.len() >= LOOKUPS_MAX {
            let error = if names.is_empty() { LookupError::NotFound } else { LookupError::NoAnswer };
            return out.push(Output::Found { token, result: Err(error) });
        }
        self.lookups.push(Lookup { token, families, names, open: 0, found: Vec::new(), failed: false });
        self.ask(now, token, out);
    }

    /// The names that a text may mean, the likeliest last (`ndots:1`).
    fn candidates(&self, text: &str) -> Vec<Name> {
        let Ok(name) = Name::parse(text) else { return Vec::new() };
        if name == Name::ROOT {
            return Vec::new();
        }
        let in_domain = self.domain.as_ref().and_then(|domain| name.in_domain(domain).ok());
        match (in_domain, text.ends_with('.'), text.contains('.')) {
            (Some(longer), false, false) => vec![name, longer],
            (Some(longer), false, true) => vec![longer, name],
            (None, ..) | (_, true, _) => vec![name],
        }
    }

    fn ask(&mut self, now: Instant, token: u64, out: &mut Vec<Output>) {
        let Some(lookup) = self.lookups.iter_mut().find(|lookup| lookup.token == token) else { return };
        let Some(name) = lookup.names.pop() else {
            let error = if lookup.failed { LookupError::NoAnswer } else { LookupError::NotFound };
            return self.end(token, Err(error), out);
        };
        let kinds = [(lookup.families.v4, Kind::A), (lookup.families.v6, Kind::AAAA)];
        let kinds = kinds.iter().filter(|(wanted, _)| *wanted);
        lookup.open = kinds.clone().count() as u8;
        if lookup.open == 0 {
            return self.end(token, Err(LookupError::NotFound), out);
        }
        let mut found = Vec::new();
        for (_, kind) in kinds {
            let question = Question { name: name.clone(), kind: *kind };
            self.resolver.resolve(now, &question, token, &mut found);
        }
        self.pass_on(now, found, out);
    }

    fn end(&mut self, token: u64, result: Result<Vec<IpAddress>, LookupError>, out: &mut Vec<Output>) {
        self.lookups.retain(|lookup| lookup.token != token);
        out.push(Output::Found { token, result });
    }

    /// Handles an answer from a server.
    pub fn receive(&mut self, now: Instant, from: IpAddress, bytes: &[u8], out: &mut Vec<Output>) {
        let mut found = Vec::new();
        self.resolver.receive(now, from, bytes, &mut found);
        self.pass_on(now, found, out);
    }

    /// A server cannot be reached.
    pub fn unreachable(&mut self, now: Instant, server: IpAddress, out: &mut Vec<Output>) {
        let mut found = Vec::new();
        self.resolver.unreachable(now, server, &mut found);
        self.pass_on(now, found, out);
    }

    /// Does what is due.
    pub fn poll(&mut self, now: Instant, out: &mut Vec<Output>) {
        let mut found = Vec::new();
        self.resolver.poll(now, &mut found);
        self.pass_on(now, found, out);
    }

    /// When [`Stub::poll`] next has something to do.
    pub fn poll_at(&self) -> Option<Instant> {
        self.resolver.poll_at()
    }

    fn pass_on(&mut self, now: Instant, found: Vec<resolver::Output>, out: &mut Vec<Output>) {
        for output in found {
            let (token, answer) = match output {
                resolver::Output::Ask { to, over, bytes } => {
                    out.push(Output::Ask { to, over, bytes });
                    continue;
                }
                resolver::Output::Done { token, answer } => (token, answer),
            };
            let Some(lookup) = self.lookups.iter_mut().find(|lookup| lookup.token == token) else { continue };
            lookup.open -= 1;
            lookup.failed |= !matches!(answer.rcode, rcode::OK | rcode::NO_SUCH_NAME);
            lookup.found.extend(answer.answers.iter().filter_map(|record| address(&record.data)));
            if lookup.open > 0 {
                continue;
            }
            if lookup.found.is_empty() {
                self.ask(now, token, out);
            } else {
                let found = std::mem::take(&mut lookup.found);
                self.end(token, Ok(found), out);
            }
        }
    }
}
