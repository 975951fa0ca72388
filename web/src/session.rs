//! The one handle that every part of the page holds: it takes what a person does to where it belongs, and keeps the
//! browser (address bar, storage, clipboard) in step with it.

use crate::announce::Detail;
use crate::dom::{copy, window};
use crate::embed::Query;
use crate::opening::{self, Trouble};
use crate::shelf;
use crate::stage::{Next, Stage};
use crate::state::{Change, Dialog, Page, Shared};
use crate::storage::{self, Crashed, Kept, Settings};
use crate::strip::Strip;
use crate::theme::Choice;
use crate::workspace::{Tab, Workspace};
use lab::edit::Edit;
use lab::format::sentence;
use lab::palette::Theme;
use lab::selection::Selection;
use lab::speed::Speed;
use lab::{Command, Lab, Refusal, State};
use netlab::Instant;
use scenario::link;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::{NodeRef, UseReducerDispatcher};

/// The handle.
#[derive(Clone)]
pub struct Session(Rc<Inner>);

/// What [`Session::open`] has to say.
#[derive(Clone, PartialEq)]
pub struct Opened {
    /// The session.
    pub session: Session,
    /// What was wrong with the link that the page was opened with.
    pub trouble: Option<Trouble>,
    /// What was not understood of the address's query.
    pub misread: Vec<String>,
    /// The page broke the last time.
    pub crashed: bool,
}

struct Inner {
    lab: RefCell<Lab>,
    stage: RefCell<Option<Rc<RefCell<Stage>>>>,
    strip: RefCell<Option<Strip>>,
    hover: Cell<Option<Selection>>,
    /// Something changed that the next animation frame has to show, although time stands still.
    stale: Cell<bool>,
    /// The lab is held still, whatever the person set: something else needs the machine.
    held: Cell<bool>,
    settings: Cell<Settings>,
    /// What the address asks for.
    query: Query,
    /// The number under which this is kept among the person's own; 0: it is nobody's yet.
    mine: Cell<u32>,
    /// It was said that there is no room.
    full: Cell<bool>,
    /// What the page itself put into the address bar, or found there.
    fragment: RefCell<String>,
    page: RefCell<Option<UseReducerDispatcher<Page>>>,
    /// Where the time is shown; written directly, because it changes with every animation frame.
    clock: NodeRef,
}

impl PartialEq for Session {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Session {
    /// Opens what is to be opened, and says what was wrong with the link, if anything was.
    pub fn open() -> Opened {
        let settings = Settings::load().unwrap_or_default();
        let fragment = fragment();
        let (query, misread) = Query::parse(&window().location().search().unwrap_or_default());
        // What is a part of another page is nobody's experiment: nothing is kept of it, and nothing kept is shown in it.
        let kept = if query.embed { None } else { storage::Session::load_for_this_tab() };
        let opening = opening::open(&fragment, kept);
        let crashed = Crashed::load().is_some();
        let mut lab = Lab::new(opening.scenario);
        // Neither can fail: they start nothing.
        let _ = lab.perform(Command::SkipQuiet(settings.skip_quiet));
        if let Some(step) = settings.speed {
            let _ = lab.perform(Command::SetSpeed(Speed::from_step(step)));
        }
        if crashed {
            // Whatever broke the page may be in this experiment: it does not begin by itself again.
            Crashed::forget();
            let _ = lab.perform(Command::Pause);
        } else {
            begin_as_asked(&mut lab, &query, opening.at);
            if let Some(at) = opening.moment {
                lab.show_moment(at);
            }
        }
        let session = Self(Rc::new(Inner {
            lab: RefCell::new(lab),
            stage: RefCell::default(),
            strip: RefCell::default(),
            hover: Cell::default(),
            stale: Cell::new(true),
            held: Cell::new(false),
            settings: Cell::new(settings),
            query,
            mine: Cell::new(opening.mine),
            full: Cell::new(false),
            fragment: RefCell::new(fragment),
            page: RefCell::default(),
            clock: NodeRef::default(),
        }));
        // Whatever breaks the page, and whenever, it is there for the next start.
        session.keep();
        Opened { session, trouble: opening.trouble, misread, crashed }
    }

