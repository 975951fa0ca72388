//! For teachers: links that learners have handed in, played again and judged in this tab.

use super::use_session;
use crate::files;
use crate::lesson::grading::{self, Row};
use markup::html;
use std::rc::Rc;
use texts::t;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

/// Properties of [`Grades`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// A link to begin with.
    pub result: Option<Rc<str>>,
}

/// The part of the course's dialog for teachers.
#[component]
pub fn Grades(props: &Props) -> Html {
    let session = use_session();
    let text = use_state(|| props.result.as_deref().unwrap_or_default().to_owned());
    let rows = use_state(Vec::<Row>::new);
    let busy = use_state(|| false);
    let run = {
        let (session, rows, busy) = (session.clone(), rows.clone(), busy.clone());
        move |text: String| {
            let (session, rows, busy) = (session.clone(), rows.clone(), busy.clone());
            busy.set(true);
            spawn_local(async move {
                let each = {
                    let rows = rows.clone();
                    move |now: &[Row]| rows.set(now.to_vec())
                };
                if let Err(why) = grading::rows(text, each).await {
                    session.say(why);
                }
                busy.set(false);
            });
        }
    };
    {
        let (run, result) = (run.clone(), props.result.clone());
        use_effect_with((), move |()| {
            if let Some(result) = result {
                run(result.to_string());
            }
        });
    }
    let typed = {
        let text = text.clone();
        Callback::from(move |event: InputEvent| {
            text.set(event.target_unchecked_into::<HtmlTextAreaElement>().value())
        })
    };
    let count = grading::links(&text).len();
    let grade = {
        let text = text.clone();
        Callback::from(move |_: MouseEvent| run((*text).clone()))
    };
    let save = {
        let rows = rows.clone();
        Callback::from(move |_: MouseEvent| {
            files::give("packetarium grades", "csv", "text/csv", &grading::csv(&rows))
        })
    };
    let row = |row: &Row| {
        html! {
            <tr>
                <th scope="row">{ if row.name.is_empty() { "–" } else { &row.name } }</th>
                <td>{ &row.lesson }</td>
                <td>{ t!("{} of {}", row.goals.0, row.goals.1) }</td>
                <td>{ t!("{} of {}", row.answers.0, row.answers.1) }</td>
                <td>{ row.attempts }</td>
                <td>{ row.minutes }</td>
                <td><code>{ &row.code }</code></td>
                <td>{ row.remarks.join(" ") }</td>
            </tr>
        }
    };
    html! {
        <details class="further grades" open={props.result.is_some()}>
            <summary>{ t!("For teachers: grade what was handed in") }</summary>
            <p class="hint">{ t!("Paste the links, one in a line. Each is played again in this tab; nothing leaves it.") }</p>
            <p class="field">
                <label for="grade-links">{ t!("Links") }</label>
                <textarea id="grade-links" rows="4" spellcheck="false" value={(*text).clone()} oninput={typed} />
            </p>
            <p class="actions">
                <button type="button" class="button primary" disabled={count == 0 || *busy} onclick={grade}>{ t!("Grade {count}") }</button>
                if !rows.is_empty() {
                    <button type="button" class="button" onclick={save}>{ t!("Save the table") }</button>
                }
            </p>
            if !rows.is_empty() {
                <div class="table-scroll" tabindex="0" role="region" aria-label={t!("Grades")}>
                    <table class="grade-table">
                        <thead><tr>
                            <th scope="col">{ t!("Name") }</th>
                            <th scope="col">{ t!("Lesson") }</th>
                            <th scope="col">{ t!("Goals") }</th>
                            <th scope="col">{ t!("Answers") }</th>
                            <th scope="col">{ t!("Attempts") }</th>
                            <th scope="col">{ t!("Minutes") }</th>
                            <th scope="col">{ t!("Code") }</th>
                            <th scope="col">{ t!("To notice") }</th>
                        </tr></thead>
                        <tbody>{ for rows.iter().map(row) }</tbody>
                    </table>
                </div>
            }
        </details>
    }
}
