//! What the page is like, apart from the lab: one value, changed in one place.

use crate::aim::Aim;
use crate::announce::Detail;
use crate::opening::Trouble;
use crate::parts::{Part, Status};
use crate::theme::Choice;
use crate::workspace::Workspace;
use lab::State;
use lab::command::Command;
use lab::inspect::Memory;
use lab::packets::followed::Followed;
use lab::results::Phase;
use lab::view::View;
use std::rc::Rc;
use texts::{plural, t};
use trace::selection::Selection;
use yew::Reducible;

/// What the page is like.
#[derive(Clone, PartialEq)]
pub struct Page {
    /// The lab, as it was at most a tenth of a second ago.
    pub view: Rc<View>,
    /// Which pane is open beside the stage.
    pub pane: Pane,
    /// How the page is laid out.
    pub workspace: Workspace,
    /// A text that cannot be read, and what is wrong with it: the Document pane shows it for repair.
    pub repair: Option<Rc<Trouble>>,
    /// The run that is about to be started on the stage.
    pub aim: Option<Aim>,
    /// What nodes remember, where it stands beside them on the stage.
    pub memories: Rc<[Remembered]>,
    /// Frames on the stage say their addresses.
    pub addresses: bool,
    /// A first visitor is being greeted.
    pub greets: bool,
    /// What lies over the page.
    pub dialog: Option<Dialog>,
    /// Light or dark.
    pub theme: Choice,
    /// Whether single keys do something.
    pub shortcuts: bool,
    /// How much a screen reader reads out.
    pub detail: Detail,
    /// Short messages, the oldest first.
    pub toasts: Vec<Toast>,
    /// The text that a screen reader reads out next.
    pub announcement: Rc<str>,
    /// How the loading of the parts stands.
    pub parts: [Status; Part::ALL.len()],
    /// A lesson is open; increases with all that is new in it.
    pub lesson: Option<u32>,
    /// What is selected is offered in the pane of the lesson, which stays open.
    pub points: bool,
    next_toast: u32,
}

/// A table of what a node remembers, beside the node on the stage. The node is named by its id in the document, which an edit
/// elsewhere does not change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// Whose.
    pub node: Rc<str>,
    /// Which of its tables.
    pub memory: Memory,
}

/// A pane beside the stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pane {
    /// Starting runs, and their results.
    Runs,
    /// Looking closely.
    Inspect,
    /// Wall-clock speed of the stacks in this tab.
    SpeedTest,
    /// The document.
    Document,
    /// The open lesson.
    Lesson,
}

/// What lies over the page.
#[derive(Clone, Debug, PartialEq)]
pub enum Dialog {
    /// Scenarios to start from.
    Examples,
    /// The lessons; with a link to a result that is to be graded.
    Course(Option<Rc<str>>),
    /// A link to this.
    Share(Shared),
    /// What was said in a conversation.
    Conversation(Rc<Followed>),
    /// What all this is, and what the keys do.
    Help,
    /// A link that could not be opened.
    BadLink(Trouble),
    /// The network would have to start again for this.
    Restart(Box<Command>),
}

impl Dialog {
    /// The part of the page that it belongs to; `None`: it is there from the beginning.
    pub fn needs(&self) -> Option<Part> {
        match self {
            Self::Examples | Self::Restart(_) => Some(Part::Documents),
            Self::Conversation(_) => Some(Part::Instruments),
            Self::Share(_) | Self::Help => Some(Part::Extras),
            Self::Course(_) => Some(Part::Lessons),
            Self::BadLink(_) => None,
        }
    }
}

impl Pane {
    /// The same for a pane.
    pub fn needs(self) -> Option<Part> {
        match self {
            Self::Runs | Self::Document => Some(Part::Documents),
            Self::Inspect => Some(Part::Instruments),
            Self::SpeedTest => Some(Part::Extras),
            Self::Lesson => Some(Part::Lessons),
        }
    }
}

/// What can be shared.
#[derive(Clone, Debug, PartialEq)]
pub struct Shared {
    /// The links.
    pub links: lab::session::Shared,
    /// Whether the clipboard took the first already.
    pub copied: bool,
}

