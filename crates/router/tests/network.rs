//! Several routers, and what goes through all of them; translation and filter on the way.

#[cfg(all(test, target_arch = "wasm32"))]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

mod common;

use common::*;
use router::config::{Filter, Forward, Nat, Protocol, Rip, Rule, Transport, Verdict};
use router::{Config, Event, Port, Refusal};
use smoltcp::wire::{IpProtocol, Ipv4Packet, UdpPacket};
use wire::{Duration, PortId};

/// A station at each end of a chain of routers: 10.0.0.2 and fd00::2 at the first, 10.9.0.2 and fd09::2 at the last. Between
/// the routers n and n + 1 is 10.1.n.0/24, and fd01:n::/64.
fn chain(routers: usize) -> (Net, Place, Place) {
    let mut net = Net::default();
    let last = routers - 1;
    for n in 0..routers {
        let left = match n {
            0 => port(&["10.0.0.1/24", "fd00::1/64"]),
            n => port(&[&format!("10.1.{}.2/24", n - 1), &format!("fd01:{}::2/64", n - 1)]),
        };
        let right = match n {
            n if n == last => port(&["10.9.0.1/24", "fd09::1/64"]),
            n => port(&[&format!("10.1.{n}.1/24"), &format!("fd01:{n}::1/64")]),
        };
        let mut config = Config::default();
        if n > 0 {
            config.routes.push(via("10.0.0.0/16", &format!("10.1.{}.1", n - 1)));
            config.routes.push(via("fd00::/64", &format!("fd01:{}::1", n - 1)));
        }
        if n < last {
            config.routes.push(via("0.0.0.0/0", &format!("10.1.{n}.2")));
            config.routes.push(via("::/0", &format!("fd01:{n}::2")));
        }
        net.add(config, vec![left, right]);
        if n > 0 {
            net.wire((n - 1, 1), (n, 0));
        }
    }
    let (a, b) = ((0, 0), (last, 1));
    net.station(a, &["10.0.0.2", "fd00::2"]);
    net.station(b, &["10.9.0.2", "fd09::2"]);
    (net, a, b)
}

#[test]
fn an_echo_goes_through_five_routers_and_back() {
    let (mut net, a, b) = chain(5);
    net.send(a, &ping("10.0.0.2", "10.9.0.2", 64, b"x"));
    net.send(a, &ping("fd00::2", "fd09::2", 64, b"x"));
    let there: Vec<_> = net.got(b).iter().map(|p| shown(p)).collect();
    assert_eq!(there, ["10.0.0.2 > 10.9.0.2 ttl 59 ICMP 8/0", "fd00::2 > fd09::2 ttl 59 ICMPv6 128/0"]);
    let back: Vec<_> = net.got(a).iter().map(|p| shown(p)).collect();
    assert_eq!(back, ["10.9.0.2 > 10.0.0.2 ttl 59 ICMP 0/0", "fd09::2 > fd00::2 ttl 59 ICMPv6 129/0"]);
    assert_eq!(net.refused(), []);
}

#[test]
fn a_traceroute_sees_each_router_by_the_address_that_faces_it() {
    let (mut net, a, _) = chain(4);
    for (to, from, hops) in [
        ("10.9.0.1", "10.0.0.2", ["10.0.0.1", "10.1.0.2", "10.1.1.2", "10.9.0.1"]),
        ("fd09::1", "fd00::2", ["fd00::1", "fd01:0::2", "fd01:1::2", "fd09::1"]),
    ] {
        for (ttl, hop) in (1..).zip(hops) {
            for _ in 0..3 {
                net.send(a, &udp(from, to, ttl, 20));
                let got = net.got(a);
                let hop = hop.replace(":0:", ":").to_string();
                assert_eq!(got.len(), 1);
                assert!(shown(&got[0]).starts_with(&format!("{hop} > {from}")), "{}", shown(&got[0]));
            }
        }
    }
}

