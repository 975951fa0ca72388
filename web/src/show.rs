//! The loop that moves everything: once for each animation frame it moves the lab, draws the stage and writes the time,
//! and at most ten times a second it hands the page a new snapshot to render.

use crate::dom::window;
use crate::frame::next_frame;
use crate::session::Session;
use crate::stage::{Drawn, Scene};
use crate::{embed, theme};
use lab::State;
use lab::format;
use lab::palette::Theme;
use netlab::Instant;
use wasm_bindgen::UnwrapThrowExt;
use web_sys::{MediaQueryList, Node, Performance};

/// What the world may take of an animation frame of 16.7 ms; drawing and rendering need the rest.
const WORLD_BUDGET_MS: f64 = 7.0;
/// What reading packets off the history may take.
const FOLLOW_BUDGET_MS: f64 = 2.5;
/// The same while the playhead stands still and the world needs nothing: somebody waits for a filter.
const REST_FOLLOW_BUDGET_MS: f64 = FOLLOW_BUDGET_MS + WORLD_BUDGET_MS;
/// Nothing is drawn meanwhile that anybody follows, so the world may take more.
const CATCH_UP_BUDGET_MS: f64 = 12.0;
/// Asking for the time costs about as much as a moment of the world: not after every one.
const MOMENTS_PER_LOOK: u32 = 16;
/// From one snapshot to the next.
const VIEW_EVERY_MS: f64 = 100.0;
/// The benchmark waits for this mark.
const FIRST_MOVING_FRAME: &str = "first-moving-frame";

/// What the system says of the person's likings.
pub struct System {
    dark: MediaQueryList,
    calm: MediaQueryList,
}

impl System {
    /// Asks the browser.
    pub fn new() -> Self {
        let query = |query| window().match_media(query).ok().flatten().expect_throw("media queries exist");
        Self { dark: query("(prefers-color-scheme: dark)"), calm: query("(prefers-reduced-motion: reduce)") }
    }

    /// Whether the system is dark.
    pub fn is_dark(&self) -> bool {
        self.dark.matches()
    }

    /// Whether the person asked for less motion.
    pub fn is_calm(&self) -> bool {
        self.calm.matches()
    }
}

/// What was shown last.
#[derive(Default)]
struct Shown {
    theme: Option<Theme>,
    moment: Option<(Instant, State)>,
    view: Option<(Instant, State)>,
    view_at_ms: f64,
    clock: String,
    moved_once: bool,
    /// Something was found that the view does not have yet, whether time passes or not.
    behind: bool,
}

/// Runs for as long as the page lives.
pub async fn run(session: Session) {
    let system = System::new();
    let performance = window().performance().expect_throw("a browser has a clock");
    let mut shown = Shown::default();
    loop {
        let now_ms = next_frame().await;
        frame(&session, &system, &performance, &mut shown, now_ms);
    }
}

