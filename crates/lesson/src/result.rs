//! What a learner hands in: what was done, as a document with moments, and what was answered. Nothing in it has to be trusted: it is
//! played again, and judged.
//!
//! The document is the one that a share link with changes has: the lesson's network, and at their moments the runs, commands and
//! changes of the learner. Grading refuses one whose network was another from the start, except where the lesson lets it be edited.

use crate::bounds::{
    ACTS_MAX, COUNT_MAX, ID_CHARS_MAX, LASTS_MAX, NAME_CHARS_MAX, PREDICTIONS_MAX, QUESTIONS_MAX,
    VALUE_CHARS_MAX,
};
use crate::edit::altered;
use crate::judge::Verdict;
use crate::lesson::Lesson;
use crate::link::{RESULT, compact, find};
use crate::play::Play;
use crate::question::Feedback;
use crate::read::Reader;
use netlab::{Duration, Instant};
use scenario::bounds::SEED_MAX;
use scenario::item::{Fields, Json};
use scenario::json::Value;
use scenario::link::{self, seed_from};
use scenario::quantity::show_time;
use scenario::{Fault, LinkError, Scenario};
use std::rc::Rc;
use texts::t;
use xxhash_rust::xxh3::xxh3_64;

/// The version of a result.
const VERSION: u64 = 1;
/// Seconds that a learner may have taken: a year.
const SECONDS_MAX: u64 = 366 * 86_400;

/// Answers by the names of questions or predictions.
pub type Answers = Vec<(String, Vec<String>)>;

/// For each question or prediction of a lesson what was given, if anything was.
pub type Given = Vec<Option<Vec<String>>>;

/// What a learner hands in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HandIn {
    /// The lesson's id.
    pub lesson: String,
    /// Which edition of the lesson: [`edition`].
    pub edition: u64,
    /// What the learner is called; may be empty.
    pub name: String,
    /// The seed that the lesson's values were drawn from.
    pub seed: u64,
    /// What happened, as a document.
    pub document: String,
    /// How far the world had run.
    pub until: Duration,
    /// The last answer to each question.
    pub answers: Answers,
    /// The last prediction of each decision.
    pub predictions: Answers,
    /// How often the world was begun.
    pub attempts: u64,
    /// How long it took, in seconds of the clock, as the page has measured it.
    pub seconds: u64,
}

/// Names an edition of a lesson: another text of `lesson.json` has another one. Layout does not matter.
pub fn edition(lesson: &str) -> u64 {
    xxh3_64(compact(lesson).as_bytes()) & SEED_MAX
}

impl HandIn {
    /// The fragment of the link, without the `#`.
    ///
    /// # Errors
    /// If it is larger than a link may be.
    pub fn encode(&self) -> Result<String, LinkError> {
        Ok(format!("{RESULT}{}", link::encode_text(&self.to_json())?))
    }

