//! What was put together: packets from fragments, and messages from the segments of a connection.

use crate::captured::{Captured, Link};
use wire::header::IPV4_HEADER_BYTES;

/// A message is kept up to this length: a packet around it has room for that, and its header is at its beginning.
pub(super) const KEPT_MAX: usize = 60_000;
/// Beyond this number of bytes in all, of a message only the beginning is kept.
const BYTES_MAX: usize = 64 << 20;
const BEGINNING: usize = 4 << 10;

/// What was put together, each under the number of the packet that completed it.
#[derive(Default)]
pub(super) struct Wholes {
    list: Vec<(u32, Whole)>,
    bytes: usize,
}

/// An IP packet with a whole payload: that of fragments, or the message of several segments behind the header of the last.
pub(super) struct Whole {
    bytes: Box<[u8]>,
    wire_len: usize,
}

impl Whole {
    /// A packet with these headers, from the IP header on, and this payload. It states its own length, and is no fragment.
    pub fn new(headers: &[u8], payload: &[u8]) -> Whole {
        let wire_len = headers.len() + payload.len();
        let mut bytes =
            [headers, &payload[..payload.len().min(usize::from(u16::MAX) - headers.len())]].concat();
        let length = bytes.len() as u16;
        match bytes[0] >> 4 {
            4 => {
                bytes[2..4].copy_from_slice(&length.to_be_bytes());
                // Neither "more fragments" nor an offset.
                bytes[6] &= 0x40;
                bytes[7] = 0;
                let header_len = usize::from(bytes[0] & 0xf) * 4;
                bytes[10..12].fill(0);
                let header = &bytes[..header_len.max(IPV4_HEADER_BYTES)];
                let checksum = !smoltcp::wire::checksum::data(header);
                bytes[10..12].copy_from_slice(&checksum.to_be_bytes());
            }
            _ => bytes[4..6].copy_from_slice(&(length - 40).to_be_bytes()),
        }
        Whole { bytes: bytes.into(), wire_len: wire_len.min(usize::from(length)) }
    }

    pub fn captured(&self) -> Captured<'_> {
        Captured { link: Link::Ip, bytes: &self.bytes, fcs: &[], wire_len: self.wire_len }
    }
}

impl Wholes {
    /// How much of a message can be kept.
    pub fn room(&self) -> usize {
        if self.bytes < BYTES_MAX { KEPT_MAX } else { BEGINNING }
    }

    /// Keeps what the packet of this number has completed; numbers ascend.
    pub fn keep(&mut self, packet: u32, whole: Whole) {
        self.bytes += whole.bytes.len();
        match self.list.last_mut() {
            // Fragments made a segment, and that segment a message.
            Some((last, before)) if *last == packet => *before = whole,
            _ => self.list.push((packet, whole)),
        }
    }

    pub fn get(&self, packet: u32) -> Option<Captured<'_>> {
        let place = self.list.binary_search_by_key(&packet, |(number, _)| *number).ok()?;
        Some(self.list[place].1.captured())
    }
}
