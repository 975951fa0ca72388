//! `dig`: a question to a DNS server, and its whole answer.

use crate::ask::{Answer, Ask};
use host::program::{INTERRUPTED, Poll, Program};
use host::system::System;
use services::clock::{c_date, unix};
use services::dns::Transport;
use services::dns::message::{Data, Kind, Message, Record, flag, rcode};
use services::dns::name::Name;
use services::program::dns::Names;
use shell::Hosts;
use shell::arguments::Wrong;
use smoltcp::wire::IpAddress;
use wire::Instant;

/// The exit status when no server answers.
const NO_REPLY: u8 = 9;
/// Zones from the root to a name, at most.
const ZONES_MAX: usize = 16;

struct Settings {
    words: String,
    name: Name,
    kind: Kind,
    servers: Vec<IpAddress>,
    short: bool,
    trace: bool,
    recursion: bool,
    over: Transport,
}

pub(super) fn make(words: &[String], hosts: &mut Hosts) -> Result<Box<dyn Program>, Wrong> {
    let mut settings = Settings {
        words: words.join(" "),
        name: Name::ROOT,
        kind: Kind::A,
        servers: Vec::new(),
        short: false,
        trace: false,
        recursion: true,
        over: Transport::Udp,
    };
    let (mut name, mut kind, mut reverse) = (None, None, None);
    let mut words = words.iter().map(String::as_str);
    while let Some(word) = words.next() {
        match word {
            "+short" => settings.short = true,
            "+trace" => settings.trace = true,
            "+tcp" | "+vc" => settings.over = Transport::Tcp,
            "+norecurse" | "+norec" => settings.recursion = false,
            "+noall" | "+answer" | "+nocmd" | "+nocomments" | "+recurse" | "+notcp" | "-4" | "-6" => {}
            "-x" => {
                let text = words.next().ok_or("option -x needs an address")?;
                reverse = Some(text.parse().map_err(|()| format!("Invalid IP address {text}"))?);
            }
            "-t" => {
                let text = words.next().ok_or("option -t needs a type, such as MX")?;
                kind = Some(Kind::parse(text).ok_or_else(|| format!("invalid type: {text}"))?);
            }
            "-q" => name = words.next(),
            _ if word.starts_with('@') => settings.servers = vec![hosts.find(&word[1..], None)?.address],
            _ if word.starts_with(['+', '-']) => return Err(format!("Invalid option: {word}")),
            _ => match Kind::parse(word) {
                Some(known) if name.is_some() || !word.contains('.') && kind.is_none() && word.len() < 6 => {
                    kind = Some(known)
                }
                _ if name.is_none() => name = Some(word),
                _ => return Err(format!("invalid type: {word}")),
            },
        }
    }
    settings.name = match (reverse, name) {
        (Some(address), _) => Name::reverse(&address),
        (None, Some(name)) => {
            Name::parse(name).map_err(|error| format!("'{name}' is not a legal name: {error}"))?
        }
        (None, None) => Name::ROOT,
    };
    let without = if reverse.is_some() {
        Kind::PTR
    } else if name.is_some() {
        Kind::A
    } else {
        Kind::NS
    };
    settings.kind = kind.unwrap_or(without);
    Ok(Box::new(Dig { settings, ask: None, walk: None, began: false }))
}

struct Dig {
    settings: Settings,
    ask: Option<Ask>,
    walk: Option<Walk>,
    began: bool,
}

/// From the root to the server that knows.
#[derive(Default)]
struct Walk {
    zones: usize,
    /// The addresses of a server that has a name only are looked up.
    names: Option<Names>,
}

