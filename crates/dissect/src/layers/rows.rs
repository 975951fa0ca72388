//! Headers of fixed layout, as tables: a row for each field, one below the other, as the RFCs draw them.
//!
//! What can be written as a table is: a row is data, and data weighs less in the page than the code that would make the
//! same field. Numbers are read from whatever bytes there are, the missing ones as zeros; [`Draft::add`] leaves out the
//! fields whose bytes are missing.

use std::fmt::{Display, from_fn};
use std::ops::Range;

use crate::number::{ethernet, ipv4, ipv6, number};
use crate::text::{Names, hex, mac, named};
use crate::tree::{Draft, Field, Wanted};

/// A field of fixed place: filter key, name, bytes (counted from where the table begins), kind of value, meaning.
pub(crate) struct Row(pub &'static str, pub &'static str, pub Range<usize>, pub Show, pub &'static str);

/// How a value is read and written. Numbers have four bytes at most, the most significant first.
#[derive(Clone, Copy)]
pub(crate) enum Show {
    Number,
    /// `0x` and all its digits.
    Hex,
    /// A number of seconds.
    Seconds,
    /// A number of 256ths of a second (IEEE 802.1D clause 9.2.8).
    Ticks,
    /// The upper four bits of a switch's identifier, as the number of 16 bits that they begin.
    Priority,
    /// The lower twelve bits of it.
    Extension,
    /// A number and, if it is in the table, its name.
    Named(Names),
    /// A number whose bits have meanings of their own.
    Flags(&'static [Flag]),
    Mac,
    Ipv4,
    Ipv6,
    /// Bytes without meaning here.
    Raw,
}

/// Some bits among others.
pub(crate) struct Flag {
    mask: u32,
    key: &'static str,
    name: &'static str,
    meaning: &'static str,
    /// More than one bit are a number; these are its names.
    names: Names,
}

impl Flag {
    /// A single bit, set or not.
    pub const fn bit(mask: u32, key: &'static str, name: &'static str, meaning: &'static str) -> Flag {
        Flag { mask, key, name, meaning, names: &[] }
    }

    /// Some bits that are a number.
    pub const fn number(
        mask: u32,
        key: &'static str,
        name: &'static str,
        names: Names,
        meaning: &'static str,
    ) -> Flag {
        Flag { mask, key, name, meaning, names }
    }
}

impl Row {
    /// The field, if the table begins at `at` of the layer, whose bytes are `layer`.
    pub fn field(&self, wanted: Wanted<'_>, layer: &[u8], at: usize) -> Field {
        let &Row(key, name, Range { start, end }, show, meaning) = self;
        let range = at + start..at + end;
        let bytes = layer.get(range.clone()).unwrap_or(&[]);
        let number = number(bytes, 0..range.len());
        if let Show::Flags(flags) = show {
            return flags_field(wanted, self, range, number, flags);
        }
        let width = 2 * range.len();
        let value = from_fn(|f| match show {
            Show::Mac => mac(ethernet(bytes, 0)).fmt(f),
            Show::Ipv4 => ipv4(bytes, 0).fmt(f),
            Show::Ipv6 => ipv6(bytes, 0).fmt(f),
            Show::Raw => hex(bytes).fmt(f),
            Show::Hex => write!(f, "0x{number:0width$x}"),
            Show::Seconds => write!(f, "{number} s"),
            Show::Ticks => f.write_str(&ticks(number)),
            Show::Priority => ((number & 0xf0) << 8).fmt(f),
            Show::Extension => (number & 0xfff).fmt(f),
            Show::Named(names) => named(names, number).fmt(f),
            Show::Number | Show::Flags(_) => number.fmt(f),
        });
        wanted.field(key, name, range, value, meaning)
    }
}

/// 256ths of a second in seconds, to the millisecond and without the code for floating point: `1.25 s`.
fn ticks(number: u32) -> String {
    let (seconds, milliseconds) = (number >> 8, (number & 0xff) * 1000 / 256);
    let fraction = format!(".{milliseconds:03}");
    format!("{seconds}{} s", fraction.trim_end_matches(['0', '.']))
}

fn flags_field(
    wanted: Wanted<'_>,
    &Row(key, name, .., meaning): &Row,
    range: Range<usize>,
    number: u32,
    flags: &[Flag],
) -> Field {
    let mut value = format!("0x{number:0width$x}", width = 2 * range.len());
    let mut parts = Vec::new();
    let mut separator = " (";
    for flag in flags {
        let (bits, range) = (number & flag.mask, range.clone());
        if !flag.mask.is_power_of_two() {
            let text = named(flag.names, bits >> flag.mask.trailing_zeros());
            parts.push(wanted.field(flag.key, flag.name, range, text, flag.meaning));
            continue;
        }
        parts.push(wanted.bit(flag.key, flag.name, range, bits != 0, flag.meaning));
        if bits != 0 {
            value = value + separator + flag.name;
            separator = ", ";
        }
    }
    if separator == ", " {
        value += ")";
    }
    wanted.field(key, name, range, value, meaning).parts(parts)
}

impl Draft<'_> {
    /// Adds the fields of a table that begins at `at` of the layer, whose bytes are `layer`.
    pub fn rows(&mut self, layer: &[u8], at: usize, rows: &[Row]) {
        for row in rows {
            self.add(row.field(self.wanted, layer, at));
        }
    }
}

/// The fields of a table that begins at `at` of the layer, as the parts of another field.
pub(crate) fn parts(wanted: Wanted<'_>, layer: &[u8], at: usize, rows: &[Row]) -> Vec<Field> {
    rows.iter().map(|row| row.field(wanted, layer, at)).collect()
}
