//! Two branches side by side: the results of each run, and the first frame that differs.
//!
//! The other branch is run again in the background, in what is left of the animation frames, and thrown away with the
//! comparison.

use super::ahead::{Advance, advance};
use super::results::{Followers, Phase, RunView};
use super::{Lab, inspect};
use crate::format;
use crate::topology::LiveTopology;
use netlab::history::{Fate, Transit, TransitId};
use netlab::{History, Instant, World};
use std::rc::Rc;
use texts::t;

/// The other branch, and what was found.
pub struct Comparison {
    name: Rc<str>,
    world: World,
    until: Instant,
    view: Option<Rc<Compared>>,
}

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// The branch that is shown, and the other one.
    pub names: [Rc<str>; 2],
    /// The first frame that differs, in each of them, if there is one there; and when.
    pub first: Option<Difference>,
    /// How many frames crossed a wire.
    pub frames: [u64; 2],
    /// How many were dropped.
    pub drops: [u64; 2],
    /// Each run: its name, and what came of it in each.
    pub runs: Vec<(String, [String; 2])>,
}

/// The first frame that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// When the earlier of the two was handed over.
    pub at: Instant,
    /// Its transit in the branch that is shown.
    pub here: Option<TransitId>,
    /// In words, in each branch.
    pub text: [String; 2],
}

/// How a comparison stands.
#[derive(Clone, Debug, PartialEq)]
pub enum CompareView {
    /// The other branch is being run again: from 0 to 1.
    Running(f64),
    /// It is finished.
    Ready(Rc<Compared>),
}

impl Comparison {
    /// With a branch that was left; `None` if there is none of this number.
    pub fn with(lab: &Lab, number: u32) -> Option<Self> {
        let branch = lab.branches().left(number)?;
        let world = lab.parts.world(&branch.scenario);
        Some(Self { name: branch.name.clone(), world, until: branch.edge.0, view: None })
    }

    /// Goes on, as long as it may.
    pub fn go_on(&mut self, go_on: &mut dyn FnMut() -> bool) {
        if self.view.is_none() && self.world.now() < self.until {
            // It may have become quiet before: then it is where it was.
            if advance(&mut self.world, self.until, go_on) == Advance::Quiet {
                self.until = self.world.now();
            }
        }
    }

    /// Whether the comparison is finished.
    pub fn is_done(&self) -> bool {
        self.view.is_some()
    }

    /// How it stands.
    pub fn view(&mut self, lab_name: &Rc<str>, whole: LiveTopology<'_>, here: &World) -> CompareView {
        if let Some(view) = &self.view {
            return CompareView::Ready(view.clone());
        }
        if self.world.now() < self.until {
            return CompareView::Running(self.world.now().secs_f64() / self.until.secs_f64().max(1e-9));
        }
        let there = &self.world;
        let names = [lab_name.clone(), self.name.clone()];
        let histories = [(whole, here.history()), (LiveTopology::of(there), there.history())];
        let totals = histories.map(|(topology, history)| totals(topology, history));
        let compared = Compared {
            names,
            first: first_difference(histories),
            frames: totals.map(|(frames, _)| frames),
            drops: totals.map(|(_, drops)| drops),
            runs: runs(histories, [here.now(), there.now()]),
        };
        let view = self.view.insert(Rc::new(compared));
        CompareView::Ready(view.clone())
    }
}

fn totals(topology: LiveTopology<'_>, history: &History) -> (u64, u64) {
    let directions = (0..topology.links.len() * 2).map(netlab::topology::Direction::from_index);
    directions.fold((0, 0), |(frames, drops), direction| {
        let totals = history.totals(direction);
        (frames + totals.sent, drops + totals.dropped.values().sum::<u64>())
    })
}

