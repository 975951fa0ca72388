//! Options beside a scenario.

use crate::error;
use js_sys::Reflect;
use netlab::Instant;
use scenario::bounds::SEED_MAX;
use wasm_bindgen::JsValue;

/// Beyond this a double cannot distinguish nanoseconds: about 104 days.
const MS_MAX: f64 = (1u64 << 53) as f64 / 1e6;

/// `RunOptions` of types.d.ts, all of which may be left out.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) seed: Option<u64>,
    pub(crate) until: Option<Instant>,
}

impl Options {
    /// Reads an object; nothing at all is the same as an empty one.
    pub(crate) fn of(value: &JsValue) -> Result<Self, JsValue> {
        if value.is_undefined() || value.is_null() {
            return Ok(Self::default());
        }
        if !value.is_object() {
            return Err(error::wrong_type("options are an object, such as { seed: 7 }"));
        }
        let seed = number(value, "seed")?.map(seed).transpose()?;
        let until = number(value, "untilMs")?.map(moment).transpose()?;
        Ok(Self { seed, until })
    }
}

fn number(options: &JsValue, name: &str) -> Result<Option<f64>, JsValue> {
    let value = Reflect::get(options, &name.into())?;
    if value.is_undefined() || value.is_null() {
        return Ok(None);
    }
    let number =
        value.as_f64().ok_or_else(|| error::wrong_type(&format!("the option {name} is a number")))?;
    Ok(Some(number))
}

fn seed(number: f64) -> Result<u64, JsValue> {
    if number.fract() == 0.0 && (0.0..=SEED_MAX as f64).contains(&number) {
        Ok(number as u64)
    } else {
        Err(error::out_of_range(&format!("a seed is a whole number from 0 to {SEED_MAX}, and not {number}")))
    }
}

/// A moment in milliseconds, as JavaScript has it.
pub(crate) fn moment(ms: f64) -> Result<Instant, JsValue> {
    if (0.0..=MS_MAX).contains(&ms) {
        Ok(Instant::from_nanos((ms * 1e6).round() as u64))
    } else {
        Err(error::out_of_range(&format!("a moment is 0 to {MS_MAX:.0} milliseconds, and not {ms}")))
    }
}
