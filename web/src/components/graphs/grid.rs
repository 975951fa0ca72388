//! A table whose rows can be clicked: to a moment, a packet, a filter.

use crate::session::Session;
use lab::command::{Clock, Look};
use lab::graphs::sheet::{Lead, Sheet};
use lab::travel::Travel;
use markup::html;
use netlab::history::TransitId;
use texts::t;
use yew::prelude::*;

/// Goes where a row leads.
pub fn go(session: &Session, lead: Lead) {
    let number = match lead {
        Lead::Moment(at) => return session.perform(Clock::Travel(Travel::To(at))),
        Lead::Packet(number) => Some(number),
        Lead::Transit(id) => {
            let lab = session.lab().borrow();
            match lab.packets().opened() {
                Some(_) => Some(id as usize),
                None => lab.packets().trace().find(lab.look().history, TransitId(id)),
            }
        }
    };
    match number {
        Some(number) => session.perform(Look::Packet(number)),
        None => session.say(t!("This packet is not in the list: the place or the filter hides it.")),
    }
}

/// A table; `empty` is what to say if it has no rows.
pub fn grid(session: &Session, sheet: &Sheet, caption: &str, empty: &str) -> Html {
    if sheet.lines.is_empty() {
        return html! { <p class="empty">{ empty }</p> };
    }
    let class = |column: usize| (column >= sheet.numbers_from).then_some("number");
    let rows = sheet.lines.iter().map(|line| {
        let cells = line.cells.iter().enumerate().map(|(column, text)| match (column, line.lead) {
            (0, Some(lead)) => {
                let session = session.clone();
                let onclick = Callback::from(move |_: MouseEvent| go(&session, lead));
                html! {
                    <th scope="row" class={format!("depth-{}", line.depth.min(6))}>
                        <button type="button" class="link" {onclick}>{ text }</button>
                    </th>
                }
            }
            (0, None) => {
                html! { <th scope="row" class={format!("depth-{}", line.depth.min(6))}>{ text }</th> }
            }
            _ => html! { <td class={class(column)}>{ text }</td> },
        });
        html! { <tr>{ for cells }</tr> }
    });
    html! {
        <>
            <table class="grid">
                <caption class="visually-hidden">{ caption.to_string() }</caption>
                <thead><tr>
                    { for sheet.columns.iter().enumerate().map(|(column, name)| html! { <th scope="col" class={class(column)}>{ name.to_string() }</th> }) }
                </tr></thead>
                <tbody>{ for rows }</tbody>
            </table>
            if sheet.left_out > 0 {
                <p class="hint">{ t!("and {} more: they are in the file that “Save CSV” makes.", lab::format::count(sheet.left_out as u64)) }</p>
            }
        </>
    }
}
