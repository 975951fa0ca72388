//! Short messages, and what a screen reader is told.

use super::icon::{Glyph, Icon};
use super::use_session;
use crate::state::{Change, Toast};
use std::rc::Rc;
use yew::prelude::*;

/// Properties of [`Toasts`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The messages.
    pub toasts: Vec<Toast>,
    /// What a screen reader is told next.
    pub announcement: Rc<str>,
}

/// Short messages. They stay until they are dismissed: nobody has to read against the clock (WCAG 2.2, 2.2.1).
#[component]
pub fn Toasts(props: &Props) -> Html {
    let session = use_session();
    let dismiss = |id: u32| super::on(&session, move |session| session.change(Change::Dismiss(id)));
    html! {
        <>
            <div class="visually-hidden" aria-live="polite" role="status">{ &*props.announcement }</div>
            <div class="toasts" role="log" aria-live="polite" aria-label="Messages">
                { for props.toasts.iter().map(|toast| html! {
                    <div class="toast" key={toast.id}>
                        <span>{ &*toast.text }</span>
                        <button type="button" class="button quiet icon-only" aria-label="Dismiss" onclick={dismiss(toast.id)}>
                            <Icon glyph={Glyph::Close} />
                        </button>
                    </div>
                }) }
            </div>
        </>
    }
}
