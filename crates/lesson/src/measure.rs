//! What is measured of runs, and between which bounds it has to lie.

use netlab::run::Totals;

/// From one number to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The least.
    pub min: u64,
    /// The greatest.
    pub max: Option<u64>,
}

impl Range {
    /// Any number.
    pub const ANY: Self = Self { min: 0, max: None };
    /// One or more.
    pub const SOME: Self = Self { min: 1, max: None };

    /// Whether a number lies in it.
    pub fn contains(&self, number: u64) -> bool {
        number >= self.min && self.max.is_none_or(|max| number <= max)
    }
}

/// What is measured of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Messages sent.
    Sent,
    /// Messages answered or received.
    Received,
    /// Messages sent and not answered.
    Lost,
    /// Further answers to the same message.
    Duplicates,
    /// Payload, in bytes.
    Bytes,
    /// The shortest round trip, in nanoseconds.
    RttMin,
    /// The longest round trip, in nanoseconds.
    RttMax,
    /// The mean round trip, in nanoseconds.
    RttMean,
    /// Bits per second.
    Throughput,
    /// TCP segments retransmitted.
    Retransmits,
}

/// In which unit a measure is written in a lesson.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A whole number.
    Number,
    /// `100kB`.
    Size,
    /// `20ms`.
    Time,
    /// `5Mbps`.
    Rate,
}

impl Measure {
    /// Each with its name and its unit.
    pub const ALL: [(Self, &'static str, Unit); 10] = [
        (Self::Sent, "sent", Unit::Number),
        (Self::Received, "received", Unit::Number),
        (Self::Lost, "lost", Unit::Number),
        (Self::Duplicates, "duplicates", Unit::Number),
        (Self::Bytes, "bytes", Unit::Size),
        (Self::RttMin, "rtt_min", Unit::Time),
        (Self::RttMax, "rtt_max", Unit::Time),
        (Self::RttMean, "rtt_mean", Unit::Time),
        (Self::Throughput, "throughput", Unit::Rate),
        (Self::Retransmits, "retransmits", Unit::Number),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(other, ..)| *other == self).map_or("", |(_, name, _)| name)
    }

    /// Its unit.
    pub fn unit(self) -> Unit {
        Self::ALL.iter().find(|(other, ..)| *other == self).map_or(Unit::Number, |(.., unit)| *unit)
    }

    /// What was measured, if anything.
    pub fn of(self, totals: &Totals) -> Option<u64> {
        let trips = |value: u64| (totals.rtt_count > 0).then_some(value);
        match self {
            Self::Sent => Some(totals.sent),
            Self::Received => Some(totals.received),
            Self::Lost => Some(totals.sent.saturating_sub(totals.received)),
            Self::Duplicates => Some(totals.duplicates),
            Self::Bytes => Some(totals.bytes),
            Self::RttMin => trips(totals.rtt_min.nanos()),
            Self::RttMax => trips(totals.rtt_max.nanos()),
            Self::RttMean => totals.rtt_sum.nanos().checked_div(totals.rtt_count),
            Self::Throughput => {
                let bits = u128::from(totals.bytes) * 8_000_000_000;
                let rate = bits.checked_div(totals.transfer_time.nanos().into())?;
                u64::try_from(rate).ok()
            }
            Self::Retransmits => Some(totals.retransmits),
        }
    }
}
