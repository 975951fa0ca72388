//! The rules of the page's session: which command is refused, asked about, announced, saved, and when the address changes.
//!
//! Nothing in here touches a browser. What a rule decides is carried out by a [`Backend`], as in Ruffle, whose player is
//! tested with a null backend for its user interface; the tests here use one that records. The page implements it with its
//! storage, address bar, clipboard and stage.

use crate::command::{Act, Clock, Command, Editor, Look, Refusal};
use crate::edit::Edit;
use crate::format::sentence;
use crate::speed::Speed;
use crate::view::View;
use crate::{Lab, State};
use netlab::Instant;
use scenario::Scenario;
use scenario::link::{self, Unreadable};
use texts::t;

/// What a session asks of the page around it. No method may call back into the session.
pub trait Backend {
    /// Shows a short message.
    fn say(&self, text: String);
    /// Asks whether the network may start again for this command; on yes the page performs [`Command::Agreed`].
    fn ask_to_restart(&self, command: Command);
    /// Says why a link cannot be opened; if it contains the text of a document, offers that for repair.
    fn refuse_link(&self, unreadable: Unreadable);
    /// The network that was opened cannot run: shows where it can be put right. `at_item`: at what is selected.
    fn show_repair(&self, at_item: bool);
    /// Offers these links: the first goes onto the clipboard.
    fn offer(&self, shared: Shared);
    /// Renders the lab as it is now.
    fn show(&self, view: View);
    /// The drawing is about to change.
    fn frame_drawing(&self, framing: Framing);
    /// Forgets what the pointer is over.
    fn stop_hovering(&self);
    /// The page's address without its fragment.
    fn address(&self) -> String;
    /// Puts this fragment, without `#`, into the address bar; empty: none.
    fn set_fragment(&self, fragment: &str);
    /// Saves how time is to pass: the step of the speed (`None`: automatic), and whether quiet time is skipped.
    fn save_pace(&self, speed: Option<u8>, skip_quiet: bool);
    /// Saves the experiment for the next visit.
    fn save(&self, saved: Saved);
    /// A number that none of the person's own scenarios has.
    fn fresh_number(&self) -> u32;
    /// Saves one of the person's own scenarios under its number; `false`: there is no room, or no storage.
    fn save_own(&self, number: u32, scenario: &Scenario) -> bool;
}

/// How the camera follows when the network becomes another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// It stays.
    AsIs,
    /// Everything comes into view, unless the person has moved the camera.
    Follow,
    /// Everything comes into view.
    Fit,
}

/// An experiment as it is saved for the next visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// The playhead.
    pub at: Instant,
    /// The fragment of the address, which tells a reload from a new link.
    pub fragment: String,
    /// Its number among the person's own scenarios; 0: none.
    pub number: u32,
    /// The document, with the runs that were started by hand.
    pub document: String,
}

/// Links to an experiment.
#[derive(Clone, Debug, PartialEq)]
pub struct Shared {
    /// To the document.
    pub link: String,
    /// To what has happened, if that is another document: the network was changed while it ran.
    pub happened: Option<String>,
    /// The playhead.
    pub at: Instant,
}

/// What the address asks for before its `#`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Asked {
    /// The page is a part of another page: nothing is saved.
    pub embed: bool,
    /// Nothing may be changed or started.
    pub lock: bool,
    /// Embedded, it plays at once instead of waiting to be played.
    pub autoplay: bool,
    /// The moment at which it begins.
    pub at: Option<Instant>,
}

/// How a session begins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Beginning {
    /// The saved step of the speed; `None`: automatic.
    pub speed: Option<u8>,
    /// Whether quiet time is skipped.
    pub skip_quiet: bool,
    /// How far the experiment had got.
    pub at: Instant,
    /// The moment that the link names: time stands still there.
    pub moment: Option<Instant>,
    /// The page broke the last time. The experiment may be why, so it does not play by itself.
    pub crashed: bool,
}

