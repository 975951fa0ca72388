//! A graph: curves with axes, legend and playhead; for screen readers a sentence and a table.

use super::grid::{go, grid};
use super::save;
use crate::session::Session;
use lab::format;
use lab::graphs::chart::{Chart, HEIGHT, WIDTH};
use lab::graphs::series::{Kind, Series, Tone, Unit, csv};
use lab::graphs::sheet::{Lead, Line, Sheet};
use markup::html;
use netlab::Instant;
use std::rc::Rc;
use texts::t;
use web_sys::Element;
use yew::prelude::*;

/// Rows of the table that a screen reader reads: a longer one would be noise.
const ROWS: usize = 24;

/// What a graph is made of.
pub struct Figure<'a> {
    /// What is shown.
    pub title: String,
    /// The name of its files, without an ending.
    pub file: &'static str,
    /// A note on how the numbers were derived.
    pub note: Option<&'static str>,
    /// The numbers.
    pub series: &'a [Series<'a>],
    /// Their drawing.
    pub chart: &'a Chart,
    /// The playhead, unless all of it is past.
    pub at: Option<Instant>,
}

/// Makes series, and shows them.
pub type Again = dyn Fn(&mut dyn FnMut(&[Series<'_>], Unit));

/// Draws it. `again` makes the series again, over all of time: for saving, and for the values under the pointer.
pub fn figure(session: &Session, figure: Figure<'_>, place: NodeRef, again: Rc<Again>) -> Html {
    let Figure { title, file, note, series, chart, at } = figure;
    let now = at.unwrap_or(chart.window.until);
    let legend: Vec<_> = series.iter().filter(|series| !series.data.is_empty()).collect();
    let value =
        |series: &Series<'_>| series.at(now).map(|datum| chart.unit.text(datum.high)).unwrap_or_default();
    let says: Vec<_> = legend.iter().map(|series| format!("{}: {}", series.name, value(series))).collect();
    let label = t!("{title}. At {}\u{a0}s: {}.", format::clock(now), says.join(", "));
    let percent = |share: f64| format!("{}%", format::fixed(share, 2));
    let playhead = at.map(|at| chart.window.share(at) * 100.0);
    let onclick = {
        let (session, chart, again) = (session.clone(), chart.clone(), again.clone());
        Callback::from(move |event: MouseEvent| {
            let Some(box_) = event.current_target() else { return };
            let rect = wasm_bindgen::JsCast::unchecked_into::<Element>(box_).get_bounding_client_rect();
            let x = (f64::from(event.client_x()) - rect.left()) / rect.width().max(1.0);
            let y = (f64::from(event.client_y()) - rect.top()) / rect.height().max(1.0);
            let mut near = None;
            again(&mut |series, _| near = chart.nearest(series, (x, y)));
            match near {
                Some(transit) => go(&session, Lead::Transit(transit)),
                None => go(&session, Lead::Moment(chart.window.moment(x))),
            }
        })
    };
    let names: Vec<_> = legend.iter().map(|series| (series.tone, series.name.to_string())).collect();
    let save_csv = {
        let again = again.clone();
        Callback::from(move |_: MouseEvent| {
            again(&mut |series, unit| save::text(&format!("{file}.csv"), &csv(series, unit)));
        })
    };
    let save_svg = {
        let (place, title) = (place.clone(), title.clone());
        Callback::from(move |_: MouseEvent| {
            if let Some(drawing) = place.cast::<Element>() {
                save::text(&format!("{file}.svg"), &save::picture(&drawing, &title, &names));
            }
        })
    };
    html! {
        <figure class="graph">
            <figcaption class="graph-head">
                <ul class="legend-list">
                    { for legend.iter().map(|series| html! {
                        <li>{ key(series.tone, series.kind) }<span>{ series.name.to_string() }</span><b class="digits">{ value(series) }</b></li>
                    }) }
                </ul>
                <span class="graph-saves">
                    <button type="button" class="button quiet" onclick={save_csv}>{ t!("Save CSV") }</button>
                    <button type="button" class="button quiet" onclick={save_svg}>{ t!("Save SVG") }</button>
                </span>
            </figcaption>
            <div class="graph-room">
                <svg class="graph-box" ref={place} role="img" aria-label={label} {onclick}>
                    { for chart.beside.iter().map(|(y, text)| html! {
                        <>
                            <line class="graph-grid" x1="0" x2="100%" y1={percent(*y)} y2={percent(*y)} />
                            <text class="beside" x="0" y={percent(*y)} dx="-8" dy="4">{ text }</text>
                        </>
                    }) }
                    { for chart.below.iter().map(|(x, text)| html! {
                        <>
                            <line class="graph-grid" x1={percent(*x)} x2={percent(*x)} y1="0" y2="100%" />
                            <text class="below" x={percent(*x)} y="100%" dy="18">{ text }</text>
                        </>
                    }) }
                    <svg width="100%" height="100%" viewBox={format!("0 0 {WIDTH} {HEIGHT}")} preserveAspectRatio="none">
                        { for chart.curves.iter().map(|(tone, kind, path)| html! {
                            <path class={classes!(tone.class(), kind_class(*kind))} d={path.clone()} />
                        }) }
                    </svg>
                    if let Some(x) = playhead.filter(|x| *x < 100.0) {
                        <rect class="graph-veil" x={percent(x.max(0.0))} y="0" width={percent(100.0 - x.max(0.0))} height="100%" />
                    }
                    if let Some(x) = playhead.filter(|x| (0.0..=100.0).contains(x)) {
                        <line class="graph-playhead" x1={percent(x)} x2={percent(x)} y1="0" y2="100%" />
                    }
                </svg>
            </div>
            if let Some(note) = note {
                <p class="hint">{ note }</p>
            }
            <details class="graph-table">
                <summary>{ t!("As a table") }</summary>
                { grid(session, &samples(&legend, chart, now), &title, t!("Nothing yet.")) }
            </details>
        </figure>
    }
}

const fn kind_class(kind: Kind) -> &'static str {
    match kind {
        Kind::Steps => "curve",
        Kind::Bars => "bars",
        Kind::Dots => "dots",
    }
}

/// A sample of a curve, for the legend.
fn key(tone: Tone, kind: Kind) -> Html {
    let d = match kind {
        Kind::Steps => "M0 6H26",
        Kind::Bars => "M5 1V11M13 1V11M21 1V11",
        Kind::Dots => "M5 6h0M13 6h0M21 6h0",
    };
    html! {
        <svg class="legend-key" viewBox="0 0 26 12" aria-hidden="true"><path class={classes!(tone.class(), kind_class(kind))} {d} /></svg>
    }
}

/// The values of the series at some moments of the window, up to the playhead.
fn samples(series: &[&Series<'_>], chart: &Chart, now: Instant) -> Sheet {
    let moments = (0..=ROWS).map(|number| chart.window.moment(number as f64 / ROWS as f64));
    let lines = moments.take_while(|at| *at <= now).map(|at| {
        let value =
            |series: &&Series<'_>| series.at(at).map_or("–".into(), |datum| chart.unit.text(datum.high));
        let cells = std::iter::once(format::clock(at)).chain(series.iter().map(value)).collect();
        Line { cells, lead: Some(Lead::Moment(at)), depth: 0 }
    });
    let columns = std::iter::once(t!("Time in s").into())
        .chain(series.iter().map(|series| series.name.to_string().into()));
    Sheet { columns: columns.collect(), numbers_from: 1, lines: lines.collect(), left_out: 0 }
}
