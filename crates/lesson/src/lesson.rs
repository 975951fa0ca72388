//! A lesson as it is played: with the values that were drawn for one student.

use crate::act::{Act, Wrong};
use crate::bounds::{
    GOALS_MAX, HINTS_MAX, ID_CHARS_MAX, LASTS, LASTS_MAX, LESSON_BYTES_MAX, LISTED_MAX, MINUTES_MAX,
    PREDICTIONS_MAX, QUESTIONS_MAX, STEPS_MAX,
};
use crate::draw::{Drawing, fill, variables};
use crate::edit::Editable;
use crate::goal::Goal;
use crate::hunt;
use crate::prediction::{Ask, Prediction, Stop};
use crate::question::Question;
use crate::read::{Object, Reader, is_id};
use crate::read_goal::Names;
use netlab::Duration;
use netlab::topology::{LinkId, NodeId};
use scenario::json::{Shape, Value};
use scenario::{Fault, Level, Scenario};
use texts::t;

/// The version of the format that is written. Read are all up to this one.
pub const VERSION: u64 = 1;

/// A lesson.
#[derive(Clone, Debug, PartialEq)]
pub struct Lesson {
    /// Its name, for ever the same: progress and what was handed in refer to it.
    pub id: String,
    /// How hard it is, from 1.
    pub level: u8,
    /// How many minutes it takes.
    pub minutes: u64,
    /// The lessons that come before it, by their ids.
    pub needs: Vec<String>,
    /// For how long it is played at most when it is judged, in virtual time.
    pub lasts: Duration,
    /// The values that were drawn.
    pub drawing: Drawing,
    /// The network, with the faults of a hunt in it.
    pub scenario: Scenario,
    /// The network without these faults.
    pub healthy: Scenario,
    /// What was hidden in it.
    pub hidden: Vec<hunt::Fault>,
    /// What is done, one after the other.
    pub steps: Vec<Step>,
    /// What has to be so in the end.
    pub goals: Vec<Goal>,
    /// What is asked.
    pub questions: Vec<Question>,
    /// What is to be predicted.
    pub predictions: Vec<Prediction>,
    /// How it is solved.
    pub solution: Vec<Act>,
    /// How it is typically done wrong.
    pub wrong: Vec<Wrong>,
}

/// A step of a lesson. Its texts are `step.ID.title`, `step.ID.text` and `step.ID.hint1` and so on.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Its name.
    pub id: String,
    /// How many hints unfold.
    pub hints: u64,
    /// What is highlighted.
    pub highlight: Highlight,
    /// What may be edited in this step.
    pub edit: Editable,
    /// The tools that are shown; `None`: all.
    pub tools: Option<Vec<Tool>>,
    /// The goals of this step, by their numbers.
    pub goals: Vec<usize>,
    /// Its questions, by their numbers.
    pub questions: Vec<usize>,
    /// Its predictions, by their numbers.
    pub predictions: Vec<usize>,
}

/// What a step points at.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Highlight {
    /// Nodes.
    pub nodes: Vec<NodeId>,
    /// Links.
    pub links: Vec<LinkId>,
    /// Packets that pass this display filter.
    pub packets: Option<String>,
    /// Parts of the page.
    pub parts: Vec<Part>,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$inner:meta])* $one:ident $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {
            $($(#[$inner])* $one,)*
        }

        impl $name {
            /// Each with its name in lessons.
            pub const ALL: &'static [(Self, &'static str)] = &[$((Self::$one, $word),)*];

            /// Its name in lessons.
            pub fn name(self) -> &'static str {
                crate::read_goal::word(Self::ALL, self)
            }
        }
    };
}

