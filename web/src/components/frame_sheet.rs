//! A frame's layers, field by field with their meaning, beside its bytes.

use super::action_button::action_button;
use super::cell::cell;
use super::{on, use_session};
use crate::session::Session;
use crate::workspace::Tab;
use dissect::{Dissection, Field, Layer};
use lab::command::Look;
use lab::inspect::field_filter::narrowed;
use lab::inspect::{Changed, FrameSheet};
use lab::packets::Observe;
use markup::html;
use std::ops::Range;
use std::rc::Rc;
use texts::t;
use trace::selection::Selection;
use yew::prelude::*;

/// Properties of [`FrameDetails`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The frame.
    pub sheet: Rc<FrameSheet>,
}

/// More bytes than this are not laid out; a saved capture has all of them.
const HEX_BYTES_MAX: usize = 1_600;
const HEX_ROW: usize = 8;

/// A field, by its name and its bytes.
type Chosen = (&'static str, Range<usize>);

/// What the fields of a frame are rendered with.
struct Fields<'a> {
    session: &'a Session,
    sheet: &'a FrameSheet,
    /// The bytes that are highlighted.
    lit: Option<&'a Range<usize>>,
    light: &'a Callback<Option<Range<usize>>>,
    chosen: Option<&'a Chosen>,
    choose: &'a Callback<Chosen>,
}

/// A frame in detail.
#[component]
pub fn FrameDetails(props: &Props) -> Html {
    let session = use_session();
    let sheet = &props.sheet;
    html! {
        <>
            <p class="kind">{ t!("Frame") }</p>
            <h2>{ &sheet.label }</h2>
            <p class="info">{ &sheet.info }</p>
            <p class={classes!("whereabouts", sheet.lost.then_some("lost"))}>{ &sheet.whereabouts }</p>
            { for sheet.marks.iter().map(|mark| html! { <p class="whereabouts lost">{ mark }</p> }) }
            if let Some(button) = sheet.button.as_ref().filter(|_| !session.query().lock) {
                <div class="sheet-buttons">
                    { action_button(&session, button) }
                    <span class="hint">{ t!("Starts a branch just before the frame was sent, and drops the frame there.") }</span>
                </div>
            }
            <dl class="facts">
                { for sheet.facts.iter().map(|(name, value)| html! { <div><dt>{ *name }</dt><dd>{ value }</dd></div> }) }
            </dl>
            if sheet.hops.len() > 1 {
                <nav class="hops" aria-label={t!("The same frame on each link")}>
                    { for sheet.hops.iter().map(|(id, name)| {
                        let (id, here) = (*id, *id == sheet.id);
                        html! {
                            <button type="button" class="chip" aria-current={here.then_some("true")}
                                onclick={on(&session, move |session| {
                                    session.perform(Look::Select(Some(Selection::Frame(id))));
                                })}>{ name }</button>
                        }
                    }) }
                </nav>
            }
            if let Some((who, changes)) = &sheet.changed { { changed(who, changes) } }
            <Layers sheet={sheet.clone()} whole=false />
            if sheet.whole.is_some() {
                <h3>{ t!("The message that it completes") }</h3>
                <Layers sheet={sheet.clone()} whole=true />
            }
        </>
    }
}

/// Properties of [`Layers`].
#[derive(Properties, PartialEq)]
struct LayersProps {
    sheet: Rc<FrameSheet>,
    /// Of the packet or message that it completes.
    whole: bool,
}

/// Layers, field by field, and their bytes.
#[component]
fn Layers(props: &LayersProps) -> Html {
    let session = use_session();
    let sheet = &props.sheet;
    let (bytes, dissection) = match &sheet.whole {
        Some((bytes, dissection)) if props.whole => (bytes, dissection),
        _ => (&sheet.frame, &sheet.dissection),
    };
    let lit = use_state(|| None::<Range<usize>>);
    let light = {
        let lit = lit.clone();
        Callback::from(move |range: Option<Range<usize>>| lit.set(range))
    };
    // Of one field it is shown what can be done with it; another frame has other fields.
    let chosen = use_state(|| None::<Chosen>);
    let choose = {
        let chosen = chosen.clone();
        Callback::from(move |field: Chosen| chosen.set((chosen.as_ref() != Some(&field)).then_some(field)))
    };
    let fields = Fields {
        session: &session,
        sheet,
        lit: (*lit).as_ref(),
        light: &light,
        chosen: (*chosen).as_ref(),
        choose: &choose,
    };
    html! {
        <>
            if !props.whole { <h3>{ t!("Layers") }</h3> }
            { for dissection.layers.iter().map(|layer| layer_html(layer, &fields)) }
            if !props.whole { <h3>{ t!("Bytes") }</h3> }
            <p class="hint byte-says" role="status">{ says(dissection, (*lit).as_ref()) }</p>
            { hex(bytes, dissection, (*lit).as_ref(), &light) }
        </>
    }
}

