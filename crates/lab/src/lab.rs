//! The lab itself: what it is made of, how it begins, and what can be asked of it.
//!
//! Its other files each add what they are named after: commands are performed in `perform`, animation frames move it in
//! `tick`, and so on.

use crate::branches::Branches;
use crate::compare::Comparison;
use crate::console::device::Asked;
use crate::director::{Caption, Story};
use crate::editing::Editing;
use crate::hold::{Hold, Watcher};
use crate::packets::Packets;
use crate::parts::Parts;
use crate::playhead::Playhead;
use crate::problems::Problem;
use crate::results::Followers;
use crate::speed::Speed;
use crate::timeline::{Seen, Window};
use crate::topology::{LiveTopology, Network};
use crate::travel::Steps;
use crate::view::Sketch;
use netlab::history::Stride;
use netlab::topology::{Node, NodeId, NodeKind, Topology};
use netlab::{Duration, History, Instant, World};
use scenario::Scenario;
use std::rc::Rc;
use texts::t;
use trace::selection::Selection;

/// Whether time passes, and if not, why not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum State {
    /// Time passes.
    Playing,
    /// The person paused it.
    Paused,
    /// Everything that was planned has happened, and nothing moves.
    Quiet,
    /// The network has an error, so that it cannot run.
    Broken,
    /// The world is being run to where it was before the page was left.
    CatchingUp {
        /// From 0 to 1.
        share: f64,
    },
}

/// A scenario being watched.
pub struct Lab {
    pub(crate) parts: Parts,
    pub(crate) scenario: Scenario,
    pub(crate) world: World,
    pub(crate) playhead: Playhead,
    pub(crate) playing: bool,
    /// A step is looking for the next moment at which this happens; it does not happen before `step_from`.
    pub(crate) steps_to: Option<Stride>,
    pub(crate) step_from: Option<Instant>,
    /// The playhead is behind the live edge.
    pub(crate) rewound: bool,
    /// What a step goes to.
    pub(crate) steps: Steps,
    /// What the time line and the graphs show; `None`: everything.
    pub(crate) window: Option<Window>,
    /// The kinds of packets that there were.
    pub(crate) seen: Seen,
    pub(crate) packets: Packets,
    /// The packet of an opened capture that is looked at.
    pub(crate) packet: Option<usize>,
    pub(crate) branches: Branches,
    /// What was typed at the consoles of switches and routers in this branch, in order of time.
    pub(crate) asked: Vec<Asked>,
    pub(crate) comparison: Option<Box<Comparison>>,
    /// The comparison comes before the world in this animation frame.
    pub(crate) compares_first: bool,
    /// Having caught up, the world runs on to here, without the playhead.
    pub(crate) run_to: Option<Instant>,
    /// Where the world has to wait.
    pub(crate) hold: Hold,
    /// The nodes that a lesson points at.
    pub(crate) pointed: Vec<NodeId>,
    /// Views leave out what is wrong with the network.
    pub(crate) hides_problems: bool,
    pub(crate) network: Network,
    pub(crate) speed: Speed,
    pub(crate) watchable: Speed,
    pub(crate) auto_speed: bool,
    pub(crate) skip_quiet: bool,
    pub(crate) skipped: Option<Skipped>,
    /// When the world is quiet: where the playhead stops, late enough for arrivals and drops to fade on the stage.
    pub(crate) rest_at: Option<Instant>,
    pub(crate) catch_up_to: Option<Instant>,
    pub(crate) behind_ms: f64,
    pub(crate) last_ms: Option<f64>,
    pub(crate) selection: Option<Selection>,
    pub(crate) followers: Followers,
    /// What is new in the history, and the sentence about it that is shown.
    pub(crate) story: Story,
    pub(crate) caption: Caption,
    /// The chapter that is looked for.
    pub(crate) chapter_to: Option<usize>,
    /// The beginning of a chapter before which time waits for a reader.
    pub(crate) held_before: Option<Instant>,
    /// How often quiet time was skipped since something new happened.
    pub(crate) skips: u32,
    pub(crate) positions: Vec<(f64, f64)>,
    /// Of each node the word of its icon.
    pub(crate) icons: Vec<Option<&'static str>>,
    /// Of each node what it offers to others.
    pub(crate) services: Vec<String>,
    pub(crate) sketch: Rc<Sketch>,
    pub(crate) problems: Rc<[Problem]>,
    /// Increases with every change of the document.
    pub(crate) revision: usize,
    /// The person has changed the document since it was opened.
    pub(crate) touched: bool,
    pub(crate) editing: Editing,
}

