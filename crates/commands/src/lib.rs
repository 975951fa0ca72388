//! The commands of hosts that need the services: names, leases, pages, and what shows the state of a host in other systems' words.
//!
//! It stands above the crates [`shell`], whose commands need none of that, and [`services`]. A page that has no room for it does
//! without: nothing but the table of functions of a world leads here.
//!
//! | module | what it is |
//! |---|---|
//! | `command` | all commands by name; `command::*`: one or two of them each |
//! | `ask` | a question to a DNS server |
//! | `lease` | what is wanted of the DHCP client of a host |
//! | `names` | names in the words of all commands |
//! | `history` | the lines that were typed |
//! | `pipe` | `COMMAND \| grep WORD` |

mod ask;
mod command;
mod history;
mod lease;
mod names;
mod pipe;

pub use command::COMMANDS;
pub use names::names;

use host::program::Program;
use pipe::Piped;
use services::line;
use shell::once::Say;
use shell::{MISUSED, Shell};

/// The program that a line asks for: a command of this shell, and filters of text behind it.
pub fn program(shell: &'static Shell, text: &str) -> Box<dyn Program> {
    let program: Box<dyn Program> = match line::parse(text) {
        Ok(line) if line.filters.is_empty() => shell.program_of(line.words),
        Ok(line) => Box::new(Piped::new(shell.program_of(line.words), line.filters)),
        Err(error) => Box::new(Say::error(format!("{error}\n"), MISUSED)),
    };
    history::noted(text, program)
}
