//! Faults as JavaScript sees them.

use scenario::{Fault, Level, LinkError};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;

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

#[wasm_bindgen(raw_module = "./errors.js")]
extern "C" {
    /// A document with faults.
    type ScenarioError;
    #[wasm_bindgen(constructor)]
    fn new(message: &str, faults: JsValue) -> ScenarioError;

    /// A link that cannot be read.
    #[wasm_bindgen(js_name = LinkError)]
    type BrokenLink;
    #[wasm_bindgen(constructor, js_class = "LinkError")]
    fn new(message: &str) -> BrokenLink;
}

/// An array of faults.
pub(crate) fn faults(faults: &[Fault]) -> JsValue {
    let objects: Vec<_> = faults.iter().map(FaultObject::from).collect();
    let serializer = Serializer::json_compatible();
    objects.serialize(&serializer).expect("texts and numbers become JavaScript values")
}

/// A `ScenarioError`.
pub(crate) fn of_document(errors: &[Fault]) -> JsValue {
    let lines: Vec<_> = errors.iter().map(Fault::to_string).collect();
    ScenarioError::new(&lines.join("\n"), faults(errors)).into()
}

/// A `LinkError`; a `ScenarioError`, if it is the link's document that has faults.
pub(crate) fn of_link(error: &LinkError) -> JsValue {
    match error {
        LinkError::Document(faults) => of_document(faults),
        other => BrokenLink::new(&other.to_string()).into(),
    }
}

/// A `RangeError`.
pub(crate) fn out_of_range(message: &str) -> JsValue {
    js_sys::RangeError::new(message).into()
}

/// A `TypeError`.
pub(crate) fn wrong_type(message: &str) -> JsValue {
    js_sys::TypeError::new(message).into()
}
