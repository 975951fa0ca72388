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
//! | `table` | what a shell, a command and a named host are |
//! | `names` | commands in whose words names stand |
//! | [`arguments`] | options and operands, read from words |
//! | [`text`] | times, sizes and errors as the real commands word them |
//! | [`once`] | programs that are done at once |
//! | `command::*` | one command each |

#[cfg(all(test, target_arch = "wasm32"))]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

pub mod arguments;
pub mod command;
mod names;
pub mod once;
mod table;
pub mod text;

pub use arguments::MISUSED;
pub use table::{Command, Destination, Hosts, Make, Resolver, Shell};

use command::COMMANDS;
use host::program::Program;
use once::Say;

/// The commands of this crate, without names.
pub static SHELL: Shell = Shell { commands: &[&COMMANDS], names: None };

/// The program that a command line asks for, in [`SHELL`].
pub fn program(line: &str) -> Box<dyn Program> {
    SHELL.program(line)
}

/// The name of the command that a line asks for, if [`SHELL`] has none of that name.
pub fn unknown(line: &str) -> Option<String> {
    let name = first_word(line)?;
    SHELL.find(&name).is_none().then_some(name)
}

/// The first word of a line; `None`: it is empty, or a quotation mark has no counterpart.
pub fn first_word(line: &str) -> Option<String> {
    shlex::split(line)?.into_iter().next()
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
            Some(command) if words.iter().any(|word| word == "--help") => Box::new(Say::done(command.help())),
            Some(command) => names::made(command, self, words),
            None => {
                let text = format!("{name}: command not found; help lists the commands\n");
                Box::new(Say::error(text, NOT_FOUND))
            }
        }
    }
}

/// The exit status of a command that does not exist, as shells report it.
const NOT_FOUND: u8 = 127;
