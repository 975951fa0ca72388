//! What is wrong with a document: where, what, and what to do about it.

use std::fmt;
use texts::t;

/// A place in a document, as one would write it in JavaScript: `nodes[1].addresses[0]`. Empty for the document itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place(Vec<Step>);

/// One step of a place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Into a field of an object.
    Field(String),
    /// To an element of an array, from 0.
    Index(usize),
}

/// Whether a document can be used in spite of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The document is refused.
    Error,
    /// The document is accepted, but may not do what was meant.
    Warning,
}

/// A line and a column of a text, both from 1; columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
}

/// Something wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fault {
    /// How bad it is.
    pub level: Level,
    /// Where in the document.
    pub place: Place,
    /// Where in its text, if there is one.
    pub position: Option<Position>,
    /// What is wrong, and what to do.
    pub message: String,
}

impl Place {
    /// The steps from the document to the place.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// Whether it is the document itself.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The field of this name in the object at this place.
    pub fn field(&self, name: &str) -> Self {
        self.then(Step::Field(name.to_owned()))
    }

    /// The element of this number in the array at this place.
    pub fn index(&self, number: usize) -> Self {
        self.then(Step::Index(number))
    }

    /// The same place where the elements of a list of the document have other numbers.
    pub(crate) fn moved(mut self, list: &str, number: impl Fn(usize) -> usize) -> Self {
        if let [Step::Field(name), Step::Index(element), ..] = &mut self.0[..]
            && name == list
        {
            *element = number(*element);
        }
        self
    }

    fn then(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }
}

impl Position {
    /// The position of the byte at `offset`.
    pub fn of(text: &str, offset: usize) -> Self {
        let before = &text[..offset];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self {
            line: before.bytes().filter(|&byte| byte == b'\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

impl Fault {
    /// Without a position.
    pub fn new(level: Level, place: Place, message: impl Into<String>) -> Self {
        Self { level, place, position: None, message: message.into() }
    }

    /// Whether the document is refused because of it.
    pub fn is_error(&self) -> bool {
        self.level == Level::Error
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, step) in self.0.iter().enumerate() {
            match step {
                Step::Field(name) if number == 0 => f.write_str(name)?,
                Step::Field(name) => write!(f, ".{name}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&t!("line {}, column {}", self.line, self.column))
    }
}

impl fmt::Display for Fault {
    /// One line: `nodes[1].mtu (line 7, column 52): …`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.level == Level::Warning {
            write!(f, "{}: ", t!("warning"))?;
        }
        match (self.place.is_root(), self.position) {
            (true, None) => f.write_str(t!("document"))?,
            (true, Some(position)) => write!(f, "{position}")?,
            (false, None) => write!(f, "{}", self.place)?,
            (false, Some(position)) => write!(f, "{} ({position})", self.place)?,
        }
        write!(f, ": {}", self.message)
    }
}
