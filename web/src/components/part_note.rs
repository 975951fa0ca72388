//! What is shown in place of a part of the page that is not loaded yet, or could not be loaded.

use super::on;
use crate::parts::{Part, Status};
use crate::session::Session;
use markup::html;
use texts::t;
use yew::prelude::*;

/// In place of what a pane shows.
pub fn part_note(session: &Session, part: Part) -> Html {
    match session.statuses()[part as usize] {
        Status::Failed => html! { <div class="empty" role="alert">{ failed(session, part) }</div> },
        Status::Absent | Status::Loading | Status::Here => {
            html! { <p class="empty" role="status">{ t!("Loading…") }</p> }
        }
    }
}

/// Beside the messages, for a part that a person's action waits for.
pub fn part_notes(session: &Session, statuses: &[Status]) -> Html {
    let failed_part = |(part, status): (Part, &Status)| {
        (*status == Status::Failed && session.is_waited_for(part)).then(|| {
            html! { <div class="toast" role="alert" key={part.name()}>{ failed(session, part) }</div> }
        })
    };
    html! { { for Part::ALL.into_iter().zip(statuses).filter_map(failed_part) } }
}

fn failed(session: &Session, part: Part) -> Html {
    html! {
        <>
            <span>{ t!(
                "{} could not be loaded. Your network is not affected. If trying again does not help, reload the page: your experiment is kept.",
                part.name()
            ) }</span>
            <button type="button" class="button" onclick={on(session, move |session| session.want(part))}>{ t!("Try again") }</button>
        </>
    }
}
