//! The line at the bottom: how far the world has run, and the hash of all that happened.

use crate::format;
use netlab::Instant;
use yew::prelude::*;

/// Properties of [`Status`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Up to when the world has run, and the hash of all that happened up to then.
    pub edge: (Instant, u64),
    /// Before this moment frames have been forgotten.
    pub complete_since: Instant,
}

/// The line at the bottom.
#[component]
pub fn Status(props: &Props) -> Html {
    let (at, hash) = props.edge;
    html! {
        <footer class="status">
            <p title="The same scenario always gives the same history, on every machine. Compare this number to be sure.">
                { "History " }<code id="history-hash">{ format::hash(hash) }</code>
                { " at " }<span class="digits">{ format::clock(at) }{ "\u{a0}s" }</span>
            </p>
            if props.complete_since > Instant::ZERO {
                <p>{ "Frames before " }{ format::clock(props.complete_since) }{ "\u{a0}s are forgotten, to save memory." }</p>
            }
            <p class="wide-only">{ "Real TCP/IP stacks, running in this tab. Nothing leaves it." }</p>
        </footer>
    }
}
