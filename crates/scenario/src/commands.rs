//! Commands that a document starts on hosts, and what is typed to them.
//!
//! In a document they stand among the runs, in any order; here they have a list of their own. The number of a command that a change
//! names is its place among the runs: [`Entries`] says which entry is what. Written are the runs first, then the commands.

use crate::Change;
use netlab::history::ProgramId;
use netlab::run::RunId;
use netlab::topology::NodeId;
use netlab::world::Command;

/// A command line, and the host on which it is started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandLine {
    /// The host.
    pub on: NodeId,
    /// What is typed.
    pub line: String,
}

/// What is typed to a command that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// A line, and the return key.
    Line(String),
    /// Nothing more (Ctrl-D).
    End,
    /// It is interrupted (Ctrl-C).
    Interrupt,
}

impl Key {
    /// The command to a world.
    pub(crate) fn command(&self, program: ProgramId) -> Command {
        match self {
            Self::Line(line) => Command::Type(program, line.clone()),
            Self::End => Command::EndInput(program),
            Self::Interrupt => Command::Interrupt(program),
        }
    }
}

/// What each entry of a document's list of runs is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Entries {
    /// Where the runs stand in the list, and where the commands.
    pub runs: Vec<usize>,
    pub commands: Vec<usize>,
}

/// A run or a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    Run(RunId),
    Command(ProgramId),
}

impl Entries {
    /// Of these entries, each a command or not.
    pub fn new(is_command: impl Iterator<Item = bool>) -> Self {
        let mut entries = Self::default();
        for (number, is_command) in is_command.enumerate() {
            if is_command { entries.commands.push(number) } else { entries.runs.push(number) }
        }
        entries
    }

    /// What the entry of this number is; beyond the last, a run that does not exist.
    pub fn entry(&self, number: usize) -> Entry {
        match (self.runs.binary_search(&number), self.commands.binary_search(&number)) {
            (_, Ok(command)) => Entry::Command(ProgramId(command as u32)),
            (Ok(run), _) => Entry::Run(RunId(run as u32)),
            _ => Entry::Run(RunId(u32::MAX)),
        }
    }

    /// Where the entry stands that is written as this number.
    pub fn place(&self, written: usize) -> usize {
        let place = match written.checked_sub(self.runs.len()) {
            None => self.runs.get(written),
            Some(command) => self.commands.get(command),
        };
        place.copied().unwrap_or(written)
    }
}

impl Change {
    /// Whether it is about a run or a command, which has to be known before.
    pub(crate) const fn is_about_entry(&self) -> bool {
        match self {
            Self::Stop(_) | Self::Key(..) => true,
            Self::Link(..)
            | Self::Node { .. }
            | Self::Cable(_)
            | Self::Port(..)
            | Self::Set(..)
            | Self::Clear(_) => false,
        }
    }
}
