//! The Inspect pane: a close look at what is selected. If nothing is selected, the network as lists: what the drawing shows, for
//! people who do not see it or do not use a mouse.

use super::action_button::action_button;
use super::cell::cell;
use super::frame_sheet::FrameDetails;
use super::part_note::part_note;
use super::{on, use_session};
use crate::dom::focus_when_rendered;
use crate::parts::Part;
use crate::session::Session;
use lab::command::Look;
use lab::inspect::{Inspected, Sheet, Table};
use lab::view::{Sketch, View};
use markup::html;
use std::rc::Rc;
use texts::t;
use trace::selection::Selection;
use yew::prelude::*;

/// The pane's content: the selected thing in detail, or the lists of the network.
pub fn inspector(session: &Session, view: &View) -> Html {
    let Some(inspected) = view.inspected.as_deref() else {
        return html! { <Outline sketch={view.sketch.clone()} /> };
    };
    let form = match view.selection {
        Some(item @ (Selection::Node(_) | Selection::Link(_))) if view.tools.on => {
            match session.loaded().documents {
                Some(documents) => (documents.item)(item, view),
                None => part_note(session, Part::Documents),
            }
        }
        _ => Html::default(),
    };
    let body = match inspected {
        Inspected::Sheet(sheet) => sheet_html(session, sheet, form, view.tools.on),
        Inspected::Frame(sheet) => html! { <FrameDetails sheet={sheet.clone()} /> },
        Inspected::NotYet => html! {
            <p class="empty">{ t!("This does not exist yet. It is added later: play on until then.") }</p>
        },
        Inspected::Forgotten => html! {
            <p class="empty">{ t!("The history no longer has this frame: it keeps the latest ones. Choose another frame.") }</p>
        },
    };
    html! {
        <div class="inspector">
            <button type="button" class="link" onclick={on(session, |session| select(session, None))}>
                { t!("← All nodes and links") }
            </button>
            { body }
        </div>
    }
}

/// The sheet, with the form to change it if the tools are out.
fn sheet_html(session: &Session, sheet: &Sheet, form: Html, tools: bool) -> Html {
    let buttons: Vec<_> = sheet.buttons.iter().filter(|button| !(tools && button.in_tools)).collect();
    html! {
        <>
            <p class="kind">{ sheet.kind }</p>
            <h2>{ &sheet.name }</h2>
            <p class="hint">{ sheet.meaning }</p>
            { form }
            if !buttons.is_empty() && !session.query().lock {
                <div class="sheet-buttons">{ for buttons.into_iter().map(|button| action_button(session, button)) }</div>
            }
            if !sheet.facts.is_empty() {
                <dl class="facts stacked">
                    { for sheet.facts.iter().map(|(name, value)| html! { <div><dt>{ *name }</dt><dd>{ value }</dd></div> }) }
                </dl>
            }
            if !sheet.frames.is_empty() {
                <section class="outline">
                    <h3 id="frames-here">{ t!("Frames here now") }</h3>
                    <ul aria-labelledby="frames-here">
                        { for sheet.frames.iter().map(|(id, name)| {
                            let frame = Selection::Frame(*id);
                            html! {
                                <li key={id.0}>
                                    <button type="button" class="outline-item"
                                        onclick={on(session, move |session| select(session, Some(frame)))}>{ name }</button>
                                </li>
                            }
                        }) }
                    </ul>
                </section>
            }
            { for sheet.tables.iter().map(|table| table_html(session, table)) }
        </>
    }
}

fn table_html(session: &Session, table: &Table) -> Html {
    let buttons = if session.query().lock { &[][..] } else { &table.buttons[..] };
    html! {
        <section class="sheet-table">
            <h3>{ table.title }</h3>
            if table.rows.is_empty() {
                <p class="empty">{ table.empty }</p>
            } else {
                <div class="scroll" tabindex="0" role="group" aria-label={table.title}>
                    <table>
                        <thead><tr>
                            { for table.columns.iter().enumerate().map(|(number, column)| {
                                match column.as_str() {
                                    "" => html! { <td key={number}></td> },
                                    column => html! { <th key={number} scope="col">{ column }</th> },
                                }
                            }) }
                        </tr></thead>
                        <tbody>
                            { for table.rows.iter().enumerate().map(|(place, row)| {
                                // Below the name, where it takes no width; each other cell is read out with the name alone.
                                let button = buttons.get(place).and_then(Option::as_ref);
                                html! {
                                    <tr>
                                        { for row.iter().enumerate().map(|(number, text)| match number {
                                            0 => html! {
                                                <th scope="row" abbr={button.map(|_| text.clone())}>
                                                    { cell(text) }{ for button.map(|button| action_button(session, button)) }
                                                </th>
                                            },
                                            _ => html! { <td>{ cell(text) }</td> },
                                        }) }
                                    </tr>
                                }
                            }) }
                        </tbody>
                    </table>
                </div>
            }
        </section>
    }
}

/// The pressed button disappears: the keyboard's focus moves to the pane.
fn select(session: &Session, what: Option<Selection>) {
    session.perform(Look::Select(what));
    focus_when_rendered("pane-inspect");
}

/// Properties of [`Outline`].
#[derive(Properties, PartialEq)]
struct OutlineProps {
    sketch: Rc<Sketch>,
}

/// The network as lists. A component, because they can be long and never change.
#[component]
fn Outline(props: &OutlineProps) -> Html {
    let session = use_session();
    let sketch = &props.sketch;
    let choose = |what: Selection| on(&session, move |session| select(session, Some(what)));
    let nodes = sketch.nodes.iter().map(|node| {
        html! {
            <li key={node.id.0}>
                <button type="button" class="outline-item" onclick={choose(Selection::Node(node.id))}>
                    <span class="outline-kind">{ node.kind.name() }</span>
                    <strong>{ &node.name }</strong>
                    <span class="outline-more">{ node.addresses.join(", ") }</span>
                </button>
            </li>
        }
    });
    let links = sketch.links.iter().map(|(id, name)| {
        html! {
            <li key={id.0}>
                <button type="button" class="outline-item" onclick={choose(Selection::Link(*id))}>
                    <span class="outline-kind">{ t!("Link") }</span>
                    <strong>{ name }</strong>
                </button>
            </li>
        }
    });
    html! {
        <div class="outline">
            <p class="hint">
                { t!("Click a host, a switch, a router, a cable or a moving frame on the stage, or choose here, to look inside.") }
            </p>
            <h2>{ t!("Nodes") }</h2>
            <ul>{ for nodes }</ul>
            <h2>{ t!("Links") }</h2>
            <ul>{ for links }</ul>
        </div>
    }
}
