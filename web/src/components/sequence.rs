//! The sequence view: the ladder of [`lab::sequence`], as far as it is in view.
//!
//! A stretch of a few screens around the view is rendered. It moves in steps, so that most scrolling renders nothing. The
//! playhead's line moves in every animation frame without rendering. For screen readers the drawing is a list of its arrows.

mod choice;
mod controls;
mod drawing;
mod hold;
mod measures;

use super::use_session;
use crate::dom::window;
use crate::frame::next_frame;
use crate::session::Session;
use crate::stage::palette::{Colors, Palette, Theme};
use choice::Choice;
use controls::Controls;
use gloo::timers::callback::Timeout;
use hold::{Hold, Move, Room, STEP_PX};
use lab::sequence::lanes::Lanes;
use lab::sequence::sheet::{Measure, Sheet};
use lab::sequence::{Ladder, file};
use lab::view::View;
use markup::html;
use measures::{GUTTER_REM, LANE_REM};
use netlab::history::TransitId;
use std::rc::Rc;
use texts::t;
use trace::selection::Selection;
use trace::swatch::Swatch;
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

/// No browser scrolls further than about 17 million pixels.
const HEIGHT_PX_MAX: f64 = 12e6;
/// No more arrows are drawn at once.
const ARROWS_MAX: usize = 400;
/// What reading the history may take of a rendering, in milliseconds.
const READ_MS: f64 = 8.0;
const AGAIN_MS: u32 = 30;

/// The sequence view.
#[component]
pub fn Sequence(props: &Props) -> Html {
    let again = use_force_update();
    let handles = use_handles(props.view.selection);
    let Handles { session, hold, choice, room, cursor, .. } = &handles;

    let lab = session.lab().borrow();
    let mut held = hold.ladder.borrow_mut();
    let rem = Hold::rem(**room);
    let scale = choice.zoom.scale(&lab, rem);
    let ladder = held.get_or_insert_with(|| Ladder::new(choice.hosts_only, scale));
    ladder.follow(&lab, choice.hosts_only, &mut reading_time());
    ladder.set_scale(scale, HEIGHT_PX_MAX);
    if !ladder.is_complete() {
        let again = again.clone();
        Timeout::new(AGAIN_MS, move || again.force_update()).forget();
    }

    let lanes = Lanes::new(ladder, &lab, f64::from(room.width) - GUTTER_REM * rem, LANE_REM * rem);
    let selected = Ladder::selected_frame(&lab);
    let is_capture = ladder.recorded().is_some();
    let from = f64::from(room.step) * STEP_PX;
    let y = from - STEP_PX..from + STEP_PX + f64::from(room.height);
    let measure = Measure { rem, arrows_max: ARROWS_MAX, selected };
    let sheet = Sheet::new(ladder, &lab, &lanes, y, measure);
    let now = if is_capture { 0.0 } else { ladder.axis().y(lab.look().at) };
    let bottom = now.max(ladder.axis().height());
    let page = drawing::Page {
        lab: &lab,
        ladder,
        lanes: &lanes,
        sheet: &sheet,
        rem,
        height: Hold::body_height(**room, bottom),
        selected,
        cursor: **cursor,
    };
    let active = cursor.and_then(|cursor| {
        sheet.strokes.iter().any(|stroke| stroke.arrow.transit == cursor).then(|| drawing::option_id(cursor))
    });
    let drawn = sheet.of.map(|of| (sheet.strokes.len(), of));
    html! {
        <div class="sequence">
            { controls(&handles, props, drawn, again) }
            { scroller(&handles, active, html! {
                <>
                    { drawing::options(&page) }
                    { drawing::heads(&page) }
                    <div class="sequence-body">
                        { drawing::gutter(&page) }
                        { drawing::lanes(&page) }
                        // A capture has no playhead.
                        <div class="sequence-now" ref={hold.now.clone()} aria-hidden="true" hidden={is_capture}></div>
                    </div>
                </>
            }) }
            if page.ladder.transit_count() == 0 {
                <p class="sequence-empty hint">{ if page.ladder.is_complete() { t!("No frame to show yet.") } else { t!("Reading…") } }</p>
            }
        </div>
    }
}

/// What the view remembers from one rendering to the next.
#[derive(Clone)]
struct Handles {
    session: Session,
    hold: Rc<Hold>,
    choice: UseStateHandle<Choice>,
    room: UseStateHandle<Room>,
    cursor: UseStateHandle<Option<TransitId>>,
    /// Whether the playhead is kept in view.
    following: UseStateHandle<bool>,
}

