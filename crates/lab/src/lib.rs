//! The lab: a scenario being watched. It holds the world, the playhead and the speed, and moves them once for each
//! animation frame.
//!
//! | module | what it is |
//! |---|---|
//! | [`speed`] | the scale of speeds, and the choice of one |
//! | [`ahead`] | moving the world no further than it is to be seen |
//! | [`budget`] | how the time of an animation frame is shared out between world, trace, drawing and panels |
//! | `pace` | how time passes: speed, quiet time, rest |
//! | [`playhead`], [`travel`] | the moment being looked at, its glides over skipped or stepped-over time, and going back |
//! | [`results`] | a run's history, in words and numbers |
//! | [`plot`] | throughput over time |
//! | [`editing`], [`problems`] | the scenario being changed, and what is wrong with it |
//! | [`timeline`], `to_come` | all of time at a glance, and what is still to happen to the network |
//! | [`packets`] | which packets, of which [trace](trace), the instruments look at |
//! | [`acting`] | what is done to a thing with one button |
//! | [`branches`], [`compare`] | acting in the past, and what was otherwise |
//! | [`sequence`] | them as a ladder of arrows between the nodes |
//! | [`log`] | what happened, in words |
//! | [`graphs`] | what is counted and measured over time |
//! | [`narrate`] | what is happening right now, in a sentence |
//! | [`inspect`], [`names`] | what is to be known of a node, a link, a frame; what they are called |
//! | [`topology`] | which nodes and links there are at the playhead, and ever |
//! | [`view`] | the snapshot of all this that the page is rendered from |
//!
//! [`Command`]s go in, [`View`]s come out, and the stage draws from [`Lab::look`]. Nothing in here knows of the browser:
//! the time of the animation frame and the budget come in as arguments.

#[cfg(all(test, target_arch = "wasm32"))]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

pub mod acting;
pub mod ahead;
pub mod branches;
pub mod budget;
pub mod compare;
pub mod edit;
pub mod editing;
pub mod format;
pub mod graphs;
pub mod inspect;
pub mod log;
pub mod names;
pub mod narrate;
mod pace;
pub mod packets;
pub mod palette;
pub mod playhead;
pub mod plot;
pub mod problems;
pub mod results;
pub mod run_form;
#[cfg(test)]
pub mod samples;
pub mod selection;
pub mod sequence;
pub mod speed;
pub mod timeline;
mod to_come;
pub mod topology;
pub mod travel;
pub mod view;

use crate::edit::{Edit, EditError};
use crate::selection::Selection;
use acting::Action;
use ahead::{Advance, advance};
use branches::{Act, Branches};
use compare::{CompareView, Comparison};
use editing::Editing;
use netlab::history::{Limits, Stride};
use netlab::run::RunSpec;
use netlab::topology::{NodeId, Topology};
use netlab::world::Command as WorldCommand;
use netlab::{Duration, History, Instant, World};
use packets::{Observe, Packets};
use playhead::Playhead;
use problems::Problem;
use results::Followers;
use scenario::Scenario;
use speed::Speed;
use std::rc::Rc;
use timeline::Window;
use topology::{LiveTopology, Network};
use travel::{Steps, Travel};
use view::Sketch;

