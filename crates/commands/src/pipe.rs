//! A command whose output goes through filters of text: `ip addr | grep inet`.

use host::program::{Poll, Program};
use host::system::System;
use services::line::Filter;

/// A command, and the filters behind it. They see what it prints when it is over, as most of them could not begin earlier.
pub(crate) struct Piped {
    program: Box<dyn Program>,
    filters: Vec<Filter>,
    printed: String,
}

/// More than this of an output is not kept for the filters.
const PRINTED_MAX: usize = 1 << 20;

impl Piped {
    pub fn new(program: Box<dyn Program>, filters: Vec<Filter>) -> Self {
        Self { program, filters, printed: String::new() }
    }

    fn keep(&mut self, text: &str) {
        if self.printed.len() + text.len() <= PRINTED_MAX {
            self.printed += text;
        }
    }

    /// Prints what the filters leave; returns the exit status of the last, as a shell does.
    fn end(&mut self, system: &mut System<'_>) -> u8 {
        let begin = (std::mem::take(&mut self.printed), 0);
        let (text, status) = self.filters.iter().fold(begin, |(text, _), filter| filter.apply(&text));
        system.print(&text);
        status
    }
}

impl Program for Piped {
    fn poll(&mut self, system: &mut System<'_>) -> Poll {
        let (poll, text) = system.capture(|system| self.program.poll(system));
        self.keep(&text);
        match poll {
            Poll::Exit(_) => Poll::Exit(self.end(system)),
            Poll::Wait(_) | Poll::Idle(_) => poll,
        }
    }

    fn interrupt(&mut self, system: &mut System<'_>) -> u8 {
        let (status, text) = system.capture(|system| self.program.interrupt(system));
        self.keep(&text);
        self.end(system);
        status
    }
}
