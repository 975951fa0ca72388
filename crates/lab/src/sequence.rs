//! The sequence of frames as a ladder: a lifeline for each node, time downwards, and an arrow for each frame on each wire.
//!
//! | module | what it is |
//! |---|---|
//! | [`axis`] | the vertical position of each moment |
//! | [`lanes`] | the horizontal position of each node |
//! | [`sheet`] | a part of the ladder, laid out: arrows, their texts, moments, gaps |
//! | [`file`](mod@file) | a sheet as an SVG file |
//! | [`recorded`] | what is different for an opened capture |
//! | [`side`] | what a ladder is read from |
//! | [`ladders`] | one ladder, or two of different branches on one axis |
//!
//! A ladder follows the history in small parts and stores only the departure time of each frame on each wire; arrows are made only
//! for the part in view, so that a hundred thousand frames are as quick as ten.
//!
//! "Hosts only" leaves out hubs, switches and routers: an arrow leads from the host that sent a frame to the host that received it.

pub mod axis;
pub mod file;
pub mod ladders;
pub mod lanes;
pub mod recorded;
pub mod sheet;
pub mod side;

use super::inspect::drop_reason;
use crate::Lab;
use crate::command::{Clock, Command, Look};
use crate::format;
use crate::packets::conversation;
use crate::topology::LiveTopology;
use crate::travel::Travel;
use axis::{Axis, Scale, What};
use capture::{Place, Sighting};
use dissect::Label;
use dissect::analysis::{Answer, Mark, Marks, Notes, info};
use netlab::history::{DropReason, Fate, FrameId, Transit, TransitId};
use netlab::topology::{NodeId, NodeKind};
use netlab::{Duration, History, Instant};
use recorded::Recorded;
use side::Side;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::ops::Range;
use texts::t;
use trace::Order;
use trace::Row;
use trace::selection::Selection;
use trace::swatch::{self, Swatch};
use wire::decimal;

/// The vertical zoom of a ladder: each step doubles the height.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Zoom(i8);

impl Zoom {
    /// The smallest.
    pub const MIN: Self = Self(-3);
    /// The largest.
    pub const MAX: Self = Self(5);

    /// Zooms in by this number of steps, up to [`Zoom::MAX`].
    pub fn larger(self, steps: i8) -> Self {
        Self(self.0 + steps).clamp(Self::MIN, Self::MAX)
    }

    fn factor(self) -> f64 {
        if self.0 < 0 { 1.0 / f64::from(1 << -self.0) } else { f64::from(1 << self.0) }
    }

    /// The scale for a lab's network, whose typical frame crosses a link in a second at the speed at which it can be watched;
    /// `rem` is the height of its texts.
    pub fn scale(self, lab: &Lab, rem: f64) -> Scale {
        let factor = self.factor();
        let journey = JOURNEY_REM * factor * rem;
        let scale = Scale {
            per_ns: journey / lab.watchable.ns_per_sec(),
            before_start: ROW_REM * factor.min(1.0) * rem,
            before_end: SLANT_REM * factor.min(1.0) * rem,
            quiet: decimal::clamp(QUIET_JOURNEYS * journey, QUIET_REM.start * rem, QUIET_REM.end * rem),
            busy: (BUSY_JOURNEYS * journey).max(QUIET_REM.start * rem),
        };
        match lab.packets().opened() {
            Some(_) => recorded::scale(lab, scale, factor * rem),
            None => scale,
        }
    }
}

/// The height of a typical frame's transit over a link.
const JOURNEY_REM: f64 = 2.5;
/// The least distance between two arrows, so that their texts do not touch.
const ROW_REM: f64 = 1.4;
const SLANT_REM: f64 = 0.3;
/// A stretch of quiet time higher than this becomes a gap; there has to be room for the gap's text.
const QUIET_JOURNEYS: f64 = 1.2;
const QUIET_REM: Range<f64> = 2.5..8.0;
/// A ladder that exceeds the greatest height is compressed to this share of it.
const ROOM_TO_GROW: f64 = 0.9;
/// The greatest height of a stretch with frames under way, in heights of a typical transit.
const BUSY_JOURNEYS: f64 = 8.0;

