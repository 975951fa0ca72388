//! The options of IPv4 headers (RFC 791, 3.1) and of IPv6 extension headers (RFC 8200, 4.2).
//!
//! IPv4: malformed options are answered with "parameter problem" (RFC 1812, 4.3.3.5), and a router that forwards a packet fills in its address
//! and the time where the packet asks for them (RFC 1812, 5.2.4.1 and 4.2.2.1). Unknown options pass unchanged. Where an option
//! may be malformed, and what the error points to, is as in Linux.
//!
//! IPv6: each option says by the upper two bits of its type what a node does that does not know it.

use crate::icmp::IcmpError;
use smoltcp::wire::{IpProtocol, Ipv4Packet};
use std::net::Ipv4Addr;
use wire::Instant;
use wire::header::{Extensions, IPV4_HEADER_BYTES, IPV6_HEADER_BYTES};

const END: u8 = 0;
const NO_OPERATION: u8 = 1;
const RECORD_ROUTE: u8 = 7;
const TIMESTAMP: u8 = 68;
const LOOSE_SOURCE_ROUTE: u8 = 131;
const STRICT_SOURCE_ROUTE: u8 = 137;
/// RFC 2113.
const ROUTER_ALERT: u8 = 148;

/// The milliseconds of a day: timestamps count from midnight.
const DAY_MS: u64 = 86_400_000;

/// Where the options of an IPv4 header lie in its packet, from the first byte of each: its type, and its length with type and length.
fn places(packet: &[u8]) -> impl Iterator<Item = Result<(usize, usize), usize>> + '_ {
    let end = packet.first().map_or(0, |first| usize::from(first & 0xf) * 4).min(packet.len());
    let mut at = IPV4_HEADER_BYTES;
    std::iter::from_fn(move || {
        while at < end && packet[at] == NO_OPERATION {
            at += 1;
        }
        if at >= end || packet[at] == END {
            return None;
        }
        let (begin, length) = (at, packet.get(at + 1).map_or(0, |length| usize::from(*length)));
        if at + 1 >= end || length < 2 || at + length > end {
            at = end;
            return Some(Err(begin));
        }
        at += length;
        Some(Ok((begin, length)))
    })
}

/// Checks the options of a whole IPv4 packet.
///
/// # Errors
/// If one is malformed: the offset of the byte that is wrong, from the packet's first.
pub(crate) fn check_ipv4(packet: &[u8]) -> Result<(), usize> {
    let mut seen = [false; 3];
    for place in places(packet) {
        let (at, length) = place?;
        let byte = |offset: usize| packet.get(at + offset).map_or(0, |byte| usize::from(*byte));
        let (kind, pointer) = (packet[at], byte(2));
        let (least, first, number) = match kind {
            RECORD_ROUTE => (3, 4, 0),
            TIMESTAMP => (4, 5, 1),
            LOOSE_SOURCE_ROUTE | STRICT_SOURCE_ROUTE => (3, 4, 2),
            ROUTER_ALERT if length < 4 => return Err(at + 1),
            _ => continue,
        };
        if std::mem::replace(&mut seen[number], true) {
            return Err(at); // It must not stand there twice.
        }
        if length < least {
            return Err(at + 1);
        }
        if pointer < first {
            return Err(at + 2);
        }
        let room = match (kind, byte(3) & 0xf) {
            (TIMESTAMP, 0) => 4,
            (TIMESTAMP, 1 | 3) => 8,
            (TIMESTAMP, _) => return Err(at + 3),
            _ => 4,
        };
        if pointer <= length && pointer - 1 + room > length {
            return Err(at + 2);
        }
        if kind == TIMESTAMP && pointer > length && byte(3) >> 4 == 0xf {
            return Err(at + 3); // No room, and no more hops can be counted.
        }
    }
    Ok(())
}

/// Fills in this router's address and the time where the options of a packet ask for them, and renews the header's checksum. `is_own`: the
/// addresses for which a packet may ask by name. The options have been [checked](check_ipv4).
pub(crate) fn record_ipv4(
    now: Instant,
    packet: &mut [u8],
    address: Ipv4Addr,
    is_own: &dyn Fn(Ipv4Addr) -> bool,
) {
    let places: Vec<_> = places(packet).flatten().collect();
    let mut changed = false;
    for (at, length) in places {
        let option = &mut packet[at..at + length];
        changed |= match option[0] {
            RECORD_ROUTE => record_route(option, address),
            TIMESTAMP => record_time(option, now, address, is_own),
            _ => false,
        };
    }
    if changed {
        Ipv4Packet::new_unchecked(packet).fill_checksum();
    }
}

/// The place that the pointer of an option names, if there is room for `bytes`.
fn room(option: &mut [u8], bytes: usize) -> Option<&mut [u8]> {
    let at = usize::from(*option.get(2)?).checked_sub(1)?;
    option.get_mut(at..at + bytes)
}