#[test]
fn what_circles_between_two_routers_ends_when_its_time_is_over() {
    let (mut net, a, _) = chain(2);
    // The second router sends what it does not know back to the first.
    let config = routes(&[("10.0.0.0/16", "10.1.0.1"), ("0.0.0.0/0", "10.1.0.1")]);
    net.with(1, |router, now, out| router.set_config(now, config, out));
    net.send(a, &udp("10.0.0.2", "192.0.2.1", 64, 20));
    let got = net.got(a);
    assert_eq!((got.len(), net.refused()), (1, vec![Refusal::Expired]));
    assert!(shown(&got[0]).ends_with("ICMP 11/0"));
}

#[test]
fn the_path_mtu_is_found_hop_by_hop() {
    let (mut net, a, b) = chain(3);
    let short = Port { mtu: 1_400, ..port(&["10.1.0.1/24", "fd01:0::1/64"]) };
    net.with(0, |router, now, out| router.set_port(now, PortId(1), short, out));
    let shorter = Port { mtu: 1_300, ..port(&["10.1.1.1/24", "fd01:1::1/64"]) };
    net.with(1, |router, now, out| router.set_port(now, PortId(1), shorter, out));
    let mut sizes = vec![1_500];
    loop {
        net.send(a, &udp("fd00::2", "fd09::2", 64, sizes[sizes.len() - 1] - 48));
        let Some(error) = net.got(a).pop() else { break };
        assert_eq!((error[40], error[41]), (2, 0));
        sizes.push(u32::from_be_bytes(error[44..48].try_into().unwrap()) as usize);
    }
    assert_eq!((sizes, net.got(b)[0].len()), (vec![1_500, 1_400, 1_300], 1_300));
}

#[test]
fn an_unplugged_cable_makes_a_network_unreachable_and_a_second_way_takes_over() {
    let (mut net, a, _) = chain(2);
    net.with(1, |router, now, out| router.set_carrier(now, PortId(1), false, out));
    net.send(a, &udp("10.0.0.2", "10.9.0.2", 64, 4));
    assert!(shown(&net.got(a)[0]).starts_with("10.1.0.2 > 10.0.0.2 ttl 63 ICMP 3/0"));
    let mut config = routes(&[("10.9.0.0/24", "10.1.0.2"), ("10.9.0.0/24", "10.0.0.9")]);
    config.routes[1].metric = 5;
    net.with(0, |router, now, out| router.set_config(now, config, out));
    assert!(net.routes(0).contains(&"10.9.0.0/24 10.1.0.2 port 1 1".to_owned()));
    net.with(0, |router, now, out| router.set_carrier(now, PortId(1), false, out));
    assert!(net.routes(0).contains(&"10.9.0.0/24 10.0.0.9 port 0 5".to_owned()));
}

/// A router with a station inside (10.0.0.2) and one outside (192.0.2.9), whose own address there is 192.0.2.1.
fn home(config: Config) -> (Net, Place, Place) {
    let outside = Port { outside: true, ..port(&["192.0.2.1/24", "fd01::1/64"]) };
    let mut net = Net::one(config, vec![port(&["10.0.0.1/24", "fd00::1/64"]), outside]);
    net.station((0, 0), &["10.0.0.2", "fd00::2"]);
    net.station((0, 1), &["192.0.2.9", "fd01::9"]);
    (net, (0, 0), (0, 1))
}

fn translating(forwards: Vec<Forward>) -> Config {
    Config { nat: Some(Nat { forwards }), ..Config::default() }
}

fn ports(packet: &[u8]) -> [u16; 2] {
    let udp = UdpPacket::new_checked(&packet[20..]).unwrap();
    let header = Ipv4Packet::new_checked(packet).unwrap();
    assert!(header.verify_checksum());
    assert!(udp.verify_checksum(&header.src_addr().into(), &header.dst_addr().into()));
    [udp.src_port(), udp.dst_port()]
}

