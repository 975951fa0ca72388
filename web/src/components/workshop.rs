//! The pane of the workshop: a lesson that is being written. One step at a time, with its goals; below it what concerns the whole lesson.

use super::on;
use super::prose::marked;
use super::workshop_goals::{goals, offers};
use super::workshop_whole::{about, passing_on, played, varying};
use crate::lesson::workshop::Workshop;
use crate::session::Session;
use lesson::bounds::{HINTS_MAX, STEPS_MAX, TEXT_CHARS_MAX};
use lesson::markdown;
use lesson::workshop::{Allowed, Draft};
use markup::html;
use std::rc::Rc;
use texts::t;
use web_sys::{HtmlInputElement, HtmlTextAreaElement};
use yew::prelude::*;

/// A callback that changes the draft, whatever the event carries.
pub(super) fn edits<E>(
    session: &Session,
    workshop: &Rc<Workshop>,
    edit: impl Fn(&mut Draft) + 'static,
) -> Callback<E> {
    let workshop = workshop.clone();
    on(session, move |session| workshop.edit(session, "", |draft| edit(draft)))
}

/// A text of the draft in a line, or in several.
pub(super) fn field(
    session: &Session,
    workshop: &Rc<Workshop>,
    key: String,
    label: String,
    rows: Option<u8>,
) -> Html {
    let value = workshop.draft().text(&key).to_owned();
    let id = format!("workshop-{}", key.replace('.', "-"));
    let typed = {
        let (session, workshop, key) = (session.clone(), workshop.clone(), key.clone());
        move |text: String| workshop.edit(&session, &key, |draft| draft.set_text(&key, &text))
    };
    let most = TEXT_CHARS_MAX.to_string();
    let input = match rows {
        Some(rows) => {
            let oninput = Callback::from(move |event: InputEvent| {
                typed(event.target_unchecked_into::<HtmlTextAreaElement>().value());
            });
            html! { <textarea id={id.clone()} rows={rows.to_string()} maxlength={most} {value} {oninput} /> }
        }
        None => {
            let oninput = Callback::from(move |event: InputEvent| {
                typed(event.target_unchecked_into::<HtmlInputElement>().value());
            });
            html! { <input id={id.clone()} type="text" autocomplete="off" maxlength={most} {value} {oninput} /> }
        }
    };
    html! {
        <div key={key} class="field">
            <label for={id}>{ label }</label>
            { input }
        </div>
    }
}

/// The pane.
pub fn workshop_pane(session: &Session, workshop: &Rc<Workshop>) -> Html {
    let undo = {
        let workshop = workshop.clone();
        on(session, move |session| workshop.undo(session))
    };
    html! {
        <div class="lesson workshop">
            <p class="lesson-where">
                <strong>{ t!("The workshop") }</strong>
                <button type="button" class="button small" disabled={!workshop.can_undo()} onclick={undo}>{ t!("Undo in the lesson") }</button>
            </p>
            { about(session, workshop) }
            { steps(session, workshop) }
            { step(session, workshop) }
            { played(session, workshop) }
            { varying(session, workshop) }
            { passing_on(session, workshop) }
        </div>
    }
}

/// What a step is called.
fn step_name(draft: &Draft, step: usize) -> String {
    let title = draft.text(&format!("step.{}.title", draft.step_id(step)));
    if title.is_empty() { t!("Step {}", step + 1) } else { format!("{}. {title}", step + 1) }
}

fn steps(session: &Session, workshop: &Rc<Workshop>) -> Html {
    let (shown, draft) = (workshop.step(), workshop.draft());
    let count = draft.step_ids().len();
    let item = |step: usize| {
        let workshop = workshop.clone();
        html! {
            <li key={step}>
                <button type="button" class="button small" aria-current={(step == shown).then_some("step")}
                    onclick={on(session, move |session| workshop.go_to(session, step))}>{ step_name(&draft, step) }</button>
            </li>
        }
    };
    let add = {
        let workshop = workshop.clone();
        on(session, move |session| {
            if let Some(step) = workshop.try_edit(session, |draft| draft.add_step(shown)) {
                workshop.go_to(session, step);
                crate::dom::focus_when_rendered("workshop-step");
            }
        })
    };
    let move_by = |label: &'static str, to: Option<usize>| {
        let workshop = workshop.clone();
        let act = on(session, move |session| {
            if let Some(to) = to {
                workshop.edit(session, "", |draft| draft.move_step(shown, to));
                workshop.go_to(session, to);
            }
        });
        html! { <button type="button" class="button small" disabled={to.is_none()} onclick={act}>{ label }</button> }
    };
    let remove = edits(session, workshop, move |draft| draft.remove_step(shown));
    let later = (shown + 1 < count).then_some(shown + 1);
    html! {
        <section aria-labelledby="workshop-steps">
            <h3 id="workshop-steps">{ t!("Steps") }</h3>
            <ol class="workshop-list">{ for (0..count).map(item) }</ol>
            <p class="actions">
                <button type="button" class="button small" disabled={count >= STEPS_MAX} onclick={add}>{ t!("Add a step") }</button>
                { move_by(t!("Earlier"), shown.checked_sub(1)) }
                { move_by(t!("Later"), later) }
                <button type="button" class="button small" disabled={count < 2} onclick={remove}>{ t!("Remove the step") }</button>
            </p>
        </section>
    }
}

