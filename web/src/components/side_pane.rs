//! The panes beside the stage, one at a time; closed until one is asked for.

use super::divider::Divider;
use super::icon::{Glyph, icon};
use super::part_note::part_note;
use super::status::status;
use super::{on, use_session};
use crate::opening::Trouble;
use crate::parts::{Part, Status};
use crate::state::Pane;
use crate::workspace::{Divider as Which, Workspace};
use lab::view::View;
use markup::html;
use std::rc::Rc;
use texts::{mark, t};
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
    /// A lesson is open; another number for all that is new in it.
    pub lesson: Option<u32>,
}

/// The panes, in order; the first one is there while a lesson is open.
pub const PANES: [Pane; 5] = [Pane::Lesson, Pane::Runs, Pane::Inspect, Pane::SpeedTest, Pane::Document];
/// For each pane its name in ids and its label.
pub const NAMES: [(&str, &str); 5] = [
    ("lesson", mark!("Lesson")),
    ("runs", mark!("Runs")),
    ("inspect", mark!("Inspect")),
    ("speed-test", mark!("Speed test")),
    ("document", mark!("Document")),
];

/// The panes beside the stage.
#[component]
pub fn SidePane(props: &Props) -> Html {
    let session = use_session();
    let open = PANES.iter().position(|&pane| pane == props.pane).unwrap_or_default();
    let (id, name) = NAMES[open];
    let name = texts::of(name);
    let loaded = session.loaded();
    let view = &props.view;
    let body = match props.pane {
        _ if !props.workspace.side => None,
        Pane::Runs => loaded.documents.map(|part| (part.runs)(&session, view)),
        Pane::Inspect => loaded.instruments.map(|part| (part.inspector)(&session, view)),
        Pane::SpeedTest => loaded.extras.map(|part| (part.speed_test)()),
        Pane::Lesson => session.tutor().map(|tutor| tutor.pane(&session)),
        Pane::Document => loaded.documents.map(|part| (part.pane)(view, props.repair.as_ref())),
    };
    let missing =
        || props.pane.needs().filter(|_| props.workspace.side).map(|part| part_note(&session, part));
    let body = body.or_else(missing);
    html! {
        <aside class="side" id="side" aria-label={t!("Runs, inspector, speed test and document")}>
            <Divider which={Which::Side} size={props.workspace.side_px} controls="side" label={t!("Width of the side pane")} />
            <header class="side-head">
                <span aria-hidden="true">{ name }</span>
                <button type="button" class="button quiet icon-only" aria-label={t!("Hide the side pane")} title={t!("Hide the side pane")}
                    onclick={on(&session, |session| session.close_side())}>
                    { icon(Glyph::Close) }
                </button>
            </header>
            <div class="pane" role="tabpanel" id={format!("pane-{id}")} aria-labelledby={format!("tab-{id}")} tabindex="0">
                { body }
            </div>
            { status(view.edge, view.kept, view.complete_since) }
        </aside>
    }
}
