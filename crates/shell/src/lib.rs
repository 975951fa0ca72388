//! The commands of a console: what a person types, as programs for hosts.
//!
//! [`program`] makes a program of a command line. It is handed to a world
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
//! | `arguments` | options and operands, read from words |
//! | `text` | times, sizes and errors as the real commands word them |
//! | `once` | programs that are done at once |
//! | `command::*` | one command each |

#[cfg(all(test, target_arch = "wasm32"))]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

mod arguments;
pub mod command;
mod once;
mod text;

use host::program::Program;
use once::Say;

/// The program that a command line asks for. What is wrong with the line, the program prints.
pub fn program(line: &str) -> Box<dyn Program> {
    let Some(words) = shlex::split(line) else {
        return Box::new(Say::error("a quotation mark has no counterpart\n".into(), MISUSED));
    };
    let Some((name, words)) = words.split_first() else {
        return Box::new(Say::done(String::new()));
    };
    match command::find(name) {
        Some(command) => command.program(words),
        None => {
            let text = format!("{name}: command not found; help lists the commands\n");
            Box::new(Say::error(text, NOT_FOUND))
        }
    }
}

/// The name of the command that a line asks for, if there is none of that name.
pub fn unknown(line: &str) -> Option<String> {
    let name = shlex::split(line)?.into_iter().next()?;
    command::find(&name).is_none().then_some(name)
}

/// The exit status of a command that is used wrongly.
pub(crate) const MISUSED: u8 = 2;
/// The exit status of a command that does not exist, as shells report it.
const NOT_FOUND: u8 = 127;
