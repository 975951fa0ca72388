//! What becomes of packets that go through a router, byte for byte.

#[cfg(all(test, target_arch = "wasm32"))]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

mod common;

use common::*;
use router::{Config, Port, Refusal};
use smoltcp::wire::{EthernetAddress, IpProtocol, Ipv4Packet};
use wire::{Duration, PortId};

const A: Place = (0, 0);
const B: Place = (0, 1);

#[test]
fn a_packet_goes_to_the_other_network_with_one_hop_less() {
    let mut net = Net::two_stations(Config::default());
    let ping4 = ping("10.0.0.2", "10.0.1.2", 64, b"hello");
    net.send(A, &ping4);
    let got = net.got(B);
    assert_eq!(shown(&got[0]), "10.0.0.2 > 10.0.1.2 ttl 63 ICMP 8/0");
    assert_eq!(got[0][20..], ping4[20..]);
    assert_eq!(shown(&net.got(A)[0]), "10.0.1.2 > 10.0.0.2 ttl 63 ICMP 0/0");
    net.send(A, &ping("fd00::2", "fd01::2", 64, b"hello"));
    assert_eq!(shown(&net.got(B)[0]), "fd00::2 > fd01::2 ttl 63 ICMPv6 128/0");
    assert_eq!(shown(&net.got(A)[0]), "fd01::2 > fd00::2 ttl 63 ICMPv6 129/0");
    assert_eq!(net.refused(), []);
}

#[test]
fn a_packet_whose_time_is_over_is_quoted_to_its_sender_as_it_came() {
    let mut net = Net::two_stations(Config::default());
    for (from, to, shows) in [
        ("10.0.0.2", "10.0.1.2", "10.0.0.1 > 10.0.0.2 ttl 64 ICMP 11/0"),
        ("fd00::2", "fd01::2", "fd00::1 > fd00::2 ttl 64 ICMPv6 3/0"),
    ] {
        let probe = udp(from, to, 1, 32);
        net.send(A, &probe);
        let got = net.got(A);
        assert_eq!((got.len(), shown(&got[0]).as_str(), quoted(&got[0])), (1, shows, &probe[..]));
    }
    assert_eq!(net.refused(), [Refusal::Expired; 2]);
    assert!(net.got(B).is_empty());
}

#[test]
fn where_no_route_leads_the_sender_is_told() {
    let mut net = Net::two_stations(Config::default());
    net.send(A, &udp("10.0.0.2", "192.0.2.1", 64, 4));
    net.send(A, &udp("fd00::2", "2001:db8::1", 64, 4));
    let shows = ["10.0.0.1 > 10.0.0.2 ttl 64 ICMP 3/0", "fd00::1 > fd00::2 ttl 64 ICMPv6 1/0"];
    assert_eq!(net.got(A).iter().map(|p| shown(p)).collect::<Vec<_>>(), shows);
    assert_eq!(net.refused(), [Refusal::NoRoute; 2]);
}

#[test]
fn where_nobody_answers_the_sender_is_told_after_three_seconds() {
    let mut net = Net::two_stations(Config::default());
    net.send(A, &udp("10.0.0.2", "10.0.1.99", 64, 4));
    net.send(A, &udp("fd00::2", "fd01::99", 64, 4));
    net.pass(Duration::from_millis(2_999));
    assert_eq!((net.got(A).len(), net.refused()), (0, vec![]));
    assert_eq!(net.frames(B).len(), 6, "three questions each");
    net.pass(Duration::from_millis(1));
    let shows = ["10.0.0.1 > 10.0.0.2 ttl 64 ICMP 3/1", "fd00::1 > fd00::2 ttl 64 ICMPv6 1/3"];
    assert_eq!(net.got(A).iter().map(|p| shown(p)).collect::<Vec<_>>(), shows);
    assert_eq!(net.refused(), [Refusal::NoNeighbor; 2]);
    assert_eq!(net.routers[0].poll_at(), None);
}

