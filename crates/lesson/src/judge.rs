//! The judge: follows a world and says of each goal whether it is fulfilled, what is still missing, or why it cannot be any more.
//!
//! | module | what it is |
//! |---|---|
//! | [`status`] | what is known of a goal, and the proof |
//! | `watch` | a predicate being followed |
//! | `sightings` | the frames, in order of time |
//! | `state` | runs, commands and tables at a moment |
//! | [`decision`] | predictions: when the world stops, and what became of the frame |
//! | `missing` | what is missing, in a sentence |
//!
//! # Why so
//!
//! - **From moment to moment.** All that a goal depends on (frames, table entries, runs, programs) is taken in the order of time, and
//!   goals are looked at after each moment at which something happened. So a verdict is the same however a run was sliced,
//!   in the page and on the command line.
//! - **A little at a time.** [`Judge::follow`] has a budget of moments.
//! - **What was so once stays fulfilled**, unless a goal says otherwise (`holds`, `last`, `recent`): a learner who has shown
//!   something does not lose it.

pub mod decision;
mod missing;
mod sightings;
mod state;
pub mod status;
mod watch;

pub use decision::{Decision, Outcome};
pub(crate) use state::{kind_of, socket_of};
pub use status::{Proof, Status, Verdict};

use crate::goal::{Goal, Predicate};
use crate::lesson::Lesson;
use crate::question::Feedback;
use decision::Watched;
use netlab::{Instant, World};
use sightings::Sightings;
use std::rc::Rc;
use texts::t;
use watch::{Moment, Watch};

/// Follows one world of a lesson.
pub struct Judge {
    lesson: Rc<Lesson>,
    /// For each goal.
    watches: Vec<Watch>,
    /// For each prediction.
    decisions: Vec<Watched>,
    sightings: Sightings,
    /// For each question the answer, and what is said of it.
    answers: Vec<Option<(Vec<String>, Feedback)>>,
    /// Everything up to and with this moment is judged.
    done: Option<Instant>,
}

impl Judge {
    /// Before the beginning of a world.
    pub fn new(lesson: Rc<Lesson>) -> Self {
        let watches = lesson.goals.iter().map(|goal| Watch::new(&goal.predicate)).collect();
        let decisions = lesson.predictions.iter().map(Watched::new).collect();
        let answers = lesson.questions.iter().map(|_| None).collect();
        let sightings = Sightings::of(&lesson);
        Self { lesson, watches, decisions, sightings, answers, done: None }
    }

    /// One that judges a condition of this lesson instead of its goals.
    pub(crate) fn of_condition(lesson: &Lesson, predicate: &Predicate) -> Self {
        let goal = Goal { id: String::new(), hidden: false, predicate: predicate.clone() };
        Self::new(Rc::new(Lesson { goals: vec![goal], ..lesson.clone() }))
    }

    /// The lesson.
    pub fn lesson(&self) -> &Rc<Lesson> {
        &self.lesson
    }

    /// Takes an answer to the question of this number, and says what is to be said of it. The last answer counts.
    pub fn answer(&mut self, question: usize, answer: Vec<String>) -> Feedback {
        let feedback = self.lesson.questions[question].judge(&answer);
        self.answers[question] = Some((answer, feedback.clone()));
        feedback
    }

    /// The answer to the question of this number, and what is said of it.
    pub fn answered(&self, question: usize) -> Option<&(Vec<String>, Feedback)> {
        self.answers[question].as_ref()
    }

    /// Takes a prediction, unless the decision has fallen already; returns whether it was taken. The last one counts.
    pub fn predict(&mut self, prediction: usize, answer: Vec<String>) -> bool {
        self.decisions[prediction].predict(answer)
    }