fn step(session: &Session, workshop: &Rc<Workshop>) -> Html {
    let (number, draft) = (workshop.step(), workshop.draft());
    let id = draft.step_id(number).to_owned();
    let text = |name: &str| format!("step.{id}.{name}");
    let hints = draft.hints(number);
    let hint_fields = (1..=hints)
        .map(|hint| field(session, workshop, text(&format!("hint{hint}")), t!("Hint {hint}"), Some(2)))
        .collect::<Html>();
    let set_hints = |label: &'static str, to: Option<u64>| {
        let act = edits(session, workshop, move |draft| {
            if let Some(to) = to {
                draft.set_hints(number, to);
            }
        });
        html! { <button type="button" class="button small" disabled={to.is_none()} onclick={act}>{ label }</button> }
    };
    let preview = markdown::parse(draft.text(&text("text")));
    let preview = match &preview {
        Ok(blocks) if blocks.is_empty() => Html::default(),
        Ok(blocks) => html! {
            <div class="workshop-preview" role="group" aria-label={t!("As students see the text")}>
                { marked(&**workshop, "workshop", blocks) }
            </div>
        },
        Err(why) => html! { <p class="fault" role="status">{ lab::format::sentence(why) }</p> },
    };
    html! {
        <section key={id.clone()} class="lesson-step" aria-labelledby="workshop-step">
            <h2 id="workshop-step" tabindex="-1">{ step_name(&draft, number) }</h2>
            { field(session, workshop, text("title"), t!("Title of the step").into(), None) }
            { field(session, workshop, text("text"), t!("Text, in Markdown: **bold**, `code`, - list, [term](glossary-id), [RFC 826](rfc:826)").into(), Some(5)) }
            { preview }
            { goals(session, workshop, number) }
            { offers(session, workshop, number) }
            <details class="further">
                <summary>{ t!("Hints: {hints}") }</summary>
                { hint_fields }
                <p class="actions">
                    { set_hints(t!("Add a hint"), (hints < HINTS_MAX).then_some(hints + 1)) }
                    { set_hints(t!("Remove the last hint"), hints.checked_sub(1)) }
                </p>
            </details>
            { allowed(session, workshop, number) }
        </section>
    }
}

/// Allows something, or no longer.
type Change = Box<dyn Fn(&mut Allowed, bool)>;

/// What may be edited in a step.
fn allowed(session: &Session, workshop: &Rc<Workshop>, step: usize) -> Html {
    let allowed = workshop.draft().allowed(step);
    let tick = |label: String, is_on: bool, change: Change| {
        let workshop = workshop.clone();
        let session = session.clone();
        let onchange = Callback::from(move |event: Event| {
            let is_on = event.target_unchecked_into::<HtmlInputElement>().checked();
            workshop.edit(&session, "", |draft| {
                let mut allowed = draft.allowed(step);
                change(&mut allowed, is_on);
                draft.allow(step, &allowed);
            });
        });
        html! {
            <label key={label.clone()} class="choice">
                <input type="checkbox" checked={is_on} {onchange} />
                <span>{ label }</span>
            </label>
        }
    };
    let lab = session.lab().borrow();
    let ids = &lab.scenario().ids;
    let all = tick(t!("Everything").into(), allowed.all, Box::new(|allowed, is_on| allowed.all = is_on));
    let add = tick(
        t!("Nodes and cables may be added").into(),
        allowed.add,
        Box::new(|allowed, is_on| allowed.add = is_on),
    );
    let known = |name: &String| ids.contains(name);
    let others = allowed.nodes.iter().filter(|name| !known(name));
    let nodes = ids.iter().chain(others).map(|name| {
        let id = name.clone();
        let change = move |allowed: &mut Allowed, is_on: bool| {
            allowed.nodes.retain(|other| *other != id);
            allowed.nodes.extend(is_on.then(|| id.clone()));
        };
        tick(t!("Settings of {name}"), allowed.nodes.contains(name), Box::new(change))
    });
    let nodes: Html = nodes.collect();
    let links = lab.scenario().topology.links.iter().filter_map(|link| {
        let [a, b] = link.ends.map(|end| ids.get(end.index()).cloned());
        let ends = [a?, b?];
        let label = t!("The cable {}–{}", ends[0], ends[1]);
        let is_it = {
            let ends = ends.clone();
            move |other: &[String; 2]| *other == ends || (other[0] == ends[1] && other[1] == ends[0])
        };
        let is_on = allowed.links.iter().any(&is_it);
        let change = move |allowed: &mut Allowed, is_on: bool| {
            allowed.links.retain(|other| !is_it(other));
            allowed.links.extend(is_on.then(|| ends.clone()));
        };
        Some(tick(label, is_on, Box::new(change)))
    });
    let links: Html = links.collect();
    let summary = match (&allowed, allowed.nodes.len() + allowed.links.len()) {
        (Allowed { all: true, .. }, _) => t!("Students may edit everything").to_owned(),
        (Allowed { add: false, .. }, 0) => t!("Students may edit nothing").to_owned(),
        (_, count) => t!("Students may edit some things: {}", count + usize::from(allowed.add)),
    };
    html! {
        <details class="further">
            <summary>{ summary }</summary>
            <p class="hint">{ t!("Commands and runs are always allowed.") }</p>
            <fieldset class="workshop-allowed">
                <legend class="visually-hidden">{ t!("What students may edit in this step") }</legend>
                { all }
                if !allowed.all {
                    { add }
                    { nodes }
                    { links }
                }
            </fieldset>
        </details>
    }
}
