//! The pane with the stage: the scenario's title and description, the canvas, and the buttons and notes on it.

use super::icon::{Glyph, icon};
use super::toolbar::{DRAGGED_KIND, PALETTE};
use super::{on, use_session};
use crate::aim::Aim;
use crate::dom::{focus_when_rendered, is_narrow, window};
use crate::film::Film;
use crate::parts::{Part, Status};
use crate::session::Session;
use crate::show::draw;
use crate::stage::Stage;
use crate::stage::input::{Around, Input, StageEvent};
use crate::state::{Pane, Remembered};
use crate::system::System;
use gloo::events::EventListener;
use lab::command::{Clock, Editor, Look};
use lab::edit::{Edit, GRID};
use lab::format;
use lab::packets::Observe;
use lab::view::{Sketch, Tools, View};
use lab::{Skipped, State};
use markup::html;
use std::cell::RefCell;
use std::rc::Rc;
use texts::{plural, t};
use trace::selection::Selection;
use wasm_bindgen::prelude::*;
use web_sys::{HtmlCanvasElement, ResizeObserver};
use yew::prelude::*;

/// Properties of [`StagePane`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What is shown.
    pub sketch: Rc<Sketch>,
    /// Whether time passes.
    pub state: State,
    /// The quiet time that was skipped last.
    pub skipped: Option<Skipped>,
    /// The network waits: the speed test needs the machine.
    pub held: bool,
    /// One sentence about what is happening now.
    pub narration: Rc<str>,
    /// The lab, for the cards.
    pub view: Rc<View>,
    /// The run that is about to be started.
    pub aim: Option<Aim>,
    /// What nodes remember, where it stands beside them.
    pub memories: Rc<[Remembered]>,
    /// A first visitor is being greeted.
    pub greets: bool,
    /// The state of the editor's tools.
    pub tools: Tools,
    /// How many problems keep the network from running.
    pub grave: usize,
    /// The network can be edited: a lesson may want it as it is.
    pub edits: bool,
    /// How the loading of the parts stands.
    pub parts: [Status; Part::ALL.len()],
    /// The display filter.
    pub filter: Rc<str>,
    /// Large type, for a projector: the drawing comes first.
    pub projector: bool,
}

/// How far an arrow key moves the picture, in CSS pixels, and how much a zoom key zooms.
const PAN_STEP: f64 = 60.0;
const ZOOM_STEP: f64 = 1.35;

/// The smallest letters on the stage for a projector, in CSS pixels.
const PROJECTED_PX: f64 = 18.0;

/// The pane with the stage.
#[component]
pub fn StagePane(props: &Props) -> Html {
    let session = use_session();
    let canvas = use_node_ref();
    let failure = use_stage(&session, &canvas, props);
    let sketch = &props.sketch;
    html! {
        <section class="stage-pane" aria-labelledby="scenario-title">
            <div class="caption">
                <h2 id="scenario-title">{ &sketch.title }</h2>
                if let Some(description) = &sketch.description {
                    <About key={sketch.opened} text={description.clone()} />
                }
                { super::chapters::chapters(&session, &props.view) }
                <p class="narration">{ &*props.narration }</p>
                { note(&session, props) }
            </div>
            <div class="stage">
                { canvas_html(&session, &canvas, sketch) }
                if let Some(instruments) = session.loaded().instruments { { (instruments.stage_words)(&props.view) } }
                if let Some(failure) = failure {
                    <p class="stage-note" role="alert">{ failure }</p>
                }
                <Skip skipped={props.skipped} />
                { filter_note(&session, &props.filter) }
                if props.greets {
                    { greeting(&session, sketch) }
                }
                <Layer view={props.view.clone()} aim={props.aim} memories={props.memories.clone()} parts={props.parts} canvas={canvas.clone()} />
                if props.edits {
                    <button type="button" class="button edit-toggle" aria-pressed={props.tools.on.to_string()}
                        title={t!("Draw the network yourself (d)")} onclick={on(&session, move |session| {
                            let on = session.lab().borrow().editing().on;
                            session.perform(Editor::Tools(!on));
                        })}>
                        { icon(Glyph::Pencil) }{ if props.tools.on { t!("Done") } else { t!("Edit") } }
                    </button>
                }
                if props.tools.on {
                    if let Some(documents) = session.loaded().documents { { (documents.tools)(&props.tools) } }
                }
                if session.query().embed {
                    <a class="embed-home" target="_blank" rel="noopener" href={whole_page()}>{ t!("Open in Packetarium") }</a>
                }
                { view_buttons(&session, canvas) }
            </div>
        </section>
    }
}

