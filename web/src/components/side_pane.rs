//! The panes beside the stage, one at a time.

use super::document_pane::DocumentPane;
use super::inspector::inspector;
use super::runs_pane::runs_pane;
use super::speed_test::SpeedTest;
use super::use_session;
use crate::dom::focus;
use crate::lab::view::View;
use crate::state::{Change, Pane};
use std::rc::Rc;
use yew::prelude::*;

/// Properties of [`SidePane`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Which pane is open.
    pub pane: Pane,
    /// The lab.
    pub view: Rc<View>,
}

const PANES: [(Pane, &str, &str); 4] = [
    (Pane::Runs, "runs", "Runs"),
    (Pane::Inspect, "inspect", "Inspect"),
    (Pane::SpeedTest, "speed-test", "Speed test"),
    (Pane::Document, "document", "Document"),
];

/// The panes beside the stage.
#[component]
pub fn SidePane(props: &Props) -> Html {
    let session = use_session();
    let tabs = PANES.iter().enumerate().map(|(number, &(pane, id, label))| {
        let selected = pane == props.pane;
        let onkeydown = {
            let session = session.clone();
            Callback::from(move |event: KeyboardEvent| {
                let to = match event.key().as_str() {
                    "ArrowRight" => (number + 1) % PANES.len(),
                    "ArrowLeft" => (number + PANES.len() - 1) % PANES.len(),
                    "Home" => 0,
                    "End" => PANES.len() - 1,
                    _ => return,
                };
                event.prevent_default();
                session.change(Change::Pane(PANES[to].0));
                focus(&format!("tab-{}", PANES[to].1));
            })
        };
        html! {
            <button key={id} type="button" role="tab" id={format!("tab-{id}")} class="tab" aria-selected={selected.to_string()}
                aria-controls={format!("pane-{id}")} tabindex={if selected { "0" } else { "-1" }} {onkeydown}
                onclick={super::on(&session, move |session| session.change(Change::Pane(pane)))}>
                { label }
            </button>
        }
    });
    let body = match props.pane {
        Pane::Runs => runs_pane(&props.view.sketch, &props.view.runs),
        Pane::Inspect => inspector(&session, &props.view),
        Pane::SpeedTest => html! { <SpeedTest /> },
        Pane::Document => {
            html! { <DocumentPane problems={props.view.problems.clone()} revision={props.view.revision} /> }
        }
    };
    let open = PANES.iter().find(|(pane, ..)| *pane == props.pane).map_or("runs", |(_, id, _)| id);
    html! {
        <aside class="side" aria-label="Runs, inspector, speed test and document">
            <div class="tabs" role="tablist" aria-label="Panes">{ for tabs }</div>
            <div class="pane" role="tabpanel" id={format!("pane-{open}")} aria-labelledby={format!("tab-{open}")} tabindex="0">
                { body }
            </div>
        </aside>
    }
}
