//! The drawer below the stage: the instruments, one at a time. Closed, it is a row of tabs.

use super::divider::Divider;
use super::icon::{Glyph, icon};
use super::part_note::part_note;
use super::tabs::tabs;
use super::{on, use_session};
use crate::parts::{Part, Status};
use crate::workspace::{Divider as Which, Tab, Workspace};
use lab::view::View;
use std::rc::Rc;
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
    let names = Tab::ALL.map(|tab| (tab.key(), tab.name()));
    let open = workspace.drawer.and_then(|open| Tab::ALL.iter().position(|&tab| tab == open));
    let choose = {
        let session = session.clone();
        Callback::from(move |number: usize| {
            let tab = Tab::ALL[number];
            let open = session.settings().workspace.drawer;
            // The open tab closes the drawer.
            session.open_drawer((open != Some(tab)).then_some(tab));
        })
    };
    let toggle = |change: fn(Workspace) -> Workspace| {
        on(&session, move |session| session.set_workspace(change(session.settings().workspace)))
    };
    let side = if workspace.side { "Hide the side pane" } else { "Show the side pane" };
    let body = match (session.loaded().instruments, workspace.drawer) {
        (Some(instruments), tab) => (instruments.drawer)(tab, &props.view),
        (None, Some(tab)) => drawer_body(tab, part_note(&session, Part::Instruments)),
        (None, None) => Html::default(),
    };
    html! {
        <section class="drawer" id="drawer" aria-label="Instruments">
            if open.is_some() {
                <Divider which={Which::Drawer} size={workspace.drawer_px} controls="drawer" label="Height of the instruments" />
            }
            <div class="drawer-bar">
                { tabs("Instruments", &names, open, &choose) }
                <div class="drawer-actions">
                    <button type="button" class="button quiet" aria-pressed={workspace.projector.to_string()}
                        title="Large type, for a projector" onclick={toggle(|workspace| Workspace { projector: !workspace.projector, ..workspace })}>
                        { icon(Glyph::Type) }<span class="wide-only">{ "Projector" }</span>
                        <span class="narrow-only visually-hidden">{ "Projector" }</span>
                    </button>
                    <button type="button" class="button quiet icon-only wide-only" aria-label={side} title={side}
                        onclick={toggle(|workspace| Workspace { side: !workspace.side, ..workspace })}>
                        { icon(Glyph::Side) }
                    </button>
                    if open.is_some() {
                        <button type="button" class="button quiet icon-only" aria-label="Close the instruments" title="Close (i)"
                            onclick={on(&session, |session| session.open_drawer(None))}>
                            { icon(Glyph::Close) }
                        </button>
                    }
                </div>
            </div>
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
