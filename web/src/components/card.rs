//! The cards on the stage: beside what is selected stands what can be done with it, and at a host whose run failed stands why.
//!
//! [`crate::layer`] puts them to their places.

use super::icon::{Glyph, icon};
use super::on;
use crate::aim::Aim;
use crate::dom::focus_when_rendered;
use crate::parts::Part;
use crate::session::Session;
use crate::state::{Change, Pane, Remembered};
use crate::workspace::Tab;
use lab::command::Look;
use lab::edit::{self, Edit};
use lab::format;
use lab::inspect::Inspected;
use lab::results::{Phase, RunView};
use lab::run_form::Kind;
use lab::view::{NodeLine, View};
use markup::html;
use netlab::topology::{LinkId, NodeId, Way};
use scenario::why::Spot;
use texts::t;
use trace::selection::Selection;
use wire::Duration;
use wire::impair::Impairment;
use wire::units::Ratio;
use yew::prelude::*;

/// What a press on a cable adds to its delay, and how many of its frames it loses.
const DELAY_MS: u64 = 100;
const LOSS: Ratio = Ratio::percent(10);

/// The card of what is selected, and a mark at each host whose last run failed.
pub fn cards(session: &Session, view: &View, aim: Option<Aim>, open: &[Remembered]) -> Html {
    let failed = failed(session, view);
    // While editing, the form in the side pane says what can be done.
    let selected = view.selection.filter(|_| !(view.tools.on && session.settings().workspace.side));
    let marks = failed.iter().filter(|(node, _)| selected != Some(Selection::Node(*node))).map(|(node, run)| {
        let node = *node;
        let show = on(session, move |session: &Session| session.perform(Look::Select(Some(Selection::Node(node)))));
        html! {
            <button key={format!("why-{}", node.0)} type="button" class="button why-mark" data-node={node.0.to_string()} onclick={show}
                aria-label={t!("Why did {} fail?", run.name())}>{ t!("✕ Why?") }</button>
        }
    });
    html! {
        <>
            { for marks }
            { match selected {
                Some(Selection::Node(node)) => {
                    let failed = failed.iter().find(|(at, _)| *at == node).map(|(_, run)| *run);
                    node_card(session, view, node, aim, failed, open)
                }
                Some(Selection::Link(link)) => link_card(session, view, link),
                Some(Selection::Frame(_)) | None => Html::default(),
            } }
        </>
    }
}

/// The hosts whose last run that is over has failed, with it.
fn failed<'a>(session: &Session, view: &'a View) -> Vec<(NodeId, &'a RunView)> {
    let lab = session.lab().borrow();
    let logs = lab.look().history.runs();
    let mut seen = Vec::new();
    let mut failed = Vec::new();
    // The latest first.
    for run in view.runs.iter().filter(|run| run.end.is_some()) {
        let Some(from) = logs.get(run.id.0 as usize).map(|log| log.spec.from) else { continue };
        if !seen.contains(&from) {
            seen.push(from);
            if matches!(run.phase, Phase::Failed(_)) {
                failed.push((from, &**run));
            }
        }
    }
    failed
}

