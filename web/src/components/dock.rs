//! The bar at the bottom: what can be opened. On its left the instruments, which open below the stage; on its right the panes,
//! which open beside it; between them the legend. The tab of what is open closes it.

use super::icon::{Glyph, icon};
use super::legend::Legend;
use super::side_pane::{NAMES, PANES};
use super::tabs::tabs;
use super::{on, use_session};
use crate::state::Pane;
use crate::workspace::{Tab, Workspace};
use markup::html;
use texts::t;
use yew::prelude::*;

/// Properties of [`Dock`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// How the page is laid out.
    pub workspace: Workspace,
    /// The pane beside the stage, if it is open.
    pub pane: Option<Pane>,
    /// The kinds of packets that there were: see [`View::kinds`](lab::view::View::kinds).
    pub kinds: u16,
    /// Frames say their addresses.
    pub addresses: bool,
    /// Frames of another branch are drawn as outlines.
    pub ghosts: bool,
    /// A lesson is open, which may hide some; another number for all that is new in it.
    pub lesson: Option<u32>,
}

/// The bar at the bottom.
#[component]
pub fn Dock(props: &Props) -> Html {
    let session = use_session();
    let workspace = props.workspace;
    let tutor = session.tutor();
    let shows = |name: &str| tutor.as_ref().map_or(name != "lesson", |tutor| tutor.shows(name));
    let all: Vec<Tab> = Tab::TABS.into_iter().filter(|tab| shows(tab.key())).collect();
    let names: Vec<_> = all.iter().map(|tab| (tab.key(), tab.name())).collect();
    let drawer = workspace.drawer.and_then(|open| all.iter().position(|&tab| tab == open.tab()));
    let choose_tab = {
        let session = session.clone();
        Callback::from(move |number: usize| {
            let tab = all[number];
            let open = session.settings().workspace.drawer.map(Tab::tab);
            session.open_drawer((open != Some(tab)).then_some(tab));
        })
    };
    let (panes, names_of_panes): (Vec<Pane>, Vec<_>) = PANES
        .iter()
        .zip(NAMES)
        .filter(|(_, (id, _))| shows(id))
        .map(|(&pane, (id, name))| (pane, (id, texts::of(name))))
        .unzip();
    let pane = props.pane.and_then(|open| panes.iter().position(|&pane| pane == open));
    let choose_pane = {
        let session = session.clone();
        Callback::from(move |number: usize| match pane == Some(number) {
            true => session.close_side(),
            false => session.open_pane(panes[number]),
        })
    };
    let project = on(&session, |session| session.project(!session.settings().workspace.projector));
    html! {
        <div class="dock">
            <div class="dock-part">
                if !names.is_empty() {
                    { tabs(t!("Instruments"), &names, drawer, &choose_tab) }
                }
                if drawer.is_some() {
                    <button type="button" class="button quiet icon-only" aria-label={t!("Close the instruments")} title={t!("Close (i)")}
                        onclick={on(&session, |session| session.open_drawer(None))}>
                        { icon(Glyph::Close) }
                    </button>
                }
            </div>
            <Legend kinds={props.kinds} addresses={props.addresses} ghosts={props.ghosts} />
            <div class="dock-part">
                { tabs(t!("Panes"), &names_of_panes, pane, &choose_pane) }
                <button type="button" class="button quiet icon-only" aria-pressed={workspace.projector.to_string()} aria-label={t!("Projector")}
                    title={t!("For a projector: the stage alone, in large type")} onclick={project}>
                    { icon(Glyph::Type) }
                </button>
            </div>
        </div>
    }
}
