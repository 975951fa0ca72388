//! A run and its results.

use super::plot::throughput;
use crate::session::Session;
use crate::state::Pane;
use lab::command::Look;
use lab::format;
use lab::results::{Fact, Line, Phase, Reply, RunView};
use markup::html;
use netlab::run::HopAnswer;
use scenario::why::Spot;
use texts::t;
use trace::selection::Selection;
use yew::prelude::*;

/// A run and its results.
pub fn run_card(run: &RunView, session: &Session) -> Html {
    let id = format!("run-{}", run.id.0);
    let (class, phase) = match run.phase {
        Phase::Planned => ("planned", t!("at {}", format::duration(run.start - netlab::Instant::ZERO))),
        Phase::Active => ("active", t!("under way").to_string()),
        Phase::Succeeded => ("good", t!("done").to_string()),
        Phase::Failed(failure) => ("bad", t!("failed: {failure}")),
        Phase::Stopped => ("planned", t!("stopped").to_string()),
    };
    html! {
        <article key={run.id.0} class={classes!("run", class)} aria-labelledby={id.clone()}>
            <header class="run-head">
                <h3 {id}>{ run.program.title() }<span class="run-ends">{ format!(" {} → {}", run.from, run.to) }</span></h3>
                <span class="run-phase">{ phase }</span>
            </header>
            if let Some(share) = run.share {
                <progress class="run-progress" max="1" value={format::fixed(share, 3)}
                    aria-label={t!("{} progress", run.program.title())}></progress>
            }
            if run.phase != Phase::Planned {
                if let Some(plot) = &run.plot {
                    { throughput(plot) }
                }
                <dl class="facts">
                    { for run.facts.iter().map(|(fact, value)| html! {
                        <div key={fact.label()}><dt>{ fact.label() }</dt><dd>{ value }</dd></div>
                    }) }
                </dl>
                { why(run, session) }
                { receivers(run) }
                { lines(run) }
            }
        </article>
    }
}

/// Why it failed, and a way to the place.
fn why(run: &RunView, session: &Session) -> Html {
    let Some(why) = &run.why else { return Html::default() };
    let show = why.at.map(|at| {
        let at = match at {
            Spot::Node(node) => Selection::Node(node),
            Spot::Link(link) => Selection::Link(link),
        };
        let go = super::on(session, move |session: &Session| {
            session.perform(Look::Select(Some(at)));
            session.open_pane(Pane::Inspect);
        });
        html! { <button type="button" class="link" onclick={go}>{ t!("Show where") }</button> }
    });
    html! { <p class="run-why">{ format::sentence(&why.text) }{ " " }{ for show }</p> }
}

/// How many datagrams each receiver of a multicast run received.
fn receivers(run: &RunView) -> Html {
    if run.receivers.is_empty() {
        return Html::default();
    }
    let sent = run.fact(Fact::Sent).unwrap_or("0");
    html! {
        <div class="lines">
            <div class="scroll" tabindex="0" role="group" aria-label={t!("Receivers")}>
                <table>
                    <thead><tr><th scope="col">{ t!("Receiver") }</th><th scope="col">{ t!("Received") }</th></tr></thead>
                    <tbody>
                        { for run.receivers.iter().map(|(name, count)| html! {
                            <tr><th scope="row">{ name }</th><td>{ t!("{} of {sent}", format::count(*count)) }</td></tr>
                        }) }
                    </tbody>
                </table>
            </div>
        </div>
    }
}

/// A hop of a traceroute, as the `traceroute` command prints it: the node once, then the time of each answer.
fn hop(number: u8, replies: &[Reply]) -> Html {
    let mut last = None;
    let mut reached = false;
    let parts = replies.iter().map(|reply| match &reply.answer {
        None => html! {
            <span class="hop-none" title={t!("No answer")}>
                <span aria-hidden="true">{ "*" }</span><span class="visually-hidden">{ t!("no answer") }</span>
            </span>
        },
        Some((who, rtt, answer)) => {
            let named = last.as_ref() != Some(who);
            last = Some(who.clone());
            reached |= *answer == HopAnswer::Reached;
            let error = match answer {
                HopAnswer::OnTheWay | HopAnswer::Reached => None,
                HopAnswer::Unreachable(what) => Some(what.to_string()),
            };
            html! {
                <>
                    if named { <span class="hop-who">{ &**who }</span> }
                    <span class="hop-time">{ format::duration(*rtt) }</span>
                    if let Some(error) = error { <span class="hop-error">{ format!("reported: {error}") }</span> }
                </>
            }
        }
    });
    let parts: Vec<_> = parts.collect();
    html! {
        <li key={number} class={classes!("hop", reached.then_some("reached"))}>
            <span class="hop-number">{ number }</span>
            <span class="hop-parts">{ for parts }</span>
        </li>
    }
}

