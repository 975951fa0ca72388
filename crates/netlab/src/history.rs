//! What happened: every frame on every wire, every change of a table or socket, every step of a run.
//!
//! The page reads only this, never the live world, so live, paused and rewound are one path. A frame's journey over a
//! link is one [`Transit`], complete from the moment the frame is handed to the link (see [`wire::line`]). The hash
//! covers every event in order and every byte that went onto a wire; it does not depend on how the run was sliced.
//!
//! Histories are bounded: beyond [`Limits`] the oldest transits go first, and [`History::complete_since`] says so.

mod encoding;
mod fold;
mod milestones;
mod moments;
mod programs;
mod shared;
mod tables;
mod wires;

pub use milestones::{MILESTONES_MAX, Milestone, Rare};
pub use moments::Stride;
pub use programs::{ALL_PRINTED_MAX, PRINTED_MAX, ProgramEntry, ProgramLog, SERVICES_FROM};
pub use shared::{Backlog, Collision};
pub use tables::{MacEntry, NodeView, PortEntry};
pub use wires::DirectionTotals;

pub use host::program::{ProgramEvent, ProgramId};
pub use host::{Event as HostEvent, Refusal as HostRefusal, SocketState};

use crate::run::{Outcome, RunEntry, RunEvent, RunId, RunSpec, Totals};
use crate::topology::{Direction, Link, LinkId, NodeId, NodeKind};
use crate::world::Command;
use encoding::{Encode, Words};
use fold::Fold;
use shared::SharedLog;
use smoltcp::wire::EthernetAddress;
use std::collections::VecDeque;
use std::{fmt, mem};
use tables::NodeLog;
use wire::impair::LossReason;
use wire::line::{Journey, QueueDrop};
use wire::passage::{self, Marks};
use wire::sorted::SortedMap;
use wire::{Frame, Instant};
use wires::DirectionLog;
use xxhash_rust::xxh3::xxh3_64;

/// A frame's identity: given when its first sender sends it, kept over all hops and copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrameId(pub u64);

/// A transit's number, counted over the whole world in order of handing over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TransitId(pub u64);

/// One frame's journey over one link.
#[derive(Clone, Debug)]
pub struct Transit {
    /// Its number.
    pub id: TransitId,
    /// Which frame.
    pub frame_id: FrameId,
    /// Its bytes on this wire.
    pub frame: Frame,
    /// Where.
    pub direction: Direction,
    /// It was handed to the link, and waited from then on.
    pub queued: Instant,
    /// Its first bit left the sender.
    pub start: Instant,
    /// Its last bit left the sender.
    pub end: Instant,
    /// Its last bit reached the receiver, or would have.
    pub arrival: Instant,
    /// Whether it arrived.
    pub fate: Fate,
    /// It is the frame's first wire: its sender is the node that made it.
    pub first: bool,
    /// What the wire has done to it.
    pub marks: Marks,
    /// Which it is of all frames that were ever handed to this direction, from 1: the number by which
    /// [`LossOfFrame`](wire::impair::Impairment::LossOfFrame) picks one. A duplicate has that of the frame that it copies.
    pub number: u64,
    /// Bytes handed to this direction before it, and those of them that arrive.
    bytes_before: [u64; 2],
    /// It arrived, but the receiving node dropped it: when and why. A node may also drop a frame later, after it has queued it.
    pub refused: Option<(Instant, Refusal)>,
    /// No transit of this direction up to this one lasts longer: makes finding those in flight a binary search.
    last_arrival: Instant,
}

/// Whether a frame arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It did, at [`Transit::arrival`].
    Delivered,
    /// It did not.
    Dropped {
        /// Why.
        reason: DropReason,
        /// When: a full queue at once, a loss on the wire halfway.
        at: Instant,
    },
}

/// Why a frame was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DropReason {
    /// No room in the sender's queue.
    QueueFull,
    /// More frames were under way in the whole network than can be simulated: see
    /// [`FRAMES_UNDER_WAY_MAX`](crate::world::FRAMES_UNDER_WAY_MAX). No network does this; the simulation does.
    Overload,
    /// An impairment of the link.
    Impaired(LossReason),
    /// Random early detection ([`QueueDrop::Early`]).
    Early,
    /// Controlled delay ([`QueueDrop::Late`]).
    Late,
    /// It collided with other stations' frames at every attempt ([`wire::medium::ATTEMPTS_MAX`]).
    Collisions,
}