impl Program for Dig {
    fn poll(&mut self, system: &mut System<'_>) -> Poll {
        if !std::mem::replace(&mut self.began, true)
            && let Err(text) = self.begin(system)
        {
            system.print(&text);
            return Poll::Exit(NO_REPLY);
        }
        loop {
            if let Some(names) = self.walk.as_mut().and_then(|walk| walk.names.as_mut()) {
                match names.poll(system).pop() {
                    None => return Poll::Wait(names.poll_at()),
                    Some((_, Ok(servers))) => self.next_zone(system, servers),
                    Some((_, Err(error))) => {
                        system.print(&format!("dig: couldn't get address for the next server: {error}\n"));
                        return Poll::Exit(NO_REPLY);
                    }
                }
            }
            let Some(ask) = &mut self.ask else { return Poll::Exit(0) };
            let Some(result) = ask.poll(system) else { return Poll::Wait(ask.poll_at()) };
            let troubles = std::mem::take(&mut ask.troubles);
            if !self.settings.short || result.is_err() {
                system.print(&troubles);
            }
            let Ok(answer) = result else {
                system.print(";; no servers could be reached\n");
                return Poll::Exit(NO_REPLY);
            };
            match self.walk {
                Some(_) => match self.step(system, &answer) {
                    Some(status) => return Poll::Exit(status),
                    None => continue,
                },
                None => {
                    let text =
                        if self.settings.short { short(&answer) } else { whole(&answer, system.now()) };
                    system.print(&text);
                    return Poll::Exit(0);
                }
            }
        }
    }

    fn interrupt(&mut self, _: &mut System<'_>) -> u8 {
        INTERRUPTED
    }
}

impl Dig {
    fn begin(&mut self, system: &mut System<'_>) -> Result<(), String> {
        let Settings { words, name, kind, servers, short, trace, recursion, over } = &self.settings;
        if !short {
            system.print(&format!("\n; <<>> DiG 9.20 <<>> {words}\n;; global options: +cmd\n"));
        }
        let servers = if servers.is_empty() { system.resolver().servers.clone() } else { servers.clone() };
        if servers.is_empty() {
            return Err(
                ";; no servers could be reached: this host asks no DNS server (cat /etc/resolv.conf)\n"
                    .into(),
            );
        }
        let question = if *trace { (Name::ROOT, Kind::NS) } else { (name.clone(), *kind) };
        self.walk = trace.then(Walk::default);
        self.ask = Some(Ask::new(system, servers, question, *recursion || *trace, *over));
        Ok(())
    }

    /// Shows what a server on the way says, and goes on to the next; returns the exit status if there is none.
    fn step(&mut self, system: &mut System<'_>, answer: &Answer) -> Option<u8> {
        let message = &answer.message;
        let is_referral = message.answers.is_empty();
        let records = if is_referral { &message.authority } else { &message.answers };
        if !self.settings.short {
            let text: String = records.iter().map(record).collect();
            let (from, took) = (answer.from, answer.took.nanos() / 1_000_000);
            let len = answer.len;
            system.print(&format!("{text};; Received {len} bytes from {from}#53({from}) in {took} ms\n\n"));
        }
        let walk = self.walk.as_mut()?;
        walk.zones += 1;
        let mut servers = records.iter().filter_map(|record| match &record.data {
            Data::Ns(server) => Some(server),
            _ => None,
        });
        // The root's servers are the answer to the first question; after that, answers end the walk.
        let goes_on = walk.zones == 1 || is_referral && message.rcode() == rcode::OK;
        let first = servers.clone().next().cloned();
        let Some(first) = first.filter(|_| goes_on && walk.zones <= ZONES_MAX) else {
            if self.settings.short {
                system.print(&short(answer));
            } else if walk.zones == 1 {
                system.print("dig: the host's DNS server names no root servers\n");
                return Some(NO_REPLY);
            }
            return Some(0);
        };
        let glue: Vec<IpAddress> = servers
            .by_ref()
            .flat_map(|server| message.additional.iter().filter(move |record| record.name == *server))
            .filter_map(|record| services::dns::resolver::address(&record.data))
            .collect();
        if glue.is_empty() {
            let mut names = Names::new(system);
            names.look_up(system, &format!("{first}."));
            walk.names = Some(names);
        } else {
            self.next_zone(system, glue);
        }
        None
    }