#[test]
fn what_goes_out_has_the_outside_address_and_its_answer_finds_the_machine_inside() {
    let (mut net, inside, outside) = home(translating(vec![]));
    net.send(inside, &ping("10.0.0.2", "192.0.2.9", 64, b"x"));
    assert_eq!(shown(&net.got(outside)[0]), "192.0.2.1 > 192.0.2.9 ttl 63 ICMP 8/0");
    assert_eq!(shown(&net.got(inside)[0]), "192.0.2.9 > 10.0.0.2 ttl 63 ICMP 0/0");
    net.send(inside, &udp("10.0.0.2", "192.0.2.9", 64, 4));
    let out = net.got(outside).remove(0);
    assert_eq!(shown(&out), "192.0.2.1 > 192.0.2.9 ttl 63 UDP");
    let [source, _] = ports(&out);
    net.send(outside, &udp_ports("192.0.2.9", "192.0.2.1", 64, [33_434, source], b"answer"));
    let answer = net.got(inside).remove(0);
    assert_eq!(
        (shown(&answer).as_str(), ports(&answer)),
        ("192.0.2.9 > 10.0.0.2 ttl 63 UDP", [33_434, 4_000])
    );
    let reported = net.events.iter().filter(|(_, event)| matches!(event, Event::Translation { .. })).count();
    assert_eq!((reported, net.refused()), (2, vec![]));
    // IPv6 goes as it is.
    net.send(inside, &udp("fd00::2", "fd01::9", 64, 4));
    assert_eq!(shown(&net.got(outside)[0]), "fd00::2 > fd01::9 ttl 63 UDP");
}

#[test]
fn what_nobody_asked_for_does_not_come_in_and_the_router_still_answers_for_itself() {
    let (mut net, inside, outside) = home(translating(vec![]));
    net.send(outside, &udp("192.0.2.9", "10.0.0.2", 64, 4));
    assert_eq!((net.refused(), net.got(inside).len()), (vec![Refusal::NoTranslation], 0));
    net.send(outside, &ping("192.0.2.9", "192.0.2.1", 64, b"x"));
    assert_eq!(shown(&net.got(outside)[0]), "192.0.2.1 > 192.0.2.9 ttl 64 ICMP 0/0");
    net.send(inside, &ping("10.0.0.2", "192.0.2.1", 64, b"x"));
    assert_eq!(shown(&net.got(inside)[0]), "192.0.2.1 > 10.0.0.2 ttl 64 ICMP 0/0");
}

#[test]
fn a_forwarded_port_leads_inside() {
    let forward = Forward { transport: Transport::Udp, port: 53, to: [10, 0, 0, 2].into(), to_port: 5_353 };
    let (mut net, inside, outside) = home(translating(vec![forward]));
    net.send(outside, &udp_ports("192.0.2.9", "192.0.2.1", 64, [4_000, 53], b"question"));
    let question = net.got(inside).remove(0);
    assert_eq!(
        (shown(&question).as_str(), ports(&question)),
        ("192.0.2.9 > 10.0.0.2 ttl 63 UDP", [4_000, 5_353])
    );
    net.send(inside, &udp_ports("10.0.0.2", "192.0.2.9", 64, [5_353, 4_000], b"answer"));
    assert_eq!(ports(&net.got(outside)[0]), [53, 4_000]);
    // From inside, by the outside address (RFC 4787, REQ-9).
    net.send(inside, &udp_ports("10.0.0.3", "192.0.2.1", 64, [4_000, 53], b"question"));
    let question = net.got(inside).remove(0);
    assert!(shown(&question).starts_with("192.0.2.1 > 10.0.0.2 ttl 63 UDP"));
}

