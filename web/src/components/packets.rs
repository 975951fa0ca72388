//! The packet list: what an analyzer shows, bound to the moving picture.
//!
//! However long the list is, only the rows in sight are rendered, at their place in an element that is as tall as the whole list.
//! Selecting a packet moves the playhead to a moment at which the packet is on its way.

use super::filter_bar::FilterBar;
use super::icon::{Glyph, icon};
use super::packet_find::PacketFind;
use super::packet_menu::PacketMenu;
use super::{on, use_session};
use crate::dom::{focus, focus_when_rendered, window};
use crate::files;
use crate::session::Session;
use crate::state::Pane;
use lab::command::Look;
use lab::format;
use lab::packets::{Line, Observe};
use lab::view::View;
use markup::html;
use std::cell::Cell;
use std::rc::Rc;
use texts::{mark, plural, t};
use trace::swatch::Swatch;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{Element, HtmlElement, HtmlInputElement, HtmlSelectElement, ResizeObserver};
use yew::prelude::*;

/// Properties of [`Packets`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The snapshot to render.
    pub view: Rc<View>,
}

/// Height of a row in CSS pixels at the page's ordinary size of type; the style sheet has the same in rem.
const ROW_REM: f64 = 1.625;
/// Rows that are rendered beyond what is in sight.
const SPARE: usize = 6;
/// No element can be taller: browsers give up at about 33 million pixels.
const TALLEST_PX: f64 = 16_000_000.0;

/// What of the list is in sight.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Sight {
    top: f64,
    height: f64,
    row: f64,
}

/// The packet list.
#[component]
pub fn Packets(props: &Props) -> Html {
    let session = use_session();
    let handles = use_handles(&session);
    let Handles { body, sight, follows, .. } = &handles;
    let lab = session.lab().borrow();
    let trace = lab.packets().trace();
    let listed = trace.listed();
    let now = lab.listed_by_now();
    let opened = lab.packets().opened().map(|opened| opened.name.clone());
    let selected = lab.selected_packet();
    let stretch = {
        // The selected row while time stands still, otherwise the playhead's; in a capture time always stands still.
        let stands = opened.is_some() || props.view.state == lab::State::Paused;
        let wanted = match selected.filter(|_| stands) {
            Some(number) => trace.listed_before(number),
            None => now.saturating_sub(1),
        };
        let follows = **follows && (opened.is_none() || selected.is_some());
        let ours = handles.ours.get();
        let top = if ours < 0.0 { sight.top } else { ours };
        Stretch::new(Sight { top, ..**sight }, listed, follows.then_some(wanted))
    };
    let lines: Vec<Line> = (stretch.first..stretch.last)
        .filter_map(|place| trace.listed_at(place))
        .filter_map(|number| lab.line(number))
        .collect();
    drop(lab);
    use_scrolling(&handles, selected, stretch.scroll_to, &opened);
    // `aria-activedescendant` may name only what is rendered.
    let active = selected.filter(|&number| lines.iter().any(|line| line.number == number));
    let active = active.map(|number| format!("packet-{number}"));
    let onscroll = {
        let handles = handles.clone();
        Callback::from(move |event: Event| handles.scrolled(&event.target_unchecked_into()))
    };
    let onkeydown = {
        let (handles, page) = (handles.clone(), (sight.height / sight.row.max(1.0)) as isize);
        Callback::from(move |event: KeyboardEvent| handles.press(&event, page))
    };
    let oncontextmenu = {
        let handles = handles.clone();
        Callback::from(move |event: MouseEvent| handles.open_menu(&event))
    };
    html! {
        <div class="packets">
            { bar(&handles, props, opened.as_deref(), (now, listed), selected) }
            if *handles.finds {
                <PacketFind close={handles.finder(false)} />
            }
            if let Some((number, at)) = *handles.menu {
                <PacketMenu {number} {at} close={
                    let menu = handles.menu.setter();
                    Callback::from(move |()| menu.set(None))
                } />
            }
            <div id="packet-grid" class="packet-grid" role="grid" {oncontextmenu} aria-label={t!("Packets")} aria-rowcount={(listed + 1).to_string()} tabindex="0" ref={body.clone()} {onscroll} {onkeydown}
                aria-activedescendant={active}>
                <div class="packet-row packet-head" role="row" aria-rowindex="1">
                    { for COLUMNS.iter().map(|(class, name)| html! {
                        <span class={*class} role="columnheader">{ texts::of(name) }</span>
                    }) }
                </div>
                <div class="packet-body" role="rowgroup">
                    <svg class="packet-space" role="presentation" aria-hidden="true" width="1" height={(stretch.tall as u64).to_string()}></svg>
                    <Rows top={stretch.top_px} lines={Rc::new(lines)} first={stretch.first} {selected} now={props.view.at.nanos()} />
                </div>
            </div>
            if listed == 0 {
                <p class="empty packets-empty">{ empty(props) }</p>
            }
        </div>
    }
}

