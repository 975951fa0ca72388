//! The segments that one end of a TCP connection sends and receives, as captured at its own port: the data of all graphs of TCP.
//!
//! The capture point has to be the sender's port: only there is the time from a segment to its ACK a round-trip time, and only there
//! are the bytes in flight those that were sent and are not yet acknowledged.

use super::series::{Datum, Kind, Series, Tone, Unit};
use crate::timeline::Window;
use capture::Place;
use dissect::Captured;
use dissect::analysis::{Analysis, Notes};
use dissect::message::{Message, meaning};
use netlab::Instant;
use netlab::congestion::{Shadowing, Side, Windows};
use netlab::history::{Fate, TransitId};
use netlab::topology::Congestion;
use smoltcp::wire::IpEndpoint;
use std::collections::VecDeque;
use texts::t;
use trace::Order;
use trace::connections::Connection;
use trace::ends::Ends;
use trace::{Source, Trace};

/// The graphs of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Graph {
    /// Sequence numbers over time (Stevens).
    Stevens,
    /// Segments, ACKs and the receiver's window over time (tcptrace).
    Tcptrace,
    /// Bits a second, sent and acknowledged.
    Throughput,
    /// Round-trip times.
    RoundTrip,
    /// Bytes in flight, and what limits them.
    InFlight,
}

impl Graph {
    /// The unit of its values.
    pub const fn unit(self) -> Unit {
        match self {
            Self::Stevens | Self::Tcptrace => Unit::Sequence,
            Self::Throughput => Unit::Rate,
            Self::RoundTrip => Unit::Time,
            Self::InFlight => Unit::Bytes,
        }
    }
}

/// One direction of a connection.
pub struct Flow {
    feed: Feed,
    ends: [IpEndpoint; 2],
    fresh: Vec<Datum>,
    again: Vec<Datum>,
    lost: Vec<Datum>,
    acks: Vec<Datum>,
    sacks: Vec<Datum>,
    limit: Vec<Datum>,
    offered: Vec<Datum>,
    flight: Vec<Datum>,
    round_trips: Vec<Datum>,
    cwnd: Vec<Datum>,
    ssthresh: Vec<Datum>,
    /// The sequence number after the last byte that was sent, and the highest acknowledged one.
    highest: u64,
    acked: u64,
    /// The segments without an ACK: the sequence number after the last byte, the time of sending, and whether it was retransmitted.
    waiting: VecDeque<(u64, Instant, bool)>,
}

enum Feed {
    World {
        order: Order,
        analysis: Box<Analysis>,
        shadowing: Box<Shadowing>,
        /// The transits from its first segment to the first one of the next connection between the same ends.
        from: Instant,
        until: Option<Instant>,
    },
    Recording {
        next: usize,
        stream: u32,
    },
}

impl Flow {
    /// A flow of a connection in the network, at this side of it, up to the next connection between the same ends (`until`).
    pub fn in_world(
        side: Side,
        congestion: Congestion,
        connection: &Connection,
        until: Option<Instant>,
    ) -> Self {
        let feed = Feed::World {
            order: Order::new(Place::Port(side.port)),
            analysis: Box::default(),
            shadowing: Box::new(Shadowing::new(side, congestion, connection.transit)),
            from: connection.first.0,
            until,
        };
        Self::new(feed, [side.local, side.remote])
    }

    /// A flow of a connection in a capture, from the first of these ends to the second.
    pub fn in_recording(ends: [IpEndpoint; 2], connection: &Connection) -> Self {
        Self::new(Feed::Recording { next: connection.first.1, stream: connection.stream }, ends)
    }

    fn new(feed: Feed, ends: [IpEndpoint; 2]) -> Self {
        Self {
            feed,
            ends,
            fresh: Vec::new(),
            again: Vec::new(),
            lost: Vec::new(),
            acks: Vec::new(),
            sacks: Vec::new(),
            limit: Vec::new(),
            offered: Vec::new(),
            flight: Vec::new(),
            round_trips: Vec::new(),
            cwnd: Vec::new(),
            ssthresh: Vec::new(),
            highest: 0,
            acked: 0,
            waiting: VecDeque::new(),
        }
    }

