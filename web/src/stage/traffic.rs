//! Everything that moves, at one moment: frames on the lanes, light in the cables, queues at the ports, deaths, arrivals.
//!
//! Pure: histories and layouts in, marks out; no canvas. The [`Painter`](super::paint) draws what is here and
//! [`hit`](super::hit) finds what is here, so what is seen and what can be pointed at are the same.
//!
//! # How much is shown of a frame
//!
//! By how much room it has between its neighbours, all along its way (see [`Journey::gap_to`]): a capsule with its label, a
//! pill with one or two letters, a mark in its protocol's shape, or a piece of a band. Nothing ever overlaps on a lane, and
//! a frame keeps its form on its whole way unless another one is handed over behind it.
//!
//! # What it costs
//!
//! Bounded, whatever the network does: at most [`VISITS_MAX`] transits are looked at for one animation frame. On a direction
//! that has more in flight than its share, the lane is sampled instead, one transit every few pixels, each found by a
//! binary search; at that density they are a band anyway.

use super::journey::{Journey, Phase};
use super::layout::{Lane, Layout};
use super::looks::{Look, Looks};
use super::palette::Swatch;
use kurbo::{Point, Vec2};
use netlab::History;
use netlab::history::{DropReason, FrameId, TransitId};
use netlab::topology::{Direction, End, LinkId, Topology};
use vnetif::Instant;
use vnetif::impair::LossReason;

/// Transits looked at for one animation frame, in all.
pub const VISITS_MAX: usize = 12_000;
/// Of those, in one direction at most.
const VISITS_DIRECTION_MAX: usize = 3_000;
/// Transits of the past looked at for their afterglow, in one direction.
const VISITS_PAST_MAX: usize = 400;
/// One sample for so many pixels where there are too many frames to look at each.
const SAMPLE_PX: f64 = 3.0;
/// A death is seen for this long, in the viewer's seconds.
pub const DEATH_SECS: f64 = 1.2;
/// An arrival's pulse is seen for this long, in the viewer's seconds.
pub const PULSE_SECS: f64 = 0.45;
/// A port's light glows for this long after a frame, in the viewer's seconds.
const GLOW_SECS: f64 = 0.16;
/// Bodies of dead frames shown at one place.
const BODIES_MAX: usize = 4;
/// Frames in a queue that are drawn one by one.
const SLOTS_MAX: usize = 64;
/// The light of the shortest frame is still seen.
const LIGHT_PX_MIN: f64 = 4.0;
/// A lane with this many frames too small for a label gets one label for all of them.
const TALLY_MIN: usize = 3;

/// The moment looked at.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// The playhead in virtual nanoseconds.
    pub at: u64,
    /// Virtual nanoseconds in one of the viewer's seconds.
    pub rate: f64,
    /// The selected frame.
    pub selected: Option<FrameId>,
    /// The frame under the pointer.
    pub hovered: Option<FrameId>,
}

/// Everything that moves.
#[derive(Default)]
pub struct Traffic {
    /// Frames on lanes.
    pub marks: Vec<Mark>,
    /// Stretches of lanes where frames follow each other too closely to be told apart.
    pub bands: Vec<Stretch>,
    /// Bits in cable cores.
    pub lights: Vec<Stretch>,
    /// Queues that hold something.
    pub queues: Vec<Queue>,
    /// The frames in them.
    pub slots: Vec<Slot>,
    /// Frames that were dropped a moment ago.
    pub deaths: Vec<Death>,
    /// Frames that arrived a moment ago.
    pub pulses: Vec<Pulse>,
    /// How brightly each port's light shines, by link and end: `2 × link + end`.
    pub glow: Vec<f64>,
    /// One label for many small marks.
    pub tallies: Vec<Tally>,
    /// Frames on wires.
    pub moving: usize,
    trips: Vec<Trip>,
}

/// A frame's journey, and what it looks like.
#[derive(Clone, Copy, Debug)]
pub struct Trip {
    /// When it is where.
    pub journey: Journey,
    /// Its look.
    pub look: Look,
}

/// How much is shown of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// A piece of a band.
    Band,
    /// Its protocol's shape.
    Dot,
    /// One or two letters.
    Pill,
    /// Its label.
    Capsule,
}

/// Whether a frame is pointed at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Focus {
    /// No.
    None,
    /// By the pointer.
    Hovered,
    /// It is selected.
    Selected,
}

/// A frame on a lane.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    /// Which transit.
    pub transit: TransitId,
    /// Its look.
    pub look: Look,
    /// How much is shown of it.
    pub form: Form,
    /// Its middle.
    pub center: Point,
    /// Along the lane, of length 1, for letters.
    pub reading: Vec2,
    /// Half its extent along the lane and across it.
    pub half: Vec2,
    /// Whether it is pointed at.
    pub focus: Focus,
}

