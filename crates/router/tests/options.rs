//! Packets with options, fragments that overtake their first one, and the address of all routers of a network.

#[cfg(all(test, target_arch = "wasm32"))]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

mod common;

use common::*;
use router::config::{Filter, Nat, Protocol, Rule, Verdict};
use router::packet::Ipv4Header;
use router::{Config, Port, Refusal, fragmentation, icmp};
use smoltcp::wire::{EthernetAddress, IpProtocol};
use wire::Duration;
use wire::header::Ip;

const A: Place = (0, 0);
const B: Place = (0, 1);

fn shows(packets: &[Vec<u8>]) -> Vec<String> {
    packets.iter().map(|packet| shown(packet)).collect()
}

// ---- IPv4 options ----

/// An echo request with these options.
fn with(options: &[u8], to: [u8; 4]) -> Vec<u8> {
    let header = Ipv4Header {
        from: [10, 0, 0, 2].into(),
        to: to.into(),
        protocol: IpProtocol::Icmp,
        ttl: 64,
        tos: 0,
        ident: 1,
    };
    header.packet_with(options, &icmp::icmpv4(&[&[8, 0, 0, 0, 0, 7, 0, 1]]))
}

fn options(packet: &[u8]) -> &[u8] {
    &packet[20..Ip::read(packet).unwrap().payload_at]
}

const RECORD_ROUTE: [u8; 12] = [7, 11, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0];

#[test]
fn a_router_records_the_address_by_which_a_packet_leaves() {
    let mut net = Net::two_stations(Config::default());
    net.send(A, &with(&RECORD_ROUTE, [10, 0, 1, 2]));
    assert_eq!(options(&net.got(B)[0]), [7, 11, 8, 10, 0, 1, 1, 0, 0, 0, 0, 0]);
    net.pass(Duration::from_millis(5_000));
    net.send(A, &with(&[68, 12, 5, 1, 0, 0, 0, 0, 0, 0, 0, 0], [10, 0, 1, 2]));
    assert_eq!(options(&net.got(B)[0]), [68, 12, 13, 1, 10, 0, 1, 1, 0, 0, 0x13, 0x88]);
}

#[test]
fn an_echo_reply_has_the_route_of_its_request_and_the_routers_own_address() {
    let mut net = Net::two_stations(Config::default());
    let request = [7, 11, 8, 192, 0, 2, 1, 0, 0, 0, 0, 0];
    net.send(A, &with(&request, [10, 0, 1, 1]));
    let got = net.got(A);
    assert_eq!(shows(&got), ["10.0.1.1 > 10.0.0.2 ttl 64 ICMP 0/0"]);
    assert_eq!(options(&got[0]), [7, 11, 12, 192, 0, 2, 1, 10, 0, 1, 1, 0]);
}

#[test]
fn a_malformed_option_is_answered_with_a_parameter_problem_that_points_to_it() {
    let mut net = Net::two_stations(Config::default());
    for to in [[10, 0, 1, 2], [10, 0, 0, 1]] {
        for (wrong, at) in [(&[7, 2, 0, 0][..], 21), (&[7, 7, 2, 0, 0, 0, 0, 0], 22), (&[1, 9, 9, 0], 21)] {
            let packet = with(wrong, to);
            net.send(A, &packet);
            let got = net.got(A);
            assert_eq!(shows(&got), ["10.0.0.1 > 10.0.0.2 ttl 64 ICMP 12/0"], "{wrong:?}");
            assert_eq!((got[0][24], quoted(&got[0])), (at, &packet[..]));
            assert_eq!(net.refused(), [Refusal::Malformed]);
        }
    }
    assert!(net.got(B).is_empty());
    // Not about what was for many.
    let to_all =
        framed(EthernetAddress::BROADCAST, station_mac(A), None, &with(&[7, 2, 0, 0], [10, 0, 0, 255]));
    net.frame(A, &to_all);
    assert_eq!((net.got(A).len(), net.refused()), (0, vec![Refusal::Malformed]));
}

// ---- IPv6 options ----

/// An echo request behind an extension header with one unknown option.
fn behind(extension: u8, option: u8, to: &str) -> Vec<u8> {
    let echo = ping("fd00::2", to, 64, b"");
    let header = [58, 0, option, 4, 0, 0, 0, 0];
    ip("fd00::2", to, IpProtocol::from(extension), 64, &[&header[..], &echo[40..]].concat())
}

const HOP_BY_HOP: u8 = 0;
const DESTINATION: u8 = 60;