    /// The lab, for looking and for the loop that moves it.
    pub fn lab(&self) -> &RefCell<Lab> {
        &self.0.lab
    }

    /// The stage, once there is one.
    pub fn stage(&self) -> Option<Rc<RefCell<Stage>>> {
        self.0.stage.borrow().clone()
    }

    /// There is a stage now, or none any more.
    pub fn set_stage(&self, stage: Option<Rc<RefCell<Stage>>>) {
        *self.0.stage.borrow_mut() = stage;
        self.refresh();
    }

    /// There is a time line now, or none any more.
    pub fn set_strip(&self, strip: Option<Strip>) {
        *self.0.strip.borrow_mut() = strip;
        self.refresh();
    }

    /// Draws the time line as the lab is now.
    pub fn draw_strip(&self, theme: Theme) {
        if let Some(strip) = &mut *self.0.strip.borrow_mut() {
            strip.draw(&self.lab().borrow(), theme);
        }
    }

    /// What the pointer is over.
    pub fn hover(&self) -> Option<Selection> {
        self.0.hover.get()
    }

    /// The pointer is over this.
    pub fn set_hover(&self, hover: Option<Selection>) {
        if self.0.hover.replace(hover) != hover {
            self.refresh();
        }
    }

    /// The next animation frame has something new to show.
    pub fn refresh(&self) {
        self.0.stale.set(true);
    }

    /// Whether there is something new to show since this was last asked.
    pub fn take_stale(&self) -> bool {
        self.0.stale.replace(false)
    }

    /// Holds the lab still, or lets it go again.
    pub fn hold(&self, held: bool) {
        self.0.held.set(held);
    }

    /// Whether the lab is held still.
    pub fn is_held(&self) -> bool {
        self.0.held.get()
    }

    /// Where the time is shown.
    pub fn clock(&self) -> NodeRef {
        self.0.clock.clone()
    }

    /// Where changes of the page go from now on.
    pub fn connect(&self, page: UseReducerDispatcher<Page>) {
        *self.0.page.borrow_mut() = Some(page);
    }

    /// Changes the page.
    pub fn change(&self, change: Change) {
        let page = self.0.page.borrow().clone();
        if let Some(page) = page {
            page.dispatch(change);
        }
    }

    /// Says something to the person.
    pub fn say(&self, text: impl Into<Rc<str>>) {
        self.change(Change::Say(text.into()));
    }

    /// Shows the lab as it is now.
    pub fn show(&self) {
        let view = self.0.lab.borrow_mut().view();
        self.change(Change::View(Rc::new(view)));
    }

    /// What the address asks for.
    pub fn query(&self) -> &Query {
        &self.0.query
    }

