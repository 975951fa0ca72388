//! The problems of a network, in words, each with its place and, if there is exactly one, its fix.

use crate::edit::Edit;
use crate::format::{capital, sentence};
use scenario::{Fault, Scenario};
use std::rc::Rc;
use texts::t;
use trace::selection::Selection;

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
    /// Its fix, if there is exactly one: what the button says, and the edit.
    pub fix: Option<(String, Edit)>,
}

/// Each fix is a whole document, so that only the first few are worked out.
const FIXES_MAX: usize = 20;

/// All of them, the grave ones first.
pub fn of(scenario: &Scenario) -> Rc<[Problem]> {
    let found = scenario::problems(scenario);
    found.iter().enumerate().map(|(number, found)| problem(scenario, found, number < FIXES_MAX)).collect()
}

/// Whether the network can run.
pub fn is_sound(scenario: &Scenario) -> bool {
    !scenario.check().iter().any(Fault::is_error)
}

fn problem(scenario: &Scenario, found: &scenario::Problem, may_fix: bool) -> Problem {
    let whole = scenario.whole();
    let topology = &whole.topology;
    let (at, name) = match (found.nodes.first(), found.link, found.run) {
        (_, Some(link), _) => {
            let names = topology.link(link).ends.map(|end| topology.node(end).name.as_str());
            (Some(Selection::Link(link)), names.join(" – "))
        }
        (_, None, Some(run)) => (None, t!("Run {}", run + 1)),
        (Some(&node), None, None) => (Some(Selection::Node(node)), topology.node(node).name.clone()),
        (None, None, None) => (None, t!("Network").into()),
    };
    let fix = match (found.fix(scenario).filter(|_| may_fix), found.run) {
        (Some(fix), _) => Some((capital(&fix.what), Edit::Replace(Box::new(fix.scenario)))),
        (None, Some(run)) => Some((t!("Remove this run").into(), Edit::RemoveRun(run))),
        (None, None) => None,
    };
    Problem { grave: found.fault.is_error(), at, name, text: sentence(&found.fault.message), fix }
}
