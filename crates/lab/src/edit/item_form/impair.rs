//! How a link misbehaves, as a list: each entry is of a kind and has the kind's few fields. What the kinds are called, and
//! their fields, is what the document has.

use super::field::Field;
use super::{ON, PERCENTAGE, hundredth, ticked};
use crate::format::decimal;
use crate::run_form::Wrong;
use netlab::Ratio;
use netlab::topology::{End, Way};
use scenario::item::{Fields, Json};
use scenario::quantity::{show_size, show_time};
use std::borrow::Cow;
use std::collections::BTreeMap;
use wire::Instant;
use wire::impair::{Distribution, Impairment};

/// One thing that goes wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// What.
    pub kind: Kind,
    /// Only for what this end sends.
    pub from: Option<End>,
    /// By the names of the kind's fields.
    values: BTreeMap<&'static str, String>,
}

/// What can go wrong, in the order of the picker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Frames are lost by chance.
    Loss,
    /// Losses come in bursts.
    Burst,
    /// Each nth is lost.
    Every,
    /// This one is lost.
    Frame,
    /// Frames come twice.
    Duplicate,
    /// Bits are wrong.
    Corrupt,
    /// The delay varies.
    Jitter,
    /// Some go ahead.
    Reorder,
    /// The cable is pulled for a time.
    Outage,
    /// Everything is lost for a time, once.
    Silence,
    /// Long frames are refused.
    FrameSize,
    /// Bytes are appended.
    Trailing,
    /// The cable is pulled.
    Down,
}

/// What a value is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    /// A percentage; the document has a probability.
    Percent,
    /// A text: a number with a unit, or one of some words.
    Text,
    /// A number.
    Number,
    /// Yes or no.
    Check,
}

/// A field of an entry.
struct Part {
    field: Field,
    unit: Unit,
}

const fn percent(key: &'static str, label: &'static str, default: &'static str) -> Part {
    Part { field: Field::text(key, label, default), unit: Unit::Percent }
}

const fn quantity(key: &'static str, label: &'static str, default: &'static str) -> Part {
    Part { field: Field::text(key, label, default), unit: Unit::Text }
}

const fn number(key: &'static str, label: &'static str, default: &'static str) -> Part {
    Part { field: Field::number(key, label, default), unit: Unit::Number }
}

/// How much of the last draw is in the next.
const CORRELATION: Part = percent("correlation", "Correlation, in percent", "");

const LOSS: &[Part] =
    &[percent("loss", "Lost, in percent", "1"), CORRELATION, quantity("max_size", "Only frames up to", "")];
const BURST: &[Part] = &[
    percent("to_bad", "A burst begins, in percent", "1"),
    percent("to_good", "It ends, in percent", "30"),
    percent("loss", "Lost in it, in percent", "100"),
    percent("good_loss", "Lost otherwise, in percent", "0"),
];
const EVERY: &[Part] = &[number("every", "One in", "100")];
const FRAME: &[Part] = &[number("frame", "The frame’s number", "10")];
const DUPLICATE: &[Part] = &[percent("duplicate", "Twice, in percent", "1"), CORRELATION];
const CORRUPT: &[Part] = &[percent("corrupt", "With a wrong bit, in percent", "1"), CORRELATION];
const JITTER: &[Part] = &[
    quantity("jitter", "Varies by", "5ms"),
    Part {
        field: Field::choice(
            "distribution",
            "Distribution",
            &[
                ("uniform", "uniform"),
                ("normal", "normal"),
                ("pareto", "Pareto"),
                ("paretonormal", "Pareto and normal"),
            ],
        ),
        unit: Unit::Text,
    },
    CORRELATION,
    Part { field: Field::check("overtakes", "Frames may overtake", ""), unit: Unit::Check },
];
const REORDER: &[Part] =
    &[percent("reorder", "Ahead, in percent", "1"), number("gap", "Only one in", "1"), CORRELATION];
const OUTAGE: &[Part] = &[
    quantity("at", "First at", "1s"),
    quantity("for", "Lasts", "500ms"),
    quantity("every", "Again every", ""),
];
const SILENCE: &[Part] = &[quantity("after", "After so much", "100kB"), quantity("for", "Lasts", "1s")];
const FRAME_SIZE: &[Part] = &[quantity("frame_size", "Longest frame that passes", "1000B")];
const TRAILING: &[Part] = &[number("trailing", "Up to so many bytes", "9")];

