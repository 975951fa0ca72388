//! The graphs and tables of the drawer: a list of views, and the chosen one beside it.
//!
//! The drawer keeps what was read from the history ([`use_graphs`]), so that another tab does not lose it and reading goes on from
//! there. A chart is drawn again only when its data has changed; the playhead alone moves a line.

mod figure;
mod grid;
mod machine;
mod save;

use super::use_session;
use crate::session::Session;
use capture::Place;
use figure::{Figure, figure};
use lab::Lab;
use lab::format;
use lab::graphs::chart::Chart;
use lab::graphs::connections::{congestion_of, host_of, side_of};
use lab::graphs::flow::{Flow, Graph};
use lab::graphs::links;
use lab::graphs::series::{Series, Unit};
use lab::graphs::sheet::Sheet;
use lab::graphs::states::{mac_changes, route_changes, states_at, tree_changes};
use lab::graphs::tables::{self, Layer};
use lab::timeline::Window;
use lab::view::View;
use markup::html;
use netlab::Instant;
use netlab::topology::{Congestion, LinkId, NodeId, NodeKind};
use smoltcp::wire::IpEndpoint;
use std::cell::RefCell;
use std::rc::Rc;
use texts::{mark, t};
use trace::census::Census;
use trace::connections::{Connection, Connections};
use web_sys::HtmlSelectElement;
use yew::prelude::*;

/// A view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Show {
    Tcp(Graph),
    Machine,
    Link(links::Graph),
    Macs,
    Tree,
    Routes,
    Conversations,
    Endpoints,
    Protocols,
    Remarks,
    Unanswered,
}

/// All views: their group, what they are called, and the name of their files.
const SHOWS: [(Show, &str, &str, &str); 17] = [
    (Show::Tcp(Graph::Tcptrace), "TCP", mark!("Time and sequence"), "tcp-segments"),
    (Show::Tcp(Graph::InFlight), "TCP", mark!("Windows and flight"), "tcp-windows"),
    (Show::Tcp(Graph::Throughput), "TCP", mark!("Throughput"), "tcp-throughput"),
    (Show::Tcp(Graph::RoundTrip), "TCP", mark!("Round trips"), "tcp-round-trips"),
    (Show::Tcp(Graph::Stevens), "TCP", mark!("Stevens"), "tcp-stevens"),
    (Show::Machine, "TCP", mark!("State machine"), "tcp-states"),
    (Show::Link(links::Graph::Load), mark!("Network"), mark!("Utilization"), "link-utilisation"),
    (Show::Link(links::Graph::Queue), mark!("Network"), mark!("Queues"), "link-queues"),
    (Show::Link(links::Graph::Drops), mark!("Network"), mark!("Drops"), "link-drops"),
    (Show::Macs, mark!("Network"), mark!("MAC table changes"), "mac-table"),
    (Show::Tree, mark!("Network"), mark!("Spanning tree changes"), "spanning-tree"),
    (Show::Routes, mark!("Network"), mark!("Route changes"), "routes"),
    (Show::Conversations, mark!("Packets"), mark!("Conversations"), "conversations"),
    (Show::Endpoints, mark!("Packets"), mark!("Endpoints"), "endpoints"),
    (Show::Protocols, mark!("Packets"), mark!("Protocols"), "protocols"),
    (Show::Remarks, mark!("Packets"), mark!("Remarks"), "remarks"),
    (Show::Unanswered, mark!("Packets"), mark!("Without an answer"), "unanswered"),
];

/// What a person chose.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Choice {
    show: Show,
    /// The number of the TCP connection; `None`: the largest.
    stream: Option<u32>,
    /// Shows the direction with fewer bytes.
    turned: bool,
    link: u32,
    switch: Option<u32>,
    router: Option<u32>,
    layer: Layer,
}

/// What was read so far.
#[derive(Default)]
struct Read {
    /// The document's revision, and the capture (its address in memory; 0: none).
    of: (usize, usize),
    connections: Connections,
    flow: Option<((u32, bool), Flow)>,
    place: Option<Place>,
    census: Census,
    chart: Option<(Key, Rc<Chart>)>,
    /// The series of the link's chart.
    link: Vec<Series<'static>>,
}

/// While this stays the same, a chart stays the same.
#[derive(Clone, Copy, PartialEq)]
struct Key {
    choice: Choice,
    flow: Option<(u32, bool)>,
    window: Window,
    edge: (Instant, u64),
    read: usize,
}

