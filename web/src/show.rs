//! The loop that moves everything: in each animation frame it lets the lab run, draws the stage and the time line, and
//! writes the time; at most ten times a second it gives the page a new snapshot to render.
//!
//! How long each part may take, and which parts wait for a later frame on a slow machine, is decided by [`lab::budget`].

use crate::frame::next_frame;
use crate::session::Session;
use crate::stage::palette::Theme;
use crate::stage::{Drawn, Scene, Stage};
use crate::stopwatch::Stopwatch;
use crate::system::System;
use crate::{embed, theme};
use lab::State;
use lab::budget::{Part, Slice, Wanted};
use lab::format;
use netlab::Instant;
use std::mem::discriminant;
use web_sys::Node;

/// The most that the world takes of an animation frame, in milliseconds.
const WORLD_MS: f64 = 7.0;
/// While the world catches up with a moment, no motion on the stage has to be smooth: it takes more.
const CATCH_UP_MS: f64 = 12.0;
/// The most that reading packets from the history takes. While time stands still it takes the world's part as well: the
/// person may be waiting for a filter.
const TRACE_MS: f64 = 2.5;
/// From one snapshot to the next.
const VIEW_EVERY_MS: f64 = 100.0;
/// The same while nothing happens but that time passes: no panel has anything new but the time line's value for screen readers.
const VIEW_SELDOM_MS: f64 = 400.0;
/// At most so often the clock's digits change while time passes: faster than they can be read.
const CLOCK_MS: f64 = 45.0;
/// The benchmark waits for this mark.
pub const FIRST_MOVING_FRAME: &str = "first-moving-frame";

/// What was shown last, and what is to be shown next.
#[derive(Default)]
struct Shown {
    theme: Option<Theme>,
    moment: Option<(Instant, State)>,
    view: Option<(Instant, State)>,
    view_at_ms: f64,
    /// Of the history, when the view was taken.
    hash: u64,
    clock: String,
    /// When the clock was written.
    clock_ms: f64,
    moved_once: bool,
    /// The stage and the time line are not drawn as the lab is now.
    stage_is_stale: bool,
    timeline_is_stale: bool,
    /// The panels have to be rendered again although the view may be equal.
    view_is_stale: bool,
    /// Packets or a comparison have results that the view does not have yet, whether time passes or not.
    has_news: bool,
}

/// After this number of animation frames without a change, the page requests none until something changes.
const IDLE_FRAMES: u32 = 30;
/// While it requests none, it looks once in this interval: a change of the system's settings (dark, less motion) rings no bell.
const REST_MS: u32 = 250;

/// Runs for as long as the page lives.
pub async fn run(session: Session, stopwatch: Stopwatch) {
    let mut show =
        Show { session, stopwatch, system: System::new(), shown: Shown::default(), idle_frames: 0 };
    loop {
        let now_ms = next_frame().await;
        show.frame(now_ms);
        if show.idle_frames >= IDLE_FRAMES {
            show.session.bell().rest(REST_MS).await;
            let now_ms = next_frame().await;
            show.session.lab().borrow_mut().wake(now_ms);
            show.frame(now_ms);
        }
    }
}

struct Show {
    session: Session,
    stopwatch: Stopwatch,
    system: System,
    shown: Shown,
    /// How many frames in a row nothing happened.
    idle_frames: u32,
}

impl Show {
    fn frame(&mut self, now_ms: f64) {
        let wanted = self.wanted(now_ms);
        self.stopwatch.begin(&wanted);
        let mut steps = self.run_world(now_ms);
        // Time may stand still while the other branch is run again: what comes of it is shown on the stage and in the panels.
        if steps > 0 && self.session.lab().borrow().is_comparing() {
            self.session.refresh();
            self.shown.has_news = true;
        }
        let moment = self.moment();
        let moved = self.shown.moment != Some(moment);
        steps += self.follow(!moved && !matches!(moment.1, State::CatchingUp { .. }));
        self.notice_changes(moved);
        self.draw(now_ms);
        if moved {
            self.sound(moment);
            self.shown.moment = Some(moment);
            self.write_clock(moment, now_ms);
        }
        self.render(moment, now_ms);
        self.stopwatch.end();
        let idle = steps == 0 && !moved && self.is_up_to_date(moment);
        self.idle_frames = if idle { self.idle_frames + 1 } else { 0 };
    }

