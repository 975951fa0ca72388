//! What is wrong with the network: each problem leads to its place, and some can be put right at a press.

use super::{on, use_session};
use crate::session::Session;
use crate::state::Pane;
use lab::command::Look;
use lab::problems::Problem;
use markup::html;
use std::rc::Rc;
use texts::t;
use yew::prelude::*;

/// Properties of [`ProblemList`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What is wrong.
    pub problems: Rc<[Problem]>,
}

/// A longer list would not be read.
const SHOWN_MAX: usize = 20;

/// The list.
#[component]
pub fn ProblemList(props: &Props) -> Html {
    let session = use_session();
    if props.problems.is_empty() {
        return html! { <p class="empty">{ t!("Nothing is wrong with this network.") }</p> };
    }
    let items = props.problems.iter().take(SHOWN_MAX).enumerate().map(|(number, problem)| {
        let name = match problem.at {
            Some(at) => {
                let go = on(&session, move |session: &Session| {
                    session.perform(Look::Select(Some(at)));
                    // What is selected already opens no pane by that.
                    session.open_pane(Pane::Inspect);
                });
                html! { <button type="button" class="link" onclick={go}>{ &problem.name }</button> }
            }
            None => html! { <strong>{ &problem.name }</strong> },
        };
        let fix = problem.fix.clone().map(|(label, edit)| {
            let put_right = on(&session, move |session: &Session| session.edit(edit.clone()));
            html! { <button type="button" class="button" onclick={put_right}>{ label }</button> }
        });
        html! {
            <li key={number} class={if problem.grave { "problem grave" } else { "problem" }}>
                <p>{ name }{ " " }{ if problem.grave { t!("(cannot run)") } else { t!("(warning)") } }</p>
                <p>{ &problem.text }</p>
                { for fix }
            </li>
        }
    });
    html! {
        <>
            <ul class="problems">{ for items }</ul>
            if props.problems.len() > SHOWN_MAX {
                <p class="hint">{ t!("and {} more", props.problems.len() - SHOWN_MAX) }</p>
            }
        </>
    }
}