/// A stretch of a lane or of a cable's core. Frames of one swatch that follow each other without a gap share one: drawing
/// each would cost more and look the same.
#[derive(Clone, Copy, Debug)]
pub struct Stretch {
    /// The end that is nearer to the sender.
    pub tail: Point,
    /// The end that is nearer to the receiver.
    pub head: Point,
    /// How thick.
    pub width: f64,
    /// Whose.
    pub swatch: Swatch,
}

/// Frames that wait at a port. A vessel along the cable whose length is the queue's capacity in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Queue {
    /// Where the next one to leave is: beside the port.
    pub origin: Point,
    /// Away from the port, of length 1.
    pub unit: Vec2,
    /// As on the lane, for letters.
    pub reading: Vec2,
    /// The vessel's length: all the bytes that may wait.
    pub length: f64,
    /// Its height.
    pub height: f64,
    /// The part of it that is full, by bytes.
    pub level: f64,
    /// How many frames wait.
    pub count: usize,
    /// There are more than were counted.
    pub more: bool,
}

/// A frame in a queue.
#[derive(Clone, Copy, Debug)]
pub struct Slot {
    /// Which transit.
    pub transit: TransitId,
    /// Whose colours.
    pub swatch: Swatch,
    /// Its middle.
    pub center: Point,
    /// Along the vessel, of length 1.
    pub unit: Vec2,
    /// Half its extent along the vessel and across it.
    pub half: Vec2,
    /// Whether it is pointed at.
    pub focus: Focus,
}

/// A frame that was dropped a moment ago.
#[derive(Clone, Copy, Debug)]
pub struct Death {
    /// Which transit.
    pub transit: TransitId,
    /// Its look.
    pub look: Look,
    /// Where it died.
    pub center: Point,
    /// Where it falls to: away from the cable, of length 1.
    pub outward: Vec2,
    /// As on the lane, for letters.
    pub reading: Vec2,
    /// From 0 (just now) to 1 (no longer seen).
    pub age: f64,
    /// Why; only the newest death at a place says it.
    pub reason: Option<&'static str>,
    /// How many died here of late.
    pub count: u64,
    /// Half its extent.
    pub half: Vec2,
}

/// A frame that arrived a moment ago.
#[derive(Clone, Copy, Debug)]
pub struct Pulse {
    /// At which port.
    pub center: Point,
    /// From 0 (just now) to 1 (no longer seen).
    pub age: f64,
    /// Whose colours.
    pub swatch: Swatch,
}

/// One label for many small marks.
#[derive(Clone, Copy, Debug)]
pub struct Tally {
    /// Beside the lane.
    pub center: Point,
    /// As on the lane, for letters.
    pub reading: Vec2,
    /// The most frequent look.
    pub look: Look,
    /// How many frames are in flight here.
    pub count: u64,
    /// It was estimated.
    pub about: bool,
}

/// One direction, and what the layout says of it.
#[derive(Clone, Copy, Debug)]
pub struct Way<'a> {
    /// Which.
    pub direction: Direction,
    /// Where.
    pub lane: Lane,
    /// How many bytes may wait.
    pub queue_bytes: usize,
    /// How large things are.
    pub layout: &'a Layout,
}

impl Moment {
    /// The viewer's seconds that a span of virtual nanoseconds lasts.
    fn secs(&self, nanos: u64) -> f64 {
        nanos as f64 / self.rate.max(1e-9)
    }

    /// Virtual nanoseconds that last so many of the viewer's seconds.
    fn nanos(&self, secs: f64) -> u64 {
        (secs * self.rate) as u64
    }

    fn focus(&self, frame: FrameId) -> Focus {
        match Some(frame) {
            frame if frame == self.selected => Focus::Selected,
            frame if frame == self.hovered => Focus::Hovered,
            _ => Focus::None,
        }
    }
}

