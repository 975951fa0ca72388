//! The editor's tools, on the stage.

use super::icon::{Glyph, icon};
use super::use_session;
use crate::session::Session;
use lab::command::Editor;
use lab::edit::{Edit, Kind};
use lab::view::Tools;
use markup::html;
use texts::t;
use yew::prelude::*;

/// Properties of [`Toolbar`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What the editor has.
    pub tools: Tools,
}

/// What a dragged tool says that it is.
pub const DRAGGED_KIND: &str = "application/x-packetarium-kind";

/// What can be added: kind, what it is called as dragged, its icon, its name, its key.
pub const PALETTE: [(Kind, &str, Glyph, &str); 4] = [
    (Kind::Host, "host", Glyph::Host, "1"),
    (Kind::Switch, "switch", Glyph::Switch, "2"),
    (Kind::Hub, "hub", Glyph::Hub, "3"),
    (Kind::Router, "router", Glyph::Router, "4"),
];

/// The tools.
#[component]
pub fn Toolbar(props: &Props) -> Html {
    let session = use_session();
    let tools = &props.tools;
    let act =
        |command: Editor| super::on(&session, move |session: &Session| session.perform(command.clone()));
    let edit = |edit: Edit| act(Editor::Edit(Box::new(edit)));
    let palette = PALETTE.iter().map(|&(kind, name, glyph, key)| {
        let ondragstart = Callback::from(move |event: DragEvent| {
            if let Some(data) = event.data_transfer() {
                let _ = data.set_data(DRAGGED_KIND, name);
            }
        });
        let (label, add) = match kind {
            Kind::Host => (t!("Host"), t!("Add a host")),
            Kind::Switch => (t!("Switch"), t!("Add a switch")),
            Kind::Hub => (t!("Hub"), t!("Add a hub")),
            Kind::Router => (t!("Router"), t!("Add a router")),
        };
        html! {
            <button key={name} type="button" class="tool" draggable="true" {ondragstart} onclick={edit(Edit::Add(kind, None))}
                aria-label={add} title={t!("{add} ({key}), or drag it to its place")}>
                { icon(glyph) }<span>{ label }</span>
            </button>
        }
    });
    let button = |glyph,
                  name: &'static str,
                  title: &'static str,
                  possible: bool,
                  onclick: Callback<MouseEvent>| {
        html! {
            <button type="button" class="tool small" aria-label={name} {title} disabled={!possible} {onclick}>
                { icon(glyph) }
            </button>
        }
    };
    let several = tools.selected > 1;
    let any = tools.selected > 0;
    let align = |upright: bool| {
        super::on(&session, move |session: &Session| {
            let nodes = session.lab().borrow().selected_nodes();
            session.edit(Edit::Align(nodes, upright));
        })
    };
    html! {
        <div class="tools" role="group" aria-label={t!("Editor")}>
            { for palette }
            <span class="tools-rest">
                { button(Glyph::Undo, t!("Undo"), t!("Undo (Ctrl+Z)"), tools.undo.0, act(Editor::Undo)) }
                { button(Glyph::Redo, t!("Redo"), t!("Redo (Ctrl+Y)"), tools.undo.1, act(Editor::Redo)) }
                { button(Glyph::Duplicate, t!("Duplicate"), t!("Duplicate what is selected (Ctrl+D)"), any, act(Editor::Duplicate)) }
                { button(Glyph::Bin, t!("Delete"), t!("Delete what is selected (Del)"), any || tools.link, act(Editor::Delete)) }
                { button(Glyph::Row, t!("Align in a row"), t!("Put the selected nodes into a row"), several, align(false)) }
                { button(Glyph::Column, t!("Align in a column"), t!("Put the selected nodes into a column"), several, align(true)) }
                { button(Glyph::Tidy, t!("Tidy up"), t!("Arrange all nodes"), true, edit(Edit::Tidy)) }
            </span>
        </div>
    }
}
