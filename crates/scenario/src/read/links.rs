//! Links: rate, delay and queue, and how they misbehave.

use super::values::listed;
use super::{Object, Reader, fields};
use crate::bounds;
use crate::defaults;
use crate::json::{Shape, Value};
use crate::quantity::FRAMES;
use netlab::Ratio;
use netlab::topology::{Duplex, End, Link, NodeId, Port, Way};
use texts::t;
use wire::impair::{Distribution, Impairment};
use wire::line::{CoDel, Discipline, LineConfig, Queue, QueueLimit, Red};
use wire::preset::presets;

impl<'a> Reader<'a> {
    /// A link; `number` is its number in the whole network.
    pub(super) fn link(&mut self, number: usize, value: &Value<'a>) -> Link {
        let mut ways = [defaults::way(), defaults::way()];
        let (mut ends, mut ports, mut duplex) = (None, [Port::Plain, Port::Plain], [Duplex::Full; 2]);
        if let Some(link) = self.object(value, t!("a link"), fields::LINK) {
            ends = self.required(&link, "ends", Self::ends);
            self.ways(&link, ends, &mut ways);
            if let Some(value) = link.get("ports") {
                self.ports(value, ends, (&mut ports, &mut duplex));
            }
        }
        if ends.is_none() {
            self.unusable.links.insert(number);
        }
        Link { ports, duplex, ..Link::new(ends.unwrap_or([NodeId(0); 2]), ways) }
    }

    /// The settings of a link; what is left out stays as it is.
    pub(super) fn ways(&mut self, link: &Object<'a>, ends: Option<[NodeId; 2]>, ways: &mut [Way; 2]) {
        if let Some(value) = link.get("preset") {
            self.preset(value, ways);
        }
        let lines = ways.each_ref().map(|way| way.line);
        let rates = self.field(link, "rate", lines.map(|line| line.rate), |reader, value| {
            reader.both(value, Self::link_rate)
        });
        let delays = self.field(link, "delay", lines.map(|line| line.delay), |reader, value| {
            reader.both(value, Self::duration)
        });
        let queues = self.field(link, "queue", lines.map(|line| line.queue), |reader, value| {
            reader.both(value, Self::queue)
        });
        for end in End::BOTH.map(End::index) {
            ways[end].line = LineConfig { rate: rates[end], delay: delays[end], queue: queues[end] };
        }
        if link.get("impair").is_some() {
            ways.iter_mut().for_each(|way| way.impairments.clear());
        }
        for value in self.list_of(link, "impair", bounds::IMPAIRMENTS_MAX) {
            if let Some((impairment, from)) = self.impairment(&value, ends) {
                for end in End::BOTH.into_iter().filter(|end| from.is_none_or(|from| from == *end)) {
                    ways[end.index()].impairments.push(impairment);
                }
            }
        }
    }

    pub(super) fn ends(&mut self, value: &Value<'a>) -> Option<[NodeId; 2]> {
        let ends = self.list(value, 3)?;
        let [first, second] = &ends[..] else {
            return self
                .refuse(value, t!("a link has two ends: write [\"a\", \"b\"] with the ids of two nodes"));
        };
        // Both are looked up, so that both are reported.
        let (first, second) = (self.node_id(first), self.node_id(second));
        Some([first?, second?])
    }

    fn impairment(
        &mut self,
        value: &Value<'a>,
        ends: Option<[NodeId; 2]>,
    ) -> Option<(Impairment, Option<End>)> {
        let object = self.object(value, t!("an entry of impair"), fields::IMPAIRMENT)?;
        let from = object.get("from").map(|value| self.from(value, ends));
        let is_given = |kind: &&'static str| object.get(kind).is_some();
        let given: Vec<_> = fields::IMPAIRMENTS.iter().copied().filter(is_given).collect();
        let &[kind] = &given[..] else {
            return self.refuse(
                value,
                match given.len() {
                    0 => t!("say what happens: add one of {}", fields::IMPAIRMENTS.join(", ")),
                    _ => t!("{} are two things: make an entry for each", listed(&given)),
                },
            );
        };
        for (option, kinds) in fields::IMPAIRMENT_OPTIONS {
            if let Some(value) = object.get(option)
                && !kinds.contains(&kind)
            {
                let kinds: Vec<_> = kinds.iter().map(|kind| format!("\"{kind}\"")).collect();
                let message = t!("\"{option}\" goes with {} only: remove it", kinds.join(", "));
                self.refuse::<()>(value, message);
            }
        }
        let impairment = self.impairment_of(kind, &object)?;
        match from {
            Some(from) => from.map(|from| (impairment, Some(from))),
            None => Some((impairment, None)),
        }
    }

