//! The open lesson: its judge, which follows the lab's world, and what the learner has answered.
//!
//! The lab's [hold](lab::hold) calls the judge after every moment of the world, so that the world stops before a decision that is to be
//! predicted. When another world begins (a restart, an edit, a branch), it is judged anew, with the answers that were given; what was
//! predicted wrongly is asked again.

use super::course::{self, Source};
use super::progress::{Done, Left, Progress};
use super::report::{Happened, report};
use super::workshop;
use crate::components;
use crate::components::Explain;
use crate::dom::window;
use crate::session::Session;
use crate::state::{Change, Pane};
use crate::tutor::Tutor;
use lab::State as Passing;
use lab::command::{Act, Clock, Look};
use lab::travel::Travel;
use lesson::edit::{altered, altered_by};
use lesson::judge::{Decision, Proof};
use lesson::lesson::Tool;
use lesson::link::{self, Shared};
use lesson::markdown::{self, Block};
use lesson::named::Named;
use lesson::prose::Prose;
use lesson::question::Feedback;
use lesson::result::{HandIn, edition};
use lesson::{Judge, Lesson, Verdict};
use netlab::{Instant, World};
use scenario::link::seed_from;
use scenario::{Fault, LinkError, Scenario};
use std::cell::{Cell, Ref, RefCell};
use std::rc::Rc;
use texts::t;
use trace::selection::Selection;
use yew::Html;

/// Moments that are judged in one animation frame at most, where no prediction is open.
const MOMENTS_PER_FRAME: usize = 400;

/// An open lesson.
pub struct Taught {
    source: Source,
    /// The text of `lesson.json`.
    text: String,
    prose: Prose,
    glossary: Prose,
    lesson: Rc<Lesson>,
    state: Rc<RefCell<State>>,
    step: Cell<usize>,
    /// How many steps the learner has seen: what these let be edited may be.
    seen: Cell<usize>,
    /// Which of the lab's documents it is about.
    opened: Cell<u32>,
    /// What was known when the page was last rendered for it.
    known: RefCell<Vec<Known>>,
    began_ms: f64,
    progress: RefCell<Progress>,
    /// What was done of it before, in another visit.
    done: Option<HandIn>,
    /// That all of it is done was reported.
    is_solved: Cell<bool>,
    /// It is the one that is written in the workshop of this browser.
    is_draft: bool,
}

/// What is judged, and what was answered.
struct State {
    judge: Judge,
    /// How far the world was when it was last looked at.
    last: Instant,
    answers: Vec<Option<Vec<String>>>,
    predictions: Vec<Option<Vec<String>>>,
    /// How often a world was begun.
    attempts: u64,
}

/// What is known of a goal or a decision, as far as another answer is another picture.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    Goal { holds: bool, settled: bool },
    Decision(u8),
}

impl State {
    fn new(lesson: &Rc<Lesson>) -> Self {
        Self {
            judge: Judge::new(lesson.clone()),
            last: Instant::ZERO,
            answers: vec![None; lesson.questions.len()],
            predictions: vec![None; lesson.predictions.len()],
            attempts: 1,
        }
    }

    /// Notices another world.
    fn meet(&mut self, world: &World) {
        if world.now() < self.last {
            for (number, prediction) in self.predictions.iter_mut().enumerate() {
                // What was predicted wrongly is asked again.
                if self.judge.is_predicted(number) == Some(false) {
                    *prediction = None;
                }
            }
            self.judge = Judge::new(self.judge.lesson().clone());
            self.judge.give(&self.answers, &self.predictions);
            self.attempts += 1;
        }
        self.last = world.now();
    }

    /// Looks at a moment; says before which the world has to wait.
    fn watch(&mut self, world: &World) -> Option<Instant> {
        self.meet(world);
        let predictions = 0..self.predictions.len();
        let is_open = |number| {
            matches!(self.judge.decision(number), Decision::Waiting | Decision::Open { predicted: None, .. })
        };
        if !predictions.into_iter().any(is_open) {
            return None;
        }
        self.judge.follow(world, usize::MAX);
        self.judge.stop().map(|(at, _)| at)
    }

