//! The controls of time: play, pause, step, go back, speed.

use super::branches::branches;
use super::icon::{Glyph, icon};
use super::timeline::Timeline;
use super::{on, use_session};
use crate::dom::focus;
use crate::session::Session;
use lab::State;
use lab::command::Clock;
use lab::speed::Speed;
use lab::travel::{Steps, Travel};
use lab::view::View;
use markup::html;
use std::rc::Rc;
use texts::t;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

/// Properties of [`Transport`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The lab, as it was at most a tenth of a second ago.
    pub view: Rc<View>,
}

/// What steps can go to, each with the choice's value.
const STEPS: [(Steps, &str); 4] = [
    (Steps::Events, "events"),
    (Steps::Frames, "frames"),
    (Steps::Drops, "drops"),
    (Steps::Selected, "selected"),
];

/// The controls of time.
#[component]
pub fn Transport(props: &Props) -> Html {
    let session = use_session();
    let view = &*props.view;
    html! {
        <section class="transport" aria-label={t!("Time")}>
            { branches(&session, &view.branches) }
            { buttons(&session, view) }
            <div class="clock">
                <span class="visually-hidden" id="clock-label">{ t!("Virtual time in seconds") }</span>
                <span class="clock-time"><span ref={session.clock()} role="timer" aria-live="off" aria-labelledby="clock-label"></span>
                    <span class="unit" aria-hidden="true">{ " s" }</span></span>
                <span class="clock-state">{ state_in_words(view) }</span>
            </div>
            <Timeline view={props.view.clone()} />
            <Pace view={props.view.clone()} />
        </section>
    }
}

/// How fast time passes: the speed, and behind a button what is seldom changed. On a phone all of it is behind the button.
#[component]
fn Pace(props: &Props) -> Html {
    let session = use_session();
    let open = use_state(|| false);
    let toggle = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    let onkeydown = {
        let open = open.clone();
        Callback::from(move |event: KeyboardEvent| {
            if *open && event.key() == "Escape" {
                event.prevent_default();
                open.set(false);
                focus("more-time");
            }
        })
    };
    let view = &*props.view;
    html! {
        <div class={classes!("pace", open.then_some("open"))} {onkeydown}>
            <button type="button" class="button icon-only" id="more-time" aria-label={t!("Settings of time")} title={t!("Speed and steps")}
                aria-expanded={open.to_string()} onclick={toggle}>{ icon(Glyph::Sliders) }</button>
            <div class="pace-body">
                { speed_slider(&session, view.speed) }
                { switches(&session, view) }
            </div>
        </div>
    }
}

/// Whether time passes, for the line under the clock.
fn state_in_words(view: &View) -> &'static str {
    match view.state {
        State::Playing if view.reading => t!("time to read"),
        State::Playing if view.behind => t!("as fast as this machine can"),
        State::Playing if view.rewound => t!("replaying"),
        State::Playing => t!("playing"),
        State::Paused if view.rewound => t!("in the past"),
        State::Paused => t!("paused"),
        State::Quiet => t!("nothing moves"),
        State::Broken => t!("cannot run"),
        State::CatchingUp { .. } => t!("catching up"),
    }
}

fn steps_name(steps: Steps) -> &'static str {
    match steps {
        Steps::Events => t!("events"),
        Steps::Frames => t!("frames"),
        Steps::Drops => t!("drops"),
        Steps::Selected => t!("selected"),
    }
}

