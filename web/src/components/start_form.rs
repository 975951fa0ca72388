//! The form that starts a run.

use super::use_session;
use crate::dom::focus;
use lab::command::Act;
use lab::run_form::{ADDRESS, Field, Form, Input, Kind, Wrong};
use lab::view::Sketch;
use std::rc::Rc;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

/// Properties of [`StartForm`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The network.
    pub sketch: Rc<Sketch>,
}

/// The form that starts a run.
#[component]
pub fn StartForm(props: &Props) -> Html {
    let session = use_session();
    let form = {
        let session = session.clone();
        use_state(move || Form::new(&session.lab().borrow().edited()))
    };
    let wrong = use_state(Vec::<Wrong>::new);
    // Faults are shown when the form is sent, and from then on they go as they are put right.
    let change = {
        let (session, form, wrong) = (session.clone(), form.clone(), wrong.clone());
        move |edit: &dyn Fn(&mut Form)| {
            let mut edited = (*form).clone();
            edit(&mut edited);
            if !wrong.is_empty() {
                wrong.set(edited.check(&session.lab().borrow().edited()).err().unwrap_or_default());
            }
            form.set(edited);
        }
    };
    let onsubmit = {
        let (session, form, wrong) = (session.clone(), form.clone(), wrong.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let checked = form.check(&session.lab().borrow().edited());
            match checked {
                Ok(spec) => {
                    wrong.set(Vec::new());
                    session.perform(Act::Start(Box::new(spec)));
                }
                Err(faults) => {
                    focus_first(&form, &faults);
                    wrong.set(faults);
                }
            }
        })
    };
    let fault = |key: &str| wrong.iter().find(|(at, _)| at == key).map(|(_, what)| what.clone());
    let kinds = Kind::ALL.into_iter().map(|kind| {
        let change = change.clone();
        let choose = Callback::from(move |_: Event| change(&|form: &mut Form| form.kind = kind));
        html! {
            <label key={kind.key()} class="segment">
                <input type="radio" name="kind" value={kind.key()} checked={form.kind == kind} onchange={choose} />
                <span>{ kind.label() }</span>
            </label>
        }
    });
    let end = |key: &'static str, label: &'static str, chosen: &str, with_address: bool| {
        let change = change.clone();
        let onchange = Callback::from(move |event: Event| {
            let value = event.target_unchecked_into::<HtmlSelectElement>().value();
            change(&|form: &mut Form| match key {
                "from" => form.from = value.clone(),
                _ => form.to = value.clone(),
            });
        });
        let hosts = props.sketch.hosts().map(|host| {
            let address = host.addresses.first().map(|address| format!(" ({address})")).unwrap_or_default();
            html! {
                <option key={host.key.clone()} value={host.key.clone()} selected={host.key == chosen}>
                    { format!("{}{address}", host.name) }
                </option>
            }
        });
        // A router has many addresses, and it may matter which of them is asked.
        let routers = props.sketch.nodes.iter().filter(|node| with_address && node.kind == "Router");
        let routers = routers.flat_map(|router| {
            let option = |address: &String| {
                html! {
                    <option key={address.clone()} value={address.clone()} selected={address == chosen}>
                        { format!("{} ({address})", router.name) }
                    </option>
                }
            };
            router.addresses.iter().map(option).collect::<Vec<_>>()
        });
        let fault = fault(key).filter(|_| !with_address || form.to != ADDRESS);
        let control = html! {
            <select id={key} {onchange} aria-describedby={format!("{key}-note")}>
                { for hosts }
                { for routers }
                if with_address {
                    <option value={ADDRESS} selected={chosen == ADDRESS}>{ "another address …" }</option>
                }
            </select>
        };
        labelled(key, label, "", fault, control)
    };
    let address = (form.to == ADDRESS && form.has_target()).then(|| {
        let change = change.clone();
        let oninput = Callback::from(move |event: InputEvent| {
            let value = event.target_unchecked_into::<HtmlInputElement>().value();
            change(&|form: &mut Form| form.address = value.clone());
        });
        let control = html! {
            <input id="address" type="text" autocomplete="off" spellcheck="false" value={form.address.clone()} {oninput}
                aria-describedby="address-note" />
        };
        labelled("address", "Address", "IPv4 or IPv6; it need not belong to anybody.", fault("to"), control)
    });
    let field = |field: Field| {
        let oninput = {
            let change = change.clone();
            move |value: String| change(&|form: &mut Form| form.set(&field, value.clone()))
        };
        if field.input == Input::Hosts {
            let change = change.clone();
            let onchoose = Callback::from(move |(host, in_it): (String, bool)| {
                change(&|form: &mut Form| form.choose(&field, &host, in_it));
            });
            return hosts_input(field, &props.sketch, &form.chosen(&field), fault(field.key), &onchoose);
        }
        field_input(field, form.value(&field), fault(field.key), Callback::from(oninput))
    };
    let fields = form.fields();
    let (main, further): (Vec<_>, Vec<_>) = fields.iter().copied().partition(|field| !field.further);
    let further_fault = further.iter().any(|further| fault(further.key).is_some());
    let known: Vec<_> = fields.iter().map(|field| field.key).chain(["from", "to"]).collect();
    let elsewhere = wrong.iter().filter(|(key, _)| !known.contains(&key.as_str()));
    html! {
        <form class="start" aria-labelledby="start-title" novalidate=true {onsubmit}>
            <h2 id="start-title">{ "Start a run" }</h2>
            <fieldset class="segments">
                <legend class="visually-hidden">{ "Kind of run" }</legend>
                { for kinds }
            </fieldset>
            <p class="hint">{ form.kind.meaning() }</p>
            <div class="fields">
                { end("from", "From", &form.from, false) }
                if form.has_target() { { end("to", "To", &form.to, true) } }
                { for address }
                { for main.into_iter().map(&field) }
            </div>
            <details class="further" open={further_fault}>
                <summary>{ "More settings" }</summary>
                <div class="fields">{ for further.into_iter().map(&field) }</div>
            </details>
            { for elsewhere.map(|(_, what)| html! { <p class="fault" role="alert">{ what }</p> }) }
            <button id="start-run" type="submit" class="button primary wide">{ format!("Start {}", label(form.kind)) }</button>
        </form>
    }
}