#[test]
fn an_unknown_hop_by_hop_option_says_itself_whether_a_router_drops_its_packet() {
    let mut net = Net::two_stations(Config::default());
    net.send(A, &behind(HOP_BY_HOP, 0x1e, "fd01::2"));
    assert_eq!((net.got(B).len(), net.refused()), (1, vec![]), "skipped");
    net.send(A, &behind(HOP_BY_HOP, 0x5e, "fd01::2"));
    assert_eq!((net.got(A).len(), net.refused()), (0, vec![Refusal::UnknownOption]), "dropped");
    for option in [0x9e, 0xde] {
        let packet = behind(HOP_BY_HOP, option, "fd01::2");
        net.send(A, &packet);
        let got = net.got(A);
        assert_eq!(shows(&got), ["fd00::1 > fd00::2 ttl 64 ICMPv6 4/2"]);
        assert_eq!((&got[0][44..48], quoted(&got[0])), (&[0, 0, 0, 42][..], &packet[..]), "its place");
    }
    assert_eq!((net.got(B).len(), net.refused()), (0, vec![Refusal::UnknownOption; 2]));
}

#[test]
fn destination_options_concern_only_the_destination() {
    let mut net = Net::two_stations(Config::default());
    net.send(A, &behind(DESTINATION, 0xde, "fd01::2"));
    assert_eq!((net.got(B).len(), net.refused()), (1, vec![]), "none of a router's business");
    net.send(A, &behind(DESTINATION, 0xde, "fd01::1"));
    assert_eq!(shows(&net.got(A)), ["fd01::1 > fd00::2 ttl 64 ICMPv6 4/2"]);
    net.send(A, &behind(DESTINATION, 0x1e, "fd01::1"));
    assert_eq!(shows(&net.got(A)), ["fd01::1 > fd00::2 ttl 64 ICMPv6 129/0"]);
    assert_eq!(net.refused(), [Refusal::UnknownOption]);
}

// ---- all routers of a network ----

#[test]
fn a_router_answers_for_the_prefix_of_each_of_its_networks() {
    let mut net = Net::two_stations(Config::default());
    for (to, from) in [("fd00::", "fd00::1"), ("fd01::", "fd00::1"), ("fe80::", "fe80::51:ff:fe00:0")] {
        let asks = if to == "fe80::" { "fe80::2" } else { "fd00::2" };
        net.send(A, &ping(asks, to, 64, b"who"));
        assert_eq!(shows(&net.got(A)), [format!("{from} > {asks} ttl 64 ICMPv6 129/0")], "{to}");
    }
    // It is found by neighbor discovery, without the override flag: other routers may answer, too.
    let group = "ff02::1:ff00:0";
    let target = "fd00::".parse::<std::net::Ipv6Addr>().unwrap().octets();
    let option = router::ndp::address_option(1, station_mac(A));
    let [own, to] = ["fd00::2", group].map(|text| text.parse().unwrap());
    let asks = icmp::icmpv6(own, to, &[&[135, 0, 0, 0, 0, 0, 0, 0], &target, &option]);
    let packet = ip("fd00::2", group, IpProtocol::Icmpv6, 255, &asks);
    let mac = EthernetAddress([0x33, 0x33, 0xff, 0, 0, 0]);
    net.frame(A, &framed(mac, station_mac(A), None, &packet));
    let got = net.got(A);
    assert_eq!(shows(&got), ["fd00::1 > fd00::2 ttl 255 ICMPv6 136/0"]);
    assert_eq!((got[0][44], &got[0][48..64]), (0xc0, &target[..]), "router, solicited");
    assert_eq!(net.refused(), []);
}

#[test]
fn a_network_of_two_routers_has_no_address_of_all() {
    let mut net = Net::one(Config::default(), vec![port(&["fd00::1/127"]), port(&["fd01::1/64"])]);
    net.station(A, &["fd00::"]);
    net.station(B, &["fd01::2"]);
    net.send(B, &ping("fd01::2", "fd00::", 64, b"you"));
    assert_eq!(shows(&net.got(A)), ["fd01::2 > fd00:: ttl 63 ICMPv6 128/0"], "that is the other one's");
}

// ---- fragments that overtake ----

/// The fragments of a datagram, each with at most 1000 bytes.
fn fragments(packet: &[u8]) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    fragmentation::fragment(packet, 1_000, |fragment| all.push(fragment.to_vec()));
    all
}

fn translating() -> Net {
    let config = Config { nat: Some(Nat::default()), ..Config::default() };
    let outside = Port { outside: true, ..port(&["10.0.1.1/24"]) };
    let mut net = Net::one(config, vec![port(&["10.0.0.1/24"]), outside]);
    net.station(A, &["10.0.0.2"]);
    net.station(B, &["10.0.1.2"]);
    net
}