#[test]
fn a_packet_too_long_for_the_next_link_is_cut_or_its_sender_told_the_mtu() {
    let ports = vec![
        port(&["10.0.0.1/24", "fd00::1/64"]),
        Port { mtu: 1_280, ..port(&["10.0.1.1/24", "fd01::1/64"]) },
    ];
    let mut net = Net::one(Config::default(), ports);
    net.station(A, &["10.0.0.2", "fd00::2", "fe80::2"]);
    net.station(B, &["10.0.1.2", "fd01::2"]);
    let long = udp("10.0.0.2", "10.0.1.2", 64, 1_400);
    net.send(A, &long);
    let got = net.got(B);
    let lengths: Vec<_> = got.iter().map(|p| p.len()).collect();
    assert_eq!(lengths, [1_276, 172]);
    assert_eq!([&got[0][20..], &got[1][20..]].concat(), long[20..]);

    let mut whole = long.clone();
    let mut header = Ipv4Packet::new_unchecked(&mut whole[..]);
    header.set_dont_frag(true);
    header.fill_checksum();
    net.send(A, &whole);
    let got = net.got(A);
    assert_eq!(shown(&got[0]), "10.0.0.1 > 10.0.0.2 ttl 64 ICMP 3/4");
    assert_eq!((got[0].len(), &got[0][24..28]), (576, &[0, 0, 5, 0][..]), "RFC 1191: the MTU, 1280");
    assert_eq!(quoted(&got[0]), &whole[..548]);

    let six = udp("fd00::2", "fd01::2", 64, 1_400);
    net.send(A, &six);
    let got = net.got(A);
    assert_eq!(shown(&got[0]), "fd00::1 > fd00::2 ttl 64 ICMPv6 2/0");
    assert_eq!((got[0].len(), &got[0][44..48]), (1_280, &[0, 0, 5, 0][..]));
    assert_eq!(net.refused(), [Refusal::TooBig; 2]);
}

#[test]
fn addresses_that_mean_something_only_here_are_never_forwarded() {
    let mut net = Net::two_stations(routes(&[("0.0.0.0/0", "10.0.1.2"), ("::/0", "fd01::2")]));
    for (from, to) in [
        ("10.0.0.2", "169.254.1.1"),
        ("169.254.1.1", "10.0.1.2"),
        ("10.0.0.2", "127.0.0.1"),
        ("127.0.0.1", "10.0.1.2"),
        ("0.0.0.0", "10.0.1.2"),
        ("10.0.0.2", "240.0.0.1"),
        ("10.0.0.2", "10.0.1.255"),
        ("10.0.0.1", "10.0.1.2"),
        ("fd00::2", "fe80::99"),
        ("::1", "fd01::2"),
        ("::", "fd01::2"),
    ] {
        net.send(A, &udp(from, to, 64, 4));
        assert_eq!((net.refused(), net.got(B).len()), (vec![Refusal::Undeliverable], 0), "{from} > {to}");
        assert!(net.got(A).is_empty(), "{from} > {to}");
    }
    net.send(A, &udp("fe80::2", "fd01::2", 64, 4));
    assert_eq!(net.refused(), [Refusal::Undeliverable]);
    assert!(shown(&net.got(A)[0]).ends_with("fe80::2 ttl 64 ICMPv6 1/2"), "beyond the scope of its source");
}

#[test]
fn a_host_is_told_of_a_router_on_its_own_network_and_its_packet_goes_on() {
    let config = routes(&[("192.0.2.0/24", "10.0.0.9"), ("2001:db8::/32", "fe80::9")]);
    let mut net = Net::one(config, vec![port(&["10.0.0.1/24", "fd00::1/64"])]);
    net.station(A, &["10.0.0.2", "fd00::2", "10.0.0.9", "fe80::9", "fe80::2"]);
    let packet = udp("10.0.0.2", "192.0.2.1", 64, 4);
    net.send(A, &packet);
    let got = net.got(A);
    let shows = ["10.0.0.1 > 10.0.0.2 ttl 64 ICMP 5/1", "10.0.0.2 > 192.0.2.1 ttl 63 UDP"];
    assert_eq!(got.iter().map(|p| shown(p)).collect::<Vec<_>>(), shows);
    assert_eq!((&got[0][24..28], quoted(&got[0])), (&[10, 0, 0, 9][..], &packet[..]));

    net.send(A, &udp("fd00::2", "2001:db8::1", 64, 4));
    let got = net.got(A);
    let redirect = got.iter().find(|p| shown(p).ends_with("ICMPv6 137/0")).unwrap();
    assert!(shown(redirect).starts_with("fe80::51:ff:fe00:0 > fd00::2 ttl 255"));
    assert_eq!(redirect[48..64], "fe80::9".parse::<std::net::Ipv6Addr>().unwrap().octets());
    assert!(got.iter().any(|p| shown(p) == "fd00::2 > 2001:db8::1 ttl 63 UDP"));
    // Enough is enough, but the packets go on.
    for _ in 0..50 {
        net.send(A, &packet);
    }
    let got = net.got(A);
    let redirects = got.iter().filter(|p| shown(p).contains("5/1")).count();
    assert_eq!((redirects, got.len() - redirects), (8, 50));
    assert_eq!(net.refused(), []);
}

