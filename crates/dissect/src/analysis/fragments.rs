//! Puts the fragments of IP packets together (RFC 791 §3.2, RFC 8200 §4.5).

use std::ops::Range;

use rustc_hash::FxHashMap;
use smoltcp::wire::IpProtocol;
use wire::header::{Extensions, Fragment, IPV6_HEADER_BYTES};

use super::endpoints::Endpoint;
use super::wholes::Whole;
use crate::header::ip::Packet;

/// Packets that wait for fragments; beyond this number the oldest are given up.
const WAITING_MAX: usize = 256;
/// The longest payload of a packet.
const PAYLOAD_MAX: usize = 65_535;

/// The packets of which fragments were seen.
#[derive(Default)]
pub(super) struct Fragments {
    waiting: FxHashMap<Key, Waiting>,
    /// Counts the packets, to know the oldest.
    begun: u64,
}

/// By what fragments of the same packet are known.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    source: Endpoint,
    destination: Endpoint,
    ident: u32,
}

/// The fragments of a packet so far.
struct Waiting {
    begun: u64,
    pieces: Vec<(Range<usize>, Vec<u8>)>,
    /// The length of the payload: known with the last fragment.
    length: Option<usize>,
    /// The headers of the first fragment, for a packet made of all.
    headers: Option<Vec<u8>>,
    packets: Vec<u32>,
}

impl Fragments {
    /// Takes a fragment of the packet of this number. If it is the last that was missing: the whole packet, and the numbers of the
    /// packets that had the others.
    pub fn push(
        &mut self,
        frame: &[u8],
        packet: &Packet,
        fragment: &Fragment,
        number: u32,
    ) -> Option<(Whole, Vec<u32>)> {
        let (headers, data) = split(frame, packet)?;
        let range = fragment.offset..fragment.offset + data.len();
        // A frame that is cut has not all of its fragment.
        if packet.payload.len() < packet.payload_len || range.end > PAYLOAD_MAX || data.is_empty() {
            return None;
        }
        let port = if packet.is_ipv6() { 0 } else { u8::from(packet.carries).into() };
        let key = Key {
            source: Endpoint::new(packet.source, port),
            destination: Endpoint::new(packet.destination, port),
            ident: fragment.ident,
        };
        self.make_room(&key);
        self.begun += 1;
        let begun = self.begun;
        let waiting = self.waiting.entry(key).or_insert_with(|| Waiting {
            begun,
            pieces: Vec::new(),
            length: None,
            headers: None,
            packets: Vec::new(),
        });
        if fragment.offset == 0 {
            waiting.headers = Some(headers);
        }
        if !fragment.more {
            waiting.length = Some(range.end);
        }
        waiting.pieces.push((range, data.to_vec()));
        waiting.packets.push(number);
        let payload = waiting.payload()?;
        let waiting = self.waiting.remove(&key)?;
        let whole = Whole::new(&waiting.headers?, &payload);
        Some((whole, waiting.packets.into_iter().filter(|&other| other != number).collect()))
    }

    fn make_room(&mut self, key: &Key) {
        if self.waiting.len() < WAITING_MAX || self.waiting.contains_key(key) {
            return;
        }
        // Which one is decided by the count alone, not by the order of the map.
        let oldest = self.waiting.iter().min_by_key(|(_, waiting)| waiting.begun).map(|(key, _)| *key);
        oldest.and_then(|oldest| self.waiting.remove(&oldest));
    }
}

impl Waiting {
    /// The whole payload, if no fragment is missing. Where fragments overlap, the earlier one counts.
    fn payload(&self) -> Option<Vec<u8>> {
        let length = self.length?;
        self.headers.as_ref()?;
        let mut payload = vec![0; length];
        let mut order: Vec<usize> = (0..self.pieces.len()).collect();
        wire::sorted::sort_by_key(&mut order, |&piece| self.pieces[piece].0.start);
        let mut end = 0;
        for piece in order {
            let (range, data) = &self.pieces[piece];
            if range.start > end {
                return None;
            }
            if range.end > end {
                let to = range.end.min(length);
                payload.get_mut(end..to)?.copy_from_slice(&data[end - range.start..to - range.start]);
                end = to;
            }
        }
        (end == length).then_some(payload)
    }
}

/// The headers in front of a fragment's data, as a packet has them that is whole, and the data.
fn split<'f>(frame: &'f [u8], packet: &Packet) -> Option<(Vec<u8>, &'f [u8])> {
    if !packet.is_ipv6() {
        return Some((frame[packet.at..packet.payload.start].to_vec(), &frame[packet.payload.clone()]));
    }
    // The fragment header goes, and what names it names what it carries.
    let bytes = &frame[packet.at..packet.payload.end];
    let mut chain = Extensions::new(bytes, bytes[6].into(), 6, IPV6_HEADER_BYTES..bytes.len());
    let fragment = chain.find(|extension| extension.kind == IpProtocol::Ipv6Frag)?;
    let mut headers = bytes[..fragment.range.start].to_vec();
    headers[fragment.named_at] = bytes[fragment.range.start];
    Some((headers, &bytes[fragment.range.end..]))
}
