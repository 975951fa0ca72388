//! Short messages, and the texts that a screen reader reads out.

use super::icon::{Glyph, icon};
use super::part_note::part_notes;
use crate::parts::Status;
use crate::session::Session;
use crate::state::{Change, Toast};
use markup::html;
use texts::t;
use yew::prelude::*;

/// Short messages. They stay until they are dismissed, without a time limit for reading (WCAG 2.2, success criterion 2.2.1).
pub fn toasts(session: &Session, toasts: &[Toast], parts: &[Status]) -> Html {
    let dismiss = |id: u32| super::on(session, move |session| session.change(Change::Dismiss(id)));
    html! {
            <div class="toasts" role="log" aria-live="polite" aria-label={t!("Messages")}>
                { part_notes(session, parts) }
                { for toasts.iter().map(|toast| html! {
                    <div class="toast" key={toast.id}>
                        <span>{ &*toast.text }</span>
                        <button type="button" class="button quiet icon-only" aria-label={t!("Dismiss")} onclick={dismiss(toast.id)}>
                            { icon(Glyph::Close) }
                        </button>
                    </div>
                }) }
            </div>
    }
}

/// The text that a screen reader reads out next.
pub fn announce(text: &str) -> Html {
    html! { <div class="visually-hidden" aria-live="polite" role="status">{ text }</div> }
}
