//! The sequence view: the ladder of [`lab::sequence`], as far as it is in view; while branches are compared, the ladders of both.
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
pub use drawing::branch_name;
use gloo::timers::callback::Timeout;
use hold::{Hold, Move, Room, STEP_PX, Spot};
use lab::compare::CompareView;
use lab::sequence::ladders::Ladders;
use lab::sequence::sheet::{Measure, shared_ticks};
use lab::sequence::{Ladder, file};
use lab::view::View;
use markup::html;
use measures::{GUTTER_REM, LANE_OF_TWO_REM, LANE_REM};
use netlab::Instant;
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
    /// Another number: brings the first difference of two branches into view.
    pub bring: u32,
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
    use_first_difference(&handles, props);
    let Handles { session, hold, choice, room, cursor, .. } = &handles;

    let lab = session.lab().borrow();
    let mut held = hold.ladders.borrow_mut();
    let rem = Hold::rem(**room);
    let scale = choice.zoom.scale(&lab, rem);
    let ladders = held.get_or_insert_with(|| Ladders::new(choice.hosts_only, scale));
    ladders.follow(&lab, choice.hosts_only, &mut reading_time());
    ladders.set_scale(scale, HEIGHT_PX_MAX);
    if !ladders.is_complete() {
        let again = again.clone();
        Timeout::new(AGAIN_MS, move || again.force_update()).forget();
    }

    hold.is_pair.set(ladders.is_pair());
    let (columns, lane) = if ladders.is_pair() { (2.0, LANE_OF_TWO_REM) } else { (1.0, LANE_REM) };
    let lanes = ladders.lanes(&lab, (f64::from(room.width) - GUTTER_REM * rem) / columns, lane * rem);
    let selected = Ladder::selected_frame(&lab);
    let is_capture = ladders.here().recorded().is_some();
    let from = f64::from(room.step) * STEP_PX;
    let y = from - STEP_PX..from + STEP_PX + f64::from(room.height);
    let measure = Measure { rem, arrows_max: ARROWS_MAX, selected };
    let sheets = ladders.sheets(&lab, &lanes, y, measure);
    let now = if is_capture { 0.0 } else { ladders.axis().y(lab.look().at) };
    let height = hold.body_height(**room, now.max(ladders.axis().height()));
    let compared = match &props.view.compared {
        Some(CompareView::Ready(compared)) if ladders.is_pair() => Some(compared),
        _ => None,
    };
    let first = compared.and_then(|compared| compared.first.as_ref()).map(|first| first.frame);
    let pages: Vec<drawing::Page<'_>> = ladders
        .sides(&lab)
        .into_iter()
        .zip(&sheets)
        .enumerate()
        .map(|(number, ((ladder, side), sheet))| drawing::Page {
            number,
            branch: compared.map(|compared| &*compared.names[number]),
            side,
            ladder,
            lanes: &lanes,
            sheet,
            rem,
            height,
            selected: selected.filter(|_| number == 0),
            cursor: cursor.filter(|spot| spot.side == number).map(|spot| spot.transit),
            first: first.map(|first| (ladders.axis().y(first.at), first.transits[number])),
        })
        .collect();
    let active = cursor.and_then(|spot| {
        let sheet = sheets.get(spot.side)?;
        sheet
            .strokes
            .iter()
            .any(|stroke| stroke.arrow.transit == spot.transit)
            .then(|| drawing::option_id(spot))
    });
    let drawn = sheets.iter().filter_map(|sheet| Some((sheet.strokes.len(), sheet.of?))).next();
    let ticks = shared_ticks(&sheets, rem);
    html! {
        <div class="sequence" data-columns={pages.len().to_string()}>
            { controls(&handles, props, drawn, again) }
            { scroller(&handles, active, html! {
                <>
                    { for pages.iter().map(drawing::options) }
                    { drawing::heads(&pages) }
                    <div class="sequence-body">
                        { drawing::gutter(&pages[0], &ticks) }
                        { for pages.iter().map(drawing::lanes) }
                        // A capture has no playhead.
                        <div class="sequence-now" ref={hold.now.clone()} aria-hidden="true" hidden={is_capture}></div>
                    </div>
                </>
            }) }
            if ladders.transit_count() == 0 {
                <p class="sequence-empty hint">{ if ladders.is_complete() { t!("No frame to show yet.") } else { t!("Reading…") } }</p>
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
    cursor: UseStateHandle<Option<Spot>>,
    /// Whether the playhead is kept in view.
    following: UseStateHandle<bool>,
}

#[hook]
fn use_handles(selection: Option<Selection>) -> Handles {
    let handles = Handles {
        session: use_session(),
        choice: use_state_eq(Choice::default),
        room: use_state_eq(Room::default),
        cursor: use_state_eq(|| None::<Spot>),
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

/// Brings the first difference of two branches into view: when it is found, and when it is asked for.
#[hook]
fn use_first_difference(handles: &Handles, props: &Props) {
    let first: Option<Instant> = match &props.view.compared {
        Some(CompareView::Ready(compared)) => compared.first.as_ref().map(|first| first.frame.at),
        Some(CompareView::Running(_)) | None => None,
    };
    let (hold, following) = (handles.hold.clone(), handles.following.setter());
    use_effect_with((first, props.bring), move |(first, _)| {
        if first.is_some() {
            hold.wanted.set(*first);
            following.set(false);
        }
    });
    let hold = handles.hold.clone();
    // After every rendering: the ladders may have to be read first.
    use_effect(move || hold.bring_wanted());
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

    /// Selects this frame and moves the playhead to it. One of the other branch cannot be selected.
    fn look(&self, spot: Spot) {
        let commands = match spot.side {
            0 => Ladder::look_at(&self.session.lab().borrow(), spot.transit),
            _ => Ladder::look_there(&self.session.lab().borrow(), spot.transit),
        };
        commands.into_iter().for_each(|command| self.session.perform(command));
        self.cursor.set(Some(spot));
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
            let selected = || Ladder::selected(&lab).map(|transit| Spot { side: 0, transit });
            self.hold.moved(&lab, self.cursor.or_else(selected), by)
        };
        if to.is_some() {
            self.following.set(false);
            self.hover(to);
            self.cursor.set(to);
        }
    }

    /// Lights the frame up on the stage, which has none of an opened capture or of another branch.
    fn hover(&self, spot: Option<Spot>) {
        let is_capture = self.session.lab().borrow().packets().opened().is_some();
        let here = spot.filter(|spot| !is_capture && spot.side == 0);
        self.session.set_hover(here.map(|spot| Selection::Frame(spot.transit)));
    }

    fn press(&self, event: &KeyboardEvent) {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        match (Key::of(&event.key()), *self.cursor) {
            (None, _) | (Some(Key::Look), None) => return,
            // The browser scrolls by itself.
            (Some(Key::Page), _) => return self.following.set(false),
            (Some(Key::Look), Some(spot)) => self.look(spot),
            (Some(Key::Move(Move::Across)), _) if !self.hold.is_pair.get() => return,
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
            "ArrowLeft" | "ArrowRight" => Self::Move(Move::Across),
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
            spot_under(&event).into_iter().for_each(|spot| handles.look(spot))
        })
    };
    let onpointerover = {
        let handles = handles.clone();
        Callback::from(move |event: PointerEvent| handles.hover(spot_under(&event)))
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
        let mut held = hold.ladders.borrow_mut();
        let Some(ladders) = held.as_mut() else { return };
        let top =
            hold.scroller.cast::<HtmlElement>().map_or(0.0, |scroller| f64::from(scroller.scroll_top()));
        let moment = ladders.axis().moment(top);
        let ladder = ladders.here_mut();
        let from = ladder.first_from(moment);
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
fn spot_under(event: &web_sys::Event) -> Option<Spot> {
    let element: Element = event.target()?.dyn_into().ok()?;
    let arrow = element.closest("[data-transit]").ok().flatten()?;
    let transit = arrow.get_attribute("data-transit")?.parse().ok().map(TransitId)?;
    let side = arrow.closest("[data-side='1']").ok().flatten().map_or(0, |_| 1);
    Some(Spot { side, transit })
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