/// Quiet time that was jumped over.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Skipped {
    /// How long it was.
    pub time: Duration,
    /// When it was skipped, by the clock of the animation frames, in milliseconds.
    pub at_ms: f64,
}

/// What the stage needs to draw the moment.
pub struct Scene<'a> {
    /// The network.
    pub topology: &'a Topology,
    /// Where each node is drawn.
    pub positions: &'a [(f64, f64)],
    /// What each node is drawn as in place of its kind: the document's words.
    pub icons: &'a [Option<&'static str>],
    /// What each node offers to others, in words; empty: nothing.
    pub services: &'a [String],
    /// What happened.
    pub history: &'a History,
    /// The playhead.
    pub at: Instant,
    /// Virtual nanoseconds per second.
    pub rate: f64,
    /// What is selected.
    pub selection: Option<Selection>,
    /// The nodes that are selected together.
    pub group: &'a [NodeId],
    /// The nodes that the chapter is about; none: the whole network.
    pub spotlight: &'a [NodeId],
    /// The tools of the editor are out.
    pub editing: bool,
}

impl Lab {
    /// A scenario at its beginning, playing.
    pub fn new(scenario: Scenario) -> Self {
        Self::with(scenario, Parts::ALL)
    }

    /// The same, with only these parts so far. Without the one for documents the scenario is the first example.
    pub fn with(scenario: Scenario, parts: Parts) -> Self {
        Self::opened(scenario, 0, parts)
    }

    fn opened(scenario: Scenario, opened: u32, parts: Parts) -> Self {
        let world = parts.world(&scenario);
        let watchable = Speed::watchable(LiveTopology::of(&world));
        let network = Network::new(&scenario, &world);
        let begins: Vec<_> = scenario.runs.iter().map(|(at, _)| *at).collect();
        let mut lab = Self {
            parts,
            world,
            network,
            playhead: Playhead::default(),
            playing: true,
            steps_to: None,
            step_from: None,
            rewound: false,
            steps: Steps::default(),
            window: None,
            seen: Seen::default(),
            packets: Packets::default(),
            packet: None,
            branches: Branches::opened(&scenario),
            asked: Vec::new(),
            comparison: None,
            compares_first: false,
            run_to: None,
            hold: Hold::default(),
            pointed: Vec::new(),
            hides_problems: false,
            speed: watchable,
            watchable,
            auto_speed: true,
            skip_quiet: true,
            skipped: None,
            rest_at: None,
            catch_up_to: None,
            behind_ms: 0.0,
            last_ms: None,
            selection: None,
            followers: Followers::default(),
            story: Story::new(&scenario.chapters, &begins),
            caption: Caption::default(),
            chapter_to: None,
            held_before: None,
            skips: 0,
            positions: scenario.whole().positions(),
            icons: icons(&scenario),
            services: services(&scenario),
            sketch: Rc::new(Sketch::new(&scenario, opened)),
            problems: parts.problems(&scenario),
            revision: 0,
            touched: false,
            editing: Editing::default(),
            scenario,
        };
        lab.promise();
        lab
    }

    /// Runs the document again from the start of time. A selected frame is deselected: it is yet to be sent.
    pub(crate) fn restart(&mut self) {
        let selection = self.selection.filter(|selection| !matches!(selection, Selection::Frame(_)));
        let touched = self.touched;
        let branches = std::mem::take(&mut self.branches);
        let comparison = self.comparison.take();
        self.begin(self.scenario.clone(), self.sketch.opened);
        self.branches = branches.begun_again(&self.scenario);
        self.comparison = comparison.map(Comparison::begun_again);
        self.selection = selection;
        self.touched = touched;
    }

    pub(crate) fn begin(&mut self, scenario: Scenario, opened: u32) {
        let is_same = opened == self.sketch.opened;
        let mut pointed = std::mem::take(&mut self.pointed);
        pointed.retain(|node| is_same && node.index() < scenario.ids.len());
        let fresh = Self::opened(scenario, opened, self.parts);
        *self = Self {
            speed: if self.auto_speed { fresh.watchable } else { self.speed },
            auto_speed: self.auto_speed,
            skip_quiet: self.skip_quiet,
            steps: self.steps,
            packets: self.packets_again(fresh.whole().links.len()),
            last_ms: self.last_ms,
            revision: self.revision + 1,
            hold: std::mem::take(&mut self.hold),
            pointed,
            hides_problems: self.hides_problems,
            editing: Editing { dragged: None, group: Vec::new(), ..std::mem::take(&mut self.editing) },
            ..fresh
        };
    }

