//! The timeline, as a strip. It is only looked at; dragging the playhead will begin here.

use crate::format;
use crate::lab::results::{Phase, RunView};
use crate::lab::timeline::{LANES, Timeline};
use netlab::Instant;
use std::rc::Rc;
use yew::prelude::*;

const WIDTH: f64 = 1_000.0;
const LANE: usize = 6;

/// The timeline of these runs, with the playhead.
pub fn timeline(runs: &[Rc<RunView>], at: Instant) -> Html {
    let timeline = Timeline::new(runs, at);
    if timeline.spans.is_empty() {
        return Html::default();
    }
    let lanes = timeline.spans.iter().map(|span| span.lane + 1).max().unwrap_or(1).min(LANES);
    let height = lanes * LANE + 2;
    let spans = timeline.spans.iter().map(|span| {
        let class = match span.phase {
            Phase::Planned => "span planned",
            Phase::Active => "span active",
            Phase::Succeeded => "span good",
            Phase::Failed(_) => "span bad",
            Phase::Stopped => "span",
        };
        html! {
            <rect {class} x={place(span.from)} width={place(span.to - span.from)}
                y={(span.lane * LANE + 2).to_string()} height={(LANE - 2).to_string()}>
                <title>{ &span.name }</title>
            </rect>
        }
    });
    let label = format!(
        "Timeline: {} of {} runs are over; the playhead is at {}\u{a0}s.",
        timeline.spans.iter().filter(|span| !matches!(span.phase, Phase::Planned | Phase::Active)).count(),
        timeline.spans.len(),
        format::clock(at)
    );
    html! {
        <svg class="timeline" viewBox={format!("0 0 {} {height}", format::fixed(WIDTH, 0))} preserveAspectRatio="none" role="img"
            height={(height * 3 / 2).to_string()} aria-label={label}>
            { for spans }
            <line class="playhead" x1={place(timeline.playhead)} x2={place(timeline.playhead)} y1="0" y2={height.to_string()} />
        </svg>
    }
}

fn place(share: f64) -> String {
    format::fixed(share * WIDTH, 1)
}
