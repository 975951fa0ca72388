//! A link: rate, delay, queue and impairments of each direction, and the ports at its ends.

use super::field::Field;
use super::impair::entries;
use super::words::Lines;
use super::{Group, ItemForm, at_fields, hundredth, percentage};
use crate::format::decimal;
use crate::run_form::Wrong;
use netlab::topology::{End, Link, NodeKind, Port, Topology, Way};
use scenario::Scenario;
use scenario::fault::Step;
use scenario::item::{Fields, Json};
use scenario::quantity::{show_rate, show_size, show_time};
use texts::mark;
use wire::impair::Impairment;
use wire::line::{CoDel, Discipline, LineConfig, QueueLimit};
use wire::preset::Preset;

/// Whether both directions of a link have the same settings.
const ALIKE: Field = Field::choice(
    "alike",
    mark!("Directions"),
    &[("", mark!("same settings")), ("no", mark!("separate settings"))],
);
const LOSS_HINT: &str = mark!("In percent. Empty: none.");
const QUEUE_HINT: &str = mark!("In bytes, like 64KiB, or frames, like 50 frames.");
const DISCIPLINES: &[(&str, &str)] = &[
    ("", mark!("drop tail: drops new frames when full")),
    ("red", mark!("RED: drops some frames early, at random")),
    ("codel", mark!("CoDel: drops frames that wait too long")),
];

/// The fields of a direction.
struct WayFields {
    rate: Field,
    delay: Field,
    queue: Field,
    loss: Field,
    discipline: Field,
    red_min: Field,
    red_max: Field,
    red_probability: Field,
    red_weight: Field,
    codel_target: Field,
    codel_interval: Field,
}

static WAYS: [WayFields; 2] = [
    WayFields {
        rate: Field::text("rate", mark!("Rate"), "100Mbps"),
        delay: Field::text("delay", mark!("Delay"), "1ms"),
        queue: Field::text("queue", mark!("Queue"), "64KiB").hint(QUEUE_HINT),
        loss: Field::text("loss", mark!("Loss"), "").hint(LOSS_HINT),
        discipline: Field::choice("discipline", mark!("Queue discipline"), DISCIPLINES).further(),
        red_min: Field::text("min", mark!("RED minimum threshold"), "16KiB").further(),
        red_max: Field::text("max", mark!("RED maximum threshold"), "48KiB").further(),
        red_probability: Field::text("probability", mark!("RED maximum probability, in percent"), "10")
            .further(),
        red_weight: Field::number("weight", mark!("RED weight"), "9").further(),
        codel_target: Field::text("target", mark!("CoDel target"), "5ms").further(),
        codel_interval: Field::text("interval", mark!("CoDel interval"), "100ms").further(),
    },
    WayFields {
        rate: Field::text("rate back", mark!("Rate back"), "100Mbps"),
        delay: Field::text("delay back", mark!("Delay back"), "1ms"),
        queue: Field::text("queue back", mark!("Queue back"), "64KiB").hint(QUEUE_HINT),
        loss: Field::text("loss back", mark!("Loss back"), "").hint(LOSS_HINT),
        discipline: Field::choice("discipline back", mark!("Queue discipline back"), DISCIPLINES).further(),
        red_min: Field::text("min back", mark!("RED minimum threshold back"), "16KiB").further(),
        red_max: Field::text("max back", mark!("RED maximum threshold back"), "48KiB").further(),
        red_probability: Field::text(
            "probability back",
            mark!("RED maximum probability back, in percent"),
            "10",
        )
        .further(),
        red_weight: Field::number("weight back", mark!("RED weight back"), "9").further(),
        codel_target: Field::text("target back", mark!("CoDel target back"), "5ms").further(),
        codel_interval: Field::text("interval back", mark!("CoDel interval back"), "100ms").further(),
    },
];
const UNLIMITED: &str = "unlimited";

impl ItemForm {
    /// The form of a link, filled in with its settings.
    pub fn of_link(topology: &Topology, link: &Link) -> Self {
        let mut form = Self::default();
        form.fill_ways(&link.ways);
        form.fill_duplex(link.duplex);
        for end in End::BOTH.map(End::index) {
            form.fill_port(end, &topology.node(link.ends[end]).kind, &link.ports[end]);
        }
        form
    }

    /// Fills in the settings of a preset; `user` is the end where its user is.
    pub fn take_preset(&mut self, preset: &Preset, user: End) {
        // A preset's first direction is the download: towards the user.
        let way = |way: &wire::preset::Way| Way { line: way.line, impairments: way.impairments.to_vec() };
        let [down, up] = preset.ways.each_ref().map(way);
        self.fill_ways(&match user {
            End::First => [up, down],
            End::Second => [down, up],
        });
    }

