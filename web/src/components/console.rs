//! The console of a host, switch or router: what its commands print, and one line on which the next is typed.
//!
//! What it shows is what it showed at the playhead. A line that is typed on a host is an act like any other: it is recorded, and in the
//! past it begins a branch. At a switch or router that is so of lines that change something; what they show is answered at once.

use super::browser::Browser;
use super::{on, use_session};
use crate::dom::{focus, window};
use crate::session::Session;
use crate::workspace::Tab;
use lab::command::{Act, Typed};
use lab::console::completion::Completion;
use lab::console::screen::{PieceKind, Screen};
use lab::edit::Kind;
use lab::view::{NodeLine, View};
use netlab::Instant;
use netlab::topology::NodeId;
use scenario::Key;
use std::rc::Rc;
use texts::t;
use trace::selection::Selection;
use web_sys::{HtmlElement, HtmlInputElement};
use yew::prelude::*;

/// Properties of [`Console`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Whether it is shown, or the web browser in its place. It is there while neither is, too, and keeps what is being typed.
    pub open: Option<Tab>,
    /// The lab.
    pub view: Rc<View>,
}

/// The id of the line.
const LINE: &str = "console-line";
/// How near to its end the output counts as followed, in CSS pixels.
const END_PX: i32 = 24;

/// What is being typed, and how much of the output is shown.
#[derive(Clone, Debug, Default, PartialEq)]
struct Draft {
    text: String,
    /// How many lines up the shown one is; 0: none of those that were typed.
    back: usize,
    /// What was being typed before the arrow key went up.
    kept: String,
    choices: Vec<String>,
    /// What had appeared before this moment is cleared away, and this number of pieces at it.
    cleared: Option<(Instant, usize)>,
}

/// The consoles, one at a time.
#[component]
pub fn Console(props: &Props) -> Html {
    let session = use_session();
    let view = &props.view;
    let chosen = use_state(|| None::<NodeId>);
    let draft = use_state(Draft::default);
    let log = use_node_ref();
    let follows = use_mut_ref(|| true);
    {
        // The console follows the node that is selected.
        let (chosen, draft) = (chosen.setter(), draft.setter());
        let nodes: Vec<_> = view.sketch.consoles().map(|node| node.id).collect();
        use_effect_with(view.selection, move |selection| {
            if let Some(Selection::Node(node)) = *selection
                && nodes.contains(&node)
            {
                chosen.set(Some(node));
                draft.set(Draft::default());
            }
        });
    }
    // Only hosts have a web browser.
    let may_be = |node: &&NodeLine| props.open != Some(Tab::Browser) || node.kind == Kind::Host;
    let nodes = || view.sketch.consoles().filter(may_be);
    let host = nodes().find(|node| Some(node.id) == *chosen).or_else(|| nodes().next());
    let screen = host.filter(|_| props.open.is_some()).map(|host| session.lab().borrow().screen(host.id));
    let length = screen.as_ref().map_or(0, |screen| screen.pieces.iter().map(|piece| piece.text.len()).sum());
    {
        let (log, follows) = (log.clone(), follows.clone());
        use_effect_with((length, host.map(|host| host.id), props.open, draft.choices.len()), move |_| {
            if let Some(log) = log.cast::<HtmlElement>().filter(|_| *follows.borrow()) {
                log.set_scroll_top(log.scroll_height());
            }
        });
    }
    let Some(open) = props.open else { return Html::default() };
    let (Some(host), Some(screen)) = (host, screen) else {
        return html! { <p class="empty">{ t!("Hosts, switches and routers have a console: this network has none of them.") }</p> };
    };
    let onscroll = Callback::from(move |event: Event| {
        let log: HtmlElement = event.target_unchecked_into();
        *follows.borrow_mut() = log.scroll_top() + log.client_height() + END_PX >= log.scroll_height();
    });
    let at = view.at;
    let console = Handles { session: session.clone(), host: host.id, screen: Rc::new(screen), draft, at };
    if open == Tab::Browser {
        return html! {
            <div class="console">
                { head(&console, view, host, open, chosen.setter()) }
                <Browser key={host.id.0} host={host.clone()} view={view.clone()} />
            </div>
        };
    }
    html! {
        <div class="console">
            { head(&console, view, host, open, chosen.setter()) }
            <div class="console-log" role="log" aria-label={t!("Console of {}", host.name)} tabindex="0" ref={log} {onscroll}>
                { output(&console) }
            </div>
            if !console.draft.choices.is_empty() {
                <p class="console-choices" role="status">{ console.draft.choices.join("  ") }</p>
            }
            { line(&console, view, host) }
        </div>
    }
}

