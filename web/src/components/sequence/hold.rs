//! What the ladder's scroller shows: its size, its place, and the moments that are kept in place while it is drawn at another size.

use super::measures::{BRANCH_REM, HEADS_REM, MARGIN_REM};
use crate::dom::window;
use lab::Lab;
use lab::sequence::Zoom;
use lab::sequence::ladders::Ladders;
use netlab::Instant;
use netlab::history::TransitId;
use std::cell::{Cell, RefCell};
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

/// What is in view, in CSS pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Room {
    /// How many steps of [`STEP_PX`] down the stretch that is rendered begins.
    pub step: i32,
    pub height: i32,
    pub width: i32,
    /// The size of ordinary text.
    pub rem: f64,
}

/// What outlives a rendering and causes none.
pub struct Hold {
    pub ladders: RefCell<Option<Ladders>>,
    /// There are two.
    pub is_pair: Cell<bool>,
    pub scroller: NodeRef,
    /// The line of the playhead, and the veil over what is to come.
    pub now: NodeRef,
    pub following: Cell<bool>,
    /// When it is drawn at this size, this moment is so far below the upper edge.
    pub anchor: Cell<Option<(Instant, f64, Zoom)>>,
    /// What was in view when that was last asked.
    pub room: Cell<Room>,
    pub mounted: Cell<bool>,
    /// This moment is to be brought into view, once all was read.
    pub wanted: Cell<Option<Instant>>,
}

/// A frame on a ladder.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spot {
    /// On the ladder of this number: 0 is that of the branch that is shown.
    pub side: usize,
    /// The last wire of its arrow.
    pub transit: TransitId,
}

/// The stretch that is rendered moves in steps of this many pixels.
pub const STEP_PX: f64 = 240.0;
/// Between the first and the third of these parts of the view the playhead is kept; while it moves, above the second.
const COMFORT: (f64, f64, f64) = (0.06, 0.7, 0.94);

/// What is brought into view is at this part of it.
const BROUGHT: f64 = 0.25;

/// Where the cursor goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Move {
    By(isize),
    /// To the other ladder, at about the same moment.
    Across,
    First,
    Last,
}

impl Hold {
    /// Nothing read and nothing rendered yet.
    pub fn new() -> Self {
        Self {
            ladders: RefCell::default(),
            is_pair: Cell::new(false),
            scroller: NodeRef::default(),
            now: NodeRef::default(),
            following: Cell::new(true),
            anchor: Cell::default(),
            room: Cell::default(),
            mounted: Cell::new(true),
            wanted: Cell::default(),
        }
    }

    /// The size of ordinary text, in CSS pixels; the browser's default before anything is measured.
    pub fn rem(room: Room) -> f64 {
        if room.rem > 0.0 { room.rem } else { 16.0 }
    }

    /// The height of the ladder's body, if what is drawn reaches down to `bottom`.
    pub fn body_height(&self, room: Room, bottom: f64) -> f64 {
        let rem = Self::rem(room);
        (bottom + 2.0 * MARGIN_REM * rem).max(f64::from(room.height) - self.heads_rem() * rem)
    }

    /// The height of the names at the top.
    fn heads_rem(&self) -> f64 {
        HEADS_REM + if self.is_pair.get() { BRANCH_REM } else { 0.0 }
    }

    /// What is in view now.
    pub fn measure(&self) -> Room {
        let Some(scroller) = self.scroller.cast::<HtmlElement>() else { return Room::default() };
        let style = window().get_computed_style(&document_element()).ok().flatten();
        let size = style.and_then(|style| style.get_property_value("font-size").ok());
        self.room.set(Room {
            step: 0,
            height: scroller.client_height(),
            width: scroller.client_width(),
            rem: size.and_then(|size| wire::decimal::parse(size.trim_end_matches("px"))).unwrap_or(16.0),
        });
        self.scrolled()
    }

    /// The same, if nothing but the place can have changed.
    pub fn scrolled(&self) -> Room {
        let top = self.scroller.cast::<HtmlElement>().map_or(0, |scroller| scroller.scroll_top());
        let room = Room { step: (f64::from(top) / STEP_PX) as i32, ..self.room.get() };
        self.room.set(room);
        room
    }

