//! What happened: every frame on every wire, every change of a table or socket, every step of a run.
//!
//! The page reads only this, never the live world, so live, paused and rewound are one path. A frame's journey over a
//! link is one [`Transit`], complete from the moment the frame is handed to the link (see [`vnetif::line`]). The hash
//! covers every event in order and every byte that went onto a wire; it does not depend on how the run was sliced.
//!
//! Histories are bounded: beyond [`Limits`] the oldest transits go first, and [`History::complete_since`] says so.

mod moments;

pub use moments::Stride;

use crate::run::{Outcome, RunEntry, RunEvent, RunId, RunSpec, Totals};
use crate::topology::{Direction, LinkId, NodeId};
use smoltcp::wire::{EthernetAddress, IpAddress, IpEndpoint};
use std::collections::{BTreeMap, VecDeque};
use vnetif::impair::LossReason;
use vnetif::line::Journey;
use vnetif::{Frame, Instant, PortId};
use xxhash_rust::xxh3::{Xxh3Default, xxh3_64};

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
    /// It is the frame's first wire: its sender is the host that made it.
    pub first: bool,
    /// No transit of this direction up to this one lasts longer: makes finding those in flight a binary search.
    last_arrival: Instant,
    /// How many of this direction were dropped before this one.
    dropped_before: u64,
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
}

/// A change in a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeEvent {
    /// A switch learned where an address is.
    MacLearned {
        /// The address.
        mac: EthernetAddress,
        /// The port behind which it is.
        port: PortId,
    },
    /// A switch forgot it.
    MacForgotten {
        /// The address.
        mac: EthernetAddress,
    },
    /// A host learned a neighbor's address, by ARP (RFC 826) or NDP (RFC 4861). Derived from what arrived on the wire by
    /// smoltcp's own rules, since its cache cannot be read.
    Neighbor {
        /// The neighbor's IP address.
        ip: IpAddress,
        /// Its Ethernet address.
        mac: EthernetAddress,
    },
    /// A socket was opened, or changed.
    Socket {
        /// Which one: counted over the host's life.
        socket: u32,
        /// What it is now.
        state: SocketState,
    },
    /// A socket is gone.
    SocketGone {
        /// Which one.
        socket: u32,
    },
    /// A host sent a frame but has no cable.
    NoCable,
}

/// What can be seen of a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SocketState {
    /// A TCP socket.
    Tcp {
        /// RFC 9293, 3.3.2.
        state: smoltcp::socket::tcp::State,
        /// Port 0 and no address mean "not yet".
        local: Option<IpEndpoint>,
        /// The other side.
        remote: Option<IpEndpoint>,
        /// The port it listens on, or will be bound to.
        port: u16,
    },
    /// A bound UDP socket.
    Udp {
        /// Its port.
        port: u16,
    },
    /// An ICMP socket.
    Icmp {
        /// The identifier of its echo requests.
        ident: u16,
    },
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

/// A table of a node at some moment: everything that its events up to then amount to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NodeView {
    /// A switch's MAC table: address, port, since when; in order of address.
    pub macs: Vec<(EthernetAddress, PortId, Instant)>,
    /// A host's neighbors: IP address, Ethernet address, when last learned; in order of address.
    pub neighbors: Vec<(IpAddress, EthernetAddress, Instant)>,
    /// A host's sockets, in order of opening: number, state, in it since when.
    pub sockets: Vec<(u32, SocketState, Instant)>,
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
    nodes: Vec<Vec<NodeEntry>>,
    /// When each node is added: never before the one in front of it. The links likewise.
    born_nodes: Vec<Instant>,
    born_links: Vec<Instant>,
    runs: Vec<RunLog>,
    hash: Xxh3Default,
}

#[derive(Default)]
struct DirectionLog {
    /// Numbers of the transits kept.
    kept: VecDeque<TransitId>,
    totals: DirectionTotals,
    last_arrival: Instant,
}

/// Counters of one direction of a link. Always sent = delivered + dropped + what is under way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DirectionTotals {
    /// Frames handed to it.
    pub sent: u64,
    /// Frames that arrived.
    pub delivered: u64,
    /// Frames dropped, by reason, in order of reason.
    pub dropped: BTreeMap<DropReason, u64>,
}