    fn known(&self) -> Vec<Known> {
        let lesson = self.judge.lesson();
        let goals = (0..lesson.goals.len()).map(|goal| {
            let status = self.judge.status(goal);
            Known::Goal { holds: status.holds, settled: status.settled }
        });
        let decisions = (0..lesson.predictions.len()).map(|number| {
            Known::Decision(match self.judge.decision(number) {
                Decision::Waiting => 0,
                Decision::Open { .. } => 1,
                Decision::Fallen { .. } => 2,
            })
        });
        goals.chain(decisions).collect()
    }
}

fn sentence(faults: &[Fault]) -> String {
    let first = faults.first().map(ToString::to_string).unwrap_or_default();
    t!("This lesson cannot be used: {first}")
}

impl Taught {
    /// Fetches and reads a lesson.
    ///
    /// # Errors
    /// Why that cannot be done, in a sentence.
    pub async fn load(source: Source) -> Result<Self, String> {
        match source {
            Source::Folder(folder) => {
                let (shared, glossary) = course::fetch(&folder).await?;
                Self::read(Source::Folder(folder), shared, glossary).map_err(|faults| sentence(&faults))
            }
            Source::Link(link) => match Named::find(&link) {
                Some(named) => Self::of_name(link, named).await,
                None => Self::of_link(&link).map_err(|error| lab::format::sentence(&error.to_string())),
            },
        }
    }

    /// The lesson that a link names, with what was done of it.
    async fn of_name(link: String, named: Named) -> Result<Self, String> {
        let (shared, glossary) = course::fetch(&named.folder).await?;
        let shared = Shared { seed: named.seed, ..shared };
        let read = Self::read(Source::Link(link), shared, glossary).map_err(|faults| sentence(&faults))?;
        read.at_step(named.step);
        let seconds = named.done.as_ref().map_or(0, |done| done.seconds);
        Ok(Self { began_ms: read.began_ms - 1000.0 * seconds as f64, done: named.done, ..read })
    }

