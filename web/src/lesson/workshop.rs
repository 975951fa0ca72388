//! The workshop: a lesson that is being written, beside the network that it is about.
//!
//! To the page it is an open lesson like any other (`crate::tutor`), with another pane; so the first module has no code of it. What is done with the
//! draft is in [`lesson::workshop`], without a browser.

use super::course;
use super::progress::Left;
use super::taught::Taught;
use crate::components;
use crate::components::Explain;
use crate::dom::window;
use crate::embed;
use crate::files;
use crate::frame::next_frame;
use crate::session::Session;
use crate::state::{Change, Pane};
use crate::storage;
use crate::tutor::Tutor;
use lab::State;
use lab::command::Act;
use lesson::check::{Check, Finding};
use lesson::markdown;
use lesson::prose::Prose;
use lesson::workshop::suggest::{of_packet, of_results, of_tables};
use lesson::workshop::{Draft, Refused, Suggestion};
use netlab::Instant;
use std::cell::{Cell, Ref, RefCell};
use std::rc::Rc;
use texts::t;
use trace::selection::Selection;
use wasm_bindgen_futures::spawn_local;
use yew::Html;

/// The key of the draft in the browser's storage.
const KEY: &str = "packetarium.workshop.1";
/// The number of drafts that are kept for undoing.
const UNDO_MAX: usize = 40;
/// While time passes, what can become a goal is looked up no more often than this.
const OFFER_EVERY_MS: f64 = 500.0;

/// The open workshop.
pub struct Workshop {
    draft: RefCell<Draft>,
    /// The drafts before the last changes, the newest last.
    before: RefCell<Vec<Draft>>,
    /// What was changed last: letters of one text are undone together.
    last: RefCell<String>,
    step: Cell<usize>,
    /// Which of the lab's documents it is about.
    opened: Cell<u32>,
    recording: Cell<Option<Recording>>,
    check: RefCell<Checked>,
    /// Counts the changes: a check of an older draft says nothing.
    edition: Cell<u32>,
    /// The texts of the glossary, and the same read.
    glossary: RefCell<(String, Prose)>,
    offered: RefCell<Offered>,
}

/// What is being recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recording {
    /// The solution.
    Solution,
    /// A wrong answer.
    Wrong,
}

/// How the check stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Checked {
    /// It was not asked for since the last change.
    #[default]
    No,
    /// It runs: the number of parts that are done.
    Busy(usize),
    /// What it found.
    Done(Vec<Finding>),
}

/// What can become a goal.
#[derive(Clone, Default)]
pub struct Offered {
    /// Of the selected packet or node.
    pub selected: Rc<[Suggestion]>,
    /// Of what has ended.
    pub results: Rc<[Suggestion]>,
    of: Option<(Option<Selection>, Instant)>,
    at_ms: f64,
}

/// Whether a draft is kept, and its title.
pub fn kept() -> Option<String> {
    load().map(|draft| draft.text("title").to_owned())
}

/// Whether this lesson is the one that is kept as a draft.
pub fn is_kept(id: &str) -> bool {
    load().is_some_and(|draft| draft.id() == id)
}

fn load() -> Option<Draft> {
    let is_allowed = !embed::query().0.embed;
    is_allowed.then(|| storage::get(KEY)).flatten().and_then(|text| Draft::from_text(&text))
}

/// Begins a lesson of the network that is open. What was kept can be had back by undoing.
pub fn begin(session: &Session) {
    let language = course::languages().into_iter().next().unwrap_or_else(|| "en".into());
    let planned = session.lab().borrow().planned();
    let workshop = Workshop::new(Draft::begin(&planned, &language));
    workshop.before.borrow_mut().extend(load());
    Rc::new(workshop).attach(session);
}

/// Opens the draft that is kept, with its network.
pub fn open_kept(session: &Session) {
    let Some(draft) = load() else { return session.say(t!("There is no lesson that is being written.")) };
    let workshop = Rc::new(Workshop::new(draft));
    workshop.show_network(session);
    workshop.attach(session);
}

/// Goes on after a reload of the page, with the network as it was.
pub fn resume(session: &Session) {
    if let Some(draft) = load() {
        Rc::new(Workshop::new(draft)).attach(session);
    }
}

impl Workshop {
    fn new(draft: Draft) -> Self {
        Self {
            draft: RefCell::new(draft),
            before: RefCell::default(),
            last: RefCell::default(),
            step: Cell::default(),
            opened: Cell::default(),
            recording: Cell::default(),
            check: RefCell::default(),
            edition: Cell::default(),
            glossary: RefCell::default(),
            offered: RefCell::default(),
        }
    }