    /// Reads new segments, at most `at_most`; returns whether none is left.
    pub fn follow(&mut self, trace: &Trace, source: Source<'_>, at_most: usize) -> bool {
        let mut left = at_most;
        let mut more = || {
            left = left.saturating_sub(1);
            left > 0
        };
        let (mut seen, mut all) = (Vec::new(), true);
        match (&mut self.feed, source) {
            (Feed::World { order, analysis, shadowing, from, until }, Source::World(history, now)) => {
                let ends = self.ends;
                let is_meant = |at: Instant| at >= *from && until.is_none_or(|until| at < until);
                order.take(history, now, &mut |sighting, transit| {
                    let between = Ends::of(&transit.frame).and_then(|ends| ends.tcp());
                    let forward = between == Some(ends);
                    if is_meant(sighting.at) && (forward || between == Some([ends[1], ends[0]])) {
                        let notes = analysis.push(sighting.at.nanos(), &transit.frame);
                        let dropped = transit.fate != Fate::Delivered;
                        seen.push((sighting.at, transit.id.0, forward, dropped, notes));
                    }
                    more()
                });
                let (cwnd, ssthresh) = (&mut self.cwnd, &mut self.ssthresh);
                let mut budget = at_most;
                shadowing.follow(history, now, &mut |at, windows| {
                    if let Some(Windows { congestion, threshold }) = windows {
                        note(cwnd, at, congestion as u64);
                        if let Some(threshold) = threshold {
                            note(ssthresh, at, threshold as u64);
                        }
                    }
                    budget = budget.saturating_sub(1);
                    budget > 0
                });
                all = budget > 0;
                for (at, transit, forward, dropped, notes) in seen {
                    // Of a transit that the history has forgotten by now, the notes are enough for all but its SACK option.
                    let frame = history.transit(TransitId(transit));
                    let frame = frame.map_or(Captured::from(&[][..]), |transit| (&transit.frame).into());
                    self.segment(at, transit, forward, dropped, &notes, frame);
                }
            }
            (Feed::Recording { next, stream }, Source::Recording(_)) => {
                let (from, stream) = (*next, *stream);
                let mut to = from;
                for (number, row) in trace.rows(from..trace.count()) {
                    to = number + 1;
                    let Some(frame) = source.bytes(row).filter(|_| row.notes.stream == Some(stream)) else {
                        continue;
                    };
                    if let Some(ends) = Ends::of(frame).and_then(|ends| ends.tcp()) {
                        let forward = ends == self.ends;
                        self.segment(row.at, number as u64, forward, false, &row.notes, frame);
                    }
                    if !more() {
                        break;
                    }
                }
                if let Feed::Recording { next, .. } = &mut self.feed {
                    *next = to;
                }
            }
            _ => {}
        }
        all && left > 0
    }

    /// The number of data points, by which a caller sees that there are new ones.
    pub fn data_count(&self) -> usize {
        self.fresh.len() + self.again.len() + self.acks.len() + self.cwnd.len()
    }

    fn segment(
        &mut self,
        at: Instant,
        of: u64,
        forward: bool,
        dropped: bool,
        notes: &Notes,
        frame: Captured<'_>,
    ) {
        let [seq, ack, window] = [notes.seq, notes.ack, notes.window].map(u64::from);
        if forward {
            let end = seq + u64::from(notes.len);
            if notes.len > 0 {
                let datum = Datum { at, low: seq, high: end, of };
                let is_again = end <= self.highest;
                if is_again { &mut self.again } else { &mut self.fresh }.push(datum);
                if dropped {
                    self.lost.push(datum);
                }
                if is_again {
                    // Karn's algorithm: an ACK may be for either of the two (RFC 6298, 3).
                    let part = self.waiting.partition_point(|(end, ..)| *end <= seq);
                    self.waiting
                        .range_mut(part..)
                        .take_while(|(other, ..)| *other <= end)
                        .for_each(|waits| waits.2 = true);
                } else {
                    self.waiting.push_back((end, at, false));
                    self.highest = end;
                }
            }
        } else if ack > 0 {
            self.acks.push(Datum { at, low: ack, high: ack, of });
            self.limit.push(Datum { at, low: ack + window, high: ack + window, of });
            note(&mut self.offered, at, window);
            self.sack(at, of, ack, frame);
            if ack > self.acked {
                self.acked = ack;
                let mut last = None;
                while let Some(&(end, sent, again)) = self.waiting.front().filter(|(end, ..)| *end <= ack) {
                    last = Some((sent, again && end <= ack));
                    self.waiting.pop_front();
                }
                if let Some((sent, false)) = last {
                    let ns = (at - sent).nanos();
                    self.round_trips.push(Datum { at, low: ns, high: ns, of });
                }
            }
        }
        note(&mut self.flight, at, self.highest.saturating_sub(self.acked.max(1)));
    }

    /// Adds the ranges of a SACK option: data that arrived beyond a gap (RFC 2018).
    fn sack(&mut self, at: Instant, of: u64, ack: u64, frame: Captured<'_>) {
        let Message::Tcp(segment) = meaning(frame).message else { return };
        let Some(acknowledged) = segment.acknowledgment else { return };
        let base = acknowledged.wrapping_sub(ack as u32);
        for (left, right) in segment.sack() {
            let [low, high] = [left, right].map(|edge| u64::from(edge.wrapping_sub(base)));
            if low < high && high <= self.highest {
                self.sacks.push(Datum { at, low, high, of });
            }
        }
    }

