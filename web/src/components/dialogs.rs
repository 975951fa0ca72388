//! The open dialog. Most dialogs belong to parts that are loaded later; the dialog for a link that cannot be opened needs none.

use super::modal::{Modal, close_around};
use super::use_session;
use crate::announce::Detail;
use crate::opening::Trouble;
use crate::state::Dialog;
use markup::html;
use texts::t;
use yew::prelude::*;

/// Properties of [`Dialogs`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The open dialog.
    pub dialog: Option<Dialog>,
    /// Whether single keys do something.
    pub shortcuts: bool,
    /// How much a screen reader reads out.
    pub detail: Detail,
}

/// The open dialog, if any. Each has a key, so that a dialog that follows another one is opened anew: the browser may have closed
/// the first one already although its event has not arrived yet.
#[component]
pub fn Dialogs(props: &Props) -> Html {
    let session = use_session();
    let loaded = session.loaded();
    match &props.dialog {
        None => Html::default(),
        // A dialog is opened once its part is there.
        Some(Dialog::Examples) => loaded.documents.map(|part| (part.library)()).unwrap_or_default(),
        Some(Dialog::Course(result)) => {
            loaded.lessons.map(|part| (part.course)(result.clone())).unwrap_or_default()
        }
        Some(Dialog::Restart(command)) => {
            loaded.documents.map(|part| (part.restart)(&session, command)).unwrap_or_default()
        }
        Some(Dialog::Conversation(followed)) => {
            loaded.instruments.map(|part| (part.conversation)(followed)).unwrap_or_default()
        }
        Some(Dialog::Share(shared)) => loaded.extras.map(|part| (part.share)(shared)).unwrap_or_default(),
        Some(Dialog::Help) => {
            loaded.extras.map(|part| (part.help)(&session, props.shortcuts, props.detail)).unwrap_or_default()
        }
        Some(Dialog::BadLink(trouble)) => bad_link(trouble),
    }
}

/// A link or a file that could not be opened.
fn bad_link(trouble: &Trouble) -> Html {
    html! {
        <Modal key={trouble.title} title={trouble.title}>
            <p>{ &trouble.what }</p>
            if !trouble.faults.is_empty() {
                <ul class="faults">
                    { for trouble.faults.iter().map(|mark| html! {
                        <li><code>{ &mark.place }</code><span>{ &mark.message }</span></li>
                    }) }
                </ul>
            }
            <p>{ t!("Your network is still here, behind this message.") }</p>
            <p class="actions">
                <button type="button" class="button primary" onclick={Callback::from(|event: MouseEvent| close_around(&event))}>
                    { t!("Go on") }
                </button>
            </p>
        </Modal>
    }
}
