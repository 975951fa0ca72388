//! The page in pieces: what the first frames do not need is loaded after them, or when a person first asks for it.
//!
//! Each [`Part`] is a table of functions behind one split function. `cargo xtask build` compiles with the feature `split` and cuts
//! the wasm at these functions: what is reachable only through one of them becomes a file of its own. So no other module of
//! the first piece may mention what is in the tables: it asks the session for the part ([`Session::when`]). Without the
//! feature the same functions are plain ones: `cargo xtask serve` and tests have everything at once.
//!
//! A piece that cannot be loaded is an error that is shown, with a button that tries again; what waits for it goes on waiting.

use crate::aim::Aim;
use crate::components;
use crate::dom::window;
use crate::files;
use crate::film::{self, Film};
use crate::frame::next_frame;
use crate::language;
use crate::lesson;
use crate::opening::{self, Opening, Trouble};
use crate::session::Session;
use crate::show::FIRST_MOVING_FRAME;
use crate::sound;
use crate::state::{Remembered, Shared};
use crate::storage;
use crate::workspace::Tab;
use lab::State;
use lab::command::Command;
use lab::packets::followed::Followed;
use lab::view::{Tools, View};
use std::rc::Rc;
use texts::t;
use trace::selection::Selection;
use web_sys::{Event, File, HtmlCanvasElement};
use wire::Instant;
use yew::Html;

/// A part of the page that is loaded by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// See [`Instruments`].
    Instruments,
    /// See [`Documents`].
    Documents,
    /// See [`Programs`].
    Programs,
    /// See [`Extras`].
    Extras,
    /// See [`Lessons`].
    Lessons,
}

impl Part {
    /// All of them, in the order in which they are loaded.
    pub const ALL: [Self; 5] =
        [Self::Instruments, Self::Documents, Self::Programs, Self::Extras, Self::Lessons];

    /// What a person misses without it, at the beginning of a sentence.
    pub fn name(self) -> &'static str {
        match self {
            Self::Instruments => t!("The inspector and the instruments"),
            Self::Documents => t!("The runs, the editor, the examples and the opening of links and files"),
            Self::Programs => t!("The consoles and services of hosts"),
            Self::Lessons => t!("The lessons"),
            Self::Extras => t!("The help, the share dialog, the speed test and the recording of videos"),
        }
    }
}

impl From<lab::command::Part> for Part {
    fn from(part: lab::command::Part) -> Self {
        match part {
            lab::command::Part::Instruments => Self::Instruments,
            lab::command::Part::Documents => Self::Documents,
            lab::command::Part::Programs => Self::Programs,
        }
    }
}

/// How the loading of a part stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Status {
    /// It was not asked for yet.
    #[default]
    Absent,
    /// It is on its way.
    Loading,
    /// It could not be loaded.
    Failed,
    /// It is there.
    Here,
}

/// What is loaded.
#[derive(Clone, Copy, Default)]
pub struct Loaded {
    /// What looks closely.
    pub instruments: Option<&'static Instruments>,
    /// What reads and changes documents.
    pub documents: Option<&'static Documents>,
    /// What hosts run besides runs.
    pub programs: Option<&'static Programs>,
    /// What few need at once.
    pub extras: Option<&'static Extras>,
    /// Lessons.
    pub lessons: Option<&'static Lessons>,
}

/// Packets, ladder, graphs, log, the inspector, the comparison of branches.
pub struct Instruments {
    /// The lab's part.
    pub lab: &'static lab::parts::Instruments,
    /// The open tab of the drawer.
    pub drawer: fn(Option<Tab>, &Rc<View>) -> Html,
    /// The Inspect pane.
    pub inspector: fn(&Session, &View) -> Html,
    /// The dialog with a conversation as text.
    pub conversation: fn(&Rc<Followed>) -> Html,
    /// Who spoke with whom in an opened capture.
    pub meetings: fn(&Rc<View>) -> Html,
    /// Opens a capture file.
    pub open_capture: fn(&Session, File),
    /// What nodes remember, beside them on the stage.
    pub memory_cards: fn(&Session, &View, &[Remembered]) -> Html,
    /// The stage in words, for screen readers.
    pub stage_words: fn(&View) -> Html,
    /// Opens or closes the most telling table of the selected node.
    pub toggle_memory: fn(&Session),
}