fn record_route(option: &mut [u8], address: Ipv4Addr) -> bool {
    let Some(room) = room(option, 4) else { return false };
    room.copy_from_slice(&address.octets());
    option[2] += 4;
    true
}

fn record_time(
    option: &mut [u8],
    now: Instant,
    address: Ipv4Addr,
    is_own: &dyn Fn(Ipv4Addr) -> bool,
) -> bool {
    let time = ((now.nanos() / 1_000_000 % DAY_MS) as u32).to_be_bytes();
    let with_address = option[3] & 0xf != 0;
    let prescribed = option[3] & 0xf == 3;
    let bytes: u8 = if with_address { 8 } else { 4 };
    let Some(room) = room(option, bytes.into()) else {
        // The number of routers that found no room; a full count has been refused.
        option[3] = option[3].saturating_add(0x10);
        return true;
    };
    let (before, place_of_time) = room.split_at_mut(usize::from(bytes) - time.len());
    if let Some(place) = before.first_chunk_mut::<4>() {
        if prescribed && !is_own(Ipv4Addr::from(*place)) {
            return false;
        }
        *place = if prescribed { *place } else { address.octets() };
    }
    place_of_time.copy_from_slice(&time);
    option[2] += bytes;
    true
}

/// What an echo reply takes over from the options of its request (RFC 1812, 4.3.3.6): the recorded route and times, without
/// the others.
pub(crate) fn recorded_ipv4(packet: &[u8]) -> Vec<u8> {
    let wanted = |&(at, _): &(usize, usize)| matches!(packet[at], RECORD_ROUTE | TIMESTAMP);
    let mut options: Vec<u8> = Vec::new();
    for (at, length) in places(packet).flatten().filter(wanted) {
        options.extend(&packet[at..at + length]);
    }
    options.resize(options.len().next_multiple_of(4), END);
    options
}

/// What an unknown option of an IPv6 packet demands of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Demand {
    /// Drop the packet.
    Drop,
    /// Drop it and report this.
    Report(IcmpError),
    /// The options themselves make no sense.
    Malformed,
}

const PAD_1: u8 = 0;
const PAD_N: u8 = 1;
/// RFC 2711.
const ROUTER_ALERT_IPV6: u8 = 5;

/// What the options of a whole IPv6 packet demand: the hop-by-hop ones, and for the destination of the packet its destination options, too.
/// `None`: it goes on.
pub(crate) fn demand_ipv6(packet: &[u8], is_destination: bool) -> Option<Demand> {
    let next = IpProtocol::from(*packet.get(6)?);
    let mut chain = Extensions::new(packet, next, 6, IPV6_HEADER_BYTES.min(packet.len())..packet.len());
    chain.find_map(|extension| match extension.kind {
        IpProtocol::HopByHop => demand(packet, extension.range),
        IpProtocol::Ipv6Opts if is_destination => demand(packet, extension.range),
        _ => None,
    })
}

