//! Two branches side by side: where they part, what was measured in each, and what is otherwise on the way.
//!
//! The other branch is run again in the background, in what is left of the animation frames, as far as the one that is shown has
//! run and at least as far as it had run itself. It is thrown away with the comparison. When the branch that is shown is changed or
//! left, the comparison goes on with what is shown then.
//!
//! | module | what it is |
//! |---|---|
//! | [`difference`] | what is the same in two histories, and the first difference |
//! | [`measured`] | durations, round trips, throughputs, counters of both |
//! | [`ghosts`] | the frames that are under way only in the other branch |

pub mod difference;
pub mod ghosts;
pub mod measured;
#[cfg(test)]
mod tests;

use super::Lab;
use super::ahead::{Advance, advance};
use crate::packets::Packets;
use crate::sequence::side::Side;
use crate::topology::LiveTopology;
use difference::{FirstFrame, KnownHistory, Search, words};
use measured::{Branch, Group, measured};
use netlab::history::Transit;
use netlab::{Instant, World};
use std::rc::Rc;

/// The other branch, and what was found.
pub struct Comparison {
    /// Its number.
    pub(crate) number: u32,
    name: Rc<str>,
    world: World,
    positions: Vec<(f64, f64)>,
    first_command: usize,
    /// Its packets, with the same filter.
    packets: Packets,
    /// How far it had run.
    edge: Instant,
    /// It has been run again.
    ready: bool,
    search: Search,
    view: Option<(Stamp, Rc<Compared>)>,
}

/// What a view was made of.
#[derive(Clone, Debug, PartialEq)]
struct Stamp {
    hashes: [u64; 2],
    now: [Instant; 2],
    found: (Option<Instant>, Option<FirstFrame>),
    name: Rc<str>,
}

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// The branch that is shown, and the other one.
    pub names: [Rc<str>; 2],
    /// When the histories part; `None`: not so far.
    pub parted_at: Option<Instant>,
    /// The first frame that differs.
    pub first: Option<Difference>,
    /// What was measured.
    pub groups: Vec<Group>,
}

/// The first frame that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// When, and its number in each branch.
    pub frame: FirstFrame,
    /// In words, in each branch.
    pub text: [String; 2],
}

/// How a comparison stands.
#[derive(Clone, Debug, PartialEq)]
pub enum CompareView {
    /// The other branch is being run again: from 0 to 1.
    Running(f64),
    /// It has been.
    Ready(Rc<Compared>),
}

/// Until when it is known what happens in a world: nothing more, once it is quiet.
fn known(world: &World) -> Instant {
    if world.is_quiet() { Instant::MAX } else { world.now() }
}

impl Comparison {
    /// With a branch that was left; `None` if there is none of this number.
    pub fn with(lab: &Lab, number: u32) -> Option<Box<Self>> {
        let branch = lab.branches().left(number)?;
        Some(Box::new(Self {
            number,
            name: branch.name.clone(),
            world: lab.parts.world(&branch.scenario),
            positions: branch.scenario.whole().positions(),
            first_command: branch.scenario.services() as usize,
            packets: Packets::default(),
            edge: branch.edge.0,
            ready: false,
            search: Search::default(),
            view: None,
        }))
    }

    /// Another history is shown: what was found is looked for again. The other branch stays as far as it is.
    pub(crate) fn begun_again(mut self: Box<Self>) -> Box<Self> {
        self.search = Search::default();
        self
    }

    /// The name of the other branch.
    pub fn name(&self) -> &Rc<str> {
        &self.name
    }

    /// Whether the other branch has been run again.
    pub(crate) fn is_ready(&self) -> bool {
        self.ready
    }

