//! Links: their ends, and their settings.

use super::Check;
use crate::bounds::*;
use crate::fault::{Level, Place};
use crate::problem::Kind;
use crate::quantity::{quoted, show_size};
use netlab::Duration;
use netlab::topology::{Link, NodeId, Way};
use texts::t;
use wire::impair::Impairment;
use wire::line::{Discipline, Queue, QueueLimit};
use wire::sorted::SortedMap;

impl<'s> Check<'s> {
    pub(super) fn links(&mut self) {
        let scenario = self.scenario;
        let mut cable: SortedMap<NodeId, usize> = SortedMap::new();
        for (number, link) in scenario.topology.links.iter().enumerate() {
            let place = self.link_place(number);
            self.lines(&place, link);
            if self.unusable.links.contains(&number) {
                continue;
            }
            let [a, b] = link.ends;
            if a.index().max(b.index()) >= scenario.ids.len() {
                self.error(place.field("ends"), t!("an end of this link is no node"));
                continue;
            }
            if a == b {
                self.error(place.field("ends"), t!("a link joins two different nodes"));
                continue;
            }
            for end in link.ends {
                let is_host = scenario.topology.host(end).is_some() && self.readable(end);
                if let Some(first) = cable.insert(end, number)
                    && is_host
                {
                    let message = t!(
                        "{} already has {}: a host has one network card; put a switch or hub between",
                        quoted(scenario.id(end)),
                        self.link_place(first)
                    );
                    self.error(place.field("ends"), message);
                }
            }
            self.ports(number, link);
        }
        for id in scenario.topology.node_ids().filter(|id| !cable.contains_key(id)) {
            // If a link could not be read, it may have been the one.
            if self.unusable.links.is_empty() && self.readable(id) {
                let message = t!("{} is not connected: add a link", quoted(scenario.id(id)));
                self.problem(Kind::NotConnected, Level::Warning, self.node_place(id.index()), message);
            }
        }
    }

    /// The two directions of a link; where both are alike, one fault is enough.
    pub(super) fn lines(&mut self, place: &Place, link: &Link) {
        let [first, second] = &link.ways;
        let before = self.found.len();
        self.way(place, first);
        if second != first {
            let reported = self.found.split_off(before);
            self.way(place, second);
            let new: Vec<_> = self.found.drain(before..).filter(|fault| !reported.contains(fault)).collect();
            self.found.extend(reported.into_iter().chain(new));
        }
    }

    fn way(&mut self, place: &Place, way: &Way) {
        let line = way.line;
        self.time_within(place.field("delay"), line.delay, [Duration::ZERO, DELAY_MAX]);
        self.queue(&place.field("queue"), line.queue);
        // What an unlimited link carries is limited by its senders.
        let rate = line.rate.unwrap_or(UDP_RATE_MAX);
        self.rate_within(place.field("rate"), rate, RATE_MAX);
        if line.rate.is_none() && line.delay == Duration::ZERO {
            self.error(
                place.clone(),
                t!("a link needs a rate or a delay: without both, no time would pass on it"),
            );
        }
        let in_flight = u128::from(rate.get()) * u128::from(line.delay.nanos()) / 8_000_000_000;
        if in_flight > u128::from(FLIGHT_BYTES_MAX) {
            let message = t!(
                "at this rate and delay more than {} would be under way at once: lower one of them",
                show_size(FLIGHT_BYTES_MAX)
            );
            self.error(place.field("delay"), message);
        }
        if way.impairments.len() > IMPAIRMENTS_MAX {
            self.error(place.field("impair"), t!("at most {IMPAIRMENTS_MAX} entries are possible"));
        }
        let place = place.field("impair");
        for impairment in &way.impairments {
            match *impairment {
                Impairment::FrameSizeMax(bytes) => {
                    self.size_within(place.clone(), bytes, [FRAME_MIN, FRAME_MAX])
                }
                Impairment::LossOfSmall { bytes_max, .. } => {
                    self.size_within(place.clone(), bytes_max, [FRAME_MIN, FRAME_MAX]);
                }
                Impairment::TrailingBytes(bytes) => {
                    self.size_within(place.clone(), bytes as usize, [1, TRAILING_MAX as usize]);
                }
                Impairment::SilenceOnce { after_bytes, lasts } => {
                    self.within(place.clone(), after_bytes, [0, SILENCE_BYTES_MAX], |&bytes| {
                        show_size(bytes)
                    });
                    self.time_within(place.clone(), lasts, [Duration::from_nanos(1), SILENCE_MAX]);
                }
                Impairment::Outage { lasts, every, .. } => {
                    self.time_within(place.clone(), lasts, [OUTAGE_MIN, SILENCE_MAX]);
                    if let Some(every) = every {
                        self.time_within(place.clone(), every, OUTAGE_EVERY);
                        if every <= lasts {
                            let message = t!(
                                "an outage has to end before the next begins: let \"every\" be longer than \"for\""
                            );
                            self.error(place.clone(), message);
                        }
                    }
                }
                Impairment::LossEvery(every) => {
                    self.within(place.clone(), every, [1, EVERY_MAX], u32::to_string);
                }
                Impairment::LossOfFrame(number) => {
                    self.within(place.clone(), number, [1, FRAME_NUMBER_MAX], u64::to_string);
                }
                Impairment::Jitter { spread, .. } => {
                    self.time_within(place.clone(), spread, [Duration::ZERO, JITTER_MAX]);
                }
                Impairment::Reorder { gap, .. } => {
                    self.within(place.clone(), gap, [1, EVERY_MAX], u32::to_string);
                }
                Impairment::Loss(_)
                | Impairment::Down
                | Impairment::LossCorrelated { .. }
                | Impairment::GilbertElliott { .. }
                | Impairment::Duplicate { .. }
                | Impairment::Corrupt { .. } => {}
            }
        }
    }

    fn queue(&mut self, place: &Place, queue: Queue) {
        let (limit, max, show): (_, _, fn(&usize) -> String) = match queue.limit {
            QueueLimit::Bytes(bytes) => (bytes, QUEUE_MAX, |bytes| show_size(*bytes as u64)),
            QueueLimit::Frames(frames) => (frames, QUEUE_FRAMES_MAX, |frames| format!("{frames} frames")),
        };
        match queue.discipline {
            Discipline::DropTail => self.within(place.clone(), limit, [0, max], show),
            Discipline::Red(red) => {
                self.within(place.field("size"), limit, [0, max], show);
                let place = |name| place.field("red").field(name);
                self.within(place("max"), red.max, [1, limit.max(1)], show);
                self.within(place("min"), red.min, [0, red.max.saturating_sub(1)], show);
                self.within(place("weight"), red.weight_log, [1, RED_WEIGHT_MAX], u8::to_string);
            }
            Discipline::CoDel(codel) => {
                self.within(place.field("size"), limit, [0, max], show);
                let place = |name| place.field("codel").field(name);
                self.time_within(place("target"), codel.target, CODEL_TARGET);
                self.time_within(place("interval"), codel.interval, CODEL_INTERVAL);
            }
        }
    }
}
