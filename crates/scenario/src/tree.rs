//! JSON to be written: fields in their order, numbers exact.
//!
//! It is what the crate writes documents with, and what a form fills in (see [`item`](crate::item)). A tree, not a struct with derived code for each object of the document: there are dozens of them by now, and in wasm each
//! that is flattened into another costs kilobytes.

use serde::ser::{Error as _, Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::value::RawValue;
use std::borrow::Cow;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Json<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number from 0.
    Whole(u64),
    /// A number as it was typed, to the last digit. What is no number of JSON (RFC 8259, section 6) is written as a text, so
    /// that the reader says what is wrong with it.
    Number(Cow<'a, str>),
    /// A text.
    Text(Cow<'a, str>),
    /// A list.
    List(Vec<Json<'a>>),
    /// An object.
    Object(Fields<'a>),
    /// The text of a value, which was read as one.
    Written(&'a str),
}

/// The fields of an object, in the order in which they were put there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fields<'a>(Vec<(Cow<'a, str>, Json<'a>)>);

impl<'a> Json<'a> {
    /// A number if it can be one, else a text; without the spaces around it.
    pub fn typed(text: &'a str) -> Self {
        Self::Number(text.trim().into())
    }

    /// A list of texts.
    pub fn texts(texts: impl IntoIterator<Item = &'a str>) -> Self {
        Self::List(texts.into_iter().map(Self::from).collect())
    }

    /// As compact JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("memory takes everything, and all names are texts")
    }
}

impl<'a> Fields<'a> {
    /// Adds a field.
    pub fn put(&mut self, name: impl Into<Cow<'a, str>>, value: impl Into<Json<'a>>) -> &mut Self {
        self.0.push((name.into(), value.into()));
        self
    }

    /// Adds a field if it has a value.
    pub fn maybe(&mut self, name: &'static str, value: Option<impl Into<Json<'a>>>) -> &mut Self {
        if let Some(value) = value {
            self.put(name, value);
        }
        self
    }

    /// Adds a field if its list is not empty.
    pub fn list(&mut self, name: &'static str, list: Vec<Json<'a>>) -> &mut Self {
        if !list.is_empty() {
            self.put(name, Json::List(list));
        }
        self
    }

    /// Whether there are no fields.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The names of the fields, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| &name[..])
    }

    /// As compact JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("memory takes everything, and all names are texts")
    }
}

impl<'a> FromIterator<(Cow<'a, str>, Json<'a>)> for Fields<'a> {
    fn from_iter<I: IntoIterator<Item = (Cow<'a, str>, Json<'a>)>>(fields: I) -> Self {
        Self(fields.into_iter().collect())
    }
}

/// Whether a text is a number as JSON writes it.
fn is_number(text: &str) -> bool {
    let is_digits = |digits: &str| !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let whole = whole.strip_prefix('-').unwrap_or(whole);
    is_digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(is_digits)
        && exponent.is_none_or(|exponent| is_digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)))
}

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Whole(value) => serializer.serialize_u64(*value),
            Self::Number(text) if is_number(text) => {
                let raw = RawValue::from_string(text.clone().into_owned());
                raw.expect("this number is JSON").serialize(serializer)
            }
            Self::Number(text) => serializer.serialize_str(text),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(list) => {
                let mut written = serializer.serialize_seq(Some(list.len()))?;
                list.iter().try_for_each(|value| written.serialize_element(value))?;
                written.end()
            }
            Self::Object(fields) => fields.serialize(serializer),
            Self::Written(text) => {
                let raw: &RawValue = serde_json::from_str(text).map_err(S::Error::custom)?;
                raw.serialize(serializer)
            }
        }
    }
}

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut written = serializer.serialize_map(Some(self.0.len()))?;
        self.0.iter().try_for_each(|(name, value)| written.serialize_entry(name, value))?;
        written.end()
    }
}

impl From<bool> for Json<'_> {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<u64> for Json<'_> {
    fn from(value: u64) -> Self {
        Self::Whole(value)
    }
}

impl From<u32> for Json<'_> {
    fn from(value: u32) -> Self {
        Self::Whole(value.into())
    }
}

impl From<u16> for Json<'_> {
    fn from(value: u16) -> Self {
        Self::Whole(value.into())
    }
}

impl From<u8> for Json<'_> {
    fn from(value: u8) -> Self {
        Self::Whole(value.into())
    }
}

impl From<usize> for Json<'_> {
    fn from(value: usize) -> Self {
        Self::Whole(value as u64)
    }
}

impl<'a> From<&'a str> for Json<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Json<'_> {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl<'a> From<Fields<'a>> for Json<'a> {
    fn from(fields: Fields<'a>) -> Self {
        Self::Object(fields)
    }
}

impl<'a> From<Vec<Json<'a>>> for Json<'a> {
    fn from(list: Vec<Json<'a>>) -> Self {
        Self::List(list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_number_is_written_as_a_text() {
        for number in ["0", "-0", "7", "12.50", "1e3", "1E+3", "-1.5e-7", "123456789012345678901234567890"] {
            let mut fields = Fields::default();
            fields.put("x", Json::typed(number));
            assert_eq!(fields.to_json(), format!(r#"{{"x":{number}}}"#));
        }
        for text in
            ["", "01", "1.", ".5", "+1", "1e", "- 1", "0x1", "true", "null", "[1]", "{}", "1,2", "\"1\"", "١"]
        {
            let mut fields = Fields::default();
            fields.put("x", Json::typed(text));
            let read: serde_json::Value = serde_json::from_str(&fields.to_json()).unwrap();
            assert_eq!(read["x"], text);
        }
        let mut fields = Fields::default();
        fields.put("x", Json::typed(" 7 "));
        assert_eq!(fields.to_json(), r#"{"x":7}"#);
    }
}