/// Why the node at which a frame arrived dropped it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refusal {
    /// A switch dropped it.
    Switch(bridge::Refusal),
    /// A router dropped it.
    Router(router::Refusal),
    /// A host dropped it.
    Host(host::Refusal),
}

impl From<passage::Fate> for Fate {
    fn from(fate: passage::Fate) -> Self {
        match fate {
            passage::Fate::Arrives => Self::Delivered,
            passage::Fate::Lost { why, at } => Self::Dropped { reason: why.into(), at },
        }
    }
}

impl From<passage::Loss> for DropReason {
    fn from(why: passage::Loss) -> Self {
        match why {
            passage::Loss::Impaired(reason) => Self::Impaired(reason),
            passage::Loss::Queue(QueueDrop::Full) => Self::QueueFull,
            passage::Loss::Queue(QueueDrop::Early) => Self::Early,
            passage::Loss::Queue(QueueDrop::Late) => Self::Late,
        }
    }
}

/// A change in a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeEvent {
    /// Something changed in a host.
    Host(HostEvent),
    /// Something changed in a switch.
    Switch(bridge::Event),
    /// Something changed in a router.
    Router(router::Event),
}

/// One line of a node's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeEntry {
    /// When.
    pub at: Instant,
    /// What.
    pub event: NodeEvent,
}

/// A run and all that happened to it.
#[derive(Clone, Debug)]
pub struct RunLog {
    /// What was asked for.
    pub spec: RunSpec,
    /// When it begins.
    pub start: Instant,
    /// What happened, in order of time.
    pub entries: Vec<RunEntry>,
}

/// How much a history may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Frame bytes kept, each frame counted on every wire it crosses: an upper bound, since copies share bytes.
    pub frame_bytes: usize,
    /// Transits kept.
    pub transits: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { frame_bytes: 256 << 20, transits: 400_000 }
    }
}

/// What happened in a world.
pub struct History {
    limits: Limits,
    transits: VecDeque<Transit>,
    first: u64,
    frame_bytes: usize,
    complete_since: Instant,
    directions: Vec<DirectionLog>,
    /// What happened to each direction as a station of a shared medium.
    shared: Vec<SharedLog>,
    nodes: Vec<NodeLog>,
    /// When each node is added, in order of time; and each link.
    born_nodes: Vec<Instant>,
    born_links: Vec<Instant>,
    /// The settings of each link, and since when: as it is added, then after each change; and those of each node.
    links: Vec<Vec<(Instant, Link)>>,
    kinds: Vec<Vec<(Instant, NodeKind)>>,
    runs: Vec<RunLog>,
    programs: Vec<ProgramLog>,
    /// Those that changes of services have started.
    services: Vec<ProgramLog>,
    /// What is kept of all of them and their command lines, in bytes.
    printed: usize,
    /// Frames that were dropped later than they arrived, in order of time: packets whose next hop was not resolved.
    late_refusals: VecDeque<(Instant, TransitId)>,
    milestones: Vec<Milestone>,
    hash: Fold,
    /// Scratch memory for [`fold_value`](Self::fold_value).
    words: Words,
}

/// A frame that the world hands to a link.
pub(crate) struct Handed {
    pub frame_id: FrameId,
    pub frame: Frame,
    /// Its bytes were on no wire before: its first, or this link has changed them. Only then are they hashed.
    pub new_bytes: bool,
    pub direction: Direction,
    pub queued: Instant,
    pub journey: Journey,
    pub fate: Fate,
    /// It was on no wire before.
    pub first: bool,
    /// What the wire has done to it.
    pub marks: Marks,
    /// The wire has judged it, and so counted it.
    pub reached_wire: bool,
}

impl Transit {
    /// When it stopped being anywhere: it arrived, or was dropped.
    pub fn gone(&self) -> Instant {
        match self.fate {
            Fate::Delivered => self.arrival,
            Fate::Dropped { at, .. } => at,
        }
    }
}

