//! The bar at the top: whose page this is, and what can be done with the whole of it.

use super::icon::{Glyph, icon};
use super::{on, use_session};
use crate::stage::palette::Theme;
use crate::state::{Change, Dialog};
use crate::system::System;
use markup::html;
use texts::t;
use yew::prelude::*;

/// Properties of [`TopBar`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What is seen, light or dark.
    pub theme: Theme,
}

/// The bar at the top.
#[component]
pub fn TopBar(props: &Props) -> Html {
    let session = use_session();
    let (glyph, other) = match props.theme {
        Theme::Light => (Glyph::Moon, t!("Dark colors")),
        Theme::Dark => (Glyph::Sun, t!("Light colors")),
    };
    let toggle = on(&session, |session| {
        session.set_theme(session.settings().theme.toggled(System::new().is_dark()));
    });
    let open = |dialog: Dialog| on(&session, move |session| session.change(Change::Open(dialog.clone())));
    html! {
        <header class="top-bar">
            <div class="brand">
                { icon(Glyph::Fish) }
                <h1>{ t!("Packetarium") }</h1>
            </div>
            <nav class="top-actions" aria-label={t!("Page")}>
                <button type="button" class="button quiet" onclick={open(Dialog::Course(None))}>
                    { icon(Glyph::Course) }<span class="wide-only">{ t!("Lessons") }</span>
                    <span class="narrow-only visually-hidden">{ t!("Lessons") }</span>
                </button>
                <button type="button" class="button quiet" onclick={open(Dialog::Examples)}>
                    { icon(Glyph::Tiles) }<span class="wide-only">{ t!("Examples") }</span>
                    <span class="narrow-only visually-hidden">{ t!("Examples") }</span>
                </button>
                <button type="button" class="button quiet" onclick={on(&session, |session| session.share())}>
                    { icon(Glyph::Share) }<span class="wide-only">{ t!("Share") }</span>
                    <span class="narrow-only visually-hidden">{ t!("Share") }</span>
                </button>
                <button type="button" class="button quiet icon-only" aria-label={other} title={other} onclick={toggle}>
                    { icon(glyph) }
                </button>
                <button type="button" class="button quiet icon-only" aria-label={t!("Help")} title={t!("Help (?)")}
                    onclick={open(Dialog::Help)}>
                    { icon(Glyph::Help) }
                </button>
            </nav>
        </header>
    }
}
