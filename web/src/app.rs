//! The root component. It connects the session with the panels, the keyboard, the address bar, and the end of the tab.

use crate::components::{Dialogs, Dock, Drawer, SidePane, StagePane, TopBar, Transport, announce, toasts};
use crate::dom::window;
use crate::embed;
use crate::keys::{self, Focus, Key};
use crate::parts::{Part, load_when_idle};
use crate::projector;
use crate::session::{Opened, Session};
use crate::show;
use crate::state::{Change, Dialog, Page, Pane};
use crate::stopwatch::Stopwatch;
use crate::system::System;
use crate::theme;
use crate::workspace::Tab;
use gloo::events::{EventListener, EventListenerOptions};
use lab::command::{Clock, Editor, Look};
use lab::travel::Travel;
use lab::view::View;
use markup::html;
use texts::t;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{DragEvent, Element, Event, KeyboardEvent};
use yew::prelude::*;

/// Properties of [`App`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What the page opens with.
    pub opened: Opened,
}

/// The page.
#[component]
pub fn App(props: &Props) -> Html {
    let session = props.opened.session.clone();
    let page = {
        let session = session.clone();
        use_reducer(move || {
            let settings = session.settings();
            let view = session.lab().borrow_mut().view();
            let mut page = Page::new(view, settings.theme, settings.shortcuts);
            page.detail = settings.detail;
            page.workspace = settings.workspace;
            page.addresses = settings.addresses;
            page.greets = !settings.greeted && !session.query().embed && !session.is_given();
            page.pane = match session.query().show.as_deref() {
                Some("inspect") => Pane::Inspect,
                Some("document") => Pane::Document,
                _ => page.pane,
            };
            page
        })
    };
    let stopwatch = (*use_memo((), |()| Stopwatch::new())).clone();
    {
        let stopwatch = stopwatch.clone();
        let (session, dispatcher, opened) = (session.clone(), page.dispatcher(), props.opened.clone());
        use_effect_with((), move |()| {
            session.connect(dispatcher);
            if let Some(trouble) = opened.trouble {
                session.forget_fragment();
                session.trouble(trouble);
            } else if !session.lab().borrow().is_sound() && !session.query().lock {
                session.show_repair(session.lab().borrow().look().selection.is_some());
            }
            for what in opened.misread {
                session.say(t!("The address asks for something that is not understood: {what}."));
            }
            if let Some(src) = &session.query().src {
                let src = src.clone();
                session.when(Part::Documents, move |session| {
                    if let Some(documents) = session.loaded().documents {
                        (documents.fetch)(session, &src);
                    }
                });
            }
            session.open_lesson();
            if session.query().embed {
                embed::tell("ready", &[]);
            }
            if opened.crashed {
                session.say(t!("The page crashed last time. Your experiment is here, paused at its beginning. Play it, or open an example."));
            }
            session.settings().workspace.apply();
            spawn_local(show::run(session.clone(), stopwatch));
            spawn_local(load_when_idle(session.clone()));
            let listeners = listen(&session);
            move || drop(listeners)
        });
    }
    // After every rendering: the components below this one have been rendered.
    use_effect(move || stopwatch.rendered());
    use_effect_with(page.theme, |choice| theme::apply(*choice));
    use_effect_with(page.view.sketch.clone(), |sketch| {
        if let Some(document) = window().document() {
            document.set_title(&format!("{} · Packetarium", sketch.title));
        }
    });
    use_effect_with((), {
        let query = session.query().clone();
        move |()| {
            if query.embed
                && let Some(root) = window().document().and_then(|document| document.document_element())
            {
                let _ = root.set_attribute("data-embed", &query.attribute());
            }
        }
    });
    let system = use_memo((), |()| System::new());
    let view = &page.view;
    let side = page.workspace.side.then_some("open");
    html! {
        <ContextProvider<Session> context={session.clone()}>
            <TopBar theme={page.theme.resolve(system.is_dark())} />
            <main class="main" data-side={side} data-shows={view.is_capture.then_some("capture")} data-drawer={page.workspace.drawer.map(Tab::key)}>
                <StagePane sketch={view.sketch.clone()} state={view.state} skipped={view.skipped} held={session.is_held()}
                    narration={view.narration.clone()}
                    view={view.clone()} aim={page.aim} memories={page.memories.clone()} greets={page.greets}
                    tools={view.tools.clone()} parts={page.parts} filter={view.applied.clone()} projector={page.workspace.projector}
                    edits={session.tutor().is_none_or(|tutor| tutor.shows("editor"))}
                    grave={view.problems.iter().filter(|problem| problem.grave).count()} />
                if let Some(instruments) = session.loaded().instruments.filter(|_| view.is_capture) {
                    { (instruments.meetings)(view) }
                }
                <Transport view={page.view.clone()} />
                <Dock workspace={page.workspace} pane={page.workspace.side.then_some(page.pane)} kinds={view.kinds} addresses={page.addresses} ghosts={view.compared.is_some()} lesson={page.lesson} />
                <Drawer workspace={page.workspace} view={page.view.clone()} parts={page.parts} />
                <SidePane pane={page.pane} view={page.view.clone()} workspace={page.workspace} parts={page.parts}
                    repair={page.repair.clone()} lesson={page.lesson} />
                { toasts(&session, &page.toasts, &page.parts) }
            </main>
            { announce(&page.announcement) }
            <Dialogs dialog={page.dialog.clone()} shortcuts={page.shortcuts} detail={page.detail} />
        </ContextProvider<Session>>
    }
}

