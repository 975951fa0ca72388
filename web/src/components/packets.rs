//! The packet list: what an analyzer shows, bound to the moving picture.
//!
//! Only the rows in sight are rendered, whatever the list's length: they are put where they belong by their row of a grid
//! whose other rows are empty space. A choice moves the playhead to where the packet is on its way.

use super::filter_bar::FilterBar;
use super::icon::{Glyph, icon};
use super::{on, use_session};
use crate::dom::{focus_when_rendered, window};
use crate::files;
use crate::session::Session;
use crate::state::{Change, Pane};
use lab::Command;
use lab::format;
use lab::packets::{Line, Observe};
use lab::palette::Swatch;
use lab::view::View;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{HtmlElement, HtmlInputElement, HtmlSelectElement, ResizeObserver};
use yew::prelude::*;

/// Properties of [`Packets`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The lab, as it was at most a tenth of a second ago.
    pub view: Rc<View>,
}

/// Height of a row in CSS pixels at the page's ordinary size of type; the style sheet has the same in rem.
const ROW_REM: f64 = 1.625;
/// Rows that are rendered beyond what is in sight.
const SPARE: usize = 6;
/// No element can be taller: browsers give up at about 33 million pixels.
const TALLEST_PX: f64 = 16_000_000.0;

/// What of the list is in sight.
#[derive(Clone, Copy, Default, PartialEq)]
struct Sight {
    top: f64,
    height: f64,
    row: f64,
}

