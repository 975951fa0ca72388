//! What can be chosen above the ladder.

use super::super::icon::{Glyph, icon};
use super::super::{on, use_session};
use super::choice::Choice;
use lab::command::Look;
use lab::format;
use lab::packets::Observe;
use lab::sequence::{Ladder, Zoom};
use lab::view::View;
use markup::html;
use std::rc::Rc;
use texts::t;
use yew::prelude::*;

/// Properties of [`Controls`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The lab.
    pub view: Rc<View>,
    /// What is chosen.
    pub choice: Choice,
    /// Whether the playhead is kept in view.
    pub following: bool,
    /// If not all arrows are drawn: how many, and of how many.
    pub drawn: Option<(usize, usize)>,
    /// Choose this.
    pub choose: Callback<Choice>,
    /// Draw it larger or smaller.
    pub zoom: Callback<i8>,
    /// Keep the playhead in view.
    pub follow: Callback<()>,
    /// There is another filter.
    pub refresh: Callback<()>,
    /// Save it as a file.
    pub save: Callback<()>,
}

/// The controls above the ladder.
#[component]
pub fn Controls(props: &Props) -> Html {
    let session = use_session();
    let choice = props.choice;
    let lab = session.lab().borrow();
    let filter = lab.packets().filter().clone();
    let conversation = Ladder::selected_conversation(&lab);
    let is_capture = lab.packets().opened().is_some();
    let conversation = conversation.filter(|conversation| **conversation != *filter);
    let sift = |filter: String| {
        let refresh = props.refresh.clone();
        on(&session, move |session| {
            session.perform(Look::Observe(Observe::Filter(filter.clone())));
            refresh.emit(());
        })
    };
    let hosts_only = {
        let choose = props.choose.clone();
        Callback::from(move |_: Event| choose.emit(Choice { hosts_only: !choice.hosts_only, ..choice }))
    };
    let zoom = |steps: i8| {
        let zoom = props.zoom.clone();
        Callback::from(move |_: MouseEvent| zoom.emit(steps))
    };
    let plain = |callback: &Callback<()>| {
        let callback = callback.clone();
        Callback::from(move |_: MouseEvent| callback.emit(()))
    };
    html! {
        <div class="sequence-bar" role="group" aria-label={t!("Sequence view")}>
            if !is_capture {
                <label class="switch">
                    <input type="checkbox" role="switch" checked={choice.hosts_only} onchange={hosts_only} />
                    <span>{ t!("Hosts only") }</span>
                </label>
            }
            if let Some(conversation) = conversation {
                <button type="button" class="chip" title={format!("Show only {conversation}")} onclick={sift(conversation)}>
                    { t!("Only this conversation") }
                </button>
            }
            if !filter.trim().is_empty() {
                <button type="button" class="chip filter" aria-label={format!("Filter {filter}: show all frames again")}
                    title={t!("Show all frames again")} onclick={sift(String::new())}>
                    <code>{ filter }</code>{ icon(Glyph::Close) }
                </button>
            }
            if let Some((drawn, of)) = props.drawn {
                <span class="hint">{ t!("{} of {} arrows here: draw it larger", format::count(drawn as u64), format::count(of as u64)) }</span>
            }
            <div class="sequence-tools">
                if !props.following && !is_capture {
                    <button type="button" class="button" title={t!("Keep the playhead in view")} onclick={plain(&props.follow)}>{ t!("Follow") }</button>
                }
                <button type="button" class="button quiet icon-only" aria-label={t!("Draw it smaller")} title={t!("Draw it smaller (−)")}
                    disabled={choice.zoom == Zoom::MIN} onclick={zoom(-1)}>{ icon(Glyph::Minus) }</button>
                <button type="button" class="button quiet icon-only" aria-label={t!("Draw it larger")} title={t!("Draw it larger (+)")}
                    disabled={choice.zoom == Zoom::MAX} onclick={zoom(1)}>{ icon(Glyph::Plus) }</button>
                <button type="button" class="button quiet" title={t!("Save as SVG")} onclick={plain(&props.save)}>
                    { icon(Glyph::Save) }<span class="wide-only">{ t!("Save as SVG") }</span><span class="narrow-only visually-hidden">{ t!("Save as SVG") }</span>
                </button>
            </div>
        </div>
    }
}
