//! All packets counted by who, whom and what.
//!
//! A packet's kind is found once and kept as a number; counting then is adding, so that going back in time may begin again from the
//! first packet. What is listed under a filter, and only up to the playhead, is counted.

use super::ends::Ends;
use crate::trace::{Source, Trace};
use dissect::Protocol;
use dissect::analysis::Mark;
use netlab::Instant;
use rustc_hash::FxHashMap;

/// Packets that are alike: from the same to the same, about the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Kind {
    /// Who talks to whom; `None`: the frame is too short to say.
    pub ends: Option<Ends>,
    /// What it is about.
    pub protocol: Protocol,
}

/// How many, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// Packets.
    pub packets: u64,
    /// Their bytes.
    pub bytes: u64,
    /// When the first was seen.
    pub first: Instant,
    /// When the last was.
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

/// The count.
#[derive(Default)]
pub struct Census {
    numbers: FxHashMap<Kind, u32>,
    kinds: Vec<Kind>,
    /// For each packet by its number its kind, counted from 1; 0: not yet known.
    known: Vec<u32>,
    counts: Vec<Count>,
    /// How often each remark was made, and the first packet of which it was.
    marks: [(u64, usize); Mark::ALL.len()],
    /// The requests among them.
    requests: Vec<usize>,
    next: usize,
    upto: usize,
    generation: usize,
}

impl Census {
    /// Counts the listed packets with numbers below `upto`, at most `at_most` at once; whether that is all of them.
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
                let kind = Kind { ends: Ends::of(frame), protocol: dissect::protocol(frame) };
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

    /// The kinds of which there are any, with their counts, in the order in which they were first met.
    pub fn kinds(&self) -> impl Iterator<Item = (&Kind, Count)> {
        let all = self.kinds.iter().zip(self.counts.iter().copied());
        all.filter(|(_, count)| count.packets > 0)
    }

    /// The remarks that were made: how often, and the number of the first packet.
    pub fn marks(&self) -> impl Iterator<Item = (Mark, u64, usize)> {
        let all = Mark::ALL.into_iter().zip(self.marks);
        all.filter(|(_, (times, _))| *times > 0).map(|(mark, (times, first))| (mark, times, first))
    }

    /// The numbers of the requests.
    pub fn requests(&self) -> &[usize] {
        &self.requests
    }
}