static INSTRUMENTS: Instruments = Instruments {
    lab: &lab::parts::INSTRUMENTS,
    drawer: components::instruments,
    inspector: components::inspector,
    conversation: components::conversation,
    meetings: components::meetings,
    open_capture: files::open_capture,
    memory_cards: components::memory_cards,
    stage_words: components::stage_words,
    toggle_memory: components::toggle_memory,
};

/// Documents: opened from links and files, checked, edited; the runs that are started in them; the examples.
pub struct Documents {
    /// The lab's part.
    pub lab: &'static lab::parts::Documents,
    /// Decides what the page opens with.
    pub opening: fn(&str, Option<storage::Session>) -> Opening,
    /// Opens a file.
    pub open: fn(&Session, File),
    /// Opens a document that the address names.
    pub fetch: fn(&Session, &str),
    /// The Runs pane.
    pub runs: fn(&Session, &View) -> Html,
    /// The Document pane.
    pub pane: fn(&View, Option<&Rc<Trouble>>) -> Html,
    /// The form of a node or a link, with what is wrong there.
    pub item: fn(Selection, &View) -> Html,
    /// The cards on the stage: what can be done with what is selected, and why a run failed.
    pub cards: fn(&Session, &View, Option<Aim>, &[Remembered]) -> Html,
    /// The editor's tools.
    pub tools: fn(&Tools) -> Html,
    /// The dialog with the examples.
    pub library: fn() -> Html,
    /// The question whether the network may start again.
    pub restart: fn(&Session, &Command) -> Html,
}

static DOCUMENTS: Documents = Documents {
    lab: &lab::parts::DOCUMENTS,
    opening: opening::open,
    open: files::open,
    fetch: files::fetch,
    runs: components::runs_pane,
    pane: components::document,
    item: components::item_panel,
    cards: components::cards,
    tools: components::toolbar,
    library: components::library,
    restart: components::restart,
};

/// The programs of hosts, and the consoles at which they are started.
pub struct Programs {
    /// The lab's part.
    pub lab: &'static lab::parts::Programs,
    /// The consoles and web browsers of hosts, or neither.
    pub console: fn(Option<Tab>, &Rc<View>) -> Html,
}

static PROGRAMS: Programs = Programs { lab: &lab::parts::PROGRAMS, console: components::console };

/// What few need at once.
pub struct Extras {
    /// The dialog with the link and its QR code.
    pub share: fn(&Shared) -> Html,
    /// The dialog that explains the page: shortcuts with single keys are on; how much is read out.
    pub help: fn(&Session, bool, crate::announce::Detail) -> Html,
    /// The speed test.
    pub speed_test: fn() -> Html,
    /// Plays the notes of what happened between two moments.
    pub play: fn(&Session, Instant, Instant),
    /// Begins to record the stage.
    pub film: fn(&Session, &HtmlCanvasElement, film::Callback) -> Option<Film>,
}

static EXTRAS: Extras = Extras {
    share: components::share,
    help: components::help,
    speed_test: components::speed_test,
    play: sound::play,
    film: Film::begin,
};

/// Lessons: opened, judged, listed, graded.
pub struct Lessons {
    /// The dialog with all of them; with a link to a result that is to be graded.
    pub course: fn(Option<Rc<str>>) -> Html,
    /// Opens the lesson or result of a link: its fragment.
    pub open_link: fn(&Session, &str),
    /// Goes on with the lesson that was open in this tab.
    pub resume: fn(&Session),
}

static LESSONS: Lessons =
    Lessons { course: components::course, open_link: lesson::open_link, resume: lesson::resume };

/// A part could not be loaded.
#[derive(Clone, Copy, Debug)]
pub struct Missing;

#[cfg(feature = "split")]
impl From<wasm_split_helpers::SplitLoaderError> for Missing {
    fn from(_: wasm_split_helpers::SplitLoaderError) -> Self {
        Self
    }
}

