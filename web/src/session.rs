//! The one handle that every part of the page holds. What a command means for the page is decided by the rules of
//! [`lab::session`]; this file carries it out in the browser: address bar, storage, clipboard, stage.

use crate::aim::Aim;
use crate::announce::Detail;
use crate::dom::{copy, is_narrow, window};
use crate::embed::{self, Query};
use crate::frame::Bell;
use crate::layer;
use crate::opening::{Opening, Trouble};
use crate::parts::{Loaded, Missing, Part, Status};
use crate::projector;
use crate::shelf;
use crate::stage::palette::Theme;
use crate::stage::{Next, Stage};
use crate::state::{Change, Dialog, Page, Pane, Shared};
use crate::storage::{self, Crashed, Kept, Settings};
use crate::strip::Strip;
use crate::system::System;
use crate::theme::Choice;
use crate::tutor::{Tutor, is_lesson_link};
use crate::workspace::{Tab, Workspace};
use lab::action::Action;
use lab::command::{Act, Clock, Command, Editor, Look, Typed};
use lab::edit::Edit;
use lab::session::{self, Asked, Backend, Beginning, Framing, Saved, Session as Rules};
use lab::view::View;
use lab::{Lab, State};
use netlab::Instant;
use scenario::link::Unreadable;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use texts::t;
use trace::selection::Selection;
use wasm_bindgen_futures::spawn_local;
use web_sys::{AudioContext, HtmlElement};
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
    rules: RefCell<Rules>,
    stage: RefCell<Option<Rc<RefCell<Stage>>>>,
    strip: RefCell<Option<Strip>>,
    hover: Cell<Option<Selection>>,
    /// Something changed that the next animation frame has to show, although time stands still.
    stale: Cell<bool>,
    /// The moment and the state of the view that the page has.
    shown: Cell<Option<(Instant, State)>>,
    /// Rings whenever the animation frames have something to do again.
    bell: Bell,
    /// The lab is held still, whatever the person set: something else needs the machine.
    held: Cell<bool>,
    settings: Cell<Settings>,
    /// What the address asks for.
    query: Query,
    loaded: Cell<Loaded>,
    statuses: Cell<[Status; Part::ALL.len()]>,
    /// What is to be done when a part is there.
    waiting: RefCell<Vec<(Part, Wish)>>,
    /// The open lesson.
    tutor: RefCell<Option<Rc<dyn Tutor>>>,
    /// A link to a lesson or a result, with which the page was opened.
    lesson_link: RefCell<Option<String>>,
    /// How often a dialog was closed.
    closed: Cell<u32>,
    page: RefCell<Option<UseReducerDispatcher<Page>>>,
    /// The run that is about to be started on the stage.
    aim: Cell<Option<Aim>>,
    /// Where cards and marks stand on the stage, and whether there are other ones since they were put to their places.
    layer: NodeRef,
    layer_is_stale: Cell<bool>,
    /// How often the drawing had been laid out when they were.
    layer_of: Cell<u32>,
    /// Where the time is shown; written directly, because it changes with every animation frame.
    clock: NodeRef,
    speaker: RefCell<Option<AudioContext>>,
}

/// Something that a person did and that waits for a part.
type Wish = Box<dyn FnOnce(&Session)>;

