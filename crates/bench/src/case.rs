//! The list of cases, and which figures each yields.

use crate::bulk::{self, Path};
use crate::sample::{Clock, Sample};
use crate::world::Traffic;
use crate::{frames, memory, packets, queries, switch, world};
use netlab::history::Stride;
use vnetif::raw::Destination;

/// Something that is measured.
#[derive(Debug)]
pub struct Case {
    /// By which processes and gates refer to it: `group/case`.
    pub name: &'static str,
    /// For people.
    pub what: &'static str,
    /// The figures that are reported, the most important first.
    pub figures: &'static [Figure],
    pub(crate) measure: fn(Clock<'_>) -> Sample,
}

/// A number made from a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Figure {
    /// Gbit/s of the bytes moved.
    Rate,
    /// Mbit/s of the bytes moved if virtual time, which is waiting, had been waited for.
    RateWithWaiting,
    /// Nanoseconds for one of these.
    NanosPer(&'static str),
    /// MB that the history and the packet list held at most, as they count it themselves.
    Kept,
    /// MB that the program had taken from its system by the end, all that it is made of included.
    Taken,
    /// Milliseconds for 100,000 of these.
    MillisForAll(&'static str),
    /// Seconds of virtual time in a second.
    TimesRealTime,
}

/// What [`Figure::MillisForAll`] is of.
const ALL: f64 = 100_000.0;
const MB: f64 = (1 << 20) as f64;

impl Figure {
    /// The number.
    pub fn of(self, sample: &Sample) -> f64 {
        let bits = sample.bytes as f64 * 8.0;
        match self {
            Self::Rate => bits / (sample.ms * 1e6),
            Self::RateWithWaiting => bits / ((sample.ms + sample.virtual_ms) * 1e3),
            Self::NanosPer(_) => sample.ms * 1e6 / sample.operations as f64,
            Self::Kept => sample.kept_bytes as f64 / MB,
            Self::Taken => sample.taken_bytes as f64 / MB,
            Self::MillisForAll(_) => sample.ms * ALL / sample.operations as f64,
            Self::TimesRealTime => sample.virtual_ms / sample.ms,
        }
    }

    /// Its unit.
    pub fn unit(self) -> String {
        match self {
            Self::Rate => "Gbit/s".into(),
            Self::RateWithWaiting => "Mbit/s".into(),
            Self::NanosPer(operation) => format!("ns/{operation}"),
            Self::Kept | Self::Taken => "MB".into(),
            Self::MillisForAll(operation) => format!("ms/100 000 {operation}s"),
            Self::TimesRealTime => "× real time".into(),
        }
    }

    /// How many times as fast the first is as the second.
    pub fn speed(self, fast: f64, slow: f64) -> f64 {
        match self {
            Self::Rate | Self::RateWithWaiting | Self::TimesRealTime => fast / slow,
            Self::NanosPer(_) | Self::MillisForAll(_) | Self::Kept | Self::Taken => slow / fast,
        }
    }
}

impl Case {
    /// The case of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        CASES.iter().chain(&ALONE).find(|case| case.name == name)
    }
}

/// Bytes on the wire and what one frame costs.
const BULK: &[Figure] = &[Figure::Rate, Figure::NanosPer("frame")];
const FRAME: &[Figure] = &[Figure::NanosPer("frame"), Figure::Rate];
const DELIVERY: &[Figure] = &[Figure::NanosPer("delivery")];
const LOOK: &[Figure] = &[Figure::NanosPer("look")];
const EVENTS: &[Figure] = &[Figure::NanosPer("event"), Figure::TimesRealTime];
const EVENT: &[Figure] = &[Figure::NanosPer("event")];
const QUERY: &[Figure] = &[Figure::NanosPer("query")];
const STEP: &[Figure] = &[Figure::NanosPer("step")];
const PACKET: &[Figure] = &[Figure::NanosPer("packet")];
const SIFTED: &[Figure] = &[Figure::MillisForAll("packet")];
const FILE: &[Figure] = &[Figure::NanosPer("packet"), Figure::Rate];

/// All there is to measure.
pub const CASES: [Case; 40] = [
    Case {
        name: "memcpy/1500",
        what: "plain copies of 1500 bytes: the floor",
        figures: &[Figure::Rate, Figure::NanosPer("copy")],
        measure: |clock| frames::copies(clock, 1500),
    },
    Case {
        name: "bulk/1500",
        what: "TCP bulk over the basic backend, MTU 1500, checksums on",
        figures: BULK,
        measure: |clock| bulk::measure(clock, Path { mtu: 1500, checksums: true }),
    },
    Case {
        name: "bulk/1500-unchecked",
        what: "the same, checksums off",
        figures: BULK,
        measure: |clock| bulk::measure(clock, Path { mtu: 1500, checksums: false }),
    },
    Case {
        name: "bulk/9000-unchecked",
        what: "the same, MTU 9000, checksums off",
        figures: BULK,
        measure: |clock| bulk::measure(clock, Path { mtu: 9000, checksums: false }),
    },
    Case {
        name: "bulk/lossy",
        what: "100 MB of TCP with 1 % uniform loss, the waits for retransmission timers included",
        figures: &[Figure::RateWithWaiting],
        measure: bulk::lossy,
    },
    Case {
        name: "raw/unicast",
        what: "raw frames of 1514 bytes, hub, to one listener",
        figures: FRAME,
        measure: |clock| frames::raw(clock, Destination::First, 1),
    },
    Case {
        name: "raw/flood-8",
        what: "raw frames of 1514 bytes, each to 8 listeners",
        figures: FRAME,
        measure: |clock| frames::raw(clock, Destination::Broadcast, 8),
    },
    Case {
        name: "raw/flood-32",
        what: "raw frames of 1514 bytes, each to 32 listeners",
        figures: FRAME,
        measure: |clock| frames::raw(clock, Destination::Broadcast, 32),
    },
    Case {
        name: "raw/flood-64",
        what: "raw frames of 1514 bytes, each to 64 listeners",
        figures: FRAME,
        measure: |clock| frames::raw(clock, Destination::Broadcast, 64),
    },
    Case {
        name: "switch/look-16",
        what: "MAC table alone: learn the source, find the destination, 16 addresses",
        figures: LOOK,
        measure: |clock| switch::look(clock, 16),
    },
    Case {
        name: "switch/look-256",
        what: "the same, 256 addresses",
        figures: LOOK,
        measure: |clock| switch::look(clock, 256),
    },
    Case {
        name: "switch/unicast",
        what: "learning switch, 16 ports, unicast: write, table, inbox, read",
        figures: DELIVERY,
        measure: |clock| switch::unicast(clock, 16),
    },
    Case {
        name: "switch/flood-2",
        what: "learning switch, flood of a frame to 2 ports, read by each",
        figures: DELIVERY,
        measure: |clock| switch::flood(clock, 2),
    },
    Case {
        name: "switch/flood-8",
        what: "the same, 8 ports",
        figures: DELIVERY,
        measure: |clock| switch::flood(clock, 8),
    },
    Case {
        name: "switch/flood-32",
        what: "the same, 32 ports",
        figures: DELIVERY,
        measure: |clock| switch::flood(clock, 32),
    },
    Case {
        name: "switch/flood-64",
        what: "the same, 64 ports",
        figures: DELIVERY,
        measure: |clock| switch::flood(clock, 64),
    },
    Case {
        name: "world/pair",
        what: "virtual time: two hosts, one cable of 1 Gbit/s, one TCP flow",
        figures: EVENTS,
        measure: world::pair,
    },
    Case {
        name: "world/tcp",
        what: "virtual time: 64 hosts on a switch, 32 TCP flows over cables of 10 Mbit/s",
        figures: EVENTS,
        measure: |clock| world::crowd(clock, Traffic::Tcp),
    },
    Case {
        name: "world/udp",
        what: "virtual time: 64 hosts on a switch, 32 UDP flows of 10 Mbit/s",
        figures: EVENTS,
        measure: |clock| world::crowd(clock, Traffic::Udp),
    },
    Case {
        name: "world/hosts-10",
        what: "virtual time: 10 hosts at switches of 60, up to 50 UDP flows of 10 Mbit/s",
        figures: EVENT,
        measure: |clock| world::sized(clock, 10, false),
    },
    Case {
        name: "world/hosts-100",
        what: "virtual time: 100 hosts at switches of 60, up to 50 UDP flows of 10 Mbit/s",
        figures: EVENT,
        measure: |clock| world::sized(clock, 100, false),
    },
    Case {
        name: "world/hosts-1000",
        what: "virtual time: 1000 hosts at switches of 60, up to 50 UDP flows of 10 Mbit/s",
        figures: EVENT,
        measure: |clock| world::sized(clock, 1_000, false),
    },
    Case {
        name: "world/hosts-3900",
        what: "virtual time: 3900 hosts at switches of 60, up to 50 UDP flows of 10 Mbit/s",
        figures: EVENT,
        measure: |clock| world::sized(clock, 3_900, false),
    },
    Case {
        name: "world/idle-2",
        what: "virtual time: 2 hosts, of which two talk",
        figures: EVENT,
        measure: |clock| world::sized(clock, 2, true),
    },
    Case {
        name: "world/idle-3900",
        what: "virtual time: 3900 hosts, of which two talk",
        figures: EVENT,
        measure: |clock| world::sized(clock, 3_900, true),
    },
    Case {
        name: "history/passing",
        what: "what is on all 128 wires at a moment, of 100 000 transits",
        figures: QUERY,
        measure: queries::passing,
    },
    Case {
        name: "history/node-at",
        what: "the tables of all 65 nodes at a moment",
        figures: QUERY,
        measure: queries::node_at,
    },
    Case {
        name: "history/next-after",
        what: "the next moment when something visible happens",
        figures: QUERY,
        measure: queries::next_after,
    },
    Case {
        name: "history/run-totals",
        what: "what each of 32 runs had measured by a moment",
        figures: QUERY,
        measure: queries::run_totals,
    },
    Case {
        name: "history/hash",
        what: "the hash of all that happened",
        figures: QUERY,
        measure: queries::hash,
    },
    Case {
        name: "history/view",
        what: "100 000 frames over a switch: wires, tables and counters at a moment",
        figures: QUERY,
        measure: queries::view,
    },
    Case {
        name: "history/step-event",
        what: "the same: a step back or forward to the next event",
        figures: STEP,
        measure: |clock| queries::steps(clock, Stride::Event),
    },
    Case {
        name: "history/step-drop",
        what: "the same: a step back or forward to the next drop",
        figures: STEP,
        measure: |clock| queries::steps(clock, Stride::Drop),
    },
    Case {
        name: "packets/follow",
        what: "the same: taken off the history in order of time, and analysed",
        figures: PACKET,
        measure: packets::follow,
    },
    Case {
        name: "packets/filter-fast",
        what: "the same, sifted: tcp.flags.syn == 1 && ip.addr == 10.0.0.2",
        figures: SIFTED,
        measure: |clock| packets::filter(clock, "tcp.flags.syn == 1 && ip.addr == 10.0.0.2"),
    },
    Case {
        name: "packets/filter-analysis",
        what: "the same, sifted: tcp.analysis.retransmission",
        figures: SIFTED,
        measure: |clock| packets::filter(clock, "tcp.analysis.retransmission"),
    },
    Case {
        name: "packets/filter-tree",
        what: "the same, sifted by a field of the tree: tcp.options.sack_le > 0",
        figures: SIFTED,
        measure: |clock| packets::filter(clock, "tcp.options.sack_le > 0"),
    },
    Case {
        name: "packets/row",
        what: "the same: the row of a packet list",
        figures: &[Figure::NanosPer("row")],
        measure: packets::row,
    },
    Case { name: "packets/save", what: "the same, saved as pcapng", figures: FILE, measure: packets::save },
    Case { name: "packets/open", what: "the same, opened again", figures: FILE, measure: packets::open },
];

/// What is measured once, in a process or tab that does nothing else: it is about memory, which is not given back.
pub const ALONE: [Case; 1] = [Case {
    name: "memory/ten-minutes",
    what: "ten minutes of TCP over 10 Mbit/s and 0.1 % loss",
    figures: &[Figure::Kept, Figure::Taken],
    measure: memory::ten_minutes,
}];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_used_once() {
        for (place, case) in CASES.iter().enumerate() {
            assert!(CASES[..place].iter().all(|other| other.name != case.name), "{} twice", case.name);
        }
    }

    #[test]
    fn figures_are_what_they_say() {
        let sample = Sample {
            operations: 1000,
            bytes: 1_000_000,
            ms: 2.0,
            virtual_ms: 14.0,
            kept_bytes: 3 << 20,
            ..Sample::default()
        };
        assert_eq!(Figure::Kept.of(&sample), 3.0);
        assert_eq!(Figure::MillisForAll("packet").of(&sample), 200.0);
        assert_eq!(Figure::Rate.of(&sample), 4.0);
        assert_eq!(Figure::RateWithWaiting.of(&sample), 500.0);
        assert_eq!(Figure::NanosPer("frame").of(&sample), 2000.0);
        assert_eq!(Figure::TimesRealTime.of(&sample), 7.0);
        assert_eq!(Figure::NanosPer("frame").speed(10.0, 40.0), 4.0);
        assert_eq!(Figure::Rate.speed(40.0, 10.0), 4.0);
    }
}
