//! All packets counted by sender, receiver and protocol.
//!
//! A packet's kind is found once and kept as a number; counting is then adding, so that going back in time may begin again from the
//! first packet. Only packets that pass the trace's filter are counted, up to a number that the caller gives.

use crate::ends::Ends;
use crate::row::Source;
use crate::trace::Trace;
use dissect::Protocol;
use dissect::analysis::Mark;
use netlab::Instant;
use rustc_hash::FxHashMap;

/// Packets with the same sender, receiver and protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Kind {
    /// Sender and receiver; nothing if the frame is too short.
    pub ends: Option<Ends>,
    /// What it is about.
    pub protocol: Protocol,
}

/// A number of packets, and when they were seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// Packets.
    pub packets: u64,
    /// Their bytes.
    pub bytes: u64,
    /// When the first was seen.
    pub first: Instant,
    /// When the last was seen.
    pub last: Instant,
}

impl Count {
    /// No packet.
    pub const NONE: Self =
        Self { packets: 0, bytes: 0, first: Instant::from_nanos(u64::MAX), last: Instant::ZERO };

    /// Both together.
    pub fn and(self, other: Self) -> Self {
        Self {
            packets: self.packets + other.packets,
            bytes: self.bytes + other.bytes,
            first: self.first.min(other.first),
            last: self.last.max(other.last),
        }
    }
}

/// The packets of a trace, counted.
#[derive(Default)]
pub struct Census {
    numbers: FxHashMap<Kind, u32>,
    kinds: Vec<Kind>,
    /// For each packet by its number its kind, counted from 1; 0: not yet known.
    known: Vec<u32>,
    counts: Vec<Count>,
    /// For each mark the number of packets that have it, and the first of them.
    marks: [(u64, usize); Mark::ALL.len()],
    /// The numbers of the requests.
    requests: Vec<usize>,
    next: usize,
    upto: usize,
    generation: usize,
}

impl Census {
    /// Counts the listed packets with numbers below `upto`, `at_most` of them in this call; returns whether all are counted.
    pub fn count(&mut self, trace: &Trace, source: Source<'_>, upto: usize, at_most: usize) -> bool {
        if upto < self.upto || trace.generation() != self.generation || trace.count() < self.next {
            (self.next, self.generation) = (trace.first(), trace.generation());
            self.counts.fill(Count::NONE);
            self.marks = Default::default();
            self.requests.clear();
        }
        self.upto = upto;
        let mut left = at_most;
        for (number, row) in trace.listed_rows(self.next).take_while(|(number, _)| *number < upto) {
            let Some(less) = left.checked_sub(1) else { return false };
            left = less;
            self.next = number + 1;
            if self.known.len() <= number {
                self.known.resize(number + 1, 0);
            }
            if self.known[number] == 0 {
                let Some(frame) = source.bytes(row) else { continue };
                let kind = Kind { ends: Ends::of(frame), protocol: row.protocol };
                self.known[number] = self.number(kind);
            }
            let count = &mut self.counts[self.known[number] as usize - 1];
            *count = count.and(Count { packets: 1, bytes: row.length.into(), first: row.at, last: row.at });
            if row.notes.marks.is_empty() {
                continue;
            }
            for mark in row.notes.marks.iter() {
                let (times, first) = &mut self.marks[mark as usize];
                if *times == 0 {
                    *first = number;
                }
                *times += 1;
            }
            if row.notes.marks.contains(Mark::Request) {
                self.requests.push(number);
            }
        }
        true
    }

    fn number(&mut self, kind: Kind) -> u32 {
        let (kinds, counts) = (&mut self.kinds, &mut self.counts);
        *self.numbers.entry(kind).or_insert_with(|| {
            kinds.push(kind);
            counts.push(Count::NONE);
            kinds.len() as u32
        })
    }

    /// The kinds with their counts, in the order in which they were first seen.
    pub fn kinds(&self) -> impl Iterator<Item = (&Kind, Count)> {
        let all = self.kinds.iter().zip(self.counts.iter().copied());
        all.filter(|(_, count)| count.packets > 0)
    }

    /// The marks that packets have: for each the number of packets, and the number of the first.
    pub fn marks(&self) -> impl Iterator<Item = (Mark, u64, usize)> {
        let all = Mark::ALL.into_iter().zip(self.marks);
        all.filter(|(_, (times, _))| *times > 0).map(|(mark, (times, first))| (mark, times, first))
    }

    /// The numbers of the requests.
    pub fn requests(&self) -> &[usize] {
        &self.requests
    }
}