words! {
    /// A tool of the page that a step shows.
    Tool {
        /// The consoles of hosts.
        Console "console",
        /// The web browsers of hosts.
        Browser "browser",
        /// The list of packets.
        Packets "packets",
        /// The ladder of arrows.
        Ladder "ladder",
        /// The graphs.
        Graphs "graphs",
        /// The sheets of nodes, links and frames.
        Inspector "inspector",
        /// The forms that start runs.
        Runs "runs",
        /// The editor with its forms.
        Editor "editor",
        /// The time line.
        Timeline "timeline",
        /// What happened, in words.
        Log "log",
        /// The problems of the network. They would name what a lesson lets its learner find.
        Problems "problems",
    }
}

words! {
    /// A part of the page that a step points at.
    Part {
        /// The drawing of the network.
        Stage "stage",
        /// The buttons that play and pause.
        Transport "transport",
        /// The time line.
        Timeline "timeline",
        /// The list of packets.
        Packets "packets",
        /// The field for the display filter.
        Filter "filter",
        /// The ladder.
        Ladder "ladder",
        /// The graphs.
        Graphs "graphs",
        /// A console.
        Console "console",
        /// A web browser.
        Browser "browser",
        /// The sheet of what is selected.
        Inspector "inspector",
        /// The button that starts runs.
        Runs "runs",
        /// The button that opens the editor.
        Editor "editor",
    }
}

const FIELDS: &[&str] = &[
    "$schema",
    "lesson",
    "id",
    "level",
    "minutes",
    "needs",
    "lasts",
    "variables",
    "document",
    "faults",
    "steps",
    "goals",
    "questions",
    "predictions",
    "solution",
    "wrong",
];
const STEP: &[&str] = &["id", "hints", "highlight", "edit", "tools", "goals", "questions", "predictions"];

impl Lesson {
    /// Reads a lesson with the values that are drawn from this seed.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read(text: &str, seed: u64) -> Result<Self, Vec<Fault>> {
        let refused =
            |message: String| vec![Fault::new(Level::Error, scenario::fault::Place::default(), message)];
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if text.len() > LESSON_BYTES_MAX {
            return Err(refused(t!(
                "the lesson has {} bytes: at most {LESSON_BYTES_MAX} are read",
                text.len()
            )));
        }
        let raw = Value::document(text).map_err(|fault| vec![fault])?;
        let mut reader = Reader::new(text);
        let fields = reader.fields(&raw, FIELDS.len() + 1).unwrap_or_default();
        let found = |name: &str| fields.iter().find(|(found, _)| found == name).map(|(_, value)| value);
        let drawing = variables::draw(&mut reader, found("variables"), seed);
        if !reader.faults.is_empty() {
            return Err(reader.faults);
        }
        // The variables themselves stay as they are: they are read already.
        let (before, after) = match found("variables").map(|variables| variables.span(text)) {
            Some(span) => (&text[..span.start], &text[span.end..]),
            None => (text, ""),
        };
        let fill = |part: &str| fill::json(part, &drawing.values, LESSON_BYTES_MAX);
        let lines = text[before.len()..text.len() - after.len()].matches('\n').count();
        let blank = if after.is_empty() { String::new() } else { format!("{}{{}}", "\n".repeat(lines)) };
        let placed = |offset: usize, (at, message): (usize, String)| {
            let mut fault = Fault::new(Level::Error, scenario::fault::Place::default(), message);
            fault.position = Some(scenario::fault::Position::of(text, offset + at));
            vec![fault]
        };
        let filled_before = fill(before).map_err(|wrong| placed(0, wrong))?;
        let filled_after = fill(after).map_err(|wrong| placed(text.len() - after.len(), wrong))?;
        read_drawn(&[filled_before, blank, filled_after].concat(), drawing)
    }

    /// Whether a tool is shown in the step of this number.
    pub fn shows(&self, step: usize, tool: Tool) -> bool {
        let tools = self.steps.get(step).and_then(|step| step.tools.as_ref());
        let is_spoiler = tool == Tool::Problems && !self.hidden.is_empty();
        !is_spoiler && tools.is_none_or(|tools| tools.contains(&tool))
    }

    /// Whether no step shows the problems of the network: in a hunt they would name the fault.
    pub fn hides_problems(&self) -> bool {
        (0..self.steps.len()).all(|step| !self.shows(step, Tool::Problems))
    }

    /// All that its author has written to be done, with its place.
    pub fn acts(&self) -> impl Iterator<Item = (String, &[Act])> {
        let wrong = self.wrong.iter().enumerate();
        let wrong = wrong.map(|(number, wrong)| (format!("wrong[{number}].acts"), &wrong.acts[..]));
        std::iter::once(("solution".to_owned(), &self.solution[..])).chain(wrong)
    }
}

