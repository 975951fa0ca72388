//! The words that the history hash is folded from.
//!
//! People share hashes, so the same event has to give the same words in every version of the program, of the compiler and of
//! smoltcp. Nothing here depends on a name or on the order of a declaration: each variant has a number that is written here,
//! followed by its fields in the order written here. All matches are exhaustive and no struct is taken apart with `..`, so a
//! new variant or field does not compile until it has its place; it then gets the next free number. Numbers are never changed
//! or used again: the snapshot in `tests` holds each of them.
//!
//! A word is 64 bits, little-endian. A number, Boolean, address or duration (in nanoseconds) is one word; an optional value is
//! 0, or 1 and the value; a list is its length and its elements; a text is its length in bytes and its bytes, eight to a word,
//! the last word filled up with zeros. So no two different values have the same words.

mod command;
mod drop;
mod node_event;
mod program;
mod run;

#[cfg(test)]
mod tests;

pub(super) use run::totals_words;

use crate::run::RunId;
use crate::topology::{Direction, End, LinkId, NodeId};
use smoltcp::wire::{EthernetAddress, IpAddress, IpCidr, IpEndpoint};
use wire::{BitsPerSec, Duration, Instant, PortId, Ratio};

/// The kind of event that a [collision](super::Collision) is, beside those of [`History`](super::History)'s other functions.
pub(super) const COLLISION: u8 = 10;
/// The kind of event that something is that happened to a program.
pub(super) const PROGRAM: u8 = 11;

/// The words of one event, as the bytes that are hashed.
#[derive(Debug, Default)]
pub(super) struct Words(Vec<u8>);

/// A value that is part of the history hash.
pub(super) trait Encode {
    /// Appends the value's words.
    fn encode(&self, words: &mut Words);
}

impl Words {
    /// Appends a word.
    pub fn push(&mut self, word: u64) {
        self.0.extend(word.to_le_bytes());
    }

    /// Appends a variant's number and its fields.
    fn variant(&mut self, number: u64, fields: &[&dyn Encode]) {
        self.push(number);
        self.fields(fields);
    }

    /// Appends several values.
    fn fields(&mut self, fields: &[&dyn Encode]) {
        for field in fields {
            field.encode(self);
        }
    }

    /// Removes all words.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The bytes of all words.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

macro_rules! encode_as_word {
    ($($type:ty: $word:expr),* $(,)?) => {
        $(impl Encode for $type {
            fn encode(&self, words: &mut Words) {
                let word: fn(&$type) -> u64 = $word;
                words.push(word(self));
            }
        })*
    };
}

encode_as_word! {
    bool: |value| u64::from(*value),
    u8: |value| u64::from(*value),
    u16: |value| u64::from(*value),
    u32: |value| u64::from(*value),
    u64: |value| *value,
    usize: |value| *value as u64,
    Duration: |duration| duration.nanos(),
    Instant: |instant| instant.nanos(),
    BitsPerSec: |rate| rate.get(),
    Ratio: |ratio| u64::from(ratio.ppb()),
    EthernetAddress: |mac| mac_word(mac.0),
    PortId: |port| u64::from(port.0),
    NodeId: |node| u64::from(node.0),
    LinkId: |link| u64::from(link.0),
    RunId: |run| u64::from(run.0),
    End: |end| match end {
        End::First => 0,
        End::Second => 1,
    },
}

/// A MAC address as a number.
pub(super) fn mac_word(mac: [u8; 6]) -> u64 {
    mac.iter().fold(0, |number, &byte| number << 8 | u64::from(byte))
}

impl Encode for Direction {
    fn encode(&self, words: &mut Words) {
        let Self { link, from } = self;
        words.fields(&[link, from]);
    }
}

impl Encode for str {
    fn encode(&self, words: &mut Words) {
        words.push(self.len() as u64);
        words.0.extend(self.as_bytes());
        words.0.resize(words.0.len().next_multiple_of(8), 0);
    }
}

impl Encode for String {
    fn encode(&self, words: &mut Words) {
        self.as_str().encode(words);
    }
}

impl<T: Encode> Encode for Option<T> {
    fn encode(&self, words: &mut Words) {
        match self {
            None => words.push(0),
            Some(value) => words.variant(1, &[value]),
        }
    }
}

impl<T: Encode> Encode for [T] {
    fn encode(&self, words: &mut Words) {
        words.push(self.len() as u64);
        self.iter().for_each(|element| element.encode(words));
    }
}

impl<T: Encode> Encode for Vec<T> {
    fn encode(&self, words: &mut Words) {
        self.as_slice().encode(words);
    }
}

impl<A: Encode, B: Encode> Encode for (A, B) {
    fn encode(&self, words: &mut Words) {
        self.0.encode(words);
        self.1.encode(words);
    }
}

impl Encode for IpAddress {
    fn encode(&self, words: &mut Words) {
        match self {
            Self::Ipv4(address) => words.variant(4, &[&address.to_bits()]),
            Self::Ipv6(address) => {
                let bits = address.to_bits();
                words.variant(6, &[&((bits >> 64) as u64), &(bits as u64)]);
            }
        }
    }
}

impl Encode for IpCidr {
    fn encode(&self, words: &mut Words) {
        words.fields(&[&self.address(), &self.prefix_len()]);
    }
}

impl Encode for IpEndpoint {
    fn encode(&self, words: &mut Words) {
        let Self { addr, port } = self;
        words.fields(&[addr, port]);
    }
}
