//! The parts of the page, one file each. They render their properties and pass a person's actions to the [`Session`].
//!
//! None of them is rendered more than ten times a second, and none whose properties are as they were.

mod action_button;
mod branches;
mod cell;
mod dialogs;
mod divider;
mod document_pane;
mod drawer;
mod filter_bar;
mod frame_sheet;
mod graphs;
mod icon;
mod impairments;
mod inspector;
mod item_field;
mod item_panel;
mod legend;
mod library;
mod log;
mod modal;
mod packets;
mod plot;
mod problem_list;
mod run_card;
mod runs_pane;
mod sequence;
mod share;
mod side_pane;
mod speed_test;
mod stage_pane;
mod start_form;
mod status;
mod tabs;
mod timeline;
mod toasts;
mod toolbar;
mod top_bar;
mod transport;

pub use dialogs::Dialogs;
pub use drawer::Drawer;
pub use side_pane::SidePane;
pub use stage_pane::StagePane;
pub use status::status;
pub use toasts::toasts;
pub use top_bar::TopBar;
pub use transport::Transport;

use crate::session::Session;
use yew::prelude::*;

/// The page's session.
#[hook]
fn use_session() -> Session {
    use_context().expect("the page provides its session")
}

/// A callback that acts on the session, whatever the event carries.
fn on<E>(session: &Session, act: impl Fn(&Session) + 'static) -> Callback<E> {
    let session = session.clone();
    Callback::from(move |_| act(&session))
}