/// Properties of [`Layer`].
#[derive(Properties, PartialEq)]
struct LayerProps {
    view: Rc<View>,
    aim: Option<Aim>,
    memories: Rc<[Remembered]>,
    parts: [Status; Part::ALL.len()],
    canvas: NodeRef,
}

/// Cards and marks, beside what they are about.
#[component]
fn Layer(props: &LayerProps) -> Html {
    let session = use_session();
    {
        let session = session.clone();
        use_effect(move || session.renew_layer());
    }
    {
        // On a phone the tables cover a part of the canvas.
        let (session, canvas) = (session.clone(), props.canvas.clone());
        use_effect_with(props.memories.len(), move |_| keep_clear(&session, &canvas));
    }
    let loaded = session.loaded();
    let (view, open) = (&props.view, &props.memories);
    let tables = loaded.instruments.filter(|_| !open.is_empty());
    let tables = tables.map(|part| (part.memory_cards)(&session, view, open));
    let cards = loaded.documents.map(|part| (part.cards)(&session, view, props.aim, open));
    // Each in a place of its own, as in the drawer.
    html! {
        <div class="stage-layer" ref={session.layer()}>
            if let Some(tables) = tables { { tables } }
            if let Some(cards) = cards { { cards } }
        </div>
    }
}

/// Puts the stage on the canvas while this component is there, and keeps its picture clear of what floats on it. The error
/// message if the browser cannot draw.
#[hook]
fn use_stage(session: &Session, canvas: &NodeRef, props: &Props) -> Option<String> {
    let failure = use_state(|| None::<String>);
    {
        let (session, canvas, failure) = (session.clone(), canvas.clone(), failure.clone());
        use_effect_with((), move |()| {
            let canvas: HtmlCanvasElement = canvas.cast().expect("the canvas is rendered");
            let set_up = match Stage::new(canvas.clone()) {
                Ok(stage) => Some(SetUp::new(session, canvas, stage)),
                Err(error) => {
                    failure.set(Some(error.to_string()));
                    None
                }
            };
            move || drop(set_up)
        });
    }
    {
        // The tools cover a part of the canvas.
        let (session, canvas) = (session.clone(), canvas.clone());
        use_effect_with(props.tools.on, move |_| {
            keep_clear(&session, &canvas);
            with_stage(&session, Stage::fit);
        });
    }
    {
        // Buttons grow with the type.
        let (session, canvas) = (session.clone(), canvas.clone());
        use_effect_with(props.projector, move |&projector| {
            keep_clear(&session, &canvas);
            with_stage(&session, |stage| stage.set_font_min(if projector { PROJECTED_PX } else { 0.0 }));
        });
    }
    (*failure).clone()
}

fn keep_clear(session: &Session, canvas: &NodeRef) {
    if let Some(canvas) = canvas.cast::<HtmlCanvasElement>() {
        with_stage(session, |stage| stage.keep_clear(&floating_on(&canvas)));
    }
}

/// The canvas with the keyboard, and with the tools that are dropped on it.
fn canvas_html(session: &Session, canvas: &NodeRef, sketch: &Sketch) -> Html {
    let onkeydown = {
        let session = session.clone();
        Callback::from(move |event: KeyboardEvent| press(&session, &event))
    };
    let ondragover = Callback::from(|event: DragEvent| {
        let is_tool =
            event.data_transfer().is_some_and(|data| data.types().includes(&DRAGGED_KIND.into(), 0));
        if is_tool {
            event.prevent_default();
        }
    });
    let ondrop = {
        let session = session.clone();
        Callback::from(move |event: DragEvent| {
            let name =
                event.data_transfer().and_then(|data| data.get_data(DRAGGED_KIND).ok()).unwrap_or_default();
            let Some((kind, ..)) = PALETTE.iter().find(|(_, known, ..)| *known == name) else { return };
            event.prevent_default();
            let at = session.stage().map(|stage| {
                stage.borrow().to_document(f64::from(event.offset_x()), f64::from(event.offset_y()))
            });
            session.edit(Edit::Add(*kind, at));
        })
    };
    let drawing = t!(
        "Drawing of the network: {}. Arrow keys move it, Page Up and Page Down zoom. The stage in words follows; the Inspect pane lists its parts.",
        sketch.sentence()
    );
    html! {
        <canvas ref={canvas} class="stage-canvas" tabindex="0" role="img" aria-label={drawing} {onkeydown} {ondragover}
            {ondrop}></canvas>
    }
}

/// What a key does to the drawing.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Key {
    /// Right and down, as the arrow points.
    Arrow(f64, f64),
    Zoom(f64),
    Fit,
}

