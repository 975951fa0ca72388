//! What a person sees when the page breaks: a message that does not need the broken part, and what they had, kept.
//!
//! The message is in index.html, hidden, and its buttons are boot.js's: after a panic nothing of the wasm can be relied
//! on, so the hook only fills in the report and takes the cover off.

use serde::{Deserialize, Serialize};
use wasm_bindgen::JsCast;
use web_sys::HtmlTextAreaElement;

/// Kept in the browser when the page breaks, so that it does not break again at once: the next start is paused.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct Crashed(pub bool);

impl crate::storage::Kept for Crashed {
    const KEY: &'static str = "packetarium.crashed.1";
}

/// From now on a panic shows the message.
pub fn install() {
    std::panic::set_hook(Box::new(|info| {
        let report = format!("Packetarium {}: {info}", env!("CARGO_PKG_VERSION"));
        web_sys::console::error_1(&report.as_str().into());
        crate::storage::Kept::save(&Crashed(true));
        uncover(&report);
    }));
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