    fn next_zone(&mut self, system: &mut System<'_>, servers: Vec<IpAddress>) {
        let question = (self.settings.name.clone(), self.settings.kind);
        if let Some(walk) = &mut self.walk {
            walk.names = None;
        }
        self.ask = Some(Ask::new(system, servers, question, false, self.settings.over));
    }
}

fn short(answer: &Answer) -> String {
    answer.message.answers.iter().map(|record| format!("{}\n", record.data)).collect()
}

/// A record in a line, as zone files have it.
fn record(Record { name, ttl, data }: &Record) -> String {
    format!("{}{ttl}\tIN\t{}\t{data}\n", padded(dotted(name), 24), data.kind())
}

/// With tabs behind it up to this column, one at least.
fn padded(text: String, column: usize) -> String {
    let tabs = column.saturating_sub(text.len()).div_ceil(8).max(1);
    text + &"\t".repeat(tabs)
}

fn dotted(name: &Name) -> String {
    if *name == Name::ROOT { ".".into() } else { format!("{name}.") }
}

/// What became of a query, in words.
pub(super) fn status(rcode: u16) -> String {
    match rcode {
        rcode::OK => "NOERROR".into(),
        rcode::FORMAT_ERROR => "FORMERR".into(),
        rcode::SERVER_FAILURE => "SERVFAIL".into(),
        rcode::NO_SUCH_NAME => "NXDOMAIN".into(),
        rcode::NOT_IMPLEMENTED => "NOTIMP".into(),
        rcode::REFUSED => "REFUSED".into(),
        other => format!("RESERVED{other}"),
    }
}

fn whole(answer: &Answer, now: Instant) -> String {
    let message = &answer.message;
    let mut text = header(message);
    if let Some(question) = &message.question {
        text += &format!(
            ";; QUESTION SECTION:\n{}IN\t{}\n\n",
            padded(format!(";{}", dotted(&question.name)), 32),
            question.kind
        );
    }
    let sections = [
        ("ANSWER", &message.answers),
        ("AUTHORITY", &message.authority),
        ("ADDITIONAL", &message.additional),
    ];
    for (name, records) in sections {
        if !records.is_empty() {
            text += &format!(";; {name} SECTION:\n{}\n", records.iter().map(record).collect::<String>());
        }
    }
    let Answer { len, from, over, took, .. } = answer;
    let over = match over {
        Transport::Udp => "UDP",
        Transport::Tcp => "TCP",
    };
    let (took, when) = (took.nanos() / 1_000_000, c_date(unix(now)));
    text + &format!(
        ";; Query time: {took} msec\n;; SERVER: {from}#53({from}) ({over})\n;; WHEN: {when}\n;; MSG SIZE  rcvd: {len}\n\n"
    )
}

fn header(message: &Message) -> String {
    let names = [
        ("qr", flag::RESPONSE),
        ("aa", flag::AUTHORITATIVE),
        ("tc", flag::TRUNCATED),
        ("rd", flag::RECURSION_DESIRED),
        ("ra", flag::RECURSION_AVAILABLE),
    ];
    let flags: Vec<_> = names.iter().filter(|(_, flag)| message.has(*flag)).map(|(name, _)| *name).collect();
    let mut text = format!(
        ";; Got answer:\n;; ->>HEADER<<- opcode: QUERY, status: {}, id: {}\n;; flags: {}; QUERY: {}, ANSWER: {}, AUTHORITY: {}, ADDITIONAL: {}\n",
        status(message.rcode()),
        message.id,
        flags.join(" "),
        usize::from(message.question.is_some()),
        message.answers.len(),
        message.authority.len(),
        message.additional.len() + usize::from(message.edns.is_some()),
    );
    if message.has(flag::RECURSION_DESIRED) && !message.has(flag::RECURSION_AVAILABLE) {
        text += ";; WARNING: recursion requested but not available\n";
    }
    text += "\n";
    if let Some(edns) = message.edns {
        text += &format!(
            ";; OPT PSEUDOSECTION:\n; EDNS: version: {}, flags:; udp: {}\n",
            edns.version, edns.udp_size
        );
    }
    text
}