    fn go_on(&mut self, lab: &Lab, go_on: &mut dyn FnMut() -> bool) {
        let here = &lab.world;
        let until = self.edge.max(here.now());
        // Having become quiet it is where it was.
        if self.world.now() < until && advance(&mut self.world, until, go_on) == Advance::Paused {
            return;
        }
        if *self.packets.applied() != *lab.packets.applied() {
            self.packets.set_filter(&lab.packets.applied().clone());
        }
        self.packets.follow(self.world.history(), self.world.now(), go_on);
        self.search.go_on(
            [
                KnownHistory {
                    history: here.history(),
                    topology: LiveTopology::of(here),
                    known: known(here),
                },
                KnownHistory {
                    history: self.world.history(),
                    topology: LiveTopology::of(&self.world),
                    known: known(&self.world),
                },
            ],
            go_on,
        );
        if !self.ready {
            self.ready = true;
            // A step of its own: a caller that counts steps sees that something is new.
            go_on();
        }
    }

    fn view(&mut self, lab: &Lab) -> CompareView {
        let (here, there) = (&lab.world, &self.world);
        if !self.ready {
            let until = self.edge.max(here.now()).secs_f64().max(1e-9);
            return CompareView::Running((there.now().secs_f64() / until).min(1.0));
        }
        let stamp = Stamp {
            hashes: [here, there].map(|world| world.history().hash()),
            now: [here, there].map(World::now),
            found: (self.search.parted_at(), self.search.frame()),
            name: lab.branches().name(),
        };
        if let Some((made_of, view)) = &self.view
            && *made_of == stamp
        {
            return CompareView::Ready(view.clone());
        }
        let topologies = [lab.whole(), LiveTopology::of(there)];
        let history = |side: usize| KnownHistory {
            history: [here, there][side].history(),
            topology: topologies[side],
            known: Instant::MAX,
        };
        let view = Compared {
            names: [stamp.name.clone(), self.name.clone()],
            parted_at: self.search.parted_at(),
            first: self.search.frame().map(|frame| Difference {
                frame,
                text: [0, 1].map(|side| words(history(side), frame.transits[side], frame.at)),
            }),
            groups: measured([
                Branch { world: here, topology: topologies[0], first_command: lab.first_command() as usize },
                Branch { world: there, topology: topologies[1], first_command: self.first_command },
            ]),
        };
        CompareView::Ready(self.view.insert((stamp, Rc::new(view))).1.clone())
    }
}

impl Lab {
    /// Whether another branch is compared with the one that is shown.
    pub fn is_comparing(&self) -> bool {
        self.comparison.is_some()
    }

    /// What is found of two branches.
    pub fn compared(&mut self) -> Option<CompareView> {
        (self.parts.instruments?.compared)(self)
    }

    /// The frames that are under way in the other branch only, if one is compared: of its history, with its numbers.
    pub fn ghosts(&self) -> Vec<&Transit> {
        match self.parts.instruments {
            Some(instruments) if self.is_comparing() => (instruments.ghosts)(self),
            _ => Vec::new(),
        }
    }

    /// Lets the comparison go on, as long as it may.
    pub(crate) fn compare(&mut self, go_on: &mut dyn FnMut() -> bool) {
        if let Some(instruments) = self.parts.instruments
            && self.is_comparing()
        {
            (instruments.compare_on)(self, go_on);
        }
    }

    pub(crate) fn compare_on(&mut self, go_on: &mut dyn FnMut() -> bool) {
        if let Some(mut comparison) = self.comparison.take() {
            comparison.go_on(self, go_on);
            self.comparison = Some(comparison);
        }
    }

    pub(crate) fn compare_now(&mut self) -> Option<CompareView> {
        let mut comparison = self.comparison.take()?;
        let view = comparison.view(self);
        self.comparison = Some(comparison);
        Some(view)
    }

    /// What the ladder of the other branch is read from, once it has been run again. An opened capture has no branches.
    pub fn there(&self) -> Option<Side<'_>> {
        let comparison = self.comparison.as_ref().filter(|comparison| comparison.ready)?;
        let topology = LiveTopology::of(&comparison.world);
        self.packets.opened().is_none().then(|| Side {
            lab: self,
            history: comparison.world.history(),
            topology,
            now: comparison.world.now(),
            positions: &comparison.positions,
            trace: comparison.packets.once(),
        })
    }
}
