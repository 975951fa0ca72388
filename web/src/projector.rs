//! The page for a projector: the stage and its caption alone, in large type. Controls come with a movement, and go after a while.

use crate::dom::window;
use gloo::timers::callback::Timeout;
use std::cell::RefCell;
use web_sys::Element;

/// How long controls stay after the last movement.
const AWAKE_MS: u32 = 4_000;

thread_local! {
    static ASLEEP: RefCell<Option<Timeout>> = const { RefCell::new(None) };
}

fn root() -> Option<Element> {
    window().document()?.document_element()
}

/// Someone is at the controls: shows them for a while. Without a projector nothing happens.
pub fn wake() {
    let Some(root) = root().filter(|root| root.has_attribute("data-projector")) else { return };
    let _ = root.set_attribute("data-awake", "");
    ASLEEP.with_borrow_mut(|asleep| {
        *asleep = Some(Timeout::new(AWAKE_MS, move || drop(root.remove_attribute("data-awake"))));
    });
}

/// Asks for the whole screen, or gives it back. A browser may refuse: then the page fills its window, as before.
pub fn fill_screen(fill: bool) {
    let Some(document) = window().document() else { return };
    match (fill, document.fullscreen_element()) {
        (true, None) => drop(root().map(|root| root.request_fullscreen())),
        (false, Some(_)) => document.exit_fullscreen(),
        _ => {}
    }
}

/// Whether the page has the whole screen.
pub fn fills_screen() -> bool {
    window().document().is_some_and(|document| document.fullscreen_element().is_some())
}
