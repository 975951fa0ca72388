//! Programs that are done as soon as they begin.

use host::program::{Poll, Program};
use host::system::System;

/// Prints a text.
pub struct Say {
    text: String,
    status: u8,
}

impl Say {
    /// It succeeds.
    pub fn done(text: String) -> Self {
        Self { text, status: 0 }
    }

    /// With this exit status.
    pub fn error(text: String, status: u8) -> Self {
        Self { text, status }
    }
}

impl Program for Say {
    fn poll(&mut self, system: &mut System<'_>) -> Poll {
        system.print(&self.text);
        Poll::Exit(self.status)
    }
}

/// Looks at the host, or changes it, and returns what to print and the exit status.
pub struct Once<F>(
    /// What is done.
    pub F,
);

impl<F: FnMut(&mut System<'_>) -> (String, u8)> Program for Once<F> {
    fn poll(&mut self, system: &mut System<'_>) -> Poll {
        let (text, status) = (self.0)(system);
        system.print(&text);
        Poll::Exit(status)
    }
}