fn card(session: &Session, at: (&'static str, u32), name: &str, about: Html, body: Html) -> Html {
    let (node, link) = match at {
        ("node", number) => (Some(number.to_string()), None),
        (_, number) => (None, Some(number.to_string())),
    };
    let inspect = on(session, |session| {
        session.open_pane(Pane::Inspect);
        focus_when_rendered("pane-inspect");
    });
    let close = on(session, |session| {
        session.aim(None);
        session.perform(Look::Select(None));
    });
    html! {
        <div class="card popover" role="group" aria-label={name.to_string()} data-node={node} data-link={link}>
            <header class="card-head">
                <p><strong>{ name }</strong>{ about }</p>
                <button type="button" class="link" onclick={inspect}>{ t!("Inspect {name}") }</button>
                <button type="button" class="button quiet icon-only" aria-label={t!("Close the card")} onclick={close}>{ icon(Glyph::Close) }</button>
            </header>
            { body }
        </div>
    }
}

fn node_card(
    session: &Session,
    view: &View,
    node: NodeId,
    aim: Option<Aim>,
    failed: Option<&RunView>,
    open: &[Remembered],
) -> Html {
    let Some(line) = view.sketch.nodes.iter().find(|line| line.id == node) else { return Html::default() };
    let aim = aim.filter(|aim| aim.from == node);
    if let Some(Aim { kind: Some(kind), .. }) = aim {
        return aiming(session, node, kind, &line.name);
    }
    let about =
        line.addresses.first().map(|address| html! { <span class="hint">{ format!(" {address}") }</span> });
    let is_host = line.kind == edit::Kind::Host;
    let starts = !view.tools.on && is_host && !session.query().lock && view.sketch.hosts().count() > 1;
    let body = html! {
        <>
            { for failed.map(|run| why(session, view, node, run)) }
            if starts { { start(session, view, node, aim) } }
            if line.kind != edit::Kind::Hub { { console(session, is_host) } }
            { memories(session, view, line, open) }
        </>
    };
    card(session, ("node", node.0), &line.name, html! { <>{ for about }</> }, body)
}

/// What the node remembers: each table can stand beside the node.
fn memories(session: &Session, view: &View, node: &NodeLine, open: &[Remembered]) -> Html {
    let Some(Inspected::Sheet(sheet)) = view.inspected.as_deref() else { return Html::default() };
    let chips = sheet.tables.iter().filter_map(|table| {
        let (memory, _) = table.memory.as_ref()?;
        let it = Remembered { node: node.key.as_str().into(), memory: *memory };
        let pressed = open.contains(&it).to_string();
        let toggle = on(session, move |session: &Session| session.change(Change::Memory(it.clone())));
        Some(html! {
            <button key={table.title} type="button" class="chip" aria-pressed={pressed} onclick={toggle}>{ table.title }</button>
        })
    });
    let chips: Vec<_> = chips.collect();
    html! {
        if !chips.is_empty() {
            <p class="hint">{ t!("Keep on the stage:") }</p>
            <div class="card-kinds" role="group" aria-label={t!("Keep on the stage")}>{ for chips }</div>
        }
    }
}

/// What opens the console of the selected node, and the web browser of a host.
fn console(session: &Session, is_host: bool) -> Html {
    let tutor = session.tutor();
    let button = |tab: Tab, focused: &'static str| {
        if tutor.as_ref().is_some_and(|tutor| !tutor.shows(tab.key())) {
            return None;
        }
        let open = on(session, move |session: &Session| {
            session.open_drawer(Some(tab));
            session.when(Part::Programs, move |_| focus_when_rendered(focused));
        });
        Some(
            html! { <button key={tab.key()} type="button" class="chip" onclick={open}>{ tab.name() }</button> },
        )
    };
    let browser = is_host.then(|| button(Tab::Browser, "web-address")).flatten();
    let buttons = [button(Tab::Console, "console-line"), browser];
    if buttons.iter().all(Option::is_none) {
        return Html::default();
    }
    html! {
        <div class="card-kinds" role="group" aria-label={t!("Programs")}>{ for buttons.into_iter().flatten() }</div>
    }
}

/// The other host is to be pressed: a card that is as small as can be, since on a phone it would stand over that host.
fn aiming(session: &Session, from: NodeId, kind: Kind, name: &str) -> Html {
    html! {
        <div class="card popover aiming" role="group" aria-label={name.to_owned()} data-node={from.0.to_string()}>
            <p role="status">{ t!("{} from {}: press the other host.", kind.label(), name) }</p>
            <button type="button" class="button" onclick={on(session, |session| session.aim(None))}>{ t!("Cancel") }</button>
        </div>
    }
}

/// What can be started from this host.
fn start(session: &Session, view: &View, from: NodeId, aim: Option<Aim>) -> Html {
    let name =
        |node: NodeId| view.sketch.nodes.iter().find(|line| line.id == node).map_or("", |line| &*line.name);
    let to = aim.and_then(|aim| aim.to);
    let heading = match to {
        Some(to) => t!("Start from {} to {}:", name(from), name(to)),
        None => t!("Start, then press the other host:").into(),
    };
    let kinds = Kind::ALL.into_iter().filter(|kind| kind.has_target());
    html! {
        <>
            <p class="hint">{ heading }</p>
            <div class="card-kinds" role="group" aria-label={t!("Start")}>
                { for kinds.map(|kind| {
                    let aim = on(session, move |session: &Session| session.aim(Some(Aim { from, kind: Some(kind), to })));
                    html! { <button key={kind.key()} type="button" class="chip" title={kind.meaning()} onclick={aim}>{ kind.label() }</button> }
                }) }
            </div>
        </>
    }
}