/// A short message.
#[derive(Clone, Debug, PartialEq)]
pub struct Toast {
    /// Which one.
    pub id: u32,
    /// What it says.
    pub text: Rc<str>,
}

/// Something that changes the page.
#[derive(Clone, Debug)]
pub enum Change {
    /// The lab has moved on.
    View(Rc<View>),
    /// Show this pane.
    Pane(Pane),
    /// Show this text for repair.
    Repair(Rc<Trouble>),
    /// The page is laid out like this.
    Workspace(Workspace),
    /// This run is about to be started on the stage.
    Aim(Option<Aim>),
    /// Show this table beside its node on the stage, or no longer.
    Memory(Remembered),
    /// Frames on the stage say their addresses, or no longer.
    Addresses(bool),
    /// The visitor has been greeted.
    Greeted,
    /// Lay this over the page.
    Open(Dialog),
    /// Away with what lies over the page.
    Close,
    /// Light or dark.
    Theme(Choice),
    /// Single keys do something, or nothing.
    Shortcuts(bool),
    /// Sets how much a screen reader reads out.
    Detail(Detail),
    /// There is something new in the lesson, or another one, or none.
    Lesson { open: bool },
    /// What is selected is offered in the pane of the lesson, or no longer.
    Points(bool),
    /// The loading of the parts stands like this.
    Parts([Status; Part::ALL.len()]),
    /// Say something.
    Say(Rc<str>),
    /// Have a screen reader say something that is seen already.
    Announce(Rc<str>),
    /// It has been read.
    Dismiss(u32),
}

/// More messages than this hide the page: the oldest goes.
const TOASTS_MAX: usize = 3;

impl Page {
    /// The page as it opens.
    pub fn new(view: View, theme: Choice, shortcuts: bool) -> Self {
        Self {
            view: Rc::new(view),
            pane: Pane::Runs,
            workspace: Workspace::default(),
            repair: None,
            aim: None,
            memories: Rc::from([]),
            addresses: false,
            greets: false,
            dialog: None,
            theme,
            shortcuts,
            detail: Detail::default(),
            toasts: Vec::new(),
            announcement: "".into(),
            parts: Default::default(),
            lesson: None,
            points: false,
            next_toast: 0,
        }
    }

    fn say(&mut self, text: Rc<str>) {
        if self.toasts.iter().any(|toast| toast.text == text) {
            return;
        }
        self.toasts.push(Toast { id: self.next_toast, text });
        self.next_toast += 1;
        if self.toasts.len() > TOASTS_MAX {
            self.toasts.remove(0);
        }
    }
}

impl Reducible for Page {
    type Action = Change;

    fn reduce(self: Rc<Self>, change: Change) -> Rc<Self> {
        let mut page = (*self).clone();
        match change {
            Change::View(view) => {
                // What is opened or edited takes the place of the text.
                if view.revision != page.view.revision {
                    page.repair = None;
                }
                if let Some(news) = news(&page.view, &view, page.detail) {
                    page.announcement = news.into();
                }
                // What it says is about the first network.
                if view.sketch.opened != page.view.sketch.opened {
                    page.greets = false;
                    page.memories = Rc::from([]);
                }
                // A new selection opens the Inspect pane. But a lesson stays: its text says which node to select, and the node's card leads on.
                // While editing there is no card: what can be edited is in the Inspect pane.
                let points = (view.selection, view.packet);
                let is_new = points != (None, None) && points != (page.view.selection, page.view.packet);
                let is_of_the_lesson = view.packet == page.view.packet
                    && !view.tools.on
                    && matches!(view.selection, Some(Selection::Node(_)));
                let stays = page.pane == Pane::Lesson && (page.points || is_of_the_lesson);
                if is_new && !stays {
                    page.pane = Pane::Inspect;
                }
                page.view = view;
            }
            Change::Pane(pane) => page.pane = pane,
            Change::Repair(trouble) => {
                page.repair = Some(trouble);
                page.pane = Pane::Document;
            }
            Change::Workspace(workspace) => page.workspace = workspace,
            Change::Greeted => page.greets = false,
            Change::Aim(aim) => page.aim = aim,
            Change::Addresses(addresses) => page.addresses = addresses,
            Change::Memory(it) => page.memories = toggled(&page.memories, it),
            Change::Open(dialog) => page.dialog = Some(dialog),
            Change::Close => page.dialog = None,
            Change::Theme(theme) => page.theme = theme,
            Change::Shortcuts(shortcuts) => page.shortcuts = shortcuts,
            Change::Detail(detail) => page.detail = detail,
            Change::Lesson { open } => {
                page.lesson = open.then(|| page.lesson.map_or(0, |news| news.wrapping_add(1)));
                if !open && page.pane == Pane::Lesson {
                    page.pane = Pane::Runs;
                    page.workspace.side = false;
                }
            }
            Change::Points(points) => page.points = points,
            Change::Parts(parts) => page.parts = parts,
            Change::Say(text) => page.say(text),
            Change::Announce(text) if page.detail != Detail::Nothing => page.announcement = text,
            Change::Announce(_) => {}
            Change::Dismiss(id) => page.toasts.retain(|toast| toast.id != id),
        }
        Rc::new(page)
    }
}

