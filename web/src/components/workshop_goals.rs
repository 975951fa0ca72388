//! The goals of a step in the workshop, and what can become one: the selected packet, the rows of the selected node's tables, what
//! has ended.

use super::on;
use super::workshop::{edits, field};
use crate::lesson::workshop::Workshop;
use crate::session::Session;
use lesson::workshop::Suggestion;
use markup::html;
use std::rc::Rc;
use texts::t;
use yew::prelude::*;

/// The goals of a step.
pub fn goals(session: &Session, workshop: &Rc<Workshop>, step: usize) -> Html {
    let draft = workshop.draft();
    let ids = draft.goals_of(step);
    let item = |id: &String| {
        let label = t!("Goal {id}");
        let remove = {
            let id = id.clone();
            edits(session, workshop, move |draft| draft.remove_goal(&id))
        };
        html! {
            <li key={id.clone()}>
                { field(session, workshop, format!("goal.{id}"), label, None) }
                <code>{ draft.goal(id).unwrap_or_default() }</code>
                <button type="button" class="button small" aria-label={t!("Remove the goal {id}")} onclick={remove}>{ t!("Remove") }</button>
            </li>
        }
    };
    html! {
        <>
            <h3 id="workshop-goals">{ t!("Goals of this step") }</h3>
            if ids.is_empty() {
                <p class="hint">{ t!("None yet: let it happen in the network, then make a goal of it below.") }</p>
            } else {
                <ul class="workshop-goals" aria-labelledby="workshop-goals">{ for ids.iter().map(item) }</ul>
            }
        </>
    }
}

/// What can become a goal.
pub fn offers(session: &Session, workshop: &Rc<Workshop>, step: usize) -> Html {
    let offered = workshop.offered(session);
    let list = |suggestions: &Rc<[Suggestion]>| {
        let all = suggestions.clone();
        let item = move |number: usize| {
            let (workshop, all) = (workshop.clone(), all.clone());
            let text = all[number].text.clone();
            let make = on(session, move |session| {
                if let Some(id) = workshop.try_edit(session, |draft| draft.add_goal(step, &all[number])) {
                    session.say(t!("The step has the goal {id}."));
                }
            });
            html! { <li key={number}><button type="button" class="button small workshop-offer" onclick={make}>{ text }</button></li> }
        };
        (0..suggestions.len()).map(item).collect::<Html>()
    };
    html! {
        <>
            <h3 id="workshop-selected">{ t!("Make a goal of what is selected") }</h3>
            if offered.selected.is_empty() {
                <p class="hint">{ t!("Select a packet, in the list or in the drawing, or a node: its table rows appear here.") }</p>
            } else {
                <ul class="workshop-list" aria-labelledby="workshop-selected">{ list(&offered.selected) }</ul>
            }
            <h3 id="workshop-results">{ t!("Make a goal of what has ended") }</h3>
            if offered.results.is_empty() {
                <p class="hint">{ t!("Runs and commands appear here when they have ended.") }</p>
            } else {
                <ul class="workshop-list" aria-labelledby="workshop-results">{ list(&offered.results) }</ul>
            }
        </>
    }
}
