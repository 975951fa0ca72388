//! The dialog that explains the page.

use super::modal::Modal;
use crate::announce::Detail;
use crate::keys;
use crate::language;
use crate::session::Session;
use markup::html;
use texts::t;
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
    let sounds = {
        let session = session.clone();
        Callback::from(move |event: Event| {
            session.set_sounds(event.target_unchecked_into::<HtmlInputElement>().checked());
        })
    };
    html! {
        <Modal key="An aquarium for packets" title={t!("An aquarium for packets")}>
            <p>
                { t!("You are looking at a network of real TCP/IP stacks, running in this browser tab. Each capsule is one \
                   Ethernet frame, drawn while it is on the wire, at a speed at which it can be followed.") }
            </p>
            <ul>
                <li>{ t!("Click a host, a switch, a router, a cable or a frame to look inside.") }</li>
                <li>{ t!("Start a ping, a traceroute, an iperf run and others from the Runs pane.") }</li>
                <li>{ t!("Pause, step, change the speed of time, or drag the time line back: everything shows what was true then.") }</li>
                <li>{ t!("Change the past: start a run or pull a cable. Time goes on from there in a new branch.") }</li>
                <li>{ t!("Compare two branches: their sequences side by side, durations, and dashed outlines of frames that are under way only in the other one.") }</li>
                <li>{ t!("Click a frame and drop it: a branch shows what happens without it. Clear a switch’s table, or switch a port off.") }</li>
                <li>{ t!("Open Packets, Sequence, Graphs or Log below the stage to see every frame, filter them, and save them.") }</li>
                <li>{ t!("Keep a node’s tables on the stage, and show addresses on frames (in Colors): what a router rewrites flashes.") }</li>
                <li>{ t!("Drag the drawing to move it; zoom with the wheel or two fingers.") }</li>
                <li>{ t!("Press Edit to draw a network yourself: add hosts and switches, and draw cables between them.") }</li>
                <li>{ t!("Share the experiment as a link. It plays the same for everyone.") }</li>
            </ul>
            { languages() }
            <div class="field">
                <label for="announce">{ t!("A screen reader reads out") }</label>
                <select id="announce" onchange={announce}>
                    { for Detail::ALL.iter().map(|(choice, value, says)| html! {
                        <option key={*value} value={*value} selected={*choice == detail}>{ texts::of(says) }</option>
                    }) }
                </select>
            </div>
            <label class="switch">
                <input type="checkbox" role="switch" ~defaultChecked={session.settings().sounds} onchange={sounds} />
                <span>{ t!("Sounds: a note for each frame that arrives, a low one for a drop") }</span>
            </label>
            <h3>{ t!("Keys") }</h3>
            <label class="switch">
                <input type="checkbox" role="switch" checked={single_keys} onchange={shortcuts} />
                <span>{ t!("Shortcuts with single keys") }</span>
            </label>
            <dl class="keys">
                { for keys::ALL.iter().map(|(name, _, meaning)| html! {
                    <div key={*name}><dt><kbd>{ *name }</kbd></dt><dd>{ texts::of(meaning) }</dd></div>
                }) }
            </dl>
            <h3>{ t!("Keys while editing") }</h3>
            <dl class="keys">
                { for keys::EDITOR.iter().map(|(name, meaning)| html! {
                    <div key={*name}><dt><kbd>{ *name }</kbd></dt><dd>{ texts::of(meaning) }</dd></div>
                }) }
            </dl>
        </Modal>
    }
}

/// The choice of the page's language, if there is one.
fn languages() -> Html {
    let all = language::all();
    if all.len() < 2 {
        return Html::default();
    }
    let choose = Callback::from(|event: Event| {
        language::choose(&event.target_unchecked_into::<HtmlSelectElement>().value());
    });
    html! {
        <div class="field">
            <label for="language">{ t!("Language") }</label>
            <select id="language" onchange={choose}>
                { for all.into_iter().map(|choice| html! {
                    <option key={choice.tag.clone()} value={choice.tag.clone()} lang={choice.tag.clone()} selected={choice.is_chosen}>{ choice.name }</option>
                }) }
            </select>
        </div>
    }
}
