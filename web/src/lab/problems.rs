//! What is wrong with the network, in words, with the place where it is.

use crate::edit::Edit;
use crate::opening::sentence;
use crate::stage::Selection;
use netlab::topology::{LinkId, NodeId};
use scenario::fault::Step;
use scenario::{Fault, Scenario};
use std::rc::Rc;

/// Something wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// The network cannot run with it.
    pub grave: bool,
    /// What it is about.
    pub at: Option<Selection>,
    /// The name of that.
    pub name: String,
    /// What is wrong, and what to do.
    pub text: String,
    /// What puts it right, if there is one right answer: what it is called, and the edit.
    pub fix: Option<(String, Edit)>,
}

/// All of them, the grave ones first.
pub fn of(scenario: &Scenario) -> Rc<[Problem]> {
    let (grave, others): (Vec<_>, Vec<_>) = scenario.check().into_iter().partition(Fault::is_error);
    grave.iter().chain(&others).map(|fault| problem(scenario, fault)).collect()
}

/// Whether the network can run.
pub fn is_sound(scenario: &Scenario) -> bool {
    !scenario.check().iter().any(Fault::is_error)
}

fn problem(scenario: &Scenario, fault: &Fault) -> Problem {
    let topology = &scenario.topology;
    let mut fix = None;
    let (at, name) = match fault.place.steps() {
        [Step::Field(list), Step::Index(number), ..] => match list.as_str() {
            "nodes" => {
                let node = NodeId(*number as u32);
                (Some(Selection::Node(node)), topology.node(node).name.clone())
            }
            "links" => {
                let names = topology.links[*number].ends.map(|end| topology.node(end).name.as_str());
                (Some(Selection::Link(LinkId(*number as u32))), names.join(" – "))
            }
            _ => {
                fix = Some(("Remove this run".into(), Edit::RemoveRun(*number)));
                (None, format!("Run {}", number + 1))
            }
        },
        _ => (None, "Network".into()),
    };
    Problem { grave: fault.is_error(), at, name, text: sentence(&fault.message), fix }
}