    /// Does something to the lab, and shows it at once.
    pub fn perform(&self, command: Command) {
        if self.0.query.lock && command.changes_the_document() {
            return;
        }
        let settings_change =
            matches!(command, Command::SetSpeed(_) | Command::AutoSpeed | Command::SkipQuiet(_));
        let opens = matches!(command, Command::Open(_));
        let view = match &command {
            Command::Open(_) => Next::Fit,
            Command::Edit(edit) => match **edit {
                // What is new may be out of sight.
                Edit::Add(_, None) | Edit::Tidy => Next::Fit,
                Edit::Add(..) | Edit::Move(..) => Next::AsIs,
                _ => Next::Follow,
            },
            _ => Next::Follow,
        };
        let again = command.clone();
        let (performed, document_changes) = {
            let mut lab = self.0.lab.borrow_mut();
            let before = lab.revision();
            let performed = lab.perform(command);
            (performed, lab.revision() != before)
        };
        match performed {
            Ok(()) => {}
            Err(Refusal::Restarts) => return self.change(Change::Open(Dialog::Restart(Box::new(again)))),
            Err(refusal) => self.say(sentence(&refusal.to_string())),
        }
        if settings_change {
            let lab = self.0.lab.borrow();
            let speed = (!lab.is_auto_speed()).then(|| lab.speed().step());
            self.set_settings(Settings { speed, skip_quiet: lab.skips_quiet(), ..self.settings() });
        }
        if opens {
            self.set_hover(None);
            self.set_fragment(String::new());
        }
        if document_changes && let Some(stage) = self.stage() {
            stage.borrow_mut().expect_change(view);
        }
        if !opens && document_changes && !self.0.fragment.borrow().is_empty() {
            // The address bar keeps saying what is on the page.
            let fragment = link::encode(self.0.lab.borrow().scenario());
            self.set_fragment(fragment);
        }
        if opens {
            self.0.mine.set(0);
        }
        if document_changes {
            self.keep_as_own();
            self.keep();
        }
        self.refresh();
        self.show();
    }

    /// What the person likes.
    pub fn settings(&self) -> Settings {
        self.0.settings.get()
    }

    fn set_settings(&self, settings: Settings) {
        self.0.settings.set(settings);
        settings.save();
    }

    /// Light or dark from now on.
    pub fn set_theme(&self, theme: Choice) {
        self.set_settings(Settings { theme, ..self.settings() });
        self.change(Change::Theme(theme));
        self.refresh();
    }

    /// The page is laid out like this from now on.
    pub fn set_workspace(&self, workspace: Workspace) {
        if self.settings().workspace != workspace {
            self.set_settings(Settings { workspace, ..self.settings() });
            workspace.apply();
            self.change(Change::Workspace(workspace));
            self.refresh();
        }
    }

    /// Opens this tab of the drawer, or closes it.
    pub fn open_drawer(&self, drawer: Option<Tab>) {
        self.set_workspace(Workspace { drawer, ..self.settings().workspace });
    }

    /// How much whoever listens is told from now on.
    pub fn set_detail(&self, detail: Detail) {
        self.set_settings(Settings { detail, ..self.settings() });
        self.change(Change::Detail(detail));
    }

    /// Whether single keys do something from now on.
    pub fn set_shortcuts(&self, shortcuts: bool) {
        self.set_settings(Settings { shortcuts, ..self.settings() });
        self.change(Change::Shortcuts(shortcuts));
    }

    /// Keeps the experiment for the next visit.
    pub fn keep(&self) {
        if self.0.query.embed {
            return;
        }
        let lab = self.0.lab.borrow();
        let at = match lab.state() {
            // Left again before it had caught up: the moment to catch up to stays.
            State::CatchingUp { .. } => lab.catching_up_to().unwrap_or(Instant::ZERO),
            _ => lab.look().at,
        };
        let fragment = self.0.fragment.borrow().clone();
        let (mine, document) = (self.0.mine.get(), lab.scenario().to_compact_json());
        storage::Session { at_ns: at.nanos(), fragment, mine, document }.save_for_this_tab();
    }

    /// What a person has changed is theirs, and is kept among what they have.
    fn keep_as_own(&self) {
        let lab = self.0.lab.borrow();
        if self.0.query.embed || !lab.is_touched() {
            return;
        }
        if self.0.mine.get() == 0 {
            self.0.mine.set(shelf::fresh());
        }
        let kept = shelf::keep(self.0.mine.get(), lab.scenario());
        drop(lab);
        if self.0.full.replace(kept.is_err()) != kept.is_err() && kept.is_err() {
            self.say("The browser has no room to keep this, or does not allow it: save it as a file from the Document pane.");
        }
    }