/// What the world says of a frame that it hands to a link.
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
            nodes: Vec::new(),
            born_nodes: Vec::new(),
            born_links: Vec::new(),
            runs: Vec::new(),
            hash: Xxh3Default::new(),
        }
    }

    // ---- what the world writes ----

    pub(crate) fn add_node(&mut self, born: Instant) {
        self.nodes.push(Vec::new());
        self.born_nodes.push(born);
    }

    pub(crate) fn add_link(&mut self, born: Instant) {
        self.directions.extend([DirectionLog::default(), DirectionLog::default()]);
        self.born_links.push(born);
    }

    pub(crate) fn hand_over(&mut self, handed: Handed) {
        let Handed { frame_id, frame, new_bytes, direction, queued, journey, fate, first } = handed;
        let Journey { start, end, arrival } = journey;
        if new_bytes {
            self.fold(0, queued, [frame_id.0, frame.len() as u64, xxh3_64(&frame), 0]);
        }
        let fate_code = match fate {
            Fate::Delivered => 0,
            Fate::Dropped { reason, .. } => reason.code(),
        };
        self.fold(1, queued, [direction.index() as u64, frame_id.0, arrival.nanos(), fate_code]);

        let id = TransitId(self.first + self.transits.len() as u64);
        self.frame_bytes += frame.len();
        let log = &mut self.directions[direction.index()];
        let dropped_before = log.totals.dropped.values().sum();
        log.totals.sent += 1;
        if let Fate::Dropped { reason, .. } = fate {
            *log.totals.dropped.entry(reason).or_default() += 1;
        }
        log.last_arrival = log.last_arrival.max(arrival);
        log.kept.push_back(id);
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
            last_arrival,
            dropped_before,
        });
        while self.transits.len() > self.limits.transits || self.frame_bytes > self.limits.frame_bytes {
            self.forget_oldest();
        }
    }

    pub(crate) fn arrived(&mut self, direction: Direction) {
        self.directions[direction.index()].totals.delivered += 1;
    }

    pub(crate) fn node_event(&mut self, at: Instant, node: NodeId, event: NodeEvent) {
        self.fold_text(2, at, &format_args!("{} {event:?}", node.0));
        self.nodes[node.index()].push(NodeEntry { at, event });
    }

    pub(crate) fn add_run(&mut self, start: Instant, spec: RunSpec) -> RunId {
        self.runs.push(RunLog { spec, start, entries: Vec::new() });
        RunId(self.runs.len() as u32 - 1)
    }

    pub(crate) fn run_event(&mut self, at: Instant, run: RunId, event: RunEvent, totals: Totals) {
        self.fold(3, at, [u64::from(run.0), 0, 0, 0]);
        for words in totals.words() {
            self.fold(5, at, words);
        }
        // By far the most frequent, and it says nothing but its totals.
        if event != RunEvent::Progress {
            self.fold_text(6, at, &format_args!("{event:?}"));
        }
        self.runs[run.0 as usize].entries.push(RunEntry { at, event, totals });
    }

    pub(crate) fn command(&mut self, at: Instant, command: &impl std::fmt::Debug) {
        self.fold_text(4, at, &format_args!("{command:?}"));
    }

    fn forget_oldest(&mut self) {
        let Some(oldest) = self.transits.pop_front() else { return };
        self.first += 1;
        self.frame_bytes -= oldest.frame.len();
        self.directions[oldest.direction.index()].kept.pop_front();
        self.complete_since = self.complete_since.max(oldest.gone());
    }

    fn fold(&mut self, kind: u8, at: Instant, words: [u64; 4]) {
        // One update of a fixed shape: unambiguous, and several times as quick as one for each word.
        let mut bytes = [kind; 41];
        let (words_bytes, _) = bytes[1..].as_chunks_mut::<8>();
        for (place, word) in words_bytes.iter_mut().zip([at.nanos()].into_iter().chain(words)) {
            *place = word.to_le_bytes();
        }
        self.hash.update(&bytes);
    }

    /// For events that are rare: their `Debug` text is as exact as any encoding and cannot forget a field.
    fn fold_text(&mut self, kind: u8, at: Instant, text: &std::fmt::Arguments<'_>) {
        let text = text.to_string();
        self.fold(kind, at, [text.len() as u64, 0, 0, 0]);
        self.hash.update(text.as_bytes());
    }

    // ---- what everyone else reads ----

    /// A hash of everything that has happened, in order: equal histories have equal hashes, natively and in wasm.
    /// Shown as 16 hexadecimal digits. XXH3, 64 bits: tells accidents apart, not forgeries.
    pub fn hash(&self) -> u64 {
        self.hash.digest()
    }

    /// Before this moment some transits have been forgotten to stay within the limits; tables, runs, counters and the
    /// hash are complete for all time.
    pub fn complete_since(&self) -> Instant {
        self.complete_since
    }

    /// All transits kept, in order of handing over.
    pub fn transits(&self) -> impl DoubleEndedIterator<Item = &Transit> + ExactSizeIterator {
        self.transits.iter()
    }

    /// One transit, if it is still kept.
    pub fn transit(&self, id: TransitId) -> Option<&Transit> {
        self.transits.get(usize::try_from(id.0.checked_sub(self.first)?).ok()?)
    }

    /// The transits of a direction that waited, travelled or were dropped at some moment of `from..=to`, in order.
    pub fn passing(
        &self,
        direction: Direction,
        from: Instant,
        to: Instant,
    ) -> impl DoubleEndedIterator<Item = &Transit> {
        let kept = &self.directions[direction.index()].kept;
        let get = |&id: &TransitId| self.transit(id).expect("the index lists only what is kept");
        let first = kept.partition_point(|id| get(id).last_arrival < from);
        let last = kept.partition_point(|id| get(id).queued <= to);
        kept.range(first..last.max(first)).map(get).filter(move |transit| transit.gone() >= from)
    }

    /// The counters of a direction, now (at the live edge).
    pub fn totals(&self, direction: Direction) -> &DirectionTotals {
        &self.directions[direction.index()].totals
    }

    /// How many frames of a direction had been dropped by this moment.
    pub fn dropped_by(&self, direction: Direction, at: Instant) -> u64 {
        let kept = &self.directions[direction.index()].kept;
        let next = kept.partition_point(|&id| self.transit(id).is_some_and(|transit| transit.queued <= at));
        match kept.get(next) {
            Some(&id) => self.transit(id).expect("kept").dropped_before,
            None => self.totals(direction).dropped.values().sum(),
        }
    }

    /// When this node was added, or will be; zero for those of the start.
    pub fn born_node(&self, node: NodeId) -> Instant {
        self.born_nodes[node.index()]
    }

    /// When this link was added, or will be; zero for those of the start.
    pub fn born_link(&self, link: LinkId) -> Instant {
        self.born_links[link.index()]
    }

    /// When the last node or link is added.
    pub(crate) fn last_addition(&self) -> Instant {
        let last = |born: &[Instant]| born.last().copied().unwrap_or_default();
        last(&self.born_nodes).max(last(&self.born_links))
    }

    /// Everything that happened to a node, in order of time.
    pub fn node(&self, node: NodeId) -> &[NodeEntry] {
        &self.nodes[node.index()]
    }

    /// The tables of a node at some moment.
    pub fn node_at(&self, node: NodeId, at: Instant) -> NodeView {
        let mut macs = BTreeMap::new();
        let mut neighbors = BTreeMap::new();
        let mut sockets = BTreeMap::new();
        let entries = self.node(node);
        for NodeEntry { at, event } in &entries[..entries.partition_point(|entry| entry.at <= at)] {
            match *event {
                NodeEvent::MacLearned { mac, port } => {
                    macs.insert(mac, (mac, port, *at));
                }
                NodeEvent::MacForgotten { mac } => {
                    macs.remove(&mac);
                }
                NodeEvent::Neighbor { ip, mac } => {
                    neighbors.insert(ip, (ip, mac, *at));
                }
                NodeEvent::Socket { socket, state } => {
                    sockets.insert(socket, (socket, state, *at));
                }
                NodeEvent::SocketGone { socket } => {
                    sockets.remove(&socket);
                }
                NodeEvent::NoCable => {}
            }
        }
        NodeView {
            macs: macs.into_values().collect(),
            neighbors: neighbors.into_values().collect(),
            sockets: sockets.into_values().collect(),
        }
    }

    /// All runs asked for, in the order of their ids; those that begin later have no entries yet.
    pub fn runs(&self) -> &[RunLog] {
        &self.runs
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

impl DropReason {
    const fn code(self) -> u64 {
        match self {
            Self::QueueFull => 1,
            Self::Overload => 1 << 32,
            Self::Impaired(reason) => 2 + reason as u64,
        }
    }

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
        }
    }
}
