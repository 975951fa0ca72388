//! What a card does with packets that are too long for the way to their destination, between the stack and the wire.
//!
//! smoltcp knows one MTU, its card's: its TCP goes on with segments of the size it began with, whatever routers say. Real
//! cards cut long TCP segments into several for the stack (TCP segmentation offload), so this one does it for path MTU
//! discovery: each piece is a segment as the stack itself would have made it, with the same header and options. Other IPv4
//! packets that are too long may be fragmented by routers from then on (RFC 1191, 3); IPv6 has no such way out.

use crate::packet;
use smoltcp::wire::{IpAddress, IpProtocol, IpVersion, Ipv4Packet, Ipv6Packet, TcpPacket};
use wire::Frame;
use wire::header::{ETHERNET_HEADER_BYTES, EXTENSION_UNIT, IPV6_HEADER_BYTES};

/// Where the headers of a TCP segment in a frame end.
struct Headers {
    version: IpVersion,
    /// The IP header's end, counted from the frame's first byte; the TCP header's; the payload's.
    ip: usize,
    tcp: usize,
    end: usize,
}

fn headers(frame: &[u8]) -> Option<Headers> {
    let ip = packet::read(frame)?;
    if ip.protocol != IpProtocol::Tcp || ip.fragment.is_some() {
        return None;
    }
    let tcp = TcpPacket::new_checked(ip.payload()).ok()?;
    // What begins or breaks off a connection is short; urgent data has its place in the segment.
    if tcp.syn() || tcp.rst() || tcp.urg() {
        return None;
    }
    let (tcp_at, end) = (ETHERNET_HEADER_BYTES + ip.payload_at, ETHERNET_HEADER_BYTES + ip.end);
    let tcp_end = tcp_at + usize::from(tcp.header_len());
    Some(Headers { version: ip.source.version(), ip: tcp_at, tcp: tcp_end, end })
}

/// Cuts the TCP segment in this frame into pieces of at most `mtu` bytes, with their IP headers. Empty if there is nothing
/// to cut: it is short enough, it is no such segment, or its headers alone are too long.
pub(crate) fn cut(frame: &Frame, mtu: usize) -> Vec<Frame> {
    let Some(Headers { version, ip, tcp, end }) = headers(frame) else { return Vec::new() };
    let room = mtu.saturating_sub(tcp - ETHERNET_HEADER_BYTES);
    let (header, payload) = (&frame[..tcp], &frame[tcp..end]);
    if end - ETHERNET_HEADER_BYTES <= mtu || room == 0 {
        return Vec::new();
    }
    let last = payload.len().div_ceil(room) - 1;
    let piece = |(number, bytes): (usize, &[u8])| {
        Frame::build(tcp + bytes.len(), |piece| {
            piece[..tcp].copy_from_slice(header);
            piece[tcp..].copy_from_slice(bytes);
            let total = tcp + bytes.len() - ETHERNET_HEADER_BYTES;
            let (source, destination) = write_ip(version, &mut piece[ETHERNET_HEADER_BYTES..], total, number);
            let mut segment = TcpPacket::new_unchecked(&mut piece[ip..]);
            segment.set_seq_number(segment.seq_number() + number * room);
            if number != last {
                segment.set_fin(false);
                segment.set_psh(false);
            }
            if number != 0 {
                segment.set_cwr(false);
            }
            segment.fill_checksum(&source, &destination);
        })
    };
    payload.chunks(room).enumerate().map(piece).collect()
}

/// Writes the length of piece `number`, its identification and its checksum; returns its addresses.
fn write_ip(version: IpVersion, packet: &mut [u8], total: usize, number: usize) -> (IpAddress, IpAddress) {
    match version {
        IpVersion::Ipv4 => {
            let mut ip = Ipv4Packet::new_unchecked(packet);
            // It is shorter than the packet that it is cut from.
            ip.set_total_len(total as u16);
            ip.set_ident(ip.ident().wrapping_add(number as u16));
            ip.fill_checksum();
            (ip.src_addr().into(), ip.dst_addr().into())
        }
        IpVersion::Ipv6 => {
            let mut ip = Ipv6Packet::new_unchecked(packet);
            ip.set_payload_len((total - IPV6_HEADER_BYTES) as u16);
            (ip.src_addr().into(), ip.dst_addr().into())
        }
    }
}

