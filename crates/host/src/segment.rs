//! What a card does with packets that are too long for the way to their destination, between the stack and the wire.
//!
//! smoltcp knows one MTU, its card's: its TCP goes on with segments of the size it began with, whatever routers say. Real
//! cards cut long TCP segments into several for the stack (TCP segmentation offload), so this one does it for path MTU
//! discovery: each piece is a segment as the stack itself would have made it, with the same header and options. Other IPv4
//! packets that are too long may be fragmented by routers from then on (RFC 1191, 3); IPv6 has no such way out.

use smoltcp::wire::{IpAddress, IpProtocol, IpVersion, Ipv4Packet, Ipv6Packet, TcpPacket};
use std::collections::VecDeque;
use wire::Frame;
use wire::header::{ETHERNET_HEADER_BYTES, Ethernet, Fragment, IPV4_HEADER_BYTES, IPV6_HEADER_BYTES, Icmp};

/// The destination of the IP packet in this frame, and its length in bytes.
pub(crate) fn destination(frame: &[u8]) -> Option<(IpAddress, usize)> {
    let ip = Ethernet::read(frame)?.ip()?;
    Some((ip.destination, ip.len))
}

/// Where the headers of a TCP segment in a frame end.
struct Headers {
    version: IpVersion,
    /// The IP header's end, counted from the frame's first byte; the TCP header's; the payload's.
    ip: usize,
    tcp: usize,
    end: usize,
}

fn headers(frame: &[u8]) -> Option<Headers> {
    let ethernet = Ethernet::read(frame)?;
    let ip = ethernet.ip()?;
    if ip.protocol != IpProtocol::Tcp || ip.fragment.is_some() {
        return None;
    }
    let tcp = TcpPacket::new_checked(ip.payload()).ok()?;
    // What begins or breaks off a connection is short; urgent data has its place in the segment.
    if tcp.syn() || tcp.rst() || tcp.urg() {
        return None;
    }
    let (tcp_at, end) = (ethernet.payload_at + ip.payload_at, ethernet.payload_at + ip.end);
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

/// The IPv4 packet in this frame without "don't fragment", as packet `ident`: only fragments need one (RFC 6864, 4.1), and
/// smoltcp gives all others the same. `None` if it has no such mark.
pub(crate) fn let_fragment(frame: &Frame, ident: u16) -> Option<Frame> {
    if !Ethernet::read(frame)?.ip()?.dont_fragment {
        return None;
    }
    Some(Frame::build(frame.len(), |bytes| {
        bytes.copy_from_slice(frame);
        let mut ip = Ipv4Packet::new_unchecked(&mut bytes[ETHERNET_HEADER_BYTES..]);
        ip.set_dont_frag(false);
        ip.set_ident(ident);
        ip.fill_checksum();
    }))
}

/// Puts the checksums of fragmented ICMP messages right, all of whose fragments are among these frames: smoltcp 0.14 sums up
/// its whole fragmentation buffer, with what an earlier and longer message has left in it.
pub(crate) fn right_fragments(frames: &mut VecDeque<Frame>) {
    let places: Vec<_> = (0..frames.len()).filter(|&place| is_first_fragment(&frames[place])).collect();
    for place in places {
        let ident = fragment_ident(&frames[place]);
        let fragments = frames.iter().filter(|frame| ident.is_some() && fragment_ident(frame) == ident);
        // All but the last have an even length.
        let sum: u64 = fragments.map(|frame| sum(&frame[ICMP..])).sum();
        let own = u64::from(u16::from_be_bytes([frames[place][ICMP + 2], frames[place][ICMP + 3]]));
        let mut sum = sum - own;
        while sum > 0xffff {
            sum = (sum & 0xffff) + (sum >> 16);
        }
        let first = frames[place].clone();
        frames[place] = Frame::build(first.len(), |bytes| {
            bytes.copy_from_slice(&first);
            bytes[ICMP + 2..ICMP + 4].copy_from_slice(&(!(sum as u16)).to_be_bytes());
        });
    }
}

/// Where an ICMP message begins after headers without options.
const ICMP: usize = ETHERNET_HEADER_BYTES + IPV4_HEADER_BYTES;

/// The words of the Internet checksum (RFC 1071), added up.
fn sum(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<2>();
    let last = rest.first().map_or(0, |last| u64::from(*last) << 8);
    words.iter().map(|word| u64::from(u16::from_be_bytes(*word))).sum::<u64>() + last
}

/// The place of an ICMP message's fragment, and its destination.
fn icmp_fragment(frame: &[u8]) -> Option<(Fragment, IpAddress)> {
    let ip = Ethernet::read(frame)?.ip()?;
    let is_icmp = ip.protocol == IpProtocol::Icmp && ip.payload_at == IPV4_HEADER_BYTES;
    Some((ip.fragment.filter(|_| is_icmp)?, ip.destination))
}

/// What all fragments of an ICMP message share: identification and destination.
fn fragment_ident(frame: &[u8]) -> Option<(u32, IpAddress)> {
    icmp_fragment(frame).map(|(fragment, to)| (fragment.ident, to))
}

/// Whether this is the first fragment of an ICMP message, with the message's header.
fn is_first_fragment(frame: &[u8]) -> bool {
    frame.len() >= ICMP + Icmp::BYTES
        && icmp_fragment(frame).is_some_and(|(fragment, _)| fragment.offset == 0)
}

#[cfg(test)]
mod tests;
