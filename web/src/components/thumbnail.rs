//! A small picture of a scenario, drawn by the stage itself: when it comes into sight, and the browser has nothing else to do.

use super::use_session;
use crate::dom::window;
use crate::stage::palette::Theme;
use crate::stage::{Next, Scene, Stage};
use crate::system::System;
use js_sys::{Array, Reflect};
use lab::parts::Parts;
use lab::still::Still;
use markup::html;
use scenario::Scenario;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, IntersectionObserver};
use yew::prelude::*;

/// Properties of [`Thumbnail`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What is drawn.
    pub scenario: Rc<Scenario>,
}

thread_local! {
    /// One stage that is not in the page draws all of them; each canvas gets a copy.
    static STAGE: RefCell<Option<Stage>> = const { RefCell::new(None) };
}

/// The canvases are gone: so is the stage that drew them.
pub fn forget_stage() {
    STAGE.take();
}

/// The picture. Its name is beside it, so that screen readers ignore it.
#[component]
pub fn Thumbnail(props: &Props) -> Html {
    let session = use_session();
    let canvas = use_node_ref();
    let theme = session.settings().theme.resolve(System::new().is_dark());
    // A scenario with services is drawn again once hosts can run them.
    let loaded = session.loaded();
    let (parts, complete) = (loaded.of_lab(), loaded.programs.is_some());
    {
        let canvas = canvas.clone();
        use_effect_with((props.scenario.clone(), theme, complete), move |(scenario, theme, _)| {
            let canvas: HtmlCanvasElement = canvas.cast().expect("the canvas is rendered");
            let watch = Watch::begin(canvas, scenario.clone(), parts, *theme);
            move || drop(watch)
        });
    }
    html! { <canvas ref={canvas} class="thumbnail" aria-hidden="true"></canvas> }
}

/// Waits until a canvas comes into sight.
struct Watch {
    observer: Option<IntersectionObserver>,
    _seen: Closure<dyn FnMut(Array, IntersectionObserver)>,
}

impl Watch {
    fn begin(canvas: HtmlCanvasElement, scenario: Rc<Scenario>, parts: Parts, theme: Theme) -> Self {
        let target = canvas.clone();
        let seen = Closure::<dyn FnMut(Array, IntersectionObserver)>::new(
            move |entries: Array, observer: IntersectionObserver| {
                let is_seen = |entry: JsValue| {
                    Reflect::get(&entry, &"isIntersecting".into()).is_ok_and(|seen| seen.is_truthy())
                };
                if entries.iter().any(is_seen) {
                    observer.disconnect();
                    let (canvas, scenario) = (canvas.clone(), scenario.clone());
                    when_idle(move || draw(&canvas, &scenario, &parts, theme));
                }
            },
        );
        let observer = IntersectionObserver::new(seen.as_ref().unchecked_ref()).ok();
        if let Some(observer) = &observer {
            observer.observe(&target);
        }
        Self { observer, _seen: seen }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(observer) = &self.observer {
            observer.disconnect();
        }
    }
}

/// Acts when the browser has nothing else to do. Where it does not say when that is, in a moment.
fn when_idle(act: impl FnOnce() + 'static) {
    let act = Closure::once_into_js(act);
    let act = act.unchecked_ref();
    if window().request_idle_callback(act).is_err() {
        let _ = window().set_timeout_with_callback(act);
    }
}

/// Draws the scenario's busiest moment. Where the browser cannot draw, the canvas stays empty.
fn draw(canvas: &HtmlCanvasElement, scenario: &Scenario, parts: &Parts, theme: Theme) {
    let [width, height] = [canvas.client_width(), canvas.client_height()].map(f64::from);
    let density = window().device_pixel_ratio();
    let Some(context) = canvas.get_context("2d").ok().flatten() else { return };
    let Ok(context) = context.dyn_into::<CanvasRenderingContext2d>() else { return };
    STAGE.with_borrow_mut(|stage| {
        if stage.is_none() {
            let own = window().document().and_then(|page| page.create_element("canvas").ok());
            *stage = own.and_then(|own| Stage::new(own.dyn_into().ok()?).ok());
        }
        let Some(stage) = stage else { return };
        let still = Still::of(scenario, parts);
        stage.resize(width, height, density);
        stage.expect_change(Next::Fit);
        stage.draw(&Scene {
            topology: still.world.topology(),
            positions: &still.positions,
            icons: &still.icons,
            services: &[],
            history: still.world.history(),
            ghosts: &[],
            at: still.at,
            rate: 1e6,
            selection: None,
            group: &[],
            spotlight: &[],
            editing: false,
            sieve: None,
            addresses: false,
            hover: None,
            theme,
            reduced_motion: true,
            now_ms: 0.0,
        });
        canvas.set_width((width * density) as u32);
        canvas.set_height((height * density) as u32);
        let _ = context.draw_image_with_html_canvas_element(stage.canvas(), 0.0, 0.0);
    });
}
