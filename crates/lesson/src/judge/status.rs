//! What is known of a goal.

use netlab::Instant;
use netlab::history::{ProgramId, TransitId};
use netlab::run::RunId;
use netlab::topology::NodeId;

/// What is known of a predicate.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Status {
    /// It is so.
    pub holds: bool,
    /// It will not change any more.
    pub settled: bool,
    /// When it was so first.
    pub since: Option<Instant>,
    /// What shows it.
    pub proof: Option<Proof>,
}

/// What shows that something is so: the page leads there with one press.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// A frame on a cable.
    Frame(TransitId),
    /// A run.
    Run(RunId),
    /// A command.
    Command(ProgramId),
    /// A node's tables at a moment.
    Table(NodeId, Instant),
    /// The question of this number.
    Question(usize),
    /// The prediction of this number.
    Prediction(usize),
}

/// What there is to say of a goal.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// It is fulfilled.
    Fulfilled {
        /// Since when.
        at: Instant,
        /// What shows it.
        proof: Option<Proof>,
        /// Nothing can undo it.
        for_good: bool,
    },
    /// It is not yet: what is missing, in a sentence.
    NotYet(String),
    /// It cannot be fulfilled in this world any more.
    Failed {
        /// Why, in a sentence.
        why: String,
        /// What shows it.
        proof: Option<Proof>,
    },
}

impl Status {
    /// It is so, for good.
    pub(super) fn held(at: Instant, proof: Option<Proof>) -> Self {
        Self { holds: true, settled: true, since: Some(at), proof }
    }

    /// It is not so, for good.
    pub(super) fn failed(proof: Option<Proof>) -> Self {
        Self { holds: false, settled: true, since: None, proof }
    }

    /// It cannot become so any more.
    pub(super) fn is_failed(&self) -> bool {
        self.settled && !self.holds
    }
}
