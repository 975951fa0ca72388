//! The dialog that asks whether the network may start again.

use super::modal::{Modal, close_around};
use crate::session::Session;
use lab::command::Command;
use markup::html;
use texts::t;
use yew::prelude::*;

/// The network would have to start again.
pub fn restart(session: &Session, command: &Command) -> Html {
    let agree = {
        let (session, command) = (session.clone(), command.clone());
        Callback::from(move |event: MouseEvent| {
            close_around(&event);
            session.perform(Command::Agreed(Box::new(command.clone())));
        })
    };
    html! {
        <Modal key="Start again?" title={t!("Start again?")}>
            <p>
                { t!("This change cannot be made to a network that is running. With it, the network starts again from the \
                   beginning; every run that you started stays planned for its moment.") }
            </p>
            <p class="actions">
                <button type="button" class="button primary" onclick={agree}>{ t!("Change it and restart") }</button>
                <button type="button" class="button" onclick={Callback::from(|event: MouseEvent| close_around(&event))}>
                    { t!("Cancel") }
                </button>
            </p>
        </Modal>
    }
}
