//! The time line: dragging on it moves the playhead anywhere in the past. For a screen reader it is a slider.

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
use markup::html;
use netlab::Instant;
use std::rc::Rc;
use texts::t;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlCanvasElement, PointerEvent, WheelEvent};
use yew::prelude::*;

/// Properties of [`Timeline`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The snapshot to render.
    pub view: Rc<View>,
}

/// How much one press zooms, and how far a page key goes.
const ZOOM: f64 = 0.5;
const PAGE: f64 = 0.1;

/// The time line.
#[component]
pub fn Timeline(props: &Props) -> Html {
    let session = use_session();
    let canvas = use_strip(&session);
    let drag = use_drag(&session);
    let onkeydown = {
        let session = session.clone();
        Callback::from(move |event: KeyboardEvent| press(&session, &event))
    };
    let view = &*props.view;
    let over = view.runs.iter().filter(|run| run.end.is_some()).count();
    let text = t!(
        "{}\u{a0}s of {}\u{a0}s; {over} of {} runs are over",
        format::clock(view.at),
        format::clock(view.edge.0),
        view.runs.len()
    );
    let zoomed = view.window.is_some();
    let window = session.lab().borrow().window();
    html! {
        <div class="timeline">
            <span class="timeline-end" aria-hidden="true">{ scale(window.from) }</span>
            <div class="strip-box">
            <canvas ref={canvas} class="strip" tabindex="0" role="slider" aria-label={t!("Time line")}
                aria-valuemin="0" aria-valuemax={view.edge.0.nanos().to_string()} aria-valuenow={view.at.nanos().to_string()}
                aria-valuetext={text} onpointerdown={drag.down} onpointermove={drag.moved} onpointercancel={drag.up.clone()}
                onpointerup={drag.up} {onkeydown}></canvas>
            { super::chapters::flags(&session, view, window) }
            </div>
            <span class="timeline-end" aria-hidden="true">{ scale(window.until) }</span>
            <div class="timeline-zoom" role="group" aria-label={t!("Zoom of the time line")}>
                <button type="button" class="button quiet icon-only" aria-label={t!("Longer")} title={t!("Show a longer time")}
                    disabled={!zoomed} onclick={on(&session, |session| zoom_at_playhead(session, 1.0 / ZOOM))}>{ icon(Glyph::Minus) }</button>
                <button type="button" class="button quiet icon-only" aria-label={t!("Closer")} title={t!("Show a shorter time (wheel)")}
                    onclick={on(&session, |session| zoom_at_playhead(session, ZOOM))}>{ icon(Glyph::Plus) }</button>
            </div>
        </div>
    }
}

/// The canvas, which the session draws on while this component is there.
#[hook]
fn use_strip(session: &Session) -> NodeRef {
    let canvas = use_node_ref();
    let (session, element) = (session.clone(), canvas.clone());
    use_effect_with((), move |()| {
        let element: HtmlCanvasElement = element.cast().expect("it is rendered");
        session.set_strip(Strip::new(element.clone()));
        // Not through the renderer: its wheel listeners may not keep the page from scrolling.
        let options = EventListenerOptions::enable_prevent_default();
        let wheel = EventListener::new_with_options(&element, "wheel", options, {
            let session = session.clone();
            move |event| turn_wheel(&session, event.unchecked_ref())
        });
        move || {
            drop(wheel);
            session.set_strip(None);
        }
    });
    canvas
}

/// The wheel zooms around the pointer; sideways it moves the window.
fn turn_wheel(session: &Session, event: &WheelEvent) {
    event.prevent_default();
    let element = event.current_target().and_then(|target| target.dyn_into::<Element>().ok());
    let Some(rect) = element.map(|element| element.get_bounding_client_rect()) else { return };
    let about = (f64::from(event.client_x()) - rect.left()) / rect.width().max(1.0);
    let (x, y) = (event.delta_x(), event.delta_y());
    if x.abs() > y.abs() {
        pan(session, x / rect.width().max(1.0));
    } else {
        zoom(session, (y / 300.0).clamp(-1.0, 1.0).exp(), about);
    }
}