    /// This watches the world from now on, also the worlds of other branches and documents; `None`: nothing does.
    pub fn set_watcher(&mut self, watcher: Option<Watcher>) {
        self.hold = watcher.map_or_else(Hold::default, Hold::by);
    }

    /// Points at these nodes on the stage, whatever the chapter is about; none: at those of the chapter.
    pub fn point_at(&mut self, nodes: &[NodeId]) {
        nodes.clone_into(&mut self.pointed);
    }

    /// Whether views leave out what is wrong with the network, and why runs fail: a hunt for faults is open.
    pub fn hide_problems(&mut self, hides: bool) {
        self.hides_problems = hides;
    }

    /// A number for the document: another one is opened with another number.
    pub fn opened_number(&self) -> u32 {
        self.sketch.opened
    }

    /// The world, for what follows it. What is shown is read from its history at the playhead.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Whether time passes.
    pub fn state(&self) -> State {
        if !self.is_sound() {
            return State::Broken;
        }
        if let Some(until) = self.catch_up_to {
            let share = self.world.now().secs_f64() / until.secs_f64();
            return State::CatchingUp { share };
        }
        match self.rest_at {
            Some(rest_at) if self.playing && self.playhead.at() >= rest_at => State::Quiet,
            _ if self.playing => State::Playing,
            _ => State::Paused,
        }
    }

    /// All nodes and links that are ever there.
    pub fn whole(&self) -> LiveTopology<'_> {
        self.network.whole()
    }

    /// What the stage needs.
    pub fn look(&self) -> Scene<'_> {
        Scene {
            topology: self.network.scene().get(),
            positions: &self.positions[..self.network.scene().nodes.len().min(self.positions.len())],
            icons: &self.icons[..self.network.scene().nodes.len().min(self.icons.len())],
            services: &self.services[..self.network.scene().nodes.len().min(self.services.len())],
            history: self.world.history(),
            at: self.playhead.at(),
            rate: self.speed.ns_per_sec(),
            selection: self.selection,
            group: &self.editing.group,
            spotlight: self.spotlight(),
            editing: self.editing.on,
        }
    }

    /// The moment to catch up to, while that goes on.
    pub fn catching_up_to(&self) -> Option<Instant> {
        self.catch_up_to
    }

    /// How fast time passes.
    pub fn speed(&self) -> Speed {
        self.speed
    }

    /// Whether the lab chooses the speed.
    pub fn is_auto_speed(&self) -> bool {
        self.auto_speed
    }

    /// Whether quiet time is jumped over.
    pub fn skips_quiet(&self) -> bool {
        self.skip_quiet
    }

    /// Counts the documents: another one is another document.
    pub fn revision(&self) -> usize {
        self.revision
    }

    /// Whether a person has changed it since it was opened.
    pub fn is_touched(&self) -> bool {
        self.touched
    }

    /// The document, with the runs that were started by hand.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }
}

/// The word of each node's icon.
pub(crate) fn icons(scenario: &Scenario) -> Vec<Option<&'static str>> {
    scenario.whole().ids.iter().map(|id| scenario.icons.get(id).map(|icon| icon.word())).collect()
}

/// What each node offers to others, in words.
pub(crate) fn services(scenario: &Scenario) -> Vec<String> {
    let of = |node: &Node| {
        let names = services_of(&node.kind);
        if names.is_empty() { String::new() } else { t!("serves {}", names.join(", ")) }
    };
    scenario.whole().topology.nodes.iter().map(of).collect()
}

/// The names of the services that a node offers.
pub(crate) fn services_of(kind: &NodeKind) -> Vec<String> {
    let words = |name: &str| match name {
        "dhcp" => "DHCP".to_owned(),
        "relay" => t!("DHCP relay").to_owned(),
        "dns" => "DNS".to_owned(),
        "http" => "HTTP".to_owned(),
        "ntp" => "NTP".to_owned(),
        other => other.to_owned(),
    };
    scenario::service_names(kind).into_iter().map(words).collect()
}
