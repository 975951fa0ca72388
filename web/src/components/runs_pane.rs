//! Starting runs, and their results.

use super::run_card::run_card;
use super::start_form::StartForm;
use crate::lab::results::{Phase, RunView};
use crate::lab::view::Sketch;
use std::rc::Rc;
use yew::prelude::*;

/// Starting runs in this network, and their results, the latest first.
pub fn runs_pane(sketch: &Rc<Sketch>, runs: &[Rc<RunView>]) -> Html {
    let (planned, begun): (Vec<_>, Vec<_>) = runs.iter().partition(|run| run.phase == Phase::Planned);
    html! {
        <>
            if sketch.hosts().next().is_some() {
                <StartForm key={sketch.opened} sketch={sketch.clone()} />
            } else {
                <p class="empty">{ "There is no host in this network that could talk. Open an example to see some." }</p>
            }
            <section class="results" aria-labelledby="results-title">
                <h2 id="results-title">{ "Results" }</h2>
                if begun.is_empty() {
                    <p class="empty">{ "None yet. Start a run above, and its results appear here as they come." }</p>
                }
                { for begun.into_iter().map(|run| run_card(run)) }
                if !planned.is_empty() {
                    <h2>{ "Still to come" }</h2>
                    { for planned.into_iter().rev().map(|run| run_card(run)) }
                }
            </section>
        </>
    }
}
