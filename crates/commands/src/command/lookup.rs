//! `host` and `nslookup`: the addresses of a name in few words.

use super::dig::status;
use crate::ask::{Answer, Ask};
use host::program::{Poll, Program};
use host::system::System;
use services::dns::Transport;
use services::dns::message::{Data, Kind, Record, flag, rcode};
use services::dns::name::Name;
use shell::Hosts;
use shell::arguments::Wrong;
use smoltcp::wire::IpAddress;
use std::collections::VecDeque;

#[derive(Clone, Copy, PartialEq)]
enum Style {
    Host,
    Nslookup,
}

pub(super) fn host(words: &[String], hosts: &mut Hosts) -> Result<Box<dyn Program>, Wrong> {
    make(words, hosts, Style::Host)
}

pub(super) fn nslookup(words: &[String], hosts: &mut Hosts) -> Result<Box<dyn Program>, Wrong> {
    make(words, hosts, Style::Nslookup)
}

fn make(words: &[String], hosts: &mut Hosts, style: Style) -> Result<Box<dyn Program>, Wrong> {
    let (mut kinds, mut operands) = (Vec::new(), Vec::new());
    let kind = |text: &str| Kind::parse(text).ok_or_else(|| format!("invalid type: {text}"));
    let mut words = words.iter().map(String::as_str);
    while let Some(word) = words.next() {
        let lower = word.to_ascii_lowercase();
        let given = ["-type=", "-query=", "-q="].iter().find_map(|option| lower.strip_prefix(option));
        match (style, word, given) {
            (Style::Host, "-t", _) => {
                kinds = vec![kind(words.next().ok_or("option -t needs a type, such as MX")?)?]
            }
            (Style::Host, "-a", _) => kinds = vec![Kind::ANY],
            (Style::Nslookup, _, Some(text)) => kinds = vec![kind(text)?],
            (_, _, _) if word.starts_with('-') => return Err(format!("invalid option: {word}")),
            (_, _, _) => operands.push(word),
        }
    }
    let (name, server) = match operands[..] {
        [name] => (name, None),
        [name, server] => (name, Some(hosts.find(server, None)?.address)),
        _ => return Err("it takes a name or an address, and may be the server that is asked".into()),
    };
    let address = name.parse::<IpAddress>().ok();
    let base = match address {
        Some(address) => Name::reverse(&address),
        None => Name::parse(name).map_err(|error| format!("'{name}' is not a legal name: {error}"))?,
    };
    if kinds.is_empty() {
        kinds = match (address, style) {
            (Some(_), _) => vec![Kind::PTR],
            (None, Style::Host) => vec![Kind::A, Kind::AAAA, Kind::MX],
            (None, Style::Nslookup) => vec![Kind::A, Kind::AAAA],
        };
    }
    let is_relative = address.is_none() && !name.contains('.');
    Ok(Box::new(Lookup {
        style,
        typed: name.to_owned(),
        names: VecDeque::from([base]),
        is_relative,
        server,
        kinds: kinds.into(),
        found: 0,
        answers: 0,
        ask: None,
    }))
}

struct Lookup {
    style: Style,
    typed: String,
    /// The name, and those that are tried before it: in the host's domain.
    names: VecDeque<Name>,
    is_relative: bool,
    server: Option<IpAddress>,
    /// The types that are still to be asked for.
    kinds: VecDeque<Kind>,
    /// Records that were shown.
    found: usize,
    /// Answers that came.
    answers: usize,
    ask: Option<Ask>,
}

