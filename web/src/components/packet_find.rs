//! Finding a text in the packet list.

use super::use_session;
use crate::frame::next_frame;
use crate::session::Session;
use lab::command::Look;
use lab::packets::find::{Progress, Search};
use markup::html;
use texts::t;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// Properties of [`PacketFind`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Closes it.
    pub close: Callback<()>,
}

/// The number of lines that are searched in one animation frame.
const LINES: usize = 250;

/// The field, and two buttons: the next one, the one before.
#[component]
pub fn PacketFind(props: &Props) -> Html {
    let session = use_session();
    let input = use_node_ref();
    let says = use_state_eq(|| "");
    {
        let input = input.clone();
        use_effect_with((), move |()| {
            if let Some(input) = input.cast::<HtmlInputElement>() {
                let _ = input.focus();
            }
        });
    }
    let find = {
        let (session, input, says) = (session, input.clone(), says.setter());
        move |forward: bool| {
            let Some(input) = input.cast::<HtmlInputElement>() else { return };
            spawn_local(search(session.clone(), input.value(), forward, says.clone()));
        }
    };
    let onkeydown = {
        let (find, close) = (find.clone(), props.close.clone());
        Callback::from(move |event: KeyboardEvent| {
            match event.key().as_str() {
                "Enter" => find(!event.shift_key()),
                "Escape" => close.emit(()),
                _ => return,
            }
            event.prevent_default();
        })
    };
    let button = |name: &'static str, forward: bool| {
        let find = find.clone();
        html! { <button type="button" class="button" onclick={Callback::from(move |_: MouseEvent| find(forward))}>{ name }</button> }
    };
    let close = props.close.reform(|_: MouseEvent| ());
    html! {
        <div class="packets-find" role="search" aria-label={t!("In the packet list")}>
            <input ref={input} type="search" class="filter-input" aria-label={t!("Find text")} placeholder={t!("Find, such as  SYN  or  10.0.0.2")}
                autocomplete="off" autocapitalize="off" spellcheck="false" {onkeydown} />
            { button(t!("Next"), true) }
            { button(t!("Previous"), false) }
            <button type="button" class="button quiet" onclick={close}>{ t!("Close") }</button>
            <span class="packets-count" role="status">{ *says }</span>
        </div>
    }
}

async fn search(session: Session, text: String, forward: bool, says: UseStateSetter<&'static str>) {
    says.set("");
    let mut search = Search::new(&session.lab().borrow(), &text, forward);
    loop {
        let progress = search.look(&session.lab().borrow(), LINES);
        match progress {
            Progress::Found(number) => return session.perform(Look::Packet(number)),
            Progress::Nothing => return says.set(t!("No line has this text.")),
            Progress::GoOn => {
                says.set(t!("Searching …"));
                next_frame().await;
            }
        }
    }
}