#[hook]
fn use_handles(selection: Option<Selection>) -> Handles {
    let handles = Handles {
        session: use_session(),
        choice: use_state_eq(Choice::default),
        room: use_state_eq(Room::default),
        cursor: use_state_eq(|| None::<TransitId>),
        following: use_state_eq(|| true),
        hold: use_memo((), |()| Hold::new()),
    };
    handles.hold.following.set(*handles.following);
    {
        let handles = handles.clone();
        use_effect_with((), move |()| handles.mount());
    }
    {
        let hold = handles.hold.clone();
        use_effect_with((*handles.choice, *handles.room), move |(choice, _)| hold.settle(choice.zoom));
    }
    {
        // A frame that is selected in another pane is brought into view here, too.
        let following = handles.following.setter();
        use_effect_with(selection, move |selection| {
            if matches!(selection, Some(Selection::Frame(_))) {
                following.set(true);
            }
        });
    }
    handles
}

impl Handles {
    /// Measures the scroller whenever its size changes, and moves the playhead's line, until the returned function is called.
    fn mount(self) -> impl FnOnce() {
        let Self { session, hold, room, .. } = self;
        let measure = {
            let (hold, room) = (hold.clone(), room.setter());
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
    }

    /// Selects this frame and moves the playhead to it.
    fn look(&self, transit: TransitId) {
        let commands = Ladder::look_at(&self.session.lab().borrow(), transit);
        commands.into_iter().for_each(|command| self.session.perform(command));
        self.cursor.set(Some(transit));
    }

    /// Draws everything larger by this many steps, around what is in the middle.
    fn zoom(&self, steps: i8) {
        let zoom = self.choice.zoom.larger(steps);
        self.hold.keep_middle(zoom);
        self.choice.set(Choice { zoom, ..*self.choice });
    }

    /// Moves the cursor from the frame where it is, or from the selected one.
    fn move_cursor(&self, by: Move) {
        let to = {
            let lab = self.session.lab().borrow();
            self.hold.moved(&lab, self.cursor.or(Ladder::selected(&lab)), by)
        };
        if let Some(transit) = to {
            self.following.set(false);
            self.hover(Some(transit));
            self.cursor.set(Some(transit));
        }
    }

    /// Lights the frame up on the stage, which has none of an opened capture.
    fn hover(&self, transit: Option<TransitId>) {
        let is_capture = self.session.lab().borrow().packets().opened().is_some();
        self.session.set_hover(transit.filter(|_| !is_capture).map(Selection::Frame));
    }

    fn press(&self, event: &KeyboardEvent) {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        match (Key::of(&event.key()), *self.cursor) {
            (None, _) | (Some(Key::Look), None) => return,
            // The browser scrolls by itself.
            (Some(Key::Page), _) => return self.following.set(false),
            (Some(Key::Look), Some(transit)) => self.look(transit),
            (Some(Key::Zoom(steps)), _) => self.zoom(steps),
            (Some(Key::Move(by)), _) => self.move_cursor(by),
        }
        event.prevent_default();
    }
}

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Key {
    Move(Move),
    Look,
    Zoom(i8),
    Page,
}

impl Key {
    fn of(key: &str) -> Option<Self> {
        Some(match key {
            "ArrowDown" => Self::Move(Move::By(1)),
            "ArrowUp" => Self::Move(Move::By(-1)),
            "Home" => Self::Move(Move::First),
            "End" => Self::Move(Move::Last),
            "Enter" => Self::Look,
            "+" | "=" => Self::Zoom(1),
            "-" | "_" => Self::Zoom(-1),
            "PageUp" | "PageDown" => Self::Page,
            _ => return None,
        })
    }
}

fn controls(
    handles: &Handles,
    props: &Props,
    drawn: Option<(usize, usize)>,
    again: UseForceUpdateHandle,
) -> Html {
    let Handles { session, hold, choice, following, .. } = handles;
    let choose = {
        let choice = choice.setter();
        Callback::from(move |chosen| choice.set(chosen))
    };
    let zoom = {
        let handles = handles.clone();
        Callback::from(move |steps: i8| handles.zoom(steps))
    };
    let follow = {
        let following = following.setter();
        Callback::from(move |()| following.set(true))
    };
    html! {
        <Controls view={props.view.clone()} choice={**choice} following={**following} {drawn} {choose} {zoom} {follow}
            refresh={Callback::from(move |()| again.force_update())} save={save(session, hold, **choice)} />
    }
}

/// The list that scrolls, with what it does.
fn scroller(handles: &Handles, active: Option<String>, content: Html) -> Html {
    let Handles { session, hold, room, following, .. } = handles;
    let onscroll = {
        let (hold, room) = (hold.clone(), room.setter());
        Callback::from(move |_: Event| room.set(hold.scrolled()))
    };
    let onkeydown = {
        let handles = handles.clone();
        Callback::from(move |event: KeyboardEvent| handles.press(&event))
    };
    let onclick = {
        let handles = handles.clone();
        Callback::from(move |event: MouseEvent| {
            transit_under(&event).into_iter().for_each(|transit| handles.look(transit))
        })
    };
    let onpointerover = {
        let handles = handles.clone();
        Callback::from(move |event: PointerEvent| handles.hover(transit_under(&event)))
    };
    let onpointerleave = super::on(session, |session| session.set_hover(None));
    let [onwheel, ontouchmove] = [following.setter(), following.setter()];
    let onpointerdown = {
        let (hold, following) = (hold.clone(), following.setter());
        Callback::from(move |event: PointerEvent| {
            // On the scroller itself: its scroll bar.
            if event.target() == hold.scroller.get().map(Into::into) {
                following.set(false);
            }
        })
    };
    html! {
        <div class="sequence-scroll" ref={hold.scroller.clone()} tabindex="0" role="listbox" aria-label={t!("Frames in order of time")}
            aria-activedescendant={active} {onscroll} {onkeydown} {onclick} {onpointerover} {onpointerleave} {onpointerdown}
            onwheel={Callback::from(move |_: WheelEvent| onwheel.set(false))}
            ontouchmove={Callback::from(move |_: TouchEvent| ontouchmove.set(false))}>
            { content }
        </div>
    }
}

/// Moves the playhead's line with every animation frame.
async fn follow(session: Session, hold: Rc<Hold>) {
    let mut shown = None;
    while hold.mounted.get() {
        next_frame().await;
        let (at, is_capture) = {
            let lab = session.lab().borrow();
            (lab.look().at, lab.packets().opened().is_some())
        };
        let moving = shown.replace(at) != Some(at);
        if hold.mounted.get() && !is_capture {
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
        let colors = colors_on_paper(Theme::Light.palette());
        let file = file::file(ladder, &lab, from, choice.zoom, HEIGHT_PX_MAX, &colors);
        let title = lab.packets().opened().map_or(lab.scenario().title.as_str(), |opened| &opened.name);
        crate::files::give(title, "svg", "image/svg+xml", &file.text);
        let (arrows, of) = (file.arrows, file.of);
        drop(lab);
        if arrows < of {
            session.say(t!(
                "The file has {arrows} of {of} arrows, those around what is in view: filter for fewer."
            ));
        }
    })
}

/// The stage's colors for a file that is shown on paper or a slide.
fn colors_on_paper(palette: &Palette) -> file::Colors {
    let arrow = |swatch| {
        let Colors { fill, ink, mark } = palette.of(swatch);
        file::ArrowColors { line: mark, capsule: fill, letters: ink }
    };
    file::Colors {
        paper: palette.node,
        gap: palette.ground,
        lane: palette.cable,
        head: palette.screen,
        head_line: palette.line,
        ink: palette.ink,
        ink_soft: palette.ink_soft,
        fault: palette.fault,
        arrows: Swatch::ALL.map(arrow),
    }
}

/// How long a rendering may read.
fn reading_time() -> impl FnMut() -> bool {
    let performance = window().performance();
    let now = move || performance.as_ref().map_or(0.0, web_sys::Performance::now);
    let end = now() + READ_MS;
    let mut taken = 0_u32;
    move || {
        taken += 1;
        !taken.is_multiple_of(256) || now() < end
    }
}

/// The frame on a wire that the pointer is on.
fn transit_under(event: &web_sys::Event) -> Option<TransitId> {
    let element: Element = event.target()?.dyn_into().ok()?;
    let arrow = element.closest("[data-transit]").ok().flatten()?;
    arrow.get_attribute("data-transit")?.parse().ok().map(TransitId)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_move_the_cursor_zoom_and_look_and_all_others_are_left_alone() {
        assert_eq!(Key::of("ArrowDown"), Some(Key::Move(Move::By(1))));
        assert_eq!(Key::of("End"), Some(Key::Move(Move::Last)));
        assert_eq!(Key::of("="), Some(Key::Zoom(1)));
        assert_eq!(Key::of("Enter"), Some(Key::Look));
        assert_eq!(Key::of("a"), None);
    }
}
