//! Puts the messages of a connection together from its segments, as tshark does: a message is shown at its last segment; the
//! others are parts. Retransmitted data are left out, and data behind a gap are looked at by themselves.

use std::collections::VecDeque;

use super::wholes::KEPT_MAX;
use crate::message::TlsMessage;
use crate::message::extent::{Extent, Language, asks_for_header, extent};
use crate::number::number;

/// Of a message whose pieces have lengths of their own, this much is looked through; beyond, only its end is awaited.
const LOOKED_THROUGH_MAX: usize = 1 << 20;
/// Pieces kept that came before what is missing.
const EARLY_MAX: usize = 64;
/// Requests without an answer that are remembered of a connection.
const OPEN_MAX: usize = 64;

/// How the content of a packet is to be read.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub enum Reading {
    /// By its own bytes.
    #[default]
    Own,
    /// As a segment and nothing more: its data were seen before, or begin no message.
    Bare,
    /// As a segment of a message that another packet completes.
    Part,
    /// It completes a message, or an IP packet: see [`Analysis::whole`](super::Analysis::whole).
    Whole,
    /// As data that belong to an HTTP connection and begin no message.
    Continuation,
}

/// What a segment is for the messages of its connection.
#[derive(Default)]
pub(super) struct Outcome {
    pub reading: Reading,
    /// It completes messages that began in other packets: their bytes, and the numbers of those packets.
    pub complete: Option<(Vec<u8>, Vec<u32>)>,
    /// The packet with the request that its first message answers.
    pub answers: Option<u32>,
}

impl From<Reading> for Outcome {
    fn from(reading: Reading) -> Outcome {
        Outcome { reading, ..Outcome::default() }
    }
}

/// A segment with data, or with FIN.
pub(super) struct Data<'f> {
    pub seq: u32,
    pub bytes: &'f [u8],
    /// The frame is cut: it has not all of the data.
    pub is_cut: bool,
    pub fin: bool,
    pub retransmitted: bool,
    pub packet: u32,
}

/// The messages of a connection.
#[derive(Default)]
pub(super) struct Streams {
    language: Option<Language>,
    ways: [Way; 2],
    /// A message of HTTP was seen.
    is_http: bool,
    /// The last request asked for a header alone.
    to_head: bool,
    /// The version of TLS that the server has chosen.
    pub tls_version: Option<u16>,
    /// The requests without an answer, the oldest first: what their answers have in common with them, and their packets.
    open: VecDeque<(u16, u32)>,
}

/// What one of the ends sends.
#[derive(Default)]
struct Way {
    pending: Option<Pending>,
    /// The sequence numbers of the last message that several segments had: what repeats them is not read again.
    done: Option<(u32, u32)>,
}

impl Way {
    /// Whether all of the segment belongs to a message of several segments, and was there before.
    fn repeats(&self, data: &Data<'_>) -> bool {
        let within = |from: u32, length: u32| {
            let offset = data.seq.wrapping_sub(from);
            offset < length && offset + data.bytes.len() as u32 <= length
        };
        !data.bytes.is_empty()
            && (self.pending.as_ref().is_some_and(|pending| within(pending.from, pending.length as u32))
                || self.done.is_some_and(|(from, length)| within(from, length)))
    }
}

/// A message of which a part is missing.
struct Pending {
    /// The sequence number of its first byte.
    from: u32,
    wants: Extent,
    bytes: Vec<u8>,
    /// The number of bytes so far without a gap; of a long message not all are kept.
    length: usize,
    early: Vec<(usize, Vec<u8>)>,
    packets: Vec<u32>,
}

impl Streams {
    pub fn push(&mut self, backwards: bool, ports: [u16; 2], data: &Data<'_>) -> Outcome {
        if self.language.is_none() && !data.bytes.is_empty() {
            self.language = Language::of(ports, data.bytes);
        }
        if data.retransmitted || self.ways[usize::from(backwards)].repeats(data) {
            return Reading::Bare.into();
        }
        let Some(language) = self.language else { return Reading::Own.into() };
        if data.is_cut {
            self.ways[usize::from(backwards)].pending = None;
            return Reading::Own.into();
        }
        match self.ways[usize::from(backwards)].pending.take() {
            Some(mut pending) if pending.takes(data) => {
                if !pending.add(data) {
                    self.ways[usize::from(backwards)].pending = Some(pending);
                    return Reading::Part.into();
                }
                self.read(language, backwards, pending, data)
            }
            pending => {
                self.ways[usize::from(backwards)].pending = pending;
                if data.bytes.is_empty() {
                    return Reading::Own.into();
                }
                let fresh = Pending {
                    from: data.seq,
                    wants: Extent::More,
                    bytes: data.bytes.to_vec(),
                    length: data.bytes.len(),
                    early: Vec::new(),
                    packets: Vec::new(),
                };
                self.read(language, backwards, fresh, data)
            }
        }
    }