impl Traffic {
    /// Everything that moves on this network at this moment.
    pub fn compose(
        &mut self,
        topology: &Topology,
        history: &History,
        layout: &Layout,
        looks: &mut Looks,
        moment: &Moment,
    ) {
        self.begin(topology.links.len());
        let in_sight = (0..topology.links.len() as u32).map(LinkId).filter(|&link| layout.in_sight(link));
        let mut visits_left = VISITS_MAX;
        for link in in_sight {
            for from in End::BOTH {
                let direction = Direction { link, from };
                let mut trips = std::mem::take(&mut self.trips);
                let visits_max = visits_left.clamp(64, VISITS_DIRECTION_MAX);
                let crowded = gather(history, direction, moment, visits_max, looks, &mut trips);
                visits_left = visits_left.saturating_sub(trips.len());
                if !trips.is_empty() {
                    let lane = layout.lane(direction);
                    let queue_bytes = topology.link(link).ways[from.index()].line.queue_bytes;
                    if crowded {
                        sample(history, direction, moment, lane.length, looks, &mut trips);
                    }
                    let dropped = || {
                        let glow = moment.at.saturating_sub(moment.nanos(DEATH_SECS));
                        let [before, now] = [glow, moment.at].map(Instant::from_nanos);
                        history.dropped_by(direction, now) - history.dropped_by(direction, before)
                    };
                    let way = Way { direction, lane, queue_bytes, layout };
                    self.arrange(&way, &trips, looks, moment, crowded, dropped);
                }
                self.trips = trips;
            }
        }
    }

    fn begin(&mut self, links: usize) {
        self.marks.clear();
        self.bands.clear();
        self.lights.clear();
        self.queues.clear();
        self.slots.clear();
        self.deaths.clear();
        self.pulses.clear();
        self.tallies.clear();
        self.glow.clear();
        self.glow.resize(links * 2, 0.0);
        self.moving = 0;
    }

    /// What the frames of one direction, in the order in which they were handed over, look like.
    fn arrange(
        &mut self,
        way: &Way<'_>,
        trips: &[Trip],
        looks: &Looks,
        moment: &Moment,
        crowded: bool,
        dropped: impl FnOnce() -> u64,
    ) {
        let deaths_before = self.deaths.len();
        let queue_before = self.slots.len();
        let [marks_before, lights_before] = [self.marks.len(), self.lights.len()];
        let mut waiting = Waiting::default();
        let mut newest_arrival: Option<(u64, Swatch)> = None;
        let [mut sending, mut receiving] = [0.0f64; 2];
        let fading = |ago: u64| (1.0 - moment.secs(ago) / GLOW_SECS).max(0.0);

        // Frames that never leave are nobody's neighbours.
        let mut travellers = trips.iter().filter(|trip| trip.journey.leaves()).peekable();
        let mut before: Option<&Trip> = None;
        while let Some(trip) = travellers.next() {
            let journey = &trip.journey;
            if moment.at >= journey.start {
                sending = sending.max(fading(moment.at - journey.end.min(moment.at)));
            }
            if journey.dropped.is_none() {
                let first_bit = journey.arrival - (journey.end - journey.start);
                if moment.at >= first_bit {
                    receiving = receiving.max(fading(moment.at - journey.arrival.min(moment.at)));
                }
            }
            match journey.phase(moment.at) {
                Phase::Ahead => {}
                Phase::Waiting => waiting.add(journey),
                Phase::Moving(place) => {
                    self.moving += 1;
                    let ahead = before.map_or(f64::INFINITY, |ahead| ahead.journey.gap_to(journey));
                    let behind = travellers.peek().map_or(f64::INFINITY, |b| journey.gap_to(&b.journey));
                    let gap = ahead.min(behind) * way.lane.length;
                    self.marks.push(mark(way, trip, place, gap, looks, moment));
                    self.light(way, trip, moment.at, lights_before);
                }
                Phase::Dropped { place, ago } => {
                    self.light(way, trip, moment.at, lights_before);
                    self.die(way, trip, place, ago, looks, moment);
                }
                Phase::Arrived(ago) => {
                    if newest_arrival.is_none_or(|(newest, _)| ago < newest) {
                        newest_arrival = Some((ago, trip.look.swatch));
                    }
                }
            }
            before = Some(trip);
        }
        for trip in trips.iter().filter(|trip| !trip.journey.leaves()) {
            if let Phase::Dropped { place, ago } = trip.journey.phase(moment.at) {
                self.die(way, trip, place, ago, looks, moment);
            }
        }

        self.band(way, marks_before);
        if waiting.count > 0 {
            self.queue(way, trips, &waiting, moment, crowded);
        }
        if let Some((ago, swatch)) = newest_arrival
            && moment.secs(ago) < PULSE_SECS
        {
            let center = way.lane.origin + way.lane.unit * way.lane.length;
            self.pulses.push(Pulse { center, age: moment.secs(ago) / PULSE_SECS, swatch });
        }
        let port = |end: End| way.direction.link.index() * 2 + end.index();
        let from = way.direction.from;
        self.glow[port(from)] = self.glow[port(from)].max(sending);
        self.glow[port(from.other())] = self.glow[port(from.other())].max(receiving);
        self.tally(way, trips, marks_before, looks, moment, crowded);
        self.count_deaths(deaths_before, dropped);
        debug_assert!(self.slots.len() - queue_before <= SLOTS_MAX);
    }

