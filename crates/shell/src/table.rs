//! What a shell is made of: commands, how they read their words, and the names of hosts among them.
//!
//! These types name each other, as a command looks at its shell, so they stand together, below all that uses them.

use crate::arguments::{Wrong, misused};
use crate::once::Say;
use host::program::Program;
use host::system::System;
use smoltcp::wire::IpAddress;
use std::fmt;
use wire::Instant;

/// The commands that there are, and how names are looked up. What knows more commands than this crate has a shell of its own.
pub struct Shell {
    /// Tables of commands; of two with one name the first counts.
    pub commands: &'static [&'static [Command]],
    /// Makes what looks names up for a command; without it, hosts are named by addresses.
    pub names: Option<fn() -> Box<dyn Resolver>>,
}

/// Makes a program of words, or says what is wrong with them.
pub type Make = fn(&[String], &mut Hosts) -> Result<Box<dyn Program>, Wrong>;

/// A command.
pub struct Command {
    /// What is typed.
    pub name: &'static str,
    /// What it does, in a few words.
    pub summary: &'static str,
    /// Its options and operands.
    pub usage: &'static str,
    /// Lines that work, with what they do.
    pub examples: &'static [(&'static str, &'static str)],
    /// Makes its program of the words after its name.
    pub make: Make,
}

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

impl Hosts {
    /// Of a command that is made for the first time.
    pub(crate) fn new(shell: &'static Shell) -> Self {
        Self { shell, found: Vec::new(), wanted: None }
    }

    /// The name that could not be found, once.
    pub(crate) fn take_wanted(&mut self) -> Option<String> {
        self.wanted.take()
    }

    /// Notes the addresses of a name.
    pub(crate) fn note(&mut self, name: String, addresses: Vec<IpAddress>) {
        self.found.push((name, addresses));
    }
}

impl Shell {
    /// The command of this name.
    pub fn find(&self, name: &str) -> Option<&'static Command> {
        self.all().find(|command| command.name == name)
    }

    /// All commands, table by table.
    pub fn all(&self) -> impl Iterator<Item = &'static Command> {
        self.commands.iter().copied().flatten()
    }
}

impl Command {
    /// The program, or one that says what is wrong with the words.
    pub(crate) fn or_wrong(&self, made: Result<Box<dyn Program>, Wrong>) -> Box<dyn Program> {
        made.unwrap_or_else(|wrong| {
            let (text, status) = misused(self.name, self.usage, &wrong);
            Box::new(Say::error(text, status))
        })
    }

    /// What `--help` prints.
    pub fn help(&self) -> String {
        let width = self.examples.iter().map(|(line, _)| line.len()).max().unwrap_or(0);
        let mut text = format!("{}: {}\nusage: {}\n", self.name, self.summary, self.usage);
        for (line, what) in self.examples {
            text += &format!("  {line:width$}  {what}\n");
        }
        text
    }
}