/// A frame on a wire, or, between hosts only, on all its wires up to a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rung {
    /// When it left for its last wire.
    sent: Instant,
    /// That wire.
    transit: TransitId,
}

/// All frames of a network in order of time.
pub struct Ladder {
    hosts_only: bool,
    order: Order,
    /// The number of the filter that it was made for.
    generation: usize,
    /// The last transit that was read, and the address of its bytes in memory, which distinguishes one world from the next.
    seen: Option<(TransitId, usize)>,
    is_complete: bool,
    /// The scale that was asked for.
    wanted: Scale,
    rungs: Rungs,
    /// If it is of an opened capture.
    recorded: Option<Recorded>,
}

struct Rungs {
    axis: Axis,
    rungs: VecDeque<Rung>,
    /// For each frame its first wire, by the frame's number from this one on.
    first_frame: u64,
    first_wires: VecDeque<Option<TransitId>>,
    /// Arrivals and drops that are later than the last departure that was read.
    deaths: BinaryHeap<Reverse<Instant>>,
    /// The moment of the last arrival or drop of the frames that were read.
    quiet_from: Instant,
    /// Whether nothing has been under way since the last event on the axis.
    was_quiet: bool,
    /// The longest duration of a rung, so that a binary search finds the rungs in view.
    longest: Duration,
    /// For each node whether it has a rung.
    used: Vec<bool>,
}

/// A frame as an arrow.
#[derive(Clone, Debug, PartialEq)]
pub struct Arrow {
    /// The wire on which it arrived or was dropped.
    pub transit: TransitId,
    /// The frame.
    pub frame: FrameId,
    /// Its sender.
    pub from: NodeId,
    /// Its receiver, even if it never arrived.
    pub to: NodeId,
    /// When its first bit left.
    pub start: Instant,
    /// When its last bit arrived, or would have arrived.
    pub arrival: Instant,
    /// If it was dropped: the reason, and the position on the link, from 0 to 1.
    pub lost: Option<(DropReason, f64)>,
    /// The label.
    pub label: Label,
    /// One or two letters where there is no room for the label.
    pub cue: &'static str,
    /// Its kind, which gives it its color.
    pub swatch: Swatch,
    /// Its relation to earlier packets.
    pub notes: Notes,
}

impl Ladder {
    /// An empty ladder at the beginning of a world.
    pub fn new(hosts_only: bool, scale: Scale) -> Self {
        Self {
            hosts_only,
            order: Order::new(Place::Everywhere),
            generation: 0,
            seen: None,
            is_complete: false,
            wanted: scale,
            recorded: None,
            rungs: Rungs {
                axis: Axis::new(scale),
                rungs: VecDeque::new(),
                first_frame: 0,
                first_wires: VecDeque::new(),
                deaths: BinaryHeap::new(),
                quiet_from: Instant::ZERO,
                was_quiet: true,
                longest: Duration::ZERO,
                used: Vec::new(),
            },
        }
    }

    /// The vertical position of each moment.
    pub fn axis(&self) -> &Axis {
        &self.rungs.axis
    }

    /// The number of transits that are drawn.
    pub fn transit_count(&self) -> usize {
        self.rungs.rungs.len()
    }

    /// Whether it has all frames of the history.
    pub fn is_complete(&self) -> bool {
        self.is_complete
    }

    /// Changes the scale; the ladder gets no higher than `height_max`.
    pub fn set_scale(&mut self, scale: Scale, height_max: f64) {
        let axis = &mut self.rungs.axis;
        // A ladder that was compressed stays so until another scale is wanted, or it is too high again.
        if self.wanted != scale || axis.height() > height_max {
            self.wanted = scale;
            axis.set_scale(scale);
            if axis.height() > height_max {
                // A little less, so that it has room to grow.
                axis.set_scale(scale.shrunk(height_max * ROOM_TO_GROW / axis.height()));
            }
        }
    }

