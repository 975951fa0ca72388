//! The controls of time: play, pause, step, speed.

use super::icon::{Glyph, icon};
use super::timeline::timeline;
use super::{on, use_session};
use crate::lab::results::RunView;
use crate::lab::speed::Speed;
use crate::lab::{Command, State};
use netlab::Instant;
use std::rc::Rc;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// Properties of [`Transport`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Whether time passes.
    pub state: State,
    /// How fast.
    pub speed: Speed,
    /// Whether the lab chooses the speed.
    pub auto_speed: bool,
    /// Whether quiet time is jumped over.
    pub skip_quiet: bool,
    /// The machine does not keep up.
    pub behind: bool,
    /// All runs.
    pub runs: Vec<Rc<RunView>>,
    /// The playhead, as it was at most a tenth of a second ago.
    pub at: Instant,
}

/// The controls of time.
#[component]
pub fn Transport(props: &Props) -> Html {
    let session = use_session();
    let perform = |command: Command| on(&session, move |session| session.perform(command.clone()));
    let plays = !matches!(props.state, State::Paused | State::Broken);
    let (glyph, label) = if plays { (Glyph::Pause, "Pause") } else { (Glyph::Play, "Play") };
    let set_speed = {
        let session = session.clone();
        Callback::from(move |event: InputEvent| {
            let slider: HtmlInputElement = event.target_unchecked_into();
            session.perform(Command::SetSpeed(Speed::from_step(slider.value_as_number() as u8)));
        })
    };
    let auto_speed = {
        let (session, speed) = (session.clone(), props.speed);
        Callback::from(move |event: Event| {
            let chosen: HtmlInputElement = event.target_unchecked_into();
            session.perform(if chosen.checked() { Command::AutoSpeed } else { Command::SetSpeed(speed) });
        })
    };
    let skip_quiet = {
        let session = session.clone();
        Callback::from(move |event: Event| {
            let chosen: HtmlInputElement = event.target_unchecked_into();
            session.perform(Command::SkipQuiet(chosen.checked()));
        })
    };
    let speed = props.speed.label();
    let state = match props.state {
        State::Playing if props.behind => "as fast as this machine can",
        State::Playing => "playing",
        State::Paused => "paused",
        State::Quiet => "nothing moves",
        State::Broken => "cannot run",
        State::CatchingUp { .. } => "catching up",
    };
    html! {
        <section class="transport" aria-label="Time">
            { timeline(&props.runs, props.at) }
            <div class="transport-buttons" role="group" aria-label="Playback">
                <button type="button" class="button icon-only" aria-label="Start again from the beginning"
                    title="Start again from the beginning (r)" onclick={perform(Command::Restart)}>
                    { icon(Glyph::Restart) }
                </button>
                <button type="button" class="button primary play" aria-label={label} title={format!("{label} (space)")}
                    onclick={perform(Command::TogglePlay)}>
                    { icon(glyph) }
                </button>
                <button type="button" class="button icon-only" aria-label="Step to the next event"
                    title="Step to the next event (.)" onclick={perform(Command::Step)}>
                    { icon(Glyph::Step) }
                </button>
            </div>
            <div class="clock">
                <span class="visually-hidden" id="clock-label">{ "Virtual time in seconds" }</span>
                <span class="clock-time"><span ref={session.clock()} role="timer" aria-live="off" aria-labelledby="clock-label"></span>
                    <span class="unit" aria-hidden="true">{ " s" }</span></span>
                <span class="clock-state">{ state }</span>
            </div>
            <div class="speed">
                <label for="speed">{ "Speed" }</label>
                <input id="speed" type="range" min="0" max={Speed::STEP_MAX.to_string()} step="1"
                    value={props.speed.step().to_string()} aria-valuetext={speed.clone()} oninput={set_speed} />
                <output class="speed-label" for="speed">{ speed }</output>
            </div>
            <div class="switches">
                <label class="switch">
                    <input type="checkbox" role="switch" checked={props.auto_speed} onchange={auto_speed} />
                    <span>{ "Automatic speed" }</span>
                </label>
                <label class="switch">
                    <input type="checkbox" role="switch" checked={props.skip_quiet} onchange={skip_quiet} />
                    <span>{ "Skip quiet time" }</span>
                </label>
            </div>
        </section>
    }
}