    /// The end that frames come from.
    fn from(&mut self, value: &Value<'a>, ends: Option<[NodeId; 2]>) -> Option<End> {
        let node = self.node_id(value)?;
        match ends {
            Some([first, _]) if node == first => Some(End::First),
            Some([_, second]) if node == second => Some(End::Second),
            // The fault is in `ends`, and reported there.
            None => None,
            Some(_) => {
                self.refuse(value, t!("this is not an end of the link: frames come from its two ends only"))
            }
        }
    }

    fn impairment_of(&mut self, kind: &'static str, object: &Object<'a>) -> Option<Impairment> {
        let value = object.get(kind)?;
        Some(match kind {
            "loss" => {
                let probability = self.ratio(value);
                match (object.get("max_size"), object.get("correlation")) {
                    (Some(_), Some(value)) => {
                        return self
                            .refuse(value, t!("\"correlation\" does not go with \"max_size\": remove one"));
                    }
                    (Some(value), None) => {
                        let bytes_max = self.size(value);
                        Impairment::LossOfSmall { probability: probability?, bytes_max: bytes_max? }
                    }
                    (None, Some(value)) => {
                        let correlation = self.share(value);
                        Impairment::LossCorrelated { probability: probability?, correlation: correlation? }
                    }
                    (None, None) => Impairment::Loss(probability?),
                }
            }
            "frame_size" => Impairment::FrameSizeMax(self.size(value)?),
            "trailing" => {
                Impairment::TrailingBytes(u32::try_from(self.count_of_bytes(value)?).unwrap_or(u32::MAX))
            }
            "silence" => {
                let object = self.object(value, "silence", fields::SILENCE)?;
                let after_bytes = self.required(&object, "after", Self::size64);
                let lasts = self.required(&object, "for", Self::duration);
                Impairment::SilenceOnce { after_bytes: after_bytes?, lasts: lasts? }
            }
            "outage" => {
                let object = self.object(value, "outage", fields::OUTAGE)?;
                let at = self.required(&object, "at", Self::moment);
                let lasts = self.required(&object, "for", Self::duration);
                let every =
                    self.field(&object, "every", None, |reader, value| reader.duration(value).map(Some));
                Impairment::Outage { at: at?, lasts: lasts?, every }
            }
            "burst" => {
                let object = self.object(value, "burst", fields::BURST)?;
                let to_bad = self.required(&object, "to_bad", Self::ratio);
                let to_good = self.required(&object, "to_good", Self::ratio);
                let bad = self.field(&object, "loss", defaults::BURST_LOSS, Self::ratio);
                let good = self.field(&object, "good_loss", Ratio::default(), Self::ratio);
                Impairment::GilbertElliott { to_bad: to_bad?, to_good: to_good?, bad, good }
            }
            "every" => Impairment::LossEvery(self.count(value)?),
            "frame" => Impairment::LossOfFrame(self.whole(value)?),
            "duplicate" => {
                let probability = self.ratio(value);
                let correlation = self.field(object, "correlation", Ratio::default(), Self::share);
                Impairment::Duplicate { probability: probability?, correlation }
            }
            "corrupt" => {
                let probability = self.ratio(value);
                let correlation = self.field(object, "correlation", Ratio::default(), Self::share);
                Impairment::Corrupt { probability: probability?, correlation }
            }
            "jitter" => {
                let spread = self.duration(value);
                let distribution =
                    self.field(object, "distribution", defaults::DISTRIBUTION, Self::distribution);
                let correlation = self.field(object, "correlation", Ratio::default(), Self::share);
                let overtakes = self.field(object, "overtakes", false, Self::boolean);
                Impairment::Jitter { spread: spread?, distribution, correlation, overtakes }
            }
            "reorder" => {
                let probability = self.ratio(value);
                let gap = self.field(object, "gap", defaults::GAP, Self::count);
                let correlation = self.field(object, "correlation", Ratio::default(), Self::share);
                Impairment::Reorder { probability: probability?, correlation, gap }
            }
            _ => {
                if !self.boolean(value)? {
                    return self.refuse(value, t!("write true, or remove the entry to have the link up"));
                }
                Impairment::Down
            }
        })
    }