/// Listens to the keyboard, to changes of the address, to dropped files, and to the end of the page.
fn listen(session: &Session) -> Vec<EventListener> {
    let document = window().document().expect("a window has a document");
    let keyboard = {
        let session = session.clone();
        let options = EventListenerOptions::enable_prevent_default();
        EventListener::new_with_options(&document, "keydown", options, move |event| {
            press(&session, event.unchecked_ref::<KeyboardEvent>());
        })
    };
    let follow = {
        let session = session.clone();
        EventListener::new(&window(), "hashchange", move |_| session.follow_fragment())
    };
    let leave = {
        let session = session.clone();
        EventListener::new(&window(), "pagehide", move |_| session.keep())
    };
    // On a phone a tab in the background may be closed without `pagehide`.
    let hide = {
        let session = session.clone();
        EventListener::new(&document, "visibilitychange", move |_| session.keep())
    };
    // Not through the renderer: nothing of the page is rendered for a movement.
    let wake = ["pointermove", "pointerdown", "keydown"]
        .map(|name| EventListener::new(&document, name, |_| projector::wake()));
    let screen = {
        let session = session.clone();
        EventListener::new(&document, "fullscreenchange", move |_| {
            // Escape leaves the whole screen, and with it the projector.
            if !projector::fills_screen() && session.settings().workspace.projector {
                session.project(false);
            }
        })
    };
    let is_file = |event: &DragEvent| {
        event.data_transfer().is_some_and(|data| data.types().includes(&"Files".into(), 0))
    };
    let hover = {
        let options = EventListenerOptions::enable_prevent_default();
        EventListener::new_with_options(&document, "dragover", options, move |event| {
            if is_file(event.unchecked_ref()) {
                event.prevent_default();
            }
        })
    };
    let dropped = {
        let session = session.clone();
        let options = EventListenerOptions::enable_prevent_default();
        EventListener::new_with_options(&document, "drop", options, move |event| {
            let event = event.unchecked_ref::<DragEvent>();
            if is_file(event) {
                event.prevent_default();
                let file = event.data_transfer().and_then(|data| data.files()).and_then(|files| files.get(0));
                if let Some(file) = file {
                    session.when(Part::Documents, |session| {
                        if let Some(documents) = session.loaded().documents {
                            (documents.open)(session, file);
                        }
                    });
                }
            }
        })
    };
    [keyboard, follow, leave, hide, hover, dropped, screen].into_iter().chain(wake).collect()
}

fn press(session: &Session, event: &KeyboardEvent) {
    let modified = event.ctrl_key() || event.alt_key() || event.meta_key();
    let dialog_is_open = window()
        .document()
        .is_some_and(|document| document.query_selector("dialog[open]").is_ok_and(|dialog| dialog.is_some()));
    if dialog_is_open || !session.settings().shortcuts || event.default_prevented() {
        return;
    }
    let command = event.ctrl_key() || event.meta_key();
    if session.lab().borrow().editing().on
        && let Some(act) = keys::edit_meaning(&event.key(), command, event.shift_key(), focus(event))
    {
        event.prevent_default();
        return session.perform(act);
    }
    let Some(key) = keys::meaning(&event.key(), modified, focus(event)) else { return };
    event.prevent_default();
    let speed = session.lab().borrow().speed();
    match key {
        Key::TogglePlay => session.perform(Clock::TogglePlay),
        Key::Step => session.perform(Clock::Travel(Travel::Forward)),
        Key::StepBack => session.perform(Clock::Travel(Travel::Back)),
        Key::NextChapter => go_to_chapter(session, View::chapter_after),
        Key::PreviousChapter => go_to_chapter(session, View::chapter_before),
        Key::Start => session.perform(Clock::Travel(Travel::Start)),
        Key::Live => session.perform(Clock::Travel(Travel::Live)),
        Key::Drawer => {
            let open = session.settings().workspace.drawer.is_some();
            session.open_drawer((!open).then_some(Tab::Packets));
        }
        Key::Faster => session.perform(Clock::SetSpeed(speed.faster())),
        Key::Slower => session.perform(Clock::SetSpeed(speed.slower())),
        Key::AutoSpeed => session.perform(Clock::AutoSpeed),
        Key::Restart => session.perform(Clock::Restart),
        Key::Deselect => {
            // No dialog is open: this takes back one whose part is still on its way.
            session.change(Change::Close);
            session.perform(Look::Select(None));
        }
        Key::Share => session.share(),
        Key::Edit => {
            let on = session.lab().borrow().editing().on;
            session.perform(Editor::Tools(!on));
        }
        Key::Addresses => session.set_addresses(!session.settings().addresses),
        Key::Memory => session.when(Part::Instruments, |session| {
            if let Some(instruments) = session.loaded().instruments {
                (instruments.toggle_memory)(session);
            }
        }),
        Key::Examples => session.change(Change::Open(Dialog::Examples)),
        Key::Help => session.change(Change::Open(Dialog::Help)),
        Key::Fit => {
            if let Some(stage) = session.stage() {
                stage.borrow_mut().fit();
                session.refresh();
            }
        }
    }
}

fn go_to_chapter(session: &Session, which: fn(&View) -> Option<usize>) {
    let chapter = which(&session.lab().borrow_mut().view());
    if let Some(chapter) = chapter {
        session.perform(Clock::Chapter(chapter));
    }
}

/// Where the keyboard's focus is.
fn focus(event: &Event) -> Focus {
    let Some(element) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else {
        return Focus::Page;
    };
    let kind = element.get_attribute("type").unwrap_or_default();
    match element.tag_name().as_str() {
        "TEXTAREA" | "SELECT" => Focus::Text,
        "INPUT" if !matches!(kind.as_str(), "checkbox" | "radio" | "range") => Focus::Text,
        "INPUT" | "BUTTON" | "SUMMARY" | "A" => Focus::Control,
        _ if element.has_attribute("tabindex") && element.scroll_width() > element.client_width() => {
            Focus::Wide
        }
        _ => Focus::Page,
    }
}
