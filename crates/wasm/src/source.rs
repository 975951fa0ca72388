//! Where a scenario comes from: a text, an object or a link.

use crate::error;
use crate::options::Options;
use scenario::source::document;
use scenario::{Fault, Reading, Scenario};
use wasm_bindgen::{JsCast as _, JsValue};

/// A scenario and its warnings.
pub(crate) fn scenario(source: &JsValue, options: &Options) -> Result<(Scenario, Vec<Fault>), JsValue> {
    let text = text(source)?;
    match Scenario::read(&text) {
        Reading { scenario: Some(mut scenario), faults, .. } => {
            scenario.seed = options.seed.unwrap_or(scenario.seed);
            Ok((scenario, faults))
        }
        Reading { faults, .. } => Err(error::of_document(&faults)),
    }
}

/// The text of the document.
pub(crate) fn text(source: &JsValue) -> Result<String, JsValue> {
    if let Some(text) = source.as_string() {
        return document(text).map_err(|error| error::of_link(&error));
    }
    if source.is_object() && !source.is_instance_of::<js_sys::Promise>() {
        return js_sys::JSON::stringify(source).map(String::from);
    }
    Err(error::wrong_type("a scenario is the text of a document, a document as an object, or a link"))
}
