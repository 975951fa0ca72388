//! The Document pane: the document's problems, its title, description and seed, files, and its text.

use super::problem_list::ProblemList;
use super::use_session;
use crate::files;
use crate::opening::{Mark, Trouble};
use crate::session::Session;
use lab::edit::Edit;
use lab::problems::Problem;
use markup::html;
use scenario::{LinkError, Position, Scenario};
use std::rc::Rc;
use texts::t;
use web_sys::{HtmlInputElement, HtmlTextAreaElement};
use yew::prelude::*;

/// Properties of [`DocumentPane`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What is wrong with it.
    pub problems: Rc<[Problem]>,
    /// Changes whenever the document does.
    pub revision: usize,
    /// A text that cannot be read, for repair: it comes first.
    pub repair: Option<Rc<Trouble>>,
}

/// The pane.
#[component]
pub fn DocumentPane(props: &Props) -> Html {
    let session = use_session();
    html! {
        <div class="document">
            if let Some(repair) = &props.repair {
                <Text key={Rc::as_ptr(repair) as usize} revision={props.revision} repair={repair.clone()} />
            }
            <h2>{ t!("Problems") }</h2>
            <ProblemList problems={props.problems.clone()} />
            { about(&session) }
            { file_buttons(&session) }
            <h2>{ t!("Take it to real machines") }</h2>
            <p class="hint">
                { t!("The command line writes the same network for Mininet, containerlab or Kathará: nodes, addresses, routes, delay, rate and \
                   loss, with real kernels.") }
            </p>
            <p><code>{ t!("packetarium export --to mininet LINK") }</code></p>
            if props.repair.is_none() {
                <Text revision={props.revision} repair={None::<Rc<Trouble>>} />
            }
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
                None => session.say(t!("A seed is a whole number.")),
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
            <h2>{ t!("About") }</h2>
            { line("document-title", t!("Title"), scenario.title.clone(), |title| Some(Edit::Title(title))) }
            { line("document-description", t!("Description"), scenario.description.clone().unwrap_or_default(), |text| {
                Some(Edit::Description(text))
            }) }
            { line("document-seed", t!("Seed of all randomness"), scenario.seed.to_string(), |seed| {
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
            <h2>{ t!("Files") }</h2>
            <p class="actions">
                <button type="button" class="button" onclick={super::on(session, files::save)}>{ t!("Save as a file") }</button>
                <label class="button file-button">
                    { t!("Open a file") }
                    <input class="visually-hidden" type="file" accept=".json,application/json" onchange={open} />
                </label>
            </p>
            <p class="hint">{ t!("Or drop a file anywhere on the page.") }</p>
        </>
    }
}

/// Properties of [`Text`].
#[derive(Properties, PartialEq)]
struct TextProps {
    revision: usize,
    /// What is shown in place of the document until it can be read.
    repair: Option<Rc<Trouble>>,
}

/// The document's text, to be edited.
#[component]
fn Text(props: &TextProps) -> Html {
    let session = use_session();
    let document = |session: &Session| session.lab().borrow().scenario().clone();
    let text = {
        let (session, repair) = (session.clone(), props.repair.clone());
        use_state(move || {
            let repair = repair.and_then(|trouble| trouble.text.clone());
            repair.unwrap_or_else(|| document(&session).to_json())
        })
    };
    let trouble = {
        let repair = props.repair.clone();
        use_state(move || repair.map(|trouble| (*trouble).clone()))
    };
    let area = use_node_ref();
    {
        // The first fault is where the caret is.
        let (area, repair) = (area.clone(), props.repair.clone());
        use_effect_with((), move |()| {
            if let Some(position) = repair.and_then(|trouble| trouble.faults.first()?.position) {
                go_to(&area, position);
            }
        });
    }
    {
        // Whatever changed the document, this is its text now. A text for repair stays until it can be read.
        let (session, text, trouble) = (session.clone(), text.clone(), trouble.clone());
        let repairs = props.repair.is_some();
        use_effect_with(props.revision, move |_| {
            let written = document(&session);
            // What is being typed is left alone as long as it means the same.
            if !repairs && Scenario::draft(&text).ok().as_ref() != Some(&written) {
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
            <h2 id="document-text-title">{ t!("Text") }</h2>
            <p class="hint">{ t!("The whole document. Your changes here show in the drawing at once, and changes in the drawing show here.") }</p>
            <textarea class="share-link code" aria-labelledby="document-text-title" rows="18" spellcheck="false" autocomplete="off"
                wrap="off" ref={area.clone()} aria-invalid={trouble.is_some().then_some("true")} value={(*text).clone()} {oninput} />
            if let Some(trouble) = &*trouble {
                <div role="status">
                    <p class="fault">{ t!("Not applied: the drawing shows the last text that could be read.") }</p>
                    <ul class="faults">
                        { for trouble.faults.iter().map(|mark| fault(mark, &area)) }
                    </ul>
                </div>
            }
        </>
    }
}

/// A fault, and a way to its place in the text.
fn fault(mark: &Mark, area: &NodeRef) -> Html {
    let place = match mark.position {
        Some(position) => {
            let area = area.clone();
            let go = Callback::from(move |_: MouseEvent| go_to(&area, position));
            html! { <button type="button" class="link" onclick={go}><code>{ &mark.place }</code></button> }
        }
        None => html! { <code>{ &mark.place }</code> },
    };
    html! { <li>{ place }<span>{ &mark.message }</span></li> }
}

/// Puts the caret to a place in the text, with the rest of its line selected.
fn go_to(area: &NodeRef, position: Position) {
    let Some(area) = area.cast::<HtmlTextAreaElement>() else { return };
    let [start, end] = line_from(&area.value(), position);
    // A browser that refuses leaves the caret where it is.
    let _ = area.focus();
    let _ = area.set_selection_range(start, end);
}

/// From a place in a text to the end of its line, counted as browsers count: in units of UTF-16.
fn line_from(text: &str, position: Position) -> [u32; 2] {
    let units = |text: &str| text.encode_utf16().count() as u32;
    let before: u32 = text.split_inclusive('\n').take(position.line - 1).map(units).sum();
    let line = text.split('\n').nth(position.line - 1).unwrap_or_default();
    let column: String = line.chars().take(position.column - 1).collect();
    [before + units(&column), before + units(line)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_a_text_is_counted_as_browsers_count() {
        let text = "{\n \"title\": \"🐠ö\", x\n}";
        let at = |line, column| line_from(text, Position { line, column });
        assert_eq!(at(1, 1), [0, 1]);
        assert_eq!(at(2, 2), [3, 20]);
        assert_eq!(at(2, 17), [19, 20], "the fish is one character, and two units");
        assert_eq!(at(9, 9), [22, 22], "behind the end");
    }
}