impl History {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            transits: VecDeque::new(),
            first: 0,
            frame_bytes: 0,
            complete_since: Instant::ZERO,
            directions: Vec::new(),
            shared: Vec::new(),
            nodes: Vec::new(),
            born_nodes: Vec::new(),
            born_links: Vec::new(),
            links: Vec::new(),
            kinds: Vec::new(),
            runs: Vec::new(),
            programs: Vec::new(),
            services: Vec::new(),
            printed: 0,
            late_refusals: VecDeque::new(),
            milestones: Vec::new(),
            hash: Fold::default(),
            words: Words::default(),
        }
    }

    // ---- what the world writes ----

    pub(crate) fn add_node(&mut self, born: Instant, kind: NodeKind) {
        self.nodes.push(NodeLog::default());
        self.born_nodes.push(born);
        self.kinds.push(vec![(born, kind)]);
    }

    pub(crate) fn add_link(&mut self, born: Instant, link: Link) {
        self.directions.extend([DirectionLog::default(), DirectionLog::default()]);
        self.shared.extend([SharedLog::default(), SharedLog::default()]);
        self.born_links.push(born);
        self.links.push(vec![(born, link)]);
    }

    /// Not hashed: the command that changes it is.
    pub(crate) fn link_changed(&mut self, at: Instant, id: LinkId, link: Link) {
        self.links[id.index()].push((at, link));
    }

    /// Not hashed, as above.
    pub(crate) fn node_changed(&mut self, at: Instant, node: NodeId, kind: NodeKind) {
        self.kinds[node.index()].push((at, kind));
    }

    /// The number that the next transit will have.
    pub(crate) fn next_transit(&self) -> TransitId {
        TransitId(self.first + self.transits.len() as u64)
    }

    /// A node drops a frame that it received.
    pub(crate) fn refuse(&mut self, at: Instant, node: NodeId, transit: TransitId, why: Refusal) {
        self.fold(7, at, [u64::from(node.0), transit.0, why.word(), 0]);
        let count = self.nodes[node.index()].refused.entry(why).or_default();
        *count += 1;
        if *count == 1 {
            self.rare(at, Rare::Refused(node, transit, why));
        }
        let place = transit.0.checked_sub(self.first).and_then(|place| usize::try_from(place).ok());
        if let Some(transit) = place.and_then(|place| self.transits.get_mut(place)) {
            transit.refused = Some((at, why));
            if at > transit.arrival {
                self.late_refusals.push_back((at, transit.id));
                if self.late_refusals.len() > self.limits.transits {
                    self.late_refusals.pop_front();
                }
            }
            self.directions[transit.direction.index()].refuse(at, transit.id, why);
        }
    }

    pub(crate) fn hand_over(&mut self, handed: Handed) {
        let Handed {
            frame_id,
            frame,
            new_bytes,
            direction,
            queued,
            journey,
            fate,
            first,
            marks,
            reached_wire,
        } = handed;
        let Journey { start, end, arrival } = journey;
        if new_bytes {
            self.fold(0, queued, [frame_id.0, frame.len() as u64, xxh3_64(&frame), 0]);
        }
        let fate_word = match fate {
            Fate::Delivered => 0,
            Fate::Dropped { reason, .. } => reason.word(),
        };
        self.fold(1, queued, [direction.index() as u64, frame_id.0, arrival.nanos(), fate_word]);

        let id = self.next_transit();
        self.frame_bytes += frame.len();
        let log = &mut self.directions[direction.index()];
        let bytes_before = log.bytes;
        let number = log.hand_over(id, arrival, fate, frame.len(), reached_wire && !marks.duplicate);
        let last_arrival = log.last_arrival;
        self.transits.push_back(Transit {
            id,
            frame_id,
            frame,
            direction,
            queued,
            start,
            end,
            arrival,
            fate,
            first,
            marks,
            number,
            bytes_before,
            refused: None,
            last_arrival,
        });
        while self.transits.len() > self.limits.transits || self.frame_bytes > self.limits.frame_bytes {
            self.forget_oldest();
        }
    }

    pub(crate) fn arrived(&mut self, direction: Direction) {
        self.directions[direction.index()].arrived();
    }

    pub(crate) fn node_event(&mut self, at: Instant, node: NodeId, event: NodeEvent) {
        match event {
            // The only ones that can come by the hundred thousand a second: addresses that a storm moves from port to port.
            NodeEvent::Switch(bridge::Event::Learned { vlan, mac, port }) => {
                self.fold(8, at, [u64::from(node.0), mac_table_key(vlan, mac), u64::from(port.0), 0]);
            }
            NodeEvent::Switch(bridge::Event::Forgotten { vlan, mac }) => {
                self.fold(9, at, [u64::from(node.0), mac_table_key(vlan, mac), 0, 0]);
            }
            _ => self.fold_value(2, at, node.0.into(), &event),
        }
        if milestones::is_rare(&event) {
            self.rare(at, Rare::Node(node, event.clone()));
        }
        if let Some(since) = self.nodes[node.index()].push(NodeEntry { at, event }) {
            self.complete_since = self.complete_since.max(since);
        }
    }

    pub(crate) fn add_run(&mut self, start: Instant, spec: RunSpec) -> RunId {
        self.runs.push(RunLog { spec, start, entries: Vec::new() });
        RunId(self.runs.len() as u32 - 1)
    }

    pub(crate) fn run_event(&mut self, at: Instant, run: RunId, event: RunEvent, totals: Totals) {
        self.fold(3, at, [u64::from(run.0), 0, 0, 0]);
        for words in encoding::totals_words(&totals) {
            self.fold(5, at, words);
        }
        // By far the most frequent, and it says nothing but its totals.
        if event != RunEvent::Progress {
            self.fold_value(6, at, run.0.into(), &event);
        }
        if milestones::is_rare_step(&event) {
            self.rare(at, Rare::Run(run, event.clone()));
        }
        self.runs[run.0 as usize].entries.push(RunEntry { at, event, totals });
    }

    fn rare(&mut self, at: Instant, what: Rare) {
        if self.milestones.len() < MILESTONES_MAX {
            self.milestones.push(Milestone { at, what });
        }
    }

    pub(crate) fn add_program(&mut self, start: Instant, on: NodeId, line: String) -> ProgramId {
        self.printed += line.len();
        self.programs.push(ProgramLog::new(on, line, start));
        ProgramId(self.programs.len() as u32 - 1)
    }

    /// Adds a program that a change of services starts, at this very moment.
    pub(crate) fn add_service(&mut self, now: Instant, on: NodeId, line: String) -> ProgramId {
        self.printed += line.len();
        self.services.push(ProgramLog::new(on, line, now));
        ProgramId(SERVICES_FROM + self.services.len() as u32 - 1)
    }

    pub(crate) fn program_event(&mut self, at: Instant, program: ProgramId, event: ProgramEvent) {
        self.fold_value(encoding::PROGRAM, at, program.0.into(), &event);
        let log = match program.0.checked_sub(SERVICES_FROM) {
            Some(service) => &mut self.services[service as usize],
            None => &mut self.programs[program.0 as usize],
        };
        let before = log.bytes_kept();
        log.push(ProgramEntry { at, event });
        self.printed = self.printed + log.bytes_kept() - before;
        if self.printed > ALL_PRINTED_MAX {
            let part = ALL_PRINTED_MAX / 2 / (self.programs.len() + self.services.len());
            let kept = |log: &mut ProgramLog| {
                log.forget(part);
                log.bytes_kept()
            };
            self.printed = self.programs.iter_mut().chain(&mut self.services).map(kept).sum();
        }
    }

    pub(crate) fn command(&mut self, at: Instant, command: &Command) {
        self.fold_value(4, at, 0, command);
    }

    fn forget_oldest(&mut self) {
        let Some(oldest) = self.transits.pop_front() else { return };
        self.first += 1;
        self.frame_bytes -= oldest.frame.len();
        self.directions[oldest.direction.index()].forget_oldest(oldest.id, oldest.fate);
        self.complete_since = self.complete_since.max(oldest.gone());
    }

    #[inline]
    fn fold(&mut self, kind: u8, at: Instant, words: [u64; 4]) {
        self.hash.event(kind, at, words);
    }

    /// Folds a value of any length, which belongs to the node or run of this number.
    fn fold_value(&mut self, kind: u8, at: Instant, of: u64, value: &impl Encode) {
        let mut words = mem::take(&mut self.words);
        words.clear();
        value.encode(&mut words);
        self.fold(kind, at, [of, words.as_bytes().len() as u64, 0, 0]);
        self.hash.bytes(words.as_bytes());
        self.words = words; // Its memory is used again.
    }

    // ---- queries ----

    /// A hash of everything that has happened, in order: equal histories have equal hashes, natively and in wasm.
    /// Shown as 16 hexadecimal digits. XXH3, 64 bits: tells accidents apart, not forgeries.
    pub fn hash(&self) -> u64 {
        self.hash.digest()
    }

    /// Before this moment some transits have been forgotten to stay within the limits; tables, runs, counters and the
    /// hash are complete for all time, and so are the settings of links.
    pub fn complete_since(&self) -> Instant {
        self.complete_since
    }

    /// How many bytes the history takes now: an upper bound as [`Limits::frame_bytes`] is, and without the allocator's own.
    pub fn bytes_kept(&self) -> usize {
        let tables: usize = self.nodes.iter().map(NodeLog::bytes_kept).sum();
        let wires: usize = self.directions.iter().map(DirectionLog::bytes_kept).sum();
        let shared: usize = self.shared.iter().map(SharedLog::bytes_kept).sum();
        let runs: usize = self.runs.iter().map(|run| run.entries.len()).sum();
        let links: usize = self.links.iter().map(Vec::len).sum();
        self.frame_bytes
            + self.transits.len() * size_of::<Transit>()
            + wires
            + shared
            + tables
            + self.printed
            + runs * size_of::<RunEntry>()
            + links * size_of::<(Instant, Link)>()
    }

    /// All transits kept, in order of handing over.
    pub fn transits(&self) -> impl DoubleEndedIterator<Item = &Transit> + ExactSizeIterator {
        self.transits.iter()
    }

    /// Those of them that had been handed over by this moment: those under way, and what was before them.
    pub fn transits_by(&self, at: Instant) -> impl DoubleEndedIterator<Item = &Transit> + ExactSizeIterator {
        let count = self.transits.partition_point(|transit| transit.queued <= at);
        self.transits.range(..count)
    }

    /// The transits that arrived, and that their receiver refused at some later moment of `from..=to`. What it refused at
    /// once is found among those that [pass](Self::passing).
    pub fn refused_late(&self, from: Instant, to: Instant) -> impl Iterator<Item = &Transit> {
        let first = self.late_refusals.partition_point(|(at, _)| *at < from);
        let last = self.late_refusals.partition_point(|(at, _)| *at <= to);
        let within = self.late_refusals.range(first..last.max(first));
        within.filter_map(|(_, id)| self.transit(*id))
    }

    /// One transit, if it is still kept.
    pub fn transit(&self, id: TransitId) -> Option<&Transit> {
        self.transits.get(usize::try_from(id.0.checked_sub(self.first)?).ok()?)
    }

    /// When this node was added, or will be; zero for those of the start.
    pub fn born_node(&self, node: NodeId) -> Instant {
        self.born_nodes[node.index()]
    }

    /// When this link was added, or will be; zero for those of the start.
    pub fn born_link(&self, link: LinkId) -> Instant {
        self.born_links[link.index()]
    }

    /// What a link and the ports at its ends were like at this moment; before it was added, what it was to be.
    pub fn link_at(&self, link: LinkId, at: Instant) -> &Link {
        let states = &self.links[link.index()];
        let since = states.partition_point(|(since, _)| *since <= at);
        &states[since.saturating_sub(1)].1
    }

    /// When a link was changed while the network ran, and into what, in order of time.
    pub fn link_changes(&self, link: LinkId) -> &[(Instant, Link)] {
        &self.links[link.index()][1..]
    }

    /// What a node's settings were at this moment; before it was added, what they were to be.
    pub fn kind_at(&self, node: NodeId, at: Instant) -> &NodeKind {
        let states = &self.kinds[node.index()];
        let since = states.partition_point(|(since, _)| *since <= at);
        &states[since.saturating_sub(1)].1
    }

    /// When a node's settings were changed while the network ran, and into what, in order of time.
    pub fn kind_changes(&self, node: NodeId) -> &[(Instant, NodeKind)] {
        &self.kinds[node.index()][1..]
    }

    /// The number of frames that a node has dropped so far, by reason.
    pub fn refused(&self, node: NodeId) -> &SortedMap<Refusal, u64> {
        &self.nodes[node.index()].refused
    }

    /// When the last node or link is added.
    pub(crate) fn last_addition(&self) -> Instant {
        let last = |born: &[Instant]| born.last().copied().unwrap_or_default();
        last(&self.born_nodes).max(last(&self.born_links))
    }

    /// Everything that happened to a node, in order of time.
    pub fn node(&self, node: NodeId) -> &[NodeEntry] {
        self.nodes[node.index()].entries()
    }

    /// The tables of a node at some moment.
    pub fn node_at(&self, node: NodeId, at: Instant) -> NodeView {
        self.nodes[node.index()].at(at)
    }

    /// What was rare, in order of time; the first [`MILESTONES_MAX`].
    pub fn milestones(&self) -> &[Milestone] {
        &self.milestones
    }

    /// All runs asked for, in the order of their ids; those that begin later have no entries yet.
    pub fn runs(&self) -> &[RunLog] {
        &self.runs
    }

    /// The programs that commands start, in the order of their ids; those that begin later have no entries yet.
    pub fn programs(&self) -> &[ProgramLog] {
        &self.programs
    }

    /// All programs: those that commands start, and then those that changes of services have started.
    pub fn all_programs(&self) -> impl Iterator<Item = (ProgramId, &ProgramLog)> {
        let services = (SERVICES_FROM..).map(ProgramId).zip(&self.services);
        (0..).map(ProgramId).zip(&self.programs).chain(services)
    }

    /// A program, if there is one of this id.
    pub fn find_program(&self, program: ProgramId) -> Option<&ProgramLog> {
        match program.0.checked_sub(SERVICES_FROM) {
            Some(service) => self.services.get(service as usize),
            None => self.programs.get(program.0 as usize),
        }
    }

    /// A program.
    ///
    /// # Panics
    /// If there is none of this id.
    pub fn program(&self, program: ProgramId) -> &ProgramLog {
        self.find_program(program).expect("a program of this world")
    }

    /// A run.
    pub fn run(&self, run: RunId) -> &RunLog {
        &self.runs[run.0 as usize]
    }
}

