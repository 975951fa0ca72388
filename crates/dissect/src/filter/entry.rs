//! What a field of the catalogue is, and how most of them are read.

use super::packet::Packet;
use super::tree::in_tree;
use super::value::{Kind, Value, Visit};
use crate::analysis::{Mark, Notes};

/// A field or protocol.
pub(super) struct Entry {
    pub key: &'static str,
    pub kind: Kind,
    /// Empty for fields that are not offered.
    pub meaning: &'static str,
    pub read: Read,
}

impl PartialEq for Entry {
    fn eq(&self, other: &Entry) -> bool {
        self.key == other.key
    }
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.key)
    }
}

#[derive(Clone, Copy)]
pub(super) enum Read {
    Quick(fn(&Packet<'_>, Visit<'_>)),
    Tree,
    /// In the tree, under another name.
    TreeAs(&'static str),
}

pub(super) const fn entry(
    key: &'static str,
    kind: Kind,
    meaning: &'static str,
    read: fn(&Packet<'_>, Visit<'_>),
) -> Entry {
    Entry { key, kind, meaning, read: Read::Quick(read) }
}

pub(super) const fn tree(key: &'static str, kind: Kind, meaning: &'static str) -> Entry {
    Entry { key, kind, meaning, read: Read::Tree }
}

pub(super) const fn tree_as(
    key: &'static str,
    tree: &'static str,
    kind: Kind,
    meaning: &'static str,
) -> Entry {
    Entry { key, kind, meaning, read: Read::TreeAs(tree) }
}

pub(super) fn mark(packet: &Packet<'_>, mark: Mark, visit: Visit<'_>) {
    if packet.subject.notes.marks.contains(mark) {
        visit(Value::Present);
    }
}

/// A value of the notes, if the packet is a TCP segment.
pub(super) fn note(packet: &Packet<'_>, visit: Visit<'_>, value: impl Fn(&Notes) -> Option<i64>) {
    if packet.is_segment()
        && let Some(value) = value(packet.subject.notes)
    {
        visit(Value::Number(value));
    }
}

pub(super) fn positive(number: u32) -> Option<i64> {
    (number > 0).then_some(number.into())
}

/// The number of a packet, which lists count from 1.
pub(super) fn packet_number(packet: Option<u32>, visit: Visit<'_>) {
    packet.into_iter().for_each(|packet| visit(Value::Number(i64::from(packet) + 1)));
}

/// The number of `len` bytes at `at` of a header, if they are there.
pub(super) fn number(header: &[u8], at: usize, len: usize, visit: Visit<'_>) {
    if let Some(bytes) = header.get(at..at + len) {
        visit(Value::Number(bytes.iter().fold(0, |number, &byte| number << 8 | i64::from(byte))));
    }
}

/// Whether a checksum is right, by Wireshark's numbers, as far as it was verified: 0 wrong, 1 right, 2 not verified, 3 not there.
pub(super) fn checksum_status(packet: &Packet<'_>, key: &str, visit: Visit<'_>) {
    in_tree(key, Kind::Text, packet, &mut |value| {
        let Value::Text(text) = value else { return };
        visit(Value::Number(match text {
            text if text.contains("not used") => 3,
            text if text.contains("not verified") => 2,
            text if text.contains("correct") && !text.contains("incorrect") => 1,
            _ => 0,
        }));
    });
}
