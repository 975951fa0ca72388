//! The web browser of a host: an address, a page as Yew nodes, and below it what happened on the network.
//!
//! Nothing of a page becomes markup: its elements are those of [`lab::browser`], and each is rendered as one of ours.

use super::use_session;
use crate::session::Session;
use lab::browser::{self, Document, Failure, Node, Shown, Step, Tag, Visit, visit_line};
use lab::command::{Act, Typed};
use lab::format;
use lab::view::{NodeLine, View};
use netlab::Instant;
use netlab::history::ProgramId;
use std::rc::Rc;
use texts::t;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// Properties of [`Browser`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Whose it is.
    pub host: NodeLine,
    /// The lab.
    pub view: Rc<View>,
}

/// What is typed, and how far back the person has gone.
#[derive(Clone, Default, PartialEq)]
struct Place {
    /// What stands in the address bar, if it was changed.
    typed: Option<String>,
    /// What is typed is no address.
    is_wrong: bool,
    /// Visits that were gone back, and the visit that was the latest then.
    back: usize,
    latest: Option<ProgramId>,
}

/// The browser of a host.
#[component]
pub fn Browser(props: &Props) -> Html {
    let session = use_session();
    let place = use_state(Place::default);
    let (visits, visit) = {
        let lab = session.lab().borrow();
        let visits = lab.visits(props.host.id);
        // After a new visit, nothing is gone back to.
        let back = if place.latest == visits.last().copied() { place.back } else { 0 };
        let shown = visits.len().checked_sub(back + 1).map(|number| lab.visit(visits[number]));
        ((visits, back), shown)
    };
    let (visits, back) = visits;
    let handles = Handles { session, host: props.host.clone(), place };
    let can_go_back = visits.len() > back + 1;
    let go_back = {
        let (handles, latest) = (handles.clone(), visits.last().copied());
        Callback::from(move |_: MouseEvent| {
            handles.place.set(Place { back: back + 1, latest, ..Place::default() });
        })
    };
    html! {
        <div class="web">
            { bar(&handles, visit.as_ref(), can_go_back.then_some(go_back)) }
            <div class="web-page" role="region" aria-label={t!("Page on {}", props.host.name)} tabindex="0">
                { match &visit {
                    None => html! { <p class="empty">{ t!("Type an address of this network, and press Enter.") }</p> },
                    Some(visit) => page(&handles, visit),
                } }
            </div>
            { for visit.filter(|visit| !visit.steps.is_empty()).map(|visit| waterfall(&visit, props.view.at)) }
        </div>
    }
}

#[derive(Clone)]
struct Handles {
    session: Session,
    host: NodeLine,
    place: UseStateHandle<Place>,
}

impl Handles {
    /// Visits this address.
    fn visit(&self, address: &str) {
        match visit_line(address) {
            Some(line) => {
                self.place.set(Place::default());
                self.session.perform(Act::Type(Typed::Command(self.host.id, line)));
            }
            None => self.place.set(Place { is_wrong: true, ..(*self.place).clone() }),
        }
    }
}

/// Back, again, and the address.
fn bar(handles: &Handles, visit: Option<&Visit>, back: Option<Callback<MouseEvent>>) -> Html {
    let lock = handles.session.query().lock;
    let address = visit.map(|visit| visit.address.clone()).unwrap_or_default();
    let shown = handles.place.typed.clone().unwrap_or_else(|| address.clone());
    let again = {
        let (handles, address) = (handles.clone(), address.clone());
        Callback::from(move |_: MouseEvent| handles.visit(&address))
    };
    let onsubmit = {
        let (handles, shown) = (handles.clone(), shown.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            handles.visit(&shown);
        })
    };
    let oninput = {
        let place = handles.place.clone();
        Callback::from(move |event: InputEvent| {
            let typed = Some(event.target_unchecked_into::<HtmlInputElement>().value());
            place.set(Place { typed, is_wrong: false, ..(*place).clone() });
        })
    };
    let wrong = handles.place.is_wrong;
    html! {
        <form class="console-form web-bar" {onsubmit}>
            <button type="button" class="button quiet" disabled={back.is_none()} onclick={back.unwrap_or_default()}>{ t!("Back") }</button>
            <button type="button" class="button quiet" disabled={lock || visit.is_none()} onclick={again}>{ t!("Reload") }</button>
            <input id="web-address" type="text" inputmode="url" autocomplete="off" autocapitalize="off" spellcheck="false" enterkeyhint="go"
                aria-label={t!("Address")} aria-invalid={wrong.then_some("true")} disabled={lock} placeholder="http://" value={shown} {oninput} />
            <button type="submit" class="button primary" disabled={lock}>{ t!("Go") }</button>
            if wrong {
                <p class="fault" role="alert">{ t!("This is no address of a web page: write something like http://10.0.0.2/.") }</p>
            }
        </form>
    }
}

