//! A lesson that is being written: in the page's workshop, or by `packetarium lesson draft`.
//!
//! | module | what it is |
//! |---|---|
//! | [`tree`] | the lesson's JSON, to be changed |
//! | [`suggest`] | goals of what has happened |
//! | [`recorded`](mod@recorded) | what was done in a network, as acts |
//! | [`vary`] | values that vary |
//! | [`zip`](mod@zip) | the folder in one file |
//!
//! # Why so
//!
//! - **A [`Draft`] is the files themselves**: `lesson.json` as a tree, and the texts of one language. So a lesson that was written by hand can be
//!   opened and loses nothing, and there is no second form of a lesson that could say something else.
//! - **A draft may have faults** at any time; [`check`](crate::check) names them. Only what would make it too large is refused.
//! - **What an author sees are the values of one seed**, [`SEED`]. What was done with them is written with the expressions that stand in the document.

pub mod recorded;
pub mod suggest;
pub mod tree;
pub mod vary;
pub mod zip;

pub use crate::play::Refused;
pub use recorded::recorded;
pub use suggest::Suggestion;
pub use tree::Tree;

use crate::bounds::{
    GOALS_MAX, HINTS_MAX, MINUTES_MAX, STEPS_MAX, TEXT_CHARS_MAX, TEXTS_BYTES_MAX, TEXTS_MAX, WRONG_MAX,
};
use crate::check::{AFTERWARDS, Files, SEEDS};
use crate::link::{self, Shared};
use crate::prose::{Prose, with_terms};
use crate::{Lesson, Play};
use scenario::{Fault, LinkError, Scenario};
use std::rc::Rc;
use suggest::slug;
use texts::t;

/// The seed of the values that an author sees, and with which `lesson check` plays first.
pub const SEED: u64 = SEEDS[0];

/// A lesson that is being written.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    lesson: Tree,
    /// Keys with texts, in the order of their writing.
    texts: Vec<(String, String)>,
    language: String,
}

/// What a learner may edit in a step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allowed {
    /// Everything.
    pub all: bool,
    /// The settings of these nodes, or one of them: `pc.gateway`.
    pub nodes: Vec<String>,
    /// The links between these.
    pub links: Vec<[String; 2]>,
    /// Nodes and links may be added.
    pub add: bool,
}

impl Draft {
    /// A lesson of this network with one step, in this language.
    pub fn begin(scenario: &Scenario, language: &str) -> Self {
        let title =
            if scenario.title.is_empty() { t!("A lesson").to_owned() } else { scenario.title.clone() };
        let lesson = Tree::of([
            ("lesson", Tree::whole(crate::lesson::VERSION)),
            ("id", Tree::text(slug(&title, "lesson"))),
            ("level", Tree::whole(1)),
            ("minutes", Tree::whole(10)),
            ("document", document(scenario)),
            ("steps", Tree::List(vec![Tree::of([("id", Tree::text("step-1"))])])),
            ("goals", Tree::object()),
            ("solution", Tree::List(Vec::new())),
        ]);
        let mut draft = Self { lesson, texts: Vec::new(), language: language.to_owned() };
        draft.set_text("title", &doubled(&title));
        draft.set_text("summary", &doubled(scenario.description.as_deref().unwrap_or_default()));
        draft
    }

    /// Opens a lesson's files; `None`: they are none, or too large. They may have faults.
    pub fn read(lesson: &str, texts: &str, language: &str) -> Option<Self> {
        let mut lesson = Tree::read(lesson)?;
        let Tree::Object(_) = lesson else { return None };
        let prose = Prose::read(texts).ok()?;
        if lesson.list_mut("steps").is_empty() {
            lesson.list_mut("steps").push(Tree::of([("id", Tree::text("step-1"))]));
        }
        let texts = prose.keys().filter_map(|key| Some((key.to_owned(), prose.written(key)?.to_owned())));
        Some(Self { texts: texts.collect(), lesson, language: language.to_owned() })
    }

    /// Both files in one text, to be kept.
    pub fn to_text(&self) -> String {
        format!("{}\n{}\n{}", self.language, self.lesson.compact(), self.texts_tree().compact())
    }

