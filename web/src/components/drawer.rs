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
    let body = match (session.loaded().instruments, workspace.drawer) {
        (Some(instruments), tab) => (instruments.drawer)(tab, &props.view),
        (None, Some(tab)) => drawer_body(tab, part_note(&session, Part::Instruments)),
        (None, None) => Html::default(),
    };
    html! {
        <section class="drawer" id="drawer" aria-label={t!("Instruments")}>
            if workspace.drawer.is_some() {
                <Divider which={Which::Drawer} size={workspace.drawer_px} controls="drawer" label={t!("Height of the instruments")} />
            }
            { body }
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
