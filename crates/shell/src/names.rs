//! Hosts named by words: commands take addresses, or names that a [`Resolver`] finds the addresses of.
//!
//! A command reads its words at once, while a name takes time. So a command that finds a name among its words is made again when
//! the name's addresses are known ([`Hosts`] has them), and until then a program of this module runs in its stead.

use crate::Shell;
use crate::arguments::Wrong;
use crate::command::Command;
use host::program::{INTERRUPTED, Poll, Program};
use host::system::System;
use smoltcp::wire::IpAddress;
use std::fmt;
use wire::Instant;

/// Looks up names for one command.
pub trait Resolver {
    /// Begins to look up a name.
    fn look_up(&mut self, system: &mut System<'_>, name: &str);
    /// The addresses, or what is said of a name that has none; `None`: not yet.
    fn poll(&mut self, system: &mut System<'_>) -> Option<Result<Vec<IpAddress>, String>>;
    /// When it is to be polled again, whatever comes.
    fn poll_at(&self) -> Option<Instant>;
}

/// A host that a person has named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// As it was typed.
    pub name: String,
    /// Its address.
    pub address: IpAddress,
}

/// The name with the address behind it, or the address alone.
impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, address } = self;
        if name.parse() == Ok(*address) { write!(f, "{address}") } else { write!(f, "{name} ({address})") }
    }
}

/// What a command can look at while it reads its words.
pub struct Hosts {
    /// The shell that it is a command of.
    pub shell: &'static Shell,
    found: Vec<(String, Vec<IpAddress>)>,
    wanted: Option<String>,
}

impl Hosts {
    /// The address that a person has typed, or that a name has. `version`: 4 or 6, if the person asks for it.
    ///
    /// # Errors
    /// What a resolver says of a name that it does not find. The name is looked up, and the command is made again.
    pub fn find(&mut self, text: &str, version: Option<u8>) -> Result<Destination, Wrong> {
        let fits =
            |ip: &IpAddress| version.is_none_or(|version| (version == 6) == matches!(ip, IpAddress::Ipv6(_)));
        let destination = |address| Destination { name: text.to_owned(), address };
        let family = || format!("{text}: Address family for hostname not supported");
        if let Ok(address) = text.parse() {
            return if fits(&address) { Ok(destination(address)) } else { Err(family()) };
        }
        if let Some((_, addresses)) = self.found.iter().find(|(name, _)| name == text) {
            return addresses.iter().copied().find(fits).map(destination).ok_or_else(family);
        }
        self.wanted = Some(text.to_owned());
        Err(format!("{text}: Name or service not known"))
    }
}

/// Makes a command's program, or what looks up the names in its words first.
pub(crate) fn made(command: &'static Command, shell: &'static Shell, words: Vec<String>) -> Box<dyn Program> {
    let mut hosts = Hosts { shell, found: Vec::new(), wanted: None };
    let made = command.make(&words, &mut hosts);
    match (shell.names, hosts.wanted.take()) {
        (Some(names), Some(name)) if made.is_err() => {
            Box::new(Named { command, words, hosts, names: names(), name: Some(name), program: None })
        }
        _ => command.or_wrong(made),
    }
}

/// A command in whose words a name stands.
struct Named {
    command: &'static Command,
    words: Vec<String>,
    hosts: Hosts,
    names: Box<dyn Resolver>,
    /// What is to be looked up next.
    name: Option<String>,
    program: Option<Box<dyn Program>>,
}

impl Program for Named {
    fn poll(&mut self, system: &mut System<'_>) -> Poll {
        loop {
            if let Some(program) = &mut self.program {
                return program.poll(system);
            }
            if let Some(name) = self.name.take() {
                self.names.look_up(system, &name);
                self.hosts.wanted = Some(name);
            }
            match self.names.poll(system) {
                None => return Poll::Wait(self.names.poll_at()),
                Some(Err(error)) => {
                    let name = self.hosts.wanted.take().unwrap_or_default();
                    system.print(&format!("{}: {name}: {error}\n", self.command.name));
                    return Poll::Exit(crate::MISUSED);
                }
                Some(Ok(addresses)) => {
                    let name = self.hosts.wanted.take().unwrap_or_default();
                    self.hosts.found.push((name, addresses));
                    let made = self.command.make(&self.words, &mut self.hosts);
                    match self.hosts.wanted.take() {
                        Some(name) if made.is_err() => self.name = Some(name),
                        _ => self.program = Some(self.command.or_wrong(made)),
                    }
                }
            }
        }
    }

    fn interrupt(&mut self, system: &mut System<'_>) -> u8 {
        self.program.as_mut().map_or(INTERRUPTED, |program| program.interrupt(system))
    }
}
