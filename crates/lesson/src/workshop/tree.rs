//! A lesson's JSON as a tree that can be changed: all of it is kept, also what a workshop does not know.

use crate::bounds::LESSON_BYTES_MAX;
use scenario::item::Json;
use scenario::json::{Shape, Value};
use std::fmt::Write as _;

/// Objects and lists up to this many letters are written in one line.
const LINE_CHARS_MAX: usize = 110;
/// Values that stand in each other at most: a lesson needs a third of it, and each level costs a level of the stack.
const DEPTH_MAX: usize = 48;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Tree {
    /// An object: names with values, in their order.
    Object(Vec<(String, Self)>),
    /// A list.
    List(Vec<Self>),
    /// A text, without escapes.
    Text(String),
    /// A number, true, false or null, as it is written.
    Plain(String),
}

impl Tree {
    /// An empty object.
    pub fn object() -> Self {
        Self::Object(Vec::new())
    }

    /// An object with these fields.
    pub fn of<const N: usize>(fields: [(&str, Self); N]) -> Self {
        Self::Object(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A whole number.
    pub fn whole(number: u64) -> Self {
        Self::Plain(number.to_string())
    }

    /// True or false.
    pub fn flag(is_so: bool) -> Self {
        Self::Plain(is_so.to_string())
    }

    /// A list of texts.
    pub fn texts(texts: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self::List(texts.into_iter().map(Self::text).collect())
    }

    /// Reads a text; `None` if it is no JSON, or longer than a lesson may be.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if text.len() > LESSON_BYTES_MAX {
            return None;
        }
        Self::of_value(&Value::document(text).ok()?, DEPTH_MAX)
    }

    fn of_value(value: &Value<'_>, depth: usize) -> Option<Self> {
        let deeper = depth.checked_sub(1)?;
        Some(match value.shape().ok()? {
            Shape::Object => {
                let (fields, _) = value.fields(usize::MAX).ok()?;
                let read =
                    fields.into_iter().map(|(name, value)| Some((name, Self::of_value(&value, deeper)?)));
                Self::Object(read.collect::<Option<_>>()?)
            }
            Shape::Array => {
                let (elements, _) = value.elements(usize::MAX);
                Self::List(elements.iter().map(|value| Self::of_value(value, deeper)).collect::<Option<_>>()?)
            }
            Shape::Text(text) => Self::Text(text),
            Shape::Null | Shape::Bool(_) | Shape::Number(_) => Self::Plain(value.text().to_owned()),
        })
    }

    /// The field of an object.
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.fields().iter().find(|(found, _)| found == name).map(|(_, value)| value)
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Self> {
        match self {
            Self::Object(fields) => {
                fields.iter_mut().find(|(found, _)| found == name).map(|(_, value)| value)
            }
            Self::List(_) | Self::Text(_) | Self::Plain(_) => None,
        }
    }

    /// The fields of an object; of anything else none.
    pub fn fields(&self) -> &[(String, Self)] {
        match self {
            Self::Object(fields) => fields,
            Self::List(_) | Self::Text(_) | Self::Plain(_) => &[],
        }
    }

    /// The elements of a list; of anything else none.
    pub fn elements(&self) -> &[Self] {
        match self {
            Self::List(elements) => elements,
            Self::Object(_) | Self::Text(_) | Self::Plain(_) => &[],
        }
    }

