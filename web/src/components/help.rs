//! The dialog that explains the page.

use super::modal::Modal;
use crate::announce::Detail;
use crate::keys;
use crate::session::Session;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

/// What the page is for, and its keys.
pub fn help(session: &Session, single_keys: bool, detail: Detail) -> Html {
    let shortcuts = {
        let session = session.clone();
        Callback::from(move |event: Event| {
            session.set_shortcuts(event.target_unchecked_into::<HtmlInputElement>().checked());
        })
    };
    let announce = {
        let session = session.clone();
        Callback::from(move |event: Event| {
            let value = event.target_unchecked_into::<HtmlSelectElement>().value();
            session.set_detail(Detail::from_value(&value).unwrap_or_default());
        })
    };
    html! {
        <Modal key="An aquarium for packets" title="An aquarium for packets">
            <p>
                { "You are looking at a network of real TCP/IP stacks, running in this browser tab. Each capsule is one \
                   Ethernet frame, drawn while it is on the wire, at a speed at which it can be followed." }
            </p>
            <ul>
                <li>{ "Click a host, a switch, a router, a cable or a frame to look inside." }</li>
                <li>{ "Start a ping, a traceroute, an iperf run and others from the Runs pane." }</li>
                <li>{ "Pause, step, change the speed of time, or drag the time line back: everything shows what was true then." }</li>
                <li>{ "Change the past: start a run or pull a cable. Time goes on from there in a new branch." }</li>
                <li>{ "Click a frame and drop it: a branch shows what happens without it. Clear a switch’s table, or switch a port off." }</li>
                <li>{ "Open Packets, Sequence, Graphs or Log below the stage to see every frame, filter them, and save them." }</li>
                <li>{ "Drag the drawing to move it; zoom with the wheel or two fingers." }</li>
                <li>{ "Press Edit to draw a network yourself: add hosts and switches, and draw cables between them." }</li>
                <li>{ "Share the experiment as a link. It plays the same for everyone." }</li>
            </ul>
            <div class="field">
                <label for="announce">{ "A screen reader reads out" }</label>
                <select id="announce" onchange={announce}>
                    { for Detail::ALL.iter().map(|(choice, value, says)| html! {
                        <option key={*value} value={*value} selected={*choice == detail}>{ *says }</option>
                    }) }
                </select>
            </div>
            <h3>{ "Keys" }</h3>
            <label class="switch">
                <input type="checkbox" role="switch" checked={single_keys} onchange={shortcuts} />
                <span>{ "Shortcuts with single keys" }</span>
            </label>
            <dl class="keys">
                { for keys::ALL.iter().map(|(name, _, meaning)| html! {
                    <div key={*name}><dt><kbd>{ *name }</kbd></dt><dd>{ *meaning }</dd></div>
                }) }
            </dl>
            <h3>{ "Keys while editing" }</h3>
            <dl class="keys">
                { for keys::EDITOR.iter().map(|(name, meaning)| html! {
                    <div key={*name}><dt><kbd>{ *name }</kbd></dt><dd>{ *meaning }</dd></div>
                }) }
            </dl>
        </Modal>
    }
}
