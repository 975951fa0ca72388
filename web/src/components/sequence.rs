//! The sequence view: the ladder of [`lab::sequence`], as far as it is in view.
//!
//! Rendered is a stretch of a few screens around what is seen, in steps, so that most scrolling renders nothing. The playhead
//! moves with every animation frame, and past the renderer. Whoever does not see the drawing has a list of its arrows.

mod controls;
mod drawing;

use super::use_session;
use crate::dom::window;
use crate::frame::next_frame;
use crate::session::Session;
use controls::Controls;
use gloo::timers::callback::Timeout;
use lab::Lab;
use lab::selection::Selection;
use lab::sequence::lanes::Lanes;
use lab::sequence::sheet::{Measure, Sheet};
use lab::sequence::{Ladder, Zoom};
use lab::view::View;
use netlab::Instant;
use netlab::history::TransitId;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, HtmlElement, ResizeObserver};
use yew::prelude::*;

/// Properties of [`Sequence`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The lab, as it was at most a tenth of a second ago.
    pub view: Rc<View>,
}

/// What a person has chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// Leave out what is between the hosts.
    pub hosts_only: bool,
    /// How large it is drawn.
    pub zoom: Zoom,
}

/// What is in view, in CSS pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Room {
    /// The stretch that is rendered begins so many steps down.
    step: i32,
    height: i32,
    width: i32,
    /// The size of ordinary text.
    rem: f64,
}

/// What outlives a rendering and causes none.
struct Hold {
    ladder: RefCell<Option<Ladder>>,
    scroller: NodeRef,
    /// The line of the playhead, and the veil over what is to come.
    now: NodeRef,
    following: Cell<bool>,
    /// When it is drawn at this size, this moment is so far below the upper edge.
    anchor: Cell<Option<(Instant, f64, Zoom)>>,
    /// What was in view when that was last asked.
    room: Cell<Room>,
    mounted: Cell<bool>,
}

/// Rendered are so many pixels at a time.
const STEP_PX: f64 = 240.0;
/// No browser scrolls further than about 17 million.
const HEIGHT_PX_MAX: f64 = 12e6;
/// More arrows than these are not drawn at once.
const ARROWS_MAX: usize = 400;
/// What taking in the history may take of a rendering.
const BUDGET_MS: f64 = 8.0;
const AGAIN_MS: u32 = 30;
const LANE_REM: f64 = 6.5;
const GUTTER_REM: f64 = 5.25;
const HEADS_REM: f64 = 2.0;
/// Above the first arrow and below the last.
const MARGIN_REM: f64 = 1.25;
/// Between these parts of the view the playhead is kept; while it moves, above the second.
const COMFORT: (f64, f64, f64) = (0.06, 0.7, 0.94);

