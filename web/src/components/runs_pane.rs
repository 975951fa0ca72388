//! Starting runs, and their results.

use super::run_card::run_card;
use super::start_form::StartForm;
use crate::session::Session;
use lab::format;
use lab::results::{Phase, RunView};
use lab::view::View;
use markup::html;
use netlab::Instant;
use std::rc::Rc;
use texts::t;
use yew::prelude::*;

/// Starting runs in this network, and their results, the latest first.
pub fn runs_pane(session: &Session, view: &View) -> Html {
    let View { sketch, runs, to_come, .. } = view;
    let (planned, begun): (Vec<_>, Vec<_>) = runs.iter().partition(|run| run.phase == Phase::Planned);
    html! {
        <>
            if sketch.hosts().next().is_some() {
                <StartForm key={sketch.opened} sketch={sketch.clone()} />
            } else {
                <p class="empty">{ t!("This network has no hosts. Press Edit and add two, or open an example.") }</p>
            }
            <section class="results" aria-labelledby="results-title">
                <h2 id="results-title">{ t!("Results") }</h2>
                if begun.is_empty() {
                    <p class="empty">{ t!("None yet. Start a run above to see its results here.") }</p>
                }
                { cards(session, begun.into_iter()) }
                if !planned.is_empty() || !to_come.is_empty() {
                    <h2>{ t!("Still to come") }</h2>
                    { cards(session, planned.into_iter().rev()) }
                    { for to_come.iter().map(|(at, what)| html! {
                        <p class="run planned run-head">
                            <span>{ what }</span>
                            <span class="run-phase">{ format!("at {}", format::duration(*at - Instant::ZERO)) }</span>
                        </p>
                    }) }
                }
            </section>
        </>
    }
}

/// A longer list would not be read.
const CARDS_MAX: usize = 30;

fn cards<'a>(session: &Session, runs: impl ExactSizeIterator<Item = &'a Rc<RunView>>) -> Html {
    let left_out = runs.len().saturating_sub(CARDS_MAX);
    html! {
        <>
            { for runs.take(CARDS_MAX).map(|run| run_card(run, session)) }
            if left_out > 0 {
                <p class="hint">{ t!("and {} more", format::count(left_out as u64)) }</p>
            }
        </>
    }
}
