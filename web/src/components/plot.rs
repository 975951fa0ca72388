//! A plot of throughput: a curve for those who see it, a sentence and a table for those who do not.

use lab::format;
use lab::plot::Plot;
use markup::html;
use netlab::Duration;
use texts::t;
use yew::prelude::*;

const WIDTH: u32 = 320;
const HEIGHT: u32 = 96;
/// Rows of the table that a screen reader reads: a longer one would be noise.
const ROWS_MAX: usize = 20;

/// A plot of throughput.
pub fn throughput(plot: &Plot) -> Html {
    let points = plot.points(WIDTH.into(), HEIGHT.into());
    let first_x = points.split(',').next().unwrap_or("0");
    let last_x = points.rsplit(' ').next().and_then(|last| last.split(',').next()).unwrap_or("0");
    let area = format!("{first_x},{HEIGHT} {points} {last_x},{HEIGHT}");
    let top = format::bit_rate(plot.top);
    let (least, most) = plot
        .bins
        .iter()
        .fold((f64::INFINITY, 0.0f64), |(least, most), &bits| (least.min(bits), most.max(bits)));
    let label = t!(
        "Throughput over {}: between {} and {}.",
        format::duration(plot.lasts),
        format::bit_rate(least),
        format::bit_rate(most)
    );
    let stride = plot.bins.len().div_ceil(ROWS_MAX);
    let rows = plot.bins.chunks(stride).enumerate().map(|(number, bins)| {
        let from = Duration::from_nanos(plot.bin.nanos() * (number * stride) as u64);
        let mean = bins.iter().sum::<f64>() / bins.len() as f64;
        html! { <tr><th scope="row">{ format::duration(from) }</th><td>{ format::bit_rate(mean) }</td></tr> }
    });
    html! {
        <figure class="plot">
            <svg viewBox={format!("0 0 {WIDTH} {HEIGHT}")} preserveAspectRatio="none" role="img" aria-label={label}>
                <line class="plot-grid" x1="0" x2="100%" y1="0.5" y2="0.5" />
                <line class="plot-grid" x1="0" x2="100%" y1="50%" y2="50%" />
                <polygon class="plot-area" points={area} />
                <polyline class="plot-line" {points} />
                <line class="plot-axis" x1="0" x2="100%" y1="100%" y2="100%" />
            </svg>
            <span class="plot-top" aria-hidden="true">{ top }</span>
            <span class="plot-from" aria-hidden="true">{ "0" }</span>
            <span class="plot-to" aria-hidden="true">{ format::duration(plot.lasts) }</span>
            <table class="visually-hidden">
                <caption>{ t!("Throughput") }</caption>
                <thead><tr><th scope="col">{ t!("From") }</th><th scope="col">{ t!("Mean") }</th></tr></thead>
                <tbody>{ for rows }</tbody>
            </table>
        </figure>
    }
}
