//! The snapshot that the page is rendered from: at most ten a second, and equal ones are the same to Yew.

use super::branches::BranchLine;
use super::compare::CompareView;
use super::director::ChapterLine;
use super::edit::Kind;
use super::inspect::{self, Inspected};
use super::packets::pins::Pins;
use super::problems::Problem;
use super::results::RunView;
use super::speed::Speed;
use super::timeline::Window;
use super::travel::Steps;
use super::{Lab, Skipped, State};
use dissect::filter::FilterError;
use netlab::Instant;
use netlab::topology::{LinkId, NodeId, NodeKind, Topology};
use smoltcp::wire::IpCidr;
use std::rc::Rc;
use texts::{plural, t};
use trace::selection::Selection;

/// What the page shows of a moment.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// The scenario, as far as it does not change with time.
    pub sketch: Rc<Sketch>,
    /// Whether time passes.
    pub state: State,
    /// How fast.
    pub speed: Speed,
    /// Whether the lab chooses the speed.
    pub auto_speed: bool,
    /// Whether quiet time is jumped over.
    pub skip_quiet: bool,
    /// What was jumped over last.
    pub skipped: Option<Skipped>,
    /// The machine does not keep up with the chosen speed.
    pub behind: bool,
    /// The playhead.
    pub at: Instant,
    /// Time waits until a chapter's text can have been read.
    pub reading: bool,
    /// The playhead is behind the live edge.
    pub rewound: bool,
    /// What a step goes to.
    pub steps: Steps,
    /// The branches of this scenario, if there are several.
    pub branches: Vec<BranchLine>,
    /// The comparison of two branches.
    pub compared: Option<CompareView>,
    /// The display filter, as it was written, and what is wrong with it.
    pub filter: Rc<str>,
    /// The one that is applied: the last that made sense.
    pub applied: Rc<str>,
    /// See `filter`.
    pub filter_fault: Option<FilterError>,
    /// How many packets are listed, and which lists that were: another one is another list.
    pub listed: (usize, usize),
    /// A bit for each [`Swatch`](trace::swatch::Swatch) of which there was a packet since the scenario was opened.
    pub kinds: u16,
    /// What is on the packets of the list.
    pub pins: Pins,
    /// Whether they are those of an opened capture.
    pub is_capture: bool,
    /// What the time line shows, if not everything.
    pub window: Option<Window>,
    /// Up to when the world has run, and the hash of all that happened up to then.
    pub edge: (Instant, u64),
    /// The chapter of this moment.
    pub chapter: Option<usize>,
    /// When each chapter begins, as far as that is known.
    pub chapter_moments: Vec<Option<Instant>>,
    /// What is happening right now, in a sentence.
    pub narration: Rc<str>,
    /// All runs, the latest first.
    pub runs: Vec<Rc<RunView>>,
    /// What is still to happen to the network, in order of time.
    pub to_come: Vec<(Instant, String)>,
    /// What is selected.
    pub selection: Option<Selection>,
    /// The packet of an opened capture that is looked at.
    pub packet: Option<usize>,
    /// What is selected, looked at closely.
    pub inspected: Option<Rc<Inspected>>,
    /// How many bytes the history holds.
    pub kept: usize,
    /// Before this moment frames have been forgotten.
    pub complete_since: Instant,
    /// What is wrong with the network.
    pub problems: Rc<[Problem]>,
    /// Changes whenever the document does.
    pub revision: usize,
    /// The state of the editor.
    pub tools: Tools,
}

/// The state of the editor, as the page shows it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tools {
    /// Whether it is out.
    pub on: bool,
    /// How many nodes are selected.
    pub selected: usize,
    /// Whether a link is selected.
    pub link: bool,
    /// Whether there is something to undo, and to do again.
    pub undo: (bool, bool),
}

/// The parts of a scenario by name: what a drawing shows, for those who do not see it.
#[derive(Clone, Debug, PartialEq)]
pub struct Sketch {
    /// Which scenario this is, counted over the page's life.
    pub opened: u32,
    /// Its title.
    pub title: String,
    /// What to look at.
    pub description: Option<String>,
    /// Its chapters.
    pub chapters: Vec<ChapterLine>,
    /// Its nodes.
    pub nodes: Vec<NodeLine>,
    /// Its links: which, and the names of the nodes it joins.
    pub links: Vec<(LinkId, String)>,
}

