//! What JavaScript calls.

use crate::case::{CASES, Case};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance)]
    fn now() -> f64;
}

/// The names of all cases.
#[wasm_bindgen]
pub fn cases() -> Vec<String> {
    CASES.iter().map(|case| case.name.to_owned()).collect()
}

/// Takes one sample of a case; returns a [`Measurement`](crate::Measurement) as JSON.
#[wasm_bindgen]
pub fn measure(case: &str) -> Result<String, JsError> {
    let case = Case::named(case).ok_or_else(|| JsError::new("there is no such case"))?;
    let [measurement] = &crate::run([case], now)[..] else { unreachable!("one case, one measurement") };
    Ok(serde_json::to_string(measurement)?)
}
