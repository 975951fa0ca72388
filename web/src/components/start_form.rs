//! The form that starts a run.

use super::use_session;
use crate::dom::focus;
use crate::parts::Part;
use crate::session::Session;
use lab::command::Act;
use lab::run_form::{ADDRESS, Field, Form, Input, Kind, Wrong};
use lab::view::Sketch;
use markup::html;
use netlab::run::RunSpec;
use std::rc::Rc;
use texts::t;
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
    let handles = Handles { session, sketch: props.sketch.clone(), form, wrong: use_state(Vec::new) };
    let form = &handles.form;
    let fields = form.fields();
    let (main, further): (Vec<_>, Vec<_>) = fields.iter().copied().partition(|field| !field.further);
    let further_fault = further.iter().any(|further| handles.fault(further.key).is_some());
    let known: Vec<_> = fields.iter().map(|field| field.key).chain(["from", "to"]).collect();
    let elsewhere = handles.wrong.iter().filter(|(key, _)| !known.contains(&key.as_str()));
    let onsubmit = {
        let handles = handles.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            handles.submit();
        })
    };
    html! {
        <form class="start" aria-labelledby="start-title" novalidate=true {onsubmit}>
            <h2 id="start-title">{ t!("Start a run") }</h2>
            <fieldset class="segments">
                <legend class="visually-hidden">{ t!("Kind of run") }</legend>
                { for Kind::ALL.into_iter().map(|kind| handles.kind(kind)) }
            </fieldset>
            <p class="hint">{ form.kind.meaning() }</p>
            <div class="fields">
                { handles.end(End::From) }
                if form.has_target() { { handles.end(End::To) } }
                { for handles.address() }
                { for main.into_iter().map(|field| handles.field(field)) }
            </div>
            <details class="further" open={further_fault}>
                <summary>{ t!("More settings") }</summary>
                <div class="fields">{ for further.into_iter().map(|field| handles.field(field)) }</div>
            </details>
            { for elsewhere.map(|(_, what)| html! { <p class="fault" role="alert">{ what }</p> }) }
            <button id="start-run" type="submit" class="button primary wide">{ t!("Start {}", label(form.kind)) }</button>
        </form>
    }
}

/// Where a run starts, and where it goes.
#[derive(Clone, Copy, PartialEq)]
enum End {
    From,
    To,
}

/// What the form remembers from one rendering to the next.
#[derive(Clone)]
struct Handles {
    session: Session,
    sketch: Rc<Sketch>,
    form: UseStateHandle<Form>,
    /// Faults are shown when the form is sent. From then on each goes as soon as it is put right.
    wrong: UseStateHandle<Vec<Wrong>>,
}

impl Handles {
    fn change(&self, edit: impl Fn(&mut Form)) {
        let mut edited = (*self.form).clone();
        edit(&mut edited);
        if !self.wrong.is_empty()
            && let Some(documents) = self.session.loaded().documents
        {
            self.wrong
                .set(documents.lab.run(&self.session.lab().borrow(), &edited).err().unwrap_or_default());
        }
        self.form.set(edited);
    }

    fn submit(&self) {
        let handles = self.clone();
        self.session.when(Part::Documents, move |session| {
            if let Some(documents) = session.loaded().documents {
                let checked = documents.lab.run(&session.lab().borrow(), &handles.form);
                handles.start(checked);
            }
        });
    }

    fn start(&self, checked: Result<RunSpec, Vec<Wrong>>) {
        match checked {
            Ok(spec) => {
                self.wrong.set(Vec::new());
                self.session.perform(Act::Start(Box::new(spec)));
            }
            Err(faults) => {
                focus_first(&self.form, &faults);
                self.wrong.set(faults);
            }
        }
    }

    fn fault(&self, key: &str) -> Option<String> {
        self.wrong.iter().find(|(at, _)| at == key).map(|(_, what)| what.clone())
    }

    fn kind(&self, kind: Kind) -> Html {
        let handles = self.clone();
        let choose = Callback::from(move |_: Event| handles.change(|form| form.kind = kind));
        html! {
            <label key={kind.key()} class="segment">
                <input type="radio" name="kind" value={kind.key()} checked={self.form.kind == kind} onchange={choose} />
                <span>{ kind.label() }</span>
            </label>
        }
    }

    /// The choice of a host; the target may also be a router, or an address.
    fn end(&self, end: End) -> Html {
        let (key, label, chosen) = match end {
            End::From => ("from", t!("From"), &self.form.from),
            End::To => ("to", t!("To"), &self.form.to),
        };
        let handles = self.clone();
        let onchange = Callback::from(move |event: Event| {
            let value = event.target_unchecked_into::<HtmlSelectElement>().value();
            handles.change(|form| match end {
                End::From => form.from = value.clone(),
                End::To => form.to = value.clone(),
            });
        });
        let hosts = self.sketch.hosts().map(|host| {
            let address = host.addresses.first().map(|address| format!(" ({address})")).unwrap_or_default();
            html! {
                <option key={host.key.clone()} value={host.key.clone()} selected={host.key == *chosen}>
                    { format!("{}{address}", host.name) }
                </option>
            }
        });
        // A router has many addresses, and it may matter which of them is the target.
        let routers =
            self.sketch.nodes.iter().filter(|node| end == End::To && node.kind == lab::edit::Kind::Router);
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
        let fault = self.fault(key).filter(|_| end == End::From || self.form.to != ADDRESS);
        let control = html! {
            <select id={key} {onchange} aria-describedby={format!("{key}-note")}>
                { for hosts }
                { for routers }
                if end == End::To {
                    <option value={ADDRESS} selected={chosen == ADDRESS}>{ t!("another address …") }</option>
                }
            </select>
        };
        labelled(key, label, "", fault, control)
    }

    /// The address, if that is the target.
    fn address(&self) -> Option<Html> {
        if self.form.to != ADDRESS || !self.form.has_target() {
            return None;
        }
        let handles = self.clone();
        let oninput = Callback::from(move |event: InputEvent| {
            let value = event.target_unchecked_into::<HtmlInputElement>().value();
            handles.change(|form| form.address = value.clone());
        });
        let control = html! {
            <input id="address" type="text" autocomplete="off" spellcheck="false" value={self.form.address.clone()} {oninput}
                aria-describedby="address-note" />
        };
        let hint = t!("An IPv4 or IPv6 address. No node needs to have it.");
        Some(labelled("address", t!("Address"), hint, self.fault("to"), control))
    }

    fn field(&self, field: Field) -> Html {
        let handles = self.clone();
        if field.input == Input::Hosts {
            let onchoose = Callback::from(move |(host, is_chosen): (String, bool)| {
                handles.change(|form| form.choose(&field, &host, is_chosen));
            });
            let chosen = self.form.chosen(&field);
            return hosts_input(field, &self.sketch, &chosen, self.fault(field.key), &onchoose);
        }
        let oninput = Callback::from(move |value: String| {
            handles.change(|form| form.set(&field, value.clone()));
        });
        field_input(field, self.form.value(&field), self.fault(field.key), oninput)
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
                        <option key={*choice} value={*choice} selected={*choice == value}>{ texts::of(says) }</option>
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
