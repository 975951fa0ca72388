//! The error screen: a message that works without the wasm, and the experiment, saved.
//!
//! The message is in index.html, hidden, and web/boot.js handles its buttons: after a panic the wasm cannot be relied on, so the
//! hook only fills in the report and shows the message.

use crate::storage::{Crashed, Kept};
use wasm_bindgen::JsCast;
use web_sys::HtmlTextAreaElement;

/// Makes a panic show the message.
pub fn install() {
    // Not with the standard library: Yew would replace the hook with its own.
    yew::set_custom_panic_hook(Box::new(|info| {
        let report = format!("Packetarium {}: {info}", env!("CARGO_PKG_VERSION"));
        web_sys::console::error_1(&report.as_str().into());
        // So that it does not break again at once: the next start is paused.
        Crashed.save();
        uncover(&report);
    }));
}

/// What the page was to open with needs a part of it that could not be loaded.
pub fn incomplete() {
    for (id, from) in [("crash-title", "incomplete"), ("crash-what", "incomplete-why")] {
        if let Some((element, from)) = crate::dom::element(id).zip(crate::dom::element(from)) {
            element.set_text_content(from.text_content().as_deref());
        }
    }
    if let Some(crash) = crate::dom::element("crash") {
        let _ = crash.set_attribute("data-again", "");
    }
    uncover("a part of the program could not be loaded");
}

/// Nothing in here may panic.
fn uncover(report: &str) -> Option<()> {
    let document = web_sys::window()?.document()?;
    let field = document.get_element_by_id("crash-report")?.dyn_into::<HtmlTextAreaElement>().ok()?;
    // The first report is the cause; what comes after it may be its consequence.
    if field.value().is_empty() {
        field.set_value(report);
    }
    document.get_element_by_id("crash")?.remove_attribute("hidden").ok()
}
