//! The course: all lessons with what is done of them, and what a teacher does with what was handed in.

use super::grades::Grades;
use super::modal::{Modal, close_around};
use super::use_session;
use crate::files;
use crate::lesson::course::{self, Entry, Source};
use crate::lesson::progress::{Done, Progress};
use crate::lesson::workshop;
use crate::session::Session;
use markup::html;
use std::rc::Rc;
use texts::t;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// Properties of [`Course`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// A link to a result that is to be graded.
    pub result: Option<Rc<str>>,
}

/// Larger files are no progress.
const FILE_BYTES_MAX: f64 = 1e6;

/// The dialog.
#[component]
pub fn Course(props: &Props) -> Html {
    let session = use_session();
    let lessons = use_state(|| None::<Result<Rc<[Entry]>, String>>);
    let progress = use_state(Progress::load);
    {
        let lessons = lessons.clone();
        use_effect_with((), move |()| {
            spawn_local(async move { lessons.set(Some(course::all().await.map(Rc::from))) });
        });
    }
    let rename = {
        let progress = progress.clone();
        Callback::from(move |event: InputEvent| {
            let name = event.target_unchecked_into::<HtmlInputElement>().value();
            let renamed = Progress { name, ..(*progress).clone() };
            renamed.save();
            progress.set(renamed);
        })
    };
    let save = {
        let progress = progress.clone();
        Callback::from(move |_: MouseEvent| {
            files::give("packetarium progress", "txt", "text/plain", &progress.to_text())
        })
    };
    let load = {
        let (progress, session) = (progress.clone(), session.clone());
        Callback::from(move |event: Event| {
            let input: HtmlInputElement = event.target_unchecked_into();
            let Some(file) =
                input.files().and_then(|files| files.get(0)).filter(|file| file.size() <= FILE_BYTES_MAX)
            else {
                return;
            };
            let (progress, session) = (progress.clone(), session.clone());
            spawn_local(async move {
                let text = JsFuture::from(file.text()).await.ok().and_then(|text| text.as_string());
                match text.as_deref().and_then(Progress::from_text) {
                    Some(other) => {
                        let both = (*progress).clone().and(other);
                        both.save();
                        progress.set(both);
                    }
                    None => session.say(t!("“{}” holds no progress of lessons.", file.name())),
                }
            });
        })
    };
    let entry = |number: usize, entry: &Entry| {
        let (session, folder) = (session.clone(), entry.folder.clone());
        let open = Callback::from(move |event: MouseEvent| {
            close_around(&event);
            crate::lesson::open(&session, Source::Folder(folder.clone()));
        });
        let done = progress.of(&entry.id);
        let state = match done {
            Some(done) if done.is_whole() => Some(("done", t!("Solved").to_owned())),
            Some(Done { fulfilled, of, .. }) => Some(("begun", t!("{fulfilled} of {of} goals"))),
            None => None,
        };
        html! {
            <li key={entry.id.clone()}>
                <button type="button" class={classes!("example", "course-entry", state.as_ref().map(|(class, _)| *class))} onclick={open}>
                    <span class="course-number" aria-hidden="true">{ number }</span>
                    <span class="example-title">{ &entry.title }</span>
                    <span class="example-text">{ &entry.summary }</span>
                    <span class="example-text course-facts">
                        <span>{ t!("{} min", entry.minutes) }</span>
                        <span>{ t!("level {}", entry.level) }</span>
                        if let Some((_, words)) = state {
                            <strong>{ words }</strong>
                        }
                    </span>
                </button>
            </li>
        }
    };
    let body = match &*lessons {
        None => html! { <p class="empty" role="status">{ t!("Loading…") }</p> },
        Some(Err(why)) => html! { <p class="empty" role="alert">{ why }</p> },
        Some(Ok(all)) => {
            let part = |is_hunt: bool| {
                all.iter()
                    .filter(|entry| entry.is_hunt == is_hunt)
                    .enumerate()
                    .map(|(number, one)| entry(number + 1, one))
                    .collect::<Html>()
            };
            html! {
                <>
                    <ol class="examples course">{ part(false) }</ol>
                    <h3>{ t!("Hunts: something is broken, find it") }</h3>
                    <ol class="examples course">{ part(true) }</ol>
                </>
            }
        }
    };
    html! {
        <Modal key="Course" title={t!("Lessons")}>
            <p class="hint">{ t!("Each lesson is one idea, tried out in a network. Your values are your own: they are drawn from your name, or by chance.") }</p>
            <p class="field">
                <label for="course-name">{ t!("Your name") }</label>
                <input id="course-name" type="text" maxlength="80" autocomplete="off" value={progress.name.clone()} oninput={rename} />
            </p>
            { body }
            <h3>{ t!("Your progress") }</h3>
            <p class="hint">{ t!("It is kept in this browser. Take it along as a file.") }</p>
            <p class="actions">
                <button type="button" class="button" onclick={save}>{ t!("Save as a file") }</button>
                <label class="button">
                    { t!("Load a file") }
                    <input type="file" class="visually-hidden" accept=".txt,text/plain" onchange={load} />
                </label>
            </p>
            { workshop_entrance(&session) }
            <Grades result={props.result.clone()} />
        </Modal>
    }
}

/// For teachers: the way into the workshop.
fn workshop_entrance(session: &Session) -> Html {
    let enter = |open: fn(&Session)| {
        let session = session.clone();
        Callback::from(move |event: MouseEvent| {
            close_around(&event);
            open(&session);
        })
    };
    html! {
        <>
            <h3>{ t!("For teachers: make a lesson") }</h3>
            <p class="hint">{ t!("Write steps beside the network that is open now, point at what happens to make goals of it, record the solution by doing it.") }</p>
            <p class="actions">
                <button type="button" class="button" onclick={enter(workshop::begin)}>{ t!("Make a lesson of this network") }</button>
                if let Some(title) = workshop::kept() {
                    <button type="button" class="button" onclick={enter(workshop::open_kept)}>{ t!("Go on with “{title}”") }</button>
                }
            </p>
        </>
    }
}