/// What the drawer keeps for [`Graphs`].
#[derive(Clone)]
pub struct Kept {
    choice: UseStateHandle<Choice>,
    read: Rc<RefCell<Read>>,
}

impl PartialEq for Kept {
    fn eq(&self, other: &Self) -> bool {
        self.choice == other.choice && Rc::ptr_eq(&self.read, &other.read)
    }
}

/// Keeps what [`Graphs`] needs.
#[hook]
pub fn use_graphs() -> Kept {
    let choice = use_state(|| Choice {
        show: SHOWS[0].0,
        stream: None,
        turned: false,
        link: 0,
        switch: None,
        router: None,
        layer: Layer::Ip,
    });
    Kept { choice, read: use_mut_ref(Read::default) }
}

/// Properties of [`Graphs`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What the drawer keeps.
    pub kept: Kept,
    /// The lab, as it was at most a tenth of a second ago.
    pub view: Rc<View>,
}

/// Segments that are read in one rendering: few enough that nothing stutters.
const AT_ONCE: usize = 40_000;
const AGAIN_MS: u32 = 30;

/// The graphs.
#[component]
pub fn Graphs(props: &Props) -> Html {
    let session = use_session();
    let drawing = use_node_ref();
    let again = use_force_update();
    let chosen = &props.kept.choice;
    let lab = session.lab().borrow();
    let mut read = props.kept.read.borrow_mut();
    read.begin(&lab);
    let (show, _, name, file) =
        *SHOWS.iter().find(|(show, ..)| *show == chosen.show).expect("only these can be chosen");
    let name = texts::of(name);
    let mut shown =
        Shown { session: &session, lab: &lab, read: &mut read, props, name, file, drawing, again };
    let (controls, body) = match show {
        Show::Tcp(_) | Show::Machine => shown.connection(show),
        Show::Link(_) => shown.link(),
        Show::Macs | Show::Tree | Show::Routes => shown.node(show),
        Show::Conversations | Show::Endpoints => shown.packets(true),
        Show::Protocols | Show::Remarks | Show::Unanswered => shown.packets(false),
    };
    html! {
        <div class="graphs">
            { views(chosen) }
            <div class="graph-main">
                <div class="graph-controls">
                    { views_for_phones(chosen) }
                    <h3 class="wide-only">{ name }</h3>
                    { controls }
                </div>
                { body }
            </div>
        </div>
    }
}

/// Chooses the view of this number.
fn choose(chosen: &UseStateHandle<Choice>, number: usize) {
    chosen.set(Choice { show: SHOWS[number].0, ..**chosen });
}

/// The list of views at the left.
fn views(chosen: &UseStateHandle<Choice>) -> Html {
    let views = SHOWS.iter().enumerate().map(|(number, (show, group, name, _))| {
        let first = number == 0 || SHOWS[number - 1].1 != *group;
        let onclick = {
            let chosen = chosen.clone();
            Callback::from(move |_: MouseEvent| choose(&chosen, number))
        };
        html! {
            <>
                if first { <p class="graph-group">{ texts::of(group) }</p> }
                <button type="button" class="graph-view" aria-current={(*show == chosen.show).then_some("true")} {onclick}>{ texts::of(name) }</button>
            </>
        }
    });
    html! { <nav class="graph-views wide-only" aria-label={t!("Graphs and tables")}>{ for views }</nav> }
}

/// The same where there is no room for a list.
fn views_for_phones(chosen: &UseStateHandle<Choice>) -> Html {
    let onchange = {
        let chosen = chosen.clone();
        Callback::from(move |event: Event| {
            let number = event.target_unchecked_into::<HtmlSelectElement>().selected_index().max(0);
            choose(&chosen, number as usize);
        })
    };
    html! {
        <div class="field narrow-only">
            <label for="graph-show">{ t!("View") }</label>
            <select id="graph-show" {onchange}>
                { for SHOWS.iter().map(|(show, _, name, _)| html! { <option key={*name} selected={*show == chosen.show}>{ texts::of(name) }</option> }) }
            </select>
        </div>
    }
}

/// The chosen view while it is rendered.
struct Shown<'a> {
    session: &'a Session,
    lab: &'a Lab,
    read: &'a mut Read,
    props: &'a Props,
    name: &'static str,
    file: &'static str,
    drawing: NodeRef,
    again: UseForceUpdateHandle,
}