/// Which rows are rendered, and where.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Stretch {
    /// The places in the list of the first row that is rendered, and of the one after the last.
    first: usize,
    last: usize,
    /// The height of the whole list's element.
    tall: f64,
    /// Where the first row is in that element.
    top_px: i32,
    /// Where the element has to be scrolled to, so that the wanted row is in sight.
    scroll_to: Option<f64>,
}

impl Stretch {
    /// Of a list with `listed` rows; `wanted` is the place of the row that is to be in sight, if any.
    fn new(sight: Sight, listed: usize, wanted: Option<usize>) -> Self {
        let row_px = sight.row.max(1.0);
        let tall = (listed as f64 * row_px).min(TALLEST_PX);
        // In a list that is taller than an element can be, a pixel is more than a pixel.
        let scale = if tall > 0.0 { listed as f64 * row_px / tall } else { 1.0 };
        let top = sight.top * scale;
        let scroll_to = wanted.filter(|_| sight.height > 0.0).and_then(|place| {
            let (from, to) = (place as f64 * row_px, (place + 1) as f64 * row_px);
            let inside = from >= top && to <= top + sight.height;
            let lowest = listed as f64 * row_px - sight.height;
            (!inside).then(|| (to - sight.height * 0.75).min(lowest).max(0.0))
        });
        // Rendered where it is about to be scrolled to: otherwise the page would be rendered and laid out twice.
        let top = scroll_to.unwrap_or(top);
        let first = ((top / row_px) as usize).saturating_sub(SPARE).min(listed);
        Self {
            first,
            last: (((top + sight.height) / row_px) as usize + SPARE).min(listed),
            tall,
            top_px: (first as f64 * row_px / scale) as i32,
            scroll_to: scroll_to.map(|top| top / scale),
        }
    }
}

/// What the list remembers from one rendering to the next.
#[derive(Clone)]
struct Handles {
    session: Session,
    body: NodeRef,
    sight: UseStateHandle<Sight>,
    /// The list goes with the playhead until the person scrolls away from it.
    follows: UseStateHandle<bool>,
    /// The place that this component scrolled to, which is not the person's doing; negative once a person has scrolled.
    ours: Rc<Cell<f64>>,
    /// The packet whose menu is open, and where.
    menu: UseStateHandle<Option<(usize, (i32, i32))>>,
    /// Whether a text is looked for.
    finds: UseStateHandle<bool>,
}

