//! Starting runs, and their results.

use super::run_card::RunCard;
use super::start_form::StartForm;
use crate::lab::results::{Phase, RunView};
use crate::lab::view::Sketch;
use std::rc::Rc;
use yew::prelude::*;

/// Properties of [`RunsPane`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The network.
    pub sketch: Rc<Sketch>,
    /// All runs, the latest first.
    pub runs: Vec<Rc<RunView>>,
}

/// Starting runs, and their results.
#[component]
pub fn RunsPane(props: &Props) -> Html {
    let (planned, begun): (Vec<_>, Vec<_>) =
        props.runs.iter().cloned().partition(|run| run.phase == Phase::Planned);
    html! {
        <>
            if props.sketch.hosts().next().is_some() {
                <StartForm key={props.sketch.opened} sketch={props.sketch.clone()} />
            } else {
                <p class="empty">{ "There is no host in this network that could talk. Open an example to see some." }</p>
            }
            <section class="results" aria-labelledby="results-title">
                <h2 id="results-title">{ "Results" }</h2>
                if begun.is_empty() {
                    <p class="empty">{ "None yet. Start a run above, and its results appear here as they come." }</p>
                }
                { for begun.into_iter().map(|run| html! { <RunCard key={run.id.0} run={run.clone()} /> }) }
                if !planned.is_empty() {
                    <h2>{ "Still to come" }</h2>
                    { for planned.into_iter().rev().map(|run| html! { <RunCard key={run.id.0} run={run.clone()} /> }) }
                }
            </section>
        </>
    }
}
