//! Programs: what happens to them.

use super::{Encode, Words};
use host::program::{ProgramEvent, ProgramId};

impl Encode for ProgramId {
    fn encode(&self, words: &mut Words) {
        words.push(u64::from(self.0));
    }
}

impl Encode for ProgramEvent {
    fn encode(&self, words: &mut Words) {
        match self {
            Self::Printed(text) => words.variant(0, &[text]),
            Self::Typed(line) => words.variant(1, &[line]),
            Self::InputEnded => words.variant(2, &[]),
            Self::Interrupted => words.variant(3, &[]),
            Self::Exited(status) => words.variant(4, &[status]),
        }
    }
}