/// The sequence view.
#[component]
pub fn Sequence(props: &Props) -> Html {
    let session = use_session();
    let again = use_force_update();
    let choice = use_state_eq(Choice::default);
    let room = use_state_eq(Room::default);
    let cursor = use_state_eq(|| None::<TransitId>);
    let following = use_state_eq(|| true);
    let hold = use_memo((), |()| Hold {
        ladder: RefCell::default(),
        scroller: NodeRef::default(),
        now: NodeRef::default(),
        following: Cell::new(true),
        anchor: Cell::default(),
        room: Cell::default(),
        mounted: Cell::new(true),
    });
    hold.following.set(*following);

    {
        let (session, hold, room) = (session.clone(), hold.clone(), room.setter());
        use_effect_with((), move |()| {
            let measure = {
                let hold = hold.clone();
                move || room.set(hold.measure())
            };
            measure();
            let on_size = Closure::<dyn FnMut()>::new(measure);
            let observer = ResizeObserver::new(on_size.as_ref().unchecked_ref()).expect("browsers have it");
            if let Some(scroller) = hold.scroller.cast::<Element>() {
                observer.observe(&scroller);
            }
            hold.mounted.set(true);
            spawn_local(follow(session.clone(), hold.clone()));
            move || {
                hold.mounted.set(false);
                observer.disconnect();
                drop(on_size);
                session.set_hover(None);
            }
        });
    }
    {
        let hold = hold.clone();
        use_effect_with((*choice, *room), move |(choice, _)| hold.settle(choice.zoom));
    }
    {
        // What is selected elsewhere is looked at here, too.
        let following = following.setter();
        use_effect_with(props.view.selection, move |selection| {
            if matches!(selection, Some(Selection::Frame(_))) {
                following.set(true);
            }
        });
    }

    let look = {
        let (session, cursor) = (session.clone(), cursor.setter());
        Callback::from(move |transit: TransitId| {
            let commands = Ladder::look_at(&session.lab().borrow(), transit);
            commands.into_iter().for_each(|command| session.perform(command));
            cursor.set(Some(transit));
        })
    };
    let zoom = {
        let (hold, choice) = (hold.clone(), choice.clone());
        Callback::from(move |steps: i8| {
            let zoom = choice.zoom.larger(steps);
            hold.keep_middle(zoom);
            choice.set(Choice { zoom, ..*choice });
        })
    };
    let let_go = {
        let following = following.setter();
        move || following.set(false)
    };

    let lab = session.lab().borrow();
    let mut held = hold.ladder.borrow_mut();
    // Nothing is measured before it is rendered.
    let rem = if room.rem > 0.0 { room.rem } else { 16.0 };
    let scale = choice.zoom.scale(&lab, rem);
    let ladder = held.get_or_insert_with(|| Ladder::new(choice.hosts_only, scale));
    ladder.follow(&lab, choice.hosts_only, &mut budget());
    ladder.set_scale(scale, HEIGHT_PX_MAX);
    if !ladder.is_complete() {
        let again = again.clone();
        Timeout::new(AGAIN_MS, move || again.force_update()).forget();
    }

    let lanes = Lanes::new(ladder, &lab, f64::from(room.width) - GUTTER_REM * rem, LANE_REM * rem);
    let selected = match props.view.selection {
        Some(Selection::Frame(transit)) => {
            lab.look().history.transit(transit).map(|transit| transit.frame_id)
        }
        _ => None,
    };
    let from = f64::from(room.step) * STEP_PX;
    let y = from - STEP_PX..from + STEP_PX + f64::from(room.height);
    let measure = Measure { rem, arrows_max: ARROWS_MAX, selected };
    let sheet = Sheet::new(ladder, &lab, &lanes, y, measure);
    let bottom = ladder.axis().y(lab.look().at).max(ladder.axis().height());
    let page = drawing::Page {
        lab: &lab,
        ladder,
        lanes: &lanes,
        sheet: &sheet,
        rem,
        height: (bottom + 2.0 * MARGIN_REM * rem).max(f64::from(room.height) - HEADS_REM * rem),
        selected,
        cursor: *cursor,
    };

    let onscroll = {
        let (hold, room) = (hold.clone(), room.setter());
        Callback::from(move |_: Event| room.set(hold.scrolled()))
    };
    let onkeydown = {
        let (session, hold, cursor, following) =
            (session.clone(), hold.clone(), cursor.clone(), following.setter());
        let (look, zoom, selection) = (look.clone(), zoom.clone(), props.view.selection);
        Callback::from(move |event: KeyboardEvent| {
            if event.ctrl_key() || event.meta_key() || event.alt_key() {
                return;
            }
            let by = match event.key().as_str() {
                "ArrowDown" => Move::By(1),
                "ArrowUp" => Move::By(-1),
                "Home" => Move::First,
                "End" => Move::Last,
                "Enter" if cursor.is_some() => {
                    event.prevent_default();
                    return cursor.iter().for_each(|&transit| look.emit(transit));
                }
                "+" | "=" => return taken(&event, || zoom.emit(1)),
                "-" | "_" => return taken(&event, || zoom.emit(-1)),
                "PageUp" | "PageDown" => return following.set(false),
                _ => return,
            };
            taken(&event, || {
                let lab = session.lab().borrow();
                let from = cursor.or(match selection {
                    Some(Selection::Frame(transit)) => Some(transit),
                    _ => None,
                });
                let to = hold.moved(&lab, from, by);
                drop(lab);
                if let Some(transit) = to {
                    following.set(false);
                    session.set_hover(Some(Selection::Frame(transit)));
                    cursor.set(Some(transit));
                }
            });
        })
    };
    let onclick = {
        let look = look.clone();
        Callback::from(move |event: MouseEvent| {
            if let Some(transit) = transit_under(&event) {
                look.emit(transit);
            }
        })
    };
    let onpointerover = {
        let session = session.clone();
        Callback::from(move |event: PointerEvent| {
            session.set_hover(transit_under(&event).map(Selection::Frame));
        })
    };
    let onpointerleave = super::on(&session, |session| session.set_hover(None));
    let [onwheel, ontouchmove] = [let_go.clone(), let_go.clone()];
    let onpointerdown = {
        let hold = hold.clone();
        Callback::from(move |event: PointerEvent| {
            // On the scroller itself: its scroll bar.
            if event.target() == hold.scroller.get().map(Into::into) {
                let_go();
            }
        })
    };
    let active = cursor.and_then(|cursor| {
        sheet.strokes.iter().any(|stroke| stroke.arrow.transit == cursor).then(|| drawing::option_id(cursor))
    });
    html! {
        <div class="sequence">
            <Controls view={props.view.clone()} choice={*choice} following={*following} drawn={sheet.of.map(|of| (sheet.strokes.len(), of))}
                choose={let choice = choice.setter(); Callback::from(move |chosen| choice.set(chosen))}
                {zoom} follow={let following = following.setter(); Callback::from(move |()| following.set(true))}
                refresh={Callback::from(move |()| again.force_update())}
                save={save(&session, &hold, *choice)} />
            <div class="sequence-scroll" ref={hold.scroller.clone()} tabindex="0" role="listbox" aria-label="Frames in order of time"
                aria-activedescendant={active} {onscroll} {onkeydown} {onclick} {onpointerover} {onpointerleave} {onpointerdown}
                onwheel={Callback::from(move |_: WheelEvent| onwheel())} ontouchmove={Callback::from(move |_: TouchEvent| ontouchmove())}>
                { drawing::options(&page) }
                { drawing::heads(&page) }
                <div class="sequence-body">
                    { drawing::gutter(&page) }
                    { drawing::lanes(&page) }
                    <div class="sequence-now" ref={hold.now.clone()} aria-hidden="true"></div>
                </div>
            </div>
            if page.ladder.len() == 0 {
                <p class="sequence-empty hint">{ if page.ladder.is_complete() { "No frame to show yet." } else { "Reading…" } }</p>
            }
        </div>
    }
}