    /// A text.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Object(_) | Self::List(_) | Self::Plain(_) => None,
        }
    }

    /// Sets a field, in its place or behind the others.
    pub fn put(&mut self, name: &str, value: Self) {
        match (self.get_mut(name), value) {
            (Some(place), value) => *place = value,
            (None, value) => {
                if let Self::Object(fields) = self {
                    fields.push((name.to_owned(), value));
                }
            }
        }
    }

    /// Takes a field out.
    pub fn take(&mut self, name: &str) -> Option<Self> {
        match self {
            Self::Object(fields) => {
                let place = fields.iter().position(|(found, _)| found == name)?;
                Some(fields.remove(place).1)
            }
            Self::List(_) | Self::Text(_) | Self::Plain(_) => None,
        }
    }

    /// The list in a field, which is made if there is none.
    pub fn list_mut(&mut self, name: &str) -> &mut Vec<Self> {
        as_list(self.slot(name, Self::List(Vec::new()), |value| matches!(value, Self::List(_))))
    }

    /// The object in a field, which is made if there is none.
    pub fn object_mut(&mut self, name: &str) -> &mut Self {
        self.slot(name, Self::object(), |value| matches!(value, Self::Object(_)))
    }

    /// The value of a field, if it fits; otherwise this one in its place.
    fn slot(&mut self, name: &str, empty: Self, fits: impl Fn(&Self) -> bool) -> &mut Self {
        if !self.get(name).is_some_and(fits) {
            if !matches!(self, Self::Object(_)) {
                *self = Self::object();
            }
            self.put(name, empty);
        }
        self.get_mut(name).expect("it was put there")
    }

    /// Changes every text in it, but not the names of fields.
    pub fn change_texts(&mut self, change: &mut impl FnMut(&mut String)) {
        match self {
            Self::Object(fields) => fields.iter_mut().for_each(|(_, value)| value.change_texts(change)),
            Self::List(elements) => elements.iter_mut().for_each(|value| value.change_texts(change)),
            Self::Text(text) => change(text),
            Self::Plain(_) => {}
        }
    }

    /// With each brace of each text written twice: a single one would be the place of a variable.
    #[must_use]
    pub fn with_braces(mut self) -> Self {
        if let Self::Object(fields) = &mut self {
            fields.iter_mut().for_each(|(name, _)| double_braces(name));
        }
        match &mut self {
            Self::Object(fields) => {
                fields.iter_mut().for_each(|(_, value)| {
                    *value = std::mem::replace(value, Self::List(vec![])).with_braces()
                });
            }
            Self::List(elements) => {
                elements
                    .iter_mut()
                    .for_each(|value| *value = std::mem::replace(value, Self::List(vec![])).with_braces());
            }
            Self::Text(text) => double_braces(text),
            Self::Plain(_) => {}
        }
        self
    }

    /// As JSON without spaces.
    pub fn compact(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, ["", ":", ","]);
        out
    }

    /// As JSON to be read: what fits into a line stands in one.
    pub fn pretty(&self) -> String {
        let mut out = String::new();
        self.write_lines(&mut out, 0);
        out.push('\n');
        out
    }

    fn line(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, ["", ": ", ", "]);
        out
    }

    fn write(&self, out: &mut String, marks: [&str; 3]) {
        let [_, colon, comma] = marks;
        match self {
            Self::Object(fields) => {
                out.push('{');
                for (number, (name, value)) in fields.iter().enumerate() {
                    out.push_str(if number == 0 { "" } else { comma });
                    quote(out, name);
                    out.push_str(colon);
                    value.write(out, marks);
                }
                out.push('}');
            }
            Self::List(elements) => {
                out.push('[');
                for (number, value) in elements.iter().enumerate() {
                    out.push_str(if number == 0 { "" } else { comma });
                    value.write(out, marks);
                }
                out.push(']');
            }
            Self::Text(text) => quote(out, text),
            Self::Plain(text) => out.push_str(text),
        }
    }

    fn write_lines(&self, out: &mut String, depth: usize) {
        let line = self.line();
        // The lesson itself is always written in lines.
        if depth > 0 && line.chars().count() <= LINE_CHARS_MAX || self.is_empty() {
            return out.push_str(&line);
        }
        let indent = "  ".repeat(depth + 1);
        let separate = |out: &mut String, number: usize| {
            // Writing into a string does not fail.
            let _ = write!(out, "{}\n{indent}", if number == 0 { "" } else { "," });
        };
        match self {
            Self::Object(fields) => {
                out.push('{');
                for (number, (name, value)) in fields.iter().enumerate() {
                    separate(out, number);
                    quote(out, name);
                    out.push_str(": ");
                    value.write_lines(out, depth + 1);
                }
                let _ = write!(out, "\n{}}}", "  ".repeat(depth));
            }
            Self::List(elements) => {
                out.push('[');
                for (number, value) in elements.iter().enumerate() {
                    separate(out, number);
                    value.write_lines(out, depth + 1);
                }
                let _ = write!(out, "\n{}]", "  ".repeat(depth));
            }
            Self::Text(_) | Self::Plain(_) => out.push_str(&line),
        }
    }

    fn is_empty(&self) -> bool {
        match self {
            Self::Object(fields) => fields.is_empty(),
            Self::List(elements) => elements.is_empty(),
            Self::Text(_) | Self::Plain(_) => true,
        }
    }
}

fn as_list(tree: &mut Tree) -> &mut Vec<Tree> {
    match tree {
        Tree::List(elements) => elements,
        Tree::Object(_) | Tree::Text(_) | Tree::Plain(_) => unreachable!("it was made a list"),
    }
}

fn double_braces(text: &mut String) {
    if text.contains(['{', '}']) {
        *text = text.replace('{', "{{").replace('}', "}}");
    }
}

fn quote(out: &mut String, text: &str) {
    out.push_str(&Json::from(text).to_json());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_written_as_it_was() {
        let text =
            r#"{"a":[1,2.50,-0,1e9,true,null],"b":{"c":"x\"\\\n\u0001é🐠"},"d":{},"e":[],"a":"twice"}"#;
        let tree = Tree::read(text).unwrap();
        assert_eq!(tree.compact(), text);
        assert_eq!(Tree::read(&tree.pretty()), Some(tree));
    }

    #[test]
    fn lines_are_broken_where_they_are_long() {
        let tree = Tree::of([
            ("lesson", Tree::whole(1)),
            ("steps", Tree::List(vec![Tree::of([("id", Tree::text("a"))]); 9])),
        ]);
        let expected = format!(
            "{{\n  \"lesson\": 1,\n  \"steps\": [\n    {}\n  ]\n}}\n",
            [r#"{"id": "a"}"#; 9].join(",\n    ")
        );
        assert_eq!(tree.pretty(), expected);
    }

    #[test]
    fn braces_of_texts_are_doubled_and_no_others() {
        let tree = Tree::read(r#"{"a\"{": "}\\", "b": {}}"#).unwrap();
        assert_eq!(tree.with_braces().compact(), r#"{"a\"{{":"}}\\","b":{}}"#);
    }

    #[test]
    fn what_is_no_lesson_in_size_or_form_is_refused() {
        assert_eq!(Tree::read("{"), None);
        assert_eq!(Tree::read(&format!("\"{}\"", "x".repeat(LESSON_BYTES_MAX))), None);
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        assert_eq!(Tree::read(&deep), None);
    }
}
