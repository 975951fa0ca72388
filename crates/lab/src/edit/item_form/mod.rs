//! The settings of a node, or of a link and the ports at its ends, as fields of text. As with the form that starts a run, what is
//! typed is read by the reader of documents (`scenario::item`), so that syntax, checks and error messages exist only once.
//! A list with many parts (routes, rules) is a text with a line for each part.
//!
//! | module | what it is |
//! |---|---|
//! | [`field`] | a field: key, label, how it is filled in |
//! | [`node`] | hosts, switches, routers |
//! | [`words`] | routes, forwarded ports, filter rules and VLANs as lines of words |
//! | [`link`] | rate, delay, queue; presets; how it all becomes a document and is read |
//! | [`impair`] | a link's impairments, as a list |
//! | [`port`] | a switch's and a router's ports |

pub mod field;
pub mod impair;
mod link;
mod node;
mod port;
mod words;

use crate::run_form::Wrong;
use field::Field;
use impair::Entry;
use scenario::fault::Step;
use scenario::item::Json;
use scenario::{Fault, Icon};
use texts::{mark, t};
use wire::sorted::SortedMap;

/// The values that have been typed into the form of a node or a link.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ItemForm {
    /// A text for each field, by its key.
    values: SortedMap<String, String>,
    /// A link's impairments, except the plain loss, which has a field of its own.
    pub impairments: Vec<Entry>,
}

/// Fields that belong together.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Title of the group; empty for the node's or the link's own fields.
    pub title: String,
    /// The fields, in the order of the page.
    pub fields: Vec<Field>,
}

impl Group {
    /// With the fields' texts in the page's language.
    fn new(title: String, fields: Vec<Field>) -> Self {
        Self { title, fields: fields.into_iter().map(Field::shown).collect() }
    }
}

/// A node's name.
pub const NAME: Field = Field::text("name", mark!("Name"), "");

/// What a node is drawn as: the document's words.
pub const ICON: Field = Field::choice(
    "icon",
    mark!("Drawn as"),
    &[
        ("", mark!("what it is")),
        ("laptop", mark!("laptop")),
        ("desktop", mark!("desktop computer")),
        ("phone", mark!("phone")),
        ("tablet", mark!("tablet")),
        ("server", mark!("server")),
        ("printer", mark!("printer")),
        ("camera", mark!("camera")),
        ("tv", mark!("television")),
        ("sensor", mark!("sensor")),
        ("access-point", mark!("access point")),
        ("cloud", mark!("cloud")),
    ],
);

impl ItemForm {
    fn get(&self, key: &str) -> Option<&str> {
        self.values.get(key).map(String::as_str)
    }

    /// The value of a field.
    pub fn value(&self, field: &Field) -> &str {
        self.get(&field.key).unwrap_or(field.default)
    }

    /// What the node is drawn as; `None`: as its kind.
    pub fn icon(&self) -> Option<Icon> {
        Icon::of_word(self.value(&ICON))
    }

    /// Sets the value of a field.
    pub fn set(&mut self, field: &Field, value: String) {
        self.put(&field.key, value);
    }

    fn put(&mut self, key: &str, value: impl Into<String>) {
        self.values.insert(key.to_owned(), value.into());
    }

    fn fill<K: AsRef<str>, V: Into<String>>(&mut self, values: impl IntoIterator<Item = (K, V)>) {
        for (key, value) in values {
            self.put(key.as_ref(), value);
        }
    }

    fn is_on(&self, field: &Field) -> bool {
        self.value(field) == ON
    }

    /// A field's text without the spaces around it.
    fn as_text(&self, field: &Field) -> Json<'_> {
        self.value(field).trim().into()
    }

    /// A field's number. A text that is no number stays a text, and the reader of documents reports the error.
    fn as_number(&self, field: &Field) -> Json<'_> {
        Json::typed(self.value(field))
    }
}

/// The value of a check box that is checked.
pub const ON: &str = "true";

/// The value of a check box.
const fn ticked(on: bool) -> &'static str {
    if on { ON } else { "" }
}

/// The parts of a comma-separated list.
fn parts(typed: &str) -> impl Iterator<Item = &str> {
    typed.split([',', '\n']).map(str::trim).filter(|part| !part.is_empty())
}

/// A comma-separated list as a list of texts.
fn texts(typed: &str) -> Json<'_> {
    Json::texts(parts(typed))
}

/// A percentage as a probability, digit by digit: `12.5` is `0.125`.
fn hundredth(percent: &str) -> Option<String> {
    let percent = percent.trim().trim_end_matches('%').trim_end();
    let (whole, fraction) = percent.split_once('.').unwrap_or((percent, ""));
    let digits = |part: &str| part.bytes().all(|digit| digit.is_ascii_digit());
    let sized = (1..=3).contains(&whole.len()) && fraction.len() <= 7;
    if !(sized && digits(whole) && digits(fraction)) {
        return None;
    }
    let padded = format!("{whole:0>3}");
    let possible =
        padded.starts_with('0') || (padded == "100" && fraction.bytes().all(|digit| digit == b'0'));
    possible.then(|| format!("{}.{}{fraction}", &padded[..1], &padded[1..]))
}

/// The error message for a value that is not a percentage.
fn percentage() -> String {
    t!("write a percentage from 0 to 100, like 0.5").into()
}

/// A message about this line of a field, counted from 1.
fn at_line(line: usize, message: &str) -> String {
    t!("line {line}: {message}")
}

/// What was read, or each fault at its field: `key` finds the field that a fault is about, and the line in it, counted from 1.
fn at_fields<T>(
    read: Result<T, Vec<Fault>>,
    key: impl Fn(&[Step]) -> Option<(String, Option<usize>)>,
) -> Result<T, Vec<Wrong>> {
    read.map_err(|faults| {
        let wrong = |fault: Fault| {
            let (key, line) = key(fault.place.steps()).unwrap_or_default();
            let message = match line {
                Some(line) => at_line(line, &fault.message),
                None => fault.message,
            };
            (key, message)
        };
        faults.into_iter().map(wrong).collect()
    })
}

#[cfg(test)]
mod tests;
