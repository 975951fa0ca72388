//! The branches of an experiment, and how two of them differ.

use super::icon::{Glyph, icon};
use super::modal::close_around;
use super::on;
use crate::session::Session;
use crate::state::{Change, Dialog};
use lab::branches::BranchLine;
use lab::command::{Clock, Look};
use lab::compare::{CompareView, Compared};
use lab::format;
use lab::travel::Travel;
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
                if !line.current {
                    <button type="button" class="link" onclick={on(session, move |session| {
                        session.perform(Look::Compare(Some(number)));
                        session.change(Change::Open(Dialog::Compare));
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

/// Two branches side by side.
pub fn compared(session: &Session, view: Option<&CompareView>) -> Html {
    match view {
        None => html! { <p>{ t!("There is nothing to compare with.") }</p> },
        Some(CompareView::Running(share)) => html! {
            <p>
                <label for="comparing">{ t!("The other branch is being run again") }</label>
                <progress id="comparing" max="1" value={format::fixed(*share, 2)}></progress>
            </p>
        },
        Some(CompareView::Ready(view)) => table(session, view),
    }
}

fn table(session: &Session, view: &Compared) -> Html {
    let [here, there] = &view.names;
    let difference = view.first.as_ref().map(|first| {
        let at = first.at;
        let show = {
            let session = session.clone();
            Callback::from(move |event: MouseEvent| {
                close_around(&event);
                session.perform(Clock::Travel(Travel::To(at)));
            })
        };
        html! {
            <>
                <p>{ t!("First difference at {}\u{a0}s:", format::clock(at)) }</p>
                <dl class="facts stacked">
                    <div><dt>{ &**here }</dt><dd>{ &first.text[0] }</dd></div>
                    <div><dt>{ &**there }</dt><dd>{ &first.text[1] }</dd></div>
                </dl>
                <p class="actions">
                    <button type="button" class="button primary" onclick={show}>{ t!("Show me") }</button>
                </p>
            </>
        }
    });
    let counts = [
        (t!("Frames on wires"), view.frames.map(format::count)),
        (t!("Dropped"), view.drops.map(format::count)),
    ];
    let row = |name: &str, values: &[String; 2]| {
        html! { <tr><th scope="row">{ name }</th><td>{ &values[0] }</td><td>{ &values[1] }</td></tr> }
    };
    html! {
        <>
            { difference.unwrap_or_else(|| html! { <p>{ t!("Every frame is the same in both.") }</p> }) }
            <div class="scroll" tabindex="0" role="group" aria-label={t!("Results of both branches")}>
                <table>
                    <thead><tr><td></td><th scope="col">{ &**here }</th><th scope="col">{ &**there }</th></tr></thead>
                    <tbody>
                        { for counts.iter().map(|(name, values)| row(name, values)) }
                        { for view.runs.iter().map(|(name, values)| row(name, values)) }
                    </tbody>
                </table>
            </div>
        </>
    }
}
