//! JSON values with their places and their exact text.
//!
//! serde_json's `RawValue` checks the syntax and borrows the text; a value is taken apart only one level at a time, when
//! it is asked for. So numbers stay exact decimals, faults know their line and column, nesting costs nothing (the document's
//! own shape bounds it), and a hostile text of millions of tiny values is skipped, not stored.

use crate::fault::{Fault, Level, Place, Position, Step};
use serde::de::{Deserializer as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;
use std::ops::Range;
use texts::t;

/// A value and its place.
#[derive(Clone, Debug)]
pub struct Value<'a> {
    raw: &'a RawValue,
    /// Its place.
    pub place: Place,
}

/// The type of a value.
#[derive(Debug)]
pub enum Shape<'a> {
    /// null.
    Null,
    /// true or false.
    Bool(bool),
    /// As written.
    Number(&'a str),
    /// A string, without its escapes.
    Text(String),
    /// A list.
    Array,
    /// Names with values.
    Object,
}

/// The fields of an object, in their order, doubles included.
pub type NamedValues<'a> = Vec<(String, Value<'a>)>;

/// The parts of an array or object, up to a bound.
struct Parts<T> {
    kept: Vec<T>,
    /// Whether there were more.
    more: bool,
}

impl<'a> Value<'a> {
    /// The whole document.
    ///
    /// # Errors
    /// A syntax error with its position.
    pub fn document(text: &'a str) -> Result<Self, Fault> {
        match serde_json::from_str::<&RawValue>(text) {
            Ok(raw) => Ok(Self { raw, place: Place::default() }),
            Err(error) => Err(syntax_fault(text, &error)),
        }
    }

    /// The entry of this number of a list of the document, from its own text, which this crate has written.
    pub(crate) fn entry(text: &'a str, list: &str, number: usize) -> Self {
        let raw = serde_json::from_str(text).expect("fields are written as JSON");
        Self { raw, place: Place::default().field(list).index(number) }
    }

    /// Its text.
    pub fn text(&self) -> &'a str {
        self.raw.get()
    }

    /// Where it begins in the text that it was read from.
    pub fn position(&self, text: &str) -> Position {
        Position::of(text, self.span(text).start)
    }

    /// Its bytes in the text that it was read from.
    pub fn span(&self, text: &str) -> Range<usize> {
        let start = self.raw.get().as_ptr() as usize - text.as_ptr() as usize;
        start..start + self.raw.get().len()
    }

    /// Its text without the spaces between its parts.
    pub fn compact(&self) -> String {
        let (mut text, mut quoted, mut escaped) = (String::new(), false, false);
        for letter in self.raw.get().chars() {
            match letter {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => quoted = !quoted,
                ' ' | '\t' | '\n' | '\r' if !quoted => continue,
                _ => {}
            }
            text.push(letter);
        }
        text
    }

    /// Its type and, unless it has parts, its content.
    ///
    /// # Errors
    /// Says what is wrong with a string that is not Unicode.
    pub fn shape(&self) -> Result<Shape<'a>, &'static str> {
        let text = self.raw.get();
        Ok(match text.as_bytes()[0] {
            b'n' => Shape::Null,
            b't' => Shape::Bool(true),
            b'f' => Shape::Bool(false),
            b'[' => Shape::Array,
            b'{' => Shape::Object,
            b'"' => {
                let text = serde_json::from_str(text);
                Shape::Text(text.map_err(|_| t!("this text has an escape that is no character"))?)
            }
            _ => Shape::Number(text),
        })
    }

    /// The first `max` elements of an array, and whether there are more.
    pub fn elements(&self, max: usize) -> (Vec<Self>, bool) {
        let parts = serde_json::Deserializer::from_str(self.raw.get()).deserialize_seq(Elements { max });
        let Parts { kept, more } = parts.expect("the syntax was checked");
        let values = kept.into_iter().enumerate();
        (values.map(|(number, raw)| Self { raw, place: self.place.index(number) }).collect(), more)
    }

    /// The first `max` fields of an object, and whether there are more.
    ///
    /// # Errors
    /// Says what is wrong with a name that is not Unicode.
    pub fn fields(&self, max: usize) -> Result<(NamedValues<'a>, bool), &'static str> {
        let parts = serde_json::Deserializer::from_str(self.raw.get()).deserialize_map(Fields { max });
        let Parts { kept, more } =
            parts.map_err(|_| t!("a name in this object has an escape that is no character"))?;
        let values = kept.into_iter().map(|(name, raw)| {
            let place = self.place.field(&name);
            (name, Self { raw, place })
        });
        Ok((values.collect(), more))
    }

    /// The value at the end of these steps; the last one that exists if some are missing.
    pub fn walk(&self, steps: &[Step]) -> Self {
        let mut at = self.clone();
        for step in steps {
            let next = match (step, at.shape()) {
                (Step::Index(number), Ok(Shape::Array)) => at.elements(number + 1).0.into_iter().nth(*number),
                (Step::Field(name), Ok(Shape::Object)) => {
                    let fields = at.fields(FIELDS_MAX).map(|(fields, _)| fields).unwrap_or_default();
                    fields.into_iter().find(|(found, _)| found == name).map(|(_, value)| value)
                }
                _ => None,
            };
            let Some(next) = next else { break };
            at = next;
        }
        at
    }
}

