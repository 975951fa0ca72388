//! A field of an item's form.

use std::borrow::Cow;

/// A field: its key, its texts and how it is filled in.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Its name in the document; with a prefix (`port0.`, `impair.2.`) where several have the same name.
    pub key: Cow<'static, str>,
    /// Its name on the page.
    pub label: &'static str,
    /// An explanation or an example; may be empty.
    pub hint: &'static str,
    /// How it is filled in.
    pub input: Input,
    /// Its first value.
    pub default: &'static str,
    /// Whether it is among the further settings, which are folded away.
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
    /// One of these: value and text.
    Choice(&'static [(&'static str, &'static str)]),
}

impl Field {
    const fn new(key: &'static str, label: &'static str, input: Input, default: &'static str) -> Self {
        Self { key: Cow::Borrowed(key), label, hint: "", input, default, further: false }
    }

    /// A field for any text.
    pub const fn text(key: &'static str, label: &'static str, default: &'static str) -> Self {
        Self::new(key, label, Input::Text, default)
    }

    /// A field for a number.
    pub const fn number(key: &'static str, label: &'static str, default: &'static str) -> Self {
        Self::new(key, label, Input::Number, default)
    }

    /// A field of several lines, one for each part.
    pub const fn lines(key: &'static str, label: &'static str) -> Self {
        Self::new(key, label, Input::Lines, "")
    }

    /// A check box.
    pub const fn check(key: &'static str, label: &'static str, default: &'static str) -> Self {
        Self::new(key, label, Input::Check, default)
    }

    /// A choice; the first is the default.
    pub const fn choice(
        key: &'static str,
        label: &'static str,
        choices: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self::new(key, label, Input::Choice(choices), choices[0].0)
    }

    /// Adds a hint.
    pub const fn hint(mut self, hint: &'static str) -> Self {
        self.hint = hint;
        self
    }

    /// The same field with its name and its hint in the page's language. The texts of choices are looked up where they are shown.
    pub fn shown(self) -> Self {
        Self { label: texts::of(self.label), hint: texts::of(self.hint), ..self }
    }

    /// Moves the field to the further settings.
    pub const fn further(mut self) -> Self {
        self.further = true;
        self
    }

    /// The same field with `place.` before its key, for forms with several of it.
    pub fn at(&self, place: impl std::fmt::Display) -> Self {
        Self { key: Cow::Owned(format!("{place}.{}", self.key)), ..self.clone() }
    }
}