/// With this one, or without it.
fn toggled(memories: &[Remembered], it: Remembered) -> Rc<[Remembered]> {
    match memories.contains(&it) {
        true => memories.iter().filter(|other| **other != it).cloned().collect(),
        false => memories.iter().cloned().chain([it]).collect(),
    }
}

/// What has happened between the two that a listener should hear.
fn news(before: &View, now: &View, detail: Detail) -> Option<String> {
    if detail == Detail::Nothing {
        return None;
    }
    if before.sketch.opened != now.sketch.opened {
        return Some(t!("Opened: {}, {}.", now.sketch.title, now.sketch.sentence()));
    }
    let mut sentences: Vec<_> = now
        .runs
        .iter()
        .filter(|run| {
            let was = before.runs.iter().find(|other| other.id == run.id).map(|other| other.phase);
            was != Some(run.phase)
                && matches!(run.phase, Phase::Succeeded | Phase::Failed(_) | Phase::Stopped)
        })
        .map(|run| run.sentence())
        .collect();
    if now.state == State::Quiet && before.state != State::Quiet {
        sentences.push(t!("Nothing is moving.").into());
    }
    if before.sketch.nodes.len() != now.sketch.nodes.len()
        || before.sketch.links.len() != now.sketch.links.len()
    {
        let cables = now.sketch.links.len() as u64;
        let cables =
            plural!(cables, "{count}\u{a0}cable", "{count}\u{a0}cables", count = lab::format::count(cables));
        sentences.push(t!("Now: {}, {cables}.", now.sketch.sentence()));
    }
    if detail == Detail::Everything && now.narration != before.narration {
        sentences.push(now.narration.to_string());
    }
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use lab::Lab;
    use lab::command::Look;
    use netlab::topology::NodeId;

    fn lab() -> Lab {
        Lab::new(scenario::examples()[0].scenario())
    }

    fn page(lab: &mut Lab) -> Rc<Page> {
        Rc::new(Page::new(lab.view(), Choice::System, true))
    }

    #[test]
    fn selecting_something_opens_the_inspector_and_looking_elsewhere_stays_possible() {
        let mut lab = lab();
        let page = page(&mut lab);
        lab.perform(Look::Select(Some(Selection::Node(NodeId(0))))).unwrap();
        let page = page.reduce(Change::View(Rc::new(lab.view())));
        assert_eq!(page.pane, Pane::Inspect);
        let page = page.reduce(Change::Pane(Pane::Runs)).reduce(Change::View(Rc::new(lab.view())));
        assert_eq!(page.pane, Pane::Runs);
    }

    #[test]
    fn the_lesson_stays_beside_a_selected_node_and_gives_way_to_a_packet() {
        let mut lab = lab();
        let mut now_ms = 0.0;
        while lab.edge() < netlab::Instant::from_nanos(20_000_000) {
            now_ms += 16.0;
            lab.tick(now_ms, true, &mut || true);
        }
        let page = page(&mut lab).reduce(Change::Lesson { open: true }).reduce(Change::Pane(Pane::Lesson));
        lab.perform(Look::Select(Some(Selection::Node(NodeId(0))))).unwrap();
        let page = page.reduce(Change::View(Rc::new(lab.view())));
        assert_eq!(page.pane, Pane::Lesson);
        let frame = lab.world().history().transits().next().unwrap().id;
        lab.perform(Look::Select(Some(Selection::Frame(frame)))).unwrap();
        assert_eq!(page.reduce(Change::View(Rc::new(lab.view()))).pane, Pane::Inspect);
    }

    #[test]
    fn what_is_selected_leaves_the_pane_of_a_workshop_open() {
        let mut lab = lab();
        let page = page(&mut lab).reduce(Change::Points(true)).reduce(Change::Pane(Pane::Lesson));
        lab.perform(Look::Select(Some(Selection::Node(NodeId(0))))).unwrap();
        let page = page.reduce(Change::View(Rc::new(lab.view())));
        assert_eq!(page.pane, Pane::Lesson);
        let page = page.reduce(Change::Pane(Pane::Runs));
        lab.perform(Look::Select(Some(Selection::Node(NodeId(1))))).unwrap();
        assert_eq!(
            page.reduce(Change::View(Rc::new(lab.view()))).pane,
            Pane::Inspect,
            "another pane gives way"
        );
    }

    #[test]
    fn a_table_on_the_stage_stays_until_it_is_closed_or_another_scenario_is_opened() {
        let mut lab = lab();
        let of = |memory| Remembered { node: "s1".into(), memory };
        let (macs, tree) = (of(Memory::Macs), of(Memory::Tree));
        let page = page(&mut lab).reduce(Change::Memory(macs.clone())).reduce(Change::Memory(tree.clone()));
        let page = page.reduce(Change::View(Rc::new(lab.view())));
        assert_eq!(*page.memories, [macs.clone(), tree.clone()]);
        let page = page.reduce(Change::Memory(macs));
        assert_eq!(*page.memories, [tree]);
        lab.perform(lab::command::Act::Open(Box::new(scenario::examples()[1].scenario()))).unwrap();
        assert_eq!(*page.reduce(Change::View(Rc::new(lab.view()))).memories, []);
    }

    #[test]
    fn messages_are_said_once_and_never_pile_up() {
        let mut page = page(&mut lab());
        for text in ["a", "a", "b", "c", "d"] {
            page = page.reduce(Change::Say(text.into()));
        }
        let said: Vec<_> = page.toasts.iter().map(|toast| &*toast.text).collect();
        assert_eq!(said, ["b", "c", "d"]);
        let id = page.toasts[1].id;
        assert_eq!(page.reduce(Change::Dismiss(id)).toasts.len(), 2);
    }

    #[test]
    fn whoever_listens_hears_as_much_as_they_want() {
        let heard = |detail: Detail| {
            let mut lab = lab();
            let mut page = page(&mut lab).reduce(Change::Detail(detail));
            let mut heard = 0;
            for frame in 0..600 {
                lab.tick(f64::from(frame) * 16.0, true, &mut || true);
                let before = page.announcement.clone();
                page = page.reduce(Change::View(Rc::new(lab.view())));
                heard += usize::from(before != page.announcement);
            }
            heard
        };
        assert_eq!(heard(Detail::Nothing), 0);
        assert!(heard(Detail::Everything) > heard(Detail::Results));
    }

    #[test]
    fn whoever_listens_hears_results_and_that_nothing_moves() {
        let mut lab = lab();
        let mut page = page(&mut lab);
        let mut heard = Vec::new();
        for frame in 0..20_000 {
            lab.tick(f64::from(frame) * 16.0, true, &mut || true);
            page = page.reduce(Change::View(Rc::new(lab.view())));
            if heard.last() != Some(&page.announcement) {
                heard.push(page.announcement.clone());
            }
            if lab.state() == State::Quiet {
                break;
            }
        }
        assert!(heard.iter().any(|text| text.contains("3 of 3 answered")), "{heard:?}");
        assert!(heard.last().unwrap().ends_with("Nothing is moving."), "{heard:?}");
    }
}
