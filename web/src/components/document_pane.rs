//! The Document pane: the document's problems, its title, description and seed, files, and its text.

use super::problem_list::ProblemList;
use super::use_session;
use crate::files;
use crate::opening::Trouble;
use crate::session::Session;
use lab::edit::Edit;
use lab::problems::Problem;
use scenario::{LinkError, Scenario};
use std::rc::Rc;
use web_sys::{HtmlInputElement, HtmlTextAreaElement};
use yew::prelude::*;

/// Properties of [`DocumentPane`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What is wrong with it.
    pub problems: Rc<[Problem]>,
    /// Changes whenever the document does.
    pub revision: usize,
}

/// The pane.
#[component]
pub fn DocumentPane(props: &Props) -> Html {
    let session = use_session();
    html! {
        <div class="document">
            <h2>{ "Problems" }</h2>
            <ProblemList problems={props.problems.clone()} />
            { about(&session) }
            { file_buttons(&session) }
            <h2>{ "Take it to real machines" }</h2>
            <p class="hint">
                { "The command line writes the same network for Mininet, containerlab or Kathará: nodes, addresses, routes, delay, rate and \
                   loss, with real kernels." }
            </p>
            <p><code>{ "packetarium export --to mininet LINK" }</code></p>
            <Text revision={props.revision} />
        </div>
    }
}

/// Title, description and seed.
fn about(session: &Session) -> Html {
    let line = |id: &'static str, label: &'static str, value: String, make: fn(String) -> Option<Edit>| {
        let session = session.clone();
        let onchange = Callback::from(move |event: Event| {
            let typed = event.target_unchecked_into::<HtmlInputElement>().value();
            match make(typed) {
                Some(edit) => session.edit(edit),
                None => session.say("A seed is a whole number."),
            }
        });
        html! {
            <div class="field">
                <label for={id}>{ label }</label>
                <input {id} type="text" autocomplete="off" {value} {onchange} />
            </div>
        }
    };
    let lab = session.lab().borrow();
    let scenario = lab.scenario();
    html! {
        <>
            <h2>{ "About" }</h2>
            { line("document-title", "Title", scenario.title.clone(), |title| Some(Edit::Title(title))) }
            { line("document-description", "Description", scenario.description.clone().unwrap_or_default(), |text| {
                Some(Edit::Description(text))
            }) }
            { line("document-seed", "Seed of all randomness", scenario.seed.to_string(), |seed| {
                seed.trim().parse().ok().map(Edit::Seed)
            }) }
        </>
    }
}

fn file_buttons(session: &Session) -> Html {
    let open = {
        let session = session.clone();
        Callback::from(move |event: Event| {
            let input = event.target_unchecked_into::<HtmlInputElement>();
            if let Some(file) = input.files().and_then(|files| files.get(0)) {
                files::open(&session, file);
            }
            // So that the same file can be chosen again.
            input.set_value("");
        })
    };
    html! {
        <>
            <h2>{ "Files" }</h2>
            <p class="actions">
                <button type="button" class="button" onclick={super::on(session, files::save)}>{ "Save as a file" }</button>
                <label class="button file-button">
                    { "Open a file" }
                    <input class="visually-hidden" type="file" accept=".json,application/json" onchange={open} />
                </label>
            </p>
            <p class="hint">{ "Or drop a file anywhere on the page." }</p>
        </>
    }
}

/// Properties of [`Text`].
#[derive(Properties, PartialEq)]
struct TextProps {
    revision: usize,
}

/// The document's text, to be edited.
#[component]
fn Text(props: &TextProps) -> Html {
    let session = use_session();
    let document = |session: &Session| session.lab().borrow().scenario().clone();
    let text = {
        let session = session.clone();
        use_state(move || document(&session).to_json())
    };
    let trouble = use_state(|| None::<Trouble>);
    {
        // Whatever changed the document, this is its text now.
        let (session, text, trouble) = (session.clone(), text.clone(), trouble.clone());
        use_effect_with(props.revision, move |_| {
            let written = document(&session);
            // What is being typed is left alone as long as it means the same.
            if Scenario::draft(&text).ok().as_ref() != Some(&written) {
                text.set(written.to_json());
                trouble.set(None);
            }
        });
    }
    let oninput = {
        let (session, text, trouble) = (session.clone(), text.clone(), trouble.clone());
        Callback::from(move |event: InputEvent| {
            let typed = event.target_unchecked_into::<HtmlTextAreaElement>().value();
            match Scenario::draft(&typed) {
                Ok(next) => {
                    trouble.set(None);
                    text.set(typed);
                    session.edit(Edit::Replace(Box::new(next)));
                }
                Err(faults) => {
                    trouble.set(Some(Trouble::new(LinkError::Document(faults))));
                    text.set(typed);
                }
            }
        })
    };
    html! {
        <>
            <h2 id="document-text-title">{ "Text" }</h2>
            <p class="hint">{ "The whole document. Your changes here show in the drawing at once, and changes in the drawing show here." }</p>
            <textarea class="share-link code" aria-labelledby="document-text-title" rows="18" spellcheck="false" autocomplete="off"
                wrap="off" aria-invalid={trouble.is_some().then_some("true")} value={(*text).clone()} {oninput} />
            if let Some(trouble) = &*trouble {
                <div role="status">
                    <p class="fault">{ "Not applied: the drawing shows the last text that could be read." }</p>
                    <ul class="faults">
                        { for trouble.faults.iter().map(|(place, message)| html! {
                            <li><code>{ place }</code><span>{ message }</span></li>
                        }) }
                    </ul>
                </div>
            }
        </>
    }
}
