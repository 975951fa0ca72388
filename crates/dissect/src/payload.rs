//! Bytes that no protocol here explains: what a packet carries, and what trails behind it.

use std::ops::Range;

use crate::layers::{Draft, Field, Tree, bytes, hex};

/// How many bytes the text shows.
const TEXT_MAX: usize = 64;

/// A `Payload` layer of exactly these bytes, if there are any.
pub(crate) fn dissect(tree: &mut Tree<'_>, range: Range<usize>) {
    payload(tree, range, "");
}

/// A `Payload` layer that says what it is a part of.
pub(crate) fn part(tree: &mut Tree<'_>, range: Range<usize>, of_what: &str) {
    payload(tree, range, &format!(" {of_what}"));
}

fn payload(tree: &mut Tree<'_>, range: Range<usize>, note: &str) {
    let meaning = "What the layers above are there to carry, byte by byte in hexadecimal.";
    raw(tree, range, "Payload", note, "data.data", meaning);
}

/// A `Trailer` layer, if there are bytes behind `what`.
pub(crate) fn trailer(tree: &mut Tree<'_>, range: Range<usize>, what: &str) {
    let meaning = "Nobody reads these: according to the headers, the contents end before them.";
    raw(tree, range, "Trailer", &format!(" behind {what}"), "eth.trailer", meaning);
}

fn raw(
    tree: &mut Tree<'_>,
    range: Range<usize>,
    name: &'static str,
    note: &str,
    key: &'static str,
    meaning: &'static str,
) {
    if range.is_empty() {
        return;
    }
    let data = &tree.frame[range.clone()];
    let mut draft = Draft::new(name, &range, data.len());
    draft.summary(bytes(data.len()) + note);
    draft.add(Field::new(key, "Data", 0..data.len(), hex(data), meaning));
    draft.add(Field::new(
        "data.text",
        "Text",
        0..data.len(),
        text(data),
        "The same bytes read as letters. A dot stands for a byte that is no printable letter.",
    ));
    tree.push(draft);
}

/// The beginning of a text.
pub(crate) fn text(data: &[u8]) -> String {
    text_up_to(data, TEXT_MAX)
}

/// The first bytes of a text, in one line. ASCII only: other bytes may be half of a letter, or turn the reading direction.
pub(crate) fn text_up_to(data: &[u8], max: usize) -> String {
    let printable =
        |&byte: &u8| if byte == b' ' || byte.is_ascii_graphic() { char::from(byte) } else { '·' };
    let text: String = data.iter().take(max).map(printable).collect();
    text + if data.len() > max { " …" } else { "" }
}
