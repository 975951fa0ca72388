//! What a person asks of the lab, in groups; and why something is refused.
//!
//! Each group is matched in one function, without a wildcard: a new command does not compile until it is handled. Whether a
//! command is for looking only is decided by its group.

use crate::action::Action;
use crate::edit::{Edit, EditError};
use crate::packets::Observe;
use crate::speed::Speed;
use crate::timeline::Window;
use crate::travel::{Steps, Travel};
use netlab::history::ProgramId;
use netlab::run::RunSpec;
use netlab::topology::NodeId;
use scenario::{Key, Scenario};
use std::fmt;
use texts::t;
use trace::selection::Selection;

/// Something that a person asks of the lab.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// How time passes, and which moment is shown.
    Clock(Clock),
    /// What is shown of the moment.
    Look(Look),
    /// Traffic, settings and documents.
    Act(Act),
    /// The tools of the editor.
    Editor(Editor),
    /// The person has agreed to this although the network has to start again for it ([`Refusal::Restarts`]).
    Agreed(Box<Command>),
}

/// Commands to the clock: they change which moment is shown, never what happens in the network.
#[derive(Clone, Debug, PartialEq)]
pub enum Clock {
    /// Stop the playhead.
    Pause,
    /// Play if paused, pause if playing.
    TogglePlay,
    /// Move the playhead.
    Travel(Travel),
    /// Choose what a step goes to.
    StepBy(Steps),
    /// Go to the chapter of this number.
    Chapter(usize),
    /// Run again from the start of time, with all runs.
    Restart,
    /// Choose a speed by hand.
    SetSpeed(Speed),
    /// Let the lab choose the speed.
    AutoSpeed,
    /// Whether to jump over time in which no frame moves.
    SkipQuiet(bool),
}

/// Commands that choose what is shown.
#[derive(Clone, Debug, PartialEq)]
pub enum Look {
    /// Show this stretch of time in the time line; `None`: all of it.
    Zoom(Option<Window>),
    /// Choose which packets the instruments show.
    Observe(Observe),
    /// Select the packet of this number in the list, and go to the moment at which it is on its way.
    Packet(usize),
    /// Select a node, a link or a frame.
    Select(Option<Selection>),
    /// Return to the branch of this number.
    Branch(u32),
    /// Compare with the branch of this number; `None`: stop comparing.
    Compare(Option<u32>),
}

/// Commands that act on the network, or open another one.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// Start a run at the playhead.
    Start(Box<RunSpec>),
    /// A button of the inspector.
    Do(Action),
    /// Something is typed at the console of a host, switch or router.
    Type(Typed),
    /// Open another scenario.
    Open(Box<Scenario>),
}

/// What is typed at a console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Typed {
    /// A command line on a host, or a line at a switch or router.
    Command(NodeId, String),
    /// Something to a command that runs.
    Key(ProgramId, Key),
}

/// Commands of the editor. A page that is locked refuses all of them, the selection of several nodes included.
#[derive(Clone, Debug, PartialEq)]
pub enum Editor {
    /// Open the editor's tools, or close them.
    Tools(bool),
    /// Select these nodes, and nothing else.
    SelectNodes(Vec<NodeId>),
    /// Select every node that is there at the playhead.
    SelectAll,
    /// These nodes are being dragged; by how much so far, in logical units.
    Drag(Vec<NodeId>, (f64, f64)),
    /// Change the document.
    Edit(Box<Edit>),
    /// Copy the selected nodes to the lab's own clipboard.
    Copy,
    /// Add what was copied.
    Paste,
    /// Copy and paste the selected nodes.
    Duplicate,
    /// Remove what is selected.
    Delete,
    /// Undo the last change of the document.
    Undo,
    /// Redo the change that was undone last.
    Redo,
}

impl Command {
    /// The part without which a lab can only refuse this.
    pub fn needs(&self) -> Option<Part> {
        match self {
            Self::Clock(_) | Self::Act(Act::Start(_)) => None,
            Self::Look(Look::Observe(_) | Look::Packet(_) | Look::Compare(_)) => Some(Part::Instruments),
            Self::Look(Look::Zoom(_) | Look::Select(_) | Look::Branch(_)) => None,
            Self::Act(Act::Type(_)) => Some(Part::Programs),
            Self::Act(Act::Open(scenario)) => Some(Part::of(scenario)),
            Self::Editor(Editor::Edit(edit)) => Some(match &**edit {
                Edit::Replace(scenario) => Part::of(scenario),
                Edit::SetNode(_, kind) if scenario::needs_programs(kind) => Part::Programs,
                _ => Part::Documents,
            }),
            Self::Act(Act::Do(_)) | Self::Editor(_) => Some(Part::Documents),
            Self::Agreed(command) => command.needs(),
        }
    }

    /// Whether it can change the document: what a locked page refuses.
    pub fn changes_the_document(&self) -> bool {
        match self {
            Self::Clock(_) | Self::Look(_) => false,
            Self::Act(_) | Self::Editor(_) => true,
            Self::Agreed(command) => command.changes_the_document(),
        }
    }
}

impl From<Clock> for Command {
    fn from(command: Clock) -> Self {
        Self::Clock(command)
    }
}

impl From<Look> for Command {
    fn from(command: Look) -> Self {
        Self::Look(command)
    }
}

impl From<Act> for Command {
    fn from(command: Act) -> Self {
        Self::Act(command)
    }
}

impl From<Editor> for Command {
    fn from(command: Editor) -> Self {
        Self::Editor(command)
    }
}

impl From<Edit> for Command {
    fn from(edit: Edit) -> Self {
        Self::Editor(Editor::Edit(Box::new(edit)))
    }
}

/// Which part of a lab, of those that a page may load after it has begun ([`crate::parts`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// See [`Instruments`](crate::parts::Instruments).
    Instruments,
    /// See [`Documents`](crate::parts::Documents).
    Documents,
    /// See [`Programs`](crate::parts::Programs).
    Programs,
}

impl Part {
    /// What a scenario needs that is not the first example.
    pub fn of(scenario: &Scenario) -> Self {
        if scenario.needs_programs() { Self::Programs } else { Self::Documents }
    }
}

/// Why a command was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The world refuses it.
    World(netlab::world::CommandError),
    /// A run or change that is planned for later would no longer be possible.
    Branch,
    /// No network can be like that.
    Edit(EditError),
    /// Its code is not loaded yet ([`Command::needs`]).
    Part(Part),
    /// The network has to start again for this, and the person has not agreed to that ([`Command::Agreed`]).
    Restarts,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::World(why) => return f.write_str(&t!("this cannot be done: {why}")),
            Self::Branch => {
                t!("this cannot be done here: something that is planned for later would no longer be possible")
            }
            Self::Edit(why) => return why.fmt(f),
            Self::Part(_) => t!("a part of the program that this needs is not loaded yet"),
            Self::Restarts => t!("the network has to start again for this"),
        })
    }
}

impl std::error::Error for Refusal {}

impl From<netlab::world::CommandError> for Refusal {
    fn from(why: netlab::world::CommandError) -> Self {
        Self::World(why)
    }
}

impl From<EditError> for Refusal {
    fn from(why: EditError) -> Self {
        Self::Edit(why)
    }
}