/// The state of a session apart from the lab.
#[derive(Debug)]
pub struct Session {
    asked: Asked,
    /// The number among the person's own scenarios; 0: none yet.
    number: u32,
    /// The person knows that there is no room to save.
    full: bool,
    /// What the page itself put into the address bar, or found there.
    fragment: String,
}

fn no_room() -> String {
    t!("The browser has no room to keep this, or does not allow it: save it as a file from the Document pane.")
        .into()
}

impl Session {
    /// A session whose page was opened with this fragment; `number` is that of the opened scenario among the person's own.
    pub fn new(asked: Asked, fragment: String, number: u32) -> Self {
        Self { asked, number, full: false, fragment }
    }

    /// Lets a lab that was just made begin.
    pub fn begin(&self, lab: &mut Lab, beginning: Beginning, page: &dyn Backend) {
        // No command to the clock is ever refused.
        let _ = lab.perform(Clock::SkipQuiet(beginning.skip_quiet));
        if let Some(step) = beginning.speed {
            let _ = lab.perform(Clock::SetSpeed(Speed::from_step(step)));
        }
        if beginning.crashed {
            let _ = lab.perform(Clock::Pause);
        } else {
            self.begin_as_asked(lab, beginning.at);
            if let Some(moment) = beginning.moment {
                lab.show_moment(moment);
            }
        }
        self.repair(lab, page);
        // If anything breaks the page later, the experiment is there for the next start.
        self.save(lab, page);
    }

    /// Takes the tools out if the network that was opened cannot run, and goes to its first fault.
    fn repair(&self, lab: &mut Lab, page: &dyn Backend) {
        if self.asked.lock || lab.is_sound() {
            return;
        }
        let place = lab.problems.iter().find(|problem| problem.grave).and_then(|problem| problem.at);
        // Neither is ever refused.
        let _ = lab.perform(Editor::Tools(true));
        let _ = lab.perform(Look::Select(place));
        page.show_repair(place.is_some());
    }

    /// Performs a command, and shows the lab at once.
    pub fn perform(&mut self, lab: &mut Lab, command: Command, page: &dyn Backend) {
        if self.asked.lock && command.changes_the_document() {
            return;
        }
        let effects = Effects::of(&command);
        let again = command.clone();
        let revision = lab.revision();
        match lab.perform(command) {
            Ok(()) => {}
            Err(Refusal::Restarts) => return page.ask_to_restart(again),
            Err(refusal @ (Refusal::World(_) | Refusal::Branch | Refusal::Edit(_) | Refusal::Part(_))) => {
                page.say(sentence(&refusal.to_string()));
            }
        }
        if effects.pace {
            page.save_pace((!lab.is_auto_speed()).then(|| lab.speed().step()), lab.skips_quiet());
        }
        let document_changed = lab.revision() != revision;
        if effects.opens {
            page.stop_hovering();
            self.set_fragment(String::new(), page);
            self.number = 0;
            self.repair(lab, page);
        } else if document_changed && !self.fragment.is_empty() {
            // The address bar goes on naming what is on the page.
            self.set_fragment(link::encode(lab.scenario()), page);
        }
        if document_changed {
            page.frame_drawing(effects.framing);
            self.save_as_own(lab, page);
            self.save(lab, page);
        }
        page.show(lab.view());
    }

    /// Opens what the address names. It is not a change that the person made, so that a locked page does it, too.
    pub fn open_given(&self, lab: &mut Lab, scenario: Scenario, page: &dyn Backend) {
        // Opening is never refused.
        let _ = lab.perform(Act::Open(Box::new(scenario)));
        self.begin_as_asked(lab, Instant::ZERO);
        self.repair(lab, page);
        page.frame_drawing(Framing::Fit);
        page.show(lab.view());
    }

    /// Opens one of the person's own scenarios, and goes on saving it under its number.
    pub fn open_own(&mut self, lab: &mut Lab, number: u32, scenario: Scenario, page: &dyn Backend) {
        self.perform(lab, Act::Open(Box::new(scenario)).into(), page);
        self.number = number;
        self.save(lab, page);
    }

