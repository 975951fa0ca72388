//! The lines below the panes: how far the world has run, and the hash of all that happened.

use lab::format;
use netlab::Instant;
use netlab::history::Limits;
use yew::prelude::*;

/// The lines below the panes: up to when the world has run and the hash of all that happened up to then; how many bytes the history
/// holds; before `complete_since` frames have been forgotten.
pub fn status((at, hash): (Instant, u64), kept: usize, complete_since: Instant) -> Html {
    let most = Limits::default().frame_bytes;
    html! {
        <footer class="status">
            <p title="The same scenario always gives the same history, on every machine. Compare this number to be sure.">
                { "History " }<code id="history-hash">{ format::hash(hash) }</code>
                { " at " }<span class="digits">{ format::clock(at) }{ "\u{a0}s" }</span>
            </p>
            if complete_since > Instant::ZERO {
                <p>{ "Frames before " }{ format::clock(complete_since) }{ "\u{a0}s have been removed to save memory." }</p>
            }
            if kept > 0 {
                <p title="The history keeps at most 256 MiB of frames, and 400 000 frames on wires. Then it removes the oldest. Tables, runs, counters and the hash stay complete.">
                    { "History holds " }{ format::buffer(kept) }{ " of about " }{ format::buffer(most) }
                </p>
            }
            <p>{ "Real TCP/IP stacks, running in this tab. Nothing leaves it." }</p>
        </footer>
    }
}