/// The same for one extension header.
fn demand(packet: &[u8], header: std::ops::Range<usize>) -> Option<Demand> {
    let mut at = header.start + 2;
    while at < header.end {
        let kind = packet[at];
        if kind == PAD_1 {
            at += 1;
            continue;
        }
        let end = packet[..header.end].get(at + 1).map(|length| at + 2 + usize::from(*length));
        let Some(end) = end.filter(|end| *end <= header.end) else { return Some(Demand::Malformed) };
        if !matches!(kind, PAD_N | ROUTER_ALERT_IPV6) {
            match kind >> 6 {
                0 => {}
                1 => return Some(Demand::Drop),
                bits => {
                    let error = IcmpError::UnknownOption { at: at as u32, even_of_group: bits == 2 };
                    return Some(Demand::Report(error));
                }
            }
        }
        at = end;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packet::Ipv4Header;
    use proptest::prelude::*;

    const OWN: Ipv4Addr = Ipv4Addr::new(10, 0, 1, 1);

    /// A packet with these options.
    fn with(options: &[u8]) -> Vec<u8> {
        let header = Ipv4Header {
            from: Ipv4Addr::new(10, 0, 0, 2),
            to: Ipv4Addr::new(10, 0, 2, 2),
            protocol: IpProtocol::Icmp,
            ttl: 64,
            tos: 0,
            ident: 1,
        };
        header.packet_with(options, &[8, 0, 0, 0, 0, 0, 0, 0])
    }

    fn recorded(options: &[u8], ms: u64) -> Vec<u8> {
        let mut packet = with(options);
        record_ipv4(Instant::from_nanos(ms * 1_000_000), &mut packet, OWN, &|address| address == OWN);
        assert!(Ipv4Packet::new_checked(&packet).unwrap().verify_checksum());
        let header = usize::from(packet[0] & 0xf) * 4;
        packet[20..header].to_vec()
    }

    #[test]
    fn a_route_is_recorded_until_there_is_no_room() {
        assert_eq!(recorded(&[7, 7, 4, 0, 0, 0, 0, 0], 0), [7, 7, 8, 10, 0, 1, 1, 0]);
        let full = [1, 7, 7, 8, 10, 0, 1, 1];
        assert_eq!((recorded(&full, 0), check_ipv4(&with(&full))), (full.to_vec(), Ok(())));
    }

    #[test]
    fn times_are_recorded_alone_with_the_address_or_at_the_address_that_is_asked_for() {
        assert_eq!(recorded(&[68, 8, 5, 0, 0, 0, 0, 0], DAY_MS + 258), [68, 8, 9, 0, 0, 0, 1, 2]);
        assert_eq!(
            recorded(&[68, 12, 5, 1, 0, 0, 0, 0, 0, 0, 0, 0], 3),
            [68, 12, 13, 1, 10, 0, 1, 1, 0, 0, 0, 3]
        );
        let [mine, other] = [1, 9].map(|last| [68, 12, 5, 3, 10, 0, 1, last, 0, 0, 0, 0]);
        assert_eq!(recorded(&mine, 3), [68, 12, 13, 3, 10, 0, 1, 1, 0, 0, 0, 3]);
        assert_eq!(recorded(&other, 3), other);
        assert_eq!(recorded(&[68, 8, 9, 0x20, 0, 0, 0, 7], 3), [68, 8, 9, 0x30, 0, 0, 0, 7], "counted");
    }

    #[test]
    fn what_is_wrong_with_an_option_is_named_by_its_place() {
        for (options, wrong) in [
            (&[9, 0, 0, 0][..], 20),         // No length.
            (&[9, 5, 0, 0], 20),             // Longer than the header.
            (&[1, 1, 1, 9], 23),             // Cut behind its type.
            (&[7, 2, 0, 0], 21),             // No pointer.
            (&[7, 7, 3, 0, 0, 0, 0, 0], 22), // It points into the option's own head.
            (&[7, 7, 5, 0, 0, 0, 0, 0], 22), // No whole address fits.
            (&[7, 3, 4, 7, 3, 4, 0, 0], 23), // Twice.
            (&[68, 8, 4, 0, 0, 0, 0, 0], 22),
            (&[68, 8, 5, 1, 0, 0, 0, 0], 22),
            (&[68, 8, 5, 2, 0, 0, 0, 0], 23),    // No such flag.
            (&[68, 8, 9, 0xf0, 0, 0, 0, 0], 23), // The sixteenth router without room.
            (&[148, 3, 0, 0], 21),
            (&[131, 3, 3, 0], 22),
        ] {
            assert_eq!(check_ipv4(&with(options)), Err(wrong), "{options:?}");
        }
        for fine in [
            &[][..],
            &[0, 9, 9, 9],
            &[1, 148, 4, 0, 0, 0, 0, 0],
            &[30, 4, 1, 2],
            &[131, 7, 8, 10, 0, 0, 1, 0],
        ] {
            assert_eq!(check_ipv4(&with(fine)), Ok(()), "{fine:?}");
        }
    }

    #[test]
    fn an_unknown_option_says_itself_what_becomes_of_its_packet() {
        let packet = |kind: u8, options: [u8; 6]| {
            let payload = [&[59, 0][..], &options].concat();
            crate::packet::ipv6_packet(
                "fd00::1".parse().unwrap(),
                "fd01::1".parse().unwrap(),
                IpProtocol::from(kind),
                64,
                &payload,
            )
        };
        let report = |even_of_group| Some(Demand::Report(IcmpError::UnknownOption { at: 44, even_of_group }));
        for (kind, demanded) in
            [(0x1e, None), (0x5e, Some(Demand::Drop)), (0x9e, report(true)), (0xde, report(false))]
        {
            // An empty PadN comes before it.
            let hop_by_hop = packet(0, [1, 0, kind, 2, 9, 9]);
            assert_eq!(demand_ipv6(&hop_by_hop, false), demanded, "{kind:x}");
            let for_destination = packet(60, [1, 0, kind, 2, 9, 9]);
            assert_eq!(demand_ipv6(&for_destination, false), None);
            assert_eq!(demand_ipv6(&for_destination, true), demanded);
        }
        assert_eq!(demand_ipv6(&packet(0, [5, 2, 0, 0, 0, 0]), true), None);
        assert_eq!(demand_ipv6(&packet(0, [1, 5, 0, 0, 0, 0]), false), Some(Demand::Malformed));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_options_can_be_read_and_filled_in(options in prop::collection::vec(any::<u8>(), 0..40), time in any::<u64>()) {
            let mut packet = with(&options);
            let before = packet.clone();
            if let Err(wrong) = check_ipv4(&packet) {
                prop_assert!((20..packet.len()).contains(&wrong));
            }
            record_ipv4(Instant::from_nanos(time), &mut packet, OWN, &|_| true);
            prop_assert_eq!(packet.len(), before.len());
            prop_assert_eq!(recorded_ipv4(&packet).len() % 4, 0);
            let _ = demand_ipv6(&options, true);
        }
    }
}
