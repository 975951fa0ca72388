//! A run and its results.

use super::plot::throughput;
use crate::format;
use crate::lab::results::{Line, Phase, RunView};
use netlab::run::HopAnswer;
use yew::prelude::*;

/// A run and its results.
pub fn run_card(run: &RunView) -> Html {
    let id = format!("run-{}", run.id.0);
    let (class, phase) = match run.phase {
        Phase::Planned => ("planned", format!("at {}", format::duration(run.start - netlab::Instant::ZERO))),
        Phase::Active => ("active", "under way".to_string()),
        Phase::Succeeded => ("good", "done".to_string()),
        Phase::Failed(failure) => ("bad", format!("failed: {failure}")),
        Phase::Stopped => ("planned", "stopped".to_string()),
    };
    html! {
        <article key={run.id.0} class={classes!("run", class)} aria-labelledby={id.clone()}>
            <header class="run-head">
                <h3 {id}>{ run.title }<span class="run-ends">{ format!(" {} → {}", run.from, run.to) }</span></h3>
                <span class="run-phase">{ phase }</span>
            </header>
            if let Some(share) = run.share {
                <progress class="run-progress" max="1" value={format::fixed(share, 3)}
                    aria-label={format!("{} progress", run.title)}></progress>
            }
            if run.phase != Phase::Planned {
                if let Some(plot) = &run.plot {
                    { throughput(plot) }
                }
                <dl class="facts">
                    { for run.facts.iter().map(|(name, value)| html! {
                        <div key={*name}><dt>{ *name }</dt><dd>{ value }</dd></div>
                    }) }
                </dl>
                { lines(run) }
            }
        </article>
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
                <summary>{ "Intervals" }</summary>
                { for left_out }
                <div class="scroll" tabindex="0" role="group" aria-label="Intervals">
                    <table>
                        <thead><tr>
                            <th scope="col">{ "Time" }</th><th scope="col">{ "Received" }</th><th scope="col">{ "Rate" }</th>
                        </tr></thead>
                        <tbody>{ for rows }</tbody>
                    </table>
                </div>
            </details>
        };
    }
    html! {
        <div class="lines">
            { for left_out }
            <ol class="transcript scroll" tabindex="0" aria-label="What happened">
                { for run.lines.iter().map(line) }
            </ol>
        </div>
    }
}

fn line(line: &Line) -> Html {
    let after = |rtt: &netlab::Duration| html! { <span class="line-time">{ format::duration(*rtt) }</span> };
    match line {
        Line::Connected(rtt) => html! { <li>{ "Connected" }{ after(rtt) }</li> },
        Line::Sent(text) => html! { <li class="said"><span>{ "→ " }{ &**text }</span></li> },
        Line::Answered { number, rtt, text: None } => {
            html! { <li><span>{ format!("Reply {number}") }</span>{ after(rtt) }</li> }
        }
        Line::Answered { rtt, text: Some(text), .. } => {
            html! { <li class="heard"><span>{ "← " }{ &**text }</span>{ after(rtt) }</li> }
        }
        Line::Unanswered { number } => html! { <li class="lost">{ format!("No answer to {number}") }</li> },
        Line::Told { number, from, what } => {
            let which = number.map_or(String::new(), |number| format!("{number}: "));
            html! { <li class="lost">{ format!("{which}{from} says: {what}") }</li> }
        }
        Line::Hop(hop) => match hop.answer {
            Some((from, rtt, answer)) => {
                let what = match answer {
                    HopAnswer::OnTheWay => String::new(),
                    HopAnswer::Reached => " ✓".into(),
                    HopAnswer::Told(what) => format!(" ({what})"),
                };
                html! { <li><span>{ format!("{} · {from}{what}", hop.hop) }</span>{ after(&rtt) }</li> }
            }
            None => html! { <li class="lost">{ format!("{} · no answer", hop.hop) }</li> },
        },
        Line::PathMtu { bytes, from: Some(from) } => {
            html! { <li>{ format!("{from} says: {bytes} bytes fit") }</li> }
        }
        Line::PathMtu { bytes, from: None } => html! { <li>{ format!("{bytes} bytes get through") }</li> },
        Line::Received { number, by } => {
            html! { <li class="heard">{ format!("{by} has datagram {number}") }</li> }
        }
        Line::Interval(..) => Html::default(),
    }
}