    /// What was kept.
    pub fn from_text(text: &str) -> Option<Self> {
        let mut lines = text.splitn(3, '\n');
        let (language, lesson, texts) = (lines.next()?, lines.next()?, lines.next()?);
        Self::read(lesson, texts, language)
    }

    fn texts_tree(&self) -> Tree {
        Tree::Object(self.texts.iter().map(|(key, text)| (key.clone(), Tree::text(text))).collect())
    }

    /// The lesson's id.
    pub fn id(&self) -> &str {
        self.lesson.get("id").and_then(Tree::as_text).unwrap_or_default()
    }

    /// Gives it another id, made of this.
    pub fn set_id(&mut self, id: &str) {
        self.lesson.put("id", Tree::text(slug(id, "lesson")));
    }

    /// How many minutes it takes.
    pub fn minutes(&self) -> u64 {
        match self.lesson.get("minutes") {
            Some(Tree::Plain(minutes)) => minutes.parse().unwrap_or(10),
            _ => 10,
        }
    }

    /// Sets how many minutes it takes.
    pub fn set_minutes(&mut self, minutes: u64) {
        self.lesson.put("minutes", Tree::whole(minutes.clamp(1, MINUTES_MAX)));
    }

    /// A text; empty if there is none of this key.
    pub fn text(&self, key: &str) -> &str {
        self.texts.iter().find(|(found, _)| found == key).map_or("", |(_, text)| text)
    }

    /// Sets a text, as far as there is room. Without letters there is none.
    pub fn set_text(&mut self, key: &str, text: &str) {
        let text: String = text.chars().take(TEXT_CHARS_MAX).collect();
        if text.is_empty() {
            return self.texts.retain(|(found, _)| found != key);
        }
        let place = self.texts.iter().position(|(found, _)| found == key).unwrap_or(self.texts.len());
        let before = self.texts.get(place).cloned();
        match self.texts.get_mut(place) {
            Some((_, place)) => *place = text,
            None => self.texts.push((key.to_owned(), text)),
        }
        if self.texts.len() > TEXTS_MAX || self.texts_tree().compact().len() > TEXTS_BYTES_MAX {
            match before {
                Some(before) => self.texts[place] = before,
                None => _ = self.texts.pop(),
            }
        }
    }

    // ---- steps ----

    fn steps(&self) -> &[Tree] {
        self.lesson.get("steps").map_or(&[], Tree::elements)
    }

    fn step_mut(&mut self, step: usize) -> Option<&mut Tree> {
        self.lesson.list_mut("steps").get_mut(step)
    }

    /// The ids of the steps, in their order. There is at least one.
    pub fn step_ids(&self) -> impl ExactSizeIterator<Item = &str> {
        self.steps().iter().map(|step| step.get("id").and_then(Tree::as_text).unwrap_or_default())
    }

    /// The id of a step.
    pub fn step_id(&self, step: usize) -> &str {
        self.step_ids().nth(step).unwrap_or_default()
    }

    /// Adds a step behind this one.
    ///
    /// # Errors
    /// There are as many as a lesson may have.
    pub fn add_step(&mut self, behind: usize) -> Result<usize, Refused> {
        let count = self.steps().len();
        if count >= STEPS_MAX {
            return Err(Refused(t!("a lesson has at most {STEPS_MAX} steps")));
        }
        let ids: Vec<_> = self.step_ids().map(str::to_owned).collect();
        let id = free("step", &ids, 1);
        let place = (behind + 1).min(count);
        self.lesson.list_mut("steps").insert(place, Tree::of([("id", Tree::text(id))]));
        Ok(place)
    }

    /// Removes a step with its texts and goals, unless it is the only one.
    pub fn remove_step(&mut self, step: usize) {
        if self.steps().len() < 2 || step >= self.steps().len() {
            return;
        }
        for goal in self.goals_of(step) {
            let others = (0..self.steps().len()).filter(|other| *other != step);
            if !others.into_iter().any(|other| self.goals_of(other).contains(&goal)) {
                self.remove_goal(&goal);
            }
        }
        let key = format!("step.{}.", self.step_id(step));
        self.texts.retain(|(found, _)| !found.starts_with(&key));
        self.lesson.list_mut("steps").remove(step);
    }

