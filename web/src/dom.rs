//! The few things that the page asks of the document directly.

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlElement;

/// The browser's window.
pub fn window() -> web_sys::Window {
    web_sys::window().expect("the page runs in a window")
}

/// Whether the page is laid out for a phone: one pane at a time.
pub fn is_narrow() -> bool {
    window().match_media("(width <= 56rem)").ok().flatten().is_some_and(|query| query.matches())
}

/// The element with this id, if it is rendered.
pub fn element(id: &str) -> Option<HtmlElement> {
    window().document()?.get_element_by_id(id)?.dyn_into().ok()
}

/// Moves the keyboard's focus, and with it what is to be seen.
pub fn focus(id: &str) {
    if let Some(element) = element(id) {
        let _ = element.focus();
    }
}

/// The same, once what is being rendered is there. For when what had the focus goes away.
pub fn focus_when_rendered(id: &'static str) {
    gloo::timers::callback::Timeout::new(0, move || focus(id)).forget();
}

/// Puts a text onto the clipboard; `false` if the browser would not.
pub async fn copy(text: &str) -> bool {
    // Absent where the page did not come over a secure connection.
    let navigator = window().navigator();
    let clipboard = js_sys::Reflect::get(&navigator, &"clipboard".into()).ok();
    if clipboard.is_none_or(|clipboard| clipboard.is_undefined()) {
        return false;
    }
    JsFuture::from(navigator.clipboard().write_text(text)).await.is_ok()
}