    /// Reads the messages at the beginning of what is there. What is left waits for more.
    fn read(&mut self, language: Language, backwards: bool, pending: Pending, data: &Data<'_>) -> Outcome {
        let Pending { from, bytes, packets, length, .. } = pending;
        let several = !packets.is_empty();
        let mut at = 0;
        let mut messages = 0;
        let mut left = Extent::Whole(0);
        let mut answers = None;
        while at < bytes.len() {
            let rest = &bytes[at..];
            left = match extent(language, rest, self.to_head && backwards_answers(rest)) {
                Extent::ToEnd if data.fin => Extent::Whole(rest.len()),
                Extent::Bytes(_) | Extent::More if bytes.len() < length && data.fin => {
                    Extent::Whole(rest.len())
                }
                // Of a long message the rest was not kept, but it was there.
                Extent::Bytes(wanted) if at == 0 && wanted <= length => Extent::Whole(rest.len()),
                extent => extent,
            };
            let Extent::Whole(length) = left else { break };
            answers = answers.or(self.pair(language, &rest[..length.min(rest.len())], data.packet));
            at += length.max(1);
            messages += 1;
        }
        let way = &mut self.ways[usize::from(backwards)];
        if several && messages > 0 {
            way.done = Some((from, length as u32));
        }
        if at < bytes.len() && !matches!(left, Extent::None | Extent::Whole(_)) {
            let seq = from.wrapping_add(at as u32);
            let mut packets = if messages == 0 { packets.clone() } else { Vec::new() };
            packets.push(data.packet);
            let kept = bytes[at..].to_vec();
            let length = length - at;
            let early = Vec::new();
            way.pending = Some(Pending { from: seq, wants: left, bytes: kept, length, early, packets });
        }
        let reading = match (messages, left) {
            (0, Extent::None) if self.is_http => Reading::Continuation,
            (0, Extent::None) => Reading::Bare,
            (0, _) => Reading::Part,
            (_, _) if several => {
                let complete = Some((bytes[..at.min(bytes.len())].to_vec(), packets));
                return Outcome { reading: Reading::Whole, complete, answers };
            }
            (_, _) => Reading::Own,
        };
        Outcome { reading, complete: None, answers }
    }

    /// Notes a message that is all there; the packet with the request that it answers.
    fn pair(&mut self, language: Language, message: &[u8], packet: u32) -> Option<u32> {
        let (request, common) = match language {
            Language::Tls => {
                if self.tls_version.is_none() {
                    self.tls_version = TlsMessage::read(message).spoken_version();
                }
                return None;
            }
            Language::Http => {
                self.is_http = true;
                (!message.starts_with(b"HTTP/"), 0)
            }
            Language::Dns => (number(message, 4..5) & 0x80 == 0, number(message, 2..4) as u16),
        };
        if request {
            self.to_head = language == Language::Http && asks_for_header(message);
            if self.open.len() < OPEN_MAX {
                self.open.push_back((common, packet));
            }
            return None;
        }
        let place = self.open.iter().position(|(asked, _)| *asked == common)?;
        // A provisional answer (100 Continue) is followed by the final one.
        let provisional = language == Language::Http && message.get(9) == Some(&b'1');
        let (_, request) = if provisional { self.open[place] } else { self.open.remove(place)? };
        Some(request)
    }
}

/// Whether these bytes could answer a request: a response begins with the version.
fn backwards_answers(bytes: &[u8]) -> bool {
    bytes.starts_with(b"HTTP/")
}

impl Pending {
    /// Whether the segment belongs to this message.
    fn takes(&self, data: &Data<'_>) -> bool {
        let offset = data.seq.wrapping_sub(self.from) as usize;
        match self.wants {
            _ if data.bytes.is_empty() => self.wants == Extent::ToEnd && data.fin && offset == self.length,
            Extent::Bytes(length) => {
                offset >= 1 && offset < length && offset + data.bytes.len() > self.length
            }
            Extent::More => offset == self.length,
            Extent::ToEnd => offset >= self.length && offset < 1 << 30,
            Extent::Whole(_) | Extent::None => false,
        }
    }

    /// Adds the data of a segment; whether the message can be read now.
    fn add(&mut self, data: &Data<'_>) -> bool {
        let offset = data.seq.wrapping_sub(self.from) as usize;
        self.packets.push(data.packet);
        if offset > self.length {
            if self.early.len() < EARLY_MAX {
                self.early.push((offset, data.bytes.to_vec()));
            }
            return false;
        }
        self.append(offset, data.bytes);
        while let Some(next) = self.early.iter().position(|(offset, _)| *offset <= self.length) {
            let (offset, bytes) = self.early.swap_remove(next);
            self.append(offset, &bytes);
        }
        match self.wants {
            Extent::Bytes(length) => self.length >= length,
            Extent::More => true,
            Extent::ToEnd => data.fin,
            Extent::Whole(_) | Extent::None => true,
        }
    }

    fn append(&mut self, offset: usize, bytes: &[u8]) {
        let Some(new) = bytes.get(self.length - offset..) else { return };
        // What comes behind the message has to be read, too, so all of the last segment is kept.
        let all = match self.wants {
            Extent::Bytes(length) => length <= LOOKED_THROUGH_MAX,
            Extent::More | Extent::Whole(_) | Extent::None => self.length <= LOOKED_THROUGH_MAX,
            Extent::ToEnd => false,
        };
        if all || self.bytes.len() < KEPT_MAX {
            self.bytes.extend_from_slice(new);
        }
        self.length += new.len();
    }
}