    /// Makes links to the experiment, and puts the first into the address bar.
    pub fn share(&mut self, lab: &Lab, page: &dyn Backend) {
        self.set_fragment(link::encode(lab.scenario()), page);
        self.save(lab, page);
        let to = |fragment: &str| format!("{}#{fragment}", page.address());
        let happened = lab.happened();
        let happened = (&happened != lab.scenario()).then(|| to(&link::encode(&happened)));
        page.offer(Shared { link: to(&self.fragment), happened, at: lab.look().at });
    }

    /// The fragment of the address changed: a link was opened in this tab, or the person went back.
    pub fn follow_fragment(&mut self, lab: &mut Lab, fragment: String, page: &dyn Backend) {
        if self.fragment == fragment {
            return;
        }
        if fragment.is_empty() {
            self.fragment = fragment;
            return;
        }
        // The page gives the lab this part before it calls.
        let Some(documents) = lab.parts().documents else { return };
        match (documents.decode)(&fragment) {
            Ok(scenario) => {
                self.perform(lab, Act::Open(Box::new(scenario)).into(), page);
                if let Some(at) = link::moment(&fragment) {
                    lab.show_moment(at);
                }
                self.set_fragment(fragment, page);
                self.save(lab, page);
            }
            Err(unreadable) => {
                // The address bar names again what is on the page.
                page.set_fragment(&self.fragment);
                page.refuse_link(unreadable);
            }
        }
    }

    /// The link that the page was opened with is bad: takes it out of the address bar.
    pub fn forget_fragment(&mut self, page: &dyn Backend) {
        self.set_fragment(String::new(), page);
    }

    /// Saves the experiment for the next visit.
    pub fn save(&self, lab: &Lab, page: &dyn Backend) {
        if self.asked.embed {
            return;
        }
        let at = match lab.state() {
            // Left before it had caught up: the moment to catch up to stays.
            State::CatchingUp { .. } => lab.catching_up_to().unwrap_or(Instant::ZERO),
            State::Playing | State::Paused | State::Quiet | State::Broken => lab.look().at,
        };
        let (fragment, document) = (self.fragment.clone(), lab.scenario().to_compact_json());
        page.save(Saved { at, fragment, number: self.number, document });
    }

    /// What the person has changed is saved among their own scenarios.
    fn save_as_own(&mut self, lab: &Lab, page: &dyn Backend) {
        if self.asked.embed || !lab.is_touched() {
            return;
        }
        if self.number == 0 {
            self.number = page.fresh_number();
        }
        let full = !page.save_own(self.number, lab.scenario());
        if full && !self.full {
            page.say(no_room());
        }
        self.full = full;
    }

    /// Begins where the address says, or else at `at`; embedded, it waits to be played unless the address asks otherwise.
    fn begin_as_asked(&self, lab: &mut Lab, at: Instant) {
        lab.catch_up_to(self.asked.at.unwrap_or(at));
        if self.asked.embed && !self.asked.autoplay {
            lab.stay();
        }
    }

    fn set_fragment(&mut self, fragment: String, page: &dyn Backend) {
        page.set_fragment(&fragment);
        self.fragment = fragment;
    }
}

/// What a command has to do with the page apart from the lab.
struct Effects {
    /// It changes how time is to pass, which is saved for the next visit.
    pace: bool,
    /// It opens another scenario.
    opens: bool,
    framing: Framing,
}

impl Effects {
    fn of(command: &Command) -> Self {
        let none = Self { pace: false, opens: false, framing: Framing::Follow };
        match command {
            Command::Clock(Clock::SetSpeed(_) | Clock::AutoSpeed | Clock::SkipQuiet(_)) => {
                Self { pace: true, ..none }
            }
            Command::Act(Act::Open(_)) => Self { opens: true, framing: Framing::Fit, ..none },
            Command::Editor(Editor::Edit(edit)) => Self { framing: framing(edit), ..none },
            Command::Clock(_)
            | Command::Look(_)
            | Command::Act(_)
            | Command::Editor(_)
            | Command::Agreed(_) => none,
        }
    }
}