fn buttons(session: &Session, view: &View) -> Html {
    let perform = |command: Clock| on(session, move |session| session.perform(command.clone()));
    let travel = |travel: Travel| perform(Clock::Travel(travel));
    let plays = !matches!(view.state, State::Paused | State::Broken);
    let (glyph, label) = if plays { (Glyph::Pause, t!("Pause")) } else { (Glyph::Play, t!("Play")) };
    let [back, forward] = match view.steps {
        Steps::Events => [t!("Step back to the last event"), t!("Step to the next event")],
        Steps::Frames => [t!("Step back to the last frame"), t!("Step to the next frame")],
        Steps::Drops => [t!("Step back to the last drop"), t!("Step to the next drop")],
        Steps::Selected => [
            t!("Step back to the last event of what is selected"),
            t!("Step to the next event of what is selected"),
        ],
    };
    html! {
        <div class="transport-buttons" role="group" aria-label={t!("Playback")}>
            <button type="button" class="button icon-only" aria-label={t!("Start again from the beginning")}
                title={t!("Start again from the beginning (r)")} onclick={perform(Clock::Restart)}>
                { icon(Glyph::Restart) }
            </button>
            <button type="button" class="button icon-only" aria-label={back} title={format!("{back} (←)")}
                onclick={travel(Travel::Back)}>
                { icon(Glyph::StepBack) }
            </button>
            <button type="button" class="button primary play" aria-label={label} title={format!("{label} (space)")}
                onclick={perform(Clock::TogglePlay)}>
                { icon(glyph) }
            </button>
            <button type="button" class="button icon-only" aria-label={forward} title={format!("{forward} (→)")}
                onclick={travel(Travel::Forward)}>
                { icon(Glyph::Step) }
            </button>
            <button type="button" class="button live" aria-pressed={(!view.rewound).to_string()}
                title={t!("Go to the live edge and play on (End)")} onclick={travel(Travel::Live)}>
                { t!("Live") }
            </button>
        </div>
    }
}

fn speed_slider(session: &Session, speed: Speed) -> Html {
    let set_speed = {
        let session = session.clone();
        Callback::from(move |event: InputEvent| {
            let slider: HtmlInputElement = event.target_unchecked_into();
            session.perform(Clock::SetSpeed(Speed::from_step(slider.value_as_number() as u8)));
        })
    };
    // At an end of the scale these keys change no value: pressed there, they are to hold the speed all the same.
    let hold = {
        let session = session.clone();
        Callback::from(move |event: KeyboardEvent| match &*event.key() {
            "End" => session.perform(Clock::SetSpeed(Speed::from_step(Speed::STEP_MAX))),
            "Home" => session.perform(Clock::SetSpeed(Speed::from_step(0))),
            _ => {}
        })
    };
    let label = speed.label();
    html! {
        <div class="speed">
            <label for="speed">{ t!("Speed") }</label>
            <input id="speed" type="range" min="0" max={Speed::STEP_MAX.to_string()} step="1"
                value={speed.step().to_string()} aria-valuetext={label.clone()} oninput={set_speed}
                onkeydown={hold} />
            <output class="speed-label" for="speed">{ label }</output>
        </div>
    }
}

fn switches(session: &Session, view: &View) -> Html {
    let auto_speed = {
        let (session, speed) = (session.clone(), view.speed);
        Callback::from(move |event: Event| {
            let chosen: HtmlInputElement = event.target_unchecked_into();
            session.perform(if chosen.checked() { Clock::AutoSpeed } else { Clock::SetSpeed(speed) });
        })
    };
    let skip_quiet = {
        let session = session.clone();
        Callback::from(move |event: Event| {
            let chosen: HtmlInputElement = event.target_unchecked_into();
            session.perform(Clock::SkipQuiet(chosen.checked()));
        })
    };
    let step_by = {
        let session = session.clone();
        Callback::from(move |event: Event| {
            let chosen: HtmlSelectElement = event.target_unchecked_into();
            if let Some((steps, _)) = STEPS.iter().find(|(_, key)| *key == chosen.value()) {
                session.perform(Clock::StepBy(*steps));
            }
        })
    };
    html! {
        <div class="switches">
            <label class="switch">
                <input type="checkbox" role="switch" checked={view.auto_speed} onchange={auto_speed} />
                <span>{ t!("Follow the story") }</span>
            </label>
            <label class="switch">
                <input type="checkbox" role="switch" checked={view.skip_quiet} onchange={skip_quiet} />
                <span>{ t!("Skip quiet time") }</span>
            </label>
            <label class="steps">
                <span>{ t!("Step by") }</span>
                <select onchange={step_by}>
                    { for STEPS.iter().map(|(steps, key)| html! {
                        <option value={*key} selected={*steps == view.steps}>{ steps_name(*steps) }</option>
                    }) }
                </select>
            </label>
        </div>
    }
}