    /// Reads the lesson of a link.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub fn of_link(link: &str) -> Result<Self, LinkError> {
        let shared = link::decode(link)?;
        Self::read(Source::Link(link.into()), shared, Prose::default()).map_err(LinkError::Document)
    }

    fn read(source: Source, shared: Shared, glossary: Prose) -> Result<Self, Vec<Fault>> {
        let progress = Progress::load();
        progress.save();
        let seed = if progress.name.is_empty() { progress.seed } else { seed_from(&progress.name) };
        let lesson = Rc::new(shared.drawn(seed)?);
        let languages = course::languages();
        let prose = shared.prose(&languages.iter().map(String::as_str).collect::<Vec<_>>())?;
        let is_draft = workshop::is_kept(&lesson.id);
        Ok(Self {
            source,
            text: shared.lesson,
            prose,
            glossary,
            state: Rc::new(RefCell::new(State::new(&lesson))),
            lesson,
            step: Cell::new(0),
            seen: Cell::new(1),
            opened: Cell::default(),
            known: RefCell::default(),
            began_ms: now_ms(),
            progress: RefCell::new(progress),
            done: None,
            is_solved: Cell::default(),
            is_draft,
        })
    }

    /// Begins with this step.
    pub fn at_step(&self, step: usize) {
        self.step.set(step.min(self.lesson.steps.len().saturating_sub(1)));
        self.seen.set(self.seen.get().max(self.step.get() + 1));
    }

    /// Opens its network as it was left, or as the lesson has it, and the pane. Time stands still until the learner, who reads first,
    /// presses play.
    pub fn begin(self, session: &Session) {
        let left = self.done.as_ref().and_then(|done| Some((self.give(done)?, Instant::ZERO + done.until)));
        let (network, until) = left.unwrap_or_else(|| (self.lesson.scenario.clone(), Instant::ZERO));
        session.perform(Act::Open(Box::new(network)));
        session.perform(Clock::Pause);
        Rc::new(self).attach(session);
        if until > Instant::ZERO {
            session.perform(Clock::Travel(Travel::To(until)));
        }
    }

    /// Takes what was done before, and returns its network; `None`: this lesson has another network.
    fn give(&self, done: &HandIn) -> Option<Scenario> {
        let left = Scenario::parse(&done.document).ok()?;
        let is_ours = done.lesson == self.lesson.id && altered(&self.lesson, &left).is_empty();
        is_ours.then(|| {
            let mut state = self.state.borrow_mut();
            let (answers, predictions) = done.given(&self.lesson);
            state.judge.give(&answers, &predictions);
            (state.answers, state.predictions, state.attempts) = (answers, predictions, done.attempts);
            left
        })
    }

    /// Goes on with the network that is there, if it is that of the lesson.
    pub fn resume(self: Rc<Self>, session: &Session) {
        if session.lab().borrow().scenario().ids == self.lesson.scenario.ids {
            self.attach(session);
        }
    }

    fn attach(self: Rc<Self>, session: &Session) {
        let state = self.state.clone();
        let opened = {
            let mut lab = session.lab().borrow_mut();
            lab.set_watcher(Some(Box::new(move |world| state.borrow_mut().watch(world))));
            lab.opened_number()
        };
        self.opened.set(opened);
        session.set_tutor(Some(self.clone()));
        session.open_pane(Pane::Lesson);
        self.point(session);
        self.save();
        crate::dom::focus_when_rendered("lesson-step");
        report(session, &self, Happened::Opened);
    }

    /// Points at what the step is about.
    fn point(&self, session: &Session) {
        let step = &self.lesson.steps[self.step.get()];
        let mut lab = session.lab().borrow_mut();
        lab.point_at(&step.highlight.nodes);
        lab.hide_problems(self.lesson.hides_problems());
        drop(lab);
        if session.settings().workspace.drawer.is_some_and(|tab| !self.shows(tab.tab().key())) {
            session.open_drawer(None);
        }
        session.refresh();
    }

    fn save(&self) {
        Left::new(self.source.clone(), self.step.get()).save();
    }

    /// The lesson.
    pub fn lesson(&self) -> &Lesson {
        &self.lesson
    }

    /// Whether it is the one that is written in the workshop of this browser.
    pub fn is_draft(&self) -> bool {
        self.is_draft
    }

    /// The number of the step that is shown.
    pub fn step(&self) -> usize {
        self.step.get()
    }

    /// Shows another step, and the network as it is now: what proves a goal has taken the playhead back.
    pub fn go_to(&self, session: &Session, step: usize) {
        self.at_step(step);
        if session.lab().borrow().is_rewound() {
            session.perform(Clock::Travel(Travel::Live));
            session.perform(Clock::Pause);
        }
        self.point(session);
        self.save();
        session.change(Change::Lesson { open: true });
        report(session, self, Happened::Step);
    }

    /// A text; `None`: the lesson has none of this key.
    pub fn prose(&self, key: &str) -> Option<Vec<Block>> {
        self.prose.get(key, &self.lesson.drawing)
    }

    /// A text in a line, without marks.
    pub fn line(&self, key: &str) -> String {
        self.prose(key).map(|blocks| markdown::plain(&blocks)).unwrap_or_default()
    }

    /// The judge.
    pub fn judge(&self) -> Ref<'_, Judge> {
        Ref::map(self.state.borrow(), |state| &state.judge)
    }

    /// What there is to say of a goal, in the words of this step.
    pub fn verdict(&self, goal: usize) -> Verdict {
        self.judge().verdict_for(goal, self.lesson.shows(self.step.get(), Tool::Packets))
    }

    /// Takes an answer.
    pub fn answer(&self, session: &Session, question: usize, answer: Vec<String>) {
        {
            let mut state = self.state.borrow_mut();
            state.judge.answer(question, answer.clone());
            state.answers[question] = Some(answer);
        }
        report(session, self, Happened::Answered);
        // A goal may depend on it.
        self.follow(session);
        session.change(Change::Lesson { open: true });
        self.report_solved(session);
    }

    /// Takes a prediction, and lets time go on.
    pub fn predict(&self, session: &Session, prediction: usize, answer: Vec<String>) {
        {
            let mut state = self.state.borrow_mut();
            state.judge.predict(prediction, answer.clone());
            state.predictions[prediction] = Some(answer);
        }
        session.change(Change::Lesson { open: true });
        report(session, self, Happened::Answered);
        if session.lab().borrow().state() == Passing::Paused {
            session.perform(Clock::TogglePlay);
        }
    }

    /// Whether all that a step asks for is done.
    pub fn is_step_done(&self, step: usize) -> bool {
        let (judge, step) = (self.judge(), &self.lesson.steps[step]);
        let answered = |question: &usize| {
            judge.answered(*question).is_some_and(|(_, feedback)| *feedback == Feedback::Right)
        };
        step.goals.iter().all(|goal| judge.status(*goal).holds)
            && step.questions.iter().all(answered)
            && step.predictions.iter().all(|number| judge.is_predicted(*number).is_some())
    }

    /// Whether everything is done.
    pub fn is_done(&self) -> bool {
        self.judge().is_fulfilled() && (0..self.lesson.steps.len()).all(|step| self.is_step_done(step))
    }

    /// Shows what proves something.
    pub fn show(&self, session: &Session, proof: Proof) {
        let (at, selection) = {
            let lab = session.lab().borrow();
            match proof {
                Proof::Frame(frame) => {
                    let transit = lab.world().history().transit(frame);
                    (transit.map(|transit| transit.arrival), Some(Selection::Frame(frame)))
                }
                Proof::Table(node, at) => (Some(at), Some(Selection::Node(node))),
                Proof::Run(_) | Proof::Command(_) | Proof::Question(_) | Proof::Prediction(_) => (None, None),
            }
        };
        if let Some(at) = at {
            session.perform(Clock::Travel(Travel::To(at)));
        }
        match (proof, selection) {
            (_, Some(selection)) => session.perform(Look::Select(Some(selection))),
            (Proof::Run(_), None) => session.open_pane(Pane::Runs),
            (Proof::Command(_), None) => session.open_drawer(Some(crate::workspace::Tab::Console)),
            _ => {}
        }
    }

    /// Begins again with the network of the lesson.
    pub fn again(&self, session: &Session) {
        session.perform(Act::Open(Box::new(self.lesson.scenario.clone())));
        self.opened.set(session.lab().borrow().opened_number());
    }

    /// What the learner hands in.
    pub fn hand_in(&self, session: &Session) -> HandIn {
        let state = self.state.borrow();
        let lab = session.lab().borrow();
        let answers = |ids: Vec<&String>, answers: &[Option<Vec<String>>]| {
            let both = ids.into_iter().zip(answers);
            both.filter_map(|(id, answer)| Some((id.clone(), answer.clone()?))).collect()
        };
        HandIn {
            lesson: self.lesson.id.clone(),
            edition: edition(&self.text),
            name: self.progress.borrow().name.clone(),
            seed: self.lesson.drawing.seed,
            document: lab.happened().to_compact_json(),
            until: lab.world().now().since(Instant::ZERO),
            answers: answers(self.lesson.questions.iter().map(|one| &one.id).collect(), &state.answers),
            predictions: answers(
                self.lesson.predictions.iter().map(|one| &one.id).collect(),
                &state.predictions,
            ),
            attempts: state.attempts,
            seconds: ((now_ms() - self.began_ms) / 1000.0) as u64,
        }
    }

    /// What the network has otherwise than the lesson's, where it may not be edited: what is handed in would not be graded.
    pub fn altered(&self, session: &Session) -> Vec<String> {
        altered(&self.lesson, &session.lab().borrow().happened())
    }

    /// What the learner is called.
    pub fn name(&self) -> String {
        self.progress.borrow().name.clone()
    }

    /// The learner is called this from now on; the values stay.
    pub fn set_name(&self, name: String) {
        let mut progress = self.progress.borrow_mut();
        *progress = Progress { name, ..Progress::load() };
        progress.save();
    }

    /// Ends the lesson; the network stays.
    pub fn end(&self, session: &Session) {
        {
            let mut lab = session.lab().borrow_mut();
            lab.set_watcher(None);
            lab.point_at(&[]);
            lab.hide_problems(false);
        }
        session.set_tutor(None);
        Left::forget();
    }

    /// Reports once that all of it is done.
    fn report_solved(&self, session: &Session) {
        if self.is_done() && !self.is_solved.replace(true) {
            report(session, self, Happened::Solved);
        }
    }

    /// Keeps what is fulfilled, and says and reports what is new.
    fn record(&self, session: &Session, before: &[Known], now: &[Known]) {
        let holds = |known: &Known| matches!(known, Known::Goal { holds: true, .. });
        for (number, goal) in self.lesson.goals.iter().enumerate() {
            if now.get(number).is_some_and(holds) && before.get(number).is_some_and(|known| !holds(known)) {
                let done = t!("Done: {}", self.line(&format!("goal.{}", goal.id)));
                session.change(Change::Announce(done.into()));
                report(session, self, Happened::Goal);
            }
        }
        let fulfilled = now.iter().filter(|known| holds(known)).count();
        let done = Done { id: self.lesson.id.clone(), fulfilled, of: self.lesson.goals.len() };
        if fulfilled > 0 {
            let mut progress = Progress::load();
            if progress.record(done) {
                progress.save();
            }
        }
    }
}