#[test]
fn frames_for_others_are_none_of_its_business() {
    let mut net = Net::two_stations(Config::default());
    let packet = ping("10.0.0.2", "10.0.1.2", 64, b"");
    net.frame(A, &framed(station_mac(B), station_mac(A), None, &packet));
    net.frame(A, &framed(router_mac(A), station_mac(A), Some(5), &packet));
    net.frame(A, &framed("01-00-5e-00-00-fb".parse().unwrap(), station_mac(A), None, &packet));
    assert_eq!(net.refused(), [Refusal::NotForUs; 3]);
    net.frame(A, &framed(router_mac(A), "ff-ff-ff-ff-ff-ff".parse().unwrap(), None, &packet));
    net.frame(A, &[0; 13]);
    assert_eq!(net.refused(), [Refusal::Malformed; 2]);
    assert!(net.got(A).is_empty() && net.got(B).is_empty());
}

#[test]
fn a_damaged_header_is_refused() {
    let mut net = Net::two_stations(Config::default());
    let good = udp("10.0.0.2", "10.0.1.2", 64, 4);
    for (at, value) in [(0, 0x55), (0, 0x44), (3, 255), (10, good[10] ^ 1), (19, 7)] {
        let mut bad = good.clone();
        bad[at] = value;
        net.send(A, &bad);
        assert_eq!(net.refused(), [Refusal::Malformed], "{at}");
    }
    // What pads a frame does not belong to the packet.
    net.send(A, &[&good[..], &[0; 18]].concat());
    assert_eq!(net.got(B)[0].len(), good.len());
}

#[test]
fn a_packet_that_went_to_everybodys_ethernet_address_is_not_forwarded() {
    let mut net = Net::two_stations(Config::default());
    let all = "ff-ff-ff-ff-ff-ff".parse().unwrap();
    net.frame(A, &framed(all, station_mac(A), None, &udp("10.0.0.2", "10.0.1.2", 64, 4)));
    net.frame(A, &framed(all, station_mac(A), None, &udp("10.0.0.2", "192.0.2.1", 64, 4)));
    assert_eq!((net.refused(), net.got(A).len()), (vec![Refusal::Undeliverable; 2], 0));
}

#[test]
fn a_router_on_a_stick_goes_from_one_vlan_to_another_over_one_port() {
    let stick = Port {
        vlans: vec![(10, vec!["10.0.10.1/24".parse().unwrap()]), (20, vec!["10.0.20.1/24".parse().unwrap()])],
        ..port(&[])
    };
    let mut net = Net::one(Config::default(), vec![stick]);
    net.station(A, &["10.0.20.2"]);
    net.stations.get_mut(&A).unwrap().vlan = Some(20);
    let packet = udp("10.0.10.2", "10.0.20.2", 64, 4);
    net.frame(A, &framed(router_mac(A), station_mac(A), Some(10), &packet));
    let got = net.got(A);
    assert_eq!((got.len(), shown(&got[0])), (1, "10.0.10.2 > 10.0.20.2 ttl 63 UDP".to_owned()));
    let frame = net.frames(A).pop().unwrap();
    assert_eq!(frame[12..18], [0x81, 0, 0, 20, 8, 0]);
}

#[test]
fn a_port_without_a_carrier_takes_its_routes_along_and_brings_them_back() {
    let mut net = Net::two_stations(routes(&[("192.0.2.0/24", "10.0.1.2")]));
    let all = net.routes(0);
    assert_eq!(all.len(), 5);
    net.with(0, |router, now, out| router.set_carrier(now, PortId(1), false, out));
    assert_eq!(net.routes(0), ["10.0.0.0/24 - port 0 0", "fd00::/64 - port 0 0"]);
    net.send(A, &udp("10.0.0.2", "192.0.2.1", 64, 4));
    assert_eq!(net.refused(), [Refusal::NoRoute]);
    net.with(0, |router, now, out| router.set_carrier(now, PortId(1), true, out));
    assert_eq!(net.routes(0), all);
    net.with(0, |router, now, out| {
        router.set_port(now, PortId(0), Port { up: false, ..port(&["10.0.0.1/24"]) }, out)
    });
    net.send(A, &udp("10.0.0.2", "192.0.2.1", 64, 4));
    assert_eq!(net.refused(), [Refusal::PortOff]);
}

#[test]
fn a_static_route_works_only_while_its_next_hop_is_on_a_network_here() {
    let mut net = Net::two_stations(routes(&[("192.0.2.0/24", "10.9.9.9"), ("198.51.100.0/24", "10.0.1.1")]));
    assert_eq!(net.routes(0).len(), 4, "one next hop is nowhere, the other is the router itself");
    net.with(0, |router, now, out| router.set_port(now, PortId(1), port(&["10.9.9.1/24"]), out));
    assert!(net.routes(0).contains(&"192.0.2.0/24 10.9.9.9 port 1 1".to_owned()));
}

