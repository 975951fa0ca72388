//! What is wrong with a lesson, in words, for its author: its solution and its typical wrong answers are played, also with other values.
//!
//! | module | what it is |
//! |---|---|
//! | `texts` | the texts: whether all are there, can be read, and are shown |
//! | `orders` | orders without a sensible meaning |
//! | `commands` | command lines that no host knows |
//!
//! Each message begins with the file and the place in it, and ends with what to do. They are for the command line, and in English.

mod commands;
mod orders;
mod texts;

use crate::act::Act;
use crate::edit::{Editable, altered};
use crate::judge::Verdict;
use crate::lesson::{Lesson, Tool};
use crate::play::Play;
use crate::question::Feedback;
use netlab::{Duration, Instant};
use std::fmt;
use std::rc::Rc;

/// The seeds under which a lesson is checked: the first with everything, the others with the solution and with doing nothing.
pub const SEEDS: [u64; 4] = [1, 2, 3, 4];

/// The seeds under which a hunt is looked at besides: what is hidden must not be without consequences.
const HUNTS: std::ops::Range<u64> = 5..17;

/// For how long the world runs on after the last act of a solution or wrong answer.
pub(crate) const AFTERWARDS: Duration = Duration::from_secs(30);

/// The files of a lesson.
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// `lesson.json`.
    pub lesson: String,
    /// The texts, by language.
    pub texts: Vec<(String, String)>,
    /// The terms that the glossary explains.
    pub terms: Vec<String>,
    /// The seed of all drawings, if the lesson is passed on with one: no other is looked at.
    pub seed: Option<u64>,
}

/// Something that is to be said of a lesson.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// It has to be put right.
    pub is_error: bool,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_error { f.write_str(&self.message) } else { write!(f, "note: {}", self.message) }
    }
}

#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn error(&mut self, message: impl Into<String>) {
        self.0.push(Finding { is_error: true, message: message.into() });
    }

    fn note(&mut self, message: impl Into<String>) {
        self.0.push(Finding { is_error: false, message: message.into() });
    }
}

/// Everything that is to be said of a lesson.
pub fn check(files: &Files) -> Vec<Finding> {
    let mut check = Check::new(files);
    while check.go_on() {}
    check.findings()
}

/// A check that is done a part at a time: none plays more than one world, so that a page can say in between that it is busy.
pub struct Check {
    files: Files,
    lesson: Option<Rc<Lesson>>,
    parts: std::vec::IntoIter<Part>,
    is_solved: bool,
    /// The goals of which it was said that doing nothing fulfills them.
    idle: Vec<usize>,
    /// With other values: how long the solution took.
    lasted: Option<Duration>,
    findings: Findings,
}

/// A part of a check.
#[derive(Clone, Copy)]
enum Part {
    Solution,
    Wrong(usize),
    NoWrong,
    Idle,
    /// The solution with the values of this seed.
    Other(u64),
    /// Doing nothing, with the values of this seed.
    OtherIdle(u64),
}

impl Check {
    /// What can be said without playing, and what is to be played.
    pub fn new(files: &Files) -> Self {
        let mut findings = Findings::default();
        let lesson = match Lesson::read(&files.lesson, files.seed.unwrap_or(SEEDS[0])) {
            Ok(lesson) => Some(Rc::new(lesson)),
            Err(faults) => {
                faults.iter().for_each(|fault| findings.error(format!("lesson.json: {fault}")));
                None
            }
        };
        let mut parts = Vec::new();
        if let Some(lesson) = &lesson {
            check_steps(lesson, &mut findings);
            orders::check(lesson, &mut findings);
            commands::check(lesson, &mut findings);
            texts::check(lesson, files, &mut findings);
            parts = parts_of(lesson, files.seed.is_some());
        }
        let parts = parts.into_iter();
        Self {
            files: files.clone(),
            lesson,
            parts,
            is_solved: false,
            idle: Vec::new(),
            lasted: None,
            findings,
        }
    }

    /// Plays the next part; returns whether there was one.
    pub fn go_on(&mut self) -> bool {
        let (Some(lesson), Some(part)) = (self.lesson.clone(), self.parts.next()) else { return false };
        let findings = &mut self.findings;
        match part {
            Part::Solution => self.is_solved = solve(&lesson, "", findings).is_some(),
            Part::Wrong(number) => check_wrong(&lesson, number, self.is_solved, findings),
            Part::NoWrong => findings
                .note("lesson.json: wrong: there are no wrong answers: what do learners typically do wrong?"),
            Part::Idle => check_idle(&lesson, lesson.lasts, "", &mut self.idle, findings),
            Part::Other(seed) | Part::OtherIdle(seed) => self.with_values(seed, part),
        }
        true
    }

