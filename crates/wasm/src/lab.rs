//! The class `Lab`: a scenario being executed.

use crate::options::{Options, moment};
use crate::{error, source};
use capture::{Network, Writer};
use netlab::history::Limits;
use netlab::world::{Progress, Quiet};
use netlab::{Instant, World};
use scenario::export::{Format, export};
use scenario::{Fault, Scenario, link};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use trace::Order;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn wall_ms() -> f64;
}

/// Moments between two reads of the clock.
const MOMENTS_A_LOOK: u32 = 64;
/// As on the command line: a world that does not become quiet is stopped at this virtual time.
const QUIET_BY: Instant = Instant::from_nanos(3_600_000_000_000);

/// A scenario being executed, from time zero on. All times are milliseconds of virtual time; budgets are milliseconds of the
/// wall clock.
#[wasm_bindgen]
pub struct Lab {
    scenario: Scenario,
    warnings: Vec<Fault>,
    world: World,
}

/// A file for another program.
#[derive(Serialize)]
struct LabFile {
    name: String,
    text: String,
}

#[wasm_bindgen]
impl Lab {
    /// A lab at time zero. Throws a `ScenarioError` that has every fault of the document, or a `LinkError`.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_param_type = "Source")] source: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "LabOptions")] options: &JsValue,
    ) -> Result<Self, JsValue> {
        let (scenario, warnings) = source::scenario(source, &Options::of(options)?)?;
        let world = scenario.world(Limits::default()).map_err(|faults| error::of_document(&faults))?;
        Ok(Self { scenario, warnings, world })
    }

    /// The warnings of the document.
    #[wasm_bindgen(getter, unchecked_return_type = "Fault[]")]
    pub fn warnings(&self) -> JsValue {
        error::faults(&self.warnings)
    }

    /// The text of the document, laid out for people.
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
    #[wasm_bindgen(js_name = exportTo, unchecked_return_type = "LabFile[]")]
    pub fn export_to(
        &self,
        #[wasm_bindgen(unchecked_param_type = "'containerlab' | 'kathara' | 'mininet'")] program: &str,
    ) -> Result<JsValue, JsValue> {
        let known = Format::ALL.iter().find(|(name, _)| *name == program);
        let (_, format) =
            known.ok_or_else(|| error::out_of_range(&format!("there is no export to {program}")))?;
        let files = export(&self.scenario, *format).files;
        plain(&files.into_iter().map(|file| LabFile { name: file.name, text: file.text }).collect::<Vec<_>>())
    }

    /// The frames on all wires so far, as a pcapng file for Wireshark and others. The place is `"everywhere"` (each frame at
    /// both ends of each cable; without one), `"once"` (each frame where it is first sent), a cable such as `"a-s1"` or a port such
    /// as `"s1:0"`. A history keeps the last 400,000 transits: what it has forgotten is not in it.
    pub fn pcapng(&self, place: Option<String>) -> Result<Vec<u8>, JsValue> {
        let Scenario { title, topology, ids, .. } = &self.scenario;
        let network = Network { title, topology, ids };
        let place = network.place(place.as_deref().unwrap_or("everywhere"));
        let place = place.map_err(|fault| error::out_of_range(&fault.to_string()))?;
        let mut writer = Writer::new(Vec::new(), &network, place).expect("memory can be written to");
        Order::new(place).take(self.world.history(), self.world.now(), &mut |sighting, transit| {
            writer.write(sighting, transit).expect("memory can be written to");
            true
        });
        Ok(writer.finish(self.world.now()).expect("memory can be written to"))
    }

    /// How far it has run.
    #[wasm_bindgen(getter)]
    pub fn now(&self) -> f64 {
        ms(self.world.now())
    }

    /// When something happens next, if anything is left to happen.
    #[wasm_bindgen(getter, js_name = nextEventAt)]
    pub fn next_event_at(&self) -> Option<f64> {
        self.world.next_event_at().map(ms)
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

    /// Runs to the next moment in which something happens. Returns whether there was one.
    pub fn step(&mut self) -> bool {
        let Some(at) = self.world.next_event_at() else { return false };
        self.world.run_until(at, || true);
        true
    }

    /// Runs for so long from now. With a budget it may stop before: then `false` is returned, and the rest is left undone.
    pub fn advance(
        &mut self,
        ms: f64,
        #[wasm_bindgen(js_name = budgetMs)] budget_ms: Option<f64>,
    ) -> Result<bool, JsValue> {
        self.run_until(self.now() + moment(ms).map(self::ms)?, budget_ms)
    }

    /// Runs until this moment. With a budget it may stop before: then `false` is returned; call again. How a run is cut into
    /// slices changes nothing of what happens in it.
    #[wasm_bindgen(js_name = runUntil)]
    pub fn run_until(
        &mut self,
        ms: f64,
        #[wasm_bindgen(js_name = budgetMs)] budget_ms: Option<f64>,
    ) -> Result<bool, JsValue> {
        let until = moment(ms)?;
        Ok(self.world.run_until(until, budget(budget_ms)) == Progress::Reached)
    }

    /// Runs until all is quiet, but not beyond this moment: one hour, unless another is given. Budget and result as above.
    #[wasm_bindgen(js_name = runUntilQuiet)]
    pub fn run_until_quiet(
        &mut self,
        ms: Option<f64>,
        #[wasm_bindgen(js_name = budgetMs)] budget_ms: Option<f64>,
    ) -> Result<bool, JsValue> {
        let until = ms.map_or(Ok(QUIET_BY), moment)?;
        Ok(self.world.run_until_quiet(until, budget(budget_ms)) != Quiet::Paused)
    }

    /// Everything that was measured so far: what `packetarium run --json` prints.
    #[wasm_bindgen(unchecked_return_type = "Report")]
    pub fn report(&self) -> Result<JsValue, JsValue> {
        plain(&report::report(&self.scenario.whole(), &self.world))
    }

    /// The report's runs, in the order of the document.
    #[wasm_bindgen(unchecked_return_type = "Run[]")]
    pub fn runs(&self) -> Result<JsValue, JsValue> {
        plain(&report::report(&self.scenario.whole(), &self.world).runs)
    }

    /// Whether every run did what it should.
    #[wasm_bindgen(getter, js_name = allSucceeded)]
    pub fn all_succeeded(&self) -> bool {
        report::report(&self.scenario.whole(), &self.world).all_succeeded()
    }
}

