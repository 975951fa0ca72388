//! How a lesson's JSON is taken apart: what is wrong is noted with its place, and reading goes on, so that an author sees all of it.
//!
//! The values are those of [`scenario::json`], so that this costs the page nothing; the document inside a lesson is handed to
//! `scenario` as it stands.

use crate::bounds::ID_CHARS_MAX;
use netlab::{Duration, Instant};
use scenario::bounds::FAULTS_MAX;
use scenario::fault::Position;
use scenario::json::{FIELDS_MAX, Shape, Value};
use scenario::quantity::{parse_time, quoted};
use scenario::{Fault, Level, nearest};
use texts::t;

/// Takes values out of one text, and notes faults.
pub(crate) struct Reader<'a> {
    text: &'a str,
    pub faults: Vec<Fault>,
}

/// An object whose fields are known.
pub(crate) struct Object<'a> {
    pub value: Value<'a>,
    what: &'static str,
    fields: Vec<(String, Value<'a>)>,
}

impl<'a> Object<'a> {
    pub fn get(&self, name: &str) -> Option<&Value<'a>> {
        self.fields.iter().find(|(found, _)| found == name).map(|(_, value)| value)
    }
}

impl<'a> Reader<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, faults: Vec::new() }
    }

    /// Notes a fault.
    pub fn refuse<T>(&mut self, value: &Value<'_>, message: impl Into<String>) -> Option<T> {
        if self.faults.len() < FAULTS_MAX {
            let mut fault = Fault::new(Level::Error, value.place.clone(), message);
            fault.position = Some(value.position(self.text));
            self.faults.push(fault);
        }
        None
    }

    /// Notes the faults of a document that stands in this text.
    pub fn refuse_all(&mut self, inside: &Value<'_>, faults: Vec<Fault>) {
        let start = inside.position(self.text);
        for mut fault in faults.into_iter().take(FAULTS_MAX - self.faults.len().min(FAULTS_MAX)) {
            fault.position = Some(match fault.position {
                Some(Position { line: 1, column }) => {
                    Position { line: start.line, column: start.column + column - 1 }
                }
                Some(Position { line, column }) => Position { line: start.line + line - 1, column },
                None => start,
            });
            self.faults.push(fault);
        }
    }

    pub fn object(&mut self, value: &Value<'a>, what: &'static str, known: &[&str]) -> Option<Object<'a>> {
        let fields = self.fields(value, FIELDS_MAX)?;
        for (number, (name, value)) in fields.iter().enumerate() {
            if fields[..number].iter().any(|(earlier, _)| earlier == name) {
                self.refuse::<()>(value, t!("{} stands here twice: remove one", quoted(name)));
            } else if !known.contains(&name.as_str()) {
                let remedy = match nearest(name, known.iter().copied()) {
                    Some(near) => t!("did you mean \"{near}\"?"),
                    None => t!("it can have {}", known.join(", ")),
                };
                self.refuse::<()>(value, t!("{what} has no {}: {remedy}", quoted(name)));
            }
        }
        Some(Object { value: value.clone(), what, fields })
    }

    /// The fields of an object, whatever they are called.
    pub fn fields(&mut self, value: &Value<'a>, max: usize) -> Option<Vec<(String, Value<'a>)>> {
        let Ok(Shape::Object) = value.shape() else {
            return self.refuse(value, t!("this should be an object in braces"));
        };
        match value.fields(max) {
            Ok((_, true)) => self.refuse(value, t!("this has more than {max} fields")),
            Ok((fields, false)) => Some(fields),
            Err(why) => self.refuse(value, why),
        }
    }

    /// Things that an author has given names.
    pub fn named(&mut self, value: &Value<'a>, what: &str, max: usize) -> Vec<(String, Value<'a>)> {
        let fields = self.fields(value, max.min(FIELDS_MAX)).unwrap_or_default();
        for (number, (name, value)) in fields.iter().enumerate() {
            if !is_id(name) {
                self.refuse::<()>(value, t!("the names of {what} are lowercase letters, digits, - and _"));
            } else if fields[..number].iter().any(|(earlier, _)| earlier == name) {
                self.refuse::<()>(value, t!("{} stands here twice: remove one", quoted(name)));
            }
        }
        fields
    }

    /// The one field of these that an object has.
    pub fn one_kind(
        &mut self,
        object: &Object<'a>,
        kinds: &[&'static str],
    ) -> Option<(&'static str, Value<'a>)> {
        let given: Vec<_> =
            kinds.iter().filter_map(|kind| Some((*kind, object.get(kind)?.clone()))).collect();
        match given.len() {
            1 => given.into_iter().next(),
            0 => self.refuse(&object.value, t!("{} needs one of {}", object.what, kinds.join(", "))),
            _ => self.refuse(&object.value, t!("{} has only one of {}", object.what, kinds.join(", "))),
        }
    }

    pub fn required(&mut self, object: &Object<'a>, name: &str) -> Option<Value<'a>> {
        match object.get(name) {
            Some(value) => Some(value.clone()),
            None => self.refuse(&object.value, t!("\"{name}\" is missing: {} needs it", object.what)),
        }
    }

    /// The elements of a list, or the value itself where it is none.
    pub fn list(&mut self, value: &Value<'a>, max: usize) -> Vec<Value<'a>> {
        let Ok(Shape::Array) = value.shape() else { return vec![value.clone()] };
        let (elements, more) = value.elements(max);
        if more {
            self.refuse::<()>(value, t!("this list has more than {max} entries"));
        }
        elements
    }

    pub fn list_of(&mut self, object: &Object<'a>, name: &str, max: usize) -> Vec<Value<'a>> {
        object.get(name).map(|value| self.list(value, max)).unwrap_or_default()
    }

    /// A text. A number is one, too: a variable in a text may have become one.
    pub fn text(&mut self, value: &Value<'a>, chars_max: usize) -> Option<String> {
        let text = match value.shape() {
            Ok(Shape::Text(text)) => text,
            Ok(Shape::Number(number)) => number.to_owned(),
            Ok(_) => return self.refuse(value, t!("this should be a text in double quotes")),
            Err(why) => return self.refuse(value, why),
        };
        if text.chars().nth(chars_max).is_some() {
            return self.refuse(value, t!("this text has more than {chars_max} characters"));
        }
        Some(text)
    }

    pub fn boolean(&mut self, value: &Value<'a>) -> Option<bool> {
        match value.shape() {
            Ok(Shape::Bool(boolean)) => Some(boolean),
            _ => self.refuse(value, t!("this should be true or false")),
        }
    }

    pub fn flag(&mut self, object: &Object<'a>, name: &str) -> bool {
        object.get(name).and_then(|value| self.boolean(value)).unwrap_or(false)
    }

    pub fn integer(&mut self, value: &Value<'a>) -> Option<i64> {
        match value.shape() {
            Ok(Shape::Number(number)) => match number.parse() {
                Ok(number) => Some(number),
                Err(_) => self.refuse(value, t!("this should be a whole number")),
            },
            _ => self.refuse(value, t!("this should be a whole number")),
        }
    }

    /// A whole number from `least` to `most`.
    pub fn whole(&mut self, value: &Value<'a>, least: u64, most: u64) -> Option<u64> {
        let number = self.integer(value)?;
        match u64::try_from(number).ok().filter(|number| (least..=most).contains(number)) {
            Some(number) => Some(number),
            None => self.refuse(value, t!("this should be a whole number from {least} to {most}")),
        }
    }

    pub fn duration(&mut self, value: &Value<'a>) -> Option<Duration> {
        let text = self.text(value, 40)?;
        parse_time(&text).map_err(|why| self.refuse::<()>(value, why)).ok()
    }

    pub fn moment(&mut self, value: &Value<'a>) -> Option<Instant> {
        self.duration(value).map(|since| Instant::ZERO + since)
    }

    pub fn time_of(&mut self, object: &Object<'a>, name: &str) -> Option<Duration> {
        object.get(name).and_then(|value| self.duration(value))
    }

    /// The place of a name in a list of names.
    pub fn position(&mut self, value: &Value<'a>, names: &[&str], what: &str) -> Option<usize> {
        let name = self.text(value, ID_CHARS_MAX)?;
        if let Some(place) = names.iter().position(|known| *known == name) {
            return Some(place);
        }
        let remedy = match nearest(&name, names.iter().copied()) {
            Some(near) => t!("did you mean \"{near}\"?"),
            None => t!("write one of {}", names.join(", ")),
        };
        self.refuse(value, t!("there is no {what} {}: {remedy}", quoted(&name)))
    }
}

/// Whether a name can stand in addresses, in names of texts and in expressions.
pub(crate) fn is_id(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    !name.is_empty() && name.len() <= ID_CHARS_MAX && name.chars().all(fits)
}