impl Shown<'_> {
    fn choice(&self) -> Choice {
        *self.props.kept.choice
    }

    /// Changes the choice when a value is selected.
    fn change(&self, make: fn(Choice, &str) -> Choice) -> Callback<Event> {
        let chosen = self.props.kept.choice.clone();
        Callback::from(move |event: Event| {
            chosen.set(make(*chosen, &event.target_unchecked_into::<HtmlSelectElement>().value()));
        })
    }

    /// Renders again soon: not everything has been read.
    fn read_on(&self) {
        let again = self.again.clone();
        gloo::timers::callback::Timeout::new(AGAIN_MS, move || again.force_update()).forget();
    }

    /// A graph of a TCP connection, or the states of its two ends: the controls, and what they control.
    fn connection(&mut self, show: Show) -> (Html, Html) {
        let lab = self.lab;
        let (connections, current) = self.read.connection(lab, self.choice());
        let options = connections.iter().map(|connection| {
            let selected = Some(connection.stream) == current.map(|current| current.stream);
            html! { <option key={connection.stream} value={connection.stream.to_string()} {selected}>{ title(lab, connection) }</option> }
        });
        let change = self.change(|choice, value| Choice { stream: value.parse().ok(), ..choice });
        let controls = html! {
            if !connections.is_empty() {
                { select("graph-connection", t!("Connection"), change, options.collect()) }
                if show != Show::Machine {
                    { direction(lab, &self.props.kept.choice, current.as_ref()) }
                }
            }
        };
        let is_capture = lab.packets().opened().is_some();
        let body = match (current, show) {
            (None, _) => {
                html! { <p class="empty">{ t!("No TCP connection has begun yet. Start an iperf run to see one here.") }</p> }
            }
            (Some(_), Show::Machine) if is_capture => {
                html! { <p class="empty">{ t!("A capture does not contain the states of the sockets.") }</p> }
            }
            (Some(connection), Show::Machine) => {
                let look = lab.look();
                let [first, second] = states_at(lab.whole(), look.history, &connection, look.at);
                let [opener, other] = connection.own_ends().map(|end| end_name(lab, end));
                machine::machine(&[(opener, first), (other, second)])
            }
            (Some(connection), _) => {
                let choice = self.choice();
                if !self.read.follow(lab, &connection, choice) {
                    self.read_on();
                }
                self.graph()
            }
        };
        (controls, body)
    }

    fn link(&mut self) -> (Html, Html) {
        let lab = self.lab;
        let chosen = self.choice().link as usize;
        let whole = lab.whole();
        let options = whole.links.iter().enumerate().map(|(number, link)| {
            let [a, b] = link.ends.map(|end| &whole.node(end).name);
            html! { <option key={number} value={number.to_string()} selected={number == chosen}>{ format!("{a} – {b}") }</option> }
        });
        let change = self.change(|choice, value| Choice { link: value.parse().unwrap_or(0), ..choice });
        let controls = select("graph-link", t!("Link"), change, options.collect());
        let body = if whole.links.is_empty() {
            html! { <p class="empty">{ t!("There is no link in this network.") }</p> }
        } else {
            self.graph()
        };
        (controls, body)
    }

    /// The changes of a switch's or a router's table.
    fn node(&mut self, show: Show) -> (Html, Html) {
        let of_routers = show == Show::Routes;
        let choice = self.choice();
        let nodes = nodes_with(self.lab, show);
        let wanted = if of_routers { choice.router } else { choice.switch };
        let current = nodes.iter().find(|(id, _)| Some(*id) == wanted).or(nodes.first()).map(|(id, _)| *id);
        let options = nodes.iter().map(|(id, name)| {
            html! { <option key={*id} value={id.to_string()} selected={Some(*id) == current}>{ name.clone() }</option> }
        });
        let options = options.collect();
        let controls = if of_routers {
            let change = self.change(|choice, value| Choice { router: value.parse().ok(), ..choice });
            select("graph-router", t!("Router"), change, options)
        } else {
            let change = self.change(|choice, value| Choice { switch: value.parse().ok(), ..choice });
            select("graph-switch", t!("Switch"), change, options)
        };
        let body = match current {
            None if of_routers => {
                html! { <p class="empty">{ t!("There is no router in this network.") }</p> }
            }
            None => html! { <p class="empty">{ t!("There is no switch in this network.") }</p> },
            Some(_) => self.table(),
        };
        (controls, body)
    }

    /// A table of the listed packets, by layer or not.
    fn packets(&mut self, by_layer: bool) -> (Html, Html) {
        if !self.read.take_census(self.lab) {
            self.read_on();
        }
        let chosen = self.choice().layer;
        let options = Layer::ALL.iter().map(|(layer, name)| {
            html! { <option key={*name} value={*name} selected={*layer == chosen}>{ texts::of(name) }</option> }
        });
        let change = self.change(|choice, value| {
            let layer = Layer::ALL.iter().find(|(_, name)| *name == value);
            Choice { layer: layer.map_or(Layer::Ip, |(layer, _)| *layer), ..choice }
        });
        let controls = html! {
            if by_layer { { select("graph-layer", t!("By"), change, options.collect()) } }
        };
        (controls, self.table())
    }

    fn graph(&mut self) -> Html {
        graph(self.session, self.lab, self.read, self.props, self.name, self.file, &self.drawing)
    }

    fn table(&self) -> Html {
        table(self.session, self.lab, self.read, &self.props.kept.read, self.choice(), self.name, self.file)
    }
}