impl Key {
    fn of(key: &str) -> Option<Self> {
        Some(match key {
            "ArrowLeft" => Self::Arrow(-1.0, 0.0),
            "ArrowRight" => Self::Arrow(1.0, 0.0),
            "ArrowUp" => Self::Arrow(0.0, -1.0),
            "ArrowDown" => Self::Arrow(0.0, 1.0),
            "PageUp" => Self::Zoom(ZOOM_STEP),
            "PageDown" => Self::Zoom(1.0 / ZOOM_STEP),
            "Home" => Self::Fit,
            _ => return None,
        })
    }
}

fn press(session: &Session, event: &KeyboardEvent) {
    let Some(key) = Key::of(&event.key()) else { return };
    event.prevent_default();
    let held = session.lab().borrow().held();
    match (key, held) {
        // What is selected goes where the arrow points; the picture, the other way.
        (Key::Arrow(x, y), Some(nodes)) => {
            let step = if event.shift_key() { 5.0 * GRID } else { GRID };
            session.edit(Edit::Move(nodes, (x * step, y * step)));
        }
        (Key::Arrow(x, y), None) => with_stage(session, |stage| stage.pan_by(-x * PAN_STEP, -y * PAN_STEP)),
        (Key::Zoom(factor), _) => with_stage(session, |stage| stage.zoom_by(factor, None)),
        (Key::Fit, _) => with_stage(session, Stage::fit),
    }
}

/// Only a part of the frames is shown.
fn filter_note(session: &Session, filter: &str) -> Html {
    if filter.trim().is_empty() {
        return Html::default();
    }
    html! {
        <p class="filter-note">
            <span>{ t!("Only") }{ " " }<code>{ filter }</code></span>
            <button type="button" class="link" onclick={on(session, |session| {
                session.perform(Look::Observe(Observe::Filter(String::new())));
            })}>{ t!("Show all") }</button>
        </p>
    }
}

fn view_buttons(session: &Session, canvas: NodeRef) -> Html {
    let zoom = |factor: f64| {
        on(session, move |session: &Session| with_stage(session, |stage| stage.zoom_by(factor, None)))
    };
    let fit = on(session, |session| with_stage(session, Stage::fit));
    html! {
        <div class="zoom" role="group" aria-label={t!("View")}>
            <button type="button" class="button icon-only" aria-label={t!("Zoom in")} title={t!("Zoom in")} onclick={zoom(ZOOM_STEP)}>
                { icon(Glyph::Plus) }
            </button>
            <button type="button" class="button icon-only" aria-label={t!("Zoom out")} title={t!("Zoom out")}
                onclick={zoom(1.0 / ZOOM_STEP)}>
                { icon(Glyph::Minus) }
            </button>
            <button type="button" class="button icon-only" aria-label={t!("Fit the network into view")}
                title={t!("Fit into view (f)")} onclick={fit}>
                { icon(Glyph::Fit) }
            </button>
            <Record {canvas} />
        </div>
    }
}

/// One sentence for a first visitor, and one thing to press: it leads to the card of the first host.
fn greeting(session: &Session, sketch: &Sketch) -> Html {
    let Some(first) = sketch.hosts().next() else { return Html::default() };
    let (node, name) = (first.id, &first.name);
    html! {
        <div class="greeting">
            <p>{ t!("Welcome! This is a small network, and you see every message that its computers send.") }</p>
            <button type="button" class="button primary" onclick={on(session, move |session| {
                session.greeted();
                session.perform(Look::Select(Some(Selection::Node(node))));
            })}>{ t!("Send a message from {name}") }</button>
        </div>
    }
}

