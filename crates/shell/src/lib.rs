//! The commands of a console: what a person types, as programs for hosts.
//!
//! [`program`] makes a program of a command line; a [`Shell`] with more commands and with names can be made of this one's tables. It is handed to a world
//! ([`Kinds::with_shell`](../netlab/world/struct.Kinds.html#method.with_shell)), so that a page without a console does not have to
//! load any of this.
//!
//! The commands have the options that people use, and answer as the real ones do: those of Linux' iputils, iproute2 and OpenBSD's
//! netcat. An option that is not understood is an error with the command's usage; `COMMAND --help` has examples.
//!
//! A map:
//!
//! | module | what it is |
//! |---|---|
//! | [`command`] | all commands by name |
//! | [`names`] | hosts named by words: what finds their addresses |
//! | [`arguments`] | options and operands, read from words |
//! | [`text`] | times, sizes and errors as the real commands word them |
//! | [`once`] | programs that are done at once |
//! | `command::*` | one command each |

#[cfg(all(test, target_arch = "wasm32"))]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

pub mod arguments;
pub mod command;
pub mod names;
pub mod once;
pub mod text;

use command::{COMMANDS, Command};
use host::program::Program;
use names::Resolver;
use once::Say;

/// The commands that there are, and how names are looked up. What knows more commands than this crate has a shell of its own.
pub struct Shell {
    /// Tables of commands; of two with one name the first counts.
    pub commands: &'static [&'static [Command]],
    /// Makes what looks names up for a command; without it, hosts are named by addresses.
    pub names: Option<fn() -> Box<dyn Resolver>>,
}

/// The commands of this crate, without names.
pub static SHELL: Shell = Shell { commands: &[&COMMANDS], names: None };

/// The program that a command line asks for, in [`SHELL`].
pub fn program(line: &str) -> Box<dyn Program> {
    SHELL.program(line)
}

/// The name of the command that a line asks for, if [`SHELL`] has none of that name.
pub fn unknown(line: &str) -> Option<String> {
    let name = shlex::split(line)?.into_iter().next()?;
    SHELL.find(&name).is_none().then_some(name)
}

impl Shell {
    /// The program that a command line asks for. What is wrong with the line, the program prints.
    pub fn program(&'static self, line: &str) -> Box<dyn Program> {
        match shlex::split(line) {
            Some(words) => self.program_of(words),
            None => Box::new(Say::error("a quotation mark has no counterpart\n".into(), MISUSED)),
        }
    }

    /// The program that these words ask for.
    pub fn program_of(&'static self, mut words: Vec<String>) -> Box<dyn Program> {
        if words.is_empty() {
            return Box::new(Say::done(String::new()));
        }
        let name = words.remove(0);
        match self.find(&name) {
            Some(command) => command.program(self, words),
            None => {
                let text = format!("{name}: command not found; help lists the commands\n");
                Box::new(Say::error(text, NOT_FOUND))
            }
        }
    }

    /// The command of this name.
    pub fn find(&self, name: &str) -> Option<&'static Command> {
        self.all().find(|command| command.name == name)
    }

    /// All commands, table by table.
    pub fn all(&self) -> impl Iterator<Item = &'static Command> {
        self.commands.iter().copied().flatten()
    }
}

/// The exit status of a command that is used wrongly.
pub const MISUSED: u8 = 2;
/// The exit status of a command that does not exist, as shells report it.
const NOT_FOUND: u8 = 127;