/// What the sending node has changed in the frame.
fn changed(who: &str, changes: &[Changed]) -> Html {
    let title = t!("Changed by {who}");
    let value = |value: &Option<String>| match value {
        Some(value) => html! { <td>{ cell(value) }</td> },
        None => html! { <td class="nothing">{ "–" }</td> },
    };
    html! {
        <section class="sheet-table">
            <h3>{ &title }</h3>
            <div class="scroll" tabindex="0" role="group" aria-label={title.clone()}>
                <table>
                    <thead><tr><th scope="col">{ t!("What") }</th><th scope="col">{ t!("Before") }</th><th scope="col">{ t!("Now") }</th></tr></thead>
                    <tbody>
                        { for changes.iter().map(|change| html! {
                            <tr><th scope="row">{ &change.name }</th>{ value(&change.before) }{ value(&change.now) }</tr>
                        }) }
                    </tbody>
                </table>
            </div>
        </section>
    }
}

/// The innermost field that this byte is a part of.
fn field_at(dissection: &Dissection, byte: usize) -> Option<(&Layer, &Field)> {
    let layer = dissection.layers.iter().find(|layer| layer.range.contains(&byte))?;
    let fields = layer.walk().filter(|field| field.range.contains(&byte));
    // A part comes after the field that contains it, and is not longer.
    fields.min_by_key(|field| field.range.len()).map(|field| (layer, field))
}

/// The field of the highlighted bytes.
fn says(dissection: &Dissection, lit: Option<&Range<usize>>) -> String {
    let field = lit.and_then(|lit| field_at(dissection, lit.start));
    match field {
        Some((layer, field)) => format!("{}: {} = {}", layer.name, field.name, field.value),
        None => t!("Point at a byte or a field to see what belongs together.").into(),
    }
}

/// A layer with its fields. If bytes of it are pointed at, it shows them.
fn layer_html(layer: &Layer, fields: &Fields<'_>) -> Html {
    html! {
        <details class="layer">
            <summary>
                <strong>{ layer.name }</strong>
                <span class="layer-summary">{ &layer.summary }</span>
                if layer.fault.is_some() { <span class="fault">{ "damaged" }</span> }
            </summary>
            if let Some(fault) = &layer.fault { <p class="fault">{ fault }</p> }
            <ul class="layer-fields">{ for layer.fields.iter().map(|field| field_html(field, fields)) }</ul>
        </details>
    }
}

/// A field: pointed at or focused, its bytes light up; pressed, it shows what can be done with its value.
fn field_html(field: &Field, fields: &Fields<'_>) -> Html {
    let set = |range: Option<Range<usize>>| {
        let light = fields.light.clone();
        move || light.emit(range.clone())
    };
    let this: Chosen = (field.name, field.range.clone());
    let is_chosen = fields.chosen == Some(&this);
    let (onclick, onkeydown) = {
        let [by_pointer, by_key] = [fields.choose.clone(), fields.choose.clone()];
        let (pressed, keyed) = (this.clone(), this);
        let onkeydown = move |event: KeyboardEvent| {
            if matches!(event.key().as_str(), "Enter" | " ") {
                event.prevent_default();
                by_key.emit(keyed.clone());
            }
        };
        (Callback::from(move |_: MouseEvent| by_pointer.emit(pressed.clone())), Callback::from(onkeydown))
    };
    let (enter, leave) = (set(Some(field.range.clone())), set(None));
    let (focus, blur) = (enter.clone(), leave.clone());
    html! {
        <li>
            <div class={classes!("layer-field", (fields.lit == Some(&field.range)).then_some("lit"))} tabindex="0" role="button"
                aria-expanded={is_chosen.to_string()} {onclick} {onkeydown}
                onmouseenter={Callback::from(move |_| enter())} onmouseleave={Callback::from(move |_| leave())}
                onfocus={Callback::from(move |_| focus())} onblur={Callback::from(move |_| blur())}>
                <span class="field-name">{ field.name }</span>{ " " }
                <span class="field-value">{ &field.value }</span>{ " " }
                <span class="field-meaning">{ texts::of(field.meaning) }</span>
                if let Some(fault) = &field.fault { <span class="fault">{ fault }</span> }
            </div>
            if is_chosen { { field_actions(field, fields) } }
            if !field.fields.is_empty() {
                <ul class="layer-fields">{ for field.fields.iter().map(|field| field_html(field, fields)) }</ul>
            }
        </li>
    }
}