/// Something that a person does to the lab.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Let time stand still.
    Pause,
    /// Whichever of the two is not.
    TogglePlay,
    /// Go to another moment.
    Travel(Travel),
    /// Choose what a step goes to.
    StepBy(Steps),
    /// Show this stretch of time, or all of it.
    Zoom(Option<Window>),
    /// Choose which packets the instruments look at.
    Observe(Observe),
    /// Look at the packet of this number, at the moment at which it is on its way.
    Packet(usize),
    /// Back to a branch that was left.
    Branch(u32),
    /// Compare with a branch that was left, or no longer.
    Compare(Option<u32>),
    /// Back to the beginning, with all runs.
    Restart,
    /// Choose a speed by hand.
    SetSpeed(Speed),
    /// Let the lab choose it.
    AutoSpeed,
    /// Whether to jump over time in which nothing is to be seen.
    SkipQuiet(bool),
    /// Start a run now.
    Start(Box<RunSpec>),
    /// Look at something.
    Select(Option<Selection>),
    /// Open another scenario.
    Open(Box<Scenario>),
    /// Take out the tools of the editor, or put them away.
    Tools(bool),
    /// Select these nodes, and nothing else.
    SelectNodes(Vec<NodeId>),
    /// Select every node.
    SelectAll,
    /// These nodes are being dragged, by so much so far.
    Drag(Vec<NodeId>, (f64, f64)),
    /// Change the document.
    Edit(Box<Edit>),
    /// Remember what is selected.
    Copy,
    /// Put down what was copied.
    Paste,
    /// Another one of what is selected.
    Duplicate,
    /// Away with what is selected.
    Delete,
    /// Do something to a thing that is looked at.
    Do(Action),
    /// Take the last change back.
    Undo,
    /// Make it again.
    Redo,
    /// Do this, even if the network has to start again for it.
    Agreed(Box<Command>),
}

impl Command {
    /// Whether it is more than looking.
    pub fn changes_the_document(&self) -> bool {
        !matches!(
            self,
            Self::Pause
                | Self::TogglePlay
                | Self::Travel(_)
                | Self::StepBy(_)
                | Self::Zoom(_)
                | Self::Observe(_)
                | Self::Packet(_)
                | Self::Branch(_)
                | Self::Compare(_)
                | Self::Restart
                | Self::SetSpeed(_)
                | Self::AutoSpeed
                | Self::SkipQuiet(_)
                | Self::Select(_)
        )
    }
}

/// Why something was not done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The world cannot.
    #[error("this cannot be done: {0}")]
    World(#[from] netlab::world::CommandError),
    /// Something planned for later needs what would be no more, or otherwise.
    #[error("this cannot be done here: something that is planned for later would no longer be possible")]
    Branch,
    /// No network can be like that.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// The network would have to start again, and nobody has agreed to that.
    #[error("the network has to start again for this")]
    Restarts,
}

/// Whether time passes, and if not, why.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum State {
    /// It does.
    Playing,
    /// A person stopped it.
    Paused,
    /// All that was to happen has happened.
    Quiet,
    /// The network is wrong, so that it cannot run.
    Broken,
    /// The world is being run to where it was before the page was left.
    CatchingUp {
        /// From 0 to 1.
        share: f64,
    },
}

/// A scenario being watched.
pub struct Lab {
    scenario: Scenario,
    world: World,
    playhead: Playhead,
    playing: bool,
    /// The playhead is on its way to the next moment at which this happens, and it is sure that it does not before this one.
    steps_to: Option<Stride>,
    step_from: Option<Instant>,
    /// The playhead was taken back.
    rewound: bool,
    /// What a step goes to.
    steps: Steps,
    /// What the time line and the graphs show; `None`: everything.
    window: Option<Window>,
    packets: Packets,
    /// The packet of an opened capture that is looked at.
    packet: Option<usize>,
    branches: Branches,
    comparison: Option<Comparison>,
    /// Having caught up, the world runs on to here, without the playhead.
    run_to: Option<Instant>,
    network: Network,
    speed: Speed,
    watchable: Speed,
    auto_speed: bool,
    speed_changed_ms: f64,
    skip_quiet: bool,
    skipped: Option<Skipped>,
    /// When the world is quiet: how far the playhead goes on, so that what is dying away on the stage can do so.
    rest_at: Option<Instant>,
    catch_up_to: Option<Instant>,
    behind_ms: f64,
    last_ms: Option<f64>,
    selection: Option<Selection>,
    followers: Followers,
    narration: Narration,
    positions: Vec<(f64, f64)>,
    sketch: Rc<Sketch>,
    problems: Rc<[Problem]>,
    /// Counts the documents.
    revision: usize,
    /// A person has changed it since it was opened.
    touched: bool,
    editing: Editing,
}