/// A split function: the name of the file, the function, and the table that it returns.
macro_rules! piece {
    ($file:ident, $function:ident, $table:ident: $of:ty) => {
        #[cfg(feature = "split")]
        #[wasm_split_helpers::wasm_split($file, fallible)]
        fn $function() -> Result<&'static $of, Missing> {
            Ok(&$table)
        }

        #[cfg(not(feature = "split"))]
        #[allow(clippy::unused_async, reason = "the split one waits for its file")]
        async fn $function() -> Result<&'static $of, Missing> {
            Ok(&$table)
        }
    };
}

piece!(instruments, instruments, INSTRUMENTS: Instruments);
piece!(documents, documents, DOCUMENTS: Documents);
piece!(programs, programs, PROGRAMS: Programs);
// In the same file as the instruments: by itself it would be 5 KB more, and it is seldom wanted before them.
piece!(instruments, extras, EXTRAS: Extras);
piece!(lessons, lessons, LESSONS: Lessons);

impl Loaded {
    /// Loads a part, and before the first one the texts that no first frame shows.
    pub async fn with(self, part: Part) -> Result<Self, Missing> {
        language::later().await?;
        Ok(match part {
            Part::Instruments => Self { instruments: Some(instruments().await?), ..self },
            Part::Documents => Self { documents: Some(documents().await?), ..self },
            // Nothing of it is of use without documents.
            Part::Programs => {
                Self { documents: Some(documents().await?), programs: Some(programs().await?), ..self }
            }
            Part::Extras => Self { extras: Some(extras().await?), ..self },
            // They need all of it: consoles, forms, packets that prove something.
            Part::Lessons => Self {
                instruments: Some(instruments().await?),
                documents: Some(documents().await?),
                programs: Some(programs().await?),
                lessons: Some(lessons().await?),
                ..self
            },
        })
    }

    /// Adds the parts of `other`.
    pub fn and(self, other: Self) -> Self {
        Self {
            instruments: self.instruments.or(other.instruments),
            documents: self.documents.or(other.documents),
            programs: self.programs.or(other.programs),
            extras: self.extras.or(other.extras),
            lessons: self.lessons.or(other.lessons),
        }
    }

    /// Whether a part is there.
    pub fn has(self, part: Part) -> bool {
        match part {
            Part::Instruments => self.instruments.is_some(),
            Part::Documents => self.documents.is_some(),
            Part::Programs => self.programs.is_some(),
            Part::Extras => self.extras.is_some(),
            Part::Lessons => self.lessons.is_some(),
        }
    }

    /// What the lab gets of it.
    pub fn of_lab(self) -> lab::parts::Parts {
        lab::parts::Parts {
            instruments: self.instruments.map(|instruments| instruments.lab),
            documents: self.documents.map(|documents| documents.lab),
            programs: self.programs.map(|programs| programs.lab),
        }
    }
}

/// Animation frames after the first one in which a frame moves: by then the page has been rendered and painted.
const FRAMES_FIRST: u32 = 6;
/// The longest that the browser may be busy with other work before the next part is loaded, in milliseconds.
const IDLE_MS: u32 = 1_000;

/// Loads every part, one by one, once frames move or time stands still; then tells web/boot.js that the page is complete. That for lessons
/// comes with the first lesson.
pub async fn load_when_idle(session: Session) {
    let mut frames = 0;
    while frames < FRAMES_FIRST {
        next_frame().await;
        let moves = window()
            .performance()
            .is_some_and(|performance| performance.get_entries_by_name(FIRST_MOVING_FRAME).length() > 0);
        let still = matches!(session.lab().borrow().state(), State::Paused | State::Quiet | State::Broken);
        frames += u32::from(moves || still);
    }
    for part in Part::ALL.into_iter().filter(|part| *part != Part::Lessons) {
        idle().await;
        session.load(part).await;
    }
    if let Ok(event) = Event::new("complete") {
        let _ = window().dispatch_event(&event);
    }
}

/// Ready when the browser has nothing else to do. Where it does not say that, in a moment.
async fn idle() {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        let options = web_sys::IdleRequestOptions::new();
        options.set_timeout(IDLE_MS);
        if window().request_idle_callback_with_options(&resolve, &options).is_err() {
            let _ = window().set_timeout_with_callback(&resolve);
        }
    });
    let _ = wasm_bindgen_futures::JsFuture::from(promise).await;
}
