use super::*;
use crate::packet::{self, Header};
use smoltcp::wire::IpAddress;

/// A UDP packet behind these extension headers, the first of which has this number.
fn behind(first: u8, extensions: &[u8]) -> Frame {
    let (from, to) = (IpAddress::v6(0xfd00, 0, 0, 0, 0, 0, 0, 1), IpAddress::v6(0xfd00, 0, 0, 0, 0, 0, 0, 2));
    let header = Header { protocol: first.into(), ..Header::icmp(from, to) };
    header.packet(&[extensions, &[0, 7, 0, 7, 0, 8, 0, 0]])
}

fn verdict(first: u8, extensions: &[u8]) -> Result<bool, Problem> {
    match judge(&behind(first, extensions)[ETHERNET_HEADER_BYTES..]) {
        Verdict::Delivered => Ok(true),
        Verdict::Dropped => Ok(false),
        Verdict::Problem(problem) => Err(problem),
    }
}

const HOP_BY_HOP: u8 = 0;
const ROUTE: u8 = 43;
const FRAGMENT: u8 = 44;
const DESTINATION: u8 = 60;
const UDP: u8 = 17;

#[test]
fn known_options_padding_and_those_to_be_skipped_do_not_keep_a_packet_from_its_program() {
    assert_eq!(verdict(UDP, &[]), Ok(true));
    assert_eq!(verdict(DESTINATION, &[UDP, 0, 1, 4, 0, 0, 0, 0]), Ok(true));
    assert_eq!(verdict(HOP_BY_HOP, &[UDP, 0, 5, 2, 0, 0, 1, 0]), Ok(true));
    assert_eq!(verdict(DESTINATION, &[UDP, 0, 0x1e, 4, 0, 0, 0, 0]), Ok(true), "type 00011110: skip");
    assert_eq!(verdict(FRAGMENT, &[UDP, 0, 0, 0, 0, 0, 0, 7]), Ok(true), "an atomic fragment");
}

#[test]
fn the_highest_bits_of_an_unknown_option_say_what_to_do() {
    let option = |kind| verdict(DESTINATION, &[UDP, 0, kind, 4, 0, 0, 0, 0]);
    assert_eq!(option(0x40), Ok(false));
    let problem = Problem { code: 2, at: 42, for_groups: false };
    assert_eq!(option(0x80), Err(Problem { for_groups: true, ..problem }));
    assert_eq!(option(0xc0), Err(problem));
    assert_eq!(verdict(DESTINATION, &[UDP, 0, 1, 1, 0, 0x41, 9, 0]), Ok(false), "an option that breaks off");
}

#[test]
fn a_route_is_only_skipped_when_nothing_of_it_is_left() {
    assert_eq!(verdict(ROUTE, &[UDP, 0, 0, 0, 0, 0, 0, 0]), Ok(true));
    let problem = Problem { code: 0, at: 42, for_groups: false };
    assert_eq!(verdict(ROUTE, &[UDP, 0, 0, 1, 0, 0, 0, 0]), Err(problem));
}

#[test]
fn hop_by_hop_options_come_first_or_are_a_problem() {
    let twice = [HOP_BY_HOP, 0, 1, 4, 0, 0, 0, 0, UDP, 0, 1, 4, 0, 0, 0, 0];
    assert_eq!(verdict(DESTINATION, &twice), Err(Problem::unknown_header(40)));
}

#[test]
fn a_packet_without_its_extension_headers_is_the_same_message() {
    let frame = behind(DESTINATION, &[FRAGMENT, 0, 1, 4, 0, 0, 0, 0, UDP, 0, 0, 0, 0, 0, 0, 7]);
    let ip = packet::read(&frame).unwrap();
    let plain = strip(&frame, &ip);
    let stripped = packet::read(&plain).unwrap();
    assert_eq!((stripped.protocol, stripped.payload_at), (IpProtocol::Udp, IPV6_HEADER_BYTES));
    assert_eq!(stripped.payload(), ip.payload());
}
