//! JSON to be written: fields in their order, numbers exact.
//!
//! A tree, not a struct with derived code for each object of the document: there are dozens of them by now, and in wasm each
//! that is flattened into another costs kilobytes.

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::value::RawValue;
use std::borrow::Cow;

/// A value.
pub(super) enum Json<'a> {
    Null,
    Bool(bool),
    Whole(u64),
    /// A decimal number, as it shall stand there.
    Decimal(String),
    Text(Cow<'a, str>),
    List(Vec<Json<'a>>),
    Object(Fields<'a>),
}

/// The fields of an object.
#[derive(Default)]
pub(super) struct Fields<'a>(Vec<(Cow<'a, str>, Json<'a>)>);

impl<'a> Fields<'a> {
    /// One more field.
    pub fn put(&mut self, name: impl Into<Cow<'a, str>>, value: impl Into<Json<'a>>) -> &mut Self {
        self.0.push((name.into(), value.into()));
        self
    }

    /// One more field, if it has a value.
    pub fn maybe(&mut self, name: &'static str, value: Option<impl Into<Json<'a>>>) -> &mut Self {
        if let Some(value) = value {
            self.put(name, value);
        }
        self
    }

    /// One more field, if its list has anything in it.
    pub fn list(&mut self, name: &'static str, list: Vec<Json<'a>>) -> &mut Self {
        if !list.is_empty() {
            self.put(name, Json::List(list));
        }
        self
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Whole(value) => serializer.serialize_u64(*value),
            Self::Decimal(text) => {
                let raw = RawValue::from_string(text.clone()).expect("a decimal number is JSON");
                raw.serialize(serializer)
            }
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(list) => {
                let mut written = serializer.serialize_seq(Some(list.len()))?;
                list.iter().try_for_each(|value| written.serialize_element(value))?;
                written.end()
            }
            Self::Object(Fields(fields)) => {
                let mut written = serializer.serialize_map(Some(fields.len()))?;
                fields.iter().try_for_each(|(name, value)| written.serialize_entry(name, value))?;
                written.end()
            }
        }
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
