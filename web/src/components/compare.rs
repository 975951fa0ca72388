//! Two branches side by side, in the place of the sequence view: their ladders, or what was measured in both. On the stage the frames
//! that are under way only in the other branch are outlines meanwhile.

use super::branches::stop_comparing;
use super::icon::{Glyph, icon};
use super::sequence::{Sequence, branch_name};
use super::{on, use_session};
use lab::command::Clock;
use lab::compare::measured::Group;
use lab::compare::{CompareView, Compared};
use lab::format;
use lab::travel::Travel;
use lab::view::View;
use markup::html;
use std::rc::Rc;
use texts::t;
use yew::prelude::*;

/// Properties of [`Compare`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The lab.
    pub view: Rc<View>,
}

/// The comparison.
#[component]
pub fn Compare(props: &Props) -> Html {
    let session = use_session();
    let results = use_state_eq(|| false);
    let bring = use_state_eq(|| 0_u32);
    let ready = match &props.view.compared {
        Some(CompareView::Ready(compared)) => Some(compared),
        Some(CompareView::Running(_)) | None => None,
    };
    let first = ready.and_then(|compared| compared.first.as_ref()).map(|first| first.frame.at);
    let show = first.map(|at| {
        let (bring, number) = (bring.setter(), *bring);
        let show = on(&session, move |session| {
            bring.set(number.wrapping_add(1));
            session.perform(Clock::Travel(Travel::To(at)));
        });
        html! { <button type="button" class="button" onclick={show}>{ t!("Show me") }</button> }
    });
    let choose = |which: bool, name: &'static str| {
        let setter = results.setter();
        html! {
            <button type="button" class="chip" aria-pressed={(*results == which).to_string()} onclick={Callback::from(move |_: MouseEvent| setter.set(which))}>
                { name }
            </button>
        }
    };
    html! {
        <div class="compare">
            <div class="compare-bar" role="group" aria-label={t!("Comparison of two branches")}>
                { icon(Glyph::Branch) }
                { state(props.view.compared.as_ref()) }
                if let Some(show) = show { { show } }
                <span class="compare-choice" role="group" aria-label={t!("What is compared")}>
                    { choose(false, t!("Sequences")) }
                    { choose(true, t!("Results")) }
                </span>
                { stop_comparing(&session, "button") }
            </div>
            <div class="compare-body">
                if *results {
                    { ready.map_or_else(Html::default, |compared| table(compared)) }
                } else {
                    <Sequence view={props.view.clone()} bring={*bring} />
                }
            </div>
        </div>
    }
}

/// How it stands, in a sentence.
fn state(view: Option<&CompareView>) -> Html {
    match view {
        None => Html::default(),
        Some(CompareView::Running(share)) => html! {
            <p class="compare-state">
                <label for="comparing">{ t!("Running the other branch …") }</label>
                <progress id="comparing" max="1" value={format::fixed(*share, 2)}></progress>
            </p>
        },
        Some(CompareView::Ready(compared)) => {
            let text = match (&compared.first, compared.parted_at) {
                (Some(first), _) => t!("First difference at {}\u{a0}s", format::clock(first.frame.at)),
                (None, Some(at)) => {
                    t!("They part at {}\u{a0}s, and every frame is the same so far", format::clock(at))
                }
                (None, None) => t!("Every frame is the same in both").into(),
            };
            html! { <p class="compare-state" role="status">{ text }</p> }
        }
    }
}

/// What was measured, and the first difference in words.
fn table(compared: &Compared) -> Html {
    let [here, there] = compared.names.each_ref().map(|branch| &**branch);
    let first = compared.first.as_ref().map(|first| html! {
        <dl class="facts stacked">
            if let Some(at) = compared.parted_at {
                <div><dt>{ t!("The histories part at") }</dt><dd>{ format!("{}\u{a0}s", format::clock(at)) }</dd></div>
            }
            <div><dt>{ t!("First different frame here") }</dt><dd>{ &first.text[0] }</dd></div>
            <div><dt>{ t!("First different frame there") }</dt><dd>{ &first.text[1] }</dd></div>
        </dl>
    });
    html! {
        <div class="scroll compare-results" tabindex="0" role="group" aria-label={t!("Results of both branches")}>
            <table class="compare-table">
                <thead>
                    <tr>
                        <td></td>
                        <th scope="col">{ branch_name(0, here) }</th>
                        <th scope="col">{ branch_name(1, there) }</th>
                        <th scope="col">{ t!("Difference") }</th>
                    </tr>
                </thead>
                { for compared.groups.iter().map(group) }
            </table>
            if let Some(first) = first { { first } }
        </div>
    }
}

fn group(group: &Group) -> Html {
    html! {
        <tbody>
            <tr class="compare-group"><th scope="rowgroup" colspan="4">{ &group.name }</th></tr>
            { for group.rows.iter().map(|row| html! {
                <tr>
                    <th scope="row">{ row.what }</th>
                    <td>{ &row.values[0] }</td>
                    <td>{ &row.values[1] }</td>
                    <td>{ &row.difference }</td>
                </tr>
            }) }
        </tbody>
    }
}
