//! The messages up to the playhead; those of one node if one is selected.

use super::{on, use_session};
use crate::session::Session;
use lab::command::{Clock, Look};
use lab::format;
use lab::travel::Travel;
use lab::view::View;
use markup::html;
use std::rc::Rc;
use texts::t;
use trace::selection::Selection;
use web_sys::HtmlElement;
use yew::prelude::*;

/// Properties of [`Log`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The lab, as it was at most a tenth of a second ago.
    pub view: Rc<View>,
}

/// The log.
#[component]
pub fn Log(props: &Props) -> Html {
    let session = use_session();
    let list = use_node_ref();
    let only = match props.view.selection {
        Some(Selection::Node(node)) => Some(node),
        _ => None,
    };
    let lines = session.lab().borrow().log(only);
    {
        // The latest message stays in sight.
        let list = list.clone();
        use_effect_with((lines.len(), props.view.at), move |_| {
            if let Some(list) = list.cast::<HtmlElement>() {
                list.set_scroll_top(list.scroll_height());
            }
        });
    }
    let rows = lines.iter().enumerate().map(|(number, line)| {
        let (at, what) = (line.at, line.what);
        let go = on(&session, move |session: &Session| {
            session.perform(Clock::Travel(Travel::To(at)));
            if what.is_some() {
                session.perform(Look::Select(what));
            }
        });
        html! {
            <li key={number}>
                <button type="button" class="log-line" onclick={go} title={t!("Go to this moment")}>
                    <span class="log-time">{ format::clock(line.at) }</span>
                    <strong>{ &line.who }</strong>
                    <span>{ &line.text }</span>
                </button>
            </li>
        }
    });
    html! {
        <div class="log" ref={list} tabindex="0" role="group" aria-label={t!("Log")}>
            if lines.is_empty() {
                <p class="empty">{ t!("Nothing has happened yet.") }</p>
            } else if only.is_some() {
                <p class="hint">{ t!("Of the selected node only. Press Escape to see all.") }</p>
            }
            <ol>{ for rows }</ol>
        </div>
    }
}