    /// A part with the values of another seed.
    fn with_values(&mut self, seed: u64, part: Part) {
        let prefix = format!("with the values of seed {seed}: ");
        match (Lesson::read(&self.files.lesson, seed), part) {
            (Ok(lesson), Part::Other(_)) => {
                self.lasted = solve(&Rc::new(lesson), &prefix, &mut self.findings);
            }
            (Ok(lesson), _) => {
                // Nothing is done for as long as the solution took; a hunt may show its fault late.
                let lasted = self.lasted.take().filter(|_| lesson.hidden.is_empty());
                let time = lasted.unwrap_or(lesson.lasts);
                check_idle(&Rc::new(lesson), time, &prefix, &mut self.idle, &mut self.findings);
            }
            (Err(_), Part::OtherIdle(_)) if SEEDS.contains(&seed) => {}
            (Err(faults), _) => {
                faults.iter().for_each(|fault| self.findings.error(format!("lesson.json: {prefix}{fault}")));
            }
        }
    }

    /// What is to be said.
    pub fn findings(self) -> Vec<Finding> {
        self.findings.0
    }
}

fn parts_of(lesson: &Lesson, has_seed: bool) -> Vec<Part> {
    let mut parts = vec![Part::Solution];
    parts.extend((0..lesson.wrong.len()).map(Part::Wrong));
    if lesson.wrong.is_empty() {
        parts.push(Part::NoWrong);
    }
    parts.push(Part::Idle);
    let (is_drawn, is_hunt) = (lesson.drawing.values.len() > 1, !lesson.hidden.is_empty());
    if has_seed {
        return parts;
    }
    if is_drawn || is_hunt {
        parts.extend(SEEDS[1..].iter().flat_map(|seed| [Part::Other(*seed), Part::OtherIdle(*seed)]));
    }
    if is_hunt {
        parts.extend(HUNTS.map(Part::OtherIdle));
    }
    parts
}

fn check_steps(lesson: &Lesson, findings: &mut Findings) {
    let mut error = |message: String| findings.error(format!("lesson.json: {message}"));
    if lesson.steps.is_empty() {
        error("steps: there are none: write one for each idea".into());
    }
    if lesson.goals.is_empty() {
        error("goals: there are none: write what has to be so in the end".into());
    }
    for (number, step) in lesson.steps.iter().enumerate() {
        if lesson.steps[..number].iter().any(|earlier| earlier.id == step.id) {
            error(format!("steps[{number}].id: two steps are called {}: give one another name", step.id));
        }
    }
    check_tools(lesson, findings);
    let mut error = |message: String| findings.error(format!("lesson.json: {message}"));
    let names = [
        ("goals", lesson.goals.iter().map(|goal| &goal.id).collect::<Vec<_>>()),
        ("questions", lesson.questions.iter().map(|question| &question.id).collect()),
        ("predictions", lesson.predictions.iter().map(|prediction| &prediction.id).collect()),
    ];
    for (list, ids) in names {
        for (number, id) in ids.into_iter().enumerate() {
            let has = |step: &crate::lesson::Step| match list {
                "goals" => step.goals.contains(&number),
                "questions" => step.questions.contains(&number),
                _ => step.predictions.contains(&number),
            };
            let is_hidden = list == "goals" && lesson.goals[number].hidden;
            if !is_hidden && !lesson.steps.iter().any(has) {
                error(format!("{list}.{id}: no step has it: name it in \"{list}\" of a step"));
            }
        }
    }
}

fn check_tools(lesson: &Lesson, findings: &mut Findings) {
    for (number, step) in lesson.steps.iter().enumerate() {
        let lists = |tool| step.tools.as_ref().is_some_and(|tools| tools.contains(&tool));
        if step.edit != Editable::default() && !lesson.shows(number, Tool::Editor) {
            findings.error(format!(
                "lesson.json: steps[{number}].tools: something may be edited, but there is no editor: add \"editor\""
            ));
        }
        if !lesson.hidden.is_empty() && lists(Tool::Problems) {
            findings.error(format!(
                "lesson.json: steps[{number}].tools: the problems of the network would name what a hunt has hidden: remove \"problems\""
            ));
        }
    }
}

/// What was played must be what a learner may do: otherwise it would not be graded.
fn check_allowed(lesson: &Lesson, play: &Play, place: &str, prefix: &str, findings: &mut Findings) {
    for what in altered(lesson, play.scenario()) {
        findings.error(format!(
            "lesson.json: {place}: {prefix}a learner cannot do this: {what}: allow it in \"edit\" of a step"
        ));
    }
}

fn of_solution(act: usize) -> String {
    format!("solution[{act}]")
}