impl Kind {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Loss,
        Self::Burst,
        Self::Every,
        Self::Frame,
        Self::Duplicate,
        Self::Corrupt,
        Self::Jitter,
        Self::Reorder,
        Self::Outage,
        Self::Silence,
        Self::FrameSize,
        Self::Trailing,
        Self::Down,
    ];

    /// As the document calls it.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Loss => "loss",
            Self::Burst => "burst",
            Self::Every => "every",
            Self::Frame => "frame",
            Self::Duplicate => "duplicate",
            Self::Corrupt => "corrupt",
            Self::Jitter => "jitter",
            Self::Reorder => "reorder",
            Self::Outage => "outage",
            Self::Silence => "silence",
            Self::FrameSize => "frame_size",
            Self::Trailing => "trailing",
            Self::Down => "down",
        }
    }

    /// As people call it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Loss => "Losses by chance",
            Self::Burst => "Losses in bursts",
            Self::Every => "Every nth lost",
            Self::Frame => "One chosen frame lost",
            Self::Duplicate => "Duplicates",
            Self::Corrupt => "Wrong bits",
            Self::Jitter => "Delay that varies (jitter)",
            Self::Reorder => "Reordering",
            Self::Outage => "Outage",
            Self::Silence => "One silence",
            Self::FrameSize => "Long frames refused",
            Self::Trailing => "Bytes appended",
            Self::Down => "Cable pulled",
        }
    }

    fn parts(self) -> &'static [Part] {
        match self {
            Self::Loss => LOSS,
            Self::Burst => BURST,
            Self::Every => EVERY,
            Self::Frame => FRAME,
            Self::Duplicate => DUPLICATE,
            Self::Corrupt => CORRUPT,
            Self::Jitter => JITTER,
            Self::Reorder => REORDER,
            Self::Outage => OUTAGE,
            Self::Silence => SILENCE,
            Self::FrameSize => FRAME_SIZE,
            Self::Trailing => TRAILING,
            Self::Down => &[],
        }
    }
}

impl Entry {
    /// As the picker adds it: on both ways, with a plausible amount.
    pub fn new(kind: Kind) -> Self {
        Self { kind, from: None, values: BTreeMap::new() }
    }

    /// Its fields, as entry number `place` of the form's list.
    pub fn fields(&self, place: usize) -> Vec<Field> {
        let field = |part: &Part| Field {
            key: Cow::Owned(format!("impair.{place}.{}", part.field.key)),
            ..part.field.clone()
        };
        self.kind.parts().iter().map(field).collect()
    }

    /// What is filled into the field of this key, as [`fields`](Self::fields) has it.
    pub fn value(&self, key: &str) -> &str {
        self.part(key).map_or("", |part| self.of(part))
    }

    /// Fills it in.
    pub fn set(&mut self, key: &str, value: String) {
        let name = self.part(key).map(|part| match part.field.key {
            Cow::Borrowed(name) => name,
            Cow::Owned(_) => unreachable!("names of parts are written down here"),
        });
        if let Some(name) = name {
            self.values.insert(name, value);
        }
    }

    fn part(&self, key: &str) -> Option<&'static Part> {
        let name = key.rsplit('.').next()?;
        self.kind.parts().iter().find(|part| part.field.key == name)
    }

    fn of(&self, part: &Part) -> &str {
        self.values.get(&*part.field.key).map_or(part.field.default, String::as_str)
    }

    /// As an entry of a document; `ends` are the ids of the link's ends.
    pub fn entry<'f>(&'f self, ends: [&'f str; 2], place: usize, wrong: &mut Vec<Wrong>) -> Fields<'f> {
        let mut fields = Fields::default();
        for part in self.kind.parts() {
            let (key, typed) = (&part.field.key, self.of(part).trim());
            // What may be left out, and is.
            if typed.is_empty() && part.field.default.is_empty() {
                continue;
            }
            let value = match part.unit {
                Unit::Percent => match hundredth(typed) {
                    Some(ratio) => Json::Number(ratio.into()),
                    None => {
                        wrong.push((format!("impair.{place}.{key}"), PERCENTAGE.to_owned()));
                        continue;
                    }
                },
                Unit::Text => typed.into(),
                Unit::Number => Json::typed(typed),
                Unit::Check => (typed == ON).into(),
            };
            fields.put(&**key, value);
        }
        let mut entry = match self.kind {
            Kind::Burst | Kind::Outage | Kind::Silence => {
                let mut entry = Fields::default();
                entry.put(self.kind.key(), fields);
                entry
            }
            Kind::Down => {
                let mut entry = Fields::default();
                entry.put("down", true);
                entry
            }
            _ => fields,
        };
        entry.maybe("from", self.from.map(|end| ends[end.index()]));
        entry
    }

    /// An impairment as it is.
    pub fn of_impairment(impairment: Impairment, from: Option<End>) -> Self {
        let (kind, values) = shown(impairment);
        let values = values.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        Self { kind, from, values }
    }
}

