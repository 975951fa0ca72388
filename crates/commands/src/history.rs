//! The lines that were typed on a host, for its command `history`.

use host::program::{Poll, Program};
use host::system::System;
use services::program::shared::Shared;

/// Lines that are kept.
const LINES_MAX: usize = 500;
/// Programs that a host starts by itself: they are not typed.
const DAEMONS: [&str; 6] = ["dhclient", "dhcpd", "named", "httpd", "inetd", "ntpd"];

/// The lines, the oldest first.
pub(crate) fn lines<'a>(system: &'a mut System<'_>) -> impl Iterator<Item = &'a String> {
    system.kept::<Shared>().typed.iter()
}

/// A program that notes its line when it begins.
pub(crate) fn noted(line: &str, program: Box<dyn Program>) -> Box<dyn Program> {
    let first = line.split_whitespace().next();
    match first {
        None => program,
        Some(first) if DAEMONS.contains(&first) => program,
        Some(_) => Box::new(Noted { line: Some(line.to_owned()), program }),
    }
}

struct Noted {
    line: Option<String>,
    program: Box<dyn Program>,
}

impl Program for Noted {
    fn poll(&mut self, system: &mut System<'_>) -> Poll {
        if let Some(line) = self.line.take() {
            let typed = &mut system.kept::<Shared>().typed;
            typed.push_back(line);
            if typed.len() > LINES_MAX {
                typed.pop_front();
            }
        }
        self.program.poll(system)
    }

    fn interrupt(&mut self, system: &mut System<'_>) -> u8 {
        self.program.interrupt(system)
    }
}