impl RunLog {
    /// What had happened by this moment.
    pub fn entries_by(&self, at: Instant) -> &[RunEntry] {
        &self.entries[..self.entries.partition_point(|entry| entry.at <= at)]
    }

    /// What had been measured by this moment.
    pub fn totals_at(&self, at: Instant) -> Totals {
        self.entries_by(at).last().map(|entry| entry.totals).unwrap_or_default()
    }

    /// How it had ended by this moment, if it had.
    pub fn outcome_at(&self, at: Instant) -> Option<&Outcome> {
        match &self.entries_by(at).last()?.event {
            RunEvent::Finished(outcome) => Some(outcome),
            _ => None,
        }
    }
}

/// The key of a MAC table's entry as one number.
fn mac_table_key(vlan: Option<bridge::config::Vlan>, mac: EthernetAddress) -> u64 {
    u64::from(vlan.map_or(0, bridge::config::Vlan::get)) << 48 | encoding::mac_word(mac.0)
}

impl DropReason {
    /// As reports call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::QueueFull => "queue_full",
            Self::Overload => "overload",
            Self::Impaired(LossReason::TooBig) => "too_big",
            Self::Impaired(LossReason::LinkDown) => "link_down",
            Self::Impaired(LossReason::Silence) => "silence",
            Self::Impaired(LossReason::Loss) => "loss",
            Self::Impaired(LossReason::LossOfSmall) => "loss_of_small",
            Self::Impaired(LossReason::Outage) => "outage",
            Self::Impaired(LossReason::LossCorrelated) => "loss_correlated",
            Self::Impaired(LossReason::Burst) => "loss_burst",
            Self::Impaired(LossReason::Every) => "loss_every",
            Self::Impaired(LossReason::Picked) => "picked",
            Self::Early => "red",
            Self::Late => "codel",
            Self::Collisions => "excessive_collisions",
        }
    }
}

