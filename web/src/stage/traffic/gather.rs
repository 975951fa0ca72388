//! Which transits are seen at one moment in one direction, at a bounded cost.

use super::moment::{DROPPED_SECS, Moment, PULSE_SECS};
use super::trip::Trip;
use crate::stage::journey::{Journey, Phase};
use crate::stage::looks::Looks;
use netlab::History;
use netlab::history::Transit;
use netlab::topology::Direction;
use wire::Instant;
use wire::sorted::sort_by_key;

/// The most past transits of one direction whose afterglow is drawn: outside a crowd, and in a crowd, where single losses are not marked.
const VISITS_PAST_MAX: [usize; 2] = [400, 12];
/// Where there are too many frames to look at each: one sample in this many pixels.
const SAMPLE_PX: f64 = 3.0;

/// Frames that waited in their receiver, for an address say, and were given up just now; by direction.
pub struct Late<'a>(Vec<&'a Transit>);

impl<'a> Late<'a> {
    /// All of a history.
    pub fn find(history: &'a History, moment: &Moment<'_>) -> Self {
        let (from, to) = afterglow(moment);
        let mut found: Vec<_> = history.refused_late(from, to).filter(|it| it.arrival < from).collect();
        sort_by_key(&mut found, |transit| transit.direction.index());
        Self(found)
    }

    fn of(&self, direction: Direction) -> &[&'a Transit] {
        let first = self.0.partition_point(|transit| transit.direction.index() < direction.index());
        let count = self.0[first..].partition_point(|transit| transit.direction == direction);
        &self.0[first..first + count]
    }
}

/// The time of which something is still seen.
fn afterglow(moment: &Moment<'_>) -> (Instant, Instant) {
    let glow = moment.at.saturating_sub(moment.nanos(DROPPED_SECS.max(PULSE_SECS)));
    (Instant::from_nanos(glow), Instant::from_nanos(moment.at))
}

/// Collects what is seen of one direction, in order of handing over; says whether there was more than `visits_max`.
pub fn gather(
    history: &History,
    direction: Direction,
    moment: &Moment<'_>,
    (visits_max, crowd): (usize, bool),
    late: &Late<'_>,
    looks: &mut Looks,
    trips: &mut Vec<Trip>,
) -> bool {
    trips.clear();
    let (from, to) = afterglow(moment);
    let past_max = VISITS_PAST_MAX[usize::from(crowd)];
    let (mut past, mut arrival_shown) = (0, false);
    // Backwards, because what is under way now is at the end, and what is behind it is only afterglow.
    for transit in history.passing(direction, from, to).rev() {
        if trips.len() == visits_max {
            trips.reverse();
            return past == 0;
        }
        let journey = Journey::from(transit);
        let arrived = matches!(journey.phase(moment.at), Phase::Arrived(_));
        if past > 0 || arrived {
            past += 1;
        }
        if past > past_max {
            break;
        }
        // A port's light is that of the newest arrival.
        if crowd && arrived && arrival_shown && journey.refused.is_none() {
            continue;
        }
        if !moment.shows(transit.frame_id) {
            continue;
        }
        arrival_shown |= arrived;
        trips.push(Trip { journey, look: looks.of(transit) });
    }
    trips.reverse();
    for &transit in late.of(direction) {
        if moment.shows(transit.frame_id) && past < past_max {
            past += 1;
            trips.insert(0, Trip { journey: Journey::from(transit), look: looks.of(transit) });
        }
    }
    false
}

/// Replaces the frames on the wire by one for every few pixels. A frame at part `p` of the way arrives `1 − p` of a journey
/// from now, and journeys of one direction arrive in order: so each is found by a binary search.
pub fn sample(
    history: &History,
    direction: Direction,
    moment: &Moment<'_>,
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
        if !far && !again && moment.shows(transit.frame_id) {
            moving.push(Trip { journey, look: looks.of(transit) });
        }
    }
    trips.splice(0..0, moving);
}

/// How many frames are in flight, by how often the ones still in sight left.
pub fn in_flight_estimate(trips: &[Trip], at: u64) -> Option<u64> {
    let waiting = trips.iter().filter(|trip| matches!(trip.journey.phase(at), Phase::Waiting));
    let mut starts = waiting.map(|trip| trip.journey.start);
    let first = starts.next()?;
    let (count, last) = starts.fold((0u64, first), |(count, _), start| (count + 1, start));
    let spacing = (last - first) as f64 / count as f64;
    let lasts = trips.first()?.journey.lasts();
    (count > 0 && spacing > 0.0).then(|| (lasts / spacing).round() as u64)
}
