//! What is done in a lesson: by its solution, by a typical wrong answer, by a learner.

use crate::bounds::{ACTS_MAX, VALUE_CHARS_MAX, WRONG_MAX};
use crate::goal::Predicate;
use crate::read::Reader;
use crate::read_goal::Names;
use netlab::Duration;
use scenario::json::{Shape, Value};
use texts::t;

/// Something that is done.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// Time passes.
    Wait(Duration),
    /// Time passes until this is so, for this long at most.
    WaitFor(Box<Predicate>, Duration),
    /// Time passes until nothing is left to happen.
    WaitForQuiet,
    /// Time passes until the world stops for the prediction of this number.
    WaitForPrediction(usize),
    /// A run begins: an entry of a document's `runs`, as text.
    Run(String),
    /// The network changes: an entry of a document's `changes`, as text.
    Change(String),
    /// A command is typed on the node of this id.
    Type(String, String),
    /// The document is edited, and the world begins again: paths and values, as `&set=` of a link has them.
    Edit(Vec<(String, String)>),
    /// What a hunt has hidden is put right, and the world begins again.
    Repair,
    /// The questions of these numbers are answered.
    Answer(Vec<(usize, Vec<String>)>),
    /// Something is predicted about the decisions of these numbers.
    Predict(Vec<(usize, Vec<String>)>),
}

/// A typical wrong answer, and what it has to lead to.
#[derive(Clone, Debug, PartialEq)]
pub struct Wrong {
    /// What is done. The lesson's own solution goes before, if [`after_solution`](Self::after_solution).
    pub acts: Vec<Act>,
    /// The solution was played before.
    pub after_solution: bool,
    /// The goals, by their numbers, that are not fulfilled then.
    pub unfulfilled: Vec<usize>,
    /// Some goal is not fulfilled: which one depends on what was drawn.
    pub unsolved: bool,
    /// The keys of texts that are shown then as the feedback of questions.
    pub feedback: Vec<String>,
}

const KINDS: [&str; 8] = ["wait", "run", "change", "type", "edit", "repair", "answer", "predict"];
/// For how long a condition is waited for.
const PATIENCE: Duration = Duration::from_secs(120);

impl<'a> Reader<'a> {
    pub(crate) fn acts(&mut self, names: &mut Names<'_>, value: &Value<'a>) -> Vec<Act> {
        let acts = self.list(value, ACTS_MAX);
        acts.iter().filter_map(|act| self.act(names, act)).collect()
    }

    fn act(&mut self, names: &mut Names<'_>, value: &Value<'a>) -> Option<Act> {
        let object = self.object(value, t!("an act"), &[&KINDS[..], &["patience", "on"]].concat())?;
        let (kind, inner) = self.one_kind(&object, &KINDS)?;
        Some(match kind {
            "wait" => {
                let patience = self.time_of(&object, "patience").unwrap_or(PATIENCE);
                return self.wait(names, &inner, patience);
            }
            "run" => Act::Run(inner.compact()),
            "change" => Act::Change(inner.compact()),
            "type" => {
                let line = self.text(&inner, VALUE_CHARS_MAX)?;
                let on = self.required(&object, "on")?;
                // The node may be one that an act before this one has added.
                Act::Type(self.text(&on, VALUE_CHARS_MAX)?, line)
            }
            "edit" => {
                let fields = self.fields(&inner, ACTS_MAX)?;
                Act::Edit(fields.into_iter().map(|(path, value)| (path, value.compact())).collect())
            }
            "repair" => Act::Repair,
            "answer" => {
                let names = names.questions.clone();
                Act::Answer(self.given(&inner, &names, t!("question"))?)
            }
            _ => {
                let names = names.predictions.clone();
                Act::Predict(self.given(&inner, &names, t!("prediction"))?)
            }
        })
    }

    /// `{"name": ["answer"]}`, for one or several names.
    fn given(&mut self, value: &Value<'a>, names: &[&str], what: &str) -> Option<Vec<(usize, Vec<String>)>> {
        let mut given = Vec::new();
        for (name, value) in self.fields(value, ACTS_MAX)? {
            let Some(number) = names.iter().position(|known| *known == name) else {
                self.refuse::<()>(&value, t!("there is no {what} {name}"));
                continue;
            };
            let values = self.list(&value, ACTS_MAX);
            given.push((
                number,
                values.iter().filter_map(|value| self.text(value, VALUE_CHARS_MAX)).collect(),
            ));
        }
        Some(given)
    }

    /// `"2s"`, `"quiet"`, `{"prediction": "p"}` or a predicate.
    fn wait(&mut self, names: &mut Names<'_>, value: &Value<'a>, patience: Duration) -> Option<Act> {
        if let Ok(Shape::Text(text)) = value.shape() {
            return match &text[..] {
                "quiet" => Some(Act::WaitForQuiet),
                _ => self.duration(value).map(Act::Wait),
            };
        }
        let fields = self.fields(value, ACTS_MAX)?;
        if let [(name, prediction)] = &fields[..]
            && name == "prediction"
        {
            let names = names.predictions.clone();
            return self.position(prediction, &names, t!("prediction")).map(Act::WaitForPrediction);
        }
        self.predicate(names, value).map(|predicate| Act::WaitFor(Box::new(predicate), patience))
    }

    pub(crate) fn wrong(&mut self, names: &mut Names<'_>, goals: &[&str], value: &Value<'a>) -> Vec<Wrong> {
        let all = self.list(value, WRONG_MAX);
        let mut wrongs = Vec::new();
        for value in all {
            let known = ["acts", "after_solution", "unfulfilled", "unsolved", "feedback"];
            let Some(object) = self.object(&value, t!("a wrong answer"), &known) else { continue };
            let Some(acts) = self.required(&object, "acts") else { continue };
            let unfulfilled = self.list_of(&object, "unfulfilled", goals.len().max(1));
            let feedback = self.list_of(&object, "feedback", WRONG_MAX);
            let wrong = Wrong {
                acts: self.acts(names, &acts),
                after_solution: self.flag(&object, "after_solution"),
                unfulfilled: unfulfilled
                    .iter()
                    .filter_map(|goal| self.position(goal, goals, t!("goal")))
                    .collect(),
                unsolved: self.flag(&object, "unsolved"),
                feedback: feedback.iter().filter_map(|key| self.text(key, VALUE_CHARS_MAX)).collect(),
            };
            if wrong.unfulfilled.is_empty() && wrong.feedback.is_empty() && !wrong.unsolved {
                self.refuse::<()>(
                    &value,
                    t!("say what comes of it: \"unfulfilled\" goals, \"unsolved\", or the \"feedback\" of questions"),
                );
            }
            wrongs.push(wrong);
        }
        wrongs
    }
}