    fn fill_ways(&mut self, ways: &[Way; 2]) {
        let [there, back] = ways.each_ref();
        let alike = if settings(there) == settings(back) { "" } else { "no" };
        self.fill([(&ALIKE.key, alike)]);
        for (way, fields) in ways.iter().zip(&WAYS) {
            let line = way.line;
            let limit = match line.queue.limit {
                QueueLimit::Bytes(bytes) => show_size(bytes as u64),
                QueueLimit::Frames(frames) => format!("{frames} frames"),
            };
            self.fill([
                (&fields.rate.key, line.rate.map_or(UNLIMITED.to_owned(), show_rate)),
                (&fields.delay.key, show_time(line.delay)),
                (&fields.queue.key, limit),
                (
                    &fields.loss.key,
                    loss_of(way).map(|(_, loss)| decimal(loss * 100.0, 7)).unwrap_or_default(),
                ),
            ]);
            let discipline = match line.queue.discipline {
                Discipline::DropTail => "",
                Discipline::Red(red) => {
                    let amount = |number: usize| match line.queue.limit {
                        QueueLimit::Bytes(_) => show_size(number as u64),
                        QueueLimit::Frames(_) => format!("{number} frames"),
                    };
                    self.fill([
                        (&fields.red_min.key, amount(red.min)),
                        (&fields.red_max.key, amount(red.max)),
                        (&fields.red_probability.key, decimal(red.probability.as_f64() * 100.0, 7)),
                        (&fields.red_weight.key, red.weight_log.to_string()),
                    ]);
                    "red"
                }
                Discipline::CoDel(CoDel { target, interval }) => {
                    self.fill([
                        (&fields.codel_target.key, show_time(target)),
                        (&fields.codel_interval.key, show_time(interval)),
                    ]);
                    "codel"
                }
            };
            self.fill([(&fields.discipline.key, discipline)]);
        }
        self.impairments = entries(ways, ways.each_ref().map(|way| loss_of(way).map(|(place, _)| place)));
    }

    /// The fields of a link and of the ports at its ends. Some fields exist only for certain values of others.
    pub fn link_groups(&self, topology: &Topology, link: &Link) -> Vec<Group> {
        let mut fields = vec![ALIKE];
        for way in self.ways() {
            fields.extend([&way.rate, &way.delay, &way.queue, &way.loss, &way.discipline].map(Clone::clone));
            match self.value(&way.discipline) {
                "red" => fields.extend(
                    [&way.red_min, &way.red_max, &way.red_probability, &way.red_weight].map(Clone::clone),
                ),
                "codel" => fields.extend([&way.codel_target, &way.codel_interval].map(Clone::clone)),
                _ => {}
            }
        }
        let ports = End::BOTH.into_iter().filter_map(|end| {
            let node = topology.node(link.ends[end.index()]);
            self.port_group(end.index(), &node.kind, &node.name)
        });
        [Group::new(String::new(), fields)].into_iter().chain(ports).collect()
    }

