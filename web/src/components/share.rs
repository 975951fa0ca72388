//! A link to what is on the page, for a chat, a screen or a course page.

use super::modal::Modal;
use super::{on, use_session};
use crate::dom::copy;
use crate::picture;
use crate::state::Shared;
use lab::format;
use markup::html;
use qrcodegen::{QrCode, QrCodeEcc};
use scenario::link::with_moment;
use texts::t;
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlInputElement, HtmlTextAreaElement};
use yew::prelude::*;

/// Properties of [`Share`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What can be shared.
    pub shared: Shared,
}

/// A link to what is on the page.
#[component]
pub fn Share(props: &Props) -> Html {
    let session = use_session();
    let shared = &props.shared;
    let copied = use_state(|| shared.copied);
    let (at_moment, by_hand) = (use_state(|| false), use_state(|| false));
    let field = use_node_ref();
    let link = {
        let base = shared.links.happened.as_ref().filter(|_| *by_hand).unwrap_or(&shared.links.link);
        if *at_moment { with_moment(base, shared.links.at) } else { base.clone() }
    };
    let choose = |choice: &UseStateHandle<bool>| {
        let (choice, copied) = (choice.clone(), copied.clone());
        Callback::from(move |event: Event| {
            choice.set(event.target_unchecked_into::<HtmlInputElement>().checked());
            // What is on the clipboard is another link.
            copied.set(false);
        })
    };
    let copy_again = {
        let (link, copied, field) = (link.clone(), copied.clone(), field.clone());
        Callback::from(move |_: MouseEvent| {
            let (link, copied, field) = (link.clone(), copied.clone(), field.clone());
            spawn_local(async move {
                let done = copy(&link).await;
                if let Some(field) = field.cast::<HtmlTextAreaElement>().filter(|_| !done) {
                    let _ = field.focus();
                    field.select();
                }
                copied.set(done);
            });
        })
    };
    let select = Callback::from(|event: FocusEvent| {
        event.target_unchecked_into::<HtmlTextAreaElement>().select();
    });
    html! {
        <Modal key="Share" title={t!("Share")}>
            if *copied {
                <p role="status"><strong>{ t!("The link is on your clipboard.") }</strong></p>
            } else if shared.copied {
                <p role="status">{ t!("This link is not on your clipboard yet: copy it.") }</p>
            } else {
                <p role="status">{ t!("The browser did not let the page copy. Select the link and copy it by hand:") }</p>
            }
            <label class="field" for="share-link"><span>{ t!("Link") }</span></label>
            <textarea id="share-link" ref={field} class="share-link" readonly=true rows="4" spellcheck="false"
                value={link.clone()} onfocus={select.clone()} />
            <label class="switch">
                <input type="checkbox" role="switch" checked={*at_moment} onchange={choose(&at_moment)} />
                <span>{ t!("Open at this moment, {}\u{a0}s", format::clock(shared.links.at)) }</span>
            </label>
            if shared.links.happened.is_some() {
                <label class="switch">
                    <input type="checkbox" role="switch" checked={*by_hand} onchange={choose(&by_hand)} />
                    <span>{ t!("Include the changes that you made while it ran") }</span>
                </label>
            }
            <p>
                if shared.links.happened.is_some() && !*by_hand {
                    { t!("It holds the network as it is now and every run that you started. The network was changed while it ran, and the \
                       link begins with the changes: its history is another than the one seen here. Nothing is stored on a server.") }
                } else {
                    { t!("It holds the whole experiment: the network, its settings, and every run that you started, at its exact \
                   moment. Everyone who opens it sees the same history, down to the last byte. Nothing is stored on a server.") }
                }
            </p>
            <p class="actions">
                <button type="button" class="button primary" onclick={copy_again}>{ t!("Copy link") }</button>
                <span class="hint">{ format!("{} characters", link.len()) }</span>
            </p>
            <details>
                <summary>{ t!("As a picture") }</summary>
                <p class="hint">{ t!("The drawing as it is now: in pixels (PNG), or as sharp at any size (SVG).") }</p>
                <p class="actions">
                    <button type="button" class="button" onclick={on(&session, picture::copy)}>{ t!("Copy picture") }</button>
                    <button type="button" class="button" onclick={on(&session, picture::save)}>{ t!("Save picture") }</button>
                    <button type="button" class="button" onclick={on(&session, picture::save_svg)}>{ t!("Save as SVG") }</button>
                </p>
            </details>
            <details>
                <summary>{ t!("As a QR code") }</summary>
                { qr_code(&link) }
            </details>
            <details>
                <summary>{ t!("In a course page") }</summary>
                <label class="field" for="embed-code"><span>{ t!("HTML for the course page") }</span></label>
                <textarea id="embed-code" class="share-link" readonly=true rows="4" spellcheck="false" onfocus={select}
                    value={embed_code(&link)} />
            </details>
        </Modal>
    }
}

/// The link as a QR code (ISO/IEC 18004), dark on light in both themes: cameras look for that.
fn qr_code(link: &str) -> Html {
    let Ok(code) = QrCode::encode_text(link, QrCodeEcc::Low) else {
        return html! { <p>{ t!("This link is too long for a QR code. The limit is 2 953 characters.") }</p> };
    };
    // The standard wants four modules of quiet around it.
    const QUIET: i32 = 4;
    let size = code.size();
    let mut path = String::new();
    for y in 0..size {
        for x in (0..size).filter(|&x| code.get_module(x, y)) {
            path += &format!("M{} {}h1v1h-1z", x + QUIET, y + QUIET);
        }
    }
    let whole = (size + 2 * QUIET).to_string();
    html! {
        <svg class="qr" viewBox={format!("0 0 {whole} {whole}")} role="img" aria-label={t!("QR code")} shape-rendering="crispEdges">
            <rect class="qr-ground" width={whole.clone()} height={whole} />
            <path class="qr-ink" d={path} />
        </svg>
    }
}

/// The link as a part of another page.
fn embed_code(link: &str) -> String {
    let (page, fragment) = link.split_once('#').unwrap_or((link, ""));
    let page = page.split('?').next().unwrap_or_default();
    // A link made here has nothing in it that would have to be escaped.
    format!(
        r#"<iframe src="{page}?embed&amp;controls=time#{fragment}" title="Packetarium" width="100%" height="480"></iframe>"#
    )
}