/// The payload of these fragments, if all have these ends.
fn joined(got: &[Vec<u8>], from: &str, to: &str) -> Vec<u8> {
    let mut pieces: Vec<_> = got.iter().map(|packet| Ip::read(packet).unwrap()).collect();
    for ip in &pieces {
        assert_eq!((ip.source.to_string().as_str(), ip.destination.to_string().as_str()), (from, to));
    }
    pieces.sort_by_key(|ip| ip.fragment.unwrap().offset);
    pieces.iter().flat_map(Ip::payload).copied().collect()
}

#[test]
fn fragments_are_translated_in_every_order_and_in_both_directions() {
    for rotated in 0..3 {
        for reversed in [false, true] {
            let mut net = translating();
            let mut order = |packet: &[u8], at: Place| {
                let mut all = fragments(packet);
                assert_eq!(all.len(), 3);
                all.rotate_left(rotated);
                if reversed {
                    all.reverse();
                }
                all.iter().for_each(|fragment| net.send(at, fragment));
                net.got(if at == A { B } else { A })
            };
            let data: Vec<u8> = (0..2_500).map(|byte| byte as u8).collect();
            let out = udp_ports("10.0.0.2", "10.0.1.2", 64, [4_000, 53], &data);
            let got = joined(&order(&out, A), "10.0.1.1", "10.0.1.2");
            assert_eq!(got[8..], data);
            let back = udp_ports("10.0.1.2", "10.0.1.1", 64, [53, 4_000], &data);
            let got = joined(&order(&back, B), "10.0.1.2", "10.0.0.2");
            assert_eq!(got[8..], data);
            assert_eq!(net.refused(), []);
        }
    }
}

#[test]
fn a_fragment_whose_first_does_not_come_is_dropped_after_a_minute() {
    let mut net = translating();
    let all = fragments(&udp("10.0.0.2", "10.0.1.2", 64, 1_500));
    net.send(A, &all[1]);
    net.pass(Duration::from_secs(59));
    assert_eq!((net.got(B).len(), net.refused()), (0, vec![]));
    net.pass(Duration::from_secs(2));
    assert_eq!((net.got(B).len(), net.refused()), (0, vec![Refusal::Expired]));
}

#[test]
fn a_filter_decides_about_fragments_by_their_first_whatever_their_order() {
    let allow = Rule {
        verdict: Verdict::Allow,
        port: None,
        from: None,
        to: None,
        protocol: Some(Protocol::Udp),
        to_ports: Some(53..=53),
    };
    let filter = Filter { rules: vec![allow], otherwise: Verdict::Deny };
    let mut net = Net::default();
    for (port, passes) in [(80, false), (53, true)] {
        net = Net::two_stations(Config { filter: Some(filter.clone()), ..Config::default() });
        let packet = udp_ports("10.0.0.2", "10.0.1.2", 64, [5, port], &[7; 2_500]);
        fragments(&packet).iter().rev().for_each(|fragment| net.send(A, fragment));
        let refused = net.refused().len();
        assert_eq!((net.got(B).len(), refused), if passes { (3, 0) } else { (0, 3) });
    }
    // IPv6's the same, which only its sender divides.
    let whole = udp_ports("fd00::2", "fd01::2", 64, [5, 53], &[7; 2_500]);
    let mut all = Vec::new();
    fragmentation::fragment_own_ipv6(&whole, 9, |fragment| all.push(fragment.to_vec()));
    all.iter().rev().for_each(|fragment| net.send(A, fragment));
    assert_eq!((net.got(B).len(), net.refused()), (all.len(), vec![]));
}

// ---- static routes ----

#[test]
fn a_route_through_a_link_local_address_names_its_port() {
    let route = |port| router::config::StaticRoute { port, ..via("fd09::/64", "fe80::3") };
    let with = |port| {
        let config = Config { routes: vec![route(port)], ..Config::default() };
        let ports = vec![port_of("fd00::1/64"), port_of("fd01::1/64")];
        let mut net = Net::one(config, ports);
        net.station(A, &["fd00::2", "fe80::3"]);
        net.station(B, &["fd01::2", "fe80::3"]);
        net
    };
    let mut net = with(Some(1));
    net.send(A, &udp("fd00::2", "fd09::9", 64, 4));
    assert_eq!(shows(&net.got(B)), ["fd00::2 > fd09::9 ttl 63 UDP"]);
    let mut net = with(Some(0));
    net.send(B, &udp("fd01::2", "fd09::9", 64, 4));
    assert_eq!(shows(&net.got(A)), ["fd01::2 > fd09::9 ttl 63 UDP"]);
    for none in [None, Some(2)] {
        let mut net = with(none);
        net.send(A, &udp("fd00::2", "fd09::9", 64, 4));
        assert_eq!(net.refused(), [Refusal::NoRoute], "{none:?}: it could be either one");
    }
}

fn port_of(address: &str) -> Port {
    port(&[address])
}
