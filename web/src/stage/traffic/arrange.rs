//! What the frames of one direction look like at one moment: on the lane, in the queue, dropped, arriving.

use super::gather::in_flight_estimate;
use super::marks::{Focus, Form, Load, Mark, Pulse, Queue, Reason, Slot, Stretch, Tally, Traffic};
use super::moment::{Moment, PULSE_SECS};
use super::trip::Trip;
use crate::stage::journey::{Journey, Phase};
use crate::stage::layout::{Lane, Layout};
use crate::stage::looks::{Look, Looks};
use kurbo::{Point, Vec2};
use netlab::history::DropReason;
use netlab::topology::{Direction, End};
use trace::swatch::Swatch;
use wire::decimal;

/// A port's light glows for this long after a frame, in the viewer's seconds.
const GLOW_SECS: f64 = 0.16;
/// Frames in a queue that are drawn one by one.
const SLOTS_MAX: usize = 64;
/// The light of the shortest frame is still seen.
const LIGHT_PX_MIN: f64 = 4.0;
/// A lane with this many frames too small for a label gets one label for all of them.
const TALLY_MIN: usize = 3;
/// Where on its way it may be, the best one first.
const TALLY_PLACES: [f64; 3] = [0.78, 0.86, 0.66];

/// One direction, and its place in the layout.
#[derive(Clone, Copy, Debug)]
pub struct Way<'a> {
    /// The direction.
    pub direction: Direction,
    /// Its lane on the canvas.
    pub lane: Lane,
    /// The capacity of the queue, in bytes.
    pub queue_bytes: usize,
    /// How large things are.
    pub layout: &'a Layout,
}