/// The choice of the node, and what can be done besides typing.
fn head(
    console: &Handles,
    view: &View,
    host: &NodeLine,
    open: Tab,
    choose: UseStateSetter<Option<NodeId>>,
) -> Html {
    let nodes = || view.sketch.consoles().filter(|node| open == Tab::Console || node.kind == Kind::Host);
    let ids: Vec<_> = nodes().map(|node| node.id).collect();
    let draft = console.draft.setter();
    let onchange = Callback::from(move |event: Event| {
        let place = event.target_unchecked_into::<web_sys::HtmlSelectElement>().selected_index();
        choose.set(usize::try_from(place).ok().and_then(|place| ids.get(place).copied()));
        draft.set(Draft::default());
    });
    let clear = console.on(Handles::clear);
    html! {
        <div class="console-head">
            <label class="visually-hidden" for="console-host">{ if open == Tab::Browser { t!("Host") } else { t!("Node") } }</label>
            <select id="console-host" {onchange}>
                { for nodes().map(|other| html! {
                    <option key={other.id.0} selected={other.id == host.id}>{ &other.name }</option>
                }) }
            </select>
            if host.kind == Kind::Host {
                <div class="console-which" role="group" aria-label={t!("Program")}>
                    { for [Tab::Console, Tab::Browser].map(|tab| html! {
                        <button type="button" class="chip" aria-pressed={(tab == open).to_string()}
                            onclick={on(&console.session, move |session| session.open_drawer(Some(tab)))}>{ tab.name() }</button>
                    }) }
                </div>
            }
            if open == Tab::Console {
                <span class="hint">{ note(console, view, host) }</span>
                <button type="button" class="button quiet" title={t!("Clear (Ctrl-L)")} onclick={clear}>{ t!("Clear") }</button>
            }
        </div>
    }
}

/// What a line would do that is typed now.
fn note(console: &Handles, view: &View, node: &NodeLine) -> String {
    let is_device = node.kind != Kind::Host;
    match &console.screen.running {
        _ if console.session.query().lock => t!("This page is locked: nothing can be typed.").into(),
        _ if view.rewound && is_device => {
            t!(
                "You look at {} s: show answers from then, set begins another branch.",
                lab::format::clock(view.at)
            )
        }
        _ if view.rewound => {
            t!("You look at {} s: what you type here begins another branch.", lab::format::clock(view.at))
        }
        Some((_, line)) => t!("What you type goes to {}. Ctrl-C stops it.", name_of(line)),
        None if is_device => t!("help lists what can be shown and set.").into(),
        None if view.state == lab::State::Paused => t!("Time is paused: a line plays on.").into(),
        None => t!("help lists the commands.").into(),
    }
}

/// The command of a line.
fn name_of(line: &str) -> &str {
    line.split_whitespace().next().unwrap_or_default()
}

fn output(console: &Handles) -> Html {
    let Screen { prompt, pieces, is_cut, .. } = &*console.screen;
    let from = match console.draft.cleared.filter(|(cleared, _)| *cleared <= console.at) {
        Some((cleared, count)) => {
            (pieces.partition_point(|piece| piece.at < cleared) + count).min(pieces.len())
        }
        None => 0,
    };
    let mut at_start = true;
    let shown = pieces[from..].iter().map(|piece| {
        let breaks = (!at_start && piece.kind == PieceKind::Command).then_some("\n");
        at_start = piece.text.ends_with('\n');
        let (class, prompt) = match piece.kind {
            PieceKind::Command => (Some("console-command"), Some(prompt.clone())),
            PieceKind::Printed => (None, None),
            PieceKind::Typed => (Some("console-typed"), None),
        };
        html! { <span {class}>{ breaks }{ prompt }{ &piece.text }</span> }
    });
    html! {
        <>
            if *is_cut && from == 0 {
                <span class="hint">{ t!("… older lines are not shown") }{ "\n" }</span>
            }
            { for shown }
        </>
    }
}

/// The line on which is typed.
fn line(console: &Handles, view: &View, host: &NodeLine) -> Html {
    let lock = console.session.query().lock;
    let onsubmit = {
        let console = console.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            console.enter();
        })
    };
    let oninput = {
        let draft = console.draft.clone();
        Callback::from(move |event: InputEvent| {
            let text = event.target_unchecked_into::<HtmlInputElement>().value();
            draft.set(Draft { text, back: 0, choices: Vec::new(), ..(*draft).clone() });
        })
    };
    let onkeydown = {
        let console = console.clone();
        Callback::from(move |event: KeyboardEvent| console.press(&event))
    };
    let running = console.screen.running.as_ref();
    let label = match running {
        Some((_, line)) => t!("Line to {} on {}", name_of(line), host.name),
        None => t!("Command on {}", host.name),
    };
    html! {
        <form class="console-form" {onsubmit}>
            <label class="console-prompt" for={LINE}>
                <span class="visually-hidden">{ label }</span>
                <span aria-hidden="true">{ if running.is_some() { "> ".to_owned() } else { console.screen.prompt.clone() } }</span>
            </label>
            <input id={LINE} type="text" autocomplete="off" autocapitalize="off" autocorrect="off" spellcheck="false" enterkeyhint="send"
                maxlength="1000" disabled={lock} value={console.draft.text.clone()} {oninput} {onkeydown} />
            <span class="console-touch">
                { touch(t!("Complete (Tab)"), "⇥", console.on(Handles::complete)) }
                { touch(t!("Line before"), "↑", console.on(|console| console.recall(1))) }
            </span>
            if running.is_some() {
                <button type="button" class="button" disabled={lock} title={t!("Stop (Ctrl-C)")} onclick={console.on(Handles::interrupt)}>{ t!("Stop") }</button>
            }
            <button type="submit" class="button primary" disabled={lock} title={view.rewound.then_some(t!("In a new branch"))}>{ t!("Enter") }</button>
        </form>
    }
}