    fn ways(&self) -> &'static [WayFields] {
        if self.value(&ALIKE).is_empty() { &WAYS[..1] } else { &WAYS }
    }

    /// Both directions of a link and the ports at its ends.
    ///
    /// # Errors
    /// Everything that is wrong, each with the key of its field.
    pub fn link(&self, scenario: &Scenario, link: &Link) -> Result<([Way; 2], [Port; 2]), Vec<Wrong>> {
        let [there, back] = match self.ways() {
            [both] => [both; 2],
            ways => [&ways[0], &ways[1]],
        };
        let ids = link.ends.map(|end| scenario.id(end));
        let kinds = link.ends.map(|end| &scenario.topology.node(end).kind);
        let mut wrong = Vec::new();
        let mut impair = self.losses([there, back], ids, &mut wrong);
        let losses = impair.len();
        let others = self.impairments.iter().enumerate();
        impair.extend(others.map(|(place, it)| it.entry(ids, place, &mut wrong).into()));
        let mut lines = [Lines::default(), Lines::default()];
        let mut ports = Fields::default();
        let mut fields = Fields::default();
        fields
            .put("ends", Json::texts(ids))
            .put("rate", of_both([there, back], |way| self.as_text(&way.rate)))
            .put("delay", of_both([there, back], |way| self.as_text(&way.delay)))
            .put("queue", of_both([there, back], |way| self.queue_field(way, &mut wrong)))
            .put("impair", Json::List(impair));
        for (end, id) in ids.into_iter().enumerate() {
            if let Some(port) = self.port_fields(end, kinds[end], &mut lines[end], &mut wrong) {
                ports.put(id, port);
            }
        }
        fields.put("ports", ports);
        let read = at_fields(scenario.read_link(&fields), |steps| {
            let [_, _, Step::Field(first), rest @ ..] = steps else { return None };
            let way = if matches!(rest, [Step::Index(1), ..]) { back } else { there };
            match (first.as_str(), rest) {
                ("rate", _) => Some((way.rate.key.to_string(), None)),
                ("delay", _) => Some((way.delay.key.to_string(), None)),
                ("queue", rest) => Some((way.of_queue(rest).key.to_string(), None)),
                ("impair", [Step::Index(number), rest @ ..]) => {
                    let entry = number.checked_sub(losses)?;
                    let part = rest.iter().rev().find_map(|step| match step {
                        Step::Field(key) => Some(key.as_str()),
                        Step::Index(_) => None,
                    });
                    let first =
                        || self.impairments.get(entry)?.fields(entry).first().map(|f| f.key.to_string());
                    let key = part.map(|part| format!("impair.{entry}.{part}"));
                    let known = |key: &String| {
                        self.impairments
                            .get(entry)
                            .is_some_and(|it| it.fields(entry).iter().any(|f| f.key == *key))
                    };
                    key.filter(known).or_else(first).map(|key| (key, None))
                }
                ("ports", [Step::Field(end), Step::Field(key), rest @ ..]) => {
                    let end = usize::from(end == ids[1]);
                    let line = match (key.as_str(), rest) {
                        ("vlans", [Step::Field(vlan), ..]) => lines[end].of_vlan(vlan),
                        _ => None,
                    };
                    Some((format!("port{end}.{key}"), line))
                }
                _ => None,
            }
        });
        let read = match (read, wrong.is_empty()) {
            (Ok(read), true) => read,
            (Ok(_), false) => return Err(wrong),
            (Err(more), _) => return Err([wrong, more].concat()),
        };
        let Link { mut ways, mut ports, .. } = read;
        // Impairments that differ only in their order count as unchanged.
        for (way, before) in ways.iter_mut().zip(&link.ways) {
            if same_impairments(&way.impairments, &before.impairments) {
                way.impairments.clone_from(&before.impairments);
            }
        }
        for ((port, before), kind) in ports.iter_mut().zip(&link.ports).zip(kinds) {
            let same = match kind {
                NodeKind::Host(_) | NodeKind::Hub => true,
                NodeKind::Switch(_) => port.of_switch() == before.of_switch(),
                NodeKind::Router(_) => port.of_router() == before.of_router(),
            };
            if same {
                port.clone_from(before);
            }
        }
        Ok((ways, ports))
    }

    /// The plain loss of each direction, which has a field of its own.
    fn losses<'f>(&self, ways: [&WayFields; 2], ids: [&'f str; 2], wrong: &mut Vec<Wrong>) -> Vec<Json<'f>> {
        let mut losses = Vec::new();
        for (way, from) in ways.into_iter().zip(ids) {
            let typed = self.value(&way.loss);
            match hundredth(typed) {
                _ if typed.trim().is_empty() => {}
                Some(loss) => {
                    let mut entry = Fields::default();
                    entry.put("loss", Json::Number(loss.into())).put("from", from);
                    losses.push(entry.into());
                }
                None => wrong.push((way.loss.key.to_string(), percentage())),
            }
        }
        losses
    }

    fn queue_field(&self, way: &WayFields, wrong: &mut Vec<Wrong>) -> Json<'_> {
        let size = self.as_text(&way.queue);
        let (name, settings) = match self.value(&way.discipline) {
            name @ "red" => {
                let probability = hundredth(self.value(&way.red_probability)).unwrap_or_else(|| {
                    wrong.push((way.red_probability.key.to_string(), percentage()));
                    "0".to_owned()
                });
                let mut red = Fields::default();
                red.put("min", self.as_text(&way.red_min))
                    .put("max", self.as_text(&way.red_max))
                    .put("probability", Json::Number(probability.into()))
                    .put("weight", self.as_number(&way.red_weight));
                (name, red)
            }
            name @ "codel" => {
                let mut codel = Fields::default();
                codel
                    .put("target", self.as_text(&way.codel_target))
                    .put("interval", self.as_text(&way.codel_interval));
                (name, codel)
            }
            _ => return size,
        };
        let mut queue = Fields::default();
        queue.put("size", size).put(name, settings);
        queue.into()
    }
}

impl WayFields {
    /// The field of a fault in the queue.
    fn of_queue(&self, steps: &[Step]) -> &Field {
        let last = steps.iter().rev().find_map(|step| match step {
            Step::Field(key) => Some(key.as_str()),
            Step::Index(_) => None,
        });
        match last {
            Some("min") => &self.red_min,
            Some("max") => &self.red_max,
            Some("probability") => &self.red_probability,
            Some("weight") => &self.red_weight,
            Some("target") => &self.codel_target,
            Some("interval") => &self.codel_interval,
            _ => &self.queue,
        }
    }
}

/// A list of two values, one for each direction.
fn of_both<'f>(ways: [&WayFields; 2], show: impl FnMut(&WayFields) -> Json<'f>) -> Json<'f> {
    Json::List(ways.map(show).into())
}

/// The settings of a direction that have fields of their own.
fn settings(way: &Way) -> (LineConfig, Option<u64>) {
    (way.line, loss_of(way).map(|(_, loss)| loss.to_bits()))
}

/// The first plain loss, which has a field of its own, and its place.
fn loss_of(way: &Way) -> Option<(usize, f64)> {
    way.impairments.iter().enumerate().find_map(|(place, impairment)| match impairment {
        Impairment::Loss(ratio) => Some((place, ratio.as_f64())),
        _ => None,
    })
}

fn same_impairments(one: &[Impairment], other: &[Impairment]) -> bool {
    let mut left = other.to_vec();
    one.len() == other.len()
        && one.iter().all(|it| {
            let place = left.iter().position(|other| other == it);
            place.map(|place| left.remove(place)).is_some()
        })
}
