//! The time line: dragged, it takes the playhead anywhere in what has been. A slider to whoever does not see it.

use super::icon::{Glyph, icon};
use super::{on, use_session};
use crate::session::Session;
use crate::strip::Strip;
use gloo::events::{EventListener, EventListenerOptions};
use lab::command::{Clock, Look};
use lab::format;
use lab::timeline::Window;
use lab::travel::Travel;
use lab::view::View;
use netlab::Instant;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlCanvasElement, PointerEvent, WheelEvent};
use yew::prelude::*;

/// Properties of [`Timeline`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The lab, as it was at most a tenth of a second ago.
    pub view: Rc<View>,
}

/// How much one press zooms, and how far a page key goes.
const ZOOM: f64 = 0.5;
const PAGE: f64 = 0.1;

/// The time line.
#[component]
pub fn Timeline(props: &Props) -> Html {
    let session = use_session();
    let canvas = use_node_ref();
    {
        let (session, canvas) = (session.clone(), canvas.clone());
        use_effect_with((), move |()| {
            let element: HtmlCanvasElement = canvas.cast().expect("it is rendered");
            session.set_strip(Strip::new(element.clone()));
            // Not through the renderer: its wheel listeners may not keep the page from scrolling.
            let options = EventListenerOptions::enable_prevent_default();
            let wheel = EventListener::new_with_options(&element, "wheel", options, {
                let session = session.clone();
                move |event| {
                    let event: &WheelEvent = event.unchecked_ref();
                    event.prevent_default();
                    let rect = event.current_target().and_then(|it| it.dyn_into::<Element>().ok());
                    let Some(rect) = rect.map(|it| it.get_bounding_client_rect()) else { return };
                    let about = (f64::from(event.client_x()) - rect.left()) / rect.width().max(1.0);
                    let (x, y) = (event.delta_x(), event.delta_y());
                    if x.abs() > y.abs() {
                        pan(&session, x / rect.width().max(1.0));
                    } else {
                        zoom(&session, (y / 300.0).clamp(-1.0, 1.0).exp(), about);
                    }
                }
            });
            move || {
                drop(wheel);
                session.set_strip(None);
            }
        });
    }
    // How far a drag goes: to the end of the strip as it was, for that moves on with the playhead.
    let dragged = use_mut_ref(|| None::<Instant>);
    let go = {
        let session = session.clone();
        move |event: &PointerEvent, last: Instant| {
            let rect = event.target_unchecked_into::<Element>().get_bounding_client_rect();
            let share = (f64::from(event.client_x()) - rect.left()) / rect.width().max(1.0);
            let moment = session.lab().borrow().window().moment(share);
            session.perform(Clock::Travel(Travel::To(moment.min(last))));
        }
    };
    let onpointerdown = {
        let (go, dragged, session) = (go.clone(), dragged.clone(), session.clone());
        Callback::from(move |event: PointerEvent| {
            if event.button() == 0 {
                let _ = event.target_unchecked_into::<Element>().set_pointer_capture(event.pointer_id());
                let last = session.lab().borrow().window().until;
                *dragged.borrow_mut() = Some(last);
                go(&event, last);
            }
        })
    };
    let onpointermove = {
        let dragged = dragged.clone();
        Callback::from(move |event: PointerEvent| {
            if let Some(last) = *dragged.borrow() {
                go(&event, last);
            }
        })
    };
    let onpointerup = Callback::from(move |_: PointerEvent| *dragged.borrow_mut() = None);
    let onkeydown = {
        let session = session.clone();
        Callback::from(move |event: KeyboardEvent| {
            let by = |share: f64| {
                let lab = session.lab().borrow();
                let window = lab.window();
                let to = window.share(lab.look().at) + share;
                // Further than what is seen, too: the strip follows.
                Travel::To(Instant::from_nanos(
                    (window.from.nanos() as f64 + to * window.nanos() as f64).max(0.0) as u64,
                ))
            };
            let travel = match event.key().as_str() {
                "ArrowLeft" | "ArrowDown" => Travel::Back,
                "ArrowRight" | "ArrowUp" => Travel::Forward,
                "PageUp" => by(PAGE),
                "PageDown" => by(-PAGE),
                "Home" => Travel::Start,
                "End" => Travel::Live,
                "+" | "=" => return taken(&event, || zoom_at_playhead(&session, ZOOM)),
                "-" | "_" => return taken(&event, || zoom_at_playhead(&session, 1.0 / ZOOM)),
                _ => return,
            };
            taken(&event, || session.perform(Clock::Travel(travel)));
        })
    };
    let view = &*props.view;
    let over = view.runs.iter().filter(|run| run.end.is_some()).count();
    let text = format!(
        "{}\u{a0}s of {}\u{a0}s; {over} of {} runs are over",
        format::clock(view.at),
        format::clock(view.edge.0),
        view.runs.len()
    );
    let zoomed = view.window.is_some();
    let window = session.lab().borrow().window();
    html! {
        <div class="timeline">
            <canvas ref={canvas} class="strip" tabindex="0" role="slider" aria-label="Time line"
                aria-valuemin="0" aria-valuemax={view.edge.0.nanos().to_string()} aria-valuenow={view.at.nanos().to_string()}
                aria-valuetext={text} {onpointerdown} {onpointermove} onpointercancel={onpointerup.clone()} {onpointerup} {onkeydown}></canvas>
            <div class="timeline-ends" aria-hidden="true">
                <span>{ scale(window.from) }</span>
                <span>{ scale(window.until) }</span>
            </div>
            <div class="timeline-zoom" role="group" aria-label="Zoom of the time line">
                <button type="button" class="button quiet icon-only" aria-label="Longer" title="Show a longer time"
                    disabled={!zoomed} onclick={on(&session, |session| zoom_at_playhead(session, 1.0 / ZOOM))}>{ icon(Glyph::Minus) }</button>
                <button type="button" class="button quiet icon-only" aria-label="Closer" title="Show a shorter time (wheel)"
                    onclick={on(&session, |session| zoom_at_playhead(session, ZOOM))}>{ icon(Glyph::Plus) }</button>
            </div>
        </div>
    }
}

/// The ends of the strip: `0 s`, `250 ms`.
fn scale(at: Instant) -> String {
    format::duration(at - Instant::ZERO)
}

fn taken(event: &KeyboardEvent, act: impl FnOnce()) {
    event.prevent_default();
    act();
}

fn show(session: &Session, zoomed: impl FnOnce(Window, Window, f64) -> Option<Window>) {
    let window = {
        let lab = session.lab().borrow();
        let window = lab.window();
        zoomed(window, lab.whole_time(), window.share(lab.look().at).clamp(0.0, 1.0))
    };
    session.perform(Look::Zoom(window));
}

fn zoom(session: &Session, factor: f64, about: f64) {
    show(session, |window, whole, _| window.zoomed(factor, about, whole));
}

fn zoom_at_playhead(session: &Session, factor: f64) {
    show(session, |window, whole, at| window.zoomed(factor, at, whole));
}

fn pan(session: &Session, by: f64) {
    show(session, |window, whole, _| (window != whole).then(|| window.moved(by, whole)));
}