impl View {
    /// The chapter after this moment's, if there is one.
    pub fn chapter_after(&self) -> Option<usize> {
        let next = self.chapter.map_or(0, |now| now + 1);
        (next < self.sketch.chapters.len()).then_some(next)
    }

    /// The chapter before this moment's, if there is one.
    pub fn chapter_before(&self) -> Option<usize> {
        self.chapter?.checked_sub(1)
    }
}

/// A node in a list.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeLine {
    /// Its id.
    pub id: NodeId,
    /// Its id in the document.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: Kind,
    /// Its addresses, if it is a host or a router.
    pub addresses: Vec<String>,
}

impl Sketch {
    pub(super) fn new(scenario: &scenario::Scenario, opened: u32) -> Self {
        let scenario = &*scenario.whole();
        let topology = &scenario.topology;
        let node = |id: NodeId| {
            let node = topology.node(id);
            let addresses = match &node.kind {
                NodeKind::Host(host) => host.addresses.clone(),
                NodeKind::Router(_) => router_addresses(topology, id),
                NodeKind::Hub | NodeKind::Switch(_) => Vec::new(),
            };
            NodeLine {
                id,
                key: scenario.id(id).to_string(),
                name: node.name.clone(),
                kind: Kind::of(&node.kind),
                addresses: addresses.iter().map(|cidr| cidr.address().to_string()).collect(),
            }
        };
        let links = topology.links.iter().enumerate().map(|(number, link)| {
            let names = link.ends.map(|end| topology.node(end).name.as_str());
            (LinkId(number as u32), names.join(" – "))
        });
        let shown = |text: &String| texts::of_document(text).to_owned();
        let chapters = scenario
            .chapters
            .iter()
            .map(|chapter| ChapterLine { title: shown(&chapter.title), text: shown(&chapter.text) });
        let title =
            if scenario.title.is_empty() { t!("Untitled") } else { texts::of_document(&scenario.title) };
        Self {
            opened,
            title: title.to_string(),
            description: scenario.description.as_ref().map(shown),
            chapters: chapters.collect(),
            nodes: topology.node_ids().map(node).collect(),
            links: links.collect(),
        }
    }

    /// The nodes that can run programs.
    pub fn hosts(&self) -> impl Iterator<Item = &NodeLine> {
        self.nodes.iter().filter(|node| node.kind == Kind::Host)
    }

    /// The nodes that have a console: hosts first, then what has tables.
    pub fn consoles(&self) -> impl Iterator<Item = &NodeLine> {
        let devices = self.nodes.iter().filter(|node| matches!(node.kind, Kind::Switch | Kind::Router));
        self.hosts().chain(devices)
    }

    /// The drawing in a sentence.
    pub fn sentence(&self) -> String {
        let count = |kind| self.nodes.iter().filter(|node| node.kind == kind).count();
        let parts: Vec<_> = [
            (Kind::Host, &(|n: usize| plural!(n, "{n} host", "{n} hosts")) as &dyn Fn(usize) -> String),
            (Kind::Switch, &|n: usize| plural!(n, "{n} switch", "{n} switches")),
            (Kind::Hub, &|n: usize| plural!(n, "{n} hub", "{n} hubs")),
            (Kind::Router, &|n: usize| plural!(n, "{n} router", "{n} routers")),
        ]
        .into_iter()
        .filter_map(|(kind, words)| Some(count(kind)).filter(|n| *n > 0).map(words))
        .collect();
        match parts.as_slice() {
            [] => t!("an empty network").into(),
            [all @ .., last] if !all.is_empty() => t!("{list} and {last}", list = all.join(", ")),
            [only, ..] => only.clone(),
        }
    }
}

/// The addresses of all ports of a router.
fn router_addresses(topology: &Topology, router: NodeId) -> Vec<IpCidr> {
    let ends = topology.links.iter().flat_map(|link| link.ends.iter().zip(&link.ports));
    let ours = ends.filter(|(end, _)| **end == router).flat_map(|(_, port)| {
        let port = port.of_router();
        port.addresses.into_iter().chain(port.vlans.into_iter().flat_map(|(_, of)| of))
    });
    ours.collect()
}