    /// Takes what has happened, as long as it may: what passes the filter. For another world or filter, or with or without what
    /// is between the hosts, it begins again.
    pub fn follow(&mut self, side: Side<'_>, hosts_only: bool, go_on: &mut dyn FnMut() -> bool) {
        if side.lab.packets().opened().is_some() {
            return self.follow_capture(side.lab, hosts_only, go_on);
        }
        if self.recorded.is_some() {
            *self = Self::new(hosts_only, self.wanted);
        }
        let Side { history, trace, topology, now, .. } = side;
        let same_world = self.seen.is_none_or(|(transit, bytes)| match history.transit(transit) {
            Some(transit) => transit.frame.as_ptr() as usize == bytes,
            None => history.transits().next().is_some_and(|oldest| oldest.id > transit),
        });
        if self.generation != trace.generation() || self.hosts_only != hosts_only || !same_world {
            *self = Self { generation: trace.generation(), ..Self::new(hosts_only, self.wanted) };
        }
        self.is_complete = false;
        // What was not sifted yet does not pass: it would be left out for good.
        if side.is_filtered() && !trace.is_complete() {
            return;
        }
        let Self { order, seen, is_complete, rungs, .. } = self;
        rungs.forget(history);
        *is_complete = true;
        order.take(history, now, &mut |sighting, transit| {
            *seen = Some((transit.id, transit.frame.as_ptr() as usize));
            if sighting.sent && transit.first {
                rungs.set_first_wire(transit.frame_id, transit.id);
            }
            if trace.passes(transit.frame_id) != Some(false) {
                rungs.add(history, topology, hosts_only, sighting, transit);
            }
            *is_complete = go_on();
            *is_complete
        });
        rungs.die_until(now);
    }

    /// The same for an opened capture.
    fn follow_capture(&mut self, lab: &Lab, hosts_only: bool, go_on: &mut dyn FnMut() -> bool) {
        let trace = lab.packets().trace();
        let is_same = self.recorded.as_ref().is_some_and(|recorded| recorded.is_of(lab));
        if !is_same || self.generation != trace.generation() {
            *self = Self {
                generation: trace.generation(),
                recorded: Recorded::of(lab),
                ..Self::new(hosts_only, self.wanted)
            };
        }
        self.is_complete = false;
        // What was not sifted yet does not pass: it would be left out for good.
        if !lab.packets().applied().is_empty() && !trace.is_complete() {
            return;
        }
        let Self { recorded: Some(recorded), rungs: Rungs { rungs, axis, .. }, is_complete, .. } = self
        else {
            return;
        };
        *is_complete = recorded.follow(lab, rungs, &mut |at| axis.push(at, What::Start, true), go_on);
    }

    /// What it knows of the capture that it shows.
    pub fn recorded(&self) -> Option<&Recorded> {
        self.recorded.as_ref()
    }

    /// Whether this node has a lifeline. With a filter only the nodes that a filtered frame passes have one.
    pub fn shows(&self, side: Side<'_>, node: NodeId) -> bool {
        if !side.has(node) {
            return false;
        }
        let is_host = matches!(side.topology.node(node).kind, NodeKind::Host(_));
        let used = self.rungs.used.get(node.index()).copied().unwrap_or(false);
        (is_host || !self.hosts_only) && (used || !side.is_filtered() || self.transit_count() == 0)
    }

    /// The places, in order of time, of the rungs that may be visible between two moments.
    pub fn between(&self, from: Instant, until: Instant) -> Range<usize> {
        let rungs = &self.rungs;
        // Between hosts a rung may have left long before its last wire.
        let until = if self.hosts_only { until + rungs.longest } else { until };
        let earliest = from.nanos().saturating_sub(rungs.longest.nanos());
        rungs.rungs.partition_point(|rung| rung.sent.nanos() < earliest)
            ..rungs.rungs.partition_point(|rung| rung.sent <= until)
    }

    /// The place of a frame on a wire; `None` if it is not on the ladder.
    pub fn place_of(&self, history: &History, transit: TransitId) -> Option<usize> {
        if self.recorded.is_some() {
            let rungs = &self.rungs.rungs;
            let place = rungs.partition_point(|rung| rung.transit < transit);
            return rungs.get(place).filter(|rung| rung.transit == transit).map(|_| place);
        }
        let sent = history.transit(transit).map(sent)?;
        let from = self.rungs.rungs.partition_point(|rung| rung.sent < sent);
        let mut same = (from..self.transit_count()).take_while(|&place| self.rungs.rungs[place].sent == sent);
        same.find(|&place| self.rungs.rungs[place].transit == transit)
    }