    /// The height of what scrolls below the names.
    pub fn below_heads(&self) -> f64 {
        let room = self.room.get();
        f64::from(room.height) - self.heads_rem() * room.rem
    }

    /// The moment's place in what is scrolled.
    fn place_of(&self, at: Instant) -> Option<f64> {
        Some(self.ladders.borrow().as_ref()?.axis().y(at) + MARGIN_REM * self.room.get().rem)
    }

    /// What is in the middle stays there when it is drawn at this size.
    pub fn keep_middle(&self, zoom: Zoom) {
        // Pressed again before the last one was rendered.
        if let Some((moment, below, _)) = self.anchor.get() {
            return self.anchor.set(Some((moment, below, zoom)));
        }
        let held = self.ladders.borrow();
        if let (Some(scroller), Some(ladders)) = (self.scroller.cast::<HtmlElement>(), &*held) {
            let below = self.below_heads() / 2.0;
            let y = f64::from(scroller.scroll_top()) + below - MARGIN_REM * self.room.get().rem;
            self.anchor.set(Some((ladders.axis().moment(y), below, zoom)));
        }
    }

    /// Brings the moment that was to stay back to where it was, now that it is drawn at this size.
    pub fn settle(&self, zoom: Zoom) {
        let Some((at, below, wanted)) = self.anchor.get() else { return };
        if let (Some(y), Some(scroller)) = (self.place_of(at), self.scroller.cast::<HtmlElement>()) {
            scroller.set_scroll_top((y - below) as i32);
        }
        if zoom == wanted {
            self.anchor.set(None);
        }
    }

    /// Draws the playhead, and keeps it in view.
    pub fn show_now(&self, at: Instant, moving: bool) {
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
            let wanted = wire::decimal::clamp(top, y - most, y - least).max(0.0).round();
            if wanted != top {
                scroller.set_scroll_top(wanted as i32);
            }
        }
    }

    /// Brings the moment that is wanted into view, if all was read.
    pub fn bring_wanted(&self) {
        let is_complete = self.ladders.borrow().as_ref().is_some_and(|it| it.is_pair() && it.is_complete());
        let Some(at) = self.wanted.get().filter(|_| is_complete) else { return };
        if let (Some(y), Some(scroller)) = (self.place_of(at), self.scroller.cast::<HtmlElement>()) {
            self.wanted.set(None);
            scroller.set_scroll_top((y - BROUGHT * self.below_heads()) as i32);
        }
    }

    /// Moves from this frame to another one, scrolls it into view, and returns it.
    pub fn moved(&self, lab: &Lab, from: Option<Spot>, by: Move) -> Option<Spot> {
        let held = self.ladders.borrow();
        let ladders = held.as_ref()?;
        let scroller = self.scroller.cast::<HtmlElement>()?;
        let (axis, sides) = (ladders.axis(), ladders.sides(lab));
        let top = f64::from(scroller.scroll_top());
        let was = from.filter(|spot| spot.side < sides.len()).map_or(0, |spot| spot.side);
        let side = if by == Move::Across { (was + 1) % sides.len() } else { was };
        let ladder = sides[side].0;
        let last = ladder.transit_count().checked_sub(1)?;
        let here = from.and_then(|spot| sides[was].0.place_of(sides[was].1.history, spot.transit));
        let begins = |side: usize, place: usize| Some(sides[side].0.lasts(sides[side].1.history, place)?.0);
        let place = match (by, here) {
            (Move::First, _) => 0,
            (Move::Last, _) => last,
            (Move::By(steps), Some(here)) => here.saturating_add_signed(steps).min(last),
            (Move::Across, Some(here)) => ladder.first_from(begins(was, here)?).min(last),
            (Move::By(_) | Move::Across, None) => ladder.first_from(axis.moment(top)).min(last),
        };
        let y = axis.y(begins(side, place)?) + MARGIN_REM * self.room.get().rem;
        let height = self.below_heads();
        let wanted = wire::decimal::clamp(top, y - COMFORT.1 * height, (y - COMFORT.0 * height).max(0.0));
        scroller.set_scroll_top(wanted as i32);
        ladder.transit_at(place).map(|transit| Spot { side, transit })
    }
}

fn document_element() -> Element {
    window().document().and_then(|document| document.document_element()).expect("the page has a root")
}
