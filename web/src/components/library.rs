//! Scenarios to open: the person's own, and examples to start from.

use super::modal::{Modal, close_around};
use super::use_session;
use crate::shelf::{self, Kept};
use lab::command::{Act, Editor};
use scenario::{Example, Group, Scenario};
use texts::{plural, t};
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// The dialog.
#[component]
pub fn Library() -> Html {
    let session = use_session();
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
                    { thumbnail(&kept.scenario) }
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
        all.map(|example| (*example, example.scenario())).collect::<Vec<_>>()
    });
    let found: Vec<_> = examples.iter().filter(|(_, scenario)| has_words(scenario, &wanted)).collect();
    let item = |(example, scenario): &(Example, Scenario)| {
        html! {
            <li key={example.name}>
                <button type="button" class="example" onclick={open(scenario.clone())}>
                    { thumbnail(scenario) }
                    <span class="example-title">{ texts::of(&scenario.title) }</span>
                    <span class="example-text">{ texts::of(scenario.description.as_deref().unwrap_or_default()) }</span>
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

const WIDTH: f64 = 72.0;
const HEIGHT: f64 = 44.0;
/// With more nodes than this the picture would be a blot.
const NODES_MAX: usize = 200;

/// Scales and moves these so that they fill the small picture.
fn fit_into(places: &mut [(f64, f64)]) {
    const MARGIN: f64 = 6.0;
    let bounds = |axis: fn(&(f64, f64)) -> f64| {
        let values = || places.iter().map(axis);
        (values().fold(f64::MAX, f64::min), values().fold(f64::MIN, f64::max))
    };
    let ((left, right), (top, bottom)) = (bounds(|place| place.0), bounds(|place| place.1));
    let scale = ((WIDTH - 2.0 * MARGIN) / (right - left).max(1.0))
        .min((HEIGHT - 2.0 * MARGIN) / (bottom - top).max(1.0));
    let scale = scale.min(0.2);
    for (x, y) in places {
        *x = WIDTH / 2.0 + (*x - (left + right) / 2.0) * scale;
        *y = HEIGHT / 2.0 + (*y - (top + bottom) / 2.0) * scale;
    }
}

/// A small picture of a network. Its name is beside it, so screen readers ignore the picture.
fn thumbnail(scenario: &Scenario) -> Html {
    let mut places = scenario.positions();
    places.truncate(NODES_MAX);
    fit_into(&mut places);
    let number = |value: f64| lab::format::fixed(value, 1);
    let mut cables = String::new();
    for link in &scenario.topology.links {
        let [a, b] = link.ends.map(|end| places.get(end.index()));
        if let (Some(a), Some(b)) = (a, b) {
            cables += &format!("M{} {}L{} {}", number(a.0), number(a.1), number(b.0), number(b.1));
        }
    }
    let nodes = places.iter().zip(scenario.topology.node_ids()).map(|((x, y), id)| {
        let class = if scenario.topology.host(id).is_some() { "thumbnail-host" } else { "thumbnail-node" };
        html! { <circle key={id.0} {class} cx={number(*x)} cy={number(*y)} r="3" /> }
    });
    html! {
        <svg class="thumbnail" viewBox={format!("0 0 {} {}", number(WIDTH), number(HEIGHT))} width="72" height="44"
            aria-hidden="true" focusable="false">
            <path class="thumbnail-cables" d={cables} />
            { for nodes }
        </svg>
    }
}