/// How long the machine must be too slow before the page says so.
const BEHIND_MS: f64 = 400.0;

impl Lab {
    /// What is selected, looked at closely.
    pub(super) fn inspected(&self) -> Option<Rc<Inspected>> {
        let (at, history) = (self.playhead.at(), self.world.history());
        if let (Some(number), Some(opened)) = (self.packet, self.packets.opened()) {
            let row = self.packets.trace().row(number)?;
            let mut sheet = inspect::packet(&opened.recording, row);
            self.note(&mut sheet, number);
            return Some(Rc::new(Inspected::Frame(Rc::new(sheet))));
        }
        match self.selection? {
            Selection::Node(node) if node.index() >= self.network.scene().nodes.len() => {
                Some(Rc::new(Inspected::NotYet))
            }
            Selection::Link(link) if link.index() >= self.network.scene().links.len() => {
                Some(Rc::new(Inspected::NotYet))
            }
            Selection::Frame(_) => {
                let mut seen = inspect::inspect(self.whole(), history, at, self.selection?);
                if let Inspected::Frame(sheet) = &mut seen
                    && let Some(number) = self.packets.trace().find(history, sheet.id)
                {
                    self.note(Rc::make_mut(sheet), number);
                }
                Some(Rc::new(seen))
            }
            what => Some(Rc::new(inspect::inspect(self.network.scene(), history, at, what))),
        }
    }

    /// The tables of what a node remembers at the playhead.
    pub(super) fn memories(&self, node: NodeId) -> Vec<inspect::Table> {
        let scene = self.network.scene();
        if node.index() >= scene.nodes.len() {
            return Vec::new();
        }
        inspect::memories(scene, self.world.history(), self.playhead.at(), node)
    }

    /// The scenario, as far as it does not change with time.
    pub fn sketch(&self) -> &Rc<Sketch> {
        &self.sketch
    }

    /// A snapshot of the moment.
    pub fn view(&mut self) -> View {
        let at = self.playhead.at();
        let (narration, compared) = (self.narrate(), self.compared());
        let history = self.world.history();
        View {
            sketch: self.sketch.clone(),
            state: self.state(),
            speed: self.speed,
            auto_speed: self.auto_speed,
            skip_quiet: self.skip_quiet,
            skipped: self.skipped,
            behind: self.behind_ms > BEHIND_MS,
            at,
            rewound: self.rewound,
            steps: self.steps,
            branches: self.branches.lines(self.comparison.as_ref().map(|comparison| comparison.number)),
            compared,
            filter: self.packets.filter().clone(),
            applied: self.packets.applied().clone(),
            filter_fault: self.packets.fault().cloned(),
            listed: (self.packets.trace().listed(), self.packets.trace().generation()),
            kinds: self.seen.look(self.packets.trace(), self.sketch.opened),
            pins: self.packets.pins().clone(),
            is_capture: self.packets.opened().is_some(),
            window: self.window,
            edge: (self.world.now(), history.hash()),
            chapter: self.chapter(),
            reading: self.waits_for_reader(),
            chapter_moments: self.story.moments().to_vec(),
            narration,
            runs: self.followers.views(self.network.whole(), history, at, &|run| {
                let documents = self.parts.documents.filter(|_| !self.hides_problems)?;
                (documents.why)(&self.scenario, &self.world, run, at)
            }),
            to_come: self.to_come_in_words(),
            selection: self.selection,
            packet: self.packet,
            inspected: self.parts.instruments.and_then(|instruments| (instruments.inspected)(self)),
            // In steps, so that it does not change with every frame.
            kept: history.bytes_kept() >> 20 << 20,
            complete_since: history.complete_since(),
            problems: if self.hides_problems { Rc::from([]) } else { self.problems.clone() },
            revision: self.revision,
            tools: Tools {
                on: self.editing.on,
                selected: self.selected_nodes().len(),
                link: matches!(self.selection, Some(Selection::Link(_))),
                undo: self.can_undo(),
            },
        }
    }
}
