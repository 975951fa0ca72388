use super::*;
use crate::sample;
use proptest::prelude::*;

fn v4(last: u8) -> IpAddress {
    IpAddress::v4(10, 0, 0, last)
}

fn v6(last: u16) -> IpAddress {
    IpAddress::v6(0xfd00, 0, 0, 0, 0, 0, 0, last)
}

#[test]
fn tcp_and_udp_have_ports_and_tcp_flags() {
    for (a, b) in [(v4(1), v4(2)), (v6(1), v6(2))] {
        let packet = Packet::read(&sample::udp((a, 5), (b, 6), b"hello")).unwrap();
        assert_eq!(packet.body, Body::Udp { source: 5, destination: 6 });
        let flow = packet.flow().unwrap();
        assert_eq!(flow, Flow { protocol: UDP, from: (a, 5).into(), to: (b, 6).into() });
        assert_eq!(flow.reversed().reversed(), flow);
        let packet = Packet::read(&sample::tcp((a, 5), (b, 6), 0x12, b"")).unwrap();
        let flags = Some(Flags { syn: true, ack: true, fin: false, rst: false });
        assert_eq!(packet.body, Body::Tcp { source: 5, destination: 6, flags });
    }
}

#[test]
fn an_echo_is_known_by_its_identifier_in_both_directions() {
    for (a, b) in [(v4(1), v4(2)), (v6(1), v6(2))] {
        let request = Packet::read(&sample::echo(a, b, false, 77)).unwrap();
        let reply = Packet::read(&sample::echo(b, a, true, 77)).unwrap();
        assert_eq!(request.body, Body::Query { identifier: 77, reply: false });
        assert_eq!(request.flow().unwrap(), reply.flow().unwrap().reversed());
    }
}

#[test]
fn an_error_is_about_the_packet_in_it() {
    for (a, b, router) in [(v4(1), v4(2), v4(9)), (v6(1), v6(2), v6(9))] {
        let sent = sample::udp((a, 5), (b, 6), &[7; 600]);
        let bytes = sample::error(router, &sent, 8);
        let error = Packet::read(&bytes).unwrap();
        assert_eq!((error.source, error.destination, error.flow()), (router, a, None));
        let about = error.embedded(&bytes).unwrap();
        assert_eq!(about.flow(), Packet::read(&sent).unwrap().flow());
    }
}

#[test]
fn a_later_fragment_has_no_ports() {
    let [first, later] = sample::fragments(&sample::udp((v4(1), 5), (v4(2), 6), &[7; 600]), 64);
    let (first, later) = (Packet::read(&first).unwrap(), Packet::read(&later).unwrap());
    assert_eq!(first.body, Body::Udp { source: 5, destination: 6 });
    assert_eq!((later.body, later.flow()), (Body::LaterFragment, None));
    let [first, later] = [first, later].map(|packet| packet.fragment.unwrap());
    assert_eq!((first.ident, first.offset, first.more), (later.ident, 0, true));
    assert_eq!((later.offset, later.more), (64, false));
}

#[test]
fn extension_headers_of_ipv6_are_skipped() {
    let plain = sample::udp((v6(1), 5), (v6(2), 6), b"hello");
    for (kind, header) in [
        (0, vec![17, 0, 1, 4, 0, 0, 0, 0]),
        (60, vec![17, 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        (43, vec![17, 0, 4, 0, 0, 0, 0, 0]),
        (44, vec![17, 0, 0, 0, 0, 0, 0, 9]),
    ] {
        let mut bytes = plain.clone();
        bytes.splice(40..40, header.iter().copied());
        bytes[6] = kind;
        bytes[5] += header.len() as u8;
        let packet = Packet::read(&bytes).unwrap();
        assert_eq!((packet.upper, packet.protocol), (40 + header.len(), UDP));
        assert_eq!(packet.body, Body::Udp { source: 5, destination: 6 });
        // An atomic fragment is a whole packet (RFC 6946).
        assert_eq!(packet.fragment, None);
    }
}

#[test]
fn what_is_shorter_than_it_says_is_no_packet_but_may_be_the_start_of_one() {
    let mut bytes = sample::udp((v4(1), 5), (v4(2), 6), b"hello");
    bytes.pop();
    assert_eq!(Packet::read(&bytes), None);
    assert_eq!(Packet::read_start(&bytes).unwrap().body, Body::Udp { source: 5, destination: 6 });
    assert_eq!(Packet::read_start(&bytes[..22]).unwrap().body, Body::Short);
    assert_eq!(Packet::read_start(&bytes[..19]), None);
    assert_eq!(Packet::read(&[]), None);
}

#[test]
fn what_follows_a_packet_is_padding() {
    let bytes = sample::udp((v4(1), 5), (v4(2), 6), b"");
    let padded = [bytes.as_slice(), &[0; 18]].concat();
    assert_eq!(Packet::read(&padded).unwrap(), Packet::read(&bytes).unwrap());
    assert_eq!(Packet::read(&padded).unwrap().end, 28);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_or_refused_within_their_bounds(mut bytes in sample::nearly_packets()) {
        for version in [0x45, 0x60] {
            if let Some(first) = bytes.first_mut() {
                *first = version;
            }
            if let Some(packet) = Packet::read_start(&bytes) {
                prop_assert!(packet.upper <= packet.end && packet.end <= bytes.len());
                if let Some(about) = packet.embedded(&bytes) {
                    prop_assert!(about.end <= packet.end);
                }
                packet.flow();
            }
            Packet::read(&bytes);
        }
    }
}
