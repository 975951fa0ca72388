//! A dialog over the page. The browser's own `<dialog>`: it keeps the focus inside, closes on Escape, and gives the
//! focus back.

use super::icon::{Glyph, icon};
use super::use_session;
use crate::state::Change;
use markup::html;
use texts::t;
use wasm_bindgen::JsCast;
use web_sys::HtmlDialogElement;
use yew::prelude::*;

/// Properties of [`Modal`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Its heading.
    pub title: AttrValue,
    /// Its content.
    pub children: Html,
}

/// A dialog over the page.
#[component]
pub fn Modal(props: &Props) -> Html {
    let session = use_session();
    let dialog = use_node_ref();
    {
        let dialog = dialog.clone();
        use_effect_with((), move |()| {
            let dialog: HtmlDialogElement = dialog.cast().expect("the dialog is rendered");
            // It can only fail if it is open already.
            let _ = dialog.show_modal();
        });
    }
    let close = {
        let dialog = dialog.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(dialog) = dialog.cast::<HtmlDialogElement>() {
                dialog.close();
            }
        })
    };
    // A click beside it: everything that is in it lies on its one child.
    let onclick = Callback::from(|event: MouseEvent| {
        if let Some(dialog) = event.target().and_then(|target| target.dyn_into::<HtmlDialogElement>().ok()) {
            dialog.close();
        }
    });
    html! {
        <dialog ref={dialog} class="modal" aria-labelledby="modal-title" {onclick}
            onclose={super::on(&session, |session| session.change(Change::Close))}>
            <div class="modal-body">
                <div class="modal-head">
                    <h2 id="modal-title">{ &props.title }</h2>
                    <button type="button" class="button quiet icon-only" aria-label={t!("Close")} onclick={close}>
                        { icon(Glyph::Close) }
                    </button>
                </div>
                { props.children.clone() }
            </div>
        </dialog>
    }
}

/// Closes the dialog that an event came from.
pub fn close_around(event: &MouseEvent) {
    let element: web_sys::Element = event.target_unchecked_into();
    if let Ok(Some(dialog)) = element.closest("dialog") {
        dialog.unchecked_into::<HtmlDialogElement>().close();
    }
}