/// Runs a scenario until all is quiet, one hour of virtual time at most, or until a given moment; returns what was measured.
/// It does not return before: in a page, prefer a `Lab` and budgets.
#[wasm_bindgen(unchecked_return_type = "Report")]
pub fn run(
    #[wasm_bindgen(unchecked_param_type = "Source")] source: &JsValue,
    #[wasm_bindgen(unchecked_optional_param_type = "RunOptions")] options: &JsValue,
) -> Result<JsValue, JsValue> {
    let mut lab = Lab::new(source, options)?;
    match Options::of(options)?.until {
        Some(until) => {
            lab.world.run_until(until, || true);
        }
        None => {
            lab.run_until_quiet(None, None)?;
        }
    }
    lab.report()
}

/// Everything that is wrong with a scenario, errors and warnings; nothing if all is well. Throws a `LinkError` where there is
/// no document to look at.
#[wasm_bindgen(unchecked_return_type = "Fault[]")]
pub fn check(#[wasm_bindgen(unchecked_param_type = "Source")] source: &JsValue) -> Result<JsValue, JsValue> {
    Ok(error::faults(&Scenario::read(&source::text(source)?).faults))
}

fn ms(at: Instant) -> f64 {
    at.nanos() as f64 / 1e6
}

/// Objects as JSON would give them: what is not there is null.
fn plain(value: &impl Serialize) -> Result<JsValue, JsValue> {
    Ok(value.serialize(&Serializer::json_compatible())?)
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