impl Refusal {
    /// As reports call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Switch(bridge::Refusal::PortOff)
            | Self::Router(router::Refusal::PortOff)
            | Self::Host(host::Refusal::CardOff) => "port_off",
            Self::Switch(bridge::Refusal::Blocked) => "blocked",
            Self::Switch(bridge::Refusal::OtherVlan) => "other_vlan",
            Self::Switch(bridge::Refusal::TooBig)
            | Self::Router(router::Refusal::TooBig)
            | Self::Host(host::Refusal::TooBig) => "too_big",
            Self::Switch(bridge::Refusal::Malformed) | Self::Router(router::Refusal::Malformed) => {
                "malformed"
            }
            Self::Router(router::Refusal::NotForUs) => "not_for_us",
            Self::Router(router::Refusal::Expired) => "expired",
            Self::Router(router::Refusal::NoRoute) => "no_route",
            Self::Router(router::Refusal::NoNeighbor) => "no_neighbor",
            Self::Router(router::Refusal::NeighborQueueFull) => "neighbor_queue_full",
            Self::Router(router::Refusal::Filtered(_)) => "filtered",
            Self::Router(router::Refusal::Undeliverable) => "nobody_there",
            Self::Router(router::Refusal::TranslationsFull) => "translations_full",
            Self::Router(router::Refusal::NoTranslation) => "no_translation",
            Self::Router(router::Refusal::UnknownOption) => "unknown_option",
            Self::Host(host::Refusal::SocketFull) => "socket_full",
            Self::Host(host::Refusal::BacklogFull) => "backlog_full",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Switch(why) => why.fmt(f),
            Self::Router(why) => why.fmt(f),
            Self::Host(why) => why.fmt(f),
        }
    }
}
