//! The queries that a switch sends while there is no other querier.

use smoltcp::wire::{EthernetAddress, IpAddress, Ipv4Address, Ipv6Address};
use wire::Frame;

/// The link-local address made from a bridge's own (RFC 4291, appendix A). MLD ignores queries from other addresses (RFC 3810,
/// 5.1.14); IGMP accepts 0.0.0.0, which a switch that is no router sends (RFC 4541, 2.1.1).
pub(super) fn link_local(mac: EthernetAddress) -> Ipv6Address {
    let [a, b, c, d, e, f] = mac.0;
    let interface = u64::from_be_bytes([a ^ 2, b, c, 0xff, 0xfe, d, e, f]);
    Ipv6Address::from(0xfe80_u128 << 112 | u128::from(interface))
}

/// The kind of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum QueryKind {
    /// A general query of IGMP.
    AllV4,
    AllV6,
    /// A query for this group.
    Group(IpAddress),
}

/// The maximum response time of general (RFC 2236, 8.3; RFC 3810, 9.3) and specific queries (8.8; 9.8).
const GENERAL_SECONDS: u16 = 10;
const SPECIFIC_SECONDS: u16 = 1;

/// An IGMPv2 or MLDv2 query from this bridge.
pub(super) fn frame(mac: EthernetAddress, asked: QueryKind) -> Frame {
    match asked {
        QueryKind::AllV4 => {
            igmp(mac, Ipv4Address::new(224, 0, 0, 1), Ipv4Address::UNSPECIFIED, GENERAL_SECONDS)
        }
        QueryKind::Group(IpAddress::Ipv4(group)) => igmp(mac, group, group, SPECIFIC_SECONDS),
        QueryKind::AllV6 => {
            mld(mac, Ipv6Address::new(0xff02, 0, 0, 0, 0, 0, 0, 1), Ipv6Address::UNSPECIFIED, GENERAL_SECONDS)
        }
        QueryKind::Group(IpAddress::Ipv6(group)) => mld(mac, group, group, SPECIFIC_SECONDS),
    }
}

fn igmp(mac: EthernetAddress, to: Ipv4Address, group: Ipv4Address, seconds: u16) -> Frame {
    let mut message = [0x11, 10 * seconds as u8, 0, 0, 0, 0, 0, 0];
    message[4..].copy_from_slice(&group.octets());
    set_checksum(&mut message, 2, 0);
    // 24 bytes with the Router Alert option (RFC 2113), precedence of network control, TTL 1.
    let mut header = [0x46, 0xc0, 0, 32, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x94, 4, 0, 0];
    header[16..20].copy_from_slice(&to.octets());
    set_checksum(&mut header, 10, 0);
    let [_, b, c, d] = to.octets();
    Frame::concat(&[&[1, 0, 0x5e, b & 0x7f, c, d], &mac.0, &[8, 0], &header, &message])
}

fn mld(mac: EthernetAddress, to: Ipv6Address, group: Ipv6Address, seconds: u16) -> Frame {
    let from = link_local(mac);
    let mut message = [0; 28];
    message[0] = 130;
    message[4..6].copy_from_slice(&(1000 * seconds).to_be_bytes());
    message[8..24].copy_from_slice(&group.octets());
    // The querier's robustness and interval (RFC 3810, 5.1.8, 5.1.9).
    (message[24], message[25]) = (2, super::QUERY_INTERVAL_SECONDS as u8);
    let pseudo = [&from.octets()[..], &to.octets(), &[0, 0, 0, 28, 0, 0, 0, 58]].concat();
    set_checksum(&mut message, 2, sum(&pseudo));
    let options = [58, 0, 5, 2, 0, 0, 1, 0]; // Router Alert (RFC 2711), and padding.
    let header = [0x60, 0, 0, 0, 0, 36, 0, 1];
    let [.., c, d, e, f] = to.octets();
    Frame::concat(&[
        &[0x33, 0x33, c, d, e, f],
        &mac.0,
        &[0x86, 0xdd],
        &header,
        &from.octets(),
        &to.octets(),
        &options,
        &message,
    ])
}

/// The sum of the 16-bit words (RFC 1071).
fn sum(data: &[u8]) -> u32 {
    data.chunks(2).map(|word| u32::from(word[0]) << 8 | u32::from(*word.get(1).unwrap_or(&0))).sum()
}

fn set_checksum(data: &mut [u8], at: usize, with: u32) {
    let mut sum = sum(data) + with;
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    data[at..at + 2].copy_from_slice(&(!(sum as u16)).to_be_bytes());
}
