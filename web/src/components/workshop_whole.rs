//! The parts of the workshop that concern the whole lesson: what it is called, how it is solved, what varies, and passing it on.

use super::on;
use super::workshop::{edits, field};
use crate::lesson::workshop::{Checked, Recording, Workshop};
use crate::session::Session;
use lesson::bounds::MINUTES_MAX;
use markup::html;
use std::rc::Rc;
use texts::{plural, t};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlInputElement};
use yew::prelude::*;

fn act(
    session: &Session,
    workshop: &Rc<Workshop>,
    act: impl Fn(&Rc<Workshop>, &Session) + 'static,
) -> Callback<MouseEvent> {
    let workshop = workshop.clone();
    on(session, move |session| act(&workshop, session))
}

/// What the lesson is called and is about.
pub fn about(session: &Session, workshop: &Rc<Workshop>) -> Html {
    let draft = workshop.draft();
    let minutes = {
        let (session, workshop) = (session.clone(), workshop.clone());
        Callback::from(move |event: Event| {
            let typed = event.target_unchecked_into::<HtmlInputElement>().value();
            if let Ok(minutes) = typed.trim().parse() {
                workshop.edit(&session, "minutes", |draft| draft.set_minutes(minutes));
            }
        })
    };
    let id = {
        let (session, workshop) = (session.clone(), workshop.clone());
        Callback::from(move |event: Event| {
            let typed = event.target_unchecked_into::<HtmlInputElement>().value();
            workshop.edit(&session, "id", |draft| draft.set_id(&typed));
        })
    };
    html! {
        <>
            { field(session, workshop, "title".into(), t!("Title of the lesson").into(), None) }
            <details class="further">
                <summary>{ t!("About the lesson: summary, time, why it is so") }</summary>
                { field(session, workshop, "summary".into(), t!("What it is about, in a line").into(), None) }
                { field(session, workshop, "why".into(), t!("The end: why is it so? With the RFC").into(), Some(4)) }
                <div class="fields">
                    <div class="field">
                        <label for="workshop-minutes">{ t!("Minutes") }</label>
                        <input id="workshop-minutes" type="number" min="1" max={MINUTES_MAX.to_string()} value={draft.minutes().to_string()} onchange={minutes} />
                    </div>
                    <div class="field">
                        <label for="workshop-id">{ t!("Name of the folder") }</label>
                        <input id="workshop-id" type="text" maxlength="30" autocomplete="off" value={draft.id().to_owned()} onchange={id} />
                    </div>
                </div>
            </details>
        </>
    }
}

/// The network, the solution and the wrong answers: all that is played.
pub fn played(session: &Session, workshop: &Rc<Workshop>) -> Html {
    let draft = workshop.draft();
    let recording = workshop.recording();
    let planned = draft.planned();
    let plan_nothing = act(session, workshop, |workshop, session| {
        workshop.edit(session, "", |draft| draft.plan_nothing());
        workshop.show_network(session);
    });
    let record =
        |what: Recording| act(session, workshop, move |workshop, session| workshop.record(session, what));
    let wrong = draft.wrong();
    let item = |(number, open): (usize, &Vec<String>)| {
        let open = if open.is_empty() { t!("a goal").to_owned() } else { open.join(", ") };
        html! {
            <li key={number}>
                { t!("Wrong answer {}: leaves open {open}", number + 1) }
                <button type="button" class="button small" aria-label={t!("Remove wrong answer {}", number + 1)}
                    onclick={edits(session, workshop, move |draft| draft.remove_wrong(number))}>{ t!("Remove") }</button>
            </li>
        }
    };
    let solution = match draft.solution() {
        0 => t!("There is no solution yet. Record it by doing it.").to_owned(),
        count => plural!(count as u64, "The solution has one act.", "The solution has {count} acts."),
    };
    html! {
        <section aria-labelledby="workshop-played">
            <h3 id="workshop-played">{ t!("Solution and wrong answers") }</h3>
            <p>{ solution }</p>
            if let Some(recording) = recording {
                <p class="workshop-recording" role="status"><strong>{ match recording {
                    Recording::Solution => t!("Recording the solution: do in the network what solves the lesson."),
                    Recording::Wrong => t!("Recording a wrong answer: do what does not solve the lesson."),
                } }</strong></p>
                <p class="actions">
                    <button type="button" class="button primary" onclick={act(session, workshop, |workshop, session| workshop.stop(session))}>{ t!("Stop recording") }</button>
                </p>
            } else {
                <p class="actions">
                    <button type="button" class="button" onclick={record(Recording::Solution)}>{ t!("Record the solution") }</button>
                    <button type="button" class="button" disabled={draft.goal_count() == 0} onclick={record(Recording::Wrong)}>{ t!("Record a wrong answer") }</button>
                </p>
            }
            if !wrong.is_empty() {
                <ul class="workshop-goals" aria-label={t!("Wrong answers")}>{ for wrong.iter().enumerate().map(item) }</ul>
            }
            <details class="further">
                <summary>{ t!("The network of the lesson") }</summary>
                <p class="hint">{ t!("The lesson keeps the network that it was begun with. What you have edited since becomes part of it only when you say so.") }</p>
                <p class="actions">
                    <button type="button" class="button small" onclick={act(session, workshop, |workshop, session| workshop.take_network(session))}>{ t!("Take the network as it is now") }</button>
                    <button type="button" class="button small" onclick={act(session, workshop, |workshop, session| _ = workshop.show_network(session))}>{ t!("Show the network of the lesson") }</button>
                    if planned > 0 {
                        <button type="button" class="button small" onclick={plan_nothing}>
                            { plural!(planned as u64, "Leave out the planned event", "Leave out the {planned} planned events") }
                        </button>
                    }
                </p>
            </details>
        </section>
    }
}

