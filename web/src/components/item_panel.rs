//! The settings of a node or a link, to be changed: what the inspector shows while the tools are out.

use super::start_form::field_input;
use super::use_session;
use crate::edit::Edit;
use crate::edit::item_form::ItemForm;
use crate::lab::Command;
use crate::run_form::{Field, Wrong};
use crate::session::Session;
use crate::stage::Selection;
use netlab::topology::{LinkId, NodeId};
use vnetif::impair::Impairment;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

/// Properties of [`ItemPanel`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// A node or a link.
    pub item: Selection,
    /// Changes whenever the document does: the fields are filled in again.
    pub revision: usize,
}

/// The form.
#[component]
pub fn ItemPanel(props: &Props) -> Html {
    let session = use_session();
    let item = props.item;
    let form = {
        let session = session.clone();
        use_state(move || filled(&session, item))
    };
    let wrong = use_state(Vec::<Wrong>::new);
    {
        let (session, form, wrong) = (session.clone(), form.clone(), wrong.clone());
        use_effect_with((item, props.revision), move |_| {
            form.set(filled(&session, item));
            wrong.set(Vec::new());
        });
    }
    let change = {
        let (session, form, wrong) = (session.clone(), form.clone(), wrong.clone());
        move |field: &Field, value: String| {
            let mut edited = (*form).clone();
            edited.set(field, value);
            // Told once it has been tried, and from then on it goes as it is put right.
            if !wrong.is_empty() {
                wrong.set(read(&session, item, &edited).err().unwrap_or_default());
            }
            form.set(edited);
        }
    };
    let onsubmit = {
        let (session, form, wrong) = (session.clone(), form.clone(), wrong.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            match read(&session, item, &form) {
                Ok(edits) => {
                    wrong.set(Vec::new());
                    edits.into_iter().for_each(|edit| session.edit(edit));
                }
                Err(faults) => wrong.set(faults),
            }
        })
    };
    let fields = fields(&session, item, &form);
    let fault = |key: &str| wrong.iter().find(|(at, _)| at == key).map(|(_, what)| what.clone());
    let input = |field: Field| {
        let change = change.clone();
        let oninput = Callback::from(move |value: String| change(&field, value));
        field_input(field, form.value(&field), fault(field.key), oninput)
    };
    let (main, further): (Vec<_>, Vec<_>) = fields.iter().copied().partition(|field| !field.further);
    let further_fault = further.iter().any(|field| fault(field.key).is_some());
    let elsewhere = wrong.iter().filter(|(key, _)| !fields.iter().any(|field| field.key == key));
    html! {
        <form class="item-form" aria-label="Settings" novalidate=true {onsubmit}>
            <div class="fields">{ for main.into_iter().map(&input) }</div>
            if !further.is_empty() {
                <details class="further" open={further_fault}>
                    <summary>{ "More settings" }</summary>
                    <div class="fields">{ for further.into_iter().map(&input) }</div>
                </details>
            }
            { for elsewhere.map(|(_, what)| html! { <p class="fault" role="alert">{ what }</p> }) }
            <p class="actions">
                <button type="submit" class="button primary">{ "Apply" }</button>
                { plug(&session, item) }
                <button type="button" class="button" onclick={super::on(&session, |session| session.perform(Command::Delete))}>
                    { "Delete" }
                </button>
            </p>
            if let Selection::Node(from) = item {
                <Connect {from} revision={props.revision} />
            }
        </form>
    }
}

/// The form as the document has it.
fn filled(session: &Session, item: Selection) -> ItemForm {
    let lab = session.lab().borrow();
    let scenario = lab.scenario();
    match item {
        Selection::Node(id) if scenario.topology.nodes.len() > id.index() => ItemForm::of_node(scenario, id),
        Selection::Link(id) => {
            scenario.topology.links.get(id.index()).map(ItemForm::of_link).unwrap_or_default()
        }
        _ => ItemForm::default(),
    }
}

