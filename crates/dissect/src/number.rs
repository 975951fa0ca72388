//! Numbers and addresses as they stand in the bytes of a message, which may be cut: missing bytes read as zero.

use std::ops::Range;

use smoltcp::wire::{EthernetAddress, Ipv4Address, Ipv6Address};

/// The unsigned number in `range` of `bytes`, most significant byte first. Of more than four bytes, the last four count.
pub(crate) fn number(bytes: &[u8], range: Range<usize>) -> u32 {
    range.fold(0, |number, at| number << 8 | u32::from(bytes.get(at).copied().unwrap_or(0)))
}

/// The MAC address at `at`.
pub(crate) fn ethernet(bytes: &[u8], at: usize) -> EthernetAddress {
    EthernetAddress(octets(bytes, at))
}

/// The IPv4 address at `at`.
pub(crate) fn ipv4(bytes: &[u8], at: usize) -> Ipv4Address {
    number(bytes, at..at + 4).into()
}

/// The IPv6 address at `at`.
pub(crate) fn ipv6(bytes: &[u8], at: usize) -> Ipv6Address {
    octets::<16>(bytes, at).into()
}

fn octets<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    padded(bytes.get(at..).unwrap_or(&[]))
}

/// The first `N` bytes of a header, completed with zeros if it is cut.
pub(crate) fn padded<const N: usize>(header: &[u8]) -> [u8; N] {
    let mut padded = [0; N];
    let present = header.len().min(N);
    padded[..present].copy_from_slice(&header[..present]);
    padded
}