    fn attach(self: Rc<Self>, session: &Session) {
        let opened = {
            let mut lab = session.lab().borrow_mut();
            // What a lesson that was open has asked for.
            lab.set_watcher(None);
            lab.point_at(&[]);
            lab.hide_problems(false);
            lab.opened_number()
        };
        self.opened.set(opened);
        session.refresh();
        session.set_tutor(Some(self.clone()));
        session.open_pane(Pane::Lesson);
        self.save();
        Left::save_workshop();
        let session = session.clone();
        spawn_local(async move {
            for tag in course::languages() {
                if let Ok(text) = course::get(&format!("glossary/{tag}.json")).await {
                    let read = Prose::read(&text).unwrap_or_default();
                    self.glossary.replace((text, read));
                    return session.change(Change::Lesson { open: true });
                }
            }
        });
    }

    /// The draft.
    pub fn draft(&self) -> Ref<'_, Draft> {
        self.draft.borrow()
    }

    /// The step that is shown.
    pub fn step(&self) -> usize {
        self.step.get().min(self.draft().step_ids().len().saturating_sub(1))
    }

    /// What is being recorded.
    pub fn recording(&self) -> Option<Recording> {
        self.recording.get()
    }

    /// How the check stands.
    pub fn checked(&self) -> Ref<'_, Checked> {
        self.check.borrow()
    }

    /// Whether something can be undone.
    pub fn can_undo(&self) -> bool {
        !self.before.borrow().is_empty()
    }

    /// Shows another step.
    pub fn go_to(&self, session: &Session, step: usize) {
        self.step.set(step);
        self.last.borrow_mut().clear();
        session.change(Change::Lesson { open: true });
    }

    /// Changes the draft. `what`: changes of the same, one after the other, are undone together; empty: by itself.
    pub fn edit<T>(&self, session: &Session, what: &str, edit: impl FnOnce(&mut Draft) -> T) -> T {
        let before = self.draft().clone();
        let done = edit(&mut self.draft.borrow_mut());
        if *self.draft() != before {
            let is_same = !what.is_empty() && *self.last.borrow() == what;
            what.clone_into(&mut self.last.borrow_mut());
            if !is_same {
                let mut all = self.before.borrow_mut();
                let more = (all.len() + 1).saturating_sub(UNDO_MAX);
                all.drain(..more);
                all.push(before);
            }
            self.changed(session);
        }
        done
    }

    /// The same, and says what is wrong.
    pub fn try_edit<T>(
        &self,
        session: &Session,
        edit: impl FnOnce(&mut Draft) -> Result<T, Refused>,
    ) -> Option<T> {
        match self.edit(session, "", edit) {
            Ok(done) => Some(done),
            Err(why) => {
                session.say(lab::format::sentence(&why.to_string()));
                None
            }
        }
    }

    /// Takes the last change back.
    pub fn undo(&self, session: &Session) {
        let before = self.before.borrow_mut().pop();
        if let Some(before) = before {
            let network = before.network().ok();
            let is_other = network != self.draft().network().ok();
            self.last.borrow_mut().clear();
            self.draft.replace(before);
            self.changed(session);
            if is_other {
                self.show_network(session);
            }
        }
    }

    fn changed(&self, session: &Session) {
        self.edition.set(self.edition.get().wrapping_add(1));
        self.check.replace(Checked::No);
        self.save();
        session.change(Change::Lesson { open: true });
    }

    fn save(&self) {
        if !embed::query().0.embed {
            storage::set(KEY, &self.draft().to_text());
        }
    }

    /// Opens the lesson's network as a learner has it at the beginning; whether it could be opened.
    pub fn show_network(&self, session: &Session) -> bool {
        let network = self.draft().network();
        match network {
            Ok(network) => {
                session.perform(Act::Open(Box::new(network)));
                self.opened.set(session.lab().borrow().opened_number());
                true
            }
            Err(why) => {
                session.say(lab::format::sentence(&why.to_string()));
                false
            }
        }
    }

    /// The network of the page is the lesson's from now on, without what was done in it by hand.
    pub fn take_network(&self, session: &Session) {
        let planned = session.lab().borrow().planned();
        self.edit(session, "", |draft| draft.set_network(&planned));
        session.say(t!("The lesson has this network now."));
    }

    /// Begins to record, with the network as a learner has it.
    pub fn record(&self, session: &Session, what: Recording) {
        if self.show_network(session) {
            self.recording.set(Some(what));
            session.change(Change::Lesson { open: true });
            session.say(t!("Recording: start runs, type commands, change settings. Then press Stop."));
        }
    }

    /// Ends the recording, and takes what was done.
    pub fn stop(&self, session: &Session) {
        let Some(what) = self.recording.take() else { return };
        session.change(Change::Lesson { open: true });
        let happened = session.lab().borrow().happened();
        let acts = self.draft().acts(&happened);
        let acts = match acts {
            Ok(acts) => acts,
            Err(why) => {
                return session.say(t!("Nothing is recorded: {}.", why.to_string().trim_end_matches('.')));
            }
        };
        let count = acts.len();
        match what {
            Recording::Solution => {
                self.edit(session, "", |draft| draft.set_solution(acts));
                session.say(t!("The solution is recorded: {count} acts."));
            }
            Recording::Wrong => {
                if let Some(open) = self.try_edit(session, |draft| draft.add_wrong(acts)) {
                    session.say(t!("The wrong answer is recorded. It leaves open: {}.", open.join(", ")));
                }
            }
        }
    }

    /// What can become a goal now.
    pub fn offered(&self, session: &Session) -> Offered {
        let lab = session.lab().borrow();
        let look = lab.look();
        let now_ms = window().performance().map_or(0.0, |performance| performance.now());
        let (of, is_playing) = ((look.selection, look.at), lab.state() == State::Playing);
        let mut offered = self.offered.borrow_mut();
        let is_old = offered.of.is_none_or(|(selection, at)| {
            selection != of.0 || at != of.1 && !(is_playing && now_ms < offered.at_ms + OFFER_EVERY_MS)
        });
        if is_old {
            let (world, scenario) = (lab.world(), lab.scenario());
            let selected = match look.selection {
                // Packets of an opened file happened in no network.
                Some(Selection::Frame(transit)) if lab.packets().opened().is_none() => {
                    of_packet(world, scenario, transit)
                }
                Some(Selection::Node(node)) => of_tables(world, scenario, node, look.at),
                Some(Selection::Frame(_) | Selection::Link(_)) | None => Vec::new(),
            };
            let results = of_results(world, scenario, look.at).into();
            *offered = Offered { selected: selected.into(), results, of: Some(of), at_ms: now_ms };
        }
        offered.clone()
    }

    /// Plays the lesson as `lesson check` does, a part in each animation frame.
    pub fn check(self: &Rc<Self>, session: &Session) {
        let (workshop, session) = (self.clone(), session.clone());
        let edition = self.edition.get();
        let mut check = Check::new(&self.draft().files(&self.glossary.borrow().0));
        spawn_local(async move {
            let is_same = || workshop.edition.get() == edition;
            let mut done = 0;
            loop {
                workshop.check.replace(Checked::Busy(done));
                session.change(Change::Lesson { open: true });
                // One frame to render, one that shows it.
                next_frame().await;
                next_frame().await;
                if !is_same() {
                    return;
                }
                if !check.go_on() {
                    break;
                }
                done += 1;
            }
            workshop.check.replace(Checked::Done(check.findings()));
            session.change(Change::Lesson { open: true });
        });
    }

    /// The fragment of its link; if there is none, says why.
    fn link(&self, session: &Session) -> Option<String> {
        let link = self.draft().link(&self.glossary.borrow().0);
        match link {
            Ok(link) => Some(link),
            Err(error) => {
                session.say(lab::format::sentence(&error.to_string()));
                None
            }
        }
    }

    /// Opens the lesson as a student does. Its pane leads back.
    pub fn preview(&self, session: &Session) {
        let Some(link) = self.link(session) else { return };
        match Taught::of_link(&link) {
            Ok(taught) => {
                taught.begin(session);
            }
            Err(error) => {
                let why = lab::format::sentence(&error.to_string());
                session.say(t!("It cannot be shown yet: {why}"));
            }
        }
    }

    /// Copies its link.
    pub fn share(&self, session: &Session) {
        if let Some(fragment) = self.link(session) {
            let address = window().location().href().unwrap_or_default();
            let address = address.split('#').next().unwrap_or_default();
            session.copy(format!("{address}#{fragment}"));
        }
    }

    /// Saves its folder as a zip.
    pub fn download(&self, session: &Session) {
        let (id, files) = (self.draft().id().to_owned(), self.draft().folder());
        match lesson::workshop::zip::zip(&files) {
            Some(bytes) => files::save_as(&files::file_name(&id, "zip"), "application/zip", &bytes),
            None => session.say(t!("The lesson is too large to be saved.")),
        }
    }

    /// Ends the workshop; the draft is kept.
    pub fn end(&self, session: &Session) {
        session.set_tutor(None);
        Left::forget();
        session.say(t!("The lesson is kept in this browser. Open “Lessons” to go on with it."));
    }
}

impl Explain for Workshop {
    fn explained(&self, term: &str) -> Option<String> {
        let own = self.draft().text(&format!("glossary.{term}")).to_owned();
        let glossary = self.glossary.borrow();
        let text = if own.is_empty() { glossary.1.written(term)?.to_owned() } else { own };
        Some(markdown::plain(&markdown::parse(&text).ok()?))
    }
}

impl Tutor for Workshop {
    fn shows(&self, _: &str) -> bool {
        true
    }

    fn refuses(&self, _: &Session) -> Option<String> {
        None
    }

    fn points(&self) -> bool {
        true
    }

    fn follow(&self, session: &Session) {
        let is_ours = session.lab().borrow().opened_number() == self.opened.get();
        if !is_ours {
            self.end(session);
        }
    }

    fn pane(self: Rc<Self>, session: &Session) -> Html {
        components::workshop_pane(session, &self)
    }
}
