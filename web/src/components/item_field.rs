//! A field of the editor's forms.

use lab::edit::item_form::ON;
use lab::edit::item_form::field::{Field, Input};
use markup::html;
use web_sys::{HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement};
use yew::prelude::*;

/// A field with its label and hint, or with its mistake.
pub fn item_field(field: &Field, value: &str, fault: Option<String>, oninput: Callback<String>) -> Html {
    let id = format!("field-{}", field.key);
    let note = format!("{id}-note");
    let invalid = fault.is_some().then_some("true");
    let typed = |read: fn(&InputEvent) -> String| {
        let oninput = oninput.clone();
        Callback::from(move |event: InputEvent| oninput.emit(read(&event)))
    };
    let control = match field.input {
        Input::Choice(choices) => {
            let onchange = Callback::from(move |event: Event| {
                oninput.emit(event.target_unchecked_into::<HtmlSelectElement>().value());
            });
            html! {
                <select id={id.clone()} {onchange} aria-describedby={note.clone()}>
                    { for choices.iter().map(|(choice, says)| html! {
                        <option key={*choice} value={*choice} selected={*choice == value}>{ texts::of(says) }</option>
                    }) }
                </select>
            }
        }
        Input::Check => {
            let onchange = Callback::from(move |event: Event| {
                let on = event.target_unchecked_into::<HtmlInputElement>().checked();
                oninput.emit(if on { ON.to_owned() } else { String::new() });
            });
            html! {
                <input id={id.clone()} type="checkbox" checked={value == ON} {onchange} aria-describedby={note.clone()} />
            }
        }
        Input::Lines => {
            let oninput = typed(|event| event.target_unchecked_into::<HtmlTextAreaElement>().value());
            let rows = value.lines().count().clamp(2, 12).to_string();
            html! {
                <textarea id={id.clone()} {rows} spellcheck="false" autocomplete="off" value={value.to_string()} {oninput}
                    aria-invalid={invalid} aria-describedby={note.clone()} />
            }
        }
        Input::Text | Input::Number => {
            let oninput = typed(|event| event.target_unchecked_into::<HtmlInputElement>().value());
            let mode = if field.input == Input::Number { "numeric" } else { "text" };
            html! {
                <input id={id.clone()} type="text" inputmode={mode} autocomplete="off" spellcheck="false"
                    value={value.to_string()} {oninput} aria-invalid={invalid} aria-describedby={note.clone()} />
            }
        }
    };
    let kind = match field.input {
        Input::Check => Some("tick"),
        Input::Lines => Some("lines"),
        Input::Text | Input::Number | Input::Choice(_) => None,
    };
    html! {
        <div key={id.clone()} class={classes!("field", kind, fault.is_some().then_some("wrong"))}>
            <label for={id}>{ field.label }</label>
            { control }
            <p id={note} class={if fault.is_some() { "fault" } else { "hint" }}>
                { fault.as_deref().unwrap_or(field.hint) }
            </p>
        </div>
    }
}
