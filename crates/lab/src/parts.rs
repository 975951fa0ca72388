//! The parts of a lab that a page may load after it has begun: each is a table of functions, and a lab without a part does
//! without what it gives.
//!
//! [`Lab::new`] has every part. A page that is loaded in pieces begins with [`Lab::with`] and gives the parts to
//! [`Lab::equip`] as their code arrives. Nothing else in this crate may mention what is behind these tables: one direct call
//! from what the first piece needs brings all of it back there (`cargo xtask build` holds the size).

use crate::Lab;
use crate::action::Action;
use crate::command::{Editor, Refusal, Typed};
use crate::compare::{CompareView, Comparison};
use crate::inspect::{Inspected, Table};
use crate::packets::{Observe, Packets};
use crate::problems::{self, Problem};
use crate::results::Followers;
use crate::run_form::{Form, Wrong};
use netlab::history::{Limits, Rare, Transit};
use netlab::run::{RunId, RunSpec};
use netlab::topology::NodeId;
use netlab::world::Kinds;
use netlab::{History, Instant, World};
use scenario::link::{self, Unreadable};
use scenario::{Scenario, Why};
use std::rc::Rc;

/// The parts that a lab has.
#[derive(Clone, Copy, Default)]
pub struct Parts {
    /// What looks closely.
    pub instruments: Option<&'static Instruments>,
    /// What reads, checks and changes documents.
    pub documents: Option<&'static Documents>,
    /// What hosts run besides runs. A lab has it only beside the one for documents.
    pub programs: Option<&'static Programs>,
}

impl Parts {
    /// Every part.
    pub const ALL: Self =
        Self { instruments: Some(&INSTRUMENTS), documents: Some(&DOCUMENTS), programs: Some(&PROGRAMS) };
}

/// Packets, filters, the inspector, and the comparison of branches.
pub struct Instruments {
    pub(crate) follow: fn(&mut Packets, &History, Instant, &mut dyn FnMut() -> bool),
    pub(crate) again: fn(Packets, usize) -> Packets,
    pub(crate) observe: fn(&mut Lab, Observe),
    pub(crate) inspected: fn(&Lab) -> Option<Rc<Inspected>>,
    pub(crate) compare: fn(&Lab, u32) -> Option<Box<Comparison>>,
    pub(crate) compare_on: fn(&mut Lab, &mut dyn FnMut() -> bool),
    pub(crate) compared: fn(&mut Lab) -> Option<CompareView>,
    pub(crate) ghosts: fn(&Lab) -> Vec<&Transit>,
    pub(crate) rare: fn(&Lab, &Rare) -> Option<String>,
    memories: fn(&Lab, NodeId) -> Vec<Table>,
}

impl Instruments {
    /// The tables of what a node remembers at the playhead, the most telling first; none of a node that is added later.
    pub fn memories(&self, lab: &Lab, node: NodeId) -> Vec<Table> {
        (self.memories)(lab, node)
    }
}

/// The instruments.
pub static INSTRUMENTS: Instruments = Instruments {
    follow: Packets::follow,
    again: Packets::again,
    observe: Lab::observe,
    inspected: Lab::inspected,
    compare: Comparison::with,
    compare_on: Lab::compare_on,
    compared: Lab::compare_now,
    ghosts: Lab::ghosts_now,
    rare: Lab::rare_words,
    memories: Lab::memories,
};

/// Documents other than the first example: read, checked, changed; and the nodes that only they have.
pub struct Documents {
    pub(crate) world: fn(&Scenario, Kinds) -> World,
    pub(crate) kinds: Kinds,
    pub(crate) problems: fn(&Scenario) -> Rc<[Problem]>,
    pub(crate) is_sound: fn(&Scenario) -> bool,
    pub(crate) edit: fn(&mut Lab, Editor, bool) -> Result<(), Refusal>,
    pub(crate) act: fn(&mut Lab, Action, bool) -> Result<(), Refusal>,
    pub(crate) decode: fn(&str) -> Result<Scenario, Unreadable>,
    pub(crate) why: fn(&Scenario, &World, RunId, Instant) -> Option<Why>,
    run: fn(&Form, &Scenario) -> Result<RunSpec, Vec<Wrong>>,
}

impl Documents {
    /// The run that a form describes.
    ///
    /// # Errors
    /// See [`Form::check`].
    pub fn run(&self, lab: &Lab, form: &Form) -> Result<RunSpec, Vec<Wrong>> {
        (self.run)(form, &lab.edited())
    }
}

/// What reads, checks and changes documents.
pub static DOCUMENTS: Documents = Documents {
    world,
    kinds: Kinds::ALL,
    problems: problems::of,
    is_sound: problems::is_sound,
    edit: Lab::edit,
    act: Lab::do_action,
    decode: link::draft,
    why: scenario::why,
    run: Form::check,
};

