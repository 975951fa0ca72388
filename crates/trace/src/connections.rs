//! The TCP connections of a trace, in the order in which they begin.

use crate::ends::Ends;
use crate::row::Source;
use crate::trace::Trace;
use netlab::Instant;
use netlab::history::TransitId;
use smoltcp::wire::IpEndpoint;

/// A connection.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Connection {
    /// Its number in the trace (`tcp.stream`).
    pub stream: u32,
    /// When its first segment was seen, and the number of that packet.
    pub first: (Instant, usize),
    /// The transit that it was.
    pub transit: TransitId,
    /// The sender and the receiver of its first segment.
    pub ends: [IpEndpoint; 2],
    /// The sender and the receiver of what the other end sends: the same addresses, unless a router rewrites them (NAT).
    pub back: [IpEndpoint; 2],
    /// Bytes of data that each of the two has sent, retransmissions included.
    pub bytes: [u64; 2],
}

impl Connection {
    /// Its two ends as one of them has them, 0 for the one that opened it: itself first, then the other.
    pub fn seen_by(&self, end: usize) -> [IpEndpoint; 2] {
        if end == 0 { self.ends } else { self.back }
    }

    /// Its two ends, each as it has itself.
    pub fn own_ends(&self) -> [IpEndpoint; 2] {
        [self.ends[0], self.back[0]]
    }
}

/// The connections of a trace.
#[derive(Default)]
pub struct Connections {
    /// In order of their numbers.
    pub list: Vec<Connection>,
    next: usize,
}

impl Connections {
    /// Takes the new packets of the trace.
    pub fn follow(&mut self, trace: &Trace, source: Source<'_>) {
        for (number, row) in trace.rows(self.next..trace.count()) {
            self.next = number + 1;
            let Some(stream) = row.notes.stream else { continue };
            let Some(ends) = source.bytes(row).and_then(Ends::of).and_then(|ends| ends.tcp()) else {
                continue;
            };
            let place = self.list.binary_search_by_key(&stream, |connection| connection.stream);
            let place = place.unwrap_or_else(|place| {
                let first = (row.at, number);
                let back = [ends[1], ends[0]];
                self.list.insert(
                    place,
                    Connection { stream, first, transit: row.transit, ends, back, bytes: [0; 2] },
                );
                place
            });
            let connection = &mut self.list[place];
            let is_back = connection.ends[0] != ends[0];
            if is_back {
                connection.back = ends;
            }
            connection.bytes[usize::from(is_back)] += u64::from(row.notes.len);
        }
    }

    /// Those that had begun by this moment.
    pub fn by(&self, at: Instant) -> &[Connection] {
        &self.list[..self.list.partition_point(|connection| connection.first.0 <= at)]
    }

    /// When the next connection between the same ends begins, as one of the two has them, if there is one.
    pub fn again(&self, connection: &Connection) -> Option<Instant> {
        let same = |other: &&Connection| {
            other.first > connection.first
                && [connection.ends, connection.back].iter().any(|&[a, b]| {
                    [other.ends, other.back].iter().any(|ends| [[a, b], [b, a]].contains(ends))
                })
        };
        self.list.iter().find(same).map(|other| other.first.0)
    }
}
