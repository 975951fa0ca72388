//! Replaces an address and port in a packet, and updates its checksums.

use super::Endpoint;
use crate::checksum;
use crate::flow::{Body, ICMP, Packet, TCP, UDP};

/// The address and port to replace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Source,
    Destination,
}

/// Replaces one address and port, or ICMP identifier, of an IPv4 packet of which `packet` was read. Fields beyond
/// the end of a quoted packet are left out.
pub(super) fn endpoint(bytes: &mut [u8], packet: &Packet, end: End, new: Endpoint) {
    let (old_address, new_address) = address(bytes, end, new);
    let at = match (packet.body, end) {
        (Body::Tcp { .. } | Body::Udp { .. }, End::Source) => packet.upper,
        (Body::Tcp { .. } | Body::Udp { .. }, End::Destination) => packet.upper + 2,
        (Body::Query { .. }, _) => packet.upper + 4,
        (Body::Error { .. } | Body::LaterFragment | Body::Short | Body::Other, _) => return,
    };
    let Some(old_port) = word(bytes, at) else { return };
    put(bytes, at, new.port);
    // ICMP's checksum does not cover the addresses.
    let (old, new) = match packet.protocol {
        ICMP => (old_port, new.port),
        _ => (checksum::add(old_address, old_port), checksum::add(new_address, new.port)),
    };
    let at = packet.upper
        + match packet.protocol {
            ICMP => 2,
            UDP => 6,
            TCP => 16,
            _ => return,
        };
    // The checksum is beyond the end of the quoted packet.
    if at + 2 > packet.end {
        return;
    }
    let Some(checksum) = word(bytes, at) else { return };
    let checksum = match packet.protocol {
        UDP => checksum::update_udp(checksum, old, new),
        _ => checksum::update16(checksum, old, new),
    };
    put(bytes, at, checksum);
}

/// Replaces one address of an IPv4 packet; returns the sums of the old and the new one.
pub(super) fn address(bytes: &mut [u8], end: End, new: Endpoint) -> (u16, u16) {
    let at = match end {
        End::Source => 12,
        End::Destination => 16,
    };
    let new = new.address.octets();
    let Some(field) = bytes.get_mut(at..at + 4) else { return (0, 0) };
    let (old, new_sum) = (checksum::sum(field), checksum::sum(&new));
    field.copy_from_slice(&new);
    if let Some(header) = word(bytes, 10) {
        put(bytes, 10, checksum::update16(header, old, new_sum));
    }
    (old, new_sum)
}

/// Replaces one address and port of the packet that an ICMP error is about (RFC 5508, 4.2). `error` was read of `bytes`, and
/// `embedded` of the packet in it.
pub(super) fn embedded(bytes: &mut [u8], error: &Packet, embedded: &Packet, end: End, new: Endpoint) {
    let Body::Error { embedded: at } = error.body else { return };
    // The longest IP header, and TCP's as far as its checksum.
    let changed = at..error.end.min(at + 60 + 18);
    let Some(old) = bytes.get(changed.clone()).map(checksum::sum) else { return };
    endpoint(&mut bytes[at..error.end], embedded, end, new);
    let new = checksum::sum(&bytes[changed]);
    if let Some(checksum) = word(bytes, error.upper + 2) {
        put(bytes, error.upper + 2, checksum::update16(checksum, old, new));
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(*bytes.get(at..)?.first_chunk::<2>()?))
}

fn put(bytes: &mut [u8], at: usize, word: u16) {
    bytes[at..at + 2].copy_from_slice(&word.to_be_bytes());
}