#[test]
fn an_error_about_a_translated_packet_quotes_what_its_sender_had_sent() {
    let forward = Forward { transport: Transport::Udp, port: 53, to: [10, 0, 0, 77].into(), to_port: 5_353 };
    let (mut net, inside, outside) = home(translating(vec![forward]));
    // Outward: there is no answer for the address there.
    let sent = udp("10.0.0.2", "192.0.2.77", 64, 4);
    net.send(inside, &sent);
    // Inward: there is no answer for the host to which the port is forwarded.
    let asked = udp_ports("192.0.2.9", "192.0.2.1", 64, [4_000, 53], b"question");
    net.send(outside, &asked);
    net.pass(Duration::from_secs(3));
    let got = net.got(inside);
    let error = got.iter().find(|p| shown(p).contains("ICMP 3/1")).unwrap();
    assert_eq!((shown(error).as_str(), quoted(error)), ("10.0.0.1 > 10.0.0.2 ttl 64 ICMP 3/1", &sent[..]));
    let got = net.got(outside);
    let error = got.iter().find(|p| shown(p).contains("ICMP 3/1")).unwrap();
    assert_eq!((shown(error).as_str(), quoted(error)), ("192.0.2.1 > 192.0.2.9 ttl 64 ICMP 3/1", &asked[..]));
    let expired = udp_ports("192.0.2.9", "192.0.2.1", 1, [4_000, 53], b"question");
    net.send(outside, &expired);
    let got = net.got(outside);
    assert_eq!(
        (shown(&got[0]).as_str(), quoted(&got[0])),
        ("192.0.2.1 > 192.0.2.9 ttl 64 ICMP 11/0", &expired[..])
    );
}

#[test]
fn an_error_from_beyond_about_a_translated_packet_finds_the_machine_inside() {
    let (mut net, inside, outside) = home(translating(vec![]));
    let sent = udp("10.0.0.2", "192.0.2.9", 64, 4);
    net.send(inside, &sent);
    let seen = net.got(outside).remove(0);
    let error = router::icmp::IcmpError::PortUnreachable.message_ipv4(&seen);
    net.send(outside, &ip("192.0.2.9", "192.0.2.1", IpProtocol::Icmp, 64, &error));
    let error = net.got(inside).remove(0);
    assert_eq!(shown(&error), "192.0.2.9 > 10.0.0.2 ttl 63 ICMP 3/3");
    assert_eq!(quoted(&error)[12..24], sent[12..24], "addresses and ports as it had sent them");
}

fn rule(verdict: Verdict, protocol: Option<Protocol>) -> Rule {
    Rule { verdict, port: None, from: None, to: None, protocol, to_ports: None }
}

#[test]
fn the_filter_lets_answers_pass_and_says_no_as_it_was_told() {
    let rules = vec![
        Rule { port: Some(0), ..rule(Verdict::Allow, Some(Protocol::Icmp)) },
        Rule { port: Some(0), ..rule(Verdict::Reject, Some(Protocol::Udp)) },
    ];
    let filter = Some(Filter { rules, otherwise: Verdict::Deny });
    let mut net = Net::two_stations(Config { filter, ..Config::default() });
    let (a, b) = ((0, 0), (0, 1));
    for (from, to) in [("10.0.0.2", "10.0.1.2"), ("fd00::2", "fd01::2")] {
        net.send(a, &ping(from, to, 64, b""));
        assert_eq!((net.got(b).len(), net.got(a).len(), net.refused().len()), (1, 1, 0), "with its answer");
        net.send(b, &udp_ports(to, from, 64, [9, 9], b"from the other side"));
        assert_eq!((net.got(a).len(), net.refused()), (0, vec![Refusal::Filtered(None)]));
        let packet = udp(from, to, 64, 4);
        net.send(a, &packet);
        let got = net.got(a);
        assert_eq!((got.len(), quoted(&got[0])), (1, &packet[..]));
        let says = if from.contains(':') { "ICMPv6 1/1" } else { "ICMP 3/13" };
        assert!(shown(&got[0]).ends_with(says));
        assert_eq!(net.refused(), [Refusal::Filtered(Some(1))]);
    }
    let reported =
        net.events.iter().filter(|(_, event)| matches!(event, Event::Connection { rule: Some(0), .. }));
    assert_eq!(reported.count(), 2);
    // What is for the router itself is not forwarded, and not filtered.
    net.send(b, &ping("10.0.1.2", "10.0.0.1", 64, b""));
    assert_eq!(net.got(b).len(), 1);
}

