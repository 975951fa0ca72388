//! Numbers over time.

use crate::format;
use netlab::{Duration, Instant};
use std::borrow::Cow;
use texts::t;

/// A value at a moment: a number, or a range of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Datum {
    /// The moment.
    pub at: Instant,
    /// The number, or the beginning of the range.
    pub low: u64,
    /// The number, or the end of the range.
    pub high: u64,
    /// The packet that it belongs to: its transit, or its number in a capture; or [`NO_PACKET`].
    pub of: u64,
}

/// The packet number of a datum that belongs to no packet.
pub const NO_PACKET: u64 = u64::MAX;

impl Datum {
    /// A number that belongs to no packet.
    pub const fn new(at: Instant, value: u64) -> Self {
        Self { at, low: value, high: value, of: NO_PACKET }
    }
}

/// How numbers over time are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A step line: each value holds until the next.
    Steps,
    /// Vertical strokes: each value is a range.
    Bars,
    /// Dots.
    Dots,
}

/// The style of a series: color and stroke, so that color alone never carries the meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// The measured value itself.
    Main,
    /// Acknowledgments.
    Reply,
    /// A limit.
    Limit,
    /// Another limit.
    Bound,
    /// Retransmissions.
    Again,
    /// Losses.
    Lost,
    /// Data that arrived out of order.
    Aside,
}

impl Tone {
    /// Its name in style sheets.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Main => "main-tone",
            Self::Reply => "reply-tone",
            Self::Limit => "limit-tone",
            Self::Bound => "bound-tone",
            Self::Again => "again-tone",
            Self::Lost => "lost-tone",
            Self::Aside => "aside-tone",
        }
    }
}

/// The unit of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Bytes.
    Bytes,
    /// Sequence numbers, from the beginning of the connection.
    Sequence,
    /// Bits a second.
    Rate,
    /// Nanoseconds.
    Time,
    /// Frames.
    Frames,
}

impl Unit {
    /// A number with its unit, rounded for the eye.
    pub fn text(self, value: u64) -> String {
        match self {
            Self::Bytes => format::bytes(value),
            Self::Sequence | Self::Frames => format::count(value),
            Self::Rate => format::bit_rate(value as f64),
            Self::Time => format::duration(Duration::from_nanos(value)),
        }
    }

    /// The title of the axis.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bytes => t!("bytes"),
            Self::Sequence => t!("sequence number"),
            Self::Rate => "bit/s",
            Self::Time => "ns",
            Self::Frames => t!("frames"),
        }
    }

    /// The head of the column in a file.
    const fn column(self) -> &'static str {
        match self {
            Self::Bytes => "bytes",
            Self::Sequence => "sequence_number",
            Self::Rate => "bit/s",
            Self::Time => "ns",
            Self::Frames => "frames",
        }
    }
}

/// Numbers over time with a name.
#[derive(Clone, Debug, PartialEq)]
pub struct Series<'a> {
    /// Its name in the legend.
    pub name: Cow<'a, str>,
    /// Its style.
    pub tone: Tone,
    /// How it is drawn.
    pub kind: Kind,
    /// The values, in order of time.
    pub data: Cow<'a, [Datum]>,
}

impl<'a> Series<'a> {
    /// A series that borrows its values.
    pub fn of(name: &'a str, tone: Tone, kind: Kind, data: &'a [Datum]) -> Self {
        Self { name: name.into(), tone, kind, data: data.into() }
    }

    /// The last value at or before a moment.
    pub fn at(&self, at: Instant) -> Option<Datum> {
        let next = self.data.partition_point(|datum| datum.at <= at);
        Some(self.data[next.checked_sub(1)?])
    }
}

/// Several series as comma-separated values: a line for each value, times in seconds.
pub fn csv(series: &[Series<'_>], unit: Unit) -> String {
    let mut text = format!("series,time_s,{0},to_{0}\n", unit.column());
    for series in series {
        for datum in series.data.iter() {
            let ns = datum.at.nanos();
            text.push_str(&format!(
                "{},{}.{:09},{},{}\n",
                super::sheet::quoted(&series.name),
                ns / 1_000_000_000,
                ns % 1_000_000_000,
                datum.low,
                datum.high
            ));
        }
    }
    text
}