impl Program for Lookup {
    fn poll(&mut self, system: &mut System<'_>) -> Poll {
        if std::mem::take(&mut self.is_relative)
            && let Some(domain) =
                system.resolver().domain.as_deref().and_then(|domain| Name::parse(domain).ok())
            && let Ok(longer) = self.names[0].in_domain(&domain)
        {
            self.names.push_front(longer);
        }
        loop {
            let (Some(name), Some(kind)) = (self.names.front().cloned(), self.kinds.front().copied()) else {
                if self.style == Style::Nslookup && self.found > 0 {
                    system.print("\n");
                }
                return Poll::Exit(u8::from(self.found == 0));
            };
            let servers =
                self.server.map_or_else(|| system.resolver().servers.clone(), |server| vec![server]);
            if servers.is_empty() {
                system.print(
                    ";; no servers could be reached: this host asks no DNS server (cat /etc/resolv.conf)\n",
                );
                return Poll::Exit(1);
            }
            let ask =
                self.ask.get_or_insert_with(|| Ask::new(system, servers, (name, kind), true, Transport::Udp));
            let Some(result) = ask.poll(system) else { return Poll::Wait(ask.poll_at()) };
            let troubles = std::mem::take(&mut ask.troubles);
            self.ask = None;
            let Ok(answer) = result else {
                system.print(&format!("{troubles};; no servers could be reached\n\n"));
                return Poll::Exit(1);
            };
            if answer.message.rcode() == rcode::NO_SUCH_NAME && self.names.len() > 1 {
                self.names.pop_front();
                continue;
            }
            self.kinds.pop_front();
            if let Some(status) = self.show(system, &answer) {
                return Poll::Exit(status);
            }
        }
    }
}

impl Lookup {
    /// Shows an answer; returns the exit status if nothing more is to be asked.
    fn show(&mut self, system: &mut System<'_>, answer: &Answer) -> Option<u8> {
        let (message, first) = (&answer.message, self.answers == 0);
        self.answers += 1;
        if self.style == Style::Nslookup && first {
            let from = answer.from;
            system.print(&format!("Server:\t\t{from}\nAddress:\t{from}#53\n\n"));
            if !message.has(flag::AUTHORITATIVE) && message.rcode() == rcode::OK {
                system.print("Non-authoritative answer:\n");
            }
        }
        if message.rcode() != rcode::OK {
            let (typed, rcode) = (&self.typed, message.rcode());
            let status = status(rcode);
            system.print(&match self.style {
                Style::Host => format!("Host {typed} not found: {rcode}({status})\n"),
                Style::Nslookup => format!("** server can't find {typed}: {status}\n\n"),
            });
            return Some(1);
        }
        // The alias stands in front of the answers to each question: once is enough.
        let shown = message.answers.iter().filter(|record| first || !matches!(record.data, Data::Cname(_)));
        let text: String = shown.map(|record| self.line(record)).collect();
        self.found += message.answers.len();
        if text.is_empty() && self.kinds.is_empty() && self.found == 0 {
            let typed = &self.typed;
            system.print(&match self.style {
                Style::Host => format!(
                    "{typed} has no {} record\n",
                    answer.message.question.as_ref().map_or(Kind::A, |question| question.kind)
                ),
                Style::Nslookup => format!("*** Can't find {typed}: No answer\n\n"),
            });
        }
        system.print(&text);
        None
    }

    fn line(&self, Record { name, data, .. }: &Record) -> String {
        match (self.style, data) {
            (Style::Host, Data::A(address)) => format!("{name} has address {address}\n"),
            (Style::Host, Data::Aaaa(address)) => format!("{name} has IPv6 address {address}\n"),
            (Style::Host, Data::Cname(target)) => format!("{name} is an alias for {target}.\n"),
            (Style::Host, Data::Mx(..)) => format!("{name} mail is handled by {data}\n"),
            (Style::Host, Data::Ptr(target)) => format!("{name} domain name pointer {target}.\n"),
            (Style::Host, Data::Ns(server)) => format!("{name} name server {server}.\n"),
            (Style::Host, Data::Txt(_)) => format!("{name} descriptive text {data}\n"),
            (Style::Host, Data::Soa(_) | Data::Other(..)) => {
                format!("{name} has {} record {data}\n", data.kind())
            }
            (Style::Nslookup, Data::A(_) | Data::Aaaa(_)) => format!("Name:\t{name}\nAddress: {data}\n"),
            (Style::Nslookup, Data::Cname(target)) => format!("{name}\tcanonical name = {target}.\n"),
            (Style::Nslookup, Data::Mx(..)) => format!("{name}\tmail exchanger = {data}\n"),
            (Style::Nslookup, Data::Ptr(target)) => format!("{name}\tname = {target}.\n"),
            (Style::Nslookup, Data::Ns(server)) => format!("{name}\tnameserver = {server}.\n"),
            (Style::Nslookup, Data::Txt(_)) => format!("{name}\ttext = {data}\n"),
            (Style::Nslookup, Data::Soa(_) | Data::Other(..)) => {
                format!("{name}\t{} = {data}\n", data.kind())
            }
        }
    }
}