/// Plays the solution; returns how long that took, if it fulfills all goals.
fn solve(lesson: &Rc<Lesson>, prefix: &str, findings: &mut Findings) -> Option<Duration> {
    let play = played(lesson, &lesson.solution, of_solution, prefix, findings)?;
    check_allowed(lesson, &play, "solution", prefix, findings);
    let mut error = |place: &str, id: &str, message: String| {
        findings.error(format!("lesson.json: {place}.{id}: {prefix}{message}"));
    };
    let mut is_solved = true;
    for (number, goal) in lesson.goals.iter().enumerate() {
        match play.judge().verdict(number) {
            Verdict::Fulfilled { .. } => {}
            Verdict::NotYet(why) | Verdict::Failed { why, .. } => {
                is_solved = false;
                let remedy = "add an act to the solution that does, or a \"wait\" behind the last one";
                error("goals", &goal.id, format!("the solution does not fulfill it: {why} So {remedy}"));
            }
        }
    }
    for (number, question) in lesson.questions.iter().enumerate() {
        let id = &question.id;
        match play.judge().answered(number) {
            Some((_, Feedback::Right)) => {}
            Some((answer, Feedback::Wrong(_))) => {
                let answer = answer.join(", ");
                let remedy = "correct what is right here, or \"answer\" there";
                error("questions", id, format!("the solution's answer is wrong: {answer}: {remedy}"));
            }
            None => error("questions", id, "the solution does not answer it: add {\"answer\": …}".into()),
        }
    }
    for (number, prediction) in lesson.predictions.iter().enumerate() {
        let id = &prediction.id;
        match play.judge().is_predicted(number) {
            Some(true) => {}
            Some(false) => {
                let outcome = play.judge().outcome(number);
                let message = format!("the solution predicts it wrongly: write what came, {outcome}");
                error("predictions", id, message);
            }
            None => {
                let remedy =
                    "add {\"wait\": {\"prediction\": …}} and {\"predict\": …}, and time for it to come out";
                error(
                    "predictions",
                    id,
                    format!("the solution does not predict it, or nothing comes of it: {remedy}"),
                );
            }
        }
    }
    is_solved.then(|| play.world().now().since(Instant::ZERO))
}

fn played(
    lesson: &Rc<Lesson>,
    acts: &[Act],
    place: impl Fn(usize) -> String,
    prefix: &str,
    findings: &mut Findings,
) -> Option<Play> {
    let mut play = match Play::new(lesson.clone()) {
        Ok(play) => play,
        Err(why) => {
            findings.error(format!("lesson.json: document: {prefix}{why}"));
            return None;
        }
    };
    if let Err((number, why)) = play.perform(acts) {
        findings.error(format!("lesson.json: {}: {prefix}this act cannot be done: {why}", place(number)));
        return None;
    }
    // After the last act, all has to come soon.
    play.run_on(AFTERWARDS);
    Some(play)
}

fn check_wrong(lesson: &Rc<Lesson>, number: usize, is_solved: bool, findings: &mut Findings) {
    let wrong = &lesson.wrong[number];
    if wrong.after_solution && !is_solved {
        return;
    }
    let mut acts = if wrong.after_solution { lesson.solution.clone() } else { Vec::new() };
    acts.extend(wrong.acts.iter().cloned());
    let before = acts.len() - wrong.acts.len();
    let of_acts = |act: usize| match act.checked_sub(before) {
        Some(own) => format!("wrong[{number}].acts[{own}]"),
        None => of_solution(act),
    };
    let Some(play) = played(lesson, &acts, of_acts, "", findings) else { return };
    let place = format!("wrong[{number}]");
    check_allowed(lesson, &play, &place, "", findings);
    let mut error = |message: String| findings.error(format!("lesson.json: {place}: {message}"));
    for goal in &wrong.unfulfilled {
        if play.judge().status(*goal).holds {
            let id = &lesson.goals[*goal].id;
            error(format!("the goal {id} is fulfilled all the same: ask for more in the goal"));
        }
    }
    for key in &wrong.feedback {
        if !play.feedback().iter().any(|shown| shown == key || shown.ends_with(&format!(".why.{key}"))) {
            error(format!("the feedback {key} is not shown: name the answer in \"wrong\" of the question"));
        }
    }
    if wrong.feedback.is_empty() && play.judge().is_fulfilled() {
        error("all goals are fulfilled all the same: ask for more in a goal".into());
    }
}

/// Lets this time pass and does nothing else. The goals that are named already are not named again.
fn check_idle(
    lesson: &Rc<Lesson>,
    time: Duration,
    prefix: &str,
    named: &mut Vec<usize>,
    findings: &mut Findings,
) {
    // What keeps it from beginning was said of the solution.
    let Ok(mut play) = Play::new(lesson.clone()) else { return };
    play.run_on(time);
    let fulfilled = (0..lesson.goals.len()).filter(|goal| play.judge().status(*goal).holds);
    let fulfilled: Vec<_> = fulfilled.collect();
    if !fulfilled.is_empty() && fulfilled.len() == lesson.goals.len() {
        findings.error(match lesson.hidden.is_empty() {
            true => format!(
                "lesson.json: goals: {prefix}doing nothing fulfills all of them: let one need an act"
            ),
            false => format!(
                "lesson.json: faults: {prefix}doing nothing fulfills all goals: leave out the kind of fault that has no consequences, or add runs that need what it breaks"
            ),
        });
    } else if lesson.hidden.is_empty() {
        // In a hunt, what works from the beginning shows where the fault is not.
        for goal in fulfilled.into_iter().filter(|goal| !named.contains(goal)).collect::<Vec<_>>() {
            named.push(goal);
            let id = &lesson.goals[goal].id;
            findings.note(format!(
                "lesson.json: goals.{id}: {prefix}doing nothing fulfills it: if the goal is to need an act, put it into {{\"then\": […]}} behind what the act causes"
            ));
        }
    }
}
