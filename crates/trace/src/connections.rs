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
    /// Bytes of data that each of the two has sent, retransmissions included.
    pub bytes: [u64; 2],
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
                self.list
                    .insert(place, Connection { stream, first, transit: row.transit, ends, bytes: [0; 2] });
                place
            });
            let connection = &mut self.list[place];
            connection.bytes[usize::from(connection.ends[0] != ends[0])] += u64::from(row.notes.len);
        }
    }

    /// Those that had begun by this moment.
    pub fn by(&self, at: Instant) -> &[Connection] {
        &self.list[..self.list.partition_point(|connection| connection.first.0 <= at)]
    }

    /// When the next connection between the same ends begins, if there is one.
    pub fn again(&self, connection: &Connection) -> Option<Instant> {
        let same = |other: &&Connection| {
            other.first > connection.first
                && (other.ends == connection.ends || other.ends == [connection.ends[1], connection.ends[0]])
        };
        self.list.iter().find(same).map(|other| other.first.0)
    }
}
