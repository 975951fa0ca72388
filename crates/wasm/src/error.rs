//! Faults as JavaScript sees them.

use scenario::{Fault, Level, LinkError};
use serde::Serialize;
use wasm_bindgen::JsValue;

/// What is wrong with a document.
#[derive(Serialize)]
struct FaultObject<'a> {
    /// `error` or `warning`.
    level: &'static str,
    /// Such as `nodes[1].addresses[0]`; empty for the document itself.
    place: String,
    /// In the text, both from 1.
    line: Option<usize>,
    column: Option<usize>,
    message: &'a str,
}

impl<'a> From<&'a Fault> for FaultObject<'a> {
    fn from(fault: &'a Fault) -> Self {
        Self {
            level: match fault.level {
                Level::Error => "error",
                Level::Warning => "warning",
            },
            place: fault.place.to_string(),
            line: fault.position.map(|position| position.line),
            column: fault.position.map(|position| position.column),
            message: &fault.message,
        }
    }
}

/// An array of faults.
pub(crate) fn faults(faults: &[Fault]) -> JsValue {
    let objects: Vec<_> = faults.iter().map(FaultObject::from).collect();
    serde_wasm_bindgen::to_value(&objects).expect("texts and numbers become JavaScript values")
}

/// An `Error` that has its faults.
pub(crate) fn of_document(errors: &[Fault]) -> JsValue {
    let lines: Vec<_> = errors.iter().map(Fault::to_string).collect();
    let error = js_sys::Error::new(&lines.join("\n"));
    js_sys::Reflect::set(&error, &"faults".into(), &faults(errors)).expect("an Error takes properties");
    error.into()
}

/// An `Error`; with its faults, if the link's document has some.
pub(crate) fn of_link(error: &LinkError) -> JsValue {
    match error {
        LinkError::Document(faults) => of_document(faults),
        other => js_sys::Error::new(&other.to_string()).into(),
    }
}

/// A `RangeError`.
pub(crate) fn out_of_range(message: &str) -> JsValue {
    js_sys::RangeError::new(message).into()
}