    fn distribution(&mut self, value: &Value<'a>) -> Option<Distribution> {
        const ALL: [Distribution; 4] =
            [Distribution::Uniform, Distribution::Normal, Distribution::Pareto, Distribution::ParetoNormal];
        let names = ["uniform", "normal", "pareto", "paretonormal"];
        self.one_of(value, &names, "distribution").map(|number| ALL[number])
    }

    /// Both directions of a preset, such as DSL; the first end is the user's.
    fn preset(&mut self, value: &Value<'a>, ways: &mut [Way; 2]) {
        let keys: Vec<_> = presets().iter().map(|preset| preset.key).collect();
        if let Some(number) = self.one_of(value, &keys, "preset") {
            let [down, up] = presets()[number].ways;
            *ways = [up, down].map(|of| Way { line: of.line, impairments: of.impairments.to_vec() });
        }
    }

    /// A queue's limit, or its limit and its discipline.
    fn queue(&mut self, value: &Value<'a>) -> Option<Queue> {
        let Ok(Shape::Object) = value.shape() else {
            let limit = self.queue_limit(value)?;
            return Some(Queue { limit, discipline: Discipline::DropTail });
        };
        let object = self.object(value, t!("a queue"), fields::QUEUE)?;
        let limit = self.required(&object, "size", Self::queue_limit);
        let discipline = match (object.get("red"), object.get("codel")) {
            (None, None) => Some(Discipline::DropTail),
            (Some(value), None) => self.red(value, limit).map(Discipline::Red),
            (None, Some(value)) => {
                let on = defaults::CODEL;
                let codel = self.switched(value, "codel", fields::CODEL, on, |reader, object| CoDel {
                    target: reader.field(object, "target", on.target, Self::duration),
                    interval: reader.field(object, "interval", on.interval, Self::duration),
                });
                codel.map(|codel| codel.map_or(Discipline::DropTail, Discipline::CoDel))
            }
            (Some(_), Some(value)) => {
                self.refuse(value, t!("a queue has \"red\" or \"codel\", not both: remove one"))
            }
        };
        Some(Queue { limit: limit?, discipline: discipline? })
    }

    fn queue_limit(&mut self, value: &Value<'a>) -> Option<QueueLimit> {
        match value.shape() {
            Ok(Shape::Text(text)) if FRAMES.iter().any(|(unit, _)| text.trim_end().ends_with(unit)) => {
                let frames = self.quantity(value, FRAMES, "100 frames")?;
                Some(QueueLimit::Frames(usize::try_from(frames).unwrap_or(usize::MAX)))
            }
            _ => self.size(value).map(QueueLimit::Bytes),
        }
    }

    fn red(&mut self, value: &Value<'a>, limit: Option<QueueLimit>) -> Option<Red> {
        let object = self.object(value, "red", fields::RED)?;
        let amount = |reader: &mut Self, value: &Value<'a>| match (reader.queue_limit(value)?, limit) {
            (QueueLimit::Bytes(number), Some(QueueLimit::Bytes(_)) | None)
            | (QueueLimit::Frames(number), Some(QueueLimit::Frames(_)) | None) => Some(number),
            (QueueLimit::Bytes(_) | QueueLimit::Frames(_), Some(_)) => {
                reader.refuse(value, t!("count here what \"size\" counts: bytes or frames"))
            }
        };
        let min = self.required(&object, "min", amount);
        let max = self.required(&object, "max", amount);
        let probability = self.field(&object, "probability", defaults::RED_PROBABILITY, Self::ratio);
        let weight_log = self.field(&object, "weight", defaults::RED_WEIGHT, Self::saturating);
        Some(Red { min: min?, max: max?, probability, weight_log })
    }
}