    /// Takes what was answered and predicted before: for each question and each prediction, in the lesson's order.
    pub fn give(&mut self, answers: &[Option<Vec<String>>], predictions: &[Option<Vec<String>>]) {
        for (question, answer) in answers.iter().enumerate() {
            if let Some(answer) = answer {
                self.answer(question, answer.clone());
            }
        }
        for (prediction, answer) in predictions.iter().enumerate() {
            if let Some(answer) = answer {
                self.predict(prediction, answer.clone());
            }
        }
    }

    /// What is known of the prediction of this number.
    pub fn decision(&self, prediction: usize) -> Decision<'_> {
        self.decisions[prediction].decision()
    }

    /// What was predicted of the decision of this number.
    pub fn predicted(&self, prediction: usize) -> Option<&[String]> {
        self.decisions[prediction].predicted()
    }

    /// Whether the prediction of this number was right, once that is known.
    pub fn is_predicted(&self, prediction: usize) -> Option<bool> {
        self.decisions[prediction].is_right()
    }

    /// How the decision of this number came out, in a word.
    pub fn outcome(&self, prediction: usize) -> String {
        match self.decisions[prediction].decision() {
            Decision::Fallen { outcome: Outcome::Nodes(nodes), .. } if nodes.is_empty() => {
                t!("none").to_owned()
            }
            Decision::Fallen { outcome: Outcome::Nodes(nodes), .. } => {
                let ids = &self.lesson.scenario.ids;
                let names = nodes.iter().map(|node| ids.get(node.index()).map_or("?", String::as_str));
                names.collect::<Vec<_>>().join(", ")
            }
            Decision::Fallen { outcome: Outcome::Number(number), .. } => number.to_string(),
            Decision::Fallen { outcome: Outcome::Frame { is_predicted: true, .. }, predicted, .. } => {
                predicted.map_or_else(String::new, |predicted| predicted.join(", "))
            }
            Decision::Fallen { outcome: Outcome::Frame { .. }, .. } => t!("another value").to_owned(),
            Decision::Waiting | Decision::Open { .. } => t!("not known").to_owned(),
        }
    }

    /// The first moment before which the world has to stop: a decision falls then, and nothing was predicted of it. With the number of the
    /// prediction. The world must not [run](World::run_until) to it or beyond.
    ///
    /// [`run_until`] keeps to it.
    pub fn stop(&self) -> Option<(Instant, usize)> {
        let open = self.decisions.iter().enumerate();
        open.filter_map(|(number, decision)| Some((decision.stop()?, number))).min()
    }

    /// Judges what has happened since the last call, as far as the budget goes: a number of moments. Returns whether that was
    /// all.
    pub fn follow(&mut self, world: &World, budget: usize) -> bool {
        let now = world.now();
        let Self { lesson, decisions, sightings, .. } = self;
        sightings.each_ahead(world, |subject, transit| {
            for (decision, prediction) in decisions.iter_mut().zip(&lesson.predictions) {
                decision.look(world, prediction, subject, transit);
            }
        });
        let weight = 1 + world.history().runs().len() / 16;
        let mut left = budget / weight;
        while let Some(at) = self.next_moment(world).filter(|at| *at <= now) {
            if left == 0 {
                return false;
            }
            left -= 1;
            self.judge(world, at);
        }
        self.judge(world, now);
        true
    }

    /// The first moment that is not judged yet, at which something happened that goals may depend on.
    fn next_moment(&mut self, world: &World) -> Option<Instant> {
        if self.done.is_none() {
            // What is so from the beginning is so then, not when it is looked at first.
            return Some(Instant::ZERO);
        }
        let frame = self.sightings.next_at(world);
        let state = self.watches.iter().zip(&self.lesson.goals);
        let state = state.filter_map(|(watch, goal)| watch.next_at(&goal.predicate, world, self.done)).min();
        let decisions = self.decisions.iter().zip(&self.lesson.predictions);
        let decisions =
            decisions.filter_map(|(watched, prediction)| watched.next_at(prediction, world, self.done)).min();
        [frame, state, decisions].into_iter().flatten().min()
    }

    /// Judges everything up to and with this moment.
    fn judge(&mut self, world: &World, at: Instant) {
        let Self { lesson, watches, decisions, sightings, answers, done } = self;
        sightings.each_at(world, at, |subject, seen| {
            for (watch, goal) in watches.iter_mut().zip(&lesson.goals) {
                watch.see(&goal.predicate, subject, seen);
            }
            for (decision, prediction) in decisions.iter_mut().zip(&lesson.predictions) {
                decision.see(prediction, subject, seen);
            }
        });
        let since = *done;
        *done = (*done).max(Some(at));
        let before: Vec<_> = decisions.iter().map(Watched::is_right).collect();
        let ids = &lesson.scenario.ids;
        let moment = Moment { world, at, since, answers, predicted: &before, ids };
        for (decision, prediction) in decisions.iter_mut().zip(&lesson.predictions) {
            decision.settle(prediction, &moment);
        }
        // Goals about predictions see what came out at this moment.
        let predicted: Vec<_> = decisions.iter().map(Watched::is_right).collect();
        let moment = Moment { predicted: &predicted, ..moment };
        for (watch, goal) in watches.iter_mut().zip(&lesson.goals) {
            watch.settle(&goal.predicate, &moment);
        }
    }

    /// What is known of the goal of this number.
    pub fn status(&self, goal: usize) -> &Status {
        &self.watches[goal].status
    }

    /// What there is to say of the goal of this number.
    pub fn verdict(&self, goal: usize) -> Verdict {
        self.verdict_for(goal, true)
    }

    /// The same for a learner; the display filters of frames are named only to one who has the packet list (`filters`).
    pub fn verdict_for(&self, goal: usize, filters: bool) -> Verdict {
        let status = &self.watches[goal].status;
        match (status.holds, status.settled) {
            (true, for_good) => {
                Verdict::Fulfilled { at: status.since.unwrap_or_default(), proof: status.proof, for_good }
            }
            (false, settled) => {
                let predicate = &self.lesson.goals[goal].predicate;
                let missing = missing::missing(self, predicate, &self.watches[goal], filters);
                if settled {
                    Verdict::Failed { why: missing, proof: status.proof }
                } else {
                    Verdict::NotYet(missing)
                }
            }
        }
    }

    /// Whether nothing that happens can change a verdict any more.
    pub fn is_settled(&self) -> bool {
        self.watches.iter().all(|watch| watch.status.settled)
            && !self.decisions.iter().any(Watched::is_waiting)
    }

    /// Whether all goals are fulfilled.
    pub fn is_fulfilled(&self) -> bool {
        self.watches.iter().all(|watch| watch.status.holds)
    }
}

/// Runs a world to this moment, judging as it goes, and stops before a decision of which nothing was predicted, or when `go_on`, asked
/// after each moment, says no.
pub fn run_until(world: &mut World, judge: &mut Judge, until: Instant, mut go_on: impl FnMut() -> bool) {
    let has_stops = judge.decisions.iter().any(|decision| decision.is_waiting());
    loop {
        let next = world.next_event_at().filter(|next| *next <= until);
        let stop = judge.stop().map(|(at, _)| at);
        match (next, stop) {
            (next, Some(stop)) if next.unwrap_or(until) >= stop => {
                let before = Instant::from_nanos(stop.nanos().saturating_sub(1));
                if before > world.now() {
                    world.run_until(before, || true);
                    judge.follow(world, usize::MAX);
                }
                return;
            }
            (Some(next), _) => {
                world.run_until(next, || true);
                if has_stops {
                    judge.follow(world, usize::MAX);
                }
            }
            (None, _) => {
                world.run_until(until, || true);
                judge.follow(world, usize::MAX);
                return;
            }
        }
        if !go_on() {
            judge.follow(world, usize::MAX);
            return;
        }
    }
}