    fn light(&mut self, way: &Way<'_>, trip: &Trip, at: u64, lights_from: usize) {
        // The bits that were on the wire before a loss further on are still seen to run out; those beyond are not.
        let end = match trip.journey.dropped {
            Some((_, when)) if at >= when => return,
            _ => at,
        };
        let (tail, head) = trip.journey.light(end);
        let least = (LIGHT_PX_MIN / way.lane.length).min(1.0);
        let tail = tail.min(head - least).max(0.0);
        let head = head.max(tail + least).min(1.0);
        let light = Stretch {
            tail: way.lane.core_at(tail),
            head: way.lane.core_at(head),
            width: way.lane.core,
            swatch: trip.look.swatch,
        };
        Stretch::add(&mut self.lights, lights_from, light);
    }

    /// What cannot be told apart on the lane, as few stretches.
    fn band(&mut self, way: &Way<'_>, marks_from: usize) {
        let bands_from = self.bands.len();
        for mark in self.marks[marks_from..].iter().filter(|mark| mark.form == Form::Band) {
            let reach = way.lane.unit * mark.half.x;
            let band = Stretch {
                tail: mark.center - reach,
                head: mark.center + reach,
                width: mark.half.y * 2.0,
                swatch: mark.look.swatch,
            };
            Stretch::add(&mut self.bands, bands_from, band);
        }
    }

    fn die(&mut self, way: &Way<'_>, trip: &Trip, place: f64, ago: u64, looks: &Looks, moment: &Moment) {
        let secs = moment.secs(ago);
        if secs >= DEATH_SECS {
            return;
        }
        let Some((reason, _)) = trip.journey.dropped else { return };
        let sizes = &way.layout.sizes;
        let label = looks.text(trip.look.text);
        let half = Vec2::new(sizes.capsule_half(label.width_em), sizes.capsule_height / 2.0);
        let center = match reason {
            // It found no room in the vessel, and falls out of that.
            DropReason::QueueFull => {
                let vessel = Vessel::beside(way);
                let out = (vessel.height + sizes.capsule_height) / 2.0 + 2.0;
                vessel.origin + way.lane.unit * (vessel.length / 2.0) + way.lane.outward * out
            }
            // At the port, clear of the node.
            _ if place == 0.0 => way.lane.at(0.0) + way.lane.unit * (half.x + sizes.light),
            _ => way.lane.at(place),
        };
        self.deaths.push(Death {
            transit: trip.journey.transit,
            look: trip.look,
            center,
            outward: way.lane.outward,
            reading: way.lane.reading(),
            age: secs / DEATH_SECS,
            reason: Some(reason_text(reason)),
            count: 1,
            half,
        });
    }

    /// Leaves a few bodies of those that died at about the same place, and lets the newest speak for all.
    fn count_deaths(&mut self, from: usize, dropped: impl FnOnce() -> u64) {
        let deaths = &mut self.deaths[from..];
        if deaths.len() < 2 {
            return;
        }
        deaths.sort_by(|a, b| a.age.total_cmp(&b.age));
        let total = dropped().max(deaths.len() as u64);
        let newest = deaths[0].reason;
        let alike = deaths.iter().filter(|death| death.reason == newest).count() as u64;
        // The history counts all reasons together: what was not looked at is counted with the newest one's.
        deaths[0].count = alike + (total - deaths.len() as u64);
        let mut spoken = [newest, None];
        for death in &mut deaths[1..] {
            if spoken.contains(&death.reason) {
                death.reason = None;
            } else {
                spoken[1] = death.reason;
            }
        }
        let mut bodies = 0;
        let mut index = 0;
        self.deaths.retain(|death| {
            index += 1;
            if index <= from {
                return true;
            }
            bodies += 1;
            bodies <= BODIES_MAX || death.reason.is_some()
        });
    }

    fn queue(&mut self, way: &Way<'_>, trips: &[Trip], waiting: &Waiting, moment: &Moment, crowded: bool) {
        let lane = &way.lane;
        let Vessel { origin, length, height } = Vessel::beside(way);
        let capacity = (way.queue_bytes as u64).max(waiting.bytes).max(1) as f64;
        self.queues.push(Queue {
            origin,
            unit: lane.unit,
            reading: lane.reading(),
            length,
            height,
            level: waiting.bytes as f64 / capacity,
            count: waiting.count,
            more: crowded,
        });
        // True to scale where a frame can still be seen; otherwise as narrow as can be seen, and no more than fit.
        let inside = length - 4.0;
        let mut along = 2.0;
        let is_waiting = |trip: &&Trip| matches!(trip.journey.phase(moment.at), Phase::Waiting);
        for trip in trips.iter().filter(is_waiting).take(SLOTS_MAX) {
            let width = (f64::from(trip.journey.bytes) / capacity * inside).max(3.0);
            if along + width > length - 1.0 {
                break;
            }
            self.slots.push(Slot {
                transit: trip.journey.transit,
                swatch: trip.look.swatch,
                center: origin + lane.unit * (along + width / 2.0),
                unit: lane.unit,
                half: Vec2::new((width - 1.0).max(2.0) / 2.0, height / 2.0 - 2.0),
                focus: moment.focus(trip.journey.frame),
            });
            along += width;
        }
    }

