//! A conversation as text: what the two ends of a connection said, each in a color of its own.

use super::modal::Modal;
use super::{on, use_session};
use crate::files::save_as;
use crate::state::Change;
use crate::workspace::Tab;
use lab::command::Look;
use lab::packets::Observe;
use lab::packets::followed::{Followed, Voice};
use markup::html;
use std::rc::Rc;
use texts::t;
use yew::prelude::*;

/// Properties of [`Conversation`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What was said.
    pub followed: Rc<Followed>,
}

/// The dialog.
pub fn conversation(followed: &Rc<Followed>) -> Html {
    html! { <Conversation key="conversation" followed={followed.clone()} /> }
}

#[component]
fn Conversation(props: &Props) -> Html {
    let session = use_session();
    let voice = use_state_eq(Voice::default);
    let followed = &props.followed;
    let (paragraphs, is_cut) = followed.paragraphs(*voice);
    let is_silent = paragraphs.is_empty();
    let choice = |of: Voice, name: String| {
        let set = voice.setter();
        html! {
            <button type="button" class="chip" aria-pressed={(*voice == of).to_string()}
                onclick={Callback::from(move |_: MouseEvent| set.set(of))}>{ name }</button>
        }
    };
    let text = {
        let (followed, voice) = (followed.clone(), *voice);
        move || followed.text(voice)
    };
    let (to_copy, to_save) = (text.clone(), text);
    let name = format!("{}.txt", followed.title.to_ascii_lowercase().replace(' ', "-"));
    let filter = followed.filter.clone();
    html! {
        <Modal title={followed.title.clone()}>
            <div class="conversation-choice" role="group" aria-label={t!("Whose words")}>
                { choice(Voice::Both, t!("Both").into()) }
                { choice(Voice::One(0), followed.ends[0].clone()) }
                { choice(Voice::One(1), followed.ends[1].clone()) }
            </div>
            <div class="conversation" tabindex="0" role="group" aria-label={t!("What was said")}>
                { for paragraphs.into_iter().map(|(first, text)| html! {
                    <pre class={if first { "said-first" } else { "said-second" }}>
                        <span class="visually-hidden">{ if first { t!("The first end:") } else { t!("The second end:") } }{ " " }</span>{ text }
                    </pre>
                }) }
                if is_silent { <p class="empty">{ t!("Nothing was said.") }</p> }
                if is_cut { <p class="hint">{ t!("There is more: save it to read all.") }</p> }
            </div>
            <p class="actions">
                <button type="button" class="button primary" onclick={on(&session, move |session| {
                    session.change(Change::Close);
                    session.perform(Look::Observe(Observe::Filter(filter.clone())));
                    session.open_drawer(Some(Tab::Packets));
                })}>{ t!("Show only its packets") }</button>
                <button type="button" class="button" onclick={on(&session, move |session| session.copy(to_copy()))}>{ t!("Copy") }</button>
                <button type="button" class="button" onclick={Callback::from(move |_: MouseEvent| {
                    save_as(&name, "text/plain", to_save().as_bytes());
                })}>{ t!("Save") }</button>
            </p>
        </Modal>
    }
}
