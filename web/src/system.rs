//! What the person has chosen in the system's settings.

use crate::dom::window;
use wasm_bindgen::UnwrapThrowExt;
use web_sys::MediaQueryList;

/// The system's settings that the page follows, as they are at the moment of asking.
pub struct System {
    dark: MediaQueryList,
    calm: MediaQueryList,
}

impl System {
    /// Asks the browser.
    pub fn new() -> Self {
        let query = |query| window().match_media(query).ok().flatten().expect_throw("media queries exist");
        Self { dark: query("(prefers-color-scheme: dark)"), calm: query("(prefers-reduced-motion: reduce)") }
    }

    /// Whether the system is dark.
    pub fn is_dark(&self) -> bool {
        self.dark.matches()
    }

    /// Whether the person asked for less motion.
    pub fn is_calm(&self) -> bool {
        self.calm.matches()
    }
}
