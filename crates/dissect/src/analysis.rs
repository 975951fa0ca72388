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
//! answer; `marks` names the remarks; `fragments` and `streams` put packets and
//! messages together, and `wholes` keeps them; `info` writes the line of a packet list with all of this in it; `sides` is for packets seen
//! at several places.
//!
//! # Why so
//!
//! - **One pass, one place.** All packets have to be seen at the same place: the same frame at the next wire would be a
//!   retransmission. Packets of several wires need an analysis for each: see [`Sides`].
//! - **Time is taken as it comes.** A clock that was set back makes times that run backwards; they are kept, so that round trips and
//!   pauses after that are right.
//! - **The notes are not kept here.** They are small, so that they can be kept beside the packets. What several packets make together
//!   is kept: see [`Analysis::whole`].

mod endpoints;
mod fragments;
mod info;
mod marks;
mod pairing;
mod rewritten;
mod sides;
mod streams;
mod tcp;
mod unacked;
mod wholes;

#[cfg(test)]
mod tests;

pub use info::{Answer, info, protocol, protocol_name};
pub use marks::{Mark, Marks};
pub use sides::Sides;
pub use streams::Reading;

use rustc_hash::FxHashMap;
use smoltcp::wire::IpProtocol;
use wire::header::Fragment;

use crate::captured::Captured;
use crate::header::content::{Content, content};
use crate::header::ip::Packet;
use endpoints::Ends;
use fragments::Fragments;
use pairing::{Addresses, OpenRequests, Role};
use rewritten::Rewritten;
use streams::{Data, Outcome, Streams};
pub use tcp::Facts;
use tcp::{Connection, Header, Sacks};
use wholes::{Whole, Wholes};

/// What one packet means for those before it. Small and without memory of its own: 400,000 of them are 26 MB.
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
    /// `tcp.analysis.push_bytes_sent`: the bytes that its sender has sent since the last segment with PSH, this one's included.
    pub pushed: u32,
    /// `tcp.window_size_scalefactor`: the factor of its window; -1 if the handshake was not seen, -2 if there is none.
    pub window_factor: i16,
    /// How its content is to be read.
    pub reading: Reading,
}

const _: () = assert!(size_of::<Notes>() <= 64);

/// The analysis of a list of packets, in order of time and seen at one place.
#[derive(Default)]
pub struct Analysis {
    packets: Packets,
    /// For each pair of endpoints their last connection: an index into `connections`.
    tcp: FxHashMap<Ends, u32>,
    connections: Vec<Connection>,
    /// For each connection, by the same index, the messages in it.
    streams: Vec<Streams>,
    /// For each pair of endpoints the number of their conversation, and its last packet.
    udp: FxHashMap<Ends, (u32, u32)>,
    open: OpenRequests,
    addresses: Addresses,
    fragments: Fragments,
    wholes: Wholes,
    rewritten: Rewritten,
}

/// For each packet when it came and which packet answers it.
#[derive(Default)]
struct Packets {
    at_ns: Vec<u64>,
    /// The number of the packet that answers it; 0: none, because the first packet cannot be an answer.
    answered_by: Vec<u32>,
    /// For each packet of a conversation the one before it, plus one; 0: it is the first, or of none.
    previous: Vec<u32>,
    /// The same of the packet that is being analyzed.
    before: u32,
    /// For parts of messages the packet that completes the message.
    completed_by: FxHashMap<u32, u32>,
    /// For messages in a connection the request that they answer, and for requests the answer.
    request_of: FxHashMap<u32, u32>,
    response_to: FxHashMap<u32, u32>,
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

    /// Before the first packet, of packets that are each seen once, where they are sent first: on the cable of their sender. See
    /// [`passed_on`](Self::passed_on).
    pub fn at_senders() -> Self {
        Self { rewritten: Rewritten::at_senders(), ..Self::default() }
    }

    /// The number of packets it has seen.
    pub fn len(&self) -> u32 {
        self.packets.next()
    }

