//! What packets mean for each other: numbers relative to the start of a connection, retransmissions and gaps, requests and
//! their answers. The results are tshark's, and they are there while the packets come.
//!
//! ```
//! # fn frames() -> Vec<Vec<u8>> { Vec::new() }
//! use dissect::analysis::{Analysis, Answer, Mark, info};
//!
//! let mut analysis = Analysis::new();
//! for (at_ns, frame) in frames().iter().enumerate() {
//!     let notes = analysis.push(at_ns as u64, frame);
//!     if notes.marks.contains(Mark::Retransmission) {
//!         println!("{}", info(frame, &notes, Answer::Unknown));
//!     }
//! }
//! ```
//!
//! # Map
//!
//! `tcp` has the rules for segments and `unacked` the segments that are not acknowledged yet; `pairing` finds the request of each
//! answer; `marks` names the remarks; `info` writes the line of a packet list with all of this in it; `sides` is for packets seen
//! at several places.
//!
//! # Why so
//!
//! - **One pass, one place.** All packets have to be seen at the same place and come in order of time: the same frame
//!   at the next wire would be a retransmission. Packets of several wires need an analysis for each: see [`Sides`].
//! - **The notes are not kept here.** They are small, so that they can be kept beside the packets.
//! - **Fragments have no notes**: packets are not reassembled here.

mod endpoints;
mod info;
mod marks;
mod pairing;
mod sides;
mod tcp;
mod unacked;

#[cfg(test)]
mod tests;

pub use info::{Answer, info};
pub use marks::{Mark, Marks};
pub use sides::Sides;

use rustc_hash::FxHashMap;
use smoltcp::wire::IpProtocol;

use crate::header::content::{Content, content};
use crate::header::ip::Packet;
use endpoints::{Endpoint, Ends};
use pairing::{OpenRequests, Role};
use tcp::{Connection, Header, Sacks};

/// What one packet means for those before it. Small and without memory of its own: 400,000 of them are 23 MB.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub struct Notes {
    /// What is remarkable.
    pub marks: Marks,
    /// `tcp.stream` or `udp.stream`: which conversation, counted from 0, TCP and UDP each on their own.
    pub stream: Option<u32>,
    /// `tcp.seq`: relative to the beginning of its direction.
    pub seq: u32,
    /// `tcp.ack`: relative to the beginning of the other direction; 0 without ACK.
    pub ack: u32,
    /// `tcp.window_size` in bytes: scaled if the handshake was seen.
    pub window: u32,
    /// `tcp.len`: bytes of data in the segment.
    pub len: u32,
    /// `tcp.analysis.bytes_in_flight`: bytes sent and not yet acknowledged, as far as seen here; 0 if unknown.
    pub in_flight: u32,
    /// The number, from 0, of the packet that this answers: the request, or the segment that it acknowledges
    /// (`icmp.resp_to`, `tcp.analysis.acks_frame`).
    pub answers: Option<u32>,
    /// How long after that packet, in nanoseconds.
    pub after_ns: u64,
    /// `tcp.analysis.duplicate_ack_frame`: the number, from 0, of the packet whose ACK this repeats.
    pub duplicate_of: u32,
    /// `tcp.analysis.duplicate_ack_num`: the duplicate ACK count; 0 if it is no duplicate.
    pub duplicate: u32,
}

const _: () = assert!(size_of::<Notes>() <= 56);

/// The analysis of a list of packets, in order of time and seen at one place.
#[derive(Default)]
pub struct Analysis {
    packets: Packets,
    /// For each pair of endpoints their last connection: an index into `connections`.
    tcp: FxHashMap<Ends, u32>,
    connections: Vec<Connection>,
    /// For each pair of endpoints the number of their conversation.
    udp: FxHashMap<Ends, u32>,
    open: OpenRequests,
}

/// For each packet when it came and which packet answers it.
#[derive(Default)]
struct Packets {
    at_ns: Vec<u64>,
    /// The number of the packet that answers it; 0: none, because the first packet cannot be an answer.
    answered_by: Vec<u32>,
}

impl Packets {
    /// The number of the packet that is being analyzed: it is not in the list yet.
    fn next(&self) -> u32 {
        self.at_ns.len() as u32
    }

    fn answered(&mut self, request: u32, by: u32) {
        if let Some(place @ 0) = self.answered_by.get_mut(request as usize) {
            *place = by;
        }
    }
}

impl Analysis {
    /// Before the first packet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of packets it has seen.
    pub fn len(&self) -> u32 {
        self.packets.next()
    }

    /// Whether it has seen none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Analyzes the next packet, seen at `at_ns` nanoseconds. Time is clamped to be monotonic: an earlier packet counts as seen
    /// together with the one before it.
    pub fn push(&mut self, at_ns: u64, frame: &[u8]) -> Notes {
        let at_ns = self.packets.at_ns.last().map_or(at_ns, |&last| at_ns.max(last));
        let notes = self.judge(at_ns, frame);
        self.packets.at_ns.push(at_ns);
        self.packets.answered_by.push(0);
        notes
    }