/// A note beside the title while nothing moves, with what to do about it.
fn note(session: &Session, props: &Props) -> Html {
    if props.held {
        return html! { <p class="stage-note">{ t!("The network waits while the speed test runs.") }</p> };
    }
    match props.state {
        State::Broken => html! {
            <div class="stage-note" role="status">
                <span>{ plural!(
                    props.grave, "This network cannot run: {count}\u{a0}problem.", "This network cannot run: {count}\u{a0}problems.",
                    count = format::count(props.grave as u64)
                ) }{ " " }</span>
                <button type="button" class="button primary" onclick={on(session, |session| {
                    session.open_pane(Pane::Document);
                    focus_when_rendered("pane-document");
                })}>{ t!("Show me") }</button>
            </div>
        },
        _ if props.tools.on => match props.sketch.nodes.len() {
            0 => {
                html! { <p class="stage-note">{ t!("Add two hosts and a switch from the left, then pull a cable out of each host’s + to the switch.") }</p> }
            }
            _ => Html::default(),
        },
        State::Quiet if props.sketch.hosts().count() < 2 => html! {
            <p class="stage-note">{ t!("Nothing can move: a network needs two hosts. Press Edit, or open an example.") }</p>
        },
        State::Quiet => html! {
            <div class="stage-note">
                <span>{ t!("Nothing is moving.") }{ " " }</span>
                <button type="button" class="button primary" onclick={on(session, |session| {
                    session.open_pane(Pane::Runs);
                    focus_when_rendered("start-run");
                })}>{ t!("Start a run") }</button>
                <button type="button" class="button" onclick={on(session, |session| session.perform(Clock::Restart))}>
                    { t!("Watch again") }
                </button>
            </div>
        },
        State::CatchingUp { share } => html! {
            <p class="stage-note">
                <label for="catching-up">{ t!("Running to that moment") }</label>
                <progress id="catching-up" max="1" value={format::fixed(share, 2)}></progress>
            </p>
        },
        State::Playing | State::Paused => Html::default(),
    }
}

/// The address of the whole page with what is shown.
fn whole_page() -> String {
    let location = window().location();
    let [path, hash] = [location.pathname(), location.hash()].map(Result::unwrap_or_default);
    format!("{path}{hash}")
}

fn with_stage(session: &Session, act: impl FnOnce(&mut Stage)) {
    if let Some(stage) = session.stage() {
        act(&mut stage.borrow_mut());
        session.refresh();
    }
}

/// Properties of [`Record`].
#[derive(Properties, PartialEq)]
struct RecordProps {
    canvas: NodeRef,
}

/// Records the stage as a film.
#[component]
fn Record(props: &RecordProps) -> Html {
    let session = use_session();
    let film = use_mut_ref(|| None::<Film>);
    let runs = use_state(|| false);
    let onclick = {
        let (film, runs, canvas) = (film.clone(), runs.clone(), props.canvas.clone());
        on(&session, move |session| {
            if let Some(film) = film.borrow().as_ref().filter(|_| *runs) {
                return film.end();
            }
            let Some(canvas) = canvas.cast::<HtmlCanvasElement>() else { return };
            let ended = {
                let runs = runs.clone();
                Box::new(move || runs.set(false))
            };
            let (film, runs) = (film.clone(), runs.clone());
            session.when(Part::Extras, move |session| {
                let Some(extras) = session.loaded().extras else { return };
                match (extras.film)(session, &canvas, ended) {
                    Some(begun) => {
                        *film.borrow_mut() = Some(begun);
                        runs.set(true);
                        session.refresh();
                    }
                    None => session.say(t!("This browser cannot record the stage.")),
                }
            });
        })
    };
    let label =
        if *runs { t!("Stop recording and save the video") } else { t!("Record the stage as a video") };
    html! {
        <button type="button" class="button icon-only record" aria-label={label} title={label} aria-pressed={runs.to_string()} {onclick}>
            { icon(Glyph::Record) }
        </button>
    }
}

/// Properties of [`About`].
#[derive(Properties, PartialEq)]
struct AboutProps {
    text: String,
}

/// The scenario's description, when it is wanted: over the stage, which keeps its size.
#[component]
fn About(props: &AboutProps) -> Html {
    let open = use_state(|| false);
    let toggle = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    html! {
        <div class="about">
            <button type="button" class="link" aria-expanded={open.to_string()} aria-controls="description" onclick={toggle}>
                { if *open { t!("Less") } else { t!("About") } }
            </button>
            if *open {
                <p class="popover" id="description">{ &props.text }</p>
            }
        </div>
    }
}

/// Properties of [`Skip`].
#[derive(Properties, PartialEq)]
struct SkipProps {
    skipped: Option<Skipped>,
}

/// How long the note about skipped time is shown.
const SKIP_SHOWN_MS: u32 = 2_000;

/// A note for a moment that quiet time was skipped.
#[component]
fn Skip(props: &SkipProps) -> Html {
    let shown = use_state(|| false);
    {
        let shown = shown.clone();
        use_effect_with(props.skipped, move |skipped| {
            let timer = skipped.map(|_| {
                shown.set(true);
                gloo::timers::callback::Timeout::new(SKIP_SHOWN_MS, move || shown.set(false))
            });
            move || drop(timer)
        });
    }
    let text = match (props.skipped, *shown) {
        (Some(skipped), true) => t!("Skipped {} of quiet", format::duration(skipped.time)),
        _ => return Html::default(),
    };
    html! { <p class="skip-note">{ text }</p> }
}