fn read_drawn(text: &str, drawing: Drawing) -> Result<Lesson, Vec<Fault>> {
    let value = Value::document(text).map_err(|fault| vec![fault])?;
    let mut reader = Reader::new(text);
    let lesson = reader.lesson(&value, drawing);
    match lesson {
        Some(lesson) if reader.faults.is_empty() => Ok(lesson),
        _ => Err(reader.faults),
    }
}

impl<'a> Reader<'a> {
    fn lesson(&mut self, value: &Value<'a>, drawing: Drawing) -> Option<Lesson> {
        let object = self.object(value, t!("a lesson"), FIELDS)?;
        self.version(&object)?;
        let document = self.required(&object, "document")?;
        let mut scenario = match Scenario::parse(document.text()) {
            Ok(scenario) => scenario,
            Err(faults) => {
                self.refuse_all(&document, faults);
                return None;
            }
        };
        let id = self.required(&object, "id").and_then(|id| self.text(&id, ID_CHARS_MAX));
        if let (Some(name), Some(value)) = (&id, object.get("id"))
            && !is_id(name)
        {
            self.refuse::<()>(value, t!("an id has lowercase letters, digits, - and _"));
        }
        let healthy = scenario.clone();
        let hidden = match object.get("faults") {
            Some(faults) => self.hunt(&mut scenario, faults, drawing.seed).unwrap_or_default(),
            None => Vec::new(),
        };
        let listed = |reader: &mut Self, name, what: &str, max| match object.get(name) {
            Some(value) => reader.named(value, what, max),
            None => Vec::new(),
        };
        let questions = listed(self, "questions", t!("questions"), QUESTIONS_MAX);
        let predictions = listed(self, "predictions", t!("predictions"), PREDICTIONS_MAX);
        let goals = listed(self, "goals", t!("goals"), GOALS_MAX);
        let mut names = Names {
            scenario: &scenario,
            questions: questions.iter().map(|(name, _)| name.as_str()).collect(),
            predictions: predictions.iter().map(|(name, _)| name.as_str()).collect(),
            count: 0,
        };
        let read: Vec<_> =
            questions.iter().filter_map(|(name, value)| self.question(name.clone(), value)).collect();
        let decisions: Vec<_> =
            predictions.iter().filter_map(|(name, value)| self.prediction(&mut names, name, value)).collect();
        let judged: Vec<_> =
            goals.iter().filter_map(|(name, value)| self.goal(&mut names, name, value)).collect();
        let ids: Vec<_> = goals.iter().map(|(name, _)| name.as_str()).collect();
        let steps = self.list_of(&object, "steps", STEPS_MAX);
        let steps: Vec<_> = steps.iter().filter_map(|step| self.step(&names, &ids, step)).collect();
        let solution = object.get("solution").map(|acts| self.acts(&mut names, acts)).unwrap_or_default();
        let wrong = object.get("wrong").map(|wrong| self.wrong(&mut names, &ids, wrong)).unwrap_or_default();
        let number = |reader: &mut Self, name, least, most| {
            object.get(name).and_then(|value| reader.whole(value, least, most))
        };
        let needs = self.list_of(&object, "needs", LISTED_MAX);
        Some(Lesson {
            id: id?,
            level: number(self, "level", 1, 9).unwrap_or(1) as u8,
            minutes: number(self, "minutes", 1, MINUTES_MAX).unwrap_or(10),
            needs: needs.iter().filter_map(|id| self.text(id, ID_CHARS_MAX)).collect(),
            lasts: self.time_of(&object, "lasts").unwrap_or(LASTS).min(LASTS_MAX),
            drawing,
            healthy,
            hidden,
            steps,
            goals: judged,
            questions: read,
            predictions: decisions,
            solution,
            wrong,
            scenario,
        })
    }

