//! What the browser keeps for the next visit.
//!
//! Not gloo's `LocalStorage`: it panics where storage is blocked, and a page must work there too. Everything in here may
//! fail, and then the page only forgets; callers that need to know get an error. Plain text and no serde: these are a handful of values, and every byte of code
//! is a byte to load.

use crate::announce::Detail;
use crate::theme::Choice;
use crate::workspace::Workspace;

/// The experiment that was on the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The playhead, in nanoseconds.
    pub at_ns: u64,
    /// The address bar's fragment at that time, which distinguishes a reload from a new link.
    pub fragment: String,
    /// The number under which it is kept among the person's own scenarios; 0: it is not.
    pub mine: u32,
    /// The document, with the runs that were started by hand.
    pub document: String,
}

/// What the person likes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Light, dark, or as the system has it.
    pub theme: Choice,
    /// Whether quiet time is jumped over.
    pub skip_quiet: bool,
    /// The speed's step; `None`: automatic.
    pub speed: Option<u8>,
    /// Whether single keys do something (WCAG 2.2, 2.1.4).
    pub shortcuts: bool,
    /// How much a screen reader reads out.
    pub detail: Detail,
    /// Whether the person has been greeted.
    pub greeted: bool,
    /// Whether frames on the stage say their addresses.
    pub addresses: bool,
    /// Whether frames sound.
    pub sounds: bool,
    /// How the page is laid out.
    pub workspace: Workspace,
}

/// That the page has broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crashed;

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: Choice::System,
            skip_quiet: true,
            speed: None,
            shortcuts: true,
            detail: Detail::default(),
            greeted: false,
            addresses: false,
            sounds: false,
            workspace: Workspace::default(),
        }
    }
}

/// Something that is kept under a name.
pub trait Kept: Sized {
    /// Its name; the number is that of its form, and changes when an old one could be misread.
    const KEY: &'static str;

    /// As it is kept.
    fn to_text(&self) -> String;

    /// From what was kept; `None` if that cannot be read.
    fn from_text(text: &str) -> Option<Self>;

    /// What was kept, if there is something and it can be read.
    fn load() -> Option<Self> {
        Self::from_text(&get(Self::KEY)?)
    }

    /// Keeps it, if the browser allows it and has room.
    fn save(&self) {
        set(Self::KEY, &self.to_text());
    }

    /// Forgets it.
    fn forget() {
        remove(Self::KEY);
    }
}

impl Session {
    /// What this tab had before it was loaded again; in a new tab, what any tab had last.
    pub fn load_for_this_tab() -> Option<Self> {
        let own = tab_storage().and_then(|storage| storage.get_item(Self::KEY).ok().flatten());
        // Two tabs do not keep two things under one number.
        let others = || Self::load().map(|session| Self { mine: 0, ..session });
        own.and_then(|text| Self::from_text(&text)).or_else(others)
    }

    /// Keeps it for this tab, so that another one does not take its place, and for the next new tab.
    pub fn save_for_this_tab(&self) {
        if let Some(storage) = tab_storage() {
            let _ = storage.set_item(Self::KEY, &self.to_text());
        }
        self.save();
    }
}

/// All under one name, so that it is kept whole or not at all: `AT FRAGMENT MINE`, and from the second line on the document.
impl Kept for Session {
    const KEY: &'static str = "packetarium.session.1";

    fn to_text(&self) -> String {
        format!("{} {} {}\n{}", self.at_ns, self.fragment, self.mine, self.document)
    }

    fn from_text(text: &str) -> Option<Self> {
        let (first, document) = text.split_once('\n')?;
        let (at, rest) = first.split_once(' ')?;
        // Sessions were once kept without a number.
        let (fragment, mine) = rest.rsplit_once(' ').unwrap_or((rest, "0"));
        Some(Self {
            at_ns: at.parse().ok()?,
            fragment: fragment.into(),
            mine: mine.parse().ok()?,
            document: document.into(),
        })
    }
}

/// Words, `name=value`; those that are missing or unknown are as they are by default.
impl Kept for Settings {
    const KEY: &'static str = "packetarium.settings.1";

