//! Playing a lesson without a page: acts are done to a world, and judged.
//!
//! What happens is kept as the page keeps it: as a document, with what was done at its moment. So what was played can be handed in.

use crate::act::Act;
use crate::bounds::MOMENTS_MAX;
use crate::goal::Predicate;
use crate::judge::{Decision, Judge, run_until};
use crate::lesson::Lesson;
use crate::question::Feedback;
use crate::result::{HandIn, edition};
use netlab::history::Limits;
use netlab::world::Command;
use netlab::{Duration, Instant, World};
use scenario::link::set;
use scenario::quantity::show_time;
use scenario::{CommandLine, Fault, Scenario};
use std::rc::Rc;
use texts::t;

/// A lesson that is being played.
pub struct Play {
    judge: Judge,
    world: World,
    /// What has happened, as a document.
    scenario: Scenario,
    /// The feedback that was shown.
    feedback: Vec<String>,
    moments_left: u32,
}

/// Why an act cannot be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused(pub String);

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

impl From<Vec<Fault>> for Refused {
    fn from(faults: Vec<Fault>) -> Self {
        Self(faults.first().map(ToString::to_string).unwrap_or_default())
    }
}

impl Play {
    /// Before anything is done.
    ///
    /// # Errors
    /// What is wrong with the lesson's network.
    pub fn new(lesson: Rc<Lesson>) -> Result<Self, Refused> {
        let scenario = lesson.scenario.clone();
        Self::of(lesson, scenario)
    }

