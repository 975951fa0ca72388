//! The IPv4 header (RFC 791 §3.1).

use std::ops::Range;

use smoltcp::wire::{IPV4_HEADER_LEN, Ipv4Packet};

use super::ip::{Fragment, Packet};

/// The outline of the packet at the beginning of `range`, or nothing if its header is cut or makes no sense.
pub(crate) fn packet(frame: &[u8], range: Range<usize>) -> Option<Packet> {
    let data = &frame[range.clone()];
    if data.len() < IPV4_HEADER_LEN {
        return None;
    }
    let ip = Ipv4Packet::new_unchecked(data);
    let (header_len, total_len) = (usize::from(ip.header_len()), usize::from(ip.total_len()));
    if ip.version() != 4 || header_len < IPV4_HEADER_LEN || data.len() < header_len || total_len < header_len
    {
        return None;
    }
    let (offset, more) = (usize::from(ip.frag_offset()), ip.more_frags());
    let fragmented = more || offset > 0;
    Some(Packet {
        source: ip.src_addr().into(),
        destination: ip.dst_addr().into(),
        carries: ip.next_header(),
        hop_limit: ip.hop_limit(),
        fragment: fragmented.then(|| Fragment { offset, more, ident: ip.ident().into() }),
        payload: range.start + header_len..range.start + total_len.min(data.len()),
        payload_len: total_len - header_len,
        quoted: false,
    })
}