#[test]
fn with_translation_the_filter_sees_the_machines_inside() {
    let forward = Forward { transport: Transport::Udp, port: 53, to: [10, 0, 0, 2].into(), to_port: 5_353 };
    let to_inside = Rule {
        to: Some("10.0.0.2/32".parse().unwrap()),
        to_ports: Some(5_353..=5_353),
        ..rule(Verdict::Allow, Some(Protocol::Udp))
    };
    let from_inside = Rule { from: Some("10.0.0.0/24".parse().unwrap()), ..rule(Verdict::Allow, None) };
    let filter = Some(Filter { rules: vec![to_inside, from_inside], otherwise: Verdict::Deny });
    let (mut net, inside, outside) = home(Config { filter, ..translating(vec![forward]) });
    net.send(outside, &udp_ports("192.0.2.9", "192.0.2.1", 64, [4_000, 53], b"question"));
    net.send(inside, &udp_ports("10.0.0.2", "192.0.2.9", 64, [5_353, 4_000], b"answer"));
    net.send(inside, &ping("10.0.0.2", "192.0.2.9", 64, b""));
    assert_eq!((net.got(inside).len(), net.got(outside).len(), net.refused()), (2, 2, vec![]));
}

#[test]
fn two_machines_inside_that_meet_at_the_outside_address_pass_the_filter_as_themselves() {
    let forward = Forward { transport: Transport::Udp, port: 53, to: [10, 0, 0, 2].into(), to_port: 5_353 };
    let to_inside = Rule {
        to: Some("10.0.0.2/32".parse().unwrap()),
        to_ports: Some(5_353..=5_353),
        ..rule(Verdict::Allow, Some(Protocol::Udp))
    };
    let filter = Some(Filter { rules: vec![to_inside.clone()], otherwise: Verdict::Deny });
    let (mut net, inside, _) = home(Config { filter, ..translating(vec![forward]) });
    net.station(inside, &["10.0.0.2", "10.0.0.3"]);
    net.send(inside, &udp_ports("10.0.0.3", "192.0.2.1", 64, [4_000, 53], b"question"));
    let question = net.got(inside).remove(0);
    assert_eq!(ports(&question), [4_000, 5_353]);
    // No rule allows the answer: it belongs to the question.
    net.send(inside, &udp_ports("10.0.0.2", "192.0.2.1", 64, [5_353, 4_000], b"answer"));
    let answer = net.got(inside).remove(0);
    assert_eq!((shown(&answer).as_str(), ports(&answer)), ("192.0.2.1 > 10.0.0.3 ttl 63 UDP", [53, 4_000]));
    assert_eq!(net.refused(), vec![]);
    // A rule that names the sender means the machine inside.
    let from_2 = Rule { from: Some("10.0.0.2/32".parse().unwrap()), ..to_inside };
    let filter = Some(Filter { rules: vec![from_2], otherwise: Verdict::Deny });
    let (mut net, inside, _) = home(Config { filter, ..translating(vec![forward]) });
    net.send(inside, &udp_ports("10.0.0.3", "192.0.2.1", 64, [4_000, 53], b"question"));
    assert_eq!((net.got(inside), net.refused().len()), (vec![], 1));
}