    fn to_text(&self) -> String {
        let theme = self.theme.attribute().unwrap_or("system");
        let speed = self.speed.map_or("auto".to_string(), |step| step.to_string());
        let (skip_quiet, shortcuts, detail) = (self.skip_quiet, self.shortcuts, self.detail.value());
        let (greeted, addresses, sounds) = (self.greeted, self.addresses, self.sounds);
        let workspace = self.workspace.to_text();
        format!(
            "theme={theme} skip_quiet={skip_quiet} speed={speed} shortcuts={shortcuts} announce={detail} greeted={greeted} addresses={addresses} sounds={sounds} layout={workspace}"
        )
    }

    fn from_text(text: &str) -> Option<Self> {
        let mut settings = Self::default();
        for word in text.split(' ') {
            match word.split_once('=') {
                Some(("theme", "light")) => settings.theme = Choice::Light,
                Some(("theme", "dark")) => settings.theme = Choice::Dark,
                Some(("skip_quiet", value)) => settings.skip_quiet = value != "false",
                Some(("speed", value)) => settings.speed = value.parse().ok(),
                Some(("shortcuts", value)) => settings.shortcuts = value != "false",
                Some(("addresses", value)) => settings.addresses = value == "true",
                Some(("sounds", value)) => settings.sounds = value == "true",
                Some(("greeted", value)) => settings.greeted = value == "true",
                Some(("layout", value)) => settings.workspace = Workspace::from_text(value),
                Some(("announce", value)) => settings.detail = Detail::from_value(value).unwrap_or_default(),
                _ => {}
            }
        }
        Some(settings)
    }
}

impl Kept for Crashed {
    const KEY: &'static str = "packetarium.crashed.1";

    fn to_text(&self) -> String {
        "yes".into()
    }

    fn from_text(_: &str) -> Option<Self> {
        Some(Self)
    }
}

fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}

fn tab_storage() -> Option<web_sys::Storage> {
    web_sys::window()?.session_storage().ok().flatten()
}

/// The lesson that is open in this tab (web/src/lesson/progress.rs).
pub const LEFT_LESSON: &str = "packetarium.lesson.1";

/// What is kept under this name for this tab alone.
pub fn get_for_this_tab(key: &str) -> Option<String> {
    tab_storage()?.get_item(key).ok()?
}

/// Keeps this for this tab alone, if the browser allows it.
pub fn set_for_this_tab(key: &str, text: &str) {
    if let Some(storage) = tab_storage() {
        let _ = storage.set_item(key, text);
    }
}

/// The names of everything that is kept.
pub fn keys() -> Vec<String> {
    let Some(storage) = storage() else { return Vec::new() };
    let count = storage.length().unwrap_or(0);
    (0..count).filter_map(|number| storage.key(number).ok().flatten()).collect()
}

/// What is kept under this name.
pub fn get(key: &str) -> Option<String> {
    storage()?.get_item(key).ok()?
}

/// Keeps this; `false` if there is no room or no storage.
pub fn set(key: &str, text: &str) -> bool {
    storage().is_some_and(|storage| storage.set_item(key, text).is_ok())
}

/// Forgets this.
pub fn remove(key: &str) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_comes_back_as_it_was() {
        for fragment in ["", "1:q1Yq"] {
            let session = Session {
                at_ns: u64::MAX,
                fragment: fragment.into(),
                mine: 3,
                document: "{\n \"a b\": 1\n}".into(),
            };
            assert_eq!(Session::from_text(&session.to_text()), Some(session));
        }
        for theme in [Choice::System, Choice::Light, Choice::Dark] {
            for speed in [None, Some(0), Some(18)] {
                let settings = Settings {
                    theme,
                    speed,
                    skip_quiet: false,
                    shortcuts: false,
                    detail: Detail::Everything,
                    greeted: true,
                    addresses: true,
                    sounds: true,
                    workspace: Workspace { projector: true, ..Workspace::default() },
                };
                assert_eq!(Settings::from_text(&settings.to_text()), Some(settings));
            }
        }
    }

    #[test]
    fn what_somebody_else_wrote_there_does_no_harm() {
        let old = Session::from_text("5 1:q1Yq\n{}").unwrap();
        assert_eq!((old.fragment.as_str(), old.mine), ("1:q1Yq", 0), "kept before there was a shelf");
        assert_eq!(Session::from_text(""), None);
        assert_eq!(Session::from_text("{\"document\":1}\n"), None);
        assert_eq!(Settings::from_text("speed=fast theme=pink =x nonsense"), Some(Settings::default()));
    }
}