/// Quiet time that was jumped over.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Skipped {
    /// How much.
    pub time: Duration,
    /// When that was, by the animation frames' clock.
    pub at_ms: f64,
}

/// What was last said of what is happening.
#[derive(Default)]
struct Narration {
    text: Rc<str>,
    since_ms: f64,
}

/// What the stage needs to draw the moment.
pub struct Look<'a> {
    /// The network.
    pub topology: &'a Topology,
    /// Where each node is drawn.
    pub positions: &'a [(f64, f64)],
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
    /// The tools of the editor are out.
    pub editing: bool,
}

/// No animation frame counts for more than this: after a pause of the tab, time goes on where it was.
const FRAME_MS_MAX: f64 = 100.0;
const STEP_GLIDE_MS: f64 = 220.0;
/// A sentence stays long enough to be read.
const NARRATION_MS: f64 = 1_300.0;
/// So long must the machine be too slow before the page says so.
const BEHIND_MS: f64 = 400.0;

impl Lab {
    /// A scenario at its beginning, playing.
    pub fn new(scenario: Scenario) -> Self {
        Self::opened(scenario, 0)
    }

    fn opened(scenario: Scenario, opened: u32) -> Self {
        // A network that is wrong does not run, but it is drawn: nothing happens in its world.
        let world = scenario.world(Limits::default()).unwrap_or_else(|_| {
            let world = World::new(scenario.topology.clone(), scenario.seed, Limits::default());
            world.expect("what can be drafted can be drawn")
        });
        let watchable = Speed::watchable(LiveTopology::of(&world));
        let network = Network::new(&scenario, &world);
        Self {
            world,
            network,
            playhead: Playhead::default(),
            playing: true,
            steps_to: None,
            step_from: None,
            rewound: false,
            steps: Steps::default(),
            window: None,
            packets: Packets::default(),
            packet: None,
            branches: Branches::opened(&scenario),
            comparison: None,
            run_to: None,
            speed: watchable,
            watchable,
            auto_speed: true,
            speed_changed_ms: 0.0,
            skip_quiet: true,
            skipped: None,
            rest_at: None,
            catch_up_to: None,
            behind_ms: 0.0,
            last_ms: None,
            selection: None,
            followers: Followers::default(),
            narration: Narration::default(),
            positions: scenario.whole().positions(),
            sketch: Rc::new(Sketch::new(&scenario, opened)),
            problems: problems::of(&scenario),
            revision: 0,
            touched: false,
            editing: Editing::default(),
            scenario,
        }
    }

    /// Does what a person asked for. The error is one that they can do something about.
    pub fn perform(&mut self, command: Command) -> Result<(), Refusal> {
        let revision = self.revision;
        let done = self.act(command);
        if self.revision != revision {
            self.watchable = Speed::watchable(LiveTopology::of(&self.world));
        }
        self.set_the_scene();
        done
    }

    fn act(&mut self, command: Command) -> Result<(), Refusal> {
        match command {
            Command::Pause => self.pause(),
            Command::TogglePlay if self.playing => self.pause(),
            Command::TogglePlay => self.play(),
            Command::Travel(travel) => self.travel(travel),
            Command::StepBy(steps) => self.steps = steps,
            Command::Zoom(window) => self.window = window,
            Command::Observe(observe) => self.observe(observe)?,
            Command::Packet(number) => self.select_packet(number),
            Command::Branch(number) => self.return_to(number),
            Command::Compare(number) => {
                self.comparison = number.and_then(|number| Comparison::with(self, number));
            }
            Command::Restart => self.restart(),
            Command::SetSpeed(speed) => {
                self.auto_speed = false;
                self.speed = speed;
            }
            Command::AutoSpeed => {
                self.auto_speed = true;
                self.speed = self.watchable;
            }
            Command::SkipQuiet(skip) => self.skip_quiet = skip,
            Command::Start(spec) => self.start(*spec)?,
            Command::Select(selection) => {
                self.selection = selection;
                self.editing.group.clear();
            }
            Command::Open(scenario) => {
                // Whoever opened the wrong one gets back what was there.
                self.editing.undo.push(&self.scenario, &scenario);
                self.begin(*scenario, self.sketch.opened + 1);
            }
            Command::Do(action) => self.do_action(action, false)?,
            Command::Agreed(command) => match *command {
                Command::Do(action) => self.do_action(action, true)?,
                command => self.edit(command, true)?,
            },
            editing => self.edit(editing, false)?,
        }
        Ok(())
    }

