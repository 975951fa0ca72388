//! The panes beside the stage, one at a time.

use super::divider::Divider;
use super::part_note::part_note;
use super::runs_pane::runs_pane;
use super::tabs::tabs;
use super::use_session;
use crate::dom::is_narrow;
use crate::opening::Trouble;
use crate::parts::{Part, Status};
use crate::state::{Change, Pane};
use crate::workspace::{Divider as Which, Workspace};
use lab::view::View;
use std::rc::Rc;
use yew::prelude::*;

/// Properties of [`SidePane`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Which pane is open.
    pub pane: Pane,
    /// The lab.
    pub view: Rc<View>,
    /// How the page is laid out.
    pub workspace: Workspace,
    /// How the loading of the parts stands.
    pub parts: [Status; Part::ALL.len()],
    /// A text that cannot be read, for repair.
    pub repair: Option<Rc<Trouble>>,
}

const PANES: [Pane; 4] = [Pane::Runs, Pane::Inspect, Pane::SpeedTest, Pane::Document];
const NAMES: [(&str, &str); 4] =
    [("runs", "Runs"), ("inspect", "Inspect"), ("speed-test", "Speed test"), ("document", "Document")];

/// The panes beside the stage.
#[component]
pub fn SidePane(props: &Props) -> Html {
    let session = use_session();
    let open = PANES.iter().position(|&pane| pane == props.pane).unwrap_or_default();
    let choose = {
        let session = session.clone();
        Callback::from(move |number: usize| {
            // On a phone there is one pane at a time.
            if is_narrow() {
                session.open_drawer(None);
            }
            session.change(Change::Pane(PANES[number]));
        })
    };
    let loaded = session.loaded();
    let body = match props.pane {
        Pane::Runs => Some(runs_pane(&session, &props.view)),
        Pane::Inspect => loaded.instruments.map(|part| (part.inspector)(&session, &props.view)),
        Pane::SpeedTest => loaded.extras.map(|part| (part.speed_test)()),
        Pane::Document => loaded.documents.map(|part| (part.pane)(&props.view, props.repair.as_ref())),
    };
    let body = body.or_else(|| props.pane.needs().map(|part| part_note(&session, part)));
    let id = NAMES[open].0;
    html! {
        <aside class="side" id="side" aria-label="Runs, inspector, speed test and document">
            <Divider which={Which::Side} size={props.workspace.side_px} controls="side" label="Width of the side pane" />
            { tabs("Panes", &NAMES, Some(open), &choose) }
            <div class="pane" role="tabpanel" id={format!("pane-{id}")} aria-labelledby={format!("tab-{id}")} tabindex="0">
                { body }
            </div>
        </aside>
    }
}
