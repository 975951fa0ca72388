//! What the stage shows of an opened capture: who spoke with whom. The network stays behind it, as it was.

use super::{on, use_session};
use js_sys::Math;
use lab::command::Look;
use lab::format::decimal;
use lab::packets::Observe;
use lab::packets::meetings::{Counted, Meeting, Passing};
use lab::view::View;
use markup::html;
use std::f64::consts::TAU;
use std::rc::Rc;
use texts::t;
use yew::prelude::*;

/// The room around the ellipse on which the addresses stand, in the drawing's own units.
const AROUND: (f64, f64) = (150.0, 60.0);
/// The ellipse is wide from the beginning, and gets taller with the number of addresses, so that few are drawn large.
const WIDE: f64 = 250.0;
const TALLER: f64 = 26.0;
const TALLEST: f64 = 170.0;
/// The width of the lines of the pairs that exchanged least and most.
const WIDTH: (f64, f64) = (2.0, 14.0);
const BOX: (f64, f64) = (150.0, 30.0);
/// A longer name is cut: all of it is in the title.
const LETTERS_MAX: usize = 18;

/// Properties of [`MeetingsView`].
#[derive(Properties, PartialEq)]
struct Props {
    view: Rc<View>,
}

/// The drawing.
pub fn meetings(view: &Rc<View>) -> Html {
    html! { <MeetingsView view={view.clone()} /> }
}

#[component]
fn MeetingsView(props: &Props) -> Html {
    let session = use_session();
    let lab = session.lab().borrow();
    // Counted once all packets were read, and again only for others: a capture has many.
    let (listed, generation) = props.view.listed;
    let listed = if lab.packets().trace().is_complete() { listed } else { 0 };
    let counted = use_memo((listed, generation), |_| Counted::of(&lab));
    let Some(drawn) = counted.meetings(&lab) else { return Html::default() };
    drop(lab);
    let tall = (TALLER * (drawn.peers.len().max(2) - 2) as f64).min(TALLEST);
    let at: Vec<(f64, f64)> = drawn
        .peers
        .iter()
        .map(|peer| {
            let angle = TAU * (peer.turn + 0.5);
            (WIDE * Math::cos(angle), tall * Math::sin(angle))
        })
        .collect();
    let (width, height) = (2.0 * (WIDE + AROUND.0), 2.0 * (tall + AROUND.1));
    let sift = |filter: &str| {
        let filter = filter.to_owned();
        move |session: &crate::session::Session| {
            session.perform(Look::Observe(Observe::Filter(filter.clone())));
        }
    };
    let line = |meeting: &Meeting| {
        let d = path(meeting.between, &at);
        let width = px(WIDTH.0 + (WIDTH.1 - WIDTH.0) * meeting.share);
        let [by_pointer, by_key] = [sift(&meeting.filter), sift(&meeting.filter)];
        let session_of_key = session.clone();
        let onkeydown = Callback::from(move |event: KeyboardEvent| {
            if matches!(event.key().as_str(), "Enter" | " ") {
                event.prevent_default();
                by_key(&session_of_key);
            }
        });
        html! {
            <g class="meeting" role="button" tabindex="0" aria-label={format!("{}: show only these", meeting.words)}
                onclick={on(&session, by_pointer)} {onkeydown}>
                <title>{ &meeting.words }</title>
                <path class="meeting-reach" d={d.clone()} />
                <path class={classes!("meeting-line", format!("swatch-{}", meeting.swatch.key()))} {d} stroke-width={width} />
            </g>
        }
    };
    html! {
        <section class="meetings" aria-label={format!("Opened capture: {}", drawn.name)}>
            <h2>{ &*drawn.name }</h2>
            <p>{ &drawn.summary }{ t!(". Press a line to see only its packets.") }</p>
            <svg viewBox={format!("{} {} {} {}", px(-width / 2.0), px(-height / 2.0), px(width), px(height))} role="group" aria-label={t!("Who spoke with whom")}>
                { for drawn.meetings.iter().map(line) }
                { for drawn.selected.iter().map(|passing| passing_html(passing, &at)) }
                { for drawn.peers.iter().zip(&at).map(|(peer, at)| peer_html(&peer.name, *at)) }
            </svg>
            <p class="actions">
                if !props.view.applied.is_empty() {
                    <button type="button" class="button" onclick={on(&session, sift(""))}>{ t!("Show all packets again") }</button>
                }
                <button type="button" class="button" onclick={on(&session, |session| {
                    session.perform(Look::Observe(Observe::Close));
                })}>{ t!("Close the capture") }</button>
            </p>
        </section>
    }
}

fn px(value: f64) -> String {
    decimal(value, 1)
}

/// Where the line between two addresses is pulled to: half of the way, and nearer to the middle.
fn bent(from: f64, to: f64) -> f64 {
    (from + to) / 2.0 * 0.6
}

/// The line between two addresses, bent towards the middle so that it passes no third one; of an address with itself a loop.
fn path([a, b]: [usize; 2], at: &[(f64, f64)]) -> String {
    let ((x0, y0), (x1, y1)) = (at[a], at[b]);
    if a == b {
        let (out_x, out_y) = (x0 * 1.3, y0 * 1.3 - 40.0);
        return format!(
            "M{} {}Q{} {} {} {}",
            px(x0 - 40.0),
            px(y0),
            px(out_x),
            px(out_y),
            px(x0 + 40.0),
            px(y0)
        );
    }
    let (x, y) = (bent(x0, x1), bent(y0, y1));
    format!("M{} {}Q{} {} {} {}", px(x0), px(y0), px(x), px(y), px(x1), px(y1))
}

fn peer_html(name: &str, (x, y): (f64, f64)) -> Html {
    let shown: String = match name.chars().count() > LETTERS_MAX {
        true => name.chars().take(LETTERS_MAX - 1).chain(['…']).collect(),
        false => name.to_owned(),
    };
    html! {
        <g class="peer">
            <title>{ name }</title>
            <rect x={px(x - BOX.0 / 2.0)} y={px(y - BOX.1 / 2.0)} width={px(BOX.0)} height={px(BOX.1)} rx="6" />
            <text x={px(x)} y={px(y)} dy="0.35em">{ shown }</text>
        </g>
    }
}

/// The selected packet, some of the way to its receiver.
fn passing_html(passing: &Passing, at: &[(f64, f64)]) -> Html {
    let [from, to] = passing.between.map(|end| at[end]);
    let on_line = |from: f64, to: f64| {
        let t = 0.6;
        (1.0 - t) * (1.0 - t) * from + 2.0 * t * (1.0 - t) * bent(from, to) + t * t * to
    };
    let (x, y) = (on_line(from.0, to.0), on_line(from.1, to.1));
    let width = lab::sequence::sheet::width_em(&passing.label) * 14.0 + 20.0;
    html! {
        <g class={classes!("passing", format!("swatch-{}", passing.swatch.key()))}>
            <rect x={px(x - width / 2.0)} y={px(y - 13.0)} width={px(width)} height="26" rx="13" />
            <text x={px(x)} y={px(y)} dy="0.35em">{ &passing.label }</text>
        </g>
    }
}
