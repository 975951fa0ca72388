//! Numbers over time.

use crate::format;
use netlab::{Duration, Instant};
use std::borrow::Cow;

/// What was at a moment: a number, or a stretch of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Datum {
    /// When.
    pub at: Instant,
    /// The number, or where the stretch begins.
    pub low: u64,
    /// The number, or where the stretch ends.
    pub high: u64,
    /// The packet that it is of: its transit, or its number in a capture. [`NO_PACKET`]: it is of none.
    pub of: u64,
}

/// A datum that is of no packet.
pub const NO_PACKET: u64 = u64::MAX;

impl Datum {
    /// A number that is of no packet.
    pub const fn new(at: Instant, value: u64) -> Self {
        Self { at, low: value, high: value, of: NO_PACKET }
    }
}

/// How numbers over time are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Each holds until the next.
    Steps,
    /// Each is a stretch.
    Bars,
    /// Each by itself.
    Dots,
}

/// The colour and the stroke: never the colour alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// What it is about.
    Main,
    /// What answers it.
    Reply,
    /// What limits it.
    Limit,
    /// Another limit.
    Bound,
    /// Done again.
    Again,
    /// Gone.
    Lost,
    /// Arrived out of order.
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

/// What is counted.
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

    /// What the axis is called.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bytes => "bytes",
            Self::Sequence => "sequence number",
            Self::Rate => "bit/s",
            Self::Time => "ns",
            Self::Frames => "frames",
        }
    }
}

/// Numbers over time with a name.
#[derive(Clone, Debug, PartialEq)]
pub struct Series<'a> {
    /// As the legend has it.
    pub name: Cow<'a, str>,
    /// How it is coloured.
    pub tone: Tone,
    /// How it is drawn.
    pub kind: Kind,
    /// In order of time.
    pub data: Cow<'a, [Datum]>,
}

impl<'a> Series<'a> {
    /// Of numbers that are kept elsewhere.
    pub fn of(name: &'a str, tone: Tone, kind: Kind, data: &'a [Datum]) -> Self {
        Self { name: name.into(), tone, kind, data: data.into() }
    }

    /// The last that was up to this moment.
    pub fn at(&self, at: Instant) -> Option<Datum> {
        let next = self.data.partition_point(|datum| datum.at <= at);
        Some(self.data[next.checked_sub(1)?])
    }
}

/// All of some series as comma-separated values: a line for each number, times in seconds.
pub fn csv(series: &[Series<'_>], unit: Unit) -> String {
    let mut text = format!("series,time_s,{0},to_{0}\n", unit.name().replace(' ', "_"));
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