/// Where the cursor goes.
#[derive(Clone, Copy)]
enum Move {
    By(isize),
    First,
    Last,
}

impl Hold {
    /// What is in view now.
    fn measure(&self) -> Room {
        let Some(scroller) = self.scroller.cast::<HtmlElement>() else { return Room::default() };
        let style = window().get_computed_style(&document_element()).ok().flatten();
        let size = style.and_then(|style| style.get_property_value("font-size").ok());
        self.room.set(Room {
            step: 0,
            height: scroller.client_height(),
            width: scroller.client_width(),
            rem: size.and_then(|size| size.trim_end_matches("px").parse().ok()).unwrap_or(16.0),
        });
        self.scrolled()
    }

    /// The same, if nothing but the place can have changed.
    fn scrolled(&self) -> Room {
        let top = self.scroller.cast::<HtmlElement>().map_or(0, |scroller| scroller.scroll_top());
        let room = Room { step: (f64::from(top) / STEP_PX) as i32, ..self.room.get() };
        self.room.set(room);
        room
    }

    /// The height of what scrolls below the names.
    fn below_heads(&self) -> f64 {
        let room = self.room.get();
        f64::from(room.height) - HEADS_REM * room.rem
    }

    /// The moment's place in what is scrolled.
    fn place_of(&self, at: Instant) -> Option<f64> {
        Some(self.ladder.borrow().as_ref()?.axis().y(at) + MARGIN_REM * self.room.get().rem)
    }

    /// What is in the middle stays there when it is drawn at this size.
    fn keep_middle(&self, zoom: Zoom) {
        // Pressed again before the last one was rendered.
        if let Some((moment, below, _)) = self.anchor.get() {
            return self.anchor.set(Some((moment, below, zoom)));
        }
        let held = self.ladder.borrow();
        if let (Some(scroller), Some(ladder)) = (self.scroller.cast::<HtmlElement>(), &*held) {
            let below = self.below_heads() / 2.0;
            let y = f64::from(scroller.scroll_top()) + below - MARGIN_REM * self.room.get().rem;
            self.anchor.set(Some((ladder.axis().moment(y), below, zoom)));
        }
    }

    /// Brings the moment that was to stay back to where it was, now that it is drawn at this size.
    fn settle(&self, zoom: Zoom) {
        let Some((at, below, wanted)) = self.anchor.get() else { return };
        if let (Some(y), Some(scroller)) = (self.place_of(at), self.scroller.cast::<HtmlElement>()) {
            scroller.set_scroll_top((y - below) as i32);
        }
        if zoom == wanted {
            self.anchor.set(None);
        }
    }