/// A key that a phone's keyboard does not have.
fn touch(name: &'static str, face: &'static str, onclick: Callback<MouseEvent>) -> Html {
    html! { <button type="button" class="button quiet" aria-label={name} {onclick}>{ face }</button> }
}

/// What the parts of a console share.
#[derive(Clone)]
struct Handles {
    session: Session,
    host: NodeId,
    screen: Rc<Screen>,
    draft: UseStateHandle<Draft>,
    at: Instant,
}

impl Handles {
    /// Does this, and goes on typing.
    fn on(&self, act: impl Fn(&Self) + 'static) -> Callback<MouseEvent> {
        let console = self.clone();
        Callback::from(move |_| {
            act(&console);
            focus(LINE);
        })
    }

    fn perform(&self, typed: Typed) {
        self.session.perform(Act::Type(typed));
    }

    fn change(&self, change: impl FnOnce(&mut Draft)) {
        let mut draft = (*self.draft).clone();
        draft.choices.clear();
        change(&mut draft);
        self.draft.set(draft);
    }

    fn enter(&self) {
        let text = self.draft.text.trim_end().to_owned();
        self.change(|draft| *draft = Draft { cleared: draft.cleared, ..Draft::default() });
        match &self.screen.running {
            Some((program, _)) => self.perform(Typed::Key(*program, Key::Line(text))),
            None if text.trim().is_empty() => {}
            None if text.trim() == "clear" => self.clear(),
            None => self.perform(Typed::Command(self.host, text)),
        }
    }

    fn interrupt(&self) {
        match &self.screen.running {
            Some((program, _)) => self.perform(Typed::Key(*program, Key::Interrupt)),
            None => self.change(|draft| draft.text.clear()),
        }
    }

    fn clear(&self) {
        // While time stands still, a line at a switch appears at the moment of what was cleared.
        let last = self.screen.pieces.last().map(|piece| piece.at);
        let last = last.map(|at| (at, self.screen.pieces.iter().filter(|piece| piece.at == at).count()));
        self.change(|draft| *draft = Draft { cleared: last, ..Draft::default() });
    }

    /// Goes up or down in the lines that were typed.
    fn recall(&self, up: isize) {
        let typed = &self.screen.typed;
        let back = self.draft.back.saturating_add_signed(up).min(typed.len());
        self.change(|draft| {
            if draft.back == 0 {
                draft.kept = std::mem::take(&mut draft.text);
            }
            draft.back = back;
            draft.text = match back {
                0 => draft.kept.clone(),
                back => typed[typed.len() - back].clone(),
            };
        });
    }

    fn complete(&self) {
        let Completion { line, choices } = self.session.lab().borrow().complete(self.host, &self.draft.text);
        self.change(|draft| (draft.text, draft.choices) = (line, choices));
    }

    fn press(&self, event: &KeyboardEvent) {
        let ctrl = event.ctrl_key() && !event.alt_key() && !event.meta_key();
        match (ctrl, event.key().as_str()) {
            // What is marked is copied.
            (true, "c") if is_marked() => return,
            (true, "c") => self.interrupt(),
            (true, "l") => self.clear(),
            (true, "d") if self.draft.text.is_empty() => {
                let Some((program, _)) = &self.screen.running else { return };
                self.perform(Typed::Key(*program, Key::End));
            }
            (false, "ArrowUp") => self.recall(1),
            (false, "ArrowDown") => self.recall(-1),
            // On an empty line the key moves the focus, as everywhere.
            (false, "Tab") if !event.shift_key() && !self.draft.text.trim().is_empty() => self.complete(),
            _ => return,
        }
        event.prevent_default();
    }
}

/// Whether some text of the page is marked.
fn is_marked() -> bool {
    window().get_selection().ok().flatten().is_some_and(|marked| !marked.is_collapsed())
}
