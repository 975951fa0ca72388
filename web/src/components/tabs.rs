//! A row of tabs (the ARIA pattern "tabs"): the arrow keys go from one to the next.

use crate::dom::focus;
use markup::html;
use yew::prelude::*;

/// A row of tabs: for each its name in ids and its label. `chosen`: the open one, if any; `choose` receives a tab's number.
pub fn tabs(
    label: &'static str,
    tabs: &[(&'static str, &'static str)],
    chosen: Option<usize>,
    choose: &Callback<usize>,
) -> Html {
    let ids: Vec<_> = tabs.iter().map(|(id, _)| *id).collect();
    let buttons = tabs.iter().enumerate().map(|(number, &(id, label))| {
        let selected = chosen == Some(number);
        let onkeydown = {
            let (choose, ids) = (choose.clone(), ids.clone());
            Callback::from(move |event: KeyboardEvent| {
                let to = match event.key().as_str() {
                    "ArrowRight" => (number + 1) % ids.len(),
                    "ArrowLeft" => (number + ids.len() - 1) % ids.len(),
                    "Home" => 0,
                    "End" => ids.len() - 1,
                    _ => return,
                };
                event.prevent_default();
                choose.emit(to);
                focus(&format!("tab-{}", ids[to]));
            })
        };
        // If none is open, the first takes the focus.
        let first = selected || (chosen.is_none() && number == 0);
        let onclick = {
            let choose = choose.clone();
            Callback::from(move |_: MouseEvent| choose.emit(number))
        };
        html! {
            <button key={id} type="button" role="tab" id={format!("tab-{id}")} class="tab" aria-selected={selected.to_string()}
                aria-controls={selected.then(|| format!("pane-{id}"))} tabindex={if first { "0" } else { "-1" }} {onkeydown} {onclick}>
                { label }
            </button>
        }
    });
    html! { <div class="tabs" role="tablist" aria-label={label}>{ for buttons }</div> }
}