    /// Opens what the address names; it is not a change that a person made.
    pub fn open_given(&self, scenario: scenario::Scenario) {
        let mut lab = self.0.lab.borrow_mut();
        // Cannot fail: it starts nothing.
        let _ = lab.perform(Command::Open(Box::new(scenario)));
        begin_as_asked(&mut lab, &self.0.query, Instant::ZERO);
        drop(lab);
        if let Some(stage) = self.stage() {
            stage.borrow_mut().expect_change(Next::Fit);
        }
        self.refresh();
        self.show();
    }

    /// Opens one of the person's own scenarios, and goes on keeping it where it is.
    pub fn open_own(&self, kept: shelf::Kept) {
        self.perform(Command::Open(Box::new(kept.scenario)));
        self.0.mine.set(kept.number);
        self.keep();
    }

    /// Shows nodes where they are being dragged to.
    pub fn drag(&self, nodes: Vec<netlab::topology::NodeId>, by: (f64, f64)) {
        // Only the drawing changes: nothing is rendered for it.
        let _ = self.0.lab.borrow_mut().perform(Command::Drag(nodes, by));
        self.refresh();
    }

    /// Edits the document.
    pub fn edit(&self, edit: Edit) {
        self.perform(Command::Edit(Box::new(edit)));
    }

    /// Makes a link, puts it into the address bar and onto the clipboard.
    pub fn share(&self) {
        let fragment = link::encode(self.0.lab.borrow().scenario());
        self.set_fragment(fragment);
        self.keep();
        let link = window().location().href().unwrap_or_default();
        let page = link.split('#').next().unwrap_or_default();
        let (happened, at) = {
            let lab = self.0.lab.borrow();
            let happened = lab.happened();
            let other = (&happened != lab.scenario()).then(|| format!("{page}#{}", link::encode(&happened)));
            (other, lab.look().at)
        };
        let session = self.clone();
        spawn_local(async move {
            let copied = copy(&link).await;
            session.change(Change::Open(Dialog::Share(Shared { link, happened, at, copied })));
        });
    }

    /// The fragment changed: somebody opened a link in this tab, or went back.
    pub fn follow_fragment(&self) {
        let fragment = fragment();
        if *self.0.fragment.borrow() == fragment {
            return;
        }
        if fragment.is_empty() {
            *self.0.fragment.borrow_mut() = fragment;
            return;
        }
        match link::decode(&fragment) {
            Ok(scenario) => {
                self.perform(Command::Open(Box::new(scenario)));
                if let Some(at) = link::moment(&fragment) {
                    self.0.lab.borrow_mut().show_moment(at);
                }
                self.set_fragment(fragment);
                self.keep();
            }
            Err(error) => {
                // The address bar says again what is on the page.
                let ours = self.0.fragment.borrow().clone();
                self.set_fragment(ours);
                self.change(Change::Open(Dialog::BadLink(Trouble::new(error))));
            }
        }
    }

    /// The link at the start was bad: the address bar should not keep saying it.
    pub fn forget_fragment(&self) {
        self.set_fragment(String::new());
    }

    fn set_fragment(&self, fragment: String) {
        let location = window().location();
        let [path, query] = [location.pathname(), location.search()].map(Result::unwrap_or_default);
        let hash = if fragment.is_empty() { String::new() } else { format!("#{fragment}") };
        if let Ok(history) = window().history() {
            // Refused in some embeddings: then the link is only in the dialog.
            let url = format!("{path}{query}{hash}");
            let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&url));
        }
        *self.0.fragment.borrow_mut() = fragment;
    }
}

/// Lets what was opened begin where the address says, or else at `at`; embedded, it waits to be played unless it is told not to.
fn begin_as_asked(lab: &mut Lab, query: &Query, at: Instant) {
    lab.catch_up_to(query.at.unwrap_or(at));
    if query.embed && !query.autoplay {
        lab.stay();
    }
}

/// The address bar's fragment, without the `#`.
fn fragment() -> String {
    let hash = window().location().hash().unwrap_or_default();
    hash.strip_prefix('#').unwrap_or(&hash).to_string()
}
