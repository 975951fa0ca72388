//! The IPv6 header (RFC 8200 §3), with the extension headers behind it.

use std::ops::Range;

use smoltcp::wire::{IPV6_HEADER_LEN, Ipv6Packet};

use super::extension::Chain;
use super::ip::Packet;

/// The outline of the packet at the beginning of `range`, or nothing if its header is cut or makes no sense.
pub(crate) fn packet(frame: &[u8], range: Range<usize>) -> Option<Packet> {
    let data = &frame[range.clone()];
    if data.len() < IPV6_HEADER_LEN {
        return None;
    }
    let ip = Ipv6Packet::new_unchecked(data);
    if ip.version() != 6 {
        return None;
    }
    let end = range.start + ip.total_len().min(data.len());
    let mut chain = Chain::new(frame, ip.next_header(), range.start + IPV6_HEADER_LEN..end);
    while chain.step().is_some() {}
    let headers_len = chain.rest.start - range.start;
    Some(Packet {
        source: ip.src_addr().into(),
        destination: ip.dst_addr().into(),
        carries: chain.next,
        hop_limit: ip.hop_limit(),
        fragment: chain.fragment,
        payload: chain.rest,
        payload_len: ip.total_len() - headers_len,
        quoted: false,
    })
}
