//! Packetarium: the page.
//!
//! | module | what it is |
//! |---|---|
//! | [`stage`] | the canvas: draws the history at the playhead |
//! | [`show`] | the one loop that runs the lab and draws the stage, on the browser's animation frames ([`frame`]) |
//! | [`sound`] | the notes of frames, if a person wants them |
//! | [`stopwatch`] | what each part of an animation frame takes, for [`lab::budget`] and for tests |
//! | [`state`] | the state of the page besides the lab: one value, changed in one place |
//! | [`components`] | what is rendered from lab and state |
//! | [`session`] | passes a person's actions to the lab or the state; address bar, storage, clipboard |
//! | [`opening`], [`storage`], [`shelf`] | what the page opens with, and what the browser keeps |
//! | [`parts`] | what is loaded after the first frames |
//! | [`keys`], [`theme`], [`announce`], [`workspace`] | what a key does, light and dark, what is read out, how the page is laid out |
//! | [`files`], [`film`] | opening and saving scenarios and captures; recording the stage as a video |
//! | [`language`] | the texts' language |
//! | [`embed`] | the page inside another page |
//! | [`wall_clock`] | the speed test |
//! | [`dom`], [`system`] | the few things that are asked of the browser's document and of the system's settings directly |
//! | [`crash`] | the error screen |
//!
//! Data flows one way: what a person does becomes a [`lab::Command`] or a [`state::Change`]; the lab makes a
//! [`lab::view::View`]; the page is rendered from it. Nothing is rendered by Yew more than ten times a second.

mod aim;
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
mod language;
mod layer;
mod lesson;
mod opening;
mod parts;
mod picture;
mod projector;
mod session;
mod shelf;
mod show;
mod sound;
mod stage;
mod state;
mod stopwatch;
mod storage;
mod strip;
mod system;
mod theme;
mod tutor;
mod wall_clock;
mod workspace;

fn main() {
    crash::install();
    wasm_bindgen_futures::spawn_local(async {
        // What was to be opened is still there: in the address bar and in the browser's storage.
        if language::first().await.is_err() {
            return crash::incomplete();
        }
        let Ok(opened) = session::Session::open().await else { return crash::incomplete() };
        let root = dom::element("app").expect("index.html has a place for the page");
        yew::Renderer::<app::App>::with_root_and_props(root.into(), app::Props { opened }).render();
    });
}
