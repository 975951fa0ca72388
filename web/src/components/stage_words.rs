//! The stage in words, beside the drawing: for screen readers, which cannot see it.

use super::use_session;
use lab::State;
use lab::view::View;
use markup::html;
use texts::t;
use wire::Instant;
use yew::prelude::*;

/// What it depends on: rendered anew only when one of these is another.
#[derive(Properties, PartialEq)]
struct Props {
    opened: u32,
    revision: usize,
    nodes: usize,
    links: usize,
    /// The playhead, where time stands still.
    at: Option<Instant>,
}

/// The stage in words.
pub fn stage_words(view: &View) -> Html {
    let stands_still = !matches!(view.state, State::Playing | State::CatchingUp { .. });
    html! {
        <StageWords opened={view.sketch.opened} revision={view.revision} nodes={view.sketch.nodes.len()}
            links={view.sketch.links.len()} at={stands_still.then_some(view.at)} />
    }
}

#[component]
fn StageWords(_props: &Props) -> Html {
    let session = use_session();
    let words = session.lab().borrow().in_words();
    let controls = [
        t!("Space plays and pauses. Period and comma step forward and back."),
        t!("The Inspect pane lists all nodes and cables. Press one to see its tables."),
        t!("The Runs pane starts a ping and other runs."),
        t!("The question mark lists all keys."),
    ];
    let list = |items: Vec<String>| html! { <ul>{ for items.into_iter().map(|item| html! { <li>{ item }</li> }) }</ul> };
    html! {
        <section class="visually-hidden" aria-labelledby="stage-in-words">
            <h3 id="stage-in-words">{ t!("The stage in words") }</h3>
            { for words.summary.iter().map(|sentence| html! { <p>{ sentence }</p> }) }
            <h4>{ t!("Nodes and cables") }</h4>
            { list(words.nodes) }
            if !words.frames.is_empty() {
                <h4>{ t!("Frames under way") }</h4>
                { list(words.frames) }
            }
            <h4>{ t!("Controls") }</h4>
            { list(controls.map(str::to_owned).into()) }
        </section>
    }
}