    /// Moves a step to another place.
    pub fn move_step(&mut self, step: usize, to: usize) {
        let steps = self.lesson.list_mut("steps");
        if step < steps.len() && to < steps.len() {
            let moved = steps.remove(step);
            steps.insert(to, moved);
        }
    }

    /// The number of hints of a step.
    pub fn hints(&self, step: usize) -> u64 {
        match self.steps().get(step).and_then(|step| step.get("hints")) {
            Some(Tree::Plain(hints)) => hints.parse().unwrap_or(0).min(HINTS_MAX),
            _ => 0,
        }
    }

    /// Sets how many hints a step has. The texts of those behind go.
    pub fn set_hints(&mut self, step: usize, hints: u64) {
        let (hints, id) = (hints.min(HINTS_MAX), self.step_id(step).to_owned());
        for hint in hints + 1..=HINTS_MAX {
            self.set_text(&format!("step.{id}.hint{hint}"), "");
        }
        match self.step_mut(step) {
            Some(step) if hints == 0 => _ = step.take("hints"),
            Some(step) => step.put("hints", Tree::whole(hints)),
            None => {}
        }
    }

    /// What may be edited in a step.
    pub fn allowed(&self, step: usize) -> Allowed {
        let edit = self.steps().get(step).and_then(|step| step.get("edit"));
        let Some(edit) = edit else { return Allowed::default() };
        let listed = |name: &str| edit.get(name).map_or(&[][..], Tree::elements);
        let link = |link: &Tree| match link.elements() {
            [a, b] => Some([a.as_text()?.to_owned(), b.as_text()?.to_owned()]),
            _ => None,
        };
        Allowed {
            all: edit.as_text() == Some("all"),
            nodes: listed("nodes").iter().filter_map(Tree::as_text).map(str::to_owned).collect(),
            links: listed("links").iter().filter_map(link).collect(),
            add: edit.get("add") == Some(&Tree::flag(true)),
        }
    }

    /// Sets what may be edited in a step.
    pub fn allow(&mut self, step: usize, allowed: &Allowed) {
        let Some(step) = self.step_mut(step) else { return };
        let mut edit = Tree::object();
        if !allowed.nodes.is_empty() {
            edit.put("nodes", Tree::texts(&allowed.nodes));
        }
        if !allowed.links.is_empty() {
            edit.put("links", Tree::List(allowed.links.iter().map(Tree::texts).collect()));
        }
        if allowed.add {
            edit.put("add", Tree::flag(true));
        }
        match (allowed.all, edit.fields().is_empty()) {
            (true, _) => step.put("edit", Tree::text("all")),
            (false, true) => _ = step.take("edit"),
            (false, false) => step.put("edit", edit),
        }
    }

    // ---- goals ----

    /// The goals of a step, by name.
    pub fn goals_of(&self, step: usize) -> Vec<String> {
        let goals = self.steps().get(step).and_then(|step| step.get("goals"));
        goals.map_or(&[][..], Tree::elements).iter().filter_map(Tree::as_text).map(str::to_owned).collect()
    }

    /// What a goal asks for, as it is written.
    pub fn goal(&self, id: &str) -> Option<String> {
        self.lesson.get("goals")?.get(id).map(Tree::compact)
    }

    /// The number of goals.
    pub fn goal_count(&self) -> usize {
        self.lesson.get("goals").map_or(0, |goals| goals.fields().len())
    }

    /// Gives a step this goal; returns its name.
    ///
    /// # Errors
    /// There are as many as a lesson may have.
    pub fn add_goal(&mut self, step: usize, suggestion: &Suggestion) -> Result<String, Refused> {
        let goals = self.lesson.object_mut("goals").fields();
        if goals.len() >= GOALS_MAX {
            return Err(Refused(t!("a lesson has at most {GOALS_MAX} goals")));
        }
        let ids: Vec<_> = goals.iter().map(|(id, _)| id.clone()).collect();
        let id = free(&suggestion.id, &ids, 1);
        let goal = self.with_variables(suggestion.goal.clone().with_braces());
        let text = self.text_with_variables(&doubled(&suggestion.text));
        self.lesson.object_mut("goals").put(&id, goal);
        self.set_text(&format!("goal.{id}"), &text);
        if let Some(step) = self.step_mut(step) {
            step.list_mut("goals").push(Tree::text(&id));
        }
        Ok(id)
    }