fn select(id: &'static str, label: &'static str, onchange: Callback<Event>, options: Vec<Html>) -> Html {
    html! {
        <div key={id} class="field">
            <label for={id}>{ label }</label>
            <select {id} {onchange}>{ for options }</select>
        </div>
    }
}

/// The choice of one of the connection's two directions.
fn direction(lab: &Lab, chosen: &UseStateHandle<Choice>, connection: Option<&Connection>) -> Html {
    let Some(connection) = connection else { return Html::default() };
    let options = [false, true].map(|turned| {
        let from = flow_from(connection, turned);
        let [from, to] = [from, 1 - from].map(|end| end_name(lab, connection.own_ends()[end]));
        html! { <option key={usize::from(turned)} selected={chosen.turned == turned}>{ format!("{from} → {to}") }</option> }
    });
    let onchange = {
        let chosen = chosen.clone();
        Callback::from(move |event: Event| {
            let turned = event.target_unchecked_into::<HtmlSelectElement>().selected_index() == 1;
            chosen.set(Choice { turned, ..*chosen });
        })
    };
    select("graph-direction", t!("Data from"), onchange, options.into())
}

/// The end, 0 or 1, that sends more bytes; `turned`: the other one.
fn flow_from(connection: &Connection, turned: bool) -> usize {
    usize::from((connection.bytes[1] > connection.bytes[0]) != turned)
}

fn end_name(lab: &Lab, end: IpEndpoint) -> String {
    match host_of(lab.whole(), end.addr).filter(|_| lab.packets().opened().is_none()) {
        Some(node) => lab.whole().node(node).name.clone(),
        None => end.to_string(),
    }
}

fn title(lab: &Lab, connection: &Connection) -> String {
    let [from, to] = connection.own_ends().map(|end| format!("{} :{}", end_name(lab, end), end.port));
    let bytes: u64 = connection.bytes.iter().sum();
    t!("{from} → {to}, {} from {}\u{a0}s", format::bytes(bytes), format::clock(connection.first.0))
}

/// The numbers and names of the nodes that have this view's table.
fn nodes_with(lab: &Lab, show: Show) -> Vec<(u32, String)> {
    let whole = lab.whole();
    let nodes = whole.nodes.iter().enumerate();
    nodes
        .filter(|(_, node)| match node.kind {
            NodeKind::Switch(_) => show != Show::Routes,
            NodeKind::Router(_) => show == Show::Routes,
            NodeKind::Host(_) | NodeKind::Hub => false,
        })
        .map(|(number, node)| (number as u32, node.name.clone()))
        .collect()
}

impl Read {
    /// Forgets everything if the document or the capture is another one.
    fn begin(&mut self, lab: &Lab) {
        let opened = lab.packets().opened();
        let of = (lab.revision(), opened.map_or(0, |opened| Rc::as_ptr(&opened.recording) as usize));
        if self.of != of {
            *self = Self { of, ..Self::default() };
        }
    }

    /// The connections that have begun, and the chosen one.
    fn connection(&mut self, lab: &Lab, choice: Choice) -> (Vec<Connection>, Option<Connection>) {
        /// A longer list would not be read.
        const LATEST: usize = 200;
        let trace = if lab.packets().opened().is_some() { lab.packets().trace() } else { lab.trace() };
        self.connections.follow(trace, lab.source());
        let by = match lab.packets().opened() {
            Some(_) => &self.connections.list[..],
            None => self.connections.by(lab.look().at),
        };
        let largest = || by.iter().max_by_key(|connection| connection.bytes.iter().sum::<u64>());
        let current = by.iter().find(|connection| Some(connection.stream) == choice.stream).or_else(largest);
        (by[by.len().saturating_sub(LATEST)..].to_vec(), current.copied())
    }

