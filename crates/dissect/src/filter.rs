//! Display filters: which packets to show, in Wireshark's language.
//!
//! ```
//! use dissect::analysis::Notes;
//! use dissect::filter::{Filter, Subject};
//!
//! let filter = Filter::parse("eth.dst == 01:80:c2:00:00:00 or frame.len in {14, 60..64}").unwrap();
//! let frame = [&[0x02; 12][..], &[0x88, 0xb5]].concat();
//! assert!(filter.matches(&Subject::new(&frame, &Notes::default())));
//!
//! let error = Filter::parse("tcp.prot == 80").unwrap_err();
//! assert_eq!(error.at, 0..8);
//! assert_eq!(error.message, "There is no field tcp.prot. Is it tcp.port?");
//! ```
//!
//! # What it can do
//!
//! - `arp`, `tcp.flags.syn`: the packet has that protocol or field. A flag that is not set is there as well.
//! - `==` `!=` `>` `<` `>=` `<=`, also as `eq ne gt lt ge le`. A field may have several values (`ip.addr` has two): any
//!   of them has to do, but with `!=` all have to differ; `===` (`all_eq`) and `!==` (`any_ne`) are the other way round; `any` or `all`
//!   in front of a field says it outright.
//! - `contains` looks for bytes (`aa:bb`) or text (`"GET"`) in a field or protocol, `matches` for a regular expression, `in {80, 443,
//!   5000..5010}` for any of several values, `eth.src[0:3]` at some of the bytes.
//! - One field with another (`ip.src == ip.dst`), sums (`ip.len - ip.hdr_len > 1000`), bits (`tcp.flags & 0x02`), and the functions
//!   `len() lower() upper() count() string() max() min() abs()`.
//! - `and or not`, also as `&& || !`, and parentheses. `not` binds tightest, `or` least.
//! - Numbers in decimal, `0x` hexadecimal, `0b` binary or `0` octal, some by name (`arp.opcode == request`); `10.0.0.0/8`, `fd00::/8`;
//!   `aa:bb:cc:dd:ee:ff`; `"text"`, `r"text"`; `"2024-05-01 12:30:00"`, in UTC.
//!
//! # Map
//!
//! `parse` makes an `expression` of a text, with the values of `literal`, `names`, `moment` and `pattern` in it; `catalogue` lists the
//! fields (each an `entry`) and reads their `value`s from a `packet` or from its `tree`; `others` are the fields that only the tree has; `evaluate`
//! decides; `complete` offers what may come next; `same` writes the filter for a value that a packet has.
//!
//! # Why so
//!
//! - **Two speeds.** What is asked often is read where it is in the bytes, or from the notes. Every other field of
//!   [`crate::layers`] is looked up in the tree. Of this tree, only the values of the field in question are written.
//! - **Types are checked when the text is read**, not when a packet comes: a meaningless filter is an error that points at
//!   the spot, not an empty list. What Wireshark knows and is left out here is refused by name.
//! - **Bounded**: filters come by links. Length and depth are limited, regular expressions are matched in linear time, and nothing takes
//!   longer than length × packet.

mod catalogue;
mod complete;
mod entry;
mod evaluate;
mod expression;
mod literal;
mod moment;
mod names;
mod others;
mod packet;
mod parse;
mod pattern;
mod same;
mod tree;
mod value;

#[cfg(test)]
mod tests;

use std::fmt;
use std::ops::Range;

use crate::analysis::{Notes, Sides};
use crate::captured::Captured;
pub use complete::{Completion, complete};
use expression::Expression;
pub use same::same_value;

/// The longest filter in bytes.
pub const LENGTH_MAX: usize = 4_096;

/// A filter that was read. Its `Display` reads back as the same filter.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter(Expression);

/// A packet with its place in a list, its times and its notes.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// Its place in the list, from 0; `frame.number` is one more.
    pub number: u32,
    /// When it came.
    pub at_ns: u64,
    /// When the first packet of the list came.
    pub first_at_ns: u64,
    /// When the packet before it came, if there is one.
    pub previous_at_ns: Option<u64>,
    /// When the last packet before it came that passed the filter, if there is one.
    pub previous_listed_at_ns: Option<u64>,
    /// When time 0 was: nanoseconds since 1970.
    pub start_ns: u64,
    /// The packet.
    pub frame: Captured<'a>,
    /// The analysis of it.
    pub notes: &'a Notes,
    /// The analysis of all: what the packet completes, and its conversation. Without, the packet has no such fields.
    pub analysis: Option<&'a Sides>,
}

impl<'a> Subject<'a> {
    /// A packet that is the first and only one of a list, at time 0.
    pub fn new(frame: impl Into<Captured<'a>>, notes: &'a Notes) -> Subject<'a> {
        Subject {
            number: 0,
            at_ns: 0,
            first_at_ns: 0,
            previous_at_ns: None,
            previous_listed_at_ns: None,
            start_ns: 0,
            frame: frame.into(),
            notes,
            analysis: None,
        }
    }
}

/// An error in the text of a filter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FilterError {
    /// Which bytes of the text; empty where something is missing.
    pub at: Range<usize>,
    /// What is wrong and, where that can be said, what would be right.
    pub message: String,
}

impl Filter {
    /// Reads a filter. An empty one shows all packets.
    ///
    /// # Errors
    /// If the text is too long or nested too deeply, has a syntax error, names an unknown field, or compares a field with a value
    /// of another kind.
    pub fn parse(text: &str) -> Result<Filter, FilterError> {
        parse::filter(text).map(Filter)
    }

    /// Whether the packet passes.
    pub fn matches(&self, packet: &Subject<'_>) -> bool {
        evaluate::matches(&self.0, packet)
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
