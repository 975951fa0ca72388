//! The parts of the page, one file each. They render their properties and pass a person's actions to the [`Session`].
//!
//! None is rendered more than ten times a second, and none whose properties have not changed.

mod action_button;
mod branches;
mod browser;
mod card;
mod cell;
mod chapters;
mod compare;
mod console;
mod conversation;
mod course;
mod dialogs;
mod divider;
mod dock;
mod document_pane;
mod drawer;
mod filter_bar;
mod frame_sheet;
mod grades;
mod graphs;
mod help;
mod icon;
mod impairments;
mod inspector;
mod instruments;
mod item_field;
mod item_panel;
mod legend;
mod lesson_pane;
mod library;
mod log;
mod meetings;
mod memory_cards;
mod modal;
mod packet_find;
mod packet_menu;
mod packets;
mod part_note;
mod plot;
mod problem_list;
mod prose;
mod restart;
mod run_card;
mod runs_pane;
mod sequence;
mod share;
mod side_pane;
mod speed_test;
mod stage_pane;
mod stage_words;
mod start_form;
mod status;
mod tabs;
mod thumbnail;
mod timeline;
mod toasts;
mod toolbar;
mod top_bar;
mod transport;
mod workshop;
mod workshop_goals;
mod workshop_whole;

pub use conversation::conversation;
pub use dialogs::Dialogs;
pub use dock::Dock;
pub use drawer::Drawer;
pub use help::help;
pub use inspector::inspector;
pub use lesson_pane::lesson_pane;
pub use meetings::meetings;
pub use memory_cards::{memory_cards, toggle_memory};
pub use prose::Explain;
pub use restart::restart;
pub use runs_pane::runs_pane;
pub use side_pane::SidePane;
pub use stage_pane::StagePane;
pub use stage_words::stage_words;
pub use toasts::{announce, toasts};
pub use top_bar::TopBar;
pub use transport::Transport;
pub use workshop::workshop_pane;

use crate::aim::Aim;
use crate::opening::Trouble;
use crate::session::Session;
use crate::state::{Remembered, Shared};
use crate::workspace::Tab;
use lab::view::{Tools, View};
use markup::html;
use std::rc::Rc;
use trace::selection::Selection;
use yew::prelude::*;

// The faces of parts that are loaded later: see `crate::parts`.

/// The open instrument.
pub fn instruments(tab: Option<Tab>, view: &Rc<View>) -> Html {
    html! { <instruments::Instruments {tab} view={view.clone()} /> }
}

/// The consoles and web browsers of the hosts.
pub fn console(open: Option<Tab>, view: &Rc<View>) -> Html {
    html! { <console::Console {open} view={view.clone()} /> }
}

/// The Document pane.
pub fn document(view: &View, repair: Option<&Rc<Trouble>>) -> Html {
    html! {
        <document_pane::DocumentPane problems={view.problems.clone()} revision={view.revision} repair={repair.cloned()} />
    }
}

/// The form of a node or a link.
pub fn item_panel(item: Selection, view: &View) -> Html {
    let here = view.problems.iter().filter(|problem| problem.at == Some(item)).cloned();
    let problems: Rc<[_]> = here.collect();
    html! {
        <>
            if !problems.is_empty() {
                <problem_list::ProblemList {problems} />
            }
            <item_panel::ItemPanel {item} revision={view.revision} />
        </>
    }
}

/// The cards on the stage.
pub fn cards(session: &Session, view: &View, aim: Option<Aim>, open: &[Remembered]) -> Html {
    card::cards(session, view, aim, open)
}

/// The editor's tools.
pub fn toolbar(tools: &Tools) -> Html {
    html! { <toolbar::Toolbar tools={tools.clone()} /> }
}

/// The dialog with the examples.
pub fn library() -> Html {
    html! { <library::Library /> }
}

/// The dialog with the lessons.
pub fn course(result: Option<Rc<str>>) -> Html {
    html! { <course::Course {result} /> }
}

/// The dialog with the link.
pub fn share(shared: &Shared) -> Html {
    html! { <share::Share shared={shared.clone()} /> }
}

/// The speed test.
pub fn speed_test() -> Html {
    html! { <speed_test::SpeedTest /> }
}

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
