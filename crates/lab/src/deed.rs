//! Acting on the network: the one place where a person's run or change is applied to the running world and recorded.
//!
//! At the live edge the world runs to the playhead, takes each command at a moment of its own, and the document or the journal
//! records it with that moment. In the past the same deeds make a branch.

use crate::Lab;
use crate::command::Refusal;
use netlab::run::RunSpec;
use netlab::world::Command as WorldCommand;
use netlab::{Instant, World};
use scenario::{Change, CommandLine, Scenario};

/// Something that a person does to the network itself.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// A run is started.
    Run(RunSpec),
    /// A command is typed on a host.
    Launch(CommandLine),
    /// The network is changed, or something is typed to a command that runs.
    Change(Box<Change>),
}

impl Deed {
    fn command(&self, services: u32) -> WorldCommand {
        match self {
            Self::Run(spec) => WorldCommand::Start(spec.clone()),
            Self::Launch(CommandLine { on, line }) => WorldCommand::Launch { on: *on, line: line.clone() },
            Self::Change(change) => change.command(services),
        }
    }

    /// The document with this deed at its moment.
    pub fn recorded_in(self, document: Scenario, at: Instant) -> Scenario {
        match self {
            Self::Run(spec) => document.with_run(at, spec),
            Self::Launch(command) => document.with_command(at, command),
            Self::Change(change) => document.with_change(at, *change),
        }
    }
}

/// Whether a document says nothing of changes to the network: what is changed then is as if it had been so from the start. What was
/// typed to commands is no such change.
pub(crate) fn is_from_the_start(document: &Scenario) -> bool {
    document.changes.iter().all(|(_, change)| matches!(change, Change::Key(..)))
}

impl Lab {
    /// Does this at the playhead: in the past in a branch of this name, otherwise in the running world. `document` is the
    /// document as it is to be called and drawn afterwards.
    pub(crate) fn do_at_playhead(
        &mut self,
        deeds: Vec<Deed>,
        document: Scenario,
        name: &str,
    ) -> Result<(), Refusal> {
        if self.rewound {
            return self.fork(deeds, name.to_string());
        }
        self.do_now(deeds, document)
    }

    /// Does this in the running world, and goes on with `document`. A document without changes of its own says what the network
    /// is like now, as if it had been so from the start; the journal then has the changes with their moments.
    pub(crate) fn do_now(&mut self, deeds: Vec<Deed>, mut document: Scenario) -> Result<(), Refusal> {
        // The playhead may be further than the world, in time in which nothing happens; the deeds begin where it is.
        advance_quiet(&mut self.world, self.playhead.at());
        let from_the_start = is_from_the_start(&document);
        for deed in deeds {
            let (at, _) = self.world.apply(deed.command(self.first_command()))?;
            // What is done next, even if time stands still, is later: a document keeps no other order.
            self.world.run_until(at, || true);
            match deed {
                Deed::Change(change) if from_the_start && !matches!(*change, Change::Key(..)) => {
                    self.branches.journal.push((at, *change));
                }
                Deed::Run(_) | Deed::Launch(_) | Deed::Change(_) => document = deed.recorded_in(document, at),
            }
        }
        self.rest_at = None;
        self.touched = true;
        self.follow_story();
        self.story.renew(self.playhead.at(), self.watchable);
        if document != self.scenario {
            self.dress(document);
        }
        Ok(())
    }
}

/// Lets time pass in which nothing happens, so that the world's open moment follows the playhead's.
fn advance_quiet(world: &mut World, until: Instant) {
    if world.next_event_at().is_none_or(|next| until < next) && until > world.now() {
        world.run_until(until, || true);
    }
}