    /// Everything is shown as the lab is, and time does not pass.
    fn is_up_to_date(&self, moment: (Instant, State)) -> bool {
        let shown = &self.shown;
        let stale = shown.stage_is_stale || shown.timeline_is_stale || shown.view_is_stale || shown.has_news;
        let at_rest =
            matches!(moment.1, State::Paused | State::Quiet | State::Broken) || self.session.is_held();
        at_rest && !stale && !self.session.is_stale() && self.session.shown() == Some(moment)
    }

    /// The playhead, and whether time passes.
    fn moment(&self) -> (Instant, State) {
        let lab = self.session.lab().borrow();
        (lab.look().at, lab.state())
    }

    /// What can be known to be wanted before the world has run.
    fn wanted(&mut self, now_ms: f64) -> Wanted {
        self.notice_stale();
        let (moves, world_ms) = match self.moment().1 {
            _ if self.session.is_held() => (false, 0.0),
            State::Playing => (true, WORLD_MS),
            State::CatchingUp { .. } => (true, CATCH_UP_MS),
            // A step looks for its moment while time stands still, and a comparison goes on.
            State::Paused | State::Quiet | State::Broken => (false, WORLD_MS),
        };
        let view_is_due = self.view_is_due(now_ms);
        Wanted {
            slices_ms: [world_ms, TRACE_MS],
            parts: [
                moves || self.shown.stage_is_stale,
                moves || self.shown.timeline_is_stale,
                view_is_due && (moves || self.shown.has_news) || self.shown.view_is_stale,
            ],
        }
    }

    /// Whether it is time for another snapshot.
    fn view_is_due(&self, now_ms: f64) -> bool {
        let since_ms = now_ms - self.shown.view_at_ms;
        since_ms >= VIEW_SELDOM_MS || since_ms >= VIEW_EVERY_MS && !self.only_time_passes()
    }

    /// At the live edge, since the last snapshot, nothing happened, and no panel shows anything by the playhead.
    fn only_time_passes(&self) -> bool {
        let lab = self.session.lab().borrow();
        let look = lab.look();
        look.history.hash() == self.shown.hash
            && look.at >= lab.edge()
            && look.selection.is_none()
            && self.session.settings().workspace.drawer.is_none()
    }

    /// Lets the world run towards the playhead; the number of steps that it took.
    fn run_world(&self, now_ms: f64) -> u32 {
        if self.session.is_held() {
            return 0;
        }
        let calm = self.system.is_calm();
        let allowed_ms = self.stopwatch.allowed_ms(Slice::World);
        self.stopwatch.slice(Slice::World, allowed_ms, |go_on| {
            self.session.lab().borrow_mut().tick(now_ms, calm, go_on);
        })
    }

    /// Lets the trace and what is made of it follow the history; the number of steps that it took.
    fn follow(&mut self, at_rest: bool) -> u32 {
        let mut allowed_ms = self.stopwatch.allowed_ms(Slice::Trace);
        if at_rest {
            allowed_ms += self.stopwatch.allowed_ms(Slice::World);
        }
        let steps = self.stopwatch.slice(Slice::Trace, allowed_ms, |go_on| {
            self.session.lab().borrow_mut().follow(go_on);
        });
        if steps > 0 {
            self.session.refresh();
        }
        if let Some(tutor) = self.session.tutor() {
            tutor.follow(&self.session);
        }
        self.shown.has_news |= steps > 0;
        steps
    }

    /// Finds out what is to be drawn again.
    fn notice_changes(&mut self, moved: bool) {
        let theme = self.session.settings().theme.resolve(self.system.is_dark());
        let theme_changed = self.shown.theme.replace(theme) != Some(theme);
        if theme_changed {
            theme::apply_palette(theme);
            self.shown.view_is_stale = true;
        }
        if moved || theme_changed {
            self.session.refresh();
        }
        self.notice_stale();
    }

    fn notice_stale(&mut self) {
        if self.session.take_stale() {
            self.shown.stage_is_stale = true;
            self.shown.timeline_is_stale = true;
        }
    }