fn page(handles: &Handles, visit: &Visit) -> Html {
    let host = visit.address.trim_start_matches("http://").split('/').next().unwrap_or_default();
    match &visit.shown {
        Shown::Loading => html! { <p class="empty" role="status">{ t!("Loading {}…", visit.address) }</p> },
        Shown::Page(document, status) => html! {
            <>
                if *status >= 400 {
                    <p class="hint">{ t!("The server answered with the status {status}.") }</p>
                }
                { for document.title.as_ref().map(|title| html! { <p class="web-title">{ title }</p> }) }
                { content(handles, &visit.address, document) }
            </>
        },
        Shown::Failed(failure) => {
            let (title, what) = match failure {
                Failure::NotFound => (t!("Server not found"), t!("No DNS server has an address for {host}.")),
                Failure::Refused => {
                    (t!("Connection refused"), t!("{host} was reached, but no program listens at this port."))
                }
                Failure::NoAnswer => (t!("The connection has timed out"), t!("{host} does not answer.")),
                Failure::CutOff => (
                    t!("The connection was interrupted"),
                    t!("{host} ended the connection before the page was there."),
                ),
                Failure::Stopped => (t!("Stopped"), t!("The page was not loaded.").to_owned()),
                Failure::NoPage => (t!("This cannot be shown"), t!("What {host} sent is no page.")),
            };
            html! { <div role="alert"><p class="web-title">{ title }</p><p>{ what }</p></div> }
        }
    }
}

fn content(handles: &Handles, address: &str, document: &Document) -> Html {
    html! {
        <>
            { for document.body.iter().map(|node| element(handles, address, node)) }
            if document.is_cut {
                <p class="hint">{ t!("The page is longer: its end is not shown.") }</p>
            }
        </>
    }
}

/// A part of a page. Its headings stand below those of this page.
fn element(handles: &Handles, address: &str, node: &Node) -> Html {
    let (tag, href, children) = match node {
        Node::Text(text) => return html! { { text } },
        Node::Element { tag, href, children } => (tag, href, children),
    };
    let inside = children.iter().map(|node| element(handles, address, node)).collect::<Html>();
    match tag {
        Tag::H1 => html! { <h3 class="web-h1">{ inside }</h3> },
        Tag::H2 => html! { <h4>{ inside }</h4> },
        Tag::H3 => html! { <h5>{ inside }</h5> },
        Tag::H4 | Tag::H5 | Tag::H6 => html! { <h6>{ inside }</h6> },
        Tag::P => html! { <p>{ inside }</p> },
        Tag::A => link(handles, address, href.as_deref(), inside),
        Tag::Ul => html! { <ul>{ inside }</ul> },
        Tag::Ol => html! { <ol>{ inside }</ol> },
        Tag::Li => html! { <li>{ inside }</li> },
        Tag::Pre => html! { <pre>{ inside }</pre> },
        Tag::Code => html! { <code>{ inside }</code> },
        Tag::Em => html! { <em>{ inside }</em> },
        Tag::Strong => html! { <strong>{ inside }</strong> },
        Tag::Blockquote => html! { <blockquote>{ inside }</blockquote> },
        Tag::Br => html! { <br /> },
        Tag::Hr => html! { <hr /> },
    }
}

/// A link leads to another visit, never out of this network.
fn link(handles: &Handles, address: &str, href: Option<&str>, inside: Html) -> Html {
    match href.and_then(|href| browser::follow(address, href)) {
        Some(to) => {
            let (handles, title) = (handles.clone(), to.clone());
            let onclick = Callback::from(move |_: MouseEvent| handles.visit(&to));
            html! { <button type="button" role="link" class="link" {title} {onclick}>{ inside }</button> }
        }
        None => html! { <span>{ inside }</span> },
    }
}

/// What happened below the page, each step with a bar at its time.
fn waterfall(visit: &Visit, at: Instant) -> Html {
    let end = visit.steps.iter().map(|step| step.to.unwrap_or(at)).max().unwrap_or(at);
    let whole = end.since(visit.start).nanos().max(1);
    let share = |moment: Instant| (moment.since(visit.start).nanos() * 1_000 / whole).min(1_000);
    let row = |step: &Step| {
        let (from, to) = (share(step.from), share(step.to.unwrap_or(at)));
        html! {
            <tr>
                <th scope="row">{ &step.what }</th>
                <td>{ format::duration(step.from.since(visit.start)) }</td>
                <td>{ step.takes().map_or_else(|| "…".into(), format::duration) }</td>
                <td class="web-bar-cell" aria-hidden="true">
                    <svg viewBox="0 0 1000 10" preserveAspectRatio="none">
                        <rect x={from.to_string()} y="0" width={(to.saturating_sub(from)).max(4).to_string()} height="10" />
                    </svg>
                </td>
            </tr>
        }
    };
    html! {
        <div class="web-waterfall scroll" tabindex="0" role="group" aria-label={t!("What happened below the page")}>
            <table>
                <thead><tr>
                    <th scope="col">{ t!("Step") }</th><th scope="col">{ t!("Began after") }</th><th scope="col">{ t!("Took") }</th>
                    <td></td>
                </tr></thead>
                <tbody>{ for visit.steps.iter().map(row) }</tbody>
            </table>
        </div>
    }
}