fn lines(run: &RunView) -> Html {
    if run.lines.is_empty() {
        return Html::default();
    }
    let left_out = (run.lines_left_out > 0)
        .then(|| html! { <p class="hint">{ format!("{} earlier", format::count(run.lines_left_out)) }</p> });
    if run.lines.iter().any(|line| matches!(line, Line::Interval(..))) {
        let rows = run.lines.iter().filter_map(|line| match line {
            Line::Interval(from, to, bytes) => {
                let rate = *bytes as f64 * 8.0 / (to.secs_f64() - from.secs_f64());
                Some(html! {
                    <tr>
                        <th scope="row">{ format!("{} – {}", format::duration(*from), format::duration(*to)) }</th>
                        <td>{ format::bytes(*bytes) }</td>
                        <td>{ format::bit_rate(rate) }</td>
                    </tr>
                })
            }
            _ => None,
        });
        return html! {
            <details class="lines" open=true>
                <summary>{ t!("Intervals") }</summary>
                { for left_out }
                <div class="scroll" tabindex="0" role="group" aria-label={t!("Intervals")}>
                    <table>
                        <thead><tr>
                            <th scope="col">{ t!("Time") }</th><th scope="col">{ t!("Received") }</th><th scope="col">{ t!("Rate") }</th>
                        </tr></thead>
                        <tbody>{ for rows }</tbody>
                    </table>
                </div>
            </details>
        };
    }
    if run.lines.iter().any(|line| matches!(line, Line::Hop(..))) {
        return html! {
            <div class="lines">
                <ol class="trace-hops scroll" tabindex="0" aria-label={t!("Hops")}>
                    { for run.lines.iter().map(line) }
                </ol>
            </div>
        };
    }
    html! {
        <div class="lines">
            { for left_out }
            <ol class="transcript scroll" tabindex="0" aria-label={t!("What happened")}>
                { for run.lines.iter().map(line) }
            </ol>
        </div>
    }
}

fn line(line: &Line) -> Html {
    let after = |rtt: &netlab::Duration| html! { <span class="line-time">{ format::duration(*rtt) }</span> };
    match line {
        Line::Connected(rtt) => html! { <li>{ t!("Connected") }{ after(rtt) }</li> },
        Line::Sent(text) => html! { <li class="said"><span>{ "→ " }{ &**text }</span></li> },
        Line::Answered { number, rtt, text: None } => {
            html! { <li><span>{ t!("Reply {number}") }</span>{ after(rtt) }</li> }
        }
        Line::Answered { rtt, text: Some(text), .. } => {
            html! { <li class="heard"><span>{ "← " }{ &**text }</span>{ after(rtt) }</li> }
        }
        Line::Duplicate { number, rtt, from } => {
            html! { <li><span>{ t!("Duplicate reply {number} from {from}") }</span>{ after(rtt) }</li> }
        }
        Line::Unanswered { number } => html! { <li class="lost">{ t!("No answer to {number}") }</li> },
        Line::IcmpError { number, from, what } => {
            let says = match number {
                Some(number) => t!("{from} reports for request {number}: {what}"),
                None => t!("{from} reports: {what}"),
            };
            html! { <li class="lost">{ says }</li> }
        }
        Line::Hop(number, replies) => hop(*number, replies),
        Line::PathMtu { bytes, from: Some(from) } => {
            html! { <li><span>{ t!("{from} reports an MTU of {}", format::buffer(*bytes)) }</span></li> }
        }
        Line::PathMtu { bytes, from: None } => {
            html! { <li><span>{ t!("Packets of {} pass", format::buffer(*bytes)) }</span></li> }
        }
        Line::Interval(..) => Html::default(),
    }
}