    fn draw(&mut self, now_ms: f64) {
        let Self { session, stopwatch, system, shown, .. } = self;
        if shown.stage_is_stale
            && let Some(drawn) = stopwatch.part(Part::Stage, || draw(session, system, now_ms))
        {
            shown.stage_is_stale = false;
            stopwatch.drew(drawn);
            if drawn.unsettled {
                session.refresh();
            }
            if drawn.frames_moving > 0 && !shown.moved_once {
                shown.moved_once = true;
                let _ = stopwatch.performance().mark(FIRST_MOVING_FRAME);
            }
        }
        if shown.timeline_is_stale
            && let Some(theme) = shown.theme
            && let Some(up_to_date) = stopwatch.part(Part::Timeline, || session.draw_strip(theme, now_ms))
        {
            shown.timeline_is_stale = !up_to_date;
        }
    }

    /// Lets frames sound that have arrived since the last animation frame, if a person wants that.
    fn sound(&self, (at, state): (Instant, State)) {
        if let Some((before, _)) = self.shown.moment
            && state == State::Playing
            && self.session.settings().sounds
            && let Some(extras) = self.session.loaded().extras
        {
            (extras.play)(&self.session, before, at);
        }
    }

    /// While time passes, its digits are written less often than frames are drawn: each time the browser lays out its text.
    fn write_clock(&mut self, (at, state): (Instant, State), now_ms: f64) {
        if state == State::Playing && now_ms - self.shown.clock_ms < CLOCK_MS {
            return;
        }
        self.shown.clock_ms = now_ms;
        let text = format::clock(at);
        if text != self.shown.clock
            && let Some(clock) = self.session.clock().cast::<Node>()
        {
            // Another text in the same node: a new node would have to be styled, too.
            match clock.first_child() {
                Some(node) => node.set_node_value(Some(&text)),
                None => clock.set_text_content(Some(&text)),
            }
            self.shown.clock = text;
        }
    }

    /// Has the panels rendered: a change of state as soon as there is room, the passing of time ten times a second.
    fn render(&mut self, moment: (Instant, State), now_ms: f64) {
        let (at, state) = moment;
        let is_due = self.view_is_due(now_ms);
        let shown = &mut self.shown;
        let state_changed = shown.view.is_none_or(|(_, last)| discriminant(&last) != discriminant(&state));
        // A command shows what it did at once, so that the page may have this moment already.
        let time_changed = self.session.shown().is_none_or(|(last, _)| last != at);
        let wanted = state_changed || shown.view_is_stale || is_due && (time_changed || shown.has_news);
        if wanted && self.stopwatch.panels(|| self.session.show()) {
            (shown.has_news, shown.view_is_stale) = (false, false);
            (shown.view, shown.view_at_ms) = (Some(moment), now_ms);
            shown.hash = self.session.lab().borrow().look().history.hash();
            if state_changed && self.session.query().embed {
                report_state(&self.session, moment);
            }
        }
    }
}

/// Reports to the page around this one whether time passes.
fn report_state(session: &Session, (at, state): (Instant, State)) {
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

/// Draws the stage as the lab is now.
pub fn draw(session: &Session, system: &System, now_ms: f64) -> Drawn {
    let drawn = with_scene(session, system, now_ms, |stage, scene| {
        let drawn = stage.draw(scene);
        session.place_layer(stage);
        drawn
    });
    drawn.unwrap_or_default()
}

/// The stage, and what is to be drawn on it now.
pub fn with_scene<T>(
    session: &Session,
    system: &System,
    now_ms: f64,
    act: impl FnOnce(&mut Stage, &Scene<'_>) -> T,
) -> Option<T> {
    let stage = session.stage()?;
    let lab = session.lab().borrow();
    let look = lab.look();
    let ghosts = lab.ghosts();
    let scene = Scene {
        topology: look.topology,
        positions: look.positions,
        icons: look.icons,
        services: look.services,
        history: look.history,
        ghosts: &ghosts,
        at: look.at,
        rate: look.rate,
        selection: look.selection,
        group: look.group,
        spotlight: look.spotlight,
        editing: look.editing,
        sieve: Some(lab.trace()),
        addresses: session.settings().addresses,
        hover: session.hover(),
        theme: session.settings().theme.resolve(system.is_dark()),
        reduced_motion: system.is_calm(),
        now_ms,
    };
    Some(act(&mut stage.borrow_mut(), &scene))
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_icon_of_the_document_has_a_picture() {
        assert_eq!(crate::stage::device_words(), scenario::Icon::WORDS);
    }
}
