//! The display filter that a packet passes because of one of its fields: "filter for this value".
//!
//! How a value is written depends on the kind of its field, and only the filter knows the kinds. So the ways to write one are tried,
//! and the first that this very packet passes is taken: a field has rather no filter than one that finds nothing.

use super::{Filter, Subject, expression};
use crate::analysis::Notes;
use crate::captured::Captured;
use crate::tree::Field;
use std::fmt;

/// Longer values are compared by no one, and make a filter that cannot be read.
const BYTES_MAX: usize = 64;

/// The filter for packets with the value that `field` has in this frame; `None` if filters do not know the field.
///
/// `notes` are the packet's: of what counts from the beginning of its conversation.
pub fn same_value<'f>(frame: impl Into<Captured<'f>>, notes: &Notes, field: &Field) -> Option<String> {
    let frame = frame.into();
    if field.key.is_empty() {
        return None;
    }
    let passes = |filter: &String| {
        Filter::parse(filter).is_ok_and(|filter| filter.matches(&Subject::new(frame, notes)))
    };
    let equals = |value: &str| format!("{} == {value}", field.key);
    let bytes = frame.bytes.get(field.range.clone()).filter(|bytes| (1..=BYTES_MAX).contains(&bytes.len()));
    let candidates = [
        Some(equals(field.value.split(' ').next().unwrap_or_default())),
        Some(equals("1")),
        Some(equals("0")),
        (field.value.len() <= BYTES_MAX).then(|| equals(&quoted(&field.value))),
        bytes.map(|bytes| equals(&written(|out| expression::hex(out, bytes)))),
        Some(field.key.to_owned()),
    ];
    candidates.into_iter().flatten().find(passes)
}

/// What is written into memory, which does not fail.
fn written(write: impl FnOnce(&mut String) -> fmt::Result) -> String {
    let mut text = String::new();
    let _ = write(&mut text);
    text
}

fn quoted(text: &str) -> String {
    written(|out| expression::quoted(out, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_backslashes_of_a_text_are_escaped() {
        assert_eq!(quoted(r#"a "b" \"#), r#""a \"b\" \\""#);
    }
}