/// Four routers in a ring, which find their ways by RIP: n has 10.0.n.0/24 and fd00:n::/64 at port 2, and between n and n + 1
/// is 10.1.n.0/24, and fd01:n::/64.
fn ring() -> Net {
    let mut net = Net::default();
    for n in 0..4usize {
        let before = (n + 3) % 4;
        let on = |addresses: &[&str]| Port { rip: true, ..port(addresses) };
        let ports = vec![
            on(&[&format!("10.1.{before}.2/24"), &format!("fd01:{before}::2/64")]),
            on(&[&format!("10.1.{n}.1/24"), &format!("fd01:{n}::1/64")]),
            port(&[&format!("10.0.{n}.1/24"), &format!("fd00:{n}::1/64")]),
        ];
        net.add(Config { rip: Some(Rip::default()), ..Config::default() }, ports);
        net.station((n, 2), &[&format!("10.0.{n}.2"), &format!("fd00:{n}::2")]);
    }
    for n in 0..4 {
        net.wire((n, 1), ((n + 1) % 4, 0));
    }
    net
}

#[test]
fn routers_in_a_ring_find_their_ways_and_others_when_a_cable_is_pulled() {
    let mut net = ring();
    net.pass(Duration::from_secs(60));
    for number in 0..4 {
        assert_eq!(net.routes(number).len(), 16, "{:?}", net.routes(number));
    }
    assert!(net.routes(0).contains(&"10.0.1.0/24 10.1.0.2 port 1 2".to_owned()), "{:?}", net.routes(0));
    let pings = [("10.0.0.2", "10.0.1.2"), ("fd00:0::2", "fd00:1::2")];
    for (from, to) in pings {
        net.send((0, 2), &ping(from, to, 64, b"the short way"));
        let there = net.got((1, 2));
        assert_eq!((there.len(), net.got((0, 2)).len()), (1, 1));
        assert!(shown(&there[0]).contains("ttl 62"));
    }
    for (router, port) in [(0, 1), (1, 0)] {
        net.with(router, |router, now, out| router.set_carrier(now, PortId(port), false, out));
    }
    net.pass(Duration::from_secs(60));
    for (from, to) in pings {
        net.send((0, 2), &ping(from, to, 64, b"the long way"));
        let there = net.got((1, 2));
        assert_eq!((there.len(), net.got((0, 2)).len()), (1, 1));
        assert!(shown(&there[0]).contains("ttl 60"));
    }
    assert_eq!(net.refused(), []);
}

#[test]
fn without_rip_what_rip_had_found_is_gone() {
    let mut net = ring();
    net.pass(Duration::from_secs(60));
    net.with(0, |router, now, out| router.set_config(now, Config::default(), out));
    assert_eq!(net.routes(0).len(), 6);
    net.pass(Duration::from_secs(1)); // It reports that it has left RIP's group.
    assert_eq!(net.routers[0].poll_at(), None);
}

#[test]
fn rip_advertises_static_routes_and_they_are_preferred_to_learned_ones() {
    let mut net = ring();
    let config = Config {
        rip: Some(Rip::default()),
        ..routes(&[("192.0.2.0/24", "10.0.2.9"), ("10.0.0.0/24", "10.0.2.2")])
    };
    net.with(2, |router, now, out| router.set_config(now, config, out));
    net.pass(Duration::from_secs(60));
    assert!(net.routes(2).contains(&"10.0.0.0/24 10.0.2.2 port 2 1".to_owned()));
    assert!(net.routes(0).iter().any(|route| route.starts_with("192.0.2.0/24 10.1.")), "{:?}", net.routes(0));
    let config = Config { rip: Some(Rip::default()), ..Config::default() };
    net.with(2, |router, now, out| router.set_config(now, config, out));
    net.pass(Duration::from_secs(60));
    assert!(!net.routes(0).iter().any(|route| route.starts_with("192.0.2.0/24")));
    assert!(net.routes(2).iter().any(|route| route.starts_with("10.0.0.0/24 10.1.")), "{:?}", net.routes(2));
}