    fn to_json(&self) -> String {
        let answers = |answers: &'_ Answers| {
            let mut fields = Fields::default();
            for (name, answer) in answers {
                let texts = answer.iter().map(|text| Json::Text(text.clone().into()));
                fields.put(name.clone(), Json::List(texts.collect()));
            }
            fields
        };
        let mut fields = Fields::default();
        fields.put("result", Json::Whole(VERSION)).put("lesson", self.lesson.as_str());
        fields.put("edition", Json::Whole(self.edition)).put("name", self.name.as_str());
        fields.put("seed", Json::Whole(self.seed)).put("until", show_time(self.until));
        fields.put("attempts", Json::Whole(self.attempts)).put("seconds", Json::Whole(self.seconds));
        fields.put("answers", answers(&self.answers)).put("predictions", answers(&self.predictions));
        fields.put("document", Json::Written(&self.document));
        compact(&fields.to_json())
    }

    /// What was handed in with a link: a whole URL, its fragment, or the fragment without `#`.
    ///
    /// # Errors
    /// If it cannot be read. Whether its document can is found by [`grade`].
    pub fn decode(link: &str) -> Result<Self, LinkError> {
        let text = link::text(find(link, RESULT).ok_or(LinkError::NotALink)?)?;
        let value = Value::document(&text).map_err(|fault| LinkError::Document(vec![fault]))?;
        let mut reader = Reader::new(&text);
        match reader.hand_in(&value) {
            Some(result) if reader.faults.is_empty() => Ok(result),
            _ => Err(LinkError::Document(reader.faults)),
        }
    }

    /// A short name of all of this, to be read out: eight digits and letters.
    pub fn code(&self) -> String {
        short(xxh3_64(self.to_json().as_bytes()))
    }

    /// What was answered to each question of a lesson, and what was predicted of each decision, in the lesson's order.
    pub fn given(&self, lesson: &Lesson) -> (Given, Given) {
        let find = |all: &Answers, id: &String| {
            all.iter().find(|(name, _)| name == id).map(|(_, answer)| answer.clone())
        };
        let answers = lesson.questions.iter().map(|one| find(&self.answers, &one.id));
        let predictions = lesson.predictions.iter().map(|one| find(&self.predictions, &one.id));
        (answers.collect(), predictions.collect())
    }

    /// Whether the values were drawn from the learner's name.
    pub fn is_drawn_from_name(&self) -> bool {
        self.seed == seed_from(&self.name)
    }

    /// A name of what was done and answered, without name, attempts and clock: equal ones were copied. `None` if a learner did
    /// nothing at a moment of the own choice, so that equal ones say nothing.
    pub fn work(&self, lesson: &Scenario) -> Option<u64> {
        let played = Scenario::parse(&self.document).ok()?;
        let acts =
            |scenario: &Scenario| scenario.runs.len() + scenario.commands.len() + scenario.changes.len();
        if acts(&played) <= acts(lesson) {
            return None;
        }
        let answers = format!("{:?}{:?}", self.answers, self.predictions);
        Some(xxh3_64(format!("{}{answers}", played.to_compact_json()).as_bytes()))
    }
}

/// A number in eight digits and letters that are not mistaken for each other.
fn short(number: u64) -> String {
    const SIGNS: &[u8; 32] = b"23456789abcdefghjkmnpqrstuvwxyz_";
    let sign = |place: u32| SIGNS[(number >> (5 * place)) as usize % 31] as char;
    (0..8).map(sign).collect()
}

impl<'a> Reader<'a> {
    fn hand_in(&mut self, value: &Value<'a>) -> Option<HandIn> {
        let known = [
            "result",
            "lesson",
            "edition",
            "name",
            "seed",
            "until",
            "attempts",
            "seconds",
            "answers",
            "predictions",
            "document",
        ];
        let object = self.object(value, t!("a result"), &known)?;
        self.format(&object, "result", VERSION)?;
        let lesson = self.required(&object, "lesson").and_then(|id| self.text(&id, ID_CHARS_MAX));
        let document = self.required(&object, "document")?;
        let mut number = |name: &str, most| match object.get(name) {
            Some(value) => self.whole(value, 0, most),
            None => Some(0),
        };
        let (edition, seed) = (number("edition", SEED_MAX), number("seed", SEED_MAX));
        let (attempts, seconds) = (number("attempts", COUNT_MAX), number("seconds", SECONDS_MAX));
        let name = object.get("name").and_then(|name| self.text(name, NAME_CHARS_MAX));
        let answers = object.get("answers").map(|value| self.answers(value, QUESTIONS_MAX));
        let predictions = object.get("predictions").map(|value| self.answers(value, PREDICTIONS_MAX));
        Some(HandIn {
            lesson: lesson?,
            edition: edition?,
            name: name.unwrap_or_default(),
            seed: seed?,
            document: document.text().to_owned(),
            until: self.time_of(&object, "until").unwrap_or_default().min(LASTS_MAX),
            answers: answers.unwrap_or_default(),
            predictions: predictions.unwrap_or_default(),
            attempts: attempts?,
            seconds: seconds?,
        })
    }