    /// A world of a document that was made of the lesson's.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn of(lesson: Rc<Lesson>, scenario: Scenario) -> Result<Self, Refused> {
        let world = scenario.unchecked_world(Limits::default(), scenario::KINDS)?;
        Ok(Self {
            judge: Judge::new(lesson),
            world,
            scenario,
            feedback: Vec::new(),
            moments_left: MOMENTS_MAX,
        })
    }

    /// The judge.
    pub fn judge(&self) -> &Judge {
        &self.judge
    }

    /// The judge, to answer and predict.
    pub fn judge_mut(&mut self) -> &mut Judge {
        &mut self.judge
    }

    /// The world.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// What has happened, as a document.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// The keys of the texts that were shown as feedback of questions.
    pub fn feedback(&self) -> &[String] {
        &self.feedback
    }

    /// Does these, one after the other.
    ///
    /// # Errors
    /// The number of the act that cannot be done, from 0, and why.
    pub fn perform(&mut self, acts: &[Act]) -> Result<(), (usize, Refused)> {
        acts.iter().enumerate().try_for_each(|(number, act)| self.act(act).map_err(|why| (number, why)))
    }

    /// Runs to this moment; a decision of which nothing was predicted stops the world.
    pub fn run_to(&mut self, until: Instant) {
        let until = until.min(Instant::ZERO + self.judge.lesson().lasts);
        let left = &mut self.moments_left;
        run_until(&mut self.world, &mut self.judge, until, || {
            *left = left.saturating_sub(1);
            *left > 0
        });
    }

    /// Runs to this moment, and judges all of it. Decisions do not stop the world.
    pub fn run_through(&mut self, until: Instant) {
        let until = until.min(Instant::ZERO + self.judge.lesson().lasts);
        while self.moments_left > 0 {
            let next = self.world.next_event_at().unwrap_or(until).min(until);
            self.world.run_until(next, || true);
            self.moments_left -= 1;
            if next >= until {
                break;
            }
        }
        self.judge.follow(&self.world, usize::MAX);
    }

    /// Runs until nothing is left to happen or to be judged, or the lesson's time is over. Decisions stop the world no more.
    pub fn run_out(&mut self) {
        self.run_on(self.judge.lesson().lasts);
    }

    /// The same, but for this time at most.
    pub fn run_on(&mut self, time: Duration) {
        const BETWEEN_LOOKS: u32 = 1_024;
        let end = (self.world.now() + time).min(Instant::ZERO + self.judge.lesson().lasts);
        while !self.world.is_quiet() && self.moments_left > 0 {
            let Some(next) = self.world.next_event_at().filter(|next| *next <= end) else { break };
            self.world.run_until(next, || true);
            self.moments_left -= 1;
            if self.moments_left.is_multiple_of(BETWEEN_LOOKS) {
                self.judge.follow(&self.world, usize::MAX);
                if self.judge.is_settled() {
                    break;
                }
            }
        }
        self.judge.follow(&self.world, usize::MAX);
    }

    /// Does one act.
    ///
    /// # Errors
    /// Why it cannot be done.
    pub fn act(&mut self, act: &Act) -> Result<(), Refused> {
        match act {
            Act::Wait(time) => {
                let until = self.world.now() + *time;
                self.run_to(until);
                self.refuse_stop(until)
            }
            Act::WaitFor(predicate, patience) => self.wait_for(predicate, *patience),
            Act::WaitForQuiet => {
                let end = Instant::ZERO + self.judge.lesson().lasts;
                while !self.world.is_quiet() {
                    let Some(next) = self.world.next_event_at().filter(|next| *next <= end) else {
                        return Err(Refused(t!("the network does not become quiet").into()));
                    };
                    self.run_to(next);
                    self.refuse_stop(next)?;
                }
                Ok(())
            }
            Act::WaitForPrediction(prediction) => {
                let end = Instant::ZERO + self.judge.lesson().lasts;
                self.run_to(end);
                match self.judge.decision(*prediction) {
                    Decision::Open { .. } => Ok(()),
                    Decision::Waiting | Decision::Fallen { .. } => {
                        Err(Refused(t!("the world does not stop for this prediction").into()))
                    }
                }
            }
            Act::Run(entry) => self.begin("runs", entry),
            Act::Change(entry) => self.change(entry),
            Act::Type(on, line) => self.type_line(on, line),
            Act::Edit(fields) => self.edit(fields),
            Act::Repair => self.begin_again(self.judge.lesson().healthy.clone()),
            Act::Answer(answers) => {
                let lesson = self.judge.lesson().clone();
                for (question, answer) in answers {
                    let id = &lesson.questions[*question].id;
                    if let Feedback::Wrong(Some(key)) = self.judge.answer(*question, answer.clone()) {
                        self.feedback.push(format!("question.{id}.why.{key}"));
                    }
                }
                self.judge.follow(&self.world, usize::MAX);
                Ok(())
            }
            Act::Predict(predictions) => {
                for (prediction, answer) in predictions {
                    if !self.judge.predict(*prediction, answer.clone()) {
                        return Err(Refused(t!("the decision has fallen already").into()));
                    }
                }
                Ok(())
            }
        }
    }

    /// What a learner who has played so hands in. `text` is that of `lesson.json`.
    pub fn hand_in(&self, text: &str, name: String) -> HandIn {
        let lesson = self.judge.lesson();
        let answers = lesson.questions.iter().enumerate().filter_map(|(number, question)| {
            Some((question.id.clone(), self.judge.answered(number)?.0.clone()))
        });
        let predictions = lesson.predictions.iter().enumerate().filter_map(|(number, prediction)| {
            Some((prediction.id.clone(), self.judge.predicted(number)?.to_vec()))
        });
        HandIn {
            lesson: lesson.id.clone(),
            edition: edition(text),
            name,
            seed: lesson.drawing.seed,
            document: self.scenario.to_compact_json(),
            until: self.world.now().since(Instant::ZERO),
            answers: answers.collect(),
            predictions: predictions.collect(),
            attempts: 1,
            seconds: 0,
        }
    }

    /// Whether the world got to this moment.
    fn refuse_stop(&self, until: Instant) -> Result<(), Refused> {
        let until = until.min(Instant::ZERO + self.judge.lesson().lasts);
        if self.world.now() >= until {
            return Ok(());
        }
        Err(Refused(match self.judge.stop() {
            Some((_, number)) => {
                let id = &self.judge.lesson().predictions[number].id;
                t!("the world waits for the prediction {id}")
            }
            None => t!("too much happens in this network").into(),
        }))
    }

    fn wait_for(&mut self, predicate: &Predicate, patience: Duration) -> Result<(), Refused> {
        let end = (self.world.now() + patience).min(Instant::ZERO + self.judge.lesson().lasts);
        let mut condition = Judge::of_condition(self.judge.lesson(), predicate);
        condition.follow(&self.world, usize::MAX);
        while !condition.is_fulfilled() {
            let next = self.world.next_event_at().unwrap_or(end).min(end);
            self.run_to(next);
            self.refuse_stop(next)?;
            condition.follow(&self.world, usize::MAX);
            if next >= end && !condition.is_fulfilled() {
                return Err(Refused(t!(
                    "what is waited for does not happen by {}",
                    show_time(end.since(Instant::ZERO))
                )));
            }
        }
        Ok(())
    }

    fn type_line(&mut self, on: &str, line: &str) -> Result<(), Refused> {
        let node = self.scenario.node(on).ok_or_else(|| Refused(t!("there is no node {on}")))?;
        let command = CommandLine { on: node, line: line.to_owned() };
        let (at, _) = self
            .world
            .apply(Command::Launch { on: node, line: line.to_owned() })
            .map_err(|error| Refused(error.to_string()))?;
        self.scenario = std::mem::take(&mut self.scenario).with_command(at, command);
        self.go_on(at);
        Ok(())
    }

    /// An entry of a document's runs, begun now.
    fn begin(&mut self, list: &str, entry: &str) -> Result<(), Refused> {
        let played = self.with_entry(&self.scenario, list, entry)?;
        if let Some((_, command)) = played.commands.get(self.scenario.commands.len()) {
            let on = played.id(command.on).to_owned();
            return self.type_line(&on, &command.line.clone());
        }
        let Some((_, spec)) = played.runs.last().cloned() else { return Ok(()) };
        let applied = self.world.apply(Command::Start(spec.clone()));
        let (at, _) = applied.map_err(|error| Refused(error.to_string()))?;
        self.scenario = std::mem::take(&mut self.scenario).with_run(at, spec);
        self.go_on(at);
        Ok(())
    }

    /// An entry of a document's changes, made now.
    fn change(&mut self, entry: &str) -> Result<(), Refused> {
        let now = self.world.frontier();
        let mut before = self.scenario.clone();
        before.changes.retain(|(at, _)| *at <= now);
        let changed = self.with_entry(&before, "changes", entry)?;
        let Some((_, change)) = changed.changes.last().cloned() else { return Ok(()) };
        let command = change.command(self.scenario.services());
        let (at, _) = self.world.apply(command).map_err(|error| Refused(error.to_string()))?;
        self.scenario = std::mem::take(&mut self.scenario).with_change(at, change);
        self.go_on(at);
        Ok(())
    }

    /// A document with one more entry at the moment that is open.
    fn with_entry(&self, scenario: &Scenario, list: &str, entry: &str) -> Result<Scenario, Refused> {
        let count = match list {
            "runs" => scenario.runs.len() + scenario.commands.len(),
            _ => scenario.changes.len(),
        };
        let at = show_time(self.world.frontier().since(Instant::ZERO));
        let text = scenario.to_compact_json();
        let text = set(&text, &format!("{list}.{count}"), entry).map_err(Refused)?;
        let text = set(&text, &format!("{list}.{count}.at"), &at).map_err(Refused)?;
        Ok(Scenario::parse(&text)?)
    }

    /// What is done next, even if no time passes, is later.
    fn go_on(&mut self, at: Instant) {
        self.world.run_until(at, || true);
        self.judge.follow(&self.world, usize::MAX);
    }

    /// The document with other values; the world begins again, and what was answered stays.
    fn edit(&mut self, fields: &[(String, String)]) -> Result<(), Refused> {
        let mut text = self.scenario.to_compact_json();
        for (path, value) in fields {
            text = set(&text, path, value).map_err(Refused)?;
        }
        self.begin_again(Scenario::parse(&text)?)
    }

    fn begin_again(&mut self, scenario: Scenario) -> Result<(), Refused> {
        let lesson = self.judge.lesson().clone();
        let answers: Vec<_> = (0..lesson.questions.len())
            .filter_map(|question| Some((question, self.judge.answered(question)?.0.clone())))
            .collect();
        let feedback = std::mem::take(&mut self.feedback);
        *self = Self { feedback, moments_left: self.moments_left, ..Self::of(lesson, scenario)? };
        for (question, answer) in answers {
            self.judge.answer(question, answer);
        }
        Ok(())
    }
}