    /// Removes a goal, wherever it is named.
    pub fn remove_goal(&mut self, id: &str) {
        self.lesson.object_mut("goals").take(id);
        self.set_text(&format!("goal.{id}"), "");
        let is_it = |name: &Tree| name.as_text() == Some(id);
        for step in self.lesson.list_mut("steps") {
            if step.get("goals").is_some() {
                step.list_mut("goals").retain(|name| !is_it(name));
            }
        }
        if self.lesson.get("wrong").is_none() {
            return;
        }
        for wrong in self.lesson.list_mut("wrong") {
            let had = wrong.get("unfulfilled").is_some_and(|goals| goals.elements().iter().any(is_it));
            if had {
                wrong.list_mut("unfulfilled").retain(|name| !is_it(name));
                if wrong.get("unfulfilled").is_some_and(|goals| goals.elements().is_empty()) {
                    wrong.take("unfulfilled");
                    wrong.put("unsolved", Tree::flag(true));
                }
            }
        }
    }

    // ---- the network, and what is done in it ----

    /// The network with the values that an author sees.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn network(&self) -> Result<Scenario, Refused> {
        self.network_lesson().map(|lesson| lesson.scenario)
    }

    /// The lesson without all that could refer to something that is not there.
    fn network_lesson(&self) -> Result<Lesson, Refused> {
        let mut bare = Tree::object();
        for name in ["lesson", "id", "variables", "document", "faults"] {
            self.lesson.get(name).into_iter().for_each(|value| bare.put(name, value.clone()));
        }
        Ok(Lesson::read(&bare.compact(), SEED)?)
    }

    /// The number of runs, commands and changes that begin by themselves.
    pub fn planned(&self) -> usize {
        let document = self.lesson.get("document");
        let listed = |list: &&str| document?.get(list).map(|list| list.elements().len());
        ["runs", "changes"].iter().filter_map(listed).sum()
    }

    /// Takes them out of the network: what happens is then done by the learner.
    pub fn plan_nothing(&mut self) {
        let document = self.lesson.object_mut("document");
        ["runs", "changes", "chapters"].into_iter().for_each(|list| _ = document.take(list));
    }

    /// Takes another network.
    pub fn set_network(&mut self, scenario: &Scenario) {
        let document = self.with_variables(document(scenario));
        self.lesson.put("document", document);
    }

    /// What was done since the network of this draft was begun, with the time between.
    ///
    /// # Errors
    /// Nothing was done, or something that no act does.
    pub fn acts(&self, happened: &Scenario) -> Result<Vec<Tree>, Refused> {
        let plain = |scenario: &Scenario| Tree::read(&scenario.to_compact_json()).unwrap_or(Tree::object());
        let acts = recorded(&plain(&self.network()?), &plain(happened))?;
        if acts.is_empty() {
            return Err(Refused(
                t!("nothing was done: start a run, type a command or change a setting").into(),
            ));
        }
        Ok(acts)
    }

    /// The number of acts of the solution.
    pub fn solution(&self) -> usize {
        self.lesson.get("solution").map_or(0, |acts| acts.elements().len())
    }

    /// This solves the lesson.
    pub fn set_solution(&mut self, acts: Vec<Tree>) {
        let acts = self.written(acts);
        self.lesson.put("solution", acts);
    }

    /// Acts as they stand in a lesson.
    fn written(&self, acts: Vec<Tree>) -> Tree {
        Tree::List(acts.into_iter().map(|act| self.with_variables(act.with_braces())).collect())
    }

    /// The goals that each wrong answer leaves open.
    pub fn wrong(&self) -> Vec<Vec<String>> {
        let wrong = self.lesson.get("wrong").map_or(&[][..], Tree::elements);
        let open = |wrong: &Tree| {
            let goals = wrong.get("unfulfilled").map_or(&[][..], Tree::elements);
            goals.iter().filter_map(Tree::as_text).map(str::to_owned).collect()
        };
        wrong.iter().map(open).collect()
    }

    /// Learners typically do this, and it does not solve the lesson: it is played, and the goals that it leaves open are kept and
    /// returned.
    ///
    /// # Errors
    /// It cannot be played, or leaves no goal open.
    pub fn add_wrong(&mut self, acts: Vec<Tree>) -> Result<Vec<String>, Refused> {
        if self.wrong().len() >= WRONG_MAX {
            return Err(Refused(t!("a lesson has at most {WRONG_MAX} wrong answers")));
        }
        let acts = self.written(acts);
        let mut tried = self.clone();
        let wrong = Tree::of([("acts", acts.clone()), ("unsolved", Tree::flag(true))]);
        tried.lesson.list_mut("wrong").push(wrong);
        let lesson = Rc::new(Lesson::read(&tried.lesson.compact(), SEED)?);
        let mut play = Play::new(lesson.clone())?;
        if let Some(wrong) = lesson.wrong.last() {
            play.perform(&wrong.acts).map_err(|(_, why)| why)?;
        }
        play.run_on(AFTERWARDS);
        let goals = lesson.goals.iter().enumerate();
        let open = goals.filter(|(number, _)| !play.judge().status(*number).holds);
        let open: Vec<_> = open.map(|(_, goal)| goal.id.clone()).collect();
        if open.is_empty() {
            return Err(Refused(t!("this fulfills all goals: a wrong answer leaves one open").into()));
        }
        let wrong = Tree::of([("acts", acts), ("unfulfilled", Tree::texts(&open))]);
        self.lesson.list_mut("wrong").push(wrong);
        Ok(open)
    }

    /// Removes a wrong answer.
    pub fn remove_wrong(&mut self, number: usize) {
        let wrong = self.lesson.list_mut("wrong");
        if number < wrong.len() {
            wrong.remove(number);
        }
        if wrong.is_empty() {
            self.lesson.take("wrong");
        }
    }

    // ---- the whole ----

    /// The lesson with its texts and the terms that they need of a glossary, as it is passed on.
    pub fn shared(&self, glossary: &str) -> Shared {
        let texts = with_terms(&self.texts_tree().compact(), glossary);
        Shared { lesson: self.lesson.compact(), texts: vec![(self.language.clone(), texts)], seed: None }
    }

    /// Its link: the fragment.
    ///
    /// # Errors
    /// It is larger than a link may be.
    pub fn link(&self, glossary: &str) -> Result<String, LinkError> {
        link::encode(&self.shared(glossary))
    }

    /// Its files, to be checked.
    pub fn files(&self, glossary: &str) -> Files {
        let Shared { lesson, texts, seed } = self.shared(glossary);
        Files { lesson, texts, terms: Vec::new(), seed }
    }

    /// Its files in a folder that fits lessons/: names with contents.
    pub fn folder(&self) -> Vec<(String, String)> {
        let folder = slug(self.id(), "lesson");
        vec![
            (format!("{folder}/lesson.json"), self.lesson.pretty()),
            (format!("{folder}/{}.json", self.language), lines(&self.texts)),
        ]
    }

    /// The lesson as a learner with the values that an author sees has it.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn lesson(&self) -> Result<Lesson, Vec<Fault>> {
        Lesson::read(&self.lesson.compact(), SEED)
    }
}

/// A document as it stands in a lesson.
fn document(scenario: &Scenario) -> Tree {
    Tree::read(&scenario.to_compact_json()).unwrap_or(Tree::object()).with_braces()
}

/// A text of which no brace is the place of a variable.
fn doubled(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}")
}

/// A name with the first number from this one on that makes it new.
fn free(name: &str, taken: &[String], from: usize) -> String {
    let names = (from..=from + taken.len()).map(|number| format!("{name}-{number}"));
    let is_free = |name: &String| !taken.contains(name);
    names.into_iter().find(is_free).unwrap_or_else(|| name.to_owned())
}

/// The file of a language: a text in each line.
fn lines(texts: &[(String, String)]) -> String {
    let line = |(key, text): &(String, String)| {
        let object = Tree::of([(key.as_str(), Tree::text(text))]).compact();
        format!("  {}", object.trim_start_matches('{').trim_end_matches('}').replacen("\":\"", "\": \"", 1))
    };
    format!("{{\n{}\n}}\n", texts.iter().map(line).collect::<Vec<_>>().join(",\n"))
}

// They need services, which tests in wasm are compiled without (crates/xtask/src/wasm.rs).
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
