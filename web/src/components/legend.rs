//! The legend: which colour and shape is which kind of frame, from the stage's own palette.

use crate::stage::palette::Swatch;
use yew::prelude::*;

/// The legend, folded away until it is wanted where there is little room.
pub fn legend(roomy: bool) -> Html {
    html! {
        <details class="legend" open={roomy && !is_narrow()}>
            <summary>{ "Colours" }</summary>
            <ul>
                { for Swatch::ALL.into_iter().filter(|&swatch| swatch != Swatch::Other).map(|swatch| html! {
                    <li key={swatch.name()} title={swatch.meaning()}>
                        <svg viewBox="-1 -1 2 2" width="12" height="12" aria-hidden="true" focusable="false">
                            <path class={format!("mark-{}", swatch.key())} d={swatch.shape().svg_path()} />
                        </svg>
                        <span>{ swatch.name() }</span>
                        <span class="visually-hidden">{ format!(": {}", swatch.meaning()) }</span>
                    </li>
                }) }
            </ul>
        </details>
    }
}

fn is_narrow() -> bool {
    let width = crate::dom::window().inner_width().ok().and_then(|width| width.as_f64());
    width.is_some_and(|width| width < 900.0)
}