    fn tally(
        &mut self,
        way: &Way<'_>,
        trips: &[Trip],
        marks_from: usize,
        looks: &Looks,
        moment: &Moment,
        crowded: bool,
    ) {
        let small = self.marks[marks_from..].iter().filter(|mark| mark.form < Form::Capsule);
        let mut counts: Vec<(Look, u64)> = Vec::new();
        let mut total = 0;
        for mark in small {
            total += 1;
            match counts.iter().position(|(look, _)| *look == mark.look) {
                Some(index) => counts[index].1 += 1,
                // The tail of a long list never wins.
                None if counts.len() < 16 => counts.push((mark.look, 1)),
                None => {}
            }
        }
        let most = counts.into_iter().max_by_key(|&(look, count)| (count, std::cmp::Reverse(look)));
        let cable = &way.layout.cables[way.direction.link.index()];
        let wanted = total >= TALLY_MIN && cable.roomy;
        let Some((look, count)) = most.filter(|_| wanted) else { return };
        let lane = &way.lane;
        let sizes = &way.layout.sizes;
        // Towards the receiver: the queue is at the sender's end.
        let place = 0.78;
        let mut away = lane.offset + sizes.lane / 2.0 + sizes.badge_font * 0.85;
        // Beside the badge if that is on the same side, or else beyond it.
        if let Some(badge) = cable.badge {
            let off = badge.rect.center() - lane.core_at(0.5);
            let half = |along: Vec2| {
                badge.rect.width() / 2.0 * along.x.abs() + badge.rect.height() / 2.0 * along.y.abs()
            };
            let tally = (looks.text(look.text).width_em + 3.5) * sizes.badge_font / 2.0;
            let beside = (place - 0.5) * lane.length > half(lane.unit) + tally;
            if off.dot(lane.outward) > 0.0 && !beside {
                away = off.dot(lane.outward) + half(lane.outward) + sizes.badge_font * 0.8;
            }
        }
        let count = if crowded { in_flight_estimate(trips, moment.at).unwrap_or(count) } else { count };
        self.tallies.push(Tally {
            center: lane.core_at(place) + lane.outward * (away - lane.strand()),
            reading: lane.reading(),
            look,
            count,
            about: crowded,
        });
    }
}

impl Stretch {
    /// Adds a stretch of the same lane behind the others, or lengthens the last of them. Those of this lane begin at `from`.
    fn add(stretches: &mut Vec<Self>, from: usize, next: Self) {
        if stretches.len() > from
            && let Some(last) = stretches.last_mut()
            && last.swatch == next.swatch
            && (last.tail - next.head).dot(last.head - last.tail) <= 0.75 * last.head.distance(last.tail)
        {
            last.tail = next.tail;
        } else {
            stretches.push(next);
        }
    }
}

/// Where a direction's queue is drawn.
struct Vessel {
    origin: Point,
    length: f64,
    height: f64,
}

impl Vessel {
    fn beside(way: &Way<'_>) -> Self {
        let (lane, sizes) = (&way.lane, &way.layout.sizes);
        let height = (sizes.lane * 0.62).round().max(5.0);
        let length = (lane.length * 0.46).clamp(24.0, 120.0 * sizes.detail.max(0.7));
        let origin = lane.origin
            + lane.unit * (6.0 * sizes.detail)
            + lane.outward * (lane.offset + (sizes.lane + height) / 2.0 + 4.0);
        Self { origin, length, height }
    }
}

#[derive(Default)]
struct Waiting {
    count: usize,
    bytes: u64,
}

impl Waiting {
    fn add(&mut self, journey: &Journey) {
        self.count += 1;
        self.bytes += u64::from(journey.bytes);
    }
}

impl Journey {
    /// It got onto the wire, or will.
    fn leaves(&self) -> bool {
        self.dropped.is_none_or(|(reason, at)| reason != DropReason::QueueFull && at > self.start)
    }
}

