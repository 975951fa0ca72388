//! A button in a sheet of the Inspect pane.

use super::on;
use crate::session::Session;
use lab::command::Act;
use lab::inspect::Button;
use markup::html;
use yew::prelude::*;

/// A button that performs an action on the inspected thing.
pub fn action_button(session: &Session, button: &Button) -> Html {
    let action = button.action;
    let label = button.of.as_ref().map(|of| format!("{} {of}", button.text));
    html! {
        <button key={button.text} type="button" class="button small" aria-label={label}
            onclick={on(session, move |session: &Session| session.perform(Act::Do(action)))}>{ button.text }</button>
    }
}