/// The stage and its listeners; all end when this is dropped.
struct SetUp {
    session: Session,
    observer: ResizeObserver,
    _on_size: Closure<dyn FnMut()>,
    _on_window: EventListener,
    _input: Input,
}

impl SetUp {
    fn new(session: Session, canvas: HtmlCanvasElement, stage: Stage) -> Self {
        let stage = Rc::new(RefCell::new(stage));
        session.set_stage(Some(stage.clone()));
        let around = {
            let session = session.clone();
            move || {
                let lab = session.lab().borrow();
                Around { editing: lab.editing().on, selected: lab.selected_nodes() }
            }
        };
        let input = Input::attach(&canvas, stage.clone(), around, {
            let session = session.clone();
            move |event| match event {
                StageEvent::Select(selection) => {
                    if session.aim_at(selection) {
                        return;
                    }
                    // What can be done with a node or a cable stands on a card beside it; a frame has its layers to show, and in
                    // edit mode everything its form, where that leaves the drawing its room.
                    let edits = selection.is_some() && session.lab().borrow().editing().on && !is_narrow();
                    if edits || matches!(selection, Some(Selection::Frame(_))) {
                        session.open_pane(Pane::Inspect);
                    }
                    session.perform(Look::Select(selection));
                }
                StageEvent::Aim(from, to) => session.aim(Some(Aim { from, kind: None, to: Some(to) })),
                StageEvent::Hover(hover) => session.set_hover(hover),
                StageEvent::Camera => session.refresh(),
                StageEvent::Drag(nodes, by) => session.drag(nodes, by),
                StageEvent::Drop(nodes, by) => session.edit(Edit::Move(nodes, by)),
                StageEvent::Connect(a, b) => session.edit(Edit::Connect(a, b)),
                StageEvent::Choose(nodes) => session.perform(Editor::SelectNodes(nodes)),
                StageEvent::Rename(node) => {
                    session.perform(Look::Select(Some(Selection::Node(node))));
                    focus_when_rendered("field-name");
                }
            }
        });
        let fill = {
            let (session, canvas, system) = (session.clone(), canvas.clone(), System::new());
            Rc::new(move || {
                let (width, height) = (canvas.client_width(), canvas.client_height());
                let density = window().device_pixel_ratio();
                {
                    let mut stage = stage.borrow_mut();
                    stage.keep_clear(&floating_on(&canvas));
                    stage.resize(f64::from(width), f64::from(height), density);
                }
                // A canvas that changes its size is empty: it is drawn again before the browser paints.
                let now_ms = window().performance().map_or(0.0, |clock| clock.now());
                draw(&session, &system, now_ms);
                session.refresh();
            })
        };
        fill();
        // A zoomed page, or a window moved to another screen, changes the density but not the element.
        let on_window = EventListener::new(&window(), "resize", {
            let fill = fill.clone();
            move |_| fill()
        });
        let on_size = Closure::<dyn FnMut()>::new(move || fill());
        let observer = ResizeObserver::new(on_size.as_ref().unchecked_ref()).expect("browsers have it");
        observer.observe(&canvas);
        Self { session, observer, _on_size: on_size, _on_window: on_window, _input: input }
    }
}

/// Where the buttons are, from the canvas's top left corner: left, top, width, height.
fn floating_on(canvas: &HtmlCanvasElement) -> Vec<(f64, f64, f64, f64)> {
    let ground = canvas.get_bounding_client_rect();
    let found = canvas
        .parent_element()
        .and_then(|pane| pane.query_selector_all(".zoom, .tools, .edit-toggle, .greeting, .memories").ok());
    let elements = found.iter().flat_map(|list| (0..list.length()).filter_map(|index| list.item(index)));
    elements
        .filter_map(|node| node.dyn_into::<web_sys::Element>().ok())
        .map(|element| element.get_bounding_client_rect())
        .filter(|rect| rect.width() > 0.0)
        .map(|r| (r.left() - ground.left(), r.top() - ground.top(), r.width(), r.height()))
        .collect()
}

impl Drop for SetUp {
    fn drop(&mut self) {
        self.observer.disconnect();
        self.session.set_stage(None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_move_and_zoom_the_drawing_and_all_others_are_left_alone() {
        assert_eq!(Key::of("ArrowUp"), Some(Key::Arrow(0.0, -1.0)));
        assert_eq!(Key::of("PageUp"), Some(Key::Zoom(ZOOM_STEP)));
        assert_eq!(Key::of("Home"), Some(Key::Fit));
        assert_eq!(Key::of("Enter"), None);
    }
}