    /// The place of the first rung that begins at this moment or after it.
    pub fn first_from(&self, at: Instant) -> usize {
        self.rungs.rungs.partition_point(|rung| rung.sent < at)
    }

    /// The transit at this place.
    pub fn transit_at(&self, place: usize) -> Option<TransitId> {
        self.rungs.rungs.get(place).map(|rung| rung.transit)
    }

    /// The first wire of the arrow at this place and the last one, in this history.
    pub(crate) fn wires<'a>(&self, history: &'a History, place: usize) -> Option<[&'a Transit; 2]> {
        let last = history.transit(self.rungs.rungs.get(place)?.transit)?;
        Some([self.origin(history, last), last])
    }

    /// From when to when the frame at this place was under way, until its arrival or drop.
    pub fn lasts(&self, history: &History, place: usize) -> Option<(Instant, Instant)> {
        let rung = self.rungs.rungs.get(place)?;
        if self.recorded.is_some() {
            return Some((rung.sent, rung.sent));
        }
        let transit = history.transit(rung.transit)?;
        Some((sent(self.origin(history, transit)), transit.gone()))
    }

    /// The arrow at this place.
    pub fn arrow(&self, side: Side<'_>, place: usize) -> Option<Arrow> {
        let Side { history, topology, .. } = side;
        let rung = self.rungs.rungs.get(place)?;
        if let Some(recorded) = &self.recorded {
            return recorded.arrow(side.lab, place, rung.transit);
        }
        let transit = history.transit(rung.transit)?;
        let origin = self.origin(history, transit);
        let (start, arrival) = (sent(origin), transit.arrival);
        let lost = match transit.fate {
            Fate::Delivered => None,
            Fate::Dropped { reason, at } => {
                let share = |ns: Duration| ns.nanos() as f64;
                let whole = share(transit.arrival.max(at) - sent(transit)).max(1.0);
                Some((reason, share(at - sent(transit).min(at)) / whole))
            }
        };
        let message = dissect::meaning(&transit.frame).message;
        let label = message.label();
        Some(Arrow {
            transit: transit.id,
            frame: transit.frame_id,
            from: topology.sender(origin.direction),
            to: topology.receiver(transit.direction),
            start,
            arrival: arrival.max(start),
            lost,
            swatch: Swatch::of_message(&message),
            cue: swatch::cue(&message),
            label,
            notes: self.row(side, transit).map(|row| row.notes).unwrap_or_default(),
        })
    }

    /// The row of this frame in the packet list.
    fn row<'a>(&self, side: Side<'a>, transit: &Transit) -> Option<&'a Row> {
        let first = self.rungs.first_wire(transit.frame_id).unwrap_or(transit.id);
        side.trace.row(side.trace.find(side.history, first)?)
    }

    /// The first wire of the arrow that ends with this wire.
    fn origin<'a>(&self, history: &'a History, transit: &'a Transit) -> &'a Transit {
        let first = self.rungs.first_wire(transit.frame_id).filter(|_| self.hosts_only);
        first.and_then(|first| history.transit(first)).unwrap_or(transit)
    }

    /// The arrow as a sentence, for screen readers.
    pub fn sentence(&self, side: Side<'_>, arrow: &Arrow) -> String {
        let Side { lab, topology, history, .. } = side;
        let name = |node: NodeId| match &self.recorded {
            Some(recorded) => recorded.names().get(node.index()).map_or("", String::as_str),
            None => &topology.node(node).name,
        };
        let (at, from, to) = (format::clock(arrow.start), name(arrow.from), name(arrow.to));
        let mut text = format!("{at}\u{a0}s: {from} → {to}: ");
        let frame = match &self.recorded {
            Some(_) => lab.packets().trace().shown(lab.source(), arrow.transit.0 as usize),
            None => history.transit(arrow.transit).map(|transit| (&transit.frame).into()),
        };
        if let Some(frame) = frame {
            text += dissect::protocol(frame).name();
            text += " ";
            text += &info(frame, &arrow.notes, Answer::Unknown);
        }
        if let Some((reason, _)) = arrow.lost {
            text = t!("{text}; lost: {}", drop_reason(reason));
        }
        text
    }

    /// The command that selects this frame on this wire.
    pub fn look_at(lab: &Lab, transit: TransitId) -> Vec<Command> {
        let (history, packets) = (lab.world.history(), lab.packets());
        if packets.opened().is_some() {
            return vec![Look::Packet(transit.0 as usize).into()];
        }
        match (packets.trace().find(history, transit), history.transit(transit)) {
            (Some(number), _) if packets.trace().row(number).is_some_and(|row| row.transit == transit) => {
                vec![Look::Packet(number).into()]
            }
            // The list has it on another wire, or not at all.
            (_, Some(seen)) => {
                let travel = Clock::Travel(Travel::To(half_way(seen)));
                vec![Look::Select(Some(Selection::Frame(transit))).into(), travel.into()]
            }
            _ => Vec::new(),
        }
    }

    /// The same for a frame of the other branch, which cannot be selected: the command that goes to it.
    pub fn look_there(lab: &Lab, transit: TransitId) -> Vec<Command> {
        let seen = lab.there().and_then(|side| side.history.transit(transit));
        seen.map(|seen| Clock::Travel(Travel::To(half_way(seen))).into()).into_iter().collect()
    }

    /// The transit of the arrow that is selected; of an opened capture its packet.
    pub fn selected(lab: &Lab) -> Option<TransitId> {
        match (lab.packets().opened(), lab.selection) {
            (Some(_), _) => lab.selected_packet().map(|number| TransitId(number as u64)),
            (None, Some(Selection::Frame(transit))) => Some(transit),
            (None, Some(Selection::Node(_) | Selection::Link(_)) | None) => None,
        }
    }

    /// The frame of the arrow that is selected.
    pub fn selected_frame(lab: &Lab) -> Option<FrameId> {
        let selected = Self::selected(lab)?;
        match lab.packets().opened() {
            Some(_) => Some(FrameId(selected.0)),
            None => lab.world.history().transit(selected).map(|transit| transit.frame_id),
        }
    }

    /// The display filter of the conversation that the selected arrow, node or link belongs to.
    pub fn selected_conversation(lab: &Lab) -> Option<String> {
        if lab.packets().opened().is_some() {
            let row = lab.packets().trace().row(lab.selected_packet()?)?;
            return Some(conversation::filter(lab.source().bytes(row)?, row.notes.stream));
        }
        Self::conversation(lab, lab.selection?)
    }

    /// The display filter of the conversation that a node, a link or a frame belongs to.
    pub fn conversation(lab: &Lab, selection: Selection) -> Option<String> {
        let topology = lab.whole();
        let host = |node: NodeId| topology.host(node).map(|host| format!("eth.addr == {}", host.mac(node)));
        match selection {
            Selection::Node(node) => host(node),
            Selection::Link(link) => topology.link(link).ends.into_iter().find_map(host),
            Selection::Frame(transit) => {
                let (history, trace) = (lab.world.history(), lab.trace());
                let transit = history.transit(transit)?;
                let stream =
                    trace.find(history, transit.id).and_then(|number| trace.row(number)?.notes.stream);
                Some(conversation::filter((&transit.frame).into(), stream))
            }
        }
    }
}

