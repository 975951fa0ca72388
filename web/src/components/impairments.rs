//! The impairments of a link, as a list; and presets of familiar kinds of links.

use super::item_field::item_field;
use super::use_session;
use lab::edit::item_form::ItemForm;
use lab::edit::item_form::impair::{Entry, Kind};
use lab::run_form::Wrong;
use markup::html;
use netlab::topology::{End, LinkId};
use texts::t;
use trace::selection::Selection;
use web_sys::HtmlSelectElement;
use wire::preset::{preset, presets};
use yew::prelude::*;

/// Properties of [`Impairments`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The link's form.
    pub form: ItemForm,
    /// Which link.
    pub link: LinkId,
    /// Receives the form after a change.
    pub edited: Callback<ItemForm>,
    /// What is wrong.
    pub wrong: Vec<Wrong>,
}

/// The list of a link's impairments.
#[component]
pub fn Impairments(props: &Props) -> Html {
    let session = use_session();
    let picked = use_node_ref();
    let ends = {
        let lab = session.lab().borrow();
        let edited = lab.edited();
        let topology = &edited.topology;
        let link = topology.links.get(props.link.index());
        link.map(|link| link.ends.map(|end| topology.node(end).name.clone())).unwrap_or_default()
    };
    let add = {
        let (form, edited, picked) = (props.form.clone(), props.edited.clone(), picked.clone());
        Callback::from(move |_: MouseEvent| {
            let chosen = picked.cast::<HtmlSelectElement>().map(|select| select.value()).unwrap_or_default();
            let Some(kind) = Kind::ALL.into_iter().find(|kind| kind.key() == chosen) else { return };
            let mut form = form.clone();
            form.impairments.push(Entry::new(kind));
            edited.emit(form);
        })
    };
    let entry = |(place, entry): (usize, &Entry)| {
        let form = || (props.form.clone(), props.edited.clone());
        let fields = entry.fields(place).into_iter().map(|field| {
            let oninput = {
                let ((form, edited), key) = (form(), field.key.clone());
                Callback::from(move |value: String| {
                    let mut form = form.clone();
                    form.impairments[place].set(&key, value);
                    edited.emit(form);
                })
            };
            let fault = props.wrong.iter().find(|(at, _)| *at == field.key).map(|(_, what)| what.clone());
            item_field(&field, entry.value(&field.key), fault, oninput)
        });
        let remove = {
            let (form, edited) = form();
            Callback::from(move |_: MouseEvent| {
                let mut form = form.clone();
                form.impairments.remove(place);
                edited.emit(form);
            })
        };
        let onchange = {
            let (form, edited) = form();
            Callback::from(move |event: Event| {
                let mut form = form.clone();
                form.impairments[place].from =
                    match &*event.target_unchecked_into::<HtmlSelectElement>().value() {
                        "0" => Some(End::First),
                        "1" => Some(End::Second),
                        _ => None,
                    };
                edited.emit(form);
            })
        };
        let id = format!("field-impair.{place}.from");
        let choices = [
            (None, "", t!("both directions").to_owned()),
            (Some(End::First), "0", t!("frames from {}", ends[0])),
            (Some(End::Second), "1", t!("frames from {}", ends[1])),
        ];
        html! {
            <fieldset key={format!("{place}-{}", entry.kind.key())} class="impairment">
                <legend>{ entry.kind.label() }</legend>
                <div class="fields">
                    { for fields }
                    <div class="field">
                        <label for={id.clone()}>{ t!("Direction") }</label>
                        <select {id} {onchange}>
                            { for choices.into_iter().map(|(from, value, says)| html! {
                                <option key={value} {value} selected={from == entry.from}>{ says }</option>
                            }) }
                        </select>
                    </div>
                </div>
                <button type="button" class="link" onclick={remove} aria-label={format!("Remove: {}", entry.kind.label())}>
                    { t!("Remove") }
                </button>
            </fieldset>
        }
    };
    html! {
        <fieldset>
            <legend>{ t!("Impairments") }</legend>
            { for props.form.impairments.iter().enumerate().map(entry) }
            <div class="field">
                <label for="impair-add">{ t!("Add an impairment") }</label>
                <div class="with-button">
                    <select id="impair-add" ref={picked}>
                        { for Kind::ALL.into_iter().map(|kind| html! {
                            <option key={kind.key()} value={kind.key()}>{ kind.label() }</option>
                        }) }
                    </select>
                    <button type="button" class="button" onclick={add}>{ t!("Add") }</button>
                </div>
            </div>
        </fieldset>
    }
}

/// Properties of [`Presets`].
#[derive(Properties, PartialEq)]
pub struct PresetsProps {
    /// The link's form.
    pub form: ItemForm,
    /// Which link.
    pub item: Selection,
    /// Receives the form after a change.
    pub edited: Callback<ItemForm>,
}

/// The choice of a familiar kind of link. The user's end is the one with a host, or the second.
#[component]
pub fn Presets(props: &PresetsProps) -> Html {
    let session = use_session();
    let chosen = use_state(|| None::<&'static str>);
    let onchange = {
        let (session, chosen) = (session.clone(), chosen.clone());
        let (form, edited, item) = (props.form.clone(), props.edited.clone(), props.item);
        Callback::from(move |event: Event| {
            let key = event.target_unchecked_into::<HtmlSelectElement>().value();
            let Some(preset) = preset(&key) else { return };
            let lab = session.lab().borrow();
            let document = lab.edited();
            let topology = &document.topology;
            let Selection::Link(link) = item else { return };
            let Some(link) = topology.links.get(link.index()) else { return };
            let user = match topology.host(link.ends[0]) {
                Some(_) => End::First,
                None => End::Second,
            };
            let mut form = form.clone();
            form.take_preset(preset, user);
            chosen.set(Some(preset.about));
            edited.emit(form);
        })
    };
    html! {
        <div class="field">
            <label for="preset">{ t!("Preset") }</label>
            <select id="preset" {onchange} aria-describedby="preset-note">
                <option value="" selected={chosen.is_none()}>{ t!("– unchanged –") }</option>
                { for presets().iter().map(|preset| html! {
                    <option key={preset.key} value={preset.key} selected={*chosen == Some(preset.about)}>{ preset.name }</option>
                }) }
            </select>
            <p id="preset-note" class="hint">{ chosen.unwrap_or_default() }</p>
        </div>
    }
}