/// What goes wrong on both ways, and on each by itself. Which of several alike is first is kept.
pub fn entries(ways: &[Way; 2], hidden: [Option<usize>; 2]) -> Vec<Entry> {
    let listed = |end: End| {
        let all = ways[end.index()].impairments.iter().enumerate();
        all.filter(move |(place, _)| hidden[end.index()] != Some(*place)).map(|(_, impairment)| *impairment)
    };
    let mut back: Vec<Impairment> = listed(End::Second).collect();
    let mut entries = Vec::new();
    for impairment in listed(End::First) {
        let twin = back.iter().position(|other| *other == impairment);
        let from = if twin.is_some() { None } else { Some(End::First) };
        if let Some(twin) = twin {
            back.remove(twin);
        }
        entries.push(Entry::of_impairment(impairment, from));
    }
    entries.extend(back.into_iter().map(|impairment| Entry::of_impairment(impairment, Some(End::Second))));
    entries
}

fn shown(impairment: Impairment) -> (Kind, Vec<(&'static str, String)>) {
    let ratio = |ratio: Ratio| decimal(ratio.as_f64() * 100.0, 7);
    let share = |of: Ratio| if of == Ratio::default() { String::new() } else { ratio(of) };
    let size = |bytes: usize| show_size(bytes as u64);
    match impairment {
        Impairment::Loss(probability) => (Kind::Loss, vec![("loss", ratio(probability))]),
        Impairment::LossOfSmall { probability, bytes_max } => {
            (Kind::Loss, vec![("loss", ratio(probability)), ("max_size", size(bytes_max))])
        }
        Impairment::LossCorrelated { probability, correlation } => {
            (Kind::Loss, vec![("loss", ratio(probability)), ("correlation", ratio(correlation))])
        }
        Impairment::GilbertElliott { to_bad, to_good, bad, good } => (
            Kind::Burst,
            vec![
                ("to_bad", ratio(to_bad)),
                ("to_good", ratio(to_good)),
                ("loss", ratio(bad)),
                ("good_loss", ratio(good)),
            ],
        ),
        Impairment::LossEvery(number) => (Kind::Every, vec![("every", number.to_string())]),
        Impairment::LossOfFrame(number) => (Kind::Frame, vec![("frame", number.to_string())]),
        Impairment::Duplicate { probability, correlation } => {
            (Kind::Duplicate, vec![("duplicate", ratio(probability)), ("correlation", share(correlation))])
        }
        Impairment::Corrupt { probability, correlation } => {
            (Kind::Corrupt, vec![("corrupt", ratio(probability)), ("correlation", share(correlation))])
        }
        Impairment::Jitter { spread, distribution, correlation, overtakes } => {
            let distribution = match distribution {
                Distribution::Uniform => "uniform",
                Distribution::Normal => "normal",
                Distribution::Pareto => "pareto",
                Distribution::ParetoNormal => "paretonormal",
            };
            let values = vec![
                ("jitter", show_time(spread)),
                ("distribution", distribution.to_owned()),
                ("correlation", share(correlation)),
                ("overtakes", ticked(overtakes).to_owned()),
            ];
            (Kind::Jitter, values)
        }
        Impairment::Reorder { probability, correlation, gap } => (
            Kind::Reorder,
            vec![
                ("reorder", ratio(probability)),
                ("gap", gap.to_string()),
                ("correlation", share(correlation)),
            ],
        ),
        Impairment::Outage { at, lasts, every } => (
            Kind::Outage,
            vec![
                ("at", show_time(at.since(Instant::ZERO))),
                ("for", show_time(lasts)),
                ("every", every.map(show_time).unwrap_or_default()),
            ],
        ),
        Impairment::SilenceOnce { after_bytes, lasts } => {
            (Kind::Silence, vec![("after", show_size(after_bytes)), ("for", show_time(lasts))])
        }
        Impairment::FrameSizeMax(bytes) => (Kind::FrameSize, vec![("frame_size", size(bytes))]),
        Impairment::TrailingBytes(bytes) => (Kind::Trailing, vec![("trailing", bytes.to_string())]),
        Impairment::Down => (Kind::Down, Vec::new()),
    }
}