/// Collects what is seen of one direction, in order of handing over; says whether there was more than `visits_max`.
fn gather(
    history: &History,
    direction: Direction,
    moment: &Moment,
    visits_max: usize,
    looks: &mut Looks,
    trips: &mut Vec<Trip>,
) -> bool {
    trips.clear();
    let glow = moment.at.saturating_sub(moment.nanos(DEATH_SECS.max(PULSE_SECS)));
    let [from, to] = [glow, moment.at].map(Instant::from_nanos);
    let mut past = 0;
    // Backwards, because what is under way now is at the end, and what is behind it is only afterglow.
    for transit in history.passing(direction, from, to).rev() {
        if trips.len() == visits_max {
            trips.reverse();
            return past == 0;
        }
        let journey = Journey::from(transit);
        if past > 0 || matches!(journey.phase(moment.at), Phase::Arrived(_)) {
            past += 1;
        }
        if past > VISITS_PAST_MAX {
            break;
        }
        trips.push(Trip { journey, look: looks.of(transit.id, &transit.frame) });
    }
    trips.reverse();
    false
}

/// Replaces the frames on the wire by one for every few pixels. A frame at part `p` of the way arrives `1 − p` of a journey
/// from now, and journeys of one direction arrive in order: so each is found by a binary search.
fn sample(
    history: &History,
    direction: Direction,
    moment: &Moment,
    length: f64,
    looks: &mut Looks,
    trips: &mut Vec<Trip>,
) {
    let is_moving = |trip: &Trip| matches!(trip.journey.phase(moment.at), Phase::Moving(_));
    let Some(lasts) = trips.iter().find(|trip| is_moving(trip)).map(|trip| trip.journey.lasts()) else {
        return;
    };
    trips.retain(|trip| !is_moving(trip));
    let samples = (length / SAMPLE_PX).clamp(8.0, 400.0);
    let mut moving: Vec<Trip> = Vec::with_capacity(samples as usize + 1);
    for number in (0..samples as u64).rev() {
        let place = (number as f64 + 0.5) / samples;
        let arrival = Instant::from_nanos(moment.at + ((1.0 - place) * lasts) as u64);
        let Some(transit) = history.passing(direction, arrival, Instant::MAX).next() else { continue };
        let journey = Journey::from(transit);
        let far = !matches!(journey.phase(moment.at), Phase::Moving(there) if (there - place).abs() < 2.0 / samples);
        let again = moving.last().is_some_and(|last| last.journey.transit >= transit.id);
        if !far && !again {
            moving.push(Trip { journey, look: looks.of(transit.id, &transit.frame) });
        }
    }
    trips.splice(0..0, moving);
}

/// How many frames are in flight, by how often the ones still in sight left.
fn in_flight_estimate(trips: &[Trip], at: u64) -> Option<u64> {
    let waiting = trips.iter().filter(|trip| matches!(trip.journey.phase(at), Phase::Waiting));
    let mut starts = waiting.map(|trip| trip.journey.start);
    let first = starts.next()?;
    let (count, last) = starts.fold((0u64, first), |(count, _), start| (count + 1, start));
    let spacing = (last - first) as f64 / count as f64;
    let lasts = trips.first()?.journey.lasts();
    (count > 0 && spacing > 0.0).then(|| (lasts / spacing).round() as u64)
}

fn mark(way: &Way<'_>, trip: &Trip, place: f64, gap: f64, looks: &Looks, moment: &Moment) -> Mark {
    let sizes = &way.layout.sizes;
    let focus = moment.focus(trip.journey.frame);
    // Half of the gap belongs to each neighbour; a hair's breadth stays free.
    let own = gap / 2.0 - 1.0;
    let label = || sizes.capsule_half(looks.text(trip.look.text).width_em);
    let pill = sizes.pill_half();
    let across = sizes.capsule_height / 2.0;
    let (form, half) = match () {
        // What is pointed at is shown whole, above the others.
        () if focus != Focus::None => (Form::Capsule, Vec2::new(label(), across)),
        () if sizes.letters && own >= pill => match label() {
            label if own >= label && 2.0 * label <= way.lane.length * 1.2 => {
                (Form::Capsule, Vec2::new(label, across))
            }
            _ => (Form::Pill, Vec2::new(pill, across)),
        },
        () if own >= sizes.dot[0] => {
            let radius = own.min(sizes.dot[1]);
            (Form::Dot, Vec2::new(radius, radius))
        }
        () => (Form::Band, Vec2::new((gap / 2.0).max(0.5), sizes.dot[1] * 0.8)),
    };
    Mark {
        transit: trip.journey.transit,
        look: trip.look,
        form,
        center: way.lane.at(place),
        reading: way.lane.reading(),
        half,
        focus,
    }
}