    /// Reads on in a connection. Returns whether all of it has been read.
    fn follow(&mut self, lab: &Lab, connection: &Connection, choice: Choice) -> bool {
        let key = (connection.stream, choice.turned);
        let [local, remote] = connection.seen_by(flow_from(connection, choice.turned));
        let trace = if lab.packets().opened().is_some() { lab.packets().trace() } else { lab.trace() };
        if self.flow.as_ref().is_none_or(|(of, flow)| *of != key || flow.ends() != [local, remote]) {
            let (topology, history) = (lab.whole(), lab.look().history);
            let flow = match side_of(topology, local, remote).filter(|_| lab.packets().opened().is_none()) {
                Some(side) => {
                    let congestion = congestion_of(topology, history, connection, local);
                    Flow::in_world(side, congestion, connection, self.connections.again(connection))
                }
                None => Flow::in_recording([local, remote], connection),
            };
            self.flow = Some((key, flow));
        }
        let (_, flow) = self.flow.as_mut().expect("it was just put there");
        flow.follow(trace, lab.source(), AT_ONCE)
    }

    /// Counts further packets. Returns whether all have been counted.
    fn take_census(&mut self, lab: &Lab) -> bool {
        let trace = lab.packets().trace();
        if self.place != Some(trace.place()) {
            (self.place, self.census) = (Some(trace.place()), Census::default());
        }
        let upto = match lab.packets().opened() {
            Some(_) => trace.count(),
            None => trace.count_at(lab.look().at),
        };
        self.census.count(trace, lab.source(), upto, AT_ONCE)
    }

    /// Gives `look` the series of the chosen graph.
    fn series(&self, lab: &Lab, choice: Choice, window: Window, look: &mut dyn FnMut(&[Series<'_>], Unit)) {
        match choice.show {
            Show::Tcp(graph) => {
                if let Some((_, flow)) = &self.flow {
                    look(&flow.series(graph, window), graph.unit());
                }
            }
            Show::Link(graph) => look(&link_series(lab, choice.link, graph, window), graph.unit()),
            _ => {}
        }
    }

    /// The time that is shown: that of the time line; of a capture, all of the connection.
    fn window(&self, lab: &Lab) -> Window {
        let span = self.flow.as_ref().and_then(|(_, flow)| flow.span());
        match (lab.packets().opened(), span) {
            (Some(_), Some((from, until))) if from < until => Window { from, until },
            _ => lab.window(),
        }
    }

    fn sheet(&self, lab: &Lab, choice: Choice, all: bool) -> Sheet {
        let at = lab.look().at;
        match choice.show {
            Show::Macs | Show::Tree | Show::Routes => {
                let wanted = if choice.show == Show::Routes { choice.router } else { choice.switch };
                let first = || nodes_with(lab, choice.show).first().map(|(id, _)| *id);
                let Some(node) = wanted.or_else(first).map(NodeId) else { return Sheet::default() };
                let changes = match choice.show {
                    Show::Tree => tree_changes,
                    Show::Routes => route_changes,
                    _ => mac_changes,
                };
                changes(lab.whole(), lab.look().history, node, at, all)
            }
            Show::Conversations => tables::conversations(&self.census, choice.layer, all),
            Show::Endpoints => tables::endpoints(&self.census, choice.layer, all),
            Show::Protocols => tables::hierarchy(&self.census),
            Show::Remarks => tables::remarks(lab, &self.census),
            Show::Unanswered => tables::unanswered(lab, &self.census, at, all),
            Show::Tcp(_) | Show::Machine | Show::Link(_) => Sheet::default(),
        }
    }

    /// Where the congestion window of the graph comes from.
    fn note(&self, lab: &Lab, choice: Choice) -> Option<&'static str> {
        if choice.show != Show::Tcp(Graph::InFlight) {
            return None;
        }
        let (key, flow) = self.flow.as_ref()?;
        if lab.packets().opened().is_some() {
            return Some(t!(
                "A capture does not contain congestion windows: each sender may compute its window in another way."
            ));
        }
        let connection = self.connections.list.iter().find(|connection| connection.stream == key.0)?;
        let [local, _] = flow.ends();
        Some(match congestion_of(lab.whole(), lab.look().history, connection, local) {
            Congestion::None => {
                t!("This sender has no congestion control: only the receive window limits it.")
            }
            _ if !flow.has_windows() => {
                t!(
                    "The history no longer has the beginning of this connection, so its congestion window cannot be derived."
                )
            }
            Congestion::Reno => {
                t!(
                    "Reno. smoltcp does not report its congestion window. This one is derived from the frames on the sender’s wire; in our tests it is equal to the byte."
                )
            }
            Congestion::Cubic => {
                t!(
                    "CUBIC. smoltcp does not report its congestion window. This one is derived from the frames on the sender’s wire; in our tests it is equal to the byte."
                )
            }
        })
    }
}

/// The series of a link, if there is one.
fn link_series(lab: &Lab, link: u32, graph: links::Graph, window: Window) -> Vec<Series<'static>> {
    let link = LinkId(link.min(lab.whole().links.len().saturating_sub(1) as u32));
    links::series(lab.whole(), lab.look().history, lab.edge(), link, graph, window)
}

