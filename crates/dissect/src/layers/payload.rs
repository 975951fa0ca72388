//! Bytes that no protocol here explains: what a packet carries, and what trails behind it.

use std::ops::Range;

use crate::text::{bytes, hex, text};
use crate::tree::Tree;
use texts::mark;

/// The shortest frame, without its check sequence.
const FRAME_MIN: usize = 60;

/// A `Payload` layer of exactly these bytes, if there are any.
pub(super) fn add(tree: &mut Tree<'_>, range: Range<usize>) {
    payload(tree, range, "");
}

/// A `Payload` layer that says what it is a part of.
pub(super) fn part(tree: &mut Tree<'_>, range: Range<usize>, of_what: &str) {
    payload(tree, range, &format!(" {of_what}"));
}

fn payload(tree: &mut Tree<'_>, range: Range<usize>, note: &str) {
    let meaning = mark!("What the layers above are there to carry, byte by byte in hexadecimal.");
    raw(tree, range, "Payload", note, "data.data", meaning);
}

/// A `Trailer` layer, if there are bytes behind `what`.
pub(super) fn trailer(tree: &mut Tree<'_>, range: Range<usize>, what: &str) {
    let meaning =
        mark!("The receiver ignores these: according to the headers, the contents end before them.");
    // Zeros that fill a short frame up are padding (IEEE 802.3 clause 3.2.8).
    let filling = tree.frame.len() <= FRAME_MIN && tree.frame[range.clone()].iter().all(|&byte| byte == 0);
    let key = if filling { "eth.padding" } else { "eth.trailer" };
    raw(tree, range, "Trailer", &format!(" behind {what}"), key, meaning);
}

fn raw(
    tree: &mut Tree<'_>,
    range: Range<usize>,
    name: &'static str,
    note: &str,
    key: &'static str,
    meaning: &'static str,
) {
    let wanted = tree.wanted;
    if range.is_empty() {
        return;
    }
    let data = &tree.frame[range.clone()];
    let mut draft = wanted.layer(name, &range, data.len());
    draft.summary(|| format!("{}{note}", bytes(data.len())));
    draft.add(wanted.field(key, "Data", 0..data.len(), hex(data), meaning));
    draft.add(wanted.field(
        "data.text",
        "Text",
        0..data.len(),
        text(data),
        mark!("The same bytes read as letters. A dot stands for a byte that is no printable letter."),
    ));
    tree.push(draft);
}
