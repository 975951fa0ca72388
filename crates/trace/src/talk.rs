//! What the two ends of a TCP connection or of a UDP conversation said, in order: "follow stream".
//!
//! Data of a connection are put in the order of their sequence numbers; what was retransmitted is there once, and what was never seen
//! is a gap. Datagrams stay in the order in which they came.

use crate::row::Source;
use crate::trace::Trace;
use dissect::Captured;
use dissect::message::{Message, meaning};
use smoltcp::wire::IpEndpoint;

/// A talk ends after this number of bytes.
pub const BYTES_MAX: usize = 16 << 20;

/// Which of the two protocols' conversations: each counts its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// `tcp.stream`
    Tcp(u32),
    /// `udp.stream`
    Udp(u32),
}

/// What was said in a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Talk {
    /// The sender and the receiver of the first packet.
    pub ends: [IpEndpoint; 2],
    /// In order.
    pub turns: Vec<Turn>,
    /// More was said than [`BYTES_MAX`].
    pub is_cut: bool,
    bytes: usize,
}

/// Some data, or a gap in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The first of the two ends says it.
    pub forward: bool,
    /// The number of the packet that brought it.
    pub packet: usize,
    /// The data, or the number of bytes that were not captured.
    pub data: Result<Vec<u8>, u32>,
}

/// What one end has said so far.
#[derive(Default)]
struct Way {
    /// The sequence number of what comes next, relative to the beginning.
    next: Option<u32>,
    /// What came before its turn: sequence number, packet, data.
    early: Vec<(u32, usize, Vec<u8>)>,
}

impl Talk {
    /// Of a conversation of a trace; nothing if it has no packets.
    pub fn of(trace: &Trace, source: Source<'_>, stream: Stream) -> Option<Talk> {
        let mut talk: Option<Talk> = None;
        let mut ways = [Way::default(), Way::default()];
        for (number, row) in trace.rows(trace.first()..trace.count()) {
            let (Stream::Tcp(wanted) | Stream::Udp(wanted)) = stream;
            if row.notes.stream != Some(wanted) {
                continue;
            }
            let Some((ends, data)) = source.bytes(row).and_then(|frame| said(frame, stream)) else {
                continue;
            };
            let talk = talk.get_or_insert(Talk { ends, turns: Vec::new(), is_cut: false, bytes: 0 });
            let forward = ends == talk.ends;
            match stream {
                Stream::Udp(_) => talk.say(forward, number, Ok(data)),
                Stream::Tcp(_) => {
                    // Of a cut frame, the rest of its data is a gap.
                    let missing = row.notes.len - (data.len() as u32).min(row.notes.len);
                    let way = &mut ways[usize::from(!forward)];
                    way.hear(talk, forward, number, row.notes.seq, data);
                    if missing > 0 {
                        way.next.get_or_insert(row.notes.seq);
                        way.miss(talk, forward, number, missing);
                    }
                }
            }
        }
        let mut talk = talk?;
        for (forward, way) in [true, false].into_iter().zip(&mut ways) {
            way.end(&mut talk, forward);
        }
        Some(talk)
    }

    fn say(&mut self, forward: bool, packet: usize, data: Result<Vec<u8>, u32>) {
        let more = data.as_ref().map_or(0, Vec::len);
        self.is_cut |= self.bytes + more > BYTES_MAX;
        if more == 0 && data.is_ok() || self.is_cut {
            return;
        }
        self.bytes += more;
        self.turns.push(Turn { forward, packet, data });
    }

    /// As text: each byte that is no printable ASCII, line break or tab is a dot; carriage returns are left out. Turns of the same end are
    /// joined.
    pub fn text(&self) -> Vec<(bool, String)> {
        let mut text: Vec<(bool, String)> = Vec::new();
        for Turn { forward, data, .. } in &self.turns {
            let words = match data {
                Ok(data) => data.iter().filter(|&&byte| byte != b'\r').map(|&byte| letter(byte)).collect(),
                Err(missing) => format!("\n[{missing} bytes missing]\n"),
            };
            match text.last_mut() {
                Some((last, before)) if last == forward => *before += &words,
                _ => text.push((*forward, words)),
            }
        }
        text
    }
}

fn letter(byte: u8) -> char {
    match byte {
        b'\n' | b'\t' | b' '..=b'~' => char::from(byte),
        _ => '.',
    }
}

/// The sender, the receiver and the data of a packet of such a conversation.
fn said(frame: Captured<'_>, stream: Stream) -> Option<([IpEndpoint; 2], Vec<u8>)> {
    let meaning = meaning(frame);
    let ip = meaning.ip?;
    let (ports, data) = match (&meaning.message, stream) {
        (Message::Tcp(segment), Stream::Tcp(_)) => {
            ([segment.source_port, segment.destination_port], segment.data())
        }
        (Message::Udp(datagram), Stream::Udp(_)) => {
            ([datagram.source_port, datagram.destination_port], datagram.data())
        }
        _ => return None,
    };
    let ends = [IpEndpoint::new(ip.source, ports[0]), IpEndpoint::new(ip.destination, ports[1])];
    Some((ends, data.to_vec()))
}

/// `a` comes before `b` on the circle of sequence numbers (RFC 9293 §3.4).
fn before(a: u32, b: u32) -> bool {
    (a.wrapping_sub(b) as i32) < 0
}

impl Way {
    fn hear(&mut self, talk: &mut Talk, forward: bool, packet: usize, seq: u32, data: Vec<u8>) {
        if data.is_empty() {
            return;
        }
        let next = *self.next.get_or_insert(seq);
        if before(next, seq) {
            return self.early.push((seq, packet, data));
        }
        self.take(talk, forward, packet, seq, data);
        while let Some(place) =
            self.early.iter().position(|(seq, ..)| !before(self.next.unwrap_or(*seq), *seq))
        {
            let (seq, packet, data) = self.early.remove(place);
            self.take(talk, forward, packet, seq, data);
        }
    }

    /// Says what of the data was not said before.
    fn take(&mut self, talk: &mut Talk, forward: bool, packet: usize, seq: u32, mut data: Vec<u8>) {
        let next = self.next.unwrap_or(seq);
        let known = next.wrapping_sub(seq) as usize;
        if known >= data.len() {
            return;
        }
        data.drain(..known);
        self.next = Some(next.wrapping_add(data.len() as u32));
        talk.say(forward, packet, Ok(data));
    }

    fn miss(&mut self, talk: &mut Talk, forward: bool, packet: usize, missing: u32) {
        self.next = self.next.map(|next| next.wrapping_add(missing));
        talk.say(forward, packet, Err(missing));
    }

    /// Says what waits for data that never came, with the gaps.
    fn end(&mut self, talk: &mut Talk, forward: bool) {
        let mut early = std::mem::take(&mut self.early);
        let next = self.next.unwrap_or(0);
        wire::sorted::sort_by_key(&mut early, |(seq, ..)| seq.wrapping_sub(next));
        for (seq, packet, data) in early {
            let next = self.next.unwrap_or(seq);
            if before(next, seq) {
                self.miss(talk, forward, packet, seq.wrapping_sub(next));
            }
            self.take(talk, forward, packet, seq, data);
        }
    }
}
