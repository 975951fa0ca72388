//! The branches of an experiment: returning to one, and comparing with one.

use super::icon::{Glyph, icon};
use super::on;
use crate::session::Session;
use crate::workspace::Tab;
use lab::branches::BranchLine;
use lab::command::Look;
use lab::format;
use markup::html;
use texts::t;
use yew::prelude::*;

/// The branches, if there are several.
pub fn branches(session: &Session, lines: &[BranchLine]) -> Html {
    if lines.len() < 2 {
        return Html::default();
    }
    let chips = lines.iter().map(|line| {
        let number = line.number;
        let name = match line.forked_at {
            Some(at) => t!("{} from {}\u{a0}s", line.name, format::clock(at)),
            None => line.name.to_string(),
        };
        html! {
            <li key={number}>
                <button type="button" class="chip" aria-current={line.current.then_some("true")}
                    onclick={on(session, move |session| session.perform(Look::Branch(number)))}>
                    { name }
                </button>
                if line.compared {
                    { stop_comparing(session, "link") }
                } else if !line.current {
                    <button type="button" class="link" onclick={on(session, move |session| {
                        session.perform(Look::Compare(Some(number)));
                        session.open_drawer(Some(Tab::Sequence));
                    })} aria-label={t!("Compare with {}", line.name)}>{ t!("compare") }</button>
                }
            </li>
        }
    });
    html! {
        <div class="branches">
            { icon(Glyph::Branch) }
            <ul aria-label={t!("Branches")}>{ for chips }</ul>
        </div>
    }
}

/// The button that ends the comparison.
pub fn stop_comparing(session: &Session, class: &'static str) -> Html {
    html! {
        <button type="button" {class} onclick={on(session, |session| session.perform(Look::Compare(None)))}>
            { t!("Stop comparing") }
        </button>
    }
}