/// Why a run failed, and what puts that right.
fn why(session: &Session, view: &View, node: NodeId, run: &RunView) -> Html {
    let Phase::Failed(failure) = run.phase else { return Html::default() };
    let at = run.why.as_ref().and_then(|why| why.at).map(|at| match at {
        Spot::Node(node) => Selection::Node(node),
        Spot::Link(link) => Selection::Link(link),
    });
    let show = at.filter(|at| *at != Selection::Node(node)).map(|at| {
        let go = on(session, move |session: &Session| session.perform(Look::Select(Some(at))));
        html! { <button type="button" class="link" onclick={go}>{ t!("Show where") }</button> }
    });
    // A problem of the document at the place, or at the host itself.
    let fixes = view.problems.iter().filter(|problem| problem.fix.is_some());
    let fix = |of: Selection| {
        fixes.clone().find(move |problem| problem.at == Some(of)).and_then(|problem| problem.fix.clone())
    };
    let known = at.and_then(fix).or_else(|| fix(Selection::Node(node)));
    let fix = known.or_else(|| pulled(session, at?)).filter(|_| !session.query().lock);
    html! {
        <div class="card-why">
            <p>{ t!("{} failed: {failure}.", run.name()) }</p>
            if let Some(why) = &run.why {
                <p>{ format::sentence(&why.text) }{ " " }{ for show }</p>
            }
            { for fix.map(|(label, edit)| {
                let put_right = on(session, move |session: &Session| session.edit(edit.clone()));
                html! { <button type="button" class="button primary" onclick={put_right}>{ label }</button> }
            }) }
        </div>
    }
}

/// What puts a pulled cable right. Pulling one is no problem of the document.
fn pulled(session: &Session, at: Selection) -> Option<(String, Edit)> {
    let Selection::Link(link) = at else { return None };
    let lab = session.lab().borrow();
    let down = lab.look().topology.links.get(link.index())?.ways.iter().any(is_down);
    down.then(|| (t!("Plug the cable in").to_owned(), Edit::Plug(link, true)))
}

fn is_down(way: &Way) -> bool {
    way.impairments.contains(&Impairment::Down)
}

/// What can be done to a cable.
fn link_card(session: &Session, view: &View, link: LinkId) -> Html {
    let Some((_, name)) = view.sketch.links.iter().find(|(id, _)| *id == link) else {
        return Html::default();
    };
    let lab = session.lab().borrow();
    let Some(now) = lab.look().topology.links.get(link.index()) else { return Html::default() };
    let is_down = now.ways.iter().any(is_down);
    let button = |label: String, edit: Edit| {
        let act = on(session, move |session: &Session| session.edit(edit.clone()));
        html! { <button type="button" class="chip" onclick={act}>{ label }</button> }
    };
    let slow = Duration::from_millis(DELAY_MS);
    let is_slow = now.ways.iter().all(|way| way.line.delay >= slow);
    let is_loss = |impairment: &Impairment| matches!(impairment, Impairment::Loss(_));
    let loses = now.ways.iter().any(|way| way.impairments.iter().any(is_loss));
    let mut slower = now.ways.clone();
    let mut lossy = now.ways.clone();
    for way in &mut slower {
        let delay = way.line.delay.nanos();
        let step = slow.nanos();
        way.line.delay = Duration::from_nanos(if is_slow { delay - step } else { delay + step });
    }
    for way in &mut lossy {
        way.impairments.retain(|impairment| !is_loss(impairment));
        if !loses {
            way.impairments.push(Impairment::Loss(LOSS));
        }
    }
    let body = html! {
        if !session.query().lock {
            <div class="card-kinds" role="group" aria-label={t!("Cable")}>
                { button(if is_down { t!("Plug in") } else { t!("Pull") }.into(), Edit::Plug(link, is_down)) }
                { button(if is_slow { t!("{DELAY_MS} ms less delay") } else { t!("{DELAY_MS} ms more delay") }, Edit::SetLink(link, slower)) }
                { button(if loses { t!("Lose nothing").into() } else { t!("Lose 10 %").into() }, Edit::SetLink(link, lossy)) }
            </div>
        }
    };
    card(session, ("link", link.0), name, Html::default(), body)
}