/// The programs of hosts: the commands of their consoles, and the services of hosts and routers. A scenario with any is given only to
/// a lab that has them ([`Scenario::needs_programs`]).
pub struct Programs {
    pub(crate) kinds: Kinds,
    pub(crate) act: fn(&mut Lab, Typed) -> Result<(), Refusal>,
}

/// The programs of hosts.
pub static PROGRAMS: Programs = Programs { kinds: scenario::KINDS, act: Lab::type_on_console };

/// A network that is wrong does not run, but it is drawn: nothing happens in its world.
pub(crate) fn world(scenario: &Scenario, kinds: Kinds) -> World {
    scenario.world_of(Limits::default(), kinds).unwrap_or_else(|_| {
        let world = World::new(scenario.topology.clone(), scenario.seed, Limits::default());
        world.expect("what can be drafted can be drawn")
    })
}

impl Parts {
    /// The world of a scenario. Without the part for documents there is only the first example, with the runs that were started
    /// in it: it needs no check.
    pub(crate) fn world(&self, scenario: &Scenario) -> World {
        match self.documents {
            Some(documents) => (documents.world)(scenario, self.kinds()),
            None => scenario
                .unchecked_world(Limits::default(), Kinds::WITHOUT_ROUTERS)
                .expect("the first example is sound"),
        }
    }

    /// The kinds of nodes that its worlds can run.
    pub(crate) fn kinds(&self) -> Kinds {
        match (self.documents, self.programs) {
            (None, _) => Kinds::WITHOUT_ROUTERS,
            (Some(documents), None) => documents.kinds,
            (Some(_), Some(programs)) => programs.kinds,
        }
    }

    pub(crate) fn problems(&self, scenario: &Scenario) -> Rc<[Problem]> {
        self.documents.map_or_else(|| Rc::from([]), |documents| (documents.problems)(scenario))
    }

    pub(crate) fn is_sound(&self, scenario: &Scenario) -> bool {
        self.documents.is_none_or(|documents| (documents.is_sound)(scenario))
    }
}

impl Lab {
    /// The parts that it has.
    pub fn parts(&self) -> Parts {
        self.parts
    }

    /// Gives it these parts from now on. Time, network and history stay as they are.
    pub fn equip(&mut self, parts: Parts) {
        let had = std::mem::replace(&mut self.parts, parts);
        self.world.set_kinds(parts.kinds());
        if let Some(documents) = parts.documents
            && had.documents.is_none()
        {
            self.problems = (documents.problems)(&self.scenario);
            // What has failed is explained now.
            self.followers = Followers::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::State;
    use crate::command::{Act, Clock, Look};
    use crate::edit::{Edit, Kind};
    use netlab::run::{Ping, RunKind, RunSpec, Target};
    use trace::selection::Selection;

    fn quiet(lab: &mut Lab, now_ms: &mut f64) -> u64 {
        for _ in 0..400_000 {
            *now_ms += 16.7;
            lab.tick(*now_ms, true, &mut || true);
            lab.follow(&mut || true);
            if lab.state() == State::Quiet {
                return lab.look().history.hash();
            }
        }
        panic!("it never became quiet")
    }

    #[test]
    fn without_any_part_the_first_example_runs_to_the_same_end() {
        let mut whole = Lab::new(scenario::first());
        let mut bare = Lab::with(scenario::first(), Parts::default());
        let mut now_ms = 0.0;
        assert_eq!(quiet(&mut bare, &mut now_ms), quiet(&mut whole, &mut now_ms));
        let ping = RunSpec {
            from: NodeId(0),
            to: Target::Node(NodeId(2), None),
            kind: RunKind::Ping(Ping::default()),
        };
        for lab in [&mut bare, &mut whole] {
            lab.perform(Act::Start(Box::new(ping.clone()))).unwrap();
        }
        assert_eq!(quiet(&mut bare, &mut now_ms), quiet(&mut whole, &mut now_ms));
        assert_eq!(bare.scenario(), whole.scenario());
        for lab in [&mut bare, &mut whole] {
            lab.perform(Clock::Restart).unwrap();
        }
        assert_eq!(quiet(&mut bare, &mut now_ms), quiet(&mut whole, &mut now_ms));
    }

    #[test]
    fn a_lab_that_gets_its_parts_late_is_like_one_that_had_them() {
        let mut late = Lab::with(scenario::first(), Parts::default());
        let mut now_ms = 0.0;
        quiet(&mut late, &mut now_ms);
        late.perform(Look::Select(Some(Selection::Node(NodeId(1))))).unwrap();
        assert!(late.view().inspected.is_none() && late.trace().count() == 0);
        assert!(late.perform(Edit::Add(Kind::Router, None)).is_err());
        late.equip(Parts::ALL);
        late.follow(&mut || true);
        assert!(late.view().inspected.is_some() && late.trace().count() > 0);
        late.perform(Edit::Add(Kind::Router, None)).unwrap();
        assert_eq!(late.scenario().ids.len(), 5, "a router was added to the world that runs");
        assert!(!late.view().problems.is_empty());
    }
}