/// No object of the document has nearly as many.
pub const FIELDS_MAX: usize = 64;

fn syntax_fault(text: &str, error: &serde_json::Error) -> Fault {
    // serde_json counts bytes, and says column 0 for an error before the first one of a line.
    let line_start: usize = text.split_inclusive('\n').take(error.line().max(1) - 1).map(str::len).sum();
    let mut offset = (line_start + error.column().max(1) - 1).min(text.len());
    if error.is_eof() {
        offset = text.trim_end().len();
    }
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let (before, after) = text.split_at(offset);
    let message = error.to_string();
    let what = message.split(" at line ").next().unwrap_or(&message);
    let message = match what {
        _ if text.trim().is_empty() => t!("this is not JSON: the document is empty").into(),
        _ if after.starts_with(['}', ']']) && before.trim_end().ends_with(',') => {
            t!("this is not JSON: nothing follows the comma; remove it").into()
        }
        "key must be a string" => {
            t!("this is not JSON: {what}; names of fields stand in double quotes, and there are no comments")
        }
        "expected value" => t!("this is not JSON: {what}; texts stand in double quotes"),
        "trailing characters" => t!("this is not JSON: {what}; the document ends before this"),
        _ if error.is_eof() => t!("this is not JSON: {what}; is its end missing?"),
        _ => t!("this is not JSON: {what}"),
    };
    let mut fault = Fault::new(Level::Error, Place::default(), message);
    fault.position = Some(Position::of(text, offset));
    fault
}

struct Elements {
    max: usize,
}

impl<'de> Visitor<'de> for Elements {
    type Value = Parts<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
        let mut kept = Vec::new();
        while kept.len() < self.max {
            match elements.next_element()? {
                Some(element) => kept.push(element),
                None => return Ok(Parts { kept, more: false }),
            }
        }
        let mut more = false;
        while elements.next_element::<IgnoredAny>()?.is_some() {
            more = true;
        }
        Ok(Parts { kept, more })
    }
}

struct Fields {
    max: usize,
}

impl<'de> Visitor<'de> for Fields {
    type Value = Parts<(String, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Self::Value, A::Error> {
        let mut kept = Vec::new();
        while kept.len() < self.max {
            match fields.next_entry()? {
                Some(field) => kept.push(field),
                None => return Ok(Parts { kept, more: false }),
            }
        }
        let mut more = false;
        while fields.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {
            more = true;
        }
        Ok(Parts { kept, more })
    }
}