fn graph(
    session: &Session,
    lab: &Lab,
    read: &mut Read,
    props: &Props,
    title: &str,
    file: &'static str,
    drawing: &NodeRef,
) -> Html {
    let choice = *props.kept.choice;
    let window = read.window(lab);
    let flow = read.flow.as_ref().map(|(key, _)| *key);
    let length = read.flow.as_ref().map_or(0, |(_, flow)| flow.data_count());
    let key = Key { choice, flow, window, edge: props.view.edge, read: length };
    if read.chart.as_ref().is_none_or(|(of, _)| *of != key) {
        let mut drawn = None;
        match choice.show {
            Show::Link(graph) => {
                read.link = link_series(lab, choice.link, graph, window);
                drawn = Some(Chart::draw(&read.link, graph.unit(), window));
            }
            _ => read.series(lab, choice, window, &mut |series, unit| {
                drawn = Some(Chart::draw(series, unit, window));
            }),
        }
        read.chart = drawn.map(|chart| (key, Rc::new(chart)));
    }
    let Some((_, chart)) = read.chart.clone() else { return Html::default() };
    let again = {
        let (session, kept) = (session.clone(), props.kept.read.clone());
        Rc::new(move |look: &mut dyn FnMut(&[Series<'_>], Unit)| {
            let lab = session.lab().borrow();
            kept.borrow().series(&lab, choice, lab.whole_time(), look);
        })
    };
    let at = lab.packets().opened().is_none().then(|| lab.look().at);
    let note = read.note(lab, choice);
    let mut drawn = Html::default();
    let mut draw = |series: &[Series<'_>]| {
        let what = Figure { title: title.to_string(), file, note, series, chart: &chart, at };
        drawn = figure(session, what, drawing.clone(), again.clone());
    };
    match choice.show {
        Show::Link(_) => draw(&read.link),
        _ => read.series(lab, choice, window, &mut |series, _| draw(series)),
    }
    drawn
}

fn table(
    session: &Session,
    lab: &Lab,
    read: &Read,
    kept: &Rc<RefCell<Read>>,
    choice: Choice,
    name: &str,
    file: &'static str,
) -> Html {
    let sheet = read.sheet(lab, choice, false);
    let save = {
        let (session, kept) = (session.clone(), kept.clone());
        Callback::from(move |_: MouseEvent| {
            let text = kept.borrow().sheet(&session.lab().borrow(), choice, true).csv();
            save::text(&format!("{file}.csv"), &text);
        })
    };
    let empty = match choice.show {
        Show::Remarks => t!("Nothing remarkable so far: no retransmission, no gap, no closed window."),
        Show::Unanswered => t!("Every request so far has been answered."),
        Show::Macs => t!("This switch has not learned an address yet."),
        Show::Tree => t!("This switch is not part of a spanning tree, or nothing has changed yet."),
        Show::Routes => t!("This router has no routes yet."),
        _ => t!("No packet yet, or none that passes the filter."),
    };
    html! {
        <div class="graph-sheet">
            <div class="graph-saves"><button type="button" class="button quiet" onclick={save}>{ t!("Save CSV") }</button></div>
            <div class="graph-scroll" tabindex="0" role="region" aria-label={name.to_string()}>
                { grid::grid(session, &sheet, name, empty) }
            </div>
        </div>
    }
}