/// When a frame is half on its way.
fn half_way(transit: &Transit) -> Instant {
    sent(transit) + Duration::from_nanos((transit.gone() - sent(transit)).nanos() / 2)
}

/// When a frame leaves for this wire; for a frame that was dropped before that, when it was queued.
fn sent(transit: &Transit) -> Instant {
    transit.start.min(transit.gone())
}

impl Rungs {
    fn add(
        &mut self,
        history: &History,
        topology: LiveTopology<'_>,
        hosts_only: bool,
        sighting: Sighting,
        transit: &Transit,
    ) {
        self.die_until(sighting.at);
        let (from, to) = (topology.sender(transit.direction), topology.receiver(transit.direction));
        let to_host = matches!(topology.node(to).kind, NodeKind::Host(_));
        if !sighting.sent {
            if to_host || !hosts_only {
                self.happens(sighting.at, What::End);
            }
            return;
        }
        self.was_quiet |= sighting.at > self.quiet_from;
        self.quiet_from = self.quiet_from.max(transit.gone());
        if transit.first || !hosts_only {
            self.happens(sighting.at, What::Start);
        }
        let lost = transit.fate != Fate::Delivered;
        if lost {
            self.deaths.push(Reverse(transit.gone()));
        }
        if hosts_only && !lost && !to_host {
            return;
        }
        let first = self.first_wire(transit.frame_id).filter(|_| hosts_only);
        let origin = first.and_then(|first| history.transit(first)).unwrap_or(transit);
        let lasts = transit.arrival.max(transit.gone()) - sent(origin);
        self.longest = self.longest.max(lasts);
        for node in [if hosts_only { topology.sender(origin.direction) } else { from }, to] {
            if self.used.len() <= node.index() {
                self.used.resize(node.index() + 1, false);
            }
            self.used[node.index()] = true;
        }
        self.rungs.push_back(Rung { sent: sighting.at, transit: transit.id });
    }