    /// The packet that answers a request, or that first acknowledges all of a TCP segment: its number, from 0, and how many
    /// nanoseconds later it was seen.
    pub fn answer(&self, request: u32) -> Option<(u32, u64)> {
        let by = *self.packets.answered_by.get(request as usize)?;
        let at_ns = |packet: u32| self.packets.at_ns[packet as usize];
        (by > 0).then(|| (by, at_ns(by) - at_ns(request)))
    }

    fn judge(&mut self, at_ns: u64, frame: &[u8]) -> Notes {
        match content(frame) {
            Some((_, Content::Arp(range))) => {
                role(self.open.arp(&frame[range], at_ns, &mut self.packets), at_ns)
            }
            Some((_, Content::Ip(packet))) if packet.fragment.is_none() => {
                let message = &frame[packet.payload.clone()];
                match packet.carries {
                    IpProtocol::Tcp => self.segment(message, &packet, at_ns),
                    IpProtocol::Udp => self.datagram(message, &packet, at_ns),
                    IpProtocol::Icmp | IpProtocol::Icmpv6 => {
                        role(self.open.icmp(message, &packet, at_ns, &mut self.packets), at_ns)
                    }
                    _ => Notes::default(),
                }
            }
            _ => Notes::default(),
        }
    }

    fn segment(&mut self, segment: &[u8], packet: &Packet, at_ns: u64) -> Notes {
        let Some((header, [source, destination])) = header(segment, packet) else { return Notes::default() };
        let sender = Endpoint::new(packet.source, source);
        let (ends, backwards) = Ends::of(sender, Endpoint::new(packet.destination, destination));
        let known = self.tcp.get(&ends).copied();
        let reused =
            known.is_some_and(|stream| self.connections[stream as usize].is_over_by(backwards, &header));
        let stream = known.filter(|_| !reused).unwrap_or_else(|| {
            let stream = self.connections.len() as u32;
            self.connections.push(Connection::default());
            self.tcp.insert(ends, stream);
            stream
        });
        let connection = &mut self.connections[stream as usize];
        let mut notes = connection.push(&header, backwards, at_ns, &mut self.packets);
        if reused {
            notes.marks.insert(Mark::PortReused);
        }
        notes.stream = Some(stream);
        notes
    }

    fn datagram(&mut self, datagram: &[u8], packet: &Packet, at_ns: u64) -> Notes {
        const HEADER_LEN: usize = 8;
        let Some((&[a, b, c, d, ..], message)) = datagram.split_first_chunk::<HEADER_LEN>() else {
            return Notes::default();
        };
        let [source, destination] = [u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])];
        let sender = Endpoint::new(packet.source, source);
        let receiver = Endpoint::new(packet.destination, destination);
        let count = self.udp.len() as u32;
        let stream = *self.udp.entry(Ends::of(sender, receiver).0).or_insert(count);
        let dns = self.open.dns(message, (sender, source), (receiver, destination), at_ns, &mut self.packets);
        Notes { stream: Some(stream), ..role(dns, at_ns) }
    }
}

fn role(role: Option<Role>, at_ns: u64) -> Notes {
    match role {
        Some(Role::Request { answer_expected: true }) => {
            Notes { marks: Mark::Request.into(), ..Notes::default() }
        }
        Some(Role::Answer { request, asked_at_ns }) => {
            Notes { answers: Some(request), after_ns: at_ns - asked_at_ns, ..Notes::default() }
        }
        Some(Role::Request { answer_expected: false }) | None => Notes::default(),
    }
}

/// What the rules need of a TCP header, with its ports; nothing if the header is not all there. Read by hand, because it is
/// read for every frame.
fn header(segment: &[u8], packet: &Packet) -> Option<(Header, [u16; 2])> {
    const FIXED_LEN: usize = 20;
    let (fixed, _) = segment.split_first_chunk::<FIXED_LEN>()?;
    let number = |at: usize| u32::from_be_bytes([fixed[at], fixed[at + 1], fixed[at + 2], fixed[at + 3]]);
    let short = |at: usize| u16::from_be_bytes([fixed[at], fixed[at + 1]]);
    let header_len = usize::from(fixed[12] >> 4) * 4;
    let mut options = segment.get(FIXED_LEN..header_len)?;
    let flag = |bit: u8| fixed[13] & bit != 0;
    let mut header = Header {
        seq: number(4),
        ack: number(8),
        window: short(14),
        len: (packet.payload_len - header_len) as u32,
        fin: flag(1),
        syn: flag(2),
        rst: flag(4),
        is_ack: flag(16),
        scale: None,
        sacks: Sacks::default(),
    };
    while let &[kind, ref rest @ ..] = options {
        match kind {
            0 => break,
            1 => options = rest,
            _ => {
                let Some(option) = rest.first().and_then(|&len| options.get(2..usize::from(len))) else {
                    break;
                };
                match (kind, option) {
                    (3, &[shift]) => header.scale = Some(shift),
                    (5, blocks) => {
                        for block in blocks.as_chunks::<8>().0 {
                            let [a, b, c, d, e, f, g, h] = *block;
                            header
                                .sacks
                                .push(u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h]));
                        }
                    }
                    _ => {}
                }
                options = &options[2 + option.len()..];
            }
        }
    }
    Some((header, [short(0), short(2)]))
}