/// What can be done with the value of a field.
fn field_actions(field: &Field, fields: &Fields<'_>) -> Html {
    let session = fields.session;
    // `narrows`: of what is filtered for when it is pressed, which may have changed since this was rendered.
    let sift = |text: &str, filter: String, narrows: bool| {
        let title = if narrows { t!("Of these, only {filter}") } else { t!("Show only {filter}") };
        let onclick = on(session, move |session| {
            let applied = session.lab().borrow().packets().applied().clone();
            let filter = if narrows { narrowed(&applied, &filter) } else { filter.clone() };
            session.perform(Look::Observe(Observe::Filter(filter)));
            session.open_drawer(Some(Tab::Packets));
        });
        html! { <button type="button" class="chip" {title} {onclick}>{ text }</button> }
    };
    let filters = fields.sheet.filter_of(field).map(|filter| {
        html! {
            <>
                { sift(t!("Filter for it"), filter.clone(), false) }
                { sift(t!("Narrow the filter to it"), filter.clone(), true) }
                { sift(t!("Filter it out"), format!("!({filter})"), true) }
            </>
        }
    });
    let value = field.value.clone();
    html! {
        <div class="field-actions" role="group" aria-label={t!("{}: what to do with it", field.name)}>
            { for filters }
            <button type="button" class="chip" onclick={on(session, move |session| session.copy(value.clone()))}>{ t!("Copy") }</button>
        </div>
    }
}

fn hex(
    bytes: &[u8],
    dissection: &Dissection,
    lit: Option<&Range<usize>>,
    light: &Callback<Option<Range<usize>>>,
) -> Html {
    let shown = &bytes[..bytes.len().min(HEX_BYTES_MAX)];
    let range = |byte: usize| field_at(dissection, byte).map(|(_, field)| field.range.clone());
    let rows = shown.chunks(HEX_ROW).enumerate().map(|(row, chunk)| {
        let start = row * HEX_ROW;
        let byte = |(number, byte): (usize, &u8)| {
            let class = lit.is_some_and(|lit| lit.contains(&(start + number))).then_some("lit");
            let enter = {
                let (light, range) = (light.clone(), range(start + number));
                Callback::from(move |_: MouseEvent| light.emit(range.clone()))
            };
            html! { <span class={classes!("byte", class)} onmouseenter={enter}>{ format!("{byte:02x}") }</span> }
        };
        let text: String = chunk
            .iter()
            .map(|&byte| if byte.is_ascii_graphic() || byte == b' ' { char::from(byte) } else { '·' })
            .collect();
        html! {
            <div class="hex-row" key={row}>
                <span class="hex-offset">{ format!("{start:04x}") }</span>
                <span class="hex-bytes">{ for chunk.iter().enumerate().map(byte) }</span>
                <span class="hex-text">{ text }</span>
            </div>
        }
    });
    let rest = bytes.len() - shown.len();
    html! {
        <div class="hex scroll" tabindex="0" role="group" aria-label={t!("The frame's bytes, hexadecimal")}
            onmouseleave={let light = light.clone(); Callback::from(move |_: MouseEvent| light.emit(None))}>
            { for rows }
            if rest > 0 { <p class="hint">{ t!("and {rest} more bytes") }</p> }
        </div>
    }
}