/// Whatever is handed over in one and not, or otherwise, in the other.
fn first_difference(
    [(topology, here), (other_topology, there)]: [(LiveTopology<'_>, &History); 2],
) -> Option<Difference> {
    let same = |a: &Transit, b: &Transit| {
        (a.id, a.direction, a.queued, a.start, a.arrival, a.fate)
            == (b.id, b.direction, b.queued, b.start, b.arrival, b.fate)
            && a.frame == b.frame
    };
    // What one of them has forgotten cannot be compared.
    let first = |history: &History| history.transits().next().map_or(TransitId(0), |transit| transit.id);
    let mut id = first(here).max(first(there));
    loop {
        let (a, b) = (here.transit(id), there.transit(id));
        match (a, b) {
            (None, None) => return None,
            (Some(a), Some(b)) if same(a, b) => id = TransitId(id.0 + 1),
            _ => {
                let at = [a, b].into_iter().flatten().map(|transit| transit.queued).min().unwrap_or_default();
                let text = [words(topology, a, at), words(other_topology, b, at)];
                return Some(Difference { at, here: a.map(|transit| transit.id), text });
            }
        }
    }
}

/// What is handed over next, from this moment on.
fn words(topology: LiveTopology<'_>, transit: Option<&Transit>, at: Instant) -> String {
    let Some(transit) = transit else { return t!("nothing more is sent").into() };
    let name = |node| &topology.node(node).name;
    let (from, to) = (name(topology.sender(transit.direction)), name(topology.receiver(transit.direction)));
    let summary = dissect::summary(&transit.frame);
    let fate = match transit.fate {
        Fate::Delivered => String::new(),
        Fate::Dropped { reason, .. } => format!(" ({})", inspect::drop_reason(reason)),
    };
    let frame = format!(
        "{}\u{a0}s, {from} → {to}: {} {}{fate}",
        format::clock(transit.queued),
        summary.protocol,
        summary.info
    );
    // A switch whose cable is pulled notices, and sends nothing at all.
    match transit.queued > at {
        true => t!("nothing then; next, {frame}"),
        false => frame,
    }
}

fn runs(histories: [(LiveTopology<'_>, &History); 2], ends: [Instant; 2]) -> Vec<(String, [String; 2])> {
    let [here, there] = [0, 1].map(|side| {
        let (topology, history) = histories[side];
        let mut views = Followers::default().views(topology, history, ends[side], &|_| None);
        views.reverse();
        views
    });
    let outcome =
        |run: Option<&Rc<RunView>>| run.map_or_else(|| t!("not started").to_string(), |run| outcome(run));
    let count = here.len().max(there.len());
    (0..count)
        .map(|number| {
            let (a, b) = (here.get(number), there.get(number));
            // The two may have been given different runs after the fork.
            let name = a.or(b).map(|run| run.name()).unwrap_or_default();
            match (a, b) {
                (Some(a), Some(b)) if a.name() != b.name() => {
                    (format!("{} / {}", a.name(), b.name()), [outcome(Some(a)), outcome(Some(b))])
                }
                _ => (name, [outcome(a), outcome(b)]),
            }
        })
        .collect()
}

fn outcome(run: &RunView) -> String {
    let phase = match run.phase {
        Phase::Planned => t!("to come"),
        Phase::Active => t!("under way"),
        Phase::Succeeded => t!("done"),
        Phase::Failed(_) => t!("failed"),
        Phase::Stopped => t!("stopped"),
    };
    let facts: Vec<_> = run.facts.iter().map(|(fact, value)| format!("{} {value}", fact.label())).collect();
    format!("{phase}; {}", facts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::State;
    use crate::command::{Clock, Editor, Look};
    use crate::edit::Edit;
    use crate::travel::Travel;
    use netlab::Duration;
    use netlab::topology::LinkId;

    #[test]
    fn a_branch_with_a_pulled_cable_differs_first_in_the_frame_that_is_not_sent() {
        let mut lab = Lab::new(crate::samples::numbered(0));
        let mut now_ms = 0.0;
        let mut quiet = |lab: &mut Lab| {
            for _ in 0..400_000 {
                now_ms += 16.7;
                lab.tick(now_ms, true, &mut || true);
                if lab.state() == State::Quiet {
                    return;
                }
            }
            panic!("never quiet");
        };
        quiet(&mut lab);
        let before = lab.world.history().transits().count();
        let at = Instant::ZERO + Duration::from_millis(900);
        lab.perform(Clock::Travel(Travel::To(at))).unwrap();
        lab.perform(Editor::Edit(Box::new(Edit::Plug(LinkId(1), false)))).unwrap();
        quiet(&mut lab);
        lab.perform(Look::Compare(Some(0))).unwrap();
        let mut ready = None;
        for frame in 0..1_000 {
            lab.tick(1e9 + f64::from(frame) * 16.7, true, &mut || true);
            if let Some(CompareView::Ready(view)) = lab.compared() {
                ready = Some(view);
                break;
            }
        }
        let view = ready.expect("it was run again");
        let first = view.first.as_ref().unwrap();
        assert!(first.at >= at && first.text[0].starts_with("nothing then; next, "), "{first:?}");
        assert!(first.text[1].contains("Echo (ping) request") && !first.text[1].contains("nothing"));
        assert_eq!(view.frames[1], before as u64, "all of the other is there");
        assert!(view.runs[0].1[0] != view.runs[0].1[1], "{:?}", view.runs);
    }
}