    fn answers(&mut self, value: &Value<'a>, max: usize) -> Answers {
        let mut answers = Vec::new();
        for (name, value) in self.fields(value, max).unwrap_or_default() {
            let texts = self.list(&value, ACTS_MAX);
            answers.push((name, texts.iter().filter_map(|text| self.text(text, VALUE_CHARS_MAX)).collect()));
        }
        answers
    }
}

/// What a result is worth.
#[derive(Clone, Debug, PartialEq)]
pub struct Grade {
    /// For each goal of the lesson its id and the verdict.
    pub goals: Vec<(String, Verdict)>,
    /// For each question its id, and whether it was answered rightly; `None`: not at all.
    pub questions: Vec<(String, Option<bool>)>,
    /// For each prediction its id, and whether it was right; `None`: not made, or nothing came of it.
    pub predictions: Vec<(String, Option<bool>)>,
    /// What happened, as the hash of its history.
    pub history: u64,
    /// The lesson has another text by now.
    pub is_other_edition: bool,
}

impl Grade {
    /// The number of goals that are fulfilled.
    pub fn fulfilled(&self) -> usize {
        self.goals.iter().filter(|(_, verdict)| matches!(verdict, Verdict::Fulfilled { .. })).count()
    }

    /// Whether all are.
    pub fn is_solved(&self) -> bool {
        self.fulfilled() == self.goals.len()
    }
}

/// Why a result is not graded.
#[derive(Clone, Debug, PartialEq)]
pub enum Ungraded {
    /// It is one of another lesson.
    OtherLesson(String),
    /// The lesson cannot be read with the values that were drawn.
    Lesson(Vec<Fault>),
    /// Its document cannot be read.
    Document(Vec<Fault>),
    /// Its network is not the lesson's: what was altered that may not be.
    Altered(Vec<String>),
}

impl std::fmt::Display for Ungraded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let first = |faults: &[Fault]| faults.first().map(ToString::to_string).unwrap_or_default();
        f.write_str(&match self {
            Self::OtherLesson(id) => t!("this is a result of another lesson: {id}"),
            Self::Lesson(faults) => t!("the lesson cannot be read: {}", first(faults)),
            Self::Document(faults) => t!("what was handed in has a fault: {}", first(faults)),
            Self::Altered(what) => what.join("; "),
        })
    }
}

impl std::error::Error for Ungraded {}

/// Plays a result of a lesson again, and judges it. `lesson` is the text of `lesson.json`.
///
/// # Errors
/// If it is no result of this lesson, or one that was not made with the lesson's network.
pub fn grade(lesson: &str, result: &HandIn) -> Result<Grade, Ungraded> {
    let is_other_edition = edition(lesson) != result.edition;
    let lesson = Rc::new(Lesson::read(lesson, result.seed).map_err(Ungraded::Lesson)?);
    if lesson.id != result.lesson {
        return Err(Ungraded::OtherLesson(result.lesson.clone()));
    }
    let played = Scenario::parse(&result.document).map_err(Ungraded::Document)?;
    let altered = altered(&lesson, &played);
    if !altered.is_empty() {
        return Err(Ungraded::Altered(altered));
    }
    let refused = |why: crate::play::Refused| Ungraded::Altered(vec![why.0]);
    let mut play = Play::of(lesson.clone(), played).map_err(refused)?;
    let (answers, predictions) = result.given(&lesson);
    play.judge_mut().give(&answers, &predictions);
    play.run_through(Instant::ZERO + result.until);
    let judge = play.judge();
    let goals = lesson.goals.iter().enumerate();
    let questions = lesson.questions.iter().enumerate();
    let predictions = lesson.predictions.iter().enumerate();
    Ok(Grade {
        goals: goals.map(|(number, goal)| (goal.id.clone(), judge.verdict(number))).collect(),
        questions: questions
            .map(|(number, question)| {
                let right = judge.answered(number).map(|(_, feedback)| *feedback == Feedback::Right);
                (question.id.clone(), right)
            })
            .collect(),
        predictions: predictions
            .map(|(number, prediction)| (prediction.id.clone(), judge.is_predicted(number)))
            .collect(),
        history: play.world().history().hash(),
        is_other_edition,
    })
}
