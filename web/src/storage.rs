//! What the browser keeps for the next visit.
//!
//! Not gloo's `LocalStorage`: it panics where storage is blocked, and a page must work there too. Everything in here may
//! fail, and then the page merely forgets.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The experiment that was on the page.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct Session {
    /// The document, with the runs that were started by hand.
    pub document: String,
    /// What the address bar's fragment was, so that a reload is told apart from a new link.
    pub fragment: String,
    /// The playhead, in nanoseconds.
    pub at_ns: u64,
}

/// What the person likes.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(default)]
pub struct Settings {
    /// Light, dark, or as the system has it.
    pub theme: crate::theme::Choice,
    /// Whether quiet time is jumped over.
    pub skip_quiet: bool,
    /// The speed's step; `None`: automatic.
    pub speed: Option<u8>,
    /// Whether single keys do something (WCAG 2.2, 2.1.4).
    pub shortcuts: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { theme: crate::theme::Choice::System, skip_quiet: true, speed: None, shortcuts: true }
    }
}

/// Something that is kept under a name.
pub trait Kept: Serialize + DeserializeOwned {
    /// Its name; the number is that of its form, and changes when an old one could be misread.
    const KEY: &'static str;

    /// What was kept, if it can be read.
    fn load() -> Option<Self> {
        let text = storage()?.get_item(Self::KEY).ok()??;
        serde_json::from_str(&text).ok()
    }

    /// Keeps it; `false` if the browser would not.
    fn save(&self) -> bool {
        let text = serde_json::to_string(self).expect("plain data");
        storage().is_some_and(|storage| storage.set_item(Self::KEY, &text).is_ok())
    }
}

impl Kept for Session {
    const KEY: &'static str = "packetarium.session.1";
}

impl Kept for Settings {
    const KEY: &'static str = "packetarium.settings.1";
}

fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_of_an_older_page_are_read_as_far_as_they_go() {
        let settings: Settings = serde_json::from_str(r#"{"skip_quiet":false,"gone":1}"#).unwrap();
        assert_eq!(settings, Settings { skip_quiet: false, ..Settings::default() });
    }
}