/// Measures the list whenever its size changes.
#[hook]
fn use_handles(session: &Session) -> Handles {
    let handles = Handles {
        session: session.clone(),
        body: use_node_ref(),
        sight: use_state_eq(Sight::default),
        follows: use_state_eq(|| true),
        ours: use_memo((), |()| Cell::new(-1.0)),
        menu: use_state_eq(|| None),
        finds: use_state_eq(|| false),
    };
    {
        let (body, sight) = (handles.body.clone(), handles.sight.setter());
        use_effect_with((), move |()| {
            let element: HtmlElement = body.cast().expect("it is rendered");
            let measure = {
                let element = element.clone();
                move || sight.set(Sight::of(&element))
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
    handles
}

/// Scrolls to the wanted row, and to the beginning of another list.
#[hook]
fn use_scrolling(
    handles: &Handles,
    selected: Option<usize>,
    scroll_to: Option<f64>,
    opened: &Option<Rc<str>>,
) {
    {
        // A packet that is selected in another pane is brought into sight here, too.
        let follows = handles.follows.setter();
        use_effect_with(selected, move |selected| {
            if selected.is_some() {
                follows.set(true);
            }
        });
    }
    {
        let (body, ours) = (handles.body.clone(), handles.ours.clone());
        use_effect_with(scroll_to, move |scroll_to| {
            if let (Some(top), Some(element)) = (*scroll_to, body.cast::<HtmlElement>()) {
                element.set_scroll_top(top as i32);
                // It may not go so far.
                ours.set(f64::from(element.scroll_top()));
            }
        });
    }
    {
        let body = handles.body.clone();
        use_effect_with(opened.clone(), move |opened| {
            if let (Some(_), Some(element)) = (opened, body.cast::<HtmlElement>()) {
                element.set_scroll_top(0);
            }
        });
    }
}

impl Handles {
    fn scrolled(&self, element: &HtmlElement) {
        let sight = Sight::of(element);
        let ours = self.ours.get();
        if (sight.top - ours).abs() <= 2.0 {
            // What is to be seen there has been rendered already.
            return;
        }
        self.ours.set(-1.0);
        self.follows.set(false);
        self.sight.set(sight);
    }

    /// `page`: how many rows are in sight.
    fn press(&self, event: &KeyboardEvent, page: isize) {
        if event.key() == "f" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            event.stop_propagation();
            return self.finds.set(true);
        }
        let Some(by) = rows_of_key(&event.key(), page) else { return };
        event.prevent_default();
        self.follows.set(true);
        let number = {
            let lab = self.session.lab().borrow();
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
            self.session.perform(Look::Packet(number));
        }
    }
}

impl Handles {
    /// Opens the menu of the packet at the pointer, which is looked at from now on; with the keyboard, of the one that is.
    fn open_menu(&self, event: &MouseEvent) {
        let target: Option<Element> = event.target().and_then(|target| target.dyn_into().ok());
        let row = target.and_then(|target| target.closest("[data-packet]").ok().flatten());
        let pointed = row.and_then(|row| row.get_attribute("data-packet")?.parse().ok());
        let selected = self.session.lab().borrow().selected_packet();
        let Some(number) = pointed.or(selected) else { return };
        event.prevent_default();
        if pointed.is_some() && pointed != selected {
            self.session.perform(Look::Packet(number));
        }
        let at = match pointed {
            Some(_) => (event.client_x(), event.client_y()),
            None => crate::dom::element(&format!("packet-{number}")).map_or((0, 0), |row| below(&row)),
        };
        self.menu.set(Some((number, at)));
    }

    /// Opens or closes the search.
    fn finder(&self, open: bool) -> Callback<()> {
        let finds = self.finds.setter();
        Callback::from(move |()| {
            finds.set(open);
            if !open {
                focus("packet-grid");
            }
        })
    }
}

/// The place below the left end of an element, in CSS pixels of the window.
fn below(element: &Element) -> (i32, i32) {
    let area = element.get_bounding_client_rect();
    (area.left() as i32, area.bottom() as i32)
}

impl Sight {
    fn of(element: &HtmlElement) -> Self {
        let row = row_px();
        // The head stays above what scrolls.
        let height = f64::from(element.client_height()) - row;
        Self { top: f64::from(element.scroll_top()), height, row }
    }
}

/// By how many rows a key moves the selection.
fn rows_of_key(key: &str, page: isize) -> Option<isize> {
    Some(match key {
        "ArrowDown" => 1,
        "ArrowUp" => -1,
        "PageDown" => page.max(1),
        "PageUp" => -page.max(1),
        "Home" => isize::MIN / 2,
        "End" => isize::MAX / 2,
        _ => return None,
    })
}

/// The filter, the place, the number of packets, and files.
fn bar(
    handles: &Handles,
    props: &Props,
    opened: Option<&str>,
    (now, listed): (usize, usize),
    selected: Option<usize>,
) -> Html {
    let Handles { session, follows, .. } = handles;
    let follow = {
        let follows = follows.setter();
        Callback::from(move |_: MouseEvent| follows.set(true))
    };
    let packets =
        plural!(listed, "{count}\u{a0}packet", "{count}\u{a0}packets", count = format::count(listed as u64));
    let count = match opened {
        Some(name) => format!("{name}: {packets}"),
        None if now < listed => t!("{} of {packets}", format::count(now as u64)),
        None => packets,
    };
    html! {
        <div class="packets-bar">
            <FilterBar filter={props.view.filter.clone()} fault={props.view.filter_fault.clone()} />
            { place_choice(session) }
            <span class="packets-count" role="status">{ count }</span>
            if !**follows && opened.is_none() {
                <button type="button" class="button" onclick={follow}>{ t!("Follow the playhead") }</button>
            }
            <button type="button" class="button quiet" title={t!("Find a text in the list (Ctrl F)")} aria-expanded={handles.finds.to_string()}
                onclick={handles.finder(!*handles.finds).reform(|_: MouseEvent| ())}>{ t!("Find") }</button>
            if let Some(number) = selected {
                <button type="button" class="button quiet" title={t!("What can be done with the selected packet")} aria-haspopup="menu"
                    onclick={
                        let menu = handles.menu.setter();
                        Callback::from(move |event: MouseEvent| {
                            let button: Element = event.target_unchecked_into();
                            menu.set(Some((number, below(&button))));
                        })
                    }>{ t!("Packet …") }</button>
                <button type="button" class="button primary narrow-only" onclick={on(session, |session| {
                    session.open_drawer(None);
                    session.open_pane(Pane::Inspect);
                    focus_when_rendered("pane-inspect");
                })}>{ t!("Details") }</button>
            }
            <div class="packets-files">
                if opened.is_some() {
                    <button type="button" class="button" onclick={on(session, |session| {
                        session.perform(Look::Observe(Observe::Close));
                    })}>{ t!("Back to the network") }</button>
                } else {
                    <button type="button" class="button quiet" title={t!("Save the listed packets as pcapng, for Wireshark and other programs")}
                        onclick={on(session, files::save_capture)}>
                        { icon(Glyph::Save) }<span>{ t!("Save capture") }</span>
                    </button>
                }
                <label class="button quiet file-button" title={t!("Open a pcap or pcapng file from another program")}>
                    { t!("Open capture") }
                    <input type="file" class="visually-hidden" accept=".pcap,.pcapng,.cap" onchange={opener(session)} />
                </label>
            </div>
        </div>
    }
}

const COLUMNS: [(&str, &str); 8] = [
    ("p-number", mark!("No.")),
    ("p-time", mark!("Time")),
    ("p-place", mark!("Where")),
    ("p-source", mark!("Source")),
    ("p-destination", mark!("Destination")),
    ("p-protocol", mark!("Protocol")),
    ("p-length", mark!("Length")),
    ("p-info", mark!("Info")),
];

fn empty(props: &Props) -> &'static str {
    if props.view.applied.is_empty() {
        t!("No packet has been sent yet.")
    } else {
        t!("No packet passes the filter.")
    }
}

/// Height of a row, in CSS pixels.
fn row_px() -> f64 {
    let root = window().document().and_then(|document| document.document_element());
    let style = root.and_then(|root| window().get_computed_style(&root).ok().flatten());
    let size = style.and_then(|style| style.get_property_value("font-size").ok());
    let rem = size.and_then(|size| wire::decimal::parse(size.trim_end_matches("px"))).unwrap_or(16.0);
    (rem * ROW_REM).round()
}

fn place_choice(session: &Session) -> Html {
    let lab = session.lab().borrow();
    if lab.packets().opened().is_some() {
        return Html::default();
    }
    let (places, chosen) = (lab.places(), lab.packets().place());
    let onchange = {
        let session = session.clone();
        let choices: Vec<_> = places.iter().map(|(place, _)| *place).collect();
        Callback::from(move |event: Event| {
            let select: HtmlSelectElement = event.target_unchecked_into();
            if let Some(place) = choices.get(select.selected_index() as usize) {
                session.perform(Look::Observe(Observe::At(*place)));
            }
        })
    };
    html! {
        <label class="packets-place">
            <span class="visually-hidden">{ t!("Seen where") }</span>
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
            (row.dropped || line.dropped_by.is_some()).then_some("dropped"),
            row.is_retransmission().then_some("again"),
            line.to_come.then_some("to-come"),
            line.marked.then_some("marked"),
            line.is_reference.then_some("reference"),
        );
        // By its place in sight: the elements stay and their texts change, which costs less than others in their place.
        html! {
            <div key={index} {class} role="row" id={format!("packet-{number}")} data-packet={number.to_string()} aria-selected={selected.to_string()}
                aria-rowindex={(props.first + index + 2).to_string()}
                onclick={on(&session, move |session: &Session| session.perform(Look::Packet(number)))}>
                <span class="p-number" role="gridcell">
                    if line.marked { <span class="visually-hidden">{ t!("Marked:") }{ " " }</span> }
                    { number + 1 }
                </span>
                <span class="p-time" role="gridcell">
                    { &line.time }
                    if line.is_reference { <span class="visually-hidden">{ t!(", times count from here") }</span> }
                </span>
                <span class="p-place" role="gridcell">{ &line.place }</span>
                <span class="p-source" role="gridcell">{ &line.source }</span>
                <span class="p-destination" role="gridcell">{ &line.destination }</span>
                <span class="p-protocol" role="gridcell">{ line.protocol.to_string() }</span>
                <span class="p-length" role="gridcell">{ row.length }</span>
                <span class="p-info" role="gridcell" title={line.info.clone()}>
                    if row.dropped { <strong class="lost">{ t!("Lost:") }{ " " }</strong> }
                    if let Some(why) = &line.dropped_by { <strong class="lost">{ t!("Dropped by {why}.") }{ " " }</strong> }
                    { &line.info }
                </span>
            </div>
        }
    });
    html! { <div class="packet-rows" ref={block} role="presentation">{ for rows }</div> }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGHT: Sight = Sight { top: 0.0, height: 260.0, row: 26.0 };

    #[test]
    fn only_the_rows_in_sight_and_a_few_more_are_rendered() {
        let stretch = Stretch::new(Sight { top: 2_600.0, ..SIGHT }, 100_000, None);
        assert_eq!((stretch.first, stretch.last), (100 - SPARE, 110 + SPARE));
        assert_eq!(stretch.top_px, (100 - SPARE as i32) * 26);
        assert_eq!(stretch.scroll_to, None);
    }

    #[test]
    fn a_wanted_row_is_scrolled_to_only_if_it_is_out_of_sight() {
        assert_eq!(Stretch::new(SIGHT, 1_000, Some(3)).scroll_to, None);
        let stretch = Stretch::new(SIGHT, 1_000, Some(500));
        assert_eq!(stretch.scroll_to, Some(501.0 * 26.0 - 260.0 * 0.75));
        assert!(stretch.first <= 500 && 500 < stretch.last, "rendered where it is scrolled to");
        assert_eq!(Stretch::new(SIGHT, 1_000, Some(999)).scroll_to, Some(1_000.0 * 26.0 - 260.0));
    }

    #[test]
    fn in_a_list_that_is_too_tall_the_last_row_can_still_be_reached() {
        let listed = 2_000_000;
        let at_the_end = Sight { top: TALLEST_PX, ..SIGHT };
        let stretch = Stretch::new(at_the_end, listed, None);
        assert_eq!(stretch.tall, TALLEST_PX);
        assert_eq!(stretch.last, listed);
        assert_eq!(Stretch::new(SIGHT, 0, None).last, 0);
    }

    #[test]
    fn keys_move_by_rows_and_pages() {
        assert_eq!(rows_of_key("ArrowUp", 10), Some(-1));
        assert_eq!(rows_of_key("PageDown", 10), Some(10));
        assert_eq!(rows_of_key("PageDown", 0), Some(1));
        assert_eq!(rows_of_key("Enter", 10), None);
    }
}
