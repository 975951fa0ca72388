//! The timer that a router names is the one that fires.

use router::config::{Filter, Nat, Rip, Verdict};
use router::packet::{Ipv4Header, ethernet_header};
use router::{Actions, Config, Port, Router, Timer, fragmentation};
use smoltcp::wire::{EthernetAddress, IpProtocol};
use std::collections::BTreeSet;
use wire::header::EtherType;
use wire::node::Tag;
use wire::{Duration, Frame, Instant, PortId};

const INSIDE: EthernetAddress = EthernetAddress([2, 0x51, 0, 0, 0, 0]);
const OUTSIDE: EthernetAddress = EthernetAddress([2, 0x51, 0, 0, 0, 1]);
const HOST: EthernetAddress = EthernetAddress([2, 0x50, 0, 0, 0, 0]);

fn at(s: u64) -> Instant {
    Instant::ZERO + Duration::from_secs(s)
}

/// A router with 10.0.0.1 inside and 192.0.2.1 outside.
fn router(config: Config) -> Router {
    let mut router = Router::new(config, 7);
    let mut out = Actions::default();
    let port = |address: &str, outside| Port {
        addresses: vec![address.parse().unwrap()],
        outside,
        ..Port::default()
    };
    router.add_port(at(0), port("10.0.0.1/24", false), INSIDE, &mut out);
    router.add_port(at(0), port("192.0.2.1/24", true), OUTSIDE, &mut out);
    router
}

fn udp(to: [u8; 4], payload_len: usize) -> Vec<u8> {
    let header = Ipv4Header {
        from: [10, 0, 0, 2].into(),
        to: to.into(),
        protocol: IpProtocol::Udp,
        ttl: 64,
        tos: 0,
        ident: 1,
    };
    // Without a checksum (RFC 768).
    let datagram =
        [&[3, 0xe8, 0, 53], &(8 + payload_len as u16).to_be_bytes()[..], &vec![0; 2 + payload_len]];
    header.packet(&datagram.concat())
}

fn receive(router: &mut Router, packet: &[u8]) {
    let (header, len) = ethernet_header(INSIDE, HOST, None, EtherType::IPV4);
    let frame = Frame::concat(&[&header[..len], packet]);
    router.receive(at(0), PortId(0), frame, Tag::default(), &mut Actions::default());
}

/// Polls the router at each of its timers up to this moment; returns the timers.
fn run(router: &mut Router, until: Instant) -> BTreeSet<Timer> {
    let mut fired = BTreeSet::new();
    while let Some((now, timer)) = router.next_timer().filter(|(at, _)| *at <= until) {
        assert_eq!(router.poll_at(), Some(now));
        fired.insert(timer);
        router.poll(now, &mut Actions::default());
    }
    fired
}

#[test]
fn a_packet_for_an_unknown_neighbor_is_followed_by_another_arp_request_in_a_second() {
    let mut router = router(Config::default());
    assert_eq!(router.next_timer(), None);
    receive(&mut router, &udp([192, 0, 2, 9], 0));
    assert_eq!(router.next_timer(), Some((at(1), Timer::Neighbor)));
    assert_eq!(run(&mut router, at(10)), BTreeSet::from([Timer::Neighbor]));
    assert_eq!(router.next_timer(), None, "it has given up");
}

#[test]
fn fragments_wait_a_minute_for_the_others() {
    let mut router = router(Config::default());
    let mut first = None;
    fragmentation::fragment(&udp([10, 0, 0, 1], 1_000), 576, |fragment| {
        first.get_or_insert(fragment.to_vec());
    });
    receive(&mut router, &first.unwrap());
    assert_eq!(router.next_timer(), Some((at(60), Timer::Reassembly)));
}

#[test]
fn translations_and_connections_end_when_they_are_idle() {
    let filter = Filter { rules: Vec::new(), otherwise: Verdict::Allow };
    let mut router = router(Config { nat: Some(Nat::default()), filter: Some(filter), ..Config::default() });
    receive(&mut router, &udp([192, 0, 2, 9], 0));
    assert_eq!(run(&mut router, at(119)), BTreeSet::from([Timer::Neighbor]));
    assert_eq!(router.next_timer(), Some((at(120), Timer::Connection)));
    assert_eq!(run(&mut router, at(299)), BTreeSet::from([Timer::Connection]));
    assert_eq!(router.next_timer(), Some((at(300), Timer::Translation)));
}

#[test]
fn rip_sends_its_table_every_half_minute() {
    let mut router = router(Config { rip: Some(Rip::default()), ..Config::default() });
    let fired = run(&mut router, at(36));
    assert!(fired.contains(&Timer::RipUpdate), "{fired:?}");
    assert!(
        fired.iter().all(|timer| [Timer::RipUpdate, Timer::RipTriggeredUpdate].contains(timer)),
        "{fired:?}"
    );
}

#[test]
fn ipv6_prefixes_are_advertised() {
    let mut router = Router::new(Config::default(), 7);
    let port = Port { addresses: vec!["fd00::1/64".parse().unwrap()], ..Port::default() };
    router.add_port(at(0), port, INSIDE, &mut Actions::default());
    assert_eq!(run(&mut router, at(600)), BTreeSet::from([Timer::RouterAdvertisement, Timer::GroupReport]));
}
