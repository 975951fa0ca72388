//! What a person is about to start on the stage: a run from one host, without its kind or its target yet.

use crate::parts::Part;
use crate::session::Session;
use crate::state::Change;
use lab::command::{Act, Look};
use lab::run_form::{ADDRESS, Form, Kind};
use lab::view::{NodeLine, Sketch};
use netlab::topology::NodeId;
use trace::selection::Selection;

/// A run that is about to be started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aim {
    /// Where it starts.
    pub from: NodeId,
    /// What it is, if that is chosen.
    pub kind: Option<Kind>,
    /// Where it goes, if that is chosen.
    pub to: Option<NodeId>,
}

impl Session {
    /// A person is about to start this; with everything chosen, it starts. `None`: they are not.
    pub fn aim(&self, aim: Option<Aim>) {
        self.set_aim(aim);
        match aim {
            Some(Aim { from, kind: Some(kind), to: Some(to) }) => {
                self.set_aim(None);
                self.when(Part::Documents, move |session| session.start(kind, from, to));
            }
            Some(Aim { from, .. }) => self.perform(Look::Select(Some(Selection::Node(from)))),
            None => {}
        }
        self.change(Change::Aim(self.aimed()));
        self.refresh();
    }

    /// A press on the stage while a run is aimed: whether the press has chosen the run's target.
    pub fn aim_at(&self, pressed: Option<Selection>) -> bool {
        let (Some(aim), Some(Selection::Node(to))) = (self.aimed(), pressed) else {
            self.aim(None);
            return false;
        };
        let sketch = self.lab().borrow().sketch().clone();
        let is_target = target(&sketch, to).is_some() && to != aim.from && aim.kind.is_some();
        self.aim(is_target.then_some(Aim { to: Some(to), ..aim }));
        is_target
    }

    fn start(&self, kind: Kind, from: NodeId, to: NodeId) {
        let Some(documents) = self.loaded().documents else { return };
        let checked = {
            let lab = self.lab().borrow();
            let sketch = lab.sketch();
            let key = |node: NodeId| sketch.nodes.iter().find(|line| line.id == node);
            let (Some(from), Some((key, address))) = (key(from), target(sketch, to)) else { return };
            let mut form = Form::new(&lab.edited());
            (form.kind, form.from, form.to, form.address) = (kind, from.key.clone(), key, address);
            documents.lab.run(&lab, &form)
        };
        match checked {
            Ok(spec) => self.perform(Act::Start(Box::new(spec))),
            // A host without an address, for example: the sentence says what to do.
            Err(faults) => {
                let texts: Vec<_> = faults.into_iter().map(|(_, what)| what).collect();
                self.say(texts.join(" "));
            }
        }
    }
}

/// A node as the target of a run, as the form has it: the id of a host, or a router's first address.
fn target(sketch: &Sketch, node: NodeId) -> Option<(String, String)> {
    let NodeLine { key, kind, addresses, .. } = sketch.nodes.iter().find(|line| line.id == node)?;
    match kind {
        lab::edit::Kind::Host => Some((key.clone(), String::new())),
        lab::edit::Kind::Router => Some((ADDRESS.into(), addresses.first()?.clone())),
        lab::edit::Kind::Switch | lab::edit::Kind::Hub => None,
    }
}