impl PartialEq for Session {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Session {
    /// Opens the scenario of the address or the saved one, and reports an error in the link, if there is one.
    ///
    /// # Errors
    /// The part that reads documents could not be loaded. The first example needs none.
    pub async fn open() -> Result<Opened, Missing> {
        let mut settings = Settings::load().unwrap_or_default();
        let mut fragment = fragment();
        let lesson_link = is_lesson_link(&fragment).then(|| std::mem::take(&mut fragment));
        let (query, misread) = embed::query();
        if query.embed || query.show.is_some() {
            settings.workspace.side = query.show.is_some();
        }
        // An embedded page is not the visitor's own experiment: it neither saves nor restores anything.
        let kept = if query.embed { None } else { storage::Session::load_for_this_tab() };
        let mut loaded = Loaded::default();
        if !fragment.is_empty() || kept.is_some() {
            loaded = loaded.with(Part::Documents).await?;
        }
        let opening = match loaded.documents {
            Some(documents) => (documents.opening)(&fragment, kept),
            None => Opening::first(),
        };
        if opening.scenario.needs_programs() {
            loaded = loaded.with(Part::Programs).await?;
        }
        let crashed = Crashed::load().is_some();
        if crashed {
            Crashed::forget();
        }
        let asked = Asked { embed: query.embed, lock: query.lock, autoplay: query.autoplay, at: query.at };
        let beginning = Beginning {
            speed: settings.speed,
            skip_quiet: settings.skip_quiet,
            at: opening.at,
            moment: opening.moment,
            crashed,
        };
        let session = Self(Rc::new(Inner {
            lab: RefCell::new(Lab::with(opening.scenario, loaded.of_lab())),
            rules: RefCell::new(Rules::new(asked, fragment, opening.mine)),
            stage: RefCell::default(),
            strip: RefCell::default(),
            hover: Cell::default(),
            stale: Cell::new(true),
            shown: Cell::default(),
            bell: Bell::default(),
            held: Cell::new(false),
            settings: Cell::new(settings),
            query,
            loaded: Cell::new(loaded),
            statuses: Cell::new(
                Part::ALL.map(|part| if loaded.has(part) { Status::Here } else { Status::Absent }),
            ),
            waiting: RefCell::default(),
            tutor: RefCell::default(),
            lesson_link: RefCell::new(lesson_link),
            closed: Cell::default(),
            page: RefCell::default(),
            aim: Cell::default(),
            layer: NodeRef::default(),
            layer_is_stale: Cell::new(true),
            layer_of: Cell::default(),
            clock: NodeRef::default(),
            speaker: RefCell::default(),
        }));
        session.0.rules.borrow().begin(&mut session.0.lab.borrow_mut(), beginning, &session);
        // With less motion nothing moves before a person lets it.
        if System::new().is_calm() && !session.query().autoplay {
            let _ = session.lab().borrow_mut().perform(Clock::Pause);
        }
        Ok(Opened { session, trouble: opening.trouble, misread, crashed })
    }

    /// The lab, for looking and for the loop that moves it.
    pub fn lab(&self) -> &RefCell<Lab> {
        &self.0.lab
    }

    /// The open lesson.
    pub fn tutor(&self) -> Option<Rc<dyn Tutor>> {
        self.0.tutor.borrow().clone()
    }

    /// This lesson is open now, or none any more.
    pub fn set_tutor(&self, tutor: Option<Rc<dyn Tutor>>) {
        let open = tutor.is_some();
        let points = tutor.as_ref().is_some_and(|tutor| tutor.points());
        *self.0.tutor.borrow_mut() = tutor;
        self.change(Change::Lesson { open });
        self.change(Change::Points(points));
        if !open && self.settings().workspace.side {
            self.close_side();
        }
    }

