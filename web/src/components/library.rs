//! Scenarios to open: the person's own, and examples to start from.

use super::modal::{Modal, close_around};
use super::thumbnail::{Thumbnail, forget_stage};
use super::use_session;
use crate::shelf::{self, Kept};
use lab::command::{Act, Editor};
use markup::html;
use scenario::{Example, Group, Scenario};
use std::rc::Rc;
use texts::{plural, t};
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// The dialog.
#[component]
pub fn Library() -> Html {
    let session = use_session();
    use_effect_with((), |()| forget_stage);
    // Read once, when it is opened.
    let own = use_state(shelf::all);
    let open = |scenario: Scenario| {
        let session = session.clone();
        Callback::from(move |event: MouseEvent| {
            close_around(&event);
            session.perform(Act::Open(Box::new(scenario.clone())));
        })
    };
    let own_items = own.iter().map(|kept| {
        let open = {
            let (session, kept) = (session.clone(), kept.clone());
            Callback::from(move |event: MouseEvent| {
                close_around(&event);
                session.open_own(kept.clone());
            })
        };
        let forget = {
            let (own, number) = (own.clone(), kept.number);
            Callback::from(move |_: MouseEvent| {
                shelf::forget(number);
                own.set(own.iter().filter(|kept| kept.number != number).cloned().collect::<Vec<Kept>>());
            })
        };
        let title = title(&kept.scenario);
        html! {
            <li key={kept.number} class="own">
                <button type="button" class="example" onclick={open}>
                    <Thumbnail scenario={Rc::new(kept.scenario.clone())} />
                    <span class="example-title">{ title.clone() }</span>
                    <span class="example-text">{ plural!(kept.scenario.ids.len(), "{count}\u{a0}node", "{count}\u{a0}nodes", count = lab::format::count(kept.scenario.ids.len() as u64)) }</span>
                </button>
                <button type="button" class="button quiet" aria-label={t!("Delete {title}")} onclick={forget}>{ t!("Delete") }</button>
            </li>
        }
    });
    let wanted = use_state(String::new);
    let search = {
        let wanted = wanted.clone();
        Callback::from(move |event: InputEvent| {
            wanted.set(event.target_unchecked_into::<HtmlInputElement>().value());
        })
    };
    // Read once, too.
    let examples = use_memo((), |()| {
        let all = scenario::examples().iter();
        all.map(|example| (*example, Rc::new(example.scenario()))).collect::<Vec<_>>()
    });
    let found: Vec<_> = examples.iter().filter(|(_, scenario)| has_words(scenario, &wanted)).collect();
    let item = |(example, scenario): &(Example, Rc<Scenario>)| {
        html! {
            <li key={example.name}>
                <button type="button" class="example" onclick={open((**scenario).clone())}>
                    <Thumbnail scenario={scenario.clone()} />
                    <span class="example-title">{ texts::of_document(&scenario.title) }</span>
                    <span class="example-text">{ texts::of_document(scenario.description.as_deref().unwrap_or_default()) }</span>
                    <span class="example-text">{ format!("{}, {} s", texts::of(example.level.name()), example.seconds) }</span>
                </button>
            </li>
        }
    };
    let groups = Group::ALL.iter().filter_map(|(group, name)| {
        let ours: Vec<_> = found.iter().filter(|(example, _)| example.group == *group).collect();
        (!ours.is_empty()).then(|| {
            html! {
                <section key={*name} aria-label={texts::of(name)}>
                    <h4>{ texts::of(name) }</h4>
                    <ul class="examples">{ for ours.into_iter().map(|one| item(one)) }</ul>
                </section>
            }
        })
    });
    let empty = Scenario { title: "My network".into(), ..Scenario::default() };
    html! {
        <Modal key="Examples" title={t!("Examples and your own")}>
            <p class="actions">
                <button type="button" class="button primary" onclick={{
                    let session = session.clone();
                    Callback::from(move |event: MouseEvent| {
                        close_around(&event);
                        session.perform(Act::Open(Box::new(empty.clone())));
                        session.perform(Editor::Tools(true));
                    })
                }}>{ t!("Start with an empty network") }</button>
            </p>
            if !own.is_empty() {
                <h3>{ t!("Yours, in this browser") }</h3>
                <ul class="examples">{ for own_items }</ul>
            }
            <h3>{ t!("Examples") }</h3>
            <p class="hint">{ t!("Each example has its own traffic. If you change one, it is saved among yours.") }</p>
            <p class="field">
                <label for="example-search">{ t!("Search") }</label>
                <input id="example-search" type="search" value={(*wanted).clone()} oninput={search} />
            </p>
            if found.is_empty() {
                <p class="hint" role="status">{ t!("No example has all of these words.") }</p>
            }
            { for groups }
        </Modal>
    }
}

/// Whether each of these words is in the title, the description or a chapter.
fn has_words(scenario: &Scenario, words: &str) -> bool {
    let mut text = format!("{} {}", scenario.title, scenario.description.as_deref().unwrap_or_default());
    for chapter in &scenario.chapters {
        text.push(' ');
        text.push_str(&chapter.title);
        text.push(' ');
        text.push_str(&chapter.text);
    }
    let text = text.to_ascii_lowercase();
    words.to_ascii_lowercase().split_whitespace().all(|word| text.contains(word))
}

fn title(scenario: &Scenario) -> String {
    if scenario.title.is_empty() { t!("Untitled").into() } else { scenario.title.clone() }
}
