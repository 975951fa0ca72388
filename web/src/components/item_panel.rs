//! The form with the settings of a node or a link: what the Inspect pane shows in edit mode.

use super::impairments::{Impairments, Presets};
use super::item_field::item_field;
use super::use_session;
use crate::session::Session;
use lab::command::Editor;
use lab::edit::Edit;
use lab::edit::item_form::field::Field;
use lab::edit::item_form::{Group, ItemForm};
use lab::run_form::Wrong;
use markup::html;
use netlab::topology::{LinkId, NodeId};
use texts::t;
use trace::selection::Selection;
use web_sys::HtmlSelectElement;
use wire::impair::Impairment;
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
    let item = props.item;
    let handles = use_handles(item, props.revision);
    let Handles { session, form, wrong, .. } = &handles;
    let groups = groups(session, item, form);
    let shown = shown_keys(&groups, form);
    let elsewhere = wrong.iter().filter(|(key, _)| !shown.contains(key));
    let (own, ports) = groups.split_at(groups.len().min(1));
    let edited = {
        let handles = handles.clone();
        Callback::from(move |edited: ItemForm| handles.edited(edited))
    };
    let onsubmit = {
        let handles = handles.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            handles.submit();
        })
    };
    html! {
        <form class="item-form" aria-label={t!("Settings")} novalidate=true {onsubmit}>
            if matches!(item, Selection::Link(_)) {
                <Presets form={(**form).clone()} {item} edited={edited.clone()} />
            }
            { for own.iter().map(|group| handles.group(group)) }
            if let Selection::Link(link) = item {
                <Impairments form={(**form).clone()} {link} edited={edited.clone()} wrong={(**wrong).clone()} />
            }
            { for ports.iter().map(|group| handles.group(group)) }
            { for elsewhere.map(|(_, what)| html! { <p class="fault" role="alert">{ what }</p> }) }
            <p class="actions">
                <button type="submit" class="button primary">{ t!("Apply") }</button>
                { plug(session, item) }
                <button type="button" class="button" onclick={super::on(session, |session| session.perform(Editor::Delete))}>
                    { t!("Delete") }
                </button>
            </p>
            if let Selection::Node(from) = item {
                <Connect {from} revision={props.revision} />
            }
        </form>
    }
}

/// What the form remembers from one rendering to the next.
#[derive(Clone)]
struct Handles {
    session: Session,
    item: Selection,
    form: UseStateHandle<ItemForm>,
    /// Faults are shown when the form is sent. From then on each goes as soon as it is put right.
    wrong: UseStateHandle<Vec<Wrong>>,
}

/// The form is filled in again for another item, and whenever the document has changed.
#[hook]
fn use_handles(item: Selection, revision: usize) -> Handles {
    let session = use_session();
    let form = {
        let session = session.clone();
        use_state(move || filled(&session, item))
    };
    let handles = Handles { session, item, form, wrong: use_state(Vec::new) };
    {
        let handles = handles.clone();
        use_effect_with((item, revision), move |_| {
            handles.form.set(filled(&handles.session, item));
            handles.wrong.set(Vec::new());
        });
    }
    handles
}

impl Handles {
    fn edited(&self, edited: ItemForm) {
        if !self.wrong.is_empty() {
            self.wrong.set(read(&self.session, self.item, &edited).err().unwrap_or_default());
        }
        self.form.set(edited);
    }

    fn submit(&self) {
        match read(&self.session, self.item, &self.form) {
            Ok(edits) => {
                self.wrong.set(Vec::new());
                edits.into_iter().for_each(|edit| self.session.edit(edit));
            }
            Err(faults) => self.wrong.set(faults),
        }
    }

    fn fault(&self, key: &str) -> Option<String> {
        self.wrong.iter().find(|(at, _)| at == key).map(|(_, what)| what.clone())
    }

    fn field(&self, field: &Field) -> Html {
        let oninput = {
            let (handles, field) = (self.clone(), field.clone());
            Callback::from(move |value: String| {
                let mut next = (*handles.form).clone();
                next.set(&field, value);
                handles.edited(next);
            })
        };
        item_field(field, self.form.value(field), self.fault(&field.key), oninput)
    }

    fn group(&self, group: &Group) -> Html {
        let (further, main): (Vec<_>, Vec<_>) = group.fields.iter().partition(|field| field.further);
        let further_fault = further.iter().any(|field| self.fault(&field.key).is_some());
        let fields = html! {
            <>
                <div class="fields">{ for main.into_iter().map(|field| self.field(field)) }</div>
                if !further.is_empty() {
                    <details class="further" open={further_fault}>
                        <summary>{ t!("More settings") }</summary>
                        <div class="fields">{ for further.into_iter().map(|field| self.field(field)) }</div>
                    </details>
                }
            </>
        };
        match group.title.is_empty() {
            true => fields,
            false => html! { <fieldset><legend>{ &group.title }</legend>{ fields }</fieldset> },
        }
    }
}

