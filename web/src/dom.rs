//! The few things that the page asks of the document directly.

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Clipboard, HtmlElement};

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

/// The same, once what is being rendered is there and no dialog keeps the focus: a busy page renders late. For when what had the
/// focus goes away.
pub fn focus_when_rendered(id: &'static str) {
    try_to_focus(id, 0);
}

fn try_to_focus(id: &'static str, tried: u32) {
    gloo::timers::callback::Timeout::new(tried * 10, move || {
        focus(id);
        let focused = window().document().and_then(|page| page.active_element());
        if tried < 15 && focused.is_none_or(|focused| focused.id() != id) {
            try_to_focus(id, tried + 1);
        }
    })
    .forget();
}

/// Moves the keyboard's focus to the drawing.
pub fn focus_stage() {
    let canvas = window().document().and_then(|page| page.query_selector(".stage-canvas").ok()?);
    if let Some(canvas) = canvas.and_then(|canvas| canvas.dyn_into::<HtmlElement>().ok()) {
        let _ = canvas.focus();
    }
}

/// The clipboard; absent where the page did not come over a secure connection.
pub fn clipboard() -> Option<Clipboard> {
    let clipboard = js_sys::Reflect::get(&window().navigator(), &"clipboard".into()).ok()?;
    (!clipboard.is_undefined()).then(|| clipboard.unchecked_into())
}

/// Puts a text onto the clipboard; `false` if the browser would not.
pub async fn copy(text: &str) -> bool {
    match clipboard() {
        Some(clipboard) => JsFuture::from(clipboard.write_text(text)).await.is_ok(),
        None => false,
    }
}