/// Takes "don't fragment" from the IPv4 packet in this frame, which becomes packet `ident`: only fragments need one (RFC 6864, 4.1),
/// and smoltcp gives all others the same.
pub(crate) fn let_fragment(frame: &mut Frame, ident: u16) {
    let mut ip = Ipv4Packet::new_unchecked(&mut frame.make_mut()[ETHERNET_HEADER_BYTES..]);
    ip.set_dont_frag(false);
    ip.set_ident(ident);
    ip.fill_checksum();
}

/// The fragments of the packet in this frame, which has no options or extension headers, none longer than `mtu` bytes (RFC 791, 3.2;
/// RFC 8200, 4.5). `ident`: the identification of IPv6 fragments; IPv4 packets have theirs.
pub(crate) fn fragment(frame: &Frame, mtu: usize, ident: u32) -> Vec<Frame> {
    let Some(ip) = packet::read(frame) else { return Vec::new() };
    let (v6, end) = (matches!(ip.source, IpAddress::Ipv6(_)), ETHERNET_HEADER_BYTES + ip.len);
    let payload_at = ETHERNET_HEADER_BYTES + ip.payload_at;
    let extension = if v6 { EXTENSION_UNIT } else { 0 };
    let room = (mtu.saturating_sub(ip.payload_at + extension) & !7).max(8);
    let (header, payload) = (&frame[..payload_at], &frame[payload_at..end]);
    let last = payload.len().div_ceil(room).max(1) - 1;
    let piece = |(number, bytes): (usize, &[u8])| {
        let (offset, more) = (number * room, number != last);
        let mut piece = if v6 {
            let mut extension = [header[ETHERNET_HEADER_BYTES + 6], 0, 0, 0, 0, 0, 0, 0];
            extension[2..4].copy_from_slice(&(offset as u16 | u16::from(more)).to_be_bytes());
            extension[4..].copy_from_slice(&ident.to_be_bytes());
            Frame::concat(&[header, &extension, bytes])
        } else {
            Frame::concat(&[header, bytes])
        };
        let packet = &mut piece.make_mut()[ETHERNET_HEADER_BYTES..];
        let len = packet.len();
        if v6 {
            let mut ip = Ipv6Packet::new_unchecked(packet);
            ip.set_next_header(IpProtocol::Ipv6Frag);
            ip.set_payload_len((len - IPV6_HEADER_BYTES) as u16);
        } else {
            let mut ip = Ipv4Packet::new_unchecked(packet);
            ip.set_total_len(len as u16);
            ip.set_more_frags(more);
            ip.set_frag_offset(offset as u16);
            ip.fill_checksum();
        }
        piece
    };
    payload.chunks(room).enumerate().map(piece).collect()
}

/// Reduces the maximum segment size that a SYN over IPv6 offers to what fits packets of `mtu` bytes (RFC 9293, 3.7.1).
pub(crate) fn clamp_mss(frame: &mut Frame, mtu: usize) {
    let Some(ip) = packet::read(frame) else { return };
    let (from, to, at) = (ip.source, ip.destination, ETHERNET_HEADER_BYTES + ip.payload_at);
    let Ok(tcp) = TcpPacket::new_checked(ip.payload()) else { return };
    let options = at + TCP_HEADER_BYTES..at + usize::from(tcp.header_len());
    let most = (mtu - IPV6_HEADER_BYTES - TCP_HEADER_BYTES) as u16;
    // smoltcp puts this option first.
    let offers = tcp.syn() && frame.get(options).is_some_and(|options| options.starts_with(&[2, 4]));
    let mss_at = at + TCP_HEADER_BYTES + 2;
    if offers && wire::header::u16_at(frame, mss_at).is_some_and(|mss| mss > most) {
        let bytes = frame.make_mut();
        bytes[mss_at..mss_at + 2].copy_from_slice(&most.to_be_bytes());
        TcpPacket::new_unchecked(&mut bytes[at..]).fill_checksum(&from, &to);
    }
}

/// The length of a TCP header without options.
const TCP_HEADER_BYTES: usize = 20;

#[cfg(test)]
mod tests;