fn frame(session: &Session, system: &System, performance: &Performance, shown: &mut Shown, now_ms: f64) {
    if !session.is_held() {
        let mut lab = session.lab().borrow_mut();
        let catching_up = matches!(lab.state(), State::CatchingUp { .. });
        let budget_ms = if catching_up { CATCH_UP_BUDGET_MS } else { WORLD_BUDGET_MS };
        let end_ms = performance.now() + budget_ms;
        let mut moments = 0;
        let mut go_on = || {
            moments += 1;
            moments % MOMENTS_PER_LOOK != 0 || performance.now() < end_ms
        };
        lab.tick(now_ms, system.is_calm(), &mut go_on);
    }

    let moment = {
        let lab = session.lab().borrow();
        (lab.look().at, lab.state())
    };
    let moved = shown.moment != Some(moment);
    let at_rest = !moved && !matches!(moment.1, State::CatchingUp { .. });
    let budget_ms = if at_rest { REST_FOLLOW_BUDGET_MS } else { FOLLOW_BUDGET_MS };
    shown.behind |= follow(session, performance, budget_ms);
    let theme = session.settings().theme.resolve(system.is_dark());
    let stale = session.take_stale() || shown.theme != Some(theme);
    if moved || stale {
        if shown.theme.replace(theme) != Some(theme) {
            apply_palette(theme);
            session.show();
        }
        shown.moment = Some(moment);
        let drawn = draw(session, system, now_ms);
        session.draw_strip(theme);
        if drawn.unsettled {
            session.refresh();
        }
        if drawn.frames_moving > 0 && !shown.moved_once {
            shown.moved_once = true;
            let _ = performance.mark(FIRST_MOVING_FRAME);
        }
        write_clock(session, shown, moment.0);
    }
    // A change of state is shown at once, the passing of time ten times a second.
    let (at, state) = moment;
    let kind = std::mem::discriminant::<State>;
    let state_changed = shown.view.is_none_or(|(_, last)| kind(&last) != kind(&state));
    let time_changed = shown.view.is_none_or(|(last, _)| last != at);
    if state_changed && session.query().embed {
        let word = match state {
            State::Playing => "playing",
            State::Paused => "paused",
            State::Quiet => "ended",
            State::Broken => "broken",
            State::CatchingUp { .. } => "catching-up",
        };
        let hash = format::hash(session.lab().borrow().look().history.hash());
        let details = [("state", word.into()), ("at", at.secs_f64().into()), ("history", hash.into())];
        embed::tell("state", &details);
    }
    let changed = time_changed || shown.behind;
    if state_changed || (changed && now_ms - shown.view_at_ms >= VIEW_EVERY_MS) {
        shown.behind = false;
        (shown.view, shown.view_at_ms) = (Some(moment), now_ms);
        session.show();
    }
}

/// Lets the packet list and what is made of it come after the history; whether there is something new to show.
fn follow(session: &Session, performance: &Performance, budget_ms: f64) -> bool {
    let end_ms = performance.now() + budget_ms;
    let mut taken = 0;
    let mut lab = session.lab().borrow_mut();
    lab.follow(&mut || {
        taken += 1;
        taken % MOMENTS_PER_LOOK != 0 || performance.now() < end_ms
    });
    if taken > 0 {
        session.refresh();
    }
    taken > 0 || lab.is_comparing()
}

/// Draws the stage as the lab is now.
pub fn draw(session: &Session, system: &System, now_ms: f64) -> Drawn {
    let Some(stage) = session.stage() else { return Drawn::default() };
    let lab = session.lab().borrow();
    let look = lab.look();
    stage.borrow_mut().draw(&Scene {
        topology: look.topology,
        positions: look.positions,
        history: look.history,
        at: look.at,
        rate: look.rate,
        selection: look.selection,
        group: look.group,
        editing: look.editing,
        sieve: Some(lab.trace()),
        hover: session.hover(),
        theme: session.settings().theme.resolve(system.is_dark()),
        reduced_motion: system.is_calm(),
        now_ms,
    })
}

fn write_clock(session: &Session, shown: &mut Shown, at: Instant) {
    let text = format::clock(at);
    if text != shown.clock
        && let Some(clock) = session.clock().cast::<Node>()
    {
        clock.set_text_content(Some(&text));
        shown.clock = text;
    }
}

/// The stage's colours as custom properties of the root element, for the legend. Through the object model: the policy
/// forbids style attributes.
fn apply_palette(theme: Theme) {
    let Some(root) = root() else { return };
    for (name, value) in theme.palette().custom_properties() {
        let _ = root.style().set_property(&name, value);
    }
}

/// Tells the style sheets which theme was chosen.
pub fn apply_theme(choice: theme::Choice) {
    let Some(root) = root() else { return };
    let _ = match choice.attribute() {
        Some(value) => root.set_attribute("data-theme", value),
        None => root.remove_attribute("data-theme"),
    };
}

fn root() -> Option<web_sys::HtmlElement> {
    use wasm_bindgen::JsCast;
    window().document()?.document_element()?.dyn_into().ok()
}