fn framing(edit: &Edit) -> Framing {
    match edit {
        // What is new may be out of sight.
        Edit::Add(_, None) | Edit::Tidy => Framing::Fit,
        Edit::Add(_, Some(_)) | Edit::Move(..) => Framing::AsIs,
        Edit::Connect(..)
        | Edit::Delete(..)
        | Edit::Rename(..)
        | Edit::SetNode(..)
        | Edit::SetIcon(..)
        | Edit::SetLink(..)
        | Edit::SetPorts(..)
        | Edit::SetDuplex(..)
        | Edit::Plug(..)
        | Edit::Paste(_)
        | Edit::Align(..)
        | Edit::Title(_)
        | Edit::Description(_)
        | Edit::Seed(_)
        | Edit::RemoveRun(_)
        | Edit::Replace(_) => Framing::Follow,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::Kind;
    use netlab::Duration;
    use netlab::topology::{LinkId, NodeId};
    use std::cell::{Cell, RefCell};
    use trace::selection::Selection;

    /// What the page was asked to do.
    #[derive(Clone, Debug, PartialEq)]
    enum Done {
        Said(String),
        AskedToRestart,
        /// With the text that can be put right.
        RefusedLink(Option<String>),
        ShowedRepair,
        Offered(Shared),
        Framed(Framing),
        StoppedHovering,
        Fragment(String),
        Pace(Option<u8>, bool),
        Saved(u32),
        SavedOwn(u32),
    }

    #[derive(Default)]
    struct Recorder {
        done: RefCell<Vec<Done>>,
        shown: Cell<usize>,
        saved: RefCell<Option<Saved>>,
        restart: RefCell<Option<Command>>,
        full: Cell<bool>,
        numbers: Cell<u32>,
    }

    impl Recorder {
        fn note(&self, done: Done) {
            self.done.borrow_mut().push(done);
        }

        fn take(&self) -> Vec<Done> {
            self.done.take()
        }
    }

    impl Backend for Recorder {
        fn say(&self, text: String) {
            self.note(Done::Said(text));
        }
        fn ask_to_restart(&self, command: Command) {
            *self.restart.borrow_mut() = Some(command);
            self.note(Done::AskedToRestart);
        }
        fn refuse_link(&self, unreadable: Unreadable) {
            self.note(Done::RefusedLink(unreadable.text));
        }
        fn show_repair(&self, at_item: bool) {
            assert!(at_item, "the fault of these tests has a place");
            self.note(Done::ShowedRepair);
        }
        fn offer(&self, shared: Shared) {
            self.note(Done::Offered(shared));
        }
        fn show(&self, _: View) {
            self.shown.set(self.shown.get() + 1);
        }
        fn frame_drawing(&self, framing: Framing) {
            self.note(Done::Framed(framing));
        }
        fn stop_hovering(&self) {
            self.note(Done::StoppedHovering);
        }
        fn address(&self) -> String {
            "https://example.test/".into()
        }
        fn set_fragment(&self, fragment: &str) {
            self.note(Done::Fragment(fragment.into()));
        }
        fn save_pace(&self, speed: Option<u8>, skip_quiet: bool) {
            self.note(Done::Pace(speed, skip_quiet));
        }
        fn save(&self, saved: Saved) {
            self.note(Done::Saved(saved.number));
            *self.saved.borrow_mut() = Some(saved);
        }
        fn fresh_number(&self) -> u32 {
            self.numbers.set(self.numbers.get() + 1);
            self.numbers.get()
        }
        fn save_own(&self, number: u32, _: &Scenario) -> bool {
            self.note(Done::SavedOwn(number));
            !self.full.get()
        }
    }

    /// A session with its lab and a page that records.
    struct Opened {
        session: Session,
        lab: Lab,
        page: Recorder,
    }

    impl Opened {
        fn perform(&mut self, command: impl Into<Command>) -> Vec<Done> {
            self.session.perform(&mut self.lab, command.into(), &self.page);
            self.page.take()
        }

        fn follow(&mut self, fragment: &str) -> Vec<Done> {
            self.session.follow_fragment(&mut self.lab, fragment.into(), &self.page);
            self.page.take()
        }

        fn play(&mut self, frames: u32) {
            for frame in 0..frames {
                self.lab.tick(f64::from(frame) * 16.7, true, &mut || true);
            }
        }
    }

    fn opened(asked: Asked, fragment: &str) -> Opened {
        let lab = Lab::new(example(0));
        Opened { session: Session::new(asked, fragment.into(), 0), lab, page: Recorder::default() }
    }

    fn example(number: usize) -> Scenario {
        crate::samples::numbered(number)
    }

    fn begin(asked: Asked, beginning: Beginning) -> Opened {
        let mut opened = opened(asked, "");
        opened.session.begin(&mut opened.lab, beginning, &opened.page);
        opened
    }

    const BEGINNING: Beginning =
        Beginning { speed: None, skip_quiet: true, at: Instant::ZERO, moment: None, crashed: false };

    fn at(ms: u64) -> Instant {
        Instant::ZERO + Duration::from_millis(ms)
    }

    #[test]
    fn a_locked_page_lets_a_person_look_and_travel_but_change_nothing() {
        let mut locked = opened(Asked { lock: true, ..Asked::default() }, "");
        let before = locked.lab.scenario().clone();
        assert_eq!(locked.perform(Edit::Add(Kind::Host, None)), []);
        assert_eq!(locked.perform(Command::Agreed(Box::new(Editor::SelectAll.into()))), []);
        assert_eq!((locked.page.shown.get(), locked.lab.scenario()), (0, &before));
        assert_eq!(locked.perform(Clock::Pause), []);
        assert_eq!((locked.page.shown.get(), locked.lab.state()), (1, State::Paused));
    }

    #[test]
    fn an_edit_that_starts_the_network_again_is_asked_about_and_done_when_agreed_to() {
        let mut opened = opened(Asked::default(), "");
        opened.play(200);
        let delete = Edit::Delete(vec![NodeId(0)], Vec::new());
        assert_eq!(opened.perform(delete), [Done::AskedToRestart]);
        assert_eq!(opened.lab.scenario(), &example(0), "nothing has changed");
        let again = opened.page.restart.take().unwrap();
        let done = opened.perform(Command::Agreed(Box::new(again)));
        assert_eq!(done, [Done::Framed(Framing::Follow), Done::SavedOwn(1), Done::Saved(1)]);
        assert_eq!(opened.lab.scenario().ids.len(), 2);
    }

    #[test]
    fn a_refusal_is_said_in_a_sentence_and_saves_nothing() {
        let mut opened = opened(Asked::default(), "");
        let done = opened.perform(Edit::Connect(NodeId(0), NodeId(0)));
        assert_eq!(done, [Done::Said("A cable joins two different nodes.".into())]);
    }

    #[test]
    fn opening_takes_the_link_out_of_the_address_and_is_nobodys_own_until_it_is_changed() {
        let mut opened = opened(Asked::default(), "2:something");
        opened.perform(Edit::Title("Mine".into()));
        let done = opened.perform(Act::Open(Box::new(example(1))));
        let fit = Done::Framed(Framing::Fit);
        assert_eq!(done, [Done::StoppedHovering, Done::Fragment(String::new()), fit, Done::Saved(0)]);
        let done = opened.perform(Edit::Title("Another".into()));
        assert_eq!(done[1..], [Done::SavedOwn(2), Done::Saved(2)], "under a number of its own");
    }

    #[test]
    fn the_address_follows_the_document_only_while_it_names_one() {
        let mut without = opened(Asked::default(), "");
        assert!(
            !without.perform(Edit::Title("New".into())).iter().any(|done| matches!(done, Done::Fragment(_)))
        );
        let mut with = opened(Asked::default(), "2:something");
        let done = with.perform(Edit::Title("New".into()));
        assert_eq!(done[0], Done::Fragment(link::encode(with.lab.scenario())));
    }

    #[test]
    fn a_scenario_keeps_its_number_and_a_full_browser_is_announced_once() {
        let mut opened = opened(Asked::default(), "");
        opened.page.full.set(true);
        let said = |done: &[Done]| done.contains(&Done::Said(no_room()));
        assert!(said(&opened.perform(Edit::Title("a".into()))));
        assert!(!said(&opened.perform(Edit::Title("b".into()))));
        opened.page.full.set(false);
        assert!(opened.perform(Edit::Title("c".into())).contains(&Done::SavedOwn(1)));
        opened.page.full.set(true);
        assert!(said(&opened.perform(Edit::Title("d".into()))), "there was room in between");
    }

    #[test]
    fn an_own_scenario_goes_on_under_its_number() {
        let mut opened = opened(Asked::default(), "");
        opened.session.open_own(&mut opened.lab, 7, example(2), &opened.page);
        assert_eq!(opened.page.take().last(), Some(&Done::Saved(7)));
        assert!(opened.perform(Edit::Title("a".into())).contains(&Done::SavedOwn(7)));
    }

    #[test]
    fn embedded_nothing_is_saved_and_it_waits_to_be_played() {
        let embedded = Asked { embed: true, ..Asked::default() };
        let mut waits = begin(embedded, BEGINNING);
        assert_eq!(waits.lab.state(), State::Paused);
        let done = waits.perform(Edit::Title("a".into()));
        assert_eq!(done, [Done::Framed(Framing::Follow)]);
        assert_eq!(begin(Asked { autoplay: true, ..embedded }, BEGINNING).lab.state(), State::Playing);
        waits.session.open_given(&mut waits.lab, example(1), &waits.page);
        assert_eq!((waits.lab.state(), waits.page.take()), (State::Paused, vec![Done::Framed(Framing::Fit)]));
    }

    #[test]
    fn a_session_begins_where_the_address_says_or_else_where_it_was() {
        let was = Beginning { at: at(40), ..BEGINNING };
        assert_eq!(begin(Asked::default(), was).lab.catching_up_to(), Some(at(40)));
        let asked = Asked { at: Some(at(70)), ..Asked::default() };
        assert_eq!(begin(asked, was).lab.catching_up_to(), Some(at(70)));
        let moment = Beginning { moment: Some(at(90)), ..was };
        assert_eq!(begin(Asked::default(), moment).lab.catching_up_to(), Some(at(90)));
        let crashed = begin(asked, Beginning { crashed: true, ..was });
        assert_eq!((crashed.lab.state(), crashed.lab.catching_up_to()), (State::Paused, None));
    }

    #[test]
    fn what_is_saved_before_it_has_caught_up_is_the_moment_to_catch_up_to() {
        let opened = begin(Asked::default(), Beginning { at: at(40), ..BEGINNING });
        assert_eq!(opened.page.saved.take().unwrap().at, at(40));
    }

    #[test]
    fn speed_and_skipping_are_saved_for_the_next_visit() {
        let mut opened =
            begin(Asked::default(), Beginning { speed: Some(3), skip_quiet: false, ..BEGINNING });
        assert_eq!((opened.lab.speed().step(), opened.lab.skips_quiet()), (3, false));
        opened.page.take();
        assert_eq!(opened.perform(Clock::SkipQuiet(true)), [Done::Pace(Some(3), true)]);
        assert_eq!(opened.perform(Clock::AutoSpeed), [Done::Pace(None, true)]);
        assert_eq!(opened.perform(Clock::Pause), []);
    }

    #[test]
    fn a_link_opened_in_this_tab_is_opened_and_stays_in_the_address() {
        let mut opened = opened(Asked::default(), "");
        let fragment = link::with_moment(&link::encode(&example(2)), at(90));
        let done = opened.follow(&fragment);
        assert_eq!(done[done.len() - 2..], [Done::Fragment(fragment.clone()), Done::Saved(0)]);
        assert_eq!((opened.lab.scenario(), opened.lab.catching_up_to()), (&example(2), Some(at(90))));
        assert_eq!(opened.follow(&fragment), [], "it is there already");
        assert_eq!(opened.follow(""), [], "what is on the page stays");
        assert_eq!(opened.lab.scenario(), &example(2));
    }

    #[test]
    fn a_bad_link_changes_nothing_and_the_address_goes_back() {
        let mut opened = opened(Asked::default(), "2:something");
        assert_eq!(opened.follow("1:zzz"), [Done::Fragment("2:something".into()), Done::RefusedLink(None)]);
        assert_eq!(opened.lab.scenario(), &example(0));
        opened.session.forget_fragment(&opened.page);
        assert_eq!(opened.page.take(), [Done::Fragment(String::new())]);
    }

    /// `b`'s gateway is in none of its networks, so that the network cannot run.
    const FAULTY: &str = r#"{"packetarium": 1, "nodes": [{"id": "a", "kind": "host", "addresses": ["10.0.0.1/24"]},
        {"id": "b", "kind": "host", "addresses": ["10.0.0.2/24"], "gateway": "10.9.9.9"}], "links": [{"ends": ["a", "b"]}]}"#;

    #[test]
    fn a_network_with_faults_is_opened_for_repair_and_can_be_shared() {
        let draft = Scenario::draft(FAULTY).unwrap();
        let mut opened = opened(Asked::default(), "");
        let fragment = link::encode(&draft);
        let done = opened.follow(&fragment);
        assert!(done.contains(&Done::ShowedRepair), "{done:?}");
        assert_eq!(opened.lab.scenario(), &draft);
        assert!(opened.lab.editing().on && opened.lab.state() == State::Broken);
        assert_eq!(opened.lab.look().selection, Some(Selection::Node(NodeId(1))), "at the fault");
        opened.session.share(&opened.lab, &opened.page);
        match opened.page.take().pop() {
            Some(Done::Offered(shared)) => assert!(shared.link.ends_with(&fragment)),
            other => panic!("{other:?}"),
        }
        // A sound one is opened to be watched.
        assert!(!opened.follow(&link::encode(&example(1))).contains(&Done::ShowedRepair));
        // A locked page offers no repair.
        let mut locked = self::opened(Asked { lock: true, ..Asked::default() }, "");
        locked.session.open_given(&mut locked.lab, draft, &locked.page);
        assert!(!locked.lab.editing().on);
    }

    #[test]
    fn a_link_to_a_text_that_cannot_be_read_gives_the_text() {
        let text = FAULTY.replace("host", "hots");
        let mut opened = opened(Asked::default(), "");
        let done = opened.follow(&link::encode_text(&text).unwrap());
        assert_eq!(done, [Done::Fragment(String::new()), Done::RefusedLink(Some(text))]);
        assert_eq!(opened.lab.scenario(), &example(0));
    }

    #[test]
    fn sharing_offers_what_happened_too_if_the_network_was_changed_while_it_ran() {
        let mut opened = opened(Asked::default(), "");
        opened.play(200);
        let offered = |opened: &mut Opened| {
            opened.session.share(&opened.lab, &opened.page);
            match opened.page.take().pop() {
                Some(Done::Offered(shared)) => shared,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(offered(&mut opened).happened, None);
        opened.perform(Edit::Plug(LinkId(0), false));
        let shared = offered(&mut opened);
        assert_eq!(shared.link, format!("https://example.test/#{}", link::encode(opened.lab.scenario())));
        let happened = format!("https://example.test/#{}", link::encode(&opened.lab.happened()));
        assert_eq!(shared.happened, Some(happened));
    }

    #[test]
    fn only_what_is_new_or_moved_decides_about_the_camera() {
        let mut opened = opened(Asked::default(), "");
        let mut framed = |edit: Edit| match opened.perform(edit)[0] {
            Done::Framed(framing) => framing,
            ref other => panic!("{other:?}"),
        };
        assert_eq!(framed(Edit::Add(Kind::Host, None)), Framing::Fit);
        assert_eq!(framed(Edit::Add(Kind::Host, Some((10.0, 10.0)))), Framing::AsIs);
        assert_eq!(framed(Edit::Move(vec![NodeId(0)], (10.0, 0.0))), Framing::AsIs);
        assert_eq!(framed(Edit::Title("a".into())), Framing::Follow);
    }
}