/// The packet list.
#[component]
pub fn Packets(props: &Props) -> Html {
    let session = use_session();
    let body = use_node_ref();
    let sight = use_state_eq(Sight::default);
    // The list goes with the playhead until somebody scrolls away from it.
    let follows = use_state_eq(|| true);
    // What we scrolled to ourselves: not somebody's doing.
    let ours = use_mut_ref(|| -1.0f64);
    {
        let (body, sight) = (body.clone(), sight.clone());
        use_effect_with((), move |()| {
            let element: HtmlElement = body.cast().expect("it is rendered");
            let measure = {
                let element = element.clone();
                move || {
                    sight.set(Sight {
                        top: f64::from(element.scroll_top()),
                        height: f64::from(element.client_height()) - row_px(),
                        row: row_px(),
                    });
                }
            };
            measure();
            let measured = Closure::<dyn FnMut()>::new(measure);
            let observer = ResizeObserver::new(measured.as_ref().unchecked_ref()).expect("browsers have it");
            observer.observe(&element);
            move || {
                observer.disconnect();
                drop(measured);
            }
        });
    }
    let lab = session.lab().borrow();
    let trace = lab.packets().trace();
    let listed = trace.listed();
    let now = lab.listed_by_now();
    let opened = lab.packets().opened().map(|opened| opened.name.clone());
    let selected = lab.selected_packet();
    {
        // What was chosen elsewhere is to be seen here, too.
        let follows = follows.clone();
        use_effect_with(selected, move |selected| {
            if selected.is_some() {
                follows.set(true);
            }
        });
    }
    let row_px = sight.row.max(1.0);
    let tall = (listed as f64 * row_px).min(TALLEST_PX);
    // In a list that is taller than an element can be a pixel is more than a pixel.
    let scale = if tall > 0.0 { listed as f64 * row_px / tall } else { 1.0 };
    let top = sight.top * scale;
    let wanted = {
        // The playhead's row, or the selected one while time stands still, is to be seen; in a capture it always does.
        let stands = opened.is_some() || props.view.state == lab::State::Paused;
        let place = match selected.filter(|_| stands) {
            Some(number) => trace.listed_before(number),
            None => now.saturating_sub(1),
        };
        let (from, to) = (place as f64 * row_px, (place + 1) as f64 * row_px);
        let inside = from >= top && to <= top + sight.height;
        (*follows && !inside && sight.height > 0.0 && opened.is_none()
            || (selected.is_some() && !inside && *follows))
            .then(|| (to - sight.height * 0.75).min(listed as f64 * row_px - sight.height).max(0.0))
    };
    // Rendered where it is about to be scrolled to: otherwise it would have to be again, and the page be laid out twice.
    let top = wanted.unwrap_or(top);
    let wanted = wanted.map(|top| top / scale);
    let first = ((top / row_px) as usize).saturating_sub(SPARE).min(listed);
    let last = (((top + sight.height) / row_px) as usize + SPARE).min(listed);
    let lines: Vec<Line> = (first..last)
        .filter_map(|place| trace.listed_at(place))
        .filter_map(|number| lab.line(number))
        .collect();
    drop(lab);
    // Only what is rendered can be named.
    let active = selected.filter(|&number| lines.iter().any(|line| line.number == number));
    let active = active.map(|number| format!("packet-{number}"));
    {
        let (body, ours) = (body.clone(), ours.clone());
        use_effect_with(wanted, move |wanted| {
            if let (Some(wanted), Some(element)) = (*wanted, body.cast::<HtmlElement>()) {
                element.set_scroll_top(wanted as i32);
                // It may not go so far.
                *ours.borrow_mut() = f64::from(element.scroll_top());
            }
        });
    }
    {
        // Another list begins at its beginning.
        let body = body.clone();
        use_effect_with(opened.clone(), move |opened| {
            if let (Some(_), Some(element)) = (opened, body.cast::<HtmlElement>()) {
                element.set_scroll_top(0);
            }
        });
    }
    let onscroll = {
        let (sight, follows) = (sight.clone(), follows.clone());
        Callback::from(move |event: Event| {
            let element: HtmlElement = event.target_unchecked_into();
            let top = f64::from(element.scroll_top());
            let by_hand = (top - *ours.borrow()).abs() > 2.0;
            if by_hand {
                *ours.borrow_mut() = -1.0;
                follows.set(false);
            }
            let row = self::row_px();
            // The head stays above what scrolls.
            sight.set(Sight { top, height: f64::from(element.client_height()) - row, row });
        })
    };
    let onkeydown = {
        let (session, follows, page) = (session.clone(), follows.clone(), (sight.height / row_px) as isize);
        Callback::from(move |event: KeyboardEvent| {
            let by = match event.key().as_str() {
                "ArrowDown" => 1,
                "ArrowUp" => -1,
                "PageDown" => page.max(1),
                "PageUp" => -page.max(1),
                "Home" => isize::MIN / 2,
                "End" => isize::MAX / 2,
                _ => return,
            };
            event.prevent_default();
            follows.set(true);
            let number = {
                let lab = session.lab().borrow();
                let trace = lab.packets().trace();
                let place = match lab.selected_packet() {
                    Some(number) => trace.listed_before(number) as isize + by,
                    None if by.unsigned_abs() > trace.listed() => by,
                    None => lab.listed_by_now() as isize - 1,
                };
                let last = (trace.listed() as isize - 1).max(0);
                trace.listed_at(place.clamp(0, last) as usize)
            };
            if let Some(number) = number {
                session.perform(Command::Packet(number));
            }
        })
    };
    let follow = {
        let follows = follows.clone();
        Callback::from(move |_: MouseEvent| follows.set(true))
    };
    let count = match (opened.as_deref(), listed) {
        (Some(name), listed) => format!("{name}: {}", format::plural(listed as u64, "packet", "packets")),
        (None, listed) if now < listed => {
            format!("{} of {}", format::count(now as u64), format::plural(listed as u64, "packet", "packets"))
        }
        (None, listed) => format::plural(listed as u64, "packet", "packets"),
    };
    html! {
        <div class="packets">
            <div class="packets-bar">
                <FilterBar filter={props.view.filter.clone()} fault={props.view.filter_fault.clone()} />
                { place_choice(&session, props) }
                <span class="packets-count" role="status">{ count }</span>
                if !*follows && opened.is_none() {
                    <button type="button" class="button" onclick={follow}>{ "Follow the playhead" }</button>
                }
                if selected.is_some() {
                    <button type="button" class="button primary narrow-only" onclick={on(&session, |session| {
                        session.open_drawer(None);
                        session.change(Change::Pane(Pane::Inspect));
                        focus_when_rendered("pane-inspect");
                    })}>{ "Details" }</button>
                }
                <div class="packets-files">
                    if opened.is_some() {
                        <button type="button" class="button" onclick={on(&session, |session| {
                            session.perform(Command::Observe(Observe::Close));
                        })}>{ "Back to the network" }</button>
                    } else {
                        <button type="button" class="button quiet" title="What is listed, as pcapng for Wireshark and others"
                            onclick={on(&session, files::save_capture)}>
                            { icon(Glyph::Save) }<span>{ "Save capture" }</span>
                        </button>
                    }
                    <label class="button quiet file-button" title="A pcap or pcapng that was made elsewhere">
                        { "Open capture" }
                        <input type="file" class="visually-hidden" accept=".pcap,.pcapng,.cap" onchange={opener(&session)} />
                    </label>
                </div>
            </div>
            <div class="packet-grid" role="grid" aria-label="Packets" aria-rowcount={(listed + 1).to_string()} tabindex="0" ref={body} {onscroll} {onkeydown}
                aria-activedescendant={active}>
                <div class="packet-row packet-head" role="row" aria-rowindex="1">
                    { for COLUMNS.iter().map(|(class, name)| html! {
                        <span class={*class} role="columnheader">{ *name }</span>
                    }) }
                </div>
                <div class="packet-body" role="rowgroup">
                    <svg class="packet-space" role="presentation" aria-hidden="true" width="1" height={(tall as u64).to_string()}></svg>
                    <Rows top={(first as f64 * row_px / scale) as i32} lines={Rc::new(lines)} {first} {selected} now={props.view.at.nanos()} />
                </div>
            </div>
            if listed == 0 {
                <p class="empty packets-empty">{ empty(props) }</p>
            }
        </div>
    }
}