    /// The two endpoints, the sender first.
    pub fn ends(&self) -> [IpEndpoint; 2] {
        self.ends
    }

    /// Whether the congestion window is known from the beginning of the connection.
    pub fn has_windows(&self) -> bool {
        let complete = matches!(&self.feed, Feed::World { shadowing, .. } if shadowing.is_complete());
        complete && !self.cwnd.is_empty()
    }

    /// The series of a graph.
    pub fn series(&self, graph: Graph, window: Window) -> Vec<Series<'_>> {
        let of = Series::of;
        match graph {
            Graph::Stevens => vec![
                of(t!("Sent"), Tone::Main, Kind::Dots, &self.fresh),
                of(t!("Retransmitted"), Tone::Again, Kind::Dots, &self.again),
            ],
            Graph::Tcptrace => vec![
                of(t!("Receive window"), Tone::Limit, Kind::Steps, &self.limit),
                of(t!("Acknowledged"), Tone::Reply, Kind::Steps, &self.acks),
                of(t!("Selectively acknowledged"), Tone::Aside, Kind::Bars, &self.sacks),
                of(t!("Sent"), Tone::Main, Kind::Bars, &self.fresh),
                of(t!("Retransmitted"), Tone::Again, Kind::Bars, &self.again),
                of(t!("Lost on this cable"), Tone::Lost, Kind::Dots, &self.lost),
            ],
            Graph::Throughput => self.throughput(window),
            Graph::RoundTrip => {
                vec![of(t!("Round trip, by Karn’s rule"), Tone::Main, Kind::Dots, &self.round_trips)]
            }
            Graph::InFlight => {
                let mut series = vec![
                    of(t!("Receive window"), Tone::Reply, Kind::Steps, &self.offered),
                    of(t!("In flight"), Tone::Main, Kind::Steps, &self.flight),
                ];
                if self.has_windows() {
                    series.push(of(t!("Congestion window (derived)"), Tone::Limit, Kind::Steps, &self.cwnd));
                    series.push(of(
                        t!("Slow-start threshold (derived)"),
                        Tone::Bound,
                        Kind::Steps,
                        &self.ssthresh,
                    ));
                }
                series
            }
        }
    }

    /// The throughput in equal parts of the window: all data sent, and data acknowledged for the first time.
    fn throughput(&self, window: Window) -> Vec<Series<'_>> {
        const PARTS: usize = 100;
        let mut parts = [[0u64; 2]; PARTS];
        let part = |at: Instant| ((window.share(at) * PARTS as f64) as usize).min(PARTS - 1);
        let inside = |data: &[Datum]| {
            data.partition_point(|datum| datum.at < window.from)
                ..data.partition_point(|datum| datum.at < window.until)
        };
        for data in [&self.fresh, &self.again] {
            for datum in &data[inside(data)] {
                parts[part(datum.at)][0] += datum.high - datum.low;
            }
        }
        let range = inside(&self.acks);
        let mut acked = self.acks[..range.start].iter().map(|ack| ack.high).max().unwrap_or(1);
        for ack in &self.acks[range] {
            parts[part(ack.at)][1] += ack.high.saturating_sub(acked);
            acked = acked.max(ack.high);
        }
        let rate = |bytes: u64| (bytes as f64 * 8e9 * PARTS as f64 / window.nanos() as f64) as u64;
        let begin = |number: usize| window.moment(number as f64 / PARTS as f64);
        // Where nothing was seen yet, nothing is said.
        let seen = self.flight.last().map_or(0, |last| part(last.at.min(window.until)) + 1);
        let data = |index: usize| {
            let parts = parts[..seen].iter().enumerate();
            parts.map(|(number, part)| Datum::new(begin(number), rate(part[index]))).collect::<Vec<_>>()
        };
        let series = |name: &'static str, tone, index| Series {
            name: name.into(),
            tone,
            kind: Kind::Steps,
            data: data(index).into(),
        };
        vec![
            series(t!("Throughput: sent"), Tone::Reply, 0),
            series(t!("Goodput: acknowledged"), Tone::Main, 1),
        ]
    }

    /// The window from its first known segment to its last.
    pub fn span(&self) -> Option<(Instant, Instant)> {
        Some((self.flight.first()?.at, self.flight.last()?.at))
    }
}

/// Appends a value that holds from `at` on, unless it is unchanged.
fn note(data: &mut Vec<Datum>, at: Instant, value: u64) {
    match data.last_mut() {
        Some(last) if last.high == value => {}
        Some(last) if last.at == at => *last = Datum::new(at, value),
        _ => data.push(Datum::new(at, value)),
    }
}
