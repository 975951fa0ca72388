//! A scenario being executed.

use crate::history::{History, Limits};
use crate::run::{RunId, RunSpec};
use crate::topology::{LinkId, Topology, TopologyError, Way};
use vnetif::Instant;

/// Something that a person does to a world.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Start a run.
    Start(RunSpec),
    /// Stop a run; what it measured stays.
    Stop(RunId),
    /// Change both directions of a link, for frames handed to it from now on.
    SetLink(LinkId, [Way; 2]),
}

/// Why a command cannot be done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// A run needs hosts at both ends.
    #[error("a run goes from a host to a host or an address; this node is not a host")]
    NotAHost,
    /// A run from a host to itself would never reach a wire.
    #[error("a run needs two different hosts")]
    SameHost,
    /// No such run, link or node.
    #[error("there is no such run, link or node")]
    NoSuchThing,
    /// A number out of its bounds.
    #[error("{0}")]
    OutOfBounds(&'static str),
    /// The moment is past: the world has already got further.
    #[error("{at} is past: the world has already run to {frontier}")]
    Past {
        /// What was asked for.
        at: Instant,
        /// The first moment that is still open.
        frontier: Instant,
    },
}

/// Whether [`World::run_until`] got to the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Everything up to the asked moment has happened.
    Reached,
    /// The budget was spent first; call again.
    Paused,
}

/// A network in virtual time.
pub struct World {}

impl World {
    /// A world at time zero.
    pub fn new(_topology: Topology, _seed: u64, _limits: Limits) -> Result<Self, Vec<TopologyError>> {
        unimplemented!()
    }
    /// What it was made from, with the changes made since.
    pub fn topology(&self) -> &Topology {
        unimplemented!()
    }
    /// What has happened.
    pub fn history(&self) -> &History {
        unimplemented!()
    }
    /// Everything up to and with this moment has happened (the live edge).
    pub fn now(&self) -> Instant {
        unimplemented!()
    }
    /// The first moment that is still open for commands.
    pub fn frontier(&self) -> Instant {
        unimplemented!()
    }
    /// Does this command at the first open moment; returns that moment, and the run's id if one was started.
    pub fn apply(&mut self, _command: Command) -> Result<(Instant, Option<RunId>), CommandError> {
        unimplemented!()
    }
    /// Does this command at a moment to come.
    pub fn schedule(&mut self, _at: Instant, _command: Command) -> Result<Option<RunId>, CommandError> {
        unimplemented!()
    }
    /// Runs until everything up to and with `until` has happened, or until `go_on`, asked once at each moment, says no.
    /// How a run is sliced never changes what happens.
    pub fn run_until(&mut self, _until: Instant, _go_on: impl FnMut() -> bool) -> Progress {
        unimplemented!()
    }
    /// When something will next happen; `None`: never again, unless a command comes.
    pub fn next_event_at(&self) -> Option<Instant> {
        unimplemented!()
    }
    /// Whether no run is active or scheduled and no frame is under way. Timers may still tick (ageing, TIME-WAIT).
    pub fn is_quiet(&self) -> bool {
        unimplemented!()
    }
}
