//! The drawer below the stage: the open instrument.

use super::divider::Divider;
use super::part_note::part_note;
use super::use_session;
use crate::parts::{Part, Status};
use crate::workspace::{Divider as Which, Tab, Workspace};
use lab::view::View;
use markup::html;
use std::rc::Rc;
use texts::t;
use yew::prelude::*;

/// Properties of [`Drawer`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// How the page is laid out.
    pub workspace: Workspace,
    /// The lab.
    pub view: Rc<View>,
    /// How the loading of the parts stands.
    pub parts: [Status; Part::ALL.len()],
}

/// The drawer.
#[component]
pub fn Drawer(props: &Props) -> Html {
    let session = use_session();
    let workspace = props.workspace;
    let (loaded, view) = (session.loaded(), &props.view);
    // Each is there while another tab is open, too, and keeps what it has.
    let instruments = loaded.instruments.map(|part| (part.drawer)(workspace.drawer, view));
    let of_hosts = workspace.drawer.filter(|tab| tab.needs() == Part::Programs);
    let console = loaded.programs.map(|part| match ((part.console)(of_hosts, view), of_hosts) {
        (console, Some(tab)) => drawer_body(tab.tab(), console),
        (console, None) => console,
    });
    let missing = workspace.drawer.filter(|tab| !loaded.has(tab.needs()));
    let missing = missing.map(|tab| drawer_body(tab, part_note(&session, tab.needs())));
    html! {
        <section class="drawer" id="drawer" aria-label={t!("Instruments")}>
            if workspace.drawer.is_some() {
                <Divider which={Which::Drawer} size={workspace.drawer_px} controls="drawer" label={t!("Height of the instruments")} />
            }
            // Each in a place of its own: yew counts what stands side by side from the end, and would make the instruments anew
            // when the console comes. What goes away stands before the others: yew would insert the instruments before it.
            if let Some(missing) = missing { { missing } }
            if let Some(instruments) = instruments { { instruments } }
            if let Some(console) = console { { console } }
        </section>
    }
}

/// The open tab's panel.
pub fn drawer_body(tab: Tab, body: Html) -> Html {
    html! {
        <div class="drawer-body" role="tabpanel" id={format!("pane-{}", tab.key())} aria-labelledby={format!("tab-{}", tab.key())}
            tabindex="-1">
            { body }
        </div>
    }
}