    fn pause(&mut self) {
        self.playing = false;
        self.catch_up_to = None;
    }

    fn play(&mut self) {
        self.playing = true;
        (self.steps_to, self.step_from) = (None, None);
    }

    /// Starts a run at the playhead, and makes it part of the document.
    fn start(&mut self, spec: RunSpec) -> Result<(), Refusal> {
        self.playhead.finish_glide();
        if self.rewound {
            let name = format!("{} from {}", results::title(&spec.kind), self.whole().node(spec.from).name);
            return self.fork(Act::Run(spec), name);
        }
        // The playhead may be further than the world in time in which nothing happens; the run begins where it is.
        advance_quiet(&mut self.world, self.playhead.at());
        let (at, _) = self.world.apply(WorldCommand::Start(spec.clone()))?;
        // What is done next, even if time stands still, is later: a document keeps no other order.
        self.world.run_until(at, || true);
        self.scenario.runs.push((at, spec));
        self.touched = true;
        self.revision += 1;
        self.rest_at = None;
        self.catch_up_to = None;
        self.play();
        Ok(())
    }

    /// Back to the beginning. Frames are yet to be sent then, but nodes and links are what they were.
    fn restart(&mut self) {
        let selection = self.selection.filter(|selection| !matches!(selection, Selection::Frame(_)));
        let touched = self.touched;
        let branches = std::mem::take(&mut self.branches);
        self.begin(self.scenario.clone(), self.sketch.opened);
        self.branches = branches.begun_again(&self.scenario);
        self.selection = selection;
        self.touched = touched;
    }

    fn begin(&mut self, scenario: Scenario, opened: u32) {
        let fresh = Self::opened(scenario, opened);
        *self = Self {
            speed: if self.auto_speed { fresh.watchable } else { self.speed },
            auto_speed: self.auto_speed,
            skip_quiet: self.skip_quiet,
            steps: self.steps,
            packets: std::mem::take(&mut self.packets).again(fresh.whole().links.len()),
            last_ms: self.last_ms,
            revision: self.revision + 1,
            editing: Editing { dragged: None, group: Vec::new(), ..std::mem::take(&mut self.editing) },
            ..fresh
        };
    }

    /// Once it has caught up, time stands still.
    pub fn stay(&mut self) {
        self.playing = false;
    }

    /// Before anything is shown: run to this moment as fast as the machine can.
    pub fn catch_up_to(&mut self, at: Instant) {
        self.catch_up_to = (at > self.playhead.at()).then_some(at);
    }

    /// Moves everything by one animation frame. `go_on` says whether the budget lasts; it is asked after every moment
    /// of the world. `calm`: no glides.
    pub fn tick(&mut self, now_ms: f64, calm: bool, go_on: &mut dyn FnMut() -> bool) {
        self.move_on(now_ms, calm, go_on);
        self.set_the_scene();
    }