    /// Draws the playhead, and keeps it in view.
    fn show_now(&self, at: Instant, moving: bool) {
        let (Some(scroller), Some(now)) =
            (self.scroller.cast::<HtmlElement>(), self.now.cast::<HtmlElement>())
        else {
            return;
        };
        let Some(y) = self.place_of(at) else { return };
        let _ = now.style().set_property("top", &format!("{}px", lab::format::decimal(y, 1)));
        if self.following.get() {
            let (top, height) = (f64::from(scroller.scroll_top()), self.below_heads());
            let (least, most) = (COMFORT.0 * height, if moving { COMFORT.1 } else { COMFORT.2 } * height);
            let wanted = top.clamp(y - most, y - least).max(0.0).round();
            if wanted != top {
                scroller.set_scroll_top(wanted as i32);
            }
        }
    }

    /// The frame that comes so many after this one, brought into view.
    fn moved(&self, lab: &Lab, from: Option<TransitId>, by: Move) -> Option<TransitId> {
        let held = self.ladder.borrow();
        let ladder = held.as_ref()?;
        let scroller = self.scroller.cast::<HtmlElement>()?;
        let history = lab.look().history;
        let top = f64::from(scroller.scroll_top());
        let last = ladder.len().checked_sub(1)?;
        let here = from.and_then(|transit| ladder.place_of(history, transit));
        let place = match (by, here) {
            (Move::First, _) => 0,
            (Move::Last, _) => last,
            (Move::By(steps), Some(here)) => here.saturating_add_signed(steps).min(last),
            (Move::By(_), None) => ladder.first_from(ladder.axis().moment(top)).min(last),
        };
        let y = ladder.axis().y(ladder.lasts(history, place)?.0) + MARGIN_REM * self.room.get().rem;
        let height = self.below_heads();
        let wanted = top.clamp(y - COMFORT.1 * height, (y - COMFORT.0 * height).max(0.0));
        scroller.set_scroll_top(wanted as i32);
        ladder.transit_at(place)
    }
}

/// Moves the playhead's line with every animation frame.
async fn follow(session: Session, hold: Rc<Hold>) {
    let mut shown = None;
    while hold.mounted.get() {
        next_frame().await;
        let at = session.lab().borrow().look().at;
        let moving = shown.replace(at) != Some(at);
        if hold.mounted.get() {
            hold.show_now(at, moving);
        }
    }
}

fn save(session: &Session, hold: &Rc<Hold>, choice: Choice) -> Callback<()> {
    let (session, hold) = (session.clone(), hold.clone());
    Callback::from(move |()| {
        let lab = session.lab().borrow();
        let mut held = hold.ladder.borrow_mut();
        let Some(ladder) = held.as_mut() else { return };
        let top =
            hold.scroller.cast::<HtmlElement>().map_or(0.0, |scroller| f64::from(scroller.scroll_top()));
        let from = ladder.first_from(ladder.axis().moment(top));
        let file = lab::sequence::file::file(ladder, &lab, from, choice.zoom, HEIGHT_PX_MAX);
        crate::files::give(&lab.scenario().title, "svg", "image/svg+xml", &file.text);
        let (arrows, of) = (file.arrows, file.of);
        drop(lab);
        if arrows < of {
            session.say(format!(
                "The file has {arrows} of {of} arrows, those around what is in view: filter for fewer."
            ));
        }
    })
}

fn budget() -> impl FnMut() -> bool {
    let performance = window().performance();
    let now = move || performance.as_ref().map_or(0.0, web_sys::Performance::now);
    let end = now() + BUDGET_MS;
    let mut taken = 0_u32;
    move || {
        taken += 1;
        !taken.is_multiple_of(256) || now() < end
    }
}

fn document_element() -> Element {
    window().document().and_then(|document| document.document_element()).expect("the page has a root")
}

/// The frame on a wire that the pointer is on.
fn transit_under(event: &web_sys::Event) -> Option<TransitId> {
    let element: Element = event.target()?.dyn_into().ok()?;
    let arrow = element.closest("[data-transit]").ok().flatten()?;
    arrow.get_attribute("data-transit")?.parse().ok().map(TransitId)
}

fn taken(event: &KeyboardEvent, act: impl FnOnce()) {
    event.prevent_default();
    act();
}
