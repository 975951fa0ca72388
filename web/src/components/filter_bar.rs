//! The display filter: written as in Wireshark, with completions, and with the place of a mistake.

use super::use_session;
use crate::session::Session;
use dissect::filter::{Completion, FilterError, complete};
use lab::command::Look;
use lab::packets::Observe;
use markup::html;
use std::rc::Rc;
use texts::t;
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

/// A longer list would not be read.
const COMPLETIONS_MAX: usize = 9;

/// The display filter.
#[component]
pub fn FilterBar(props: &Props) -> Html {
    let handles = Handles {
        session: use_session(),
        input: use_node_ref(),
        offers: use_state_eq(Vec::new),
        chosen: use_state_eq(|| None),
    };
    let Handles { input, offers, chosen, .. } = &handles;
    let oninput = {
        let handles = handles.clone();
        Callback::from(move |event: InputEvent| {
            let element: HtmlInputElement = event.target_unchecked_into();
            handles.set(element.value());
            handles.offer(&element);
        })
    };
    let onfocus = {
        let handles = handles.clone();
        Callback::from(move |event: FocusEvent| handles.offer(&event.target_unchecked_into()))
    };
    let onblur = {
        let offers = offers.setter();
        Callback::from(move |_: FocusEvent| offers.set(Vec::new()))
    };
    let onkeydown = {
        let handles = handles.clone();
        Callback::from(move |event: KeyboardEvent| handles.press(&event))
    };
    let open = !offers.is_empty();
    let list = offers.iter().enumerate().map(|(number, completion)| {
        let pick = {
            let (handles, completion) = (handles.clone(), completion.clone());
            // Before the field loses the focus, and with it the list.
            Callback::from(move |event: PointerEvent| {
                event.prevent_default();
                handles.take(&completion);
            })
        };
        html! {
            <li key={number} id={format!("filter-offer-{number}")} role="option" aria-selected={(Some(number) == **chosen).to_string()}
                onpointerdown={pick}>
                <code>{ completion.text }</code><span>{ completion.meaning }</span>
            </li>
        }
    });
    let fault = props.fault.as_ref().filter(|_| !open);
    html! {
        <div class="filter">
            <label class="visually-hidden" for="filter">{ t!("Display filter") }</label>
            <input id="filter" ref={input} type="text" class={classes!("filter-input", props.fault.is_some().then_some("wrong"))} role="combobox"
                placeholder={t!("Filter, such as  tcp && ip.addr == 10.0.0.2")} autocomplete="off" autocapitalize="off" spellcheck="false"
                value={props.filter.to_string()} aria-autocomplete="list" aria-controls="filter-offers" aria-expanded={open.to_string()}
                aria-activedescendant={chosen.filter(|_| open).map(|at| format!("filter-offer-{at}"))}
                aria-invalid={props.fault.is_some().to_string()} aria-describedby={fault.map(|_| "filter-fault")}
                {oninput} {onkeydown} {onfocus} {onblur} />
            <ul id="filter-offers" role="listbox" aria-label={t!("Completions")} class="filter-offers" hidden={!open}>{ for list }</ul>
            if let Some(fault) = fault {
                <p id="filter-fault" class="filter-fault" role="alert">{ pointed(&props.filter, fault) }</p>
            }
        </div>
    }
}

/// What the field remembers from one rendering to the next.
#[derive(Clone)]
struct Handles {
    session: Session,
    input: NodeRef,
    offers: UseStateHandle<Vec<Completion>>,
    /// `None` until an arrow key chooses one: Enter and Tab leave what was typed alone.
    chosen: UseStateHandle<Option<usize>>,
}

impl Handles {
    /// Offers what could come next at the cursor.
    fn offer(&self, element: &HtmlInputElement) {
        let text = element.value();
        let cursor = element.selection_start().ok().flatten().unwrap_or_default() as usize;
        // The browser counts in UTF-16; a filter is ASCII except for texts to search for.
        let cursor = text.char_indices().nth(cursor).map_or(text.len(), |(at, _)| at);
        let mut found = complete(&text, cursor);
        found.truncate(COMPLETIONS_MAX);
        self.offers.set(found);
        self.chosen.set(None);
    }

    fn set(&self, text: String) {
        self.session.perform(Look::Observe(Observe::Filter(text)));
    }

    /// Writes a completion into the field.
    fn take(&self, completion: &Completion) {
        let Some(element) = self.input.cast::<HtmlInputElement>() else { return };
        let mut text = element.value();
        text.replace_range(completion.replaces.clone(), completion.text);
        element.set_value(&text);
        let end = (completion.replaces.start + completion.text.len()) as u32;
        let _ = element.set_selection_range(end, end);
        let _ = element.focus();
        self.set(text);
        self.offers.set(Vec::new());
    }

    fn press(&self, event: &KeyboardEvent) {
        match Press::of(&event.key(), *self.chosen, self.offers.len()) {
            Press::None => return,
            Press::Choose(number) => self.chosen.set(Some(number)),
            Press::Take(number) => {
                if let Some(completion) = self.offers.get(number) {
                    self.take(completion);
                }
            }
            Press::Close => self.offers.set(Vec::new()),
            Press::Clear => {
                event.target_unchecked_into::<HtmlInputElement>().set_value("");
                self.set(String::new());
            }
        }
        event.prevent_default();
    }
}

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Press {
    /// Nothing: the field takes it.
    None,
    /// Chooses this completion.
    Choose(usize),
    /// Writes this completion into the field.
    Take(usize),
    /// Closes the list.
    Close,
    /// Empties the field.
    Clear,
}

impl Press {
    /// With `count` completions in the list, of which one may be chosen.
    fn of(key: &str, chosen: Option<usize>, count: usize) -> Self {
        let chosen = chosen.filter(|&at| at < count);
        match (key, count) {
            ("Tab", _) => chosen.map_or(Self::None, Self::Take),
            ("Escape", 0) => Self::Clear,
            (_, 0) => Self::None,
            ("ArrowDown", _) => Self::Choose(chosen.map_or(0, |at| (at + 1) % count)),
            ("ArrowUp", _) => Self::Choose(chosen.unwrap_or(0).checked_sub(1).unwrap_or(count - 1)),
            ("Enter", _) => chosen.map_or(Self::Close, Self::Take),
            ("Escape", _) => Self::Close,
            _ => Self::None,
        }
    }
}

/// The mistake, with its place marked in the filter.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrow_keys_go_around_the_list_and_what_was_typed_stays_until_one_is_chosen() {
        assert_eq!(Press::of("ArrowDown", None, 3), Press::Choose(0));
        assert_eq!(Press::of("ArrowDown", Some(2), 3), Press::Choose(0));
        assert_eq!(Press::of("ArrowUp", None, 3), Press::Choose(2));
        assert_eq!(Press::of("Enter", None, 3), Press::Close);
        assert_eq!(Press::of("Tab", None, 3), Press::None);
        assert_eq!(Press::of("Enter", Some(1), 3), Press::Take(1));
        assert_eq!(Press::of("Tab", Some(1), 3), Press::Take(1));
    }

    #[test]
    fn escape_closes_the_list_first_and_then_empties_the_field() {
        assert_eq!(Press::of("Escape", None, 3), Press::Close);
        assert_eq!(Press::of("Escape", None, 0), Press::Clear);
        assert_eq!(Press::of("Enter", None, 0), Press::None);
    }
}