const COLUMNS: [(&str, &str); 8] = [
    ("p-number", "No."),
    ("p-time", "Time"),
    ("p-place", "Where"),
    ("p-source", "Source"),
    ("p-destination", "Destination"),
    ("p-protocol", "Protocol"),
    ("p-length", "Length"),
    ("p-info", "Info"),
];

fn empty(props: &Props) -> &'static str {
    if props.view.applied.is_empty() {
        "No packet has been sent yet."
    } else {
        "No packet passes the filter."
    }
}

/// Height of a row, in CSS pixels.
fn row_px() -> f64 {
    let root = window().document().and_then(|document| document.document_element());
    let style = root.and_then(|root| window().get_computed_style(&root).ok().flatten());
    let size = style.and_then(|style| style.get_property_value("font-size").ok());
    let rem = size.and_then(|size| size.trim_end_matches("px").parse::<f64>().ok()).unwrap_or(16.0);
    (rem * ROW_REM).round()
}

fn place_choice(session: &Session, props: &Props) -> Html {
    let lab = session.lab().borrow();
    if lab.packets().opened().is_some() {
        return Html::default();
    }
    let (places, chosen) = (lab.places(), lab.packets().place());
    let _ = props;
    let onchange = {
        let session = session.clone();
        let choices: Vec<_> = places.iter().map(|(place, _)| *place).collect();
        Callback::from(move |event: Event| {
            let select: HtmlSelectElement = event.target_unchecked_into();
            if let Some(place) = choices.get(select.selected_index() as usize) {
                session.perform(Command::Observe(Observe::At(*place)));
            }
        })
    };
    html! {
        <label class="packets-place">
            <span class="visually-hidden">{ "Seen where" }</span>
            <select {onchange}>
                { for places.iter().map(|(place, name)| html! { <option selected={*place == chosen}>{ name }</option> }) }
            </select>
        </label>
    }
}

fn opener(session: &Session) -> Callback<Event> {
    let session = session.clone();
    Callback::from(move |event: Event| {
        let input: HtmlInputElement = event.target_unchecked_into();
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            files::open_capture(&session, file);
        }
        // The same file can be chosen again.
        input.set_value("");
    })
}

/// Properties of [`Rows`].
#[derive(Properties, PartialEq)]
struct RowsProps {
    /// Where the first of them is, in CSS pixels.
    top: i32,
    lines: Rc<Vec<Line>>,
    first: usize,
    selected: Option<usize>,
    now: u64,
}

/// The rows in sight.
#[component]
fn Rows(props: &RowsProps) -> Html {
    let session = use_session();
    let block = use_node_ref();
    {
        // Through the object model: the policy forbids style attributes.
        let block = block.clone();
        use_effect_with(props.top, move |top| {
            if let Some(block) = block.cast::<HtmlElement>() {
                let _ = block.style().set_property("top", &format!("{top}px"));
            }
        });
    }
    let rows = props.lines.iter().enumerate().map(|(index, line)| {
        let number = line.number;
        let selected = props.selected == Some(number);
        let row = &line.row;
        let class = classes!(
            "packet-row",
            format!("swatch-{}", Swatch::of(row.protocol, row.segment).key()),
            selected.then_some("chosen"),
            (row.dropped || line.kept_back.is_some()).then_some("dropped"),
            row.is_retransmission().then_some("again"),
            line.to_come.then_some("to-come"),
        );
        // By its place in sight: the elements stay and their texts change, which costs less than others in their place.
        html! {
            <div key={index} {class} role="row" id={format!("packet-{number}")} aria-selected={selected.to_string()}
                aria-rowindex={(props.first + index + 2).to_string()}
                onclick={on(&session, move |session: &Session| session.perform(Command::Packet(number)))}>
                <span class="p-number" role="gridcell">{ number + 1 }</span>
                <span class="p-time" role="gridcell">{ format::clock(row.at) }</span>
                <span class="p-place" role="gridcell">{ &line.place }</span>
                <span class="p-source" role="gridcell">{ &line.source }</span>
                <span class="p-destination" role="gridcell">{ &line.destination }</span>
                <span class="p-protocol" role="gridcell">{ line.protocol }</span>
                <span class="p-length" role="gridcell">{ row.length }</span>
                <span class="p-info" role="gridcell" title={line.info.clone()}>
                    if row.dropped { <strong class="lost">{ "Lost: " }</strong> }
                    if let Some(why) = &line.kept_back { <strong class="lost">{ format!("Kept back by {why}. ") }</strong> }
                    { &line.info }
                </span>
            </div>
        }
    });
    html! { <div class="packet-rows" ref={block} role="presentation">{ for rows }</div> }
}
