//! Measures the parts of each animation frame for [`lab::budget`], and shows its counters to tests and to the bench.
//!
//! The parts end at different times:
//! - World, trace, stage and time line are over when their functions return.
//! - The panels are rendered by Yew after the callback, in a microtask of the same task. They are over when the effect of the
//!   page's root component runs ([`Stopwatch::rendered`]): effects run from the leaves to the root.
//! - Styling, layout and painting follow in the same task. They are over when a message arrives that was posted during the
//!   task. If the next frame begins before that message, the measurement is dropped.

use crate::dom::window;
use crate::stage::Drawn;
use js_sys::{Object, Reflect};
use lab::budget::{Budget, Counters, Part, Slice, Wanted, Watch};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{MessageChannel, Performance};

/// The function of `window` that returns the counters: see docs/FRAMES.md.
const COUNTERS: &str = "packetariumFrames";

/// Of so many frames without panels the browser's painting is measured once.
const PAINTING_EVERY: u32 = 6;

/// The handle.
#[derive(Clone)]
pub struct Stopwatch(Rc<Inner>);

struct Inner {
    budget: RefCell<Budget>,
    performance: Performance,
    channel: MessageChannel,
    /// When the panels that are being rendered were begun.
    panels_begun_ms: Cell<Option<f64>>,
    /// What the stage drew last.
    drawn: Cell<Drawn>,
    /// When the last part ended, until the browser has painted.
    painting_begun_ms: Cell<Option<f64>>,
}

impl Stopwatch {
    /// Nothing measured yet.
    pub fn new() -> Self {
        let watch = Self(Rc::new(Inner {
            budget: RefCell::default(),
            performance: window().performance().expect_throw("a browser has a clock"),
            channel: MessageChannel::new().expect_throw("a browser has message channels"),
            panels_begun_ms: Cell::default(),
            drawn: Cell::default(),
            painting_begun_ms: Cell::default(),
        }));
        watch.listen();
        watch.show_counters();
        watch
    }

    /// The page has one until it is closed, so its callbacks are never taken back.
    fn listen(&self) {
        let painted = {
            let watch = self.clone();
            Closure::<dyn FnMut()>::new(move || watch.painted())
        };
        self.0.channel.port1().set_onmessage(Some(painted.as_ref().unchecked_ref()));
        painted.forget();
    }

    fn show_counters(&self) {
        let counters = {
            let watch = self.clone();
            Closure::<dyn Fn() -> JsValue>::new(move || {
                to_js(watch.0.budget.borrow().counters(), watch.0.drawn.get())
            })
        };
        // Cannot fail: `window` takes properties.
        let _ = Reflect::set(&window(), &COUNTERS.into(), counters.as_ref());
        counters.forget();
    }

    /// The browser's clock.
    pub fn performance(&self) -> &Performance {
        &self.0.performance
    }

    fn now_ms(&self) -> f64 {
        self.0.performance.now()
    }

    /// A frame begins.
    pub fn begin(&self, wanted: &Wanted) {
        self.0.panels_begun_ms.take();
        self.0.painting_begun_ms.take();
        self.0.budget.borrow_mut().begin(wanted);
    }

    /// What this slice may take in this frame, in milliseconds.
    pub fn allowed_ms(&self, slice: Slice) -> f64 {
        self.0.budget.borrow().allowed_ms(slice)
    }

    /// Lets `work` run for `allowed_ms`; it asks after every step whether it may go on. The number of steps that were done.
    pub fn slice(&self, slice: Slice, allowed_ms: f64, work: impl FnOnce(&mut dyn FnMut() -> bool)) -> u32 {
        let steps_per_look = self.0.budget.borrow().steps_per_look(slice);
        let begun_ms = self.now_ms();
        let mut watch = Watch::new(|| self.now_ms(), allowed_ms, steps_per_look);
        work(&mut || watch.go_on());
        let took_ms = self.now_ms() - begun_ms;
        self.0.budget.borrow_mut().slice_took(slice, allowed_ms, took_ms, watch.steps());
        watch.steps()
    }

