//! The lines below the panes: how far the world has run, and the hash of all that happened.

use lab::format;
use markup::html;
use netlab::Instant;
use netlab::history::Limits;
use texts::t;
use yew::prelude::*;

/// The lines below the panes: up to when the world has run and the hash of all that happened up to then; how many bytes the history
/// holds; before `complete_since` frames have been forgotten.
pub fn status((at, hash): (Instant, u64), kept: usize, complete_since: Instant) -> Html {
    let most = Limits::default().frame_bytes;
    html! {
        <footer class="status">
            <p title={t!("The same scenario always gives the same history, on every machine. Compare this number to be sure.")}>
                { t!("History") }{ " " }<code id="history-hash">{ format::hash(hash) }</code>
                { " " }<span class="digits">{ t!("at {}\u{a0}s", format::clock(at)) }</span>
            </p>
            if complete_since > Instant::ZERO {
                <p>{ t!("Frames before {}\u{a0}s have been removed to save memory.", format::clock(complete_since)) }</p>
            }
            if kept > 0 {
                <p title={t!("The history keeps at most 256 MiB of frames, and 400 000 frames on wires. Then it removes the oldest. Tables, runs, counters and the hash stay complete.")}>
                    { t!("History holds {} of about {}", format::buffer(kept), format::buffer(most)) }
                </p>
            }
            <p>{ t!("Real TCP/IP stacks, running in this tab. Nothing leaves it.") }</p>
        </footer>
    }
}
