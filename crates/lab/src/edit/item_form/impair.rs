//! A link's impairments as a list of entries: an entry has a kind, and the kind determines its fields. The keys of kinds and
//! fields are those of the document.

use super::field::Field;
use super::{ON, hundredth, percentage, ticked};
use crate::format::decimal;
use crate::run_form::Wrong;
use netlab::Ratio;
use netlab::topology::{End, Way};
use scenario::item::{Fields, Json};
use scenario::quantity::{show_size, show_time};
use std::borrow::Cow;
use texts::{mark, t};
use wire::Instant;
use wire::impair::{Distribution, Impairment};
use wire::sorted::SortedMap;

/// One impairment.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Which kind of impairment.
    pub kind: Kind,
    /// Only for frames that this end sends; `None`: for both directions.
    pub from: Option<End>,
    /// The typed values, by the keys of the kind's fields.
    values: SortedMap<&'static str, String>,
}

/// The kinds of impairments, in the order of the picker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Random loss.
    Loss,
    /// Burst loss: the Gilbert–Elliott model.
    Burst,
    /// Every nth frame is lost.
    Every,
    /// The frame of this number is lost.
    Frame,
    /// Frames are duplicated.
    Duplicate,
    /// A bit of the frame is inverted.
    Corrupt,
    /// The delay varies.
    Jitter,
    /// Some frames skip the delay and overtake others.
    Reorder,
    /// The cable is pulled for a time, once or periodically.
    Outage,
    /// All frames are lost for a time, once, after an amount of data.
    Silence,
    /// Frames longer than this are dropped.
    FrameSize,
    /// Random bytes are appended to frames.
    Trailing,
    /// The cable is pulled.
    Down,
}

/// How a value is typed.
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

/// How much each random draw depends on the one before (as in tc-netem).
const CORRELATION: Part = percent("correlation", mark!("Correlation, in percent"), "");

const LOSS: &[Part] = &[
    percent("loss", mark!("Loss, in percent"), "1"),
    CORRELATION,
    quantity("max_size", mark!("Only frames up to this size"), ""),
];
const BURST: &[Part] = &[
    percent("to_bad", mark!("A burst starts, in percent"), "1"),
    percent("to_good", mark!("A burst ends, in percent"), "30"),
    percent("loss", mark!("Loss during a burst, in percent"), "100"),
    percent("good_loss", mark!("Loss outside bursts, in percent"), "0"),
];
const EVERY: &[Part] = &[number("every", mark!("Frames per loss"), "100")];
const FRAME: &[Part] = &[number("frame", mark!("Frame number"), "10")];
const DUPLICATE: &[Part] = &[percent("duplicate", mark!("Duplicated, in percent"), "1"), CORRELATION];
const CORRUPT: &[Part] = &[percent("corrupt", mark!("Corrupted, in percent"), "1"), CORRELATION];
const JITTER: &[Part] = &[
    quantity("jitter", mark!("Jitter"), "5ms"),
    Part {
        field: Field::choice(
            "distribution",
            mark!("Distribution"),
            &[
                ("uniform", mark!("uniform")),
                ("normal", mark!("normal")),
                ("pareto", "Pareto"),
                ("paretonormal", mark!("Pareto-normal")),
            ],
        ),
        unit: Unit::Text,
    },
    CORRELATION,
    Part { field: Field::check("overtakes", mark!("Frames may overtake each other"), ""), unit: Unit::Check },
];
const REORDER: &[Part] = &[
    percent("reorder", mark!("Reordered, in percent"), "1"),
    number("gap", mark!("Gap (only every nth frame)"), "1"),
    CORRELATION,
];
const OUTAGE: &[Part] = &[
    quantity("at", mark!("Starts at"), "1s"),
    quantity("for", mark!("Duration"), "500ms"),
    quantity("every", mark!("Repeats every"), ""),
];
const SILENCE: &[Part] = &[
    quantity("after", mark!("After this amount of data"), "100kB"),
    quantity("for", mark!("Duration"), "1s"),
];
const FRAME_SIZE: &[Part] = &[quantity("frame_size", mark!("Maximum frame size"), "1000B")];
const TRAILING: &[Part] = &[number("trailing", mark!("Maximum number of bytes"), "9")];

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

    /// Its key in the document.
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

    /// Its name on the page.
    pub fn label(self) -> &'static str {
        match self {
            Self::Loss => t!("Random loss"),
            Self::Burst => t!("Burst loss (Gilbert–Elliott)"),
            Self::Every => t!("Every-nth loss"),
            Self::Frame => t!("Loss of one chosen frame"),
            Self::Duplicate => t!("Duplication"),
            Self::Corrupt => t!("Corruption (bit errors)"),
            Self::Jitter => t!("Jitter (varying delay)"),
            Self::Reorder => t!("Reordering"),
            Self::Outage => t!("Outage"),
            Self::Silence => t!("One-time silence"),
            Self::FrameSize => t!("Frame size limit"),
            Self::Trailing => t!("Trailing bytes"),
            Self::Down => t!("Cable pulled"),
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
    /// A new entry as the picker adds it: for both directions, with default values.
    pub fn new(kind: Kind) -> Self {
        Self { kind, from: None, values: SortedMap::new() }
    }

    /// Its fields, as entry number `place` of the form's list.
    pub fn fields(&self, place: usize) -> Vec<Field> {
        let field = |part: &Part| Field {
            key: Cow::Owned(format!("impair.{place}.{}", part.field.key)),
            ..part.field.clone().shown()
        };
        self.kind.parts().iter().map(field).collect()
    }

    /// What is filled into the field of this key, as [`fields`](Self::fields) has it.
    pub fn value(&self, key: &str) -> &str {
        self.part(key).map_or("", |part| self.of(part))
    }

    /// Sets the value of the field of this key.
    pub fn set(&mut self, key: &str, value: String) {
        let name = self.part(key).map(|part| match part.field.key {
            Cow::Borrowed(name) => name,
            Cow::Owned(_) => unreachable!("the keys of parts are constants"),
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
            // An optional field that is empty is left out.
            if typed.is_empty() && part.field.default.is_empty() {
                continue;
            }
            let value = match part.unit {
                Unit::Percent => match hundredth(typed) {
                    Some(ratio) => Json::Number(ratio.into()),
                    None => {
                        wrong.push((format!("impair.{place}.{key}"), percentage()));
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

    /// The entry that shows an impairment.
    pub fn of_impairment(impairment: Impairment, from: Option<End>) -> Self {
        let (kind, values) = shown(impairment);
        let values = values.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        Self { kind, from, values }
    }
}

/// The impairments that both directions share, and those of each direction. Equal impairments keep their order.
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