    /// Whether it has seen none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Analyzes the next packet, seen at `at_ns` nanoseconds.
    pub fn push<'f>(&mut self, at_ns: u64, frame: impl Into<Captured<'f>>) -> Notes {
        self.packets.before = 0;
        let frame = frame.into();
        self.rewritten.see(frame);
        let notes = self.judge(at_ns, frame);
        self.packets.at_ns.push(at_ns);
        self.packets.answered_by.push(0);
        self.packets.previous.push(self.packets.before);
        notes
    }

    /// Says that both are the same packet: `first` as it was sent, `later` as a router has passed it on, with other addresses or not.
    /// Its conversation keeps the addresses that it had first; the next packet that has the later ones belongs to it.
    pub fn passed_on<'f>(&mut self, first: impl Into<Captured<'f>>, later: impl Into<Captured<'f>>) {
        self.rewritten.note(first.into(), later.into());
    }

    /// The packet that answers a request, that first acknowledges all of a TCP segment, or that completes a fragmented packet: its
    /// number, from 0, and how many nanoseconds later it was seen.
    pub fn answer(&self, request: u32) -> Option<(u32, u64)> {
        let by = *self.packets.answered_by.get(request as usize)?;
        let at_ns = |packet: u32| self.packets.at_ns[packet as usize];
        (by > 0).then(|| (by, at_ns(by).saturating_sub(at_ns(request))))
    }

    /// What the packet of this number completes, together with others: an IP packet without link header, with the payload of all
    /// fragments, or with the messages of all segments behind the header of the last. Very long ones are cut.
    pub fn whole(&self, packet: u32) -> Option<Captured<'_>> {
        self.wholes.get(packet)
    }

    /// The packet that completes the message, or the fragmented packet, of which this is a part (`tcp.reassembled_in`).
    pub fn completed_by(&self, packet: u32) -> Option<u32> {
        self.packets.completed_by.get(&packet).copied()
    }

    /// The packet with the request that a message of a connection answers (HTTP, DNS over TCP).
    pub fn request_of(&self, packet: u32) -> Option<u32> {
        self.packets.request_of.get(&packet).copied()
    }

    /// The packet with the answer to a request of a connection (HTTP, DNS over TCP).
    pub fn response_to(&self, packet: u32) -> Option<u32> {
        self.packets.response_to.get(&packet).copied()
    }

    /// The packet before this one in the same conversation.
    pub fn previous(&self, packet: u32) -> Option<u32> {
        self.packets.previous.get(packet as usize)?.checked_sub(1)
    }

    /// When a packet was seen.
    pub fn at_ns(&self, packet: u32) -> Option<u64> {
        self.packets.at_ns.get(packet as usize).copied()
    }

    /// What is known of a TCP connection as a whole.
    pub fn connection(&self, stream: u32) -> Option<Facts> {
        self.connections.get(stream as usize).map(Connection::facts)
    }

    /// The version of TLS that a connection speaks, if its server's hello was seen.
    pub fn tls_version(&self, stream: u32) -> Option<u16> {
        self.streams.get(stream as usize)?.tls_version
    }

    fn judge(&mut self, at_ns: u64, captured: Captured<'_>) -> Notes {
        let frame = captured.bytes;
        match content(captured) {
            Some((_, Content::Arp(range, false))) => self.arp(&frame[range], at_ns),
            Some((_, Content::Ip(packet))) => match &packet.fragment {
                None => self.packet(frame, &packet, at_ns),
                Some(fragment) => self.fragment(frame, &packet, fragment, at_ns),
            },
            _ => Notes::default(),
        }
    }

    fn arp(&mut self, message: &[u8], at_ns: u64) -> Notes {
        let mut notes = role(self.open.arp(message, at_ns, &mut self.packets), at_ns);
        if let Some(earlier) = self.addresses.claim(message, self.packets.next()) {
            notes.marks.insert(Mark::DuplicateAddress);
            notes.duplicate_of = earlier;
        }
        notes
    }

    /// A fragment: with the last that was missing, the packet is there.
    fn fragment(&mut self, frame: &[u8], packet: &Packet, fragment: &Fragment, at_ns: u64) -> Notes {
        let number = self.packets.next();
        let Some((whole, others)) = self.fragments.push(frame, packet, fragment, number) else {
            return Notes::default();
        };
        for other in others {
            self.packets.answered(other, number);
            self.packets.completed_by.insert(other, number);
        }
        let notes = match content(whole.captured()) {
            Some((_, Content::Ip(packet))) => self.packet(whole.captured().bytes, &packet, at_ns),
            _ => Notes::default(),
        };
        if notes.reading != Reading::Whole {
            self.wholes.keep(number, whole);
        }
        Notes { reading: Reading::Whole, ..notes }
    }

    fn packet(&mut self, frame: &[u8], packet: &Packet, at_ns: u64) -> Notes {
        let message = &frame[packet.payload.clone()];
        match packet.carries {
            IpProtocol::Tcp => self.segment(frame, packet, at_ns),
            IpProtocol::Udp => self.datagram(message, packet, at_ns),
            IpProtocol::Icmp | IpProtocol::Icmpv6 => {
                role(self.open.icmp(message, packet, at_ns, &self.rewritten, &mut self.packets), at_ns)
            }
            _ => Notes::default(),
        }
    }

    fn segment(&mut self, frame: &[u8], packet: &Packet, at_ns: u64) -> Notes {
        let segment = &frame[packet.payload.clone()];
        let Some((header, ports)) = header(segment, packet) else {
            return Notes::default();
        };
        let (ends, backwards) = self.rewritten.ends(packet, ports);
        let known = self.tcp.get(&ends).copied();
        let reused =
            known.is_some_and(|stream| self.connections[stream as usize].is_over_by(backwards, &header));
        let stream = known.filter(|_| !reused).unwrap_or_else(|| {
            let stream = self.connections.len() as u32;
            self.connections.push(Connection::begun(at_ns));
            self.streams.push(Streams::default());
            self.tcp.insert(ends, stream);
            stream
        });
        let number = self.packets.next();
        let connection = &mut self.connections[stream as usize];
        self.packets.before = connection.last_packet.replace(number).map_or(0, |before| before + 1);
        let mut notes = connection.push(&header, backwards, at_ns, &mut self.packets);
        if reused {
            notes.marks.insert(Mark::PortReused);
        }
        notes.stream = Some(stream);
        if header.len > 0 || header.fin {
            let data = Data {
                seq: header.seq,
                bytes: segment.get(header.header_len..).unwrap_or(&[]),
                is_cut: segment.len() < header.header_len + header.len as usize,
                fin: header.fin,
                retransmitted: notes.marks.is_plainly_retransmitted(),
                packet: number,
            };
            let outcome = self.streams[stream as usize].push(backwards, ports, &data);
            notes.reading = self.note_messages(frame, packet, &header, outcome);
        }
        notes
    }

    /// Notes which messages a segment completes.
    fn note_messages(&mut self, frame: &[u8], packet: &Packet, header: &Header, outcome: Outcome) -> Reading {
        let number = self.packets.next();
        if let Some(request) = outcome.answers {
            self.packets.request_of.insert(number, request);
            self.packets.response_to.entry(request).or_insert(number);
        }
        if let Some((message, others)) = outcome.complete {
            let headers = &frame[packet.at..packet.payload.start + header.header_len];
            let room = self.wholes.room().min(message.len());
            self.wholes.keep(number, Whole::new(headers, &message[..room]));
            for other in others {
                self.packets.completed_by.insert(other, number);
            }
        }
        outcome.reading
    }

    fn datagram(&mut self, datagram: &[u8], packet: &Packet, at_ns: u64) -> Notes {
        const HEADER_LEN: usize = 8;
        let Some((&[a, b, c, d, ..], message)) = datagram.split_first_chunk::<HEADER_LEN>() else {
            return Notes::default();
        };
        let [source, destination] = [u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])];
        let (ends, backwards) = self.rewritten.ends(packet, [source, destination]);
        let [sender, receiver] = ends.in_order(backwards);
        let count = self.udp.len() as u32;
        let number = self.packets.next();
        let (stream, last) = self.udp.entry(ends).or_insert((count, number));
        let stream = *stream;
        let last = std::mem::replace(last, number);
        self.packets.before = if last == number { 0 } else { last + 1 };
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
            Notes { answers: Some(request), after_ns: at_ns.saturating_sub(asked_at_ns), ..Notes::default() }
        }
        Some(Role::Again { first }) => {
            Notes { marks: Mark::Request.into(), duplicate: 1, duplicate_of: first, ..Notes::default() }
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
        header_len,
        psh: flag(8),
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