/// The keys of all fields that are shown: a fault of any other is shown above the buttons.
fn shown_keys(groups: &[Group], form: &ItemForm) -> Vec<String> {
    let own = groups.iter().flat_map(|group| group.fields.iter().map(|field| field.key.to_string()));
    let impairments = form
        .impairments
        .iter()
        .enumerate()
        .flat_map(|(place, entry)| entry.fields(place).into_iter().map(|field| field.key.to_string()));
    own.chain(impairments).collect()
}

/// The form as the document has it.
fn filled(session: &Session, item: Selection) -> ItemForm {
    let lab = session.lab().borrow();
    let scenario = &*lab.edited();
    let topology = &scenario.topology;
    match item {
        Selection::Node(id) if topology.nodes.len() > id.index() => ItemForm::of_node(scenario, id),
        Selection::Link(id) => {
            topology.links.get(id.index()).map(|link| ItemForm::of_link(topology, link)).unwrap_or_default()
        }
        _ => ItemForm::default(),
    }
}

fn groups(session: &Session, item: Selection, form: &ItemForm) -> Vec<Group> {
    let lab = session.lab().borrow();
    let edited = lab.edited();
    let topology = &edited.topology;
    match item {
        Selection::Node(id) => {
            topology.nodes.get(id.index()).map(|node| form.node_groups(&node.kind)).unwrap_or_default()
        }
        Selection::Link(id) => {
            topology.links.get(id.index()).map(|link| form.link_groups(topology, link)).unwrap_or_default()
        }
        Selection::Frame(_) => Vec::new(),
    }
}

/// The edits that make the document what the form says.
fn read(session: &Session, item: Selection, form: &ItemForm) -> Result<Vec<Edit>, Vec<Wrong>> {
    let lab = session.lab().borrow();
    let scenario = &*lab.edited();
    let topology = &scenario.topology;
    let mut edits = Vec::new();
    match item {
        Selection::Node(id) => {
            // A node that is added later has no form yet.
            let Some(node) = topology.nodes.get(id.index()) else { return Ok(edits) };
            let kind = form.node(scenario, id)?;
            let name = form.value(&lab::edit::item_form::NAME).trim();
            if name != node.name {
                edits.push(Edit::Rename(id, name.to_owned()));
            }
            if kind != node.kind {
                edits.push(Edit::SetNode(id, kind));
            }
            let icon = form.icon();
            if icon != scenario.icons.get(scenario.id(id)).copied() {
                edits.push(Edit::SetIcon(id, icon));
            }
        }
        Selection::Link(id) => {
            let Some(link) = topology.links.get(id.index()) else { return Ok(edits) };
            let (ways, ports) = form.link(scenario, link)?;
            if ways != link.ways {
                edits.push(Edit::SetLink(id, ways));
            }
            if ports != link.ports {
                edits.push(Edit::SetPorts(id, ports));
            }
            if form.duplex() != link.duplex {
                edits.push(Edit::SetDuplex(id, form.duplex()));
            }
        }
        Selection::Frame(_) => {}
    }
    Ok(edits)
}

/// The button that pulls the cable out or plugs it in.
fn plug(session: &Session, item: Selection) -> Html {
    let Selection::Link(id) = item else { return Html::default() };
    let pulled = is_pulled(session, id);
    html! {
        <button type="button" class="button" onclick={super::on(session, move |session| {
            session.edit(Edit::Plug(id, is_pulled(session, id)));
        })}>
            { if pulled { t!("Plug the cable in") } else { t!("Pull the cable") } }
        </button>
    }
}

fn is_pulled(session: &Session, id: LinkId) -> bool {
    let lab = session.lab().borrow();
    let link = lab.edited().topology.links.get(id.index()).cloned();
    link.is_some_and(|link| link.ways.iter().any(|way| way.impairments.contains(&Impairment::Down)))
}

/// Properties of [`Connect`].
#[derive(Properties, PartialEq)]
struct ConnectProps {
    from: NodeId,
    revision: usize,
}

/// Adds a cable from this node to another one, without dragging.
#[component]
fn Connect(props: &ConnectProps) -> Html {
    let session = use_session();
    let chosen = use_node_ref();
    let from = props.from;
    let lab = session.lab().borrow();
    let edited = lab.edited();
    let topology = &edited.topology;
    let connected = |node: NodeId| topology.links.iter().filter(move |link| link.ends.contains(&node));
    let full = |node: NodeId| topology.host(node).is_some() && connected(node).next().is_some();
    if topology.nodes.len() <= from.index() || full(from) {
        return Html::default();
    }
    let joined = |to: NodeId| connected(from).any(|link| link.ends.contains(&to));
    let others: Vec<_> = topology.node_ids().filter(|&to| to != from && !joined(to) && !full(to)).collect();
    if others.is_empty() {
        return html! { <p class="hint">{ t!("There is no other node that a cable could lead to.") }</p> };
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
            <label for="connect-to">{ t!("Connect to") }</label>
            <div class="with-button">
                <select id="connect-to" ref={chosen.clone()}>
                    { for others.into_iter().map(|to| html! {
                        <option key={to.0} value={to.0.to_string()}>{ &topology.node(to).name }</option>
                    }) }
                </select>
                <button type="button" class="button" {onclick}>{ t!("Connect") }</button>
            </div>
        </div>
    }
}