    fn die_until(&mut self, at: Instant) {
        while self.deaths.peek().is_some_and(|Reverse(death)| *death <= at) {
            let Some(Reverse(death)) = self.deaths.pop() else { return };
            self.happens(death, What::End);
        }
    }

    fn happens(&mut self, at: Instant, what: What) {
        self.axis.push(at, what, std::mem::take(&mut self.was_quiet));
    }

    fn set_first_wire(&mut self, frame: FrameId, transit: TransitId) {
        if self.first_wires.is_empty() {
            self.first_frame = frame.0;
        }
        let Some(place) = frame.0.checked_sub(self.first_frame) else { return };
        let place = place as usize;
        if self.first_wires.len() <= place {
            self.first_wires.resize(place + 1, None);
        }
        self.first_wires[place] = Some(transit);
    }

    fn first_wire(&self, frame: FrameId) -> Option<TransitId> {
        *self.first_wires.get(frame.0.checked_sub(self.first_frame)? as usize)?
    }

    fn forget(&mut self, history: &History) {
        let is_gone = |transit: TransitId| history.transit(transit).is_none();
        let before = self.rungs.len();
        while self.rungs.front().is_some_and(|rung| is_gone(rung.transit)) {
            self.rungs.pop_front();
        }
        let oldest = history.transits().next().map_or(TransitId(0), |transit| transit.id);
        while let Some(wire) = self.first_wires.front()
            && wire.is_some_and(|wire| wire < oldest)
        {
            self.first_wires.pop_front();
            self.first_frame += 1;
        }
        if let (true, Some(first)) = (self.rungs.len() < before, self.rungs.front()) {
            self.axis.forget_before(first.sent);
        }
    }
}

impl Arrow {
    /// The text beside the label: TCP's relative sequence numbers, or the response time.
    pub fn detail(&self) -> String {
        let Notes { seq, ack, len, after_ns, answers, .. } = self.notes;
        let is_tcp = matches!(self.swatch, Swatch::TcpControl | Swatch::TcpData | Swatch::TcpAck);
        if is_tcp && self.notes.stream.is_some() {
            let mut text = format!("Seq={seq}");
            for (name, value) in [(" Ack=", ack), (" Len=", len)] {
                if value > 0 {
                    text += name;
                    text += &value.to_string();
                }
            }
            return text;
        }
        match answers {
            Some(_) if after_ns > 0 => t!("after {}", format::duration(Duration::from_nanos(after_ns))),
            _ => String::new(),
        }
    }

    /// The analysis mark of the packet, in short.
    pub fn remark(&self) -> Option<&'static str> {
        let marks: Marks = self.notes.marks;
        let special = [Mark::FastRetransmission, Mark::SpuriousRetransmission];
        let mark = special.into_iter().find(|&mark| marks.contains(mark));
        let mark = mark.or_else(|| marks.iter().find(|&mark| mark != Mark::Request))?;
        Some(mark.name().trim_start_matches("TCP "))
    }

    /// Whether its text has priority over others: it opens or closes a connection, was dropped, or has an analysis mark.
    pub fn stands_out(&self) -> bool {
        self.swatch == Swatch::TcpControl || self.lost.is_some() || self.remark().is_some()
    }
}

#[cfg(test)]
mod tests;
