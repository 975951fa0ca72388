//! The class `Lab`: a scenario being executed.

use crate::{error, report};
use netlab::history::Limits;
use netlab::world::Progress;
use netlab::{Instant, World};
use scenario::export::{Format, export};
use scenario::{Fault, Reading, Scenario, link};
use serde::Serialize as _;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn wall_ms() -> f64;
}

/// The clock is read once in so many moments.
const MOMENTS_A_LOOK: u32 = 64;
/// Beyond this a double does not tell nanoseconds apart: about 104 days.
const MS_MAX: f64 = (1u64 << 53) as f64 / 1e6;

/// A scenario being executed.
#[wasm_bindgen]
pub struct Lab {
    scenario: Scenario,
    warnings: Vec<Fault>,
    world: World,
}

#[wasm_bindgen]
impl Lab {
    /// A lab at time zero, from the text of a document.
    #[wasm_bindgen(constructor)]
    pub fn new(document: &str) -> Result<Self, JsValue> {
        let Reading { scenario, faults } = Scenario::read(document);
        match scenario {
            Some(scenario) => Self::of(scenario, faults),
            None => Err(error::of_document(&faults)),
        }
    }

    /// A lab at time zero, from a link: a whole URL, or what follows its `#`.
    #[wasm_bindgen(js_name = fromLink)]
    pub fn from_link(link: &str) -> Result<Self, JsValue> {
        let text = link::text(link).map_err(|error| error::of_link(&error))?;
        Self::new(&text)
    }

    fn of(scenario: Scenario, warnings: Vec<Fault>) -> Result<Self, JsValue> {
        let world = scenario.world(Limits::default()).map_err(|faults| error::of_document(&faults))?;
        Ok(Self { scenario, warnings, world })
    }

    /// What will surprise somebody although it is no error.
    #[wasm_bindgen(getter)]
    pub fn warnings(&self) -> JsValue {
        error::faults(&self.warnings)
    }

    /// The document, laid out for people.
    #[wasm_bindgen(getter)]
    pub fn document(&self) -> String {
        self.scenario.to_json()
    }

    /// What follows the `#` in a link to this scenario.
    #[wasm_bindgen(getter)]
    pub fn link(&self) -> String {
        link::encode(&self.scenario)
    }

    /// The network for `"containerlab"`, `"kathara"` or `"mininet"`: files, each with `name` and `text`.
    #[wasm_bindgen(js_name = exportTo)]
    pub fn export_to(&self, program: &str) -> Result<JsValue, JsValue> {
        let known = Format::ALL.iter().find(|(name, _)| *name == program);
        let (_, format) =
            known.ok_or_else(|| error::out_of_range(&format!("there is no export to {program}")))?;
        let files = report::files(&export(&self.scenario, *format));
        Ok(files.serialize(&Serializer::json_compatible())?)
    }

    /// How far it has run, in milliseconds.
    #[wasm_bindgen(getter)]
    pub fn now(&self) -> f64 {
        self.world.now().nanos() as f64 / 1e6
    }

    /// Whether no run is active or to come, and no frame is under way.
    #[wasm_bindgen(getter, js_name = isQuiet)]
    pub fn is_quiet(&self) -> bool {
        self.world.is_quiet()
    }

    /// A hash of everything that has happened, 16 hexadecimal digits: the same wherever this scenario is run this far.
    #[wasm_bindgen(getter, js_name = historyHash)]
    pub fn history_hash(&self) -> String {
        format!("{:016x}", self.world.history().hash())
    }

    /// Runs until this moment, in milliseconds; with a budget, for so many milliseconds of the wall clock at most. Returns
    /// whether the moment was reached: if not, call again. How a run is cut into slices changes nothing.
    #[wasm_bindgen(js_name = runUntil)]
    pub fn run_until(&mut self, ms: f64, budget_ms: Option<f64>) -> Result<bool, JsValue> {
        let until = moment(ms)?;
        Ok(self.world.run_until(until, budget(budget_ms)) == Progress::Reached)
    }

    /// Runs until all is quiet, but not beyond this moment, in milliseconds; with a budget, as above. Returns whether it is
    /// quiet or the moment was reached.
    #[wasm_bindgen(js_name = runUntilQuiet)]
    pub fn run_until_quiet(&mut self, ms: f64, budget_ms: Option<f64>) -> Result<bool, JsValue> {
        let until = moment(ms)?;
        let mut go_on = budget(budget_ms);
        // From moment to moment, so that it ends exactly when it has become quiet.
        while let Some(at) = self.world.next_event_at().filter(|&at| at <= until && !self.world.is_quiet()) {
            self.world.run_until(at, || true);
            if !go_on() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// All runs, in the order of the document, with what was measured of them so far.
    pub fn runs(&self) -> Result<JsValue, JsValue> {
        // What is not there is null, as in JSON.
        let serializer = Serializer::json_compatible();
        Ok(report::runs(&self.scenario, &self.world).serialize(&serializer)?)
    }
}

fn moment(ms: f64) -> Result<Instant, JsValue> {
    if (0.0..=MS_MAX).contains(&ms) {
        Ok(Instant::from_nanos((ms * 1e6).round() as u64))
    } else {
        Err(error::out_of_range(&format!("a moment is 0 to {MS_MAX:.0} milliseconds, and not {ms}")))
    }
}

/// Says yes until the budget is spent.
fn budget(ms: Option<f64>) -> impl FnMut() -> bool {
    let end = ms.map(|ms| wall_ms() + ms);
    let mut moments = 0;
    move || {
        moments += 1;
        end.is_none_or(|end| moments % MOMENTS_A_LOOK != 0 || wall_ms() < end)
    }
}