impl Traffic {
    /// What the frames of one direction, in the order in which they were handed over, look like.
    pub fn arrange(
        &mut self,
        way: &Way<'_>,
        trips: &[Trip],
        looks: &Looks,
        moment: &Moment<'_>,
        crowded: bool,
        dropped: impl FnOnce() -> u64,
    ) {
        let frames_before = self.dropped_frames.len();
        let queue_before = self.slots.len();
        let [marks_before, lights_before] = [self.marks.len(), self.lights.len()];
        let mut waiting = Waiting::default();
        let mut filled = Filled::default();
        let mut newest_arrival: Option<(u64, Swatch)> = None;
        let [mut sending, mut receiving] = [0.0f64; 2];
        let fading = |ago: u64| (1.0 - moment.secs(ago) / GLOW_SECS).max(0.0);

        // Frames that never leave have no neighbors on the lane.
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
                    if self.crowd {
                        filled.add(trip, moment.at);
                    } else {
                        self.light(way, trip, moment.at, lights_before);
                    }
                }
                Phase::Dropped { place, ago } => {
                    self.light(way, trip, moment.at, lights_before);
                    self.drop_frame(way, trip, place, ago, looks, moment);
                }
                Phase::Arrived(ago) => {
                    if let Some((why, when)) = journey.refused.filter(|(_, when)| *when <= moment.at) {
                        self.drop_at(way, trip, Reason::Kept(why), 1.0, moment.at - when, looks, moment);
                    }
                    if newest_arrival.is_none_or(|(newest, _)| ago < newest) {
                        newest_arrival = Some((ago, trip.look.swatch));
                    }
                }
            }
            before = Some(trip);
        }
        for trip in trips.iter().filter(|trip| !trip.journey.leaves()) {
            if let Phase::Dropped { place, ago } = trip.journey.phase(moment.at) {
                self.drop_frame(way, trip, place, ago, looks, moment);
            }
        }

        if !self.crowd {
            self.band(way, marks_before);
        }
        self.loads.extend(filled.load(way));
        if waiting.count > 0 {
            self.queue(way, trips, &waiting, moment, crowded);
        }
        if let Some((ago, swatch)) = newest_arrival.filter(|_| !self.crowd)
            && moment.secs(ago) < PULSE_SECS
        {
            let center = way.lane.origin + way.lane.unit * way.lane.length;
            self.pulses.push(Pulse { center, age: moment.secs(ago) / PULSE_SECS, swatch });
        }
        let port = |end: End| way.direction.link.index() * 2 + end.index();
        let from = way.direction.from;
        self.glow[port(from)] = self.glow[port(from)].max(sending);
        self.glow[port(from.other())] = self.glow[port(from.other())].max(receiving);
        // No words stand beside a crowd.
        if !self.crowd {
            self.tally(way, trips, marks_before, looks, moment, crowded);
        }
        self.count_dropped(frames_before, dropped);
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

    /// Frames that cannot be drawn apart, as few stretches of the lane.
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

    fn queue(
        &mut self,
        way: &Way<'_>,
        trips: &[Trip],
        waiting: &Waiting,
        moment: &Moment<'_>,
        crowded: bool,
    ) {
        let lane = &way.lane;
        let Vessel { origin, length, height } = Vessel::beside(way);
        let capacity = (way.queue_bytes as u64).max(waiting.bytes).max(1) as f64;
        self.queues.push(Queue {
            way: way.direction,
            origin,
            unit: lane.unit,
            reading: lane.reading(),
            length,
            height,
            level: waiting.bytes as f64 / capacity,
            count: waiting.count,
            more: crowded,
            counted: true,
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
        moment: &Moment<'_>,
        crowded: bool,
    ) {
        let small = self.marks[marks_from..].iter().filter(|mark| mark.form < Form::Capsule);
        let mut counts: Vec<(Look, u64)> = Vec::new();
        let mut total = 0;
        for mark in small {
            total += 1;
            match counts.iter().position(|(look, _)| *look == mark.look) {
                Some(index) => counts[index].1 += 1,
                // The swatches at the end of a long list never have the most frames.
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
        let away = lane.offset + sizes.lane / 2.0 + sizes.badge_font * 0.85;
        let half = (looks.width_em(look) + 3.5) * sizes.badge_font / 2.0;
        // Towards the receiver: the queue is at the sender's end. Never over the badge, nor so far out that it
        // could belong to another cable.
        let is_clear = |place: &f64| {
            cable.badge.is_none_or(|badge| {
                let off = badge.rect.center() - lane.core_at(*place);
                let reach = badge.rect.width() / 2.0 * lane.unit.x.abs()
                    + badge.rect.height() / 2.0 * lane.unit.y.abs();
                off.dot(lane.outward) <= 0.0 || off.dot(lane.unit).abs() > reach + half
            })
        };
        let Some(place) = TALLY_PLACES.into_iter().find(is_clear) else { return };
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

/// Where a direction's queue is drawn.
pub struct Vessel {
    /// Where the next one to leave is: beside the port.
    pub origin: Point,
    /// All the bytes that may wait.
    pub length: f64,
    /// Across the cable.
    pub height: f64,
}

impl Vessel {
    /// The queue of this direction.
    pub fn beside(way: &Way<'_>) -> Self {
        let (lane, sizes) = (&way.lane, &way.layout.sizes);
        let height = (sizes.lane * 0.62).round().max(5.0);
        let length = decimal::clamp(lane.length * 0.46, 24.0, 120.0 * sizes.detail.max(0.7));
        let origin = lane.origin
            + lane.unit * (6.0 * sizes.detail)
            + lane.outward * (lane.offset + (sizes.lane + height) / 2.0 + 4.0);
        Self { origin, length, height }
    }
}

/// The part of a wire that has bits on it.
#[derive(Default)]
struct Filled {
    part: f64,
    counts: [u32; Swatch::ALL.len()],
}

impl Filled {
    fn add(&mut self, trip: &Trip, at: u64) {
        let (tail, head) = trip.journey.light(at);
        self.part += head - tail;
        self.counts[trip.look.swatch as usize] += 1;
    }

    fn load(&self, way: &Way<'_>) -> Option<Load> {
        let swatch = Swatch::ALL.into_iter().max_by_key(|swatch| self.counts[*swatch as usize])?;
        let lane = &way.lane;
        (self.counts[swatch as usize] > 0).then(|| Load {
            from: lane.core_at(0.0),
            to: lane.core_at(1.0),
            width: lane.core,
            swatch,
            level: Load::level(self.part),
        })
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
    /// Whether it is put onto the wire, now or later.
    fn leaves(&self) -> bool {
        let at_the_door = |reason| matches!(reason, DropReason::QueueFull | DropReason::Early);
        self.dropped.is_none_or(|(reason, at)| !at_the_door(reason) && at > self.start)
    }
}

/// A frame at this part of its way, with this much room to its neighbors.
pub fn mark(way: &Way<'_>, trip: &Trip, place: f64, gap: f64, looks: &Looks, moment: &Moment<'_>) -> Mark {
    let sizes = &way.layout.sizes;
    let focus = moment.focus(trip.journey.frame);
    // Half of the gap belongs to each neighbor; a hair's breadth stays free.
    let own = gap / 2.0 - 1.0;
    let label = || sizes.capsule_half(looks.capsule_em(trip.look));
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
        forward: way.lane.unit.dot(way.lane.reading()) > 0.0,
        half,
        focus,
        come: place * way.lane.length,
        room: own,
    }
}