/// Which values vary.
pub fn varying(session: &Session, workshop: &Rc<Workshop>) -> Html {
    let draft = workshop.draft();
    let variables: Vec<_> = draft.variables().map(|(name, value)| (name.to_owned(), value)).collect();
    let networks = draft.networks();
    let vary = |network| {
        act(session, workshop, move |workshop, session| {
            if workshop.try_edit(session, |draft| draft.vary_network(network)).is_some() {
                workshop.show_network(session);
            }
        })
    };
    let word = {
        let (session, workshop) = (session.clone(), workshop.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let form: HtmlElement = event.target_unchecked_into();
            let typed = |id: &str| {
                let input = form.query_selector(&format!("#{id}")).ok().flatten();
                let input = input.and_then(|input| input.dyn_into::<HtmlInputElement>().ok());
                input.map(|input| input.value().trim().to_owned()).unwrap_or_default()
            };
            let [name, word, others] =
                ["workshop-vary-name", "workshop-vary-word", "workshop-vary-values"].map(typed);
            let others: Vec<_> = others.split(',').map(str::trim).collect();
            if workshop.try_edit(&session, |draft| draft.vary_word(&name, &word, &others)).is_some() {
                workshop.show_network(&session);
            }
        })
    };
    let fix = act(session, workshop, |workshop, session| {
        _ = workshop.try_edit(session, |draft| draft.fix_values());
    });
    let input = |id: &'static str, label: &'static str| {
        html! {
            <div class="field">
                <label for={id}>{ label }</label>
                <input {id} type="text" autocomplete="off" maxlength="200" />
            </div>
        }
    };
    html! {
        <details class="further">
            <summary>{ t!("Values that vary: {}", variables.len()) }</summary>
            <p class="hint">{ t!("Each student gets values of their own. Addresses in goals, acts and texts follow.") }</p>
            if !variables.is_empty() {
                <ul aria-label={t!("Values that vary")}>
                    { for variables.iter().map(|(name, value)| html! { <li key={name.clone()}><code>{ format!("{{{name}}} {value}") }</code></li> }) }
                </ul>
            }
            <p class="actions">
                { for networks.iter().map(|network| html! {
                    <button key={network.to_string()} type="button" class="button small" onclick={vary(*network)}>{ t!("Vary the network {network}") }</button>
                }) }
                if !variables.is_empty() {
                    <button type="button" class="button small" onclick={fix}>{ t!("Let nothing vary") }</button>
                }
            </p>
            <form class="fields" onsubmit={word}>
                { input("workshop-vary-word", t!("A value of the network, such as 20ms")) }
                { input("workshop-vary-values", t!("Other values, with commas")) }
                { input("workshop-vary-name", t!("Its name in texts, such as delay")) }
                <button type="submit" class="button small workshop-submit">{ t!("Vary the value") }</button>
            </form>
        </details>
    }
}

/// Checking, looking at it as a student, passing on.
pub fn passing_on(session: &Session, workshop: &Rc<Workshop>) -> Html {
    let checked = workshop.checked();
    let is_busy = matches!(*checked, Checked::Busy(_));
    let said = match &*checked {
        Checked::No => String::new(),
        Checked::Busy(done) => t!("Playing the lesson: part {}…", done + 1),
        Checked::Done(findings) => {
            let errors = findings.iter().filter(|finding| finding.is_error).count() as u64;
            match (errors, findings.len()) {
                (0, 0) => t!("Nothing is wrong: the lesson can be passed on.").to_owned(),
                (0, _) => t!("Nothing is wrong. There are notes.").to_owned(),
                _ => {
                    plural!(errors, "One thing has to be put right.", "{errors} things have to be put right.")
                }
            }
        }
    };
    let findings = match &*checked {
        Checked::Done(findings) => &findings[..],
        Checked::No | Checked::Busy(_) => &[],
    };
    let item = |(number, finding): (usize, &lesson::check::Finding)| {
        let (class, word) = if finding.is_error { ("error", t!("Error")) } else { ("note", t!("Note")) };
        // In the page there are no files.
        let message = finding.message.trim_start_matches("lesson.json: ").to_owned();
        html! {
            <li key={number} class={class}><strong>{ word }</strong>{ " " }{ message }</li>
        }
    };
    html! {
        <section aria-labelledby="workshop-pass">
            <h3 id="workshop-pass">{ t!("Check and pass on") }</h3>
            <p class="actions">
                <button type="button" class="button primary" disabled={is_busy} onclick={act(session, workshop, |workshop, session| workshop.check(session))}>{ t!("Check the lesson") }</button>
                <button type="button" class="button" onclick={act(session, workshop, |workshop, session| workshop.preview(session))}>{ t!("Preview as a student") }</button>
            </p>
            <p role="status">{ said }</p>
            if !findings.is_empty() {
                <ul class="workshop-findings" aria-label={t!("What the check says")} lang="en">{ for findings.iter().enumerate().map(item) }</ul>
            }
            <p class="actions">
                <button type="button" class="button" onclick={act(session, workshop, |workshop, session| workshop.share(session))}>{ t!("Copy the lesson's link") }</button>
                <button type="button" class="button" onclick={act(session, workshop, |workshop, session| workshop.download(session))}>{ t!("Save the folder") }</button>
            </p>
            <p class="hint">{ t!("The draft is kept in this browser. The folder is a zip that fits lessons/ and the command line.") }</p>
            <p class="actions lesson-more">
                <button type="button" class="button quiet" onclick={act(session, workshop, |workshop, session| workshop.end(session))}>{ t!("Leave the workshop") }</button>
            </p>
        </section>
    }
}
