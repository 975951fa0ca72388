//! The display filter: written as in an analyzer, with what could come next, and what is wrong where.

use super::use_session;
use dissect::filter::{Completion, FilterError, complete};
use lab::command::Look;
use lab::packets::Observe;
use std::rc::Rc;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// Properties of [`FilterBar`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The filter as it was written.
    pub filter: Rc<str>,
    /// What is wrong with it.
    pub fault: Option<FilterError>,
}

/// More completions than this nobody reads.
const COMPLETIONS_MAX: usize = 9;

/// The display filter.
#[component]
pub fn FilterBar(props: &Props) -> Html {
    let session = use_session();
    let input = use_node_ref();
    let offers = use_state_eq(Vec::<Completion>::new);
    // None until an arrow key asks for one: Enter and Tab leave what was typed alone.
    let chosen = use_state_eq(|| None::<usize>);
    let offer = {
        let (offers, chosen) = (offers.clone(), chosen.clone());
        move |element: &HtmlInputElement| {
            let text = element.value();
            let cursor = element.selection_start().ok().flatten().unwrap_or_default() as usize;
            // The browser counts in UTF-16; a filter is ASCII but for what it looks for.
            let cursor = text.char_indices().nth(cursor).map_or(text.len(), |(at, _)| at);
            let mut found = complete(&text, cursor);
            found.truncate(COMPLETIONS_MAX);
            offers.set(found);
            chosen.set(None);
        }
    };
    let set = {
        let session = session.clone();
        move |text: String| session.perform(Look::Observe(Observe::Filter(text)))
    };
    let take = {
        let (input, offers, set) = (input.clone(), offers.clone(), set.clone());
        move |completion: &Completion| {
            let Some(element) = input.cast::<HtmlInputElement>() else { return };
            let mut text = element.value();
            text.replace_range(completion.replaces.clone(), completion.text);
            element.set_value(&text);
            let end = (completion.replaces.start + completion.text.len()) as u32;
            let _ = element.set_selection_range(end, end);
            let _ = element.focus();
            set(text);
            offers.set(Vec::new());
        }
    };
    let oninput = {
        let (set, offer) = (set.clone(), offer.clone());
        Callback::from(move |event: InputEvent| {
            let element: HtmlInputElement = event.target_unchecked_into();
            set(element.value());
            offer(&element);
        })
    };
    let onfocus = {
        let offer = offer.clone();
        Callback::from(move |event: FocusEvent| offer(&event.target_unchecked_into()))
    };
    let onblur = {
        let offers = offers.clone();
        Callback::from(move |_: FocusEvent| offers.set(Vec::new()))
    };
    let onkeydown = {
        let (offers, chosen, take, set) = (offers.clone(), chosen.clone(), take.clone(), set.clone());
        Callback::from(move |event: KeyboardEvent| {
            let count = offers.len();
            match event.key().as_str() {
                "ArrowDown" if count > 0 => chosen.set(Some(chosen.map_or(0, |at| (at + 1) % count))),
                "ArrowUp" if count > 0 => {
                    chosen.set(Some(chosen.unwrap_or(0).checked_sub(1).unwrap_or(count - 1)))
                }
                "Enter" if count > 0 => match chosen.and_then(|at| offers.get(at)) {
                    Some(completion) => take(completion),
                    None => offers.set(Vec::new()),
                },
                "Tab" => match chosen.and_then(|at| offers.get(at)) {
                    Some(completion) => take(completion),
                    None => return,
                },
                "Escape" if count > 0 => offers.set(Vec::new()),
                "Escape" => {
                    event.target_unchecked_into::<HtmlInputElement>().set_value("");
                    set(String::new());
                }
                _ => return,
            }
            event.prevent_default();
        })
    };
    let open = !offers.is_empty();
    let list = offers.iter().enumerate().map(|(number, completion)| {
        let pick = {
            let (take, completion) = (take.clone(), completion.clone());
            // Before the field loses the focus, and with it the list.
            Callback::from(move |event: PointerEvent| {
                event.prevent_default();
                take(&completion);
            })
        };
        html! {
            <li key={number} id={format!("filter-offer-{number}")} role="option" aria-selected={(Some(number) == *chosen).to_string()}
                onpointerdown={pick}>
                <code>{ completion.text }</code><span>{ completion.meaning }</span>
            </li>
        }
    });
    let fault = props.fault.as_ref().filter(|_| !open);
    html! {
        <div class="filter">
            <label class="visually-hidden" for="filter">{ "Display filter" }</label>
            <input id="filter" ref={input} type="text" class={classes!("filter-input", props.fault.is_some().then_some("wrong"))} role="combobox"
                placeholder="Filter, such as  tcp && ip.addr == 10.0.0.2" autocomplete="off" autocapitalize="off" spellcheck="false"
                value={props.filter.to_string()} aria-autocomplete="list" aria-controls="filter-offers" aria-expanded={open.to_string()}
                aria-activedescendant={chosen.filter(|_| open).map(|at| format!("filter-offer-{at}"))}
                aria-invalid={props.fault.is_some().to_string()} aria-describedby={fault.map(|_| "filter-fault")}
                {oninput} {onkeydown} {onfocus} {onblur} />
            <ul id="filter-offers" role="listbox" aria-label="Completions" class="filter-offers" hidden={!open}>{ for list }</ul>
            if let Some(fault) = fault {
                <p id="filter-fault" class="filter-fault" role="alert">{ pointed(&props.filter, fault) }</p>
            }
        </div>
    }
}

/// What is wrong, with the place marked in what was written.
fn pointed(text: &str, fault: &FilterError) -> Html {
    let at = fault.at.start.min(text.len())..fault.at.end.min(text.len());
    let (Some(before), Some(here), Some(after)) =
        (text.get(..at.start), text.get(at.clone()), text.get(at.end..))
    else {
        return html! { &fault.message };
    };
    html! {
        <>
            <code>{ before }<mark>{ if here.is_empty() { "␣" } else { here } }</mark>{ after }</code>
            <span>{ &fault.message }</span>
        </>
    }
}