    fn version(&mut self, object: &Object<'a>) -> Option<()> {
        let version = self.required(object, "lesson")?;
        match self.whole(&version, 1, u64::MAX)? {
            VERSION => Some(()),
            newer => self.refuse(
                &version,
                t!("made by a newer Packetarium (lesson format {newer}): reload the page or update the program"),
            ),
        }
    }

    fn goal(&mut self, names: &mut Names<'_>, id: &str, value: &Value<'a>) -> Option<Goal> {
        // A goal is a predicate; a hidden one stands in an object of its own.
        let fields = self.fields(value, ID_CHARS_MAX)?;
        let hidden = fields.iter().find(|(name, _)| name == "hidden");
        let (hidden, predicate) = match hidden {
            Some((_, hidden)) => (true, hidden.clone()),
            None => (false, value.clone()),
        };
        if hidden && fields.len() > 1 {
            return self.refuse(value, t!("a hidden goal has \"hidden\" alone, and the goal in it"));
        }
        Some(Goal { id: id.to_owned(), hidden, predicate: self.predicate(names, &predicate)? })
    }

    fn prediction(&mut self, names: &mut Names<'_>, id: &str, value: &Value<'a>) -> Option<Prediction> {
        let known = ["arrives", "at", "from", "nth", "when", "ask", "choices"];
        let object = self.object(value, t!("a prediction"), &known)?;
        let (kind, inner) = self.one_kind(&object, &["arrives", "when"])?;
        let stop = match kind {
            "arrives" => Stop::Arrives {
                filter: self.filter(&inner)?,
                at: self.required(&object, "at").and_then(|at| self.node(names.scenario, &at))?,
                from: self.node_of(names.scenario, &object, "from"),
                nth: object.get("nth").and_then(|nth| self.whole(nth, 1, 10_000)).unwrap_or(1),
            },
            _ => Stop::When(self.predicate(names, &inner)?),
        };
        let asked = self.required(&object, "ask")?;
        let ask = match asked.shape() {
            Ok(Shape::Text(text)) if text == "ports" => Ask::Ports,
            Ok(Shape::Text(text)) if text == "next-hop" => Ask::NextHop,
            Ok(Shape::Object) => self.asked(names, &asked)?,
            _ => {
                let message = t!("write \"ports\" or \"next-hop\", or an object with \"value\" or \"cwnd\"");
                return self.refuse(&asked, message);
            }
        };
        if matches!((&stop, &ask), (Stop::When(_), Ask::Ports | Ask::NextHop)) {
            let message =
                t!("ports and next hops are asked of a frame: write \"arrives\" instead of \"when\"");
            return self.refuse(&asked, message);
        }
        let choices = self.list_of(&object, "choices", crate::bounds::CHOICES_MAX);
        let choices =
            choices.iter().filter_map(|choice| self.text(choice, crate::bounds::VALUE_CHARS_MAX)).collect();
        Some(Prediction { id: id.to_owned(), stop, ask, choices })
    }

    fn asked(&mut self, names: &mut Names<'_>, value: &Value<'a>) -> Option<Ask> {
        let object =
            self.object(value, t!("what is asked"), &["value", "of", "from", "to", "cwnd", "when"])?;
        let (kind, inner) = self.one_kind(&object, &["value", "cwnd"])?;
        if kind == "cwnd" {
            let until = self.required(&object, "when")?;
            return Some(Ask::Cwnd {
                from: self.node(names.scenario, &inner)?,
                until: self.predicate(names, &until)?,
            });
        }
        let field = self.text(&inner, ID_CHARS_MAX)?;
        if let Err(error) = dissect::filter::Filter::parse(&field) {
            return self.refuse(&inner, error.message);
        }
        let of = self.required(&object, "of")?;
        Some(Ask::Value {
            field,
            filter: self.filter(&of)?,
            from: self.node_of(names.scenario, &object, "from"),
            to: self.node_of(names.scenario, &object, "to"),
        })
    }