    /// Opens the lesson of the address, or goes on with the one that was open in this tab.
    pub fn open_lesson(&self) {
        let link = self.0.lesson_link.take();
        if link.is_none()
            && storage::get_for_this_tab(storage::LEFT_LESSON).is_none_or(|left| left.is_empty())
        {
            return;
        }
        self.when(Part::Lessons, move |session| {
            if let Some(lessons) = session.loaded().lessons {
                match link {
                    Some(link) => (lessons.open_link)(session, &link),
                    None => (lessons.resume)(session),
                }
            }
        });
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

    /// Draws the time line, if there is something new. Returns whether it is now as the lab is.
    pub fn draw_strip(&self, theme: Theme, now_ms: f64) -> bool {
        match &mut *self.0.strip.borrow_mut() {
            Some(strip) => strip.draw(&self.lab().borrow(), theme, now_ms),
            None => true,
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
        self.0.bell.ring();
    }

    /// Rings whenever the animation frames have something to do again.
    pub fn bell(&self) -> &Bell {
        &self.0.bell
    }

    /// Whether there is something new to show.
    pub fn is_stale(&self) -> bool {
        self.0.stale.get()
    }

    /// Whether there is something new to show since this was last asked.
    pub fn take_stale(&self) -> bool {
        self.0.stale.replace(false)
    }

    /// Holds the lab still, or lets it go again.
    pub fn hold(&self, held: bool) {
        self.0.held.set(held);
        self.0.bell.ring();
    }

    /// Whether the lab is held still.
    pub fn is_held(&self) -> bool {
        self.0.held.get()
    }

    /// Where the time is shown.
    pub fn clock(&self) -> NodeRef {
        self.0.clock.clone()
    }

    /// The run that is about to be started on the stage.
    pub fn aimed(&self) -> Option<Aim> {
        self.0.aim.get()
    }

    pub(crate) fn set_aim(&self, aim: Option<Aim>) {
        self.0.aim.set(aim);
    }

    /// Where cards and marks stand on the stage.
    pub fn layer(&self) -> NodeRef {
        self.0.layer.clone()
    }

    /// There are other cards or marks on the stage.
    pub fn renew_layer(&self) {
        self.0.layer_is_stale.set(true);
        self.refresh();
    }

    /// Puts cards and marks to their places, if they or the drawing changed.
    pub fn place_layer(&self, stage: &Stage) {
        let layouts = stage.layouts();
        let moved = self.0.layer_of.replace(layouts) != layouts;
        if (self.0.layer_is_stale.replace(false) || moved)
            && let Some(layer) = self.layer().cast::<HtmlElement>()
        {
            layer::place(&layer, stage);
        }
    }

    /// Where changes of the page go from now on.
    pub fn connect(&self, page: UseReducerDispatcher<Page>) {
        *self.0.page.borrow_mut() = Some(page);
    }

    /// Changes the page.
    pub fn change(&self, change: Change) {
        let needs = match &change {
            Change::Open(dialog) => dialog.needs(),
            _ => None,
        };
        if matches!(change, Change::Close) {
            self.0.closed.set(self.0.closed.get() + 1);
        }
        let closed = self.0.closed.get();
        match needs.filter(|part| !self.loaded().has(*part)) {
            // A dialog that was taken back while its part was on its way stays closed.
            Some(part) => self.when(part, move |session| {
                if session.0.closed.get() == closed {
                    session.dispatch(change);
                }
            }),
            None => self.dispatch(change),
        }
    }

    fn dispatch(&self, change: Change) {
        if let Change::Pane(pane) = &change
            && let Some(part) = pane.needs()
        {
            self.want(part);
        }
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
        Backend::show(self, view);
    }

    /// The moment and the state of the view that the page has.
    pub fn shown(&self) -> Option<(Instant, State)> {
        self.0.shown.get()
    }

    /// What the address asks for.
    pub fn query(&self) -> &Query {
        &self.0.query
    }

    /// Performs a command, and shows the lab at once.
    pub fn perform(&self, command: impl Into<Command>) {
        self.do_command(command.into());
    }

    fn do_command(&self, command: Command) {
        // To pause and read is not to begin.
        if !matches!(command, Command::Clock(_)) {
            self.greeted();
        }
        if matches!(command, Command::Look(Look::Select(Some(_)))) {
            // It is shown in the Inspect pane.
            self.want(Part::Instruments);
        }
        let tutor = self.tutor();
        // A branch without one frame is no edit that could be undone.
        let needs_editor =
            matches!(command, Command::Editor(Editor::Tools(true)) | Command::Act(Act::Do(Action::Lose(_))));
        if needs_editor && tutor.as_ref().is_some_and(|tutor| !tutor.shows("editor")) {
            return self.say(t!("There is nothing to edit in this step of the lesson."));
        }
        let act = move |session: &Self, command| {
            let is_edit = match &command {
                Command::Editor(edit) => *edit != Editor::Undo,
                Command::Act(Act::Do(_)) => true,
                // What is set at a switch or router is an edit, too.
                Command::Act(Act::Type(Typed::Command(on, _))) => session.lab().borrow().is_device(*on),
                _ => false,
            };
            let revision = session.lab().borrow().revision();
            session.with_rules(|rules, lab, page| rules.perform(lab, command, page));
            // Selecting and dragging, with every movement of the pointer, change nothing that a lesson could keep.
            let is_new = is_edit && session.lab().borrow().revision() != revision;
            if let Some(refused) = tutor.filter(|_| is_new).and_then(|tutor| tutor.refuses(session)) {
                session.perform(Editor::Undo);
                session.say(refused);
            }
        };
        match command.needs() {
            Some(part) => self.when(part.into(), move |session| act(session, command)),
            None => act(self, command),
        }
    }

    /// The parts that are there.
    pub fn loaded(&self) -> Loaded {
        self.0.loaded.get()
    }

    /// Does this as soon as the part is there: at once, or after it was loaded, or after a person had it tried again.
    pub fn when(&self, part: Part, act: impl FnOnce(&Self) + 'static) {
        if self.loaded().has(part) {
            return act(self);
        }
        self.0.waiting.borrow_mut().push((part, Box::new(act)));
        self.want(part);
    }

    /// Loads a part if it is not there and not on its way.
    pub fn want(&self, part: Part) {
        let session = self.clone();
        spawn_local(async move { session.load(part).await });
    }

    /// Loads a part, and does what has waited for it.
    pub async fn load(&self, part: Part) {
        if matches!(self.0.statuses.get()[part as usize], Status::Here | Status::Loading) {
            return;
        }
        self.set_status(part, Status::Loading);
        match self.loaded().with(part).await {
            Ok(loaded) => {
                // Another one may have arrived in between.
                let loaded = self.loaded().and(loaded);
                self.0.loaded.set(loaded);
                self.lab().borrow_mut().equip(loaded.of_lab());
                // One part may bring another.
                let here = Part::ALL.into_iter().filter(|part| loaded.has(*part));
                here.clone().for_each(|part| self.set_status(part, Status::Here));
                self.show();
                self.refresh();
                for wish in here.flat_map(|part| self.take_waiting(part)).collect::<Vec<_>>() {
                    wish(self);
                }
            }
            Err(Missing) => self.set_status(part, Status::Failed),
        }
    }

    /// Whether something that a person did waits for this part.
    pub fn is_waited_for(&self, part: Part) -> bool {
        self.0.waiting.borrow().iter().any(|(waiting, _)| *waiting == part)
    }

    fn take_waiting(&self, part: Part) -> Vec<Wish> {
        let mut waiting = self.0.waiting.borrow_mut();
        let (ready, rest) = waiting.drain(..).partition(|(waiting, _)| *waiting == part);
        *waiting = rest;
        let ready: Vec<(Part, Wish)> = ready;
        ready.into_iter().map(|(_, wish)| wish).collect()
    }

    fn set_status(&self, part: Part, status: Status) {
        let mut statuses = self.0.statuses.get();
        statuses[part as usize] = status;
        self.0.statuses.set(statuses);
        self.change(Change::Parts(statuses));
    }

    /// How the loading of the parts stands.
    pub fn statuses(&self) -> [Status; Part::ALL.len()] {
        self.0.statuses.get()
    }

    /// Applies the session's rules, and has the next animation frame show what came of it.
    fn with_rules(&self, apply: impl FnOnce(&mut Rules, &mut Lab, &dyn Backend)) {
        apply(&mut self.0.rules.borrow_mut(), &mut self.0.lab.borrow_mut(), self);
        self.refresh();
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
        if let Some(tab) = drawer {
            self.want(tab.needs());
        }
        let workspace = self.settings().workspace;
        let side = workspace.side && !(drawer.is_some() && is_narrow());
        self.set_workspace(Workspace { drawer, side, ..workspace });
    }

    /// Opens this pane beside the stage; on a phone, in the place of the instruments.
    pub fn open_pane(&self, pane: Pane) {
        let workspace = self.settings().workspace;
        let drawer = workspace.drawer.filter(|_| !is_narrow());
        self.set_workspace(Workspace { side: true, drawer, ..workspace });
        self.change(Change::Pane(pane));
    }

    /// Closes the pane beside the stage.
    pub fn close_side(&self) {
        self.set_workspace(Workspace { side: false, ..self.settings().workspace });
    }

    /// For a projector from now on, or no longer: the stage alone, on the whole screen if the browser allows it.
    pub fn project(&self, projector: bool) {
        let workspace = Workspace { projector, ..self.settings().workspace };
        self.set_workspace(if projector {
            Workspace { drawer: None, side: false, ..workspace }
        } else {
            workspace
        });
        projector::fill_screen(projector);
        projector::wake();
    }

    /// Whether the address names what is shown.
    pub fn is_given(&self) -> bool {
        self.query().src.is_some() || !fragment().is_empty()
    }

    /// The visitor has been greeted, or needs no greeting: they have begun by themselves.
    pub fn greeted(&self) {
        if !self.settings().greeted && !self.query().embed {
            self.set_settings(Settings { greeted: true, ..self.settings() });
            self.change(Change::Greeted);
        }
    }

    /// Frames on the stage say their addresses from now on, or no longer.
    pub fn set_addresses(&self, addresses: bool) {
        self.set_settings(Settings { addresses, ..self.settings() });
        self.change(Change::Addresses(addresses));
        self.refresh();
    }

    /// Frames sound from now on, or no longer.
    pub fn set_sounds(&self, sounds: bool) {
        self.set_settings(Settings { sounds, ..self.settings() });
    }

    /// What plays the notes of frames, once there was one to play.
    pub fn speaker(&self) -> &RefCell<Option<AudioContext>> {
        &self.0.speaker
    }

    /// Sets how much a screen reader reads out.
    pub fn set_detail(&self, detail: Detail) {
        self.set_settings(Settings { detail, ..self.settings() });
        self.change(Change::Detail(detail));
    }

    /// Whether single keys do something from now on.
    pub fn set_shortcuts(&self, shortcuts: bool) {
        self.set_settings(Settings { shortcuts, ..self.settings() });
        self.change(Change::Shortcuts(shortcuts));
    }

    /// Saves the experiment for the next visit.
    pub fn keep(&self) {
        self.0.rules.borrow().save(&self.0.lab.borrow(), self);
    }

    /// Opens what the address names; it is not a change that a person made.
    pub fn open_given(&self, scenario: scenario::Scenario) {
        self.when(lab::command::Part::of(&scenario).into(), |session| {
            session.with_rules(|rules, lab, page| rules.open_given(lab, scenario, page));
        });
    }

    /// Opens one of the person's own scenarios, and goes on saving it under its number.
    pub fn open_own(&self, kept: shelf::Kept) {
        self.when(lab::command::Part::of(&kept.scenario).into(), move |session| {
            session.with_rules(|rules, lab, page| rules.open_own(lab, kept.number, kept.scenario, page));
        });
    }

    /// Shows nodes where they are being dragged to.
    pub fn drag(&self, nodes: Vec<netlab::topology::NodeId>, by: (f64, f64)) {
        // Only the drawing changes: nothing is rendered for it.
        let _ = self.0.lab.borrow_mut().perform(Editor::Drag(nodes, by));
        self.refresh();
    }

    /// Edits the document.
    pub fn edit(&self, edit: Edit) {
        self.perform(edit);
    }

    /// Puts a text onto the clipboard, and says so.
    pub fn copy(&self, text: String) {
        let session = self.clone();
        spawn_local(async move {
            session.say(if copy(&text).await {
                t!("Copied.")
            } else {
                t!("The browser does not let this page copy.")
            });
        });
    }

    /// Makes a link, puts it into the address bar and onto the clipboard.
    pub fn share(&self) {
        self.with_rules(|rules, lab, page| rules.share(lab, page));
    }

    /// The fragment changed: a link was opened in this tab, or the person went back.
    pub fn follow_fragment(&self) {
        let now = fragment();
        if is_lesson_link(&now) {
            *self.0.lesson_link.borrow_mut() = Some(now);
            return self.open_lesson();
        }
        // What the link needs is known when it is read.
        self.when(Part::Programs, |session| {
            session.with_rules(|rules, lab, page| rules.follow_fragment(lab, fragment(), page));
        });
    }

    /// What was to be opened cannot be: a text with faults is opened for repair, of all else the page says why.
    pub fn trouble(&self, trouble: Trouble) {
        if trouble.text.is_some() {
            self.open_pane(Pane::Document);
            self.change(Change::Repair(trouble.into()));
        } else {
            self.change(Change::Open(Dialog::BadLink(trouble)));
        }
    }

    /// The network cannot run: shows its first fault at the node or link that is selected, or in the list of all.
    pub fn show_repair(&self, at_item: bool) {
        self.open_pane(if at_item { Pane::Inspect } else { Pane::Document });
        self.say(t!("This network cannot run yet. Put right what is marked."));
    }

    /// The link at the start was bad: takes it out of the address bar.
    pub fn forget_fragment(&self) {
        self.0.rules.borrow_mut().forget_fragment(self);
    }
}

/// What the rules ask of the browser. None of it borrows the lab or the rules, which are borrowed by the caller.
impl Backend for Session {
    fn say(&self, text: String) {
        self.change(Change::Say(text.into()));
    }

    fn ask_to_restart(&self, command: Command) {
        self.change(Change::Open(Dialog::Restart(Box::new(command))));
    }

    fn refuse_link(&self, unreadable: Unreadable) {
        self.trouble(Trouble::of(unreadable));
    }

    fn show_repair(&self, at_item: bool) {
        Self::show_repair(self, at_item);
    }

    fn offer(&self, links: session::Shared) {
        let session = self.clone();
        spawn_local(async move {
            let copied = copy(&links.link).await;
            session.change(Change::Open(Dialog::Share(Shared { links, copied })));
        });
    }

    fn show(&self, view: View) {
        self.0.shown.set(Some((view.at, view.state)));
        self.change(Change::View(Rc::new(view)));
    }

    fn frame_drawing(&self, framing: Framing) {
        if let Some(stage) = self.stage() {
            stage.borrow_mut().expect_change(match framing {
                Framing::AsIs => Next::AsIs,
                Framing::Follow => Next::Follow,
                Framing::Fit => Next::Fit,
            });
        }
    }

    fn stop_hovering(&self) {
        self.set_hover(None);
    }

    fn address(&self) -> String {
        let href = window().location().href().unwrap_or_default();
        href.split('#').next().unwrap_or_default().to_string()
    }

    fn set_fragment(&self, fragment: &str) {
        let location = window().location();
        let [path, query] = [location.pathname(), location.search()].map(Result::unwrap_or_default);
        let hash = if fragment.is_empty() { String::new() } else { format!("#{fragment}") };
        if let Ok(history) = window().history() {
            // Refused in some embeddings: then the link is only in the dialog.
            let url = format!("{path}{query}{hash}");
            let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&url));
        }
    }

    fn save_pace(&self, speed: Option<u8>, skip_quiet: bool) {
        self.set_settings(Settings { speed, skip_quiet, ..self.settings() });
    }

    fn save(&self, saved: Saved) {
        let Saved { at, fragment, number: mine, document } = saved;
        storage::Session { at_ns: at.nanos(), fragment, mine, document }.save_for_this_tab();
    }

    fn fresh_number(&self) -> u32 {
        shelf::fresh()
    }

    fn save_own(&self, number: u32, scenario: &scenario::Scenario) -> bool {
        shelf::keep(number, scenario).is_ok()
    }
}

/// The address bar's fragment, without the `#`.
fn fragment() -> String {
    let hash = window().location().hash().unwrap_or_default();
    hash.strip_prefix('#').unwrap_or(&hash).to_string()
}
