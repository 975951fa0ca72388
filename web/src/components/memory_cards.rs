//! What nodes remember, beside them on the stage: MAC tables, neighbors, routes, translations, sockets. A card stays until it is
//! closed. The tables are those of the Inspect pane; a row that is new, or another than before, glows for a moment, and a bar says
//! how old each is.

use super::cell::cell;
use super::icon::{Glyph, icon};
use super::on;
use crate::dom::focus_stage;
use crate::session::Session;
use crate::state::{Change, Remembered};
use lab::command::Look;
use lab::inspect::{Memory, Table};
use lab::view::{NodeLine, View};
use markup::html;
use netlab::Instant;
use texts::t;
use trace::selection::Selection;
use yew::prelude::*;

/// More rows than this are counted: the Inspect pane has them all.
const ROWS_MAX: usize = 60;
/// A new row glows for this long, in the viewer's seconds.
const GLOW_SECS: f64 = 1.6;
/// The age bar's steps: one for each doubling, from about a millisecond to about a quarter of an hour.
const AGE_STEPS: u32 = 20;
const AGE_FIRST: u32 = 20;

/// The cards of what is open.
pub fn memory_cards(session: &Session, view: &View, open: &[Remembered]) -> Html {
    let Some(instruments) = session.loaded().instruments else { return Html::default() };
    let lab = session.lab().borrow();
    let look = lab.look();
    let glow = Glow { at: look.at, nanos: (look.rate * GLOW_SECS) as u64 };
    let cards = view.sketch.nodes.iter().flat_map(|node| {
        let open: Vec<Memory> = open.iter().filter(|of| *of.node == *node.key).map(|of| of.memory).collect();
        let tables = if open.is_empty() { Vec::new() } else { instruments.lab.memories(&lab, node.id) };
        let shown = tables.into_iter().filter_map(|table| {
            let (memory, since) = table.memory.as_ref()?;
            open.contains(memory).then(|| card(session, node, *memory, &table, since, glow))
        });
        shown.collect::<Vec<_>>()
    });
    html! { <div class="memories">{ for cards }</div> }
}

/// Opens or closes the most telling table of the selected node.
pub fn toggle_memory(session: &Session) {
    let Some(instruments) = session.loaded().instruments else { return };
    let found = {
        let lab = session.lab().borrow();
        let Some(Selection::Node(node)) = lab.look().selection else {
            drop(lab);
            return session.say(t!("Select a node first: then this key shows what the node remembers."));
        };
        let first = instruments.lab.memories(&lab, node).into_iter().find_map(|table| table.memory);
        let key = lab.sketch().nodes.iter().find(|line| line.id == node).map(|line| line.key.as_str().into());
        key.zip(first).map(|(node, (memory, _))| Remembered { node, memory })
    };
    match found {
        Some(found) => session.change(Change::Memory(found)),
        None => session.say(t!("This node remembers nothing.")),
    }
}

/// What counts as new.
#[derive(Clone, Copy)]
struct Glow {
    at: Instant,
    nanos: u64,
}

fn card(
    session: &Session,
    node: &NodeLine,
    memory: Memory,
    table: &Table,
    since: &[Instant],
    glow: Glow,
) -> Html {
    let name = t!("{table} of {node}", table = table.title, node = node.name);
    let close = {
        let (session, node) = (session.clone(), node.key.as_str().into());
        let it = Remembered { node, memory };
        Callback::from(move |()| {
            session.change(Change::Memory(it.clone()));
            focus_stage();
        })
    };
    let onkeydown = {
        let close = close.clone();
        Callback::from(move |event: KeyboardEvent| {
            // The key's other meaning is to select nothing.
            if event.key() == "Escape" {
                event.prevent_default();
                close.emit(());
            }
        })
    };
    let id = node.id;
    let select =
        on(session, move |session: &Session| session.perform(Look::Select(Some(Selection::Node(id)))));
    let more = table.rows.len().saturating_sub(ROWS_MAX) as u64;
    html! {
        <section key={format!("{} {}", node.key, memory as u8)} class="card popover memory" role="region" aria-label={name.clone()}
            data-node={node.id.0.to_string()} {onkeydown}>
            <i class="tether" aria-hidden="true"></i>
            <header class="card-head">
                <p><button type="button" class="link" onclick={select}>{ &node.name }</button><strong>{ table.title }</strong></p>
                <button type="button" class="button quiet icon-only" aria-label={t!("Close {name}")}
                    onclick={close.reform(|_: MouseEvent| ())}>{ icon(Glyph::Close) }</button>
            </header>
            if table.rows.is_empty() {
                <p class="hint">{ table.empty }</p>
            } else {
                <div class="memory-rows" tabindex="0" role="group" aria-label={name}>
                    <table>
                        <thead><tr>{ for table.columns.iter().map(|column| html! { <th scope="col">{ column }</th> }) }</tr></thead>
                        <tbody>{ for rows(table, since, glow) }</tbody>
                    </table>
                    if more > 0 {
                        <p class="hint">{ t!("And {count} more.", count = lab::format::count(more)) }</p>
                    }
                </div>
            }
        </section>
    }
}

fn rows<'a>(table: &'a Table, since: &'a [Instant], glow: Glow) -> impl Iterator<Item = Html> + 'a {
    let rows = table.rows.iter().zip(since).take(ROWS_MAX).enumerate();
    rows.map(move |(number, (row, since))| {
        let age = glow.at.since(*since).nanos();
        let steps = (age | 1).ilog2().saturating_sub(AGE_FIRST).min(AGE_STEPS);
        // Two sockets may have the same port: the earlier rows with this name are counted.
        let alike = table.rows[..number].iter().filter(|other| other[0] == row[0]).count();
        html! {
            <tr key={format!("{} {alike}", row[0])} class={(age < glow.nanos).then_some("fresh")}>
                { for row.iter().enumerate().map(|(column, text)| match column {
                    0 => html! {
                        <th scope="row">
                            { cell(text) }
                            <svg class="age" viewBox={format!("0 0 {AGE_STEPS} 1")} preserveAspectRatio="none" aria-hidden="true" focusable="false">
                                <rect width={steps.to_string()} height="1" />
                            </svg>
                        </th>
                    },
                    _ => html! { <td>{ cell(text) }</td> },
                }) }
            </tr>
        }
    })
}
