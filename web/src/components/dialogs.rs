//! What can lie over the page: two branches side by side, help, a link that could not be opened.

use super::branches::compared;
use super::library::Library;
use super::modal::{Modal, close_around};
use super::share::Share;
use super::use_session;
use crate::announce::Detail;
use crate::keys;
use crate::opening::Trouble;
use crate::session::Session;
use crate::state::Dialog;
use lab::Command;
use lab::compare::CompareView;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

/// Properties of [`Dialogs`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Which.
    pub dialog: Option<Dialog>,
    /// Whether single keys do something.
    pub shortcuts: bool,
    /// How much a screen reader reads out.
    pub detail: Detail,
    /// What is found of two branches.
    pub compared: Option<CompareView>,
}

/// What lies over the page, if anything does. Each has a key, so that one that follows another is opened anew: the first
/// may be closed already, with the word of it still on its way.
#[component]
pub fn Dialogs(props: &Props) -> Html {
    let session = use_session();
    match &props.dialog {
        None => Html::default(),
        Some(Dialog::Examples) => html! { <Library /> },
        Some(Dialog::Share(shared)) => html! { <Share shared={shared.clone()} /> },
        Some(Dialog::Compare) => html! {
            <Modal key="Two branches" title="Two branches">{ compared(&session, props.compared.as_ref()) }</Modal>
        },
        Some(Dialog::Help) => help(&session, props.shortcuts, props.detail),
        Some(Dialog::BadLink(trouble)) => bad_link(trouble),
        Some(Dialog::Restart(command)) => restart(&session, command),
    }
}

/// What all this is.
fn help(session: &Session, single_keys: bool, detail: Detail) -> Html {
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
                <li>{ "Act in the past, start a run or change a cable, and it goes on from there in a branch of its own." }</li>
                <li>{ "Click a frame and lose it: the same happens again without it, in a branch. Clear a switch’s table, or switch a port off." }</li>
                <li>{ "Open Packets, Sequence, Graphs or Log below the stage to see every frame, filter them, and take them away." }</li>
                <li>{ "Drag the drawing to move it; zoom with the wheel or two fingers." }</li>
                <li>{ "Press Edit to draw a network yourself: add hosts and switches, and pull cables between them." }</li>
                <li>{ "Share the experiment as a link: it plays the same for everybody." }</li>
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
                <span>{ "Single keys do something" }</span>
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

/// The network would have to start again.
fn restart(session: &Session, command: &Command) -> Html {
    let agree = {
        let (session, command) = (session.clone(), command.clone());
        Callback::from(move |event: MouseEvent| {
            close_around(&event);
            session.perform(Command::Agreed(Box::new(command.clone())));
        })
    };
    html! {
        <Modal key="Start again?" title="Start again?">
            <p>
                { "This change cannot be made to a network that is running. With it, the network starts again from the \
                   beginning; every run that you started stays planned for its moment." }
            </p>
            <p class="actions">
                <button type="button" class="button primary" onclick={agree}>{ "Change it and start again" }</button>
                <button type="button" class="button" onclick={Callback::from(|event: MouseEvent| close_around(&event))}>
                    { "Leave it as it is" }
                </button>
            </p>
        </Modal>
    }
}

/// A link or a file that could not be opened.
fn bad_link(trouble: &Trouble) -> Html {
    html! {
        <Modal key={trouble.title} title={trouble.title}>
            <p>{ &trouble.what }</p>
            if !trouble.faults.is_empty() {
                <ul class="faults">
                    { for trouble.faults.iter().map(|(place, message)| html! {
                        <li><code>{ place }</code><span>{ message }</span></li>
                    }) }
                </ul>
            }
            <p>{ "What you had is still here, behind this message." }</p>
            <p class="actions">
                <button type="button" class="button primary" onclick={Callback::from(|event: MouseEvent| close_around(&event))}>
                    { "Go on" }
                </button>
            </p>
        </Modal>
    }
}
