//! The texts of one language, found by number.
//!
//! A language file is text: a line with the forms that numbers take ("one other", names of [CLDR plural categories][cldr]), a line with
//! the texts' numbers in ascending order, six hexadecimal digits each, and a line for each text in the same order. In a text `{0}` is a place for
//! the first argument, a tab separates the forms for numbers, and `\n` and `\\` stand for a line's end and a backslash.
//!
//! A text of a document is not known to the build, unless the document ships, so that another one may have its number: before the text stand
//! six more digits of its hash, and 48 bits are not met by accident.
//!
//! A language has several files, loaded one after the other. They stay for as long as the page is open: texts are borrowed for ever, and a
//! page in another language is another page.
//!
//! [cldr]: https://cldr.unicode.org/index/cldr-spec/plural-rules

use std::cell::RefCell;
use std::fmt::{Display, Write as _};

/// What a language file has.
#[derive(Clone, Debug, PartialEq)]
pub struct File {
    /// The categories of numbers that its texts have forms for, in the order of the forms.
    pub categories: Vec<&'static str>,
    entries: Vec<(u32, &'static str)>,
}

/// A file that is no language file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable;

/// Which form a number takes, and how fractions are written.
struct Numbers {
    form: Box<dyn Fn(u64) -> usize>,
    decimal_point: char,
}

thread_local! {
    static FILES: RefCell<Vec<File>> = const { RefCell::new(Vec::new()) };
    static NUMBERS: RefCell<Numbers> =
        RefCell::new(Numbers { form: Box::new(|number| usize::from(number != 1)), decimal_point: '.' });
}

impl File {
    /// Reads one. Its text stays in memory.
    ///
    /// # Errors
    ///
    /// It is no language file: it has not as many texts as numbers, or they are not in order.
    pub fn read(text: String) -> Result<Self, Unreadable> {
        let mut lines = String::leak(text).lines();
        let (Some(categories), Some(numbers)) = (lines.next(), lines.next()) else { return Err(Unreadable) };
        let mut entries = Vec::with_capacity(numbers.len() / 6);
        for number in numbers.as_bytes().chunks(6) {
            let number =
                std::str::from_utf8(number).ok().and_then(|number| u32::from_str_radix(number, 16).ok());
            let (number, text) = number.zip(lines.next()).ok_or(Unreadable)?;
            let text = if text.contains('\\') { unescaped(text) } else { text };
            let is_next = entries.last().is_none_or(|(last, _)| *last < number);
            entries.push((is_next.then_some(number).ok_or(Unreadable)?, text));
        }
        if lines.next().is_some() {
            return Err(Unreadable);
        }
        Ok(Self { categories: categories.split(' ').collect(), entries })
    }
}

/// From now on texts are also found in this file.
pub fn add(file: File) {
    FILES.with_borrow_mut(|files| files.push(file));
}

/// From now on numbers are written so. `form` says which of a text's forms a number takes, beginning with 0.
pub fn set_numbers(form: Box<dyn Fn(u64) -> usize>, decimal_point: char) {
    NUMBERS.set(Numbers { form, decimal_point });
}

pub(crate) fn decimal_point() -> char {
    NUMBERS.with_borrow(|numbers| numbers.decimal_point)
}

pub(crate) fn find(key: u32) -> Option<&'static str> {
    let in_file = |File { entries, .. }: &File| {
        let at = entries.binary_search_by_key(&key, |(number, _)| *number).ok()?;
        Some(entries[at].1)
    };
    FILES.with_borrow(|files| files.iter().find_map(in_file))
}

/// The text with this number; nothing while its file is on its way.
pub fn text(key: u32) -> &'static str {
    find(key).unwrap_or_default()
}

/// The text with this number, with the arguments in their places.
pub fn fill(key: u32, arguments: &[&dyn Display]) -> String {
    filled(text(key), arguments)
}

/// The form for `number` of the text with this number, with the arguments in their places.
pub fn fill_plural(key: u32, number: u64, arguments: &[&dyn Display]) -> String {
    let form = NUMBERS.with_borrow(|numbers| (numbers.form)(number));
    let mut forms = text(key).split('\t');
    let last = forms.clone().next_back().unwrap_or_default();
    filled(forms.nth(form).unwrap_or(last), arguments)
}

fn filled(text: &str, arguments: &[&dyn Display]) -> String {
    let mut out = String::with_capacity(text.len() + 16 * arguments.len());
    let mut parts = text.split('{');
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (place, after) = part.split_once('}').unwrap_or((part, ""));
        if let Some(argument) = place.parse::<usize>().ok().and_then(|place| arguments.get(place)) {
            // Writing into a string does not fail.
            let _ = write!(out, "{argument}");
        }
        out.push_str(after);
    }
    out
}

fn unescaped(text: &'static str) -> &'static str {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        out.push(match char {
            '\\' if chars.next() == Some('n') => '\n',
            char => char,
        });
    }
    String::leak(out)
}