fn label(kind: Kind) -> &'static str {
    match kind {
        Kind::Ping => "ping",
        Kind::Echo => "echo",
        Kind::Iperf => "iperf",
        Kind::Connect => "connect",
        Kind::Traceroute => "traceroute",
        Kind::PathMtu => "path MTU",
        Kind::Multicast => "multicast",
    }
}

/// The keyboard goes to the first field that is wrong.
fn focus_first(form: &Form, faults: &[Wrong]) {
    let order = ["from", "to"].into_iter().chain(form.fields().into_iter().map(|field| field.key));
    let first = order.into_iter().find(|key| faults.iter().any(|(wrong, _)| wrong == key));
    let id = match first {
        Some("to") if form.to == ADDRESS => "address",
        Some("from") => "from",
        Some("to") => "to",
        Some(key) => return focus(&format!("field-{key}")),
        None => return,
    };
    focus(id);
}

/// A field of the form.
pub fn field_input(field: Field, value: &str, fault: Option<String>, oninput: Callback<String>) -> Html {
    let id = format!("field-{}", field.key);
    let note = format!("{id}-note");
    let invalid = fault.is_some().then_some("true");
    let input = match field.input {
        Input::Choice(choices) => {
            let oninput = oninput.clone();
            let onchange = Callback::from(move |event: Event| {
                oninput.emit(event.target_unchecked_into::<HtmlSelectElement>().value());
            });
            html! {
                <select id={id.clone()} {onchange} aria-describedby={note}>
                    { for choices.iter().map(|(choice, says)| html! {
                        <option key={*choice} value={*choice} selected={*choice == value}>{ *says }</option>
                    }) }
                </select>
            }
        }
        Input::Text | Input::Number | Input::Quantity | Input::Hosts => {
            let oninput = oninput.clone();
            let oninput = Callback::from(move |event: InputEvent| {
                oninput.emit(event.target_unchecked_into::<HtmlInputElement>().value());
            });
            let mode = if field.input == Input::Number { "numeric" } else { "text" };
            html! {
                <input id={id.clone()} type="text" inputmode={mode} autocomplete="off" spellcheck="false"
                    value={value.to_string()} {oninput} aria-invalid={invalid} aria-describedby={note} />
            }
        }
    };
    labelled(&id, field.label, field.hint, fault, input)
}

/// A choice of several hosts.
fn hosts_input(
    field: Field,
    sketch: &Sketch,
    chosen: &[&str],
    fault: Option<String>,
    onchoose: &Callback<(String, bool)>,
) -> Html {
    let id = format!("field-{}", field.key);
    let note = format!("{id}-note");
    let boxes = sketch.hosts().map(|host| {
        let (key, onchoose) = (host.key.clone(), onchoose.clone());
        let onchange = Callback::from(move |event: Event| {
            onchoose.emit((key.clone(), event.target_unchecked_into::<HtmlInputElement>().checked()));
        });
        html! {
            <label key={host.key.clone()} class="several-one">
                <input type="checkbox" checked={chosen.contains(&host.key.as_str())} {onchange} />
                <span>{ &host.name }</span>
            </label>
        }
    });
    html! {
        <fieldset key={id.clone()} id={id.clone()} tabindex="-1" class={classes!("field", "several", fault.is_some().then_some("wrong"))}
            aria-describedby={note.clone()}>
            <legend>{ field.label }</legend>
            <div class="several-all scroll">{ for boxes }</div>
            <p id={note} class={if fault.is_some() { "fault" } else { "hint" }}>
                { fault.as_deref().unwrap_or(field.hint) }
            </p>
        </fieldset>
    }
}

/// A control with its label, and what is wrong with it.
fn labelled(id: &str, label: &'static str, hint: &'static str, fault: Option<String>, control: Html) -> Html {
    html! {
        <div key={id.to_string()} class={classes!("field", fault.is_some().then_some("wrong"))}>
            <label for={id.to_string()}>{ label }</label>
            { control }
            <p id={format!("{id}-note")} class={if fault.is_some() { "fault" } else { "hint" }}>
                { fault.as_deref().unwrap_or(hint) }
            </p>
        </div>
    }
}
