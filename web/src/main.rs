//! Packetarium: the page.
//!
//! | module | what it is |
//! |---|---|
//! | [`lab`] | the scenario being watched: world, playhead, speed; knows nothing of the browser |
//! | [`stage`] | the canvas: draws the history at the playhead |
//! | [`show`] | the one loop that moves both, on the browser's animation frames ([`frame`]) |
//! | [`state`] | what the page is like besides: one value, changed in one place |
//! | [`components`] | what is rendered from the two |
//! | [`session`] | takes what a person does to where it belongs; address bar, storage, clipboard |
//! | [`opening`], [`storage`], [`shelf`] | what the page opens with, and what the browser keeps |
//! | [`run_form`], [`keys`], [`theme`], [`announce`], [`format`](mod@format) | small things that are tested without a browser |
//! | [`edit`], [`files`] | changing a scenario by hand; opening and saving it |
//! | [`embed`] | the page within another page |
//! | [`wall_clock`] | the speed test |
//! | [`dom`] | the few things that are asked of the document directly |
//! | [`crash`] | what a person sees when all this breaks |
//!
//! Data flows one way: what a person does becomes a [`lab::Command`] or a [`state::Change`]; the lab makes a
//! [`lab::view::View`]; the page is rendered from it. Nothing is rendered by Yew more than ten times a second.

mod announce;
mod app;
mod components;
mod crash;
mod dom;
mod embed;
mod files;
mod film;
mod frame;
mod keys;
mod opening;
mod session;
mod shelf;
mod show;
mod stage;
mod state;
mod storage;
mod strip;
mod theme;
mod wall_clock;
mod workspace;

fn main() {
    crash::install();
    let opened = session::Session::open();
    let root = dom::element("app").expect("index.html has a place for the page");
    yew::Renderer::<app::App>::with_root_and_props(root.into(), app::Props { opened }).render();
}