    fn step(&mut self, names: &Names<'_>, goals: &[&str], value: &Value<'a>) -> Option<Step> {
        let object = self.object(value, t!("a step"), STEP)?;
        let id = self.required(&object, "id").and_then(|id| self.text(&id, ID_CHARS_MAX))?;
        if !is_id(&id) {
            return self.refuse(value, t!("an id has lowercase letters, digits, - and _"));
        }
        let of = |reader: &mut Self, name, known: &[&str], what: &str| {
            let listed = reader.list_of(&object, name, LISTED_MAX);
            listed.iter().filter_map(|value| reader.position(value, known, what)).collect::<Vec<_>>()
        };
        let tools: Vec<_> = Tool::ALL.iter().map(|(_, name)| *name).collect();
        let tools = of(self, "tools", &tools, t!("tool")).into_iter().map(|place| Tool::ALL[place].0);
        let tools = object.get("tools").map(|_| tools.collect());
        Some(Step {
            hints: object.get("hints").and_then(|hints| self.whole(hints, 0, HINTS_MAX)).unwrap_or(0),
            highlight: object
                .get("highlight")
                .and_then(|value| self.highlight(names.scenario, value))
                .unwrap_or_default(),
            edit: object
                .get("edit")
                .and_then(|value| self.editable(names.scenario, value))
                .unwrap_or_default(),
            tools,
            goals: of(self, "goals", goals, t!("goal")),
            questions: of(self, "questions", &names.questions, t!("question")),
            predictions: of(self, "predictions", &names.predictions, t!("prediction")),
            id,
        })
    }

    fn highlight(&mut self, scenario: &Scenario, value: &Value<'a>) -> Option<Highlight> {
        let object =
            self.object(value, t!("what is highlighted"), &["nodes", "links", "packets", "parts"])?;
        let parts: Vec<_> = Part::ALL.iter().map(|(_, name)| *name).collect();
        let listed = self.list_of(&object, "parts", LISTED_MAX);
        let parts = listed.iter().filter_map(|value| self.position(value, &parts, t!("part of the page")));
        let parts = parts.map(|place| Part::ALL[place].0).collect();
        let packets = object.get("packets").cloned();
        let packets = packets.and_then(|value| {
            self.filter(&value)?;
            self.text(&value, dissect::filter::LENGTH_MAX)
        });
        Some(Highlight {
            nodes: self.nodes_of(scenario, &object),
            links: self.links_of(scenario, &object),
            packets,
            parts,
        })
    }

    fn nodes_of(&mut self, scenario: &Scenario, object: &Object<'a>) -> Vec<NodeId> {
        let listed = self.list_of(object, "nodes", LISTED_MAX);
        listed.iter().filter_map(|value| self.node(scenario, value)).collect()
    }

    /// Links by their ends, `["a", "s1"]`; all of them, if several join the same two.
    pub(crate) fn links_of(&mut self, scenario: &Scenario, object: &Object<'a>) -> Vec<LinkId> {
        let listed = self.list_of(object, "links", LISTED_MAX);
        let mut links = Vec::new();
        for value in &listed {
            let ends: Vec<_> =
                self.list(value, 2).iter().filter_map(|end| self.node(scenario, end)).collect();
            let all = scenario.topology.links.iter().enumerate();
            let fits = |link: &netlab::topology::Link| matches!(ends[..], [a, b] if link.ends == [a, b] || link.ends == [b, a]);
            let before = links.len();
            links.extend(all.filter(|(_, link)| fits(link)).map(|(number, _)| LinkId(number as u32)));
            if links.len() == before {
                self.refuse::<()>(value, t!("write the two ends of a link, as in [\"a\", \"s1\"]"));
            }
        }
        links
    }
}