    fn move_on(&mut self, now_ms: f64, calm: bool, go_on: &mut dyn FnMut() -> bool) {
        let elapsed_ms = self.last_ms.map_or(0.0, |last| (now_ms - last).clamp(0.0, FRAME_MS_MAX));
        self.last_ms = Some(now_ms);
        if !self.is_sound() {
            return;
        }
        if let Some(until) = self.catch_up_to {
            return self.catch_up(until, go_on);
        }
        if let Some(comparison) = &mut self.comparison {
            comparison.go_on(go_on);
        }
        if let Some(until) = self.run_to {
            if advance(&mut self.world, until, go_on) != Advance::Paused {
                self.run_to = None;
            }
            self.rewound = self.playhead.at() < self.world.now();
        }
        if self.playhead.glide(now_ms) {
            return;
        }
        if let Some(stride) = self.steps_to {
            self.step(stride, now_ms, calm, go_on);
        } else if self.playing {
            self.pass(now_ms, elapsed_ms, calm, go_on);
        }
    }

    fn catch_up(&mut self, until: Instant, go_on: &mut dyn FnMut() -> bool) {
        let advanced = advance(&mut self.world, until, go_on);
        self.playhead.jump(self.world.now().min(until));
        if advanced != Advance::Paused {
            self.catch_up_to = None;
            self.playhead.jump(until);
            // It had come to rest there.
            self.rest_at = (advanced == Advance::Quiet).then_some(until);
        }
    }

    /// What is happening right now, in a sentence. While time passes it stays for a moment.
    fn narrate(&mut self) -> Rc<str> {
        let now_ms = self.last_ms.unwrap_or_default();
        let fresh = now_ms - self.narration.since_ms < NARRATION_MS && !self.narration.text.is_empty();
        if !(fresh && self.state() == State::Playing) {
            let second = self.speed.per_second();
            let (topology, history) = (self.network.scene(), self.world.history());
            let text = match self.state() {
                State::Quiet => None,
                _ => narrate::narrate(topology, history, self.playhead.at(), second),
            };
            let text = text.unwrap_or_default();
            if *text != *self.narration.text {
                self.narration = Narration { text: text.into(), since_ms: now_ms };
            }
        }
        self.narration.text.clone()
    }

    /// Puts on the stage what is there at the playhead.
    fn set_the_scene(&mut self) {
        self.network.show(self.world.history(), self.playhead.at(), self.revision);
    }

    /// Looks at a packet of the list: of the network at the moment at which it is half on its way.
    fn select_packet(&mut self, number: usize) {
        let Some(&row) = self.packets.trace().row(number) else { return };
        if self.packets.opened().is_some() {
            self.packet = Some(number);
            self.selection = None;
            return;
        }
        let Some(transit) = self.world.history().transit(row.transit) else { return };
        let gone = transit.gone();
        let half = Duration::from_nanos((gone - transit.start.min(gone)).nanos() / 2);
        self.selection = Some(Selection::Frame(row.transit));
        self.travel(Travel::To(transit.start + half));
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

    /// Whether a comparison goes on.
    pub fn is_comparing(&self) -> bool {
        self.comparison.as_ref().is_some_and(|comparison| !comparison.is_done())
    }

    /// What is found of two branches.
    pub fn compared(&mut self) -> Option<CompareView> {
        let name = self.branches.name();
        Some(self.comparison.as_mut()?.view(&name, self.network.whole(), &self.world))
    }

    /// All nodes and links that are ever there.
    pub fn whole(&self) -> LiveTopology<'_> {
        self.network.whole()
    }

    /// What the stage needs.
    pub fn look(&self) -> Look<'_> {
        Look {
            topology: self.network.scene().get(),
            positions: &self.positions[..self.network.scene().nodes.len().min(self.positions.len())],
            history: self.world.history(),
            at: self.playhead.at(),
            rate: self.speed.ns_per_sec(),
            selection: self.selection,
            group: &self.editing.group,
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

/// Lets time pass in which nothing happens, so that the world's open moment follows the playhead's.
fn advance_quiet(world: &mut World, until: Instant) {
    if world.next_event_at().is_none_or(|next| until < next) && until > world.now() {
        world.run_until(until, || true);
    }
}

#[cfg(test)]
mod growing;
#[cfg(test)]
mod tests;