fn fields(session: &Session, item: Selection, form: &ItemForm) -> Vec<Field> {
    match item {
        Selection::Node(id) => session
            .lab()
            .borrow()
            .scenario()
            .topology
            .nodes
            .get(id.index())
            .map(|node| ItemForm::node_fields(&node.kind))
            .unwrap_or_default(),
        Selection::Link(_) => form.link_fields(),
        Selection::Frame(_) => Vec::new(),
    }
}

/// The edits that make the document what the form says.
fn read(session: &Session, item: Selection, form: &ItemForm) -> Result<Vec<Edit>, Vec<Wrong>> {
    let lab = session.lab().borrow();
    let topology = &lab.scenario().topology;
    match item {
        Selection::Node(id) => {
            let node = topology.node(id);
            let kind = form.node(&node.kind)?;
            let name = form.value(&crate::edit::item_form::NAME).trim();
            let mut edits = Vec::new();
            if name != node.name {
                edits.push(Edit::Rename(id, name.to_owned()));
            }
            if kind != node.kind {
                edits.push(Edit::SetNode(id, kind));
            }
            Ok(edits)
        }
        Selection::Link(id) => {
            let link = topology.link(id);
            let ways = form.link(link)?;
            Ok(if ways == link.ways { Vec::new() } else { vec![Edit::SetLink(id, ways)] })
        }
        Selection::Frame(_) => Ok(Vec::new()),
    }
}

/// Pulls a cable out, or puts it back.
fn plug(session: &Session, item: Selection) -> Html {
    let Selection::Link(id) = item else { return Html::default() };
    let pulled = is_pulled(session, id);
    html! {
        <button type="button" class="button" onclick={super::on(session, move |session| {
            session.edit(Edit::Plug(id, is_pulled(session, id)));
        })}>
            { if pulled { "Plug the cable in" } else { "Pull the cable" } }
        </button>
    }
}

fn is_pulled(session: &Session, id: LinkId) -> bool {
    let lab = session.lab().borrow();
    let link = lab.scenario().topology.links.get(id.index());
    link.is_some_and(|link| link.ways.iter().any(|way| way.impairments.contains(&Impairment::Down)))
}

/// Properties of [`Connect`].
#[derive(Properties, PartialEq)]
struct ConnectProps {
    from: NodeId,
    revision: usize,
}

/// A cable from this node to another, for those who do not drag.
#[component]
fn Connect(props: &ConnectProps) -> Html {
    let session = use_session();
    let chosen = use_node_ref();
    let from = props.from;
    let lab = session.lab().borrow();
    let topology = &lab.scenario().topology;
    let connected = |node: NodeId| topology.links.iter().filter(move |link| link.ends.contains(&node));
    let full = |node: NodeId| topology.host(node).is_some() && connected(node).next().is_some();
    if topology.nodes.len() <= from.index() || full(from) {
        return Html::default();
    }
    let joined = |to: NodeId| connected(from).any(|link| link.ends.contains(&to));
    let others: Vec<_> = topology.node_ids().filter(|&to| to != from && !joined(to) && !full(to)).collect();
    if others.is_empty() {
        return html! { <p class="hint">{ "There is no other node that a cable could lead to." }</p> };
    }
    let onclick = {
        let (session, chosen) = (session.clone(), chosen.clone());
        Callback::from(move |_: MouseEvent| {
            let to = chosen.cast::<HtmlSelectElement>().and_then(|select| select.value().parse().ok());
            if let Some(to) = to {
                session.edit(Edit::Connect(from, NodeId(to)));
            }
        })
    };
    html! {
        <div class="field">
            <label for="connect-to">{ "Connect to" }</label>
            <div class="with-button">
                <select id="connect-to" ref={chosen.clone()}>
                    { for others.into_iter().map(|to| html! {
                        <option key={to.0} value={to.0.to_string()}>{ &topology.node(to).name }</option>
                    }) }
                </select>
                <button type="button" class="button" {onclick}>{ "Connect" }</button>
            </div>
        </div>
    }
}