fn now_ms() -> f64 {
    window().performance().map_or(0.0, |performance| performance.now())
}

impl Explain for Taught {
    fn explained(&self, term: &str) -> Option<String> {
        let blocks = self.prose.get(&format!("glossary.{term}"), &self.lesson.drawing);
        let blocks = blocks.or_else(|| self.glossary.get(term, &self.lesson.drawing))?;
        Some(markdown::plain(&blocks))
    }
}

impl Tutor for Taught {
    fn shows(&self, part: &str) -> bool {
        let shows = |tool| self.lesson.shows(self.step.get(), tool);
        match part {
            "lesson" => true,
            "sequence" => shows(Tool::Ladder),
            "inspect" => shows(Tool::Inspector),
            // It has the problems and the settings of the whole network.
            "document" => shows(Tool::Editor) && shows(Tool::Problems),
            _ => Tool::ALL.iter().any(|(tool, name)| *name == part && shows(*tool)),
        }
    }

    fn refuses(&self, session: &Session) -> Option<String> {
        let altered = altered_by(&self.lesson, &session.lab().borrow().happened(), self.seen.get());
        let first = altered.first()?;
        Some(t!("This lesson keeps it as it is: {first}. The change is undone."))
    }

    fn follow(&self, session: &Session) {
        let (known, is_ours) = {
            let lab = session.lab().borrow();
            let mut state = self.state.borrow_mut();
            let is_ours = lab.opened_number() == self.opened.get();
            if is_ours {
                state.meet(lab.world());
                state.judge.follow(lab.world(), MOMENTS_PER_FRAME);
            }
            (state.known(), is_ours)
        };
        if !is_ours {
            return self.end(session);
        }
        if *self.known.borrow() != known {
            let before = self.known.replace(known.clone());
            self.record(session, &before, &known);
            session.change(Change::Lesson { open: true });
            self.report_solved(session);
        }
    }

    fn pane(self: Rc<Self>, session: &Session) -> Html {
        components::lesson_pane(session, &self)
    }
}