/// As a person calls it.
pub const fn reason_text(reason: DropReason) -> &'static str {
    match reason {
        DropReason::QueueFull => "queue full",
        DropReason::Impaired(LossReason::TooBig) => "too big",
        DropReason::Impaired(LossReason::LinkDown) => "link down",
        DropReason::Impaired(LossReason::Silence) => "silence",
        DropReason::Impaired(LossReason::Loss | LossReason::LossOfSmall) => "lost",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::hit::hit;
    use crate::stage::journey::tests::{journey, journeys, train};
    use crate::stage::layout::tests::layout;
    use crate::stage::looks::tests::{looks, raw};
    use crate::stage::{Pointer, Selection};
    use kurbo::Rect;
    use proptest::prelude::*;

    const THERE: Direction = Direction { link: LinkId(0), from: End::First };

    fn moment(at: u64) -> Moment {
        // One millisecond of virtual time in a second.
        Moment { at, rate: 1e6, selected: None, hovered: None }
    }

    /// What these journeys on the first cable look like.
    fn compose(layout: &Layout, journeys: &[Journey], moment: &Moment) -> Traffic {
        let mut looks = looks();
        let frame = raw(1_000);
        let trips: Vec<Trip> = journeys
            .iter()
            .map(|&journey| Trip { journey, look: looks.of(journey.transit, &frame) })
            .collect();
        let lane = layout.lane(THERE);
        let way = Way { direction: THERE, lane, queue_bytes: 64 * 1024, layout };
        let mut traffic = Traffic::default();
        traffic.begin(2);
        traffic.arrange(&way, &trips, &looks, moment, false, || 0);
        traffic
    }

    fn body(mark: &Mark) -> Rect {
        Rect::from_points(mark.center - mark.half, mark.center + mark.half)
    }

    #[test]
    fn a_lone_frame_is_a_capsule_with_its_label() {
        let traffic = compose(&layout(), &[journey(1, 0, 0, 100, 1_000)], &moment(500));
        let [mark] = traffic.marks.as_slice() else { panic!("one frame") };
        assert_eq!((mark.form, mark.focus), (Form::Capsule, Focus::None));
        assert_eq!(traffic.moving, 1);
        assert_eq!(traffic.lights.len(), 1);
    }

    #[test]
    fn the_closer_the_frames_the_less_is_shown_of_each() {
        let layout = layout();
        let form = |spacing: u64| {
            let train: Vec<Journey> =
                (0..50).map(|n| journey(n, n * spacing, n * spacing, 10, 10_000)).collect();
            let traffic = compose(&layout, &train, &moment(10_000));
            let forms: Vec<Form> = traffic.marks.iter().map(|mark| mark.form).collect();
            assert!(forms.windows(2).all(|pair| pair[0] == pair[1]), "a train is of one kind: {forms:?}");
            forms[0]
        };
        assert_eq!([8_000, 3_000, 1_000, 100].map(form), [Form::Capsule, Form::Pill, Form::Dot, Form::Band]);
    }

    #[test]
    fn a_stream_without_gaps_is_one_stretch_of_light() {
        let back_to_back: Vec<Journey> = (0..50).map(|n| journey(n, 0, n * 100, 100, 10_000)).collect();
        let traffic = compose(&layout(), &back_to_back, &moment(4_000));
        assert_eq!((traffic.lights.len(), traffic.bands.len()), (1, 1));
        assert!(traffic.moving > 30);
        let apart: Vec<Journey> = (0..4).map(|n| journey(n, 0, n * 2_000, 100, 10_000)).collect();
        assert_eq!(compose(&layout(), &apart, &moment(9_000)).lights.len(), 4);
    }

    #[test]
    fn many_small_marks_share_one_label() {
        let train: Vec<Journey> = (0..50).map(|n| journey(n, n * 1_000, n * 1_000, 10, 10_000)).collect();
        let traffic = compose(&layout(), &train, &moment(10_500));
        let [tally] = traffic.tallies.as_slice() else { panic!("one label") };
        assert_eq!(tally.count, traffic.moving as u64);
        assert!(!tally.about);
    }

    #[test]
    fn waiting_frames_stand_at_the_port_the_next_one_in_front() {
        let layout = layout();
        let train: Vec<Journey> = (0..6).map(|n| journey(n, 0, n * 1_000, 1_000, 10_000)).collect();
        let traffic = compose(&layout, &train, &moment(500));
        let [queue] = traffic.queues.as_slice() else { panic!("one queue") };
        assert_eq!(queue.count, 5);
        assert!((queue.level - 5.0 * 1514.0 / 65_536.0).abs() < 1e-9);
        let port = layout.lane(THERE).origin;
        let distances: Vec<f64> = traffic.slots.iter().map(|slot| slot.center.distance(port)).collect();
        assert_eq!(traffic.slots[0].transit, TransitId(1));
        assert!(distances.is_sorted(), "{distances:?}");
    }

    #[test]
    fn a_lost_frame_dies_on_the_wire_says_why_and_is_gone_after_its_time() {
        let layout = layout();
        let mut lost = journey(1, 0, 0, 0, 1_000_000);
        lost.dropped = Some((DropReason::Impaired(LossReason::Loss), 500_000));
        let at = |at| compose(&layout, &[lost], &moment(at));
        assert_eq!((at(499_999).moving, at(499_999).deaths.len()), (1, 0));
        let traffic = at(500_000);
        assert_eq!(traffic.moving, 0);
        let [death] = traffic.deaths.as_slice() else { panic!("one death") };
        assert_eq!((death.reason, death.count, death.age), (Some("lost"), 1, 0.0));
        assert!((death.center - layout.lane(THERE).at(0.5)).hypot() < 1e-6);
        // 1.2 s of the viewer's are 1.2 ms here.
        assert_eq!(at(500_000 + 1_199_999).deaths.len(), 1);
        assert_eq!(at(500_000 + 1_200_000).deaths.len(), 0);
    }

    #[test]
    fn a_hundred_deaths_at_one_place_leave_a_few_bodies_and_one_reason_with_a_count() {
        let refused = |n: u64| Journey {
            dropped: Some((DropReason::QueueFull, n * 100)),
            ..journey(n, n * 100, n * 100, 0, 0)
        };
        let all: Vec<Journey> = (0..100).map(refused).collect();
        let traffic = compose(&layout(), &all, &moment(10_000));
        assert!(traffic.deaths.len() <= BODIES_MAX);
        let reasons: Vec<_> = traffic.deaths.iter().filter_map(|d| d.reason.map(|r| (r, d.count))).collect();
        assert_eq!(reasons, [("queue full", 100)]);
    }

    #[test]
    fn an_arrival_is_felt_at_the_receivers_port() {
        let layout = layout();
        let traffic = compose(&layout, &[journey(1, 0, 0, 0, 1_000)], &moment(1_000));
        let [pulse] = traffic.pulses.as_slice() else { panic!("one pulse") };
        assert!(pulse.center.distance(layout.cables[0].ports[1]) < 1e-6);
        assert_eq!(traffic.glow[1], 1.0, "its light");
        assert!(traffic.glow[0] < 1.0);
    }

    #[test]
    fn the_selected_frame_is_whole_even_in_a_crowd() {
        let train: Vec<Journey> = (0..50).map(|n| journey(n, n * 100, n * 100, 10, 10_000)).collect();
        let moment = Moment { selected: Some(FrameId(7)), ..moment(10_000) };
        let traffic = compose(&layout(), &train, &moment);
        let whole: Vec<_> = traffic.marks.iter().filter(|mark| mark.form == Form::Capsule).collect();
        let [mark] = whole.as_slice() else { panic!("one") };
        assert_eq!((mark.transit, mark.focus), (TransitId(7), Focus::Selected));
    }

    proptest! {
        #[test]
        fn frames_on_a_lane_never_overlap((delay, frames) in train(), at in 0u64..200_000) {
            let layout = layout();
            let traffic = compose(&layout, &journeys(delay, &frames), &moment(at));
            for (number, one) in traffic.marks.iter().enumerate() {
                for other in &traffic.marks[number + 1..] {
                    let shared = body(one).intersect(body(other));
                    let bands = one.form == Form::Band && other.form == Form::Band;
                    prop_assert!(bands || shared.width() <= 0.01 || shared.height() <= 0.0, "{one:?} {other:?}");
                }
            }
        }

        #[test]
        fn what_is_drawn_of_a_frame_is_hit((delay, frames) in train(), at in 0u64..200_000) {
            let layout = layout();
            let traffic = compose(&layout, &journeys(delay, &frames), &moment(at));
            let under_a_node = |center: Point| layout.nodes.iter().any(|node| {
                Rect::from_points(node.center - node.half, node.center + node.half).contains(center)
            });
            for mark in traffic.marks.iter().filter(|mark| mark.form > Form::Band) {
                if !under_a_node(mark.center) {
                    for pointer in [Pointer::Fine, Pointer::Coarse] {
                        let found = hit(mark.center, pointer, &layout, &traffic);
                        prop_assert_eq!(found, Some(Selection::Frame(mark.transit)));
                    }
                }
            }
        }

        #[test]
        fn capsules_stay_between_the_ports((delay, frames) in train(), at in 0u64..200_000) {
            let layout = layout();
            let [from, to] = layout.cables[0].ports;
            for mark in compose(&layout, &journeys(delay, &frames), &moment(at)).marks {
                prop_assert!((from.x..=to.x + 1e-6).contains(&mark.center.x));
            }
        }
    }
}
