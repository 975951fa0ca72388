//! Hosts named by words: commands take addresses, or names that a [`Resolver`] finds the addresses of.
//!
//! A command reads its words at once, while a name takes time. So a command that finds a name among its words is made again when
//! the name's addresses are known ([`Hosts`] has them), and until then a program of this module runs in its stead.

use crate::arguments::MISUSED;
use crate::table::{Command, Hosts, Resolver, Shell};
use host::program::{INTERRUPTED, Poll, Program};
use host::system::System;

/// Makes a command's program, or what looks up the names in its words first.
pub(crate) fn made(command: &'static Command, shell: &'static Shell, words: Vec<String>) -> Box<dyn Program> {
    let mut hosts = Hosts::new(shell);
    let made = (command.make)(&words, &mut hosts);
    match (shell.names, hosts.take_wanted()) {
        (Some(names), Some(name)) if made.is_err() => Box::new(Named {
            command,
            words,
            hosts,
            names: names(),
            name: Some(name),
            asked: String::new(),
            program: None,
        }),
        _ => command.or_wrong(made),
    }
}

/// A command in whose words a name stands.
struct Named {
    command: &'static Command,
    words: Vec<String>,
    hosts: Hosts,
    names: Box<dyn Resolver>,
    /// What is to be looked up next, and what is looked up now.
    name: Option<String>,
    asked: String,
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
                self.asked = name;
            }
            match self.names.poll(system) {
                None => return Poll::Wait(self.names.poll_at()),
                Some(Err(error)) => {
                    system.print(&format!("{}: {}: {error}\n", self.command.name, self.asked));
                    return Poll::Exit(MISUSED);
                }
                Some(Ok(addresses)) => {
                    self.hosts.note(std::mem::take(&mut self.asked), addresses);
                    let made = (self.command.make)(&self.words, &mut self.hosts);
                    match self.hosts.take_wanted() {
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
