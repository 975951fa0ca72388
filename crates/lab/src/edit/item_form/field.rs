//! A field of the form.

use std::borrow::Cow;

/// A field of the form.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// What it is found by: as the document calls it, with its place before it where there are several.
    pub key: Cow<'static, str>,
    /// As people call it.
    pub label: &'static str,
    /// What it is for, if that needs saying.
    pub hint: &'static str,
    /// How it is filled in.
    pub input: Input,
    /// What it starts with.
    pub default: &'static str,
    /// Among the further settings.
    pub further: bool,
}

/// How a field is filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// Any text, a number with a unit, a list with commas.
    Text,
    /// A number.
    Number,
    /// Several lines.
    Lines,
    /// Ticked or not: [`ON`](super::ON) or nothing.
    Check,
    /// One of these: value, what it says.
    Choice(&'static [(&'static str, &'static str)]),
}

impl Field {
    const fn new(key: &'static str, label: &'static str, input: Input, default: &'static str) -> Self {
        Self { key: Cow::Borrowed(key), label, hint: "", input, default, further: false }
    }

    /// For any text.
    pub const fn text(key: &'static str, label: &'static str, default: &'static str) -> Self {
        Self::new(key, label, Input::Text, default)
    }

    /// For a number.
    pub const fn number(key: &'static str, label: &'static str, default: &'static str) -> Self {
        Self::new(key, label, Input::Number, default)
    }

    /// For a line for each part.
    pub const fn lines(key: &'static str, label: &'static str) -> Self {
        Self::new(key, label, Input::Lines, "")
    }

    /// For yes or no.
    pub const fn check(key: &'static str, label: &'static str, default: &'static str) -> Self {
        Self::new(key, label, Input::Check, default)
    }

    /// For one of several.
    pub const fn choice(
        key: &'static str,
        label: &'static str,
        choices: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self::new(key, label, Input::Choice(choices), choices[0].0)
    }

    /// With a word about what it is for.
    pub const fn hint(mut self, hint: &'static str) -> Self {
        self.hint = hint;
        self
    }

    /// Among the further settings.
    pub const fn further(mut self) -> Self {
        self.further = true;
        self
    }

    /// The same at this place: there are several.
    pub fn at(&self, place: impl std::fmt::Display) -> Self {
        Self { key: Cow::Owned(format!("{place}.{}", self.key)), ..self.clone() }
    }
}