    /// Does this part, if the budget admits it; otherwise it waits for one of the next frames.
    pub fn part<R>(&self, part: Part, work: impl FnOnce() -> R) -> Option<R> {
        if !self.0.budget.borrow_mut().takes(part) {
            return None;
        }
        let begun_ms = self.now_ms();
        let done = work();
        self.0.budget.borrow_mut().part_took(part, self.now_ms() - begun_ms);
        Some(done)
    }

    /// The stage has been drawn.
    pub fn drew(&self, drawn: Drawn) {
        self.0.drawn.set(drawn);
    }

    /// Does what leads to the panels being rendered, if the budget admits it, and says whether it did.
    pub fn panels(&self, show: impl FnOnce()) -> bool {
        let takes = self.0.budget.borrow_mut().takes(Part::Panels);
        if takes {
            self.0.panels_begun_ms.set(Some(self.now_ms()));
            show();
        }
        takes
    }

    /// All components are rendered.
    pub fn rendered(&self) {
        let Some(begun_ms) = self.0.panels_begun_ms.take() else { return };
        let now_ms = self.now_ms();
        self.0.budget.borrow_mut().part_took(Part::Panels, now_ms - begun_ms);
        self.0.painting_begun_ms.set(Some(now_ms));
    }

    /// The callback of the frame ends; the browser goes on with it.
    pub fn end(&self) {
        let (drawn, frames) = {
            let budget = self.0.budget.borrow();
            (budget.has_drawn(), budget.counters().frames)
        };
        // A message costs more than many a frame has to draw: of those without panels some are measured.
        if drawn && (self.0.panels_begun_ms.get().is_some() || frames.is_multiple_of(PAINTING_EVERY)) {
            self.0.painting_begun_ms.set(Some(self.now_ms()));
            // A port that was never closed takes messages.
            let _ = self.0.channel.port2().post_message(&JsValue::NULL);
        }
    }

    fn painted(&self) {
        let Some(begun_ms) = self.0.painting_begun_ms.take() else { return };
        // Yew has put off a part of its work to a task of its own: where painting began is not known.
        if self.0.panels_begun_ms.get().is_none() {
            self.0.budget.borrow_mut().painting_took(self.now_ms() - begun_ms);
        }
    }
}

impl PartialEq for Stopwatch {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// The counters as a plain object.
fn to_js(counters: &Counters, drawn: Drawn) -> JsValue {
    let object = |entries: &[(&str, JsValue)]| -> JsValue {
        let object = Object::new();
        for (name, value) in entries {
            // Cannot fail: it is a plain object.
            let _ = Reflect::set(&object, &(*name).into(), value);
        }
        object.into()
    };
    let slice = |slice: Slice| {
        let counters = &counters.slices[slice as usize];
        object(&[
            ("ran", counters.ran.into()),
            ("allowedMs", counters.allowed_ms.into()),
            ("tookMs", counters.took_ms.into()),
            ("leastAllowedMs", counters.least_allowed_ms.into()),
            ("leastMs", slice.least_ms().into()),
        ])
    };
    let part = |part: Part| {
        let counters = &counters.parts[part as usize];
        object(&[
            ("done", counters.done.into()),
            ("deferred", counters.deferred.into()),
            ("longestWait", counters.longest_wait.into()),
            ("waitsAtMost", part.waits_at_most().into()),
            ("tookMs", counters.took_ms.into()),
        ])
    };
    object(&[
        ("frames", counters.frames.into()),
        ("world", slice(Slice::World)),
        ("trace", slice(Slice::Trace)),
        ("stage", part(Part::Stage)),
        ("timeline", part(Part::Timeline)),
        ("panels", part(Part::Panels)),
        ("longestSharedPlanMs", counters.longest_shared_plan_ms.into()),
        ("longestFrameMs", counters.longest_frame_ms.into()),
        ("framesOverLimit", counters.frames_over_limit.into()),
        ("limitMs", lab::budget::LIMIT_MS.into()),
        ("framesMoving", (drawn.frames_moving as u32).into()),
        ("layersPainted", drawn.layers_painted.into()),
        ("textsMeasured", drawn.texts_measured.into()),
    ])
}