#[test]
fn a_packet_that_waits_is_one_packet_though_it_leaves_in_fragments() {
    let ports = vec![port(&["10.0.0.1/24"]), Port { mtu: 576, ..port(&["10.0.1.1/24"]) }];
    let mut net = Net::one(Config::default(), ports);
    net.station(A, &["10.0.0.2"]);
    net.station(B, &["10.0.1.2"]);
    for _ in 0..3 {
        net.send(A, &udp("10.0.0.2", "10.0.1.2", 64, 1_200));
    }
    assert_eq!((net.got(B).len(), net.refused()), (9, vec![]));
}

#[test]
fn options_go_through_unharmed() {
    let mut net = Net::two_stations(Config::default());
    let mut packet = ip("10.0.0.2", "10.0.1.2", IpProtocol::Udp, 9, &[148, 4, 0, 0, 1, 2, 3, 4]);
    let mut header = Ipv4Packet::new_unchecked(&mut packet[..]);
    header.set_header_len(24);
    header.fill_checksum();
    net.send(A, &packet);
    let got = net.got(B).remove(0);
    assert_eq!((shown(&got).as_str(), &got[20..]), ("10.0.0.2 > 10.0.1.2 ttl 8 UDP", &packet[20..]));
}

#[test]
fn a_neighbor_that_was_unplugged_is_noticed_while_packets_go_there() {
    let mut net = Net::two_stations(Config::default());
    for (from, to) in [("10.0.0.2", "10.0.1.2"), ("fd00::2", "fd01::2")] {
        net.send(A, &udp(from, to, 64, 4));
        net.stations.get_mut(&B).unwrap().mute = true;
        net.pass(Duration::from_secs(31));
        net.frames(B);
        net.send(A, &udp(from, to, 64, 4));
        assert_eq!(net.got(B).len(), 2, "{to} is believed for a while");
        net.pass(Duration::from_secs(8));
        let asked = net.frames(B);
        assert!(asked.iter().all(|frame| frame[..6] == station_mac(B).0), "unicast requests, no broadcast");
        assert_eq!(asked.len(), 4, "the packet, and three questions");
        net.got(B);
        net.send(A, &udp(from, to, 64, 4));
        let got = net.got(B);
        assert!(!got.iter().any(|packet| shown(packet).ends_with("UDP")), "{to} is looked for anew");
        net.pass(Duration::from_secs(3));
        assert_eq!(net.refused(), [Refusal::NoNeighbor]);
        net.stations.get_mut(&B).unwrap().mute = false;
        net.got(A);
    }
}

#[test]
fn too_many_packets_for_one_that_is_looked_for_push_out_the_oldest() {
    let mut net = Net::two_stations(Config::default());
    net.stations.get_mut(&B).unwrap().mute = true;
    for len in 1..=36 {
        net.send(A, &udp("10.0.0.2", "10.0.1.2", 64, len));
    }
    assert_eq!(net.refused(), [Refusal::NeighborQueueFull; 4]);
    net.stations.get_mut(&B).unwrap().mute = false;
    net.pass(Duration::from_secs(1));
    let lengths: Vec<_> = net.got(B).iter().map(|packet| packet.len() - 28).collect();
    assert_eq!(lengths, (5..=36).collect::<Vec<_>>());
}

#[test]
fn a_link_local_next_hop_is_clear_only_where_there_is_one_link() {
    let config = routes(&[("2001:db8::/32", "fe80::9")]);
    let mut net = Net::one(config, vec![port(&["fd00::1/64"]), port(&["10.0.1.1/24"])]);
    assert!(net.routes(0).contains(&"2001:db8::/32 fe80::9 port 0 1".to_owned()));
    net.with(0, |router, now, out| router.set_port(now, PortId(1), port(&["fd01::1/64"]), out));
    assert_eq!(net.routes(0), ["fd00::/64 - port 0 0", "fd01::/64 - port 1 0"]);
}

#[test]
fn another_ethernet_address_is_used_from_now_on() {
    let mut net = Net::two_stations(Config::default());
    let mac = EthernetAddress([2, 7, 7, 7, 7, 7]);
    let chosen = Port { mac: Some(mac), ..port(&["10.0.1.1/24"]) };
    net.with(0, |router, now, out| router.set_port(now, PortId(1), chosen, out));
    net.send(A, &udp("10.0.0.2", "10.0.1.2", 64, 4));
    assert!(net.frames(B).iter().all(|frame| frame[6..12] == mac.0));
    net.got(B);
    net.send(B, &udp("10.0.1.2", "10.0.0.2", 64, 4));
    assert_eq!(net.refused(), [Refusal::NotForUs], "the old one is no more");
}
