use super::*;
use crate::packet::{self, Header};
use proptest::prelude::*;

fn at(seconds: u64) -> Instant {
    Instant::ZERO + Duration::from_secs(seconds)
}

/// A fragment of an IPv4 (`v6`: IPv6) packet: its place, whether others follow, and its payload.
fn fragment(v6: bool, ident: u8, (offset, more): (usize, bool), payload: &[u8]) -> Frame {
    if v6 {
        let [high, low] = (offset as u16 | u16::from(more)).to_be_bytes();
        let header = Header {
            protocol: IpProtocol::Ipv6Frag,
            ..Header::icmp(
                IpAddress::v6(0xfd00, 0, 0, 0, 0, 0, 0, 1),
                IpAddress::v6(0xfd00, 0, 0, 0, 0, 0, 0, 2),
            )
        };
        let mut frame = header.packet(&[&[58, 0, high, low, 0, 0, 0, ident], payload]);
        frame.make_mut()[12..14].copy_from_slice(&[0x86, 0xdd]);
        return frame;
    }
    let header = Header::icmp(IpAddress::v4(10, 0, 0, 1), IpAddress::v4(10, 0, 0, 2));
    let mut frame = Header { ident: Some(ident.into()), ..header }.packet(&[payload]);
    let bytes = frame.make_mut();
    bytes[12..14].copy_from_slice(&[8, 0]);
    let mut ip = Ipv4Packet::new_unchecked(&mut bytes[ETHERNET_HEADER_BYTES..]);
    ip.set_more_frags(more);
    ip.set_frag_offset(offset as u16);
    ip.fill_checksum();
    frame
}

fn add(reassembly: &mut Reassembly, now: Instant, frame: &Frame) -> Outcome {
    reassembly.add(now, frame, &packet::received(frame).unwrap())
}

fn is_whole(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Whole(_))
}

#[test]
fn a_fragment_that_comes_twice_changes_nothing_and_one_that_overlaps_spoils_all() {
    for v6 in [false, true] {
        let mut reassembly = Reassembly::default();
        let first = fragment(v6, 1, (0, true), &[1; 16]);
        assert!(matches!(add(&mut reassembly, at(0), &first), Outcome::Waits));
        assert!(matches!(add(&mut reassembly, at(0), &first), Outcome::Waits));
        assert!(is_whole(&add(&mut reassembly, at(0), &fragment(v6, 1, (16, false), &[2; 5]))));
        add(&mut reassembly, at(0), &first);
        let overlaps = fragment(v6, 1, (8, true), &[2; 16]);
        assert!(matches!(add(&mut reassembly, at(0), &overlaps), Outcome::Dropped), "{v6}");
        assert!(reassembly.0.is_empty());
    }
}

#[test]
fn packets_are_told_apart_by_their_identification() {
    let mut reassembly = Reassembly::default();
    add(&mut reassembly, at(0), &fragment(false, 1, (0, true), &[1; 8]));
    assert!(matches!(add(&mut reassembly, at(0), &fragment(false, 2, (8, false), &[2; 8])), Outcome::Waits));
    assert!(is_whole(&add(&mut reassembly, at(0), &fragment(false, 1, (8, false), &[1; 8]))));
}

#[test]
fn what_is_not_whole_in_time_is_given_up_and_reported_if_its_first_fragment_is_there() {
    for (v6, seconds) in [(false, 30), (true, 60)] {
        let mut reassembly = Reassembly::default();
        let first = fragment(v6, 1, (0, true), &[1; 16]);
        add(&mut reassembly, at(0), &first);
        add(&mut reassembly, at(1), &fragment(v6, 2, (16, false), &[1; 16]));
        assert_eq!(reassembly.deadline(), Some(at(seconds)));
        assert_eq!(reassembly.poll(at(seconds - 1)), []);
        assert_eq!(reassembly.poll(at(seconds)), [first]);
        assert_eq!(reassembly.poll(at(seconds + 1)), [], "of the other the beginning is missing");
        assert_eq!(reassembly.deadline(), None);
    }
}

#[test]
fn what_cannot_be_part_of_any_packet_is_malformed() {
    let mut reassembly = Reassembly::default();
    let odd = fragment(true, 1, (0, true), &[1; 15]);
    assert!(matches!(add(&mut reassembly, at(0), &odd), Outcome::Malformed(4)), "the payload length");
    let long = fragment(true, 1, (65_528, false), &[1; 16]);
    assert!(matches!(add(&mut reassembly, at(0), &long), Outcome::Malformed(42)), "the fragment offset");
}

#[test]
fn a_flood_of_beginnings_is_bounded() {
    let mut reassembly = Reassembly::default();
    for ident in 0..=255 {
        add(&mut reassembly, at(0), &fragment(false, ident, (0, true), &[1; 1_480]));
    }
    assert_eq!(reassembly.0.len(), PACKETS_MAX);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn in_whatever_order_fragments_come_the_packet_is_the_same(
        v6 in any::<bool>(),
        lengths in prop::collection::vec(1usize..20, 2..12),
        order in any::<u64>(),
    ) {
        let (mut offset, mut fragments, mut payload) = (0, Vec::new(), Vec::new());
        for (number, units) in lengths.iter().enumerate() {
            let last = number == lengths.len() - 1;
            let bytes = vec![number as u8; units * 8 - usize::from(last)];
            fragments.push(fragment(v6, 9, (offset, !last), &bytes));
            offset += bytes.len();
            payload.extend(bytes);
        }
        let mut order = wire::rng::Stream::new(order, &[]);
        for place in (1..fragments.len()).rev() {
            fragments.swap(place, order.up_to(place as u32) as usize);
        }
        let mut reassembly = Reassembly::default();
        let count = fragments.len();
        for (number, frame) in fragments.iter().enumerate() {
            match add(&mut reassembly, at(0), frame) {
                Outcome::Waits => prop_assert!(number < count - 1),
                Outcome::Whole(whole) => {
                    prop_assert_eq!(number, count - 1);
                    let ip = packet::received(&whole).unwrap();
                    prop_assert!(ip.verify_checksum() && ip.fragment.is_none());
                    prop_assert_eq!(ip.payload(), &payload[..]);
                    let protocol = if v6 { IpProtocol::Icmpv6 } else { IpProtocol::Icmp };
                    prop_assert_eq!(ip.protocol, protocol);
                }
                other => prop_assert!(false, "{:?}", other),
            }
        }
    }
}