/// What the pointer does on the strip.
struct Drag {
    down: Callback<PointerEvent>,
    moved: Callback<PointerEvent>,
    up: Callback<PointerEvent>,
}

#[hook]
fn use_drag(session: &Session) -> Drag {
    // A drag ends at the end of the strip as it was when the drag began: the end moves on with the playhead.
    let dragged = use_mut_ref(|| None::<Instant>);
    let down = {
        let (session, dragged) = (session.clone(), dragged.clone());
        Callback::from(move |event: PointerEvent| {
            if event.button() == 0 {
                let _ = event.target_unchecked_into::<Element>().set_pointer_capture(event.pointer_id());
                let last = session.lab().borrow().window().until;
                *dragged.borrow_mut() = Some(last);
                go_to_pointer(&session, &event, last);
            }
        })
    };
    let moved = {
        let (session, dragged) = (session.clone(), dragged.clone());
        Callback::from(move |event: PointerEvent| {
            if let Some(last) = *dragged.borrow() {
                go_to_pointer(&session, &event, last);
            }
        })
    };
    let up = Callback::from(move |_: PointerEvent| *dragged.borrow_mut() = None);
    Drag { down, moved, up }
}

fn go_to_pointer(session: &Session, event: &PointerEvent, last: Instant) {
    let rect = event.target_unchecked_into::<Element>().get_bounding_client_rect();
    let share = (f64::from(event.client_x()) - rect.left()) / rect.width().max(1.0);
    let moment = session.lab().borrow().window().moment(share);
    session.perform(Clock::Travel(Travel::To(moment.min(last))));
}

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Key {
    Travel(Travel),
    /// Moves the playhead by this share of what is seen.
    By(f64),
    /// Shows this many times as much time.
    Zoom(f64),
}

impl Key {
    fn of(key: &str) -> Option<Self> {
        Some(match key {
            "ArrowLeft" | "ArrowDown" => Self::Travel(Travel::Back),
            "ArrowRight" | "ArrowUp" => Self::Travel(Travel::Forward),
            "PageUp" => Self::By(PAGE),
            "PageDown" => Self::By(-PAGE),
            "Home" => Self::Travel(Travel::Start),
            "End" => Self::Travel(Travel::Live),
            "+" | "=" => Self::Zoom(ZOOM),
            "-" | "_" => Self::Zoom(1.0 / ZOOM),
            _ => return None,
        })
    }
}

fn press(session: &Session, event: &KeyboardEvent) {
    let Some(key) = Key::of(&event.key()) else { return };
    event.prevent_default();
    match key {
        Key::Travel(travel) => session.perform(Clock::Travel(travel)),
        Key::By(share) => {
            let travel = {
                let lab = session.lab().borrow();
                Travel::To(moved_by(lab.window(), lab.look().at, share))
            };
            session.perform(Clock::Travel(travel));
        }
        Key::Zoom(factor) => zoom_at_playhead(session, factor),
    }
}

/// The moment a share of the window away. It may lie outside of the window: the strip follows.
fn moved_by(window: Window, at: Instant, share: f64) -> Instant {
    let to = window.share(at) + share;
    Instant::from_nanos((window.from.nanos() as f64 + to * window.nanos() as f64).max(0.0) as u64)
}

/// The ends of the strip: `0 s`, `250 ms`.
fn scale(at: Instant) -> String {
    format::duration(at - Instant::ZERO)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_travel_and_zoom_and_all_others_are_left_alone() {
        assert_eq!(Key::of("Home"), Some(Key::Travel(Travel::Start)));
        assert_eq!(Key::of("PageUp"), Some(Key::By(PAGE)));
        assert_eq!(Key::of("+"), Some(Key::Zoom(0.5)));
        assert_eq!(Key::of("x"), None);
    }

    #[test]
    fn a_page_is_a_share_of_the_window_and_never_before_the_beginning() {
        let second = |s: u64| Instant::from_nanos(s * 1_000_000_000);
        let window = Window { from: second(10), until: second(20) };
        assert_eq!(moved_by(window, second(12), 0.1), second(13));
        assert_eq!(moved_by(window, second(19), 0.2), second(21));
        assert_eq!(moved_by(window, second(10), -2.0), Instant::ZERO);
    }
}
